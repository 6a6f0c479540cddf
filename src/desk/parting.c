/* Outcomes: read, recorded. A row is a customer and a moment; saying it again changes nothing. */
#include "desk/parting.h"

#include "base/bounds.h"
#include "data/member.h"

enum { AHEAD_SECONDS = 300, CUSTOMER_BYTES_MAX = 200 };

lw_str lw_parting_name(bool lost)
{
  return lost ? LW_STR("lost") : LW_STR("kept");
}

bool lw_parting_name_read(lw_str name, bool *ret_lost)
{
  *ret_lost = lw_str_equal(name, LW_STR("lost"));
  return *ret_lost || lw_str_equal(name, LW_STR("kept"));
}

static void read_member(lw_str key, const struct lw_value *value, struct lw_parting_new *outcome,
                        struct lw_faults *faults)
{
  bool text = value->kind == LW_VALUE_STRING;
  if (lw_str_equal(key, LW_STR("outcome"))) {
    if (!text || !lw_parting_name_read(value->text, &outcome->outcome.lost)) {
      lw_faults_add(faults, key, "is kept or lost");
    }
  } else if (lw_str_equal(key, LW_STR("at"))) {
    outcome->has_at = value->kind != LW_VALUE_NULL;
    if (outcome->has_at && (!text || !lw_member_read_time(value->text, &outcome->outcome.at))) {
      lw_faults_add(faults, key, "is a time as RFC 3339 writes it");
    }
  } else {
    lw_faults_add(faults, key, "is not a field of an outcome");
  }
}

bool lw_parting_read(const struct lw_value *value, lw_str customer,
                     struct lw_parting_new *ret_outcome, struct lw_faults *faults)
{
  size_t before = faults->count;
  *ret_outcome = (struct lw_parting_new){.outcome = {.customer = customer}};
  if (value == NULL || value->kind != LW_VALUE_MAP) {
    lw_faults_add(faults, LW_STR(""), "is a map: {\"outcome\": \"kept\"}");
    return false;
  }
  if (customer.len == 0 || customer.len > CUSTOMER_BYTES_MAX) {
    lw_faults_add(faults, LW_STR("customer"), "is a text of at most %d bytes", CUSTOMER_BYTES_MAX);
  }
  if (lw_value_get(value, LW_STR("outcome")) == NULL) {
    lw_faults_add(faults, LW_STR("outcome"), "is missing: kept or lost");
  }
  for (uint32_t i = 0; i < value->count; i++) {
    read_member(value->entries[i].key, &value->items[i], ret_outcome, faults);
  }
  return faults->count == before;
}

enum lw_code lw_parting_find(struct lw_db *db, lw_str customer, lw_usec at, bool *ret_found,
                             bool *ret_lost, struct lw_error *err)
{
  struct lw_stmt *stmt = NULL;
  enum lw_code rc =
      lw_db_statement(db, "SELECT lost FROM outcome WHERE customer = $1 AND at = $2", &stmt, err);
  if (rc != LW_OK) {
    return rc;
  }
  lw_stmt_text(stmt, 1, customer);
  lw_stmt_int(stmt, 2, at);
  rc = lw_stmt_step(stmt, ret_found, err);
  *ret_lost = rc == LW_OK && *ret_found && lw_stmt_get_int(stmt, 0) != 0;
  lw_stmt_reset(stmt);
  return rc;
}

static void print(const struct lw_parting *outcome, struct lw_buf *out)
{
  lw_buf_add_char(out, '{');
  lw_member_text(out, "customer", outcome->customer);
  lw_member_text(out, "outcome", lw_parting_name(outcome->lost));
  lw_member_time(out, "at", outcome->at);
  lw_buf_add_char(out, '}');
}

enum lw_code lw_parting_write(struct lw_batch *batch, struct lw_change *change,
                              const struct lw_parting *outcome, struct lw_error *err)
{
  struct lw_buf body = {0};
  struct lw_stmt *stmt = NULL;
  enum lw_code rc = lw_db_statement(
      batch->db, "INSERT INTO outcome (customer, at, lost) VALUES ($1, $2, $3)", &stmt, err);
  if (rc != LW_OK) {
    return rc;
  }
  lw_stmt_text(stmt, 1, outcome->customer);
  lw_stmt_int(stmt, 2, outcome->at);
  lw_stmt_int(stmt, 3, outcome->lost);
  rc = lw_stmt_run(stmt, err);
  print(outcome, &body);
  if (rc == LW_OK) {
    rc = body.failed
             ? lw_fail(err, LW_NO_MEMORY, "out of memory for a journal entry")
             : lw_batch_append(batch, change, LW_EVENT_CUSTOMER_OUTCOME, lw_buf_str(&body), err);
  }
  lw_buf_finish(&body);
  return rc;
}

enum lw_code lw_parting_record(struct lw_batch *batch, struct lw_change *change,
                               struct lw_error *err)
{
  const struct lw_parting_new *ask = change->user;
  struct lw_parting outcome = ask->outcome;
  bool found = false;
  bool lost = false;
  outcome.at = ask->has_at ? outcome.at : batch->now;
  if (outcome.at > batch->now + AHEAD_SECONDS * LW_USEC_PER_SECOND) {
    return lw_fail(err, LW_INVALID, "at: lies ahead of now");
  }
  enum lw_code rc = lw_parting_find(batch->db, outcome.customer, outcome.at, &found, &lost, err);
  if (rc == LW_OK && found && lost != outcome.lost) {
    rc = lw_fail(err, LW_CONFLICT, "of that moment it was said that the customer was %s",
                 lost ? "lost" : "kept");
  }
  if (rc == LW_OK && !found) {
    rc = lw_parting_write(batch, change, &outcome, err);
  }
  if (rc != LW_OK) {
    return rc;
  }
  print(&outcome, &change->answer);
  lw_change_status(change, found ? 200 : 201);
  return change->answer.failed ? lw_fail(err, LW_NO_MEMORY, "out of memory for an answer") : LW_OK;
}
