/* What was decided today, as it comes, under the queue. */
import { signal } from '@preact/signals'
import { useMemo, useRef } from 'preact/hooks'
import { Avatar, Button, Seg, Skeleton, Table, Tag, type LongCol } from '../../ui/index.ts'
import { call } from '../../lib/api.ts'
import { boot } from '../../lib/boot.ts'
import { lang, useT } from '../../lib/i18n.ts'
import type { DecisionRow, Terms, Today } from '../../lib/model.ts'
import { resource, useResource, type Resource } from '../../lib/resource.ts'
import { Link } from '../../lib/router.ts'
import { at, calendarDay, clock, day, now, wait } from '../../lib/time.ts'
import { callOf, plainFilter, shows, type Filter, type Show } from './filter.ts'
import { PartFailed } from './Part.tsx'
import { DecisionDrawer } from './parts.ts'
import { sumText } from './Today.ts'
import { amountText, type T } from './words.ts'

export function zoneOf(): string {
  return boot.me?.time_zone ?? 'UTC'
}

const streamRows = 12
/** Letters of a name that have room in every table. */
const nameShort = 14
export const showWords = { all: 'desk.decided.all', 'at-once': 'desk.decided.once', asked: 'desk.decided.asked', ai: 'desk.decided.ai' } as const
const states = {
  final: 'desk.state.given', held: 'desk.state.held', released: 'desk.state.released', lapsed: 'desk.state.lapsed', reversed: 'desk.state.reversed',
} as const

export function stateText(t: T, row: DecisionRow): string {
  return row.verdict === 'granted' ? t(states[row.state]) : row.verdict === 'ask' ? t('desk.state.asked') : t('desk.state.ways')
}

/** At once, or by whom and after how long. */
function howText(t: T, row: DecisionRow): string {
  if (row.approver !== undefined) {
    const name = row.approver_name ?? row.approver
    return row.waited_ms === undefined ? name : t('desk.how.by', { name, wait: wait(row.waited_ms) })
  }
  if (row.verdict === 'ask') {
    return t('desk.how.asked')
  }
  if (row.verdict === 'refused') {
    return t('desk.how.ways')
  }
  return row.approval === undefined ? t('desk.how.once') : t('desk.how.nobody')
}

/** Granted, and then it came to nothing: let go, not used or taken back. */
const isGone = (row: DecisionRow): boolean => row.verdict === 'granted' && row.state !== 'final' && row.state !== 'held'

/** The policy's own words for actions and reasons. */
export interface Labels { action(name: string | undefined): string; reason(name: string | undefined): string }

export function labelsOf(terms: Terms | undefined): Labels {
  const actions = new Map((terms?.actions ?? []).map((one) => [one.name, one.label]))
  const reasons = new Map((terms?.reasons ?? []).map((one) => [one.name, one.label]))
  return { action: (name) => (name === undefined ? '' : (actions.get(name) ?? name)), reason: (name) => (name === undefined ? '' : (reasons.get(name) ?? name)) }
}

function timeText(row: DecisionRow, days: boolean): string {
  const ms = at(row.at)
  return days ? `${day(ms, lang.value)} ${clock(ms, lang.value)}` : clock(ms, lang.value)
}

function agentCell(t: T, row: DecisionRow) {
  const name = row.agent_name ?? row.agent
  return <><Avatar name={name} kind={row.agent_kind} size="s" />{name}{row.agent_kind === 'ai' && <Tag>{t('desk.decided.ai')}</Tag>}</>
}

