/* Coaching as the API shows it, and lists of it: to the two whose talk it is. */
#include "desk/coaching_store.h"

#include "base/bounds.h"
#include "desk/member.h"
#include "desk/review_store.h"

enum { ROWS_LOOKED_AT_MAX = 2000, FILTERS_MAX = 4 };

struct printer {
  const struct lw_desk_reader *reader;
  const struct lw_coaching *coaching;
  struct lw_buf *out;
};

static void add_name(const struct printer *printer, const char *key, const char *name_key,
                     lw_str id)
{
  const struct lw_person *person =
      id.len != 0 ? lw_staff_find(printer->reader->snapshot->staff, id) : NULL;
  lw_member_text(printer->out, key, id);
  if (person != NULL) {
    lw_member_text(printer->out, name_key, person->actor.name);
  }
}

static void add_time(const struct printer *printer, const char *key, lw_usec at)
{
  if (at != 0) {
    lw_member_time(printer->out, key, at);
  }
}

static enum lw_code add_text(const struct printer *printer, const char *key, lw_str reference,
                             struct lw_error *err)
{
  lw_str text = LW_STR("");
  enum lw_code rc =
      lw_reference_text(printer->reader->db, reference, printer->reader->arena, &text, err);
  if (rc == LW_OK) {
    lw_member_text(printer->out, key, text);
  }
  return rc;
}

static enum lw_code add_notes(const struct printer *printer, struct lw_error *err)
{
  struct lw_coaching_said *notes = NULL;
  uint32_t count = 0;
  enum lw_code rc = lw_coaching_notes(printer->reader->db, printer->coaching->id,
                                      printer->reader->arena, &notes, &count, err);
  lw_member_key(printer->out, "notes");
  lw_buf_add_char(printer->out, '[');
  for (uint32_t i = 0; rc == LW_OK && i < count; i++) {
    lw_buf_add_c(printer->out, i == 0 ? "{" : ",{");
    add_time(printer, "at", notes[i].at);
    add_name(printer, "by", "by_name", notes[i].by);
    rc = add_text(printer, "text", notes[i].text, err);
    lw_buf_add_char(printer->out, '}');
  }
  lw_buf_add_char(printer->out, ']');
  return rc;
}

static enum lw_code add_steps(const struct printer *printer, struct lw_error *err)
{
  struct lw_coaching_step *steps = NULL;
  uint32_t count = 0;
  enum lw_code rc = lw_coaching_steps(printer->reader->db, printer->coaching->id,
                                      printer->reader->arena, &steps, &count, err);
  lw_member_key(printer->out, "steps");
  lw_buf_add_char(printer->out, '[');
  for (uint32_t i = 0; rc == LW_OK && i < count; i++) {
    const struct lw_coaching_step *step = &steps[i];
    lw_buf_add_c(printer->out, i == 0 ? "{" : ",{");
    lw_member_int(printer->out, "place", step->place);
    rc = add_text(printer, "text", step->text, err);
    add_time(printer, "at", step->at);
    add_name(printer, "by", "by_name", step->by);
    add_time(printer, "due", step->due_at);
    add_time(printer, "done", step->done_at);
    add_name(printer, "done_by", "done_by_name", step->done_by);
    lw_buf_add_char(printer->out, '}');
  }
  lw_buf_add_char(printer->out, ']');
  return rc;
}

static void add_mays(const struct printer *printer)
{
  const struct lw_coaching *coaching = printer->coaching;
  const struct lw_staff *staff = printer->reader->snapshot->staff;
  const struct lw_caller *caller = printer->reader->caller;
  bool both = !coaching->closed && caller != NULL && caller->person != NULL;
  bool lead = both && lw_coaching_leads(staff, caller, coaching->person);
  lw_member_key(printer->out, "may");
  lw_buf_add_c(printer->out, lead   ? "[\"note\",\"agree\",\"tick\",\"follow_up\",\"close\"]"
                             : both ? "[\"note\",\"agree\",\"tick\"]"
                                    : "[]");
}

