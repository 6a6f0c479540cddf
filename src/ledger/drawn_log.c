/* What is on its way to table `drawn`.
 *
 * Why. A customer's or a case's row is somewhere in the table: writing it dirties a page of its
 * own, and a commit of sixty decisions would write a hundred pages. A batch's sums are therefore
 * written where the file ends anyway, as one row of `drawn_log`, in the batch's transaction, and
 * come to their places later, sorted: neighbours share a page. (Turned down: writing rows only now
 * and then and rebuilding from the journal after a crash; then the table would say nothing by
 * itself.)
 *
 * Generations. Sums of committed batches gather in the `young` generation. When that is large and
 * the `old` one is used up, the young becomes the old, sorted by key; each batch from then on folds
 * as many of its sums into `drawn` as the batch itself adds, from the smallest key upwards. Table
 * `drawn_state` says, in the same transaction, how far that is: sums of log rows up to `upto` whose
 * key is not above `folded` are in `drawn`; log rows up to `dead` are there altogether, and are
 * removed some at a time. So the database alone tells, at any commit, what each budget has drawn:
 * drawn + what of drawn_log is not folded.
 *
 * Readers of other threads read `drawn` from a snapshot that is a little older than memory. Each
 * sum of the old generation knows the number of the fold that wrote it, and a reader the number of
 * its snapshot (drawn_state.fold): what was folded later it takes from memory. The generation
 * before the old one is kept for those who began before the last turn; whoever is older still is
 * told to ask again. */
#include "ledger/drawn_log.h"

#include "base/bounds.h"
#include "base/bytes.h"
#include "base/check.h"
#include "ledger/drawn_direct.h"
#include "ledger/generation.h"

#include <pthread.h>
#include <stdlib.h>

enum {
  GENERATION_MAX = 32768, /* sums: some 24 to a page when they are folded; 8 MB of memory */
  FOLD_MIN = 16,
  DEAD_AT_ONCE = 8,
  AHEAD = 6, /* sums whose places in memory are fetched while one is added */
  LOG_VERSION = 1,
  NUMBER_BYTES = 8,
  FEED_KEPT = 200000, /* entries: a server that is further behind reads all anew */
  FEED_CLEAN = 20000
};

struct lw_drawn {
  bool direct;          /* sums go to their places at once; what follows but `logged` is not used */
  struct lw_sums batch; /* the writer's alone, like what stands up to `lock` */
  struct lw_period_cache periods;
  struct lw_buf key;
  struct lw_buf out;
  size_t gather;
  uint64_t logged;  /* the last log row that is on disk */
  uint64_t writing; /* the log row of this batch; 0: none */
  uint64_t upto;    /* as in drawn_state */
  uint64_t dead;
  bool has_dead;        /* log rows that are to be removed */
  size_t position;      /* of old->order: the first that is not folded */
  size_t reached;       /* the same, once this batch is on disk */
  bool folding;         /* this batch writes drawn_state */
  pthread_mutex_t lock; /* what follows, which other threads read */
  struct lw_generation generations[3];
  struct lw_generation *young;
  struct lw_generation *old;
  struct lw_generation *older;
  uint64_t fold;       /* the last that is on disk */
  uint64_t older_fold; /* no sum of the older generation was folded after it */
  uint64_t floor;      /* the least fold of a snapshot that memory can complete */
};

static const char sql_log[] = "INSERT INTO drawn_log (seq, sums) VALUES ($1, $2)";
static const char sql_tell[] = "INSERT INTO drawn_log (seq, sums, outline) VALUES ($1, $2, $3)";
static const char sql_rows[] = "SELECT seq, sums FROM drawn_log WHERE seq > $1 ORDER BY seq";
/* One row at least, for `dead` and the journal's end are to be known; the feed's in their order
 * (PostgreSQL alone). */
static const char sql_follow[] =
    "SELECT s.dead, (SELECT last FROM journal ORDER BY first DESC LIMIT 1), l.seq, l.sums,"
    " l.outline FROM drawn_state s LEFT JOIN LATERAL"
    " (SELECT seq, sums, outline FROM drawn_log WHERE seq > $1 ORDER BY seq OFFSET 0) l ON true"
    " WHERE s.id = 1 ORDER BY l.seq";
