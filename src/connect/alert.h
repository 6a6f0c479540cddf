/* Mail alerts to whoever is asked: which entries ask, whom, and the words of the mail. The link
 * leads to a page that shows the approval; answering takes a second click there, for mail programs
 * open links by themselves. Pure. */
#ifndef LW_CONNECT_ALERT_H
#define LW_CONNECT_ALERT_H

#include "base/buf.h"
#include "data/value.h"

enum { LW_ALERT_PEOPLE_MAX = 200 }; /* of one entry: a level of a route is a team, not a town */

/* Whether entries of this kind ask people (approval.opened, .raised, .nudged), or tell the one
 * concerned (lowering.*, coaching.due). Not the test's, whose mail is made with its entry. */
bool lw_alert_asks(lw_str kind);
/* The ids under "to" of the entry's body (docs/formats/approvals.md): whom this very entry alerts.
 * Texts borrowed. Returns how many (at most most). */
size_t lw_alert_people(const struct lw_value *body, lw_str *place, size_t most);
/* "apr_...", "low_..." or "cch_..." of the entry's body, or empty. */
lw_str lw_alert_approval(const struct lw_value *body);

struct lw_alert_words {
  struct lw_buf subject;
  struct lw_buf text;
  struct lw_buf html;
};
/* Of an ask, or of a test. False when the body of an ask names no approval. The caller finishes
 * ret_words' buffers either way. */
LW_NODISCARD bool lw_alert_write(lw_str kind, const struct lw_value *body, lw_str public_url,
                                 struct lw_alert_words *ret_words);

#endif
