/* The pool of exchanges. A free exchange keeps its arena's block, its body and its answers'
 * buffers, unless a large request has made them large: the usual request then allocates nothing.
 * One mutex guards the free lists; it is held for a few instructions. */
#include "http/exchange.h"

#include "base/bounds.h"

#include <pthread.h>
#include <stdlib.h>
#include <strings.h>

enum { FREE_MAX = 512, KEPT_BYTES_MAX = 64 * 1024 };

struct lw_exchanges {
  pthread_mutex_t mutex; /* guards what follows */
  struct lw_exchange *free;
  uint32_t n_free;
  uint32_t n_out;
  struct lw_workplace *works;
};

struct lw_exchanges *lw_exchanges_create(void)
{
  struct lw_exchanges *exchanges = calloc(1, sizeof *exchanges);
  if (exchanges != NULL && pthread_mutex_init(&exchanges->mutex, NULL) != 0) {
    free(exchanges);
    return NULL;
  }
  return exchanges;
}

static void destroy_exchange(struct lw_exchange *exchange)
{
  lw_arena_finish(&exchange->call.arena);
  lw_buf_finish(&exchange->call.out);
  lw_buf_finish(&exchange->call.change.answer);
  lw_buf_finish(&exchange->body);
  free(exchange);
}

static void destroy_workplace(struct lw_workplace *work)
{
  if (work != NULL) {
    lw_json_reader_destroy(work->reader);
    lw_hasher_destroy(work->hasher);
    free(work);
  }
}

void lw_exchanges_destroy(struct lw_exchanges *exchanges)
{
  if (exchanges == NULL) {
    return;
  }
  for (struct lw_exchange *next = NULL; exchanges->free != NULL; exchanges->free = next) {
    next = exchanges->free->next;
    destroy_exchange(exchanges->free);
  }
  for (struct lw_workplace *next = NULL; exchanges->works != NULL; exchanges->works = next) {
    next = exchanges->works->next;
    destroy_workplace(exchanges->works);
  }
  (void)pthread_mutex_destroy(&exchanges->mutex);
  free(exchanges);
}

/* Of an error, a kilobyte of text that is hardly ever written, the beginnings do. */
static void clear(struct lw_exchange *exchange)
{
  enum { ERROR = offsetof(struct lw_exchange, call.change.error) };
  struct lw_error *error = &exchange->call.change.error;
  memset(exchange, 0, ERROR);
  error->code = LW_OK;
  error->line = error->column = error->end_column = 0;
  error->file[0] = error->text[0] = error->hint[0] = '\0';
  memset(error + 1, 0, sizeof *exchange - ERROR - sizeof *error);
}

/* Forgets the last request, all but the memory. */
static void renew(struct lw_exchange *exchange)
{
  struct lw_arena arena = exchange->call.arena;
  struct lw_buf out = exchange->call.out;
  struct lw_buf answer = exchange->call.change.answer;
  struct lw_buf body = exchange->body;
  clear(exchange);
  exchange->call.arena = arena;
  exchange->call.out = out;
  exchange->call.change.answer = answer;
  exchange->body = body;
  exchange->content_type = "application/json";
  exchange->call.internal = exchange; /* its arena was emptied when it was given back */
  lw_buf_reset(&exchange->call.out);
  lw_buf_reset(&exchange->call.change.answer);
  lw_buf_reset(&exchange->body);
}

struct lw_exchange *lw_exchange_take(struct lw_exchanges *exchanges)
{
  (void)pthread_mutex_lock(&exchanges->mutex);
  struct lw_exchange *exchange = exchanges->free;
  if (exchange != NULL) {
    exchanges->free = exchange->next;
    exchanges->n_free--;
  }
  exchanges->n_out++;
  (void)pthread_mutex_unlock(&exchanges->mutex);
  if (exchange == NULL) {
    exchange = calloc(1, sizeof *exchange);
    if (exchange == NULL) {
      (void)pthread_mutex_lock(&exchanges->mutex);
      exchanges->n_out--;
      (void)pthread_mutex_unlock(&exchanges->mutex);
      return NULL;
    }
    lw_arena_init(&exchange->call.arena, NULL, LW_REQUEST_BYTES_MAX);
  }
  renew(exchange);
  return exchange;
}

static void shrink(struct lw_buf *buf)
{
  if (buf->capacity > KEPT_BYTES_MAX) {
    lw_buf_finish(buf);
  }
}

void lw_exchange_give(struct lw_exchanges *exchanges, struct lw_exchange *exchange)
{
  lw_arena_reset(&exchange->call.arena);
  if (exchange->call.arena.used_bytes > KEPT_BYTES_MAX) {
    lw_arena_finish(&exchange->call.arena);
  }
  shrink(&exchange->call.out);
  shrink(&exchange->call.change.answer);
  shrink(&exchange->body);
  (void)pthread_mutex_lock(&exchanges->mutex);
  exchanges->n_out--;
  bool keep = exchanges->n_free < FREE_MAX;
  if (keep) {
    exchange->next = exchanges->free;
    exchanges->free = exchange;
    exchanges->n_free++;
  }
  (void)pthread_mutex_unlock(&exchanges->mutex);
  if (!keep) {
    destroy_exchange(exchange);
  }
}

