/* The journal as rows of entries.
 *
 * Writing. The entries of a batch stand one behind the other in one buffer, behind the hash of the
 * entry before them: as each entry ends with its hash, what the next hash covers always stands in
 * one piece (entry.c). Appending costs one copy of the body and its hash; flushing writes the
 * buffer as it stands, split at entries when it is larger than a row should be.
 *
 * Reading. A row is found by the number of its first entry, which is the table's key: the newest
 * row that begins at or before the number asked for. Within a row entries are walked by their
 * lengths. Walking copies each row out before its entries are shown, so that whoever looks at them
 * may use the connection (even walk again), and no statement stays open that would keep the log
 * (WAL) from being moved into the database.
 *
 * A row that is missing in the middle is told as what it is; that the journal ends is told by there
 * being no later row. */
#include "ledger/journal.h"

#include "base/bounds.h"
#include "base/check.h"
#include "ledger/entry.h"

#include <assert.h>
#include <stdlib.h>

enum {
  SEGMENT_BYTES_MAX = 64 << 10, /* whoever wants one entry reads a row */
  BUFFER_KEPT_BYTES = 16 << 20
};

struct lw_journal {
  struct lw_db *db;
  struct lw_hasher *hasher;
  uint64_t flushed; /* the last entry's number that is written */
  uint64_t next;
  lw_hash hash;         /* of the last entry appended */
  struct lw_buf buffer; /* a hash, then the entries that are not written yet */
};

static const char sql_head[] = "SELECT last, hash FROM journal ORDER BY first DESC LIMIT 1";
static const char sql_insert[] =
    "INSERT INTO journal (first, last, hash, entries) VALUES ($1, $2, $3, $4)";
static const char sql_holding[] =
    "SELECT first, last, entries FROM journal WHERE first <= $1 ORDER BY first DESC LIMIT 1";
static const char sql_following[] =
    "SELECT first, last, entries FROM journal WHERE first > $1 ORDER BY first LIMIT 1";
/* PostgreSQL sends all that is asked for, whatever is read of it. */
static const char sql_run[] =
    "SELECT first, last, entries FROM journal WHERE first > $1 ORDER BY first LIMIT 64";
enum { FOLLOW_ROWS = 64, FOLLOW_ROUNDS = 16 }; /* more is read anew */
static const char sql_follow[] =
    "SELECT first, last, entries, hash FROM journal WHERE first > $1 ORDER BY first LIMIT 64";
static_assert(LW_JOURNAL_RUN_ROWS == 64, "no more than a run takes");

/* ---- the writer's end ---- */

/* Empty but for the hash that the next entry follows. */
static enum lw_code start_buffer(struct lw_journal *journal, struct lw_error *err)
{
  if (journal->buffer.failed || journal->buffer.capacity > BUFFER_KEPT_BYTES) {
    lw_buf_finish(&journal->buffer);
    journal->buffer.failed = false;
  }
  lw_buf_reset(&journal->buffer);
  lw_buf_add(&journal->buffer, lw_str_from((const char *)journal->hash.bytes, LW_HASH_BYTES));
  return journal->buffer.failed ? lw_fail(err, LW_NO_MEMORY, "out of memory for the journal")
                                : LW_OK;
}

enum lw_code lw_journal_reload(struct lw_journal *journal, struct lw_error *err)
{
  struct lw_stmt *stmt = NULL;
  bool row = false;
  enum lw_code rc = lw_db_statement(journal->db, sql_head, &stmt, err);
  if (rc == LW_OK) {
    rc = lw_stmt_step(stmt, &row, err);
  }
  if (rc != LW_OK) {
    return rc;
  }
  uint64_t last = 0;
  lw_hash hash = {{0}};
  if (row) {
    last = (uint64_t)lw_stmt_get_int(stmt, 0);
    lw_str bytes = lw_stmt_get_blob(stmt, 1);
    if (bytes.len != LW_HASH_BYTES || last == 0 || last > INT64_MAX) {
      lw_stmt_reset(stmt);
      rc = lw_fail(err, LW_IO, "the journal's last row is damaged");
      lw_error_hint(err, "run `leeway verify`, and restore a backup");
      return rc;
    }
    memcpy(hash.bytes, bytes.ptr, LW_HASH_BYTES);
    lw_stmt_reset(stmt);
  }
  journal->flushed = last;
  journal->next = last + 1;
  journal->hash = hash;
  return start_buffer(journal, err);
}

