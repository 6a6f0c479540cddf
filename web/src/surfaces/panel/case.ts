// One case that is open in the panel: what is read of it, what the agent has begun, and the acts.
//
// All of it is asked for at once; the options are shown as soon as they are there, whatever the rest takes. What the host says
// (customer, reason, channel) is a hint: what the server does not accept of it is left out, and the options are asked for again.
import { computed, effect, signal, untracked, type ReadonlySignal, type Signal } from '@preact/signals'
import { call, newKey, Problem, type CallOptions, type Op } from '../../lib/api.ts'
import type { Fault as FieldFault } from '../../ui/Field.tsx'
import type { Hint } from '../../lib/frame.ts'
import { on, type LwEvent } from '../../lib/live.ts'
import { wire, type Money } from '../../lib/money.ts'
import type { Approval, Budget, Case, CaseOwner, Decision, DecisionRecord, Evidence, Options, OptionsRequest, Refused, Request } from '../../lib/model.ts'
import { kept, send, type Next } from '../../lib/outbox.ts'
import { resource, type Resource } from '../../lib/resource.ts'
import { may } from '../../shell/rights.ts'
import { isTexts, stored } from '../../lib/store.ts'
import { at, serverNow } from '../../lib/time.ts'
import type { Done, DoneState, Fault, Remedy, Step } from './model.ts'
import { amountOf, answeredOf, nested, rowsOf } from './reduce.ts'
import { terms } from './terms.ts'
import { wordsOf } from './words.ts'

export interface Host {
  me: string
  currency: string
  undoSeconds: number
  hint: ReadonlySignal<Hint>
}

/** What the agent wrote into the form: kept while the case is open, also when the form is left. */
export interface Form {
  amount: Signal<Money | null>
  note: Signal<string>
  evidence: Signal<string>
  faults: Signal<Record<string, FieldFault>>
}

/** How long what a person approves waits for the agent. */
const WAITS = '4h'

/** For how many rows the evidence is looked up before anything is opened. */
const EVIDENCE_ROWS = 4

/** Answers that were seen and put aside; all panels of the person know. */
const dismissed = stored<string[]>('panel-dismissed', [], isTexts)

function absent<T>(load: Promise<T>): Promise<T | null> {
  return load.catch((problem: unknown) => {
    if (problem instanceof Problem && (problem.kind === 'not-found' || problem.kind === 'forbidden')) return null
    throw problem
  })
}

function remembered(key: string): string {
  try {
    return sessionStorage.getItem(key) ?? ''
  } catch {
    return ''
  }
}

function remember(key: string, value: string): void {
  try {
    sessionStorage.setItem(key, value)
  } catch {
    // Storage may be off in a frame: then it is chosen again next time.
  }
}

export type CaseStore = ReturnType<typeof caseStore>

