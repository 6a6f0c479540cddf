/* Verifying: one pass over the journal in one read transaction, so that what is compared belongs
 * together while a server goes on writing.
 *
 * A hash covers the one before it and all of its entry; within a row both stand in one piece
 * (entry.c). Each row's columns are compared with what its entries say. The first thing that does
 * not fit ends the walk: behind a break in the chain nothing can be believed.
 *
 * Points are places that the chain must go through: checkpoints of the table and those that were
 * kept elsewhere. They are sorted by number and met on the way; those that are left when the
 * journal ends show that its tail was cut. Every checkpoint of the table must also be told by its
 * own entry, and the other way round. */
#include "ledger/verify.h"

#include "base/num.h"
#include "data/json.h"
#include "ledger/checkpoint.h"
#include "ledger/entry.h"
#include "ledger/rebuild.h"
#include "ledger/scan.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

enum { PROGRESS_ENTRIES = 8192, SCRATCH_BYTES_MAX = 1 << 20 };

static const char sql_rows[] = "SELECT first, last, hash, entries FROM journal ORDER BY first";
static const char sql_points[] = LW_CHECKPOINT_SQL;
static const char sql_text[] = "SELECT salt, body, erased FROM text WHERE id = $1";

struct point {
  struct lw_checkpoint checkpoint;
  bool kept; /* from outside, not of the table */
  bool told; /* its own entry was met */
};

struct verifier {
  struct lw_db *db;
  const struct lw_verify_options *options;
  struct lw_verify_report report;
  struct lw_error *err;
  struct lw_hasher *hasher;
  struct lw_rebuild *rebuild;
  struct lw_json_reader *reader;
  struct lw_arena keep;    /* points */
  struct lw_arena scratch; /* one body */
  struct point *points;    /* by number */
  size_t n_points;
  size_t capacity;
  size_t next_point;
  lw_hash previous;
  uint64_t total;
};

/* ---- saying what is wrong ---- */

LW_PRINTF(2, 3) static void find_fault(struct verifier *verifier, const char *format, ...)
{
  if (verifier->report.fault[0] != '\0') {
    return;
  }
  va_list arguments;
  va_start(arguments, format);
  (void)vsnprintf(verifier->report.fault, sizeof verifier->report.fault, format, arguments);
  va_end(arguments);
}

/* "entry 1234 (2026-03-01T10:00:00Z, decision): ..." */
static void find_bad_entry(struct verifier *verifier, const struct lw_entry_view *entry,
                           size_t offset, const char *what)
{
  struct lw_buf at = {0};
  int64_t seconds = entry->at / LW_USEC_PER_SECOND;
  if (seconds >= LW_TIME_SECONDS_MIN && seconds <= LW_TIME_SECONDS_MAX) {
    lw_rfc3339_print(seconds, 0, &at);
  } else {
    LW_BUF_LIT(&at, "at no moment that there is");
  }
  find_fault(verifier, "entry %llu (%.*s, %.*s): %s", (unsigned long long)entry->seq,
             LW_FMT(lw_buf_str(&at)), LW_FMT(entry->kind), what);
  verifier->report.bad_seq = entry->seq;
  verifier->report.bad_byte = offset;
  lw_buf_finish(&at);
}

static bool is_well(const struct verifier *verifier)
{
  return verifier->report.fault[0] == '\0';
}

/* ---- points ---- */

static enum lw_code add_point(struct verifier *verifier, const struct lw_checkpoint *checkpoint,
                              bool kept)
{
  struct point *points =
      lw_arena_grow(&verifier->keep, verifier->points, verifier->n_points, &verifier->capacity,
                    verifier->n_points + 1, sizeof *points, _Alignof(struct point));
  if (points == NULL) {
    return lw_fail(verifier->err, LW_NO_MEMORY, "out of memory for checkpoints");
  }
  verifier->points = points;
  points[verifier->n_points++] = (struct point){*checkpoint, kept, false};
  if (!lw_checkpoint_is_signed(checkpoint)) {
    find_fault(verifier, "the checkpoint of entry %llu%s: its signature does not fit",
               (unsigned long long)checkpoint->seq, kept ? ", kept outside" : "");
  }
  return LW_OK;
}

