/* Suspended connections that are woken: each is resumed once, the first by whoever wakes it, those
 * behind it by the HTTP thread. The library's own function is replaced by one that notes who was
 * resumed; a thread that takes them from there stands for the HTTP thread. */
#include "http/wakes.h"

#include "http/exchange.h"

#include <microhttpd.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <time.h>
#include <cmocka.h>

enum { EXCHANGES = 64, TIMES = 300, WAKERS = 4 };

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* guards what follows */
static pthread_cond_t more = PTHREAD_COND_INITIALIZER;
static struct lw_exchange *resumed[EXCHANGES];
static size_t n_resumed;

/* A connection stands for its exchange. */
static struct MHD_Connection *as_connection(struct lw_exchange *exchange)
{
  return (struct MHD_Connection *)(void *)exchange;
}

void MHD_resume_connection(struct MHD_Connection *connection)
{
  (void)pthread_mutex_lock(&lock);
  resumed[n_resumed++] = (struct lw_exchange *)(void *)connection;
  (void)pthread_cond_broadcast(&more);
  (void)pthread_mutex_unlock(&lock);
}

static struct lw_exchange exchanges[EXCHANGES];
static struct lw_wakes lists[LW_WAKES];

static void suspend(struct lw_exchange *exchange)
{
  memset(exchange, 0, sizeof *exchange);
  exchange->connection = as_connection(exchange);
  exchange->wakes = lw_wakes_here(lists);
}

static void set_up(size_t count)
{
  n_resumed = 0;
  for (size_t i = 0; i < count; i++) {
    suspend(&exchanges[i]);
  }
}

static bool is_resumed(const struct lw_exchange *exchange)
{
  size_t times = 0;
  for (size_t i = 0; i < n_resumed; i++) {
    times += resumed[i] == exchange;
  }
  assert_true(times <= 1);
  return times == 1;
}

static void the_first_is_resumed_and_the_others_behind_it(void **state)
{
  (void)state;
  set_up(5);
  for (size_t i = 0; i < 5; i++) {
    lw_wakes_add(&exchanges[i]);
  }
  assert_int_equal(n_resumed, 1);
  assert_true(is_resumed(&exchanges[0]));
  lw_wakes_pass_on(&exchanges[0]);
  assert_int_equal(n_resumed, 5);
  for (size_t i = 1; i < 5; i++) {
    assert_true(is_resumed(&exchanges[i]));
    lw_wakes_pass_on(&exchanges[i]); /* has nobody behind it */
  }
  assert_int_equal(n_resumed, 5);
}

static void who_comes_later_is_resumed_at_once(void **state)
{
  (void)state;
  set_up(3);
  lw_wakes_add(&exchanges[0]);
  lw_wakes_pass_on(&exchanges[0]);
  lw_wakes_pass_on(&exchanges[0]); /* its handler, then its end */
  lw_wakes_add(&exchanges[1]);
  assert_true(is_resumed(&exchanges[1]));
  lw_wakes_add(&exchanges[2]);
  assert_false(is_resumed(&exchanges[2]));
  lw_wakes_pass_on(&exchanges[1]);
  assert_true(is_resumed(&exchanges[2]));
}

/* --- many at once --- */

static struct lw_exchange *turns[WAKERS][EXCHANGES]; /* suspended, for that waker to wake */
static size_t n_turns[WAKERS];                       /* `lock` guards both */
static bool ended;

static void *waker_main(void *user)
{
  size_t own = *(const size_t *)user;
  (void)pthread_mutex_lock(&lock);
  while (!ended) {
    if (n_turns[own] == 0) {
      (void)pthread_cond_wait(&more, &lock);
      continue;
    }
    struct lw_exchange *exchange = turns[own][--n_turns[own]];
    (void)pthread_mutex_unlock(&lock);
    lw_wakes_add(exchange);
    (void)pthread_mutex_lock(&lock);
  }
  (void)pthread_mutex_unlock(&lock);
  return NULL;
}

static void hand_out(struct lw_exchange *exchange, size_t round)
{
  suspend(exchange);
  (void)pthread_mutex_lock(&lock);
  size_t waker = round % WAKERS;
  turns[waker][n_turns[waker]++] = exchange;
  (void)pthread_cond_broadcast(&more);
  (void)pthread_mutex_unlock(&lock);
}

/* Now and then late, so that others have come behind the herald. */
static struct lw_exchange *next_resumed(int turn)
{
  const struct timespec late = {.tv_nsec = 50000};
  if (turn % 16 == 0) {
    (void)nanosleep(&late, NULL);
  }
  (void)pthread_mutex_lock(&lock);
  while (n_resumed == 0) {
    (void)pthread_cond_wait(&more, &lock);
  }
  struct lw_exchange *exchange = resumed[--n_resumed];
  (void)pthread_cond_broadcast(&more);
  (void)pthread_mutex_unlock(&lock);
  return exchange;
}

/* Ends only if nobody is forgotten: each goes round so many times. */
static void nobody_is_forgotten(void **state)
{
  (void)state;
  static const size_t numbers[WAKERS] = {0, 1, 2, 3};
  pthread_t threads[WAKERS];
  size_t rounds[EXCHANGES] = {0};
  set_up(0);
  for (size_t i = 0; i < WAKERS; i++) {
    assert_int_equal(pthread_create(&threads[i], NULL, waker_main, (void *)(uintptr_t)&numbers[i]),
                     0);
  }
  for (size_t i = 0; i < EXCHANGES; i++) {
    hand_out(&exchanges[i], i);
  }
  for (int left = EXCHANGES * TIMES; left != 0; left--) {
    struct lw_exchange *exchange = next_resumed(left);
    lw_wakes_pass_on(exchange);
    size_t index = (size_t)(exchange - exchanges);
    if (++rounds[index] < TIMES) {
      hand_out(exchange, index + rounds[index]);
    }
  }
  (void)pthread_mutex_lock(&lock);
  ended = true;
  (void)pthread_cond_broadcast(&more);
  (void)pthread_mutex_unlock(&lock);
  for (size_t i = 0; i < WAKERS; i++) {
    assert_int_equal(pthread_join(threads[i], NULL), 0);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_first_is_resumed_and_the_others_behind_it),
      cmocka_unit_test(who_comes_later_is_resumed_at_once),
      cmocka_unit_test(nobody_is_forgotten),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
