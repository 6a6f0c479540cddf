// A case for practice: a scenario of a course, a case of one's own, or an invented one. It answers to the panel's components as an
// open case does (case.ts), but all that it ever sends is POST /v1/practice, which leaves nothing behind.
import { signal, type ReadonlySignal, type Signal } from '@preact/signals'
import type { RehearsedAnswer, RichText } from '../../lib/api-types.ts'
import { call, Problem } from '../../lib/api.ts'
import type { AskOption, Case, CaseOwner, Evidence, Options, Refused, Request, Terms } from '../../lib/model.ts'
import { read, wire, type Money } from '../../lib/money.ts'
import { resource, type Resource } from '../../lib/resource.ts'
import { serverNow } from '../../lib/time.ts'
import type { CaseStore, Form, Host } from './case.ts'
import type { Fault, Remedy, Step } from './model.ts'
import { nested } from './reduce.ts'

type Facts = Record<string, unknown>

/** What is practised on. `request`: what every request says; `facts`: those that it begins with, dotted. */
export interface Practised { id: string; request: Partial<Request>; facts: Facts; reason: string; subject?: string; customer?: string; channel?: string; text?: RichText }

/** What an act would have come to. */
export interface Outcome { what: string; amount: Money | null; answer: RehearsedAnswer; ask?: AskOption }

export type PracticeStore = CaseStore & { outcomes: ReadonlySignal<readonly Outcome[]> }

/** Names of what nobody has: budgets may be per case and per customer. */
const MADE_UP = 'made-up'

// --- which case ---

/** {customer: {tenure_days: 4}} as {"customer.tenure_days": 4} */
export function flat(facts: unknown, before = ''): Facts {
  return Object.fromEntries(Object.entries((facts ?? {}) as Facts).flatMap(([key, value]) =>
    value !== null && typeof value === 'object' && !Array.isArray(value) ? Object.entries(flat(value, `${before}${key}.`)) : [[`${before}${key}`, value]]))
}

// An author may write an amount as a plain number; a request says amounts as texts.
function worded(facts: Facts, terms: Terms, currency: string): Facts {
  const amounts = new Set(terms.facts.filter((fact) => fact.type === 'money').map((fact) => fact.name))
  return Object.fromEntries(Object.entries(facts).map(([name, value]) => {
    const found = amounts.has(name) && typeof value === 'number' ? read(String(value), currency, 'en') : value
    return [name, typeof found === 'object' && found !== null && 'minor' in found ? wire(found as Money) : value]
  }))
}

async function ofCourse(course: string, id: string, terms: Terms, currency: string, abort: AbortSignal): Promise<Practised | null> {
  const { items = [] } = await call('getCourse', { path: { id: course }, signal: abort })
  const item = items.find((one) => one.kind === 'scenario' && one.id === id)
  if (!item) return null
  const { facts, reason, customer, channel, ...rest } = (item.request ?? {}) as Partial<Request>
  return {
    id, request: { case: MADE_UP, ...rest }, facts: worded(flat(facts), terms, currency), reason: reason ?? '', customer: customer ?? MADE_UP,
    ...(item.title && { subject: item.title }), ...(channel && { channel }), ...(item.text && { text: item.text }),
  }
}

async function ofRecord(id: string, abort: AbortSignal): Promise<Practised> {
  const { subject, channel, customer, facts } = await call('getCase', { path: { id }, signal: abort })
  return { id, request: { case: id }, facts: flat(facts), reason: '', ...(subject && { subject }), ...(channel && { channel }), ...(customer && { customer }) }
}

/** What the address names: a course and its scenario, a case, or nothing, which is an invented case. null: it is not there. */
export async function practised(id: string, course: string | null, currency: string, abort: AbortSignal): Promise<Practised | null> {
  if (id === '') return { id: MADE_UP, request: { case: MADE_UP }, facts: {}, reason: '', customer: MADE_UP }
  try {
    return await (course ? ofCourse(course, id, await call('getTerms', { signal: abort }), currency, abort) : ofRecord(id, abort))
  } catch (problem) {
    if (problem instanceof Problem && (problem.kind === 'not-found' || problem.kind === 'forbidden')) return null
    throw problem
  }
}

// --- the case as the panel's components know one ---

const fixed = <T>(value: T): Resource<T> => resource(async () => value, { initial: value })
const nothing = async (): Promise<void> => {}
const never = async (): Promise<boolean> => false

function recordOf(of: Practised, facts: Facts): Case {
  const opened = new Date(serverNow()).toISOString()
  const { id, subject, customer, channel } = of
  return { id, state: 'open', opened, reopened: false, escalated: false, facts: nested(facts), figures: {}, version: 1, ...(subject && { subject }), ...(customer && { customer }), ...(channel && { channel }) } as Case
}

/** Beyond everybody, as the screen for it wants to hear it. */
function refusedOf(answer: RehearsedAnswer): Refused {
  const { why, instead } = answer
  return { id: '', at: '', verdict: 'refused', policy: 0, can: answer.can ?? [], because: answer.because ?? [], needs: answer.needs ?? [], ...(why && { why }), ...(instead && { instead }) }
}

