/* The order of SPEC section 3: rails, then required facts, then grants, then routes. The fast path
 * (granted) makes no words; words are made only for an answer that is not `granted`, after the
 * verdict is known. */
#include "policy/decide.h"

#include "base/bounds.h"
#include "base/check.h"
#include "policy/assumed.h"
#include "policy/reach.h"
#include "policy/who.h"

#define DEFAULT_INSTEAD "Say what you can do and by when, and hand the case to your lead."

struct lw_decider *lw_decider_create(const struct lw_policy *policy, struct lw_rows *rows,
                                     const struct lw_directory *people,
                                     const struct lw_allocator *allocator)
{
  const struct lw_allocator *memory = allocator != NULL ? allocator : lw_allocator_default();
  struct lw_decider *decider = memory->alloc(memory->user, sizeof *decider);
  if (decider == NULL) {
    return NULL;
  }
  *decider =
      (struct lw_decider){.policy = policy, .rows = rows, .people = people, .allocator = memory};
  decider->words.allocator = memory;
  lw_arena_init(&decider->scratch, memory, LW_REQUEST_BYTES_MAX);
  lw_arena_init(&decider->aside, memory, LW_REQUEST_BYTES_MAX);
  decider->vm = lw_vm_create(memory, policy->zones, policy->currency);
  if (decider->vm == NULL) {
    lw_decider_destroy(decider);
    return NULL;
  }
  return decider;
}

void lw_decider_destroy(struct lw_decider *decider)
{
  if (decider != NULL) {
    lw_staffing_finish(&decider->staffing);
    lw_vm_destroy(decider->vm);
    lw_buf_finish(&decider->words);
    lw_arena_finish(&decider->aside);
    lw_arena_finish(&decider->scratch);
    decider->allocator->release(decider->allocator->user, decider);
  }
}

void lw_decider_reset(struct lw_decider *decider)
{
  lw_arena_reset(&decider->scratch);
}

void lw_decider_set_rows(struct lw_decider *decider, struct lw_rows *rows)
{
  decider->rows = rows;
}

struct lw_arena *lw_decider_arena(struct lw_decider *decider)
{
  return &decider->scratch;
}

/* --- words --- */

struct words {
  struct lw_because *items;
  size_t count;
  size_t capacity;
};

static void add_because(struct lw_party *party, struct words *words, lw_str rule, lw_str failed)
{
  struct lw_because *items =
      lw_arena_grow(&party->decider->scratch, words->items, words->count, &words->capacity,
                    words->count + 1, sizeof *items, _Alignof(struct lw_because));
  if (items != NULL && failed.len != 0) {
    words->items = items;
    items[words->count++] = (struct lw_because){rule, failed};
  }
}

/* Room for as many at once, in place of growing to them. */
static void reserve_words(struct lw_party *party, struct words *words, uint32_t count)
{
  size_t need = words->count + (count < LW_BECAUSE_MAX ? count : LW_BECAUSE_MAX) + 1;
  struct lw_because *items =
      lw_arena_grow(&party->decider->scratch, words->items, words->count, &words->capacity, need,
                    sizeof *items, _Alignof(struct lw_because));
  words->items = items != NULL ? items : words->items;
}

static void add_needs(struct lw_party *party, const struct lw_reach *reach, struct lw_texts *needs)
{
  struct lw_arena *scratch = &party->decider->scratch;
  if (reach->shortfall == LW_NO_SCOPE) {
    lw_texts_add(scratch, needs, lw_scope_word(reach->scope));
  } else if (reach->shortfall == LW_REACHES && !reach->out_of_times &&
             !party->request->has_amount && !lw_reach_covers(reach, false, 0)) {
    lw_texts_add(scratch, needs, LW_STR("amount")); /* the grant has a limit to compare it with */
  } else if (reach->shortfall == LW_NOT_THE_CASE || reach->shortfall == LW_NO_AMOUNT_TOLD) {
    lw_unknown_names(party->decider->policy, scratch, reach->value, needs);
  }
}

/* What a look at two numbers says: not when it is for other tiers, or for less. Covering_grant
 * looks no further at such a grant. */
static bool may_cover(const struct lw_party *party, const struct lw_action *action, uint32_t index)
{
  const struct lw_request *request = party->request;
  return (action->grant_tiers[index] & party->tiers) != 0 &&
         !(request->has_amount && request->amount_minor > action->grant_most[index]);
}

