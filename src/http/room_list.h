/* Earned room as JSON (api/openapi.yaml: RoomList), for the server and the command: what the replay
 * finds (tweak/room.h), with what reviews, lowerings and people's own words say beside it. */
#ifndef LW_HTTP_ROOM_LIST_H
#define LW_HTTP_ROOM_LIST_H

#include "engine/room.h"
#include "tweak/room.h"

/* Everything is borrowed. */
struct lw_room_listing {
  struct lw_db *db;
  const struct lw_snapshot *snapshot; /* with a policy */
  const struct lw_tape *tape;
  uint64_t tape_serial;
  struct lw_replay_cache *cache; /* may be NULL */
  lw_usec now;
  lw_str person; /* one, with what they are near to; empty: proposals for everybody */
  lw_str team;   /* a path: of its people, and of the teams under it; empty: all */
  const struct lw_room_word *words;
  uint32_t n_words;
  bool (*progress)(void *user, uint64_t done, uint64_t rows); /* may be NULL */
  void *user;
};

/* {"items":[RoomProposal],"near":[...],"rule":{...},"since","until","tried_all"}; items that were
 * put aside are left out until their time. near: of `person` alone. */
LW_NODISCARD enum lw_code lw_room_list_print(const struct lw_room_listing *listing,
                                             struct lw_arena *arena, struct lw_buf *out,
                                             struct lw_error *err);

#endif
