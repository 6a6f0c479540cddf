/* bench_replay [ROWS [ROUNDS [CSV]]]: an invented history of so many decisions (10,000,000),
 * replayed under one policy of 20 grants (replay.def), 3 budgets, a rail and a route, in turn
 *
 *   replay   lw_run_all on the tape
 *   row      a loop written by hand for this one policy, row after row
 *   vector   the same by hand with vectors: the conditions of a block of rows at once, then the
 * budgets in order
 *
 * on one core. The two written by hand read plain arrays in which every value is decoded already
 * (tiers, cents); nothing that they do is general. All three must grant, ask and refuse the same
 * rows for the same money by the same grants, or the program fails. Then, as for the studio's
 * slider,
 *
 *   drag     the policy with another limit loaded, replayed and reported beside the first
 *
 * One JSON object a line: a line a round and side, and what all agree on. With CSV the columns are
 * written to that file, for programs that decide the part without budgets (bench/replay), and that
 * part is replayed and counted, too. */
#include "bench.h"

#include "base/clock.h"
#include "base/num.h"
#include "base/rand.h"
#include "replay/report.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum {
  AGENTS = 2000,
  TEAMS = 40,
  CUSTOMERS = 200000,
  AMOUNTS = 3000,
  TOTALS = 20000,
  DAYS = 3000,
  REASONS = 8,
  GRANTS = 20,
  BLOCK = 1024,
  AHEAD = 16,
  SEED = 5
};

enum { REFUND = 1, CREDIT = 2, WAIVER = 4 };
enum { CARE = 1, BILLING = 2, RETENTION = 4, FIELD = 8, ALL = 15 };
enum { STANDARD = 1, SILVER = 2, GOLD = 4 };

static const char *const actions[] = {"refund", "credit", "waiver"};
static const char *const tiers[] = {"frontline", "senior", "lead"};
static const char *const departments[] = {"care", "billing", "retention", "field"};
static const char *const segments[] = {"standard", "silver", "gold"};

/* Limits in cents. */
static const int64_t agent_limit[] = {400000, 600000, 900000};
static const int64_t team_limit = 20000000;
static const int64_t customer_limit = 60000;
static const int64_t customer_times = 30;
static const int64_t year_usec = INT64_C(365) * 86400 * LW_USEC_PER_SECOND;

static const struct rule {
  uint32_t actions, tier, teams, reasons, segments, days, lines, cents, per_line;
} rules[] = {
#define RULE(number, actions, tier, teams, reasons, segments, days, lines, cents, per_line)        \
  {actions, tier, teams, reasons, segments, days, lines, cents, per_line},
#include "replay.def"
#undef RULE
};

/* The history, decoded: one array a column. */
struct history {
  uint64_t rows;
  uint8_t *action; /* bits */
  uint8_t *reason;
  uint8_t *segment;
  uint8_t *lines;
  uint8_t *flagged;
  uint16_t *agent;
  uint16_t *days;
  int32_t *cents;
  int32_t *total;
  uint32_t *customer;
  int64_t *at;
  uint8_t agent_tier[AGENTS];
  uint8_t agent_team[AGENTS];
  uint8_t agent_department[AGENTS]; /* bits */
};

struct result {
  uint64_t granted;
  uint64_t asked;
  uint64_t refused;
  int64_t cost;
  uint64_t by_grant[GRANTS];
};

/* --- the policy --- */

static void add_list(struct lw_buf *out, uint32_t bits, const char *const *names, uint32_t count,
                     const char *quote)
{
  const char *comma = "";
  lw_buf_add_char(out, '[');
  for (uint32_t i = 0; i < count; i++) {
    if ((bits >> i & 1) != 0) {
      lw_buf_printf(out, "%s%s%s%s", comma, quote, names[i], quote);
      comma = ", ";
    }
  }
  lw_buf_add_char(out, ']');
}

