/* Suggestions in words and as JSON. The sentence says the numbers that it rests on; who reads
 * another language makes their own of the members. */
#include "base/money.h"
#include "data/json.h"
#include "data/member.h"
#include "tweak/suggest.h"

enum { LONG_SECONDS = 120, MINUTE = 60 };

lw_str lw_suggestion_kind_name(enum lw_suggestion_kind kind)
{
  switch (kind) {
  case LW_SUGGEST_RAISE: return LW_STR("raise");
  case LW_SUGGEST_OPEN: return LW_STR("open");
  case LW_SUGGEST_HINT: break;
  }
  return LW_STR("hint");
}

/* --- words --- */

static void add_count(struct lw_buf *out, uint64_t count)
{
  lw_buf_add_uint(out, count);
}

static void add_wait(struct lw_buf *out, lw_usec wait)
{
  int64_t seconds = (wait + LW_USEC_PER_SECOND / 2) / LW_USEC_PER_SECOND;
  bool is_long = seconds > LONG_SECONDS;
  lw_buf_printf(out, ", in the middle after %lld %s",
                (long long)(is_long ? (seconds + MINUTE / 2) / MINUTE : seconds),
                is_long ? "min" : "s");
}

static void say_refused(const struct lw_suggestion *suggestion, struct lw_buf *out)
{
  const struct lw_consent *consent = &suggestion->consent;
  LW_BUF_LIT(out, "You said no to ");
  add_count(out, consent->no);
  LW_BUF_LIT(out, " of the last ");
  add_count(out, consent->asks);
  lw_buf_printf(out, " requests for %.*s", LW_FMT(suggestion->action));
  if (suggestion->reason.len != 0) {
    lw_buf_printf(out, " with the reason %.*s", LW_FMT(suggestion->reason));
  }
  add_wait(out, consent->middle);
  LW_BUF_LIT(out, ". Refuse them at once, with what can be done instead, or say so in the policy?");
}

static void say_question(const struct lw_suggestion *suggestion, struct lw_buf *out)
{
  if (suggestion->kind == LW_SUGGEST_RAISE) {
    lw_buf_printf(out, ". Raise it to %.*s?", LW_FMT(suggestion->after));
  } else if (suggestion->kind == LW_SUGGEST_OPEN) {
    lw_buf_printf(out, ". Open it to %.*s?", LW_FMT(suggestion->after));
  } else if (suggestion->before.len != 0) {
    LW_BUF_LIT(out, ". The grant reaches farther than you ever went: write one of their own?");
  } else {
    LW_BUF_LIT(out, ". Does it still need to ask?");
  }
}

static void say_accepted(const struct lw_suggestion *suggestion, lw_str what, struct lw_buf *out)
{
  const struct lw_consent *consent = &suggestion->consent;
  bool is_rail = suggestion->before.len == 0;
  LW_BUF_LIT(out, "You said yes, as asked, to ");
  add_count(out, consent->unchanged);
  LW_BUF_LIT(out, " of the last ");
  add_count(out, consent->asks);
  if (is_rail) {
    lw_buf_printf(out, " requests that the rail %.*s alone sends to somebody", LW_FMT(what));
  } else {
    lw_buf_printf(out, " requests that only %.*s (%.*s) kept from being granted at once",
                  LW_FMT(what), LW_FMT(suggestion->before));
  }
  add_wait(out, consent->middle);
  say_question(suggestion, out);
}

bool lw_suggestion_say(struct lw_suggestion *suggestion, lw_str what, struct lw_arena *keep)
{
  struct lw_buf text = {0};
  if (suggestion->refused) {
    say_refused(suggestion, &text);
  } else {
    say_accepted(suggestion, what, &text);
  }
  if (suggestion->consent.who == 1) {
    LW_BUF_LIT(&text, " All answers are one person's.");
  }
  suggestion->words = lw_str_copy(keep, lw_buf_str(&text));
  bool said = !text.failed && !keep->failed;
  lw_buf_finish(&text);
  return said;
}

