// What stands behind time to resolve and ratings: each case that was resolved in the window, or each rating, latest first.
import { useState } from 'preact/hooks'
import type { TrackEnded } from '../../lib/api-types.ts'
import { call } from '../../lib/api.ts'
import { lang, useT } from '../../lib/i18n.ts'
import { resource, useResource } from '../../lib/resource.ts'
import { Link, place } from '../../lib/router.ts'
import { at, day } from '../../lib/time.ts'
import { useTop } from '../../shell/top.ts'
import { Button, Csv, Empty, Print, Skeleton, Table, type Col } from '../../ui/index.ts'
import { Told } from '../policy/told.tsx'
import { Head } from './Sheet.tsx'
import { percent, span, wantedOf } from './track.ts'

const PAGE = 200

export function Ended({ name }: { name: string }) {
  const t = useT('track')
  const { days, team } = wantedOf(place.value.query)
  const agent = place.value.query.get('agent') ?? ''
  const of = name === 'rated' ? 'rated' : 'resolved'
  const query = { of, days: Number(days), ...team !== '' && { team }, ...agent !== '' && { agent } } as const
  const [more, setMore] = useState<TrackEnded[]>([])
  const [next, setNext] = useState<string>()
  const read = useResource(() => resource(async signal => {
    const page = await call('trackEnded', { query: { ...query, limit: PAGE }, signal })
    setMore([])
    setNext(page.next)
    return page.items
  }), [of, days, team, agent])
  const goOn = async () => {
    const page = await call('trackEnded', { query: { ...query, limit: PAGE, after: next! } })
    setMore([...more, ...page.items])
    setNext(page.next)
  }
  const title = t(`track.ended.${of}`)
  const problem = read.problem.value
  useTop(title, <><Print /><Link class="btn" to="/track">{t('track.back')}</Link></>)
  if (problem && !read.data.value) return <div class="card pad"><Told problem={problem} again={() => { void read.refresh() }} reading /></div>
  if (!read.data.value) return <div class="card pad"><Skeleton rows={['h28', 'h28', 'w80']} /></div>
  const rows = [...read.data.value, ...more]
  const columns: Col<TrackEnded>[] = [
    { name: t('track.cause.case'), cell: one => <Link to={`/desk/decisions?every=1&case=${encodeURIComponent(one.case)}`}>{one.case}</Link> },
    { name: t('track.day'), cell: one => day(at(one.at), lang.value) },
    ...rows.some(one => one.agent !== undefined) ? [{ name: t('track.agent'), cell: (one: TrackEnded) => one.agent_name ?? one.agent ?? '–' }] : [],
    { name: t(of === 'rated' ? 'track.rating' : 'track.resolve'), right: true, cell: one => one.rating !== undefined ? percent(Number(one.rating)) : span(one.resolve_seconds ?? 0) },
  ]
  return <>
    <Head title={title} team={team} />
    <section class="card" aria-labelledby="behind"><div class="hd wraps"><h2 id="behind">{t('track.cases')}</h2><span class="sp" /><span class="t12 f">{t(next === undefined ? 'track.brought.cases.n' : 'track.ended.first', { n: rows.length })}</span><Csv path="/v1/track/ended" query={{ ...query, limit: 500 }} of={title} /></div>
      <p class="pad-s t13 m">{t(`track.ended.${of}.hint`)}</p>
      {rows.length === 0 ? <Empty title={t('track.none')} /> : <Table sticky dense label={title} columns={columns} count={rows.length} get={row => rows[row]} rowKey={one => one.id} />}
      {next !== undefined && <div class="pad no-print"><Button onClick={() => void goOn()}>{t('track.ended.more')}</Button></div>}</section>
  </>
}