enum lw_code lw_journal_open(struct lw_db *db, struct lw_journal **ret_journal,
                             struct lw_error *err)
{
  struct lw_journal *journal = calloc(1, sizeof *journal);
  if (journal == NULL) {
    return lw_fail(err, LW_NO_MEMORY, "out of memory for the journal");
  }
  journal->db = db;
  journal->hasher = lw_hasher_create();
  enum lw_code rc = journal->hasher != NULL
                        ? lw_journal_reload(journal, err)
                        : lw_fail(err, LW_NO_MEMORY, "out of memory for the journal");
  if (rc != LW_OK) {
    lw_journal_close(journal);
    return rc;
  }
  *ret_journal = journal;
  return LW_OK;
}

void lw_journal_close(struct lw_journal *journal)
{
  if (journal == NULL) {
    return;
  }
  lw_hasher_destroy(journal->hasher);
  lw_buf_finish(&journal->buffer);
  free(journal);
}

uint64_t lw_journal_next(const struct lw_journal *journal)
{
  return journal->next;
}

lw_hash lw_journal_hash(const struct lw_journal *journal)
{
  return journal->hash;
}

enum lw_code lw_journal_append(struct lw_journal *journal, enum lw_event event, lw_usec at,
                               lw_str actor, lw_str body, uint64_t *ret_seq, struct lw_error *err)
{
  struct lw_entry_view entry = {journal->next, at, lw_event_name(event), actor, body, {{0}}};
  size_t size_bytes = lw_entry_size(entry.kind, actor, body);
  if (size_bytes == SIZE_MAX) {
    return lw_fail(err, LW_LIMIT, "an entry of the journal is too large: %zu bytes", body.len);
  }
  char *place = lw_buf_reserve(&journal->buffer, size_bytes);
  if (place == NULL) {
    journal->buffer.failed = false; /* what stands in it stays good */
    return lw_fail(err, LW_NO_MEMORY, "out of memory for the journal");
  }
  lw_entry_write(&entry, size_bytes, place);
  journal->hash = lw_hash_of(journal->hasher, lw_str_from(place - LW_HASH_BYTES, size_bytes));
  memcpy(place + size_bytes - LW_HASH_BYTES, journal->hash.bytes, LW_HASH_BYTES);
  journal->buffer.len += size_bytes;
  journal->next++;
  if (ret_seq != NULL) {
    *ret_seq = entry.seq;
  }
  return LW_OK;
}

struct lw_journal_mark lw_journal_mark(const struct lw_journal *journal)
{
  return (struct lw_journal_mark){journal->next, journal->buffer.len, journal->hash};
}

void lw_journal_cut(struct lw_journal *journal, struct lw_journal_mark mark)
{
  LW_ASSERT(mark.next > journal->flushed && mark.next <= journal->next);
  LW_ASSERT(mark.bytes >= LW_HASH_BYTES && mark.bytes <= journal->buffer.len);
  journal->next = mark.next;
  journal->buffer.len = mark.bytes;
  journal->hash = mark.hash;
}

static enum lw_code write_segment(struct lw_journal *journal, uint64_t first, uint64_t last,
                                  lw_str entries, struct lw_error *err)
{
  struct lw_stmt *stmt = NULL;
  enum lw_code rc = lw_db_statement(journal->db, sql_insert, &stmt, err);
  if (rc != LW_OK) {
    return rc;
  }
  lw_stmt_int(stmt, 1, (int64_t)first);
  lw_stmt_int(stmt, 2, (int64_t)last);
  lw_stmt_blob(stmt, 3, lw_str_from(entries.ptr + entries.len - LW_HASH_BYTES, LW_HASH_BYTES));
  lw_stmt_blob(stmt, 4, entries);
  return lw_stmt_send(stmt, err);
}

