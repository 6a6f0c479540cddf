// One root cause: what it costs, who owns it, what is done about it, and what became of it since.
import { useSignal } from '@preact/signals'
import type { Cause, CauseEffect, CauseMeasure, Person } from '../../lib/api-types.ts'
import { call, Problem } from '../../lib/api.ts'
import { lang, useT } from '../../lib/i18n.ts'
import { resource, useResource } from '../../lib/resource.ts'
import { Link, place } from '../../lib/router.ts'
import { at, calendarDay, day } from '../../lib/time.ts'
import { useTop } from '../../shell/top.ts'
import { Button, Csv, Field, Print, Skeleton, TextArea } from '../../ui/index.ts'
import { Told, tried } from '../policy/told.tsx'
import { behind, windowSince, type Behind } from './behind.ts'
import { chartedOf } from './chart.ts'
import { ChartCard } from './ChartCard.tsx'
import { Head } from './Sheet.tsx'
import { change, count, money, percent, points } from './track.ts'
import { Words } from './Words.tsx'

const SHOWN = 8
const WINDOW_DAYS = 90

export function CausePage({ name }: { name: string }) {
  const t = useT('track')
  const read = useResource(() => resource(abort => call('getCause', { path: { cause: name }, signal: abort }), { kinds: ['cause.changed'] }), [name])
  const cause = read.data.value
  const problem = read.problem.value
  useTop(cause?.label ?? name, <><Print /><Link class="btn" to="/track">{t('track.back')}</Link></>)
  if (problem && !cause) return <div class="card pad"><Told problem={problem} again={() => { void read.refresh() }} reading /></div>
  if (!cause) return <div class="card pad"><Skeleton rows={['h44', 'h28', 'w80']} /></div>
  return <>
    <Head title={cause.label ?? name} team="" since={windowSince(WINDOW_DAYS)} />
    <Facts cause={cause} />
    <div class="tk">
      <Fix cause={cause} again={() => { void read.refresh() }} />
      <Effect cause={cause} />
      <ChartCard is={chartedOf(place.value.query, name)} title={t('track.charts.over')} />
      <Decisions name={name} />
    </div>
    <Words words={['cause', 'decision', 'atonce', 'stands', 'asked', 'limits']} />
  </>
}

function Facts({ cause }: { cause: Cause }) {
  const t = useT('track')
  const list = (is: Behind, says: string) => <b><Link class="lnk" to={behind({ since: windowSince(WINDOW_DAYS), reason: cause.cause, ...is })}>{says}</Link></b>
  return <div class="facts" role="group" aria-label={t('track.facts')}>
    <div class="fact">{list({ of: 'remedies' }, money(cause.amount))}<span>{t('track.cause.cost', { n: 90 })}</span></div>
    <div class="fact">{list({ of: 'remedies' }, percent(Number(cause.share ?? 0)))}<span>{t('track.cause.share')}</span></div>
    <div class="fact">{list({}, count(cause.decisions))}<span>{t('track.cause.decisions', { each: money(cause.each ?? '0') })}</span></div>
    <div class="fact">{list({ show: 'at-once' }, percent(Number(cause.at_once_share ?? 0)))}<span>{t('track.facts.atonce')}</span></div>
    {cause.rating !== undefined && <div class="fact"><b>{percent(Number(cause.rating))}</b><span>{t('track.facts.rating', { n: cause.ratings })}</span></div>}
    <div class="fact">{list({ show: 'asked' }, count(cause.asked))}<span>{cause.waited_seconds === undefined ? t('track.facts.asked.none') : t('track.facts.asked', { n: cause.answered, s: Math.round(cause.waited_seconds) })}</span></div>
  </div>
}

