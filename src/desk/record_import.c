/* Lines are read each by itself; comparing asks the store about each, and finds two of one file
 * that say the same thing twice. Applying compares first: nothing is written for a file with faults
 * unless they are to be left out. */
#include "desk/record_import.h"

#include "base/table.h"

enum { AHEAD_SECONDS = 300, NAME_BYTES_MAX = 200, COMMENT_BYTES_MAX = 4000 };

enum rating_field {
  CASE,
  AT,
  RATING,
  LEAST,
  MOST,
  AGENT,
  CUSTOMER,
  COMMENT,
  SOURCE,
  RATING_FIELDS
};
static const struct lw_intake_field rating_fields[RATING_FIELDS] = {
    [CASE] = {LW_STR_INIT("case"), LW_STR_INIT("case_id"), true},
    [AT] = {LW_STR_INIT("at"), LW_STR_INIT("rated_at"), true},
    [RATING] = {LW_STR_INIT("rating"), LW_STR_INIT("score"), true},
    [LEAST] = {LW_STR_INIT("min"), LW_STR_INIT("scale_min"), false},
    [MOST] = {LW_STR_INIT("max"), LW_STR_INIT("scale_max"), false},
    [AGENT] = {LW_STR_INIT("agent"), LW_STR_INIT(""), false},
    [CUSTOMER] = {LW_STR_INIT("customer"), LW_STR_INIT(""), false},
    [COMMENT] = {LW_STR_INIT("comment"), LW_STR_INIT(""), false},
    [SOURCE] = {LW_STR_INIT("source"), LW_STR_INIT(""), false},
};

enum outcome_field { WHOSE, SINCE, OUTCOME, OUTCOME_FIELDS };
static const struct lw_intake_field outcome_fields[OUTCOME_FIELDS] = {
    [WHOSE] = {LW_STR_INIT("customer"), LW_STR_INIT("customer_id"), true},
    [SINCE] = {LW_STR_INIT("at"), LW_STR_INIT("date"), true},
    [OUTCOME] = {LW_STR_INIT("outcome"), LW_STR_INIT(""), true},
};

/* --- reading a line --- */

static lw_str cell(const struct lw_record_import *import, size_t row, uint32_t field)
{
  lw_str text = lw_intake_cell(&import->intake, row, field);
  return text.len != 0 ? text : LW_STR("");
}

/* Whether a cell may be kept as an id or a short text: not longer, no control characters (a comment
 * may have lines). */
static bool check_text(struct lw_record_import *import, size_t row, uint32_t field, size_t most,
                       bool lines)
{
  lw_str text = cell(import, row, field);
  bool plain = text.len <= most;
  for (size_t i = 0; plain && !lines && i < text.len; i++) {
    plain = (unsigned char)text.ptr[i] >= 0x20 && text.ptr[i] != 0x7f;
  }
  if (!plain) {
    lw_intake_fault(&import->intake, row, NULL,
                    "%.*s is longer than %zu bytes, or has control characters",
                    LW_FMT(import->intake.fields[field].name), most);
  }
  return plain;
}

static bool need_text(struct lw_record_import *import, size_t row, uint32_t field, lw_str *ret_text)
{
  *ret_text = cell(import, row, field);
  if (ret_text->len == 0) {
    lw_intake_fault(&import->intake, row, NULL, "%.*s is empty",
                    LW_FMT(import->intake.fields[field].name));
    return false;
  }
  return check_text(import, row, field, NAME_BYTES_MAX, false);
}

static bool need_time(struct lw_record_import *import, size_t row, uint32_t field, lw_usec *ret_at)
{
  lw_str text = cell(import, row, field);
  if (text.len == 0 || !lw_intake_read_time(&import->intake, text, ret_at)) {
    lw_intake_fault(&import->intake, row, NULL, "%.*s: \"%.*s\" is no time",
                    LW_FMT(import->intake.fields[field].name), LW_FMT(text));
    return false;
  }
  return true;
}

/* The line's own scale, or the one for lines without. */
static bool read_scale(struct lw_record_import *import, size_t row, struct lw_rating_scale *scale)
{
  lw_str least = cell(import, row, LEAST);
  lw_str most = cell(import, row, MOST);
  *scale = import->scale;
  if (least.len != 0 || most.len != 0) {
    scale->known = lw_rating_number_read(least, &scale->least) &&
                   lw_rating_number_read(most, &scale->most) && scale->least < scale->most;
    if (!scale->known) {
      lw_intake_fault(&import->intake, row, NULL, "min and max are numbers, min the smaller one");
    }
  } else if (!scale->known) {
    lw_intake_fault(&import->intake, row,
                    "columns min and max, a scale for all lines such as 1..5, or the setting",
                    "nothing says on what scale this is");
  }
  return scale->known;
}

