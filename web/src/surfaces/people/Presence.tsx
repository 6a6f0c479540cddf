// Whether somebody is here, until when they are away, and who stands in for them.
import { signal } from '@preact/signals'
import { useMemo } from 'preact/hooks'
import { call } from '../../lib/api.ts'
import { lang, useT } from '../../lib/i18n.ts'
import type { Person } from '../../lib/model.ts'
import { at, when } from '../../lib/time.ts'
import { may } from '../../shell/rights.ts'
import { faultAt, Field, Seg } from '../../ui/index.ts'
import { Card, Keep, submit, useSaving } from './form.tsx'

export function Presence({ person, changed }: { person: Person; changed: () => void }) {
  const t = useT('people')
  const saving = useSaving()
  const is = person.presence
  const state = useMemo(() => ({ is: signal<'here' | 'away'>(is?.state ?? 'here'), until: signal(''), deputy: signal(is?.deputy ?? '') }), [is?.state, is?.until, is?.deputy])
  if (!person.active) return null
  const says = is?.state === 'away' ? t('people.away', { until: is.until ? when(at(is.until), lang.value) : t('people.away.open') }) : t('people.here')
  const keep = () => saving.run(async () => {
    const body = state.is.value === 'here' ? { state: 'here' as const } : { state: 'away' as const, ...(state.until.value && { until: new Date(state.until.value).toISOString() }), ...(state.deputy.value.trim() && { deputy: state.deputy.value.trim() }) }
    await call('setPresence', { path: { id: person.id }, body })
    changed()
  }, t('people.presence.kept'))
  const errors = saving.problem.value?.errors
  return <Card title={t('people.presence')}><div class="pad-s col"><p class="t13">{says}{is?.deputy ? ` ${t('people.deputy.is', { name: is.deputy })}` : ''}</p>
    {may('SET_PRESENCE', 'team') && <form class="col" onSubmit={submit(() => void keep())}>
      <div><Seg value={state.is} label={t('people.presence')} options={[{ value: 'here', text: t('people.state.here') }, { value: 'away', text: t('people.state.away') }]} /></div>
      {state.is.value === 'away' && <div class="half"><Field label={t('people.until')} value={state.until} type="datetime-local" fault={faultAt(errors, 'until')} /><Field label={t('people.deputy')} value={state.deputy} autocomplete="off" fault={faultAt(errors, 'deputy')} /></div>}
      <Keep saving={saving} /></form>}
  </div></Card>
}
