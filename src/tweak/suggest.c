/* Which value stands in the way of an ask is not read out of the policy but tried: a replay with
 * the value lifted says of every ask whether it would then be granted at once, with rails, budgets
 * and the order of grants as they are. So a group is exact, and whatever the engine learns to do,
 * this follows. The price is a replay for each value that could matter; those are counted
 * beforehand by the actions that they are about.
 *
 * What is told in the end is not the group that made a value likely, but the answered asks that the
 * finished change really grants at once: the rule is held against these. */
#include "tweak/suggest.h"

#include "base/hash.h"
#include "base/money.h"
#include "base/num.h"
#include "policy/edit.h"
#include "policy/finding.h"

#include <stdlib.h>

enum {
  HUNDRED = 100,
  LIFTED_DIGITS = 14, /* of minor units: a limit that nothing reaches */
  ID_BYTES = 8,
  LADDER_MAX = 6
};

/* A value that might be another one. */
enum aim_kind { AIM_UP_TO, AIM_AMOUNT, AIM_TIMES, AIM_TIER, AIM_RAIL };

struct aim {
  enum aim_kind kind;
  lw_str path;
  lw_str what;   /* in words */
  lw_str before; /* as it stands there */
  lw_str lifted;
  int64_t now; /* minor units, or times */
  const struct lw_grant *grant;
  const uint32_t *actions;
  uint32_t n_actions;
};

struct finding {
  const struct lw_suggest *suggest;
  struct lw_suggestions *out;
  struct lw_answered asked;
  uint32_t *actions;            /* of the policy, one an ask */
  struct lw_consent_ask *group; /* those that are looked at; room for all */
  size_t n_group;
  const struct lw_run *live;
  struct lw_run own_live; /* without a cache */
  size_t warnings;        /* that the live policy has */
  uint32_t tried;
  struct lw_error *err;
};

#define TEXT(finding, ...) lw_str_format(&(finding)->out->keep, __VA_ARGS__)

static enum lw_code out_of_memory(struct finding *finding)
{
  return lw_fail(finding->err, LW_NO_MEMORY, "out of memory for suggestions");
}

/* --- the evidence --- */

static void find_window(struct finding *finding)
{
  const struct lw_tape *tape = finding->suggest->tape;
  uint64_t rows = lw_tape_rows(tape);
  unsigned days = finding->suggest->days != 0 ? finding->suggest->days : LW_SUGGEST_DAYS;
  lw_usec last = rows != 0 ? lw_tape_number(tape, LW_TAPE_AT, rows - 1) : 0;
  if (rows != 0) {
    finding->out->until = last + 1;
    finding->out->since = last + 1 - days * LW_SECONDS_PER_DAY * LW_USEC_PER_SECOND;
  }
}

/* The policy's number of an ask's action. */
static uint32_t action_of(const struct finding *finding, uint64_t row)
{
  const struct lw_tape *tape = finding->suggest->tape;
  lw_str action = lw_tape_text(tape, LW_TAPE_ACTION, lw_tape_code_at(tape, LW_TAPE_ACTION, row));
  return lw_policy_find_action(finding->suggest->policy, action);
}

static enum lw_code take_evidence(struct finding *finding)
{
  struct lw_answered *asked = &finding->asked;
  bool kept = lw_answered_take(finding->suggest->tape, finding->live, finding->out->since, asked);
  finding->group = kept ? calloc(asked->count + 1, sizeof *finding->group) : NULL;
  finding->actions = kept ? calloc(asked->count + 1, sizeof *finding->actions) : NULL;
  if (finding->group == NULL || finding->actions == NULL) {
    return out_of_memory(finding);
  }
  for (size_t i = 0; i < asked->count; i++) {
    finding->actions[i] = action_of(finding, asked->asks[i].row);
  }
  finding->out->asks = asked->count;
  return LW_OK;
}

/* --- trying --- */

/* A policy's text on trial. */
struct attempt {
  struct lw_buf source;
  struct lw_policy *policy; /* NULL: it can't be written there, or is no policy then */
  struct lw_run run;
};

