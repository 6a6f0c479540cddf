/* Rows that a change touches are marked, and decided in their order, each by the long way of run.c.
 * What they ask budgets for is rebuilt scope by scope, from the rows of that scope alone
 * (delta_index.c), twice: as the run that stands drew, and as the draft draws. Where a row comes
 * out otherwise, the scopes that it draws from are dirty from then on: the next row that reads one
 * of them is marked, and decides again, and marks the one after it, until what both have drawn is
 * the same to every row that may still come. What depends on a row by name (its answer, its
 * reversal) is marked with it; who could be asked depends on budgets of those who answer, so that
 * requests that came to a route are marked while one of those is dirty.
 *
 * A row that nothing it reads is different for comes out as it did: that is all that this rests on.
 * What it reads is taken too widely rather than looked at closely. */
#include "replay/delta_inside.h"

#include "base/bounds.h"
#include "replay/spent_inside.h"

#include <stdlib.h>

enum {
  NO_SCOPE = 0,
  GROUP = 16, /* rows that are read at once; divides LW_BLOCK_ROWS */
  LOOK_ROWS = 1 << 9,
  ASKED_MAX = 8,
  FIRST_ROWS = 1 << 15
};

/* One scope of one budget, as far as it was asked for. */
struct entry {
  uint32_t budget;
  uint32_t scope;
  uint32_t number; /* in both `spent` */
  uint32_t cursor; /* of the list's items: the first that was not counted yet */
  uint32_t end;
  uint32_t chained; /* the row that was marked for it last */
  bool dirty;
  bool answers;    /* it may be of somebody who is asked, */
  uint32_t person; /* and this is their limit; UINT32_MAX: of several, or not by amount alone */
};

/* Limits that those who may be asked have of a budget, each once. */
struct asked {
  bool known;
  bool many;
  uint32_t count;
  uint32_t persons[ASKED_MAX];
};

struct drag {
  struct lw_delta *delta;
  struct lw_pass *pass;
  struct lw_run run;
  struct lw_scopes scopes;
  uint64_t *todo;
  uint64_t *sure; /* of todo: to be decided, whatever budgets say */
  uint64_t *done;
  struct entry *entries;
  size_t n_entries;
  size_t entries_capacity;
  uint32_t *slots; /* entries + 1, by budget and scope; 0: free */
  size_t slots_mask;
  uint32_t *counts;    /* by budget: numbers given */
  uint32_t **entry_of; /* by budget and number */
  struct lw_delta_back *backs;
  uint64_t row;   /* at hand */
  uint64_t group; /* first row of those that were read */
  struct lw_delta_asking asking;
  uint32_t *dirty_of;     /* by budget: dirty entries */
  uint64_t dirty_budgets; /* bits of those that have some */
  struct asked *asked;    /* by budget: by whose limits an ask may be decided */
  uint64_t decided;
  bool much; /* more than the whole run would take: it stopped, and rows that follow are not done */
  bool failed;
};

/* --- scopes --- */

static size_t slot_of(const struct drag *drag, uint32_t budget, uint32_t scope)
{
  uint64_t key = (uint64_t)budget << 32 | scope;
  size_t at = (size_t)((key * UINT64_C(0x9E3779B97F4A7C15)) >> 20) & drag->slots_mask;
  while (drag->slots[at] != 0 && (drag->entries[drag->slots[at] - 1].budget != budget ||
                                  drag->entries[drag->slots[at] - 1].scope != scope)) {
    at = (at + 1) & drag->slots_mask;
  }
  return at;
}

static bool grow_slots(struct drag *drag)
{
  size_t count = drag->slots_mask != 0 ? (drag->slots_mask + 1) * 2 : 4096;
  uint32_t *slots = calloc(count, sizeof *slots);
  if (slots == NULL) {
    return false;
  }
  free(drag->slots);
  drag->slots = slots;
  drag->slots_mask = count - 1;
  for (size_t i = 0; i < drag->n_entries; i++) {
    slots[slot_of(drag, drag->entries[i].budget, drag->entries[i].scope)] = (uint32_t)i + 1;
  }
  return true;
}

static bool make_room(struct drag *drag, uint32_t budget)
{
  uint32_t number = drag->counts[budget] + 1;
  if (drag->n_entries == drag->entries_capacity) {
    size_t capacity = drag->entries_capacity * 2 + 1024;
    struct entry *entries = realloc(drag->entries, capacity * sizeof *entries);
    if (entries == NULL) {
      return false;
    }
    drag->entries = entries;
    drag->entries_capacity = capacity;
  }
  if ((number & (number - 1)) == 0) { /* at each power of two */
    uint32_t *entry_of = realloc(drag->entry_of[budget], (size_t)number * 2 * sizeof *entry_of);
    if (entry_of == NULL) {
      return false;
    }
    drag->entry_of[budget] = entry_of;
  }
  uint32_t rows = 256; /* doubles: what is there is copied each time */
  while (rows <= number) {
    rows *= 2;
  }
  return (drag->n_entries * 2 < drag->slots_mask || grow_slots(drag)) &&
         lw_spent_reserve(drag->delta->pass->spent, budget, rows) &&
         lw_spent_reserve(drag->pass->spent, budget, rows);
}

