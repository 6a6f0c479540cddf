/* Requests are decided twice, one by one by the decider of `leeway decide` and all at once by the
 * replay's columns; verdict, grant, cost and empty budgets are compared, row for row and in sum.
 *
 *   same [--people FILE] [--rows N] [--seed N] [--events] [--fitting] [--requests FILE]
 *     [--drafts FILE] POLICY
 *
 * Random requests (ask.h), or those of a file. --events: some asks are answered, some grants
 * confirmed for less or taken back, on both sides; what that leaves in budgets shows in the rows
 * that follow. --drafts: policies, each ended by a line `...`, are replayed beside that one by what
 * differs and as a whole, which must be the same. Prints one line of counts, and one of drafts;
 * exit 1 when anything differs, 3 when it can't be told. */
#include "ask.h"
#include "base/bounds.h"
#include "base/clock.h"
#include "base/num.h"
#include "data/json.h"
#include "drafts.h"
#include "empty.h"
#include "people/roster.h"
#include "policy/decide.h"
#include "replay/report.h"
#include "replay/tape_request.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

enum { RECENT = 256, WHOLE_EVERY = 8, SHOWN = 10, EVENTS_OF_100 = 12, TRIES = 16 };

struct expected {
  uint8_t verdict; /* enum lw_replayed */
  uint32_t grant;  /* + 1 */
};

/* A request that something may yet happen to. */
struct kept {
  uint64_t seq; /* of what was decided last about it; 0: nothing here */
  uint8_t verdict;
  bool closed;
  lw_usec drawn_at;
  int64_t minor; /* drawn and not given back */
  struct lw_buf text;
  struct lw_arena arena; /* of the draws */
  struct lw_draw *draws;
  uint32_t n_draws;
};

struct same {
  const char *policy_name;
  const char *people_name;
  const char *requests_name;
  const char *rows_text;
  const char *seed_text;
  const char *drafts_name;
  bool events;
  bool fitting; /* facts fit, and no moment goes back */
  struct lw_arena keep;
  struct lw_policy *policy;
  const struct lw_directory *people;
  struct lw_json_reader *reader;
  struct lw_rows *rows;
  struct lw_decider *decider;
  struct lw_tape *tape;
  struct lw_tape_reader tape_reader;
  struct asker *asker;
  struct empties *empties;
  struct expected *expected;
  uint64_t count;
  uint64_t capacity;
  struct kept recent[RECENT];
  struct lw_buf text;
  int64_t cost;
  int64_t cost_answered;
  lw_usec one_by_one;
};

LW_NORETURN LW_PRINTF(1, 2) static void give_up(const char *format, ...)
{
  va_list args;
  va_start(args, format);
  (void)vfprintf(stderr, format, args);
  va_end(args);
  (void)fputc('\n', stderr);
  exit(3);
}

static lw_str read_file(struct lw_arena *keep, const char *name)
{
  FILE *file = fopen(name, "rbe");
  long len = -1;
  if (file != NULL && fseek(file, 0, SEEK_END) == 0) {
    len = ftell(file);
    rewind(file);
  }
  char *bytes = len >= 0 ? lw_arena_alloc(keep, (size_t)len + 1, 1) : NULL;
  if (bytes == NULL || fread(bytes, 1, (size_t)len, file) != (size_t)len) {
    give_up("%s can't be read", name);
  }
  (void)fclose(file);
  return lw_str_from(bytes, (size_t)len);
}

/* --- one by one --- */

static void expect(struct same *same, uint8_t verdict, uint32_t grant)
{
  if (same->count == same->capacity) {
    same->capacity = same->capacity * 2 + 1024;
    same->expected = realloc(same->expected, same->capacity * sizeof *same->expected);
    if (same->expected == NULL) {
      give_up("out of memory");
    }
  }
  same->expected[same->count++] = (struct expected){verdict, grant};
}

static const struct lw_value *read_json(struct same *same, lw_str text)
{
  static const struct lw_json_options options = {.raw_key = LW_STR_INIT("meta")};
  const struct lw_value *value = NULL;
  struct lw_error err;
  if (lw_json_read(same->reader, lw_decider_arena(same->decider), text, &options, &value, &err) !=
      LW_OK) {
    give_up("%s: %.*s", err.text, LW_FMT(text));
  }
  return value;
}

