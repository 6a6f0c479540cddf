/* What was given in a window of days, as running sums: by agent and stratum, by day,
 * team and cause, by week and agent. They follow the tape: what is new is added, what later became
 * of a decision changes the cell that it stands in. Exact: counts and minor units.
 *
 * A decision counts on its request's day and for its agent, whoever answered. One thread at a time.
 */
#ifndef LW_TRACK_SUMS_H
#define LW_TRACK_SUMS_H

#include "base/result.h"
#include "measure/mix.h"
#include "people/person.h"
#include "track/stratum.h"
#include "track/table.h"

struct lw_track_agent {
  lw_str id;
  lw_str team; /* path, of the last row */
  bool is_ai;
};

/* The keys of the tables below. Agents and teams are numbers of the sums' own lists, reasons and
 * the like codes of the tape; a decision's team is its agent's at the time. */
enum lw_track_stratum_key {
  LW_TRACK_AGENT,
  LW_TRACK_TEAM,
  LW_TRACK_REASON,
  LW_TRACK_ACTION,
  LW_TRACK_SEGMENT,
  LW_TRACK_CHANNEL,
  LW_TRACK_BAND,
  LW_TRACK_STRATUM_WORDS
};
enum lw_track_day_key { LW_TRACK_DAY, LW_TRACK_DAY_TEAM, LW_TRACK_DAY_REASON, LW_TRACK_DAY_WORDS };
enum lw_track_week_key { LW_TRACK_WEEK, LW_TRACK_WEEK_AGENT, LW_TRACK_WEEK_WORDS };

enum lw_track_table_id { LW_TRACK_BY_STRATUM, LW_TRACK_BY_DAY, LW_TRACK_BY_WEEK, LW_TRACK_TABLES };

/* A version of the policy, and the day on which it first decided something in the window; of the
 * first one, if nothing was decided before it, the window's first day. */
struct lw_track_version {
  int64_t version;
  uint32_t day;
};

struct lw_track_sums;

/* Windows begin at `since` and have n_days days of 24 hours from there on; later rows count into
 * the last. tape and facts are borrowed. NULL when memory is out. */
struct lw_track_sums *lw_track_sums_create(const struct lw_tape *tape,
                                           const struct lw_track_facts *facts, lw_usec since,
                                           uint32_t n_days);
void lw_track_sums_destroy(struct lw_track_sums *sums);
/* Adds what the tape has and the sums have not. LW_NO_MEMORY, LW_OVERFLOW, LW_INVALID: a person of
 * the tape can't be read; after a failure they are to be thrown away. */
LW_NODISCARD enum lw_code lw_track_sums_follow(struct lw_track_sums *sums, struct lw_error *err);

/* Whether the tables agree: each has the same whole, counted another way. LW_INVALID: they don't,
 * which no tape brings about; LW_OVERFLOW. */
LW_NODISCARD enum lw_code lw_track_sums_check(const struct lw_track_sums *sums,
                                              struct lw_error *err);

lw_usec lw_track_sums_since(const struct lw_track_sums *sums);
uint32_t lw_track_sums_days(const struct lw_track_sums *sums);
uint32_t lw_track_sums_agents(const struct lw_track_sums *sums,
                              const struct lw_track_agent **ret_agents);
uint32_t lw_track_sums_teams(const struct lw_track_sums *sums, const lw_str **ret_teams);
/* In the order in which they came. */
uint32_t lw_track_sums_versions(const struct lw_track_sums *sums,
                                const struct lw_track_version **ret_versions);
/* The greatest code that a reason has. */
uint32_t lw_track_sums_reasons(const struct lw_track_sums *sums);
const struct lw_tape *lw_track_sums_tape(const struct lw_track_sums *sums);
/* Borrowed until the next follow. Each has all decisions of the window. */
const struct lw_track_table *lw_track_sums_table(const struct lw_track_sums *sums,
                                                 enum lw_track_table_id id);
/* The sorts of cases there are: a table of their keys (what stands in a cell's key behind the
 * team), of which the cells count nothing, and the number in it of each cell by stratum. Borrowed
 * alike. */
const struct lw_track_table *lw_track_sums_strata(const struct lw_track_sums *sums,
                                                  const uint32_t **ret_by_cell);
size_t lw_track_sums_bytes(const struct lw_track_sums *sums);

/* --- what became of cases: ends.h counts it in --- */

struct lw_track_end {
  struct lw_mix_cell resolved; /* seconds from opened to first resolved */
  struct lw_mix_cell rated;    /* millionths of the way from a scale's least to its most */
};
/* Of a cell by stratum; zeros where nothing is known. Borrowed until the next change. */
const struct lw_track_end *lw_track_sums_end_of(const struct lw_track_sums *sums, uint32_t cell);
bool lw_track_sums_has_ends(const struct lw_track_sums *sums);
/* Cases by team and reason of their first request in the window (a key of two words; decisions: how
 * many), where they were counted. */
const struct lw_track_table *lw_track_sums_cases(const struct lw_track_sums *sums);

/* Inside the track folder only. */
uint64_t lw_track_sums_first_row(const struct lw_track_sums *sums);
uint64_t lw_track_sums_rows(const struct lw_track_sums *sums); /* that were taken in */
/* A case's first request in the window is that row. False: memory is out. */
LW_NODISCARD bool lw_track_sums_add_case(struct lw_track_sums *sums, uint64_t row);
/* Whose a case was, and what it was about. */
struct lw_track_case {
  lw_str agent;
  lw_str team;                    /* empty: the one of their last row */
  const struct lw_person *person; /* NULL: nobody is known by that id now */
  uint64_t request;               /* a row + 1; 0: nothing but the channel is known */
  lw_str channel;
};
/* The cell by stratum that it counts in, made when it is new; UINT32_MAX when memory is out. */
LW_NODISCARD uint32_t lw_track_sums_case_cell(struct lw_track_sums *sums,
                                              const struct lw_track_case *of);
/* A cell's, to be changed; NULL when memory is out. */
LW_NODISCARD struct lw_track_end *lw_track_sums_end(struct lw_track_sums *sums, uint32_t cell);
void lw_track_sums_no_ends(struct lw_track_sums *sums); /* all are zeros again */

#endif
