/* Proposals in words and as JSON. The sentences say the numbers that they rest on; who reads
 * another language makes their own of the members. */
#include "base/money.h"
#include "data/json.h"
#include "data/member.h"
#include "tweak/room.h"

#define DAY_USEC  (LW_SECONDS_PER_DAY * LW_USEC_PER_SECOND)
#define HOUR_USEC (3600 * LW_USEC_PER_SECOND)
enum { MINUTES = 60, TENTHS = 10 };

static unsigned long long whole(uint64_t number)
{
  return (unsigned long long)number;
}

static int64_t days_of(lw_usec usec)
{
  return usec / DAY_USEC;
}

static int64_t reviews_of(const struct lw_room_record *record)
{
  return record->right + record->too_little + record->too_much;
}

static void add_money(struct lw_buf *out, int64_t minor, uint16_t currency)
{
  lw_money_print((lw_money){minor, currency}, out);
  lw_buf_printf(out, " %.*s", LW_FMT(lw_currency_code(currency)));
}

/* --- words --- */

static void say_record(const struct lw_room_proposal *proposal, struct lw_buf *out)
{
  const struct lw_room_record *record = &proposal->record;
  lw_buf_printf(out,
                "In %d days: %llu decisions; %llu of %llu asks that somebody else answered came "
                "back as asked",
                LW_ROOM_DAYS, whole(record->decisions), whole(record->asks.unchanged),
                whole(record->asks.asks));
  lw_buf_printf(out,
                "; %lld reviews: %lld right, %lld too little, %lld too much; in the present tier "
                "for %lld days",
                (long long)reviews_of(record), (long long)record->right,
                (long long)record->too_little, (long long)record->too_much,
                (long long)days_of(record->in_tier));
  if (proposal->consent.who == 1) {
    LW_BUF_LIT(out, ". All answers are one person's");
  }
  lw_buf_add_char(out, '.');
}

static void say_change(const struct lw_room_proposal *proposal, uint16_t currency,
                       struct lw_buf *out)
{
  switch (proposal->kind) {
  case LW_ROOM_TIER: lw_buf_printf(out, "With the tier %.*s", LW_FMT(proposal->after)); break;
  case LW_ROOM_AMOUNT:
    lw_buf_printf(out, "With %.*s %.*s in the budget %.*s", LW_FMT(proposal->after),
                  LW_FMT(lw_currency_code(currency)), LW_FMT(proposal->budget));
    break;
  case LW_ROOM_TIMES:
    lw_buf_printf(out, "With %.*s times in the budget %.*s", LW_FMT(proposal->after),
                  LW_FMT(proposal->budget));
    break;
  }
}

static void say_waiting(lw_usec waiting, struct lw_buf *out)
{
  if (waiting < HOUR_USEC) {
    lw_buf_printf(out, "%lld min", (long long)(waiting / LW_USEC_PER_SECOND / MINUTES));
  } else {
    int64_t tenths = waiting / (HOUR_USEC / TENTHS);
    lw_buf_printf(out, "%lld.%lld h", (long long)(tenths / TENTHS), (long long)(tenths % TENTHS));
  }
}

static void say_dry(const struct lw_room_proposal *proposal, struct lw_buf *out)
{
  if (proposal->n_dry_all == 0) {
    LW_BUF_LIT(out, " No budget would have run dry that did not.");
    return;
  }
  LW_BUF_LIT(out, " Would have run dry: ");
  for (uint32_t i = 0; i < proposal->n_dry; i++) {
    const struct lw_room_dry *dry = &proposal->dry[i];
    lw_buf_printf(out, "%s%.*s", i == 0 ? "" : ", ", LW_FMT(dry->budget));
    if (dry->of.len != 0) {
      lw_buf_printf(out, " of %.*s", LW_FMT(dry->of));
    }
    lw_buf_printf(out, " (%llu requests)", whole(dry->requests));
  }
  lw_buf_add_c(out, proposal->n_dry_all > proposal->n_dry ? ", and more." : ".");
}

