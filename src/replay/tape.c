/* Columns in chunks of 65,536 rows. The chunk that is being filled has its values in full width;
 * when it is full it is packed: each as the least of the chunk plus a difference, in 1, 2, 4 or 8
 * bytes, or in none when all are the same; where a column of numbers has rows without one, 0 stands
 * for those. So a column of which most rows have nothing takes next to nothing, and reading a block
 * is one loop that the compiler vectorises. Full chunks are what the tape's file has, byte by byte
 * (tape_image.c): of a tape that was read they stay in the file's mapping.
 *
 * A dictionary is a hash table of codes over texts that lie one behind the other. In front of it
 * stands a small direct-mapped memory of what was looked up last: in a stream of requests most
 * texts of most columns have just been there. */
#include "replay/tape_inside.h"

#include "base/check.h"
#include "base/money.h"

#include <stdlib.h>

enum { FIRST_SLOTS = 64 };

static const struct {
  lw_str name;
  bool is_codes;
} fixed[] = {
#define NUMBERS                        false
#define CODES                          true
#define LW_TAPE_COLUMN(id, name, kind) {LW_STR_INIT(name), kind},
#include "replay/tape.def"
#undef LW_TAPE_COLUMN
#undef NUMBERS
#undef CODES
};

static int64_t absent(const struct lw_tape_cells *column)
{
  return column->is_codes ? 0 : LW_TAPE_NONE;
}

void lw_tape_row_init(struct lw_tape_row *row)
{
  *row = (struct lw_tape_row){.n_facts = 0};
  for (uint32_t i = 0; i < LW_TAPE_FACTS; i++) {
    row->numbers[i] = LW_TAPE_NONE;
  }
  row->numbers[LW_TAPE_KIND] = LW_TAPE_REQUEST;
}

/* --- memory of chunks that are being filled --- */

/* Half a megabyte that has just been written to: given back, the system would have to clear as much
 * again for the next chunk. */
static void keep_spare(struct lw_tape *tape, int64_t *values)
{
  struct lw_tape_spare *spare = (struct lw_tape_spare *)(void *)values;
  spare->next = tape->spares;
  tape->spares = spare;
}

/* Room for a chunk's values, which are whatever they are; NULL when memory is out. */
static int64_t *take_spare(struct lw_tape *tape)
{
  struct lw_tape_spare *spare = tape->spares;
  if (spare == NULL) {
    return malloc(LW_TAPE_CHUNK_ROWS * sizeof(int64_t));
  }
  tape->spares = spare->next;
  return (int64_t *)(void *)spare;
}

static void free_spares(struct lw_tape *tape)
{
  while (tape->spares != NULL) {
    free(take_spare(tape));
  }
}

/* --- making --- */

static bool more_columns(struct lw_tape *tape)
{
  uint32_t capacity = tape->columns_capacity * 2 + 32;
  struct lw_tape_cells *columns = realloc(tape->columns, capacity * sizeof *columns);
  if (columns != NULL) {
    tape->columns = columns;
    tape->columns_capacity = capacity;
  }
  return columns != NULL;
}

static bool name_fact(struct lw_tape *tape, lw_str name)
{
  uint32_t *number = lw_table_add(&tape->facts, name, NULL);
  if (number != NULL) {
    *number = tape->n_columns;
  }
  return number != NULL;
}

bool lw_tape_add_column(struct lw_tape *tape, lw_str name, bool is_codes)
{
  if (tape->n_columns == tape->columns_capacity && !more_columns(tape)) {
    return false;
  }
  struct lw_tape_cells *column = &tape->columns[tape->n_columns];
  *column = (struct lw_tape_cells){.name = name, .is_codes = is_codes};
  column->chunks = calloc((size_t)tape->capacity_chunks + 1, sizeof *column->chunks);
  if (column->chunks == NULL || (tape->n_columns >= LW_TAPE_FACTS && !name_fact(tape, name))) {
    free(column->chunks);
    return false;
  }
  /* Rows before it was first heard of have nothing in it. */
  column->n_chunks = (uint32_t)(tape->n_rows / LW_TAPE_CHUNK_ROWS);
  column->first_chunk = column->n_chunks;
  for (uint32_t i = 0; i < column->n_chunks; i++) {
    column->chunks[i].least = absent(column);
  }
  tape->n_columns++;
  return true;
}

