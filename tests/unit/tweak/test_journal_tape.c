/* Entries become rows in two ways, by the scan and by the general reader: both must give the same
 * row for whatever the general one can read. */
#include "tweak/journal_tape.h"

#include "base/rand.h"
#include "tweak/entry_scan.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <stdlib.h>

#define PERSON                                                                                     \
  "\"person\":{\"id\":\"ana\",\"team\":\"care/north\",\"tier\":\"frontline\",\"kind\":\"human\","  \
  "\"holds\":[{\"name\":\"billing-101\"}]},"
#define HEAD "{\"id\":\"dec_01m0t2gk7ee0080012rzqzhwfk\",\"at\":\"2026-08-24T14:24:11.25Z\","
#define TAIL "\"policy\":3,\"currency\":\"USD\","

static const struct shape {
  const char *kind;
  bool scanned; /* the scan reads it by itself */
  const char *body;
} shapes[] = {
    {"decision", true,
     HEAD
     "\"request\":{\"agent\":\"ana\",\"action\":\"credit\",\"amount\":\"35.00\",\"case\":\"C-1\","
     "\"customer\":\"K-59\",\"reason\":\"goodwill\",\"channel\":\"chat\",\"facts\":{\"customer\":"
     "{\"segment\":\"gold\",\"tenure_days\":2272,\"flags\":[\"a\",\"b c\"],\"marks\":{}},"
     "\"lines\":3,\"asked\":true,\"none\":null}},\"claims\":true," PERSON TAIL
     "\"answer\":{\"verdict\":\"ask\",\"route\":\"over-limit\",\"ask\":[{\"who\":\"a "
     "\\\"lead\\\"\","
     "\"within\":\"60s\"}],\"because\":[{\"rule\":\"r\",\"failed\":\"reason == \\\"x\\\\\\\": "
     "{[\"}],"
     "\"needs\":[]}}"},
    {"decision", true, /* granted, with draws, a hold and texts */
     HEAD "\"key\":\"00ff\",\"digest\":\"ab\",\"request\":{\"agent\":\"ana\",\"action\":\"refund\","
          "\"amount\":\"10.00\"}," PERSON TAIL "\"granted\":{\"action\":\"refund\",\"minor\":1000},"
          "\"draws\":[{\"budget\":\"b\",\"minor\":1000}],"
          "\"answer\":{\"verdict\":\"granted\",\"amount\":\"10.00\",\"grant\":\"g\",\"left\":{"
          "\"b\":\"1\"}},"
          "\"hold\":{\"until\":\"2026-08-24T15:24:11Z\",\"then\":\"confirm\"},"
          "\"note\":{\"text\":\"txt_1\",\"sha256\":\"00\"},\"evidence\":{\"text\":\"txt_2\"}}"},
    {"decision", true, /* granted without a draw */
     HEAD "\"request\":{\"agent\":\"ana\",\"action\":\"credit\",\"amount\":\"7.10\"}," PERSON TAIL
          "\"answer\":{\"verdict\":\"granted\",\"amount\":\"7.10\",\"grant\":\"g\"}}"},
    {"decision", true, /* what the records said wins */
     HEAD "\"request\":{\"agent\":\"ana\",\"action\":\"credit\",\"case\":{\"id\":\"C-9\","
          "\"reopened\":true},"
          "\"facts\":{\"a\":{\"b\":1},\"a.c\":2}},\"stored\":{\"case\":{\"id\":\"C-10\",\"opened\":"
          "\"2026-08-20T10:00:00Z\",\"last_update\":\"2026-08-21T10:00:00Z\",\"reopened\":false,"
          "\"escalated\":true},\"facts\":{\"a\":{\"b\":5,\"d\":\"x\"}}}," PERSON TAIL
          "\"answer\":{\"verdict\":\"refused\"}}"},
    {"decision", true, /* stored before the request: still wins */
     HEAD "\"stored\":{\"facts\":{\"a\":9}},\"request\":{\"agent\":\"ana\",\"action\":\"credit\","
          "\"facts\":{\"a\":1}}," PERSON TAIL "\"answer\":{\"verdict\":\"refused\"}}"},
    {"decision", true, /* what an approval came to */
     HEAD "\"request\":{\"agent\":\"ana\",\"action\":\"credit\",\"amount\":\"35.00\"}," PERSON TAIL
          "\"granted\":{\"action\":\"refund\",\"minor\":3500},\"draws\":[],\"answer\":{\"verdict\":"
          "\"granted\",\"amount\":\"35.00\",\"grant\":\"g\"},\"approval\":\"apr_1\",\"approver\":"
          "\"lead1\","
          "\"asked_at\":\"2026-08-24T14:24:11Z\",\"waited_usec\":108502384,"
          "\"asked\":\"dec_01m0t2gk7ee0080012rzqzhwfk\"}"},
    {"decision", true, /* nobody answered in time */
     HEAD "\"request\":{\"agent\":\"ana\",\"action\":\"credit\"}," PERSON TAIL
          "\"answer\":{\"verdict\":\"granted\",\"grant\":\"g\"},\"waited_usec\":-1,\"asked\":\"no "
          "id\"}"},
    {"decision", false, /* escapes where texts are wanted */
     HEAD
     "\"request\":{\"agent\":\"a\\\"b\",\"action\":\"credit\",\"case\":\"C\\\\1\"}," PERSON TAIL
     "\"answer\":{\"verdict\":\"ask\"}}"},
    {"decision", false,
     HEAD
     "\"request\":{\"agent\":\"ana\",\"action\":\"credit\",\"facts\":{\"a\":\"x\\ny\"}}," PERSON
         TAIL "\"answer\":{\"verdict\":\"ask\"}}"},
    {"decision", false, /* written by somebody else */
     "{ \"at\": \"2026-08-24T14:24:11Z\", \"request\": { \"agent\": \"ana\", \"action\": "
     "\"credit\" }, "
     "\"person\": { \"id\": \"ana\" }, \"answer\": { \"verdict\": \"ask\" } }"},
    {"decision", false, /* spaces within what is kept as it is */
     HEAD
     "\"request\":{\"agent\":\"ana\",\"action\":\"credit\",\"facts\":{\"a\":[1, 2]}}," PERSON TAIL
     "\"answer\":{\"verdict\":\"ask\"}}"},
    {"decision", false, /* values of other kinds */
     HEAD
     "\"request\":{\"agent\":{\"id\":\"ana\"},\"action\":\"credit\",\"amount\":35}," PERSON TAIL
     "\"answer\":{\"verdict\":\"ask\"}}"},
    {"hold.confirmed", true,
     "{\"decision\":\"dec_01m0t2gk7ee0080012rzqzhwfk\",\"agent\":\"ana\",\"minor\":900,\"returns\":"
     "[{\"a\":1}]}"},
    {"hold.released", true, "{\"decision\":\"dec_01m0t2gk7ee0080012rzqzhwfk\",\"agent\":\"ana\"}"},
    {"hold.lapsed", true, "{\"decision\":\"dec_01m0t2gk7ee0080012rzqzhwfk\",\"minor\":-5}"},
    {"decision.reversed", true,
     "{\"decision\":\"dec_01m0t2gk7ee0080012rzqzhwfk\",\"reason\":{\"text\":\"t\\\\\"},\"minor\":"
     "1000}"},
    {"approval.declined", true,
     "{\"approval\":\"apr_1\",\"decision\":\"dec_01m0t2gk7ee0080012rzqzhwfk\",\"asked\":[{"
     "\"person\":\"l\","
     "\"level\":1},{\"person\":\"m\",\"level\":1}],\"by\":\"l\",\"asked_at\":\"2026-08-24T14:24:"
     "11Z\"}"},
    {"approval.withdrawn", true, "{\"decision\":\"dec_01m0t2gk7ee0080012rzqzhwfk\"}"},
    {"approval.lapsed", false, "{\"decision\":null,\"asked_at\":7}"},
    {"approval.lapsed", false, "{ }"},
};
enum { SHAPES = sizeof shapes / sizeof shapes[0], DECISIONS = 12 /* the first of them */ };

