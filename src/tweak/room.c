/* Two passes and some replays. The first pass goes over the rows: whose decisions, in which tier,
 * since when. The second is over the answered asks, sorted by who asked. Then whoever meets the
 * rule is replayed with the next tier and, where an empty budget of their own was met, with a
 * larger limit; the smaller change goes first where it does at least as much.
 *
 * The rule of consent.h is held against all that the person asked, and once more against what the
 * change really grants at once: many small asks that others may grant don't carry it. */
#include "tweak/room.h"

#include "base/hash.h"
#include "base/money.h"
#include "policy/who.h"
#include "replay/dry.h"

#include <stdlib.h>

enum { HUNDRED = 100, PAGE = 2048, ID_BYTES = 8 };
#define DAY_USEC (LW_SECONDS_PER_DAY * LW_USEC_PER_SECOND)

/* What the passes gather of one person. */
struct seen {
  uint64_t decisions;
  lw_usec tier_since; /* 0: no decision in the present tier, or one in another since */
  size_t first;       /* of their asks */
  size_t n_asks;
};

struct finding {
  const struct lw_room *room;
  const struct lw_policy *policy;
  struct lw_room_list *out;
  const struct lw_run *live;
  struct lw_run own_live; /* without a cache */
  struct lw_bound bound;
  uint32_t *who; /* by code of the tape: a number of room->persons, or UINT32_MAX */
  struct seen *seen;
  struct lw_answered answered;
  struct lw_consent_ask *asks;  /* the same by who asked */
  struct lw_consent_ask *group; /* those that are looked at; room for all */
  size_t n_group;
  uint32_t tried;
  struct lw_error *err;
};

/* A change on trial. */
struct trial {
  uint32_t person;
  enum lw_room_kind kind;
  struct lw_lift lift;
  struct lw_run run;
  bool has_run;
  struct lw_consent consent;
};

static enum lw_code out_of_memory(struct finding *finding)
{
  return lw_fail(finding->err, LW_NO_MEMORY, "out of memory for proposals");
}

/* --- the passes --- */

static void know_codes(struct finding *finding)
{
  const struct lw_room *room = finding->room;
  struct lw_table index;
  struct lw_arena arena;
  lw_arena_init(&arena, NULL, 0);
  lw_table_init(&index, &arena);
  for (uint32_t i = 0; i < room->n_persons; i++) {
    bool is_new = false;
    uint32_t *number = lw_table_add(&index, room->persons[i].actor->id, &is_new);
    if (number != NULL) {
      *number = i;
    }
    finding->out->keep.failed |= number == NULL;
  }
  for (uint32_t code = 0; code < finding->bound.first_of_people; code++) {
    const uint32_t *number = lw_table_find(&index, finding->bound.persons[code].actor.id);
    finding->who[code] = number != NULL ? *number : UINT32_MAX;
  }
  lw_arena_finish(&arena);
}

static uint32_t tier_of(const struct finding *finding, uint32_t person)
{
  return lw_actor_tier(finding->policy, finding->room->persons[person].actor);
}

static void see_decision(struct finding *finding, uint32_t code, lw_usec at)
{
  uint32_t person = finding->who[code];
  if (person == UINT32_MAX) {
    return;
  }
  struct seen *seen = &finding->seen[person];
  bool same = finding->bound.persons[code].tier == tier_of(finding, person);
  seen->decisions += at >= finding->out->since;
  if (!same) {
    seen->tier_since = 0;
  } else if (seen->tier_since == 0) {
    seen->tier_since = at;
  }
}

static void see_decisions(struct finding *finding)
{
  const struct lw_tape *tape = finding->room->tape;
  uint64_t rows = finding->live->n_rows;
  int64_t kinds[PAGE];
  int64_t moments[PAGE];
  uint32_t codes[PAGE];
  for (uint64_t first = 0; first < rows; first += PAGE) {
    uint32_t count = rows - first < PAGE ? (uint32_t)(rows - first) : PAGE;
    lw_tape_read_numbers(tape, LW_TAPE_KIND, first, count, kinds);
    lw_tape_read_numbers(tape, LW_TAPE_AT, first, count, moments);
    lw_tape_read_codes(tape, LW_TAPE_PERSON, first, count, codes);
    for (uint32_t i = 0; i < count; i++) {
      if (kinds[i] == LW_TAPE_REQUEST && !lw_tape_is_own(tape, first + i)) {
        see_decision(finding, codes[i], moments[i]);
      }
    }
  }
}

