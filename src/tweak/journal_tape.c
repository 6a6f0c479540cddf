/* An entry is read as a document and put into a row. Kinds of entries that say nothing about a
 * decision are passed over by their names, unread. */
#include "tweak/journal_tape.h"

#include "base/bounds.h"
#include "base/id.h"
#include "base/num.h"
#include "data/json.h"
#include "policy/decide.h"
#include "replay/tape_request.h"

#include <stdlib.h>

enum { PROGRESS_ENTRIES = 4096 };

struct lw_journal_tape {
  struct lw_tape *tape;
  const struct lw_journal_tape_options *options;
  struct lw_json_reader *json;
  struct lw_tape_reader reader;
  struct lw_arena scratch;
  uint64_t seq;
  enum lw_code rc;
  struct lw_error *err;
};

static lw_str text_in(const struct lw_value *map, lw_str key)
{
  const struct lw_value *value = lw_value_get(map, key);
  return value != NULL && (value->kind == LW_VALUE_STRING || value->kind == LW_VALUE_NUMBER)
             ? value->text
             : LW_STR("");
}

static int64_t number_in(const struct lw_value *map, lw_str key)
{
  int64_t number = 0;
  return lw_int_read(text_in(map, key), &number) ? number : LW_TAPE_NONE;
}

static int64_t seq_in(const struct lw_value *map, lw_str key)
{
  lw_id id;
  return lw_id_read(LW_STR("dec"), text_in(map, key), &id) ? (int64_t)lw_id_seq(id) : LW_TAPE_NONE;
}

static int64_t moment_in(const struct lw_value *map, lw_str key)
{
  int64_t seconds = 0;
  uint32_t nanos = 0;
  return lw_rfc3339_read(text_in(map, key), &seconds, &nanos)
             ? seconds * LW_USEC_PER_SECOND + nanos / 1000
             : LW_TAPE_NONE;
}

/* --- decisions --- */

static int64_t verdict_of(lw_str word)
{
  return lw_str_equal(word, LW_STR("granted")) ? LW_GRANTED
         : lw_str_equal(word, LW_STR("ask"))   ? LW_ASK
                                               : LW_REFUSED;
}

static lw_str json_of(struct lw_journal_tape *follow, const struct lw_value *value)
{
  struct lw_buf text = {0};
  lw_json_add_value(&text, value);
  lw_str kept = lw_str_copy(&follow->scratch, lw_buf_str(&text));
  lw_buf_finish(&text);
  return kept;
}

/* What was granted, in minor units: the draws say it, but not of a grant without any. */
static int64_t granted_minor(const struct lw_value *body, const struct lw_value *answer)
{
  const struct lw_value *other = lw_value_get(body, LW_STR("granted"));
  struct lw_money money = {0};
  uint16_t currency = lw_currency_find(text_in(body, LW_STR("currency")));
  if (other != NULL) {
    return number_in(other, LW_STR("minor"));
  }
  return lw_money_read(text_in(answer, LW_STR("amount")), currency, &money) == LW_MONEY_OK
             ? money.minor
             : LW_TAPE_NONE;
}

/* A grant that an approval came to: the row is the approver's, or, where nobody answered in time,
 * the agent's own. */
static void answered(struct lw_journal_tape *follow, const struct lw_value *body,
                     struct lw_tape_row *row)
{
  lw_str approver = text_in(body, LW_STR("approver"));
  const struct lw_value *other = lw_value_get(body, LW_STR("granted"));
  struct lw_buf person = {0};
  if (approver.len != 0) {
    LW_BUF_LIT(&person, "{\"id\":");
    lw_json_add_string(&person, approver);
    lw_buf_add_char(&person, '}');
    row->texts[LW_TAPE_PERSON] = lw_str_copy(&follow->scratch, lw_buf_str(&person));
    lw_buf_finish(&person);
  }
  row->numbers[LW_TAPE_KIND] = LW_TAPE_ANSWERED;
  row->numbers[LW_TAPE_OF] = seq_in(body, LW_STR("asked"));
  row->numbers[LW_TAPE_WAITED] = number_in(body, LW_STR("waited_usec"));
  if (other != NULL) {
    row->texts[LW_TAPE_ACTION] = text_in(other, LW_STR("action"));
  }
}

static bool add_outcome(struct lw_journal_tape *follow, const struct lw_entry_view *entry,
                        const struct lw_value *body, struct lw_tape_row *row)
{
  const struct lw_value *answer = lw_value_get(body, LW_STR("answer"));
  const struct lw_value *person = lw_value_get(body, LW_STR("person"));
  const struct lw_value *stored = lw_value_get(body, LW_STR("stored"));
  const struct lw_value *known = stored != NULL ? lw_value_get(stored, LW_STR("case")) : NULL;
  row->numbers[LW_TAPE_SEQ] = (int64_t)entry->seq;
  row->numbers[LW_TAPE_AT] = moment_in(body, LW_STR("at"));
  row->numbers[LW_TAPE_POLICY] = number_in(body, LW_STR("policy"));
  row->numbers[LW_TAPE_VERDICT] = verdict_of(text_in(answer, LW_STR("verdict")));
  row->numbers[LW_TAPE_MINOR] = granted_minor(body, answer);
  row->numbers[LW_TAPE_MARKS] |=
      (lw_value_get(body, LW_STR("note")) != NULL ? LW_TAPE_NOTE : 0) |
      (lw_value_get(body, LW_STR("evidence")) != NULL ? LW_TAPE_EVIDENCE : 0) |
      (lw_value_get(body, LW_STR("hold")) != NULL ? LW_TAPE_HELD : 0);
  row->texts[LW_TAPE_ID] = LW_STR(""); /* the seq says it */
  row->texts[LW_TAPE_GRANT] = text_in(answer, LW_STR("grant"));
  row->texts[LW_TAPE_ROUTE] = text_in(answer, LW_STR("route"));
  row->texts[LW_TAPE_PERSON] = json_of(follow, person);
  bool read = known == NULL || lw_tape_read_case(known, row);
  if (stored != NULL) {
    read = lw_tape_read_facts(&follow->reader, lw_value_get(stored, LW_STR("facts")), row) && read;
  }
  if (lw_value_get(body, LW_STR("asked")) != NULL) {
    answered(follow, body, row);
  }
  return read;
}

