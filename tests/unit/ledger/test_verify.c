/* Verifying finds whatever is done to the record: each byte of each column, each row, the tail, the
 * budgets, the texts, the checkpoints; and it finds nothing where nothing was done. */
#include "ledger_test.h"

#include "data/json.h"
#include "ledger/text.h"
#include "ledger/verify.h"

#include <sys/stat.h>
#include <unistd.h>

enum { BATCHES = 4 };

struct world {
  struct lw_db *db;
  struct lw_journal *journal;
  struct lw_drawn *drawn;
  struct lw_checkpoint_key key;
  struct lw_hasher *hasher;
  struct lw_rand_seeded seeded;
  struct lw_rand rand;
  struct lw_buf kept;
};

static lw_str budget_name(const void *user, uint32_t number)
{
  (void)user;
  return number == 0 ? LW_STR("rep-month") : LW_STR("guest");
}

/* A decision that draws 80.00, with a note; the second of a batch gives 30.00 back. */
static void add_decision(struct world *world, int number)
{
  struct lw_error err = {0};
  struct lw_draw draws[2] = {
      {{0, LW_STR("ana")}, {LW_WINDOW_MONTH, 0}, 8000, 1},
      {{1, LW_STR("ana\x1fk3")}, {LW_WINDOW_ROLLING, INT64_C(86400000000)}, 8000, 1}};
  lw_usec at = the_moment + number * LW_USEC_PER_SECOND;
  struct lw_text_keeper keeper = {world->db, &world->rand, world->hasher};
  struct lw_buf body = {0};
  LW_BUF_LIT(&body, "{\"id\":\"dec_x\",\"facts\":{\"draws\":[1],\"returns\":\"}\\\"{\"},\"note\":");
  must(lw_text_keep(&keeper, at, "note", LW_STR("ana"), LW_STR("k3"), LW_STR("she was kind"), &body,
                    &err),
       &err);
  LW_BUF_LIT(&body, ",\"draws\":");
  lw_draws_print(draws, 2, NULL, at, budget_name, NULL, &body);
  if (number % 2 == 1) {
    struct lw_draw back = draws[1];
    back.amount_minor = 3000;
    back.times = 0;
    LW_BUF_LIT(&body, ",\"returns\":");
    lw_draws_print(&back, 1, NULL, at, budget_name, NULL, &body);
    must(lw_drawn_add(world->drawn, &back, 1, NULL, at, -1, &err), &err);
  }
  LW_BUF_LIT(&body, "}");
  must(lw_drawn_add(world->drawn, draws, 2, NULL, at, 1, &err), &err);
  must(lw_journal_append(world->journal, LW_EVENT_DECISION, at, LW_STR("ana"), lw_buf_str(&body),
                         NULL, &err),
       &err);
  lw_buf_finish(&body);
}

static void make_world(struct world *world)
{
  struct lw_error err = {0};
  uint32_t number = 0;
  *world = (struct world){
      .db = open_memory(), .drawn = lw_drawn_create(1), .hasher = lw_hasher_create()};
  lw_rand_seeded_init(&world->seeded, 7);
  world->rand = lw_rand_from_seeded(&world->seeded);
  lw_sign_keys(world->key.secret, world->key.public_key);
  must(lw_journal_open(world->db, &world->journal, &err), &err);
  must(lw_drawn_load(world->drawn, world->db, &err), &err);
  must(lw_drawn_number(world->db, LW_STR("rep-month"), &number, &err), &err);
  must(lw_drawn_number(world->db, LW_STR("guest"), &number, &err), &err);
  for (int batch = 0; batch < BATCHES; batch++) {
    must(lw_db_begin(world->db, &err), &err);
    add_decision(world, 2 * batch);
    add_decision(world, 2 * batch + 1);
    if (batch % 2 == 1) {
      must(lw_checkpoint_append(world->journal, world->db, &world->key, the_moment + 1, &err),
           &err);
    }
    must(lw_drawn_flush(world->drawn, world->db, lw_journal_next(world->journal) - 1, LW_STR(""),
                        &err),
         &err);
    must(lw_journal_flush(world->journal, &err), &err);
    must(lw_db_commit(world->db, &err), &err);
    must(lw_drawn_committed(world->drawn, &err), &err);
  }
  must(lw_checkpoint_export(world->db, &world->kept, &err), &err);
}

