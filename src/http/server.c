/* The server around libmicrohttpd. Two polling threads of the library run everything that does not
 * wait; what waits (a batch's commit, a password) suspends its connection and is resumed by whoever
 * finishes it, so that no thread is ever blocked by the disk.
 *
 * A request goes through: begin (its line has come) -> take_head (route, headers, who calls; what
 * can be refused is refused before a body is read) -> take_body -> run (the handler) -> send, with
 * a stop at WAITING in between when the handler submitted a change. An exchange belongs to one
 * thread at a time: the library's, or, while it is suspended, whoever will wake it.
 *
 * Against requests that two readers would understand differently (smuggling) this refuses what the
 * library lets pass: repeated lengths, both lengths, lines that end by a line feed alone, folded
 * lines. The latter two can't be seen in the values; but names and values lie where they came in,
 * so that between a value and the next name there must be exactly the line's end (see has_gap). */
#include "http/server.h"

#include "base/bounds.h"
#include "base/check.h"
#include "base/log.h"
#include "http/api_track.h"
#include "http/authn.h"
#include "http/host.h"
#include "http/query.h"
#include "http/wakes.h"

#include <arpa/inet.h>
#include <errno.h>
#include <microhttpd.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

/* How soon after a day has turned over Track's sums of the new one are made. */
#define TRACK_AGAIN_USEC (10 * LW_USEC_PER_SECOND)

enum {
  CONNECTION_BYTES = 8 * 1024, /* one connection's memory: its headers, a piece of its body */
  SWALLOWED_BYTES = 64 * 1024, /* a refused body up to this is read, so that the connection stays */
  THREAD_STACK_BYTES = 1 << 20, /* handlers recurse with bounds, over small frames */
  VALUE_AHEAD_BYTES = 256,      /* white space between a colon and its value */
  BACKLOG = 1024,
  REPLAYS_AT_ONCE = 2,
  REPLAYS_WAITING_MAX = 8,
  REPLAYS_NICE = 5,
  REPLAYS_KEPT_BYTES = 64 << 20 /* 20 replays of a million requests */
};

/* --- replies --- */

/* The server may stop only when no connection is suspended. So each request is counted before it
 * can be: whoever comes after `stopping` is refused, whoever came before is waited for. */
static bool enter(struct lw_exchange *exchange)
{
  struct lw_server *server = exchange->call.server;
  (void)atomic_fetch_add(&server->entered, 1);
  exchange->entered = true;
  return !atomic_load(&server->stopping);
}

static void leave(struct lw_exchange *exchange)
{
  if (exchange->entered) {
    exchange->entered = false;
    (void)atomic_fetch_sub(&exchange->call.server->entered, 1);
  }
}

static void add_headers(struct lw_exchange *exchange, struct MHD_Response *response)
{
  (void)MHD_add_response_header(response, "Content-Type", exchange->content_type);
  (void)MHD_add_response_header(response, "Cache-Control",
                                exchange->cache != NULL ? exchange->cache : "no-store");
  (void)MHD_add_response_header(response, "X-Content-Type-Options", "nosniff");
  (void)MHD_add_response_header(response, "X-Request-Id", exchange->id);
  for (uint32_t i = 0; i < exchange->n_added; i++) {
    (void)MHD_add_response_header(response, exchange->added[i].name, exchange->added[i].value.ptr);
  }
}

static void uncount_body(struct lw_exchange *exchange)
{
  if (exchange->body_counted != 0) {
    (void)atomic_fetch_sub(&exchange->call.server->body_bytes, exchange->body_counted);
    exchange->body_counted = 0;
  }
}

/* The answer's bytes stay the exchange's, which lives until they are sent, or are the program's. */
static struct MHD_Response *make_response(struct lw_exchange *exchange)
{
  lw_str body = exchange->fixed.ptr != NULL ? exchange->fixed : lw_buf_str(&exchange->call.out);
  lw_link_answers(exchange->link, lw_clock_monotonic(), body.len);
  bool is_empty = body.len == 0 || exchange->call.status == 204 || exchange->call.status == 304;
  char *bytes = is_empty ? NULL : (char *)(uintptr_t)body.ptr; /* the library only reads them */
  return MHD_create_response_from_buffer(is_empty ? 0 : body.len, bytes, MHD_RESPMEM_PERSISTENT);
}

