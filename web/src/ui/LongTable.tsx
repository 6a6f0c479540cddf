// A table of any length that scrolls in its own box, with one tab stop: keys move along rows, Enter opens one.
//
// What keeps it quick: rows are of one height and columns of fixed shares, so nothing is measured; the rows move together (one
// translate), and only those whose content changed are drawn anew; a jump fills the elements that are there with other rows. Each
// clip would be a layer to paint: only texts that may be too long for their column have one.
import { Component, type VNode } from 'preact'
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks'
import { setLength } from '../lib/dom.ts'
import { Slots, useRange } from '../lib/virt.ts'
import { inLink, target, type Col } from './Table.tsx'

export interface LongCol<T> extends Col<T> {
  /** Its share of the row, whatever is in it. */
  width: 'narrow' | 'time' | 'share' | 'wide'
}

export interface LongTableProps<T> {
  columns: LongCol<T>[]; count: number; get: (row: number) => T | undefined; need?: (from: number, to: number) => void
  open?: (row: T) => void; label: string
}

const HEIGHT = 32
const AROUND = 4
const SHORT = 14 // letters that have room in every column

interface RowProps<T> { row: number; item: T | undefined; columns: LongCol<T>[]; stop: boolean }

class Row<T> extends Component<RowProps<T>> {
  override shouldComponentUpdate(next: RowProps<T>): boolean {
    const is = this.props
    return next.row !== is.row || next.item !== is.item || next.columns !== is.columns || next.stop !== is.stop
  }

  override render({ row, item, columns, stop }: RowProps<T>): VNode {
    return <tr role="row" data-row={row} aria-rowindex={row + 2} tabIndex={stop ? 0 : -1}>{columns.map((column, i) => cell(column, item, i))}</tr>
  }
}

function cell<T>(column: LongCol<T>, item: T | undefined, i: number): VNode {
  const content = item === undefined ? <span class="skel w60" /> : column.cell(item)
  const long = typeof content === 'string' && content.length > SHORT
  const tone = item === undefined ? undefined : column.tone?.(item)
  return <td key={i} role="cell" class={classOf(column) + (tone === undefined ? '' : ` ${tone}`) + (long ? ' cut' : '')}>{content}</td>
}

const classOf = <T,>(column: LongCol<T>): string => column.right ? `${column.width} r` : column.width

const rowOf = (event: Event): number => {
  const row = event.target instanceof Element ? event.target.closest<HTMLElement>('[data-row]') : null
  return row === null ? NaN : Number(row.dataset['row'])
}

export function LongTable<T>({ columns, count, get, need, open, label }: LongTableProps<T>) {
  const box = useRef<HTMLDivElement>(null)
  const table = useRef<HTMLTableElement>(null)
  const body = useRef<HTMLTableSectionElement>(null)
  const slots = useRef(new Slots())
  const wanted = useRef(false)
  const [current, setCurrent] = useState(0)
  const { from, to, show } = useRange({ rows: count, height: HEIGHT, around: AROUND, box })
  useEffect(() => { if (to > from) need?.(from, to) }, [from, to, count])
  useLayoutEffect(() => { if (body.current) setLength(body.current, 'translate', `0 ${from * HEIGHT}px`) }, [from])
  useLayoutEffect(() => { if (table.current) setLength(table.current, 'height', `${(count + 1) * HEIGHT}px`) }, [count])
  useLayoutEffect(() => {
    if (!wanted.current) return
    const row = table.current?.querySelector<HTMLElement>(`[data-row="${current}"]`)
    if (!row) return
    row.focus({ preventScroll: true })
    wanted.current = false
  })
  const move = (next: number) => {
    wanted.current = true
    show(next)
    setCurrent(next)
  }
  const key = (event: KeyboardEvent) => {
    const row = event.target instanceof HTMLTableRowElement ? rowOf(event) : NaN
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
  const click = (event: MouseEvent) => {
    const item = inLink(event) ? undefined : get(rowOf(event))
    if (item !== undefined) open?.(item)
  }
  const rows = slots.current.take(from, to)
  // The one tab stop is a row that is drawn.
  const stop = rows.some(({ row }) => row === current) ? current : from
  return <div class="tbl-box all-rows" ref={box} data-scrolls>
    <table class={open ? 'tbl long opens' : 'tbl long'} role="table" aria-label={label} aria-rowcount={count + 1} ref={table}>
      <thead role="rowgroup"><tr role="row" aria-rowindex={1}>{columns.map((column, i) => <th key={column.id ?? i} role="columnheader" scope="col" class={classOf(column)}>{column.name}</th>)}</tr></thead>
      <tbody role="rowgroup" ref={body} onKeyDown={key} onClick={click}
        onFocusIn={(event: FocusEvent) => {
          const row = rowOf(event)
          if (!Number.isNaN(row)) setCurrent(row)
        }}>
        {rows.map(({ row, slot }) => <Row key={slot} row={row} item={get(row)} columns={columns} stop={row === stop} />)}
      </tbody>
    </table>
  </div>
}