enum lw_code lw_coaching_print(const struct lw_desk_reader *reader,
                               const struct lw_coaching *coaching, struct lw_buf *out,
                               struct lw_error *err)
{
  const struct printer printer = {.reader = reader, .coaching = coaching, .out = out};
  lw_buf_add_char(out, '{');
  lw_member_text(out, "id", coaching->id);
  add_name(&printer, "person", "person_name", coaching->person);
  add_name(&printer, "lead", "lead_name", coaching->lead);
  lw_member_text(out, "state", coaching->closed ? LW_STR("closed") : LW_STR("open"));
  add_time(&printer, "opened", coaching->opened_at);
  lw_member_text(out, "review", coaching->review);
  lw_member_text(out, "measure", coaching->measure);
  add_time(&printer, "follow_up", coaching->follow_up_at);
  lw_member_bool(out, "due",
                 !coaching->closed && coaching->follow_up_at != 0 &&
                     coaching->follow_up_at <= reader->now);
  add_time(&printer, "closed", coaching->closed_at);
  add_name(&printer, "closed_by", "closed_by_name", coaching->closed_by);
  enum lw_code rc = add_notes(&printer, err);
  rc = rc == LW_OK ? add_steps(&printer, err) : rc;
  lw_member_raw(out, "before", coaching->before);
  add_mays(&printer);
  lw_member_int(out, "version", (int64_t)coaching->version);
  lw_buf_add_char(out, '}');
  return rc == LW_OK && out->failed ? lw_fail(err, LW_NO_MEMORY, "out of memory for coaching") : rc;
}

/* --- lists --- */

struct listing {
  const struct lw_desk_reader *reader;
  const struct lw_coaching_query *query;
  struct lw_buf sql;
  lw_str texts[FILTERS_MAX];
  int n_texts;
  uint32_t limit;
  struct lw_buf *out;
};

static void add_filter(struct listing *listing, const char *before, lw_str text)
{
  if (text.len != 0 && listing->n_texts < FILTERS_MAX) {
    listing->texts[listing->n_texts++] = text;
    lw_buf_printf(&listing->sql, "%s$%d", before, listing->n_texts);
  }
}

static void make(struct listing *listing)
{
  const struct lw_coaching_query *query = listing->query;
  LW_BUF_LIT(&listing->sql, "SELECT " LW_COACHING_COLUMNS " FROM coaching WHERE 1 = 1");
  lw_buf_add_c(&listing->sql, query->open || query->due ? " AND closed = 0" : "");
  if (query->due) {
    lw_buf_printf(&listing->sql, " AND follow_up_at > 0 AND follow_up_at <= %lld",
                  (long long)listing->reader->now);
  }
  add_filter(listing, " AND person = ", query->person);
  add_filter(listing, " AND id < ", query->after);
  lw_buf_printf(&listing->sql, " ORDER BY id DESC LIMIT %d", ROWS_LOOKED_AT_MAX);
}

static enum lw_code print_rows(struct listing *listing, struct lw_stmt *stmt, struct lw_error *err)
{
  const struct lw_desk_reader *reader = listing->reader;
  lw_str last = LW_STR("");
  uint32_t printed = 0;
  uint32_t looked = 0;
  bool more = false;
  bool is_row = false;
  enum lw_code rc = LW_OK;
  while (!more && (rc = lw_stmt_step(stmt, &is_row, err)) == LW_OK && is_row) {
    struct lw_coaching coaching;
    lw_coaching_take(stmt, reader->arena, &coaching);
    bool mine = lw_coaching_visible(reader->snapshot->staff, reader->caller, &coaching);
    bool full = mine && printed == listing->limit;
    more = full || ++looked == ROWS_LOOKED_AT_MAX;
    if (mine && !full) {
      lw_buf_add_c(listing->out, printed++ == 0 ? "" : ",");
      rc = lw_coaching_print(reader, &coaching, listing->out, err);
    }
    last = full ? last : coaching.id;
    if (rc != LW_OK) {
      return rc;
    }
  }
  lw_buf_add_char(listing->out, ']');
  lw_member_text(listing->out, "next", more ? last : LW_STR(""));
  return rc == LW_OK && reader->arena->failed ? lw_fail(err, LW_NO_MEMORY, "out of memory") : rc;
}

enum lw_code lw_coaching_list(const struct lw_desk_reader *reader,
                              const struct lw_coaching_query *query, struct lw_buf *out,
                              struct lw_error *err)
{
  struct listing listing = {.reader = reader, .query = query, .out = out};
  struct lw_stmt *stmt = NULL;
  listing.limit = query->limit != 0 ? query->limit : LW_PAGE;
  make(&listing);
  enum lw_code rc = listing.sql.failed
                        ? lw_fail(err, LW_NO_MEMORY, "out of memory for a list")
                        : lw_db_prepare(reader->db, lw_buf_str(&listing.sql), &stmt, err);
  for (int i = 0; rc == LW_OK && i < listing.n_texts; i++) {
    lw_stmt_text(stmt, i + 1, listing.texts[i]);
  }
  LW_BUF_LIT(out, "{\"items\":[");
  rc = rc == LW_OK ? print_rows(&listing, stmt, err) : rc;
  lw_buf_add_char(out, '}');
  lw_stmt_destroy(stmt);
  lw_buf_finish(&listing.sql);
  return rc;
}
