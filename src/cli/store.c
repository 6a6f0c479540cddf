/* A folder's tables are migrations of its own; they run in the order of this list, and a list is
 * only ever added to at its end. */
#include "cli/store.h"

#include "base/check.h"
#include "base/crypto.h"
#include "cli/cli.h"
#include "cli/progress.h"
#include "connect/deliver.h"
#include "desk/approval.h"
#include "guide/plan.h"
#include "listen/pulse.h"
#include "train/train.h"

#include <string.h>
#include <unistd.h>

enum {
  MIGRATIONS_MAX = 64,
  STEP_LINES = 2000 /* of a file in one transaction: others who write wait for no more */
};

/* Into a list of MIGRATIONS_MAX; how many there are. */
static size_t list_migrations(struct lw_migration *ret_list)
{
  const struct {
    const struct lw_migration *steps;
    size_t count;
  } folders[] = {{lw_desk_migrations, lw_desk_migrations_count},
                 {lw_connect_migrations, lw_connect_migrations_count},
                 {lw_train_migrations, lw_train_migrations_count},
                 {lw_guide_migrations, lw_guide_migrations_count},
                 {lw_listen_migrations, lw_listen_migrations_count}};
  size_t count = 0;
  for (size_t i = 0; i < sizeof folders / sizeof folders[0]; i++) {
    LW_ASSERT(count + folders[i].count <= MIGRATIONS_MAX);
    memcpy(ret_list + count, folders[i].steps, folders[i].count * sizeof ret_list[0]);
    count += folders[i].count;
  }
  return count;
}

enum lw_code lw_store_open(const struct lw_engine_options *options, struct lw_engine **ret_engine,
                           struct lw_error *err)
{
  struct lw_migration migrations[MIGRATIONS_MAX];
  struct lw_engine_options with = *options;
  with.migrations = migrations;
  with.n_migrations = list_migrations(migrations);
  return lw_engine_open(&with, ret_engine, err);
}

enum lw_code lw_store_migrate(struct lw_db *db, struct lw_error *err)
{
  struct lw_migration migrations[MIGRATIONS_MAX];
  return lw_engine_migrate(db, migrations, list_migrations(migrations), err);
}

struct lw_engine *lw_store_need(const char *url, bool make)
{
  struct lw_error err = {0};
  struct lw_engine *engine = NULL;
  struct lw_engine_options options = {.url = url};
  bool is_path = strstr(url, "://") == NULL && strncmp(url, "file:", 5) != 0;
  if (!lw_crypto_start()) {
    lw_say_error("the cryptographic library can't start");
    return NULL;
  }
  if (!make && is_path && access(url, F_OK) != 0) {
    lw_say_error("there is no database %s; give --db FILE, or make one with `leeway serve`", url);
    return NULL;
  }
  if (lw_store_open(&options, &engine, &err) != LW_OK) {
    lw_say(&err);
    return NULL;
  }
  return engine;
}

enum lw_code lw_store_run(struct lw_engine *engine, struct lw_store_change *run,
                          struct lw_error *err)
{
  struct lw_arena arena;
  lw_arena_init(&arena, NULL, 0);
  struct lw_change change = {
      .apply = run->apply, .user = run->user, .arena = &arena, .actor = run->actor};
  enum lw_code rc = lw_engine_run(engine, &change, err);
  run->status = change.status;
  if (run->answer != NULL) {
    lw_buf_reset(run->answer);
    lw_buf_add(run->answer, lw_buf_str(&change.answer));
  }
  lw_buf_finish(&change.answer);
  lw_arena_finish(&arena);
  return rc;
}

enum lw_code lw_store_import(struct lw_engine *engine, struct lw_intake *intake, bool quiet,
                             struct lw_error *err)
{
  struct lw_progress progress;
  struct lw_store_change change = {
      .apply = lw_intake_apply, .user = intake, .actor = LW_STR("cli")};
  enum lw_code rc = LW_OK;
  intake->most = STEP_LINES;
  lw_progress_start(&progress, "importing", "lines", quiet);
  do {
    rc = lw_store_run(engine, &change, err);
    lw_progress_show(&progress, intake->done, intake->n_records);
  } while (rc == LW_OK && intake->applied && intake->done < intake->n_records);
  lw_progress_end(&progress);
  return rc;
}

bool lw_desk_open(struct lw_desk *desk, const char *url, bool make)
{
  *desk = (struct lw_desk){0};
  lw_arena_init(&desk->arena, NULL, 0);
  desk->engine = lw_store_need(url, make);
  return desk->engine != NULL;
}

int lw_desk_close(struct lw_desk *desk, int status)
{
  if (desk->out.len != 0 && !lw_write_out(&desk->out)) {
    status = LW_EXIT_FAILED;
  }
  lw_buf_finish(&desk->out);
  lw_arena_finish(&desk->arena);
  lw_engine_close(desk->engine);
  return status;
}

int lw_desk_run(struct lw_desk *desk, struct lw_change *change, bool json, const char *words)
{
  struct lw_error err;
  change->arena = &desk->arena;
  change->actor = LW_STR("cli");
  enum lw_code rc = lw_engine_run(desk->engine, change, &err);
  if (rc == LW_OK && json) {
    lw_buf_add(&desk->out, lw_buf_str(&change->answer));
    lw_buf_add_char(&desk->out, '\n');
  } else if (rc == LW_OK) {
    lw_buf_add_c(&desk->out, words);
  }
  lw_buf_finish(&change->answer);
  return rc == LW_OK ? LW_EXIT_DONE : lw_desk_fail(&err);
}

int lw_desk_fail(const struct lw_error *err)
{
  lw_say(err);
  return lw_code_exit_status(err->code);
}

void lw_desk_add_moment(struct lw_buf *out, lw_usec at)
{
  lw_rfc3339_print(at / LW_USEC_PER_SECOND - (at % LW_USEC_PER_SECOND < 0), 0, out);
}
