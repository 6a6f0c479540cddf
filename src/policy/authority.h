/* What somebody may do by themselves, in words, and what would open more: read off the rules,
 * without a case, a customer or what is drawn today. A limit that depends on the case stands as
 * words. Pure. */
#ifndef LW_POLICY_AUTHORITY_H
#define LW_POLICY_AUTHORITY_H

#include "policy/actor.h"
#include "policy/model.h"

enum { LW_AUTHORITY_NEXT_MAX = 10, LW_AUTHORITY_DIGEST_BYTES = 32 };

/* Appends members of api/openapi.yaml's Authority, without braces:
 * "policy","person","tier","digest","grants","rails","most","next". The digest tells whether the
 * grants and limits are what they were; it does not change with the policy's version alone. */
void lw_authority_json(const struct lw_policy *policy, uint64_t version,
                       const struct lw_actor *actor, lw_usec at, struct lw_arena *scratch,
                       struct lw_buf *out);
/* What is kept of it as read: {"most":[{"action","amount" or "any"}],"grants":["id"]}. */
void lw_authority_kept_json(const struct lw_policy *policy, const struct lw_actor *actor,
                            lw_usec at, struct lw_arena *scratch, struct lw_buf *out);
/* The most that one grant (its id) gives that actor for an action (its name) at once, in minor
 * units, as far as that stands without a case; -1: there is no such grant or limit. */
int64_t lw_authority_limit(const struct lw_policy *policy, const struct lw_actor *actor,
                           lw_str grant, lw_str action);
/* The same digest, in hex. */
void lw_authority_digest(const struct lw_policy *policy, const struct lw_actor *actor, lw_usec at,
                         struct lw_arena *scratch, char digest[LW_AUTHORITY_DIGEST_BYTES]);

/* Members of TierTable: "rows" (what each tier may at most, an action a row) and "budgets" (what
 * each has). Teams and certificates count as there; certificates are named. */
void lw_authority_tiers_json(const struct lw_policy *policy, lw_usec at, struct lw_arena *scratch,
                             struct lw_buf *out);

#endif
