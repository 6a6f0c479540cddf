import { common } from '../../lib/i18n.ts'
import { AsTable, useWalk } from './Walk.tsx'
import { useWidth } from './width.ts'

export interface HoursProps { bars: { hour: number; atOnce: number; asked: number }[]; label: string }

const TOP = 14
const HEIGHT = 56
const GAP = 3

/** How a day went, hour by hour: what was decided at once, and above it what was asked. */
export function Hours({ bars, label }: HoursProps) {
  const [box, width] = useWidth<SVGSVGElement>(360)
  const says = (i: number) => common('common.chart.hour', { hour: String(bars[i]!.hour), once: bars[i]!.atOnce, asked: bars[i]!.asked })
  const walk = useWalk(bars.length, says)
  if (walk.table) return <AsTable label={label} turn={walk.turn} head={[common('common.chart.time'), common('common.chart.once'), common('common.chart.asks')]} rows={bars.map(bar => [`${bar.hour}:00`, String(bar.atOnce), String(bar.asked)])} />
  const most = Math.max(1, ...bars.map(bar => bar.atOnce + bar.asked))
  const wide = width / Math.max(1, bars.length)
  const high = (n: number) => HEIGHT * n / most
  return <svg ref={box} class="ch" role="img" aria-label={label} tabindex={0} width="100%" height={TOP + HEIGHT + 16} onKeyDown={walk.key} onBlur={walk.leave}>
    {bars.map((bar, i) => <g key={bar.hour}>
      <rect class="bar1" x={i * wide} width={Math.max(1, wide - GAP)} y={TOP + HEIGHT - high(bar.atOnce)} height={high(bar.atOnce)} />
      <rect class="bar2" x={i * wide} width={Math.max(1, wide - GAP)} y={TOP + HEIGHT - high(bar.atOnce + bar.asked)} height={high(bar.asked)} />
      {i === walk.at && <text class="lab" x={i * wide + wide / 2} y={TOP - 3} text-anchor="middle">{bar.atOnce + bar.asked}</text>}
      {(i === 0 || i === bars.length - 1 || bar.hour % 3 === 0) && <text x={i * wide + (wide - GAP) / 2} y={TOP + HEIGHT + 13} text-anchor="middle">{bar.hour}</text>}
    </g>)}
    <line class="axis" x1="0" x2={width} y1={TOP + HEIGHT} y2={TOP + HEIGHT} />
  </svg>
}
