// What charts have in common: arrow keys move along the points and read them, T shows the same as a table.
import type { ComponentChildren } from 'preact'
import { useState } from 'preact/hooks'
import { announce } from '../../lib/dom.ts'
import { common } from '../../lib/i18n.ts'
import { singleKeys } from '../../lib/keys.ts'

export function useWalk(count: number, says: (point: number) => string): { at: number; table: boolean; turn: () => void; key: (event: KeyboardEvent) => void; leave: () => void } {
  const [at, setAt] = useState(-1)
  const [table, setTable] = useState(false)
  const turn = () => setTable(!table)
  const key = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return
    const next = event.key === 'ArrowRight' ? Math.min(count - 1, at + 1) : event.key === 'ArrowLeft' ? Math.max(0, at - 1) : event.key === 'Home' ? 0 : event.key === 'End' ? count - 1 : -1
    if (event.key.toLowerCase() === 't' && singleKeys.value) turn()
    else if (next >= 0 && count > 0) {
      setAt(next)
      announce(says(next))
    } else return
    event.preventDefault()
    event.stopPropagation()
  }
  return { at, table, turn, key, leave: () => setAt(-1) }
}

export function AsTable({ head, rows, label, turn }: { head: [ComponentChildren, ComponentChildren, ...ComponentChildren[]]; rows: ComponentChildren[][]; label: string; turn: () => void }) {
  const key = (event: KeyboardEvent) => {
    if (event.key.toLowerCase() !== 't' || event.ctrlKey || event.metaKey || !singleKeys.value) return
    event.preventDefault()
    event.stopPropagation()
    turn()
  }
  return <div onKeyDown={key}>
    <div class="ch-table" tabIndex={0} role="region" aria-label={label} data-scrolls><table class="tbl dense"><thead><tr>{head.map((cell, i) => <th key={i} scope="col" class={i > 0 ? 'r' : undefined}>{cell}</th>)}</tr></thead>
      <tbody>{rows.map((row, r) => <tr key={r}>{row.map((cell, i) => <td key={i} class={i > 0 ? 'r' : undefined}>{cell}</td>)}</tr>)}</tbody></table></div>
    <button type="button" class="btn xs quiet" onClick={turn}>{common('common.chart.drawn')}</button>
  </div>
}
