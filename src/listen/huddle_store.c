/* A row holds two documents: the edit, which the lead changes, and the page as it was published
 * last, whole, as its figures must not move with the record any more. Both are written by lists of
 * their members, which are read back by the same lists. */
#include "listen/huddle_store.h"

#include "base/num.h"
#include "desk/entry.h"
#include "data/member.h"
#include "policy/who.h"

#include <stddef.h>

#define COLUMNS                                                                                    \
  "team, week, edit, version, changed_at, changed_by, page, edition, published_version, "          \
  "published_at, published_by"

/* --- members --- */

enum field_kind { TEXT, NUMBER, FLAG, RAW };

struct field {
  const char *key;
  enum field_kind kind;
  size_t offset;
};

#define CASE(key, kind, member)                                                                    \
  {                                                                                                \
    key, kind, offsetof(struct lw_huddle_case, member)                                             \
  }
static const struct field case_fields[] = {
    CASE("of", TEXT, of),
    CASE("case", TEXT, case_id),
    CASE("customer", TEXT, customer),
    CASE("agent", TEXT, agent),
    CASE("action", TEXT, action),
    CASE("reason", TEXT, reason),
    CASE("has_amount", FLAG, has_amount),
    CASE("minor", NUMBER, amount_minor),
    CASE("similar", NUMBER, similar),
    CASE("given", NUMBER, given),
    CASE("median", NUMBER, median_minor),
    CASE("high", NUMBER, high_minor),
    CASE("waited", NUMBER, waited_sec),
    CASE("rating", NUMBER, rating_ppm),
    CASE("hard", RAW, hard),
    CASE("customer_said", FLAG, customer_said),
    CASE("text", RAW, text),
};
#define FIGURE(key, member)                                                                        \
  {                                                                                                \
    key, NUMBER, offsetof(struct lw_huddle_figures, member)                                        \
  }
static const struct field figure_fields[] = {FIGURE("cases", cases), FIGURE("given", given),
                                             FIGURE("minor", minor), FIGURE("rated", rated),
                                             FIGURE("ratings", rating_sum_ppm)};
enum {
  CASE_FIELDS = sizeof case_fields / sizeof case_fields[0],
  FIGURE_FIELDS = sizeof figure_fields / sizeof figure_fields[0]
};

static void write_fields(const struct field *fields, size_t count, const void *from,
                         struct lw_buf *out)
{
  for (size_t i = 0; i < count; i++) {
    const void *place = (const char *)from + fields[i].offset;
    switch (fields[i].kind) {
    case TEXT: lw_member_text(out, fields[i].key, *(const lw_str *)place); break;
    case RAW: lw_member_raw(out, fields[i].key, *(const lw_str *)place); break;
    case NUMBER: lw_member_int(out, fields[i].key, *(const int64_t *)place); break;
    case FLAG: lw_member_bool(out, fields[i].key, *(const bool *)place); break;
    }
  }
}

/* JSON again, in arena; of nothing the empty text. */
static lw_str raw_of(const struct lw_value *value, struct lw_arena *arena)
{
  struct lw_buf text = {0};
  if (value == NULL || value->kind == LW_VALUE_NULL) {
    return LW_STR("");
  }
  lw_json_add_value(&text, value);
  lw_str copy = text.failed ? LW_STR("") : lw_str_copy(arena, lw_buf_str(&text));
  lw_buf_finish(&text);
  return copy;
}

static int64_t number_of(const struct lw_value *map, const char *key)
{
  const struct lw_value *value = lw_value_get(map, lw_str_c(key));
  int64_t number = 0;
  bool read = value != NULL && value->kind == LW_VALUE_NUMBER && lw_int_read(value->text, &number);
  return read ? number : 0;
}