/* How many bytes, and entries, from `from` on fit into one row: at least one entry. */
static size_t segment_end(lw_str bytes, size_t from, uint64_t *ret_count)
{
  size_t end = from;
  uint64_t count = 0;
  struct lw_entry_view entry;
  for (size_t next = from; next < bytes.len; count++, end = next) {
    bool whole = lw_entry_read(bytes, &next, &entry);
    LW_ASSERT(whole); /* we wrote it */
    if (count != 0 && next - from > SEGMENT_BYTES_MAX) {
      break;
    }
  }
  *ret_count = count;
  return end;
}

enum lw_code lw_journal_flush(struct lw_journal *journal, struct lw_error *err)
{
  lw_str bytes = lw_buf_str(&journal->buffer);
  uint64_t first = journal->flushed + 1;
  for (size_t from = LW_HASH_BYTES; from < bytes.len;) {
    uint64_t count = journal->next - first;
    size_t end = bytes.len;
    if (bytes.len - from > SEGMENT_BYTES_MAX) {
      end = segment_end(bytes, from, &count);
    }
    enum lw_code rc = write_segment(journal, first, first + count - 1,
                                    lw_str_slice(bytes, from, end - from), err);
    if (rc != LW_OK) {
      return rc;
    }
    first += count;
    from = end;
  }
  LW_ASSERT(first == journal->next);
  journal->flushed = journal->next - 1;
  return start_buffer(journal, err);
}

/* ---- readers ---- */

/* A row copied out of the database. */
struct segment {
  uint64_t first;
  uint64_t last;
  struct lw_buf bytes;
};

static enum lw_code damaged(uint64_t seq, struct lw_error *err)
{
  enum lw_code rc =
      lw_fail(err, LW_IO, "entry %llu of the journal is damaged", (unsigned long long)seq);
  lw_error_hint(err, "run `leeway verify`, and restore a backup");
  return rc;
}

/* *ret_found false: there is no such row. */
static enum lw_code read_segment(struct lw_db *db, const char *sql, uint64_t seq,
                                 struct segment *segment, bool *ret_found, struct lw_error *err)
{
  struct lw_stmt *stmt = NULL;
  enum lw_code rc = lw_db_statement(db, sql, &stmt, err);
  if (rc != LW_OK) {
    return rc;
  }
  lw_stmt_int(stmt, 1, seq <= INT64_MAX ? (int64_t)seq : INT64_MAX);
  rc = lw_stmt_step(stmt, ret_found, err);
  if (rc != LW_OK || !*ret_found) {
    return rc;
  }
  segment->first = (uint64_t)lw_stmt_get_int(stmt, 0);
  segment->last = (uint64_t)lw_stmt_get_int(stmt, 1);
  lw_buf_reset(&segment->bytes);
  lw_buf_add(&segment->bytes, lw_stmt_get_blob(stmt, 2));
  lw_stmt_reset(stmt);
  return segment->bytes.failed ? lw_fail(err, LW_NO_MEMORY, "out of memory for the journal")
                               : LW_OK;
}

/* The row that holds seq. *ret_found false: the journal ends before it. */
static enum lw_code find_segment(struct lw_db *db, uint64_t seq, struct segment *segment,
                                 bool *ret_found, struct lw_error *err)
{
  bool later = true;
  for (int look = 0; look < 2 && later; look++) { /* rows may have come between the two questions */
    bool found = false;
    enum lw_code rc = read_segment(db, sql_holding, seq, segment, &found, err);
    if (rc != LW_OK || (found && seq <= segment->last)) {
      *ret_found = found;
      return rc;
    }
    rc = read_segment(db, sql_following, seq, segment, &later, err);
    if (rc != LW_OK) {
      return rc;
    }
  }
  *ret_found = false;
  if (!later) {
    return LW_OK;
  }
  enum lw_code rc = lw_fail(err, LW_IO, "entries %llu to %llu of the journal are missing",
                            (unsigned long long)seq, (unsigned long long)segment->first - 1);
  lw_error_hint(err, "run `leeway verify`, and restore a backup");
  return rc;
}

