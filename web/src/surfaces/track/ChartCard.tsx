// A chart with its choices, the points at which it left its usual course, and what somebody said of them.
import { signal, useSignal } from '@preact/signals'
import { useEffect, useMemo, useRef } from 'preact/hooks'
import type { TrackChart } from '../../lib/api-types.ts'
import { Problem } from '../../lib/api.ts'
import { lang, useT } from '../../lib/i18n.ts'
import { resource } from '../../lib/resource.ts'
import { Link, setQuery } from '../../lib/router.ts'
import { printing } from '../../lib/printing.ts'
import { at, day } from '../../lib/time.ts'
import { may } from '../../shell/rights.ts'
import { Button, Csv, Empty, Field, Icon, Seg, Skeleton } from '../../ui/index.ts'
import { Told, tried } from '../policy/told.tsx'
import { ofPoint } from './behind.ts'
import { asked, FIGURES, KINDS, loadChart, sayCause, says, sideOf, SPANS, type Charted } from './chart.ts'
import { ControlChart, knows } from './ControlChart.tsx'

const QUIET_MS = 30_000
const OPEN_MOST = 6

export function ChartCard({ is, title }: { is: Charted; title: string }) {
  const t = useT('track')
  const read = useMemo(() => resource(abort => loadChart(is, abort), { kinds: ['decision'], quiet: QUIET_MS }), [is.of, is.by, is.team, is.agent, is.cause])
  useEffect(() => () => read.dispose(), [read])
  const chart = read.data.value
  const problem = read.problem.value
  return <section class="card c12" aria-labelledby="chart"><div class="hd wraps"><h2 id="chart">{title}</h2><span class="sp" /><Choices is={is} /><Csv path="/v1/track/charts" query={asked(is)} of={title} /></div>
    {problem && !chart ? <div class="pad"><Told problem={problem} again={() => { void read.refresh() }} reading /></div>
      : !chart ? <div class="pad"><Skeleton rows={['h28', 'h44', 'w80']} /></div>
        : chart.points.length === 0 ? <Empty title={t('track.none')}>{t('track.chart.none')}</Empty> : <Shown chart={chart} is={is} again={() => { void read.refresh() }} />}
  </section>
}

function Choices({ is }: { is: Charted }) {
  const t = useT('track')
  const kind = useMemo(() => signal(is.kind), [is.kind])
  const by = useMemo(() => signal(is.by), [is.by])
  return <>
    <span class="selw"><select class="in" aria-label={t('track.chart.figure')} value={is.of} onChange={event => setQuery({ of: event.currentTarget.value === 'amount' ? null : event.currentTarget.value })}>
      {FIGURES.map(one => <option key={one} value={one} selected={one === is.of}>{t(`track.figure.${one}`)}</option>)}</select><Icon name="down" small /></span>
    {is.agent === '' && <Seg value={by} label={t('track.chart.by')} onChange={next => setQuery({ by: next === 'day' ? null : next })} options={SPANS.map(value => ({ value, text: t(`track.by.${value}`) }))} />}
    <Seg value={kind} label={t('track.chart.kind')} onChange={next => setQuery({ kind: next === 'single' ? null : next })} options={KINDS.map(value => ({ value, text: t(`track.kind.${value}`) }))} />
  </>
}

function Shown({ chart, is, again }: { chart: TrackChart; is: Charted; again: () => void }) {
  const t = useT('track')
  const naming = useSignal(-1)
  const mine = may('SEE_TO_CAUSES', is.agent !== '' ? 'own' : is.team !== '' ? 'team' : 'team')
  const name = mine ? (point: number) => { naming.value = point } : undefined
  const named = chart.points.filter(point => point.cause !== undefined)
  return <>
    <p class="t13 m pad-t">{t(`track.kind.${is.kind}.text`)}{!knows(chart) && <> {t('track.chart.unknown')}</>}</p>
    <div class="pad"><ControlChart chart={chart} kind={is.kind} name={name} /></div>
    {naming.value >= 0 && chart.points[naming.value] && <Naming key={naming.value} chart={chart} is={is} point={naming.value} done={said => { naming.value = -1; if (said) again() }} />}
    <div class="outs2">
      {chart.open.length > 0 && <><h3>{t('track.chart.open', { n: chart.open.length })}</h3><ul class="opens">{chart.open.slice(printing.value ? 0 : -OPEN_MOST).reverse().map(one => <li key={one.point}><b>{day(at(one.at), lang.value)}</b> <span>{says(chart, chart.points[one.point]!.value)}</span>
        <span class="f">{KINDS.filter(kind => sideOf(chart.points[one.point]!, kind) !== 0).map(kind => t(`track.kind.${kind}`)).join(', ')}</span><Link class="btn sm" to={ofPoint(chart, one.point)} aria-label={t('track.cases.of', { what: day(at(one.at), lang.value) })}>{t('track.cases')}</Link>{name && <Button size="sm" onClick={() => name(one.point)}>{t('track.chart.say')}</Button>}</li>)}</ul>
        {chart.open.length > OPEN_MOST && !printing.value && <p class="t12 f">{t('track.chart.more', { n: chart.open.length - OPEN_MOST })}</p>}</>}
      {named.length > 0 && <><h3>{t('track.chart.said')}</h3><ul class="opens">{named.map(point => <li key={point.at}><b>{day(at(point.at), lang.value)}</b> <span>{point.cause!.text ?? t('track.chart.erased')}</span><span class="f">{t('track.chart.by.whom', { who: point.cause!.by, at: day(at(point.cause!.at), lang.value) })}</span></li>)}</ul></>}
      {chart.open.length === 0 && named.length === 0 && <p class="t13 m">{t('track.chart.quiet')}</p>}
    </div>
  </>
}

function Naming({ chart, is, point, done }: { chart: TrackChart; is: Charted; point: number; done: (said: boolean) => void }) {
  const t = useT('track')
  const text = useSignal('')
  const problem = useSignal<Problem | null>(null)
  const input = useRef<HTMLInputElement>(null)
  const of = chart.points[point]!
  useEffect(() => input.current?.focus(), [])
  const save = async (event: Event) => {
    event.preventDefault()
    if (text.value.trim() === '') return
    const answer = await tried(() => sayCause(is, of.at, text.value.trim()))
    if (answer instanceof Problem) problem.value = answer
    else done(true)
  }
  return <form class="pad naming" onSubmit={event => { void save(event) }} onKeyDown={event => { if (event.key === 'Escape') { event.stopPropagation(); done(false) } }}>
    <Field label={t('track.chart.name', { day: day(at(of.at), lang.value), value: says(chart, of.value) })} hint={t('track.chart.name.hint')} value={text} input={input} maxLength={2000} />
    {problem.value && <Told problem={problem.value} />}
    <div class="row"><Button kind="pri" type="submit">{t('track.chart.keep')}</Button><Button kind="quiet" onClick={() => done(false)}>{t('track.chart.leave')}</Button></div>
  </form>
}
