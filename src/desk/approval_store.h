/* Private to desk: approvals as rows. Whoever calls is inside a transaction when it writes. */
#ifndef LW_DESK_APPROVAL_STORE_H
#define LW_DESK_APPROVAL_STORE_H

#include "desk/approval.h"

/* The columns in the order that lw_approval_take reads. */
#define LW_APPROVAL_COLUMNS                                                                        \
  "id, decision, agent, team, case_id, customer, action, reason, minor, currency, route, "         \
  "binding, otherwise_minor, levels, requested_at, opened_at, note, evidence, state, level, "      \
  "due_at, ends_at, nudges, nudged_at, closed_at, answered_by, answered_for, answer_action, "      \
  "answer_minor, answer_note, granted, flagged, why, holds, hold_usec"

/* A new row, with those asked. */
LW_NODISCARD enum lw_code lw_approval_insert(struct lw_db *db, const struct lw_approval *approval,
                                             struct lw_error *err);
/* What may change of it, and those asked from number `known` on. */
LW_NODISCARD enum lw_code lw_approval_update(struct lw_db *db, const struct lw_approval *approval,
                                             uint32_t known, struct lw_error *err);
/* That the journal's entry `seq` is about it. */
LW_NODISCARD enum lw_code lw_approval_add_story(struct lw_db *db, lw_str id, uint64_t seq,
                                                struct lw_error *err);
/* Who has opened it; *ret_is_new false: they had before. */
LW_NODISCARD enum lw_code lw_approval_add_seen(struct lw_db *db, lw_str id, lw_str person,
                                               lw_usec at, bool *ret_is_new, struct lw_error *err);
struct lw_seen {
  lw_str person;
  lw_usec at;
};
/* In the order in which they did. */
LW_NODISCARD enum lw_code lw_approval_list_seen(struct lw_db *db, lw_str id, struct lw_arena *arena,
                                                const struct lw_seen **ret_seen,
                                                uint32_t *ret_count, struct lw_error *err);
/* The newest of a decision; *ret_found false: there is none. */
LW_NODISCARD enum lw_code lw_approval_of_decision(struct lw_db *db, lw_str decision,
                                                  struct lw_arena *arena, bool *ret_found,
                                                  struct lw_approval *ret_approval,
                                                  struct lw_error *err);
/* A row of LW_APPROVAL_COLUMNS, copied into arena, without those asked. */
void lw_approval_take(const struct lw_stmt *row, struct lw_arena *arena,
                      struct lw_approval *ret_approval);
/* Reads those asked into the approval. */
LW_NODISCARD enum lw_code lw_approval_take_asked(struct lw_db *db, struct lw_arena *arena,
                                                 struct lw_approval *approval,
                                                 struct lw_error *err);
/* The ids of open ones that are due, earliest first, at most `most`; *ret_next: when the next one
 * is, or INT64_MAX. */
LW_NODISCARD enum lw_code lw_approval_find_due(struct lw_db *db, lw_usec now, uint32_t most,
                                               struct lw_arena *arena, lw_str **ret_ids,
                                               uint32_t *ret_count, struct lw_error *err);
LW_NODISCARD enum lw_code lw_approval_next_due(struct lw_db *db, lw_usec *ret_next,
                                               struct lw_error *err);

#endif
