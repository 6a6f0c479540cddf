// Track: what was done with the room there is. Outside of a band is a reason to look, not a verdict; both ends are treated alike.
import { signal } from '@preact/signals'
import { useEffect, useMemo, useRef } from 'preact/hooks'
import type { Team, Track } from '../../lib/api-types.ts'
import { messages, useT } from '../../lib/i18n.ts'
import { pages } from '../../lib/api.ts'
import { resource, useResource, type Resource } from '../../lib/resource.ts'
import { Link, place, setQuery } from '../../lib/router.ts'
import { may } from '../../shell/rights.ts'
import { useTop } from '../../shell/top.ts'
import { Csv, Empty, Icon, Print, Seg, Skeleton } from '../../ui/index.ts'
import { lazy } from '../policy/lazy.tsx'
import { Told } from '../policy/told.tsx'
import { behind, ended, type Behind } from './behind.ts'
import { Days } from './Days.tsx'
import { Funnel } from './Funnel.tsx'
import { Head } from './Sheet.tsx'
import type { Word } from './Words.tsx'
import { count, load, MEASURES, money, percent, span, wantedOf, WINDOWS, type Wanted } from './track.ts'

const KINDS = ['case.changed', 'rating.recorded', 'decision', 'decision.reversed', 'hold.confirmed', 'hold.released', 'hold.lapsed', 'approval.approved']
const QUIET_MS = 10_000 // figures of weeks need not move with every decision

const Agents = lazy<{ track: Track }>(() => import('./Agents.tsx').then(part => part.Agents))
const WhatItBrought = lazy<{ wanted: Wanted }>(() => import('./Brought.tsx').then(part => part.WhatItBrought))
const Causes = lazy<{ track: Track }>(() => import('./Causes.tsx').then(part => part.Causes))
const Words = lazy<{ words: readonly Word[] }>(() => import('./Words.tsx').then(part => part.Words))
const Questions = lazy<{ team: string }>(() => import('./Questions.tsx').then(part => part.Questions))
const BroughtCases = lazy<{ name: string }>(() => import('./BroughtCases.tsx').then(part => part.BroughtCases))
const Ended = lazy<{ name: string }>(() => import('./Ended.tsx').then(part => part.Ended))
const Room = lazy<{ team: string }>(() => Promise.all([import('./Room.tsx'), messages('room')]).then(([part]) => part.Room))
const CausePage = lazy(() => import('./CausePage.tsx').then(part => part.CausePage))
const ChartsPage = lazy(() => import('./ChartsPage.tsx').then(part => part.ChartsPage))

export default function Surface() {
  const [part, name] = place.value.parts
  if (part === 'charts') return <ChartsPage />
  if (part === 'brought' && name !== undefined) return <BroughtCases key={name} name={name} />
  if (part === 'ended' && name !== undefined) return <Ended key={name} name={name} />
  return part === 'causes' && name !== undefined ? <CausePage name={name} /> : <Whole />
}

function Whole() {
  const t = useT('track')
  const wanted = wantedOf(place.value.query)
  useTop(t('track.title'), <><Narrow wanted={wanted} /><Print /></>)
  const read = useTrack(wanted)
  const track = read.data.value
  const problem = read.problem.value
  if (problem && !track) return <div class="card pad"><Told problem={problem} again={() => { void read.refresh() }} reading /></div>
  if (!track) return <div class="card pad"><Skeleton rows={['h44', 'h28', 'h44', 'w80']} /></div>
  if (track.whole.decisions === 0) return <div class="card"><Empty title={t('track.none')}>{t('track.none.text')}</Empty></div>
  return <>
    <Head title={t('track.title')} team={wanted.team} since={track.since} />
    <Facts track={track} />
    <div class="tk">
      <section class="card c12" aria-labelledby="funnel"><div class="hd wraps"><h2 id="funnel">{t('track.funnel')}</h2><Measures wanted={wanted} /><span class="sp" /><span class="t12 f">{t('track.funnel.of', { n: track.agents.length })}</span><Csv path="/v1/track" query={{ days: wanted.days, team: wanted.team }} of={t('track.funnel')} /></div><Funnel track={track} measure={wanted.measure} /></section>
      <Days track={track} />
      <Causes track={track} />
      <Agents track={track} />
      <WhatItBrought wanted={wanted} />
      {may('ROOM', 'team') && <Room team={wanted.team} />}
      <Questions team={wanted.team} />
    </div>
    <Words words={['decision', 'atonce', 'stands', 'asked', 'expected', 'band', 'limits', 'cause', 'brought']} />
  </>
}

