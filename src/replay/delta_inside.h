/* What delta.c and its parts share. Inside the replay folder only. */
#ifndef LW_REPLAY_DELTA_INSIDE_H
#define LW_REPLAY_DELTA_INSIDE_H

#include "replay/delta.h"
#include "replay/run_inside.h"

/* A row in a list, with what it is there for. */
#define LW_DELTA_READS (UINT32_C(1) << 31) /* it reads of that scope, but never draws */
#define LW_DELTA_BACK  (UINT32_C(1) << 30) /* it gives back what another row drew */
#define LW_DELTA_ROW   (LW_DELTA_BACK - 1)

enum { LW_DELTA_KINDS = LW_SCOPE_ORGANIZATION + 1, LW_DELTA_BUDGETS_MAX = 64, LW_DELTA_TEAMS = 64 };

/* Rows by what a budget may be per: those of number n are items[from[n]] to items[from[n + 1]], in
 * order. */
struct lw_delta_list {
  bool used;
  uint32_t count; /* of numbers */
  uint32_t *from;
  uint32_t *items;
};

/* A row that gave back, and what. */
struct lw_delta_back {
  uint32_t row;
  uint32_t of;
  int64_t minor;
  int64_t times;
};

/* A row that is about another one. */
struct lw_delta_child {
  uint32_t of;
  uint32_t row;
};

/* What a budget's scope had drawn when each row came to it: what a row with other limits is held
 * against. Of one budget at a time. */
struct lw_delta_used {
  uint32_t budget; /* UINT32_MAX: none */
  int64_t *minors;
  int64_t *times;
};

/* A request that was not granted, whoever could have been asked: what their answer depends on. */
struct lw_delta_ask {
  lw_usec at;
  int64_t minor; /* 0: without an amount */
  uint32_t row;
  uint8_t team; /* of who asks, by LW_DELTA_TEAMS: several may have the same */
  bool refused; /* nobody could grant it; else somebody could */
};

/* Amounts above one and within the other; none where they are the same. */
struct lw_delta_amounts {
  int64_t above;
  int64_t within;
};

struct lw_delta {
  const struct lw_policy *policy;
  const struct lw_tape *tape;
  const struct lw_directory *people;
  const struct lw_run *base;
  struct lw_bound bound;
  bool is_bound;
  struct lw_pass *pass;  /* of the policy that stands; its budgets' rows are the base's */
  struct lw_run reading; /* of pass */
  uint64_t n_rows;
  struct lw_delta_list lists[LW_DELTA_KINDS];
  enum lw_scope *list_of;      /* by budget: the list that has all rows of its scopes */
  struct lw_delta_back *backs; /* by row */
  size_t n_backs;
  size_t backs_capacity;
  struct lw_delta_child *children; /* by of, then row */
  size_t n_children;
  size_t children_capacity;
  struct lw_delta_ask *asks; /* requests that came to a route, or may have */
  size_t n_asks;
  uint64_t *asked_by; /* by person of bound: bits of teams whose asks may come to them */
  bool *answers;      /* by person of bound, as far as rows and people go: somebody may ask them */
  bool *agents;       /* the same by agent */
  uint32_t n_agents;  /* of agents */
  uint64_t *draws;    /* by grant + 1: bits of budgets; [0] is 0 */
  uint64_t *reads;    /* by action: bits of budgets that a row of it may read or draw from */
  uint64_t by_rules;  /* bits of budgets that some rule reads */
  uint64_t *words; /* by row: its rules' bits, without anybody's own; NULL: of more than a word */
  struct lw_delta_used used;
};

/* Rows to be decided, as bits. */
static inline void lw_delta_mark(uint64_t *todo, uint64_t row)
{
  todo[row / 64] |= UINT64_C(1) << (row % 64);
}

/* delta_frame.c: whether two policies differ by limits and conditions (and words) alone, so that
 * what ties one of them to a past ties the other, too. */
bool lw_delta_same_frame(const struct lw_policy *a, const struct lw_policy *b);

/* delta_index.c. False when memory is out. */
LW_NODISCARD bool lw_delta_index(struct lw_delta *delta);
/* Whose budgets a row draws from or gives back to (ret_parties[0]), and whose else it reads: how
 * many, 0 for rows that are about no budget. `of` is the row that a confirmation or reversal is
 * about. */
uint32_t lw_delta_parties(const struct lw_delta *delta, uint64_t row, struct lw_party *ret_parties);
/* The row's place in backs, or SIZE_MAX. */
size_t lw_delta_find_back(const struct lw_delta *delta, uint64_t row);
/* What was drawn for a row that was granted: minor units. */
int64_t lw_delta_minor(const struct lw_delta *delta, const struct lw_run *run, uint64_t row);

/* delta_asks.c. A budget of somebody who may be asked, which the draft has drawn from otherwise. */
struct lw_delta_dirty {
  uint32_t entry; /* the user's number for it */
  uint32_t until_row;
  uint64_t teams; /* bits of those whose asks may come to it */
  /* Which are answered otherwise: those that it does not cover any more, which matters where
   * somebody could grant, and those that it covers now, which does where nobody could. */
  struct lw_delta_amounts lost_gained[2];
  lw_usec from; /* by asks up to until_row, of moments from here on and before that */
  lw_usec to;
};

/* The same for all of them together that asks of one team may come to. */
struct lw_delta_span {
  bool known;
  uint32_t until_row;
  struct lw_delta_amounts lost_gained[2];
  lw_usec from;
  lw_usec to;
};

struct lw_delta_asking {
  const struct lw_delta *delta;
  /* Says what of a budget holds at that ask; false: it is the same to all that may still come, and
   * is kept no longer. */
  bool (*look)(void *user, const struct lw_delta_ask *ask, struct lw_delta_dirty *dirty);
  void *user;
  struct lw_delta_dirty *dirty; /* freed by who has it */
  size_t count;
  size_t capacity;
  size_t next; /* of asks */
  struct lw_delta_span spans[LW_DELTA_TEAMS];
};
LW_NODISCARD bool lw_delta_asking_add(struct lw_delta_asking *asking, uint32_t entry,
                                      uint64_t teams);
/* It was drawn from again, or is the same by now. One that is not there is left alone. */
void lw_delta_asking_touch(struct lw_delta_asking *asking, uint32_t entry, bool dirty);
/* The first request of rows `from` to before `to` that some of them answers otherwise; UINT64_MAX:
 * none. Rows go up from call to call. */
uint64_t lw_delta_asking_next(struct lw_delta_asking *asking, uint64_t from, uint64_t to);

/* delta_watch.c: marks rows of which a rule or limit that they come to reads otherwise under the
 * other pass's policy. False: that can't be told by rows, or memory is out. */
bool lw_delta_watch(struct lw_delta *delta, struct lw_pass *other, uint64_t *todo);

#endif