static void finish_attempt(struct attempt *attempt)
{
  lw_buf_finish(&attempt->source);
  lw_policy_destroy(attempt->policy);
  lw_run_finish(&attempt->run);
}

static size_t count_warnings(const struct finding *finding, const struct lw_policy *policy)
{
  struct lw_arena arena;
  struct lw_arena scratch;
  struct lw_diags diags;
  lw_arena_init(&arena, NULL, 0);
  lw_arena_init(&scratch, NULL, 0);
  lw_diags_init(&diags, &arena);
  lw_policy_lint(policy, finding->suggest->people, &scratch, &diags);
  size_t count = diags.count;
  lw_arena_finish(&scratch);
  lw_arena_finish(&arena);
  return count;
}

/* That the value can't be changed so is no failure: then it is not on offer. */
static enum lw_code attempt_value(struct finding *finding, lw_str path, lw_str value,
                                  struct attempt *attempt)
{
  const struct lw_suggest *suggest = finding->suggest;
  const struct lw_run_options options = {.progress = suggest->progress, .user = suggest->user};
  struct lw_arena arena;
  struct lw_diags diags;
  struct lw_error ignored;
  *attempt = (struct attempt){.policy = NULL};
  if (lw_policy_edit(suggest->source, path, value, &attempt->source, &ignored) != LW_OK) {
    return attempt->source.failed ? out_of_memory(finding) : LW_OK;
  }
  lw_arena_init(&arena, NULL, 0);
  lw_diags_init(&diags, &arena);
  attempt->policy = lw_policy_load(lw_buf_str(&attempt->source), NULL, NULL, &diags);
  lw_arena_finish(&arena);
  return attempt->policy == NULL ? LW_OK
                                 : lw_run_all(attempt->policy, suggest->tape, suggest->people,
                                              &options, &attempt->run, finding->err);
}

/* The answered asks that this run grants at once. */
static void gather(struct finding *finding, const struct lw_run *run)
{
  finding->n_group = 0;
  for (size_t i = 0; i < finding->asked.count; i++) {
    if (run->verdicts[finding->asked.asks[i].row] == LW_REPLAYED_GRANTED) {
      finding->group[finding->n_group++] = finding->asked.asks[i];
    }
  }
}

static enum lw_code sum_group(struct finding *finding, struct lw_consent *ret_consent)
{
  return lw_consent_sum(finding->group, finding->n_group, ret_consent) ? LW_OK
                                                                       : out_of_memory(finding);
}

/* --- a suggestion --- */

static lw_str id_of(struct finding *finding, enum aim_kind kind, lw_str about)
{
  struct lw_hasher *hasher = lw_hasher_create();
  const char mark = (char)('a' + (int)kind);
  if (hasher == NULL) {
    finding->out->keep.failed = true;
    return LW_STR("");
  }
  lw_hasher_start(hasher);
  lw_hasher_add(hasher, lw_str_from(&mark, 1));
  lw_hasher_add(hasher, about);
  const lw_hash hash = lw_hasher_end(hasher);
  lw_hasher_destroy(hasher);
  struct lw_buf text = {0};
  LW_BUF_LIT(&text, "sug_");
  for (size_t i = 0; i < ID_BYTES; i++) {
    lw_buf_printf(&text, "%02x", hash.bytes[i]);
  }
  lw_str id = lw_str_copy(&finding->out->keep, lw_buf_str(&text));
  lw_buf_finish(&text);
  return id;
}

/* With the group as its asks; NULL: memory, or there are enough. */
static struct lw_suggestion *add_suggestion(struct finding *finding, struct lw_suggestion of,
                                            lw_str what)
{
  struct lw_suggestions *out = finding->out;
  lw_usec *moments = LW_NEW_ARRAY(&out->keep, lw_usec, finding->n_group + 1);
  if (moments == NULL || out->count == LW_SUGGESTIONS_MAX) {
    return NULL;
  }
  for (size_t i = 0; i < finding->n_group; i++) {
    moments[i] = finding->group[i].at;
  }
  of.moments = moments;
  of.before = lw_str_copy(&out->keep, of.before); /* the policy's */
  of.after = lw_str_copy(&out->keep, of.after);
  out->items[out->count] = of;
  return lw_suggestion_say(&out->items[out->count], what, &out->keep) ? &out->items[out->count++]
                                                                      : NULL;
}

