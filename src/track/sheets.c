/* Columns stand by name and in this order, whatever an answer has: who reads them by place may. New
 * ones go to the end. */
#include "track/sheets.h"

#include <stddef.h>

#define CELL                                                                                       \
  "decisions", "given", "at_once", "asked", "answered", "amount", "each", "given_share",           \
      "at_once_share", "asked_share", "waited_seconds"

#define ENDS "resolved", "resolve_seconds", "ratings", "rating"

#define COMPARED(measure)                                                                          \
  measure "_compared.z", measure "_compared.p", measure "_compared.q",                             \
      measure "_compared.outside_20", measure "_compared.outside_500", measure "_compared.named",  \
      measure "_compared.expected", measure "_compared.difference", measure "_compared.likely"

static const struct lw_sheet_table track_tables[] = {{"track", ""},
                                                     {"whole", "whole"},
                                                     {"agents", "agents"},
                                                     {"causes", "causes"},
                                                     {"by_day", "by_day"},
                                                     {"chart_phases", "chart.phases"},
                                                     {"chart_outside", "chart.outside"},
                                                     {"funnel_amount", "funnels.amount"},
                                                     {"funnel_given", "funnels.given"},
                                                     {"funnel_asked", "funnels.asked"},
                                                     {"curve_amount", "funnels.amount.curve"},
                                                     {"curve_given", "funnels.given.curve"},
                                                     {"curve_asked", "funnels.asked.curve"},
                                                     {"funnel_resolve", "funnels.resolve"},
                                                     {"funnel_rating", "funnels.rating"},
                                                     {"curve_resolve", "funnels.resolve.curve"},
                                                     {"curve_rating", "funnels.rating.curve"},
                                                     {NULL, NULL}};
static const char *const track_columns[] = {"since",
                                            "days",
                                            "team",
                                            "agent",
                                            "currency",
                                            "id",
                                            "name",
                                            "kind",
                                            "reason",
                                            "label",
                                            "owner",
                                            "day",
                                            CELL,
                                            "share",
                                            "share_so_far",
                                            COMPARED("amount"),
                                            COMPARED("given"),
                                            COMPARED("asked"),
                                            "first",
                                            "usual",
                                            "low",
                                            "high",
                                            "side",
                                            "agents",
                                            "times_chance",
                                            "low_20",
                                            "high_20",
                                            "low_500",
                                            "high_500",
                                            ENDS,
                                            COMPARED("resolve"),
                                            COMPARED("rating"),
                                            NULL};
const struct lw_sheet lw_track_sheet = {track_tables, track_columns};

static const struct lw_sheet_table chart_tables[] = {
    {"chart", ""}, {"phases", "phases"}, {"points", "points"}, {"open", "open"}, {NULL, NULL}};
static const char *const chart_columns[] = {"of",
                                            "unit",
                                            "by",
                                            "since",
                                            "until",
                                            "team",
                                            "agent",
                                            "cause",
                                            "currency",
                                            "usual.ewma_weight",
                                            "usual.ewma_edge",
                                            "usual.cusum_free",
                                            "usual.cusum_edge",
                                            "at",
                                            "decisions",
                                            "value",
                                            "range",
                                            "ewma",
                                            "ewma_low",
                                            "ewma_high",
                                            "up",
                                            "down",
                                            "outside.single",
                                            "outside.range",
                                            "outside.ewma",
                                            "outside.cusum",
                                            "cause.text",
                                            "cause.by",
                                            "cause.at",
                                            "first",
                                            "points",
                                            "policy_version",
                                            "usual",
                                            "low",
                                            "high",
                                            "range_high",
                                            "point",
                                            NULL};
const struct lw_sheet lw_chart_sheet = {chart_tables, chart_columns};

static const struct lw_sheet_table causes_tables[] = {{"causes", "items"}, {NULL, NULL}};
static const char *const causes_columns[] = {"cause",      "label",
                                             "department", "owner",
                                             "owner_name", "fix.text",
                                             "fix.from",   "fix.policy_version",
                                             "changed_by", "changed_at",
                                             "version",    CELL,
                                             "share",      "share_so_far",
                                             "may",        "cases",
                                             ENDS,         NULL};
const struct lw_sheet lw_causes_sheet = {causes_tables, causes_columns};

#define FIGURE(time) time ".n", time ".value", time ".low", time ".high"
/* The places and years of lw_remain_years. */
#define AFTER(place, years)                                                                        \
  "stay_" years "_share=after." place ".share", "stay_" years "_low=after." place ".low",          \
      "stay_" years "_high=after." place ".high"

static const struct lw_sheet_table brought_tables[] = {{"brought", ""},
                                                       {"figures", "figures"},
                                                       {"staying", "staying"},
                                                       {"staying_whole", "staying.whole"},
                                                       {"staying_tiers", "staying.tiers"},
                                                       {"cases", "cases"},
                                                       {NULL, NULL}};
static const char *const brought_columns[] = {"since",
                                              "until",
                                              "repeat_contact_days",
                                              "currency",
                                              "figure",
                                              "kind",
                                              FIGURE("before"),
                                              FIGURE("now"),
                                              FIGURE("change"),
                                              "tier",
                                              "people",
                                              "left",
                                              AFTER("0", "1_year"),
                                              AFTER("1", "3_years"),
                                              "hidden",
                                              "differ.chi_squared",
                                              "differ.freedom",
                                              "differ.p",
                                              "case",
                                              "decision",
                                              "customer",
                                              "at",
                                              "value",
                                              NULL};
const struct lw_sheet lw_brought_sheet = {brought_tables, brought_columns};

static const struct lw_sheet_table room_tables[] = {{"room", "items"}, {NULL, NULL}};
static const char *const room_columns[] = {"id",
                                           "person",
                                           "name",
                                           "team",
                                           "kind",
                                           "budget",
                                           "before",
                                           "after",
                                           "asks",
                                           "unchanged",
                                           "at_least",
                                           "answered_by",
                                           "record.decisions",
                                           "record.right",
                                           "record.too_little",
                                           "record.too_much",
                                           "record.tier_days",
                                           "replay.avoided",
                                           "replay.avoided_waiting_seconds",
                                           "replay.cost",
                                           "replay.newly_asked",
                                           "replay.newly_asked_cost",
                                           "replay.dry_count",
                                           "forward.by",
                                           "forward.at",
                                           "words",
                                           "effect",
                                           NULL};
const struct lw_sheet lw_room_sheet = {room_tables, room_columns};

static const struct lw_sheet_table ended_tables[] = {{"cases", "items"}, {NULL, NULL}};
static const char *const ended_columns[] = {
    "id", "case", "at", "agent", "agent_name", "channel", "resolve_seconds", "rating", NULL};
const struct lw_sheet lw_ended_sheet = {ended_tables, ended_columns};
