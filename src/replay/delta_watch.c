/* The rules of both policies, bound to the past, are held against each other table by table; what
 * differs becomes a watch: a question about a row's codes and amount that says whether its decision
 * may come to read something else. One round over the columns that the watches ask for marks the
 * rows. A condition that no table tells (a gate) is watched by its text: every row that comes to it
 * is marked.
 *
 * Limits of budgets go by who asks. A row by somebody whose limit is another one is held against
 * what the budget had drawn when the row came to it, which is found out once for all rows, for the
 * budget that is being tried. */
#include "replay/delta_inside.h"

#include "replay/spent_inside.h"

#include <stdlib.h>

enum { WATCHES_MAX = 64, BLOCK = LW_BLOCK_ROWS, COLUMNS_MAX = 16 };

enum watch_kind {
  BY_AMOUNT, /* the amount lies above one limit and within the other */
  BY_CODE,   /* a column's code is told otherwise */
  BY_RULE    /* the row comes to a rule whose gate is another one */
};

struct watch {
  uint32_t action;
  enum watch_kind kind;
  int64_t above; /* BY_AMOUNT */
  int64_t within;
  uint32_t column;       /* BY_CODE: place in watching.columns */
  const uint64_t *words; /* BY_CODE: by code * n_words, of both; NULL: limits */
  const uint64_t *other_words;
  uint32_t n_words;
  const int64_t *minors; /* BY_CODE */
  const int64_t *other_minors;
  uint32_t bit;   /* of the rule, of rows that come to it; UINT32_MAX: any row of the action */
  uint32_t grant; /* that has the limit: rows granted by one before it do not come to it */
};

struct watching {
  struct lw_delta *delta;
  const struct lw_rules *rules;
  struct lw_pass *other;
  uint64_t *todo;
  struct watch watches[WATCHES_MAX];
  uint32_t n_watches;
  bool too_many;                 /* or of a kind that can't be watched */
  uint32_t columns[COLUMNS_MAX]; /* of the tape, that watches ask for */
  uint32_t n_columns;
  bool by_rule;
  bool *watched;    /* by action */
  uint64_t changed; /* bits of budgets of which some limit is another one */
  /* A block. */
  int64_t kind[BLOCK];
  int64_t minor[BLOCK];
  uint32_t person[BLOCK];
  uint32_t action[BLOCK];
  uint32_t amount[BLOCK];
  uint32_t codes[COLUMNS_MAX][BLOCK];
};

/* --- what differs --- */

static struct watch *add_watch(struct watching *watching, uint32_t action, enum watch_kind kind)
{
  if (watching->n_watches == WATCHES_MAX) {
    watching->too_many = true;
    return &watching->watches[0];
  }
  struct watch *watch = &watching->watches[watching->n_watches++];
  *watch = (struct watch){.action = action, .kind = kind, .bit = UINT32_MAX};
  watching->watched[action] = true;
  watching->by_rule |= kind == BY_RULE;
  return watch;
}

static uint32_t use_column(struct watching *watching, uint32_t column)
{
  uint32_t at = 0;
  while (at < watching->n_columns && watching->columns[at] != column) {
    at++;
  }
  if (at == COLUMNS_MAX) {
    watching->too_many = true;
    return 0;
  }
  watching->columns[at] = column;
  watching->n_columns = at == watching->n_columns ? at + 1 : watching->n_columns;
  return at;
}

static bool same_source(const struct lw_expression *a, const struct lw_expression *b)
{
  return lw_str_equal(a->source, b->source);
}

/* Two forms of a limit; number: of the grant in the action, or UINT32_MAX for the action's own. */
static void compare_caps(struct watching *watching, uint32_t action, uint32_t number,
                         const struct lw_cap *caps[2], const struct lw_limit *limits[2])
{
  const struct lw_action_rules *rules = &watching->rules->actions[action];
  uint32_t bit = number != UINT32_MAX ? rules->first_grant_bit + number : UINT32_MAX;
  uint32_t grant = number != UINT32_MAX ? rules->grants[number].grant : 0;
  const struct lw_cap *a = caps[0];
  const struct lw_cap *b = caps[1];
  if (a->kind != b->kind) {
    watching->too_many = true;
  } else if (a->kind == LW_CAP_FIXED && a->minor != b->minor) {
    struct watch *watch = add_watch(watching, action, BY_AMOUNT);
    watch->bit = bit;
    watch->grant = grant;
    watch->above = a->minor < b->minor ? a->minor : b->minor;
    watch->within = a->minor < b->minor ? b->minor : a->minor;
  } else if (a->kind == LW_CAP_CODES) {
    uint32_t column = watching->rules->columns[a->column];
    uint32_t codes = lw_bound_codes(&watching->delta->bound, column);
    if (column != watching->other->rules.columns[b->column]) {
      watching->too_many = true;
    } else if (memcmp(a->minors, b->minors, codes * sizeof *a->minors) != 0) {
      struct watch *watch = add_watch(watching, action, BY_CODE);
      watch->bit = bit;
      watch->grant = grant;
      watch->column = use_column(watching, column);
      watch->minors = a->minors;
      watch->other_minors = b->minors;
    }
  } else if (a->kind == LW_CAP_PROGRAM &&
             !same_source(&limits[0]->expression, &limits[1]->expression)) {
    add_watch(watching, action, BY_RULE)->bit = bit;
  }
}

