/* People from CSV: the header says which column is which, then a row is a person. A field's place
 * is counted along with the reading, one walk over the text; a field whose quotes were undone is no
 * longer a part of the text and has its row's place. */
#include "base/utf8.h"
#include "data/csv.h"
#include "people/roster_build.h"

/* How far places have been counted. */
struct walk {
  lw_str source;
  size_t at;
  uint32_t line;
  size_t line_begin;
};

static bool is_within(lw_str source, const char *ptr)
{
  uintptr_t begin = (uintptr_t)source.ptr;
  uintptr_t at = (uintptr_t)ptr;
  return at >= begin && at - begin <= source.len;
}

static struct lw_place place_of(struct walk *walk, const struct lw_csv_row *row, lw_str field)
{
  if (!is_within(walk->source, field.ptr)) {
    return (struct lw_place){row->line, 1, 0};
  }
  size_t goal = (size_t)(field.ptr - walk->source.ptr);
  for (; walk->at < goal; walk->at++) {
    if (walk->source.ptr[walk->at] == '\n') {
      walk->line++;
      walk->line_begin = walk->at + 1;
    }
  }
  lw_str before = lw_str_slice(walk->source, walk->line_begin, goal - walk->line_begin);
  uint32_t column = (uint32_t)lw_utf8_length(before) + 1;
  bool one_line = field.len != 0 && memchr(field.ptr, '\n', field.len) == NULL;
  uint32_t width = one_line ? (uint32_t)lw_utf8_length(field) : 0;
  return (struct lw_place){walk->line, column, one_line ? column + width : 0};
}

/* Which of our columns each of the file's is; false when no row can be read. */
static bool read_header(struct lw_roster *roster, const struct lw_csv *csv, struct walk *walk,
                        enum lw_roster_column *columns)
{
  bool seen[LW_ROSTER_COLUMNS + 1] = {false};
  for (uint32_t i = 0; i < csv->column_count; i++) {
    lw_str name = lw_str_trim(csv->header.fields[i]);
    struct lw_place place = place_of(walk, &csv->header, name);
    columns[i] = lw_roster_column_find(name);
    if (columns[i] == LW_ROSTER_NO_COLUMN) {
      lw_str near = lw_str_nearest(name, lw_roster_column_names, LW_ROSTER_COLUMNS);
      bool joined = lw_str_find(name, LW_STR(";"), 0) != SIZE_MAX ||
                    lw_str_find(name, LW_STR("\t"), 0) != SIZE_MAX;
      LW_ROSTER_FAULT(roster, "unknown-key", place, near, "\"%.*s\" is not a column of people%s",
                      LW_FMT(name), joined ? "; separate columns with commas" : "");
      if (joined) {
        return false; /* the rest would be the same fault again */
      }
    } else if (seen[columns[i]]) {
      LW_ROSTER_FAULT(roster, "duplicate-name", place, LW_STR(""), "column \"%.*s\" is there twice",
                      LW_FMT(name));
    }
    seen[columns[i]] = true;
  }
  if (!seen[LW_ROSTER_ID]) {
    lw_roster_fault(roster, "missing-key", (struct lw_place){csv->header.line, 1, 0},
                    LW_STR("the header has no column \"id\""), LW_STR(""));
  }
  return seen[LW_ROSTER_ID];
}

static bool is_blank(const struct lw_csv_row *row, uint32_t count)
{
  for (uint32_t i = 0; i < count; i++) {
    if (lw_str_trim(row->fields[i]).len != 0) {
      return false;
    }
  }
  return true;
}

static void read_row(struct lw_roster *roster, const struct lw_csv *csv,
                     const struct lw_csv_row *row, const enum lw_roster_column *columns,
                     struct walk *walk)
{
  if (lw_roster_begin(roster, (struct lw_place){row->line, 1, 0}) == NULL) {
    return;
  }
  for (uint32_t i = 0; i < csv->column_count; i++) {
    lw_str text = lw_str_trim(row->fields[i]);
    struct lw_roster_cell cell = {text, place_of(walk, row, text)};
    if (columns[i] != LW_ROSTER_NO_COLUMN) {
      lw_roster_note_given(roster, columns[i]);
      lw_roster_set(roster, columns[i], &cell);
    }
  }
  lw_roster_end(roster);
}

void lw_roster_read_csv(struct lw_roster *roster, lw_str source)
{
  static const lw_str mark = LW_STR_INIT("\xEF\xBB\xBF"); /* spreadsheets write it */
  struct lw_csv csv;
  struct lw_error err;
  enum lw_code rc = lw_csv_read(roster->keep, source, &csv, &err);
  if (rc != LW_OK) {
    if (rc != LW_NO_MEMORY) {
      lw_roster_fault(roster, "syntax", (struct lw_place){err.line, err.column, 0},
                      lw_str_c(err.text), LW_STR(""));
    }
    return;
  }
  enum lw_roster_column *columns =
      LW_NEW_ARRAY(roster->keep, enum lw_roster_column, csv.column_count);
  struct walk walk = {lw_str_slice(source, lw_str_starts(source, mark) ? mark.len : 0, SIZE_MAX), 0,
                      1, 0};
  if (columns == NULL || !read_header(roster, &csv, &walk, columns)) {
    return;
  }
  for (size_t i = 0; i < csv.row_count; i++) {
    if (!is_blank(&csv.rows[i], csv.column_count)) { /* ",,,": where a spreadsheet's rows end */
      read_row(roster, &csv, &csv.rows[i], columns, &walk);
    }
  }
}
