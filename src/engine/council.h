/* Works-council mode (setting `console.works_council`, "on"): figures of single people are for
 * themselves and whoever leads them; all others get figures of groups of LW_GROUP_MIN people and
 * more. The one place that says who may be shown; docs/reference/access.md has the table of what it
 * means for each operation.
 *
 * A figure is a sum, a rate or a comparison, and any list that is picked or put in order by a
 * person. One decision, case or approval on its own is none, and shows who acted, as ever. */
#ifndef LW_ENGINE_COUNCIL_H
#define LW_ENGINE_COUNCIL_H

#include "people/access.h"

enum { LW_GROUP_MIN = 5 };
#define LW_COUNCIL_WORDS "figures are shown for groups of 5 people and more"

/* Everything is borrowed. */
struct lw_council {
  bool on;
  const struct lw_caller *caller; /* NULL: the command line, which is shown everything */
  const struct lw_staff *staff;
};

LW_NODISCARD enum lw_code lw_works_council(struct lw_db *db, bool *ret_on, struct lw_error *err);

/* Whether figures of that one person are for the caller, who has the right to see them otherwise:
 * under a works council only for themselves and whoever leads them. */
bool lw_individual_shown(const struct lw_caller *caller, const struct lw_staff *staff,
                         lw_str person, bool works_council);
bool lw_council_shows_person(const struct lw_council *council, lw_str person);

/* Whether figures of the people for whom is_in says true are for the caller: LW_GROUP_MIN people or
 * more (AI agents do not count), or each of them shown. Those who have left are nobody. */
bool lw_council_shows_those(const struct lw_council *council,
                            bool (*is_in)(const void *user, const struct lw_person *person),
                            const void *user);
/* The same of a team (a path; empty: everybody) and its sub-teams. */
bool lw_council_shows_within(const struct lw_council *council, lw_str team);
/* The same of all these teams together, each (a path) without its sub-teams. */
bool lw_council_shows_teams(const struct lw_council *council, const lw_str *teams, uint32_t count);
/* The same with the sub-teams of each. */
bool lw_council_shows_below(const struct lw_council *council, const lw_str *teams, uint32_t count);
bool lw_council_shows_tier(const struct lw_council *council, lw_str tier);
/* Whether everybody of the team and its sub-teams may be shown alone. */
bool lw_council_shows_each(const struct lw_council *council, lw_str team);

/* LW_FORBIDDEN with those words, and who may see the others. */
enum lw_code lw_council_withhold(struct lw_error *err);

#endif