/** As few elements a row as can be: of the long table hundreds go by in a second. The panel is a page of its own: a plain link leads there. */
export function columns(t: T, labels: Labels, days: boolean): LongCol<DecisionRow>[] {
  return [
    { id: 'time', name: t('desk.col.time'), width: 'time', tone: () => 'nw', cell: (row) => timeText(row, days) },
    { id: 'agent', name: t('desk.col.agent'), width: 'wide', tone: (row) => ((row.agent_name ?? row.agent).length > nameShort ? 'who cut' : 'who'), cell: (row) => agentCell(t, row) },
    { id: 'gave', name: t('desk.col.gave'), width: 'wide', cell: (row) => labels.action(row.action) },
    { id: 'amount', name: t('desk.col.amount'), width: 'narrow', right: true, tone: (row) => (isGone(row) ? 'nw gone' : 'nw'), cell: (row) => (row.amount === undefined ? '–' : amountText(row.amount, 'exact')) },
    { id: 'case', name: t('desk.col.case'), width: 'narrow', cell: (row) => row.case !== undefined && <a href={`/panel?case=${encodeURIComponent(row.case)}`}>#{row.case}</a> },
    { id: 'reason', name: t('desk.col.reason'), width: 'share', cell: (row) => labels.reason(row.reason) },
    { id: 'how', name: t('desk.col.decided'), width: 'share', tone: (row) => (isGone(row) ? 'warn-t' : row.approver === undefined ? undefined : 'ask-t'), cell: (row) => (isGone(row) ? stateText(t, row) : howText(t, row)) },
    { id: 'state', name: t('desk.col.state'), width: 'narrow', tone: (row) => (row.state === 'reversed' ? 'warn-t' : 'f'), cell: (row) => stateText(t, row) },
  ]
}

interface Stream { rows: DecisionRow[]; count: number }
const kinds = ['decision', 'hold.*', 'decision.reversed']

export function DecidedToday({ today, terms }: { today: Resource<Today>; terms: Resource<Terms> }) {
  const t = useT('desk')
  const show = useMemo(() => signal<Show>('all'), [])
  const one = useMemo(() => signal<string | null>(null), [])
  const fresh = useRef(new Set<string>())
  const known = useRef<Set<string> | null>(null)
  const box = useRef<HTMLElement>(null)
  const held = useMemo(() => signal(false), [])
  const drawn = useRef<DecisionRow[]>([])
  const drawnOf = useRef<Resource<Stream> | null>(null)
  const zone = zoneOf()
  const begins = calendarDay(now.peek())
  const of = (one: Show): Filter => ({ ...plainFilter, show: one, from: calendarDay(now.peek()) })
  const stream = useResource(() => resource<Stream>(async (abort) => {
    const page = await call('listDecisions', { query: { ...callOf(of(show.value), zone, null), limit: streamRows, count: true }, signal: abort })
    return { rows: page.items, count: page.count ?? page.items.length }
  }, { kinds, quiet: 150 }), [show.value, begins])
  // Each number counts what its filter lists, by the same question.
  const counts = useResource(() => resource<number[]>((abort) => Promise.all(shows.map(async (one) =>
    (await call('listDecisions', { query: { ...callOf(of(one), zone, null), limit: 1, count: true }, signal: abort })).count ?? 0)), { kinds, quiet: 800 }), [begins])
  const data = stream.data.value
  if (data !== undefined) {
    const before = drawnOf.current === stream ? known.current : null
    fresh.current = new Set(before === null ? [] : data.rows.filter((row) => !before.has(row.id)).map((row) => row.id))
    if (!held.value || drawnOf.current !== stream) { // rows of another filter keep no places
      drawnOf.current = stream
      known.current = new Set(data.rows.map((row) => row.id))
      drawn.current = data.rows
    }
  }
  // While the pointer or the focus is inside, rows keep their places; what is new waits above.
  const waits = held.value && data !== undefined ? data.rows.filter((row) => !drawn.current.some((other) => other.id === row.id)).length : 0
  const byId = new Map((data?.rows ?? []).map((row) => [row.id, row]))
  const rows = drawn.current.map((row) => byId.get(row.id) ?? row)
  const is = today.data.value
  const options = shows.map((value, i) => {
    const n = value === show.value ? (data?.count ?? counts.data.value?.[i]) : counts.data.value?.[i]
    return { value, text: n === undefined ? t(showWords[value]) : t('desk.decided.count', { name: t(showWords[value]), n }) }
  })
  const letGo = (): void => { held.value = false }
  return <section class="card mt6" aria-labelledby="decided" ref={box} onPointerEnter={() => { held.value = true }} onPointerLeave={letGo}
    onFocusIn={() => { held.value = true }} onFocusOut={(event: FocusEvent) => { held.value = box.current?.contains(event.relatedTarget as Node | null) ?? false }}>
    <div class="hd wraps"><h2 id="decided">{t('desk.decided.today')}</h2><Seg value={show} options={options} label={t('desk.decided.show')} />
      {waits > 0 && <Button size="xs" onClick={letGo}>{t('desk.decided.new', { n: waits })}</Button>}
      <span class="sp" /><span class="t12 f">{is === undefined ? '' : sumText(t, is)}</span><Link class="t12" to="/desk/decisions">{t('desk.decided.every')}</Link></div>
    {data === undefined ? <div class="pad-s">{stream.problem.value !== null ? <PartFailed problem={stream.problem.value} again={stream.refresh} /> : stream.slow.value && <Skeleton rows={['w80', 'w80', 'w60', 'w80']} />}</div>
      : rows.length === 0 ? <p class="pad-s t13 m">{show.value === 'all' ? t('desk.decided.none') : t('desk.decided.none.filter')}</p>
        : <div class="tbl-scroll"><Table columns={columns(t, labelsOf(terms.data.value), false)} count={rows.length} get={(row) => rows[row]} rowKey={(row) => row.id} open={(row) => { one.value = row.id }} dense label={t('desk.decided.today')}
          mark={(row) => (fresh.current.has(row.id) ? 'new' : undefined)} /></div>}
    {one.value !== null && <DecisionDrawer one={one} terms={terms} changed={() => void stream.refresh()} />}
  </section>
}
