/* The rows of a long list of decisions, window by window, as the table comes near them. */
import { signal, type ReadonlySignal } from '@preact/signals'
import { call, pages, Problem } from '../../lib/api.ts'
import { boot } from '../../lib/boot.ts'
import type { DecisionRow } from '../../lib/model.ts'
import { serverNow } from '../../lib/time.ts'
import { zoneOf } from './Decided.tsx'
import { callOf, type Filter } from './filter.ts'
import { Windows, windowRows, windowsFor } from './windows.ts'

/** The server passes over so many rows at most (and counts no further). */
export const rowsMost = 100_000
const csvPage = 500
/** So many windows are fetched at a time: the ones in sight come first. */
const atATime = 2
const behindMs = 1000
/** Fetched before they come into sight: so many rows where one scrolls to, and half of them behind. */
const ahead = windowRows

export interface Rows {
  count: ReadonlySignal<number | undefined>
  /** True: there are more than `rowsMost`. */
  more: ReadonlySignal<boolean>
  problem: ReadonlySignal<Problem | null>
  /** Grows when rows have come. */
  version: ReadonlySignal<number>
  get(row: number): DecisionRow | undefined
  need(from: number, to: number): void
  again(): void
  /** All of them, page by page, up to `rowsMost`. */
  all(abort: AbortSignal): AsyncGenerator<DecisionRow>
  dispose(): void
}

export function rowsOf(filter: Filter): Rows {
  // What is decided from now on does not push rows from their places: it is named above the table.
  const before = new Date(serverNow() + 1000).toISOString()
  const query = callOf(filter, zoneOf(), before)
  const windows = new Windows<DecisionRow>()
  const count = signal<number | undefined>(undefined)
  const more = signal(false)
  const problem = signal<Problem | null>(null)
  const version = signal(0)
  const abort = new AbortController()
  const running = new Set<number>()
  let wanted: number[] = []
  let recount: ReturnType<typeof setTimeout> | undefined

  const fetchOne = async (window: number, anew = false): Promise<void> => {
    running.add(window)
    try {
      const skip = Math.min(window * windowRows, rowsMost)
      const page = await call('listDecisions', { query: { ...query, limit: windowRows, skip, ...(count.value === undefined || anew ? { count: true } : {}) }, signal: abort.signal })
      if (page.count !== undefined) {
        more.value = page.count_is === 'at-least' && page.count > rowsMost
        count.value = Math.min(page.count, rowsMost)
      }
      if (page.through < (boot.seq ?? 0)) {
        behind()
      }
      windows.put(window, page.items)
      problem.value = null
      version.value += 1
    } catch (error) {
      if (!abort.signal.aborted) {
        problem.value = error instanceof Problem ? error : new Problem({ detail: String(error) })
      }
    } finally {
      running.delete(window)
    }
  }
  // The lists follow the record; after a start of the server they may be on their way. The rows are read anew until they are there.
  const behind = (): void => {
    recount ??= setTimeout(() => {
      recount = undefined
      windows.clear()
      void fetchOne(0, true).then(pump)
    }, behindMs)
  }
  const pump = (): void => {
    if (problem.value !== null || abort.signal.aborted) {
      return
    }
    for (const window of wanted) {
      if (running.size >= atATime) {
        return
      }
      if (!windows.has(window) && !running.has(window)) {
        void fetchOne(window).then(pump)
      }
    }
  }
  let was = 0
  const need = (from: number, to: number): void => {
    // What is in sight first, then what whoever scrolls on will see.
    const all = count.value ?? to
    const [above, below] = from < was ? [ahead, ahead / 2] : [ahead / 2, ahead]
    was = from
    wanted = [...new Set([...windowsFor(from, to, all), ...windowsFor(Math.max(0, from - above), to + below, all)])]
    wanted.forEach((window) => windows.touch(window))
    pump()
  }
  need(0, 1)
  return {
    count, more, problem, version, need,
    get: (row) => windows.get(row),
    again: () => {
      problem.value = null
      pump()
    },
    all: async function* (stop) {
      let sent = 0
      for await (const page of pages('listDecisions', { query: { ...query, limit: csvPage }, signal: stop })) {
        for (const row of page.items) {
          if (sent >= rowsMost) {
            return
          }
          sent += 1
          yield row
        }
      }
    },
    dispose: () => {
      abort.abort()
      clearTimeout(recount)
    },
  }
}
