/* The journal: what was appended comes back, in order, whole, by number or walked; its bytes and
 * hashes are the documented ones; what is broken is told and never shown as if it were whole. */
#include "ledger_test.h"

#include "data/json.h"

static void events_have_names_and_are_found_by_them(void **state)
{
  (void)state;
  for (int i = 0; i < LW_EVENTS; i++) {
    enum lw_event event = LW_EVENTS;
    assert_true(lw_event_read(lw_event_name((enum lw_event)i), &event));
    assert_int_equal(event, i);
    assert_true(lw_event_told(event) <= LW_TOLD_EVERYBODY);
  }
  enum lw_event event = LW_EVENTS;
  assert_false(lw_event_read(LW_STR("decisions"), &event));
  assert_false(lw_event_read(LW_STR(""), &event));
  assert_int_equal(event, LW_EVENTS);
}

/* ---- bytes ---- */

/* The example of docs/formats/journal.md: whoever changes these bytes changes the format. */
static void entry_has_the_documented_bytes_and_hash(void **state)
{
  (void)state;
  static const char want[] =
      "00000056"                           /* length: 86 */
      "01"                                 /* version */
      "0b"                                 /* kind's length: 11 */
      "0006"                               /* actor's length: 6 */
      "0000000000000001"                   /* seq */
      "00064bf38887c800"                   /* at: 1772359200000000 */
      "636173652e6f70656e6564"             /* case.opened */
      "6c6565776179"                       /* leeway */
      "7b2263617365223a226337227d"         /* {"case":"c7"} */
      "a3a1d08a4e7d652cf007ed51ee333d5a51" /* by sha256sum, not by this program */
      "8306c8045ca3932ca7d2364056986b";
  struct lw_db *db = open_memory();
  struct lw_journal *journal = NULL;
  struct lw_error err = {0};
  must(lw_journal_open(db, &journal, &err), &err);
  must(lw_journal_append(journal, LW_EVENT_CASE_OPENED, the_moment, LW_STR("leeway"),
                         LW_STR("{\"case\":\"c7\"}"), NULL, &err),
       &err);
  flush_batch(db, journal);
  struct lw_stmt *stmt = NULL;
  bool row = false;
  must(lw_db_statement(db, "SELECT entries FROM journal", &stmt, &err), &err);
  must(lw_stmt_step(stmt, &row, &err), &err);
  lw_str bytes = lw_stmt_get_blob(stmt, 0);
  char hex[2 * 86 + 1] = "";
  assert_int_equal(bytes.len, 86);
  lw_hex_write((const uint8_t *)bytes.ptr, bytes.len, hex);
  assert_string_equal(hex, want);
  lw_stmt_reset(stmt);
  lw_journal_close(journal);
  lw_db_close(db);
}

static void entry_of_any_broken_form_is_refused(void **state)
{
  (void)state;
  struct lw_entry_view entry = {
      7, the_moment, LW_STR_INIT("decision"), LW_STR_INIT("ana"), LW_STR_INIT("{}"), {{0}}};
  size_t size = lw_entry_size(entry.kind, entry.actor, entry.body);
  assert_int_equal(size, LW_ENTRY_BYTES_MIN + 13);
  char bytes[128] = {0};
  lw_entry_write(&entry, size, bytes);
  struct lw_entry_view read;
  size_t offset = 0;
  assert_true(lw_entry_read(lw_str_from(bytes, size), &offset, &read));
  assert_int_equal(offset, size);
  assert_int_equal(read.seq, 7);
  assert_int_equal(read.at, the_moment);
  assert_true(lw_str_equal(read.kind, entry.kind) && lw_str_equal(read.actor, entry.actor) &&
              lw_str_equal(read.body, entry.body));
  for (size_t cut = 0; cut < size; cut++) {
    offset = 0;
    assert_false(lw_entry_read(lw_str_from(bytes, cut), &offset, &read));
    assert_int_equal(offset, 0);
  }
  offset = size; /* nothing follows */
  assert_false(lw_entry_read(lw_str_from(bytes, size), &offset, &read));
  static const struct {
    size_t at;
    unsigned char byte;
  } broken[] = {
      {0, 1},   /* longer than there is */
      {3, 0},   /* no length */
      {3, 55},  /* shorter than its own head */
      {4, 0},   /* version */
      {4, 2},   /* a later version */
      {5, 200}, /* kind longer than the entry */
      {6, 255}, /* actor longer than the entry */
  };
  for (size_t i = 0; i < sizeof broken / sizeof broken[0]; i++) {
    char copy[128];
    memcpy(copy, bytes, sizeof copy);
    copy[broken[i].at] = (char)broken[i].byte;
    offset = 0;
    assert_false(lw_entry_read(lw_str_from(copy, size), &offset, &read));
  }
}

