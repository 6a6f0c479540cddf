/* Growing (train/growing.h): courses outside, hours, certificates. A course's price is a decision:
 * its request is put together here and read as POST /v1/decisions reads one, and the writer decides
 * it and keeps it with the course in one transaction. */
#include "http/growing.h"

#include "base/date.h"
#include "base/num.h"
#include "desk/approval.h"
#include "http/api.h"
#include "people/person.h"

/* --- what desk knows of asks --- */

static enum lw_code find_asked(struct lw_db *db, lw_str decision, struct lw_arena *arena,
                               struct lw_growing_asked *ret_asked, struct lw_error *err)
{
  struct lw_approval_stand stand;
  enum lw_code rc = lw_approval_stand_of(db, decision, arena, &stand, err);
  if (rc == LW_OK) {
    *ret_asked = (struct lw_growing_asked){.open = stand.open, .granted = stand.granted};
  }
  return rc;
}

const struct lw_growing_asking lw_growing_desk = {find_asked};

/* --- reading --- */

/* The year by the policy's clock. */
static uint32_t this_year(const struct lw_call *call)
{
  const struct lw_policy *policy = call->snapshot->policy;
  struct lw_civil civil;
  int64_t seconds = call->received / LW_USEC_PER_SECOND;
  int64_t offset = policy != NULL && policy->zone != NULL ? lw_tz_offset(policy->zone, seconds) : 0;
  lw_civil_from_seconds(seconds + offset, &civil);
  return (uint32_t)civil.year;
}

static void reply(struct lw_call *call, bool team)
{
  struct lw_error err;
  struct lw_console console;
  uint64_t year = 0;
  const struct lw_person *self = call->caller.person;
  lw_str whom = lw_call_query(call, team ? "team" : "person");
  if (!lw_api_read_number(call, "year", 2000, 9999, this_year(call), &year)) {
    return;
  }
  struct lw_db *db = lw_call_reader(call);
  if (db == NULL) {
    return;
  }
  lw_consoles_get(call->server->consoles, &call->arena, &console);
  const struct lw_train_reader train = {.db = db,
                                        .snapshot = call->snapshot,
                                        .caller = &call->caller,
                                        .json = lw_call_json(call),
                                        .arena = &call->arena,
                                        .now = call->received};
  const struct lw_growing_reader reader = {.train = &train,
                                           .asking = &lw_growing_desk,
                                           .year = (uint32_t)year,
                                           .target_hours = lw_growing_target(&console)};
  lw_str person = whom.ptr == NULL && self != NULL ? self->actor.id : whom;
  enum lw_code code =
      team ? lw_growing_print_team(&reader, whom.ptr != NULL ? whom : LW_STR(""), &call->out, &err)
           : lw_growing_print(&reader, person, &call->out, &err);
  lw_api_reply_read(call, code, &err);
}

void lw_api_get_growing(struct lw_call *call)
{
  lw_str person = lw_call_query(call, "person");
  if (person.ptr == NULL || lw_call_may(call, LW_ACCESS_GROW, person)) {
    reply(call, false);
  }
}

void lw_api_get_growing_team(struct lw_call *call)
{
  reply(call, true);
}

/* --- members of bodies --- */

static lw_str read_text(struct lw_call *call, const struct lw_value *map, const char *key,
                        size_t most, struct lw_faults *faults)
{
  lw_str text = lw_str_trim(lw_call_text(map, key, faults));
  if (text.len > most) {
    lw_faults_add(faults, lw_str_c(key), "takes at most %zu bytes", most);
  }
  return text.len != 0 ? lw_str_copy(&call->arena, text) : LW_STR("");
}

/* A link is shown as one: nothing but the web. */
static lw_str read_link(struct lw_call *call, const struct lw_value *map, const char *key,
                        struct lw_faults *faults)
{
  lw_str link = read_text(call, map, key, LW_GROWING_LINK_BYTES_MAX, faults);
  if (link.len != 0 && !lw_str_starts(link, LW_STR("https://")) &&
      !lw_str_starts(link, LW_STR("http://"))) {
    lw_faults_add(faults, lw_str_c(key), "is a link that begins with https://");
  }
  return link;
}

static lw_str read_day(struct lw_call *call, const struct lw_value *map, const char *key,
                       struct lw_faults *faults)
{
  lw_str day = read_text(call, map, key, 10, faults);
  if (day.len != 0 && !lw_growing_is_day(day)) {
    lw_faults_add(faults, lw_str_c(key), "is a day such as 2026-03-09");
  }
  return day;
}

static int64_t read_minutes(const struct lw_value *map, const char *key, uint64_t least,
                            uint64_t most, struct lw_faults *faults)
{
  const struct lw_value *value = lw_value_get(map, lw_str_c(key));
  uint64_t minutes = 0;
  bool none = value == NULL || value->kind == LW_VALUE_NULL;
  if ((none && least != 0) ||
      (!none && (value->kind != LW_VALUE_NUMBER || !lw_uint_read(value->text, &minutes) ||
                 minutes < least || minutes > most))) {
    lw_faults_add(faults, lw_str_c(key), "takes whole minutes, %llu to %llu",
                  (unsigned long long)least, (unsigned long long)most);
  }
  return (int64_t)minutes;
}

