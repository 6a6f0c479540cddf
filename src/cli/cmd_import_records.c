/* leeway import cases, ratings, outcomes: what another system has recorded, into the database, with
 * a report line by line. A long file is written in steps, each a transaction of its own, so that a
 * running server waits for none of them long; it is read and judged as a whole before the first.
 * What breaks off in between goes on when the same file is imported again. */
#include "cli/cli.h"
#include "cli/store.h"
#include "desk/case_import.h"
#include "desk/record_import.h"

#include <string.h>

#define FILE_BYTES_MAX ((size_t)1 << 30)

struct records {
  const char *file;
  const char *columns;
  const char *states;
  const char *zone;
  const char *scale; /* of ratings */
  bool keep_owners;
  bool dry_run;
  bool skip_faulty;
  bool json;
  bool quiet;
};

static int report(const struct records *job, struct lw_intake *intake, bool applied)
{
  struct lw_buf out = {0};
  if (job->json) {
    lw_intake_print_json(intake, applied, &out);
    lw_buf_add_char(&out, '\n');
  } else {
    lw_intake_print(intake, applied, job->dry_run, job->quiet, &out);
  }
  bool written = lw_write_out(&out);
  lw_buf_finish(&out);
  if (!written) {
    return LW_EXIT_FAILED;
  }
  if (intake->diags.errors != 0 && !job->skip_faulty) {
    lw_say_error("%s has errors, so nothing was imported; mend them, or leave those lines out with "
                 "--skip-faulty",
                 job->file);
  }
  return intake->diags.errors == 0 ? LW_EXIT_DONE : LW_EXIT_NO;
}

/* False after saying why. */
static bool find_zone(const struct records *job, struct lw_tzdb *zones,
                      const struct lw_policy *policy, const struct lw_tz **ret_zone)
{
  struct lw_error err = {0};
  *ret_zone = policy != NULL ? policy->zone : NULL;
  if (job->zone != NULL && lw_tzdb_find(zones, lw_str_c(job->zone), ret_zone, &err) != LW_OK) {
    lw_say(&err);
    return false;
  }
  return true;
}

/* What a verb imports, and how it reads a file of it. */
struct import {
  struct lw_intake *intake;
  bool has_scale;
  bool (*read)(struct lw_intake *intake, struct lw_arena *keep, lw_str text,
               const struct lw_rating_scale *scale, const struct lw_intake_options *options);
};

static enum lw_code compare(struct lw_engine *engine, struct lw_intake *intake,
                            const struct lw_snapshot *snapshot, struct lw_error *err)
{
  struct lw_db *db = NULL;
  enum lw_code rc = lw_engine_reader(engine, &db, err);
  if (rc == LW_OK) {
    rc = lw_intake_compare(intake, db, snapshot->staff, lw_engine_now(engine), err);
    lw_engine_reader_done(engine, db);
  }
  return rc;
}

/* The scale that is said, or else the one that is set. False after saying why. */
static bool find_scale(const struct records *job, struct lw_engine *engine,
                       struct lw_rating_scale *ret_scale)
{
  struct lw_error err = {0};
  struct lw_db *db = NULL;
  if (job->scale != NULL) {
    bool good = lw_rating_scale_read(lw_str_c(job->scale), ret_scale);
    if (!good) {
      lw_say_error("--scale is two numbers such as 1..5, not \"%s\"", job->scale);
    }
    return good;
  }
  enum lw_code rc = lw_engine_reader(engine, &db, &err);
  if (rc == LW_OK) {
    rc = lw_rating_scale_set(db, ret_scale, &err);
    lw_engine_reader_done(engine, db);
  }
  if (rc != LW_OK) {
    lw_say(&err);
  }
  return rc == LW_OK;
}

static int import_into(const struct records *job, struct lw_desk *desk, lw_str text,
                       const struct import *import)
{
  const struct lw_snapshot *snapshot = lw_engine_snapshot(desk->engine);
  struct lw_tzdb *zones = lw_tzdb_create(NULL, NULL);
  struct lw_rating_scale scale = {.known = false};
  struct lw_error err = {0};
  struct lw_intake_options options = {.name = lw_str_c(job->file),
                                      .columns = lw_str_c(job->columns),
                                      .states = lw_str_c(job->states),
                                      .skip_faulty = job->skip_faulty,
                                      .keep_owners = job->keep_owners};
  struct lw_intake *intake = import->intake;
  int status = LW_EXIT_FAILED;
  if (zones == NULL || !find_zone(job, zones, snapshot->policy, &options.zone) ||
      (import->has_scale && !find_scale(job, desk->engine, &scale))) {
    status = LW_EXIT_FAILED;
  } else if (!import->read(intake, &desk->arena, text, &scale, &options)) {
    status = report(job, intake, false);
  } else {
    enum lw_code rc = job->dry_run
                          ? compare(desk->engine, intake, snapshot, &err)
                          : lw_store_import(desk->engine, intake, job->quiet || job->json, &err);
    status = rc == LW_OK ? report(job, intake, intake->applied) : lw_desk_fail(&err);
  }
  lw_tzdb_destroy(zones);
  lw_snapshot_unref(snapshot);
  return status;
}

