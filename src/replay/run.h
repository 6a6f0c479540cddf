/* The replay itself: every row of a tape decided under a policy, in order, budgets and all, with
 * the verdicts that lw_decide gives for the same requests one by one. */
#ifndef LW_REPLAY_RUN_H
#define LW_REPLAY_RUN_H

#include "policy/decide.h"
#include "replay/rules.h"

/* What became of a row. */
enum lw_replayed {
  LW_REPLAYED_GRANTED,
  LW_REPLAYED_ASK,
  LW_REPLAYED_REFUSED,
  LW_REPLAYED_FAULTY,     /* this policy can't read the request, or lacks a fact that it wants */
  LW_REPLAYED_ANSWERED,   /* a row of kind ANSWERED: granted by the approver, as it was then */
  LW_REPLAYED_UNANSWERED, /* the same, but the approver's own grants no longer cover it */
  LW_REPLAYED_NOTHING     /* a row that is no request, or of one that needed no answer */
};

/* A row that met an empty budget: a grant had all that it asks for, each of its budgets when full
 * would have covered the row, and this one had too little left. No other grant covered the row. */
struct lw_run_dry {
  uint64_t row;
  uint32_t budget; /* of the policy */
  uint32_t scope;  /* a number of this run: the same scope has the same one */
};

struct lw_run {
  uint64_t n_rows;
  uint8_t *verdicts;      /* enum lw_replayed, one a row */
  uint16_t *grants;       /* of the policy: index + 1, 0: none */
  uint64_t slow_rows;     /* that no table could tell alone: for reports on speed */
  struct lw_run_dry *dry; /* by row; a row and budget stand here once */
  size_t n_dry;
  size_t dry_capacity;
  uint64_t dry_beyond; /* how many more there were than are kept (a million, or a fourth of the
                          rows) */
};

/* Decides all rows. Everything is borrowed. LW_NO_MEMORY, LW_LIMIT, LW_INVALID (other currency).
 * progress (may be NULL) is called now and then with the rows done; false stops with LW_BUSY. */
struct lw_run_options {
  bool (*progress)(void *user, uint64_t done, uint64_t rows);
  void *user;
  const struct lw_lift *lift; /* somebody with more than they had; NULL: as everybody was */
};
LW_NODISCARD enum lw_code lw_run_all(const struct lw_policy *policy, const struct lw_tape *tape,
                                     const struct lw_directory *people,
                                     const struct lw_run_options *options, struct lw_run *ret_run,
                                     struct lw_error *err);
void lw_run_finish(struct lw_run *run);

#endif