static const char sql_clean[] =
    "DELETE FROM drawn_log WHERE seq IN"
    " (SELECT seq FROM drawn_log WHERE seq <= $1 ORDER BY seq LIMIT $2)";
static const char sql_prune[] = "DELETE FROM drawn_log WHERE seq <= $1";
static const char sql_dead[] = "SELECT dead FROM drawn_state WHERE id = 1";
static const char sql_set_dead[] = "UPDATE drawn_state SET dead = $1 WHERE id = 1";
static const char sql_logged[] = "SELECT max(seq) FROM drawn_log";
static const char sql_state[] = "SELECT fold, dead, upto, folded FROM drawn_state WHERE id = 1";
static const char sql_set[] =
    "UPDATE drawn_state SET fold = $1, dead = $2, upto = $3, folded = $4 WHERE id = 1";
static const char sql_fold[] =
    "INSERT INTO drawn (budget, kind, scope, key, amount, times, last)"
    " VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (budget, kind, scope, key) DO UPDATE SET"
    " amount = drawn.amount + excluded.amount, times = drawn.times + excluded.times,"
    " last = CASE WHEN excluded.last > drawn.last THEN excluded.last ELSE drawn.last END";

struct lw_drawn *lw_drawn_create(size_t gather)
{
  struct lw_drawn *drawn = calloc(1, sizeof *drawn);
  if (drawn == NULL) {
    return NULL;
  }
  drawn->gather = gather != 0 ? gather : GENERATION_MAX;
  lw_sums_init(&drawn->batch, LW_REQUEST_BYTES_MAX * 4);
  for (size_t i = 0; i < 3; i++) {
    lw_generation_init(&drawn->generations[i]);
  }
  drawn->young = &drawn->generations[0];
  drawn->old = &drawn->generations[1];
  drawn->older = &drawn->generations[2];
  (void)pthread_mutex_init(&drawn->lock, NULL);
  return drawn;
}

void lw_drawn_destroy(struct lw_drawn *drawn)
{
  if (drawn == NULL) {
    return;
  }
  for (size_t i = 0; i < 3; i++) {
    lw_generation_finish(&drawn->generations[i]);
  }
  (void)pthread_mutex_destroy(&drawn->lock);
  lw_sums_finish(&drawn->batch);
  lw_buf_finish(&drawn->key);
  lw_buf_finish(&drawn->out);
  free(drawn);
}

void lw_drawn_clear(struct lw_drawn *drawn)
{
  lw_sums_clear(&drawn->batch);
}

static enum lw_code no_memory(struct lw_error *err)
{
  return lw_fail(err, LW_NO_MEMORY, "out of memory for what was drawn");
}

enum lw_code lw_drawn_add(struct lw_drawn *drawn, const struct lw_draw *draws, size_t count,
                          const struct lw_tz *zone, lw_usec at, int sign, struct lw_error *err)
{
  LW_ASSERT(sign == 1 || sign == -1);
  for (size_t i = 0; i < count; i++) {
    const struct lw_draw *draw = &draws[i];
    lw_buf_reset(&drawn->key);
    lw_drawn_key_add(draw->key, draw->window.kind,
                     lw_draw_key_cached(&drawn->periods, &draw->window, zone, at), &drawn->key);
    struct lw_sum *sum =
        drawn->key.failed ? NULL : lw_sums_get(&drawn->batch, lw_buf_str(&drawn->key));
    if (sum == NULL) {
      return no_memory(err);
    }
    if (__builtin_add_overflow(sum->amount, sign * draw->amount_minor, &sum->amount) ||
        __builtin_add_overflow(sum->times, sign * draw->times, &sum->times)) {
      return lw_fail(err, LW_OVERFLOW, "what a budget counts is too large");
    }
    sum->last = sign > 0 && sum->last < at ? at : sum->last;
  }
  return LW_OK;
}

/* ---- a batch's row of the log: docs/formats/drawn-log.md ---- */

