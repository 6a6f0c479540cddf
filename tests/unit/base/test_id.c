#include "base/id.h"

#include "base/hash.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#define COUNT(rows) (sizeof(rows) / sizeof(rows)[0])

#define PREFIX LW_STR("prefix")

/* https://github.com/jetify-com/typeid, spec/valid.yml (Apache-2.0). */
static void texts_are_the_specifications(void **state)
{
  (void)state;
  static const struct {
    const char *text;
    const char *uuid;
  } rows[] = {
      {"prefix_00000000000000000000000000", "00000000000000000000000000000000"},
      {"prefix_00000000000000000000000001", "00000000000000000000000000000001"},
      {"prefix_0000000000000000000000000a", "0000000000000000000000000000000a"},
      {"prefix_0000000000000000000000000g", "00000000000000000000000000000010"},
      {"prefix_00000000000000000000000010", "00000000000000000000000000000020"},
      {"prefix_7zzzzzzzzzzzzzzzzzzzzzzzzz", "ffffffffffffffffffffffffffffffff"},
      {"prefix_0123456789abcdefghjkmnpqrs", "0110c8531d0952d8d73e1194e95b5f19"},
      {"prefix_01h455vb4pex5vsknk084sn02q", "01890a5dac96774bbcceb302099a8057"},
  };
  for (size_t i = 0; i < COUNT(rows); i++) {
    lw_id id;
    lw_id read;
    char text[LW_ID_TEXT_BYTES_MAX];
    assert_true(lw_hex_read(lw_str_c(rows[i].uuid), id.bytes, sizeof id.bytes));
    size_t length = lw_id_write(PREFIX, id, text);
    assert_int_equal(length, strlen(rows[i].text));
    assert_memory_equal(text, rows[i].text, length);
    assert_true(lw_id_read(PREFIX, lw_str_c(rows[i].text), &read));
    assert_memory_equal(read.bytes, id.bytes, sizeof id.bytes);
  }
}

static void what_is_no_id_is_not_read(void **state)
{
  (void)state;
  static const char *const rows[] = {
      "",
      "prefix",
      "prefix_",
      "prefix_01h455vb4pex5vsknk084sn02",   /* short */
      "prefix_01h455vb4pex5vsknk084sn02qq", /* long */
      "prefix_81h455vb4pex5vsknk084sn02q",  /* over 128 bits */
      "prefix_zzzzzzzzzzzzzzzzzzzzzzzzzz",
      "prefix_01H455VB4PEX5VSKNK084SN02Q", /* one spelling: small letters */
      "Prefix_01h455vb4pex5vsknk084sn02q",
      "prefix_01h455vb4pex5vsknk084sn02i", /* i, l, o, u are not of the alphabet */
      "prefix_01h455vb4pex5vsknk084sn02l",
      "prefix_01h455vb4pex5vsknk084sn02o",
      "prefix_01h455vb4pex5vsknk084sn02u",
      "prefix_01h455vb4pex5vsknk084sn0 q",
      "prefix-01h455vb4pex5vsknk084sn02q",
      "other__01h455vb4pex5vsknk084sn02q",
      "dec_01h455vb4pex5vsknk084sn02q",
      "_01h455vb4pex5vsknk084sn02q",
      "01h455vb4pex5vsknk084sn02q",
      "prefix_01h455vb4pex5vsknk084sn0\xc3\xa4",
  };
  for (size_t i = 0; i < COUNT(rows); i++) {
    lw_id id = {.bytes = {77}};
    assert_false(lw_id_read(PREFIX, lw_str_c(rows[i]), &id));
    assert_int_equal(id.bytes[0], 77);
  }
  lw_id id;
  assert_false(lw_id_read(PREFIX, lw_str_from("prefix_01h455vb4pex5vsknk084sn0\0q", 33), &id));
}

