// What the server says, by the names that the console uses. Most of it is the contract's own (api-types.ts); what is added here
// are members that a view asks for. Amounts are texts (`Amount`) in the organization's currency until lib/money.ts reads them.
import type * as api from './api-types.ts'

/** An amount as the server writes it: "80.00". */
export type Amount = api.Money
export type Time = api.Time
export type Seq = api.Seq
export type Kind = api.Kind
export type Otherwise = api.Otherwise
export type Finding = api.Finding
export type CaseState = api.CaseState
export type ApprovalState = api.ApprovalState
export type DecisionState = api.DecisionState
export type Role = api.Role
export type Presence = api.Presence
export type Team = api.Team
export type Token = api.Token
export type TokenMade = api.TokenMade
export type Webhook = api.Webhook & { recent?: ('d' | 'f' | 'w')[] }
export type Delivery = api.Delivery
export type PolicyVersion = api.PolicyVersion
export type Policy = api.Policy
export type Draft = api.Draft
export type Entry = api.Entry
export type Request = api.Request & { undo?: string }
export type CaseNew = api.CaseNew
export type Because = api.Because
export type Level = api.Level
export type Certificate = api.Certificate
export type ImportReport = api.ImportReport
export type Invitation = api.Invitation
export type DeliveryId = api.DeliveryId

export interface BudgetEffect { budget: string; label?: string; scope: Record<string, string>; left?: Amount; amount?: Amount; times_left?: number; until?: Time; window: string }
export interface Limit { of: 'up_to' | 'at_most' | 'budget' | 'when'; amount?: Amount; text?: string; budget?: string; left?: Amount; amount_of?: Amount; until?: Time }
export interface Who { person: string; name: string; kind: Kind; state: 'here' | 'away'; online: boolean; usual_ms?: number; phone?: string; email?: string; deputy_of?: string }
export interface Option extends api.Option { label?: string; kind?: 'money' | 'item' | 'change'; why?: string; then?: string[]; effect?: BudgetEffect[]; limits?: Limit[] }
export interface AskOption { action: string; label: string; kind: 'money' | 'item' | 'change'; route: string; up_to?: Amount; first?: Who; levels: { who: string; within?: string }[]; otherwise: Otherwise; rail?: string; why?: string }
export interface Options { options: Option[]; asks?: AskOption[]; needs?: string[]; policy?: number; instead?: string }
export type OptionsRequest = api.OptionsRequest & { detail?: boolean }

export interface Hold { until: Time; then?: 'confirm' }
export type Granted = api.Granted & { hold?: Hold }
export type AskVerdict = api.Ask
export type Refused = api.Refused
export type Decision = Granted | AskVerdict | Refused
export type DecisionRecord = api.DecisionRecord & { hold?: Hold }
export interface DecisionRow extends api.DecisionRow { agent_name?: string; agent_kind?: Kind; approver_name?: string; waited_ms?: number }
export interface DecisionPage { items: DecisionRow[]; next?: string | null; through: Seq; count?: number; count_is?: 'exact' | 'at-least' }

export interface Evidence {
  count: number; of: 'asked' | 'all'; since: Time; through: Seq
  amounts?: Amount[]; p25?: Amount; median?: Amount; p75?: Amount; at_once?: number
  ended?: { stood: number; less: number; reversed: number; came_back: number }
  near?: { amount: Amount; count: number; stood: number }[]
  unusual?: string[]
}
export interface Budget extends api.Budget { label?: string; name?: string; kind?: Kind; active_days?: number }
export interface Budgets { items: Budget[]; next?: string | null }
export interface Today {
  day: string; decisions: number; at_once: number; asked: number; refused: number; given: Amount; returned: Amount; streak: number
  waits: { count: number; p50_ms: number; p95_ms: number; lapsed: number }; hours: { hour: number; at_once: number; asked: number }[]; through: Seq
}

export interface Seen { by: string; name?: string; at: Time }
export interface Mine { grant?: string; why?: string; text?: string; most?: Amount; effect: BudgetEffect[]; others: Option[] }
export interface Asked extends api.Asked { kind?: Kind }
export interface Approval extends Omit<api.Approval, 'asked'> {
  asked: Asked[]; agent_name?: string; agent_kind?: Kind; label?: string; reason_label?: string; holds?: number; seen?: Seen[]; hold?: string
  mine?: Mine; can?: Option[]; next?: Who
}
export interface ApprovalPage { items: Approval[]; next?: string | null }

