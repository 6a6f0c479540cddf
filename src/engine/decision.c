/* Decisions in the record: found, read, shown, asked again.
 *
 * A decision is its journal entry. Only what does not stay as it was decided (a hold, a decision
 * taken back) has a row of its own, in table decision_state, under the entry's number. So deciding
 * writes no row, and a decision is found without an index: its id carries the number. */
#include "engine/inside.h"

#include "base/check.h"
#include "base/num.h"
#include "policy/answer.h"

const struct lw_migration lw_decision_migrations[] = {
    {"decisions",
     "CREATE TABLE decision_state (seq BIGINT PRIMARY KEY, state BIGINT NOT NULL, amount BIGINT, "
     "until BIGINT, changed_seq BIGINT NOT NULL, changed_at BIGINT NOT NULL, "
     "changed_by TEXT NOT NULL);"
     "CREATE INDEX decision_held ON decision_state (until) WHERE state = 1;"
     "CREATE TABLE key_answer (key BLOB PRIMARY KEY, digest BLOB NOT NULL, status BIGINT NOT NULL, "
     "answer TEXT NOT NULL, seq BIGINT NOT NULL, at BIGINT NOT NULL);"
     "CREATE INDEX key_answer_at ON key_answer (at);"},
    {"holds that confirm themselves",
     "ALTER TABLE decision_state ADD COLUMN confirms BIGINT NOT NULL DEFAULT 0;"},
};
const size_t lw_decision_migrations_count =
    sizeof lw_decision_migrations / sizeof lw_decision_migrations[0];

static const char sql_put[] =
    "INSERT INTO decision_state (seq, state, amount, until, changed_seq, changed_at, changed_by, "
    "confirms) VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (seq) DO UPDATE SET state = "
    "excluded.state, amount = excluded.amount, until = excluded.until, changed_seq = "
    "excluded.changed_seq, changed_at = excluded.changed_at, changed_by = excluded.changed_by, "
    "confirms = excluded.confirms";
static const char sql_get[] =
    "SELECT state, amount, until, changed_seq, changed_at, changed_by, confirms "
    "FROM decision_state WHERE seq = $1";

static const struct lw_json_options body_options = {.raw_key = LW_STR_INIT("answer")};

lw_str lw_decision_state_name(enum lw_decision_state state)
{
  static const lw_str names[] = {LW_STR_INIT("final"), LW_STR_INIT("held"), LW_STR_INIT("released"),
                                 LW_STR_INIT("lapsed"), LW_STR_INIT("reversed")};
  LW_ASSERT((size_t)state < sizeof names / sizeof names[0]);
  return names[state];
}

/* --- pieces --- */

void lw_decision_add_moment(struct lw_buf *out, lw_usec at)
{
  int64_t seconds = at / LW_USEC_PER_SECOND - (at % LW_USEC_PER_SECOND < 0);
  char *place = lw_buf_reserve(out, 48);
  if (place != NULL) {
    *place = '"';
    size_t len =
        lw_rfc3339_write(seconds, (uint32_t)(at - seconds * LW_USEC_PER_SECOND) * 1000, place + 1);
    place[1 + len] = '"';
    out->len += len + 2;
  }
}

bool lw_decision_read_moment(const struct lw_value *value, lw_usec *ret_at)
{
  int64_t seconds = 0;
  uint32_t nanos = 0;
  if (value == NULL || value->kind != LW_VALUE_STRING ||
      !lw_rfc3339_read(value->text, &seconds, &nanos)) {
    return false;
  }
  *ret_at = seconds * LW_USEC_PER_SECOND + (lw_usec)(nanos / 1000);
  return true;
}

static lw_str budget_name(const void *user, uint32_t number)
{
  const struct lw_policy *policy = user;
  for (uint32_t i = 0; i < policy->n_budgets; i++) {
    if (policy->budgets[i].number == number) {
      return policy->budgets[i].name;
    }
  }
  return LW_STR("");
}

void lw_decision_add_draws(const struct lw_policy *policy, const struct lw_draw *draws,
                           size_t count, lw_usec at, struct lw_buf *out)
{
  lw_draws_print(draws, count, policy->zone, at, budget_name, policy, out);
}

