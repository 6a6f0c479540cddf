/* A list under a mutex, walked once a second by a thread of its own. Cutting is shutdown(2) under
 * the mutex: the library closes a socket only after it has told lw_link_close, so that the number
 * can't yet be another connection's. */
#include "http/links.h"

#include "base/bounds.h"
#include "base/check.h"
#include "base/crypto.h"

#include <pthread.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>

struct lw_links {
  pthread_mutex_t mutex; /* guards first, count, stopping and the list's pointers */
  pthread_cond_t changed;
  pthread_t thread;
  struct lw_link *first;
  uint32_t count;
  bool stopping;
};

static void cut_slow(struct lw_links *links)
{
  lw_usec now = lw_clock_monotonic();
  for (struct lw_link *link = links->first; link != NULL; link = link->next) {
    lw_usec at = atomic_load_explicit(&link->cut_at, memory_order_relaxed);
    if (at != 0 && now >= at) {
      (void)shutdown(link->fd, SHUT_RDWR);
    }
  }
}

static void *watch(void *user)
{
  struct lw_links *links = user;
  (void)pthread_mutex_lock(&links->mutex);
  while (!links->stopping) {
    struct timespec until;
    (void)clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec++;
    (void)pthread_cond_timedwait(&links->changed, &links->mutex, &until);
    cut_slow(links);
  }
  (void)pthread_mutex_unlock(&links->mutex);
  return NULL;
}

struct lw_links *lw_links_create(void)
{
  struct lw_links *links = calloc(1, sizeof *links);
  if (links == NULL) {
    return NULL;
  }
  (void)pthread_mutex_init(&links->mutex, NULL);
  (void)pthread_cond_init(&links->changed, NULL);
  if (pthread_create(&links->thread, NULL, watch, links) != 0) {
    free(links);
    return NULL;
  }
  return links;
}

void lw_links_destroy(struct lw_links *links)
{
  if (links == NULL) {
    return;
  }
  (void)pthread_mutex_lock(&links->mutex);
  links->stopping = true;
  (void)pthread_cond_signal(&links->changed);
  (void)pthread_mutex_unlock(&links->mutex);
  (void)pthread_join(links->thread, NULL);
  (void)pthread_cond_destroy(&links->changed);
  (void)pthread_mutex_destroy(&links->mutex);
  free(links);
}

static void set_cut(struct lw_link *link, lw_usec at)
{
  atomic_store_explicit(&link->cut_at, at, memory_order_relaxed);
}

struct lw_link *lw_link_open(struct lw_links *links, int fd)
{
  struct lw_link *link = calloc(1, sizeof *link);
  if (link == NULL) {
    return NULL;
  }
  link->fd = fd;
  set_cut(link, lw_clock_monotonic() + LW_ARRIVAL_USEC_MAX);
  (void)pthread_mutex_lock(&links->mutex);
  link->next = links->first;
  if (link->next != NULL) {
    link->next->previous = link;
  }
  links->first = link;
  links->count++;
  (void)pthread_mutex_unlock(&links->mutex);
  return link;
}

void lw_link_close(struct lw_links *links, struct lw_link *link)
{
  if (link == NULL) {
    return;
  }
  (void)pthread_mutex_lock(&links->mutex);
  if (link->previous != NULL) {
    link->previous->next = link->next;
  } else {
    links->first = link->next;
  }
  if (link->next != NULL) {
    link->next->previous = link->previous;
  }
  links->count--;
  (void)pthread_mutex_unlock(&links->mutex);
  lw_secret_wipe(link->token_text, sizeof link->token_text);
  free(link);
}

void lw_link_begins(struct lw_link *link, lw_usec now)
{
  if (link != NULL) {
    set_cut(link, now + LW_ARRIVAL_USEC_MAX);
  }
}

void lw_link_has_all(struct lw_link *link)
{
  if (link != NULL) {
    set_cut(link, 0);
  }
}

void lw_link_answers(struct lw_link *link, lw_usec now, size_t bytes)
{
  if (link != NULL) {
    lw_usec seconds = (lw_usec)(bytes / LW_TAKEN_BYTES_MIN);
    set_cut(link, now + LW_ARRIVAL_USEC_MAX + seconds * LW_USEC_PER_SECOND);
  }
}

/* Silence ends a connection after LW_IDLE_SECONDS_MAX (the library's part); whoever is not silent
 * has the time of an arrival beside it. */
void lw_link_rests(struct lw_link *link, lw_usec now)
{
  if (link != NULL) {
    set_cut(link, now + LW_IDLE_SECONDS_MAX * LW_USEC_PER_SECOND + LW_ARRIVAL_USEC_MAX);
  }
}

bool lw_link_knows(const struct lw_link *link, lw_str token, lw_hash *ret_digest)
{
  if (link == NULL || !link->has_token ||
      !lw_secret_equal(token, lw_str_from(link->token_text, LW_TOKEN_TEXT_BYTES))) {
    return false;
  }
  *ret_digest = link->token;
  return true;
}

void lw_link_remember(struct lw_link *link, lw_str token, const lw_hash *digest)
{
  LW_ASSERT(token.len == LW_TOKEN_TEXT_BYTES);
  if (link != NULL) {
    memcpy(link->token_text, token.ptr, LW_TOKEN_TEXT_BYTES);
    link->token = *digest;
    link->has_token = true;
  }
}

uint32_t lw_links_count(struct lw_links *links)
{
  (void)pthread_mutex_lock(&links->mutex);
  uint32_t count = links->count;
  (void)pthread_mutex_unlock(&links->mutex);
  return count;
}
