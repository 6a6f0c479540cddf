/* Measured effect: what a version of the policy did to the teams that have it, against the teams
 * that kept the old one. Pure: sums a team and day in, figures and a verdict out; no clock, no
 * randomness. docs/explanation/measured-effect.md says it in words and names the literature.
 *
 * Each team's figure in the days after the change less its figure in the weeks before is one
 * number; the effect is the mean of those of the teams with the new version less the mean of those
 * that kept the old one. How far teams differ in it says how sure that is: teams are what is
 * counted, however many cases each has.
 *
 * It is worked out after 1, 2, 4, 8, 16 ... weeks only. Each of those looks may be wrong by its
 * part of the chance, so that whoever looks every day is wrong no more often than they were told.
 *
 * Sums are exact; figures are rounded only where they are shown. */
#ifndef LW_MEASURE_MEASURE_H
#define LW_MEASURE_MEASURE_H

#include "base/attr.h"
#include "base/result.h"

#include <stdbool.h>
#include <stdint.h>

enum {
  LW_MEASURE_BEFORE_DAYS_MAX = 56, /* older weeks say little of now */
  LW_MEASURE_UNITS_MIN = 20,       /* cases (requests, ratings) of a team, before and after */
  LW_MEASURE_CHANCE_PERCENT = 5    /* of saying anything where there is nothing, over all looks */
};
#define LW_MEASURE_KEPT UINT32_MAX

/* A team's day. */
struct lw_measure_cell {
  int64_t cases;
  int64_t cost_minor;
  int64_t requests;
  int64_t at_once;     /* of requests: granted without asking */
  int64_t authorities; /* of requests: granted at once, or when they had asked */
  int64_t waited_usec; /* those together */
  int64_t ratings;
  int64_t rating_sum;
};

struct lw_measure_input {
  const struct lw_measure_cell *cells; /* team * n_days + day; whole days only; borrowed */
  const uint32_t *from; /* by team: the day from which it has the new version, or LW_MEASURE_KEPT */
  uint32_t n_teams;
  uint32_t n_days;
};

enum lw_measure_id {
  LW_MEASURE_COST,   /* per case, minor units; less is better */
  LW_MEASURE_SHARE,  /* granted at once, 0 .. 1; more is better */
  LW_MEASURE_WAIT,   /* to authority, microseconds; less is better */
  LW_MEASURE_RATING, /* more is better */
  LW_MEASURES
};

enum lw_measure_says {
  LW_SAYS_NO_DATA, /* no team has enough of it */
  LW_SAYS_TOO_FEW, /* teams */
  LW_SAYS_NOTHING, /* the interval holds zero */
  LW_SAYS_BETTER,
  LW_SAYS_WORSE
};

struct lw_measure_effect {
  enum lw_measure_says says;
  uint32_t teams_new; /* that have enough of it */
  uint32_t teams_kept;
  double new_before; /* means over those teams */
  double new_after;
  double kept_before;
  double kept_after;
  double change; /* the effect; of LW_SAYS_NO_DATA and TOO_FEW no interval */
  double low;
  double high;
};

enum lw_measure_verdict {
  LW_MEASURED_TOO_EARLY,
  LW_MEASURED_TOO_FEW_TEAMS,
  LW_MEASURED_WORKED,
  LW_MEASURED_COST_ONLY,
  LW_MEASURED_WORSE,
  LW_MEASURED_MIXED
};

enum lw_measure_side {
  LW_SIDE_NEW_BEFORE,
  LW_SIDE_NEW,
  LW_SIDE_KEPT_BEFORE,
  LW_SIDE_KEPT,
  LW_SIDES
};

struct lw_measured {
  enum lw_measure_verdict verdict;
  bool has_kept;        /* teams that kept the old version; else it is compared with before alone */
  uint32_t start_day;   /* when the first team got it */
  uint32_t days_since;  /* until now, or until a team that had kept the old one got it too */
  uint32_t days_before; /* that are compared with */
  uint32_t days_used;   /* at the last look; 0: none yet */
  uint32_t next_look_days;
  struct lw_measure_cell sums[LW_SIDES]; /* of days_before and days_used, exact */
  struct lw_measure_effect effects[LW_MEASURES];
};

/* LW_INVALID: no team has the new version; LW_OVERFLOW: sums past int64; LW_NO_MEMORY. */
LW_NODISCARD enum lw_code lw_measure_effect(const struct lw_measure_input *input,
                                            struct lw_measured *ret_measured, struct lw_error *err);
/* "it worked", "too early to say" ... */
const char *lw_measure_verdict_words(enum lw_measure_verdict verdict);
/* As it stands in JSON: "worked", "too_early" ... */
const char *lw_measure_verdict_name(enum lw_measure_verdict verdict);
/* "cost_per_case", "granted_at_once", "time_to_authority", "rating" */
const char *lw_measure_name(enum lw_measure_id id);

/* --- before a trial --- */

struct lw_measure_trial {
  const bool *gets; /* by team: it would get the new version */
  uint32_t days;
};

/* The smallest difference that such a trial shows in about three of four runs, as far as the past
 * days of `input` (from is not read) tell; below zero where that is not known. LW_INVALID: no team
 * would get it; LW_OVERFLOW, LW_NO_MEMORY. */
struct lw_measure_power {
  uint32_t days_used; /* the last look within the trial; 0: none, nothing would show */
  uint32_t teams_new; /* that have requests */
  uint32_t teams_kept;
  double least[LW_MEASURES];
  double now[LW_MEASURES]; /* the figure of all teams together, to hold that against */
};
LW_NODISCARD enum lw_code lw_measure_power(const struct lw_measure_input *input,
                                           const struct lw_measure_trial *trial,
                                           struct lw_measure_power *ret_power,
                                           struct lw_error *err);

/* --- for its parts --- */

/* The last look within so many days: how many days it has (0: none) and which one (0 is the first).
 */
uint32_t lw_measure_look(uint32_t days, uint32_t *ret_number);
/* The chance of a look's error, shared among so many measures. */
double lw_measure_look_chance(uint32_t number, uint32_t measures);
/* What a measure divides, and by what. */
double lw_measure_over(enum lw_measure_id id, const struct lw_measure_cell *cell);
int64_t lw_measure_units(enum lw_measure_id id, const struct lw_measure_cell *cell);
/* Adds days first .. first + count - 1 of a team; false past int64. */
LW_NODISCARD bool lw_measure_sum(const struct lw_measure_input *input, uint32_t team,
                                 uint32_t first, uint32_t count, struct lw_measure_cell *sum);
double lw_measure_ratio(enum lw_measure_id id, const struct lw_measure_cell *cell);
/* How much more a side's mean varies than if its teams had the size that teams have: one over sizes
 * is what a team's own noise goes with. Never below 1. */
double lw_measure_size_factor(double inverse_side, uint32_t n_side, double inverse_all,
                              uint32_t n_all);

#endif