struct both {
  struct lw_tape *tapes[2];
  struct lw_journal_tape *readers[2];
  uint64_t seq;
};

static int make_both(void **state)
{
  struct both *both = calloc(1, sizeof *both);
  const struct lw_journal_tape_options general = {.general_only = true};
  for (size_t i = 0; i < 2; i++) {
    both->tapes[i] = lw_tape_create(LW_STR("USD"));
    both->readers[i] = lw_journal_tape_create(both->tapes[i], i == 1 ? &general : NULL);
    assert_non_null(both->readers[i]);
  }
  *state = both;
  return 0;
}

static int remove_both(void **state)
{
  struct both *both = *state;
  for (size_t i = 0; i < 2; i++) {
    lw_journal_tape_destroy(both->readers[i]);
    lw_tape_destroy(both->tapes[i]);
  }
  free(both);
  return 0;
}

static lw_str cell(const struct lw_tape *tape, lw_str name, bool is_fact, uint32_t column,
                   uint64_t row)
{
  uint32_t found = is_fact ? lw_tape_find_fact(tape, name) : column;
  return found != UINT32_MAX ? lw_tape_text(tape, found, lw_tape_code_at(tape, found, row))
                             : LW_STR("");
}

static bool rows_are_equal(const struct both *both, uint64_t row)
{
  static const enum lw_tape_column numbers[] = {LW_TAPE_SEQ,     LW_TAPE_AT,      LW_TAPE_KIND,
                                                LW_TAPE_OF,      LW_TAPE_MARKS,   LW_TAPE_OPENED,
                                                LW_TAPE_UPDATED, LW_TAPE_VERDICT, LW_TAPE_MINOR,
                                                LW_TAPE_WAITED,  LW_TAPE_POLICY};
  static const enum lw_tape_column texts[] = {
      LW_TAPE_ID,       LW_TAPE_PERSON, LW_TAPE_ACTION,  LW_TAPE_AMOUNT, LW_TAPE_CASE,
      LW_TAPE_CUSTOMER, LW_TAPE_REASON, LW_TAPE_CHANNEL, LW_TAPE_GRANT,  LW_TAPE_ROUTE};
  assert_int_equal(sizeof numbers / sizeof numbers[0] + sizeof texts / sizeof texts[0],
                   LW_TAPE_FACTS); /* each column is compared */
  struct lw_tape *const *tapes = both->tapes;
  bool equal = true;
  for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
    equal = equal &&
            lw_tape_number(tapes[0], numbers[i], row) == lw_tape_number(tapes[1], numbers[i], row);
  }
  for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
    equal = equal && lw_str_equal(cell(tapes[0], LW_STR(""), false, texts[i], row),
                                  cell(tapes[1], LW_STR(""), false, texts[i], row));
  }
  for (size_t t = 0; t < 2; t++) {
    for (uint32_t c = LW_TAPE_FACTS; c < lw_tape_columns(tapes[t]); c++) {
      lw_str name = lw_tape_column_name(tapes[t], c);
      equal = equal &&
              lw_str_equal(cell(tapes[0], name, true, 0, row), cell(tapes[1], name, true, 0, row));
    }
  }
  return equal;
}

