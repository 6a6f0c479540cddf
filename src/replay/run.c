/* Two steps for each block of rows. First the bit words: for every row the tables of its action are
 * ANDed, column by column. Then the rows in order: the first grant whose bit is left and whose
 * amount and budgets cover the request grants it; budgets are drawn at once, so that the next row
 * sees it. A row that nothing covers looks for somebody on a route in the same way: the row's word
 * with the other person's bits.
 *
 * While one row is decided, the budget rows of one some places ahead are fetched: which they are is
 * known from its codes. */
#include "replay/run_inside.h"

#include "replay/gate.h"

#include "base/bounds.h"
#include "base/check.h"
#include "policy/assumed.h"
#include "policy/who.h"

#include <stdlib.h>

enum {
  BLOCK = LW_BLOCK_ROWS,
  STRIDE = LW_BLOCK_STRIDE,
  AT_PERSON = LW_ROW_PERSON,
  AT_ACTION = LW_ROW_ACTION,
  AT_AMOUNT = LW_ROW_AMOUNT,
  AT_CASE = LW_ROW_CASE,
  AT_CUSTOMER = LW_ROW_CUSTOMER,
  AT_REASON = LW_ROW_REASON,
  AT_CHANNEL = LW_ROW_CHANNEL,
  DRY_LEAST = 1 << 20, /* rows with empty budgets that are kept, and one of so many rows more */
  DRY_SHARE = 4
};
#define NOBODYS                                                                                    \
  LW_SPENT_NOBODY /* a scope that nothing was ever drawn from: an assumed person's                 \
                   */

/* --- scopes --- */

static bool grow_pairs(struct lw_pairs *pairs)
{
  uint32_t slots = pairs->mask != 0 ? (pairs->mask + 1) * 2 : 1024;
  uint64_t *keys = calloc(slots, sizeof *keys);
  uint32_t *numbers = calloc(slots, sizeof *numbers);
  if (keys == NULL || numbers == NULL) {
    free(keys);
    free(numbers);
    return false;
  }
  for (uint32_t i = 0; pairs->mask != 0 && i <= pairs->mask; i++) {
    if (pairs->keys[i] != 0) {
      uint32_t at = (uint32_t)(pairs->keys[i] * UINT64_C(0x9E3779B97F4A7C15) >> 32) & (slots - 1);
      while (keys[at] != 0) {
        at = (at + 1) & (slots - 1);
      }
      keys[at] = pairs->keys[i];
      numbers[at] = pairs->numbers[i];
    }
  }
  free(pairs->keys);
  free(pairs->numbers);
  *pairs = (struct lw_pairs){keys, numbers, slots - 1, pairs->count};
  return true;
}

static uint32_t number_of_pair(struct lw_pass *pass, struct lw_pairs *pairs, uint32_t a, uint32_t b)
{
  uint64_t key = (uint64_t)a << 32 | b;
  if (pairs->count * 2 >= pairs->mask && !grow_pairs(pairs)) {
    pass->failed = true;
    return LW_PASS_NO_SCOPE;
  }
  uint32_t at = (uint32_t)(key * UINT64_C(0x9E3779B97F4A7C15) >> 32) & pairs->mask;
  while (pairs->keys[at] != 0 && pairs->keys[at] != key) {
    at = (at + 1) & pairs->mask;
  }
  if (pairs->keys[at] == 0) {
    pairs->keys[at] = key;
    pairs->numbers[at] = ++pairs->count;
  }
  return pairs->numbers[at];
}

struct lw_party lw_pass_party(const struct lw_pass *pass, uint32_t person, uint32_t customer,
                              uint32_t case_code)
{
  const struct lw_person_brief *brief = &pass->rules.briefs[person];
  uint32_t unknown = brief->assumed ? NOBODYS : LW_PASS_NO_SCOPE;
  struct lw_party party;
  party.parts[LW_SCOPE_AGENT] = brief->agent != LW_PASS_NO_SCOPE ? brief->agent : unknown;
  party.parts[LW_SCOPE_TEAM] = brief->team != LW_PASS_NO_SCOPE ? brief->team : unknown;
  party.parts[LW_SCOPE_CUSTOMER] = customer;
  party.parts[LW_SCOPE_CASE] = case_code;
  party.parts[LW_SCOPE_ORGANIZATION] = 1;
  return party;
}

struct lw_party lw_pass_party_at(const struct lw_pass *pass, uint32_t person, uint32_t i)
{
  return lw_pass_party(pass, person, lw_pass_code(pass, AT_CUSTOMER, i),
                       lw_pass_code(pass, AT_CASE, i));
}

uint32_t lw_pass_scope(struct lw_pass *pass, uint32_t budget, const struct lw_party *party)
{
  const struct lw_budget *of = &pass->policy->budgets[budget];
  uint32_t scope = party->parts[of->per[0]];
  for (uint32_t part = 1; part < of->n_per && scope != LW_PASS_NO_SCOPE; part++) {
    uint32_t next = party->parts[of->per[part]];
    if (next == LW_PASS_NO_SCOPE) {
      return LW_PASS_NO_SCOPE;
    }
    scope = scope == NOBODYS || next == NOBODYS
                ? NOBODYS
                : number_of_pair(pass, &pass->pairs[budget], scope, next);
  }
  return scope;
}

uint32_t lw_pass_place(struct lw_pass *pass, uint32_t budget, const struct lw_party *party)
{
  uint32_t scope = lw_pass_scope(pass, budget, party);
  if (scope == LW_PASS_NO_SCOPE || scope == NOBODYS) {
    return scope;
  }
  if (pass->scopes != NULL) {
    return pass->scopes->find(pass->scopes->user, budget, scope, party);
  }
  if (pass->policy->budgets[budget].n_per > 1 &&
      !lw_spent_reserve(pass->spent, budget, (pass->pairs[budget].count | 1023) + 1)) {
    pass->failed = true;
    return LW_PASS_NO_SCOPE;
  }
  return scope;
}

void lw_pass_used(struct lw_pass *pass, uint32_t budget, uint32_t scope, lw_usec at,
                  struct lw_used *ret_used)
{
  if (scope == NOBODYS) {
    *ret_used = (struct lw_used){.amount_minor = 0};
  } else {
    lw_spent_used(pass->spent, budget, scope, at, ret_used);
  }
}

