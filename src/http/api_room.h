/* Earned room, for its neighbours. Inside http only. */
#ifndef LW_HTTP_API_ROOM_H
#define LW_HTTP_API_ROOM_H

#include "http/api.h"

/* Appends ,"room":{"rule","proposal","near"} of the caller, a person; the past is held. For a
 * member of GET /v1/me/track. */
LW_NODISCARD enum lw_code lw_api_room_add_own(struct lw_call *call, struct lw_db *db,
                                              const struct lw_live_past_view *past,
                                              struct lw_error *err);

#endif