/* For each grant of the action: which part failed. */
static void explain_grants(struct lw_party *party, struct words *words, struct lw_texts *needs)
{
  const struct lw_policy *policy = party->decider->policy;
  const struct lw_request *request = party->request;
  const struct lw_action *action = &policy->actions[request->action];
  reserve_words(party, words, action->n_grants);
  for (uint32_t i = 0; i < action->n_grants; i++) {
    const struct lw_grant *grant = &policy->grants[action->grants[i]];
    if (words->count == LW_BECAUSE_MAX) {
      add_because(
          party, words, action->name,
          lw_str_format(&party->decider->scratch, "and %u more grants", action->n_grants - i));
      return;
    }
    struct lw_reach reach;
    if (i < party->n_reaches && may_cover(party, action, i)) {
      reach = party->reaches[i];
    } else {
      lw_reach_find(party, grant, request->action, &reach);
    }
    add_needs(party, &reach, needs);
    if (!lw_reach_covers(&reach, request->has_amount, request->amount_minor)) {
      add_because(party, words, grant->id, lw_shortfall_words(party, grant, &reach));
    }
  }
  if (action->n_grants == 0) {
    add_because(party, words, action->name, LW_STR("no grant names it"));
  }
}

static void finish_words(struct words *words, struct lw_outcome *outcome)
{
  outcome->because = words->items;
  outcome->n_because = (uint32_t)words->count;
}

static void set_instead(const struct lw_policy *policy, struct lw_outcome *outcome, lw_str own)
{
  outcome->instead = own.len != 0               ? own
                     : policy->instead.len != 0 ? policy->instead
                                                : LW_STR(DEFAULT_INSTEAD);
}

/* --- rails --- */

/* A rail that can't be told has no say of its own yet: "Find out bill.open and ask again." */
static lw_str find_out(struct lw_party *party, const struct lw_texts *names)
{
  struct lw_buf *text = &party->decider->words;
  lw_buf_reset(text);
  LW_BUF_LIT(text, "Find out ");
  for (size_t i = 0; i < names->count; i++) {
    lw_buf_add_c(text, i == 0 ? "" : i + 1 == names->count ? " and " : ", ");
    lw_buf_add(text, names->items[i]);
  }
  LW_BUF_LIT(text, " and ask again.");
  return lw_str_copy(&party->decider->scratch, lw_buf_str(text));
}

/* Everybody's tier and the order of teams, once a route was asked for. NULL when memory is out. */
static const struct lw_staffing *staffing_of(struct lw_decider *decider)
{
  struct lw_staffing *staffing = &decider->staffing;
  if (staffing->people == NULL &&
      !lw_staffing_init(staffing, decider->policy, decider->people, decider->allocator)) {
    decider->scratch.failed = true; /* lw_decide says so */
    return NULL;
  }
  return staffing;
}

/* What somebody on a level is looked for with. */
struct seeking {
  struct lw_party *requester;
  const struct lw_who *who;
  bool (*could)(struct lw_party *requester, const struct lw_actor *actor); /* NULL: whoever */
};

static bool suits(const struct seeking *seeking, uint32_t person)
{
  struct lw_party *requester = seeking->requester;
  const struct lw_staffing *staffing = &requester->decider->staffing;
  const struct lw_actor *actor = &staffing->people->actors[person];
  const struct lw_request *request = requester->request;
  return lw_who_fits(seeking->who, actor, staffing->tiers[person], request->agent.team,
                     request->at) &&
         !lw_str_equal(actor->id, requester->actor->id) &&
         (seeking->could == NULL || seeking->could(requester, actor));
}

static bool team_has(const struct seeking *seeking, lw_str team)
{
  const struct lw_staffing *staffing = &seeking->requester->decider->staffing;
  const struct lw_directory *people = staffing->people;
  for (uint32_t i = lw_staffing_begin(staffing, team);
       i < people->count && lw_team_within(people->actors[staffing->by_team[i]].team, team); i++) {
    if (suits(seeking, staffing->by_team[i])) {
      return true;
    }
  }
  return false;
}

