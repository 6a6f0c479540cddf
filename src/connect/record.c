/* What came of an attempt. Arrived: done. 410: the other side wants no more, the endpoint is
 * switched off. Anything else: again, by the schedule, or later if the other side asked for it;
 * after the last attempt the delivery has failed for good, which is an entry of the journal, and
 * the endpoint is switched off. What still waits for it stays, and goes on when it is switched on.
 *
 * The schedule of webhooks is the one that Standard Webhooks suggests; an alert by mail is urgent
 * or useless, so that its own ends after some twenty minutes. Delays get up to a tenth more, so
 * that what failed together does not come back together. */
#include "connect/inside.h"

#define SECONDS(n) ((lw_usec)(n)*LW_USEC_PER_SECOND)
#define MINUTES(n) SECONDS((n)*60)
#define HOURS(n)   MINUTES((n)*60)

static const lw_usec webhook_delays[] = {SECONDS(5), MINUTES(5), MINUTES(30), HOURS(2), HOURS(5),
                                         HOURS(10),  HOURS(14),  HOURS(20),   HOURS(24)};
static const lw_usec mail_delays[] = {MINUTES(1), MINUTES(5), MINUTES(15)};

#define RETRY_AFTER_MAX HOURS(24)

enum { GONE = 410, MAIL_REFUSED_FIRST = 550, MAIL_REFUSED_LAST = 553 };

lw_usec lw_delivery_delay(bool is_mail, int attempts, uint64_t jitter)
{
  const lw_usec *delays = is_mail ? mail_delays : webhook_delays;
  int count = (int)(is_mail ? sizeof(mail_delays) / sizeof(mail_delays[0])
                            : sizeof(webhook_delays) / sizeof(webhook_delays[0]));
  if (attempts < 1 || attempts > count) {
    return -1;
  }
  lw_usec delay = delays[attempts - 1];
  return delay + delay / 1000 * (lw_usec)(jitter % 101);
}

struct end {
  struct lw_delivery_row row;
  struct lw_delivery_end end;
  int attempts; /* with this one */
  bool is_test;
  bool is_mail;
  bool gone;
};

static bool is_last(const struct end *end, const struct lw_outbound_result *result, lw_usec delay)
{
  bool refused =
      end->is_mail && result->status >= MAIL_REFUSED_FIRST && result->status <= MAIL_REFUSED_LAST;
  return end->is_test || end->gone || refused || delay < 0;
}

static void decide(const struct lw_outbound_result *result, lw_usec now, uint64_t jitter,
                   struct end *end)
{
  end->end.status = result->status;
  end->end.error = result->error;
  if (result->sent) {
    end->end.state = LW_DELIVERY_DELIVERED;
    return;
  }
  end->gone = !end->is_mail && !end->is_test && result->status == GONE;
  lw_usec delay = lw_delivery_delay(end->is_mail, end->attempts, jitter);
  if (is_last(end, result, delay)) {
    end->end.state = LW_DELIVERY_FAILED;
    return;
  }
  lw_usec asked =
      result->retry_after_usec < RETRY_AFTER_MAX ? result->retry_after_usec : RETRY_AFTER_MAX;
  end->end.state = LW_DELIVERY_WAITING;
  end->end.due_at = now + (asked > delay ? asked : delay);
}

/* No address, no words of a mail server: a mail's entry has the person's id alone. */
static enum lw_code append_failed(struct lw_batch *batch, struct lw_change *change,
                                  const struct end *end, struct lw_error *err)
{
  struct lw_buf body = {0};
  lw_buf_printf(&body, "{\"delivery\":\"%.*s\"", LW_FMT(end->row.id));
  lw_buf_add_c(&body, end->is_mail ? ",\"person\":" : ",\"webhook\":");
  lw_json_add_string(&body, end->is_mail ? end->row.person : end->row.endpoint);
  LW_BUF_LIT(&body, ",\"kind\":");
  lw_json_add_string(&body, end->row.kind);
  lw_buf_printf(&body, ",\"entry\":%llu,\"attempts\":%d,\"status\":%d",
                (unsigned long long)end->row.seq, end->attempts, end->end.status);
  if (!end->is_mail) {
    LW_BUF_LIT(&body, ",\"error\":");
    lw_json_add_string(&body, lw_str_c(end->end.error));
    LW_BUF_LIT(&body, ",\"disabled\":true");
  }
  LW_BUF_LIT(&body, "}");
  return lw_batch_append_body(batch, change, LW_EVENT_DELIVERY_FAILED, &body, err);
}

