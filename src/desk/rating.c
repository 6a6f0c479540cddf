/* Ratings: read, recorded, listed. Numbers are decimals of at most six places, kept in millionths:
 * what was said comes back exactly. */
#include "desk/rating.h"

#include "base/bounds.h"
#include "desk/case_store.h"
#include "desk/entry.h"
#include "desk/list.h"
#include "data/member.h"
#include "desk/review.h"
#include "people/person.h"

#include <stdio.h>

enum { MILLION = 1000000, DIGITS_MAX = 9, NAME_BYTES_MAX = 200, COMMENT_BYTES_MAX = 4000 };

#define COLUMNS "id, case_id, customer, agent, team, at, value, least, most, share, comment, source"

/* --- reading --- */

bool lw_rating_number_read(lw_str text, int64_t *ret_millionths)
{
  bool negative = text.len != 0 && text.ptr[0] == '-';
  int64_t number = 0;
  int digits = 0;
  int places = -1;
  for (size_t i = negative; i < text.len; i++) {
    char c = text.ptr[i];
    if (c == '.' && places < 0 && digits > 0) {
      places = 0;
    } else if (c >= '0' && c <= '9' && (places >= 0 ? places < 6 : digits < DIGITS_MAX)) {
      number = number * 10 + (c - '0');
      places += places >= 0;
      digits++;
    } else {
      return false;
    }
  }
  for (int i = places < 0 ? 0 : places; i < 6; i++) {
    number *= 10;
  }
  *ret_millionths = negative ? -number : number;
  return digits > 0 && places != 0;
}

int64_t lw_rating_share(int64_t value, int64_t least, int64_t most)
{
  __int128_t part = (__int128_t)(value - least) * MILLION;
  int64_t whole = most - least;
  return (int64_t)((part + whole / 2) / whole);
}

static bool take_number(const struct lw_value *map, const char *key, const char *at,
                        int64_t *ret_number, struct lw_faults *faults)
{
  const struct lw_value *value = lw_value_get(map, lw_str_c(key));
  bool number = value != NULL && (value->kind == LW_VALUE_NUMBER || value->kind == LW_VALUE_STRING);
  if (number && lw_rating_number_read(value->text, ret_number)) {
    return true;
  }
  lw_faults_add(faults, lw_str_c(at), value == NULL ? "is missing" : "is a number like 4 or 3.5");
  return false;
}

static lw_str take_text(const struct lw_value *map, const char *key, size_t most,
                        struct lw_faults *faults)
{
  const struct lw_value *value = lw_value_get(map, lw_str_c(key));
  if (value == NULL || value->kind == LW_VALUE_NULL) {
    return LW_STR("");
  }
  if (value->kind != LW_VALUE_STRING || value->text.len == 0 || value->text.len > most) {
    lw_faults_add(faults, lw_str_c(key), "is a text of at most %zu bytes", most);
    return LW_STR("");
  }
  return value->text;
}

static void check_members(const struct lw_value *map, struct lw_faults *faults)
{
  static const lw_str known[] = {
      LW_STR_INIT("case"),  LW_STR_INIT("rating"),   LW_STR_INIT("scale"),   LW_STR_INIT("at"),
      LW_STR_INIT("agent"), LW_STR_INIT("customer"), LW_STR_INIT("comment"), LW_STR_INIT("source")};
  for (uint32_t i = 0; i < map->count; i++) {
    bool found = false;
    for (size_t k = 0; k < sizeof known / sizeof known[0]; k++) {
      found = found || lw_str_equal(map->entries[i].key, known[k]);
    }
    if (!found) {
      lw_faults_add(faults, map->entries[i].key, "is not a field of a rating");
    }
  }
}

bool lw_rating_scale_take(const struct lw_value *value, const char *at,
                          struct lw_rating_scale *ret_scale, struct lw_faults *faults)
{
  size_t before = faults->count;
  *ret_scale = (struct lw_rating_scale){.known = false};
  if (value == NULL || value->kind != LW_VALUE_MAP || value->count != 2) {
    lw_faults_add(faults, lw_str_c(at), "is {\"min\": 1, \"max\": 5}: what could be said");
  } else if (take_number(value, "min", "scale.min", &ret_scale->least, faults) &&
             take_number(value, "max", "scale.max", &ret_scale->most, faults) &&
             ret_scale->least >= ret_scale->most) {
    lw_faults_add(faults, lw_str_c(at), "ends before it begins");
  }
  ret_scale->known = faults->count == before;
  return ret_scale->known;
}

