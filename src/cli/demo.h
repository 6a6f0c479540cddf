/* The demonstration: a company that does not exist, with people of both kinds, one of the real
 * policies of examples/ (telco), and a past made by the engine itself from one seed. Everything in
 * it is synthetic.
 *
 * demo_company.c makes the people, demo_request.c what they ask, demo_history.c the past,
 * demo_records.c what became of it, demo_plans.c what they went by, demo_pages.c what they read,
 * demo_courses.c what they learn by, demo_after.c thanks and reviews, demo_run.c what these share,
 * demo_cases.c what is open now, cmd_demo.c the verb. */
#ifndef LW_CLI_DEMO_H
#define LW_CLI_DEMO_H

#include "base/buf.h"
#include "base/date.h"
#include "base/rand.h"
#include "base/result.h"
#include "base/str.h"

struct lw_demo_options {
  uint64_t decisions; /* how many requests are decided */
  uint32_t agents;    /* who talk to customers; leads, managers and others come on top */
  uint32_t days;      /* up to `until` */
  uint64_t seed;
  lw_usec until; /* the last moment of the made-up past */
  lw_str trial;  /* a policy's text that half of the teams try in the second half; or empty */
  bool progress; /* a line on stderr that moves */
};

/* The usual: 90 agents, 90 days up to now, 6,000 decisions. */
struct lw_demo_options lw_demo_usual(lw_usec now);

/* Fills an empty database: policy, people, decisions, approvals, holds, cases. LW_CONFLICT when
 * there is something in it already. The same options give the same decisions. */
LW_NODISCARD enum lw_code lw_demo_fill(const char *url, const struct lw_demo_options *options,
                                       struct lw_error *err);

/* Of everybody in the demonstration; for made-up people alone. */
#define LW_DEMO_PASSWORD "leeway-demo-1"

struct lw_engine;
/* Lets one person of each kind sign in with LW_DEMO_PASSWORD. */
LW_NODISCARD enum lw_code lw_demo_let_in(struct lw_engine *engine, struct lw_error *err);
/* Some open cases, so that whoever signs in has something to do. */
LW_NODISCARD enum lw_code lw_demo_open_cases(struct lw_engine *engine, struct lw_error *err);
/* Says who they are. */
void lw_demo_print_people(void);

/* The policy's text, as it stands in examples/telco/policy.yaml. */
lw_str lw_demo_policy(void);

/* --- inside --- */

struct lw_demo_agent {
  lw_str id;
  uint32_t shift; /* 0 early, 1 late, 2 round the clock (AI) */
  bool is_senior;
};

struct lw_demo_company {
  struct lw_arena *arena;
  struct lw_demo_agent *agents; /* who ask */
  uint32_t n_agents;
  struct lw_buf csv; /* everybody, as `import people` reads it */
};

/* Who can sign in to the demonstration: one of each kind of person. */
struct lw_demo_role {
  const char *id;
  const char *name;
  const char *tier;
  const char *team;
  const char *roles;
  const char *comes_for;
};
extern const struct lw_demo_role lw_demo_roles[];
extern const size_t lw_demo_roles_count;

/* Everybody who works there, teams, roles and what they come for, drawn from rand; in arena. False:
 * memory is out. */
LW_NODISCARD bool lw_demo_company_make(struct lw_arena *arena, struct lw_rand_seeded *rand,
                                       const struct lw_demo_options *options,
                                       struct lw_demo_company *ret_company);
void lw_demo_company_finish(struct lw_demo_company *company);

/* What becomes of some of the decisions (demo_records.c). NULL when memory is out. */
struct lw_demo_records;
struct lw_demo_records *lw_demo_records_create(const struct lw_demo_options *options);
void lw_demo_records_destroy(struct lw_demo_records *records);
/* A decision was made; request: as lw_demo_request_add wrote it. Told in order of time. */
void lw_demo_records_take(struct lw_demo_records *records, const struct lw_demo_company *company,
                          lw_str request, lw_str agent, lw_usec at, bool given);