/* A body in memory of exactly its length, as both readers have it. */
static void try_both(struct both *both, const char *kind, const char *bytes, size_t len)
{
  enum lw_code rc[2];
  struct lw_error err = {0};
  uint64_t row = lw_tape_rows(both->tapes[0]);
  char *body = malloc(len + (len == 0));
  memcpy(body, bytes, len);
  const struct lw_entry_view entry = {.seq = ++both->seq,
                                      .at = INT64_C(1787581459000000),
                                      .kind = lw_str_c(kind),
                                      .body = lw_str_from(body, len)};
  rc[1] = lw_journal_tape_add(both->readers[1], &entry, NULL, &err);
  if (rc[1] == LW_OK) {
    rc[0] = lw_journal_tape_add(both->readers[0], &entry, NULL, &err);
    if (rc[0] != LW_OK || lw_tape_rows(both->tapes[0]) != row + 1 || !rows_are_equal(both, row)) {
      fail_msg("%s: %.*s", kind, (int)len, bytes);
    }
  } else { /* what is no entry may be read by the scan; it must only stay within it */
    struct lw_tape_reader reader;
    struct lw_tape_row scanned;
    struct lw_entry_parts parts;
    struct lw_shape_record record;
    lw_tape_reader_init(&reader);
    (void)!lw_entry_scan_decision(entry.body, 0, &reader, &scanned, &parts, &record);
    (void)!lw_entry_scan_event(entry.body, &parts);
    lw_tape_reader_finish(&reader);
  }
  free(body);
}

