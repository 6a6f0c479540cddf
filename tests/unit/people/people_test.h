/* What the tests of people share: a database in memory with their tables, and a staff out of it. */
#ifndef LW_TESTS_PEOPLE_TEST_H
#define LW_TESTS_PEOPLE_TEST_H

#include "base/crypto.h"
#include "base/money.h"
#include "people/person.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

struct house {
  struct lw_db *db;
  struct lw_arena keep;
  struct lw_hasher *hasher;
  struct lw_error err;
  const struct lw_staff *staff;
};

#define assert_ok(house, call)                                                                     \
  do {                                                                                             \
    if ((call) != LW_OK) {                                                                         \
      fail_msg("%s: %s", #call, (house)->err.text);                                                \
    }                                                                                              \
  } while (0)

static inline void open_house(struct house *house)
{
  *house = (struct house){0};
  assert_true(lw_crypto_start());
  lw_arena_init(&house->keep, NULL, 0);
  house->hasher = lw_hasher_create();
  assert_non_null(house->hasher);
  struct lw_db_options options = {.url = ":memory:", .mode = LW_DB_WRITE};
  assert_ok(house, lw_db_open(&options, &house->db, &house->err));
  assert_ok(house, lw_db_migrate(house->db, lw_people_migrations, lw_people_migrations_count,
                                 &house->err));
}

static inline void close_house(struct house *house)
{
  lw_hasher_destroy(house->hasher);
  lw_db_close(house->db);
  lw_arena_finish(&house->keep);
}

static inline void load(struct house *house)
{
  assert_ok(house, lw_staff_load(house->db, &house->keep, &house->staff, &house->err));
}

static inline void run_sql(struct house *house, const char *sql)
{
  assert_ok(house, lw_db_exec(house->db, sql, &house->err));
}

/* A person of id, team, tier, manager and roles. */
static inline void add_person(struct house *house, const char *id, const char *team,
                              const char *manager, uint32_t roles)
{
  struct lw_person_edit edit = {
      .fields = LW_PERSON_TEAM | LW_PERSON_MANAGER | LW_PERSON_ROLES,
      .actor = {.id = lw_str_c(id), .team = lw_str_c(team), .manager = lw_str_c(manager)},
      .roles = roles};
  assert_ok(house, lw_person_write(house->db, NULL, &edit, 1, &house->err));
}

static inline void add_team(struct house *house, const char *id, const char *parent)
{
  struct lw_team_edit edit = {.id = lw_str_c(id), .set_parent = true, .parent = lw_str_c(parent)};
  assert_ok(house, lw_team_write(house->db, NULL, &edit, &house->err));
}

static inline const struct lw_person *the(const struct house *house, const char *id)
{
  const struct lw_person *person = lw_staff_find(house->staff, lw_str_c(id));
  assert_non_null(person);
  return person;
}

static inline void assert_text(lw_str text, const char *wanted)
{
  if (!lw_str_equal(text, lw_str_c(wanted))) {
    fail_msg("\"%.*s\" is not \"%s\"", LW_FMT(text), wanted);
  }
}

#endif
