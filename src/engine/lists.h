/* Lists: what is only read. A follower thread reads the journal into a second database beside the
 * first (`<db>-lists`), which is thrown away and built anew when it is missing, damaged, of another
 * version, or follows another journal. Nothing here decides anything, and the writer never waits
 * for it.
 *
 * A list says how far it is (`through`). Whoever has just written and wants to see it calls
 * lw_lists_wait first. All functions: any thread, after lw_lists_open. */
#ifndef LW_ENGINE_LISTS_H
#define LW_ENGINE_LISTS_H

#include "engine/council.h"
#include "engine/decision.h"

struct lw_lists;

/* Opens (makes) the database of lists and starts following; before the engine's first submit. With
 * an engine without a thread nothing follows by itself: lw_lists_follow. */
LW_NODISCARD enum lw_code lw_lists_open(struct lw_engine *engine, struct lw_lists **ret_lists,
                                        struct lw_error *err);
/* Before the engine closes. NULL is allowed. */
void lw_lists_close(struct lw_lists *lists);
/* How far they are: the number of the last entry that they hold. */
uint64_t lw_lists_through(struct lw_lists *lists);
/* Waits until they hold entry `seq`, at most `timeout_msec`; returns lw_lists_through. Usual: seq
 * is lw_engine_seq as it was when the question came, timeout 2,000. */
uint64_t lw_lists_wait(struct lw_lists *lists, uint64_t seq, uint32_t timeout_msec);
/* Follows on the caller's thread until the journal's end (engine without a thread). */
LW_NODISCARD enum lw_code lw_lists_follow(struct lw_lists *lists, struct lw_error *err);

/* --- decisions --- */

/* Whose decisions the caller may see: all, or those of these agents and of these teams (paths; a
 * team stands for its sub-teams too). Borrowed. */
struct lw_lists_view {
  bool all;
  const lw_str *agents;
  uint32_t n_agents;
  const lw_str *teams;
  uint32_t n_teams;
};

/* How a decision came about: at once by the agent's own grants (or refused at once), or through a
 * person: one that asks, and one that an approval gave. */
enum lw_lists_how { LW_LISTS_ANYHOW, LW_LISTS_AT_ONCE, LW_LISTS_BY_ASKING };

/* Which rows: all; or each request once, as Track counts them, without the rows of their own that
 * answers have; or of these requests what was given and stands, what somebody's yes gave, or those
 * that came to nothing. Remedies and answers have their request's time for `since` and `until`. */
enum lw_lists_what {
  LW_LISTS_ROWS,
  LW_LISTS_REQUESTS,
  LW_LISTS_REMEDIES,
  LW_LISTS_ANSWERS,
  LW_LISTS_WITHOUT
};

/* What to list; empty texts ask for nothing in particular. */
struct lw_lists_filter {
  struct lw_lists_view view;
  lw_str agent;
  lw_str team; /* a path; sub-teams too */
  lw_str customer;
  lw_str case_id;
  lw_str action;
  lw_str reason;
  bool no_reason; /* only those that name none */
  bool has_verdict;
  enum lw_verdict verdict;
  lw_usec since;  /* 0: from the beginning; inclusive */
  lw_usec until;  /* 0: to the end; exclusive */
  uint64_t after; /* cursor: a `seq`; older ones than that; 0: from the newest */
  uint32_t limit; /* 1..LW_LISTS_LIMIT_MAX; 0: 50 */
  enum lw_lists_how how;
  enum lw_lists_what what;
  /* What the lists do not know of an agent, such as their kind today; NULL: everybody. */
  bool (*takes_agent)(const void *user, lw_str agent);
  const void *takes_user;
  uint32_t skip; /* so many that fit are passed over first: a jump into a long table */
  bool count;    /* say in `fitting` how many fit, wherever the page begins */
};

enum { LW_LISTS_LIMIT_MAX = 500 };

