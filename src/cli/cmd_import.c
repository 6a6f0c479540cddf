/* leeway import people: a file of people into the database, with a report line by line. Works
 * beside a running server, which reads the people anew with its next change. */
#include "base/bounds.h"
#include "cli/cli.h"
#include "cli/store.h"
#include "engine/lowers.h"
#include "engine/staff_change.h"

struct import_job {
  const char *file;
  bool dry_run;
  bool json;
  bool skip_faulty;
  struct lw_arena arena;
  struct lw_diags diags;
  struct lw_import import;
};

/* The report, on stdout; what stopped it, on stderr in a line. */
static int report(struct import_job *job)
{
  struct lw_buf out = {0};
  if (job->json) {
    lw_import_print_json(&job->import, job->import.applied, &out);
    lw_buf_add_char(&out, '\n');
  } else {
    lw_import_print(&job->import, job->dry_run, &out);
  }
  bool written = lw_write_out(&out);
  lw_buf_finish(&out);
  if (!written) {
    return LW_EXIT_FAILED;
  }
  if (job->diags.errors != 0 && !job->skip_faulty) {
    lw_say_error("%s has errors, so nobody was imported; mend them, or leave those lines out with "
                 "--skip-faulty",
                 job->file);
  }
  return job->diags.errors == 0 ? LW_EXIT_DONE : LW_EXIT_NO;
}

static int apply(struct import_job *job, struct lw_engine *engine)
{
  struct lw_error err = {0};
  struct lw_change change = {.apply = lw_people_import_apply,
                             .user = &job->import,
                             .arena = &job->arena,
                             .actor = LW_STR("cli")};
  enum lw_code rc = lw_engine_run(engine, &change, &err);
  lw_buf_finish(&change.answer);
  if (rc != LW_OK) {
    lw_say(&err);
    return lw_code_exit_status(rc);
  }
  return report(job);
}

static int import_into(struct import_job *job, struct lw_engine *engine, lw_str text)
{
  const struct lw_snapshot *snapshot = lw_engine_snapshot(engine);
  const struct lw_policy *policy = snapshot->policy;
  struct lw_import_options options = {
      .name = lw_str_c(job->file), .currency = LW_CURRENCY_NONE, .skip_faulty = job->skip_faulty};
  if (policy != NULL) {
    options.currency = policy->currency;
    options.zone = policy->zone;
    options.tiers = policy->tiers;
    options.n_tiers = policy->n_tiers;
  }
  int status = LW_EXIT_FAILED;
  bool readable = lw_import_read(&job->import, &job->arena, text, &options, &job->diags);
  if (job->arena.failed) {
    lw_say_error("%s: out of memory", job->file);
  } else if (!readable || job->dry_run) {
    if (readable) {
      struct lw_lowers look = {.snapshot = snapshot,
                               .now = lw_engine_now(engine),
                               .actor = LW_STR("cli"),
                               .scratch = &job->arena};
      job->import.now = look.now;
      lw_lowers_watch(&look, &job->import);
      (void)lw_import_compare(&job->import, snapshot->staff); /* the report says it */
    }
    status = report(job);
  } else {
    status = apply(job, engine);
  }
  lw_snapshot_unref(snapshot);
  return status;
}

int lw_cmd_import_people(int argc, char **argv)
{
  static const char name[] = "import people";
  struct import_job job = {.dry_run = false};
  const char *url = LW_STORE_URL;
  const struct lw_option_spec specs[] = {{"db", &url, NULL},
                                         {"dry-run", NULL, &job.dry_run},
                                         {"skip-faulty", NULL, &job.skip_faulty},
                                         {"json", NULL, &job.json}};
  char **files = NULL;
  int count = 0;
  int status = lw_take_options(name, argc, argv, specs, 4, &files, &count);
  if (status != LW_EXIT_DONE) {
    return status;
  }
  if (count != 1) {
    return lw_usage_error(name, "one file of people is imported, not %d", count);
  }
  struct lw_error err = {0};
  lw_str text = {NULL, 0};
  struct lw_engine *engine = NULL;
  job.file = files[0];
  lw_arena_init(&job.arena, NULL, 0);
  lw_diags_init(&job.diags, &job.arena);
  status = LW_EXIT_FAILED;
  if (lw_read_file(&job.arena, job.file, LW_POLICY_TEXT_BYTES_MAX, &text, &err) != LW_OK) {
    lw_say(&err);
  } else {
    engine = lw_store_need(url, !job.dry_run);
  }
  if (engine != NULL) {
    status = import_into(&job, engine, text);
  }
  lw_engine_close(engine);
  lw_arena_finish(&job.arena);
  return status;
}
