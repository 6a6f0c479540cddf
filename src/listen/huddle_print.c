/* A page as JSON: for the API, and (without what only its lead sees) for webhooks and words. */
#include "base/num.h"
#include "desk/case.h"
#include "desk/entry.h"
#include "data/member.h"
#include "desk/thanks.h"
#include "engine/publish.h"
#include "engine/reads.h"
#include "listen/huddle_store.h"

enum { PPM_OF_A_DIGIT = 100 /* four digits are told */ };

/* --- parts that entries have, too --- */

static void add_share(struct lw_buf *out, const char *key, int64_t ppm)
{
  int64_t digits = (ppm + PPM_OF_A_DIGIT / 2) / PPM_OF_A_DIGIT;
  lw_member_key(out, key);
  lw_buf_printf(out, "\"%lld.%04lld\"", (long long)(digits / 10000), (long long)(digits % 10000));
}

static void add_evidence(const struct lw_huddle_case *item, uint16_t currency, struct lw_buf *out)
{
  switch (item->why) {
  case LW_HUDDLE_FAR:
    lw_member_int(out, "similar", item->similar);
    lw_member_money(out, "median", true, item->median_minor, currency);
    lw_member_money(out, "high", true, item->high_minor, currency);
    break;
  case LW_HUDDLE_LOST:
  case LW_HUDDLE_RATED_LOW:
    lw_member_int(out, "similar", item->similar);
    lw_member_int(out, "given", item->given);
    break;
  case LW_HUDDLE_UNCHANGED: lw_member_int(out, "waited_seconds", item->waited_sec); break;
  case LW_HUDDLE_ENDED_WELL: lw_member_raw(out, "hard", item->hard); break;
  case LW_HUDDLE_THANKED: lw_member_bool(out, "by_customer", item->customer_said); break;
  case LW_HUDDLE_REVIEWED:
  case LW_HUDDLE_CHOSEN:
  case LW_HUDDLE_WHYS: break;
  }
  if (item->rating_ppm >= 0) {
    add_share(out, "rating", item->rating_ppm);
  }
}

void lw_huddle_case_print(const struct lw_huddle_case *item, uint16_t currency, bool whole,
                          struct lw_buf *out)
{
  lw_member_text(out, "kind", lw_huddle_kind_name(item->kind));
  lw_member_text(out, "why", lw_huddle_why_name(item->why));
  lw_member_text(out, "action", item->action);
  lw_member_text(out, "cause", item->reason);
  lw_member_money(out, "amount", item->has_amount, item->amount_minor, currency);
  add_evidence(item, currency, out);
  if (whole) {
    lw_member_text(out, "of", item->of);
    lw_member_text(out, "case", item->case_id);
  }
  if (whole || item->kind == LW_HUDDLE_BRILLIANT) {
    lw_member_text(out, "agent", item->agent);
  }
}

static void add_figures(const struct lw_huddle_figures *figures, uint16_t currency,
                        struct lw_buf *out)
{
  lw_member_int(out, "cases", figures->cases);
  lw_member_int(out, "given", figures->given);
  lw_member_money(out, "amount", true, figures->minor, currency);
  lw_member_int(out, "ratings", figures->rated);
  if (figures->rated != 0) {
    add_share(out, "rating", figures->rating_sum_ppm / figures->rated);
  }
}

void lw_huddle_cause_print(const struct lw_huddle_cause *cause, uint16_t currency,
                           struct lw_buf *out)
{
  bool few = cause->now.cases < LW_HUDDLE_FEW || cause->before.cases < LW_HUDDLE_FEW;
  lw_member_text(out, "cause", cause->name);
  add_figures(&cause->now, currency, out);
  lw_member_bool(out, "few", few);
  lw_member_key(out, "before");
  lw_buf_add_char(out, '{');
  add_figures(&cause->before, currency, out);
  lw_buf_add_char(out, '}');
}

