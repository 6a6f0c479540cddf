/* One walk over the newest grants for the reason, all actions: those of the action are the sample,
 * the others show which customers came back. So no customer is looked up, and a walk is bounded
 * whatever the organization's size: past some thousand cases quartiles stand still. */
#include "engine/similar.h"

#include "base/bounds.h"
#include "base/check.h"
#include "engine/council.h"
#include "engine/inside.h"

#include <stdlib.h>

enum { LOOKED_MAX = 2 * LW_EVIDENCE_ROWS_MAX, ENOUGH = 12, OF_CUSTOMER_MAX = 500, MANY_AGENTS = 3 };

#define DAY ((lw_usec)LW_SECONDS_PER_DAY * LW_USEC_PER_SECOND)

/* What counts of a decision. */
struct sample {
  lw_usec at;
  uint64_t customer; /* hashes; 0: none */
  uint64_t matter;
  uint64_t agent;
  int64_t given_minor;
  int64_t minor;
  bool of_action;
  bool asked;
  bool reversed;
  bool came_back;
};

/* Different ones, up to so many. */
struct agents {
  uint64_t hashes[LW_SIMILAR_AGENTS_MAX];
  uint32_t count;
};

struct search {
  const struct lw_similar_asked *asked;
  lw_id exclude; /* when it is a decision's */
  bool excludes_decision;
  struct sample *samples;
  uint32_t count;
  uint32_t of_action;
  uint32_t looked;
  uint32_t in_season; /* of the action, within 90 days */
  /* Of the customer. */
  uint32_t recent; /* within 30 days */
  struct agents agents;
  bool reversed_before;
};

static bool is_excluded(const struct search *search, const struct lw_listed *listed)
{
  lw_str exclude = search->asked->exclude;
  return exclude.len != 0 &&
         (search->excludes_decision
              ? memcmp(listed->id.bytes, search->exclude.bytes, sizeof listed->id.bytes) == 0
              : lw_str_equal(listed->case_id, exclude));
}

static uint64_t hash_of(lw_str text)
{
  uint64_t hash = text.len != 0 ? lw_str_hash(text, 0) : 0;
  return text.len != 0 && hash == 0 ? 1 : hash;
}

static bool is_gone(const struct lw_listed *listed)
{
  return listed->state == LW_DECISION_RELEASED || listed->state == LW_DECISION_LAPSED;
}

static bool take_similar(void *user, const struct lw_listed *listed)
{
  struct search *search = user;
  const struct lw_similar_asked *asked = search->asked;
  bool of_action = lw_str_equal(listed->action, asked->action);
  if (listed->at < asked->now - 90 * DAY && search->in_season >= ENOUGH) {
    return false;
  }
  search->looked++;
  if (!is_gone(listed) && !is_excluded(search, listed)) {
    search->of_action += of_action;
    search->in_season += of_action && listed->at >= asked->now - 90 * DAY;
    search->samples[search->count++] =
        (struct sample){.at = listed->at,
                        .customer = hash_of(listed->customer),
                        .matter = hash_of(listed->case_id),
                        .agent = hash_of(listed->agent),
                        .given_minor = listed->given_minor,
                        .minor = listed->amount_minor,
                        .of_action = of_action,
                        .asked = listed->asked,
                        .reversed = listed->state == LW_DECISION_REVERSED};
  }
  return search->looked < LOOKED_MAX && search->of_action < LW_EVIDENCE_ROWS_MAX;
}

static void add_agent(struct agents *agents, uint64_t hash)
{
  for (uint32_t i = 0; i < agents->count; i++) {
    if (agents->hashes[i] == hash) {
      return;
    }
  }
  if (agents->count < LW_SIMILAR_AGENTS_MAX) {
    agents->hashes[agents->count++] = hash;
  }
}

static bool take_of_customer(void *user, const struct lw_listed *listed)
{
  struct search *search = user;
  lw_usec age = search->asked->now - listed->at;
  search->looked++;
  if (!is_gone(listed) && !is_excluded(search, listed)) {
    bool reversed = listed->state == LW_DECISION_REVERSED;
    search->reversed_before |= reversed;
    search->recent += !reversed && age <= 30 * DAY;
    if (age <= 90 * DAY) {
      add_agent(&search->agents, hash_of(listed->agent));
    }
  }
  return search->looked < OF_CUSTOMER_MAX;
}

/* --- figures --- */

static int compare_customers(const void *a, const void *b)
{
  const struct sample *one = a;
  const struct sample *two = b;
  if (one->customer != two->customer) {
    return one->customer < two->customer ? -1 : 1;
  }
  return (one->at > two->at) - (one->at < two->at);
}

/* By customer and time: whoever comes back stands right behind; another remedy of the same case is
 * no return. */
