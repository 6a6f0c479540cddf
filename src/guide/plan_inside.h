/* Private to guide: what its files share about pages and names. */
#ifndef LW_GUIDE_PLAN_INSIDE_H
#define LW_GUIDE_PLAN_INSIDE_H

#include "data/member.h"
#include "guide/plan.h"

/* A reason's label, or the name itself where the live policy has none for it. */
lw_str lw_plan_cause_label(const struct lw_snapshot *snapshot, lw_str name);
/* What the page of a cause is called, in arena; empty for a reason whose name no page can have. */
lw_str lw_plan_cause_page(struct lw_arena *arena, lw_str cause);
/* "by", the person's "name", and "at". */
void lw_plan_add_by(const struct lw_plan_reader *reader, lw_str who, lw_usec at,
                    struct lw_buf *out);
/* A reader that sees what the batch has written. */
static inline struct lw_plan_reader lw_plan_reader_in(const struct lw_batch *batch,
                                                      const struct lw_caller *caller)
{
  return (struct lw_plan_reader){
      .db = batch->db, .snapshot = batch->snapshot, .caller = caller, .arena = batch->scratch};
}

#endif
