/* The Track page's figures as JSON (GET /v1/track, api/openapi.yaml: Track). */
#ifndef LW_TRACK_PAGE_H
#define LW_TRACK_PAGE_H

#include "people/staff.h"
#include "policy/model.h"
#include "track/overview.h"

struct lw_track_page {
  const struct lw_track_sums *sums;
  struct lw_track_scope scope;
  const struct lw_staff *staff;   /* names; whoever it lacks goes by id */
  const struct lw_policy *policy; /* labels and owners of causes; NULL: none is live */
  bool individuals;               /* each agent; else only groups of LW_TRACK_GROUP_MIN and more */
};
enum { LW_TRACK_GROUP_MIN = 5 };

/* Appends it. LW_NO_MEMORY, LW_OVERFLOW; LW_FORBIDDEN: the group is too small to be shown. */
LW_NODISCARD enum lw_code lw_track_page_print(const struct lw_track_page *page,
                                              struct lw_arena *arena, struct lw_buf *out,
                                              struct lw_error *err);

/* Appends a cell's members as they stand in the page, without braces. */
void lw_track_cell_print(const struct lw_track_cell *cell, uint16_t currency, struct lw_buf *out);
/* The same of what became of cases, with a comma before. */
void lw_track_end_print(const struct lw_track_end *end, struct lw_buf *out);

#endif
