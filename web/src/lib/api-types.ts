// Made by tools/api_types.py from api/openapi.yaml, src/base/currency.def and src/ledger/event.def: not edited.

/** An amount in the organization's currency, with the digits that ISO 4217 gives it. Always a text: a JSON number has often been rounded by what wrote it. */
export type Money = string

/** RFC 3339, in UTC. */
export type Time = string

/** A day, in the organization's time zone. */
export type Date = string

/** An id that people choose: of a person, a team, a case, a customer, an action, a reason, a budget, a rule. */
export type Name = string

/** The number of an entry of the journal; it counts from 1 without gaps. */
export type Seq = number

/** A decision: 128 bits, ordered by time (UUIDv7), as "dec_" and 26 characters of base32. */
export type DecisionId = string

/** An approval: 128 bits, ordered by time (UUIDv7), as "apr_" and 26 characters of base32. */
export type ApprovalId = string

/** A token: 128 bits, ordered by time (UUIDv7), as "tok_" and 26 characters of base32. */
export type TokenId = string

/** A webhook: 128 bits, ordered by time (UUIDv7), as "whk_" and 26 characters of base32. */
export type WebhookId = string

/** A trial: 128 bits, ordered by time (UUIDv7), as "tri_" and 26 characters of base32. */
export type TrialId = string

/** A delivery: 128 bits, ordered by time (UUIDv7), as "dlv_" and 26 characters of base32. */
export type DeliveryId = string

/** RFC 9457. */
export interface Problem { type: string; title: string; status: number; detail?: string; instance?: string; errors?: FieldError[]; findings?: Finding[] }

export interface FieldError { at: string; message: string }

/** What is said of a case. A case that Leeway keeps (`/v1/cases`) is named by its id alone; to say more than that takes the right to say system facts. */
export interface CaseFacts { id: Name; opened?: Time; last_update?: Time; reopened?: boolean; escalated?: boolean }

/** May one do this? `null` stands for a member that is left out. */
export interface Request { agent?: Name; action: Name; amount?: Money; case?: Name | CaseFacts; customer?: Name; reason?: Name; channel?: Name; facts?: Record<string, unknown>; note?: string; evidence?: string | string[]; meta?: Record<string, unknown>; hold?: string; undo?: string }

/** What could be done now? As a request, but for the amount; with `action` only that action's options. */
export interface OptionsRequest { agent?: Name; action?: Name; case?: Name | CaseFacts; customer?: Name; reason?: Name; channel?: Name; facts?: Record<string, unknown>; note?: string; evidence?: string | string[]; meta?: Record<string, unknown>; for?: "customer" | "agent"; detail?: boolean }

export interface BatchItem { key?: Key; request: Request }

/** The caller's own name for this change: unique for a caller and a route, for at least 24 hours. */
export type Key = string

/** Something that the agent can do now. */
export interface Option { action: Name; up_to?: Money; grant?: Name; limit?: string; needs?: ("note" | "evidence")[]; label?: string; kind?: ActionKind; for?: ForAgent; why?: string; then?: string[]; effect?: BudgetEffect[]; limits?: OptionLimit[] }

export interface Because { rule: Name; failed: string }

export interface Level { who: string; within?: string }

/** What happens when nobody answers. */
export type Otherwise = "refuse" | { grant_up_to: Money }

export interface Hold { until: Time; then?: "confirm" }

/** The agent may do it; its budgets have been drawn. */
export interface Granted { id: DecisionId; at: Time; verdict: "granted"; meta?: Record<string, unknown>; policy: number; amount?: Money; grant?: Name; left: Record<string, Money>; left_times?: Record<string, number>; why: string; then: string[]; hold?: Hold; approval?: ApprovalId; approver?: Name }

/** Beyond the agent's own grants: somebody can be asked. */
export interface Ask { id: DecisionId; at: Time; verdict: "ask"; meta?: Record<string, unknown>; policy: number; route: Name; ask: Level[]; otherwise: Otherwise; rail?: Name; why?: string; instead?: string; can: Option[]; because: Because[]; needs: string[]; approval?: ApprovalId }

/** Nobody can say yes to this; one of `can`, `route`, `instead` and `needs` is always there to go on with. */
export interface Refused { id: DecisionId; at: Time; verdict: "refused"; meta?: Record<string, unknown>; policy: number; route?: Name; ask?: Level[]; otherwise?: Otherwise; rail?: Name; why?: string; instead?: string; can: Option[]; because: Because[]; needs: string[]; approval?: ApprovalId }

/** The answer to a request, as it was given. */
export type Decision = Granted | Ask | Refused

/** `final`: granted for good, asked or refused; `held`: set aside; `released`, `lapsed`: a hold let go, or whose time ran out; `reversed`: taken back. */
export type DecisionState = "final" | "held" | "released" | "lapsed" | "reversed"

export interface Reversal { at: Time; by: Name; reason?: string }

/** A decision as the record has it: the answer, what was asked, and what became of it. */
export type DecisionRecord = ((Granted | Ask | Refused)) & { seq: Seq; state: DecisionState; agent: Name; action: Name; stands_at?: Money; settled?: { at: Time; by: string }; reversal?: Reversal; asked?: DecisionId; asked_at?: Time; waited_usec?: number; flagged?: boolean; request: Record<string, unknown> }

/** A decision in a list. */
export interface DecisionRow { id: DecisionId; seq?: Seq; tier?: Name; hold?: Hold; at: Time; agent: Name; team?: Name; action: Name; amount?: Money; for?: ForAgent; verdict: "granted" | "ask" | "refused"; state: DecisionState; case?: Name; customer?: Name; reason?: Name; channel?: Name; grant?: Name; route?: Name; rail?: Name; approver?: Name; approval?: ApprovalId; policy?: number; agent_name?: string; agent_kind?: "human" | "ai" | "service" | "unknown"; approver_name?: string; waited_ms?: number }

export interface DecisionPage { items: DecisionRow[]; next?: string | null; count?: number; count_is?: "exact" | "at-least"; through: Seq }

/** One answer a request, in the same order. */
export interface BatchAnswers { answers: ({ key?: Key; status: number; body: Decision | Problem })[] }

export interface Options { options: Option[]; needs?: string[]; asks?: AskOption[]; instead?: string; policy?: number }

/** Where it stands. */
export type ApprovalState = "open" | "approved" | "declined" | "withdrawn" | "lapsed"

export interface Asked { person: Name; name?: string; level: number; at: Time; for?: Name; kind?: Kind }

export interface ApprovalAnswer { at: Time; by?: Name; name?: string; for?: Name; amount?: Money; action?: Name; note?: string; decision?: DecisionId; why?: string; waited_usec: number }

/** An ask on its way. */
export interface Approval { id: ApprovalId; decision: DecisionId; agent: Name; agent_name?: string; agent_kind?: Kind; team?: Name; action: Name; label?: string; amount?: Money; case?: Name; customer?: Name; reason?: Name; reason_label?: string; hold?: string; route: Name; state: ApprovalState; requested: Time; opened: Time; level: number; levels: number; asked: Asked[]; due?: Time; then?: { level?: number; who?: string; within?: string; due?: Time; otherwise?: Otherwise }; ends?: Time; otherwise: Otherwise; holds?: number; seen?: { by: Name; name?: string; at: Time }[]; nudges: number; nudged?: Time; mine?: { grant?: Name; why?: string; text?: string; most?: Money; effect: BudgetEffect[]; others: Option[] }; can?: Option[]; next?: Who; may_answer?: boolean; review?: boolean; digest: string; note?: string; evidence?: string | string[]; answer?: ApprovalAnswer; facts?: Record<string, unknown>; story?: Entry[] }

export interface ApprovalPage { items: Approval[]; next?: string | null }

/** Nothing to add. */
export type Ok = Record<string, never>

export interface Budget { budget: Name; per: ("agent" | "team" | "customer" | "case" | "organization")[]; window: "day" | "week" | "month" | "quarter" | "year" | "rolling" | "for-good"; over?: string; scope: Record<string, Name>; amount?: Money; drawn: Money; left?: Money; times: number; times_limit?: number; times_left?: number; until?: Time; own?: boolean; label?: string; name?: string; kind?: "human" | "ai" | "service" | "unknown"; active_days?: number }

export interface Budgets { items: Budget[]; next?: string }

/** Everybody is an agent; beyond that. */
export type Role = "lead" | "policy" | "people" | "quality" | "auditor" | "admin"

/** What acts. */
export type Kind = "human" | "ai" | "service"

export interface Certificate { name: Name; until?: Time }

export interface Presence { state: "here" | "away"; until?: Time; deputy?: Name }

export interface OwnLimit { amount?: Money; times?: number }

export interface Person { id: Name; name?: string; email?: string; phone?: string; team?: Name; tier?: Name; kind: Kind; roles: Role[]; holds: Certificate[]; hired_at?: Date | Time; left_at?: Date | Time; manager?: Name; budgets?: Record<string, OwnLimit>; team_path?: Name; active: boolean; can_sign_in?: boolean; online?: boolean; seen?: Time; open_cases?: number; presence?: Presence; version: number }

export interface PersonNew { id: Name; name?: string; email?: string; phone?: string; team?: Name; tier?: Name; kind?: Kind; roles?: Role[]; holds?: (string | Certificate)[]; hired_at?: Date | Time; left_at?: Date | Time; manager?: Name; budgets?: Record<string, Money | OwnLimit> }

/** Only what changes; `null` takes a member away. */
export interface PersonChange { name?: string | null; email?: string | null; phone?: string | null; team?: Name | null; tier?: Name | null; hired_at?: Date | Time | null; left_at?: Date | Time | null; manager?: Name | null; kind?: Kind; roles?: Role[]; holds?: (string | Certificate)[]; budgets?: Record<string, Money | OwnLimit>; active?: boolean }

export interface PersonPage { items: Person[]; next?: string | null; count?: number }

/** Line by line. */
export interface ImportReport { file?: string; applied: boolean; added: number; changed: number; unchanged: number; faulty: number; teams?: string[]; lines: ({ line: number; person?: Name; outcome: "added" | "changed" | "unchanged" | "faulty"; changes?: { field: string; from?: unknown; to?: unknown }[] })[]; errors: { line: number; column?: number; severity?: string; code?: string; message: string; hint?: string }[] }

export interface Invitation { person: Name; until: Time; link?: string }

export interface Erased { erased: number }

export interface Team { id: Name; name?: string; parent?: Name; path: Name; people?: number }

export interface TeamNew { id: string; name?: string; parent?: Name }

export interface TeamChange { name?: string; parent?: Name | null }

export interface TeamPage { items: Team[]; next?: string | null }

/** Where it stands. */
export type CaseState = "open" | "waiting" | "resolved" | "closed"

/** What became of it so far, from everything that happened to it but nudges (updates), in the order of time. Under way is what is neither resolved nor closed; of such a case the time since the last update counts as well. */
export interface CaseFigures { updates: number; owners: number; owner_changes: number; department_changes: number; reopenings: number; minutes_without_owner: number; longest_silence_minutes: number; first_owner?: Time; first_resolved?: Time; nudges_answered: number; nudge_answer_seconds?: number; repeat_contact?: RepeatContact }

/** Whether the customer came again within so many days after the case was first resolved, and, where both cases say so, about the same. */
export interface RepeatContact { days: number; state: "open" | "none" | "came"; at?: Time }

/** What could be said. */
export interface RatingScale { min: number; max: number }

export interface RatingNew { case: Name; rating: number; scale?: RatingScale; at?: Time; agent?: Name; customer?: Name; comment?: string; source?: Name }

export interface Rating { id: string; case: Name; customer?: Name; agent?: Name; team?: string; at: Time; value: number; scale: RatingScale; share: number; source?: Name; comment?: string }

export interface OutcomeNew { outcome: "kept" | "lost"; at?: Time }

export interface Outcome { customer: Name; outcome: "kept" | "lost"; at: Time }

/** Shares and money as texts, a number or seconds as a number. */
export interface BroughtValue { n: number; value?: string | number; low?: string | number; high?: string | number }

export interface BroughtFigure { figure: "first_contact" | "repeat_contact" | "handovers" | "time_to_resolve" | "time_to_authority" | "rating" | "rating_remedy" | "rating_no_remedy" | "customers_kept" | "cost_per_kept"; kind: "share" | "number" | "seconds" | "money"; now: BroughtValue; before: BroughtValue; change: BroughtValue }

export interface StayingGroup { tier?: Name; people: number; left: number; after: { years: number; share?: string; low?: string; high?: string }[] }

export interface TrackEndedPage { items: TrackEnded[]; next?: string }

export interface TrackEnded { id: string; case: string; at: Time; agent?: string; agent_name?: string; channel?: string; resolve_seconds?: number; rating?: string }

export interface Brought { since: Time; until: Time; repeat_contact_days: RepeatDays; currency?: string; figures: BroughtFigure[]; staying: { whole: StayingGroup; tiers: StayingGroup[]; hidden: number; differ?: { chi_squared: number; freedom: number; p: number } }; cases?: ({ case?: Name; decision?: DecisionId; customer?: Name; at?: Time; value: string | number })[] }

export interface RatingPage { items: Rating[]; next?: string }

/** Cases that do not move. */
export interface StaleSummary { by: "owner" | "department"; groups: { owner?: Name; owner_name?: string; owner_left?: boolean; department?: Name; department_name?: string; cases: number; escalated: number; longest_over_minutes: number; longest_silence_minutes: number; nudges: number; nudges_answered: number; nudge_answer_seconds?: number }[]; total: { cases: number; escalated: number; longest_over_minutes: number; longest_silence_minutes: number; nudges: number; nudges_answered: number; nudge_answer_seconds?: number } }

/** What an import of records did, line by line. */
export interface RecordsReport { file: string; applied: boolean; added: number; changed: number; unchanged: number; faulty: number; ignored: string[]; lines: ({ line: number; case?: string; outcome: "added" | "changed" | "unchanged" | "faulty" })[]; errors: { line: number; column: number; code: string; message: string; hint: string }[] }

export interface Case { id: Name; state: CaseState; waiting_for?: Name; customer?: Name; owner?: Name; department?: Name; channel?: Name; subject?: string; opened: Time; last_update?: Time; promise?: Time; reopened: boolean; escalated: boolean; facts: Record<string, unknown>; closed?: Time; nudges?: number; nudged?: Time; over_days?: number; moved?: Time; owner_name?: string; owner_left?: boolean; figures: CaseFigures; version: number }

export interface CaseNew { id: Name; customer?: Name; owner?: Name; department?: Name; channel?: Name; subject?: string; opened?: Time; last_update?: Time; promise?: Time; reopened?: boolean; escalated?: boolean; facts?: Record<string, unknown>; state?: CaseState; waiting_for?: Name }

