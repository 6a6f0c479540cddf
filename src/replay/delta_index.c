/* The rows of each scope, in two rounds over the tape: how many each has, then which. Events stand
 * with what they are about: a reversal in the lists of the row whose draw it gives back, an answer
 * in the approver's and, because rails may read it, in the asker's. */
#include "replay/delta_inside.h"

#include "base/bounds.h"
#include "policy/who.h"

#include <stdlib.h>

enum { NO_SCOPE = 0, BLOCK = LW_BLOCK_ROWS };

static bool is_back(int64_t kind)
{
  return kind == LW_TAPE_CONFIRMED || kind == LW_TAPE_UNDONE;
}

static bool find_of(const struct lw_delta *delta, uint64_t row, uint64_t *ret_of)
{
  return lw_tape_find_seq(delta->tape, row, lw_tape_number(delta->tape, LW_TAPE_OF, row), ret_of);
}

/* --- whose --- */

static struct lw_party party_of_row(const struct lw_delta *delta, uint64_t row, uint64_t person_of)
{
  const struct lw_tape *tape = delta->tape;
  return lw_pass_party(delta->pass, lw_tape_code_at(tape, LW_TAPE_PERSON, person_of),
                       lw_tape_code_at(tape, LW_TAPE_CUSTOMER, row),
                       lw_tape_code_at(tape, LW_TAPE_CASE, row));
}

uint32_t lw_delta_parties(const struct lw_delta *delta, uint64_t row, struct lw_party *ret_parties)
{
  int64_t kind = lw_tape_number(delta->tape, LW_TAPE_KIND, row);
  uint64_t of = 0;
  switch ((enum lw_tape_kind)kind) {
  case LW_TAPE_REQUEST: ret_parties[0] = party_of_row(delta, row, row); return 1;
  case LW_TAPE_ANSWERED:
    ret_parties[0] = party_of_row(delta, row, row);
    if (!find_of(delta, row, &of)) {
      return 1;
    }
    ret_parties[1] = party_of_row(delta, row, of);
    return 2;
  case LW_TAPE_CONFIRMED:
  case LW_TAPE_UNDONE:
    if (!find_of(delta, row, &of)) {
      return 0;
    }
    ret_parties[0] = party_of_row(delta, of, of);
    return 1;
  case LW_TAPE_CLOSED: break;
  }
  return 0;
}

int64_t lw_delta_minor(const struct lw_delta *delta, const struct lw_run *run, uint64_t row)
{
  int64_t minor = run->verdicts[row] == LW_REPLAYED_ANSWERED
                      ? lw_tape_number(delta->tape, LW_TAPE_MINOR, row)
                      : delta->bound.amounts[lw_tape_code_at(delta->tape, LW_TAPE_AMOUNT, row)];
  return minor > 0 ? minor : 0;
}

/* --- lists --- */

/* The narrowest of what a budget is per. */
static enum lw_scope narrowest(const struct lw_budget *budget)
{
  static const unsigned widths[] = {
      [LW_SCOPE_CASE] = 0, [LW_SCOPE_CUSTOMER] = 1,     [LW_SCOPE_AGENT] = 2,
      [LW_SCOPE_TEAM] = 3, [LW_SCOPE_ORGANIZATION] = 4,
  };
  enum lw_scope best = budget->per[0];
  for (uint32_t i = 1; i < budget->n_per; i++) {
    best = widths[budget->per[i]] < widths[best] ? budget->per[i] : best;
  }
  return best;
}

static uint32_t numbers_of(const struct lw_delta *delta, enum lw_scope per)
{
  switch (per) {
  case LW_SCOPE_AGENT: return delta->bound.n_agents;
  case LW_SCOPE_TEAM: return delta->bound.n_teams;
  case LW_SCOPE_CUSTOMER: return lw_bound_codes(&delta->bound, LW_TAPE_CUSTOMER);
  case LW_SCOPE_CASE: return lw_bound_codes(&delta->bound, LW_TAPE_CASE);
  case LW_SCOPE_ORGANIZATION: break;
  }
  return 2;
}

static bool begin_lists(struct lw_delta *delta)
{
  bool begun = true;
  for (uint32_t b = 0; b < delta->policy->n_budgets; b++) {
    delta->list_of[b] = narrowest(&delta->policy->budgets[b]);
    delta->lists[delta->list_of[b]].used = true;
  }
  for (int per = 0; per < LW_DELTA_KINDS; per++) {
    struct lw_delta_list *list = &delta->lists[per];
    if (list->used) {
      list->count = numbers_of(delta, (enum lw_scope)per);
      list->from = calloc((size_t)list->count + 3, sizeof *list->from);
      begun = begun && list->from != NULL;
    }
  }
  return begun;
}

