/* A long list seen through windows of 200 rows. Pure bookkeeping: which windows the rows on the screen need, which are
 * kept, which go when there are too many. The rows themselves come over HTTP (Decided.tsx). */

export const windowRows = 200
/** Kept at once: 8,000 rows; farther ones are fetched again. */
export const windowsMost = 40

export function windowOf(row: number): number {
  return Math.floor(row / windowRows)
}

/** The windows under rows `from` to `to` (not itself), those in the middle first. */
export function windowsFor(from: number, to: number, count: number): number[] {
  const last = Math.min(to, count) - 1
  if (last < from || from < 0) {
    return []
  }
  const wanted: number[] = []
  for (let w = windowOf(from); w <= windowOf(last); w++) {
    wanted.push(w)
  }
  return wanted
}

/** Windows by number, the least lately used first. */
export class Windows<T> {
  private readonly kept = new Map<number, readonly T[]>()

  get(row: number): T | undefined {
    return this.kept.get(windowOf(row))?.[row % windowRows]
  }

  has(window: number): boolean {
    return this.kept.has(window)
  }

  put(window: number, rows: readonly T[]): void {
    this.kept.delete(window)
    this.kept.set(window, rows)
    for (const oldest of this.kept.keys()) {
      if (this.kept.size <= windowsMost) {
        break
      }
      this.kept.delete(oldest)
    }
  }

  /** Looked at: it goes later than others. */
  touch(window: number): void {
    const rows = this.kept.get(window)
    if (rows !== undefined) {
      this.put(window, rows)
    }
  }

  clear(): void {
    this.kept.clear()
  }
}