static void both_readers_give_the_same_row(void **state)
{
  for (size_t i = 0; i < SHAPES; i++) {
    try_both(*state, shapes[i].kind, shapes[i].body, strlen(shapes[i].body));
  }
  struct both *both = *state;
  assert_int_equal(lw_tape_rows(both->tapes[1]), SHAPES); /* the general one reads them all */
}

static void the_scan_reads_what_this_program_writes(void **state)
{
  (void)state;
  struct lw_tape_reader reader;
  struct lw_tape_row row;
  struct lw_entry_parts parts;
  struct lw_shape_record record;
  lw_tape_reader_init(&reader);
  for (size_t i = 0; i < SHAPES; i++) {
    lw_str body = lw_str_c(shapes[i].body);
    bool is_decision = strcmp(shapes[i].kind, "decision") == 0;
    bool scanned = is_decision ? lw_entry_scan_decision(body, 0, &reader, &row, &parts, &record)
                               : lw_entry_scan_event(body, &parts);
    if (scanned != shapes[i].scanned) {
      fail_msg("%zu: %s", i, shapes[i].body);
    }
  }
  lw_tape_reader_finish(&reader);
}

/* Each byte in turn replaced by others: whatever is still an entry gives the same row both ways. */
static void a_changed_byte_makes_no_difference_between_them(void **state)
{
  static const char others[] = "\"\\{}[],: 0x";
#ifdef LW_SLOW_ASSERTIONS /* with sanitizers every seventh place or so */
  enum { FURTHER = 5 };
#else
  enum { FURTHER = 1 };
#endif
  for (size_t i = 0; i < SHAPES; i++) {
    size_t len = strlen(shapes[i].body);
    char *body = malloc(len + 1);
    for (size_t at = 0; at < len; at += FURTHER + at % 3) {
      for (size_t o = 0; o < sizeof others - 1; o++) {
        memcpy(body, shapes[i].body, len);
        body[at] = others[o];
        try_both(*state, shapes[i].kind, body, len);
      }
      try_both(*state, shapes[i].kind, body, at); /* cut off */
    }
    free(body);
  }
}

/* --- random entries --- */

enum { RANDOM_ENTRIES = 21000 }; /* more than is read without a thread */

struct maker {
  struct lw_rand_seeded random;
  struct lw_buf out;
  bool comma;
};

static bool one_in(struct maker *maker, uint64_t count)
{
  return lw_rand_seeded_below(&maker->random, count) == 0;
}

static void add_key(struct maker *maker, const char *key)
{
  lw_buf_printf(&maker->out, "%s\"%s\":", maker->comma ? "," : "", key);
  maker->comma = true;
}

/* Mostly short texts, of which some come again; now and then one with an escape. */
static void add_string(struct maker *maker)
{
  static const char *const odd[] = {"\"a\\\"b\"",  "\"\\\\\"", "\"x],\\\"answer\\\":{\"",
                                    "\"\\u00e9\"", "\"\"",     "\"\xc3\xa9 { [ }\""};
  if (one_in(maker, 40)) {
    lw_buf_add_c(&maker->out, odd[lw_rand_seeded_below(&maker->random, 6)]);
  } else {
    lw_buf_printf(&maker->out, "\"%.*s-%llu\"", (int)lw_rand_seeded_below(&maker->random, 40),
                  "a text that is as long as texts may be, or so",
                  (unsigned long long)lw_rand_seeded_below(&maker->random, 500));
  }
}

static void add_text(struct maker *maker, const char *key)
{
  add_key(maker, key);
  add_string(maker);
}

static void add_moment(struct maker *maker, const char *key)
{
  add_key(maker, key);
  lw_buf_printf(&maker->out, "\"2026-0%u-1%uT1%u:2%u:11%sZ\"",
                1 + (unsigned)lw_rand_seeded_below(&maker->random, 9),
                (unsigned)lw_rand_seeded_below(&maker->random, 10),
                (unsigned)lw_rand_seeded_below(&maker->random, 10),
                (unsigned)lw_rand_seeded_below(&maker->random, 10), one_in(maker, 2) ? ".25" : "");
}

static void add_value(struct maker *maker, unsigned depth);