/* Whether there is somebody but the requester whom the words fit, and who could. With people. */
static bool level_has(const struct seeking *seeking)
{
  const struct lw_who *who = seeking->who;
  const struct lw_staffing *staffing = staffing_of(seeking->requester->decider);
  lw_str own_team = seeking->requester->request->agent.team;
  bool found =
      who->same_team && own_team.len != 0 && staffing != NULL && team_has(seeking, own_team);
  for (uint32_t i = 0; !found && staffing != NULL && i < who->n_teams; i++) {
    found = team_has(seeking, who->teams[i]);
  }
  bool in_teams = who->same_team || who->n_teams != 0;
  for (uint32_t i = 0; !in_teams && !found && staffing != NULL && i < staffing->people->count;
       i++) {
    found = suits(seeking, i);
  }
  return found;
}

/* Whether anybody but the requester is on the route at all. Whether they could grant it is not
 * asked here: a line that one doesn't cross alone is for a person to judge. Without people a route
 * counts as staffed. */
static bool has_somebody(struct lw_party *party, const struct lw_route *route)
{
  bool found = party->decider->people == NULL;
  for (uint32_t l = 0; !found && l < route->n_levels; l++) {
    const struct seeking seeking = {party, &route->levels[l].who, NULL};
    found = level_has(&seeking);
  }
  return found;
}

/* What a rail that holds, or can't be told, makes of the request. */
static void stop_at_rail(struct lw_party *party, const struct lw_rail *rail, enum lw_truth truth,
                         struct lw_val value, struct lw_outcome *outcome, struct words *words)
{
  const struct lw_policy *policy = party->decider->policy;
  bool asks = truth == LW_TRUE && rail->route != UINT32_MAX;
  add_because(party, words, rail->id, lw_rail_words(party, rail, truth, value));
  if (asks && !has_somebody(party, &policy->routes[rail->route])) {
    add_because(party, words, policy->routes[rail->route].id,
                LW_STR("nobody else is on this route"));
    asks = false;
  }
  outcome->verdict = asks ? LW_ASK : LW_REFUSED;
  outcome->route = asks ? rail->route : UINT32_MAX;
  outcome->why = truth == LW_TRUE ? rail->why : LW_STR(""); /* else it has not said so */
  lw_unknown_names(policy, &party->decider->scratch, value, &outcome->needs);
  set_instead(policy, outcome,
              truth == LW_UNTOLD ? find_out(party, &outcome->needs) : rail->instead);
}

/* The same rail for somebody who answers for the agent: one that sends to a person is theirs to
 * cross, every other one stands. It is held against both, the agent who asked and whoever answers.
 */
static bool hard_rail_stops(struct lw_party *party, struct lw_outcome *outcome, struct words *words)
{
  const struct lw_policy *policy = party->decider->policy;
  const struct lw_action *action = &policy->actions[party->request->action];
  for (uint32_t i = 0; i < action->n_rails; i++) {
    const struct lw_rail *rail = &policy->rails[action->rails[i]];
    struct lw_val value = {0};
    enum lw_truth truth = rail->route != UINT32_MAX
                              ? LW_FALSE
                              : lw_condition_run(&party->evaluation, &rail->when, &value);
    if (truth != LW_FALSE) {
      outcome->rail = action->rails[i];
      stop_at_rail(party, rail, truth, value, outcome, words);
      return true;
    }
  }
  return false;
}

/* True when a rail decided. */
static bool try_rails(struct lw_party *party, struct lw_outcome *outcome, struct words *words)
{
  const struct lw_policy *policy = party->decider->policy;
  const struct lw_action *action = &policy->actions[party->request->action];
  for (uint32_t i = 0; i < action->n_rails; i++) {
    const struct lw_rail *rail = &policy->rails[action->rails[i]];
    struct lw_val value = {0};
    enum lw_truth truth = lw_condition_run(&party->evaluation, &rail->when, &value);
    party->failed |= truth == LW_FAILED;
    if (truth != LW_FALSE) {
      outcome->rail = action->rails[i];
      stop_at_rail(party, rail, truth, value, outcome, words);
      return true;
    }
  }
  return false;
}

/* --- facts that must be there --- */

