/* Ratings and outcomes from files, line by line: what each is read as, what of it is a fault, what
 * a second import of the same changes, and whose a rating is. */
#include "desk/record_import.h"
#include "world.h"

enum { LINES_MAX = 4 };

/* One letter a line: a (added), u (unchanged), f (faulty); none: no line was looked at. */
struct row {
  enum lw_record_kind kind;
  const char *scale; /* for lines without one, or NULL */
  const char *file;
  const char *lines;
  const char *fault; /* part of the first; NULL: none */
};

static void take_in(struct world *world, const struct row *row,
                    const struct lw_intake_options *options, struct lw_record_import *import)
{
  struct lw_rating_scale scale = {.known = false};
  if (row->scale != NULL) {
    assert_true(lw_rating_scale_read(lw_str_c(row->scale), &scale));
  }
  if (!lw_record_import_read(import, row->kind, &scale, &world->arena, lw_str_c(row->file),
                             options)) {
    return;
  }
  if (world_run(world, lw_intake_apply, &import->intake, "test") != LW_OK) {
    fail_msg("%s: %s", row->file, world->err.text);
  }
}

static void expect_lines(size_t place, const struct row *row, struct lw_record_import *import)
{
  char lines[LINES_MAX + 1] = "";
  for (size_t i = 0; import->intake.lines != NULL && i < import->intake.csv.row_count; i++) {
    assert_true(i < LINES_MAX);
    lines[i] = "acuf"[import->intake.lines[i].outcome];
  }
  lw_diags_sort(&import->intake.diags);
  lw_str fault =
      import->intake.diags.count != 0 ? import->intake.diags.items[0].message : LW_STR("no fault");
  bool as_told = row->fault != NULL ? lw_str_find(fault, lw_str_c(row->fault), 0) != SIZE_MAX
                                    : import->intake.diags.count == 0;
  if (strcmp(lines, row->lines) != 0 || !as_told) {
    fail_msg("row %zu: \"%s\", not \"%s\"; %.*s", place, lines, row->lines, LW_FMT(fault));
  }
}

static void open_cases(struct world *world)
{
  struct lw_caller caller = {
      .is_token = true, .scopes = (uint32_t)LW_TOKEN_FACTS, .actor = LW_STR("token:t")};
  struct lw_case_change ask = {
      .caller = &caller,
      .value = parse(world, "{\"id\":\"c1\",\"customer\":\"k1\",\"owner\":\"ana\",\"opened\":"
                            "\"2026-03-01T09:00:00Z\"}")};
  (void)world_run(world, lw_case_open, &ask, "t");
  assert_int_equal(world->code, LW_OK);
}

#define LATER "2026-03-02T10:05:01Z" /* the clock says 10:00, five minutes are let pass */
#define HEAD  "case,at,rating,min,max\n"