static void draw(struct same *same, const struct lw_outcome *outcome, lw_usec at)
{
  struct lw_error err;
  if (lw_rows_draw(same->rows, outcome->draws, outcome->n_draws, same->policy->zone, at, &err) !=
      LW_OK) {
    give_up("%s", err.text);
  }
}

static void note_empty(struct same *same, const struct lw_outcome *outcome,
                       struct lw_request *request, const struct lw_actor *actor)
{
  if (outcome->rail == UINT32_MAX &&
      !empties_note(same->empties, same->decider, request, actor, same->count)) {
    give_up("out of memory");
  }
}

static uint8_t decide(struct same *same, const struct lw_value *value, struct lw_request *request,
                      struct lw_outcome *outcome)
{
  struct lw_error err;
  struct lw_faults faults = {.arena = lw_decider_arena(same->decider)};
  const struct lw_request_options options = {.people = same->people};
  if (!lw_request_read(same->policy, value, &options, faults.arena, request, &faults)) {
    return LW_REPLAYED_FAULTY;
  }
  bool whole = same->count % WHOLE_EVERY == 0;
  enum lw_code rc = whole ? lw_decide(same->decider, request, outcome, &err)
                          : lw_decide_way(same->decider, request, outcome, &err);
  if (rc != LW_OK) {
    give_up("%s", err.text);
  }
  switch (outcome->verdict) {
  case LW_GRANTED: draw(same, outcome, request->at); return LW_REPLAYED_GRANTED;
  case LW_ASK: note_empty(same, outcome, request, &request->agent); return LW_REPLAYED_ASK;
  case LW_REFUSED: note_empty(same, outcome, request, &request->agent); return LW_REPLAYED_REFUSED;
  case LW_FAULTY: break;
  }
  return LW_REPLAYED_FAULTY;
}

/* --- rows of the tape --- */

static void read_row(struct same *same, const struct lw_value *value, struct lw_tape_row *row)
{
  struct lw_error err;
  if (lw_tape_read_request(&same->tape_reader, value, same->people, 0, row, &err) != LW_OK) {
    give_up("%s", err.text);
  }
  row->numbers[LW_TAPE_SEQ] = (int64_t)same->count + 1;
}

static void add_row(struct same *same, const struct lw_tape_row *row)
{
  struct lw_error err;
  if (lw_tape_add(same->tape, row, &err) != LW_OK) {
    give_up("%s", err.text);
  }
}

/* --- what may yet happen --- */

static void keep_draws(struct kept *kept, const struct lw_outcome *outcome)
{
  lw_arena_reset(&kept->arena);
  kept->n_draws = outcome->n_draws;
  kept->draws = LW_NEW_ARRAY(&kept->arena, struct lw_draw, outcome->n_draws + 1U);
  for (uint32_t i = 0; kept->draws != NULL && i < outcome->n_draws; i++) {
    kept->draws[i] = outcome->draws[i];
    kept->draws[i].key.scope = lw_str_copy(&kept->arena, outcome->draws[i].key.scope);
  }
}

static void keep_request(struct same *same, uint8_t verdict, const struct lw_request *request,
                         const struct lw_outcome *outcome)
{
  struct kept *kept = &same->recent[same->count % RECENT];
  kept->seq = 0;
  if (!same->events || (verdict != LW_REPLAYED_GRANTED && verdict != LW_REPLAYED_ASK)) {
    return;
  }
  lw_buf_reset(&kept->text);
  lw_buf_add(&kept->text, lw_buf_str(&same->text));
  keep_draws(kept, outcome);
  kept->seq = same->count + 1;
  kept->verdict = verdict;
  kept->closed = false;
  kept->drawn_at = request->at;
  kept->minor = request->has_amount ? request->amount_minor : 0;
}

