/* Private to learn: questions from YAML, those with amounts of money and scenarios. */
#ifndef LW_LEARN_AMOUNTS_H
#define LW_LEARN_AMOUNTS_H

#include "data/value.h"
#include "learn/quiz.h"

/* One file. */
struct lw_amounts_reader {
  struct lw_arena *keep;
  struct lw_diags *diags;
  uint16_t currency;
  bool bad; /* something was wrong in the question in hand */
};

/* Notes an error at the value, and that the question in hand is bad; hint: what would mend it. */
void lw_amounts_fault(struct lw_amounts_reader *reader, const struct lw_value *value,
                      const char *code, const char *text, const char *hint);
/* keys end with NULL. */
void lw_amounts_check_keys(struct lw_amounts_reader *reader, const struct lw_value *map,
                           const char *const *keys);
/* Markdown; empty when it is not there. */
struct lw_rich lw_amounts_text(struct lw_amounts_reader *reader, const struct lw_value *map,
                               const char *key, bool needed);
/* Percent under `credit`; otherwise when it is not there. */
lw_credit lw_amounts_credit(struct lw_amounts_reader *reader, const struct lw_value *map,
                            uint32_t otherwise);
/* The map's `ruler`. */
void lw_amounts_ruler(struct lw_amounts_reader *reader, const struct lw_value *map,
                      lw_money *ret_from, lw_money *ret_to);
/* The map's `accept` and `otherwise`, all within the ruler; *ret_best: the most that one is worth.
 */
const struct lw_quiz_option *lw_amounts_ranges(struct lw_amounts_reader *reader,
                                               const struct lw_value *map, lw_money from,
                                               lw_money to, uint32_t *ret_count,
                                               lw_credit *ret_best);
/* What an amount is as one of the numbers of questions. */
lw_number lw_amounts_number(lw_money money);
/* A scenario: {id, title, situation, ask, request, as, drawn, remedies, peers, ended, general}.
 * False: *reader says what is wrong. */
bool lw_scenario_read(struct lw_amounts_reader *reader, const struct lw_value *map,
                      struct lw_quiz *question);

/* A list of {id, title, text, ruler: {from, to}, accept: [{from, to, credit, feedback}], otherwise,
 * general}, and of scenarios, which have a `situation`. Texts are Markdown. How many could be read;
 * mistakes go to *diags. currency LW_CURRENCY_NONE is one. */
uint32_t lw_amounts_read(struct lw_arena *keep, lw_str source, uint16_t currency,
                         struct lw_diags *diags, const struct lw_quiz **ret_questions);

#endif
