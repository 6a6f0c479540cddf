/* The setting, and one case: many are gone through where they are summed up (track/brought.h). */
#include "desk/repeat.h"

#include "base/num.h"
#include "data/member.h"
#include "engine/lists.h"
#include "people/person.h"

uint32_t lw_repeat_days_read(lw_str text)
{
  uint64_t days = 0;
  bool said = lw_uint_read(text, &days) && days <= LW_REPEAT_DAYS_MAX;
  return said ? (uint32_t)days : LW_REPEAT_DAYS;
}

enum lw_code lw_repeat_days_set(struct lw_db *db, uint32_t *ret_days, struct lw_error *err)
{
  struct lw_arena arena;
  lw_str text = {NULL, 0};
  lw_arena_init(&arena, NULL, 0);
  enum lw_code rc = lw_setting_get(db, LW_STR("console.repeat_contact_days"), &arena, &text, err);
  *ret_days = rc == LW_OK ? lw_repeat_days_read(text) : LW_REPEAT_DAYS;
  lw_arena_finish(&arena);
  return rc;
}

/* --- one case --- */

struct looking {
  const struct lw_desk_reader *reader;
  struct lw_lists *lists; /* or NULL */
  const struct lw_case *found;
  lw_str cause; /* of it; or empty */
};

struct seeking {
  struct lw_arena *arena;
  lw_str cause;
};

static bool take_cause(void *user, const struct lw_listed *listed)
{
  struct seeking *seeking = user;
  seeking->cause =
      listed->reason.len != 0 ? lw_str_copy(seeking->arena, listed->reason) : LW_STR("");
  return seeking->cause.len == 0;
}

/* What was last decided on in a case; empty: nothing, or without a reason. */
static enum lw_code find_cause(const struct looking *looking, lw_str case_id, lw_str *ret_cause,
                               struct lw_error *err)
{
  const struct lw_lists_filter filter = {.view = {.all = true}, .case_id = case_id};
  struct seeking seeking = {looking->reader->arena, LW_STR("")};
  uint64_t through = 0;
  enum lw_code rc = looking->lists != NULL ? lw_lists_each(looking->lists, &filter, take_cause,
                                                           &seeking, &through, err)
                                           : LW_OK;
  *ret_cause = seeking.cause;
  return rc;
}

static enum lw_code is_same(const struct looking *looking, lw_str case_id, bool *ret_same,
                            struct lw_error *err)
{
  lw_str other;
  enum lw_code rc = find_cause(looking, case_id, &other, err);
  *ret_same = looking->cause.len == 0 || other.len == 0 || lw_str_equal(looking->cause, other);
  return rc;
}

/* The next case of the customer that counts. */
static enum lw_code find_next(const struct looking *looking, lw_usec until,
                              struct lw_repeat *repeat, struct lw_error *err)
{
  static const char sql[] =
      "SELECT id, opened_at FROM cases WHERE customer = $1 AND opened_at > $2 "
      "AND opened_at <= $3 AND id <> $4 ORDER BY opened_at LIMIT 50";
  const struct lw_case *found = looking->found;
  struct lw_stmt *stmt = NULL;
  bool is_row = false;
  enum lw_code rc = lw_db_statement(looking->reader->db, sql, &stmt, err);
  if (rc != LW_OK) {
    return rc;
  }
  lw_stmt_text(stmt, 1, found->customer);
  lw_stmt_int(stmt, 2, found->figures.first_resolved_at);
  lw_stmt_int(stmt, 3, until);
  lw_stmt_text(stmt, 4, found->id);
  while (rc == LW_OK && repeat->state != LW_REPEAT_CAME &&
         (rc = lw_stmt_step(stmt, &is_row, err)) == LW_OK && is_row) {
    bool same = false;
    rc = is_same(looking, lw_stmt_get_text(stmt, 0), &same, err);
    repeat->state = same ? LW_REPEAT_CAME : repeat->state;
    repeat->at = same ? lw_stmt_get_int(stmt, 1) : 0;
  }
  lw_stmt_reset(stmt);
  return rc;
}

enum lw_code lw_repeat_find(const struct lw_desk_reader *reader, struct lw_lists *lists,
                            const struct lw_case *found, struct lw_repeat *ret_repeat,
                            struct lw_error *err)
{
  struct looking looking = {.reader = reader, .lists = lists, .found = found};
  *ret_repeat = (struct lw_repeat){.state = LW_REPEAT_UNKNOWN};
  enum lw_code rc = lw_repeat_days_set(reader->db, &ret_repeat->days, err);
  if (rc != LW_OK || ret_repeat->days == 0 || found->customer.len == 0 ||
      !found->figures.has_first_resolved) {
    return rc;
  }
  lw_usec until =
      found->figures.first_resolved_at + ret_repeat->days * LW_USEC_PER_SECOND * LW_SECONDS_PER_DAY;
  ret_repeat->state = until > reader->now ? LW_REPEAT_OPEN : LW_REPEAT_NONE;
  rc = find_cause(&looking, found->id, &looking.cause, err);
  return rc == LW_OK ? find_next(&looking, until, ret_repeat, err) : rc;
}

void lw_repeat_print(const struct lw_repeat *repeat, struct lw_buf *out)
{
  static const char *const words[] = {"", "open", "none", "came"};
  if (repeat->state == LW_REPEAT_UNKNOWN) {
    return;
  }
  lw_member_key(out, "repeat_contact");
  lw_buf_add_char(out, '{');
  lw_member_int(out, "days", repeat->days);
  lw_member_text(out, "state", lw_str_c(words[repeat->state]));
  if (repeat->state == LW_REPEAT_CAME) {
    lw_member_time(out, "at", repeat->at);
  }
  lw_buf_add_char(out, '}');
}
