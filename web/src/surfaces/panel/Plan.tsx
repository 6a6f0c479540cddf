// The plan beside a case: one quiet line that opens to six steps. Each tick is saved as it is made, through the outbox: without a
// line it is kept here and goes once. In practice nothing is sent.
import { signal, useSignal, type ReadonlySignal, type Signal } from '@preact/signals'
import { useEffect, useId, useMemo, useRef } from 'preact/hooks'
import type { CasePlan, Plan as Whole, PlanStep, PlanTick } from '../../lib/api-types.ts'
import { call, Problem } from '../../lib/api.ts'
import { lang, useT } from '../../lib/i18n.ts'
import { kept, send } from '../../lib/outbox.ts'
import { resource, useResource } from '../../lib/resource.ts'
import { Check, Icon, PlanStep as Shown, Select } from '../../ui/index.ts'
import { terms } from './terms.ts'

export type StepName = PlanStep['step']
export interface PlanProps { id: string; reason: Signal<string>; practice?: boolean }

/** What stands after the acts that are still on their way. */
export interface Stands { done: ReadonlySet<StepName>; cause: string; need: string }

export function standing(plan: CasePlan, acts: readonly PlanTick[]): Stands {
  const done = new Set(plan.ticked.map((one) => one.step))
  let [cause, need] = [plan.found.cause?.id ?? '', plan.found.need?.id ?? '']
  for (const act of acts) {
    if (act.step) done[act.done === false ? 'delete' : 'add'](act.step)
    cause = act.cause ?? cause
    need = act.need ?? need
  }
  return { done, cause, need }
}

/** Of cases that were looked at before: what is shown when the line is down. */
const seen = new Map<string, CasePlan>()

async function read(id: string, reason: string, practice: boolean, abort: AbortSignal): Promise<CasePlan | null> {
  try {
    if (practice) return { case: id, done: 0, of: 6, ticked: [], found: {}, plan: (await call('getPlan', { path: { plan: reason ? `cause:${reason}` : 'general' }, query: { lang: lang.value }, signal: abort })).whole! }
    const found = await call('getCasePlan', { path: { id }, query: { lang: lang.value, ...(reason && { cause: reason }) }, signal: abort })
    seen.set(id, found)
    return found
  } catch (problem) {
    if (problem instanceof Problem && (problem.kind === 'not-found' || problem.kind === 'forbidden')) return null
    throw problem
  }
}

interface Acts { list: ReadonlySignal<readonly PlanTick[]>; fault: ReadonlySignal<Problem | null>; say: (body: PlanTick, says: string) => void }

// Acts of this page that have no answer yet; in practice all of them, for ever. Those that an earlier page left in the outbox come first.
function useActs(id: string, practice: boolean, answered: (reply: Partial<CasePlan>, body: PlanTick) => void): Acts {
  return useMemo(() => {
    const list = signal<readonly PlanTick[]>([])
    const fault = signal<Problem | null>(null)
    const say = (body: PlanTick, says: string): void => {
      list.value = [...list.value, body]
      fault.value = null
      if (practice) return
      const end = (): void => { list.value = list.value.filter((one) => one !== body) }
      send({ op: 'tickPlan', path: { id }, body, says }).then((reply) => { answered(reply, body); end() }, (problem: unknown) => {
        if (!(problem instanceof Problem)) throw problem
        fault.value = problem
        end()
      })
    }
    return { list, fault, say }
  }, [id])
}