enum lw_code lw_huddle_withheld(struct lw_db *db, const struct lw_caller *caller,
                                const struct lw_staff *staff, lw_str team, bool *ret_withheld,
                                struct lw_error *err)
{
  struct lw_council council = {.caller = caller, .staff = staff};
  enum lw_code rc = lw_works_council(db, &council.on, err);
  *ret_withheld = rc == LW_OK && !lw_council_shows_within(&council, team);
  return rc;
}

/* --- cases --- */

static void add_cause_label(const struct lw_policy *policy, lw_str cause, struct lw_buf *out)
{
  const struct lw_reason *reason = lw_policy_reason(policy, cause);
  lw_member_text(out, "cause_label", reason != NULL ? reason->label : LW_STR(""));
}

static void add_case(const struct lw_huddle_showing *showing, const struct lw_huddle_case *item,
                     uint16_t currency, struct lw_buf *out)
{
  const struct lw_snapshot *snapshot = showing->reader->snapshot;
  lw_buf_add_c(out, out->ptr[out->len - 1] == '[' ? "{" : ",{");
  lw_huddle_case_print(item, currency, showing->writer, out);
  lw_member_text(out, "action_label", lw_policy_action_label(snapshot->policy, item->action));
  add_cause_label(snapshot->policy, item->reason, out);
  if (!showing->bare) {
    if (showing->writer || item->kind == LW_HUDDLE_BRILLIANT) {
      lw_member_text(out, "agent_name", lw_desk_name(snapshot->staff, item->agent));
    }
    lw_member_text(out, "text", lw_desk_text(showing->reader, item->text));
  }
  lw_buf_add_char(out, '}');
}

static void add_cases(const struct lw_huddle_showing *showing, const struct lw_huddle *huddle,
                      struct lw_buf *out)
{
  lw_member_key(out, "cases");
  lw_buf_add_char(out, '[');
  for (uint32_t i = 0; i < huddle->n_cases; i++) {
    add_case(showing, &huddle->cases[i], lw_currency_find(huddle->currency), out);
  }
  lw_buf_add_char(out, ']');
}

/* --- causes, thanks --- */

/* What is left out stands there for whoever may take it in again. */
static bool is_out(const struct lw_huddle_showing *showing, const struct lw_huddle *huddle,
                   const char *what, lw_str id, bool *ret_out)
{
  *ret_out = lw_huddle_is_left_out(&huddle->edit, what, id);
  return *ret_out && !showing->writer;
}

static void add_causes(const struct lw_huddle_showing *showing, const struct lw_huddle *huddle,
                       struct lw_buf *out)
{
  bool left_out = false;
  lw_member_key(out, "causes");
  lw_buf_add_char(out, '[');
  for (uint32_t i = 0; i < huddle->n_causes; i++) {
    if (is_out(showing, huddle, "cause", huddle->causes[i].name, &left_out)) {
      continue;
    }
    lw_buf_add_c(out, out->ptr[out->len - 1] == '[' ? "{" : ",{");
    lw_huddle_cause_print(&huddle->causes[i], lw_currency_find(huddle->currency), out);
    add_cause_label(showing->reader->snapshot->policy, huddle->causes[i].name, out);
    if (left_out) {
      lw_member_bool(out, "left_out", true);
    }
    lw_buf_add_char(out, '}');
  }
  lw_buf_add_char(out, ']');
}