/* Room for all scopes that are known by now. */
static bool reserve(struct lw_pass *pass)
{
  bool reserved = true;
  for (uint32_t b = 0; reserved && b < pass->policy->n_budgets; b++) {
    const struct lw_budget *budget = &pass->policy->budgets[b];
    uint32_t count = budget->n_per > 1                  ? 1024
                     : budget->per[0] == LW_SCOPE_AGENT ? pass->bound->n_agents
                     : budget->per[0] == LW_SCOPE_TEAM  ? pass->bound->n_teams
                     : budget->per[0] == LW_SCOPE_CUSTOMER
                         ? lw_bound_codes(pass->bound, LW_TAPE_CUSTOMER)
                     : budget->per[0] == LW_SCOPE_CASE ? lw_bound_codes(pass->bound, LW_TAPE_CASE)
                                                       : 2;
    reserved = lw_spent_reserve(pass->spent, b, count);
  }
  return reserved;
}

/* --- one grant --- */

/* INT64_MAX: no limit; -1: it can't be told. */
static int64_t cap_of(struct lw_pass *pass, const struct lw_row *row, uint32_t person,
                      const struct lw_cap *cap)
{
  if (cap->kind == LW_CAP_FIXED) { /* most are */
    return cap->minor;
  }
  if (cap->kind == LW_CAP_CODES) {
    return cap->minors[lw_pass_code(pass, cap->column, row->i)];
  }
  if (cap->kind == LW_CAP_PROGRAM) {
    struct lw_val value = lw_gate_run(pass, row, person, &cap->gate);
    return value.kind != LW_V_MONEY ? -1 : value.as.integer > 0 ? value.as.integer : 0;
  }
  return INT64_MAX;
}

static bool still_fits(const struct lw_pass *pass, const struct lw_row *row, uint32_t person,
                       const struct lw_grant *grant)
{
  const struct lw_bound_person *who = &pass->bound->persons[person];
  return row->at >= grant->from && row->at < grant->until &&
         (!who->timed || lw_who_fits(&grant->who, &who->actor, who->tier, LW_STR(""), row->at));
}

static uint32_t lacking(const struct lw_pass *pass, const struct lw_row *row,
                        const struct lw_grant *grant)
{
  int64_t marks = pass->rows.marks[row->i] != LW_TAPE_NONE ? pass->rows.marks[row->i] : 0;
  uint32_t brought = ((marks & LW_TAPE_NOTE) != 0 ? (uint32_t)LW_NEED_NOTE : 0) |
                     ((marks & LW_TAPE_EVIDENCE) != 0 ? (uint32_t)LW_NEED_EVIDENCE : 0);
  return grant->needs & ~brought;
}

/* --- budgets that have run dry --- */

size_t lw_pass_dry_most(const struct lw_tape *tape)
{
  return lw_tape_rows(tape) / DRY_SHARE + DRY_LEAST;
}

static void add_dry(struct lw_pass *pass, uint64_t row, uint32_t budget, uint32_t scope)
{
  struct lw_run *run = pass->run;
  const size_t most = lw_pass_dry_most(pass->tape);
  for (size_t i = pass->noted_from; i < run->n_dry; i++) {
    if (run->dry[i].budget == budget && run->dry[i].scope == scope) {
      return;
    }
  }
  if (run->n_dry == most) {
    run->dry_beyond++;
    return;
  }
  if (run->n_dry == run->dry_capacity) {
    size_t capacity = run->dry_capacity * 2 + 1024;
    capacity = capacity < most ? capacity : most;
    struct lw_run_dry *dry = realloc(run->dry, capacity * sizeof *dry);
    if (dry == NULL) {
      pass->failed = true;
      return;
    }
    run->dry = dry;
    run->dry_capacity = capacity;
  }
  run->dry[run->n_dry++] = (struct lw_run_dry){row, budget, scope};
}

/* Whether an empty row of the budget covers what is asked for. */
static bool full_covers(const struct lw_row *row, int64_t limit, int64_t limit_times)
{
  return (limit < 0 || !row->has_amount || row->minor <= limit) &&
         (limit_times < 0 || limit_times >= 1);
}

/* The grant's budgets do not cover the row, and nothing else stands in the way: which of them have
 * run dry. */
static void note_dry(struct lw_pass *pass, const struct lw_row *row, uint32_t person,
                     const struct lw_grant *grant, const uint32_t *scopes)
{
  const size_t own = (size_t)person * pass->policy->n_budgets;
  const int64_t *limits = pass->rules.limits + own;
  const int64_t *times = pass->rules.limit_times + own;
  for (uint32_t i = 0; i < grant->n_draws; i++) {
    if (!full_covers(row, limits[grant->draws[i]], times[grant->draws[i]])) {
      return;
    }
  }
  for (uint32_t i = 0; i < grant->n_draws; i++) {
    uint32_t budget = grant->draws[i];
    const struct lw_spent_parts part = {&budget, &scopes[i], 1, row->at, row->minor};
    if (scopes[i] != NOBODYS &&
        !lw_spent_covers(pass->spent, &part, limits, times, row->has_amount)) {
      uint32_t scope = pass->scopes != NULL
                           ? pass->scopes->scope_of(pass->scopes->user, budget, scopes[i])
                           : scopes[i];
      add_dry(pass, pass->run->n_rows + row->i, budget, scope);
    }
  }
}

/* Whether an amount, a note or evidence is missing, so that full budgets would not help. */
static bool lacks_more(const struct lw_pass *pass, const struct lw_row *row,
                       const struct lw_grant *grant, bool limited)
{
  bool wants_amount = pass->policy->actions[row->action].kind != LW_ACTION_CHANGE;
  return lacking(pass, row, grant) != 0 || (!row->has_amount && limited && wants_amount);
}

