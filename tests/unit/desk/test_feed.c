/* The feed: who is told of which entry, and what of it. The entries are those that a real engine
 * has written, and some of each other kind. */
#include "world.h"

/* Walks the journal and counts what that listener is told of a kind ("": any). */
struct listening {
  struct world *world;
  const struct lw_snapshot *snapshot;
  const struct lw_caller *caller;
  const char *kind;
  struct lw_db *db;
  int64_t told;
};

static bool listen(void *user, const struct lw_entry_view *entry)
{
  struct listening *to = user;
  struct lw_arena arena;
  struct lw_feed_event event;
  lw_arena_init(&arena, NULL, 0);
  if (lw_feed_read(entry, to->world->json, &arena, &event) &&
      (to->kind[0] == 0 || lw_str_equal(entry->kind, lw_str_c(to->kind))) &&
      lw_feed_visible(to->snapshot, to->caller, &event)) {
    struct lw_desk_reader reader = {.db = to->db,
                                    .snapshot = to->snapshot,
                                    .caller = to->caller,
                                    .now = to->world->now,
                                    .arena = &arena};
    to->told++;
    lw_buf_add_char(&to->world->out, '\n');
    assert_int_equal(lw_feed_print(&reader, &event, &to->world->out, &to->world->err), LW_OK);
  }
  lw_arena_finish(&arena);
  return true;
}

static int64_t told_as(struct world *world, const struct lw_snapshot *snapshot,
                       const struct lw_caller *caller, const char *kind)
{
  struct lw_db *walk = NULL;
  struct listening to = {.world = world, .snapshot = snapshot, .caller = caller, .kind = kind};
  lw_buf_reset(&world->out);
  assert_int_equal(lw_engine_reader(world->engine, &walk, &world->err), LW_OK);
  assert_int_equal(lw_engine_reader(world->engine, &to.db, &world->err), LW_OK);
  assert_int_equal(lw_journal_walk(walk, 0, 0, listen, &to, &world->err), LW_OK);
  lw_engine_reader_done(world->engine, walk);
  lw_engine_reader_done(world->engine, to.db);
  lw_buf_add(&world->out, LW_STR(""));
  world->code = LW_OK;
  return to.told;
}

static int64_t told(struct world *world, const char *person, const char *kind)
{
  const struct lw_snapshot *snapshot = lw_engine_snapshot(world->engine);
  struct lw_caller caller = caller_of(snapshot, person);
  int64_t count = told_as(world, snapshot, &caller, kind);
  lw_snapshot_unref(snapshot);
  return count;
}

static void those_whom_it_concerns_are_told_and_nobody_else(void **state)
{
  struct world world;
  (void)state;
  world_open(&world, POLICY_FALLBACK);
  lw_str id = ana_asks(&world, "120.00");
  (void)touch(&world, "ana", id, true);
  (void)answer(&world, "tom", id, true, "", "", "well done");
  static const struct {
    const char *person;
    const char *kind;
    int64_t count;
  } rows[] = {
      {"ana", "decision", 2},          {"ana", "approval.opened", 1},
      {"ana", "approval.approved", 1}, {"ana", "policy.published", 1},
      {"tom", "approval.opened", 1},   {"tom", "approval.nudged", 1},
      {"tess", "approval.opened", 1},  {"tess", "approval.approved", 1},
      {"bob", "decision", 0},          {"bob", "approval.opened", 0},
      {"bob", "policy.published", 1},  {"lou", "approval.opened", 0},
      {"max", "approval.opened", 1},   {"mia", "approval.opened", 0},
  };
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    if (told(&world, rows[i].person, rows[i].kind) != rows[i].count) {
      fail_msg("row %zu: %s %s", i, rows[i].person, rows[i].kind);
    }
  }
  (void)told(&world, "tom", "approval.opened");
  expect(&world, LW_OK, "\"for_you\":true");
  expect(&world, LW_OK, "\"note\":\"please\"");
  expect(&world, LW_OK, "\"due\":\"2026-03-02T10:01:00Z\"");
  (void)told(&world, "ana", "approval.opened");
  assert_false(has(&world, "for_you"));
  (void)told(&world, "ana", "approval.approved");
  expect(&world, LW_OK, "\"note\":\"well done\"");
  (void)told(&world, "max", "");
  assert_false(has(&world, "txt_"));
  world_close(&world);
}