bool lw_rating_scale_read(lw_str text, struct lw_rating_scale *ret_scale)
{
  size_t between = lw_str_find(text, LW_STR(".."), 0);
  *ret_scale = (struct lw_rating_scale){.known = false};
  ret_scale->known =
      between != SIZE_MAX &&
      lw_rating_number_read(lw_str_trim(lw_str_slice(text, 0, between)), &ret_scale->least) &&
      lw_rating_number_read(lw_str_trim(lw_str_slice(text, between + 2, SIZE_MAX)),
                            &ret_scale->most) &&
      ret_scale->least < ret_scale->most;
  return ret_scale->known;
}

enum lw_code lw_rating_scale_set(struct lw_db *db, struct lw_rating_scale *ret_scale,
                                 struct lw_error *err)
{
  struct lw_arena arena;
  lw_str text = {NULL, 0};
  lw_arena_init(&arena, NULL, 0);
  enum lw_code rc = lw_setting_get(db, LW_STR("console.rating_scale"), &arena, &text, err);
  if (rc != LW_OK || !lw_rating_scale_read(text, ret_scale)) {
    *ret_scale = (struct lw_rating_scale){.known = false};
  }
  lw_arena_finish(&arena);
  return rc;
}

static void read_numbers(const struct lw_value *value, const struct lw_rating_scale *usual,
                         struct lw_rating *rating, struct lw_faults *faults)
{
  const struct lw_value *said = lw_value_get(value, LW_STR("scale"));
  struct lw_rating_scale scale = usual != NULL ? *usual : (struct lw_rating_scale){.known = false};
  bool usable = said == NULL && scale.known;
  if ((!usable && !lw_rating_scale_take(said, "scale", &scale, faults)) ||
      !take_number(value, "rating", "rating", &rating->value, faults)) {
    return;
  }
  rating->least = scale.least;
  rating->most = scale.most;
  if (rating->value < rating->least || rating->value > rating->most) {
    lw_faults_add(faults, LW_STR("rating"), "is not on the scale");
  } else {
    rating->share_ppm = lw_rating_share(rating->value, rating->least, rating->most);
  }
}

bool lw_rating_read(const struct lw_value *value, const struct lw_rating_scale *usual,
                    struct lw_rating_new *ret_rating, struct lw_faults *faults)
{
  size_t before = faults->count;
  struct lw_rating *rating = &ret_rating->rating;
  *ret_rating = (struct lw_rating_new){.has_at = false};
  if (value == NULL || value->kind != LW_VALUE_MAP) {
    lw_faults_add(faults, LW_STR(""), "is a map of what was said");
    return false;
  }
  check_members(value, faults);
  rating->case_id = take_text(value, "case", NAME_BYTES_MAX, faults);
  rating->agent = take_text(value, "agent", NAME_BYTES_MAX, faults);
  rating->customer = take_text(value, "customer", NAME_BYTES_MAX, faults);
  rating->source = take_text(value, "source", NAME_BYTES_MAX, faults);
  ret_rating->comment = take_text(value, "comment", COMMENT_BYTES_MAX, faults);
  lw_str at = take_text(value, "at", NAME_BYTES_MAX, faults);
  ret_rating->has_at = at.len != 0;
  if (at.len != 0 && !lw_member_read_time(at, &rating->at)) {
    lw_faults_add(faults, LW_STR("at"), "is a time as RFC 3339 writes it");
  }
  if (lw_value_get(value, LW_STR("case")) == NULL) {
    lw_faults_add(faults, LW_STR("case"), "is missing");
  }
  read_numbers(value, usual, rating, faults);
  return faults->count == before;
}

/* --- printing --- */

static void add_decimal(struct lw_buf *out, const char *key, int64_t millionths)
{
  uint64_t size = millionths < 0 ? (uint64_t)-millionths : (uint64_t)millionths;
  char digits[8];
  int places = 6;
  (void)snprintf(digits, sizeof digits, "%06llu", (unsigned long long)(size % MILLION));
  while (places > 0 && digits[places - 1] == '0') {
    places--;
  }
  lw_member_key(out, key);
  lw_buf_printf(out, "%s%llu%s%.*s", millionths < 0 ? "-" : "",
                (unsigned long long)(size / MILLION), places != 0 ? "." : "", places, digits);
}

void lw_rating_scale_print(const struct lw_rating_scale *scale, struct lw_buf *out)
{
  lw_buf_add_char(out, '{');
  add_decimal(out, "min", scale->least);
  add_decimal(out, "max", scale->most);
  lw_buf_add_char(out, '}');
}