static void entry_that_the_format_cant_say_is_refused(void **state)
{
  (void)state;
  lw_str kind = LW_STR("decision");
  assert_int_equal(lw_entry_size(lw_str_from("", 256), kind, kind), SIZE_MAX);
  assert_int_equal(lw_entry_size(kind, lw_str_from("", 65536), kind), SIZE_MAX);
  assert_int_equal(lw_entry_size(kind, kind, lw_str_from("", UINT32_MAX)), SIZE_MAX);
  assert_int_equal(lw_entry_size(lw_str_from("", 255), lw_str_from("", 65535), LW_STR("")),
                   LW_ENTRY_BYTES_MIN + 255 + 65535);
}

/* ---- writing and reading ---- */

static void chain_goes_on_over_batches_and_openings(void **state)
{
  (void)state;
  struct lw_db *db = open_memory();
  struct lw_error err = {0};
  lw_hash hashes[2];
  for (int split = 0; split < 2; split++) { /* the same entries in one batch and in five */
    struct lw_journal *journal = NULL;
    must(lw_journal_open(db, &journal, &err), &err);
    for (int i = 0; i < 5; i++) {
      char body[32];
      (void)snprintf(body, sizeof body, "{\"n\":%d}", i);
      append(journal, LW_EVENT_DECISION, body);
      if (split == 1) {
        flush_batch(db, journal);
        lw_journal_close(journal);
        must(lw_journal_open(db, &journal, &err), &err);
      }
    }
    flush_batch(db, journal);
    hashes[split] = lw_journal_hash(journal);
    assert_int_equal(lw_journal_next(journal), 6);
    assert_int_equal(get_int(db, "SELECT count(*) FROM journal"), split == 1 ? 5 : 1);
    exec_sql(db, "DELETE FROM journal");
    lw_journal_close(journal);
  }
  assert_true(lw_hash_equal(&hashes[0], &hashes[1]));
  lw_db_close(db);
}

struct seen {
  uint64_t first;
  uint64_t last;
  uint64_t count;
  uint64_t stop_after;
  struct lw_db *db;
};

static bool see(void *user, const struct lw_entry_view *entry)
{
  struct seen *seen = user;
  char body[32];
  int len = snprintf(body, sizeof body, "{\"n\":%d}", (int)entry->seq);
  assert_true(lw_str_equal(entry->body, lw_str_from(body, (size_t)len)));
  assert_true(lw_str_equal(entry->actor, LW_STR("ana")));
  assert_int_equal(entry->at, the_moment);
  if (seen->count++ == 0) {
    seen->first = entry->seq;
  } else {
    assert_int_equal(entry->seq, seen->last + 1);
  }
  seen->last = entry->seq;
  if (seen->db != NULL) { /* whoever is shown an entry may use the connection */
    struct lw_arena arena;
    struct lw_entry_view other;
    struct lw_error err = {0};
    lw_arena_init(&arena, NULL, 0);
    must(lw_journal_read(seen->db, 1, &arena, &other, &err), &err);
    assert_int_equal(other.seq, 1);
    lw_arena_finish(&arena);
  }
  return seen->count != seen->stop_after;
}

