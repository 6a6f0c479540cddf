// Everybody of the window, most decisions first.
import type { Track, TrackAgent } from '../../lib/api-types.ts'
import { useT } from '../../lib/i18n.ts'
import { go, Link } from '../../lib/router.ts'
import { Csv, Person, Table, type Col } from '../../ui/index.ts'
import { behind, ended, type Behind } from './behind.ts'
import { change, count, money, percent, points, span } from './track.ts'

export function Agents({ track }: { track: Track }) {
  const t = useT('track')
  const list = (one: TrackAgent, is: Behind = {}) => behind({ since: track.since, team: track.team, agent: one.id, ...is })
  // The row leads to all of them; what else leads somewhere is no stop of its own.
  const to = (where: string, says: string) => <Link class="lnk" tabIndex={-1} to={where}>{says}</Link>
  const link = (one: TrackAgent, is: Behind, says: string) => to(list(one, is), says)
  const none = <span class="f">–</span>
  const columns: Col<TrackAgent>[] = [
    { name: t('track.agent'), cell: one => <Person name={one.name ?? one.id} kind={one.kind} /> },
    { name: t('track.decisions'), right: true, cell: one => count(one.decisions) },
    { name: t('track.atonce'), right: true, cell: one => link(one, { show: 'at-once' }, percent(Number(one.at_once_share ?? 0))) },
    { name: t('track.each'), right: true, cell: one => money(one.each ?? '0') },
    { name: t('track.expected'), right: true, cell: one => one.amount_compared ? <Compared far={one.amount_compared.outside_500}>{change(one.amount_compared.difference)}</Compared> : none },
    { name: t('track.givenshare'), right: true, cell: one => link(one, { of: 'remedies' }, percent(Number(one.given_share ?? 0))) },
    { name: t('track.expected'), id: 'given', right: true, cell: one => one.given_compared ? <Compared far={one.given_compared.outside_500}>{points(Number(one.given_compared.difference))}</Compared> : none },
    { name: t('track.askedshare'), right: true, cell: one => link(one, { show: 'asked' }, percent(Number(one.asked_share ?? 0))) },
    ...track.whole.resolved === 0 ? [] : [
      { name: t('track.resolve'), right: true, cell: one => one.resolve_seconds === undefined ? none : to(ended('resolved', track, one.id), span(one.resolve_seconds)) },
      { name: t('track.expected'), id: 'resolve', right: true, cell: one => one.resolve_compared ? <Compared far={one.resolve_compared.outside_500}>{span(one.resolve_compared.difference, true)}</Compared> : none },
    ] satisfies Col<TrackAgent>[],
    ...track.whole.ratings === 0 ? [] : [
      { name: t('track.rating'), right: true, cell: one => one.rating === undefined ? none : to(ended('rated', track, one.id), percent(Number(one.rating))) },
      { name: t('track.expected'), id: 'rating', right: true, cell: one => one.rating_compared ? <Compared far={one.rating_compared.outside_500}>{points(Number(one.rating_compared.difference))}</Compared> : none },
    ] satisfies Col<TrackAgent>[],
  ]
  return <section class="card c12" aria-labelledby="agents">
    <div class="hd"><h2 id="agents">{t('track.agents')}</h2><span class="sp" /><span class="t12 f">{t('track.agents.count', { n: track.agents.length })}</span><Csv path="/v1/track" query={{ days: track.days, team: track.team }} of={t('track.agents')} /></div>
    <Table sticky dense label={t('track.agents')} columns={columns} count={track.agents.length} get={row => track.agents[row]} rowKey={one => one.id} open={one => go(list(one))} />
  </section>
}

// Outside of the outer band: a mark that is no colour alone.
function Compared({ far, children }: { far: number; children: string }) {
  const t = useT('track')
  return far === 0 ? <>{children}</> : <b title={t('track.where.far')}>{far > 0 ? '▲' : '▼'} {children}</b>
}