static enum MHD_Result send_reply(struct lw_exchange *exchange)
{
  struct lw_call *call = &exchange->call;
  struct MHD_Response *response = exchange->stream;
  exchange->stream = NULL;
  if (call->out.failed) {
    lw_buf_finish(&call->out);
    lw_call_fail(call, LW_NO_MEMORY, "out of memory; try again");
  }
  if (response == NULL) { /* a stream takes the time that it takes */
    response = make_response(exchange);
  }
  if (response == NULL) {
    return MHD_NO;
  }
  add_headers(exchange, response);
  if (exchange->malformed || atomic_load(&call->server->stopping)) {
    (void)MHD_add_response_header(response, "Connection", "close");
  }
  exchange->phase = LW_PHASE_READY;
  enum MHD_Result queued =
      MHD_queue_response(exchange->connection, (unsigned)call->status, response);
  MHD_destroy_response(response);
  lw_exchange_answered(exchange);
  uncount_body(exchange);
  leave(exchange);
  return queued;
}

/* --- the head --- */

/* A name is visible ASCII: white space before the colon makes another name of it for some. */
static bool is_name(lw_str name)
{
  for (size_t i = 0; i < name.len; i++) {
    if (name.ptr[i] <= ' ' || name.ptr[i] == 0x7F) {
      return false;
    }
  }
  return name.len != 0;
}

/* Between a value and the name after it stands the line's end, CR LF, and nothing else. The library
 * has put a NUL over each of its bytes, and over a line feed that stands alone. */
static bool has_gap(lw_str value, const char *next)
{
  return (uintptr_t)next == (uintptr_t)value.ptr + value.len + 2;
}

/* Whether a header is one line, as it came: its value behind its name (a folded one was moved), no
 * CR in it, and behind it CR LF (a NUL in the value would end it early). */
static bool is_one_line(lw_str name, lw_str value)
{
  uintptr_t end = (uintptr_t)name.ptr + name.len;
  uintptr_t from = (uintptr_t)value.ptr;
  if (from <= end || from - end > VALUE_AHEAD_BYTES || memchr(value.ptr, '\r', value.len) != NULL) {
    return false;
  }
  const char *at = value.ptr + value.len;
  return at[0] == '\0' && at[1] == '\0';
}

/* Later libraries refuse what these look for themselves, and may lay headers out in another way. */
static bool is_well_formed(const struct lw_exchange *exchange, lw_str name, lw_str value)
{
  return value.ptr != NULL && is_name(name) &&
         (MHD_VERSION >= 0x01000000 ||
          (has_gap(exchange->last_value, name.ptr) && is_one_line(name, value)));
}

static bool is_single(enum lw_header header)
{
  return header != LW_HEADER_COOKIE && header != LW_HEADER_IF_MATCH &&
         header != LW_HEADER_X_FORWARDED_FOR && header != LW_HEADER_FORWARDED;
}

static enum MHD_Result take_header(void *user, enum MHD_ValueKind kind, const char *name,
                                   size_t name_len, const char *value, size_t value_len)
{
  struct lw_exchange *exchange = user;
  (void)kind;
  if (!is_well_formed(exchange, lw_str_from(name, name_len), lw_str_from(value, value_len))) {
    exchange->malformed = true;
    return MHD_NO;
  }
  exchange->last_value = lw_str_from(value, value_len);
  enum lw_header header = lw_header_find(lw_str_from(name, name_len));
  if (header == LW_HEADERS) {
    return MHD_YES;
  }
  if (exchange->headers[header].ptr != NULL && is_single(header)) {
    exchange->malformed = true;
    return MHD_NO;
  }
  exchange->headers[header] = lw_str_from(value, value_len);
  return MHD_YES;
}

static bool all_digits(lw_str text)
{
  for (size_t i = 0; i < text.len; i++) {
    if (text.ptr[i] < '0' || text.ptr[i] > '9') {
      return false;
    }
  }
  return text.len != 0 && text.len <= 18;
}

/* The body's length as it was said; SIZE_MAX when it was not (chunked). */
static size_t said_length(const struct lw_exchange *exchange)
{
  lw_str text = exchange->headers[LW_HEADER_CONTENT_LENGTH];
  if (text.ptr == NULL) {
    return exchange->headers[LW_HEADER_TRANSFER_ENCODING].ptr != NULL ? SIZE_MAX : 0;
  }
  size_t length = 0;
  for (size_t i = 0; i < text.len; i++) {
    length = length * 10 + (size_t)(text.ptr[i] - '0');
  }
  return length;
}

/* Behind the last value stand its line's end and the empty line, and nothing else: a NUL there
 * would have ended it early. */
static bool ends_well(const struct lw_exchange *exchange, const char *method)
{
  const union MHD_ConnectionInfo *info =
      MHD_get_connection_info(exchange->connection, MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE);
  lw_str last = exchange->last_value;
  return MHD_VERSION >= 0x01000000 || info == NULL ||
         (uintptr_t)last.ptr + last.len + 4 == (uintptr_t)method + info->header_size;
}

