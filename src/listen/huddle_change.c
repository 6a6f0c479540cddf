/* Saving what a lead says, and publishing a page. A draft's texts are named by no entry and go when
 * others take their place; those of a published page stay in the journal's words, and are erased
 * with whom they are about. */
#include "desk/case.h"
#include "desk/entry.h"
#include "data/member.h"
#include "listen/huddle_store.h"
#include "policy/who.h"

/* Whose a picked case is: for its text, and whether it is the team's at all. */
struct about {
  lw_str agent;
  lw_str customer;
  bool inside;
};

static const struct lw_tz *zone_of(const struct lw_batch *batch)
{
  return batch->snapshot->policy != NULL ? batch->snapshot->policy->zone : NULL;
}

static enum lw_code check(struct lw_batch *batch, const struct lw_caller *caller, lw_str id,
                          lw_str week, const struct lw_team **ret_team, struct lw_error *err)
{
  struct lw_week of;
  *ret_team = lw_staff_find_team(batch->snapshot->staff, id);
  if (*ret_team == NULL) {
    return lw_fail(err, LW_NOT_FOUND, "there is no team \"%.*s\"", LW_FMT(id));
  }
  if (!lw_huddle_may_write(caller, (*ret_team)->path)) {
    (void)lw_fail(err, LW_FORBIDDEN, "this team's huddle is not yours to write");
    lw_error_hint(err, "whoever leads the team writes it");
    return LW_FORBIDDEN;
  }
  if (!lw_week_read(zone_of(batch), week, &of)) {
    return lw_fail(err, LW_INVALID, "\"%.*s\" is no week, such as 2026-W47", LW_FMT(week));
  }
  return of.start <= batch->now
             ? LW_OK
             : lw_fail(err, LW_INVALID, "the week of %.*s has not begun yet", LW_FMT(week));
}

/* --- picks --- */

static void take_person(const struct lw_batch *batch, const struct lw_team *team, lw_str person,
                        lw_str path, struct about *about)
{
  const struct lw_person *found = lw_staff_find(batch->snapshot->staff, person);
  lw_str of = path.len != 0 ? path : found != NULL ? found->actor.team : LW_STR("");
  if (person.len != 0 && of.len != 0 && lw_team_within(of, team->path)) {
    about->inside = true;
    about->agent = person;
  }
}

static enum lw_code find_decision(struct lw_batch *batch, const struct lw_team *team, lw_id id,
                                  struct about *about, struct lw_error *err)
{
  struct lw_decision decision;
  enum lw_code rc =
      lw_decision_get(batch->db, batch, id, batch->scratch, batch->reader, &decision, err);
  if (rc == LW_OK) {
    lw_str path = lw_value_text(lw_value_get(decision.body, LW_STR("person")), LW_STR("team"));
    take_person(batch, team, decision.agent, path, about);
    about->customer =
        lw_value_text(lw_value_get(decision.body, LW_STR("request")), LW_STR("customer"));
  }
  return rc == LW_NOT_FOUND ? LW_OK : rc;
}

/* All who had to do with a case, as far as tables say: not every case is kept in `cases`. */
static const char people_sql[] =
    "SELECT owner, '', customer FROM cases WHERE id = $1 UNION ALL SELECT last_owner, '', customer "
    "FROM cases WHERE id = $1 UNION ALL SELECT agent, team, customer FROM rating WHERE case_id = "
    "$1 UNION ALL SELECT agent, team, customer FROM approval WHERE case_id = $1 UNION ALL SELECT "
    "person, '', '' FROM thanks WHERE case_id = $1";

static enum lw_code find_case(struct lw_batch *batch, const struct lw_team *team, lw_str of,
                              struct about *about, struct lw_error *err)
{
  struct lw_stmt *stmt = NULL;
  bool is_row = false;
  enum lw_code rc = lw_db_statement(batch->db, people_sql, &stmt, err);
  if (rc != LW_OK) {
    return rc;
  }
  lw_stmt_text(stmt, 1, of);
  while (!about->inside && (rc = lw_stmt_step(stmt, &is_row, err)) == LW_OK && is_row) {
    lw_str customer = lw_stmt_copy_text(stmt, 2, batch->scratch);
    about->customer = customer.len != 0 ? customer : about->customer;
    take_person(batch, team, lw_stmt_copy_text(stmt, 0, batch->scratch), lw_stmt_get_text(stmt, 1),
                about);
  }
  lw_stmt_reset(stmt);
  return rc;
}