/* What is left in the grant's budgets covers it, once more. */
static bool budgets_cover(struct lw_pass *pass, const struct lw_row *row, uint32_t person,
                          const struct lw_grant *grant, uint32_t *scopes, bool *ret_limited)
{
  const struct lw_policy *policy = pass->policy;
  const int64_t *limits = pass->rules.limits + (size_t)person * policy->n_budgets;
  const int64_t *limit_times = pass->rules.limit_times + (size_t)person * policy->n_budgets;
  const struct lw_party party = lw_pass_party_at(pass, person, row->i);
  for (uint32_t i = 0; i < grant->n_draws; i++) {
    scopes[i] = lw_pass_place(pass, grant->draws[i], &party);
    *ret_limited |= limits[grant->draws[i]] >= 0;
    if (scopes[i] == LW_PASS_NO_SCOPE) {
      return false;
    }
  }
  const struct lw_spent_parts parts = {grant->draws, scopes, grant->n_draws, row->at, row->minor};
  bool covers = lw_spent_covers(pass->spent, &parts, limits, limit_times, row->has_amount);
  if (LW_UNLIKELY(!covers && pass->noting) && !lacks_more(pass, row, grant, *ret_limited)) {
    note_dry(pass, row, person, grant, scopes);
  }
  return covers;
}

enum { DRAWS_MAX = 64 };

/* All that the grant wants but what it needs and its budgets. */
static bool grant_fits(struct lw_pass *pass, struct lw_row *row, uint32_t person,
                       const struct lw_grant_rule *rule, bool *ret_limited)
{
  const struct lw_grant *grant = &pass->policy->grants[rule->grant];
  if (rule->timed && !still_fits(pass, row, person, grant)) {
    return false;
  }
  if (rule->up_to.kind == LW_CAP_FIXED && row->has_amount && row->minor > rule->up_to.minor) {
    return false;
  }
  for (uint32_t i = 0; i < rule->n_gates; i++) {
    if (!lw_truth_holds(&pass->bound->persons[person],
                        lw_gate_value(pass, row, person, &rule->gates[i]))) {
      return false;
    }
  }
  int64_t up_to = cap_of(pass, row, person, &rule->up_to);
  row->cap = row->cap == -2 ? cap_of(pass, row, person, &row->rules->at_most) : row->cap;
  if (up_to < 0 || row->cap < 0) {
    return false;
  }
  int64_t most = up_to < row->cap ? up_to : row->cap;
  *ret_limited = most != INT64_MAX;
  return !row->has_amount || row->minor <= most;
}

static bool grant_covers(struct lw_pass *pass, struct lw_row *row, uint32_t person,
                         const struct lw_grant_rule *rule, uint32_t *scopes)
{
  const struct lw_grant *grant = &pass->policy->grants[rule->grant];
  bool limited = false;
  return grant_fits(pass, row, person, rule, &limited) &&
         budgets_cover(pass, row, person, grant, scopes, &limited) &&
         (row->has_amount || !limited ||
          pass->policy->actions[row->action].kind == LW_ACTION_CHANGE);
}

/* The first grant that covers the row for this person; NULL: none. ret_lacking (NULL: what a grant
 * needs is not asked for) tells whether one would but for a note or evidence. */
static const struct lw_grant_rule *find_grant(struct lw_pass *pass, struct lw_row *row,
                                              uint32_t person, uint32_t *scopes, bool *ret_lacking)
{
  const struct lw_action_rules *rules = row->rules;
  bool told = pass->told != NULL && person == lw_pass_code(pass, AT_PERSON, row->i);
  const uint64_t *own =
      told ? &pass->told->own[row->i] : &rules->person_words[(size_t)person * rules->n_words];
  for (uint32_t w = rules->first_grant_bit / 64; w < rules->n_words; w++) {
    uint64_t left = row->words[w] & own[w];
    left &= w == rules->first_grant_bit / 64 ? ~UINT64_C(0) << rules->first_grant_bit % 64
                                             : ~UINT64_C(0);
    for (; left != 0; left &= left - 1) {
      uint32_t number = w * 64 + (uint32_t)__builtin_ctzll(left) - rules->first_grant_bit;
      if (number >= rules->n_grants) {
        return NULL;
      }
      const struct lw_grant_rule *rule = &rules->grants[number];
      const struct lw_grant *grant = &pass->policy->grants[rule->grant];
      if (!grant_covers(pass, row, person, rule, scopes)) {
        continue;
      }
      if (ret_lacking == NULL || grant->needs == 0 || lacking(pass, row, grant) == 0) {
        return rule;
      }
      *ret_lacking = true;
    }
  }
  return NULL;
}

/* The same for the row's own person, whose empty budgets are noted unless another grant covers it.
 */
static const struct lw_grant_rule *find_own_grant(struct lw_pass *pass, struct lw_row *row,
                                                  uint32_t person, uint32_t *scopes,
                                                  bool *ret_lacking)
{
  struct lw_run *run = pass->run;
  uint64_t beyond = run->dry_beyond;
  pass->noting = true;
  pass->noted_from = run->n_dry;
  const struct lw_grant_rule *rule = find_grant(pass, row, person, scopes, ret_lacking);
  pass->noting = false;
  if (rule != NULL) {
    run->n_dry = pass->noted_from;
    run->dry_beyond = beyond;
  }
  return rule;
}

/* --- routes --- */

static bool add_answerer(struct lw_answerers *list, uint32_t person)
{
  uint32_t *persons = realloc(list->persons, ((size_t)list->count + 1) * sizeof *persons);
  if (persons == NULL) {
    return false;
  }
  list->persons = persons;
  persons[list->count++] = person;
  return true;
}

static bool know_answerers(struct lw_pass *pass, const struct lw_who *who, lw_str team,
                           struct lw_answerers *list)
{
  const struct lw_directory *people = pass->bound->people;
  bool known = true;
  list->known = true;
  if (people == NULL) {
    uint64_t choices = lw_assumed_count(who);
    for (uint64_t i = 0; known && i < choices; i++) {
      struct lw_actor actor;
      lw_assumed_choose(pass->frame, who, team, i, &actor);
      uint32_t person = lw_bound_add_person(pass->bound, &actor);
      known =
          person != UINT32_MAX && lw_rules_know_persons(&pass->rules) && add_answerer(list, person);
    }
    return known && (pass->scopes != NULL || reserve(pass));
  }
  for (uint32_t i = 0; known && i < people->count; i++) {
    uint32_t person = pass->bound->first_of_people + i;
    const struct lw_bound_person *bound = &pass->bound->persons[person];
    if (lw_who_fits(who, &bound->actor, bound->tier, team, INT64_MIN)) {
      known = add_answerer(list, person);
    }
  }
  return known;
}

