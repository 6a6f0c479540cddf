/* An entry is read by a form that was learnt from those before (entry_shape.h); one of a new form
 * is scanned (entry_scan.h), and its form learnt; one that is written otherwise is read as a
 * document. Rows are kept until there are some dozens, or until what they borrow goes away. Kinds
 * of entries that say nothing about a decision are passed over by their names, unread. */
#include "tweak/journal_tape.h"

#include "base/bounds.h"
#include "base/id.h"
#include "base/num.h"
#include "data/json.h"
#include "policy/decide.h"
#include "replay/tape_request.h"
#include "tweak/entry_scan.h"
#include "tweak/journal_feed.h"

#include <stdlib.h>

enum { PROGRESS_ENTRIES = 4096, ROWS = 64 };

struct lw_journal_tape {
  struct lw_tape *tape;
  const struct lw_journal_tape_options *options;
  struct lw_json_reader *json;
  struct lw_tape_reader reader;
  struct lw_shapes *shapes;
  struct lw_shape_record record;
  struct lw_arena scratch; /* what rows have that is in no entry; until they are added */
  bool plain;
  struct lw_error *err;
  uint32_t n_rows; /* that wait */
  struct lw_tape_row rows[ROWS];
  struct lw_tape_fact facts[ROWS][LW_SHAPE_FACTS];
};

static enum lw_code add_waiting(struct lw_journal_tape *follow)
{
  enum lw_code rc = lw_tape_add_rows(follow->tape, follow->rows, follow->n_rows, follow->err);
  follow->n_rows = 0;
  lw_arena_reset(&follow->scratch);
  return rc;
}

/* The row behind those that wait now waits, too. */
static enum lw_code let_wait(struct lw_journal_tape *follow)
{
  follow->n_rows++;
  return follow->n_rows < ROWS ? LW_OK : add_waiting(follow);
}

static int64_t number_of(lw_str text)
{
  int64_t number = 0;
  return lw_int_read(text, &number) ? number : LW_TAPE_NONE;
}

static int64_t seq_of(lw_str text)
{
  lw_id id;
  return lw_id_read(LW_STR("dec"), text, &id) ? (int64_t)lw_id_seq(id) : LW_TAPE_NONE;
}

static int64_t moment_of(lw_str text)
{
  int64_t seconds = 0;
  uint32_t nanos = 0;
  return lw_rfc3339_read(text, &seconds, &nanos) ? seconds * LW_USEC_PER_SECOND + nanos / 1000
                                                 : LW_TAPE_NONE;
}

/* --- what an entry says, from its tree --- */

static lw_str text_in(const struct lw_value *map, lw_str key)
{
  const struct lw_value *value = lw_value_get(map, key);
  return value != NULL && (value->kind == LW_VALUE_STRING || value->kind == LW_VALUE_NUMBER)
             ? value->text
             : LW_STR("");
}

static bool has(const struct lw_value *map, lw_str key)
{
  return lw_value_get(map, key) != NULL;
}

static lw_str json_of(struct lw_journal_tape *follow, const struct lw_value *value)
{
  struct lw_buf text = {0};
  lw_json_add_value(&text, value);
  lw_str kept = lw_str_copy(&follow->scratch, lw_buf_str(&text));
  lw_buf_finish(&text);
  return kept;
}