/* One that fits, or NULL: not every request waits for something. */
static struct kept *some_kept(struct same *same, bool asked)
{
  for (unsigned i = 0; i < TRIES; i++) {
    struct kept *kept = &same->recent[asker_below(same->asker, RECENT)];
    if (kept->seq != 0 && !kept->closed && (kept->verdict == LW_REPLAYED_ASK) == asked) {
      return kept;
    }
  }
  return NULL;
}

/* False: nobody who could answer. */
static bool find_approver(struct same *same, lw_str text, struct lw_actor *ret_actor)
{
  struct lw_arena *arena = lw_decider_arena(same->decider);
  struct lw_faults faults = {.arena = arena};
  const struct lw_value *value = read_json(same, text);
  bool read = lw_actor_read(same->policy, value, arena, ret_actor, &faults);
  uint32_t found = read && same->people != NULL && value->count == 1
                       ? same->people->find(same->people, ret_actor->id)
                       : UINT32_MAX;
  *ret_actor = found != UINT32_MAX ? same->people->actors[found] : *ret_actor;
  return read;
}

/* An answer's row says the amount that was granted; one that can't be read stays as it was. */
static lw_str print_amount(struct same *same, const struct lw_request *request, lw_str text)
{
  struct lw_buf buf = {0};
  if (!request->has_amount || same->policy->currency == LW_CURRENCY_NONE) {
    return text;
  }
  lw_money_print((struct lw_money){request->amount_minor, same->policy->currency}, &buf);
  text = lw_str_copy(lw_decider_arena(same->decider), lw_buf_str(&buf));
  lw_buf_finish(&buf);
  return text;
}

static void answer(struct same *same, struct kept *kept, lw_usec at)
{
  struct lw_error err;
  struct lw_request request;
  struct lw_actor approver;
  struct lw_tape_row row;
  struct lw_outcome outcome = {.grant = UINT32_MAX};
  struct lw_faults faults = {.arena = lw_decider_arena(same->decider)};
  const struct lw_request_options options = {.people = same->people};
  lw_buf_reset(&same->text);
  lw_buf_add(&same->text, lw_buf_str(&kept->text));
  asker_end(&same->text, at);
  const struct lw_value *value = read_json(same, lw_buf_str(&same->text));
  lw_str person = lw_str_copy(faults.arena, asker_person(same->asker));
  if (!find_approver(same, person, &approver) ||
      !lw_request_read(same->policy, value, &options, faults.arena, &request, &faults)) {
    return;
  }
  request.amount_minor -= request.amount_minor > 0 && asker_below(same->asker, 2) == 0
                              ? (int64_t)asker_below(same->asker, (uint64_t)request.amount_minor)
                              : 0;
  if (lw_decide_for(same->decider, &request, &approver, &outcome, &err) != LW_OK) {
    return; /* their own request */
  }
  bool granted = outcome.verdict == LW_GRANTED;
  read_row(same, value, &row);
  row.texts[LW_TAPE_PERSON] = person;
  row.numbers[LW_TAPE_KIND] = LW_TAPE_ANSWERED;
  row.numbers[LW_TAPE_OF] = (int64_t)kept->seq;
  row.numbers[LW_TAPE_MINOR] = request.has_amount ? request.amount_minor : LW_TAPE_NONE;
  row.texts[LW_TAPE_AMOUNT] = print_amount(same, &request, row.texts[LW_TAPE_AMOUNT]);
  kept->closed = !granted;
  if (granted) {
    draw(same, &outcome, request.at);
    keep_draws(kept, &outcome);
    kept->seq = same->count + 1;
    kept->verdict = LW_REPLAYED_ANSWERED;
    kept->drawn_at = request.at;
    kept->minor = request.has_amount ? request.amount_minor : 0;
    same->cost_answered += kept->minor;
  } else if (outcome.verdict == LW_REFUSED) {
    note_empty(same, &outcome, &request, &approver);
  }
  expect(same, granted ? LW_REPLAYED_ANSWERED : LW_REPLAYED_UNANSWERED,
         granted ? outcome.grant + 1 : 0);
  add_row(same, &row);
}

