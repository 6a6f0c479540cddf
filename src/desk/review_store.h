/* Private to desk: reviews as rows. */
#ifndef LW_DESK_REVIEW_STORE_H
#define LW_DESK_REVIEW_STORE_H

#include "desk/review.h"

#define LW_REVIEW_COLUMNS                                                                          \
  "id, team, week, place, is_case, subject, agent, customer, case_id, action, verdict, minor, "    \
  "currency, happened_at, why, detail, second, state, closed_by, closed_at, skip_reason, "         \
  "scenario, scenario_by, reply, replied_at, appeal, appeal_text, appealed_at, appeal_by, "        \
  "appeal_note, appeal_decided_at, version, pick_reason"

/* *ret_new false: that decision or case stands in a queue already, and nothing was written. */
LW_NODISCARD enum lw_code lw_review_insert(struct lw_db *db, const struct lw_review *review,
                                           bool *ret_new, struct lw_error *err);
/* What can change: from `second` on. */
LW_NODISCARD enum lw_code lw_review_update(struct lw_db *db, const struct lw_review *review,
                                           struct lw_error *err);
/* Texts in arena. */
void lw_review_take(const struct lw_stmt *row, struct lw_arena *arena,
                    struct lw_review *ret_review);
LW_NODISCARD enum lw_code lw_review_answer_insert(struct lw_db *db, lw_str review,
                                                  const struct lw_review_answer *answer,
                                                  struct lw_error *err);

/* The reviewer's draft: a reference, or empty. */
LW_NODISCARD enum lw_code lw_review_draft_get(struct lw_db *db, lw_str review, lw_str reviewer,
                                              struct lw_arena *arena, lw_str *ret_reference,
                                              lw_usec *ret_at, struct lw_error *err);
/* In place of the one before. reference empty: takes it away. */
LW_NODISCARD enum lw_code lw_review_draft_put(struct lw_db *db, lw_str review, lw_str reviewer,
                                              lw_usec at, lw_str reference, struct lw_error *err);

/* *ret_found false: that week was not drawn. seed: hex, in arena. */
struct lw_review_drawn {
  lw_usec at;
  uint64_t seed_seq;
  lw_str seed;
  uint32_t number;
  uint32_t random_percent;
  uint64_t pool;
};
LW_NODISCARD enum lw_code lw_review_drawn_get(struct lw_db *db, lw_str team, lw_usec week,
                                              struct lw_arena *arena, bool *ret_found,
                                              struct lw_review_drawn *ret_drawn,
                                              struct lw_error *err);
LW_NODISCARD enum lw_code lw_review_drawn_put(struct lw_db *db, lw_str team, lw_usec week,
                                              const struct lw_review_drawn *drawn,
                                              struct lw_error *err);
LW_NODISCARD enum lw_code lw_review_share_put(struct lw_db *db, const struct lw_review_share *share,
                                              struct lw_error *err);
/* Appends {"week","at","seed_seq","seed","number","random_percent","pool"}. */
void lw_review_drawn_print(const struct lw_review_drawn *drawn, lw_str team, lw_usec week,
                           struct lw_buf *out);

#endif
