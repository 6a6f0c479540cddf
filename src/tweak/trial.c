/* The tried policy is run over the whole tape, beside the other one or the record; then, where that
 * is asked for, once for each value of a curve and once for each change alone. */
#include "tweak/trial.h"

#include "base/bounds.h"
#include "base/clock.h"
#include "policy/edit.h"

#include <stdlib.h>

enum { BLOCK = 2048 };

static struct lw_replayed_as replayed_as(const struct lw_trial_result *result,
                                         const struct lw_policy *policy, lw_str source)
{
  const struct lw_trial *trial = result->trial;
  return (struct lw_replayed_as){.policy = policy,
                                 .source = source,
                                 .tape = result->tape,
                                 .tape_serial = trial->past.serial,
                                 .people = trial->people,
                                 .people_serial = trial->people_serial,
                                 .snapshot = trial->snapshot};
}

/* What the tried one is run beside: what it is compared with, or counted from. */
static const struct lw_trial_side *stand_of(const struct lw_trial *trial)
{
  return trial->before.policy != NULL ? &trial->before
         : trial->base.policy != NULL ? &trial->base
                                      : NULL;
}

/* A side's run, which may stand already; given back to the cache. */
static enum lw_code run_side(const struct lw_trial_result *result, const struct lw_trial_side *side,
                             const struct lw_run **ret_run, struct lw_error *err)
{
  const struct lw_trial *trial = result->trial;
  const struct lw_run_options options = {.progress = trial->progress, .user = trial->user};
  const struct lw_trial_side *stand = stand_of(trial);
  struct lw_replayed_as as = replayed_as(result, side->policy, side->source);
  struct lw_replayed_as beside = {.policy = NULL};
  if (stand != NULL && side != stand && !lw_str_equal(stand->source, side->source)) {
    beside = replayed_as(result, stand->policy, stand->source);
    as.beside = &beside;
  }
  return lw_replay_cache_run(trial->cache, &as, &options, ret_run, err);
}

/* A run that nobody asks for again. */
static enum lw_code run_once(const struct lw_trial_result *result, const struct lw_policy *policy,
                             struct lw_run *run, struct lw_error *err)
{
  const struct lw_trial *trial = result->trial;
  const struct lw_run_options options = {.progress = trial->progress, .user = trial->user};
  const struct lw_trial_side *stand = stand_of(trial);
  struct lw_replayed_as as = replayed_as(result, policy, LW_STR(""));
  struct lw_replayed_as beside = {.policy = NULL};
  if (stand != NULL) {
    beside = replayed_as(result, stand->policy, stand->source);
    as.beside = &beside;
  }
  return lw_replay_cache_run_once(trial->cache, &as, &options, run, err);
}

/* --- other values --- */

/* A source that becomes a policy, or says why it does not. */
static struct lw_policy *load(lw_str source, struct lw_error *err)
{
  struct lw_arena arena;
  struct lw_diags diags;
  lw_arena_init(&arena, NULL, 0);
  lw_diags_init(&diags, &arena);
  struct lw_policy *policy = lw_policy_load(source, NULL, NULL, &diags);
  if (policy == NULL) {
    lw_str message = diags.count != 0 ? diags.items[0].message : LW_STR("it is no policy");
    (void)lw_fail(err, LW_INVALID, "%.*s", LW_FMT(message));
  }
  lw_arena_finish(&arena);
  return policy;
}

/* The tried policy with these values in their places. */
static enum lw_code policy_with(const struct lw_trial *trial, const lw_str *values,
                                struct lw_policy **ret_policy, struct lw_error *err)
{
  struct lw_buf texts[LW_TRIAL_SETS_MAX] = {{0}, {0}};
  lw_str source = trial->tried.source;
  enum lw_code rc = LW_OK;
  for (uint32_t i = 0; rc == LW_OK && i < trial->n_sets; i++) {
    rc = lw_policy_edit(source, trial->sets[i].path, values[i], &texts[i], err);
    source = lw_buf_str(&texts[i]);
  }
  if (rc == LW_OK) {
    struct lw_error why = {0};
    *ret_policy = load(source, &why);
    rc = *ret_policy != NULL ? LW_OK
                             : lw_fail(err, LW_INVALID, "%.*s = %.*s: %s",
                                       LW_FMT(trial->sets[0].path), LW_FMT(values[0]), why.text);
  }
  for (uint32_t i = 0; i < LW_TRIAL_SETS_MAX; i++) {
    lw_buf_finish(&texts[i]);
  }
  return rc;
}