// While another window is read for the first time, what the one before showed stays on the screen.
function useTrack(wanted: Wanted): Resource<Track> {
  const made = useMemo(() => resource(signal => load(wanted, signal), { kinds: KINDS, quiet: QUIET_MS }), [wanted.days, wanted.team])
  const shown = useRef(made)
  const isThere = made.data.value !== undefined || made.problem.value !== null
  const old = shown.current
  useEffect(() => { if (isThere && old !== made) { shown.current = made; old.dispose() } }, [isThere, made])
  useEffect(() => () => shown.current.dispose(), [])
  return isThere ? made : old
}

async function readTeams(signal: AbortSignal): Promise<Team[]> {
  const items: Team[] = []
  for await (const page of pages('listTeams', { query: { limit: 500 }, signal })) items.push(...page.items)
  return items
}

function Narrow({ wanted }: { wanted: Wanted }) {
  const t = useT('track')
  const teams = (useResource(() => resource(readTeams, { kinds: ['team.changed'] }), []).data.value ?? []).map(one => ({ value: one.id, text: one.name ? `${one.path} (${one.name})` : one.path }))
  const days = useMemo(() => signal(wanted.days), [wanted.days])
  return <>
    {teams.length > 1 && <span class="selw"><select class="in" aria-label={t('track.team')} value={wanted.team} onChange={event => setQuery({ team: event.currentTarget.value || null })}>
      <option value="">{t('track.teams.all')}</option>{teams.map(one => <option key={one.value} value={one.value} selected={one.value === wanted.team}>{one.text}</option>)}</select><Icon name="down" small /></span>}
    <span class="win"><Seg value={days} label={t('track.window')} onChange={next => setQuery({ days: next === '90' ? null : next })} options={WINDOWS.map(value => ({ value, text: t(`track.window.${value}`) }))} /></span>
  </>
}

function Measures({ wanted }: { wanted: Wanted }) {
  const t = useT('track')
  const by = useMemo(() => signal(wanted.measure), [wanted.measure])
  return <Seg value={by} label={t('track.measure')} onChange={next => setQuery({ by: next === 'amount' ? null : next })} options={MEASURES.map(value => ({ value, text: t(`track.measure.${value}`) }))} />
}

function Facts({ track }: { track: Track }) {
  const t = useT('track')
  const { whole } = track
  const to = (where: string, says: string) => <b><Link class="lnk" to={where}>{says}</Link></b>
  const list = (is: Behind, says: string) => to(behind({ since: track.since, team: track.team, ...is }), says)
  return <div class="facts" role="group" aria-label={t('track.facts')}>
    <div class="fact">{list({}, count(whole.decisions))}<span>{t('track.facts.decisions', { n: track.days })}</span></div>
    <div class="fact">{list({ show: 'at-once' }, percent(Number(whole.at_once_share ?? 0)))}<span>{t('track.facts.atonce')}</span></div>
    <div class="fact">{list({ of: 'remedies' }, money(whole.amount))}<span>{t('track.facts.given', { each: money(whole.each ?? '0') })}</span></div>
    <div class="fact">{list({ of: 'remedies' }, percent(Number(whole.given_share ?? 0)))}<span>{t('track.facts.share')}</span></div>
    <div class="fact">{list({ show: 'asked' }, count(whole.asked))}<span>{whole.waited_seconds === undefined ? t('track.facts.asked.none') : t('track.facts.asked', { n: whole.answered, s: Math.round(whole.waited_seconds) })}</span></div>
    {whole.resolve_seconds !== undefined && <div class="fact">{to(ended('resolved', track), span(whole.resolve_seconds))}<span>{t('track.facts.resolve', { n: whole.resolved })}</span></div>}
    {whole.rating !== undefined && <div class="fact">{to(ended('rated', track), percent(Number(whole.rating)))}<span>{t('track.facts.rating', { n: whole.ratings })}</span></div>}
  </div>
}
