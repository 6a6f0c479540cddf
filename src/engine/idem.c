/* Retry keys: the same key, from the same caller to the same call, is one request.
 *
 * A decision's key stands in its journal entry. Memory holds an index of 64 bits of its digest to
 * the entry's number; whoever finds one reads the entry and compares the whole 128 bits, so that
 * two keys with the same 64 bits are no harm. Keys are not taken out one by one: there are two
 * generations, and when the younger is full, or a day long, the older one goes. From when on memory
 * knows all keys is told (complete_at). Of the dropped ones sieves are kept (sieve.c): about a key
 * that may be in one the lists are asked, before queuing, and once more by the writer for what
 * waited in the queue while the older one went. They are ahead of that by a whole generation,
 * unless they are just being made anew: then it is told at once, as nobody may wait on a thread
 * that answers others too.
 *
 * All other changes keep key, digest and answer in table key_answer, in their own transaction. */
#include "engine/inside.h"
#include "engine/lists.h"
#include "engine/staff_change.h"

#include "base/check.h"

#include <stdlib.h>

enum {
  SLOTS_MIN = 1024,
  SLOTS_FEW = 1 << 16, /* past it the table of a whole generation is made at once: 16 MiB, and its
                          memory is the same from then on */
  FORGET_AT_ONCE = LW_DUE_MAX,
  HEX_BYTES = 32,
  ERASED = 410 /* status of an answer that was taken away: what it answered stays done */
};
#define SLOTS_ALL    ((size_t)1 << 20) /* for LW_GENERATION_KEYS keys at three quarters */
#define FORGET_EVERY ((lw_usec)3600 * LW_USEC_PER_SECOND)

static const char sql_find[] = "SELECT digest, status, answer, seq FROM key_answer WHERE key = $1";
static const char sql_keep[] = "INSERT INTO key_answer (key, digest, status, answer, seq, at) "
                               "VALUES ($1, $2, $3, $4, $5, $6)";
static const char sql_erase[] = "UPDATE key_answer SET status = $1, answer = '' "
                                "WHERE answer LIKE $2 ESCAPE '!'";
static const char sql_forget[] = "DELETE FROM key_answer WHERE key IN "
                                 "(SELECT key FROM key_answer WHERE at < $1 LIMIT $2)";

/* --- digests --- */

void lw_idem_digest(struct lw_change *change)
{
  lw_digest16(LW_STR("leeway retry key"), change->key, change->key_digest);
}

uint64_t lw_idem_print(const uint8_t digest[16])
{
  uint64_t print = 0;
  for (int i = 0; i < 8; i++) {
    print = print << 8 | digest[i];
  }
  return print != 0 ? print : 1; /* 0 is a free slot */
}

bool lw_idem_key_of(lw_str body, uint8_t ret_digest[16])
{
  static const lw_str id = LW_STR_INIT("{\"id\":\"dec_");
  static const lw_str key = LW_STR_INIT("\",\"key\":\"");
  const size_t at = id.len - 4 + LW_DECISION_ID_BYTES;
  return body.len > at + key.len + HEX_BYTES && lw_str_starts(body, id) &&
         memcmp(body.ptr + at, key.ptr, key.len) == 0 &&
         lw_hex_read(lw_str_from(body.ptr + at + key.len, HEX_BYTES), ret_digest, 16);
}

/* --- the index --- */

static void empty(struct lw_idem_table *table)
{
  free(table->slots);
  lw_sieve_destroy(table->sieve);
  *table = (struct lw_idem_table){0};
}

void lw_idem_finish(struct lw_idem *idem)
{
  empty(&idem->young);
  empty(&idem->old);
  lw_sieves_clear(&idem->sieves, false);
}

static size_t place_of(const struct lw_idem_table *table, uint64_t print)
{
  return (size_t)(print ^ (print >> 32)) & table->mask;
}

static struct lw_idem_slot *slot_of(const struct lw_idem_table *table, uint64_t print)
{
  size_t at = place_of(table, print);
  while (table->slots[at].print != 0 && table->slots[at].print != print) {
    at = (at + 1) & table->mask;
  }
  return &table->slots[at];
}

/* NULL: memory is out. */
static struct lw_sieve *sieve_of(const struct lw_idem_table *table)
{
  struct lw_sieve *sieve = lw_sieve_create();
  for (size_t i = 0; sieve != NULL && table->slots != NULL && i <= table->mask; i++) {
    if (table->slots[i].print != 0) {
      lw_sieve_add(sieve, table->slots[i].print);
    }
  }
  return sieve;
}

