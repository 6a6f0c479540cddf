/* What of the decisions is listed: read from the address, written to it, and as the server is asked for it. Pure. */

export type Show = 'all' | 'at-once' | 'asked' | 'ai'
export const shows: readonly Show[] = ['all', 'at-once', 'asked', 'ai']

/** Which rows: each answer by itself; or requests as Track counts them, each once, or what became of these. */
export type Of = '' | 'requests' | 'remedies' | 'answers' | 'without'
export const ofs: readonly Of[] = ['', 'requests', 'remedies', 'answers', 'without']

export interface Filter {
  show: Show
  of: Of
  /** Only what was given, or every answer. */
  every: boolean
  agent: string
  /** A path of teams, with those under it. */
  team: string
  action: string
  reason: string
  case: string
  customer: string
  /** Days (2026-03-02) of the organization's calendar, both included; empty: no limit. */
  from: string
  to: string
  /** Moments, as Track's windows begin and end; a day of the calendar goes before. */
  since: string
  until: string
}

export const plainFilter: Filter = { show: 'all', of: '', every: false, agent: '', team: '', action: '', reason: '', case: '', customer: '', from: '', to: '', since: '', until: '' }

const fields = ['agent', 'team', 'action', 'reason', 'case', 'customer'] as const
const days = ['from', 'to'] as const
const moments = ['since', 'until'] as const

function isDay(text: string): boolean {
  return /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(Date.parse(`${text}T00:00:00Z`))
}

function isMoment(text: string): boolean {
  return /^\d{4}-\d{2}-\d{2}T[\d:.]+Z$/.test(text) && !Number.isNaN(Date.parse(text))
}

export function filterOf(query: URLSearchParams): Filter {
  const filter: Filter = { ...plainFilter }
  const show = query.get('show')
  filter.show = shows.find((one) => one === show) ?? 'all'
  const of = query.get('of')
  filter.of = ofs.find((one) => one === of) ?? ''
  filter.every = query.get('every') === '1'
  for (const field of fields) {
    filter[field] = (query.get(field) ?? '').trim()
  }
  for (const field of days) {
    const text = query.get(field) ?? ''
    filter[field] = isDay(text) ? text : ''
  }
  for (const field of moments) {
    const text = query.get(field) ?? ''
    filter[field] = isMoment(text) ? text : ''
  }
  return filter
}

/** For the address: what is as usual is left out. */
export function queryOf(filter: Filter): Record<string, string | null> {
  const query: Record<string, string | null> = { show: filter.show === 'all' ? null : filter.show, of: filter.of || null, every: filter.every ? '1' : null }
  for (const field of [...fields, ...days, ...moments]) {
    query[field] = filter[field] === '' ? null : filter[field]
  }
  return query
}

export function isPlain(filter: Filter): boolean {
  return Object.values(queryOf(filter)).every((value) => value === null)
}

/** How far the clocks of a zone are ahead of UTC at that moment, in ms. */
function ahead(ms: number, zone: string): number {
  const parts = new Intl.DateTimeFormat('en-CA', {
    timeZone: zone, hourCycle: 'h23', year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit', second: '2-digit',
  }).formatToParts(ms)
  const part = (type: string): number => Number(parts.find((one) => one.type === type)?.value ?? 0)
  return Date.UTC(part('year'), part('month') - 1, part('day'), part('hour'), part('minute'), part('second')) - Math.floor(ms / 1000) * 1000
}

/** When that day begins in the zone; `plus` days later. Twice, as the offset at the guess may not be that of the answer. */
export function dayBegins(day: string, zone: string, plus = 0): string {
  const wall = Date.parse(`${day}T00:00:00Z`) + plus * 86_400_000
  let at = wall - ahead(wall, zone)
  at = wall - ahead(at, zone)
  return new Date(at).toISOString()
}

/** Requests have all verdicts but for those given at once, which were granted. */
function verdictOf(filter: Filter): 'granted' | undefined {
  const given = filter.of === '' || (filter.of === 'requests' && filter.show === 'at-once')
  return given && !filter.every ? 'granted' : undefined
}

/** The server's parameters; `before` keeps what came later out, so that rows stay on their places while one reads. */
export function callOf(filter: Filter, zone: string, before: string | null): Record<string, string | number | boolean | undefined> {
  const until = filter.to === '' ? filter.until || undefined : dayBegins(filter.to, zone, 1)
  return {
    of: filter.of || undefined,
    agent: filter.agent || undefined,
    team: filter.team || undefined,
    action: filter.action || undefined,
    reason: filter.reason || undefined,
    case: filter.case || undefined,
    customer: filter.customer || undefined,
    verdict: verdictOf(filter),
    how: filter.show === 'at-once' ? 'at_once' : filter.show === 'asked' ? 'asked' : undefined,
    kind: filter.show === 'ai' ? 'ai' : undefined,
    since: filter.from === '' ? filter.since || undefined : dayBegins(filter.from, zone),
    until: before === null ? until : until === undefined || before < until ? before : until,
  }
}
