/* Questions of a course, as authors write them: what is asked, what may be answered, what each
 * answer is worth and what is said about it. Pure data in the arena that it was read into;
 * immutable afterwards. Texts are UTF-8 as written: whoever shows them renders them by `format`. */
#ifndef LW_LEARN_QUIZ_H
#define LW_LEARN_QUIZ_H

#include "base/money.h"
#include "learn/number.h"

enum lw_quiz_kind {
  LW_QUIZ_CHOICE,      /* one of the options */
  LW_QUIZ_CHOICES,     /* any of them; credits add up */
  LW_QUIZ_TRUE_FALSE,  /* options[0] is true, options[1] false */
  LW_QUIZ_NUMBER,      /* a number in the range of an option */
  LW_QUIZ_MATCHING,    /* to each text its match */
  LW_QUIZ_SHORT,       /* words; `*` in an option stands for anything */
  LW_QUIZ_ESSAY,       /* not graded */
  LW_QUIZ_DESCRIPTION, /* nothing is asked */
  LW_QUIZ_AMOUNT,      /* money on the ruler, in the range of an option */
  LW_QUIZ_SCENARIO     /* a case: which remedy, and how much of it; see `scenario` */
};
enum { LW_QUIZ_KINDS = LW_QUIZ_SCENARIO + 1 };

/* How a text is to be shown. MOODLE: plain, where line ends count. */
enum lw_rich_format { LW_RICH_MOODLE, LW_RICH_HTML, LW_RICH_PLAIN, LW_RICH_MARKDOWN };
enum { LW_RICH_FORMATS = LW_RICH_MARKDOWN + 1 };

struct lw_rich {
  lw_str text; /* or empty: nothing is said */
  enum lw_rich_format format;
};

/* What an answer is worth: hundred-thousandths of a percent, so that 33.33333 is exact. */
typedef int32_t lw_credit;
#define LW_CREDIT_FULL    ((lw_credit)10000000)
#define LW_CREDIT_PERCENT ((lw_credit)100000)

enum { LW_QUIZ_OPTIONS_MAX = 200, LW_QUIZ_TAGS_MAX = 50, LW_QUIZ_TEXT_BYTES_MAX = 64 * 1024 };

/* One answer that the author foresaw. */
struct lw_quiz_option {
  uint32_t line;
  struct lw_rich text; /* matching: what is to be matched, or empty: its match only misleads */
  lw_str match;        /* matching */
  struct lw_rich feedback;
  lw_credit credit; /* of the whole question; matching: of one part */
  bool any;         /* number, amount: whatever no other option takes */
  bool is_range;    /* number: written as low..high, not as value:tolerance */
  lw_number low;    /* number, amount: both ends count */
  lw_number high;
  lw_str first;  /* as written: the value, or the lower end */
  lw_str second; /* as written: the tolerance (or empty), or the upper end */
};

/* What the author takes for granted that the policy says to a remedy: when it does not say that any
 * more, an answer that rests on it is worth nothing. */
enum lw_possible {
  LW_POSSIBLE_SOMEHOW, /* at once, or by asking */
  LW_POSSIBLE_AT_ONCE,
  LW_POSSIBLE_ASK,
  LW_POSSIBLE_NO /* it is there because it can't be done */
};
enum { LW_POSSIBLES = LW_POSSIBLE_NO + 1 };

/* One way out of a scenario. */
struct lw_remedy {
  uint32_t line;
  struct lw_rich say; /* what one does, in words; or empty: the action alone */
  lw_str action;      /* the policy's; or empty: nothing is given */
  bool has_ruler;     /* it has an amount, between these: */
  lw_money ruler_from;
  lw_money ruler_to;
  const struct lw_quiz_option *ranges; /* the first that takes the amount counts */
  uint32_t n_ranges;
  lw_credit credit; /* without an amount: what it is worth; else the most that a range is */
  enum lw_possible possible;
  struct lw_rich feedback;
  struct lw_rich peers; /* these two: what the author knows of real cases; or empty */
  struct lw_rich ended;
};

struct lw_value;

/* A case to be settled. What the policy says to it is no part of it: whoever decides reads the
 * policy that is live then. */
struct lw_scenario {
  lw_str ask;                     /* "What do you do first?"; or empty */
  const struct lw_value *request; /* a map as a request is, without agent, action and amount */
  const struct lw_value *as;      /* whose limits count, a map as `agent` is; NULL: the taker's */
  const struct lw_value *drawn;   /* budgets and what they have given already, a map; or NULL */
  const struct lw_remedy *remedies;
  uint32_t n_remedies;
  struct lw_rich peers; /* these two: or empty */
  struct lw_rich ended;
};

struct lw_quiz {
  enum lw_quiz_kind kind;
  uint32_t line; /* in its file, counted from 1 */
  lw_str id;     /* the author's, or empty */
  lw_str title;  /* or empty */
  lw_str category;
  const lw_str *tags;
  uint32_t n_tags;
  struct lw_rich text; /* "_____" where a missing word was */
  const struct lw_quiz_option *options;
  uint32_t n_options;
  struct lw_rich general; /* said whatever the answer was */
  lw_money ruler_from;    /* amount: the ruler's ends */
  lw_money ruler_to;
  const struct lw_scenario *scenario; /* scenario; else NULL */
};

lw_str lw_possible_name(enum lw_possible possible);     /* "yes" "at-once" "ask" "no" */
lw_str lw_quiz_kind_name(enum lw_quiz_kind kind);       /* "choice" "choices" "true-false" ... */
lw_str lw_rich_format_name(enum lw_rich_format format); /* "moodle" "html" "plain" "markdown" */
/* False when it is none. */
LW_NODISCARD bool lw_rich_format_find(lw_str name, enum lw_rich_format *ret_format);
LW_NODISCARD bool lw_possible_find(lw_str name, enum lw_possible *ret_possible);
/* Whether an answer to it counts. */
bool lw_quiz_is_graded(const struct lw_quiz *question);

#endif
