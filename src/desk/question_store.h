/* Private to desk: questions as rows. */
#ifndef LW_DESK_QUESTION_STORE_H
#define LW_DESK_QUESTION_STORE_H

#include "desk/question.h"

#define LW_QUESTION_COLUMNS                                                                        \
  "id, kind, agent, team, customer, subject, detail, asked_at, explain_until, explanation, "       \
  "explained_at, closed_by, closed_at, words, version"

/* *ret_new false: that subject was asked about, and nothing was written. */
LW_NODISCARD enum lw_code lw_question_insert(struct lw_db *db, const struct lw_question *question,
                                             bool *ret_new, struct lw_error *err);
/* What can change: explanation and closing. */
LW_NODISCARD enum lw_code lw_question_update(struct lw_db *db, const struct lw_question *question,
                                             struct lw_error *err);
/* Texts in arena. */
void lw_question_take(const struct lw_stmt *row, struct lw_arena *arena,
                      struct lw_question *ret_question);
LW_NODISCARD enum lw_code lw_question_known(struct lw_db *db, lw_str subject, bool *ret_known,
                                            struct lw_error *err);

bool lw_question_is_own(const struct lw_caller *caller, lw_str agent);
/* Whoever may review the agent. */
bool lw_question_may_close(const struct lw_desk_reader *reader, const struct lw_question *question,
                           bool works_council);
/* Members, without braces. */
void lw_question_print_figures(const struct lw_question_new *item, struct lw_buf *out);

#endif