static void read_headers(struct lw_exchange *exchange, const char *method, const char *version)
{
  exchange->last_value = lw_str_c(version);
  (void)MHD_get_connection_values_n(exchange->connection, MHD_HEADER_KIND, take_header, exchange);
  exchange->malformed = exchange->malformed || !ends_well(exchange, method);
  lw_str length = exchange->headers[LW_HEADER_CONTENT_LENGTH];
  lw_str coding = exchange->headers[LW_HEADER_TRANSFER_ENCODING];
  if ((length.ptr != NULL && (coding.ptr != NULL || !all_digits(length))) ||
      (coding.ptr != NULL && !lw_str_equal(coding, LW_STR("chunked")))) {
    exchange->malformed = true;
  }
}

/* The path and the query of the request line, which may carry the whole URL. */
static void split_uri(struct lw_exchange *exchange)
{
  lw_str uri = exchange->uri;
  if (lw_str_starts(uri, LW_STR("http://")) || lw_str_starts(uri, LW_STR("https://"))) {
    size_t slash = lw_str_find(uri, LW_STR("/"), 8);
    uri = slash != SIZE_MAX ? lw_str_slice(uri, slash, SIZE_MAX) : LW_STR("/");
  }
  size_t question = lw_str_find(uri, LW_STR("?"), 0);
  exchange->call.path = lw_str_slice(uri, 0, question);
  if (question != SIZE_MAX) {
    exchange->query = lw_str_slice(uri, question + 1, SIZE_MAX);
  }
}

/* A parameter that can't be decoded is told: passed over, it would widen what is asked for. */
static bool query_decodes(struct lw_exchange *exchange)
{
  lw_str rest = exchange->query;
  lw_str pair[2];
  lw_str decoded;
  while (lw_query_next(&rest, &pair[0], &pair[1])) {
    for (size_t i = 0; i < 2; i++) {
      if (!lw_query_unescape(&exchange->call.arena, pair[i], true, &decoded)) {
        lw_call_fail(&exchange->call, LW_USAGE, "the query is not escaped UTF-8");
        return false;
      }
    }
  }
  return true;
}

static void refuse_method(struct lw_call *call, uint32_t allowed)
{
  struct lw_buf list = {.ptr = NULL};
  lw_route_print_allowed(allowed, &list);
  lw_call_add_header(call, "Allow", lw_buf_str(&list));
  lw_call_fail_status(call, 405, LW_USAGE, "this path has other methods; Allow lists them");
  lw_buf_finish(&list);
}

static bool find_route(struct lw_exchange *exchange, const char *method)
{
  struct lw_call *call = &exchange->call;
  struct lw_route_match match;
  bool known = lw_method_read(lw_str_c(method), &call->method);
  lw_route_find(call->method, call->path, &match);
  if (match.row == NULL && match.allowed == 0) {
    lw_call_fail(call, LW_NOT_FOUND, "there is no such path; GET /v1/openapi.json lists them");
    return false;
  }
  if (match.row == NULL || !known) {
    uint32_t allowed = match.allowed | (match.row != NULL ? 1U << match.row->method : 0);
    refuse_method(call, allowed);
    return false;
  }
  call->route = match.row;
  for (size_t i = 0; i < 2; i++) {
    if (match.params[i].ptr != NULL &&
        !lw_query_unescape(&call->arena, match.params[i], false, &call->params[i])) {
      lw_call_fail(call, LW_NOT_FOUND, "the path is not escaped UTF-8");
      return false;
    }
  }
  return true;
}

static bool is_json(lw_str type)
{
  size_t end = lw_str_find(type, LW_STR(";"), 0);
  lw_str essence = lw_str_trim(lw_str_slice(type, 0, end));
  return essence.len == 0 ||
         (essence.len == 16 && strncasecmp(essence.ptr, "application/json", 16) == 0);
}

/* What can be said of the body before it comes. */
static bool takes_body(struct lw_exchange *exchange, size_t length)
{
  struct lw_call *call = &exchange->call;
  const struct lw_route_row *route = call->route;
  if (length != SIZE_MAX && length > route->body_bytes_max && route->body_bytes_max != 0) {
    lw_call_fail(call, LW_LIMIT, "the body is too large: this call takes at most %zu bytes",
                 route->body_bytes_max);
    return false;
  }
  if ((route->flags & LW_ROUTE_JSON) != 0 && length != 0 &&
      !is_json(exchange->headers[LW_HEADER_CONTENT_TYPE])) {
    lw_call_fail_status(call, 415, LW_USAGE, "this call takes application/json");
    return false;
  }
  return true;
}

