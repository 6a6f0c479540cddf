/* Writing is laying out what stands in memory: heads of fixed size, then names, texts and packed
 * values, all on multiples of 8 bytes.
 *
 * Reading trusts nothing. A cursor hands out pieces of a block and fails for good once one would
 * reach over its end. Then: columns must be those of tape.def, facts come behind them under names
 * that were not there yet, widths are the five there are, texts' ends only rise, no code is over
 * the number of texts so far, numbers that the program computes or branches with (times, kinds,
 * verdicts, marks) are in their ranges, and seqs only rise. The checksum comes first: it tells a
 * torn or rotten file, the rest even one that was made to deceive. What can be told from the rows
 * (how far `at` goes back) is told from them again. */
#include "replay/tape_image.h"

#include "base/bytes.h"
#include "base/check.h"
#include "replay/tape_inside.h"

#include <assert.h>
#include <stdlib.h>

enum {
  BLOCK_HEAD_BYTES = 64,
  COLUMN_HEAD_BYTES = 32,
  ALIGN = 32,        /* of a block's length */
  CHECKED_FROM = 16, /* behind a block's magic and checksum */
  SEALED_BYTES = 96, /* of a seal, that its checksum is of */
  SEAL_SUM_AT = 120,
  NAME_BYTES_MAX = 1 << 20
};

static const char seal_magic[8] = {'L', 'W', 'T', 'A', 'P', 'E', '\r', '\n'};
static const char block_magic[8] = {'L', 'W', 'B', 'L', 'O', 'C', 'K', '\n'};

bool lw_tape_image_usable(void)
{
  return __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__;
}

/* --- checksums --- */

static uint64_t fold(uint64_t a, uint64_t b)
{
  lw_uint128 product = (lw_uint128)a * b;
  return (uint64_t)product ^ (uint64_t)(product >> 64);
}

/* Four lanes over words of 8 bytes in turn; count is a multiple of 32. */
static uint64_t checksum_of(const char *bytes, size_t count, uint64_t seed)
{
  const uint64_t odd[4] = {0xa0761d6478bd642fULL, 0xe7037ed1a0b428dbULL, 0x8ebc6af09c88c6e3ULL,
                           0x589965cc75374cc3ULL};
  uint64_t lanes[4] = {seed ^ odd[0], seed ^ odd[1], seed ^ odd[2], seed ^ odd[3]};
  for (size_t at = 0; at + 32 <= count; at += 32) {
    for (size_t i = 0; i < 4; i++) {
      lanes[i] = fold(lanes[i] ^ lw_get_le64(bytes + at + 8 * i), odd[i]) + i + 1;
    }
  }
  uint64_t sum = fold((uint64_t)count ^ odd[3], odd[1]);
  for (size_t i = 0; i < 4; i++) {
    sum = fold(sum ^ lanes[i], odd[i]) + i + 1;
  }
  return sum;
}

/* --- seals --- */

bool lw_tape_seal_init(struct lw_tape_seal *seal, lw_str currency)
{
  *seal = (struct lw_tape_seal){.end = LW_TAPE_HEAD_BYTES};
  if (currency.len > LW_TAPE_CURRENCY_BYTES) {
    return false;
  }
  if (currency.len != 0) {
    memcpy(seal->currency, currency.ptr, currency.len);
  }
  return true;
}

lw_str lw_tape_seal_currency(const struct lw_tape_seal *seal)
{
  return lw_str_from(seal->currency, strnlen(seal->currency, LW_TAPE_CURRENCY_BYTES));
}

uint64_t lw_tape_seal_offset(const struct lw_tape_seal *seal)
{
  return seal->turn % LW_TAPE_SEAL_PLACES * LW_TAPE_SEAL_APART_BYTES;
}