/* All but the comment. */
static void print_members(const struct lw_rating *rating, struct lw_buf *out)
{
  lw_member_text(out, "case", rating->case_id);
  lw_member_text(out, "customer", rating->customer);
  lw_member_text(out, "agent", rating->agent);
  lw_member_text(out, "team", rating->team);
  lw_member_time(out, "at", rating->at);
  add_decimal(out, "value", rating->value);
  const struct lw_rating_scale scale = {true, rating->least, rating->most};
  lw_member_key(out, "scale");
  lw_rating_scale_print(&scale, out);
  add_decimal(out, "share", rating->share_ppm);
  lw_member_text(out, "source", rating->source);
}

static void print(const struct lw_desk_reader *reader, const struct lw_rating *rating,
                  struct lw_buf *out)
{
  lw_buf_add_char(out, '{');
  lw_member_text(out, "id", rating->id);
  print_members(rating, out);
  if (reader->caller == NULL || lw_access_covers(reader->caller, LW_ACCESS_SEE_NOTES,
                                                 reader->snapshot->staff, rating->agent)) {
    lw_member_text(out, "comment", lw_desk_text(reader, rating->comment));
  }
  lw_buf_add_char(out, '}');
}

/* --- recording --- */

static enum lw_code one_text(struct lw_batch *batch, const char *sql, lw_str first, lw_usec at,
                             lw_str third, bool *ret_found, lw_str *ret_text, struct lw_error *err)
{
  struct lw_stmt *stmt = NULL;
  enum lw_code rc = lw_db_statement(batch->db, sql, &stmt, err);
  if (rc != LW_OK) {
    return rc;
  }
  lw_stmt_text(stmt, 1, first);
  lw_stmt_int(stmt, 2, at);
  if (third.ptr != NULL) {
    lw_stmt_text(stmt, 3, third);
  }
  rc = lw_stmt_step(stmt, ret_found, err);
  if (rc == LW_OK && *ret_found) {
    *ret_text = lw_str_copy(batch->scratch, lw_stmt_get_text(stmt, 0));
  }
  lw_stmt_reset(stmt);
  return rc;
}

/* Whom it is about, and whose customer. */
static enum lw_code find_about(struct lw_batch *batch, struct lw_rating *rating,
                               struct lw_error *err)
{
  static const char sql[] =
      "SELECT owner FROM case_story WHERE case_id = $1 AND at <= $2 AND kind IN ('opened', "
      "'handed', 'recorded') ORDER BY at DESC, place DESC, seq DESC LIMIT 1";
  const struct lw_staff *staff = batch->snapshot->staff;
  struct lw_case found;
  bool is_row = false;
  enum lw_code rc = lw_case_get(batch->db, rating->case_id, batch->scratch, &found, err);
  if (rc == LW_OK && rating->customer.len == 0) {
    rating->customer = found.customer;
  }
  if (rc == LW_OK && rating->agent.len == 0) {
    rc = one_text(batch, sql, rating->case_id, rating->at, (lw_str){NULL, 0}, &is_row,
                  &rating->agent, err);
  } else if (rc != LW_NOT_FOUND && rc != LW_OK) {
    return rc;
  } else if (rating->agent.len != 0 && lw_staff_find(staff, rating->agent) == NULL) {
    return lw_fail(err, LW_INVALID, "agent: there is nobody \"%.*s\"", LW_FMT(rating->agent));
  } else {
    rc = LW_OK; /* of a case that is not kept here */
  }
  const struct lw_person *agent = lw_staff_find(staff, rating->agent);
  rating->team = agent != NULL ? agent->actor.team : LW_STR("");
  return rc;
}

static enum lw_code insert(struct lw_db *db, const struct lw_rating *rating, struct lw_error *err)
{
  static const char sql[] =
      "INSERT INTO rating (" COLUMNS ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)";
  struct lw_stmt *stmt = NULL;
  const lw_str texts[] = {rating->id,   rating->case_id, rating->customer, rating->agent,
                          rating->team, rating->comment, rating->source};
  static const int places[] = {1, 2, 3, 4, 5, 11, 12};
  enum lw_code rc = lw_db_statement(db, sql, &stmt, err);
  if (rc != LW_OK) {
    return rc;
  }
  for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
    lw_stmt_text(stmt, places[i], texts[i].len != 0 ? texts[i] : LW_STR(""));
  }
  lw_stmt_int(stmt, 6, rating->at);
  lw_stmt_int(stmt, 7, rating->value);
  lw_stmt_int(stmt, 8, rating->least);
  lw_stmt_int(stmt, 9, rating->most);
  lw_stmt_int(stmt, 10, rating->share_ppm);
  return lw_stmt_run(stmt, err);
}