static void read_fields(const struct lw_value *map, const struct field *fields, size_t count,
                        struct lw_arena *arena, void *to)
{
  for (size_t i = 0; i < count; i++) {
    void *place = (char *)to + fields[i].offset;
    const struct lw_value *value = lw_value_get(map, lw_str_c(fields[i].key));
    switch (fields[i].kind) {
    case TEXT: *(lw_str *)place = lw_value_text(map, lw_str_c(fields[i].key)); break;
    case RAW: *(lw_str *)place = raw_of(value, arena); break;
    case NUMBER: *(int64_t *)place = number_of(map, fields[i].key); break;
    case FLAG:
      *(bool *)place = value != NULL && value->kind == LW_VALUE_BOOL && value->boolean;
      break;
    }
  }
}

static const struct lw_value *list_of(const struct lw_value *map, const char *key)
{
  static const struct lw_value none = {.kind = LW_VALUE_LIST};
  const struct lw_value *list = lw_value_get(map, lw_str_c(key));
  return list != NULL && list->kind == LW_VALUE_LIST ? list : &none;
}

/* --- the edit --- */

void lw_huddle_sections_print(const struct lw_huddle_edit *edit, struct lw_buf *out)
{
  lw_buf_add_char(out, '[');
  for (uint32_t i = 0; i < edit->n_sections; i++) {
    lw_buf_add_c(out, i != 0 ? "," : "");
    lw_json_add_string(out, lw_huddle_section_name(edit->sections[i]));
  }
  lw_buf_add_char(out, ']');
}

void lw_huddle_edit_print(const struct lw_huddle_edit *edit, struct lw_buf *out)
{
  lw_buf_add_char(out, '{');
  lw_member_raw(out, "words", edit->words);
  if (edit->has_cases) {
    lw_member_key(out, "cases");
    lw_buf_add_char(out, '[');
    for (uint32_t i = 0; i < edit->n_cases; i++) {
      lw_buf_add_c(out, i != 0 ? ",{" : "{");
      lw_member_text(out, "kind", lw_huddle_kind_name(edit->cases[i].kind));
      lw_member_text(out, "of", edit->cases[i].of);
      lw_member_raw(out, "text", edit->cases[i].text);
      lw_buf_add_char(out, '}');
    }
    lw_buf_add_char(out, ']');
  }
  lw_member_key(out, "sections");
  lw_huddle_sections_print(edit, out);
  lw_member_key(out, "left_out");
  lw_buf_add_char(out, '[');
  for (uint32_t i = 0; i < edit->n_left_out; i++) {
    lw_buf_add_c(out, i != 0 ? "," : "");
    lw_json_add_string(out, edit->left_out[i]);
  }
  LW_BUF_LIT(out, "]}");
}

static void read_cases(const struct lw_value *value, struct lw_arena *arena,
                       struct lw_huddle_edit *edit)
{
  const struct lw_value *cases = list_of(value, "cases");
  edit->has_cases = lw_value_get(value, LW_STR("cases")) != NULL;
  for (uint32_t i = 0; i < cases->count && edit->n_cases < LW_HUDDLE_KINDS; i++) {
    struct lw_huddle_pick *pick = &edit->cases[edit->n_cases];
    if (lw_huddle_kind_read(lw_value_text(&cases->items[i], LW_STR("kind")), &pick->kind)) {
      pick->of = lw_value_text(&cases->items[i], LW_STR("of"));
      pick->text = raw_of(lw_value_get(&cases->items[i], LW_STR("text")), arena);
      edit->n_cases++;
    }
  }
}

static bool read_edit(const struct lw_value *value, struct lw_arena *arena,
                      struct lw_huddle_edit *edit)
{
  const struct lw_value *sections = list_of(value, "sections");
  const struct lw_value *left_out = list_of(value, "left_out");
  lw_str *out = LW_NEW_ARRAY(arena, lw_str, left_out->count + 1U);
  *edit = (struct lw_huddle_edit){.words = raw_of(lw_value_get(value, LW_STR("words")), arena),
                                  .left_out = out};
  read_cases(value, arena, edit);
  for (uint32_t i = 0; i < sections->count && edit->n_sections < LW_HUDDLE_SECTIONS; i++) {
    edit->n_sections +=
        lw_huddle_section_read(sections->items[i].text, &edit->sections[edit->n_sections]);
  }
  for (uint32_t i = 0; out != NULL && i < left_out->count; i++) {
    out[edit->n_left_out++] = left_out->items[i].text;
  }
  return out != NULL;
}

