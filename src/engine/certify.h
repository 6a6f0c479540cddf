/* Giving somebody a certificate, for having passed a course or because somebody vouches for them.
 */
#ifndef LW_ENGINE_CERTIFY_H
#define LW_ENGINE_CERTIFY_H

#include "engine/engine.h"

struct lw_certificate_grant {
  lw_str person;
  lw_str certificate;
  lw_usec until; /* INT64_MAX: for good */
  lw_str course; /* these three: of the attempt that was passed; or empty */
  uint64_t version;
  lw_str attempt;
  lw_str by;     /* who vouches; or empty */
  lw_str reason; /* a reference (ledger/text.h), JSON; or empty */
};

/* Inside apply: the person's row with an entry person.changed, then certificate.granted. One that
 * they hold for longer stays as it is. LW_CONFLICT while a lowering of theirs is in force that took
 * certificates: what it took comes back by its end alone. LW_LIMIT, LW_NOT_FOUND. */
LW_NODISCARD enum lw_code lw_certificate_grant(struct lw_batch *batch, struct lw_change *change,
                                               const struct lw_certificate_grant *grant,
                                               struct lw_error *err);

#endif