static void end_world(struct world *world)
{
  lw_buf_finish(&world->kept);
  lw_hasher_destroy(world->hasher);
  lw_drawn_destroy(world->drawn);
  lw_journal_close(world->journal);
  lw_db_close(world->db);
}

static struct lw_verify_report verify(struct world *world, bool with_kept)
{
  struct lw_verify_options options = {.kept_checkpoints =
                                          with_kept ? lw_buf_str(&world->kept) : (lw_str){NULL, 0}};
  struct lw_verify_report report = {0};
  struct lw_error err = {0};
  must(lw_verify(world->db, &options, &report, &err), &err);
  return report;
}

static void sound_record_is_found_sound(void **state)
{
  (void)state;
  struct world world;
  make_world(&world);
  for (int kept = 0; kept < 2; kept++) {
    struct lw_verify_report report = verify(&world, kept == 1);
    assert_string_equal(report.fault, "");
    assert_int_equal(report.entries, 10);
    assert_int_equal(report.checkpoints, 2);
    assert_int_equal(report.budget_rows, 9);
    assert_int_equal(report.texts, 8);
    assert_int_equal(report.bad_seq, 0);
    lw_hash head = lw_journal_hash(world.journal);
    assert_true(lw_hash_equal(&report.head, &head));
  }
  end_world(&world);
}

static void empty_record_is_sound(void **state)
{
  (void)state;
  struct world world = {.db = open_memory()};
  struct lw_verify_report report = verify(&world, false);
  assert_string_equal(report.fault, "");
  assert_int_equal(report.entries, 0);
  lw_db_close(world.db);
}

/* ---- every byte ---- */

static void put_blob(struct lw_db *db, const char *sql, lw_str bytes)
{
  struct lw_stmt *stmt = NULL;
  struct lw_error err = {0};
  must(lw_db_statement(db, sql, &stmt, &err), &err);
  lw_stmt_blob(stmt, 1, bytes);
  must(lw_stmt_run(stmt, &err), &err);
}

static size_t get_blob(struct lw_db *db, const char *sql, char *place, size_t room)
{
  struct lw_stmt *stmt = NULL;
  struct lw_error err = {0};
  bool row = false;
  must(lw_db_statement(db, sql, &stmt, &err), &err);
  must(lw_stmt_step(stmt, &row, &err), &err);
  lw_str bytes = lw_stmt_get_blob(stmt, 0);
  assert_true(row && bytes.len <= room);
  memcpy(place, bytes.ptr, bytes.len);
  lw_stmt_reset(stmt);
  return bytes.len;
}

