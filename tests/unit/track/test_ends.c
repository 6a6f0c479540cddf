/* What became of cases, beside decisions: whose a resolved case and a rating are, what sort of case
 * they count for, and that following the journal comes to what counting anew does. */
#include "track/ends.h"

#include "../ledger/ledger_test.h"
#include "desk/approval.h"
#include "policy/decide.h"
#include "track/overview.h"

#include <stddef.h>
#include <string.h>

#define HOUR  (INT64_C(3600) * LW_USEC_PER_SECOND)
#define DAY   (24 * HOUR)
#define START (20000 * DAY)

struct world {
  struct lw_db *db;
  struct lw_journal *journal;
  struct lw_tape *tape;
  struct lw_track_sums *sums;
  struct lw_track_ends *ends;
  struct lw_arena arena;
};

static void tell(struct world *world, enum lw_event event, const char *body)
{
  append(world->journal, event, body);
  flush_batch(world->db, world->journal);
}

static void decide(struct world *world, const char *agent, const char *case_id, const char *reason,
                   lw_usec at)
{
  struct lw_tape_row row;
  struct lw_error err = {0};
  char person[64];
  lw_tape_row_init(&row);
  (void)snprintf(person, sizeof person, "{\"id\":\"%s\",\"team\":\"care\"}", agent);
  row.numbers[LW_TAPE_SEQ] = (int64_t)lw_tape_rows(world->tape) + 1;
  row.numbers[LW_TAPE_AT] = at;
  row.numbers[LW_TAPE_VERDICT] = LW_GRANTED;
  row.numbers[LW_TAPE_MINOR] = 500;
  row.texts[LW_TAPE_PERSON] = lw_str_c(person);
  row.texts[LW_TAPE_REASON] = lw_str_c(reason);
  row.texts[LW_TAPE_ACTION] = LW_STR("credit");
  row.texts[LW_TAPE_CASE] = lw_str_c(case_id);
  must(lw_tape_add(world->tape, &row, &err), &err);
}

/* Hours after START. */
static void put_case(struct world *world, const char *id, const char *owner, int opened,
                     int resolved)
{
  char sql[512];
  (void)snprintf(sql, sizeof sql,
                 "INSERT INTO cases (id, customer, owner, department, channel, subject, state, "
                 "opened_at, reopened, escalated, facts, nudges, changed_at, version, last_owner, "
                 "first_resolved_at) VALUES ('%s', '', '%s', '', 'mail', '', 3, %lld, 0, 0, '{}', "
                 "0, 0, 1, 'zoe', %lld)",
                 id, owner, (long long)(START + opened * HOUR),
                 (long long)(START + resolved * HOUR));
  exec_sql(world->db, sql);
}

static void put_rating(struct world *world, const char *id, const char *case_id, const char *agent,
                       int at, int share)
{
  char sql[512];
  (void)snprintf(sql, sizeof sql,
                 "INSERT INTO rating (id, case_id, customer, agent, team, at, value, least, most, "
                 "share, comment, source) VALUES ('%s', '%s', '', '%s', 'care', %lld, 0, 0, 1, %d, "
                 "'', '%s')",
                 id, case_id, agent, (long long)(START + at * HOUR), share, id);
  exec_sql(world->db, sql);
}

static void begin(struct world *world)
{
  static const struct lw_track_facts facts = {{NULL, 0}, {NULL, 0}};
  world->sums = lw_track_sums_create(world->tape, &facts, START, 10);
  world->ends = lw_track_ends_create(world->sums);
  assert_non_null(world->ends);
}

static void end(struct world *world)
{
  lw_track_ends_destroy(world->ends);
  lw_track_sums_destroy(world->sums);
}

