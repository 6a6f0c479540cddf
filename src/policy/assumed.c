/* Numbers of a mixed base: each list of the words is a digit, the last list running fastest. */
#include "policy/assumed.h"

/* Different people that one level of a route may stand for, offline: enough for lists that a person
 * wrote. */
enum { ASSUMED_MAX = 256 };

/* One choice of what a level's words name: a number for each of its lists, the last list running
 * fastest. */
void lw_assumed_choose(const struct lw_policy *policy, const struct lw_who *who, lw_str own_team,
                       uint64_t choice, struct lw_actor *ret_actor)
{
  uint32_t n_tiers = who->n_tiers != 0 ? who->n_tiers : who->n_only_tiers;
  const uint32_t *tiers = who->n_tiers != 0 ? who->tiers : who->only_tiers;
  *ret_actor =
      (struct lw_actor){.assumed = true, .team = LW_STR(""), .tier = LW_STR(""), .id = LW_STR("")};
  if (n_tiers != 0) {
    ret_actor->tier = policy->tiers[tiers[choice % n_tiers]];
    choice /= n_tiers;
  }
  if (who->same_team) {
    ret_actor->team = own_team;
  } else if (who->n_teams != 0) {
    ret_actor->team = who->teams[choice % who->n_teams];
    choice /= who->n_teams;
  }
  if (who->n_persons != 0) {
    ret_actor->id = who->persons[choice % who->n_persons];
    choice /= who->n_persons;
  }
  ret_actor->kind = LW_ACTOR_HUMAN;
  for (uint32_t kind = LW_ACTOR_HUMAN; kind <= LW_ACTOR_SERVICE; kind++) {
    if ((who->kinds & 1U << kind) != 0 && choice-- == 0) {
      ret_actor->kind = (enum lw_actor_kind)kind;
    }
  }
}

uint64_t lw_assumed_count(const struct lw_who *who)
{
  uint32_t kinds = 0;
  for (uint32_t kind = LW_ACTOR_HUMAN; kind <= LW_ACTOR_SERVICE; kind++) {
    kinds += (who->kinds >> kind & 1U) != 0;
  }
  const uint32_t named[] = {who->n_tiers != 0 ? who->n_tiers : who->n_only_tiers, who->n_teams,
                            who->n_persons, kinds};
  uint64_t count = 1;
  for (size_t i = 0; i < sizeof named / sizeof named[0]; i++) {
    count *= named[i] != 0 ? named[i] : 1;
    count = count < ASSUMED_MAX ? count : ASSUMED_MAX;
  }
  return count;
}