/* What people asked for themselves is no record of what they gave. */
static void drop_own(struct lw_answered *answered, const struct lw_tape *tape)
{
  size_t kept = 0;
  for (size_t i = 0; i < answered->count; i++) {
    if (!lw_tape_is_own(tape, answered->asks[i].row)) {
      answered->asks[kept++] = answered->asks[i];
    }
  }
  answered->count = kept;
}

static uint32_t asker_of(const struct finding *finding, const struct lw_consent_ask *ask)
{
  return finding->who[lw_tape_code_at(finding->room->tape, LW_TAPE_PERSON, ask->row)];
}

/* By who asked, each in order of the record. */
static void sort_asks(struct finding *finding)
{
  size_t place = 0;
  for (size_t i = 0; i < finding->answered.count; i++) {
    uint32_t person = asker_of(finding, &finding->answered.asks[i]);
    if (person != UINT32_MAX) {
      finding->seen[person].n_asks++;
    }
  }
  for (uint32_t i = 0; i < finding->room->n_persons; i++) {
    finding->seen[i].first = place;
    place += finding->seen[i].n_asks;
    finding->seen[i].n_asks = 0;
  }
  for (size_t i = 0; i < finding->answered.count; i++) {
    uint32_t person = asker_of(finding, &finding->answered.asks[i]);
    if (person != UINT32_MAX) {
      struct seen *seen = &finding->seen[person];
      finding->asks[seen->first + seen->n_asks++] = finding->answered.asks[i];
    }
  }
}

static enum lw_code pass(struct finding *finding)
{
  const struct lw_room *room = finding->room;
  enum lw_code rc =
      lw_bound_init(&finding->bound, finding->policy, room->tape, room->live.people, finding->err);
  if (rc != LW_OK) {
    return rc;
  }
  finding->who = calloc((size_t)finding->bound.first_of_people + 1, sizeof *finding->who);
  finding->seen = calloc((size_t)room->n_persons + 1, sizeof *finding->seen);
  if (finding->who == NULL || finding->seen == NULL ||
      !lw_answered_take(room->tape, finding->live, finding->out->since, &finding->answered)) {
    return out_of_memory(finding);
  }
  drop_own(&finding->answered, room->tape);
  finding->asks = calloc(finding->answered.count + 1, sizeof *finding->asks);
  finding->group = calloc(finding->answered.count + 1, sizeof *finding->group);
  if (finding->asks == NULL || finding->group == NULL) {
    return out_of_memory(finding);
  }
  know_codes(finding);
  see_decisions(finding);
  sort_asks(finding);
  return LW_OK;
}

/* --- one person's record --- */

static uint32_t next_tier(const struct finding *finding, uint32_t person)
{
  uint32_t tier = tier_of(finding, person);
  uint32_t next = tier == UINT32_MAX ? 0 : tier + 1;
  return next < finding->policy->n_tiers ? next : UINT32_MAX;
}

/* Whether the grant begins with that tier for them: all but tier and certificates fits already. */
static bool begins_with(const struct lw_policy *policy, const struct lw_grant *grant,
                        const struct lw_actor *actor, uint32_t tier, lw_usec at)
{
  struct lw_who rest = grant->who;
  rest.n_holds = 0;
  uint32_t now = lw_actor_tier(policy, actor);
  return at >= grant->from && at < grant->until &&
         lw_who_fits(&rest, actor, tier, actor->team, at) &&
         !lw_who_fits(&rest, actor, now, actor->team, at);
}

