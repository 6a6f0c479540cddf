// Handing a case over: to a person, found by name, or to a department.
import { useSignal, useSignalEffect, type Signal } from '@preact/signals'
import { useRef } from 'preact/hooks'
import { Avatar, Button, Dialog, Field, Seg, Select } from '../../ui/index.ts'
import { call } from '../../lib/api.ts'
import { useT } from '../../lib/i18n.ts'
import type { Name } from '../../lib/model.ts'
import { terms } from './terms.ts'
import type { CaseStore } from './case.ts'

const LEAST_LETTERS = 2

function People({ chosen, fault }: { chosen: Signal<Name | null>; fault: string | undefined }) {
  const t = useT('panel')
  const query = useSignal('')
  const found = useSignal<Name[]>([])
  const turn = useRef(0)
  useSignalEffect(() => {
    const text = query.value.trim()
    const mine = ++turn.current
    if (text.length < LEAST_LETTERS) {
      found.value = []
      return
    }
    void call('names', { query: { q: text } }).then((names) => { if (mine === turn.current) found.value = names.items.filter((one) => one.active).slice(0, 6) }, () => {})
  })
  return (
    <>
      <Field label={t('panel.hand.person')} value={query} type="text" autocomplete="off" fault={fault} hint={t('panel.hand.person-hint')} />
      <ul class="found" aria-label={t('panel.hand.found')}>
        {found.value.map((one) => (
          <li key={one.id}>
            <button type="button" class="pick" aria-pressed={chosen.value?.id === one.id} onClick={() => (chosen.value = one)}>
              <Avatar name={one.name ?? one.id} kind={one.kind} size="s" /><span>{one.name ?? one.id}</span><span class="sp" /><span class="t12 f">{one.team_name}</span>
            </button>
          </li>
        ))}
      </ul>
      <p class="vh" role="status">{query.value.trim().length >= LEAST_LETTERS ? t('panel.hand.count', { n: found.value.length }) : ''}</p>
    </>
  )
}

export function Handover({ open, store }: { open: Signal<boolean>; store: CaseStore }) {
  const t = useT('panel')
  const to = useSignal<'person' | 'department'>('person')
  const chosen = useSignal<Name | null>(null)
  const department = useSignal('')
  const fault = useSignal('')
  const teams = terms.value?.teams ?? []
  const send = async (): Promise<void> => {
    const person = to.value === 'person'
    if (person ? !chosen.value : department.value === '') {
      fault.value = person ? t('panel.hand.person-missing') : t('panel.hand.department-missing')
      return
    }
    open.value = false
    fault.value = ''
    await store.handOver(person ? { owner: chosen.value!.id } : { department: department.value }, t('panel.owner.hand-over'))
    chosen.value = null
  }
  const footer = (
    <>
      <Button kind="quiet" onClick={() => (open.value = false)}>{t('panel.leave')}</Button>
      <Button kind="pri" onClick={() => void send()}>{chosen.value && to.value === 'person' ? t('panel.hand.to', { name: chosen.value.name ?? chosen.value.id }) : t('panel.owner.hand-over')}</Button>
    </>
  )
  return (
    <Dialog open={open} title={t('panel.hand.title', { case: store.id })} footer={footer}>
      <div class="col">
        {teams.length !== 0 && <Seg label={t('panel.hand.whom')} value={to} options={[{ value: 'person', text: t('panel.hand.a-person') }, { value: 'department', text: t('panel.hand.a-department') }]} onChange={() => (fault.value = '')} />}
        {to.value === 'person' ? <People chosen={chosen} fault={fault.value || undefined} />
          : <Select label={t('panel.hand.department')} value={department} fault={fault.value || undefined} options={[{ value: '', text: t('panel.about.unsaid') }, ...teams.map((team) => ({ value: team, text: team }))]} />}
      </div>
    </Dialog>
  )
}
