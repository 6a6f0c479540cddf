/* Private to explaining: from names, values and checked expressions to English. Nothing here fails
 * but for memory, which shows in the buffer. One thread a phrase; policy and trees are only read.
 */
#ifndef LW_POLICY_PHRASE_H
#define LW_POLICY_PHRASE_H

#include "policy/explain.h"

/* --- pieces: texts that are going to be joined; how depends on what they contain --- */

struct lw_pieces {
  struct lw_buf text; /* all pieces, one after the other; the last one may still be growing */
  struct lw_buf ends; /* a size_t each */
  size_t count;
};

/* Ends the piece that was written to pieces->text; an empty one is none. */
void lw_pieces_end(struct lw_pieces *pieces);
lw_str lw_pieces_at(const struct lw_pieces *pieces, size_t i);
/* "a, b and c"; pieces that have commas or an "and" of their own get stronger separators. word:
 * "and", "or". */
void lw_pieces_join(const struct lw_pieces *pieces, const char *word, struct lw_buf *out);
void lw_pieces_finish(struct lw_pieces *pieces);

/* --- words --- */

/* customer.tenure_days: "customer tenure days". */
void lw_word_name(lw_str name, struct lw_buf *out);
/* A label without what it adds in parentheses at its end. */
lw_str lw_word_short(lw_str label);
/* A value that is text: plain when it reads like a word, else in quotes. */
void lw_word_text(lw_str text, struct lw_buf *out);
/* "14 days", "36 hours", "60 seconds": the largest unit that divides it and leaves more than one or
 * two. */
void lw_word_seconds(int64_t seconds, struct lw_buf *out);
/* "1 March 2026, 10:00", in the policy's time zone. */
void lw_word_moment(const struct lw_policy *policy, int64_t seconds, struct lw_buf *out);
void lw_word_value(const struct lw_policy *policy, struct lw_val value, struct lw_buf *out);
/* Something that is so or not: "a flight has been flown", "no flight has been flown". What does not
 * read like a sentence is put in quotes: `"other flights" is no`, or, when it is a defined term,
 * `"same trip" does not hold`. */
void lw_word_statement(lw_str text, bool negated, bool defined, struct lw_buf *out);
/* First letter of the text from `start` on in capitals, or small where it is no abbreviation. */
void lw_word_capital(struct lw_buf *out, size_t start);
void lw_word_add_small(lw_str text, struct lw_buf *out);
const struct lw_fact *lw_word_fact(const struct lw_policy *policy, uint32_t slot); /* NULL: none */

/* --- phrases --- */

struct lw_phrase {
  const struct lw_policy *policy;
  unsigned locals; /* macros around */
};

enum lw_group { LW_GROUP_ONE, LW_GROUP_ALL, LW_GROUP_ANY };

/* Which of a budget's three variables a slot is. */
enum lw_used_field { LW_USED_AMOUNT, LW_USED_TIMES, LW_USED_LAST };

bool lw_phrase_is(const struct lw_node *node, const char *function);
/* The node with what lets it is made of entered, as long as they are short. */
const struct lw_node *lw_phrase_open(const struct lw_node *node);
/* Whether a let is short enough to stand where it is used; others are said once, by name. */
bool lw_phrase_is_short(const struct lw_node *body);
bool lw_phrase_is_variable(const struct lw_node *node, uint32_t slot);
/* The budget behind used("b").times ..., or NULL. */
const struct lw_budget *lw_phrase_used(const struct lw_policy *policy, const struct lw_node *node,
                                       enum lw_used_field *ret_field);

void lw_phrase_value(struct lw_phrase *phrase, const struct lw_node *node, struct lw_buf *out);
/* An amount or a name among values that are compared with `subject`: reasons and actions go by
 * their labels. */
void lw_phrase_compared(struct lw_phrase *phrase, const struct lw_node *subject,
                        const struct lw_node *node, struct lw_buf *out);
void lw_phrase_slot(struct lw_phrase *phrase, uint32_t slot, struct lw_buf *out);
/* "per case", "per customer in any 365 days" */
void lw_phrase_scope(const struct lw_budget *budget, struct lw_buf *out);

void lw_phrase_condition(struct lw_phrase *phrase, const struct lw_node *node, bool negated,
                         struct lw_buf *out);
/* The parts at the top, and how they belong together. */
enum lw_group lw_phrase_parts(struct lw_phrase *phrase, const struct lw_node *node, bool negated,
                              struct lw_pieces *pieces);
/* `cond ? a : b` of any type; say() prints a branch. */
typedef void lw_phrase_say(struct lw_phrase *phrase, const struct lw_node *node, bool negated,
                           struct lw_buf *out);
void lw_phrase_choice(struct lw_phrase *phrase, const struct lw_node *node, bool negated,
                      lw_phrase_say *say, struct lw_buf *out);
/* The expression as written, in backquotes: when there are no words for it. */
void lw_phrase_source(const struct lw_node *node, struct lw_buf *out);

/* --- sentences (sentence.c) --- */

/* "give an account credit or a refund", "cancel an order". */
void lw_sentence_actions(const struct lw_policy *policy, const uint32_t *actions, uint32_t count,
                         struct lw_buf *out);
/* What an amount comes to: "100.00 USD", or the words for how it is computed. */
void lw_sentence_limit(const struct lw_policy *policy, const struct lw_limit *limit,
                       struct lw_buf *out);
/* Whole sentences; with `lists` long conditions become lists of lines "\n  - ...". */
void lw_sentence_grant(const struct lw_policy *policy, const struct lw_grant *grant, bool lists,
                       struct lw_buf *out);
void lw_sentence_rail(const struct lw_policy *policy, const struct lw_rail *rail, bool lists,
                      struct lw_buf *out);
void lw_sentence_route(const struct lw_policy *policy, const struct lw_route *route,
                       struct lw_buf *out);
void lw_sentence_budget(const struct lw_policy *policy, const struct lw_budget *budget,
                        struct lw_buf *out);

#endif
