// The funnel: each agent's difference from what their cases call for, against how many decisions they made; bands as wide as chance
// makes them. Arrow keys walk along the agents and read them out; T shows a table.
import type { Track } from '../../lib/api-types.ts'
import { useT } from '../../lib/i18n.ts'
import { go, Link } from '../../lib/router.ts'
import { Note } from '../../ui/index.ts'
import { AsTable, useWalk } from '../../ui/chart/Walk.tsx'
import { useWidth } from '../../ui/chart/width.ts'
import { scaleOf, type Scale } from '../policy/scale.ts'
import { behind } from './behind.ts'
import { count, differs, outside, percent, placed, text, unitOf, type Measure, type Placed } from './track.ts'

const HIGH = 330
const LEFT = 56
const TOP = 12
const FOOT = 28
const NAMED_MOST = 4
const LABEL_WIDE = 170
const LABEL_HIGH = 14

interface FunnelProps { track: Track; measure: Measure }

export function Funnel({ track, measure }: FunnelProps) {
  const t = useT('track')
  const all = placed(track, measure)
  const out = outside(all)
  return <div class="fun">
    <div class="pad">{all.length > 1 ? <Chart track={track} measure={measure} all={all} out={out} /> : <Note kind="ask" icon="info">{t(measure === 'rating' || measure === 'resolve' ? 'track.funnel.none' : 'track.funnel.few')}</Note>}</div>
    <div class="outs">
      {out.slice(0, NAMED_MOST).map(one => <Out key={one.agent.id} one={one} track={track} measure={measure} />)}
      {out.length > NAMED_MOST && <p class="out t12 f">{t('track.out.more', { n: out.length - NAMED_MOST })}</p>}
      {all.length > 1 && out.length === 0 && <p class="out">{t('track.out.none', { n: all.length })}</p>}
      <p class="out t12 f">{t('track.out.chance')}</p>
    </div>
  </div>
}

const listOf = (track: Track, one: Placed) => behind({ since: track.since, team: track.team, agent: one.agent.id })

function Out({ one, track, measure }: { one: Placed; track: Track; measure: Measure }) {
  const t = useT('track')
  const { agent } = one
  const name = agent.name ?? agent.id
  const how = `track.out.${measure}.${one.outside < 0 ? 'less' : 'more'}` as const
  return <div class="out"><div class="row"><b>{name}</b><span class="sp" /><b>{one.says}</b></div>
    <p>{t(how, { n: one.decisions, share: percent(Number(agent.at_once_share ?? 0)) })} {one.named ? t('track.out.named') : t('track.out.alone')}</p>
    <div class="row"><Link class="btn xs" to={listOf(track, one)}>{t('track.out.cases', { n: agent.decisions })}</Link><Link class="btn xs" to={`/track/charts?agent=${encodeURIComponent(agent.id)}`}>{t('track.overtime')}</Link></div>
  </div>
}

