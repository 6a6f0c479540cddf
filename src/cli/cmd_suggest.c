/* leeway policy suggest: what could be wider, because people say yes to it all the same; or, with
 * --draft, the policy with one such change. Looks only; which were dismissed in the console is not
 * asked here. */
#include "base/bounds.h"
#include "base/money.h"
#include "base/num.h"
#include "cli/cli.h"
#include "cli/read_past.h"
#include "policy/edit.h"
#include "tweak/past.h"
#include "tweak/suggest.h"

static const double seconds_per_hour = 3600.0;

struct options {
  const char *db;
  const char *since;
  const char *draft;
  bool json;
  bool quiet;
};

/* --- out --- */

static void print_json(const struct lw_suggestions *found, unsigned days, struct lw_buf *out)
{
  LW_BUF_LIT(out, "{\"items\":[");
  for (uint32_t i = 0; i < found->count; i++) {
    lw_buf_add_c(out, i == 0 ? "" : ",");
    lw_suggestion_print(&found->items[i], found->currency, out);
  }
  LW_BUF_LIT(out, "],\"rule\":");
  lw_suggest_print_rule(days, out);
  lw_buf_printf(out, ",\"asks\":%llu}\n", (unsigned long long)found->asks);
}

static void print_replay(const struct lw_suggestion *one, uint16_t currency, struct lw_buf *out)
{
  lw_buf_printf(out, "   replayed: %llu get more, %llu get less; cost ",
                (unsigned long long)one->replay.more, (unsigned long long)one->replay.less);
  lw_buf_add_c(out, one->replay.cost > 0 ? "+" : "");
  lw_money_print((lw_money){one->replay.cost, currency}, out);
  lw_buf_printf(out, "; %llu approvals not needed, %.1f hours of waiting\n",
                (unsigned long long)one->replay.avoided,
                (double)one->replay.avoided_waiting / (double)LW_USEC_PER_SECOND /
                    seconds_per_hour);
  if (one->replay.newly_asked != 0) {
    lw_buf_printf(out, "   %llu that were granted at once would be asked for (",
                  (unsigned long long)one->replay.newly_asked);
    lw_money_print((lw_money){one->replay.newly_asked_cost, currency}, out);
    LW_BUF_LIT(out, "): budgets run dry sooner\n");
  }
}

static void print_table(const struct lw_suggestions *found, unsigned days, struct lw_buf *out)
{
  for (uint32_t i = 0; i < found->count; i++) {
    const struct lw_suggestion *one = &found->items[i];
    lw_buf_printf(out, "%u  %.*s\n", i + 1, LW_FMT(one->words));
    if (one->after.len != 0) {
      lw_buf_printf(out, "   %.*s: %.*s -> %.*s\n", LW_FMT(one->path), LW_FMT(one->before),
                    LW_FMT(one->after));
    }
    lw_buf_printf(out, "   %llu asked: %llu yes (%llu as asked), %llu no; answered by %llu %s\n",
                  (unsigned long long)one->consent.asks, (unsigned long long)one->consent.yes,
                  (unsigned long long)one->consent.unchanged, (unsigned long long)one->consent.no,
                  (unsigned long long)one->consent.who,
                  one->consent.who == 1 ? "person" : "people");
    if (one->has_replay) {
      print_replay(one, found->currency, out);
    }
    lw_buf_add_char(out, '\n');
  }
  lw_buf_printf(out,
                "%s %llu answers of %u days were looked at. It takes %d to one question, and at "
                "least %d %% of them yes as asked at the unlucky end of the %d %% interval.\n",
                found->count != 0 ? "Approvals teach:" : "Nothing to suggest:",
                (unsigned long long)found->asks, days, LW_CONSENT_ASKS_MIN, LW_CONSENT_SHARE,
                LW_CONSENT_CONFIDENCE);
  if (!found->tried_all) {
    LW_BUF_LIT(out, "Not every value was tried: the policy has too many.\n");
  }
}

