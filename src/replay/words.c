/* Codes of a column that all rules treat alike are one class: of thousands of amounts a few dozen
 * remain, one between each two limits. Columns with few classes share a table: a row's place in it
 * is the action and the classes beside each other, a few shifts; the word there is the AND of what
 * each column says by itself. Limits that another column's codes set (up_to by the number of lines)
 * are told by the table that has both that column and the amount. What has too many classes is
 * looked up in the column's own table. */
#include "replay/words.h"

#include <stdlib.h>

enum {
  TABLE_BITS = 14, /* 128 KiB */
  COLUMNS_MAX = 12,
  TABLES_MAX = 8,
  CLASSES_MAX = 256,
  CODES_AS_THEY_ARE = 32, /* so few need no classes */
  CLASS_SLOTS = 1024,
  LIMITS_MAX = 4096
};

/* A column as part of a table. */
struct part {
  uint32_t column; /* of lw_rules.columns */
  uint32_t classes;
  uint32_t shift;
  uint16_t *class_of; /* by code, in its place in the table already; NULL: the code itself */
  uint32_t *code_for; /* by class: a code of it; NULL: the class itself */
};

struct table {
  struct part parts[COLUMNS_MAX];
  uint32_t count;
  uint32_t bits;
  uint64_t *words;
};

/* An action's own limit, where a column's codes set it; otherwise what changes nothing. */
struct cap {
  size_t cells; /* where the column's begin in a block's */
  uint32_t codes_mask;
  const int64_t *minors;
  uint64_t over; /* what is left of a word */
};

struct lw_words {
  struct lw_bound *bound;
  struct lw_rules *rules;
  struct lw_arena keep;
  struct table tables[TABLES_MAX];
  uint32_t n_tables;
  uint32_t *wide; /* of rules->table_columns: looked up by themselves */
  uint32_t n_wide;
  uint64_t limits_told; /* bits by column: those of the first 64 */
  bool plain;
  struct cap *caps;              /* by action; NULL: no column sets any */
  const uint64_t **person_words; /* by action */
  uint64_t *no_grants;           /* by action: all bits but those of grants */
  uint16_t *actions;             /* by code */
  int64_t *limits;               /* while it is made: all that depend on codes, in order */
  uint32_t n_limits;
};

static uint32_t codes_of(const struct lw_words *words, uint32_t column)
{
  return lw_bound_codes(words->bound, words->rules->columns[column]);
}

static uint32_t bits_for(uint32_t count)
{
  uint32_t bits = 0;
  while (bits < 31 && (UINT32_C(1) << bits) < count) {
    bits++;
  }
  return bits;
}

/* --- limits by codes --- */

/* The column of a grant's limit by codes, if it may share a table with the amount. */
static bool limit_column(const struct lw_words *words, const struct lw_cap *cap)
{
  return cap->kind == LW_CAP_CODES && cap->column < 64 && cap->column != LW_ROW_AMOUNT &&
         codes_of(words, cap->column) <= CODES_AS_THEY_ARE;
}

static int compare_limits(const void *a, const void *b)
{
  int64_t x = *(const int64_t *)a;
  int64_t y = *(const int64_t *)b;
  return (x > y) - (x < y);
}

static bool find_limits(struct lw_words *words)
{
  words->limits = LW_NEW_ARRAY(&words->keep, int64_t, LIMITS_MAX);
  for (uint32_t a = 0; words->limits != NULL && a < words->bound->policy->n_actions; a++) {
    const struct lw_action_rules *own = &words->rules->actions[a];
    for (uint32_t g = 0; g < own->n_grants; g++) {
      const struct lw_cap *cap = &own->grants[g].up_to;
      uint32_t codes = limit_column(words, cap) ? codes_of(words, cap->column) : 0;
      for (uint32_t code = 0; code < codes && words->n_limits < LIMITS_MAX; code++) {
        words->limits[words->n_limits++] = cap->minors[code];
      }
    }
  }
  if (words->n_limits != 0) {
    qsort(words->limits, words->n_limits, sizeof *words->limits, compare_limits);
  }
  return words->limits != NULL;
}