function Chart({ track, measure, all, out }: FunnelProps & { all: Placed[]; out: Placed[] }) {
  const t = useT('track')
  const [box, width] = useWidth<SVGSVGElement>(660)
  const says = (one: Placed) => t(`track.funnel.at.${unitOf(measure)}`, { name: one.agent.name ?? one.agent.id, difference: one.says, n: one.decisions, where: t(`track.where.${one.far ? 'far' : one.outside === 0 ? 'in' : 'out'}`) })
  const walk = useWalk(all.length, i => says(all[i]!))
  const label = t(`track.funnel.label.${unitOf(measure)}`, { n: all.length, out: out.length })
  if (walk.table) return <AsTable label={label} turn={walk.turn} head={[t('track.agent'), t(`track.unit.${unitOf(measure)}`), t('track.versus'), t('track.band')]}
    rows={all.map(one => [<Link class="lnk" to={listOf(track, one)}>{one.agent.name ?? one.agent.id}</Link>, count(one.decisions), one.says, t(`track.where.${one.far ? 'far' : one.outside === 0 ? 'in' : 'out'}`)])} />
  const key = (event: KeyboardEvent) => {
    if (event.key === 'Enter' && walk.at >= 0) go(listOf(track, all[walk.at]!))
    else walk.key(event)
  }
  const most = Math.max(...all.map(one => one.decisions), 10)
  const x = scaleOf([0, most], 5, LEFT, width - 12)
  const far = Math.max(...all.map(one => Math.abs(one.difference)), 1e-6) * 1.15
  const y = scaleOf([-far, far], 4, HIGH - FOOT, TOP)
  return <svg ref={box} class="ch" role="img" aria-label={label} tabindex={0} width="100%" height={HIGH} onKeyDown={key} onBlur={walk.leave}>
    {y.ticks.map(tick => <g key={tick}><line class="grid" x1={LEFT} x2={width - 12} y1={y.x(tick)} y2={y.x(tick)} /><text x={LEFT - 6} y={y.x(tick) + 4} text-anchor="end">{differs(measure, measure === 'amount' ? text(tick) : tick)}</text></g>)}
    {x.ticks.map(tick => <text key={tick} x={x.x(tick)} y={HIGH - FOOT + 16} text-anchor={tick === x.to ? 'end' : 'middle'}>{count(tick)}</text>)}
    <Bands track={track} measure={measure} x={x} y={y} />
    <line class="mean" x1={LEFT} x2={width - 12} y1={y.x(0)} y2={y.x(0)} />
    {all.map((one, i) => <circle key={one.agent.id} onClick={() => go(listOf(track, one))} class={i === walk.at ? 'pt me go' : one.far ? one.difference > 0 ? 'pt hi go' : 'pt lo go' : 'pt go'} cx={x.x(one.decisions)} cy={y.x(one.difference)} r={i === walk.at ? 5.5 : one.far ? 5 : 3.5} />)}
    {labels(out.slice(0, NAMED_MOST), x, y).map(one => <text key={one.agent.id} class="lab" x={x.x(one.decisions) + (x.x(one.decisions) > width - 190 ? -9 : 9)} y={y.x(one.difference) + 4} text-anchor={x.x(one.decisions) > width - 190 ? 'end' : 'start'}>{one.agent.name ?? one.agent.id} {one.says}</text>)}
    <text class="lab2" x={LEFT + 6} y={TOP + 14}>{t(`track.funnel.${measure}.more`)}</text><text class="lab2" x={LEFT + 6} y={HIGH - FOOT - 8}>{t(`track.funnel.${measure}.less`)}</text>
    <text x={width - 12} y={HIGH - 1} text-anchor="end">{t(`track.funnel.x.${unitOf(measure)}`, { n: track.days })}</text>
  </svg>
}

// Whose names have room beside their points; the others stand in the list.
function labels(out: Placed[], x: Scale, y: Scale): Placed[] {
  const shown: Placed[] = []
  for (const one of out) if (!shown.some(other => Math.abs(x.x(one.decisions) - x.x(other.decisions)) < LABEL_WIDE && Math.abs(y.x(one.difference) - y.x(other.difference)) < LABEL_HIGH)) shown.push(one)
  return shown
}

// The limits of so many decisions, as far as they are within the drawing.
function Bands({ track, measure, x, y }: { track: Track; measure: Measure; x: Scale; y: Scale }) {
  const t = useT('track')
  const curve = track.funnels[measure].curve
  const clip = (value: number) => Math.max(y.from, Math.min(y.to, value))
  const line = (of: 'low_20' | 'high_20' | 'low_500' | 'high_500') => curve.filter((at, i) => at.decisions <= x.to || (curve[i - 1]?.decisions ?? 0) < x.to)
    .map(at => [Math.min(at.decisions, x.to), clip(Number(at[of]))] as const)
  const path = (of: Parameters<typeof line>[0]) => line(of).map(([n, value]) => `${x.x(n).toFixed(1)},${y.x(value).toFixed(1)}`).join(' ')
  const last = (of: Parameters<typeof line>[0]) => line(of).at(-1)
  const [inner, outer] = [last('high_20'), last('high_500')]
  return <>
    <polygon class="band" points={`${path('high_500')} ${path('low_500').split(' ').reverse().join(' ')}`} />
    {(['low_500', 'high_500'] as const).map(of => <polyline key={of} class="lim" points={path(of)} />)}
    {(['low_20', 'high_20'] as const).map(of => <polyline key={of} class="lim2" points={path(of)} />)}
    {outer && <text x={x.x(outer[0]) - 3} y={y.x(outer[1]) - 4} text-anchor="end">{t('track.funnel.500')}</text>}
    {inner && <text x={x.x(inner[0]) - 3} y={y.x(inner[1]) - 4} text-anchor="end">{t('track.funnel.20')}</text>}
  </>
}
