/* What other systems have, line by line: a CSV file whose columns may be called otherwise than
 * here, read into cells, held against what is there, written in one piece or in steps, and the
 * report of what each line did. The imports of cases and of what is said once are kinds of it. What
 * can't be understood is a fault of its line; nothing is written while there are faults, unless
 * such lines are to be left out. */
#ifndef LW_DESK_INTAKE_H
#define LW_DESK_INTAKE_H

#include "base/diag.h"
#include "base/tz.h"
#include "data/csv.h"
#include "engine/engine.h"

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

struct lw_intake;

/* What one kind of import does in its own way. */
struct lw_intake_kind {
  /* Says of each line what it would do: its outcome, or a fault. */
  enum lw_code (*compare)(struct lw_intake *intake, struct lw_db *db, const struct lw_staff *staff,
                          lw_usec now, struct lw_error *err);
  /* Writes the record at `done` and those that hang together with it; `done` is then behind them.
   */
  enum lw_code (*write_next)(struct lw_batch *batch, struct lw_change *change,
                             struct lw_intake *intake, struct lw_error *err);
};

/* The first member of what a kind keeps of its own, which its functions cast it to. */
struct lw_intake {
  const struct lw_intake_kind *kind; /* set by whoever reads lines into records */
  uint32_t n_records;                /* lines that can be read */
  uint32_t done;                     /* so many of them are written */
  uint32_t most; /* a step of applying ends with the record that reaches this many; 0: all */
  bool applied;  /* something was, or there was nothing to be written */
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

/* Says of each line what it would do. `now` is the latest that a line may speak of, but for some
 * minutes. LW_NO_MEMORY, or what the store says. */
LW_NODISCARD enum lw_code lw_intake_compare(struct lw_intake *intake, struct lw_db *db,
                                            const struct lw_staff *staff, lw_usec now,
                                            struct lw_error *err);
/* user: struct lw_intake. Compares, and, when that is sound, writes; 200 with the report
 * (lw_intake_print_json). With `most`, the next step of it, without a report, to be called until
 * done == n_records or nothing was applied. */
enum lw_code lw_intake_apply(struct lw_batch *batch, struct lw_change *change,
                             struct lw_error *err);

/* Both put the faults in the order of lines. "file.csv:3: C-17: added" for each line, unless quiet,
 * its faults, and a sum. */
void lw_intake_print(struct lw_intake *intake, bool applied, bool dry_run, bool quiet,
                     struct lw_buf *out);
/* {"file","applied","added","changed","unchanged","faulty","ignored":["column"],"lines":[{"line",
 * "outcome","case"}],"errors":[{"line","column","code","message","hint"}]} */
void lw_intake_print_json(struct lw_intake *intake, bool applied, struct lw_buf *out);

#endif
