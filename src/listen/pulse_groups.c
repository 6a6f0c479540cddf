/* Choosing what is shown: everything that is large enough, less what would give a rest away. */
#include "listen/pulse_groups.h"

#include "base/check.h"

int32_t lw_pulse_shown_above(const struct lw_pulse_node *nodes, int32_t node)
{
  while (node != LW_PULSE_NO_NODE && !nodes[node].shown) {
    node = nodes[node].parent;
  }
  return node;
}

int64_t lw_pulse_rest(const struct lw_pulse_node *nodes, size_t count, size_t node)
{
  int64_t rest = 0;
  for (size_t i = node; i < count; i++) {
    rest += lw_pulse_shown_above(nodes, (int32_t)i) == (int32_t)node ? nodes[i].own : 0;
  }
  return rest;
}

/* The smallest of the shown ones that have `node` as the nearest above them. */
static size_t smallest_below(const struct lw_pulse_node *nodes, size_t count, size_t node)
{
  size_t found = count;
  for (size_t i = node + 1; i < count; i++) {
    bool below = nodes[i].shown && lw_pulse_shown_above(nodes, nodes[i].parent) == (int32_t)node;
    if (below && (found == count || nodes[i].total < nodes[found].total)) {
      found = i;
    }
  }
  return found;
}

static void add_up(struct lw_pulse_node *nodes, size_t count, int64_t least)
{
  for (size_t i = 0; i < count; i++) {
    LW_ASSERT(nodes[i].parent < (int32_t)i);
    nodes[i].total = nodes[i].own;
  }
  for (size_t i = count; i-- > 1;) {
    nodes[nodes[i].parent].total += nodes[i].total;
  }
  for (size_t i = 0; i < count; i++) {
    nodes[i].shown = nodes[i].total >= least && nodes[i].total != 0;
  }
}

void lw_pulse_choose(struct lw_pulse_node *nodes, size_t count, int64_t least)
{
  add_up(nodes, count, least);
  for (size_t i = count; i-- > 0;) { /* from below: hiding one touches the rests above it alone */
    int64_t rest = nodes[i].shown ? lw_pulse_rest(nodes, count, i) : 0;
    while (rest != 0 && rest < least) {
      size_t smallest = smallest_below(nodes, count, i);
      LW_ASSERT(smallest < count); /* all of it is `least` or more, so something below is shown */
      nodes[smallest].shown = false;
      rest = lw_pulse_rest(nodes, count, i);
    }
  }
}
