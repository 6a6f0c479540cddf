// Who works here, as the list needs it: narrowed and put in order by the server, seen through windows of rows; room left by person.
import { signal, type ReadonlySignal } from '@preact/signals'
import { call, Problem } from '../../lib/api.ts'
import { boot } from '../../lib/boot.ts'
import type { Budget, Person } from '../../lib/model.ts'
import { on, onGap } from '../../lib/live.ts'
import { parse, share } from '../../lib/money.ts'
import { at, lastDay } from '../../lib/time.ts'
import { windowRows, Windows, windowsFor } from '../desk/windows.ts'

/** The server passes over so many people at most. */
export const PEOPLE_MAX = 100_000
const NAMED_MAX = 100
const QUIET_MS = 500
const DRAWN_QUIET_MS = 1000
const AGAIN_MS = 60_000

export interface Filter { q: string; kind: string; tier: string; role: string; team: string; who: string }

export function filterOf(query: URLSearchParams): Filter {
  const text = (name: string) => query.get(name) ?? ''
  return { q: text('q'), kind: text('kind'), tier: text('tier'), role: text('role'), team: text('team'), who: text('who') }
}

/** What the server is asked; who: '' or 'here' those who work here, 'left' those who did, 'all' both. */
export function queryOf(filter: Filter): Record<string, string> {
  const { who, ...rest } = filter
  const given = Object.entries(rest).map(([name, value]) => [name, value.trim()] as const).filter(([, value]) => value !== '')
  return { ...Object.fromEntries(given), active: who === 'left' ? 'false' : who === 'all' ? 'all' : 'true', sort: 'name' }
}

export interface Roster {
  id: number
  count: ReadonlySignal<number | undefined>
  problem: ReadonlySignal<Problem | null>
  /** Grows when rows, or room left, have come. */
  version: ReadonlySignal<number>
  get(row: number): Person | undefined
  left(person: string): Budget | undefined
  need(from: number, to: number): void
  again(): void
  dispose(): void
}

let made = 0

/** Everybody who fits, window by window. What is on the screen stays there while it is read anew. room: whether room left is asked for too. */
export function rosterOf(filter: Filter, room: boolean): Roster {
  const query = queryOf(filter)
  const windows = new Windows<Person>()
  const fresh = new Set<number>()
  const running = new Set<number>()
  const tightest = new Map<string, Budget>()
  const count = signal<number | undefined>(undefined)
  const problem = signal<Problem | null>(null)
  const version = signal(0)
  const abort = new AbortController()
  let seen: [number, number] = [0, 1]
  let round = 0

  const readLeft = async (people: readonly Person[]): Promise<void> => {
    const ids = people.filter(one => one.active).map(one => one.id)
    for (let at = 0; at < ids.length; at += NAMED_MAX) {
      const page = await call('listBudgets', { query: { of: 'members', ids: ids.slice(at, at + NAMED_MAX).join(',') }, signal: abort.signal })
      for (const [person, one] of tightestOf(page.items, boot.me?.currency)) tightest.set(person, one)
    }
    version.value += 1
  }
  const fetchOne = async (window: number): Promise<void> => {
    const own = round
    running.add(window)
    try {
      const page = await call('listPeople', { query: { ...query, limit: windowRows, skip: window * windowRows, ...((window === 0 || fresh.size === 0) && { count: true }) }, signal: abort.signal })
      if (page.count !== undefined) count.value = Math.min(page.count, PEOPLE_MAX)
      windows.put(window, page.items)
      if (own === round) fresh.add(window)
      problem.value = null
      version.value += 1
      if (room) void readLeft(page.items).catch(() => {}) // who may not see budgets sees people none the less
    } catch (error) {
      if (!abort.signal.aborted) problem.value = error instanceof Problem ? error : new Problem({ kind: 'unknown', detail: String(error) })
    } finally {
      running.delete(window)
    }
  }
  const pump = (): void => {
    if (problem.value !== null || abort.signal.aborted || running.size > 0) return
    const next = windowsFor(seen[0], seen[1], count.value ?? seen[1]).find(window => !fresh.has(window)) ?? (fresh.size === 0 ? 0 : undefined) // where nobody is in sight, the first says who is there
    if (next !== undefined) void fetchOne(next).then(pump)
  }
  const again = (): void => {
    problem.value = null
    round += 1
    fresh.clear()
    pump()
  }
  const drawn = (): void => {
    if (room && document.visibilityState !== 'hidden') for (const window of windowsFor(seen[0], seen[1], count.value ?? 0)) void readLeft(rowsOf(window)).catch(() => {})
  }
  const rowsOf = (window: number): Person[] => Array.from({ length: windowRows }, (_, i) => windows.get(window * windowRows + i)).flatMap(one => one ?? [])
  const shown = () => document.visibilityState !== 'hidden'
  const [people, budgets] = [soon(QUIET_MS, () => { if (shown()) again(); else fresh.clear() }), soon(DRAWN_QUIET_MS, drawn)]
  const offs = [
    on(['person.*', 'presence.changed', 'signin.set', 'team.changed', 'text.erased', 'case.opened', 'case.changed'], people.run), onGap(people.run), on(['decision', 'hold.*', 'decision.reversed'], budgets.run),
    people.stop, budgets.stop, every(AGAIN_MS, people.run), whenShown(pump),
  ]
  pump()
  return {
    id: made += 1, count, problem, version, again,
    get: row => windows.get(row),
    left: person => tightest.get(person),
    need: (from, to) => {
      seen = [from, to]
      windowsFor(from, to, count.value ?? to).forEach(window => windows.touch(window))
      pump()
    },
    dispose: () => {
      abort.abort()
      offs.forEach(off => off())
    },
  }
}

