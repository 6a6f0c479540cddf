/* A pass over a tape from the inside, for run.c, which goes through all rows, and delta.c, which
 * decides some of them anew. Inside the replay folder only. One thread's. */
#ifndef LW_REPLAY_RUN_INSIDE_H
#define LW_REPLAY_RUN_INSIDE_H

#include "replay/lane.h"
#include "replay/run.h"

enum { LW_PASS_NO_SCOPE = 0 };

/* Whose budgets, and about what: a number for each thing that a budget may be per, by enum
 * lw_scope.
 */
struct lw_party {
  uint32_t parts[LW_SCOPE_ORGANIZATION + 1];
};

/* Where a pass has its budgets' rows when it does not draw itself: it asks for the number of the
 * row of each scope that it comes to, and says what it would give back. */
struct lw_scopes {
  /* 0: it failed. */
  uint32_t (*find)(void *user, uint32_t budget, uint32_t scope, const struct lw_party *party);
  uint32_t (*scope_of)(void *user, uint32_t budget, uint32_t number); /* and the way back */
  void (*give_back)(void *user, uint64_t row, uint64_t of, int64_t minor, int64_t times);
  void *user;
};

/* Pairs of scope numbers as one number. */
struct lw_pairs {
  uint64_t *keys; /* 0: free */
  uint32_t *numbers;
  uint32_t mask;
  uint32_t count;
};

/* What is left of a row's draw. */
struct lw_drawn_part {
  int64_t minor;
};

struct lw_pass {
  const struct lw_policy *policy;
  const struct lw_tape *tape;
  const struct lw_policy *frame; /* whose words say who may answer: policy, or one with the same */
  struct lw_bound *bound;
  struct lw_rules rules;
  struct lw_spent *spent;
  struct lw_run *run;
  const struct lw_scopes *scopes; /* NULL: budgets have rows by the numbers of their scopes */
  const struct lw_pass *like;     /* pairs, first_level and answerers are its; NULL: its own */
  struct lw_pairs *pairs;         /* one a budget: of those that are per more than one thing */
  struct lw_answerers *answerers; /* by level of all routes * n_teams */
  uint32_t n_teams;               /* of those who ask */
  uint32_t *first_level;          /* by route */
  uint32_t n_levels;
  struct lw_drawn_part *parts;
  struct lw_pairs part_numbers; /* row -> place in parts, + 1 */
  size_t n_parts;
  size_t parts_capacity;
  struct lw_words *words;     /* NULL: rules have no tables */
  struct lw_lane *lane;       /* NULL as well */
  const struct lw_told *told; /* of the block; NULL as well */
  struct lw_told told_of;
  bool noting;       /* a budget that can't cover the row is noted: the row's own person is asked */
  size_t noted_from; /* of run->dry: those of this row */
  bool failed;
  struct lw_block rows; /* the block */
  int64_t opened[LW_BLOCK_STRIDE];
  int64_t updated[LW_BLOCK_STRIDE];
  bool moments_read;
  bool by_case; /* some budget is per case */
};

/* One row, being decided. */
struct lw_row {
  uint32_t i; /* in the block */
  uint32_t action;
  const struct lw_action_rules *rules;
  lw_usec at;
  bool has_amount;
  int64_t minor;
  int64_t cap; /* at_most; INT64_MAX: none; -1: can't be told; -2: not asked yet */
  uint64_t words[LW_RULES_WORDS_MAX]; /* without anybody's own bits */
};

static inline uint32_t lw_pass_code(const struct lw_pass *pass, uint32_t column, uint32_t i)
{
  return pass->rows.cells[(size_t)column * LW_BLOCK_STRIDE + i];
}

/* A pass that decides single rows; its user sets `run` (verdicts and grants of all rows as they are
 * by then) and `scopes` before. like (may be NULL) is a pass of a policy that
 * differs by conditions and limits alone: what ties policy and past together is shared with it.
 * Everything is borrowed for as long as the pass. NULL: *err says why, as for lw_run_all. */
struct lw_pass *lw_pass_create(const struct lw_policy *policy, const struct lw_tape *tape,
                               struct lw_bound *bound, const struct lw_pass *like,
                               struct lw_error *err);
void lw_pass_destroy(struct lw_pass *pass); /* NULL is allowed */
/* Finds out who may answer whom, which is done when it is first asked otherwise. False when memory
 * is out. `scopes` is set. */
LW_NODISCARD bool lw_pass_know_answerers(struct lw_pass *pass);
/* Reads rows first .. first + count - 1, which lie in one block of LW_BLOCK_ROWS.
 * pass->run is set by then. */
void lw_pass_read(struct lw_pass *pass, uint64_t first, uint32_t count);
/* Decides row i of those that were read: its verdict; *ret_grant: + 1, or 0. */
uint8_t lw_pass_follow(struct lw_pass *pass, uint32_t i, uint16_t *ret_grant);
/* The words of row i without anybody's own bits, into ret_words[LW_RULES_WORDS_MAX]; its action, or
 * UINT32_MAX: the row can't be read. */
uint32_t lw_pass_words(struct lw_pass *pass, uint32_t i, uint64_t *ret_words);
/* Whose budgets a row is about, of the tape's codes. */
struct lw_party lw_pass_party(const struct lw_pass *pass, uint32_t person, uint32_t customer,
                              uint32_t case_code);
/* Row i's, for that person. */
struct lw_party lw_pass_party_at(const struct lw_pass *pass, uint32_t person, uint32_t i);
/* A scope's row in `spent`. LW_PASS_NO_SCOPE: the party lacks what the budget is per;
 * LW_SPENT_NOBODY is possible. */
uint32_t lw_pass_place(struct lw_pass *pass, uint32_t budget, const struct lw_party *party);
/* What was drawn of such a row. */
void lw_pass_used(struct lw_pass *pass, uint32_t budget, uint32_t place, lw_usec at,
                  struct lw_used *ret_used);
/* How many rows with empty budgets a run keeps. */
size_t lw_pass_dry_most(const struct lw_tape *tape);
/* The number of a budget's scope; 0: the party lacks what it is per. LW_SPENT_NOBODY is possible.
 */
uint32_t lw_pass_scope(struct lw_pass *pass, uint32_t budget, const struct lw_party *party);

#endif
