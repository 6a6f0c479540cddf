/* In order of time, because what one row draws the next one sees: the first rail that stands, else
 * the first grant whose bit is left and whose budgets cover the row. Budgets that are per one thing
 * have their rows by the number of that thing, so nothing is searched for; of those with calendar
 * windows the period is looked up once for a block, where all its moments fall into one. A grant
 * that fails by its budgets takes with it all that draw from the same ones. For asking somebody
 * else the same is done with their bits, if anybody on that level has any.
 *
 * Most rows are planned: a few dozen ahead of the one that is decided, everything is found out that
 * no row before it can change (whose grant, whose limits, which budgets' rows, which are fetched
 * meanwhile). What is left is to compare and to add, an amount and a count in one vector. Where the
 * planned grant's budgets do not cover the row, it is decided again, in full.
 *
 * Limits, of which people of one tier have the same, are kept once for all who share them, and so
 * are the budgets that several grants draw from together: both stay at hand.
 *
 * Whatever is not of this kind is left to the caller before anything was drawn for the row. */
#include "replay/lane.h"

#include "replay/gate.h"
#include "replay/run.h"
#include "replay/spent_inside.h"

#include <stdlib.h>

enum {
  PLANNED = 32, /* rows that are looked at beforehand; divides LW_BLOCK_ROWS */
  FAR_MAX = 4,
  DRAWS_MAX = 4,
  SCOPES = LW_SCOPE_ORGANIZATION + 1,
  NO_GRANT = LW_RULES_PLAIN_BIT, /* a bit that no grant has */
  NO_SCOPE = 0
};
#define PLAIN (UINT64_C(1) << LW_RULES_PLAIN_BIT)
#define FACTS UINT64_C(1) /* those that the action wants are there */

/* An amount and a count, or one number twice. */
typedef int64_t pair __attribute__((vector_size(16), aligned(8), may_alias));

/* A budget that a grant draws from. */
struct part {
  uint32_t budget;
  enum lw_scope per;
  pair starts;                    /* start, as a pair */
  lw_usec start;                  /* of the block's period */
  struct lw_spent_calendar *rows; /* NULL: of another kind, or the block is not in one period */
  uint32_t nobody;                /* the row that nothing is ever drawn from */
  bool goes_back;                 /* moments do: what a period had may be asked for after it */
};

/* Budgets that grants draw from together: once for all grants that draw from the same ones. */
struct draws {
  uint32_t count;
  bool calm;   /* all parts have rows */
  bool simple; /* calm, and nothing is to be kept of a row but what is drawn in its period */
  struct part parts[DRAWS_MAX];
};

struct lane_grant {
  bool odd;     /* slow or asked, or it needs something, or its limit is not in the words */
  bool slow;    /* budgets that are not simple */
  bool asked;   /* gates, a program for its limit, or a time: the caller tells whether it fits */
  bool limited; /* up to something: not for requests without an amount, unless they change things */
  uint16_t number; /* of the policy */
  uint32_t rule;   /* of the action's */
  uint32_t needs;
  uint32_t minors_column;
  const int64_t *minors; /* its limit by code of minors_column; NULL: in the words */
  int64_t most;          /* its limit otherwise */
  const struct draws *draws;
  uint64_t same; /* the bits of grants that draw from the same budgets, its own too */
};

struct lane_action {
  uint64_t stop; /* bits that say that a row is not simply about grants */
  uint64_t rails;
  uint64_t slow_rails; /* with gates, or a route to ask on */
  uint64_t grants;
  const struct lane_grant *grant; /* by bit; the last one's, which no grant has, for none */
  const uint32_t *levels;         /* whom its routes ask: level of all routes */
  uint32_t n_levels;
  bool is_money;
  bool is_change;
};

/* One budget's limits for some people; INT64_MAX: none. */
struct limit {
  int64_t minor;
  int64_t times;
};

struct lane_person {
  uint32_t agent; /* scopes, as budgets know them */
  uint32_t team;
  uint32_t limits; /* place of the first budget's */
  bool timed;
};

/* Whom people of a team may ask about an action, as it was found out the last time. */
struct lane_ask {
  uint64_t all; /* bits that anybody on any level has; all of them while that is not known */
  uint64_t one; /* those of one of them, who could the last time */
  uint32_t person;
};

/* What a row asks of budgets, as far as that can be told before those in front of it are decided.
 */
struct plan {
  const struct draws *draws;                 /* NULL: it is not so simple */
  const struct limit *limits;                /* by budget */
  struct lw_spent_calendar *rows[DRAWS_MAX]; /* by part */
  pair want;      /* must be left of each: an amount (INT64_MIN: any), and once */
  pair take;      /* what is drawn: the amount and once, or nothing */
  uint16_t grant; /* + 1; 0: nothing is drawn */
  uint8_t verdict;
};

struct lw_lane {
  struct lw_lane_of of;
  struct lw_arena keep;
  bool closed; /* no row goes through */
  bool failed;
  struct lane_action *actions;
  uint32_t n_budgets;
  struct draws *draws;
  uint32_t n_draws;
  uint32_t far[FAR_MAX]; /* budgets whose rows are seldom at hand */
  uint32_t n_far;
  struct lane_person *persons;
  uint32_t n_persons;
  uint32_t persons_capacity;
  lw_usec least; /* moments of the block */
  lw_usec most;
  struct limit *limits; /* n_budgets for each of those that differ */
  uint32_t n_limits;
  uint32_t limits_capacity;
  struct draws nothing;  /* of who has no grant at all */
  struct lane_ask *asks; /* by action * n_teams + team */
  struct limit *endless; /* by budget: of who asks nobody for anything */
  uint32_t planned;      /* rows of the block */
  bool moved;            /* what plans point to has */
  bool keeps_last;       /* when a budget was drawn from last: some rule reads it */
  struct plan plans[PLANNED];
};

static const uint32_t *column(const struct lw_lane *lane, uint32_t index)
{
  return lane->of.block->cells + (size_t)index * LW_BLOCK_STRIDE;
}

/* --- making: rules --- */

static bool budget_is_simple(const struct lw_lane *lane, uint32_t budget)
{
  return lane->of.bound->policy->budgets[budget].n_per == 1;
}

static bool same_draws(const struct draws *a, const struct draws *b)
{
  bool same = a->count == b->count;
  for (uint32_t i = 0; same && i < a->count; i++) {
    same = a->parts[i].budget == b->parts[i].budget;
  }
  return same;
}