/* The first round counts in from[number + 2]; the second puts items by from[number + 1], which then
 * has come to stand where the number's items end. */
static void list_row(struct lw_delta *delta, const struct lw_party *party,
                     const struct lw_party *besides, uint32_t item)
{
  for (int per = 0; per < LW_DELTA_KINDS; per++) {
    struct lw_delta_list *list = &delta->lists[per];
    uint32_t number = party->parts[per];
    bool there = besides != NULL && besides->parts[per] == number; /* it stands there as its own */
    if (!list->used || number == NO_SCOPE || number >= list->count || there) {
      continue;
    }
    if (list->items == NULL) {
      list->from[number + 2]++;
    } else {
      list->items[list->from[number + 1]++] = item;
    }
  }
}

static bool end_counting(struct lw_delta *delta)
{
  bool ended = true;
  for (int per = 0; per < LW_DELTA_KINDS; per++) {
    struct lw_delta_list *list = &delta->lists[per];
    if (list->used) {
      for (uint32_t i = 1; i < list->count + 3; i++) {
        list->from[i] += list->from[i - 1];
      }
      list->items = malloc(((size_t)list->from[list->count + 2] + 1) * sizeof *list->items);
      ended = ended && list->items != NULL;
    }
  }
  return ended;
}

/* A block of what lists go by. */
struct codes {
  uint32_t person[BLOCK];
  uint32_t customer[BLOCK];
  uint32_t cases[BLOCK];
  uint32_t amount[BLOCK];
  int64_t kind[BLOCK];
  int64_t at[BLOCK];
};

static void read_codes(const struct lw_tape *tape, uint64_t first, uint32_t count,
                       struct codes *codes)
{
  lw_tape_read_codes(tape, LW_TAPE_PERSON, first, count, codes->person);
  lw_tape_read_codes(tape, LW_TAPE_CUSTOMER, first, count, codes->customer);
  lw_tape_read_codes(tape, LW_TAPE_CASE, first, count, codes->cases);
  lw_tape_read_numbers(tape, LW_TAPE_KIND, first, count, codes->kind);
}

static void list_event(struct lw_delta *delta, uint64_t row, int64_t kind)
{
  struct lw_party parties[2];
  uint32_t count = lw_delta_parties(delta, row, parties);
  if (count != 0) {
    list_row(delta, &parties[0], NULL, (uint32_t)row | (is_back(kind) ? LW_DELTA_BACK : 0));
  }
  if (count == 2) {
    list_row(delta, &parties[1], &parties[0], (uint32_t)row | LW_DELTA_READS);
  }
}

static void list_rows(struct lw_delta *delta, struct codes *codes)
{
  for (uint64_t first = 0; first < delta->n_rows; first += BLOCK) {
    uint64_t left = delta->n_rows - first;
    uint32_t count = left < BLOCK ? (uint32_t)left : BLOCK;
    read_codes(delta->tape, first, count, codes);
    for (uint32_t i = 0; i < count; i++) {
      if (codes->kind[i] == LW_TAPE_REQUEST) {
        const struct lw_party party =
            lw_pass_party(delta->pass, codes->person[i], codes->customer[i], codes->cases[i]);
        list_row(delta, &party, NULL, (uint32_t)(first + i));
      } else {
        list_event(delta, first + i, codes->kind[i]);
      }
    }
  }
}

static bool make_lists(struct lw_delta *delta)
{
  struct codes *codes = malloc(sizeof *codes);
  bool made = codes != NULL && begin_lists(delta);
  if (made) {
    list_rows(delta, codes);
    made = end_counting(delta);
  }
  if (made) {
    list_rows(delta, codes);
  }
  free(codes);
  return made;
}

/* --- events --- */

static bool add_child(struct lw_delta *delta, uint64_t of, uint64_t row)
{
  if (delta->n_children == delta->children_capacity) {
    size_t capacity = delta->children_capacity * 2 + 1024;
    struct lw_delta_child *children = realloc(delta->children, capacity * sizeof *children);
    if (children == NULL) {
      return false;
    }
    delta->children = children;
    delta->children_capacity = capacity;
  }
  delta->children[delta->n_children++] = (struct lw_delta_child){(uint32_t)of, (uint32_t)row};
  return true;
}

static bool add_back(struct lw_delta *delta, uint64_t of, uint64_t row)
{
  if (delta->n_backs == delta->backs_capacity) {
    size_t capacity = delta->backs_capacity * 2 + 1024;
    struct lw_delta_back *backs = realloc(delta->backs, capacity * sizeof *backs);
    if (backs == NULL) {
      return false;
    }
    delta->backs = backs;
    delta->backs_capacity = capacity;
  }
  delta->backs[delta->n_backs++] = (struct lw_delta_back){.row = (uint32_t)row, .of = (uint32_t)of};
  return true;
}

