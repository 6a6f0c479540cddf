// The change of cost on a line from nought: what it comes to, and, once it is worked out, between what it likely lies.
import { boot } from '../../lib/boot.ts'
import { lang, useT } from '../../lib/i18n.ts'
import type { Replayed } from '../../lib/model.ts'
import { digitsOf, format, sub } from '../../lib/money.ts'
import { useWidth } from '../../ui/chart/width.ts'
import { sum } from './figures.ts'
import { scaleOf } from './scale.ts'

const HIGH = 64
const SIDE = 4
const LETTER = 6.2 // pixels, about

/** A range to no more digits than it is sure of: three. */
export function rough(minor: number, scale: number): number {
  const unit = Math.max(scale, 10 ** Math.max(0, Math.floor(Math.log10(Math.max(1, Math.abs(minor)))) - 2))
  return Math.abs(minor) < scale * 10 ? minor : Math.round(minor / unit) * unit
}

export function Likely({ is }: { is: Replayed }) {
  return is.before.cost === is.after.cost && !isKnown(is.cost_change) ? null : <Drawn is={is} />
}

type Change = Replayed['cost_change']
const isKnown = (range: Change): range is NonNullable<Change> & { low: string; high: string } => range?.low !== undefined && range.high !== undefined && range.low !== range.high

function Drawn({ is }: { is: Replayed }) {
  const t = useT('policy')
  const [box, width] = useWidth<SVGSVGElement>(410)
  const currency = boot.me?.currency ?? 'USD'
  const one = 10 ** digitsOf(currency)
  const minor = Number(sub(sum(is.after.cost), sum(is.before.cost)).minor)
  const range = is.cost_change
  const known = isKnown(range)
  const [low, high] = known ? [rough(Number(sum(range.low).minor), one), rough(Number(sum(range.high).minor), one)] : [minor, minor]
  const scale = scaleOf([0, minor, low, high], 4, SIDE, width - SIDE)
  const text = (n: number, form: 'change' | 'short') => format({ minor: BigInt(Math.round(n)), currency }, lang.value, form).replace(/[.,]00(?=\D|$)/, '')
  const likely = known ? t('policy.replay.likely', { low: text(low, 'change'), high: text(high, low > 0 ? 'short' : 'change') }) : ''
  // Beside the band where there is room, else above it.
  const room = likely.length * LETTER + 8
  const right = scale.x(high) + room <= width
  const left = !right && scale.x(low) - room >= 0
  const down = known && !right && !left ? 14 : 0
  const at = right ? scale.x(high) + 8 : left ? scale.x(low) - 8 : Math.min(width - room / 2, Math.max(room / 2, (scale.x(low) + scale.x(high)) / 2))
  const every = scale.ticks.length * 80 > width ? 2 : 1
  return <svg ref={box} class="ch likely" role="img" aria-label={`${t('policy.replay.change', { sum: text(minor, 'change') })}${known ? `, ${likely}` : ''}`} width="100%" height={HIGH + down}>
    {scale.ticks.map((tick, i) => <g key={i}><line class="grid" x1={scale.x(tick)} x2={scale.x(tick)} y1={down + 4} y2={down + 42} />
      {i % every === 0 && <text x={scale.x(tick)} y={down + 58} text-anchor={i === 0 ? 'start' : i === scale.ticks.length - 1 ? 'end' : 'middle'}>{text(tick, 'change')}</text>}</g>)}
    {known && <><rect class="band" x={scale.x(low)} y={down + 12} width={Math.max(1, scale.x(high) - scale.x(low))} height="20" rx="3" /><line class="axis" x1={scale.x(low)} x2={scale.x(high)} y1={down + 22} y2={down + 22} />
      <text class="lab" x={at} y={down > 0 ? 10 : 26} text-anchor={right ? 'start' : left ? 'end' : 'middle'}>{likely}</text></>}
    <circle class="pt me" cx={scale.x(minor)} cy={down + 22} r="5" />
  </svg>
}