/* --- rows --- */

static enum lw_code take(const struct lw_stmt *row, struct lw_json_reader *json,
                         struct lw_arena *arena, struct lw_huddle_row *ret_row,
                         struct lw_error *err)
{
  const struct lw_value *edit = NULL;
  lw_str text = lw_stmt_copy_text(row, 2, arena);
  *ret_row = (struct lw_huddle_row){.team = lw_stmt_copy_text(row, 0, arena),
                                    .week = lw_stmt_copy_text(row, 1, arena),
                                    .version = (uint64_t)lw_stmt_get_int(row, 3),
                                    .changed_at = lw_stmt_get_int(row, 4),
                                    .changed_by = lw_stmt_copy_text(row, 5, arena),
                                    .page = lw_stmt_copy_text(row, 6, arena),
                                    .edition = (uint64_t)lw_stmt_get_int(row, 7),
                                    .published_version = (uint64_t)lw_stmt_get_int(row, 8),
                                    .published_at = lw_stmt_get_int(row, 9),
                                    .published_by = lw_stmt_copy_text(row, 10, arena)};
  lw_huddle_edit_init(&ret_row->edit);
  if (text.len == 0) {
    return LW_OK;
  }
  enum lw_code rc = lw_json_read(json, arena, text, NULL, &edit, err);
  return rc == LW_OK && !read_edit(edit, arena, &ret_row->edit)
             ? lw_fail(err, LW_NO_MEMORY, "out of memory for a huddle")
             : rc;
}

enum lw_code lw_huddle_get(struct lw_db *db, lw_str team, lw_str week, struct lw_json_reader *json,
                           struct lw_arena *arena, struct lw_huddle_row *ret_row,
                           struct lw_error *err)
{
  static const char sql[] = "SELECT " COLUMNS " FROM huddle WHERE team = $1 AND week = $2";
  const lw_str which[] = {team, week};
  struct lw_stmt *row = NULL;
  *ret_row = (struct lw_huddle_row){.team = team, .week = week, .version = 1};
  lw_huddle_edit_init(&ret_row->edit);
  enum lw_code rc = lw_db_row(db, sql, which, 2, &row, err);
  if (rc == LW_OK) {
    rc = take(row, json, arena, ret_row, err);
    lw_stmt_reset(row);
  }
  rc = rc == LW_NOT_FOUND ? LW_OK : rc; /* then it is as it begins */
  return rc == LW_OK && arena->failed ? lw_fail(err, LW_NO_MEMORY, "out of memory for a huddle")
                                      : rc;
}

enum lw_code lw_huddle_put(struct lw_db *db, const struct lw_huddle_row *row, struct lw_error *err)
{
  static const char sql[] =
      "INSERT INTO huddle (" COLUMNS ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) ON "
      "CONFLICT (team, week) DO UPDATE SET edit = $3, version = $4, changed_at = $5, changed_by = "
      "$6, page = $7, edition = $8, published_version = $9, published_at = $10, published_by = $11";
  struct lw_stmt *stmt = NULL;
  struct lw_buf edit = {0};
  lw_huddle_edit_print(&row->edit, &edit);
  enum lw_code rc = edit.failed ? lw_fail(err, LW_NO_MEMORY, "out of memory for a huddle")
                                : lw_db_statement(db, sql, &stmt, err);
  if (rc == LW_OK) {
    lw_stmt_text(stmt, 1, row->team);
    lw_stmt_text(stmt, 2, row->week);
    lw_stmt_text(stmt, 3, lw_buf_str(&edit));
    lw_stmt_int(stmt, 4, (int64_t)row->version);
    lw_stmt_int(stmt, 5, row->changed_at);
    lw_stmt_text_or_empty(stmt, 6, row->changed_by);
    lw_stmt_text_or_empty(stmt, 7, row->page);
    lw_stmt_int(stmt, 8, (int64_t)row->edition);
    lw_stmt_int(stmt, 9, (int64_t)row->published_version);
    lw_stmt_int(stmt, 10, row->published_at);
    lw_stmt_text_or_empty(stmt, 11, row->published_by);
    rc = lw_stmt_run(stmt, err);
  }
  lw_buf_finish(&edit);
  return rc;
}

