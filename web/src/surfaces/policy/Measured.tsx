// What a version did: in the list of versions as one line and a few figures, on its page in words first, then with every interval.
import { useEffect } from 'preact/hooks'
import { useSignal } from '@preact/signals'
import { lang, rich, useT } from '../../lib/i18n.ts'
import type { EffectMeasure, PolicyEffect } from '../../lib/model.ts'
import { at, day } from '../../lib/time.ts'
import { may } from '../../shell/rights.ts'
import { Button, Icon, Skeleton } from '../../ui/index.ts'
import { change, figure, toldOf, useEffects, useLeast, verdictOf, type Told } from './effect.ts'
import { Told as Problem } from './told.tsx'

const WIDE = 120
const HALF = 54 // from zero in the middle to the end of the longer arm

/** Where an effect lies: a line for the interval, a dot for the figure, zero in the middle. */
export function Interval({ of }: { of: Told }) {
  const t = useT('policy')
  const most = Math.max(Math.abs(Number(of.low)), Math.abs(Number(of.high)), 1e-9)
  const x = (value: string | number) => WIDE / 2 + Number(value) / most * HALF
  const tone = of.says === 'better' ? 'g' : of.says === 'worse' ? 'b' : ''
  const says = t('policy.effect.between', { name: t(`policy.effect.m.${of.measure}`), n: change(t, of.measure, of.change), low: change(t, of.measure, of.low), high: change(t, of.measure, of.high) })
  return <svg class="ch ci" viewBox={`0 0 ${WIDE} 14`} role="img" aria-label={says}>
    <line class="grid" x1={WIDE / 2} x2={WIDE / 2} y1="0" y2="14" /><line class={`cin ${tone}`} x1={x(of.low)} x2={x(of.high)} y1="7" y2="7" />
    <circle class={tone === 'g' ? 'pt me' : tone === 'b' ? 'pt bad' : 'pt'} cx={x(of.change)} cy="7" r="3.5" />
  </svg>
}

/** As a version's entry in the list has it. */
export function Brief({ effect }: { effect: PolicyEffect }) {
  const t = useT('policy')
  const [main, ...others] = toldOf(effect)
  const { key, tone } = verdictOf(effect)
  if (main === undefined) return <p class={tone}>{t(key)}</p>
  return <>
    <dl class="eff-l">{others.filter(one => one.measure !== 'time_to_authority' || one.says !== 'nothing').map(one => [<dt key={`${one.measure}n`}>{t(`policy.effect.m.${one.measure}`)}</dt>, <dd key={one.measure}>{change(t, one.measure, one.change)}</dd>])}
      <dt>{t(`policy.effect.m.${main.measure}`)}</dt><dd><Interval of={main} /></dd></dl>
    <p class={tone}>{change(t, main.measure, main.change)}, {t(key)}</p>
  </>
}

/** Whoever keeps the policy sees it at once; for all others the server reads its past only when they ask. */
export const measuredAtOnce = (): boolean => may('CHANGE_POLICY', 'all')

/** The whole of it, for one version. */
export function Measured({ version, turn }: { version: number; turn?: unknown }) {
  const t = useT('policy')
  const asks = useSignal(measuredAtOnce())
  return asks.value ? <Shown version={version} turn={turn} /> : <div><Button size="sm" onClick={() => { asks.value = true }}><Icon name="chart" small />{t('policy.effect.ask')}</Button></div>
}

function Shown({ version, turn }: { version: number; turn: unknown }) {
  const t = useT('policy')
  const again = useSignal(0)
  const is = useEffects([version], `${String(turn)} ${again.value}`).value.get(version)
  const slow = useSignal(false)
  useEffect(() => {
    const timer = setTimeout(() => { slow.value = true }, 200)
    return () => clearTimeout(timer)
  }, [])
  if (is?.problem) return <Problem problem={is.problem} again={() => { again.value += 1 }} reading />
  if (!is?.effect) return is?.reading ? <p class="t13 m" role="status">{t('policy.effect.reading')}</p> : slow.value ? <Skeleton rows={['w40', 'w80']} /> : null
  return <Whole effect={is.effect} />
}

