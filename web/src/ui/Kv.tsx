import type { ComponentChildren } from 'preact'

/** Facts: a name and what it is. */
export function Kv({ rows }: { rows: { name: ComponentChildren; value: ComponentChildren }[] }) {
  return <dl class="kv">{rows.map((row, i) => [<dt key={`n${i}`}>{row.name}</dt>, <dd key={`v${i}`}>{row.value}</dd>])}</dl>
}
