// How budgets, people and times are said in the panel. Pure but for the catalogue that is handed in.
import { useT, type Lang } from '../../lib/i18n.ts'
import { format, type Money } from '../../lib/money.ts'
import type { AskOption, Otherwise, Who } from '../../lib/model.ts'
import { at, clock, day, length, span, wait } from '../../lib/time.ts'
import { amountOf, durationMs } from './reduce.ts'

export type T = ReturnType<typeof useT<'panel'>>

export const short = (money: Money, lang: Lang): string => format(money, lang, 'short')
export const exact = (money: Money, lang: Lang): string => format(money, lang, 'exact')

/** Whom one would call by name: the first word of it. */
export function firstName(name: string): string {
  return name.trim().split(/\s+/)[0] ?? name
}

export function capital(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1)
}

export function wordsOf(name: string): string {
  return capital(name.replaceAll(/[_-]/g, ' '))
}

interface Named { budget: string; label?: string; scope: Record<string, string>; window: string; until?: string; over?: string }

const WINDOWS: readonly string[] = ['day', 'week', 'quarter', 'year', 'rolling', 'for-good']
const SCOPES: readonly string[] = ['agent', 'customer', 'team', 'case', 'organization']

const whose = (budget: Named): string => (Object.keys(budget.scope).length !== 0 ? Object.keys(budget.scope).sort().join('+') : 'organization')
const kindOf = (budget: Named): string => `${whose(budget)} ${budget.window}`

function month(lang: Lang, now: number): string {
  return new Intl.DateTimeFormat(lang, { month: 'long' }).format(now)
}

/** "Your November", "Hannah's year"; where two would be called the same, the policy's own word for them. */
export function budgetName(t: T, budget: Named, all: readonly Named[], lang: Lang, now: number, customer: string | undefined): string {
  const scope = whose(budget)
  const twice = all.some((one) => one.budget !== budget.budget && kindOf(one) === kindOf(budget))
  if (twice || !SCOPES.includes(scope) || !(budget.window === 'month' || WINDOWS.includes(budget.window))) {
    return budget.label ? capital(budget.label) : wordsOf(budget.budget)
  }
  const window = budget.window === 'month' ? t('panel.window.month', { month: month(lang, now) }) : windowName(t, budget.window, daysOf(budget.over))
  return scopeName(t, scope, window, customer ?? budget.scope['customer'] ?? '')
}

/** A rolling window in days ("365d", "8760h"); null: it is none, or no whole day. */
function daysOf(over: string | undefined): number | null {
  const found = over?.match(/^(\d+)(d|h)$/)
  const days = found ? Number(found[1]) / (found[2] === 'h' ? 24 : 1) : 0
  return Number.isInteger(days) && days > 0 ? days : null
}

function windowName(t: T, window: string, days: number | null): string {
  if (window === 'rolling' && days !== null) return t('panel.window.days', { n: days })
  if (window === 'day') return t('panel.window.day')
  if (window === 'week') return t('panel.window.week')
  if (window === 'quarter') return t('panel.window.quarter')
  if (window === 'year') return t('panel.window.year')
  return window === 'rolling' ? t('panel.window.rolling') : t('panel.window.for-good')
}

function scopeName(t: T, scope: string, window: string, customer: string): string {
  if (scope === 'agent') return t('panel.budget.agent', { window })
  if (scope === 'customer') return t('panel.budget.customer', { name: firstName(customer), window })
  if (scope === 'team') return t('panel.budget.team', { window })
  return scope === 'case' ? t('panel.budget.case', { window }) : t('panel.budget.organization', { window })
}

/** When a window turns over: "renews 1 Dec". */
export function renews(t: T, until: string | undefined, lang: Lang): string {
  return until ? t('panel.budget.renews', { day: day(at(until), lang) }) : ''
}

/** Who would be asked, in a word: "Dana", or "a lead" when nobody is named. */
export function askedName(t: T, who: Who | undefined): string {
  return who ? firstName(who.name) : t('panel.who.lead')
}

/** "Dana answers in about 40 s": on a row, and under the ruler. */
export function answersIn(t: T, ask: AskOption, lang: Lang): string {
  const who = ask.first
  if (who?.usual_ms !== undefined) return t('panel.row.answers', { name: firstName(who.name), span: span(who.usual_ms, lang) })
  return t('panel.row.decides', { name: askedName(t, who) })
}

/** What comes when nobody answers. */
export function fallback(t: T, otherwise: Otherwise, currency: string, lang: Lang): string {
  const grant = typeof otherwise === 'object' ? amountOf(otherwise.grant_up_to, currency) : null
  return grant ? t('panel.otherwise.grant', { amount: short(grant, lang) }) : t('panel.otherwise.none')
}

/** The note above the text when one asks: who it is, how fast, and who is next. */
export function whoSays(t: T, ask: AskOption, currency: string, lang: Lang): string[] {
  const says: string[] = []
  const who = ask.first
  if (who) {
    const state = who.online ? t('panel.who.here', { name: who.name }) : who.state === 'here' ? t('panel.who.alerted', { name: who.name }) : t('panel.who.away', { name: who.name })
    says.push(state)
    if (who.usual_ms !== undefined) says.push(t('panel.who.usual', { span: length(who.usual_ms, lang) }))
  } else {
    says.push(t('panel.who.unnamed'))
  }
  const within = durationMs(ask.levels[0]?.within)
  const next = ask.levels[1]?.who
  if (within !== null && next) says.push(t('panel.who.then', { time: wait(within), who: next }))
  else if (within !== null) says.push(t('panel.who.else', { time: wait(within), what: fallback(t, ask.otherwise, currency, lang) }))
  return says
}

/** "14:33" today, else with its day. */
export function hour(text: string, lang: Lang): string {
  return clock(at(text), lang)
}

/** A fact's value as a person reads it. */
export function valueOf(t: T, value: unknown, type: string, currency: string, lang: Lang): string {
  if (typeof value === 'boolean') return value ? t('panel.fact.yes') : t('panel.fact.no')
  if (type === 'money' && typeof value === 'string') {
    const money = amountOf(value, currency)
    return money ? short(money, lang) : value
  }
  if (type === 'timestamp' && typeof value === 'string' && Number.isFinite(at(value))) return day(at(value), lang)
  if (typeof value === 'number') return new Intl.NumberFormat(lang).format(value)
  return Array.isArray(value) ? value.map(String).join(', ') : String(value)
}

export const telOf = (phone: string): string => `tel:${phone.replaceAll(/[^\d+]/g, '')}`
