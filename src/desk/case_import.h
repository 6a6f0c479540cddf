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
  struct lw_case_line *lines; /* by case, time, place; intake.n_records of them */
};

/* Reads a file to be compared and applied as any intake; one step of applying ends with a whole
 * case. False: nothing can be imported; import->intake.diags says why. */
LW_NODISCARD bool lw_case_import_read(struct lw_case_import *import, struct lw_arena *keep,
                                      lw_str source, const struct lw_intake_options *options);

#endif
