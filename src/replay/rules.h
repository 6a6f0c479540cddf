/* The rules of a bound policy, sorted by what it takes to tell them for a row.
 *
 * A condition is a conjunction of parts. A part that reads one column (or the person) is told once
 * for each distinct value, into tables of bits: one bit a rule. For a row the tables of its action
 * are looked up and ANDed, and what is left says for every rule at once whether it may hold: bit
 * words instead of conditions. What reads more than one column, or time, or what was drawn, stays
 * behind as a gate, a program that is run for a row when its rule comes up.
 *
 * Truth of CEL's && makes this exact: a conjunction is true if all parts are, and it is not false
 * if no part is. */
#ifndef LW_REPLAY_RULES_H
#define LW_REPLAY_RULES_H

#include "replay/bind.h"

enum {
  LW_RULES_WORDS_MAX = 64, /* 64 bits each */
  /* Where every action leaves it free: cleared for persons who are read wrong, or of whom something
   * ends (lw_rules.has_plain_bit). */
  LW_RULES_PLAIN_BIT = 63
};

enum {
  LW_MEMO_COLUMNS_MAX = 3,
  LW_MEMO_TIMES = 16 /* so many draws, less one, are told apart; more are not kept */
};

enum lw_memo { LW_MEMO_UNKNOWN, LW_MEMO_FALSE, LW_MEMO_TRUE }; /* what is neither is not kept */

/* What a gate came to for the codes of a few columns and for how often a budget was drawn from,
 * where it reads nothing else. */
struct lw_gate_memo {
  uint32_t columns[LW_MEMO_COLUMNS_MAX]; /* of lw_rules.columns */
  uint32_t codes[LW_MEMO_COLUMNS_MAX];   /* how many each has */
  uint32_t n_columns;
  uint32_t budget; /* UINT32_MAX: it reads none */
  uint8_t *truths; /* by codes, the first column's first, * LW_MEMO_TIMES + times: enum lw_memo */
};

/* What `now - x > duration("...")` compares, by any of the four signs: x is a fact of one column.
 */
struct lw_gate_age {
  uint32_t slot;
  uint32_t column;     /* of lw_rules.columns */
  int64_t limit;       /* seconds, rounded down */
  int32_t limit_nanos; /* and more: 0 to 999,999,999 */
  bool above;          /* > or >= */
  bool equal;          /* what is as old as that counts, too */
};

/* A part of a condition that no table has. */
struct lw_gate {
  const struct lw_program *program;
  const uint32_t *slots;
  uint32_t n_slots;
  struct lw_gate_memo *memo;     /* NULL: it reads more than can be kept */
  const struct lw_gate_age *age; /* NULL: it is another comparison */
};

/* An amount: fixed, by the value of one column, or by a program. */
enum lw_cap_kind { LW_CAP_NONE, LW_CAP_FIXED, LW_CAP_CODES, LW_CAP_PROGRAM };

struct lw_cap {
  enum lw_cap_kind kind;
  int64_t minor;         /* FIXED */
  uint32_t column;       /* CODES: index into the columns that are used (lw_rules.columns) */
  const int64_t *minors; /* CODES: by code; -1: can't be told */
  struct lw_gate gate;   /* PROGRAM */
};

struct lw_grant_rule {
  uint32_t grant; /* of the policy */
  bool timed;     /* who fits, or whether it is in force, depends on the moment */
  struct lw_cap up_to;
  const struct lw_gate *gates;
  uint32_t n_gates;
};

struct lw_rail_rule {
  uint32_t rail;
  const struct lw_gate *gates;
  uint32_t n_gates;
};

/* One column's share of the bits. */
struct lw_mask {
  uint32_t column;       /* of lw_rules.columns */
  const uint64_t *words; /* by code * n_words */
};

/* The rules on one action. Bits: 0 the facts that it wants are there; then for each rail "not
 * false"; then for each rail "true"; then for each grant "true". */
struct lw_action_rules {
  struct lw_grant_rule *grants;
  uint32_t n_grants;
  struct lw_rail_rule *rails;
  uint32_t n_rails;
  struct lw_cap at_most;
  uint32_t n_words;
  uint32_t first_grant_bit;
  struct lw_mask *masks;
  uint32_t n_masks;
  uint64_t *person_words; /* by person * n_words */
  /* By code of the amount * n_words: grants whose fixed limit it is over have their bit cleared.
   * NULL: none is fixed. Not for answers, which may be about another amount. */
  const uint64_t *amount_words;
  bool wants_parts; /* some fact that it wants is of origin PARTS: no bit tells */
};

/* The same for all actions side by side, where each action's bits are one word: what a row's action
 * makes of one column. An action that does not read the column has one word for all codes. */
struct lw_word_table {
  const uint64_t *words;
  uint32_t codes_mask; /* all set, or 0 */
};

struct lw_person_part;

/* What each row asks of a person, close together. */
struct lw_person_brief {
  uint32_t agent;
  uint32_t team;
  bool assumed;
  bool timed;
  bool faulty;
};

struct lw_rules {
  struct lw_bound *bound; /* borrowed */
  const struct lw_policy *policy;
  struct lw_arena keep;
  struct lw_arena scratch;
  struct lw_vm *vm;
  struct lw_action_rules *actions; /* one an action of the policy */
  struct lw_word_table *tables; /* by action * n_table_columns; NULL: some action has more words */
  bool has_plain_bit;           /* of tables */
  uint32_t *table_columns;      /* of columns */
  uint32_t n_table_columns;
  uint32_t *columns; /* of the tape: those that rows are read from */
  uint32_t n_columns;
  uint32_t *column_index;         /* by column of the tape: index into columns, or UINT32_MAX */
  int64_t *limits;                /* by person * n_budgets: minor units, -1: none */
  int64_t *limit_times;           /* the same */
  struct lw_person_brief *briefs; /* by person */
  uint32_t persons_capacity;      /* of limits, briefs and person_words */
  uint32_t n_persons;             /* for whom they are filled */
  struct lw_val *slots;           /* an activation, n_slots */
  struct lw_person_part *person_parts; /* of conditions: about the person alone */
  bool reads_last;                     /* some rule reads when a budget was drawn from last */
  bool reads_case;                     /* some rule reads the case's id */
};

/* LW_NO_MEMORY; LW_LIMIT when an action has more rules than fit LW_RULES_WORDS_MAX. The tape is
 * bound's; the policy is, too, or one that differs from it by conditions and limits alone. */
LW_NODISCARD enum lw_code lw_rules_init(struct lw_rules *rules, struct lw_bound *bound,
                                        const struct lw_policy *policy, struct lw_error *err);
void lw_rules_finish(struct lw_rules *rules);
/* Fills what is kept by person for those that were added to bound since. False when memory is out.
 */
LW_NODISCARD bool lw_rules_know_persons(struct lw_rules *rules);

/* What an age comes to for a code of its column at a moment. False: that is for the program to
 * tell.
 */
bool lw_rules_tell_age(const struct lw_rules *rules, const struct lw_gate_age *age, uint32_t code,
                       lw_usec at, bool *ret_holds);
/* Whether a grant is in force for some of the time only. */
bool lw_rules_grant_is_timed(const struct lw_grant *grant);
/* true, untold because of the assumed person only, or anything else. */
bool lw_truth_holds(const struct lw_bound_person *person, struct lw_val value);

#endif
