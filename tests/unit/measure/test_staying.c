/* Freireich and others 1963, Blood 21, 699-716: weeks of remission with 6-mercaptopurine and with
 * placebo, the data that every book on survival works out. */
#include "measure/staying.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "near.h"

enum { PEOPLE = 21 };

static const struct lw_stay freireich[2 * PEOPLE] = {
    {6, 0, true},   {6, 0, true},   {6, 0, true},   {6, 0, false}, {7, 0, true},   {9, 0, false},
    {10, 0, true},  {10, 0, false}, {11, 0, false}, {13, 0, true}, {16, 0, true},  {17, 0, false},
    {19, 0, false}, {20, 0, false}, {22, 0, true},  {23, 0, true}, {25, 0, false}, {32, 0, false},
    {32, 0, false}, {34, 0, false}, {35, 0, false}, {1, 1, true},  {1, 1, true},   {2, 1, true},
    {2, 1, true},   {3, 1, true},   {4, 1, true},   {4, 1, true},  {5, 1, true},   {5, 1, true},
    {8, 1, true},   {8, 1, true},   {8, 1, true},   {8, 1, true},  {11, 1, true},  {11, 1, true},
    {12, 1, true},  {12, 1, true},  {15, 1, true},  {17, 1, true}, {22, 1, true},  {23, 1, true}};

static struct lw_stay_step steps[2 * PEOPLE];

static struct lw_staying stay(const struct lw_stay *stays, size_t count)
{
  struct lw_staying staying;
  struct lw_error err;
  assert_int_equal(lw_staying(stays, count, steps, &staying, &err), LW_OK);
  return staying;
}

static void shares_and_errors_are_the_books(void **state)
{
  static const struct lw_stay_step wanted[] = {
      {6, 21, 3, 0.857, 0.0764},  {7, 17, 1, 0.807, 0.0869},  {10, 15, 1, 0.753, 0.0963},
      {13, 12, 1, 0.690, 0.1068}, {16, 11, 1, 0.627, 0.1141}, {22, 7, 1, 0.538, 0.1282},
      {23, 6, 1, 0.448, 0.1346}};
  (void)state;
  struct lw_staying staying = stay(freireich, PEOPLE);
  assert_int_equal(staying.n_steps, 7);
  assert_int_equal(staying.left, 9);
  assert_int_equal(staying.longest, 35);
  for (int i = 0; i < 7; i++) {
    assert_int_equal(steps[i].days, wanted[i].days);
    assert_int_equal(steps[i].at_risk, wanted[i].at_risk);
    assert_int_equal(steps[i].left, wanted[i].left);
    assert_close(steps[i].share, wanted[i].share, 0.0006);
    assert_close(steps[i].error, wanted[i].error, 0.00006);
  }
  uint32_t median = 0;
  assert_true(lw_staying_median(&staying, steps, &median));
  assert_int_equal(median, 23);
  /* R's survfit with conf.type = "log-log". */
  struct lw_interval after = lw_staying_after(&staying, steps, 12, 0.05);
  assert_close(after.value, 0.753, 0.0006);
  assert_close(after.low, 0.503, 0.0006);
  assert_close(after.high, 0.889, 0.0006);
}

static void groups_differ(void **state)
{
  struct lw_stay_differ differ;
  struct lw_error err;
  (void)state;
  assert_int_equal(lw_staying_differ(freireich, 2 * PEOPLE, &differ, &err), LW_OK);
  assert_true(differ.known);
  assert_int_equal(differ.freedom, 1);
  assert_close(differ.chi_squared, 16.79, 0.005);
  assert_close(differ.expected[0], 19.25, 0.005);
  assert_close(differ.expected[1], 10.75, 0.005);
  assert_int_equal(differ.left[0] + differ.left[1], 30);
  assert_close(differ.p, 4.17e-5, 1e-7);
  /* One group alone, or three of which one is empty: nothing, or the same. */
  assert_int_equal(lw_staying_differ(freireich, PEOPLE, &differ, &err), LW_OK);
  assert_false(differ.known);
  struct lw_stay moved[2 * PEOPLE];
  for (int i = 0; i < 2 * PEOPLE; i++) {
    moved[i] = freireich[2 * PEOPLE - 1 - i];
    moved[i].group = moved[i].group == 1 ? 15 : 3;
  }
  assert_int_equal(lw_staying_differ(moved, 2 * PEOPLE, &differ, &err), LW_OK);
  assert_int_equal(differ.freedom, 1);
  assert_close(differ.chi_squared, 16.793, 0.001);
  moved[0].group = LW_STAYING_GROUPS_MAX;
  assert_int_equal(lw_staying_differ(moved, 2 * PEOPLE, &differ, &err), LW_INVALID);
}

static void ends_are_held(void **state)
{
  static const struct lw_stay still[] = {{100, 0, false}, {200, 1, false}, {300, 0, false}};
  uint32_t median = 0;
  struct lw_stay_differ differ;
  struct lw_error err;
  (void)state;
  struct lw_staying staying = stay(NULL, 0);
  assert_false(lw_staying_after(&staying, steps, 0, 0.05).known);
  assert_false(lw_staying_median(&staying, steps, &median));
  assert_int_equal(lw_staying_differ(NULL, 0, &differ, &err), LW_OK);
  assert_false(differ.known);
  /* Nobody left: all are there, at least 29 of 100 would be, by three people. */
  staying = stay(still, 3);
  struct lw_interval after = lw_staying_after(&staying, steps, 300, 0.05);
  assert_true(after.known);
  assert_close(after.value, 1.0, 0.0);
  assert_close(after.low, pow(0.025, 1.0 / 3), 1e-9);
  assert_false(lw_staying_after(&staying, steps, 301, 0.05).known);
  assert_int_equal(lw_staying_differ(still, 3, &differ, &err), LW_OK);
  assert_false(differ.known);
  assert_close(differ.p, 1.0, 0.0);
  /* Everybody left: known for ever. */
  staying = stay(freireich + PEOPLE, PEOPLE);
  after = lw_staying_after(&staying, steps, 1000, 0.05);
  assert_true(after.known);
  assert_close(after.value, 0.0, 0.0);
  assert_close(after.high, 0.975, 1e-9);
  assert_true(lw_staying_median(&staying, steps, &median));
  assert_int_equal(median, 8);
  for (uint32_t day = 0; day < 40; day++) {
    after = lw_staying_after(&staying, steps, day, 0.05);
    assert_true(after.low >= 0.0 && after.low <= after.value && after.value <= after.high &&
                after.high <= 1.0);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(shares_and_errors_are_the_books),
      cmocka_unit_test(groups_differ),
      cmocka_unit_test(ends_are_held),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