static void add_lack(lw_str *lacks, uint32_t *count, lw_str name)
{
  bool known = false;
  for (uint32_t i = 0; i < *count && i < LW_ROOM_HOLDS_MAX; i++) {
    known |= lw_str_equal(lacks[i], name);
  }
  if (!known) {
    if (*count < LW_ROOM_HOLDS_MAX) {
      lacks[*count] = name;
    }
    (*count)++;
  }
}

/* Certificates of the grants that the next tier would open, which they do not hold. */
static uint32_t find_lacks(const struct finding *finding, uint32_t person, lw_str *lacks)
{
  const struct lw_policy *policy = finding->policy;
  const struct lw_actor *actor = finding->room->persons[person].actor;
  uint32_t next = next_tier(finding, person);
  uint32_t count = 0;
  for (uint32_t g = 0; next != UINT32_MAX && g < policy->n_grants; g++) {
    const struct lw_grant *grant = &policy->grants[g];
    if (!begins_with(policy, grant, actor, next, finding->out->until)) {
      continue;
    }
    for (uint32_t i = 0; i < grant->who.n_holds; i++) {
      if (!lw_actor_holds(actor, grant->who.holds[i], finding->out->until)) {
        add_lack(lacks, &count, grant->who.holds[i]);
      }
    }
  }
  return count;
}

static enum lw_code read_record(struct finding *finding, uint32_t person,
                                struct lw_room_record *ret_record)
{
  const struct lw_room_person *of = &finding->room->persons[person];
  const struct seen *seen = &finding->seen[person];
  lw_usec until = finding->out->until;
  *ret_record = (struct lw_room_record){
      .decisions = seen->decisions,
      .right = of->right,
      .too_little = of->too_little,
      .too_much = of->too_much,
      .in_tier = seen->tier_since != 0 ? until - seen->tier_since : 0,
      .lowered = of->lowered,
      .since_lowering = of->lowered_until != 0 ? until - of->lowered_until : -1};
  return lw_consent_sum(finding->asks + seen->first, seen->n_asks, &ret_record->asks)
             ? LW_OK
             : out_of_memory(finding);
}

/* --- trying --- */

static enum lw_code run_trial(struct finding *finding, struct trial *trial)
{
  const struct lw_room *room = finding->room;
  const struct seen *seen = &finding->seen[trial->person];
  const struct lw_run_options options = {
      .progress = room->progress, .user = room->user, .lift = &trial->lift};
  enum lw_code rc = lw_run_all(finding->policy, room->tape, room->live.people, &options,
                               &trial->run, finding->err);
  if (rc != LW_OK) {
    return rc;
  }
  trial->has_run = true;
  finding->n_group = 0;
  for (size_t i = seen->first; i < seen->first + seen->n_asks; i++) {
    if (trial->run.verdicts[finding->asks[i].row] == LW_REPLAYED_GRANTED) {
      finding->group[finding->n_group++] = finding->asks[i];
    }
  }
  return lw_consent_sum(finding->group, finding->n_group, &trial->consent) ? LW_OK
                                                                           : out_of_memory(finding);
}

static void drop_trial(struct trial *trial)
{
  if (trial->has_run) {
    lw_run_finish(&trial->run);
    trial->has_run = false;
  }
}

/* `with` takes the place of `best` when the answers bear it out, and it does more. */
static void keep_better(struct trial *best, struct trial *with)
{
  bool steady = with->has_run && lw_consent_is_steady(with->consent.unchanged, with->consent.asks);
  bool better = !best->has_run || with->consent.asks > best->consent.asks;
  if (steady && better) {
    drop_trial(best);
    *best = *with;
    with->has_run = false;
  }
  drop_trial(with);
}