/* The same ones as some grant before, or new ones. */
static const struct draws *make_draws(struct lw_lane *lane, const struct lw_grant *grant)
{
  const struct lw_policy *policy = lane->of.bound->policy;
  struct draws *own = &lane->draws[lane->n_draws];
  *own = (struct draws){.count = grant->n_draws};
  for (uint32_t i = 0; i < grant->n_draws; i++) {
    own->parts[i].budget = grant->draws[i];
    own->parts[i].per = policy->budgets[grant->draws[i]].per[0];
  }
  for (uint32_t d = 0; d < lane->n_draws; d++) {
    if (same_draws(&lane->draws[d], own)) {
      return &lane->draws[d];
    }
  }
  lane->n_draws++;
  return own;
}

static void make_grant(struct lw_lane *lane, const struct lw_action_rules *rules, uint32_t number,
                       struct lane_grant *ret_grant)
{
  const struct lw_grant_rule *rule = &rules->grants[number];
  const struct lw_grant *grant = &lane->of.bound->policy->grants[rule->grant];
  const struct lw_cap *up_to = &rule->up_to;
  const struct lw_cap *at_most = &rules->at_most;
  bool by_codes =
      up_to->kind == LW_CAP_CODES && !lw_words_tell_limits(lane->of.words, up_to->column);
  bool asked = lw_rules_grant_is_timed(grant) || rule->n_gates != 0 ||
               up_to->kind == LW_CAP_PROGRAM || at_most->kind == LW_CAP_PROGRAM;
  bool slow = grant->n_draws > DRAWS_MAX;
  for (uint32_t i = 0; i < grant->n_draws; i++) {
    slow |= !budget_is_simple(lane, grant->draws[i]);
  }
  *ret_grant = (struct lane_grant){
      .slow = slow,
      .asked = asked,
      .rule = number,
      .odd = slow || asked || grant->needs != 0 || by_codes || rules->amount_words == NULL,
      .limited = up_to->kind != LW_CAP_NONE || at_most->kind != LW_CAP_NONE,
      .needs = grant->needs,
      .number = (uint16_t)rule->grant,
      .most = up_to->kind == LW_CAP_FIXED ? up_to->minor : INT64_MAX,
      .minors = by_codes ? up_to->minors : NULL,
      .minors_column = by_codes ? up_to->column : 0,
      .draws = slow ? NULL : make_draws(lane, grant)};
  if (at_most->kind == LW_CAP_FIXED && at_most->minor < ret_grant->most) {
    ret_grant->most = at_most->minor;
  }
}

static bool make_grants(struct lw_lane *lane, uint32_t index)
{
  const struct lw_action_rules *rules = &lane->of.rules->actions[index];
  struct lane_action *action = &lane->actions[index];
  struct lane_grant *by_bit = LW_NEW_ARRAY(&lane->keep, struct lane_grant, 64);
  if (by_bit == NULL) {
    return false;
  }
  struct lane_grant *grants = by_bit + rules->first_grant_bit;
  for (uint32_t i = 0; i < rules->n_grants; i++) {
    make_grant(lane, rules, i, &grants[i]);
    action->grants |= UINT64_C(1) << (rules->first_grant_bit + i);
  }
  for (uint32_t i = 0; i < rules->n_grants; i++) {
    for (uint32_t k = 0; k < rules->n_grants; k++) {
      bool same = !grants[i].slow && grants[i].draws == grants[k].draws;
      grants[i].same |= same ? UINT64_C(1) << (rules->first_grant_bit + k) : 0;
    }
  }
  by_bit[NO_GRANT] = (struct lane_grant){.number = UINT16_MAX, .draws = &lane->nothing};
  for (uint32_t i = 0; i < rules->n_grants && by_bit[NO_GRANT].draws == &lane->nothing; i++) {
    by_bit[NO_GRANT].draws = grants[i].draws != NULL ? grants[i].draws : &lane->nothing;
  }
  action->grant = by_bit;
  return true;
}

static void make_rails(struct lw_lane *lane, uint32_t index)
{
  const struct lw_action_rules *rules = &lane->of.rules->actions[index];
  struct lane_action *action = &lane->actions[index];
  for (uint32_t i = 0; i < rules->n_rails; i++) {
    const struct lw_rail *rail = &lane->of.bound->policy->rails[rules->rails[i].rail];
    bool slow = rules->rails[i].n_gates != 0 || rail->route != UINT32_MAX;
    action->rails |= UINT64_C(2) << i;
    action->slow_rails |= slow ? UINT64_C(2) << i : 0;
  }
}

static bool covers_action(const struct lw_route *route, uint32_t action)
{
  bool covers = route->n_actions == 0;
  for (uint32_t i = 0; i < route->n_actions; i++) {
    covers |= route->actions[i] == action;
  }
  return covers;
}

static bool make_levels(struct lw_lane *lane, uint32_t index)
{
  const struct lw_policy *policy = lane->of.bound->policy;
  struct lane_action *action = &lane->actions[index];
  uint32_t most = 1;
  for (uint32_t r = 0; r < policy->n_routes; r++) {
    most += policy->routes[r].n_levels;
  }
  uint32_t *levels = LW_NEW_ARRAY(&lane->keep, uint32_t, most);
  for (uint32_t r = 0; levels != NULL && r < policy->n_routes; r++) {
    bool covers = covers_action(&policy->routes[r], index);
    for (uint32_t l = 0; covers && l < policy->routes[r].n_levels; l++) {
      levels[action->n_levels++] = lane->of.first_level[r] + l;
    }
  }
  action->levels = levels;
  return levels != NULL;
}

static bool is_far(enum lw_scope per)
{
  return per == LW_SCOPE_CUSTOMER || per == LW_SCOPE_CASE;
}

static void find_far(struct lw_lane *lane)
{
  for (uint32_t b = 0; b < lane->n_budgets && lane->n_far < FAR_MAX; b++) {
    if (budget_is_simple(lane, b) && is_far(lane->of.bound->policy->budgets[b].per[0]) &&
        lane->of.spent->sheets[b].shape != LW_SPENT_IN_ROWS) {
      lane->far[lane->n_far++] = b;
    }
  }
}

static bool make_action(struct lw_lane *lane, uint32_t index)
{
  struct lane_action *action = &lane->actions[index];
  enum lw_action_kind kind = lane->of.bound->policy->actions[index].kind;
  action->is_money = kind == LW_ACTION_MONEY;
  action->is_change = kind == LW_ACTION_CHANGE;
  make_rails(lane, index);
  action->stop = PLAIN | FACTS | action->rails;
  return make_grants(lane, index) && make_levels(lane, index);
}