static void note_back(void *user, uint64_t row, uint64_t of, int64_t minor, int64_t times)
{
  struct lw_delta *delta = user;
  struct lw_delta_back *back = &delta->backs[delta->n_backs - 1];
  if (back->row == row && back->of == of) {
    back->minor = minor;
    back->times = times;
  }
}

static int by_of(const void *a, const void *b)
{
  const struct lw_delta_child *one = a;
  const struct lw_delta_child *two = b;
  return one->of != two->of ? (one->of > two->of) - (one->of < two->of)
                            : (one->row > two->row) - (one->row < two->row);
}

static bool take_event(struct lw_delta *delta, uint64_t row, int64_t kind)
{
  uint64_t of = 0;
  uint16_t grant = 0;
  if (kind == LW_TAPE_REQUEST || kind == LW_TAPE_CLOSED || !find_of(delta, row, &of)) {
    return true;
  }
  if (!add_child(delta, of, row) || (is_back(kind) && !add_back(delta, of, row))) {
    return false;
  }
  if (is_back(kind)) { /* says to note_back what it gave back */
    lw_pass_read(delta->pass, row, 1);
    (void)lw_pass_follow(delta->pass, 0, &grant);
  }
  return !delta->pass->failed;
}

/* What was given back, as the run that stands did: it has the outcomes. */
static bool make_events(struct lw_delta *delta)
{
  static const uint32_t some = 64;
  int64_t kinds[64];
  const struct lw_scopes scopes = {.give_back = note_back, .user = delta};
  bool made = true;
  const struct lw_scopes *before = delta->pass->scopes;
  delta->pass->scopes = &scopes;
  for (uint64_t first = 0; made && first < delta->n_rows; first += some) {
    uint64_t left = delta->n_rows - first;
    uint32_t count = left < some ? (uint32_t)left : some;
    lw_tape_read_numbers(delta->tape, LW_TAPE_KIND, first, count, kinds);
    for (uint32_t i = 0; made && i < count; i++) {
      made = take_event(delta, first + i, kinds[i]);
    }
  }
  delta->pass->scopes = before;
  if (delta->n_children != 0) {
    qsort(delta->children, delta->n_children, sizeof *delta->children, by_of);
  }
  return made;
}

size_t lw_delta_find_back(const struct lw_delta *delta, uint64_t row)
{
  size_t from = 0;
  size_t to = delta->n_backs;
  while (from < to) {
    size_t middle = from + (to - from) / 2;
    if (delta->backs[middle].row < row) {
      from = middle + 1;
    } else {
      to = middle;
    }
  }
  return from < delta->n_backs && delta->backs[from].row == row ? from : SIZE_MAX;
}

/* --- asking --- */

static bool is_ask(const struct lw_delta *delta, uint64_t row)
{
  uint8_t verdict = delta->base->verdicts[row];
  return verdict == LW_REPLAYED_ASK || verdict == LW_REPLAYED_REFUSED;
}

/* Requests that were not granted: whether a route could have been tried for them is not looked at
 * any closer. */
static void add_asks(struct lw_delta *delta, uint64_t first, uint32_t count, struct codes *codes)
{
  const struct lw_bound *bound = &delta->bound;
  lw_tape_read_codes(delta->tape, LW_TAPE_PERSON, first, count, codes->person);
  lw_tape_read_codes(delta->tape, LW_TAPE_AMOUNT, first, count, codes->amount);
  lw_tape_read_numbers(delta->tape, LW_TAPE_AT, first, count, codes->at);
  for (uint32_t i = 0; i < count; i++) {
    if (is_ask(delta, first + i)) {
      int64_t minor = bound->amounts[codes->amount[i]];
      delta->asks[delta->n_asks++] = (struct lw_delta_ask){
          .at = codes->at[i],
          .minor = minor != LW_TAPE_NONE ? minor : 0,
          .row = (uint32_t)(first + i),
          .team = (uint8_t)(delta->pass->rules.briefs[codes->person[i]].team % LW_DELTA_TEAMS),
          .refused = delta->base->verdicts[first + i] == LW_REPLAYED_REFUSED};
    }
  }
}

static bool make_asks(struct lw_delta *delta)
{
  struct codes *codes = malloc(sizeof *codes);
  size_t count = 0;
  for (uint64_t row = 0; row < delta->n_rows; row++) {
    count += is_ask(delta, row);
  }
  delta->asks = malloc((count + 1) * sizeof *delta->asks);
  bool made = codes != NULL && delta->asks != NULL;
  for (uint64_t first = 0; made && first < delta->n_rows; first += BLOCK) {
    uint64_t left = delta->n_rows - first;
    add_asks(delta, first, left < BLOCK ? (uint32_t)left : BLOCK, codes);
  }
  free(codes);
  return made;
}