function Whole({ effect }: { effect: PolicyEffect }) {
  const t = useT('policy')
  const least = useLeast()
  const { key, tone } = verdictOf(effect)
  const shows = effect.next_look_shows ? least(effect.next_look_shows) : ''
  const first = effect.days_before === 0
  const ahead = !effect.ended && effect.since !== undefined && (effect.days_before ?? 0) > 0
  return <div class="mea">
    <p class={`mea-v ${tone}`}>{t(`${key}.whole` as typeof key)}</p>
    {effect.since !== undefined && !first && <p class="t13 m">{t(effect.against === 'teams' ? 'policy.effect.against.teams' : 'policy.effect.against.before', { at: day(at(effect.since), lang.value), n: effect.against_version ?? 0 })}
      {(effect.days_used ?? 0) > 0 && <> {t('policy.effect.used', { n: effect.days_used ?? 0, of: effect.days ?? 0, before: effect.days_before ?? 0 })}</>}</p>}
    {(effect.days_used ?? 0) > 0 && (effect.days_before ?? 0) > 0 && <Figures effect={effect} />}
    {ahead && effect.next_look && <p class="t13">{t('policy.effect.next', { at: day(at(effect.next_look), lang.value) })} {rich(shows !== '' ? t('policy.effect.shows', { least: shows }) : t('policy.effect.shows.none'))}</p>}
    {effect.unknown.length > 0 && !first && <details class="why"><summary>{t('policy.effect.unknown')}</summary><ul class="told">{unknownOf(effect).map(one => <li key={one}>{t(one)}</li>)}</ul></details>}
  </div>
}

// The server says it in English; which sentences hold follows from the figures.
function unknownOf(effect: PolicyEffect) {
  const without = effect.measures.some(one => one.measure === 'rating' && one.says === 'no_data')
  return [effect.against === 'teams' ? 'policy.effect.u.teams' as const : 'policy.effect.u.before' as const, ...effect.ended ? ['policy.effect.u.ended' as const] : [], ...without ? ['policy.effect.u.rating' as const] : []]
}

// No line ends between a sign and its figure.
const whole = (text: string): string => text.replace(/^[−+]/, '$&\u2060')

function Figures({ effect }: { effect: PolicyEffect }) {
  const t = useT('policy')
  const told = toldOf(effect)
  const teams = effect.against === 'teams'
  const two = (measure: EffectMeasure['measure'], before: string | number | undefined, after: string | number | undefined) =>
    before === undefined || after === undefined ? '–' : `${figure(measure, before)} → ${figure(measure, after)}`
  const shown = effect.measures.filter(one => one.measure !== 'rating' || one.says !== 'no_data')
  const rows = shown.map(one => ({ one, told: told.find(other => other.measure === one.measure) }))
  return <div class="wide-t" tabIndex={0} role="region" aria-label={t('policy.effect.title')} data-scrolls><table class="tbl dense mea-t"><thead><tr><th>{t('policy.effect.measure')}</th><th colSpan={2}>{t('policy.effect.effect')}</th><th class="r">{t('policy.effect.new')}</th>{teams && <th class="r">{t('policy.effect.kept')}</th>}</tr></thead>
    <tbody>{rows.map(({ one, told: is }) => <tr key={one.measure}><th scope="row">{t(`policy.effect.m.${one.measure}`)}</th>
      {is ? <><td class="iv"><Interval of={is} /></td><td class="tx"><b class={is.says === 'better' ? 'can-t' : is.says === 'worse' ? 'bad-t' : undefined}>{change(t, is.measure, is.change)}</b> <span class="f">{t('policy.effect.range', { low: whole(change(t, is.measure, is.low)), high: whole(change(t, is.measure, is.high)) })}</span></td></>
        : <td colSpan={2} class="f">{t(one.says === 'too_few_teams' ? 'policy.effect.v.too_few_teams' : 'policy.effect.nodata')}</td>}
      <td class="r">{two(one.measure, one.new_before, one.new_after)}</td>{teams && <td class="r">{two(one.measure, one.kept_before, one.kept_after)}</td>}</tr>)}</tbody></table></div>
}
