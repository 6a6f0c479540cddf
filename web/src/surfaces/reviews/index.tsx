// Reviews: a week's queue, appeals that wait, and whether reviewers agree; each comes when it is looked at.
import { signal } from '@preact/signals'
import { useMemo } from 'preact/hooks'
import type { Team } from '../../lib/api-types.ts'
import { pages } from '../../lib/api.ts'
import { boot } from '../../lib/boot.ts'
import { lang, useT } from '../../lib/i18n.ts'
import { resource, useResource } from '../../lib/resource.ts'
import { place, setQuery } from '../../lib/router.ts'
import { dayName } from '../../lib/time.ts'
import { useTop } from '../../shell/top.ts'
import { may } from '../../shell/rights.ts'
import { Icon, Seg } from '../../ui/index.ts'
import { lazy } from '../policy/lazy.tsx'
import { TABS, weeks, type Tab, type Wanted } from './reviews.ts'

const Queue = lazy<{ wanted: Wanted }>(() => import('./Queue.tsx').then(part => part.Queue))
const Due = lazy(() => import('./Due.tsx').then(part => part.Due))
const Agreement = lazy<{ team: string }>(() => import('./Agreement.tsx').then(part => part.Agreement))

const WEEKS = 8

function wantedOf(query: URLSearchParams): Wanted {
  const tab = TABS.find(one => one === query.get('show')) ?? 'queue'
  return { tab, team: query.get('team') ?? boot.me?.person?.team ?? '', week: query.get('week') ?? weeks(1)[0]!, one: query.get('one') ?? '' }
}

export default function Surface() {
  const t = useT('reviews')
  const wanted = wantedOf(place.value.query)
  const tab = useMemo(() => signal<Tab>(wanted.tab), [wanted.tab])
  useTop(t('reviews.title'))
  return <>
    {may('COACH', 'team') && <Due />}
    <div class="row wrap rv-tabs"><Seg value={tab} label={t('reviews.tabs')} onChange={next => setQuery({ show: next === 'queue' ? null : next, one: null })} options={TABS.map(value => ({ value, text: t(`reviews.tab.${value}`) }))} /><span class="sp" /><Narrow wanted={wanted} /></div>
    {wanted.tab === 'agreement' && may('REVIEW', 'team') ? <Agreement key={wanted.team} team={wanted.team} /> : <Queue wanted={wanted} />}
  </>
}

async function readTeams(signal: AbortSignal): Promise<Team[]> {
  const items: Team[] = []
  for await (const page of pages('listTeams', { query: { limit: 500 }, signal })) items.push(...page.items)
  return items
}

function Narrow({ wanted }: { wanted: Wanted }) {
  const t = useT('reviews')
  const teams = useResource(() => resource(readTeams, { kinds: ['team.changed'] }), []).data.value ?? []
  return <>
    <span class="selw"><select class="in" aria-label={t('reviews.team')} value={wanted.team} onChange={event => setQuery({ team: event.currentTarget.value, one: null })}>
      <option value="">{t('reviews.team.all')}</option>{teams.map(one => <option key={one.id} value={one.id} selected={one.id === wanted.team}>{one.path}</option>)}</select><Icon name="down" small /></span>
    {wanted.tab === 'queue' && <span class="selw"><select class="in" aria-label={t('reviews.week')} value={wanted.week} onChange={event => setQuery({ week: event.currentTarget.value, one: null })}>
      <option value="open">{t('reviews.week.any')}</option>{weeks(WEEKS).map(one => <option key={one} value={one} selected={one === wanted.week}>{t('reviews.week.of', { day: dayName(one, lang.value) })}</option>)}</select><Icon name="down" small /></span>}
  </>
}
