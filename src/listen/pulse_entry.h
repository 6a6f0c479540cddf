/* Private to listen: what rounds share when they are opened and closed. */
#ifndef LW_LISTEN_PULSE_ENTRY_H
#define LW_LISTEN_PULSE_ENTRY_H

#include "listen/pulse_store.h"

/* Writes the round and its entry `pulse.opened`, and asks to be called at its end. */
enum lw_code lw_pulse_begin(struct lw_batch *batch, struct lw_change *change,
                            const struct lw_pulse_round *round, struct lw_error *err);
/* Nobody is asked in two rounds at once; nor can one round be taken from another. *ret_other: a
 * round that is open or planned, asks some of the same people and runs at some of the same time,
 * in the batch's scratch; empty: there is none. but: the id of one that does not count; or empty.
 */
LW_NODISCARD enum lw_code lw_pulse_meets(struct lw_batch *batch, const struct lw_pulse_round *round,
                                         lw_str but, lw_str *ret_other, struct lw_error *err);
/* Closes it: works out what is shown, appends `pulse.closed`, takes the answers away; opens the
 * next one if it is repeated, unless `last`. */
enum lw_code lw_pulse_finish(struct lw_batch *batch, struct lw_change *change,
                             struct lw_pulse_round *round, bool last, struct lw_error *err);
/* A number from 0 to below - 1, without bias. */
uint32_t lw_pulse_pick(const struct lw_rand *rand, uint32_t below);
/* Appends the round as api/openapi.yaml has a PulseRound, up to its closing brace. answered: of one
 * that runs, how many have. */
void lw_pulse_print_round(const struct lw_pulse_reader *reader, const struct lw_pulse_round *round,
                          int64_t answered, struct lw_buf *out);
/* The same, whole, as the answer of a change. */
enum lw_code lw_pulse_answer_round(struct lw_batch *batch, struct lw_change *change,
                                   const struct lw_caller *caller,
                                   const struct lw_pulse_round *round, int status,
                                   struct lw_error *err);

#endif
