// One form for giving and for asking: the same field in the same place. What lies within the own room is given; beyond it the
// button turns into a question to a person. Typing, dragging and picking are one value.
import { untracked, useSignal, useSignalEffect, type Signal } from '@preact/signals'
import type { RefObject } from 'preact'
import { useEffect, useRef } from 'preact/hooks'
import { Amount, Button, Chip, Field, Note, Ruler, TextArea } from '../../ui/index.ts'
import { within } from '../../ui/ruler.ts'
import { lang, rich, useT } from '../../lib/i18n.ts'
import { useKeys } from '../../lib/keys.ts'
import { cmp, read, typed, zero, type Money } from '../../lib/money.ts'
import type { Terms } from '../../lib/model.ts'
import { Questions, Reason } from './About.tsx'
import { Asking } from './Ask.tsx'
import { Giving } from './Give.tsx'
import type { CaseStore, Host } from './case.ts'
import type { Remedy, Screen } from './model.ts'
import { firstAmount, rulerEnd, takesAmount, usualOf } from './reduce.ts'
import { answersIn, askedName, short } from './words.ts'

export type ActScreen = Extract<Screen, { is: 'give' | 'ask' }>

/** The act that the form's button stands for. What is acted on is what is shown: a press that comes before a typed amount is on the
 *  screen waits for it. `typed`: the amount that the form's fields say at this moment, drawn or not. */
export interface Press { now: RefObject<() => void>; press: () => void; typed: () => Money | null }

const FRAMES = 2

/** Once more a little later, when what was typed has been drawn. */
export function later(run: () => void): void {
  afterFrames(FRAMES, run)
}

/** Sets what the button does; `amount` is the one that is shown. */
export function usePress(press: Press, store: CaseStore, amount: Money | null, name: string, run: () => void): void {
  press.now.current = () => {
    if (store.busy.value !== null) return
    if (store.form.amount.peek()?.minor === amount?.minor && press.typed()?.minor === amount?.minor) run()
    else later(() => press.now.current())
  }
  useKeys([{ id: 'panel.primary', keys: 'mod+enter', name, always: true, run: press.press }])
}

function afterFrames(n: number, run: () => void): void {
  if (n === 0) run()
  else requestAnimationFrame(() => afterFrames(n - 1, run))
}

export interface ActProps { screen: ActScreen; store: CaseStore; host: Host; terms: Terms | undefined }

/** The typed text and the ruler's value, both following the form's amount. */
function useAmount(row: Remedy, amount: Signal<Money | null>, currency: string): { text: Signal<string>; ruler: Signal<Money>; fault: string | undefined; stands: () => Money | null } {
  const t = useT('panel')
  const end = rulerEnd(row)
  const shape = { max: end ?? zero(currency), own: end ?? zero(currency) }
  const text = useSignal(amount.value ? typed(amount.value, lang.value) : '')
  const ruler = useSignal(amount.value ? within(amount.value, shape) : zero(currency))
  const drawn = useRef(ruler.value)
  const stands = (): Money | null => {
    const found = read(text.value, currency, lang.value)
    return typeof found === 'object' ? found : null
  }
  useSignalEffect(() => {
    const next = stands()
    const now = amount.peek()
    if (next?.minor !== now?.minor) amount.value = next
    const place = next ? within(next, shape) : zero(currency)
    drawn.current = place
    if (cmp(ruler.peek(), place) !== 0) ruler.value = place
  })
  useSignalEffect(() => {
    if (cmp(ruler.value, drawn.current) !== 0) text.value = typed(ruler.value, lang.peek())
  })
  const found = read(text.value, currency, lang.value)
  const fault = typeof found === 'object' || found === 'empty' ? undefined
    : found === 'too-many-digits' ? t('panel.amount.digits') : found === 'negative' ? t('panel.amount.negative') : t('panel.amount.unread')
  return { text, ruler, fault, stands }
}

