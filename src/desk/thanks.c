/* Thanks, given and shown: one row each, one entry each. */
#include "desk/thanks.h"

#include "base/bounds.h"
#include "desk/case_store.h"
#include "desk/entry.h"
#include "desk/list.h"
#include "data/member.h"
#include "desk/review.h"
#include "desk/review_store.h"

#include <assert.h>

#define COLUMNS "id, person, giver, customer_said, case_id, decision, words, at, offered, on_wall"

static struct lw_thanks take(const struct lw_stmt *row, struct lw_arena *arena)
{
  return (struct lw_thanks){.id = lw_stmt_copy_text(row, 0, arena),
                            .person = lw_stmt_copy_text(row, 1, arena),
                            .giver = lw_stmt_copy_text(row, 2, arena),
                            .customer = lw_stmt_get_int(row, 3) != 0,
                            .case_id = lw_stmt_copy_text(row, 4, arena),
                            .decision = lw_stmt_copy_text(row, 5, arena),
                            .words = lw_stmt_copy_text(row, 6, arena),
                            .at = lw_stmt_get_int(row, 7),
                            .offered = lw_stmt_get_int(row, 8) != 0,
                            .on_wall = lw_stmt_get_int(row, 9) != 0};
}

static bool is_self(const struct lw_caller *caller, lw_str person)
{
  return caller != NULL && !caller->is_token && caller->person != NULL &&
         lw_str_equal(caller->person->actor.id, person);
}

/* On the wall a case's number helps nobody, and may tell whose case it was: it stays away. */
static void print(const struct lw_desk_reader *reader, const struct lw_thanks *thanks, bool wall,
                  struct lw_buf *out)
{
  lw_buf_add_char(out, '{');
  lw_member_text(out, "id", thanks->id);
  lw_member_text(out, "to", thanks->person);
  lw_member_text(out, "to_name", lw_desk_name(reader->snapshot->staff, thanks->person));
  lw_member_text(out, "by", thanks->giver);
  lw_member_text(out, "by_name", lw_desk_name(reader->snapshot->staff, thanks->giver));
  lw_member_bool(out, "customer", thanks->customer);
  lw_member_text(out, "words", lw_desk_text(reader, thanks->words));
  lw_member_time(out, "at", thanks->at);
  lw_member_bool(out, "offered", thanks->offered);
  lw_member_bool(out, "wall", thanks->offered && thanks->on_wall);
  if (!wall) {
    lw_member_text(out, "case", thanks->case_id);
    lw_member_text(out, "decision", thanks->decision);
  }
  lw_buf_add_char(out, '}');
}

/* --- giving --- */

static enum lw_code check_giver(struct lw_batch *batch, const struct lw_thanking *thanking,
                                struct lw_error *err)
{
  const struct lw_caller *caller = thanking->caller;
  const struct lw_person *to = lw_staff_find(batch->snapshot->staff, thanking->to);
  bool is_person = caller->person != NULL && !caller->is_token;
  if (!is_person && !thanking->customer) {
    return lw_fail(err, LW_FORBIDDEN, "a machine passes on what customers say; people thank");
  }
  if (to == NULL || !to->active) {
    return lw_fail(err, LW_INVALID, "to: there is nobody \"%.*s\" here", LW_FMT(thanking->to));
  }
  if (is_self(caller, thanking->to) && !thanking->customer) {
    return lw_fail(err, LW_FORBIDDEN, "thanks come from others");
  }
  return LW_OK;
}

/* The case and the decision are what they say, and the decision is theirs. */
static enum lw_code check_about(struct lw_batch *batch, const struct lw_thanking *thanking,
                                struct lw_thanks *thanks, lw_str *ret_customer,
                                struct lw_error *err)
{
  struct lw_decision decision = {.seq = 0};
  struct lw_case found;
  lw_id id;
  enum lw_code rc = LW_OK;
  if (thanking->decision.len != 0) {
    bool known = lw_id_read(LW_STR("dec"), thanking->decision, &id);
    rc = known
             ? lw_decision_get(batch->db, batch, id, batch->scratch, batch->reader, &decision, err)
             : LW_NOT_FOUND;
    if (rc == LW_NOT_FOUND || (rc == LW_OK && !lw_str_equal(decision.agent, thanking->to))) {
      return lw_fail(err, LW_NOT_FOUND, "there is no decision of theirs of this id");
    }
    const struct lw_value *of_case =
        lw_value_get(lw_value_get(decision.body, LW_STR("request")), LW_STR("case"));
    bool has = thanks->case_id.len == 0 && of_case != NULL && of_case->kind == LW_VALUE_STRING;
    thanks->case_id = has ? of_case->text : thanks->case_id;
  }
  if (rc != LW_OK || thanks->case_id.len == 0) {
    return rc;
  }
  rc = lw_case_get(batch->db, thanks->case_id, batch->scratch, &found, err);
  *ret_customer = rc == LW_OK ? found.customer : LW_STR("");
  bool of_decision = thanking->case_id.len == 0; /* it may be one that is not kept here */
  return rc == LW_NOT_FOUND && of_decision ? LW_OK
         : rc == LW_NOT_FOUND
             ? lw_fail(err, rc, "there is no case \"%.*s\"", LW_FMT(thanks->case_id))
             : rc;
}