function Fix({ cause, again }: { cause: Cause; again: () => void }) {
  const t = useT('track')
  const editing = useSignal(false)
  const { fix } = cause
  return <section class="card c6" aria-labelledby="fix"><div class="hd"><h2 id="fix">{t('track.fix')}</h2><span class="sp" />{cause.may.includes('change') && !editing.value && <Button size="sm" onClick={() => { editing.value = true }}>{t('track.fix.change')}</Button>}</div>
    {editing.value ? <Edit cause={cause} done={kept => { editing.value = false; if (kept) again() }} /> : <dl class="pad kvs">
      <dt>{t('track.fix.owner')}</dt><dd>{cause.owner !== undefined ? <Link to={`/people/p/${encodeURIComponent(cause.owner)}`}>{cause.owner_name ?? cause.owner}</Link> : t('track.fix.nobody')}{cause.department !== undefined && <span class="f"> {t('track.cause.owner', { owner: cause.department })}</span>}</dd>
      <dt>{t('track.fix.what')}</dt><dd>{fix === undefined ? t('track.fix.nothing') : fix.text ?? t('track.chart.erased')}</dd>
      {fix?.from !== undefined && <><dt>{t('track.fix.from')}</dt><dd>{day(at(fix.from), lang.value)}</dd></>}
      {fix?.policy_version !== undefined && <><dt>{t('track.fix.version')}</dt><dd><Link to={`/policy?version=${fix.policy_version}`}>{t('track.chart.policy', { n: fix.policy_version })}</Link></dd></>}
      {cause.changed_at !== undefined && <><dt>{t('track.fix.said')}</dt><dd class="f">{t('track.chart.by.whom', { who: cause.changed_by ?? '', at: day(at(cause.changed_at), lang.value) })}</dd></>}
    </dl>}
  </section>
}

function Edit({ cause, done }: { cause: Cause; done: (kept: boolean) => void }) {
  const t = useT('track')
  const owner = useSignal(cause.owner ?? '')
  const text = useSignal(cause.fix?.text ?? '')
  const from = useSignal(cause.fix?.from === undefined ? '' : calendarDay(at(cause.fix.from)))
  const version = useSignal(cause.fix?.policy_version === undefined ? '' : String(cause.fix.policy_version))
  const people = useSignal<Person[]>([])
  const problem = useSignal<Problem | null>(null)
  const find = async (q: string) => {
    const found = await tried(() => call('listPeople', { query: { limit: 20, ...q !== '' && { q } } }))
    if (!(found instanceof Problem)) people.value = found.items
  }
  const save = async (event: Event) => {
    event.preventDefault()
    const number = Number(version.value)
    const fix = text.value.trim() === '' ? undefined : { text: text.value.trim(), ...from.value !== '' && { from: from.value }, ...version.value !== '' && { policy_version: number } }
    const answer = await tried(() => call('setCause', { path: { cause: cause.cause }, body: { owner: owner.value.trim(), ...fix && { fix } }, ...cause.version > 0 && { ifMatch: `"${cause.version}"` } }))
    if (answer instanceof Problem) problem.value = answer
    else done(true)
  }
  const says = (one: string) => problem.value?.errors.find(error => error.at === one)
  const fault = (one: string) => { const found = says(one); return found && { says: found.message, lang: 'en' as const } }
  return <form class="pad col g4" onSubmit={event => { void save(event) }}>
    <Field label={t('track.fix.owner')} hint={t('track.fix.owner.hint')} value={owner} list="owners" fault={fault('owner')} onFocus={() => { void find('') }} onInput={() => { void find(owner.value) }} />
    <datalist id="owners">{people.value.map(one => <option key={one.id} value={one.id}>{one.name}</option>)}</datalist>
    <TextArea label={t('track.fix.what')} value={text} maxLength={2000} fault={fault('fix.text')} />
    <Field label={t('track.fix.from')} type="date" value={from} fault={fault('fix.from')} />
    <Field label={t('track.fix.version')} hint={t('track.fix.version.hint')} inputMode="numeric" value={version} fault={fault('fix.policy_version')} />
    {problem.value && <Told problem={problem.value} />}
    <div class="row"><Button kind="pri" type="submit">{t('track.chart.keep')}</Button><Button kind="quiet" onClick={() => done(false)}>{t('track.chart.leave')}</Button></div>
  </form>
}

// --- what became of it ---

function Effect({ cause }: { cause: Cause }) {
  const t = useT('track')
  const fixed = cause.fix?.from !== undefined || cause.fix?.policy_version !== undefined
  return <section class="card c6" aria-labelledby="effect"><div class="hd"><h2 id="effect">{t('track.effect')}</h2></div><div class="pad">{fixed ? <Measured name={cause.cause} turn={cause.version} /> : <p class="t13 m">{t('track.effect.nofix')}</p>}</div></section>
}

