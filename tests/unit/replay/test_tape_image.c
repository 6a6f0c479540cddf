/* A tape as bytes: what was written comes back, whole or grown by the block; a byte that is changed
 * is told; bytes with right checksums and wrong contents are told too. */
#include "replay/tape_image.h"
#include "tape_mend.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>

enum {
  CHUNK = LW_TAPE_CHUNK_ROWS,
  LATE_FACT_ROW = CHUNK + 77, /* from here on rows have a second fact */
  BLOCK_AT = LW_TAPE_HEAD_BYTES,
  COLUMNS_AT = BLOCK_AT + 64
};

static void must(enum lw_code rc, const struct lw_error *err)
{
  if (rc != LW_OK) {
    fail_msg("%s", err->text);
  }
}

/* --- tapes --- */

/* A row that depends on its number alone: all widths, gaps, times that go back. */
static void add_row(struct lw_tape *tape, uint64_t number)
{
  char texts[4][32];
  struct lw_tape_row row;
  struct lw_tape_fact facts[2] = {{LW_STR("customer.segment"), LW_STR("\"gold\"")},
                                  {LW_STR("lines"), LW_STR("3")}};
  struct lw_error err = {0};
  uint64_t mixed = number * UINT64_C(0x9e3779b97f4a7c15) >> 20;
  lw_tape_row_init(&row);
  bool is_request = mixed % 5 != 0;
  row.numbers[LW_TAPE_KIND] = is_request ? LW_TAPE_REQUEST : LW_TAPE_CONFIRMED;
  row.numbers[LW_TAPE_SEQ] = (int64_t)(number * 3 + 1);
  row.numbers[LW_TAPE_AT] = INT64_C(1772359200000000) + (int64_t)(number * 1000 - mixed % 9000);
  row.numbers[LW_TAPE_OF] = is_request ? LW_TAPE_NONE : (int64_t)(number / 2 * 3 + 1);
  row.numbers[LW_TAPE_MINOR] = mixed % 3 == 0 ? LW_TAPE_NONE : (int64_t)(mixed % 100000) - 50;
  row.numbers[LW_TAPE_VERDICT] = is_request ? (int64_t)(mixed % 3) : LW_TAPE_NONE;
  row.numbers[LW_TAPE_POLICY] = number < CHUNK ? LW_TAPE_NONE : 7;
  row.numbers[LW_TAPE_WAITED] = number == 5 ? 11 : LW_TAPE_NONE;
  (void)snprintf(texts[0], sizeof texts[0], "C-%llu", (unsigned long long)number);
  (void)snprintf(texts[1], sizeof texts[1], "K-%llu", (unsigned long long)(mixed % 300));
  (void)snprintf(texts[2], sizeof texts[2], "%llu.00", (unsigned long long)(mixed % 40));
  row.texts[LW_TAPE_PERSON] = LW_STR("{\"id\":\"ana\"}");
  row.texts[LW_TAPE_CASE] = is_request ? lw_str_c(texts[0]) : LW_STR("");
  row.texts[LW_TAPE_CUSTOMER] = lw_str_c(texts[1]);
  row.texts[LW_TAPE_AMOUNT] = lw_str_c(texts[2]);
  row.facts = facts;
  row.n_facts = number >= LATE_FACT_ROW ? 2 : 1;
  must(lw_tape_add(tape, &row, &err), &err);
}

static struct lw_tape *make_tape(uint64_t rows)
{
  struct lw_tape *tape = lw_tape_create(LW_STR("USD"));
  assert_non_null(tape);
  for (uint64_t i = 0; i < rows; i++) {
    add_row(tape, i);
  }
  return tape;
}

