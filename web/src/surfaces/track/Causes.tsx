// Root causes, most money first, each with the share that it and those above it make, who sees to it and by what.
import type { Cause, Track, TrackCause } from '../../lib/api-types.ts'
import { call } from '../../lib/api.ts'
import { lang, useT } from '../../lib/i18n.ts'
import { resource, useResource } from '../../lib/resource.ts'
import { Link } from '../../lib/router.ts'
import { at, day } from '../../lib/time.ts'
import { may } from '../../shell/rights.ts'
import { Csv, Empty } from '../../ui/index.ts'
import { behind } from './behind.ts'
import { count, money, percent } from './track.ts'

export function Causes({ track }: { track: Track }) {
  const t = useT('track')
  const kept = useResource(() => resource(async abort => may('SEE_STATS', 'team') ? (await call('listCauses', { query: { days: track.days }, signal: abort })).items : [], { kinds: ['cause.changed'] }), [track.days]).data.value ?? []
  const most = Math.max(...track.causes.map(cause => Number(cause.amount)), 1)
  const many = track.causes.findIndex(cause => Number(cause.share_so_far ?? 0) >= 0.66)
  return <section class="card c6" aria-labelledby="causes">
    <div class="hd"><h2 id="causes">{t('track.causes')}</h2><span class="sp" />{many >= 0 && track.causes.length > 1 && <span class="t12 f">{t('track.causes.make', { n: many + 1, share: percent(Number(track.causes[many]!.share_so_far)) })}</span>}<Csv path="/v1/causes" query={{ days: track.days }} of={t('track.causes')} /></div>
    {track.causes.length === 0 ? <Empty title={t('track.none')}>{t('track.none.text')}</Empty> : <ol class="pars">{track.causes.map((cause, i) => <Row key={cause.reason} list={behind({ since: track.since, team: track.team, reason: cause.reason })} cause={cause} kept={kept.find(one => one.cause === cause.reason)} most={most} big={i <= many} />)}</ol>}
  </section>
}

function Row({ cause, list, kept, most, big }: { cause: TrackCause; list: string; kept: Cause | undefined; most: number; big: boolean }) {
  const t = useT('track')
  const name = cause.label ?? (cause.reason === '' ? t('track.cause.none') : cause.reason)
  const wide = 100 * Math.max(0, Number(cause.amount)) / most
  const owner = kept?.owner_name ?? kept?.owner ?? cause.owner
  const { fix } = kept ?? {}
  const by = fix === undefined ? '' : [fix.text ?? '', fix.from !== undefined ? day(at(fix.from), lang.value) : '', fix.policy_version !== undefined ? t('track.chart.policy', { n: fix.policy_version }) : ''].filter(part => part !== '').join(', ')
  return <li class={big ? 'par big' : 'par'}>
    <Link to={cause.reason === '' ? list : `/track/causes/${encodeURIComponent(cause.reason)}`}>{name}</Link>
    <svg class="ch" viewBox="0 0 100 18" preserveAspectRatio="none" aria-hidden="true"><rect class="tr" width="100" height="10" y="4" rx="2" /><rect class="fill" width={wide} height="10" y="4" rx="2" /></svg>
    <b class="r">{money(cause.amount)}</b><span class="r f">{percent(Number(cause.share_so_far ?? 0))}</span>
    <small>{by !== '' && <><b>{by}</b>. </>}{t('track.cause.line', { n: count(cause.decisions), each: money(cause.each ?? '0'), share: percent(Number(cause.at_once_share ?? 0)) })}{cause.waited_seconds !== undefined && ` ${t('track.cause.waited', { s: Math.round(cause.waited_seconds) })}`}{kept !== undefined && kept.cases > 0 && ` ${t('track.cause.cases', { n: kept.cases })}`}{cause.rating !== undefined && ` ${t('track.cause.rating', { share: percent(Number(cause.rating)), n: cause.ratings })}`}{owner ? ` ${t('track.cause.owner', { owner })}` : ''} <Link class="no-print" to={list} aria-label={t('track.cases.of', { what: name })}>{t('track.cases')}</Link></small>
  </li>
}