/* How many of the limits an amount is over. */
static uint32_t rank_of(const struct lw_words *words, int64_t minor)
{
  uint32_t from = 0;
  uint32_t to = words->n_limits;
  while (from < to) {
    uint32_t middle = from + (to - from) / 2;
    if (words->limits[middle] < minor) {
      from = middle + 1;
    } else {
      to = middle;
    }
  }
  return from;
}

/* --- classes --- */

static const struct lw_word_table *own_table(const struct lw_words *words, uint32_t column,
                                             uint32_t action)
{
  const struct lw_rules *rules = words->rules;
  for (uint32_t t = 0; t < rules->n_table_columns; t++) {
    if (rules->table_columns[t] == column) {
      return &rules->tables[(size_t)action * rules->n_table_columns + t];
    }
  }
  return NULL;
}

/* What a code of the column means beyond the words: the amount's place among limits. */
static uint64_t meaning_of(const struct lw_words *words, uint32_t column, uint32_t code)
{
  const struct lw_bound *bound = words->bound;
  if (column != LW_ROW_AMOUNT) {
    return 0;
  }
  int64_t minor = bound->amounts[code];
  return minor < 0 ? (uint64_t)minor : rank_of(words, minor);
}

static uint64_t hash_code(const struct lw_words *words, uint32_t column, uint32_t code)
{
  uint64_t hash = meaning_of(words, column, code);
  for (uint32_t a = 0; a < words->bound->policy->n_actions; a++) {
    const struct lw_word_table *table = own_table(words, column, a);
    hash = (hash ^ table->words[code & table->codes_mask]) * UINT64_C(0x9E3779B97F4A7C15);
    hash ^= hash >> 29;
  }
  return hash;
}

static bool is_alike(const struct lw_words *words, uint32_t column, uint32_t a, uint32_t b)
{
  bool alike = meaning_of(words, column, a) == meaning_of(words, column, b);
  for (uint32_t i = 0; alike && i < words->bound->policy->n_actions; i++) {
    const struct lw_word_table *table = own_table(words, column, i);
    alike = table->words[a & table->codes_mask] == table->words[b & table->codes_mask];
  }
  return alike;
}

/* False: too many, or memory is out (part->class_of is NULL then). */
static bool find_classes(struct lw_words *words, struct part *part)
{
  uint16_t slots[CLASS_SLOTS] = {0}; /* class + 1 */
  uint32_t codes = codes_of(words, part->column);
  part->class_of = LW_NEW_ARRAY(&words->keep, uint16_t, codes);
  part->code_for = LW_NEW_ARRAY(&words->keep, uint32_t, CLASSES_MAX);
  if (part->class_of == NULL || part->code_for == NULL) {
    return false;
  }
  for (uint32_t code = 0; code < codes; code++) {
    uint32_t at = (uint32_t)(hash_code(words, part->column, code) >> 32) % CLASS_SLOTS;
    while (slots[at] != 0 && !is_alike(words, part->column, part->code_for[slots[at] - 1], code)) {
      at = (at + 1) % CLASS_SLOTS;
    }
    if (slots[at] == 0) {
      if (part->classes == CLASSES_MAX) {
        return false;
      }
      part->code_for[part->classes] = code;
      slots[at] = (uint16_t)++part->classes;
    }
    part->class_of[code] = (uint16_t)(slots[at] - 1);
  }
  return true;
}

/* --- which columns share a table --- */

static bool part_fits(const struct table *table, const struct part *part)
{
  return table->count < COLUMNS_MAX && table->bits + bits_for(part->classes) <= TABLE_BITS;
}

static void put_part(const struct lw_words *words, struct table *table, const struct part *part)
{
  struct part *place = &table->parts[table->count++];
  uint32_t codes = part->class_of != NULL ? codes_of(words, part->column) : 0;
  *place = *part;
  place->shift = table->bits;
  table->bits += bits_for(part->classes);
  for (uint32_t code = 0; code < codes; code++) {
    place->class_of[code] = (uint16_t)(place->class_of[code] << place->shift);
  }
}