static struct lw_answerers *answerers_of(struct lw_pass *pass, uint32_t route, uint32_t level,
                                         uint32_t person)
{
  uint32_t team = pass->rules.briefs[person].team;
  const struct lw_who *who = &pass->frame->routes[route].levels[level].who;
  struct lw_answerers *list =
      &pass->answerers[(size_t)(pass->first_level[route] + level) * pass->n_teams + team];
  if (!list->known && !know_answerers(pass, who, pass->bound->persons[person].actor.team, list)) {
    pass->failed = true;
  }
  return list;
}

/* Somebody else who fits at that moment. */
static bool may_answer(const struct lw_pass *pass, const struct lw_row *row,
                       const struct lw_who *who, uint32_t asker, uint32_t person)
{
  const struct lw_person_brief *from = &pass->rules.briefs[asker];
  const struct lw_person_brief *to = &pass->rules.briefs[person];
  if (to->agent != 0 && to->agent == from->agent) {
    return false;
  }
  const struct lw_bound_person *persons = pass->bound->persons;
  return !to->timed || lw_who_fits(who, &persons[person].actor, persons[person].tier,
                                   persons[asker].actor.team, row->at);
}

static bool level_could(struct lw_pass *pass, struct lw_row *row, uint32_t route, uint32_t level,
                        uint32_t asker, bool must_grant)
{
  uint32_t scopes[DRAWS_MAX];
  const struct lw_who *who = &pass->frame->routes[route].levels[level].who;
  struct lw_answerers *list = answerers_of(pass, route, level, asker);
  for (uint32_t k = 0; k < list->count; k++) {
    uint32_t at = (list->last + k) % list->count;
    if (may_answer(pass, row, who, asker, list->persons[at]) &&
        (!must_grant || find_grant(pass, row, list->persons[at], scopes, NULL) != NULL)) {
      list->last = at;
      return true;
    }
  }
  return false;
}

static bool route_covers(const struct lw_route *route, uint32_t action)
{
  for (uint32_t i = 0; i < route->n_actions; i++) {
    if (route->actions[i] == action) {
      return true;
    }
  }
  return route->n_actions == 0;
}

static bool any_route(struct lw_pass *pass, struct lw_row *row, uint32_t asker)
{
  for (uint32_t r = 0; r < pass->policy->n_routes; r++) {
    const struct lw_route *route = &pass->policy->routes[r];
    for (uint32_t l = 0; route_covers(route, row->action) && l < route->n_levels; l++) {
      if (level_could(pass, row, r, l, asker, true)) {
        return true;
      }
    }
  }
  return false;
}

/* --- rails --- */

static bool bit(const uint64_t *words, uint32_t at)
{
  return (words[at / 64] >> (at % 64) & 1) != 0;
}

static bool has_somebody(struct lw_pass *pass, struct lw_row *row, uint32_t route, uint32_t asker)
{
  bool found = pass->bound->people == NULL;
  for (uint32_t l = 0; !found && l < pass->policy->routes[route].n_levels; l++) {
    found = level_could(pass, row, route, l, asker, false);
  }
  return found;
}

/* Whether the rail is anything but false for that person; *ret_holds: whether it is true. */
static bool rail_stands(struct lw_pass *pass, struct lw_row *row, uint32_t person, uint32_t number,
                        bool *ret_holds)
{
  const struct lw_action_rules *rules = row->rules;
  const struct lw_rail_rule *rule = &rules->rails[number];
  const uint64_t *own = &rules->person_words[(size_t)person * rules->n_words];
  uint32_t true_bit = 1 + rules->n_rails + number;
  bool not_false = bit(row->words, 1 + number) && bit(own, 1 + number);
  bool holds = bit(row->words, true_bit) && bit(own, true_bit);
  for (uint32_t g = 0; not_false && g < rule->n_gates; g++) {
    struct lw_val value = lw_gate_value(pass, row, person, &rule->gates[g]);
    not_false = value.kind != LW_V_BOOL || value.as.boolean;
    holds = holds && value.kind == LW_V_BOOL && value.as.boolean;
  }
  *ret_holds = not_false && holds;
  return not_false;
}

/* False: this rail does not stand in the way. */
static bool try_rail(struct lw_pass *pass, struct lw_row *row, uint32_t person, uint32_t number,
                     uint8_t *ret_verdict)
{
  bool holds = false;
  if (!rail_stands(pass, row, person, number, &holds)) {
    return false;
  }
  uint32_t route = holds ? pass->policy->rails[row->rules->rails[number].rail].route : UINT32_MAX;
  bool asks = route != UINT32_MAX && has_somebody(pass, row, route, person);
  *ret_verdict = asks ? LW_REPLAYED_ASK : LW_REPLAYED_REFUSED;
  return true;
}

/* False: no rail stands in the way. */
static bool try_rails(struct lw_pass *pass, struct lw_row *row, uint32_t person,
                      uint8_t *ret_verdict)
{
  for (uint32_t r = 0; r < row->rules->n_rails; r++) {
    if (try_rail(pass, row, person, r, ret_verdict)) {
      return true;
    }
  }
  return false;
}

/* --- one row --- */

/* by_amount: what is asked for is the request's own amount. */
static void fill_words(const struct lw_pass *pass, struct lw_row *row, bool by_amount)
{
  const struct lw_action_rules *rules = row->rules;
  uint32_t n_words = rules->n_words;
  const uint64_t *amount = by_amount ? rules->amount_words : NULL;
  amount = amount != NULL ? amount + (size_t)lw_pass_code(pass, AT_AMOUNT, row->i) * n_words : NULL;
  if (by_amount && pass->told != NULL) {
    row->words[0] = pass->told->words[row->i];
    return;
  }
  for (uint32_t w = 0; w < n_words; w++) {
    row->words[w] = amount != NULL ? amount[w] : ~UINT64_C(0);
  }
  for (uint32_t m = 0; m < rules->n_masks; m++) {
    const uint64_t *mask = rules->masks[m].words +
                           (size_t)lw_pass_code(pass, rules->masks[m].column, row->i) * n_words;
    for (uint32_t w = 0; w < n_words; w++) {
      row->words[w] &= mask[w];
    }
  }
}