static enum lw_code insert(struct lw_db *db, const struct lw_thanks *thanks, struct lw_error *err)
{
  static const char sql[] =
      "INSERT INTO thanks (" COLUMNS ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
  struct lw_stmt *stmt = NULL;
  enum lw_code rc = lw_db_statement(db, sql, &stmt, err);
  if (rc != LW_OK) {
    return rc;
  }
  lw_stmt_text(stmt, 1, thanks->id);
  lw_stmt_text(stmt, 2, thanks->person);
  lw_stmt_text_or_empty(stmt, 3, thanks->giver);
  lw_stmt_int(stmt, 4, thanks->customer);
  lw_stmt_text_or_empty(stmt, 5, thanks->case_id);
  lw_stmt_text_or_empty(stmt, 6, thanks->decision);
  lw_stmt_text_or_empty(stmt, 7, thanks->words);
  lw_stmt_int(stmt, 8, thanks->at);
  lw_stmt_int(stmt, 9, thanks->offered);
  lw_stmt_int(stmt, 10, thanks->on_wall);
  return lw_stmt_run(stmt, err);
}

static enum lw_code append_given(struct lw_batch *batch, struct lw_change *change,
                                 const struct lw_thanks *thanks, struct lw_error *err)
{
  struct lw_buf body = {0};
  lw_buf_add_char(&body, '{');
  lw_member_text(&body, "thanks", thanks->id);
  lw_member_text(&body, "person", thanks->person);
  lw_member_text(&body, "by", thanks->giver);
  lw_member_bool(&body, "customer", thanks->customer);
  lw_member_text(&body, "case", thanks->case_id);
  lw_member_text(&body, "decision", thanks->decision);
  lw_member_bool(&body, "wall", thanks->offered);
  lw_member_key(&body, "to");
  lw_buf_add_char(&body, '[');
  lw_json_add_string(&body, thanks->person);
  lw_buf_add_char(&body, ']');
  lw_member_raw(&body, "words", thanks->words);
  return lw_desk_append(batch, change, LW_EVENT_THANKS_GIVEN, &body, err);
}

enum lw_code lw_thanks_give(struct lw_batch *batch, struct lw_change *change, struct lw_error *err)
{
  const struct lw_thanking *thanking = change->user;
  struct lw_desk_reader reader = lw_desk_reader_in(batch, thanking->caller);
  const struct lw_person *giver = thanking->caller->is_token ? NULL : thanking->caller->person;
  struct lw_thanks thanks = {.person = thanking->to,
                             .giver = giver != NULL ? giver->actor.id : LW_STR(""),
                             .customer = thanking->customer,
                             .case_id = thanking->case_id,
                             .decision = thanking->decision,
                             .at = batch->now,
                             .offered = thanking->wall};
  lw_str customer = LW_STR("");
  enum lw_code rc = check_giver(batch, thanking, err);
  rc = rc == LW_OK ? check_about(batch, thanking, &thanks, &customer, err) : rc;
  thanks.id = lw_id_text(batch->scratch, LW_STR("thx"), lw_id_make(batch->rand, batch->now));
  rc = rc == LW_OK ? lw_desk_keep_text(batch, "thanks", thanks.person, customer, thanking->words,
                                       &thanks.words, err)
                   : rc;
  rc = rc == LW_OK ? insert(batch->db, &thanks, err) : rc;
  rc = rc == LW_OK ? append_given(batch, change, &thanks, err) : rc;
  if (rc == LW_OK) {
    print(&reader, &thanks, false, &change->answer);
    lw_change_status(change, 201);
  }
  return rc;
}

/* --- the wall --- */

enum lw_code lw_thanks_get(struct lw_db *db, lw_str id, struct lw_arena *arena,
                           struct lw_thanks *ret, struct lw_error *err)
{
  struct lw_stmt *row = NULL;
  enum lw_code rc = lw_db_find(db, "SELECT " COLUMNS " FROM thanks WHERE id = $1", id, &row, err);
  if (rc == LW_OK) {
    *ret = take(row, arena);
    lw_stmt_reset(row);
  }
  return rc;
}

static enum lw_code put_wall(struct lw_db *db, lw_str id, bool on, struct lw_error *err)
{
  struct lw_stmt *stmt = NULL;
  enum lw_code rc = lw_db_statement(db, "UPDATE thanks SET on_wall = $2 WHERE id = $1", &stmt, err);
  if (rc != LW_OK) {
    return rc;
  }
  lw_stmt_text(stmt, 1, id);
  lw_stmt_int(stmt, 2, on);
  return lw_stmt_run(stmt, err);
}