static void each_byte_of_each_column_is_found(void **state)
{
  ONLY_ON_FILES();
  (void)state;
  static const struct {
    const char *get;
    const char *put;
  } columns[] = {
      {"SELECT entries FROM journal WHERE first = 3",
       "UPDATE journal SET entries = $1 WHERE first = 3"},
      {"SELECT hash FROM journal WHERE first = 3", "UPDATE journal SET hash = $1 WHERE first = 3"},
      {"SELECT hash FROM journal WHERE first = 8", "UPDATE journal SET hash = $1 WHERE first = 8"},
      {"SELECT hash FROM checkpoint WHERE seq = 4",
       "UPDATE checkpoint SET hash = $1 WHERE seq = 4"},
      {"SELECT key FROM checkpoint WHERE seq = 4", "UPDATE checkpoint SET key = $1 WHERE seq = 4"},
      {"SELECT signature FROM checkpoint WHERE seq = 9",
       "UPDATE checkpoint SET signature = $1 WHERE seq = 9"},
      {"SELECT salt FROM text LIMIT 1", "UPDATE text SET salt = $1 WHERE rowid = 1"},
  };
  struct world world;
  make_world(&world);
  for (size_t i = 0; i < sizeof columns / sizeof columns[0]; i++) {
    char bytes[4096];
    size_t len = get_blob(world.db, columns[i].get, bytes, sizeof bytes);
    assert_true(len >= 16);
    for (size_t at = 0; at < len; at++) {
      for (int bit = 0; bit < 8; bit += 7) {
        bytes[at] = (char)(bytes[at] ^ (1 << bit));
        put_blob(world.db, columns[i].put, lw_str_from(bytes, len));
        struct lw_verify_report report = verify(&world, false);
        if (report.fault[0] == '\0') {
          fail_msg("%s: byte %zu, bit %d", columns[i].get, at, bit);
        }
        bytes[at] = (char)(bytes[at] ^ (1 << bit));
      }
    }
    put_blob(world.db, columns[i].put, lw_str_from(bytes, len));
    struct lw_verify_report report = verify(&world, true);
    assert_string_equal(report.fault, "");
  }
  end_world(&world);
}

/* ---- what else can be done to it ---- */