static bool make_asks(struct lw_lane *lane)
{
  const size_t count = (size_t)lane->of.bound->policy->n_actions * lane->of.n_teams;
  lane->asks = LW_NEW_ARRAY(&lane->keep, struct lane_ask, count + 1);
  lane->endless = LW_NEW_ARRAY(&lane->keep, struct limit, lane->n_budgets + 1U);
  for (size_t i = 0; lane->asks != NULL && i < count; i++) {
    lane->asks[i].all = ~UINT64_C(0);
  }
  for (uint32_t b = 0; lane->endless != NULL && b < lane->n_budgets; b++) {
    lane->endless[b] = (struct limit){INT64_MAX, INT64_MAX};
  }
  return lane->asks != NULL && lane->endless != NULL;
}

struct lw_lane *lw_lane_create(const struct lw_lane_of *of)
{
  const struct lw_policy *policy = of->bound->policy;
  struct lw_lane *lane = calloc(1, sizeof *lane);
  uint32_t n_grants = 1;
  if (lane == NULL) {
    return NULL;
  }
  lane->of = *of;
  /* Who had not read a change is for the long way, which looks at each row's marks. */
  lane->closed = !lw_words_say_plain(of->words) || policy->asks_unread;
  lane->n_budgets = policy->n_budgets;
  lane->nothing.calm = true;
  lane->nothing.simple = true;
  lane->keeps_last = of->rules->reads_last;
  lw_arena_init(&lane->keep, NULL, SIZE_MAX);
  for (uint32_t a = 0; a < policy->n_actions; a++) {
    n_grants += policy->actions[a].n_grants;
  }
  lane->actions = LW_NEW_ARRAY(&lane->keep, struct lane_action, policy->n_actions + 1U);
  lane->draws = LW_NEW_ARRAY(&lane->keep, struct draws, n_grants);
  bool made = lane->actions != NULL && lane->draws != NULL && make_asks(lane);
  for (uint32_t a = 0; made && !lane->closed && a < policy->n_actions; a++) {
    made = make_action(lane, a);
  }
  if (!made) {
    lw_lane_destroy(lane);
    return NULL;
  }
  find_far(lane);
  return lane;
}

void lw_lane_destroy(struct lw_lane *lane)
{
  if (lane != NULL) {
    free(lane->persons);
    free(lane->limits);
    lw_arena_finish(&lane->keep);
    free(lane);
  }
}

bool lw_lane_failed(const struct lw_lane *lane)
{
  return lane->failed;
}

/* --- people --- */

static struct limit limit_of(const struct lw_lane *lane, uint32_t person, uint32_t budget)
{
  size_t at = (size_t)person * lane->n_budgets + budget;
  int64_t minor = lane->of.rules->limits[at];
  int64_t times = lane->of.rules->limit_times[at];
  return (struct limit){minor >= 0 ? minor : INT64_MAX, times >= 0 ? times : INT64_MAX};
}

/* The place of limits like this person's, looked for among the last few that differ. There is room
 * for one person's more. */
static uint32_t place_limits(struct lw_lane *lane, uint32_t person)
{
  enum { LOOKED_AT = 64 };
  struct limit *own = lane->limits + lane->n_limits;
  uint32_t at = lane->n_limits;
  for (uint32_t b = 0; b < lane->n_budgets; b++) {
    own[b] = limit_of(lane, person, b);
  }
  for (uint32_t k = 0; k < LOOKED_AT && at != 0 && lane->n_budgets != 0; k++) {
    at -= lane->n_budgets;
    if (memcmp(lane->limits + at, own, lane->n_budgets * sizeof *own) == 0) {
      return at;
    }
  }
  at = lane->n_limits;
  lane->n_limits += lane->n_budgets;
  return at;
}

static bool make_room(struct lw_lane *lane)
{
  uint32_t need = lane->n_limits + lane->n_budgets + 1;
  if (lane->n_persons == lane->persons_capacity) {
    uint32_t capacity = lane->persons_capacity * 2 + 256;
    struct lane_person *persons = realloc(lane->persons, capacity * sizeof *persons);
    if (persons == NULL) {
      return false;
    }
    lane->persons = persons;
    lane->persons_capacity = capacity;
  }
  if (need > lane->limits_capacity) {
    struct limit *limits = realloc(lane->limits, (size_t)need * 2 * sizeof *limits);
    if (limits == NULL) {
      return false;
    }
    lane->limits = limits;
    lane->limits_capacity = need * 2;
    lane->moved = true;
  }
  return true;
}

/* Those whom the rules know and the lane does not yet. False when memory is out. */
static bool know_persons(struct lw_lane *lane)
{
  while (lane->n_persons < lane->of.rules->n_persons) {
    if (!make_room(lane)) {
      return false;
    }
    const struct lw_person_brief *brief = &lane->of.rules->briefs[lane->n_persons];
    uint32_t unknown = brief->assumed ? LW_SPENT_NOBODY : NO_SCOPE;
    lane->persons[lane->n_persons] =
        (struct lane_person){.agent = brief->agent != NO_SCOPE ? brief->agent : unknown,
                             .team = brief->team != NO_SCOPE ? brief->team : unknown,
                             .limits = place_limits(lane, lane->n_persons),
                             .timed = brief->timed};
    lane->n_persons++;
  }
  return true;
}

/* --- a block --- */

/* Budgets with calendar windows whose period the whole block lies in are read in place. Row 0,
 * which is nobody's, never looks like one of them. */
static void look_at(struct lw_lane *lane, struct part *part)
{
  struct lw_spent_sheet *sheet = &lane->of.spent->sheets[part->budget];
  const struct lw_spent_calendar *before = part->rows;
  part->rows = NULL;
  part->nobody = sheet->count;
  part->goes_back = sheet->older != NULL;
  if (sheet->shape == LW_SPENT_CALENDAR && lane->least != INT64_MIN) {
    if (lane->least < sheet->period.start || lane->least >= sheet->period.end) {
      lw_window_period(&sheet->window, lane->of.spent->zone, lane->least, &sheet->period);
    }
    part->rows = lane->most < sheet->period.end ? sheet->of.calendar : NULL;
    part->start = sheet->period.start;
    part->starts = (pair){part->start, part->start};
    sheet->of.calendar[NO_SCOPE].start = INT64_MAX;
  }
  lane->moved |= part->rows != before;
}