static void open_world(struct world *world)
{
  struct lw_error err = {0};
  struct lw_db_options options = {.url = ":memory:", .mode = LW_DB_WRITE};
  struct lw_migration steps[64];
  size_t n_ledger = lw_ledger_migrations_count;
  assert_true(n_ledger + lw_desk_migrations_count <= sizeof steps / sizeof steps[0]);
  memcpy(steps, lw_ledger_migrations, n_ledger * sizeof *steps);
  memcpy(steps + n_ledger, lw_desk_migrations, lw_desk_migrations_count * sizeof *steps);
  *world = (struct world){.db = NULL};
  lw_arena_init(&world->arena, NULL, 0);
  must(lw_db_open(&options, &world->db, &err), &err);
  must(lw_db_migrate(world->db, steps, n_ledger + lw_desk_migrations_count, &err), &err);
  must(lw_journal_open(world->db, &world->journal, &err), &err);
  world->tape = lw_tape_create(LW_STR("EUR"));
  begin(world);
}

static void close_world(struct world *world)
{
  end(world);
  lw_tape_destroy(world->tape);
  lw_journal_close(world->journal);
  lw_db_close(world->db);
  lw_arena_finish(&world->arena);
}

static void follow(struct world *world)
{
  static const struct lw_staff nobody = {.n_persons = 0};
  const struct lw_track_store store = {.db = world->db, .staff = &nobody, .cases = true};
  struct lw_error err = {0};
  must(lw_track_sums_follow(world->sums, &err), &err);
  must(lw_track_ends_follow(world->ends, &store, &err), &err);
}

/* "ana 2/7200 1/750000; late 2/7200 1/750000": cases resolved / seconds in all, ratings /
 * millionths in all, of agents and then of causes, in the order of the page. */
static void expect(struct world *world, const char *agents, const char *causes)
{
  const struct lw_track_scope scope = {.team = {NULL, 0}};
  const struct lw_track_agent *known = NULL;
  struct lw_track_overview overview;
  struct lw_error err = {0};
  struct lw_buf out[2] = {{0}, {0}};
  must(lw_track_overview_make(world->sums, &scope, &world->arena, &overview, &err), &err);
  (void)lw_track_sums_agents(world->sums, &known);
  for (uint32_t i = 0; i < overview.n_agents + overview.n_causes; i++) {
    bool of_agent = i < overview.n_agents;
    const struct lw_track_part *part =
        of_agent ? &overview.agents[i] : &overview.causes[i - overview.n_agents];
    lw_str name =
        of_agent ? known[part->of].id : lw_tape_text(world->tape, LW_TAPE_REASON, part->of);
    lw_buf_printf(&out[!of_agent], "%.*s %lld/%lld %lld/%lld", LW_FMT(name),
                  (long long)part->end.resolved.n, (long long)part->end.resolved.sum,
                  (long long)part->end.rated.n, (long long)part->end.rated.sum);
    if (!of_agent) {
      lw_buf_printf(&out[1], " of %lld", (long long)part->cases);
    }
    LW_BUF_LIT(&out[!of_agent], "; ");
  }
  lw_buf_add_char(&out[0], '\0');
  lw_buf_add_char(&out[1], '\0');
  assert_string_equal(lw_buf_str(&out[0]).ptr, agents);
  assert_string_equal(lw_buf_str(&out[1]).ptr, causes);
  lw_buf_finish(&out[0]);
  lw_buf_finish(&out[1]);
}

static void a_case_is_its_owners_and_of_its_first_request(void **state)
{
  struct world world;
  (void)state;
  open_world(&world);
  decide(&world, "ana", "c1", "late", START + HOUR);
  decide(&world, "ben", "c1", "broken", START + 2 * HOUR); /* a second one says nothing */
  decide(&world, "ben", "c2", "broken", START + 30 * HOUR);
  put_case(&world, "c1", "ana", 0, 3);
  put_case(&world, "c2", "ben", 10, 20);  /* resolved before anything was asked for */
  put_case(&world, "c3", "ana", -50, -2); /* before the window */
  put_case(&world, "c4", "", 4, 5);       /* nobody's now: whose it was last */
  put_case(&world, "c5", "ana", 6, 6);
  put_rating(&world, "r1", "c1", "ben", 9, 750000);
  put_rating(&world, "r2", "c9", "ana", 9, 250000); /* of a case that is not kept */
  put_rating(&world, "r3", "c1", "ana", -1, 1000000);
  put_rating(&world, "r4", "c1", "", 9, 1000000);
  follow(&world);
  expect(&world, "ben 1/36000 1/750000; ana 2/10800 1/250000; zoe 1/3600 0/0; ",
         "broken 0/0 0/0 of 1; late 1/10800 1/750000 of 1; ");
  close_world(&world);
}

