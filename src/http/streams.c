/* One thread reads each new entry once and appends it to the streams that it concerns; the
 * library's threads send what is pending. A stream with nothing pending is suspended, so that a
 * thousand idle ones cost nothing but a comment line every 15 seconds.
 *
 * `position` is the entry up to which all live streams have been served. A stream that begins
 * further back (Last-Event-ID) is led there in steps of its own, so that it holds up no other. A
 * stream whose reader does not keep up is ended; it comes back with the last id that it saw, and
 * nothing is lost: the journal is the queue.
 *
 * Locks: the list's, then a stream's. The library is called with a stream's lock held (resuming)
 * and calls us with none of its own; the function that frees a stream takes the list's lock alone.
 */
#include "http/streams.h"

#include "base/bounds.h"
#include "base/log.h"
#include "desk/feed.h"
#include "http/host.h"
#include "people/person.h"

#include <microhttpd.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>

enum { LIVE_STEP = 2048, BEHIND_STEP = 512 };

#define BEAT_USEC     (15 * LW_USEC_PER_SECOND)
#define LIFETIME_USEC (3600 * LW_USEC_PER_SECOND) /* then it signs in anew */

struct lw_stream {
  struct lw_stream *previous; /* these two: the list's lock */
  struct lw_stream *next;
  struct lw_streams *streams;
  atomic_uint refs;
  /* Who listens: found anew in each snapshot, and before each event. */
  char person[LW_PERSON_ID_BYTES_MAX + 1];
  char actor[LW_PERSON_ID_BYTES_MAX + 64];
  bool is_token;
  lw_hash token;
  lw_hash session; /* of a cookie, when it is no token's */
  uint64_t at;     /* the serving thread's: the last entry looked at */
  lw_usec opened;
  pthread_mutex_t mutex; /* guards what follows */
  struct MHD_Connection *connection;
  int fd; /* the connection's; valid while it is suspended */
  struct lw_buf pending;
  size_t sent; /* bytes of pending */
  lw_usec last_sent;
  bool suspended;
  bool ended; /* no more comes; what is pending is sent */
};

struct lw_streams {
  struct lw_server *server;
  pthread_t thread;
  pthread_mutex_t mutex; /* guards first, count, told, stopping, ending */
  pthread_cond_t changed;
  struct lw_stream *first;
  uint32_t count;
  uint64_t told;
  bool ending;
  bool stopping;
  uint64_t position; /* these six: the thread's own */
  lw_usec beaten;
  struct lw_arena arena;
  struct lw_json_reader *reader;
  struct lw_buf data;
  struct lw_stream *serving[LW_STREAMS_MAX];
};

void lw_stream_frame(struct lw_buf *out, uint64_t seq, lw_str event, lw_str data)
{
  LW_BUF_LIT(out, "id: ");
  lw_buf_add_uint(out, seq);
  LW_BUF_LIT(out, "\nevent: ");
  lw_buf_add(out, event);
  LW_BUF_LIT(out, "\ndata: ");
  for (size_t at = 0;;) {
    const char *end = data.len != at ? memchr(data.ptr + at, '\n', data.len - at) : NULL;
    size_t len = end != NULL ? (size_t)(end - data.ptr) - at : data.len - at;
    lw_buf_add(out, lw_str_slice(data, at, len));
    if (end == NULL) {
      break;
    }
    LW_BUF_LIT(out, "\ndata: ");
    at += len + 1;
  }
  LW_BUF_LIT(out, "\n\n");
}

/* --- a stream --- */

static void unref(struct lw_stream *stream)
{
  if (atomic_fetch_sub(&stream->refs, 1) == 1) {
    (void)pthread_mutex_destroy(&stream->mutex);
    lw_buf_finish(&stream->pending);
    free(stream);
  }
}

/* With the stream's lock. */
static void wake(struct lw_stream *stream)
{
  if (stream->suspended) {
    stream->suspended = false;
    MHD_resume_connection(stream->connection);
  }
}

/* With the stream's lock. Nobody watches a suspended connection: whether its client has gone is
 * asked of the socket itself. */