static void add_point(struct lw_trial_result *result, const lw_str *values,
                      const struct lw_report *report)
{
  struct lw_buf *out = &result->curve;
  lw_buf_add_c(out, out->len != 0 ? ",{\"values\":[" : "{\"values\":[");
  for (uint32_t i = 0; i < result->trial->n_sets; i++) {
    lw_buf_add_c(out, i != 0 ? "," : "");
    lw_json_add_string(out, values[i]);
  }
  LW_BUF_LIT(out, "],\"after\":");
  lw_trial_print_tally(out, &report->after, result->trial->tried.policy->currency);
  lw_buf_printf(out, ",\"more\":%llu,\"less\":%llu}", (unsigned long long)report->more,
                (unsigned long long)report->less);
}

static enum lw_code run_point(struct lw_trial_result *result, const struct lw_run *before,
                              const lw_str *values, struct lw_error *err)
{
  struct lw_policy *policy = NULL;
  struct lw_run after = {.n_rows = 0};
  struct lw_report report = {.tape = NULL};
  struct lw_report_options told = result->trial->told;
  told.flips_most = 0;
  enum lw_code rc = policy_with(result->trial, values, &policy, err);
  rc = rc == LW_OK ? run_once(result, policy, &after, err) : rc;
  rc = rc == LW_OK ? lw_report_make_part(&report, result->tape, before, &after, &told, err) : rc;
  if (rc == LW_OK) {
    add_point(result, values, &report);
  }
  lw_report_finish(&report);
  lw_run_finish(&after);
  lw_policy_destroy(policy);
  return rc;
}

static enum lw_code run_curve(struct lw_trial_result *result, const struct lw_run *before,
                              struct lw_error *err)
{
  const struct lw_trial *trial = result->trial;
  uint32_t across = trial->n_sets == 2 ? trial->sets[1].count : 1;
  enum lw_code rc = LW_OK;
  for (uint32_t i = 0; trial->n_sets != 0 && i < trial->sets[0].count; i++) {
    for (uint32_t j = 0; rc == LW_OK && j < across; j++) {
      const lw_str values[LW_TRIAL_SETS_MAX] = {trial->sets[0].values[i], trial->sets[1].values[j]};
      rc = run_point(result, before, values, err);
    }
  }
  return rc;
}

/* --- each change alone --- */

/* Appends the base with the changes of one variable, value by value; false: some of them are rules
 * that come or go, which can't be taken over so. */
static bool edit_alone(const struct lw_trial_result *result, uint32_t variable, struct lw_buf *out)
{
  const struct lw_variables *variables = &result->variables;
  struct lw_buf text = {0};
  struct lw_error err;
  bool changed = true;
  lw_buf_add(out, result->trial->base.source);
  for (size_t i = 0; changed && i < variables->changes.count; i++) {
    const struct lw_policy_change *change = &variables->changes.items[i];
    if (variables->of[i] != variable || !change->variable) {
      continue;
    }
    lw_buf_reset(&text);
    changed = change->before.len != 0 && change->after.len != 0 &&
              lw_policy_edit(lw_buf_str(out), change->path, change->after, &text, &err) == LW_OK;
    lw_buf_reset(out);
    lw_buf_add(out, lw_buf_str(&text));
  }
  lw_buf_finish(&text);
  return changed && !out->failed;
}

/* When all variables stand alone, each has its part; else some may all the same. */
static bool change_alone(const struct lw_trial_result *result, uint32_t variable,
                         struct lw_buf *out)
{
  for (uint32_t i = 0; i < result->n_parts; i++) {
    if (result->parts[i].variable == variable) {
      lw_buf_add(out, result->parts[i].source);
      return !out->failed;
    }
  }
  return edit_alone(result, variable, out);
}

/* That they can't be taken apart is no failure. */
static void take_apart(struct lw_trial_result *result, struct lw_arena *keep)
{
  struct lw_split_part *parts = NULL;
  struct lw_error err;
  const struct lw_trial *trial = result->trial;
  if (result->variables.count > 1 &&
      lw_policy_split(trial->base.policy, trial->tried.policy, &result->variables, keep, &parts,
                      &result->n_parts, &err) == LW_OK) {
    result->parts = parts;
  } else {
    result->n_parts = 0;
  }
}

/* Flips that come of this variable alone are marked. */
static void mark_flips(struct lw_trial_result *result, uint32_t variable, const struct lw_run *base,
                       const struct lw_run *alone)
{
  for (size_t i = 0; i < result->report.n_flips; i++) {
    uint64_t row = result->flips[i].flip->row;
    bool flips = alone->verdicts[row] != base->verdicts[row];
    result->flips[i].because |= flips ? UINT32_C(1) << variable : 0;
  }
}

