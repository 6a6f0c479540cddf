/* A chart as JSON. Values are rounded here and nowhere before; limits below nothing are shown as
 * nothing, and a share's above one as one. */
#include "base/money.h"
#include "data/json.h"
#include "data/member.h"
#include "track/charts.h"

#include <math.h>

static bool is_money(enum lw_track_figure of)
{
  return of == LW_FIGURE_AMOUNT || of == LW_FIGURE_EACH;
}

static bool is_share(enum lw_track_figure of)
{
  return of == LW_FIGURE_GIVEN || of == LW_FIGURE_ASKED || of == LW_FIGURE_AT_ONCE;
}

void lw_track_figure_print(enum lw_track_figure of, double value, uint16_t currency,
                           struct lw_buf *out)
{
  if (is_money(of)) {
    lw_money_print((lw_money){llround(value), currency}, out);
  } else {
    lw_buf_printf(out, is_share(of) ? "%.4f" : "%.1f", value);
  }
}

static double within(enum lw_track_figure of, double limit)
{
  double least = fmax(limit, 0.0);
  return is_share(of) ? fmin(least, 1.0) : least;
}

static void add_value(struct lw_buf *out, const char *key, enum lw_track_figure of, double value,
                      uint16_t currency)
{
  lw_buf_printf(out, ",\"%s\":\"", key);
  lw_track_figure_print(of, value, currency, out);
  lw_buf_add_char(out, '"');
}

static void add_time(struct lw_buf *out, const char *key, lw_usec at)
{
  lw_buf_printf(out, ",\"%s\":\"", key);
  lw_rfc3339_print(at / LW_USEC_PER_SECOND, 0, out);
  lw_buf_add_char(out, '"');
}

static void add_head(const struct lw_track_charting *charting, struct lw_buf *out)
{
  const struct lw_chart_options options = lw_chart_usual();
  lw_usec since = lw_track_sums_since(charting->sums);
  const char *unit = is_money(charting->of)              ? "money"
                     : is_share(charting->of)            ? "share"
                     : charting->of == LW_FIGURE_WAITING ? "seconds"
                                                         : "count";
  lw_buf_printf(out, "{\"of\":\"%s\",\"unit\":\"%s\",\"by\":\"%s\"",
                lw_track_figure_name(charting->of), unit, charting->weekly ? "week" : "day");
  add_time(out, "since", since);
  add_time(out, "until", since + charting->n_days * LW_USEC_PER_SECOND * LW_SECONDS_PER_DAY);
  lw_member_text(out, "team", charting->scope.team);
  lw_member_text(out, "agent", charting->scope.agent);
  if (charting->has_cause) {
    LW_BUF_LIT(out, ",\"cause\":");
    lw_json_add_string(out, charting->cause);
  }
  lw_member_text(out, "currency", lw_tape_currency(lw_track_sums_tape(charting->sums)));
  lw_buf_printf(out,
                ",\"usual\":{\"ewma_weight\":%.3g,\"ewma_edge\":%.4g,\"cusum_free\":%.3g,"
                "\"cusum_edge\":%.3g}",
                options.lambda, options.ewma_edge, options.cusum_free, options.cusum_edge);
}

static void add_phase(const struct lw_track_charting *charting, const struct lw_track_chart *chart,
                      uint32_t i, uint16_t currency, struct lw_buf *out)
{
  const struct lw_chart_phase *phase = &chart->phases[i];
  enum lw_track_figure of = charting->of;
  lw_buf_printf(out, "%s{\"first\":%u,\"points\":%u", i == 0 ? "" : ",", phase->first,
                phase->count);
  add_time(out, "at", lw_track_chart_at(charting, chart, phase->first));
  if (chart->versions[i] != 0) {
    lw_buf_printf(out, ",\"policy_version\":%lld", (long long)chart->versions[i]);
  }
  if (phase->known) {
    add_value(out, "usual", of, phase->center, currency);
    add_value(out, "low", of, within(of, phase->low), currency);
    add_value(out, "high", of, within(of, phase->high), currency);
    add_value(out, "range", of, phase->range, currency);
    add_value(out, "range_high", of, phase->range_high, currency);
  }
  lw_buf_add_char(out, '}');
}