static bool is_per_people(const struct lw_budget *budget)
{
  bool is = false;
  for (uint32_t i = 0; i < budget->n_per; i++) {
    is |= budget->per[i] == LW_SCOPE_AGENT || budget->per[i] == LW_SCOPE_TEAM;
  }
  return is;
}

static bool may_answer(const struct drag *drag, const struct lw_budget *budget,
                       const struct lw_party *party)
{
  uint32_t agent = party->parts[LW_SCOPE_AGENT];
  bool asked = true;
  for (uint32_t i = 0; i < budget->n_per; i++) {
    asked &= budget->per[i] != LW_SCOPE_AGENT || agent >= drag->delta->n_agents ||
             drag->delta->agents[agent];
  }
  return asked && is_per_people(budget);
}

static bool has_same_limits(const struct drag *drag, uint32_t budget, uint32_t a, uint32_t b)
{
  const struct lw_rules *sides[] = {&drag->delta->pass->rules, &drag->pass->rules};
  size_t n_budgets = drag->delta->policy->n_budgets;
  bool same = true;
  for (int i = 0; i < 2; i++) {
    same &= sides[i]->limits[a * n_budgets + budget] == sides[i]->limits[b * n_budgets + budget] &&
            sides[i]->limit_times[a * n_budgets + budget] ==
                sides[i]->limit_times[b * n_budgets + budget];
  }
  return same;
}

/* Whose asks may come to the scope of a budget of people; *ret_person: whose limits it has. */
static uint64_t asked_by(const struct drag *drag, uint32_t budget, uint32_t scope,
                         uint32_t *ret_person)
{
  const struct lw_delta *delta = drag->delta;
  const struct lw_budget *of = &delta->policy->budgets[budget];
  uint64_t teams = 0;
  uint32_t found = UINT32_MAX;
  bool many = of->n_per > 1 || (delta->by_rules >> budget & 1) != 0;
  for (uint32_t p = 0; p < delta->bound.n_persons; p++) {
    const struct lw_person_brief *brief = &delta->pass->rules.briefs[p];
    uint32_t own = of->per[0] == LW_SCOPE_AGENT ? brief->agent : brief->team;
    if (delta->asked_by[p] != 0 && (of->n_per > 1 || own == scope)) {
      teams |= delta->asked_by[p];
      many |= found != UINT32_MAX && !has_same_limits(drag, budget, found, p);
      found = p;
    }
  }
  *ret_person = many ? UINT32_MAX : found;
  return teams;
}

static const struct lw_delta_list *list_of(const struct drag *drag, uint32_t budget)
{
  return &drag->delta->lists[drag->delta->list_of[budget]];
}

/* NULL: it is not there, and not wanted, or memory is out. */
static struct entry *entry_at(struct drag *drag, uint32_t budget, uint32_t scope,
                              const struct lw_party *party, bool wanted)
{
  if (drag->slots_mask != 0) {
    uint32_t found = drag->slots[slot_of(drag, budget, scope)];
    if (found != 0 || !wanted) {
      return found != 0 ? &drag->entries[found - 1] : NULL;
    }
  }
  if (!wanted || !make_room(drag, budget)) {
    drag->failed |= wanted;
    return NULL;
  }
  const struct lw_delta_list *list = list_of(drag, budget);
  uint32_t number = party->parts[drag->delta->list_of[budget]];
  bool listed = number < list->count;
  struct entry *entry = &drag->entries[drag->n_entries];
  *entry = (struct entry){.budget = budget,
                          .scope = scope,
                          .number = ++drag->counts[budget],
                          .cursor = listed ? list->from[number] : 0,
                          .end = listed ? list->from[number + 1] : 0,
                          .answers = may_answer(drag, &drag->delta->policy->budgets[budget], party),
                          .person = UINT32_MAX};
  drag->entry_of[budget][entry->number] = (uint32_t)drag->n_entries++;
  drag->slots[slot_of(drag, budget, scope)] = (uint32_t)drag->n_entries;
  return entry;
}

/* Whether a row is about this scope; those per one thing are listed by it. */
static bool is_about(struct drag *drag, const struct entry *entry, uint32_t row, bool reads_too)
{
  struct lw_party parties[2];
  bool about = false;
  if (drag->delta->policy->budgets[entry->budget].n_per == 1) {
    return true;
  }
  uint32_t count = lw_delta_parties(drag->delta, row, parties);
  for (uint32_t i = 0; i < count && (i == 0 || reads_too); i++) {
    about |= lw_pass_scope(drag->delta->pass, entry->budget, &parties[i]) == entry->scope;
  }
  return about;
}