export function caseStore(id: string, host: Host) {
  const me = host.me
  const reasonKey = `lw-panel-reason:${me}:${id}`
  const reason = signal(host.hint.value.reason ?? remembered(reasonKey))
  const facts = signal<Record<string, unknown>>({})
  const step = signal<Step>({ at: 'list' })
  const form: Form = { amount: signal(null), note: signal(''), evidence: signal(''), faults: signal({}) }
  const touched = signal(false) // the amount is the agent's own by now
  const busy = signal<string | null>(null)
  const fault = signal<Fault | null>(null)
  const beyond = signal<Refused | null>(null)
  const dones = signal<Done[]>([]) // what was just given, newest first; the held ones can still be taken back
  const shrunk = signal(false)
  const evidence = signal<ReadonlyMap<string, Evidence>>(new Map())
  const answer = signal<DecisionRecord | null>(null)
  const ends: (() => void)[] = []
  const looking = new Set<string>() // evidence that was asked for
  const left = new Set<string>() // hints that the server did not take
  let alive = true
  let said = reason.value

  // --- what the request says ---

  const hinted = (name: 'customer' | 'reason' | 'channel', value: string | undefined): Record<string, string> =>
    value && !left.has(name) ? { [name]: value } : {}

  function about(): Omit<OptionsRequest, 'detail'> {
    const customer = record.data.value?.customer ? undefined : host.hint.value.customer
    return {
      case: id,
      ...hinted('customer', customer), ...hinted('reason', reason.value), ...hinted('channel', record.data.value?.channel ? undefined : host.hint.value.channel),
      ...(Object.keys(facts.value).length !== 0 && { facts: nested(facts.value) }),
    }
  }

  async function readOptions(abort: AbortSignal): Promise<Options> {
    const ask = (): Promise<Options> => call('options', { body: { ...about(), detail: true }, signal: abort })
    try {
      return await ask()
    } catch (problem) {
      const names = problem instanceof Problem ? problem.errors.map((error) => error.at) : []
      const wrong = ['customer', 'reason', 'channel'].filter((name) => names.includes(name) && !left.has(name))
      if (wrong.length === 0) throw problem
      for (const name of wrong) left.add(name)
      if (wrong.includes('reason')) reason.value = said = ''
      return ask()
    }
  }

  // --- what is read ---

  const mine = (e: LwEvent): boolean => e.body.agent === me || e.body.request?.agent === me || e.actor === me
  const ofCase = (e: LwEvent): boolean => e.body.case === id
  const ofMe = (e: LwEvent): boolean => e.body.person === me

  let whose: Promise<CaseOwner | null> = Promise.resolve(null)
  const owner: Resource<CaseOwner | null> = resource((abort) => (whose = absent(call('getCaseOwner', { path: { id }, signal: abort }))), {
    kinds: ['case.*', 'presence.changed'], when: (e) => ofCase(e) || e.body.person === owner.data.value?.owner?.person,
  })
  /** The case itself, if it is one that this person may read: who has it says so, and nobody is asked in vain. */
  const record: Resource<Case | null> = resource(async (abort) => {
    const has = await whose.catch(() => null)
    const mine = has?.owner?.person === me || may('SEE_DECISIONS', 'team')
    return has && mine ? absent(call('getCase', { path: { id }, signal: abort })) : null
  }, { kinds: ['case.*'], when: ofCase })
  const options: Resource<Options> = resource(readOptions, {
    kinds: ['decision', 'hold.*', 'decision.reversed', 'approval.*', 'case.*', 'policy.*', 'person.changed', 'presence.changed'],
    when: (e) => e.kind.startsWith('policy.') || e.kind === 'presence.changed' || mine(e) || ofCase(e) || ofMe(e),
  })
  const budgets: Resource<Budget[]> = resource((abort) => call('listBudgets', { signal: abort }).then((page) => page.items), {
    kinds: ['decision', 'hold.*', 'decision.reversed', 'policy.*', 'person.changed'], when: (e) => e.kind.startsWith('policy.') || mine(e) || ofMe(e),
  })
  const asks: Resource<Approval[]> = resource(
    (abort) => call('listApprovals', { query: { for: 'mine', case: id, limit: 10 }, signal: abort }).then((page) => page.items),
    { kinds: ['approval.*'], when: mine, quiet: 0 },
  )

  /** A case may have been left and opened again while something can still be taken back. */
  async function readRecent(): Promise<void> {
    const page = await absent(call('listDecisions', { query: { case: id, agent: me, limit: 5 } }))
    for (const row of page?.items.filter((one) => one.state === 'held' && one.approval === undefined) ?? []) {
      const record = await absent(call('getDecision', { path: { id: row.id } }))
      if (alive && record && endsItself(record) && !dones.value.some((one) => one.decision === record.id)) dones.value = [...dones.value, doneOf(record)]
    }
  }

  const endsItself = (record: DecisionRecord): boolean => record.state === 'held' && record.hold?.then === 'confirm' && at(record.hold.until) > serverNow()
  const labelOf = (action: string): string =>
    terms.value?.actions.find((one) => one.name === action)?.label ?? rowsOf(options.data.value, host.currency).find((row) => row.action === action)?.label ?? wordsOf(action)

  function doneOf(record: DecisionRecord): Done {
    const amount = 'amount' in record ? record.amount : undefined
    return {
      decision: record.id, action: record.action, label: labelOf(record.action), amount: amountOf(amount, host.currency), at: at(record.at),
      until: at(record.hold!.until), state: 'held', then: 'then' in record ? record.then : [],
    }
  }

  async function readEvidence(row: Remedy): Promise<void> {
    const of = reason.value
    const key = `${of} ${row.action}`
    if (looking.has(key)) return
    looking.add(key)
    const found = await call('evidence', { query: { action: row.action, reason: of || undefined } }).catch(() => null)
    if (!found) looking.delete(key)
    else if (alive && of === reason.value) evidence.value = new Map(evidence.value).set(row.action, found)
  }

  /** The decision that came of the newest answer: whether it waits for the agent, and until when. */
  async function readAnswer(approval: Approval | undefined): Promise<void> {
    const decision = approval?.answer?.decision
    if (decision === undefined || answer.value?.id === decision) return
    const found = await absent(call('getDecision', { path: { id: decision } })).catch(() => null)
    if (alive && found) answer.value = found
  }

  ends.push(
    effect(() => {
      const rows = rowsOf(options.data.value, host.currency)
      untracked(() => rows.filter((one) => one.option).slice(0, EVIDENCE_ROWS).forEach((row) => void readEvidence(row)))
    }),
    effect(() => {
      const approval = answeredOf(asks.data.value ?? [], new Set(dismissed.value), serverNow())
      untracked(() => void readAnswer(approval))
    }),
    on(['hold.*', 'decision.reversed'], (e) => moved(e)),
    reason.subscribe((next) => untracked(() => reasoned(next))),
  )
  void readRecent().catch(() => {})

  function reasoned(next: string): void {
    if (next === said) return
    said = next
    left.delete('reason')
    remember(reasonKey, next)
    evidence.value = new Map()
    void options.refresh()
  }

  // --- what goes on by itself ---

  const states: Record<string, DoneState> = { 'hold.confirmed': 'final', 'hold.released': 'released', 'hold.lapsed': 'lapsed', 'decision.reversed': 'reversed' }

  function moved(e: LwEvent): void {
    const state = states[e.kind]
    if (state) mark(e.body.decision, state)
    if (answer.value?.id === e.body.decision) void call('getDecision', { path: { id: answer.value!.id } }).then((found) => (answer.value = found), () => {})
  }

  function mark(decision: string, state: DoneState): void {
    dones.value = dones.value.map((one) => (one.decision === decision ? { ...one, state } : one))
  }

  // --- acts ---

  /** Runs an act; what goes wrong becomes a screen of its own, or a word beside the field it is about. */
  async function act<T>(kind: Fault['act'], says: string, run: () => Promise<T>): Promise<T | undefined> {
    busy.value = says
    fault.value = null
    form.faults.value = {}
    try {
      return await run()
    } catch (error) {
      if (!alive) return undefined
      const problem = error instanceof Problem ? error : unforeseen(error)
      const fields = Object.fromEntries(problem.errors.filter(({ at: place }) => /^(amount|note|evidence)\b/.test(place)).map(({ at: place, message }) => [place.split(/[.[]/)[0]!, { says: message, lang: 'en' as const }]))
      if (step.value.at === 'give' && Object.keys(fields).length !== 0) form.faults.value = fields
      else fault.value = { act: kind, problem }
      void options.refresh()
      return undefined
    } finally {
      busy.value = null
    }
  }

  function unforeseen(error: unknown): never {
    throw error // a mistake of ours: the console's own handler shows it
  }

  /** Sends through the outbox. If the line is down the form gives way to "kept here, goes once". */
  function sent<O extends Op>(op: O, body: unknown, says: string, path?: CallOptions['path'], key = newKey(), next?: Next): ReturnType<typeof call<O>> {
    const end = effect(() => {
      if (kept.value.some((one) => one.id === key)) {
        step.value = { at: 'list' }
        busy.value = null
      }
    })
    return send({ op, body, says, key, ...(path && { path }), ...(next && { next }) }).finally(end)
  }

  function request(row: Remedy, amount: Money | null): Request {
    const needs = row.option?.needs ?? []
    const note = form.note.value.trim()
    const links = form.evidence.value.split(/\s+/).filter(Boolean)
    return {
      ...about(), action: row.action,
      ...(amount && { amount: wire(amount) }),
      ...(note && needs.includes('note') && { note }),
      ...(links.length !== 0 && needs.includes('evidence') && { evidence: links }),
      ...(host.undoSeconds > 0 && { undo: `${host.undoSeconds}s` }),
    } as Request
  }

  /** What can't be taken back any more makes room; what can stays, with its clock. */
  function add(next: Done): void {
    dones.value = [next, ...dones.value.filter((one) => one.state === 'held')]
  }

  function granted(row: Remedy, amount: Money | null, decision: Extract<Decision, { verdict: 'granted' }>): void {
    const hold = decision.hold
    add({
      decision: decision.id, action: row.action, label: row.label, amount, at: at(decision.at),
      until: hold?.then === 'confirm' ? at(hold.until) : null, state: hold ? 'held' : 'final', then: decision.then,
    })
    step.value = { at: 'list' }
    form.amount.value = null
    form.note.value = ''
    form.evidence.value = ''
    void options.refresh()
  }

  /** A question as it is sent: the decision, and behind it the ask. Nothing of it is lost when the page closes in between. */
  function asking(row: Remedy, amount: Money | null) {
    const note = form.note.value.trim()
    const links = form.evidence.value.split(/\s+/).filter(Boolean)
    const next: Next = { op: 'ask', key: newKey(), body: { ...(note && { note }), ...(links.length !== 0 && { evidence: links }), hold: WAITS } }
    return { key: newKey(), body: request(row, amount), next }
  }

  async function decide(row: Remedy, amount: Money | null, says: string, plan: { key: string; body: Request; next?: Next } = { key: newKey(), body: request(row, amount) }): Promise<Decision> {
    const decision = await sent('decide', plan.body, says, undefined, plan.key, plan.next)
    if (decision.verdict === 'granted') granted(row, amount, decision)
    if (decision.verdict === 'refused') {
      beyond.value = decision
      step.value = { at: 'list' }
      void options.refresh()
    }
    return decision
  }

  async function give(row: Remedy, amount: Money | null, says: string): Promise<void> {
    await act('give', says, async () => {
      const decision = await decide(row, amount, says)
      if (decision.verdict !== 'ask') return
      shrunk.value = true // the room was larger a moment ago: the same form now asks
      await options.refresh()
    })
  }

  /** Decides and asks. If the room has grown meanwhile it is simply given. */
  async function askOne(row: Remedy, amount: Money | null, says: string, plan = asking(row, amount)): Promise<void> {
    const decision = await decide(row, amount, says, plan)
    if (decision.verdict !== 'ask' && !(decision.verdict === 'refused' && decision.route)) return
    await sent('ask', plan.next.body, says, { id: decision.id }, plan.next.key)
    beyond.value = null
    step.value = { at: 'list' }
    form.amount.value = null
    await asks.refresh()
  }

  const ask = (row: Remedy, amount: Money | null, says: string): Promise<void> => act('ask', says, () => askOne(row, amount, says)).then(() => {})

  /** The own part at once, the rest asked for. */
  async function split(row: Remedy, own: Money, rest: Money, says: string): Promise<void> {
    await act('ask', says, async () => {
      const then = asking(row, rest)
      const decision = await decide(row, own, says, { key: newKey(), body: request(row, own), next: { op: 'decide', ...then } })
      if (decision.verdict === 'granted') await askOne(row, rest, says, then)
    })
  }

  const undo = (done: Done, says: string): Promise<void> => act('undo', says, async () => {
    await sent('releaseHold', {}, says, { id: done.decision })
    mark(done.decision, 'released')
    void options.refresh()
  }).then(() => {})

  const reverse = (done: Done, why: string, says: string): Promise<boolean> => act('reverse', says, async () => {
    await call('reverseDecision', { path: { id: done.decision }, body: { reason: why } })
    mark(done.decision, 'reversed')
    void options.refresh()
    return true
  }).then((ok) => ok === true)

  const withdraw = (approval: Approval, says: string): Promise<void> => act('withdraw', says, async () => {
    await sent('withdraw', {}, says, { id: approval.id })
    await asks.refresh()
  }).then(() => {})

  const nudge = (approval: Approval, says: string): Promise<void> => act('nudge', says, async () => {
    await sent('nudge', {}, says, { id: approval.id })
    await asks.refresh()
  }).then(() => {})

  function dismiss(approval: Approval): void {
    dismissed.value = [approval.id, ...dismissed.value.filter((one) => one !== approval.id)].slice(0, 50)
    answer.value = null
    step.value = { at: 'list' }
  }

  const confirm = (approval: Approval, amount: Money | null, label: string, says: string): Promise<void> => act('confirm', says, async () => {
    const decision = approval.answer!.decision!
    const whole = amountOf(approval.answer!.amount ?? approval.amount, host.currency)
    const part = amount && whole && amount.minor < whole.minor ? { amount: wire(amount) } : {}
    await sent('confirmHold', part, says, { id: decision })
    dismiss(approval)
    add({ decision, action: approval.answer!.action ?? approval.action, label, amount: amount ?? whole, at: serverNow(), until: null, state: 'final', then: [] })
    void options.refresh()
  }).then(() => {})

  /** The agent does something else: what was approved goes back to whoever approved it. */
  const letGo = (approval: Approval, says: string): Promise<void> => act('undo', says, async () => {
    if (answer.value?.state === 'held') await sent('releaseHold', {}, says, { id: approval.answer!.decision! })
    dismiss(approval)
    void options.refresh()
  }).then(() => {})

  const message = (note: string, says: string): Promise<boolean> => act('message', says, async () => {
    await call('nudgeCase', { path: { id }, body: note ? { note } : {} })
    await owner.refresh()
    return true
  }).then((ok) => ok === true)

  const take = (note: string, says: string): Promise<boolean> => act('take', says, async () => {
    await call('takeCase', { path: { id }, body: note ? { note } : {} })
    await Promise.all([owner.refresh(), record.refresh()])
    return true
  }).then((ok) => ok === true)

  const handOver = (to: { owner?: string; department?: string }, says: string): Promise<boolean> => act('hand-over', says, async () => {
    await call('changeCase', { path: { id }, body: { owner: to.owner ?? null, ...(to.department && { department: to.department }) } })
    await Promise.all([owner.refresh(), record.refresh()])
    return true
  }).then((ok) => ok === true)

  const open = (says: string): Promise<boolean> => act('open', says, async () => {
    const { customer, channel } = host.hint.value
    await call('openCase', { body: { id, owner: me, ...(customer && { customer }), ...(channel && { channel }) } })
    await Promise.all([owner.refresh(), record.refresh(), options.refresh()])
    return true
  }).then((ok) => ok === true)

  // --- moving about ---

  function start(row: Remedy): void {
    fault.value = null
    beyond.value = null
    shrunk.value = false
    form.faults.value = {}
    form.amount.value = null
    touched.value = false
    dones.value = dones.value.filter((one) => one.state === 'held')
    void readEvidence(row)
    step.value = { at: 'give', key: row.key }
  }

  function back(): void {
    fault.value = null
    beyond.value = null
    shrunk.value = false
    step.value = { at: 'list' }
  }

  function setFact(name: string, value: unknown): void {
    const next = { ...facts.value }
    if (value === undefined || value === '') delete next[name]
    else next[name] = value
    facts.value = next
    void options.refresh()
  }

  /** After the line was down, or by "Try now". */
  async function again(): Promise<void> {
    fault.value = null
    await Promise.all([owner, options, record, budgets, asks].map((one) => one.refresh()))
  }

  function dispose(): void {
    alive = false
    for (const end of ends) end()
    for (const one of [options, record, owner, budgets, asks]) one.dispose()
  }

  return {
    id, reason, facts, step, form, touched, busy, fault, beyond, dones, shrunk, evidence, answer,
    dismissed: computed(() => new Set(dismissed.value)),
    record, options, owner, budgets, asks,
    give, ask, split, undo, reverse, withdraw, nudge, confirm, letGo, dismiss, message, take, handOver, open,
    start, back, setFact, again, dispose,
  }
}
