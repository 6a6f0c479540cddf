// What the page shows and for whom: read by window and team, which stand in the address.
import type { Track, TrackAgent } from '../../lib/api-types.ts'
import { boot } from '../../lib/boot.ts'
import { call } from '../../lib/api.ts'
import { lang } from '../../lib/i18n.ts'
import { digitsOf, format, parse, zero, type Money } from '../../lib/money.ts'

export const WINDOWS = ['7', '30', '90', '365'] as const
export type Days = typeof WINDOWS[number]
export const MEASURES = ['amount', 'given', 'asked', 'resolve', 'rating'] as const
export type Measure = typeof MEASURES[number]

export interface Wanted { days: Days; team: string; measure: Measure }

export function wantedOf(query: URLSearchParams): Wanted {
  const days = WINDOWS.find(one => one === query.get('days')) ?? '90'
  return { days, team: query.get('team') ?? '', measure: MEASURES.find(one => one === query.get('by')) ?? 'amount' }
}

export const load = (wanted: Wanted, signal: AbortSignal): Promise<Track> => call('track', { query: { days: Number(wanted.days), ...wanted.team !== '' && { team: wanted.team } }, signal })

const currency = () => boot.me?.currency ?? 'USD'

/** An amount of the server, which may be below nought. */
export function amount(text: string): Money {
  const below = text.startsWith('-')
  const money = parse(below ? text.slice(1) : text, currency()) ?? zero(currency())
  return below ? { ...money, minor: -money.minor } : money
}

export const money = (text: string): string => format(amount(text), lang.value, 'short')
export const change = (text: string): string => format(amount(text), lang.value, 'change')
/** A number of whole units, as the marks of a scale are. */
export const text = (units: number): string => units.toFixed(digitsOf(currency()))
export const percent = (share: number): string => new Intl.NumberFormat(lang.value, { style: 'percent', maximumFractionDigits: 1 }).format(share)
export const points = (share: number): string => new Intl.NumberFormat(lang.value, { style: 'percent', maximumFractionDigits: 1, signDisplay: 'exceptZero' }).format(share).replace('-', '−')
export const count = (n: number): string => new Intl.NumberFormat(lang.value).format(n)

/** `decisions`: how many it rests on. */
export interface Placed { agent: TrackAgent; decisions: number; difference: number; says: string; outside: -1 | 0 | 1; far: boolean; named: boolean }

const ofTime = (value: number, unit: 'minute' | 'hour' | 'day', sign: boolean): string => new Intl.NumberFormat(lang.value, { style: 'unit', unit, unitDisplay: 'short', maximumFractionDigits: Math.abs(value) < 10 ? 1 : 0, signDisplay: sign ? 'exceptZero' : 'auto' }).format(value).replace('-', '−')
/** So many seconds as people say them: minutes, hours or days. */
export const span = (seconds: number, sign = false): string => Math.abs(seconds) < 5400 ? ofTime(seconds / 60, 'minute', sign) : Math.abs(seconds) < 172_800 ? ofTime(seconds / 3600, 'hour', sign) : ofTime(seconds / 86_400, 'day', sign)

/** A difference by one measure, with its sign; numbers of the server, or marks of a scale. */
export const differs = (measure: Measure, value: string | number): string => measure === 'amount' ? change(String(value)) : measure === 'resolve' ? span(Number(value), true) : points(Number(value))

const comparedBy = { amount: 'amount_compared', given: 'given_compared', asked: 'asked_compared', resolve: 'resolve_compared', rating: 'rating_compared' } as const
/** How many a figure rests on: decisions, cases that were resolved, ratings. */
export const restsOn = (agent: TrackAgent, measure: Measure): number => measure === 'resolve' ? agent.resolved : measure === 'rating' ? agent.ratings : agent.decisions
/** What those are called: the part of a key that says it. */
export const unitOf = (measure: Measure): 'decisions' | 'cases' | 'ratings' => measure === 'resolve' ? 'cases' : measure === 'rating' ? 'ratings' : 'decisions'

/** Everybody who can be compared, by one measure; numbers are for the drawing alone. */
export function placed(track: Track, measure: Measure): Placed[] {
  return track.agents.flatMap(agent => {
    const is = agent[comparedBy[measure]]
    if (!is) return []
    return [{ agent, decisions: restsOn(agent, measure), difference: Number(is.difference), says: differs(measure, is.difference), outside: is.outside_20 as -1 | 0 | 1, far: is.outside_500 !== 0, named: is.named }]
  })
}

/** Who lies outside of the outer band, the farthest first; both ends alike. */
export const outside = (all: readonly Placed[]): Placed[] => all.filter(one => one.far).sort((a, b) => Math.abs(b.difference) * Math.sqrt(b.decisions) - Math.abs(a.difference) * Math.sqrt(a.decisions))
