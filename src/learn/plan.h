/* Game plans: how to go about a case, in six fixed steps: listen, say it back, find the cause, find
 * the need, choose the remedy, prevent the next one. A page is a Markdown file with a head between
 * two lines of `---`:
 *
 *   ---
 *   cause: damage            or plan: general, or plan: needs
 *   needs: [on-time]         usual for it; may be left out
 *   ---
 *   ## listen
 *   Let the customer tell it to the end.
 *
 *   > What did you see first?
 *
 * Lines that begin with ">" are questions to ask. A page may leave steps out: they are then those
 * of the general plan. The page `plan: needs` has the shared words for needs, a line each:
 * `- on-time: To be there on time`.
 *
 * Pure: pages are texts in memory. What is read lives in the caller's arena and borrows the texts.
 */
#ifndef LW_LEARN_PLAN_H
#define LW_LEARN_PLAN_H

#include "learn/course.h"

enum {
  LW_PLAN_BYTES_MAX = 16 * 1024, /* of a page: a short guide, not a handbook */
  LW_PLAN_STEP_BYTES_MAX = 1200, /* of a step's text: some lines beside a case */
  LW_PLAN_QUESTIONS_MAX = 8,     /* of a step */
  LW_PLAN_QUESTION_BYTES_MAX = 240,
  LW_PLAN_NEEDS_MAX = 60, /* shared words: more is no list that somebody chooses from */
  LW_PLAN_LABEL_BYTES_MAX = 120,
  LW_PLAN_NAME_BYTES_MAX = LW_COURSE_NAME_BYTES_MAX + 6 /* "cause:" and a reason's name */
};

enum lw_plan_step {
  LW_PLAN_LISTEN,
  LW_PLAN_SAY_BACK,
  LW_PLAN_FIND_CAUSE,
  LW_PLAN_FIND_NEED,
  LW_PLAN_CHOOSE,
  LW_PLAN_PREVENT,
  LW_PLAN_STEPS
};
lw_str lw_plan_step_name(enum lw_plan_step step); /* "listen" "say_back" ... */
LW_NODISCARD bool lw_plan_step_read(lw_str name, enum lw_plan_step *ret_step);

enum lw_plan_kind { LW_PLAN_GENERAL, LW_PLAN_CAUSE, LW_PLAN_NEEDS };

struct lw_plan_need {
  lw_str id;
  lw_str label;
};

struct lw_plan_part {
  bool is_there;
  lw_str text; /* Markdown, without the questions */
  const lw_str *questions;
  uint32_t n_questions;
};

struct lw_plan {
  enum lw_plan_kind kind;
  lw_str cause; /* of LW_PLAN_CAUSE: a reason's name; else empty */
  const lw_str *needs;
  uint32_t n_needs; /* ids of those that are usual for it */
  struct lw_plan_part parts[LW_PLAN_STEPS];
  const struct lw_plan_need *list; /* of LW_PLAN_NEEDS */
  uint32_t n_list;
};

/* Reads one page, all mistakes at once, as findings of `file`. *ret_plan counts when there are no
 * errors. LW_NO_MEMORY. */
LW_NODISCARD enum lw_code lw_plan_read(struct lw_arena *keep, const struct lw_course_file *file,
                                       struct lw_plan *ret_plan,
                                       struct lw_course_findings *ret_findings,
                                       struct lw_error *err);
/* What a page is called wherever it is kept: "general", "needs", "cause:damage"; in arena. */
lw_str lw_plan_name(const struct lw_plan *plan, struct lw_arena *arena);
/* Such a name as the kind and the cause that it means; false when it is none. */
LW_NODISCARD bool lw_plan_name_read(lw_str name, enum lw_plan_kind *ret_kind, lw_str *ret_cause);
/* The label of a need in a page of needs, or empty. */
lw_str lw_plan_need_label(const struct lw_plan *needs, lw_str id);

#endif
