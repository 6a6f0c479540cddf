#include "http/worker.h"

#include "base/bounds.h"
#include "http/host.h"

#include <pthread.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

struct lw_worker {
  struct lw_worker_options options;
  pthread_t threads[LW_WORKER_THREADS_MAX];
  uint32_t n_threads;
  pthread_mutex_t mutex; /* guards what follows */
  pthread_cond_t changed;
  struct lw_exchange *waiting[LW_WORKER_WAITING_MAX]; /* a ring */
  uint32_t first;
  uint32_t count;
  bool stopping;
};

static struct lw_exchange *next_of(struct lw_worker *worker)
{
  (void)pthread_mutex_lock(&worker->mutex);
  while (worker->count == 0 && !worker->stopping) {
    (void)pthread_cond_wait(&worker->changed, &worker->mutex);
  }
  struct lw_exchange *exchange = NULL;
  if (worker->count != 0) {
    exchange = worker->waiting[worker->first];
    worker->first = (worker->first + 1) % LW_WORKER_WAITING_MAX;
    worker->count--;
  }
  (void)pthread_mutex_unlock(&worker->mutex);
  return exchange;
}

static void *work(void *user)
{
  struct lw_worker *worker = user;
  struct lw_exchange *exchange = NULL;
  if (worker->options.nice != 0) {
    (void)setpriority(PRIO_PROCESS, (id_t)gettid(), worker->options.nice);
  }
  while ((exchange = next_of(worker)) != NULL) {
    lw_exchange_work(exchange);
  }
  return NULL;
}

/* With as many threads as could be started: none is a failure. */
struct lw_worker *lw_worker_create(const struct lw_worker_options *options)
{
  struct lw_worker *worker = calloc(1, sizeof *worker);
  if (worker == NULL) {
    return NULL;
  }
  worker->options = *options;
  (void)pthread_mutex_init(&worker->mutex, NULL);
  (void)pthread_cond_init(&worker->changed, NULL);
  while (worker->n_threads < options->threads &&
         pthread_create(&worker->threads[worker->n_threads], NULL, work, worker) == 0) {
    worker->n_threads++;
  }
  if (worker->n_threads == 0) {
    lw_worker_destroy(worker);
    return NULL;
  }
  return worker;
}

void lw_worker_destroy(struct lw_worker *worker)
{
  if (worker == NULL) {
    return;
  }
  (void)pthread_mutex_lock(&worker->mutex);
  worker->stopping = true;
  (void)pthread_cond_broadcast(&worker->changed);
  (void)pthread_mutex_unlock(&worker->mutex);
  for (uint32_t i = 0; i < worker->n_threads; i++) {
    (void)pthread_join(worker->threads[i], NULL);
  }
  (void)pthread_cond_destroy(&worker->changed);
  (void)pthread_mutex_destroy(&worker->mutex);
  free(worker);
}

void lw_worker_run_on(struct lw_worker *worker, struct lw_call *call,
                      void (*work_fn)(struct lw_call *call))
{
  struct lw_exchange *exchange = lw_exchange_of(call);
  (void)pthread_mutex_lock(&worker->mutex);
  bool taken = worker->count < worker->options.waiting_max && !worker->stopping;
  if (taken) { /* suspended before the other thread can see it */
    exchange->work_fn = work_fn;
    lw_exchange_suspend(exchange);
    uint32_t last = (worker->first + worker->count) % LW_WORKER_WAITING_MAX;
    worker->waiting[last] = exchange;
    worker->count++;
    (void)pthread_cond_signal(&worker->changed);
  }
  (void)pthread_mutex_unlock(&worker->mutex);
  if (!taken) {
    lw_call_fail(call, worker->options.full, "%s", worker->options.full_text);
  }
}

void lw_worker_run(struct lw_call *call, void (*work_fn)(struct lw_call *call))
{
  lw_worker_run_on(call->server->worker, call, work_fn);
}

uint32_t lw_worker_waiting(struct lw_worker *worker)
{
  (void)pthread_mutex_lock(&worker->mutex);
  uint32_t count = worker->count;
  (void)pthread_mutex_unlock(&worker->mutex);
  return count;
}
