// Where the cases behind a figure are: the desk's list, with filters by which it counts to the figure.
import type { Track, TrackChart } from '../../lib/api-types.ts'
import { boot } from '../../lib/boot.ts'
import { at, calendarDay, serverNow } from '../../lib/time.ts'
import { dayBegins, type Of, type Show } from '../desk/filter.ts'
import type { Figure } from './chart.ts'

export interface Behind { of?: Of; show?: Show; agent?: string | undefined; team?: string | undefined; reason?: string | undefined; since?: string | undefined; until?: string | undefined }

const DAY_MS = 86_400_000

/** A link to the list; a reason of '' means those that name none. */
export function behind(is: Behind): string {
  const { reason, ...rest } = is
  const query = new URLSearchParams(Object.entries({ of: 'requests', ...rest }).flatMap(([name, value]) => value === undefined || value === '' ? [] : [[name, value]]))
  if (reason !== undefined) query.set('reason', reason === '' ? '-' : reason)
  return `/desk/decisions?${query}`
}

/** The list behind time to resolve or ratings, of one agent or of all. */
export const ended = (of: 'resolved' | 'rated', { days, team }: Pick<Track, 'days' | 'team'>, agent = ''): string => `/track/ended/${of}?${new URLSearchParams(Object.entries({ days: String(days), team: team ?? '', agent }).filter(([, value]) => value !== ''))}`

/** Where a window of so many days begins: midnight, days of 24 hours ago, as the server counts. */
export function windowSince(days: number): string {
  return new Date(at(dayBegins(calendarDay(serverNow()), boot.me?.time_zone ?? 'UTC')) - (days - 1) * DAY_MS).toISOString()
}

/** A day's list. */
export const ofDay = (day: string): Pick<Behind, 'since' | 'until'> => ({ since: day, until: new Date(at(day) + DAY_MS).toISOString() })

const LISTS: Record<Figure, Pick<Behind, 'of' | 'show'>> = {
  amount: { of: 'remedies' }, each: { of: 'requests' }, given: { of: 'remedies' }, asked: { of: 'requests', show: 'asked' }, at_once: { of: 'requests', show: 'at-once' },
  decisions: { of: 'requests' }, waiting: { of: 'answers' },
}

/** What a point of a chart counts. */
export function ofPoint(chart: TrackChart, point: number): string {
  const { at: since } = chart.points[point]!
  const until = chart.points[point + 1]?.at ?? new Date(at(since) + (chart.by === 'week' ? 7 : 1) * DAY_MS).toISOString()
  return behind({ ...LISTS[chart.of as Figure], agent: chart.agent, team: chart.team, reason: chart.cause, since, until })
}
