/* Inside the lists: what their files share. Nobody else includes this. */
#ifndef LW_ENGINE_LISTS_INSIDE_H
#define LW_ENGINE_LISTS_INSIDE_H

#include "engine/inside.h"
#include "engine/lists.h"

/* Another number for each change of the tables below: older files are thrown away. */
enum { LW_LISTS_VERSION = 5 };

/* Marks and keys are kept by stretches of the journal, so that what is being written always lies
 * together at the end of its tree, whatever the values: an index over ten million customers would
 * touch a page of its own for each decision. Reading asks each stretch in turn, newest first. */
enum { LW_LISTS_MARK_SHIFT = 16, LW_LISTS_KEY_SHIFT = 20 };

enum lw_lists_field {
  LW_LISTS_AGENT,
  LW_LISTS_CUSTOMER,
  LW_LISTS_CASE,
  LW_LISTS_ACTION,
  LW_LISTS_REASON,
  LW_LISTS_FIELDS
};
/* The stretch of that entry, for that field: one number, which keeps the tree's keys short. */
int64_t lw_lists_part(uint64_t seq, enum lw_lists_field field);

/* Signed as databases have it; never the whole truth: whoever finds one compares the text. */
int64_t lw_lists_hash(lw_str text);

/* --- taking entries in (lists_take.c), on the following thread --- */

struct lw_lists_take;
struct lw_lists_take *lw_lists_take_create(void); /* NULL when memory is out */
void lw_lists_take_destroy(struct lw_lists_take *take);
/* Follows up to `most` entries in one transaction of db (the lists'), reading them from journal.
 * *ret_through: where it is then. */
LW_NODISCARD enum lw_code lw_lists_take_step(struct lw_lists_take *take, struct lw_db *db,
                                             struct lw_db *journal, uint64_t after, uint64_t most,
                                             uint64_t *ret_through, struct lw_error *err);

extern const struct lw_migration lw_lists_migrations[];
extern const size_t lw_lists_migrations_count;

/* A decision's entry as a row, but for how it came about. False: it does not read. */
LW_NODISCARD bool lw_lists_read_row(const struct lw_value *body, uint64_t seq,
                                    struct lw_listed *ret_row);

/* What the shadow said, summed up while entries are taken in (lists_shadow.c). */
struct lw_shadow_sums {
  uint64_t started; /* the entry that began it; 0: none so far */
  struct lw_shadow_counts counts;
  size_t actions_capacity;
  struct lw_arena *arena;
};
/* Begins a step: which shadow ran last. */
LW_NODISCARD enum lw_code lw_shadow_sums_begin(struct lw_shadow_sums *sums, struct lw_db *db,
                                               struct lw_arena *arena, struct lw_error *err);
/* Another one began. */
LW_NODISCARD enum lw_code lw_shadow_sums_start(struct lw_shadow_sums *sums, struct lw_db *db,
                                               uint64_t started, struct lw_error *err);
/* Adds what a decision's entry says; *ret_item is filled in when it is one to be listed. False:
 * memory is out. */
LW_NODISCARD bool lw_shadow_sums_add(struct lw_shadow_sums *sums, const struct lw_value *body,
                                     const struct lw_listed *row, bool *ret_is_item,
                                     struct lw_shadow_item *ret_item);
LW_NODISCARD enum lw_code lw_shadow_item_write(struct lw_db *db, const struct lw_shadow_item *item,
                                               struct lw_error *err);
LW_NODISCARD enum lw_code lw_shadow_sums_write(struct lw_shadow_sums *sums, struct lw_db *db,
                                               struct lw_error *err);

/* How long somebody waited, in buckets of 3 %: exact under 32 microseconds. */
enum { LW_LISTS_BUCKETS = 60 * 32 };
uint32_t lw_lists_bucket(lw_usec waited);
lw_usec lw_lists_bucket_usec(uint32_t bucket); /* its middle */

/* --- reading (lists_read.c, lists_stats.c) --- */

LW_NODISCARD enum lw_code lw_lists_reader(struct lw_lists *lists, struct lw_db **ret_db,
                                          struct lw_error *err);
void lw_lists_reader_done(struct lw_lists *lists, struct lw_db *db);
/* Whether the team is that team or below it, or the team is empty and asks for nothing. */
bool lw_lists_in_team(lw_str team, lw_str asked);

#endif