export interface Contact {
  person: string; name?: string; email?: string; phone?: string; kind: Kind; state: 'here' | 'away'; until?: Time; online: boolean; active: boolean
  team?: string; team_name?: string; deputy?: { person: string; name?: string }; manager?: { person: string; name?: string }
}
export interface CaseOwner {
  id: string; state: CaseState; opened: Time; owner?: Contact; department?: { id: string; name?: string }; since?: Time; moved: Time; promise?: Time
  nudges: number; nudged?: Time
  chain: { at: Time; kind: 'opened' | 'handed' | 'changed' | 'nudged'; by: string; by_name?: string; owner?: string; owner_name?: string; department?: string; note?: string }[]
  may: ('nudge' | 'take' | 'hand-over')[]; version: number
}
export interface Case extends api.Case { over_days?: number; moved?: Time; owner_name?: string }
export interface CasePage { items: Case[]; next?: string | null }

export interface Authority {
  policy: number; person: string; tier?: string; digest: string
  grants: { id: string; text: string; why?: string; actions: string[]; budgets: string[]; needs?: string[]; until?: Time }[]
  rails: { id: string; text: string; why?: string; instead?: string }[]
  most: { action: string; label: string; kind: string; amount?: Amount; any?: boolean; text?: string }[]
  next: { grant: string; text: string; needs: { tier?: string; holds?: string[]; team?: string[] } }[]
  seen?: { digest: string; at: Time; most: { action: string; amount?: Amount; any?: boolean }[]; grants: string[] }
}
export interface Name { id: string; name?: string; kind: Kind; team_name?: string; active: boolean }
export interface Names { items: Name[] }

export interface Person extends api.Person { phone?: string; can_sign_in?: boolean; seen?: Time; online?: boolean; open_cases?: number; asks_go_to?: { person: string; name?: string }[] }
export type PersonNew = api.PersonNew & { phone?: string }
export type PersonChange = api.PersonChange & { phone?: string | null }
export interface PersonPage { items: Person[]; next?: string | null; count?: number; count_is?: 'exact' | 'at-least' }

export interface Terms {
  version: number; organization: string; currency: string; time_zone: string; why?: string; instead?: string; tiers: string[]; channels: string[]
  actions: { name: string; label: string; kind: 'money' | 'item' | 'change' }[]; reasons: { name: string; label: string; owner?: string }[]
  facts: { name: string; label: string; type: string; one_of?: (string | number)[]; from: 'system' | 'agent'; optional: boolean; default?: unknown; read_by: string[] }[]
  budgets: { name: string; label: string; per: string[]; window: string; over?: string }[]
  routes: { id: string; for: string[]; levels: { who: string; within?: string }[]; otherwise: Otherwise }[]
  teams: string[]; certificates: string[]
}
export interface Explained { organization?: string; version?: number; sections: { title: string; rules: { id: string; text: string; line?: number }[] }[]; findings: Finding[] }
export interface PolicyDiff { variables: number; changes: { path: string; before?: unknown; after?: unknown; variable?: unknown }[] }
export interface PolicyTiers {
  policy: number; tiers: { name: string; people: number; ai: number }[]
  rows: { action: string; label: string; cells: { most?: Amount; any?: boolean; text?: string; needs?: string[]; ask?: boolean }[] }[]
  budgets: { name: string; label: string; cells: (Amount | null)[] }[]
}
export interface Alerts { mail: { on: boolean; to?: string }; online: boolean; levels: { route: string; who: string; within?: string }[] }
export interface AlertTest { seq: Seq; mail?: DeliveryId }
export type DeliveryShown = Delivery & { payload: string; answer?: string }

export interface Duty { name?: string; phone?: string; text?: string }
export interface Settings {
  frame_ancestors: string[]; duty: Duty; undo_seconds: number; language: 'en' | 'de'; signin_help?: string
  mail: { on: boolean; server?: string; from?: string }; public_url: string; webhooks_inside: boolean
  about: { version: string; entries: number; began?: Time }
}
export type SettingsChange = { frame_ancestors?: string[] | null; duty?: Duty | null; undo_seconds?: number | null; language?: 'en' | 'de' | null; signin_help?: string | null }
export interface PublicSettings { undo_seconds: number; duty: Duty; language: 'en' | 'de'; signin_help?: string; organization?: string }
export interface Setup {
  administrator: true; policy: number; people: { active: number; can_sign_in: number; may_ask: number; may_answer: number }
  me_ready: boolean; decided: boolean; mail: boolean; began: Time
}
export interface InvitationSeen { person?: string; name?: string; email?: string; first: boolean; until: Time; organization?: string }
export interface Starters { items: { id: string; organization: string; whose: string; look_for: string; currency: string; actions: string[]; grants: number }[] }
export interface Starter { id: string; source: string; first: { case: CaseNew; request: Request } | null; you: { tier: string; team: string }; teams: string[]; people_csv: string }

export type Reach = 'none' | 'own' | 'team' | 'all'
export interface Me extends Omit<api.Me, 'person'> { person?: Person }

interface New<Method extends string, Path extends string, Reply, Body = never> { method: Method; path: Path; query: Record<string, string | number | boolean | undefined>; body: Body; reply: Reply }