void lw_decision_add_answer(struct lw_buf *out, const struct lw_decision_answer *parts)
{
  LW_BUF_LIT(out, "{\"id\":\"");
  lw_buf_add(out, parts->id);
  LW_BUF_LIT(out, "\",\"at\":");
  lw_buf_add(out, parts->at);
  lw_buf_add_char(out, ',');
  LW_ASSERT(parts->answer.len >= 2);
  lw_buf_add(out, lw_str_slice(parts->answer, 1, parts->answer.len - 2));
  LW_BUF_LIT(out, ",\"policy\":");
  lw_buf_add_uint(out, parts->policy);
  if (parts->hold_until.len != 0) {
    LW_BUF_LIT(out, ",\"hold\":{\"until\":");
    lw_buf_add(out, parts->hold_until);
    lw_buf_add(out, parts->hold_confirms ? LW_STR(",\"then\":\"confirm\"}") : LW_STR("}"));
  }
  if (parts->extra.len != 0) {
    lw_buf_add_char(out, ',');
    lw_buf_add(out, parts->extra);
  }
  if (parts->meta.len != 0) {
    LW_BUF_LIT(out, ",\"meta\":");
    lw_buf_add(out, parts->meta);
  }
  lw_buf_add_char(out, '}');
}

/* --- rows --- */

enum lw_code lw_decision_row_put(struct lw_db *db, const struct lw_decision_row *row,
                                 struct lw_error *err)
{
  struct lw_stmt *stmt = NULL;
  enum lw_code rc = lw_db_statement(db, sql_put, &stmt, err);
  if (rc != LW_OK) {
    return rc;
  }
  lw_stmt_int(stmt, 1, (int64_t)row->seq);
  lw_stmt_int(stmt, 2, row->state);
  lw_stmt_int_or_null(stmt, 3, row->has_amount, row->amount_minor);
  lw_stmt_int_or_null(stmt, 4, row->until != 0, row->until);
  lw_stmt_int(stmt, 5, (int64_t)row->changed_seq);
  lw_stmt_int(stmt, 6, row->changed_at);
  lw_stmt_text(stmt, 7, row->changed_by);
  lw_stmt_int(stmt, 8, row->confirms);
  return lw_stmt_run(stmt, err);
}

enum lw_code lw_decision_row_get(struct lw_db *db, uint64_t seq, struct lw_arena *arena,
                                 bool *ret_found, struct lw_decision_row *ret_row,
                                 struct lw_error *err)
{
  struct lw_stmt *stmt = NULL;
  enum lw_code rc = lw_db_statement(db, sql_get, &stmt, err);
  if (rc != LW_OK) {
    return rc;
  }
  lw_stmt_int(stmt, 1, (int64_t)seq);
  rc = lw_stmt_step(stmt, ret_found, err);
  if (rc == LW_OK && *ret_found) {
    *ret_row = (struct lw_decision_row){
        .seq = seq,
        .state = (enum lw_decision_state)lw_stmt_get_int(stmt, 0),
        .has_amount = !lw_stmt_is_null(stmt, 1),
        .amount_minor = lw_stmt_get_int(stmt, 1),
        .until = lw_stmt_get_int(stmt, 2),
        .changed_seq = (uint64_t)lw_stmt_get_int(stmt, 3),
        .changed_at = lw_stmt_get_int(stmt, 4),
        .changed_by = lw_str_copy(arena, lw_stmt_get_text(stmt, 5)),
        .confirms = lw_stmt_get_int(stmt, 6) != 0,
    };
    if ((unsigned)ret_row->state > LW_DECISION_REVERSED) {
      rc = lw_fail(err, LW_IO, "the state of decision %llu is none", (unsigned long long)seq);
    }
  }
  lw_stmt_reset(stmt);
  return rc;
}

/* --- reading --- */

static enum lw_code not_found(struct lw_error *err)
{
  return lw_fail(err, LW_NOT_FOUND, "there is no such decision");
}