static void compare_masks(struct watching *watching, uint32_t action)
{
  const struct lw_action_rules *a = &watching->rules->actions[action];
  const struct lw_action_rules *b = &watching->other->rules.actions[action];
  if (a->n_masks != b->n_masks || a->n_words != b->n_words ||
      a->first_grant_bit != b->first_grant_bit || a->wants_parts != b->wants_parts) {
    watching->too_many = true;
    return;
  }
  for (uint32_t m = 0; m < a->n_masks; m++) {
    uint32_t column = watching->rules->columns[a->masks[m].column];
    size_t bytes = (size_t)lw_bound_codes(&watching->delta->bound, column) * a->n_words * 8;
    if (column != watching->other->rules.columns[b->masks[m].column]) {
      watching->too_many = true;
      return;
    }
    if (memcmp(a->masks[m].words, b->masks[m].words, bytes) != 0) {
      struct watch *watch = add_watch(watching, action, BY_CODE);
      watch->column = use_column(watching, column);
      watch->words = a->masks[m].words;
      watch->other_words = b->masks[m].words;
      watch->n_words = a->n_words;
    }
  }
}

static void compare_grants(struct watching *watching, uint32_t action)
{
  const struct lw_action_rules *a = &watching->rules->actions[action];
  const struct lw_action_rules *b = &watching->other->rules.actions[action];
  for (uint32_t i = 0; i < a->n_grants; i++) {
    const struct lw_grant *grants[] = {&watching->delta->policy->grants[a->grants[i].grant],
                                       &watching->other->policy->grants[b->grants[i].grant]};
    const struct lw_cap *caps[] = {&a->grants[i].up_to, &b->grants[i].up_to};
    const struct lw_limit *limits[] = {&grants[0]->up_to, &grants[1]->up_to};
    bool gated = a->grants[i].n_gates != 0;
    watching->too_many |=
        a->grants[i].n_gates != b->grants[i].n_gates || a->grants[i].timed != b->grants[i].timed;
    if (gated && !same_source(&grants[0]->when, &grants[1]->when)) {
      add_watch(watching, action, BY_RULE)->bit = a->first_grant_bit + i;
    }
    compare_caps(watching, action, i, caps, limits);
  }
}

static void compare_rails(struct watching *watching, uint32_t action)
{
  const struct lw_action_rules *a = &watching->rules->actions[action];
  const struct lw_action_rules *b = &watching->other->rules.actions[action];
  for (uint32_t i = 0; i < a->n_rails; i++) {
    const struct lw_rail *one = &watching->delta->policy->rails[a->rails[i].rail];
    const struct lw_rail *two = &watching->other->policy->rails[b->rails[i].rail];
    watching->too_many |= a->rails[i].n_gates != b->rails[i].n_gates;
    if (a->rails[i].n_gates != 0 && !same_source(&one->when, &two->when)) {
      add_watch(watching, action, BY_RULE)->bit = 1 + i;
    }
  }
}

/* What conditions say of people alone: seldom changed by a value, and then not watched. */
static void compare_persons(struct watching *watching, uint32_t action)
{
  const struct lw_rules *a = watching->rules;
  const struct lw_rules *b = &watching->other->rules;
  uint32_t count = a->n_persons < b->n_persons ? a->n_persons : b->n_persons;
  size_t bytes = (size_t)count * a->actions[action].n_words * 8;
  watching->too_many |= watching->too_many || memcmp(a->actions[action].person_words,
                                                     b->actions[action].person_words, bytes) != 0;
}

