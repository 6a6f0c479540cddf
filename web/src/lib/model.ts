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
export type Policy = api.Policy | api.LivePolicy
export type Draft = api.Draft
export type DraftInfo = api.DraftInfo
export type DraftWhole = api.DraftWhole
export type DraftChange = api.DraftChanges['items'][number]
export type Tally = api.ReplayTally
export type ReplayGroup = api.ReplayGroup
export type ReplayVerdict = api.ReplayVerdict
export type Flip = api.ReplayFlip
export type Replayed = api.Replayed
export type ReplayChange = NonNullable<Replayed['changes']>[number]
export type DryBudget = api.ReplayDryBudget
export type ReplayAsked = api.ReplayOf
export type Trial = api.Trial
export type Shadow = api.Shadow
export type ShadowItem = api.ShadowItem
export type TrialPower = api.TrialPower
export type Suggestion = api.Suggestion
export type PolicyEffect = api.PolicyEffect
export type EffectMeasure = api.EffectMeasure
export type EffectLeast = api.EffectLeast
export type Entry = api.Entry
export type Request = api.Request
export type CaseNew = api.CaseNew
export type Because = api.Because
export type Level = api.Level
export type Certificate = api.Certificate
export type ImportReport = api.ImportReport
export type Invitation = api.Invitation
export type DeliveryId = api.DeliveryId

export type BudgetEffect = api.BudgetEffect
export type Limit = api.OptionLimit
/** Somebody who is asked; whoever has no name is called by their id. */
export type Who = api.Who & { name: string }
export type Option = api.Option
export type AskOption = Omit<api.AskOption, 'first' | 'label' | 'kind'> & { label: string; kind: api.ActionKind; first?: Who }
export type Options = Omit<api.Options, 'asks'> & { asks?: AskOption[] }
export type OptionsRequest = api.OptionsRequest

export type Hold = api.Hold
export type Granted = api.Granted
export type AskVerdict = api.Ask
export type Refused = api.Refused
export type Decision = Granted | AskVerdict | Refused
export type DecisionRecord = api.DecisionRecord & { hold?: Hold }
export type DecisionRow = Omit<api.DecisionRow, 'agent_kind'> & { agent_kind?: Kind }
export type DecisionPage = Omit<api.DecisionPage, 'items'> & { items: DecisionRow[] }

export type Evidence = api.Evidence
export type Budget = Omit<api.Budget, 'kind'> & { kind?: Kind }
export type Budgets = Omit<api.Budgets, 'items'> & { items: Budget[] }
export type Today = api.Today

export type Approval = Omit<api.Approval, 'next'> & { next?: Who }
export type ApprovalPage = Omit<api.ApprovalPage, 'items'> & { items: Approval[] }
export type Asked = api.Asked
export type Seen = NonNullable<Approval['seen']>[number]
export type Mine = NonNullable<Approval['mine']>

export type Contact = api.Contact
export type CaseOwner = api.CaseOwner
export type Case = api.Case
export type CasePage = api.CasePage

export type Authority = Omit<api.Authority, 'most'> & { most: (api.AuthorityMost & { label: string })[] }
export type Names = api.Names
export type Name = Names['items'][number]

export type Person = api.Person
export type PersonNew = api.PersonNew
export type PersonChange = api.PersonChange
export interface PersonPage { items: Person[]; next?: string | null; count?: number; count_is?: 'exact' | 'at-least' }

export type Terms = api.Terms
export type Explained = api.Explained
export type PolicyDiff = api.PolicyDiff
export type PolicyTiers = api.TierTable
export interface Alerts { mail: { on: boolean; to?: string }; online: boolean; levels: { route: string; who: string; within?: string }[] }
export interface AlertTest { seq: Seq; mail?: DeliveryId }

export type Duty = api.Duty
export type Settings = api.Settings
export type SettingsChange = api.SettingsChange
/** What of the settings every page carries. */
export interface PublicSettings { undo_seconds: number; duty: Duty; language: 'en' | 'de'; signin_help?: string; organization?: string }
export type Setup = api.Setup
export type InvitationSeen = api.InvitationSeen
export type Starters = api.Starters
export type Starter = api.Starter

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
  getSettings: New<'GET', '/v1/settings', Settings>
  changeSettings: New<'PATCH', '/v1/settings', Settings, SettingsChange>
  getSetup: New<'GET', '/v1/setup', Setup>
  makeSetupCase: New<'POST', '/v1/setup/case', Case & { request: Request }, { starter: string }>
  getInvitation: New<'GET', '/v1/invitations/{token}', InvitationSeen>
}
export type Ops = Omit<api.Ops, keyof Added> & Added
