/* What became of some of the made-up decisions: cases that were resolved, some after a hand-over,
 * some that came back, ratings, customers kept or lost; and people who had left before. Written as
 * the files that a company would bring in, and brought in the same way.
 *
 * Drawn from a stream of its own, so that the decisions stay what they are, from the last 90 days
 * alone, and of no more than some thousand cases, however many decisions there are. */
#include "base/table.h"
#include "cli/demo.h"
#include "cli/store.h"
#include "desk/case_import.h"
#include "desk/record_import.h"
#include "learn/plan.h"

#include <stdlib.h>

enum { CASES_WANTED = 3000, DAYS_LOOKED_AT = 90, MILLION = 1000000 };

#define HOUR ((lw_usec)3600 * LW_USEC_PER_SECOND)

struct lw_demo_records {
  const struct lw_demo_options *options;
  struct lw_rand_seeded rand;
  uint64_t share_ppm; /* of the decisions of the last days that are taken */
  lw_usec from;
  struct lw_arena arena;
  struct lw_table seen; /* cases */
  struct lw_buf cases;
  struct lw_buf ratings;
  struct lw_buf outcomes;
  struct lw_demo_ticked ticked[LW_DEMO_TICKED];
  uint32_t n_ticked;
};

struct lw_demo_records *lw_demo_records_create(const struct lw_demo_options *options)
{
  struct lw_demo_records *records = calloc(1, sizeof *records);
  if (records == NULL) {
    return NULL;
  }
  uint64_t days = options->days < DAYS_LOOKED_AT ? options->days : DAYS_LOOKED_AT;
  uint64_t decisions = options->decisions * days / options->days;
  records->options = options;
  records->from = options->until - (lw_usec)days * 24 * HOUR;
  records->share_ppm =
      decisions > CASES_WANTED ? CASES_WANTED * UINT64_C(1000000) / decisions : MILLION;
  lw_rand_seeded_init(&records->rand, options->seed ^ UINT64_C(0xca5e5));
  lw_arena_init(&records->arena, NULL, 0);
  lw_table_init(&records->seen, &records->arena);
  LW_BUF_LIT(&records->cases, "case,at,place,state,owner,department,customer,channel,opened\n");
  LW_BUF_LIT(&records->ratings, "case,at,rating,min,max,agent,customer,source\n");
  LW_BUF_LIT(&records->outcomes, "customer,at,outcome\n");
  return records;
}

void lw_demo_records_destroy(struct lw_demo_records *records)
{
  if (records != NULL) {
    lw_buf_finish(&records->cases);
    lw_buf_finish(&records->ratings);
    lw_buf_finish(&records->outcomes);
    lw_arena_finish(&records->arena);
    free(records);
  }
}

static uint64_t below(struct lw_demo_records *records, uint64_t limit)
{
  return lw_rand_seeded_below(&records->rand, limit);
}

/* The text behind `key` in a request of ours. */
static lw_str member(lw_str text, lw_str key)
{
  size_t at = lw_str_find(text, key, 0);
  size_t begin = at == SIZE_MAX ? text.len : at + key.len;
  size_t end = lw_str_find(text, LW_STR("\""), begin);
  return lw_str_slice(text, begin, end == SIZE_MAX ? 0 : end - begin);
}

static void add_moment(struct lw_buf *out, lw_usec at)
{
  lw_rfc3339_print(at / LW_USEC_PER_SECOND, 0, out);
}

/* Who it is about, and how it went. */
struct story {
  lw_str id;
  lw_str customer;
  lw_str channel;
  lw_str agent;
  lw_usec opened;
  lw_usec resolved;
  bool given;
};

static void add_update(struct lw_demo_records *records, const struct story *story, lw_usec at,
                       int place, const char *state, lw_str owner)
{
  struct lw_buf *out = &records->cases;
  lw_buf_printf(out, "%.*s,", LW_FMT(story->id));
  add_moment(out, at);
  lw_buf_printf(out, ",%d,%s,%.*s,care,%.*s,%.*s,", place, state, LW_FMT(owner),
                LW_FMT(story->customer), LW_FMT(story->channel));
  add_moment(out, story->opened);
  lw_buf_add_char(out, '\n');
}

/* From one to five: kinder where a remedy came, and where it went fast. */
static void add_rating(struct lw_demo_records *records, const struct story *story)
{
  lw_usec took = story->resolved - story->opened;
  uint64_t points = 2 + (story->given ? 1U : 0U) + (took < 24 * HOUR ? 1U : 0U) + below(records, 3);
  lw_usec at = story->resolved + HOUR + (lw_usec)below(records, 24) * HOUR;
  struct lw_buf *out = &records->ratings;
  points -= below(records, 4) == 0 ? 2U : 0U;
  if (at < records->options->until) {
    lw_buf_printf(out, "%.*s,", LW_FMT(story->id));
    add_moment(out, at);
    lw_buf_printf(out, ",%llu,1,5,%.*s,%.*s,survey\n",
                  (unsigned long long)(points < 1   ? 1
                                       : points > 5 ? 5
                                                    : points),
                  LW_FMT(story->agent), LW_FMT(story->customer));
  }
}

static void add_outcome(struct lw_demo_records *records, const struct story *story)
{
  lw_usec at = story->resolved + (lw_usec)(1 + below(records, 10)) * 24 * HOUR +
               (lw_usec)records->seen.count * LW_USEC_PER_SECOND; /* no two at once */
  bool kept = below(records, 100) < (story->given ? 93U : 84U);
  if (at < records->options->until) {
    lw_buf_printf(&records->outcomes, "%.*s,", LW_FMT(story->customer));
    add_moment(&records->outcomes, at);
    lw_buf_add_c(&records->outcomes, kept ? ",kept\n" : ",lost\n");
  }
}

