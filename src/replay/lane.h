/* The quick way through a replay: rows that tables and sums alone decide.
 *
 * Inside the replay folder only: run.c reads a block of rows and has their bit words told
 * (words.h); the lane decides row after row until one wants more than that (a program to be run,
 * somebody's certificate, an answer to an earlier row): that one run.c decides itself, and comes
 * back with the next. One thread's. */
#ifndef LW_REPLAY_LANE_H
#define LW_REPLAY_LANE_H

#include "replay/spent.h"
#include "replay/words.h"

/* Who may answer on a level for people of a team. */
struct lw_answerers {
  bool known;
  uint32_t *persons;
  uint32_t count;
  uint32_t last;   /* who could the last time: asked first */
  uint64_t *words; /* by action: all their bits together; NULL: not yet put together */
};

/* Everything is borrowed and outlives the lane. */
struct lw_lane_of {
  struct lw_bound *bound;
  struct lw_rules *rules;
  struct lw_spent *spent;
  const struct lw_words *words;
  struct lw_answerers *answerers; /* by level of all routes * n_teams + team */
  const uint32_t *first_level;    /* by route */
  uint32_t n_teams;
  const struct lw_block *block;
  const struct lw_told *told;
  /* What more than words tell of a row of the block that can be read; nothing was drawn for it, and
   * everything for those before it. Rules by their number in the action's. Whether a rail stands in
   * the way, with the verdict then; and whether person has all of a grant but what it needs (a
   * note) and its budgets. */
  bool (*rail_stands)(void *user, uint32_t row, uint32_t rail, uint8_t *ret_verdict);
  bool (*grant_fits)(void *user, uint32_t row, uint32_t person, uint32_t grant);
  /* The row's own person would have had one of these grants, had their budgets covered it. */
  void (*note_dry)(void *user, uint32_t row, const uint16_t *grants, uint32_t count);
  void *user;
};

struct lw_lane;

/* NULL when memory is out. */
struct lw_lane *lw_lane_create(const struct lw_lane_of *of);
void lw_lane_destroy(struct lw_lane *lane); /* NULL is allowed */

/* Another block was read and told. */
void lw_lane_begin(struct lw_lane *lane);
/* Decides rows of the block from `first` on into verdicts and grants (both of the block) and draws
 * for them; returns the first one that it can't, or the block's count. */
uint32_t lw_lane_run(struct lw_lane *lane, uint32_t first, uint8_t *verdicts, uint16_t *grants);
/* A sum could not be counted any more, or memory is out. */
bool lw_lane_failed(const struct lw_lane *lane);

#endif
