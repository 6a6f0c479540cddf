/* A policy tried on a past, and what came of it as JSON: what POST /v1/policy/replay answers. */
#ifndef LW_TWEAK_TRIAL_H
#define LW_TWEAK_TRIAL_H

#include "engine/council.h"
#include "policy/split.h"
#include "replay/dry.h"
#include "replay/spread.h"
#include "tweak/live_past.h"
#include "tweak/replay_cache.h"

enum {
  LW_TRIAL_SETS_MAX = 2,
  LW_TRIAL_VALUES_MAX = 41,
  LW_TRIAL_FIELDS_MAX = 400,
  LW_TRIAL_FLIPS_MAX = 200,
  LW_TRIAL_DRY_MAX = 50,  /* budgets that are listed */
  LW_TRIAL_EACH_MAX = 32, /* variables that are tried alone */
  LW_UNKNOWN_MAX = 4
};

/* A policy with the text that it was read from. */
struct lw_trial_side {
  const struct lw_policy *policy; /* NULL: none */
  lw_str source;
};

/* A value of the tried policy, by the path of `policy diff`, and what it is set to in turn. */
struct lw_trial_set {
  lw_str path;
  lw_str values[LW_TRIAL_VALUES_MAX];
  uint32_t count;
};

/* Everything is borrowed. */
struct lw_trial {
  struct lw_live_past_view past;
  struct lw_trial_side tried;
  struct lw_trial_side before;        /* none: what was recorded */
  struct lw_trial_side base;          /* what changes are counted from: before, or the live one */
  const struct lw_staff *staff;       /* for names */
  const struct lw_council *council;   /* what of few people is left out; NULL: nothing */
  const struct lw_directory *people;  /* who routes can reach; NULL: whom their words name */
  uint64_t people_serial;             /* another one when people have changed */
  const struct lw_snapshot *snapshot; /* that people are of; NULL: they outlive the cache */
  struct lw_replay_cache *cache;      /* of runs */
  struct lw_report_options told;
  struct lw_trial_set sets[LW_TRIAL_SETS_MAX]; /* one: a curve; two: a grid */
  uint32_t n_sets;
  bool each;        /* every changed variable alone, too */
  bool spread;      /* between what the change of cost likely lies, too */
  struct lw_db *db; /* for the ids of decisions; NULL: without them */
  bool (*progress)(void *user, uint64_t done, uint64_t rows); /* false stops; may be NULL */
  void *user;
};

/* Appends the answer. LW_INVALID: a value that can't be set, another currency than the past's;
 * LW_NOT_FOUND: nothing stands at a set's path; LW_BUSY: stopped; LW_NO_MEMORY, LW_LIMIT. */
LW_NODISCARD enum lw_code lw_trial_run(const struct lw_trial *trial, struct lw_buf *out,
                                       struct lw_error *err);

/* What a replay can't know, in sentences: how many of them. */
size_t lw_unknown_sentences(bool people_known, lw_str ret_sentences[LW_UNKNOWN_MAX]);

/* --- for its parts --- */

/* A flip, with what of it is looked up. */
struct lw_trial_flip {
  const struct lw_flip *flip;
  int64_t seq;
  uint32_t because; /* bits of variables that make it flip alone */
  bool answered;    /* somebody did, then */
  uint64_t answer_row;
};

/* A changed variable, tried alone. */
struct lw_trial_variable {
  bool tried; /* else it can't be told apart from the others */
  uint64_t more;
  uint64_t less;
  int64_t cost;
};

struct lw_trial_result {
  const struct lw_trial *trial;
  const struct lw_tape *tape;
  struct lw_report report;
  struct lw_dry dry; /* budgets that have run dry */
  struct lw_spread spread;
  struct lw_trial_flip *flips;    /* report.n_flips */
  struct lw_variables variables;  /* that the tried one changes */
  struct lw_trial_variable *each; /* variables.count */
  const struct lw_split_part
      *parts; /* the base with one variable each; none: they stand not alone */
  uint32_t n_parts;
  struct lw_buf curve; /* its points, as JSON */
  lw_usec took;
};

void lw_trial_print_tally(struct lw_buf *out, const struct lw_tally *tally, uint16_t currency);
/* LW_IO when the journal can't be read. */
LW_NODISCARD enum lw_code lw_trial_print(const struct lw_trial_result *result, struct lw_buf *out,
                                         struct lw_error *err);

#endif
