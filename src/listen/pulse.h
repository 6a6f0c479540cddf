/* Pulse surveys: two to six short questions on a scale of 1 to 5, asked of everybody in a team tree
 * for some days, and one free text. Nobody can find out who answered what, by how it is kept:
 *
 * That somebody has answered (table pulse_answered) stands apart from what was answered: while a
 * round runs, there is one row a team of sums and shuffled texts (pulse_tally), which every answer
 * writes anew. Both are written in one transaction; an answer has no time, no id, no entry of the
 * journal and no retry key. Nothing is shown before the round closes. Then what may be shown is
 * worked out once (pulse_groups.h: groups of LW_GROUP_MIN answers and more, and nothing that
 * differences between them would give away), goes into the journal as `pulse.closed`, and both
 * tables lose their rows. What was not fit to be shown is nowhere any more. Results are read from
 * that entry, so `leeway verify` covers them with the chain.
 *
 * docs/explanation/pulse-anonymity.md says the same to those who are asked, with what remains.
 *
 * Changes are `apply` functions for lw_change with their input in change->user (borrowed until
 * done); they check rights themselves. Reading takes any connection and thread. */
#ifndef LW_LISTEN_PULSE_H
#define LW_LISTEN_PULSE_H

#include "engine/engine.h"
#include "listen/pulse_questions.h"
#include "people/access.h"

enum {
  LW_PULSE_TITLE_BYTES_MAX = 200,
  LW_PULSE_WORDS_BYTES_MAX = 2000, /* of one free text */
  LW_PULSE_TEXTS_MAX = 2000,       /* of one team in one round: a row is written anew with each */
  LW_PULSE_DAYS = 14,              /* how long a round runs when nothing else is said */
  LW_PULSE_DAYS_MAX = 92,
  LW_PULSE_LATER_DAYS = 3, /* so long a card stays away when somebody puts it off */
  LW_PULSE_ROUNDS_SHOWN_MAX = 200
};

enum lw_pulse_repeat { LW_PULSE_ONCE, LW_PULSE_MONTHLY, LW_PULSE_QUARTERLY, LW_PULSE_REPEATS };
lw_str lw_pulse_repeat_name(enum lw_pulse_repeat repeat); /* "" "month" "quarter" */
LW_NODISCARD bool lw_pulse_repeat_read(lw_str name, enum lw_pulse_repeat *ret_repeat);

/* --- changes --- */

/* POST /v1/pulse. */
struct lw_pulse_opening {
  const struct lw_caller *caller;   /* NULL: the command line */
  lw_str title;                     /* may be empty */
  lw_str team;                      /* its id: with its sub-teams; empty: the whole organization */
  const struct lw_value *questions; /* as lw_pulse_questions_read takes them; NULL: built in */
  const struct lw_value *words;     /* what the free text asks; NULL: there is none */
  lw_usec starts_at;                /* 0: now */
  lw_usec ends_at;                  /* 0: LW_PULSE_DAYS after the start */
  enum lw_pulse_repeat repeat;
};
/* 201 with the round. LW_FORBIDDEN: that team is not theirs; LW_INVALID: questions, times, no such
 * team, fewer than LW_GROUP_MIN people; LW_CONFLICT: some of them are asked in another round. */
enum lw_code lw_pulse_open(struct lw_batch *batch, struct lw_change *change, struct lw_error *err);

/* POST /v1/pulse/{id}/close. */
struct lw_pulse_closing {
  const struct lw_caller *caller; /* NULL: the command line */
  lw_str round;
  bool last; /* a repeated round: no other follows */
};
/* 200 with the round. LW_NOT_FOUND; LW_FORBIDDEN; LW_CONFLICT: it is closed. */
enum lw_code lw_pulse_close(struct lw_batch *batch, struct lw_change *change, struct lw_error *err);
/* Closes what has come to its end, and opens what follows: for lw_engine_add_due. */
extern const struct lw_due lw_pulses_due;

/* POST /v1/me/pulse/{id}. The change has no retry key, ever: whoever sends it again is told that
 * they have answered. */
struct lw_pulse_answer {
  const struct lw_caller *caller;
  lw_str round;
  const struct lw_value *answers; /* {"question": 1 .. 5} of all questions */
  lw_str words;                   /* may be empty */
};
/* 201 {"round","answered":true}; 200 with the same when they have answered before: what they said
 * then counts. LW_NOT_FOUND: not asked of them; LW_CONFLICT: it has not begun, or is over;
 * LW_INVALID; LW_LIMIT: no more texts fit. */
enum lw_code lw_pulse_take(struct lw_batch *batch, struct lw_change *change, struct lw_error *err);

/* PUT /v1/me/pulse/{id}/later. */
struct lw_pulse_later {
  const struct lw_caller *caller;
  lw_str round;
};
/* 200 {"round","until"}. LW_NOT_FOUND, LW_CONFLICT as above. */
enum lw_code lw_pulse_put_off(struct lw_batch *batch, struct lw_change *change,
                              struct lw_error *err);

/* Forgets that somebody has answered or put it off. What was answered can't be found. */
LW_NODISCARD enum lw_code lw_pulse_erase(struct lw_db *db, lw_str person, struct lw_error *err);

/* --- reading --- */

struct lw_pulse_reader {
  struct lw_db *db;
  const struct lw_snapshot *snapshot;
  const struct lw_caller *caller; /* NULL: the command line, which sees what there is to be seen */
  struct lw_json_reader *json;
  struct lw_arena *arena;
  lw_usec now;
};
/* {"items":[Round]}, newest first: rounds that were asked of the caller or of people whom they
 * lead. */
LW_NODISCARD enum lw_code lw_pulse_list(const struct lw_pulse_reader *reader, struct lw_buf *out,
                                        struct lw_error *err);
/* A round with "results" once it is closed: groups that the caller may see. LW_NOT_FOUND. */
LW_NODISCARD enum lw_code lw_pulse_get(const struct lw_pulse_reader *reader, lw_str id,
                                       struct lw_buf *out, struct lw_error *err);
/* {"items":[{"id","title","ends_at","questions","words","answered","later_until"}]}: rounds that
 * run and are asked of the caller. */
LW_NODISCARD enum lw_code lw_pulse_mine(const struct lw_pulse_reader *reader, struct lw_buf *out,
                                        struct lw_error *err);

extern const struct lw_migration lw_listen_migrations[];
extern const size_t lw_listen_migrations_count;

#endif