static void count_back(struct drag *drag, const struct entry *entry, uint32_t row)
{
  const struct lw_delta *delta = drag->delta;
  size_t found = lw_delta_find_back(delta, row);
  if (found == SIZE_MAX || !is_about(drag, entry, row, false)) {
    return;
  }
  const struct lw_delta_back *sides[] = {&delta->backs[found], &drag->backs[found]};
  const uint16_t grants[] = {delta->base->grants[sides[0]->of], drag->run.grants[sides[0]->of]};
  struct lw_spent *spents[] = {delta->pass->spent, drag->pass->spent};
  lw_usec at = lw_tape_number(delta->tape, LW_TAPE_AT, sides[0]->of);
  for (int i = 0; i < 2; i++) {
    bool drew = (delta->draws[grants[i]] >> entry->budget & 1) != 0;
    if (drew && (sides[i]->minor != 0 || sides[i]->times != 0)) {
      lw_spent_give_back(spents[i], entry->budget, entry->number, at, sides[i]->minor,
                         sides[i]->times);
    }
  }
}

static void count_row(struct drag *drag, const struct entry *entry, uint32_t item)
{
  const struct lw_delta *delta = drag->delta;
  uint32_t row = item & LW_DELTA_ROW;
  if ((item & LW_DELTA_READS) != 0) {
    return;
  }
  if ((item & LW_DELTA_BACK) != 0) {
    count_back(drag, entry, row);
    return;
  }
  bool before = (delta->draws[delta->base->grants[row]] >> entry->budget & 1) != 0;
  bool after = (delta->draws[drag->run.grants[row]] >> entry->budget & 1) != 0;
  if ((!before && !after) || !is_about(drag, entry, row, false)) {
    return;
  }
  lw_usec at = lw_tape_number(delta->tape, LW_TAPE_AT, row);
  int64_t minor = lw_delta_minor(delta, before ? delta->base : &drag->run, row);
  drag->failed |=
      before && !lw_spent_draw(delta->pass->spent, entry->budget, entry->number, at, minor);
  drag->failed |=
      after && !lw_spent_draw(drag->pass->spent, entry->budget, entry->number, at, minor);
}

/* Counts what rows before the one at hand have drawn. */
static void bring(struct drag *drag, struct entry *entry)
{
  const uint32_t *items = list_of(drag, entry->budget)->items;
  while (entry->cursor < entry->end && (items[entry->cursor] & LW_DELTA_ROW) < drag->row) {
    count_row(drag, entry, items[entry->cursor++]);
  }
}

static uint32_t find_scope(void *user, uint32_t budget, uint32_t scope,
                           const struct lw_party *party)
{
  struct drag *drag = user;
  struct entry *entry = entry_at(drag, budget, scope, party, true);
  if (entry == NULL) {
    return NO_SCOPE;
  }
  bring(drag, entry);
  return entry->number;
}

static uint32_t scope_of_number(void *user, uint32_t budget, uint32_t number)
{
  const struct drag *drag = user;
  return drag->entries[drag->entry_of[budget][number]].scope;
}

static void note_back(void *user, uint64_t row, uint64_t of, int64_t minor, int64_t times)
{
  struct drag *drag = user;
  size_t found = lw_delta_find_back(drag->delta, row);
  (void)of;
  if (found != SIZE_MAX) {
    drag->backs[found].minor = minor;
    drag->backs[found].times = times;
  }
}

/* --- what a row's outcome touches --- */

static bool comes_to(const struct drag *drag, uint32_t row, uint32_t budget)
{
  const struct lw_delta *delta = drag->delta;
  uint32_t action = delta->bound.actions[lw_tape_code_at(delta->tape, LW_TAPE_ACTION, row)];
  return action != UINT32_MAX && (delta->reads[action] >> budget & 1) != 0;
}

/* Marks the next row that is about the scope. */
static void chain(struct drag *drag, struct entry *entry)
{
  const uint32_t *items = list_of(drag, entry->budget)->items;
  if (entry->chained > drag->row) {
    return;
  }
  for (uint32_t i = entry->cursor; i < entry->end; i++) {
    uint32_t row = items[i] & LW_DELTA_ROW;
    bool is_back = (items[i] & LW_DELTA_BACK) != 0;
    if (row > drag->row && (is_back || comes_to(drag, row, entry->budget)) &&
        is_about(drag, entry, row, true)) {
      entry->chained = row;
      lw_delta_mark(drag->todo, row);
      return;
    }
  }
}

static void set_dirty(struct drag *drag, struct entry *entry, bool dirty)
{
  uint32_t number = (uint32_t)(entry - drag->entries);
  if (entry->dirty != dirty) {
    uint32_t *count = &drag->dirty_of[entry->budget];
    *count += dirty ? 1 : UINT32_MAX;
    drag->dirty_budgets &= ~(UINT64_C(1) << entry->budget);
    drag->dirty_budgets |= *count != 0 ? UINT64_C(1) << entry->budget : 0;
  }
  if (entry->answers && dirty && !entry->dirty) {
    uint64_t teams = asked_by(drag, entry->budget, entry->scope, &entry->person);
    drag->failed |= teams != 0 && !lw_delta_asking_add(&drag->asking, number, teams);
  } else if (entry->answers && (dirty || entry->dirty)) {
    lw_delta_asking_touch(&drag->asking, number, dirty);
  }
  entry->dirty = dirty;
}

/* What both policies leave of an entry, by whose limits; INT64_MAX: no limit. *ret_times: whether
 * there is another time left. */