export function Plan({ id, reason, practice = false }: PlanProps) {
  const t = useT('plan')
  const chosen = useSignal('') // in practice: the cause that was found
  const about = (practice && chosen.value) || reason.value
  const before = practice ? undefined : seen.get(id)
  const is = useResource(() => resource((abort) => read(id, about, practice, abort), { kinds: practice ? [] : ['decision'], when: (e) => e.body.case === id || e.body.request?.case === id, ...(before && { initial: before }) }), [id, about, lang.value])
  useEffect(() => { if (before) void is.refresh() }, [is])
  const latest = useRef(is) // another reason makes another reading; an answer goes to the one that is shown
  latest.current = is
  const acts = useActs(id, practice, (reply, body) => {
    latest.current.set((old) => old && { ...old, ...reply })
    if (body.cause !== undefined || latest.current.loading.peek()) void latest.current.refresh()
  })
  const plan = is.data.value
  if (!plan) return null
  const left = practice ? [] : kept.value.filter((act) => act.op === 'tickPlan' && act.path?.['id'] === id).map((act) => act.body as PlanTick)
  const stands = standing(plan, [...left, ...acts.list.value])
  const values = { done: stands.done.size, of: plan.of }
  return (
    <details class="pn-sec more pn-plan">
      <summary>{plan.plan.label ? t('plan.row', { ...values, cause: plan.plan.label }) : t('plan.row.any', values)}</summary>
      <Steps plan={plan.plan} stands={stands} say={acts.say} found={(cause) => { chosen.value = cause; if (reason.peek() === '') reason.value = cause }} />
      {acts.fault.value && <p class="fault" role="status">{t('plan.failed', { why: acts.fault.value.detail || acts.fault.value.title })}</p>}
      {practice ? <p class="t12 f mt4">{t('plan.practice')}</p> : plan.plan.steps.every((step) => step.from === 'built_in') && <p class="t12 f mt4">{t('plan.brought')}</p>}
    </details>
  )
}

interface StepsProps { plan: Whole; stands: Stands; say: Acts['say']; found: (cause: string) => void }

// The step that comes next is open; any other can be opened and closed.
function Steps({ plan, stands, say, found }: StepsProps) {
  const opened = useSignal<ReadonlyMap<StepName, boolean>>(new Map())
  const next = plan.steps.find((one) => !stands.done.has(one.step))?.step
  return (
    <ol class="pl">
      {plan.steps.map((step) => {
        const open = opened.value.get(step.step) ?? step.step === next
        return <Step key={step.step} step={step} plan={plan} stands={stands} say={say} found={found} open={open} turn={() => { opened.value = new Map(opened.value).set(step.step, !open) }} />
      })}
    </ol>
  )
}

function Step({ step, plan, stands, say, found, open, turn }: StepsProps & { step: PlanStep; open: boolean; turn: () => void }) {
  const t = useT('plan')
  const id = useId()
  const title = t(`plan.step.${step.step}`)
  const done = stands.done.has(step.step)
  const ticked = useMemo(() => signal(done), [])
  useEffect(() => { ticked.value = done }, [done])
  const tick = (): void => say({ step: step.step, done: !done }, t(done ? 'plan.says.untick' : 'plan.says.tick', { step: title }))
  return (
    <li>
      <div class="row">
        <Check label={title} value={ticked} onChange={tick} /><span class="sp" />
        <button type="button" class="btn quiet xs" aria-expanded={open} aria-controls={id} aria-label={t('plan.open', { step: title })} onClick={turn}><Icon name={open ? 'down' : 'right'} small /></button>
      </div>
      <div id={id} hidden={!open}>{open && <><Shown text={step.text} questions={step.questions} ask={t('plan.ask')} /><Word step={step.step} plan={plan} stands={stands} say={say} found={found} /></>}</div>
    </li>
  )
}

// The cause and the need are words of shared lists; who finds one has done the step.
function Word({ step, plan, stands, say, found }: StepsProps & { step: StepName }) {
  const t = useT('plan')
  const is = step === 'find_cause' ? stands.cause : stands.need
  const value = useMemo(() => signal(is), [])
  useEffect(() => { value.value = is }, [is])
  if (step !== 'find_cause' && step !== 'find_need') return null
  const words = step === 'find_cause' ? (terms.value?.reasons ?? []).map((one) => ({ value: one.name, text: one.label })) : plan.needs.map((one) => ({ value: one.id, text: one.label }))
  const take = (): void => {
    const what = words.find((one) => one.value === value.value)?.text ?? t('plan.unsaid')
    const word = step === 'find_cause' ? { cause: value.value } : { need: value.value }
    say({ ...word, ...(value.value !== '' && { step, done: true }) }, t(step === 'find_cause' ? 'plan.says.cause' : 'plan.says.need', { what }))
    if (step === 'find_cause') found(value.value)
  }
  return <div class="mt4"><Select label={t(step === 'find_cause' ? 'plan.cause' : 'plan.need')} value={value} options={[{ value: '', text: t('plan.unsaid') }, ...words]} onChange={take} /></div>
}