static enum lw_code read_table_points(struct verifier *verifier)
{
  struct lw_stmt *stmt = NULL;
  bool row = false;
  enum lw_code rc = lw_db_statement(verifier->db, sql_points, &stmt, verifier->err);
  if (rc == LW_OK) {
    rc = lw_stmt_step(stmt, &row, verifier->err);
  }
  while (rc == LW_OK && row) {
    struct lw_checkpoint checkpoint;
    if (!lw_checkpoint_row(stmt, &checkpoint)) {
      find_fault(verifier, "the checkpoint of entry %lld is damaged",
                 (long long)lw_stmt_get_int(stmt, 0));
      lw_stmt_reset(stmt);
      return LW_OK;
    }
    rc = add_point(verifier, &checkpoint, false);
    if (rc != LW_OK) {
      lw_stmt_reset(stmt);
      return rc;
    }
    verifier->report.checkpoints++;
    rc = lw_stmt_step(stmt, &row, verifier->err);
  }
  return rc;
}

/* A line of JSON; *ret_is_one false when it is no checkpoint. */
static enum lw_code parse_checkpoint(struct verifier *verifier, lw_str text, bool *ret_is_one,
                                     struct lw_checkpoint *ret_checkpoint)
{
  const struct lw_value *map = NULL;
  lw_arena_reset(&verifier->scratch);
  enum lw_code rc =
      lw_json_read(verifier->reader, &verifier->scratch, text, NULL, &map, verifier->err);
  if (rc == LW_NO_MEMORY) {
    return rc;
  }
  *ret_is_one = rc == LW_OK && lw_checkpoint_read(map, ret_checkpoint);
  return LW_OK;
}

static enum lw_code read_kept_points(struct verifier *verifier)
{
  lw_str document =
      verifier->options != NULL ? verifier->options->kept_checkpoints : (lw_str){NULL, 0};
  lw_str line = {NULL, 0};
  for (uint32_t i = 1; (line = lw_str_line(document, i)).ptr != NULL; i++) {
    if (lw_str_trim(line).len == 0) {
      continue;
    }
    struct lw_checkpoint checkpoint;
    bool is_one = false;
    enum lw_code rc = parse_checkpoint(verifier, line, &is_one, &checkpoint);
    if (rc != LW_OK) {
      return rc;
    }
    if (!is_one) {
      rc = lw_fail(verifier->err, LW_INVALID, "line %u of the kept checkpoints is none", i);
      lw_error_hint(verifier->err, "give what `leeway export checkpoints` wrote");
      return rc;
    }
    rc = add_point(verifier, &checkpoint, true);
    if (rc != LW_OK) {
      return rc;
    }
  }
  return LW_OK;
}

static int compare_points(const void *a, const void *b)
{
  const struct point *one = a;
  const struct point *other = b;
  uint64_t left = one->checkpoint.seq;
  uint64_t right = other->checkpoint.seq;
  return (left > right) - (left < right);
}

/* The chain has come to an entry: it must be what was signed. */
static void meet_points(struct verifier *verifier, const struct lw_entry_view *entry, size_t offset)
{
  for (; verifier->next_point < verifier->n_points; verifier->next_point++) {
    const struct point *point = &verifier->points[verifier->next_point];
    if (point->checkpoint.seq > entry->seq) {
      return;
    }
    if (point->checkpoint.seq < entry->seq ||
        !lw_hash_equal(&point->checkpoint.hash, &entry->hash)) {
      find_bad_entry(verifier, entry, offset,
                     point->kept ? "it is not the one that the kept checkpoint signs: the journal "
                                   "was made anew, or is another one"
                                 : "it is not the one that its checkpoint signs");
      return;
    }
  }
}