static enum lw_code copy_entry(const struct lw_entry_view *entry, struct lw_arena *arena,
                               struct lw_entry_view *ret_entry, struct lw_error *err)
{
  struct lw_entry_view copy = *entry;
  copy.kind = lw_str_copy(arena, entry->kind);
  copy.actor = lw_str_copy(arena, entry->actor);
  copy.body = lw_str_copy(arena, entry->body);
  if (copy.kind.ptr == NULL || copy.actor.ptr == NULL || copy.body.ptr == NULL) {
    return lw_fail(err, LW_NO_MEMORY, "out of memory for an entry of the journal");
  }
  *ret_entry = copy;
  return LW_OK;
}

/* The entries of a row in turn; `expected` is the number of the first. */
struct cursor {
  size_t offset;
  uint64_t expected;
};

static enum lw_code next_entry(const struct segment *segment, struct cursor *cursor,
                               struct lw_entry_view *ret_entry, struct lw_error *err)
{
  bool whole = lw_entry_read(lw_buf_str(&segment->bytes), &cursor->offset, ret_entry);
  if (!whole || ret_entry->seq != cursor->expected) {
    return damaged(cursor->expected, err);
  }
  cursor->expected++;
  return LW_OK;
}

enum lw_code lw_journal_read(struct lw_db *db, uint64_t seq, struct lw_arena *arena,
                             struct lw_entry_view *ret_entry, struct lw_error *err)
{
  struct segment segment = {0};
  bool found = false;
  enum lw_code rc = seq != 0 ? find_segment(db, seq, &segment, &found, err) : LW_OK;
  if (rc == LW_OK && !found) {
    rc = lw_fail(err, LW_NOT_FOUND, "the journal has no entry %llu", (unsigned long long)seq);
  }
  struct lw_entry_view entry = {0};
  struct cursor cursor = {0, segment.first};
  while (rc == LW_OK && entry.seq != seq) {
    rc = next_entry(&segment, &cursor, &entry, err);
  }
  if (rc == LW_OK) {
    rc = copy_entry(&entry, arena, ret_entry, err);
  }
  lw_buf_finish(&segment.bytes);
  return rc;
}

struct walk {
  uint64_t next; /* the entry to be shown */
  uint64_t left; /* how many may still be shown */
  bool (*visit)(void *user, const struct lw_entry_view *entry);
  void *user;
};

static enum lw_code show_segment(struct walk *walk, const struct segment *segment,
                                 struct lw_error *err)
{
  struct cursor cursor = {0, segment->first};
  while (walk->left != 0 && cursor.expected <= segment->last) {
    struct lw_entry_view entry;
    enum lw_code rc = next_entry(segment, &cursor, &entry, err);
    if (rc != LW_OK) {
      return rc;
    }
    if (entry.seq < walk->next) {
      continue;
    }
    walk->next++;
    walk->left = walk->visit(walk->user, &entry) ? walk->left - 1 : 0;
  }
  return LW_OK;
}

enum lw_code lw_journal_walk(struct lw_db *db, uint64_t after, uint64_t most,
                             bool (*visit)(void *user, const struct lw_entry_view *entry),
                             void *user, struct lw_error *err)
{
  if (after == UINT64_MAX) {
    return LW_OK;
  }
  struct walk walk = {after + 1, most != 0 ? most : UINT64_MAX, visit, user};
  struct segment segment = {0};
  bool found = true;
  enum lw_code rc = LW_OK;
  while (rc == LW_OK && found && walk.left != 0) {
    rc = find_segment(db, walk.next, &segment, &found, err);
    if (rc == LW_OK && found) {
      rc = show_segment(&walk, &segment, err);
    }
  }
  lw_buf_finish(&segment.bytes);
  return rc;
}

/* ---- what others have written ---- */

