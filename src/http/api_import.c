/* Imports of what other systems have: cases, ratings and outcomes as CSV, by a token of the records
 * or an administrator. The report says of every line what it did; a file with faults changes
 * nothing, unless they are to be left out. */
#include "desk/case_import.h"
#include "desk/record_import.h"
#include "http/api.h"

/* The options of the query; False: replied with 400. */
static bool read_options(struct lw_call *call, const char *name, struct lw_intake_options *options,
                         bool *ret_dry_run)
{
  const struct lw_policy *policy = call->snapshot->policy;
  *options = (struct lw_intake_options){.name = lw_str_c(name),
                                        .columns = lw_call_query(call, "columns"),
                                        .states = lw_call_query(call, "states"),
                                        .zone = policy != NULL ? policy->zone : NULL};
  return lw_api_read_flag(call, "dry_run", ret_dry_run) &&
         lw_api_read_flag(call, "skip_faulty", &options->skip_faulty) &&
         lw_api_read_flag(call, "keep_owners", &options->keep_owners);
}

/* Whether anything was read (`read`) or not, what is to follow: 422, what it would do, or doing it.
 */
static void take_in(struct lw_call *call, struct lw_intake *intake, bool read, bool dry_run)
{
  struct lw_error err;
  struct lw_db *db = NULL;
  if (!read) {
    lw_api_refuse_file(call, &intake->diags);
  } else if (!dry_run) {
    lw_call_submit(call, lw_intake_apply, intake);
  } else if ((db = lw_call_reader(call)) != NULL &&
             lw_api_is_well(
                 call, lw_intake_compare(intake, db, call->snapshot->staff, call->received, &err),
                 &err)) {
    lw_buf_reset(&call->out);
    lw_intake_print_json(intake, false, &call->out);
    lw_call_reply(call, 200);
  }
}

/* --- cases --- */

static void imported_cases(struct lw_call *call)
{
  atomic_store(&call->server->has_cases, true);
}

static void work_cases(struct lw_call *call)
{
  struct lw_intake_options options;
  bool dry_run = false;
  struct lw_case_import *import = LW_API_NEW(call, struct lw_case_import);
  if (import == NULL || !read_options(call, "cases.csv", &options, &dry_run)) {
    return;
  }
  bool read = lw_case_import_read(import, &call->arena, call->body, &options);
  call->then = read && !dry_run ? imported_cases : NULL;
  take_in(call, &import->intake, read, dry_run);
}

void lw_api_import_cases(struct lw_call *call)
{
  lw_worker_run(call, work_cases);
}

/* --- ratings, outcomes --- */

/* The scale of the query, or else the one that is set. False: replied. */
static bool read_scale(struct lw_call *call, struct lw_rating_scale *scale)
{
  lw_str text = lw_call_query(call, "scale");
  struct lw_error err;
  struct lw_db *db = text.len == 0 ? lw_call_reader(call) : NULL;
  if (text.len == 0) {
    return db != NULL && lw_api_is_well(call, lw_rating_scale_set(db, scale, &err), &err);
  }
  if (!lw_rating_scale_read(text, scale)) {
    lw_api_refuse_parameter(call, "scale", "two numbers such as 1..5");
    return false;
  }
  return true;
}

static void import_records(struct lw_call *call, enum lw_record_kind kind, const char *name)
{
  struct lw_intake_options options;
  struct lw_rating_scale scale = {.known = false};
  bool dry_run = false;
  struct lw_record_import *import = LW_API_NEW(call, struct lw_record_import);
  if (import == NULL || !read_options(call, name, &options, &dry_run) ||
      (kind == LW_RECORD_RATING && !read_scale(call, &scale))) {
    return;
  }
  take_in(call, &import->intake,
          lw_record_import_read(import, kind, &scale, &call->arena, call->body, &options), dry_run);
}

static void work_ratings(struct lw_call *call)
{
  import_records(call, LW_RECORD_RATING, "ratings.csv");
}

void lw_api_import_ratings(struct lw_call *call)
{
  lw_worker_run(call, work_ratings);
}

static void work_outcomes(struct lw_call *call)
{
  import_records(call, LW_RECORD_OUTCOME, "outcomes.csv");
}

void lw_api_import_outcomes(struct lw_call *call)
{
  lw_worker_run(call, work_outcomes);
}