static void add_condition(struct lw_buf *out, const struct rule *rule)
{
  static const char *const reasons[] = {"r0", "r1", "r2", "r3", "r4", "r5", "r6", "r7"};
  LW_BUF_LIT(out, "    when: 'reason in ");
  add_list(out, rule->reasons, reasons, REASONS, "\"");
  if (rule->segments != ALL) {
    LW_BUF_LIT(out, " && customer.segment in ");
    add_list(out, rule->segments, segments, 3, "\"");
  }
  if (rule->days != 0) {
    lw_buf_printf(out, " && customer.days >= %u", rule->days);
  }
  if (rule->lines < 9) {
    lw_buf_printf(out, " && lines <= %u", rule->lines);
  }
  LW_BUF_LIT(out, "'\n");
}

static void add_rule(struct lw_buf *out, unsigned number, const struct rule *rule, bool draws)
{
  lw_buf_printf(out, "  - id: g%u\n    who: {tier: %s", number, tiers[rule->tier]);
  if (rule->teams != ALL) {
    LW_BUF_LIT(out, ", team: ");
    add_list(out, rule->teams, departments, 4, "");
  }
  LW_BUF_LIT(out, "}\n    may: ");
  add_list(out, rule->actions, actions, 3, "");
  LW_BUF_LIT(out, "\n");
  add_condition(out, rule);
  if (rule->per_line != 0) {
    lw_buf_printf(out, "    up_to: 'money(\"%u.%02u\") * lines'\n", rule->cents / 100,
                  rule->cents % 100);
  } else {
    lw_buf_printf(out, "    up_to: %u.%02u\n", rule->cents / 100, rule->cents % 100);
  }
  if (draws) {
    LW_BUF_LIT(out, "    draws: [agent-month, team-month, customer-year]\n");
  }
}

/* more: added to the agents' limit, in whole units; draws: whether grants draw from budgets. */
static void add_policy(struct lw_buf *out, uint64_t more, bool draws)
{
  LW_BUF_LIT(
      out, "leeway: 1\norganization: Bench\ncurrency: USD\ntime_zone: Europe/Berlin\ntiers: "
           "[frontline, senior, lead]\n"
           "facts:\n  customer.segment: {type: string, one_of: [standard, silver, gold]}\n"
           "  customer.days: {type: int}\n  customer.flagged: {type: bool}\n  lines: {type: int}\n"
           "  order.total: {type: money}\n"
           "actions:\n  refund: {kind: money, at_most: order.total}\n  credit: {kind: money}\n  "
           "waiver: {kind: money}\n"
           "budgets:\n");
  lw_buf_printf(out,
                "  agent-month: {per: agent, every: month, amount: {frontline: %lld, senior: %lld, "
                "lead: %lld}}\n",
                (long long)(agent_limit[0] / 100 + (int64_t)more), (long long)agent_limit[1] / 100,
                (long long)agent_limit[2] / 100);
  lw_buf_printf(out, "  team-month: {per: team, every: month, amount: %lld}\n",
                (long long)team_limit / 100);
  lw_buf_printf(
      out, "  customer-year: {per: customer, every: year, amount: %lld, times: %lld}\ngrants:\n",
      (long long)customer_limit / 100, (long long)customer_times);
  for (unsigned i = 0; i < GRANTS; i++) {
    add_rule(out, i, &rules[i], draws);
  }
  LW_BUF_LIT(
      out, "rails:\n  - {id: flagged, no: [refund, credit], when: customer.flagged, why: w, "
           "instead: Say so.}\n"
           "routes:\n  - id: up\n    ask:\n      - {who: {tier: lead, team: same}, within: 60s}\n");
}

static struct lw_policy *load_policy(uint64_t more, bool draws)
{
  struct lw_arena arena;
  struct lw_diags diags;
  struct lw_buf text = {0};
  lw_arena_init(&arena, NULL, 0);
  lw_diags_init(&diags, &arena);
  add_policy(&text, more, draws);
  struct lw_policy *policy = lw_policy_load(lw_buf_str(&text), NULL, NULL, &diags);
  if (policy == NULL) {
    bench_fail("the policy does not load: %.*s", LW_FMT(diags.items[0].message));
  }
  lw_buf_finish(&text);
  lw_arena_finish(&arena);
  return policy;
}

/* --- the history --- */

struct texts {
  struct lw_arena keep;
  lw_str agents[AGENTS];
  lw_str cents[AMOUNTS];
  lw_str totals[TOTALS];
  lw_str days[DAYS];
  lw_str *customers;
};

