/* Other servers on the same database.
 *
 * A thread waits for what they tell with their commits (lw_db_tell: entries that are more than a
 * decision) and wakes the job thread, which looks and has the writer follow. What was not heard, as
 * a connection broke, is found a little later all the same: the job thread looks every now and then
 * by itself. */
#include "engine/inside.h"

#include "base/clock.h"
#include "base/log.h"

enum { HEAR_MSEC = 250, REST_MSEC = 1000 };

static struct lw_db *open_db(const struct lw_engine *engine, struct lw_error *err)
{
  struct lw_db *db = NULL;
  const struct lw_db_options options = {.url = engine->url, .mode = LW_DB_READ, .vfs = engine->vfs};
  return lw_db_open(&options, &db, err) == LW_OK ? db : NULL;
}

static void wake_jobs(struct lw_engine *engine)
{
  (void)pthread_mutex_lock(&engine->job_lock);
  engine->heard = true;
  (void)pthread_cond_signal(&engine->job_wake);
  (void)pthread_mutex_unlock(&engine->job_lock);
}

/* After a failure; the end is looked for meanwhile. */
static void rest(const struct lw_engine *engine)
{
  const struct timespec pause = {.tv_nsec = 50 * 1000000L};
  for (int i = 0; i < REST_MSEC / 50 && !atomic_load(&engine->hearer_closing); i++) {
    (void)nanosleep(&pause, NULL);
  }
}

static void *hear_main(void *user)
{
  struct lw_engine *engine = user;
  struct lw_error err;
  struct lw_db *db = NULL;
  (void)pthread_setname_np(pthread_self(), "lw-hearer");
  while (!atomic_load(&engine->hearer_closing)) {
    bool heard = false;
    db = db != NULL ? db : open_db(engine, &err);
    if (db == NULL || lw_db_hear(db, HEAR_MSEC, &heard, &err) != LW_OK) {
      rest(engine);
    } else if (heard) {
      wake_jobs(engine);
    }
  }
  lw_db_close(db);
  return NULL;
}

bool lw_hearer_start(struct lw_engine *engine)
{
  if (!lw_db_is_elsewhere(engine->url)) {
    return true;
  }
  engine->hearer_started = pthread_create(&engine->hearer, NULL, hear_main, engine) == 0;
  return engine->hearer_started;
}

void lw_hearer_stop(struct lw_engine *engine)
{
  if (engine->hearer_started) {
    atomic_store(&engine->hearer_closing, true);
    (void)pthread_join(engine->hearer, NULL);
  }
}

enum lw_code lw_engine_lead(struct lw_engine *engine, const char *matter, struct lw_db **db,
                            bool *ret_leads, struct lw_error *err)
{
  *ret_leads = !lw_db_is_elsewhere(engine->url);
  if (*ret_leads) {
    return LW_OK;
  }
  *db = *db != NULL ? *db : open_db(engine, err);
  return *db != NULL ? lw_db_lead(*db, matter, ret_leads, err) : err->code;
}