static bool lacks_facts(struct lw_party *party, struct lw_outcome *outcome)
{
  const struct lw_policy *policy = party->decider->policy;
  const struct lw_action *action = &policy->actions[party->request->action];
  struct lw_faults faults = {.arena = &party->decider->scratch};
  for (uint32_t i = 0; i < action->n_wanted; i++) {
    const struct lw_fact *fact = &policy->facts[action->wanted[i]];
    if (party->slots[fact->slot].kind == LW_V_ABSENT) {
      lw_str at = lw_str_format(faults.arena, "facts.%.*s", LW_FMT(fact->name));
      lw_faults_add(&faults, at, "is missing, and \"%.*s\" is decided by it", LW_FMT(action->name));
    }
  }
  outcome->faults = faults.items;
  outcome->n_faults = (uint32_t)faults.count;
  if (faults.count != 0) {
    outcome->verdict = LW_FAULTY;
  }
  return faults.count != 0;
}

/* --- grants --- */

static bool draw(struct lw_party *party, const struct lw_grant *grant, struct lw_outcome *outcome)
{
  const struct lw_policy *policy = party->decider->policy;
  const struct lw_request *request = party->request;
  struct lw_draw *draws = LW_NEW_ARRAY(&party->decider->scratch, struct lw_draw, grant->n_draws);
  struct lw_left *left = LW_NEW_ARRAY(&party->decider->scratch, struct lw_left, grant->n_draws);
  int64_t minor = request->has_amount ? request->amount_minor : 0;
  if (draws == NULL || left == NULL) {
    return false;
  }
  for (uint32_t i = 0; i < grant->n_draws; i++) {
    const struct lw_standing *standing = lw_standing_of(party, grant->draws[i]);
    LW_ASSERT(standing->scoped); /* the grant reached */
    left[i] = standing->left;
    draws[i].key = standing->key;
    draws[i].window = policy->budgets[grant->draws[i]].window;
    draws[i].amount_minor = minor;
    draws[i].times = 1;
    LW_ASSERT(!left[i].has_amount || minor <= left[i].amount_minor);
    LW_ASSERT(!left[i].has_times || left[i].times >= 1);
    left[i].amount_minor -= left[i].has_amount ? minor : 0;
    left[i].times -= left[i].has_times ? 1 : 0;
  }
  outcome->draws = draws;
  outcome->n_draws = grant->n_draws;
  outcome->left = left;
  outcome->n_left = grant->n_draws;
  return true;
}

/* The first usable grant whose reach covers the whole amount, or UINT32_MAX. One that asks for a
 * note or evidence that is not there gives way to a later one that does not; *ret_lacking (may be
 * NULL) is then the first of those. */
static uint32_t covering_grant(struct lw_party *party, uint32_t *ret_lacking)
{
  const struct lw_policy *policy = party->decider->policy;
  const struct lw_request *request = party->request;
  const struct lw_action *action = &policy->actions[request->action];
  uint32_t first_lacking = UINT32_MAX;
  party->reaches =
      lw_arena_alloc(&party->decider->scratch, action->n_grants * sizeof(struct lw_reach),
                     _Alignof(struct lw_reach));
  for (uint32_t i = 0; party->reaches != NULL && i < action->n_grants; i++) {
    struct lw_reach *reach = &party->reaches[i];
    party->n_reaches = i + 1;
    if (!may_cover(party, action, i)) {
      continue;
    }
    const struct lw_grant *grant = &policy->grants[action->grants[i]];
    lw_reach_find(party, grant, request->action, reach);
    party->failed |= reach->value.kind == LW_V_ERROR;
    if (!lw_reach_covers(reach, request->has_amount, request->amount_minor)) {
      continue;
    }
    if (ret_lacking == NULL || lw_needs_lacking(party->request, grant) == 0) {
      return action->grants[i];
    }
    first_lacking = first_lacking == UINT32_MAX ? action->grants[i] : first_lacking;
  }
  if (ret_lacking != NULL) {
    *ret_lacking = first_lacking;
  }
  return UINT32_MAX;
}

/* --- routes --- */

/* Looked at in memory of its own, which is given back for the next one: a route may name thousands
 * of people. */
static bool could_grant(struct lw_party *requester, const struct lw_actor *actor)
{
  struct lw_decider *decider = requester->decider;
  struct lw_arena own = decider->scratch;
  struct lw_party party;
  decider->scratch = decider->aside;
  bool could = lw_party_init(&party, decider, requester->request, actor) &&
               covering_grant(&party, NULL) != UINT32_MAX;
  own.failed |= decider->scratch.failed; /* lw_decide says so */
  decider->aside = decider->scratch;
  decider->scratch = own;
  lw_arena_reset(&decider->aside);
  return could;
}