static void encode(const struct lw_sums *sums, struct lw_buf *out)
{
  lw_buf_reset(out);
  lw_buf_add_char(out, LOG_VERSION);
  for (size_t i = 0; i < sums->count; i++) {
    const struct lw_sum *sum = &sums->items[i];
    size_t size_bytes = sum->key.len + (size_t)4 * NUMBER_BYTES;
    char *place = lw_buf_reserve(out, size_bytes);
    if (place == NULL) {
      return;
    }
    lw_put_le64(place, sum->key.len);
    memcpy(place + NUMBER_BYTES, sum->key.ptr, sum->key.len);
    place += NUMBER_BYTES + sum->key.len;
    lw_put_le64(place, (uint64_t)sum->amount);
    lw_put_le64(place + NUMBER_BYTES, (uint64_t)sum->times);
    lw_put_le64(place + (size_t)2 * NUMBER_BYTES, (uint64_t)sum->last);
    out->len += size_bytes;
  }
}

/* The sum at *at, which moves behind it. False at the end, and (with *at short of it) when it is
 * damaged. */
static bool decode(lw_str bytes, size_t *at, struct lw_sum *ret_sum)
{
  if (bytes.len - *at < NUMBER_BYTES) {
    return false;
  }
  uint64_t len = lw_get_le64(bytes.ptr + *at);
  size_t rest = bytes.len - *at - NUMBER_BYTES;
  if (len > rest || rest - len < (size_t)3 * NUMBER_BYTES) {
    return false;
  }
  size_t from = *at + NUMBER_BYTES;
  size_t behind = from + (size_t)len;
  *ret_sum =
      (struct lw_sum){.key = lw_str_slice(bytes, from, (size_t)len),
                      .amount = (int64_t)lw_get_le64(bytes.ptr + behind),
                      .times = (int64_t)lw_get_le64(bytes.ptr + behind + NUMBER_BYTES),
                      .last = (int64_t)lw_get_le64(bytes.ptr + behind + (size_t)2 * NUMBER_BYTES)};
  ret_sum->hash = lw_table_hash(ret_sum->key);
  *at = behind + (size_t)3 * NUMBER_BYTES;
  return true;
}

static enum lw_code write_log(struct lw_drawn *drawn, struct lw_db *db, uint64_t seq,
                              lw_str outline, struct lw_error *err)
{
  struct lw_stmt *stmt = NULL;
  LW_ASSERT(seq > drawn->logged); /* what draws has an entry */
  encode(&drawn->batch, &drawn->out);
  if (drawn->out.failed) {
    return no_memory(err);
  }
  enum lw_code rc = lw_db_statement(db, outline.len != 0 ? sql_tell : sql_log, &stmt, err);
  if (rc == LW_OK) {
    lw_stmt_int(stmt, 1, (int64_t)seq);
    lw_stmt_blob(stmt, 2, lw_buf_str(&drawn->out));
    if (outline.len != 0) {
      lw_stmt_blob(stmt, 3, outline);
    }
    rc = lw_stmt_send(stmt, err);
    drawn->writing = seq;
  }
  return rc;
}

/* ---- folding ---- */

/* The young becomes the old. What this batch logs belongs to the next young one. */
static enum lw_code turn(struct lw_drawn *drawn, struct lw_error *err)
{
  bool sorted = lw_generation_sort(drawn->young);
  (void)pthread_mutex_lock(&drawn->lock);
  struct lw_generation *emptied = drawn->older;
  drawn->older = drawn->old;
  drawn->old = drawn->young;
  drawn->young = emptied;
  lw_generation_clear(emptied);
  drawn->floor = drawn->older_fold; /* of the one that was dropped */
  drawn->older_fold = drawn->fold;
  (void)pthread_mutex_unlock(&drawn->lock);
  drawn->position = 0;
  drawn->upto = drawn->logged;
  drawn->folding = true;
  return sorted ? LW_OK : no_memory(err);
}