/** Only what changes; `facts` are merged, `null` takes one away. */
export interface CaseChange { customer?: Name | null; owner?: Name | null; department?: Name | null; waiting_for?: Name | null; channel?: Name | null; subject?: string; opened?: Time; last_update?: Time | null; promise?: Time | null; reopened?: boolean; escalated?: boolean; facts?: Record<string, unknown>; state?: CaseState }

export interface CasePage { items: Case[]; next?: string | null }

/** What a token may do. */
export type Scope = "decide" | "facts" | "read" | "policy" | "people" | "admin"

export interface Token { id: TokenId; name?: string; scopes: Scope[]; person?: Name; made_at: Time; made_by?: string; ends_at: Time; last_used_at?: Time; revoked_at?: Time; state: "active" | "ended" | "revoked" }

export interface TokenMade { id: TokenId; name?: string; scopes: Scope[]; person?: Name; made_at: Time; made_by?: string; ends_at: Time; last_used_at?: Time; revoked_at?: Time; state: "active" | "ended" | "revoked"; token?: string; shown_once?: boolean }

export interface TokenNew { name?: string; scopes: Scope[]; person?: Name; days?: number }

export interface TokenPage { items: Token[]; next?: string | null }

export interface Finding { severity: "error" | "warning"; code: string; line?: number; column?: number; rule?: string; message: string; hint?: string }

export interface Findings { findings: Finding[] }

export interface PolicyVersion { version: number; live: boolean; live_at?: Time; at: Time; who: string; note?: string; reason?: string; normal?: boolean; organization?: string; sha256: string; variables?: number; findings?: Finding[] }

export interface Policy { version: number; live: boolean; live_at?: Time; at: Time; who: string; note?: string; reason?: string; normal?: boolean; organization?: string; sha256: string; source: string }

export interface LivePolicy { version: number; live: boolean; live_at?: Time; at: Time; who: string; note?: string; reason?: string; normal?: number; organization?: string; sha256: string; source: string }

export interface PolicyPage { items: PolicyVersion[]; next?: string | null }

export interface Trial { id: TrialId; version: number; base: number; teams: string[]; under: boolean; share?: string; from: Time; until: Time; who: string; note?: string; changes: string[]; stops?: TrialStops; day?: { cost: Money; from?: Time }; state: "running" | "ended"; ended?: { how: "kept" | "ended" | "time" | "cost" | "published" | "rolled_back"; at: Time; by: string; note?: string } }

export interface TrialStops { cost_a_day?: Money }

export interface TrialPage { items: Trial[]; next?: string | null }

export interface TrialStart { draft?: string; source?: string; version?: number; teams?: string[]; share?: string; until: Time; note?: string; reason?: string; stops?: TrialStops }

export interface TrialLook { base: number; teams: string[]; changes: string[] }

export interface TrialExtend { until: Time }

export interface TrialPower { days: number; days_used: number; teams_new: number; teams_kept: number; least: EffectLeast; now: EffectLeast }

/** Figures by measure. Of changes: the smallest that shows; of what is missing none would. */
export interface EffectLeast { cost_per_case?: Money; granted_at_once?: string; time_to_authority?: number; rating?: string }

/** As a text an amount, or a share of 1 (of a rating: of its scale) with four digits; seconds as a number. */
export type EffectFigure = string | number

export interface EffectMeasure { measure: "cost_per_case" | "granted_at_once" | "time_to_authority" | "rating"; says: "no_data" | "too_few_teams" | "nothing" | "better" | "worse"; teams_new: number; teams_kept: number; new_before?: EffectFigure; new_after?: EffectFigure; kept_before?: EffectFigure; kept_after?: EffectFigure; change?: EffectFigure; low?: EffectFigure; high?: EffectFigure }

export interface PolicyEffect { version: number; against_version?: number; verdict: "too_early" | "too_few_teams" | "worked" | "cost_only" | "worse" | "mixed"; words: string; since?: Time; until?: Time; ended?: boolean; against?: "teams" | "before"; days?: number; days_before?: number; days_used?: number; next_look_days?: number; next_look?: Time; next_look_shows?: EffectLeast; decided?: { new: number; kept: number }; teams?: { new: string[]; kept: string[] }; measures: EffectMeasure[]; unknown: string[] }

export interface TrialKeep { note?: string; ends_trials?: boolean }

export interface TrialEnd { note?: string }

export interface Shadow { title: string; draft?: string; draft_tag?: string; version?: number; tag: string; since: Time; until?: Time; who: string; name?: string; reason?: string; undrawn?: string[]; requests: number; same: number; more: number; less: number; errors: number; cost_more?: Money; cost_less?: Money; by_action: ShadowAction[]; items: ShadowItem[]; next?: string | null }

export interface ShadowAction { name: string; requests: number; more: number; less: number; errors: number }

export interface ShadowItem { decision: string; at: Time; agent?: string; name?: string; case?: string; action: string; amount?: Money; before: "granted" | "ask" | "refused"; shadow: "granted" | "ask" | "refused" | "error"; possible?: Money; error?: string }

/** One of `draft`, `source` and `version` says which policy runs. */
export interface ShadowStart { draft?: string; source?: string; version?: number; until?: Time; reason?: string }

export interface PolicySource { source: string }

/** There is one draft; before the first one is kept, it is the live version's source. */
export interface Draft { source: string; tag?: string; at?: Time; who?: string }

export interface DraftKept { tag: string; findings?: Finding[] }

export interface Suggestion { id: string; kind: "raise" | "open" | "hint"; words: string; path?: string; before?: string; after?: string; action?: string; reason?: string; asks: number; yes: number; yes_unchanged: number; no: number; at_least: string; middle_seconds: number; managers: number; from: Time; until: Time; replay?: SuggestionReplay }

/** What the change would have done in the window, beside the live policy. */
export interface SuggestionReplay { more: number; less: number; cost: string; avoided: number; avoided_waiting_seconds: number; newly_asked: number; newly_asked_cost: Money }

export interface SuggestionRule { days: number; asks: number; share: string; confidence: string; words: string }

export interface SuggestionList { items: Suggestion[]; rule: SuggestionRule; withheld?: number; asks: number }

export interface SuggestionDismissal { reason?: string }

export interface DraftInfo { id: string; title: string; from?: number; at: Time; who: string; name?: string; tag: string; variables: number; errors: number }

export interface DraftWhole { id: string; title: string; from?: number; at: Time; who: string; name?: string; tag: string; variables: number; errors: number; reason?: string; source: string }

export interface DraftList { items: DraftInfo[]; shadow?: boolean }

export interface DraftNew { title?: string; source?: string; from?: number }

export interface DraftPut { title?: string; source?: string; reason?: string }

export interface DraftSet { path: string; value: string | number | boolean }

export interface DraftEdited { source: string; tag: string; findings: Finding[] }

export interface DraftChanges { from?: number; variables: number; items: ({ path: string; kind: "added" | "removed" | "changed"; before?: string; after?: string; variable?: string; words: string })[] }

export interface Normal { version: number }

export interface Publish { draft?: string; source?: string; note?: string; reason?: string; renames?: boolean; ends_trials?: boolean }

export interface Rollback { version?: number; normal?: boolean; note?: string }

export interface Webhook { id: WebhookId; url: string; name?: string; kinds: string[]; texts: boolean; active: boolean; made: Time; by?: string; waiting?: number; failing_since?: Time; why?: string }

export interface WebhookMade { id: WebhookId; url: string; name?: string; kinds: string[]; texts: boolean; active: boolean; made: Time; by?: string; waiting?: number; failing_since?: Time; why?: string; secret?: string; shown?: boolean }

export interface WebhookNew { url: string; name?: string; kinds?: string[]; texts?: boolean }

export interface WebhookChange { url?: string; name?: string; kinds?: string[]; texts?: boolean; active?: boolean }

export interface WebhookPage { items: Webhook[]; next?: string | null }

export interface Delivery { id: DeliveryId; kind: string; seq?: Seq; at: Time; state: "waiting" | "delivered" | "failed" | "dropped"; attempts: number; next?: Time; status?: number; error?: string; person?: Name }

export interface DeliveryLooked { id: DeliveryId; kind: string; seq?: Seq; at: Time; state: "waiting" | "delivered" | "failed" | "dropped"; attempts: number; next?: Time; status?: number; error?: string; person?: Name; payload: string }

export interface DeliveriesResent { again: number }

export interface DeliveryPage { items: Delivery[]; next?: string | null }

export interface DeliveryStarted { delivery: DeliveryId }

/** From the request to the answer that lets the agent act. */
export interface TimeToAuthority { team?: Name; route?: string; day?: Time; count: number; p50_ms: number; p95_ms: number; max_ms?: number }

export interface Counts { team?: Name; action?: Name; reason?: string; agent?: Name; day?: Time; decisions: number; granted: number; asked: number; refused: number; approved?: number; reversed?: number; granted_amount?: Money; returned_amount?: Money }

export interface Stats { through: Seq; time_to_authority: TimeToAuthority[]; counts: Counts[] }

/** An entry of the journal. */
export interface Entry { seq: number; at: Time; kind: string; actor: string; body: Record<string, unknown>; hash: string }

export interface Me { actor: string; person?: Person; token?: Token; rights: Record<string, "none" | "own" | "team" | "all">; organization?: string; currency?: string; time_zone?: string; policy?: number }

export interface SignIn { person: string; password: string }

export interface NewPassword { old: string; new: string }

export interface Accept { password: string; id?: Name; name?: string; email?: string }

export interface Health { status: "ok"; version?: string }

export interface Confirm { amount?: Money }

export interface Reverse { reason: string }

export interface AskFor { note?: string; evidence?: string | string[]; hold?: string }

export interface Approve { amount?: Money; action?: Name; note?: string }

export interface Decline { note: string }

export interface Note { note?: string }

export interface EraseReason { reason?: string }

export interface Evidence { count: number; withheld?: string; of: "asked" | "all"; since: Time; through: Seq; amounts?: Money[]; p25?: Money; median?: Money; p75?: Money; at_once?: number; ended?: { stood: number; less: number; reversed: number; came_back: number }; near?: { amount: Money; count: number; stood: number }[]; unusual?: ("reversed-before" | "third-in-30-days" | "many-agents")[] }

export interface Today { day: Date; decisions: number; at_once: number; asked: number; refused: number; given?: Money; returned?: Money; streak: number; waits: { count: number; p50_ms: number; p95_ms: number; lapsed: number }; hours: { hour: number; at_once: number; asked: number }[]; through: Seq }

/** A part of 1. */
export type TrackShare = string

/** An amount in the policy's currency, which may be below zero. */
export type TrackAmount = string

export interface TrackCell { decisions: number; given: number; at_once: number; asked: number; answered: number; amount: Money; each?: Money; given_share?: TrackShare; at_once_share?: TrackShare; asked_share?: TrackShare; waited_seconds?: number; resolved: number; resolve_seconds?: number; ratings: number; rating?: TrackShare }

/** An agent beside what was to be expected of their cases: the amount given a decision. */
export interface TrackAmountCompared { z: number; p: number; q: number; outside_20: number; outside_500: number; named: boolean; expected: TrackAmount; difference: TrackAmount; likely: TrackAmount }

/** The same of a share of decisions, or of ratings (of cases rated). */
export interface TrackShareCompared { z: number; p: number; q: number; outside_20: number; outside_500: number; named: boolean; expected: TrackShare; difference: TrackShare; likely: TrackShare }

export interface TrackAmountFunnel { agents: number; times_chance: number; curve: { decisions: number; low_20: TrackAmount; high_20: TrackAmount; low_500: TrackAmount; high_500: TrackAmount }[] }

export interface TrackShareFunnel { agents: number; times_chance: number; curve: { decisions: number; low_20: TrackShare; high_20: TrackShare; low_500: TrackShare; high_500: TrackShare }[] }

/** The same of the time from opened to resolved, in seconds, of cases resolved. */
export interface TrackSecondsCompared { z: number; p: number; q: number; outside_20: number; outside_500: number; named: boolean; expected: number; difference: number; likely: number }

export interface TrackSecondsFunnel { agents: number; times_chance: number; curve: { decisions: number; low_20: number; high_20: number; low_500: number; high_500: number }[] }

export interface TrackAgent { id: Name; name?: string; team?: string; kind: "human" | "ai"; decisions: number; given: number; at_once: number; asked: number; answered: number; amount: Money; each?: Money; given_share?: TrackShare; at_once_share?: TrackShare; asked_share?: TrackShare; waited_seconds?: number; resolved: number; resolve_seconds?: number; ratings: number; rating?: TrackShare; amount_compared?: TrackAmountCompared; given_compared?: TrackShareCompared; asked_compared?: TrackShareCompared; resolve_compared?: TrackSecondsCompared; rating_compared?: TrackShareCompared }

export type TrackFigure = "amount" | "each" | "given" | "asked" | "at_once" | "decisions" | "waiting"

/** In the chart's unit: money, a share of 1, a count, seconds. */
export type TrackValue = string

/** Which charts' limits it lies outside of, -1 below and 1 above. */
export interface TrackSides { single?: -1 | 1; range?: -1 | 1; ewma?: -1 | 1; cusum?: -1 | 1 }

export interface TrackPhase { first: number; points: number; at: Time; policy_version?: number; usual?: TrackValue; low?: TrackValue; high?: TrackValue; range?: TrackValue; range_high?: TrackValue }

export interface TrackPoint { at: Time; decisions: number; value: TrackValue; range?: TrackValue; ewma?: TrackValue; ewma_low?: TrackValue; ewma_high?: TrackValue; up?: number; down?: number; outside?: TrackSides; cause?: CauseNote }

export interface TrackChart { of: TrackFigure; unit: "money" | "share" | "count" | "seconds"; by: "day" | "week"; since: Time; until: Time; team?: string; agent?: Name; cause?: string; currency?: string; usual: { ewma_weight: number; ewma_edge: number; cusum_free: number; cusum_edge: number }; phases: TrackPhase[]; points: TrackPoint[]; open: { point: number; at: Time; outside: TrackSides }[] }

export interface CauseNote { text?: string; by: Name; at: Time }

export interface CauseNoteNew { of: TrackFigure; by: "day" | "week"; team?: string; agent?: Name; cause?: string; at: Time; text: string }

export interface CauseFix { text?: string; from?: Time; policy_version?: number }

export interface CauseNew { owner?: string; fix?: { text: string; from?: string; policy_version?: number } }

export interface CauseKept { cause: string; label?: string; department?: string; owner?: Name; owner_name?: string; fix?: CauseFix; changed_by?: Name; changed_at?: Time; version: number }

export interface Cause { cause: string; label?: string; department?: string; owner?: Name; owner_name?: string; fix?: CauseFix; changed_by?: Name; changed_at?: Time; version: number; decisions: number; given: number; at_once: number; asked: number; answered: number; amount: Money; each?: Money; given_share?: TrackShare; at_once_share?: TrackShare; asked_share?: TrackShare; waited_seconds?: number; cases: number; resolved: number; resolve_seconds?: number; ratings: number; rating?: TrackShare; share?: TrackShare; share_so_far?: TrackShare; may: "change"[] }