/* Confirmed for less, or taken back as a whole. */
static void take_back(struct same *same, struct kept *kept, lw_usec at)
{
  struct lw_error err;
  struct lw_tape_row row;
  bool undone = kept->minor == 0 || asker_below(same->asker, 2) == 0;
  int64_t left = undone ? 0 : (int64_t)asker_below(same->asker, (uint64_t)kept->minor + 1);
  for (uint32_t i = 0; i < kept->n_draws; i++) {
    kept->draws[i].amount_minor = kept->minor - left;
    kept->draws[i].times = undone ? 1 : 0;
  }
  if (lw_rows_give_back(same->rows, kept->draws, kept->n_draws, same->policy->zone, kept->drawn_at,
                        &err) != LW_OK) {
    give_up("%s", err.text);
  }
  lw_tape_row_init(&row);
  row.numbers[LW_TAPE_SEQ] = (int64_t)same->count + 1;
  row.numbers[LW_TAPE_AT] = at;
  row.numbers[LW_TAPE_KIND] = undone ? LW_TAPE_UNDONE : LW_TAPE_CONFIRMED;
  row.numbers[LW_TAPE_OF] = (int64_t)kept->seq;
  row.numbers[LW_TAPE_MINOR] = undone ? LW_TAPE_NONE : left;
  kept->minor = left;
  kept->closed = undone;
  expect(same, LW_REPLAYED_NOTHING, 0);
  add_row(same, &row);
}

static void let_something_happen(struct same *same, lw_usec at)
{
  bool asked = asker_below(same->asker, 2) == 0;
  struct kept *kept = some_kept(same, asked);
  lw_decider_reset(same->decider);
  if (kept != NULL && asked) {
    answer(same, kept, at);
  } else if (kept != NULL) {
    take_back(same, kept, at);
  }
}

/* --- requests --- */

static void one_request(struct same *same, lw_str text)
{
  struct lw_tape_row row;
  struct lw_request request = {.at = 0};
  struct lw_outcome outcome = {.grant = UINT32_MAX};
  lw_decider_reset(same->decider);
  lw_usec start = lw_clock_monotonic();
  const struct lw_value *value = read_json(same, text);
  read_row(same, value, &row);
  uint8_t verdict = decide(same, value, &request, &outcome);
  same->one_by_one += lw_clock_monotonic() - start;
  bool granted = verdict == LW_REPLAYED_GRANTED;
  same->cost += granted && request.has_amount ? request.amount_minor : 0;
  keep_request(same, verdict, &request, &outcome);
  expect(same, verdict, granted ? outcome.grant + 1 : 0);
  add_row(same, &row);
}

static void ask_at_random(struct same *same, uint64_t rows)
{
  struct lw_buf whole = {0};
  while (same->count < rows) {
    lw_usec at = 0;
    lw_buf_reset(&same->text);
    asker_ask(same->asker, &same->text, &at);
    lw_buf_reset(&whole);
    lw_buf_add(&whole, lw_buf_str(&same->text));
    asker_end(&whole, at);
    one_request(same, lw_buf_str(&whole));
    if (same->events && asker_below(same->asker, 100) < EVENTS_OF_100) {
      let_something_happen(same, at);
    }
  }
  lw_buf_finish(&whole);
}

static void ask_as_written(struct same *same)
{
  lw_str text = read_file(&same->keep, same->requests_name);
  for (size_t at = 0; at < text.len;) {
    size_t end = lw_str_find(text, LW_STR("\n"), at);
    end = end == SIZE_MAX ? text.len : end;
    one_request(same, lw_str_from(text.ptr + at, end - at));
    at = end + 1;
  }
}

/* --- comparing --- */

static uint64_t compare_rows(const struct same *same, const struct lw_run *run)
{
  uint64_t differ = 0;
  for (uint64_t i = 0; i < same->count; i++) {
    const struct expected *expected = &same->expected[i];
    if (expected->verdict == run->verdicts[i] && expected->grant == run->grants[i]) {
      continue;
    }
    if (differ++ < SHOWN) {
      printf("row %llu: one by one %u by grant %u, replay %u by grant %u\n",
             (unsigned long long)i + 1, expected->verdict, expected->grant, run->verdicts[i],
             run->grants[i]);
    }
  }
  return differ;
}

