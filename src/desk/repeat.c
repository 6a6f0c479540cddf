/* The setting alone: cases are gone through where they are summed up. */
#include "desk/repeat.h"

#include "base/num.h"
#include "people/person.h"

uint32_t lw_repeat_days_read(lw_str text)
{
  uint64_t days = 0;
  bool said = lw_uint_read(text, &days) && days <= LW_REPEAT_DAYS_MAX;
  return said ? (uint32_t)days : LW_REPEAT_DAYS;
}

enum lw_code lw_repeat_days_set(struct lw_db *db, uint32_t *ret_days, struct lw_error *err)
{
  struct lw_arena arena;
  lw_str text = {NULL, 0};
  lw_arena_init(&arena, NULL, 0);
  enum lw_code rc = lw_setting_get(db, LW_STR("console.repeat_contact_days"), &arena, &text, err);
  *ret_days = rc == LW_OK ? lw_repeat_days_read(text) : LW_REPEAT_DAYS;
  lw_arena_finish(&arena);
  return rc;
}
