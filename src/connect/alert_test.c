/* A test of the ways in which an ask reaches somebody: an entry that the stream tells them of and,
 * with mail on, a mail to themselves. The mail's delivery is made with the entry, not by following
 * it: so its id is in the answer. */
#include "connect/inside.h"

static enum lw_code append(struct lw_batch *batch, struct lw_change *change, lw_str person,
                           struct lw_error *err)
{
  struct lw_buf body = {0};
  LW_BUF_LIT(&body, "{\"person\":");
  lw_json_add_string(&body, person);
  LW_BUF_LIT(&body, ",\"to\":[");
  lw_json_add_string(&body, person);
  LW_BUF_LIT(&body, "]}");
  return lw_batch_append_body(batch, change, LW_EVENT_ALERT_TEST, &body, err);
}

/* `about` is the delivery itself: each test is a mail of its own. */
static enum lw_code add_mail(struct lw_batch *batch, struct lw_change *change, lw_str person,
                             struct lw_error *err)
{
  char text[LW_ID_TEXT_BYTES_MAX];
  lw_str id =
      lw_str_from(text, lw_id_write(LW_STR("dlv"), lw_id_make(batch->rand, batch->now), text));
  const struct lw_delivery_row row = {.id = id,
                                      .lane = LW_LANE_MAIL,
                                      .endpoint = LW_LANE_MAIL,
                                      .person = person,
                                      .about = id,
                                      .seq = change->seq,
                                      .kind = LW_KIND_ALERT_TEST,
                                      .at = batch->now};
  LW_BUF_LIT(&change->answer, ",\"mail\":");
  lw_json_add_string(&change->answer, id);
  return lw_delivery_insert(batch->db, &row, batch->now, err);
}

enum lw_code lw_alert_test_apply(struct lw_batch *batch, struct lw_change *change,
                                 struct lw_error *err)
{
  const struct lw_alert_test *test = change->user;
  bool mails = false;
  enum lw_code rc = append(batch, change, test->person, err);
  if (rc == LW_OK && test->mail) {
    rc = lw_connect_has_address(batch->db, test->person, &mails, err);
  }
  if (rc == LW_OK) {
    lw_buf_printf(&change->answer, "{\"seq\":%llu", (unsigned long long)change->seq);
    rc = mails ? add_mail(batch, change, test->person, err) : LW_OK;
  }
  if (rc == LW_OK) {
    LW_BUF_LIT(&change->answer, "}");
    lw_change_status(change, 201);
  }
  return rc;
}

enum lw_code lw_alert_test_print(struct lw_db *db, lw_str person, lw_str delivery,
                                 struct lw_arena *arena, struct lw_buf *out, struct lw_error *err)
{
  struct lw_delivery_row row = {.seq = 0};
  enum lw_delivery_state state = LW_DELIVERY_WAITING;
  int attempts = 0;
  enum lw_code rc = lw_delivery_get(db, delivery, arena, &row, &state, &attempts, err);
  bool theirs =
      rc == LW_OK && lw_str_equal(row.person, person) && lw_str_equal(row.kind, LW_KIND_ALERT_TEST);
  if (rc == LW_NOT_FOUND || (rc == LW_OK && !theirs)) {
    return lw_fail(err, LW_NOT_FOUND, "you have no such test");
  }
  return rc == LW_OK ? lw_delivery_print(db, delivery, out, err) : rc;
}