static bool is_gone(struct lw_stream *stream)
{
  char byte;
  if (!stream->ended && stream->suspended && stream->fd >= 0 &&
      recv(stream->fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) == 0) {
    stream->ended = true;
    wake(stream);
  }
  return stream->ended;
}

static void append(struct lw_stream *stream, lw_str text, bool last)
{
  (void)pthread_mutex_lock(&stream->mutex);
  if (!stream->ended) {
    if (stream->pending.len - stream->sent > LW_STREAM_BYTES_MAX) {
      stream->ended = true;
      (void)atomic_fetch_add(&stream->streams->server->metrics.dropped, 1);
    } else {
      lw_buf_add(&stream->pending, text);
      stream->last_sent = lw_clock_monotonic();
      stream->ended = last || stream->pending.failed;
    }
    wake(stream);
  }
  (void)pthread_mutex_unlock(&stream->mutex);
}

/* The library asks for bytes, on one of its threads. */
static ssize_t read_stream(void *user, uint64_t position, char *place, size_t most)
{
  struct lw_stream *stream = user;
  (void)position;
  ssize_t count = 0;
  (void)pthread_mutex_lock(&stream->mutex);
  size_t left = stream->pending.failed ? 0 : stream->pending.len - stream->sent;
  if (left != 0) {
    size_t part = left < most ? left : most;
    memcpy(place, stream->pending.ptr + stream->sent, part);
    stream->sent += part;
    count = (ssize_t)part;
    if (stream->sent == stream->pending.len) {
      lw_buf_reset(&stream->pending);
      stream->sent = 0;
    }
  } else if (stream->ended) {
    count = MHD_CONTENT_READER_END_OF_STREAM;
  } else {
    stream->suspended = true;
    MHD_suspend_connection(stream->connection);
  }
  (void)pthread_mutex_unlock(&stream->mutex);
  return count;
}

static void free_stream(void *user)
{
  struct lw_stream *stream = user;
  struct lw_streams *streams = stream->streams;
  (void)pthread_mutex_lock(&streams->mutex);
  if (stream->previous != NULL) {
    stream->previous->next = stream->next;
  } else {
    streams->first = stream->next;
  }
  if (stream->next != NULL) {
    stream->next->previous = stream->previous;
  }
  streams->count--;
  (void)pthread_mutex_unlock(&streams->mutex);
  unref(stream);
}

/* --- the thread that serves --- */

struct round {
  struct lw_streams *streams;
  const struct lw_snapshot *snapshot;
  struct lw_db *db;
  struct lw_stream **to;
  size_t count;
  uint64_t until; /* entries after it are left for later; 0: none are */
  uint64_t seen;
};

/* Whoever listens, in this snapshot; false when they have left or their token is over. */
static bool find_caller(const struct round *round, const struct lw_stream *stream, lw_usec now,
                        struct lw_caller *ret_caller)
{
  const struct lw_staff *staff = round->snapshot->staff;
  if (stream->is_token) {
    const struct lw_token *token = lw_token_find(staff, &stream->token, now);
    if (token != NULL) {
      *ret_caller = lw_token_caller(staff, token);
    }
    return token != NULL;
  }
  const struct lw_person *person = lw_staff_find(staff, lw_str_c(stream->person));
  *ret_caller = (struct lw_caller){.person = person, .actor = lw_str_c(stream->actor)};
  return person != NULL && person->active;
}

/* A session that was ended (signed out, another password) is told nothing more. */
static bool is_open(const struct round *round, const struct lw_stream *stream, lw_usec now)
{
  bool open = false;
  return stream->is_token ||
         (lw_session_is_open(round->db, &stream->session, now, &open, NULL) == LW_OK && open);
}

