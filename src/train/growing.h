/* What people learn outside: their courses, books and conferences, with price and hours, and the
 * certificates that these bring. A course's price is a decision like any other (an action
 * `for: agent`): it is granted at once or asked for, and this row keeps its id. Hours are whole
 * minutes of a day, beside a target of hours a year that the settings may name: the policy's
 * budgets count money and times, and nothing else.
 *
 * A course is open, under way, finished or given up; whether its money is asked for or agreed to is
 * not kept here but read of the decision, so that an approval, an undo or a reversal shows at once.
 *
 * Tables growing, growing_hours; entries growing.*; all words stand outside the chain, about the
 * person. They and whoever leads them read them; notes only the person, unless they share them.
 * Nobody writes for another. Functions with a batch are for lw_change.apply, their input borrowed
 * in change->user. Reading takes any connection and thread. */
#ifndef LW_TRAIN_GROWING_H
#define LW_TRAIN_GROWING_H

#include "engine/decision.h"
#include "train/train.h"

enum {
  LW_GROWING_TEXT_BYTES_MAX = 500,  /* title, provider, certificate, issuer */
  LW_GROWING_LINK_BYTES_MAX = 2000, /* link, evidence */
  LW_GROWING_NOTE_BYTES_MAX = 4000,
  LW_GROWING_MINUTES_MAX = 24 * 60,    /* of a day */
  LW_GROWING_PLANNED_MAX = 60 * 10000, /* minutes of a course */
  LW_GROWING_COURSES_MAX = 500,        /* of one person */
  LW_GROWING_HOURS_SHOWN_MAX = 1000,   /* entries of a year */
  LW_GROWING_YEAR_HOURS_MAX = 2000     /* of the target */
};

/* What became of an ask, as desk knows it and train does not. */
struct lw_growing_asked {
  bool open;      /* somebody is being asked */
  lw_str granted; /* the decision that came of it, "dec_..."; or empty */
};
struct lw_growing_asking {
  enum lw_code (*find)(struct lw_db *db, lw_str decision, struct lw_arena *arena,
                       struct lw_growing_asked *ret_asked, struct lw_error *err);
};

/* The target of hours a year that the settings name; 0: none. */
struct lw_console;
uint32_t lw_growing_target(const struct lw_console *console);

/* "2026-03-09": true when it is a day. */
bool lw_growing_is_day(lw_str text);

/* --- courses --- */

/* POST /v1/growing (id empty), PUT /v1/growing/{id}. Texts may be empty. */
struct lw_growing_course {
  const struct lw_caller *caller;
  const struct lw_growing_asking *asking;
  lw_str id;
  lw_str title;
  lw_str provider;
  lw_str link;
  lw_str note;
  bool shared; /* the note is for whoever leads them, too */
  lw_str from; /* these two: days, or empty */
  lw_str to;
  bool has_price;
  int64_t minor; /* in the policy's currency */
  int64_t planned_minutes;
};
/* 201 (or 200) with the course. LW_FORBIDDEN: a machine that stands for nobody; LW_NOT_FOUND: none
 * of theirs; LW_CONFLICT: its price is agreed to or asked for, and would be another; LW_LIMIT. */
enum lw_code lw_growing_write(struct lw_batch *batch, struct lw_change *change,
                              struct lw_error *err);

/* POST /v1/growing/{id}/spend: the price, decided. */
struct lw_growing_spend {
  const struct lw_caller *caller;
  const struct lw_growing_asking *asking;
  lw_str id;
  struct lw_order order; /* read by the caller, about the caller; finished by them */
};
/* 201 with {"course":...,"decision":...}, the decision as POST /v1/decisions answers it.
 * LW_INVALID: the action is for customers; LW_CONFLICT: it is agreed to or asked for already. */
enum lw_code lw_growing_spend(struct lw_batch *batch, struct lw_change *change,
                              struct lw_error *err);

enum lw_growing_state {
  LW_GROWING_OPEN,
  LW_GROWING_UNDER_WAY,
  LW_GROWING_FINISHED,
  LW_GROWING_GIVEN_UP,
  LW_GROWING_STATES
};
bool lw_growing_state_read(lw_str name, enum lw_growing_state *ret_state); /* "open" ... */

/* POST /v1/growing/{id}/state. */
struct lw_growing_move {
  const struct lw_caller *caller;
  const struct lw_growing_asking *asking;
  lw_str id;
  enum lw_growing_state state;
  bool money_back; /* of GIVEN_UP: the decision is taken back, or its hold let go */
  lw_str reason;   /* of that */
  /* Of FINISHED: the certificate that it brought; name empty: none. */
  lw_str certificate;
  lw_str issuer;
  lw_str evidence; /* a link */
  lw_str issued;   /* a day */
  lw_str expires;  /* a day, or empty */
};
/* 200 with the course. LW_FORBIDDEN: the money is not theirs to take back; LW_CONFLICT: there is
 * none to take back. */
enum lw_code lw_growing_move(struct lw_batch *batch, struct lw_change *change,
                             struct lw_error *err);

/* POST /v1/growing/{id}/vouch: the certificate that it brought becomes one that they hold. */
struct lw_growing_vouch {
  const struct lw_growing_asking *asking;
  lw_str id;
  struct lw_vouch vouch; /* the person is filled in */
};
/* 200 with the course. LW_CONFLICT: it brought none; else as lw_certificate_vouch. */
enum lw_code lw_growing_vouch(struct lw_batch *batch, struct lw_change *change,
                              struct lw_error *err);

/* --- hours --- */

/* POST /v1/growing/hours (id empty), PUT and DELETE /v1/growing/hours/{id}. */
struct lw_growing_hours {
  const struct lw_caller *caller;
  lw_str id;
  lw_str course; /* or empty: of none */
  lw_str day;
  int64_t minutes;
  lw_str note;
  bool remove;
};
/* 201, 200 with the entry, or 204. LW_NOT_FOUND: none of theirs. */
enum lw_code lw_growing_hours_write(struct lw_batch *batch, struct lw_change *change,
                                    struct lw_error *err);

/* --- reading --- */

struct lw_growing_reader {
  const struct lw_train_reader *train;
  const struct lw_growing_asking *asking;
  uint32_t year;
  uint32_t target_hours; /* a year; 0: none */
};
/* {"person","name","year","minutes","target_minutes","items":[course...],"hours":[entry...]}: all
 * courses, newest first, and the year's hours. LW_NOT_FOUND: nobody whom the caller may see. */
LW_NODISCARD enum lw_code lw_growing_print(const struct lw_growing_reader *reader, lw_str person,
                                           struct lw_buf *out, struct lw_error *err);
/* {"year","target_minutes","people":[{"person","name","team","minutes","spent","items":[...]}]} of
 * all whom the caller leads, by name; the command line: of everybody. */
LW_NODISCARD enum lw_code lw_growing_print_team(const struct lw_growing_reader *reader, lw_str team,
                                                struct lw_buf *out, struct lw_error *err);

#endif
