/* Coaching: a talk between somebody and whoever leads them, kept so that both can come back to it:
 * notes, steps that were agreed (each done or open), a day to look again, and what the person's own
 * figures said when it began (track/since.h says what they say since).
 *
 * It is the two's: nobody else reads it, quality and administrators included. When the lead does
 * not lead them any more, whoever does takes their place. It changes nothing but its own tables:
 * docs/explanation/coaching-apart-from-power.md, tests/invariant.
 *
 * Tables coaching, coaching_note, coaching_step; every change is an entry coaching.*, and free
 * texts stand outside the chain, kept about the person: erasing them takes the words away.
 *
 * Changes are `apply` functions for lw_change with their input in change->user (borrowed until
 * done); they check rights themselves. Reading takes any connection and thread. */
#ifndef LW_DESK_COACHING_H
#define LW_DESK_COACHING_H

#include "desk/review.h"

enum {
  LW_COACHING_TEXT_BYTES_MAX = 8000,
  LW_COACHING_NOTES_MAX = 200, /* of one talk: then it is another talk */
  LW_COACHING_STEPS_MAX = 20   /* more nobody keeps in mind */
};
/* So far ahead a day to look again may lie. */
#define LW_COACHING_AHEAD_USEC_MAX (INT64_C(366) * 86400 * 1000000)

struct lw_coaching {
  lw_str id; /* "cch_..." */
  lw_str person;
  lw_str lead; /* who began it, or whoever took their place */
  bool closed;
  lw_str review;  /* what it began with: "rev_..."; */
  lw_str measure; /* or a figure: "amount" "given" "asked"; or both empty */
  lw_usec opened_at;
  lw_usec follow_up_at; /* 0: none was set */
  lw_usec told_at;      /* when the lead was told that it is due; 0: not yet */
  lw_usec closed_at;
  lw_str closed_by;
  lw_str before; /* JSON (track/since.h): the figures when it began; or empty */
  uint64_t version;
};

struct lw_coaching_step {
  uint32_t place; /* from 1 */
  lw_usec at;
  lw_str by;
  lw_str text;    /* as said; of the store: a reference (ledger/text.h), JSON */
  lw_usec due_at; /* 0: no day was named */
  lw_usec done_at;
  lw_str done_by;
};

/* --- rights --- */

/* Whether that person may read it and write in it: the one concerned, and the lead; whoever leads
 * them once the lead does not. */
bool lw_coaching_visible(const struct lw_staff *staff, const struct lw_caller *caller,
                         const struct lw_coaching *coaching);
/* Whether the caller leads that person, and so may begin a talk. */
bool lw_coaching_leads(const struct lw_staff *staff, const struct lw_caller *caller, lw_str person);

/* --- changes --- */

/* POST /v1/coaching. */
struct lw_coaching_begin {
  const struct lw_caller *caller;
  lw_str person;
  lw_str review;
  lw_str measure;
  lw_str note; /* may be empty */
  struct lw_coaching_step steps[LW_COACHING_STEPS_MAX];
  uint32_t n_steps;
  lw_usec follow_up_at; /* 0: none */
  lw_str before;        /* JSON; or empty */
};
/* 201. LW_FORBIDDEN: the caller does not lead them. LW_NOT_FOUND: a review that is not about them,
 * or not for the caller. */
enum lw_code lw_coaching_open(struct lw_batch *batch, struct lw_change *change,
                              struct lw_error *err);

/* What the calls about one talk take; each uses what is its own. All answer 200 with the talk;
 * LW_CONFLICT: it is closed. */
struct lw_coaching_act {
  const struct lw_caller *caller;
  lw_str coaching;
  lw_str text;    /* note; step; close: may be empty */
  lw_usec at;     /* step: by when; follow-up: when; 0: none */
  uint32_t place; /* tick: which step */
  bool done;      /* tick */
};
/* By either. */
enum lw_code lw_coaching_note(struct lw_batch *batch, struct lw_change *change,
                              struct lw_error *err);
enum lw_code lw_coaching_agree(struct lw_batch *batch, struct lw_change *change,
                               struct lw_error *err);
enum lw_code lw_coaching_tick(struct lw_batch *batch, struct lw_change *change,
                              struct lw_error *err);
/* By the lead. */
enum lw_code lw_coaching_follow_up(struct lw_batch *batch, struct lw_change *change,
                                   struct lw_error *err);
enum lw_code lw_coaching_close(struct lw_batch *batch, struct lw_change *change,
                               struct lw_error *err);
/* Tells the lead whose day to look again has come. A row of lw_engine_add_due. */
extern const struct lw_due lw_coachings_due;

/* --- reading --- */

/* LW_NOT_FOUND. */
LW_NODISCARD enum lw_code lw_coaching_get(struct lw_db *db, lw_str id, struct lw_arena *arena,
                                          struct lw_coaching *ret_coaching, struct lw_error *err);
/* As api/openapi.yaml has a Coaching. */
LW_NODISCARD enum lw_code lw_coaching_print(const struct lw_desk_reader *reader,
                                            const struct lw_coaching *coaching, struct lw_buf *out,
                                            struct lw_error *err);

struct lw_coaching_query {
  lw_str person; /* or empty */
  bool open;     /* only those that are not closed */
  bool due;      /* only those whose day to look again has come */
  lw_str after;  /* an id; newest first */
  uint32_t limit;
};
/* {"items":[...],"next"}: those that are the caller's. */
LW_NODISCARD enum lw_code lw_coaching_list(const struct lw_desk_reader *reader,
                                           const struct lw_coaching_query *query,
                                           struct lw_buf *out, struct lw_error *err);

#endif