/* Whether the caller may call this at all. */
static bool may_enter(struct lw_call *call)
{
  const struct lw_route_row *route = call->route;
  if ((route->flags & LW_ROUTE_OPEN) != 0) {
    return true;
  }
  if (!lw_authn_find(call)) {
    return false;
  }
  if ((route->flags & LW_ROUTE_ANYONE) != 0) {
    return true;
  }
  enum lw_view view = lw_access_view(&call->caller, route->access);
  if (view == LW_VIEW_NONE || ((route->flags & LW_ROUTE_WHOLE) != 0 && view != LW_VIEW_ALL)) {
    lw_call_forbidden(call, route->access);
    return false;
  }
  return true;
}

static void give_back_work(struct lw_exchange *exchange)
{
  struct lw_call *call = &exchange->call;
  if (exchange->reader != NULL) {
    lw_engine_reader_done(call->engine, exchange->reader);
    exchange->reader = NULL;
  }
  if (exchange->work != NULL) {
    lw_workplace_give(call->server->exchanges, exchange->work);
    exchange->work = NULL;
  }
}

static bool take_work(struct lw_exchange *exchange)
{
  exchange->work = lw_workplace_take(exchange->call.server->exchanges);
  if (exchange->work == NULL) {
    lw_call_fail(&exchange->call, LW_NO_MEMORY, "out of memory; try again");
  }
  return exchange->work != NULL;
}

static void judge_head(struct lw_exchange *exchange, const char *method, size_t length)
{
  struct lw_call *call = &exchange->call;
  if (exchange->malformed) {
    lw_call_fail(call, LW_USAGE,
                 "the request's headers are not well formed: a repeated or doubtful length, a line "
                 "that does not end by CR LF, or a folded line");
    return;
  }
  split_uri(exchange);
  if (!lw_authn_recall(call) && !take_work(exchange)) {
    return;
  }
  if (find_route(exchange, method) && query_decodes(exchange) && takes_body(exchange, length)) {
    (void)may_enter(call);
  }
  give_back_work(exchange);
}

static enum MHD_Result take_head(struct lw_exchange *exchange, const char *method,
                                 const char *version)
{
  struct lw_call *call = &exchange->call;
  call->received = lw_engine_now(call->engine);
  call->snapshot = lw_engine_snapshot(call->engine);
  exchange->head = strcmp(method, "HEAD") == 0;
  exchange->phase = LW_PHASE_BODY;
  read_headers(exchange, method, version);
  size_t length = said_length(exchange);
  judge_head(exchange, method, length);
  bool waits = exchange->headers[LW_HEADER_EXPECT].ptr != NULL;
  if (call->status != 0 && (exchange->malformed || waits || length > SWALLOWED_BYTES)) {
    lw_link_has_all(exchange->link);
    return send_reply(exchange); /* unread bytes behind it: the library ends the connection */
  }
  return MHD_YES;
}

/* --- the body --- */

/* Counts what the body takes towards the server's total. */
static bool count_body(struct lw_exchange *exchange)
{
  struct lw_server *server = exchange->call.server;
  size_t more = exchange->body.capacity > exchange->body_counted
                    ? exchange->body.capacity - exchange->body_counted
                    : 0;
  if (more == 0) {
    return true;
  }
  size_t before = atomic_fetch_add(&server->body_bytes, more);
  exchange->body_counted += more;
  return before + more <= LW_BODIES_BYTES_MAX;
}

static void take_body(struct lw_exchange *exchange, const char *bytes, size_t count)
{
  struct lw_call *call = &exchange->call;
  if (call->status != 0) {
    return; /* refused already: swallowed */
  }
  size_t most = call->route->body_bytes_max;
  if (most != 0 && (count > most || exchange->body.len > most - count)) {
    lw_call_fail(call, LW_LIMIT, "the body is too large: this call takes at most %zu bytes", most);
    return;
  }
  if (most == 0) {
    return; /* a body that nobody reads */
  }
  lw_buf_add(&exchange->body, lw_str_from(bytes, count));
  if (!count_body(exchange) || exchange->body.failed) {
    lw_buf_finish(&exchange->body);
    uncount_body(exchange);
    lw_call_fail(call, LW_BUSY, "too many large requests at once; try again in a second");
  }
}

/* --- running --- */

static bool read_json(struct lw_exchange *exchange)
{
  struct lw_call *call = &exchange->call;
  static const struct lw_json_options options = {.raw_key = LW_STR_INIT("meta")};
  if (call->body.len == 0 && (call->route->flags & LW_ROUTE_OPTIONAL) != 0) {
    return true;
  }
  struct lw_error err;
  enum lw_code code =
      lw_json_read(exchange->work->reader, &call->arena, call->body, &options, &call->json, &err);
  if (code == LW_OK) {
    return true;
  }
  if (code == LW_INVALID) {
    lw_call_fail(call, LW_USAGE, "the body is not JSON: line %u, column %u: %s", err.line,
                 err.column, err.text);
  } else {
    lw_call_problem(call, &err);
  }
  return false;
}

