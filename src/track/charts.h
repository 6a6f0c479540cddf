/* A figure of Track over time, as control charts have it (measure/chart.h): of all, a team, a root
 * cause or one agent, by day or week, limits begun anew with each version of the policy. From the
 * sums alone; in an arena of its own.
 *
 * A week counts to the version that all of it was decided under: one that begins within a week
 * begins its limits with the next. Days and weeks in which there was nothing to divide by (a share
 * of no decisions) have no point. */
#ifndef LW_TRACK_CHARTS_H
#define LW_TRACK_CHARTS_H

#include "measure/chart.h"
#include "track/overview.h"

enum lw_track_figure {
  LW_FIGURE_AMOUNT,    /* given, minor units */
  LW_FIGURE_EACH,      /* given a decision, minor units */
  LW_FIGURE_GIVEN,     /* share of decisions of which a remedy came */
  LW_FIGURE_ASKED,     /* share that went upwards */
  LW_FIGURE_AT_ONCE,   /* share granted at once */
  LW_FIGURE_DECISIONS, /* how many */
  LW_FIGURE_WAITING,   /* for the answers, on average, seconds */
  LW_FIGURES
};
const char *lw_track_figure_name(enum lw_track_figure of); /* "amount" "each" "given" ... */
/* False: there is none of that name. */
bool lw_track_figure_read(lw_str name, enum lw_track_figure *ret_of);
/* What the figure of a cell is; false: there is nothing to divide by. */
bool lw_track_figure_value(enum lw_track_figure of, const struct lw_track_cell *cell,
                           double *ret_value);

struct lw_track_charting {
  const struct lw_track_sums *sums; /* of one agent by week: their window begins with a week */
  struct lw_track_scope scope;      /* of one agent: no cause, by week */
  bool has_cause;
  lw_str cause; /* a reason's name; empty: decisions without one */
  enum lw_track_figure of;
  bool weekly;
  uint32_t n_days; /* of the window, from its beginning: whole ones */
};

struct lw_track_chart {
  uint32_t n_agents; /* of the scope and cause in the whole window */
  uint32_t n_points;
  uint32_t *places;            /* by point: its day or week of the window */
  struct lw_track_cell *cells; /* by day or week */
  struct lw_chart_point *points;
  struct lw_chart_phase *phases;
  int64_t *versions; /* by phase: of the policy that it began with; 0: not known */
  uint32_t n_phases; /* 0: there is no point */
};

/* What somebody said of a point. */
struct lw_track_note {
  lw_usec at;  /* of the point */
  lw_str text; /* empty: it was erased */
  lw_str who;
  lw_usec noted_at;
};

/* LW_NO_MEMORY, LW_OVERFLOW; LW_INVALID: an agent by day or with a cause. */
LW_NODISCARD enum lw_code lw_track_chart_make(const struct lw_track_charting *charting,
                                              struct lw_arena *arena,
                                              struct lw_track_chart *ret_chart,
                                              struct lw_error *err);
/* When a point's day or week begins. */
lw_usec lw_track_chart_at(const struct lw_track_charting *charting,
                          const struct lw_track_chart *chart, uint32_t point);
/* The kinds of chart whose limits it leaves, which is some of them; NULL where it leaves none. */
const char *lw_track_chart_kind_name(enum lw_chart_kind kind); /* "single" "range" ... */
bool lw_track_chart_is_outside(const struct lw_chart_point *point);
/* Whether it is the first of a run outside, of any kind: what lies behind one is said there. */
bool lw_track_chart_leaves(const struct lw_chart_point *point);
/* What somebody said of the point, among notes by time; NULL: nobody has. */
const struct lw_track_note *lw_track_chart_note(const struct lw_track_note *notes, uint32_t count,
                                                lw_usec at);

/* Appends it as api/openapi.yaml has a TrackChart. */
void lw_track_chart_print(const struct lw_track_charting *charting,
                          const struct lw_track_chart *chart, const struct lw_track_note *notes,
                          uint32_t n_notes, struct lw_buf *out);
/* A value of the figure as it stands in JSON without quotes: "12.30", "0.4120", "38.2", "17". */
void lw_track_figure_print(enum lw_track_figure of, double value, uint16_t currency,
                           struct lw_buf *out);

#endif