static int64_t left_of(const struct lw_rules *rules, size_t at, const struct lw_used *used,
                       bool *ret_times)
{
  int64_t left = INT64_MAX;
  *ret_times = rules->limit_times[at] < 0 || used->times < rules->limit_times[at];
  if (rules->limits[at] >= 0 &&
      !__builtin_sub_overflow(rules->limits[at], used->amount_minor, &left)) {
    left = left > 0 ? left : 0;
  }
  return left;
}

/* Until when what was drawn by now counts as it does. */
static void until_when(struct drag *drag, const struct entry *entry, struct lw_delta_dirty *dirty)
{
  const struct lw_spent_sheet *sheet = &drag->pass->spent->sheets[entry->budget];
  const struct lw_delta_list *list = list_of(drag, entry->budget);
  dirty->until_row =
      entry->cursor < entry->end ? list->items[entry->cursor] & LW_DELTA_ROW : UINT32_MAX;
  dirty->from = INT64_MIN;
  dirty->to = INT64_MAX;
  if (sheet->shape == LW_SPENT_CALENDAR) {
    dirty->from = sheet->period.start;
    dirty->to = sheet->period.end;
  } else if (sheet->shape != LW_SPENT_PLAIN) { /* draws leave it at any moment */
    dirty->to = INT64_MIN;
  }
}

static bool look_at_asked(void *user, const struct lw_delta_ask *ask, struct lw_delta_dirty *dirty)
{
  struct drag *drag = user;
  struct entry *entry = &drag->entries[dirty->entry];
  struct lw_spent *spents[] = {drag->delta->pass->spent, drag->pass->spent};
  const struct lw_rules *rules[] = {&drag->delta->pass->rules, &drag->pass->rules};
  int64_t left[2] = {0, 0};
  bool times[2] = {true, true};
  drag->row = ask->row;
  bring(drag, entry);
  if (lw_spent_same(spents[0], spents[1], entry->budget, entry->number, ask->at,
                    drag->pass->rules.reads_last)) {
    entry->dirty = false;
    drag->dirty_of[entry->budget]--;
    return false;
  }
  for (int i = 0; i < 2 && entry->person != UINT32_MAX; i++) {
    struct lw_used used;
    size_t at = (size_t)entry->person * drag->delta->policy->n_budgets + entry->budget;
    lw_spent_used(spents[i], entry->budget, entry->number, ask->at, &used);
    left[i] = left_of(rules[i], at, &used, &times[i]);
  }
  for (int i = 0; i < 2; i++) { /* lost: left before and not after; gained: the other way round */
    bool told = entry->person != UINT32_MAX;
    dirty->lost_gained[i] = (struct lw_delta_amounts){
        .above = !told || !times[1 - i] ? INT64_MIN : left[1 - i],
        .within = !told       ? INT64_MAX
                  : !times[i] ? INT64_MIN
                              : left[i],
    };
  }
  until_when(drag, entry, dirty);
  return true;
}

static void look_at_scope(struct drag *drag, uint32_t budget, uint32_t scope,
                          const struct lw_party *party, bool other)
{
  struct entry *entry = entry_at(drag, budget, scope, party, other);
  if (entry == NULL || (!entry->dirty && !other)) {
    return;
  }
  bring(drag, entry);
  if (entry->dirty && !other) {
    lw_usec at = lw_tape_number(drag->delta->tape, LW_TAPE_AT, drag->row);
    if (lw_spent_same(drag->delta->pass->spent, drag->pass->spent, budget, entry->number, at,
                      drag->pass->rules.reads_last)) {
      set_dirty(drag, entry, false);
    }
  } else {
    set_dirty(drag, entry, true);
  }
  if (entry->dirty) {
    chain(drag, entry);
  }
}

/* others: bits of budgets that the row draws from otherwise than before. */
static void look_at_scopes(struct drag *drag, uint64_t others)
{
  struct lw_party parties[2];
  uint32_t count = lw_delta_parties(drag->delta, drag->row, parties);
  for (uint64_t left = others | drag->dirty_budgets; left != 0; left &= left - 1) {
    uint32_t b = (uint32_t)__builtin_ctzll(left);
    uint32_t own = NO_SCOPE; /* both may be the same */
    for (uint32_t i = 0; i < count; i++) {
      uint32_t scope = lw_pass_scope(drag->delta->pass, b, &parties[i]);
      if (scope != NO_SCOPE && scope != LW_SPENT_NOBODY && scope != own) {
        look_at_scope(drag, b, scope, &parties[i], i == 0 && (others >> b & 1) != 0);
      }
      own = scope;
    }
  }
}

static void mark_children(struct drag *drag)
{
  const struct lw_delta *delta = drag->delta;
  size_t from = 0;
  size_t to = delta->n_children;
  while (from < to) {
    size_t middle = from + (to - from) / 2;
    if (delta->children[middle].of < drag->row) {
      from = middle + 1;
    } else {
      to = middle;
    }
  }
  for (; from < delta->n_children && delta->children[from].of == drag->row; from++) {
    lw_delta_mark(drag->todo, delta->children[from].row);
    lw_delta_mark(drag->sure, delta->children[from].row);
  }
}