static enum lw_code tell_replay(struct finding *finding, const struct lw_run *after,
                                struct lw_suggestion *suggestion)
{
  const struct lw_report_options told = {
      .has_window = true, .since = finding->out->since, .until = finding->out->until};
  enum lw_code rc = lw_lifted_tell(finding->suggest->tape, finding->live, after, &told,
                                   &suggestion->replay, finding->err);
  suggestion->has_replay = rc == LW_OK;
  return rc;
}

/* A value that the evidence bears out, tried in earnest: *ret_covered is how many of the accepted
 * asks it grants. It is offered when the rule holds for what it grants and it brings no warning. */
static enum lw_code offer(struct finding *finding, const struct aim *aim,
                          enum lw_suggestion_kind kind, lw_str value, uint64_t accepted,
                          bool *ret_offered)
{
  struct lw_suggestion suggestion = {
      .kind = kind, .path = aim->path, .before = aim->before, .after = value};
  struct attempt attempt;
  *ret_offered = false;
  enum lw_code rc = attempt_value(finding, aim->path, value, &attempt);
  if (rc == LW_OK && attempt.policy != NULL) {
    gather(finding, &attempt.run);
    rc = sum_group(finding, &suggestion.consent);
    const struct lw_consent *consent = &suggestion.consent;
    if (rc == LW_OK && lw_consent_is_steady(consent->unchanged, consent->asks) &&
        consent->unchanged * HUNDRED >= accepted * LW_CONSENT_COVER &&
        count_warnings(finding, attempt.policy) <= finding->warnings) {
      suggestion.id = id_of(finding, aim->kind, aim->path);
      rc = tell_replay(finding, &attempt.run, &suggestion);
      *ret_offered = rc == LW_OK && add_suggestion(finding, suggestion, aim->what) != NULL;
    }
  }
  finish_attempt(&attempt);
  return rc;
}

/* --- each kind of value --- */

static lw_str money_text(struct finding *finding, int64_t minor)
{
  char place[32];
  size_t len = lw_money_write((lw_money){minor, finding->suggest->policy->currency}, place);
  return lw_str_copy(&finding->out->keep, lw_str_from(place, len));
}

static enum lw_code raise_limit(struct finding *finding, const struct aim *aim)
{
  int64_t limit = -1;
  bool offered = false;
  if (!lw_consent_limit(finding->group, finding->n_group, aim->now, &limit)) {
    return out_of_memory(finding);
  }
  return limit > aim->now
             ? offer(finding, aim, LW_SUGGEST_RAISE, money_text(finding, limit), 0, &offered)
             : LW_OK;
}

/* Step by step, until it covers most of those that people said yes to. */
static enum lw_code raise_budget(struct finding *finding, const struct aim *aim, uint64_t accepted)
{
  static const unsigned steps[LADDER_MAX] = {110, 120, 130, 150, 175, 200}; /* of 100 */
  bool offered = false;
  enum lw_code rc = LW_OK;
  int64_t before = aim->now;
  for (size_t i = 0; rc == LW_OK && !offered && i < LADDER_MAX; i++) {
    bool is_times = aim->kind == AIM_TIMES;
    int64_t value = is_times
                        ? aim->now + (int64_t)i + 1
                        : aim->now / HUNDRED * steps[i] + aim->now % HUNDRED * steps[i] / HUNDRED;
    if (value <= before || value > aim->now * 2) {
      continue;
    }
    lw_str text = is_times ? lw_str_format(&finding->out->keep, "%lld", (long long)value)
                           : money_text(finding, value);
    rc = offer(finding, aim, LW_SUGGEST_RAISE, text, accepted, &offered);
    before = value;
  }
  return rc;
}