/* A line of the list. */
struct lw_listed {
  lw_id id;
  uint64_t seq;
  lw_usec at;
  lw_str agent;
  lw_str team; /* path, as it was */
  lw_str tier;
  lw_str customer;
  lw_str case_id;
  lw_str action;
  lw_str reason;
  lw_str channel;
  enum lw_verdict verdict;
  enum lw_decision_state state;
  bool has_amount;
  int64_t amount_minor; /* as it stands */
  lw_str grant;
  lw_str route;
  lw_str rail;
  lw_str approver; /* of a grant by an approval; or empty */
  lw_usec hold_until;
  int64_t given_minor; /* as first granted or asked for */
  bool asked;          /* LW_LISTS_BY_ASKING */
  lw_usec waited;      /* from the request to the answer that let the agent act; -1: none came */
  uint64_t ask_seq;    /* of what a yes gave: the request's; 0: it is a request */
  bool own;            /* for the agent themselves (`for: agent`), not for a customer */
  bool came;           /* of an ask: somebody's yes gave something, and it stands */
};

struct lw_lists_page {
  struct lw_listed *items; /* newest first */
  uint32_t count;
  bool more;     /* the next page is asked for with after = the last item's seq */
  uint64_t next; /* that seq; 0: there is no more */
  uint64_t through;
  uint64_t fitting; /* when it was asked for */
  bool fitting_all; /* so many and no more; false: counting stopped there */
};

/* Counting stops at so many that fit, or at so many looked at. */
enum { LW_LISTS_COUNT_MAX = 100001, LW_LISTS_LOOK_MAX = 400000 };

/* The page lives in arena. */
LW_NODISCARD enum lw_code lw_lists_decisions(struct lw_lists *lists,
                                             const struct lw_lists_filter *filter,
                                             struct lw_arena *arena, struct lw_lists_page *ret_page,
                                             struct lw_error *err);
/* Calls visit for each that fits, newest first, until it says false; `limit`, `skip` and `count` of
 * the filter are left aside. Texts of a row live until visit returns. */
LW_NODISCARD enum lw_code lw_lists_each(struct lw_lists *lists,
                                        const struct lw_lists_filter *filter,
                                        bool (*visit)(void *user, const struct lw_listed *listed),
                                        void *user, uint64_t *ret_through, struct lw_error *err);
/* Appends an item as the API shows it: {"id":"dec_...","seq":7,"at":...,"agent":...,"verdict":...,
 * "state":...,"amount":"80.00", ...}; members that are empty are left out. */
void lw_lists_print(const struct lw_listed *listed, uint16_t currency, struct lw_buf *out);

/* --- statistics --- */

struct lw_lists_stats_filter {
  struct lw_lists_view view;      /* agents are left aside: statistics are by team */
  lw_str team;                    /* a path; sub-teams too */
  lw_str route;                   /* only this route; "-": without a route (granted at once) */
  lw_usec since;                  /* whole UTC days that begin at or after; 0: from the beginning */
  lw_usec until;                  /* 0: to the end */
  bool by_team, by_route, by_day; /* how to group the times to authority */
  bool by_action, by_reason, by_agent; /* how to group the counts; with by_team, by_day */
};

/* Time to authority: from the request's receipt to the answer that lets the agent act (granted at
 * once, by an approval, or by a route's fallback). Percentiles are exact to 5 %. */
struct lw_lists_time {
  lw_str team;  /* empty when not grouped by it */
  lw_str route; /* "-": none was needed */
  lw_usec day;  /* its beginning, UTC; 0 when not grouped by it */
  uint64_t count;
  lw_usec p50, p95, max;
  lw_usec sum;
};

struct lw_lists_count {
  lw_str team, action, reason, agent; /* empty when not grouped by it */
  lw_usec day;
  uint64_t decisions, granted, asked, refused, approved, reversed;
  int64_t granted_minor;  /* of granted decisions, as first granted */
  int64_t returned_minor; /* of them: given back since (released, lapsed, reversed, the rest of a
                             part) */
};

struct lw_lists_stats {
  struct lw_lists_time *times;
  uint32_t n_times;
  struct lw_lists_count *counts;
  uint32_t n_counts;
  uint64_t through;
};

LW_NODISCARD enum lw_code lw_lists_stats(struct lw_lists *lists,
                                         const struct lw_lists_stats_filter *filter,
                                         struct lw_arena *arena, struct lw_lists_stats *ret_stats,
                                         struct lw_error *err);
/* Appends {"through":7,"time_to_authority":[{"team","route","day","count","p50_ms","p95_ms",
 * "max_ms"}],"counts":[{...}]}. */
void lw_lists_print_stats(const struct lw_lists_stats *stats, uint16_t currency,
                          struct lw_buf *out);

/* --- today --- */

