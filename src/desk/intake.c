/* Columns are found by our name, the name that the caller gives them, or their usual other name.
 * Columns that mean nothing here are passed over, and named in the report. */
#include "desk/intake.h"

#include "base/utf8.h"
#include "data/json.h"
#include "data/member.h"

#include <stdarg.h>
#include <stdio.h>

enum { NAME_BYTES_MAX = 200, TIME_BYTES_MAX = 40 };

/* --- columns --- */

lw_str lw_intake_said(lw_str list, lw_str name)
{
  for (size_t at = 0; at < list.len;) {
    size_t end = lw_str_find(list, LW_STR(","), at);
    end = end == SIZE_MAX ? list.len : end;
    lw_str pair = lw_str_slice(list, at, end - at);
    size_t sign = lw_str_find(pair, LW_STR("="), 0);
    if (sign != SIZE_MAX && lw_str_equal(lw_str_trim(lw_str_slice(pair, 0, sign)), name)) {
      return lw_str_trim(lw_str_slice(pair, sign + 1, SIZE_MAX));
    }
    at = end + 1;
  }
  return LW_STR("");
}

static uint32_t find_column(const struct lw_intake *intake, lw_str name)
{
  for (uint32_t i = 0; name.len != 0 && i < intake->csv.column_count; i++) {
    if (lw_str_equal(lw_str_trim(intake->csv.header.fields[i]), name)) {
      return i;
    }
  }
  return UINT32_MAX;
}

static void fault_at(struct lw_intake *intake, uint32_t line, const char *code, const char *hint,
                     lw_str message)
{
  struct lw_diag *diag = lw_diags_add(&intake->diags, LW_SEVERITY_ERROR, code,
                                      (struct lw_place){line, 1, 0}, "%.*s", LW_FMT(message));
  diag->hint = hint != NULL ? lw_str_copy(intake->keep, lw_str_c(hint)) : LW_STR("");
}

#define FAULT_AT(intake, line, code, hint, ...)                                                    \
  fault_at((intake), (line), (code), (hint), lw_str_format((intake)->keep, __VA_ARGS__))

/* Each pair of the list names a field of ours. */
static void check_said(struct lw_intake *intake, size_t n_fields)
{
  lw_str list = intake->options.columns;
  for (size_t at = 0; at < list.len;) {
    size_t end = lw_str_find(list, LW_STR(","), at);
    end = end == SIZE_MAX ? list.len : end;
    lw_str pair = lw_str_slice(list, at, end - at);
    lw_str name = lw_str_trim(lw_str_slice(pair, 0, lw_str_find(pair, LW_STR("="), 0)));
    bool known = false;
    for (size_t i = 0; i < n_fields; i++) {
      known = known || lw_str_equal(intake->fields[i].name, name);
    }
    if (!known) {
      FAULT_AT(intake, 1, "unknown-key", NULL, "columns: \"%.*s\" is no field of an import",
               LW_FMT(name));
    }
    at = end + 1;
  }
}

static void read_header(struct lw_intake *intake, size_t n_fields)
{
  check_said(intake, n_fields);
  for (size_t i = 0; i < n_fields; i++) {
    const struct lw_intake_field *field = &intake->fields[i];
    lw_str said = lw_intake_said(intake->options.columns, field->name);
    uint32_t column = find_column(intake, said.len != 0 ? said : field->name);
    if (column == UINT32_MAX && said.len == 0) {
      column = find_column(intake, field->alias);
    }
    intake->columns[i] = column;
    if (column == UINT32_MAX && said.len != 0) {
      FAULT_AT(intake, 1, "missing-key", NULL, "the header has no column \"%.*s\"", LW_FMT(said));
    } else if (column == UINT32_MAX && field->needed) {
      FAULT_AT(intake, 1, "missing-key", "say which column it is: columns field=column",
               "the header has no column \"%.*s\"", LW_FMT(field->name));
    }
  }
  for (size_t i = n_fields; i < LW_INTAKE_FIELDS_MAX; i++) {
    intake->columns[i] = UINT32_MAX;
  }
}

