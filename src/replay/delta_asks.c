/* Requests that somebody else may be asked about depend on budgets of those who can be asked. Of
 * each such budget that the draft has drawn from otherwise it is kept which amounts it answers
 * otherwise: those above what is left under one policy and within what is left under the other.
 * More room changes nothing where somebody could grant already, less nothing where nobody could.
 * That holds until its next row, or until its window ends. Requests that were not granted are gone
 * through in order, each held against the budgets that its team may come to; by team there is one
 * span that has all of theirs, so that nearly every request is passed by after two comparisons. */
#include "replay/delta_inside.h"

#include <stdlib.h>

static bool holds_for(uint32_t until_row, lw_usec from, lw_usec to, const struct lw_delta_ask *ask)
{
  return ask->row <= until_row && ask->at >= from && ask->at < to;
}

static bool is_among(int64_t minor, const struct lw_delta_amounts *amounts)
{
  return minor > amounts->above && minor <= amounts->within;
}

static void widen(struct lw_delta_amounts *amounts, const struct lw_delta_amounts *by)
{
  if (by->above < by->within) {
    amounts->above = by->above < amounts->above ? by->above : amounts->above;
    amounts->within = by->within > amounts->within ? by->within : amounts->within;
  }
}

static void forget_spans(struct lw_delta_asking *asking, uint64_t teams)
{
  for (; teams != 0; teams &= teams - 1) {
    asking->spans[__builtin_ctzll(teams)].known = false;
  }
}

bool lw_delta_asking_add(struct lw_delta_asking *asking, uint32_t entry, uint64_t teams)
{
  if (asking->count == asking->capacity) {
    size_t capacity = asking->capacity * 2 + 64;
    struct lw_delta_dirty *dirty = realloc(asking->dirty, capacity * sizeof *dirty);
    if (dirty == NULL) {
      return false;
    }
    asking->dirty = dirty;
    asking->capacity = capacity;
  }
  asking->dirty[asking->count++] =
      (struct lw_delta_dirty){.entry = entry, .teams = teams, .from = INT64_MAX};
  forget_spans(asking, teams);
  return true;
}

static void remove_at(struct lw_delta_asking *asking, size_t at)
{
  forget_spans(asking, asking->dirty[at].teams);
  asking->dirty[at] = asking->dirty[--asking->count];
}

void lw_delta_asking_touch(struct lw_delta_asking *asking, uint32_t entry, bool dirty)
{
  size_t at = 0;
  while (at < asking->count && asking->dirty[at].entry != entry) {
    at++;
  }
  if (at == asking->count) {
    return;
  }
  if (dirty) { /* what is left there is asked for again */
    asking->dirty[at].from = INT64_MAX;
    forget_spans(asking, asking->dirty[at].teams);
  } else {
    remove_at(asking, at);
  }
}

/* What all budgets that this team may come to say at that request. */
static void know_span(struct lw_delta_asking *asking, const struct lw_delta_ask *ask)
{
  struct lw_delta_span *span = &asking->spans[ask->team];
  *span = (struct lw_delta_span){
      true, UINT32_MAX, {{INT64_MAX, INT64_MIN}, {INT64_MAX, INT64_MIN}}, INT64_MIN, INT64_MAX};
  for (size_t i = 0; i < asking->count; i++) {
    struct lw_delta_dirty *dirty = &asking->dirty[i];
    if ((dirty->teams >> ask->team & 1) == 0) {
      continue;
    }
    if (!holds_for(dirty->until_row, dirty->from, dirty->to, ask)) {
      forget_spans(asking, dirty->teams & ~(UINT64_C(1) << ask->team));
      if (!asking->look(asking->user, ask, dirty)) {
        remove_at(asking, i--);
        span->known = true;
        continue;
      }
    }
    span->until_row = dirty->until_row < span->until_row ? dirty->until_row : span->until_row;
    span->from = dirty->from > span->from ? dirty->from : span->from;
    span->to = dirty->to < span->to ? dirty->to : span->to;
    widen(&span->lost_gained[0], &dirty->lost_gained[0]);
    widen(&span->lost_gained[1], &dirty->lost_gained[1]);
  }
}

static bool is_reached(struct lw_delta_asking *asking, const struct lw_delta_ask *ask)
{
  const struct lw_delta_span *span = &asking->spans[ask->team];
  if (!span->known || !holds_for(span->until_row, span->from, span->to, ask)) {
    know_span(asking, ask);
  }
  bool reached = false;
  if (is_among(ask->minor, &span->lost_gained[ask->refused])) {
    for (size_t i = 0; i < asking->count && !reached; i++) {
      const struct lw_delta_dirty *dirty = &asking->dirty[i];
      reached = (dirty->teams >> ask->team & 1) != 0 &&
                is_among(ask->minor, &dirty->lost_gained[ask->refused]);
    }
  }
  return reached;
}

/* The first ask from `row` on. */
static void go_to(struct lw_delta_asking *asking, uint64_t row)
{
  const struct lw_delta *delta = asking->delta;
  size_t to = delta->n_asks;
  if (asking->next < to && delta->asks[asking->next].row >= row) {
    return;
  }
  while (asking->next < to) {
    size_t middle = asking->next + (to - asking->next) / 2;
    if (delta->asks[middle].row < row) {
      asking->next = middle + 1;
    } else {
      to = middle;
    }
  }
}

uint64_t lw_delta_asking_next(struct lw_delta_asking *asking, uint64_t from, uint64_t to)
{
  const struct lw_delta *delta = asking->delta;
  go_to(asking, from);
  for (; asking->count != 0 && asking->next < delta->n_asks && delta->asks[asking->next].row < to;
       asking->next++) {
    if (is_reached(asking, &delta->asks[asking->next])) {
      return delta->asks[asking->next].row;
    }
  }
  return UINT64_MAX;
}
