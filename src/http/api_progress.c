/* How somebody gets on with a course: their answers then and now, and real cases since they passed
 * it beside the same time before. For themselves and for whoever sees how they learn; what
 * customers said and how much they asked, for whoever sees their decisions. */
#include "desk/rating.h"
#include "data/member.h"
#include "http/api.h"
#include "http/council.h"
#include "measure/interval.h"
#include "people/person.h"
#include "train/progress.h"

#define DAY_USEC ((lw_usec)86400 * LW_USEC_PER_SECOND)
enum { SINCE_DAYS_MAX = 180 }; /* on either side: later than that it says nothing of the course */
enum { CASES_MIN = 20 };       /* on either side: fewer say nothing (LW_MEASURE_UNITS_MIN) */
#define CHANCE 0.05            /* of a difference that is told and is none */
enum { MILLION = 1000000 };

/* What is compared: the time since, and as long before. */
struct sides {
  lw_str person;
  lw_usec passed_at;
  lw_usec length;
  struct lw_interval_sums since;
  struct lw_interval_sums before;
};

/* "early": too few to tell. "alike": no more apart than chance often has it. */
static const char *judge(const struct sides *sides)
{
  if (sides->since.n < CASES_MIN || sides->before.n < CASES_MIN) {
    return "early";
  }
  struct lw_interval between = lw_interval_between(&sides->since, &sides->before, CHANCE);
  return between.low > 0 ? "more" : between.high < 0 ? "less" : "alike";
}

/* --- what customers said --- */

/* A mean as a point of the scale, with two places; ratings on several scales as percent. */
static void add_mean(struct lw_buf *out, const char *key, const struct lw_interval_sums *sums,
                     const struct lw_rating_scale *scale)
{
  int64_t hundredth = MILLION / 100;
  int64_t share = (sums->sum + sums->n / 2) / sums->n;
  lw_int128 way = (lw_int128)(scale->most - scale->least) * share / MILLION;
  int64_t value = scale->least + (int64_t)way;
  int64_t rounded = (value + (value < 0 ? -hundredth : hundredth) / 2) / hundredth;
  int64_t size = rounded < 0 ? -rounded : rounded;
  lw_buf_printf(out, ",\"%s\":\"%s%lld.%02lld\"", key, rounded < 0 ? "-" : "",
                (long long)(size / 100), (long long)(size % 100));
}

static struct lw_interval_sums of_ratings(const struct lw_rating_sums *sums)
{
  return (struct lw_interval_sums){sums->n, sums->sum, sums->squares};
}

static bool scale_same(const struct lw_rating_sums *one, const struct lw_rating_sums *other)
{
  return one->scale.known && other->scale.known && one->scale.least == other->scale.least &&
         one->scale.most == other->scale.most;
}

static enum lw_code add_rating(struct lw_db *db, struct sides *sides, struct lw_buf *out,
                               struct lw_error *err)
{
  const lw_usec at = sides->passed_at;
  struct lw_rating_sums since = {0};
  struct lw_rating_sums before = {0};
  struct lw_rating_scale scale = {true, 0, (int64_t)100 * MILLION};
  enum lw_code rc = lw_rating_sum(db, sides->person, at, at + sides->length, &since, err);
  rc = rc == LW_OK ? lw_rating_sum(db, sides->person, at - sides->length, at, &before, err) : rc;
  if (rc != LW_OK || since.n == 0 || before.n == 0) {
    return rc;
  }
  scale = scale_same(&since, &before) ? since.scale : scale;
  sides->since = of_ratings(&since);
  sides->before = of_ratings(&before);
  lw_buf_printf(out, ",\"rating\":{\"n\":%lld,\"was_n\":%lld,\"says\":\"%s\"", (long long)since.n,
                (long long)before.n, judge(sides));
  add_mean(out, "now", &sides->since, &scale);
  add_mean(out, "was", &sides->before, &scale);
  LW_BUF_LIT(out, ",\"scale\":");
  lw_rating_scale_print(&scale, out);
  lw_buf_add_char(out, '}');
  return rc;
}

/* --- how much they asked --- */

static bool count_ask(void *user, const struct lw_listed *listed)
{
  struct lw_interval_sums *sums = user;
  sums->n++;
  sums->sum += listed->verdict == LW_ASK ? 1 : 0;
  return true;
}

static enum lw_code count_asks(struct lw_lists *lists, lw_str person, lw_usec since, lw_usec until,
                               struct lw_interval_sums *sums, struct lw_error *err)
{
  const struct lw_lists_filter filter = {.view = {.all = true},
                                         .agent = person,
                                         .since = since,
                                         .until = until,
                                         .what = LW_LISTS_REQUESTS};
  uint64_t through = 0;
  *sums = (struct lw_interval_sums){0};
  enum lw_code rc = lw_lists_each(lists, &filter, count_ask, sums, &through, err);
  sums->squares = sums->sum;
  return rc;
}

