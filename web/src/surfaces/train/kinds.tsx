// How each kind of question is asked. A table: another kind is another row. What somebody has chosen or typed so far is `given`, in the
// form that the server takes; null: nothing yet that could be sent.
import { effect, useSignal, type Signal } from '@preact/signals'
import type { ComponentType } from 'preact'
import { useEffect, useMemo } from 'preact/hooks'
import type { AnswerNew, CourseItem } from '../../lib/api-types.ts'
import { lang, useT } from '../../lib/i18n.ts'
import { format, parse, read, wire, zero, type Money } from '../../lib/money.ts'
import { Amount, Field, Rich, Ruler, Select, TextArea } from '../../ui/index.ts'
import { amounts } from './amounts.ts'
import { picked, Scenario } from './Scenario.tsx'

export interface AskProps { item: CourseItem; given: Signal<AnswerNew | null>; currency: string; about: string }
export type Kind = CourseItem['kind']

/** keys: how many number keys pick something, and what the n-th makes of what is given. */
export interface KindRow { Asks: ComponentType<AskProps>; keys?: (item: CourseItem) => number; pick?: (n: number, given: AnswerNew | null, item: CourseItem) => AnswerNew | null; free?: boolean }

const toggled = (n: number, given: AnswerNew | null): AnswerNew | null => {
  const now = given?.choices ?? []
  const next = now.includes(n) ? now.filter(one => one !== n) : [...now, n].sort((a, b) => a - b)
  return next.length > 0 ? { choices: next } : null
}
const options = (item: CourseItem) => item.options?.length ?? 0

export const KINDS: Partial<Record<Kind, KindRow>> = {
  choice: { Asks: Choice, keys: options, pick: n => ({ choice: n }) },
  choices: { Asks: Choices, keys: options, pick: toggled },
  'true-false': { Asks: Truth, keys: () => 2, pick: n => ({ truth: n === 1 }) },
  number: { Asks: Numeric },
  matching: { Asks: Matching },
  short: { Asks: Short },
  essay: { Asks: Essay, free: true },
  amount: { Asks: Much },
  scenario: { Asks: Scenario, keys: options, pick: (n, given, item) => given?.choice === n ? given : picked(item.options![n - 1]!) },
}

/** Whether an item wants an answer. */
export const isAsked = (item: CourseItem): boolean => KINDS[item.kind] !== undefined && item.id !== undefined

function Key({ n }: { n: number }) {
  return n <= 9 ? <kbd class="kbd" aria-hidden="true">{n}</kbd> : <span />
}

function Choice({ item, given, about }: AskProps) {
  return <div role="radiogroup" aria-labelledby={about}>{item.options?.map(one => <label class="opt" key={one.option}>
    <input type="radio" name={about} checked={given.value?.choice === one.option} onChange={() => { given.value = { choice: one.option } }} /><Key n={one.option} /><span>{one.text && <Rich {...one.text} flat />}</span></label>)}</div>
}

function Choices({ item, given, about }: AskProps) {
  const t = useT('train')
  return <div role="group" aria-labelledby={about}><p class="t12 f">{t('train.ask.several')}</p>{item.options?.map(one => <label class="opt" key={one.option}>
    <input type="checkbox" checked={given.value?.choices?.includes(one.option) ?? false} onChange={() => { given.value = toggled(one.option, given.value) }} /><Key n={one.option} /><span>{one.text && <Rich {...one.text} flat />}</span></label>)}</div>
}

function Truth({ given, about }: AskProps) {
  const t = useT('train')
  return <div role="radiogroup" aria-labelledby={about}>{[true, false].map((truth, i) => <label class="opt" key={String(truth)}>
    <input type="radio" name={about} checked={given.value?.truth === truth} onChange={() => { given.value = { truth } }} /><Key n={i + 1} /><span>{t(truth ? 'train.true' : 'train.false')}</span></label>)}</div>
}

const orNull = (text: string, make: (text: string) => AnswerNew): AnswerNew | null => text.trim() === '' ? null : make(text.trim())

function Numeric({ given, about }: AskProps) {
  const t = useT('train')
  const text = useSignal(given.value?.number ?? '')
  return <Field label={t('train.ask.number')} value={text} inputMode="decimal" autocomplete="off" aria-describedby={about} maxLength={40} onInput={() => { given.value = orNull(text.value, number => ({ number })) }} />
}

function Short({ given, about }: AskProps) {
  const t = useT('train')
  const text = useSignal(given.value?.text ?? '')
  return <Field label={t('train.ask.short')} value={text} autocomplete="off" aria-describedby={about} maxLength={1000} onInput={() => { given.value = orNull(text.value, words => ({ text: words })) }} />
}

function Essay({ given, about }: AskProps) {
  const t = useT('train')
  const text = useSignal(given.value?.text ?? '')
  const stop = useMemo(() => effect(() => { given.value = orNull(text.value, words => ({ text: words })) }), [])
  useEffect(() => stop, [])
  return <TextArea label={t('train.ask.essay')} hint={t('train.ask.essay.hint')} value={text} rows={7} maxLength={20_000} aria-describedby={about} />
}

function Matching({ item, given, about }: AskProps) {
  const t = useT('train')
  const asked = item.asked ?? []
  const chosen = useMemo(() => asked.map((_, i) => given.value?.matches?.[i] ?? ''), [])
  const put = (i: number, match: string) => {
    chosen[i] = match
    given.value = chosen.every(one => one !== '') ? { matches: [...chosen] } : null
  }
  return <div role="group" aria-labelledby={about} class="col g5">{asked.map((what, i) => <Match key={i} what={what} matches={item.matches ?? []} first={chosen[i] ?? ''} choose={t('train.ask.choose')} put={match => put(i, match)} />)}</div>
}

function Match({ what, matches, first, choose, put }: { what: string; matches: readonly string[]; first: string; choose: string; put: (match: string) => void }) {
  const value = useSignal(first)
  return <Select label={what} value={value} options={[{ value: '', text: choose }, ...matches.map(text => ({ value: text, text }))]} onChange={() => put(value.value)} />
}

// The ruler's end is the author's; beyond it nothing is asked for.
function Much({ item, given, currency, about }: AskProps) {
  const t = useT('train')
  const most = parse(item.ruler?.to ?? '0', currency) ?? zero(currency)
  const put = (amount: Money | null) => { given.value = amount ? { number: wire(amount) } : null }
  const { text, at, dispose } = useMemo(() => amounts(given.peek()?.number !== undefined ? parse(given.peek()!.number!, currency) : null, parse(item.ruler?.from ?? '0', currency) ?? zero(currency), most, put), [])
  useEffect(() => dispose, [])
  const found = read(text.value, currency, lang.value)
  const fault = typeof found === 'object' || found === 'empty' ? undefined : t('train.ask.amount.unread')
  return <div class="much" role="group" aria-labelledby={about}><Amount value={text} currency={currency} label={t('train.ask.amount')} fault={fault} />
    <div class="mt6"><Ruler max={most} own={most} value={at} size="big" label={t('train.ask.amount')} /></div><div class="rl-cap"><span>{format(zero(currency), lang.value, 'short')}</span><span>{format(most, lang.value, 'short')}</span></div></div>
}
