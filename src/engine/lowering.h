/* Lowering: taking authority from a person, as an act of its own and the only one that does. A
 * manager of theirs asks for it with a reason and an end, a second person confirms, the person
 * concerned is told, and at its end what was taken comes back by itself. Table lowering; entries
 * lowering.asked, .confirmed and .ended, and person.changed for what changed.
 *
 * Nothing that looks at people (reviews, coaching, figures, ratings) calls anything here:
 * docs/explanation/coaching-apart-from-power.md, tests/invariant. */
#ifndef LW_ENGINE_LOWERING_H
#define LW_ENGINE_LOWERING_H

#include "engine/lowers.h"

/* Longer than a quarter it is no measure but a decision about the post. */
#define LW_LOWERING_USEC_MAX (INT64_C(92) * 86400 * 1000000)
/* For so long it waits for the second person. */
#define LW_LOWERING_WAIT_USEC (INT64_C(14) * 86400 * 1000000)
enum { LW_LOWERING_REASON_BYTES_MAX = 8000 };

enum lw_lowering_state { LW_LOWERING_ASKED, LW_LOWERING_IN_FORCE, LW_LOWERING_ENDED };
lw_str lw_lowering_state_name(enum lw_lowering_state state); /* "asked" "in_force" "ended" */

struct lw_lowering {
  lw_str id; /* "low_..." */
  lw_str person;
  enum lw_lowering_state state;
  lw_str asked;  /* JSON: what they are to have, as PATCH /v1/people reads it */
  lw_str words;  /* what is taken: "tier senior to frontline" */
  lw_str reason; /* reference (ledger/text.h), JSON */
  lw_usec ends_at;
  lw_str by;
  lw_usec at;
  lw_str confirmed_by;
  lw_usec confirmed_at;
  lw_str restore;  /* IN_FORCE: JSON: what they had */
  lw_str ended_by; /* or empty: by itself */
  lw_usec ended_at;
  lw_str why; /* ENDED: "over" "early" "declined" "withdrawn" "lapsed" */
};

/* POST /v1/lowerings. */
struct lw_lowering_ask {
  const struct lw_caller *caller;
  lw_str person;
  const struct lw_value *to; /* members of PATCH /v1/people: tier, team, holds, budgets */
  lw_usec ends_at;
  lw_str reason;
};
/* 201. LW_FORBIDDEN: not a manager of theirs, or themselves. LW_INVALID: it takes nothing, or gives
 * something, or its end is too near or too far. LW_CONFLICT: there is one already. */
enum lw_code lw_lowering_ask(struct lw_batch *batch, struct lw_change *change,
                             struct lw_error *err);

struct lw_lowering_act {
  const struct lw_caller *caller;
  lw_str lowering;
};
/* By a second person: not the one concerned, not who asked. 200. */
enum lw_code lw_lowering_confirm(struct lw_batch *batch, struct lw_change *change,
                                 struct lw_error *err);
/* Declined or withdrawn while it waits; else what was taken comes back now. By whoever may lower
 * the person. 200. */
enum lw_code lw_lowering_end(struct lw_batch *batch, struct lw_change *change,
                             struct lw_error *err);
/* Whose time is over: what was taken comes back. A row of lw_engine_add_due. */
extern const struct lw_due lw_lowerings_due;

/* Whoever may lower the person; and the person. */
bool lw_lowering_visible(const struct lw_snapshot *snapshot, const struct lw_caller *caller,
                         lw_str person);
struct lw_lowering_reader {
  struct lw_db *db;
  const struct lw_snapshot *snapshot;
  const struct lw_caller *caller;
  struct lw_arena *arena;
};
/* LW_NOT_FOUND also when the caller may not see it. */
LW_NODISCARD enum lw_code lw_lowering_print(const struct lw_lowering_reader *reader, lw_str id,
                                            struct lw_buf *out, struct lw_error *err);
/* {"items":[...]}: newest first, at most 500; person empty: everybody's that the caller may see. */
LW_NODISCARD enum lw_code lw_lowering_list(const struct lw_lowering_reader *reader, lw_str person,
                                           struct lw_buf *out, struct lw_error *err);

#endif
