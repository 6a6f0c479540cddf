/* Sentences that several parts of the desk say. Amounts and times come in as texts of the person's language. */
import { lang, type KeyOf, type Translate } from '../../lib/i18n.ts'
import type { Approval } from '../../lib/model.ts'
import { format, parse, type Money } from '../../lib/money.ts'
import { at, clock, day, serverNow } from '../../lib/time.ts'
import { currency, me } from './desk.ts'

export type T = Translate<KeyOf<'desk'> | KeyOf<'common'>>

export function short(amount: Money): string {
  return format(amount, lang.value, 'short')
}

export function exact(amount: Money): string {
  return format(amount, lang.value, 'exact')
}

/** The server's text of an amount, as people read it. */
export function amountText(text: string | undefined, form: 'short' | 'exact' = 'short'): string {
  const value = text === undefined ? null : parse(text, currency)
  return value === null ? (text ?? '') : format(value, lang.value, form)
}

/** Somebody whose full name stands nearby is called by the first word of it. */
export function calledBy(name: string): string {
  return name.trim().split(/\s+/)[0] ?? name
}

export function nameOf(approval: Approval): string {
  return approval.agent_name ?? approval.agent
}

export function headline(t: T, approval: Approval): string {
  const name = nameOf(approval)
  const what = approval.label ?? approval.action
  return approval.amount === undefined ? t('desk.ask.headline.plain', { name, what }) : t('desk.ask.headline', { name, what, amount: amountText(approval.amount, 'exact') })
}

const steps: [number, Intl.RelativeTimeFormatUnit][] = [[86_400_000, 'day'], [3_600_000, 'hour'], [60_000, 'minute'], [1000, 'second']]

/** "3 sec. ago", "vor 3 Sek."; "now" within the first second. */
export function since(ms: number): string {
  const past = Math.max(0, serverNow() - ms)
  const [size, unit] = steps.find(([least]) => past >= least) ?? [1000, 'second']
  return new Intl.RelativeTimeFormat(lang.value, { numeric: 'auto', style: 'short' }).format(-Math.floor(past / size), unit)
}

/** Days as people say them: a day, a month, a week's turn. */
export function dayText(text: string | undefined): string {
  return text === undefined ? '' : day(at(text), lang.value)
}

/** What comes when the clock of an open ask runs out. */
export function thenText(t: T, approval: Approval): string {
  if (approval.due === undefined || approval.then === undefined) {
    return ''
  }
  const time = clock(at(approval.due), lang.value)
  const name = calledBy(nameOf(approval))
  if (approval.then.level !== undefined) {
    return t('desk.ask.goes', { time, name: approval.next?.name ?? approval.then.who ?? '' })
  }
  const otherwise = approval.then.otherwise ?? approval.otherwise
  return typeof otherwise === 'object' ? t('desk.ask.then.grant', { time, name, amount: amountText(otherwise.grant_up_to) }) : t('desk.ask.then.none', { time, name })
}

/** What came of an ask that is closed. */
export function closedText(t: T, approval: Approval): string {
  const name = calledBy(nameOf(approval))
  const answer = approval.answer
  const mine = answer?.by === me && me !== ''
  const by = answer?.name ?? answer?.by ?? ''
  const ago = answer === undefined ? '' : since(at(answer.at))
  const amount = amountText(answer?.amount)
  switch (approval.state) {
    case 'approved':
      if (answer?.action !== undefined && answer.action !== approval.action) {
        return mine ? t('desk.first.you.way', { ago }) : t('desk.first.way', { by, ago })
      }
      if (answer?.amount === undefined) {
        return mine ? t('desk.first.you.yes', { ago }) : t('desk.first.yes', { by, ago })
      }
      return mine ? t('desk.first.you', { ago, amount }) : t('desk.first.amount', { by, ago, amount })
    case 'declined':
      return mine ? t('desk.first.you.way', { ago }) : t('desk.first.way', { by, ago })
    case 'withdrawn':
      return t('desk.first.withdrawn', { name })
    case 'lapsed':
      return answer?.amount === undefined ? t('desk.first.lapsed', { name }) : t('desk.first.lapsed.grant', { name, amount })
    case 'open':
      return ''
  }
}