static void assert_same(const struct lw_tape *a, const struct lw_tape *b, uint64_t rows)
{
  assert_true(lw_str_equal(lw_tape_currency(a), lw_tape_currency(b)));
  assert_int_equal(lw_tape_columns(a), lw_tape_columns(b));
  for (uint32_t c = 0; c < lw_tape_columns(a); c++) {
    assert_true(lw_str_equal(lw_tape_column_name(a, c), lw_tape_column_name(b, c)));
    for (uint64_t i = 0; i < rows; i++) {
      bool is_text = lw_tape_texts(a, c) != 0;
      if (is_text ? lw_tape_code_at(a, c, i) != lw_tape_code_at(b, c, i)
                  : lw_tape_number(a, c, i) != lw_tape_number(b, c, i)) {
        fail_msg("column %u, row %llu", c, (unsigned long long)i);
      }
    }
    for (uint32_t code = 0; code <= lw_tape_texts(b, c); code++) {
      lw_str text = lw_tape_text(a, c, code);
      assert_true(lw_str_equal(text, lw_tape_text(b, c, code)));
      assert_int_equal(code == 0 ? 0 : lw_tape_code(b, c, text), code);
    }
  }
}

/* --- images --- */

static void release_count(void *user)
{
  ++*(int *)user;
}

static struct lw_tape_seal new_seal(void)
{
  struct lw_tape_seal seal;
  assert_true(lw_tape_seal_init(&seal, LW_STR("USD")));
  return seal;
}

/* A head with the seal in its place, and `blocks` blocks behind it. */
static void make_image(const struct lw_tape *tape, uint64_t blocks, struct lw_tape_seal *seal,
                       struct lw_buf *out)
{
  struct lw_error err = {0};
  *seal = new_seal();
  memset(lw_buf_reserve(out, LW_TAPE_HEAD_BYTES), 0, LW_TAPE_HEAD_BYTES);
  out->len = LW_TAPE_HEAD_BYTES;
  while (seal->blocks < blocks) {
    must(lw_tape_image_add(tape, seal, out, &err), &err);
  }
  seal->turn = 1;
  lw_tape_seal_write(seal, out->ptr + lw_tape_seal_offset(seal));
  assert_int_equal(seal->end, out->len);
}

static enum lw_code read_image(lw_str bytes, struct lw_tape **ret_tape)
{
  struct lw_tape_seal seal;
  struct lw_error err = {0};
  if (!lw_tape_seal_read(bytes, &seal)) {
    return LW_INVALID;
  }
  enum lw_code checked = lw_tape_image_check(bytes, &seal, &err);
  enum lw_code rc = lw_tape_image_read(bytes, &seal, NULL, NULL, ret_tape, &err);
  assert_int_equal(checked, rc); /* looking it over finds what reading does */
  return rc;
}

static void image_gives_back_every_full_chunk(void **state)
{
  (void)state;
  struct lw_tape *tape = make_tape(2 * CHUNK + 100);
  struct lw_tape_seal seal;
  struct lw_tape_seal found;
  struct lw_buf image = {0};
  struct lw_tape *again = NULL;
  struct lw_error err = {0};
  int released = 0;
  assert_int_equal(lw_tape_image_blocks(tape), 2);
  make_image(tape, 2, &seal, &image);
  assert_true(lw_tape_seal_read(lw_buf_str(&image), &found));
  assert_int_equal(found.seq, (2 * CHUNK - 1) * 3 + 1);
  assert_int_equal(found.blocks, 2);
  must(lw_tape_image_read(lw_buf_str(&image), &found, release_count, &released, &again, &err),
       &err);
  assert_int_equal(lw_tape_rows(again), 2 * CHUNK);
  assert_same(tape, again, 2 * CHUNK);
  for (uint64_t i = 2 * CHUNK; i < 2 * CHUNK + 100; i++) {
    add_row(again, i); /* it goes on like the one that it was made of */
  }
  assert_same(tape, again, 2 * CHUNK + 100);
  assert_int_equal(lw_tape_backstep(again), lw_tape_backstep(tape));
  assert_true(lw_tape_backstep(tape) > 0);
  assert_int_equal(released, 0);
  lw_tape_destroy(again);
  assert_int_equal(released, 1);
  lw_buf_finish(&image);
  lw_tape_destroy(tape);
}