/* --- the page --- */

static void freeze_causes(const struct lw_huddle *huddle, struct lw_buf *out)
{
  lw_member_key(out, "causes");
  lw_buf_add_char(out, '[');
  for (uint32_t i = 0; i < huddle->n_causes; i++) {
    lw_buf_add_c(out, i != 0 ? ",{" : "{");
    lw_member_text(out, "name", huddle->causes[i].name);
    lw_member_key(out, "now");
    lw_buf_add_char(out, '{');
    write_fields(figure_fields, FIGURE_FIELDS, &huddle->causes[i].now, out);
    LW_BUF_LIT(out, "}");
    lw_member_key(out, "before");
    lw_buf_add_char(out, '{');
    write_fields(figure_fields, FIGURE_FIELDS, &huddle->causes[i].before, out);
    LW_BUF_LIT(out, "}}");
  }
  lw_buf_add_char(out, ']');
}

static void freeze_rest(const struct lw_huddle *huddle, struct lw_buf *out)
{
  lw_member_key(out, "versions");
  lw_buf_add_char(out, '[');
  for (uint32_t i = 0; i < huddle->n_versions; i++) {
    lw_buf_add_c(out, i != 0 ? ",{" : "{");
    lw_member_int(out, "number", (int64_t)huddle->versions[i].number);
    lw_member_int(out, "people", huddle->versions[i].people);
    lw_member_int(out, "unread", huddle->versions[i].unread);
    lw_buf_add_char(out, '}');
  }
  LW_BUF_LIT(out, "]");
  lw_member_key(out, "thanks");
  lw_buf_add_char(out, '[');
  for (uint32_t i = 0; i < huddle->n_thanks; i++) {
    lw_buf_add_c(out, i != 0 ? "," : "");
    lw_json_add_string(out, huddle->thanks[i]);
  }
  lw_buf_add_char(out, ']');
}

void lw_huddle_freeze(const struct lw_huddle *huddle, struct lw_buf *out)
{
  lw_buf_add_char(out, '{');
  lw_member_text(out, "currency", huddle->currency);
  lw_member_key(out, "edit");
  lw_huddle_edit_print(&huddle->edit, out);
  lw_member_key(out, "cases");
  lw_buf_add_char(out, '[');
  for (uint32_t i = 0; i < huddle->n_cases; i++) {
    lw_buf_add_c(out, i != 0 ? ",{" : "{");
    lw_member_text(out, "kind", lw_huddle_kind_name(huddle->cases[i].kind));
    lw_member_int(out, "why", huddle->cases[i].why);
    write_fields(case_fields, CASE_FIELDS, &huddle->cases[i], out);
    lw_buf_add_char(out, '}');
  }
  lw_buf_add_char(out, ']');
  freeze_causes(huddle, out);
  freeze_rest(huddle, out);
  lw_buf_add_char(out, '}');
}

static void thaw_cases(const struct lw_value *page, struct lw_arena *arena,
                       struct lw_huddle *huddle)
{
  const struct lw_value *cases = list_of(page, "cases");
  for (uint32_t i = 0; i < cases->count && huddle->n_cases < LW_HUDDLE_KINDS; i++) {
    struct lw_huddle_case *item = &huddle->cases[huddle->n_cases];
    int64_t why = number_of(&cases->items[i], "why");
    *item = (struct lw_huddle_case){
        .why = why >= 0 && why < LW_HUDDLE_WHYS ? (enum lw_huddle_why)why : LW_HUDDLE_CHOSEN};
    if (lw_huddle_kind_read(lw_value_text(&cases->items[i], LW_STR("kind")), &item->kind)) {
      read_fields(&cases->items[i], case_fields, CASE_FIELDS, arena, item);
      huddle->n_cases++;
    }
  }
}