static void *column(uint64_t rows, size_t size)
{
  void *place = malloc(rows * size + 64);
  if (place == NULL) {
    bench_fail("out of memory");
  }
  return place;
}

static void make_people(struct history *history, struct texts *texts)
{
  for (uint32_t i = 0; i < AGENTS; i++) {
    uint32_t team = i % TEAMS;
    uint32_t tier = i % 50 == 49 ? 2 : i % 10 == 9 ? 1 : 0;
    history->agent_team[i] = (uint8_t)team;
    history->agent_tier[i] = (uint8_t)tier;
    history->agent_department[i] = (uint8_t)(1U << (team % 4));
    texts->agents[i] = lw_str_format(
        &texts->keep, "{\"id\":\"a%u\",\"tier\":\"%s\",\"team\":\"%s/t%u\",\"kind\":\"human\"}", i,
        tiers[tier], departments[team % 4], team);
  }
}

static void make_texts(struct texts *texts)
{
  for (uint32_t i = 0; i < AMOUNTS; i++) {
    texts->cents[i] = lw_str_format(&texts->keep, "%u.%02u", (i * 2 + 2) / 100, (i * 2 + 2) % 100);
  }
  for (uint32_t i = 0; i < TOTALS; i++) {
    texts->totals[i] = lw_str_format(&texts->keep, "\"%u.%02u\"", (i + 500) / 100, (i + 500) % 100);
  }
  for (uint32_t i = 0; i < DAYS; i++) {
    texts->days[i] = lw_str_format(&texts->keep, "%u", i);
  }
  texts->customers = column(CUSTOMERS, sizeof *texts->customers);
  for (uint32_t i = 0; i < CUSTOMERS; i++) {
    texts->customers[i] = lw_str_format(&texts->keep, "customer-%u", i);
  }
}

static void make_columns(struct history *history)
{
  uint64_t rows = history->rows;
  history->action = column(rows, 1);
  history->reason = column(rows, 1);
  history->segment = column(rows, 1);
  history->lines = column(rows, 1);
  history->flagged = column(rows, 1);
  history->agent = column(rows, 2);
  history->days = column(rows, 2);
  history->cents = column(rows, 4);
  history->total = column(rows, 4);
  history->customer = column(rows, 4);
  history->at = column(rows, 8);
}

/* Two years, evenly but for a second here and there; small amounts are more frequent than large
 * ones. */
static void make_row(struct history *history, struct lw_rand_seeded *random, uint64_t i)
{
  uint64_t dice = lw_rand_seeded_next(random);
  uint64_t more = lw_rand_seeded_next(random);
  uint32_t a = (uint32_t)(dice % AMOUNTS);
  uint32_t b = (uint32_t)(dice >> 20 & 0xFFFF) % AMOUNTS;
  history->action[i] = (uint8_t)(1U << (more % 8 < 5 ? 0 : more % 8 < 7 ? 1 : 2));
  history->reason[i] = (uint8_t)(1U << (more >> 4 & 7));
  history->segment[i] = (uint8_t)(1U << ((more >> 8 & 15) < 9 ? 0 : (more >> 8 & 15) < 13 ? 1 : 2));
  history->lines[i] = (uint8_t)(1 + (more >> 12) % 5);
  history->flagged[i] = (more >> 16 & 127) == 0;
  history->agent[i] = (uint16_t)((dice >> 40) % AGENTS);
  history->days[i] = (uint16_t)((more >> 24) % DAYS);
  history->cents[i] = (int32_t)((a < b ? a : b) * 2 + 2);
  history->total[i] = (int32_t)((more >> 40) % TOTALS + 500);
  history->customer[i] = (uint32_t)(lw_rand_seeded_next(random) % CUSTOMERS);
  history->at[i] =
      INT64_C(1704067200000000) + (int64_t)i * (2 * year_usec / (int64_t)history->rows);
}