/* The row that stmt is at, if it is the next one: shows its entries and takes over its end. */
static enum lw_code follow_row(struct lw_journal *journal, const struct lw_stmt *stmt,
                               struct walk *walk, struct segment *segment, bool *ret_next,
                               struct lw_error *err)
{
  segment->first = (uint64_t)lw_stmt_get_int(stmt, 0);
  segment->last = (uint64_t)lw_stmt_get_int(stmt, 1);
  lw_str hash = lw_stmt_get_blob(stmt, 3);
  *ret_next = segment->first == journal->flushed + 1 && segment->last >= segment->first &&
              hash.len == LW_HASH_BYTES;
  if (!*ret_next) {
    return LW_OK;
  }
  lw_buf_reset(&segment->bytes);
  lw_buf_add(&segment->bytes, lw_stmt_get_blob(stmt, 2));
  if (segment->bytes.failed) {
    return lw_fail(err, LW_NO_MEMORY, "out of memory for the journal");
  }
  memcpy(journal->hash.bytes, hash.ptr, LW_HASH_BYTES);
  journal->flushed = segment->last;
  return show_segment(walk, segment, err);
}

/* One question's rows; *ret_rows: how many came. */
static enum lw_code follow_rows(struct lw_journal *journal, struct walk *walk,
                                struct segment *segment, int *ret_rows, bool *ret_whole,
                                struct lw_error *err)
{
  struct lw_stmt *stmt = NULL;
  bool row = false;
  *ret_rows = 0;
  enum lw_code rc = lw_db_statement(journal->db, sql_follow, &stmt, err);
  if (rc != LW_OK) {
    return rc;
  }
  lw_stmt_int(stmt, 1, (int64_t)journal->flushed);
  rc = lw_stmt_step(stmt, &row, err);
  while (rc == LW_OK && row && *ret_whole) {
    *ret_rows += 1;
    rc = follow_row(journal, stmt, walk, segment, ret_whole, err);
    rc = rc == LW_OK ? lw_stmt_step(stmt, &row, err) : rc;
  }
  lw_stmt_reset(stmt);
  return rc;
}

enum lw_code lw_journal_follow(struct lw_journal *journal,
                               bool (*visit)(void *user, const struct lw_entry_view *entry),
                               void *user, bool *ret_whole, struct lw_error *err)
{
  struct walk walk = {journal->next, UINT64_MAX, visit, user};
  struct segment segment = {0};
  int rows = FOLLOW_ROWS;
  enum lw_code rc = LW_OK;
  *ret_whole = journal->next == journal->flushed + 1;
  for (int round = 0; rc == LW_OK && *ret_whole && rows == FOLLOW_ROWS; round++) {
    *ret_whole = round < FOLLOW_ROUNDS;
    rc = *ret_whole ? follow_rows(journal, &walk, &segment, &rows, ret_whole, err) : LW_OK;
  }
  lw_buf_finish(&segment.bytes);
  journal->next = journal->flushed + 1;
  return rc == LW_OK ? start_buffer(journal, err) : rc;
}

enum lw_code lw_journal_adopt(struct lw_journal *journal, uint64_t last, const lw_hash *hash,
                              struct lw_error *err)
{
  LW_ASSERT(journal->next == journal->flushed + 1 && last >= journal->next);
  journal->flushed = last;
  journal->next = last + 1;
  journal->hash = *hash;
  return start_buffer(journal, err);
}

/* ---- runs ---- */

/* The entries of one row in a run are those of its numbers; bytes behind them do not count. */
static void add_row(struct lw_journal_run *run, uint64_t first, uint64_t last)
{
  run->rows[run->n_rows++] = (struct lw_journal_row){first, last, run->bytes.len};
}

static bool run_is_full(const struct lw_journal_run *run)
{
  return run->n_rows == LW_JOURNAL_RUN_ROWS || run->bytes.len >= LW_JOURNAL_RUN_BYTES;
}

