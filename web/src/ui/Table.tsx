// A table with one tab stop: keys move along rows, Enter opens one. A sticky one scrolls in its own box and draws only the rows in
// sight; what it needs of the others it asks for as they come near.
import type { ComponentChildren } from 'preact'
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks'
import { setLength } from '../lib/dom.ts'
import { singleKeys } from '../lib/keys.ts'
import { printing } from '../lib/printing.ts'
import { useWindow } from '../lib/virt.ts'

/** tone: a class of the cell, by what is in it. */
export interface Col<T> { name: ComponentChildren; right?: boolean; cell: (row: T) => ComponentChildren; id?: string; tone?: (row: T) => string | undefined }
export interface TableProps<T> {
  columns: Col<T>[]; count: number; get: (row: number) => T | undefined; need?: (from: number, to: number) => void; key?: string; rowKey?: (row: T) => string
  open?: (row: T) => void; label: string; dense?: boolean; sticky?: boolean; mark?: (row: T) => 'on' | 'new' | undefined
}

const HEIGHT = 40
const HEIGHT_DENSE = 32

export function Table<T>(props: TableProps<T>) {
  return props.sticky && !printing.value ? <Scrolled {...props} /> : <Drawn {...props} from={0} to={props.count} />
}

function Scrolled<T>(props: TableProps<T>) {
  const box = useRef<HTMLDivElement>(null)
  const [, ready] = useState(false)
  useEffect(() => ready(true), [])
  const view = useWindow({ rows: props.count, height: props.dense ? HEIGHT_DENSE : HEIGHT, box })
  useEffect(() => { if (view.to > view.from) props.need?.(view.from, view.to) }, [view.from, view.to, props.count])
  return <div class="tbl-box" ref={box} data-scrolls>
    <Drawn {...props} from={view.from} to={view.to} before={view.before} after={view.after} show={view.show} box={box.current} />
  </div>
}

/** Whether a click is a link's: it opens no row. */
export function inLink(event: Event): boolean {
  return event.target instanceof Element && event.target.closest('a') !== null
}

interface DrawnProps<T> extends TableProps<T> { from: number; to: number; before?: number; after?: number; show?: (row: number) => void; box?: HTMLElement | null }

const steps: Record<string, number> = { ArrowDown: 1, j: 1, ArrowUp: -1, k: -1, PageDown: 10, PageUp: -10 }

/** Where a key leads from a row; null: it is none of the table's. */
export function target(key: string, at: number, count: number): number | null {
  if (key === 'Home') return 0
  if (key === 'End') return count - 1
  const step = steps[key]
  if (step === undefined || ((key === 'j' || key === 'k') && !singleKeys.value)) return null
  return Math.max(0, Math.min(count - 1, at + step))
}

function Drawn<T>({ columns, count, get, open, label, dense, sticky, from, to, before = 0, after = 0, show, mark, rowKey }: DrawnProps<T>) {
  const [current, setCurrent] = useState(0)
  const body = useRef<HTMLTableSectionElement>(null)
  const wanted = useRef(false)
  useLayoutEffect(() => {
    if (!wanted.current) return
    const row = body.current?.querySelector<HTMLElement>(`[data-row="${current}"]`)
    if (!row) return
    row.focus({ preventScroll: sticky === true })
    wanted.current = false
  })
  const move = (to: number) => {
    wanted.current = true
    show?.(to)
    setCurrent(to)
  }
  const key = (event: KeyboardEvent) => {
    const row = event.target instanceof HTMLElement && event.target.tagName === 'TR' ? Number(event.target.dataset.row) : NaN
    if (Number.isNaN(row) || event.ctrlKey || event.metaKey || event.altKey) return
    const item = get(row)
    if ((event.key === 'Enter' || event.key === ' ') && open && item !== undefined) open(item)
    else {
      const next = target(event.key, row, count)
      if (next === null) return
      move(next)
    }
    event.preventDefault()
    event.stopPropagation()
  }
  const rows = Array.from({ length: Math.max(0, to - from) }, (_, i) => from + i)
  // The one tab stop is a row that is drawn.
  const stop = current >= from && current < to ? current : from
  return <table class={['tbl', dense && 'dense', sticky && 'virt', open && 'opens'].filter(Boolean).join(' ')} aria-label={label} aria-rowcount={sticky ? count + 1 : undefined}>
    <thead><tr aria-rowindex={sticky ? 1 : undefined}>{columns.map((column, i) => <th key={column.id ?? i} scope="col" class={column.right ? 'r' : undefined}>{column.name}</th>)}</tr></thead>
    <tbody ref={body} onKeyDown={key}>
      <Space height={before} columns={columns.length} />
      {rows.map(row => {
        const item = get(row)
        return <tr key={item !== undefined && rowKey ? rowKey(item) : row} data-row={row} aria-rowindex={sticky ? row + 2 : undefined} tabIndex={row === stop ? 0 : -1} class={item && mark?.(item)}
          onFocus={() => setCurrent(row)} onClick={open && item !== undefined ? (event: MouseEvent) => { if (!inLink(event)) open(item) } : undefined}>
          {columns.map((column, i) => <td key={column.id ?? i} class={[column.right && 'r', item !== undefined && column.tone?.(item)].filter(Boolean).join(' ') || undefined}>{item === undefined ? <span class="skel w60" /> : column.cell(item)}</td>)}
        </tr>
      })}
      <Space height={after} columns={columns.length} />
    </tbody>
  </table>
}

// The room of the rows that are not drawn.
function Space({ height, columns }: { height: number; columns: number }) {
  const cell = useRef<HTMLTableCellElement>(null)
  useLayoutEffect(() => { if (cell.current) setLength(cell.current, 'height', `${height}px`) }, [height])
  return height > 0 ? <tr aria-hidden="true" class="space"><td ref={cell} colSpan={columns} /></tr> : null
}
