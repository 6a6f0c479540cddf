/* What answers to asks teach: whether people say yes so steadily that the asking itself may be
 * spared, and up to which amount. Pure: numbers in, numbers out.
 *
 * The rule is declared and the same everywhere: at least LW_CONSENT_ASKS_MIN answers, and even at
 * the unlucky end of the interval that such a share has (Wilson's, LW_CONSENT_CONFIDENCE of 100,
 * both sides) at least LW_CONSENT_SHARE of 100 of them as asked. */
#ifndef LW_TWEAK_CONSENT_H
#define LW_TWEAK_CONSENT_H

#include "base/date.h"

enum {
  LW_CONSENT_ASKS_MIN = 20,
  LW_CONSENT_SHARE = 85,      /* of 100 */
  LW_CONSENT_CONFIDENCE = 95, /* of 100 */
  LW_CONSENT_COVER = 90,      /* of 100 amounts that were accepted, a new limit covers so many */
  LW_CONSENT_TIMES_MAX = 5    /* a new limit is at most so many times the old one */
};

enum lw_consent_answer { LW_SAID_YES, LW_SAID_YES_CHANGED, LW_SAID_NO };

/* An ask that somebody answered. */
struct lw_consent_ask {
  uint64_t row;  /* of the request */
  int64_t minor; /* asked for, minor units; -1: no amount */
  enum lw_consent_answer answer;
  uint32_t who; /* who answered: any number that tells people apart */
  lw_usec at;   /* of the request */
  lw_usec waited;
};

struct lw_consent {
  uint64_t asks;
  uint64_t yes;       /* changed ones among them */
  uint64_t unchanged; /* yes to just what was asked for */
  uint64_t no;
  uint64_t who;   /* how many people answered */
  lw_usec middle; /* of the waiting */
  lw_usec first;  /* of the requests */
  lw_usec last;
  int64_t greatest; /* amount that was said yes to unchanged; -1: none */
};

/* The lower end of the interval for a share of `some` of `all`; 0 for none. */
double lw_consent_least(uint64_t some, uint64_t all);
/* Whether so many of them are enough by the rule. */
bool lw_consent_is_steady(uint64_t some, uint64_t all);
/* Sums up; false when memory is out. */
LW_NODISCARD bool lw_consent_sum(const struct lw_consent_ask *asks, size_t count,
                                 struct lw_consent *ret_consent);
/* The new limit in place of `limit`, or -1: none is borne out. It is the smallest round amount that
 * covers LW_CONSENT_COVER of 100 of the amounts that people said yes to, as far up as they did so
 * steadily; never more than the greatest that they ever said yes to. False when memory is out. */
LW_NODISCARD bool lw_consent_limit(const struct lw_consent_ask *asks, size_t count, int64_t limit,
                                   int64_t *ret_limit);

#endif