export interface CauseList { items: Cause[] }

export interface CauseMeasure { measure: "cost_per_case" | "share_of_requests" | "time_to_authority" | "rating"; says: "no_data" | "too_few_teams" | "nothing" | "better" | "worse"; teams_new: number; teams_kept: number; new_before?: EffectFigure; new_after?: EffectFigure; kept_before?: EffectFigure; kept_after?: EffectFigure; change?: EffectFigure; low?: EffectFigure; high?: EffectFigure }

export interface CauseEffect { cause: Name; version?: number; against_version?: number; verdict: "too_early" | "too_few_teams" | "worked" | "cost_only" | "worse" | "mixed"; words: string; since?: Time; until?: Time; ended?: boolean; against?: "teams" | "before"; days?: number; days_before?: number; days_used?: number; next_look_days?: number; next_look?: Time; next_look_shows?: EffectLeast; decided?: { new: number; kept: number }; teams?: { new: string[]; kept: string[] }; measures: CauseMeasure[]; unknown: string[] }

export interface TrackCause { reason: string; label?: string; owner?: string; decisions: number; given: number; at_once: number; asked: number; answered: number; amount: Money; each?: Money; given_share?: TrackShare; at_once_share?: TrackShare; asked_share?: TrackShare; waited_seconds?: number; resolved: number; resolve_seconds?: number; ratings: number; rating?: TrackShare; share?: TrackShare; share_so_far?: TrackShare }

export interface TrackDay { day: Time; decisions: number; given: number; at_once: number; asked: number; answered: number; amount: Money; each?: Money; given_share?: TrackShare; at_once_share?: TrackShare; asked_share?: TrackShare; waited_seconds?: number }

export interface Track { since: Time; days: number; team?: string; agent?: string; currency?: string; whole: TrackCell; funnels: { amount: TrackAmountFunnel; given: TrackShareFunnel; asked: TrackShareFunnel; resolve: TrackSecondsFunnel; rating: TrackShareFunnel }; agents: TrackAgent[]; causes: TrackCause[]; by_day: TrackDay[]; chart?: { phases: { first: number; days: number; usual?: Money; low?: Money; high?: Money }[]; outside: ({ day: number; side: -1 | 1 })[] } }

/** A budget as it stands before the act; what is left after it is `left` less the amount. */
export interface BudgetEffect { budget: Name; label?: string; scope: Record<string, string>; left?: Money; amount?: Money; times_left?: number; until?: Time; window: "day" | "week" | "month" | "quarter" | "year" | "rolling" | "for-good"; over?: string }

export interface OptionLimit { of: "up_to" | "at_most" | "budget" | "when"; amount?: Money; text?: string; budget?: Name; left?: Money; amount_of?: Money; until?: Time }

/** Something that somebody else could give. */
export interface AskOption { action: Name; label?: string; kind?: ActionKind; for?: ForAgent; route: Name; up_to?: Money; first?: Who; levels: Level[]; otherwise: Otherwise; rail?: Name; why?: string }

/** Somebody who would be asked. */
export interface Who { person: Name; name?: string; kind: "human" | "ai" | "service" | "unknown"; state: "here" | "away"; online: boolean; usual_ms?: number; phone?: string; email?: string; deputy_of?: Name }

export interface Alerts { mail: { on: boolean; to?: string }; online: boolean; levels: { route: Name; who: string; within?: string }[] }

export interface AlertTest { seq: Seq; mail?: DeliveryId }

export type ActionKind = "money" | "item" | "change"

/** It goes to the agent themselves (`for: agent` in the policy), such as a course. Absent: to a customer. */
export type ForAgent = "agent"

/** Everything that has a name in the policy. A label that the policy does not give is made of the name. */
export interface Terms { version: number; organization: string; currency?: string; time_zone: string; why?: string; instead?: string; tiers: string[]; channels: string[]; actions: { name: Name; label: string; kind: ActionKind; for?: ForAgent }[]; reasons: { name: Name; label: string; owner?: string }[]; facts: FactTerm[]; budgets: ({ name: Name; label: string; per: ("agent" | "team" | "customer" | "case" | "organization")[]; window: "day" | "week" | "month" | "quarter" | "year" | "rolling" | "for-good"; over?: string })[]; routes: { id: Name; for: Name[]; levels: RouteLevel[]; otherwise: Otherwise }[]; teams: string[]; certificates: string[] }

export interface RouteLevel { who: string; within?: string }

export interface FactTerm { name: string; label: string; type: string; from: "system" | "agent"; optional: boolean; one_of?: (string | number | boolean)[]; default?: unknown; read_by: Name[] }

/** How to reach somebody. */
export interface Contact { person: Name; name?: string; kind: Kind; email?: string; phone?: string; state: "here" | "away"; until?: Time; online: boolean; active: boolean; team?: Name; team_name?: string; deputy?: Named; manager?: Named }

export interface Named { person: Name; name?: string }

/** Who has a case. */
export interface CaseOwner { id: Name; state: CaseState; opened: Time; owner?: Contact; department?: { id: Name; name?: string }; since?: Time; moved: Time; promise?: Time; nudges: number; nudged?: Time; chain: ({ at: Time; kind: "opened" | "handed" | "changed" | "nudged"; by: string; by_name?: string; owner?: Name; owner_name?: string; department?: Name; note?: string })[]; may: ("nudge" | "take" | "hand-over")[]; version: number }

export type ReviewState = "open" | "done" | "skipped"

/** `random`: by its rank. `fallback`: nobody answered the ask. `left_unused`: refused or asked, with an own remedy to hand, and nothing was given. `far`: the amount lies far from similar ones, on either side. `third`: the customer's third remedy within 30 days. `no_remedy`: a case closed without any decision. `low_rating`: the customer rated the case in the lowest quarter of the scale. `other`: another remedy was given than was first proposed. `picked`: somebody wants it looked at. */
export type ReviewWhy = "random" | "fallback" | "left_unused" | "far" | "third" | "no_remedy" | "low_rating" | "other" | "picked"

export type ReviewAmount = "too_little" | "right" | "too_much"

export type ReviewCause = "right" | "wrong" | "unsure"

export type ReviewKept = "yes" | "no" | "unsure"

export type ReviewUnderstood = "yes" | "not_yet"

export type ReviewNote = string

/** One of them. */
export interface ReviewPick { decision?: string; case?: Name; reason?: string }

export interface ReviewDraw { team: Name; week?: string }

export interface ReviewDrawn { team: Name; week: Time; at: Time; seed_seq: number; seed: string; number: number; random_percent: number; pool: number }

export interface ReviewShares { team: Name; number: number; random_percent: number; set: boolean; proposed: { number?: number; random_percent?: number; words: string[]; random: ReviewFound; chosen: ReviewFound } }

export interface ReviewFound { sent: number; trouble: number }

export interface CoachingPage { items: Coaching[]; next?: string }

export type CoachingMeasure = "amount" | "given" | "asked" | "resolve" | "rating"

export type CoachingWords = string

/** A day, such as `2026-12-01`, or a moment; at most a year ahead. */
export type CoachingDay = string

/** A note, or steps, or both. */
export interface CoachingNew { person: Name; review?: string; measure?: CoachingMeasure; note?: CoachingWords; steps?: CoachingStepNew[]; follow_up?: CoachingDay | null }

export interface CoachingStepNew { text: CoachingWords; due?: CoachingDay | null }

export interface CoachingText { text: CoachingWords }

export interface CoachingTick { done: boolean }

export interface CoachingFollowUp { at: CoachingDay | null }

export interface CoachingClose { text?: CoachingWords }

export interface Coaching { id: string; person: Name; person_name?: string; lead: Name; lead_name?: string; state: "open" | "closed"; opened: Time; review?: string; measure?: CoachingMeasure; follow_up?: Time; due: boolean; closed?: Time; closed_by?: Name; closed_by_name?: string; notes: { at: Time; by: Name; by_name?: string; text?: string }[]; steps: { place: number; text?: string; at: Time; by: Name; by_name?: string; due?: Time; done?: Time; done_by?: Name; done_by_name?: string }[]; before?: OwnFigures; may: ("note" | "agree" | "tick" | "follow_up" | "close")[]; version: number }

/** One person beside what their cases call for. Measures are absent when they decided nothing. */
export interface OwnFigures { since: Time; until: Time; decisions: number; amount?: OwnMeasure; given?: OwnMeasure; asked?: OwnMeasure; resolve?: OwnSeconds; rating?: OwnMeasure }

/** A case that was resolved, on average: seconds from opened to resolved. */
export interface OwnSeconds { value: number; expected?: number; difference?: number; outside_20?: -1 | 0 | 1; outside_500?: -1 | 0 | 1 }

/** A decision, on average: money for `amount`, a share for the others; of `rating` how far along the scale, a rating. What is to be expected is absent where it can not be told yet. */
export interface OwnMeasure { value: string; expected?: string; difference?: string; outside_20?: -1 | 0 | 1; outside_500?: -1 | 0 | 1 }

export interface ReviewAgreement { since: Time; needed: number; reviews?: number; questions?: ReviewQuestions; pairs: { one: Name; one_name?: string; other: Name; other_name?: string; reviews: number; questions: ReviewQuestions }[]; words: string[] }

export interface ReviewQuestions { amount: ReviewAgreed; cause: ReviewAgreed; kept: ReviewAgreed; understood: ReviewAgreed }

export interface ReviewAgreed { counts: number[]; reviews: number; same: number; enough: boolean; plain?: Kappa; linear?: Kappa }

/** 1: always the same answer; 0: as often as by chance. Absent where both gave one answer always. `linear`: near answers count in part. */
export interface Kappa { kappa: string; low: string; high: string }

export interface ReviewSharesNew { team: Name; number: number; random_percent: number }

/** As far as it has come. */
export interface ReviewDraft { amount?: ReviewAmount | null; cause?: ReviewCause | null; kept?: ReviewKept | null; understood?: ReviewUnderstood | null; note?: ReviewNote | null }

export interface ReviewSaved { saved: Time }

export interface ReviewAnswerNew { amount: ReviewAmount; cause: ReviewCause; kept: ReviewKept; understood: ReviewUnderstood; note?: ReviewNote }

export interface ReviewReason { reason: ReviewNote }

export interface ReviewText { text: ReviewNote }

export interface ReviewMark { marked: boolean }

export interface ReviewAppealDecision { outcome: "stands" | "changed"; text: ReviewNote; answer?: ReviewAnswerNew }

export interface ReviewAnswer { reviewer?: Name; reviewer_name?: string; at: Time; appeal: boolean; amount: ReviewAmount; cause: ReviewCause; kept: ReviewKept; understood: ReviewUnderstood; note?: string }

/** A look at a decision, or at a case that was closed without one. Of those listed by `scenario` only what names nobody. */
export interface Review { id: string; team?: string; week?: Time; kind: "decision" | "case"; decision?: string; agent?: Name; agent_name?: string; customer?: Name; case?: Name; action?: string; action_label?: string; verdict: "granted" | "ask" | "refused" | "none"; amount?: Money; currency?: string; happened?: Time; why: ReviewWhy; detail?: { could?: Record<string, unknown>; median?: Money; low?: Money; high?: Money; similar?: number; remedies?: number; days?: number; rated_percent?: number; proposed?: string }; second?: boolean; state?: ReviewState; scenario?: boolean; answers: ReviewAnswer[]; blind?: boolean; closed?: Time; pick_reason?: string; skip_reason?: string; reply?: string; replied?: Time; appeal?: { state: "open" | "stands" | "changed"; at: Time; text?: string; by?: Name; by_name?: string; decided?: Time; note?: string }; draft?: ReviewDraft; saved?: Time; stands?: { state: "final" | "held" | "released" | "lapsed" | "reversed"; at?: Time; by?: string; by_name?: string }; may?: ("send" | "skip" | "second" | "scenario" | "reply" | "appeal" | "decide")[]; version?: number }

export interface ReviewPage { items: Review[]; next?: string; draw?: ReviewDrawn }

export interface LoweringNew { person: Name; to: LoweringTo; until: string; reason: string }

/** What they are to have, as changePerson takes it. Something must be less, and nothing more. */
export interface LoweringTo { tier?: string | null; team?: string | null; holds?: unknown[]; budgets?: Record<string, unknown> }

/** A text of an author, and how it is to be shown. `moodle`: plain, line ends count. */
export interface RichText { format: "moodle" | "html" | "plain" | "markdown"; text: string }

export interface CourseNew { files: Record<string, string> }

export interface CoursePublished { course: Name; version: number; sha256: string }

export interface PlanHead { plan: string; cause?: string; label?: string; gone?: boolean; version: number; steps: number; built_in: boolean; by?: string; name?: string; at?: string; needs?: PlanNeed[] }

export interface PlanList { general: PlanHead; needs: PlanHead; items: PlanHead[] }

export interface PlanPage { plan: string; cause?: string; label?: string; gone?: boolean; version: number; steps: number; built_in: boolean; by?: string; name?: string; at?: string; text: string; whole?: Plan; needs?: PlanNeed[] }

export interface Plan { cause?: string; label?: string; needs: PlanNeed[]; steps: PlanStep[] }

export interface PlanStep { step: "listen" | "say_back" | "find_cause" | "find_need" | "choose" | "prevent"; text: string; questions: string[]; from: "cause" | "general" | "built_in" }

export interface PlanNeed { id: string; label: string; usual?: boolean }

export interface PlanText { text: string }

export interface PlanNew { text: string; version?: number }

export interface PlanChecked { findings: CourseFinding[]; page?: PlanPage }

export interface PlansWritten { items: { plan: string; version: number; changed: boolean }[] }

/** One of step, cause and need at least. */
export interface PlanTick { step?: "listen" | "say_back" | "find_cause" | "find_need" | "choose" | "prevent"; done?: boolean; cause?: string; need?: string }

export interface PlanTicked { step: "listen" | "say_back" | "find_cause" | "find_need" | "choose" | "prevent"; by: string; name?: string; at: string }

export interface PlanFound { id: string; label: string; by: string; name?: string; at: string }

export interface PlanWords { cause?: PlanFound; need?: PlanFound }

export interface CaseTicks { case: string; done: number; of: number; ticked: PlanTicked[]; found: PlanWords }

export interface CasePlan { case: string; done: number; of: number; ticked: PlanTicked[]; found: PlanWords; because?: "found" | "asked" | "decision"; plan: Plan }

export interface CourseChecked { findings: CourseFinding[]; questions: ({ file: string; line: number; kind: "choice" | "choices" | "true-false" | "number" | "matching" | "short" | "essay" | "description" | "amount" | "scenario"; title?: string; answers: number })[]; course?: Course }

export interface CourseFinding { file: string; line: number; severity: "error" | "warning"; code: string; message: string; hint: string }

/** A grant of the live policy that asks for the certificate. */
export interface CourseOpens { grant: string; says: string; why?: string }

