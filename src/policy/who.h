/* Who: whether a person fits the words of a grant or a level of a route, and what fails when not.
 */
#ifndef LW_POLICY_WHO_H
#define LW_POLICY_WHO_H

#include "policy/actor.h"
#include "policy/model.h"

/* The tier's number in the policy, or UINT32_MAX for none (or one that the policy doesn't know). */
uint32_t lw_actor_tier(const struct lw_policy *policy, const struct lw_actor *actor);

/* Tiers as bits, to pass over at once what is for others: the first 31 tiers have one each (those
 * behind share the last of them), people without a tier have one of their own. Who has none of the
 * bits that a grant has does not fit it; who has one may still lack another key. */
uint32_t lw_who_tiers(const struct lw_policy *policy, const struct lw_who *who);
uint32_t lw_actor_tiers(const struct lw_actor *actor, uint32_t tier);

/* tier is the actor's number (lw_actor_tier); own_team is the requester's, for `team: same`. */
bool lw_who_fits(const struct lw_who *who, const struct lw_actor *actor, uint32_t tier,
                 lw_str own_team, lw_usec at);
/* Appends what does not fit: "tier senior or above is needed; ana is frontline". Nothing when all
 * fits. */
void lw_who_explain(const struct lw_policy *policy, const struct lw_who *who,
                    const struct lw_actor *actor, lw_str own_team, lw_usec at, struct lw_buf *out);
/* Appends the words: "lead and above in team care, holding billing-101"; "anybody" for none. */
void lw_who_print(const struct lw_policy *policy, const struct lw_who *who, lw_str own_team,
                  struct lw_buf *out);
/* Whether `team` is `root` or stands below it ("care/billing" is in "care"). */
bool lw_team_within(lw_str team, lw_str root);
bool lw_actor_holds(const struct lw_actor *actor, lw_str certificate, lw_usec at);
lw_str lw_actor_kind_name(enum lw_actor_kind kind);

#endif