static enum lw_code fold_sum(struct lw_db *db, const struct lw_sum *sum, struct lw_error *err)
{
  struct lw_stmt *stmt = NULL;
  struct lw_row_key row;
  enum lw_window_kind kind = LW_WINDOW_FOR_GOOD;
  lw_usec moment = 0;
  bool is_key = lw_drawn_key_read(sum->key, &row, &kind, &moment);
  LW_ASSERT(is_key); /* it was made or checked here */
  enum lw_code rc = lw_db_statement(db, sql_fold, &stmt, err);
  if (rc != LW_OK) {
    return rc;
  }
  lw_stmt_int(stmt, 1, row.budget);
  lw_stmt_int(stmt, 2, kind);
  lw_stmt_text(stmt, 3, row.scope);
  lw_stmt_int(stmt, 4, moment);
  lw_stmt_int(stmt, 5, sum->amount);
  lw_stmt_int(stmt, 6, sum->times);
  lw_stmt_int(stmt, 7, sum->last);
  return lw_stmt_run(stmt, err);
}

static enum lw_code fold_some(struct lw_drawn *drawn, struct lw_db *db, size_t most,
                              struct lw_error *err)
{
  const struct lw_generation *old = drawn->old;
  enum lw_code rc = LW_OK;
  size_t end = drawn->position;
  for (; rc == LW_OK && end < old->sums.count && end - drawn->position < most; end++) {
    rc = fold_sum(db, &old->sums.items[old->order[end]], err);
  }
  if (rc != LW_OK) {
    return rc;
  }
  (void)pthread_mutex_lock(&drawn->lock);
  for (size_t i = drawn->position; i < end; i++) {
    old->folded[old->order[i]] =
        drawn->fold + 1; /* nobody's snapshot has it before it is on disk */
  }
  (void)pthread_mutex_unlock(&drawn->lock);
  drawn->reached = end;
  drawn->folding = drawn->folding || end != drawn->position;
  if (end == old->sums.count && drawn->upto > drawn->dead) {
    drawn->dead = drawn->upto;
    drawn->has_dead = true;
    drawn->folding = true;
  }
  return LW_OK;
}

static enum lw_code write_state(struct lw_drawn *drawn, struct lw_db *db, struct lw_error *err)
{
  struct lw_stmt *stmt = NULL;
  const struct lw_generation *old = drawn->old;
  lw_str folded =
      drawn->reached != 0 ? old->sums.items[old->order[drawn->reached - 1]].key : LW_STR("");
  enum lw_code rc = lw_db_statement(db, sql_set, &stmt, err);
  if (rc == LW_OK) {
    lw_stmt_int(stmt, 1, (int64_t)(drawn->fold + 1));
    lw_stmt_int(stmt, 2, (int64_t)drawn->dead);
    lw_stmt_int(stmt, 3, (int64_t)drawn->upto);
    lw_stmt_blob(stmt, 4, folded);
    rc = lw_stmt_run(stmt, err);
  }
  return rc;
}

static enum lw_code remove_dead(struct lw_drawn *drawn, struct lw_db *db, struct lw_error *err)
{
  struct lw_stmt *stmt = NULL;
  enum lw_code rc = lw_db_statement(db, sql_clean, &stmt, err);
  if (rc == LW_OK) {
    lw_stmt_int(stmt, 1, (int64_t)drawn->dead);
    lw_stmt_int(stmt, 2, DEAD_AT_ONCE);
    rc = lw_stmt_run(stmt, err);
    drawn->has_dead = lw_stmt_changes(stmt) == DEAD_AT_ONCE;
  }
  return rc;
}

/* ---- several servers ---- */

/* What nobody needs to be told any more. */
static enum lw_code clean_feed(struct lw_drawn *drawn, struct lw_db *db, uint64_t seq,
                               struct lw_error *err)
{
  struct lw_stmt *stmt = NULL;
  if (seq / FEED_CLEAN == drawn->logged / FEED_CLEAN || seq <= FEED_KEPT) {
    return LW_OK;
  }
  enum lw_code rc = lw_db_statement(db, sql_prune, &stmt, err);
  if (rc == LW_OK) {
    lw_stmt_int(stmt, 1, (int64_t)(seq - FEED_KEPT));
    rc = lw_stmt_send(stmt, err);
  }
  if (rc == LW_OK) {
    rc = lw_db_statement(db, sql_set_dead, &stmt, err);
  }
  if (rc == LW_OK) {
    lw_stmt_int(stmt, 1, (int64_t)(seq - FEED_KEPT));
    rc = lw_stmt_send(stmt, err);
  }
  return rc;
}