/** Whether the caller holds the certificate now. */
export interface CourseMine { holds: boolean; until?: Time }

export interface CourseItem { kind: "page" | "choice" | "choices" | "true-false" | "number" | "matching" | "short" | "essay" | "description" | "amount" | "scenario"; id?: string; title?: string; text?: RichText; options?: CourseOption[]; asked?: string[]; matches?: string[]; ruler?: CourseRuler; ask?: string; request?: Record<string, unknown>; as?: Record<string, unknown>; drawn?: Record<string, unknown> }

/** Something to choose. Of a scenario: a remedy, with its action unless nothing is given, and a ruler where it has an amount. */
export interface CourseOption { option: number; text?: RichText; action?: Name; ruler?: CourseRuler }

export interface CourseRuler { from: string; to: string }

export interface Course { id: Name; title: string; version: number; pass: number; questions: number; asked: number; certificate?: Name; valid_days?: number; tries?: number; per_version?: boolean; currency?: string; at: Time; opens: CourseOpens[]; mine: CourseMine; items?: CourseItem[] }

export interface Page { slug: string; title: string; reasons: string[]; teams: string[]; language?: string; version: number; at: string; by: string; body: string }

export interface PageFound { slug: string; title: string; reasons: string[]; teams: string[]; language?: string; version: number; at: string; by: string; fits?: boolean; snippet: { text: string; marked?: boolean }[] }

export interface PageList { items: PageFound[]; matched: "all" | "any"; next?: string }

export interface PageNew { slug?: string; title: string; body: string; reasons?: string[]; teams?: string[]; language?: string; new?: boolean }

export interface PageSaved { slug: string; version: number }

export interface PageChecked { findings: CourseFinding[] }

export interface CoursePage { items: Course[] }

export interface Practised { answer?: RehearsedAnswer; preview?: Options }

export interface ScenarioDraft { decision: DecisionId; file: string; text: string; changed: ({ kind: "customer" | "case" | "person" | "mail" | "phone" | "number"; to: string; times: number })[]; look_over: string[] }

export interface StaleRemedy { option: number; action: Name; amount?: Money; verdict?: "granted" | "ask" | "refused"; why: string }

export interface StaleQuestion { course: Name; version: number; by: Name; question: string; title?: string; file: string; line: number; remedies: StaleRemedy[] }

export interface StalePage { items: StaleQuestion[]; policy: number }

export interface CourseFiles { id: Name; version: number; sha256: string; at: Time; by: Name; files: Record<string, string> }

/** The one member that fits the question; of a scenario `choice` and, where the remedy has a ruler, `amount`. */
export interface AnswerNew { choice?: number; amount?: string; choices?: number[]; truth?: boolean; matches?: string[]; text?: string; number?: string }

export interface Grade { credit: string; graded: boolean; options: GradeOption[]; general?: RichText; peers?: RichText; ended?: RichText }

/** Amounts of a remedy. */
export interface GradeRange { credit: string; chosen: boolean; from?: string; to?: string; other?: boolean; feedback?: RichText }

/** What a decision would answer; nothing was drawn or recorded. */
export interface RehearsedAnswer { verdict: "granted" | "ask" | "refused"; amount?: Money; grant?: Name; left?: Record<string, Money>; left_times?: Record<string, number>; why?: string; then?: string[]; route?: Name; ask?: Level[]; otherwise?: Otherwise; rail?: Name; instead?: string; can?: Option[]; because?: Because[]; needs?: string[] }

/** What the live policy says to a remedy of a scenario: over budgets that are full but for what the scenario says was drawn. */
export interface Rehearsed { amount?: Money; holds: boolean; fault?: string; answer?: RehearsedAnswer; preview?: Options; similar?: Evidence }

export interface GradeOption { option: number; credit: string; chosen: boolean; truth?: boolean; text?: RichText; match?: string; feedback?: RichText; from?: string; to?: string; value?: string; tolerance?: string; other?: boolean; action?: Name; possible?: "yes" | "at-once" | "ask" | "no"; ranges?: GradeRange[]; peers?: RichText; ended?: RichText; policy?: Rehearsed }

export interface AttemptAnswer { question: string; response?: AnswerNew; grade?: Grade; credit?: string }

export interface Attempt { id: string; person: Name; course: Name; version: number; state: "open" | "passed" | "failed" | "ended"; started_at: Time; finished_at?: Time; percent?: number; answered: number; right: number; saved_at?: Time; answers?: AttemptAnswer[] }

export interface AttemptPage { next?: string; items: Attempt[] }

export interface ProgressTime { right: number; of: number; at: Time; amounts?: number; apart?: Money; currency?: string }

/** `early`: too few to tell. `alike`: no further apart than chance often has it (1 in 20). Else whether it is more or less since. */
export type ProgressSays = "early" | "alike" | "more" | "less"

export interface CourseProgress { course: Name; person: Name; last?: ProgressTime; first?: ProgressTime; passed_at?: Time; since?: { days: number; rating?: { now: string; was: string; n: number; was_n: number; says: ProgressSays; scale: { min: number; max: number } }; asked?: { now: number; n: number; was: number; was_n: number; says: ProgressSays } } }

export interface PersonVersion { person: Name; version?: string; since?: Time; before_version?: string; closed?: Name[]; passed?: { certificate: Name; course: Name; version?: string; at: Time; closed_at?: Time }[] }

export interface VouchNew { certificate: Name; until?: string; reason: string }

export interface Vouched { person: Name; certificate: Name; until?: Time }

/** Taking authority from somebody, which nothing but this does. */
export interface Lowering { id: string; person: Name; person_name?: string; state: "asked" | "in_force" | "ended"; to: LoweringTo; words: string; reason?: string; until: Time; by: Name; by_name?: string; at: Time; confirmed_by?: Name; confirmed_by_name?: string; confirmed?: Time; ended_by?: Name; ended_by_name?: string; ended?: Time; why?: "over" | "early" | "declined" | "withdrawn" | "lapsed"; may: ("confirm" | "end")[] }

export interface LoweringPage { items: Lowering[] }

export interface Names { items: { id: Name; name?: string; kind: Kind; team_name?: string; active: boolean }[] }

export interface AuthorityMost { action: Name; label?: string; kind?: ActionKind; for?: ForAgent; amount?: Money; any?: boolean; text?: string }

export interface Authority { policy: number; person: Name; tier?: string; digest: string; grants: ({ id: Name; text: string; why?: string; actions: Name[]; budgets: Name[]; needs?: ("note" | "evidence")[]; until?: Time })[]; rails: { id: Name; text: string; why?: string; instead?: string }[]; most: AuthorityMost[]; next: { grant: Name; text: string; needs: { tier?: string; holds?: string[]; team?: string[] } }[]; seen?: { digest: string; at: Time; most: AuthorityMost[]; grants: Name[] } }

export interface AuthoritySeen { digest: string }

export interface AuthorityKnown { digest: string; at: Time }

export interface Explained { organization?: string; version?: number; sections: { title: string; rules: { id: string; text: string; line?: number }[] }[]; findings: Finding[] }

export interface DiffOf { a?: number; b?: number; a_source?: string; b_source?: string }

export interface PolicyDiff { variables: number; changes: { path: string; before: string; after: string; variable: boolean }[] }

export interface ReplayOf { draft?: string; source?: string; version?: number; before?: number; since?: Time; until?: Time; flips?: number; after?: string; gets?: "all" | "more" | "less"; set?: { path: string; values: string[] }[]; each?: boolean; spread?: boolean; as_recorded_people?: boolean }

/** One side. */
export interface ReplayTally { requests: number; granted: number; asked: number; refused: number; unreadable: number; answered: number; cost: Money; cost_answered: Money; at_once: string }

export interface ReplayGroup { name: string; before: ReplayTally; after: ReplayTally; more: number; less: number }

export type ReplayVerdict = "granted" | "ask" | "refused" | "unreadable"

/** A request that comes out otherwise. */
export interface ReplayFlip { entry: Seq; at: Time; decision?: DecisionId; case?: string; agent?: string; name?: string; action?: string; kind?: "money" | "item" | "change"; label?: string; amount?: Money; reason?: string; before: ReplayVerdict; after: ReplayVerdict; answered_by?: string; waited_seconds?: number; because?: string[] }

/** How a budget ran dry under the other side. */
export interface ReplayDrySum { first_at: Time; last_at: Time; requests: number; amount: Money; windows: number }

/** A budget of somebody that ran dry: requests that it would have covered when full, and that nothing else covered, met too little of it. One that is larger than the whole budget does not count. Figures are those of the draft; of `before` where only that ran dry. */
export interface ReplayDryBudget { budget: Name; label?: string; scope: Record<string, string>; name?: string; window: "day" | "week" | "month" | "quarter" | "year" | "rolling" | "for-good"; over?: string; side: "after" | "both" | "before"; first_at: Time; last_at: Time; requests: number; amount: Money; windows: number; before?: ReplayDrySum }

/** Budgets that have run dry. */
export interface ReplayDry { items: ReplayDryBudget[]; total: number; compared: boolean; newly: number; both: number; no_longer: number; requests_before?: number; requests: number; beyond?: number }

export interface Replayed { requests: number; took_ms: number; from?: Time; until?: Time; of_seq: Seq; before: ReplayTally; after: ReplayTally; more: number; less: number; avoided: number; avoided_waiting_seconds: number; newly_asked: number; newly_asked_cost: Money; by: { action: ReplayGroup[]; reason: ReplayGroup[]; team: ReplayGroup[]; tier: ReplayGroup[] }; flips: { items: ReplayFlip[]; total: number; next?: string }; dry: ReplayDry; cost_change?: { sum: string; low?: string; high?: string; periods?: number; of?: "week" | "day" }; changes?: { variable: string; path: string; before?: string; after?: string; words?: string; more?: number; less?: number; cost?: string }[]; curve?: { values: string[]; after: ReplayTally; more: number; less: number }[]; unknown: string[] }

/** What each tier may at most, whatever the team; certificates that it takes are named. */
export interface TierTable { policy: number; tiers: { name: string; people: number; ai: number }[]; rows: { action: Name; label: string; cells: { most?: Money; any?: boolean; text?: string; needs?: string[]; ask?: boolean }[] }[]; budgets: ({ name: Name; label: string; cells: (Money | null)[] })[] }

/** Whom to call when nothing else works. */
export interface Duty { name?: string; phone?: string; text?: string }

/** An origin: `https` (`http` only of localhost and 127.0.0.1), a host, perhaps a port, nothing behind it. */
export type Origin = string

/** For how long an agent may take a decision back; 0: not at all. */
export type UndoSeconds = number

export type Language = "en" | "de"

export interface QuestionText { text: string }

export interface Looked { looked: Time }

export interface QuestionDecision { decision: string; at: Time; case?: string; amount?: Money }

/** The figures that a question rests on. split: `count` decisions in `of` sets came to `amount`, each within `limit`. together: `count` of the customer's `of` cases, where chance would bring `expected`. lapse: `count` of the `of` remedies of a `window` lay at its end. everywhere: `count` cases at so many `agents` in so many `teams`; customers have `expected`. */
export interface QuestionDetail { count: number; of: number; amount: Money; currency: string; from: Time; until: Time; action?: string; window?: "week" | "month" | "quarter" | "year"; limit?: Money; agents?: number; teams?: number; expected?: number; q?: number; decisions: QuestionDecision[] }

export interface NewVoice { rule?: string; note?: string }

/** A grant or rail; a route that asked; an action that nothing covered; a question about a change of the policy. */
export type ObstacleKindName = "rule" | "route" | "gap" | "change"

export interface Voice { id: string; kind: ObstacleKindName; rule: string; verdict?: "ask" | "refused"; action: string; amount?: Money; policy: number; at: Time; decision?: string; case?: string; agent?: string; agent_name?: string; read?: string; note?: string }

export interface NewObstacleAnswer { outcome: ObstacleOutcome; text: string; policy_version?: number }

/** `explained`: of a change alone. */
export type ObstacleOutcome = "changed" | "looked_at" | "stays" | "explained"

export interface ObstacleAnswer { id: string; outcome: ObstacleOutcome; text?: string; by: string; by_name?: string; at: Time; policy_version?: number }

export interface ObstacleOwner { kind: ObstacleKindName; rule: string; owner?: string; by: string }

export interface Obstacle { kind: ObstacleKindName; rule: string; words?: string; change?: ChangeWords[]; owner?: string; owner_name?: string; open: boolean; voices: number; people: number; asked: number; unchanged: number; waited_seconds: number; amount?: Money; given?: Money; first_at: Time; last_at: Time; answer?: ObstacleAnswer; said: Voice[] }

export interface ObstacleList { items: Obstacle[] }

export interface MyObstacles { items: { said: Voice; words?: string; answer?: ObstacleAnswer }[] }

/** The same in every language, or by language. */
export type PulseText = string | Record<string, string>

export interface PulseQuestion { id: string; text: PulseText; low: PulseText; high: PulseText }

export interface PulseQuestions { questions: PulseQuestion[]; words: PulseText }

export interface NewPulse { title?: string; team?: string; questions?: PulseQuestion[]; words?: PulseText; starts_at?: Time; ends_at?: Time; repeat?: "month" | "quarter" }

export interface PulseRound { id: string; series: string; number: number; title?: string; team?: string; team_name?: string; state: "planned" | "running" | "closed"; starts_at: Time; ends_at: Time; closed_at?: Time; repeat?: "month" | "quarter"; asked?: number; answered?: number; by: string; by_name?: string; mine: boolean; questions: PulseQuestion[]; words?: PulseText; results?: PulseResults }

export interface PulseList { items: PulseRound[] }

export interface PulseResults { asked: number; answered: number; hidden: number; next?: string; before?: string; before_closed_at?: Time; groups: PulseGroup[] }

export interface PulseGroup { team?: string; name?: string; whole: boolean; answers: number; questions: { id: string; counts: number[]; mean: PulseFigure; change?: PulseFigure }[]; words?: string[] }

/** With the bounds within which it lies 95 times of 100. */
export interface PulseFigure { value: number; low: number; high: number }

export interface MyPulses { items: { id: string; title?: string; ends_at: Time; answered: boolean; later_until?: Time; questions: PulseQuestion[]; words?: PulseText }[] }

export interface PulseAnswer { answers: Record<string, number>; words?: string }

export interface PulseAnswered { round: string; answered: boolean }

export interface NewThanks { to: Name; words: string; customer?: boolean; case?: string; decision?: string; wall?: boolean }

export interface GrowingWrite { title: string; provider?: string; link?: string; note?: string; shared?: boolean; from?: string; to?: string; price?: Money; planned_minutes?: number }

export interface GrowingCertificate { name: string; issuer?: string; issued: string; expires?: string; evidence?: string }

