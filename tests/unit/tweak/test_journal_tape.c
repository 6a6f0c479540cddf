/* Entries become rows in two ways, by the scan and by the general reader: both must give the same
 * row for whatever the general one can read. */
#include "tweak/journal_tape.h"

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
enum { SHAPES = sizeof shapes / sizeof shapes[0] };

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
    lw_tape_reader_init(&reader);
    (void)!lw_entry_scan_decision(entry.body, 0, &reader, &scanned, &parts);
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
  lw_tape_reader_init(&reader);
  for (size_t i = 0; i < SHAPES; i++) {
    lw_str body = lw_str_c(shapes[i].body);
    bool is_decision = strcmp(shapes[i].kind, "decision") == 0;
    bool scanned = is_decision ? lw_entry_scan_decision(body, 0, &reader, &row, &parts)
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
  for (size_t i = 0; i < SHAPES; i++) {
    size_t len = strlen(shapes[i].body);
    char *body = malloc(len + 1);
    for (size_t at = 0; at < len; at += 1 + at % 3) {
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

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(both_readers_give_the_same_row, make_both, remove_both),
      cmocka_unit_test(the_scan_reads_what_this_program_writes),
      cmocka_unit_test_setup_teardown(a_changed_byte_makes_no_difference_between_them, make_both,
                                      remove_both),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