void lw_exchange_answered(struct lw_exchange *exchange)
{
  if (exchange->cleanup != NULL) {
    exchange->cleanup(&exchange->call);
    exchange->cleanup = NULL;
  }
  shrink(&exchange->call.change.answer);
  shrink(&exchange->body);
  if (exchange->call.arena.used_bytes > KEPT_BYTES_MAX) {
    lw_arena_finish(&exchange->call.arena);
  }
}

uint32_t lw_exchanges_out(struct lw_exchanges *exchanges)
{
  (void)pthread_mutex_lock(&exchanges->mutex);
  uint32_t out = exchanges->n_out;
  (void)pthread_mutex_unlock(&exchanges->mutex);
  return out;
}

struct lw_workplace *lw_workplace_take(struct lw_exchanges *exchanges)
{
  (void)pthread_mutex_lock(&exchanges->mutex);
  struct lw_workplace *work = exchanges->works;
  if (work != NULL) {
    exchanges->works = work->next;
  }
  (void)pthread_mutex_unlock(&exchanges->mutex);
  if (work != NULL) {
    return work;
  }
  work = calloc(1, sizeof *work);
  if (work != NULL) {
    work->reader = lw_json_reader_create(NULL);
    work->hasher = lw_hasher_create();
  }
  if (work == NULL || work->reader == NULL || work->hasher == NULL) {
    destroy_workplace(work);
    return NULL;
  }
  return work;
}

void lw_workplace_give(struct lw_exchanges *exchanges, struct lw_workplace *work)
{
  (void)pthread_mutex_lock(&exchanges->mutex);
  work->next = exchanges->works;
  exchanges->works = work;
  (void)pthread_mutex_unlock(&exchanges->mutex);
}

enum lw_header lw_header_find(lw_str name)
{
  static const lw_str names[LW_HEADERS] = {
#define LW_HEADER(id, text) LW_STR_INIT(text),
#include "http/header.def"
#undef LW_HEADER
  };
  for (int i = 0; i < LW_HEADERS; i++) {
    if (names[i].len == name.len && (names[i].ptr[0] | 0x20) == (name.ptr[0] | 0x20) &&
        strncasecmp(names[i].ptr, name.ptr, name.len) == 0) {
      return (enum lw_header)i;
    }
  }
  return LW_HEADERS;
}

lw_str lw_header_cookie(lw_str header, lw_str name)
{
  size_t at = 0;
  while (at < header.len) {
    const char *end = memchr(header.ptr + at, ';', header.len - at);
    size_t len = end != NULL ? (size_t)(end - header.ptr) - at : header.len - at;
    lw_str pair = lw_str_trim(lw_str_from(header.ptr + at, len));
    if (pair.len > name.len && pair.ptr[name.len] == '=' &&
        memcmp(pair.ptr, name.ptr, name.len) == 0) {
      return lw_str_slice(pair, name.len + 1, SIZE_MAX);
    }
    at += len + 1;
  }
  return (lw_str){NULL, 0};
}

/* "q=0.5" in thousandths; anything else is 1. */
static uint32_t read_quality(lw_str parameter)
{
  lw_str text = lw_str_trim(parameter);
  if (text.len < 3 || (text.ptr[0] | 0x20) != 'q' || text.ptr[1] != '=' || text.ptr[2] != '0') {
    return 1000;
  }
  uint32_t quality = 0;
  uint32_t unit = 100;
  for (size_t i = 4; i < text.len && text.ptr[i] >= '0' && text.ptr[i] <= '9'; i++) {
    quality += (uint32_t)(text.ptr[i] - '0') * unit;
    unit /= 10;
  }
  return quality;
}

static bool is_word(lw_str name, lw_str word)
{
  return name.len >= word.len && strncasecmp(name.ptr, word.ptr, word.len) == 0 &&
         (name.len == word.len || name.ptr[word.len] == '-');
}

uint32_t lw_header_weight(lw_str header, lw_str word)
{
  uint32_t named = 0;
  uint32_t star = 0;
  bool is_named = false;
  while (header.len != 0) {
    size_t comma = lw_str_find(header, LW_STR(","), 0);
    lw_str item = lw_str_slice(header, 0, comma);
    header = comma != SIZE_MAX ? lw_str_slice(header, comma + 1, SIZE_MAX) : LW_STR("");
    size_t semicolon = lw_str_find(item, LW_STR(";"), 0);
    lw_str name = lw_str_trim(lw_str_slice(item, 0, semicolon));
    uint32_t quality =
        semicolon != SIZE_MAX ? read_quality(lw_str_slice(item, semicolon + 1, SIZE_MAX)) : 1000;
    if (is_word(name, word)) {
      named = quality > named ? quality : named;
      is_named = true;
    } else if (lw_str_equal(name, LW_STR("*"))) {
      star = quality;
    }
  }
  return is_named ? named : star;
}