export interface GrowingCourse { id: string; person: string; title?: string; provider?: string; link?: string; note?: string; shared: boolean; from?: string; to?: string; planned_minutes: number; state: "wished" | "asked" | "agreed" | "under_way" | "finished" | "given_up"; price?: Money; money: "none" | "asked" | "agreed" | "beyond" | "back"; decision?: DecisionId; spent?: Money; held?: boolean; certificate?: { name?: string; issuer?: string; issued: string; expires?: string; evidence?: string; holds?: string; vouched_by?: string }; at: Time; changed_at: Time }

export interface GrowingSpend { action: Name; amount: Money; note?: string; undo?: string }

export interface GrowingSpent { course: GrowingCourse; decision: Decision }

export interface GrowingMove { state: "open" | "under_way" | "finished" | "given_up"; certificate?: GrowingCertificate; money_back?: boolean; reason?: string }

export interface GrowingVouch { certificate: string; until?: string; reason: string }

export interface GrowingHoursWrite { course?: string; day: string; minutes: number; note?: string }

export interface GrowingHours { id: string; course?: string; day: string; minutes: number; note?: string }

export interface Growing { person: string; name?: string; year: number; target_minutes?: number; minutes: number; items: GrowingCourse[]; hours: GrowingHours[] }

export interface GrowingTeam { year: number; target_minutes?: number; people: { person: string; name?: string; team?: string; minutes: number; items: GrowingCourse[] }[] }

export interface Thanks { id: string; to: string; to_name?: string; by?: string; by_name?: string; customer: boolean; words?: string; at: Time; offered: boolean; wall: boolean; case?: string; decision?: string }

export type HuddleWeek = string

export type HuddleKind = "too_much" | "too_little" | "brilliant"

export type HuddleSection = "cases" | "causes" | "changes" | "thanks"

export interface HuddleList { items: ({ team: string; team_name?: string; week: HuddleWeek; state: "draft" | "published"; edition?: number; published_at?: Time; published_by?: string; published_by_name?: string })[]; teams: { team: string; name?: string; path: string; writes: boolean }[]; this_week: HuddleWeek; last_week: HuddleWeek }

export interface HuddleCase { kind: HuddleKind; why: "reviewed" | "far" | "lost" | "rated_low" | "unchanged" | "ended_well" | "thanked" | "chosen"; of?: string; case?: string; agent?: string; agent_name?: string; action?: string; action_label?: string; cause?: string; cause_label?: string; amount?: Money; similar?: number; given?: number; median?: Money; high?: Money; waited_seconds?: number; rating?: string; hard?: ("escalated" | "reopened" | "handed_on")[]; by_customer?: boolean; text?: string }

export interface HuddleFigures { cases: number; given: number; amount?: Money; ratings: number; rating?: string }

export interface HuddleCause { cause?: string; cause_label?: string; cases: number; given: number; amount?: Money; ratings: number; rating?: string; few: boolean; before: HuddleFigures; left_out?: boolean }

export interface HuddleVersion { version: number; at: Time; note?: string; reason?: string; people: number; unread: number; changes: { action: string; label?: string; words: { rule: string; before?: string; after?: string }[] }[]; left_out?: boolean }

export interface HuddleThanks { id: string; to_name?: string; by_name?: string; customer: boolean; words?: string; at: Time; left_out?: boolean }

export interface Huddle { team: string; team_name?: string; week: HuddleWeek; from: Time; until: Time; currency?: string; first_day: string; last_day: string; over: boolean; state: "draft" | "published"; version: number; edition?: number; published_at?: Time; published_by?: string; published_by_name?: string; writes: boolean; changed?: boolean; withheld?: boolean; words?: string; sections: HuddleSection[]; cases?: HuddleCase[]; causes?: HuddleCause[]; versions?: HuddleVersion[]; thanks?: HuddleThanks[]; markdown: string; proposals?: { too_much?: HuddleCase[]; too_little?: HuddleCase[]; brilliant?: HuddleCase[] }; quiet?: { person: string; name: string; last_at?: Time }[] }

export interface HuddleEdit { words?: string; cases?: { kind: HuddleKind; of: string; text?: string }[]; sections?: HuddleSection[]; left_out?: string[] }

export interface HuddleKept { team: string; week: HuddleWeek; state: "draft" | "published"; version: number; edition: number }

export interface ThanksPage { items: Thanks[]; next?: string }

export interface ThanksDue { quiet: { person: string; name?: string; last_at?: Time }[]; hard: ({ case: string; subject?: string; agent: string; agent_name?: string; rated_at: Time; why: ("escalated" | "reopened" | "handed_on")[] })[]; days: number }

export interface Question { id: string; kind: "split" | "together" | "lapse" | "everywhere"; agent: string; agent_name?: string; team?: string; customer?: string; state: "open" | "closed"; asked: Time; explain_until: Time; detail: QuestionDetail; explained?: Time; explanation?: string; closed?: Time; closed_by?: string; closed_by_name?: string; words?: string; may: ("explain" | "close")[]; version: number }

export interface QuestionPage { items: Question[]; next?: string }

export type ReadId = string

export interface ChangeWords { rule: string; before?: string; after?: string }

export interface MyReads { items: PolicyRead[] }

export interface PolicyRead { id: ReadId; version: number; before: number; at: Time; asks_from?: Time; actions: { action: string; label: string }[]; words: ChangeWords[]; people?: number; read?: number }

export interface ReadAcknowledged { id: ReadId; version: number; at: Time }

export interface VersionReads { version: number; people: number; read: number; yours: { open: number; read: number }; next?: string; items: { person: Name; name?: string; team_name?: string; reads: number; read: number; at?: Time }[] }

export interface RoomForward { note?: string }

export interface RoomLater { reason: string }

/** What it takes. */
export interface RoomRule { days: number; decisions: number; asks: number; share: string; reviews: number; reviews_share: string; confidence: string; tier_days: number; quiet_days: number; words: string }

/** What the record of the window says of somebody. */
export interface RoomRecord { decisions: number; asks: number; unchanged: number; at_least: string; answered_by: number; right: number; too_little: number; too_much: number; tier_days: number }

/** What the window would have been with that change, budgets and all, beside the live policy. */
export interface RoomReplay { avoided: number; avoided_waiting_seconds: number; more: number; less: number; cost: string; newly_asked: number; newly_asked_cost: Money; dry: { budget: string; of?: string; requests: number }[]; dry_count: number }

export interface RoomProposal { id: string; person: Name; name?: string; team?: string; kind: "tier" | "amount" | "times"; budget?: string; before?: string; after: string; words: string; effect: string; asks: number; unchanged: number; at_least: string; answered_by: number; record: RoomRecord; replay: RoomReplay; decisions: string[]; forward?: { by: string; name?: string; at: string; note?: string }; may?: ("forward" | "later" | "accept")[] }

export interface RoomList { items: RoomProposal[]; rule: RoomRule; since?: string; until?: string; currency: string; tried_all: boolean }

/** What would open next for oneself: a proposal that stands, or what it still takes. Shown to nobody else. */
export interface RoomOwn { rule: RoomRule; proposal?: RoomProposal; near?: { person: Name; before?: string; after: string; missing: ({ test: "decisions" | "asks" | "reviews" | "time" | "lowering" | "holds"; have: number; need: number; words: string; holds?: string[] })[] } }

export interface MyTrack { track: Track; room: RoomOwn; unused?: { room: Money; amount: Money; asked: number; unchanged: number }; reviews: { sent: number; too_little: number; right: number; too_much: number }; questions: { open: number; closed: number } }

/** For so many days a question is between the record and the agent; then whoever may review them sees it. */
export type QuestionDays = number

/** For so many days after a case was resolved the same customer's next one is a repeat contact; 0: none is. */
export type RepeatDays = number

export interface Settings { frame_ancestors: Origin[]; duty: Duty; undo_seconds: UndoSeconds; language: Language; signin_help?: string; works_council?: boolean; rating_scale?: RatingScale; repeat_contact_days?: RepeatDays; learning_hours?: number; question_days?: QuestionDays; mail: { on: boolean; server?: string; from?: string }; public_url: string; webhooks_inside: boolean; about: { version: string; entries: number; began?: Time } }

export interface SettingsChange { frame_ancestors?: Origin[] | null; duty?: Duty | null; undo_seconds?: UndoSeconds | null; language?: Language | null; signin_help?: string | null; works_council?: boolean; rating_scale?: RatingScale | null; repeat_contact_days?: RepeatDays | null; learning_hours?: number | null; question_days?: QuestionDays | null }

export interface Setup { administrator: true; policy: number; people: { active: number; can_sign_in: number; may_ask: number; may_answer: number }; me_ready: boolean; decided: boolean; mail: boolean; began: Time }

export interface SetupCase { starter: Name }

/** The case, and what to ask for about it. */
export interface SetupCaseMade { id: Name; state: CaseState; customer?: Name; owner?: Name; department?: Name; channel?: Name; subject?: string; opened: Time; last_update?: Time; promise?: Time; reopened: boolean; escalated: boolean; facts: Record<string, unknown>; closed?: Time; nudges?: number; nudged?: Time; figures: CaseFigures; waiting_for?: Name; version: number; request: Request }

export interface InvitationSeen { person?: Name; name?: string; email?: string; first: boolean; until: Time; organization?: string }

export interface Starters { items: { id: Name; organization: string; whose: string; look_for: string; currency: string; actions: Name[]; grants: number }[] }

export interface Starter { id: Name; source: string; first: { case: CaseNew; request: Request }; you: { tier: Name; team: Name }; teams: Name[]; people_csv: string }

