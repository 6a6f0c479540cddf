/* Importing what happened to cases: a line is one update of one case, with the time at which it
 * happened and how the case stood after it. An update is known by its case, time and place: told
 * again it changes nothing, so that a file may be imported twice, or go on where it broke off.
 *
 * Columns: case, at; place (or mod; among updates of one moment, else by line), state, owner,
 * department (or group), customer, channel, subject, opened (or opened_at), promise, escalated,
 * waiting_for, by (or actor). Without a column for it, that part of the case stays as it is; a
 * blank cell of owner is nobody. */
#ifndef LW_DESK_CASE_IMPORT_H
#define LW_DESK_CASE_IMPORT_H

#include "desk/case.h"
#include "desk/intake.h"

struct lw_case_line;

struct lw_case_import {
  struct lw_intake intake;
  struct lw_case_line *lines; /* by case, time, place; those that can be read */
  uint32_t n_lines;
  uint32_t done; /* so many of them are looked at, or (applying) written */
  uint32_t most; /* a step of applying ends with the case that reaches this many; 0: all */
  bool applied;  /* something was, or there was nothing to be written */
};

/* False: nothing can be imported; import->intake.diags says why. */
LW_NODISCARD bool lw_case_import_read(struct lw_case_import *import, struct lw_arena *keep,
                                      lw_str source, const struct lw_intake_options *options);
/* Says of each line what it would do. False: memory or the store. */
LW_NODISCARD enum lw_code lw_case_import_compare(struct lw_case_import *import, struct lw_db *db,
                                                 const struct lw_staff *staff, lw_usec now,
                                                 struct lw_error *err);
/* user: struct lw_case_import. Compares, and, when that is sound, writes; 200 with the report
 * (lw_intake_print_json). With `most`, the next step of it, without a report, to be called until
 * done == n_lines or nothing was applied. */
enum lw_code lw_case_import_apply(struct lw_batch *batch, struct lw_change *change,
                                  struct lw_error *err);

#endif