void lw_lane_begin(struct lw_lane *lane)
{
  const struct lw_block *block = lane->of.block;
  lane->planned = 0;
  lane->least = INT64_MAX;
  lane->most = INT64_MIN;
  for (uint32_t i = 0; i < block->count; i++) {
    lane->least = block->at[i] < lane->least ? block->at[i] : lane->least;
    lane->most = block->at[i] > lane->most ? block->at[i] : lane->most;
  }
}

/* Whoever decided a row in between may have moved what this points to. */
static void look_around(struct lw_lane *lane)
{
  for (uint32_t d = 0; d < lane->n_draws; d++) {
    struct draws *draws = &lane->draws[d];
    bool goes_back = false;
    draws->calm = true;
    for (uint32_t p = 0; p < draws->count; p++) {
      look_at(lane, &draws->parts[p]);
      draws->calm &= draws->parts[p].rows != NULL;
      goes_back |= draws->parts[p].goes_back;
    }
    draws->simple = draws->calm && !goes_back && !lane->keeps_last;
  }
}

/* --- one grant --- */

/* A row and who is looked at: its own person, or somebody who could answer. */
struct asked {
  uint32_t i;
  bool own;
  bool has_amount;
  const struct lane_action *action;
  int64_t minor;
  lw_usec at;
  const struct lane_person *person;
  const struct limit *limits;
  uint32_t scopes[SCOPES]; /* by enum lw_scope */
};

enum found { NOTHING, FOUND, NOT_HERE /* the caller decides the row */ };

/* What was found, or what budgets stood in the way of. */
struct way {
  const struct lane_grant *grant;
  bool in_place;
  struct lw_spent_calendar *rows[DRAWS_MAX]; /* in_place: that it draws from */
  uint64_t dry;                              /* bits of grants */
};

static void look_from(const struct lw_lane *lane, uint32_t person, struct asked *asked)
{
  asked->person = &lane->persons[person];
  asked->limits = lane->limits + asked->person->limits;
  asked->scopes[LW_SCOPE_AGENT] = asked->person->agent;
  asked->scopes[LW_SCOPE_TEAM] = asked->person->team;
}

static bool leaves(const struct limit *limit, int64_t amount, int64_t times, int64_t minor)
{
  int64_t left = limit->minor - amount; /* nobody has drawn less than nothing */
  left = left > 0 ? left : 0;
  return (minor <= left) & (times < limit->times);
}

/* The long way: a budget of any kind. */
static bool part_covers(struct lw_lane *lane, const struct asked *asked, const struct part *part)
{
  const struct limit *limit = &asked->limits[part->budget];
  uint32_t scope = asked->scopes[part->per];
  struct lw_used used = {.amount_minor = 0};
  if (scope == NO_SCOPE ||
      (!asked->has_amount && !asked->action->is_change && limit->minor != INT64_MAX)) {
    return false;
  }
  if (scope != LW_SPENT_NOBODY) {
    lw_spent_used(lane->of.spent, part->budget, scope, asked->at, &used);
  }
  return leaves(limit, used.amount_minor, used.times, asked->minor);
}

static bool long_covers(struct lw_lane *lane, const struct asked *asked, const struct draws *draws)
{
  for (uint32_t p = 0; p < draws->count; p++) {
    if (!part_covers(lane, asked, &draws->parts[p])) {
      return false;
    }
  }
  return true;
}

/* Whether what is left of each budget covers the row, once more. */
static inline bool covers(struct lw_lane *lane, const struct asked *asked,
                          const struct draws *draws, struct way *way)
{
  way->in_place = false;
  if (LW_UNLIKELY(!draws->calm || !asked->has_amount)) {
    return long_covers(lane, asked, draws);
  }
  for (uint32_t p = 0; p < draws->count; p++) {
    const struct part *part = &draws->parts[p];
    const struct limit *limit = &asked->limits[part->budget];
    uint32_t scope = asked->scopes[part->per];
    bool nobody = scope == LW_SPENT_NOBODY;
    struct lw_spent_calendar *row = &part->rows[nobody ? NO_SCOPE : scope];
    way->rows[p] = row;
    bool same = row->start == part->start;
    if (LW_UNLIKELY(row->start > part->start) && !nobody) {
      return long_covers(lane, asked, draws); /* late, or no scope at all */
    }
    if (!leaves(limit, same ? row->amount : 0, same ? row->times : 0, asked->minor)) {
      return false;
    }
  }
  way->in_place = true;
  return true;
}

/* Any budgets, whatever the block. */
static void long_draw(struct lw_lane *lane, const struct asked *asked, const struct draws *draws)
{
  for (uint32_t p = 0; p < draws->count; p++) {
    const struct part *part = &draws->parts[p];
    lane->failed |= !lw_spent_draw(lane->of.spent, part->budget, asked->scopes[part->per],
                                   asked->at, asked->minor);
  }
}

static inline void draw(struct lw_lane *lane, const struct asked *asked, const struct way *way)
{
  const struct draws *draws = way->grant->draws;
  if (LW_UNLIKELY(!way->in_place)) {
    long_draw(lane, asked, draws);
    return;
  }
  for (uint32_t p = 0; p < draws->count; p++) {
    struct lw_spent_calendar *row = way->rows[p];
    if (row->start != draws->parts[p].start) {
      const struct part *part = &draws->parts[p];
      lw_spent_turn(lane->of.spent, &lane->of.spent->sheets[part->budget], asked->scopes[part->per],
                    part->start, asked->at);
    }
    row->amount += asked->minor; /* what is within a limit does not overflow */
    row->times++;
    row->last = asked->at > row->last ? asked->at : row->last;
  }
}

static uint32_t lacking(const struct lw_lane *lane, uint32_t i, uint32_t needs)
{
  int64_t marks = lane->of.block->marks[i];
  marks = marks != LW_TAPE_NONE ? marks : 0;
  uint32_t brought = ((marks & LW_TAPE_NOTE) != 0 ? (uint32_t)LW_NEED_NOTE : 0) |
                     ((marks & LW_TAPE_EVIDENCE) != 0 ? (uint32_t)LW_NEED_EVIDENCE : 0);
  return needs & ~brought;
}

/* NOTHING: its limit is passed. */
static enum found look_closer(const struct lw_lane *lane, const struct lane_grant *grant,
                              uint32_t i, bool own, int64_t minor)
{
  int64_t most = grant->most;
  if (grant->slow || (own && lacking(lane, i, grant->needs) != 0)) {
    return NOT_HERE;
  }
  if (grant->minors != NULL) {
    int64_t told = grant->minors[column(lane, grant->minors_column)[i]];
    most = told < most ? told : most; /* -1: can't be told */
  }
  return minor > most ? NOTHING : FOUND;
}

