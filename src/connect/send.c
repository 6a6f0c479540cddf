/* Starting what is due. Each lane (an endpoint, mails, tests) has at most LW_DELIVERIES_AT_ONCE
 * under way, so that a slow endpoint fills its own lane and no other. The body is made anew at each
 * attempt from the entry in the journal: nothing of it is stored twice, and a text that was erased
 * in between is not sent. What can't be made is an attempt that failed, with its reason. */
#include "base/crypto.h"
#include "connect/alert.h"
#include "connect/endpoint.h"
#include "connect/inside.h"
#include "connect/payload.h"

#include <stdio.h>

/* Of a lane: what is under way stands among the first, and as many again may start. */
enum { ROWS = 2 * LW_DELIVERIES_AT_ONCE };

struct sending {
  struct lw_connect *connect;
  struct lw_db *db;
  lw_usec now;
  lw_usec next;
  struct lw_error *err;
};

static struct lw_slot *find_slot(struct lw_connect *connect, lw_str id)
{
  for (size_t i = 0; i < LW_DELIVERIES_UNDER_WAY; i++) {
    struct lw_slot *slot = &connect->slots[i];
    if (slot->state != LW_SLOT_FREE && lw_str_equal(lw_slot_id(slot), id)) {
      return slot;
    }
  }
  return NULL;
}

static size_t count_lane(const struct lw_connect *connect, lw_str lane)
{
  size_t count = 0;
  for (size_t i = 0; i < LW_DELIVERIES_UNDER_WAY; i++) {
    const struct lw_slot *slot = &connect->slots[i];
    count += slot->state != LW_SLOT_FREE && lw_str_equal(lw_slot_lane(slot), lane);
  }
  return count;
}

static struct lw_slot *take_slot(struct lw_connect *connect, const struct lw_delivery_row *row)
{
  for (size_t i = 0; i < LW_DELIVERIES_UNDER_WAY; i++) {
    struct lw_slot *slot = &connect->slots[i];
    if (slot->state != LW_SLOT_FREE) {
      continue;
    }
    if (row->id.len > sizeof(slot->id) || row->lane.len > sizeof(slot->lane)) {
      return NULL;
    }
    *slot = (struct lw_slot){.state = LW_SLOT_UNDER_WAY};
    memcpy(slot->id, row->id.ptr, row->id.len);
    slot->id_len = row->id.len;
    memcpy(slot->lane, row->lane.ptr, row->lane.len);
    slot->lane_len = row->lane.len;
    slot->is_mail = lw_str_equal(row->lane, LW_LANE_MAIL);
    (void)atomic_fetch_add(&connect->under_way, 1);
    return slot;
  }
  return NULL;
}

/* --- webhooks --- */

static size_t read_keys(const struct lw_endpoint_row *endpoint, lw_usec now,
                        struct lw_webhook_key keys[2])
{
  size_t count = lw_webhook_key_read(endpoint->secret, &keys[0]) ? 1 : 0;
  if (count == 1 && endpoint->old_until > now &&
      lw_webhook_key_read(endpoint->old_secret, &keys[1])) {
    count = 2;
  }
  return count;
}

static enum lw_code make_body(const struct sending *sending, const struct lw_delivery_row *row,
                              const struct lw_endpoint_row *endpoint, struct lw_buf *out)
{
  if (row->seq == 0) {
    lw_payload_write_test(endpoint->id, row->at, out);
    return LW_OK;
  }
  struct lw_connect *connect = sending->connect;
  struct lw_entry_view entry;
  enum lw_code rc = lw_journal_read(sending->db, row->seq, &connect->scratch, &entry, sending->err);
  const struct lw_payload_options options = {sending->db, connect->reader, &connect->scratch,
                                             endpoint->texts, connect->words};
  return rc == LW_OK ? lw_payload_write(&options, &entry, out, sending->err) : rc;
}