struct lw_tape *lw_tape_create(lw_str currency)
{
  struct lw_tape *tape = calloc(1, sizeof *tape);
  if (tape == NULL) {
    return NULL;
  }
  lw_arena_init(&tape->keep, NULL, SIZE_MAX);
  lw_table_init(&tape->facts, &tape->keep);
  tape->newest = INT64_MIN;
  tape->currency = lw_str_copy(&tape->keep, currency);
  bool made = tape->currency.ptr != NULL;
  for (uint32_t i = 0; made && i < LW_TAPE_FACTS; i++) {
    made = lw_tape_add_column(tape, fixed[i].name, fixed[i].is_codes);
  }
  if (!made) {
    lw_tape_destroy(tape);
    return NULL;
  }
  return tape;
}

void lw_tape_destroy(struct lw_tape *tape)
{
  if (tape == NULL) {
    return;
  }
  for (uint32_t i = 0; i < tape->n_columns; i++) {
    struct lw_tape_cells *column = &tape->columns[i];
    for (uint32_t c = 0; c < column->n_chunks; c++) {
      if (!column->chunks[c].borrowed) {
        free((void *)(uintptr_t)column->chunks[c].bytes);
      }
    }
    free(column->chunks);
    free(column->filling);
    free(column->dictionary.texts);
    free(column->dictionary.slots);
  }
  free(tape->columns);
  free_spares(tape);
  lw_arena_finish(&tape->keep);
  if (tape->release != NULL) {
    tape->release(tape->user);
  }
  free(tape);
}

/* --- dictionaries --- */

static void place(struct lw_tape_slot *slots, uint32_t mask, struct lw_tape_slot slot)
{
  uint32_t at = slot.hash & mask;
  while (slots[at].code != 0) {
    at = (at + 1) & mask;
  }
  slots[at] = slot;
}

/* Of two slots one is used at most: a text that is new is told so by its first slots. */
static uint64_t room_in(uint64_t slots)
{
  return slots / 2;
}

bool lw_tape_dictionary_reserve(struct lw_tape_dictionary *dictionary, uint64_t count)
{
  uint64_t before = dictionary->slots != NULL ? (uint64_t)dictionary->mask + 1 : 0;
  uint64_t wanted = before != 0 ? before : FIRST_SLOTS;
  while (room_in(wanted) < count && wanted <= UINT32_MAX / 2) {
    wanted *= 2;
  }
  if (wanted == before || room_in(wanted) < count) {
    return room_in(wanted) >= count;
  }
  struct lw_tape_slot *slots = calloc(wanted, sizeof *slots);
  lw_str *texts = realloc(dictionary->texts, room_in(wanted) * sizeof *texts);
  dictionary->texts = texts != NULL ? texts : dictionary->texts;
  if (slots == NULL || texts == NULL) {
    free(slots);
    return false;
  }
  for (uint64_t i = 0; i < before; i++) {
    if (dictionary->slots[i].code != 0) {
      place(slots, (uint32_t)(wanted - 1), dictionary->slots[i]);
    }
  }
  free(dictionary->slots);
  dictionary->slots = slots;
  dictionary->mask = (uint32_t)(wanted - 1);
  return true;
}

/* Where each goes is anywhere in the table: it is asked for before it is looked at. */
void lw_tape_dictionary_place(struct lw_tape_dictionary *dictionary, uint32_t count)
{
  enum { AHEAD = 64 };
  struct lw_tape_slot slots[AHEAD];
  for (uint32_t done = 0; done < count; done += AHEAD) {
    uint32_t some = count - done < AHEAD ? count - done : AHEAD;
    for (uint32_t i = 0; i < some; i++) {
      uint64_t hash = lw_str_hash(dictionary->texts[dictionary->count + i], 0);
      slots[i] = (struct lw_tape_slot){dictionary->count + i + 1, (uint32_t)(hash >> 32)};
      __builtin_prefetch(&dictionary->slots[slots[i].hash & dictionary->mask], 1);
    }
    for (uint32_t i = 0; i < some; i++) {
      place(dictionary->slots, dictionary->mask, slots[i]);
    }
    dictionary->count += some;
  }
}