static void add_map(struct maker *maker, const char *const *keys, size_t count, unsigned depth)
{
  lw_buf_add_char(&maker->out, '{');
  maker->comma = false;
  for (size_t i = 0; i < count; i++) {
    if (!one_in(maker, 4)) {
      add_key(maker, keys[i]);
      add_value(maker, depth + 1);
    }
  }
  lw_buf_add_char(&maker->out, '}');
  maker->comma = true;
}

static void add_value(struct maker *maker, unsigned depth)
{
  static const char *const words[] = {"true", "false", "null", "7", "-12.5", "1e3", "[]", "{}"};
  static const char *const keys[] = {"a", "b.c", "tenure_months"};
  uint64_t dice = lw_rand_seeded_below(&maker->random, 16);
  if (dice < 7) {
    add_string(maker);
  } else if (dice < 14 || depth > 3) {
    lw_buf_add_c(&maker->out, words[lw_rand_seeded_below(&maker->random, dice == 13 ? 8 : 6)]);
  } else if (dice == 14) {
    lw_buf_add_char(&maker->out, '[');
    add_value(maker, depth + 1);
    LW_BUF_LIT(&maker->out, ",{\"draws\":\"]\"},");
    add_value(maker, depth + 1);
    lw_buf_add_c(&maker->out, one_in(maker, 9) ? " ]" : "]");
  } else {
    add_map(maker, keys, 3, depth);
  }
}

static void add_facts(struct maker *maker)
{
  static const char *const keys[] = {"tier", "lines", "customer"};
  add_key(maker, "facts");
  add_map(maker, keys, 3, 0);
}

static void add_case(struct maker *maker)
{
  static const char *const marks[] = {"true", "false", "null"};
  add_key(maker, "case");
  lw_buf_add_char(&maker->out, '{');
  maker->comma = false;
  add_text(maker, "id");
  if (one_in(maker, 2)) {
    add_moment(maker, "opened");
    add_key(maker, "reopened");
    lw_buf_add_c(&maker->out,
                 marks[lw_rand_seeded_below(&maker->random, one_in(maker, 9) ? 3 : 2)]);
  }
  lw_buf_add_char(&maker->out, '}');
  maker->comma = true;
}

static void add_request(struct maker *maker)
{
  static const char *const keys[] = {"amount", "customer", "reason", "channel"};
  add_key(maker, "request");
  lw_buf_add_char(&maker->out, '{');
  maker->comma = false;
  add_text(maker, "agent");
  add_key(maker, "action");
  lw_buf_printf(&maker->out, "\"%s\"", one_in(maker, 2) ? "refund" : "credit");
  for (size_t i = 0; i < 4; i++) {
    if (!one_in(maker, 5)) {
      add_text(maker, keys[i]);
    }
  }
  if (one_in(maker, 3)) {
    add_case(maker);
  } else if (one_in(maker, 2)) {
    add_text(maker, "case");
  }
  if (one_in(maker, 2)) {
    add_facts(maker);
  }
  lw_buf_add_char(&maker->out, '}');
  maker->comma = true;
}

static void add_stored(struct maker *maker)
{
  add_key(maker, "stored");
  lw_buf_add_char(&maker->out, '{');
  maker->comma = false;
  if (one_in(maker, 2)) {
    add_case(maker);
  }
  if (one_in(maker, 2)) {
    add_facts(maker);
  }
  lw_buf_add_char(&maker->out, '}');
  maker->comma = true;
}

static void add_answer(struct maker *maker)
{
  static const char *const verdicts[] = {"granted", "ask", "refused"};
  const char *verdict = verdicts[lw_rand_seeded_below(&maker->random, 3)];
  static const char *const rest[] = {"left", "why", "then"};
  add_key(maker, "answer");
  lw_buf_printf(&maker->out, "{\"verdict\":\"%s\"", verdict);
  if (*verdict == 'g') {
    lw_buf_printf(&maker->out, ",\"amount\":\"%llu.%02u\"",
                  (unsigned long long)lw_rand_seeded_below(&maker->random, 90),
                  (unsigned)lw_rand_seeded_below(&maker->random, 100));
    add_text(maker, "grant");
  } else if (*verdict == 'a') {
    add_text(maker, "route");
  }
  for (size_t i = 0; i < 3; i++) {
    if (one_in(maker, 2)) {
      add_key(maker, rest[i]);
      add_value(maker, 0);
    }
  }
  lw_buf_add_char(&maker->out, '}');
  maker->comma = true;
}