static void find_returns(struct search *search)
{
  struct sample *samples = search->samples;
  qsort(samples, search->count, sizeof *samples, compare_customers);
  for (uint32_t i = 0; i < search->count; i++) {
    uint32_t next = i + 1;
    while (next < search->count && samples[next].customer == samples[i].customer &&
           samples[next].matter == samples[i].matter && samples[i].matter != 0) {
      next++;
    }
    samples[i].came_back = samples[i].customer != 0 && next < search->count &&
                           samples[next].customer == samples[i].customer &&
                           samples[next].at - samples[i].at <= 30 * DAY;
  }
}

static int compare_given(const void *a, const void *b)
{
  const struct sample *one = a;
  const struct sample *two = b;
  return (one->given_minor > two->given_minor) - (one->given_minor < two->given_minor);
}

static bool stands(const struct sample *sample)
{
  return !sample->reversed && sample->minor >= sample->given_minor;
}

static void count_ends(const struct sample *samples, uint32_t count, struct lw_similar_ended *ended)
{
  for (uint32_t i = 0; i < count; i++) {
    const struct sample *sample = &samples[i];
    uint32_t *end = sample->reversed ? &ended->reversed
                    : stands(sample) ? &ended->stood
                                     : &ended->less;
    (*end)++;
    ended->came_back += stands(sample) && sample->came_back;
  }
}

static void add_near(const struct sample *samples, uint32_t count, int64_t minor,
                     struct lw_similar *similar)
{
  struct lw_similar_near near = {.amount_minor = minor};
  for (uint32_t i = 0; i < count; i++) {
    int64_t apart = samples[i].given_minor - minor;
    if ((apart < 0 ? -apart : apart) <= minor / 5) {
      near.count++;
      near.stood += stands(&samples[i]) && !samples[i].came_back;
    }
  }
  similar->near[similar->n_near++] = near;
}

/* The nearest rank. */
static int64_t at_share(const struct sample *samples, uint32_t count, uint32_t percent)
{
  return samples[(uint64_t)(count - 1) * percent / 100].given_minor;
}

/* samples: by their amount. */
static void find_amounts(const struct sample *samples, uint32_t count,
                         const struct lw_similar_asked *asked, struct lw_similar *similar)
{
  if (samples[count - 1].given_minor == 0) {
    return; /* an action without one */
  }
  uint32_t n = count < LW_SIMILAR_AMOUNTS_MAX ? count : LW_SIMILAR_AMOUNTS_MAX;
  similar->has_amounts = true;
  for (uint32_t i = 0; i < n; i++) {
    uint32_t from = n == 1 ? 0 : (uint32_t)((uint64_t)i * (count - 1) / (n - 1));
    similar->amounts[i] = samples[from].given_minor;
  }
  similar->n_amounts = n;
  similar->p25 = at_share(samples, count, 25);
  similar->median = at_share(samples, count, 50);
  similar->p75 = at_share(samples, count, 75);
  add_near(samples, count, similar->median, similar);
  if (asked->has_amount && asked->amount_minor != similar->median) {
    add_near(samples, count, asked->amount_minor, similar);
  }
}

/* Those of the action to the front, and of these only such that a person was asked about when there
 * are enough; how many that is. */
static uint32_t choose(struct search *search, struct lw_similar *similar)
{
  uint32_t asked = 0;
  uint32_t kept = 0;
  for (uint32_t i = 0; i < search->count; i++) {
    const struct sample *sample = &search->samples[i];
    similar->sample += sample->of_action;
    asked += sample->of_action && sample->asked;
  }
  similar->at_once = similar->sample - asked;
  similar->of_asked = search->asked->has_amount && asked >= ENOUGH;
  for (uint32_t i = 0; i < search->count; i++) {
    struct sample sample = search->samples[i];
    if (sample.of_action && (sample.asked || !similar->of_asked)) {
      search->samples[kept++] = sample;
    }
  }
  return kept;
}

static void find_figures(struct search *search, struct lw_similar *similar)
{
  find_returns(search);
  similar->count = choose(search, similar);
  if (similar->count < LW_SIMILAR_LEAST) {
    return;
  }
  struct agents agents = {.count = 0};
  for (uint32_t i = 0; i < similar->count; i++) {
    add_agent(&agents, search->samples[i].agent);
  }
  similar->agents = agents.count;
  qsort(search->samples, similar->count, sizeof *search->samples, compare_given);
  count_ends(search->samples, similar->count, &similar->ended);
  find_amounts(search->samples, similar->count, search->asked, similar);
}

/* --- the walks --- */

static enum lw_code find_customer(struct lw_lists *lists, struct search *search,
                                  struct lw_similar *similar, struct lw_error *err)
{
  const struct lw_lists_filter filter = {.view = {.all = true},
                                         .customer = search->asked->customer,
                                         .has_verdict = true,
                                         .verdict = LW_GRANTED,
                                         .since = search->asked->now - 365 * DAY};
  if (search->asked->customer.len == 0) {
    return LW_OK;
  }
  search->looked = 0;
  enum lw_code rc = lw_lists_each(lists, &filter, take_of_customer, search, &similar->through, err);
  similar->unusual = (search->reversed_before ? LW_SIMILAR_REVERSED_BEFORE : 0U) |
                     (search->recent >= 2 ? LW_SIMILAR_THIRD : 0U) |
                     (search->agents.count >= MANY_AGENTS ? LW_SIMILAR_MANY_AGENTS : 0U);
  return rc;
}