/* --- rows --- */

static uint32_t read_row(struct drag *drag)
{
  uint64_t first = drag->row / GROUP * GROUP;
  uint64_t left = drag->delta->n_rows - first;
  if (drag->group != first) {
    lw_pass_read(drag->pass, first, left < GROUP ? (uint32_t)left : GROUP);
    drag->group = first;
  }
  return (uint32_t)(drag->row - first);
}

/* A row that gives back does as it did, where what it is about came out as it did. Bits of budgets
 * of which it now gives back something else. */
static uint64_t give_back(struct drag *drag)
{
  const struct lw_delta *delta = drag->delta;
  size_t found = lw_delta_find_back(delta, drag->row);
  uint16_t grant = 0;
  if (found == SIZE_MAX) {
    return 0;
  }
  const struct lw_delta_back *before = &delta->backs[found];
  struct lw_delta_back *after = &drag->backs[found];
  uint16_t grants[] = {delta->base->grants[before->of], drag->run.grants[before->of]};
  if (grants[0] == grants[1] &&
      delta->base->verdicts[before->of] == drag->run.verdicts[before->of]) {
    return 0;
  }
  after->minor = after->times = 0;
  (void)lw_pass_follow(drag->pass, read_row(drag), &grant);
  bool same = before->minor == after->minor && before->times == after->times;
  return same && grants[0] == grants[1] ? 0 : delta->draws[grants[0]] | delta->draws[grants[1]];
}

static uint64_t decide(struct drag *drag)
{
  const struct lw_delta *delta = drag->delta;
  uint16_t grant = 0;
  uint64_t row = drag->row;
  uint8_t verdict = lw_pass_follow(drag->pass, read_row(drag), &grant);
  uint16_t before = delta->base->grants[row];
  if (verdict != delta->base->verdicts[row] || grant != before) {
    drag->run.verdicts[row] = verdict;
    drag->run.grants[row] = grant;
    mark_children(drag);
  }
  drag->decided++;
  return delta->draws[before] ^ delta->draws[grant];
}

/* --- rows that come out as they did --- */

/* Whether both policies say the same of an amount, by these limits and what was drawn. */
static bool is_alike(const struct drag *drag, uint32_t budget, uint32_t person,
                     const struct lw_used *used, int64_t minor)
{
  const struct lw_rules *sides[] = {&drag->delta->pass->rules, &drag->pass->rules};
  size_t at = (size_t)person * drag->delta->policy->n_budgets + budget;
  bool covers[2];
  bool full[2];
  for (int i = 0; i < 2; i++) {
    int64_t limit = sides[i]->limits[at];
    int64_t times = sides[i]->limit_times[at];
    covers[i] = lw_spent_leaves(limit, times, used[i].amount_minor, used[i].times, minor);
    full[i] = lw_spent_leaves(limit, times, 0, 0, minor);
  }
  return covers[0] == covers[1] && full[0] == full[1];
}

static const struct asked *know_asked(struct drag *drag, uint32_t budget)
{
  struct asked *asked = &drag->asked[budget];
  for (uint32_t p = 0; p < drag->delta->bound.n_persons && !asked->known && !asked->many; p++) {
    bool there = drag->delta->asked_by[p] == 0;
    for (uint32_t i = 0; i < asked->count && !there; i++) {
      there = has_same_limits(drag, budget, asked->persons[i], p);
    }
    if (!there && asked->count < ASKED_MAX) {
      asked->persons[asked->count++] = p;
    } else if (!there) {
      asked->many = true;
    }
  }
  asked->known = true;
  return asked;
}

/* The same for whoever may be asked, of a budget that is not theirs but the row's. */
static bool is_alike_for_asked(struct drag *drag, uint32_t budget, const struct lw_used *used,
                               int64_t minor)
{
  if (is_per_people(&drag->delta->policy->budgets[budget])) {
    return true; /* their own are looked at by themselves */
  }
  const struct asked *asked = know_asked(drag, budget);
  bool alike = !asked->many;
  for (uint32_t i = 0; i < asked->count && alike; i++) {
    alike = is_alike(drag, budget, asked->persons[i], used, minor);
  }
  return alike;
}

/* What of a row its budgets are asked about. */
struct about {
  lw_usec at;
  int64_t minor;
  uint32_t person;
  bool asks; /* it was not granted: somebody else may be asked */
};

static bool is_entry_alike(struct drag *drag, struct entry *entry, const struct about *about)
{
  struct lw_used used[2];
  bring(drag, entry);
  lw_spent_used(drag->delta->pass->spent, entry->budget, entry->number, about->at, &used[0]);
  lw_spent_used(drag->pass->spent, entry->budget, entry->number, about->at, &used[1]);
  return is_alike(drag, entry->budget, about->person, used, about->minor) &&
         (!about->asks || is_alike_for_asked(drag, entry->budget, used, about->minor));
}