static void blocks_added_one_by_one_are_those_of_once(void **state)
{
  (void)state;
  struct lw_tape *tape = make_tape(CHUNK);
  struct lw_tape *again = NULL;
  struct lw_tape_seal seal;
  struct lw_tape_seal whole_seal;
  struct lw_buf image = {0};
  struct lw_buf whole = {0};
  struct lw_error err = {0};
  make_image(tape, 1, &seal, &image);
  lw_tape_destroy(tape);
  lw_str first = lw_str_from(malloc(image.len), image.len); /* stays where it is */
  memcpy((char *)(uintptr_t)first.ptr, image.ptr, image.len);
  must(lw_tape_image_read(first, &seal, NULL, NULL, &again, &err), &err);
  for (uint64_t i = CHUNK; i < 3 * CHUNK; i++) {
    add_row(again, i);
  }
  must(lw_tape_image_add(again, &seal, &image, &err), &err);
  must(lw_tape_image_add(again, &seal, &image, &err), &err);
  tape = make_tape(3 * CHUNK);
  make_image(tape, 3, &whole_seal, &whole);
  assert_int_equal(image.len, whole.len);
  assert_int_equal(seal.checksum, whole_seal.checksum);
  assert_memory_equal(image.ptr + BLOCK_AT, whole.ptr + BLOCK_AT, whole.len - BLOCK_AT);
  lw_tape_destroy(again);
  lw_tape_destroy(tape);
  lw_buf_finish(&image);
  lw_buf_finish(&whole);
  free((void *)(uintptr_t)first.ptr);
}

static void checksums_are_the_documented_ones(void **state)
{
  (void)state;
  struct lw_tape *tape = make_tape(2 * CHUNK);
  struct lw_tape_seal seal;
  struct lw_buf image = {0};
  make_image(tape, 2, &seal, &image);
  lw_str before = lw_str_from(malloc(image.len), image.len);
  memcpy((char *)(uintptr_t)before.ptr, image.ptr, image.len);
  mend_tape(image.ptr, image.len);
  memset(image.ptr, 0, 128); /* the place without a seal */
  assert_memory_equal(image.ptr, before.ptr, image.len);
  free((void *)(uintptr_t)before.ptr);
  lw_buf_finish(&image);
  lw_tape_destroy(tape);
}

static void newest_whole_seal_counts(void **state)
{
  (void)state;
  char head[LW_TAPE_HEAD_BYTES] = {0};
  struct lw_tape_seal seal = new_seal();
  struct lw_tape_seal found;
  assert_false(lw_tape_seal_read(lw_str_from(head, sizeof head), &found));
  for (seal.turn = 1; seal.turn <= 4; seal.turn++) {
    seal.blocks = seal.turn;
    lw_tape_seal_write(&seal, head + lw_tape_seal_offset(&seal));
    assert_true(lw_tape_seal_read(lw_str_from(head, sizeof head), &found));
    assert_int_equal(found.turn, seal.turn);
    assert_int_equal(found.blocks, seal.turn);
  }
  assert_false(lw_tape_seal_read(lw_str_from(head, sizeof head - 1), &found));
  for (size_t i = 0; i < LW_TAPE_SEAL_BYTES; i++) { /* torn: the one before it still counts */
    if (i >= 96 && i < 120) {
      continue; /* not used */
    }
    head[i] ^= 1;
    assert_true(lw_tape_seal_read(lw_str_from(head, sizeof head), &found));
    assert_int_equal(found.turn, 3);
    head[i] ^= 1;
  }
  assert_false(lw_tape_seal_init(&seal, LW_STR("NINECHARS")));
}

