/* What became of a case, in figures: a fold over what happened to it, in the order in which it
 * happened (time, then place among what happened at that time, then the entry's number). An update
 * is everything but a nudge. Between two updates a case stands as the first of them left it.
 *
 * The figures run along with the case: one more update is one step. What is told late (a history
 * that comes out of order) is put in its place by going through the story anew. */
#ifndef LW_DESK_CASE_FIGURES_H
#define LW_DESK_CASE_FIGURES_H

#include "base/date.h"
#include "db/db.h"

enum lw_case_state {
  LW_CASE_OPEN,
  LW_CASE_CLOSED,
  LW_CASE_WAITING,
  LW_CASE_RESOLVED,
  LW_CASE_STATES
};
lw_str lw_case_state_name(enum lw_case_state state); /* "open" "closed" "waiting" "resolved" */
LW_NODISCARD bool lw_case_state_read(lw_str name, enum lw_case_state *ret_state);
/* Resolved or closed; else it is under way. */
static inline bool lw_case_state_done(enum lw_case_state state)
{
  return state == LW_CASE_CLOSED || state == LW_CASE_RESOLVED;
}
/* Under way, as SQL: the indexes on cases have it in these words. */
#define LW_CASE_UNDER_WAY "state IN (0, 2)"

struct lw_case_figures {
  uint32_t updates;
  uint32_t owners;             /* different ones */
  uint32_t owner_changes;      /* between owners: who has it after nobody had it is asked about the
                                  last one before */
  uint32_t department_changes; /* likewise */
  uint32_t reopenings;         /* back from resolved or closed */
  uint32_t nudges_answered;    /* an update came; several nudges before it are one */
  bool has_first_owner;
  bool has_first_resolved;
  lw_usec first_owner_at;
  lw_usec first_resolved_at; /* or closed */
  lw_usec unowned_usec;      /* under way, and nobody's */
  lw_usec silence_usec;      /* the longest between two updates, under way at its start */
  lw_usec nudge_wait_usec;   /* of those answered, from the first nudge; their sum */
  /* Where it stands after the last update. */
  lw_usec moved_at;
  int64_t moved_place;
  lw_usec asked_at; /* the first nudge since; 0: none */
  enum lw_case_state state;
  lw_str owner;
  lw_str last_owner; /* the last that was somebody; or empty */
  lw_str last_department;
};

struct lw_case_link;
/* One more thing that happened, not before the last. is_new_owner: link->owner had it never before.
 * The link's texts are borrowed. */
void lw_case_figures_add(struct lw_case_figures *figures, const struct lw_case_link *link,
                         bool is_new_owner);
/* As they are at that moment, with the silence that goes on. */
struct lw_case_figures lw_case_figures_at(const struct lw_case_figures *figures, lw_usec now);
/* {"updates":4,...}, as api/openapi.yaml has CaseFigures; repeat: or NULL. */
struct lw_repeat;
void lw_case_figures_print(const struct lw_case_figures *figures, lw_usec now,
                           const struct lw_repeat *repeat, struct lw_buf *out);

#endif
