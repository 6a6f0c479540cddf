/* What a version of the policy did, from the record: the tape's rows as a team's days, measured
 * (measure/measure.h). Days are 24 hours counted from the moment at which the version began. */
#ifndef LW_TWEAK_EFFECT_H
#define LW_TWEAK_EFFECT_H

#include "base/arena.h"
#include "base/buf.h"
#include "measure/measure.h"
#include "replay/tape.h"
#include "tweak/ratings.h"

enum { LW_EFFECT_DAYS_MAX = 448, LW_EFFECT_PLAN_DAYS_MAX = 112 };

struct lw_effect {
  struct lw_arena keep;
  uint16_t currency;
  lw_str cause;          /* only what this reason cost is measured; empty: everything */
  uint64_t version;      /* 0: since a moment (lw_effect_measure_cause) */
  uint64_t kept_version; /* of the teams that kept one; else the one before; 0: none was */
  bool has_begun;        /* else the version has decided nothing, and nothing below is set */
  bool has_ended;        /* some team's version changed again: it counts until then */
  lw_usec start;
  lw_usec until;         /* the end of the record, or when it ended */
  uint64_t decided_new;  /* requests decided since by the version, */
  uint64_t decided_kept; /* and by the one that other teams kept: days that are not whole too */
  uint32_t n_teams;
  lw_str *teams;
  uint32_t *from; /* by team: its first day with the version, or LW_MEASURE_KEPT */
  uint32_t n_days;
  struct lw_measure_cell *cells;
  struct lw_measured measured;
  struct lw_measure_power next; /* what the next look would show; days_used 0: not known */
};

/* What it is measured by; both borrowed. */
struct lw_effect_past {
  const struct lw_tape *tape;
  const struct lw_past_ratings *ratings; /* NULL: there are none */
};

/* Measures version from where it first decided. LW_NO_MEMORY; LW_OVERFLOW; LW_INVALID: a person of
 * the tape can't be read. finish is safe after a failure. */
LW_NODISCARD enum lw_code lw_effect_measure(struct lw_effect *effect,
                                            const struct lw_effect_past *past, uint64_t version,
                                            struct lw_error *err);
/* What became of one root cause (a reason's name; borrowed until finish) since a version first
 * decided or, with version 0, since `at`: what it cost for each case of any cause, the share of
 * requests that were not for it (in place of those granted at once: more is better too), waiting
 * of its own, and ratings in cases of which it was the first. */
LW_NODISCARD enum lw_code lw_effect_measure_cause(struct lw_effect *effect,
                                                  const struct lw_effect_past *past, lw_str cause,
                                                  uint64_t version, lw_usec at,
                                                  struct lw_error *err);
void lw_effect_finish(struct lw_effect *effect);
/* The version that decided last; 0: none did. */
uint64_t lw_effect_last_version(const struct lw_tape *tape);

/* What a trial would show that gives those teams another version: a name stands for its sub-teams
 * too. Counts from the end of the record backwards. */
struct lw_effect_plan {
  const lw_str *teams;
  uint32_t n_teams;
  uint32_t share_ppm; /* n_teams 0: so many of a million, spread evenly over busy and quiet ones */
  bool any;           /* a name that no team of the record has is nobody's, not a mistake */
  uint32_t days;
};
/* LW_NOT_FOUND: no team of the record has such a name; LW_INVALID: no team would get it; else as
 * above. */
LW_NODISCARD enum lw_code lw_effect_power(const struct lw_effect_past *past,
                                          const struct lw_effect_plan *plan,
                                          struct lw_measure_power *ret_power, struct lw_error *err);

/* Appends it as JSON. */
void lw_effect_print(const struct lw_effect *effect, struct lw_buf *out);
/* {"cost_per_case":"1.20","granted_at_once":"0.0410",...}: what is known of it. */
void lw_effect_print_least(const struct lw_measure_power *power, uint16_t currency,
                           struct lw_buf *out);
/* The same of what there is now. */
void lw_effect_print_now(const struct lw_measure_power *power, uint16_t currency,
                         struct lw_buf *out);
/* A figure as JSON has it: "8.10", "0.7120", 38.2 (seconds), "0.8125" (ratings: how far along
 * the scale). */
void lw_effect_print_figure(enum lw_measure_id id, double figure, uint16_t currency,
                            struct lw_buf *out);
/* What it can't know, in sentences; how many. */
enum { LW_EFFECT_SENTENCES_MAX = 4 };
size_t lw_effect_sentences(const struct lw_effect *effect,
                           lw_str ret_sentences[LW_EFFECT_SENTENCES_MAX]);

#endif