static enum lw_code unreadable(struct lw_error *err, uint64_t seq)
{
  return lw_fail(err, LW_IO, "entry %llu of the journal does not read as a decision",
                 (unsigned long long)seq);
}

/* The body of a decision's entry, on disk or still in the batch. */
static enum lw_code find_body(struct lw_db *db, struct lw_batch *batch, uint64_t seq,
                              struct lw_arena *arena, lw_str *ret_body, struct lw_error *err)
{
  struct lw_entry_view entry;
  const struct lw_pending *pending = batch != NULL ? lw_batch_find(batch, seq) : NULL;
  if (pending != NULL) {
    *ret_body = lw_str_copy(arena, pending->body);
    return ret_body->ptr != NULL ? LW_OK : lw_fail(err, LW_NO_MEMORY, "out of memory");
  }
  enum lw_code rc = lw_journal_read(db, seq, arena, &entry, err);
  if (rc == LW_NOT_FOUND || (rc == LW_OK && !lw_str_equal(entry.kind, LW_STR("decision")))) {
    return not_found(err);
  }
  *ret_body = entry.body;
  return rc;
}

static void read_amount(struct lw_decision *decision)
{
  const struct lw_value *granted = lw_value_get(decision->body, LW_STR("granted"));
  const struct lw_value *minor = lw_value_get(granted, LW_STR("minor"));
  const struct lw_value *amount =
      lw_value_get(lw_value_get(decision->body, LW_STR("request")), LW_STR("amount"));
  lw_money money = {0, lw_currency_find(lw_value_text(decision->body, LW_STR("currency")))};
  if (granted != NULL) {
    decision->has_amount = minor != NULL && minor->kind == LW_VALUE_NUMBER &&
                           lw_int_read(minor->text, &decision->amount_minor);
  } else if (amount != NULL && amount->kind == LW_VALUE_STRING &&
             money.currency != LW_CURRENCY_NONE) {
    decision->has_amount = lw_money_read(amount->text, money.currency, &money) == LW_MONEY_OK;
    decision->amount_minor = money.minor;
  }
}

static enum lw_code read_body(struct lw_decision *decision, struct lw_error *err)
{
  const struct lw_value *body = decision->body;
  decision->agent = lw_value_text(lw_value_get(body, LW_STR("request")), LW_STR("agent"));
  if (!lw_id_read(LW_STR("dec"), lw_value_text(body, LW_STR("id")), &decision->id) ||
      !lw_decision_read_moment(lw_value_get(body, LW_STR("at")), &decision->at) ||
      !lw_verdict_read(lw_value_text(lw_value_get(body, LW_STR("answer")), LW_STR("verdict")),
                       &decision->verdict)) {
    return unreadable(err, decision->seq);
  }
  read_amount(decision);
  return LW_OK;
}

static enum lw_code read_state(struct lw_db *db, struct lw_arena *arena,
                               struct lw_decision *decision, struct lw_error *err)
{
  struct lw_decision_row row;
  bool found = false;
  enum lw_code rc = lw_decision_row_get(db, decision->seq, arena, &found, &row, err);
  if (rc != LW_OK || !found) {
    return rc;
  }
  decision->state = row.state;
  decision->hold_until = row.until;
  decision->hold_confirms = row.confirms;
  decision->changed_seq = row.changed_seq;
  decision->changed_at = row.changed_at;
  decision->changed_by = row.changed_by;
  if (row.has_amount) {
    decision->amount_minor = row.amount_minor;
  }
  return LW_OK;
}

enum lw_code lw_decision_at(struct lw_db *db, struct lw_batch *batch, uint64_t seq,
                            struct lw_arena *arena, struct lw_json_reader *reader,
                            struct lw_decision *ret_decision, struct lw_error *err)
{
  struct lw_decision decision = {.seq = seq};
  enum lw_code rc = find_body(db, batch, seq, arena, &decision.raw, err);
  if (rc != LW_OK) {
    return rc;
  }
  rc = lw_json_read(reader, arena, decision.raw, &body_options, &decision.body, err);
  if (rc != LW_OK) {
    return rc == LW_NO_MEMORY || rc == LW_LIMIT ? rc : unreadable(err, seq);
  }
  rc = read_body(&decision, err);
  if (rc == LW_OK) {
    rc = read_state(db, arena, &decision, err);
  }
  if (rc == LW_OK) {
    *ret_decision = decision;
  }
  return rc;
}

