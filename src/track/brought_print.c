/* JSON of brought.h. */
#include "base/money.h"
#include "data/json.h"
#include "track/brought.h"

#include <math.h>

void lw_brought_print_value(enum lw_brought_id id, double value, lw_str currency,
                            struct lw_buf *out)
{
  switch (lw_brought_kind(id)[0]) {
  case 'n': lw_buf_printf(out, "%.3f", value); break;
  case 's': lw_buf_printf(out, lw_brought_kind(id)[1] == 'e' ? "%.1f" : "\"%.4f\"", value); break;
  default:
    lw_buf_add_char(out, '"');
    lw_money_print((lw_money){llround(value), lw_currency_find(currency)}, out);
    lw_buf_add_char(out, '"');
  }
}

static void add_value(enum lw_brought_id id, const char *key, double value, lw_str currency,
                      struct lw_buf *out)
{
  lw_buf_printf(out, ",\"%s\":", key);
  lw_brought_print_value(id, value, currency, out);
}

static void add_figure(enum lw_brought_id id, const struct lw_brought_figure *figure,
                       lw_str currency, struct lw_buf *out)
{
  lw_buf_printf(out, "{\"n\":%lld", (long long)figure->n);
  if (figure->value.known) {
    add_value(id, "value", figure->value.value, currency, out);
  }
  if (figure->sure) {
    add_value(id, "low", figure->value.low, currency, out);
    add_value(id, "high", figure->value.high, currency, out);
  }
  lw_buf_add_char(out, '}');
}

static void add_time(struct lw_buf *out, const char *key, lw_usec at)
{
  lw_buf_printf(out, "\"%s\":\"", key);
  lw_rfc3339_print(at / LW_USEC_PER_SECOND, 0, out);
  lw_buf_add_char(out, '"');
}

static void add_group(const struct lw_remain_group *group, struct lw_buf *out)
{
  lw_buf_printf(out, "{\"people\":%u,\"left\":%u", group->people, group->left);
  if (group->tier.len != 0) {
    LW_BUF_LIT(out, ",\"tier\":");
    lw_json_add_string(out, group->tier);
  }
  LW_BUF_LIT(out, ",\"after\":[");
  for (uint32_t i = 0; i < LW_REMAIN_YEARS; i++) {
    const struct lw_interval *after = &group->after[i];
    lw_buf_printf(out, "%s{\"years\":%u", i == 0 ? "" : ",", lw_remain_years[i]);
    if (after->known) {
      lw_buf_printf(out, ",\"share\":\"%.4f\",\"low\":\"%.4f\",\"high\":\"%.4f\"", after->value,
                    after->low, after->high);
    }
    lw_buf_add_char(out, '}');
  }
  LW_BUF_LIT(out, "]}");
}

static void add_remain(const struct lw_remain *remain, struct lw_buf *out)
{
  LW_BUF_LIT(out, ",\"staying\":{\"whole\":");
  add_group(&remain->whole, out);
  LW_BUF_LIT(out, ",\"tiers\":[");
  for (uint32_t i = 0; i < remain->n_groups; i++) {
    lw_buf_add_c(out, i == 0 ? "" : ",");
    add_group(&remain->groups[i], out);
  }
  lw_buf_printf(out, "],\"hidden\":%u", remain->hidden);
  if (remain->differ.known) {
    lw_buf_printf(out, ",\"differ\":{\"chi_squared\":%.4f,\"freedom\":%u,\"p\":%.6g}",
                  remain->differ.chi_squared, remain->differ.freedom, remain->differ.p);
  }
  lw_buf_add_char(out, '}');
}

static const char *subject_of(enum lw_brought_id id)
{
  return id == LW_BROUGHT_AUTHORITY                       ? "decision"
         : id == LW_BROUGHT_KEPT || id == LW_BROUGHT_COST ? "customer"
                                                          : "case";
}

static void add_cases(const struct lw_brought *brought, struct lw_buf *out)
{
  enum lw_brought_id id = brought->cases_of;
  LW_BUF_LIT(out, ",\"cases\":[");
  for (uint32_t i = 0; i < brought->n_cases; i++) {
    const struct lw_brought_case *found = &brought->cases[i];
    lw_buf_printf(out, "%s{\"%s\":", i == 0 ? "" : ",", subject_of(id));
    lw_json_add_string(out, found->of);
    if (found->at != 0) {
      lw_buf_add_char(out, ',');
      add_time(out, "at", found->at);
    }
    add_value(id, "value", lw_brought_scaled(id, found->value), brought->currency, out);
    lw_buf_add_char(out, '}');
  }
  lw_buf_add_char(out, ']');
}

void lw_brought_print(const struct lw_brought *brought, struct lw_buf *out)
{
  lw_buf_add_char(out, '{');
  add_time(out, "since", brought->since);
  lw_buf_add_char(out, ',');
  add_time(out, "until", brought->until);
  lw_buf_printf(out, ",\"repeat_contact_days\":%u", brought->repeat_days);
  if (brought->currency.len != 0) {
    LW_BUF_LIT(out, ",\"currency\":");
    lw_json_add_string(out, brought->currency);
  }
  LW_BUF_LIT(out, ",\"figures\":[");
  for (int i = 0; i < LW_BROUGHTS; i++) {
    enum lw_brought_id id = (enum lw_brought_id)i;
    lw_buf_printf(out, "%s{\"figure\":\"%s\",\"kind\":\"%s\",\"now\":", i == 0 ? "" : ",",
                  lw_brought_name(id), lw_brought_kind(id));
    add_figure(id, &brought->figures[LW_BROUGHT_NOW][i], brought->currency, out);
    LW_BUF_LIT(out, ",\"before\":");
    add_figure(id, &brought->figures[LW_BROUGHT_BEFORE][i], brought->currency, out);
    LW_BUF_LIT(out, ",\"change\":");
    add_figure(id, &brought->changes[i], brought->currency, out);
    lw_buf_add_char(out, '}');
  }
  lw_buf_add_char(out, ']');
  add_remain(&brought->remain, out);
  if (brought->has_cases) {
    add_cases(brought, out);
  }
  lw_buf_add_char(out, '}');
}