static enum lw_code add_decision(struct lw_journal_tape *follow, const struct lw_entry_view *entry,
                                 const struct lw_value *body)
{
  struct lw_tape_row row;
  const struct lw_value *request = lw_value_get(body, LW_STR("request"));
  if (request == NULL || lw_value_get(body, LW_STR("answer")) == NULL ||
      lw_value_get(body, LW_STR("person")) == NULL) {
    return lw_fail(follow->err, LW_INVALID, "entry %llu is no decision as this program writes them",
                   (unsigned long long)entry->seq);
  }
  enum lw_code rc =
      lw_tape_read_request(&follow->reader, request, NULL, entry->at, &row, follow->err);
  if (rc == LW_OK && !add_outcome(follow, entry, body, &row)) {
    rc = lw_fail(follow->err, LW_INVALID, "entry %llu: what the records said can't be read",
                 (unsigned long long)entry->seq);
  }
  if (rc == LW_OK) {
    rc = lw_tape_add(follow->tape, &row, follow->err);
  }
  return rc;
}

/* --- what became of them --- */

static enum lw_code add_event(struct lw_journal_tape *follow, const struct lw_entry_view *entry,
                              enum lw_tape_kind kind, const struct lw_value *body)
{
  struct lw_tape_row row;
  lw_tape_row_init(&row);
  row.numbers[LW_TAPE_KIND] = kind;
  row.numbers[LW_TAPE_SEQ] = (int64_t)entry->seq;
  row.numbers[LW_TAPE_AT] = entry->at;
  row.numbers[LW_TAPE_OF] = seq_in(body, LW_STR("decision"));
  row.numbers[LW_TAPE_MINOR] = number_in(body, LW_STR("minor"));
  if (kind == LW_TAPE_CLOSED) {
    int64_t asked = moment_in(body, LW_STR("asked_at"));
    row.numbers[LW_TAPE_WAITED] = asked != LW_TAPE_NONE ? entry->at - asked : LW_TAPE_NONE;
  }
  return lw_tape_add(follow->tape, &row, follow->err);
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

enum lw_code lw_journal_tape_add(struct lw_journal_tape *follow, const struct lw_entry_view *entry,
                                 const struct lw_value *body, struct lw_error *err)
{
  size_t at = 0;
  while (at < sizeof kinds / sizeof kinds[0] &&
         !lw_str_equal(lw_event_name(kinds[at].event), entry->kind)) {
    at++;
  }
  if (at == sizeof kinds / sizeof kinds[0]) {
    return LW_OK;
  }
  enum lw_code rc = LW_OK;
  follow->err = err;
  lw_arena_reset(&follow->scratch);
  if (body == NULL) {
    rc = lw_json_read(follow->json, &follow->scratch, entry->body, NULL, &body, err);
  }
  if (rc != LW_OK) {
    return rc;
  }
  return kinds[at].kind == LW_TAPE_REQUEST ? add_decision(follow, entry, body)
                                           : add_event(follow, entry, kinds[at].kind, body);
}

static bool visit(void *user, const struct lw_entry_view *entry)
{
  struct lw_journal_tape *follow = user;
  const struct lw_journal_tape_options *options = follow->options;
  follow->rc = lw_journal_tape_add(follow, entry, NULL, follow->err);
  if (follow->rc != LW_OK) {
    return false;
  }
  follow->seq = entry->seq;
  if (options != NULL && options->progress != NULL && entry->seq % PROGRESS_ENTRIES == 0 &&
      !options->progress(options->user, entry->seq)) {
    follow->rc = lw_fail(follow->err, LW_BUSY, "stopped");
    return false;
  }
  return true;
}

struct lw_journal_tape *lw_journal_tape_create(struct lw_tape *tape)
{
  struct lw_journal_tape *follow = calloc(1, sizeof *follow);
  if (follow == NULL) {
    return NULL;
  }
  follow->tape = tape;
  lw_tape_reader_init(&follow->reader);
  lw_arena_init(&follow->scratch, NULL, 0);
  follow->json = lw_json_reader_create(NULL);
  if (follow->json == NULL) {
    lw_journal_tape_destroy(follow);
    return NULL;
  }
  return follow;
}

void lw_journal_tape_destroy(struct lw_journal_tape *follow)
{
  if (follow != NULL) {
    lw_json_reader_destroy(follow->json);
    lw_arena_finish(&follow->scratch);
    lw_tape_reader_finish(&follow->reader);
    free(follow);
  }
}

enum lw_code lw_journal_tape_follow(struct lw_db *db, struct lw_tape *tape, uint64_t *seq,
                                    const struct lw_journal_tape_options *options,
                                    struct lw_error *err)
{
  struct lw_journal_tape *follow = lw_journal_tape_create(tape);
  if (follow == NULL) {
    return lw_fail(err, LW_NO_MEMORY, "out of memory");
  }
  follow->options = options;
  follow->seq = *seq;
  follow->err = err;
  enum lw_code rc =
      lw_journal_walk(db, *seq, options != NULL ? options->most : 0, visit, follow, err);
  rc = rc == LW_OK ? follow->rc : rc;
  *seq = follow->seq;
  lw_journal_tape_destroy(follow);
  return rc;
}
