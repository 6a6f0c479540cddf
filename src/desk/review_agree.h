/* How far two agree who reviewed the same decisions without knowing of each other: what each said,
 * and Cohen's kappa with its interval (measure/agree.h), for all pairs together and for each two
 * reviewers.
 *
 * Two reviewers' agreement is a figure of theirs: under a works council each sees their own pairs,
 * and all together only where LW_GROUP_MIN or more took part. */
#ifndef LW_DESK_REVIEW_AGREE_H
#define LW_DESK_REVIEW_AGREE_H

#include "desk/review.h"

enum {
  LW_AGREEMENT_DAYS = 365, /* looked back, when nothing else is said */
  LW_AGREEMENT_PAIRS_MAX = 200
};

struct lw_agreement_query {
  lw_str team; /* a path, with its sub-teams; empty: all that the caller reviews */
  lw_usec since;
};
/* Appends {"since","reviews","needed","questions":{...},"pairs":[...],"words":[...]}
 * (api/openapi.yaml: ReviewAgreement) of the reviews that the caller may do. Reads only. */
LW_NODISCARD enum lw_code lw_review_agreement(const struct lw_desk_reader *reader,
                                              const struct lw_agreement_query *query,
                                              struct lw_buf *out, struct lw_error *err);

#endif
