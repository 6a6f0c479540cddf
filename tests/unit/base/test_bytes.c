/* Numbers as bytes, whatever the machine's own order and the place's alignment. */
#include "base/bytes.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void numbers_stand_as_said(void **state)
{
  (void)state;
  char place[16] = {0};
  lw_put_be64(place + 1, UINT64_C(0x0102030405060788));
  assert_memory_equal(place, "\0\1\2\3\4\5\6\7\x88\0", 10);
  assert_true(lw_get_be64(place + 1) == UINT64_C(0x0102030405060788));
  lw_put_le64(place + 1, UINT64_C(0x0102030405060788));
  assert_memory_equal(place, "\0\x88\7\6\5\4\3\2\1\0", 10);
  assert_true(lw_get_le64(place + 1) == UINT64_C(0x0102030405060788));
  lw_put_be32(place + 3, UINT32_C(0xfffefdfc));
  assert_memory_equal(place + 3, "\xff\xfe\xfd\xfc", 4);
  assert_true(lw_get_be32(place + 3) == UINT32_C(0xfffefdfc));
  lw_put_be16(place + 5, 0x80ff);
  assert_memory_equal(place + 5, "\x80\xff", 2);
  assert_true(lw_get_be16(place + 5) == 0x80ff);
}

int main(void)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test(numbers_stand_as_said)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