static void compare_limits(struct watching *watching)
{
  const struct lw_rules *a = watching->rules;
  const struct lw_rules *b = &watching->other->rules;
  uint32_t n_budgets = watching->delta->policy->n_budgets;
  size_t count = (size_t)(a->n_persons < b->n_persons ? a->n_persons : b->n_persons) * n_budgets;
  for (size_t i = 0; i < count; i++) {
    bool differs = a->limits[i] != b->limits[i] || a->limit_times[i] != b->limit_times[i];
    watching->changed |= differs ? UINT64_C(1) << (i % n_budgets) : 0;
    watching->too_many |= (a->limits[i] < 0) != (b->limits[i] < 0) ||
                          (a->limit_times[i] < 0) != (b->limit_times[i] < 0);
  }
}

static void compare_rules(struct watching *watching)
{
  const struct lw_policy *policies[] = {watching->delta->policy, watching->other->policy};
  for (uint32_t a = 0; a < policies[0]->n_actions && !watching->too_many; a++) {
    const struct lw_cap *caps[] = {&watching->rules->actions[a].at_most,
                                   &watching->other->rules.actions[a].at_most};
    const struct lw_limit *limits[] = {&policies[0]->actions[a].at_most,
                                       &policies[1]->actions[a].at_most};
    compare_masks(watching, a);
    if (!watching->too_many) {
      compare_persons(watching, a);
      compare_grants(watching, a);
      compare_rails(watching, a);
      compare_caps(watching, a, UINT32_MAX, caps, limits);
    }
  }
  compare_limits(watching);
}

/* --- what budgets had drawn --- */

struct using_up {
  struct lw_delta *delta;
  struct lw_spent *spent; /* of one budget */
  uint32_t budget;
  uint32_t scope;
  bool failed;
};

static void use_back(struct using_up *up, uint32_t row)
{
  const struct lw_delta *delta = up->delta;
  size_t found = lw_delta_find_back(delta, row);
  if (found == SIZE_MAX) {
    return;
  }
  const struct lw_delta_back *back = &delta->backs[found];
  bool drew = (delta->draws[delta->base->grants[back->of]] >> up->budget & 1) != 0;
  if (drew && (back->minor != 0 || back->times != 0)) {
    lw_spent_give_back(up->spent, 0, up->scope, lw_tape_number(delta->tape, LW_TAPE_AT, back->of),
                       back->minor, back->times);
  }
}

static void use_up(struct using_up *up, uint32_t item)
{
  const struct lw_delta *delta = up->delta;
  struct lw_used used;
  uint32_t row = item & LW_DELTA_ROW;
  if ((item & LW_DELTA_BACK) != 0) {
    use_back(up, row);
    return;
  }
  lw_usec at = lw_tape_number(delta->tape, LW_TAPE_AT, row);
  lw_spent_used(up->spent, 0, up->scope, at, &used);
  delta->used.minors[row] = used.amount_minor;
  delta->used.times[row] = used.times;
  if ((delta->draws[delta->base->grants[row]] >> up->budget & 1) != 0) {
    int64_t minor = lw_delta_minor(delta, delta->base, row);
    up->failed |= !lw_spent_draw(up->spent, 0, up->scope, at, minor);
  }
}

static void use_all(struct using_up *up)
{
  const struct lw_delta_list *list = &up->delta->lists[up->delta->list_of[up->budget]];
  for (uint32_t number = 1; number < list->count; number++) {
    up->scope = number;
    up->spent->newest = INT64_MIN; /* each scope begins at the beginning */
    for (uint32_t i = list->from[number]; i < list->from[number + 1]; i++) {
      if ((list->items[i] & LW_DELTA_READS) == 0) {
        use_up(up, list->items[i]);
      }
    }
  }
}

/* False: memory is out, or a sum can't be counted. */
static bool know_used(struct lw_delta *delta, uint32_t budget)
{
  struct lw_delta_used *used = &delta->used;
  const struct lw_budget *of = &delta->policy->budgets[budget];
  uint32_t count = delta->lists[delta->list_of[budget]].count;
  struct using_up up = {.delta = delta, .budget = budget};
  if (used->budget == budget || of->n_per > 1) {
    return true;
  }
  used->budget = UINT32_MAX;
  if (used->minors == NULL) {
    used->minors = calloc(delta->n_rows + 1, sizeof *used->minors);
  }
  if (used->times == NULL) {
    used->times = calloc(delta->n_rows + 1, sizeof *used->times);
  }
  up.spent = lw_spent_create(&of->window, 1, delta->policy->zone, lw_tape_backstep(delta->tape));
  bool known = used->minors != NULL && used->times != NULL && up.spent != NULL &&
               lw_spent_reserve(up.spent, 0, count);
  if (known) {
    use_all(&up);
    used->budget = up.failed ? UINT32_MAX : budget;
  }
  lw_spent_destroy(up.spent);
  return known && !up.failed;
}

