/* Reviews: somebody looks at a decision afterwards and says whether it gave too little, was right
 * or gave too much, and writes to whoever decided. A review opens a talk and nothing else: no
 * function here, nor any that it calls, changes what somebody may do
 * (docs/explanation/coaching-apart-from-power.md; tests/invariant holds the program to it).
 *
 * Each week a team's queue is drawn: a part at random, by a rank that anybody can compute again
 * (SHA-256 of the journal's hash at the week's end and the decision's id), a part chosen with the
 * reason shown. Tables review, review_answer, review_draft, review_draw, review_share; every change
 * but a draft is an entry review.*, and free texts stand outside the chain.
 *
 * Changes are `apply` functions for lw_change with their input in change->user (borrowed until
 * done); they check rights themselves. Reading takes any connection and thread. */
#ifndef LW_DESK_REVIEW_H
#define LW_DESK_REVIEW_H

#include "desk/approval.h"
#include "engine/council.h"
#include "engine/lists.h"

enum {
  LW_REVIEW_NUMBER = 12,         /* a week, when a team says nothing else */
  LW_REVIEW_NUMBER_MAX = 200,    /* more nobody looks at with care */
  LW_REVIEW_RANDOM_PERCENT = 67, /* the part at random, when a team says nothing else */
  LW_REVIEW_RANDOM_MIN = 20,     /* under it nothing can be said of the rest */
  LW_REVIEW_NOTE_BYTES_MAX = 8000,
  LW_REVIEW_REVIEWERS_MAX = 3 /* first, second, and who decides an appeal */
};
#define LW_WEEK_USEC (INT64_C(7) * 86400 * 1000000)

enum lw_review_state { LW_REVIEW_OPEN, LW_REVIEW_DONE, LW_REVIEW_SKIPPED, LW_REVIEW_STATES };
lw_str lw_review_state_name(enum lw_review_state state); /* "open" "done" "skipped" */

/* Why it stands in the queue. */
enum lw_review_why {
  LW_REVIEW_RANDOM,
  LW_REVIEW_FALLBACK,    /* nobody answered the ask: the route's `otherwise` came */
  LW_REVIEW_LEFT_UNUSED, /* refused or asked, with an own remedy to hand, and nothing was given */
  LW_REVIEW_FAR,         /* the amount lies far from similar cases of the week */
  LW_REVIEW_THIRD,       /* the customer's third remedy within 30 days, or a later one */
  LW_REVIEW_NO_REMEDY,   /* a case that was closed without any decision */
  LW_REVIEW_PICKED,      /* somebody wants it looked at */
  LW_REVIEW_LOW_RATING,  /* the customer rated the case low */
  LW_REVIEW_OTHER,       /* another remedy was given than was first proposed */
  LW_REVIEW_WHYS
};
lw_str lw_review_why_name(enum lw_review_why why); /* "random" "fallback" ... */

enum lw_appeal { LW_APPEAL_NONE, LW_APPEAL_OPEN, LW_APPEAL_STANDS, LW_APPEAL_CHANGED, LW_APPEALS };
lw_str lw_appeal_name(enum lw_appeal appeal); /* "none" "open" "stands" "changed" */

/* What was looked at: a decision, or a case that was closed without one. */
struct lw_review {
  lw_str id;   /* "rev_..." */
  lw_str team; /* of the queue: a path; or empty: picked */
  lw_usec week;
  uint32_t place; /* in the queue, from 0 */
  bool is_case;
  lw_str subject; /* "dec_...", or the case's id */
  lw_str agent;
  lw_str customer;
  lw_str case_id;
  lw_str action;
  lw_str verdict; /* "granted" "ask" "refused"; "none": a case without a decision */
  bool has_amount;
  int64_t amount_minor;
  lw_str currency; /* "USD"; or empty */
  lw_usec happened_at;
  enum lw_review_why why;
  lw_str detail; /* JSON: the figures of `why`; "{}" when there are none */
  bool second;   /* two answer it, neither knowing what the other says */
  enum lw_review_state state;
  lw_str closed_by;
  lw_usec closed_at;
  lw_str skip_reason; /* this and the other texts: references (ledger/text.h), JSON; or empty */
  bool scenario;
  lw_str scenario_by;
  lw_str reply; /* the agent's */
  lw_usec replied_at;
  enum lw_appeal appeal;
  lw_str appeal_text;
  lw_usec appealed_at;
  lw_str appeal_by; /* who decided it; or empty */
  lw_str appeal_note;
  lw_usec appeal_decided_at;
  uint64_t version;   /* from 1; ETag */
  lw_str pick_reason; /* of a picked one: a reference; or empty */
};

