/* People become stays (days, left or not, tier), tiers become groups in the policy's order. */
#include "track/remain.h"

#include "policy/who.h"

const uint32_t lw_remain_years[LW_REMAIN_YEARS] = {1, 3};

static const double chance = 0.05;

/* Days of a year, so that four of them are 1461. */
static uint32_t days_of(uint32_t years)
{
  return years * 1461 / 4;
}

struct stays {
  struct lw_stay *items;
  uint32_t count;
  lw_str tiers[LW_REMAIN_GROUPS_MAX];
  uint32_t n_tiers;
};

static uint32_t group_of(struct stays *stays, lw_str tier)
{
  for (uint32_t i = 0; i < stays->n_tiers; i++) {
    if (lw_str_equal(stays->tiers[i], tier)) {
      return i;
    }
  }
  if (stays->n_tiers < LW_REMAIN_GROUPS_MAX) {
    stays->tiers[stays->n_tiers] = tier;
    return stays->n_tiers++;
  }
  return LW_REMAIN_GROUPS_MAX - 1; /* more tiers than anybody reads: the last has the rest */
}

static bool in_scope(const struct lw_track_scope *scope, lw_str team)
{
  return (scope->team.len == 0 || lw_team_within(team, scope->team)) &&
         (scope->within.len == 0 || lw_team_within(team, scope->within));
}

static void add_person(struct stays *stays, const struct lw_person *person, lw_usec now)
{
  const struct lw_actor *actor = &person->actor;
  const lw_usec day = LW_SECONDS_PER_DAY * LW_USEC_PER_SECOND;
  bool left = actor->has_left_at && actor->left_at <= now;
  lw_usec end = left ? actor->left_at : now;
  if (actor->kind != LW_ACTOR_HUMAN || !actor->has_hired_at || end < actor->hired_at) {
    return;
  }
  stays->items[stays->count++] = (struct lw_stay){.days = (uint32_t)((end - actor->hired_at) / day),
                                                  .group = group_of(stays, actor->tier),
                                                  .left = left};
}

/* All of them, or one group's. */
static enum lw_code sum_up(const struct stays *stays, uint32_t group, struct lw_stay *part,
                           struct lw_stay_step *steps, struct lw_remain_group *ret_group,
                           struct lw_error *err)
{
  struct lw_staying staying;
  size_t count = 0;
  for (uint32_t i = 0; i < stays->count; i++) {
    if (group == UINT32_MAX || stays->items[i].group == group) {
      part[count++] = stays->items[i];
    }
  }
  enum lw_code rc = lw_staying(part, count, steps, &staying, err);
  if (rc != LW_OK) {
    return rc;
  }
  *ret_group =
      (struct lw_remain_group){.tier = group == UINT32_MAX ? LW_STR("") : stays->tiers[group],
                               .people = staying.people,
                               .left = staying.left};
  for (uint32_t i = 0; i < LW_REMAIN_YEARS; i++) {
    ret_group->after[i] = lw_staying_after(&staying, steps, days_of(lw_remain_years[i]), chance);
  }
  return LW_OK;
}

static enum lw_code make_groups(const struct stays *stays, bool individuals, struct lw_stay *part,
                                struct lw_stay_step *steps, struct lw_remain *remain,
                                struct lw_error *err)
{
  uint32_t least = individuals ? 1 : LW_REMAIN_GROUP_MIN;
  enum lw_code rc = sum_up(stays, UINT32_MAX, part, steps, &remain->whole, err);
  if (rc == LW_OK && remain->whole.people < least) {
    remain->hidden = remain->whole.people;
    remain->whole = (struct lw_remain_group){.people = 0};
    return LW_OK;
  }
  for (uint32_t i = 0; rc == LW_OK && i < stays->n_tiers; i++) {
    struct lw_remain_group group;
    rc = sum_up(stays, i, part, steps, &group, err);
    if (rc == LW_OK && group.people >= least && group.people != 0) {
      remain->groups[remain->n_groups++] = group;
    } else if (rc == LW_OK) {
      remain->hidden += group.people;
    }
  }
  return rc == LW_OK ? lw_staying_differ(stays->items, stays->count, &remain->differ, err) : rc;
}

enum lw_code lw_remain_make(const struct lw_staff *staff, const struct lw_policy *policy,
                            const struct lw_track_scope *scope, lw_usec now, bool individuals,
                            struct lw_arena *arena, struct lw_remain *ret_remain,
                            struct lw_error *err)
{
  struct stays stays = {.items = LW_NEW_ARRAY(arena, struct lw_stay, staff->n_persons + 1)};
  struct lw_stay *part = LW_NEW_ARRAY(arena, struct lw_stay, staff->n_persons + 1);
  struct lw_stay_step *steps = LW_NEW_ARRAY(arena, struct lw_stay_step, staff->n_persons + 1);
  *ret_remain = (struct lw_remain){.n_groups = 0};
  if (stays.items == NULL || part == NULL || steps == NULL) {
    return lw_fail(err, LW_NO_MEMORY, "out of memory");
  }
  for (uint32_t i = 0; policy != NULL && i < policy->n_tiers; i++) {
    (void)group_of(&stays, policy->tiers[i]); /* in their order; those without people fall out */
  }
  for (uint32_t i = 0; i < staff->n_persons; i++) {
    if (in_scope(scope, staff->persons[i].actor.team)) {
      add_person(&stays, &staff->persons[i], now);
    }
  }
  return make_groups(&stays, individuals, part, steps, ret_remain, err);
}