static void what_is_new_is_added_and_what_changed_is_counted_again(void **state)
{
  static const char agents[] = "ana 1/14400 1/100000; ben 2/10800 0/0; ";
  static const char causes[] = "late 1/3600 1/100000 of 1; dear 1/14400 0/0 of 1; ";
  struct world world;
  (void)state;
  open_world(&world);
  decide(&world, "ana", "c1", "late", START + HOUR);
  put_case(&world, "c1", "ana", 0, 3);
  follow(&world);
  expect(&world, "ana 1/10800 0/0; ", "late 1/10800 0/0 of 1; ");
  follow(&world);
  expect(&world, "ana 1/10800 0/0; ", "late 1/10800 0/0 of 1; ");
  exec_sql(world.db,
           "UPDATE cases SET owner = 'ben', opened_at = opened_at + 7200000000 WHERE id = 'c1'");
  follow(&world);
  expect(&world, "ana 1/10800 0/0; ", "late 1/10800 0/0 of 1; "); /* no entry says so */
  tell(&world, LW_EVENT_CASE_RECORDED, "{\"case\":\"c1\"}");
  put_rating(&world, "r1", "c1", "ana", 9, 100000);
  tell(&world, LW_EVENT_RATING_RECORDED, "{\"rating\":\"r1\",\"case\":\"c1\"}");
  decide(&world, "ana", "c2", "dear", START + 2 * HOUR);
  put_case(&world, "c2", "ana", 1, 5);
  tell(&world, LW_EVENT_CASE_CHANGED, "{\"case\":\"c2\"}");
  put_case(&world, "c3", "ben", 1, 3);
  tell(&world, LW_EVENT_CASE_OPENED, "{\"case\":\"c3\"}");
  tell(&world, LW_EVENT_DECISION, "{\"case\":\"c9\"}");
  follow(&world);
  expect(&world, agents, causes);
  end(&world);
  begin(&world);
  follow(&world);
  expect(&world, agents, causes); /* counted anew */
  exec_sql(world.db, "UPDATE cases SET first_resolved_at = NULL");
  for (int i = 1; i <= 3; i++) {
    char body[32];
    (void)snprintf(body, sizeof body, "{\"case\":\"c%d\"}", i);
    tell(&world, LW_EVENT_CASE_RECORDED, body);
  }
  follow(&world);
  expect(&world, "ana 0/0 1/100000; ", "late 0/0 1/100000 of 1; dear 0/0 0/0 of 1; ");
  close_world(&world);
}

static void many_cases_add_up(void **state)
{
  enum { CASES = 3000 };
  struct world world;
  char agents[128];
  int64_t sum = 0;
  (void)state;
  open_world(&world);
  exec_sql(world.db, "BEGIN");
  for (int i = 0; i < CASES; i++) {
    char id[16];
    (void)snprintf(id, sizeof id, "c%d", i);
    put_case(&world, id, "ana", 0, i % 200);
    sum += i % 200 * 3600;
  }
  exec_sql(world.db, "COMMIT");
  decide(&world, "ana", "", "late", START);
  follow(&world);
  (void)snprintf(agents, sizeof agents, "ana %d/%lld 0/0; ", CASES, (long long)sum);
  expect(&world, agents, "late 0/0 0/0 of 0; ");
  close_world(&world);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_case_is_its_owners_and_of_its_first_request),
      cmocka_unit_test(what_is_new_is_added_and_what_changed_is_counted_again),
      cmocka_unit_test(many_cases_add_up),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