static void run(struct lw_exchange *exchange)
{
  struct lw_call *call = &exchange->call;
  lw_link_has_all(exchange->link);
  if (!enter(exchange)) {
    lw_call_fail(call, LW_BUSY, "the server is stopping; try again");
  }
  if (call->status != 0 || !take_work(exchange)) {
    return;
  }
  call->body = lw_buf_str(&exchange->body);
  bool is_text = (call->route->flags & LW_ROUTE_JSON) == 0;
  if (is_text || read_json(exchange)) {
    call->route->handler(call);
  }
  if (exchange->phase != LW_PHASE_WAITING) {
    give_back_work(exchange);
  }
}

void lw_exchange_suspend(struct lw_exchange *exchange)
{
  give_back_work(exchange); /* from here on another thread may have the exchange */
  exchange->phase = LW_PHASE_WAITING;
  exchange->wakes = lw_wakes_here(exchange->call.server->wakes);
  MHD_suspend_connection(exchange->connection);
}

void lw_exchange_wait(struct lw_exchange *exchange, void (*resume)(struct lw_call *call))
{
  exchange->resume = resume;
  if (!exchange->off_thread) {
    lw_exchange_suspend(exchange);
    return;
  }
  give_back_work(exchange);
  *exchange->told = true;
}

void lw_exchange_wake(struct lw_exchange *exchange)
{
  lw_wakes_add(exchange);
}

/* A client that only ends its own side counts as one that has left: it would have to have no more
 * to say, and nobody does that who waits for figures. */
bool lw_exchange_is_left(const struct lw_exchange *exchange)
{
  struct pollfd waits = {.fd = exchange->link != NULL ? exchange->link->fd : -1,
                         .events = POLLRDHUP};
  return exchange->link != NULL && poll(&waits, 1, 0) == 1 && waits.revents != 0;
}

void lw_exchange_work(struct lw_exchange *exchange)
{
  struct lw_call *call = &exchange->call;
  bool submitted = false; /* not in the exchange: once submitted, it may be answered and gone */
  exchange->off_thread = true;
  exchange->told = &submitted;
  if (take_work(exchange)) {
    exchange->work_fn(call);
  }
  if (!submitted) {
    give_back_work(exchange);
    lw_exchange_wake(exchange);
  }
}

/* --- what the library calls --- */

static void finish_waiting(struct lw_exchange *exchange)
{
  exchange->phase = LW_PHASE_READY;
  if (exchange->resume != NULL && (exchange->light || take_work(exchange))) {
    exchange->resume(&exchange->call);
    give_back_work(exchange);
  }
}

static enum MHD_Result handle(void *user, struct MHD_Connection *connection, const char *url,
                              const char *method, const char *version, const char *bytes,
                              size_t *count, void **context)
{
  struct lw_exchange *exchange = *context;
  (void)user;
  (void)connection;
  (void)url;
  if (exchange == NULL) {
    return MHD_NO; /* begin found no memory */
  }
  if (exchange->phase == LW_PHASE_HEAD) {
    return take_head(exchange, method, version);
  }
  if (exchange->phase == LW_PHASE_BODY && *count != 0) {
    take_body(exchange, bytes, *count);
    *count = 0;
    return MHD_YES;
  }
  if (exchange->phase == LW_PHASE_BODY) {
    run(exchange);
    return exchange->phase == LW_PHASE_WAITING ? MHD_YES : send_reply(exchange);
  }
  if (exchange->phase == LW_PHASE_WAITING) {
    lw_wakes_pass_on(exchange);
    finish_waiting(exchange);
  }
  return send_reply(exchange);
}

static struct lw_link *link_of(struct MHD_Connection *connection)
{
  const union MHD_ConnectionInfo *info =
      MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
  return info != NULL ? info->socket_context : NULL;
}

static void write_id(struct lw_exchange *exchange)
{
  static const char digits[] = "0123456789abcdefghjkmnpqrstvwxyz";
  struct lw_server *server = exchange->call.server;
  uint64_t number =
      server->id_base + atomic_fetch_add_explicit(&server->id_next, 1, memory_order_relaxed);
  memcpy(exchange->id, "req_", 4);
  for (size_t i = 0; i < 13; i++) {
    exchange->id[16 - i] = digits[number >> (5 * i) & 31];
  }
  exchange->id[17] = '\0';
  exchange->call.request_id = lw_str_from(exchange->id, 17);
}