static void whatever_is_done_is_found_and_named(void **state)
{
  ONLY_ON_FILES();
  (void)state;
  static const struct {
    const char *sql;
    bool needs_kept;
    uint64_t bad_seq;
    const char *words;
  } cases[] = {
      {"DELETE FROM journal WHERE first = 3", false, 3, "entries 3 to 5 are missing"},
      {"DELETE FROM journal WHERE first = 1", false, 1, "entries 1 to 2 are missing"},
      {"DELETE FROM journal", false, 0, "its tail was cut off"},
      {"DELETE FROM journal WHERE first = 8 - 2", false, 6, "missing"},
      {"DELETE FROM journal WHERE first = 8", false, 0, "its tail was cut off"},
      {"DELETE FROM journal WHERE first = 8; DELETE FROM checkpoint WHERE seq = 9", false, 0,
       "budget \"rep-month\" of ana, month of 2026-03-01T00:00:00Z: the table has 64000 (minor "
       "units) in 8, last 2026-03-01T10:00:07Z; the journal says 48000 (minor units) in 6"},
      {"DELETE FROM journal WHERE first = 8; DELETE FROM checkpoint WHERE seq = 9;"
       "DELETE FROM drawn_log; DELETE FROM drawn WHERE kind = 6 AND last > 1772359205000000;"
       "UPDATE drawn SET amount = 48000, times = 6, last = 1772359205000000 WHERE kind = 3",
       true, 0, "the journal ends at entry 7, but a checkpoint kept outside signs entry 9"},
      {"UPDATE journal SET first = 4 WHERE first = 3", false, 3, "missing"},
      {"UPDATE journal SET first = 2 WHERE first = 3", false, 3, "says that it has 2 to 5"},
      {"UPDATE journal SET last = 6 WHERE first = 3", false, 3, "says that it has 3 to 6"},
      {"UPDATE journal SET last = 4 WHERE first = 3", false, 3, "says that it has 3 to 4"},
      {"UPDATE journal SET entries = (SELECT entries FROM journal WHERE first = 6) WHERE first = 3",
       false, 6, "it does not follow the entry before it"},
      {"UPDATE journal SET entries = CAST(entries || entries AS BLOB) WHERE first = 8", false, 8,
       "it does not follow"},
      {"UPDATE journal SET entries = CAST(entries || x'00' AS BLOB) WHERE first = 8", false, 11,
       "its bytes are damaged"},
      {"UPDATE journal SET entries = substr(entries, 1, length(entries) - 1) WHERE first = 8",
       false, 10, "its bytes are damaged"},
      {"INSERT INTO journal SELECT last + 1, last, hash, x'' FROM journal WHERE first = 8", false,
       11, "says that it has"},
      {"UPDATE drawn SET amount = amount + 1 WHERE kind = 3", false, 0, "has 64001"},
      {"UPDATE drawn SET times = 0 WHERE kind = 3", false, 0, "budget \"rep-month\" of ana"},
      {"UPDATE drawn SET last = last + 60000000 WHERE kind = 3", false, 0, "last"},
      {"UPDATE drawn SET key = key + 1000000 WHERE kind = 3", false, 0, "never drew from it"},
      {"UPDATE drawn SET scope = 'bob' WHERE kind = 3", false, 0, "of bob"},
      {"UPDATE drawn SET budget = 1 WHERE kind = 3", false, 0, "budget \"guest\" of ana,"},
      {"UPDATE drawn SET budget = 5 WHERE kind = 3", false, 0, "a budget that is not there"},
      {"UPDATE drawn SET kind = 4 WHERE kind = 3", false, 0, "quarter"},
      {"UPDATE drawn SET kind = 99 WHERE kind = 3", false, 0, "a budget that is not there"},
      {"DELETE FROM drawn WHERE kind = 3", false, 0, "the table has 16000"},
      {"DELETE FROM drawn", false, 0, "the table has 16000"},
      {"DELETE FROM drawn_log", false, 0, "units) in 8"},
      {"UPDATE drawn_log SET sums = substr(sums, 1, length(sums) - 2)", false, 0, "is damaged"},
      {"UPDATE drawn_state SET dead = 1000", false, 0, "units) in 8"},
      {"UPDATE drawn_state SET upto = 1000, folded = x'ff'", false, 0, "units) in 8"},
      {"UPDATE drawn_state SET folded = x'', dead = 0", false, 0, "units) in"},
      {"DELETE FROM drawn_state", false, 0, "drawn_state is empty"},
      {"INSERT INTO drawn VALUES (0, 0, '', 0, 0, 0, 0)", false, 0, "of the organization"},
      {"UPDATE budget SET name = 'other' WHERE number = 1", false, 0, "other"},
      {"DELETE FROM budget", false, 0, "a budget that is not there"},
      {"UPDATE text SET body = 'she was not' WHERE rowid = 3", false, 3,
       "a text of it was changed"},
      {"UPDATE text SET erased = 1 WHERE rowid = 3", false, 3, "a text of it was changed"},
      {"UPDATE text SET body = NULL WHERE rowid = 3", false, 3, "a text of it was changed"},
      {"DELETE FROM text WHERE rowid = 3", false, 3, "gone without having been erased"},
      {"DELETE FROM checkpoint WHERE seq = 4", false, 5, "the table of checkpoints has it not"},
      {"UPDATE checkpoint SET seq = 3 WHERE seq = 4", false, 0, "its signature does not fit"},
      {"UPDATE checkpoint SET at = at + 1 WHERE seq = 4", false, 0, "its signature does not fit"},
      {"UPDATE checkpoint SET at = 9223372036854775807 WHERE seq = 4", false, 0, "is damaged"},
      {"UPDATE checkpoint SET key = x'00' WHERE seq = 4", false, 0, "is damaged"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    struct world world;
    make_world(&world);
    exec_sql(world.db, cases[i].sql);
    struct lw_verify_report report = verify(&world, cases[i].needs_kept);
    if (strstr(report.fault, cases[i].words) == NULL || report.bad_seq != cases[i].bad_seq) {
      fail_msg("%s: \"%s\" at %llu", cases[i].sql, report.fault,
               (unsigned long long)report.bad_seq);
    }
    if (cases[i].needs_kept) {
      report = verify(&world, false); /* only what was kept outside tells */
      assert_string_equal(report.fault, "");
    }
    end_world(&world);
  }
}

/* The entries of a row, cut out by hand: one removed, two swapped, one put twice. */
static void entries_moved_within_a_row_are_found(void **state)
{
  (void)state;
  static const int orders[][3] = {{0, 2, 2},  {1, 0, 2}, {0, 1, 1}, {1, 2, -1},
                                  {0, 2, -1}, {2, 1, 0}, {0, 1, -1}};
  struct world world;
  make_world(&world);
  char bytes[8192];
  size_t len =
      get_blob(world.db, "SELECT entries FROM journal WHERE first = 3", bytes, sizeof bytes);
  lw_str parts[3];
  size_t offset = 0;
  for (int i = 0; i < 3; i++) {
    size_t from = offset;
    struct lw_entry_view entry;
    assert_true(lw_entry_read(lw_str_from(bytes, len), &offset, &entry));
    parts[i] = lw_str_from(bytes + from, offset - from);
  }
  assert_int_equal(offset, len);
  for (size_t i = 0; i < sizeof orders / sizeof orders[0]; i++) {
    struct lw_buf moved = {0};
    for (int j = 0; j < 3; j++) {
      lw_buf_add(&moved, orders[i][j] >= 0 ? parts[orders[i][j]] : LW_STR(""));
    }
    put_blob(world.db, "UPDATE journal SET entries = $1 WHERE first = 3", lw_buf_str(&moved));
    struct lw_verify_report report = verify(&world, false);
    assert_string_not_equal(report.fault, "");
    assert_true(report.bad_seq >= 3 && report.bad_seq <= 6);
    lw_buf_finish(&moved);
  }
  end_world(&world);
}

/* Whoever makes the whole chain anew, with a key of his own, is found by what was kept. */
static void chain_made_anew_is_found_by_kept_checkpoints(void **state)
{
  (void)state;
  struct world real;
  struct world forged;
  make_world(&real);
  make_world(&forged); /* other keys, so that checkpoints differ; first batches are the same */
  struct lw_buf kept = forged.kept;
  forged.kept = real.kept;
  struct lw_verify_report report = verify(&forged, false);
  assert_string_equal(report.fault, "");
  report = verify(&forged, true);
  assert_non_null(strstr(report.fault, "the journal was made anew"));
  assert_non_null(strstr(report.fault, "entry 9 (2026-03-01T10:00:07Z, decision): "));
  forged.kept = kept;
  end_world(&real);
  end_world(&forged);
}

static void what_is_no_checkpoint_is_an_error(void **state)
{
  (void)state;
  static const char *const bad[] = {"x", "{}", "[]",
                                    "{\"seq\":1,\"hash\":\"00\",\"at\":\"2026-03-01T10:00:00Z\"}"};
  struct world world;
  make_world(&world);
  for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
    struct lw_verify_options options = {.kept_checkpoints = lw_str_c(bad[i])};
    struct lw_verify_report report;
    struct lw_error err = {0};
    assert_int_equal(lw_verify(world.db, &options, &report, &err), LW_INVALID);
    assert_non_null(strstr(err.text, "line 1"));
  }
  lw_buf_add_c(&world.kept, "\n  \n");
  assert_string_equal(verify(&world, true).fault, "");
  struct lw_buf forged = {0}; /* a kept line that was changed */
  lw_buf_add(&forged, lw_buf_str(&world.kept));
  size_t at = lw_str_find(lw_buf_str(&forged), LW_STR("\"seq\":4"), 0);
  forged.ptr[at + 6] = '3';
  struct lw_verify_options options = {.kept_checkpoints = lw_buf_str(&forged)};
  struct lw_verify_report report;
  must(lw_verify(world.db, &options, &report, NULL), NULL);
  assert_non_null(strstr(report.fault, "kept outside: its signature does not fit"));
  lw_buf_finish(&forged);
  end_world(&world);
}