static uint32_t find(const struct lw_tape_dictionary *dictionary, lw_str text, uint32_t hash)
{
  for (uint32_t at = hash & dictionary->mask; dictionary->slots != NULL;
       at = (at + 1) & dictionary->mask) {
    struct lw_tape_slot slot = dictionary->slots[at];
    if (slot.code == 0) {
      return 0;
    }
    if (slot.hash == hash && lw_str_equal_short(dictionary->texts[slot.code - 1], text)) {
      return slot.code;
    }
  }
  return 0;
}

/* Found or new; 0 when memory is out. */
static uint32_t add_text(struct lw_tape *tape, struct lw_tape_dictionary *dictionary, lw_str text,
                         uint32_t hash)
{
  uint32_t code = find(dictionary, text, hash);
  if (code != 0) {
    return code;
  }
  lw_str kept = lw_str_copy(&tape->keep, text);
  if (kept.ptr == NULL ||
      !lw_tape_dictionary_reserve(dictionary, (uint64_t)dictionary->count + 1)) {
    return 0;
  }
  dictionary->texts[dictionary->count] = kept;
  code = ++dictionary->count;
  place(dictionary->slots, dictionary->mask, (struct lw_tape_slot){code, hash});
  return code;
}

/* --- packing --- */

static uint8_t width_of(uint64_t most)
{
  return most == 0            ? 0
         : most <= UINT8_MAX  ? 1
         : most <= UINT16_MAX ? 2
         : most <= UINT32_MAX ? 4
                              : 8;
}

/* The least and the greatest there is, and whether rows have none. */
struct range {
  int64_t least;
  int64_t most;
  bool gaps;
};

static struct range range_of(const int64_t *values, bool is_codes)
{
  struct range range = {INT64_MAX, INT64_MIN, false};
  for (uint32_t i = 0; i < LW_TAPE_CHUNK_ROWS; i++) {
    bool is_gap = !is_codes && values[i] == LW_TAPE_NONE;
    range.gaps |= is_gap;
    range.least = !is_gap && values[i] < range.least ? values[i] : range.least;
    range.most = !is_gap && values[i] > range.most ? values[i] : range.most;
  }
  return range;
}

static uint64_t packed_of(int64_t value, const struct lw_tape_chunk *chunk)
{
  uint64_t difference = (uint64_t)value - (uint64_t)chunk->least;
  return !chunk->gaps ? difference : value == LW_TAPE_NONE ? 0 : difference + 1;
}

static void pack_into(const int64_t *values, const struct lw_tape_chunk *chunk, void *bytes)
{
  for (uint32_t i = 0; i < LW_TAPE_CHUNK_ROWS; i++) {
    uint64_t packed = packed_of(values[i], chunk);
    switch (chunk->width) {
    case 1: ((uint8_t *)bytes)[i] = (uint8_t)packed; break;
    case 2: ((uint16_t *)bytes)[i] = (uint16_t)packed; break;
    case 4: ((uint32_t *)bytes)[i] = (uint32_t)packed; break;
    default: ((uint64_t *)bytes)[i] = packed; break;
    }
  }
}

static bool pack_values(struct lw_tape *tape, struct lw_tape_chunk *chunk, const int64_t *values,
                        bool is_codes)
{
  struct range range = range_of(values, is_codes);
  if (range.least > range.most) {
    return true; /* nothing but gaps */
  }
  uint64_t span = (uint64_t)range.most - (uint64_t)range.least;
  if (range.gaps && span >= UINT64_MAX - 1) { /* no room for a sign of gaps: as they are */
    range.gaps = false;
    range.least = LW_TAPE_NONE;
    span = (uint64_t)range.most - (uint64_t)range.least;
  }
  chunk->least = range.least;
  chunk->gaps = range.gaps;
  chunk->width = width_of(span + (range.gaps ? 1 : 0));
  if (chunk->width == 0) {
    return true;
  }
  size_t size_bytes = (size_t)chunk->width * LW_TAPE_CHUNK_ROWS;
  void *bytes = malloc(size_bytes);
  if (bytes != NULL) {
    pack_into(values, chunk, bytes);
    chunk->bytes = bytes;
    tape->bytes += size_bytes;
  }
  return bytes != NULL;
}

