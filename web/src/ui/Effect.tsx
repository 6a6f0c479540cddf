import { common, lang } from '../lib/i18n.ts'
import { format, type Money } from '../lib/money.ts'

export type EffectRow = { name: string; from: Money; to: Money } | { name: string; text: string }

/** What an act does to each budget: "$57 → $17", read as "from $57 to $17". */
export function Effect({ rows }: { rows: EffectRow[] }) {
  return <dl class="eff">{rows.map(row => <Row key={row.name} row={row} />)}</dl>
}

function Row({ row }: { row: EffectRow }) {
  if ('text' in row) return <><dt>{row.name}</dt><dd>{row.text}</dd></>
  const [from, to] = [format(row.from, lang.value, 'short'), format(row.to, lang.value, 'short')]
  return <><dt>{row.name}</dt><dd class="nw"><span class="vh">{common('common.effect', { from, to })}</span>
    <span aria-hidden="true">{from}<span class="arr"> → </span>{to}</span></dd></>
}
