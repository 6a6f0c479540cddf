/* The shadow: one policy beside the live one that decides every request too, on the same state, and
 * is never acted on: it draws nothing, holds nothing, asks nobody. What it said stands in the
 * decision's entry (`shadow`), for those who change the policy. Table policy_shadow; entries
 * policy.shadow_started and policy.shadow_ended (docs/formats/journal.md);
 * docs/decisions/shadow.md has the reasons.
 *
 * It is a text as it was when it began (of a draft, a version, or given): a draft that changes
 * afterwards is not what runs. Budgets are read as they stand under whatever is live; those that
 * only the shadow has are never drawn from. */
#ifndef LW_ENGINE_SHADOW_H
#define LW_ENGINE_SHADOW_H

#include "engine/publish.h"

struct lw_order;

enum { LW_SHADOW_DAYS_MAX = 366, LW_SHADOW_TAG_BYTES = 16 };

enum lw_shadow_end {
  LW_SHADOW_STOPPED,   /* by somebody */
  LW_SHADOW_REPLACED,  /* another began */
  LW_SHADOW_TIME,      /* at `until` */
  LW_SHADOW_PUBLISHED, /* its draft became a version */
  LW_SHADOW_DELETED,   /* its draft was deleted, or split */
  LW_SHADOW_UNFIT,     /* a version went live that counts budgets in another way */
  LW_SHADOW_UNREADABLE /* this program does not load it any more */
};
lw_str lw_shadow_end_name(enum lw_shadow_end end); /* "stopped" "replaced" ... */

/* As it stands in the table. */
struct lw_shadow {
  uint64_t seq;       /* of the entry that began it */
  lw_str title;       /* as its draft's, or empty */
  lw_str draft;       /* an id, or empty */
  uint64_t draft_tag; /* the draft's then; 0: no draft */
  uint64_t version;   /* 0: no version */
  lw_str tag;         /* of the text: the first 64 bits of its SHA-256, in hexadecimal */
  lw_usec at;
  lw_usec until; /* 0: until somebody ends it */
  lw_str who;
  lw_str reason;         /* empty: none, or erased */
  const lw_str *undrawn; /* budgets that only it has; only from lw_shadow_start_apply */
  uint32_t n_undrawn;
};

/* --- changing --- */

/* change->user of lw_shadow_start_apply. init, prepare (any thread), submit; finish when done. */
struct lw_shadow_start {
  struct lw_publish
      publish; /* the text; its note is why, its draft and draft_tag whose text it is */
  lw_str title;
  uint64_t version; /* whose text it is; 0: none's */
  lw_usec until;    /* 0: none */
  lw_str *undrawn;  /* by prepare */
  uint32_t n_undrawn;
};
void lw_shadow_start_init(struct lw_shadow_start *start, lw_str source, struct lw_arena *arena);
/* Checks the text, and that it counts budgets as the live policy does. LW_INVALID with findings;
 * LW_CONFLICT: no policy is live, or a budget that both have would be counted in two ways. */
LW_NODISCARD enum lw_code lw_shadow_start_prepare(struct lw_shadow_start *start,
                                                  const struct lw_snapshot *snapshot,
                                                  struct lw_error *err);
void lw_shadow_start_finish(struct lw_shadow_start *start);
/* change->apply: 200 and the shadow, with counts of nothing. One that runs ends. LW_STALE: its
 * draft has changed or is gone; LW_INVALID: until; LW_CONFLICT as prepare. */
enum lw_code lw_shadow_start_apply(struct lw_batch *batch, struct lw_change *change,
                                   struct lw_error *err);
/* change->apply; user: why (a lw_str, may be empty). 200 and the shadow that ended. LW_NOT_FOUND:
 * none runs. */
enum lw_code lw_shadow_stop_apply(struct lw_batch *batch, struct lw_change *change,
                                  struct lw_error *err);
/* One whose time is over: a row of lw_engine_add_due. */
extern const struct lw_due lw_shadow_due;

/* --- reading --- */

/* LW_NOT_FOUND, with words: none runs. */
LW_NODISCARD enum lw_code lw_shadow_get(struct lw_db *db, struct lw_arena *arena,
                                        struct lw_shadow *ret_shadow, struct lw_error *err);
/* Appends {"title","draft","draft_tag","version","tag","since","until","who","name","reason",
 * "undrawn"}; undrawn from the shadow, or from the snapshot when it is the one that runs there.
 * Members may be added before the brace: it is left out when `open`. */
void lw_shadow_print(const struct lw_shadow *shadow, const struct lw_snapshot *snapshot, bool open,
                     struct lw_buf *out);

/* --- inside the engine --- */

extern const struct lw_migration lw_shadow_migrations[];
extern const size_t lw_shadow_migrations_count;

/* The same without what is kept as text; *ret_found false: none. */
LW_NODISCARD enum lw_code lw_shadow_find(struct lw_db *db, struct lw_arena *arena,
                                         struct lw_shadow *ret_shadow, bool *ret_found,
                                         struct lw_error *err);
/* Its source. */
LW_NODISCARD enum lw_code lw_shadow_source(struct lw_db *db, struct lw_arena *arena,
                                           lw_str *ret_source, struct lw_error *err);
/* Ends it if it is that draft's. */
LW_NODISCARD enum lw_code lw_shadow_end_draft(struct lw_batch *batch, struct lw_change *change,
                                              lw_str draft, enum lw_shadow_end how,
                                              struct lw_error *err);
/* Another policy becomes live: ends it if the two would count a budget differently. */
LW_NODISCARD enum lw_code lw_shadow_end_unfit(struct lw_batch *batch, struct lw_change *change,
                                              const struct lw_policy *next, struct lw_error *err);

/* What it said to a request. Texts are its decider's or the order's. */
struct lw_shadow_said {
  lw_str tag; /* empty: no shadow */
  bool failed;
  lw_str error; /* where it could not decide: "action", "facts.tier", "when" */
  enum lw_verdict verdict;
  bool differs; /* failed, or another verdict than what was acted on */
  bool has_possible;
  int64_t possible_minor; /* not granted: so much it would give at once */
};
/* Reads the order's request against the snapshot's shadow, if there is one; nothing of it ever
 * fails the order. */
void lw_shadow_read(struct lw_order *order, const struct lw_snapshot *snapshot,
                    const struct lw_request_options *options, struct lw_arena *arena);
/* Decides it, before what was granted is drawn. */
void lw_shadow_decide(const struct lw_batch *batch, const struct lw_order *order,
                      const struct lw_outcome *outcome, struct lw_shadow_said *ret_said);
/* Appends `,"shadow":{...}`, or nothing. */
void lw_shadow_add_said(const struct lw_shadow_said *said, struct lw_buf *out);

#endif