function Chips({ row, store, host, text }: { row: Remedy; store: CaseStore; host: Host; text: Signal<string> }) {
  const t = useT('panel')
  const now = store.form.amount.value
  const usual = usualOf(row, store.evidence.value.get(row.action), host.currency)
  const chips: { amount: Money; hint: string; ask?: boolean }[] = []
  if (usual && (!row.own || cmp(usual, row.own) !== 0)) chips.push({ amount: usual, hint: t('panel.chip.usual') })
  if (row.own && row.own.minor > 0n) chips.push({ amount: row.own, hint: t('panel.chip.most') })
  if (row.most && (!row.own || cmp(row.most, row.own) > 0)) chips.push({ amount: row.most, hint: t('panel.chip.ask'), ask: true })
  if (chips.length === 0) return null
  return (
    <div class="chips mt4">
      {chips.map(({ amount, hint, ask }) => (
        <Chip key={hint} pressed={now !== null && cmp(now, amount) === 0} hint={hint} kind={ask ? 'ask' : undefined} onClick={() => (text.value = typed(amount, lang.value))}>
          {short(amount, lang.value)}
        </Chip>
      ))}
    </div>
  )
}

function Scale({ row, ruler, store, host }: { row: Remedy; ruler: Signal<Money>; store: CaseStore; host: Host }) {
  const t = useT('panel')
  const end = rulerEnd(row)
  if (!end) return null
  const own = row.own ?? zero(host.currency)
  const who = askedName(t, row.ask?.first)
  const median = usualOf(row, store.evidence.value.get(row.action), host.currency)
  return (
    <div>
      <Ruler size="big" max={end} own={own} value={ruler} label={t('panel.amount.label')} ask={row.ask ? { max: end, who } : undefined} median={median ?? undefined} />
      <div class="zones">
        <span class="can-t">{own.minor > 0n && t('panel.zone.own', { amount: short(own, lang.value) })}</span>
        <span class="ask-t">{row.ask && (row.most ? t('panel.zone.ask', { name: who, amount: short(row.most, lang.value) }) : answersIn(t, row.ask, lang.value))}</span>
      </div>
    </div>
  )
}

/** What the grant wants to hear before it gives: the agent's words, and where the evidence is. */
function Needs({ row, store }: { row: Remedy; store: CaseStore }) {
  const t = useT('panel')
  const needs = row.option?.needs ?? []
  const faults = store.form.faults.value
  return (
    <>
      {needs.includes('note') && <TextArea label={t('panel.needs.note')} value={store.form.note} rows={2} fault={faults['note']} />}
      {needs.includes('evidence') && <Field label={t('panel.needs.evidence')} hint={t('panel.needs.evidence-hint')} value={store.form.evidence} type="text" autocomplete="off" fault={faults['evidence']} />}
    </>
  )
}

export function Act({ screen, store, host, terms }: ActProps) {
  const t = useT('panel')
  const { row } = screen
  const field = useRef<HTMLInputElement>(null)
  const amounts = takesAmount(row)
  if (store.form.amount.peek() === null && amounts && !store.touched.peek()) {
    store.form.amount.value = firstAmount(row, store.evidence.peek().get(row.action), host.hint.peek().amount, host.currency)
    store.touched.value = true
  }
  const { text, ruler, fault, stands } = useAmount(row, store.form.amount, host.currency)
  const now = useRef(() => {})
  const press: Press = { now, press: () => now.current(), typed: () => (amounts ? untracked(stands) : store.form.amount.peek()) }
  const shown = fault ?? store.form.faults.value['amount']
  useEffect(() => { (field.current ?? document.querySelector<HTMLElement>('.pn-bar button'))?.focus() }, [row.key])
  useKeys([{ id: 'panel.back', keys: 'escape', name: t('panel.back'), always: true, run: store.back }])
  return (
    <form class="form" onSubmit={(event) => event.preventDefault()}>
      {amounts && (
        <div>
          <span class="lbl" aria-hidden="true">{t('panel.amount.label')}</span>
          <Amount value={text} currency={host.currency} label={t('panel.amount.label')} input={field} fault={shown} />
          <Chips row={row} store={store} host={host} text={text} />
        </div>
      )}
      {amounts && <Scale row={row} ruler={ruler} store={store} host={host} />}
      <Reason store={store} terms={terms} label={t('panel.about.reason')} />
      <Questions store={store} terms={terms} currency={host.currency} />
      {screen.is === 'give' && <Needs row={row} store={store} />}
      {store.shrunk.value && screen.is === 'ask' && <Note kind="ask" icon="info">{rich(t('panel.ask.shrunk'))}</Note>}
      {screen.is === 'give' ? <Giving screen={screen} store={store} host={host} field={field} press={press} /> : <Asking screen={screen} store={store} host={host} terms={terms} field={field} press={press} set={(amount) => (text.value = typed(amount, lang.value))} />}
      <Button kind="quiet" size="sm" onClick={store.back}>{t('panel.back')}</Button>
    </form>
  )
}