static enum lw_code find_about(struct lw_batch *batch, const struct lw_team *team, lw_str of,
                               struct about *about, struct lw_error *err)
{
  lw_id id;
  *about = (struct about){.inside = false};
  enum lw_code rc = lw_id_read(LW_STR("dec"), of, &id) ? find_decision(batch, team, id, about, err)
                                                       : find_case(batch, team, of, about, err);
  return rc == LW_OK && !about->inside
             ? lw_fail(err, LW_INVALID, "cases: \"%.*s\" is no decision or case of this team",
                       LW_FMT(of))
             : rc;
}

/* --- saving --- */

static enum lw_code keep_texts(struct lw_batch *batch, const struct lw_team *team, lw_str who,
                               const struct lw_huddle_edit *said, struct lw_huddle_edit *edit,
                               struct lw_error *err)
{
  *edit = *said;
  enum lw_code rc =
      lw_desk_keep_text(batch, "huddle", who, LW_STR(""), said->words, &edit->words, err);
  for (uint32_t i = 0; rc == LW_OK && i < said->n_cases; i++) {
    struct about about;
    rc = find_about(batch, team, said->cases[i].of, &about, err);
    rc = rc == LW_OK ? lw_desk_keep_text(batch, "huddle", about.agent, about.customer,
                                         said->cases[i].text, &edit->cases[i].text, err)
                     : rc;
  }
  return rc;
}

static enum lw_code drop(struct lw_db *db, lw_str reference, struct lw_error *err)
{
  return reference.len != 0 ? lw_text_drop(db, reference, err) : LW_OK;
}

/* Of a draft that was never published. */
static enum lw_code drop_texts(struct lw_batch *batch, const struct lw_huddle_row *row,
                               struct lw_error *err)
{
  if (row->version == row->published_version) {
    return LW_OK;
  }
  enum lw_code rc = drop(batch->db, row->edit.words, err);
  for (uint32_t i = 0; rc == LW_OK && i < row->edit.n_cases; i++) {
    rc = drop(batch->db, row->edit.cases[i].text, err);
  }
  return rc;
}

static void answer(const struct lw_huddle_row *row, struct lw_buf *out)
{
  lw_buf_add_char(out, '{');
  lw_member_text(out, "team", row->team);
  lw_member_text(out, "week", row->week);
  lw_member_text(out, "state", row->edition != 0 ? LW_STR("published") : LW_STR("draft"));
  lw_member_int(out, "version", (int64_t)row->version);
  lw_member_int(out, "edition", (int64_t)row->edition);
  lw_buf_add_char(out, '}');
}

enum lw_code lw_huddle_save(struct lw_batch *batch, struct lw_change *change, struct lw_error *err)
{
  const struct lw_huddle_saving *saving = change->user;
  const struct lw_team *team = NULL;
  struct lw_huddle_row row;
  enum lw_code rc = check(batch, saving->caller, saving->team, saving->week, &team, err);
  rc = rc == LW_OK ? lw_huddle_get(batch->db, saving->team, saving->week, batch->reader,
                                   batch->scratch, &row, err)
                   : rc;
  if (rc == LW_OK && saving->has_tag && saving->tag != row.version) {
    return lw_fail(err, LW_STALE, "somebody else has changed this huddle meanwhile");
  }
  rc = rc == LW_OK ? drop_texts(batch, &row, err) : rc;
  if (rc != LW_OK) {
    return rc;
  }
  row.changed_by = saving->caller->person->actor.id;
  row.changed_at = batch->now;
  row.version++;
  rc = keep_texts(batch, team, row.changed_by, &saving->edit, &row.edit, err);
  rc = rc == LW_OK ? lw_huddle_put(batch->db, &row, err) : rc;
  if (rc == LW_OK) {
    answer(&row, &change->answer);
    lw_change_status(change, 200);
  }
  return rc;
}

/* --- publishing --- */

static void add_cases(const struct lw_huddle *huddle, uint16_t currency, struct lw_buf *out)
{
  lw_member_key(out, "cases");
  lw_buf_add_char(out, '[');
  for (uint32_t i = 0; i < huddle->n_cases; i++) {
    const struct lw_huddle_case *item = &huddle->cases[i];
    lw_buf_add_c(out, i != 0 ? ",{" : "{");
    lw_huddle_case_print(item, currency, false, out);
    lw_member_raw(out, "text", item->text);
    lw_buf_add_char(out, '}');
  }
  lw_buf_add_char(out, ']');
}

static void add_causes(const struct lw_huddle *huddle, uint16_t currency, struct lw_buf *out)
{
  lw_member_key(out, "causes");
  lw_buf_add_char(out, '[');
  for (uint32_t i = 0; i < huddle->n_causes; i++) {
    if (!lw_huddle_is_left_out(&huddle->edit, "cause", huddle->causes[i].name)) {
      lw_buf_add_c(out, out->ptr[out->len - 1] == '[' ? "{" : ",{");
      lw_huddle_cause_print(&huddle->causes[i], currency, out);
      lw_buf_add_char(out, '}');
    }
  }
  lw_buf_add_char(out, ']');
}

