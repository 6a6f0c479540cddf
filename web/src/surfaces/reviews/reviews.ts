// Reviews: words for what is looked at and why, the questions, and drafts that are never lost: each letter is kept in this browser at
// once, and by the server as soon as it answers.
import { computed, effect, signal, type ReadonlySignal, type Signal } from '@preact/signals'
import type { Review, ReviewAnswerNew, ReviewDraft } from '../../lib/api-types.ts'
import { call, Problem } from '../../lib/api.ts'
import { boot } from '../../lib/boot.ts'
import { lang, useT } from '../../lib/i18n.ts'
import { format, parse } from '../../lib/money.ts'
import { stored } from '../../lib/store.ts'
import { at, day, serverNow } from '../../lib/time.ts'

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

/** What was given, in a few words. */
export function gave(t: T, review: Review): string {
  if (review.verdict === 'none') return t('reviews.gave.nothing')
  if (review.verdict === 'granted') return review.action ?? ''
  return t(review.verdict === 'ask' ? 'reviews.gave.ask' : 'reviews.gave.refused', { action: review.action ?? '' })
}

export function why(t: T, review: Review): string {
  const detail = review.detail ?? {}
  switch (review.why) {
    case 'far': return detail.median ? t('reviews.why.far.of', { median: money(detail.median, review.currency) }) : t('reviews.why.far')
    case 'third': return t('reviews.why.third', { n: detail.days ?? 30 })
    case 'low_rating': return t('reviews.why.low_rating', { n: detail.rated_percent ?? 0 })
    case 'other': return t('reviews.why.other', { action: detail.proposed ?? '' })
    default: return t(`reviews.why.${review.why}`)
  }
}

/** Days as the server reads them: "2026-11-16". */
export const isoDay = (ms: number): string => new Date(ms).toISOString().slice(0, 10)

/** The Mondays of the last weeks that are over, newest first; near enough: the server takes any day of a week. */
export function weeks(count: number): string[] {
  const now = new Date(serverNow())
  const monday = Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), now.getUTCDate() - (now.getUTCDay() + 6) % 7)
  return Array.from({ length: count }, (_, i) => isoDay(monday - (i + 1) * 7 * 86_400_000))
}

// --- drafts ---

interface Kept { draft: ReviewDraft; at: number }
const isKept = (x: unknown): x is Kept => typeof x === 'object' && x !== null && 'draft' in x && 'at' in x

export interface Draft { values: Record<Question, Signal<string>>; note: Signal<string>; state: ReadonlySignal<'' | 'kept' | 'here'>; whole: ReadonlySignal<boolean>; answer: () => ReviewAnswerNew; forget: () => void; dispose: () => void }

const SAVE_MS = 700

/** The newer of what this browser and the server have. */
export function draftOf(review: Review): Draft {
  const local = stored<Kept>(`review:${review.id}`, { draft: {}, at: 0 }, isKept)
  const server = review.saved ? at(review.saved) : 0
  const from = local.peek().at > server ? local.peek().draft : review.draft ?? {}
  const values = Object.fromEntries(questions.map(name => [name, signal<string>(from[name] ?? '')])) as Record<Question, Signal<string>>
  const note = signal(from.note ?? '')
  const state = signal<'' | 'kept' | 'here'>('')
  const read = (): ReviewDraft => ({ ...Object.fromEntries(questions.filter(name => values[name].value !== '').map(name => [name, values[name].value])), ...note.value !== '' && { note: note.value } })
  let timer: ReturnType<typeof setTimeout> | undefined
  let first = true
  let over = false
  const save = async (draft: ReviewDraft) => {
    try {
      await call('saveReview', { path: { id: review.id }, body: draft })
      if (!over) state.value = 'kept'
    } catch (error) {
      if (!(error instanceof Problem)) throw error
      if (!over) state.value = 'here'
      if (error.kind === 'offline' || error.kind === 'busy') timer = setTimeout(() => void save(draft), 5000)
    }
  }
  const stop = effect(() => {
    const draft = read()
    if (first) { first = false; return }
    local.value = { draft, at: serverNow() }
    clearTimeout(timer)
    timer = setTimeout(() => void save(draft), SAVE_MS)
  })
  const dispose = () => { stop(); over = true; clearTimeout(timer); if (state.peek() !== 'kept' && local.peek().at > server) void save(read()) }
  return {
    values, note, state, dispose, whole: computed(() => questions.every(name => values[name].value !== '')),
    answer: () => read() as ReviewAnswerNew, forget: () => { stop(); over = true; clearTimeout(timer); local.value = { draft: {}, at: 0 }; state.value = 'kept' },
  }
}