static enum lw_code flush_direct(struct lw_drawn *drawn, struct lw_db *db, uint64_t seq,
                                 lw_str outline, struct lw_error *err)
{
  enum lw_code rc = write_log(drawn, db, seq, outline, err);
  if (rc == LW_OK && drawn->batch.count != 0) {
    rc = lw_drawn_upsert(db, &drawn->batch, &drawn->out, err);
  }
  return rc == LW_OK ? clean_feed(drawn, db, seq, err) : rc;
}

static enum lw_code damaged(uint64_t seq, struct lw_error *err)
{
  enum lw_code rc =
      lw_fail(err, LW_IO, "row %llu of table drawn_log is damaged", (unsigned long long)seq);
  lw_error_hint(err, "run `leeway verify`; restore a backup");
  return rc;
}

static enum lw_code take_over(struct lw_rows *rows, uint64_t seq, lw_str bytes,
                              struct lw_error *err)
{
  struct lw_sum sum;
  size_t at = 1;
  bool good = bytes.len != 0 && bytes.ptr[0] == LOG_VERSION;
  while (good && decode(bytes, &at, &sum)) {
    struct lw_row_key row;
    enum lw_window_kind kind = LW_WINDOW_FOR_GOOD;
    lw_usec moment = 0;
    good = lw_drawn_key_read(sum.key, &row, &kind, &moment);
    if (good) {
      lw_rows_take_over(rows, row, kind, moment, sum.amount, sum.times, sum.last);
    }
  }
  return good && at == bytes.len ? LW_OK : damaged(seq, err);
}

enum lw_code lw_drawn_ask(const struct lw_drawn *drawn, struct lw_db *db,
                          struct lw_stmt **ret_asked, struct lw_error *err)
{
  struct lw_stmt *stmt = NULL;
  *ret_asked = NULL;
  enum lw_code rc = drawn->direct ? lw_db_statement(db, sql_follow, &stmt, err) : LW_OK;
  if (rc != LW_OK || stmt == NULL) {
    return rc;
  }
  lw_stmt_int(stmt, 1, (int64_t)drawn->logged);
  *ret_asked = stmt;
  return lw_stmt_ask(stmt, err);
}

/* The batch that stmt is at, if there is one. */
static enum lw_code follow_row(struct lw_drawn *drawn, const struct lw_stmt *stmt,
                               const struct lw_drawn_news *news, struct lw_error *err)
{
  if (lw_stmt_is_null(stmt, 2)) {
    return LW_OK;
  }
  drawn->logged = (uint64_t)lw_stmt_get_int(stmt, 2);
  enum lw_code rc = take_over(news->rows, drawn->logged, lw_stmt_get_blob(stmt, 3), err);
  return rc == LW_OK ? news->batch(news->user, drawn->logged, lw_stmt_get_blob(stmt, 4), err) : rc;
}

enum lw_code lw_drawn_follow(struct lw_drawn *drawn, struct lw_db *db, struct lw_stmt *asked,
                             struct lw_drawn_news *news, struct lw_error *err)
{
  uint64_t known = drawn->logged;
  bool row = false;
  news->whole = false;
  enum lw_code rc = asked == NULL ? lw_drawn_ask(drawn, db, &asked, err) : LW_OK;
  rc = rc == LW_OK && asked != NULL ? lw_stmt_step(asked, &row, err) : rc;
  while (rc == LW_OK && row && (uint64_t)lw_stmt_get_int(asked, 0) <= known) {
    news->whole = true;
    news->journal_last = (uint64_t)lw_stmt_get_int(asked, 1);
    rc = follow_row(drawn, asked, news, err);
    rc = rc == LW_OK ? lw_stmt_step(asked, &row, err) : rc;
  }
  if (asked != NULL) {
    lw_stmt_reset(asked);
  }
  return rc;
}

static enum lw_code load_direct(struct lw_drawn *drawn, struct lw_db *db, struct lw_error *err)
{
  int64_t logged = 0;
  int64_t dead = 0;
  enum lw_code rc = lw_db_get_int(db, sql_logged, &logged, err);
  rc = rc == LW_OK ? lw_db_get_int(db, sql_dead, &dead, err) : rc;
  lw_drawn_clear(drawn);
  drawn->direct = true;
  drawn->writing = 0;
  drawn->logged = (uint64_t)(logged > dead ? logged : dead);
  return rc;
}

