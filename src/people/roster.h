/* A roster: the people of a file, CSV or YAML, as the policy sees them.
 *
 * CSV has a header line with columns of: id name email team tier kind holds hired_at left_at
 * manager phone, in any order. YAML has `people`, a list of maps with the same keys (or is that
 * list), and perhaps
 *
 *   people:
 *     - {id: ana, team: billing, tier: frontline, budgets: {rep-month: 300.00, guest:
 * {amount: 50.00, times: 2}}} teams: care: {} billing: {parent: care}
 *
 * `budgets` are a person's own limits in place of the budget's. With `teams` a person's team
 * becomes its whole path, parents first: "care/billing". Everything but `id` may be left out; kind
 * is then human.
 *
 * holds: certificates, a list; in text separated by `;` (names may then contain spaces) or else by
 * commas and spaces. Each may say how long it holds: `refunds-2@2026-12-31` or `refunds-2 until
 * 2026-12-31`. A date is a day by the organization's clock: a certificate holds through that day,
 * hired_at is its first moment. Both may be RFC 3339 times instead.
 *
 * Layers: people and policy do not know each other, with this exception: policy/actor.h is the
 * shape of a person that both share, a header of plain structs without a function. */
#ifndef LW_PEOPLE_ROSTER_H
#define LW_PEOPLE_ROSTER_H

#include "base/diag.h"
#include "base/tz.h"
#include "policy/actor.h"

enum lw_roster_format { LW_ROSTER_CSV, LW_ROSTER_YAML };

struct lw_roster_options {
  lw_str name; /* the file's name, for its extension; may be empty */
  uint16_t
      currency; /* of the policy, for people's own limits; LW_CURRENCY_NONE: amounts are an error */
  const struct lw_tz *zone; /* of the policy: where dates begin and end; NULL is UTC */
};

/* By the name's extension (.csv .yaml .yml .json), else by how the text begins. */
enum lw_roster_format lw_roster_format_of(lw_str source, lw_str name);

/* Reads all people into keep, which must outlive the directory; `source` is not needed afterwards.
 * All mistakes of one run go to *diags (errors: syntax, unknown-key, missing-key, duplicate-name,
 * bad-value; a warning: bad-value for a team that `teams` does not name but nearly does), sorted by
 * place. NULL when there is an error among them or memory is out (then keep->failed). The directory
 * may be shared by any number of threads. */
const struct lw_directory *lw_roster_read(struct lw_arena *keep, lw_str source,
                                          const struct lw_roster_options *options,
                                          struct lw_diags *diags);

#endif