bool lw_intake_read(struct lw_intake *intake, struct lw_arena *keep, lw_str source,
                    const struct lw_intake_field *fields, size_t n_fields,
                    const struct lw_intake_options *options)
{
  struct lw_error err;
  *intake =
      (struct lw_intake){.keep = keep, .options = *options, .fields = fields, .source = source};
  lw_diags_init(&intake->diags, keep);
  lw_table_init(&intake->emails, keep);
  enum lw_code rc = lw_csv_read(keep, source, &intake->csv, &err);
  if (rc != LW_OK) {
    FAULT_AT(intake, err.line != 0 ? err.line : 1, "syntax", NULL, "%s", err.text);
    return false;
  }
  read_header(intake, n_fields);
  intake->lines = LW_NEW_ARRAY(keep, struct lw_intake_line, intake->csv.row_count + 1);
  if (intake->lines == NULL) {
    FAULT_AT(intake, 1, "syntax", NULL, "out of memory");
    return false;
  }
  for (size_t row = 0; row < intake->csv.row_count; row++) {
    intake->lines[row].line = intake->csv.rows[row].line;
  }
  if (intake->diags.errors != 0) {
    intake->lines = NULL; /* nobody looked at them: the report says nothing of any */
  }
  return intake->diags.errors == 0 && !keep->failed;
}

bool lw_intake_has(const struct lw_intake *intake, size_t field)
{
  return intake->columns[field] != UINT32_MAX;
}

lw_str lw_intake_cell(const struct lw_intake *intake, size_t row, size_t field)
{
  uint32_t column = intake->columns[field];
  return column != UINT32_MAX ? lw_str_trim(intake->csv.rows[row].fields[column]) : LW_STR("");
}

void lw_intake_fault(struct lw_intake *intake, size_t row, const char *hint, const char *format,
                     ...)
{
  char text[512];
  va_list args;
  va_start(args, format);
  int length = vsnprintf(text, sizeof text, format, args);
  va_end(args);
  if (length >= 0) {
    fault_at(intake, intake->lines[row].line, "bad-value", hint, lw_str_c(text));
  }
  intake->lines[row].outcome = LW_INTAKE_FAULTY;
}

/* --- values --- */

bool lw_intake_read_time(const struct lw_intake *intake, lw_str text, lw_usec *ret_at)
{
  enum { DAY = 10, MINUTES = 16 };
  char whole[TIME_BYTES_MAX + sizeof "T00:00:00Z"];
  if (lw_member_read_time(text, ret_at)) {
    return true;
  }
  if (text.len < DAY || text.len > TIME_BYTES_MAX) {
    return false;
  }
  memcpy(whole, text.ptr, text.len);
  size_t length = text.len;
  if (length == DAY) {
    memcpy(whole + length, "T00:00:00", 9);
    length += 9;
  } else if (length == MINUTES) {
    memcpy(whole + length, ":00", 3);
    length += 3;
  }
  whole[DAY] = whole[DAY] == ' ' ? 'T' : whole[DAY];
  whole[length++] = 'Z';
  lw_usec local = 0;
  if (!lw_member_read_time(lw_str_from(whole, length), &local)) {
    return false;
  }
  int64_t seconds = local / LW_USEC_PER_SECOND;
  lw_usec rest = local % LW_USEC_PER_SECOND;
  const struct lw_tz *zone = intake->options.zone;
  *ret_at =
      (zone != NULL ? lw_tz_local_to_utc(zone, seconds) : seconds) * LW_USEC_PER_SECOND + rest;
  return true;
}

static lw_str small(struct lw_arena *keep, lw_str text)
{
  char *copy = lw_arena_alloc(keep, text.len + 1, 1);
  for (size_t i = 0; copy != NULL && i < text.len; i++) {
    char c = text.ptr[i];
    copy[i] = c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
  }
  return lw_str_from(copy, copy != NULL ? text.len : 0);
}

