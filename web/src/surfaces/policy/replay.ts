// The past under a draft: asked anew when its text holds and rests, at once when a value is let go. What was asked before is
// given up; figures stay on the screen until the next ones are there.
import { effect, signal, untracked, type ReadonlySignal, type Signal } from '@preact/signals'
import { call, Problem } from '../../lib/api.ts'
import type { Flip, ReplayAsked, ReplayChange, Replayed } from '../../lib/model.ts'
import { serverNow } from '../../lib/time.ts'
import type { Editor } from './draft.ts'
import { tried } from './told.tsx'

const AGAIN_MS = 2000
const PAGE = 20
const DAY_MS = 86_400_000

export type Days = '30' | '90' | 'all'
export type Gets = 'all' | 'more' | 'less'
export interface Replaying {
  answer: ReadonlySignal<Replayed | null>; changes: ReadonlySignal<readonly ReplayChange[]>; flips: ReadonlySignal<readonly Flip[]>; next: ReadonlySignal<string | null>; total: ReadonlySignal<number>
  at: ReadonlySignal<number>; problem: ReadonlySignal<Problem | null>; reading: ReadonlySignal<string | null>; busy: ReadonlySignal<boolean>; names: ReadonlySignal<ReadonlyMap<string, string>>; days: Signal<Days>; gets: Signal<Gets>
  /** What a question about a text says of the past: from when, and beside what. */
  asks: (source: string) => ReplayAsked; again: () => void; more: () => Promise<void>; dispose: () => void
}

export function makeReplay(editor: Pick<Editor, 'valid' | 'from'>): Replaying {
  const answer = signal<Replayed | null>(null)
  const changes = signal<readonly ReplayChange[]>([])
  const flips = signal<readonly Flip[]>([])
  const next = signal<string | null>(null)
  const total = signal(0)
  const at = signal(0)
  const problem = signal<Problem | null>(null)
  const reading = signal<string | null>(null)
  const busy = signal(false)
  const days = signal<Days>('90')
  const gets = signal<Gets>('all')
  const names = signal<ReadonlyMap<string, string>>(new Map())
  const turn = signal(0)
  let own: AbortController | null = null
  let timer: ReturnType<typeof setTimeout> | undefined
  let source = ''
  let last: ReplayAsked = {}

  const asks = (text: string): ReplayAsked => {
    const before = editor.from()
    return { source: text, ...(before > 0 && { before }), ...(days.value !== 'all' && { since: new Date(serverNow() - Number(days.value) * DAY_MS).toISOString() }) }
  }
  const question = (): ReplayAsked => ({ ...asks(source), flips: PAGE, gets: gets.value })
  const ask = async (body: ReplayAsked, signal: AbortSignal): Promise<Replayed | Problem | null> => {
    try {
      return await tried(() => call('replayPolicy', { body, signal, wait: false, timeout: 60000 }))
    } catch (error) {
      if (signal.aborted) return null
      throw error
    }
  }
  // Whoever answered is called by name.
  const meet = async (rows: readonly Flip[]) => {
    const ids = [...new Set(rows.flatMap(row => row.answered_by ?? []))].filter(id => !names.value.has(id))
    if (ids.length === 0) return
    const found = await tried(() => call('names', { query: { ids: ids.join(',') } }))
    if (!(found instanceof Problem)) names.value = new Map([...names.value, ...found.items.map(one => [one.id, one.name ?? one.id] as const)])
  }
  const take = (found: Replayed) => {
    void meet(found.flips.items)
    answer.value = found
    flips.value = found.flips.items
    next.value = found.flips.next ?? null
    total.value = found.flips.total
    at.value = serverNow()
  }
  const run = async () => {
    clearTimeout(timer)
    own?.abort()
    const mine = own = new AbortController()
    busy.value = true
    const body = last = question()
    const found = await ask(body, mine.signal)
    if (found === null || own !== mine) return
    if (found instanceof Problem) {
      busy.value = false
      reading.value = found.status === 503 ? found.detail : null
      problem.value = found.status === 503 ? null : found
      if (found.status === 503) timer = setTimeout(() => void run(), (found.retryAfter ?? AGAIN_MS / 1000) * 1000)
      return
    }
    problem.value = reading.value = null
    take(found)
    await each(mine, body)
    if (own === mine) busy.value = false
  }
  // Each change alone is a replay of its own, and how sure the cost is takes its time too: they come after the figures.
  const each = async (mine: AbortController, body: ReplayAsked) => {
    const found = await ask({ ...body, each: true, spread: true }, mine.signal)
    if (found === null || found instanceof Problem || own !== mine) return
    changes.value = found.changes ?? []
    take(found)
  }
  const stop = effect(() => {
    const text = editor.valid.value
    void [days.value, gets.value, turn.value]
    if (text === null) return
    source = text
    clearTimeout(timer)
    timer = setTimeout(() => void untracked(run), 0) // the text has rested before it was found to hold
  })
  const more = async () => {
    const after = next.value
    const mine = own
    if (after === null || mine === null) return
    const found = await ask({ ...last, each: true, after }, mine.signal)
    if (found === null || own !== mine) return
    if (found instanceof Problem) {
      problem.value = found
      return
    }
    void meet(found.flips.items)
    flips.value = [...flips.value, ...found.flips.items]
    next.value = found.flips.next ?? null
  }
  return {
    answer, changes, flips, next, total, at, problem, reading, busy, names, days, gets, more, asks, again: () => { turn.value += 1 },
    dispose: () => {
      stop()
      clearTimeout(timer)
      own?.abort()
    },
  }
}
