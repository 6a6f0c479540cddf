/* A measured effect as JSON, and what it can't know. */
#include "base/money.h"
#include "data/json.h"
#include "tweak/effect.h"

#include <math.h>

static const double usec_per_second = 1e6;
static const double million = 1e6;

void lw_effect_print_figure(enum lw_measure_id id, double figure, uint16_t currency,
                            struct lw_buf *out)
{
  switch (id) {
  case LW_MEASURE_COST:
    lw_buf_add_char(out, '"');
    lw_money_print((lw_money){llround(figure), currency}, out);
    lw_buf_add_char(out, '"');
    break;
  case LW_MEASURE_SHARE: lw_buf_printf(out, "\"%.4f\"", figure); break;
  case LW_MEASURE_WAIT: lw_buf_printf(out, "%.1f", figure / usec_per_second); break;
  case LW_MEASURE_RATING: lw_buf_printf(out, "\"%.4f\"", figure / million); break;
  case LW_MEASURES: break;
  }
}

static void add_figure(struct lw_buf *out, const char *key, enum lw_measure_id id, double figure,
                       uint16_t currency)
{
  lw_buf_printf(out, ",\"%s\":", key);
  lw_effect_print_figure(id, figure, currency, out);
}

static const char *says_name(enum lw_measure_says says)
{
  static const char *const names[] = {"no_data", "too_few_teams", "nothing", "better", "worse"};
  return names[says];
}

/* What was measured of a cause is the share of all others. */
static struct lw_measure_effect turned(const struct lw_measure_effect *one)
{
  struct lw_measure_effect turned = *one;
  turned.new_before = 1.0 - one->new_before;
  turned.new_after = 1.0 - one->new_after;
  turned.kept_before = 1.0 - one->kept_before;
  turned.kept_after = 1.0 - one->kept_after;
  turned.change = -one->change;
  turned.low = -one->high;
  turned.high = -one->low;
  return turned;
}

static void add_measure(const struct lw_effect *effect, enum lw_measure_id id, struct lw_buf *out)
{
  bool of_cause = id == LW_MEASURE_SHARE && effect->cause.len != 0;
  const struct lw_measure_effect shown =
      of_cause ? turned(&effect->measured.effects[id]) : effect->measured.effects[id];
  const struct lw_measure_effect *one = &shown;
  lw_buf_printf(out, "{\"measure\":\"%s\",\"says\":\"%s\",\"teams_new\":%u,\"teams_kept\":%u",
                of_cause ? "share_of_requests" : lw_measure_name(id), says_name(one->says),
                one->teams_new, one->teams_kept);
  if (one->teams_new != 0) {
    add_figure(out, "new_before", id, one->new_before, effect->currency);
    add_figure(out, "new_after", id, one->new_after, effect->currency);
  }
  if (one->teams_kept != 0) {
    add_figure(out, "kept_before", id, one->kept_before, effect->currency);
    add_figure(out, "kept_after", id, one->kept_after, effect->currency);
  }
  if (one->says >= LW_SAYS_NOTHING) {
    add_figure(out, "change", id, one->change, effect->currency);
    add_figure(out, "low", id, one->low, effect->currency);
    add_figure(out, "high", id, one->high, effect->currency);
  }
  lw_buf_add_char(out, '}');
}

static void add_measures(const struct lw_effect *effect, struct lw_buf *out)
{
  for (int id = 0; id < LW_MEASURES; id++) {
    lw_buf_add(out, id == 0 ? LW_STR("") : LW_STR(","));
    add_measure(effect, (enum lw_measure_id)id, out);
  }
}

static void add_teams(const struct lw_effect *effect, const char *key, bool is_new,
                      struct lw_buf *out)
{
  bool first = true;
  lw_buf_printf(out, "\"%s\":[", key);
  for (uint32_t t = 0; t < effect->n_teams; t++) {
    if ((effect->from[t] != LW_MEASURE_KEPT) == is_new) {
      lw_buf_add(out, first ? LW_STR("") : LW_STR(","));
      lw_json_add_string(out, effect->teams[t]);
      first = false;
    }
  }
  lw_buf_add_char(out, ']');
}

static void add_moment(struct lw_buf *out, const char *key, lw_usec at)
{
  lw_buf_printf(out, "\"%s\":\"", key);
  lw_rfc3339_print(at / LW_USEC_PER_SECOND, 0, out);
  LW_BUF_LIT(out, "\",");
}