static void add_row(struct lw_tape *tape, const struct history *history, const struct texts *texts,
                    uint64_t i)
{
  struct lw_tape_row row;
  struct lw_error err;
  char name[32];
  static const lw_str reasons[] = {LW_STR_INIT("r0"), LW_STR_INIT("r1"), LW_STR_INIT("r2"),
                                   LW_STR_INIT("r3"), LW_STR_INIT("r4"), LW_STR_INIT("r5"),
                                   LW_STR_INIT("r6"), LW_STR_INIT("r7")};
  static const lw_str kinds[] = {LW_STR_INIT("\"standard\""), LW_STR_INIT("\"silver\""),
                                 LW_STR_INIT("\"gold\"")};
  static const lw_str lines[] = {LW_STR_INIT("1"), LW_STR_INIT("2"), LW_STR_INIT("3"),
                                 LW_STR_INIT("4"), LW_STR_INIT("5")};
  const struct lw_tape_fact facts[] = {
      {LW_STR("customer.segment"), kinds[__builtin_ctz(history->segment[i])]},
      {LW_STR("customer.days"), texts->days[history->days[i]]},
      {LW_STR("customer.flagged"), history->flagged[i] != 0 ? LW_STR("true") : LW_STR("false")},
      {LW_STR("lines"), lines[history->lines[i] - 1]},
      {LW_STR("order.total"), texts->totals[history->total[i] - 500]}};
  int len = snprintf(name, sizeof name, "case-%llu", (unsigned long long)(i - i % 3));
  lw_tape_row_init(&row);
  row.numbers[LW_TAPE_SEQ] = (int64_t)i + 1;
  row.numbers[LW_TAPE_AT] = history->at[i];
  row.numbers[LW_TAPE_MARKS] = LW_TAPE_NOTE;
  row.numbers[LW_TAPE_VERDICT] = LW_REFUSED;
  row.texts[LW_TAPE_PERSON] = texts->agents[history->agent[i]];
  row.texts[LW_TAPE_ACTION] = lw_str_c(actions[__builtin_ctz(history->action[i])]);
  row.texts[LW_TAPE_AMOUNT] = texts->cents[(history->cents[i] - 2) / 2];
  row.texts[LW_TAPE_CASE] = lw_str_from(name, (size_t)len);
  row.texts[LW_TAPE_CUSTOMER] = texts->customers[history->customer[i]];
  row.texts[LW_TAPE_REASON] = reasons[__builtin_ctz(history->reason[i])];
  row.facts = facts;
  row.n_facts = sizeof facts / sizeof facts[0];
  if (lw_tape_add(tape, &row, &err) != LW_OK) {
    bench_fail("%s", err.text);
  }
}

static struct lw_tape *make_history(struct history *history, uint64_t rows)
{
  struct lw_rand_seeded random;
  struct texts *texts = column(1, sizeof *texts);
  struct lw_tape *tape = lw_tape_create(LW_STR("USD"));
  history->rows = rows;
  lw_arena_init(&texts->keep, NULL, SIZE_MAX);
  lw_rand_seeded_init(&random, SEED);
  make_people(history, texts);
  make_texts(texts);
  make_columns(history);
  for (uint64_t i = 0; tape != NULL && i < rows; i++) {
    make_row(history, &random, i);
    add_row(tape, history, texts, i);
  }
  if (tape == NULL || texts->keep.failed) {
    bench_fail("out of memory");
  }
  lw_arena_finish(&texts->keep);
  free(texts->customers);
  free(texts);
  return tape;
}

static void write_csv(const struct history *history, const char *name)
{
  FILE *file = fopen(name, "wbe");
  if (file == NULL) {
    bench_fail("%s can't be written", name);
  }
  (void)fputs("action,reason,segment,lines,flagged,tier,department,days,cents,total\n", file);
  for (uint64_t i = 0; i < history->rows; i++) {
    uint32_t agent = history->agent[i];
    (void)fprintf(file, "%u,%u,%u,%u,%u,%u,%u,%u,%d,%d\n", history->action[i], history->reason[i],
                  history->segment[i], history->lines[i], history->flagged[i],
                  history->agent_tier[agent], history->agent_department[agent], history->days[i],
                  history->cents[i], history->total[i]);
  }
  if (fclose(file) != 0) {
    bench_fail("%s can't be written", name);
  }
}

/* --- budgets, by hand --- */

struct year {
  int64_t start;
  int64_t cents;
  int64_t times;
};