static void read_parts(struct lw_journal_tape *follow, const struct lw_value *body,
                       struct lw_entry_parts *parts)
{
  const struct lw_value *answer = lw_value_get(body, LW_STR("answer"));
  const struct lw_value *granted = lw_value_get(body, LW_STR("granted"));
  *parts = (struct lw_entry_parts){
      .at = text_in(body, LW_STR("at")),
      .policy = text_in(body, LW_STR("policy")),
      .currency = text_in(body, LW_STR("currency")),
      .person = json_of(follow, lw_value_get(body, LW_STR("person"))),
      .verdict = text_in(answer, LW_STR("verdict")),
      .amount = text_in(answer, LW_STR("amount")),
      .grant = text_in(answer, LW_STR("grant")),
      .route = text_in(answer, LW_STR("route")),
      .granted_minor = text_in(granted, LW_STR("minor")),
      .granted_action = text_in(granted, LW_STR("action")),
      .approver = text_in(body, LW_STR("approver")),
      .asked = text_in(body, LW_STR("asked")),
      .waited = text_in(body, LW_STR("waited_usec")),
      .has_granted = granted != NULL,
      .has_asked = has(body, LW_STR("asked")),
      .has_hold = has(body, LW_STR("hold")),
      .has_note = has(body, LW_STR("note")),
      .has_evidence = has(body, LW_STR("evidence")),
  };
}

static enum lw_code read_decision(struct lw_journal_tape *follow, const struct lw_entry_view *entry,
                                  const struct lw_value *body, struct lw_tape_row *row,
                                  struct lw_entry_parts *parts)
{
  const struct lw_value *request = lw_value_get(body, LW_STR("request"));
  const struct lw_value *stored = lw_value_get(body, LW_STR("stored"));
  const struct lw_value *known = lw_value_get(stored, LW_STR("case"));
  if (request == NULL || !has(body, LW_STR("answer")) || !has(body, LW_STR("person"))) {
    return lw_fail(follow->err, LW_INVALID, "entry %llu is no decision as this program writes them",
                   (unsigned long long)entry->seq);
  }
  read_parts(follow, body, parts);
  enum lw_code rc =
      lw_tape_read_request(&follow->reader, request, NULL, entry->at, row, follow->err);
  if (rc != LW_OK) {
    return rc;
  }
  bool read = known == NULL || lw_tape_read_case(known, row);
  if (stored != NULL) {
    read = lw_tape_read_facts(&follow->reader, lw_value_get(stored, LW_STR("facts")), row) && read;
  }
  return read ? LW_OK
              : lw_fail(follow->err, LW_INVALID, "entry %llu: what the records said can't be read",
                        (unsigned long long)entry->seq);
}

static enum lw_code tree_of(struct lw_journal_tape *follow, const struct lw_entry_view *entry,
                            const struct lw_value **body)
{
  return *body != NULL
             ? LW_OK
             : lw_json_read(follow->json, &follow->scratch, entry->body, NULL, body, follow->err);
}

/* --- decisions --- */

static int64_t verdict_of(lw_str word)
{
  return lw_str_equal(word, LW_STR("granted")) ? LW_GRANTED
         : lw_str_equal(word, LW_STR("ask"))   ? LW_ASK
                                               : LW_REFUSED;
}

/* What was granted, in minor units: the draws say it, but not of a grant without any. */
static int64_t granted_minor(const struct lw_entry_parts *parts)
{
  struct lw_money money = {0};
  if (parts->has_granted) {
    return number_of(parts->granted_minor);
  }
  uint16_t currency = lw_currency_find(parts->currency);
  return currency != LW_CURRENCY_NONE &&
                 lw_money_read(parts->amount, currency, &money) == LW_MONEY_OK
             ? money.minor
             : LW_TAPE_NONE;
}

/* Somebody of whom only the id is known, as a person of the tape. */
static lw_str only_id(struct lw_journal_tape *follow, lw_str id)
{
  struct lw_buf person = {0};
  LW_BUF_LIT(&person, "{\"id\":");
  lw_json_add_string(&person, id);
  lw_buf_add_char(&person, '}');
  lw_str kept = lw_str_copy(&follow->scratch, lw_buf_str(&person));
  lw_buf_finish(&person);
  return kept;
}

