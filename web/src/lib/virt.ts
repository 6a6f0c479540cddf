// Which rows of a long list are drawn: those in sight and a few around. The space of the others is kept by two lengths.
import type { RefObject } from 'preact'
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks'

export interface Range { from: number; to: number; before: number; after: number }

/** The rows that are in sight of a box, and `around` rows on both sides. */
export function range(o: { rows: number; height: number; around: number; top: number; box: number }): Range {
  const first = Math.floor(o.top / o.height) - o.around
  const from = Math.max(0, Math.min(first, o.rows - 1))
  const to = Math.min(o.rows, Math.ceil((o.top + o.box) / o.height) + o.around)
  const end = Math.max(to, Math.min(o.rows, from))
  return { from: Math.max(0, from), to: end, before: Math.max(0, from) * o.height, after: Math.max(0, o.rows - end) * o.height }
}

/** Follows a box that scrolls. `show` brings a row into sight. */
export function useWindow(o: { rows: number; height: number; around?: number; box: RefObject<HTMLElement | null> }): Range & { show(row: number): void } {
  const [view, setView] = useState({ top: 0, box: 600 })
  useEffect(() => {
    const box = o.box.current
    if (!box) return
    let frame = 0
    const read = () => {
      frame = 0
      setView(old => old.top === box.scrollTop && old.box === box.clientHeight ? old : { top: box.scrollTop, box: box.clientHeight })
    }
    const soon = () => { frame ||= requestAnimationFrame(read) }
    const sizes = new ResizeObserver(soon)
    sizes.observe(box)
    box.addEventListener('scroll', soon, { passive: true })
    read()
    return () => {
      cancelAnimationFrame(frame)
      sizes.disconnect()
      box.removeEventListener('scroll', soon)
    }
  }, [o.box.current])
  const show = (row: number) => {
    const box = o.box.current
    if (!box) return
    const [start, end] = [row * o.height, (row + 1) * o.height]
    const head = box.querySelector('thead')?.offsetHeight ?? 0
    if (start < box.scrollTop) box.scrollTop = start
    else if (end + head > box.scrollTop + box.clientHeight) box.scrollTop = end + head - box.clientHeight
  }
  return { ...range({ rows: o.rows, height: o.height, around: o.around ?? 12, ...view }), show }
}

/** Follows a box that scrolls, as `useWindow`, but is drawn anew only when other rows come into sight. */
export function useRange(o: { rows: number; height: number; around: number; box: RefObject<HTMLElement | null> }): { from: number; to: number; show(row: number): void } {
  const now = useRef(o)
  now.current = o
  const [view, setView] = useState(() => range({ ...o, top: 0, box: 600 }))
  const read = () => {
    const box = o.box.current
    if (!box) return
    const next = range({ ...now.current, top: box.scrollTop, box: box.clientHeight })
    setView(old => old.from === next.from && old.to === next.to ? old : next)
  }
  useEffect(() => {
    const box = o.box.current
    if (!box) return
    let frame = 0
    const soon = () => {
      frame ||= requestAnimationFrame(() => {
        frame = 0
        read()
      })
    }
    const sizes = new ResizeObserver(soon)
    sizes.observe(box)
    box.addEventListener('scroll', soon, { passive: true })
    return () => {
      cancelAnimationFrame(frame)
      sizes.disconnect()
      box.removeEventListener('scroll', soon)
    }
  }, [])
  useLayoutEffect(read, [o.rows])
  const show = (row: number) => {
    const box = o.box.current
    if (!box) return
    // The head, a row high, stays above the rows.
    const [start, end] = [row * o.height, (row + 2) * o.height]
    if (start < box.scrollTop) box.scrollTop = start
    else if (end > box.scrollTop + box.clientHeight) box.scrollTop = end - box.clientHeight
    read()
  }
  return { from: view.from, to: Math.min(view.to, o.rows), show }
}

export interface Slot { row: number; slot: number }

/** Which element draws which row. After a step the rows that stay keep their elements, some go at one end and some come at the other;
 *  after a jump the elements that are there take the new rows in their order. None is ever moved past another: that would take the
 *  focus from it. */
export class Slots {
  private drawn: Slot[] = []
  private next = 0

  /** The rows `from` to `to` (not itself). */
  take(from: number, to: number): readonly Slot[] {
    const count = Math.max(0, to - from)
    const old = new Map(this.drawn.map(({ row, slot }) => [row, slot]))
    const stay = this.drawn.filter(({ row }) => row >= from && row < to).length
    const free = stay * 2 > count ? null : this.drawn.map(({ slot }) => slot)
    this.drawn = Array.from({ length: count }, (_, i) => ({ row: from + i, slot: (free ? free[i] : old.get(from + i)) ?? this.next++ }))
    return this.drawn
  }
}