static bool is_taken(const struct lw_words *words, uint32_t column)
{
  for (uint32_t t = 0; t < words->n_tables; t++) {
    for (uint32_t p = 0; p < words->tables[t].count; p++) {
      if (words->tables[t].parts[p].column == column) {
        return true;
      }
    }
  }
  return false;
}

static struct table *begin_table(struct lw_words *words)
{
  const struct part action = {.column = LW_ROW_ACTION, .classes = codes_of(words, LW_ROW_ACTION)};
  struct table *table = &words->tables[words->n_tables++];
  put_part(words, table, &action);
  return table;
}

/* Into the first table that has room. False: it has too many classes, or there is no table more. */
static bool take_column(struct lw_words *words, uint32_t column)
{
  struct part part = {.column = column, .classes = codes_of(words, column)};
  if (is_taken(words, column)) {
    return true;
  }
  if (part.classes > CODES_AS_THEY_ARE || column == LW_ROW_AMOUNT) {
    part.classes = 0;
    if (own_table(words, column, 0) == NULL || !find_classes(words, &part)) {
      return false;
    }
  }
  for (uint32_t t = 0; t < words->n_tables; t++) {
    if (part_fits(&words->tables[t], &part)) {
      put_part(words, &words->tables[t], &part);
      return true;
    }
  }
  if (words->n_tables == TABLES_MAX) {
    return false;
  }
  struct table *table = begin_table(words);
  bool fits = part_fits(table, &part);
  if (fits) {
    put_part(words, table, &part);
  }
  return fits;
}

/* The amount, and beside it the columns that limits go by. */
static void take_limits(struct lw_words *words)
{
  struct table *table = &words->tables[0];
  if (!take_column(words, LW_ROW_AMOUNT) || table->count < 2) {
    return;
  }
  for (uint32_t a = 0; a < words->bound->policy->n_actions; a++) {
    const struct lw_action_rules *own = &words->rules->actions[a];
    for (uint32_t g = 0; g < own->n_grants; g++) {
      const struct lw_cap *cap = &own->grants[g].up_to;
      if (!limit_column(words, cap) || is_taken(words, cap->column)) {
        continue;
      }
      const struct part part = {.column = cap->column, .classes = codes_of(words, cap->column)};
      if (part_fits(table, &part)) {
        put_part(words, table, &part);
        words->limits_told |= words->n_limits < LIMITS_MAX ? UINT64_C(1) << cap->column : 0;
      }
    }
  }
}

static bool any_of(const bool *flags, uint32_t count)
{
  bool any = false;
  for (uint32_t i = 0; i < count; i++) {
    any |= flags[i];
  }
  return any;
}

static void choose_tables(struct lw_words *words)
{
  const struct lw_rules *rules = words->rules;
  const struct lw_bound *bound = words->bound;
  (void)begin_table(words);
  take_limits(words);
  if (any_of(bound->reason_faulty, lw_bound_codes(bound, LW_TAPE_REASON))) {
    words->plain = codes_of(words, LW_ROW_REASON) <= CODES_AS_THEY_ARE &&
                   take_column(words, LW_ROW_REASON) && words->plain;
  }
  if (any_of(bound->channel_faulty, lw_bound_codes(bound, LW_TAPE_CHANNEL))) {
    words->plain = codes_of(words, LW_ROW_CHANNEL) <= CODES_AS_THEY_ARE &&
                   take_column(words, LW_ROW_CHANNEL) && words->plain;
  }
  for (uint32_t t = 0; t < rules->n_table_columns; t++) {
    if (!take_column(words, rules->table_columns[t])) {
      words->wide[words->n_wide++] = t;
    }
  }
}

/* --- words of a table --- */

