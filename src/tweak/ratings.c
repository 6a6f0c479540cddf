/* Teams are few and follow each other often: the text of the last one is used again. */
#include "tweak/ratings.h"

#include <string.h>

static lw_str team_text(const struct lw_past_ratings *ratings, lw_str team, struct lw_arena *arena)
{
  lw_str last = ratings->count != 0 ? ratings->items[ratings->count - 1].team : LW_STR("");
  return lw_str_equal(last, team) ? last : lw_str_copy(arena, team);
}

static enum lw_code add(struct lw_past_ratings *ratings, const struct lw_past_rating *rating,
                        struct lw_arena *arena, struct lw_error *err)
{
  struct lw_past_rating *items =
      lw_arena_grow(arena, ratings->items, ratings->count, &ratings->capacity, ratings->count + 1,
                    sizeof *items, _Alignof(struct lw_past_rating));
  struct lw_past_rating copy = *rating;
  copy.team = team_text(ratings, rating->team, arena);
  copy.case_id = lw_str_copy(arena, rating->case_id);
  if (items == NULL || copy.team.ptr == NULL || copy.case_id.ptr == NULL) {
    return lw_fail(err, LW_NO_MEMORY, "out of memory");
  }
  ratings->items = items;
  items[ratings->count++] = copy;
  return LW_OK;
}

/* The table is made by another folder (desk/tables.c), and not in a database that no program with
 * ratings has run on. */
static enum lw_code require_table(struct lw_db *db, struct lw_error *err)
{
  static const struct lw_migration made = {.name = "desk: ratings"};
  enum lw_code rc = lw_db_require(db, &made, 1, err);
  if (rc == LW_INVALID) {
    rc = lw_fail(err, rc, "the database is of a program before ratings, and has no place for them");
    lw_error_hint(err, "start `leeway serve` on it once: that brings it up to date");
  }
  return rc;
}

enum lw_code lw_past_ratings_read(struct lw_past_ratings *ratings, struct lw_db *db, lw_usec since,
                                  struct lw_arena *arena, struct lw_error *err)
{
  static const char sql[] = "SELECT at, share, team, case_id FROM rating WHERE at >= $1";
  struct lw_stmt *stmt = NULL;
  bool is_row = false;
  enum lw_code rc = require_table(db, err);
  rc = rc == LW_OK ? lw_db_statement(db, sql, &stmt, err) : rc;
  if (rc != LW_OK) {
    return rc;
  }
  lw_stmt_int(stmt, 1, since);
  while (rc == LW_OK && (rc = lw_stmt_step(stmt, &is_row, err)) == LW_OK && is_row) {
    const struct lw_past_rating rating = {.at = lw_stmt_get_int(stmt, 0),
                                          .share_ppm = lw_stmt_get_int(stmt, 1),
                                          .team = lw_stmt_get_text(stmt, 2),
                                          .case_id = lw_stmt_get_text(stmt, 3)};
    rc = add(ratings, &rating, arena, err);
  }
  lw_stmt_reset(stmt);
  return rc;
}

/* --- entries --- */

/* "0", "1", "0.75", at most six places. */
static bool read_share(lw_str text, int64_t *ret_ppm)
{
  int64_t ppm = 0;
  int64_t unit = 1000000;
  bool good = text.len != 0 && (text.len == 1 || text.ptr[1] == '.');
  for (size_t i = 0; good && i < text.len; i++) {
    good = i == 1 || (text.ptr[i] >= '0' && text.ptr[i] <= '9' && unit != 0);
    if (good && i != 1) {
      ppm += (text.ptr[i] - '0') * unit;
      unit /= 10;
    }
  }
  *ret_ppm = ppm;
  return good && ppm <= 1000000;
}

enum lw_code lw_past_ratings_add(struct lw_past_ratings *ratings, const struct lw_value *body,
                                 struct lw_arena *arena, struct lw_error *err)
{
  int64_t seconds = 0;
  uint32_t nanos = 0;
  struct lw_past_rating rating = {.team = lw_value_written(body, LW_STR("team")),
                                  .case_id = lw_value_written(body, LW_STR("case"))};
  if (!lw_rfc3339_read(lw_value_written(body, LW_STR("at")), &seconds, &nanos) ||
      !read_share(lw_value_written(body, LW_STR("share")), &rating.share_ppm)) {
    return lw_fail(err, LW_INVALID, "a rating has a time and a share of its scale");
  }
  rating.at = seconds * LW_USEC_PER_SECOND + nanos / 1000;
  return add(ratings, &rating, arena, err);
}
