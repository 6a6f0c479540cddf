/* The room around an approval: the same questions that POST /v1/options answers, put once for the
 * agent and once for whoever may say yes, about the request as it stands in the record. Nothing is
 * drawn and nothing recorded. */
#include "desk/approval_room.h"

#include "desk/approval_entry.h"
#include "desk/contact.h"
#include "data/member.h"
#include "ledger/drawn.h"
#include "policy/phrase.h"

struct room {
  const struct lw_desk_reader *reader;
  const struct lw_approval *approval;
  const struct lw_person *me;
  struct lw_json_reader *json;
  struct lw_order order;
};

static bool is_asked_for(const struct room *room, const struct lw_value *option)
{
  const struct lw_value *action = lw_value_get(option, LW_STR("action"));
  return action != NULL && lw_str_equal(action->text, room->approval->action);
}

/* The options of the agent, or of an approver for the agent, as a list. */
static enum lw_code get_options(struct room *room, const struct lw_actor *approver,
                                const struct lw_value **ret_list, struct lw_error *err)
{
  const struct lw_desk_reader *reader = room->reader;
  const struct lw_preview_options options = {.approver = approver, .now = reader->now};
  struct lw_buf text = {0};
  enum lw_code rc =
      lw_order_preview_add(reader->db, reader->drawn, &room->order, &options, &text, err);
  lw_db_rollback(reader->db); /* each question has a snapshot of its own */
  lw_str kept = rc == LW_OK ? lw_str_copy(reader->arena, lw_buf_str(&text)) : LW_STR("");
  lw_buf_finish(&text);
  return rc == LW_OK ? lw_json_read(room->json, reader->arena, kept, NULL, ret_list, err) : rc;
}

/* Those with that action, or those without. */
static void add_options(const struct room *room, const struct lw_value *list, bool asked_for,
                        struct lw_buf *out)
{
  for (uint32_t i = 0; i < list->count; i++) {
    if (is_asked_for(room, &list->items[i]) == asked_for) {
      lw_buf_add_c(out, out->ptr[out->len - 1] == '[' ? "" : ",");
      lw_json_add_value(out, &list->items[i]);
    }
  }
}

/* --- mine --- */

static void add_sentence(const struct lw_policy *policy, lw_str id, struct lw_buf *out)
{
  for (uint32_t i = 0; i < policy->n_grants; i++) {
    if (lw_str_equal(policy->grants[i].id, id)) {
      struct lw_buf text = {0};
      lw_sentence_grant(policy, &policy->grants[i], false, &text);
      lw_member_text(out, "text", lw_buf_str(&text));
      out->failed |= text.failed;
      lw_buf_finish(&text);
    }
  }
}

/* What one could say yes to: no more than was asked for. */
static void add_most(const struct room *room, const struct lw_value *option, struct lw_buf *out)
{
  const struct lw_approval *approval = room->approval;
  uint16_t currency = lw_approval_currency(approval);
  const struct lw_value *up_to = lw_value_get(option, LW_STR("up_to"));
  struct lw_money most = {approval->amount_minor, currency};
  struct lw_money reach = {0};
  if (up_to != NULL && lw_money_read(up_to->text, currency, &reach) == LW_MONEY_OK &&
      reach.minor < most.minor) {
    most = reach;
  }
  lw_member_money(out, "most", approval->has_amount, most.minor, currency);
}

static void add_value(const struct lw_value *option, const char *key, struct lw_buf *out)
{
  const struct lw_value *value = lw_value_get(option, lw_str_c(key));
  if (value != NULL) {
    lw_member_key(out, key);
    lw_json_add_value(out, value);
  }
}

static void add_mine(const struct room *room, const struct lw_value *list, struct lw_buf *out)
{
  const struct lw_value *own = NULL;
  for (uint32_t i = 0; own == NULL && i < list->count; i++) {
    own = is_asked_for(room, &list->items[i]) ? &list->items[i] : NULL;
  }
  lw_member_key(out, "mine");
  lw_buf_add_char(out, '{');
  if (own != NULL) {
    const struct lw_value *grant = lw_value_get(own, LW_STR("grant"));
    add_value(own, "grant", out);
    add_value(own, "why", out);
    add_sentence(room->reader->snapshot->policy, grant != NULL ? grant->text : LW_STR(""), out);
    add_most(room, own, out);
  }
  if (own != NULL && lw_value_get(own, LW_STR("effect")) != NULL) {
    add_value(own, "effect", out);
  } else {
    lw_member_raw(out, "effect", LW_STR("[]"));
  }
  lw_member_key(out, "others");
  lw_buf_add_char(out, '[');
  add_options(room, list, false, out);
  LW_BUF_LIT(out, "]}");
}

