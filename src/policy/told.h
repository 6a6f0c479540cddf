/* What another policy changes for people, in words: for each action the sentences about it that
 * held for somebody before, and those that hold now. Whoever is touched alike is told the same, so
 * people come in groups. Pure. */
#ifndef LW_POLICY_TOLD_H
#define LW_POLICY_TOLD_H

#include "policy/actor.h"
#include "policy/model.h"

enum { LW_TOLD_SUM_BYTES = 16 };

/* What is to be read about one action. */
struct lw_told_read {
  lw_str action;
  lw_str label; /* in words */
  /* JSON: [{"rule","before","after"}]: sentences that changed; one is left out where the rule was
   * not there, or is gone. */
  lw_str words;
  /* Over all that held, and all that holds, about this action: two that are the same say the same.
   * Hexadecimal. */
  char before[LW_TOLD_SUM_BYTES];
  char after[LW_TOLD_SUM_BYTES];
};

struct lw_told_group {
  const uint32_t *people; /* their numbers in `actors` */
  uint32_t n_people;
  const struct lw_told_read *reads; /* one an action that changed; never empty */
  uint32_t n_reads;
};

struct lw_told_change {
  const struct lw_policy *before;
  const struct lw_policy *after;
  const struct lw_actor *const *actors;
  uint32_t n_actors;
  lw_usec at;
};

/* Those whom it touches, in groups. Everything lives in `arena`. False when memory is out. */
LW_NODISCARD bool lw_told_find(const struct lw_told_change *change, struct lw_arena *arena,
                               struct lw_told_group **ret_groups, uint32_t *ret_count);
/* Appends {"rule","before","after"} to a list that begins with the `[` of out; what is empty is
 * left out, and what says the same before and after is not told. */
void lw_told_add(lw_str rule, lw_str before, lw_str after, struct lw_buf *out);

#endif