static void add_versions(const struct lw_huddle *huddle, struct lw_buf *out)
{
  lw_member_key(out, "versions");
  lw_buf_add_char(out, '[');
  for (uint32_t i = 0; i < huddle->n_versions; i++) {
    lw_buf_printf(out, "%s%llu", i != 0 ? "," : "", (unsigned long long)huddle->versions[i].number);
  }
  lw_buf_add_char(out, ']');
}

static void add_thanks(const struct lw_huddle *huddle, struct lw_buf *out)
{
  lw_member_key(out, "thanks");
  lw_buf_add_char(out, '[');
  for (uint32_t i = 0; i < huddle->n_thanks; i++) {
    if (!lw_huddle_is_left_out(&huddle->edit, "thanks", huddle->thanks[i])) {
      lw_buf_add_c(out, out->ptr[out->len - 1] == '[' ? "" : ",");
      lw_json_add_string(out, huddle->thanks[i]);
    }
  }
  lw_buf_add_char(out, ']');
}

/* What everybody who is told may know: figures of too few people stay away. */
static enum lw_code append(struct lw_batch *batch, struct lw_change *change,
                           const struct lw_huddle *huddle, const struct lw_huddle_row *row,
                           const struct lw_team *team, struct lw_error *err)
{
  static const struct lw_caller anybody = {.person = NULL};
  uint16_t currency = lw_currency_find(huddle->currency);
  bool withheld = false;
  enum lw_code rc =
      lw_huddle_withheld(batch->db, &anybody, batch->snapshot->staff, team->path, &withheld, err);
  if (rc != LW_OK) {
    return rc;
  }
  struct lw_buf body = {0};
  lw_buf_add_char(&body, '{');
  lw_member_text(&body, "team", row->team);
  lw_member_text(&body, "week", row->week);
  lw_member_time(&body, "from", huddle->week.start);
  lw_member_time(&body, "until", huddle->week.end);
  lw_member_int(&body, "edition", (int64_t)row->edition);
  lw_member_text(&body, "by", row->published_by);
  lw_member_raw(&body, "words", row->edit.words);
  lw_member_key(&body, "sections");
  lw_huddle_sections_print(&huddle->edit, &body);
  if (lw_huddle_has_section(&huddle->edit, LW_HUDDLE_CASES)) {
    add_cases(huddle, currency, &body);
  }
  if (lw_huddle_has_section(&huddle->edit, LW_HUDDLE_CAUSES_SECTION) && !withheld) {
    add_causes(huddle, currency, &body);
  }
  if (lw_huddle_has_section(&huddle->edit, LW_HUDDLE_CHANGES)) {
    add_versions(huddle, &body);
  }
  if (lw_huddle_has_section(&huddle->edit, LW_HUDDLE_THANKS)) {
    add_thanks(huddle, &body);
  }
  return lw_desk_append(batch, change, LW_EVENT_HUDDLE_PUBLISHED, &body, err);
}

enum lw_code lw_huddle_publish(struct lw_batch *batch, struct lw_change *change,
                               struct lw_error *err)
{
  const struct lw_huddle_publishing *publishing = change->user;
  const struct lw_huddle *huddle = publishing->huddle;
  const struct lw_team *team = NULL;
  struct lw_huddle_row row;
  struct lw_buf page = {0};
  lw_str week = lw_week_name(&huddle->week);
  enum lw_code rc = check(batch, publishing->caller, huddle->team, week, &team, err);
  rc = rc == LW_OK
           ? lw_huddle_get(batch->db, huddle->team, week, batch->reader, batch->scratch, &row, err)
           : rc;
  if (rc == LW_OK && row.version != publishing->made_of) {
    return lw_fail(err, LW_STALE, "somebody else has changed this huddle meanwhile");
  }
  if (rc != LW_OK) {
    return rc;
  }
  lw_huddle_freeze(huddle, &page);
  row.page = page.failed ? LW_STR("") : lw_str_copy(batch->scratch, lw_buf_str(&page));
  lw_buf_finish(&page);
  row.edition++;
  row.published_version = row.version;
  row.published_at = batch->now;
  row.published_by = publishing->caller->person->actor.id;
  rc = row.page.len != 0 ? lw_huddle_put(batch->db, &row, err)
                         : lw_fail(err, LW_NO_MEMORY, "out of memory for a huddle");
  rc = rc == LW_OK ? append(batch, change, huddle, &row, team, err) : rc;
  if (rc == LW_OK) {
    answer(&row, &change->answer);
    lw_change_status(change, 201);
  }
  return rc;
}