/* A fact's value where no table has it. */
static struct lw_val fact_at(struct lw_pass *pass, const struct lw_row *row, uint32_t slot)
{
  const struct lw_slot_source *source = &pass->bound->sources[slot];
  if (source->origin == LW_ORIGIN_PARTS) {
    lw_arena_reset(&pass->rules.scratch);
    return lw_gate_joined(pass, row, slot);
  }
  return lw_bound_value(pass->bound, slot,
                        lw_pass_code(pass, pass->rules.column_index[source->column], row->i));
}

/* Some fact that the policy declares does not fit; only asked when any value of the tape may not.
 */
static bool has_faulty_fact(struct lw_pass *pass, const struct lw_row *row)
{
  for (uint32_t f = 0; f < pass->policy->n_facts; f++) {
    uint32_t slot = pass->policy->facts[f].slot;
    if (pass->bound->sources[slot].faulty && fact_at(pass, row, slot).kind == LW_V_ERROR) {
      return true;
    }
  }
  return false;
}

/* The facts that the action wants are there. */
static bool has_facts(struct lw_pass *pass, const struct lw_row *row)
{
  const struct lw_policy *policy = pass->policy;
  const struct lw_action *action = &policy->actions[row->action];
  bool has = (row->words[0] & 1) != 0;
  for (uint32_t i = 0; has && row->rules->wants_parts && i < action->n_wanted; i++) {
    uint32_t slot = policy->facts[action->wanted[i]].slot;
    has = pass->bound->sources[slot].origin != LW_ORIGIN_PARTS ||
          fact_at(pass, row, slot).kind != LW_V_ABSENT;
  }
  return has;
}

static bool begin_row(struct lw_pass *pass, uint32_t i, struct lw_row *row)
{
  const struct lw_bound *bound = pass->bound;
  int64_t minor = bound->amounts[lw_pass_code(pass, AT_AMOUNT, i)];
  row->i = i;
  row->at = pass->rows.at[i];
  row->cap = pass->told != NULL && pass->told->capped ? pass->told->caps[i] : -2;
  row->action = bound->actions[lw_pass_code(pass, AT_ACTION, i)];
  row->has_amount = minor != LW_TAPE_NONE;
  row->minor = row->has_amount ? minor : 0;
  if (row->action == UINT32_MAX || minor == LW_BOUND_FAULTY ||
      pass->rules.briefs[lw_pass_code(pass, AT_PERSON, i)].faulty ||
      bound->reason_faulty[lw_pass_code(pass, AT_REASON, i)] ||
      bound->channel_faulty[lw_pass_code(pass, AT_CHANNEL, i)] ||
      (!row->has_amount && pass->policy->actions[row->action].kind == LW_ACTION_MONEY)) {
    return false;
  }
  row->rules = &pass->rules.actions[row->action];
  return !bound->faulty_facts || !has_faulty_fact(pass, row);
}

static void draw(struct lw_pass *pass, const struct lw_row *row, const struct lw_grant *grant,
                 const uint32_t *scopes)
{
  const struct lw_spent_parts parts = {grant->draws, scopes, grant->n_draws, row->at, row->minor};
  if (pass->scopes != NULL) {
    return;
  }
  pass->failed |= !lw_spent_draw_parts(pass->spent, &parts);
}

static uint8_t decide(struct lw_pass *pass, uint32_t i, uint16_t *ret_grant)
{
  struct lw_row row;
  uint32_t scopes[DRAWS_MAX];
  uint8_t verdict = LW_REPLAYED_FAULTY;
  bool needs = false;
  uint32_t person = lw_pass_code(pass, AT_PERSON, i);
  if (!begin_row(pass, i, &row)) {
    return LW_REPLAYED_FAULTY;
  }
  fill_words(pass, &row, true);
  if (row.rules->n_rails != 0 && try_rails(pass, &row, person, &verdict)) {
    return verdict;
  }
  if (!has_facts(pass, &row)) {
    return LW_REPLAYED_FAULTY;
  }
  const struct lw_grant_rule *rule = find_own_grant(pass, &row, person, scopes, &needs);
  bool waits = pass->policy->asks_unread && lw_tape_has(pass->rows.marks[i], LW_TAPE_UNREAD);
  if (rule != NULL && !waits) {
    draw(pass, &row, &pass->policy->grants[rule->grant], scopes);
    *ret_grant = (uint16_t)(rule->grant + 1);
    return LW_REPLAYED_GRANTED;
  }
  return !needs && any_route(pass, &row, person) ? LW_REPLAYED_ASK : LW_REPLAYED_REFUSED;
}

/* The lane decided the row, and found that these grants' budgets do not cover it. */
static void note_row(void *user, uint32_t i, const uint16_t *grants, uint32_t count)
{
  struct lw_pass *pass = user;
  struct lw_row row;
  uint32_t scopes[DRAWS_MAX];
  uint32_t person = lw_pass_code(pass, AT_PERSON, i);
  const int64_t *limits = pass->rules.limits + (size_t)person * pass->policy->n_budgets;
  const struct lw_party party = lw_pass_party_at(pass, person, i);
  pass->noted_from = pass->run->n_dry;
  bool read = begin_row(pass, i, &row);
  for (uint32_t g = 0; read && g < count; g++) {
    const struct lw_grant *grant = &pass->policy->grants[grants[g]];
    bool limited = false;
    bool scoped = true;
    for (uint32_t d = 0; d < grant->n_draws; d++) {
      scopes[d] = lw_pass_place(pass, grant->draws[d], &party);
      scoped &= scopes[d] != LW_PASS_NO_SCOPE;
      limited |= limits[grant->draws[d]] >= 0;
    }
    if (scoped && !lacks_more(pass, &row, grant, limited)) {
      note_dry(pass, &row, person, grant, scopes);
    }
  }
}

/* --- what the lane asks --- */

static bool tell_rail(void *user, uint32_t i, uint32_t rail, uint8_t *ret_verdict)
{
  struct lw_pass *pass = user;
  struct lw_row row;
  if (!begin_row(pass, i, &row)) {
    return false;
  }
  fill_words(pass, &row, true);
  return try_rail(pass, &row, lw_pass_code(pass, AT_PERSON, i), rail, ret_verdict);
}

