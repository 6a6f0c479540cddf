/* Sieves: which retry keys of the last day memory has dropped, at two bytes each and not quite
 * surely. A key that no sieve holds was not dropped, so that a new one asks the lists only in some
 * hundredths of cases; a key that was dropped is always held.
 *
 * One sieve is a Bloom filter in blocks of a cache line, for the keys of one generation (idem.c):
 * BITS bits of one block for each key, wrong for one new key in some 700. There are as many as the
 * day needs, up to LW_SIEVES_MAX; past it two become one, which is wrong more often. A sieve goes
 * when its newest key is older than a day.
 *
 * Writer and HTTP threads share them under a lock that is held for some memory reads. Keys that
 * were dropped before the start are read on a thread of their own, from the lists, or else from the
 * journal, which is sixty times as much; until then `whole` is false, and the lists are asked about
 * every key. */
#include "engine/inside.h"
#include "engine/lists.h"

#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

enum {
  BLOCK_WORDS = 8, /* a cache line */
  BLOCKS = LW_GENERATION_KEYS / 32,
  BITS = 6,
  NICE = 10
};
#define LATE ((lw_usec)3600 * LW_USEC_PER_SECOND) /* for whoever asked a moment ago */

struct lw_sieve {
  size_t count;
  lw_usec last_at; /* none of its keys is younger */
  void *memory;
  uint64_t *words; /* in memory, where a cache line begins */
};

/* --- one --- */

struct lw_sieve *lw_sieve_create(void)
{
  const size_t line = BLOCK_WORDS * sizeof(uint64_t);
  struct lw_sieve *sieve = calloc(1, sizeof *sieve);
  void *memory = calloc(BLOCKS + 1, line);
  if (sieve == NULL || memory == NULL) {
    free(sieve);
    free(memory);
    return NULL;
  }
  sieve->memory = memory;
  sieve->words = (uint64_t *)(((uintptr_t)memory + line - 1) / line * line);
  return sieve;
}

void lw_sieve_destroy(struct lw_sieve *sieve)
{
  if (sieve != NULL) {
    free(sieve->memory);
    free(sieve);
  }
}

/* The block by the print's upper half, the bits in it by all of it. */
static uint64_t *block_of(const struct lw_sieve *sieve, uint64_t print)
{
  return sieve->words + (size_t)((print >> 32) * BLOCKS >> 32) * BLOCK_WORDS;
}

static uint64_t bits_of(uint64_t print)
{
  return print * UINT64_C(0x9e3779b97f4a7c15) >> 10; /* BITS times nine */
}

void lw_sieve_add(struct lw_sieve *sieve, uint64_t print)
{
  uint64_t *block = block_of(sieve, print);
  uint64_t bits = bits_of(print);
  for (int i = 0; i < BITS; i++, bits >>= 9) {
    block[bits >> 6 & 7] |= UINT64_C(1) << (bits & 63);
  }
  sieve->count++;
}

bool lw_sieve_has(const struct lw_sieve *sieve, uint64_t print)
{
  const uint64_t *block = block_of(sieve, print);
  uint64_t bits = bits_of(print);
  uint64_t all = 1;
  for (int i = 0; i < BITS; i++, bits >>= 9) {
    all &= block[bits >> 6 & 7] >> (bits & 63);
  }
  return all != 0;
}

static void merge(struct lw_sieve *into, struct lw_sieve *from)
{
  for (size_t i = 0; i < (size_t)BLOCKS * BLOCK_WORDS; i++) {
    into->words[i] |= from->words[i];
  }
  into->count += from->count;
  into->last_at = into->last_at > from->last_at ? into->last_at : from->last_at;
  lw_sieve_destroy(from);
}

/* --- all of them --- */

void lw_sieves_clear(struct lw_sieves *sieves, bool whole)
{
  (void)pthread_mutex_lock(&sieves->lock);
  while (sieves->count != 0) {
    lw_sieve_destroy(sieves->at[--sieves->count]);
  }
  sieves->whole = whole;
  sieves->missing_first = sieves->missing_end = 0;
  (void)pthread_mutex_unlock(&sieves->lock);
}