static int64_t limit_now(const struct finding *finding, uint32_t person, uint32_t budget,
                         bool is_times)
{
  const struct lw_actor *actor = finding->room->persons[person].actor;
  const struct lw_budget *of = &finding->policy->budgets[budget];
  uint32_t tier = tier_of(finding, person);
  uint32_t place = tier != UINT32_MAX ? tier : finding->policy->n_tiers;
  const int64_t *limits = is_times ? of->times : of->amounts;
  int64_t own = -1;
  for (uint32_t i = 0; i < actor->n_overrides; i++) {
    const struct lw_override *limit = &actor->overrides[i];
    if (lw_str_equal(limit->budget, of->name)) {
      own = is_times ? limit->times : limit->amount_minor;
    }
  }
  bool has = is_times ? of->has_times : of->has_amount;
  return !has ? -1 : own >= 0 ? own : limits[place];
}

/* How many of their answered asks met this budget of theirs empty. */
static uint64_t count_dry(const struct finding *finding, uint32_t person, uint32_t budget)
{
  const struct seen *seen = &finding->seen[person];
  const struct lw_run *live = finding->live;
  uint64_t count = 0;
  size_t at = seen->first;
  for (size_t i = 0; i < live->n_dry; i++) {
    while (at < seen->first + seen->n_asks && finding->asks[at].row < live->dry[i].row) {
      at++;
    }
    count += live->dry[i].budget == budget && at < seen->first + seen->n_asks &&
             finding->asks[at].row == live->dry[i].row;
  }
  return count;
}

static int64_t raised(int64_t now, bool is_times, unsigned step)
{
  int64_t value = now / HUNDRED * step + (now % HUNDRED * step + HUNDRED - 1) / HUNDRED;
  return is_times && value <= now ? now + 1 : value;
}

/* The smallest of a few steps that covers most of what the largest does. */
static enum lw_code try_limit(struct finding *finding, uint32_t person, uint32_t budget,
                              bool is_times, struct trial *ret_trial)
{
  static const unsigned steps[] = {200, 150, 125}; /* of 100 */
  int64_t now = limit_now(finding, person, budget, is_times);
  uint64_t most = 0;
  enum lw_code rc = LW_OK;
  *ret_trial = (struct trial){.has_run = false};
  for (size_t i = 0; rc == LW_OK && now > 0 && i < sizeof steps / sizeof steps[0]; i++) {
    int64_t value = raised(now, is_times, steps[i]);
    struct trial trial = {.person = person,
                          .kind = is_times ? LW_ROOM_TIMES : LW_ROOM_AMOUNT,
                          .lift = {.person = finding->room->persons[person].actor->id,
                                   .limit = {.budget = finding->policy->budgets[budget].name,
                                             .amount_minor = is_times ? -1 : value,
                                             .times = is_times ? value : -1}}};
    rc = run_trial(finding, &trial);
    most = i == 0 ? trial.consent.unchanged : most;
    bool covers = trial.consent.unchanged * HUNDRED >= most * LW_CONSENT_COVER;
    if (rc == LW_OK && covers &&
        lw_consent_is_steady(trial.consent.unchanged, trial.consent.asks)) {
      drop_trial(ret_trial);
      *ret_trial = trial;
    } else {
      drop_trial(&trial);
      break;
    }
  }
  return rc;
}

static enum lw_code try_limits(struct finding *finding, uint32_t person, struct trial *best)
{
  const struct lw_policy *policy = finding->policy;
  enum lw_code rc = LW_OK;
  for (uint32_t b = 0; rc == LW_OK && b < policy->n_budgets; b++) {
    bool own = policy->budgets[b].n_per == 1 && policy->budgets[b].per[0] == LW_SCOPE_AGENT;
    if (!own || count_dry(finding, person, b) < LW_CONSENT_ASKS_MIN) {
      continue;
    }
    for (int times = 0; rc == LW_OK && times < 2; times++) {
      struct trial trial;
      rc = try_limit(finding, person, b, times != 0, &trial);
      keep_better(best, &trial);
    }
  }
  return rc;
}

