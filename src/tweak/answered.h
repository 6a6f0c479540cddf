/* The asks of a record that somebody answered: what approvals teach of the policy (suggest.h), and
 * of one person (room.h). */
#ifndef LW_TWEAK_ANSWERED_H
#define LW_TWEAK_ANSWERED_H

#include "replay/report.h"
#include "tweak/consent.h"

struct lw_answered {
  struct lw_consent_ask *asks; /* in order of the record */
  size_t count;
  size_t capacity;
};

/* Of requests since then that the policy of this run (the live one) would ask about, too, and that
 * a person answered. A route's `otherwise` is nobody's answer: its row is the agent's own. False
 * when memory is out. finish is safe after a failure. */
LW_NODISCARD bool lw_answered_take(const struct lw_tape *tape, const struct lw_run *live,
                                   lw_usec since, struct lw_answered *ret_answered);
void lw_answered_finish(struct lw_answered *asked);

/* What a run did in place of the live one, in the window: for suggestions and proposals alike.
 * Amounts are minor units. */
struct lw_lifted {
  uint64_t more;
  uint64_t less;
  uint64_t avoided; /* asks that were opened then, and are granted at once */
  lw_usec avoided_waiting;
  int64_t cost;         /* granted at once or answered, after less before */
  uint64_t newly_asked; /* granted at once before, an ask now: budgets run dry sooner */
  int64_t newly_asked_cost;
};
LW_NODISCARD enum lw_code lw_lifted_tell(const struct lw_tape *tape, const struct lw_run *live,
                                         const struct lw_run *after,
                                         const struct lw_report_options *window,
                                         struct lw_lifted *ret_lifted, struct lw_error *err);

#endif
