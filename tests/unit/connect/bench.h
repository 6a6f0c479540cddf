/* A whole sender on a bench: the real engine on a file of its own, a clock and randomness in hand,
 * and another side that does what the test says. */
#ifndef BENCH_H
#define BENCH_H

#include "base/crypto.h"
#include "connect/deliver.h"
#include "connect/endpoint.h"
#include "connect/store.h"
#include "data/json.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <cmocka.h>
#include <dirent.h>
#include <pthread.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#define SECOND LW_USEC_PER_SECOND
#define MINUTE (60 * SECOND)
#define HOUR   (60 * MINUTE)

enum { SENT_MAX = 400 };

struct sent {
  uint64_t tag;
  bool is_mail;
  bool answered;
  lw_usec at;
  char to[200];
  char id[64];
  char timestamp[32];
  char signature[200];
  char *body;
  size_t len;
};

struct bench {
  struct lw_world world;
  struct lw_rand_seeded seeded;
  struct lw_rand rand;
  lw_usec now;
  char dir[64];
  char path[96];
  struct lw_engine *engine;
  struct lw_connect *connect;
  struct lw_outbound outbound;
  pthread_mutex_t lock; /* of sent and status: a thread may send */
  struct sent sent[SENT_MAX];
  size_t count;
  int status; /* the answer to whatever comes; 0: none comes; -1: no connection */
  lw_usec retry_after;
  bool mail;
  bool threaded;
  struct lw_arena arena;
  struct lw_json_reader *reader;
  struct lw_buf answer; /* of the last change */
  struct lw_error err;
};

static lw_usec bench_now(void *user)
{
  return ((struct bench *)user)->now;
}

static struct sent *bench_add(struct bench *bench, uint64_t tag, lw_str to, lw_str body)
{
  assert_true(bench->count < SENT_MAX);
  struct sent *sent = &bench->sent[bench->count];
  *sent = (struct sent){.tag = tag, .at = bench->now};
  (void)snprintf(sent->to, sizeof(sent->to), "%.*s", LW_FMT(to));
  sent->body = calloc(1, body.len + 1);
  assert_non_null(sent->body);
  memcpy(sent->body, body.ptr, body.len);
  sent->len = body.len;
  return sent;
}

static enum lw_code bench_post(void *user, uint64_t tag, const struct lw_outbound_post *post,
                               struct lw_error *err)
{
  struct bench *bench = user;
  (void)err;
  (void)pthread_mutex_lock(&bench->lock);
  struct sent *sent = bench_add(bench, tag, post->url, post->body);
  assert_int_equal(post->headers_count, 3);
  (void)snprintf(sent->id, sizeof(sent->id), "%.*s", LW_FMT(post->headers[0].value));
  (void)snprintf(sent->timestamp, sizeof(sent->timestamp), "%.*s", LW_FMT(post->headers[1].value));
  (void)snprintf(sent->signature, sizeof(sent->signature), "%.*s", LW_FMT(post->headers[2].value));
  bench->count++;
  (void)pthread_mutex_unlock(&bench->lock);
  return LW_OK;
}

static enum lw_code bench_mail(void *user, uint64_t tag, const struct lw_outbound_mail *mail,
                               struct lw_error *err)
{
  struct bench *bench = user;
  (void)err;
  (void)pthread_mutex_lock(&bench->lock);
  bench_add(bench, tag, mail->to, mail->message)->is_mail = true;
  bench->count++;
  (void)pthread_mutex_unlock(&bench->lock);
  return LW_OK;
}

static bool bench_answer(struct bench *bench, struct lw_outbound_result *ret_result)
{
  for (size_t i = 0; bench->status != 0 && i < bench->count; i++) {
    struct sent *sent = &bench->sent[i];
    bool dead = strstr(sent->to, "slow") != NULL;
    if (sent->answered || dead) {
      continue;
    }
    sent->answered = true;
    *ret_result = (struct lw_outbound_result){.tag = sent->tag,
                                              .status = bench->status < 0 ? 0 : bench->status,
                                              .retry_after_usec = bench->retry_after};
    ret_result->sent = bench->status >= 200 && bench->status < 300;
    if (!ret_result->sent) {
      (void)snprintf(ret_result->error, sizeof(ret_result->error), "HTTP status %d", bench->status);
    }
    return true;
  }
  return false;
}