static enum lw_code add_asked(struct lw_lists *lists, struct sides *sides, struct lw_buf *out,
                              struct lw_error *err)
{
  const lw_usec at = sides->passed_at;
  enum lw_code rc = count_asks(lists, sides->person, at, at + sides->length, &sides->since, err);
  rc = rc == LW_OK ? count_asks(lists, sides->person, at - sides->length, at, &sides->before, err)
                   : rc;
  if (rc == LW_OK && sides->since.n != 0 && sides->before.n != 0) {
    lw_buf_printf(out,
                  ",\"asked\":{\"now\":%lld,\"n\":%lld,\"was\":%lld,\"was_n\":%lld,"
                  "\"says\":\"%s\"}",
                  (long long)sides->since.sum, (long long)sides->since.n,
                  (long long)sides->before.sum, (long long)sides->before.n, judge(sides));
  }
  return rc;
}

/* --- the answer --- */

static void add_attempt(struct lw_buf *out, const char *key, const struct lw_progress_time *time)
{
  if (time->at == 0) {
    return;
  }
  lw_buf_printf(out, ",\"%s\":{\"right\":%u,\"of\":%u", key, time->right, time->of);
  lw_member_time(out, "at", time->at);
  if (time->amounts != 0) {
    lw_buf_printf(out, ",\"amounts\":%u,\"apart\":\"", time->amounts);
    lw_money_print(time->off, out);
    LW_BUF_LIT(out, "\"");
    lw_buf_printf(out, ",\"currency\":\"%.*s\"", LW_FMT(lw_currency_code(time->off.currency)));
  }
  lw_buf_add_char(out, '}');
}

static enum lw_code add_since(struct lw_call *call, struct lw_db *db, lw_str person,
                              lw_usec passed_at, struct lw_error *err)
{
  struct sides sides = {.person = person, .passed_at = passed_at};
  lw_usec gone = call->received - passed_at;
  sides.length = gone < SINCE_DAYS_MAX * DAY_USEC ? gone : SINCE_DAYS_MAX * DAY_USEC;
  LW_BUF_LIT(&call->out, ",\"since\":{\"days\":");
  lw_buf_printf(&call->out, "%lld", (long long)(sides.length / DAY_USEC));
  enum lw_code rc = add_rating(db, &sides, &call->out, err);
  rc = rc == LW_OK ? add_asked(call->server->lists, &sides, &call->out, err) : rc;
  lw_buf_add_char(&call->out, '}');
  return rc;
}

static enum lw_code print(struct lw_call *call, const struct lw_train_reader *reader, lw_str person,
                          struct lw_error *err)
{
  struct lw_progress progress;
  struct lw_buf *out = &call->out;
  enum lw_code rc = lw_progress_get(reader, call->params[0], person, &progress, err);
  if (rc != LW_OK) {
    return rc;
  }
  LW_BUF_LIT(out, "{\"course\":");
  lw_json_add_string(out, call->params[0]);
  LW_BUF_LIT(out, ",\"person\":");
  lw_json_add_string(out, person);
  add_attempt(out, "last", &progress.now);
  add_attempt(out, "first", &progress.was);
  if (progress.passed_at != 0) {
    lw_member_time(out, "passed_at", progress.passed_at);
  }
  if (progress.passed_at != 0 &&
      lw_access_covers(&call->caller, LW_ACCESS_SEE_DECISIONS, call->snapshot->staff, person)) {
    rc = add_since(call, reader->db, person, progress.passed_at, err);
  }
  lw_buf_add_char(out, '}');
  return rc;
}

void lw_api_course_progress(struct lw_call *call)
{
  struct lw_error err;
  struct lw_council council;
  const struct lw_person *self = call->caller.person;
  lw_str person = lw_call_query(call, "person");
  if (person.ptr == NULL && self == NULL) {
    lw_api_refuse_parameter(call, "person", "somebody's id, as this token stands for nobody");
    return;
  }
  struct lw_db *db =
      lw_api_council(call, &council) && lw_api_wait_for_lists(call) ? lw_call_reader(call) : NULL;
  if (db != NULL) {
    const struct lw_train_reader reader = {.db = db,
                                           .snapshot = call->snapshot,
                                           .caller = &call->caller,
                                           .json = lw_call_json(call),
                                           .arena = &call->arena,
                                           .now = call->received,
                                           .works_council = council.on};
    lw_str whose = person.ptr != NULL ? person : self->actor.id;
    lw_api_reply_read(call, print(call, &reader, whose, &err), &err);
  }
}