/* Every dirty budget that the row may come to answers it as before. */
static bool are_budgets_alike(struct drag *drag, const struct about *about)
{
  const struct lw_delta *delta = drag->delta;
  struct lw_party parties[2];
  uint32_t count = lw_delta_parties(delta, drag->row, parties);
  bool alike = true;
  for (uint64_t left = drag->dirty_budgets; left != 0 && alike; left &= left - 1) {
    uint32_t b = (uint32_t)__builtin_ctzll(left);
    for (uint32_t i = 0; i < count && alike; i++) {
      uint32_t scope = lw_pass_scope(delta->pass, b, &parties[i]);
      bool there = scope != NO_SCOPE && scope != LW_SPENT_NOBODY;
      struct entry *entry = there ? entry_at(drag, b, scope, &parties[i], false) : NULL;
      if (entry != NULL && entry->dirty) {
        /* Of who asked, beside who answers, only rules read. */
        alike = (delta->by_rules >> b & 1) == 0 && (i == 1 || is_entry_alike(drag, entry, about));
      }
    }
  }
  return alike;
}

/* A row that is there for a budget alone: nothing that it asks of budgets has another answer. */
static bool comes_out_the_same(struct drag *drag, int64_t kind)
{
  const struct lw_delta *delta = drag->delta;
  uint64_t row = drag->row;
  uint8_t verdict = delta->base->verdicts[row];
  int64_t minor = kind == LW_TAPE_ANSWERED
                      ? lw_tape_number(delta->tape, LW_TAPE_MINOR, row)
                      : delta->bound.amounts[lw_tape_code_at(delta->tape, LW_TAPE_AMOUNT, row)];
  const struct about about = {
      .at = lw_tape_number(delta->tape, LW_TAPE_AT, row),
      .minor = minor != LW_TAPE_NONE ? minor : 0,
      .person = lw_tape_code_at(delta->tape, LW_TAPE_PERSON, row),
      .asks = verdict == LW_REPLAYED_ASK || verdict == LW_REPLAYED_REFUSED,
  };
  return are_budgets_alike(drag, &about) &&
         (!about.asks || lw_delta_asking_next(&drag->asking, row, row + 1) == UINT64_MAX);
}

static bool is_sure(const struct drag *drag, uint64_t row)
{
  return (drag->sure[row / 64] >> (row % 64) & 1) != 0;
}

static void process(struct drag *drag)
{
  uint64_t row = drag->row;
  int64_t kind = lw_tape_number(drag->delta->tape, LW_TAPE_KIND, row);
  uint64_t others = 0;
  if (kind == LW_TAPE_CLOSED) {
    return;
  }
  if (kind != LW_TAPE_REQUEST && kind != LW_TAPE_ANSWERED) {
    others = give_back(drag);
  } else if (is_sure(drag, row) || !comes_out_the_same(drag, kind)) {
    lw_delta_mark(drag->done, row);
    others = decide(drag);
  }
  look_at_scopes(drag, others);
  drag->failed |= drag->pass->failed;
}

/* A row that is decided again costs as much as four of the whole run: where more than a quarter of
 * the rows were, as far as it has come, that is quicker. The first rows don't tell. */
static bool is_much(const struct drag *drag, uint64_t so_far)
{
  return drag->decided > so_far / 4 + FIRST_ROWS;
}

/* The first marked row from `from` on, or n_rows. */
static uint64_t next_marked(const struct drag *drag, uint64_t from)
{
  uint64_t n_words = (drag->delta->n_rows + 63) / 64;
  uint64_t word = from / 64;
  uint64_t bits = word < n_words ? drag->todo[word] & ~UINT64_C(0) << from % 64 : 0;
  while (bits == 0 && ++word < n_words) {
    bits = drag->todo[word];
  }
  return bits != 0 ? word * 64 + (uint64_t)__builtin_ctzll(bits) : drag->delta->n_rows;
}

/* The next row that may come out otherwise, or n_rows. */
static uint64_t next_row(struct drag *drag, uint64_t from)
{
  uint64_t row = next_marked(drag, from);
  uint64_t ask = lw_delta_asking_next(&drag->asking, from, row);
  if (ask != UINT64_MAX) {
    lw_delta_mark(drag->sure, ask);
    row = ask;
  }
  return row;
}

static enum lw_code process_all(struct drag *drag, const struct lw_run_options *options,
                                struct lw_error *err)
{
  uint64_t n_rows = drag->delta->n_rows;
  uint64_t looked = 0;
  bool goes_on = true;
  for (uint64_t row = next_row(drag, 0); row < n_rows && goes_on && !drag->failed && !drag->much;
       row = next_row(drag, row + 1)) { /* rows behind may be marked meanwhile */
    drag->row = row;
    process(drag);
    drag->much = is_much(drag, row);
    if (looked++ % LOOK_ROWS == 0 && options != NULL && options->progress != NULL) {
      goes_on = options->progress(options->user, row, n_rows);
    }
  }
  return drag->failed ? lw_fail(err, LW_NO_MEMORY, "out of memory for replaying")
         : goes_on    ? LW_OK
                      : lw_fail(err, LW_BUSY, "stopped");
}

/* --- empty budgets --- */

