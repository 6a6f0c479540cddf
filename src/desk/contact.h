/* Whom one talks to: what everybody who works here may know of somebody who answers for them, or
 * who has a case of theirs: name, how to reach them, and whether they are here. Nothing of their
 * rights, limits or decisions. */
#ifndef LW_DESK_CONTACT_H
#define LW_DESK_CONTACT_H

#include "desk/approval.h"

/* As api/openapi.yaml has Who: {"person","name","kind","state","online","usual_ms","email"}. */
void lw_contact_print_who(const struct lw_desk_reader *reader, const struct lw_person *person,
                          struct lw_buf *out);
/* As it has Contact: also "until", "active", "team", "team_name", "deputy", "manager". */
void lw_contact_print(const struct lw_desk_reader *reader, const struct lw_person *person,
                      struct lw_buf *out);

#endif
