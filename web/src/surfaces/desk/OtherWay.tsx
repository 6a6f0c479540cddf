/* Another way: a yes to something else, or words. It always gives the agent one of the two to go on with. */
import { computed, signal } from '@preact/signals'
import { useMemo } from 'preact/hooks'
import { Amount, Button, Dialog, forget, Select, TextArea } from '../../ui/index.ts'
import { announce } from '../../lib/dom.ts'
import { lang, useT } from '../../lib/i18n.ts'
import { useKeys } from '../../lib/keys.ts'
import type { Option } from '../../lib/model.ts'
import { least, typed as fieldText, wire, type Money } from '../../lib/money.ts'
import { primary, say, type Acts } from './Answer.tsx'
import { currency, type Desk } from './desk.ts'
import { money, otherAnswer, typed } from './give.ts'
import { amountText, closedText, short } from './words.ts'

/** The most of another remedy: what one may give of it, and not more than was asked for. */
function roomOf(option: Option | undefined, asked: Money | null): Money | null {
  const most = money(option?.up_to, currency)
  return most === null ? null : asked === null ? most : least(most, asked)
}

export function OtherWay({ desk, acts }: { desk: Desk; acts: Acts }) {
  return acts.way.value ? <Opened desk={desk} acts={acts} /> : null
}

function Opened({ desk, acts }: { desk: Desk; acts: Acts }) {
  const t = useT('desk')
  const { approval, name, asked } = acts
  const others = approval.mine?.others ?? []
  const state = useMemo(() => ({ action: signal(''), words: signal(''), amount: signal(''), pressed: signal(false) }), [])
  const option = others.find((one) => one.action === state.action.value)
  const room = roomOf(option, asked)
  const value = useMemo(() => computed(() => {
    const chosen = others.find((one) => one.action === state.action.value)
    const most = roomOf(chosen, asked)
    return most === null ? null : typed(state.amount.value, most, lang.value)
  }), [approval])
  const choose = (): void => {
    const most = roomOf(others.find((one) => one.action === state.action.value), asked)
    state.amount.value = most === null ? '' : fieldText(most, lang.value)
  }
  const fault = room !== null && typeof value.value === 'string' ? t('desk.way.more', { amount: short(room) }) : undefined
  const answer = fault !== undefined ? null : otherAnswer(option === undefined ? null : { action: option.action, amount: value.value === null || typeof value.value === 'string' ? null : wire(value.value) }, state.words.value)
  const draft = `way-${approval.id}`
  const send = (): void => {
    state.pressed.value = true
    if (answer === null) {
      announce(fault ?? t('desk.way.need'), 'assertive')
      return
    }
    void desk.answer(approval, { is: 'way', other: answer, says: t('desk.way.title', { name }) }).then((outcome) => {
      if (outcome.is === 'done') {
        forget(draft)
        say(t('desk.done.way', { name }))
      } else if (outcome.is === 'first') {
        say(closedText(t, outcome.approval))
      }
    })
    acts.way.value = false
  }
  useKeys([{ id: 'desk.way.send', keys: 'mod+enter', name: t('desk.way.send', { name }), run: send, always: true }])
  const label = (one: Option): string => (one.up_to === undefined ? (one.label ?? one.action) : t('desk.way.upto', { label: one.label ?? one.action, amount: amountText(one.up_to) }))
  const footer = <>
    <span class="t12 f grow" role="status">{answer === null && (state.pressed.value || fault === undefined) ? (fault ?? t('desk.way.need')) : ''}</span>
    <Button kind="quiet" onClick={() => { acts.way.value = false }}>{t('desk.way.back')}</Button>
    <Button {...primary(answer !== null)} aria-disabled={answer === null} keyId="desk.way.send" onClick={send}>{t('desk.way.send', { name })}</Button>
  </>
  return <Dialog open={acts.way} title={t('desk.way.title', { name })} draft={draft} footer={footer}>
    <p class="t13 m">{t('desk.way.intro', { name })}</p>
    {others.length > 0 && <Select label={t('desk.way.remedy')} value={state.action} onChange={choose}
      options={[{ value: '', text: t('desk.way.words') }, ...others.map((one) => ({ value: one.action, text: label(one) }))]} />}
    {room !== null && <Amount value={state.amount} currency={currency} label={t('desk.amount.label')} fault={fault} />}
    <TextArea label={t('desk.way.why', { name })} name="note" value={state.words} maxLength={2000} />
  </Dialog>
}