static uint32_t class_in(const struct table *table, uint32_t place, uint32_t which)
{
  uint32_t end = which + 1 < table->count ? table->parts[which + 1].shift : table->bits;
  uint32_t shift = table->parts[which].shift;
  return place >> shift & ((UINT32_C(1) << (end - shift)) - 1);
}

/* Grants whose limit goes by this column's code are up to less than the amount. */
static uint64_t over_limits(const struct lw_words *words, uint32_t action, uint32_t column,
                            uint32_t code, int64_t minor)
{
  const struct lw_action_rules *own = &words->rules->actions[action];
  uint64_t over = 0;
  for (uint32_t g = 0; g < own->n_grants; g++) {
    const struct lw_cap *cap = &own->grants[g].up_to;
    bool goes_by = cap->kind == LW_CAP_CODES && cap->column == column;
    bool is_over = goes_by && (cap->minors[code] < 0 || minor > cap->minors[code]);
    over |= is_over ? UINT64_C(1) << (own->first_grant_bit + g) : 0;
  }
  return over;
}

static uint64_t cleared_by(const struct lw_words *words, uint32_t action, const struct part *part,
                           uint32_t code, int64_t minor)
{
  const struct lw_bound *bound = words->bound;
  const struct lw_word_table *table = own_table(words, part->column, action);
  bool faulty = (part->column == LW_ROW_REASON && bound->reason_faulty[code]) ||
                (part->column == LW_ROW_CHANNEL && bound->channel_faulty[code]);
  uint64_t cleared = table != NULL ? ~table->words[code & table->codes_mask] : 0;
  if (faulty && words->plain) {
    cleared |= UINT64_C(1) << LW_RULES_PLAIN_BIT;
  }
  if (lw_words_tell_limits(words, part->column) && part->column != LW_ROW_AMOUNT) {
    cleared |= over_limits(words, action, part->column, code, minor);
  }
  return cleared;
}

/* Places that no row has (classes end before the power of two) are 0. */
static uint64_t word_at(const struct lw_words *words, const struct table *table, uint32_t place)
{
  const struct lw_bound *bound = words->bound;
  uint32_t action_code = class_in(table, place, 0);
  uint32_t action =
      action_code < table->parts[0].classes ? bound->actions[action_code] : UINT32_MAX;
  int64_t minor = LW_TAPE_NONE;
  uint64_t cleared = 0;
  if (action == UINT32_MAX) {
    return 0;
  }
  for (uint32_t p = 0; p < table->count; p++) {
    const struct part *part = &table->parts[p];
    uint32_t class = class_in(table, place, p);
    if (class >= part->classes) {
      return 0;
    }
    uint32_t code = part->code_for != NULL ? part->code_for[class] : class;
    minor = part->column == LW_ROW_AMOUNT ? bound->amounts[code] : minor; /* before its limits */
    cleared |= cleared_by(words, action, part, code, minor);
  }
  bool odd = words->plain && words->rules->actions[action].wants_parts;
  return ~(odd ? cleared | UINT64_C(1) << LW_RULES_PLAIN_BIT : cleared);
}

static bool fill_table(struct lw_words *words, struct table *table)
{
  uint32_t places = UINT32_C(1) << table->bits;
  table->words = LW_NEW_ARRAY(&words->keep, uint64_t, places);
  for (uint32_t place = 0; table->words != NULL && place < places; place++) {
    table->words[place] = word_at(words, table, place);
  }
  return table->words != NULL;
}

/* --- making --- */

static bool make_caps(struct lw_words *words)
{
  static const int64_t not_told = -2;
  uint32_t n_actions = words->bound->policy->n_actions;
  words->caps = LW_NEW_ARRAY(&words->keep, struct cap, n_actions + 1U);
  for (uint32_t a = 0; words->caps != NULL && a < n_actions; a++) {
    const struct lw_cap *cap = &words->rules->actions[a].at_most;
    words->caps[a] = cap->kind == LW_CAP_CODES
                         ? (struct cap){(size_t)cap->column * LW_BLOCK_STRIDE, UINT32_MAX,
                                        cap->minors, words->no_grants[a]}
                         : (struct cap){0, 0, &not_told, ~UINT64_C(0)};
  }
  return words->caps != NULL;
}