/* The next tier, and what of their own would do; the best of them, if any, in *best. */
static enum lw_code try_changes(struct finding *finding, uint32_t person, bool holds_all,
                                struct trial *best)
{
  uint32_t next = next_tier(finding, person);
  enum lw_code rc = try_limits(finding, person, best);
  if (rc != LW_OK || next == UINT32_MAX || !holds_all) {
    return rc;
  }
  struct trial trial = {.person = person,
                        .kind = LW_ROOM_TIER,
                        .lift = {.person = finding->room->persons[person].actor->id,
                                 .tier = finding->policy->tiers[next]}};
  rc = run_trial(finding, &trial);
  keep_better(best, &trial);
  return rc;
}

/* --- what is told --- */

static lw_str id_of(struct finding *finding, const struct trial *trial, lw_str before)
{
  struct lw_hasher *hasher = lw_hasher_create();
  const lw_str parts[] = {trial->lift.person, lw_room_kind_name(trial->kind), trial->lift.tier,
                          trial->lift.limit.budget, before};
  if (hasher == NULL) {
    finding->out->keep.failed = true;
    return LW_STR("");
  }
  lw_hasher_start(hasher);
  for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
    lw_hasher_add(hasher, parts[i]);
    lw_hasher_add(hasher, LW_STR("\n"));
  }
  const lw_hash hash = lw_hasher_end(hasher);
  lw_hasher_destroy(hasher);
  struct lw_buf text = {0};
  LW_BUF_LIT(&text, "rom_");
  for (size_t i = 0; i < ID_BYTES; i++) {
    lw_buf_printf(&text, "%02x", hash.bytes[i]);
  }
  lw_str id = lw_str_copy(&finding->out->keep, lw_buf_str(&text));
  lw_buf_finish(&text);
  return id;
}

static lw_str limit_text(struct finding *finding, enum lw_room_kind kind, int64_t limit)
{
  char place[32];
  if (kind == LW_ROOM_TIMES) {
    return lw_str_format(&finding->out->keep, "%lld", (long long)limit);
  }
  size_t len = lw_money_write((lw_money){limit, finding->policy->currency}, place);
  return lw_str_copy(&finding->out->keep, lw_str_from(place, len));
}

static void name_change(struct finding *finding, const struct trial *trial,
                        struct lw_room_proposal *proposal)
{
  const struct lw_override *limit = &trial->lift.limit;
  struct lw_arena *keep = &finding->out->keep;
  proposal->kind = trial->kind;
  if (trial->kind == LW_ROOM_TIER) {
    proposal->before = lw_str_copy(keep, finding->room->persons[trial->person].actor->tier);
    proposal->after = lw_str_copy(keep, trial->lift.tier);
  } else {
    bool is_times = trial->kind == LW_ROOM_TIMES;
    uint32_t budget = lw_policy_find_budget(finding->policy, limit->budget);
    int64_t now = limit_now(finding, trial->person, budget, is_times);
    proposal->budget = lw_str_copy(keep, limit->budget);
    proposal->before = limit_text(finding, trial->kind, now);
    proposal->after =
        limit_text(finding, trial->kind, is_times ? limit->times : limit->amount_minor);
  }
  proposal->id = id_of(finding, trial, proposal->before);
}

/* finding->group anew: another trial may have been looked at since. */
static void name_cases(struct finding *finding, const struct trial *trial,
                       struct lw_room_proposal *proposal)
{
  const struct seen *seen = &finding->seen[trial->person];
  struct lw_arena *keep = &finding->out->keep;
  size_t count = proposal->consent.asks;
  lw_usec *moments = LW_NEW_ARRAY(keep, lw_usec, count + 1);
  int64_t *seqs = LW_NEW_ARRAY(keep, int64_t, LW_ROOM_CASES_MAX);
  size_t n = 0;
  for (size_t i = seen->first + seen->n_asks; moments != NULL && seqs != NULL && i > seen->first;) {
    const struct lw_consent_ask *ask = &finding->asks[--i];
    if (trial->run.verdicts[ask->row] != LW_REPLAYED_GRANTED) {
      continue;
    }
    if (n < LW_ROOM_CASES_MAX) {
      seqs[n] = lw_tape_number(finding->room->tape, LW_TAPE_SEQ, ask->row);
    }
    moments[n++] = ask->at;
  }
  proposal->moments = moments;
  proposal->seqs = seqs;
  proposal->n_seqs = n < LW_ROOM_CASES_MAX ? (uint32_t)n : LW_ROOM_CASES_MAX;
}

