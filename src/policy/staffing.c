/* Teams in an order in which '/' comes before every other byte: "care", "care/billing", "care-two".
 * With any other place for it, a neighbour's name ("care-two") could stand between a team and what
 * is below it. */
#include "policy/staffing.h"

#include "policy/who.h"

#include <stdlib.h>

static int rank_of(char byte)
{
  return byte == '/' ? -1 : (unsigned char)byte;
}

static int compare_teams(lw_str a, lw_str b)
{
  size_t least = a.len < b.len ? a.len : b.len;
  for (size_t i = 0; i < least; i++) {
    if (a.ptr[i] != b.ptr[i]) {
      return rank_of(a.ptr[i]) - rank_of(b.ptr[i]);
    }
  }
  return (a.len > b.len) - (a.len < b.len);
}

/* Within a team by number, that is in the order of the directory. */
static int compare(const void *a, const void *b, void *user)
{
  const struct lw_directory *people = user;
  uint32_t left = *(const uint32_t *)a;
  uint32_t right = *(const uint32_t *)b;
  int order = compare_teams(people->actors[left].team, people->actors[right].team);
  return order != 0 ? order : (left > right) - (left < right);
}

bool lw_staffing_init(struct lw_staffing *staffing, const struct lw_policy *policy,
                      const struct lw_directory *people, const struct lw_allocator *allocator)
{
  size_t size_bytes = (size_t)people->count * sizeof(uint32_t) + 1;
  struct lw_directory sorted = *people; /* qsort_r takes what it may change */
  struct lw_staffing made = {.people = people,
                             .allocator = allocator,
                             .tiers = allocator->alloc(allocator->user, size_bytes),
                             .by_team = allocator->alloc(allocator->user, size_bytes)};
  if (made.tiers == NULL || made.by_team == NULL) {
    lw_staffing_finish(&made);
    return false;
  }
  for (uint32_t i = 0; i < people->count; i++) {
    made.tiers[i] = lw_actor_tier(policy, &people->actors[i]);
    made.by_team[i] = i;
  }
  qsort_r(made.by_team, people->count, sizeof *made.by_team, compare, &sorted);
  *staffing = made;
  return true;
}

void lw_staffing_finish(struct lw_staffing *staffing)
{
  if (staffing->tiers != NULL) {
    staffing->allocator->release(staffing->allocator->user, staffing->tiers);
  }
  if (staffing->by_team != NULL) {
    staffing->allocator->release(staffing->allocator->user, staffing->by_team);
  }
  *staffing = (struct lw_staffing){0};
}

uint32_t lw_staffing_begin(const struct lw_staffing *staffing, lw_str team)
{
  uint32_t low = 0;
  uint32_t high = staffing->people->count;
  while (low < high) {
    uint32_t middle = low + (high - low) / 2;
    if (compare_teams(staffing->people->actors[staffing->by_team[middle]].team, team) < 0) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}
