/* The figures of Track as sheets (data/sheet.h): which rows and columns each answer has as CSV. */
#ifndef LW_TRACK_SHEETS_H
#define LW_TRACK_SHEETS_H

#include "data/sheet.h"

extern const struct lw_sheet lw_track_sheet;   /* GET /v1/track */
extern const struct lw_sheet lw_chart_sheet;   /* GET /v1/track/charts */
extern const struct lw_sheet lw_causes_sheet;  /* GET /v1/causes */
extern const struct lw_sheet lw_room_sheet;    /* GET /v1/track/room */
extern const struct lw_sheet lw_brought_sheet; /* GET /v1/track/brought */
extern const struct lw_sheet lw_ended_sheet;   /* GET /v1/track/ended */

#endif
