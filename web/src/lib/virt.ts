// Which rows of a long list are drawn: those in sight and a few around. The space of the others is kept by two lengths.
import type { RefObject } from 'preact'
import { useEffect, useState } from 'preact/hooks'

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