enum lw_code lw_drawn_flush(struct lw_drawn *drawn, struct lw_db *db, uint64_t seq, lw_str outline,
                            struct lw_error *err)
{
  size_t added = drawn->batch.count;
  enum lw_code rc = LW_OK;
  drawn->writing = 0;
  drawn->folding = false;
  drawn->reached = drawn->position;
  if (added == 0 && (!drawn->direct || outline.len == 0)) {
    return LW_OK;
  }
  if (drawn->direct) {
    return flush_direct(drawn, db, seq, outline, err);
  }
  if (drawn->position == drawn->old->sums.count && drawn->young->sums.count >= drawn->gather) {
    rc = turn(drawn, err);
  }
  if (rc == LW_OK) {
    rc = write_log(drawn, db, seq, LW_STR(""), err);
  }
  if (rc == LW_OK && drawn->has_dead) {
    rc = remove_dead(drawn, db, err);
  }
  if (rc == LW_OK) {
    rc = fold_some(drawn, db, added + added / 8 + FOLD_MIN, err);
  }
  return rc == LW_OK && drawn->folding ? write_state(drawn, db, err) : rc;
}

enum lw_code lw_drawn_committed(struct lw_drawn *drawn, struct lw_error *err)
{
  bool added = true;
  if (drawn->writing == 0 || drawn->direct) {
    drawn->logged = drawn->writing != 0 ? drawn->writing : drawn->logged;
    lw_drawn_clear(drawn);
    return LW_OK;
  }
  (void)pthread_mutex_lock(&drawn->lock);
  const struct lw_sums *batch = &drawn->batch;
  for (size_t i = 0; added && i < batch->count; i++) {
    if (i + AHEAD < batch->count) {
      lw_sums_prefetch(&drawn->young->sums, batch->items[i + AHEAD].hash);
    }
    added = lw_generation_add(drawn->young, &batch->items[i]);
  }
  drawn->fold += drawn->folding;
  (void)pthread_mutex_unlock(&drawn->lock);
  drawn->position = drawn->reached;
  drawn->logged = drawn->writing;
  lw_drawn_clear(drawn);
  return added ? LW_OK : no_memory(err);
}

/* ---- reading it all again ---- */

struct state {
  uint64_t fold;
  uint64_t dead;
  uint64_t upto;
  lw_str folded; /* in an arena */
};

static enum lw_code read_state(struct lw_db *db, struct lw_arena *arena, struct state *ret_state,
                               struct lw_error *err)
{
  struct lw_stmt *stmt = NULL;
  bool row = false;
  enum lw_code rc = lw_db_statement(db, sql_state, &stmt, err);
  if (rc == LW_OK) {
    rc = lw_stmt_step(stmt, &row, err);
  }
  if (rc != LW_OK) {
    return rc;
  }
  if (!row) {
    return lw_fail(err, LW_IO, "table drawn_state is empty; run `leeway verify`");
  }
  ret_state->fold = (uint64_t)lw_stmt_get_int(stmt, 0);
  ret_state->dead = (uint64_t)lw_stmt_get_int(stmt, 1);
  ret_state->upto = (uint64_t)lw_stmt_get_int(stmt, 2);
  if (arena != NULL) {
    ret_state->folded = lw_str_copy(arena, lw_stmt_get_blob(stmt, 3));
    rc = ret_state->folded.ptr != NULL ? LW_OK : no_memory(err);
  }
  lw_stmt_reset(stmt);
  return rc;
}

/* One row of the log, into the generation that it belongs to. */
static enum lw_code load_log(struct lw_drawn *drawn, const struct state *state, uint64_t seq,
                             lw_str bytes, struct lw_error *err)
{
  struct lw_sum sum;
  size_t at = 1;
  bool is_old = seq <= state->upto;
  bool good = bytes.len != 0 && bytes.ptr[0] == LOG_VERSION;
  while (good && decode(bytes, &at, &sum)) {
    struct lw_row_key row;
    enum lw_window_kind kind = LW_WINDOW_FOR_GOOD;
    lw_usec moment = 0;
    good = lw_drawn_key_read(sum.key, &row, &kind, &moment);
    bool is_folded = is_old && lw_str_compare(sum.key, state->folded) <= 0;
    if (good && !is_folded && !lw_generation_add(is_old ? drawn->old : drawn->young, &sum)) {
      return no_memory(err);
    }
  }
  return good && at == bytes.len ? LW_OK : damaged(seq, err);
}

