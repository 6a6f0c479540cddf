// What one figure of "what it brought" counts: cases, answers or customers, each with what it adds.
import type { Brought } from '../../lib/api-types.ts'
import { call } from '../../lib/api.ts'
import { lang, useT } from '../../lib/i18n.ts'
import { resource, useResource } from '../../lib/resource.ts'
import { Link, place } from '../../lib/router.ts'
import { at, day } from '../../lib/time.ts'
import { useTop } from '../../shell/top.ts'
import { Csv, Empty, Print, Skeleton, Table, type Col } from '../../ui/index.ts'
import { Told } from '../policy/told.tsx'
import { written } from './Brought.tsx'
import { Head } from './Sheet.tsx'
import { wantedOf } from './track.ts'

type Figure = Brought['figures'][number]
type Row = NonNullable<Brought['cases']>[number]
const YES_OR_NO: readonly string[] = ['first_contact', 'repeat_contact', 'customers_kept']

export function BroughtCases({ name }: { name: string }) {
  const t = useT('track')
  const { days, team } = wantedOf(place.value.query)
  const query = { days: Number(days), ...team !== '' && { team }, cases: name as Figure['figure'] }
  const read = useResource(() => resource(signal => call('trackBrought', { query, signal })), [name, days, team])
  const brought = read.data.value
  const figure = brought?.figures.find(one => one.figure === name)
  const problem = read.problem.value
  const title = figure ? t(`track.brought.${figure.figure}`) : t('track.brought')
  useTop(title, <><Print /><Link class="btn" to="/track">{t('track.back')}</Link></>)
  if (problem && !brought) return <div class="card pad"><Told problem={problem} again={() => { void read.refresh() }} reading /></div>
  if (!brought || !figure) return <div class="card pad"><Skeleton rows={['h28', 'h28', 'w80']} /></div>
  const rows = brought.cases ?? []
  const columns: Col<Row>[] = [
    { name: t(rows[0]?.customer !== undefined ? 'track.brought.col.customer' : rows[0]?.decision !== undefined ? 'track.brought.col.decision' : 'track.cause.case'), cell: one => <Link to={listOf(one)}>{one.case ?? one.decision ?? one.customer}</Link> },
    ...rows.some(one => one.at !== undefined) ? [{ name: t('track.day'), cell: (one: Row) => one.at === undefined ? '–' : day(at(one.at), lang.value) }] : [],
    { name: title, right: true, cell: one => YES_OR_NO.includes(name) ? t(Number(one.value) > 0 ? 'track.brought.yes' : 'track.brought.no') : written(figure.kind, one.value) },
  ]
  return <>
    <Head title={title} team={team} since={brought.since} />
    <section class="card" aria-labelledby="behind"><div class="hd wraps"><h2 id="behind">{t('track.cases')}</h2><span class="sp" /><span class="t12 f">{t('track.brought.cases.n', { n: rows.length })}</span><Csv path="/v1/track/brought" query={query} of={title} /></div>
      <p class="pad-s t13 m">{t(`track.brought.${figure.figure}.hint`)}</p>
      {rows.length === 0 ? <Empty title={t('track.none')} /> : <Table sticky dense label={title} columns={columns} count={rows.length} get={row => rows[row]} />}</section>
  </>
}

const listOf = (one: Row): string => one.decision !== undefined ? `/desk/decisions?one=${encodeURIComponent(one.decision)}`
  : one.customer !== undefined ? `/desk/decisions?customer=${encodeURIComponent(one.customer)}` : `/desk/decisions?every=1&case=${encodeURIComponent(one.case ?? '')}`