/* A scope's number in this run, where the run that stands has numbered them by itself. */
static uint32_t scope_here(const struct lw_delta *delta, const struct lw_run_dry *dry)
{
  struct lw_party parties[2];
  if (delta->policy->budgets[dry->budget].n_per == 1 ||
      lw_delta_parties(delta, dry->row, parties) == 0) {
    return dry->scope;
  }
  return lw_pass_scope(delta->pass, dry->budget, &parties[0]);
}

/* Rows that were decided again have the new ones, all others those that they had. */
static bool merge_dry(struct drag *drag)
{
  const struct lw_delta *delta = drag->delta;
  const struct lw_run *base = delta->base;
  struct lw_run *run = &drag->run;
  size_t most = base->n_dry + run->n_dry;
  struct lw_run_dry *dry = malloc((most + 1) * sizeof *dry);
  size_t count = 0;
  size_t k = 0;
  for (size_t i = 0; dry != NULL && i < base->n_dry; i++) {
    struct lw_run_dry kept = base->dry[i];
    if ((drag->done[kept.row / 64] >> (kept.row % 64) & 1) != 0) {
      continue;
    }
    while (k < run->n_dry && run->dry[k].row < kept.row) {
      dry[count++] = run->dry[k++];
    }
    kept.scope = scope_here(delta, &kept);
    dry[count++] = kept;
  }
  while (dry != NULL && k < run->n_dry) {
    dry[count++] = run->dry[k++];
  }
  if (dry == NULL) {
    return false;
  }
  free(run->dry);
  run->dry = dry;
  run->n_dry = count;
  run->dry_capacity = most + 1;
  return true;
}

/* --- a drag --- */

static bool begin(struct drag *drag)
{
  struct lw_delta *delta = drag->delta;
  size_t n_words = (size_t)(delta->n_rows + 63) / 64 + 1;
  uint32_t n_budgets = delta->policy->n_budgets;
  drag->scopes = (struct lw_scopes){find_scope, scope_of_number, note_back, drag};
  drag->group = UINT64_MAX;
  drag->todo = calloc(n_words, sizeof *drag->todo);
  drag->sure = calloc(n_words, sizeof *drag->sure);
  drag->done = calloc(n_words, sizeof *drag->done);
  drag->dirty_of = calloc(n_budgets + 1, sizeof *drag->dirty_of);
  drag->asked = calloc(n_budgets + 1, sizeof *drag->asked);
  drag->asking = (struct lw_delta_asking){.delta = delta, .look = look_at_asked, .user = drag};
  drag->counts = calloc(n_budgets + 1, sizeof *drag->counts);
  drag->entry_of = calloc(n_budgets + 1, sizeof *drag->entry_of);
  drag->backs = malloc((delta->n_backs + 1) * sizeof *drag->backs);
  drag->run.verdicts = malloc(delta->n_rows + 1);
  drag->run.grants = malloc((delta->n_rows + 1) * sizeof *drag->run.grants);
  if (drag->todo == NULL || drag->sure == NULL || drag->dirty_of == NULL || drag->asked == NULL ||
      drag->done == NULL || drag->counts == NULL || drag->entry_of == NULL || drag->backs == NULL ||
      drag->run.verdicts == NULL || drag->run.grants == NULL) {
    return false;
  }
  if (delta->n_backs != 0) {
    memcpy(drag->backs, delta->backs, delta->n_backs * sizeof *drag->backs);
  }
  memcpy(drag->run.verdicts, delta->base->verdicts, delta->n_rows);
  memcpy(drag->run.grants, delta->base->grants, delta->n_rows * sizeof *drag->run.grants);
  lw_spent_clear(delta->pass->spent);
  drag->pass->run = &drag->run;
  drag->pass->scopes = &drag->scopes;
  return true;
}

static void finish(struct drag *drag)
{
  for (uint32_t b = 0; drag->entry_of != NULL && b < drag->delta->policy->n_budgets; b++) {
    free(drag->entry_of[b]);
  }
  free(drag->entry_of);
  free(drag->counts);
  free(drag->todo);
  free(drag->sure);
  free(drag->done);
  free(drag->dirty_of);
  free(drag->asked);
  free(drag->asking.dirty);
  free(drag->backs);
  free(drag->entries);
  free(drag->slots);
  lw_run_finish(&drag->run);
}

static enum lw_code run(struct drag *drag, const struct lw_run_options *options, bool *ret_made,
                        struct lw_error *err)
{
  struct lw_delta *delta = drag->delta;
  if (!begin(drag)) {
    return lw_fail(err, LW_NO_MEMORY, "out of memory for replaying");
  }
  if (!lw_delta_watch(delta, drag->pass, drag->todo)) {
    return LW_OK;
  }
  memcpy(drag->sure, drag->todo, (size_t)(delta->n_rows + 63) / 64 * sizeof *drag->sure);
  enum lw_code rc = process_all(drag, options, err);
  if (rc != LW_OK || drag->much || drag->run.dry_beyond != 0) {
    return rc;
  }
  if (!merge_dry(drag)) {
    return lw_fail(err, LW_NO_MEMORY, "out of memory for replaying");
  }
  if (drag->run.n_dry > lw_pass_dry_most(delta->tape)) {
    return LW_OK;
  }
  drag->run.n_rows = delta->n_rows;
  drag->run.slow_rows = drag->decided;
  *ret_made = true;
  return LW_OK;
}

