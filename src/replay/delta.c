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

#include <stdlib.h>

enum {
  NO_SCOPE = 0,
  GROUP = 64, /* rows that are read at once; divides LW_BLOCK_ROWS */
  LOOK_ROWS = 1 << 14,
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
  bool answers; /* it may be of somebody who is asked */
};

struct drag {
  struct lw_delta *delta;
  struct lw_pass *pass;
  struct lw_run run;
  struct lw_scopes scopes;
  uint64_t *todo;
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
  size_t next_ask;
  size_t dirty_answers;
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
  *entry =
      (struct entry){.budget = budget,
                     .scope = scope,
                     .number = ++drag->counts[budget],
                     .cursor = listed ? list->from[number] : 0,
                     .end = listed ? list->from[number + 1] : 0,
                     .answers = may_answer(drag, &drag->delta->policy->budgets[budget], party)};
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
  if (entry->answers && entry->dirty != dirty) {
    drag->dirty_answers += dirty ? 1 : SIZE_MAX;
  }
  entry->dirty = dirty;
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
    bool same = lw_spent_same(drag->delta->pass->spent, drag->pass->spent, budget, entry->number,
                              at, drag->pass->rules.reads_last);
    set_dirty(drag, entry, !same);
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
  for (uint32_t b = 0; b < drag->delta->policy->n_budgets; b++) {
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
  }
}

static void mark_ask(struct drag *drag)
{
  const struct lw_delta *delta = drag->delta;
  while (drag->next_ask < delta->n_asks && delta->asks[drag->next_ask] <= drag->row) {
    drag->next_ask++;
  }
  if (drag->next_ask < delta->n_asks) {
    lw_delta_mark(drag->todo, delta->asks[drag->next_ask]);
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

static void process(struct drag *drag)
{
  int64_t kind = lw_tape_number(drag->delta->tape, LW_TAPE_KIND, drag->row);
  uint64_t others = 0;
  if (kind == LW_TAPE_CLOSED) {
    return;
  }
  lw_delta_mark(drag->done, drag->row);
  if (kind == LW_TAPE_REQUEST || kind == LW_TAPE_ANSWERED) {
    others = decide(drag);
  } else {
    others = give_back(drag);
  }
  look_at_scopes(drag, others);
  if (drag->dirty_answers != 0) {
    mark_ask(drag);
  }
  drag->failed |= drag->pass->failed;
}

/* A row that is decided again costs as much as four of the whole run: where more than a quarter of
 * the rows were, as far as it has come, that is quicker. The first rows don't tell. */
static bool is_much(const struct drag *drag, uint64_t so_far)
{
  return drag->decided > so_far / 4 + FIRST_ROWS;
}

static enum lw_code process_all(struct drag *drag, const struct lw_run_options *options,
                                struct lw_error *err)
{
  uint64_t n_words = (drag->delta->n_rows + 63) / 64;
  uint64_t looked = 0;
  for (uint64_t word = 0; word < n_words && !drag->failed && !drag->much; word++) {
    while (drag->todo[word] != 0 && !drag->failed) { /* rows behind may be marked meanwhile */
      drag->row = word * 64 + (uint64_t)__builtin_ctzll(drag->todo[word]);
      drag->todo[word] &= drag->todo[word] - 1;
      process(drag);
    }
    drag->much = is_much(drag, (word + 1) * 64);
    if (drag->decided > looked && options != NULL && options->progress != NULL) {
      looked = drag->decided + LOOK_ROWS;
      if (!options->progress(options->user, word * 64, drag->delta->n_rows)) {
        return lw_fail(err, LW_BUSY, "stopped");
      }
    }
  }
  return drag->failed ? lw_fail(err, LW_NO_MEMORY, "out of memory for replaying") : LW_OK;
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
  drag->done = calloc(n_words, sizeof *drag->done);
  drag->counts = calloc(n_budgets + 1, sizeof *drag->counts);
  drag->entry_of = calloc(n_budgets + 1, sizeof *drag->entry_of);
  drag->backs = malloc((delta->n_backs + 1) * sizeof *drag->backs);
  drag->run.verdicts = malloc(delta->n_rows + 1);
  drag->run.grants = malloc((delta->n_rows + 1) * sizeof *drag->run.grants);
  if (drag->todo == NULL || drag->done == NULL || drag->counts == NULL || drag->entry_of == NULL ||
      drag->backs == NULL || drag->run.verdicts == NULL || drag->run.grants == NULL) {
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
  free(drag->done);
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
                 delta->n_asks * sizeof *delta->asks + delta->bound.keep.used_bytes +
                 delta->pass->rules.keep.used_bytes;
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
