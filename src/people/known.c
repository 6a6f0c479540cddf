#include "people/known.h"

static const char get_sql[] = "SELECT digest, at, body FROM authority_known WHERE person = $1";
static const char put_sql[] =
    "INSERT INTO authority_known (person, digest, at, body) VALUES ($1, $2, $3, $4)"
    " ON CONFLICT (person) DO UPDATE SET digest = excluded.digest, at = excluded.at, body = "
    "excluded.body";

enum lw_code lw_known_get(struct lw_db *db, lw_str person, struct lw_arena *arena, bool *ret_found,
                          struct lw_known *ret_known, struct lw_error *err)
{
  struct lw_stmt *row = NULL;
  enum lw_code rc = lw_db_find(db, get_sql, person, &row, err);
  *ret_found = rc == LW_OK;
  if (rc != LW_OK) {
    return rc == LW_NOT_FOUND ? LW_OK : rc;
  }
  *ret_known = (struct lw_known){.digest = lw_str_copy(arena, lw_stmt_get_text(row, 0)),
                                 .at = lw_stmt_get_int(row, 1),
                                 .body = lw_str_copy(arena, lw_stmt_get_text(row, 2))};
  lw_stmt_reset(row);
  return arena->failed ? lw_fail(err, LW_NO_MEMORY, "out of memory") : LW_OK;
}

enum lw_code lw_known_put(struct lw_db *db, lw_str person, const struct lw_known *known,
                          struct lw_error *err)
{
  struct lw_stmt *stmt = NULL;
  enum lw_code rc = lw_db_statement(db, put_sql, &stmt, err);
  if (rc == LW_OK) {
    lw_stmt_text(stmt, 1, person);
    lw_stmt_text(stmt, 2, known->digest);
    lw_stmt_int(stmt, 3, known->at);
    lw_stmt_text(stmt, 4, known->body);
    rc = lw_stmt_run(stmt, err);
  }
  return rc;
}
