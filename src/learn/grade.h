/* What an answer to a question is worth, and what is said about it: about every option, not only
 * about the one that was taken. Pure. */
#ifndef LW_LEARN_GRADE_H
#define LW_LEARN_GRADE_H

#include "data/value.h"
#include "learn/quiz.h"

/* An answer; texts are borrowed. */
struct lw_response {
  const uint32_t *chosen; /* choice, choices, true-false, scenario: indexes of options */
  uint32_t n_chosen;
  const lw_str *matches; /* matching: for each option with a text, in their order */
  uint32_t n_matches;
  lw_str text;      /* short, essay, number, amount */
  lw_number number; /* number, amount, scenario */
  lw_money amount;  /* scenario: of a remedy that has a ruler; else nothing of no currency */
};

/* Reads {"choice": 2} (of a scenario also {"choice": 2, "amount": "41.00"}), {"choices": [1, 3]}
 * (options are counted from 1), {"truth": true},
 * {"matches": ["...", ...]}, {"text": "..."} or {"number": "3.5"}, whichever fits the kind; lists
 * go to `arena`. NULL when it fits; otherwise what is wrong, in words, and *ret is untouched. */
const char *lw_response_read(const struct lw_quiz *question, const struct lw_value *value,
                             struct lw_arena *arena, struct lw_response *ret_response);

struct lw_grade {
  bool graded;        /* false: essay, description */
  lw_credit credit;   /* 0 to LW_CREDIT_FULL */
  uint32_t taken;     /* the option (scenario: the remedy's range) that a number, an amount or words
                         fell into; UINT32_MAX: none */
  const lw_str *said; /* scenario: by remedy, JSON of what the policy says to it; or NULL */
};
/* Of a scenario: by what its author says, whatever the policy does. */
struct lw_grade lw_response_grade(const struct lw_quiz *question,
                                  const struct lw_response *response);

/* How far an amount is from what works, in minor units: from the nearest range of full credit, of a
 * scenario from those of the remedy that was chosen; 0 within one. False: the answer has no amount,
 * or no range has full credit. */
bool lw_response_off(const struct lw_quiz *question, const struct lw_response *response,
                     int64_t *ret_minor);

/* {"credit":"50","graded":true,"options":[{"option":1,"text":{...},"credit":"0","chosen":false,
 * "feedback":{...}}],"general":{...}}; of a scenario an option has "action", "possible", "ranges",
 * "peers", "ended" and "policy" (said), too. Credits are percents; what is not said is left out. */
void lw_grade_print(const struct lw_quiz *question, const struct lw_response *response,
                    const struct lw_grade *grade, struct lw_buf *out);
/* The question as whoever takes the course sees it: nothing of what is right. "matches" are in
 * order of their bytes, each once. */
void lw_quiz_print(const struct lw_quiz *question, lw_str id, struct lw_buf *out);
/* A credit as a percent: "33.33333". */
void lw_credit_print(lw_credit credit, struct lw_buf *out);

#endif
