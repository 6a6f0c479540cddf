// What was given each day. Arrow keys walk along the days and read them out; T shows a table.
import type { Track } from '../../lib/api-types.ts'
import { lang, useT } from '../../lib/i18n.ts'
import { go, Link } from '../../lib/router.ts'
import { at, day } from '../../lib/time.ts'
import { AsTable, useWalk } from '../../ui/chart/Walk.tsx'
import { useWidth } from '../../ui/chart/width.ts'
import { Csv } from '../../ui/index.ts'
import { scaleOf } from '../policy/scale.ts'
import { behind, ofDay } from './behind.ts'
import { count, money, text } from './track.ts'

const HIGH = 196
const LEFT = 56
const FOOT = 22

export function Days({ track }: { track: Track }) {
  const t = useT('track')
  return <section class="card c6" aria-labelledby="days"><div class="hd"><h2 id="days">{t('track.days')}</h2><span class="sp" /><span class="t12 f">{t('track.days.band')}</span><Link class="btn xs" to={track.team === undefined ? '/track/charts' : `/track/charts?team=${encodeURIComponent(track.team)}`}>{t('track.overtime')}</Link><Csv path="/v1/track" query={{ days: track.days, team: track.team }} of={t('track.days')} /></div><div class="pad"><Chart track={track} /></div></section>
}

function Chart({ track }: { track: Track }) {
  const t = useT('track')
  const [box, width] = useWidth<SVGSVGElement>(520)
  const days = track.by_day
  const out = track.chart?.outside ?? []
  const where = (i: number) => out.some(one => one.day === i) ? `, ${t('track.days.out')}` : ''
  const name = (i: number) => day(at(days[i]!.day), lang.value)
  const walk = useWalk(days.length, i => t('track.days.at', { day: name(i), amount: money(days[i]!.amount), n: days[i]!.decisions }) + where(i))
  const list = (i: number) => behind({ team: track.team, ...ofDay(days[i]!.day) })
  const key = (event: KeyboardEvent) => {
    if (event.key === 'Enter' && walk.at >= 0) go(list(walk.at))
    else walk.key(event)
  }
  const label = t('track.days.label', { n: days.length, out: out.length })
  if (walk.table) return <AsTable label={label} turn={walk.turn} head={[t('track.day'), t('track.given'), t('track.decisions')]} rows={days.map((one, i) => [<Link class="lnk" to={list(i)}>{name(i)}</Link>, money(one.amount), `${count(one.decisions)}${where(i)}`])} />
  const value = (i: number) => Number(days[i]!.amount)
  const y = scaleOf([0, ...days.map((_, i) => value(i)), ...(track.chart?.phases ?? []).map(phase => Number(phase.high ?? 0))], 4, HIGH - FOOT, 8)
  const x = (i: number) => LEFT + (width - LEFT - 10) * (days.length > 1 ? i / (days.length - 1) : 0.5)
  return <svg ref={box} class="ch" role="img" aria-label={label} tabindex={0} width="100%" height={HIGH} onKeyDown={key} onBlur={walk.leave}>
    {y.ticks.map(tick => <g key={tick}><line class="grid" x1={LEFT} x2={width - 10} y1={y.x(tick)} y2={y.x(tick)} /><text x={LEFT - 6} y={y.x(tick) + 4} text-anchor="end">{money(text(tick))}</text></g>)}
    {(track.chart?.phases ?? []).map(phase => phase.usual !== undefined && phase.low !== undefined && phase.high !== undefined && <g key={phase.first}>
      <rect class="band" x={x(phase.first)} width={Math.max(0, x(phase.first + phase.days - 1) - x(phase.first))} y={y.x(Number(phase.high))} height={Math.max(0, y.x(Number(phase.low)) - y.x(Number(phase.high)))} />
      <line class="mean" x1={x(phase.first)} x2={x(phase.first + phase.days - 1)} y1={y.x(Number(phase.usual))} y2={y.x(Number(phase.usual))} /></g>)}
    <polyline class="ln5" points={days.map((_, i) => `${x(i).toFixed(1)},${y.x(value(i)).toFixed(1)}`).join(' ')} />
    {out.map(one => <circle key={one.day} class={one.side > 0 ? 'pt hi go' : 'pt lo go'} onClick={() => go(list(one.day))} cx={x(one.day)} cy={y.x(value(one.day))} r="4" />)}
    {walk.at >= 0 && days[walk.at] && <circle class="pt me" cx={x(walk.at)} cy={y.x(value(walk.at))} r="5" />}
    {days.length > 0 && <><text x={x(0)} y={HIGH - 4} text-anchor="start">{name(0)}</text><text x={x(days.length - 1)} y={HIGH - 4} text-anchor="end">{name(days.length - 1)}</text></>}
  </svg>
}