export interface Ops {
  listDecisions: { method: "GET"; path: "/v1/decisions"; query: { agent?: Name; team?: Name; customer?: Name; case?: Name; action?: Name; reason?: Name; verdict?: "granted" | "ask" | "refused"; how?: "at_once" | "asked"; of?: "all" | "requests" | "remedies" | "answers" | "without"; kind?: Kind; skip?: number; count?: boolean; since?: Time; until?: Time; limit?: number; after?: string }; body: never; reply: DecisionPage };
  decide: { method: "POST"; path: "/v1/decisions"; query: never; body: Request | BatchItem[]; reply: Decision | BatchAnswers | Decision };
  getDecision: { method: "GET"; path: "/v1/decisions/{id}"; query: never; body: never; reply: DecisionRecord };
  confirmHold: { method: "POST"; path: "/v1/decisions/{id}/confirm"; query: never; body: Confirm; reply: DecisionRecord };
  releaseHold: { method: "POST"; path: "/v1/decisions/{id}/release"; query: never; body: Ok; reply: DecisionRecord };
  reverseDecision: { method: "POST"; path: "/v1/decisions/{id}/reverse"; query: never; body: Reverse; reply: DecisionRecord };
  ask: { method: "POST"; path: "/v1/decisions/{id}/ask"; query: never; body: AskFor; reply: Approval };
  options: { method: "POST"; path: "/v1/options"; query: never; body: OptionsRequest; reply: Options };
  listApprovals: { method: "GET"; path: "/v1/approvals"; query: { for?: "any" | "me" | "mine" | "team"; state?: ApprovalState; agent?: Name; team?: Name; case?: Name; customer?: Name; limit?: number; after?: string }; body: never; reply: ApprovalPage };
  getApproval: { method: "GET"; path: "/v1/approvals/{id}"; query: never; body: never; reply: Approval };
  approve: { method: "POST"; path: "/v1/approvals/{id}/approve"; query: never; body: Approve; reply: Approval };
  decline: { method: "POST"; path: "/v1/approvals/{id}/decline"; query: never; body: Decline; reply: Approval };
  withdraw: { method: "POST"; path: "/v1/approvals/{id}/withdraw"; query: never; body: Ok; reply: Approval };
  nudge: { method: "POST"; path: "/v1/approvals/{id}/nudge"; query: never; body: Ok; reply: Approval };
  events: { method: "GET"; path: "/v1/events"; query: { after?: Seq }; body: never; reply: string };
  listBudgets: { method: "GET"; path: "/v1/budgets"; query: { of?: "members"; ids?: string; limit?: number; after?: string; agent?: Name; team?: Name; customer?: Name; case?: Name }; body: never; reply: Budgets };
  me: { method: "GET"; path: "/v1/me"; query: never; body: never; reply: Me };
  setMyPresence: { method: "PUT"; path: "/v1/me/presence"; query: never; body: Presence; reply: Person };
  setMyPassword: { method: "PUT"; path: "/v1/me/password"; query: never; body: NewPassword; reply: Person };
  listPeople: { method: "GET"; path: "/v1/people"; query: { q?: string; tier?: Name; kind?: Kind; role?: Role; skip?: number; count?: boolean; team?: Name; active?: "true" | "false" | "all"; sort?: "id" | "name"; limit?: number; after?: string }; body: never; reply: PersonPage };
  addPerson: { method: "POST"; path: "/v1/people"; query: never; body: PersonNew; reply: Person };
  getPerson: { method: "GET"; path: "/v1/people/{id}"; query: never; body: never; reply: Person };
  changePerson: { method: "PATCH"; path: "/v1/people/{id}"; query: never; body: PersonChange; reply: Person };
  setPresence: { method: "PUT"; path: "/v1/people/{id}/presence"; query: never; body: Presence; reply: Person };
  importPeople: { method: "POST"; path: "/v1/people/import"; query: { dry_run?: boolean; skip_faulty?: boolean }; body: string; reply: ImportReport };
  invite: { method: "POST"; path: "/v1/people/{id}/invite"; query: never; body: Ok; reply: Invitation };
  erasePerson: { method: "POST"; path: "/v1/people/{id}/erase"; query: never; body: EraseReason; reply: Erased };
  eraseCustomer: { method: "POST"; path: "/v1/customers/{id}/erase"; query: never; body: EraseReason; reply: Erased };
  listTeams: { method: "GET"; path: "/v1/teams"; query: { limit?: number; after?: string }; body: never; reply: TeamPage };
  addTeam: { method: "POST"; path: "/v1/teams"; query: never; body: TeamNew; reply: Team };
  changeTeam: { method: "PATCH"; path: "/v1/teams/{id}"; query: never; body: TeamChange; reply: Team };
  removeTeam: { method: "DELETE"; path: "/v1/teams/{id}"; query: never; body: never; reply: void };
  listCases: { method: "GET"; path: "/v1/cases"; query: { owner?: Name; department?: Name; customer?: Name; state?: string; stale?: boolean; limit?: number; after?: string }; body: never; reply: CasePage };
  openCase: { method: "POST"; path: "/v1/cases"; query: never; body: CaseNew; reply: Case };
  listRatings: { method: "GET"; path: "/v1/ratings"; query: { case?: Name; agent?: Name; customer?: Name; limit?: number; after?: string }; body: never; reply: RatingPage };
  recordRating: { method: "POST"; path: "/v1/ratings"; query: never; body: RatingNew; reply: Rating };
  trackBrought: { method: "GET"; path: "/v1/track/brought"; query: { team?: string; days?: number; cases?: "first_contact" | "repeat_contact" | "handovers" | "time_to_resolve" | "time_to_authority" | "rating" | "rating_remedy" | "rating_no_remedy" | "customers_kept" | "cost_per_kept"; format?: "csv" | "json" }; body: never; reply: Brought };
  trackStale: { method: "GET"; path: "/v1/track/stale"; query: { by?: "owner" | "department" }; body: never; reply: StaleSummary };
  importCases: { method: "POST"; path: "/v1/cases/import"; query: { columns?: string; states?: string; keep_owners?: boolean; dry_run?: boolean; skip_faulty?: boolean }; body: string; reply: RecordsReport };
  importRatings: { method: "POST"; path: "/v1/ratings/import"; query: { columns?: string; scale?: string; keep_owners?: boolean; dry_run?: boolean; skip_faulty?: boolean }; body: string; reply: RecordsReport };
  importOutcomes: { method: "POST"; path: "/v1/outcomes/import"; query: { columns?: string; states?: string; dry_run?: boolean; skip_faulty?: boolean }; body: string; reply: RecordsReport };
  recordOutcome: { method: "POST"; path: "/v1/customers/{id}/outcome"; query: never; body: OutcomeNew; reply: Outcome };
  getCase: { method: "GET"; path: "/v1/cases/{id}"; query: never; body: never; reply: Case };
  changeCase: { method: "PATCH"; path: "/v1/cases/{id}"; query: never; body: CaseChange; reply: Case };
  nudgeCase: { method: "POST"; path: "/v1/cases/{id}/nudge"; query: never; body: Note; reply: Case | CaseOwner };
  listCoaching: { method: "GET"; path: "/v1/coaching"; query: { person?: Name; open?: boolean; due?: boolean; limit?: number; after?: string; format?: "csv" | "json" }; body: never; reply: CoachingPage };
  openCoaching: { method: "POST"; path: "/v1/coaching"; query: never; body: CoachingNew; reply: Coaching };
  getCoaching: { method: "GET"; path: "/v1/coaching/{id}"; query: never; body: never; reply: Coaching };
  coachingSince: { method: "GET"; path: "/v1/coaching/{id}/since"; query: never; body: never; reply: OwnFigures };
  noteCoaching: { method: "POST"; path: "/v1/coaching/{id}/notes"; query: never; body: CoachingText; reply: Coaching };
  agreeCoaching: { method: "POST"; path: "/v1/coaching/{id}/steps"; query: never; body: CoachingStepNew; reply: Coaching };
  tickCoaching: { method: "PUT"; path: "/v1/coaching/{id}/steps/{place}"; query: never; body: CoachingTick; reply: Coaching };
  followUpCoaching: { method: "PUT"; path: "/v1/coaching/{id}/follow-up"; query: never; body: CoachingFollowUp; reply: Coaching };
  closeCoaching: { method: "POST"; path: "/v1/coaching/{id}/close"; query: never; body: CoachingClose; reply: Coaching };
  listCourses: { method: "GET"; path: "/v1/courses"; query: never; body: never; reply: CoursePage };
  publishCourse: { method: "POST"; path: "/v1/courses"; query: never; body: CourseNew; reply: CoursePublished };
  checkCourse: { method: "POST"; path: "/v1/courses/check"; query: never; body: CourseNew; reply: CourseChecked };
  listPlans: { method: "GET"; path: "/v1/plans"; query: { lang?: string }; body: never; reply: PlanList };
  checkPlan: { method: "POST"; path: "/v1/plans/check"; query: { lang?: string }; body: PlanText; reply: PlanChecked };
  getPlan: { method: "GET"; path: "/v1/plans/{plan}"; query: { lang?: string }; body: never; reply: PlanPage };
  writePlan: { method: "PUT"; path: "/v1/plans/{plan}"; query: never; body: PlanNew; reply: PlansWritten };
  removePlan: { method: "DELETE"; path: "/v1/plans/{plan}"; query: { version?: number }; body: never; reply: void };
  getCasePlan: { method: "GET"; path: "/v1/cases/{id}/plan"; query: { cause?: string; lang?: string }; body: never; reply: CasePlan };
  tickPlan: { method: "POST"; path: "/v1/cases/{id}/plan"; query: { lang?: string }; body: PlanTick; reply: CaseTicks };
  scenarioOfDecision: { method: "POST"; path: "/v1/decisions/{id}/scenario"; query: never; body: Ok; reply: ScenarioDraft };
  scenarioOfCase: { method: "POST"; path: "/v1/cases/{id}/scenario"; query: never; body: Ok; reply: ScenarioDraft };
  practise: { method: "POST"; path: "/v1/practice"; query: never; body: Request | OptionsRequest; reply: Practised };
  listStaleCourses: { method: "GET"; path: "/v1/courses/stale"; query: never; body: never; reply: StalePage };
  getCourse: { method: "GET"; path: "/v1/courses/{id}"; query: { version?: number }; body: never; reply: Course };
  getCourseFiles: { method: "GET"; path: "/v1/courses/{id}/files"; query: never; body: never; reply: CourseFiles };
  listStaleCourse: { method: "GET"; path: "/v1/courses/{id}/stale"; query: never; body: never; reply: StalePage };
  listAttempts: { method: "GET"; path: "/v1/courses/{id}/attempts"; query: { person?: Name; limit?: number; after?: string }; body: never; reply: AttemptPage };
  startAttempt: { method: "POST"; path: "/v1/courses/{id}/attempts"; query: never; body: Ok; reply: Attempt };
  courseProgress: { method: "GET"; path: "/v1/courses/{id}/progress"; query: { person?: Name }; body: never; reply: CourseProgress };
  listPages: { method: "GET"; path: "/v1/pages"; query: { q?: string; reason?: string; language?: string; whole?: boolean; limit?: number; after?: string }; body: never; reply: PageList };
  checkPage: { method: "POST"; path: "/v1/pages/check"; query: never; body: PageNew; reply: PageChecked };
  getPage: { method: "GET"; path: "/v1/pages/{slug}"; query: never; body: never; reply: Page };
  savePage: { method: "PUT"; path: "/v1/pages/{slug}"; query: never; body: PageNew; reply: PageSaved };
  removePage: { method: "DELETE"; path: "/v1/pages/{slug}"; query: never; body: never; reply: void };
  listAllAttempts: { method: "GET"; path: "/v1/attempts"; query: { person?: Name; limit?: number; after?: string }; body: never; reply: AttemptPage };
  getAttempt: { method: "GET"; path: "/v1/attempts/{id}"; query: never; body: never; reply: Attempt };
  answerQuestion: { method: "PUT"; path: "/v1/attempts/{id}/answers/{question}"; query: never; body: AnswerNew; reply: AttemptAnswer };
  finishAttempt: { method: "POST"; path: "/v1/attempts/{id}/finish"; query: never; body: Ok; reply: Attempt };
  getPersonVersion: { method: "GET"; path: "/v1/people/{id}/version"; query: never; body: never; reply: PersonVersion };
  setPersonVersion: { method: "PUT"; path: "/v1/people/{id}/version"; query: never; body: { version: string }; reply: PersonVersion };
  vouch: { method: "POST"; path: "/v1/people/{id}/certificates"; query: never; body: VouchNew; reply: Vouched };
  listReviews: { method: "GET"; path: "/v1/reviews"; query: { team?: Name; week?: string; state?: ReviewState; agent?: Name; waits?: boolean; appealed?: boolean; scenario?: boolean; limit?: number; after?: string; format?: "csv" | "json" }; body: never; reply: ReviewPage };
  pickReview: { method: "POST"; path: "/v1/reviews"; query: never; body: ReviewPick; reply: Review };
  drawReviews: { method: "POST"; path: "/v1/reviews/draw"; query: never; body: ReviewDraw; reply: ReviewDrawn };
  nameObstacle: { method: "POST"; path: "/v1/decisions/{id}/obstacle"; query: never; body: NewVoice; reply: Voice };
  askAboutRead: { method: "POST"; path: "/v1/me/reads/{id}/question"; query: never; body: { text: string }; reply: Voice };
  listObstacles: { method: "GET"; path: "/v1/obstacles"; query: { state?: "open" | "answered"; agent?: Name; since?: Time }; body: never; reply: ObstacleList };
  getObstacle: { method: "GET"; path: "/v1/obstacles/{kind}/{rule}"; query: never; body: never; reply: ObstacleList };
  answerObstacle: { method: "POST"; path: "/v1/obstacles/{kind}/{rule}/answer"; query: never; body: NewObstacleAnswer; reply: ObstacleAnswer };
  ownObstacle: { method: "PUT"; path: "/v1/obstacles/{kind}/{rule}/owner"; query: never; body: { owner?: string | null }; reply: ObstacleOwner };
  listMyObstacles: { method: "GET"; path: "/v1/me/obstacles"; query: never; body: never; reply: MyObstacles };
  pulseQuestions: { method: "GET"; path: "/v1/pulse/questions"; query: never; body: never; reply: PulseQuestions };
  listPulses: { method: "GET"; path: "/v1/pulse"; query: never; body: never; reply: PulseList };
  openPulse: { method: "POST"; path: "/v1/pulse"; query: never; body: NewPulse; reply: PulseRound };
  getPulse: { method: "GET"; path: "/v1/pulse/{id}"; query: { format?: "csv" | "json" }; body: never; reply: PulseRound };
  closePulse: { method: "POST"; path: "/v1/pulse/{id}/close"; query: never; body: { last?: boolean }; reply: PulseRound };
  listMyPulses: { method: "GET"; path: "/v1/me/pulse"; query: never; body: never; reply: MyPulses };
  answerPulse: { method: "POST"; path: "/v1/me/pulse/{id}"; query: never; body: PulseAnswer; reply: PulseAnswered };
  putOffPulse: { method: "PUT"; path: "/v1/me/pulse/{id}/later"; query: never; body: never; reply: { round: string; until: Time } };
  getGrowing: { method: "GET"; path: "/v1/growing"; query: { person?: Name; year?: number }; body: never; reply: Growing };
  addGrowing: { method: "POST"; path: "/v1/growing"; query: never; body: GrowingWrite; reply: GrowingCourse };
  getGrowingTeam: { method: "GET"; path: "/v1/growing/team"; query: { team?: Name; year?: number }; body: never; reply: GrowingTeam };
  addGrowingHours: { method: "POST"; path: "/v1/growing/hours"; query: never; body: GrowingHoursWrite; reply: GrowingHours };
  putGrowingHours: { method: "PUT"; path: "/v1/growing/hours/{id}"; query: never; body: GrowingHoursWrite; reply: GrowingHours };
  removeGrowingHours: { method: "DELETE"; path: "/v1/growing/hours/{id}"; query: never; body: never; reply: void };
  putGrowing: { method: "PUT"; path: "/v1/growing/{id}"; query: never; body: GrowingWrite; reply: GrowingCourse };
  spendGrowing: { method: "POST"; path: "/v1/growing/{id}/spend"; query: never; body: GrowingSpend; reply: GrowingSpent };
  moveGrowing: { method: "POST"; path: "/v1/growing/{id}/state"; query: never; body: GrowingMove; reply: GrowingCourse };
  vouchGrowing: { method: "POST"; path: "/v1/growing/{id}/vouch"; query: never; body: GrowingVouch; reply: GrowingCourse };
  listThanks: { method: "GET"; path: "/v1/thanks"; query: { after?: string; limit?: number; person?: Name; wall?: boolean }; body: never; reply: ThanksPage };
  thank: { method: "POST"; path: "/v1/thanks"; query: never; body: NewThanks; reply: Thanks };
  listThanksDue: { method: "GET"; path: "/v1/thanks/due"; query: never; body: never; reply: ThanksDue };
  putThanksOnWall: { method: "PUT"; path: "/v1/thanks/{id}/wall"; query: never; body: { on: boolean }; reply: Thanks };
  listHuddles: { method: "GET"; path: "/v1/huddles"; query: { team?: Name }; body: never; reply: HuddleList };
  getHuddle: { method: "GET"; path: "/v1/huddles/{team}/{week}"; query: { draft?: boolean }; body: never; reply: Huddle };
  putHuddle: { method: "PUT"; path: "/v1/huddles/{team}/{week}"; query: never; body: HuddleEdit; reply: HuddleKept };
  publishHuddle: { method: "POST"; path: "/v1/huddles/{team}/{week}/publish"; query: never; body: Record<string, unknown>; reply: HuddleKept };
  listQuestions: { method: "GET"; path: "/v1/questions"; query: { after?: string; limit?: number; team?: Name; agent?: Name; state?: "open" | "closed"; format?: "csv" | "json" }; body: never; reply: QuestionPage };
  lookForQuestions: { method: "POST"; path: "/v1/questions/look"; query: never; body: Ok; reply: Looked };
  getQuestion: { method: "GET"; path: "/v1/questions/{id}"; query: never; body: never; reply: Question };
  explainQuestion: { method: "POST"; path: "/v1/questions/{id}/explain"; query: never; body: QuestionText; reply: Question };
  closeQuestion: { method: "POST"; path: "/v1/questions/{id}/close"; query: never; body: QuestionText; reply: Question };
  myReads: { method: "GET"; path: "/v1/me/reads"; query: never; body: never; reply: MyReads };
  acknowledgeRead: { method: "POST"; path: "/v1/me/reads/{id}"; query: never; body: Ok; reply: ReadAcknowledged };
  myTrack: { method: "GET"; path: "/v1/me/track"; query: { days?: number }; body: never; reply: MyTrack };
  getReviewShares: { method: "GET"; path: "/v1/reviews/shares"; query: { team?: Name }; body: never; reply: ReviewShares };
  setReviewShares: { method: "PUT"; path: "/v1/reviews/shares"; query: never; body: ReviewSharesNew; reply: ReviewShares };
  reviewAgreement: { method: "GET"; path: "/v1/reviews/agreement"; query: { team?: Name; days?: number; format?: "csv" | "json" }; body: never; reply: ReviewAgreement };
  getReview: { method: "GET"; path: "/v1/reviews/{id}"; query: never; body: never; reply: Review };
  saveReview: { method: "PUT"; path: "/v1/reviews/{id}/draft"; query: never; body: ReviewDraft; reply: ReviewSaved };
  sendReview: { method: "POST"; path: "/v1/reviews/{id}/send"; query: never; body: ReviewAnswerNew; reply: Review };
  skipReview: { method: "POST"; path: "/v1/reviews/{id}/skip"; query: never; body: ReviewReason; reply: Review };
  secondReview: { method: "POST"; path: "/v1/reviews/{id}/second"; query: never; body: Ok; reply: Review };
  markReview: { method: "PUT"; path: "/v1/reviews/{id}/scenario"; query: never; body: ReviewMark; reply: Review };
  replyReview: { method: "POST"; path: "/v1/reviews/{id}/reply"; query: never; body: ReviewText; reply: Review };
  appealReview: { method: "POST"; path: "/v1/reviews/{id}/appeal"; query: never; body: ReviewText; reply: Review };
  decideReviewAppeal: { method: "POST"; path: "/v1/reviews/{id}/appeal/decide"; query: never; body: ReviewAppealDecision; reply: Review };
  listLowerings: { method: "GET"; path: "/v1/lowerings"; query: { person?: Name }; body: never; reply: LoweringPage };
  askLowering: { method: "POST"; path: "/v1/lowerings"; query: never; body: LoweringNew; reply: Lowering };
  getLowering: { method: "GET"; path: "/v1/lowerings/{id}"; query: never; body: never; reply: Lowering };
  confirmLowering: { method: "POST"; path: "/v1/lowerings/{id}/confirm"; query: never; body: Ok; reply: Lowering };
  endLowering: { method: "POST"; path: "/v1/lowerings/{id}/end"; query: never; body: Ok; reply: Lowering };
  listTokens: { method: "GET"; path: "/v1/tokens"; query: { limit?: number; after?: string }; body: never; reply: TokenPage };
  makeToken: { method: "POST"; path: "/v1/tokens"; query: never; body: TokenNew; reply: TokenMade };
  endToken: { method: "DELETE"; path: "/v1/tokens/{id}"; query: never; body: never; reply: Token };
  getPolicy: { method: "GET"; path: "/v1/policy"; query: never; body: never; reply: LivePolicy };
  getDraft: { method: "GET"; path: "/v1/policy/draft"; query: never; body: never; reply: Draft };
  keepDraft: { method: "PUT"; path: "/v1/policy/draft"; query: never; body: PolicySource; reply: DraftKept };
  listDrafts: { method: "GET"; path: "/v1/policy/drafts"; query: never; body: never; reply: DraftList };
  makeDraft: { method: "POST"; path: "/v1/policy/drafts"; query: never; body: DraftNew; reply: DraftInfo };
  getOneDraft: { method: "GET"; path: "/v1/policy/drafts/{id}"; query: never; body: never; reply: DraftWhole };
  putDraft: { method: "PUT"; path: "/v1/policy/drafts/{id}"; query: never; body: DraftPut; reply: DraftKept };
  removeDraft: { method: "DELETE"; path: "/v1/policy/drafts/{id}"; query: never; body: never; reply: void };
  draftChanges: { method: "GET"; path: "/v1/policy/drafts/{id}/changes"; query: never; body: never; reply: DraftChanges };
  setInDraft: { method: "POST"; path: "/v1/policy/drafts/{id}/set"; query: never; body: DraftSet; reply: DraftEdited };
  splitDraft: { method: "POST"; path: "/v1/policy/drafts/{id}/split"; query: never; body: never; reply: DraftList };
  setNormal: { method: "PUT"; path: "/v1/policy/normal"; query: never; body: Normal; reply: PolicyVersion };
  checkPolicy: { method: "POST"; path: "/v1/policy/check"; query: never; body: PolicySource; reply: Findings };
  publishPolicy: { method: "POST"; path: "/v1/policy/publish"; query: never; body: Publish; reply: PolicyVersion };
  rollbackPolicy: { method: "POST"; path: "/v1/policy/rollback"; query: never; body: Rollback; reply: PolicyVersion };
  listTrials: { method: "GET"; path: "/v1/policy/trials"; query: { limit?: number; after?: string }; body: never; reply: TrialPage };
  startTrial: { method: "POST"; path: "/v1/policy/trials"; query: never; body: TrialStart; reply: Trial };
  checkTrial: { method: "POST"; path: "/v1/policy/trials/check"; query: never; body: TrialStart; reply: TrialLook };
  trialPower: { method: "GET"; path: "/v1/policy/trials/power"; query: { teams?: string; share?: string; days?: number }; body: never; reply: TrialPower };
  extendTrial: { method: "POST"; path: "/v1/policy/trials/{id}/extend"; query: never; body: TrialExtend; reply: Trial };
  keepTrial: { method: "POST"; path: "/v1/policy/trials/{id}/keep"; query: never; body: TrialKeep; reply: Trial };
  endTrial: { method: "POST"; path: "/v1/policy/trials/{id}/end"; query: never; body: TrialEnd; reply: Trial };
  getShadow: { method: "GET"; path: "/v1/policy/shadow"; query: { limit?: number; after?: string }; body: never; reply: Shadow };
  startShadow: { method: "PUT"; path: "/v1/policy/shadow"; query: never; body: ShadowStart; reply: Shadow };
  stopShadow: { method: "DELETE"; path: "/v1/policy/shadow"; query: never; body: never; reply: void };
  listPolicyVersions: { method: "GET"; path: "/v1/policy/versions"; query: { limit?: number; after?: string }; body: never; reply: PolicyPage };
  getPolicyVersion: { method: "GET"; path: "/v1/policy/versions/{n}"; query: never; body: never; reply: Policy };
  versionReads: { method: "GET"; path: "/v1/policy/versions/{n}/reads"; query: { state?: "open" | "read"; limit?: number; after?: string }; body: never; reply: VersionReads };
  policyEffect: { method: "GET"; path: "/v1/policy/versions/{n}/effect"; query: never; body: never; reply: PolicyEffect };
  listWebhooks: { method: "GET"; path: "/v1/webhooks"; query: { limit?: number; after?: string }; body: never; reply: WebhookPage };
  addWebhook: { method: "POST"; path: "/v1/webhooks"; query: never; body: WebhookNew; reply: WebhookMade };
  getWebhook: { method: "GET"; path: "/v1/webhooks/{id}"; query: never; body: never; reply: Webhook };
  changeWebhook: { method: "PATCH"; path: "/v1/webhooks/{id}"; query: never; body: WebhookChange; reply: Webhook };
  removeWebhook: { method: "DELETE"; path: "/v1/webhooks/{id}"; query: never; body: never; reply: void };
  testWebhook: { method: "POST"; path: "/v1/webhooks/{id}/test"; query: never; body: Ok; reply: DeliveryStarted };
  rotateWebhook: { method: "POST"; path: "/v1/webhooks/{id}/rotate"; query: never; body: Ok; reply: WebhookMade };
  listDeliveries: { method: "GET"; path: "/v1/webhooks/{id}/deliveries"; query: { state?: "waiting" | "delivered" | "failed"; limit?: number; after?: string }; body: never; reply: DeliveryPage };
  stats: { method: "GET"; path: "/v1/stats"; query: { team?: Name; since?: Time; until?: Time; route?: string; by?: string }; body: never; reply: Stats };
  exportJournal: { method: "GET"; path: "/v1/journal"; query: { after?: Seq; limit?: number }; body: never; reply: string };
  signIn: { method: "POST"; path: "/v1/signin"; query: never; body: SignIn; reply: Person };
  signOut: { method: "POST"; path: "/v1/signout"; query: never; body: never; reply: Ok };
  getInvitation: { method: "GET"; path: "/v1/invitations/{token}"; query: never; body: never; reply: InvitationSeen };
  acceptInvitation: { method: "POST"; path: "/v1/invitations/{token}"; query: never; body: Accept; reply: Person };
  health: { method: "GET"; path: "/healthz"; query: never; body: never; reply: Health };
  ready: { method: "GET"; path: "/readyz"; query: never; body: never; reply: Health };
  metrics: { method: "GET"; path: "/metrics"; query: never; body: never; reply: string };
  openapi: { method: "GET"; path: "/v1/openapi.json"; query: never; body: never; reply: Record<string, unknown> };
  evidence: { method: "GET"; path: "/v1/evidence"; query: { action?: Name; reason?: Name; amount?: Money; customer?: Name; exclude?: Name }; body: never; reply: Evidence };
  today: { method: "GET"; path: "/v1/today"; query: { team?: Name }; body: never; reply: Today };
  track: { method: "GET"; path: "/v1/track"; query: { team?: Name; agent?: Name; days?: number; format?: "csv" | "json" }; body: never; reply: Track };
  trackEnded: { method: "GET"; path: "/v1/track/ended"; query: { of?: "resolved" | "rated"; team?: Name; agent?: Name; days?: number; limit?: number; after?: string; format?: "csv" | "json" }; body: never; reply: TrackEndedPage };
  listRoom: { method: "GET"; path: "/v1/track/room"; query: { team?: Name; agent?: Name; format?: "csv" | "json" }; body: never; reply: RoomList };
  forwardRoom: { method: "POST"; path: "/v1/track/room/{id}/forward"; query: never; body: RoomForward; reply: void };
  laterRoom: { method: "POST"; path: "/v1/track/room/{id}/later"; query: never; body: RoomLater; reply: void };
  acceptRoom: { method: "POST"; path: "/v1/track/room/{id}/accept"; query: never; body: Ok; reply: Person };
  trackChart: { method: "GET"; path: "/v1/track/charts"; query: { of?: TrackFigure; team?: Name; agent?: Name; cause?: string; from?: string; to?: string; by?: "day" | "week"; format?: "csv" | "json" }; body: never; reply: TrackChart };
  nameCause: { method: "POST"; path: "/v1/track/charts/causes"; query: never; body: CauseNoteNew; reply: CauseNote };
  listCauses: { method: "GET"; path: "/v1/causes"; query: { team?: Name; days?: number; format?: "csv" | "json" }; body: never; reply: CauseList };
  getCause: { method: "GET"; path: "/v1/causes/{cause}"; query: { team?: Name; days?: number }; body: never; reply: Cause };
  setCause: { method: "PUT"; path: "/v1/causes/{cause}"; query: never; body: CauseNew; reply: CauseKept };
  causeEffect: { method: "GET"; path: "/v1/causes/{cause}/effect"; query: never; body: never; reply: CauseEffect };
  getTerms: { method: "GET"; path: "/v1/policy/terms"; query: never; body: never; reply: Terms };
  seeApproval: { method: "POST"; path: "/v1/approvals/{id}/seen"; query: never; body: Ok; reply: Approval };
  holdApproval: { method: "POST"; path: "/v1/approvals/{id}/hold"; query: never; body: Ok; reply: Approval };
  getCaseOwner: { method: "GET"; path: "/v1/cases/{id}/owner"; query: never; body: never; reply: CaseOwner };
  takeCase: { method: "POST"; path: "/v1/cases/{id}/take"; query: never; body: Note; reply: Case };
  names: { method: "GET"; path: "/v1/names"; query: { ids?: string; q?: string }; body: never; reply: Names };
  myAuthority: { method: "GET"; path: "/v1/me/authority"; query: never; body: never; reply: Authority };
  knowAuthority: { method: "PUT"; path: "/v1/me/authority/seen"; query: never; body: AuthoritySeen; reply: AuthorityKnown };
  getAlerts: { method: "GET"; path: "/v1/me/alerts"; query: never; body: never; reply: Alerts };
  testAlerts: { method: "POST"; path: "/v1/me/alerts/test"; query: never; body: Ok; reply: AlertTest };
  getAlertTest: { method: "GET"; path: "/v1/me/alerts/test/{delivery}"; query: never; body: never; reply: Delivery };
  authorityOf: { method: "GET"; path: "/v1/people/{id}/authority"; query: never; body: never; reply: Authority };
  explainVersion: { method: "GET"; path: "/v1/policy/explain"; query: { version?: number }; body: never; reply: Explained };
  explainSource: { method: "POST"; path: "/v1/policy/explain"; query: never; body: PolicySource; reply: Explained };
  diffPolicy: { method: "POST"; path: "/v1/policy/diff"; query: never; body: DiffOf; reply: PolicyDiff };
  replayPolicy: { method: "POST"; path: "/v1/policy/replay"; query: never; body: ReplayOf; reply: Replayed };
  listSuggestions: { method: "GET"; path: "/v1/policy/suggestions"; query: never; body: never; reply: SuggestionList };
  draftSuggestion: { method: "POST"; path: "/v1/policy/suggestions/{id}/draft"; query: never; body: never; reply: DraftInfo };
  dismissSuggestion: { method: "POST"; path: "/v1/policy/suggestions/{id}/dismiss"; query: never; body: SuggestionDismissal; reply: void };
  policyTiers: { method: "GET"; path: "/v1/policy/tiers"; query: never; body: never; reply: TierTable };
  listMails: { method: "GET"; path: "/v1/mail/deliveries"; query: { state?: "waiting" | "delivered" | "failed"; limit?: number; after?: string }; body: never; reply: DeliveryPage };
  getDelivery: { method: "GET"; path: "/v1/webhooks/{id}/deliveries/{delivery}"; query: never; body: never; reply: DeliveryLooked };
  resendDeliveries: { method: "POST"; path: "/v1/webhooks/{id}/resend"; query: never; body: Ok; reply: DeliveriesResent };
  resendDelivery: { method: "POST"; path: "/v1/webhooks/{id}/deliveries/{delivery}/resend"; query: never; body: Ok; reply: Delivery };
  getSettings: { method: "GET"; path: "/v1/settings"; query: never; body: never; reply: Settings };
  changeSettings: { method: "PATCH"; path: "/v1/settings"; query: never; body: SettingsChange; reply: Settings };
  getSetup: { method: "GET"; path: "/v1/setup"; query: never; body: never; reply: Setup };
  makeSetupCase: { method: "POST"; path: "/v1/setup/case"; query: never; body: SetupCase; reply: SetupCaseMade };
  listStarters: { method: "GET"; path: "/v1/policy/starters"; query: never; body: never; reply: Starters };
  getStarter: { method: "GET"; path: "/v1/policy/starters/{id}"; query: never; body: never; reply: Starter };
}