static void offer(struct round *round, struct lw_stream *stream, const struct lw_feed_event *event)
{
  struct lw_streams *streams = round->streams;
  lw_usec now = lw_engine_now(streams->server->engine);
  struct lw_caller caller;
  if (!find_caller(round, stream, now, &caller)) {
    append(stream, LW_STR("retry: 2000\n\n"), true);
    return;
  }
  if (!lw_feed_visible(round->snapshot, &caller, event)) {
    return;
  }
  if (!is_open(round, stream, now)) {
    append(stream, LW_STR("retry: 2000\n\n"), true);
    return;
  }
  struct lw_desk_reader reader = {.db = round->db,
                                  .snapshot = round->snapshot,
                                  .caller = &caller,
                                  .now = now,
                                  .arena = &streams->arena};
  struct lw_buf frame = {.ptr = NULL};
  lw_buf_reset(&streams->data);
  if (lw_feed_print(&reader, event, &streams->data, NULL) == LW_OK && !streams->data.failed) {
    lw_stream_frame(&frame, event->entry->seq, event->entry->kind, lw_buf_str(&streams->data));
    append(stream, lw_buf_str(&frame), false);
    (void)atomic_fetch_add(&streams->server->metrics.events, 1);
  }
  lw_buf_finish(&frame);
}

static bool visit(void *user, const struct lw_entry_view *entry)
{
  struct round *round = user;
  struct lw_feed_event event;
  if (round->until != 0 && entry->seq > round->until) {
    return false;
  }
  lw_arena_reset(&round->streams->arena);
  bool told = lw_feed_read(entry, round->streams->reader, &round->streams->arena, &event);
  for (size_t i = 0; i < round->count; i++) {
    struct lw_stream *stream = round->to[i];
    if (stream->at < entry->seq) {
      stream->at = entry->seq;
      if (told) {
        offer(round, stream, &event);
      }
    }
  }
  round->seen = entry->seq;
  return true;
}

/* Puts the streams that are behind at the end; returns how many are live. */
static size_t part_live(struct lw_stream **streams, size_t count, uint64_t position)
{
  size_t live = 0;
  for (size_t i = 0; i < count; i++) {
    if (streams[i]->at >= position) {
      struct lw_stream *other = streams[live];
      streams[live++] = streams[i];
      streams[i] = other;
    }
  }
  return live;
}

/* One step for those who are live, one for each that is behind. True: there is more to do. */
static bool serve(struct lw_streams *streams, size_t count, uint64_t told)
{
  struct round round = {.streams = streams, .seen = streams->position};
  round.until = lw_engine_seq(streams->server->engine); /* no further than what is on disk */
  if (lw_engine_reader(streams->server->engine, &round.db, NULL) != LW_OK) {
    return false;
  }
  round.snapshot = lw_engine_snapshot(streams->server->engine);
  size_t live = part_live(streams->serving, count, streams->position);
  round.to = streams->serving;
  round.count = live;
  enum lw_code code = lw_journal_walk(round.db, streams->position, LIVE_STEP, visit, &round, NULL);
  uint64_t position = round.seen;
  for (size_t i = live; i < count && code == LW_OK; i++) {
    round.to = &streams->serving[i];
    round.count = 1;
    round.until = streams->position;
    code = lw_journal_walk(round.db, streams->serving[i]->at, BEHIND_STEP, visit, &round, NULL);
  }
  streams->position = position;
  lw_snapshot_unref(round.snapshot);
  lw_engine_reader_done(streams->server->engine, round.db);
  return code == LW_OK && (position < told || live < count);
}

static void beat(struct lw_streams *streams, size_t count)
{
  lw_usec now = lw_clock_monotonic();
  if (now - streams->beaten < LW_USEC_PER_SECOND) {
    return;
  }
  streams->beaten = now;
  for (size_t i = 0; i < count; i++) {
    struct lw_stream *stream = streams->serving[i];
    (void)pthread_mutex_lock(&stream->mutex);
    bool due = !is_gone(stream) && now - stream->last_sent >= BEAT_USEC;
    (void)pthread_mutex_unlock(&stream->mutex);
    if (now - stream->opened >= LIFETIME_USEC) {
      append(stream, LW_STR("retry: 1000\n\n"), true);
    } else if (due) {
      append(stream, LW_STR(":\n\n"), false);
    }
  }
}

