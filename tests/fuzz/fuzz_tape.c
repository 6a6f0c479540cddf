/* A tape's file with any bytes changed: read in full or refused, and nothing outside of it touched.
 *
 * The input is a list of changes to a file of one block that is made once: 8 bytes each, where (4,
 * modulo the length; with the highest bit: among the heads of its columns), how many bytes (1, up
 * to 4) and three of what to write. An odd length of the input leaves the checksums as they are, so
 * that they are tested too. What is read must be a whole tape: every code has its text, every row
 * can be read, and rows can be added. */
#include "fuzz.h"

#include "replay/tape_image.h"
#include "tape_mend.h"

enum { CHANGE_BYTES = 8, HEADS_MAX = 64 };

static char *the_image; /* made once; no input changes it */
static size_t the_len;
static size_t heads[HEADS_MAX]; /* where the block's and its columns' heads begin */
static size_t n_heads;

static void add_rows(struct lw_tape *tape, uint64_t first, uint64_t count)
{
  const struct lw_tape_fact fact = {LW_STR("lines"), LW_STR("3")};
  struct lw_error err = {0};
  for (uint64_t i = first; i < first + count; i++) {
    struct lw_tape_row row;
    lw_tape_row_init(&row);
    row.numbers[LW_TAPE_SEQ] = (int64_t)i + 1;
    row.numbers[LW_TAPE_AT] = (int64_t)(i % 7) * 1000;
    row.numbers[LW_TAPE_VERDICT] = i % 2 != 0 ? 1 : LW_TAPE_NONE;
    row.texts[LW_TAPE_ACTION] = i % 3 == 0 ? LW_STR("credit") : LW_STR("refund");
    row.texts[LW_TAPE_PERSON] = LW_STR("{\"id\":\"ana\"}");
    row.facts = &fact;
    row.n_facts = i % 2 != 0;
    FUZZ_CHECK(lw_tape_add(tape, &row, &err) == LW_OK, "%s", err.text);
  }
}

static void find_heads(void)
{
  uint64_t columns = mend_get(the_image + LW_TAPE_HEAD_BYTES + 32);
  size_t at = LW_TAPE_HEAD_BYTES;
  heads[n_heads++] = at;
  at += 64;
  for (uint64_t i = 0; i < columns && n_heads < HEADS_MAX; i++) {
    uint64_t texts = mend_get(the_image + at + 16);
    heads[n_heads++] = at;
    at += 32 + (mend_get(the_image + at + 8) + 7) / 8 * 8 +
          (size_t)(((texts & UINT32_MAX) * 4 + 7) / 8 * 8) + (size_t)(((texts >> 32) + 7) / 8 * 8) +
          (size_t)(unsigned char)the_image[at + 24] * LW_TAPE_CHUNK_ROWS;
  }
}

static void make_image(void)
{
  struct lw_tape *tape = lw_tape_create(LW_STR("USD"));
  struct lw_buf image = {0};
  struct lw_tape_seal seal;
  struct lw_error err = {0};
  FUZZ_CHECK(tape != NULL && lw_tape_seal_init(&seal, LW_STR("USD")), "no tape");
  add_rows(tape, 0, LW_TAPE_CHUNK_ROWS);
  char *head = lw_buf_reserve(&image, LW_TAPE_HEAD_BYTES);
  FUZZ_CHECK(head != NULL, "no memory");
  memset(head, 0, LW_TAPE_HEAD_BYTES);
  image.len = LW_TAPE_HEAD_BYTES;
  FUZZ_CHECK(lw_tape_image_add(tape, &seal, &image, &err) == LW_OK, "%s", err.text);
  lw_tape_seal_write(&seal, image.ptr);
  the_len = image.len;
  the_image = malloc(the_len);
  FUZZ_CHECK(the_image != NULL, "no memory");
  memcpy(the_image, image.ptr, the_len);
  lw_buf_finish(&image);
  lw_tape_destroy(tape);
  find_heads();
}

static void change(char *bytes, const uint8_t *input)
{
  uint32_t place = 0;
  memcpy(&place, input, sizeof place);
  size_t at = place % the_len;
  if ((place & UINT32_C(0x80000000)) != 0) {
    at = heads[(place >> 8 & 0xffff) % n_heads] + (place & 63);
  }
  for (size_t i = 0; i < 1 + input[4] % 3U && at + i < the_len; i++) {
    bytes[at + i] = (char)input[5 + i];
  }
}

static volatile char the_byte;

static void read_all(struct lw_tape *tape)
{
  static int64_t numbers[LW_TAPE_CHUNK_ROWS];
  static uint32_t codes[LW_TAPE_CHUNK_ROWS];
  for (uint32_t c = 0; c < lw_tape_columns(tape); c++) {
    uint32_t texts = lw_tape_texts(tape, c);
    lw_tape_read_numbers(tape, c, 0, LW_TAPE_CHUNK_ROWS, numbers);
    if (texts != 0 || c >= LW_TAPE_FACTS) {
      lw_tape_read_codes(tape, c, 0, LW_TAPE_CHUNK_ROWS, codes);
      for (size_t i = 0; i < LW_TAPE_CHUNK_ROWS; i++) {
        FUZZ_CHECK(codes[i] <= texts, "code %u of %u", codes[i], texts);
      }
    }
    for (uint32_t code = 1; code <= texts; code++) {
      lw_str text = lw_tape_text(tape, c, code);
      FUZZ_CHECK(text.len != 0, "an empty text");
      the_byte = text.ptr[0]; /* both ends are there to be read */
      the_byte = text.ptr[text.len - 1];
    }
  }
  lw_tape_read_numbers(tape, LW_TAPE_KIND, 0, LW_TAPE_CHUNK_ROWS, numbers);
  for (size_t i = 0; i < LW_TAPE_CHUNK_ROWS; i++) {
    FUZZ_CHECK(numbers[i] >= LW_TAPE_REQUEST && numbers[i] <= LW_TAPE_CLOSED, "no such kind");
  }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  struct lw_tape_seal seal;
  struct lw_tape *tape = NULL;
  struct lw_error err = {0};
  if (the_image == NULL) {
    make_image();
  }
  char *bytes = malloc(the_len);
  FUZZ_CHECK(bytes != NULL, "no memory");
  memcpy(bytes, the_image, the_len);
  for (size_t at = 0; at + CHANGE_BYTES <= size; at += CHANGE_BYTES) {
    change(bytes, data + at);
  }
  if (size % 2 == 0) {
    mend_tape(bytes, the_len);
  }
  bool is_sealed = lw_tape_seal_read(lw_str_from(bytes, the_len), &seal);
  bool is_whole =
      is_sealed && lw_tape_image_check(lw_str_from(bytes, the_len), &seal, &err) == LW_OK;
  bool is_read = is_sealed && lw_tape_image_read(lw_str_from(bytes, the_len), &seal, NULL, NULL,
                                                 &tape, &err) == LW_OK;
  FUZZ_CHECK(is_whole == is_read, "looking it over and reading differ");
  if (is_read) {
    read_all(tape);
    add_rows(tape, LW_TAPE_CHUNK_ROWS, 3);
    FUZZ_CHECK(lw_tape_rows(tape) == LW_TAPE_CHUNK_ROWS + 3, "rows are lost");
    lw_tape_destroy(tape);
  }
  free(bytes);
  return 0;
}