void lw_tape_seal_write(const struct lw_tape_seal *seal, char *place)
{
  memset(place, 0, LW_TAPE_SEAL_BYTES);
  memcpy(place, seal_magic, sizeof seal_magic);
  lw_put_le64(place + 8, LW_TAPE_IMAGE_VERSION);
  lw_put_le64(place + 16, seal->turn);
  lw_put_le64(place + 24, seal->blocks);
  lw_put_le64(place + 32, seal->end);
  lw_put_le64(place + 40, seal->checksum);
  lw_put_le64(place + 48, seal->seq);
  memcpy(place + 56, seal->hash.bytes, LW_HASH_BYTES);
  memcpy(place + 88, seal->currency, LW_TAPE_CURRENCY_BYTES);
  lw_put_le64(place + SEAL_SUM_AT, checksum_of(place, SEALED_BYTES, 0));
}

static bool read_seal(const char *place, struct lw_tape_seal *ret_seal)
{
  struct lw_tape_seal seal = {.turn = lw_get_le64(place + 16)};
  if (memcmp(place, seal_magic, sizeof seal_magic) != 0 ||
      lw_get_le64(place + 8) != LW_TAPE_IMAGE_VERSION ||
      lw_get_le64(place + SEAL_SUM_AT) != checksum_of(place, SEALED_BYTES, 0)) {
    return false;
  }
  seal.blocks = lw_get_le64(place + 24);
  seal.end = lw_get_le64(place + 32);
  seal.checksum = lw_get_le64(place + 40);
  seal.seq = lw_get_le64(place + 48);
  memcpy(seal.hash.bytes, place + 56, LW_HASH_BYTES);
  memcpy(seal.currency, place + 88, LW_TAPE_CURRENCY_BYTES);
  *ret_seal = seal;
  return seal.seq <= INT64_MAX && seal.end >= LW_TAPE_HEAD_BYTES && seal.end <= INT64_MAX &&
         seal.blocks <= UINT32_MAX / LW_TAPE_CHUNK_ROWS;
}

bool lw_tape_seal_read(lw_str head, struct lw_tape_seal *ret_seal)
{
  bool found = false;
  for (uint64_t i = 0; i < LW_TAPE_SEAL_PLACES && head.len >= LW_TAPE_HEAD_BYTES; i++) {
    struct lw_tape_seal seal;
    if (read_seal(head.ptr + i * LW_TAPE_SEAL_APART_BYTES, &seal) &&
        seal.turn % LW_TAPE_SEAL_PLACES == i && (!found || seal.turn > ret_seal->turn)) {
      *ret_seal = seal;
      found = true;
    }
  }
  return found;
}

/* --- writing --- */

uint64_t lw_tape_image_blocks(const struct lw_tape *tape)
{
  return tape->n_rows / LW_TAPE_CHUNK_ROWS;
}

static void add_padding(struct lw_buf *out, size_t from, size_t align)
{
  static const char zeros[ALIGN] = {0};
  lw_buf_add(out, lw_str_from(zeros, (size_t)(-(out->len - from)) % align));
}

/* The texts that came in this chunk: where each ends, then all of them. */
static uint64_t add_texts(const struct lw_tape_dictionary *dictionary, uint32_t before,
                          uint32_t after, size_t from, struct lw_buf *out)
{
  uint64_t end = 0;
  char number[8];
  for (uint32_t i = before; i < after; i++) {
    end += dictionary->texts[i].len;
    lw_put_le64(number, end);
    lw_buf_add(out, lw_str_from(number, 4));
  }
  add_padding(out, from, 8);
  for (uint32_t i = before; i < after; i++) {
    lw_buf_add(out, dictionary->texts[i]);
  }
  add_padding(out, from, 8);
  return end;
}