/* Nobody is given more than was ever said yes to: a grant that reaches farther than that is a hint
 * to write one of its own. */
static enum lw_code open_grant(struct finding *finding, const struct aim *aim,
                               const struct lw_consent *consent)
{
  const struct lw_limit *up_to = &aim->grant->up_to;
  bool reaches_no_farther = up_to->present && !up_to->computed && up_to->minor <= consent->greatest;
  bool offered = false;
  if (reaches_no_farther) {
    return offer(finding, aim, LW_SUGGEST_OPEN, aim->lifted, 0, &offered);
  }
  const struct lw_suggestion hint = {.kind = LW_SUGGEST_HINT,
                                     .id = id_of(finding, aim->kind, aim->path),
                                     .path = aim->path,
                                     .before = aim->before,
                                     .consent = *consent};
  (void)add_suggestion(finding, hint, aim->what);
  return LW_OK;
}

static void hint_at_rail(struct finding *finding, const struct aim *aim,
                         const struct lw_consent *consent)
{
  const struct lw_suggestion hint = {.kind = LW_SUGGEST_HINT,
                                     .id = id_of(finding, aim->kind, aim->path),
                                     .path = aim->path,
                                     .consent = *consent};
  (void)add_suggestion(finding, hint, aim->what);
}

static bool concerns(const struct finding *finding, const struct aim *aim)
{
  uint64_t count = 0;
  for (size_t i = 0; i < finding->asked.count && count < LW_CONSENT_ASKS_MIN; i++) {
    bool is_above = aim->kind != AIM_UP_TO || finding->asked.asks[i].minor > aim->now;
    for (uint32_t a = 0; is_above && a < aim->n_actions; a++) {
      count += aim->actions[a] == finding->actions[i];
    }
  }
  return count >= LW_CONSENT_ASKS_MIN;
}

static enum lw_code look_at_group(struct finding *finding, const struct aim *aim)
{
  struct lw_consent consent;
  enum lw_code rc = sum_group(finding, &consent);
  if (rc != LW_OK || consent.asks < LW_CONSENT_ASKS_MIN) {
    return rc;
  }
  if (aim->kind == AIM_UP_TO) {
    return raise_limit(finding, aim);
  }
  if (!lw_consent_is_steady(consent.unchanged, consent.asks)) {
    return LW_OK;
  }
  switch (aim->kind) {
  case AIM_AMOUNT:
  case AIM_TIMES: return raise_budget(finding, aim, consent.unchanged);
  case AIM_TIER: return open_grant(finding, aim, &consent);
  case AIM_RAIL: hint_at_rail(finding, aim, &consent); break;
  case AIM_UP_TO: break;
  }
  return LW_OK;
}

static enum lw_code try_aim(struct finding *finding, const struct aim *aim)
{
  struct attempt lifted;
  if (!concerns(finding, aim)) {
    return LW_OK;
  }
  if (finding->tried == LW_SUGGEST_TRIED_MAX) {
    finding->out->tried_all = false;
    return LW_OK;
  }
  finding->tried++;
  enum lw_code rc = attempt_value(finding, aim->path, aim->lifted, &lifted);
  bool is_policy = rc == LW_OK && lifted.policy != NULL;
  if (is_policy) {
    gather(finding, &lifted.run);
  }
  finish_attempt(&lifted);
  return is_policy ? look_at_group(finding, aim) : rc;
}

/* --- what there is to try --- */

/* A scalar of the document at the aim's path; false: something else stands there, or nothing. */
static bool stands(const struct finding *finding, struct aim *aim)
{
  const struct lw_value *value = lw_policy_at(finding->suggest->policy->document, aim->path);
  bool is_scalar =
      value != NULL && (value->kind == LW_VALUE_NUMBER || value->kind == LW_VALUE_STRING);
  aim->before = is_scalar ? value->text : LW_STR("");
  return is_scalar;
}

