/* Expected and given: each agent beside what everybody else gave in cases of the same sort
 * (measure/mix.h), in a funnel (measure/funnel.h), with the chance of a false alarm among so many
 * looks (measure/discover.h). A sort is a stratum (stratum.h), its group the cause and action.
 *
 * Everybody of the window is compared with, whoever is looked at. In an arena of its own. */
#ifndef LW_TRACK_GIVEN_H
#define LW_TRACK_GIVEN_H

#include "base/buf.h"
#include "measure/funnel.h"
#include "measure/mix.h"
#include "track/sums.h"

enum lw_track_measure {
  LW_TRACK_AMOUNT, /* given a decision, minor units: a mean */
  LW_TRACK_GIVEN,  /* decisions of which a remedy came: a share */
  LW_TRACK_ASKED,  /* decisions that went upwards: a share */
  /* Of cases (ends.h), where the store has any: */
  LW_TRACK_RESOLVE, /* seconds from opened to first resolved: a mean */
  LW_TRACK_RATING,  /* how far along the scale, in millionths: a mean */
  LW_TRACK_MEASURES
};
/* "amount" "given" "asked" "resolve" "rating" */
const char *lw_track_measure_name(enum lw_track_measure measure);
enum lw_funnel_kind lw_track_measure_kind(enum lw_track_measure measure);
/* A value by decision, case or rating as JSON has it: "8.10" (amount), "0.7120" (shares and
 * ratings), 318.4 (seconds). */
void lw_track_value_print(enum lw_track_measure measure, double value, uint16_t currency,
                          struct lw_buf *out);

struct lw_track_given {
  uint32_t n_agents; /* by number, as the sums have them */
  struct lw_funnel_unit *units;
  struct lw_funnel_place *places;
  double *q; /* <= LW_DISCOVER_SHARE: to be named */
  struct lw_funnel_spread spread;
  struct lw_mix_whole whole;
};

/* All measures, which share most of the work. LW_NO_MEMORY, LW_OVERFLOW. */
LW_NODISCARD enum lw_code lw_track_given_make(const struct lw_track_sums *sums,
                                              struct lw_arena *arena,
                                              struct lw_track_given ret_given[LW_TRACK_MEASURES],
                                              struct lw_error *err);

#endif