/* The same with what rows before may have changed. */
static enum found look_now(const struct lw_lane *lane, const struct asked *asked,
                           const struct lane_grant *grant)
{
  enum found found = look_closer(lane, grant, asked->i, asked->own, asked->minor);
  if (found == FOUND && grant->asked) {
    uint32_t person = (uint32_t)(asked->person - lane->persons);
    return lane->of.grant_fits(lane->of.user, asked->i, person, grant->rule) ? FOUND : NOTHING;
  }
  return found;
}

/* The first of the grants with a bit in `left` that covers the row. */
static inline enum found find_grant(struct lw_lane *lane, const struct asked *asked, uint64_t left,
                                    struct way *way)
{
  while (left != 0) {
    const struct lane_grant *grant = &asked->action->grant[__builtin_ctzll(left)];
    uint64_t own = left & -left;
    enum found found = LW_UNLIKELY(grant->odd) ? look_now(lane, asked, grant) : FOUND;
    if (found == NOT_HERE) {
      return NOT_HERE;
    }
    left ^= own;
    bool wants_amount = !asked->has_amount && grant->limited && !asked->action->is_change;
    if (found == NOTHING || wants_amount) {
      continue;
    }
    if (covers(lane, asked, grant->draws, way)) {
      way->grant = grant;
      return FOUND;
    }
    left &= ~grant->same;
    way->dry |= own;
  }
  return NOTHING;
}

/* --- asking somebody --- */

/* False when memory is out. */
static bool put_together(struct lw_lane *lane, struct lw_answerers *list)
{
  uint32_t n_actions = lane->of.bound->policy->n_actions;
  list->words = calloc(n_actions + 1U, sizeof *list->words);
  for (uint32_t a = 0; list->words != NULL && a < n_actions; a++) {
    const uint64_t *words = lane->of.rules->actions[a].person_words;
    for (uint32_t k = 0; k < list->count; k++) {
      list->words[a] |= words[list->persons[k]];
    }
  }
  return list->words != NULL;
}

static enum found ask_one(struct lw_lane *lane, const struct asked *asked, uint32_t person,
                          uint64_t left)
{
  const struct lane_person *to = &lane->persons[person];
  uint32_t action = lane->of.told->actions[asked->i];
  struct way way = {.grant = NULL};
  if (to->agent != LW_SPENT_NOBODY && to->agent != NO_SCOPE && to->agent == asked->person->agent) {
    return NOTHING; /* nobody answers themselves */
  }
  if (to->timed) {
    return NOT_HERE;
  }
  left &= lane->of.rules->actions[action].person_words[person];
  if (left == 0) {
    return NOTHING;
  }
  struct asked other = *asked;
  other.own = false;
  look_from(lane, person, &other);
  return find_grant(lane, &other, left, &way);
}

static enum found ask_level(struct lw_lane *lane, const struct asked *asked, uint64_t left,
                            struct lw_answerers *list)
{
  if (!list->known) {
    return NOT_HERE;
  }
  if (list->words == NULL && !put_together(lane, list)) {
    lane->failed = true;
    return NOT_HERE;
  }
  left &= list->words[lane->of.told->actions[asked->i]];
  for (uint32_t k = 0; left != 0 && k < list->count; k++) {
    uint32_t at = list->last + k < list->count ? list->last + k : list->last + k - list->count;
    enum found found = ask_one(lane, asked, list->persons[at], left);
    if (found != NOTHING) {
      list->last = at;
      return found;
    }
  }
  return NOTHING;
}

/* The bits that anybody has whom this team may ask about the action. */
static uint64_t all_asked(const struct lw_lane *lane, const struct lane_action *action,
                          uint32_t index, uint32_t team)
{
  uint64_t all = 0;
  for (uint32_t l = 0; l < action->n_levels; l++) {
    const struct lw_answerers *list =
        &lane->of.answerers[(size_t)action->levels[l] * lane->of.n_teams + team];
    all |= list->known && list->words != NULL ? list->words[index] : ~UINT64_C(0);
  }
  return all;
}

/* list: who could; NULL: nobody. */
static void remember(struct lw_lane *lane, const struct asked *asked, uint32_t team,
                     const struct lw_answerers *list)
{
  uint32_t action = lane->of.told->actions[asked->i];
  struct lane_ask *ask = &lane->asks[(size_t)action * lane->of.n_teams + team];
  ask->all = all_asked(lane, asked->action, action, team);
  if (list != NULL) {
    ask->person = list->persons[list->last];
    ask->one = lane->of.rules->actions[action].person_words[ask->person];
  }
}

/* left: bits of grants that may cover the row, whoever is asked. */
static enum found ask_around(struct lw_lane *lane, const struct asked *asked, uint64_t left)
{
  uint32_t person = column(lane, LW_ROW_PERSON)[asked->i];
  uint32_t team = lane->of.rules->briefs[person].team;
  for (uint32_t l = 0; left != 0 && l < asked->action->n_levels; l++) {
    struct lw_answerers *list =
        &lane->of.answerers[(size_t)asked->action->levels[l] * lane->of.n_teams + team];
    enum found found = ask_level(lane, asked, left, list);
    if (found != NOTHING) {
      if (found == FOUND) {
        remember(lane, asked, team, list);
      }
      return found;
    }
  }
  remember(lane, asked, team, NULL);
  return NOTHING;
}

/* --- one row --- */

static void note_dry(const struct lw_lane *lane, const struct asked *asked, uint64_t dry)
{
  uint16_t grants[64];
  uint32_t count = 0;
  for (; dry != 0; dry &= dry - 1) {
    grants[count++] = asked->action->grant[__builtin_ctzll(dry)].number;
  }
  lane->of.note_dry(lane->of.user, asked->i, grants, count);
}

/* How often the budget was drawn from for the row's own person; -1: that is for the caller to find
 * out. */
static int64_t times_drawn(const struct lw_lane *lane, const struct asked *asked, uint32_t budget)
{
  const struct lw_spent_sheet *sheet = &lane->of.spent->sheets[budget];
  uint32_t scope = asked->scopes[lane->of.bound->policy->budgets[budget].per[0]];
  bool known = budget_is_simple(lane, budget) && scope != NO_SCOPE && scope != LW_SPENT_NOBODY;
  return known && sheet->shape == LW_SPENT_PLAIN ? sheet->of.plain[scope].times : -1;
}

