/* What other systems have, line by line: a CSV file whose columns may be called otherwise than
 * here, read into cells, and the report of what each line did. Shared by the imports of cases and
 * ratings. What can't be understood is a fault of its line; nothing is written while there are
 * faults, unless such lines are to be left out. */
#ifndef LW_DESK_INTAKE_H
#define LW_DESK_INTAKE_H

#include "base/diag.h"
#include "base/tz.h"
#include "data/csv.h"
#include "people/staff.h"

enum { LW_INTAKE_FIELDS_MAX = 20 };

struct lw_intake_field {
  lw_str name;
  lw_str alias; /* another usual name of that column; or empty */
  bool needed;
};

struct lw_intake_options {
  lw_str name;              /* the file's, for the report */
  lw_str columns;           /* "case=number,at=updated": ours=theirs; or empty */
  lw_str states;            /* "Erledigt=closed,Neu=open": theirs=ours; or empty */
  const struct lw_tz *zone; /* of times without one; NULL: UTC */
  bool skip_faulty;
  bool keep_owners; /* who is nobody here stays as written, instead of being a fault */
};

enum lw_intake_outcome {
  LW_INTAKE_ADDED,
  LW_INTAKE_CHANGED,   /* one more about something that is there */
  LW_INTAKE_UNCHANGED, /* it is there already, as it stands */
  LW_INTAKE_FAULTY,
  LW_INTAKE_OUTCOMES
};

struct lw_intake_line {
  uint32_t line;
  enum lw_intake_outcome outcome;
  lw_str about; /* the case's id */
};

struct lw_intake {
  struct lw_arena *keep;
  struct lw_diags diags;
  struct lw_intake_options options;
  const struct lw_intake_field *fields;
  struct lw_csv csv;
  uint32_t columns[LW_INTAKE_FIELDS_MAX]; /* of each field; UINT32_MAX: not there */
  struct lw_intake_line *lines;           /* one a row; NULL: they could not be looked at */
  lw_str source;
  struct lw_table emails; /* of people, in small letters -> persons; made when it is asked */
};

/* Reads the file into keep, which source and options must outlive. False: nothing can be imported;
 * diags says why. */
LW_NODISCARD bool lw_intake_read(struct lw_intake *intake, struct lw_arena *keep, lw_str source,
                                 const struct lw_intake_field *fields, size_t n_fields,
                                 const struct lw_intake_options *options);
/* What stands behind `name=` in a list as above; or empty. */
lw_str lw_intake_said(lw_str list, lw_str name);
bool lw_intake_has(const struct lw_intake *intake, size_t field);
/* Trimmed; empty when there is no such column. */
lw_str lw_intake_cell(const struct lw_intake *intake, size_t row, size_t field);
LW_PRINTF(4, 5)
void lw_intake_fault(struct lw_intake *intake, size_t row, const char *hint, const char *format,
                     ...);
/* "2026-03-01T10:00:00Z", or without a zone, with a space, without seconds, or a day alone. */
LW_NODISCARD bool lw_intake_read_time(const struct lw_intake *intake, lw_str text, lw_usec *ret_at);
/* Who is meant: by id or e-mail address. Nobody of that name: a fault of the row (false), or, with
 * keep_owners, the text as it stands. */
LW_NODISCARD bool lw_intake_person(struct lw_intake *intake, const struct lw_staff *staff,
                                   size_t row, lw_str text, lw_str *ret_id);
uint32_t lw_intake_count(const struct lw_intake *intake, enum lw_intake_outcome outcome);
/* Whether something may be written: no faults, or they are to be left out. */
bool lw_intake_sound(const struct lw_intake *intake);

/* Both put the faults in the order of lines. "file.csv:3: C-17: added" for each line, unless quiet,
 * its faults, and a sum. */
void lw_intake_print(struct lw_intake *intake, bool applied, bool dry_run, bool quiet,
                     struct lw_buf *out);
/* {"file","applied","added","changed","unchanged","faulty","ignored":["column"],"lines":[{"line",
 * "outcome","case"}],"errors":[{"line","column","code","message","hint"}]} */
void lw_intake_print_json(struct lw_intake *intake, bool applied, struct lw_buf *out);

#endif