static const struct row table[] = {
    /* The line's own scale, the file's, none; both ends of it count. */
    {LW_RECORD_RATING, NULL, HEAD "n1,2026-03-01,5,1,5\nn1,2026-03-02,1,1,5\n", "aa", NULL},
    {LW_RECORD_RATING, "0..10", "case,at,rating\nn2,2026-03-01,10\n", "a", NULL},
    {LW_RECORD_RATING, "0..10", HEAD "n3,2026-03-01,11,,\n", "f", "\"11\" is not on the scale"},
    {LW_RECORD_RATING, "0..10", HEAD "n3,2026-03-01,11,1,12\n", "a", NULL},
    {LW_RECORD_RATING, NULL, HEAD "n4,2026-03-01,3,,\n", "f", "on what scale"},
    {LW_RECORD_RATING, NULL, HEAD "n4,2026-03-01,0,1,5\n", "f", "\"0\" is not on the scale"},
    {LW_RECORD_RATING, NULL, HEAD "n4,2026-03-01,good,1,5\n", "f", "\"good\" is not on"},
    {LW_RECORD_RATING, NULL, HEAD "n4,2026-03-01,3,5,1\n", "f", "min the smaller one"},
    {LW_RECORD_RATING, NULL, HEAD "n4,2026-03-01,3,1,\n", "f", "min and max are numbers"},
    /* Other names of columns. */
    {LW_RECORD_RATING, "1..5", "case_id,rated_at,score\nn5,2026-03-01,4\n", "a", NULL},
    {LW_RECORD_RATING, "1..5", "case,at\nn6,2026-03-01\n", "", "no column \"rating\""},
    /* Who, when. */
    {LW_RECORD_RATING, "1..5", "case,at,rating,agent\nn7,2026-03-01,4,nobody\n", "f",
     "nobody \"nobody\""},
    {LW_RECORD_RATING, "1..5", "case,at,rating\n,2026-03-01,4\n", "f", "case is empty"},
    {LW_RECORD_RATING, "1..5", "case,at,rating\nn8,then,4\n", "f", "\"then\" is no time"},
    {LW_RECORD_RATING, "1..5", "case,at,rating\nn8," LATER ",4\n", "f", "ahead of now"},
    {LW_RECORD_RATING, "1..5", "case,at,rating\nn8,2026-03-02T10:05:00Z,4\n", "a", NULL},
    /* The same again, another at its place, two of one moment. */
    {LW_RECORD_RATING, "1..5", "case,at,rating\nn5,2026-03-01,4\n", "u", NULL},
    {LW_RECORD_RATING, "1..5", "case,at,rating\nn5,2026-03-01,3\n", "f", "something else"},
    {LW_RECORD_RATING, "0..5", "case,at,rating\nn5,2026-03-01,4\n", "f", "something else"},
    {LW_RECORD_RATING, "1..5", "case,at,rating\nn9,2026-03-01,4\nn9,2026-03-01,4\n", "af",
     "another line has this case, time and source"},
    {LW_RECORD_RATING, "1..5",
     "case,at,rating,source\nn9,2026-03-01,4,mail\nn9,2026-03-01,4,phone\n", "aa", NULL},
    /* Outcomes. */
    {LW_RECORD_OUTCOME, NULL, "customer,at,outcome\nk1,2026-03-01,kept\nk2,2026-03-01,lost\n", "aa",
     NULL},
    {LW_RECORD_OUTCOME, NULL, "customer_id,date,outcome\nk1,2026-03-01,kept\n", "u", NULL},
    {LW_RECORD_OUTCOME, NULL, "customer,at,outcome\nk1,2026-03-01,lost\n", "f", "something else"},
    {LW_RECORD_OUTCOME, NULL, "customer,at,outcome\nk3,2026-03-01,gone\n", "f",
     "\"gone\" is neither kept nor lost"},
    {LW_RECORD_OUTCOME, NULL, "customer,at,outcome\nk3," LATER ",lost\n", "f", "ahead of now"},
    {LW_RECORD_OUTCOME, NULL, "customer,at,outcome\n,2026-03-01,lost\n", "f", "customer is empty"},
    {LW_RECORD_OUTCOME, NULL, "customer,at,outcome\nk4,2026-03-01,lost\nk4,2026-03-01,kept\n", "af",
     "another line has this customer and time"},
};

/* Nothing of a file with a fault is written: rows of the table do not see each other's. */
static void each_line_is_read_as_it_says(void **state)
{
  struct world world;
  const struct lw_intake_options options = {.name = LW_STR("f.csv")};
  (void)state;
  world_open(&world, POLICY_FALLBACK);
  for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
    struct lw_record_import import;
    take_in(&world, &table[i], &options, &import);
    expect_lines(i, &table[i], &import);
  }
  assert_int_equal(number(&world, "SELECT count(*) FROM rating"), 8);
  assert_int_equal(number(&world, "SELECT count(*) FROM outcome"), 2);
  assert_int_equal(number(&world, "SELECT sum(lost) FROM outcome"), 1);
  world_close(&world);
}

