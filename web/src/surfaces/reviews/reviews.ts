// Reviews: words for what is looked at and why, and the questions.
import type { Review } from '../../lib/api-types.ts'
import { boot } from '../../lib/boot.ts'
import { lang, useT } from '../../lib/i18n.ts'
import { format, parse } from '../../lib/money.ts'
import { at, calendarDay, day, serverNow } from '../../lib/time.ts'

export type T = ReturnType<typeof useT<'reviews'>>

export const QUESTIONS = {
  understood: ['not_yet', 'yes'], amount: ['too_little', 'right', 'too_much'], cause: ['wrong', 'right', 'unsure'], kept: ['no', 'yes', 'unsure'],
} as const
export type Question = keyof typeof QUESTIONS
export const questions = Object.keys(QUESTIONS) as Question[]

export const money = (text: string, currency: string | undefined): string => {
  const read = parse(text, currency ?? boot.me?.currency ?? 'USD')
  return read ? format(read, lang.value, 'short') : text
}
export const dayOf = (text: string): string => day(at(text), lang.value)

export const TABS = ['queue', 'appeals', 'agreement'] as const
export type Tab = typeof TABS[number]

/** What the address asks for: which part, whose, which week (`open`: all that wait), and which of them is open. */
export interface Wanted { tab: Tab; team: string; week: string; one: string }

/** What was given, in a few words. */
export function gave(t: T, review: Review): string {
  if (review.verdict === 'none') return t('reviews.gave.nothing')
  const action = review.action_label ?? review.action ?? ''
  if (review.verdict === 'granted') return action
  return t(review.verdict === 'ask' ? 'reviews.gave.ask' : 'reviews.gave.refused', { action })
}

export function why(t: T, review: Review): string {
  const detail = review.detail ?? {}
  switch (review.why) {
    case 'far': return detail.median ? t('reviews.why.far.of', { median: money(detail.median, review.currency) }) : t('reviews.why.far')
    case 'third': return t('reviews.why.third', { n: detail.days ?? 30 })
    case 'low_rating': return t('reviews.why.low_rating', { n: detail.rated_percent ?? 0 })
    case 'other': return t('reviews.why.other', { action: (detail.proposed ?? '').replaceAll(/[_-]/g, ' ') })
    default: return t(`reviews.why.${review.why}`)
  }
}

/** The Mondays of the last weeks that are over, newest first; near enough: the server takes any day of a week. */
export function weeks(count: number): string[] {
  const today = new Date(`${calendarDay(serverNow())}T00:00:00Z`)
  const monday = today.getTime() - (today.getUTCDay() + 6) % 7 * 86_400_000
  return Array.from({ length: count }, (_, i) => new Date(monday - (i + 1) * 7 * 86_400_000).toISOString().slice(0, 10))
}