static enum lw_code post(const struct sending *sending, uint64_t tag,
                         const struct lw_delivery_row *row, const struct lw_endpoint_row *endpoint,
                         lw_str body)
{
  struct lw_webhook_key keys[2];
  char seconds_text[24];
  struct lw_buf signature = {0};
  int64_t seconds = lw_world_now(lw_engine_world(sending->connect->engine)) / LW_USEC_PER_SECOND;
  size_t count = read_keys(endpoint, sending->now, keys);
  enum lw_code rc;
  if (count == 0) {
    rc = lw_fail(sending->err, LW_INVALID, "the webhook has no usable secret");
  } else {
    lw_webhook_sign(row->id, seconds, body, keys, count, &signature);
    int len = snprintf(seconds_text, sizeof(seconds_text), "%lld", (long long)seconds);
    const struct lw_outbound_post request = {
        .url = endpoint->url,
        .headers = {{LW_STR("webhook-id"), row->id},
                    {LW_STR("webhook-timestamp"), lw_str_from(seconds_text, (size_t)len)},
                    {LW_STR("webhook-signature"), lw_buf_str(&signature)}},
        .headers_count = 3,
        .body = body};
    const struct lw_outbound *outbound = sending->connect->outbound;
    rc = signature.failed ? lw_fail(sending->err, LW_NO_MEMORY, "out of memory")
                          : outbound->post(outbound->user, tag, &request, sending->err);
  }
  lw_secret_wipe(keys, sizeof(keys));
  lw_buf_finish(&signature);
  return rc;
}

static enum lw_code start_webhook(const struct sending *sending, uint64_t tag,
                                  const struct lw_delivery_row *row)
{
  struct lw_endpoint_row endpoint;
  struct lw_buf body = {0};
  enum lw_code rc = lw_endpoint_get(sending->db, row->endpoint, &sending->connect->scratch,
                                    &endpoint, sending->err);
  if (rc == LW_OK) {
    rc = make_body(sending, row, &endpoint, &body);
  }
  if (rc == LW_OK) {
    rc = body.failed ? lw_fail(sending->err, LW_NO_MEMORY, "out of memory")
                     : post(sending, tag, row, &endpoint, lw_buf_str(&body));
  }
  lw_buf_finish(&body);
  return rc;
}

/* --- mails --- */

static enum lw_code get_receiver(const struct sending *sending, lw_str person, lw_str *ret_name,
                                 lw_str *ret_address)
{
  static const char sql[] =
      "SELECT name, email FROM person WHERE id = $1 AND left_at IS NULL AND email <> ''";
  struct lw_arena *arena = &sending->connect->scratch;
  struct lw_stmt *row = NULL;
  enum lw_code rc = lw_db_find(sending->db, sql, person, &row, sending->err);
  if (rc != LW_OK) {
    return rc == LW_NOT_FOUND ? lw_fail(sending->err, rc, "the person has no mail address any more")
                              : rc;
  }
  *ret_name = lw_stmt_copy_text(row, 0, arena);
  *ret_address = lw_stmt_copy_text(row, 1, arena);
  lw_stmt_reset(row);
  return arena->failed ? lw_fail(sending->err, LW_NO_MEMORY, "out of memory") : LW_OK;
}

static enum lw_code write_words(const struct sending *sending, const struct lw_delivery_row *row,
                                struct lw_alert_words *words)
{
  struct lw_connect *connect = sending->connect;
  struct lw_entry_view entry;
  const struct lw_value *body = NULL;
  enum lw_code rc = lw_journal_read(sending->db, row->seq, &connect->scratch, &entry, sending->err);
  if (rc == LW_OK) {
    rc = lw_json_read(connect->reader, &connect->scratch, entry.body, NULL, &body, sending->err);
  }
  if (rc == LW_OK && !lw_alert_write(row->kind, body, lw_str_c(connect->public_url), words)) {
    rc = lw_fail(sending->err, LW_INVALID, "the entry names no approval");
  }
  return rc;
}

static enum lw_code print_and_send(const struct sending *sending, uint64_t tag,
                                   const struct lw_mail *mail)
{
  struct lw_buf message = {0};
  const struct lw_outbound *outbound = sending->connect->outbound;
  enum lw_code rc = lw_mail_print(mail, &message, sending->err);
  if (rc == LW_OK) {
    const struct lw_outbound_mail request = {mail->from, mail->to, lw_buf_str(&message)};
    rc = outbound->mail(outbound->user, tag, &request, sending->err);
  }
  lw_buf_finish(&message);
  return rc;
}