/* What one reviewer says. Texts are words of the lists below; empty: not answered (drafts). */
struct lw_review_answer {
  lw_str reviewer;
  lw_usec at;
  uint32_t place;    /* 0 the first, 1 the second, 2 who decided the appeal */
  lw_str amount;     /* "too_little" "right" "too_much" */
  lw_str cause;      /* "right" "wrong" "unsure" */
  lw_str kept;       /* is the customer: "yes" "no" "unsure" */
  lw_str understood; /* what mattered: "yes" "not_yet" */
  lw_str note;       /* as said; of the store: a reference */
};
/* Reads {"amount","cause","kept","understood","note"}: words and lengths; whole: none of the
 * questions may be missing. Other members are faults. Texts are borrowed from value. False: there
 * is a fault more. */
bool lw_review_answer_read(const struct lw_value *value, bool whole, struct lw_review_answer *ret,
                           struct lw_faults *faults);

/* --- rights --- */

/* Whether the caller may do that about this person, the mode in mind. Never true of REVIEW about
 * oneself. */
bool lw_review_covers(const struct lw_caller *caller, enum lw_access access,
                      const struct lw_staff *staff, lw_str person, bool works_council);
/* Whether the caller may draw and set up the queue of that team (a path). */
bool lw_review_covers_team(const struct lw_caller *caller, lw_str team);

/* --- the queue --- */

/* What is drawn, found by lw_review_choose and written by lw_review_draw. */
struct lw_review_drawing {
  const struct lw_caller *caller;
  lw_str team;   /* a path */
  lw_usec week;  /* it begins on a Monday by the policy's clock, */
  lw_usec until; /* and ends before this moment */
  uint32_t number;
  uint32_t random_percent;
  uint64_t seed_seq; /* the last decision of the week, of anybody; 0: there was none */
  lw_hash seed;      /* its entry's hash; zeroes: there was none */
  uint64_t pool;     /* how many there were to draw from */
  struct lw_review *items;
  uint32_t count;
};
/* The week that contains `at`, by the zone's clock (NULL: UTC): sets week and until. */
void lw_review_set_week(const struct lw_tz *zone, lw_usec at, struct lw_review_drawing *drawing);
/* Draws the team's week from the record: reads only; the same record gives the same queue. team,
 * week, until, number and random_percent are set; fills in the rest, in arena. Looks at no more
 * than some thousand decisions closely, taken by rank. */
LW_NODISCARD enum lw_code lw_review_choose(const struct lw_desk_reader *reader,
                                           struct lw_lists *lists,
                                           struct lw_review_drawing *drawing, struct lw_error *err);
/* The rank of a decision or case: the lower is drawn first. SHA-256 over the seed's hex, a line
 * feed, and the id. */
lw_hash lw_review_rank(struct lw_hasher *hasher, const lw_hash *seed, lw_str id);

/* user: struct lw_review_drawing. 201 with what was drawn; 200 when that week was drawn before. */
enum lw_code lw_review_draw(struct lw_batch *batch, struct lw_change *change, struct lw_error *err);

/* POST /v1/reviews {"decision"} or {"case"}: somebody wants it looked at. 201; 200 when it stands
 * in a queue already. */
struct lw_review_pick {
  const struct lw_caller *caller;
  lw_id decision;
  lw_str case_id; /* a case; or empty: the decision */
  lw_str reason;  /* in their words; or empty */
};
enum lw_code lw_review_pick(struct lw_batch *batch, struct lw_change *change, struct lw_error *err);

/* --- reviewing --- */

/* What the calls about one review take; each uses what is its own. */
struct lw_review_act {
  const struct lw_caller *caller;
  lw_str review; /* "rev_..." */
  struct lw_review_answer answer;
  lw_str text;  /* skip: the reason; reply; appeal; decide: the note */
  lw_str draft; /* JSON, as it came */
  bool marked;  /* scenario */
  bool changed; /* decide: the answer takes the first one's place */
};
/* A draft of the caller's own: kept until they send or skip, whatever becomes of case or decision;
 * no entry. 200 {"saved"}. */
enum lw_code lw_review_save(struct lw_batch *batch, struct lw_change *change, struct lw_error *err);
/* 200 with the review. LW_CONFLICT: answered, or skipped. */
enum lw_code lw_review_send(struct lw_batch *batch, struct lw_change *change, struct lw_error *err);
enum lw_code lw_review_skip(struct lw_batch *batch, struct lw_change *change, struct lw_error *err);
/* Two shall answer it: before anybody has. */
enum lw_code lw_review_ask_second(struct lw_batch *batch, struct lw_change *change,
                                  struct lw_error *err);
