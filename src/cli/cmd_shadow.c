/* leeway policy shadow start | show | stop: a policy that decides beside the live one and is never
 * acted on, beside a running server too. What it said is counted from the journal, as the lists are
 * the server's. */
#include "base/bounds.h"
#include "base/num.h"
#include "cli/cli.h"
#include "cli/store.h"
#include "data/json.h"
#include "engine/draft.h"
#include "engine/lists.h"
#include "engine/shadow.h"
#include "policy/answer.h"

enum { ITEMS_USUAL = 10, ITEMS_MAX = 1000 };

/* --- show --- */

static void print_money(lw_str before, int64_t minor, uint16_t currency, struct lw_buf *out)
{
  if (currency != LW_CURRENCY_NONE) {
    lw_buf_add(out, before);
    lw_money_print((lw_money){minor, currency}, out);
    lw_buf_printf(out, " %.*s", LW_FMT(lw_currency_code(currency)));
  }
}

static void print_item(const struct lw_shadow_item *item, uint16_t currency, struct lw_buf *out)
{
  char id[LW_ID_TEXT_BYTES_MAX];
  size_t len = lw_id_write(LW_STR("dec"), item->id, id);
  LW_BUF_LIT(out, "  ");
  lw_desk_add_moment(out, item->at);
  lw_buf_printf(out, "  %.*s  %.*s  %.*s", (int)len, id, LW_FMT(item->agent), LW_FMT(item->action));
  if (item->has_amount) {
    print_money(LW_STR(" "), item->amount_minor, currency, out);
  }
  lw_buf_printf(out, ": %.*s, ", LW_FMT(lw_verdict_name(item->verdict)));
  if (item->error.len != 0) {
    lw_buf_printf(out, "the shadow could not tell (%.*s)", LW_FMT(item->error));
  } else {
    lw_buf_printf(out, "the shadow %.*s", LW_FMT(lw_verdict_name(item->shadow)));
  }
  if (item->has_possible) {
    print_money(LW_STR(", at once up to "), item->possible_minor, currency, out);
  }
  lw_buf_add_char(out, '\n');
}

static void print_head(const struct lw_shadow *shadow, struct lw_buf *out)
{
  if (shadow->version != 0) {
    lw_buf_printf(out, "version %llu", (unsigned long long)shadow->version);
  } else {
    lw_str title = shadow->title.len != 0 ? shadow->title : LW_STR("a draft");
    lw_buf_printf(out, "%.*s", LW_FMT(title));
  }
  if (shadow->draft.len != 0) {
    lw_buf_printf(out, " (%.*s)", LW_FMT(shadow->draft));
  }
  LW_BUF_LIT(out, " runs in the shadow since ");
  lw_desk_add_moment(out, shadow->at);
  if (shadow->until != 0) {
    LW_BUF_LIT(out, ", until ");
    lw_desk_add_moment(out, shadow->until);
  }
  lw_buf_printf(out, " (%.*s, by %.*s)", LW_FMT(shadow->tag), LW_FMT(shadow->who));
  if (shadow->reason.len != 0) {
    lw_buf_printf(out, ": %.*s", LW_FMT(shadow->reason));
  }
  lw_buf_add_char(out, '\n');
}

static void print_counts(const struct lw_shadow_counts *counts, uint16_t currency,
                         struct lw_buf *out)
{
  lw_buf_printf(out,
                "%llu requests: %llu the same, %llu more, %llu less, %llu that it could not "
                "decide\n",
                (unsigned long long)counts->requests, (unsigned long long)counts->same,
                (unsigned long long)counts->more, (unsigned long long)counts->less,
                (unsigned long long)counts->errors);
  if (counts->more + counts->less != 0 && currency != LW_CURRENCY_NONE) {
    print_money(LW_STR("granted at once by it alone: "), counts->cost_more_minor, currency, out);
    print_money(LW_STR("; not by it: "), counts->cost_less_minor, currency, out);
    lw_buf_add_char(out, '\n');
  }
  for (uint32_t i = 0; i < counts->n_actions; i++) {
    const struct lw_shadow_action *action = &counts->actions[i];
    lw_buf_printf(out, "  %.*s: %llu requests, %llu more, %llu less\n", LW_FMT(action->name),
                  (unsigned long long)action->requests, (unsigned long long)action->more,
                  (unsigned long long)action->less);
  }
  lw_buf_add(out, counts->n_items != 0 ? LW_STR("the latest that differ:\n") : LW_STR(""));
  for (uint32_t i = 0; i < counts->n_items; i++) {
    print_item(&counts->items[i], currency, out);
  }
}

