/* What people do about earned room (tweak/room.h finds it): a lead puts a proposal forward with a
 * word, or aside with a reason; whoever may change people accepts it, and the person has it in the
 * same transaction, by the change that PATCH /v1/people makes. Table room_word: what was said of a
 * proposal that is open; entries room.forwarded, room.put_aside and room.accepted.
 *
 * Accepting only ever gives: a change that takes anything from the person is refused here, before
 * people are touched (tests/invariant). */
#ifndef LW_ENGINE_ROOM_H
#define LW_ENGINE_ROOM_H

#include "engine/staff_change.h"

enum { LW_ROOM_WORD_BYTES_MAX = 2000, LW_ROOM_WORDS_MAX = 4096 };

/* What was said of a proposal. Times are 0, texts empty where nobody did. */
struct lw_room_word {
  lw_str id; /* of the proposal */
  lw_str person;
  lw_str forward_by;
  lw_usec forward_at;
  lw_str forward_note; /* reference (ledger/text.h), JSON; or empty */
  lw_str later_by;
  lw_usec later_at;
  lw_str later_note;
  uint64_t later_asks; /* that spoke for it then */
};
/* The newest LW_ROOM_WORDS_MAX, in the arena. */
LW_NODISCARD enum lw_code lw_room_words_list(struct lw_db *db, struct lw_arena *arena,
                                             struct lw_room_word **ret_items, uint32_t *ret_count,
                                             struct lw_error *err);

/* What is done about a proposal; all of it borrowed until done. */
struct lw_room_act {
  const struct lw_caller *caller;
  lw_str id;
  lw_str person;
  lw_str note;                    /* a word, or the reason; or empty */
  uint64_t asks;                  /* that speak for it */
  lw_str shown;                   /* JSON: the proposal as it was shown, for the record */
  struct lw_person_change change; /* accepting: what it gives, at the version that was shown */
};
/* change->user: a struct lw_room_act. 200 and nothing. LW_FORBIDDEN: not a lead of theirs nor
 * somebody who keeps people, or about themselves. Said again, the word is the new one. */
enum lw_code lw_room_forward_apply(struct lw_batch *batch, struct lw_change *change,
                                   struct lw_error *err);
/* The same; the proposal is gone until as many new answers speak for it. */
enum lw_code lw_room_later_apply(struct lw_batch *batch, struct lw_change *change,
                                 struct lw_error *err);
/* 200, the person. LW_STALE: they have changed since it was shown. LW_FORBIDDEN: about oneself.
 * LW_INVALID: it is about more than tier and own limits. LW_CONFLICT: a lowering is asked for or in
 * force, or the change would take something. */
enum lw_code lw_room_accept_apply(struct lw_batch *batch, struct lw_change *change,
                                  struct lw_error *err);

/* Who has a lowering that waits or is in force, or had one: calls visit for each, in order of ids;
 * ended_at 0: none has ended after it was in force. person is borrowed for the call. */
LW_NODISCARD enum lw_code lw_room_lowered_each(struct lw_db *db,
                                               void (*visit)(void *user, lw_str person,
                                                             bool is_open, lw_usec ended_at),
                                               void *user, struct lw_error *err);

#endif
