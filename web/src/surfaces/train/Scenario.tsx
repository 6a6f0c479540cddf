// A case to be settled: which way out, and how much of it. What was possible is the policy's to say, once somebody has answered.
import { useEffect, useMemo } from 'preact/hooks'
import type { Signal } from '@preact/signals'
import type { AnswerNew, AttemptAnswer, CourseItem, CourseOption, GradeOption, Rehearsed } from '../../lib/api-types.ts'
import { lang, useT } from '../../lib/i18n.ts'
import { format, parse, read, wire, zero, type Money } from '../../lib/money.ts'
import { Amount, Icon, Note, Rich, Ruler, Tag } from '../../ui/index.ts'
import { amounts } from './amounts.ts'
import type { AskProps } from './kinds.tsx'
import { worth } from './take.ts'

const words = (name: string): string => {
  const text = name.replaceAll(/[-_]/g, ' ')
  return text.charAt(0).toUpperCase() + text.slice(1)
}
const money = (text: string, currency: string): string => {
  const found = parse(text, currency)
  return found ? format(found, lang.value, 'exact') : text
}

/** What a remedy begins with when it is picked: its ruler's lower end. */
export const picked = (one: CourseOption): AnswerNew => ({ choice: one.option, ...one.ruler && { amount: one.ruler.from } })

function Label({ one }: { one: { text?: CourseOption['text']; action?: string; policy?: Rehearsed } }) {
  if (one.text) return <Rich {...one.text} flat />
  const told = one.policy?.preview?.options[0]?.label ?? one.policy?.preview?.asks?.[0]?.label
  return <>{told ?? words(one.action ?? '')}</>
}

export function Scenario({ item, given, currency, about }: AskProps) {
  const t = useT('train')
  const chosen = item.options?.find(one => one.option === given.value?.choice)
  return <>
    <Known item={item} currency={currency} />
    {item.ask && <h4 class="mt6">{item.ask}</h4>}
    <div class="mt4" role="radiogroup" aria-label={item.ask ?? t('train.scenario.ask')} aria-describedby={about}>{item.options?.map(one => <label class="opt" key={one.option}>
      <input type="radio" name={about} checked={given.value?.choice === one.option} onChange={() => { given.value = picked(one) }} /><kbd class="kbd" aria-hidden="true">{one.option}</kbd><span><Label one={one} /></span></label>)}</div>
    {chosen?.ruler && <Much key={chosen.option} one={chosen} given={given} currency={currency} />}
  </>
}

const shown = (value: unknown): string => typeof value === 'string' ? value : JSON.stringify(value)
const facts = (map: unknown, before = ''): [string, unknown][] => Object.entries((map ?? {}) as Record<string, unknown>).flatMap(([key, value]): [string, unknown][] =>
  value !== null && typeof value === 'object' && !Array.isArray(value) ? facts(value, `${before}${key}.`) : [[`${before}${key}`, value]])

// What the records say, and whose limits count here.
function Known({ item, currency }: { item: CourseItem; currency: string }) {
  const t = useT('train')
  const request = (item.request ?? {}) as { reason?: string; facts?: unknown }
  const rows = facts(request.facts)
  const as = (item.as ?? {}) as { tier?: string }
  const drawn = Object.entries((item.drawn ?? {}) as Record<string, unknown>)
  return <>
    {(as.tier || drawn.length > 0) && <p class="t13 m">{as.tier && t('train.scenario.as', { tier: as.tier })} {drawn.map(([budget, amount]) => t('train.scenario.drawn', { amount: money(shown(amount), currency), budget: words(budget) })).join(' ')}</p>}
    {(rows.length > 0 || request.reason) && <div class="bub"><small>{t('train.scenario.see')}</small><dl class="kv">{request.reason && <><dt>{t('train.scenario.reason')}</dt><dd>{words(request.reason)}</dd></>}{rows.map(([key, value]) => <><dt>{words(key)}</dt><dd>{shown(value)}</dd></>)}</dl></div>}
  </>
}