/* Whose asks may come to whom, by all levels of all routes. */
static void make_asked_by(struct lw_delta *delta)
{
  const struct lw_pass *pass = delta->pass;
  for (uint32_t level = 0; level < pass->n_levels; level++) {
    for (uint32_t team = 0; team < pass->n_teams; team++) {
      const struct lw_answerers *list = &pass->answerers[(size_t)level * pass->n_teams + team];
      for (uint32_t i = 0; i < list->count; i++) {
        delta->asked_by[list->persons[i]] |= UINT64_C(1) << team % LW_DELTA_TEAMS;
      }
    }
  }
}

static bool may_be_asked(const struct lw_policy *policy, const struct lw_bound_person *person)
{
  bool may = person->actor.assumed;
  for (uint32_t r = 0; r < policy->n_routes; r++) {
    for (uint32_t l = 0; !may && l < policy->routes[r].n_levels; l++) {
      may = lw_who_fits(&policy->routes[r].levels[l].who, &person->actor, person->tier,
                        person->actor.team, INT64_MIN);
    }
  }
  return may;
}

static bool make_answers(struct lw_delta *delta)
{
  const struct lw_bound *bound = &delta->bound;
  delta->answers = calloc((size_t)bound->n_persons + 1, sizeof *delta->answers);
  delta->agents = calloc((size_t)bound->n_agents + 1, sizeof *delta->agents);
  delta->n_agents = bound->n_agents;
  for (uint32_t i = 0; delta->answers != NULL && delta->agents != NULL && i < bound->n_persons;
       i++) {
    delta->answers[i] = may_be_asked(delta->policy, &bound->persons[i]);
    delta->agents[bound->persons[i].agent] |= delta->answers[i];
  }
  delta->asked_by = calloc((size_t)bound->n_persons + 1, sizeof *delta->asked_by);
  if (delta->asked_by != NULL) {
    make_asked_by(delta);
  }
  return delta->answers != NULL && delta->agents != NULL && delta->asked_by != NULL;
}

/* --- what rules come to --- */

static void make_reads(struct lw_delta *delta)
{
  const struct lw_policy *policy = delta->policy;
  for (uint32_t b = 0; b < policy->n_budgets; b++) {
    delta->by_rules |= policy->budgets[b].used_slot != UINT32_MAX ? UINT64_C(1) << b : 0;
  }
  for (uint32_t g = 0; g < policy->n_grants; g++) {
    for (uint32_t d = 0; d < policy->grants[g].n_draws; d++) {
      delta->draws[g + 1] |= UINT64_C(1) << policy->grants[g].draws[d];
    }
  }
  for (uint32_t a = 0; a < policy->n_actions; a++) {
    delta->reads[a] = delta->by_rules;
    for (uint32_t i = 0; i < policy->actions[a].n_grants; i++) {
      delta->reads[a] |= delta->draws[policy->actions[a].grants[i] + 1];
    }
  }
}

/* Nothing is kept where some action has rules of more than one word. False when memory is out. */
static bool make_words(struct lw_delta *delta)
{
  uint64_t words[LW_RULES_WORDS_MAX];
  for (uint32_t a = 0; a < delta->policy->n_actions; a++) {
    if (delta->pass->rules.actions[a].n_words != 1) {
      return true;
    }
  }
  delta->words = malloc((delta->n_rows + 1) * sizeof *delta->words);
  for (uint64_t first = 0; delta->words != NULL && first < delta->n_rows; first += BLOCK) {
    uint64_t left = delta->n_rows - first;
    uint32_t count = left < BLOCK ? (uint32_t)left : BLOCK;
    lw_pass_read(delta->pass, first, count);
    for (uint32_t i = 0; i < count; i++) {
      bool reads = lw_pass_words(delta->pass, i, words) != UINT32_MAX;
      delta->words[first + i] = reads ? words[0] : 0; /* 0: no policy can read it */
    }
  }
  return delta->words != NULL;
}

bool lw_delta_index(struct lw_delta *delta)
{
  const struct lw_policy *policy = delta->policy;
  delta->list_of = calloc((size_t)policy->n_budgets + 1, sizeof *delta->list_of);
  delta->draws = calloc((size_t)policy->n_grants + 1, sizeof *delta->draws);
  delta->reads = calloc((size_t)policy->n_actions + 1, sizeof *delta->reads);
  if (delta->list_of == NULL || delta->draws == NULL || delta->reads == NULL) {
    return false;
  }
  make_reads(delta);
  return make_answers(delta) && make_lists(delta) && make_events(delta) && make_asks(delta) &&
         make_words(delta);
}
