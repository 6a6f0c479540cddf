/* Private to listen: what the tape says of a team's week: its decisions, how each stands by now,
 * and what was given in cases of the same sort (track/stratum.h) by anybody in the weeks before.
 * Exact: counts and minor units. One thread. */
#ifndef LW_LISTEN_HUDDLE_PAST_H
#define LW_LISTEN_HUDDLE_PAST_H

#include "listen/huddle.h"
#include "track/stratum.h"

enum {
  LW_HUDDLE_WEEKS_ALIKE = 8, /* so far back lie the cases that the week's are held against */
  LW_HUDDLE_ALIKE_MIN = 12   /* of fewer nothing is said */
};

/* A request of the time that is looked at, and how it stands by now. */
struct lw_huddle_lot {
  lw_usec at;
  int64_t minor;    /* given, less what was taken back; 0: nothing */
  uint32_t stratum; /* a number */
  uint32_t person;  /* these: codes of the tape; 0: none */
  uint32_t reason;
  uint32_t of_case;
  uint32_t customer;
  uint32_t before_of_case; /* these two: the one before it, + 1; 0: there is none */
  uint32_t before_of_customer;
  uint32_t place; /* of what was given: among all, by sort and amount */
  bool request;   /* otherwise the row is something else, and says nothing here */
  bool given;
  bool inside; /* of the team, with its sub-teams */
};

struct lw_huddle_past;

struct lw_huddle_past_of {
  const struct lw_tape *tape; /* borrowed until destroy; NULL: nothing is known of the past */
  lw_str team;                /* a path */
  struct lw_week week;
  struct lw_week before;
};

/* LW_NO_MEMORY. destroy is safe after a failure. */
LW_NODISCARD enum lw_code lw_huddle_past_create(const struct lw_huddle_past_of *of,
                                                struct lw_huddle_past **ret_past,
                                                struct lw_error *err);
void lw_huddle_past_destroy(struct lw_huddle_past *past); /* NULL is allowed */

/* The lots, numbered from 0 in the order of the record; the entry that a lot's row is of. */
uint32_t lw_huddle_past_count(const struct lw_huddle_past *past);
const struct lw_huddle_lot *lw_huddle_past_lot(const struct lw_huddle_past *past, uint32_t lot);
uint64_t lw_huddle_past_seq(const struct lw_huddle_past *past, uint32_t lot);
/* Whether that lot is one of the team's week. */
bool lw_huddle_past_is_of_week(const struct lw_huddle_past *past, uint32_t lot);
/* The last request of a case (a customer) and whether anything was given in it (to them), whoever
 * did. False: there is none. */
struct lw_huddle_matter {
  uint32_t lot;
  bool given;
  bool inside; /* somebody of the team had to do with it */
};
LW_NODISCARD bool lw_huddle_past_case(const struct lw_huddle_past *past, lw_str case_id,
                                      struct lw_huddle_matter *ret_matter);
LW_NODISCARD bool lw_huddle_past_customer(const struct lw_huddle_past *past, lw_str customer,
                                          struct lw_huddle_matter *ret_matter);

/* What was done in cases of the same sort, the lot's own aside. */
struct lw_huddle_alike {
  int64_t count;        /* requests */
  int64_t given;        /* of them: something was given */
  int64_t median_minor; /* of what was given; 0: nothing was */
  int64_t high_minor;   /* nine in ten got at most so much */
};
/* All of it 0 where nothing is alike. */
void lw_huddle_past_alike(const struct lw_huddle_past *past, uint32_t lot,
                          struct lw_huddle_alike *ret_alike);

/* Figures of the week and of the one before by cause: by name; in arena. */
LW_NODISCARD enum lw_code lw_huddle_past_causes(const struct lw_huddle_past *past,
                                                struct lw_arena *arena,
                                                struct lw_huddle_cause **ret_causes,
                                                uint32_t *ret_count, struct lw_error *err);

#endif