enum lw_code lw_decision_get(struct lw_db *db, struct lw_batch *batch, lw_id id,
                             struct lw_arena *arena, struct lw_json_reader *reader,
                             struct lw_decision *ret_decision, struct lw_error *err)
{
  struct lw_decision decision;
  uint64_t seq = lw_id_seq(id);
  if (seq == 0) {
    return not_found(err);
  }
  enum lw_code rc = lw_decision_at(db, batch, seq, arena, reader, &decision, err);
  if (rc == LW_OK && memcmp(decision.id.bytes, id.bytes, sizeof id.bytes) != 0) {
    return not_found(err);
  }
  if (rc == LW_OK) {
    *ret_decision = decision;
  }
  return rc;
}

/* --- the first answer again --- */

static lw_str json_of(struct lw_arena *arena, const struct lw_value *value)
{
  struct lw_buf buf = {0};
  if (value != NULL) {
    lw_json_add_value(&buf, value);
  }
  lw_str text = value != NULL && !buf.failed ? lw_str_copy(arena, lw_buf_str(&buf)) : LW_STR("");
  lw_buf_finish(&buf);
  return text;
}

static enum lw_code answer_parts(struct lw_db *db, const struct lw_decision *decision,
                                 struct lw_arena *arena, struct lw_decision_answer *ret_parts,
                                 struct lw_error *err)
{
  const struct lw_value *body = decision->body;
  const struct lw_value *meta = lw_value_get(body, LW_STR("meta"));
  const struct lw_value *policy = lw_value_get(body, LW_STR("policy"));
  const struct lw_value *answer = lw_value_get(body, LW_STR("answer"));
  int64_t version = 0;
  if (answer->raw.len < 2 || policy == NULL || policy->kind != LW_VALUE_NUMBER ||
      !lw_int_read(policy->text, &version)) {
    return unreadable(err, decision->seq);
  }
  const struct lw_value *hold = lw_value_get(body, LW_STR("hold"));
  *ret_parts =
      (struct lw_decision_answer){.id = lw_value_text(body, LW_STR("id")),
                                  .at = json_of(arena, lw_value_get(body, LW_STR("at"))),
                                  .answer = answer->raw,
                                  .policy = (uint64_t)version,
                                  .hold_until = json_of(arena, lw_value_get(hold, LW_STR("until"))),
                                  .hold_confirms = lw_value_get(hold, LW_STR("then")) != NULL};
  return meta != NULL ? lw_text_get(db, meta, arena, &ret_parts->meta, err) : LW_OK;
}

enum lw_code lw_decision_repeat(struct lw_batch *batch, struct lw_change *change, uint64_t seq,
                                bool *ret_found, struct lw_error *err)
{
  struct lw_decision decision;
  struct lw_decision_answer parts;
  uint8_t bytes[16];
  enum lw_code rc =
      lw_decision_at(batch->db, batch, seq, batch->scratch, batch->reader, &decision, err);
  if (rc != LW_OK) {
    return rc == LW_NOT_FOUND ? LW_OK : rc;
  }
  if (!lw_hex_read(lw_value_text(decision.body, LW_STR("key")), bytes, sizeof bytes) ||
      memcmp(bytes, change->key_digest, sizeof bytes) != 0 ||
      decision.at < batch->now - LW_KEY_USEC) {
    return LW_OK; /* another key with the same beginning, or one of long ago */
  }
  if (!lw_hex_read(lw_value_text(decision.body, LW_STR("digest")), bytes, sizeof bytes) ||
      memcmp(bytes, change->digest.bytes, sizeof bytes) != 0) {
    return lw_idem_fail_other(err);
  }
  rc = answer_parts(batch->db, &decision, batch->scratch, &parts, err);
  if (rc != LW_OK) {
    return rc;
  }
  lw_buf_reset(&change->answer);
  lw_decision_add_answer(&change->answer, &parts);
  change->status = 200;
  change->seq = seq;
  *ret_found = true;
  return change->answer.failed ? lw_fail(err, LW_NO_MEMORY, "out of memory for the answer") : LW_OK;
}

