// The curve of the value that is being changed: what is given at once, how much is granted at once, who gets more and who less,
// against the value. The present value and the draft's are marked. Arrow keys walk along it and read it out; T shows a table.
import { boot } from '../../lib/boot.ts'
import { lang, useT } from '../../lib/i18n.ts'
import { format, sub } from '../../lib/money.ts'
import { useState } from 'preact/hooks'
import { Button, Note } from '../../ui/index.ts'
import { AsTable, useWalk } from '../../ui/chart/Walk.tsx'
import { useWidth } from '../../ui/chart/width.ts'
import type { Curving, Drawn, Point } from './sweep.ts'
import { money, signed, sum } from './figures.ts'
import { scaleOf, type Scale } from './scale.ts'
import { Told } from './told.tsx'

export function Curve({ curve, live }: { curve: Curving; live: number }) {
  const t = useT('policy')
  const drawn = curve.drawn.value
  const problem = curve.problem.value
  if (!drawn && !curve.busy.value && !curve.wants.value && !problem) return null
  return <section class="curve" aria-labelledby="curve" aria-busy={curve.busy.value}>
    <div class="pane-h"><h3 id="curve">{t('policy.curve.title')}</h3>{drawn && <code class="f">{drawn.path}</code>}<span class="f" role="status">{curve.busy.value ? t('policy.curve.busy') : ''}</span></div>
    {problem && <div class="pad-s"><Told problem={problem} reading><p>{t('policy.curve.fault')}</p></Told></div>}
    {curve.wants.value && <div class="pad-s"><Note kind="ask" icon="clock">{t('policy.curve.asks')} <Button size="sm" onClick={curve.draw}>{t('policy.curve.do')}</Button></Note></div>}
    {drawn && drawn.points.length > 0 && <Chart drawn={drawn} live={live} />}
  </section>
}

const WORDS = { s: 'policy.unit.s', m: 'policy.unit.m', h: 'policy.unit.h', d: 'policy.unit.d' } as const
const LEFT = 4
const TOPS = [20, 112, 184] as const // of the three strips
const HIGH = [64, 44, 40] as const
const FOOT = 250

function Chart({ drawn, live }: { drawn: Drawn; live: number }) {
  const t = useT('policy')
  const [box, width] = useWidth<SVGSVGElement>(560)
  const [near, setNear] = useState(-1)
  const { points } = drawn
  const share = (point: Point) => new Intl.NumberFormat(lang.value, { style: 'percent', maximumFractionDigits: 1 }).format(shareOf(point))
  const name = (point: { text: string }) => drawn.money ? money(point.text) : drawn.unit ? `${point.text} ${t(WORDS[drawn.unit as keyof typeof WORDS])}` : point.text
  const change = (point: Point) => format(sub(sum(point.after.cost), sum(drawn.before.cost)), lang.value, 'change')
  const says = (point: Point) => t('policy.curve.at', { value: name(point), cost: money(point.after.cost), change: change(point), share: share(point), more: point.more, less: point.less })
  const walk = useWalk(points.length, i => says(points[i]!))
  const label = `${t('policy.curve.title')}: ${drawn.path}`
  if (walk.table) return <div class="pad-s"><AsTable label={label} turn={walk.turn} head={[t('policy.curve.value'), t('policy.curve.cost'), t('policy.curve.share'), t('policy.curve.more'), t('policy.curve.less')]}
    rows={points.map(point => [markOf(point, drawn, t, name(point)), `${money(point.after.cost)} (${change(point)})`, share(point), signed(point.more).replace('+', ''), signed(point.less).replace('+', '')])} /></div>
  const x = scaleOf([0, ...points.map(point => point.amount)], 6, LEFT, width - LEFT)
  const nearest = (event: PointerEvent) => {
    const at = event.clientX - (event.currentTarget as SVGSVGElement).getBoundingClientRect().left
    setNear(points.reduce((best, point, i) => Math.abs(x.x(point.amount) - at) < Math.abs(x.x(points[best]!.amount) - at) ? i : best, 0))
  }
  const now = points.findIndex(point => point.amount === drawn.now)
  const at = walk.at >= 0 ? walk.at : near >= 0 ? near : now
  return <div class="pad-s">
    <svg ref={box} class="ch" role="img" aria-label={label} tabindex={0} width="100%" height={FOOT + 16} onKeyDown={walk.key} onBlur={walk.leave} onPointerMove={nearest} onPointerLeave={() => setNear(-1)}>
      <Marks drawn={drawn} x={x} width={width} live={live} name={name} />
      <Line name={t('policy.curve.cost')} top={TOPS[0]} high={HIGH[0]} points={points} value={point => Number(sum(point.after.cost).minor)} text={n => whole(n)} x={x} width={width} at={at} now={now} />
      <Line name={t('policy.curve.share')} top={TOPS[1]} high={HIGH[1]} points={points} value={shareOf} text={n => new Intl.NumberFormat(lang.value, { style: 'percent', maximumFractionDigits: 1 }).format(n)} x={x} width={width} at={at} now={now} />
      <Bars top={TOPS[2]} high={HIGH[2]} points={points} x={x} width={width} at={at} />
    </svg>
    <div class="row wrap"><p class="t12 grow" aria-hidden="true">{at >= 0 && says(points[at]!)}</p><Button size="xs" kind="quiet" onClick={walk.turn}>{t('policy.curve.table')}</Button></div>
  </div>
}