enum lw_code lw_similar_find(struct lw_lists *lists, const struct lw_similar_asked *asked,
                             struct lw_arena *arena, struct lw_similar *ret_similar,
                             struct lw_error *err)
{
  struct lw_similar similar = {.count = 0};
  struct search search = {.asked = asked};
  const struct lw_lists_filter filter = {.view = {.all = true},
                                         .reason = asked->reason,
                                         .action =
                                             asked->reason.len == 0 ? asked->action : LW_STR(""),
                                         .has_verdict = true,
                                         .verdict = LW_GRANTED,
                                         .since = asked->now - 365 * DAY};
  search.excludes_decision = lw_id_read(LW_STR("dec"), asked->exclude, &search.exclude);
  search.samples = LW_NEW_ARRAY(arena, struct sample, LOOKED_MAX);
  if (search.samples == NULL) {
    return lw_fail(err, LW_NO_MEMORY, "out of memory for the evidence");
  }
  enum lw_code rc = lw_lists_each(lists, &filter, take_similar, &search, &similar.through, err);
  if (rc == LW_OK) {
    similar.since = asked->now - (search.in_season >= ENOUGH ? 90 : 365) * DAY;
    find_figures(&search, &similar);
    rc = find_customer(lists, &search, &similar, err);
  }
  if (rc == LW_OK) {
    *ret_similar = similar;
  }
  return rc;
}

/* --- as the API shows it --- */

static void add_amount(struct lw_buf *out, int64_t minor, uint16_t currency)
{
  lw_buf_add_char(out, '"');
  lw_money_print((lw_money){minor, currency}, out);
  lw_buf_add_char(out, '"');
}

static void add_named(struct lw_buf *out, const char *key, int64_t minor, uint16_t currency)
{
  lw_buf_printf(out, ",\"%s\":", key);
  add_amount(out, minor, currency);
}

static void add_amounts(const struct lw_similar *similar, uint16_t currency, struct lw_buf *out)
{
  LW_BUF_LIT(out, ",\"amounts\":[");
  for (uint32_t i = 0; i < similar->n_amounts; i++) {
    lw_buf_add_c(out, i == 0 ? "" : ",");
    add_amount(out, similar->amounts[i], currency);
  }
  lw_buf_add_char(out, ']');
  add_named(out, "p25", similar->p25, currency);
  add_named(out, "median", similar->median, currency);
  add_named(out, "p75", similar->p75, currency);
  LW_BUF_LIT(out, ",\"near\":[");
  for (uint32_t i = 0; i < similar->n_near; i++) {
    const struct lw_similar_near *near = &similar->near[i];
    lw_buf_add_c(out, i == 0 ? "{\"amount\":" : ",{\"amount\":");
    add_amount(out, near->amount_minor, currency);
    lw_buf_printf(out, ",\"count\":%u,\"stood\":%u}", near->count, near->stood);
  }
  lw_buf_add_char(out, ']');
}

static void add_unusual(uint32_t unusual, struct lw_buf *out)
{
  static const char *const names[] = {"reversed-before", "third-in-30-days", "many-agents"};
  const char *between = "";
  LW_BUF_LIT(out, ",\"unusual\":[");
  for (uint32_t i = 0; i < 3; i++) {
    if ((unusual & 1U << i) != 0) {
      lw_buf_printf(out, "%s\"%s\"", between, names[i]);
      between = ",";
    }
  }
  lw_buf_add_char(out, ']');
}

void lw_similar_print(const struct lw_similar *similar, uint16_t currency, struct lw_buf *out)
{
  const struct lw_similar_ended *ended = &similar->ended;
  lw_buf_printf(out, "{\"count\":%u,\"of\":\"%s\",\"since\":", similar->count,
                similar->of_asked ? "asked" : "all");
  lw_decision_add_moment(out, similar->since);
  lw_buf_printf(out, ",\"through\":%llu", (unsigned long long)similar->through);
  if (similar->withheld) {
    LW_BUF_LIT(out, ",\"withheld\":\"" LW_COUNCIL_WORDS "\"");
  } else if (similar->count >= LW_SIMILAR_LEAST) {
    uint64_t share = ((uint64_t)similar->at_once * 1000 + similar->sample / 2) / similar->sample;
    lw_buf_printf(out, ",\"at_once\":%llu.%03llu", (unsigned long long)(share / 1000),
                  (unsigned long long)(share % 1000));
    lw_buf_printf(out, ",\"ended\":{\"stood\":%u,\"less\":%u,\"reversed\":%u,\"came_back\":%u}",
                  ended->stood, ended->less, ended->reversed, ended->came_back);
    if (similar->has_amounts && currency != LW_CURRENCY_NONE) {
      add_amounts(similar, currency, out);
    }
  }
  if (similar->unusual != 0) {
    add_unusual(similar->unusual, out);
  }
  lw_buf_add_char(out, '}');
}
