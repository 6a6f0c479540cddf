/* What webhooks say in words beside their structure, of entries that have words: a huddle that was
 * published (listen/huddle.h). */
#ifndef LW_HTTP_TOLD_H
#define LW_HTTP_TOLD_H

#include "connect/payload.h"
#include "engine/engine.h"

/* For deliveries of that engine's entries; it outlives them. */
struct lw_payload_words lw_told_words(struct lw_engine *engine);

#endif