static bool read_value(struct lw_record_import *import, size_t row, struct lw_rating *rating)
{
  struct lw_rating_scale scale;
  lw_str text = cell(import, row, RATING);
  if (!read_scale(import, row, &scale)) {
    return false;
  }
  if (!lw_rating_number_read(text, &rating->value) || rating->value < scale.least ||
      rating->value > scale.most) {
    lw_intake_fault(&import->intake, row, NULL, "rating: \"%.*s\" is not on the scale",
                    LW_FMT(text));
    return false;
  }
  rating->least = scale.least;
  rating->most = scale.most;
  rating->share_ppm = lw_rating_share(rating->value, rating->least, rating->most);
  return true;
}

static bool read_rating(struct lw_record_import *import, struct lw_record_line *line)
{
  size_t row = line->row;
  struct lw_rating *rating = &line->rating.rating;
  bool named = need_text(import, row, CASE, &rating->case_id);
  import->intake.lines[row].about = rating->case_id;
  line->rating.has_at = true;
  line->rating.comment = cell(import, row, COMMENT);
  rating->customer = cell(import, row, CUSTOMER);
  rating->source = cell(import, row, SOURCE);
  rating->comment = LW_STR("");
  return named && need_time(import, row, AT, &rating->at) && read_value(import, row, rating) &&
         check_text(import, row, CUSTOMER, NAME_BYTES_MAX, false) &&
         check_text(import, row, SOURCE, NAME_BYTES_MAX, false) &&
         check_text(import, row, COMMENT, COMMENT_BYTES_MAX, true);
}

static bool read_outcome(struct lw_record_import *import, struct lw_record_line *line)
{
  lw_str word = cell(import, line->row, OUTCOME);
  bool named = need_text(import, line->row, WHOSE, &line->outcome.customer);
  import->intake.lines[line->row].about = line->outcome.customer;
  if (!named || !need_time(import, line->row, SINCE, &line->outcome.at)) {
    return false;
  }
  lw_str said = lw_intake_said(import->intake.options.states, word);
  if (!lw_parting_name_read(said.len != 0 ? said : word, &line->outcome.lost)) {
    lw_intake_fault(&import->intake, line->row, "say what it means: states word=lost",
                    "outcome: \"%.*s\" is neither kept nor lost", LW_FMT(word));
    return false;
  }
  return true;
}

/* --- comparing --- */

static void fault(struct lw_record_import *import, struct lw_record_line *line, const char *hint,
                  const char *text)
{
  lw_intake_fault(&import->intake, line->row, hint, "%s", text);
  line->faulty = true;
}

static enum lw_code find_known(struct lw_record_import *import, struct lw_db *db,
                               const struct lw_record_line *line, bool *ret_found, bool *ret_same,
                               struct lw_error *err)
{
  const struct lw_rating *rating = &line->rating.rating;
  if (import->kind == LW_RECORD_RATING) {
    struct lw_rating known;
    enum lw_code rc = lw_rating_find(db, rating, ret_found, &known, err);
    *ret_same = rc == LW_OK && *ret_found && known.value == rating->value &&
                known.least == rating->least && known.most == rating->most;
    return rc;
  }
  bool lost = false;
  enum lw_code rc =
      lw_parting_find(db, line->outcome.customer, line->outcome.at, ret_found, &lost, err);
  *ret_same = lost == line->outcome.lost;
  return rc;
}

/* What a line is known by: two of one file can't be told apart. */
static lw_str key_of(const struct lw_record_import *import, const struct lw_record_line *line)
{
  const struct lw_rating *rating = &line->rating.rating;
  if (import->kind == LW_RECORD_RATING) {
    return lw_str_format(import->intake.keep, "%.*s\n%lld\n%.*s", LW_FMT(rating->case_id),
                         (long long)rating->at, LW_FMT(rating->source));
  }
  return lw_str_format(import->intake.keep, "%.*s\n%lld", LW_FMT(line->outcome.customer),
                       (long long)line->outcome.at);
}