/* 3.7 of 1..5 is (3.7 - 1) / 4 of the way; whoever had the case then, unless the line says who. */
static void a_rating_is_of_whoever_had_the_case(void **state)
{
  struct world world;
  struct lw_record_import import;
  const struct lw_intake_options options = {.name = LW_STR("f.csv")};
  const struct row row = {
      LW_RECORD_RATING, "1..5",
      "case,at,rating,agent,comment\nc1,2026-03-02T10:00:00Z,3.7,,\"two\nlines\"\n"
      "c1,2026-03-02T01:00:00Z,5,lou,\nc7,2026-03-02,1,,\n",
      "aaa", NULL};
  (void)state;
  world_open(&world, POLICY_FALLBACK);
  open_cases(&world);
  take_in(&world, &row, &options, &import);
  expect_lines(0, &row, &import);
  assert_true(has(&world, "\"applied\":true,\"added\":3"));
  assert_int_equal(number(&world, "SELECT share FROM rating WHERE agent = 'ana' AND team = 'care' "
                                  "AND customer = 'k1' AND comment <> ''"),
                   675000);
  assert_int_equal(number(&world, "SELECT share FROM rating WHERE agent = 'lou' AND team = "
                                  "'billing' AND comment = ''"),
                   1000000);
  assert_int_equal(number(&world, "SELECT count(*) FROM rating WHERE agent = '' AND team = '' AND "
                                  "case_id = 'c7' AND share = 0"),
                   1);
  world_close(&world);
}

static void faults_are_left_out_only_when_that_is_asked(void **state)
{
  static const char file[] = "customer,at,outcome\nk1,2026-03-01,gone\nk2,2026-03-01,left\n";
  const struct row row = {LW_RECORD_OUTCOME, NULL, file, "fa", "\"gone\" is neither"};
  struct lw_intake_options options = {.name = LW_STR("f.csv"), .states = LW_STR("left=lost")};
  struct lw_record_import import;
  struct world world;
  (void)state;
  world_open(&world, POLICY_FALLBACK);
  take_in(&world, &row, &options, &import);
  expect_lines(0, &row, &import);
  assert_false(import.intake.applied);
  assert_int_equal(number(&world, "SELECT count(*) FROM outcome"), 0);
  options.skip_faulty = true;
  take_in(&world, &row, &options, &import);
  expect_lines(1, &row, &import);
  assert_true(import.intake.applied);
  assert_int_equal(
      number(&world, "SELECT count(*) FROM outcome WHERE customer = 'k2' AND lost = 1"), 1);
  world_close(&world);
}

/* Two lines a step, five lines: the third is there already, the fourth is brought by another import
 * between the first step and the second. */
static void it_is_written_by_steps(void **state)
{
  static const char file[] = "customer,at,outcome\na,2026-03-01,lost\nb,2026-03-01,lost\n"
                             "k,2026-03-01,kept\nc,2026-03-01,lost\nd,2026-03-01,lost\n";
  static const struct row others[] = {
      {LW_RECORD_OUTCOME, NULL, "customer,at,outcome\nk,2026-03-01,kept\n", "a", NULL},
      {LW_RECORD_OUTCOME, NULL, "customer,at,outcome\nc,2026-03-01,lost\n", "a", NULL}};
  static const int written[] = {3, 4, 5};
  const struct lw_intake_options options = {.name = LW_STR("f.csv")};
  struct lw_record_import import;
  struct lw_record_import other;
  struct world world;
  (void)state;
  world_open(&world, POLICY_FALLBACK);
  take_in(&world, &others[0], &options, &other);
  assert_true(lw_record_import_read(&import, LW_RECORD_OUTCOME, NULL, &world.arena, lw_str_c(file),
                                    &options));
  import.intake.most = 2;
  for (size_t step = 0; step < sizeof written / sizeof written[0]; step++) {
    assert_int_equal(world_run(&world, lw_intake_apply, &import.intake, "test"), LW_OK);
    assert_int_equal(number(&world, "SELECT count(*) FROM outcome"), written[step]);
    if (step == 0) {
      take_in(&world, &others[1], &options, &other);
    }
  }
  assert_int_equal(import.intake.done, 5);
  world_close(&world);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(each_line_is_read_as_it_says),
      cmocka_unit_test(a_rating_is_of_whoever_had_the_case),
      cmocka_unit_test(faults_are_left_out_only_when_that_is_asked),
      cmocka_unit_test(it_is_written_by_steps),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