/* --- as the API shows it --- */

static void add_money(struct lw_buf *out, int64_t minor, uint16_t currency)
{
  lw_buf_add_char(out, '"');
  lw_money_print((lw_money){minor, currency}, out);
  lw_buf_add_char(out, '"');
}

/* `,"key":"text"` of a kept text; nothing when it was erased. */
static enum lw_code add_kept(struct lw_db *db, const struct lw_value *reference, lw_str key,
                             bool is_json, struct lw_arena *arena, struct lw_buf *out,
                             struct lw_error *err)
{
  lw_str text = LW_STR("");
  enum lw_code rc = reference != NULL ? lw_text_get(db, reference, arena, &text, err) : LW_OK;
  if (rc == LW_OK && text.len != 0) {
    lw_buf_add(out, key);
    if (is_json) {
      lw_buf_add(out, text);
    } else {
      lw_json_add_string(out, text);
    }
  }
  return rc;
}

static enum lw_code add_request(struct lw_db *db, const struct lw_decision *decision,
                                bool with_texts, struct lw_arena *arena, struct lw_buf *out,
                                struct lw_error *err)
{
  const struct lw_value *body = decision->body;
  LW_BUF_LIT(out, ",\"request\":");
  lw_json_add_value(out, lw_value_get(body, LW_STR("request")));
  if (!with_texts || out->failed) {
    return LW_OK;
  }
  out->len--; /* its brace */
  enum lw_code rc = add_kept(db, lw_value_get(body, LW_STR("note")), LW_STR(",\"note\":"), false,
                             arena, out, err);
  if (rc == LW_OK) {
    rc = add_kept(db, lw_value_get(body, LW_STR("evidence")), LW_STR(",\"evidence\":"), true, arena,
                  out, err);
  }
  lw_buf_add_char(out, '}');
  return rc;
}

/* What became of it since. */
static enum lw_code add_change(struct lw_db *db, const struct lw_decision *decision,
                               bool with_texts, struct lw_arena *arena, struct lw_buf *out,
                               struct lw_error *err)
{
  struct lw_entry_view entry;
  const struct lw_value *body = NULL;
  enum lw_code rc = LW_OK;
  if (decision->changed_seq == 0 || decision->state == LW_DECISION_HELD) {
    return LW_OK;
  }
  lw_buf_add(out, decision->state == LW_DECISION_REVERSED ? LW_STR(",\"reversal\":{\"at\":")
                                                          : LW_STR(",\"settled\":{\"at\":"));
  lw_decision_add_moment(out, decision->changed_at);
  LW_BUF_LIT(out, ",\"by\":");
  lw_json_add_string(out, decision->changed_by);
  if (decision->state == LW_DECISION_REVERSED && with_texts) {
    struct lw_json_reader *reader = lw_json_reader_create(NULL);
    rc = lw_journal_read(db, decision->changed_seq, arena, &entry, err);
    if (rc == LW_OK && reader != NULL) {
      rc = lw_json_read(reader, arena, entry.body, NULL, &body, err);
    }
    if (rc == LW_OK) {
      rc = add_kept(db, lw_value_get(body, LW_STR("reason")), LW_STR(",\"reason\":"), false, arena,
                    out, err);
    }
    lw_json_reader_destroy(reader);
  }
  lw_buf_add_char(out, '}');
  return rc;
}

/* Members of an approval's grant, as they were given. */
static void add_approval(const struct lw_decision *decision, struct lw_buf *out)
{
  static const lw_str names[] = {LW_STR_INIT("approval"),    LW_STR_INIT("approver"),
                                 LW_STR_INIT("asked"),       LW_STR_INIT("asked_at"),
                                 LW_STR_INIT("waited_usec"), LW_STR_INIT("flagged")};
  for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
    const struct lw_value *value = lw_value_get(decision->body, names[i]);
    if (value != NULL) {
      lw_buf_add_char(out, ',');
      lw_json_add_string(out, names[i]);
      lw_buf_add_char(out, ':');
      lw_json_add_value(out, value);
    }
  }
}

