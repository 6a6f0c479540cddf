/* Private to desk: whom a level of a route asks, and for whom somebody may answer. */
#ifndef LW_DESK_APPROVAL_WHO_H
#define LW_DESK_APPROVAL_WHO_H

#include "desk/approval.h"

/* Whether a's place is taken by b now: a is away, and b is their deputy and here. */
bool lw_deputy_is(const struct lw_person *away, const struct lw_person *deputy, lw_usec now);
/* Under which entry of `asked` that person may answer: asked themselves, or deputy of somebody
 * asked who is away now. NULL: none. Never the agent. */
const struct lw_asked *lw_asked_find(const struct lw_staff *staff,
                                     const struct lw_approval *approval,
                                     const struct lw_person *person, lw_usec now);

/* One approval being worked on, inside a batch. */
struct lw_asking {
  struct lw_batch *batch;
  struct lw_order order; /* the request again, against the batch's snapshot */
  uint32_t route;
  struct lw_approval *approval;
};

/* What a decision's code really means: LW_IO when a budget could not be read, so that no outcome
 * since counts. */
LW_NODISCARD enum lw_code lw_asking_told(const struct lw_batch *batch, enum lw_code code,
                                         struct lw_error *err);
/* Everybody on the level (from 1) who is here, is not the agent, and whose own grants would cover
 * it: added to approval->asked unless they are there already; *ret_to: their ids. */
LW_NODISCARD enum lw_code lw_asking_level(struct lw_asking *asking, uint32_t level, lw_usec at,
                                          const lw_str **ret_to, uint32_t *ret_count,
                                          struct lw_error *err);

/* A level passed over: nobody on it who could say yes was here. */
struct lw_asking_step {
  uint32_t level; /* that is asked now; 0: there is none left */
  uint32_t first_skipped;
  uint32_t n_skipped;
  const lw_str *to;
  uint32_t n_to;
};
/* Asks the first level from `from` (from 1) on that somebody is on; its clock starts at `start`.
 * Sets level, due_at and ends_at of the approval. */
LW_NODISCARD enum lw_code lw_asking_next(struct lw_asking *asking, uint32_t from, lw_usec start,
                                         struct lw_asking_step *ret_step, struct lw_error *err);

/* lw_asking_preview from that level (from 1) on. */
LW_NODISCARD enum lw_code lw_asking_preview_from(const struct lw_desk_reader *reader,
                                                 const struct lw_order *order,
                                                 struct lw_decider *decider, uint32_t route,
                                                 uint32_t from, const struct lw_person **ret_person,
                                                 uint32_t *ret_level, struct lw_error *err);

/* The approval's decision read again, with the route of today's policy; LW_STALE when request or
 * route does not fit today's policy any more, or the record is not what was asked. Finish with
 * lw_order_finish(&asking->order). */
LW_NODISCARD enum lw_code lw_asking_open(struct lw_asking *asking, struct lw_batch *batch,
                                         struct lw_approval *approval, struct lw_error *err);
/* SHA-256 in hex of exactly what was asked. */
LW_NODISCARD enum lw_code lw_approval_bind(struct lw_hasher *hasher,
                                           const struct lw_decision *decision, lw_str decision_id,
                                           struct lw_arena *arena, lw_str *ret_binding,
                                           struct lw_error *err);

/* Its index in the policy, or UINT32_MAX. */
uint32_t lw_asking_route(const struct lw_policy *policy, lw_str id);

#endif