static struct lw_db *ten_entries_in_rows_of_three(struct lw_journal **ret_journal)
{
  struct lw_db *db = open_memory();
  struct lw_error err = {0};
  must(lw_journal_open(db, ret_journal, &err), &err);
  for (int i = 1; i <= 10; i++) {
    char body[32];
    (void)snprintf(body, sizeof body, "{\"n\":%d}", i);
    append(*ret_journal, LW_EVENT_DECISION, body);
    if (i % 3 == 0 || i == 10) {
      flush_batch(db, *ret_journal);
    }
  }
  return db;
}

/* As lw_journal_walk, by runs; the entries before `after` in the first row are not shown. */
static enum lw_code run_through(struct lw_db *db, uint64_t after, struct seen *seen,
                                struct lw_error *err)
{
  struct lw_journal_run run = {.n_rows = 0};
  enum lw_code rc = LW_OK;
  bool more = true;
  for (uint64_t last = after; rc == LW_OK && more; last = lw_journal_run_last(&run)) {
    struct lw_entry_view entry;
    bool found = true;
    rc = lw_journal_run_read(db, last, &run, err);
    more = run.n_rows != 0;
    while (rc == LW_OK && found) {
      rc = lw_journal_run_next(&run, &entry, &found, err);
      if (rc == LW_OK && found && entry.seq > after) {
        see(seen, &entry);
      }
    }
  }
  lw_journal_run_finish(&run);
  return rc;
}

static void runs_show_what_the_walk_shows(void **state)
{
  (void)state;
  struct lw_journal *journal = NULL;
  struct lw_db *db = ten_entries_in_rows_of_three(&journal);
  struct lw_error err = {0};
  for (uint64_t after = 0; after <= 12; after++) {
    struct seen seen = {0};
    must(run_through(db, after, &seen, &err), &err);
    assert_int_equal(seen.count, after < 10 ? 10 - after : 0);
    assert_int_equal(seen.first, after < 10 ? after + 1 : 0);
  }
  struct seen none = {0};
  must(run_through(db, UINT64_MAX, &none, &err), &err);
  assert_int_equal(none.count, 0);
  for (int i = 11; i <= 11 + 3 * LW_JOURNAL_RUN_ROWS; i++) { /* rows of one entry: several runs */
    char body[32];
    (void)snprintf(body, sizeof body, "{\"n\":%d}", i);
    append(journal, LW_EVENT_DECISION, body);
    flush_batch(db, journal);
  }
  struct seen all = {0};
  must(run_through(db, 0, &all, &err), &err);
  assert_int_equal(all.count, 11 + 3 * LW_JOURNAL_RUN_ROWS);
  lw_journal_close(journal);
  lw_db_close(db);
}

static void entries_are_read_by_number_and_walked_from_anywhere(void **state)
{
  (void)state;
  struct lw_journal *journal = NULL;
  struct lw_db *db = ten_entries_in_rows_of_three(&journal);
  struct lw_error err = {0};
  struct lw_arena arena;
  lw_arena_init(&arena, NULL, 0);
  uint64_t last = 0;
  must(lw_journal_last(db, &last, &err), &err);
  assert_int_equal(last, 10);
  for (uint64_t seq = 1; seq <= 10; seq++) {
    struct lw_entry_view entry;
    must(lw_journal_read(db, seq, &arena, &entry, &err), &err);
    assert_int_equal(entry.seq, seq);
    struct seen one = {0};
    see(&one, &entry);
  }
  static const uint64_t missing[] = {0, 11, 12, INT64_MAX, UINT64_MAX};
  for (size_t i = 0; i < sizeof missing / sizeof missing[0]; i++) {
    struct lw_entry_view entry;
    assert_int_equal(lw_journal_read(db, missing[i], &arena, &entry, &err), LW_NOT_FOUND);
  }
  for (uint64_t after = 0; after <= 12; after++) {
    for (uint64_t most = 0; most <= 11; most++) {
      struct seen seen = {.db = after == 2 ? db : NULL};
      must(lw_journal_walk(db, after, most, see, &seen, &err), &err);
      uint64_t left = after < 10 ? 10 - after : 0;
      uint64_t want = most != 0 && most < left ? most : left;
      assert_int_equal(seen.count, want);
      assert_int_equal(seen.first, want != 0 ? after + 1 : 0);
    }
  }
  struct seen stopped = {.stop_after = 5};
  must(lw_journal_walk(db, 1, 0, see, &stopped, &err), &err);
  assert_int_equal(stopped.last, 6);
  struct seen none = {0};
  must(lw_journal_walk(db, UINT64_MAX, 0, see, &none, &err), &err);
  assert_int_equal(none.count, 0);
  lw_arena_finish(&arena);
  lw_journal_close(journal);
  lw_db_close(db);
}