enum lw_code lw_review_mark(struct lw_batch *batch, struct lw_change *change, struct lw_error *err);
/* By the agent whom it is about. */
enum lw_code lw_review_reply(struct lw_batch *batch, struct lw_change *change,
                             struct lw_error *err);
enum lw_code lw_review_appeal(struct lw_batch *batch, struct lw_change *change,
                              struct lw_error *err);
/* By somebody who may review and has not answered it. */
enum lw_code lw_review_decide_appeal(struct lw_batch *batch, struct lw_change *change,
                                     struct lw_error *err);

/* --- shares --- */

struct lw_review_share {
  lw_str team;
  uint32_t number;
  uint32_t random_percent;
  bool set; /* the team said so itself */
};
LW_NODISCARD enum lw_code lw_review_share_get(struct lw_db *db, lw_str team,
                                              struct lw_review_share *ret_share,
                                              struct lw_error *err);
struct lw_review_sharing {
  const struct lw_caller *caller;
  struct lw_review_share share;
};
/* 200 with the share, and what the record proposes. */
enum lw_code lw_review_share_set(struct lw_batch *batch, struct lw_change *change,
                                 struct lw_error *err);
/* {"team","number","random_percent","set","proposed":{"number","random_percent","random":{"sent",
 * "trouble"},"chosen":{...},"words":[...]}}; `proposed` from the last half year. */
LW_NODISCARD enum lw_code lw_review_share_print(struct lw_db *db, lw_str team, lw_usec now,
                                                struct lw_buf *out, struct lw_error *err);

/* --- reading --- */

/* LW_NOT_FOUND. */
LW_NODISCARD enum lw_code lw_review_get(struct lw_db *db, lw_str id, struct lw_arena *arena,
                                        struct lw_review *ret_review, struct lw_error *err);
/* The one about that decision or case; *ret_found. */
LW_NODISCARD enum lw_code lw_review_of(struct lw_db *db, lw_str subject, struct lw_arena *arena,
                                       bool *ret_found, struct lw_review *ret_review,
                                       struct lw_error *err);
/* In order of their places; in arena. */
LW_NODISCARD enum lw_code lw_review_answers(struct lw_db *db, lw_str id, struct lw_arena *arena,
                                            struct lw_review_answer **ret_answers,
                                            uint32_t *ret_count, struct lw_error *err);
/* Whoever may review its agent; its agent, once it is done. */
bool lw_review_visible(const struct lw_desk_reader *reader, const struct lw_review *review,
                       bool works_council);
/* As api/openapi.yaml has a Review. Of one that two answer, nobody who may be the second sees what
 * the first said. */
LW_NODISCARD enum lw_code lw_review_print(const struct lw_desk_reader *reader,
                                          const struct lw_review *review, bool works_council,
                                          struct lw_buf *out, struct lw_error *err);

struct lw_review_query {
  lw_str team;  /* with its sub-teams; or empty */
  lw_usec week; /* 0: any */
  bool has_state;
  enum lw_review_state state;
  bool waits;    /* only those that wait for an answer: a second one, too */
  bool appealed; /* only those whose appeal waits */
  bool scenario; /* only those marked: names are left out */
  lw_str agent;
  lw_str after;   /* an id; newest first; with `week`: the queue's order, and no pages */
  uint32_t limit; /* 0: LW_PAGE; at most LW_PAGE_MAX */
};
/* {"items":[...],"next","draw":{...} of team and week}. */
LW_NODISCARD enum lw_code lw_review_list(const struct lw_desk_reader *reader,
                                         const struct lw_review_query *query, struct lw_buf *out,
                                         struct lw_error *err);

/* What reviewers said of an agent's decisions since then: how many reviews, and by what their
 * last word on the amount is (an appeal's, else the first reviewer's). */
struct lw_review_tally {
  int64_t sent, too_little, right, too_much;
};
void lw_review_tally_add(struct lw_review_tally *tally, const struct lw_review_tally *part);
/* The same of everybody (agent empty), or of one: some parts of each agent's tally, one after the
 * other. agent is borrowed for the call. */
LW_NODISCARD enum lw_code lw_review_tally_each(struct lw_db *db, lw_str agent, lw_usec since,
                                               void (*visit)(void *user, lw_str agent,
                                                             const struct lw_review_tally *part),
                                               void *user, struct lw_error *err);
LW_NODISCARD enum lw_code lw_review_tally_get(struct lw_db *db, lw_str agent, lw_usec since,
                                              struct lw_review_tally *ret_tally,
                                              struct lw_error *err);

#endif