/* --- who comes next --- */

static enum lw_code add_next(const struct room *room, struct lw_buf *out, struct lw_error *err)
{
  const struct lw_desk_reader *reader = room->reader;
  const struct lw_snapshot *snapshot = reader->snapshot;
  const struct lw_person *next = NULL;
  uint32_t level = 0;
  struct lw_drawn_source source = {.drawn = reader->drawn};
  uint32_t route = lw_asking_route(snapshot->policy, room->approval->route);
  struct lw_rows *rows = route != UINT32_MAX ? lw_rows_create(NULL) : NULL;
  struct lw_decider *decider =
      rows != NULL ? lw_decider_create(snapshot->policy, rows, &snapshot->staff->directory, NULL)
                   : NULL;
  enum lw_code rc = LW_OK;
  if (decider == NULL) {
    goto out; /* the route is gone: nobody comes next */
  }
  rc = lw_drawn_source_init(&source, reader->db, reader->drawn, true, err);
  if (rc != LW_OK) {
    goto out;
  }
  lw_rows_set_source(rows, &source.source);
  rc = lw_asking_preview_from(reader, &room->order, decider, route, room->approval->level + 1,
                              &next, &level, err);
  if (rc == LW_OK && lw_rows_failed(rows)) {
    rc = lw_fail(err, source.error.code == LW_BUSY ? LW_BUSY : LW_IO,
                 "a budget could not be read: %s", source.error.text);
  }
  if (rc == LW_OK && next != NULL) {
    lw_member_key(out, "next");
    lw_contact_print_who(reader, next, out);
  }
out:
  lw_db_rollback(reader->db);
  lw_drawn_source_finish(&source);
  lw_decider_destroy(decider);
  lw_rows_destroy(rows);
  return rc;
}

/* --- the whole --- */

static enum lw_code add_room(struct room *room, struct lw_buf *out, struct lw_error *err)
{
  const struct lw_value *mine = NULL;
  const struct lw_value *can = NULL;
  enum lw_code rc = get_options(room, &room->me->actor, &mine, err);
  if (rc == LW_OK) {
    rc = get_options(room, NULL, &can, err);
  }
  if (rc != LW_OK) {
    return rc;
  }
  add_mine(room, mine, out);
  lw_member_key(out, "can");
  lw_buf_add_char(out, '[');
  add_options(room, can, true, out);
  add_options(room, can, false, out);
  lw_buf_add_char(out, ']');
  return room->approval->level < room->approval->levels ? add_next(room, out, err) : LW_OK;
}

static enum lw_code open_order(struct room *room, struct lw_error *err)
{
  const struct lw_desk_reader *reader = room->reader;
  struct lw_decision decision = {0};
  lw_id id;
  if (!lw_id_read(LW_STR("dec"), room->approval->decision, &id)) {
    return lw_fail(err, LW_INTERNAL, "approval %.*s has no decision", LW_FMT(room->approval->id));
  }
  enum lw_code rc =
      lw_decision_get(reader->db, NULL, id, reader->arena, room->json, &decision, err);
  if (rc == LW_OK) {
    rc = lw_decision_order(reader->snapshot, &decision, reader->arena, reader->now, &room->order,
                           err);
  }
  struct lw_request *request = &room->order.request;
  request->has_note = request->has_note || room->approval->note.len != 0;
  request->has_evidence = request->has_evidence || room->approval->evidence.len != 0;
  return rc;
}

enum lw_code lw_approval_print_room(const struct lw_desk_reader *reader,
                                    const struct lw_approval *approval, struct lw_buf *out,
                                    struct lw_error *err)
{
  struct lw_desk_reader own_reader = *reader; /* by the version that its agent has */
  struct room room = {.reader = &own_reader, .approval = approval};
  struct lw_error own = {0};
  room.me = reader->caller != NULL && reader->caller->person != NULL
                ? lw_staff_find(reader->snapshot->staff, reader->caller->person->actor.id)
                : NULL;
  own_reader.snapshot = lw_snapshot_for(reader->snapshot, approval->agent, reader->now);
  room.json = lw_json_reader_create(NULL);
  if (room.json == NULL) {
    return lw_fail(err, LW_NO_MEMORY, "out of memory while reading a decision");
  }
  enum lw_code rc = room.me != NULL && reader->snapshot->policy != NULL
                        ? open_order(&room, &own)
                        : lw_fail(&own, LW_STALE, "nobody");
  if (rc == LW_OK) {
    rc = add_room(&room, out, &own);
    lw_order_finish(&room.order);
  } else if (rc == LW_STALE) {
    rc = LW_OK;
  }
  if (rc != LW_OK) {
    *err = own;
  }
  lw_json_reader_destroy(room.json);
  return rc;
}
