/* What the parts of delivering share: follow.c makes deliveries of entries, send.c starts what is
 * due, record.c writes what came of it, deliver.c has life cycle and thread. Inside connect only.
 * All of a struct lw_connect but the atomics belongs to one thread: its own, or whoever steps. */
#ifndef LW_CONNECT_INSIDE_H
#define LW_CONNECT_INSIDE_H

#include "connect/payload.h"
#include "connect/store.h"
#include "data/json.h"

#include <pthread.h>
#include <stdatomic.h>

enum lw_slot_state { LW_SLOT_FREE, LW_SLOT_UNDER_WAY, LW_SLOT_FINISHED };

/* A delivery on its way: from its start until its result is on disk. */
struct lw_slot {
  enum lw_slot_state state;
  bool is_mail;
  char id[LW_ID_TEXT_BYTES_MAX];
  size_t id_len;
  char lane[LW_ID_TEXT_BYTES_MAX];
  size_t lane_len;
  struct lw_outbound_result result; /* FINISHED */
};

struct lw_connect {
  struct lw_engine *engine;
  const struct lw_outbound *outbound;
  struct lw_outbound_client *client; /* ours; NULL when it was lent */
  char *public_url;
  char *mail_from; /* NULL: no mail */
  bool allow_inside;
  struct lw_payload_words words;
  struct lw_json_reader *reader;
  struct lw_arena scratch; /* of one round */
  struct lw_arena change_arena;
  struct lw_db *leading; /* what leading hangs on, of several servers; or NULL */
  bool placed;           /* the stored place was read */
  uint64_t stored_place; /* as the store has it; UINT64_MAX: it has none yet */
  uint64_t place;        /* followed up to here; what lies between concerned nobody */
  lw_usec pruned_at;
  struct lw_slot slots[LW_DELIVERIES_UNDER_WAY];
  atomic_uint_least64_t place_seen; /* `place`, for others */
  atomic_uint_least64_t delivered;
  atomic_uint_least64_t failed;
  atomic_uint_least64_t retried;
  atomic_uint_least64_t under_way;
  atomic_bool woken;
  atomic_bool stopping;
  bool threaded;
  pthread_t thread;
};

static inline lw_str lw_slot_id(const struct lw_slot *slot)
{
  return lw_str_from(slot->id, slot->id_len);
}

static inline lw_str lw_slot_lane(const struct lw_slot *slot)
{
  return lw_str_from(slot->lane, slot->lane_len);
}

/* Runs a change of Leeway's own. */
LW_NODISCARD enum lw_code lw_connect_run(struct lw_connect *connect,
                                         enum lw_code (*apply)(struct lw_batch *batch,
                                                               struct lw_change *change,
                                                               struct lw_error *err),
                                         void *user, struct lw_error *err);
/* Follows the journal from its place; *ret_more: there are entries left. */
LW_NODISCARD enum lw_code lw_connect_follow(struct lw_connect *connect, struct lw_db *db,
                                            bool *ret_more, struct lw_error *err);
/* Whether somebody who is there has an address that a mail can go to. */
LW_NODISCARD enum lw_code lw_connect_has_address(struct lw_db *db, lw_str person, bool *ret_has,
                                                 struct lw_error *err);
/* Keeps the place, when it is ahead of what the store has. */
LW_NODISCARD enum lw_code lw_connect_keep_place(struct lw_connect *connect, struct lw_error *err);
/* Starts what is due and has room; *ret_next: when something is due next (INT64_MAX: nothing). */
LW_NODISCARD enum lw_code lw_connect_send(struct lw_connect *connect, struct lw_db *db,
                                          lw_usec *ret_next, struct lw_error *err);
/* Notes a result in its slot. */
void lw_connect_finish_slot(struct lw_connect *connect, const struct lw_outbound_result *result);
/* Writes what came of the finished ones, and frees their slots. */
LW_NODISCARD enum lw_code lw_connect_record(struct lw_connect *connect, struct lw_error *err);

/* How long after the attempt of that number (from 1) the next one comes; -1: it was the last.
 * jitter: any number. */
lw_usec lw_delivery_delay(bool is_mail, int attempts, uint64_t jitter);

#endif
