/* What is in people's way: whoever was asked upwards or refused says so of the rule that did it, in
 * one touch, with the case attached. Gathered by rule with the waiting and the money that hung on
 * it; whoever owns the rule (or may change the policy) answers all who spoke, and they see the
 * answer and what became of it.
 *
 * A rule is a grant or a rail of the policy ("rule"), a route that asked ("route"), or an action
 * that nothing covered ("gap"). What somebody asks about a change that they are to read stands
 * among them ("change"): of a read rather than of a decision, and seen to by whoever published it.
 * Tables obstacle, obstacle_answer, obstacle_owner; entries obstacle.*; words stand outside the
 * chain. Nothing here changes what somebody may do.
 *
 * Changes are `apply` functions for lw_change with their input in change->user (borrowed until
 * done); they check rights themselves. Reading takes any connection and thread. */
#ifndef LW_DESK_OBSTACLE_H
#define LW_DESK_OBSTACLE_H

#include "desk/approval.h"

enum {
  LW_OBSTACLE_WORDS_BYTES_MAX = 2000,
  LW_OBSTACLE_VOICES_MAX = 5000, /* looked at for a list, newest first */
  LW_OBSTACLE_SAID_MAX = 50      /* told of one rule */
};

enum lw_obstacle_kind {
  LW_OBSTACLE_RULE,
  LW_OBSTACLE_ROUTE,
  LW_OBSTACLE_GAP,
  LW_OBSTACLE_CHANGE,
  LW_OBSTACLE_KINDS
};
lw_str lw_obstacle_kind_name(enum lw_obstacle_kind kind); /* "rule" "route" "gap" "change" */
LW_NODISCARD bool lw_obstacle_kind_read(lw_str name, enum lw_obstacle_kind *ret_kind);

/* What becomes of it. */
enum lw_obstacle_outcome {
  LW_OBSTACLE_CHANGED,   /* the policy was changed: with the version */
  LW_OBSTACLE_LOOKED_AT, /* it is being worked on */
  LW_OBSTACLE_STAYS,     /* the rule stays, and why */
  LW_OBSTACLE_EXPLAINED, /* of a change alone: what was asked is answered */
  LW_OBSTACLE_OUTCOMES
};
lw_str lw_obstacle_outcome_name(enum lw_obstacle_outcome outcome); /* "changed" "looked_at" ... */
LW_NODISCARD bool lw_obstacle_outcome_read(lw_str name, enum lw_obstacle_outcome *ret_outcome);

/* Which rule. */
struct lw_obstacle_rule {
  enum lw_obstacle_kind kind;
  lw_str name; /* its id; of a gap: the action's name; of a change: "14.refund", version, action */
};

/* --- changes --- */

/* POST /v1/decisions/{id}/obstacle {"rule","note"}. */
struct lw_obstacle_voice {
  const struct lw_caller *caller;
  lw_id decision;
  lw_str rule; /* one of those that the decision names; empty: the one that asked or refused */
  lw_str note; /* may be empty */
};
/* 201 with the voice; 200 when the same was said of that decision before, which stays.
 * LW_NOT_FOUND; LW_FORBIDDEN: not the agent's; LW_CONFLICT: it was granted; LW_INVALID: another
 * rule. */
enum lw_code lw_obstacle_say(struct lw_batch *batch, struct lw_change *change,
                             struct lw_error *err);

/* POST /v1/me/reads/{id}/question {"text"}: asks about a change; the read stays to be read. */
struct lw_obstacle_asking {
  const struct lw_caller *caller; /* a person */
  lw_str read;                    /* "rea_...", the caller's */
  lw_str text;
};
/* 201 with the voice. LW_NOT_FOUND: the read is not theirs; LW_CONFLICT: what they asked about it
 * before has no answer yet. */
enum lw_code lw_obstacle_ask(struct lw_batch *batch, struct lw_change *change,
                             struct lw_error *err);

/* POST /v1/obstacles/{kind}/{rule}/answer {"outcome","text","policy_version"}. */
struct lw_obstacle_answering {
  const struct lw_caller *caller;
  struct lw_obstacle_rule rule;
  enum lw_obstacle_outcome outcome;
  lw_str text;
  uint64_t policy; /* the version that changed it; 0: none. CHANGED needs one. */
};
/* 201 with the answer. LW_NOT_FOUND: nobody spoke of that rule; LW_FORBIDDEN: neither its owner nor
 * somebody who may change the policy; LW_INVALID: no such version. */
enum lw_code lw_obstacle_answer(struct lw_batch *batch, struct lw_change *change,
                                struct lw_error *err);

/* PUT /v1/obstacles/{kind}/{rule}/owner {"owner"}: empty: nobody in particular. */
struct lw_obstacle_owning {
  const struct lw_caller *caller;
  struct lw_obstacle_rule rule;
  lw_str owner;
};
/* 200. By whoever may change the policy (LW_FORBIDDEN). LW_INVALID: nobody of that id. */
enum lw_code lw_obstacle_own(struct lw_batch *batch, struct lw_change *change,
                             struct lw_error *err);

/* --- reading --- */

struct lw_obstacle_query {
  bool has_state;
  bool open;     /* something was said since the last answer */
  bool has_rule; /* of this one alone, with all that was said */
  struct lw_obstacle_rule rule;
  lw_str agent;  /* said by them; empty: by anybody */
  lw_usec since; /* 0: from the beginning */
};
/* {"items":[Obstacle],"through":n}: those of whom the caller hears somebody (LW_ACCESS_LISTEN), or
 * that are theirs to see to; the longest waiting first. Who spoke is named where the caller may see
 * figures of that one person (lw_individual_shown). */
LW_NODISCARD enum lw_code lw_obstacle_list(const struct lw_desk_reader *reader,
                                           const struct lw_obstacle_query *query,
                                           struct lw_buf *out, struct lw_error *err);
/* {"items":[...]}: what the person said, newest first, each with the answer that came. */
LW_NODISCARD enum lw_code lw_obstacle_mine(const struct lw_desk_reader *reader, lw_str person,
                                           struct lw_buf *out, struct lw_error *err);

#endif
