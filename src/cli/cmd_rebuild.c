/* leeway track rebuild: what Track rests on, made anew from the journal: the tape's file beside the
 * database is thrown away, the journal is read from the first entry on and the file written
 * meanwhile, the sums of the usual window are made of it, and both are looked over. While one
 * thread waits for the disk and looks over the file, another adds up: neither changes the tape.
 * What people said (causes, owners, notes) is of the record and stays as it is. */
#include "base/clock.h"
#include "budget/window.h"
#include "cli/cli.h"
#include "cli/progress.h"
#include "cli/store.h"
#include "track/sums.h"
#include "tweak/past.h"
#include "tweak/tape_file.h"

#include <pthread.h>

enum { WINDOW_DAYS = 90 };

#define DAY_USEC (LW_USEC_PER_SECOND * LW_SECONDS_PER_DAY)

enum step { READ, KEEP, LOOK_OVER, STEPS };

struct work {
  const char *url;
  struct lw_engine *engine;
  struct lw_past past;
  struct lw_tape_keeper *keeper;
  struct lw_track_sums *sums;
  enum lw_code sums_rc; /* of the thread that adds up */
  struct lw_error sums_err;
  lw_usec took[STEPS];
  lw_usec sums_took;
  bool quiet;
};

static lw_usec window_since(struct lw_engine *engine)
{
  static const struct lw_window of_a_day = {.kind = LW_WINDOW_DAY};
  const struct lw_snapshot *snapshot = lw_engine_snapshot(engine);
  struct lw_period today;
  lw_window_period(&of_a_day, snapshot->policy != NULL ? snapshot->policy->zone : NULL,
                   lw_engine_now(engine), &today);
  lw_snapshot_unref(snapshot);
  return today.start - (WINDOW_DAYS - 1) * DAY_USEC;
}

/* --- steps --- */

static enum lw_code read_journal(struct work *work, struct lw_error *err)
{
  struct lw_progress progress;
  const struct lw_past_options options = {.currency = LW_STR("USD"),
                                          .ret_keeper = &work->keeper,
                                          .progress = lw_progress_show,
                                          .user = &progress};
  lw_progress_start(&progress, "reading the journal", "entries", work->quiet);
  enum lw_code rc = lw_past_open(&work->past, work->url, &options, err);
  lw_progress_end(&progress);
  return rc;
}

static void *add_up(void *user)
{
  struct work *work = user;
  lw_usec began = lw_clock_monotonic();
  struct lw_track_facts facts;
  lw_track_facts_find(work->past.tape, &facts);
  work->sums =
      lw_track_sums_create(work->past.tape, &facts, window_since(work->engine), WINDOW_DAYS);
  work->sums_rc = work->sums != NULL ? lw_track_sums_follow(work->sums, &work->sums_err)
                                     : lw_fail(&work->sums_err, LW_NO_MEMORY, "out of memory");
  work->sums_took = lw_clock_monotonic() - began;
  return NULL;
}

static enum lw_code with_database(struct work *work,
                                  enum lw_code (*use)(struct work *work, struct lw_db *db,
                                                      struct lw_error *err),
                                  struct lw_error *err)
{
  struct lw_db *db = NULL;
  enum lw_code rc = lw_engine_reader(work->engine, &db, err);
  if (rc == LW_OK) {
    rc = use(work, db, err);
    lw_engine_reader_done(work->engine, db);
  }
  return rc;
}

static enum lw_code finish_file(struct work *work, struct lw_db *db, struct lw_error *err)
{
  return lw_tape_keeper_finish(work->keeper, db, err);
}

/* The file read back has the tape's full chunks, each as its checksum says, of this journal. */
static enum lw_code look_over_file(struct work *work, struct lw_db *db, struct lw_error *err)
{
  const struct lw_tape *tape = work->past.tape;
  uint64_t seq = 0;
  uint64_t kept = 0;
  uint64_t rows = lw_tape_rows(tape) / LW_TAPE_CHUNK_ROWS * LW_TAPE_CHUNK_ROWS;
  if (rows == 0) {
    return LW_OK; /* too few to be kept */
  }
  enum lw_code rc = lw_tape_file_check(work->url, db, lw_tape_currency(tape), &kept, &seq, err);
  if (rc == LW_OK && (kept < rows || (uint64_t)lw_tape_number(tape, LW_TAPE_SEQ, rows - 1) > seq)) {
    rc = lw_fail(err, LW_INVALID, "the tape's file has %llu rows, the journal's %llu",
                 (unsigned long long)kept, (unsigned long long)rows);
    lw_error_hint(err, "somebody else may be writing it: try again");
  }
  return rc;
}

/* What is left of the file, and that it is whole. */
static enum lw_code keep(struct work *work, struct lw_error *err)
{
  lw_usec began = lw_clock_monotonic();
  enum lw_code rc = with_database(work, finish_file, err);
  lw_usec written = lw_clock_monotonic();
  rc = rc == LW_OK ? with_database(work, look_over_file, err) : rc;
  work->took[KEEP] = written - began;
  work->took[LOOK_OVER] = lw_clock_monotonic() - written;
  return rc;
}