static enum lw_code load_logs(struct lw_drawn *drawn, struct lw_db *db, const struct state *state,
                              struct lw_error *err)
{
  struct lw_stmt *stmt = NULL;
  bool row = false;
  enum lw_code rc = lw_db_statement(db, sql_rows, &stmt, err);
  if (rc == LW_OK) {
    lw_stmt_int(stmt, 1, (int64_t)state->dead);
    rc = lw_stmt_step(stmt, &row, err);
  }
  while (rc == LW_OK && row) {
    drawn->logged = (uint64_t)lw_stmt_get_int(stmt, 0);
    rc = load_log(drawn, state, drawn->logged, lw_stmt_get_blob(stmt, 1), err);
    if (rc == LW_OK) {
      rc = lw_stmt_step(stmt, &row, err);
    }
  }
  if (rc != LW_OK && stmt != NULL) {
    lw_stmt_reset(stmt);
  }
  return rc == LW_OK && !lw_generation_sort(drawn->old) ? no_memory(err) : rc;
}

enum lw_code lw_drawn_load(struct lw_drawn *drawn, struct lw_db *db, struct lw_error *err)
{
  struct lw_arena arena;
  struct state state = {0};
  if (lw_db_kind(db) == LW_DB_POSTGRES) {
    return load_direct(drawn, db, err);
  }
  lw_arena_init(&arena, NULL, 0);
  lw_drawn_clear(drawn);
  drawn->writing = 0;
  drawn->folding = false;
  (void)pthread_mutex_lock(&drawn->lock);
  for (size_t i = 0; i < 3; i++) {
    lw_generation_clear(&drawn->generations[i]);
  }
  enum lw_code rc = read_state(db, &arena, &state, err);
  drawn->logged = state.dead;
  if (rc == LW_OK) {
    rc = load_logs(drawn, db, &state, err);
  }
  drawn->fold = state.fold;
  drawn->older_fold = state.fold;
  drawn->floor = state.fold; /* what was folded before is in the table alone */
  (void)pthread_mutex_unlock(&drawn->lock);
  drawn->dead = state.dead;
  drawn->upto = state.upto;
  drawn->has_dead = true;
  drawn->position = 0;
  drawn->reached = 0;
  lw_arena_finish(&arena);
  return rc;
}

/* ---- looking ---- */

static size_t count_row(const struct lw_generation *generation, uint32_t newest)
{
  size_t count = 0;
  for (uint32_t at = newest; at != 0; at = generation->next[at - 1]) {
    count++;
  }
  return count;
}

/* Those of the row that a snapshot of that fold does not have in the table. */
static size_t take_row(const struct lw_generation *generation, uint32_t newest, uint64_t fold,
                       struct lw_waiting *place)
{
  size_t count = 0;
  for (uint32_t at = newest; at != 0; at = generation->next[at - 1]) {
    const struct lw_sum *sum = &generation->sums.items[at - 1];
    uint64_t folded = generation->folded[at - 1];
    struct lw_row_key row;
    enum lw_window_kind kind = LW_WINDOW_FOR_GOOD;
    struct lw_waiting entry = {.amount = sum->amount, .times = sum->times, .last = sum->last};
    if ((folded == 0 || folded > fold) && lw_drawn_key_read(sum->key, &row, &kind, &entry.moment)) {
      place[count++] = entry;
    }
  }
  return count;
}

static int compare(const void *a, const void *b)
{
  lw_usec left = ((const struct lw_waiting *)a)->moment;
  lw_usec right = ((const struct lw_waiting *)b)->moment;
  return (left > right) - (left < right);
}

/* Sorted, and one entry a moment. Sums of one generation were checked when they were added; those
 * of three can't leave 64 bits where each stands for money that was granted. */