static bool make(struct lw_words *words)
{
  const struct lw_policy *policy = words->bound->policy;
  uint32_t codes = codes_of(words, LW_ROW_ACTION);
  bool by_codes = false;
  words->wide = LW_NEW_ARRAY(&words->keep, uint32_t, words->rules->n_table_columns + 1U);
  words->person_words = LW_NEW_ARRAY(&words->keep, const uint64_t *, policy->n_actions + 1U);
  words->actions = LW_NEW_ARRAY(&words->keep, uint16_t, codes);
  words->no_grants = LW_NEW_ARRAY(&words->keep, uint64_t, policy->n_actions + 1U);
  if (words->wide == NULL || words->person_words == NULL || words->actions == NULL ||
      words->no_grants == NULL || !find_limits(words)) {
    return false;
  }
  for (uint32_t code = 0; code < codes; code++) {
    uint32_t action = words->bound->actions[code];
    words->actions[code] = action != UINT32_MAX ? (uint16_t)action : 0;
  }
  for (uint32_t a = 0; a < policy->n_actions; a++) {
    const struct lw_action_rules *own = &words->rules->actions[a];
    uint64_t from = own->first_grant_bit < 64 ? ~UINT64_C(0) << own->first_grant_bit : 0;
    uint32_t end = own->first_grant_bit + own->n_grants;
    words->no_grants[a] = ~from | (end < 64 ? ~UINT64_C(0) << end : 0);
    by_codes |= own->at_most.kind == LW_CAP_CODES;
  }
  if (by_codes && !make_caps(words)) {
    return false;
  }
  choose_tables(words);
  bool made = !words->keep.failed;
  for (uint32_t t = 0; made && t < words->n_tables; t++) {
    made = fill_table(words, &words->tables[t]);
  }
  return made;
}

struct lw_words *lw_words_create(struct lw_bound *bound, struct lw_rules *rules)
{
  struct lw_words *words = calloc(1, sizeof *words);
  if (words == NULL) {
    return NULL;
  }
  words->bound = bound;
  words->rules = rules;
  words->plain = rules->has_plain_bit && !bound->faulty_facts;
  lw_arena_init(&words->keep, NULL, SIZE_MAX);
  if (!make(words)) {
    lw_words_destroy(words);
    return NULL;
  }
  return words;
}

void lw_words_destroy(struct lw_words *words)
{
  if (words != NULL) {
    lw_arena_finish(&words->keep);
    free(words);
  }
}

bool lw_words_say_plain(const struct lw_words *words)
{
  return words->plain;
}

bool lw_words_tell_limits(const struct lw_words *words, uint32_t column)
{
  return column < 64 && (words->limits_told >> column & 1) != 0;
}

/* --- telling --- */

static const uint32_t *cells_of(const struct lw_block *block, uint32_t column)
{
  return block->cells + (size_t)column * LW_BLOCK_STRIDE;
}

/* Past the block's end there are codes of one before: places, but nobody looks. */
LW_INLINE void find_places(const struct table *table, const struct lw_block *block,
                           uint16_t *restrict places)
{
  const uint32_t *restrict actions = cells_of(block, LW_ROW_ACTION);
  for (uint32_t i = 0; i < LW_BLOCK_ROWS; i++) {
    places[i] = (uint16_t)actions[i];
  }
  for (uint32_t p = 1; p < table->count; p++) {
    const struct part *part = &table->parts[p];
    const uint32_t *restrict codes = cells_of(block, part->column);
    const uint16_t *restrict class_of = part->class_of;
    const uint32_t shift = part->shift;
    for (uint32_t i = 0; i < LW_BLOCK_ROWS && class_of == NULL; i++) {
      places[i] = (uint16_t)(places[i] | codes[i] << shift);
    }
    for (uint32_t i = 0; i < LW_BLOCK_ROWS && class_of != NULL; i++) {
      places[i] |= class_of[codes[i]];
    }
  }
}