enum lw_code lw_thanks_wall(struct lw_batch *batch, struct lw_change *change, struct lw_error *err)
{
  const struct lw_thanks_walling *walling = change->user;
  struct lw_desk_reader reader = lw_desk_reader_in(batch, walling->caller);
  struct lw_thanks thanks;
  struct lw_buf body = {0};
  enum lw_code rc = lw_thanks_get(batch->db, walling->id, batch->scratch, &thanks, err);
  if (rc == LW_NOT_FOUND || (rc == LW_OK && !is_self(walling->caller, thanks.person))) {
    return lw_fail(err, LW_NOT_FOUND, "you were not thanked by words of this id");
  }
  if (rc == LW_OK && thanks.on_wall != walling->on) {
    thanks.on_wall = walling->on;
    lw_buf_add_char(&body, '{');
    lw_member_text(&body, "thanks", thanks.id);
    lw_member_text(&body, "person", thanks.person);
    lw_member_bool(&body, "on", walling->on);
    rc = put_wall(batch->db, thanks.id, walling->on, err);
    rc = rc == LW_OK ? lw_desk_append(batch, change, LW_EVENT_THANKS_WALL, &body, err) : rc;
  }
  if (rc == LW_OK) {
    print(&reader, &thanks, false, &change->answer);
    lw_change_status(change, 200);
  }
  return rc;
}

/* --- lists --- */

static bool sees(const struct lw_desk_reader *reader, const struct lw_thanks *thanks)
{
  return reader->caller == NULL ||
         lw_access_covers(reader->caller, LW_ACCESS_SEE_THANKS, reader->snapshot->staff,
                          thanks->person) ||
         is_self(reader->caller, thanks->giver);
}

struct listing {
  const struct lw_desk_reader *reader;
  bool wall;
  struct lw_thanks thanks; /* the row that was read last */
};

static enum lw_code take_row(void *of, const struct lw_stmt *row, lw_str *ret_id, bool *ret_seen,
                             struct lw_error *err)
{
  struct listing *listing = of;
  (void)err;
  listing->thanks = take(row, listing->reader->arena);
  *ret_id = listing->thanks.id;
  *ret_seen = listing->wall || sees(listing->reader, &listing->thanks);
  return LW_OK;
}

static enum lw_code print_row(void *of, struct lw_buf *out, struct lw_error *err)
{
  const struct listing *listing = of;
  (void)err;
  print(listing->reader, &listing->thanks, listing->wall, out);
  return LW_OK;
}

enum lw_code lw_thanks_list(const struct lw_desk_reader *reader,
                            const struct lw_thanks_query *query, struct lw_buf *out,
                            struct lw_error *err)
{
  struct listing listing = {.reader = reader, .wall = query->wall};
  const struct lw_desk_rows rows = {&listing, take_row, print_row};
  struct lw_desk_list list = {.limit = query->limit};
  LW_BUF_LIT(&list.sql, "SELECT " COLUMNS " FROM thanks WHERE 1 = 1");
  lw_buf_add_c(&list.sql, query->wall ? " AND offered = 1 AND on_wall = 1" : "");
  lw_desk_list_where(&list, " AND person = ", query->person);
  lw_desk_list_where(&list, " AND id < ", query->after);
  lw_desk_list_order(&list, "id DESC");
  enum lw_code rc = lw_desk_list_print(reader, &list, &rows, out, err);
  lw_buf_add_char(out, '}');
  return rc;
}

enum lw_code lw_thanks_between(struct lw_db *db, lw_usec since, lw_usec until,
                               struct lw_arena *arena, struct lw_thanks **ret_items,
                               uint32_t *ret_count, struct lw_error *err)
{
  struct lw_thanks *items = LW_NEW_ARRAY(arena, struct lw_thanks, LW_THANKS_BETWEEN_MAX);
  struct lw_stmt *stmt = NULL;
  bool is_row = false;
  *ret_items = items;
  *ret_count = 0;
  enum lw_code rc =
      items != NULL
          ? lw_db_statement(db,
                            "SELECT " COLUMNS
                            " FROM thanks WHERE at >= $1 AND at < $2 ORDER BY at, id LIMIT 2000",
                            &stmt, err)
          : lw_fail(err, LW_NO_MEMORY, "out of memory for a list");
  if (rc != LW_OK) {
    return rc;
  }
  static_assert(LW_THANKS_BETWEEN_MAX == 2000, "as the query says");
  lw_stmt_int(stmt, 1, since);
  lw_stmt_int(stmt, 2, until);
  while (*ret_count < LW_THANKS_BETWEEN_MAX && (rc = lw_stmt_step(stmt, &is_row, err)) == LW_OK &&
         is_row) {
    items[(*ret_count)++] = take(stmt, arena);
  }
  lw_stmt_reset(stmt);
  return rc == LW_OK && arena->failed ? lw_fail(err, LW_NO_MEMORY, "out of memory for a list") : rc;
}