static bool add_column(const struct lw_tape_cells *column, uint32_t block, size_t from,
                       struct lw_buf *out)
{
  char head[COLUMN_HEAD_BYTES] = {0};
  const struct lw_tape_chunk *chunk = &column->chunks[block];
  bool is_new = column->first_chunk == block;
  uint32_t before = block != 0 ? chunk[-1].texts : 0;
  size_t head_at = out->len;
  lw_buf_add(out, lw_str_from(head, sizeof head));
  if (is_new) {
    lw_buf_add(out, column->name);
    add_padding(out, from, 8);
  }
  uint64_t text_bytes = add_texts(&column->dictionary, before, chunk->texts, from, out);
  lw_buf_add(out, lw_str_from(chunk->bytes, (size_t)chunk->width * LW_TAPE_CHUNK_ROWS));
  lw_put_le64(head, (uint64_t)chunk->least);
  lw_put_le64(head + 8, is_new ? column->name.len : 0);
  lw_put_le64(head + 16, (uint64_t)(chunk->texts - before) | text_bytes << 32);
  head[24] = (char)chunk->width;
  head[25] = (char)column->is_codes;
  head[26] = (char)chunk->gaps;
  head[27] = (char)is_new;
  if (!out->failed) {
    memcpy(out->ptr + head_at, head, sizeof head);
  }
  return text_bytes <= UINT32_MAX && column->name.len <= NAME_BYTES_MAX;
}

static uint32_t columns_in(const struct lw_tape *tape, uint32_t block)
{
  uint32_t count = tape->n_columns;
  while (count != 0 && tape->columns[count - 1].first_chunk > block) {
    count--;
  }
  return count;
}

static void write_block_head(char *block, uint64_t size_bytes, const struct lw_tape_seal *seal,
                             uint32_t columns, uint64_t seq)
{
  memcpy(block, block_magic, sizeof block_magic);
  lw_put_le64(block + 16, size_bytes);
  lw_put_le64(block + 24, seal->blocks);
  lw_put_le64(block + 32, columns);
  lw_put_le64(block + 40, seq);
  lw_put_le64(block + 8,
              checksum_of(block + CHECKED_FROM, size_bytes - CHECKED_FROM, seal->checksum));
}

enum lw_code lw_tape_image_add(const struct lw_tape *tape, struct lw_tape_seal *seal,
                               struct lw_buf *out, struct lw_error *err)
{
  static const char zeros[BLOCK_HEAD_BYTES] = {0};
  LW_ASSERT(seal->blocks < lw_tape_image_blocks(tape));
  uint32_t block = (uint32_t)seal->blocks;
  uint32_t columns = columns_in(tape, block);
  uint64_t last = ((uint64_t)block + 1) * LW_TAPE_CHUNK_ROWS - 1;
  uint64_t seq = (uint64_t)lw_tape_number(tape, LW_TAPE_SEQ, last);
  size_t from = out->len;
  bool fits = true;
  lw_buf_add(out, lw_str_from(zeros, sizeof zeros));
  for (uint32_t i = 0; fits && i < columns; i++) {
    fits = add_column(&tape->columns[i], block, from, out);
  }
  add_padding(out, from, ALIGN);
  /* What is checked begins 16 bytes in: as long as the block, less 16, plus 16 of padding. */
  lw_buf_add(out, lw_str_from(zeros, CHECKED_FROM));
  if (!fits || out->failed) {
    out->len = out->failed ? out->len : from;
    return fits ? lw_fail(err, LW_NO_MEMORY, "out of memory for the tape")
                : lw_fail(err, LW_LIMIT, "more than 4 GB of texts in one chunk of the tape");
  }
  write_block_head(out->ptr + from, out->len - from, seal, columns, seq);
  seal->checksum = lw_get_le64(out->ptr + from + 8);
  seal->end += out->len - from;
  seal->seq = seq;
  seal->blocks++;
  return LW_OK;
}

/* --- reading --- */

/* A block that is being read; `failed` for good once something would reach over its end. */
struct cursor {
  const char *at;
  const char *end;
  const char *from;
  bool only_checks; /* texts are looked at, and not found again */
  bool failed;
};

static const char *take(struct cursor *cursor, uint64_t count)
{
  const char *piece = cursor->at;
  if (cursor->failed || count > (uint64_t)(cursor->end - cursor->at)) {
    cursor->failed = true;
    return NULL;
  }
  cursor->at += count;
  return piece;
}