const shareOf = (point: Point): number => point.after.requests > 0 ? point.after.granted / point.after.requests : 0

const whole = (minor: number): string => format({ minor: BigInt(Math.round(minor)), currency: boot.me?.currency ?? 'USD' }, lang.value, 'short')

function markOf(point: Point, drawn: Drawn, t: ReturnType<typeof useT<'policy'>>, name: string): string {
  const marks = [...point.amount === drawn.now ? [t('policy.curve.now')] : [], ...point.amount === drawn.was ? [t('policy.curve.was')] : []]
  return marks.length > 0 ? `${name} (${marks.join(', ')})` : name
}

interface MarksProps { drawn: Drawn; x: Scale; width: number; live: number; name: (point: { text: string }) => string }

// The draft's value and the one before, through all strips, with their names at the foot.
function Marks({ drawn, x, width, live, name }: MarksProps) {
  const t = useT('policy')
  const digits = drawn.points[0]!.text.split('.')[1]?.length ?? 0
  const [now, was] = [x.x(drawn.now), drawn.was === null ? null : x.x(drawn.was)]
  const side = (at: number) => at < 70 ? 'start' : at > width - 70 ? 'end' : 'middle'
  const close = was !== null && Math.abs(now - was) < 170
  const left = was !== null && was <= now
  const says = (value: number, words: string) => `${name({ text: value.toFixed(digits) })} ${words}`
  const before = live > 0 ? t('policy.replay.live', { n: live }).toLocaleLowerCase(lang.value) : t('policy.curve.was')
  const ends = x.ticks.filter(tick => tick === x.from || tick === x.to)
  return <>
    {ends.map(tick => Math.min(Math.abs(x.x(tick) - now), was === null ? width : Math.abs(x.x(tick) - was)) > 150 && <text key={tick} x={x.x(tick)} y={FOOT + 12} text-anchor={tick === x.from ? 'start' : 'end'}>{name({ text: tick.toFixed(digits) })}</text>)}
    {was !== null && was !== now && <><line class="mean" x1={was} x2={was} y1="8" y2={FOOT} /><text class="lab2" x={was} y={FOOT + 12} text-anchor={close ? left ? 'end' : 'start' : side(was)} dx={close ? left ? -4 : 4 : 0}>{says(drawn.was!, before)}</text></>}
    <line class="mark" x1={now} x2={now} y1="8" y2={FOOT} /><text class="lab" x={now} y={FOOT + 12} text-anchor={close ? left ? 'start' : 'end' : side(now)} dx={close ? left ? 4 : -4 : 0}>{says(drawn.now, t('policy.curve.now'))}</text>
  </>
}

interface StripProps { top: number; high: number; points: Point[]; x: Scale; width: number; at: number }

function Line({ name, top, high, points, value, text, x, width, at, now }: StripProps & { name: string; value: (point: Point) => number; text: (n: number) => string; now: number }) {
  const y = scaleOf(points.map(value), 2, top + high, top)
  return <g>
    <text class="lab" x="0" y={top - 7}>{name}</text>
    {y.ticks.map(tick => <g key={tick}><line class="grid" x1={LEFT} x2={width - LEFT} y1={y.x(tick)} y2={y.x(tick)} /></g>)}
    <text x={width - LEFT} y={top - 7} text-anchor="end">{text(y.from)} – {text(y.to)}</text>
    <polyline class="ln" points={points.map(point => `${x.x(point.amount).toFixed(1)},${y.x(value(point)).toFixed(1)}`).join(' ')} />
    {points.map((point, i) => <circle key={i} class={i === at || i === now ? 'pt me' : 'pt'} cx={x.x(point.amount)} cy={y.x(value(point))} r={i === at ? 5 : i === now ? 4 : 2.8} />)}
  </g>
}

// More stands up, less hangs down.
function Bars({ top, high, points, x, width, at }: StripProps) {
  const t = useT('policy')
  const most = Math.max(1, ...points.map(point => Math.max(point.more, point.less)))
  const half = high / 2
  const middle = top + half
  return <g>
    <text class="lab" x="0" y={top - 7}>{t('policy.curve.moreless')}</text>
    <text x={width - LEFT} y={top - 7} text-anchor="end">±{new Intl.NumberFormat(lang.value).format(most)}</text>
    <line class="axis" x1={LEFT} x2={width - LEFT} y1={middle} y2={middle} />
    {points.map((point, i) => {
      const wide = i === at ? 10 : 7
      return <g key={i}><rect class="bar1" x={x.x(point.amount) - wide / 2} y={middle - half * point.more / most} width={wide} height={half * point.more / most} /><rect class="bar2" x={x.x(point.amount) - wide / 2} y={middle} width={wide} height={half * point.less / most} /></g>
    })}
  </g>
}
