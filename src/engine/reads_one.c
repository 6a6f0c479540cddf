/* One read by its id, whoever is concerned by it (engine/reads.h). */
#include "engine/reads.h"

static const char one_sql[] =
    "SELECT r.id, r.grp, r.action, r.label, r.version, r.before, r.at, r.words FROM policy_read r "
    "WHERE r.id = $1 AND ($2 = '' OR EXISTS (SELECT 1 FROM policy_read_person p WHERE p.grp = "
    "r.grp AND p.person = $2))";

static struct lw_read take_read(const struct lw_stmt *row, struct lw_arena *arena)
{
  return (struct lw_read){.id = lw_stmt_copy_text(row, 0, arena),
                          .group = lw_stmt_copy_text(row, 1, arena),
                          .action = lw_stmt_copy_text(row, 2, arena),
                          .label = lw_stmt_copy_text(row, 3, arena),
                          .version = (uint64_t)lw_stmt_get_int(row, 4),
                          .before = (uint64_t)lw_stmt_get_int(row, 5),
                          .at = lw_stmt_get_int(row, 6),
                          .words = lw_stmt_copy_text(row, 7, arena)};
}

enum lw_code lw_reads_get(struct lw_db *db, lw_str id, lw_str person, struct lw_arena *arena,
                          struct lw_read *ret_read, struct lw_error *err)
{
  struct lw_stmt *stmt = NULL;
  bool is_row = false;
  enum lw_code rc = lw_db_statement(db, one_sql, &stmt, err);
  if (rc != LW_OK) {
    return rc;
  }
  lw_stmt_text_or_empty(stmt, 1, id);
  lw_stmt_text_or_empty(stmt, 2, person);
  rc = lw_stmt_step(stmt, &is_row, err);
  if (rc == LW_OK && is_row) {
    *ret_read = take_read(stmt, arena);
  }
  lw_stmt_reset(stmt);
  if (rc == LW_OK && arena->failed) {
    return lw_fail(err, LW_NO_MEMORY, "out of memory for a read");
  }
  return rc == LW_OK && !is_row
             ? lw_fail(err, LW_NOT_FOUND, "there is no read of this id that is yours")
             : rc;
}
