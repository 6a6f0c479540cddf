/* What waits for an answer, in the order that the desk shows it.
 *
 * Pure: lists go in, a queue comes out. Two promises hold. The oldest due stands first whenever the list is drawn anew.
 * And while somebody is at work in the list (it is held: the pointer or the focus is inside) nothing moves: what arrives
 * waits behind, what was answered elsewhere keeps its line, until the list is let go. */

export interface Waiting { id: string; due: number; opened: number }

export interface Queue {
  /** From the top, as on the screen. */
  readonly shown: readonly string[]
  /** Came while the list was held; oldest due first. */
  readonly behind: readonly string[]
  /** Closed elsewhere while the list was held: their lines stay until it is let go. */
  readonly gone: readonly string[]
  /** The one that is open: always one of `shown`, null when there is none. */
  readonly open: string | null
}

export const emptyQueue: Queue = { shown: [], behind: [], gone: [], open: null }

/** Oldest due first; of the same moment the one that was asked first. */
export function sorted(items: readonly Waiting[]): string[] {
  return [...items].sort((a, b) => a.due - b.due || a.opened - b.opened || (a.id < b.id ? -1 : 1)).map((item) => item.id)
}

/** The server's list comes in. */
export function take(queue: Queue, items: readonly Waiting[], held: boolean): Queue {
  const ids = sorted(items)
  const live = new Set(ids)
  const alive = queue.shown.filter((id) => live.has(id))
  // Held, and nothing stands any more: what came of the last one can still be read, until the next comes.
  if (!held || (alive.length === 0 && (ids.length > 0 || queue.shown.length === 0))) {
    const stays = queue.open !== null && live.has(queue.open)
    return { shown: ids, behind: [], gone: [], open: stays ? queue.open : (ids[0] ?? null) }
  }
  const shown = new Set(queue.shown)
  return {
    shown: queue.shown,
    behind: ids.filter((id) => !shown.has(id)),
    gone: queue.shown.filter((id) => !live.has(id)),
    open: queue.open,
  }
}

/** The caller answered it: it leaves at once, and the next opens. */
export function answered(queue: Queue, id: string): Queue {
  const gone = queue.gone.filter((other) => other !== id)
  const rest = queue.shown.filter((other) => other !== id)
  const alive = rest.filter((other) => !gone.includes(other))
  const all: Omit<Queue, 'open'> = alive.length > 0 ? { shown: rest, behind: queue.behind, gone } : { shown: queue.behind, behind: [], gone: [] }
  const stays = queue.open !== id && queue.open !== null && all.shown.includes(queue.open)
  const next = all.shown.find((other) => !all.gone.includes(other)) ?? null
  return { ...all, open: stays ? queue.open : next }
}

export function openOne(queue: Queue, id: string): Queue {
  return queue.shown.includes(id) ? { ...queue, open: id } : queue
}

/** The next (1) or the one before (-1); at the ends it stays. */
export function step(queue: Queue, by: 1 | -1): Queue {
  const at = queue.open === null ? -1 : queue.shown.indexOf(queue.open)
  const id = queue.shown[at + by]
  return id === undefined ? queue : { ...queue, open: id }
}

/** What a digit opens: 1 is the first line. */
export function nth(queue: Queue, n: number): Queue {
  const id = queue.shown[n - 1]
  return id === undefined ? queue : { ...queue, open: id }
}