static enum lw_code append(struct lw_batch *batch, struct lw_change *change,
                           const struct lw_rating *rating, struct lw_error *err)
{
  struct lw_buf body = {0};
  lw_buf_add_char(&body, '{');
  lw_member_text(&body, "rating", rating->id);
  print_members(rating, &body);
  lw_member_raw(&body, "comment", rating->comment);
  lw_buf_add_char(&body, '}');
  return lw_batch_append_body(batch, change, LW_EVENT_RATING_RECORDED, &body, err);
}

enum lw_code lw_rating_find(struct lw_db *db, const struct lw_rating *about, bool *ret_found,
                            struct lw_rating *ret_rating, struct lw_error *err)
{
  struct lw_stmt *stmt = NULL;
  enum lw_code rc = lw_db_statement(
      db, "SELECT value, least, most FROM rating WHERE case_id = $1 AND at = $2 AND source = $3",
      &stmt, err);
  if (rc != LW_OK) {
    return rc;
  }
  lw_stmt_text(stmt, 1, about->case_id);
  lw_stmt_int(stmt, 2, about->at);
  lw_stmt_text(stmt, 3, about->source.len != 0 ? about->source : LW_STR(""));
  rc = lw_stmt_step(stmt, ret_found, err);
  if (rc == LW_OK && *ret_found) {
    *ret_rating = (struct lw_rating){.value = lw_stmt_get_int(stmt, 0),
                                     .least = lw_stmt_get_int(stmt, 1),
                                     .most = lw_stmt_get_int(stmt, 2)};
  }
  lw_stmt_reset(stmt);
  return rc;
}

static enum lw_code check(struct lw_batch *batch, const struct lw_rating *rating,
                          struct lw_error *err)
{
  struct lw_rating known;
  bool found = false;
  if (rating->at > batch->now + 300 * LW_USEC_PER_SECOND) {
    return lw_fail(err, LW_INVALID, "at: lies ahead of now");
  }
  enum lw_code rc = lw_rating_find(batch->db, rating, &found, &known, err);
  return rc == LW_OK && found
             ? lw_fail(err, LW_CONFLICT, "there is a rating of this case, time and source already")
             : rc;
}

enum lw_code lw_rating_write(struct lw_batch *batch, struct lw_change *change,
                             const struct lw_rating_new *ask, struct lw_rating *ret_rating,
                             struct lw_error *err)
{
  struct lw_rating rating = ask->rating;
  rating.at = ask->has_at ? rating.at : batch->now;
  rating.id = lw_id_text(batch->scratch, LW_STR("rat"), lw_id_make(batch->rand, batch->now));
  enum lw_code rc = find_about(batch, &rating, err);
  rc = rc == LW_OK ? lw_desk_keep_text(batch, "comment", rating.agent, rating.customer,
                                       ask->comment, &rating.comment, err)
                   : rc;
  rc = rc == LW_OK ? insert(batch->db, &rating, err) : rc;
  rc = rc == LW_OK ? append(batch, change, &rating, err) : rc;
  *ret_rating = rating;
  return rc;
}

enum lw_code lw_rating_record(struct lw_batch *batch, struct lw_change *change,
                              struct lw_error *err)
{
  const struct lw_rating_new *ask = change->user;
  struct lw_rating rating = ask->rating;
  struct lw_desk_reader reader = lw_desk_reader_in(batch, NULL);
  rating.at = ask->has_at ? rating.at : batch->now;
  enum lw_code rc = check(batch, &rating, err);
  rc = rc == LW_OK ? lw_rating_write(batch, change, ask, &rating, err) : rc;
  if (rc != LW_OK) {
    return rc;
  }
  print(&reader, &rating, &change->answer); /* whoever says it may hear it */
  lw_change_status(change, 201);
  return change->answer.failed ? lw_fail(err, LW_NO_MEMORY, "out of memory for an answer") : LW_OK;
}

/* --- lists --- */