void lw_sieves_miss(struct lw_sieves *sieves, uint64_t first, uint64_t end, lw_usec last_at)
{
  (void)pthread_mutex_lock(&sieves->lock);
  sieves->whole = false;
  sieves->missing_first = first;
  sieves->missing_end = end;
  sieves->missing_at = last_at;
  (void)pthread_mutex_unlock(&sieves->lock);
}

static void drop_old(struct lw_sieves *sieves, lw_usec before)
{
  size_t kept = 0;
  for (size_t i = 0; i < sieves->count; i++) {
    if (sieves->at[i]->last_at < before) {
      lw_sieve_destroy(sieves->at[i]);
    } else {
      sieves->at[kept++] = sieves->at[i];
    }
  }
  sieves->count = kept;
}

/* The emptiest two become one. */
static void make_room(struct lw_sieves *sieves)
{
  struct lw_sieve **at = sieves->at;
  size_t a = at[0]->count <= at[1]->count ? 0 : 1;
  size_t b = 1 - a;
  for (size_t i = 2; i < sieves->count; i++) {
    if (at[i]->count < at[a]->count) {
      b = a;
      a = i;
    } else if (at[i]->count < at[b]->count) {
      b = i;
    }
  }
  merge(at[a], at[b]);
  at[b] = at[--sieves->count];
}

static void take(struct lw_sieves *sieves, struct lw_sieve *sieve, lw_usec last_at, lw_usec now)
{
  lw_usec oldest = now - LW_KEY_USEC - LATE;
  drop_old(sieves, oldest);
  if (last_at < oldest) {
    lw_sieve_destroy(sieve);
    return;
  }
  if (sieve == NULL) {
    sieves->whole = false;
    sieves->missing_end = 0; /* nobody can make it whole again */
    return;
  }
  if (sieves->count == LW_SIEVES_MAX) {
    make_room(sieves);
  }
  sieve->last_at = last_at;
  sieves->at[sieves->count++] = sieve;
}

void lw_sieves_take(struct lw_sieves *sieves, struct lw_sieve *sieve, lw_usec last_at, lw_usec now)
{
  (void)pthread_mutex_lock(&sieves->lock);
  take(sieves, sieve, last_at, now);
  (void)pthread_mutex_unlock(&sieves->lock);
}

bool lw_sieves_may_hold(struct lw_sieves *sieves, uint64_t print)
{
  (void)pthread_mutex_lock(&sieves->lock);
  bool held = !sieves->whole;
  for (size_t i = 0; !held && i < sieves->count; i++) {
    held = lw_sieve_has(sieves->at[i], print);
  }
  (void)pthread_mutex_unlock(&sieves->lock);
  return held;
}

/* --- what was dropped before the start --- */

struct sifting {
  struct lw_engine *engine;
  uint64_t first; /* the entries that were missing when it began */
  uint64_t end;
  lw_usec last_at;
  struct lw_sieve *sieve;
  bool failed;
};

/* False: the journal is another one by now, or nobody can make them whole any more. */
static bool hand_over(struct sifting *sifting)
{
  struct lw_sieves *sieves = &sifting->engine->idem.sieves;
  (void)pthread_mutex_lock(&sieves->lock);
  bool wanted = !sieves->whole && sieves->missing_end == sifting->end;
  if (wanted && sifting->sieve != NULL) {
    take(sieves, sifting->sieve, sifting->last_at, sifting->last_at);
    sifting->sieve = NULL;
  }
  (void)pthread_mutex_unlock(&sieves->lock);
  return wanted;
}

static bool sift_key(struct sifting *sifting, uint64_t print)
{
  if (sifting->sieve != NULL && sifting->sieve->count >= LW_GENERATION_KEYS) {
    sifting->failed = !hand_over(sifting);
  }
  if (sifting->sieve == NULL) {
    sifting->sieve = lw_sieve_create();
  }
  sifting->failed |= sifting->sieve == NULL;
  if (!sifting->failed) {
    lw_sieve_add(sifting->sieve, print);
  }
  return !sifting->failed;
}

