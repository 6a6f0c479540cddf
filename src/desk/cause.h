/* Causes: what lies behind a point of a chart that left its usual course, as somebody typed it, and
 * who sees to a root cause (a reason of the policy) by what. Tables cause_note and cause; every
 * change is an entry cause.*, and free texts stand outside the chain: about the agent whose chart
 * it is, else about whoever typed them.
 *
 * Changes are `apply` functions for lw_change with their input in change->user (borrowed until
 * done); they check rights themselves. Reading takes any connection and thread. */
#ifndef LW_DESK_CAUSE_H
#define LW_DESK_CAUSE_H

#include "engine/lists.h"
#include "people/access.h"

enum { LW_CAUSE_TEXT_BYTES_MAX = 2000 };

/* --- points of charts --- */

/* Which chart: texts as GET /v1/track/charts takes them; empty: any. */
struct lw_cause_place {
  lw_str of; /* "amount" ... */
  lw_str by; /* "day" "week" */
  lw_str team;
  lw_str agent;
  lw_str cause;
};
struct lw_cause_note {
  lw_usec at;  /* of the point */
  lw_str text; /* empty: it was erased */
  lw_str who;
  lw_usec noted_at;
};
/* All of a chart, by point; in arena. */
LW_NODISCARD enum lw_code lw_cause_notes(struct lw_db *db, const struct lw_cause_place *place,
                                         struct lw_arena *arena, struct lw_cause_note **ret_notes,
                                         uint32_t *ret_count, struct lw_error *err);
/* {"text","by","at"}; of an erased one without its text. */
void lw_cause_note_print(const struct lw_cause_note *note, struct lw_buf *out);

/* POST /v1/track/charts/causes. 201; 200 when another was there, whose place it takes. */
struct lw_cause_noting {
  const struct lw_caller *caller;
  struct lw_cause_place place;
  lw_usec at;
  lw_str text;
};
/* user: struct lw_cause_noting. 201 where nothing was said of that point, else 200, with the note.
 */
enum lw_code lw_cause_note_put(struct lw_batch *batch, struct lw_change *change,
                               struct lw_error *err);

/* --- root causes --- */

struct lw_cause {
  lw_str name;         /* the reason's */
  lw_str owner;        /* a person's id; or empty */
  lw_str fix;          /* what is done about it; empty: nothing yet, or erased */
  lw_usec fix_at;      /* from when on it should show; 0: no date */
  uint64_t fix_policy; /* the version of the policy that is the fix; 0: none */
  lw_str who;          /* changed it last */
  lw_usec changed_at;
  uint64_t version; /* from 1; ETag; 0: nobody has said anything of it */
};
/* *ret_cause is blank but for its name where nothing is kept. */
LW_NODISCARD enum lw_code lw_cause_get(struct lw_db *db, lw_str name, struct lw_arena *arena,
                                       struct lw_cause *ret_cause, struct lw_error *err);
/* All that something is kept of; in arena. */
LW_NODISCARD enum lw_code lw_cause_all(struct lw_db *db, struct lw_arena *arena,
                                       struct lw_cause **ret_causes, uint32_t *ret_count,
                                       struct lw_error *err);
/* Its label and department as the policy has them (policy may be NULL), owner, fix and who changed
 * it: members without braces. */
void lw_cause_print(const struct lw_cause *cause, const struct lw_snapshot *snapshot,
                    struct lw_buf *out);

/* PUT /v1/causes/{cause}: the whole of it. LW_STALE: somebody else has changed it meanwhile. */
struct lw_cause_change {
  const struct lw_caller *caller;
  struct lw_cause cause;
  bool has_tag;
  uint64_t tag;
};
/* user: struct lw_cause_change. */
enum lw_code lw_cause_put(struct lw_batch *batch, struct lw_change *change, struct lw_error *err);
/* Whoever sees to causes everywhere, and the cause's owner. */
bool lw_cause_may_change(const struct lw_caller *caller, const struct lw_cause *cause);

#endif
