/* All that was decided, with a filter, as a table through which one can scroll 100,000 rows; and as a file. */
import { signal } from '@preact/signals'
import { useEffect, useMemo, useRef } from 'preact/hooks'
import { Button, Check, Empty, Field, Icon, LongTable, Seg, Select, Skeleton } from '../../ui/index.ts'
import { Problem } from '../../lib/api.ts'
import { saveCsv } from '../../lib/csv.ts'
import { lang, useT } from '../../lib/i18n.ts'
import { useKeys } from '../../lib/keys.ts'
import { useEvents } from '../../lib/live.ts'
import type { DecisionRow, Terms } from '../../lib/model.ts'
import type { Resource } from '../../lib/resource.ts'
import { go, Link, place, setQuery } from '../../lib/router.ts'
import { at, calendarDay, clock, day, now } from '../../lib/time.ts'
import { say } from './Answer.tsx'
import { columns, labelsOf, showWords } from './Decided.tsx'
import { rowsMost, rowsOf, type Rows } from './rows.ts'
import { currency } from './desk.ts'
import { filterOf, isPlain, ofs, plainFilter, queryOf, shows, type Filter } from './filter.ts'
import { PartFailed } from './Part.tsx'
import { DecisionDrawer } from './parts.ts'
import type { T } from './words.ts'

export function Decisions({ terms }: { terms: Resource<Terms> }) {
  const t = useT('desk')
  const filter = filterOf(place.value.query)
  const name = JSON.stringify(filter)
  const turn = useMemo(() => signal(0), [])
  const rows = useMemo(() => rowsOf(filter), [name, turn.value])
  useEffect(() => () => rows.dispose(), [rows])
  const since = useMemo(() => signal(0), [rows])
  useEvents('decision', () => { since.value += 1 })
  const count = rows.count.value
  const one = useMemo(() => signal<string | null>(place.value.query.get('one')), [])
  useEffect(() => one.subscribe((id) => {
    if (id !== place.peek().query.get('one')) {
      setQuery({ one: id })
    }
  }), [])
  useKeys([
    { id: 'desk.filter', keys: '/', name: t('desk.key.filter'), run: () => document.querySelector<HTMLElement>('.flt input, .flt select')?.focus() },
    { id: 'desk.back', keys: 'escape', name: t('desk.decided.back'), run: () => go('/desk') },
  ])
  const total = count === undefined ? '' : rows.more.value ? t('desk.decided.total.least', { n: count }) : t('desk.decided.total', { n: count })
  return <section class="card all" aria-labelledby="decisions">
    <div class="hd wraps"><Link class="btn quiet sm" to="/desk" aria-label={t('desk.decided.back')}><Icon name="back" small /></Link><h2 id="decisions">{t('desk.decided.title')}</h2>
      <span class="t12 f" role="status">{total}</span>
      {since.value > 0 && <Button size="xs" onClick={() => { turn.value += 1 }}>{t('desk.decided.new', { n: since.value })}</Button>}
      <span class="sp" /><Csv rows={rows} filter={filter} count={count ?? 0} /></div>
    <Filters filter={filter} terms={terms.data.value} key={name === JSON.stringify(plainFilter) ? 'plain' : 'set'} />
    {(filter.since !== '' || filter.until !== '') && <p class="pad-s t12 m">{span(t, filter)}</p>}
    {rows.more.value && <p class="pad-s t12 m">{t('desk.decided.far', { n: rowsMost })}</p>}
    {rows.problem.value !== null && <div class="pad-s"><PartFailed problem={rows.problem.value} again={rows.again} /></div>}
    {count === undefined ? <div class="pad-s">{rows.problem.value === null && <Skeleton rows={['w80', 'w80', 'w60', 'w80', 'w80']} />}</div>
      : count === 0 ? <Empty title={isPlain(filter) ? t('desk.decided.none') : t('desk.decided.none.filter')}>{!isPlain(filter) && <Clear />}</Empty>
        : <Long key={`${name} ${turn.value}`} rows={rows} count={count} terms={terms.data.value} open={(id) => { one.value = id }} />}
    {one.value !== null && <DecisionDrawer one={one} terms={terms} changed={() => { turn.value += 1 }} />}
  </section>
}

/** From when to when, where it is no day of the calendar: a window of Track. */
function span(t: T, filter: Filter): string {
  const moment = (text: string): string => `${day(at(text), lang.value)} ${clock(at(text), lang.value)}`
  const [since, until] = [filter.from === '' ? filter.since : '', filter.to === '' ? filter.until : '']
  return since === '' ? (until === '' ? '' : t('desk.filter.until', { at: moment(until) })) : until === '' ? t('desk.filter.since', { at: moment(since) }) : t('desk.filter.between', { since: moment(since), until: moment(until) })
}

/** The rows alone are drawn again as they come: not the filter above them. */
function Long({ rows, count, terms, open }: { rows: Rows; count: number; terms: Terms | undefined; open: (id: string) => void }) {
  const t = useT('desk')
  void rows.version.value
  const cols = useMemo(() => columns(t, labelsOf(terms), true), [terms, lang.value])
  return <LongTable columns={cols} count={count} get={(row) => rows.get(row)} need={rows.need} open={(row) => open(row.id)} label={t('desk.decided.title')} />
}

function Clear() {
  const t = useT('desk')
  return <Button size="sm" onClick={() => setQuery(queryOf(plainFilter))}>{t('desk.filter.clear')}</Button>
}

