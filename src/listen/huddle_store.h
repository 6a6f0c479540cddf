/* Private to listen: rows of huddles, and their JSON. What is kept names texts by reference. */
#ifndef LW_LISTEN_HUDDLE_STORE_H
#define LW_LISTEN_HUDDLE_STORE_H

#include "listen/huddle.h"

/* In place of the one before. */
LW_NODISCARD enum lw_code lw_huddle_put(struct lw_db *db, const struct lw_huddle_row *row,
                                        struct lw_error *err);
/* The edit as it is kept. */
void lw_huddle_edit_print(const struct lw_huddle_edit *edit, struct lw_buf *out);
/* The page as it is kept. */
void lw_huddle_freeze(const struct lw_huddle *huddle, struct lw_buf *out);

/* --- the same on a page, in an entry, and in the answer of the API --- */

/* Members of a case's figures: {"why","action","cause","amount" ...} without braces; and, `whole`,
 * which case it is and whose. */
void lw_huddle_case_print(const struct lw_huddle_case *item, uint16_t currency, bool whole,
                          struct lw_buf *out);
/* {"cause","cases","given","amount","rated","rating","before":{...},"few":true} without braces. */
void lw_huddle_cause_print(const struct lw_huddle_cause *cause, uint16_t currency,
                           struct lw_buf *out);
/* ["cases","causes", ...] */
void lw_huddle_sections_print(const struct lw_huddle_edit *edit, struct lw_buf *out);
#endif