/* The request line has come: the first moment that a request is known of. */
static void *begin(void *user, const char *uri, struct MHD_Connection *connection)
{
  struct lw_server *server = user;
  struct lw_exchange *exchange = lw_exchange_take(server->exchanges);
  if (exchange == NULL) {
    return NULL;
  }
  exchange->call.server = server;
  exchange->call.engine = server->engine;
  exchange->connection = connection;
  exchange->link = link_of(connection);
  exchange->started = lw_clock_monotonic();
  exchange->uri = lw_str_copy(&exchange->call.arena, lw_str_c(uri));
  exchange->malformed = exchange->uri.ptr == NULL;
  write_id(exchange);
  lw_link_begins(exchange->link, exchange->started);
  return exchange;
}

static void complete(void *user, struct MHD_Connection *connection, void **context,
                     enum MHD_RequestTerminationCode why)
{
  struct lw_server *server = user;
  struct lw_exchange *exchange = *context;
  (void)connection;
  (void)why;
  *context = NULL;
  if (exchange == NULL) {
    return;
  }
  lw_usec now = lw_clock_monotonic();
  lw_wakes_pass_on(exchange);
  leave(exchange);
  lw_link_rests(exchange->link, now);
  if (exchange->call.status != 0) {
    lw_metrics_count(&server->metrics, exchange->call.route, exchange->call.status,
                     now - exchange->started);
  }
  if (exchange->cleanup != NULL) {
    exchange->cleanup(&exchange->call);
  }
  lw_snapshot_unref(exchange->call.snapshot);
  exchange->call.snapshot = NULL;
  uncount_body(exchange);
  lw_exchange_give(server->exchanges, exchange);
}

static void note_peer(struct lw_link *link, struct MHD_Connection *connection)
{
  const union MHD_ConnectionInfo *info =
      MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
  const struct sockaddr *address = info != NULL ? info->client_addr : NULL;
  if (address != NULL && address->sa_family == AF_INET) {
    const struct sockaddr_in *four = (const void *)address;
    (void)inet_ntop(AF_INET, &four->sin_addr, link->peer, sizeof link->peer);
  } else if (address != NULL && address->sa_family == AF_INET6) {
    const struct sockaddr_in6 *six = (const void *)address;
    (void)inet_ntop(AF_INET6, &six->sin6_addr, link->peer, sizeof link->peer);
  }
}

static void connected(void *user, struct MHD_Connection *connection, void **socket_context,
                      enum MHD_ConnectionNotificationCode what)
{
  struct lw_server *server = user;
  if (what == MHD_CONNECTION_NOTIFY_CLOSED) {
    lw_link_close(server->links, *socket_context);
    *socket_context = NULL;
    return;
  }
  const union MHD_ConnectionInfo *info =
      MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
  struct lw_link *link = info != NULL ? lw_link_open(server->links, info->connect_fd) : NULL;
  if (link != NULL) {
    note_peer(link, connection);
  }
  *socket_context = link;
}

/* Escapes are ours to decode: a slash that is escaped belongs to a name. */
static size_t leave_escaped(void *user, struct MHD_Connection *connection, char *text)
{
  (void)user;
  (void)connection;
  return strlen(text);
}

/* What the library tells, as a log line. */
LW_PRINTF(2, 0) static void note(void *user, const char *format, va_list arguments)
{
  char text[512];
  (void)user;
  (void)vsnprintf(text, sizeof text, format, arguments);
  for (char *at = text; *at != '\0'; at++) {
    *at = *at < ' ' ? ' ' : *at;
  }
  lw_log(LW_LOG_DEBUG, "http", "library", "text", text, NULL);
}

/* --- starting --- */

static enum lw_code listen_on(const char *where, int *ret_fd, struct lw_error *err)
{
  char host[256];
  const char *colon = strrchr(where, ':');
  size_t len = colon != NULL ? (size_t)(colon - where) : 0;
  if (colon == NULL || len >= sizeof host) {
    return lw_fail(err, LW_USAGE,
                   "\"%s\" is no address to listen on; say HOST:PORT, as 127.0.0.1:8080", where);
  }
  bool bracketed = len >= 2 && where[0] == '[' && where[len - 1] == ']';
  lw_str name = bracketed ? lw_str_from(where + 1, len - 2) : lw_str_from(where, len);
  memcpy(host, name.ptr, name.len);
  host[name.len] = '\0';
  struct addrinfo hints = {
      .ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE | AI_NUMERICSERV};
  struct addrinfo *found = NULL;
  int failed = getaddrinfo(name.len != 0 ? host : NULL, colon + 1, &hints, &found);
  if (failed != 0) {
    return lw_fail(err, LW_USAGE, "can't listen on %s: %s", where, gai_strerror(failed));
  }
  int fd = socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  int yes = 1;
  bool ready = fd >= 0 && setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes) == 0 &&
               bind(fd, found->ai_addr, found->ai_addrlen) == 0 && listen(fd, BACKLOG) == 0;
  int error = errno;
  freeaddrinfo(found);
  if (!ready) {
    if (fd >= 0) {
      (void)close(fd);
    }
    return lw_fail(err, LW_IO, "can't listen on %s: %s", where, strerror(error));
  }
  *ret_fd = fd;
  return LW_OK;
}

