/* Approvals: an ask on its way from an agent to somebody who may say yes. Opened from a decision of
 * verdict `ask` (or a refusal's route), open until approved, declined, withdrawn or lapsed into its
 * route's `otherwise`; kept in table `approval` of the record, changed in the transaction of the
 * journal entry that says so. docs/explanation/approvals.md tells the story, docs/formats/
 * approvals.md the entries.
 *
 * An approval binds to exactly what was asked: a SHA-256 over the recorded request and facts. All
 * times are absolute, so that a restart loses no clock. Opening draws nothing; approving decides by
 * the approver's own grants, draws and records in the same transaction.
 *
 * Changes are `apply` functions for lw_change with their input in change->user (borrowed until
 * done); they find the caller's person anew in the batch's snapshot. Their answer is the approval
 * as lw_approval_print writes it. Reading takes any connection and thread. */
#ifndef LW_DESK_APPROVAL_H
#define LW_DESK_APPROVAL_H

#include "engine/decision.h"

enum lw_approval_state {
  LW_APPROVAL_OPEN,
  LW_APPROVAL_APPROVED,
  LW_APPROVAL_DECLINED,
  LW_APPROVAL_WITHDRAWN,
  LW_APPROVAL_LAPSED,
  LW_APPROVAL_STATES
};
lw_str lw_approval_state_name(enum lw_approval_state state); /* "open" "approved" ... */
LW_NODISCARD bool lw_approval_state_read(lw_str name, enum lw_approval_state *ret_state);

/* Somebody who was asked. */
struct lw_asked {
  lw_str person;
  lw_str deputy_of; /* whose place they take; or empty */
  uint32_t level;   /* from 1 */
  lw_usec at;
};

struct lw_approval {
  lw_str id; /* "apr_..." */
  lw_str decision;
  lw_str agent;
  lw_str team; /* the agent's, a path, at the time */
  lw_str case_id;
  lw_str customer;
  lw_str action;
  lw_str reason;
  bool has_amount;
  int64_t amount_minor; /* as asked */
  lw_str currency;      /* "USD" */
  lw_str route;
  lw_str binding;       /* SHA-256, hex, of exactly what was asked */
  bool grants_fallback; /* the route's `otherwise`, as told at the beginning */
  int64_t fallback_minor;
  enum lw_approval_state state;
  uint32_t level; /* that is being asked, from 1 */
  uint32_t levels;
  lw_usec requested_at; /* of the decision: time to authority begins here */
  lw_usec opened_at;
  lw_usec due_at;  /* OPEN: when the next level is asked, or `otherwise` comes */
  lw_usec ends_at; /* when `otherwise` comes at the latest, as told at the beginning */
  uint32_t nudges;
  lw_usec nudged_at;
  uint32_t holds;    /* how often somebody who is asked took more time */
  lw_usec hold_usec; /* a yes waits so long for the agent to confirm it; 0: it is given at once */
  lw_str note;       /* these two: references (ledger/text.h), JSON; or empty */
  lw_str evidence;
  /* Not OPEN any more. */
  lw_usec closed_at;
  lw_str answered_by;  /* a person; the agent for WITHDRAWN; empty for LAPSED */
  lw_str answered_for; /* in whose place; or empty */
  lw_str answer_action;
  bool answer_has_amount;
  int64_t answer_minor;
  lw_str answer_note;           /* reference, JSON; or empty */
  lw_str granted;               /* the decision that came of it, "dec_..."; or empty */
  bool flagged;                 /* to be looked at afterwards: nobody answered */
  lw_str why;                   /* LAPSED: what came, in words */
  const struct lw_asked *asked; /* in the order asked */
  uint32_t n_asked;
};

/* --- changes --- */

/* POST /v1/decisions/{id}/ask {"note": "...", "evidence": "link" or [links], "hold": "4h"}. */
struct lw_approval_ask {
  const struct lw_caller *caller; /* the agent, or a token with DECIDE */
  lw_id decision;
  lw_str note;     /* for the approver; may be empty */
  lw_str evidence; /* JSON; or empty */
  lw_usec hold_usec;
};
/* Reads {"note","evidence","hold"} (value may be NULL) into those; other members are faults.
 * What it makes lives in faults->arena. */