static void take(const struct lw_stmt *row, struct lw_arena *arena, struct lw_rating *rating)
{
  *rating = (struct lw_rating){.id = lw_stmt_copy_text(row, 0, arena),
                               .case_id = lw_stmt_copy_text(row, 1, arena),
                               .customer = lw_stmt_copy_text(row, 2, arena),
                               .agent = lw_stmt_copy_text(row, 3, arena),
                               .team = lw_stmt_copy_text(row, 4, arena),
                               .at = lw_stmt_get_int(row, 5),
                               .value = lw_stmt_get_int(row, 6),
                               .least = lw_stmt_get_int(row, 7),
                               .most = lw_stmt_get_int(row, 8),
                               .share_ppm = lw_stmt_get_int(row, 9),
                               .comment = lw_stmt_copy_text(row, 10, arena),
                               .source = lw_stmt_copy_text(row, 11, arena)};
}

static bool sees(const struct lw_desk_reader *reader, const struct lw_rating *rating,
                 bool works_council)
{
  const struct lw_staff *staff = reader->snapshot->staff;
  return reader->caller == NULL ||
         (lw_access_covers(reader->caller, LW_ACCESS_SEE_DECISIONS, staff, rating->agent) &&
          lw_individual_shown(reader->caller, staff, rating->agent, works_council));
}

struct listing {
  const struct lw_desk_reader *reader;
  bool works_council;
  struct lw_rating rating; /* the row that was read last */
};

static enum lw_code take_row(void *of, const struct lw_stmt *row, lw_str *ret_id, bool *ret_seen,
                             struct lw_error *err)
{
  struct listing *listing = of;
  (void)err;
  take(row, listing->reader->arena, &listing->rating);
  *ret_id = listing->rating.id;
  *ret_seen = sees(listing->reader, &listing->rating, listing->works_council);
  return LW_OK;
}

static enum lw_code print_row(void *of, struct lw_buf *out, struct lw_error *err)
{
  const struct listing *listing = of;
  (void)err;
  print(listing->reader, &listing->rating, out);
  return LW_OK;
}

enum lw_code lw_rating_list(const struct lw_desk_reader *reader,
                            const struct lw_rating_query *query, struct lw_buf *out,
                            struct lw_error *err)
{
  struct listing listing = {.reader = reader};
  const struct lw_desk_rows rows = {&listing, take_row, print_row};
  struct lw_desk_list list = {.limit = query->limit};
  enum lw_code rc = lw_works_council(reader->db, &listing.works_council, err);
  if (rc != LW_OK) {
    return rc;
  }
  LW_BUF_LIT(&list.sql, "SELECT " COLUMNS " FROM rating WHERE 1 = 1");
  lw_desk_list_where(&list, " AND case_id = ", query->case_id);
  lw_desk_list_where(&list, " AND agent = ", query->agent);
  lw_desk_list_where(&list, " AND customer = ", query->customer);
  lw_desk_list_where(&list, " AND id < ", query->after);
  lw_desk_list_order(&list, "id DESC");
  rc = lw_desk_list_print(reader, &list, &rows, out, err);
  lw_buf_add_char(out, '}');
  return rc;
}

/* --- sums --- */

enum lw_code lw_rating_sum(struct lw_db *db, lw_str agent, lw_usec since, lw_usec until,
                           struct lw_rating_sums *ret_sums, struct lw_error *err)
{
  static const char sql[] =
      "SELECT count(*), CAST(coalesce(sum(share), 0) AS BIGINT), CAST(coalesce(sum(share * share), "
      "0) AS BIGINT), coalesce(min(least), 0), coalesce(max(least), 0), coalesce(min(most), 0), "
      "coalesce(max(most), 0) FROM rating WHERE agent = $1 AND at >= $2 AND at < $3";
  struct lw_stmt *stmt = NULL;
  bool is_row = false;
  enum lw_code rc = lw_db_statement(db, sql, &stmt, err);
  if (rc != LW_OK) {
    return rc;
  }
  lw_stmt_text(stmt, 1, agent);
  lw_stmt_int(stmt, 2, since);
  lw_stmt_int(stmt, 3, until);
  rc = lw_stmt_step(stmt, &is_row, err);
  if (rc == LW_OK) {
    bool same = lw_stmt_get_int(stmt, 3) == lw_stmt_get_int(stmt, 4) &&
                lw_stmt_get_int(stmt, 5) == lw_stmt_get_int(stmt, 6);
    *ret_sums =
        (struct lw_rating_sums){.n = lw_stmt_get_int(stmt, 0),
                                .sum = lw_stmt_get_int(stmt, 1),
                                .squares = lw_stmt_get_int(stmt, 2),
                                .scale = {same && lw_stmt_get_int(stmt, 0) != 0,
                                          lw_stmt_get_int(stmt, 3), lw_stmt_get_int(stmt, 5)}};
  }
  lw_stmt_reset(stmt);
  return rc;
}