struct month {
  int64_t start;
  int64_t cents;
};

struct ledger {
  struct month agents[AGENTS];
  struct month teams[TEAMS];
  struct year *customers;
  struct lw_period month;
  struct lw_period year;
  const struct lw_policy *policy;
};

static void ledger_init(struct ledger *ledger, const struct lw_policy *policy)
{
  *ledger = (struct ledger){.policy = policy};
  ledger->customers = calloc(CUSTOMERS, sizeof *ledger->customers);
  if (ledger->customers == NULL) {
    bench_fail("out of memory");
  }
}

static void ledger_finish(struct ledger *ledger)
{
  free(ledger->customers);
}

static int64_t month_used(const struct month *month, int64_t start)
{
  return month->start == start ? month->cents : 0;
}

static void month_draw(struct month *month, int64_t start, int64_t cents)
{
  month->cents = month_used(month, start) + cents;
  month->start = start;
}

static inline void turn_over(struct ledger *ledger, int64_t at)
{
  const struct lw_policy *policy = ledger->policy;
  if (at >= ledger->month.end) {
    lw_window_period(&policy->budgets[0].window, policy->zone, at, &ledger->month);
  }
  if (at >= ledger->year.end) {
    lw_window_period(&policy->budgets[2].window, policy->zone, at, &ledger->year);
  }
}

/* agent UINT32_MAX: somebody of whom nothing is known, who has drawn nothing. */
static inline bool covered(struct ledger *ledger, const struct history *history, uint64_t i,
                           uint32_t agent, int32_t tier)
{
  int64_t cents = history->cents[i];
  const struct month *team = &ledger->teams[history->agent_team[history->agent[i]]];
  turn_over(ledger, history->at[i]);
  int64_t used = agent != UINT32_MAX ? month_used(&ledger->agents[agent], ledger->month.start) : 0;
  if (cents > agent_limit[tier] - used ||
      cents > team_limit - month_used(team, ledger->month.start)) {
    return false;
  }
  const struct year *customer = &ledger->customers[history->customer[i]];
  return customer->start != ledger->year.start ||
         (customer->times < customer_times && cents <= customer_limit - customer->cents);
}

static inline void draw(struct ledger *ledger, const struct history *history, uint64_t i)
{
  int64_t cents = history->cents[i];
  uint32_t agent = history->agent[i];
  struct year *customer = &ledger->customers[history->customer[i]];
  month_draw(&ledger->agents[agent], ledger->month.start, cents);
  month_draw(&ledger->teams[history->agent_team[agent]], ledger->month.start, cents);
  if (customer->start != ledger->year.start) {
    *customer = (struct year){.start = ledger->year.start};
  }
  customer->cents += cents;
  customer->times++;
}

static inline void count_grant(struct result *result, uint32_t grant, int64_t cents)
{
  result->granted++;
  result->cost += cents;
  result->by_grant[grant]++;
}

/* --- row by row --- */

static inline int32_t tenure_of(const struct history *history, uint64_t i)
{
  return history->days[i];
}

static uint32_t first_grant(struct ledger *ledger, const struct history *history, uint64_t i,
                            uint32_t agent, int32_t tier)
{
  uint32_t team = history->agent_department[history->agent[i]];
  int64_t amount = history->cents[i];
  int64_t count = history->lines[i];
  uint32_t action = history->action[i];
  if (action == REFUND && amount > history->total[i]) {
    return GRANTS;
  }
#define RULE(number, actions, least, teams, reasons, segments, tenure, most, cents, per_line)      \
  if ((action & (actions)) != 0 && tier >= (least) && (team & (teams)) != 0 &&                     \
      (history->reason[i] & (reasons)) != 0 && (history->segment[i] & (segments)) != 0 &&          \
      tenure_of(history, i) >= (tenure) && count <= (most) &&                                      \
      amount <= (cents) * ((per_line) != 0 ? count : 1) &&                                         \
      covered(ledger, history, i, agent, tier)) {                                                  \
    return number;                                                                                 \
  }
#include "replay.def"
#undef RULE
  return GRANTS;
}