static bool may_go_on(struct sifting *sifting)
{
  sifting->failed |= atomic_load_explicit(&sifting->engine->sift_closing, memory_order_relaxed);
  return !sifting->failed;
}

static bool sift_listed(void *user, uint64_t print, uint64_t seq)
{
  struct sifting *sifting = user;
  bool is_missing = seq >= sifting->first && seq < sifting->end;
  return may_go_on(sifting) && (!is_missing || sift_key(sifting, print));
}

static bool sift_entry(void *user, const struct lw_entry_view *entry)
{
  struct sifting *sifting = user;
  uint8_t digest[16];
  if (!may_go_on(sifting)) {
    return false;
  }
  bool has_key =
      lw_str_equal(entry->kind, LW_STR("decision")) && lw_idem_key_of(entry->body, digest);
  return !has_key || sift_key(sifting, lw_idem_print(digest));
}

static enum lw_code sift_journal(struct sifting *sifting, struct lw_error *err)
{
  struct lw_db *db = NULL;
  enum lw_code rc = lw_engine_reader(sifting->engine, &db, err);
  if (rc == LW_OK) {
    rc = lw_journal_walk(db, sifting->first - 1, sifting->end - sifting->first, sift_entry, sifting,
                         err);
  }
  lw_engine_reader_done(sifting->engine, db);
  return rc;
}

/* What the lists gave before they failed stays: too much does no harm. */
static enum lw_code sift(struct sifting *sifting, struct lw_error *err)
{
  const struct lw_key_visit visit = {sift_listed, sifting};
  struct lw_lists *lists = atomic_load(&sifting->engine->lists);
  enum lw_code rc = lists != NULL
                        ? lw_lists_keys(lists, sifting->first, sifting->end - 1, &visit, err)
                        : lw_fail(err, LW_BUSY, "there are no lists");
  return rc == LW_OK || sifting->failed ? rc : sift_journal(sifting, err);
}

void lw_sieves_sift(struct lw_engine *engine)
{
  struct lw_sieves *sieves = &engine->idem.sieves;
  struct lw_error err;
  struct sifting sifting = {.engine = engine};
  (void)pthread_mutex_lock(&sieves->lock);
  sifting.first = sieves->missing_first;
  sifting.end = sieves->missing_end;
  sifting.last_at = sieves->missing_at;
  (void)pthread_mutex_unlock(&sieves->lock);
  if (sifting.end <= sifting.first) {
    return;
  }
  if (sift(&sifting, &err) == LW_OK && !sifting.failed && hand_over(&sifting)) {
    (void)pthread_mutex_lock(&sieves->lock);
    sieves->whole = sieves->missing_end == sifting.end;
    (void)pthread_mutex_unlock(&sieves->lock);
  }
  lw_sieve_destroy(sifting.sieve);
}

static void *sift_main(void *user)
{
  (void)pthread_setname_np(pthread_self(), "lw-sieves");
  (void)setpriority(PRIO_PROCESS, (id_t)gettid(), NICE);
  lw_sieves_sift(user);
  return NULL;
}

void lw_sieves_start(struct lw_engine *engine)
{
  (void)pthread_mutex_lock(&engine->idem.sieves.lock);
  bool wanted = !engine->idem.sieves.whole;
  (void)pthread_mutex_unlock(&engine->idem.sieves.lock);
  if (wanted) { /* without the thread the lists are asked: slower, as right */
    atomic_store(&engine->sift_closing, false);
    engine->sifter_started = pthread_create(&engine->sifter, NULL, sift_main, engine) == 0;
  }
}

void lw_sieves_stop(struct lw_engine *engine)
{
  atomic_store(&engine->sift_closing, true);
  if (engine->sifter_started) {
    (void)pthread_join(engine->sifter, NULL);
    engine->sifter_started = false;
  }
}