static int show(struct lw_desk *desk, uint32_t limit, bool json)
{
  struct lw_shadow shadow;
  struct lw_shadow_counts counts;
  struct lw_db *db = NULL;
  struct lw_error err;
  enum lw_code rc = lw_engine_reader(desk->engine, &db, &err);
  if (rc == LW_OK) {
    rc = lw_shadow_get(db, &desk->arena, &shadow, &err);
  }
  if (rc == LW_OK) {
    rc = lw_shadow_count(db, shadow.seq, limit, &desk->arena, &counts, &err);
  }
  lw_engine_reader_done(desk->engine, db);
  if (rc != LW_OK) {
    return lw_desk_fail(&err);
  }
  const struct lw_snapshot *snapshot = lw_engine_snapshot(desk->engine);
  uint16_t currency = snapshot->policy != NULL ? snapshot->policy->currency : LW_CURRENCY_NONE;
  if (json) {
    lw_shadow_print(&shadow, snapshot, true, &desk->out);
    const struct lw_council everybody = {.staff = snapshot->staff};
    lw_shadow_counts_print(&counts, currency, &everybody, &desk->out);
    LW_BUF_LIT(&desk->out, "}\n");
  } else {
    print_head(&shadow, &desk->out);
    print_counts(&counts, currency, &desk->out);
  }
  lw_snapshot_unref(snapshot);
  return LW_EXIT_DONE;
}

static int cmd_show(int argc, char **argv)
{
  struct lw_desk desk;
  const char *url = LW_STORE_URL;
  const char *limit_text = NULL;
  bool json = false;
  int64_t limit = ITEMS_USUAL;
  const struct lw_option_spec specs[] = {
      {"db", &url, NULL}, {"limit", &limit_text, NULL}, {"json", NULL, &json}};
  char **operands = NULL;
  int count = 0;
  int status = lw_take_options("policy shadow", argc, argv, specs, 3, &operands, &count);
  if (status != LW_EXIT_DONE) {
    return status;
  }
  if (count != 0) {
    return lw_usage_error("policy shadow", "nothing is expected, not \"%s\"", operands[0]);
  }
  if (limit_text != NULL &&
      (!lw_int_read(lw_str_c(limit_text), &limit) || limit < 0 || limit > ITEMS_MAX)) {
    return lw_usage_error("policy shadow", "--limit is a number from 0 to %d", ITEMS_MAX);
  }
  status = lw_desk_open(&desk, url, false) ? show(&desk, (uint32_t)limit, json) : LW_EXIT_FAILED;
  return lw_desk_close(&desk, status);
}

/* --- start --- */

struct starting {
  const char *file;
  const char *draft;
  const char *version;
  const char *days;
  const char *until;
  const char *reason;
  bool json;
  uint64_t number;
  lw_usec ends;
};

static int usage(const struct lw_desk *desk, struct starting *starting)
{
  int64_t days = 0;
  int64_t seconds = 0;
  uint32_t nanos = 0;
  bool fits = starting->until == NULL || starting->days == NULL;
  if ((starting->file != NULL) + (starting->draft != NULL) + (starting->version != NULL) != 1) {
    return lw_usage_error("policy shadow", "which policy? a file, --draft ID or --version N");
  }
  if (starting->version != NULL &&
      (!lw_uint_read(lw_str_c(starting->version), &starting->number) || starting->number == 0)) {
    return lw_usage_error("policy shadow", "--version is a number from 1");
  }
  if (fits && starting->until != NULL) {
    fits = lw_rfc3339_read(lw_str_c(starting->until), &seconds, &nanos);
    starting->ends = seconds * LW_USEC_PER_SECOND;
  } else if (fits && starting->days != NULL) {
    fits = lw_int_read(lw_str_c(starting->days), &days) && days >= 1 && days <= LW_SHADOW_DAYS_MAX;
    starting->ends = lw_engine_now(desk->engine) + days * LW_SECONDS_PER_DAY * LW_USEC_PER_SECOND;
  }
  return fits ? LW_EXIT_DONE
              : lw_usage_error("policy shadow",
                               "--days takes 1 to %d, or --until a moment as 2026-03-02T10:00:00Z",
                               LW_SHADOW_DAYS_MAX);
}

static enum lw_code find_source(struct lw_desk *desk, const struct starting *starting,
                                struct lw_draft *ret_draft, lw_str *ret_source,
                                struct lw_error *err)
{
  struct lw_publish_version version;
  struct lw_db *db = NULL;
  *ret_draft = (struct lw_draft){0};
  if (starting->file != NULL) {
    return lw_read_file(&desk->arena, starting->file, LW_POLICY_TEXT_BYTES_MAX, ret_source, err);
  }
  enum lw_code rc = lw_engine_reader(desk->engine, &db, err);
  if (rc == LW_OK && starting->number != 0) {
    rc = lw_publish_get(db, starting->number, &desk->arena, &version, err);
    *ret_source = rc == LW_OK ? version.source : LW_STR("");
  } else if (rc == LW_OK) {
    rc = lw_draft_get(db, lw_str_c(starting->draft), &desk->arena, ret_draft, err);
    *ret_source = rc == LW_OK ? ret_draft->source : LW_STR("");
  }
  lw_engine_reader_done(desk->engine, db);
  return rc;
}