/** Operations whose answers carry more than the plain contract names, and the ones that views of the console ask for. */
export interface Added {
  decide: New<'POST', '/v1/decisions', Decision, Request>
  getDecision: New<'GET', '/v1/decisions/{id}', DecisionRecord>
  confirmHold: New<'POST', '/v1/decisions/{id}/confirm', DecisionRecord, { amount?: Amount }>
  releaseHold: New<'POST', '/v1/decisions/{id}/release', DecisionRecord, Record<string, never>>
  reverseDecision: New<'POST', '/v1/decisions/{id}/reverse', DecisionRecord, { reason: string }>
  listDecisions: New<'GET', '/v1/decisions', DecisionPage>
  options: New<'POST', '/v1/options', Options, OptionsRequest>
  ask: New<'POST', '/v1/decisions/{id}/ask', Approval, { note?: string; evidence?: string | string[]; hold?: string }>
  listApprovals: New<'GET', '/v1/approvals', ApprovalPage>
  getApproval: New<'GET', '/v1/approvals/{id}', Approval>
  approve: New<'POST', '/v1/approvals/{id}/approve', Approval, { amount?: Amount; action?: string; note?: string }>
  decline: New<'POST', '/v1/approvals/{id}/decline', Approval, { note: string }>
  withdraw: New<'POST', '/v1/approvals/{id}/withdraw', Approval, Record<string, never>>
  nudge: New<'POST', '/v1/approvals/{id}/nudge', Approval, Record<string, never>>
  seenApproval: New<'POST', '/v1/approvals/{id}/seen', Approval, Record<string, never>>
  holdApproval: New<'POST', '/v1/approvals/{id}/hold', Approval, Record<string, never>>
  listBudgets: New<'GET', '/v1/budgets', Budgets>
  evidence: New<'GET', '/v1/evidence', Evidence>
  today: New<'GET', '/v1/today', Today>
  me: New<'GET', '/v1/me', Me>
  getAuthority: New<'GET', '/v1/me/authority', Authority>
  seenAuthority: New<'PUT', '/v1/me/authority/seen', Record<string, never>, { digest: string }>
  getPersonAuthority: New<'GET', '/v1/people/{id}/authority', Authority>
  getAlerts: New<'GET', '/v1/me/alerts', Alerts>
  testAlerts: New<'POST', '/v1/me/alerts/test', AlertTest, Record<string, never>>
  getAlertTest: New<'GET', '/v1/me/alerts/test/{delivery}', Delivery>
  names: New<'GET', '/v1/names', Names>
  listPeople: New<'GET', '/v1/people', PersonPage>
  addPerson: New<'POST', '/v1/people', Person, PersonNew>
  getPerson: New<'GET', '/v1/people/{id}', Person>
  changePerson: New<'PATCH', '/v1/people/{id}', Person, PersonChange>
  listCases: New<'GET', '/v1/cases', CasePage>
  getCase: New<'GET', '/v1/cases/{id}', Case>
  getCaseOwner: New<'GET', '/v1/cases/{id}/owner', CaseOwner>
  takeCase: New<'POST', '/v1/cases/{id}/take', Case, { note?: string }>
  nudgeCase: New<'POST', '/v1/cases/{id}/nudge', Case | CaseOwner, { note?: string }>
  getTerms: New<'GET', '/v1/policy/terms', Terms>
  explainPolicy: New<'GET', '/v1/policy/explain', Explained>
  explainSource: New<'POST', '/v1/policy/explain', Explained, { source: string }>
  diffPolicy: New<'POST', '/v1/policy/diff', PolicyDiff, { a?: number; b?: number; a_source?: string; b_source?: string }>
  policyTiers: New<'GET', '/v1/policy/tiers', PolicyTiers>
  listStarters: New<'GET', '/v1/policy/starters', Starters>
  getStarter: New<'GET', '/v1/policy/starters/{id}', Starter>
  getWebhook: New<'GET', '/v1/webhooks/{id}', Webhook>
  resendDelivery: New<'POST', '/v1/webhooks/{id}/deliveries/{delivery}/resend', Delivery, Record<string, never>>
  resendWebhook: New<'POST', '/v1/webhooks/{id}/resend', { again: number }, Record<string, never>>
  getDelivery: New<'GET', '/v1/webhooks/{id}/deliveries/{delivery}', DeliveryShown>
  listMailDeliveries: New<'GET', '/v1/mail/deliveries', { items: Delivery[]; next?: string | null }>
  getSettings: New<'GET', '/v1/settings', Settings>
  changeSettings: New<'PATCH', '/v1/settings', Settings, SettingsChange>
  getSetup: New<'GET', '/v1/setup', Setup>
  makeSetupCase: New<'POST', '/v1/setup/case', Case & { request: Request }, { starter: string }>
  getInvitation: New<'GET', '/v1/invitations/{token}', InvitationSeen>
}
export type Ops = Omit<api.Ops, keyof Added> & Added