static void skip_padding(struct cursor *cursor)
{
  (void)take(cursor, (uint64_t)(-(cursor->at - cursor->from)) % 8);
}

#define AT_LEAST (LW_TIME_SECONDS_MIN * LW_USEC_PER_SECOND)
#define AT_MOST  ((LW_TIME_SECONDS_MAX + 1) * LW_USEC_PER_SECOND - 1)

static const struct range {
  enum lw_tape_column column;
  int64_t least;
  int64_t most;
  bool needed; /* no gaps */
} ranges[] = {
    {LW_TAPE_SEQ, 0, INT64_MAX, true},
    {LW_TAPE_AT, AT_LEAST, AT_MOST, false},
    {LW_TAPE_OPENED, AT_LEAST, AT_MOST, false},
    {LW_TAPE_UPDATED, AT_LEAST, AT_MOST, false},
    {LW_TAPE_KIND, LW_TAPE_REQUEST, LW_TAPE_CLOSED, true},
    {LW_TAPE_VERDICT, 0, 2, false}, /* enum lw_verdict */
    {LW_TAPE_WAITED, AT_LEAST - AT_MOST, AT_MOST - AT_LEAST, false},
    {LW_TAPE_MARKS, 0, 2 * LW_TAPE_OWN - 1, false},
};

#define MOST_OF(type, bytes)                                                                       \
  do {                                                                                             \
    const type *values = (bytes);                                                                  \
    type most = 0;                                                                                 \
    for (uint32_t i = 0; i < LW_TAPE_CHUNK_ROWS; i++) {                                            \
      most = values[i] > most ? values[i] : most;                                                  \
    }                                                                                              \
    return most;                                                                                   \
  } while (0)

static uint64_t most_packed(const struct lw_tape_chunk *chunk)
{
  switch (chunk->width) {
  case 1: MOST_OF(uint8_t, chunk->bytes);
  case 2: MOST_OF(uint16_t, chunk->bytes);
  case 4: MOST_OF(uint32_t, chunk->bytes);
  case 8: MOST_OF(uint64_t, chunk->bytes);
  default: return 0;
  }
}

/* The greatest value there is, if it is one of 64 bits. */
static bool most_of(const struct lw_tape_chunk *chunk, int64_t *ret_most)
{
  uint64_t above = most_packed(chunk);
  above -= chunk->gaps && above != 0 ? 1 : 0;
  uint64_t room = (uint64_t)INT64_MAX - (uint64_t)chunk->least;
  *ret_most = (int64_t)((uint64_t)chunk->least + above);
  return above <= room;
}

static bool codes_fit(const struct lw_tape_chunk *chunk)
{
  int64_t most = 0;
  return !chunk->gaps && chunk->width <= 4 && chunk->least >= 0 && most_of(chunk, &most) &&
         most <= chunk->texts;
}

static bool numbers_fit(const struct lw_tape_chunk *chunk, uint32_t column)
{
  int64_t most = 0;
  if (!most_of(chunk, &most)) {
    return false;
  }
  for (size_t i = 0; i < sizeof ranges / sizeof ranges[0]; i++) {
    if (ranges[i].column == column) {
      bool is_gap = chunk->least == LW_TAPE_NONE && chunk->width == 0;
      bool has_gaps = chunk->gaps || is_gap;
      return !(ranges[i].needed && has_gaps) &&
             (is_gap || (chunk->least >= ranges[i].least && most <= ranges[i].most));
    }
  }
  return true;
}

/* Where text i of a chunk ends. */
static uint32_t end_of(const char *ends, uint32_t i)
{
  uint32_t end = 0;
  memcpy(&end, ends + (size_t)i * 4, sizeof end);
  return end;
}

