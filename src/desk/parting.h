/* What became of a customer: kept, or lost, and when that was known. Told by whoever says what the
 * records say; the latest that is known counts. Table `outcome`, entries customer.outcome. */
#ifndef LW_DESK_PARTING_H
#define LW_DESK_PARTING_H

#include "desk/approval.h"

struct lw_parting {
  lw_str customer;
  lw_usec at;
  bool lost;
};
lw_str lw_parting_name(bool lost); /* "kept" "lost" */
LW_NODISCARD bool lw_parting_name_read(lw_str name, bool *ret_lost);

/* POST /v1/customers/{id}/outcome {"outcome":"kept"|"lost","at"}: at may be left out (now). */
struct lw_parting_new {
  struct lw_parting outcome;
  bool has_at;
};
/* Texts live as long as the value. False: faults say why. */
LW_NODISCARD bool lw_parting_read(const struct lw_value *value, lw_str customer,
                                  struct lw_parting_new *ret_outcome, struct lw_faults *faults);
/* user: struct lw_parting_new. 201 {"customer","outcome","at"}; 200 when it is known already.
 * LW_CONFLICT: the other was said of that moment. LW_INVALID: a time ahead of now. */
enum lw_code lw_parting_record(struct lw_batch *batch, struct lw_change *change,
                               struct lw_error *err);

/* What is known of that moment. */
LW_NODISCARD enum lw_code lw_parting_find(struct lw_db *db, lw_str customer, lw_usec at,
                                          bool *ret_found, bool *ret_lost, struct lw_error *err);
/* Row and entry. */
LW_NODISCARD enum lw_code lw_parting_write(struct lw_batch *batch, struct lw_change *change,
                                           const struct lw_parting *outcome, struct lw_error *err);

#endif