LW_NODISCARD bool lw_approval_ask_read(const struct lw_value *value, struct lw_approval_ask *ret,
                                       struct lw_faults *faults);
/* 201. LW_NOT_FOUND, LW_FORBIDDEN (not the agent's), LW_CONFLICT (granted, or on its way already,
 * or answered, or no route could cover it), LW_STALE (does not fit today's policy any more, or is
 * older than LW_ASK_USEC_MAX). When nobody who could say yes is here, `otherwise` comes at once. */
enum lw_code lw_approval_open(struct lw_batch *batch, struct lw_change *change,
                              struct lw_error *err);

/* POST /v1/approvals/{id}/approve {"amount","action","note"} and /decline {"note"}. */
struct lw_approval_answer {
  const struct lw_caller *caller; /* a person who signed in */
  lw_str approval;                /* "apr_..." */
  bool approve;
  lw_str amount; /* "80.00"; empty: as asked */
  lw_str action; /* empty: as asked */
  lw_str note;
};
/* Reads {"amount","action","note"} or, for a decline, {"note"}, which it needs. */
LW_NODISCARD bool lw_approval_answer_read(const struct lw_value *value, bool approve,
                                          struct lw_approval_answer *ret, struct lw_faults *faults);
/* 200. LW_FORBIDDEN: not asked, one's own, or beyond one's own grants (the text says which part
 * failed). LW_CONFLICT: answered before; the text says by whom, when and what. LW_INVALID: more
 * than was asked, unknown action. LW_EXPIRED: its time is over. */
enum lw_code lw_approval_answer(struct lw_batch *batch, struct lw_change *change,
                                struct lw_error *err);

/* POST /v1/approvals/{id}/withdraw and /nudge: by the agent (or a token with DECIDE). Nudging more
 * than once a minute is LW_TOO_MANY. */
struct lw_approval_touch {
  const struct lw_caller *caller;
  lw_str approval;
};
enum lw_code lw_approval_withdraw(struct lw_batch *batch, struct lw_change *change,
                                  struct lw_error *err);
enum lw_code lw_approval_nudge(struct lw_batch *batch, struct lw_change *change,
                               struct lw_error *err);

/* POST /v1/approvals/{id}/seen and /hold: by a person who is asked, or stands in. seen: the first
 * time that they opened it; later, or when it is closed, nothing is written. hold:
 * LW_APPROVAL_HOLD_USEC more for the level and all that comes after it; LW_TOO_MANY past
 * LW_APPROVAL_HOLDS_MAX. */
enum lw_code lw_approval_see(struct lw_batch *batch, struct lw_change *change,
                             struct lw_error *err);
enum lw_code lw_approval_hold(struct lw_batch *batch, struct lw_change *change,
                              struct lw_error *err);

/* Levels whose time is over, and `otherwise`: a row of lw_engine_add_due. */
extern const struct lw_due lw_approvals_due;

/* --- reading --- */

/* Who looks, for what is shown: names come from the snapshot, notes only for those who may see
 * them. */
struct lw_desk_reader {
  struct lw_db *db;
  const struct lw_snapshot *snapshot;
  const struct lw_caller *caller; /* NULL: the command line, which sees all */
  lw_usec now;
  struct lw_arena *arena;
  struct lw_drawn *drawn; /* what budgets have drawn; NULL: nobody's room is shown */
  /* Whether somebody has a window open that listens; NULL: nobody is known to. */
  bool (*online)(void *user, lw_str person);
  void *online_user;
  /* Whether the caller sees a decision that was made in that case; NULL: it is not looked for. */
  bool (*decided)(void *user, lw_str case_id);
  void *decided_user;
};
/* Within a change: sees what the batch has written so far. */
static inline struct lw_desk_reader lw_desk_reader_in(const struct lw_batch *batch,
                                                      const struct lw_caller *caller)
{
  return (struct lw_desk_reader){.db = batch->db,
                                 .snapshot = batch->snapshot,
                                 .caller = caller,
                                 .now = batch->now,
                                 .arena = batch->scratch};
}

