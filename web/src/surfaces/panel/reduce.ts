// From what is known to what is shown: pure, so that each of the fifteen screens has its row in a test.
//
// The order is the rule: who is not signed in sees only that; then what the agent has just begun stands before what goes on
// by itself, an answer before a wait, a wait before the list. A line that is down never takes a half-filled form away.
import { add, cmp, parse, sub, type Money } from '../../lib/money.ts'
import { at } from '../../lib/time.ts'
import type { Approval, AskOption, Authority, BudgetEffect, CaseOwner, Evidence, Option, Options, Refused } from '../../lib/model.ts'
import type { ActionKind, AnswerKind, EffectRow, Grown, PanelInput, Remedy, Screen, Side, Stale } from './model.ts'

const DAY = 86_400_000

export function amountOf(text: string | undefined, currency: string): Money | null {
  return text === undefined ? null : parse(text, currency)
}

// --- the rows ---

function words(name: string): string {
  const text = name.replaceAll(/[_-]/g, ' ')
  return text.slice(0, 1).toUpperCase() + text.slice(1)
}

function rowOf(action: string, key: string, option: Option | undefined, ask: AskOption | undefined, currency: string): Remedy {
  const kind: ActionKind = option?.kind ?? ask?.kind ?? 'money'
  const own = amountOf(option?.up_to, currency)
  return {
    key, action, kind,
    label: option?.label ?? ask?.label ?? words(action),
    ...(option && { option }), ...(ask && { ask }),
    own,
    any: option !== undefined && option.up_to === undefined,
    most: amountOf(ask?.up_to, currency),
  }
}

/** Options in the server's order, each with who could give more; then what only others can give. */
export function rowsOf(options: Options | undefined, currency: string): Remedy[] {
  if (!options) return []
  const asks = new Map((options.asks ?? []).map((ask) => [ask.action, ask]))
  const count = new Map<string, number>()
  const rows = options.options.map((option) => {
    const nth = (count.get(option.action) ?? 0) + 1
    count.set(option.action, nth)
    return rowOf(option.action, nth === 1 ? option.action : `${option.action}#${nth}`, option, asks.get(option.action), currency)
  })
  for (const ask of asks.values()) {
    if (!count.has(ask.action)) rows.push(rowOf(ask.action, ask.action, undefined, ask, currency))
  }
  return rows
}

/** Whether the act says an amount at all; a remedy of kind `item` may say what it is worth, and need not. */
export function takesAmount(row: Remedy): boolean {
  return row.kind === 'money' || (row.kind === 'item' && (row.own !== null || row.most !== null))
}

export function sideOf(row: Remedy, amount: Money | null): Side {
  if (!takesAmount(row)) return row.option ? 'own' : 'ask'
  if (amount === null) return row.kind === 'item' ? (row.option ? 'own' : 'ask') : 'empty'
  if (row.kind === 'money' && amount.minor <= 0n) return 'empty'
  if (row.option && (row.any || (row.own !== null && cmp(amount, row.own) <= 0))) return 'own'
  if (row.ask && (row.most === null || cmp(amount, row.most) <= 0)) return 'ask'
  return 'beyond'
}

/** Beyond the own room: the own part at once, the rest asked for. */
export function splitOf(row: Remedy, amount: Money | null): { own: Money; rest: Money } | null {
  if (amount === null || row.own === null || row.own.minor <= 0n || sideOf(row, amount) !== 'ask') return null
  return { own: row.own, rest: sub(amount, row.own) }
}

/** What each budget has before and after. Exact: what is shown is what will be recorded. */
export function effectRows(effect: readonly BudgetEffect[] | undefined, amount: Money | null, currency: string): EffectRow[] {
  return (effect ?? []).map((row) => {
    const from = amountOf(row.left, currency)
    return {
      effect: row,
      from,
      to: from !== null ? (amount !== null ? sub(from, amount) : from) : null,
      timesFrom: row.times_left ?? null,
      timesTo: row.times_left !== undefined ? row.times_left - 1 : null,
    }
  })
}

/** How far the ruler goes; null: there is no end that could be drawn. */
export function rulerEnd(row: Remedy): Money | null {
  if (row.any) return null
  if (row.most && (!row.own || cmp(row.most, row.own) > 0)) return row.most
  if (!row.own || row.own.minor <= 0n) return null
  return row.ask ? { ...row.own, minor: row.own.minor * 2n } : row.own
}

/** What most cases like it got, if the agent may give that alone. */
export function usualOf(row: Remedy, evidence: Evidence | undefined, currency: string): Money | null {
  if (!evidence || evidence.count < EVIDENCE_LEAST) return null
  const median = amountOf(evidence.median, currency)
  return median && median.minor > 0n && sideOf(row, median) === 'own' ? median : null
}

/** What stands in the field when it is opened: what the host said, else the usual, else nothing: an amount is the agent's to choose. */
export function firstAmount(row: Remedy, evidence: Evidence | undefined, hinted: string | undefined, currency: string): Money | null {
  if (!takesAmount(row)) return null
  const said = amountOf(hinted, currency)
  return said && said.minor > 0n && sideOf(row, said) !== 'beyond' ? said : usualOf(row, evidence, currency)
}