static void add_standing(const struct lw_decision *decision, struct lw_buf *out)
{
  const struct lw_value *granted = lw_value_get(decision->body, LW_STR("granted"));
  uint16_t currency = lw_currency_find(lw_value_text(decision->body, LW_STR("currency")));
  LW_BUF_LIT(out, ",\"seq\":");
  lw_buf_add_uint(out, decision->seq);
  add_approval(decision, out);
  LW_BUF_LIT(out, ",\"agent\":");
  lw_json_add_string(out, decision->agent);
  LW_BUF_LIT(out, ",\"action\":");
  lw_json_add_string(
      out,
      lw_value_text(granted != NULL ? granted : lw_value_get(decision->body, LW_STR("request")),
                    LW_STR("action")));
  LW_BUF_LIT(out, ",\"state\":");
  lw_json_add_string(out, lw_decision_state_name(decision->state));
  if (decision->verdict == LW_GRANTED && decision->has_amount && currency != LW_CURRENCY_NONE) {
    bool gone = decision->state >= LW_DECISION_RELEASED;
    LW_BUF_LIT(out, ",\"stands_at\":");
    add_money(out, gone ? 0 : decision->amount_minor, currency);
  }
}

enum lw_code lw_decision_print(struct lw_db *db, const struct lw_decision *decision,
                               bool with_texts, struct lw_arena *arena, struct lw_buf *out,
                               struct lw_error *err)
{
  struct lw_decision_answer parts;
  enum lw_code rc = answer_parts(db, decision, arena, &parts, err);
  if (rc != LW_OK) {
    return rc;
  }
  lw_decision_add_answer(out, &parts);
  if (out->failed) {
    return lw_fail(err, LW_NO_MEMORY, "out of memory for the answer");
  }
  out->len--; /* its brace */
  add_standing(decision, out);
  rc = add_change(db, decision, with_texts, arena, out, err);
  if (rc == LW_OK) {
    rc = add_request(db, decision, with_texts, arena, out, err);
  }
  lw_buf_add_char(out, '}');
  return rc;
}

/* --- asked again --- */

enum lw_code lw_decision_order(const struct lw_snapshot *snapshot,
                               const struct lw_decision *decision, struct lw_arena *arena,
                               lw_usec now, struct lw_order *ret_order, struct lw_error *err)
{
  const struct lw_value *body = decision->body;
  const struct lw_value *stored = lw_value_get(body, LW_STR("stored"));
  const struct lw_person *person = lw_staff_find(snapshot->staff, decision->agent);
  struct lw_faults faults = {.arena = arena};
  struct lw_order order = {.value = lw_value_get(body, LW_STR("request")),
                           .stored_case = lw_value_get(stored, LW_STR("case")),
                           .stored_facts = lw_value_get(stored, LW_STR("facts")),
                           .asked = lw_value_text(body, LW_STR("id")),
                           .claims = true}; /* whoever said it had the right to then */
  if (snapshot->policy == NULL || person == NULL || !person->active) {
    return lw_fail(err, LW_STALE, "\"%.*s\" is not here any more", LW_FMT(decision->agent));
  }
  snapshot = lw_snapshot_for_team(snapshot, person->actor.team, now);
  if (!lw_order_read_for(&order, snapshot, &person->actor, now, arena, &faults)) {
    if (faults.count == 0) {
      return lw_fail(err, LW_NO_MEMORY, "out of memory");
    }
    return lw_fail(err, LW_STALE, "the request does not fit today's policy: %.*s %.*s",
                   LW_FMT(faults.items[0].at), LW_FMT(faults.items[0].message));
  }
  order.claims = lw_value_get(body, LW_STR("claims")) != NULL;
  order.request.has_note = lw_value_get(body, LW_STR("note")) != NULL;
  order.request.has_evidence = lw_value_get(body, LW_STR("evidence")) != NULL;
  order.snapshot = lw_snapshot_ref(snapshot);
  *ret_order = order;
  return LW_OK;
}