static bool pack(struct lw_tape *tape, struct lw_tape_cells *column)
{
  struct lw_tape_chunk *chunk = &column->chunks[column->n_chunks];
  *chunk = (struct lw_tape_chunk){.least = absent(column), .texts = column->dictionary.count};
  if (column->filling != NULL && !pack_values(tape, chunk, column->filling, column->is_codes)) {
    return false;
  }
  if (column->filling != NULL) {
    keep_spare(tape, column->filling);
    column->filling = NULL;
  }
  column->n_chunks++;
  return true;
}

bool lw_tape_reserve(struct lw_tape *tape, uint32_t chunks)
{
  if (chunks <= tape->capacity_chunks) {
    return true;
  }
  for (uint32_t i = 0; i < tape->n_columns; i++) {
    struct lw_tape_cells *column = &tape->columns[i];
    struct lw_tape_chunk *more = realloc(column->chunks, ((size_t)chunks + 1) * sizeof *more);
    if (more == NULL) {
      return false;
    }
    column->chunks = more;
  }
  tape->capacity_chunks = chunks;
  return true;
}

/* The chunk is full: room for one more in each column, then all are packed. */
static bool turn_over(struct lw_tape *tape)
{
  uint32_t full = (uint32_t)(tape->n_rows / LW_TAPE_CHUNK_ROWS);
  if (full > tape->capacity_chunks && !lw_tape_reserve(tape, full * 2)) {
    return false;
  }
  for (uint32_t i = 0; i < tape->n_columns; i++) {
    if (tape->columns[i].n_chunks < full && !pack(tape, &tape->columns[i])) {
      return false;
    }
  }
  return true;
}

/* --- adding ---
 *
 * Some rows at once, column by column. A text of a large dictionary lies in memory that nobody has
 * touched for long: its slot, its place and its bytes are each asked for some rows before they are
 * looked at. */

enum { AT_ONCE = 64 };

/* A text that is to be put into a column. */
struct cell {
  lw_str text;
  uint32_t column;
  uint32_t at; /* in the chunk */
  uint32_t hash;
  uint32_t code; /* 0: not known yet */
  uint32_t recent;
};

struct cells {
  struct cell cells[AT_ONCE];
  uint32_t count;
};

/* The first value of a chunk: those before it have none. */
static bool begin_filling(struct lw_tape *tape, struct lw_tape_cells *column)
{
  column->filling = take_spare(tape);
  for (uint32_t i = 0; column->filling != NULL && i < LW_TAPE_CHUNK_ROWS; i++) {
    column->filling[i] = absent(column);
  }
  return column->filling != NULL;
}

/* By the memory of what was looked up last, or not yet. */
static void look_up_recent(struct lw_tape *tape, struct cell *cell)
{
  struct lw_tape_dictionary *dictionary = &tape->columns[cell->column].dictionary;
  uint64_t hash = lw_str_hash(cell->text, 0);
  cell->hash = (uint32_t)(hash >> 32);
  cell->recent = hash % LW_TAPE_RECENT;
  struct lw_tape_slot recent = dictionary->recent[cell->recent];
  bool known = recent.code != 0 && recent.hash == cell->hash &&
               lw_str_equal_short(dictionary->texts[recent.code - 1], cell->text);
  cell->code = known ? recent.code : 0;
  if (!known && dictionary->slots != NULL) {
    __builtin_prefetch(&dictionary->slots[cell->hash & dictionary->mask]);
  }
}

