/* What a batch will look at, fetched by one question. Where the database is somewhere else, each
 * row of a budget that memory lacks would be a round trip in the middle of deciding, and the turn
 * to write would be held meanwhile.
 *
 * Each decision of the batch is decided once for trying, on rows that are empty and only note what
 * they were asked for. What came of it is thrown away: the noted rows are the ones that the
 * decision looks at, or nearly; one that was not foreseen is fetched when it is asked for. */
#include "engine/inside.h"

static bool note(void *user, struct lw_rows *rows, struct lw_row_key key,
                 const struct lw_window *window)
{
  struct lw_engine *engine = user;
  (void)rows;
  if (!lw_rows_have(engine->rows, key, window->kind)) {
    (void)lw_drawn_ahead_wish(&engine->ahead, key, window);
  }
  return true;
}

/* Whether it is decided as it was read; else it is read again, and its rows come one by one. */
static bool is_ready(const struct lw_engine *engine, const struct lw_change *change)
{
  const struct lw_order *order = change->user;
  return change->apply == lw_order_apply && order->snapshot != NULL &&
         order->snapshot->serial == engine->snapshot->serial &&
         engine->deciders[order->snapshot->trial] != NULL;
}

static void try_one(struct lw_engine *engine, struct lw_rows *empty, const struct lw_change *change)
{
  struct lw_order *order = change->user;
  struct lw_decider *decider = engine->deciders[order->snapshot->trial];
  struct lw_outcome outcome;
  struct lw_error err;
  lw_decider_set_rows(decider, empty);
  lw_decider_reset(decider);
  enum lw_code tried = lw_decide(decider, &order->request, &outcome, &err);
  (void)tried; /* what it could not do, deciding will tell */
  lw_decider_reset(decider);
  lw_decider_set_rows(decider, engine->rows);
}

enum lw_code lw_ahead_fetch(struct lw_engine *engine, struct lw_change **changes, size_t count,
                            struct lw_error *err)
{
  lw_drawn_ahead_start(&engine->ahead);
  if (lw_db_kind(engine->db) != LW_DB_POSTGRES) {
    return LW_OK;
  }
  struct lw_rows *empty = lw_rows_create(NULL);
  if (empty == NULL) {
    return LW_OK; /* they come one by one */
  }
  lw_rows_set_source(empty, &(struct lw_rows_source){note, engine});
  for (size_t i = 0; i < count; i++) {
    if (is_ready(engine, changes[i])) {
      try_one(engine, empty, changes[i]);
    }
  }
  lw_rows_destroy(empty);
  return lw_drawn_ahead_fetch(&engine->ahead, engine->db, err);
}