static void bodies_that_give_back_more_than_was_drawn_are_found(void **state)
{
  (void)state;
  static const struct {
    const char *body;
    const char *words;
  } cases[] = {
      {"{\"returns\":[{\"budget\":\"b\",\"scope\":\"\",\"window\":\"for-good\",\"at\":1,"
       "\"minor\":1,\"times\":0}]}",
       "entry 1 (2026-03-01T10:00:00Z, decision): it gives back more than was drawn from \"b\""},
      {"{\"draws\":[{\"budget\":\"b\"}]}", "its draws can't be read"},
      {"{\"draws\":7}", "its draws can't be read"},
      {"{\"draws\":[", "its draws can't be read"},
      {"{\"draws\":[]}", ""},
      {"{\"facts\":{\"draws\":7}}", ""},
      {"{\"text\":\"\\\"draws\\\":7\"}", ""},
      {"{\"x\":{\"text\":\"txt_1\",\"sha256\":\"00\"}}", ""},
      {"[\"draws\":]", ""},
      {"", ""},
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    struct world world = {.db = open_memory()};
    struct lw_error err = {0};
    must(lw_journal_open(world.db, &world.journal, &err), &err);
    append(world.journal, LW_EVENT_DECISION, cases[i].body);
    flush_batch(world.db, world.journal);
    struct lw_verify_report report = verify(&world, false);
    if (cases[i].words[0] == '\0') {
      assert_string_equal(report.fault, "");
    } else {
      assert_non_null(strstr(report.fault, cases[i].words));
    }
    lw_journal_close(world.journal);
    lw_db_close(world.db);
  }
}

