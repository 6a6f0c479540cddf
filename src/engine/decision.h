/* Decisions as changes: read a request against the snapshot (any thread), decide and record it (in
 * the batch), finish holds, take decisions back, read one again from the record.
 * docs/formats/journal.md has the bodies of the entries. */
#ifndef LW_ENGINE_DECISION_H
#define LW_ENGINE_DECISION_H

#include "data/json.h"
#include "engine/engine.h"

/* How a request is to be read. Borrowed until the order is done. */
struct lw_order_options {
  const struct lw_caller *caller; /* NULL: the command line, which may say everything */
  const struct lw_value
      *stored_case; /* what desk/case.h knows of the case, or NULL; as policy/request.h */
  const struct lw_value *stored_facts;
  bool options_only; /* POST /v1/options: no action needed, nothing is recorded */
  lw_usec now;
  bool *ret_forbidden; /* may be NULL; set when it is a right that lacks (403): faults say which */
};

/* A request on its way: lives in its arena. */
struct lw_order {
  const struct lw_snapshot *snapshot; /* it was read against; referenced until lw_order_finish */
  const struct lw_value *value;       /* the request as it came */
  struct lw_request request;
  lw_usec hold_usec; /* 0: none */
  bool confirms;     /* the hold confirms itself at its end (`undo`); else it lapses */
  bool for_agent;    /* of options: what is for the agent themselves (request.for_agent) */
  bool detail;       /* of options: with their effect, and whom one could ask */
  lw_str note;       /* texts that stay outside the journal */
  lw_str evidence;   /* JSON of the member */
  lw_str stored;     /* JSON of stored case and facts, for the record; or empty */
  bool claims;       /* read with the right to say system facts */
  lw_usec at;  /* of a request that may say so (command line, demo); else the time of receipt */
  lw_str meta; /* JSON, handed back */
  /* After lw_order_apply said LW_INVALID: the fields that it is about. */
  const struct lw_fault *faults;
  uint32_t n_faults;
  /* Inside the engine. */
  const struct lw_snapshot *before;   /* read against first, when it had to be read again */
  lw_str recorded;                    /* JSON of the request, for the record */
  lw_str person;                      /* JSON of the agent, as the policy sees them */
  lw_str asked;                       /* of an approval: the decision that asked, "dec_..." */
  const struct lw_value *stored_case; /* as in the options, to read it anew */
  const struct lw_value *stored_facts;
  struct lw_request *shadowed; /* the request as the shadow reads it; NULL: none, or it does not
                                  fit: */
  lw_str shadow_error;         /* where */
  bool by_caller;              /* over HTTP: it could not say everything */
  bool options_only;
};

/* Reads and checks; false: *faults says what does not fit, and where. The value's texts must live
 * as long as the order. Rights are checked here: DECIDE about the agent, CLAIM_FACTS. `hold` ("5m",
 * at most LW_HOLD_USEC_MAX) or `undo` ("8s", at most LW_UNDO_USEC_MAX), `id` is refused (the server
 * gives ids; a caller's own goes into `meta` or the key). */
LW_NODISCARD bool lw_order_read(const struct lw_snapshot *snapshot, const struct lw_value *value,
                                const struct lw_order_options *options, struct lw_arena *arena,
                                struct lw_order *ret_order, struct lw_faults *faults);
void lw_order_finish(struct lw_order *order);
/* For how long an amount is set aside ("8s", "4h"): of a member `at`. No member, or null: true, and
 * *ret_usec stays. least: a second, or a minute and more. */
struct lw_span {
  lw_usec least;
  lw_usec most;
};
LW_NODISCARD bool lw_order_read_span(const struct lw_value *value, lw_str at,
                                     const struct lw_span *allowed, lw_usec *ret_usec,
                                     struct lw_faults *faults);

/* change->apply for an order (change->user): decides, draws, records, answers 201 with
 * {"id":"dec_...","at":"...","verdict":...,...} as policy/answer.h writes it, plus
 * "hold":{"until":"...","then":"confirm"} (then: only of `undo`), "policy":N. bare and
 * keeps_own_key. */
enum lw_code lw_order_apply(struct lw_batch *batch, struct lw_change *change, struct lw_error *err);

/* Who would be asked, as desk knows it and the engine does not. */
struct lw_preview_asking {
  /* The first person whom the route would alert for this very request, and the level (from 1) that
   * they are on; *ret_person NULL: nobody is here who could say yes. May reset the decider. */
  enum lw_code (*first)(void *user, const struct lw_order *order, struct lw_decider *decider,
                        uint32_t route, const struct lw_person **ret_person, uint32_t *ret_level,
                        struct lw_error *err);
  /* Appends the person as the API shows them: {"person":...}. */
  void (*print)(void *user, const struct lw_person *person, struct lw_buf *out);
  void *user;
};

/* {"options":[...]} for an order read with options_only, on a read connection; records nothing.
 * With order->detail each option has its effect, and "asks" tells which actions somebody else could
 * give more of (asking: who comes first; NULL: without). */
LW_NODISCARD enum lw_code lw_order_options_answer(struct lw_db *db, struct lw_drawn *drawn,
                                                  const struct lw_order *order,
                                                  const struct lw_preview_asking *asking,
                                                  struct lw_buf *out, struct lw_error *err);

enum lw_preview_which {
  LW_PREVIEW_ALL,    /* the requested action's first */
  LW_PREVIEW_ASKED,  /* only the requested action's: an empty list when there is none */
  LW_PREVIEW_OTHERS, /* all but that */
};

struct lw_preview_options {
  const struct lw_actor *approver; /* whose options they are, answering for the agent; NULL: the
                                      agent's own */
  lw_usec now;                     /* decided as of this moment; 0: the request's */
  enum lw_preview_which which;
};