/* The text that its first slot has; mostly it is that one. */
static const lw_str *likely_text(const struct lw_tape *tape, const struct cell *cell)
{
  const struct lw_tape_dictionary *dictionary = &tape->columns[cell->column].dictionary;
  if (cell->code != 0 || dictionary->slots == NULL) {
    return NULL;
  }
  struct lw_tape_slot slot = dictionary->slots[cell->hash & dictionary->mask];
  return slot.code != 0 && slot.hash == cell->hash ? &dictionary->texts[slot.code - 1] : NULL;
}

static bool put_cell(struct lw_tape *tape, struct cell *cell)
{
  struct lw_tape_cells *column = &tape->columns[cell->column];
  if (cell->code == 0) {
    cell->code = add_text(tape, &column->dictionary, cell->text, cell->hash);
    column->dictionary.recent[cell->recent] = (struct lw_tape_slot){cell->code, cell->hash};
  }
  if (cell->code == 0 || (column->filling == NULL && !begin_filling(tape, column))) {
    return false;
  }
  column->filling[cell->at] = cell->code;
  return true;
}

static bool put_cells(struct lw_tape *tape, struct cells *cells)
{
  bool kept = true;
  for (uint32_t i = 0; i < cells->count; i++) {
    look_up_recent(tape, &cells->cells[i]);
  }
  for (uint32_t i = 0; i < cells->count; i++) {
    const lw_str *text = likely_text(tape, &cells->cells[i]);
    __builtin_prefetch(text);
  }
  for (uint32_t i = 0; i < cells->count; i++) {
    const lw_str *text = likely_text(tape, &cells->cells[i]);
    __builtin_prefetch(text != NULL ? text->ptr : NULL);
  }
  for (uint32_t i = 0; kept && i < cells->count; i++) {
    kept = put_cell(tape, &cells->cells[i]);
  }
  cells->count = 0;
  return kept;
}

static bool add_cell(struct lw_tape *tape, struct cells *cells, uint32_t column, uint32_t at,
                     lw_str text)
{
  if (text.len == 0) {
    return true; /* what it has is `absent` already */
  }
  cells->cells[cells->count++] = (struct cell){.text = text, .column = column, .at = at};
  return cells->count < AT_ONCE || put_cells(tape, cells);
}

/* Rows of one stream mostly have the same facts in the same places. UINT32_MAX: out of memory. */
static uint32_t fact_column(struct lw_tape *tape, uint32_t place, lw_str fact)
{
  uint32_t *recent = &tape->recent_facts[place % LW_TAPE_RECENT_FACTS];
  if (*recent != 0 && lw_str_equal_short(tape->columns[*recent].name, fact)) {
    return *recent;
  }
  const uint32_t *known = lw_table_find(&tape->facts, fact);
  *recent = known != NULL ? *known : tape->n_columns;
  if (known == NULL) {
    lw_str name = lw_str_copy(&tape->keep, fact);
    if (name.ptr == NULL || !lw_tape_add_column(tape, name, true)) {
      *recent = 0;
      return UINT32_MAX;
    }
  }
  return *recent;
}

static bool put_facts(struct lw_tape *tape, const struct lw_tape_row *rows, uint32_t count,
                      uint32_t at)
{
  struct cells cells;
  bool kept = true;
  cells.count = 0;
  for (uint32_t r = 0; kept && r < count; r++) {
    for (uint32_t i = 0; kept && i < rows[r].n_facts; i++) {
      uint32_t column = fact_column(tape, i, rows[r].facts[i].name);
      kept = column != UINT32_MAX && add_cell(tape, &cells, column, at + r, rows[r].facts[i].json);
    }
  }
  return kept && put_cells(tape, &cells);
}

static bool put_texts(struct lw_tape *tape, uint32_t column, const struct lw_tape_row *rows,
                      uint32_t count, uint32_t at)
{
  struct cells cells;
  bool kept = true;
  cells.count = 0;
  for (uint32_t r = 0; kept && r < count; r++) {
    kept = add_cell(tape, &cells, column, at + r, rows[r].texts[column]);
  }
  return kept && put_cells(tape, &cells);
}