static bool thaw_lists(const struct lw_value *page, struct lw_arena *arena,
                       struct lw_huddle *huddle)
{
  const struct lw_value *causes = list_of(page, "causes");
  const struct lw_value *versions = list_of(page, "versions");
  const struct lw_value *thanks = list_of(page, "thanks");
  huddle->causes = LW_NEW_ARRAY(arena, struct lw_huddle_cause, causes->count + 1U);
  huddle->versions = LW_NEW_ARRAY(arena, struct lw_huddle_version, versions->count + 1U);
  huddle->thanks = LW_NEW_ARRAY(arena, lw_str, thanks->count + 1U);
  if (huddle->causes == NULL || huddle->versions == NULL || huddle->thanks == NULL) {
    return false;
  }
  for (uint32_t i = 0; i < causes->count; i++) {
    struct lw_huddle_cause *cause = &huddle->causes[huddle->n_causes++];
    cause->name = lw_value_text(&causes->items[i], LW_STR("name"));
    read_fields(lw_value_get(&causes->items[i], LW_STR("now")), figure_fields, FIGURE_FIELDS, arena,
                &cause->now);
    read_fields(lw_value_get(&causes->items[i], LW_STR("before")), figure_fields, FIGURE_FIELDS,
                arena, &cause->before);
  }
  for (uint32_t i = 0; i < versions->count; i++) {
    huddle->versions[huddle->n_versions++] = (struct lw_huddle_version){
        (uint64_t)number_of(&versions->items[i], "number"),
        number_of(&versions->items[i], "people"), number_of(&versions->items[i], "unread")};
  }
  for (uint32_t i = 0; i < thanks->count; i++) {
    huddle->thanks[huddle->n_thanks++] = thanks->items[i].text;
  }
  return true;
}

enum lw_code lw_huddle_thaw(const struct lw_huddle_row *row, const struct lw_tz *zone,
                            struct lw_json_reader *json, struct lw_arena *arena,
                            struct lw_huddle *ret_huddle, struct lw_error *err)
{
  const struct lw_value *page = NULL;
  *ret_huddle = (struct lw_huddle){.team = row->team};
  enum lw_code rc = lw_week_read(zone, row->week, &ret_huddle->week)
                        ? lw_json_read(json, arena, row->page, NULL, &page, err)
                        : lw_fail(err, LW_INVALID, "the huddle's week can't be read");
  if (rc != LW_OK) {
    return rc;
  }
  ret_huddle->currency = lw_value_text(page, LW_STR("currency"));
  thaw_cases(page, arena, ret_huddle);
  bool room = thaw_lists(page, arena, ret_huddle) &&
              read_edit(lw_value_get(page, LW_STR("edit")), arena, &ret_huddle->edit);
  return room && !arena->failed ? LW_OK : lw_fail(err, LW_NO_MEMORY, "out of memory for a huddle");
}

/* --- the list --- */

static void print_item(const struct lw_desk_reader *reader, const struct lw_team *team,
                       const struct lw_huddle_row *row, struct lw_buf *out)
{
  lw_buf_add_c(out, out->ptr[out->len - 1] == '[' ? "{" : ",{");
  lw_member_text(out, "team", row->team);
  lw_member_text(out, "team_name", team->name);
  lw_member_text(out, "week", row->week);
  lw_member_text(out, "state", row->edition != 0 ? LW_STR("published") : LW_STR("draft"));
  if (row->edition != 0) {
    lw_member_int(out, "edition", (int64_t)row->edition);
    lw_member_time(out, "published_at", row->published_at);
    lw_member_text(out, "published_by", row->published_by);
    lw_member_text(out, "published_by_name",
                   lw_desk_name(reader->snapshot->staff, row->published_by));
  }
  lw_buf_add_char(out, '}');
}

