// An earlier version back in force, with what that changes and a reason.
import { signal, type Signal } from '@preact/signals'
import { useMemo } from 'preact/hooks'
import { call, Problem } from '../../lib/api.ts'
import { useT } from '../../lib/i18n.ts'
import { go } from '../../lib/router.ts'
import { Button, Dialog, forget, TextArea, toast } from '../../ui/index.ts'
import { Changes } from './Changes.tsx'
import { Told, tried } from './told.tsx'

export function RollBack({ open, version, live }: { open: Signal<boolean>; version: number; live: number }) {
  const t = useT('policy')
  const state = useMemo(() => ({ note: signal(''), fault: signal(''), problem: signal<Problem | null>(null), busy: signal(false) }), [])
  const draft = `policy-back-${version}`
  const send = async () => {
    if (state.note.value.trim() === '') {
      state.fault.value = t('policy.note.fault')
      return
    }
    state.busy.value = true
    const answer = await tried(() => call('rollbackPolicy', { body: { version, note: state.note.value.trim() } }))
    state.busy.value = false
    state.problem.value = answer instanceof Problem ? answer : null
    if (answer instanceof Problem) return
    forget(draft)
    open.value = false
    toast({ says: t('policy.back.done', { n: version }) })
    go('/policy')
  }
  const footer = <><Button kind="quiet" onClick={() => { open.value = false }}>{t('policy.stay')}</Button>
    <Button kind="pri" busy={state.busy.value ? t('policy.back.busy') : undefined} onClick={() => void send()}>{t('policy.back.do', { n: version })}</Button></>
  return <Dialog open={open} title={t('policy.back.title', { n: version })} footer={footer} draft={draft} wide>
    <TextArea name="note" label={t('policy.back.why')} value={state.note} rows={2} fault={state.fault.value && state.note.value.trim() === '' ? state.fault.value : undefined} hint={t('policy.back.hint')} />
    <Changes body={{ a: live, b: version }} />
    {state.problem.value && <Told problem={state.problem.value} />}
  </Dialog>
}
