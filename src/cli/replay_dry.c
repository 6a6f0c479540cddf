/* Newly dry ones come first: they are what a draft does to somebody. */
#include "cli/replay_dry.h"

#include "policy/effect.h"

void lw_add_csv_field(struct lw_buf *out, lw_str text, const char *after)
{
  bool quote = lw_str_find(text, LW_STR(","), 0) != SIZE_MAX ||
               lw_str_find(text, LW_STR("\""), 0) != SIZE_MAX ||
               lw_str_find(text, LW_STR("\n"), 0) != SIZE_MAX;
  lw_buf_add_c(out, quote ? "\"" : "");
  for (size_t i = 0; i < text.len; i++) {
    lw_buf_add_c(out, quote && text.ptr[i] == '"' ? "\"" : "");
    lw_buf_add_char(out, text.ptr[i]);
  }
  lw_buf_add_c(out, quote ? "\"" : "");
  lw_buf_add_c(out, after);
}

/* "ana", "ana, k3": whose, or "everybody". */
static void add_whose(struct lw_buf *out, const struct lw_dry_item *item)
{
  size_t from = out->len;
  for (uint32_t i = 0; i < item->budget->n_per; i++) {
    if (item->of[i].len != 0) {
      lw_buf_add_c(out, out->len != from ? ", " : "");
      lw_buf_add(out, item->of[i]);
    }
  }
  lw_buf_add_c(out, out->len != from ? "" : "everybody");
}

static void add_moment(struct lw_buf *out, const struct lw_tape *tape, uint64_t row)
{
  lw_rfc3339_print(lw_tape_number(tape, LW_TAPE_AT, row) / LW_USEC_PER_SECOND, 0, out);
}

static const struct lw_dry_sum *main_sum(const struct lw_dry_item *item)
{
  return item->side == LW_DRY_BEFORE ? &item->before : &item->after;
}

/* --- text --- */

/* What the draft changes about it. */
static void add_change(struct lw_buf *out, const struct lw_dry *dry, const struct lw_dry_item *item)
{
  if (item->side == LW_DRY_BEFORE) {
    LW_BUF_LIT(out, "no longer");
  } else if (item->side == LW_DRY_BOTH) {
    lw_buf_printf(out, "before: %llu", (unsigned long long)item->before.requests);
  } else if (dry->compared) {
    LW_BUF_LIT(out, "new");
  }
  const char *word = lw_window_word(item->budget->window.kind);
  if (word != NULL && main_sum(item)->windows > 1) {
    lw_buf_printf(out, "%sin %u %ss", item->side == LW_DRY_AFTER && !dry->compared ? "" : ", ",
                  main_sum(item)->windows, word);
  }
}

static void add_line(struct lw_buf *out, const struct lw_dry *dry, const struct lw_tape *tape,
                     const struct lw_dry_item *item)
{
  struct lw_buf whose = {0};
  struct lw_buf when = {0};
  struct lw_buf money = {0};
  const struct lw_dry_sum *sum = main_sum(item);
  add_whose(&whose, item);
  add_moment(&when, tape, sum->first_row);
  lw_money_print((lw_money){sum->minor, lw_currency_find(lw_tape_currency(tape))}, &money);
  lw_buf_printf(out, "  %-26.*s %-20.*s %-20.*s %8llu %14.*s  ", LW_FMT(item->budget->name),
                LW_FMT(lw_buf_str(&whose)), LW_FMT(lw_buf_str(&when)),
                (unsigned long long)sum->requests, LW_FMT(lw_buf_str(&money)));
  add_change(out, dry, item);
  lw_buf_add_char(out, '\n');
  out->failed |= whose.failed || when.failed || money.failed;
  lw_buf_finish(&whose);
  lw_buf_finish(&when);
  lw_buf_finish(&money);
}

static void add_sentence(struct lw_buf *out, const struct lw_dry *dry)
{
  size_t now = dry->counts[LW_DRY_AFTER] + dry->counts[LW_DRY_BOTH];
  lw_buf_printf(out, "\nBudgets that would have run dry: %zu", now);
  if (dry->compared) {
    lw_buf_printf(out, ", %zu of them newly; %zu no longer would", dry->counts[LW_DRY_AFTER],
                  dry->counts[LW_DRY_BEFORE]);
  }
  lw_buf_printf(out, ".\n%llu requests would have met an empty one",
                (unsigned long long)dry->requests_after);
  if (dry->compared) {
    lw_buf_printf(out, " (before: %llu)", (unsigned long long)dry->requests_before);
  }
  LW_BUF_LIT(out, ".\n");
  if (dry->beyond != 0) {
    lw_buf_printf(out, "%llu more were not kept; figures are of the first ones.\n",
                  (unsigned long long)dry->beyond);
  }
}

void lw_replay_dry_text(const struct lw_dry *dry, const struct lw_tape *tape, size_t most,
                        struct lw_buf *out)
{
  if (dry->count == 0) {
    return;
  }
  add_sentence(out, dry);
  lw_buf_printf(out, "  %-26s %-20s %-20s %8s %14s\n", "budget", "whose", "first empty", "requests",
                "asked for");
  for (size_t i = 0; i < dry->count && i < most; i++) {
    add_line(out, dry, tape, &dry->items[i]);
  }
  if (dry->count > most) {
    lw_buf_printf(out, "  and %zu more: --dry shows all\n", dry->count - most);
  }
}

/* --- CSV --- */

static void add_sum(struct lw_buf *out, const struct lw_tape *tape, const struct lw_dry_sum *sum)
{
  if (sum->requests == 0) {
    LW_BUF_LIT(out, ",,0,0,");
    return;
  }
  lw_buf_add_char(out, ',');
  add_moment(out, tape, sum->first_row);
  lw_buf_printf(out, ",%llu,%u,", (unsigned long long)sum->requests, sum->windows);
  lw_money_print((lw_money){sum->minor, lw_currency_find(lw_tape_currency(tape))}, out);
}

void lw_replay_dry_csv(const struct lw_dry *dry, const struct lw_tape *tape, struct lw_buf *out)
{
  static const enum lw_scope scopes[] = {LW_SCOPE_AGENT, LW_SCOPE_TEAM, LW_SCOPE_CUSTOMER,
                                         LW_SCOPE_CASE};
  LW_BUF_LIT(out, "budget,window,agent,team,customer,case,side,first_at,requests,windows,amount,"
                  "first_at_before,requests_before,windows_before,amount_before\n");
  for (size_t i = 0; i < dry->count; i++) {
    const struct lw_dry_item *item = &dry->items[i];
    lw_add_csv_field(out, item->budget->name, ",");
    lw_add_csv_field(out, lw_budget_window_name(item->budget), ",");
    for (size_t k = 0; k < sizeof scopes / sizeof scopes[0]; k++) {
      lw_str of = LW_STR("");
      for (uint32_t part = 0; part < item->budget->n_per; part++) {
        of = item->budget->per[part] == scopes[k] ? item->of[part] : of;
      }
      lw_add_csv_field(out, of, ",");
    }
    lw_buf_add(out, lw_dry_side_word(item->side));
    add_sum(out, tape, &item->after);
    add_sum(out, tape, &item->before);
    lw_buf_add_char(out, '\n');
  }
}