/* With the list's lock: references to all of them. */
static size_t gather(struct lw_streams *streams)
{
  size_t count = 0;
  for (struct lw_stream *stream = streams->first; stream != NULL; stream = stream->next) {
    (void)atomic_fetch_add(&stream->refs, 1);
    streams->serving[count++] = stream;
  }
  return count;
}

static void wait_for_news(struct lw_streams *streams, bool more)
{
  struct timespec until;
  (void)clock_gettime(CLOCK_REALTIME, &until);
  until.tv_sec++;
  bool idle = !more && (streams->first == NULL || streams->told <= streams->position);
  if (idle && !streams->stopping) {
    (void)pthread_cond_timedwait(&streams->changed, &streams->mutex, &until);
  }
}

static void *follow(void *user)
{
  struct lw_streams *streams = user;
  bool more = false;
  (void)pthread_mutex_lock(&streams->mutex);
  while (!streams->stopping) {
    wait_for_news(streams, more);
    uint64_t told = streams->told;
    size_t count = gather(streams);
    (void)pthread_mutex_unlock(&streams->mutex);
    if (count == 0) {
      streams->position = told;
      more = false;
    } else {
      more = serve(streams, count, told);
      beat(streams, count);
    }
    for (size_t i = 0; i < count; i++) {
      unref(streams->serving[i]);
    }
    (void)pthread_mutex_lock(&streams->mutex);
  }
  (void)pthread_mutex_unlock(&streams->mutex);
  return NULL;
}

/* The engine has committed; on the writer's thread. */
static void hear(void *user, uint64_t seq)
{
  struct lw_streams *streams = user;
  (void)pthread_mutex_lock(&streams->mutex);
  streams->told = seq;
  if (streams->first != NULL) {
    (void)pthread_cond_signal(&streams->changed);
  }
  (void)pthread_mutex_unlock(&streams->mutex);
}

struct lw_streams *lw_streams_create(struct lw_server *server)
{
  struct lw_streams *streams = calloc(1, sizeof *streams);
  if (streams == NULL) {
    return NULL;
  }
  streams->server = server;
  streams->reader = lw_json_reader_create(NULL);
  streams->told = streams->position = lw_engine_seq(server->engine);
  lw_arena_init(&streams->arena, NULL, LW_REQUEST_BYTES_MAX);
  (void)pthread_mutex_init(&streams->mutex, NULL);
  (void)pthread_cond_init(&streams->changed, NULL);
  if (streams->reader == NULL || pthread_create(&streams->thread, NULL, follow, streams) != 0) {
    lw_json_reader_destroy(streams->reader);
    free(streams);
    return NULL;
  }
  lw_engine_add_listener(server->engine, hear, streams);
  return streams;
}

void lw_streams_end(struct lw_streams *streams)
{
  (void)pthread_mutex_lock(&streams->mutex);
  streams->ending = true;
  for (struct lw_stream *stream = streams->first; stream != NULL; stream = stream->next) {
    append(stream, LW_STR("retry: 1000\n\n"), true);
  }
  (void)pthread_mutex_unlock(&streams->mutex);
}

void lw_streams_stop(struct lw_streams *streams)
{
  if (streams == NULL) {
    return;
  }
  lw_engine_remove_listener(streams->server->engine, hear, streams);
  (void)pthread_mutex_lock(&streams->mutex);
  streams->stopping = true;
  (void)pthread_cond_signal(&streams->changed);
  (void)pthread_mutex_unlock(&streams->mutex);
  (void)pthread_join(streams->thread, NULL);
}

void lw_streams_destroy(struct lw_streams *streams)
{
  if (streams == NULL) {
    return;
  }
  lw_json_reader_destroy(streams->reader);
  lw_arena_finish(&streams->arena);
  lw_buf_finish(&streams->data);
  (void)pthread_cond_destroy(&streams->changed);
  (void)pthread_mutex_destroy(&streams->mutex);
  free(streams);
}

uint32_t lw_streams_count(struct lw_streams *streams)
{
  (void)pthread_mutex_lock(&streams->mutex);
  uint32_t count = streams->count;
  (void)pthread_mutex_unlock(&streams->mutex);
  return count;
}