/* Only counted, or found by what they are from here on. */
static enum lw_code take_texts(const struct cursor *cursor, struct lw_tape_dictionary *dictionary,
                               const char *ends, const char *texts, uint32_t count,
                               struct lw_error *err)
{
  uint32_t before = 0;
  if (cursor->only_checks) {
    dictionary->count += count;
    return LW_OK;
  }
  if (count != 0 && !lw_tape_dictionary_reserve(dictionary, (uint64_t)dictionary->count + count)) {
    return lw_fail(err, LW_NO_MEMORY, "out of memory for the tape");
  }
  for (uint32_t i = 0; i < count; i++) {
    uint32_t end = end_of(ends, i);
    dictionary->texts[dictionary->count + i] = lw_str_from(texts + before, end - before);
    before = end;
  }
  lw_tape_dictionary_place(dictionary, count);
  return LW_OK;
}

/* The texts that came in this chunk, behind those that are there. */
static enum lw_code read_texts(struct cursor *cursor, struct lw_tape_dictionary *dictionary,
                               uint32_t count, uint32_t text_bytes, struct lw_error *err)
{
  const char *ends = take(cursor, (uint64_t)count * 4);
  skip_padding(cursor);
  const char *texts = take(cursor, text_bytes);
  skip_padding(cursor);
  if (cursor->failed || (uint64_t)dictionary->count + count > UINT32_MAX / 4) {
    return lw_fail(err, LW_INVALID, "the tape's texts reach over its end");
  }
  uint32_t before = 0;
  bool rising = true;
  for (uint32_t i = 0; i < count; i++) {
    uint32_t end = end_of(ends, i);
    rising &= end > before;
    before = end;
  }
  return rising && before == text_bytes
             ? take_texts(cursor, dictionary, ends, texts, count, err)
             : lw_fail(err, LW_INVALID, "the tape's texts are out of order");
}

static enum lw_code read_values(struct cursor *cursor, const char *head, uint32_t index,
                                struct lw_tape_cells *column, struct lw_error *err)
{
  unsigned width = (unsigned char)head[24];
  struct lw_tape_chunk chunk = {.least = (int64_t)lw_get_le64(head),
                                .width = (uint8_t)width,
                                .gaps = head[26] != 0,
                                .borrowed = true,
                                .texts = column->dictionary.count};
  bool known = width == 0 || width == 1 || width == 2 || width == 4 || width == 8;
  const char *bytes = known ? take(cursor, (uint64_t)width * LW_TAPE_CHUNK_ROWS) : NULL;
  if (bytes == NULL || (width == 0 && chunk.gaps)) {
    return lw_fail(err, LW_INVALID, "a column of the tape has no such width");
  }
  chunk.bytes = width != 0 ? bytes : NULL;
  if (!(column->is_codes ? codes_fit(&chunk) : numbers_fit(&chunk, index))) {
    return lw_fail(err, LW_INVALID, "a column of the tape has values that can't be");
  }
  column->chunks[column->n_chunks++] = chunk;
  return LW_OK;
}

/* A column that is heard of for the first time: one of tape.def (they are made with the tape), then
 * facts. */
static enum lw_code read_name(struct cursor *cursor, struct lw_tape *tape, uint32_t index,
                              const char *head, struct lw_error *err)
{
  uint64_t len = lw_get_le64(head + 8);
  const char *name_at = len <= NAME_BYTES_MAX ? take(cursor, len) : NULL;
  skip_padding(cursor);
  if (name_at == NULL || cursor->failed) {
    return lw_fail(err, LW_INVALID, "a name in the tape reaches over its end");
  }
  lw_str name = lw_str_from(name_at, len);
  bool is_codes = head[25] != 0;
  if (index < LW_TAPE_FACTS) {
    const struct lw_tape_cells *column = &tape->columns[index];
    return lw_str_equal(name, column->name) && is_codes == column->is_codes
               ? LW_OK
               : lw_fail(err, LW_INVALID, "the tape has other columns");
  }
  if (!is_codes || lw_tape_find_fact(tape, name) != UINT32_MAX) {
    return lw_fail(err, LW_INVALID, "the tape has a column twice");
  }
  name = lw_str_copy(&tape->keep, name);
  return name.ptr != NULL && lw_tape_add_column(tape, name, true)
             ? LW_OK
             : lw_fail(err, LW_NO_MEMORY, "out of memory for the tape");
}

