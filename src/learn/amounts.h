/* Private to learn: questions with amounts of money, from YAML. */
#ifndef LW_LEARN_AMOUNTS_H
#define LW_LEARN_AMOUNTS_H

#include "base/diag.h"
#include "learn/quiz.h"

/* A list of {id, title, text, ruler: {from, to}, accept: [{from, to, credit, feedback}], otherwise,
 * general}. Texts are Markdown. How many could be read; mistakes go to *diags. currency
 * LW_CURRENCY_NONE is one. */
uint32_t lw_amounts_read(struct lw_arena *keep, lw_str source, uint16_t currency,
                         struct lw_diags *diags, const struct lw_quiz **ret_questions);

#endif
