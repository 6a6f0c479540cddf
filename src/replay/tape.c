/* Columns in chunks of 65,536 rows. The chunk that is being filled has its values in full width;
 * when it is full it is packed: numbers as the least of the chunk plus a difference, codes as they
 * are, both in 1, 2, 4 or 8 bytes, or in none when all are the same. So a column of which most rows
 * have nothing takes next to nothing, and reading a block is one loop that the compiler vectorises.
 *
 * A dictionary is a hash table of codes over texts that lie one behind the other. In front of it
 * stands a small direct-mapped memory of what was looked up last: in a stream of requests most
 * texts of most columns have just been there. */
#include "replay/tape.h"

#include "base/check.h"
#include "base/table.h"

#include <stdlib.h>

enum { RECENT = 256, FIRST_SLOTS = 64 };

struct chunk {
  int64_t least; /* packed: what 0 stands for */
  void *bytes;   /* NULL: all rows are `least` */
  uint8_t width; /* 0, 1, 2, 4, 8 */
};

struct dictionary {
  lw_str *texts; /* one a code, from 1 on: texts[code - 1] */
  uint32_t count;
  uint32_t capacity;
  uint32_t *slots;  /* code, 0: free */
  uint32_t *hashes; /* one a code: the upper half of its hash */
  uint32_t mask;
  uint32_t recent[RECENT];
};

struct column {
  lw_str name;
  bool is_codes;
  struct chunk *chunks; /* full ones */
  uint32_t n_chunks;
  int64_t *filling; /* LW_TAPE_CHUNK_ROWS; NULL: nothing but `absent` in this chunk so far */
  struct dictionary dictionary;
};

struct lw_tape {
  struct lw_arena keep; /* texts, names */
  lw_str currency;
  struct column *columns;
  uint32_t n_columns;
  uint32_t columns_capacity;
  struct lw_table facts; /* name -> column */
  uint64_t n_rows;
  uint32_t capacity_chunks; /* of every column's chunks */
  lw_usec newest;
  lw_usec backstep;
  size_t bytes;
};

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

static int64_t absent(const struct column *column)
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

/* --- making --- */

static bool add_column(struct lw_tape *tape, lw_str name, bool is_codes)
{
  if (tape->n_columns == tape->columns_capacity) {
    uint32_t capacity = tape->columns_capacity * 2 + 32;
    struct column *columns = realloc(tape->columns, capacity * sizeof *columns);
    if (columns == NULL) {
      return false;
    }
    tape->columns = columns;
    tape->columns_capacity = capacity;
  }
  struct column *column = &tape->columns[tape->n_columns];
  *column = (struct column){.name = name, .is_codes = is_codes};
  column->chunks = calloc(tape->capacity_chunks + 1, sizeof *column->chunks);
  if (column->chunks == NULL) {
    return false;
  }
  /* Rows before it was first heard of have nothing in it. */
  column->n_chunks = (uint32_t)(tape->n_rows / LW_TAPE_CHUNK_ROWS);
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
    made = add_column(tape, fixed[i].name, fixed[i].is_codes);
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
    struct column *column = &tape->columns[i];
    for (uint32_t c = 0; c < column->n_chunks; c++) {
      free(column->chunks[c].bytes);
    }
    free(column->chunks);
    free(column->filling);
    free(column->dictionary.texts);
    free(column->dictionary.slots);
    free(column->dictionary.hashes);
  }
  free(tape->columns);
  lw_arena_finish(&tape->keep);
  free(tape);
}

/* --- dictionaries --- */

static void place(struct dictionary *dictionary, uint32_t code)
{
  uint32_t at = dictionary->hashes[code - 1] & dictionary->mask;
  while (dictionary->slots[at] != 0) {
    at = (at + 1) & dictionary->mask;
  }
  dictionary->slots[at] = code;
}

static bool grow(struct dictionary *dictionary)
{
  uint32_t capacity = dictionary->capacity != 0 ? dictionary->capacity * 2 : FIRST_SLOTS / 2;
  uint32_t *slots = calloc((size_t)capacity * 2, sizeof *slots);
  lw_str *texts = realloc(dictionary->texts, capacity * sizeof *texts);
  dictionary->texts = texts != NULL ? texts : dictionary->texts;
  uint32_t *hashes = realloc(dictionary->hashes, capacity * sizeof *hashes);
  dictionary->hashes = hashes != NULL ? hashes : dictionary->hashes;
  if (slots == NULL || texts == NULL || hashes == NULL) {
    free(slots);
    return false;
  }
  free(dictionary->slots);
  dictionary->slots = slots;
  dictionary->capacity = capacity;
  dictionary->mask = capacity * 2 - 1;
  for (uint32_t code = 1; code <= dictionary->count; code++) {
    place(dictionary, code);
  }
  return true;
}

