/* What is asked: the reasons of the telco policy in believable proportions; amounts that crowd
 * where people round; customers whose segment and age follow from their number, so that the same
 * customer is the same every time. Integers throughout: the same seed makes the same requests on
 * any machine. */
#include "cli/demo.h"

#include "base/money.h"

#include <string.h>

struct kind {
  unsigned weight; /* of 1,000 */
  const char *reason;
  const char *action;
  int64_t least; /* cents; 0: no amount */
  int64_t most;
};

static const struct kind kinds[] = {
    {270, "billing-error", "credit", 300, 3500},   {60, "billing-error", "refund", 500, 6000},
    {240, "outage", "credit", 300, 2500},          {80, "number-change", "waive_fee", 500, 1500},
    {70, "promise", "credit", 500, 2500},          {90, "goodwill", "credit", 500, 4000},
    {150, "goodwill", "plan_change", 0, 0},        {30, "billing-error", "credit", 11000, 30000},
    {10, "billing-error", "refund", 12000, 40000},
};

/* Small amounts are common, large ones rare: the lesser of two draws; whole dollars mostly. */
static int64_t amount_between(struct lw_rand_seeded *rand, int64_t least, int64_t most)
{
  uint64_t range = (uint64_t)(most - least) + 1;
  uint64_t a = lw_rand_seeded_below(rand, range);
  uint64_t b = lw_rand_seeded_below(rand, range);
  int64_t cents = least + (int64_t)(a < b ? a : b);
  uint64_t habit = lw_rand_seeded_below(rand, 10);
  int64_t step = habit < 5 ? 500 : habit < 8 ? 100 : 1;
  int64_t rounded = cents / step * step;
  return rounded < least ? least : rounded;
}

static const struct kind *kind_of(struct lw_rand_seeded *rand)
{
  uint64_t at = lw_rand_seeded_below(rand, 1000);
  size_t i = 0;
  for (; at >= kinds[i].weight && i + 1 < sizeof kinds / sizeof kinds[0]; i++) {
    at -= kinds[i].weight;
  }
  return &kinds[i];
}

/* Early shift 7 to 15, late shift 14 to 22 by the company's clock (some 8 hours behind UTC); AI
 * always. */
static const struct lw_demo_agent *agent_on_duty(struct lw_rand_seeded *rand,
                                                 const struct lw_demo_company *company, lw_usec at)
{
  int64_t hour = (at / LW_USEC_PER_SECOND / 3600 + 16) % 24;
  for (unsigned tries = 0; tries < 40; tries++) {
    const struct lw_demo_agent *agent =
        &company->agents[lw_rand_seeded_below(rand, company->n_agents)];
    bool here =
        agent->shift == 2 || (agent->shift == 0 ? hour >= 7 && hour < 15 : hour >= 14 && hour < 22);
    if (here) {
      return agent;
    }
  }
  return &company->agents[lw_rand_seeded_below(rand, company->n_agents)];
}

static void add_amount(struct lw_buf *out, const char *key, int64_t cents)
{
  lw_buf_printf(out, "\"%s\":\"%lld.%02lld\"", key, (long long)(cents / 100),
                (long long)(cents % 100));
}

static void add_time(struct lw_buf *out, lw_usec at)
{
  lw_buf_add_char(out, '"');
  lw_rfc3339_print(at / LW_USEC_PER_SECOND, 0, out);
  lw_buf_add_char(out, '"');
}

/* Facts as the customer's number has them. */
static void add_facts(struct lw_buf *out, struct lw_rand_seeded *rand, const struct kind *kind,
                      uint64_t customer, int64_t cents, lw_usec at)
{
  uint64_t traits = lw_str_hash(lw_str_from((const char *)&customer, sizeof customer), 77);
  const char *segment = traits % 10 < 6 ? "standard" : traits % 10 < 9 ? "silver" : "gold";
  uint64_t age_days = 1 + lw_rand_seeded_below(rand, 63);
  lw_buf_printf(
      out, ",\"facts\":{\"customer\":{\"segment\":\"%s\",\"tenure_days\":%llu%s},\"lines\":%llu",
      segment, (unsigned long long)(5 + traits / 10 % 3000),
      traits / 31 % 500 == 0 ? ",\"flags\":[\"fraud-hold\"]" : "",
      (unsigned long long)(1 + traits / 7 % 4));
  if (strcmp(kind->reason, "billing-error") == 0) {
    LW_BUF_LIT(out, ",\"invoice\":{");
    add_amount(out, "total", cents + 2000 + (int64_t)(traits % 12000));
    LW_BUF_LIT(out, ",\"issued_at\":");
    add_time(out, at - (lw_usec)age_days * LW_SECONDS_PER_DAY * LW_USEC_PER_SECOND);
    lw_buf_add_char(out, '}');
  } else if (strcmp(kind->reason, "promise") == 0) {
    LW_BUF_LIT(out, ",\"promise\":{");
    add_amount(out, "amount", cents);
    lw_buf_printf(out, ",\"months_left\":%llu}", (unsigned long long)(1 + traits % 6));
  } else if (strcmp(kind->reason, "goodwill") == 0) {
    LW_BUF_LIT(out, ",\"customer_asked\":true");
  }
  lw_buf_add_char(out, '}');
}

void lw_demo_request_add(struct lw_rand_seeded *rand, const struct lw_demo_company *company,
                         uint64_t customers, lw_usec at, struct lw_buf *out,
                         const struct lw_demo_agent **ret_agent)
{
  static const char *const channels[] = {"phone", "chat", "mail"};
  const struct kind *kind = kind_of(rand);
  const struct lw_demo_agent *agent = agent_on_duty(rand, company, at);
  uint64_t customer = lw_rand_seeded_below(rand, customers);
  int64_t cents = kind->most == 0 ? 0 : amount_between(rand, kind->least, kind->most);
  LW_BUF_LIT(out, "{\"at\":");
  add_time(out, at);
  lw_buf_printf(out, ",\"agent\":\"%.*s\",\"action\":\"%s\",", LW_FMT(agent->id), kind->action);
  if (cents != 0) {
    add_amount(out, "amount", cents);
    lw_buf_add_char(out, ',');
  }
  lw_buf_printf(
      out, "\"case\":\"C-%llu\",\"customer\":\"K-%llu\",\"reason\":\"%s\",\"channel\":\"%s\"",
      (unsigned long long)(100000 + lw_rand_seeded_below(rand, customers * 8)),
      (unsigned long long)customer, kind->reason, channels[lw_rand_seeded_below(rand, 3)]);
  if (strcmp(kind->reason, "goodwill") == 0 && agent->is_senior) {
    LW_BUF_LIT(out, ",\"note\":\"Called three times about the same thing; a gesture keeps them.\"");
  }
  if (cents != 0 && lw_rand_seeded_below(rand, 16) == 0) {
    LW_BUF_LIT(out, ",\"hold\":\"2m\"");
  }
  add_facts(out, rand, kind, customer, cents, at);
  lw_buf_add_char(out, '}');
  *ret_agent = agent;
}