static uint64_t compare_sums(const struct same *same, const struct lw_run *run)
{
  struct lw_error err;
  struct lw_report report;
  if (lw_report_make(&report, same->tape, run, run, 1, &err) != LW_OK) {
    give_up("%s", err.text);
  }
  bool good = report.after.cost == same->cost &&
              report.after.cost_answered == same->cost_answered && report.n_flips_all == 0 &&
              report.more == 0 && report.less == 0;
  if (!good) {
    printf("cost one by one %lld and %lld, replay %lld and %lld\n", (long long)same->cost,
           (long long)same->cost_answered, (long long)report.after.cost,
           (long long)report.after.cost_answered);
  }
  lw_report_finish(&report);
  return !good;
}

static uint64_t compare_drafts(struct same *same, const struct lw_run *run)
{
  struct lw_error err;
  struct drafts_count count = {0};
  struct lw_delta *delta = lw_delta_create(same->policy, same->tape, same->people, run, &err);
  lw_str text = read_file(&same->keep, same->drafts_name);
  if (delta == NULL) { /* times that go back too far */
    printf("drafts: %s\n", err.text);
    return 0;
  }
  for (size_t at = 0; at < text.len;) {
    size_t end = lw_str_find(text, LW_STR("\n...\n"), at);
    end = end == SIZE_MAX ? text.len : end + 1;
    (void)drafts_try(delta, run, lw_str_from(text.ptr + at, end - at), same->tape, same->people,
                     &count);
    at = end + 4;
  }
  lw_delta_destroy(delta);
  printf("drafts: %llu tried, %llu by what differs, %llu rows again, %llu otherwise, %llu differ; "
         "%lld us by what differs, %lld us whole\n",
         (unsigned long long)count.tried, (unsigned long long)count.made,
         (unsigned long long)count.again, (unsigned long long)count.flips,
         (unsigned long long)count.differ, (long long)count.by_difference, (long long)count.whole);
  return count.differ;
}

static int compare(struct same *same)
{
  struct lw_error err;
  struct lw_run run;
  uint64_t counts[LW_REPLAYED_NOTHING + 1] = {0};
  lw_usec start = lw_clock_monotonic();
  if (lw_run_all(same->policy, same->tape, same->people, NULL, &run, &err) != LW_OK) {
    give_up("%s", err.text);
  }
  lw_usec took = lw_clock_monotonic() - start;
  uint64_t differ = compare_rows(same, &run) + compare_sums(same, &run) +
                    empties_compare(same->empties, same->tape, same->people, &run);
  differ += same->drafts_name != NULL ? compare_drafts(same, &run) : 0;
  for (uint64_t i = 0; i < same->count; i++) {
    counts[same->expected[i].verdict]++;
  }
  printf("%llu rows: %llu granted, %llu ask, %llu refused, %llu faulty, %llu answered, %llu "
         "unanswered, %llu taken back, %llu empty; %llu differ; %lld us one by one, %lld us "
         "replayed; %llu the long way\n",
         (unsigned long long)same->count, (unsigned long long)counts[LW_REPLAYED_GRANTED],
         (unsigned long long)counts[LW_REPLAYED_ASK],
         (unsigned long long)counts[LW_REPLAYED_REFUSED],
         (unsigned long long)counts[LW_REPLAYED_FAULTY],
         (unsigned long long)counts[LW_REPLAYED_ANSWERED],
         (unsigned long long)counts[LW_REPLAYED_UNANSWERED],
         (unsigned long long)counts[LW_REPLAYED_NOTHING],
         (unsigned long long)empties_count(same->empties), (unsigned long long)differ,
         (long long)same->one_by_one, (long long)took, (unsigned long long)run.slow_rows);
  lw_run_finish(&run);
  return differ != 0;
}

/* --- the whole --- */

