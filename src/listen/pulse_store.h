/* Private to listen: rows of pulse surveys. Texts of rows live in the arena given. */
#ifndef LW_LISTEN_PULSE_STORE_H
#define LW_LISTEN_PULSE_STORE_H

#include "listen/pulse.h"

struct lw_pulse_round {
  lw_str id;     /* "pls_..." */
  lw_str series; /* the id of its first round */
  uint32_t number;
  lw_str team; /* an id; empty: the whole organization */
  lw_str title;
  lw_str questions; /* JSON */
  lw_str words;     /* JSON; empty: no free text */
  lw_str who;       /* an actor */
  lw_usec starts_at;
  lw_usec ends_at;
  enum lw_pulse_repeat repeat;
  lw_usec closed_at; /* 0: not */
  uint64_t closed_seq;
};

/* What was answered in one team so far. */
enum { LW_PULSE_COUNTS = LW_PULSE_QUESTIONS_MAX * LW_PULSE_SCALE };
struct lw_pulse_tally {
  lw_str team;
  int64_t answers;
  int64_t counts[LW_PULSE_COUNTS]; /* of question q and value v: at q * LW_PULSE_SCALE + v - 1 */
  lw_str texts;                    /* a JSON list; empty: none */
};

enum lw_code lw_pulse_round_insert(struct lw_db *db, const struct lw_pulse_round *round,
                                   struct lw_error *err);
/* LW_NOT_FOUND. */
enum lw_code lw_pulse_round_get(struct lw_db *db, lw_str id, struct lw_arena *arena,
                                struct lw_pulse_round *ret_round, struct lw_error *err);
/* Newest first, or those that are not closed by their end. */
enum lw_code lw_pulse_rounds(struct lw_db *db, bool unclosed, struct lw_arena *arena,
                             struct lw_pulse_round **ret_rounds, uint32_t *ret_count,
                             struct lw_error *err);
/* The one before it in its series. *ret_found false: it is the first. */
enum lw_code lw_pulse_round_before(struct lw_db *db, const struct lw_pulse_round *round,
                                   struct lw_arena *arena, bool *ret_found,
                                   struct lw_pulse_round *ret_before, struct lw_error *err);
/* Closed then, by that entry; takes the rows of answers away. */
enum lw_code lw_pulse_round_end(struct lw_db *db, lw_str id, lw_usec at, uint64_t seq,
                                struct lw_error *err);

/* How many have answered, and whether that person has (empty: nobody in particular). */
enum lw_code lw_pulse_answered(struct lw_db *db, lw_str round, lw_str person, int64_t *ret_count,
                               bool *ret_has, struct lw_error *err);
enum lw_code lw_pulse_answered_put(struct lw_db *db, lw_str round, lw_str person,
                                   struct lw_error *err);
/* Until when somebody has put it off; 0: not. */
enum lw_code lw_pulse_later_get(struct lw_db *db, lw_str round, lw_str person, lw_usec *ret_until,
                                struct lw_error *err);
enum lw_code lw_pulse_later_put(struct lw_db *db, lw_str round, lw_str person, lw_usec until,
                                struct lw_error *err);
/* All of a round, or (team not NULL) of one team, which may be none: *ret_count 0. */
enum lw_code lw_pulse_tallies(struct lw_db *db, lw_str round, const lw_str *team,
                              struct lw_arena *arena, struct lw_pulse_tally **ret_tallies,
                              uint32_t *ret_count, struct lw_error *err);
enum lw_code lw_pulse_tally_put(struct lw_db *db, lw_str round, const struct lw_pulse_tally *tally,
                                struct lw_error *err);

#endif
