/* Private to desk: cases as rows, and bodies read into them. */
#ifndef LW_DESK_CASE_STORE_H
#define LW_DESK_CASE_STORE_H

#include "desk/case.h"

#define LW_CASE_COLUMNS                                                                            \
  "id, customer, owner, department, channel, subject, state, opened_at, closed_at, "               \
  "last_update_at, promise_at, reopened, escalated, facts, nudges, nudged_at, changed_at, "        \
  "version, waiting_for, updates, owners, owner_changes, department_changes, reopenings, "         \
  "nudges_answered, first_owner_at, first_resolved_at, unowned, silence, nudge_wait, moved_at, "   \
  "moved_place, asked_at, last_owner, last_department"
#define LW_CASE_STORY_COLUMNS "at, kind, actor, owner, before, department, note, place, state"

/* These two leave the figures alone. */
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
  lw_str kind;       /* "opened", "handed" (another owner or department), "changed", "nudged";
                        "recorded": told later, with all that it was then */
  lw_str by;         /* an actor */
  lw_str owner;      /* opened, handed, recorded: whose it became; or empty */
  lw_str before;     /* handed: whose it was; or empty */
  lw_str department; /* opened, handed, recorded */
  lw_str note;       /* reference, JSON; or empty */
  int64_t place;     /* among what happened at that moment */
  bool has_state;
  enum lw_case_state state; /* from then on */
};

/* Appends an entry about the case, and its row in the story (whose time and actor are the batch's,
 * and whose state is the case's), and brings the figures up to date, in the row and in `found`.
 * Finishes the body either way. */
LW_NODISCARD enum lw_code lw_case_tell(struct lw_batch *batch, struct lw_change *change,
                                       enum lw_event event, struct lw_case *found,
                                       const struct lw_case_link *link, struct lw_buf *body,
                                       struct lw_error *err);
/* A row of the story as it stands in link; seq: of its entry. */
LW_NODISCARD enum lw_code lw_case_add_story(struct lw_db *db, uint64_t seq, lw_str id,
                                            const struct lw_case_link *link, struct lw_error *err);
void lw_case_take_link(const struct lw_stmt *row, struct lw_arena *arena,
                       struct lw_case_link *ret_link);

/* Whether what happened then comes after all that the figures know. */
bool lw_case_figures_follow(const struct lw_case_figures *figures, lw_usec at, int64_t place);
/* One more step, kept in the row; the link is not in the story yet. */
LW_NODISCARD enum lw_code lw_case_figures_step(struct lw_db *db, lw_str id,
                                               const struct lw_case_link *link,
                                               struct lw_case_figures *figures,
                                               struct lw_error *err);
/* From the whole story; _anew keeps them in the row. Their texts live in arena. */
LW_NODISCARD enum lw_code lw_case_figures_fold(struct lw_db *db, lw_str id, struct lw_arena *arena,
                                               struct lw_case_figures *ret_figures,
                                               struct lw_error *err);
LW_NODISCARD enum lw_code lw_case_figures_anew(struct lw_db *db, lw_str id, struct lw_arena *arena,
                                               struct lw_case_figures *figures,
                                               struct lw_error *err);
LW_NODISCARD enum lw_code lw_case_keep_figures(struct lw_db *db, lw_str id,
                                               const struct lw_case_figures *figures,
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
/* What is over: past its promise, or open without one three days after it moved last. Who waits for
 * the customer is not told to move before the promise is over. As SQL, with LW_CASE_STILL_USEC and
 * the moment to be printed into it. */
#define LW_CASE_STILL_USEC (3LL * 24 * 3600 * LW_USEC_PER_SECOND)
#define LW_CASE_MOVED                                                                              \
  "(CASE WHEN last_update_at > changed_at THEN last_update_at ELSE changed_at END)"
#define LW_CASE_STALE                                                                              \
  LW_CASE_UNDER_WAY                                                                                \
  " AND (promise_at IS NOT NULL OR state = 0) AND coalesce(promise_at, " LW_CASE_MOVED             \
  " + %lld) <= %lld"
/* Since when such a case is over. */
lw_usec lw_case_over_since(const struct lw_case *found);
/* When it was last moved: changed, or its customer told something. */
lw_usec lw_case_moved(const struct lw_case *found);

#endif
