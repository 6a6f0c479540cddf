/* What it all brought: how a period went beside the one of the same length before it. Each figure
 * comes with its interval, and so does the change (from both intervals, Newcombe 1998; Zou and
 * Donner 2008), where there is one. A change says that something moved, not what moved it.
 *
 * First contact: of cases resolved, those that never changed hands or departments, never came back,
 * and after which the customer did not come again about the same within the window of repeat
 * contacts. Cases whose window is not over yet are left out: nobody knows that of them.
 * Kept customers: those of whom an outcome was told in the period, the last one counts; what is
 * spent on them is all that they were given in it, the lost ones too: that is what keeping costs.
 *
 * From the store and, where there is one, the tape. In an arena of its own. */
#ifndef LW_TRACK_BROUGHT_H
#define LW_TRACK_BROUGHT_H

#include "db/db.h"
#include "measure/interval.h"
#include "policy/model.h"
#include "track/overview.h"
#include "track/remain.h"

enum lw_brought_id {
  LW_BROUGHT_FIRST_CONTACT, /* share of cases */
  LW_BROUGHT_REPEAT,        /* share of cases */
  LW_BROUGHT_HANDOVERS,     /* between owners, by case resolved */
  LW_BROUGHT_RESOLVE,       /* seconds from opened to first resolved */
  LW_BROUGHT_AUTHORITY,     /* seconds from asking to a yes */
  LW_BROUGHT_RATING,        /* share of the scale */
  LW_BROUGHT_RATING_WITH,   /* of cases in which a remedy was given, */
  LW_BROUGHT_RATING_NONE,   /* and of those in which none was */
  LW_BROUGHT_KEPT,          /* share of customers */
  LW_BROUGHT_COST,          /* minor units for each kept customer */
  LW_BROUGHTS
};
const char *lw_brought_name(enum lw_brought_id id); /* "first_contact" "repeat_contact" ... */
LW_NODISCARD bool lw_brought_read(lw_str name, enum lw_brought_id *ret_id);
/* "share", "number", "seconds" or "money". */
const char *lw_brought_kind(enum lw_brought_id id);

struct lw_brought_figure {
  int64_t n;                /* cases, ratings, customers, answers */
  struct lw_interval value; /* known false: there is nothing to say */
  bool sure;                /* the bounds say something */
};

/* What stands behind a figure: one of those that its `n` counts (of money for each kept customer,
 * one of those that it was spent on). */
struct lw_brought_case {
  lw_str of;  /* a case's id, a decision's ("dec_...") or a customer's */
  lw_usec at; /* when it counted: resolved, answered, rated; 0: of a customer */
  int64_t
      value; /* as it is summed: 0 or 1, a count, seconds, milliseconds, millionths, minor units */
};
enum { LW_BROUGHT_CASES_MAX = 10000 };

enum lw_brought_period { LW_BROUGHT_BEFORE, LW_BROUGHT_NOW, LW_BROUGHT_PERIODS };

struct lw_brought {
  lw_usec since;
  lw_usec until;
  uint32_t repeat_days;
  lw_str currency; /* or empty */
  struct lw_brought_figure figures[LW_BROUGHT_PERIODS][LW_BROUGHTS];
  struct lw_brought_figure changes[LW_BROUGHTS]; /* now less before */
  struct lw_remain remain;
  bool has_cases; /* as asked for */
  enum lw_brought_id cases_of;
  struct lw_brought_case *cases; /* of this period, at most LW_BROUGHT_CASES_MAX */
  uint32_t n_cases;
};

struct lw_brought_input {
  struct lw_db *db;
  const struct lw_staff *staff;
  const struct lw_policy *policy; /* the order of tiers; or NULL */
  const struct lw_tape *tape;     /* or NULL: causes, remedies and money are not known */
  struct lw_track_scope scope;    /* team and within */
  lw_usec since;
  lw_usec until;
  uint32_t repeat_days;
  bool has_cases; /* those behind one figure are wanted */
  enum lw_brought_id cases_of;
  bool individuals; /* else groups of fewer than LW_REMAIN_GROUP_MIN people are not shown */
};

/* LW_NO_MEMORY, LW_OVERFLOW, or the store's. */
LW_NODISCARD enum lw_code lw_brought_make(const struct lw_brought_input *input,
                                          struct lw_arena *arena, struct lw_brought *ret_brought,
                                          struct lw_error *err);
/* As api/openapi.yaml has Brought. */
void lw_brought_print(const struct lw_brought *brought, struct lw_buf *out);
/* As the figure's value is given, from what it sums. */
double lw_brought_scaled(enum lw_brought_id id, int64_t value);
/* A figure as JSON has it: "0.7120" (share), 1.25 (number), 318.4 (seconds), "8.10" (money). */
void lw_brought_print_value(enum lw_brought_id id, double value, lw_str currency,
                            struct lw_buf *out);

#endif
