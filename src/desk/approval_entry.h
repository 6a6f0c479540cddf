/* Private to desk: what the journal says of an approval (docs/formats/approvals.md), and how it is
 * closed. Inside a batch. */
#ifndef LW_DESK_APPROVAL_ENTRY_H
#define LW_DESK_APPROVAL_ENTRY_H

#include "desk/approval_life.h"
#include "desk/approval_store.h"
#include "desk/approval_who.h"

/* Whom an entry alerts, and which levels were passed over; or who has seen it, or took more time.
 */
struct lw_approval_alert {
  lw_str by; /* of seen and held; else empty */
  lw_str by_for;
  const lw_str *to;
  uint32_t n_to;
  uint32_t first_skipped; /* from 1 */
  uint32_t n_skipped;
};

/* Appends the entry of that kind as the approval stands, and its row in the story. alert may be
 * NULL. */
LW_NODISCARD enum lw_code lw_approval_tell(struct lw_batch *batch, struct lw_change *change,
                                           enum lw_event event, const struct lw_approval *approval,
                                           const struct lw_approval_alert *alert,
                                           struct lw_error *err);
/* Members for the decision that comes of an approval. */
void lw_approval_extra(const struct lw_approval *approval, lw_usec now, struct lw_buf *out);

/* Moves it (the table says whether it may) and writes it: row, entry, story. The caller has set
 * what the answer is. */
LW_NODISCARD enum lw_code lw_approval_close(struct lw_batch *batch, struct lw_change *change,
                                            struct lw_approval *approval,
                                            enum lw_approval_move move, struct lw_error *err);
/* The last level's time is over: the route's `otherwise`. asking may be NULL (what was asked does
 * not fit today's policy any more): then it is refused, and `why` says why. */
LW_NODISCARD enum lw_code lw_approval_fall_back(struct lw_batch *batch, struct lw_change *change,
                                                struct lw_approval *approval,
                                                struct lw_asking *asking, const char *why,
                                                struct lw_error *err);
/* The approval as the change's answer. */
LW_NODISCARD enum lw_code lw_approval_reply(struct lw_batch *batch, struct lw_change *change,
                                            const struct lw_caller *caller,
                                            const struct lw_approval *approval, int status,
                                            struct lw_error *err);
/* The approval, for a person who is asked (or stands in, *ret_asked says for whom) and who has
 * signed in; LW_FORBIDDEN for all others. */
LW_NODISCARD enum lw_code
lw_approval_find_asked(struct lw_batch *batch, const struct lw_caller *caller, lw_str id,
                       struct lw_approval *ret_approval, const struct lw_asked **ret_asked,
                       const struct lw_person **ret_me, struct lw_error *err);
/* LW_CONFLICT: by whom it was answered, when and how. */
enum lw_code lw_approval_say_closed(const struct lw_batch *batch,
                                    const struct lw_approval *approval, struct lw_error *err);
/* The policy's currency code as an index; LW_CURRENCY_NONE for none. */
uint16_t lw_approval_currency(const struct lw_approval *approval);

#endif