static void say_effect(const struct lw_room_proposal *proposal, uint16_t currency,
                       struct lw_buf *out)
{
  const struct lw_lifted *replay = &proposal->replay;
  say_change(proposal, currency, out);
  lw_buf_printf(out, ", %llu asks of the last %d days would have been granted at once: ",
                whole(replay->avoided), LW_ROOM_DAYS);
  say_waiting(replay->avoided_waiting, out);
  LW_BUF_LIT(out, " of waiting less, ");
  if (replay->cost == 0) {
    LW_BUF_LIT(out, "at the same cost.");
  } else {
    add_money(out, replay->cost < 0 ? -replay->cost : replay->cost, currency);
    lw_buf_add_c(out, replay->cost < 0 ? " less given." : " more given.");
  }
  if (replay->newly_asked != 0) {
    lw_buf_printf(out, " %llu that were granted at once would have been asked for (",
                  whole(replay->newly_asked));
    add_money(out, replay->newly_asked_cost, currency);
    LW_BUF_LIT(out, ").");
  }
  say_dry(proposal, out);
}

bool lw_room_say(struct lw_room_proposal *proposal, uint16_t currency, struct lw_arena *keep)
{
  struct lw_buf text = {0};
  struct lw_buf effect = {0};
  say_record(proposal, &text);
  if (proposal->missing == 0 || proposal->id.len != 0) {
    say_effect(proposal, currency, &effect);
  }
  proposal->words = lw_str_copy(keep, lw_buf_str(&text));
  proposal->effect = effect.len != 0 ? lw_str_copy(keep, lw_buf_str(&effect)) : LW_STR("");
  bool said = !text.failed && !effect.failed && !keep->failed;
  lw_buf_finish(&text);
  lw_buf_finish(&effect);
  return said;
}

/* --- JSON --- */

static void add_figure(struct lw_buf *out, const char *key, int64_t number)
{
  lw_buf_printf(out, ",\"%s\":%lld", key, (long long)number);
}

/* Also where no currency is known yet: the contract has these amounts always. */
static void add_amount(struct lw_buf *out, const char *key, int64_t minor, uint16_t currency)
{
  lw_buf_printf(out, ",\"%s\":\"", key);
  lw_money_print((lw_money){minor, currency}, out);
  lw_buf_add_char(out, '"');
}

static void add_consent(struct lw_buf *out, const struct lw_consent *consent)
{
  add_figure(out, "asks", (int64_t)consent->asks);
  add_figure(out, "unchanged", (int64_t)consent->unchanged);
  lw_buf_printf(out, ",\"at_least\":\"%.3f\"", lw_consent_least(consent->unchanged, consent->asks));
  add_figure(out, "answered_by", (int64_t)consent->who);
}

static void add_record(struct lw_buf *out, const struct lw_room_record *record)
{
  lw_buf_printf(out, ",\"record\":{\"decisions\":%llu", whole(record->decisions));
  add_consent(out, &record->asks);
  add_figure(out, "right", record->right);
  add_figure(out, "too_little", record->too_little);
  add_figure(out, "too_much", record->too_much);
  add_figure(out, "tier_days", days_of(record->in_tier));
  lw_buf_add_char(out, '}');
}

static void add_dry(struct lw_buf *out, const struct lw_room_proposal *proposal)
{
  LW_BUF_LIT(out, ",\"dry\":[");
  for (uint32_t i = 0; i < proposal->n_dry; i++) {
    const struct lw_room_dry *dry = &proposal->dry[i];
    lw_buf_add_c(out, i == 0 ? "{\"budget\":" : ",{\"budget\":");
    lw_json_add_string(out, dry->budget);
    lw_member_text(out, "of", dry->of);
    add_figure(out, "requests", (int64_t)dry->requests);
    lw_buf_add_char(out, '}');
  }
  lw_buf_printf(out, "],\"dry_count\":%llu", whole(proposal->n_dry_all));
}

static void add_replay(struct lw_buf *out, const struct lw_room_proposal *proposal,
                       uint16_t currency)
{
  const struct lw_lifted *replay = &proposal->replay;
  lw_buf_printf(out, ",\"replay\":{\"avoided\":%llu", whole(replay->avoided));
  add_figure(out, "avoided_waiting_seconds", replay->avoided_waiting / LW_USEC_PER_SECOND);
  add_figure(out, "more", (int64_t)replay->more);
  add_figure(out, "less", (int64_t)replay->less);
  add_amount(out, "cost", replay->cost, currency);
  add_figure(out, "newly_asked", (int64_t)replay->newly_asked);
  add_amount(out, "newly_asked_cost", replay->newly_asked_cost, currency);
  add_dry(out, proposal);
  lw_buf_add_char(out, '}');
}

