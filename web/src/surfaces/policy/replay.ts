// The past under a draft: asked anew when its text holds and rests, and while a value is dragged, as fast as answers come: one
// question at a time, for the value that is under the finger by then. Where the finger rests or lets go, a question about another
// value is given up; one about that value goes on, so that its figures are there, or on their way, when it is let go. Figures stay on
// the screen until the next ones are there.
import { effect, signal, untracked, type ReadonlySignal, type Signal } from '@preact/signals'
import { call, Problem } from '../../lib/api.ts'
import type { Flip, ReplayAsked, ReplayChange, Replayed } from '../../lib/model.ts'
import { serverNow } from '../../lib/time.ts'
import type { Editor } from './draft.ts'
import { tried } from './told.tsx'

const AGAIN_MS = 2000
const REST_MS = 50 // a finger that has not moved for so long rests
const HOUR_MS = 3_600_000
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

export function makeReplay(editor: Pick<Editor, 'valid' | 'moved' | 'from'>): Replaying {
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
  let own: AbortController | null = null // of what is asked
  let timer: ReturnType<typeof setTimeout> | undefined
  let resting: ReturnType<typeof setTimeout> | undefined
  let source = ''
  let last: ReplayAsked = {}
  let asking = '' // the question whose figures are not there yet
  let known = '' // the one whose figures are
  let turns = 0

  // From a whole hour on: questions that follow each other are about the same requests.
  const since = () => new Date(Math.floor((serverNow() - Number(days.value) * DAY_MS) / HOUR_MS) * HOUR_MS).toISOString()
  const asks = (text: string): ReplayAsked => {
    const before = editor.from()
    return { source: text, ...(before > 0 && { before }), ...(days.value !== 'all' && { since: since() }) }
  }
  const question = (): ReplayAsked => ({ ...asks(source), flips: PAGE, gets: gets.value })
  const isAsked = () => asking !== '' && asking === JSON.stringify(question())
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
  const moving = () => editor.moved.peek() !== null
  const failed = (found: Problem) => {
    if (found.status !== 503 && moving()) return // a value on the way; whether the last one does is seen when it is let go
    reading.value = found.status === 503 ? found.detail : null
    problem.value = found.status === 503 ? null : found
    if (found.status === 503) timer = setTimeout(() => void run(), (found.retryAfter ?? AGAIN_MS / 1000) * 1000)
  }
  const run = async () => {
    clearTimeout(timer)
    own?.abort()
    const mine = own = new AbortController()
    busy.value = true
    const body = last = question()
    const key = asking = JSON.stringify(body)
    const found = key === known ? answer.value : await ask(body, mine.signal)
    if (found === null || own !== mine) return
    asking = ''
    if (found instanceof Problem) failed(found)
    else {
      known = key
      problem.value = reading.value = null
      if (found !== answer.value) take(found)
    }
    if (moving() && key !== JSON.stringify(question())) return run()
    if (!moving() && known === key) await each(mine, body)
    if (own === mine && !moving()) busy.value = false
  }
  // Another text, or another view of what came of it.
  const turned = () => {
    clearTimeout(resting)
    if (isAsked()) return
    if (asking !== '' && moving()) resting = setTimeout(() => { if (!isAsked()) void run() }, REST_MS)
    else void run()
  }
  // Each change alone is a replay of its own, and how sure the cost is takes its time too: they come after the figures.
  const each = async (mine: AbortController, body: ReplayAsked) => {
    const found = await ask({ ...body, each: true, spread: true }, mine.signal)
    if (found === null || found instanceof Problem || own !== mine) return
    changes.value = found.changes ?? []
    take(found)
  }
  const stop = effect(() => {
    const text = editor.moved.value ?? editor.valid.value
    void [days.value, gets.value]
    if (turn.value !== turns) known = asking = ''
    turns = turn.value
    if (text === null) return
    source = text
    clearTimeout(timer)
    untracked(turned) // at once, before anything is drawn: the text has rested before it was found to hold
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
      clearTimeout(resting)
      own?.abort()
    },
  }
}