static const struct lw_person *find_email(struct lw_intake *intake, const struct lw_staff *staff,
                                          lw_str email)
{
  bool anew = intake->emails.count == 0;
  for (uint32_t i = 0; anew && i < staff->n_persons; i++) {
    lw_str own = staff->persons[i].actor.email;
    bool is_new = false;
    uint32_t *place =
        own.len != 0 ? lw_table_add(&intake->emails, small(intake->keep, own), &is_new) : NULL;
    if (place != NULL && is_new) {
      *place = i;
    }
  }
  const uint32_t *found = lw_table_find(&intake->emails, small(intake->keep, email));
  return found != NULL ? &staff->persons[*found] : NULL;
}

static bool is_plain(lw_str text)
{
  for (size_t i = 0; i < text.len; i++) {
    if ((unsigned char)text.ptr[i] < 0x20 || text.ptr[i] == 0x7f) {
      return false;
    }
  }
  return text.len <= NAME_BYTES_MAX;
}

bool lw_intake_person(struct lw_intake *intake, const struct lw_staff *staff, size_t row,
                      lw_str text, lw_str *ret_id)
{
  const struct lw_person *person = text.len != 0 ? lw_staff_find(staff, text) : NULL;
  bool email = lw_str_find(text, LW_STR("@"), 0) != SIZE_MAX;
  if (person == NULL && email) {
    person = find_email(intake, staff, text);
  }
  *ret_id = person != NULL ? person->actor.id : text;
  if (person != NULL || text.len == 0) {
    return true;
  }
  if (!intake->options.keep_owners || email || !is_plain(text)) {
    lw_intake_fault(intake, row,
                    email
                        ? NULL
                        : "import the people first, or keep owners as they are written when these "
                          "are ids and no names",
                    "there is nobody \"%.*s\"", LW_FMT(text));
    return false;
  }
  return true;
}

/* --- the report --- */

uint32_t lw_intake_count(const struct lw_intake *intake, enum lw_intake_outcome outcome)
{
  uint32_t count = 0;
  for (size_t row = 0; intake->lines != NULL && row < intake->csv.row_count; row++) {
    count += intake->lines[row].outcome == outcome;
  }
  return count;
}

bool lw_intake_sound(const struct lw_intake *intake)
{
  return intake->diags.errors == 0 || intake->options.skip_faulty;
}

static const char *outcome_name(enum lw_intake_outcome outcome)
{
  static const char *const names[LW_INTAKE_OUTCOMES] = {"added", "changed", "unchanged", "faulty"};
  return names[outcome];
}

void lw_intake_print(struct lw_intake *intake, bool applied, bool dry_run, bool quiet,
                     struct lw_buf *out)
{
  lw_str name = intake->options.name;
  lw_diags_sort(&intake->diags);
  for (size_t i = 0; i < intake->diags.count; i++) {
    lw_diag_print(&intake->diags.items[i], name, intake->source, out);
  }
  if (intake->diags.dropped != 0) {
    lw_buf_printf(out, "%.*s: and %zu more\n", LW_FMT(name), intake->diags.dropped);
  }
  for (size_t row = 0; !quiet && intake->lines != NULL && row < intake->csv.row_count; row++) {
    const struct lw_intake_line *line = &intake->lines[row];
    if (line->outcome != LW_INTAKE_FAULTY) {
      lw_buf_printf(out, "%.*s:%u: %.*s: %s\n", LW_FMT(name), line->line, LW_FMT(line->about),
                    outcome_name(line->outcome));
    }
  }
  lw_buf_printf(
      out, "%u added, %u changed, %u unchanged, %u with errors%s\n",
      lw_intake_count(intake, LW_INTAKE_ADDED), lw_intake_count(intake, LW_INTAKE_CHANGED),
      lw_intake_count(intake, LW_INTAKE_UNCHANGED), lw_intake_count(intake, LW_INTAKE_FAULTY),
      dry_run    ? "; nothing was written (dry run)"
      : !applied ? "; nothing was written"
                 : "");
}

