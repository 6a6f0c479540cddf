// What versions did, as the server measures it: read one after the other, newest first, and said as people read figures.
import { signal, type ReadonlySignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { call, Problem } from '../../lib/api.ts'
import { lang, useT, type KeyOf, type Translate } from '../../lib/i18n.ts'
import type { EffectLeast, EffectMeasure, PolicyEffect } from '../../lib/model.ts'
import { asChange, money } from './figures.ts'
import { tried } from './told.tsx'

const WAIT_S = 1
const TIMES_MAX = 60 // the past of a large company is read within a minute

export type Measure = EffectMeasure['measure']
export interface Measuring { effect: PolicyEffect | null; problem: Problem | null; reading: boolean }

const known = signal<ReadonlyMap<number, Measuring>>(new Map())
const put = (version: number, is: Measuring) => { known.value = new Map(known.value).set(version, is) }

const pause = (ms: number, signal: AbortSignal) => new Promise<void>(resolve => {
  const timer = setTimeout(resolve, ms)
  signal.addEventListener('abort', () => { clearTimeout(timer); resolve() }, { once: true })
})

async function readOne(version: number, abort: AbortSignal): Promise<void> {
  for (let times = 0; times < TIMES_MAX && !abort.aborted; times += 1) {
    const found = await tried(() => call('policyEffect', { path: { n: String(version) }, signal: abort, wait: false, timeout: 60000 })).catch(error => {
      if (!abort.aborted) throw error
      return null
    })
    if (found === null) return
    if (!(found instanceof Problem)) return put(version, { effect: found, problem: null, reading: false })
    if (found.status !== 503) return put(version, { effect: null, problem: found, reading: false })
    put(version, { effect: known.peek().get(version)?.effect ?? null, problem: null, reading: true })
    await pause((found.retryAfter ?? WAIT_S) * 1000, abort)
  }
}

async function readAll(versions: readonly number[], abort: AbortSignal): Promise<void> {
  for (const version of versions) if (!abort.aborted) await readOne(version, abort)
}

/** What is known of them; read again when `turn` is another. */
export function useEffects(versions: readonly number[], turn: unknown): ReadonlySignal<ReadonlyMap<number, Measuring>> {
  useEffect(() => {
    const own = new AbortController()
    void readAll(versions, own.signal)
    return () => own.abort()
  }, [versions.join(), turn])
  return known
}

// --- figures ---

const signed = (value: number, digits: number, sign: boolean) => new Intl.NumberFormat(lang.value, { minimumFractionDigits: digits, maximumFractionDigits: digits, signDisplay: sign ? 'exceptZero' : 'auto' }).format(value).replace('-', '−')

/** A figure of a measure: "71.2 %", "38.4 s", "$8.10". */
export function figure(measure: Measure, value: string | number): string {
  if (measure === 'cost_per_case') return money(String(value))
  if (measure === 'granted_at_once' || measure === 'rating') return new Intl.NumberFormat(lang.value, { style: 'percent', minimumFractionDigits: 1, maximumFractionDigits: 1 }).format(Number(value))
  return `${signed(Number(value), 1, false)} s`
}

/** How much it changed by: "+2.9 points", "−0.4 s", "+$0.53". */
export function change(t: Translate<KeyOf<'policy'> | KeyOf<'common'>>, measure: Measure, value: string | number): string {
  if (measure === 'cost_per_case') return asChange(String(value))
  if (measure === 'granted_at_once' || measure === 'rating') return t('policy.effect.points', { n: signed(Number(value) * 100, 1, true) })
  return `${signed(Number(value), 1, true)} s`
}

/** "1.10 a case, 6.1 points at once": the smallest changes that would show; empty: none. */
export function useLeast(): (least: EffectLeast) => string {
  const t = useT('policy')
  return least => {
    const parts = [
      least.rating !== undefined && t('policy.effect.least.rating', { n: figure('rating', least.rating) }),
      least.granted_at_once !== undefined && t('policy.effect.least.once', { n: signed(Number(least.granted_at_once) * 100, 1, false) }),
      least.cost_per_case !== undefined && t('policy.effect.least.cost', { n: money(least.cost_per_case) }),
      least.time_to_authority !== undefined && t('policy.effect.least.wait', { n: figure('time_to_authority', least.time_to_authority) }),
    ].filter(part => part !== false)
    return new Intl.ListFormat(lang.value, { type: 'disjunction' }).format(parts)
  }
}

/** Of the changes that show those that can come about: a share moves within 1, cost and waiting fall to nothing at most. */
export function visible({ least, now }: { least: EffectLeast; now: EffectLeast }): EffectLeast {
  const share = Number(now.granted_at_once ?? 0)
  const fits = (smallest: string | number | undefined, most: number) => smallest !== undefined && Number(smallest) <= most
  return {
    ...(least.rating !== undefined && fits(least.rating, 1) && { rating: least.rating }),
    ...(least.granted_at_once !== undefined && fits(least.granted_at_once, Math.max(share, 1 - share)) && { granted_at_once: least.granted_at_once }),
    ...(least.cost_per_case !== undefined && fits(least.cost_per_case, Number(now.cost_per_case ?? 0)) && { cost_per_case: least.cost_per_case }),
    ...(least.time_to_authority !== undefined && fits(least.time_to_authority, Number(now.time_to_authority ?? 0)) && { time_to_authority: least.time_to_authority }),
  }
}

const MAIN: readonly Measure[] = ['rating', 'granted_at_once', 'cost_per_case', 'time_to_authority']
export type Told = EffectMeasure & { change: string | number; low: string | number; high: string | number }

/** Those of which an interval is known, the one that is drawn first: what moved, ratings before all else; then what it is too early to
 *  say of, ratings last, for they are few and their interval is the widest. */
export function toldOf(effect: PolicyEffect): Told[] {
  const told = MAIN.flatMap(name => effect.measures.filter((one): one is Told => one.measure === name && one.change !== undefined && one.low !== undefined && one.high !== undefined))
  const open = told.filter(one => one.says === 'nothing')
  return [...told.filter(one => one.says !== 'nothing'), ...open.filter(one => one.measure !== 'rating'), ...open.filter(one => one.measure === 'rating')]
}

/** The verdict in words, and how it is coloured. */
export function verdictOf(effect: PolicyEffect): { key: KeyOf<'policy'>; tone: 'can-t' | 'warn-t' | 'bad-t' | 'f' } {
  if (effect.since === undefined) return { key: 'policy.effect.v.none', tone: 'f' }
  if (effect.days_before === 0) return { key: 'policy.effect.v.first', tone: 'f' }
  const tones = { worked: 'can-t', cost_only: 'warn-t', mixed: 'warn-t', worse: 'bad-t', too_early: 'f', too_few_teams: 'f' } as const
  return { key: `policy.effect.v.${effect.verdict}`, tone: tones[effect.verdict] }
}