enum lw_code lw_delta_run(struct lw_delta *delta, const struct lw_policy *policy,
                          const struct lw_run_options *options, struct lw_run *ret_run,
                          bool *ret_made, struct lw_error *err)
{
  struct drag drag = {.delta = delta};
  *ret_run = (struct lw_run){.n_rows = 0};
  *ret_made = false;
  if (delta->base->dry_beyond != 0 || !lw_delta_same_frame(delta->policy, policy)) {
    return LW_OK;
  }
  drag.pass = lw_pass_create(policy, delta->tape, &delta->bound, delta->pass, err);
  if (drag.pass == NULL) {
    return LW_NO_MEMORY;
  }
  enum lw_code rc = run(&drag, options, ret_made, err);
  if (*ret_made) {
    *ret_run = drag.run;
    drag.run = (struct lw_run){.n_rows = 0};
  }
  lw_pass_destroy(drag.pass);
  finish(&drag);
  return rc;
}

/* --- making ready --- */

static enum lw_code make(struct lw_delta *delta, struct lw_error *err)
{
  static const struct lw_scopes nothing = {NULL, NULL, NULL, NULL};
  enum lw_code rc = lw_bound_init(&delta->bound, delta->policy, delta->tape, delta->people, err);
  delta->is_bound = true;
  if (rc != LW_OK) {
    return rc;
  }
  delta->pass = lw_pass_create(delta->policy, delta->tape, &delta->bound, NULL, err);
  if (delta->pass == NULL) {
    return LW_NO_MEMORY;
  }
  delta->reading =
      (struct lw_run){.verdicts = delta->base->verdicts, .grants = delta->base->grants};
  delta->pass->run = &delta->reading;
  delta->pass->scopes = &nothing;
  if (!lw_spent_is_by_number(delta->pass->spent)) {
    return lw_fail(err, LW_LIMIT, "times go back too far to be replayed by what differs");
  }
  if (!lw_pass_know_answerers(delta->pass) || !lw_delta_index(delta)) {
    return lw_fail(err, LW_NO_MEMORY, "out of memory for replaying");
  }
  return LW_OK;
}

struct lw_delta *lw_delta_create(const struct lw_policy *policy, const struct lw_tape *tape,
                                 const struct lw_directory *people, const struct lw_run *base,
                                 struct lw_error *err)
{
  struct lw_delta *delta = calloc(1, sizeof *delta);
  if (delta == NULL) {
    (void)lw_fail(err, LW_NO_MEMORY, "out of memory for replaying");
    return NULL;
  }
  *delta = (struct lw_delta){.policy = policy,
                             .tape = tape,
                             .people = people,
                             .base = base,
                             .n_rows = base->n_rows,
                             .used = {.budget = UINT32_MAX}};
  enum lw_code rc = LW_OK;
  if (base->n_rows >= LW_DELTA_ROW || policy->n_budgets > LW_DELTA_BUDGETS_MAX) {
    rc = lw_fail(err, LW_LIMIT, "too much to be replayed by what differs");
  }
  rc = rc == LW_OK ? make(delta, err) : rc;
  if (rc != LW_OK) {
    lw_delta_destroy(delta);
    return NULL;
  }
  return delta;
}

void lw_delta_destroy(struct lw_delta *delta)
{
  if (delta == NULL) {
    return;
  }
  lw_pass_destroy(delta->pass);
  if (delta->is_bound) {
    lw_bound_finish(&delta->bound);
  }
  for (int per = 0; per < LW_DELTA_KINDS; per++) {
    free(delta->lists[per].from);
    free(delta->lists[per].items);
  }
  free(delta->list_of);
  free(delta->backs);
  free(delta->children);
  free(delta->asks);
  free(delta->asked_by);
  free(delta->words);
  free(delta->answers);
  free(delta->agents);
  free(delta->draws);
  free(delta->reads);
  free(delta->used.minors);
  free(delta->used.times);
  free(delta);
}

size_t lw_delta_bytes(const struct lw_delta *delta)
{
  size_t bytes = sizeof *delta + delta->backs_capacity * sizeof *delta->backs +
                 delta->children_capacity * sizeof *delta->children +
                 delta->n_asks * sizeof *delta->asks +
                 (delta->words != NULL ? delta->n_rows * sizeof *delta->words : 0) +
                 delta->bound.keep.used_bytes + delta->pass->rules.keep.used_bytes;
  for (int per = 0; per < LW_DELTA_KINDS; per++) {
    const struct lw_delta_list *list = &delta->lists[per];
    if (list->used) {
      bytes += ((size_t)list->count + list->from[list->count]) * sizeof *list->items;
    }
  }
  if (delta->used.minors != NULL) {
    bytes += delta->n_rows * (sizeof *delta->used.minors + sizeof *delta->used.times);
  }
  return bytes;
}