/* One that does not stand on the wall any more, or was erased, is not told again. */
static enum lw_code add_thanks(const struct lw_huddle_showing *showing,
                               const struct lw_huddle *huddle, struct lw_buf *out,
                               struct lw_error *err)
{
  const struct lw_desk_reader *reader = showing->reader;
  enum lw_code rc = LW_OK;
  lw_member_key(out, "thanks");
  lw_buf_add_char(out, '[');
  for (uint32_t i = 0; rc == LW_OK && i < huddle->n_thanks; i++) {
    struct lw_thanks thanks;
    bool left_out = false;
    if (is_out(showing, huddle, "thanks", huddle->thanks[i], &left_out)) {
      continue;
    }
    rc = lw_thanks_get(reader->db, huddle->thanks[i], reader->arena, &thanks, err);
    lw_str words = rc == LW_OK ? lw_desk_text(reader, thanks.words) : LW_STR("");
    if (rc == LW_OK && thanks.on_wall && words.len != 0) {
      lw_buf_add_c(out, out->ptr[out->len - 1] == '[' ? "{" : ",{");
      lw_member_text(out, "id", thanks.id);
      lw_member_bool(out, "customer", thanks.customer);
      lw_member_time(out, "at", thanks.at);
      if (!showing->bare) {
        lw_member_text(out, "to_name", lw_desk_name(reader->snapshot->staff, thanks.person));
        lw_member_text(out, "by_name", lw_desk_name(reader->snapshot->staff, thanks.giver));
        lw_member_text(out, "words", words);
      }
      if (left_out) {
        lw_member_bool(out, "left_out", true);
      }
      lw_buf_add_char(out, '}');
    }
    rc = rc == LW_NOT_FOUND ? LW_OK : rc;
  }
  lw_buf_add_char(out, ']');
  return rc;
}

/* --- what changed --- */

static enum lw_code add_told(const struct lw_huddle_showing *showing, uint64_t number,
                             struct lw_buf *out, struct lw_error *err)
{
  const struct lw_desk_reader *reader = showing->reader;
  struct lw_reads_team told;
  enum lw_code rc = lw_reads_of_team(reader->db, reader->snapshot->staff, number,
                                     showing->team->path, reader->arena, &told, err);
  lw_member_key(out, "changes");
  lw_buf_add_char(out, '[');
  for (uint32_t i = 0; rc == LW_OK && i < told.n_said; i++) {
    lw_buf_add_c(out, i != 0 ? ",{" : "{");
    lw_member_text(out, "action", told.said[i].action);
    lw_member_text(out, "label", told.said[i].label);
    lw_member_raw(out, "words", told.said[i].words);
    lw_buf_add_char(out, '}');
  }
  lw_buf_add_char(out, ']');
  return rc;
}

static enum lw_code add_version(const struct lw_huddle_showing *showing,
                                const struct lw_huddle_version *of, bool left_out,
                                struct lw_buf *out, struct lw_error *err)
{
  const struct lw_desk_reader *reader = showing->reader;
  struct lw_publish_version version;
  enum lw_code rc = lw_publish_get(reader->db, of->number, reader->arena, &version, err);
  if (rc != LW_OK) {
    return rc == LW_NOT_FOUND ? LW_OK : rc;
  }
  lw_buf_add_c(out, out->ptr[out->len - 1] == '[' ? "{" : ",{");
  lw_member_int(out, "version", (int64_t)of->number);
  lw_member_time(out, "at", version.at);
  if (!showing->bare) {
    lw_member_text(out, "note", version.note);
    lw_member_text(out, "reason", version.reason);
  }
  lw_member_int(out, "people", of->people);
  lw_member_int(out, "unread", of->unread);
  rc = add_told(showing, of->number, out, err);
  if (left_out) {
    lw_member_bool(out, "left_out", true);
  }
  lw_buf_add_char(out, '}');
  return rc;
}

static enum lw_code add_versions(const struct lw_huddle_showing *showing,
                                 const struct lw_huddle *huddle, struct lw_buf *out,
                                 struct lw_error *err)
{
  enum lw_code rc = LW_OK;
  lw_member_key(out, "versions");
  lw_buf_add_char(out, '[');
  for (uint32_t i = 0; rc == LW_OK && i < huddle->n_versions; i++) {
    lw_str number = lw_str_format(showing->reader->arena, "%llu",
                                  (unsigned long long)huddle->versions[i].number);
    bool left_out = false;
    if (!is_out(showing, huddle, "version", number, &left_out)) {
      rc = add_version(showing, &huddle->versions[i], left_out, out, err);
    }
  }
  lw_buf_add_char(out, ']');
  return rc;
}

/* --- the whole --- */