static bool bench_take(void *user, lw_usec wait_usec, struct lw_outbound_result *ret_result)
{
  struct bench *bench = user;
  (void)pthread_mutex_lock(&bench->lock);
  bool done = bench_answer(bench, ret_result);
  (void)pthread_mutex_unlock(&bench->lock);
  if (!done && wait_usec > 0) {
    struct timespec wait = {0, 1000 * 1000};
    (void)nanosleep(&wait, NULL);
  }
  return done;
}

static void bench_wake(void *user)
{
  (void)user;
}

static void bench_open(struct bench *bench)
{
  struct lw_engine_options options = {.url = bench->path,
                                      .world = bench->threaded ? NULL : &bench->world,
                                      .threaded = bench->threaded,
                                      .migrations = lw_connect_migrations,
                                      .n_migrations = lw_connect_migrations_count};
  if (lw_engine_open(&options, &bench->engine, &bench->err) != LW_OK) {
    fail_msg("%s %s", bench->err.text, bench->err.hint);
  }
  struct lw_connect_options settings = {.engine = bench->engine,
                                        .public_url = "https://leeway.example.org/",
                                        .smtp_url = bench->mail ? "smtp://mail.example.org" : NULL,
                                        .mail_from = "leeway@example.org",
                                        .outbound = &bench->outbound};
  assert_int_equal(lw_connect_open(&settings, &bench->connect, &bench->err), LW_OK);
}

static void bench_stop(struct bench *bench)
{
  lw_connect_stop(bench->connect);
  lw_engine_close(bench->engine);
  lw_connect_close(bench->connect);
}

static struct bench *bench_start_as(bool mail, bool threaded)
{
  struct bench *bench = calloc(1, sizeof(*bench));
  assert_non_null(bench);
  assert_true(lw_crypto_start());
  bench->now = INT64_C(1772359200) * SECOND; /* 2026-03-01T10:00:00Z */
  bench->mail = mail;
  bench->threaded = threaded;
  bench->status = 200;
  lw_rand_seeded_init(&bench->seeded, 7);
  bench->rand = lw_rand_from_seeded(&bench->seeded);
  bench->world = (struct lw_world){bench_now, bench, &bench->rand};
  bench->outbound = (struct lw_outbound){bench_post, bench_mail, bench_take, bench_wake, bench};
  assert_int_equal(pthread_mutex_init(&bench->lock, NULL), 0);
  lw_arena_init(&bench->arena, NULL, 0);
  bench->reader = lw_json_reader_create(NULL);
  assert_non_null(bench->reader);
  (void)snprintf(bench->dir, sizeof(bench->dir), "/tmp/lw_connect_XXXXXX");
  assert_non_null(mkdtemp(bench->dir));
  (void)snprintf(bench->path, sizeof(bench->path), "%s/db", bench->dir);
  bench_open(bench);
  return bench;
}

static struct bench *bench_start(bool mail)
{
  return bench_start_as(mail, false);
}

static void bench_remove(const char *path)
{
  char name[512];
  DIR *dir = opendir(path);
  assert_non_null(dir);
  for (struct dirent *entry = readdir(dir); entry != NULL; entry = readdir(dir)) {
    (void)snprintf(name, sizeof(name), "%s/%s", path, entry->d_name);
    (void)unlink(name);
  }
  assert_int_equal(closedir(dir), 0);
  assert_int_equal(rmdir(path), 0);
}

static void bench_finish(struct bench *bench)
{
  bench_stop(bench);
  bench_remove(bench->dir);
  for (size_t i = 0; i < bench->count; i++) {
    free(bench->sent[i].body);
  }
  lw_buf_finish(&bench->answer);
  lw_json_reader_destroy(bench->reader);
  lw_arena_finish(&bench->arena);
  (void)pthread_mutex_destroy(&bench->lock);
  free(bench);
}

typedef enum lw_code (*bench_apply)(struct lw_batch *batch, struct lw_change *change,
                                    struct lw_error *err);

static enum lw_code bench_run(struct bench *bench, bench_apply apply, void *user)
{
  struct lw_change change = {
      .apply = apply, .user = user, .arena = &bench->arena, .actor = LW_STR("ana")};
  enum lw_code rc = lw_engine_run(bench->engine, &change, &bench->err);
  lw_buf_finish(&bench->answer);
  bench->answer = change.answer;
  return rc;
}

struct bench_entry {
  enum lw_event event;
  const char *body;
};

static enum lw_code bench_apply_entry(struct lw_batch *batch, struct lw_change *change,
                                      struct lw_error *err)
{
  const struct bench_entry *entry = change->user;
  return lw_batch_append(batch, change, entry->event, lw_str_c(entry->body), err);
}