function Measured({ name, turn }: { name: string; turn: number }) {
  const t = useT('track')
  const read = useResource(() => resource(abort => call('causeEffect', { path: { cause: name }, signal: abort, timeout: 60000 }), { kinds: [] }), [name, turn])
  const effect = read.data.value
  const problem = read.problem.value
  if (problem && !effect) return <Told problem={problem} again={() => { void read.refresh() }} reading />
  if (!effect) return <Skeleton rows={['w40', 'w80']} />
  return <Said effect={effect} words={t(`track.effect.v.${effect.verdict}`)} />
}

function Said({ effect, words }: { effect: CauseEffect; words: string }) {
  const t = useT('track')
  const told = effect.measures.filter(one => one.change !== undefined && one.low !== undefined && one.high !== undefined)
  return <>
    <p class="mea-v">{words}</p>
    {effect.since !== undefined && <p class="t13 m">{t(effect.against === 'teams' ? 'track.effect.teams' : 'track.effect.before', { at: day(at(effect.since), lang.value) })}{(effect.days_used ?? 0) > 0 && <> {t('track.effect.used', { n: effect.days_used ?? 0, before: effect.days_before ?? 0 })}</>}</p>}
    {told.length > 0 && <div class="wide-t" tabIndex={0} role="region" aria-label={t('track.effect.now')} data-scrolls><table class="tbl dense"><thead><tr><th scope="col">{t('track.effect.measure')}</th><th scope="col" class="r">{t('track.effect.now')}</th><th scope="col" class="r">{t('track.effect.change')}</th></tr></thead>
      <tbody>{told.map(one => <tr key={one.measure}><th scope="row">{t(`track.effect.m.${one.measure}`)}</th><td class="r">{figure(one, one.new_before)} → {figure(one, one.new_after)}</td><td class="r"><b>{moved(one, one.change)}</b> <span class="f">{t('track.chart.between', { low: moved(one, one.low), high: moved(one, one.high) })}</span></td></tr>)}</tbody></table></div>}
    {effect.next_look !== undefined && !effect.ended && <p class="t12 f">{t('track.effect.next', { at: day(at(effect.next_look), lang.value) })}</p>}
  </>
}

type Value = string | number | undefined
const seconds = (value: Value) => `${new Intl.NumberFormat(lang.value, { maximumFractionDigits: 1, signDisplay: 'auto' }).format(Number(value)).replace('-', '−')} s`
const figure = (one: CauseMeasure, value: Value): string => value === undefined ? '–' : one.measure === 'cost_per_case' ? money(String(value)) : one.measure === 'share_of_requests' ? percent(Number(value)) : one.measure === 'rating' ? percent(Number(value)) : seconds(value)
const moved = (one: CauseMeasure, value: Value): string => value === undefined ? '–' : one.measure === 'cost_per_case' ? change(String(value)) : one.measure === 'share_of_requests' || one.measure === 'rating' ? points(Number(value)) : seconds(value)

// --- its decisions ---

function Decisions({ name }: { name: string }) {
  const t = useT('track')
  const page = useResource(() => resource(abort => call('listDecisions', { query: { reason: name, limit: SHOWN }, signal: abort }), { kinds: ['decision'], quiet: 30_000 }), [name]).data.value
  const all = behind({ since: windowSince(WINDOW_DAYS), reason: name })
  return <section class="card c12" aria-labelledby="last"><div class="hd"><h2 id="last">{t('track.cause.last')}</h2><span class="sp" /><Link class="btn xs" to={all}>{t('track.cause.all')}</Link><Csv path="/v1/causes" query={{ days: WINDOW_DAYS }} of={t('track.causes')} /></div>
    {page && <div class="wide-t" tabIndex={0} role="region" aria-label={t('track.cause.all')} data-scrolls><table class="tbl dense"><thead><tr><th scope="col">{t('track.day')}</th><th scope="col">{t('track.agent')}</th><th scope="col">{t('track.cause.case')}</th><th scope="col">{t('track.cause.action')}</th><th scope="col" class="r">{t('track.given')}</th></tr></thead>
      <tbody>{page.items.map(one => <tr key={one.id}><td>{day(at(one.at), lang.value)}</td><td>{one.agent}</td><td>{one.case !== undefined ? <Link to={`/desk/decisions?case=${encodeURIComponent(one.case)}`}>{one.case}</Link> : '–'}</td><td>{one.action}</td><td class="r">{one.amount === undefined ? '–' : money(one.amount)}</td></tr>)}</tbody></table></div>}
  </section>
}