static enum lw_code tell_alone(struct lw_trial_result *result, uint32_t variable,
                               const struct lw_run *base, const struct lw_run *alone,
                               struct lw_error *err)
{
  struct lw_trial_variable *each = &result->each[variable];
  struct lw_report report = {.tape = NULL};
  struct lw_report_options told = result->trial->told;
  told.flips_most = 0;
  enum lw_code rc = lw_report_make_part(&report, result->tape, base, alone, &told, err);
  if (rc == LW_OK) {
    *each = (struct lw_trial_variable){.tried = true,
                                       .more = report.more,
                                       .less = report.less,
                                       .cost = report.after.cost - report.before.cost};
    mark_flips(result, variable, base, alone);
  }
  lw_report_finish(&report);
  return rc;
}

/* The only one alone is the whole draft. */
static enum lw_code try_alone(struct lw_trial_result *result, uint32_t variable,
                              const struct lw_run *base, struct lw_error *err)
{
  const struct lw_trial *trial = result->trial;
  bool is_only = result->variables.count == 1;
  struct lw_buf text = {0};
  struct lw_error why;
  struct lw_policy *policy =
      !is_only && change_alone(result, variable, &text) ? load(lw_buf_str(&text), &why) : NULL;
  const struct lw_trial_side side =
      is_only ? trial->tried : (struct lw_trial_side){policy, lw_buf_str(&text)};
  const struct lw_run *alone = NULL;
  enum lw_code rc = LW_OK;
  if (side.policy != NULL) {
    rc = run_side(result, &side, &alone, err);
    rc = rc == LW_OK ? tell_alone(result, variable, base, alone, err) : rc;
  }
  lw_replay_cache_give(trial->cache, alone);
  lw_policy_destroy(policy);
  lw_buf_finish(&text);
  return rc;
}

static enum lw_code run_each(struct lw_trial_result *result, const struct lw_run *before,
                             struct lw_arena *keep, struct lw_error *err)
{
  const struct lw_trial *trial = result->trial;
  struct lw_variables *variables = &result->variables;
  const struct lw_run *own = NULL;
  enum lw_code rc = LW_OK;
  if (!trial->each || trial->base.policy == NULL) {
    return LW_OK;
  }
  if (!lw_variables_find(trial->base.policy, trial->tried.policy, keep, variables) ||
      (result->each = LW_NEW_ARRAY(keep, struct lw_trial_variable, variables->count + 1U)) ==
          NULL) {
    return lw_fail(err, LW_NO_MEMORY, "out of memory for the changes");
  }
  take_apart(result, keep);
  if (before == NULL && variables->count != 0) {
    rc = run_side(result, &trial->base, &own, err);
    before = own;
  }
  for (uint32_t i = 0; rc == LW_OK && i < variables->count && i < LW_TRIAL_EACH_MAX; i++) {
    rc = try_alone(result, i, before, err);
  }
  lw_replay_cache_give(trial->cache, own);
  return rc;
}

/* --- what became of those that flip --- */

static struct lw_trial_flip *flip_of(struct lw_trial_result *result, int64_t seq)
{
  size_t from = 0;
  size_t to = result->report.n_flips;
  while (from < to) {
    size_t middle = from + (to - from) / 2;
    if (result->flips[middle].seq < seq) {
      from = middle + 1;
    } else {
      to = middle;
    }
  }
  return from < result->report.n_flips && result->flips[from].seq == seq ? &result->flips[from]
                                                                         : NULL;
}

/* Answers stand behind what they answer. */
static void find_answers(struct lw_trial_result *result)
{
  const struct lw_tape *tape = result->tape;
  int64_t kinds[BLOCK];
  uint64_t rows = lw_tape_rows(tape);
  uint64_t first = result->report.n_flips != 0 ? result->flips[0].flip->row / BLOCK * BLOCK : rows;
  for (; first < rows; first += BLOCK) {
    uint32_t count = rows - first < BLOCK ? (uint32_t)(rows - first) : BLOCK;
    lw_tape_read_numbers(tape, LW_TAPE_KIND, first, count, kinds);
    for (uint32_t i = 0; i < count; i++) {
      bool ends = kinds[i] == LW_TAPE_ANSWERED || kinds[i] == LW_TAPE_CLOSED;
      struct lw_trial_flip *flip =
          ends ? flip_of(result, lw_tape_number(tape, LW_TAPE_OF, first + i)) : NULL;
      if (flip != NULL) {
        flip->answered = true;
        flip->answer_row = first + i;
      }
    }
  }
}