static enum lw_code settle_endpoint(struct lw_batch *batch, const struct end *end,
                                    struct lw_error *err)
{
  enum lw_code rc = LW_OK;
  if (end->end.state != LW_DELIVERY_WAITING) {
    rc = lw_endpoint_count(batch->db, end->row.endpoint, -1, NULL, err);
  }
  if (rc == LW_OK) {
    rc = lw_endpoint_note(batch->db, end->row.endpoint, end->end.state == LW_DELIVERY_DELIVERED,
                          batch->now, err);
  }
  if (rc == LW_OK && end->end.state == LW_DELIVERY_FAILED) {
    lw_str why = end->gone ? LW_STR("it answered 410: it wants no more")
                           : LW_STR("a delivery failed at the end of its schedule");
    rc = lw_endpoint_switch_off(batch->db, end->row.endpoint, why, err);
  }
  return rc;
}

static enum lw_code record_one(struct lw_batch *batch, struct lw_change *change,
                               const struct lw_slot *slot, size_t *failed, struct lw_error *err)
{
  struct end end = {.is_mail = slot->is_mail};
  enum lw_delivery_state state = LW_DELIVERY_WAITING;
  enum lw_code rc = lw_delivery_get(batch->db, lw_slot_id(slot), change->arena, &end.row, &state,
                                    &end.attempts, err);
  if (rc == LW_NOT_FOUND || (rc == LW_OK && state != LW_DELIVERY_WAITING)) {
    return LW_OK; /* its endpoint went away meanwhile */
  }
  if (rc != LW_OK) {
    return rc;
  }
  uint64_t jitter = 0;
  batch->rand->fill(batch->rand->user, &jitter, sizeof(jitter));
  end.attempts++;
  end.is_test =
      lw_str_equal(end.row.lane, LW_LANE_TEST) ||
      lw_str_equal(end.row.kind, LW_KIND_ALERT_TEST); /* whoever waits for it tries again */
  decide(&slot->result, batch->now, jitter, &end);
  rc = lw_delivery_record(batch->db, end.row.id, &end.end, batch->now, err);
  if (rc == LW_OK && !end.is_mail && !end.is_test) {
    rc = settle_endpoint(batch, &end, err);
  }
  if (rc == LW_OK && end.end.state == LW_DELIVERY_FAILED && !end.is_test) {
    (*failed)++;
    rc = append_failed(batch, change, &end, err);
  }
  return rc;
}

struct record {
  struct lw_slot *slots[LW_DELIVERIES_UNDER_WAY];
  size_t count;
  size_t failed; /* for good */
};

static enum lw_code apply(struct lw_batch *batch, struct lw_change *change, struct lw_error *err)
{
  struct record *record = change->user;
  enum lw_code rc = LW_OK;
  record->failed = 0;
  for (size_t i = 0; rc == LW_OK && i < record->count; i++) {
    rc = record_one(batch, change, record->slots[i], &record->failed, err);
  }
  if (rc == LW_OK) {
    lw_change_status(change, 200);
  }
  return rc;
}

void lw_connect_finish_slot(struct lw_connect *connect, const struct lw_outbound_result *result)
{
  if (result->tag >= LW_DELIVERIES_UNDER_WAY) {
    return;
  }
  struct lw_slot *slot = &connect->slots[result->tag];
  if (slot->state != LW_SLOT_UNDER_WAY) {
    return;
  }
  slot->state = LW_SLOT_FINISHED;
  slot->result = *result;
  (void)atomic_fetch_sub(&connect->under_way, 1);
  (void)atomic_fetch_add(result->sent ? &connect->delivered : &connect->retried, 1);
}

enum lw_code lw_connect_record(struct lw_connect *connect, struct lw_error *err)
{
  struct record record = {.count = 0};
  for (size_t i = 0; i < LW_DELIVERIES_UNDER_WAY; i++) {
    if (connect->slots[i].state == LW_SLOT_FINISHED) {
      record.slots[record.count++] = &connect->slots[i];
    }
  }
  if (record.count == 0) {
    return LW_OK;
  }
  enum lw_code rc = lw_connect_run(connect, apply, &record, err);
  for (size_t i = 0; rc == LW_OK && i < record.count; i++) {
    record.slots[i]->state = LW_SLOT_FREE;
  }
  if (rc == LW_OK) {
    (void)atomic_fetch_add(&connect->failed, record.failed);
  }
  return rc;
}