/* ---- texts ---- */

static void erased_texts_leave_a_chain_that_verifies(void **state)
{
  (void)state;
  struct world world;
  make_world(&world);
  struct lw_error err = {0};
  int64_t count = -1;
  must(lw_text_erase(world.db, LW_STR("nobody"), &count, &err), &err);
  assert_int_equal(count, 0);
  assert_int_equal(lw_text_erase(world.db, LW_STR(""), &count, &err), LW_INVALID);
  must(lw_text_erase(world.db, LW_STR("k3"), &count, &err), &err);
  assert_int_equal(count, 8);
  assert_int_equal(get_int(world.db, "SELECT count(*) FROM text WHERE body IS NOT NULL OR salt IS "
                                     "NOT NULL OR person IS NOT NULL OR customer IS NOT NULL"),
                   0);
  must(lw_text_erase(world.db, LW_STR("ana"), &count, &err), &err);
  assert_int_equal(count, 0); /* they were the same texts */
  struct lw_verify_report report = verify(&world, true);
  assert_string_equal(report.fault, "");
  assert_int_equal(report.texts, 0);
  assert_int_equal(report.texts_erased, 8);
  end_world(&world);
}

static void text_is_read_by_its_reference_until_it_is_erased(void **state)
{
  (void)state;
  struct world world;
  make_world(&world);
  struct lw_error err = {0};
  struct lw_arena arena;
  lw_arena_init(&arena, NULL, 0);
  struct lw_json_reader *reader = lw_json_reader_create(NULL);
  struct lw_text_keeper keeper = {world.db, &world.rand, world.hasher};
  static const char *const texts[] = {"", "x", "\"quoted\"\n", "Zo\xc3\xab \xf0\x9f\x8c\xb1"};
  for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
    struct lw_buf out = {0};
    const struct lw_value *reference = NULL;
    lw_str text = {NULL, 0};
    must(lw_text_keep(&keeper, the_moment, "note", LW_STR("bob"), LW_STR(""), lw_str_c(texts[i]),
                      &out, &err),
         &err);
    must(lw_json_read(reader, &arena, lw_buf_str(&out), NULL, &reference, &err), &err);
    must(lw_text_get(world.db, reference, &arena, &text, &err), &err);
    assert_non_null(text.ptr);
    assert_true(lw_str_equal(text, lw_str_c(texts[i])));
    int64_t count = 0;
    must(lw_text_erase(world.db, LW_STR("bob"), &count, &err), &err);
    assert_int_equal(count, 1);
    must(lw_text_get(world.db, reference, &arena, &text, &err), &err);
    assert_null(text.ptr);
    exec_sql(world.db, "DELETE FROM text WHERE kind = 'note' AND erased = 1");
    assert_int_equal(lw_text_get(world.db, reference, &arena, &text, &err), LW_NOT_FOUND);
    lw_buf_finish(&out);
  }
  lw_str text;
  assert_int_equal(lw_text_get(world.db, NULL, &arena, &text, &err), LW_INVALID);
  lw_json_reader_destroy(reader);
  lw_arena_finish(&arena);
  end_world(&world);
}