static bool take_flips(struct lw_trial_result *result, struct lw_arena *keep)
{
  size_t count = result->report.n_flips;
  result->flips = LW_NEW_ARRAY(keep, struct lw_trial_flip, count + 1);
  for (size_t i = 0; result->flips != NULL && i < count; i++) {
    const struct lw_flip *flip = &result->report.flips[i];
    result->flips[i].flip = flip;
    result->flips[i].seq = lw_tape_number(result->tape, LW_TAPE_SEQ, flip->row);
  }
  if (result->flips != NULL) {
    find_answers(result);
  }
  return result->flips != NULL;
}

/* --- the whole --- */

static enum lw_code find_dry(struct lw_trial_result *result, const struct lw_run *before,
                             const struct lw_run *after, struct lw_error *err)
{
  const struct lw_trial *trial = result->trial;
  const struct lw_dry_run sides[] = {{trial->before.policy, before}, {trial->tried.policy, after}};
  return lw_dry_find(&result->dry, result->tape, trial->people, &sides[0], &sides[1], &trial->told,
                     err);
}

/* Between the parts of an answer, too, it stops when nobody waits. */
static enum lw_code go_on(const struct lw_trial *trial, uint64_t rows, struct lw_error *err)
{
  return trial->progress == NULL || trial->progress(trial->user, rows, rows)
             ? LW_OK
             : lw_fail(err, LW_BUSY, "stopped");
}

static enum lw_code compare(struct lw_trial_result *result, const struct lw_run *before,
                            const struct lw_run *after, struct lw_arena *keep, struct lw_error *err)
{
  const struct lw_trial *trial = result->trial;
  enum lw_code rc = go_on(trial, after->n_rows, err);
  if (rc == LW_OK) {
    rc = lw_report_make_part(&result->report, result->tape, before, after, &trial->told, err);
  }
  if (rc == LW_OK && !take_flips(result, keep)) {
    rc = lw_fail(err, LW_NO_MEMORY, "out of memory for what is different");
  }
  rc = rc == LW_OK ? go_on(trial, after->n_rows, err) : rc;
  rc = rc == LW_OK ? find_dry(result, before, after, err) : rc;
  if (rc == LW_OK && trial->spread) {
    rc = lw_spread_costs(result->tape, before, after, &trial->told, &result->spread, err);
  }
  return rc;
}

static enum lw_code run_all(struct lw_trial_result *result, struct lw_arena *keep,
                            struct lw_error *err)
{
  const struct lw_trial *trial = result->trial;
  const struct lw_run *before = NULL;
  const struct lw_run *after = NULL;
  enum lw_code rc = run_side(result, &trial->tried, &after, err);
  if (rc == LW_OK && trial->before.policy != NULL) {
    rc = run_side(result, &trial->before, &before, err);
  }
  rc = rc == LW_OK ? compare(result, before, after, keep, err) : rc;
  rc = rc == LW_OK ? run_each(result, before, keep, err) : rc;
  rc = rc == LW_OK ? run_curve(result, before, err) : rc;
  lw_replay_cache_give(trial->cache, before);
  lw_replay_cache_give(trial->cache, after);
  return rc;
}

enum lw_code lw_trial_run(const struct lw_trial *trial, struct lw_buf *out, struct lw_error *err)
{
  struct lw_trial_result result = {.trial = trial, .tape = trial->past.tape};
  struct lw_arena keep;
  struct lw_tape *empty = NULL;
  lw_usec start = lw_clock_monotonic();
  enum lw_code rc = LW_OK;
  lw_arena_init(&keep, NULL, 0);
  if (lw_tape_rows(result.tape) == 0) { /* nothing was decided: of any currency */
    empty = lw_tape_create(lw_currency_code(trial->tried.policy->currency));
    result.tape = empty;
    rc = empty != NULL ? LW_OK : lw_fail(err, LW_NO_MEMORY, "out of memory");
  }
  rc = rc == LW_OK ? run_all(&result, &keep, err) : rc;
  if (rc == LW_OK) {
    result.took = lw_clock_monotonic() - start;
    rc = lw_trial_print(&result, out, err);
  }
  lw_report_finish(&result.report);
  lw_dry_finish(&result.dry);
  lw_buf_finish(&result.curve);
  lw_tape_destroy(empty);
  lw_arena_finish(&keep);
  return rc;
}
