/* Whoever acts or answers, as the policy sees a person. Filled from a request's `agent` object,
 * from a people file, or from the people of a server: policy knows none of them. Immutable while it
 * is used; texts are borrowed. */
#ifndef LW_POLICY_ACTOR_H
#define LW_POLICY_ACTOR_H

#include "base/date.h"
#include "base/str.h"

enum lw_actor_kind {
  LW_ACTOR_HUMAN,
  LW_ACTOR_AI,
  LW_ACTOR_SERVICE,
  LW_ACTOR_UNKNOWN /* only an id is known: agent.kind can't be told */
};

struct lw_certificate {
  lw_str name;
  lw_usec until; /* holds before this moment; INT64_MAX: for good */
};

/* A person's own limit in place of the budget's. */
struct lw_override {
  lw_str budget;
  int64_t amount_minor; /* -1: the budget's */
  int64_t times;        /* -1: the budget's */
};

struct lw_actor {
  lw_str id;
  lw_str name;
  lw_str email;
  lw_str phone;   /* or empty; no rule reads it */
  lw_str team;    /* "care/billing": a team's path, parents first */
  lw_str tier;    /* as written; resolved against the policy's list */
  lw_str manager; /* a person's id */
  enum lw_actor_kind kind;
  bool has_hired_at;
  lw_usec hired_at;
  bool has_left_at; /* stated, or when they were made inactive; no rule reads it */
  lw_usec left_at;
  const struct lw_certificate *holds;
  uint32_t n_holds;
  const struct lw_override *overrides;
  uint32_t n_overrides;
  /* Somebody of whom only a route's words are known (offline, without people): any tier, team or
   * certificate that the words leave open counts as fitting. */
  bool assumed;
};

/* The people that routes can reach, with their ids in order of `find`. */
struct lw_directory {
  const struct lw_actor *actors;
  uint32_t count;
  /* The index of a person, or UINT32_MAX. */
  uint32_t (*find)(const struct lw_directory *directory, lw_str id);
  const void *user; /* whatever find needs */
};

#endif