static void name_dry(struct finding *finding, const struct lw_dry *dry,
                     struct lw_room_proposal *proposal)
{
  struct lw_arena *keep = &finding->out->keep;
  struct lw_room_dry *named = LW_NEW_ARRAY(keep, struct lw_room_dry, LW_ROOM_DRY_MAX);
  for (size_t i = 0; named != NULL && i < dry->count && proposal->n_dry < LW_ROOM_DRY_MAX; i++) {
    const struct lw_dry_item *item = &dry->items[i];
    if (item->side == LW_DRY_AFTER) {
      named[proposal->n_dry++] =
          (struct lw_room_dry){.budget = lw_str_copy(keep, item->budget->name),
                               .of = lw_str_copy(keep, item->of[0]),
                               .requests = item->after.requests};
    }
  }
  proposal->dry = named;
  proposal->n_dry_all = dry->counts[LW_DRY_AFTER];
}

static enum lw_code tell_replay(struct finding *finding, const struct trial *trial,
                                struct lw_room_proposal *proposal)
{
  const struct lw_room *room = finding->room;
  const struct lw_report_options told = {
      .has_window = true, .since = finding->out->since, .until = finding->out->until};
  const struct lw_dry_run before = {finding->policy, finding->live};
  const struct lw_dry_run after = {finding->policy, &trial->run};
  struct lw_dry dry;
  enum lw_code rc = lw_lifted_tell(room->tape, finding->live, &trial->run, &told, &proposal->replay,
                                   finding->err);
  if (rc != LW_OK) {
    return rc;
  }
  rc = lw_dry_find(&dry, room->tape, room->live.people, &before, &after, &told, finding->err);
  if (rc == LW_OK) {
    name_dry(finding, &dry, proposal);
  }
  lw_dry_finish(&dry);
  return rc;
}

static enum lw_code propose(struct finding *finding, const struct trial *trial,
                            struct lw_room_proposal *proposal)
{
  proposal->missing = 0;
  proposal->consent = trial->consent;
  name_change(finding, trial, proposal);
  name_cases(finding, trial, proposal);
  return tell_replay(finding, trial, proposal);
}

/* --- one person --- */

static void add(struct finding *finding, struct lw_room_proposal *proposal)
{
  struct lw_room_list *out = finding->out;
  if (lw_room_say(proposal, out->currency, &out->keep)) {
    out->items[out->count++] = *proposal;
  } else {
    out->keep.failed = true;
  }
}

/* Who lacks little is told what: only where there is a next tier to come to. */
static void add_near(struct finding *finding, uint32_t person, struct lw_room_proposal *proposal)
{
  uint32_t next = next_tier(finding, person);
  unsigned lacks = (unsigned)__builtin_popcount(proposal->missing);
  if (finding->room->near && next != UINT32_MAX && lacks != 0 && lacks <= LW_ROOM_NEAR) {
    struct lw_arena *keep = &finding->out->keep;
    proposal->before = lw_str_copy(keep, finding->room->persons[person].actor->tier);
    proposal->after = lw_str_copy(keep, finding->policy->tiers[next]);
    add(finding, proposal);
  }
}

