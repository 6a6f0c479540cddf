/* Coaching as the API shows it, and lists of it: to the two whose talk it is. */
#include "desk/coaching_store.h"

#include "desk/entry.h"
#include "desk/list.h"
#include "data/member.h"
#include "desk/review_store.h"

struct printer {
  const struct lw_desk_reader *reader;
  const struct lw_coaching *coaching;
  struct lw_buf *out;
};

static void add_time(const struct printer *printer, const char *key, lw_usec at)
{
  if (at != 0) {
    lw_member_time(printer->out, key, at);
  }
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
    lw_desk_print_name(printer->reader, "by", "by_name", notes[i].by, printer->out);
    rc = lw_desk_print_text(printer->reader, "text", notes[i].text, printer->out, err);
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
    rc = lw_desk_print_text(printer->reader, "text", step->text, printer->out, err);
    add_time(printer, "at", step->at);
    lw_desk_print_name(printer->reader, "by", "by_name", step->by, printer->out);
    add_time(printer, "due", step->due_at);
    add_time(printer, "done", step->done_at);
    lw_desk_print_name(printer->reader, "done_by", "done_by_name", step->done_by, printer->out);
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
  lw_desk_print_name(printer.reader, "person", "person_name", coaching->person, printer.out);
  lw_desk_print_name(printer.reader, "lead", "lead_name", coaching->lead, printer.out);
  lw_member_text(out, "state", coaching->closed ? LW_STR("closed") : LW_STR("open"));
  add_time(&printer, "opened", coaching->opened_at);
  lw_member_text(out, "review", coaching->review);
  lw_member_text(out, "measure", coaching->measure);
  add_time(&printer, "follow_up", coaching->follow_up_at);
  lw_member_bool(out, "due",
                 !coaching->closed && coaching->follow_up_at != 0 &&
                     coaching->follow_up_at <= reader->now);
  add_time(&printer, "closed", coaching->closed_at);
  lw_desk_print_name(printer.reader, "closed_by", "closed_by_name", coaching->closed_by,
                     printer.out);
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
  struct lw_coaching coaching; /* the row that was read last */
};

static enum lw_code take_row(void *of, const struct lw_stmt *row, lw_str *ret_id, bool *ret_seen,
                             struct lw_error *err)
{
  struct listing *listing = of;
  const struct lw_desk_reader *reader = listing->reader;
  (void)err;
  lw_coaching_take(row, reader->arena, &listing->coaching);
  *ret_id = listing->coaching.id;
  *ret_seen = lw_coaching_visible(reader->snapshot->staff, reader->caller, &listing->coaching);
  return LW_OK;
}

static enum lw_code print_row(void *of, struct lw_buf *out, struct lw_error *err)
{
  const struct listing *listing = of;
  return lw_coaching_print(listing->reader, &listing->coaching, out, err);
}

enum lw_code lw_coaching_list(const struct lw_desk_reader *reader,
                              const struct lw_coaching_query *query, struct lw_buf *out,
                              struct lw_error *err)
{
  struct listing listing = {.reader = reader};
  const struct lw_desk_rows rows = {&listing, take_row, print_row};
  struct lw_desk_list list = {.limit = query->limit};
  LW_BUF_LIT(&list.sql, "SELECT " LW_COACHING_COLUMNS " FROM coaching WHERE 1 = 1");
  lw_buf_add_c(&list.sql, query->open || query->due ? " AND closed = 0" : "");
  if (query->due) {
    lw_buf_printf(&list.sql, " AND follow_up_at > 0 AND follow_up_at <= %lld",
                  (long long)reader->now);
  }
  lw_desk_list_where(&list, " AND person = ", query->person);
  lw_desk_list_where(&list, " AND id < ", query->after);
  lw_desk_list_order(&list, "id DESC");
  enum lw_code rc = lw_desk_list_print(reader, &list, &rows, out, err);
  lw_buf_add_char(out, '}');
  return rc;
}