static void tokens_are_told_by_their_scope(void **state)
{
  struct world world;
  (void)state;
  world_open(&world, POLICY_FALLBACK);
  (void)ana_asks(&world, "120.00");
  const struct lw_snapshot *snapshot = lw_engine_snapshot(world.engine);
  const struct lw_person *ana = lw_staff_find(snapshot->staff, LW_STR("ana"));
  const struct lw_person *tom = lw_staff_find(snapshot->staff, LW_STR("tom"));
  const struct lw_person *max = lw_staff_find(snapshot->staff, LW_STR("max"));
  const struct {
    const struct lw_person *person;
    uint32_t scopes;
    int64_t count; /* of approval.opened */
  } rows[] = {
      {NULL, LW_TOKEN_READ, 1},  {NULL, LW_TOKEN_DECIDE, 0}, {ana, LW_TOKEN_READ, 1},
      {ana, LW_TOKEN_DECIDE, 0}, {tom, LW_TOKEN_READ, 1},    {max, LW_TOKEN_READ, 0},
  };
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    struct lw_caller caller = {.is_token = true,
                               .scopes = rows[i].scopes,
                               .person = rows[i].person,
                               .actor = LW_STR("token:t")};
    if (told_as(&world, snapshot, &caller, "approval.opened") != rows[i].count) {
      fail_msg("row %zu", i);
    }
  }
  lw_snapshot_unref(snapshot);
  world_close(&world);
}

/* The snapshot of the world with roles of its own: mia keeps people, bob is administrator. */
struct roles {
  struct lw_snapshot snapshot;
  struct lw_staff staff;
  struct lw_person persons[16];
};

static void give_roles(const struct lw_snapshot *from, struct roles *roles)
{
  assert_true(from->staff->n_persons <= 16);
  roles->snapshot = *from;
  roles->staff = *from->staff;
  for (uint32_t i = 0; i < from->staff->n_persons; i++) {
    roles->persons[i] = from->staff->persons[i];
    if (lw_str_equal(roles->persons[i].actor.id, LW_STR("mia"))) {
      roles->persons[i].roles = LW_ROLE_PEOPLE;
    } else if (lw_str_equal(roles->persons[i].actor.id, LW_STR("bob"))) {
      roles->persons[i].roles = LW_ROLE_ADMIN;
    }
  }
  roles->staff.persons = roles->persons;
  roles->snapshot.staff = &roles->staff;
}

static bool hears(struct world *world, const struct lw_snapshot *snapshot,
                  const struct lw_caller *caller, enum lw_event kind, const char *body)
{
  struct lw_entry_view entry = {
      .seq = 7, .kind = lw_event_name(kind), .actor = LW_STR("x"), .body = lw_str_c(body)};
  struct lw_feed_event event = {0};
  return lw_feed_read(&entry, world->json, &world->arena, &event) &&
         lw_feed_visible(snapshot, caller, &event);
}

/* Every kind of entry, made up and about ana: told to whom event.def says. */
static void each_kind_is_told_as_its_row_says(void **state)
{
  enum { A = 1 << LW_TOLD_PARTIES, B = 1 << LW_TOLD_PERSON, C = 1 << LW_TOLD_SEERS };
  enum { S = 1 << LW_TOLD_SELVES }; /* nobody else, and no program */
  enum { T = 1 << LW_TOLD_TEAMS, E = 1 << LW_TOLD_EVERYBODY, P = 1 << LW_TOLD_PLANNERS };
  enum { R = 1 << LW_TOLD_TOKENS | 1 << LW_TOLD_WEBHOOKS | 1 << LW_TOLD_SETTINGS };
  static const struct {
    const char *person; /* or NULL: a token of these scopes */
    uint32_t scopes;
    unsigned told;
  } rows[] = {
      {"ana", 0, A | B | C | S | E},
      {"tom", 0, A | C | T | E},
      {"lou", 0, T | E},
      {"mia", 0, C | T | E},
      {"bob", 0, C | T | R | E | P},
      {NULL, LW_TOKEN_READ, A | B | C | E},
      {NULL, LW_TOKEN_READ | LW_TOKEN_PEOPLE, A | B | C | T | E},
      {NULL, LW_TOKEN_READ | LW_TOKEN_ADMIN, A | B | C | R | E},
      {NULL, LW_TOKEN_READ | LW_TOKEN_POLICY, A | B | C | E | P},
      {NULL, LW_TOKEN_POLICY, 0},
      {NULL, LW_TOKEN_ADMIN, 0},
  };
  struct world world;
  struct roles roles;
  (void)state;
  world_open(&world, POLICY_FALLBACK);
  const struct lw_snapshot *snapshot = lw_engine_snapshot(world.engine);
  give_roles(snapshot, &roles);
  for (size_t r = 0; r < sizeof rows / sizeof rows[0]; r++) {
    struct lw_caller caller = {
        .is_token = true, .scopes = rows[r].scopes, .actor = LW_STR("token:t")};
    if (rows[r].person != NULL) {
      caller = caller_of(&roles.snapshot, rows[r].person);
    }
    for (int i = 0; i < LW_EVENTS; i++) {
      bool is = hears(&world, &roles.snapshot, &caller, (enum lw_event)i,
                      "{\"agent\":\"ana\",\"person\":\"ana\"}");
      unsigned by = 1U << lw_event_told((enum lw_event)i);
      if (is != ((by & rows[r].told) != 0)) {
        fail_msg("row %zu: %.*s", r, LW_FMT(lw_event_name((enum lw_event)i)));
      }
    }
  }
  lw_snapshot_unref(snapshot);
  world_close(&world);
}