/* --- JSON --- */

static void add_number(struct lw_buf *out, const char *key, uint64_t number)
{
  lw_buf_printf(out, ",\"%s\":%llu", key, (unsigned long long)number);
}

static void add_moment(struct lw_buf *out, const char *key, lw_usec at)
{
  lw_buf_printf(out, ",\"%s\":\"", key);
  lw_rfc3339_print(at / LW_USEC_PER_SECOND, 0, out);
  lw_buf_add_char(out, '"');
}

static void add_replay(const struct lw_suggestion *suggestion, uint16_t currency,
                       struct lw_buf *out)
{
  lw_buf_printf(out, ",\"replay\":{\"more\":%llu,\"less\":%llu,\"cost\":\"",
                (unsigned long long)suggestion->replay.more,
                (unsigned long long)suggestion->replay.less);
  lw_money_print((lw_money){suggestion->replay.cost, currency}, out);
  lw_buf_printf(out,
                "\",\"avoided\":%llu,\"avoided_waiting_seconds\":%lld,\"newly_asked\":%llu,\"newly_"
                "asked_cost\":\"",
                (unsigned long long)suggestion->replay.avoided,
                (long long)(suggestion->replay.avoided_waiting / LW_USEC_PER_SECOND),
                (unsigned long long)suggestion->replay.newly_asked);
  lw_money_print((lw_money){suggestion->replay.newly_asked_cost, currency}, out);
  LW_BUF_LIT(out, "\"}");
}

void lw_suggestion_print(const struct lw_suggestion *suggestion, uint16_t currency,
                         struct lw_buf *out)
{
  const struct lw_consent *consent = &suggestion->consent;
  uint64_t told = suggestion->refused ? consent->no : consent->unchanged;
  LW_BUF_LIT(out, "{\"id\":");
  lw_json_add_string(out, suggestion->id);
  lw_member_text(out, "kind", lw_suggestion_kind_name(suggestion->kind));
  lw_member_text(out, "words", suggestion->words);
  lw_member_text(out, "path", suggestion->path);
  lw_member_text(out, "before", suggestion->before);
  lw_member_text(out, "after", suggestion->after);
  lw_member_text(out, "action", suggestion->action);
  lw_member_text(out, "reason", suggestion->reason);
  add_number(out, "asks", consent->asks);
  add_number(out, "yes", consent->yes);
  add_number(out, "yes_unchanged", consent->unchanged);
  add_number(out, "no", consent->no);
  lw_buf_printf(out, ",\"at_least\":\"%.3f\"", lw_consent_least(told, consent->asks));
  add_number(out, "middle_seconds",
             (uint64_t)((consent->middle + LW_USEC_PER_SECOND / 2) / LW_USEC_PER_SECOND));
  add_number(out, "managers", consent->who);
  add_moment(out, "from", consent->first);
  add_moment(out, "until", consent->last);
  if (suggestion->has_replay) {
    add_replay(suggestion, currency, out);
  }
  lw_buf_add_char(out, '}');
}

void lw_suggest_print_rule(unsigned days, struct lw_buf *out)
{
  lw_buf_printf(
      out,
      "{\"days\":%u,\"asks\":%d,\"share\":\"0.%d\",\"confidence\":\"0.%d\",\"words\":\"It "
      "takes at least %d answers to the same question within %u days, and even at the "
      "unlucky end of the %d %% interval (Wilson) at least %d %% of them yes to just what "
      "was asked. A new limit covers %d %% of what was said yes to, and never more than "
      "was ever said yes to.\"}",
      days, LW_CONSENT_ASKS_MIN, LW_CONSENT_SHARE, LW_CONSENT_CONFIDENCE, LW_CONSENT_ASKS_MIN, days,
      LW_CONSENT_CONFIDENCE, LW_CONSENT_SHARE, LW_CONSENT_COVER);
}
