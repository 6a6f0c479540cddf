/* Changes of the policy are told: whoever a new version touches has a short read of old and new
 * words for each action that changed for them, and acknowledges it once. Made in the transaction
 * that changes the policy. Tables policy_read (what is said, once for all who are touched alike),
 * policy_read_person (who is), policy_read_ack; entries reads.made and read.acknowledged
 * (docs/formats/reads.md). */
#ifndef LW_ENGINE_READS_H
#define LW_ENGINE_READS_H

#include "engine/decision.h"

/* --- making them --- */

/* Who gets another version now. */
struct lw_reads_turn {
  const struct lw_policy *to;
  uint64_t version; /* that `to` is */
  /* Only for whom this trial of batch->snapshot decides until now (1 + its index); 0: for everybody
   * who has another version so far. */
  uint32_t leaving;
  /* Only for people in these teams (paths; `under`: and below them); n_teams 0: wherever they are.
   */
  const lw_str *teams;
  uint32_t n_teams;
  bool under;
};
/* Compares with what batch->snapshot gives each of them now; services read nothing. An entry when
 * anybody is touched. */
LW_NODISCARD enum lw_code lw_reads_make(struct lw_batch *batch, struct lw_change *change,
                                        const struct lw_reads_turn *turn, struct lw_error *err);

/* A trial begins: turn->teams are ids. */
LW_NODISCARD enum lw_code lw_reads_enter(struct lw_batch *batch, struct lw_change *change,
                                         const struct lw_reads_turn *turn, struct lw_error *err);
/* A trial of batch->snapshot is over (its id), and whoever had it has the live version again. */
LW_NODISCARD enum lw_code lw_reads_leave(struct lw_batch *batch, struct lw_change *change,
                                         lw_str trial, struct lw_error *err);

/* --- what somebody has to read --- */

/* What changed about one action since they last acknowledged it. */
struct lw_read {
  lw_str id;
  lw_str group;
  lw_str action;
  lw_str label;
  uint64_t version;
  uint64_t before; /* the version that they knew */
  lw_usec at;      /* of the last change */
  lw_str words;    /* JSON: [{"rule","before","after"}] */
};
struct lw_reads_reader {
  struct lw_db *db;
  struct lw_json_reader *json;
  struct lw_arena *arena; /* where all that is found lives */
};
/* What that person has not read yet, an action a read, in the order of the changes. What was
 * changed and changed back meanwhile is none. */
LW_NODISCARD enum lw_code lw_reads_open(const struct lw_reads_reader *reader, lw_str person,
                                        struct lw_read **ret_reads, uint32_t *ret_count,
                                        struct lw_error *err);
/* One by its id, as it was made: only where `person` is concerned by it; empty: whoever is. Texts
 * in `arena`. LW_NOT_FOUND. */
LW_NODISCARD enum lw_code lw_reads_get(struct lw_db *db, lw_str id, lw_str person,
                                       struct lw_arena *arena, struct lw_read *ret_read,
                                       struct lw_error *err);
/* {"items":[...]} as api/openapi.yaml's MyReads. `policy` decides for them (may be NULL). */
LW_NODISCARD enum lw_code lw_reads_print(const struct lw_reads_reader *reader, lw_str person,
                                         const struct lw_policy *policy, struct lw_buf *out,
                                         struct lw_error *err);

/* Which actions this order's agent has to read about before they do them alone, by the policy that
 * decides for them: order->request.unread, in `arena`. Nothing is asked of the database unless that
 * policy wants it. `now`: when it is decided. */
LW_NODISCARD enum lw_code lw_reads_mark(const struct lw_reads_reader *reader,
                                        struct lw_order *order, lw_usec now, struct lw_error *err);

/* The same within a batch: who is known to have nothing to read is not asked for again, until the
 * policy changes. */
LW_NODISCARD enum lw_code lw_reads_mark_in(const struct lw_batch *batch, struct lw_order *order,
                                           lw_usec now, struct lw_arena *arena,
                                           struct lw_error *err);
/* What the writer knows of who has nothing to read counts no more. */
void lw_reads_forget(struct lw_engine *engine);

struct lw_reads_ack {
  lw_str person;
  lw_str read;
};
/* change->apply; user: struct lw_reads_ack. That read, with what is said in the same words and what
 * came before it about the same actions, is read. 200 with {"id","version","at"}; the same again
 * changes nothing. LW_NOT_FOUND: it is not theirs. */
enum lw_code lw_reads_acknowledge(struct lw_batch *batch, struct lw_change *change,
                                  struct lw_error *err);

/* --- who has read it --- */

struct lw_reads_count {
  int64_t people; /* whom the version touched */
  int64_t read;   /* of those: who have read all of it */
};
LW_NODISCARD enum lw_code lw_reads_count(struct lw_db *db, uint64_t version,
                                         struct lw_reads_count *ret_count, struct lw_error *err);
/* {"version","people","read","yours":{"open","read"},"items":[{"person","name","team","reads",
 * "read","at"}],"next"}: each of them, by id, whom the caller leads, or (not under a works council)
 * sees the learning of; `people` and `read` are of all, `yours` of those items, the caller apart.
 */
enum lw_reads_state { LW_READS_ALL, LW_READS_OPEN, LW_READS_DONE };
struct lw_reads_list {
  struct lw_db *db;
  const struct lw_snapshot *snapshot;
  const struct lw_caller *caller;
  struct lw_arena *arena;
  bool works_council;
  enum lw_reads_state state; /* whom to list */
  lw_str after;              /* `next` of the page before; empty: from the first */
  uint32_t limit;            /* >= 1 */
};
LW_NODISCARD enum lw_code lw_reads_list(const struct lw_reads_list *list, uint64_t version,
                                        struct lw_buf *out, struct lw_error *err);

/* --- what a version says to a team --- */

struct lw_reads_said {
  lw_str action;
  lw_str label;
  lw_str words; /* JSON: [{"rule","before","after"}] */
};
/* To those of a team (a path) and below who are here: each once, however many are told it. */
struct lw_reads_team {
  struct lw_reads_count count;
  struct lw_reads_said *said;
  uint32_t n_said;
};
LW_NODISCARD enum lw_code lw_reads_of_team(struct lw_db *db, const struct lw_staff *staff,
                                           uint64_t version, lw_str team, struct lw_arena *arena,
                                           struct lw_reads_team *ret_team, struct lw_error *err);

#endif