/* Cases, ratings and outcomes into the store. LW_NO_MEMORY, or the store's. */
LW_NODISCARD enum lw_code lw_demo_records_bring(struct lw_demo_records *records,
                                                struct lw_engine *engine, struct lw_error *err);

/* What was ticked in a case: so many steps of its plan, from the first, by its agent. */
struct lw_demo_ticked {
  lw_str case_id;
  lw_str agent;
  lw_str reason; /* the cause that was found */
  uint32_t steps;
};
enum { LW_DEMO_TICKED = 60 };
/* The newest cases with what was ticked in them, oldest first; borrowed. */
const struct lw_demo_ticked *lw_demo_records_ticked(const struct lw_demo_records *records,
                                                    uint32_t *ret_count);
/* Game plans of two causes, and those ticks. */
LW_NODISCARD enum lw_code lw_demo_plans(struct lw_engine *engine,
                                        const struct lw_demo_ticked *ticked, uint32_t count,
                                        struct lw_error *err);
LW_NODISCARD enum lw_code lw_demo_tick(struct lw_engine *engine,
                                       const struct lw_demo_ticked *ticked, struct lw_error *err);

/* A pulse survey that is closed; nothing in a company of fewer than five people. */
LW_NODISCARD enum lw_code lw_demo_pulse(struct lw_engine *engine, uint64_t seed,
                                        struct lw_error *err);
/* What some of them learn outside. */
LW_NODISCARD enum lw_code lw_demo_growing(struct lw_engine *engine, struct lw_error *err);

struct lw_batch;
struct lw_change;
typedef enum lw_code lw_demo_apply(struct lw_batch *batch, struct lw_change *change,
                                   struct lw_error *err);
/* One change by that actor; *ret_answer (may be NULL) gets what is answered. What apply says. */
LW_NODISCARD enum lw_code lw_demo_run(struct lw_engine *engine, lw_demo_apply *apply, void *user,
                                      lw_str actor, struct lw_buf *ret_answer,
                                      struct lw_error *err);
/* The first id in an answer of the API, borrowed from it; empty: there is none. */
lw_str lw_demo_id(lw_str answer);

/* What was given, and to that the answer of the API; agent: who asked. */
struct lw_demo_given {
  lw_str agent;
  lw_str answer;
  lw_usec at;
  lw_usec before_end; /* of the past */
};
/* When somebody was thanked, and looked at, last, and how often that was; zeroes to begin with. */
struct lw_demo_said {
  lw_usec thanked_at;
  lw_usec reviewed_at;
  uint32_t thanks;
  uint32_t reviews;
};
/* Thanks for it, or a review of it, where one is due; of AI agents neither. Told in order of time.
 */
LW_NODISCARD enum lw_code lw_demo_say_after(struct lw_engine *engine,
                                            struct lw_demo_said *said_before,
                                            const struct lw_demo_given *given,
                                            struct lw_error *err);

/* A file of a folder, as tools/embed.py puts it into the program. */
struct lw_embedded {
  lw_str folder;
  lw_str name;
  lw_str text;
};
/* The courses of examples/telco, folder by folder. */
extern const struct lw_embedded lw_demo_course_files[];
extern const size_t lw_demo_course_files_count;
/* Publishes them. */
LW_NODISCARD enum lw_code lw_demo_courses(struct lw_engine *engine, struct lw_error *err);

/* Reference pages of the company. */
LW_NODISCARD enum lw_code lw_demo_pages(struct lw_engine *engine, struct lw_error *err);

/* One request as JSON, with `at`; what an agent on duty at that moment asks. *ret_agent: who. */
void lw_demo_request_add(struct lw_rand_seeded *rand, const struct lw_demo_company *company,
                         uint64_t customers, lw_usec at, struct lw_buf *out,
                         const struct lw_demo_agent **ret_agent);

#endif
