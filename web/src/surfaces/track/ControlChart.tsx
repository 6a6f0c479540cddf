// A control chart: values, the band that is usual in each phase, and where it was left. Arrow keys walk along the points and read them
// out, Enter says what lies behind one, T shows a table.
import type { TrackChart } from '../../lib/api-types.ts'
import { lang, useT } from '../../lib/i18n.ts'
import { go, Link } from '../../lib/router.ts'
import { at, day } from '../../lib/time.ts'
import { Button } from '../../ui/index.ts'
import { AsTable, useWalk } from '../../ui/chart/Walk.tsx'
import { useWidth } from '../../ui/chart/width.ts'
import { scaleOf } from '../policy/scale.ts'
import { ofPoint } from './behind.ts'
import { drawn, phaseOf, says, shown, sideOf, type Kind } from './chart.ts'

const HIGH = 236
const LEFT = 62
const FOOT = 22

interface ControlChartProps { chart: TrackChart; kind: Kind; name?: ((point: number) => void) | undefined }

export function ControlChart({ chart, kind, name }: ControlChartProps) {
  const t = useT('track')
  const [box, width] = useWidth<SVGSVGElement>(640)
  const { points } = chart
  const all = points.map((_, i) => drawn(chart, kind, i))
  const when = (i: number) => chart.by === 'week' ? t('track.chart.week', { day: day(at(points[i]!.at), lang.value) }) : day(at(points[i]!.at), lang.value)
  const value = (i: number) => all[i] ? shown(chart, kind, all[i]!.value) : '–'
  const where = (i: number) => { const side = sideOf(points[i]!, kind); return side === 0 ? '' : t(side > 0 ? 'track.chart.above' : 'track.chart.below') }
  const why = (i: number) => points[i]!.cause ? points[i]!.cause!.text ?? t('track.chart.erased') : ''
  const walk = useWalk(points.length, i => [when(i), value(i), where(i), why(i)].filter(part => part !== '').join(', '))
  const out = points.filter(point => sideOf(point, kind) !== 0).length
  const label = t('track.chart.label', { figure: t(`track.figure.${chart.of}`), n: points.length, out })
  if (walk.table) return <AsTable label={label} turn={walk.turn} head={[t(chart.by === 'week' ? 'track.chart.weeks' : 'track.day'), t(`track.figure.${chart.of}`), t(`track.kind.${kind}`), t('track.chart.usual'), t('track.chart.outside'), t('track.chart.why')]}
    rows={points.map((point, i) => [<Link class="lnk" to={ofPoint(chart, i)}>{when(i)}</Link>, says(chart, point.value), value(i), all[i]?.high === undefined ? '–' : t('track.chart.between', { low: shown(chart, kind, all[i]!.low ?? 0), high: shown(chart, kind, all[i]!.high!) }), where(i) || '–',
      point.cause || name === undefined || !point.outside ? why(i) || '–' : <Button size="sm" kind="quiet" onClick={() => name(i)}>{t('track.chart.say')}</Button>])} />
  const key = (event: KeyboardEvent) => {
    if (event.key === 'Enter' && walk.at >= 0 && name) {
      event.preventDefault()
      name(walk.at)
    } else walk.key(event)
  }
  const known = all.flatMap(one => one ? [one.value, ...one.low === undefined ? [] : [one.low], ...one.high === undefined ? [] : [one.high]] : [])
  const y = scaleOf(known.length > 0 ? [...known, ...kind === 'cusum' ? [] : [0]] : [0, 1], 4, HIGH - FOOT, 10)
  const [first, last] = [at(chart.since), at(points.at(-1)!.at)]
  const x = (i: number) => LEFT + (width - LEFT - 10) * (last > first ? (at(points[i]!.at) - first) / (last - first) : 0.5)
  const step = points.length > 1 ? (x(points.length - 1) - x(0)) / (points.length - 1) : 8
  const line = all.flatMap((one, i) => one ? [`${x(i).toFixed(1)},${y.x(one.value).toFixed(1)}`] : []).join(' ')
  return <svg ref={box} class="ch" role="img" aria-label={label} tabindex={0} width="100%" height={HIGH} onKeyDown={key} onBlur={walk.leave}>
    {y.ticks.map(tick => <g key={tick}><line class="grid" x1={LEFT} x2={width - 10} y1={y.x(tick)} y2={y.x(tick)} /><text x={LEFT - 6} y={y.x(tick) + 4} text-anchor="end">{shown(chart, kind, tick)}</text></g>)}
    {all.map((one, i) => one?.low !== undefined && one.high !== undefined && one.usual !== undefined && <g key={i}>
      <rect class="band" x={x(i) - step / 2} width={step} y={y.x(one.high)} height={Math.max(0, y.x(one.low) - y.x(one.high))} /><line class="mean" x1={x(i) - step / 2} x2={x(i) + step / 2} y1={y.x(one.usual)} y2={y.x(one.usual)} /></g>)}
    {chart.phases.slice(1).map(phase => <g key={phase.first}><line class="mark" x1={x(phase.first) - step / 2} x2={x(phase.first) - step / 2} y1="8" y2={HIGH - FOOT} />
      {phase.policy_version !== undefined && <text class="lab2" x={x(phase.first) - step / 2 - 5} y="16" text-anchor="end">{t('track.chart.policy', { n: phase.policy_version })}</text>}</g>)}
    <polyline class="ln5" points={line} />
    {points.map((point, i) => all[i] && sideOf(point, kind) !== 0 && <circle key={i} onClick={() => go(ofPoint(chart, i))} class={sideOf(point, kind) > 0 ? 'pt hi go' : 'pt lo go'} cx={x(i)} cy={y.x(all[i]!.value)} r="4" />)}
    {points.map((point, i) => all[i] && point.cause?.text !== undefined && <text key={i} class="lab" x={x(i) + (x(i) > width / 2 ? -8 : 8)} y={y.x(all[i]!.value) + 4} text-anchor={x(i) > width / 2 ? 'end' : 'start'}>{short(point.cause.text)}</text>)}
    {walk.at >= 0 && all[walk.at] && <circle class="pt me" cx={x(walk.at)} cy={y.x(all[walk.at]!.value)} r="5" />}
    <text x={x(0)} y={HIGH - 4} text-anchor="start">{when(0)}</text>{points.length > 1 && <text x={x(points.length - 1)} y={HIGH - 4} text-anchor="end">{when(points.length - 1)}</text>}
  </svg>
}

const SHORT = 26
const short = (text: string): string => text.length > SHORT ? `${text.slice(0, SHORT - 1)}…` : text

/** Whether the last phase knows its limits. */
export const knows = (chart: TrackChart): boolean => chart.points.length > 0 && phaseOf(chart, chart.points.length - 1)?.usual !== undefined