/* Somebody of whom only the level's words are known: each tier, team, person and kind that they
 * name in turn. */
static bool assumed_could_grant(struct lw_party *requester, const struct lw_who *who)
{
  uint64_t count = lw_assumed_count(who);
  for (uint64_t i = 0; i < count; i++) {
    struct lw_actor *actor = LW_NEW(&requester->decider->scratch, struct lw_actor);
    if (actor == NULL) {
      return false;
    }
    lw_assumed_choose(requester->decider->policy, who, requester->request->agent.team, i, actor);
    bool oneself = actor->id.len != 0 && lw_str_equal(actor->id, requester->actor->id);
    if (!oneself && could_grant(requester, actor)) {
      return true;
    }
  }
  return false;
}

static bool level_could_grant(struct lw_party *requester, const struct lw_level *level)
{
  const struct seeking seeking = {requester, &level->who, could_grant};
  return requester->decider->people != NULL ? level_has(&seeking)
                                            : assumed_could_grant(requester, &level->who);
}

static uint32_t find_route(struct lw_party *party)
{
  const struct lw_policy *policy = party->decider->policy;
  for (uint32_t i = 0; i < policy->n_routes; i++) {
    const struct lw_route *route = &policy->routes[i];
    for (uint32_t l = 0; lw_route_covers(route, party->request->action) && l < route->n_levels;
         l++) {
      if (level_could_grant(party, &route->levels[l])) {
        return i;
      }
    }
  }
  return UINT32_MAX;
}

/* --- the whole --- */

/* What every answer that is not `granted` carries beside its verdict: can, because, needs. */
static void finish_not_granted(struct lw_party *party, struct lw_outcome *outcome,
                               struct words *words)
{
  if (outcome->rail == UINT32_MAX) {
    explain_grants(party, words, &outcome->needs);
  }
  finish_words(words, outcome);
  (void)lw_options_find(party, &outcome->can, &outcome->n_can);
  if (outcome->verdict == LW_REFUSED && outcome->instead.len == 0) {
    set_instead(party->decider->policy, outcome, LW_STR(""));
  }
}

static bool is_unread(const struct lw_party *party)
{
  const struct lw_request *request = party->request;
  return party->decider->policy->asks_unread && request->unread != NULL &&
         request->unread[request->action];
}

/* Granted but that the agent has not read what changed: a person decides it, and reading opens it.
 */
static void ask_unread(struct lw_party *party, uint32_t grant, struct lw_outcome *outcome,
                       struct words *words)
{
  const struct lw_decider *decider = party->decider;
  outcome->route = find_route(party);
  outcome->verdict = outcome->route != UINT32_MAX ? LW_ASK : LW_REFUSED;
  outcome->instead = LW_STR("Read what changed for you: then it is yours to give at once.");
  lw_texts_add(&party->decider->scratch, &outcome->needs, LW_STR("read"));
  add_because(party, words, decider->policy->grants[grant].id,
              LW_STR("you have not read what changed"));
}

/* Granted but for a note or evidence: refused for this once, and told how to get it. */
static void ask_for_needs(struct lw_party *party, uint32_t grant_index, struct lw_outcome *outcome,
                          struct words *words)
{
  const struct lw_grant *grant = &party->decider->policy->grants[grant_index];
  struct lw_arena *scratch = &party->decider->scratch;
  uint32_t missing = lw_needs_lacking(party->request, grant);
  bool note = (missing & LW_NEED_NOTE) != 0;
  bool evidence = (missing & LW_NEED_EVIDENCE) != 0;
  const char *what = note && evidence ? "a note and evidence (a link)"
                     : note           ? "a note"
                                      : "evidence (a link)";
  if (note) {
    lw_texts_add(scratch, &outcome->needs, LW_STR("note"));
  }
  if (evidence) {
    lw_texts_add(scratch, &outcome->needs, LW_STR("evidence"));
  }
  outcome->instead = lw_str_format(scratch, "Add %s and ask again: then it is granted.", what);
  add_because(party, words, grant->id, lw_str_format(scratch, "needs: %s", what));
}