/* Opened before it was decided, resolved after; one in nine was somebody else's first, one in
 * fourteen came back. */
static void add_case(struct lw_demo_records *records, const struct lw_demo_company *company,
                     struct story *story, lw_usec at)
{
  uint64_t hours = 1 + below(records, 8) + (below(records, 4) == 0 ? below(records, 60) : 0);
  lw_str first = story->agent;
  if (below(records, 9) == 0) {
    first = company->agents[below(records, company->n_agents)].id;
  }
  bool back = below(records, 14) == 0;
  story->opened = at - (lw_usec)(300 + below(records, 3600)) * LW_USEC_PER_SECOND;
  story->resolved = at + (lw_usec)hours * HOUR / 2;
  if (story->resolved + 30 * HOUR >= records->options->until) {
    return;
  }
  add_update(records, story, story->opened, 0, "open", first);
  add_update(records, story, at - LW_USEC_PER_SECOND, 1, "open", story->agent);
  add_update(records, story, story->resolved, 2, "resolved", story->agent);
  if (back) {
    add_update(records, story, story->resolved + 20 * HOUR, 3, "open", story->agent);
    add_update(records, story, story->resolved + 26 * HOUR, 4, "resolved", story->agent);
  }
  if (below(records, 100) < 38) {
    add_rating(records, story);
  }
  if (below(records, 100) < 15) {
    add_outcome(records, story);
  }
}

/* Plans came last: the newest cases alone have ticks, some of them few. Not drawn by chance, so
 * that what becomes of the cases stays what it is. */
static void add_ticked(struct lw_demo_records *records, const struct story *story, lw_str request)
{
  uint32_t kept = records->n_ticked < LW_DEMO_TICKED - 1 ? records->n_ticked : LW_DEMO_TICKED - 1;
  for (uint32_t i = 0; i < kept && records->n_ticked == LW_DEMO_TICKED; i++) {
    records->ticked[i] = records->ticked[i + 1];
  }
  uint32_t steps = 2 + (uint32_t)(lw_str_hash(story->id, 0) % (LW_PLAN_STEPS - 1));
  lw_str reason = member(request, LW_STR("\"reason\":\""));
  records->ticked[kept] =
      (struct lw_demo_ticked){story->id, story->agent, lw_str_copy(&records->arena, reason), steps};
  records->n_ticked = kept + 1;
}

const struct lw_demo_ticked *lw_demo_records_ticked(const struct lw_demo_records *records,
                                                    uint32_t *ret_count)
{
  *ret_count = records->n_ticked;
  return records->ticked;
}

void lw_demo_records_take(struct lw_demo_records *records, const struct lw_demo_company *company,
                          lw_str request, lw_str agent, lw_usec at, bool given)
{
  bool is_new = false;
  if (at < records->from || below(records, MILLION) >= records->share_ppm) {
    return;
  }
  struct story story = {.id = lw_str_copy(&records->arena, member(request, LW_STR("\"case\":\""))),
                        .customer = member(request, LW_STR("\"customer\":\"")),
                        .channel = member(request, LW_STR("\"channel\":\"")),
                        .agent = agent,
                        .given = given};
  if (story.id.len != 0 && lw_table_add(&records->seen, story.id, &is_new) != NULL && is_new) {
    add_case(records, company, &story, at);
    add_ticked(records, &story, request);
  }
}

/* --- bringing them in --- */

static enum lw_code fault(const struct lw_intake *intake, struct lw_error *err)
{
  const struct lw_diags *diags = &intake->diags;
  return lw_fail(err, LW_INTERNAL, "the made-up records can't be brought in: %.*s",
                 LW_FMT(diags->count != 0 ? diags->items[0].message : LW_STR("out of memory")));
}

/* What was read, unless it could not be. */
static enum lw_code bring(struct lw_engine *engine, struct lw_intake *intake, bool read,
                          struct lw_error *err)
{
  enum lw_code rc = read ? lw_store_import(engine, intake, true, err) : LW_OK;
  return rc == LW_OK && !intake->applied ? fault(intake, err) : rc;
}

static enum lw_code bring_cases(struct lw_demo_records *records, struct lw_engine *engine,
                                struct lw_error *err)
{
  const struct lw_intake_options options = {.name = LW_STR("cases.csv")};
  struct lw_case_import import;
  bool read = lw_case_import_read(&import, &records->arena, lw_buf_str(&records->cases), &options);
  return bring(engine, &import.intake, read, err);
}

static enum lw_code bring_records(struct lw_demo_records *records, struct lw_engine *engine,
                                  enum lw_record_kind kind, const struct lw_buf *text,
                                  struct lw_error *err)
{
  const struct lw_intake_options options = {.name = LW_STR("records.csv")};
  struct lw_record_import import;
  bool read =
      lw_record_import_read(&import, kind, NULL, &records->arena, lw_buf_str(text), &options);
  return bring(engine, &import.intake, read, err);
}

enum lw_code lw_demo_records_bring(struct lw_demo_records *records, struct lw_engine *engine,
                                   struct lw_error *err)
{
  if (records->cases.failed || records->ratings.failed || records->outcomes.failed ||
      records->arena.failed) {
    return lw_fail(err, LW_NO_MEMORY, "out of memory");
  }
  enum lw_code rc = bring_cases(records, engine, err);
  rc = rc == LW_OK ? bring_records(records, engine, LW_RECORD_RATING, &records->ratings, err) : rc;
  return rc == LW_OK ? bring_records(records, engine, LW_RECORD_OUTCOME, &records->outcomes, err)
                     : rc;
}