static bool grow(struct lw_idem_table *table)
{
  size_t slots = table->slots != NULL ? (table->mask + 1) * 2 : SLOTS_MIN;
  if (slots > SLOTS_FEW) {
    slots = slots > SLOTS_ALL ? slots : SLOTS_ALL;
  }
  struct lw_idem_table more = *table;
  more.slots = calloc(slots, sizeof *more.slots);
  more.mask = slots - 1;
  if (more.slots == NULL) {
    return false;
  }
  for (size_t i = 0; table->slots != NULL && i <= table->mask; i++) {
    if (table->slots[i].print != 0) {
      *slot_of(&more, table->slots[i].print) = table->slots[i];
    }
  }
  free(table->slots);
  *table = more;
  if (slots >= SLOTS_ALL && table->sieve == NULL) { /* or else when it is dropped */
    table->sieve = sieve_of(table);
  }
  return true;
}

/* The sieve is there before memory is said to know less. */
static void drop_old(struct lw_idem *idem, lw_usec now)
{
  struct lw_idem_table *old = &idem->old;
  if (old->count != 0) {
    struct lw_sieve *sieve = old->sieve != NULL ? old->sieve : sieve_of(old);
    old->sieve = NULL;
    lw_sieves_take(&idem->sieves, sieve, old->last_at, now);
  }
  empty(old);
}

static void rotate(struct lw_idem *idem, lw_usec now)
{
  bool drops = idem->old.count != 0;
  drop_old(idem, now);
  idem->old = idem->young;
  idem->young = (struct lw_idem_table){0};
  if (drops) {
    atomic_store(&idem->complete_seq, idem->old.first_seq);
    atomic_store(&idem->complete_at, idem->old.first_at);
  }
}

void lw_idem_add(struct lw_idem *idem, uint64_t print, uint64_t seq, lw_usec at)
{
  struct lw_idem_table *young = &idem->young;
  if (young->count >= LW_GENERATION_KEYS ||
      (young->count != 0 && at - young->first_at >= LW_KEY_USEC)) {
    rotate(idem, at);
  }
  bool tight = young->slots == NULL || young->count >= (young->mask + 1) / 4 * 3;
  if (idem->full || (tight && !grow(young))) {
    idem->full = true; /* the lists know them all */
    lw_sieves_take(&idem->sieves, NULL, at, at);
    atomic_store(&idem->complete_seq, seq + 1);
    atomic_store(&idem->complete_at, INT64_MAX);
    return;
  }
  if (young->count == 0) {
    young->first_at = at;
    young->first_seq = seq;
  }
  struct lw_idem_slot *slot = slot_of(young, print);
  if (slot->print == 0) {
    young->count++;
    if (young->sieve != NULL) {
      lw_sieve_add(young->sieve, print);
    }
  }
  young->last_at = at;
  *slot = (struct lw_idem_slot){print, seq};
}

void lw_idem_prefetch(const struct lw_idem *idem, uint64_t print)
{
  const struct lw_idem_table *tables[] = {&idem->young, &idem->old};
  for (size_t i = 0; i < 2; i++) {
    if (tables[i]->slots != NULL) {
      __builtin_prefetch(&tables[i]->slots[place_of(tables[i], print)]);
    }
  }
}

uint64_t lw_idem_find(const struct lw_idem *idem, uint64_t print)
{
  const struct lw_idem_table *tables[] = {&idem->young, &idem->old};
  for (size_t i = 0; i < 2; i++) {
    if (tables[i]->slots != NULL) {
      const struct lw_idem_slot *slot = slot_of(tables[i], print);
      if (slot->print != 0) {
        return slot->seq;
      }
    }
  }
  return 0;
}

enum lw_code lw_idem_ask_lists(struct lw_engine *engine, struct lw_change *change, lw_usec since,
                               struct lw_error *err)
{
  struct lw_lists *lists = atomic_load(&engine->lists);
  if (!change->keeps_own_key || lists == NULL || atomic_load(&engine->idem.complete_at) <= since ||
      !lw_sieves_may_hold(&engine->idem.sieves, lw_idem_print(change->key_digest))) {
    return LW_OK;
  }
  uint64_t wanted = atomic_load(&engine->idem.complete_seq);
  enum lw_code rc = LW_OK;
  bool there = lw_lists_through(lists) + 1 >= wanted;
  if (there) {
    rc = lw_lists_key(lists, change->key_digest, since, &change->key_seq, err);
    there = lw_lists_through(lists) + 1 >= wanted; /* else made anew: what was asked knew nothing */
  }
  if (!there) {
    rc = lw_fail(err, LW_BUSY, "the lists have not caught up; try again in a moment");
  }
  return rc;
}

