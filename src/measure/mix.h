/* Expected and given: what a unit (an agent, a team) gave, beside what all others gave in cases of
 * the same sort (indirect standardisation).
 *
 * A stratum is a sort of case (cause, action, value band, segment, channel), a group the coarser
 * sort that it belongs to (cause, action). For each unit, each stratum's figure is that of all
 * other units, drawn towards its group's, and that towards the whole's: the more, the fewer cases
 * of the others there are and the less such sorts differ at all (credibility, Buehlmann and Straub
 * 1970; empirical Bayes). What a unit gave itself says nothing about what is expected of it.
 *
 * Pure: sums in, funnel units out (funnel.h places them); everything is the caller's; any thread.
 * Sums are exact; amounts are minor units of one currency. */
#ifndef LW_MEASURE_MIX_H
#define LW_MEASURE_MIX_H

#include "base/attr.h"
#include "base/result.h"
#include "measure/funnel.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Cases of one sort. Of shares and counts only n and sum are read: cases with it, happenings. */
struct lw_mix_cell {
  int64_t n;
  int64_t sum;
  lw_int128 squares;
  lw_int128 cubes;
};

/* One case more; all of another's cases more, or fewer. False where a sum would not fit: the cell
 * is untouched then. */
LW_NODISCARD bool lw_mix_add(struct lw_mix_cell *cell, int64_t value);
LW_NODISCARD bool lw_mix_join(struct lw_mix_cell *cell, const struct lw_mix_cell *more);
LW_NODISCARD bool lw_mix_leave(struct lw_mix_cell *cell, const struct lw_mix_cell *fewer);

struct lw_mix_row {
  uint32_t unit;
  uint32_t stratum;
  struct lw_mix_cell cell;
};

struct lw_mix_input {
  enum lw_funnel_kind kind;
  uint32_t n_units;
  uint32_t n_strata;
  uint32_t n_groups;
  const struct lw_mix_row *rows; /* by unit, then by stratum, each pair once; borrowed */
  size_t n_rows;
  const uint32_t *groups; /* by stratum: its group; borrowed */
};

/* How much is drawn: as if so many cases more were known of each, all like the coarser sort's.
 * Infinity (they do not differ) is DBL_MAX. */
struct lw_mix_whole {
  int64_t n;
  double mean; /* of all cases */
  double strata_cases;
  double groups_cases;
  double variance; /* of a case within its stratum */
  double skew;     /* likewise; of means and parts only */
};

/* ret_units: n_units of them, in their order; with `variance` 0 where there is nobody to compare
 * with, which lw_funnel_place answers with `known` false. ret_whole may be NULL. LW_INVALID: rows
 * out of order, or with numbers that can not be; LW_OVERFLOW: sums past their size; LW_NO_MEMORY.
 */
LW_NODISCARD enum lw_code lw_mix_expect(const struct lw_mix_input *input,
                                        struct lw_funnel_unit *ret_units,
                                        struct lw_mix_whole *ret_whole, struct lw_error *err);

#endif