static void add_sides(const struct lw_chart_point *point, struct lw_buf *out)
{
  bool any = false;
  LW_BUF_LIT(out, "{");
  for (int kind = 0; kind < LW_CHARTS; kind++) {
    if (point->side[kind] != 0) {
      lw_buf_printf(out, "%s\"%s\":%d", any ? "," : "",
                    lw_track_chart_kind_name((enum lw_chart_kind)kind), point->side[kind]);
      any = true;
    }
  }
  lw_buf_add_char(out, '}');
}

static void add_note(const struct lw_track_note *note, struct lw_buf *out)
{
  LW_BUF_LIT(out, ",\"cause\":{\"by\":");
  lw_json_add_string(out, note->who);
  lw_member_text(out, "text", note->text);
  add_time(out, "at", note->noted_at);
  lw_buf_add_char(out, '}');
}

struct printing {
  const struct lw_track_charting *charting;
  const struct lw_track_chart *chart;
  const struct lw_track_note *notes;
  uint32_t n_notes;
  uint16_t currency;
  struct lw_buf *out;
};

static void add_point(const struct printing *printing, const struct lw_chart_phase *phase,
                      uint32_t i)
{
  const struct lw_track_chart *chart = printing->chart;
  const struct lw_chart_point *point = &chart->points[i];
  enum lw_track_figure of = printing->charting->of;
  lw_usec at = lw_track_chart_at(printing->charting, chart, i);
  struct lw_buf *out = printing->out;
  lw_buf_printf(out, "%s{\"decisions\":%lld", i == 0 ? "" : ",",
                (long long)chart->cells[chart->places[i]].decisions);
  add_time(out, "at", at);
  add_value(out, "value", of, point->value, printing->currency);
  if (i != phase->first) {
    add_value(out, "range", of, point->range, printing->currency);
  }
  if (phase->known) {
    add_value(out, "ewma", of, point->ewma, printing->currency);
    add_value(out, "ewma_low", of, within(of, point->ewma_low), printing->currency);
    add_value(out, "ewma_high", of, within(of, point->ewma_high), printing->currency);
    lw_buf_printf(out, ",\"up\":%.3f,\"down\":%.3f", point->up, point->down);
  }
  if (lw_track_chart_is_outside(point)) {
    LW_BUF_LIT(out, ",\"outside\":");
    add_sides(point, out);
  }
  const struct lw_track_note *note = lw_track_chart_note(printing->notes, printing->n_notes, at);
  if (note != NULL) {
    add_note(note, out);
  }
  lw_buf_add_char(out, '}');
}

/* Where it left its course and nobody has said anything yet: the first of each run outside. */
static void add_open(const struct printing *printing)
{
  const struct lw_track_chart *chart = printing->chart;
  struct lw_buf *out = printing->out;
  bool any = false;
  LW_BUF_LIT(out, ",\"open\":[");
  for (uint32_t i = 0; i < chart->n_points; i++) {
    lw_usec at = lw_track_chart_at(printing->charting, chart, i);
    if (lw_track_chart_leaves(&chart->points[i]) &&
        lw_track_chart_note(printing->notes, printing->n_notes, at) == NULL) {
      lw_buf_printf(out, "%s{\"point\":%u", any ? "," : "", i);
      add_time(out, "at", at);
      LW_BUF_LIT(out, ",\"outside\":");
      add_sides(&chart->points[i], out);
      lw_buf_add_char(out, '}');
      any = true;
    }
  }
  LW_BUF_LIT(out, "]}");
}

void lw_track_chart_print(const struct lw_track_charting *charting,
                          const struct lw_track_chart *chart, const struct lw_track_note *notes,
                          uint32_t n_notes, struct lw_buf *out)
{
  const struct printing printing = {
      .charting = charting,
      .chart = chart,
      .notes = notes,
      .n_notes = n_notes,
      .currency = lw_currency_find(lw_tape_currency(lw_track_sums_tape(charting->sums))),
      .out = out};
  uint32_t phase = 0;
  add_head(charting, out);
  LW_BUF_LIT(out, ",\"phases\":[");
  for (uint32_t i = 0; i < chart->n_phases; i++) {
    add_phase(charting, chart, i, printing.currency, out);
  }
  LW_BUF_LIT(out, "],\"points\":[");
  for (uint32_t i = 0; i < chart->n_points; i++) {
    while (phase + 1 < chart->n_phases && i >= chart->phases[phase + 1].first) {
      phase++;
    }
    add_point(&printing, &chart->phases[phase], i);
  }
  lw_buf_add_char(out, ']');
  add_open(&printing);
}