static void an_id_is_a_uuid_of_version_7(void **state)
{
  (void)state;
  static const struct {
    lw_usec now;
    const char *time; /* 48 bits of milliseconds */
  } rows[] = {
      {0, "000000000000"},    {999, "000000000000"},
      {1000, "000000000001"}, {INT64_C(1645557742000000), "017f22e279b0"},   /* RFC 9562, A.6 */
      {-1, "000000000000"},   {INT64_C(253402300799999999), "e677d21fdbff"}, /* the end of 9999 */
  };
  struct lw_rand_seeded seeded;
  lw_rand_seeded_init(&seeded, 1);
  struct lw_rand rand = lw_rand_from_seeded(&seeded);
  for (size_t i = 0; i < COUNT(rows); i++) {
    lw_id plain = lw_id_make(&rand, rows[i].now);
    lw_id numbered = lw_id_make_seq(&rand, rows[i].now, 5);
    uint8_t time[6];
    assert_true(lw_hex_read(lw_str_c(rows[i].time), time, sizeof time));
    assert_memory_equal(plain.bytes, time, sizeof time);
    assert_memory_equal(numbered.bytes, time, sizeof time);
    assert_int_equal(plain.bytes[6] >> 4, 7);
    assert_int_equal(numbered.bytes[6] >> 4, 7);
    assert_int_equal(plain.bytes[8] >> 6, 2);
    assert_int_equal(numbered.bytes[8] >> 6, 2);
  }
}

static void the_sequence_number_comes_back(void **state)
{
  (void)state;
  struct lw_rand_seeded seeded;
  lw_rand_seeded_init(&seeded, 2);
  struct lw_rand rand = lw_rand_from_seeded(&seeded);
  for (unsigned bit = 0; bit < 40; bit++) {
    for (unsigned less = 0; less < 2; less++) {
      uint64_t seq = (UINT64_C(1) << bit) + (bit > 0 ? less : 0);
      assert_int_equal(lw_id_seq(lw_id_make_seq(&rand, 1000, seq)), seq);
    }
  }
  uint64_t most = (UINT64_C(1) << 40) - 1;
  lw_id id = lw_id_make_seq(&rand, 1000, most);
  lw_id read;
  char text[LW_ID_TEXT_BYTES_MAX];
  assert_true(lw_id_seq(id) == most);
  size_t length = lw_id_write(LW_STR("dec"), id, text);
  assert_int_equal(length, 30);
  assert_true(lw_id_read(LW_STR("dec"), lw_str_from(text, length), &read));
  assert_true(lw_id_seq(read) == most);
}

/* By time, and within a millisecond by sequence number; texts in the same order as bytes. */
static void ids_stand_in_the_order_of_the_journal(void **state)
{
  (void)state;
  struct lw_rand_seeded seeded;
  lw_rand_seeded_init(&seeded, 3);
  struct lw_rand rand = lw_rand_from_seeded(&seeded);
  char last[LW_ID_TEXT_BYTES_MAX] = {0};
  for (uint64_t seq = 1; seq < 3000; seq++) {
    char text[LW_ID_TEXT_BYTES_MAX];
    size_t length =
        lw_id_write(LW_STR("dec"), lw_id_make_seq(&rand, 5000 + (int64_t)seq * 100, seq), text);
    assert_true(memcmp(text, last, length) > 0);
    memcpy(last, text, length);
  }
}

static void ids_of_one_moment_differ(void **state)
{
  (void)state;
  lw_id one = lw_id_make(lw_rand_system(), 1000);
  lw_id two = lw_id_make(lw_rand_system(), 1000);
  assert_memory_not_equal(one.bytes, two.bytes, sizeof one.bytes);
  one = lw_id_make_seq(lw_rand_system(), 1000, 1);
  two = lw_id_make_seq(lw_rand_system(), 1000, 1);
  assert_memory_not_equal(one.bytes, two.bytes, sizeof one.bytes); /* fails once in 10^10 */
}

static void a_text_in_an_arena(void **state)
{
  (void)state;
  struct lw_arena arena;
  lw_arena_init(&arena, NULL, 1 << 16);
  lw_id id = {.bytes = {0}};
  lw_str text = lw_id_text(&arena, LW_STR("apr"), id);
  assert_true(lw_str_equal(text, LW_STR("apr_00000000000000000000000000")));
  lw_arena_finish(&arena);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(texts_are_the_specifications),
      cmocka_unit_test(what_is_no_id_is_not_read),
      cmocka_unit_test(an_id_is_a_uuid_of_version_7),
      cmocka_unit_test(the_sequence_number_comes_back),
      cmocka_unit_test(ids_stand_in_the_order_of_the_journal),
      cmocka_unit_test(ids_of_one_moment_differ),
      cmocka_unit_test(a_text_in_an_arena),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