/* --- marking --- */

/* Whether limits a and b say the same of a row by this person. */
static bool same_by_limits(const struct watching *watching, uint64_t row, uint32_t person,
                           uint32_t budget, int64_t minor)
{
  const struct lw_delta *delta = watching->delta;
  const struct lw_rules *sides[] = {watching->rules, &watching->other->rules};
  size_t at = (size_t)person * delta->policy->n_budgets + budget;
  bool covers[2];
  bool full[2];
  if (delta->policy->budgets[budget].n_per > 1) {
    return sides[0]->limits[at] == sides[1]->limits[at] &&
           sides[0]->limit_times[at] == sides[1]->limit_times[at];
  }
  for (int i = 0; i < 2; i++) {
    int64_t limit = sides[i]->limits[at];
    int64_t times = sides[i]->limit_times[at];
    covers[i] =
        lw_spent_leaves(limit, times, delta->used.minors[row], delta->used.times[row], minor);
    full[i] = lw_spent_leaves(limit, times, 0, 0, minor);
  }
  return covers[0] == covers[1] && full[0] == full[1];
}

static bool differs_by_limits(const struct watching *watching, uint64_t row, uint32_t i,
                              uint32_t action, int64_t minor)
{
  const struct lw_delta *delta = watching->delta;
  uint64_t budgets = watching->changed & delta->reads[action];
  bool differs = false;
  for (; budgets != 0 && !differs; budgets &= budgets - 1) {
    uint32_t budget = (uint32_t)__builtin_ctzll(budgets);
    size_t at = (size_t)watching->person[i] * delta->policy->n_budgets + budget;
    bool other = watching->rules->limits[at] != watching->other->rules.limits[at] ||
                 watching->rules->limit_times[at] != watching->other->rules.limit_times[at];
    bool told = watching->kind[i] == LW_TAPE_REQUEST && delta->used.budget == budget;
    differs =
        other && (!told || !same_by_limits(watching, row, watching->person[i], budget, minor));
  }
  return differs;
}

static bool watch_sees(const struct watching *watching, const struct watch *watch, uint32_t i,
                       int64_t minor, const uint64_t *words)
{
  bool sees = false;
  uint32_t code = watching->codes[watch->column][i];
  switch (watch->kind) {
  case BY_AMOUNT: return minor > watch->above && minor <= watch->within;
  case BY_RULE:
    return watching->delta->words != NULL || watch->bit == UINT32_MAX ||
           (words[watch->bit / 64] >> (watch->bit % 64) & 1) != 0;
  case BY_CODE: break;
  }
  if (watch->words == NULL) {
    return watch->minors[code] != watch->other_minors[code];
  }
  for (uint32_t w = 0; w < watch->n_words; w++) {
    size_t at = (size_t)code * watch->n_words + w;
    sees |= watch->words[at] != watch->other_words[at];
  }
  return sees;
}

/* Whether a row may come to the limit or rule that the watch is for. Conditions that are told
 * otherwise have watches of their own. */
static bool comes_to(const struct watching *watching, const struct watch *watch, uint64_t row,
                     uint32_t i)
{
  const struct lw_delta *delta = watching->delta;
  if (watch->bit == UINT32_MAX) {
    return true;
  }
  const struct lw_action_rules *rules = &watching->rules->actions[watch->action];
  uint16_t granted = delta->base->grants[row];
  uint64_t words = delta->words[row];
  if (granted != 0 && watch->bit >= rules->first_grant_bit) { /* it is nobody else's grant */
    words &= rules->person_words[watching->person[i]];
  }
  return (words >> watch->bit & 1) != 0 && (granted == 0 || granted - 1U >= watch->grant);
}

static void read_block(struct watching *watching, uint64_t first, uint32_t count)
{
  const struct lw_tape *tape = watching->delta->tape;
  lw_tape_read_numbers(tape, LW_TAPE_KIND, first, count, watching->kind);
  lw_tape_read_numbers(tape, LW_TAPE_MINOR, first, count, watching->minor);
  lw_tape_read_codes(tape, LW_TAPE_ACTION, first, count, watching->action);
  lw_tape_read_codes(tape, LW_TAPE_AMOUNT, first, count, watching->amount);
  if (watching->changed != 0 || watching->delta->words != NULL) {
    lw_tape_read_codes(tape, LW_TAPE_PERSON, first, count, watching->person);
  }
  for (uint32_t c = 0; c < watching->n_columns; c++) {
    lw_tape_read_codes(tape, watching->columns[c], first, count, watching->codes[c]);
  }
  if (watching->by_rule && watching->delta->words == NULL) {
    lw_pass_read(watching->other, first, count);
  }
}

