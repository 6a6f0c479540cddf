/* Reviews, questions, talks and pulse surveys as CSV: which rows and columns. Inside http only. */
#ifndef LW_HTTP_DESK_SHEETS_H
#define LW_HTTP_DESK_SHEETS_H

#include "data/sheet.h"

extern const struct lw_sheet lw_reviews_sheet;   /* of GET /v1/reviews: a row each */
extern const struct lw_sheet lw_agreement_sheet; /* of GET /v1/reviews/agreement: all, then pairs */
extern const struct lw_sheet lw_questions_sheet; /* of GET /v1/questions: a row each */
extern const struct lw_sheet lw_coaching_sheet;  /* of GET /v1/coaching: a row each */
extern const struct lw_sheet lw_pulse_sheet;     /* of GET /v1/pulse/{id}: a row each group */

#endif