/* What was granted is what conditions on the amount are asked about. */
static void fill_granted(struct lw_journal_tape *follow, const struct lw_entry_parts *parts,
                         struct lw_tape_row *row)
{
  int64_t minor = row->numbers[LW_TAPE_MINOR];
  struct lw_money money = {minor, lw_currency_find(parts->currency)};
  struct lw_buf text = {0};
  if (minor != LW_TAPE_NONE && money.currency != LW_CURRENCY_NONE) {
    lw_money_print(money, &text);
  }
  row->texts[LW_TAPE_ACTION] = parts->granted_action;
  row->texts[LW_TAPE_AMOUNT] = lw_str_copy(&follow->scratch, lw_buf_str(&text));
  lw_buf_finish(&text);
}

/* A grant that an approval came to: the row is the approver's, or, where nobody answered in time,
 * the agent's own. */
static void fill_answered(struct lw_journal_tape *follow, const struct lw_entry_parts *parts,
                          struct lw_tape_row *row)
{
  if (parts->approver.len != 0) {
    row->texts[LW_TAPE_PERSON] = only_id(follow, parts->approver);
  }
  row->numbers[LW_TAPE_KIND] = LW_TAPE_ANSWERED;
  row->numbers[LW_TAPE_OF] = seq_of(parts->asked);
  row->numbers[LW_TAPE_WAITED] = number_of(parts->waited);
  if (parts->has_granted) {
    fill_granted(follow, parts, row);
  }
}

static void fill_outcome(struct lw_journal_tape *follow, const struct lw_entry_view *entry,
                         const struct lw_entry_parts *parts, struct lw_tape_row *row)
{
  row->numbers[LW_TAPE_SEQ] = (int64_t)entry->seq;
  row->numbers[LW_TAPE_AT] = moment_of(parts->at);
  row->numbers[LW_TAPE_POLICY] = number_of(parts->policy);
  row->numbers[LW_TAPE_VERDICT] = verdict_of(parts->verdict);
  row->numbers[LW_TAPE_MINOR] = granted_minor(parts);
  row->numbers[LW_TAPE_MARKS] |= (parts->has_note ? LW_TAPE_NOTE : 0) |
                                 (parts->has_evidence ? LW_TAPE_EVIDENCE : 0) |
                                 (parts->has_hold ? LW_TAPE_HELD : 0);
  row->texts[LW_TAPE_ID] = LW_STR(""); /* the seq says it */
  row->texts[LW_TAPE_GRANT] = parts->grant;
  row->texts[LW_TAPE_ROUTE] = parts->route;
  row->texts[LW_TAPE_PERSON] = parts->person;
  if (parts->has_asked) {
    fill_answered(follow, parts, row);
  }
}

/* By a known form: borrows nothing but of the body. */
static bool read_known(struct lw_journal_tape *follow, const struct lw_entry_view *entry,
                       struct lw_entry_parts *parts)
{
  uint32_t at = follow->n_rows;
  return lw_shapes_read(follow->shapes, entry->body, entry->at, follow->facts[at],
                        &follow->rows[at], parts);
}

/* The first of its form: what it has may be borrowed from the readers, so it does not wait. */
static enum lw_code add_first(struct lw_journal_tape *follow, const struct lw_entry_view *entry,
                              const struct lw_value *body)
{
  struct lw_tape_row *row = &follow->rows[0];
  struct lw_entry_parts parts;
  enum lw_code rc = add_waiting(follow);
  bool scanned =
      body == NULL && !follow->plain &&
      lw_entry_scan_decision(entry->body, entry->at, &follow->reader, row, &parts, &follow->record);
  if (rc == LW_OK && scanned) {
    lw_shapes_learn(follow->shapes, entry->body, &follow->record, &parts, row);
  } else if (rc == LW_OK) {
    rc = tree_of(follow, entry, &body);
    rc = rc == LW_OK ? read_decision(follow, entry, body, row, &parts) : rc;
  }
  if (rc == LW_OK) {
    fill_outcome(follow, entry, &parts, row);
    follow->n_rows = 1;
    rc = add_waiting(follow);
  }
  return rc;
}

