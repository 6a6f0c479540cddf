// A figure over time: which one, how it is charted, and how its values are said.
import type { TrackChart, TrackPhase, TrackPoint } from '../../lib/api-types.ts'
import { call } from '../../lib/api.ts'
import { lang } from '../../lib/i18n.ts'
import { count, money, percent } from './track.ts'

export const KINDS = ['single', 'range', 'ewma', 'cusum'] as const
export type Kind = typeof KINDS[number]
export const FIGURES = ['amount', 'each', 'given', 'asked', 'at_once', 'decisions', 'waiting'] as const
export type Figure = typeof FIGURES[number]
export const SPANS = ['day', 'week'] as const
export type Span = typeof SPANS[number]

export interface Charted { of: Figure; by: Span; kind: Kind; team: string; agent: string; cause: string | null }

/** What an address asks for; one agent's chart is by week and of all causes. */
export function chartedOf(query: URLSearchParams, cause: string | null = query.get('cause')): Charted {
  const agent = query.get('agent') ?? ''
  const by = SPANS.find(one => one === query.get('by')) ?? 'day'
  return {
    of: FIGURES.find(one => one === query.get('of')) ?? 'amount', kind: KINDS.find(one => one === query.get('kind')) ?? 'single', agent,
    by: agent !== '' ? 'week' : by, team: agent !== '' ? '' : query.get('team') ?? '', cause: agent !== '' ? null : cause,
  }
}

const scope = (is: Charted) => ({ ...is.team !== '' && { team: is.team }, ...is.agent !== '' && { agent: is.agent }, ...is.cause !== null && { cause: is.cause } })
export const asked = (is: Charted) => ({ of: is.of, by: is.by, ...scope(is) })
export const loadChart = (is: Charted, signal: AbortSignal): Promise<TrackChart> => call('trackChart', { query: asked(is), signal })
export const sayCause = (is: Charted, at: string, text: string) => call('nameCause', { body: { of: is.of, by: is.by, ...scope(is), at, text } })

/** A value as people read it. */
export function says(chart: TrackChart, value: string | number): string {
  if (chart.unit === 'money') return money(String(value))
  if (chart.unit === 'share') return percent(Number(value))
  return chart.unit === 'count' ? count(Math.round(Number(value))) : `${new Intl.NumberFormat(lang.value, { maximumFractionDigits: 1 }).format(Number(value))} s`
}

export const phaseOf = (chart: TrackChart, point: number): TrackPhase | undefined => chart.phases.findLast(phase => phase.first <= point)

/** What the chosen kind draws of a point, with its limits; undefined where too little is known. */
export function drawn(chart: TrackChart, kind: Kind, i: number): { value: number; low?: number; high?: number; usual?: number } | undefined {
  const point = chart.points[i]!
  const phase = phaseOf(chart, i)
  const number = (text: string | undefined) => text === undefined ? undefined : Number(text)
  const limits = (low: string | undefined, high: string | undefined, usual: string | undefined) => low === undefined || high === undefined || usual === undefined ? {} : { low: Number(low), high: Number(high), usual: Number(usual) }
  if (kind === 'single') return { value: Number(point.value), ...limits(phase?.low, phase?.high, phase?.usual) }
  if (kind === 'range') return point.range === undefined ? undefined : { value: Number(point.range), ...limits('0', phase?.range_high, phase?.range) }
  if (kind === 'ewma') return point.ewma === undefined ? undefined : { value: number(point.ewma)!, ...limits(point.ewma_low, point.ewma_high, phase?.usual) }
  if (point.up === undefined || point.down === undefined) return undefined
  return { value: point.up >= point.down ? point.up : -point.down, low: -chart.usual.cusum_edge, high: chart.usual.cusum_edge, usual: 0 }
}

export const sideOf = (point: TrackPoint, kind: Kind): number => point.outside?.[kind] ?? 0
/** In sigma, which has no unit. */
export const shown = (chart: TrackChart, kind: Kind, value: number): string => kind === 'cusum' ? `${new Intl.NumberFormat(lang.value, { maximumFractionDigits: 1, signDisplay: 'exceptZero' }).format(value).replace('-', '−')} σ` : says(chart, chart.unit === 'money' ? value.toFixed(2) : value)
