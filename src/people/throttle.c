/* A place of the table is for an account or an address, found by a keyed digest so that nobody can
 * aim at one. An attempt is counted as failed before it is computed (a burst at once gains
 * nothing), and taken back when it was right. After some free failures each doubles the time until
 * the next may be tried. A row of eight places that is full gives up the one that is free soonest.
 */
#include "people/throttle.h"

#include "base/crypto.h"

#include <pthread.h>
#include <stdlib.h>

enum { SETS = 512, WAYS = 8, KEY_BYTES = 16, NAME_BYTES_MAX = 256 };
#define FORGOTTEN_USEC ((lw_usec)24 * 3600 * LW_USEC_PER_SECOND)

struct attempts {
  uint8_t key[KEY_BYTES];
  uint32_t fails; /* 0: the place is free */
  lw_usec last;
  lw_usec next; /* not before */
};

struct lw_throttle {
  uint8_t secret[KEY_BYTES]; /* of the keys in the table */
  pthread_mutex_t lock;      /* guards the places */
  struct attempts places[SETS][WAYS];
};

struct lw_throttle *lw_throttle_create(const struct lw_rand *rand)
{
  struct lw_throttle *throttle = calloc(1, sizeof *throttle);
  if (throttle == NULL || pthread_mutex_init(&throttle->lock, NULL) != 0) {
    free(throttle);
    return NULL;
  }
  rand->fill(rand->user, throttle->secret, sizeof throttle->secret);
  return throttle;
}

void lw_throttle_destroy(struct lw_throttle *throttle)
{
  if (throttle != NULL) {
    (void)pthread_mutex_destroy(&throttle->lock);
    lw_secret_wipe(throttle->secret, sizeof throttle->secret);
    free(throttle);
  }
}

static struct attempts *find_place(struct lw_throttle *throttle, char kind, lw_str name,
                                   lw_usec now)
{
  char text[1 + NAME_BYTES_MAX];
  uint8_t key[KEY_BYTES];
  size_t len = name.len < NAME_BYTES_MAX ? name.len : NAME_BYTES_MAX;
  text[0] = kind;
  for (size_t i = 0; i < len; i++) {
    char c = name.ptr[i];
    text[1 + i] = c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
  }
  lw_digest16(lw_str_from((const char *)throttle->secret, KEY_BYTES), lw_str_from(text, 1 + len),
              key);
  struct attempts *set = throttle->places[(key[0] | (unsigned)key[1] << 8) % SETS];
  struct attempts *soonest = &set[0];
  for (int i = 0; i < WAYS; i++) {
    if (set[i].fails != 0 && memcmp(set[i].key, key, KEY_BYTES) == 0) {
      if (now - set[i].last >= FORGOTTEN_USEC) {
        set[i].fails = 0;
        set[i].next = 0;
      }
      return &set[i];
    }
    bool sooner = set[i].fails == 0 ? soonest->fails != 0
                                    : soonest->fails != 0 && set[i].next < soonest->next;
    soonest = sooner ? &set[i] : soonest;
  }
  *soonest = (struct attempts){0};
  memcpy(soonest->key, key, KEY_BYTES);
  return soonest;
}

static lw_usec delay_of(uint32_t fails, uint32_t n_free, uint32_t seconds_max)
{
  if (fails <= n_free) {
    return 0;
  }
  uint32_t doublings = fails - n_free - 1;
  uint32_t seconds = doublings < 16 ? UINT32_C(1) << doublings : seconds_max;
  return (lw_usec)(seconds < seconds_max ? seconds : seconds_max) * LW_USEC_PER_SECOND;
}

/* How long until the next may be tried; a clock that jumped back does not make it longer than it
 * can be. */
static lw_usec wait_of(const struct attempts *place, uint32_t n_free, uint32_t seconds_max,
                       lw_usec now)
{
  lw_usec wait = place->next - now;
  lw_usec most = delay_of(place->fails, n_free, seconds_max);
  return wait <= 0 ? 0 : wait < most ? wait : most;
}

static void count_failure(struct attempts *place, uint32_t n_free, uint32_t seconds_max,
                          lw_usec now)
{
  place->fails += place->fails < UINT32_MAX ? 1 : 0;
  place->last = now;
  place->next = now + delay_of(place->fails, n_free, seconds_max);
}

bool lw_throttle_begin(struct lw_throttle *throttle, lw_str account, lw_str source, lw_usec now,
                       uint32_t *ret_wait_seconds)
{
  (void)pthread_mutex_lock(&throttle->lock);
  struct attempts *place = find_place(throttle, 's', source, now);
  lw_usec wait = wait_of(place, LW_THROTTLE_SOURCE_FREE, LW_THROTTLE_SOURCE_SECONDS_MAX, now);
  struct attempts kept = *place;
  place->fails = 1; /* so that it is not given up for the account's place */
  place->next = INT64_MAX;
  struct attempts *other = find_place(throttle, 'a', account, now);
  lw_usec other_wait =
      wait_of(other, LW_THROTTLE_ACCOUNT_FREE, LW_THROTTLE_ACCOUNT_SECONDS_MAX, now);
  *place = kept;
  wait = other_wait > wait ? other_wait : wait;
  if (wait == 0) {
    count_failure(place, LW_THROTTLE_SOURCE_FREE, LW_THROTTLE_SOURCE_SECONDS_MAX, now);
    count_failure(other, LW_THROTTLE_ACCOUNT_FREE, LW_THROTTLE_ACCOUNT_SECONDS_MAX, now);
  }
  (void)pthread_mutex_unlock(&throttle->lock);
  *ret_wait_seconds = (uint32_t)((wait + LW_USEC_PER_SECOND - 1) / LW_USEC_PER_SECOND);
  return wait == 0;
}

void lw_throttle_forgive(struct lw_throttle *throttle, lw_str account, lw_str source, lw_usec now)
{
  (void)pthread_mutex_lock(&throttle->lock);
  struct attempts *place = find_place(throttle, 's', source, now);
  if (place->fails != 0) {
    place->fails--;
    place->next = now;
  }
  *find_place(throttle, 'a', account, now) = (struct attempts){0};
  (void)pthread_mutex_unlock(&throttle->lock);
}