static enum lw_code add_decision(struct lw_journal_tape *follow, const struct lw_entry_view *entry,
                                 const struct lw_value *body)
{
  struct lw_entry_parts parts;
  if (body != NULL || follow->plain || !read_known(follow, entry, &parts)) {
    return add_first(follow, entry, body);
  }
  fill_outcome(follow, entry, &parts, &follow->rows[follow->n_rows]);
  return let_wait(follow);
}

/* --- what became of them --- */

static enum lw_code add_event(struct lw_journal_tape *follow, const struct lw_entry_view *entry,
                              enum lw_tape_kind kind, bool declined, const struct lw_value *body)
{
  struct lw_tape_row *row = &follow->rows[follow->n_rows];
  struct lw_entry_parts parts;
  enum lw_code rc = LW_OK;
  if (body != NULL || follow->plain || !lw_entry_scan_event(entry->body, &parts)) {
    rc = tree_of(follow, entry, &body);
    parts = (struct lw_entry_parts){.decision = text_in(body, LW_STR("decision")),
                                    .minor = text_in(body, LW_STR("minor")),
                                    .asked_at = text_in(body, LW_STR("asked_at")),
                                    .approver = text_in(body, LW_STR("by"))};
  }
  if (rc != LW_OK) {
    return rc;
  }
  lw_tape_row_init(row);
  row->numbers[LW_TAPE_KIND] = kind;
  row->numbers[LW_TAPE_SEQ] = (int64_t)entry->seq;
  row->numbers[LW_TAPE_AT] = entry->at;
  row->numbers[LW_TAPE_OF] = seq_of(parts.decision);
  row->numbers[LW_TAPE_MINOR] = number_of(parts.minor);
  if (kind == LW_TAPE_CLOSED) {
    int64_t asked = moment_of(parts.asked_at);
    row->numbers[LW_TAPE_WAITED] = asked != LW_TAPE_NONE ? entry->at - asked : LW_TAPE_NONE;
  }
  if (declined && parts.approver.len != 0) {
    row->numbers[LW_TAPE_VERDICT] = LW_REFUSED;
    row->texts[LW_TAPE_PERSON] = only_id(follow, parts.approver);
  }
  return let_wait(follow);
}

static const struct {
  enum lw_event event;
  enum lw_tape_kind kind;
} kinds[] = {
    {LW_EVENT_DECISION, LW_TAPE_REQUEST},          {LW_EVENT_HOLD_CONFIRMED, LW_TAPE_CONFIRMED},
    {LW_EVENT_HOLD_RELEASED, LW_TAPE_UNDONE},      {LW_EVENT_HOLD_LAPSED, LW_TAPE_UNDONE},
    {LW_EVENT_DECISION_REVERSED, LW_TAPE_UNDONE},  {LW_EVENT_APPROVAL_DECLINED, LW_TAPE_CLOSED},
    {LW_EVENT_APPROVAL_WITHDRAWN, LW_TAPE_CLOSED}, {LW_EVENT_APPROVAL_LAPSED, LW_TAPE_CLOSED},
};

static enum lw_code add_entry(struct lw_journal_tape *follow, const struct lw_entry_view *entry,
                              const struct lw_value *body)
{
  size_t at = 0;
  while (at < sizeof kinds / sizeof kinds[0] &&
         !lw_str_equal(lw_event_name(kinds[at].event), entry->kind)) {
    at++;
  }
  if (at == sizeof kinds / sizeof kinds[0]) {
    return LW_OK;
  }
  return kinds[at].kind == LW_TAPE_REQUEST
             ? add_decision(follow, entry, body)
             : add_event(follow, entry, kinds[at].kind,
                         kinds[at].event == LW_EVENT_APPROVAL_DECLINED, body);
}

enum lw_code lw_journal_tape_add(struct lw_journal_tape *follow, const struct lw_entry_view *entry,
                                 const struct lw_value *body, struct lw_error *err)
{
  follow->err = err;
  enum lw_code rc = add_entry(follow, entry, body);
  follow->err = rc == LW_OK ? err : NULL;
  enum lw_code added = add_waiting(follow);
  return rc != LW_OK ? rc : added;
}

