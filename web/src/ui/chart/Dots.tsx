import { common, lang } from '../../lib/i18n.ts'
import { cmp, format, share, type Money } from '../../lib/money.ts'
import { AsTable, useWalk } from './Walk.tsx'
import { useWidth } from './width.ts'

export interface DotsProps { values: Money[]; asked?: Money | undefined; median: Money; label: string; max: Money }

const SIDE = 10
const BASE = 58
const RISE = 7
const WIDE = 7

export interface Dot { x: number; y: number; value: Money }

/** Where each dot lies: along the scale, and on top of the ones at the same place. */
export function place(values: Money[], max: Money, width: number): Dot[] {
  const stacked = new Map<number, number>()
  return [...values].sort(cmp).map(value => {
    const x = SIDE + (width - 2 * SIDE) * share(value, max) / 100
    const column = Math.round((x - SIDE) / WIDE)
    const height = stacked.get(column) ?? 0
    stacked.set(column, height + 1)
    return { x: SIDE + column * WIDE, y: height, value }
  })
}

/** What similar cases got: a dot each, the middle and what is asked now with their names. */
export function Dots({ values, asked, median, label, max }: DotsProps) {
  const [box, width] = useWidth<SVGSVGElement>(400)
  const dots = place(values, max, width)
  const text = (value: Money) => format(value, lang.value, 'short')
  const walk = useWalk(dots.length, i => common('common.chart.dot', { amount: text(dots[i]!.value), n: i + 1, of: dots.length }))
  if (walk.table) return <AsTable label={label} turn={walk.turn} head={[common('common.chart.amount'), common('common.chart.count')]} rows={counted(dots, text)} />
  const top = Math.max(1, ...dots.map(dot => dot.y + 1))
  const rise = Math.min(RISE, 38 / top)
  const x = (value: Money) => SIDE + (width - 2 * SIDE) * share(value, max) / 100
  return <svg ref={box} class="ch" role="img" aria-label={label} tabindex={0} width="100%" height={BASE + 18} onKeyDown={walk.key} onBlur={walk.leave}>
    <line class="axis" x1={SIDE} x2={width - SIDE} y1={BASE} y2={BASE} />
    {dots.map((dot, i) => <circle key={i} class={i === walk.at ? 'pt me' : 'pt'} cx={dot.x} cy={BASE - 4 - dot.y * rise} r={i === walk.at ? 4 : 2.8} />)}
    <line class="mean" x1={x(median)} x2={x(median)} y1={8} y2={BASE} />
    {asked && <line class="mark" x1={x(asked)} x2={x(asked)} y1={8} y2={BASE} />}
    <Labels median={median} asked={asked} x={x} width={width} text={text} />
  </svg>
}

// Names at the marks. Two that would touch stand on both sides.
function Labels({ median, asked, x, width, text }: { median: Money; asked: Money | undefined; x: (value: Money) => number; width: number; text: (value: Money) => string }) {
  const side = (at: number) => at < 60 ? 'start' : at > width - 60 ? 'end' : 'middle'
  const close = asked && Math.abs(x(asked) - x(median)) < 130
  const before = asked && x(median) <= x(asked)
  return <>
    <text class="lab2" x={x(median)} y={BASE + 14} text-anchor={close ? (before ? 'end' : 'start') : side(x(median))} dx={close ? (before ? -4 : 4) : 0}>{common('common.chart.middle', { amount: text(median) })}</text>
    {asked && <text class="lab" x={x(asked)} y={BASE + 14} text-anchor={close ? (before ? (x(asked) > width - 70 ? 'end' : 'start') : 'end') : side(x(asked))} dy={close && before && x(asked) > width - 70 ? -BASE + 2 : 0}>{common('common.chart.asked', { amount: text(asked) })}</text>}
  </>
}

function counted(dots: Dot[], text: (value: Money) => string): string[][] {
  const counts = new Map<string, number>()
  for (const dot of dots) counts.set(text(dot.value), (counts.get(text(dot.value)) ?? 0) + 1)
  return [...counts].map(([amount, n]) => [amount, String(n)])
}
