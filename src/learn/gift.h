/* Questions in Moodle's GIFT format, in and out (docs.moodle.org, "GIFT format"): choices, true and
 * false, short answers, numbers, matching, essays, descriptions, missing words; titles, categories,
 * formats, weights, feedback, ids and tags. Pure; what is read lives in the caller's arena. */
#ifndef LW_LEARN_GIFT_H
#define LW_LEARN_GIFT_H

#include "base/diag.h"
#include "base/result.h"
#include "learn/quiz.h"

enum { LW_GIFT_BYTES_MAX = 4 * 1024 * 1024, LW_GIFT_QUESTIONS_MAX = 5000 };

struct lw_gift {
  const struct lw_quiz *questions;
  uint32_t count;
};

/* Reads on after a mistake: a question that has one is left out and *diags says where and how to
 * mend it; warnings are about questions that were read. Copies what it keeps into `keep`.
 * LW_LIMIT, LW_NO_MEMORY; *ret_gift is untouched then. */
LW_NODISCARD enum lw_code lw_gift_read(struct lw_arena *keep, lw_str source, struct lw_diags *diags,
                                       struct lw_gift *ret_gift, struct lw_error *err);

/* Appends the questions so that reading them gives the same again. LW_MISMATCH when one is of a
 * kind that GIFT doesn't have (what was appended before stays). A failed buffer is the caller's to
 * see. */
LW_NODISCARD enum lw_code lw_gift_write(const struct lw_quiz *questions, uint32_t count,
                                        struct lw_buf *out, struct lw_error *err);

/* Appends a line for each question that was read and each finding, by line: "12: choice, 4 answers:
 * title" and "14: error ...; the mend". */
void lw_gift_report(const struct lw_gift *gift, const struct lw_diags *diags, struct lw_buf *out);

#endif
