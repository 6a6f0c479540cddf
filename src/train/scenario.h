/* Scenarios, decided: what the policy in hand says to each remedy of a case that an author wrote.
 * Decided by the engine as any request is, over budgets that are made up for it (full, less what
 * the scenario says was drawn), so that the same answer is worth the same on the first and on the
 * last day of a month. Nothing is drawn or recorded. */
#ifndef LW_TRAIN_SCENARIO_H
#define LW_TRAIN_SCENARIO_H

#include "engine/decision.h"
#include "engine/lists.h"
#include "learn/grade.h"

/* Who takes it, and by which policy. Borrowed. */
struct lw_rehearsal {
  const struct lw_snapshot *snapshot; /* its policy is not NULL */
  const struct lw_actor *taker; /* NULL: nobody in particular, of the lowest tier, of whom any team
                                   or certificate that is asked for counts as given */
  const struct lw_preview_asking *asking; /* or NULL: whom one would ask is not told by name */
  struct lw_lists *lists;                 /* or NULL: what similar cases got is not told */
  struct lw_arena *arena;
  lw_usec now;
};

/* What came of one remedy at one amount. */
struct lw_rehearsed {
  bool decided; /* false: the case does not fit the policy, `fault` says why */
  enum lw_verdict verdict;
  bool holds;   /* it is as the author takes it (lw_remedy.possible); true when not decided */
  lw_str fault; /* in words */
  lw_str said;  /* JSON: {"amount","holds","fault"} or {"amount","holds","answer","preview",
                   "similar"} */
};

/* A request that somebody practises with, in their name: the map with `agent`, for lw_order_read
 * without a caller. NULL: no map, or memory is out. */
const struct lw_value *lw_practice_value(const struct lw_value *request, lw_str learner,
                                         struct lw_arena *arena);

/* All remedies: the chosen one at its amount, the others at the least that is worth most.
 * *ret_remedies has n_remedies, in the rehearsal's arena. response NULL: none is chosen. */
LW_NODISCARD enum lw_code lw_scenario_rehearse(const struct lw_rehearsal *rehearsal,
                                               const struct lw_quiz *question,
                                               const struct lw_response *response,
                                               struct lw_rehearsed **ret_remedies,
                                               struct lw_error *err);
/* The author's credit, combined: an answer that rests on what the policy does not say is worth
 * nothing. Sets grade->said, too. */
LW_NODISCARD enum lw_code lw_scenario_grade(const struct lw_rehearsed *remedies,
                                            const struct lw_quiz *question,
                                            const struct lw_response *response,
                                            struct lw_arena *arena, struct lw_grade *grade,
                                            struct lw_error *err);

/* What an author takes for granted of a remedy and the policy does not say (any more). */
struct lw_scenario_stale {
  uint32_t remedy; /* index */
  bool has_amount;
  lw_money amount;
  struct lw_rehearsed now;
  lw_str why; /* in words */
};
/* Each credited amount's ends (and remedies that can't be done, at theirs), decided; *ret_stale in
 * the rehearsal's arena. */
LW_NODISCARD enum lw_code lw_scenario_check(const struct lw_rehearsal *rehearsal,
                                            const struct lw_quiz *question,
                                            struct lw_scenario_stale **ret_stale,
                                            uint32_t *ret_count, struct lw_error *err);

#endif
