// Versions that some teams have first, while they run: who has them, for how long yet, what they did so far; kept, ended or given
// more time from here.
import { signal, useSignal, type Signal } from '@preact/signals'
import { useMemo } from 'preact/hooks'
import { call, Problem } from '../../lib/api.ts'
import { lang, useT } from '../../lib/i18n.ts'
import type { Trial } from '../../lib/model.ts'
import { resource, useResource, type Resource } from '../../lib/resource.ts'
import { at, day, now, when } from '../../lib/time.ts'
import { may } from '../../shell/rights.ts'
import { Button, Check, Dialog, Icon, Note, Select, Tag, TextArea, toast } from '../../ui/index.ts'
import { useEffects, verdictOf } from './effect.ts'
import { money, shortPath } from './figures.ts'
import { Measured } from './Measured.tsx'
import { Power } from './Power.tsx'
import { Told, tried } from './told.tsx'

const DAY_MS = 86_400_000
const LISTED = 100

export function useTrials(): Resource<Trial[]> {
  return useResource(() => resource(async abort => (await call('listTrials', { query: { limit: LISTED }, signal: abort })).items, { kinds: ['policy.*'] }), [])
}

export const running = (trials: readonly Trial[] | undefined): Trial[] => (trials ?? []).filter(one => one.state === 'running')

/** Cards of those that run; of one version alone when that is read. */
export function Trials({ trials, version }: { trials: readonly Trial[]; version?: number }) {
  const shown = running(trials).filter(one => version === undefined || one.version === version)
  return <>{shown.map(one => <Card key={one.id} trial={one} others={running(trials).length - 1} />)}</>
}

type Act = 'keep' | 'longer' | 'end'

function Card({ trial, others }: { trial: Trial; others: number }) {
  const t = useT('policy')
  const act = useSignal<Act | null>(null)
  const effect = useEffects([], null).value.get(trial.version)?.effect
  const left = Math.max(0, Math.ceil((at(trial.until) - now.value) / DAY_MS))
  return <section class="card tri" aria-label={t('policy.trial.title', { n: trial.version })}>
    <div class="hd"><h3>{t('policy.trial.title', { n: trial.version })}</h3><Tag tone="ask">{t('policy.trial.left', { n: left })}</Tag><span class="t12 f">{t('policy.trial.until', { at: when(at(trial.until), lang.value) })}</span><span class="sp" />
      {may('CHANGE_POLICY', 'all') && <div class="row wrap"><Button size="sm" kind="quiet" onClick={() => { act.value = 'end' }}>{t('policy.trial.end')}</Button><Button size="sm" onClick={() => { act.value = 'longer' }}>{t('policy.trial.longer')}</Button>
        <Button size="sm" kind="pri" onClick={() => { act.value = 'keep' }}>{t('policy.trial.keep')}</Button></div>}</div>
    <div class="tri-b">
      <dl class="tri-f">
        <dt>{t('policy.trial.teams')}</dt><dd>{trial.teams.join(', ')}{trial.share !== undefined && <span class="f"> {t('policy.trial.drawn')}</span>}</dd>
        {trial.note && <><dt>{t('policy.trial.why')}</dt><dd>{trial.note}</dd></>}
        <dt>{t('policy.trial.changes')}</dt><dd lang="en">{trial.changes.map(shortPath).join(', ')}</dd>
        {effect?.decided && <><dt>{t('policy.trial.decided')}</dt><dd>{t('policy.trial.decided.n', { n: effect.decided.new, version: trial.version, m: effect.decided.kept, base: trial.base })}</dd></>}
        {trial.stops?.cost_a_day !== undefined && <><dt>{t('policy.trial.stop')}</dt><dd>{t('policy.trial.stop.of', { most: money(trial.stops.cost_a_day) })}{trial.day?.from !== undefined && <> {t('policy.trial.stop.day', { n: money(trial.day.cost), at: day(at(trial.day.from), lang.value) })}</>}</dd></>}
      </dl>
      <Measured version={trial.version} turn={trial.until} />
    </div>
    {act.value === 'longer' && <Longer trial={trial} close={() => { act.value = null }} />}
    {(act.value === 'keep' || act.value === 'end') && <Finish trial={trial} keeps={act.value === 'keep'} others={others} close={() => { act.value = null }} />}
  </section>
}

