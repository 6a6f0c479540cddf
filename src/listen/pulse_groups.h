/* Which groups of a pulse survey are shown. Pure: a tree of teams with how many have answered in
 * each.
 *
 * What is shown of a team is the sums of everybody in it and below. Whoever sees some of these can
 * take one from another: a team less those below it that are shown leaves the sums of the rest. In
 * a tree every group that can be got at so is made of such rests and of nothing smaller; so it is
 * enough that each rest has LW_GROUP_MIN answers, or none. Where one has fewer, the smallest team
 * right below is hidden, too, and becomes part of the rest (complementary suppression), and so on
 * until none is left: the larger group stays. */
#ifndef LW_LISTEN_PULSE_GROUPS_H
#define LW_LISTEN_PULSE_GROUPS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { LW_PULSE_NO_NODE = -1 };

struct lw_pulse_node {
  int32_t
      parent;  /* its place in the list, before this one; LW_PULSE_NO_NODE: the root, the first */
  int64_t own; /* answers of people right in it */
  /* Worked out. */
  int64_t total; /* with those below */
  bool shown;
};

/* Fills in `total` and `shown`. Nodes stand behind their parents; nothing is shown where all
 * together are fewer than `least`. */
void lw_pulse_choose(struct lw_pulse_node *nodes, size_t count, int64_t least);
/* The node or the nearest above it that is shown; LW_PULSE_NO_NODE: none. */
int32_t lw_pulse_shown_above(const struct lw_pulse_node *nodes, int32_t node);
/* Answers in the node that are in none of the shown ones below it. */
int64_t lw_pulse_rest(const struct lw_pulse_node *nodes, size_t count, size_t node);

#endif