export function practiceStore(of: Practised, host: Host): PracticeStore {
  const reason = signal(of.reason)
  const facts = signal<Facts>(of.facts)
  const step = signal<Step>({ at: 'list' })
  const form: Form = { amount: signal(null), note: signal(''), evidence: signal(''), faults: signal({}) }
  const touched = signal(false)
  const busy = signal<string | null>(null)
  const fault = signal<Fault | null>(null)
  const beyond = signal<Refused | null>(null)
  const outcomes = signal<readonly Outcome[]>([])
  const evidence: Signal<ReadonlyMap<string, Evidence>> = signal(new Map())
  const record = fixed<Case | null>(recordOf(of, of.facts))
  let alive = true
  let said = reason.value

  function about(): Partial<Request> {
    return {
      ...of.request, ...(reason.value && { reason: reason.value }), ...(of.customer && { customer: of.customer }), ...(of.channel && { channel: of.channel }),
      ...(Object.keys(facts.value).length !== 0 && { facts: nested(facts.value) }),
    }
  }

  const options: Resource<Options> = resource(async (abort) => (await call('practise', { body: about(), signal: abort })).preview as Options, { kinds: ['policy.*'] })
  const budgets = resource((abort) => call('listBudgets', { signal: abort }).then((page) => page.items))

  const tried = (row: Remedy, amount: Money | null) => {
    const note = form.note.value.trim()
    const links = form.evidence.value.split(/\s+/).filter(Boolean)
    return call('practise', { body: { ...about(), action: row.action, ...(amount && { amount: wire(amount) }), ...(note && { note }), ...(links.length !== 0 && { evidence: links }) } })
  }

  function cleared(): void {
    fault.value = null
    beyond.value = null
    outcomes.value = []
    form.faults.value = {}
  }

  /** What was tried becomes what is told; what goes wrong, a word beside its field or a screen of its own. */
  async function act(kind: Fault['act'], says: string, run: () => Promise<Outcome[]>): Promise<void> {
    busy.value = says
    cleared()
    try {
      const told = await run()
      if (!alive) return
      const refused = told.find((one) => one.answer.verdict === 'refused')
      if (refused) beyond.value = refusedOf(refused.answer)
      else outcomes.value = told
      step.value = { at: 'list' }
    } catch (problem) {
      if (!(problem instanceof Problem)) throw problem
      const fields = problem.errors.filter(({ at }) => /^(amount|note|evidence)\b/.test(at))
      form.faults.value = Object.fromEntries(fields.map(({ at, message }) => [at, { says: message, lang: 'en' as const }]))
      if (fields.length === 0) fault.value = { act: kind, problem }
    } finally {
      busy.value = null
    }
  }

  async function one(row: Remedy, amount: Money | null, shown = amount): Promise<Outcome> {
    const { answer, preview } = await tried(row, amount)
    const ask = (preview as Options | undefined)?.asks?.find((found) => found.action === row.action)
    return { what: row.label, amount: shown, answer: answer!, ...(ask && { ask }) }
  }

  const give = (row: Remedy, amount: Money | null, says: string): Promise<void> => act('give', says, async () => [await one(row, amount)])
  const ask = (row: Remedy, amount: Money | null, says: string): Promise<void> => act('ask', says, async () => [await one(row, amount)])
  // Nothing is drawn for the own part, so the rest alone could look as if it were one's own: who is asked is asked of the whole.
  const split = (row: Remedy, own: Money, rest: Money, says: string): Promise<void> =>
    act('ask', says, () => Promise.all([one(row, own), one(row, { ...own, minor: own.minor + rest.minor }, rest)]))

  function start(row: Remedy): void {
    cleared()
    form.amount.value = null
    touched.value = false
    step.value = { at: 'give', key: row.key }
  }

  function back(): void {
    cleared()
    step.value = { at: 'list' }
  }

  function setFact(name: string, value: unknown): void {
    const { [name]: _, ...rest } = facts.value
    facts.value = value === undefined || value === '' ? rest : { ...rest, [name]: value }
    record.set(() => recordOf(of, facts.value))
    outcomes.value = []
    void options.refresh()
  }

  const unsaid = reason.subscribe((next) => {
    if (next === said) return
    said = next
    outcomes.value = []
    void options.refresh()
  })

  function dispose(): void {
    alive = false
    unsaid()
    for (const each of [options, budgets, record]) each.dispose()
  }

  return {
    id: of.id, reason, facts, step, form, touched, busy, fault, beyond, outcomes, evidence, record, options, budgets,
    dones: signal([]), shrunk: signal(false), answer: signal(null), dismissed: signal(new Set<string>()), owner: fixed<CaseOwner | null>(null), asks: fixed([]),
    give, ask, split, start, back, setFact, dispose, again: async () => { cleared(); await Promise.all([options.refresh(), budgets.refresh()]) },
    undo: nothing, withdraw: nothing, nudge: nothing, confirm: nothing, letGo: nothing, dismiss: () => {},
    reverse: never, message: never, take: never, handOver: never, open: never,
  }
}
