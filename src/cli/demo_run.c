/* What the makers of the demonstration's past share: one change, and the id in its answer. */
#include "cli/demo.h"
#include "cli/store.h"

enum lw_code lw_demo_run(struct lw_engine *engine, lw_demo_apply *apply, void *user, lw_str actor,
                         struct lw_buf *ret_answer, struct lw_error *err)
{
  struct lw_store_change change = {
      .apply = apply, .user = user, .actor = actor, .answer = ret_answer};
  return lw_store_run(engine, &change, err);
}

lw_str lw_demo_id(lw_str answer)
{
  static const lw_str before = LW_STR_INIT("\"id\":\"");
  size_t found = lw_str_find(answer, before, 0);
  if (found == SIZE_MAX) {
    return LW_STR("");
  }
  size_t begin = found + before.len;
  size_t end = lw_str_find(answer, LW_STR("\""), begin);
  return end != SIZE_MAX ? lw_str_slice(answer, begin, end - begin) : LW_STR("");
}