// --- evidence ---

export const EVIDENCE_LEAST = 5

/** Of how many in a hundred it is known that it stood and the customer did not come back; null: too few to say. */
export function endedWell(evidence: Evidence | undefined): number | null {
  if (!evidence || evidence.count < EVIDENCE_LEAST || !evidence.ended) return null
  const well = Math.max(0, evidence.ended.stood - evidence.ended.came_back)
  return Math.round((well * 100) / evidence.count)
}

/** The row that ended well most often; of equal ones the first. Without evidence the server's first. */
export function bestOf(rows: readonly Remedy[], evidence: ReadonlyMap<string, Evidence>): string | null {
  let best: string | null = null
  let share = -1
  for (const row of rows) {
    const well = row.option ? endedWell(evidence.get(row.action)) : null
    if (well !== null && well > share) {
      best = row.key
      share = well
    }
  }
  return best ?? rows.find((row) => row.option)?.key ?? null
}

// --- facts that the agent is asked for ---

/** {"customer.asked": true} -> {customer: {asked: true}} */
export function nested(facts: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const root: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(facts)) {
    const parts = name.split('.')
    let node = root
    for (const part of parts.slice(0, -1)) node = (node[part] ??= {}) as Record<string, unknown>
    node[parts[parts.length - 1]!] = value
  }
  return root
}

export function factAt(facts: unknown, name: string): unknown {
  let node: unknown = facts
  for (const part of name.split('.')) {
    if (typeof node !== 'object' || node === null) return undefined
    node = (node as Record<string, unknown>)[part]
  }
  return node
}

// --- whose case, and whether it moves ---

const LATE_DAYS = 3

export function staleOf(owner: CaseOwner, now: number): Stale {
  const days = Math.max(0, Math.floor((now - at(owner.moved)) / DAY))
  const promise = owner.promise ? at(owner.promise) : null
  const from = at(owner.since ?? owner.opened)
  return {
    days,
    promised: promise !== null && promise > from ? Math.max(1, Math.round((promise - from) / DAY)) : null,
    late: promise !== null ? now > promise : days >= LATE_DAYS,
  }
}

// --- approvals ---

export function answerKind(approval: Approval): AnswerKind {
  const answer = approval.answer
  if (approval.state === 'lapsed') return answer?.decision ? 'nobody-yes' : 'nobody'
  if (approval.state !== 'approved') return 'other-way'
  if (answer?.action && answer.action !== approval.action) return 'other-action'
  return answer?.amount !== undefined && answer.amount !== approval.amount ? 'other-amount' : 'yes'
}

const ANSWERED: readonly string[] = ['approved', 'declined', 'lapsed']

/** How long an answer that asks nothing of the agent is brought up again when the case is opened anew. */
const ANSWER_MS = 4 * 3_600_000

function fresh(approval: Approval, now: number): boolean {
  return approval.answer !== undefined && now - at(approval.answer.at) < ANSWER_MS
}

export function answeredOf(asks: readonly Approval[], dismissed: ReadonlySet<string>, now: number): Approval | undefined {
  return asks.find((ask) => ANSWERED.includes(ask.state) && !dismissed.has(ask.id) && fresh(ask, now))
}

export const openOf = (asks: readonly Approval[]): Approval[] => asks.filter((ask) => ask.state === 'open')

// --- what grew ---

type Most = { action: string; amount?: string; any?: boolean }

function reach(most: Most | undefined, currency: string): Money | 'any' | null {
  if (!most) return null
  return most.any ? 'any' : amountOf(most.amount, currency)
}

function compare(now: Money | 'any' | null, was: Money | 'any' | null): number {
  if (now === 'any' || was === 'any') return now === was ? 0 : now === 'any' ? 1 : -1
  if (now === null || was === null) return now === was ? 0 : now !== null ? 1 : -1
  return cmp(now, was)
}

/** null: nothing to tell. Nothing is told the first time: there was no before. */
export function grownOf(authority: Authority | undefined, currency: string): Grown | null {
  const seen = authority?.seen
  if (!authority || !seen || seen.digest === authority.digest) return null
  const before = new Map(seen.most.map((most) => [most.action, most]))
  const rows: Grown['rows'] = []
  for (const most of authority.most) {
    const old = before.get(most.action)
    before.delete(most.action)
    const now = reach(most, currency)
    const was = reach(old, currency)
    const change = old === undefined ? 1 : compare(now, was)
    if (change !== 0) rows.push({ action: most.action, label: most.label, now: now ?? 'new', was, more: change > 0 })
  }
  for (const old of before.values()) {
    rows.push({ action: old.action, label: words(old.action), now: 'gone', was: reach(old, currency), more: false })
  }
  if (rows.length === 0) return null
  const fresh = authority.grants.find((grant) => !seen.grants.includes(grant.id))
  return { digest: authority.digest, rows, because: fresh ? (fresh.why ?? fresh.text) : null, more: rows.some((row) => row.more) }
}