/* As this program writes them, now and then in another order. */
static void make_decision(struct maker *maker)
{
  static const char *const person_keys[] = {"id", "team", "holds"};
  bool stored_first = one_in(maker, 20);
  lw_buf_reset(&maker->out);
  lw_buf_add_char(&maker->out, '{');
  maker->comma = false;
  add_text(maker, "id");
  add_moment(maker, "at");
  if (stored_first) {
    add_stored(maker);
  }
  add_request(maker);
  if (!stored_first && one_in(maker, 2)) {
    add_stored(maker);
  }
  lw_buf_add_c(&maker->out, one_in(maker, 6) ? ",\"for\":\"agent\"" : "");
  add_key(maker, "person");
  add_map(maker, person_keys, 3, 2);
  lw_buf_printf(&maker->out, ",\"policy\":%u,\"currency\":\"USD\"",
                (unsigned)lw_rand_seeded_below(&maker->random, 30));
  if (one_in(maker, 2)) {
    LW_BUF_LIT(&maker->out, ",\"granted\":{\"action\":\"refund\",\"minor\":-3}");
  }
  add_key(maker, "draws");
  add_value(maker, 0);
  add_answer(maker);
  if (one_in(maker, 5)) {
    LW_BUF_LIT(&maker->out, ",\"asked\":\"dec_01m0t2gk7ee0080012rzqzhwfk\"");
  }
  if (one_in(maker, 3)) {
    add_key(maker, one_in(maker, 2) ? "note" : "hold");
    add_value(maker, 0);
  }
  lw_buf_add_char(&maker->out, '}');
  maker->comma = true;
}

static void make_any(struct maker *maker, enum lw_event *ret_event)
{
  *ret_event = LW_EVENT_DECISION;
  if (!one_in(maker, 8)) {
    make_decision(maker);
    return;
  }
  *ret_event = one_in(maker, 2) ? LW_EVENT_HOLD_CONFIRMED : LW_EVENT_APPROVAL_DECLINED;
  lw_buf_reset(&maker->out);
  LW_BUF_LIT(&maker->out, "{\"decision\":\"dec_01m0t2gk7ee0080012rzqzhwfk\"");
  maker->comma = true;
  add_moment(maker, "asked_at");
  LW_BUF_LIT(&maker->out, ",\"minor\":12}");
}

static void random_entries_give_the_same_rows(void **state)
{
  struct maker maker = {.comma = false};
  struct both *both = *state;
  lw_rand_seeded_init(&maker.random, 7);
  for (int i = 0; i < RANDOM_ENTRIES; i++) {
    enum lw_event event = LW_EVENT_DECISION;
    make_any(&maker, &event);
    try_both(both, lw_event_name(event).ptr, maker.out.ptr, maker.out.len);
  }
  assert_true(lw_tape_rows(both->tapes[1]) > RANDOM_ENTRIES * 9 / 10); /* nearly all are entries */
  lw_buf_finish(&maker.out);
}

static void must(enum lw_code rc, const struct lw_error *err)
{
  if (rc != LW_OK) {
    fail_msg("%s: %s", lw_code_name(rc), err->text);
  }
}

/* Without a maker: of the shapes above, which takes less time. */
static struct lw_db *journal_of(struct maker *maker)
{
  const struct lw_db_options options = {.url = ":memory:", .mode = LW_DB_WRITE};
  struct lw_db *db = NULL;
  struct lw_journal *journal = NULL;
  struct lw_error err = {0};
  must(lw_db_open(&options, &db, &err), &err);
  must(lw_db_migrate(db, lw_ledger_migrations, lw_ledger_migrations_count, &err), &err);
  must(lw_journal_open(db, &journal, &err), &err);
  for (int i = 0; i < RANDOM_ENTRIES; i++) {
    enum lw_event event = LW_EVENT_DECISION;
    if (i % 100 == 0) {
      must(lw_db_begin(db, &err), &err);
    }
    lw_str body = lw_str_c(shapes[i % DECISIONS].body);
    if (maker != NULL) {
      make_any(maker, &event);
      body = lw_buf_str(&maker->out);
    }
    must(lw_journal_append(journal, event, INT64_C(1787581459000000) + i, LW_STR("ana"), body, NULL,
                           &err),
         &err);
    if (i % 100 == 99) {
      must(lw_journal_flush(journal, &err), &err);
      must(lw_db_commit(db, &err), &err);
    }
  }
  lw_journal_close(journal);
  return db;
}