static bool put_numbers(struct lw_tape *tape, uint32_t index, const struct lw_tape_row *rows,
                        uint32_t count, uint32_t at)
{
  struct lw_tape_cells *column = &tape->columns[index];
  for (uint32_t r = 0; r < count; r++) {
    int64_t number = rows[r].numbers[index];
    if (column->filling == NULL && number != LW_TAPE_NONE && !begin_filling(tape, column)) {
      return false;
    }
    if (column->filling != NULL) {
      column->filling[at + r] = number;
    }
  }
  return true;
}

void lw_tape_note_moment(struct lw_tape *tape, lw_usec at)
{
  lw_usec back = at != LW_TAPE_NONE && tape->newest > at ? tape->newest - at : 0;
  tape->newest = tape->newest > at ? tape->newest : at;
  tape->backstep = back > tape->backstep ? back : tape->backstep;
}

/* Rows of one chunk. */
static bool add_some(struct lw_tape *tape, const struct lw_tape_row *rows, uint32_t count)
{
  uint32_t at = (uint32_t)(tape->n_rows % LW_TAPE_CHUNK_ROWS);
  bool kept = true;
  for (uint32_t i = 0; kept && i < LW_TAPE_FACTS; i++) {
    kept = fixed[i].is_codes ? put_texts(tape, i, rows, count, at)
                             : put_numbers(tape, i, rows, count, at);
  }
  if (!kept || !put_facts(tape, rows, count, at)) {
    return false;
  }
  for (uint32_t r = 0; r < count; r++) {
    lw_tape_note_moment(tape, rows[r].numbers[LW_TAPE_AT]);
  }
  tape->n_rows += count;
  return tape->n_rows % LW_TAPE_CHUNK_ROWS != 0 || turn_over(tape);
}

enum lw_code lw_tape_add_rows(struct lw_tape *tape, const struct lw_tape_row *rows, uint32_t count,
                              struct lw_error *err)
{
  if (tape->n_rows + count > UINT32_MAX) {
    return lw_fail(err, LW_LIMIT, "a tape has at most %u rows", UINT32_MAX);
  }
  for (uint32_t done = 0; done < count;) {
    uint32_t room = LW_TAPE_CHUNK_ROWS - (uint32_t)(tape->n_rows % LW_TAPE_CHUNK_ROWS);
    uint32_t some = count - done < room ? count - done : room;
    if (!add_some(tape, rows + done, some)) {
      return lw_fail(err, LW_NO_MEMORY, "out of memory for the tape");
    }
    done += some;
  }
  return LW_OK;
}

enum lw_code lw_tape_add(struct lw_tape *tape, const struct lw_tape_row *row, struct lw_error *err)
{
  return lw_tape_add_rows(tape, row, 1, err);
}

/* --- reading --- */

lw_str lw_tape_currency(const struct lw_tape *tape)
{
  return tape->currency;
}

uint64_t lw_tape_rows(const struct lw_tape *tape)
{
  return tape->n_rows;
}

lw_usec lw_tape_backstep(const struct lw_tape *tape)
{
  return tape->backstep;
}

uint32_t lw_tape_columns(const struct lw_tape *tape)
{
  return tape->n_columns;
}

lw_str lw_tape_column_name(const struct lw_tape *tape, uint32_t column)
{
  return tape->columns[column].name;
}

uint32_t lw_tape_find_fact(const struct lw_tape *tape, lw_str name)
{
  const uint32_t *column = lw_table_find(&tape->facts, name);
  return column != NULL ? *column : UINT32_MAX;
}

uint32_t lw_tape_texts(const struct lw_tape *tape, uint32_t column)
{
  return tape->columns[column].dictionary.count;
}

lw_str lw_tape_text(const struct lw_tape *tape, uint32_t column, uint32_t code)
{
  return code != 0 ? tape->columns[column].dictionary.texts[code - 1] : LW_STR("");
}

uint32_t lw_tape_code(const struct lw_tape *tape, uint32_t column, lw_str text)
{
  return find(&tape->columns[column].dictionary, text, (uint32_t)(lw_str_hash(text, 0) >> 32));
}