static bool tell_grant(void *user, uint32_t i, uint32_t person, uint32_t grant)
{
  struct lw_pass *pass = user;
  struct lw_row row;
  bool limited = false;
  return begin_row(pass, i, &row) &&
         grant_fits(pass, &row, person, &row.rules->grants[grant], &limited);
}

/* --- what became of rows --- */

/* Only of those before row i of the block: others are not decided yet. */
static bool request_at(const struct lw_pass *pass, uint32_t i, int64_t seq, uint64_t *ret_row)
{
  return lw_tape_find_seq(pass->tape, pass->run->n_rows + i, seq, ret_row);
}

/* Rails without `ask` hold for everybody; one with `ask` is the approver's to cross. */
static bool hard_rail_stops(struct lw_pass *pass, struct lw_row *row, uint32_t person)
{
  const struct lw_action_rules *rules = row->rules;
  for (uint32_t r = 0; r < rules->n_rails; r++) {
    bool holds = false;
    if (pass->policy->rails[rules->rails[r].rail].route == UINT32_MAX &&
        rail_stands(pass, row, person, r, &holds)) {
      return true;
    }
  }
  return false;
}

/* An approver's yes, as it was: it counts where the request still asks and the approver's own
 * grants still cover it. A grant that came of nobody's answer (a route's `otherwise`) is the
 * agent's own. */
static uint8_t answer(struct lw_pass *pass, uint32_t i, uint16_t *ret_grant)
{
  struct lw_row row;
  uint32_t scopes[DRAWS_MAX];
  uint64_t asked = 0;
  bool needs = false;
  uint32_t approver = lw_pass_code(pass, AT_PERSON, i);
  int64_t of = lw_tape_number(pass->tape, LW_TAPE_OF, pass->run->n_rows + i);
  int64_t minor = lw_tape_number(pass->tape, LW_TAPE_MINOR, pass->run->n_rows + i);
  if (!request_at(pass, i, of, &asked) || pass->run->verdicts[asked] != LW_REPLAYED_ASK ||
      !begin_row(pass, i, &row)) {
    return LW_REPLAYED_NOTHING;
  }
  row.has_amount = minor != LW_TAPE_NONE;
  row.minor = row.has_amount ? minor : 0;
  fill_words(pass, &row, false);
  uint32_t asker = lw_tape_code_at(pass->tape, LW_TAPE_PERSON, asked);
  if (hard_rail_stops(pass, &row, asker) || hard_rail_stops(pass, &row, approver) ||
      !has_facts(pass, &row)) {
    return LW_REPLAYED_UNANSWERED;
  }
  const struct lw_grant_rule *rule = asker != approver
                                         ? find_own_grant(pass, &row, approver, scopes, &needs)
                                         : find_grant(pass, &row, approver, scopes, &needs);
  if (rule != NULL) {
    draw(pass, &row, &pass->policy->grants[rule->grant], scopes);
    *ret_grant = (uint16_t)(rule->grant + 1);
    return LW_REPLAYED_ANSWERED;
  }
  return asker == approver ? LW_REPLAYED_ANSWERED : LW_REPLAYED_UNANSWERED;
}

/* What a row has drawn by now, where that is not its amount any more. */
static int64_t *drawn_by(struct lw_pass *pass, uint64_t row, int64_t minor)
{
  uint32_t number = number_of_pair(pass, &pass->part_numbers, 1, (uint32_t)row);
  if (number == LW_PASS_NO_SCOPE) {
    return NULL;
  }
  if (number <= pass->n_parts) {
    return &pass->parts[number - 1].minor;
  }
  if (pass->n_parts == pass->parts_capacity) {
    size_t capacity = pass->parts_capacity * 2 + 64;
    struct lw_drawn_part *parts = realloc(pass->parts, capacity * sizeof *parts);
    if (parts == NULL) {
      pass->failed = true;
      return NULL;
    }
    pass->parts = parts;
    pass->parts_capacity = capacity;
  }
  pass->parts[pass->n_parts] = (struct lw_drawn_part){minor};
  return &pass->parts[pass->n_parts++].minor;
}

/* Some or all of what a row drew goes back to the budgets that it was drawn from. */
static void give_back(struct lw_pass *pass, uint64_t row, int64_t minor, int64_t times)
{
  const struct lw_grant *grant = &pass->policy->grants[pass->run->grants[row] - 1];
  const struct lw_party party =
      lw_pass_party(pass, lw_tape_code_at(pass->tape, LW_TAPE_PERSON, row),
                    lw_tape_code_at(pass->tape, LW_TAPE_CUSTOMER, row),
                    lw_tape_code_at(pass->tape, LW_TAPE_CASE, row));
  lw_usec at = lw_tape_number(pass->tape, LW_TAPE_AT, row);
  for (uint32_t i = 0; i < grant->n_draws; i++) {
    uint32_t scope = lw_pass_place(pass, grant->draws[i], &party);
    if (scope != LW_PASS_NO_SCOPE && scope != NOBODYS) {
      lw_spent_give_back(pass->spent, grant->draws[i], scope, at, minor, times);
    }
  }
}

/* A hold came to less than was set aside, or a decision was taken back. */
static void take_back(struct lw_pass *pass, uint32_t i)
{
  uint64_t row = 0;
  int64_t of = lw_tape_number(pass->tape, LW_TAPE_OF, pass->run->n_rows + i);
  if (!request_at(pass, i, of, &row) || pass->run->grants[row] == 0) {
    return;
  }
  int64_t asked_minor = pass->bound->amounts[lw_tape_code_at(pass->tape, LW_TAPE_AMOUNT, row)];
  int64_t granted = pass->run->verdicts[row] == LW_REPLAYED_ANSWERED
                        ? lw_tape_number(pass->tape, LW_TAPE_MINOR, row)
                        : asked_minor;
  int64_t *drawn = drawn_by(pass, row, granted > 0 ? granted : 0);
  if (drawn == NULL) {
    return;
  }
  bool undone = pass->rows.kind[i] == LW_TAPE_UNDONE;
  int64_t left = undone ? 0 : lw_tape_number(pass->tape, LW_TAPE_MINOR, pass->run->n_rows + i);
  if (undone || (left >= 0 && left < *drawn)) {
    if (pass->scopes == NULL) {
      give_back(pass, row, *drawn - left, undone ? 1 : 0);
    } else {
      pass->scopes->give_back(pass->scopes->user, pass->run->n_rows + i, row, *drawn - left,
                              undone ? 1 : 0);
    }
    *drawn = left;
  }
}

