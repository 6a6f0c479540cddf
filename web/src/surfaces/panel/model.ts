// What the panel can show, as types. Fifteen screens; which of them is on is decided in reduce.ts, without a page.
import type { Problem } from '../../lib/api.ts'
import type { Act } from '../../lib/outbox.ts'
import type { Money } from '../../lib/money.ts'
import type { Approval, AskOption, BudgetEffect, CaseOwner, Option, Options, Refused } from '../../lib/model.ts'

export type ActionKind = 'money' | 'item' | 'change'

/** One row of "You can do now": what the agent may give, what a person may give beyond it, or both. */
export interface Remedy {
  key: string
  action: string
  label: string
  kind: ActionKind
  option?: Option
  ask?: AskOption
  /** The agent's most; null: no own room, or room without an amount. */
  own: Money | null
  /** The agent may do it whatever it comes to, or it has no amount. */
  any: boolean
  /** The most that somebody else could give; null: nobody, or no limit is known. */
  most: Money | null
}

/** Where the agent is on the way to giving something. */
export type Step = { at: 'list' } | { at: 'give'; key: string }

/** On whose side an amount lies: one's own, a person's, beyond everybody, or there is none yet. */
export type Side = 'own' | 'ask' | 'beyond' | 'empty'

export type DoneState = 'held' | 'final' | 'released' | 'reversed' | 'lapsed'

/** What was just given (or taken back). */
export interface Done {
  decision: string
  action: string
  label: string
  amount: Money | null
  at: number
  /** While it can be taken back by letting the hold go. */
  until: number | null
  state: DoneState
  then: string[]
}

/** An act that did not go through. `act` says which, in the catalogue's words (panel.failed.<act>). */
export interface Fault {
  act: 'give' | 'ask' | 'confirm' | 'undo' | 'reverse' | 'withdraw' | 'nudge' | 'message' | 'take' | 'hand-over' | 'open'
  problem: Problem
}

/** What the agent may do more (or less) than when they last looked. */
export interface Grown {
  digest: string
  rows: { action: string; label: string; now: Money | 'any' | 'new' | 'gone'; was: Money | 'any' | null; more: boolean }[]
  because: string | null
  more: boolean
}

export interface PanelInput {
  signedOut: boolean
  tab: 'case' | 'me'
  me: string
  caseId: string | null
  currency: string
  line: 'live' | 'catching-up' | 'offline'
  since: number
  options: Options | undefined
  optionsAt: number
  /** Why the options could not be read, while there are none. */
  readFault: Problem | null
  owner: CaseOwner | null | undefined
  step: Step
  amount: Money | null
  /** Of this case and mine, newest first, open and closed. */
  asks: readonly Approval[]
  /** Answers that were seen and put aside. */
  dismissed: ReadonlySet<string>
  done: Done | null
  beyond: Refused | null
  fault: Fault | null
  kept: readonly Act[]
  grown: Grown | null
  now: number
}

export type AnswerKind = 'yes' | 'other-amount' | 'other-action' | 'other-way' | 'nobody-yes' | 'nobody'

export type Screen =
  | { is: 'signed-out' }
  | { is: 'no-case' }
  | { is: 'loading'; case: string }
  | { is: 'options'; rows: Remedy[] }
  | { is: 'give'; row: Remedy; amount: Money | null; effect: EffectRow[] }
  | { is: 'ask'; row: Remedy; amount: Money | null; side: Side; split: { own: Money; rest: Money } | null }
  | { is: 'waiting'; approval: Approval; others: Approval[]; rows: Remedy[] }
  | { is: 'answered'; approval: Approval; kind: AnswerKind; rows: Remedy[] }
  | { is: 'done'; done: Done; rows: Remedy[] }
  | { is: 'beyond'; decision: Refused; rows: Remedy[] }
  | { is: 'owner'; owner: CaseOwner; stale: Stale; rows: Remedy[] }
  | { is: 'me' }
  | { is: 'grown'; grown: Grown; over: Screen }
  | { is: 'offline'; since: number; asOf: number; rows: Remedy[]; kept: readonly Act[] }
  | { is: 'failed'; fault: Fault | null; problem: Problem; rows: Remedy[] }

export interface Stale {
  /** Full days without a movement. */
  days: number
  /** Within how many days something was promised, counted from when the owner got it; null: nothing was. */
  promised: number | null
  /** The promise is over, or nothing has moved for three days. */
  late: boolean
}

export interface EffectRow {
  effect: BudgetEffect
  from: Money | null
  to: Money | null
  timesFrom: number | null
  timesTo: number | null
}