static LW_UNUSED void bench_append(struct bench *bench, enum lw_event event, const char *body)
{
  struct bench_entry entry = {event, body};
  assert_int_equal(bench_run(bench, bench_apply_entry, &entry), LW_OK);
}

static enum lw_code bench_apply_sql(struct lw_batch *batch, struct lw_change *change,
                                    struct lw_error *err)
{
  return lw_db_exec(batch->db, change->user, err);
}

static LW_UNUSED void bench_sql(struct bench *bench, char *sql)
{
  if (bench_run(bench, bench_apply_sql, sql) != LW_OK) {
    fail_msg("%s", bench->err.text);
  }
}

/* Rounds until nothing is left for this moment; returns when the next is due. */
static lw_usec bench_step(struct bench *bench)
{
  lw_usec next = 0;
  for (int i = 0; i < 200; i++) {
    size_t before = bench->count;
    if (lw_connect_step(bench->connect, &next, &bench->err) != LW_OK) {
      fail_msg("%s", bench->err.text);
    }
    if (next != 0 && bench->count == before && i > 2) {
      break;
    }
  }
  return next;
}

static LW_UNUSED const struct lw_value *bench_read(struct bench *bench, lw_str text)
{
  const struct lw_value *value = NULL;
  lw_str copy = lw_str_copy(&bench->arena, text);
  if (lw_json_read(bench->reader, &bench->arena, copy, NULL, &value, &bench->err) != LW_OK) {
    fail_msg("%s: %.*s", bench->err.text, LW_FMT(text));
  }
  return value;
}

static LW_UNUSED lw_str bench_get(const struct lw_value *map, const char *key)
{
  const struct lw_value *value = lw_value_get(map, lw_str_c(key));
  return value != NULL && (value->kind == LW_VALUE_STRING || value->kind == LW_VALUE_NUMBER)
             ? value->text
             : (lw_str){NULL, 0};
}

/* Makes an endpoint; returns its id; *ret_key (may be NULL). */
static LW_UNUSED lw_str bench_endpoint(struct bench *bench, const char *json,
                                       struct lw_webhook_key *ret_key)
{
  struct lw_endpoint_call call = {.json = bench_read(bench, lw_str_c(json))};
  lw_endpoint_call_begin(&call, &bench->rand);
  if (bench_run(bench, lw_endpoint_create_apply, &call) != LW_OK) {
    fail_msg("%s: %s", json, bench->err.text);
  }
  if (ret_key != NULL) {
    *ret_key = call.key;
  }
  return bench_get(bench_read(bench, lw_buf_str(&bench->answer)), "id");
}

static LW_UNUSED const struct lw_value *bench_endpoint_now(struct bench *bench, lw_str id)
{
  struct lw_db *db = NULL;
  struct lw_buf out = {0};
  assert_int_equal(lw_engine_reader(bench->engine, &db, &bench->err), LW_OK);
  assert_int_equal(lw_endpoint_print(db, id, &out, &bench->err), LW_OK);
  lw_engine_reader_done(bench->engine, db);
  const struct lw_value *value = bench_read(bench, lw_buf_str(&out));
  lw_buf_finish(&out);
  return value;
}

static LW_UNUSED const struct lw_value *bench_log(struct bench *bench, lw_str endpoint,
                                                  const char *state)
{
  struct lw_db *db = NULL;
  struct lw_buf out = {0};
  struct lw_delivery_filter filter = {.endpoint = endpoint, .state = lw_str_c(state)};
  assert_int_equal(lw_engine_reader(bench->engine, &db, &bench->err), LW_OK);
  assert_int_equal(lw_deliveries_print(db, &filter, &out, &bench->err), LW_OK);
  lw_engine_reader_done(bench->engine, db);
  const struct lw_value *value = bench_read(bench, lw_buf_str(&out));
  lw_buf_finish(&out);
  return lw_value_get(value, LW_STR("items"));
}

static bool bench_count_kind(void *user, const struct lw_entry_view *entry)
{
  int *count = user;
  *count += lw_str_equal(entry->kind, LW_STR("delivery.failed"));
  return true;
}

/* How many entries say that a delivery failed. */
static LW_UNUSED int bench_failures(struct bench *bench)
{
  struct lw_db *db = NULL;
  int count = 0;
  assert_int_equal(lw_engine_reader(bench->engine, &db, &bench->err), LW_OK);
  assert_int_equal(lw_journal_walk(db, 0, 0, bench_count_kind, &count, &bench->err), LW_OK);
  lw_engine_reader_done(bench->engine, db);
  return count;
}

#endif