/* One loop a width, each over an array of its own: the compiler makes vectors of these, wider ones
 * where the machine has them. */
#define WIDEN(name, from, to)                                                                      \
  LW_INLINE void name##_by(const from *restrict packed, uint32_t count, to least,                  \
                           to *restrict ret)                                                       \
  {                                                                                                \
    for (uint32_t i = 0; i < count; i++) {                                                         \
      ret[i] = (to)(least + packed[i]);                                                            \
    }                                                                                              \
  }                                                                                                \
  WIDER_OF(name, from, to)                                                                         \
  static void name(const from *packed, uint32_t count, to least, to *ret)                          \
  {                                                                                                \
    if (HAS_WIDER) {                                                                               \
      name##_wider(packed, count, least, ret);                                                     \
    } else {                                                                                       \
      name##_by(packed, count, least, ret);                                                        \
    }                                                                                              \
  }
#if defined(__x86_64__)
#define HAS_WIDER __builtin_cpu_supports("avx2")
#define WIDER     __attribute__((target("avx2")))
#else
#define HAS_WIDER false
#define WIDER
#endif
#define WIDER_OF(name, from, to)                                                                   \
  WIDER static void name##_wider(const from *packed, uint32_t count, to least, to *ret)            \
  {                                                                                                \
    name##_by(packed, count, least, ret);                                                          \
  }
WIDEN(codes_of_bytes, uint8_t, uint32_t)
WIDEN(codes_of_shorts, uint16_t, uint32_t)
WIDEN(codes_of_words, uint32_t, uint32_t)
WIDEN(numbers_of_bytes, uint8_t, uint64_t)
WIDEN(numbers_of_shorts, uint16_t, uint64_t)
WIDEN(numbers_of_words, uint32_t, uint64_t)
WIDEN(numbers_of_longs, uint64_t, uint64_t)
#undef WIDEN
#undef WIDER_OF
#undef WIDER
#undef HAS_WIDER

void lw_tape_read_codes(const struct lw_tape *tape, uint32_t index, uint64_t first, uint32_t count,
                        uint32_t *ret_codes)
{
  const struct lw_tape_cells *column = &tape->columns[index];
  uint32_t chunk_index = (uint32_t)(first / LW_TAPE_CHUNK_ROWS);
  uint32_t at = (uint32_t)(first % LW_TAPE_CHUNK_ROWS);
  if (chunk_index == column->n_chunks) {
    for (uint32_t i = 0; i < count; i++) {
      ret_codes[i] = column->filling != NULL ? (uint32_t)column->filling[at + i] : 0;
    }
    return;
  }
  const struct lw_tape_chunk *chunk = &column->chunks[chunk_index];
  uint32_t least = (uint32_t)chunk->least;
  switch (chunk->width) {
  case 1: codes_of_bytes((const uint8_t *)chunk->bytes + at, count, least, ret_codes); break;
  case 2: codes_of_shorts((const uint16_t *)chunk->bytes + at, count, least, ret_codes); break;
  case 4: codes_of_words((const uint32_t *)chunk->bytes + at, count, least, ret_codes); break;
  default: /* all are alike */
    for (uint32_t i = 0; i < count; i++) {
      ret_codes[i] = least;
    }
  }
}

/* The packed numbers as they stand. */
static void unpack(const struct lw_tape_chunk *chunk, uint32_t at, uint32_t count, int64_t least,
                   int64_t *ret_numbers)
{
  uint64_t *numbers = (uint64_t *)ret_numbers;
  uint64_t base = (uint64_t)least;
  switch (chunk->width) {
  case 1: numbers_of_bytes((const uint8_t *)chunk->bytes + at, count, base, numbers); break;
  case 2: numbers_of_shorts((const uint16_t *)chunk->bytes + at, count, base, numbers); break;
  case 4: numbers_of_words((const uint32_t *)chunk->bytes + at, count, base, numbers); break;
  case 8: numbers_of_longs((const uint64_t *)chunk->bytes + at, count, base, numbers); break;
  default: /* all are alike */
    for (uint32_t i = 0; i < count; i++) {
      ret_numbers[i] = least;
    }
  }
}

