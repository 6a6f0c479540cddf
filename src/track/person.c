/* Everybody of the window is compared with, as on Track's page; one is printed. */
#include "track/person.h"

#include "base/date.h"
#include "track/given.h"

static void add_time(struct lw_buf *out, const char *key, lw_usec at)
{
  lw_buf_printf(out, "\"%s\":\"", key);
  lw_rfc3339_print(at / LW_USEC_PER_SECOND, 0, out);
  lw_buf_add_char(out, '"');
}

static void add_value(struct lw_buf *out, const char *key, enum lw_track_measure measure,
                      double value, uint16_t currency)
{
  lw_buf_printf(out, "\"%s\":", key);
  lw_track_value_print(measure, value, currency, out);
}

/* What they did, and beside it what was to be expected, where that can be told. */
static void add_measure(enum lw_track_measure measure, const struct lw_track_given *given,
                        uint32_t agent, uint16_t currency, struct lw_buf *out)
{
  const struct lw_funnel_place *place = &given->places[agent];
  const struct lw_funnel_unit *unit = &given->units[agent];
  if (unit->n == 0) {
    return;
  }
  lw_buf_printf(out, ",\"%s\":{", lw_track_measure_name(measure));
  add_value(out, "value", measure, (double)unit->given / (double)unit->n, currency);
  if (place->known) {
    LW_BUF_LIT(out, ",");
    add_value(out, "expected", measure, place->target, currency);
    LW_BUF_LIT(out, ",");
    add_value(out, "difference", measure, place->value - place->target, currency);
    lw_buf_printf(out, ",\"outside_20\":%d,\"outside_500\":%d", place->outside[LW_BAND_20],
                  place->outside[LW_BAND_500]);
  }
  lw_buf_add_char(out, '}');
}

/* n_agents: they are not in the window. */
static uint32_t find(const struct lw_track_agent *agents, uint32_t n_agents, lw_str person)
{
  uint32_t i = 0;
  while (i < n_agents && !lw_str_equal(agents[i].id, person)) {
    i++;
  }
  return i;
}

enum lw_code lw_track_person_print(const struct lw_track_sums *sums, lw_str person, lw_usec until,
                                   uint16_t currency, struct lw_arena *arena, struct lw_buf *out,
                                   struct lw_error *err)
{
  struct lw_track_given given[LW_TRACK_MEASURES];
  const struct lw_track_agent *agents = NULL;
  uint32_t n_agents = lw_track_sums_agents(sums, &agents);
  uint32_t agent = find(agents, n_agents, person);
  bool there = agent < n_agents;
  enum lw_code rc = there ? lw_track_given_make(sums, arena, given, err) : LW_OK;
  if (rc != LW_OK) {
    return rc;
  }
  lw_buf_add_char(out, '{');
  add_time(out, "since", lw_track_sums_since(sums));
  lw_buf_add_char(out, ',');
  add_time(out, "until", until);
  lw_buf_printf(out, ",\"decisions\":%lld",
                there ? (long long)given[LW_TRACK_AMOUNT].units[agent].n : 0LL);
  for (uint32_t m = 0; there && m < LW_TRACK_MEASURES; m++) {
    add_measure((enum lw_track_measure)m, &given[m], agent, currency, out);
  }
  lw_buf_add_char(out, '}');
  return out->failed ? lw_fail(err, LW_NO_MEMORY, "out of memory for figures") : LW_OK;
}
