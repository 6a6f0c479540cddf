/* Thanks: from a customer's words, a colleague or a lead, tied to a case or a decision where there
 * is one. Whoever was thanked reads them, and so does whoever leads them; what both are glad to
 * show stands on the story wall, for everybody. A lead is reminded of whom nobody has thanked for
 * long, and is shown hard cases that ended well. No counts, no ranking: lists are by name and by
 * day.
 *
 * Table thanks, entries thanks.*; words stand outside the chain, about whoever was thanked. Changes
 * are `apply` functions for lw_change with their input in change->user (borrowed until done); they
 * check rights themselves. Reading takes any connection and thread. */
#ifndef LW_DESK_THANKS_H
#define LW_DESK_THANKS_H

#include "desk/case.h"

enum {
  LW_THANKS_WORDS_BYTES_MAX = 2000,
  LW_THANKS_QUIET_DAYS = 60, /* so long without thanks, and a lead is reminded */
  LW_THANKS_HARD_DAYS = 60,  /* how far back hard cases are looked for */
  LW_THANKS_HARD_MAX = 20    /* proposed at once */
};

/* POST /v1/thanks {"to","words","customer":bool,"case","decision","wall":bool}. */
struct lw_thanking {
  const struct lw_caller *caller;
  lw_str to;
  lw_str words;
  lw_str case_id;  /* these two: or empty */
  lw_str decision; /* "dec_..." */
  bool customer;   /* the words are a customer's; passed on */
  bool wall;       /* whoever thanks would like to see it on the wall */
};
/* 201 with the thanks. LW_FORBIDDEN: a token that may not pass on what customers say; oneself.
 * LW_INVALID: nobody of that id; LW_NOT_FOUND: no such case or decision, or none of theirs. */
enum lw_code lw_thanks_give(struct lw_batch *batch, struct lw_change *change, struct lw_error *err);

/* PUT /v1/thanks/{id}/wall {"on"}: only whoever was thanked says what stands on the wall. */
struct lw_thanks_walling {
  const struct lw_caller *caller;
  lw_str id;
  bool on;
};
/* 200 with the thanks. LW_NOT_FOUND: none of theirs. */
enum lw_code lw_thanks_wall(struct lw_batch *batch, struct lw_change *change, struct lw_error *err);

struct lw_thanks_query {
  bool wall;      /* the story wall */
  lw_str person;  /* otherwise: who was thanked; empty: anybody whom the caller sees */
  lw_str after;   /* `next` of the page before */
  uint32_t limit; /* 0: LW_PAGE; at most LW_PAGE_MAX */
};
/* {"items":[Thanks],"next"}, newest first. */
LW_NODISCARD enum lw_code lw_thanks_list(const struct lw_desk_reader *reader,
                                         const struct lw_thanks_query *query, struct lw_buf *out,
                                         struct lw_error *err);
/* {"quiet":[{"person","name","last_at"}],"hard":[{"case","agent",...,"why":[...]}],"days":60}: of
 * those whom the caller leads. Quiet ones by name; hard cases newest first. */
LW_NODISCARD enum lw_code lw_thanks_due(const struct lw_desk_reader *reader, struct lw_buf *out,
                                        struct lw_error *err);

/* Whom nobody has thanked for long, of those whom the caller leads in that team (a path; empty: in
 * any): [{"person","name","last_at"}], by name. */
LW_NODISCARD enum lw_code lw_thanks_add_quiet(const struct lw_desk_reader *reader, lw_str team,
                                              struct lw_buf *out, struct lw_error *err);
/* Whether a case was hard: it went up, came back or changed hands often. What made it so, as a list
 * of "escalated", "reopened", "handed_on". */
bool lw_thanks_is_hard(const struct lw_case *found);
void lw_thanks_add_hard(const struct lw_case *found, struct lw_buf *out);

/* As it stands. */
struct lw_thanks {
  lw_str id; /* "thx_..." */
  lw_str person;
  lw_str giver;  /* a person; empty: a machine passed on what a customer said */
  bool customer; /* whose words they are */
  lw_str case_id;
  lw_str decision;
  lw_str words; /* reference, JSON */
  lw_usec at;
  bool offered; /* for the wall, by whoever thanks */
  bool on_wall; /* and whoever was thanked is glad to see it there */
};
/* LW_NOT_FOUND. */
LW_NODISCARD enum lw_code lw_thanks_get(struct lw_db *db, lw_str id, struct lw_arena *arena,
                                        struct lw_thanks *ret, struct lw_error *err);
/* Those of a time, oldest first, at most LW_THANKS_BETWEEN_MAX; in arena. */
enum { LW_THANKS_BETWEEN_MAX = 2000 };
LW_NODISCARD enum lw_code lw_thanks_between(struct lw_db *db, lw_usec since, lw_usec until,
                                            struct lw_arena *arena, struct lw_thanks **ret_items,
                                            uint32_t *ret_count, struct lw_error *err);

#endif