static void a_changed_byte_is_told(void **state)
{
  (void)state;
  struct lw_tape *tape = make_tape(CHUNK);
  struct lw_tape_seal seal;
  struct lw_buf image = {0};
  struct lw_tape *again = NULL;
  make_image(tape, 1, &seal, &image);
  for (size_t i = BLOCK_AT; i < image.len; i += i < BLOCK_AT + 4096 ? 13 : 99991) {
    image.ptr[i] ^= 0x10;
    assert_int_equal(read_image(lw_buf_str(&image), &again), LW_INVALID);
    image.ptr[i] ^= 0x10;
  }
  for (size_t len = 0; len < image.len; len += image.len / 7) {
    assert_int_equal(read_image(lw_str_from(image.ptr, len), &again), LW_INVALID);
  }
  assert_int_equal(read_image(lw_buf_str(&image), &again), LW_OK);
  lw_tape_destroy(again);
  lw_buf_finish(&image);
  lw_tape_destroy(tape);
}

/* --- whole but wrong --- */

/* Where column `index` of the first block begins. */
static size_t column_at(const char *image, uint32_t index)
{
  size_t at = COLUMNS_AT;
  for (uint32_t i = 0; i < index; i++) {
    uint64_t texts = mend_get(image + at + 16);
    at += 32 + (mend_get(image + at + 8) + 7) / 8 * 8 +
          (size_t)(((texts & UINT32_MAX) * 4 + 7) / 8 * 8) + (size_t)(((texts >> 32) + 7) / 8 * 8) +
          (size_t)(unsigned char)image[at + 24] * CHUNK;
  }
  return at;
}

static size_t values_at(const char *image, uint32_t index)
{
  return column_at(image, index + 1) -
         (size_t)(unsigned char)image[column_at(image, index) + 24] * CHUNK;
}

static void put64(char *image, size_t at, uint64_t number)
{
  memcpy(image + at, &number, sizeof number);
}

static const struct wrong {
  const char *what;
  int64_t column; /* -1: the block's head */
  size_t offset;  /* in its head; VALUES: its first value */
  uint64_t number;
} wrongs[] = {
#define VALUES SIZE_MAX
    {"length 0", -1, 16, 0},
    {"length over the end", -1, 16, UINT64_MAX},
    {"another number", -1, 24, 1},
    {"no columns", -1, 32, 0},
    {"many columns", -1, 32, UINT32_MAX},
    {"very many columns", -1, 32, UINT64_MAX},
    {"one column too few", -1, 32, LW_TAPE_FACTS},
    {"one column too many", -1, 32, LW_TAPE_FACTS + 2},
    {"another last seq", -1, 40, 5},
    {"a name over the end", LW_TAPE_SEQ, 8, UINT64_MAX},
    {"another name", LW_TAPE_SEQ, 8, 2},
    {"texts of numbers", LW_TAPE_SEQ, 16, 1},
    {"texts over the end", LW_TAPE_CASE, 16, UINT64_MAX},
    {"one text too few", LW_TAPE_CUSTOMER, 16, 1},
    {"no texts", LW_TAPE_CUSTOMER, 16, 0},
    {"codes below 0", LW_TAPE_CUSTOMER, 0, UINT64_MAX},
    {"codes over the texts", LW_TAPE_CUSTOMER, 0, 2},
    {"codes far over them", LW_TAPE_CUSTOMER, 0, INT64_MAX},
    {"one code over them", LW_TAPE_CUSTOMER, VALUES, UINT64_MAX},
    {"one code for all over them", LW_TAPE_PERSON, 0, 2},
    {"a width of 3", LW_TAPE_CUSTOMER, 24, 3 | 1 << 8 | UINT64_C(1) << 24},
    {"a width of 8 for codes", LW_TAPE_CUSTOMER, 24, 8 | 1 << 8 | UINT64_C(1) << 24},
    {"gaps in codes", LW_TAPE_CUSTOMER, 24, 2 | 1 << 8 | 1 << 16 | UINT64_C(1) << 24},
    {"codes that are numbers", LW_TAPE_CUSTOMER, 24, 2 | UINT64_C(1) << 24},
    {"a column without a name", LW_TAPE_CUSTOMER, 24, 2 | 1 << 8},
    {"seqs with gaps", LW_TAPE_SEQ, 24, 4 | 1 << 16 | UINT64_C(1) << 24},
    {"seqs below 0", LW_TAPE_SEQ, 0, UINT64_MAX},
    {"seqs that fall", LW_TAPE_SEQ, VALUES, UINT64_C(9) << 32},
    {"no such kind", LW_TAPE_KIND, VALUES, 9},
    {"kinds over 64 bits", LW_TAPE_KIND, 0, INT64_MAX},
    {"no such verdict", LW_TAPE_VERDICT, VALUES, 9},
    {"times before the calendar", LW_TAPE_AT, 0, (uint64_t)INT64_MIN + 1},
    {"times behind it", LW_TAPE_AT, 0, INT64_MAX - 10},
    {"marks that there are not", LW_TAPE_MARKS, 0, 4096},
};