/* --- loading --- */

/* Entries behind which stands more than decisions: whoever keeps people and policy in memory reads
 * them anew. */
static bool is_of_others(lw_str kind)
{
  static const lw_str heads[] = {LW_STR_INIT("person."),  LW_STR_INIT("presence."),
                                 LW_STR_INIT("team."),    LW_STR_INIT("token."),
                                 LW_STR_INIT("signin."),  LW_STR_INIT("policy."),
                                 LW_STR_INIT("setting."), LW_STR_INIT("text.")};
  for (size_t i = 0; i < sizeof heads / sizeof heads[0]; i++) {
    if (lw_str_starts(kind, heads[i])) {
      return true;
    }
  }
  return false;
}

void lw_idem_take(struct lw_idem *idem, const struct lw_entry_view *entry)
{
  uint8_t digest[16];
  idem->met_others = idem->met_others || is_of_others(entry->kind);
  if (lw_str_equal(entry->kind, LW_STR("decision")) && lw_idem_key_of(entry->body, digest)) {
    lw_idem_add(idem, lw_idem_print(digest), entry->seq, entry->at);
  }
  idem->seq = entry->seq;
}

static bool load_entry(void *user, const struct lw_entry_view *entry)
{
  lw_idem_take(user, entry);
  return true;
}

static enum lw_code time_of(struct lw_db *db, uint64_t seq, lw_usec *ret_at, struct lw_error *err)
{
  struct lw_arena arena;
  struct lw_entry_view entry;
  lw_arena_init(&arena, NULL, 0);
  enum lw_code rc = lw_journal_read(db, seq, &arena, &entry, err);
  if (rc == LW_OK) {
    *ret_at = entry.at;
  }
  lw_arena_finish(&arena);
  return rc;
}

/* The first entry since then, or the number after the last one. No entry is older than the one
 * before it. */