static void grant_by(struct lw_party *party, uint32_t grant, struct lw_outcome *outcome)
{
  const struct lw_policy *policy = party->decider->policy;
  outcome->verdict = LW_GRANTED;
  outcome->grant = grant;
  outcome->why = policy->grants[grant].why;
  if (!draw(party, &policy->grants[grant], outcome)) {
    outcome->verdict = LW_REFUSED; /* memory: give_outcome says so */
  }
}

static void decide_by_grants(struct lw_party *party, struct lw_outcome *outcome,
                             struct words *words)
{
  uint32_t without = UINT32_MAX;
  uint32_t grant = covering_grant(party, &without);
  if (grant != UINT32_MAX && is_unread(party)) {
    ask_unread(party, grant, outcome, words);
  } else if (grant != UINT32_MAX) {
    grant_by(party, grant, outcome);
  } else if (without != UINT32_MAX) {
    outcome->verdict = LW_REFUSED;
    ask_for_needs(party, without, outcome, words);
  } else {
    outcome->route = find_route(party);
    outcome->verdict = outcome->route != UINT32_MAX ? LW_ASK : LW_REFUSED;
  }
}

/* Nothing is decided yet: nobody's grant, and refused unless something says otherwise. */
static void begin(const struct lw_decider *decider, const struct lw_request *request,
                  struct lw_outcome *outcome)
{
  LW_ASSERT(request->action < decider->policy->n_actions);
  lw_vm_allow(decider->vm, LW_DECISION_COST_MAX);
  *outcome = (struct lw_outcome){
      .verdict = LW_REFUSED, .grant = UINT32_MAX, .rail = UINT32_MAX, .route = UINT32_MAX};
}

static enum lw_code give_outcome(const struct lw_decider *decider, const struct lw_outcome *outcome,
                                 struct lw_outcome *ret_outcome, struct lw_error *err)
{
  if (decider->scratch.failed) {
    return lw_fail(err, LW_LIMIT,
                   "this request takes more memory than the %zu MiB that one may use",
                   LW_REQUEST_BYTES_MAX >> 20);
  }
  *ret_outcome = *outcome;
  return LW_OK;
}

enum lw_code lw_decide(struct lw_decider *decider, struct lw_request *request,
                       struct lw_outcome *ret_outcome, struct lw_error *err)
{
  struct lw_party party;
  struct lw_outcome outcome;
  struct words words = {0};
  begin(decider, request, &outcome);
  if (!lw_party_init(&party, decider, request, &request->agent)) {
    return lw_fail(err, LW_NO_MEMORY, "out of memory while deciding");
  }
  bool decided = try_rails(&party, &outcome, &words) || lacks_facts(&party, &outcome);
  if (!decided) {
    decide_by_grants(&party, &outcome, &words);
  }
  outcome.failed = party.failed;
  if (outcome.verdict == LW_ASK || outcome.verdict == LW_REFUSED) {
    finish_not_granted(&party, &outcome, &words);
  }
  return give_outcome(decider, &outcome, ret_outcome, err);
}

enum lw_code lw_decide_way(struct lw_decider *decider, struct lw_request *request,
                           struct lw_outcome *ret_outcome, struct lw_error *err)
{
  struct lw_party party;
  struct lw_outcome outcome;
  struct words words = {0};
  begin(decider, request, &outcome);
  if (!lw_party_init(&party, decider, request, &request->agent)) {
    return lw_fail(err, LW_NO_MEMORY, "out of memory while deciding");
  }
  if (!try_rails(&party, &outcome, &words) && !lacks_facts(&party, &outcome)) {
    decide_by_grants(&party, &outcome, &words);
  }
  outcome.failed = party.failed;
  return give_outcome(decider, &outcome, ret_outcome, err);
}

/* Grants of whoever answers; without a route, since nobody is asked on their behalf. */
static void decide_by_own_grants(struct lw_party *party, struct lw_outcome *outcome,
                                 struct words *words)
{
  uint32_t without = UINT32_MAX;
  uint32_t grant = covering_grant(party, &without);
  if (grant != UINT32_MAX) {
    grant_by(party, grant, outcome);
    return;
  }
  if (without != UINT32_MAX) {
    ask_for_needs(party, without, outcome, words);
  }
  explain_grants(party, words, &outcome->needs);
  set_instead(party->decider->policy, outcome, outcome->instead);
}