/** How each operation is called. */
export const ops = {
  listDecisions: "GET /v1/decisions",
  decide: "POST /v1/decisions",
  getDecision: "GET /v1/decisions/{id}",
  confirmHold: "POST /v1/decisions/{id}/confirm",
  releaseHold: "POST /v1/decisions/{id}/release",
  reverseDecision: "POST /v1/decisions/{id}/reverse",
  ask: "POST /v1/decisions/{id}/ask",
  options: "POST /v1/options",
  listApprovals: "GET /v1/approvals",
  getApproval: "GET /v1/approvals/{id}",
  approve: "POST /v1/approvals/{id}/approve",
  decline: "POST /v1/approvals/{id}/decline",
  withdraw: "POST /v1/approvals/{id}/withdraw",
  nudge: "POST /v1/approvals/{id}/nudge",
  events: "GET /v1/events",
  listBudgets: "GET /v1/budgets",
  me: "GET /v1/me",
  setMyPresence: "PUT /v1/me/presence",
  setMyPassword: "PUT /v1/me/password",
  listPeople: "GET /v1/people",
  addPerson: "POST /v1/people",
  getPerson: "GET /v1/people/{id}",
  changePerson: "PATCH /v1/people/{id}",
  setPresence: "PUT /v1/people/{id}/presence",
  importPeople: "POST /v1/people/import",
  invite: "POST /v1/people/{id}/invite",
  erasePerson: "POST /v1/people/{id}/erase",
  eraseCustomer: "POST /v1/customers/{id}/erase",
  listTeams: "GET /v1/teams",
  addTeam: "POST /v1/teams",
  changeTeam: "PATCH /v1/teams/{id}",
  removeTeam: "DELETE /v1/teams/{id}",
  listCases: "GET /v1/cases",
  openCase: "POST /v1/cases",
  listRatings: "GET /v1/ratings",
  recordRating: "POST /v1/ratings",
  trackBrought: "GET /v1/track/brought",
  trackStale: "GET /v1/track/stale",
  importCases: "POST /v1/cases/import",
  importRatings: "POST /v1/ratings/import",
  importOutcomes: "POST /v1/outcomes/import",
  recordOutcome: "POST /v1/customers/{id}/outcome",
  getCase: "GET /v1/cases/{id}",
  changeCase: "PATCH /v1/cases/{id}",
  nudgeCase: "POST /v1/cases/{id}/nudge",
  listCoaching: "GET /v1/coaching",
  openCoaching: "POST /v1/coaching",
  getCoaching: "GET /v1/coaching/{id}",
  coachingSince: "GET /v1/coaching/{id}/since",
  noteCoaching: "POST /v1/coaching/{id}/notes",
  agreeCoaching: "POST /v1/coaching/{id}/steps",
  tickCoaching: "PUT /v1/coaching/{id}/steps/{place}",
  followUpCoaching: "PUT /v1/coaching/{id}/follow-up",
  closeCoaching: "POST /v1/coaching/{id}/close",
  listCourses: "GET /v1/courses",
  publishCourse: "POST /v1/courses",
  checkCourse: "POST /v1/courses/check",
  listPlans: "GET /v1/plans",
  checkPlan: "POST /v1/plans/check",
  getPlan: "GET /v1/plans/{plan}",
  writePlan: "PUT /v1/plans/{plan}",
  removePlan: "DELETE /v1/plans/{plan}",
  getCasePlan: "GET /v1/cases/{id}/plan",
  tickPlan: "POST /v1/cases/{id}/plan",
  scenarioOfDecision: "POST /v1/decisions/{id}/scenario",
  scenarioOfCase: "POST /v1/cases/{id}/scenario",
  practise: "POST /v1/practice",
  listStaleCourses: "GET /v1/courses/stale",
  getCourse: "GET /v1/courses/{id}",
  getCourseFiles: "GET /v1/courses/{id}/files",
  listStaleCourse: "GET /v1/courses/{id}/stale",
  listAttempts: "GET /v1/courses/{id}/attempts",
  startAttempt: "POST /v1/courses/{id}/attempts",
  courseProgress: "GET /v1/courses/{id}/progress",
  listPages: "GET /v1/pages",
  checkPage: "POST /v1/pages/check",
  getPage: "GET /v1/pages/{slug}",
  savePage: "PUT /v1/pages/{slug}",
  removePage: "DELETE /v1/pages/{slug}",
  listAllAttempts: "GET /v1/attempts",
  getAttempt: "GET /v1/attempts/{id}",
  answerQuestion: "PUT /v1/attempts/{id}/answers/{question}",
  finishAttempt: "POST /v1/attempts/{id}/finish",
  getPersonVersion: "GET /v1/people/{id}/version",
  setPersonVersion: "PUT /v1/people/{id}/version",
  vouch: "POST /v1/people/{id}/certificates",
  listReviews: "GET /v1/reviews",
  pickReview: "POST /v1/reviews",
  drawReviews: "POST /v1/reviews/draw",
  nameObstacle: "POST /v1/decisions/{id}/obstacle",
  askAboutRead: "POST /v1/me/reads/{id}/question",
  listObstacles: "GET /v1/obstacles",
  getObstacle: "GET /v1/obstacles/{kind}/{rule}",
  answerObstacle: "POST /v1/obstacles/{kind}/{rule}/answer",
  ownObstacle: "PUT /v1/obstacles/{kind}/{rule}/owner",
  listMyObstacles: "GET /v1/me/obstacles",
  pulseQuestions: "GET /v1/pulse/questions",
  listPulses: "GET /v1/pulse",
  openPulse: "POST /v1/pulse",
  getPulse: "GET /v1/pulse/{id}",
  closePulse: "POST /v1/pulse/{id}/close",
  listMyPulses: "GET /v1/me/pulse",
  answerPulse: "POST /v1/me/pulse/{id}",
  putOffPulse: "PUT /v1/me/pulse/{id}/later",
  getGrowing: "GET /v1/growing",
  addGrowing: "POST /v1/growing",
  getGrowingTeam: "GET /v1/growing/team",
  addGrowingHours: "POST /v1/growing/hours",
  putGrowingHours: "PUT /v1/growing/hours/{id}",
  removeGrowingHours: "DELETE /v1/growing/hours/{id}",
  putGrowing: "PUT /v1/growing/{id}",
  spendGrowing: "POST /v1/growing/{id}/spend",
  moveGrowing: "POST /v1/growing/{id}/state",
  vouchGrowing: "POST /v1/growing/{id}/vouch",
  listThanks: "GET /v1/thanks",
  thank: "POST /v1/thanks",
  listThanksDue: "GET /v1/thanks/due",
  putThanksOnWall: "PUT /v1/thanks/{id}/wall",
  listHuddles: "GET /v1/huddles",
  getHuddle: "GET /v1/huddles/{team}/{week}",
  putHuddle: "PUT /v1/huddles/{team}/{week}",
  publishHuddle: "POST /v1/huddles/{team}/{week}/publish",
  listQuestions: "GET /v1/questions",
  lookForQuestions: "POST /v1/questions/look",
  getQuestion: "GET /v1/questions/{id}",
  explainQuestion: "POST /v1/questions/{id}/explain",
  closeQuestion: "POST /v1/questions/{id}/close",
  myReads: "GET /v1/me/reads",
  acknowledgeRead: "POST /v1/me/reads/{id}",
  myTrack: "GET /v1/me/track",
  getReviewShares: "GET /v1/reviews/shares",
  setReviewShares: "PUT /v1/reviews/shares",
  reviewAgreement: "GET /v1/reviews/agreement",
  getReview: "GET /v1/reviews/{id}",
  saveReview: "PUT /v1/reviews/{id}/draft",
  sendReview: "POST /v1/reviews/{id}/send",
  skipReview: "POST /v1/reviews/{id}/skip",
  secondReview: "POST /v1/reviews/{id}/second",
  markReview: "PUT /v1/reviews/{id}/scenario",
  replyReview: "POST /v1/reviews/{id}/reply",
  appealReview: "POST /v1/reviews/{id}/appeal",
  decideReviewAppeal: "POST /v1/reviews/{id}/appeal/decide",
  listLowerings: "GET /v1/lowerings",
  askLowering: "POST /v1/lowerings",
  getLowering: "GET /v1/lowerings/{id}",
  confirmLowering: "POST /v1/lowerings/{id}/confirm",
  endLowering: "POST /v1/lowerings/{id}/end",
  listTokens: "GET /v1/tokens",
  makeToken: "POST /v1/tokens",
  endToken: "DELETE /v1/tokens/{id}",
  getPolicy: "GET /v1/policy",
  getDraft: "GET /v1/policy/draft",
  keepDraft: "PUT /v1/policy/draft",
  listDrafts: "GET /v1/policy/drafts",
  makeDraft: "POST /v1/policy/drafts",
  getOneDraft: "GET /v1/policy/drafts/{id}",
  putDraft: "PUT /v1/policy/drafts/{id}",
  removeDraft: "DELETE /v1/policy/drafts/{id}",
  draftChanges: "GET /v1/policy/drafts/{id}/changes",
  setInDraft: "POST /v1/policy/drafts/{id}/set",
  splitDraft: "POST /v1/policy/drafts/{id}/split",
  setNormal: "PUT /v1/policy/normal",
  checkPolicy: "POST /v1/policy/check",
  publishPolicy: "POST /v1/policy/publish",
  rollbackPolicy: "POST /v1/policy/rollback",
  listTrials: "GET /v1/policy/trials",
  startTrial: "POST /v1/policy/trials",
  checkTrial: "POST /v1/policy/trials/check",
  trialPower: "GET /v1/policy/trials/power",
  extendTrial: "POST /v1/policy/trials/{id}/extend",
  keepTrial: "POST /v1/policy/trials/{id}/keep",
  endTrial: "POST /v1/policy/trials/{id}/end",
  getShadow: "GET /v1/policy/shadow",
  startShadow: "PUT /v1/policy/shadow",
  stopShadow: "DELETE /v1/policy/shadow",
  listPolicyVersions: "GET /v1/policy/versions",
  getPolicyVersion: "GET /v1/policy/versions/{n}",
  versionReads: "GET /v1/policy/versions/{n}/reads",
  policyEffect: "GET /v1/policy/versions/{n}/effect",
  listWebhooks: "GET /v1/webhooks",
  addWebhook: "POST /v1/webhooks",
  getWebhook: "GET /v1/webhooks/{id}",
  changeWebhook: "PATCH /v1/webhooks/{id}",
  removeWebhook: "DELETE /v1/webhooks/{id}",
  testWebhook: "POST /v1/webhooks/{id}/test",
  rotateWebhook: "POST /v1/webhooks/{id}/rotate",
  listDeliveries: "GET /v1/webhooks/{id}/deliveries",
  stats: "GET /v1/stats",
  exportJournal: "GET /v1/journal",
  signIn: "POST /v1/signin",
  signOut: "POST /v1/signout",
  getInvitation: "GET /v1/invitations/{token}",
  acceptInvitation: "POST /v1/invitations/{token}",
  health: "GET /healthz",
  ready: "GET /readyz",
  metrics: "GET /metrics",
  openapi: "GET /v1/openapi.json",
  evidence: "GET /v1/evidence",
  today: "GET /v1/today",
  track: "GET /v1/track",
  trackEnded: "GET /v1/track/ended",
  listRoom: "GET /v1/track/room",
  forwardRoom: "POST /v1/track/room/{id}/forward",
  laterRoom: "POST /v1/track/room/{id}/later",
  acceptRoom: "POST /v1/track/room/{id}/accept",
  trackChart: "GET /v1/track/charts",
  nameCause: "POST /v1/track/charts/causes",
  listCauses: "GET /v1/causes",
  getCause: "GET /v1/causes/{cause}",
  setCause: "PUT /v1/causes/{cause}",
  causeEffect: "GET /v1/causes/{cause}/effect",
  getTerms: "GET /v1/policy/terms",
  seeApproval: "POST /v1/approvals/{id}/seen",
  holdApproval: "POST /v1/approvals/{id}/hold",
  getCaseOwner: "GET /v1/cases/{id}/owner",
  takeCase: "POST /v1/cases/{id}/take",
  names: "GET /v1/names",
  myAuthority: "GET /v1/me/authority",
  knowAuthority: "PUT /v1/me/authority/seen",
  getAlerts: "GET /v1/me/alerts",
  testAlerts: "POST /v1/me/alerts/test",
  getAlertTest: "GET /v1/me/alerts/test/{delivery}",
  authorityOf: "GET /v1/people/{id}/authority",
  explainVersion: "GET /v1/policy/explain",
  explainSource: "POST /v1/policy/explain",
  diffPolicy: "POST /v1/policy/diff",
  replayPolicy: "POST /v1/policy/replay",
  listSuggestions: "GET /v1/policy/suggestions",
  draftSuggestion: "POST /v1/policy/suggestions/{id}/draft",
  dismissSuggestion: "POST /v1/policy/suggestions/{id}/dismiss",
  policyTiers: "GET /v1/policy/tiers",
  listMails: "GET /v1/mail/deliveries",
  getDelivery: "GET /v1/webhooks/{id}/deliveries/{delivery}",
  resendDeliveries: "POST /v1/webhooks/{id}/resend",
  resendDelivery: "POST /v1/webhooks/{id}/deliveries/{delivery}/resend",
  getSettings: "GET /v1/settings",
  changeSettings: "PATCH /v1/settings",
  getSetup: "GET /v1/setup",
  makeSetupCase: "POST /v1/setup/case",
  listStarters: "GET /v1/policy/starters",
  getStarter: "GET /v1/policy/starters/{id}",
} as const;