static enum lw_code find_since(struct lw_db *db, uint64_t last, lw_usec since, uint64_t *ret_first,
                               struct lw_error *err)
{
  uint64_t low = 1;
  uint64_t high = last + 1;
  enum lw_code rc = LW_OK;
  while (rc == LW_OK && low < high) {
    uint64_t middle = low + (high - low) / 2;
    lw_usec at = 0;
    rc = time_of(db, middle, &at, err);
    if (at < since) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  *ret_first = low;
  return rc;
}

/* Nothing is known: the keys of the last day are read, or the last ones of them, and the others
 * are missing in the sieves. */
static enum lw_code start_over(struct lw_idem *idem, struct lw_db *db, uint64_t last, lw_usec since,
                               struct lw_error *err)
{
  uint64_t first = 1;
  lw_usec at = since;
  lw_idem_finish(idem);
  idem->met_others = true; /* as far as is known from here */
  enum lw_code rc = find_since(db, last, since, &first, err);
  bool whole = last < LW_GENERATION_KEYS || first > last - LW_GENERATION_KEYS;
  uint64_t start = whole ? first : last - LW_GENERATION_KEYS + 1;
  if (rc == LW_OK && !whole) {
    rc = time_of(db, start, &at, err);
    lw_sieves_miss(&idem->sieves, first, start, at);
  } else if (rc == LW_OK) {
    lw_sieves_clear(&idem->sieves, true);
  }
  if (rc == LW_OK) {
    idem->seq = start - 1;
    atomic_store(&idem->complete_seq, start > 1 ? start : 0);
    atomic_store(&idem->complete_at, start > 1 ? at : INT64_MIN);
  }
  return rc;
}

void lw_idem_cut(struct lw_idem *idem, uint64_t seq)
{
  idem->seq = idem->seq < seq ? idem->seq : seq;
}

enum lw_code lw_idem_load(struct lw_idem *idem, struct lw_db *db, lw_usec now, struct lw_error *err)
{
  uint64_t last = 0;
  enum lw_code rc = lw_journal_last(db, &last, err);
  bool other = idem->seq == 0 || idem->seq > last; /* or another file */
  if (rc == LW_OK && (other || last - idem->seq > LW_GENERATION_KEYS)) {
    rc = start_over(idem, db, last, now - LW_KEY_USEC, err);
  }
  return rc == LW_OK ? lw_journal_walk(db, idem->seq, 0, load_entry, idem, err) : rc;
}

/* --- answers of other changes --- */

enum lw_code lw_idem_fail_other(struct lw_error *err)
{
  enum lw_code rc = lw_fail(err, LW_INVALID, "this Idempotency-Key was used for another request");
  lw_error_hint(err, "give each request a key of its own, and repeat it only with the same body");
  return rc;
}

enum lw_code lw_idem_repeat(struct lw_batch *batch, struct lw_change *change, bool *ret_found,
                            struct lw_error *err)
{
  struct lw_stmt *stmt = NULL;
  bool is_row = false;
  enum lw_code rc = lw_db_statement(batch->db, sql_find, &stmt, err);
  if (rc != LW_OK) {
    return rc;
  }
  lw_stmt_blob(stmt, 1, lw_str_from((const char *)change->key_digest, 16));
  rc = lw_stmt_step(stmt, &is_row, err);
  if (rc == LW_OK && is_row) {
    lw_str digest = lw_str_from((const char *)change->digest.bytes, LW_HASH_BYTES);
    if (lw_stmt_get_int(stmt, 1) == ERASED) {
      rc = lw_fail(err, LW_INVALID, "this was done before; its answer was erased since");
      lw_error_hint(err, "read what it made; a new request takes a key of its own");
    } else if (lw_str_equal(lw_stmt_get_blob(stmt, 0), digest)) {
      change->status = 200;
      change->seq = (uint64_t)lw_stmt_get_int(stmt, 3);
      lw_buf_reset(&change->answer);
      lw_buf_add(&change->answer, lw_stmt_get_text(stmt, 2));
      *ret_found = true;
    } else {
      rc = lw_idem_fail_other(err);
    }
  }
  lw_stmt_reset(stmt);
  return rc;
}

enum lw_code lw_idem_keep(struct lw_batch *batch, const struct lw_change *change,
                          struct lw_error *err)
{
  struct lw_stmt *stmt = NULL;
  enum lw_code rc = lw_db_statement(batch->db, sql_keep, &stmt, err);
  if (rc != LW_OK) {
    return rc;
  }
  lw_str answer = lw_buf_str(&change->answer);
  lw_stmt_blob(stmt, 1, lw_str_from((const char *)change->key_digest, 16));
  lw_stmt_blob(stmt, 2, lw_str_from((const char *)change->digest.bytes, LW_HASH_BYTES));
  lw_stmt_int(stmt, 3, change->status);
  lw_stmt_text(stmt, 4, answer.ptr != NULL ? answer : LW_STR(""));
  lw_stmt_int(stmt, 5, (int64_t)change->seq);
  lw_stmt_int(stmt, 6, batch->now);
  return lw_stmt_run(stmt, err);
}

/* "id" as it stands in JSON, anywhere: a pattern of LIKE. */
static void print_pattern(lw_str subject, struct lw_buf *out)
{
  struct lw_buf quoted = {0};
  lw_json_add_string(&quoted, subject);
  lw_buf_add_char(out, '%');
  for (size_t i = 0; i < quoted.len; i++) {
    if (strchr("!%_", quoted.ptr[i]) != NULL) {
      lw_buf_add_char(out, '!');
    }
    lw_buf_add_char(out, quoted.ptr[i]);
  }
  lw_buf_add_char(out, '%');
  out->failed |= quoted.failed;
  lw_buf_finish(&quoted);
}

enum lw_code lw_answers_erase(struct lw_db *db, lw_str subject, struct lw_error *err)
{
  struct lw_stmt *stmt = NULL;
  struct lw_buf pattern = {0};
  enum lw_code rc = lw_db_statement(db, sql_erase, &stmt, err);
  print_pattern(subject, &pattern);
  if (rc == LW_OK && pattern.failed) {
    rc = lw_fail(err, LW_NO_MEMORY, "out of memory");
  }
  if (rc == LW_OK) {
    lw_stmt_int(stmt, 1, ERASED);
    lw_stmt_text(stmt, 2, lw_buf_str(&pattern));
    rc = lw_stmt_run(stmt, err);
  }
  lw_buf_finish(&pattern);
  return rc;
}

static enum lw_code forget(struct lw_batch *batch, struct lw_change *change, lw_usec *ret_next,
                           struct lw_error *err)
{
  struct lw_stmt *stmt = NULL;
  (void)change;
  enum lw_code rc = lw_db_statement(batch->db, sql_forget, &stmt, err);
  if (rc != LW_OK) {
    return rc;
  }
  lw_stmt_int(stmt, 1, batch->now - LW_KEY_USEC);
  lw_stmt_int(stmt, 2, FORGET_AT_ONCE);
  rc = lw_stmt_run(stmt, err);
  bool more = rc == LW_OK && lw_stmt_changes(stmt) >= FORGET_AT_ONCE;
  *ret_next = more ? batch->now : batch->now + FORGET_EVERY;
  return rc;
}

const struct lw_due lw_idem_due = {"retry keys", forget};