/* Whether a rail that more than words decide stands in the row's way. */
static bool rail_stands(const struct lw_lane *lane, const struct asked *asked, uint32_t rail,
                        uint8_t *ret_verdict)
{
  uint32_t action = lane->of.told->actions[asked->i];
  const struct lw_rail_rule *rule = &lane->of.rules->actions[action].rails[rail];
  for (uint32_t g = 0; g < rule->n_gates; g++) {
    const struct lw_gate *gate = &rule->gates[g];
    bool counts = gate->memo != NULL && gate->memo->budget != UINT32_MAX;
    int64_t times = counts ? times_drawn(lane, asked, gate->memo->budget) : 0;
    if (lw_gate_is_false(lane->of.rules, gate, lane->of.block, asked->i, times)) {
      return false;
    }
  }
  return lane->of.rail_stands(lane->of.user, asked->i, rail, ret_verdict);
}

/* A rail may stand, or a fact is missing. NOTHING: neither. */
static enum found stop(const struct lw_lane *lane, const struct asked *asked, uint64_t word,
                       uint8_t *ret_verdict)
{
  for (uint64_t rails = word & asked->action->rails; rails != 0; rails &= rails - 1) {
    uint32_t rail = (uint32_t)__builtin_ctzll(rails) - 1;
    *ret_verdict = LW_REPLAYED_REFUSED;
    if ((rails & -rails & asked->action->slow_rails) == 0 ||
        rail_stands(lane, asked, rail, ret_verdict)) {
      return FOUND;
    }
  }
  *ret_verdict = LW_REPLAYED_FAULTY;
  return (word & FACTS) == 0 ? FOUND : NOTHING;
}

static inline enum found run_row(struct lw_lane *lane, uint32_t i, uint8_t *ret_verdict,
                                 uint16_t *ret_grant)
{
  const struct lw_told *told = lane->of.told;
  const uint64_t word = told->words[i] & told->own[i];
  const int64_t minor = told->minors[i];
  struct asked asked;
  struct way way = {.grant = NULL};
  asked.action = &lane->actions[told->actions[i]];
  *ret_grant = 0;
  if (LW_UNLIKELY((word & PLAIN) == 0 || lane->of.block->kind[i] != LW_TAPE_REQUEST ||
                  (minor < 0 && (minor == LW_BOUND_FAULTY || asked.action->is_money)))) {
    return NOT_HERE; /* no request; or it can't be read, or lacks its amount */
  }
  asked.i = i;
  asked.own = true;
  asked.has_amount = minor >= 0;
  asked.minor = minor >= 0 ? minor : 0;
  asked.at = lane->of.block->at[i];
  asked.scopes[LW_SCOPE_CUSTOMER] = column(lane, LW_ROW_CUSTOMER)[i];
  asked.scopes[LW_SCOPE_CASE] = column(lane, LW_ROW_CASE)[i];
  asked.scopes[LW_SCOPE_ORGANIZATION] = 1;
  look_from(lane, column(lane, LW_ROW_PERSON)[i], &asked);
  if (((word ^ (PLAIN | FACTS)) & asked.action->stop) != 0 &&
      stop(lane, &asked, word, ret_verdict) == FOUND) {
    return FOUND;
  }
  enum found found = find_grant(lane, &asked, word & asked.action->grants, &way);
  if (found == FOUND) {
    draw(lane, &asked, &way);
    *ret_grant = (uint16_t)(way.grant->number + 1);
    *ret_verdict = LW_REPLAYED_GRANTED;
  } else if (found == NOTHING) {
    found = ask_around(lane, &asked, told->words[i] & asked.action->grants);
    *ret_verdict = found == FOUND ? LW_REPLAYED_ASK : LW_REPLAYED_REFUSED;
    if (found != NOT_HERE && way.dry != 0) {
      note_dry(lane, &asked, way.dry);
    }
  }
  return found;
}

/* --- rows ahead --- */

/* What every plan reads, by itself: what is written meanwhile does not touch it. */
struct view {
  const struct lw_lane *lane;
  const struct lane_action *actions;
  const struct lane_person *persons;
  const struct limit *limits;
  const struct lw_told *told;
  const int64_t *kinds;
  const uint32_t *person; /* codes by row */
  const uint32_t *customers;
  const uint32_t *cases;
};

LW_INLINE struct view view_of(const struct lw_lane *lane)
{
  return (struct view){.lane = lane,
                       .actions = lane->actions,
                       .persons = lane->persons,
                       .limits = lane->limits,
                       .told = lane->of.told,
                       .kinds = lane->of.block->kind,
                       .person = column(lane, LW_ROW_PERSON),
                       .customers = column(lane, LW_ROW_CUSTOMER),
                       .cases = column(lane, LW_ROW_CASE)};
}

/* The first grant that the row has all for but budgets, among those with a bit in left. NOTHING:
 * none. */
LW_INLINE enum found first_grant(const struct view *view, const struct lane_action *action,
                                 uint32_t i, bool own, int64_t minor, uint64_t left,
                                 const struct lane_grant **ret_grant)
{
  enum found found = NOTHING;
  for (; left != 0 && found == NOTHING; left &= left - 1) {
    const struct lane_grant *grant = &action->grant[__builtin_ctzll(left)];
    found = LW_UNLIKELY(grant->odd) ? look_closer(view->lane, grant, i, own, minor) : FOUND;
    found = found == FOUND && grant->asked ? NOT_HERE : found; /* not before its turn */
    *ret_grant = grant;
  }
  return found;
}

/* Where the parts' rows are; they are fetched. */
LW_INLINE void place_parts(const struct draws *draws, const uint32_t *scopes, uint32_t count,
                           struct plan *plan)
{
  for (uint32_t p = 0; p < count; p++) {
    const struct part *part = &draws->parts[p];
    uint32_t scope = scopes[part->per];
    struct lw_spent_calendar *row = &part->rows[scope < part->nobody ? scope : part->nobody];
    __builtin_prefetch(row, 1);
    plan->rows[p] = row;
  }
}

LW_INLINE void plan_for(const struct view *view, uint32_t i, const struct lane_person *person,
                        const struct lane_grant *grant, struct plan *plan)
{
  const struct draws *draws = grant->draws;
  const uint32_t scopes[SCOPES] = {[LW_SCOPE_AGENT] = person->agent,
                                   [LW_SCOPE_TEAM] = person->team,
                                   [LW_SCOPE_CUSTOMER] = view->customers[i],
                                   [LW_SCOPE_CASE] = view->cases[i],
                                   [LW_SCOPE_ORGANIZATION] = 1};
  plan->draws = draws->calm ? draws : NULL;
  if (LW_UNLIKELY(!draws->calm)) {
    return;
  }
  switch (draws->count) { /* with each count a row of its own, without a loop */
  case 0: break;
  case 1: place_parts(draws, scopes, 1, plan); break;
  case 2: place_parts(draws, scopes, 2, plan); break;
  case 3: place_parts(draws, scopes, 3, plan); break;
  default: place_parts(draws, scopes, DRAWS_MAX, plan); break;
  }
}