static void note_address(struct lw_server *server, int fd, const char *public_url)
{
  struct sockaddr_storage bound;
  socklen_t size = sizeof bound;
  char host[NI_MAXHOST] = "127.0.0.1";
  char port[NI_MAXSERV] = "0";
  (void)getsockname(fd, (struct sockaddr *)&bound, &size);
  (void)getnameinfo((struct sockaddr *)&bound, size, host, sizeof host, port, sizeof port,
                    NI_NUMERICHOST | NI_NUMERICSERV);
  bool six = bound.ss_family == AF_INET6;
  (void)snprintf(server->address, sizeof server->address, "http://%s%.100s%s:%s", six ? "[" : "",
                 host, six ? "]" : "", port);
  lw_str url = lw_str_c(public_url != NULL ? public_url : server->address);
  while (url.len != 0 && url.ptr[url.len - 1] == '/') {
    url.len--;
  }
  (void)snprintf(server->public_url, sizeof server->public_url, "%.*s", LW_FMT(url));
}

static enum lw_code start_daemon(struct lw_server *server, const struct lw_server_options *options,
                                 int fd, struct lw_error *err)
{
  unsigned threads = options->threads != 0 ? options->threads : 2;
  unsigned connections =
      options->connections_max != 0 ? options->connections_max : LW_CONNECTIONS_MAX;
  unsigned flags = MHD_USE_POLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ERROR_LOG;
  struct MHD_OptionItem items[] = {
      {MHD_OPTION_LISTEN_SOCKET, fd, NULL},
      {MHD_OPTION_CONNECTION_MEMORY_LIMIT, CONNECTION_BYTES, NULL},
      {MHD_OPTION_CONNECTION_LIMIT, (intptr_t)connections, NULL},
      {MHD_OPTION_CONNECTION_TIMEOUT, LW_IDLE_SECONDS_MAX, NULL},
      {MHD_OPTION_THREAD_STACK_SIZE, THREAD_STACK_BYTES, NULL},
      {MHD_OPTION_STRICT_FOR_CLIENT, 1, NULL},
      {threads > 1 ? MHD_OPTION_THREAD_POOL_SIZE : MHD_OPTION_END, (intptr_t)threads, NULL},
      {MHD_OPTION_END, 0, NULL},
  };
  server->daemon = MHD_start_daemon(
      flags, 0, NULL, NULL, handle, server, MHD_OPTION_EXTERNAL_LOGGER, note, server,
      MHD_OPTION_URI_LOG_CALLBACK, begin, server, MHD_OPTION_NOTIFY_COMPLETED, complete, server,
      MHD_OPTION_NOTIFY_CONNECTION, connected, server, MHD_OPTION_UNESCAPE_CALLBACK, leave_escaped,
      server, MHD_OPTION_ARRAY, items, MHD_OPTION_END);
  if (server->daemon == NULL) {
    return lw_fail(err, LW_IO, "the HTTP server can't start: %s", strerror(errno));
  }
  return LW_OK;
}

/* Replays take long and many processors' time: they give way to decisions. */
static void start_workers(struct lw_server *server)
{
  static const struct lw_worker_options quick = {
      .threads = 1,
      .waiting_max = LW_WORKER_WAITING_MAX,
      .full = LW_TOO_MANY,
      .full_text = "many sign-ins are under way; try again in some seconds"};
  static const struct lw_worker_options replays = {
      .threads = REPLAYS_AT_ONCE,
      .waiting_max = REPLAYS_WAITING_MAX,
      .nice = REPLAYS_NICE,
      .full = LW_BUSY,
      .full_text = "many replays are under way; try again in a second"};
  const struct lw_live_past_options past = {.engine = server->engine,
                                            .ready = lw_api_track_ready,
                                            .user = server,
                                            .again_usec = TRACK_AGAIN_USEC};
  server->worker = lw_worker_create(&quick);
  server->replayer = lw_worker_create(&replays);
  server->track = lw_track_keeper_create(); /* before the past, which tells it when it is ready */
  server->past = server->track != NULL ? lw_live_past_create(&past) : NULL;
  server->replays = lw_replay_cache_create(REPLAYS_KEPT_BYTES);
}