static size_t join_sorted(struct lw_waiting *entries, size_t count)
{
  size_t kept = 0;
  qsort(entries, count, sizeof *entries, compare);
  for (size_t i = 0; i < count; i++) {
    if (kept != 0 && entries[kept - 1].moment == entries[i].moment) {
      struct lw_waiting *same = &entries[kept - 1];
      same->amount += entries[i].amount;
      same->times += entries[i].times;
      same->last = same->last < entries[i].last ? entries[i].last : same->last;
    } else {
      entries[kept++] = entries[i];
    }
  }
  return kept;
}

/* Under the lock. */
static enum lw_code take_waiting(struct lw_drawn_source *source, lw_str head,
                                 struct lw_waiting **ret_entries, size_t *ret_count)
{
  struct lw_drawn *drawn = source->drawn;
  struct lw_generation *const all[3] = {drawn->young, drawn->old, drawn->older};
  uint64_t fold = source->pinned ? source->fold : drawn->fold;
  uint64_t hash = lw_table_hash(head);
  uint32_t newest[3];
  size_t most = 0;
  size_t count = 0;
  if (source->pinned && fold < drawn->floor) {
    return lw_fail(&source->error, LW_BUSY, "much was drawn meanwhile; ask again");
  }
  for (size_t i = 0; i < 3; i++) {
    newest[i] = lw_generation_newest(all[i], head, hash);
    most += count_row(all[i], newest[i]);
  }
  struct lw_waiting *entries = LW_NEW_ARRAY(&source->scratch, struct lw_waiting, most + 1);
  if (entries == NULL) {
    return no_memory(&source->error);
  }
  for (size_t i = 0; i < 3; i++) {
    count += take_row(all[i], newest[i], fold, entries + count);
  }
  *ret_entries = entries;
  *ret_count = count;
  return LW_OK;
}

enum lw_code lw_drawn_waiting(struct lw_drawn_source *source, struct lw_row_key row,
                              enum lw_window_kind kind, struct lw_waiting **ret_entries,
                              size_t *ret_count)
{
  struct lw_buf key = {0};
  struct lw_waiting *entries = NULL;
  size_t count = 0;
  *ret_count = 0;
  if (source->drawn->direct) {
    return LW_OK;
  }
  lw_drawn_key_add(row, kind, 0, &key);
  if (key.failed) {
    return no_memory(&source->error);
  }
  (void)pthread_mutex_lock(&source->drawn->lock);
  enum lw_code rc =
      take_waiting(source, lw_str_from(key.ptr, key.len - LW_DRAWN_TAIL_BYTES), &entries, &count);
  (void)pthread_mutex_unlock(&source->drawn->lock);
  lw_buf_finish(&key);
  *ret_entries = entries;
  *ret_count = count > 1 ? join_sorted(entries, count) : count;
  return rc;
}

enum lw_code lw_drawn_pin(struct lw_drawn_source *source, struct lw_error *err)
{
  struct state state = {0};
  enum lw_code rc = lw_db_begin(source->db, err);
  if (rc == LW_OK && !source->drawn->direct) {
    rc = read_state(source->db, NULL, &state, err);
  }
  source->fold = state.fold;
  source->pinned = true;
  return rc;
}

void lw_drawn_each_waiting(struct lw_drawn *drawn,
                           bool (*visit)(void *user, struct lw_row_key row,
                                         enum lw_window_kind kind, lw_usec moment,
                                         int64_t amount_minor, int64_t times, lw_usec last),
                           void *user)
{
  struct lw_generation *both[2] = {drawn->old, drawn->young};
  for (size_t g = 0; g < 2; g++) {
    for (size_t i = 0; i < both[g]->sums.count; i++) {
      const struct lw_sum *sum = &both[g]->sums.items[i];
      struct lw_row_key row;
      enum lw_window_kind kind = LW_WINDOW_FOR_GOOD;
      lw_usec moment = 0;
      if (both[g]->folded[i] == 0 && lw_drawn_key_read(sum->key, &row, &kind, &moment) &&
          !visit(user, row, kind, moment, sum->amount, sum->times, sum->last)) {
        return;
      }
    }
  }
}