void lw_room_print(const struct lw_room_proposal *proposal, uint16_t currency, struct lw_buf *out)
{
  LW_BUF_LIT(out, "{\"id\":");
  lw_json_add_string(out, proposal->id);
  lw_member_text(out, "person", proposal->person);
  lw_member_text(out, "kind", lw_room_kind_name(proposal->kind));
  lw_member_text(out, "budget", proposal->budget);
  lw_member_text(out, "before", proposal->before);
  lw_member_text(out, "after", proposal->after);
  lw_member_text(out, "words", proposal->words);
  lw_member_text(out, "effect", proposal->effect);
  add_consent(out, &proposal->consent);
  add_record(out, &proposal->record);
  add_replay(out, proposal, currency);
}

/* --- what is not met yet --- */

static void say_asks(const struct lw_consent *asks, struct lw_buf *out)
{
  if (asks->asks < LW_CONSENT_ASKS_MIN) {
    lw_buf_printf(out, "%d asks that somebody else answers: it is %llu.", LW_CONSENT_ASKS_MIN,
                  whole(asks->asks));
  } else {
    lw_buf_printf(out,
                  "Asks that come back as asked, at least %d in 100 even with bad luck: it is "
                  "%llu of %llu.",
                  LW_CONSENT_SHARE, whole(asks->unchanged), whole(asks->asks));
  }
}

static void say_reviews(const struct lw_room_record *record, struct lw_buf *out)
{
  int64_t all = reviews_of(record);
  if (all < LW_ROOM_REVIEWS_MIN) {
    lw_buf_printf(out, "%d reviews: it is %lld.", LW_ROOM_REVIEWS_MIN, (long long)all);
  } else {
    lw_buf_printf(out,
                  "Reviews that say right or too little, at least %d in 100 even with bad luck: "
                  "it is %lld of %lld.",
                  LW_ROOM_REVIEWS_SHARE, (long long)(all - record->too_much), (long long)all);
  }
}

static void say_lacks(const struct lw_room_proposal *proposal, struct lw_buf *out)
{
  LW_BUF_LIT(out, "Certificates that the next tier works with: ");
  for (uint32_t i = 0; i < proposal->record.lacking && i < LW_ROOM_HOLDS_MAX; i++) {
    lw_buf_printf(out, "%s%.*s", i == 0 ? "" : ", ", LW_FMT(proposal->lacks[i]));
  }
  lw_buf_add_char(out, '.');
}

static void say_test(const struct lw_room_proposal *proposal, enum lw_room_test test,
                     struct lw_buf *out)
{
  const struct lw_room_record *record = &proposal->record;
  switch (test) {
  case LW_ROOM_OF_DECISIONS:
    lw_buf_printf(out, "%d decisions in %d days: it is %llu.", LW_ROOM_DECISIONS_MIN, LW_ROOM_DAYS,
                  whole(record->decisions));
    break;
  case LW_ROOM_OF_ASKS: say_asks(&record->asks, out); break;
  case LW_ROOM_OF_REVIEWS: say_reviews(record, out); break;
  case LW_ROOM_OF_TIME:
    lw_buf_printf(out, "%d days in the present tier: it is %lld.", LW_ROOM_TIER_DAYS,
                  (long long)days_of(record->in_tier));
    break;
  case LW_ROOM_OF_LOWERING:
    lw_buf_printf(out, "%d days after the end of a lowering.", LW_ROOM_QUIET_DAYS);
    break;
  case LW_ROOM_OF_HOLDS: say_lacks(proposal, out); break;
  case LW_ROOM_TESTS: break;
  }
}

struct amount_of {
  int64_t have;
  int64_t need;
};