static void run_rows(const struct history *history, struct ledger *ledger, struct result *result)
{
  for (uint64_t i = 0; i < history->rows; i++) {
    uint32_t agent = history->agent[i];
    if (history->flagged[i] != 0 && history->action[i] != WAIVER) {
      result->refused++;
      continue;
    }
    uint32_t grant = first_grant(ledger, history, i, agent, history->agent_tier[agent]);
    if (grant < GRANTS) {
      count_grant(result, grant, history->cents[i]);
      draw(ledger, history, i);
    } else if (first_grant(ledger, history, i, UINT32_MAX, 2) < GRANTS) {
      result->asked++;
    } else {
      result->refused++;
    }
  }
}

/* --- with vectors --- */

enum { LANES = 16 };
typedef int16_t lanes __attribute__((vector_size(LANES * 2), aligned(32)));

/* What the conditions of a block read, widened to 16 bits. */
struct block {
  lanes action[BLOCK / LANES];
  lanes tier[BLOCK / LANES];
  lanes team[BLOCK / LANES];
  lanes reason[BLOCK / LANES];
  lanes segment[BLOCK / LANES];
  lanes days[BLOCK / LANES];
  lanes lines[BLOCK / LANES];
  lanes cents[BLOCK / LANES];
  lanes total[BLOCK / LANES];
  lanes own[BLOCK / LANES];  /* the first grant that holds for the agent, or GRANTS */
  lanes lead[BLOCK / LANES]; /* for a lead of the same team */
};

static void widen(const struct history *history, uint64_t first, uint32_t count,
                  struct block *block)
{
  int16_t *restrict tier = (int16_t *)block->tier;
  int16_t *restrict team = (int16_t *)block->team;
  int16_t *restrict action = (int16_t *)block->action;
  int16_t *restrict reason = (int16_t *)block->reason;
  int16_t *restrict segment = (int16_t *)block->segment;
  int16_t *restrict lines = (int16_t *)block->lines;
  int16_t *restrict cents = (int16_t *)block->cents;
  int16_t *restrict total = (int16_t *)block->total;
  for (uint32_t i = 0; i < count; i++) {
    action[i] = history->action[first + i];
    reason[i] = history->reason[first + i];
    segment[i] = history->segment[first + i];
    lines[i] = history->lines[first + i];
    cents[i] = (int16_t)history->cents[first + i]; /* up to 60.00 */
    total[i] = (int16_t)history->total[first + i]; /* up to 205.00 */
  }
  for (uint32_t i = 0; i < count; i++) {
    tier[i] = history->agent_tier[history->agent[first + i]];
    team[i] = history->agent_department[history->agent[first + i]];
  }
  memcpy(block->days, history->days + first, count * sizeof(int16_t));
}

static void tell(struct block *block)
{
  for (uint32_t v = 0; v < BLOCK / LANES; v++) {
    lanes amount = block->cents[v];
    lanes lines = block->lines[v];
    lanes none = (lanes){0} - 1; /* nothing yet for the agent */
    lanes none_lead = none;
    lanes fits = (amount <= block->total[v]) | (block->action[v] != REFUND);
    lanes own = {0};
    lanes lead = {0};
#define RULE(number, actions, least, teams, reasons, segments, tenure, most, cent, per_line)       \
  {                                                                                                \
    lanes holds = fits & ((block->action[v] & (actions)) != 0) & (block->days[v] >= (tenure)) &    \
                  ((per_line) != 0 ? amount <= (cent)*lines : amount <= (cent));                   \
    holds &= (int)(teams) == (int)ALL ? holds : (block->team[v] & (teams)) != 0;                   \
    holds &= (reasons) == 0xFF ? holds : (block->reason[v] & (reasons)) != 0;                      \
    holds &= (int)(segments) == (int)ALL ? holds : (block->segment[v] & (segments)) != 0;          \
    holds &= (most) == 9 ? holds : lines <= (most);                                                \
    lead |= none_lead & holds & (number);                                                          \
    none_lead &= ~holds;                                                                           \
    holds &= (least) == 0 ? holds : block->tier[v] >= (least);                                     \
    own |= none & holds & (number);                                                                \
    none &= ~holds;                                                                                \
  }
#include "replay.def"
#undef RULE
    block->own[v] = own | (none & GRANTS);
    block->lead[v] = lead | (none_lead & GRANTS);
  }
}