static void print_known(const double figures[LW_MEASURES], uint16_t currency, struct lw_buf *out)
{
  bool first = true;
  lw_buf_add_char(out, '{');
  for (int id = 0; id < LW_MEASURES; id++) {
    if (figures[id] >= 0.0) {
      lw_buf_printf(out, "%s\"%s\":", first ? "" : ",", lw_measure_name((enum lw_measure_id)id));
      lw_effect_print_figure((enum lw_measure_id)id, figures[id], currency, out);
      first = false;
    }
  }
  lw_buf_add_char(out, '}');
}

void lw_effect_print_least(const struct lw_measure_power *power, uint16_t currency,
                           struct lw_buf *out)
{
  static const double none[LW_MEASURES] = {-1.0, -1.0, -1.0, -1.0};
  print_known(power->days_used != 0 ? power->least : none, currency, out);
}

void lw_effect_print_now(const struct lw_measure_power *power, uint16_t currency,
                         struct lw_buf *out)
{
  print_known(power->now, currency, out);
}

size_t lw_effect_sentences(const struct lw_effect *effect,
                           lw_str ret_sentences[LW_EFFECT_SENTENCES_MAX])
{
  size_t count = 0;
  if (!effect->has_begun) {
    return 0;
  }
  if (!effect->measured.has_kept) {
    ret_sentences[count++] =
        LW_STR("All teams got it at once, so it is compared with the weeks before alone: whatever "
               "else has changed since then counts too.");
  } else {
    ret_sentences[count++] =
        LW_STR("What happened to the teams with the new version alone, beside the version itself, "
               "counts too.");
  }
  if (effect->has_ended) {
    ret_sentences[count++] =
        LW_STR("A team's version has changed again since; it is measured until then.");
  }
  if (effect->measured.effects[LW_MEASURE_RATING].says == LW_SAYS_NO_DATA) {
    ret_sentences[count++] = LW_STR("There are no ratings: whether customers are happier is not "
                                    "known.");
  }
  return count;
}

/* What is measured: a version, a cause since a version, or a cause since a moment. */
static void add_subject(const struct lw_effect *effect, struct lw_buf *out)
{
  lw_buf_add_char(out, '{');
  if (effect->cause.len != 0) {
    LW_BUF_LIT(out, "\"cause\":");
    lw_json_add_string(out, effect->cause);
    lw_buf_add_char(out, ',');
  }
  if (effect->version != 0) {
    lw_buf_printf(out, "\"version\":%llu,", (unsigned long long)effect->version);
  }
}

void lw_effect_print(const struct lw_effect *effect, struct lw_buf *out)
{
  const struct lw_measured *measured = &effect->measured;
  lw_str sentences[LW_EFFECT_SENTENCES_MAX];
  add_subject(effect, out);
  if (effect->kept_version != 0) {
    lw_buf_printf(out, "\"against_version\":%llu,", (unsigned long long)effect->kept_version);
  }
  lw_buf_printf(out, "\"verdict\":\"%s\",\"words\":\"%s\"",
                lw_measure_verdict_name(measured->verdict),
                lw_measure_verdict_words(measured->verdict));
  if (!effect->has_begun) {
    LW_BUF_LIT(out, ",\"measures\":[],\"unknown\":[]}");
    return;
  }
  LW_BUF_LIT(out, ",");
  add_moment(out, "since", effect->start);
  add_moment(out, "until", effect->until);
  lw_buf_printf(out, "\"ended\":%s,\"against\":\"%s\",", effect->has_ended ? "true" : "false",
                measured->has_kept ? "teams" : "before");
  lw_buf_printf(out, "\"days\":%u,\"days_before\":%u,\"days_used\":%u,\"next_look_days\":%u,",
                measured->days_since, measured->days_before, measured->days_used,
                measured->next_look_days);
  add_moment(out, "next_look",
             effect->start + measured->next_look_days * LW_USEC_PER_SECOND * LW_SECONDS_PER_DAY);
  LW_BUF_LIT(out, "\"next_look_shows\":");
  lw_effect_print_least(&effect->next, effect->currency, out);
  lw_buf_printf(out, ",\"decided\":{\"new\":%llu,\"kept\":%llu}",
                (unsigned long long)effect->decided_new, (unsigned long long)effect->decided_kept);
  LW_BUF_LIT(out, ",\"teams\":{");
  add_teams(effect, "new", true, out);
  LW_BUF_LIT(out, ",");
  add_teams(effect, "kept", false, out);
  LW_BUF_LIT(out, "},\"measures\":[");
  add_measures(effect, out);
  LW_BUF_LIT(out, "],\"unknown\":[");
  size_t count = lw_effect_sentences(effect, sentences);
  for (size_t i = 0; i < count; i++) {
    lw_buf_add(out, i == 0 ? LW_STR("") : LW_STR(","));
    lw_json_add_string(out, sentences[i]);
  }
  LW_BUF_LIT(out, "]}");
}