struct lw_journal_tape *lw_journal_tape_create(struct lw_tape *tape,
                                               const struct lw_journal_tape_options *options)
{
  struct lw_journal_tape *follow = calloc(1, sizeof *follow);
  if (follow == NULL) {
    return NULL;
  }
  follow->tape = tape;
  follow->options = options;
  follow->plain = options != NULL && options->general_only;
  lw_tape_reader_init(&follow->reader);
  lw_arena_init(&follow->scratch, NULL, 0);
  follow->json = lw_json_reader_create(NULL);
  follow->shapes = lw_shapes_create();
  if (follow->json == NULL || follow->shapes == NULL) {
    lw_journal_tape_destroy(follow);
    return NULL;
  }
  return follow;
}

void lw_journal_tape_destroy(struct lw_journal_tape *follow)
{
  if (follow != NULL) {
    lw_json_reader_destroy(follow->json);
    lw_shapes_destroy(follow->shapes);
    lw_arena_finish(&follow->scratch);
    lw_tape_reader_finish(&follow->reader);
    free(follow);
  }
}

/* --- a journal --- */

/* What is left of a run, until `end`. *seq: the last that was read, which may wait still. */
static enum lw_code read_run(struct lw_journal_tape *follow, struct lw_journal_run *run,
                             uint64_t end, uint64_t *seq)
{
  const struct lw_journal_tape_options *options = follow->options;
  struct lw_entry_view entry;
  bool found = true;
  enum lw_code rc = LW_OK;
  while (rc == LW_OK && *seq < end) {
    rc = lw_journal_run_next(run, &entry, &found, follow->err);
    if (rc != LW_OK || !found) {
      break;
    }
    if (entry.seq <= *seq) {
      continue; /* a row begins before what was asked for */
    }
    rc = add_entry(follow, &entry, NULL);
    *seq = rc == LW_OK ? entry.seq : *seq;
    if (rc == LW_OK && options != NULL && options->progress != NULL &&
        entry.seq % PROGRESS_ENTRIES == 0 && !options->progress(options->user, entry.seq)) {
      rc = lw_fail(follow->err, LW_BUSY, "stopped");
    }
  }
  return rc;
}

/* Nothing waits behind it: the run goes. */
static enum lw_code add_run(struct lw_journal_tape *follow, struct lw_journal_run *run,
                            uint64_t end, uint64_t *seq, struct lw_error *err)
{
  follow->err = err;
  enum lw_code rc = read_run(follow, run, end, seq);
  follow->err = rc == LW_OK ? err : NULL; /* the first failure is the one that is told */
  enum lw_code added = add_waiting(follow);
  return rc != LW_OK ? rc : added;
}

enum lw_code lw_journal_tape_follow(struct lw_db *db, struct lw_tape *tape, uint64_t *seq,
                                    const struct lw_journal_tape_options *options,
                                    struct lw_error *err)
{
  uint64_t most = options != NULL && options->most != 0 ? options->most : UINT64_MAX;
  uint64_t end = most < UINT64_MAX - *seq ? *seq + most : UINT64_MAX;
  struct lw_journal_feed *feed = NULL;
  struct lw_journal_tape *follow = lw_journal_tape_create(tape, options);
  if (follow == NULL) {
    return lw_fail(err, LW_NO_MEMORY, "out of memory");
  }
  struct lw_journal_run *run = NULL;
  enum lw_code rc = lw_journal_feed_start(db, *seq, most, &feed, err);
  bool more = rc == LW_OK;
  while (rc == LW_OK && more && *seq < end) {
    rc = lw_journal_feed_next(feed, &run, err);
    more = run != NULL;
    rc = rc == LW_OK && more ? add_run(follow, run, end, seq, err) : rc;
  }
  lw_journal_feed_stop(feed);
  lw_journal_tape_destroy(follow);
  return rc;
}