struct lw_lists_today_filter {
  struct lw_lists_view view; /* of waits only its teams */
  lw_str team;               /* a path; sub-teams too */
  const struct lw_tz *zone;  /* where the day turns over; NULL: UTC */
  lw_usec now;
};

struct lw_lists_hour {
  uint32_t at_once;
  uint32_t asked;
};

struct lw_lists_today {
  lw_usec begins;
  uint64_t decisions; /* the sum of the next three; what an approval gave belongs to its ask */
  uint64_t at_once, asked, refused;
  int64_t given_minor;    /* of today's grants, those of approvals too: as they stand */
  int64_t returned_minor; /* of today's grants: released, lapsed, taken back */
  uint64_t streak;        /* decisions since the last one that had to ask, today or before */
  uint64_t waits;         /* approvals that somebody answered today */
  lw_usec wait_p50, wait_p95;
  uint64_t lapsed;                /* and that nobody answered */
  struct lw_lists_hour hours[24]; /* by the clock of the zone */
  uint64_t through;
};

LW_NODISCARD enum lw_code lw_lists_today(struct lw_lists *lists,
                                         const struct lw_lists_today_filter *filter,
                                         struct lw_arena *arena, struct lw_lists_today *ret_today,
                                         struct lw_error *err);
/* Appends it as the API shows it. */
void lw_lists_print_today(const struct lw_lists_today *today, const struct lw_tz *zone,
                          uint16_t currency, struct lw_buf *out);

/* --- the shadow (engine/shadow.h) --- */

/* What it would have done with an action's requests. */
struct lw_shadow_action {
  lw_str name;
  uint64_t requests, more, less, errors;
};

/* A request that it would have answered in another way, or could not decide. */
struct lw_shadow_item {
  lw_id id;
  uint64_t seq;
  lw_usec at;
  lw_str agent;
  lw_str case_id;
  lw_str action;
  enum lw_verdict verdict; /* what was done */
  bool has_amount;
  int64_t amount_minor; /* as asked */
  enum lw_verdict shadow;
  lw_str error; /* not empty: it could not decide, and where */
  bool has_possible;
  int64_t possible_minor; /* so much it would have given at once */
};

/* More is granted where it was asked or refused, or asked where it was refused; amounts are those
 * granted at once by one of the two and not by the other. */
struct lw_shadow_counts {
  uint64_t requests, same, more, less, errors;
  int64_t cost_more_minor, cost_less_minor;
  struct lw_shadow_action *actions; /* by name */
  uint32_t n_actions;
  struct lw_shadow_item *items; /* newest first */
  uint32_t n_items;
  uint64_t next; /* cursor of the next page; 0: there is no more */
};

/* Of the shadow that entry `started` began. after: a cursor, 0: the newest. In arena. */
LW_NODISCARD enum lw_code lw_lists_shadow(struct lw_lists *lists, uint64_t started, uint64_t after,
                                          uint32_t limit, struct lw_arena *arena,
                                          struct lw_shadow_counts *ret_counts,
                                          struct lw_error *err);
/* The same from the journal itself, for whoever has no lists: reads all entries since. */
LW_NODISCARD enum lw_code lw_shadow_count(struct lw_db *db, uint64_t started, uint32_t limit,
                                          struct lw_arena *arena,
                                          struct lw_shadow_counts *ret_counts,
                                          struct lw_error *err);
/* Appends `,"requests":7,"same":5,...,"items":[...],"next":"9"`. staff: for names. */
void lw_shadow_counts_print(const struct lw_shadow_counts *counts, uint16_t currency,
                            const struct lw_council *council, struct lw_buf *out);

/* --- retry keys --- */

/* The entry that carried this key (16-byte digest) since `since`; 0: none that the lists know. */
LW_NODISCARD enum lw_code lw_lists_key(struct lw_lists *lists, const uint8_t digest[16],
                                       lw_usec since, uint64_t *ret_seq, struct lw_error *err);

/* For each key that the lists know: 64 bits of its digest (lw_idem_print) and its entry. False to
 * stop. */
struct lw_key_visit {
  bool (*key)(void *user, uint64_t print, uint64_t seq);
  void *user;
};
/* Those of the entries from first to last, of the last day at least, in no order, and some others.
 * LW_BUSY: the lists have not come to the last one. */
LW_NODISCARD enum lw_code lw_lists_keys(struct lw_lists *lists, uint64_t first, uint64_t last,
                                        const struct lw_key_visit *visit, struct lw_error *err);

#endif