/* What a policy in the shadow said stands beside the answer in the entry; what a request says of
 * its own is left alone. */
static void what_the_shadow_said_is_not_told(void **state)
{
  struct world world;
  struct lw_feed_event event = {0};
  struct lw_error err;
  (void)state;
  world_open(&world, POLICY_FALLBACK);
  const struct lw_snapshot *snapshot = lw_engine_snapshot(world.engine);
  struct lw_entry_view entry = {.seq = 7,
                                .kind = lw_event_name(LW_EVENT_DECISION),
                                .actor = LW_STR("x"),
                                .body = LW_STR("{\"request\":{\"agent\":\"ana\",\"facts\":{"
                                               "\"shadow\":1}},\"shadow\":{\"tag\":\"ab\"},"
                                               "\"answer\":{}}")};
  struct lw_caller caller = caller_of(snapshot, "ana");
  struct lw_desk_reader reader = {.snapshot = snapshot, .caller = &caller, .arena = &world.arena};
  assert_true(lw_feed_read(&entry, world.json, &world.arena, &event));
  lw_buf_reset(&world.out);
  assert_int_equal(lw_feed_print(&reader, &event, &world.out, &err), LW_OK);
  lw_str told = lw_buf_str(&world.out);
  assert_true(lw_str_find(told,
                          LW_STR("\"body\":{\"request\":{\"agent\":\"ana\",\"facts\":{"
                                 "\"shadow\":1}},\"answer\":{}}"),
                          0) != SIZE_MAX);
  lw_snapshot_unref(snapshot);
  world_close(&world);
}

/* Erasing names its subject: a person's goes to whoever sees that person, a customer's to nobody.
 */
static void erasing_is_told_of_people_alone(void **state)
{
  static const struct {
    const char *listener;
    const char *body;
    bool told;
  } rows[] = {
      {"mia", "{\"subject\":\"ana\",\"texts\":2,\"person\":true}", true},
      {"tom", "{\"subject\":\"ana\",\"texts\":2,\"person\":true}", true},
      {"lou", "{\"subject\":\"ana\",\"texts\":2,\"person\":true}", false},
      {"mia", "{\"subject\":\"ana\",\"texts\":2,\"person\":false}", false},
      {"ana", "{\"subject\":\"ana\",\"texts\":2,\"person\":false}", false},
      {"mia", "{\"subject\":\"nobody\",\"texts\":2,\"person\":true}", false},
  };
  struct world world;
  struct roles roles;
  (void)state;
  world_open(&world, POLICY_FALLBACK);
  const struct lw_snapshot *snapshot = lw_engine_snapshot(world.engine);
  give_roles(snapshot, &roles);
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    struct lw_caller caller = caller_of(&roles.snapshot, rows[i].listener);
    if (hears(&world, &roles.snapshot, &caller, LW_EVENT_TEXT_ERASED, rows[i].body) !=
        rows[i].told) {
      fail_msg("row %zu", i);
    }
  }
  lw_snapshot_unref(snapshot);
  world_close(&world);
}

static void what_can_not_be_read_is_told_to_nobody(void **state)
{
  struct world world;
  (void)state;
  world_open(&world, POLICY_FALLBACK);
  static const char *const rows[][2] = {
      {"approval.opened", "{"}, {"approval.opened", ""}, {"approval.imagined", "{}"}, {"", "{}"}};
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    struct lw_feed_event event = {0};
    struct lw_entry_view entry = {
        .seq = 1, .kind = lw_str_c(rows[i][0]), .body = lw_str_c(rows[i][1])};
    assert_false(lw_feed_read(&entry, world.json, &world.arena, &event));
  }
  /* a list of thousands is cut, and repeated names count once */
  struct lw_buf body = {0};
  struct lw_feed_event event = {0};
  LW_BUF_LIT(&body, "{\"agent\":\"ana\",\"to\":[\"ana\",\"ana\"");
  for (int i = 0; i < 3000; i++) {
    lw_buf_printf(&body, ",\"p%d\"", i);
  }
  LW_BUF_LIT(&body, "]}");
  struct lw_entry_view entry = {
      .seq = 1, .kind = LW_STR("approval.opened"), .body = lw_buf_str(&body)};
  assert_true(lw_feed_read(&entry, world.json, &world.arena, &event));
  assert_int_equal(event.n_parties, LW_FEED_PARTIES_MAX);
  lw_buf_finish(&body);
  world_close(&world);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(those_whom_it_concerns_are_told_and_nobody_else),
      cmocka_unit_test(tokens_are_told_by_their_scope),
      cmocka_unit_test(each_kind_is_told_as_its_row_says),
      cmocka_unit_test(what_the_shadow_said_is_not_told),
      cmocka_unit_test(erasing_is_told_of_people_alone),
      cmocka_unit_test(what_can_not_be_read_is_told_to_nobody),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