/* More than any request asks for, in the policy's currency. */
static lw_str no_limit(struct finding *finding)
{
  int64_t minor = 1;
  for (int digit = 0; digit < LIFTED_DIGITS; digit++) {
    minor *= 10;
  }
  return money_text(finding, minor);
}

static enum lw_code try_grant(struct finding *finding, const struct lw_grant *grant)
{
  const struct lw_policy *policy = finding->suggest->policy;
  struct aim aim = {.grant = grant, .actions = grant->may, .n_actions = grant->n_may};
  enum lw_code rc = LW_OK;
  aim.path = TEXT(finding, "grants.%.*s.up_to", LW_FMT(grant->id));
  aim.what = TEXT(finding, "the limit of the grant %.*s", LW_FMT(grant->id));
  if (grant->up_to.present && !grant->up_to.computed && stands(finding, &aim)) {
    aim.kind = AIM_UP_TO;
    aim.now = grant->up_to.minor;
    aim.lifted = no_limit(finding);
    rc = try_aim(finding, &aim);
  }
  aim.path = TEXT(finding, "grants.%.*s.who.tier", LW_FMT(grant->id));
  aim.what = TEXT(finding, "the tier of the grant %.*s", LW_FMT(grant->id));
  if (rc == LW_OK && grant->who.n_tiers == 1 && grant->who.tiers[0] != 0 && stands(finding, &aim)) {
    aim.kind = AIM_TIER;
    aim.lifted = policy->tiers[grant->who.tiers[0] - 1];
    rc = try_aim(finding, &aim);
  }
  return rc;
}

/* A budget's limit at one path: for all, or for one tier. */
static enum lw_code try_budget_at(struct finding *finding, struct aim *aim, lw_str budget,
                                  lw_str tier)
{
  struct lw_money money = {0};
  int64_t times = 0;
  if (!stands(finding, aim)) {
    return LW_OK;
  }
  bool is_amount = aim->kind == AIM_AMOUNT;
  bool read = is_amount ? lw_money_read(aim->before, finding->suggest->policy->currency, &money) ==
                              LW_MONEY_OK
                        : lw_int_read(aim->before, &times);
  aim->now = is_amount ? money.minor : times;
  aim->lifted = is_amount ? no_limit(finding) : LW_STR("1000000");
  aim->what = tier.len != 0
                  ? TEXT(finding, "the budget %.*s of the tier %.*s", LW_FMT(budget), LW_FMT(tier))
                  : TEXT(finding, "the budget %.*s", LW_FMT(budget));
  return read && aim->now > 0 ? try_aim(finding, aim) : LW_OK;
}

static enum lw_code try_budget_key(struct finding *finding, struct aim aim, lw_str budget,
                                   const char *key)
{
  const struct lw_policy *policy = finding->suggest->policy;
  enum lw_code rc = LW_OK;
  lw_str whole = TEXT(finding, "budgets.%.*s.%.*s", LW_FMT(budget), LW_FMT(lw_str_c(key)));
  const struct lw_value *value = lw_policy_at(policy->document, whole);
  if (value == NULL || value->kind != LW_VALUE_MAP) {
    aim.path = whole;
    return value != NULL ? try_budget_at(finding, &aim, budget, LW_STR("")) : LW_OK;
  }
  for (uint32_t i = 0; rc == LW_OK && i < value->count; i++) {
    aim.path = TEXT(finding, "%.*s.%.*s", LW_FMT(whole), LW_FMT(value->entries[i].key));
    rc = try_budget_at(finding, &aim, budget, value->entries[i].key);
  }
  return rc;
}