static uint8_t follow(struct lw_pass *pass, uint32_t i, uint16_t *ret_grant)
{
  switch ((enum lw_tape_kind)pass->rows.kind[i]) {
  case LW_TAPE_REQUEST: return decide(pass, i, ret_grant);
  case LW_TAPE_ANSWERED: return answer(pass, i, ret_grant);
  case LW_TAPE_CONFIRMED:
  case LW_TAPE_UNDONE: take_back(pass, i); break;
  case LW_TAPE_CLOSED: break;
  }
  return LW_REPLAYED_NOTHING;
}

/* --- blocks --- */

static void read_block(struct lw_pass *pass, uint64_t first, uint32_t count)
{
  pass->rows.count = count;
  pass->moments_read = false;
  for (uint32_t c = 0; c < pass->rules.n_columns; c++) {
    if (c == AT_CASE && !pass->by_case && !pass->rules.reads_case) {
      continue; /* nearly every row has another one: they are not read for nothing */
    }
    lw_tape_read_codes(pass->tape, pass->rules.columns[c], first, count,
                       pass->rows.cells + (size_t)c * STRIDE);
  }
  lw_tape_read_numbers(pass->tape, LW_TAPE_AT, first, count, pass->rows.at);
  lw_tape_read_numbers(pass->tape, LW_TAPE_KIND, first, count, pass->rows.kind);
  lw_tape_read_numbers(pass->tape, LW_TAPE_MARKS, first, count, pass->rows.marks);
}

static void run_block(struct lw_pass *pass, uint64_t first, uint32_t count)
{
  uint8_t *verdicts = pass->run->verdicts + first;
  uint16_t *grants = pass->run->grants + first;
  read_block(pass, first, count);
  if (pass->lane != NULL) {
    lw_words_tell(pass->words, &pass->rows, &pass->told_of);
    lw_lane_begin(pass->lane);
    pass->told = &pass->told_of;
  }
  for (uint32_t i = 0; i < count; i++) {
    i = pass->lane != NULL ? lw_lane_run(pass->lane, i, verdicts, grants) : i;
    if (i < count) {
      grants[i] = 0;
      verdicts[i] = follow(pass, i, &grants[i]);
      pass->run->slow_rows++;
    }
  }
  pass->failed |= pass->lane != NULL && lw_lane_failed(pass->lane);
}

/* --- the whole --- */

/* True where there is nothing to make, too. */
static bool make_lane(struct lw_pass *pass)
{
  if (pass->rules.tables == NULL) {
    return true;
  }
  pass->words = lw_words_create(pass->bound, &pass->rules);
  const struct lw_lane_of of = {.bound = pass->bound,
                                .rules = &pass->rules,
                                .spent = pass->spent,
                                .words = pass->words,
                                .answerers = pass->answerers,
                                .first_level = pass->first_level,
                                .n_teams = pass->n_teams,
                                .block = &pass->rows,
                                .told = &pass->told_of,
                                .rail_stands = tell_rail,
                                .grant_fits = tell_grant,
                                .note_dry = note_row,
                                .user = pass};
  pass->lane = pass->words != NULL ? lw_lane_create(&of) : NULL;
  return pass->lane != NULL;
}

/* What ties policy and past together. */
static bool make_ties(struct lw_pass *pass)
{
  const struct lw_policy *policy = pass->policy;
  if (pass->like != NULL) {
    pass->pairs = pass->like->pairs;
    pass->first_level = pass->like->first_level;
    pass->answerers = pass->like->answerers;
    pass->n_levels = pass->like->n_levels;
    pass->n_teams = pass->like->n_teams;
    return true;
  }
  pass->pairs = calloc(policy->n_budgets + 1, sizeof *pass->pairs);
  pass->first_level = calloc(policy->n_routes + 1, sizeof *pass->first_level);
  for (uint32_t r = 0; pass->first_level != NULL && r < policy->n_routes; r++) {
    pass->first_level[r] = pass->n_levels;
    pass->n_levels += policy->routes[r].n_levels;
  }
  /* Assumed people may bring teams that no row has: they ask nobody. */
  pass->n_teams = pass->bound->n_teams;
  pass->answerers = calloc((size_t)pass->n_levels * pass->n_teams + 1, sizeof *pass->answerers);
  return pass->pairs != NULL && pass->first_level != NULL && pass->answerers != NULL;
}

static bool prepare(struct lw_pass *pass)
{
  const struct lw_policy *policy = pass->policy;
  struct lw_window *windows = calloc(policy->n_budgets + 1, sizeof *windows);
  pass->rows.cells = calloc((size_t)pass->rules.n_columns * STRIDE, sizeof *pass->rows.cells);
  for (uint32_t b = 0; windows != NULL && b < policy->n_budgets; b++) {
    const struct lw_budget *budget = &policy->budgets[b];
    windows[b] = budget->window;
    LW_ASSERT(budget->n_per >= 1);
    for (uint32_t part = 0; part < budget->n_per; part++) {
      pass->by_case |= budget->per[part] == LW_SCOPE_CASE;
    }
  }
  pass->spent = windows != NULL ? lw_spent_create(windows, policy->n_budgets, policy->zone,
                                                  lw_tape_backstep(pass->tape))
                                : NULL;
  free(windows);
  return make_ties(pass) && pass->rows.cells != NULL && pass->spent != NULL;
}

static void finish_ties(struct lw_pass *pass)
{
  for (uint32_t b = 0; pass->pairs != NULL && b < pass->policy->n_budgets; b++) {
    free(pass->pairs[b].keys);
    free(pass->pairs[b].numbers);
  }
  free(pass->pairs);
  free(pass->first_level);
  for (size_t i = 0; pass->answerers != NULL && i < (size_t)pass->n_levels * pass->n_teams; i++) {
    free(pass->answerers[i].persons);
    free(pass->answerers[i].words);
  }
  free(pass->answerers);
}