/** Currencies whose minor digits are not two: by the number of digits, the codes with a space between. */
export const currencyDigits: Record<number, string> = {
  0: "ADP BEF BIF BYR CLP DJF ESP GNF GRD ISK ITL JPY KMF KRW LUF MGF PTE PYG RWF TRL UGX UYI VND VUV XAF XOF XPF",
  3: "BHD IQD JOD KWD LYD OMR TND",
  4: "CLF UYW",
};

/** Every kind of entry of the journal. */
export const eventKinds: readonly string[] = [
  "decision",
  "hold.confirmed",
  "hold.released",
  "hold.lapsed",
  "decision.reversed",
  "approval.opened",
  "approval.raised",
  "approval.nudged",
  "approval.seen",
  "approval.held",
  "approval.approved",
  "approval.declined",
  "approval.withdrawn",
  "approval.lapsed",
  "alert.test",
  "case.opened",
  "case.changed",
  "case.recorded",
  "case.nudged",
  "review.drawn",
  "review.picked",
  "review.second",
  "review.sent",
  "review.skipped",
  "review.scenario",
  "review.replied",
  "review.appealed",
  "review.appeal_decided",
  "question.raised",
  "question.explained",
  "question.closed",
  "review.shares",
  "coaching.opened",
  "coaching.noted",
  "coaching.step",
  "coaching.ticked",
  "coaching.follow_up",
  "coaching.due",
  "coaching.closed",
  "rating.recorded",
  "customer.outcome",
  "cause.named",
  "cause.changed",
  "obstacle.named",
  "obstacle.answered",
  "obstacle.owned",
  "thanks.given",
  "thanks.wall",
  "pulse.opened",
  "pulse.closed",
  "huddle.published",
  "person.added",
  "person.changed",
  "person.removed",
  "plan.written",
  "plan.removed",
  "plan.ticked",
  "growing.changed",
  "growing.hours",
  "course.published",
  "course.stale",
  "page.saved",
  "page.removed",
  "attempt.started",
  "attempt.answered",
  "attempt.finished",
  "certificate.granted",
  "person.version",
  "certificate.expiring",
  "lowering.asked",
  "lowering.confirmed",
  "lowering.ended",
  "room.forwarded",
  "room.put_aside",
  "room.accepted",
  "presence.changed",
  "team.changed",
  "token.created",
  "token.revoked",
  "signin.set",
  "policy.published",
  "policy.rolled_back",
  "policy.draft",
  "policy.normal",
  "policy.suggestion_dismissed",
  "policy.trial_started",
  "policy.trial_extended",
  "policy.trial_ended",
  "policy.shadow_started",
  "policy.shadow_ended",
  "reads.made",
  "read.acknowledged",
  "webhook.set",
  "delivery.failed",
  "text.erased",
  "setting.changed",
  "checkpoint",
];