static uint32_t find(const struct dictionary *dictionary, lw_str text, uint32_t hash)
{
  for (uint32_t at = hash & dictionary->mask; dictionary->slots != NULL;
       at = (at + 1) & dictionary->mask) {
    uint32_t code = dictionary->slots[at];
    if (code == 0) {
      return 0;
    }
    if (dictionary->hashes[code - 1] == hash && lw_str_equal(dictionary->texts[code - 1], text)) {
      return code;
    }
  }
  return 0;
}

/* 0 when memory is out. */
static uint32_t code_of(struct lw_tape *tape, struct dictionary *dictionary, lw_str text)
{
  uint64_t long_hash = lw_str_hash(text, 0);
  uint32_t hash = (uint32_t)(long_hash >> 32);
  uint32_t *recent = &dictionary->recent[long_hash % RECENT];
  if (*recent != 0 && lw_str_equal(dictionary->texts[*recent - 1], text)) {
    return *recent;
  }
  uint32_t code = find(dictionary, text, hash);
  if (code == 0) {
    bool full = dictionary->count == dictionary->capacity;
    lw_str kept = lw_str_copy(&tape->keep, text);
    if (kept.ptr == NULL || dictionary->count == UINT32_MAX / 4 || (full && !grow(dictionary))) {
      return 0;
    }
    dictionary->texts[dictionary->count] = kept;
    dictionary->hashes[dictionary->count] = hash;
    code = ++dictionary->count;
    place(dictionary, code);
  }
  *recent = code;
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

static void pack_into(const int64_t *values, int64_t least, uint8_t width, void *bytes)
{
  for (uint32_t i = 0; i < LW_TAPE_CHUNK_ROWS; i++) {
    uint64_t difference = (uint64_t)values[i] - (uint64_t)least;
    switch (width) {
    case 1: ((uint8_t *)bytes)[i] = (uint8_t)difference; break;
    case 2: ((uint16_t *)bytes)[i] = (uint16_t)difference; break;
    case 4: ((uint32_t *)bytes)[i] = (uint32_t)difference; break;
    default: ((uint64_t *)bytes)[i] = difference; break;
    }
  }
}

static bool pack(struct lw_tape *tape, struct column *column)
{
  struct chunk *chunk = &column->chunks[column->n_chunks];
  const int64_t *values = column->filling;
  *chunk = (struct chunk){.least = absent(column)};
  if (values != NULL) {
    int64_t least = INT64_MAX;
    int64_t most = INT64_MIN;
    for (uint32_t i = 0; i < LW_TAPE_CHUNK_ROWS; i++) {
      least = values[i] < least ? values[i] : least;
      most = values[i] > most ? values[i] : most;
    }
    chunk->least = least;
    chunk->width = width_of((uint64_t)most - (uint64_t)least);
    if (chunk->width != 0) {
      chunk->bytes = malloc((size_t)chunk->width * LW_TAPE_CHUNK_ROWS);
      if (chunk->bytes == NULL) {
        return false;
      }
      pack_into(values, least, chunk->width, chunk->bytes);
      tape->bytes += (size_t)chunk->width * LW_TAPE_CHUNK_ROWS;
    }
    free(column->filling);
    column->filling = NULL;
  }
  column->n_chunks++;
  return true;
}

/* The chunk is full: room for one more in each column, then all are packed. */
static bool turn_over(struct lw_tape *tape)
{
  uint32_t full = (uint32_t)(tape->n_rows / LW_TAPE_CHUNK_ROWS);
  for (uint32_t i = 0; i < tape->n_columns; i++) {
    struct column *column = &tape->columns[i];
    if (full > tape->capacity_chunks) {
      struct chunk *chunks = realloc(column->chunks, ((size_t)full * 2 + 1) * sizeof *chunks);
      if (chunks == NULL) {
        return false;
      }
      column->chunks = chunks;
    }
  }
  tape->capacity_chunks = full > tape->capacity_chunks ? full * 2 : tape->capacity_chunks;
  for (uint32_t i = 0; i < tape->n_columns; i++) {
    if (tape->columns[i].n_chunks < full && !pack(tape, &tape->columns[i])) {
      return false;
    }
  }
  return true;
}

/* --- adding --- */

static bool put(struct lw_tape *tape, struct column *column, int64_t value)
{
  uint32_t at = (uint32_t)(tape->n_rows % LW_TAPE_CHUNK_ROWS);
  if (column->filling == NULL) {
    if (value == absent(column)) {
      return true;
    }
    column->filling = malloc(LW_TAPE_CHUNK_ROWS * sizeof *column->filling);
    if (column->filling == NULL) {
      return false;
    }
    for (uint32_t i = 0; i < LW_TAPE_CHUNK_ROWS; i++) {
      column->filling[i] = absent(column);
    }
  }
  column->filling[at] = value;
  return true;
}

static bool put_text(struct lw_tape *tape, uint32_t index, lw_str text)
{
  struct column *column = &tape->columns[index];
  if (text.len == 0) {
    return put(tape, column, 0);
  }
  uint32_t code = code_of(tape, &column->dictionary, text);
  return code != 0 && put(tape, column, code);
}

static bool put_fact(struct lw_tape *tape, const struct lw_tape_fact *fact)
{
  const uint32_t *known = lw_table_find(&tape->facts, fact->name);
  uint32_t index = known != NULL ? *known : tape->n_columns;
  if (known == NULL) {
    lw_str name = lw_str_copy(&tape->keep, fact->name);
    uint32_t *number = name.ptr != NULL ? lw_table_add(&tape->facts, name, NULL) : NULL;
    if (number == NULL || !add_column(tape, name, true)) {
      return false;
    }
    *number = index;
  }
  return put_text(tape, index, fact->json);
}

enum lw_code lw_tape_add(struct lw_tape *tape, const struct lw_tape_row *row, struct lw_error *err)
{
  bool kept = tape->n_rows < UINT32_MAX;
  if (!kept) {
    return lw_fail(err, LW_LIMIT, "a tape has at most %u rows", UINT32_MAX);
  }
  for (uint32_t i = 0; kept && i < LW_TAPE_FACTS; i++) {
    kept = fixed[i].is_codes ? put_text(tape, i, row->texts[i])
                             : put(tape, &tape->columns[i], row->numbers[i]);
  }
  for (uint32_t i = 0; kept && i < row->n_facts; i++) {
    kept = put_fact(tape, &row->facts[i]);
  }
  if (kept) {
    lw_usec at = row->numbers[LW_TAPE_AT];
    lw_usec back = tape->newest > at ? tape->newest - at : 0;
    tape->newest = tape->newest > at ? tape->newest : at;
    tape->backstep = back > tape->backstep ? back : tape->backstep;
    tape->n_rows++;
    kept = tape->n_rows % LW_TAPE_CHUNK_ROWS != 0 || turn_over(tape);
  }
  return kept ? LW_OK : lw_fail(err, LW_NO_MEMORY, "out of memory for the tape");
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

void lw_tape_read_codes(const struct lw_tape *tape, uint32_t index, uint64_t first, uint32_t count,
                        uint32_t *ret_codes)
{
  const struct column *column = &tape->columns[index];
  uint32_t chunk_index = (uint32_t)(first / LW_TAPE_CHUNK_ROWS);
  uint32_t at = (uint32_t)(first % LW_TAPE_CHUNK_ROWS);
  if (chunk_index == column->n_chunks) {
    for (uint32_t i = 0; i < count; i++) {
      ret_codes[i] = column->filling != NULL ? (uint32_t)column->filling[at + i] : 0;
    }
    return;
  }
  const struct chunk *chunk = &column->chunks[chunk_index];
  uint32_t least = (uint32_t)chunk->least;
  const uint8_t *bytes = chunk->bytes;
  const uint16_t *shorts = chunk->bytes;
  const uint32_t *words = chunk->bytes;
  for (uint32_t i = 0; i < count && chunk->width == 0; i++) {
    ret_codes[i] = least;
  }
  for (uint32_t i = 0; i < count && chunk->width == 1; i++) {
    ret_codes[i] = least + bytes[at + i];
  }
  for (uint32_t i = 0; i < count && chunk->width == 2; i++) {
    ret_codes[i] = least + shorts[at + i];
  }
  for (uint32_t i = 0; i < count && chunk->width == 4; i++) {
    ret_codes[i] = least + words[at + i];
  }
}

void lw_tape_read_numbers(const struct lw_tape *tape, uint32_t index, uint64_t first,
                          uint32_t count, int64_t *ret_numbers)
{
  const struct column *column = &tape->columns[index];
  uint32_t chunk_index = (uint32_t)(first / LW_TAPE_CHUNK_ROWS);
  uint32_t at = (uint32_t)(first % LW_TAPE_CHUNK_ROWS);
  if (chunk_index == column->n_chunks) {
    for (uint32_t i = 0; i < count; i++) {
      ret_numbers[i] = column->filling != NULL ? column->filling[at + i] : LW_TAPE_NONE;
    }
    return;
  }
  const struct chunk *chunk = &column->chunks[chunk_index];
  uint64_t least = (uint64_t)chunk->least;
  const uint8_t *bytes = chunk->bytes;
  const uint16_t *shorts = chunk->bytes;
  const uint32_t *words = chunk->bytes;
  const uint64_t *longs = chunk->bytes;
  for (uint32_t i = 0; i < count && chunk->width == 0; i++) {
    ret_numbers[i] = (int64_t)least;
  }
  for (uint32_t i = 0; i < count && chunk->width == 1; i++) {
    ret_numbers[i] = (int64_t)(least + bytes[at + i]);
  }
  for (uint32_t i = 0; i < count && chunk->width == 2; i++) {
    ret_numbers[i] = (int64_t)(least + shorts[at + i]);
  }
  for (uint32_t i = 0; i < count && chunk->width == 4; i++) {
    ret_numbers[i] = (int64_t)(least + words[at + i]);
  }
  for (uint32_t i = 0; i < count && chunk->width == 8; i++) {
    ret_numbers[i] = (int64_t)(least + longs[at + i]);
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

size_t lw_tape_bytes(const struct lw_tape *tape)
{
  return tape->bytes + tape->keep.used_bytes;
}