/* The actions of all grants that draw on it. */
static enum lw_code try_budget(struct finding *finding, uint32_t budget)
{
  const struct lw_policy *policy = finding->suggest->policy;
  uint32_t *actions = LW_NEW_ARRAY(&finding->out->keep, uint32_t, policy->n_actions + 1U);
  struct aim aim = {.actions = actions};
  if (actions == NULL) {
    return out_of_memory(finding);
  }
  for (uint32_t a = 0; a < policy->n_actions; a++) {
    bool draws = false;
    for (uint32_t g = 0; g < policy->actions[a].n_grants; g++) {
      const struct lw_grant *grant = &policy->grants[policy->actions[a].grants[g]];
      for (uint32_t d = 0; d < grant->n_draws; d++) {
        draws |= grant->draws[d] == budget;
      }
    }
    if (draws) {
      actions[aim.n_actions++] = a;
    }
  }
  aim.kind = AIM_AMOUNT;
  enum lw_code rc = try_budget_key(finding, aim, policy->budgets[budget].name, "amount");
  aim.kind = AIM_TIMES;
  return rc == LW_OK ? try_budget_key(finding, aim, policy->budgets[budget].name, "times") : rc;
}

static enum lw_code try_rail(struct finding *finding, const struct lw_rail *rail)
{
  struct aim aim = {.kind = AIM_RAIL,
                    .path = TEXT(finding, "rails.%.*s.when", LW_FMT(rail->id)),
                    .what = rail->id,
                    .lifted = LW_STR("false"),
                    .actions = rail->no,
                    .n_actions = rail->n_no};
  return rail->route != UINT32_MAX ? try_aim(finding, &aim) : LW_OK;
}

static enum lw_code try_all(struct finding *finding)
{
  const struct lw_policy *policy = finding->suggest->policy;
  enum lw_code rc = LW_OK;
  for (uint32_t i = 0; rc == LW_OK && i < policy->n_grants; i++) {
    rc = try_grant(finding, &policy->grants[i]);
  }
  for (uint32_t i = 0; rc == LW_OK && i < policy->n_budgets; i++) {
    rc = try_budget(finding, i);
  }
  for (uint32_t i = 0; rc == LW_OK && i < policy->n_rails; i++) {
    rc = try_rail(finding, &policy->rails[i]);
  }
  return rc;
}

/* --- what is mostly refused --- */

static enum lw_code hint_at_refusals(struct finding *finding, uint32_t action, uint32_t reason)
{
  const struct lw_tape *tape = finding->suggest->tape;
  struct lw_suggestion hint = {.kind = LW_SUGGEST_HINT, .refused = true};
  finding->n_group = 0;
  for (size_t i = 0; i < finding->asked.count; i++) {
    uint64_t row = finding->asked.asks[i].row;
    if (lw_tape_code_at(tape, LW_TAPE_ACTION, row) == action &&
        lw_tape_code_at(tape, LW_TAPE_REASON, row) == reason) {
      finding->group[finding->n_group++] = finding->asked.asks[i];
    }
  }
  enum lw_code rc = sum_group(finding, &hint.consent);
  if (rc == LW_OK && lw_consent_is_steady(hint.consent.no, hint.consent.asks)) {
    hint.action = lw_str_copy(&finding->out->keep, lw_tape_text(tape, LW_TAPE_ACTION, action));
    hint.reason = lw_str_copy(&finding->out->keep, lw_tape_text(tape, LW_TAPE_REASON, reason));
    hint.id = id_of(finding, AIM_RAIL + 1,
                    TEXT(finding, "%.*s %.*s", LW_FMT(hint.action), LW_FMT(hint.reason)));
    (void)add_suggestion(finding, hint, LW_STR(""));
  }
  return rc;
}

static enum lw_code find_refusals(struct finding *finding)
{
  const struct lw_tape *tape = finding->suggest->tape;
  uint32_t reasons = lw_tape_texts(tape, LW_TAPE_REASON) + 1;
  size_t pairs = ((size_t)lw_tape_texts(tape, LW_TAPE_ACTION) + 1) * reasons;
  uint64_t *counts = calloc(pairs, sizeof *counts);
  enum lw_code rc = counts != NULL ? LW_OK : out_of_memory(finding);
  for (size_t i = 0; rc == LW_OK && i < finding->asked.count; i++) {
    uint64_t row = finding->asked.asks[i].row;
    counts[(size_t)lw_tape_code_at(tape, LW_TAPE_ACTION, row) * reasons +
           lw_tape_code_at(tape, LW_TAPE_REASON, row)] +=
        finding->asked.asks[i].answer == LW_SAID_NO;
  }
  for (size_t pair = 0; rc == LW_OK && pair < pairs; pair++) {
    if (counts[pair] * HUNDRED >= (uint64_t)LW_CONSENT_ASKS_MIN * LW_CONSENT_SHARE) {
      rc = hint_at_refusals(finding, (uint32_t)(pair / reasons), (uint32_t)(pair % reasons));
    }
  }
  free(counts);
  return rc;
}

