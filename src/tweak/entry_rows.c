/* An entry is read by a form that was learnt from those before (entry_shape.h); one of a new form
 * is scanned (entry_scan.h), and its form learnt; one that is written otherwise is read as a
 * document. What such a row has is copied, as its readers have it only until the next one. Kinds of
 * entries that say nothing about a decision are passed over by their names, unread. */
#include "tweak/entry_rows.h"

#include "base/bounds.h"
#include "base/id.h"
#include "base/num.h"
#include "data/json.h"
#include "policy/decide.h"
#include "replay/tape_request.h"
#include "tweak/entry_scan.h"

#include <stdlib.h>

enum { FIRST_ROWS = 64, MINUTE_BYTES = 17, SECOND_BYTES = 2 };

struct lw_entry_rows {
  struct lw_json_reader *json;
  struct lw_tape_reader request;
  struct lw_shapes *shapes;
  struct lw_shape_record record;
  struct lw_arena scratch; /* an entry's tree, until the next one */
  bool plain;
  struct lw_tape_fact facts[LW_SHAPE_FACTS]; /* of an entry of a known form */
  /* What the entry before had: mostly this one has the same. */
  char minute[MINUTE_BYTES]; /* "2026-03-01T10:00:" in UTC */
  lw_usec minute_at;
  char code[3]; /* of the currency */
  uint16_t currency;
  struct lw_arena *keep; /* the batch's; of a call */
  struct lw_error *err;  /* likewise */
};

/* --- batches --- */

void lw_entry_batch_init(struct lw_entry_batch *batch)
{
  *batch = (struct lw_entry_batch){.n_rows = 0};
  lw_arena_init(&batch->keep, NULL, 0);
}

void lw_entry_batch_reset(struct lw_entry_batch *batch)
{
  batch->n_rows = 0;
  lw_arena_reset(&batch->keep);
}

void lw_entry_batch_finish(struct lw_entry_batch *batch)
{
  lw_arena_finish(&batch->keep);
  free(batch->rows);
  *batch = (struct lw_entry_batch){.n_rows = 0};
}

/* Room for a row behind the last; NULL when memory is out. */
static struct lw_tape_row *next_row(struct lw_entry_batch *batch)
{
  if (batch->n_rows == batch->capacity) {
    uint32_t capacity = batch->capacity != 0 ? batch->capacity * 2 : FIRST_ROWS;
    struct lw_tape_row *rows = realloc(batch->rows, capacity * sizeof *rows);
    if (rows == NULL) {
      return NULL;
    }
    batch->rows = rows;
    batch->capacity = capacity;
  }
  return &batch->rows[batch->n_rows];
}

static void keep_facts(struct lw_arena *keep, struct lw_tape_row *row)
{
  struct lw_tape_fact *facts =
      lw_arena_alloc(keep, row->n_facts * sizeof *facts, _Alignof(struct lw_tape_fact));
  if (facts != NULL && row->n_facts != 0) {
    memcpy(facts, row->facts, row->n_facts * sizeof *facts);
  }
  row->facts = facts;
  row->n_facts = facts != NULL ? row->n_facts : 0;
}

static void keep_text(struct lw_arena *keep, lw_str *text)
{
  *text = text->len != 0 ? lw_str_copy(keep, *text) : LW_STR("");
}

/* All that the row has is copied. */
static void keep_row(struct lw_arena *keep, struct lw_tape_row *row)
{
  for (uint32_t i = 0; i < LW_TAPE_FACTS; i++) {
    keep_text(keep, &row->texts[i]);
  }
  struct lw_tape_fact *facts =
      lw_arena_alloc(keep, row->n_facts * sizeof *facts, _Alignof(struct lw_tape_fact));
  for (uint32_t i = 0; facts != NULL && i < row->n_facts; i++) {
    facts[i] = row->facts[i];
    keep_text(keep, &facts[i].name);
    keep_text(keep, &facts[i].json);
  }
  row->facts = facts;
  row->n_facts = facts != NULL ? row->n_facts : 0;
}

/* --- texts of entries --- */