void lw_tape_read_numbers(const struct lw_tape *tape, uint32_t index, uint64_t first,
                          uint32_t count, int64_t *ret_numbers)
{
  const struct lw_tape_cells *column = &tape->columns[index];
  uint32_t chunk_index = (uint32_t)(first / LW_TAPE_CHUNK_ROWS);
  uint32_t at = (uint32_t)(first % LW_TAPE_CHUNK_ROWS);
  if (chunk_index == column->n_chunks) {
    for (uint32_t i = 0; i < count; i++) {
      ret_numbers[i] = column->filling != NULL ? column->filling[at + i] : LW_TAPE_NONE;
    }
    return;
  }
  const struct lw_tape_chunk *chunk = &column->chunks[chunk_index];
  if (!chunk->gaps) {
    unpack(chunk, at, count, chunk->least, ret_numbers);
    return;
  }
  unpack(chunk, at, count, 0, ret_numbers);
  uint64_t base = (uint64_t)chunk->least - 1;
  for (uint32_t i = 0; i < count; i++) {
    ret_numbers[i] =
        ret_numbers[i] == 0 ? LW_TAPE_NONE : (int64_t)(base + (uint64_t)ret_numbers[i]);
  }
}

int64_t lw_tape_number(const struct lw_tape *tape, uint32_t column, uint64_t row)
{
  int64_t number = 0;
  lw_tape_read_numbers(tape, column, row, 1, &number);
  return number;
}

uint32_t lw_tape_code_at(const struct lw_tape *tape, uint32_t column, uint64_t row)
{
  uint32_t code = 0;
  lw_tape_read_codes(tape, column, row, 1, &code);
  return code;
}

bool lw_tape_find_seq(const struct lw_tape *tape, uint64_t before, int64_t seq, uint64_t *ret_row)
{
  uint64_t from = 0;
  uint64_t to = before;
  while (from < to) {
    uint64_t middle = from + (to - from) / 2;
    if (lw_tape_number(tape, LW_TAPE_SEQ, middle) < seq) {
      from = middle + 1;
    } else {
      to = middle;
    }
  }
  *ret_row = from;
  return seq != LW_TAPE_NONE && from < before && lw_tape_number(tape, LW_TAPE_SEQ, from) == seq;
}

uint64_t lw_tape_find_at(const struct lw_tape *tape, lw_usec since)
{
  uint64_t low = 0;
  uint64_t high = lw_tape_rows(tape);
  lw_usec wanted = since - lw_tape_backstep(tape);
  while (low < high) {
    uint64_t middle = low + (high - low) / 2;
    if (lw_tape_number(tape, LW_TAPE_AT, middle) < wanted) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

bool lw_tape_find_request(const struct lw_tape *tape, uint64_t row, uint64_t *ret_request)
{
  uint64_t of = 0;
  if (!lw_tape_find_seq(tape, row, lw_tape_number(tape, LW_TAPE_OF, row), &of)) {
    return false;
  }
  *ret_request = of;
  return lw_tape_number(tape, LW_TAPE_KIND, of) == LW_TAPE_REQUEST ||
         (lw_tape_find_seq(tape, of, lw_tape_number(tape, LW_TAPE_OF, of), ret_request) &&
          lw_tape_number(tape, LW_TAPE_KIND, *ret_request) == LW_TAPE_REQUEST);
}

int64_t lw_tape_amount(const struct lw_tape *tape, uint64_t row)
{
  struct lw_money money = {0};
  lw_str text = lw_tape_text(tape, LW_TAPE_AMOUNT, lw_tape_code_at(tape, LW_TAPE_AMOUNT, row));
  bool read = text.len != 0 &&
              lw_money_read(text, lw_currency_find(lw_tape_currency(tape)), &money) == LW_MONEY_OK;
  return read ? money.minor : LW_TAPE_NONE;
}

size_t lw_tape_bytes(const struct lw_tape *tape)
{
  return tape->bytes + tape->keep.used_bytes;
}
