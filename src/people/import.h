/* Importing people: a file (CSV or YAML, roster.h) against the people that there are. Reading finds
 * what is wrong in the file, comparing says line by line what it would do, and the change itself
 * (engine/staff_change.h: lw_people_import_apply) does it, all or nothing.
 *
 * A column that the file does not have leaves that field as it is; a cell left blank empties it.
 * People whom the file does not name stay: leaving is said by hand. A team that is not there is
 * made; "care/billing" makes billing under care. */
#ifndef LW_PEOPLE_IMPORT_H
#define LW_PEOPLE_IMPORT_H

#include "base/diag.h"
#include "base/tz.h"
#include "people/person.h"

struct lw_caller;
struct lw_roster;

struct lw_import_options {
  lw_str name;              /* the file's, for its extension and the report */
  uint16_t currency;        /* of own limits, or LW_CURRENCY_NONE */
  const struct lw_tz *zone; /* where dates begin and end; NULL: UTC */
  const lw_str *tiers;      /* of the policy, for those that it does not have; NULL: any will do */
  uint32_t n_tiers;
  bool skip_faulty; /* leave lines with errors out, instead of importing nothing */
};

enum lw_import_outcome {
  LW_IMPORT_ADDED,
  LW_IMPORT_CHANGED,
  LW_IMPORT_UNCHANGED,
  LW_IMPORT_FAULTY /* its errors are in diags */
};

struct lw_import_line {
  uint32_t line;
  enum lw_import_outcome outcome;
  struct lw_person_edit edit; /* what to write: fields are those that differ */
  const struct lw_person *before;
};

struct lw_import {
  struct lw_arena *keep;
  struct lw_diags *diags;
  struct lw_import_options options;
  struct lw_import_line *lines;
  uint32_t n_lines;
  struct lw_team_edit *teams; /* to be made, parents first */
  uint32_t n_teams;
  uint32_t counts[4]; /* by outcome */
  lw_usec now;  /* set behind lw_import_read: who left before it is added as one who has; 0: nobody
                   is */
  bool sound;   /* the last comparison found nothing that stops it */
  bool applied; /* by lw_people_import_apply */
  const struct lw_caller *caller; /* set behind lw_import_read by whoever imports for somebody: what
                                     they may do themselves is no matter of theirs; NULL: the
                                     command line */
  /* Whether a line takes authority away (engine/lowers.h), and what, in words: it is a fault then.
   * NULL: nobody asks. */
  bool (*lowers)(void *user, const struct lw_person *before, const struct lw_person *after,
                 struct lw_buf *words);
  void *lowers_user;
  lw_str source;
  struct lw_roster *roster;   /* the file as it was read */
  struct lw_diags file_diags; /* what was wrong in the file alone */
};

/* Reads the file into keep. False when nothing can be imported at all (its header, its syntax,
 * memory): diags says why. source must live as long. */
LW_NODISCARD bool lw_import_read(struct lw_import *import, struct lw_arena *keep, lw_str source,
                                 const struct lw_import_options *options, struct lw_diags *diags);
/* Compares with the people that there are, which must live as long; may be done again with newer
 * ones. False (also in `sound`) when there are errors, and not skip_faulty, or memory is out. */
bool lw_import_compare(struct lw_import *import, const struct lw_staff *staff);
/* The report, a line each and a sum: "people.csv:3: ana: changed: tier frontline -> senior". */
void lw_import_print(const struct lw_import *import, bool dry_run, struct lw_buf *out);
/* {"file","applied","added","changed","unchanged","faulty","teams":[...],
 * "lines":[{"line","person","outcome","changes":[{"field","from","to"}]}],
 * "errors":[{"line","column","code","message","hint"}]} */
void lw_import_print_json(const struct lw_import *import, bool applied, struct lw_buf *out);

#endif