static bool is_listed(const struct lw_desk_reader *reader, const struct lw_team *team,
                      lw_str within, const struct lw_huddle_row *row)
{
  return team != NULL && (within.len == 0 || lw_team_within(team->path, within)) &&
         ((row->edition != 0 && lw_huddle_may_read(reader->caller, team->path)) ||
          lw_huddle_may_write(reader->caller, team->path));
}

enum { ROWS_LISTED_MAX = 500 };

/* Only the columns that a list shows. */
static enum lw_code list_rows(const struct lw_desk_reader *reader, lw_str team, struct lw_buf *out,
                              struct lw_error *err)
{
  struct lw_stmt *stmt = NULL;
  bool is_row = false;
  uint32_t count = 0;
  enum lw_code rc = lw_db_statement(reader->db,
                                    "SELECT team, week, edition, published_at, published_by FROM "
                                    "huddle ORDER BY week DESC, team",
                                    &stmt, err);
  while (rc == LW_OK && count < ROWS_LISTED_MAX &&
         (rc = lw_stmt_step(stmt, &is_row, err)) == LW_OK && is_row) {
    const struct lw_huddle_row row = {.team = lw_stmt_get_text(stmt, 0),
                                      .week = lw_stmt_get_text(stmt, 1),
                                      .edition = (uint64_t)lw_stmt_get_int(stmt, 2),
                                      .published_at = lw_stmt_get_int(stmt, 3),
                                      .published_by = lw_stmt_get_text(stmt, 4)};
    const struct lw_team *of = lw_staff_find_team(reader->snapshot->staff, row.team);
    if (is_listed(reader, of, team, &row)) {
      print_item(reader, of, &row, out);
      count++;
    }
  }
  if (stmt != NULL) {
    lw_stmt_reset(stmt);
  }
  return rc;
}

/* Teams whose page the caller writes, or may read one day. */
static void list_teams(const struct lw_desk_reader *reader, struct lw_buf *out)
{
  const struct lw_staff *staff = reader->snapshot->staff;
  for (uint32_t i = 0; i < staff->n_teams; i++) {
    bool writes = lw_huddle_may_write(reader->caller, staff->teams[i].path);
    if (writes || lw_huddle_may_read(reader->caller, staff->teams[i].path)) {
      lw_buf_add_c(out, out->ptr[out->len - 1] == '[' ? "{" : ",{");
      lw_member_text(out, "team", staff->teams[i].id);
      lw_member_text(out, "name", staff->teams[i].name);
      lw_member_text(out, "path", staff->teams[i].path);
      lw_member_bool(out, "writes", writes);
      lw_buf_add_char(out, '}');
    }
  }
}

enum lw_code lw_huddle_list(const struct lw_desk_reader *reader, lw_str team, struct lw_buf *out,
                            struct lw_error *err)
{
  const struct lw_policy *policy = reader->snapshot->policy;
  const struct lw_tz *zone = policy != NULL ? policy->zone : NULL;
  struct lw_week week;
  struct lw_week last;
  lw_week_of(zone, reader->now, &week);
  lw_week_move(zone, &week, -1, &last);
  LW_BUF_LIT(out, "{\"items\":[");
  enum lw_code rc = list_rows(reader, team, out, err);
  LW_BUF_LIT(out, "],\"teams\":[");
  list_teams(reader, out);
  lw_buf_add_char(out, ']');
  lw_member_text(out, "this_week", lw_week_name(&week));
  lw_member_text(out, "last_week", lw_week_name(&last));
  lw_buf_add_char(out, '}');
  return rc == LW_OK && out->failed ? lw_fail(err, LW_NO_MEMORY, "out of memory for a list") : rc;
}