/* What a verb does not have, it does not take: ratings have a scale and no states. */
static int take(const char *name, int argc, char **argv, struct records *ret_job,
                const char **ret_url)
{
  char **files = NULL;
  int count = 0;
  bool ratings = strcmp(name, "import ratings") == 0;
  bool outcomes = strcmp(name, "import outcomes") == 0;
  const struct lw_option_spec specs[] = {
      {"db", ret_url, NULL},
      {"columns", &ret_job->columns, NULL},
      {"zone", &ret_job->zone, NULL},
      {"dry-run", NULL, &ret_job->dry_run},
      {"skip-faulty", NULL, &ret_job->skip_faulty},
      {"json", NULL, &ret_job->json},
      {"quiet", NULL, &ret_job->quiet},
      {ratings ? "scale" : "states", ratings ? &ret_job->scale : &ret_job->states, NULL},
      {"keep-owners", NULL, &ret_job->keep_owners}};
  size_t n_specs = sizeof specs / sizeof specs[0] - outcomes; /* an outcome is nobody's */
  int status = lw_take_options(name, argc, argv, specs, n_specs, &files, &count);
  if (status == LW_EXIT_DONE && count != 1) {
    status = lw_usage_error(name, "one file is imported, not %d", count);
  }
  ret_job->file = status == LW_EXIT_DONE ? files[0] : NULL;
  return status;
}

static int import_file(const char *name, int argc, char **argv, const struct import *import)
{
  struct records job = {.dry_run = false};
  const char *url = LW_STORE_URL;
  struct lw_desk desk;
  struct lw_error err = {0};
  lw_str text = {NULL, 0};
  int status = take(name, argc, argv, &job, &url);
  if (status != LW_EXIT_DONE) {
    return status;
  }
  status = LW_EXIT_FAILED;
  if (lw_desk_open(&desk, url, !job.dry_run)) {
    status = lw_read_file(&desk.arena, job.file, FILE_BYTES_MAX, &text, &err) == LW_OK
                 ? import_into(&job, &desk, text, import)
                 : lw_desk_fail(&err);
  }
  return lw_desk_close(&desk, status);
}

static bool read_cases(struct lw_intake *intake, struct lw_arena *keep, lw_str text,
                       const struct lw_rating_scale *scale, const struct lw_intake_options *options)
{
  (void)scale;
  return lw_case_import_read((struct lw_case_import *)intake, keep, text, options);
}

int lw_cmd_import_cases(int argc, char **argv)
{
  struct lw_case_import cases = {.lines = NULL};
  const struct import import = {&cases.intake, false, read_cases};
  return import_file("import cases", argc, argv, &import);
}

static bool read_ratings(struct lw_intake *intake, struct lw_arena *keep, lw_str text,
                         const struct lw_rating_scale *scale,
                         const struct lw_intake_options *options)
{
  return lw_record_import_read((struct lw_record_import *)intake, LW_RECORD_RATING, scale, keep,
                               text, options);
}

int lw_cmd_import_ratings(int argc, char **argv)
{
  struct lw_record_import ratings = {.lines = NULL};
  const struct import import = {&ratings.intake, true, read_ratings};
  return import_file("import ratings", argc, argv, &import);
}

static bool read_outcomes(struct lw_intake *intake, struct lw_arena *keep, lw_str text,
                          const struct lw_rating_scale *scale,
                          const struct lw_intake_options *options)
{
  return lw_record_import_read((struct lw_record_import *)intake, LW_RECORD_OUTCOME, scale, keep,
                               text, options);
}

int lw_cmd_import_outcomes(int argc, char **argv)
{
  struct lw_record_import outcomes = {.lines = NULL};
  const struct import import = {&outcomes.intake, false, read_outcomes};
  return import_file("import outcomes", argc, argv, &import);
}