static void add_head(const struct lw_huddle_showing *showing, const struct lw_huddle *huddle,
                     struct lw_buf *out)
{
  const struct lw_huddle_row *row = showing->row;
  const struct lw_desk_reader *reader = showing->reader;
  lw_member_text(out, "team", showing->team->id);
  lw_member_text(out, "team_name", showing->team->name);
  lw_member_text(out, "week", lw_week_name(&huddle->week));
  lw_member_time(out, "from", huddle->week.start);
  lw_member_time(out, "until", huddle->week.end);
  lw_buf_add_char(out, ',');
  lw_week_print_days(&huddle->week, out);
  lw_member_text(out, "currency", huddle->currency);
  lw_member_bool(out, "over", huddle->week.end <= reader->now);
  lw_member_text(out, "state", row->edition != 0 ? LW_STR("published") : LW_STR("draft"));
  lw_member_int(out, "version", (int64_t)row->version);
  if (row->edition != 0) {
    lw_member_int(out, "edition", (int64_t)row->edition);
    lw_member_time(out, "published_at", row->published_at);
    lw_member_text(out, "published_by", row->published_by);
    if (!showing->bare) {
      lw_member_text(out, "published_by_name",
                     lw_desk_name(reader->snapshot->staff, row->published_by));
    }
  }
}

/* What only the lead sees. */
static enum lw_code add_for_writer(const struct lw_huddle_showing *showing,
                                   const struct lw_huddle *huddle, struct lw_buf *out,
                                   struct lw_error *err)
{
  const struct lw_desk_reader *reader = showing->reader;
  lw_member_bool(out, "changed",
                 showing->row->edition != 0 &&
                     showing->row->version != showing->row->published_version);
  lw_member_key(out, "proposals");
  lw_buf_add_char(out, '{');
  for (int kind = 0; kind < LW_HUDDLE_KINDS; kind++) {
    lw_member_key(out, lw_huddle_kind_name((enum lw_huddle_kind)kind).ptr);
    lw_buf_add_char(out, '[');
    for (uint32_t i = 0; i < huddle->n_proposals[kind]; i++) {
      add_case(showing, &huddle->proposals[kind][i], lw_currency_find(huddle->currency), out);
    }
    lw_buf_add_char(out, ']');
  }
  lw_buf_add_char(out, '}');
  if (reader->caller == NULL || reader->caller->person == NULL) {
    return LW_OK;
  }
  lw_member_key(out, "quiet");
  return lw_thanks_add_quiet(reader, showing->team->path, out, err);
}

static enum lw_code add_sections(const struct lw_huddle_showing *showing,
                                 const struct lw_huddle *huddle, struct lw_buf *out,
                                 struct lw_error *err)
{
  const struct lw_huddle_edit *edit = &huddle->edit;
  enum lw_code rc = LW_OK;
  if (showing->writer || lw_huddle_has_section(edit, LW_HUDDLE_CASES)) {
    add_cases(showing, huddle, out);
  }
  if (showing->writer || lw_huddle_has_section(edit, LW_HUDDLE_CAUSES_SECTION)) {
    lw_member_bool(out, "withheld", showing->withheld);
  }
  if (!showing->withheld &&
      (showing->writer || lw_huddle_has_section(edit, LW_HUDDLE_CAUSES_SECTION))) {
    add_causes(showing, huddle, out);
  }
  if (showing->writer || lw_huddle_has_section(edit, LW_HUDDLE_CHANGES)) {
    rc = add_versions(showing, huddle, out, err);
  }
  if (rc == LW_OK && (showing->writer || lw_huddle_has_section(edit, LW_HUDDLE_THANKS))) {
    rc = add_thanks(showing, huddle, out, err);
  }
  return rc;
}

