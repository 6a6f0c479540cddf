// Somebody new: who they are, and a link to set their password.
import { signal, type Signal } from '@preact/signals'
import { useMemo } from 'preact/hooks'
import { call } from '../../lib/api.ts'
import { useT } from '../../lib/i18n.ts'
import type { Person } from '../../lib/model.ts'
import { Link } from '../../lib/router.ts'
import { Button, Dialog, faultAt, Field, Select } from '../../ui/index.ts'
import { plain } from '../setup/csv.ts'
import { Told } from '../policy/told.tsx'
import { useSaving } from './form.tsx'
import { InviteLink } from './Invite.tsx'
import { useChoices } from './choices.ts'

export function InviteDialog({ open }: { open: Signal<boolean> }) {
  const t = useT('people')
  const saving = useSaving()
  const choices = useChoices()
  const state = useMemo(() => ({ name: signal(''), id: signal(''), email: signal(''), team: signal(''), tier: signal(''), kind: signal('human'), made: signal<Person | null>(null) }), [])
  const id = state.id.value.trim() || plain(state.name.value)
  const add = async () => {
    const body = { id, name: state.name.value.trim(), kind: state.kind.value as Person['kind'], ...(state.email.value.trim() && { email: state.email.value.trim() }), ...(state.team.value && { team: state.team.value }), ...(state.tier.value && { tier: state.tier.value }) }
    const answer = await saving.run(() => call('addPerson', { body }))
    if (answer) state.made.value = answer as Person
  }
  const errors = saving.problem.value?.errors
  const close = <Button kind="quiet" onClick={() => { open.value = false }}>{t('common.close')}</Button>
  const made = state.made.value
  if (made) {
    return <Dialog open={open} title={t('people.added', { name: made.name ?? made.id })} footer={close}>
      {made.kind === 'human' ? <InviteLink person={made} /> : <p class="t13">{t('people.added.machine')} <Link to="/people/tokens" onClick={() => { open.value = false }}>{t('people.part.tokens')}</Link></p>}
      <p><Link class="btn sm" to={`/people/p/${encodeURIComponent(made.id)}`} onClick={() => { open.value = false }}>{t('people.added.open')}</Link></p>
    </Dialog>
  }
  return <Dialog open={open} title={t('people.add')} footer={<>{close}<Button kind="pri" busy={saving.busy.value ? t('common.saving') : undefined} onClick={() => void add()}>{t('people.add.do')}</Button></>}>
    <Field label={t('people.name')} value={state.name} maxLength={200} autocomplete="off" fault={faultAt(errors, 'name')} />
    <Field label={t('people.id')} value={state.id} placeholder={plain(state.name.value)} maxLength={200} autocomplete="off" fault={faultAt(errors, 'id')} hint={t('people.id.hint')} />
    <Field label={t('people.email')} value={state.email} type="email" autocomplete="off" fault={faultAt(errors, 'email')} />
    <div class="half"><Select label={t('people.team')} value={state.team} options={choices.teams.value} fault={faultAt(errors, 'team')} /><Select label={t('people.tier')} value={state.tier} options={choices.tiers.value} fault={faultAt(errors, 'tier')} /></div>
    <Select label={t('people.kind')} value={state.kind} options={(['human', 'ai', 'service'] as const).map(value => ({ value, text: t(`people.kind.${value}`) }))} />
    {saving.problem.value && (errors?.length ?? 0) === 0 && <Told problem={saving.problem.value} />}
  </Dialog>
}