/* Appends `[Option...]` with their effect and limits (policy/effect.h) for an order, however it was
 * read, on a read connection. */
LW_NODISCARD enum lw_code lw_order_preview_add(struct lw_db *db, struct lw_drawn *drawn,
                                               const struct lw_order *order,
                                               const struct lw_preview_options *options,
                                               struct lw_buf *out, struct lw_error *err);

/* Over which budgets something is tried without being done. Borrowed. */
struct lw_rehearsal_place {
  struct lw_rows *rows;   /* made up; else NULL: those of this moment, by the two below */
  struct lw_db *db;       /* a read connection */
  struct lw_drawn *drawn; /* lw_engine_drawn */
  const struct lw_preview_asking *asking; /* or NULL */
};
/* What a decision would answer, and what else could be done: nothing is drawn or recorded. Appends
 * {"answer":{...},"preview":{"options":[...],"asks":[...],"policy":N}}, the answer as decide writes
 * it and the preview as lw_order_options_answer does; without it when the request is at fault
 * (LW_FAULTY). order->detail as there. */
LW_NODISCARD enum lw_code lw_order_rehearse(const struct lw_rehearsal_place *where,
                                            const struct lw_order *order,
                                            enum lw_verdict *ret_verdict, struct lw_buf *out,
                                            struct lw_error *err);

/* --- one decision, from the record --- */

enum lw_decision_state {
  LW_DECISION_FINAL,    /* granted for good, asked, or refused */
  LW_DECISION_HELD,     /* set aside */
  LW_DECISION_RELEASED, /* a hold let go */
  LW_DECISION_LAPSED,   /* a hold whose time ran out */
  LW_DECISION_REVERSED
};
lw_str lw_decision_state_name(enum lw_decision_state state); /* "final" "held" ... */

struct lw_decision {
  lw_id id;
  uint64_t seq;
  lw_usec at;
  lw_str agent;
  enum lw_verdict verdict;
  enum lw_decision_state state;
  bool has_amount;
  int64_t amount_minor;        /* as it stands: after a confirmation of a part, the part */
  lw_usec hold_until;          /* HELD */
  bool hold_confirms;          /* HELD: at its end it is confirmed; else it lapses */
  const struct lw_value *body; /* the entry's body (docs/formats/journal.md) */
  lw_str raw;                  /* its bytes */
  uint64_t changed_seq;        /* these three: of the entry that made it what it is; 0: its own */
  lw_usec changed_at;
  lw_str changed_by;
};

/* By id, in whatever connection (inside a batch: batch->db, which sees the batch's own earlier
 * changes too; what is not flushed yet is looked for in the batch when batch is not NULL).
 * LW_NOT_FOUND. */
LW_NODISCARD enum lw_code lw_decision_get(struct lw_db *db, struct lw_batch *batch, lw_id id,
                                          struct lw_arena *arena, struct lw_json_reader *reader,
                                          struct lw_decision *ret_decision, struct lw_error *err);
/* The decision as the API shows it: the answer, and request, state, hold, reversal. with_texts:
 * note and evidence too (SEE_NOTES). */
LW_NODISCARD enum lw_code lw_decision_print(struct lw_db *db, const struct lw_decision *decision,
                                            bool with_texts, struct lw_arena *arena,
                                            struct lw_buf *out, struct lw_error *err);
/* A request again from the record, read against the snapshot of today for the same agent (the view
 * of their team: ret_order->snapshot): what an approval answers. LW_STALE when it does not fit
 * today's policy any more. */
LW_NODISCARD enum lw_code lw_decision_order(const struct lw_snapshot *snapshot,
                                            const struct lw_decision *decision,
                                            struct lw_arena *arena, lw_usec now,
                                            struct lw_order *ret_order, struct lw_error *err);

/* Records a granted decision that somebody else's authority covers (an approval), with its draws,
 * in the batch: outcome is lw_decide_for's (or a route's fallback, with outcome->grant UINT32_MAX
 * and no draws). extra: JSON members for the body and the answer, e.g.
 * `"approval":"apr_...","approver":"tom"`. The answer goes to change->answer; *ret_id. */
struct lw_granted_for {
  const struct lw_order *order;
  const struct lw_outcome *outcome;
  lw_str approver; /* a person's id, or empty: nobody answered */
  lw_str extra;
  lw_usec hold_usec; /* set aside for so long from the batch's now on; 0: for good */
};
LW_NODISCARD enum lw_code lw_decision_grant_for(struct lw_batch *batch, struct lw_change *change,
                                                const struct lw_granted_for *granted,
                                                struct lw_buf *out, lw_id *ret_id,
                                                struct lw_error *err);

/* --- finishing --- */

/* amount_minor < 0: all. Confirms a hold, all or part: LW_CONFLICT when it is none any more (the
 * text says what became of it), LW_EXPIRED when its time is over. The answer is the decision as it
 * is then. */
LW_NODISCARD enum lw_code lw_decision_confirm(struct lw_batch *batch, struct lw_change *change,
                                              lw_id id, int64_t amount_minor, struct lw_error *err);
LW_NODISCARD enum lw_code lw_decision_release(struct lw_batch *batch, struct lw_change *change,
                                              lw_id id, struct lw_error *err);
/* A granted decision taken back, with a reason (kept as text). */
LW_NODISCARD enum lw_code lw_decision_reverse(struct lw_batch *batch, struct lw_change *change,
                                              lw_id id, lw_str reason, struct lw_error *err);
/* Holds whose time is over: a row of lw_engine_add_due. */
extern const struct lw_due lw_holds_due;

#endif