/* An entry of kind checkpoint: the table must have it. */
static enum lw_code meet_checkpoint(struct verifier *verifier, const struct lw_entry_view *entry,
                                    size_t offset)
{
  struct lw_checkpoint told;
  bool is_one = false;
  enum lw_code rc = parse_checkpoint(verifier, entry->body, &is_one, &told);
  if (rc != LW_OK) {
    return rc;
  }
  bool found = false;
  for (size_t i = verifier->next_point; is_one && !found && i > 0; i--) {
    struct point *point = &verifier->points[i - 1];
    if (point->checkpoint.seq != told.seq) {
      break;
    }
    found = !point->kept && point->checkpoint.at == told.at &&
            memcmp(point->checkpoint.signature, told.signature, sizeof told.signature) == 0;
    point->told = point->told || found;
  }
  if (!found || told.seq + 1 != entry->seq) {
    find_bad_entry(verifier, entry, offset, "the table of checkpoints has it not, or another one");
  }
  return LW_OK;
}

/* The journal has ended. */
static void check_points_left(struct verifier *verifier)
{
  if (verifier->next_point < verifier->n_points) {
    const struct point *point = &verifier->points[verifier->next_point];
    find_fault(verifier,
               "the journal ends at entry %llu, but a checkpoint%s signs entry %llu: its tail was "
               "cut off",
               (unsigned long long)verifier->report.entries, point->kept ? " kept outside" : "",
               (unsigned long long)point->checkpoint.seq);
  }
  for (size_t i = 0; i < verifier->n_points; i++) {
    const struct point *point = &verifier->points[i];
    if (!point->kept && !point->told) {
      find_fault(verifier, "the checkpoint of entry %llu has no entry of its own in the journal",
                 (unsigned long long)point->checkpoint.seq);
    }
  }
}

/* ---- texts ---- */

static enum lw_code check_text(struct verifier *verifier, const struct lw_entry_view *entry,
                               size_t offset, const struct lw_text_reference *reference)
{
  struct lw_stmt *stmt = NULL;
  enum lw_code rc = lw_db_find(verifier->db, sql_text, reference->id, &stmt, verifier->err);
  if (rc == LW_NOT_FOUND) {
    find_bad_entry(verifier, entry, offset, "a text of it is gone without having been erased");
    return LW_OK;
  }
  if (rc != LW_OK) {
    return rc;
  }
  if (lw_stmt_get_int(stmt, 2) == 1 && lw_stmt_is_null(stmt, 0) && lw_stmt_is_null(stmt, 1)) {
    verifier->report.texts_erased++;
  } else {
    lw_hasher_start(verifier->hasher);
    lw_hasher_add(verifier->hasher, lw_stmt_get_blob(stmt, 0));
    lw_hasher_add(verifier->hasher, lw_stmt_get_text(stmt, 1));
    lw_hash digest = lw_hasher_end(verifier->hasher);
    verifier->report.texts++;
    if (lw_stmt_get_int(stmt, 2) != 0 || !lw_hash_equal(&digest, &reference->digest)) {
      find_bad_entry(verifier, entry, offset, "a text of it was changed");
    }
  }
  lw_stmt_reset(stmt);
  return LW_OK;
}

static enum lw_code check_texts(struct verifier *verifier, const struct lw_entry_view *entry,
                                size_t offset)
{
  size_t at = 0;
  struct lw_text_reference reference;
  enum lw_code rc = LW_OK;
  while (rc == LW_OK && is_well(verifier) && lw_scan_text(entry->body, &at, &reference)) {
    rc = check_text(verifier, entry, offset, &reference);
  }
  return rc;
}

/* ---- the chain ---- */

/* Whether the hash that stands in the entry is that of what is before it. */
static bool is_linked(struct verifier *verifier, lw_str bytes, size_t from, size_t to,
                      const struct lw_entry_view *entry)
{
  size_t content = to - from - LW_HASH_BYTES;
  lw_hasher_start(verifier->hasher);
  if (from >= LW_HASH_BYTES) {
    lw_hasher_add(verifier->hasher,
                  lw_str_slice(bytes, from - LW_HASH_BYTES, content + LW_HASH_BYTES));
  } else {
    lw_hasher_add(verifier->hasher,
                  lw_str_from((const char *)verifier->previous.bytes, LW_HASH_BYTES));
    lw_hasher_add(verifier->hasher, lw_str_slice(bytes, from, content));
  }
  lw_hash hash = lw_hasher_end(verifier->hasher);
  return lw_hash_equal(&hash, &entry->hash);
}