function Much({ one, given, currency }: { one: CourseOption; given: Signal<AnswerNew | null>; currency: string }) {
  const t = useT('train')
  const from = parse(one.ruler!.from, currency) ?? zero(currency)
  const most = parse(one.ruler!.to, currency) ?? zero(currency)
  const put = (amount: Money | null) => { given.value = amount && amount.minor <= most.minor && amount.minor >= from.minor ? { choice: one.option, amount: wire(amount) } : { choice: one.option } }
  const { text, at, dispose } = useMemo(() => amounts(parse(given.peek()?.amount ?? one.ruler!.from, currency) ?? from, from, most, put), [])
  useEffect(() => dispose, [])
  const found = read(text.value, currency, lang.value)
  const out = typeof found === 'object' && (found.minor > most.minor || found.minor < from.minor)
  const fault = out ? t('train.scenario.between', { from: format(from, lang.value, 'exact'), to: format(most, lang.value, 'exact') }) : typeof found === 'object' || found === 'empty' ? undefined : t('train.ask.amount.unread')
  return <div class="much mt6"><h4>{t('train.scenario.much')}</h4><div class="mt4"><Amount value={text} currency={currency} label={t('train.ask.amount')} fault={fault} /></div>
    <div class="mt6"><Ruler max={most} own={most} value={at} size="big" label={t('train.ask.amount')} /></div><div class="rl-cap"><span>{format(from, lang.value, 'short')}</span><span>{format(most, lang.value, 'short')}</span></div></div>
}

export function ScenarioResult({ answer, currency }: { answer: AttemptAnswer; currency: string }) {
  const t = useT('train')
  const grade = answer.grade!
  return <div class="col g5">
    {answer.response?.amount !== undefined && <p class="t13"><span class="f">{t('train.result.yours')}</span> <b>{money(answer.response.amount, currency)}</b></p>}
    <ul class="opts" aria-label={t('train.result.all')}>{grade.options.map(one => <Way key={one.option} one={one} currency={currency} credit={one.chosen ? grade.credit : one.credit} />)}</ul>
    {(grade.peers || grade.ended) && <p class="t13 m">{grade.peers && <Rich {...grade.peers} flat />} {grade.ended && <Rich {...grade.ended} flat />}</p>}
    {grade.general && <Note kind="can" icon="bulb"><b>{t('train.scenario.difference')}</b> <Rich {...grade.general} flat /></Note>}
  </div>
}

function Way({ one, currency, credit }: { one: GradeOption; currency: string; credit: string }) {
  const t = useT('train')
  const is = worth(credit)
  const range = one.ranges?.find(each => each.chosen)
  return <li class={`opt ${one.chosen ? (is === 'none' ? 'off' : 'ok') : ''}`}><span class="opt-i">{is === 'full' ? <Icon name="check" small /> : <span aria-hidden="true">·</span>}</span><span><Label one={one} /></span>
    {one.chosen ? <Tag tone={is === 'none' ? 'warn' : 'can'}>{t('train.result.mine')}</Tag> : <span />}
    <small><b>{t(`train.worth.${is}`)}</b> {range?.feedback && <Rich {...range.feedback} flat />} {one.feedback && <Rich {...one.feedback} flat />}</small>
    {one.policy && <small>{possible(t, one.policy, currency)}{!one.policy.holds && ` ${t('train.scenario.holdsnot')}`}</small>}
    {one.policy && <small>{peers(t, one.policy, currency)} {one.peers && <Rich {...one.peers} flat />} {one.ended && <Rich {...one.ended} flat />}</small>}</li>
}

type T = ReturnType<typeof useT<'train'>>

/** What the live policy says to it, and what else there is: at once up to so much, whom one would ask, or what instead. */
function possible(t: T, { answer, preview, fault }: Rehearsed, currency: string): string {
  if (fault || !answer) return t('train.scenario.unfit', { why: fault ?? '' })
  const own = preview?.options[0]
  const ask = preview?.asks?.[0]
  const most = own?.up_to ? t('train.scenario.most', { amount: money(own.up_to, currency) }) : ''
  const who = ask?.first?.name ?? ask?.first?.person ?? ask?.levels[0]?.who
  if (answer.verdict === 'granted') return `${t('train.scenario.atonce')} ${most}`.trim()
  if (answer.verdict === 'ask') return `${t('train.scenario.asked', { who: who ?? t('train.scenario.somebody') })} ${most}`.trim()
  return `${t('train.scenario.cant')} ${answer.instead ?? most}`.trim()
}

function peers(t: T, { similar }: Rehearsed, currency: string): string {
  if (!similar || similar.median === undefined) return ''
  const ended = similar.ended ? ` ${t('train.scenario.stood', { n: similar.ended.stood, of: similar.count })}` : ''
  return t('train.scenario.similar', { n: similar.count, amount: money(similar.median, currency) }) + ended
}