static int start_shadow(struct lw_desk *desk, struct starting *starting)
{
  struct lw_shadow_start start;
  struct lw_draft draft;
  struct lw_error err;
  lw_str source = LW_STR("");
  int status = usage(desk, starting);
  if (status != LW_EXIT_DONE) {
    return status;
  }
  if (find_source(desk, starting, &draft, &source, &err) != LW_OK) {
    return starting->file != NULL ? (lw_say(&err), LW_EXIT_FAILED) : lw_desk_fail(&err);
  }
  lw_shadow_start_init(&start, source, &desk->arena);
  start.title = draft.title.len != 0 ? draft.title : draft.words;
  start.version = starting->number;
  start.until = starting->ends;
  start.publish.draft = draft.id;
  start.publish.draft_tag = draft.tag;
  start.publish.note = lw_str_c(starting->reason);
  const struct lw_snapshot *snapshot = lw_engine_snapshot(desk->engine);
  enum lw_code rc = lw_shadow_start_prepare(&start, snapshot, &err);
  lw_snapshot_unref(snapshot);
  lw_str name = lw_str_c(starting->file != NULL ? starting->file : "policy.yaml");
  for (size_t i = 0; !starting->json && i < start.publish.diags.count; i++) {
    lw_diag_print(&start.publish.diags.items[i], name, source, &desk->out);
  }
  struct lw_change change = {.apply = lw_shadow_start_apply, .user = &start};
  status = rc == LW_OK ? lw_desk_run(desk, &change, starting->json, "") : lw_desk_fail(&err);
  lw_shadow_start_finish(&start);
  return status == LW_EXIT_DONE && !starting->json ? show(desk, 0, false) : status;
}

static int cmd_start(int argc, char **argv)
{
  struct starting starting = {0};
  struct lw_desk desk;
  const char *url = LW_STORE_URL;
  const struct lw_option_spec specs[] = {{"db", &url, NULL},
                                         {"draft", &starting.draft, NULL},
                                         {"version", &starting.version, NULL},
                                         {"days", &starting.days, NULL},
                                         {"until", &starting.until, NULL},
                                         {"reason", &starting.reason, NULL},
                                         {"json", NULL, &starting.json}};
  char **files = NULL;
  int count = 0;
  int status = lw_take_options("policy shadow", argc, argv, specs, 7, &files, &count);
  if (status != LW_EXIT_DONE) {
    return status;
  }
  if (count > 1) {
    return lw_usage_error("policy shadow", "one policy at a time");
  }
  starting.file = count == 1 ? files[0] : NULL;
  status = lw_desk_open(&desk, url, false) ? start_shadow(&desk, &starting) : LW_EXIT_FAILED;
  return lw_desk_close(&desk, status);
}

/* --- stop --- */

/* What it said comes first: afterwards nobody asks any more. */
static int stop(struct lw_desk *desk, const char *reason, bool json)
{
  lw_str why = lw_str_c(reason);
  struct lw_change change = {.apply = lw_shadow_stop_apply, .user = &why};
  int status = show(desk, ITEMS_USUAL, json);
  if (status == LW_EXIT_DONE) {
    status = lw_desk_run(desk, &change, false, json ? "" : "it has ended\n");
  }
  return status;
}

static int cmd_stop(int argc, char **argv)
{
  struct lw_desk desk;
  const char *url = LW_STORE_URL;
  const char *reason = NULL;
  bool json = false;
  const struct lw_option_spec specs[] = {
      {"db", &url, NULL}, {"reason", &reason, NULL}, {"json", NULL, &json}};
  char **operands = NULL;
  int count = 0;
  int status = lw_take_options("policy shadow", argc, argv, specs, 3, &operands, &count);
  if (status != LW_EXIT_DONE) {
    return status;
  }
  if (count != 0) {
    return lw_usage_error("policy shadow", "nothing is expected, not \"%s\"", operands[0]);
  }
  status = lw_desk_open(&desk, url, false) ? stop(&desk, reason, json) : LW_EXIT_FAILED;
  return lw_desk_close(&desk, status);
}

int lw_cmd_policy_shadow(int argc, char **argv)
{
  static const struct lw_act acts[] = {
      {"start", cmd_start}, {"show", cmd_show}, {"stop", cmd_stop}};
  return lw_choose_act("policy shadow", "start, show or stop?", acts, sizeof acts / sizeof acts[0],
                       argc, argv);
}