/* By its text id. LW_NOT_FOUND. */
LW_NODISCARD enum lw_code lw_approval_get(struct lw_db *db, lw_str id, struct lw_arena *arena,
                                          struct lw_approval *ret_approval, struct lw_error *err);
/* Whether the caller may see it: the agent, those asked and their deputies, SEE_DECISIONS about the
 * agent. */
bool lw_approval_visible(const struct lw_desk_reader *reader, const struct lw_approval *approval);
/* As api/openapi.yaml has an Approval: {"id":"apr_...","decision":"dec_...","state":"open",...,
 * "asked":[{"person":"tom","name":"Tom Ode","level":1,"at":"..."}],"due":"...","then":{...}}.
 * story: also "story", its journal entries in order, and the facts of the request; and for a reader
 * who may answer it now, with reader->drawn: "mine", what they could say yes to, "can", what the
 * agent can do themselves, and "next", who is asked when the level's time is over. */
LW_NODISCARD enum lw_code lw_approval_print(const struct lw_desk_reader *reader,
                                            const struct lw_approval *approval, bool story,
                                            struct lw_buf *out, struct lw_error *err);

/* Whom a route would ask first for the order's request as it stands: the first of its first level
 * on which somebody is here whose own grants would cover it, one with an open window before the
 * others. *ret_person NULL: nobody. Looks at no more than LW_PREVIEW_PEOPLE_MAX people; resets the
 * decider. Whether a budget could be read is for the caller to see (lw_rows_failed). */
enum { LW_PREVIEW_PEOPLE_MAX = 200 };
LW_NODISCARD enum lw_code lw_asking_preview(const struct lw_desk_reader *reader,
                                            const struct lw_order *order,
                                            struct lw_decider *decider, uint32_t route,
                                            const struct lw_person **ret_person,
                                            uint32_t *ret_level, struct lw_error *err);
/* How long that person usually takes to answer: the middle of their last 50. False: they have not
 * answered yet, or it can't be read. */
bool lw_usual_ms(struct lw_db *db, lw_str person, uint32_t *ret_ms);

/* GET /v1/approvals: `for`. */
enum lw_approval_view {
  LW_APPROVALS_ANY,  /* whatever the caller may see */
  LW_APPROVALS_ME,   /* "me": the caller is asked, or stands in; with state OPEN: what waits */
  LW_APPROVALS_MINE, /* "mine": the caller asks */
  LW_APPROVALS_TEAM  /* "team": asked by those whom the caller leads */
};
struct lw_approval_query {
  enum lw_approval_view view;
  bool has_state;
  enum lw_approval_state state;
  lw_str agent; /* these four: empty for any */
  lw_str team;  /* with its sub-teams */
  lw_str case_id;
  lw_str customer;
  lw_str after;   /* an approval's id; empty: from the newest */
  uint32_t limit; /* 0: LW_PAGE; at most LW_PAGE_MAX */
};
LW_NODISCARD bool lw_approval_view_read(lw_str name, enum lw_approval_view *ret_view);
/* {"items":[...],"next":"apr_..."}, newest first, `next` only when there is more; what the caller
 * may not see is not there.
 */
LW_NODISCARD enum lw_code lw_approval_list(const struct lw_desk_reader *reader,
                                           const struct lw_approval_query *query,
                                           struct lw_buf *out, struct lw_error *err);

/* What became of the ask of a decision: whether somebody is being asked, and the decision that a
 * yes came to ("dec_...", else empty). Any connection. */
struct lw_approval_stand {
  bool open;
  lw_str granted;
};
LW_NODISCARD enum lw_code lw_approval_stand_of(struct lw_db *db, lw_str decision,
                                               struct lw_arena *arena,
                                               struct lw_approval_stand *ret_stand,
                                               struct lw_error *err);

/* Tables of desk: approval, asked, cases. */
extern const struct lw_migration lw_desk_migrations[];
extern const size_t lw_desk_migrations_count;

#endif
