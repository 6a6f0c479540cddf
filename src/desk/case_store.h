/* Private to desk: cases as rows, and bodies read into them. */
#ifndef LW_DESK_CASE_STORE_H
#define LW_DESK_CASE_STORE_H

#include "desk/case.h"

#define LW_CASE_COLUMNS                                                                            \
  "id, customer, owner, department, channel, subject, state, opened_at, closed_at, "               \
  "last_update_at, promise_at, reopened, escalated, facts, nudges, nudged_at, changed_at, version"

LW_NODISCARD enum lw_code lw_case_insert(struct lw_db *db, const struct lw_case *found,
                                         struct lw_error *err);
LW_NODISCARD enum lw_code lw_case_update(struct lw_db *db, const struct lw_case *found,
                                         struct lw_error *err);
void lw_case_take(const struct lw_stmt *row, struct lw_arena *arena, struct lw_case *ret_case);

/* Whether the body says what the records say: what conditions read; and, once it is open, whose
 * case it is. */
bool lw_case_claims(const struct lw_value *value, bool opening);
/* Puts a checked body into the case: everything but id, subject and facts. */
void lw_case_put(struct lw_case *found, const struct lw_value *value, lw_usec now,
                 struct lw_arena *arena);
/* RFC 7396: appends target as the patch leaves it. target may be NULL. */
void lw_case_merge(const struct lw_value *target, const struct lw_value *patch, struct lw_buf *out);

/* Something that happened to a case: a row of case_story. */
struct lw_case_link {
  lw_usec at;
  lw_str kind;       /* "opened", "handed" (another owner or department), "changed", "nudged" */
  lw_str by;         /* an actor */
  lw_str owner;      /* opened, handed: whose it became; or empty */
  lw_str before;     /* handed: whose it was; or empty */
  lw_str department; /* opened, handed */
  lw_str note;       /* reference, JSON; or empty */
};

/* Appends an entry about the case, and its row in the story (whose time and actor are the batch's).
 * Finishes the body either way. */
LW_NODISCARD enum lw_code lw_case_tell(struct lw_batch *batch, struct lw_change *change,
                                       enum lw_event event, lw_str id,
                                       const struct lw_case_link *link, struct lw_buf *body,
                                       struct lw_error *err);
/* What happened last, oldest first, at most `most`; in arena. */
LW_NODISCARD enum lw_code lw_case_story(struct lw_db *db, lw_str id, uint32_t most,
                                        struct lw_arena *arena, struct lw_case_link **ret_links,
                                        uint32_t *ret_count, struct lw_error *err);
/* Who has it and is still here; NULL: nobody. */
const struct lw_person *lw_case_holder(const struct lw_staff *staff, const struct lw_case *found);
/* The team that a department names: by its id, or by its path from the top; or NULL. */
const struct lw_team *lw_case_team(const struct lw_staff *staff, lw_str department);
/* Whether nobody has the case and the caller is one of those who then see to it (case_seen.c). */
bool lw_case_loose_seen(const struct lw_desk_reader *reader, const struct lw_case *found);
/* When it was last moved: changed, or its customer told something. */
lw_usec lw_case_moved(const struct lw_case *found);

#endif
