/* A pulse survey of the demonstration, closed: most have answered, each as their team leans. */
#include "cli/demo.h"
#include "cli/store.h"
#include "data/json.h"
#include "listen/pulse.h"

#define DAY_USEC (LW_SECONDS_PER_DAY * LW_USEC_PER_SECOND)

enum { HUNDRED = 100, ANSWERING = 72, WRITING = 12 }; /* of a hundred */

/* Where the answers to each question lie, on the scale of 1 to 5, before anybody differs. */
static const int usual[] = {4, 3, 3, 3, 4};
static const char *const ids[] = {"make-right", "answer-in-time", "heard", "plan", "again"};
enum { QUESTIONS = sizeof usual / sizeof usual[0] };

static const char *const texts[] = {
    "The fee for a new number: nobody understands it, and we waive it anyway.",
    "More hands on Monday mornings.",
    "Tell us what became of the rules we complained about.",
    "The night team asks into the void between two and four.",
    "Outage credits should not need a form.",
    "It is better than last year. Keep going.",
};

struct round {
  struct lw_engine *engine;
  struct lw_arena arena;
  struct lw_json_reader *json;
  struct lw_rand_seeded rand;
  lw_str id;
};

static enum lw_code run(struct round *round,
                        enum lw_code (*apply)(struct lw_batch *, struct lw_change *,
                                              struct lw_error *),
                        void *user, lw_str actor, lw_str *ret_answer, struct lw_error *err)
{
  struct lw_change change = {.apply = apply, .user = user, .arena = &round->arena, .actor = actor};
  enum lw_code rc = lw_engine_run(round->engine, &change, err);
  if (rc == LW_OK && ret_answer != NULL) {
    *ret_answer = lw_str_copy(&round->arena, lw_buf_str(&change.answer));
  }
  lw_buf_finish(&change.answer);
  return rc;
}

static enum lw_code parse(struct round *round, lw_str text, const struct lw_value **ret_value,
                          struct lw_error *err)
{
  return text.ptr != NULL ? lw_json_read(round->json, &round->arena, text, NULL, ret_value, err)
                          : lw_fail(err, LW_NO_MEMORY, "out of memory");
}

/* People differ by one up or down; the later teams lean a little lower. */
static int value_of(struct round *round, size_t question, lw_str team)
{
  int64_t lean = lw_str_hash(team, question) % 3 == 0 ? -1 : 0;
  int64_t value = usual[question] + lean + (int64_t)lw_rand_seeded_below(&round->rand, 3) - 1;
  return (int)(value < 1 ? 1 : value > LW_PULSE_SCALE ? LW_PULSE_SCALE : value);
}

static enum lw_code answer(struct round *round, const struct lw_person *person,
                           struct lw_error *err)
{
  const struct lw_caller caller = {.person = person, .actor = person->actor.id};
  struct lw_pulse_answer said = {.caller = &caller, .round = round->id};
  struct lw_buf text = {0};
  for (size_t i = 0; i < QUESTIONS; i++) {
    lw_buf_printf(&text, "%s\"%s\":%d", i == 0 ? "{" : ",", ids[i],
                  value_of(round, i, person->team));
  }
  lw_buf_add_char(&text, '}');
  lw_str copy = lw_str_copy(&round->arena, lw_buf_str(&text));
  lw_buf_finish(&text);
  enum lw_code rc = parse(round, copy, &said.answers, err);
  if (lw_rand_seeded_below(&round->rand, HUNDRED) < WRITING) {
    size_t many = sizeof texts / sizeof texts[0];
    said.words = lw_str_c(texts[lw_rand_seeded_below(&round->rand, many)]);
  }
  return rc == LW_OK ? run(round, lw_pulse_take, &said, person->actor.id, NULL, err) : rc;
}

static enum lw_code open_round(struct round *round, struct lw_error *err)
{
  const struct lw_value *opened = NULL;
  lw_str text = {NULL, 0};
  lw_usec now = lw_engine_now(round->engine);
  struct lw_pulse_opening opening = {.title = LW_STR("How it is going"),
                                     .starts_at = now - LW_PULSE_DAYS * DAY_USEC,
                                     .ends_at = now + DAY_USEC};
  enum lw_code rc = parse(round, lw_pulse_builtin_words(), &opening.words, err);
  rc = rc == LW_OK ? run(round, lw_pulse_open, &opening, LW_STR("quinn"), &text, err) : rc;
  rc = rc == LW_OK ? parse(round, text, &opened, err) : rc;
  if (rc == LW_OK) {
    round->id = lw_value_get(opened, LW_STR("id"))->text;
  }
  return rc;
}

static enum lw_code hold(struct round *round, struct lw_error *err)
{
  const struct lw_snapshot *snapshot = lw_engine_snapshot(round->engine);
  struct lw_pulse_closing closing = {.last = true};
  enum lw_code rc = open_round(round, err);
  bool few = rc == LW_INVALID; /* a company of fewer than five is not asked */
  for (uint32_t i = 0; rc == LW_OK && i < snapshot->staff->n_persons; i++) {
    const struct lw_person *person = &snapshot->staff->persons[i];
    bool asked = person->active && person->actor.kind == LW_ACTOR_HUMAN;
    if (asked && lw_rand_seeded_below(&round->rand, HUNDRED) < ANSWERING) {
      rc = answer(round, person, err);
    }
  }
  closing.round = round->id;
  rc = rc == LW_OK ? run(round, lw_pulse_close, &closing, LW_STR("quinn"), NULL, err) : rc;
  lw_snapshot_unref(snapshot);
  return few ? LW_OK : rc;
}

enum lw_code lw_demo_pulse(struct lw_engine *engine, uint64_t seed, struct lw_error *err)
{
  struct round round = {.engine = engine, .json = lw_json_reader_create(NULL)};
  lw_arena_init(&round.arena, NULL, 0);
  lw_rand_seeded_init(&round.rand, seed ^ UINT64_C(0x9015e));
  enum lw_code rc =
      round.json != NULL ? hold(&round, err) : lw_fail(err, LW_NO_MEMORY, "out of memory");
  lw_json_reader_destroy(round.json);
  lw_arena_finish(&round.arena);
  return rc;
}