static void settle(const struct history *history, struct ledger *ledger, uint64_t first,
                   uint32_t count, const struct block *block, struct result *result)
{
  const int16_t *own = (const int16_t *)block->own;
  const int16_t *lead = (const int16_t *)block->lead;
  for (uint32_t k = 0; k < count; k++) {
    uint64_t i = first + k;
    uint32_t agent = history->agent[i];
    if (i + AHEAD < history->rows) {
      __builtin_prefetch(&ledger->customers[history->customer[i + AHEAD]]);
    }
    if (history->flagged[i] != 0 && history->action[i] != WAIVER) {
      result->refused++;
    } else if (own[k] != GRANTS && covered(ledger, history, i, agent, history->agent_tier[agent])) {
      count_grant(result, (uint32_t)own[k], history->cents[i]); /* all draw from the same */
      draw(ledger, history, i);
    } else if (lead[k] != GRANTS && covered(ledger, history, i, UINT32_MAX, 2)) {
      result->asked++;
    } else {
      result->refused++;
    }
  }
}

static void run_vectors(const struct history *history, struct ledger *ledger, struct result *result)
{
  static struct block block;
  for (uint64_t first = 0; first < history->rows; first += BLOCK) {
    uint64_t left = history->rows - first;
    uint32_t count = left < BLOCK ? (uint32_t)left : BLOCK;
    widen(history, first, count, &block);
    tell(&block);
    settle(history, ledger, first, count, &block, result);
  }
}

/* --- sides --- */

/* By the wall, and of the processor: on a machine that others use too only the second says much. */
struct span {
  lw_usec wall;
  lw_usec cpu;
};

static struct span span_begin(void)
{
  struct timespec cpu = {0};
  (void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &cpu);
  return (struct span){lw_clock_monotonic(),
                       (lw_usec)cpu.tv_sec * LW_USEC_PER_SECOND + cpu.tv_nsec / 1000};
}

static struct span span_end(struct span begin)
{
  struct span end = span_begin();
  return (struct span){end.wall - begin.wall, end.cpu - begin.cpu};
}

struct bench {
  struct history history;
  struct lw_tape *tape;
  struct lw_policy *policy;
  struct lw_run run;
};

static void by_replay(struct bench *bench)
{
  struct lw_error err;
  if (lw_run_all(bench->policy, bench->tape, NULL, NULL, &bench->run, &err) != LW_OK) {
    bench_fail("%s", err.text);
  }
}

static void count_run(const struct bench *bench, struct result *result)
{
  for (uint64_t i = 0; i < bench->history.rows; i++) {
    uint8_t verdict = bench->run.verdicts[i];
    if (verdict == LW_REPLAYED_GRANTED) {
      count_grant(result, bench->run.grants[i] - 1U, bench->history.cents[i]);
    } else if (verdict == LW_REPLAYED_ASK || verdict == LW_REPLAYED_REFUSED) {
      result->asked += verdict == LW_REPLAYED_ASK;
      result->refused += verdict == LW_REPLAYED_REFUSED;
    }
  }
}

static struct span by_hand(struct bench *bench, struct result *result,
                           void (*run)(const struct history *, struct ledger *, struct result *))
{
  struct ledger ledger;
  struct span begin = span_begin();
  ledger_init(&ledger, bench->policy);
  run(&bench->history, &ledger, result);
  struct span took = span_end(begin);
  ledger_finish(&ledger);
  return took;
}

static void tell_round(const char *side, struct span took, uint64_t rows)
{
  printf("{\"side\":\"%s\",\"seconds\":%.3f,\"cpu_seconds\":%.3f,\"cpu_ns_a_row\":%.1f}\n", side,
         (double)took.wall / 1e6, (double)took.cpu / 1e6, (double)took.cpu * 1e3 / (double)rows);
  (void)fflush(stdout);
}