static void finish(struct lw_pass *pass)
{
  if (pass->like == NULL) {
    finish_ties(pass);
  }
  free(pass->rows.cells);
  free(pass->parts);
  free(pass->part_numbers.keys);
  free(pass->part_numbers.numbers);
  lw_lane_destroy(pass->lane);
  lw_words_destroy(pass->words);
  lw_spent_destroy(pass->spent);
}

static enum lw_code run_blocks(struct lw_pass *pass, const struct lw_run_options *options,
                               struct lw_error *err)
{
  uint64_t rows = lw_tape_rows(pass->tape);
  struct lw_run *run = pass->run;
  run->verdicts = malloc(rows + 1);
  run->grants = malloc((rows + 1) * sizeof *run->grants);
  if (run->verdicts == NULL || run->grants == NULL || !prepare(pass) || !reserve(pass) ||
      !make_lane(pass)) {
    return lw_fail(err, LW_NO_MEMORY, "out of memory for replaying");
  }
  while (run->n_rows < rows) {
    uint64_t left = rows - run->n_rows;
    uint32_t count = left < BLOCK ? (uint32_t)left : BLOCK;
    run_block(pass, run->n_rows, count);
    run->n_rows += count;
    if (pass->failed) {
      return lw_fail(err, LW_NO_MEMORY, "out of memory for replaying");
    }
    if (options != NULL && options->progress != NULL &&
        !options->progress(options->user, run->n_rows, rows)) {
      return lw_fail(err, LW_BUSY, "stopped");
    }
  }
  return LW_OK;
}

static enum lw_code make_rules(struct lw_pass *pass, struct lw_error *err)
{
  const struct lw_policy *policy = pass->policy;
  enum lw_code rc = lw_rules_init(&pass->rules, pass->bound, policy, err);
  for (uint32_t g = 0; rc == LW_OK && g < policy->n_grants; g++) {
    if (policy->grants[g].n_draws > DRAWS_MAX) {
      rc = lw_fail(err, LW_LIMIT, "grant \"%.*s\" draws on more than %d budgets",
                   LW_FMT(policy->grants[g].id), DRAWS_MAX);
    }
  }
  return rc;
}

enum lw_code lw_run_all(const struct lw_policy *policy, const struct lw_tape *tape,
                        const struct lw_directory *people, const struct lw_run_options *options,
                        struct lw_run *ret_run, struct lw_error *err)
{
  struct lw_bound bound;
  struct lw_pass *pass = calloc(1, sizeof *pass);
  *ret_run = (struct lw_run){.n_rows = 0};
  if (pass == NULL) {
    return lw_fail(err, LW_NO_MEMORY, "out of memory for replaying");
  }
  *pass = (struct lw_pass){
      .policy = policy, .frame = policy, .tape = tape, .bound = &bound, .run = ret_run};
  enum lw_code rc = lw_bound_init(&bound, policy, tape, people, err);
  const struct lw_lift *lift = options != NULL ? options->lift : NULL;
  if (rc == LW_OK && lift != NULL && !lw_bound_lift(&bound, lift)) {
    rc = lw_fail(err, LW_NO_MEMORY, "out of memory for replaying");
  }
  rc = rc == LW_OK ? make_rules(pass, err) : rc;
  rc = rc == LW_OK ? run_blocks(pass, options, err) : rc;
  finish(pass);
  lw_rules_finish(&pass->rules);
  lw_bound_finish(&bound);
  free(pass);
  if (rc != LW_OK) {
    lw_run_finish(ret_run);
  }
  return rc;
}

/* --- from the inside --- */

struct lw_pass *lw_pass_create(const struct lw_policy *policy, const struct lw_tape *tape,
                               struct lw_bound *bound, const struct lw_pass *like,
                               struct lw_error *err)
{
  struct lw_pass *pass = calloc(1, sizeof *pass);
  if (pass == NULL) {
    (void)lw_fail(err, LW_NO_MEMORY, "out of memory for replaying");
    return NULL;
  }
  *pass = (struct lw_pass){.policy = policy,
                           .frame = like != NULL ? like->frame : policy,
                           .tape = tape,
                           .bound = bound,
                           .like = like};
  enum lw_code rc = make_rules(pass, err);
  if (rc == LW_OK && !prepare(pass)) {
    rc = lw_fail(err, LW_NO_MEMORY, "out of memory for replaying");
  }
  if (rc != LW_OK) {
    lw_pass_destroy(pass);
    return NULL;
  }
  return pass;
}

void lw_pass_destroy(struct lw_pass *pass)
{
  if (pass != NULL) {
    finish(pass);
    lw_rules_finish(&pass->rules);
    free(pass);
  }
}

bool lw_pass_know_answerers(struct lw_pass *pass)
{
  const struct lw_policy *policy = pass->policy;
  uint32_t codes = lw_bound_codes(pass->bound, LW_TAPE_PERSON);
  for (uint32_t person = 0; person < codes; person++) {
    for (uint32_t r = 0; r < policy->n_routes && !pass->failed; r++) {
      for (uint32_t l = 0; l < policy->routes[r].n_levels; l++) {
        (void)answerers_of(pass, r, l, person);
      }
    }
  }
  return !pass->failed && lw_rules_know_persons(&pass->rules);
}

void lw_pass_read(struct lw_pass *pass, uint64_t first, uint32_t count)
{
  pass->run->n_rows = first;
  read_block(pass, first, count);
}

uint8_t lw_pass_follow(struct lw_pass *pass, uint32_t i, uint16_t *ret_grant)
{
  *ret_grant = 0;
  return follow(pass, i, ret_grant);
}

uint32_t lw_pass_words(struct lw_pass *pass, uint32_t i, uint64_t *ret_words)
{
  struct lw_row row;
  if (!begin_row(pass, i, &row)) {
    return UINT32_MAX;
  }
  fill_words(pass, &row, false);
  memcpy(ret_words, row.words, row.rules->n_words * sizeof *ret_words);
  return row.action;
}

void lw_run_finish(struct lw_run *run)
{
  free(run->verdicts);
  free(run->grants);
  free(run->dry);
  *run = (struct lw_run){.n_rows = 0};
}
