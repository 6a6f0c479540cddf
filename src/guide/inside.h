/* Private to guide: what its files share about pages and names. */
#ifndef LW_GUIDE_INSIDE_H
#define LW_GUIDE_INSIDE_H

#include "data/member.h"
#include "guide/guide.h"

/* Of the live policy; NULL: it has none of that name. */
const struct lw_reason *lw_guide_reason(const struct lw_snapshot *snapshot, lw_str name);
/* Its label, or the name itself where it has none. */
lw_str lw_guide_label(const struct lw_snapshot *snapshot, lw_str name);
/* What the page of a cause is called, in arena; empty for a reason whose name no page can have. */
lw_str lw_guide_page_name(struct lw_arena *arena, lw_str cause);
/* "by", the person's "name", and "at". */
void lw_guide_add_by(const struct lw_guide_reader *reader, lw_str who, lw_usec at,
                     struct lw_buf *out);
/* A reader that sees what the batch has written. */
static inline struct lw_guide_reader lw_guide_reader_in(const struct lw_batch *batch,
                                                        const struct lw_caller *caller)
{
  return (struct lw_guide_reader){
      .db = batch->db, .snapshot = batch->snapshot, .caller = caller, .arena = batch->scratch};
}

#endif