/* Who was asked the last time may well be asked again. */
static void plan_level(const struct view *view, uint32_t i, uint64_t left,
                       const struct lw_answerers *list, struct plan *plan)
{
  const struct lane_grant *grant = NULL;
  uint32_t index = view->told->actions[i];
  uint32_t own = view->persons[view->person[i]].agent;
  uint32_t person = list->persons[list->last];
  const struct lane_person *to = &view->persons[person];
  int64_t minor = view->told->minors[i] >= 0 ? view->told->minors[i] : 0;
  left &= view->lane->of.rules->actions[index].person_words[person];
  if (!to->timed && to->agent != own && to->agent != NO_SCOPE &&
      first_grant(view, &view->actions[index], i, false, minor, left, &grant) == FOUND) {
    plan->verdict = LW_REPLAYED_ASK;
    plan->limits = view->limits + to->limits;
    plan_for(view, i, to, grant, plan);
  }
}

/* No grant of the row's own person is left. */
static void plan_ask(const struct view *view, uint32_t i, struct plan *plan)
{
  const struct lw_lane *lane = view->lane;
  uint32_t index = view->told->actions[i];
  const struct lane_action *action = &view->actions[index];
  uint32_t team = lane->of.rules->briefs[view->person[i]].team;
  uint64_t left = view->told->words[i] & action->grants;
  plan->draws = NULL;
  plan->grant = 0;
  plan->take = (pair){0, 0};
  for (uint32_t l = 0; left != 0 && l < action->n_levels; l++) {
    const struct lw_answerers *list =
        &lane->of.answerers[(size_t)action->levels[l] * lane->of.n_teams + team];
    if (!list->known || list->words == NULL) {
      return;
    }
    if ((left & list->words[index]) != 0) {
      plan_level(view, i, left, list, plan);
      return;
    }
  }
  plan->verdict = LW_REPLAYED_REFUSED;
  plan->draws = &lane->nothing;
}

/* The same where some grant, or the way to somebody else, is not so simple. */
static void plan_closer(const struct view *view, uint32_t i, struct plan *plan)
{
  const struct lane_action *action = &view->actions[view->told->actions[i]];
  const struct lane_person *person = &view->persons[view->person[i]];
  const struct lane_grant *grant = NULL;
  int64_t minor = plan->take[0];
  uint64_t left = view->told->words[i] & view->told->own[i] & action->grants;
  enum found found = first_grant(view, action, i, true, minor, left, &grant);
  plan->draws = NULL;
  if (found == FOUND) {
    plan->verdict = LW_REPLAYED_GRANTED;
    plan->grant = (uint16_t)(grant->number + 1);
    plan->take = (pair){minor, 1};
    plan->limits = view->limits + person->limits;
    plan_for(view, i, person, grant, plan);
  } else if (found == NOTHING) {
    plan_ask(view, i, plan);
  }
}

/* Nobody can foresee whether a row is granted, asks or is refused: all three take the same steps,
 * without a branch. Who is refused asks for budgets without end, and gets nothing of them. */
LW_INLINE void plan_row(const struct view *view, uint32_t i, struct plan *plan)
{
  static const struct lane_person nobody = {LW_SPENT_NOBODY, LW_SPENT_NOBODY, 0, false};
  static const uint8_t verdicts[] = {LW_REPLAYED_REFUSED, LW_REPLAYED_ASK, LW_REPLAYED_GRANTED,
                                     LW_REPLAYED_GRANTED};
  const uint32_t index = view->told->actions[i];
  const struct lane_action *action = &view->actions[index];
  const struct lane_person *own = &view->persons[view->person[i]];
  const struct lane_ask *ask =
      &view->lane->asks[(size_t)index * view->lane->of.n_teams + own->team];
  const uint64_t word = view->told->words[i] & view->told->own[i];
  const uint64_t others = view->told->words[i] & action->grants;
  const bool has = (word & action->grants) != 0;
  const uint64_t left = has ? word & action->grants : others & ask->one;
  const struct lane_person *to = &view->persons[ask->person];
  const struct lane_grant *grant = &action->grant[__builtin_ctzll(left | PLAIN)];
  int64_t minor = view->told->minors[i];
  if (LW_UNLIKELY(((word ^ (PLAIN | FACTS)) & action->stop) != 0 ||
                  view->kinds[i] != LW_TAPE_REQUEST ||
                  (minor < 0 && (minor == LW_BOUND_FAULTY || !action->is_change)))) {
    plan->draws = NULL;
    return;
  }
  minor = minor >= 0 ? minor : 0;
  plan->want = (pair){minor != 0 ? minor : INT64_MIN, 1}; /* 0 fits where nothing is left, too */
  plan->take = (pair){minor, 1};
  bool stuck = ((left == 0) & ((others & ask->all) != 0)) | (to->agent == own->agent);
  if (LW_UNLIKELY(grant->odd || !grant->draws->simple || (stuck && !has))) {
    plan_closer(view, i, plan);
    return;
  }
  const int64_t taken = has ? -1 : 0;
  plan->take &= (pair){taken, taken};
  plan->verdict = verdicts[has * 2 + (left != 0)];
  plan->grant = (uint16_t)((grant->number + 1) & taken);
  to = has ? own : to;
  to = left != 0 ? to : &nobody;
  plan->limits = left != 0 ? view->limits + to->limits : view->lane->endless;
  plan_for(view, i, to, grant, plan);
}

/* Rows that are none of the lane's have their budgets asked for all the same. */
static void fetch_far(const struct lw_lane *lane, uint32_t i)
{
  for (uint32_t f = 0; f < lane->n_far; f++) {
    const struct lw_spent_sheet *sheet = &lane->of.spent->sheets[lane->far[f]];
    enum lw_scope per = lane->of.bound->policy->budgets[lane->far[f]].per[0];
    uint32_t scope = column(lane, per == LW_SCOPE_CUSTOMER ? LW_ROW_CUSTOMER : LW_ROW_CASE)[i];
    __builtin_prefetch((const char *)sheet->of.any + scope * lw_spent_row_bytes(sheet->shape));
  }
}

