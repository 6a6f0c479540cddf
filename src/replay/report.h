/* What a replay says in sum, beside what was decided then or beside another replay: how many, what
 * it cost, who gets more and who gets less. */
#ifndef LW_REPLAY_REPORT_H
#define LW_REPLAY_REPORT_H

#include "replay/run.h"

/* One side. Amounts are minor units. */
struct lw_tally {
  uint64_t requests;
  uint64_t granted; /* at once */
  uint64_t asked;
  uint64_t refused;
  uint64_t faulty;   /* this policy can't read them */
  uint64_t answered; /* of those asked: granted by whoever was asked then */
  int64_t cost;      /* granted at once, less what was taken back */
  int64_t cost_answered;
};

enum lw_report_by { LW_BY_ACTION, LW_BY_REASON, LW_BY_TEAM, LW_BY_TIER, LW_BY_COUNT };

struct lw_report_group {
  lw_str name; /* borrowed from the tape or the report */
  struct lw_tally before;
  struct lw_tally after;
  uint64_t more; /* requests that come out better for the agent than before */
  uint64_t less;
};

/* A request that comes out otherwise. */
struct lw_flip {
  uint64_t row;
  uint8_t before; /* enum lw_replayed */
  uint8_t after;
};

struct lw_report {
  struct lw_arena keep;
  const struct lw_tape *tape; /* borrowed */
  struct lw_tally before;
  struct lw_tally after;
  uint64_t more;
  uint64_t less;
  uint64_t avoided;        /* asks that were opened then and are granted at once now */
  lw_usec avoided_waiting; /* what they waited, all together */
  uint64_t newly_asked;    /* granted at once before, an ask now: nobody knows the answer */
  int64_t newly_asked_cost;
  struct lw_report_group *groups[LW_BY_COUNT];
  uint32_t n_groups[LW_BY_COUNT];
  struct lw_flip *flips; /* in order of the record, at most flips_most */
  size_t n_flips;
  size_t flips_most;
  uint64_t n_flips_all;
  bool has_more_flips; /* after those that were kept */
  uint64_t first_row;  /* of the requests that were counted; UINT64_MAX: none */
  uint64_t last_row;
};

enum lw_report_gets { LW_GETS_ALL, LW_GETS_MORE, LW_GETS_LESS };

/* What of the replay is told: budgets have run from the start all the same. */
struct lw_report_options {
  size_t flips_most;        /* how many flips are kept */
  uint64_t flips_from;      /* those before this row are counted only */
  enum lw_report_gets gets; /* which flips are counted and kept */
  bool has_window;
  lw_usec since; /* of the request: from here on */
  lw_usec until; /* and before this */
};

/* before NULL: what the tape says was decided then. flips_most: how many flips are kept.
 * LW_NO_MEMORY.
 */
LW_NODISCARD enum lw_code lw_report_make(struct lw_report *report, const struct lw_tape *tape,
                                         const struct lw_run *before, const struct lw_run *after,
                                         size_t flips_most, struct lw_error *err);
/* The same of a part. */
LW_NODISCARD enum lw_code lw_report_make_part(struct lw_report *report, const struct lw_tape *tape,
                                              const struct lw_run *before,
                                              const struct lw_run *after,
                                              const struct lw_report_options *options,
                                              struct lw_error *err);
void lw_report_finish(struct lw_report *report);
/* 2 for granted, 1 for an ask, 0 for the rest: what is better for the one who asks. */
int lw_replayed_rank(uint8_t verdict);
lw_str lw_replayed_word(uint8_t verdict); /* "granted" "ask" "refused" "unreadable" */

#endif