/* --- courses --- */

static void read_price(struct lw_call *call, struct lw_growing_course *course,
                       struct lw_faults *faults)
{
  lw_str price = lw_call_text(call->json, "price", faults);
  lw_money money = {0};
  course->has_price = price.ptr != NULL;
  if (course->has_price &&
      (lw_money_read(price, lw_api_currency(call), &money) != LW_MONEY_OK || money.minor < 0)) {
    lw_faults_add(faults, LW_STR("price"), "takes an amount like \"360.00\"");
  }
  course->minor = money.minor;
}

static void write_course(struct lw_call *call, lw_str id)
{
  static const char *const members[] = {"title",           "provider", "link", "note",
                                        "shared",          "from",     "to",   "price",
                                        "planned_minutes", NULL};
  struct lw_faults faults = lw_call_new_faults(call);
  struct lw_growing_course *course = LW_API_NEW(call, struct lw_growing_course);
  if (course == NULL) {
    return;
  }
  const struct lw_value *map = call->json;
  lw_call_known(map, members, &faults);
  *course = (struct lw_growing_course){
      .caller = &call->caller,
      .asking = &lw_growing_desk,
      .id = id,
      .title = read_text(call, map, "title", LW_GROWING_TEXT_BYTES_MAX, &faults),
      .provider = read_text(call, map, "provider", LW_GROWING_TEXT_BYTES_MAX, &faults),
      .link = read_link(call, map, "link", &faults),
      .note = read_text(call, map, "note", LW_GROWING_NOTE_BYTES_MAX, &faults),
      .shared = lw_call_flag(map, "shared", false, &faults),
      .from = read_day(call, map, "from", &faults),
      .to = read_day(call, map, "to", &faults),
      .planned_minutes = read_minutes(map, "planned_minutes", 0, LW_GROWING_PLANNED_MAX, &faults)};
  read_price(call, course, &faults);
  if (course->title.len == 0) {
    lw_faults_add(&faults, LW_STR("title"), "is missing: what is it?");
  }
  lw_call_submit_sound(call, &faults, lw_growing_write, course);
}

void lw_api_add_growing(struct lw_call *call)
{
  write_course(call, LW_STR(""));
}

void lw_api_put_growing(struct lw_call *call)
{
  write_course(call, call->params[0]);
}

/* --- the price --- */

/* The request as POST /v1/decisions would take it; NULL: replied. */
static const struct lw_value *request_of(struct lw_call *call)
{
  static const char *const members[] = {"action", "amount", "note", "undo", NULL};
  static const struct lw_json_options raw = {.raw_key = LW_STR_INIT("meta")};
  const struct lw_value *value = NULL;
  struct lw_faults faults = lw_call_new_faults(call);
  struct lw_buf text = {0};
  struct lw_error err;
  lw_call_known(call->json, members, &faults);
  LW_BUF_LIT(&text, "{\"meta\":{\"growing\":");
  lw_json_add_string(&text, call->params[0]);
  lw_buf_add_char(&text, '}');
  for (size_t i = 0; members[i] != NULL; i++) {
    lw_str member = lw_call_text(call->json, members[i], &faults);
    if (member.ptr != NULL) {
      lw_buf_printf(&text, ",\"%s\":", members[i]);
      lw_json_add_string(&text, member);
    }
  }
  lw_buf_add_char(&text, '}');
  lw_str copy = lw_str_copy(&call->arena, lw_buf_str(&text));
  lw_buf_finish(&text);
  if (faults.count != 0) {
    lw_call_faults(call, &faults);
    return NULL;
  }
  enum lw_code code = lw_json_read(lw_call_json(call), &call->arena, copy, &raw, &value, &err);
  return lw_api_is_well(call, code, &err) ? value : NULL;
}

static void drop_order(struct lw_call *call)
{
  struct lw_growing_spend *spend = call->user;
  lw_order_finish(&spend->order);
}

void lw_api_spend_growing(struct lw_call *call)
{
  struct lw_faults faults = lw_call_new_faults(call);
  struct lw_growing_spend *spend = LW_API_NEW(call, struct lw_growing_spend);
  const struct lw_value *request = spend != NULL ? request_of(call) : NULL;
  const struct lw_order_options options = {.caller = &call->caller, .now = call->received};
  if (request == NULL) {
    return;
  }
  *spend = (struct lw_growing_spend){
      .caller = &call->caller, .asking = &lw_growing_desk, .id = call->params[0]};
  if (!lw_order_read(call->snapshot, request, &options, &call->arena, &spend->order, &faults)) {
    lw_call_faults(call, &faults);
    return;
  }
  call->user = spend;
  lw_exchange_of(call)->cleanup = drop_order;
  lw_call_submit(call, lw_growing_spend, spend);
}

/* --- moved on, vouched for --- */