/* From the first that is not planned yet to the end of its share of the block. */
LW_INLINE void plan_rows(struct lw_lane *lane)
{
  const uint32_t end = (lane->planned / PLANNED + 1) * PLANNED;
  const uint32_t count = end < lane->of.block->count ? end : lane->of.block->count;
  const struct view view = view_of(lane);
  for (uint32_t i = lane->planned; i < count; i++) {
    struct plan *plan = &lane->plans[i % PLANNED];
    plan_row(&view, i, plan);
    if (LW_UNLIKELY(plan->draws == NULL)) {
      fetch_far(lane, i);
    }
  }
  lane->planned = count;
}

static inline pair pair_at(const int64_t *place)
{
  return *(const pair *)(const void *)place;
}

/* A period begins, and one before it may still be asked for. */
LW_COLD static void turn(struct lw_lane *lane, const struct part *part,
                         const struct lw_spent_calendar *row, lw_usec at)
{
  if (row->start != part->start) {
    lw_spent_turn(lane->of.spent, &lane->of.spent->sheets[part->budget],
                  (uint32_t)(row - part->rows), part->start, at);
  }
}

/* Whether each budget covers it. False, too, where the row is late, or lacks what a budget is per.
 * ret_used: what was drawn of each. */
LW_INLINE bool parts_cover(const struct draws *draws, const struct plan *plan, uint32_t count,
                           pair *ret_used)
{
  pair lacks = {0, 0};
  for (uint32_t p = 0; p < count; p++) {
    const struct part *part = &draws->parts[p];
    const struct lw_spent_calendar *row = plan->rows[p];
    pair start = {row->start, row->start};
    pair limit = pair_at(&plan->limits[part->budget].minor);
    ret_used[p] = pair_at(&row->amount) & (pair)(start == part->starts);
    lacks |= (pair)(start > part->starts) | (pair)(plan->want > limit - ret_used[p]);
  }
  return LW_LIKELY((lacks[0] | lacks[1]) == 0);
}

/* Draws as planned, if each budget covers it. False: nothing was drawn. */
static bool settle(struct lw_lane *lane, const struct plan *plan, lw_usec at)
{
  const struct draws *draws = plan->draws;
  pair used[DRAWS_MAX];
  if (!parts_cover(draws, plan, draws->count, used)) {
    return false;
  }
  for (uint32_t p = 0; plan->grant != 0 && p < draws->count; p++) {
    const struct part *part = &draws->parts[p];
    struct lw_spent_calendar *row = plan->rows[p];
    if (part->goes_back) {
      turn(lane, part, row, at);
    }
    row->start = part->start;
    *(pair *)(void *)&row->amount = used[p] + plan->take;
    row->last = at > row->last ? at : row->last;
  }
  return true;
}

/* Planned rows from i on that draw from the same budgets, simple ones, where all of them cover it.
 * Where a row asks nothing is drawn, by the same steps: a row of a period in which nothing was
 * drawn says what an older one says. */
LW_INLINE uint32_t settle_rows(const struct lw_lane *lane, const struct draws *same, uint32_t count,
                               uint32_t i, uint8_t *verdicts, uint16_t *grants)
{
  const struct draws draws = *same; /* its own: what is written meanwhile does not touch it */
  for (; i < lane->planned; i++) {
    const struct plan *plan = &lane->plans[i % PLANNED];
    pair used[DRAWS_MAX];
    if (plan->draws != same || !parts_cover(&draws, plan, count, used)) {
      break;
    }
    for (uint32_t p = 0; p < count; p++) {
      struct lw_spent_calendar *row = plan->rows[p];
      row->start = draws.parts[p].start;
      *(pair *)(void *)&row->amount = used[p] + plan->take;
    }
    verdicts[i] = plan->verdict;
    grants[i] = plan->grant;
  }
  return i;
}

LW_INLINE uint32_t settle_same(const struct lw_lane *lane, const struct draws *draws, uint32_t i,
                               uint8_t *verdicts, uint16_t *grants)
{
  switch (draws->count) { /* with each count a loop of its own */
  case 0: return settle_rows(lane, draws, 0, i, verdicts, grants);
  case 1: return settle_rows(lane, draws, 1, i, verdicts, grants);
  case 2: return settle_rows(lane, draws, 2, i, verdicts, grants);
  case 3: return settle_rows(lane, draws, 3, i, verdicts, grants);
  default: return settle_rows(lane, draws, DRAWS_MAX, i, verdicts, grants);
  }
}

LW_INLINE uint32_t run_rows(struct lw_lane *lane, uint32_t first, uint8_t *verdicts,
                            uint16_t *grants)
{
  const uint32_t count = lane->of.block->count;
  uint32_t i = first;
  while (i < count) {
    if (i == lane->planned) {
      plan_rows(lane);
    }
    const struct plan *plan = &lane->plans[i % PLANNED];
    const struct draws *draws = plan->draws;
    bool simple = draws != NULL && draws->simple;
    uint32_t next = simple ? settle_same(lane, draws, i, verdicts, grants) : i;
    if (next != i) {
      i = next;
      continue;
    }
    if (draws != NULL && !simple && settle(lane, plan, lane->of.block->at[i])) {
      verdicts[i] = plan->verdict;
      grants[i] = plan->grant;
    } else if (run_row(lane, i, &verdicts[i], &grants[i]) == NOT_HERE) {
      break;
    }
    i++;
  }
  return i;
}

#if defined(__x86_64__)
__attribute__((target("avx2,bmi"))) static uint32_t
run_rows_wider(struct lw_lane *lane, uint32_t first, uint8_t *verdicts, uint16_t *grants)
{
  return run_rows(lane, first, verdicts, grants);
}
#endif

static uint32_t run_rows_narrow(struct lw_lane *lane, uint32_t first, uint8_t *verdicts,
                                uint16_t *grants)
{
  return run_rows(lane, first, verdicts, grants);
}

uint32_t lw_lane_run(struct lw_lane *lane, uint32_t first, uint8_t *verdicts, uint16_t *grants)
{
  if (lane->closed) {
    return first;
  }
  lane->moved = false;
  if (!know_persons(lane)) {
    lane->failed = true;
    return lane->of.block->count;
  }
  look_around(lane);
  lane->planned = lane->moved ? first : lane->planned;
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi")) {
    return run_rows_wider(lane, first, verdicts, grants);
  }
#endif
  return run_rows_narrow(lane, first, verdicts, grants);
}
