/* Event streams (GET /v1/events): server-sent events, one stream a connection, all fed by one
 * thread that reads the journal. Inside http only. */
#ifndef LW_HTTP_STREAMS_H
#define LW_HTTP_STREAMS_H

#include "http/call.h"

struct lw_streams;
/* Listens to the engine's commits from now on. NULL when memory or threads are out. */
struct lw_streams *lw_streams_create(struct lw_server *server);
/* Tells every stream to come back, and takes no more. */
void lw_streams_end(struct lw_streams *streams);
/* Ends the thread; commits may still be told of. NULL is allowed, here and below. */
void lw_streams_stop(struct lw_streams *streams);
/* Stopped, and the engine is closed. */
void lw_streams_destroy(struct lw_streams *streams);
/* Replies with a stream of what concerns the caller, behind entry `after`; or with 429. */
void lw_streams_open(struct lw_call *call, uint64_t after);
uint32_t lw_streams_count(struct lw_streams *streams);
/* Whether a window of that person listens now: who is alerted hears it. streams may be NULL. */
bool lw_streams_has(struct lw_streams *streams, lw_str person);

/* One event as it goes over the wire: "id: 7\nevent: decision\ndata: {...}\n\n"; a line break in
 * the data begins another data line. Pure. */
void lw_stream_frame(struct lw_buf *out, uint64_t seq, lw_str event, lw_str data);

#endif
