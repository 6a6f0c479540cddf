// A link with which somebody sets their password. It is shown once; a new one ends the one before.
import { signal } from '@preact/signals'
import { useMemo } from 'preact/hooks'
import { call, Problem } from '../../lib/api.ts'
import { lang, useT } from '../../lib/i18n.ts'
import type { Invitation, Person } from '../../lib/model.ts'
import { at, when } from '../../lib/time.ts'
import { Button, Icon, Secret } from '../../ui/index.ts'
import { Told, tried } from '../policy/told.tsx'

export function InviteLink({ person }: { person: Pick<Person, 'id' | 'name'> }) {
  const t = useT('people')
  const made = useMemo(() => signal<Invitation | Problem | null>(null), [person.id])
  const busy = useMemo(() => signal(false), [person.id])
  const make = async () => {
    busy.value = true
    made.value = await tried(() => call('invite', { path: { id: person.id }, body: {} }))
    busy.value = false
  }
  const is = made.value
  const name = person.name ?? person.id
  if (is instanceof Problem) return <Told problem={is} again={() => void make()} />
  if (is?.link) return <div class="grow"><Secret label={t('people.invite.link', { name })} text={is.link} hint={t('people.invite.until', { until: when(at(is.until), lang.value) })} /></div>
  return <Button size="sm" busy={busy.value ? t('people.invite.busy') : undefined} aria-label={t('people.invite.for', { name })} onClick={() => void make()}><Icon name="key" small />{t('people.invite.do')}</Button>
}
