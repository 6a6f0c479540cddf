/* struct lw_server, as the files of http see it. Inside http only. */
#ifndef LW_HTTP_HOST_H
#define LW_HTTP_HOST_H

#include "engine/console.h"
#include "engine/lists.h"
#include "http/exchange.h"
#include "http/links.h"
#include "http/metrics.h"
#include "http/quota.h"
#include "http/worker.h"
#include "http/streams.h"
#include "http/wakes.h"
#include "people/signin.h"
#include "people/throttle.h"
#include "track/keeper.h"
#include "tweak/live_past.h"
#include "tweak/replay_cache.h"

struct MHD_Daemon;

struct lw_server {
  struct lw_engine *engine; /* lent, as `lists` */
  struct lw_lists *lists;
  struct lw_connect *connect; /* or NULL */
  struct lw_signin *signin;
  struct lw_consoles *consoles;
  struct lw_throttle *looks; /* at invitations */
  const char *mail_server;   /* of the options; NULL: no mail */
  const char *mail_from;
  struct MHD_Daemon *daemon;
  struct lw_exchanges *exchanges;
  struct lw_wakes wakes[LW_WAKES];
  struct lw_links *links;
  struct lw_streams *streams;
  struct lw_worker *worker;
  struct lw_worker *replayer;
  struct lw_live_past *past;
  struct lw_replay_cache *replays;
  struct lw_track_keeper *track;
  struct lw_metrics metrics;
  char address[160];    /* "http://127.0.0.1:41233" */
  char public_url[512]; /* without a slash at its end */
  bool secure_cookies;
  uint64_t id_base; /* of this process, in request ids */
  atomic_uint_fast64_t id_next;
  atomic_size_t body_bytes; /* of all exchanges */
  atomic_bool stopping;
  atomic_uint entered;   /* requests between their handler's beginning and their reply */
  atomic_bool has_cases; /* once there was one */
  atomic_bool decided;   /* once something was */
  _Atomic lw_usec cases_asked_at;
  _Atomic lw_usec questions_at; /* when questions were last looked for; 0: not yet */
  struct lw_quota quota;        /* of what people may ask without a right */
};

#endif
