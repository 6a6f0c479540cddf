// Teams as a tree, with how many people each has; made, renamed, moved and dissolved here.
import { signal, type Signal } from '@preact/signals'
import { useMemo } from 'preact/hooks'
import { call } from '../../lib/api.ts'
import { useT } from '../../lib/i18n.ts'
import type { Team } from '../../lib/model.ts'
import { resource, useResource } from '../../lib/resource.ts'
import { Link } from '../../lib/router.ts'
import { may } from '../../shell/rights.ts'
import { Button, Dialog, Empty, faultAt, type Fault, Field, Icon, Select } from '../../ui/index.ts'
import { plain } from '../setup/csv.ts'
import { Told } from '../policy/told.tsx'
import { readTeams } from './choices.ts'
import { Card, Data, useSaving } from './form.tsx'

async function read(signal: AbortSignal): Promise<Team[]> {
  return (await readTeams(signal)).sort((a, b) => a.path.localeCompare(b.path))
}

export function Teams() {
  const t = useT('people')
  const list = useResource(() => resource(read, { kinds: ['team.changed', 'person.*'], quiet: 300 }), [])
  const edited = useMemo(() => signal<Team | 'new' | null>(null), [])
  const changes = may('CHANGE_PEOPLE', 'all')
  return <Card title={t('people.part.teams')} text={t('people.teams.text')} side={changes && <Button size="sm" onClick={() => { edited.value = 'new' }}><Icon name="plus" small />{t('people.teams.new')}</Button>}>
    <Data of={list}>{is => is.length === 0 ? <Empty title={t('people.teams.none')}>{t('people.teams.none.text')}</Empty> : <ul class="tree">{is.map(one => <li key={one.id} class={`lv${Math.min(5, one.path.split('/').length)}`}>
      <span class="grow ell"><b>{one.name ?? one.id}</b>{one.name && <span class="f t12"> {one.id}</span>}</span>
      <Link class="t13" to={`/people/people?team=${encodeURIComponent(one.id)}`}>{t('people.count', { n: one.people ?? 0 })}</Link>
      {changes && <Button size="xs" kind="quiet" aria-label={t('people.teams.change', { name: one.name ?? one.id })} onClick={() => { edited.value = one }}>{t('people.change')}</Button>}</li>)}</ul>}</Data>
    {edited.value !== null && <Edit team={edited.value} all={list.data.value ?? []} close={() => { edited.value = null }} done={() => { edited.value = null; void list.refresh() }} />}
  </Card>
}

function Edit({ team, all, close, done }: { team: Team | 'new'; all: Team[]; close: () => void; done: () => void }) {
  const t = useT('people')
  const saving = useSaving()
  const old = team === 'new' ? null : team
  const state = useMemo(() => ({ open: signal(true), name: signal(old?.name ?? ''), id: signal(''), parent: signal(old?.parent ?? '') }), [])
  const parents = all.filter(one => !old || (one.id !== old.id && !one.path.startsWith(`${old.path}/`)))
  const keep = () => saving.run(async () => {
    const body = { ...(state.name.value.trim() && { name: state.name.value.trim() }) }
    if (!old) await call('addTeam', { body: { id: state.id.value.trim() || plain(state.name.value), ...body, ...(state.parent.value && { parent: state.parent.value }) } })
    else await call('changeTeam', { path: { id: old.id }, body: { ...body, ...(state.parent.value !== (old.parent ?? '') && { parent: state.parent.value || null }) } })
    done()
  }, t('people.teams.kept'))
  const remove = () => saving.run(async () => {
    await call('removeTeam', { path: { id: old?.id ?? '' } })
    done()
  }, t('people.teams.gone'))
  const errors = saving.problem.value?.errors
  const footer = <>{old && <Button kind="quiet" onClick={() => void remove()}>{t('people.teams.remove')}</Button>}<span class="sp" /><Button kind="quiet" onClick={close}>{t('common.close')}</Button>
    <Button kind="pri" busy={saving.busy.value ? t('common.saving') : undefined} onClick={() => void keep()}>{t('common.save')}</Button></>
  return <Dialog open={state.open} title={old ? t('people.teams.change', { name: old.name ?? old.id }) : t('people.teams.new')} onClose={close} footer={footer}>
    <Field label={t('people.teams.name')} value={state.name} maxLength={200} autocomplete="off" fault={faultAt(errors, 'name')} />
    {!old && <Field label={t('people.id')} value={state.id} placeholder={plain(state.name.value)} autocomplete="off" fault={faultAt(errors, 'id')} />}
    <Parent value={state.parent} options={parents} fault={faultAt(errors, 'parent')} />
    {saving.problem.value && <Told problem={saving.problem.value} />}
  </Dialog>
}

function Parent({ value, options, fault }: { value: Signal<string>; options: Team[]; fault: Fault | undefined }) {
  const t = useT('people')
  return <Select label={t('people.teams.parent')} value={value} fault={fault} options={[{ value: '', text: t('people.teams.top') }, ...options.map(one => ({ value: one.id, text: one.path }))]} />
}