LW_INLINE void tell_tables(const struct lw_words *words, const struct lw_block *block,
                           uint64_t *restrict told)
{
  uint16_t places[LW_BLOCK_ROWS];
  for (uint32_t t = 0; t < words->n_tables; t++) {
    const uint64_t *restrict of = words->tables[t].words;
    find_places(&words->tables[t], block, places);
    for (uint32_t i = 0; i < LW_BLOCK_ROWS && t == 0; i++) {
      told[i] = of[places[i]];
    }
    for (uint32_t i = 0; i < LW_BLOCK_ROWS && t != 0; i++) {
      told[i] &= of[places[i]];
    }
  }
}

LW_INLINE void tell_wide(const struct lw_words *words, const struct lw_block *block,
                         const uint16_t *actions, uint64_t *restrict told)
{
  const struct lw_rules *rules = words->rules;
  for (uint32_t w = 0; w < words->n_wide; w++) {
    uint32_t t = words->wide[w];
    const struct lw_word_table *tables = rules->tables + t;
    const uint32_t *codes = cells_of(block, rules->table_columns[t]);
    for (uint32_t i = 0; i < block->count; i++) {
      const struct lw_word_table *table = &tables[(size_t)actions[i] * rules->n_table_columns];
      told[i] &= table->words[codes[i] & table->codes_mask];
    }
  }
}

/* What is over the action's own limit, or of which that can't be told, no grant covers. No branch:
 * which action comes next nobody can foresee. */
LW_INLINE void tell_caps(const struct lw_words *words, const struct lw_block *block,
                         struct lw_told *restrict told)
{
  const struct cap *caps = words->caps;
  const uint32_t *restrict cells = block->cells;
  for (uint32_t i = 0; i < block->count; i++) {
    const struct cap *cap = &caps[told->actions[i]];
    int64_t most = cap->minors[cells[cap->cells + i] & cap->codes_mask];
    bool over = (most < 0) | (told->minors[i] > most);
    told->caps[i] = most;
    told->words[i] &= cap->over | ((uint64_t)over - 1);
  }
}

LW_INLINE void tell(struct lw_words *words, const struct lw_block *block,
                    struct lw_told *restrict ret_told)
{
  const int64_t *restrict minors = words->bound->amounts;
  const uint32_t *restrict codes = cells_of(block, LW_ROW_ACTION);
  const uint32_t *restrict amounts = cells_of(block, LW_ROW_AMOUNT);
  const uint32_t *restrict persons = cells_of(block, LW_ROW_PERSON);
  const uint64_t *const *restrict person_words = words->person_words;
  const uint16_t *restrict actions = words->actions;
  for (uint32_t a = 0; a < words->bound->policy->n_actions; a++) {
    words->person_words[a] = words->rules->actions[a].person_words; /* they may have moved */
  }
  for (uint32_t i = 0; i < block->count; i++) {
    uint16_t action = actions[codes[i]];
    ret_told->actions[i] = action;
    ret_told->minors[i] = minors[amounts[i]];
    ret_told->own[i] = person_words[action][persons[i]];
  }
  tell_tables(words, block, ret_told->words);
  tell_wide(words, block, ret_told->actions, ret_told->words);
  ret_told->capped = words->caps != NULL;
  if (words->caps != NULL) {
    tell_caps(words, block, ret_told);
  }
}

#if defined(__x86_64__)
__attribute__((target("avx2"))) static void
tell_wider(struct lw_words *words, const struct lw_block *block, struct lw_told *ret_told)
{
  tell(words, block, ret_told);
}
#endif

static void tell_narrow(struct lw_words *words, const struct lw_block *block,
                        struct lw_told *ret_told)
{
  tell(words, block, ret_told);
}

void lw_words_tell(struct lw_words *words, const struct lw_block *block, struct lw_told *ret_told)
{
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx2")) {
    tell_wider(words, block, ret_told);
    return;
  }
#endif
  tell_narrow(words, block, ret_told);
}