static void write_entries(struct lw_db *db, struct lw_journal *journal, int from, int to)
{
  for (int i = from; i <= to; i++) { /* rows of one entry */
    char body[32];
    (void)snprintf(body, sizeof body, "{\"n\":%d}", i);
    append(journal, LW_EVENT_DECISION, body);
    flush_batch(db, journal);
  }
}

/* What came is told of, and the ends agree. */
static void follows(struct lw_journal *journal, const struct lw_journal *other, uint64_t first)
{
  struct seen seen = {0};
  struct lw_error err = {0};
  bool whole = false;
  must(lw_journal_follow(journal, see, &seen, &whole, &err), &err);
  assert_true(whole);
  assert_int_equal(seen.count, lw_journal_next(other) - first);
  assert_int_equal(seen.first, seen.count != 0 ? first : 0);
  assert_int_equal(lw_journal_next(journal), lw_journal_next(other));
  lw_hash own = lw_journal_hash(journal);
  lw_hash others = lw_journal_hash(other);
  assert_true(lw_hash_equal(&own, &others));
}

static void two_writers_in_turn_follow_each_other(void **state)
{
  (void)state;
  struct lw_journal *one = NULL;
  struct lw_journal *two = NULL;
  struct lw_db *db = ten_entries_in_rows_of_three(&one);
  struct lw_error err = {0};
  must(lw_journal_open(db, &two, &err), &err);
  follows(two, one, 11);          /* nothing came */
  write_entries(db, one, 11, 80); /* more than one question brings */
  follows(two, one, 11);
  write_entries(db, two, 81, 81);
  follows(one, two, 81);
  struct seen all = {0};
  must(lw_journal_walk(db, 0, 0, see, &all, &err), &err);
  assert_int_equal(all.count, 81);
  lw_journal_close(one);
  lw_journal_close(two);
  lw_db_close(db);
}