const opened = (close: () => void): Signal<boolean> => {
  const open = signal(true)
  open.subscribe(is => { if (!is) close() })
  return open
}

function Finish({ trial, keeps, others, close }: { trial: Trial; keeps: boolean; others: number; close: () => void }) {
  const t = useT('policy')
  const state = useMemo(() => ({ open: opened(close), note: signal(''), ends: signal(false), problem: signal<Problem | null>(null), busy: signal(false) }), [])
  const effect = useEffects([], null).value.get(trial.version)?.effect
  const send = async () => {
    state.busy.value = true
    const note = state.note.value.trim()
    const body = { ...(note !== '' && { note }), ...(keeps && state.ends.value && { ends_trials: true }) }
    const answer = await tried(() => call(keeps ? 'keepTrial' : 'endTrial', { path: { id: trial.id }, body }))
    state.busy.value = false
    state.problem.value = answer instanceof Problem ? answer : null
    if (answer instanceof Problem) return
    state.open.value = false
    toast({ says: t(keeps ? 'policy.trial.kept' : 'policy.trial.ended', { n: keeps ? trial.version : trial.base }) })
  }
  return <Dialog open={state.open} title={t(keeps ? 'policy.trial.keep.title' : 'policy.trial.end.title', { n: trial.version })} footer={<><Button kind="quiet" onClick={() => { state.open.value = false }}>{t('policy.stay')}</Button>
    <Button kind="pri" busy={state.busy.value ? t('policy.trial.busy') : undefined} onClick={() => void send()}>{t(keeps ? 'policy.trial.keep.do' : 'policy.trial.end.do')}</Button></>}>
    <p class="t13">{t(keeps ? 'policy.trial.keep.text' : 'policy.trial.end.text', { n: trial.version, base: trial.base })}</p>
    {keeps && effect && effect.verdict !== 'worked' && <Note kind="warn">{t('policy.trial.keep.unsure', { words: t(verdictOf(effect).key) })}</Note>}
    <TextArea name="note" label={t('policy.trial.note')} value={state.note} rows={2} hint={t('policy.publish.hint')} />
    {keeps && others > 0 && <Check label={t('policy.trial.keep.others', { n: others })} value={state.ends} />}
    {state.problem.value && <Told problem={state.problem.value} />}
  </Dialog>
}

const LONGER = [7, 14, 28, 56]

function Longer({ trial, close }: { trial: Trial; close: () => void }) {
  const t = useT('policy')
  const state = useMemo(() => ({ open: opened(close), days: signal('14'), problem: signal<Problem | null>(null), busy: signal(false) }), [])
  const end = at(trial.until) + Number(state.days.value) * DAY_MS
  const days = Math.floor((end - at(trial.from)) / DAY_MS)
  const send = async () => {
    state.busy.value = true
    const answer = await tried(() => call('extendTrial', { path: { id: trial.id }, body: { until: new Date(end).toISOString() } }))
    state.busy.value = false
    state.problem.value = answer instanceof Problem ? answer : null
    if (answer instanceof Problem) return
    state.open.value = false
    toast({ says: t('policy.trial.longer.done', { at: day(end, lang.value) }) })
  }
  return <Dialog open={state.open} title={t('policy.trial.longer.title', { n: trial.version })} footer={<><Button kind="quiet" onClick={() => { state.open.value = false }}>{t('policy.stay')}</Button>
    <Button kind="pri" busy={state.busy.value ? t('policy.trial.busy') : undefined} onClick={() => void send()}><Icon name="clock" small />{t('policy.trial.longer.do', { at: day(end, lang.value) })}</Button></>}>
    <p class="t13">{t('policy.trial.longer.text')}</p>
    <Select name="days" label={t('policy.trial.longer.by')} value={state.days} options={LONGER.map(n => ({ value: String(n), text: t('policy.trial.days', { n }) }))} />
    <Power teams={trial.teams} days={Math.min(366, days)} />
    {state.problem.value && <Told problem={state.problem.value} />}
  </Dialog>
}