/* The rows behind entry `last`, where one ends, as long as none is missing between. */
static enum lw_code add_rows(struct lw_db *db, uint64_t last, struct lw_journal_run *run,
                             struct lw_error *err)
{
  struct lw_stmt *stmt = NULL;
  bool row = last <= INT64_MAX;
  enum lw_code rc = lw_db_statement(db, sql_run, &stmt, err);
  if (rc != LW_OK) {
    return rc;
  }
  lw_stmt_int(stmt, 1, (int64_t)last);
  while (rc == LW_OK && row && !run_is_full(run) && !run->bytes.failed) {
    rc = lw_stmt_step(stmt, &row, err);
    uint64_t first = rc == LW_OK && row ? (uint64_t)lw_stmt_get_int(stmt, 0) : 0;
    uint64_t end = rc == LW_OK && row ? (uint64_t)lw_stmt_get_int(stmt, 1) : 0;
    if (first != last + 1 || end < first) {
      break; /* the journal ends; or something is missing, which the next run tells */
    }
    lw_buf_add(&run->bytes, lw_stmt_get_blob(stmt, 2));
    add_row(run, first, end);
    last = end;
  }
  lw_stmt_reset(stmt);
  return rc;
}

/* The row that holds the entry behind `after`, wherever it begins, and those behind it. */
static enum lw_code read_holding(struct lw_db *db, uint64_t after, struct lw_journal_run *run,
                                 struct lw_error *err)
{
  struct segment segment = {.bytes = run->bytes};
  bool found = false;
  enum lw_code rc = find_segment(db, after + 1, &segment, &found, err);
  run->bytes = segment.bytes;
  if (rc != LW_OK || !found) {
    return rc;
  }
  add_row(run, segment.first, segment.last);
  run->next = segment.first;
  return run_is_full(run) ? LW_OK : add_rows(db, segment.last, run, err);
}

enum lw_code lw_journal_run_read(struct lw_db *db, uint64_t after, struct lw_journal_run *run,
                                 struct lw_error *err)
{
  lw_buf_reset(&run->bytes);
  run->n_rows = run->row = 0;
  run->offset = 0;
  run->next = after + 1;
  enum lw_code rc = after != UINT64_MAX ? add_rows(db, after, run, err) : LW_OK; /* mostly */
  if (rc == LW_OK && run->n_rows == 0 && after != UINT64_MAX) {
    rc = read_holding(db, after, run, err);
  }
  if (rc == LW_OK && run->bytes.failed) {
    rc = lw_fail(err, LW_NO_MEMORY, "out of memory for the journal");
  }
  run->n_rows = rc == LW_OK ? run->n_rows : 0;
  return rc;
}

enum lw_code lw_journal_run_next(struct lw_journal_run *run, struct lw_entry_view *ret_entry,
                                 bool *ret_found, struct lw_error *err)
{
  while (run->row < run->n_rows && run->next > run->rows[run->row].last) {
    run->offset = run->rows[run->row].end;
    run->row++;
  }
  *ret_found = run->row < run->n_rows;
  if (!*ret_found) {
    return LW_OK;
  }
  lw_str bytes = {run->bytes.ptr, run->rows[run->row].end};
  if (!lw_entry_read(bytes, &run->offset, ret_entry) || ret_entry->seq != run->next) {
    return damaged(run->next, err);
  }
  run->next++;
  return LW_OK;
}

uint64_t lw_journal_run_last(const struct lw_journal_run *run)
{
  return run->n_rows != 0 ? run->rows[run->n_rows - 1].last : 0;
}

void lw_journal_run_finish(struct lw_journal_run *run)
{
  lw_buf_finish(&run->bytes);
  *run = (struct lw_journal_run){.n_rows = 0};
}

enum lw_code lw_journal_last(struct lw_db *db, uint64_t *ret_seq, struct lw_error *err)
{
  struct lw_stmt *stmt = NULL;
  bool row = false;
  enum lw_code rc = lw_db_statement(db, sql_head, &stmt, err);
  if (rc == LW_OK) {
    rc = lw_stmt_step(stmt, &row, err);
  }
  if (rc == LW_OK) {
    *ret_seq = row ? (uint64_t)lw_stmt_get_int(stmt, 0) : 0;
    lw_stmt_reset(stmt);
  }
  return rc;
}