static void load(struct same *same)
{
  struct lw_diags diags;
  lw_diags_init(&diags, &same->keep);
  same->policy = lw_policy_load(read_file(&same->keep, same->policy_name), NULL, NULL, &diags);
  if (same->policy == NULL) {
    give_up("%s: %.*s", same->policy_name,
            LW_FMT(diags.count != 0 ? diags.items[0].message : LW_STR("does not load")));
  }
  if (same->people_name != NULL) {
    struct lw_roster_options options = {.name = lw_str_c(same->people_name),
                                        .currency = same->policy->currency,
                                        .zone = same->policy->zone};
    same->people =
        lw_roster_read(&same->keep, read_file(&same->keep, same->people_name), &options, &diags);
    if (same->people == NULL) {
      give_up("%s: %.*s", same->people_name,
              LW_FMT(diags.count != 0 ? diags.items[0].message : LW_STR("does not load")));
    }
  }
}

static void prepare(struct same *same)
{
  uint64_t seed = 1;
  load(same);
  same->reader = lw_json_reader_create(NULL);
  same->rows = lw_rows_create(NULL);
  same->decider =
      same->rows != NULL ? lw_decider_create(same->policy, same->rows, same->people, NULL) : NULL;
  same->tape = lw_tape_create(lw_currency_code(same->policy->currency));
  lw_tape_reader_init(&same->tape_reader);
  for (unsigned i = 0; i < RECENT; i++) {
    lw_arena_init(&same->recent[i].arena, NULL, SIZE_MAX);
  }
  if (same->seed_text != NULL && !lw_uint_read(lw_str_c(same->seed_text), &seed)) {
    give_up("--seed wants a number");
  }
  same->asker = asker_create(same->policy, same->people, seed);
  same->empties = empties_create(same->policy);
  if (same->reader == NULL || same->decider == NULL || same->tape == NULL || same->asker == NULL ||
      same->empties == NULL) {
    give_up("out of memory");
  }
  if (same->fitting) {
    asker_fit(same->asker);
  }
}

static void finish(struct same *same)
{
  for (unsigned i = 0; i < RECENT; i++) {
    lw_arena_finish(&same->recent[i].arena);
    lw_buf_finish(&same->recent[i].text);
  }
  free(same->expected);
  lw_buf_finish(&same->text);
  asker_destroy(same->asker);
  empties_destroy(same->empties);
  lw_tape_reader_finish(&same->tape_reader);
  lw_tape_destroy(same->tape);
  lw_decider_destroy(same->decider);
  lw_rows_destroy(same->rows);
  lw_json_reader_destroy(same->reader);
  lw_policy_destroy(same->policy);
  lw_arena_finish(&same->keep);
}

static void take_options(struct same *same, int argc, char **argv)
{
  const struct {
    const char *name;
    const char **text;
  } options[] = {{"--people", &same->people_name},
                 {"--rows", &same->rows_text},
                 {"--seed", &same->seed_text},
                 {"--requests", &same->requests_name},
                 {"--drafts", &same->drafts_name}};
  for (int i = 1; i < argc; i++) {
    bool is_fitting = strcmp(argv[i], "--fitting") == 0;
    bool taken = is_fitting || strcmp(argv[i], "--events") == 0;
    same->fitting |= is_fitting;
    same->events |= taken && !is_fitting;
    for (size_t k = 0; !taken && i + 1 < argc && k < sizeof options / sizeof options[0]; k++) {
      if (strcmp(argv[i], options[k].name) == 0) {
        *options[k].text = argv[++i];
        taken = true;
        break;
      }
    }
    same->policy_name = taken ? same->policy_name : argv[i];
  }
}

int main(int argc, char **argv)
{
  struct same *same = calloc(1, sizeof *same);
  uint64_t rows = 1000;
  if (same == NULL) {
    give_up("out of memory");
  }
  lw_arena_init(&same->keep, NULL, SIZE_MAX);
  take_options(same, argc, argv);
  if (same->policy_name == NULL ||
      (same->rows_text != NULL && !lw_uint_read(lw_str_c(same->rows_text), &rows))) {
    give_up("same [--people FILE] [--rows N] [--seed N] [--events] [--fitting] [--requests FILE] "
            "[--drafts FILE] POLICY");
  }
  prepare(same);
  if (same->requests_name != NULL) {
    ask_as_written(same);
  } else {
    ask_at_random(same, rows);
  }
  int status = compare(same);
  finish(same);
  free(same);
  return status;
}