/* --- the whole --- */

/* Those with a draft first; then by how many asks they are about. */
static int by_weight(const void *a, const void *b)
{
  const struct lw_suggestion *x = a;
  const struct lw_suggestion *y = b;
  int kind = (x->kind > y->kind) - (x->kind < y->kind);
  int asks = (x->consent.asks < y->consent.asks) - (x->consent.asks > y->consent.asks);
  return kind != 0 ? kind : asks != 0 ? asks : lw_str_compare(x->id, y->id);
}

static enum lw_code run_live(struct finding *finding)
{
  const struct lw_suggest *suggest = finding->suggest;
  const struct lw_run_options options = {.progress = suggest->progress, .user = suggest->user};
  const struct lw_replayed_as as = {.policy = suggest->policy,
                                    .source = suggest->source,
                                    .tape = suggest->tape,
                                    .people = suggest->people,
                                    .people_serial = suggest->people_serial,
                                    .tape_serial = suggest->tape_serial,
                                    .snapshot = suggest->snapshot};
  if (suggest->cache != NULL) {
    return lw_replay_cache_run(suggest->cache, &as, &options, &finding->live, finding->err);
  }
  finding->live = &finding->own_live;
  return lw_run_all(suggest->policy, suggest->tape, suggest->people, &options, &finding->own_live,
                    finding->err);
}

static void finish(struct finding *finding)
{
  if (finding->suggest->cache != NULL) {
    lw_replay_cache_give(finding->suggest->cache, finding->live);
  }
  lw_run_finish(&finding->own_live);
  lw_answered_finish(&finding->asked);
  free(finding->actions);
  free(finding->group);
}

enum lw_code lw_suggest_find(const struct lw_suggest *suggest,
                             struct lw_suggestions *ret_suggestions, struct lw_error *err)
{
  struct finding finding = {.suggest = suggest, .out = ret_suggestions, .err = err};
  *ret_suggestions =
      (struct lw_suggestions){.currency = suggest->policy->currency, .tried_all = true};
  lw_arena_init(&ret_suggestions->keep, NULL, SIZE_MAX);
  ret_suggestions->items =
      LW_NEW_ARRAY(&ret_suggestions->keep, struct lw_suggestion, LW_SUGGESTIONS_MAX);
  find_window(&finding);
  enum lw_code rc = ret_suggestions->items != NULL ? run_live(&finding) : out_of_memory(&finding);
  rc = rc == LW_OK ? take_evidence(&finding) : rc;
  if (rc == LW_OK && finding.asked.count >= LW_CONSENT_ASKS_MIN) {
    finding.warnings = count_warnings(&finding, suggest->policy);
    rc = try_all(&finding);
    rc = rc == LW_OK ? find_refusals(&finding) : rc;
  }
  finish(&finding);
  if (rc == LW_OK && ret_suggestions->keep.failed) {
    rc = out_of_memory(&finding);
  }
  if (rc == LW_OK) {
    qsort(ret_suggestions->items, ret_suggestions->count, sizeof *ret_suggestions->items,
          by_weight);
  }
  return rc;
}

void lw_suggestions_finish(struct lw_suggestions *suggestions)
{
  lw_arena_finish(&suggestions->keep);
  *suggestions = (struct lw_suggestions){.count = 0};
}

uint64_t lw_suggestion_since(const struct lw_suggestion *suggestion, lw_usec at)
{
  uint64_t count = 0;
  for (uint64_t i = 0; i < suggestion->consent.asks; i++) {
    count += suggestion->moments[i] > at;
  }
  return count;
}