/* Both, while another thread adds up; without one, first the one and then the other. */
static enum lw_code keep_and_add_up(struct work *work, struct lw_error *err)
{
  pthread_t thread;
  struct lw_progress progress;
  bool beside = pthread_create(&thread, NULL, add_up, work) == 0;
  lw_progress_start(&progress, "adding up, and looking over the file", "rows", work->quiet);
  lw_progress_show(&progress, 0, lw_tape_rows(work->past.tape));
  enum lw_code rc = work->keeper != NULL ? keep(work, err) : LW_OK;
  if (beside) {
    (void)pthread_join(thread, NULL);
  } else {
    (void)add_up(work);
  }
  lw_progress_end(&progress);
  if (rc == LW_OK && work->sums_rc != LW_OK) {
    *err = work->sums_err;
    rc = work->sums_rc;
  }
  return rc == LW_OK ? lw_track_sums_check(work->sums, err) : rc;
}

static enum lw_code rebuild(struct work *work, struct lw_error *err)
{
  enum lw_code rc = lw_tape_file_possible(work->url) ? lw_tape_file_remove(work->url, err) : LW_OK;
  lw_usec began = lw_clock_monotonic();
  rc = rc == LW_OK ? read_journal(work, err) : rc;
  work->took[READ] = lw_clock_monotonic() - began;
  return rc == LW_OK ? keep_and_add_up(work, err) : rc;
}

/* --- what came of it --- */

static double seconds(lw_usec took)
{
  return (double)took / (double)LW_USEC_PER_SECOND;
}

static uint32_t count_cells(const struct work *work)
{
  return lw_track_sums_table(work->sums, LW_TRACK_BY_STRATUM)->count;
}

static void tell_words(const struct work *work, lw_usec all, struct lw_buf *out)
{
  char shown[LW_DB_SHOWN_BYTES];
  lw_db_show_url(work->url, shown, sizeof shown);
  lw_buf_printf(out, "%s: %llu rows read from the journal in %.1f s\n", shown,
                (unsigned long long)lw_tape_rows(work->past.tape), seconds(work->took[READ]));
  lw_buf_printf(out, "sums of %d days: %u sorts of case by agent, in %.1f s\n", WINDOW_DAYS,
                count_cells(work), seconds(work->sums_took));
  if (work->keeper != NULL) {
    lw_buf_printf(
        out,
        "tape's file written beside the database meanwhile and in %.1f s more, and looked "
        "over in %.1f s\n",
        seconds(work->took[KEEP]), seconds(work->took[LOOK_OVER]));
  } else {
    LW_BUF_LIT(out, "no file is kept: the database is elsewhere\n");
  }
  lw_buf_printf(out, "all of it fits; %.1f s\n", seconds(all));
}

static void tell_json(const struct work *work, lw_usec all, struct lw_buf *out)
{
  lw_buf_printf(out,
                "{\"rows\":%llu,\"cells\":%u,\"days\":%d,\"file\":%s,\"seconds\":{\"read\":%.3f,"
                "\"sums\":%.3f,\"keep\":%.3f,\"look_over\":%.3f,\"all\":%.3f}}\n",
                (unsigned long long)lw_tape_rows(work->past.tape), count_cells(work), WINDOW_DAYS,
                work->keeper != NULL ? "true" : "false", seconds(work->took[READ]),
                seconds(work->sums_took), seconds(work->took[KEEP]), seconds(work->took[LOOK_OVER]),
                seconds(all));
}

static int run(struct work *work, bool json)
{
  struct lw_desk desk;
  struct lw_error err = {0};
  lw_usec began = lw_clock_monotonic();
  int status = LW_EXIT_FAILED;
  if (lw_desk_open(&desk, work->url, false)) {
    work->engine = desk.engine;
    enum lw_code rc = rebuild(work, &err);
    if (rc == LW_OK) {
      (json ? tell_json : tell_words)(work, lw_clock_monotonic() - began, &desk.out);
    }
    lw_tape_keeper_destroy(work->keeper);
    lw_track_sums_destroy(work->sums);
    lw_past_finish(&work->past);
    status = rc == LW_OK ? LW_EXIT_DONE : lw_desk_fail(&err);
  }
  return lw_desk_close(&desk, status);
}

int lw_cmd_track_rebuild(int argc, char **argv)
{
  static const char name[] = "track rebuild";
  struct work work = {.url = LW_STORE_URL};
  bool json = false;
  char **rest = NULL;
  int count = 0;
  const struct lw_option_spec specs[] = {
      {"db", &work.url, NULL}, {"json", NULL, &json}, {"quiet", NULL, &work.quiet}};
  int status =
      lw_take_options(name, argc, argv, specs, sizeof specs / sizeof specs[0], &rest, &count);
  if (status != LW_EXIT_DONE) {
    return status;
  }
  return count != 0 ? lw_usage_error(name, "it takes no words") : run(&work, json);
}
