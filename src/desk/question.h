/* Questions, kept: what track/question.h found in the record is put to the agent first, who may
 * explain it in their own words; whoever may review them sees it when it was explained, or when the
 * time for that is over. It is closed with words. No function here, nor any that it calls, changes
 * what somebody may do (docs/explanation/questions-not-accusations.md; tests/invariant).
 *
 * Table question; entries question.raised, question.explained, question.closed; words stand outside
 * the chain. Changes are `apply` functions for lw_change with their input in change->user (borrowed
 * until done); they check rights themselves. Reading takes any connection and thread. */
#ifndef LW_DESK_QUESTION_H
#define LW_DESK_QUESTION_H

#include "desk/approval.h"

enum {
  LW_QUESTION_DAYS_TO_EXPLAIN = 7, /* when the setting says nothing else */
  LW_QUESTION_DAYS_TO_EXPLAIN_MAX = 60,
  LW_QUESTION_WORDS_BYTES_MAX = 4000
};

struct lw_question {
  lw_str id; /* "que_..." */
  lw_str kind;
  lw_str agent;
  lw_str team;     /* the agent's path when it was asked */
  lw_str customer; /* or empty */
  lw_str subject;  /* the same subject is asked about once */
  lw_str detail;   /* JSON: figures, and the decisions that it rests on */
  lw_usec asked_at;
  lw_usec explain_until; /* until then it is between the record and the agent */
  lw_str explanation;    /* this and `words`: references, JSON; or empty */
  lw_usec explained_at;  /* 0: not */
  lw_str closed_by;
  lw_usec closed_at; /* 0: open */
  lw_str words;
  uint64_t version; /* from 1; ETag */
};

/* The setting console.question_days; LW_QUESTION_DAYS_TO_EXPLAIN when it says nothing. 0: others
 * see a question as soon as it is asked. */
uint32_t lw_question_days_read(lw_str text);

/* --- raising --- */

struct lw_question_new {
  lw_str kind, agent, customer, subject;
  lw_str action, window; /* or empty */
  lw_usec from, until;
  int64_t count, of; /* track/question.h says of what */
  uint16_t currency;
  int64_t amount_minor;
  int64_t limit_minor;    /* 0: none */
  uint32_t agents, teams; /* 0: not counted */
  double expected;        /* below 0: not computed */
  double q;               /* 1: not computed */
  const int64_t *seqs;    /* of the decisions */
  uint32_t n_seqs;
};
struct lw_question_raising {
  const struct lw_question_new *items;
  uint32_t count;
};
/* user: struct lw_question_raising. Those that are new, of agents who are still here; of an AI
 * agent, which explains nothing, at once for whoever leads it. 200 {}. */
enum lw_code lw_question_raise(struct lw_batch *batch, struct lw_change *change,
                               struct lw_error *err);

/* --- answering --- */

struct lw_question_act {
  const struct lw_caller *caller;
  lw_str question; /* "que_..." */
  lw_str text;
};
/* By the agent whom it is about, once, while it is open. 200 with the question. */
enum lw_code lw_question_explain(struct lw_batch *batch, struct lw_change *change,
                                 struct lw_error *err);
/* By whoever may review the agent and sees it. 200 with the question. */
enum lw_code lw_question_close(struct lw_batch *batch, struct lw_change *change,
                               struct lw_error *err);

/* --- reading --- */

/* LW_NOT_FOUND. */
LW_NODISCARD enum lw_code lw_question_get(struct lw_db *db, lw_str id, struct lw_arena *arena,
                                          struct lw_question *ret_question, struct lw_error *err);
/* The agent at once; others who may review them when it was explained or the time is over. */
bool lw_question_visible(const struct lw_desk_reader *reader, const struct lw_question *question,
                         bool works_council);
/* As api/openapi.yaml has a Question. */
LW_NODISCARD enum lw_code lw_question_print(const struct lw_desk_reader *reader,
                                            const struct lw_question *question, bool works_council,
                                            struct lw_buf *out, struct lw_error *err);

struct lw_question_query {
  bool has_state;
  bool open;
  lw_str agent;   /* these three: empty for any */
  lw_str team;    /* with its sub-teams */
  lw_str after;   /* `next` of the page before */
  uint32_t limit; /* 0: LW_PAGE */
};
/* {"items":[...],"next"}, newest first: those that the caller sees. */
LW_NODISCARD enum lw_code lw_question_list(const struct lw_desk_reader *reader,
                                           const struct lw_question_query *query,
                                           struct lw_buf *out, struct lw_error *err);
/* How many the agent has open, and how many were closed since then. */
LW_NODISCARD enum lw_code lw_question_count(struct lw_db *db, lw_str agent, lw_usec since,
                                            int64_t *ret_open, int64_t *ret_closed,
                                            struct lw_error *err);

#endif
