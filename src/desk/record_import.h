/* Importing what is said once of a case or a customer: a line is one record (a rating, an outcome),
 * known by what it is about and its time, so that a file may be imported twice, or go on where it
 * broke off: what is there already changes nothing, something else at the same place is a fault.
 *
 * Ratings: case, at, rating (or score), min, max (or scale_min, scale_max; without them the scale
 * that is given, or else is set), agent, customer, comment, source. Outcomes: customer, at,
 * outcome (kept or lost). */
#ifndef LW_DESK_RECORD_IMPORT_H
#define LW_DESK_RECORD_IMPORT_H

#include "desk/intake.h"
#include "desk/parting.h"
#include "desk/rating.h"

enum lw_record_kind { LW_RECORD_RATING, LW_RECORD_OUTCOME };

struct lw_record_line {
  size_t row;
  bool faulty;
  struct lw_rating_new rating; /* of these the one of the kind */
  struct lw_parting outcome;
};

struct lw_record_import {
  struct lw_intake intake;
  enum lw_record_kind kind;
  struct lw_rating_scale scale; /* of lines without one */
  struct lw_record_line *lines; /* intake.n_records of them */
};

/* Reads a file to be compared and applied as any intake. scale may be NULL: lines must say theirs.
 * False: nothing can be imported; import->intake.diags says why. */
LW_NODISCARD bool lw_record_import_read(struct lw_record_import *import, enum lw_record_kind kind,
                                        const struct lw_rating_scale *scale, struct lw_arena *keep,
                                        lw_str source, const struct lw_intake_options *options);

#endif
