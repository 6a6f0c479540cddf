/* Give somebody more room. It only grows here: taking some away is an act of its own, with a reason and an end, and not the desk's. */
import { signal, type Signal } from '@preact/signals'
import { useMemo } from 'preact/hooks'
import { Amount, Button, Dialog, Note, Select } from '../../ui/index.ts'
import { call, callFull, Problem } from '../../lib/api.ts'
import { lang, useT } from '../../lib/i18n.ts'
import { cmp, parse, read, typed as fieldText, wire } from '../../lib/money.ts'
import { say } from './Answer.tsx'
import { currency } from './desk.ts'
import type { Line } from './share.ts'
import { short } from './words.ts'

interface MoreState { line: Signal<string>; amount: Signal<string>; fault: Signal<string>; problem: Signal<string>; busy: Signal<boolean> }

export function MoreRoom({ open, lines, done }: { open: Signal<boolean>; lines: Line[]; done: () => void }) {
  const t = useT('desk')
  const state = useMemo<MoreState>(() => ({
    line: signal(lines[0]?.person ?? ''), amount: signal(lines[0] === undefined ? '' : fieldText(lines[0].amount, lang.value)), fault: signal(''), problem: signal(''), busy: signal(false),
  }), [])
  const line = lines.find((one) => one.person === state.line.value) ?? lines[0]
  if (line === undefined) {
    return null
  }
  const value = read(state.amount.value, currency, lang.value)
  const grows = typeof value !== 'string' && cmp(value, line.amount) > 0
  const choose = (): void => {
    const next = lines.find((one) => one.person === state.line.value)
    state.amount.value = next === undefined ? '' : fieldText(next.amount, lang.value)
    state.fault.value = state.problem.value = ''
  }
  const give = async (): Promise<void> => {
    if (!grows) {
      state.fault.value = t('desk.more.fault', { amount: short(line.amount) })
      return
    }
    state.busy.value = true
    try {
      const { body: person, etag } = await callFull('getPerson', { path: { id: line.person } })
      const before = parse(person.budgets?.[line.budget]?.amount ?? wire(line.amount), currency)
      if (before !== null && cmp(value, before) <= 0) {
        throw new Problem({ status: 412 })
      }
      const limit = { ...person.budgets?.[line.budget], amount: wire(value) }
      await call('changePerson', { path: { id: line.person }, body: { budgets: { ...person.budgets, [line.budget]: limit } }, ...(etag === null ? {} : { ifMatch: etag }) })
      open.value = false
      say(t('desk.more.done', { name: line.name, amount: short(value) }))
      done()
    } catch (problem) {
      if (!(problem instanceof Problem)) {
        throw problem
      }
      state.problem.value = problem.kind === 'changed' || problem.kind === 'conflict' ? t('desk.more.first', { name: line.name }) : t('desk.did.not', { detail: problem.detail })
      done()
    } finally {
      state.busy.value = false
    }
  }
  const footer = <>
    <Button kind="quiet" onClick={() => { open.value = false }}>{t('desk.way.back')}</Button>
    <Button kind="pri" busy={state.busy.value ? t('desk.do.sending') : undefined} onClick={() => void give()}>{grows ? t('desk.more.send', { amount: short(value) }) : t('desk.more.send.plain')}</Button>
  </>
  const options = lines.map((one) => ({ value: one.person, text: t('desk.more.option', { name: one.name, label: one.label, amount: short(one.amount) }) }))
  return <Dialog open={open} title={t('desk.team.more')} footer={footer}>
    <Select label={t('desk.more.who')} value={state.line} options={options} onChange={choose} hint={t('desk.more.hint', { left: short(line.left), amount: short(line.amount) })} />
    <div><span class="lbl" aria-hidden="true">{t('desk.more.new')}</span>
      <Amount value={state.amount} currency={currency} label={t('desk.more.new')} fault={state.fault.value !== '' && !grows ? state.fault.value : undefined} /></div>
    <p class="t12 m">{t('desk.more.holds')}</p>
    {state.problem.value !== '' && <Note kind="bad" live>{state.problem.value}</Note>}
  </Dialog>
}
