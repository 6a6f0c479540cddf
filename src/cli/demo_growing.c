/* What people of the demonstration learn outside: a wish with its price, a course under way with
 * its hours, and one whose certificate a lead can vouch for. Nothing is spent, so that the record
 * has the decisions that were asked for and no more. */
#include "cli/demo.h"
#include "cli/store.h"
#include "http/growing.h"

#define DAY_USEC (LW_SECONDS_PER_DAY * LW_USEC_PER_SECOND)

struct learner {
  struct lw_engine *engine;
  struct lw_arena arena;
  const struct lw_snapshot *snapshot;
  struct lw_caller caller;
};

static enum lw_code run(struct learner *learner,
                        enum lw_code (*apply)(struct lw_batch *, struct lw_change *,
                                              struct lw_error *),
                        void *user, lw_str *ret_id, struct lw_error *err)
{
  struct lw_change change = {
      .apply = apply, .user = user, .arena = &learner->arena, .actor = learner->caller.actor};
  enum lw_code rc = lw_engine_run(learner->engine, &change, err);
  lw_str id = rc == LW_OK ? lw_demo_id(lw_buf_str(&change.answer)) : LW_STR("");
  if (ret_id != NULL && id.len != 0) {
    *ret_id = lw_str_copy(&learner->arena, id);
  }
  lw_buf_finish(&change.answer);
  return rc;
}

static lw_str day(struct learner *learner, int64_t before)
{
  struct lw_civil civil;
  lw_civil_from_seconds((lw_engine_now(learner->engine) - before * DAY_USEC) / LW_USEC_PER_SECOND,
                        &civil);
  return lw_str_format(&learner->arena, "%04d-%02d-%02d", (int)civil.year, (int)civil.month,
                       (int)civil.day);
}

static enum lw_code write_down(struct learner *learner, struct lw_growing_course course,
                               lw_str *ret_id, struct lw_error *err)
{
  course.caller = &learner->caller;
  course.asking = &lw_growing_desk;
  return run(learner, lw_growing_write, &course, ret_id, err);
}

static enum lw_code move(struct learner *learner, struct lw_growing_move to, struct lw_error *err)
{
  to.caller = &learner->caller;
  to.asking = &lw_growing_desk;
  return run(learner, lw_growing_move, &to, NULL, err);
}

static enum lw_code log_hours(struct learner *learner, lw_str course, int64_t before,
                              int64_t minutes, struct lw_error *err)
{
  struct lw_growing_hours hours = {.caller = &learner->caller,
                                   .course = course,
                                   .day = day(learner, before),
                                   .minutes = minutes};
  return run(learner, lw_growing_hours_write, &hours, NULL, err);
}

/* False: nobody of that id, in a small company. */
static bool be(struct learner *learner, lw_str id)
{
  const struct lw_person *person = lw_staff_find(learner->snapshot->staff, id);
  learner->caller = (struct lw_caller){.person = person, .actor = id};
  return person != NULL && person->active;
}

static enum lw_code ana(struct learner *learner, struct lw_error *err)
{
  static const int64_t evenings[] = {3, 10, 17, 24};
  lw_str id = LW_STR("");
  enum lw_code rc = write_down(learner,
                               (struct lw_growing_course){.title = LW_STR("Spanish B1, evenings"),
                                                          .provider = LW_STR("Evening school"),
                                                          .has_price = true,
                                                          .minor = 28000,
                                                          .planned_minutes = 1440},
                               NULL, err);
  rc = rc == LW_OK ? write_down(learner,
                                (struct lw_growing_course){.title = LW_STR("Writing clearly"),
                                                           .provider = LW_STR("City library"),
                                                           .from = day(learner, 28),
                                                           .planned_minutes = 480},
                                &id, err)
                   : rc;
  rc = rc == LW_OK
           ? move(learner, (struct lw_growing_move){.id = id, .state = LW_GROWING_UNDER_WAY}, err)
           : rc;
  for (size_t i = 0; rc == LW_OK && i < sizeof evenings / sizeof evenings[0]; i++) {
    rc = log_hours(learner, id, evenings[i], 90, err);
  }
  return rc;
}

static enum lw_code sam(struct learner *learner, struct lw_error *err)
{
  lw_str id = LW_STR("");
  enum lw_code rc = write_down(learner,
                               (struct lw_growing_course){.title = LW_STR("Calming a heated call"),
                                                          .provider = LW_STR("Chamber of commerce"),
                                                          .from = day(learner, 60),
                                                          .to = day(learner, 20)},
                               &id, err);
  rc = rc == LW_OK ? log_hours(learner, id, 40, 240, err) : rc;
  return rc == LW_OK
             ? move(learner,
                    (struct lw_growing_move){.id = id,
                                             .state = LW_GROWING_FINISHED,
                                             .certificate = LW_STR("De-escalation, level 1"),
                                             .issuer = LW_STR("Chamber of commerce"),
                                             .issued = day(learner, 20)},
                    err)
             : rc;
}

enum lw_code lw_demo_growing(struct lw_engine *engine, struct lw_error *err)
{
  struct learner learner = {.engine = engine, .snapshot = lw_engine_snapshot(engine)};
  lw_arena_init(&learner.arena, NULL, 0);
  enum lw_code rc = be(&learner, LW_STR("ana")) ? ana(&learner, err) : LW_OK;
  rc = rc == LW_OK && be(&learner, LW_STR("sam")) ? sam(&learner, err) : rc;
  lw_snapshot_unref(learner.snapshot);
  lw_arena_finish(&learner.arena);
  return rc;
}