static void add_ignored(const struct lw_intake *intake, struct lw_buf *out)
{
  lw_member_key(out, "ignored");
  lw_buf_add_char(out, '[');
  for (uint32_t column = 0; column < intake->csv.column_count; column++) {
    bool used = false;
    for (size_t i = 0; i < LW_INTAKE_FIELDS_MAX; i++) {
      used = used || intake->columns[i] == column;
    }
    if (!used) {
      lw_buf_add_c(out, out->ptr != NULL && out->ptr[out->len - 1] == '[' ? "" : ",");
      lw_json_add_string(out, lw_str_trim(intake->csv.header.fields[column]));
    }
  }
  lw_buf_add_char(out, ']');
}

static void add_lines(const struct lw_intake *intake, struct lw_buf *out)
{
  lw_member_key(out, "lines");
  lw_buf_add_char(out, '[');
  for (size_t row = 0; intake->lines != NULL && row < intake->csv.row_count; row++) {
    const struct lw_intake_line *line = &intake->lines[row];
    lw_buf_printf(out, "%s{\"line\":%u,\"outcome\":\"%s\"", row == 0 ? "" : ",", line->line,
                  outcome_name(line->outcome));
    lw_member_text(out, "case", line->about);
    lw_buf_add_char(out, '}');
  }
  lw_buf_add_char(out, ']');
}

void lw_intake_print_json(struct lw_intake *intake, bool applied, struct lw_buf *out)
{
  lw_diags_sort(&intake->diags);
  lw_buf_add_char(out, '{');
  lw_member_text(out, "file", intake->options.name);
  lw_member_bool(out, "applied", applied);
  for (int i = 0; i < LW_INTAKE_OUTCOMES; i++) {
    lw_member_int(out, outcome_name((enum lw_intake_outcome)i),
                  lw_intake_count(intake, (enum lw_intake_outcome)i));
  }
  add_ignored(intake, out);
  add_lines(intake, out);
  lw_member_key(out, "errors");
  lw_buf_add_char(out, '[');
  for (size_t i = 0; i < intake->diags.count; i++) {
    const struct lw_diag *diag = &intake->diags.items[i];
    lw_buf_printf(out,
                  "%s{\"line\":%u,\"column\":%u,\"code\":\"%s\",\"message\":", i == 0 ? "" : ",",
                  diag->place.line, diag->place.column, diag->code);
    lw_json_add_string(out, diag->message);
    LW_BUF_LIT(out, ",\"hint\":");
    lw_json_add_string(out, diag->hint);
    lw_buf_add_char(out, '}');
  }
  LW_BUF_LIT(out, "]}");
}

/* --- comparing and writing --- */

enum lw_code lw_intake_compare(struct lw_intake *intake, struct lw_db *db,
                               const struct lw_staff *staff, lw_usec now, struct lw_error *err)
{
  enum lw_code rc = intake->kind->compare(intake, db, staff, now, err);
  return rc == LW_OK && intake->keep->failed
             ? lw_fail(err, LW_NO_MEMORY, "out of memory while importing")
             : rc;
}

static enum lw_code write_step(struct lw_batch *batch, struct lw_change *change,
                               struct lw_intake *intake, struct lw_error *err)
{
  enum lw_code rc = LW_OK;
  uint32_t from = intake->done;
  while (rc == LW_OK && intake->done < intake->n_records &&
         (intake->most == 0 || intake->done - from < intake->most)) {
    rc = intake->kind->write_next(batch, change, intake, err);
  }
  return rc;
}

enum lw_code lw_intake_apply(struct lw_batch *batch, struct lw_change *change, struct lw_error *err)
{
  struct lw_intake *intake = change->user;
  enum lw_code rc = LW_OK;
  if (intake->done == 0) {
    rc = lw_intake_compare(intake, batch->db, batch->snapshot->staff, batch->now, err);
  }
  intake->applied = rc == LW_OK && lw_intake_sound(intake);
  if (intake->applied) {
    rc = write_step(batch, change, intake, err);
  }
  if (rc == LW_OK && intake->most == 0) {
    lw_intake_print_json(intake, intake->applied, &change->answer);
  }
  lw_change_status(change, 200);
  return rc == LW_OK && change->answer.failed ? lw_fail(err, LW_NO_MEMORY, "out of memory") : rc;
}