/* The policy's text with the change of that suggestion. */
static int print_draft(const struct lw_suggestions *found, uint64_t number, lw_str source,
                       struct lw_buf *out)
{
  struct lw_error err;
  if (number > found->count) {
    lw_say_error("there is no suggestion %llu: there are %u", (unsigned long long)number,
                 found->count);
    return LW_EXIT_FAILED;
  }
  const struct lw_suggestion *one = &found->items[number - 1];
  if (one->after.len == 0) {
    lw_say_error("suggestion %llu is a hint: there is no draft of it", (unsigned long long)number);
    return LW_EXIT_NO;
  }
  if (lw_policy_edit(source, one->path, one->after, out, &err) != LW_OK) {
    lw_say(&err);
    return LW_EXIT_FAILED;
  }
  return LW_EXIT_DONE;
}

/* --- the whole --- */

static int find(const struct options *options, const struct lw_past *past, unsigned days,
                uint64_t number, struct lw_buf *out)
{
  struct lw_suggestions found = {.count = 0};
  struct lw_arena arena;
  struct lw_diags diags;
  struct lw_error err;
  int status = LW_EXIT_FAILED;
  lw_arena_init(&arena, NULL, 0);
  lw_diags_init(&diags, &arena);
  struct lw_policy *policy =
      past->live.len != 0 ? lw_policy_load(past->live, NULL, NULL, &diags) : NULL;
  const struct lw_suggest suggest = {.tape = past->tape,
                                     .policy = policy,
                                     .source = past->live,
                                     .people = past->people,
                                     .days = days};
  if (policy == NULL) {
    char shown[LW_DB_SHOWN_BYTES];
    lw_db_show_url(options->db, shown, sizeof shown);
    lw_say_error("%s has no live policy to learn for", shown);
  } else if (lw_suggest_find(&suggest, &found, &err) != LW_OK) {
    lw_say(&err);
  } else if (number != 0) {
    status = print_draft(&found, number, past->live, out);
  } else {
    status = LW_EXIT_DONE;
    (options->json ? print_json : print_table)(&found, days, out);
  }
  lw_suggestions_finish(&found);
  lw_policy_destroy(policy);
  lw_arena_finish(&arena);
  return status;
}

static int run(const struct options *options, unsigned days, uint64_t number)
{
  struct lw_past past;
  struct lw_buf out = {0};
  struct lw_error err;
  const struct lw_past_options past_options = {.currency = LW_STR("USD")};
  int status = LW_EXIT_FAILED;
  enum lw_code rc = lw_read_past(&past, options->db, &past_options, options->quiet, &err);
  if (rc != LW_OK) {
    lw_say(&err);
  } else {
    status = find(options, &past, days, number, &out);
  }
  if (out.len != 0 && !lw_write_out(&out)) {
    status = LW_EXIT_FAILED;
  }
  lw_buf_finish(&out);
  lw_past_finish(&past);
  return status;
}

int lw_cmd_policy_suggest(int argc, char **argv)
{
  struct options options = {.db = "leeway.db"};
  uint64_t days = LW_SUGGEST_DAYS;
  uint64_t number = 0;
  const struct lw_option_spec specs[] = {{"db", &options.db, NULL},
                                         {"since", &options.since, NULL},
                                         {"draft", &options.draft, NULL},
                                         {"json", NULL, &options.json},
                                         {"quiet", NULL, &options.quiet}};
  char **operands = NULL;
  int count = 0;
  int status = lw_take_options("policy suggest", argc, argv, specs, sizeof specs / sizeof specs[0],
                               &operands, &count);
  if (status != LW_EXIT_DONE) {
    return status;
  }
  if (count != 0) {
    return lw_usage_error("policy suggest", "\"%s\" is one word too many", operands[0]);
  }
  if (options.since != NULL &&
      (!lw_uint_read(lw_str_c(options.since), &days) || days == 0 || days > LW_SUGGEST_DAYS_MAX)) {
    return lw_usage_error("policy suggest", "--since is a number of days, at most %d, not \"%s\"",
                          LW_SUGGEST_DAYS_MAX, options.since);
  }
  if (options.draft != NULL && (!lw_uint_read(lw_str_c(options.draft), &number) || number == 0)) {
    return lw_usage_error("policy suggest", "--draft is the number of a suggestion, not \"%s\"",
                          options.draft);
  }
  return run(&options, (unsigned)days, number);
}