static enum lw_code look_at(struct finding *finding, uint32_t person)
{
  const struct lw_actor *actor = finding->room->persons[person].actor;
  struct lw_arena *keep = &finding->out->keep;
  lw_str lacks[LW_ROOM_HOLDS_MAX];
  struct lw_room_proposal proposal = {.person = lw_str_copy(keep, actor->id)};
  struct trial best = {.has_run = false};
  enum lw_code rc = read_record(finding, person, &proposal.record);
  if (rc != LW_OK || actor->kind == LW_ACTOR_SERVICE) {
    return rc;
  }
  proposal.record.lacking = find_lacks(finding, person, lacks);
  proposal.missing = lw_room_missing(&proposal.record);
  lw_str *named = LW_NEW_ARRAY(keep, lw_str, LW_ROOM_HOLDS_MAX);
  for (uint32_t i = 0; named != NULL && i < proposal.record.lacking && i < LW_ROOM_HOLDS_MAX; i++) {
    named[i] = lw_str_copy(keep, lacks[i]);
  }
  proposal.lacks = named;
  bool meets = (proposal.missing & ~(1U << LW_ROOM_OF_HOLDS)) == 0;
  if (meets && finding->tried == LW_ROOM_TRIED_MAX) {
    finding->out->tried_all = false;
    return LW_OK;
  }
  if (meets) {
    finding->tried++;
    rc = try_changes(finding, person, proposal.record.lacking == 0, &best);
  }
  if (rc == LW_OK && best.has_run) {
    rc = propose(finding, &best, &proposal);
    if (rc == LW_OK) {
      add(finding, &proposal);
    }
  } else if (rc == LW_OK) {
    add_near(finding, person, &proposal);
  }
  drop_trial(&best);
  return rc;
}

/* --- the whole --- */

static void find_window(struct finding *finding)
{
  const struct lw_tape *tape = finding->room->tape;
  uint64_t rows = lw_tape_rows(tape);
  if (rows != 0) {
    finding->out->until = lw_tape_number(tape, LW_TAPE_AT, rows - 1) + 1;
    finding->out->since = finding->out->until - LW_ROOM_DAYS * DAY_USEC;
  }
}

static enum lw_code run_live(struct finding *finding)
{
  const struct lw_room *room = finding->room;
  const struct lw_run_options options = {.progress = room->progress, .user = room->user};
  if (room->cache != NULL) {
    struct lw_replayed_as as = room->live;
    as.tape = room->tape;
    return lw_replay_cache_run(room->cache, &as, &options, &finding->live, finding->err);
  }
  finding->live = &finding->own_live;
  return lw_run_all(finding->policy, room->tape, room->live.people, &options, &finding->own_live,
                    finding->err);
}

static void finish(struct finding *finding)
{
  if (finding->room->cache != NULL) {
    lw_replay_cache_give(finding->room->cache, finding->live);
  }
  lw_run_finish(&finding->own_live);
  lw_bound_finish(&finding->bound);
  lw_answered_finish(&finding->answered);
  free(finding->who);
  free(finding->seen);
  free(finding->asks);
  free(finding->group);
}

enum lw_code lw_room_find(const struct lw_room *room, struct lw_room_list *ret_list,
                          struct lw_error *err)
{
  struct finding finding = {.room = room, .policy = room->live.policy, .out = ret_list, .err = err};
  *ret_list = (struct lw_room_list){.currency = finding.policy->currency, .tried_all = true};
  lw_arena_init(&ret_list->keep, NULL, SIZE_MAX);
  ret_list->items =
      LW_NEW_ARRAY(&ret_list->keep, struct lw_room_proposal, (size_t)room->n_persons + 1);
  find_window(&finding);
  enum lw_code rc = ret_list->items != NULL ? LW_OK : out_of_memory(&finding);
  if (rc == LW_OK && lw_tape_rows(room->tape) != 0 && room->n_persons != 0) {
    rc = run_live(&finding);
    rc = rc == LW_OK ? pass(&finding) : rc;
    for (uint32_t i = 0; rc == LW_OK && i < room->n_persons; i++) {
      rc = look_at(&finding, i);
    }
    finish(&finding);
  }
  return rc == LW_OK && ret_list->keep.failed ? out_of_memory(&finding) : rc;
}

void lw_room_list_finish(struct lw_room_list *list)
{
  lw_arena_finish(&list->keep);
  *list = (struct lw_room_list){.count = 0};
}

uint64_t lw_room_since(const struct lw_room_proposal *proposal, lw_usec at)
{
  uint64_t count = 0;
  for (uint64_t i = 0; i < proposal->consent.asks; i++) {
    count += proposal->moments[i] > at;
  }
  return count;
}