static void tell_result(const struct result *result, uint64_t rows, size_t bytes)
{
  printf("{\"rows\":%llu,\"granted\":%llu,\"asked\":%llu,\"refused\":%llu,\"cost_minor\":%lld,"
         "\"tape_bytes_a_row\":%.1f,"
         "\"by_grant\":[",
         (unsigned long long)rows, (unsigned long long)result->granted,
         (unsigned long long)result->asked, (unsigned long long)result->refused,
         (long long)result->cost, (double)bytes / (double)rows);
  for (uint32_t g = 0; g < GRANTS; g++) {
    printf("%s%llu", g != 0 ? "," : "", (unsigned long long)result->by_grant[g]);
  }
  printf("]}\n");
}

static void one_round(struct bench *bench)
{
  struct result results[3] = {{0}, {0}, {0}};
  lw_run_finish(&bench->run);
  struct span begin = span_begin();
  by_replay(bench);
  tell_round("replay", span_end(begin), bench->history.rows);
  count_run(bench, &results[0]);
  tell_round("row", by_hand(bench, &results[1], run_rows), bench->history.rows);
  tell_round("vector", by_hand(bench, &results[2], run_vectors), bench->history.rows);
  for (int i = 1; i < 3; i++) {
    if (memcmp(&results[0], &results[i], sizeof results[0]) != 0) {
      tell_result(&results[0], bench->history.rows, 0);
      tell_result(&results[i], bench->history.rows, 0);
      bench_fail("they do not agree");
    }
  }
}

/* What a drag at a slider costs: another value of a limit, replayed, and reported beside the run
 * that stands. */
static void one_drag(struct bench *bench, uint64_t number)
{
  struct lw_error err;
  struct lw_run run;
  struct lw_report report;
  struct span begin = span_begin();
  struct lw_policy *policy = load_policy(number * 100, true);
  tell_round("drag: load", span_end(begin), bench->history.rows);
  struct span running = span_begin();
  enum lw_code rc = lw_run_all(policy, bench->tape, NULL, NULL, &run, &err);
  tell_round("drag: run", span_end(running), bench->history.rows);
  struct span reporting = span_begin();
  rc = rc == LW_OK ? lw_report_make(&report, bench->tape, &bench->run, &run, 20, &err) : rc;
  if (rc != LW_OK) {
    bench_fail("%s", err.text);
  }
  tell_round("drag: report", span_end(reporting), bench->history.rows);
  tell_round("drag", span_end(begin), bench->history.rows);
  lw_report_finish(&report);
  lw_run_finish(&run);
  lw_policy_destroy(policy);
}

/* The part without budgets, for programs that do the same from the CSV. */
static void one_stateless(struct bench *bench)
{
  struct result result = {0};
  struct lw_policy *whole = bench->policy;
  bench->policy = load_policy(0, false);
  lw_run_finish(&bench->run);
  struct span begin = span_begin();
  by_replay(bench);
  tell_round("without budgets", span_end(begin), bench->history.rows);
  count_run(bench, &result);
  tell_result(&result, bench->history.rows, lw_tape_bytes(bench->tape));
  lw_policy_destroy(bench->policy);
  bench->policy = whole;
}

int main(int argc, char **argv)
{
  struct bench *bench = column(1, sizeof *bench);
  uint64_t rows = 10000000;
  uint64_t rounds = 5;
  struct result result = {0};
  *bench = (struct bench){.tape = NULL};
#if defined(__AVX2__)
  if (!__builtin_cpu_supports("avx2")) {
    bench_fail("this machine has no AVX2");
  }
#endif
  if ((argc > 1 && !lw_uint_read(lw_str_c(argv[1]), &rows)) ||
      (argc > 2 && !lw_uint_read(lw_str_c(argv[2]), &rounds))) {
    bench_fail("bench_replay [ROWS [ROUNDS [CSV]]]");
  }
  bench->policy = load_policy(0, true);
  struct span begin = span_begin();
  bench->tape = make_history(&bench->history, rows);
  tell_round("making the tape", span_end(begin), rows);
  if (argc > 3) {
    write_csv(&bench->history, argv[3]);
  }
  for (uint64_t i = 0; i < rounds && argc > 3; i++) {
    one_stateless(bench);
  }
  for (uint64_t i = 0; i < rounds; i++) {
    one_round(bench);
    one_drag(bench, i + 1);
  }
  count_run(bench, &result);
  tell_result(&result, rows, lw_tape_bytes(bench->tape));
  return 0;
}
