/* An item has the figures of the draft; where the budget ran dry before as well, those beside. */
#include "tweak/dry_print.h"

#include "data/json.h"
#include "data/member.h"
#include "policy/effect.h"

struct printing {
  const struct lw_tape *tape;
  const struct lw_staff *staff;
  struct lw_buf *out;
  uint16_t currency;
};

static void add_moment(struct printing *printing, const char *name, uint64_t row)
{
  lw_usec at = lw_tape_number(printing->tape, LW_TAPE_AT, row);
  lw_buf_printf(printing->out, "\"%s\":\"", name);
  lw_rfc3339_print(at / LW_USEC_PER_SECOND, (uint32_t)(at % LW_USEC_PER_SECOND) * 1000,
                   printing->out);
  LW_BUF_LIT(printing->out, "\",");
}

static void add_sum(struct printing *printing, const struct lw_dry_sum *sum)
{
  add_moment(printing, "first_at", sum->first_row);
  add_moment(printing, "last_at", sum->last_row);
  lw_buf_printf(printing->out, "\"requests\":%llu,\"amount\":\"",
                (unsigned long long)sum->requests);
  lw_money_print((lw_money){sum->minor, printing->currency}, printing->out);
  lw_buf_printf(printing->out, "\",\"windows\":%u", sum->windows);
}

static void add_scope(struct printing *printing, const struct lw_dry_item *item)
{
  const struct lw_budget *budget = item->budget;
  lw_str agent = LW_STR("");
  bool is_first = true;
  LW_BUF_LIT(printing->out, ",\"scope\":{");
  for (uint32_t i = 0; i < budget->n_per; i++) {
    if (budget->per[i] == LW_SCOPE_ORGANIZATION) {
      continue;
    }
    lw_buf_add_c(printing->out, is_first ? "" : ",");
    is_first = false;
    lw_json_add_string(printing->out, lw_dry_scope_word(budget->per[i]));
    lw_buf_add_char(printing->out, ':');
    lw_json_add_string(printing->out, item->of[i]);
    agent = budget->per[i] == LW_SCOPE_AGENT ? item->of[i] : agent;
  }
  lw_buf_add_char(printing->out, '}');
  const struct lw_person *person =
      printing->staff != NULL && agent.len != 0 ? lw_staff_find(printing->staff, agent) : NULL;
  lw_member_text(printing->out, "name", person != NULL ? person->actor.name : LW_STR(""));
}

static void add_item(struct printing *printing, const struct lw_dry_item *item)
{
  struct lw_buf *out = printing->out;
  LW_BUF_LIT(out, "{\"budget\":");
  lw_json_add_string(out, item->budget->name);
  lw_member_text(out, "label", item->budget->label);
  add_scope(printing, item);
  lw_member_text(out, "window", lw_budget_window_name(item->budget));
  if (item->budget->window.kind == LW_WINDOW_ROLLING) {
    lw_member_text(out, "over", item->budget->window_text);
  }
  lw_member_text(out, "side", lw_dry_side_word(item->side));
  lw_buf_add_char(out, ',');
  add_sum(printing, item->side == LW_DRY_BEFORE ? &item->before : &item->after);
  if (item->side == LW_DRY_BOTH) {
    LW_BUF_LIT(out, ",\"before\":{");
    add_sum(printing, &item->before);
    lw_buf_add_char(out, '}');
  }
  lw_buf_add_char(out, '}');
}

static bool is_shown(const struct lw_council *council, const struct lw_dry_item *item)
{
  const struct lw_budget *budget = item->budget;
  bool shown = true;
  for (uint32_t i = 0; shown && i < budget->n_per; i++) {
    shown = budget->per[i] == LW_SCOPE_AGENT  ? lw_council_shows_person(council, item->of[i])
            : budget->per[i] == LW_SCOPE_TEAM ? lw_council_shows_within(council, item->of[i])
                                              : true;
  }
  return shown;
}

void lw_dry_print(const struct lw_dry *dry, const struct lw_tape *tape,
                  const struct lw_staff *staff, const struct lw_council *council, size_t most,
                  struct lw_buf *out)
{
  struct printing printing = {tape, staff, out, lw_currency_find(lw_tape_currency(tape))};
  LW_BUF_LIT(out, "{\"items\":[");
  for (size_t i = 0, printed = 0; i < dry->count && printed < most; i++) {
    if (council != NULL && !is_shown(council, &dry->items[i])) {
      continue;
    }
    lw_buf_add_c(out, printed++ != 0 ? "," : "");
    add_item(&printing, &dry->items[i]);
  }
  lw_buf_printf(out, "],\"total\":%zu,\"compared\":%s,\"newly\":%zu,\"both\":%zu,\"no_longer\":%zu",
                dry->count, dry->compared ? "true" : "false", dry->counts[LW_DRY_AFTER],
                dry->counts[LW_DRY_BOTH], dry->counts[LW_DRY_BEFORE]);
  if (dry->compared) {
    lw_buf_printf(out, ",\"requests_before\":%llu", (unsigned long long)dry->requests_before);
  }
  lw_buf_printf(out, ",\"requests\":%llu", (unsigned long long)dry->requests_after);
  if (dry->beyond != 0) {
    lw_buf_printf(out, ",\"beyond\":%llu", (unsigned long long)dry->beyond);
  }
  lw_buf_add_char(out, '}');
}

static void add_money(struct lw_buf *out, const char *name, int64_t minor, uint16_t currency)
{
  lw_buf_printf(out, "\"%s\":\"", name);
  lw_money_print((lw_money){minor, currency}, out);
  lw_buf_add_char(out, '"');
}

void lw_spread_print(const struct lw_spread *spread, uint16_t currency, struct lw_buf *out)
{
  LW_BUF_LIT(out, ",\"cost_change\":{");
  add_money(out, "sum", spread->change, currency);
  if (spread->known) {
    lw_buf_add_char(out, ',');
    add_money(out, "low", spread->low, currency);
    lw_buf_add_char(out, ',');
    add_money(out, "high", spread->high, currency);
    lw_buf_printf(out, ",\"periods\":%u,\"of\":\"%s\"", spread->periods,
                  spread->weeks ? "week" : "day");
  }
  lw_buf_add_char(out, '}');
}