static enum lw_code prepare(struct lw_server *server, const struct lw_server_options *options,
                            struct lw_error *err)
{
  const struct lw_world *world = lw_engine_world(server->engine);
  lw_world_rand(world)->fill(lw_world_rand(world)->user, &server->id_base, sizeof server->id_base);
  server->lists = options->lists;
  server->secure_cookies = options->secure_cookies;
  server->connect = options->connect;
  server->exchanges = lw_exchanges_create();
  server->consoles = lw_consoles_create(server->engine);
  server->looks = lw_throttle_create(lw_world_rand(world));
  server->mail_server = options->mail_server;
  server->mail_from = options->mail_from;
  server->signin = lw_signin_create(world);
  server->links = lw_links_create();
  start_workers(server);
  server->streams = lw_streams_create(server);
  bool made = server->exchanges != NULL && server->signin != NULL && server->links != NULL &&
              server->worker != NULL && server->streams != NULL && server->consoles != NULL &&
              server->looks != NULL && server->replayer != NULL && server->past != NULL &&
              server->replays != NULL && server->track != NULL;
  return made ? LW_OK : lw_fail(err, LW_NO_MEMORY, "no memory or threads for the HTTP server");
}

/* Our own threads that wake connections. */
static void stop_threads(struct lw_server *server)
{
  lw_worker_destroy(server->worker); /* nobody is left suspended by it */
  server->worker = NULL;
  lw_worker_destroy(server->replayer);
  server->replayer = NULL;
  lw_live_past_destroy(server->past);
  server->past = NULL;
  lw_replay_cache_destroy(server->replays);
  server->replays = NULL;
  lw_track_keeper_destroy(server->track);
  server->track = NULL;
  lw_streams_stop(server->streams);
}

void lw_server_destroy(struct lw_server *server)
{
  if (server != NULL) {
    lw_streams_destroy(server->streams);
    lw_exchanges_destroy(server->exchanges);
    lw_signin_destroy(server->signin);
    lw_consoles_destroy(server->consoles);
    lw_throttle_destroy(server->looks);
    free(server);
  }
}

enum lw_code lw_server_start(const struct lw_server_options *options, struct lw_engine *engine,
                             struct lw_server **ret_server, struct lw_error *err)
{
  struct lw_server *server = calloc(1, sizeof *server);
  if (server == NULL) {
    return lw_fail(err, LW_NO_MEMORY, "out of memory");
  }
  server->engine = engine;
  int fd = -1;
  enum lw_code rc = prepare(server, options, err);
  if (rc == LW_OK) {
    rc = listen_on(options->listen, &fd, err);
  }
  if (rc == LW_OK) {
    note_address(server, fd, options->public_url);
    rc = start_daemon(server, options, fd, err);
  }
  if (rc != LW_OK) {
    if (fd >= 0) {
      (void)close(fd);
    }
    stop_threads(server);
    lw_links_destroy(server->links);
    lw_server_destroy(server);
    return rc;
  }
  *ret_server = server;
  return LW_OK;
}

const char *lw_server_address(const struct lw_server *server)
{
  return server->address;
}

static void nap(void)
{
  struct timespec wait = {0, 5 * 1000000};
  (void)nanosleep(&wait, NULL);
}

/* A connection may go on, and end, while whoever has woken it is still within the library. The
 * engine counts a change as waiting until its `done` has returned. */
static void wait_for_wakers(struct lw_server *server, lw_usec until)
{
  struct lw_engine_figures figures;
  lw_engine_get_figures(server->engine, &figures);
  while (figures.queue != 0 && lw_clock_monotonic() < until) {
    nap();
    lw_engine_get_figures(server->engine, &figures);
  }
}

void lw_server_stop(struct lw_server *server, lw_usec wait_usec)
{
  if (server == NULL) {
    return;
  }
  atomic_store(&server->stopping, true);
  lw_usec until = lw_clock_monotonic() + wait_usec;
  int fd = (int)MHD_quiesce_daemon(server->daemon);
  lw_streams_end(server->streams);
  while (atomic_load(&server->entered) != 0) { /* the engine and the worker answer all they have */
    nap();
  }
  while (lw_exchanges_out(server->exchanges) != 0 && lw_clock_monotonic() < until) {
    nap();
  }
  stop_threads(server);
  wait_for_wakers(server, until);
  MHD_stop_daemon(server->daemon);
  if (fd >= 0) {
    (void)close(fd);
  }
  lw_links_destroy(server->links);
  server->links = NULL;
}