enum lw_code lw_decide_for(struct lw_decider *decider, struct lw_request *request,
                           const struct lw_actor *approver, struct lw_outcome *ret_outcome,
                           struct lw_error *err)
{
  struct lw_party agent;
  struct lw_party party;
  struct lw_outcome outcome;
  struct words words = {0};
  if (lw_str_equal(approver->id, request->agent.id)) {
    return lw_fail(err, LW_FORBIDDEN, "nobody approves their own request");
  }
  begin(decider, request, &outcome);
  if (!lw_party_init(&agent, decider, request, &request->agent) ||
      !lw_party_init(&party, decider, request, approver)) {
    return lw_fail(err, LW_NO_MEMORY, "out of memory while deciding");
  }
  /* The answer may say another action or amount than the request was read with. */
  lw_party_ask(&agent, request->action, request->has_amount ? request->amount_minor : -1);
  lw_party_ask(&party, request->action, request->has_amount ? request->amount_minor : -1);
  if (!hard_rail_stops(&agent, &outcome, &words) && !hard_rail_stops(&party, &outcome, &words) &&
      !lacks_facts(&party, &outcome)) {
    decide_by_own_grants(&party, &outcome, &words);
  }
  finish_words(&words, &outcome);
  return give_outcome(decider, &outcome, ret_outcome, err);
}

/* Nobody crosses what an action may come to, nobody's silence either: the amount becomes that.
 * False: nothing is left, or it can't be told. */
static bool keep_to_cap(struct lw_party *party, struct lw_outcome *outcome, struct words *words)
{
  struct lw_request *request = party->request;
  const struct lw_action *action = &party->decider->policy->actions[request->action];
  int64_t cap = 0;
  bool told = lw_action_cap(party, request->action, &cap);
  if (told && (!request->has_amount || request->amount_minor <= cap)) {
    return true;
  }
  if (told && cap > 0) {
    request->amount_minor = cap;
    lw_party_ask(party, request->action, cap);
    return true;
  }
  add_because(party, words, action->name,
              told ? LW_STR("at_most: nothing") : LW_STR("at_most: it can't be told"));
  outcome->verdict = LW_REFUSED;
  set_instead(party->decider->policy, outcome, LW_STR(""));
  return false;
}

enum lw_code lw_decide_fallback(struct lw_decider *decider, struct lw_request *request,
                                struct lw_outcome *ret_outcome, struct lw_error *err)
{
  struct lw_party agent;
  struct lw_outcome outcome;
  struct words words = {0};
  begin(decider, request, &outcome);
  if (!lw_party_init(&agent, decider, request, &request->agent)) {
    return lw_fail(err, LW_NO_MEMORY, "out of memory while deciding");
  }
  lw_party_ask(&agent, request->action, request->has_amount ? request->amount_minor : -1);
  if (!lacks_facts(&agent, &outcome) && keep_to_cap(&agent, &outcome, &words) &&
      !hard_rail_stops(&agent, &outcome, &words)) {
    uint32_t without = UINT32_MAX;
    uint32_t grant = covering_grant(&agent, &without);
    outcome.verdict = LW_GRANTED;
    outcome.why = LW_STR("Nobody answered in time: it is left to the agent's judgement.");
    if (grant != UINT32_MAX) {
      grant_by(&agent, grant, &outcome);
    }
  }
  finish_words(&words, &outcome);
  return give_outcome(decider, &outcome, ret_outcome, err);
}

bool lw_level_fits(const struct lw_decider *decider, const struct lw_request *request,
                   uint32_t route, uint32_t level, const struct lw_actor *actor)
{
  const struct lw_policy *policy = decider->policy;
  LW_ASSERT(route < policy->n_routes);
  LW_ASSERT(level < policy->routes[route].n_levels);
  return lw_who_fits(&policy->routes[route].levels[level].who, actor, lw_actor_tier(policy, actor),
                     request->agent.team, request->at);
}

enum lw_code lw_options(struct lw_decider *decider, struct lw_request *request,
                        const struct lw_option **ret_options, uint32_t *ret_count,
                        struct lw_error *err)
{
  struct lw_party party;
  lw_vm_allow(decider->vm, LW_DECISION_COST_MAX);
  if (!lw_party_init(&party, decider, request, &request->agent) ||
      !lw_options_find(&party, ret_options, ret_count)) {
    return lw_fail(err, LW_NO_MEMORY, "out of memory while looking for options");
  }
  return LW_OK;
}