/* What an entry says, once it is known to be the one that was written. */
static enum lw_code check_content(struct verifier *verifier, const struct lw_entry_view *entry,
                                  size_t offset)
{
  enum lw_code rc = lw_rebuild_add(verifier->rebuild, entry->body, verifier->err);
  if (rc == LW_INVALID) {
    find_bad_entry(verifier, entry, offset, verifier->err->text);
    return LW_OK;
  }
  if (rc == LW_OK) {
    rc = check_texts(verifier, entry, offset);
  }
  if (rc == LW_OK && lw_str_equal(entry->kind, lw_event_name(LW_EVENT_CHECKPOINT))) {
    rc = meet_checkpoint(verifier, entry, offset);
  }
  meet_points(verifier, entry, offset);
  return rc;
}

static enum lw_code check_entry(struct verifier *verifier, lw_str bytes, size_t *offset)
{
  struct lw_entry_view entry;
  size_t from = *offset;
  uint64_t expected = verifier->report.entries + 1;
  if (!lw_entry_read(bytes, offset, &entry)) {
    find_fault(verifier, "entry %llu: its bytes are damaged", (unsigned long long)expected);
    verifier->report.bad_seq = expected;
    verifier->report.bad_byte = from;
    return LW_OK;
  }
  if (entry.seq != expected) {
    find_bad_entry(
        verifier, &entry, from,
        "it does not follow the entry before it: entries were removed, moved or changed");
    return LW_OK;
  }
  if (!is_linked(verifier, bytes, from, *offset, &entry)) {
    find_bad_entry(verifier, &entry, from,
                   "its hash does not fit: the entry or the one before it was changed");
    return LW_OK;
  }
  verifier->previous = entry.hash;
  verifier->report.entries = expected;
  if (verifier->options != NULL && verifier->options->progress != NULL &&
      expected % PROGRESS_ENTRIES == 0) {
    verifier->options->progress(verifier->options->user, expected, verifier->total);
  }
  return check_content(verifier, &entry, from);
}

/* The row's columns say what its entries say. */
static void check_columns(struct verifier *verifier, const struct lw_stmt *stmt, uint64_t first)
{
  uint64_t last = (uint64_t)lw_stmt_get_int(stmt, 1);
  lw_str hash = lw_stmt_get_blob(stmt, 2);
  bool is_empty = verifier->report.entries < first;
  if ((uint64_t)lw_stmt_get_int(stmt, 0) != first || last != verifier->report.entries || is_empty) {
    find_fault(verifier, "the row of entries %llu to %llu says that it has %lld to %lld",
               (unsigned long long)first, (unsigned long long)verifier->report.entries,
               (long long)lw_stmt_get_int(stmt, 0), (long long)last);
    verifier->report.bad_seq = first;
  } else if (!lw_str_equal(hash,
                           lw_str_from((const char *)verifier->previous.bytes, LW_HASH_BYTES))) {
    find_fault(verifier, "the row of entries %llu to %llu has another hash than its last entry",
               (unsigned long long)first, (unsigned long long)last);
    verifier->report.bad_seq = last;
  }
}

static enum lw_code check_row(struct verifier *verifier, const struct lw_stmt *stmt)
{
  lw_str bytes = lw_stmt_get_blob(stmt, 3);
  uint64_t first = verifier->report.entries + 1;
  size_t offset = 0;
  enum lw_code rc = LW_OK;
  if ((uint64_t)lw_stmt_get_int(stmt, 0) > first) {
    find_fault(verifier, "entries %llu to %lld are missing", (unsigned long long)first,
               (long long)lw_stmt_get_int(stmt, 0) - 1);
    verifier->report.bad_seq = first;
    return LW_OK;
  }
  while (rc == LW_OK && is_well(verifier) && offset < bytes.len) {
    rc = check_entry(verifier, bytes, &offset);
  }
  if (rc == LW_OK && is_well(verifier)) {
    check_columns(verifier, stmt, first);
  }
  return rc;
}

