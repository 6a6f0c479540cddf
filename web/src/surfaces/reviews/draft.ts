// A review's draft is never lost: each letter is kept in this browser at once, and by the server as soon as it answers.
import { computed, effect, signal, type ReadonlySignal, type Signal } from '@preact/signals'
import type { Review, ReviewAnswerNew, ReviewDraft } from '../../lib/api-types.ts'
import { call, Problem } from '../../lib/api.ts'
import { stored } from '../../lib/store.ts'
import { at, serverNow } from '../../lib/time.ts'
import { questions, type Question } from './reviews.ts'

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