bool lw_streams_has(struct lw_streams *streams, lw_str person)
{
  bool has = false;
  if (streams == NULL || person.len == 0) {
    return false;
  }
  (void)pthread_mutex_lock(&streams->mutex);
  for (struct lw_stream *stream = streams->first; !has && stream != NULL; stream = stream->next) {
    if (!stream->is_token && lw_str_equal(lw_str_c(stream->person), person)) {
      (void)pthread_mutex_lock(&stream->mutex);
      has = !is_gone(stream);
      (void)pthread_mutex_unlock(&stream->mutex);
    }
  }
  (void)pthread_mutex_unlock(&streams->mutex);
  return has;
}

/* --- opening --- */

static void copy_text(char *place, size_t size, lw_str text)
{
  size_t len = text.len < size - 1 ? text.len : size - 1;
  if (len != 0) {
    memcpy(place, text.ptr, len);
  }
  place[len] = '\0';
}

static struct lw_stream *make(struct lw_call *call, uint64_t after)
{
  struct lw_stream *stream = calloc(1, sizeof *stream);
  if (stream == NULL) {
    return NULL;
  }
  struct lw_exchange *exchange = lw_exchange_of(call);
  stream->streams = call->server->streams;
  atomic_init(&stream->refs, 1);
  stream->connection = exchange->connection;
  stream->fd = exchange->link != NULL ? exchange->link->fd : -1;
  stream->at = after;
  stream->opened = stream->last_sent = lw_clock_monotonic();
  stream->is_token = call->caller.is_token;
  stream->token = exchange->token;
  if (exchange->by_cookie) {
    stream->session = lw_hash_of(exchange->work->hasher, exchange->cookie);
  }
  copy_text(stream->actor, sizeof stream->actor, call->caller.actor);
  if (call->caller.person != NULL) {
    copy_text(stream->person, sizeof stream->person, call->caller.person->actor.id);
  }
  (void)pthread_mutex_init(&stream->mutex, NULL);
  LW_BUF_LIT(&stream->pending, "retry: 2000\n\n");
  return stream;
}

/* With the list's lock. */
static uint32_t count_of(const struct lw_streams *streams, const char *actor)
{
  uint32_t count = 0;
  for (struct lw_stream *stream = streams->first; stream != NULL; stream = stream->next) {
    if (strcmp(stream->actor, actor) == 0) {
      (void)pthread_mutex_lock(&stream->mutex);
      count += !is_gone(stream);
      (void)pthread_mutex_unlock(&stream->mutex);
    }
  }
  return count;
}

static bool enlist(struct lw_streams *streams, struct lw_stream *stream)
{
  (void)pthread_mutex_lock(&streams->mutex);
  bool room = !streams->ending && streams->count < LW_STREAMS_MAX &&
              count_of(streams, stream->actor) < LW_STREAMS_OF_ONE_MAX;
  if (room) {
    stream->next = streams->first;
    if (stream->next != NULL) {
      stream->next->previous = stream;
    }
    streams->first = stream;
    streams->count++;
    (void)pthread_cond_signal(&streams->changed);
  }
  (void)pthread_mutex_unlock(&streams->mutex);
  return room;
}

void lw_streams_open(struct lw_call *call, uint64_t after)
{
  struct lw_exchange *exchange = lw_exchange_of(call);
  struct lw_stream *stream = make(call, after);
  if (stream == NULL) {
    lw_call_fail(call, LW_NO_MEMORY, "out of memory; try again");
    return;
  }
  if (!enlist(call->server->streams, stream)) {
    unref(stream);
    lw_call_fail(call, LW_TOO_MANY, "too many event streams are open; close one (%d a person)",
                 LW_STREAMS_OF_ONE_MAX);
    return;
  }
  exchange->stream =
      MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, 4096, read_stream, stream, free_stream);
  if (exchange->stream == NULL) {
    free_stream(stream);
    lw_call_fail(call, LW_NO_MEMORY, "out of memory; try again");
    return;
  }
  lw_call_add_header(call, "X-Accel-Buffering", LW_STR("no")); /* a proxy must not hold it back */
  lw_call_reply_as(call, 200, "text/event-stream");
}
