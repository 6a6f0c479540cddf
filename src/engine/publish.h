/* Versions of the policy: checked, published, taken back; which one is normal; the one draft of
 * before there were several (engine/draft.h). Tables policy_version, policy_live, policy_normal;
 * entries policy.published, policy.rolled_back and policy.normal (docs/formats/journal.md). A
 * version never changes once it is there, and its source stays. */
#ifndef LW_ENGINE_PUBLISH_H
#define LW_ENGINE_PUBLISH_H

#include "engine/engine.h"

/* --- publishing --- */

/* A policy on its way to be live: change->user of lw_publish_apply. init, prepare (any thread),
 * then submit; finish when the change is done, whatever came of it. */
struct lw_publish {
  lw_str source; /* borrowed until finish */
  lw_str note;   /* what changed and why; may be empty; kept as a text */
  lw_str reason; /* why several variables change at once; may be empty; kept as a text */
  lw_str draft;  /* engine/draft.h: the one that it comes from, which goes; or empty */
  uint64_t draft_tag;
  uint32_t variables; /* changed against version `against`; by lw_publish_compare */
  uint64_t against;   /* with `draft`, another one live by then is LW_CONFLICT */
  bool renames;       /* the organization may have another name than the live version says */
  bool quiet;         /* prepare looks for errors only, not for warnings */
  bool ends_trials;   /* trials that run end, rather than being in the way (canary.h) */
  lw_str trial;       /* lw_publish_write: members of its entry, when it is for some teams only */
  /* By prepare. */
  struct lw_diags diags;    /* what was found, sorted by place; in `arena` */
  struct lw_arena *arena;   /* borrowed */
  struct lw_policy *policy; /* owned until the engine takes it */
  uint64_t number;          /* by apply: the version that it became */
};
void lw_publish_init(struct lw_publish *publish, lw_str source, struct lw_arena *arena);
/* Reads and checks the policy as `policy check` does, with these people (may be NULL). LW_INVALID
 * when there are errors, LW_LIMIT, LW_NO_MEMORY: nothing is to be submitted then; *err has the
 * first error, publish->diags all of them. */
LW_NODISCARD enum lw_code lw_publish_prepare(struct lw_publish *publish,
                                             const struct lw_staff *staff, struct lw_error *err);
/* What a prepared policy changes against the live one, in `arena`: publish->variables, and
 * *ret_paths, "a.b, c.d". Any thread. */
LW_NODISCARD enum lw_code lw_publish_compare(struct lw_publish *publish,
                                             const struct lw_snapshot *snapshot, lw_str *ret_paths,
                                             struct lw_error *err);
void lw_publish_finish(struct lw_publish *publish);

/* change->apply of a prepared publish. LW_CONFLICT when the organization's name is another one
 * (unless `renames`), or, once something was decided, the currency. 201 and the version as
 * lw_publish_print_version has it, with `variables` and `findings`. The very source that is live:
 * 200, the live version, nothing recorded. LW_STALE: the draft has changed or is gone. */
enum lw_code lw_publish_apply(struct lw_batch *batch, struct lw_change *change,
                              struct lw_error *err);

/* An earlier version live again: change->user. */
struct lw_publish_rollback {
  uint64_t number; /* 0: the one that was live before */
  bool normal;     /* the normal one, whatever number says */
  lw_str note;
};
/* LW_NOT_FOUND: there is no such version; LW_CONFLICT: it is live already, or it does not load any
 * more. 200 and the version. */
enum lw_code lw_publish_rollback_apply(struct lw_batch *batch, struct lw_change *change,
                                       struct lw_error *err);

/* The version that counts as normal: change->user is its number (uint64_t). LW_NOT_FOUND: there is
 * no such version. 200 and the version; nothing is recorded when it is normal already. */
enum lw_code lw_publish_normal_apply(struct lw_batch *batch, struct lw_change *change,
                                     struct lw_error *err);