// --- the screen ---

function acting(input: PanelInput, rows: Remedy[]): Screen | null {
  if (input.step.at !== 'give') return null
  const key = input.step.key
  const row = rows.find((one) => one.key === key) ?? rows.find((one) => one.action === key.split('#')[0])
  if (!row) return null
  const side = sideOf(row, input.amount)
  if (side === 'own' || (side === 'empty' && row.option)) {
    return { is: 'give', row, amount: input.amount, effect: effectRows(row.option?.effect, input.amount, input.currency) }
  }
  return { is: 'ask', row, amount: input.amount, side, split: splitOf(row, input.amount) }
}

function goingOn(input: PanelInput, rows: Remedy[]): Screen | null {
  const answered = answeredOf(input.asks, input.dismissed, input.now)
  if (answered) return { is: 'answered', approval: answered, kind: answerKind(answered), rows }
  const open = openOf(input.asks)
  if (open[0]) return { is: 'waiting', approval: open[0], others: open.slice(1), rows }
  return input.done ? { is: 'done', done: input.done, rows } : null
}

function unread(input: PanelInput): Screen {
  const problem = input.readFault
  if (input.line === 'offline' || problem?.kind === 'offline') {
    return { is: 'offline', since: input.since, asOf: 0, rows: [], kept: input.kept }
  }
  return problem ? { is: 'failed', fault: null, problem, rows: [] } : { is: 'loading', case: input.caseId ?? '' }
}

function resting(input: PanelInput, rows: Remedy[]): Screen {
  const owner = input.owner
  const stale = owner ? staleOf(owner, input.now) : null
  const elsewhere = owner && owner.owner?.person !== input.me && owner.state !== 'closed'
  return owner && stale && elsewhere && stale.late ? { is: 'owner', owner, stale, rows } : { is: 'options', rows }
}

function withGrown(input: PanelInput, screen: Screen): Screen {
  return input.grown ? { is: 'grown', grown: input.grown, over: screen } : screen
}

export function screenOf(input: PanelInput): Screen {
  if (input.signedOut) return { is: 'signed-out' }
  if (input.tab === 'me') return withGrown(input, { is: 'me' })
  if (input.caseId === null) return withGrown(input, { is: 'no-case' })
  const rows = rowsOf(input.options, input.currency)
  if (input.fault) return { is: 'failed', fault: input.fault, problem: input.fault.problem, rows }
  if (input.beyond) return { is: 'beyond', decision: input.beyond, rows }
  const begun = acting(input, rows)
  if (begun) return begun
  const offline: Screen = { is: 'offline', since: input.since, asOf: input.optionsAt, rows, kept: input.kept }
  if (input.kept.length !== 0) return offline
  const going = goingOn(input, rows)
  if (going) return going
  if (!input.options) return unread(input)
  return input.line === 'offline' ? offline : withGrown(input, resting(input, rows))
}

/** What was decided says more than the list: options that came with a refusal are the ones to show. */
export function rowsOfRefusal(decision: Refused, rows: readonly Remedy[], currency: string): Remedy[] {
  const known = new Map(rows.map((row) => [row.action, row]))
  const can = decision.can.map((option) => known.get(option.action) ?? rowOf(option.action, option.action, option as Option, undefined, currency))
  return can.length !== 0 ? can : [...rows]
}

/** Durations of the policy ("90s", "2m", "1h30m") in milliseconds; null: not one. */
export function durationMs(text: string | undefined): number | null {
  if (!text || !/^(\d+(\.\d+)?(ms|h|m|s))+$/.test(text)) return null
  const unit: Record<string, number> = { h: 3_600_000, m: 60_000, s: 1000, ms: 1 }
  let sum = 0
  for (const part of text.matchAll(/(\d+(?:\.\d+)?)(ms|h|m|s)/g)) sum += Number(part[1]) * unit[part[2]!]!
  return sum
}

export interface Month { count: number; granted: number; asked: number; given: Money; wait: number | null }

/** The own month in figures; `rows` are decisions of mine since its first day. */
export function monthOf(rows: readonly { verdict: string; state: string; amount?: string; approval?: string; waited_ms?: number }[], currency: string): Month {
  let given: Money = { minor: 0n, currency }
  let granted = 0
  let asked = 0
  const waits: number[] = []
  for (const row of rows) {
    if (row.verdict === 'ask') asked++
    if (row.verdict !== 'granted') continue
    if (row.approval !== undefined && row.waited_ms !== undefined) waits.push(row.waited_ms)
    if (row.state !== 'final' && row.state !== 'held') continue
    granted++
    const amount = amountOf(row.amount, currency)
    if (amount) given = add(given, amount)
  }
  waits.sort((a, b) => a - b)
  return { count: rows.length, granted, asked, given, wait: waits.length !== 0 ? waits[Math.floor((waits.length - 1) / 2)]! : null }
}
