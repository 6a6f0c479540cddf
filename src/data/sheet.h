/* CSV (RFC 4180) out: cells, and whole JSON answers as one sheet for spreadsheets. A sheet says
 * which parts of the answer are rows and which of their members are columns; figures stand in it as
 * they stand in the JSON, digit for digit. */
#ifndef LW_DATA_SHEET_H
#define LW_DATA_SHEET_H

#include "data/value.h"

/* Where something is in a tree: keys with dots between them, a number for the place in a list
 * ("after.0.share"). Empty: the tree itself. */
struct lw_sheet_table {
  const char *name; /* NULL ends a list of them */
  const char *path; /* a map is one row, a list of maps a row each; what is not there has none */
};
struct lw_sheet {
  const struct lw_sheet_table *tables; /* over one: the first column `table` has their names */
  const char *const *columns; /* paths within a row, NULL at the end; "name=path", or by the path
                                 with _ for each dot */
};

/* Appends a cell: quoted where it must be. A text that a spreadsheet would take for a formula
 * (= + - @, a tab or CR before it) gets a ' before it; numbers below zero stay as they are. */
void lw_csv_add_cell(struct lw_buf *out, lw_str text);
/* Appends the header and a line for each row, each ended by CRLF. Lists of texts are a cell with
 * spaces between them; other lists, maps and what is not there are empty. */
void lw_sheet_print(const struct lw_sheet *sheet, const struct lw_value *value, struct lw_buf *out);

#endif