/* The page's words, of what stands in `out` from `start` on, as one more member. */
static enum lw_code add_words(const struct lw_huddle_showing *showing, size_t start,
                              struct lw_buf *out, struct lw_error *err)
{
  struct lw_arena *arena = showing->reader->arena;
  const struct lw_value *page = NULL;
  struct lw_buf words = {0};
  lw_buf_add_char(out, '}');
  lw_str copy =
      out->failed ? LW_STR("") : lw_str_copy(arena, lw_str_slice(lw_buf_str(out), start, SIZE_MAX));
  enum lw_code rc = lw_json_read(showing->json, arena, copy, NULL, &page, err);
  if (rc == LW_OK) {
    lw_huddle_words(page, &words);
    out->len--;
    lw_member_text(out, "markdown", lw_buf_str(&words));
    lw_buf_add_char(out, '}');
  }
  out->failed |= words.failed;
  lw_buf_finish(&words);
  return rc;
}

enum lw_code lw_huddle_print(const struct lw_huddle_showing *showing,
                             const struct lw_huddle *huddle, struct lw_buf *out,
                             struct lw_error *err)
{
  size_t start = out->len;
  lw_buf_add_char(out, '{');
  add_head(showing, huddle, out);
  lw_member_bool(out, "writes", showing->writer);
  if (!showing->bare) {
    lw_member_text(out, "words", lw_desk_text(showing->reader, huddle->edit.words));
  }
  lw_member_key(out, "sections");
  lw_huddle_sections_print(&huddle->edit, out);
  enum lw_code rc = add_sections(showing, huddle, out, err);
  rc = rc == LW_OK ? add_words(showing, start, out, err) : rc;
  if (rc == LW_OK && showing->writer) {
    out->len--;
    rc = add_for_writer(showing, huddle, out, err);
    lw_buf_add_char(out, '}');
  }
  return rc == LW_OK && (out->failed || showing->reader->arena->failed)
             ? lw_fail(err, LW_NO_MEMORY, "out of memory for a huddle")
             : rc;
}

/* --- for webhooks --- */

static uint64_t edition_of(const struct lw_value *body)
{
  const struct lw_value *edition = lw_value_get(body, LW_STR("edition"));
  uint64_t number = 0;
  bool read =
      edition != NULL && edition->kind == LW_VALUE_NUMBER && lw_uint_read(edition->text, &number);
  return read ? number : 0;
}

enum lw_code lw_huddle_tell(const struct lw_desk_reader *reader, struct lw_json_reader *json,
                            const struct lw_value *body, bool texts, struct lw_buf *out,
                            struct lw_error *err)
{
  static const struct lw_caller anybody = {.person = NULL};
  const struct lw_policy *policy = reader->snapshot->policy;
  const struct lw_value *page = NULL;
  struct lw_huddle_row row;
  struct lw_huddle huddle;
  struct lw_buf printed = {0};
  struct lw_huddle_showing showing = {.reader = reader, .json = json, .row = &row, .bare = !texts};
  showing.team = lw_staff_find_team(reader->snapshot->staff, lw_value_text(body, LW_STR("team")));
  enum lw_code rc =
      lw_huddle_get(reader->db, lw_value_text(body, LW_STR("team")),
                    lw_value_text(body, LW_STR("week")), json, reader->arena, &row, err);
  if (rc != LW_OK || showing.team == NULL || row.edition == 0 || row.edition != edition_of(body)) {
    return rc;
  }
  rc = lw_huddle_withheld(reader->db, &anybody, reader->snapshot->staff, showing.team->path,
                          &showing.withheld, err);
  rc = rc == LW_OK ? lw_huddle_thaw(&row, policy != NULL ? policy->zone : NULL, json, reader->arena,
                                    &huddle, err)
                   : rc;
  rc = rc == LW_OK ? lw_huddle_print(&showing, &huddle, &printed, err) : rc;
  lw_str copy = rc == LW_OK ? lw_str_copy(reader->arena, lw_buf_str(&printed)) : LW_STR("");
  rc = rc == LW_OK ? lw_json_read(json, reader->arena, copy, NULL, &page, err) : rc;
  if (rc == LW_OK) {
    lw_member_text(out, "text", lw_value_text(page, LW_STR("markdown")));
  }
  lw_buf_finish(&printed);
  return rc;
}
