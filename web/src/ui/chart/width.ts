import { useEffect, useRef, useState } from 'preact/hooks'
import type { RefObject } from 'preact'
import { printing, SHEET_WIDTH } from '../../lib/printing.ts'

/** The width of a box as it is drawn: charts are drawn at it, so that their text keeps its size. */
export function useWidth<E extends Element>(initial: number): [RefObject<E | null>, number] {
  const box = useRef<E>(null)
  const [width, setWidth] = useState(initial)
  useEffect(() => {
    if (!box.current) return
    const sizes = new ResizeObserver(([entry]) => { if (entry && entry.contentRect.width > 0) setWidth(Math.round(entry.contentRect.width)) })
    sizes.observe(box.current)
    return () => sizes.disconnect()
  }, [])
  return [box, printing.value ? SHEET_WIDTH : width]
}
