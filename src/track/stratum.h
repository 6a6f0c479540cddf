/* What kind of a case a request was, for comparing like with like: its cause, its action, how much
 * was at stake, the customer's segment and the channel. Two requests of the same stratum call for
 * the same, as far as the record tells.
 *
 * Read from a tape's dictionaries, each text once. One thread. */
#ifndef LW_TRACK_STRATUM_H
#define LW_TRACK_STRATUM_H

#include "replay/tape.h"

/* Bands of what was at stake, in major units: below 5, 10, 20, 50 ... and from the last on. 0: no
 * amount is known. */
enum { LW_TRACK_BANDS = 15 };

/* The parts of a stratum as the tape's codes; 0: absent. */
struct lw_track_stratum {
  uint32_t reason;
  uint32_t action;
  uint32_t segment;
  uint32_t channel;
  uint32_t band;
};

/* Names of the facts that say a customer's segment and what is at stake (money); empty: none does,
 * and the amount asked for is what is at stake. Borrowed. */
struct lw_track_facts {
  lw_str segment;
  lw_str value;
};
/* Those that the tape has of the usual names ("customer.segment", "order.total" ...), empty where
 * it has none. */
void lw_track_facts_find(const struct lw_tape *tape, struct lw_track_facts *ret_facts);

struct lw_track_strata;
/* tape and facts are borrowed. NULL when memory is out. */
struct lw_track_strata *lw_track_strata_create(const struct lw_tape *tape,
                                               const struct lw_track_facts *facts);
void lw_track_strata_destroy(struct lw_track_strata *strata);

/* Of rows first .. first + count - 1, all in one chunk of the tape. False: memory is out. */
LW_NODISCARD bool lw_track_strata_read(struct lw_track_strata *strata, uint64_t first,
                                       uint32_t count, struct lw_track_stratum *ret_strata);

/* One more than the greatest number that each part (reason, action, segment, channel, band) can
 * have by what the tape has. */
void lw_track_strata_sizes(const struct lw_track_strata *strata, uint32_t ret_sizes[5]);

/* The band of an amount; below zero and LW_TAPE_NONE: 0. unit: minor units of a major one. */
uint32_t lw_track_band(int64_t minor, int64_t unit);
/* From how much, in minor units, a band goes; up to where the next begins (INT64_MAX: the last). */
void lw_track_band_bounds(uint32_t band, int64_t unit, int64_t *ret_from, int64_t *ret_below);

#endif