// Once it has been quiet for so long.
function soon(ms: number, run: () => void): { run: () => void; stop: () => void } {
  let timer: ReturnType<typeof setTimeout> | undefined
  return { run: () => { clearTimeout(timer); timer = setTimeout(run, ms) }, stop: () => clearTimeout(timer) }
}

// Who is online is told by no event.
function every(ms: number, run: () => void): () => void {
  const timer = setInterval(run, ms)
  return () => clearInterval(timer)
}

function whenShown(run: () => void): () => void {
  const changed = () => { if (document.visibilityState !== 'hidden') run() }
  document.addEventListener('visibilitychange', changed)
  return () => document.removeEventListener('visibilitychange', changed)
}

/** Of each person the budget of which the least part is left. */
export function tightestOf(items: readonly Budget[], currency = 'USD'): Map<string, Budget> {
  const tightest = new Map<string, Budget>()
  for (const one of items) {
    const person = one.scope['agent']
    const before = person === undefined ? undefined : tightest.get(person)
    if (person !== undefined && one.left !== undefined && one.amount !== undefined && (!before || partOf(one, currency) < partOf(before, currency))) tightest.set(person, one)
  }
  return tightest
}

/** How much of a budget is left, 0..100. */
export function partOf(budget: Budget, currency = 'USD'): number {
  const [left, whole] = [parse(budget.left ?? '', currency), parse(budget.amount ?? '', currency)]
  return left && whole ? share(left, whole) : 100
}

/** Certificates as one types them: "billing-101@2026-12-31", one a line. */
export function holdsText(holds: Person['holds']): string {
  return holds.map(one => one.until ? `${one.name}@${lastDay(at(one.until))}` : one.name).join('\n')
}

export function holdsOf(text: string): string[] {
  return text.split(/[\n;,]/).map(one => one.trim()).filter(one => one !== '')
}

export async function openCasesOf(person: string, signal: AbortSignal): Promise<{ id: string; subject?: string; version: number }[]> {
  const { items } = await call('listCases', { query: { owner: person, limit: 200 }, signal })
  return items.filter(one => one.state !== 'closed')
}