static enum lw_code read_column(struct cursor *cursor, struct lw_tape *tape, uint32_t index,
                                uint32_t block, struct lw_error *err)
{
  const char *head = take(cursor, COLUMN_HEAD_BYTES);
  if (head == NULL) {
    return lw_fail(err, LW_INVALID, "a column reaches over the tape's end");
  }
  bool is_new = index < LW_TAPE_FACTS ? block == 0 : index >= tape->n_columns;
  if ((head[27] != 0) != is_new) {
    return lw_fail(err, LW_INVALID, "a column of the tape has no name, or two");
  }
  uint64_t texts = lw_get_le64(head + 16);
  enum lw_code rc = is_new ? read_name(cursor, tape, index, head, err) : LW_OK;
  if (rc != LW_OK) {
    return rc;
  }
  struct lw_tape_cells *column = &tape->columns[index];
  if (!column->is_codes && texts != 0) {
    return lw_fail(err, LW_INVALID, "a column of numbers has texts");
  }
  rc = read_texts(cursor, &column->dictionary, (uint32_t)texts, (uint32_t)(texts >> 32), err);
  return rc == LW_OK ? read_values(cursor, head, index, column, err) : rc;
}

/* What only the values together tell: rising seqs, and how far moments go back. */
static bool look_through(struct lw_tape *tape, uint64_t first, int64_t *last_seq)
{
  enum { AT_ONCE = 4096 };
  static_assert(LW_TAPE_CHUNK_ROWS % AT_ONCE == 0, "whole pieces");
  int64_t seqs[AT_ONCE];
  int64_t moments[AT_ONCE];
  bool rising = true;
  for (uint32_t from = 0; from < LW_TAPE_CHUNK_ROWS; from += AT_ONCE) {
    lw_tape_read_numbers(tape, LW_TAPE_SEQ, first + from, AT_ONCE, seqs);
    lw_tape_read_numbers(tape, LW_TAPE_AT, first + from, AT_ONCE, moments);
    for (uint32_t i = 0; i < AT_ONCE; i++) {
      rising &= seqs[i] > *last_seq;
      *last_seq = seqs[i];
      lw_tape_note_moment(tape, moments[i]);
    }
  }
  return rising;
}

static enum lw_code read_columns(struct cursor *cursor, struct lw_tape *tape, uint32_t block,
                                 uint64_t columns, struct lw_error *err)
{
  enum lw_code rc = LW_OK;
  if (columns < tape->n_columns || columns > (uint64_t)(cursor->end - cursor->at)) {
    return lw_fail(err, LW_INVALID, "the tape loses columns");
  }
  if (block >= tape->capacity_chunks && !lw_tape_reserve(tape, block * 2 + 1)) {
    return lw_fail(err, LW_NO_MEMORY, "out of memory for the tape");
  }
  for (uint32_t i = 0; rc == LW_OK && i < columns; i++) {
    rc = read_column(cursor, tape, i, block, err);
  }
  return rc;
}

/* Where in an image it is. */
struct going {
  uint64_t offset;
  uint64_t checksum;
  int64_t last_seq;
  bool only_checks;
};

