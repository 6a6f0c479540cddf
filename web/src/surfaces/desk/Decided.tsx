/* What was decided today, as it comes, under the queue. */
import { signal } from '@preact/signals'
import { useMemo, useRef } from 'preact/hooks'
import { Avatar, Button, Seg, Skeleton, Table, Tag, type Col } from '../../ui/index.ts'
import { call } from '../../lib/api.ts'
import { boot } from '../../lib/boot.ts'
import { lang, useT } from '../../lib/i18n.ts'
import type { DecisionRow, Terms, Today } from '../../lib/model.ts'
import { resource, useResource, type Resource } from '../../lib/resource.ts'
import { Link } from '../../lib/router.ts'
import { at, clock, day, now, wait } from '../../lib/time.ts'
import { callOf, dayOf, plainFilter, shows, type Filter, type Show } from './filter.ts'
import { PartFailed } from './Part.tsx'
import { DecisionDrawer } from './parts.ts'
import { sumText } from './Today.ts'
import { amountText, type T } from './words.ts'

export function zoneOf(): string {
  return boot.me?.time_zone ?? 'UTC'
}

const streamRows = 12
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

function Agent({ t, row }: { t: T; row: DecisionRow }) {
  const name = row.agent_name ?? row.agent
  return <span class="row g3 nw"><Avatar name={name} kind={row.agent_kind} size="s" /><span class="ell">{name}</span>{row.agent_kind === 'ai' && <Tag>{t('desk.decided.ai')}</Tag>}</span>
}

const stop = (event: Event): void => event.stopPropagation()

export function columns(t: T, labels: Labels, days: boolean): Col<DecisionRow>[] {
  return [
    { id: 'time', name: t('desk.col.time'), cell: (row) => <span class="nw">{timeText(row, days)}</span> },
    { id: 'agent', name: t('desk.col.agent'), cell: (row) => <Agent t={t} row={row} /> },
    { id: 'gave', name: t('desk.col.gave'), cell: (row) => labels.action(row.action) },
    { id: 'amount', name: t('desk.col.amount'), right: true, cell: (row) => <span class={isGone(row) ? 'nw gone' : 'nw'}>{row.amount === undefined ? '–' : amountText(row.amount, 'exact')}</span> },
    { id: 'case', name: t('desk.col.case'), cell: (row) => row.case !== undefined && <span onClick={stop} onKeyDown={stop}><Link to={`/panel?case=${encodeURIComponent(row.case)}`}>#{row.case}</Link></span> },
    { id: 'reason', name: t('desk.col.reason'), cell: (row) => labels.reason(row.reason) },
    { id: 'how', name: t('desk.col.decided'), cell: (row) => <span class={isGone(row) ? 'warn-t' : row.approver === undefined ? undefined : 'ask-t'}>{isGone(row) ? stateText(t, row) : howText(t, row)}</span> },
    { id: 'state', name: t('desk.col.state'), cell: (row) => <span class={row.state === 'reversed' ? 'warn-t' : 'f'}>{stateText(t, row)}</span> },
  ]
}

interface Stream { rows: DecisionRow[]; ai: number }

export function DecidedToday({ today, terms }: { today: Resource<Today>; terms: Resource<Terms> }) {
  const t = useT('desk')
  const show = useMemo(() => signal<Show>('all'), [])
  const one = useMemo(() => signal<string | null>(null), [])
  const fresh = useRef(new Set<string>())
  const known = useRef<Set<string> | null>(null)
  const box = useRef<HTMLElement>(null)
  const held = useMemo(() => signal(false), [])
  const drawn = useRef<DecisionRow[]>([])
  const zone = zoneOf()
  const begins = dayOf(now.peek(), zone)
  const stream = useResource(() => resource<Stream>(async (abort) => {
    const filter: Filter = { ...plainFilter, show: show.value, from: dayOf(now.peek(), zone) }
    const [page, ai] = await Promise.all([
      call('listDecisions', { query: { ...callOf(filter, zone, null), limit: streamRows }, signal: abort }),
      call('listDecisions', { query: { ...callOf({ ...filter, show: 'ai' }, zone, null), limit: 1, count: true }, signal: abort }),
    ])
    return { rows: page.items, ai: ai.count ?? 0 }
  }, { kinds: ['decision', 'hold.*', 'decision.reversed'], quiet: 150 }), [show.value, begins])
  const data = stream.data.value
  if (data !== undefined) {
    const before = known.current
    fresh.current = new Set(before === null ? [] : data.rows.filter((row) => !before.has(row.id)).map((row) => row.id))
    if (!held.value) {
      known.current = new Set(data.rows.map((row) => row.id))
      drawn.current = data.rows
    }
  }
  // While the pointer or the focus is inside, rows keep their places; what is new waits above.
  const waits = held.value && data !== undefined ? data.rows.filter((row) => !drawn.current.some((other) => other.id === row.id)).length : 0
  const byId = new Map((data?.rows ?? []).map((row) => [row.id, row]))
  const rows = drawn.current.map((row) => byId.get(row.id) ?? row)
  const is = today.data.value
  const n = { all: is?.decisions, 'at-once': is?.at_once, asked: is?.asked, ai: data?.ai }
  const options = shows.map((value) => ({ value, text: n[value] === undefined ? t(showWords[value]) : t('desk.decided.count', { name: t(showWords[value]), n: n[value] }) }))
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
