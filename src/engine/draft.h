/* Drafts of the policy: each begins with a version, any text, also one that does not load. Tables
 * policy_drafts, policy_draft_tag; entries policy.draft (docs/formats/journal.md). What is written
 * into a draft stands in no entry: it says nothing about anybody until it is published. The one
 * draft of GET /v1/policy/draft is among them, as "draft". */
#ifndef LW_ENGINE_DRAFT_H
#define LW_ENGINE_DRAFT_H

#include "engine/publish.h"
#include "policy/variable.h"

struct lw_draft {
  lw_str id;     /* "drf_...", or LW_DRAFT_OLD */
  lw_str title;  /* as somebody said it, or empty */
  lw_str words;  /* what its first change says, or empty */
  lw_str source; /* not from lw_draft_list */
  lw_str reason; /* why several changes belong together, or empty */
  uint64_t from; /* the version that it began with; 0: none */
  uint64_t tag;  /* for ETag and If-Match: another one after each change, never 0 or one that was */
  lw_str who;    /* who changed it last */
  lw_usec at;
  bool measured;      /* variables and errors are known */
  uint32_t variables; /* differ from `from`; while it does not load: as when it last did */
  uint32_t errors;
};
#define LW_DRAFT_OLD "draft" /* the id of the one draft that GET /v1/policy/draft knows */

/* Newest first, without sources. The old one is left out while it is just what is live. */
LW_NODISCARD enum lw_code lw_draft_list(struct lw_db *db, struct lw_arena *arena,
                                        struct lw_draft **ret_drafts, uint32_t *ret_count,
                                        struct lw_error *err);
/* LW_NOT_FOUND. */
LW_NODISCARD enum lw_code lw_draft_get(struct lw_db *db, lw_str id, struct lw_arena *arena,
                                       struct lw_draft *ret_draft, struct lw_error *err);
/* Appends {"id","title","from","at","who","name","tag","variables","errors"}; name as `staff` knows
 * them. Members may be added before the brace: it is left out when `open`. */
void lw_draft_print(const struct lw_draft *draft, const struct lw_staff *staff, bool open,
                    struct lw_buf *out);

/* --- what it changes --- */

/* A source read, checked and compared with the version that it began with. */
struct lw_draft_look {
  struct lw_publish checked;     /* its policy is NULL when there are errors */
  struct lw_policy *base;        /* owned; NULL: the live one of the snapshot, or none */
  struct lw_variables variables; /* against the base; empty unless `compared` */
  lw_str words;                  /* of the first change; in the arena */
  bool compared;
};
/* Any thread; takes as long as reading two policies. An error of the policy is no failure.
 * LW_LIMIT, LW_IO, LW_NO_MEMORY. Finish it, whatever came of it. */
LW_NODISCARD enum lw_code lw_draft_look(struct lw_draft_look *look, struct lw_db *db,
                                        const struct lw_snapshot *snapshot, lw_str source,
                                        uint64_t from, struct lw_arena *arena,
                                        struct lw_error *err);
void lw_draft_look_finish(struct lw_draft_look *look);
/* Takes over what was found. */
void lw_draft_measure(struct lw_draft *draft, const struct lw_draft_look *look);

/* --- changing --- */

/* change->user of lw_draft_apply: a new one, or another text, title or reason of one. */
struct lw_draft_put {
  lw_str id;                    /* empty: a new one */
  lw_str title, source, reason; /* ptr NULL: as it is */
  uint64_t from;                /* of a new one */
  bool has_tag;                 /* If-Match was given */
  uint64_t tag;
  const struct lw_draft_look *look; /* of the source as it will be; NULL: the source stays */
  struct lw_draft ret_draft;        /* by apply */
};
/* LW_NOT_FOUND; LW_STALE: somebody changed it meanwhile, or has_tag is not set. 201 and the draft
 * (lw_draft_print), or 200 and {"tag":"5"}. */
enum lw_code lw_draft_apply(struct lw_batch *batch, struct lw_change *change, struct lw_error *err);

/* change->user of lw_draft_remove_apply. */
struct lw_draft_removal {
  lw_str id;
  bool has_tag;
  uint64_t tag;
};
/* LW_NOT_FOUND, LW_STALE. 200 and nothing. */
enum lw_code lw_draft_remove_apply(struct lw_batch *batch, struct lw_change *change,
                                   struct lw_error *err);

/* change->user of lw_draft_split_apply: one draft becomes several, with the same `from`. */
struct lw_draft_split {
  lw_str id;
  bool has_tag;
  uint64_t tag;
  struct lw_draft *parts; /* source, words and what was measured; the rest by apply */
  uint32_t count;
};
/* Any thread: the parts of a draft (policy/split.h), each looked at. LW_CONFLICT, LW_LIMIT;
 * LW_INVALID: it does not load. */
LW_NODISCARD enum lw_code lw_draft_split_prepare(struct lw_draft_split *split, struct lw_db *db,
                                                 const struct lw_snapshot *snapshot,
                                                 const struct lw_draft *draft,
                                                 struct lw_arena *arena, struct lw_error *err);
/* LW_NOT_FOUND, LW_STALE, LW_CONFLICT: too many drafts. 200 and {"items":[...]}. */
enum lw_code lw_draft_split_apply(struct lw_batch *batch, struct lw_change *change,
                                  struct lw_error *err);

/* --- inside the engine --- */

/* The row of that id; *ret_found false: there is none. */
LW_NODISCARD enum lw_code lw_draft_find(struct lw_db *db, lw_str id, struct lw_arena *arena,
                                        struct lw_draft *ret_draft, bool *ret_found,
                                        struct lw_error *err);
/* Writes the row under a new tag, by change->actor, now. */
LW_NODISCARD enum lw_code lw_draft_write(struct lw_batch *batch, const struct lw_change *change,
                                         struct lw_draft *draft, struct lw_error *err);
LW_NODISCARD enum lw_code lw_draft_delete(struct lw_db *db, lw_str id, struct lw_error *err);

#endif