static enum lw_code start_mail(const struct sending *sending, uint64_t tag,
                               const struct lw_delivery_row *row)
{
  struct lw_alert_words words = {0};
  struct lw_mail mail = {.from = lw_str_c(sending->connect->mail_from),
                         .from_name = LW_STR("Leeway"),
                         .id = row->id,
                         .at = sending->now};
  enum lw_code rc = get_receiver(sending, row->person, &mail.to_name, &mail.to);
  if (rc == LW_OK) {
    rc = write_words(sending, row, &words);
  }
  if (rc == LW_OK) {
    mail.subject = lw_buf_str(&words.subject);
    mail.text = lw_buf_str(&words.text);
    mail.html = lw_buf_str(&words.html);
    rc = print_and_send(sending, tag, &mail);
  }
  lw_buf_finish(&words.subject);
  lw_buf_finish(&words.text);
  lw_buf_finish(&words.html);
  return rc;
}

/* --- lanes --- */

/* The store or memory failed: the round ends and comes again. Else: the attempt failed. */
static enum lw_code give_up(const struct sending *sending, struct lw_slot *slot, uint64_t tag,
                            enum lw_code rc)
{
  if (rc == LW_IO || rc == LW_BUSY || rc == LW_NO_MEMORY) {
    slot->state = LW_SLOT_FREE;
    (void)atomic_fetch_sub(&sending->connect->under_way, 1);
    return rc;
  }
  struct lw_outbound_result result = {.tag = tag};
  (void)snprintf(result.error, sizeof(result.error), "%.*s", LW_OUTBOUND_ERROR_BYTES - 1,
                 sending->err->text);
  lw_connect_finish_slot(sending->connect, &result);
  return LW_OK;
}

static enum lw_code start(const struct sending *sending, const struct lw_delivery_row *row)
{
  struct lw_slot *slot = take_slot(sending->connect, row);
  if (slot == NULL) {
    return LW_OK; /* all are taken: a result that comes in wakes us */
  }
  uint64_t tag = (uint64_t)(slot - sending->connect->slots);
  enum lw_code rc =
      slot->is_mail ? start_mail(sending, tag, row) : start_webhook(sending, tag, row);
  return rc == LW_OK ? LW_OK : give_up(sending, slot, tag, rc);
}

static enum lw_code work_lane(struct sending *sending, lw_str lane)
{
  struct lw_connect *connect = sending->connect;
  struct lw_delivery_row rows[ROWS];
  uint32_t count = 0;
  size_t under_way = count_lane(connect, lane);
  if (under_way >= LW_DELIVERIES_AT_ONCE) {
    return LW_OK;
  }
  enum lw_code rc =
      lw_delivery_due(sending->db, lane, ROWS, &connect->scratch, rows, &count, sending->err);
  for (uint32_t i = 0; rc == LW_OK && i < count && under_way < LW_DELIVERIES_AT_ONCE; i++) {
    if (find_slot(connect, rows[i].id) != NULL) {
      continue;
    }
    if (rows[i].due_at > sending->now) {
      sending->next = rows[i].due_at < sending->next ? rows[i].due_at : sending->next;
      break;
    }
    rc = start(sending, &rows[i]);
    under_way++;
  }
  return rc;
}

enum lw_code lw_connect_send(struct lw_connect *connect, struct lw_db *db, lw_usec *ret_next,
                             struct lw_error *err)
{
  struct sending sending = {connect, db, lw_engine_now(connect->engine), INT64_MAX, err};
  const struct lw_endpoint_row *endpoints = NULL;
  uint32_t count = 0;
  enum lw_code rc = connect->mail_from != NULL ? work_lane(&sending, LW_LANE_MAIL) : LW_OK;
  if (rc == LW_OK) {
    rc = work_lane(&sending, LW_LANE_TEST);
  }
  if (rc == LW_OK) {
    rc = lw_endpoint_rows(db, &connect->scratch, &endpoints, &count, err);
  }
  for (uint32_t i = 0; rc == LW_OK && i < count; i++) {
    if (endpoints[i].active && endpoints[i].waiting > 0) {
      rc = work_lane(&sending, endpoints[i].id);
    }
  }
  if (rc == LW_OK) {
    *ret_next = sending.next;
  }
  return rc;
}
