/* Private to desk: coaching as rows. Whoever writes is inside a transaction; texts are borrowed for
 * the call. */
#ifndef LW_DESK_COACHING_STORE_H
#define LW_DESK_COACHING_STORE_H

#include "desk/coaching.h"

#define LW_COACHING_COLUMNS                                                                        \
  "id, person, lead, closed, review, measure, opened_at, follow_up_at, told_at, closed_at, "       \
  "closed_by, before, version"

/* What either wrote, once. */
struct lw_coaching_said {
  lw_usec at;
  lw_str by;
  lw_str text; /* reference, JSON */
};

/* All of a talk; its id is new. */
LW_NODISCARD enum lw_code lw_coaching_insert(struct lw_db *db, const struct lw_coaching *coaching,
                                             struct lw_error *err);
/* What can change: lead, closed, follow-up, told, version. */
LW_NODISCARD enum lw_code lw_coaching_update(struct lw_db *db, const struct lw_coaching *coaching,
                                             struct lw_error *err);
/* Texts in arena. */
void lw_coaching_take(const struct lw_stmt *row, struct lw_arena *arena,
                      struct lw_coaching *ret_coaching);

/* place: from 1, behind those that are there. */
LW_NODISCARD enum lw_code lw_coaching_note_add(struct lw_db *db, lw_str coaching, uint32_t place,
                                               const struct lw_coaching_said *said,
                                               struct lw_error *err);
/* Oldest first; in arena. */
LW_NODISCARD enum lw_code lw_coaching_notes(struct lw_db *db, lw_str coaching,
                                            struct lw_arena *arena,
                                            struct lw_coaching_said **ret_notes,
                                            uint32_t *ret_count, struct lw_error *err);
/* In its own place, as lw_coaching_note_add. */
LW_NODISCARD enum lw_code lw_coaching_step_add(struct lw_db *db, lw_str coaching,
                                               const struct lw_coaching_step *step,
                                               struct lw_error *err);
/* done_at 0 (and done_by empty): it is open again. */
LW_NODISCARD enum lw_code lw_coaching_step_tick(struct lw_db *db, lw_str coaching, uint32_t place,
                                                lw_usec done_at, lw_str done_by,
                                                struct lw_error *err);
/* By place; in arena. */
LW_NODISCARD enum lw_code lw_coaching_steps(struct lw_db *db, lw_str coaching,
                                            struct lw_arena *arena,
                                            struct lw_coaching_step **ret_steps,
                                            uint32_t *ret_count, struct lw_error *err);

#endif