static enum lw_code check_journal(struct verifier *verifier)
{
  struct lw_stmt *stmt = NULL;
  bool row = false;
  enum lw_code rc = lw_journal_last(verifier->db, &verifier->total, verifier->err);
  if (rc == LW_OK) {
    rc = lw_db_statement(verifier->db, sql_rows, &stmt, verifier->err);
  }
  if (rc == LW_OK) {
    rc = lw_stmt_step(stmt, &row, verifier->err);
  }
  while (rc == LW_OK && row && is_well(verifier)) {
    rc = check_row(verifier, stmt);
    if (rc == LW_OK) {
      rc = lw_stmt_step(stmt, &row, verifier->err);
    }
  }
  if (stmt != NULL) {
    lw_stmt_reset(stmt);
  }
  verifier->report.head = verifier->previous;
  if (verifier->options != NULL && verifier->options->progress != NULL && is_well(verifier)) {
    verifier->options->progress(verifier->options->user, verifier->report.entries, verifier->total);
  }
  return rc;
}

static enum lw_code check_budgets(struct verifier *verifier)
{
  struct lw_buf fault = {0};
  enum lw_code rc = lw_rebuild_compare(verifier->rebuild, verifier->db,
                                       &verifier->report.budget_rows, &fault, verifier->err);
  if (rc == LW_OK && fault.len != 0) {
    find_fault(verifier, "%.*s", LW_FMT(lw_buf_str(&fault)));
  }
  lw_buf_finish(&fault);
  return rc;
}

/* ---- all of it ---- */

static enum lw_code start(struct verifier *verifier)
{
  lw_arena_init(&verifier->keep, NULL, 0);
  lw_arena_init(&verifier->scratch, NULL, SCRATCH_BYTES_MAX);
  verifier->hasher = lw_hasher_create();
  verifier->rebuild = lw_rebuild_create();
  verifier->reader = lw_json_reader_create(NULL);
  return verifier->hasher != NULL && verifier->rebuild != NULL && verifier->reader != NULL
             ? LW_OK
             : lw_fail(verifier->err, LW_NO_MEMORY, "out of memory for verifying");
}

static void finish(struct verifier *verifier)
{
  lw_json_reader_destroy(verifier->reader);
  lw_rebuild_destroy(verifier->rebuild);
  lw_hasher_destroy(verifier->hasher);
  lw_arena_finish(&verifier->scratch);
  lw_arena_finish(&verifier->keep);
}

static enum lw_code look(struct verifier *verifier)
{
  enum lw_code rc = read_table_points(verifier);
  if (rc == LW_OK) {
    rc = read_kept_points(verifier);
  }
  if (rc == LW_OK && verifier->n_points != 0) {
    qsort(verifier->points, verifier->n_points, sizeof *verifier->points, compare_points);
  }
  if (rc == LW_OK) {
    rc = check_journal(verifier);
  }
  if (rc == LW_OK && is_well(verifier)) {
    check_points_left(verifier);
  }
  return rc == LW_OK && is_well(verifier) ? check_budgets(verifier) : rc;
}

enum lw_code lw_verify(struct lw_db *db, const struct lw_verify_options *options,
                       struct lw_verify_report *ret_report, struct lw_error *err)
{
  struct lw_error own = {0};
  struct verifier verifier = {.db = db, .options = options, .err = err != NULL ? err : &own};
  enum lw_code rc = start(&verifier);
  if (rc == LW_OK) {
    rc = lw_db_begin(db, verifier.err);
  }
  if (rc == LW_OK) {
    rc = look(&verifier);
    lw_db_rollback(db);
  }
  finish(&verifier);
  if (rc == LW_OK) {
    *ret_report = verifier.report;
  }
  return rc;
}