static void read_certificate(struct lw_call *call, struct lw_growing_move *move,
                             struct lw_faults *faults)
{
  static const char *const members[] = {"name", "issuer", "issued", "expires", "evidence", NULL};
  const struct lw_value *map = lw_value_get(call->json, LW_STR("certificate"));
  if (map == NULL || map->kind == LW_VALUE_NULL) {
    return;
  }
  if (map->kind != LW_VALUE_MAP) {
    lw_faults_add(faults, LW_STR("certificate"), "is an object");
    return;
  }
  lw_call_known(map, members, faults);
  move->certificate = read_text(call, map, "name", LW_GROWING_TEXT_BYTES_MAX, faults);
  move->issuer = read_text(call, map, "issuer", LW_GROWING_TEXT_BYTES_MAX, faults);
  move->evidence = read_link(call, map, "evidence", faults);
  move->issued = read_day(call, map, "issued", faults);
  move->expires = read_day(call, map, "expires", faults);
  if (move->certificate.len == 0) {
    lw_faults_add(faults, LW_STR("certificate.name"), "is missing");
  }
  if (move->issued.len == 0) {
    lw_faults_add(faults, LW_STR("certificate.issued"),
                  "is missing: the day on which it was given");
  }
  if (move->state != LW_GROWING_FINISHED) {
    lw_faults_add(faults, LW_STR("certificate"), "comes with the state finished");
  }
}

void lw_api_move_growing(struct lw_call *call)
{
  static const char *const members[] = {"state", "certificate", "money_back", "reason", NULL};
  struct lw_faults faults = lw_call_new_faults(call);
  struct lw_growing_move *move = LW_API_NEW(call, struct lw_growing_move);
  if (move == NULL) {
    return;
  }
  lw_call_known(call->json, members, &faults);
  *move = (struct lw_growing_move){
      .caller = &call->caller,
      .asking = &lw_growing_desk,
      .id = call->params[0],
      .money_back = lw_call_flag(call->json, "money_back", false, &faults),
      .reason = read_text(call, call->json, "reason", LW_GROWING_NOTE_BYTES_MAX, &faults)};
  if (!lw_growing_state_read(lw_call_text(call->json, "state", &faults), &move->state)) {
    lw_faults_add(&faults, LW_STR("state"), "is open, under_way, finished or given_up");
  }
  if (move->money_back && move->state != LW_GROWING_GIVEN_UP) {
    lw_faults_add(&faults, LW_STR("money_back"), "comes with the state given_up");
  }
  if (move->money_back && move->reason.len == 0) {
    lw_faults_add(&faults, LW_STR("reason"), "must be there: why the money comes back");
  }
  read_certificate(call, move, &faults);
  lw_call_submit_sound(call, &faults, lw_growing_move, move);
}

void lw_api_vouch_growing(struct lw_call *call)
{
  static const char *const members[] = {"certificate", "until", "reason", NULL};
  struct lw_faults faults = lw_call_new_faults(call);
  struct lw_growing_vouch *vouch = LW_API_NEW(call, struct lw_growing_vouch);
  if (vouch == NULL) {
    return;
  }
  lw_call_known(call->json, members, &faults);
  *vouch = (struct lw_growing_vouch){
      .asking = &lw_growing_desk, .id = call->params[0], .vouch = {.caller = &call->caller}};
  lw_api_read_vouch(call, &vouch->vouch, &faults);
  lw_call_submit_sound(call, &faults, lw_growing_vouch, vouch);
}

/* --- hours --- */

static void write_hours(struct lw_call *call, lw_str id)
{
  static const char *const members[] = {"course", "day", "minutes", "note", NULL};
  struct lw_faults faults = lw_call_new_faults(call);
  struct lw_growing_hours *hours = LW_API_NEW(call, struct lw_growing_hours);
  if (hours == NULL) {
    return;
  }
  lw_call_known(call->json, members, &faults);
  *hours = (struct lw_growing_hours){
      .caller = &call->caller,
      .id = id,
      .course = read_text(call, call->json, "course", 64, &faults),
      .day = read_day(call, call->json, "day", &faults),
      .minutes = read_minutes(call->json, "minutes", 1, LW_GROWING_MINUTES_MAX, &faults),
      .note = read_text(call, call->json, "note", LW_GROWING_NOTE_BYTES_MAX, &faults)};
  if (hours->day.len == 0) {
    lw_faults_add(&faults, LW_STR("day"), "is missing");
  }
  lw_call_submit_sound(call, &faults, lw_growing_hours_write, hours);
}

void lw_api_add_growing_hours(struct lw_call *call)
{
  write_hours(call, LW_STR(""));
}

void lw_api_put_growing_hours(struct lw_call *call)
{
  write_hours(call, call->params[0]);
}

void lw_api_remove_growing_hours(struct lw_call *call)
{
  struct lw_growing_hours *hours = LW_API_NEW(call, struct lw_growing_hours);
  if (hours != NULL) {
    *hours =
        (struct lw_growing_hours){.caller = &call->caller, .id = call->params[0], .remove = true};
    call->then = lw_api_without_body;
    lw_call_submit(call, lw_growing_hours_write, hours);
  }
}