/* 0: none is marked. */
LW_NODISCARD enum lw_code lw_publish_normal(struct lw_db *db, uint64_t *ret_number,
                                            struct lw_error *err);

/* --- versions --- */

struct lw_publish_version {
  uint64_t number; /* from 1 */
  lw_usec at;      /* when it was published */
  lw_str who;
  lw_str note;   /* empty: none, or erased */
  lw_str reason; /* of several variables at once; empty: none, or erased */
  lw_str organization;
  lw_str sha256; /* of the source, hexadecimal */
  bool live;
  bool normal;
  lw_usec live_at; /* when it became live last */
  lw_str source;   /* only from lw_publish_get */
};

/* Newest first, those before number `after` (0: from the newest), at most `limit`. */
LW_NODISCARD enum lw_code lw_publish_versions(struct lw_db *db, uint64_t after, uint32_t limit,
                                              struct lw_arena *arena,
                                              struct lw_publish_version **ret_versions,
                                              uint32_t *ret_count, struct lw_error *err);
/* With its source. number 0: the live one. LW_NOT_FOUND. */
LW_NODISCARD enum lw_code lw_publish_get(struct lw_db *db, uint64_t number, struct lw_arena *arena,
                                         struct lw_publish_version *ret_version,
                                         struct lw_error *err);
/* Appends {"version":3,"live":true,"live_at":"...","at":"...","who":"...","note":"...",
 * "organization":"...","sha256":"..."} and, if it has them, "reason", "normal":true, "source". */
void lw_publish_print_version(const struct lw_publish_version *version, struct lw_buf *out);

/* --- the draft: one in an installation; any text, also one that does not load --- */

struct lw_publish_draft {
  lw_str source;
  uint64_t tag; /* for ETag and If-Match: another one after each change, never 0 */
  lw_str who;
  lw_usec at;
  uint64_t from; /* the version that it began with, 0: none */
};
/* The draft; when there is none, the live version's source with tag 1; LW_NOT_FOUND when there is
 * neither. */
LW_NODISCARD enum lw_code lw_publish_draft_get(struct lw_db *db, struct lw_arena *arena,
                                               struct lw_publish_draft *ret_draft,
                                               struct lw_error *err);

struct lw_draft_look;
/* change->user of lw_publish_draft_apply. */
struct lw_publish_draft_put {
  lw_str source;
  bool has_tag; /* If-Match was given */
  uint64_t tag;
  uint64_t from;                    /* the version that it began with, 0: none */
  const struct lw_draft_look *look; /* engine/draft.h; NULL: not looked at */
  uint64_t ret_tag;                 /* by apply: the draft's new tag */
};
/* LW_STALE when somebody changed it meanwhile, or when has_tag is not set and there is a draft. 200
 * and {"tag":"5"}. */
enum lw_code lw_publish_draft_apply(struct lw_batch *batch, struct lw_change *change,
                                    struct lw_error *err);

/* --- inside the engine --- */

/* The next version, with its entry: live, or with publish->trial on trial. Sets publish->number. */
LW_NODISCARD enum lw_code lw_publish_write(struct lw_batch *batch, struct lw_change *change,
                                           struct lw_publish *publish, struct lw_error *err);
/* That version is for everybody from the next change on; the entry is the caller's. */
LW_NODISCARD enum lw_code lw_publish_set_live(struct lw_batch *batch, uint64_t number,
                                              struct lw_error *err);
/* Whoever had another version until now is to read what changes (engine/reads.h). */
LW_NODISCARD enum lw_code lw_publish_tell(struct lw_batch *batch, struct lw_change *change,
                                          const struct lw_policy *policy, uint64_t number,
                                          struct lw_error *err);
/* LW_CONFLICT: another organization's, or another currency than decisions were made in. */
LW_NODISCARD enum lw_code lw_publish_check(struct lw_batch *batch, const struct lw_publish *publish,
                                           struct lw_error *err);

extern const struct lw_migration lw_publish_migrations[];
extern const size_t lw_publish_migrations_count;

#endif