static void what_is_whole_but_wrong_is_told(void **state)
{
  (void)state;
  struct lw_tape *tape = make_tape(CHUNK);
  struct lw_tape_seal seal;
  struct lw_buf image = {0};
  struct lw_tape *again = NULL;
  make_image(tape, 1, &seal, &image);
  char *bytes = malloc(image.len);
  for (size_t i = 0; i < sizeof wrongs / sizeof wrongs[0]; i++) {
    const struct wrong *wrong = &wrongs[i];
    size_t at = BLOCK_AT + wrong->offset;
    memcpy(bytes, image.ptr, image.len);
    if (wrong->column >= 0) {
      at = wrong->offset == VALUES ? values_at(bytes, (uint32_t)wrong->column)
                                   : column_at(bytes, (uint32_t)wrong->column) + wrong->offset;
    }
    put64(bytes, at, wrong->number);
    mend_tape(bytes, image.len);
    if (read_image(lw_str_from(bytes, image.len), &again) != LW_INVALID) {
      fail_msg("%s is not told", wrong->what);
    }
  }
  memcpy(bytes, image.ptr, image.len);
  mend_tape(bytes, image.len);
  assert_int_equal(read_image(lw_str_from(bytes, image.len), &again), LW_OK);
  lw_tape_destroy(again);
  free(bytes);
  lw_buf_finish(&image);
  lw_tape_destroy(tape);
}

static void what_the_seal_says_must_fit(void **state)
{
  (void)state;
  static const struct {
    size_t offset;
    uint64_t number;
  } cases[] = {{8, LW_TAPE_IMAGE_VERSION + 1},
               {24, 0},
               {24, 2},
               {24, UINT64_MAX},
               {32, 0},
               {32, 64},
               {48, 7},
               {32, UINT64_MAX},
               {48, UINT64_MAX}};
  struct lw_tape *tape = make_tape(CHUNK);
  struct lw_tape_seal seal;
  struct lw_buf image = {0};
  struct lw_tape *again = NULL;
  make_image(tape, 1, &seal, &image);
  size_t at = (size_t)lw_tape_seal_offset(&seal);
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    uint64_t before = mend_get(image.ptr + at + cases[i].offset);
    put64(image.ptr, at + cases[i].offset, cases[i].number);
    mend_tape(image.ptr, image.len);
    if (read_image(lw_buf_str(&image), &again) != LW_INVALID) {
      fail_msg("case %zu", i);
    }
    put64(image.ptr, at + cases[i].offset, before);
  }
  lw_buf_finish(&image);
  lw_tape_destroy(tape);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(image_gives_back_every_full_chunk),
      cmocka_unit_test(blocks_added_one_by_one_are_those_of_once),
      cmocka_unit_test(checksums_are_the_documented_ones),
      cmocka_unit_test(newest_whole_seal_counts),
      cmocka_unit_test(a_changed_byte_is_told),
      cmocka_unit_test(what_is_whole_but_wrong_is_told),
      cmocka_unit_test(what_the_seal_says_must_fit),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