const texts = ['agent', 'team', 'case', 'customer'] as const

/** The filter stands in the address: a click on Back and a copied link keep it. Texts wait for a pause in the typing. */
function Filters({ filter, terms }: { filter: Filter; terms: Terms | undefined }) {
  const t = useT('desk')
  const fields = useMemo(() => ({
    show: signal(filter.show), of: signal(filter.of), every: signal(filter.every), agent: signal(filter.agent), team: signal(filter.team), action: signal(filter.action), reason: signal(filter.reason),
    case: signal(filter.case), customer: signal(filter.customer), from: signal(filter.from), to: signal(filter.to),
  }), [])
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined)
  const taken = (): void => {
    clearTimeout(timer.current)
    setQuery(queryOf({
      show: fields.show.value, of: fields.of.value, every: fields.every.value, agent: fields.agent.value.trim(), team: fields.team.value.trim(), action: fields.action.value, reason: fields.reason.value,
      case: fields.case.value.trim(), customer: fields.customer.value.trim(), from: fields.from.value, to: fields.to.value,
      since: fields.from.value === '' ? filter.since : '', until: fields.to.value === '' ? filter.until : '',
    }))
  }
  const soon = (): void => {
    clearTimeout(timer.current)
    timer.current = setTimeout(taken, 350)
  }
  useEffect(() => () => clearTimeout(timer.current), [])
  const names = { agent: 'desk.filter.agent', team: 'desk.filter.team', case: 'desk.filter.case', customer: 'desk.filter.customer' } as const
  const any = { value: '', text: t('desk.filter.any') }
  return <div class="flt" role="search" aria-label={t('desk.filter.title')}>
    <Seg value={fields.show} options={shows.map((value) => ({ value, text: t(showWords[value]) }))} label={t('desk.decided.show')} onChange={taken} />
    <Select label={t('desk.filter.action')} value={fields.action} options={[any, ...(terms?.actions ?? []).map((one) => ({ value: one.name, text: one.label }))]} onChange={taken} />
    <Select label={t('desk.filter.reason')} value={fields.reason} options={[any, ...(terms?.reasons ?? []).map((one) => ({ value: one.name, text: one.label })), { value: '-', text: t('desk.filter.reason.none') }]} onChange={taken} />
    {texts.map((field) => <Field key={field} label={t(names[field])} value={fields[field]} onInput={soon} autocomplete="off" maxLength={200} />)}
    <Field label={t('desk.filter.from')} type="date" value={fields.from} onInput={soon} />
    <Field label={t('desk.filter.to')} type="date" value={fields.to} onInput={soon} />
    <Select label={t('desk.filter.of')} value={fields.of} options={ofs.map((value) => ({ value, text: t(`desk.filter.of.${value || 'all'}`) }))} onChange={taken} />
    <Check label={t('desk.filter.every')} value={fields.every} onChange={taken} />
    {!isPlain(filter) && <Clear />}
  </div>
}

/** The rows of the filter as a file; a long one says how far it is, and can be stopped. */
function Csv({ rows, filter, count }: { rows: Rows; filter: Filter; count: number }) {
  const t = useT('desk')
  const sent = useMemo(() => signal<number | null>(null), [])
  const abort = useRef<AbortController | null>(null)
  useEffect(() => () => abort.current?.abort(), [])
  const save = async (): Promise<void> => {
    const own = new AbortController()
    abort.current = own
    sent.value = 0
    let failed: Problem | null = null
    const lines = async function* (): AsyncGenerator<string[]> {
      try {
        let n = 0
        for await (const row of rows.all(own.signal)) {
          yield csvRow(row)
          n += 1
          if (n % 200 === 0) {
            sent.value = n
          }
        }
      } catch (error) {
        if (!own.signal.aborted) {
          failed = error instanceof Problem ? error : new Problem({ detail: String(error) })
        }
      }
    }
    const head = [t('desk.csv.header.id'), t('desk.col.time'), t('desk.csv.header.agent'), t('desk.csv.header.name'), t('desk.col.gave'), t('desk.col.amount'), t('desk.csv.header.currency'), t('desk.col.case'),
      t('desk.csv.header.customer'), t('desk.col.reason'), t('desk.csv.header.approver'), t('desk.csv.header.waited'), t('desk.col.state')]
    const n = await saveCsv(`leeway-${filter.from || calendarDay(now.peek())}.csv`, head, lines())
    sent.value = null
    const problem = failed as Problem | null
    say(problem === null ? t('desk.csv.done', { n }) : t('desk.csv.failed', { n, detail: problem.detail }))
  }
  if (sent.value !== null) {
    return <span class="row g3"><span class="t12 f">{t('desk.csv.busy', { n: sent.value, all: count })}</span><Button size="sm" onClick={() => abort.current?.abort()}>{t('desk.csv.stop')}</Button></span>
  }
  return count === 0 ? null : <Button size="sm" onClick={() => void save()}>{t('desk.csv.save')}</Button>
}

/** As machines read it: the server's names, times and amounts. */
function csvRow(row: DecisionRow): string[] {
  return [row.id, row.at, row.agent, row.agent_name ?? '', row.action, row.amount ?? '', row.amount === undefined ? '' : currency, row.case ?? '', row.customer ?? '', row.reason ?? '',
    row.approver ?? '', row.waited_ms === undefined ? '' : (row.waited_ms / 1000).toFixed(1), row.verdict === 'granted' ? row.state : row.verdict]
}