static bool is_seen(struct watching *watching, uint64_t row, uint32_t i, uint32_t action)
{
  uint64_t words[LW_RULES_WORDS_MAX];
  int64_t minor = watching->kind[i] == LW_TAPE_ANSWERED
                      ? watching->minor[i]
                      : watching->delta->bound.amounts[watching->amount[i]];
  bool seen = false;
  minor = minor > 0 ? minor : 0;
  if (watching->watched[action]) {
    bool kept = watching->delta->words != NULL;
    if (watching->by_rule && !kept && lw_pass_words(watching->other, i, words) == UINT32_MAX) {
      return false; /* neither can read it */
    }
    for (uint32_t w = 0; w < watching->n_watches && !seen; w++) {
      const struct watch *watch = &watching->watches[w];
      seen = watch->action == action && watch_sees(watching, watch, i, minor, words) &&
             (!kept || comes_to(watching, watch, row, i));
    }
  }
  return seen || (watching->changed != 0 && differs_by_limits(watching, row, i, action, minor));
}

static void mark_block(struct watching *watching, uint64_t first, uint32_t count)
{
  const struct lw_bound *bound = &watching->delta->bound;
  read_block(watching, first, count);
  for (uint32_t i = 0; i < count; i++) {
    uint32_t action = bound->actions[watching->action[i]];
    bool decided = watching->kind[i] == LW_TAPE_REQUEST || watching->kind[i] == LW_TAPE_ANSWERED;
    if (decided && action != UINT32_MAX && is_seen(watching, first + i, i, action)) {
      lw_delta_mark(watching->todo, first + i);
    }
  }
}

/* Whoever is asked may have other limits: what came to a route is decided again. */
static void mark_asks(struct watching *watching)
{
  const struct lw_delta *delta = watching->delta;
  uint32_t n_budgets = delta->policy->n_budgets;
  const struct lw_rules *a = watching->rules;
  const struct lw_rules *b = &watching->other->rules;
  bool others = false;
  for (uint32_t i = 0; i < a->n_persons && !others && watching->changed != 0; i++) {
    size_t at = (size_t)i * n_budgets;
    others = delta->answers[i] &&
             (memcmp(a->limits + at, b->limits + at, n_budgets * sizeof *a->limits) != 0 ||
              memcmp(a->limit_times + at, b->limit_times + at, n_budgets * sizeof *a->limits) != 0);
  }
  for (size_t i = 0; i < delta->n_asks && others && watching->changed != 0; i++) {
    uint32_t action =
        delta->bound.actions[lw_tape_code_at(delta->tape, LW_TAPE_ACTION, delta->asks[i].row)];
    if (action != UINT32_MAX && (delta->reads[action] & watching->changed) != 0) {
      lw_delta_mark(watching->todo, delta->asks[i].row);
    }
  }
}

static bool mark_all(struct watching *watching)
{
  struct lw_delta *delta = watching->delta;
  uint64_t changed = watching->changed;
  if (changed != 0 && (changed & (changed - 1)) == 0 &&
      !know_used(delta, (uint32_t)__builtin_ctzll(changed))) {
    return false;
  }
  for (uint64_t first = 0; first < delta->n_rows && (watching->n_watches != 0 || changed != 0);
       first += BLOCK) {
    uint64_t left = delta->n_rows - first;
    mark_block(watching, first, left < BLOCK ? (uint32_t)left : BLOCK);
  }
  mark_asks(watching);
  return true;
}

bool lw_delta_watch(struct lw_delta *delta, struct lw_pass *other, uint64_t *todo)
{
  struct watching *watching = calloc(1, sizeof *watching);
  bool told = false;
  if (watching == NULL) {
    return false;
  }
  watching->delta = delta;
  watching->rules = &delta->pass->rules;
  watching->other = other;
  watching->todo = todo;
  watching->watched = calloc((size_t)delta->policy->n_actions + 1, sizeof *watching->watched);
  if (watching->watched != NULL) {
    compare_rules(watching);
    told = !watching->too_many && mark_all(watching);
  }
  free(watching->watched);
  free(watching);
  return told;
}