static enum lw_code no_memory(struct lw_error *err)
{
  return lw_fail(err, LW_NO_MEMORY, "out of memory for the journal's entries");
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

/* "11Z", "11.25Z", as microseconds; decimals past the sixth are cut. -1: it is something else. */
static lw_usec rest_of_minute(lw_str rest)
{
  lw_usec usec = 0;
  lw_usec unit = 10 * LW_USEC_PER_SECOND;
  if (rest.len <= SECOND_BYTES || rest.ptr[0] > '5' || rest.ptr[rest.len - 1] != 'Z') {
    return -1;
  }
  for (size_t i = 0; i + 1 < rest.len; i++) {
    char c = rest.ptr[i];
    if (i == SECOND_BYTES) {
      if (c != '.' || rest.len < SECOND_BYTES + 3) {
        return -1;
      }
      continue;
    }
    if (c < '0' || c > '9') {
      return -1;
    }
    usec += (c - '0') * unit;
    unit /= 10;
  }
  return usec;
}

static int64_t moment_of(struct lw_entry_rows *reader, lw_str text)
{
  int64_t seconds = 0;
  uint32_t nanos = 0;
  lw_usec rest =
      text.len > MINUTE_BYTES ? rest_of_minute(lw_str_slice(text, MINUTE_BYTES, SIZE_MAX)) : -1;
  if (rest >= 0 && reader->minute[0] != 0 && memcmp(text.ptr, reader->minute, MINUTE_BYTES) == 0) {
    return reader->minute_at + rest;
  }
  if (!lw_rfc3339_read(text, &seconds, &nanos)) {
    return LW_TAPE_NONE;
  }
  lw_usec at = seconds * LW_USEC_PER_SECOND + nanos / 1000;
  if (rest >= 0) {
    memcpy(reader->minute, text.ptr, MINUTE_BYTES);
    reader->minute_at = at - rest;
  }
  return at;
}

static uint16_t currency_of(struct lw_entry_rows *reader, lw_str code)
{
  if (code.len != sizeof reader->code) {
    return LW_CURRENCY_NONE;
  }
  if (memcmp(code.ptr, reader->code, sizeof reader->code) != 0) {
    memcpy(reader->code, code.ptr, sizeof reader->code);
    reader->currency = lw_currency_find(code);
  }
  return reader->currency;
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

static lw_str json_of(struct lw_entry_rows *reader, const struct lw_value *value)
{
  struct lw_buf text = {0};
  lw_json_add_value(&text, value);
  lw_str kept = lw_str_copy(reader->keep, lw_buf_str(&text));
  lw_buf_finish(&text);
  return kept;
}

static void read_parts(struct lw_entry_rows *reader, const struct lw_value *body,
                       struct lw_entry_parts *parts)
{
  const struct lw_value *answer = lw_value_get(body, LW_STR("answer"));
  const struct lw_value *granted = lw_value_get(body, LW_STR("granted"));
  *parts = (struct lw_entry_parts){
      .at = text_in(body, LW_STR("at")),
      .policy = text_in(body, LW_STR("policy")),
      .currency = text_in(body, LW_STR("currency")),
      .person = json_of(reader, lw_value_get(body, LW_STR("person"))),
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
      .has_unread = has(body, LW_STR("unread")),
      .has_for = has(body, LW_STR("for")),
  };
}

static enum lw_code read_decision(struct lw_entry_rows *reader, const struct lw_entry_view *entry,
                                  const struct lw_value *body, struct lw_tape_row *row,
                                  struct lw_entry_parts *parts)
{
  const struct lw_value *request = lw_value_get(body, LW_STR("request"));
  const struct lw_value *stored = lw_value_get(body, LW_STR("stored"));
  const struct lw_value *known = lw_value_get(stored, LW_STR("case"));
  if (request == NULL || !has(body, LW_STR("answer")) || !has(body, LW_STR("person"))) {
    return lw_fail(reader->err, LW_INVALID, "entry %llu is no decision as this program writes them",
                   (unsigned long long)entry->seq);
  }
  read_parts(reader, body, parts);
  enum lw_code rc =
      lw_tape_read_request(&reader->request, request, NULL, entry->at, row, reader->err);
  if (rc != LW_OK) {
    return rc;
  }
  bool read = known == NULL || lw_tape_read_case(known, row);
  if (stored != NULL) {
    read = lw_tape_read_facts(&reader->request, lw_value_get(stored, LW_STR("facts")), row) && read;
  }
  return read ? LW_OK
              : lw_fail(reader->err, LW_INVALID, "entry %llu: what the records said can't be read",
                        (unsigned long long)entry->seq);
}

static enum lw_code tree_of(struct lw_entry_rows *reader, const struct lw_entry_view *entry,
                            const struct lw_value **body)
{
  return *body != NULL
             ? LW_OK
             : lw_json_read(reader->json, &reader->scratch, entry->body, NULL, body, reader->err);
}

/* --- decisions --- */

static int64_t verdict_of(lw_str word)
{
  return lw_str_equal(word, LW_STR("granted")) ? LW_GRANTED
         : lw_str_equal(word, LW_STR("ask"))   ? LW_ASK
                                               : LW_REFUSED;
}

/* What was granted, in minor units: the draws say it, but not of a grant without any. */
static int64_t granted_minor(struct lw_entry_rows *reader, const struct lw_entry_parts *parts)
{
  struct lw_money money = {0};
  if (parts->has_granted) {
    return number_of(parts->granted_minor);
  }
  uint16_t currency = currency_of(reader, parts->currency);
  return currency != LW_CURRENCY_NONE &&
                 lw_money_read(parts->amount, currency, &money) == LW_MONEY_OK
             ? money.minor
             : LW_TAPE_NONE;
}

/* Somebody of whom only the id is known, as a person of the tape. */
static lw_str only_id(struct lw_entry_rows *reader, lw_str id)
{
  struct lw_buf person = {0};
  LW_BUF_LIT(&person, "{\"id\":");
  lw_json_add_string(&person, id);
  lw_buf_add_char(&person, '}');
  lw_str kept = lw_str_copy(reader->keep, lw_buf_str(&person));
  lw_buf_finish(&person);
  return kept;
}

/* What was granted is what conditions on the amount are asked about. */
static void fill_granted(struct lw_entry_rows *reader, const struct lw_entry_parts *parts,
                         struct lw_tape_row *row)
{
  int64_t minor = row->numbers[LW_TAPE_MINOR];
  struct lw_money money = {minor, currency_of(reader, parts->currency)};
  struct lw_buf text = {0};
  if (minor != LW_TAPE_NONE && money.currency != LW_CURRENCY_NONE) {
    lw_money_print(money, &text);
  }
  row->texts[LW_TAPE_ACTION] = parts->granted_action;
  row->texts[LW_TAPE_AMOUNT] = lw_str_copy(reader->keep, lw_buf_str(&text));
  lw_buf_finish(&text);
}

/* A grant that an approval came to: the row is the approver's, or, where nobody answered in time,
 * the agent's own. */
static void fill_answered(struct lw_entry_rows *reader, const struct lw_entry_parts *parts,
                          struct lw_tape_row *row)
{
  if (parts->approver.len != 0) {
    row->texts[LW_TAPE_PERSON] = only_id(reader, parts->approver);
  }
  row->numbers[LW_TAPE_KIND] = LW_TAPE_ANSWERED;
  row->numbers[LW_TAPE_OF] = seq_of(parts->asked);
  row->numbers[LW_TAPE_WAITED] = number_of(parts->waited);
  if (parts->has_granted) {
    fill_granted(reader, parts, row);
  }
}

static void fill_outcome(struct lw_entry_rows *reader, const struct lw_entry_view *entry,
                         const struct lw_entry_parts *parts, struct lw_tape_row *row)
{
  row->numbers[LW_TAPE_SEQ] = (int64_t)entry->seq;
  row->numbers[LW_TAPE_AT] = moment_of(reader, parts->at);
  row->numbers[LW_TAPE_POLICY] = number_of(parts->policy);
  row->numbers[LW_TAPE_VERDICT] = verdict_of(parts->verdict);
  row->numbers[LW_TAPE_MINOR] = granted_minor(reader, parts);
  row->numbers[LW_TAPE_MARKS] |=
      (parts->has_note ? LW_TAPE_NOTE : 0) | (parts->has_evidence ? LW_TAPE_EVIDENCE : 0) |
      (parts->has_hold ? LW_TAPE_HELD : 0) | (parts->has_unread ? LW_TAPE_UNREAD : 0) |
      (parts->has_for ? LW_TAPE_OWN : 0);
  row->texts[LW_TAPE_ID] = LW_STR(""); /* the seq says it */
  row->texts[LW_TAPE_GRANT] = parts->grant;
  row->texts[LW_TAPE_ROUTE] = parts->route;
  row->texts[LW_TAPE_PERSON] = parts->person;
  if (parts->has_asked) {
    fill_answered(reader, parts, row);
  }
}

/* The first of its form: what it has is borrowed from the readers. */
static enum lw_code read_first(struct lw_entry_rows *reader, const struct lw_entry_view *entry,
                               const struct lw_value *body, struct lw_tape_row *row)
{
  struct lw_entry_parts parts;
  enum lw_code rc = LW_OK;
  bool scanned = body == NULL && !reader->plain &&
                 lw_entry_scan_decision(entry->body, entry->at, &reader->request, row, &parts,
                                        &reader->record);
  if (scanned) {
    lw_shapes_learn(reader->shapes, entry->body, &reader->record, &parts, row);
  } else {
    rc = tree_of(reader, entry, &body);
    rc = rc == LW_OK ? read_decision(reader, entry, body, row, &parts) : rc;
  }
  if (rc == LW_OK) {
    fill_outcome(reader, entry, &parts, row);
    keep_row(reader->keep, row);
  }
  return rc;
}

static enum lw_code read_any(struct lw_entry_rows *reader, const struct lw_entry_view *entry,
                             const struct lw_value *body, struct lw_tape_row *row)
{
  struct lw_entry_parts parts;
  if (body != NULL || reader->plain ||
      !lw_shapes_read(reader->shapes, entry->body, entry->at, reader->facts, row, &parts)) {
    return read_first(reader, entry, body, row);
  }
  fill_outcome(reader, entry, &parts, row); /* by a known form: borrows of the body alone */
  keep_facts(reader->keep, row);
  return LW_OK;
}

/* --- what became of them --- */

static enum lw_code read_event(struct lw_entry_rows *reader, const struct lw_entry_view *entry,
                               enum lw_tape_kind kind, bool declined, const struct lw_value *body,
                               struct lw_tape_row *row)
{
  struct lw_entry_parts parts;
  enum lw_code rc = LW_OK;
  if (body != NULL || reader->plain || !lw_entry_scan_event(entry->body, &parts)) {
    rc = tree_of(reader, entry, &body);
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
    int64_t asked = moment_of(reader, parts.asked_at);
    row->numbers[LW_TAPE_WAITED] = asked != LW_TAPE_NONE ? entry->at - asked : LW_TAPE_NONE;
  }
  if (declined && parts.approver.len != 0) {
    row->numbers[LW_TAPE_VERDICT] = LW_REFUSED;
    row->texts[LW_TAPE_PERSON] = only_id(reader, parts.approver);
  }
  return LW_OK;
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

enum lw_code lw_entry_rows_add(struct lw_entry_rows *reader, const struct lw_entry_view *entry,
                               const struct lw_value *body, struct lw_entry_batch *batch,
                               struct lw_error *err)
{
  size_t at = 0;
  while (at < sizeof kinds / sizeof kinds[0] &&
         !lw_str_equal(lw_event_name(kinds[at].event), entry->kind)) {
    at++;
  }
  if (at == sizeof kinds / sizeof kinds[0]) {
    return LW_OK;
  }
  struct lw_tape_row *row = next_row(batch);
  if (row == NULL) {
    return no_memory(err);
  }
  reader->keep = &batch->keep;
  reader->err = err;
  lw_arena_reset(&reader->scratch);
  enum lw_code rc = kinds[at].kind == LW_TAPE_REQUEST
                        ? read_any(reader, entry, body, row)
                        : read_event(reader, entry, kinds[at].kind,
                                     kinds[at].event == LW_EVENT_APPROVAL_DECLINED, body, row);
  rc = rc == LW_OK && batch->keep.failed ? no_memory(err) : rc;
  batch->n_rows += rc == LW_OK;
  return rc;
}

struct lw_entry_rows *lw_entry_rows_create(bool plain)
{
  struct lw_entry_rows *reader = calloc(1, sizeof *reader);
  if (reader == NULL) {
    return NULL;
  }
  reader->plain = plain;
  reader->currency = LW_CURRENCY_NONE;
  lw_tape_reader_init(&reader->request);
  lw_arena_init(&reader->scratch, NULL, 0);
  reader->json = lw_json_reader_create(NULL);
  reader->shapes = lw_shapes_create();
  if (reader->json == NULL || reader->shapes == NULL) {
    lw_entry_rows_destroy(reader);
    return NULL;
  }
  return reader;
}

void lw_entry_rows_destroy(struct lw_entry_rows *reader)
{
  if (reader != NULL) {
    lw_json_reader_destroy(reader->json);
    lw_shapes_destroy(reader->shapes);
    lw_arena_finish(&reader->scratch);
    lw_tape_reader_finish(&reader->request);
    free(reader);
  }
}