static enum lw_code read_block(struct lw_tape *tape, lw_str bytes, struct going *going,
                               struct lw_error *err)
{
  const char *head = bytes.ptr + going->offset;
  uint64_t room = bytes.len - going->offset;
  uint64_t block = tape->n_rows / LW_TAPE_CHUNK_ROWS;
  uint64_t size_bytes = room >= BLOCK_HEAD_BYTES ? lw_get_le64(head + 16) : 0;
  if (size_bytes < BLOCK_HEAD_BYTES || size_bytes > room || size_bytes % ALIGN != CHECKED_FROM ||
      memcmp(head, block_magic, sizeof block_magic) != 0 || lw_get_le64(head + 24) != block) {
    return lw_fail(err, LW_INVALID, "block %llu of the tape is none", (unsigned long long)block);
  }
  uint64_t sum = checksum_of(head + CHECKED_FROM, size_bytes - CHECKED_FROM, going->checksum);
  if (sum != lw_get_le64(head + 8)) {
    return lw_fail(err, LW_INVALID, "block %llu of the tape is damaged", (unsigned long long)block);
  }
  struct cursor cursor = {head + BLOCK_HEAD_BYTES, head + size_bytes, head, going->only_checks,
                          false};
  enum lw_code rc = read_columns(&cursor, tape, (uint32_t)block, lw_get_le64(head + 32), err);
  if (rc != LW_OK) {
    return rc;
  }
  if (cursor.end - cursor.at >= ALIGN + CHECKED_FROM) {
    return lw_fail(err, LW_INVALID, "a block of the tape has more columns than it says");
  }
  uint64_t first = tape->n_rows;
  tape->n_rows += LW_TAPE_CHUNK_ROWS;
  if (!look_through(tape, first, &going->last_seq) ||
      lw_get_le64(head + 40) != (uint64_t)going->last_seq) {
    return lw_fail(err, LW_INVALID, "the tape's rows are out of order");
  }
  going->offset += size_bytes;
  going->checksum = sum;
  return LW_OK;
}

static enum lw_code read_blocks(struct lw_tape *tape, lw_str bytes, const struct lw_tape_seal *seal,
                                bool only_checks, struct lw_error *err)
{
  struct going going = {LW_TAPE_HEAD_BYTES, 0, -1, only_checks};
  enum lw_code rc = LW_OK;
  for (uint64_t i = 0; rc == LW_OK && i < seal->blocks; i++) {
    rc = read_block(tape, bytes, &going, err);
  }
  if (rc == LW_OK && (going.offset != seal->end || going.checksum != seal->checksum ||
                      going.last_seq < 0 || (uint64_t)going.last_seq != seal->seq)) {
    rc = lw_fail(err, LW_INVALID, "the tape is not what its head says");
  }
  return rc;
}

/* Owned by the caller; NULL after a failure. */
static struct lw_tape *read_all(lw_str bytes, const struct lw_tape_seal *seal, bool only_checks,
                                enum lw_code *ret_code, struct lw_error *err)
{
  /* A block has at least a head for each column of tape.def. */
  uint64_t blocks_most = bytes.len / ((uint64_t)LW_TAPE_FACTS * COLUMN_HEAD_BYTES);
  if (!lw_tape_image_usable() || (uintptr_t)bytes.ptr % 8 != 0 || seal->end > bytes.len ||
      seal->end < LW_TAPE_HEAD_BYTES || seal->blocks > blocks_most || seal->blocks == 0) {
    *ret_code = lw_fail(err, LW_INVALID, "the tape is shorter than its head says");
    return NULL;
  }
  struct lw_tape *tape = lw_tape_create(lw_tape_seal_currency(seal));
  *ret_code = tape != NULL
                  ? read_blocks(tape, lw_str_slice(bytes, 0, seal->end), seal, only_checks, err)
                  : lw_fail(err, LW_NO_MEMORY, "out of memory for the tape");
  if (*ret_code != LW_OK) {
    lw_tape_destroy(tape);
    return NULL;
  }
  return tape;
}

enum lw_code lw_tape_image_read(lw_str bytes, const struct lw_tape_seal *seal,
                                void (*release)(void *user), void *user, struct lw_tape **ret_tape,
                                struct lw_error *err)
{
  enum lw_code rc = LW_OK;
  struct lw_tape *tape = read_all(bytes, seal, false, &rc, err);
  if (rc == LW_OK) {
    tape->release = release;
    tape->user = user;
    tape->bytes += seal->end;
    *ret_tape = tape;
  }
  return rc;
}

enum lw_code lw_tape_image_check(lw_str bytes, const struct lw_tape_seal *seal,
                                 struct lw_error *err)
{
  enum lw_code rc = LW_OK;
  lw_tape_destroy(read_all(bytes, seal, true, &rc, err));
  return rc;
}
