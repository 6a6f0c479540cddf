/* Questions, not accusations: what in the record is unlikely enough to be asked about, with the
 * decisions that it rests on. Each has an innocent cause more often than not, and the one who knows
 * is the agent: they are asked first (desk/question.h). Nothing follows from a question by itself.
 *
 * Where chance can do the same, it is measured against what chance would do among so many people
 * (measure/discover.h). Pure: a tape in, questions out, in an arena; the same record gives the
 * same questions. */
#ifndef LW_TRACK_QUESTION_H
#define LW_TRACK_QUESTION_H

#include "policy/model.h"
#include "replay/tape.h"

enum lw_question_kind {
  LW_QUESTION_SPLIT,      /* amounts for one customer that stay below a limit, and pass it together
                           */
  LW_QUESTION_TOGETHER,   /* one agent and one customer, more often than chance brings them */
  LW_QUESTION_LAPSE,      /* many remedies just before a budget begins anew */
  LW_QUESTION_EVERYWHERE, /* a customer with many claims at many agents */
  LW_QUESTION_KINDS
};
lw_str lw_question_kind_name(enum lw_question_kind kind); /* "split" "together" ... */

enum {
  LW_QUESTION_DAYS = 90,          /* how far back is looked */
  LW_QUESTION_DECISIONS_MAX = 50, /* that one question names */
  LW_QUESTION_SPLIT_PIECES = 3    /* so many at once are asked about; two, when it happens often */
};
#define LW_QUESTION_SPLIT_USEC (INT64_C(24) * 3600 * 1000000) /* from first to last */

/* Texts are the tape's, or in the arena. */
struct lw_question_found {
  enum lw_question_kind kind;
  lw_str agent;    /* who is asked: of a customer's claims whoever met them last */
  lw_str customer; /* or empty */
  lw_str action;   /* of a limit; or empty */
  lw_str window;   /* of a budget: "week" "month" ...; or empty */
  lw_str subject;  /* what makes it this question: nothing is asked twice */
  lw_usec from;    /* what it is about lies in from .. until */
  lw_usec until;
  int64_t count;        /* how many decisions (split, lapse), cases (the others) */
  int64_t of;           /* of how many: the customer's cases; the agent's remedies of the period */
  int64_t amount_minor; /* together */
  int64_t limit_minor;  /* split */
  uint32_t agents;      /* everywhere: so many were asked, in so many teams */
  uint32_t teams;
  double expected; /* what chance would give in place of count; below 0: nothing was computed */
  double q;        /* share of false alarms among questions with one as small; 1: not computed */
  int64_t *seqs;   /* of the decisions, oldest first; LW_QUESTION_DECISIONS_MAX at most */
  uint32_t n_seqs;
};

/* Everything is borrowed. */
struct lw_question_input {
  const struct lw_tape *tape;
  const struct lw_policy *policy; /* clock and budgets' windows; NULL: UTC and months */
  lw_usec since;                  /* requests of since .. until are looked at */
  lw_usec until;
  /* How much that grant (the one that decided) lets the agent give at once for the action, minor
   * units; -1: no end is known. NULL: nobody's limit is known. */
  int64_t (*limit)(void *user, lw_str agent, lw_str action, lw_str grant);
  void *user;
};

/* By kind, agent and time. LW_NO_MEMORY; LW_INVALID: a person of the tape can't be read. */
LW_NODISCARD enum lw_code lw_questions_find(const struct lw_question_input *input,
                                            struct lw_arena *arena,
                                            struct lw_question_found **ret_found,
                                            uint32_t *ret_count, struct lw_error *err);

/* What of an agent's room was not used: for them, and shown to nobody else. */
struct lw_question_unused {
  int64_t at_once;                         /* remedies that they gave by themselves in the window */
  int64_t asked;                           /* asks upwards that somebody answered */
  int64_t unchanged;                       /* of them, with the amount that they had asked for */
  int64_t unchanged_minor;                 /* together */
  int64_t seqs[LW_QUESTION_DECISIONS_MAX]; /* of those asks, the latest first */
  uint32_t n_seqs;
};
/* Counts for one agent; LW_INVALID, LW_NO_MEMORY as above. */
LW_NODISCARD enum lw_code lw_question_unused_find(const struct lw_question_input *input,
                                                  lw_str agent,
                                                  struct lw_question_unused *ret_unused,
                                                  struct lw_error *err);

#endif
