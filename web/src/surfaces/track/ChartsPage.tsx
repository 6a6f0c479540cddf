// Figures over time: of all, a team, a cause or one agent.
import { useMemo } from 'preact/hooks'
import type { Track } from '../../lib/api-types.ts'
import { call } from '../../lib/api.ts'
import { useT } from '../../lib/i18n.ts'
import { resource, useResource } from '../../lib/resource.ts'
import { Link, place, setQuery } from '../../lib/router.ts'
import { useTop } from '../../shell/top.ts'
import { Icon, Print } from '../../ui/index.ts'
import { windowSince } from './behind.ts'
import { chartedOf } from './chart.ts'
import { ChartCard } from './ChartCard.tsx'
import { Head } from './Sheet.tsx'
import { Words } from './Words.tsx'

export function ChartsPage() {
  const t = useT('track')
  const { query } = place.value
  const is = chartedOf(query)
  useTop(t('track.charts'), <><Print /><Link class="btn" to="/track">{t('track.back')}</Link></>)
  const track = useResource(() => resource(abort => call('track', { query: { days: 90, ...is.agent !== '' && { agent: is.agent } }, signal: abort }), { kinds: [] }), [is.agent]).data.value
  const person = track?.agents.find(one => one.id === is.agent)
  const title = is.agent !== '' ? person?.name ?? is.agent : [is.cause !== null ? label(track, is.cause) ?? t('track.cause.none') : '', is.team].filter(part => part !== '').join(', ') || t('track.charts.all')
  return <><Head title={`${t('track.charts')}: ${title}, ${t(`track.figure.${is.of}`)}`} team={is.agent === '' ? is.team : undefined} since={windowSince(is.by === 'week' ? 183 : 90)} until={windowSince(2)} /><div class="row wraps filters"><Choose track={track} /></div><div class="tk"><ChartCard is={is} title={title} /></div><Words words={['limits', 'decision', 'stands', 'asked', 'cause']} /></>
}

const label = (track: Track | undefined, cause: string) => cause === '' ? undefined : track?.causes.find(one => one.reason === cause)?.label ?? cause

// Whose: one of team, cause and agent at a time, or a team and a cause together.
function Choose({ track }: { track: Track | undefined }) {
  const t = useT('track')
  const { query } = place.value
  const teams = useMemo(() => [...new Set((track?.agents ?? []).flatMap(one => one.team === undefined ? [] : [one.team]))].sort(), [track])
  const lists = [
    { name: 'team', all: t('track.teams.all'), says: t('track.team'), of: teams.map(team => ({ value: team, text: team })) },
    { name: 'cause', all: t('track.charts.causes'), says: t('track.charts.cause'), of: (track?.causes ?? []).filter(one => one.reason !== '').map(one => ({ value: one.reason, text: one.label ?? one.reason })) },
    { name: 'agent', all: t('track.charts.agents'), says: t('track.agent'), of: (track?.agents ?? []).map(one => ({ value: one.id, text: one.name ?? one.id })) },
  ]
  return <>{lists.map(list => {
    const now = query.get(list.name) ?? ''
    const options = now !== '' && !list.of.some(one => one.value === now) ? [{ value: now, text: now }, ...list.of] : list.of
    const choose = (value: string) => setQuery(list.name === 'agent' ? { agent: value || null, team: null, cause: null } : { [list.name]: value || null, agent: null })
    return <span class="selw" key={list.name}><select class="in" aria-label={list.says} value={now} onChange={event => choose(event.currentTarget.value)}>
      <option value="">{list.all}</option>{options.map(one => <option key={one.value} value={one.value} selected={one.value === now}>{one.text}</option>)}</select><Icon name="down" small /></span>
  })}</>
}