static struct amount_of amount_of(const struct lw_room_record *record, enum lw_room_test test)
{
  switch (test) {
  case LW_ROOM_OF_DECISIONS:
    return (struct amount_of){(int64_t)record->decisions, LW_ROOM_DECISIONS_MIN};
  case LW_ROOM_OF_ASKS: return (struct amount_of){(int64_t)record->asks.asks, LW_CONSENT_ASKS_MIN};
  case LW_ROOM_OF_REVIEWS: return (struct amount_of){reviews_of(record), LW_ROOM_REVIEWS_MIN};
  case LW_ROOM_OF_TIME: return (struct amount_of){days_of(record->in_tier), LW_ROOM_TIER_DAYS};
  case LW_ROOM_OF_LOWERING:
    return (struct amount_of){record->since_lowering > 0 ? days_of(record->since_lowering) : 0,
                              LW_ROOM_QUIET_DAYS};
  case LW_ROOM_OF_HOLDS: return (struct amount_of){0, record->lacking};
  case LW_ROOM_TESTS: break;
  }
  return (struct amount_of){0, 0};
}

static void add_missing_one(const struct lw_room_proposal *proposal, enum lw_room_test test,
                            struct lw_buf *out)
{
  struct amount_of amount = amount_of(&proposal->record, test);
  struct lw_buf words = {0};
  say_test(proposal, test, &words);
  LW_BUF_LIT(out, "{\"test\":");
  lw_json_add_string(out, lw_room_test_name(test));
  add_figure(out, "have", amount.have);
  add_figure(out, "need", amount.need);
  lw_member_text(out, "words", lw_buf_str(&words));
  if (test == LW_ROOM_OF_HOLDS) {
    LW_BUF_LIT(out, ",\"holds\":[");
    for (uint32_t i = 0; i < proposal->record.lacking && i < LW_ROOM_HOLDS_MAX; i++) {
      lw_buf_add_c(out, i == 0 ? "" : ",");
      lw_json_add_string(out, proposal->lacks[i]);
    }
    lw_buf_add_char(out, ']');
  }
  lw_buf_add_char(out, '}');
  out->failed |= words.failed;
  lw_buf_finish(&words);
}

void lw_room_print_missing(const struct lw_room_proposal *proposal, struct lw_buf *out)
{
  bool first = true;
  lw_buf_add_char(out, '[');
  for (unsigned test = 0; test < LW_ROOM_TESTS; test++) {
    if ((proposal->missing & 1U << test) != 0) {
      lw_buf_add_c(out, first ? "" : ",");
      add_missing_one(proposal, (enum lw_room_test)test, out);
      first = false;
    }
  }
  lw_buf_add_char(out, ']');
}

void lw_room_print_rule(struct lw_buf *out)
{
  lw_buf_printf(
      out,
      "{\"days\":%d,\"decisions\":%d,\"asks\":%d,\"share\":\"0.%d\",\"reviews\":%d,"
      "\"reviews_share\":\"0.%d\",\"confidence\":\"0.%d\",\"tier_days\":%d,\"quiet_days\":%d,",
      LW_ROOM_DAYS, LW_ROOM_DECISIONS_MIN, LW_CONSENT_ASKS_MIN, LW_CONSENT_SHARE,
      LW_ROOM_REVIEWS_MIN, LW_ROOM_REVIEWS_SHARE, LW_CONSENT_CONFIDENCE, LW_ROOM_TIER_DAYS,
      LW_ROOM_QUIET_DAYS);
  lw_buf_printf(
      out,
      "\"words\":\"It takes %d decisions within %d days, %d asks that somebody else answered and "
      "%d reviews. Even at the unlucky end of the %d %% interval (Wilson), at least %d %% of these "
      "asks were "
      "answered yes to just what was asked, and of those that the change would have granted at "
      "once, "
      "too; and at least %d %% of the reviews say right or too little. ",
      LW_ROOM_DECISIONS_MIN, LW_ROOM_DAYS, LW_CONSENT_ASKS_MIN, LW_ROOM_REVIEWS_MIN,
      LW_CONSENT_CONFIDENCE, LW_CONSENT_SHARE, LW_ROOM_REVIEWS_SHARE);
  lw_buf_printf(out,
                "They have decided in their tier for %d days, hold the certificates that the next "
                "tier's grants name, and no lowering is in force or ended within %d days. A larger "
                "limit of their own is proposed where it does as much as the next tier.\"}",
                LW_ROOM_TIER_DAYS, LW_ROOM_QUIET_DAYS);
}
