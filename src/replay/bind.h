/* A policy bound to a tape: what each distinct text of a column means to this policy, worked out
 * once, so that deciding a row reads numbers and tables.
 *
 * Built on one thread, then read by that thread alone (values of large columns are worked out when
 * they are first asked for). Policy, tape and people are borrowed. */
#ifndef LW_REPLAY_BIND_H
#define LW_REPLAY_BIND_H

#include "data/json.h"
#include "policy/request.h"
#include "replay/tape.h"

/* Where a slot's value comes from. */
enum lw_slot_origin {
  LW_ORIGIN_NOTHING, /* of no column: a fact that no row has; its default */
  LW_ORIGIN_PERSON,  /* of the person alone: id, tier, team, kind */
  LW_ORIGIN_SERVICE, /* of the person at that time: tenure_days, holds */
  LW_ORIGIN_CODES,   /* of one column of codes */
  LW_ORIGIN_PARTS,   /* of several: a fact that is a map in some row; asked for row by row */
  LW_ORIGIN_MOMENT,  /* of the row's times and marks: now, case.* */
  LW_ORIGIN_USED     /* of what budgets have drawn */
};

struct lw_slot_source {
  enum lw_slot_origin origin;
  uint32_t column;       /* CODES: of the tape */
  uint32_t fact;         /* CODES, NOTHING: index, or UINT32_MAX for what is no fact */
  struct lw_val *values; /* CODES: by code; NULL: texts of the tape as they are */
  bool faulty;           /* CODES: a fact of which some value does not fit; PARTS: may be */
  const uint32_t *parts; /* PARTS: columns of the tape, by name; the fact's own, if any, first */
  uint32_t n_parts;
  bool has_own;
};

/* A person as the policy sees them; agent and team are numbers for budgets' scopes, from 1; 0:
 * none. */
struct lw_bound_person {
  struct lw_actor actor;
  uint32_t tier;
  uint32_t tiers;
  uint32_t agent;
  uint32_t team;
  bool faulty;
  bool timed; /* a certificate that ends */
};

/* Why rows can't be decided under this policy: each cause once, with how many distinct values. */
struct lw_bound_fault {
  lw_str at;
  lw_str message;
};

struct lw_bound {
  const struct lw_policy *policy;
  const struct lw_tape *tape;
  const struct lw_directory *people;
  struct lw_arena keep;
  struct lw_arena scratch;
  struct lw_json_reader *reader;
  struct lw_slot_source *sources; /* one a slot */
  uint32_t *actions;              /* by code: index, or UINT32_MAX */
  int64_t *amounts;               /* by code: minor units; LW_TAPE_NONE for 0; LW_BOUND_FAULTY */
  bool *reason_faulty;            /* by code */
  bool *channel_faulty;
  struct lw_bound_person *persons; /* by code of PERSON, then people, then assumed ones */
  uint32_t n_persons;
  uint32_t persons_capacity;
  uint32_t first_of_people; /* persons[first_of_people + i] is people->actors[i] */
  struct lw_table agents;   /* id -> number */
  struct lw_table teams;
  uint32_t n_agents; /* + 1 */
  uint32_t n_teams;
  struct lw_faults faults; /* what doesn't fit, each cause once, up to LW_FAULTS_MAX */
  bool faulty_facts;       /* some fact's source is faulty */
};

#define LW_BOUND_FAULTY (INT64_MIN + 1)

/* One person with more than they had, in all of the past. Borrowed. */
struct lw_lift {
  lw_str person;            /* an id */
  lw_str tier;              /* where theirs was below it; empty: as it was */
  struct lw_override limit; /* where theirs was less; budget empty: as it was */
};

/* LW_NO_MEMORY; LW_INVALID when the tape is in another currency. Facts of requests that the policy
 * does not declare are passed over. finish is safe after a failure. */
LW_NODISCARD enum lw_code lw_bound_init(struct lw_bound *bound, const struct lw_policy *policy,
                                        const struct lw_tape *tape,
                                        const struct lw_directory *people, struct lw_error *err);
void lw_bound_finish(struct lw_bound *bound);
/* Every row of that person, and they themselves where somebody is asked, with what the lift gives;
 * nothing that they had gets less. Before any row is looked at. False when memory is out. */
LW_NODISCARD bool lw_bound_lift(struct lw_bound *bound, const struct lw_lift *lift);

/* The value of a slot of origin CODES or NOTHING; kind LW_V_ERROR stands for one that doesn't fit.
 */
struct lw_val lw_bound_value(struct lw_bound *bound, uint32_t slot, uint32_t code);
/* The same of origin PARTS: codes has one a part. The value lives in arena. */
struct lw_val lw_bound_join(struct lw_bound *bound, uint32_t slot, const uint32_t *codes,
                            struct lw_arena *arena);
/* How many codes a table over the slot's column has (the greatest code + 1). */
uint32_t lw_bound_codes(const struct lw_bound *bound, uint32_t column);
/* Adds a person that no row has (assumed ones): the number, or UINT32_MAX when memory is out. */
LW_NODISCARD uint32_t lw_bound_add_person(struct lw_bound *bound, const struct lw_actor *actor);

#endif