/* Read ahead on a thread, many rows at once. */
static void a_journal_is_followed_both_ways(void **state)
{
  (void)state;
  const struct lw_journal_tape_options ways[] = {{.most = 0}, {.general_only = true}};
  struct maker maker = {.comma = false};
  struct both both = {.seq = 0};
  struct lw_error err = {0};
  lw_rand_seeded_init(&maker.random, 8);
  struct lw_db *db = journal_of(&maker);
  for (size_t i = 0; i < 2; i++) {
    uint64_t seq = 0;
    both.tapes[i] = lw_tape_create(LW_STR("USD"));
    must(lw_journal_tape_follow(db, both.tapes[i], &seq, &ways[i], &err), &err);
    assert_int_equal(seq, RANDOM_ENTRIES);
  }
  assert_int_equal(lw_tape_rows(both.tapes[0]), RANDOM_ENTRIES);
  assert_int_equal(lw_tape_rows(both.tapes[1]), RANDOM_ENTRIES);
  for (uint64_t row = 0; row < RANDOM_ENTRIES; row++) {
    if (!rows_are_equal(&both, row)) {
      fail_msg("row %llu", (unsigned long long)row);
    }
  }
  lw_tape_destroy(both.tapes[0]);
  lw_tape_destroy(both.tapes[1]);
  lw_buf_finish(&maker.out);
  lw_db_close(db);
}

static bool until_8192(void *user, uint64_t seq)
{
  (void)user;
  assert_int_equal(seq % 4096, 0);
  return seq < 8192;
}

/* Of a journal with a hole what is before it, and not twice when it is stopped on the way. */
static void reading_ends_where_it_is_told_or_has_to(void **state)
{
  (void)state;
  const struct lw_journal_tape_options options = {.progress = until_8192};
  struct lw_error err = {0};
  uint64_t seq = 0;
  struct lw_db *db = journal_of(NULL);
  struct lw_tape *tape = lw_tape_create(LW_STR("USD"));
  must(lw_db_exec(db, "DELETE FROM journal WHERE first = 20801", &err), &err);
  assert_int_equal(lw_journal_tape_follow(db, tape, &seq, &options, &err), LW_BUSY);
  assert_true(seq >= 8192 && seq < 20800);
  assert_int_equal(lw_tape_rows(tape), seq);
  uint64_t again = 0;
  struct lw_tape *other = lw_tape_create(LW_STR("USD"));
  enum lw_code rc = lw_journal_tape_follow(db, other, &again, NULL, &err); /* all at once */
  assert_int_not_equal(rc, LW_OK);
  assert_int_equal(lw_journal_tape_follow(db, tape, &seq, NULL, &err), rc); /* the rest */
  assert_non_null(strstr(err.text, "20801"));
  assert_int_equal(seq, 20800);
  assert_int_equal(again, 20800);
  assert_int_equal(lw_tape_rows(tape), 20800);
  const struct both both = {.tapes = {tape, other}};
  for (uint64_t row = 0; row < 20800; row++) {
    assert_true(rows_are_equal(&both, row));
  }
  lw_tape_destroy(tape);
  lw_tape_destroy(other);
  lw_db_close(db);
}

/* `thread`: the short one of those that read ahead on a thread, for who looks after it alone. */
int main(int argc, char **argv)
{
  const struct CMUnitTest threaded[] = {
      cmocka_unit_test(reading_ends_where_it_is_told_or_has_to),
  };
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(both_readers_give_the_same_row, make_both, remove_both),
      cmocka_unit_test(the_scan_reads_what_this_program_writes),
      cmocka_unit_test_setup_teardown(a_changed_byte_makes_no_difference_between_them, make_both,
                                      remove_both),
      cmocka_unit_test_setup_teardown(random_entries_give_the_same_rows, make_both, remove_both),
      cmocka_unit_test(a_journal_is_followed_both_ways),
  };
  if (argc > 1 && strcmp(argv[1], "thread") == 0) {
    return cmocka_run_group_tests(threaded, NULL, NULL);
  }
  return cmocka_run_group_tests(tests, NULL, NULL);
}