static enum lw_code judge(struct lw_record_import *import, struct lw_db *db,
                          const struct lw_staff *staff, lw_usec now, struct lw_table *seen,
                          struct lw_record_line *line, struct lw_error *err)
{
  bool found = false;
  bool same = false;
  bool is_new = true;
  bool ratings = import->kind == LW_RECORD_RATING;
  lw_usec at = ratings ? line->rating.rating.at : line->outcome.at;
  if (ratings && !lw_intake_person(&import->intake, staff, line->row,
                                   cell(import, line->row, AGENT), &line->rating.rating.agent)) {
    line->faulty = true;
  } else if (at > now + AHEAD_SECONDS * LW_USEC_PER_SECOND) {
    fault(import, line, "times without a zone are in that of the policy", "at lies ahead of now");
  } else if (lw_table_add(seen, key_of(import, line), &is_new) == NULL) {
    return lw_fail(err, LW_NO_MEMORY, "out of memory while importing");
  } else if (!is_new) {
    fault(import, line, ratings ? "a column `source` tells two of one moment apart" : NULL,
          ratings ? "another line has this case, time and source"
                  : "another line has this customer and time");
  } else {
    enum lw_code rc = find_known(import, db, line, &found, &same, err);
    if (rc != LW_OK) {
      return rc;
    }
    import->intake.lines[line->row].outcome = found ? LW_INTAKE_UNCHANGED : LW_INTAKE_ADDED;
    if (found && !same) {
      fault(import, line, NULL, "something else is recorded there");
    }
  }
  return LW_OK;
}

static enum lw_code compare(struct lw_intake *intake, struct lw_db *db,
                            const struct lw_staff *staff, lw_usec now, struct lw_error *err)
{
  struct lw_record_import *import = (struct lw_record_import *)intake;
  struct lw_table seen;
  enum lw_code rc = LW_OK;
  lw_table_init(&seen, intake->keep);
  for (uint32_t i = 0; rc == LW_OK && i < intake->n_records; i++) {
    rc = judge(import, db, staff, now, &seen, &import->lines[i], err);
  }
  return rc;
}

/* --- writing --- */

static enum lw_code write_line(struct lw_batch *batch, struct lw_change *change,
                               struct lw_record_import *import, struct lw_record_line *line,
                               struct lw_error *err)
{
  bool found = false;
  bool same = false;
  if (line->faulty || import->intake.lines[line->row].outcome != LW_INTAKE_ADDED) {
    return LW_OK;
  }
  /* Another import may have brought it since it was compared: steps are transactions of their own.
   */
  enum lw_code rc = find_known(import, batch->db, line, &found, &same, err);
  if (rc != LW_OK || found) {
    import->intake.lines[line->row].outcome = LW_INTAKE_UNCHANGED;
    return rc;
  }
  return import->kind == LW_RECORD_RATING
             ? lw_rating_write(batch, change, &line->rating, &line->rating.rating, err)
             : lw_parting_write(batch, change, &line->outcome, err);
}

static enum lw_code write_next(struct lw_batch *batch, struct lw_change *change,
                               struct lw_intake *intake, struct lw_error *err)
{
  struct lw_record_import *import = (struct lw_record_import *)intake;
  return write_line(batch, change, import, &import->lines[intake->done++], err);
}

/* --- reading --- */

bool lw_record_import_read(struct lw_record_import *import, enum lw_record_kind kind,
                           const struct lw_rating_scale *scale, struct lw_arena *keep,
                           lw_str source, const struct lw_intake_options *options)
{
  static const struct lw_intake_kind how = {compare, write_next};
  struct lw_intake *intake = &import->intake;
  bool ratings = kind == LW_RECORD_RATING;
  *import = (struct lw_record_import){.kind = kind};
  import->scale = scale != NULL ? *scale : import->scale;
  if (!lw_intake_read(intake, keep, source, ratings ? rating_fields : outcome_fields,
                      ratings ? (size_t)RATING_FIELDS : (size_t)OUTCOME_FIELDS, options)) {
    return false;
  }
  intake->kind = &how;
  size_t rows = intake->csv.row_count;
  import->lines = LW_NEW_ARRAY(keep, struct lw_record_line, rows + 1);
  for (size_t row = 0; import->lines != NULL && row < rows; row++) {
    struct lw_record_line line = {.row = row};
    if (ratings ? read_rating(import, &line) : read_outcome(import, &line)) {
      import->lines[intake->n_records++] = line;
    }
  }
  return import->lines != NULL && !keep->failed;
}
