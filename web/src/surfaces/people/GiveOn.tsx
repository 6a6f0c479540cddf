// The open cases of somebody who left: each needs an owner.
import { signal } from '@preact/signals'
import { useMemo } from 'preact/hooks'
import { call, callFull } from '../../lib/api.ts'
import { useT } from '../../lib/i18n.ts'
import type { Person } from '../../lib/model.ts'
import { resource, useResource } from '../../lib/resource.ts'
import { Link } from '../../lib/router.ts'
import { may } from '../../shell/rights.ts'
import { Button, Field, Note } from '../../ui/index.ts'
import { Told } from '../policy/told.tsx'
import { Card, Data, submit, useSaving } from './form.tsx'
import { openCasesOf } from './roster.ts'

export function GiveOn({ person }: { person: Person }) {
  const t = useT('people')
  const saving = useSaving()
  const cases = useResource(() => resource(abort => openCasesOf(person.id, abort), { kinds: ['case.*'] }), [person.id])
  const state = useMemo(() => ({ to: signal(''), found: signal<{ id: string; name?: string }[]>([]) }), [])
  const look = async () => {
    if (state.to.value.trim().length >= 2) state.found.value = await call('names', { query: { q: state.to.value.trim() } }).then(answer => answer.items, () => [])
  }
  const give = () => saving.run(async () => {
    for (const one of cases.data.value ?? []) {
      const { etag } = await callFull('getCase', { path: { id: one.id } })
      await call('changeCase', { path: { id: one.id }, body: { owner: state.to.value.trim() }, ...(etag !== null && { ifMatch: etag }) })
    }
    await cases.refresh()
  }, t('people.giveon.done'))
  return <Data of={cases}>{is => is.length === 0 ? null : <Card title={t('people.giveon', { n: is.length })}>
    <ul class="rows">{is.map(one => <li key={one.id}><Link to={`/panel?case=${encodeURIComponent(one.id)}`}>#{one.id}</Link><span class="grow ell">{one.subject}</span></li>)}</ul>
    {may('CHANGE_CASES', 'all') ? <form class="pad col" onSubmit={submit(() => void give())}>
      <Field label={t('people.giveon.to')} value={state.to} list="people-heirs" autocomplete="off" required onInput={() => void look()} hint={t('people.manager.hint')} />
      <datalist id="people-heirs">{state.found.value.map(one => <option key={one.id} value={one.id}>{one.name}</option>)}</datalist>
      <div><Button kind="pri" type="submit" busy={saving.busy.value ? t('common.saving') : undefined}>{t('people.giveon.do', { n: is.length })}</Button></div>
      {saving.problem.value && <Told problem={saving.problem.value} />}</form> : <div class="pad"><Note kind="ask">{t('people.giveon.other')}</Note></div>}
  </Card>}</Data>
}
