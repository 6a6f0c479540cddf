/* Similar cases: what others were given for the same matter, and how it ended, as figures of the
 * whole organization without anybody's name. Computed from the lists, never from outside.
 * docs/explanation/evidence.md defines each figure. */
#ifndef LW_ENGINE_SIMILAR_H
#define LW_ENGINE_SIMILAR_H

#include "engine/lists.h"

/* Borrowed for the call. */
struct lw_similar_asked {
  lw_str action;
  lw_str reason; /* or empty: whatever the reason */
  bool has_amount;
  int64_t amount_minor;
  lw_str customer; /* of whom something may be unusual; or empty */
  lw_str exclude;  /* a case or a decision ("dec_...") that does not count: the one in hand */
  lw_usec now;
};

/* How they ended. */
struct lw_similar_ended {
  uint32_t reversed;  /* these three make up the count: taken back; */
  uint32_t less;      /* only a part was confirmed; */
  uint32_t stood;     /* as given */
  uint32_t came_back; /* of those that stood: the same customer had another remedy for the same
                         reason, in another case, within 30 days */
};

/* Those within a fifth of an amount. */
struct lw_similar_near {
  int64_t amount_minor;
  uint32_t count;
  uint32_t stood; /* and the customer did not come back */
};

enum { LW_SIMILAR_AMOUNTS_MAX = 60, LW_SIMILAR_LEAST = 5, LW_SIMILAR_AGENTS_MAX = 16 };

/* Bits. */
enum lw_similar_unusual {
  LW_SIMILAR_REVERSED_BEFORE = 1, /* something of theirs was taken back within a year */
  LW_SIMILAR_THIRD = 2,           /* it would be the third within 30 days, or more */
  LW_SIMILAR_MANY_AGENTS = 4      /* three agents or more within 90 days */
};

struct lw_similar {
  uint32_t count;  /* under LW_SIMILAR_LEAST nothing but it is told */
  bool of_asked;   /* only those that a person was asked about */
  lw_usec since;   /* the oldest that could count */
  uint32_t agents; /* that gave them, counted up to LW_SIMILAR_AGENTS_MAX */
  bool withheld;   /* of the caller: too few agents to be told of (engine/council.h) */
  uint32_t sample; /* of how many at_once is told */
  uint32_t at_once;
  bool has_amounts;
  int64_t amounts[LW_SIMILAR_AMOUNTS_MAX]; /* rising */
  uint32_t n_amounts;
  int64_t p25, median, p75;
  struct lw_similar_ended ended;
  struct lw_similar_near near[2]; /* at the median, at the amount asked for */
  uint32_t n_near;
  uint32_t unusual; /* bits */
  uint64_t through;
};

LW_NODISCARD enum lw_code lw_similar_find(struct lw_lists *lists,
                                          const struct lw_similar_asked *asked,
                                          struct lw_arena *arena, struct lw_similar *ret_similar,
                                          struct lw_error *err);
/* Appends it as the API shows it. */
void lw_similar_print(const struct lw_similar *similar, uint16_t currency, struct lw_buf *out);

#endif