/* ---- the key ---- */

static void key_is_made_once_for_its_owner_alone(void **state)
{
  (void)state;
  char folder[] = "/tmp/leeway-key-XXXXXX";
  assert_non_null(mkdtemp(folder));
  char path[64];
  (void)snprintf(path, sizeof path, "%s/db.key", folder);
  struct lw_checkpoint_key key;
  struct lw_checkpoint_key again;
  struct lw_error err = {0};
  assert_int_equal(lw_checkpoint_key_open(path, false, &key, &err), LW_NOT_FOUND);
  must(lw_checkpoint_key_open(path, true, &key, &err), &err);
  must(lw_checkpoint_key_open(path, true, &again, &err), &err);
  assert_memory_equal(&key, &again, sizeof key);
  struct stat stat;
  assert_int_equal(lstat(path, &stat), 0);
  assert_int_equal(stat.st_mode & 0777, 0600);
  assert_int_equal(chmod(path, 0640), 0);
  assert_int_equal(lw_checkpoint_key_open(path, true, &again, &err), LW_FORBIDDEN);
  assert_int_equal(chmod(path, 0600), 0);
  FILE *file = fopen(path, "r+");
  assert_non_null(file);
  assert_int_equal(fseek(file, 30, SEEK_SET), 0);
  int digit = fgetc(file);
  assert_int_equal(fseek(file, 30, SEEK_SET), 0);
  assert_true(fputc(digit == 'a' ? 'b' : 'a', file) != EOF);
  assert_int_equal(fclose(file), 0);
  assert_int_equal(lw_checkpoint_key_open(path, true, &again, &err), LW_INVALID);
  assert_int_equal(truncate(path, 20), 0);
  assert_int_equal(lw_checkpoint_key_open(path, true, &again, &err), LW_INVALID);
  assert_int_equal(unlink(path), 0);
  assert_int_equal(rmdir(folder), 0); /* nothing else was left in it */
}

static void no_checkpoint_is_made_of_nothing(void **state)
{
  (void)state;
  struct world world = {.db = open_memory()};
  struct lw_error err = {0};
  must(lw_journal_open(world.db, &world.journal, &err), &err);
  must(lw_checkpoint_append(world.journal, world.db, &world.key, the_moment, &err), &err);
  assert_int_equal(lw_journal_next(world.journal), 1);
  assert_int_equal(get_int(world.db, "SELECT count(*) FROM checkpoint"), 0);
  lw_journal_close(world.journal);
  lw_db_close(world.db);
}

static int start_crypto(void **state)
{
  (void)state;
  return lw_crypto_start() ? 0 : -1;
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(sound_record_is_found_sound),
      cmocka_unit_test(empty_record_is_sound),
      cmocka_unit_test(each_byte_of_each_column_is_found),
      cmocka_unit_test(whatever_is_done_is_found_and_named),
      cmocka_unit_test(entries_moved_within_a_row_are_found),
      cmocka_unit_test(chain_made_anew_is_found_by_kept_checkpoints),
      cmocka_unit_test(what_is_no_checkpoint_is_an_error),
      cmocka_unit_test(bodies_that_give_back_more_than_was_drawn_are_found),
      cmocka_unit_test(erased_texts_leave_a_chain_that_verifies),
      cmocka_unit_test(text_is_read_by_its_reference_until_it_is_erased),
      cmocka_unit_test(key_is_made_once_for_its_owner_alone),
      cmocka_unit_test(no_checkpoint_is_made_of_nothing),
  };
  return cmocka_run_group_tests(tests, start_crypto, NULL);
}
