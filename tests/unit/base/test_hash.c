#include "base/hash.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#define COUNT(rows) (sizeof(rows) / sizeof(rows)[0])

static struct lw_hasher *hasher;

static int set_up(void **state)
{
  (void)state;
  hasher = lw_hasher_create();
  return hasher != NULL ? 0 : -1;
}

static int tear_down(void **state)
{
  (void)state;
  lw_hasher_destroy(hasher);
  lw_hasher_destroy(NULL);
  return 0;
}

static void is_hex(lw_hash hash, const char *expected)
{
  char text[2 * LW_HASH_BYTES];
  lw_hex_write(hash.bytes, sizeof hash.bytes, text);
  assert_memory_equal(text, expected, sizeof text);
}

/* FIPS 180-4, the examples of its annex. */
static const struct {
  const char *text;
  const char *hash;
} vectors[] = {
    {"", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
    {"abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
    {"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
     "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
    {"abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqrlmnop"
     "qrs"
     "mnopqrstnopqrstu",
     "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1"},
};

static void vectors_of_the_standard(void **state)
{
  (void)state;
  for (unsigned times = 0; times < 2; times++) { /* a hasher is used again and again */
    for (size_t i = 0; i < COUNT(vectors); i++) {
      is_hex(lw_hash_of(hasher, lw_str_c(vectors[i].text)), vectors[i].hash);
    }
  }
}

static void a_million_times_the_same(void **state)
{
  (void)state;
  char part[1000];
  memset(part, 'a', sizeof part);
  lw_hasher_start(hasher);
  for (unsigned i = 0; i < 1000; i++) {
    lw_hasher_add(hasher, lw_str_from(part, sizeof part));
  }
  is_hex(lw_hasher_end(hasher), "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

static void parts_make_no_difference(void **state)
{
  (void)state;
  lw_str text = lw_str_c(vectors[3].text);
  for (size_t first = 0; first <= text.len; first++) {
    lw_hasher_start(hasher);
    lw_hasher_add(hasher, lw_str_slice(text, 0, first));
    lw_hasher_add(hasher, (lw_str){NULL, 0});
    lw_hasher_add(hasher, lw_str_slice(text, first, text.len));
    is_hex(lw_hasher_end(hasher), vectors[3].hash);
  }
}

/* Begun and given up: the next start knows nothing of it. */
static void a_start_forgets(void **state)
{
  (void)state;
  lw_hasher_start(hasher);
  lw_hasher_add(hasher, LW_STR("left over"));
  lw_hasher_start(hasher);
  lw_hasher_add(hasher, LW_STR("abc"));
  is_hex(lw_hasher_end(hasher), vectors[1].hash);
}

static void equal_means_every_byte(void **state)
{
  (void)state;
  lw_hash hash = lw_hash_of(hasher, LW_STR("abc"));
  for (size_t i = 0; i < sizeof hash.bytes; i++) {
    lw_hash other = hash;
    assert_true(lw_hash_equal(&hash, &other));
    other.bytes[i] ^= 1;
    assert_false(lw_hash_equal(&hash, &other));
  }
}

static void hexadecimal(void **state)
{
  (void)state;
  static const struct {
    const char *text;
    size_t count;
    bool is_read;
    uint8_t first;
  } rows[] = {
      {"", 0, true, 0},      {"00", 1, true, 0},          {"ff", 1, true, 255},
      {"Ab", 1, true, 0xab}, {"0102", 2, true, 1},        {"0", 1, false, 0},
      {"0102", 1, false, 0}, {"01", 2, false, 0},         {"0g", 1, false, 0},
      {"/0", 1, false, 0},   {":0", 1, false, 0},         {"@0", 1, false, 0},
      {"`0", 1, false, 0},   {"G0", 1, false, 0},         {" 1", 1, false, 0},
      {"010", 1, false, 0},  {"00\xc3\xa4", 2, false, 0},
  };
  for (size_t i = 0; i < COUNT(rows); i++) {
    uint8_t bytes[2] = {77, 77};
    assert_int_equal(lw_hex_read(lw_str_c(rows[i].text), bytes, rows[i].count), rows[i].is_read);
    uint8_t expected = rows[i].is_read && rows[i].count != 0 ? rows[i].first : 77;
    assert_int_equal(bytes[0], expected);
  }
  for (unsigned number = 0; number < 256; number++) {
    uint8_t byte = (uint8_t)number;
    uint8_t read = 0;
    char text[2];
    lw_hex_write(&byte, 1, text);
    assert_true(lw_hex_read(lw_str_from(text, 2), &read, 1));
    assert_int_equal(read, byte);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(vectors_of_the_standard),  cmocka_unit_test(a_million_times_the_same),
      cmocka_unit_test(parts_make_no_difference), cmocka_unit_test(a_start_forgets),
      cmocka_unit_test(equal_means_every_byte),   cmocka_unit_test(hexadecimal),
  };
  return cmocka_run_group_tests(tests, set_up, tear_down);
}