static void what_is_no_next_row_or_too_much_is_not_followed(void **state)
{
  (void)state;
  static const struct {
    int last;
    const char *sql;
  } cases[] = {
      {12, "DELETE FROM journal WHERE first = 11"},
      {13, "DELETE FROM journal WHERE first = 12"},
      {11, "UPDATE journal SET last = 10 WHERE first = 11"},
      {1100, "SELECT 1"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    struct lw_journal *one = NULL;
    struct lw_journal *two = NULL;
    struct lw_db *db = ten_entries_in_rows_of_three(&one);
    struct lw_error err = {0};
    struct seen seen = {0};
    bool whole = true;
    must(lw_journal_open(db, &two, &err), &err);
    write_entries(db, one, 11, cases[i].last);
    exec_sql(db, cases[i].sql);
    must(lw_journal_follow(two, see, &seen, &whole, &err), &err);
    assert_false(whole);
    must(lw_journal_reload(two, &err), &err);
    lw_journal_close(one);
    lw_journal_close(two);
    lw_db_close(db);
  }
}

static void what_is_missing_or_damaged_is_told(void **state)
{
  ONLY_ON_FILES();
  (void)state;
  static const struct {
    const char *sql;
    uint64_t shown; /* before it is found */
  } cases[] = {
      {"DELETE FROM journal WHERE first = 4", 3},
      {"DELETE FROM journal WHERE first = 1", 0},
      {"UPDATE journal SET last = 5 WHERE first = 4", 5},
      {"UPDATE journal SET last = 7 WHERE first = 4", 6},
      {"UPDATE journal SET first = 5 WHERE first = 4", 3},
      {"UPDATE journal SET entries = substr(entries, 1, 100) WHERE first = 4", 4},
      {"UPDATE journal SET entries = x'' WHERE first = 10", 9},
      {"UPDATE journal SET last = 2 WHERE first = 7", 6},
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    struct lw_journal *journal = NULL;
    struct lw_db *db = ten_entries_in_rows_of_three(&journal);
    struct lw_error err = {0};
    struct seen seen = {0};
    exec_sql(db, cases[i].sql);
    assert_int_equal(lw_journal_walk(db, 0, 0, see, &seen, &err), LW_IO);
    assert_int_equal(seen.count, cases[i].shown);
    assert_string_not_equal(err.hint, "");
    struct seen by_runs = {0};
    assert_int_equal(run_through(db, 0, &by_runs, &err), LW_IO);
    assert_int_equal(by_runs.count, cases[i].shown);
    lw_journal_close(journal);
    lw_db_close(db);
  }
}

static void batch_is_cut_back_to_its_mark(void **state)
{
  (void)state;
  struct lw_journal *journal = NULL;
  struct lw_db *db = ten_entries_in_rows_of_three(&journal);
  struct lw_error err = {0};
  append(journal, LW_EVENT_DECISION, "{\"n\":11}");
  lw_hash hash = lw_journal_hash(journal);
  struct lw_journal_mark mark = lw_journal_mark(journal);
  append(journal, LW_EVENT_DECISION, "{\"taken\":\"back\"}");
  append(journal, LW_EVENT_DECISION, "{\"taken\":\"back\"}");
  lw_journal_cut(journal, mark);
  lw_hash cut = lw_journal_hash(journal);
  assert_true(lw_hash_equal(&hash, &cut));
  append(journal, LW_EVENT_DECISION, "{\"n\":12}");
  flush_batch(db, journal);
  struct seen seen = {0};
  must(lw_journal_walk(db, 0, 0, see, &seen, &err), &err);
  assert_int_equal(seen.count, 12);
  lw_journal_close(journal);
  lw_db_close(db);
}

static void after_a_rollback_the_journal_is_where_the_disk_is(void **state)
{
  ONLY_ON_FILES();
  (void)state;
  struct lw_journal *journal = NULL;
  struct lw_db *db = ten_entries_in_rows_of_three(&journal);
  struct lw_error err = {0};
  lw_hash hash = lw_journal_hash(journal);
  append(journal, LW_EVENT_DECISION, "{\"lost\":true}");
  must(lw_db_begin(db, &err), &err);
  must(lw_journal_flush(journal, &err), &err);
  assert_int_equal(lw_journal_next(journal), 12);
  lw_db_rollback(db);
  must(lw_journal_reload(journal, &err), &err);
  assert_int_equal(lw_journal_next(journal), 11);
  lw_hash again = lw_journal_hash(journal);
  assert_true(lw_hash_equal(&hash, &again));
  lw_journal_close(journal);
  exec_sql(db, "UPDATE journal SET hash = x'00' WHERE first = 10");
  assert_int_equal(lw_journal_open(db, &journal, &err), LW_IO);
  lw_db_close(db);
}

static bool count_bytes(void *user, const struct lw_entry_view *entry)
{
  *(size_t *)user += entry->body.len;
  return true;
}

static void large_batch_is_split_into_rows(void **state)
{
  (void)state;
  static const struct {
    size_t body;
    size_t count;
    int64_t rows;
  } cases[] = {
      {(size_t)8 << 10, 7, 1},  /* under 64 KiB */
      {(size_t)8 << 10, 8, 2},  /* eight and their heads are over it */
      {(size_t)8 << 10, 15, 3}, /* seven, seven, one */
      {(size_t)9 << 20, 2, 2},  /* each alone, however large */
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    struct lw_db *db = open_memory();
    struct lw_journal *journal = NULL;
    struct lw_error err = {0};
    must(lw_journal_open(db, &journal, &err), &err);
    char *body = malloc(cases[i].body);
    assert_non_null(body);
    memset(body, ' ', cases[i].body);
    body[0] = '{';
    body[cases[i].body - 1] = '}';
    for (size_t j = 0; j < cases[i].count; j++) {
      must(lw_journal_append(journal, LW_EVENT_DECISION, the_moment, LW_STR("ana"),
                             lw_str_from(body, cases[i].body), NULL, &err),
           &err);
    }
    flush_batch(db, journal);
    assert_int_equal(get_int(db, "SELECT count(*) FROM journal"), cases[i].rows);
    assert_int_equal(get_int(db, "SELECT sum(last - first + 1) FROM journal"), cases[i].count);
    size_t bytes = 0;
    must(lw_journal_walk(db, 0, 0, count_bytes, &bytes, &err), &err);
    assert_int_equal(bytes, cases[i].body * cases[i].count);
    free(body);
    lw_journal_close(journal);
    lw_db_close(db);
  }
}

static void entry_is_printed_as_json(void **state)
{
  (void)state;
  struct lw_entry_view entry = {.seq = UINT64_MAX,
                                .at = the_moment + 500000,
                                .kind = LW_STR("decision"),
                                .actor = LW_STR("token:\"x\"\n"),
                                .body = LW_STR("{\"n\":1}")};
  memset(entry.hash.bytes, 0xab, LW_HASH_BYTES);
  struct lw_buf out = {0};
  lw_entry_print(&entry, &out);
  lw_str want = LW_STR("{\"seq\":18446744073709551615,\"at\":\"2026-03-01T10:00:00.5Z\","
                       "\"kind\":\"decision\",\"actor\":\"token:\\\"x\\\"\\n\","
                       "\"body\":{\"n\":1},\"hash\":\"abababababababababababababababab"
                       "abababababababababababababababab\"}");
  assert_true(lw_str_equal(lw_buf_str(&out), want));
  lw_buf_reset(&out);
  entry.at = -1; /* a microsecond before 1970 */
  lw_entry_print(&entry, &out);
  assert_true(lw_str_find(lw_buf_str(&out), LW_STR("1969-12-31T23:59:59.999999Z"), 0) != SIZE_MAX);
  lw_buf_finish(&out);
}

static void batch_of_nothing_writes_nothing(void **state)
{
  (void)state;
  struct lw_db *db = open_memory();
  struct lw_journal *journal = NULL;
  struct lw_error err = {0};
  uint64_t last = 9;
  must(lw_journal_open(db, &journal, &err), &err);
  flush_batch(db, journal);
  assert_int_equal(get_int(db, "SELECT count(*) FROM journal"), 0);
  must(lw_journal_last(db, &last, &err), &err);
  assert_int_equal(last, 0);
  assert_int_equal(lw_journal_next(journal), 1);
  lw_journal_close(journal);
  lw_journal_close(NULL);
  lw_db_close(db);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(events_have_names_and_are_found_by_them),
      cmocka_unit_test(entry_has_the_documented_bytes_and_hash),
      cmocka_unit_test(entry_of_any_broken_form_is_refused),
      cmocka_unit_test(entry_that_the_format_cant_say_is_refused),
      cmocka_unit_test(chain_goes_on_over_batches_and_openings),
      cmocka_unit_test(entries_are_read_by_number_and_walked_from_anywhere),
      cmocka_unit_test(runs_show_what_the_walk_shows),
      cmocka_unit_test(two_writers_in_turn_follow_each_other),
      cmocka_unit_test(what_is_no_next_row_or_too_much_is_not_followed),
      cmocka_unit_test(what_is_missing_or_damaged_is_told),
      cmocka_unit_test(batch_is_cut_back_to_its_mark),
      cmocka_unit_test(after_a_rollback_the_journal_is_where_the_disk_is),
      cmocka_unit_test(large_batch_is_split_into_rows),
      cmocka_unit_test(entry_is_printed_as_json),
      cmocka_unit_test(batch_of_nothing_writes_nothing),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
