/* Settings of the installation: what people set by themselves, and, to be looked at, what the
 * command line has set. */
#include "base/num.h"
#include "connect/deliver.h"
#include "data/json.h"
#include "data/member.h"
#include "desk/question.h"
#include "desk/rating.h"
#include "desk/repeat.h"
#include "http/api.h"
#include "http/pages.h"
#include "ledger/journal.h"
#include "people/person.h"
#include "train/growing.h"

enum { LINE_BYTES_MAX = 200, PHONE_BYTES_MAX = 40, HELP_BYTES_MAX = 500 };

/* --- printing --- */

/* Members of an object, with commas between. */
struct members {
  struct lw_buf *out;
  const char *between;
};

static void add_text(struct members *members, const char *name, lw_str text)
{
  if (text.len != 0) {
    lw_buf_printf(members->out, "%s\"%s\":", members->between, name);
    lw_json_add_string(members->out, text);
    members->between = ",";
  }
}

static void add_duty(const struct lw_console *console, struct lw_buf *out)
{
  struct members members = {out, ""};
  LW_BUF_LIT(out, "\"duty\":{");
  add_text(&members, "name", console->texts[LW_CONSOLE_DUTY_NAME]);
  add_text(&members, "phone", console->texts[LW_CONSOLE_DUTY_PHONE]);
  add_text(&members, "text", console->texts[LW_CONSOLE_DUTY_TEXT]);
  LW_BUF_LIT(out, "}");
}

static void add_common(const struct lw_console *console, struct lw_buf *out)
{
  struct members members = {out, ","};
  lw_buf_printf(out, ",\"undo_seconds\":%u", console->undo_seconds);
  add_text(&members, "language", console->language);
  add_text(&members, "signin_help", console->texts[LW_CONSOLE_SIGNIN_HELP]);
}

void lw_settings_add_public(struct lw_call *call, const struct lw_console *console, bool signed_in,
                            struct lw_buf *out)
{
  static const struct lw_console nobody;
  struct members members = {out, ","};
  LW_BUF_LIT(out, "{");
  add_duty(signed_in ? console : &nobody, out);
  add_common(console, out);
  if (signed_in && call->snapshot->policy != NULL) {
    add_text(&members, "organization", call->snapshot->policy->organization);
  }
  LW_BUF_LIT(out, "}");
}

/* Host and port of a mail server's URL, without what signs in to it. */
static lw_str mail_host(lw_str url)
{
  size_t scheme = lw_str_find(url, LW_STR("://"), 0);
  lw_str rest = scheme != SIZE_MAX ? lw_str_slice(url, scheme + 3, SIZE_MAX) : url;
  rest = lw_str_slice(rest, 0, lw_str_find(rest, LW_STR("/"), 0));
  for (size_t at = lw_str_find(rest, LW_STR("@"), 0); at != SIZE_MAX;
       at = lw_str_find(rest, LW_STR("@"), 0)) {
    rest = lw_str_slice(rest, at + 1, SIZE_MAX);
  }
  return rest;
}

static bool note_first(void *user, const struct lw_entry_view *entry)
{
  lw_usec *at = user;
  *at = entry->at;
  return false;
}

enum lw_code lw_settings_began(struct lw_db *db, lw_usec *ret_at, struct lw_error *err)
{
  *ret_at = 0;
  return lw_journal_walk(db, 0, 1, note_first, ret_at, err);
}

static void add_installation(struct lw_call *call, lw_usec began, struct lw_buf *out)
{
  const struct lw_server *server = call->server;
  struct members mail = {out, ","};
  struct members members = {out, ","};
  bool inside = server->connect != NULL && lw_connect_allows_inside(server->connect);
  lw_buf_printf(out, ",\"mail\":{\"on\":%s", server->mail_server != NULL ? "true" : "false");
  add_text(&mail, "server", mail_host(lw_str_c(server->mail_server)));
  add_text(&mail, "from", lw_str_c(server->mail_server != NULL ? server->mail_from : NULL));
  LW_BUF_LIT(out, "}");
  add_text(&members, "public_url", lw_str_c(server->public_url));
  lw_buf_printf(out, ",\"webhooks_inside\":%s,\"about\":{\"version\":\"%s\",\"entries\":%llu",
                inside ? "true" : "false", LW_VERSION,
                (unsigned long long)lw_engine_seq(call->engine));
  if (began != 0) {
    LW_BUF_LIT(out, ",\"began\":");
    lw_member_print_time(out, began);
  }
  LW_BUF_LIT(out, "}");
}

/* What Track measures by. */
static void add_measuring(const struct lw_console *console, struct lw_buf *out)
{
  struct lw_rating_scale scale;
  lw_buf_printf(out, ",\"repeat_contact_days\":%u",
                lw_repeat_days_read(console->texts[LW_CONSOLE_REPEAT_DAYS]));
  lw_buf_printf(out, ",\"question_days\":%u",
                lw_question_days_read(console->texts[LW_CONSOLE_QUESTION_DAYS]));
  if (lw_growing_target(console) != 0) {
    lw_buf_printf(out, ",\"learning_hours\":%u", lw_growing_target(console));
  }
  if (lw_rating_scale_read(console->texts[LW_CONSOLE_RATING_SCALE], &scale)) {
    LW_BUF_LIT(out, ",\"rating_scale\":");
    lw_rating_scale_print(&scale, out);
  }
}

static void reply_settings(struct lw_call *call)
{
  struct lw_console console;
  struct lw_error err;
  lw_usec began = 0;
  struct lw_db *db = lw_call_reader(call);
  if (db == NULL || !lw_api_is_well(call, lw_settings_began(db, &began, &err), &err)) {
    return;
  }
  lw_consoles_get(call->server->consoles, &call->arena, &console);
  struct lw_buf *out = &call->out;
  lw_buf_reset(out);
  LW_BUF_LIT(out, "{\"frame_ancestors\":[");
  for (uint32_t i = 0; i < console.n_frames; i++) {
    lw_buf_add(out, i == 0 ? LW_STR("") : LW_STR(","));
    lw_json_add_string(out, console.frames[i]);
  }
  LW_BUF_LIT(out, "],");
  add_duty(&console, out);
  add_common(&console, out);
  lw_buf_printf(out, ",\"works_council\":%s",
                console.texts[LW_CONSOLE_WORKS_COUNCIL].len != 0 ? "true" : "false");
  add_measuring(&console, out);
  add_installation(call, began, out);
  LW_BUF_LIT(out, "}");
  lw_call_reply(call, 200);
}

void lw_api_settings(struct lw_call *call)
{
  reply_settings(call);
}

/* --- changing --- */

struct reading {
  struct lw_call *call;
  struct lw_console_change *change;
  struct lw_faults faults;
};

static void keep(struct reading *reading, enum lw_console_key key, lw_str text)
{
  reading->change->has[key] = true;
  reading->change->texts[key] = text.ptr != NULL ? text : LW_STR("");
}

static void read_line(struct reading *reading, const struct lw_value *map, const char *name,
                      enum lw_console_key key, size_t most)
{
  lw_str text = lw_str_trim(lw_call_text(map, name, &reading->faults));
  for (size_t i = 0; i < text.len; i++) {
    if ((unsigned char)text.ptr[i] < ' ' && text.ptr[i] != '\n') {
      lw_faults_add(&reading->faults, lw_str_c(name), "takes one line of text");
      return;
    }
  }
  if (text.len > most) {
    lw_faults_add(&reading->faults, lw_str_c(name), "takes at most %zu bytes", most);
  }
  keep(reading, key, text);
}

static bool has_before(const struct lw_value *list, uint32_t at)
{
  for (uint32_t i = 0; i < at; i++) {
    if (lw_str_equal(list->items[i].text, list->items[at].text)) {
      return true;
    }
  }
  return false;
}

static void read_frames(struct reading *reading, const struct lw_value *list)
{
  lw_str name = LW_STR("frame_ancestors");
  struct lw_buf joined = {.ptr = NULL};
  bool none = list->kind == LW_VALUE_NULL;
  if ((list->kind != LW_VALUE_LIST && !none) || list->count > LW_FRAME_ANCESTORS_MAX) {
    lw_faults_add(&reading->faults, name, "takes a list of at most %d origins",
                  LW_FRAME_ANCESTORS_MAX);
    return;
  }
  for (uint32_t i = 0; !none && i < list->count; i++) {
    const struct lw_value *item = &list->items[i];
    if (item->kind != LW_VALUE_STRING || !lw_origin_fits(item->text)) {
      lw_str at = lw_str_format(&reading->call->arena, "frame_ancestors[%u]", i);
      lw_faults_add(&reading->faults, at,
                    "takes an origin such as https://helpdesk.example.com: https (http only of "
                    "localhost), a host, perhaps a port, and nothing behind it");
    } else if (!has_before(list, i)) {
      lw_buf_add(&joined, joined.len != 0 ? LW_STR(" ") : LW_STR(""));
      lw_buf_add(&joined, item->text);
    }
  }
  keep(reading, LW_CONSOLE_FRAMES, lw_str_copy(&reading->call->arena, lw_buf_str(&joined)));
  lw_buf_finish(&joined);
}

static void read_duty(struct reading *reading, const struct lw_value *duty)
{
  static const char *const members[] = {"name", "phone", "text", NULL};
  const struct lw_value *map = duty->kind == LW_VALUE_NULL ? NULL : duty;
  lw_call_known(map, members, &reading->faults);
  read_line(reading, map, "name", LW_CONSOLE_DUTY_NAME, LINE_BYTES_MAX);
  read_line(reading, map, "phone", LW_CONSOLE_DUTY_PHONE, PHONE_BYTES_MAX);
  read_line(reading, map, "text", LW_CONSOLE_DUTY_TEXT, HELP_BYTES_MAX);
}

static void read_undo(struct reading *reading, const struct lw_value *seconds)
{
  uint64_t number = 0;
  bool none = seconds->kind == LW_VALUE_NULL;
  if (!none && (seconds->kind != LW_VALUE_NUMBER || !lw_uint_read(seconds->text, &number) ||
                number > LW_UNDO_USEC_MAX / LW_USEC_PER_SECOND)) {
    lw_faults_add(&reading->faults, LW_STR("undo_seconds"), "takes 0 to %d",
                  (int)(LW_UNDO_USEC_MAX / LW_USEC_PER_SECOND));
    return;
  }
  keep(reading, LW_CONSOLE_UNDO, none ? LW_STR("") : seconds->text);
}

static void read_language(struct reading *reading)
{
  lw_str language = lw_call_text(reading->call->json, "language", &reading->faults);
  if (language.len != 0 && !lw_str_equal(language, LW_STR("en")) &&
      !lw_str_equal(language, LW_STR("de"))) {
    lw_faults_add(&reading->faults, LW_STR("language"), "takes en or de");
  }
  keep(reading, LW_CONSOLE_LANGUAGE, language);
}

/* What is set, is "on". */
static void read_works_council(struct reading *reading, const struct lw_value *flag)
{
  if (flag->kind != LW_VALUE_BOOL) {
    lw_faults_add(&reading->faults, LW_STR("works_council"), "is true or false");
    return;
  }
  keep(reading, LW_CONSOLE_WORKS_COUNCIL, flag->boolean ? LW_STR("on") : LW_STR(""));
}

static void read_scale(struct reading *reading, const struct lw_value *value)
{
  struct lw_rating_scale scale;
  if (value->kind == LW_VALUE_NULL) {
    keep(reading, LW_CONSOLE_RATING_SCALE, LW_STR(""));
  } else if (lw_rating_scale_take(value, "rating_scale", &scale, &reading->faults)) {
    keep(reading, LW_CONSOLE_RATING_SCALE,
         lw_str_format(&reading->call->arena, "%.*s..%.*s",
                       LW_FMT(lw_value_get(value, LW_STR("min"))->text),
                       LW_FMT(lw_value_get(value, LW_STR("max"))->text)));
  }
}

static void read_days(struct reading *reading, const char *name, enum lw_console_key key,
                      uint64_t most)
{
  const struct lw_value *days = lw_value_get(reading->call->json, lw_str_c(name));
  bool none = days == NULL || days->kind == LW_VALUE_NULL;
  uint64_t number = 0;
  if (!none &&
      (days->kind != LW_VALUE_NUMBER || !lw_uint_read(days->text, &number) || number > most)) {
    lw_faults_add(&reading->faults, lw_str_c(name), "takes 0 to %u", (unsigned)most);
  } else if (days != NULL) {
    keep(reading, key, none ? LW_STR("") : days->text);
  }
}

static void read_measuring(struct reading *reading)
{
  const struct lw_value *works_council = lw_value_get(reading->call->json, LW_STR("works_council"));
  const struct lw_value *scale = lw_value_get(reading->call->json, LW_STR("rating_scale"));
  if (works_council != NULL) {
    read_works_council(reading, works_council);
  }
  if (scale != NULL) {
    read_scale(reading, scale);
  }
  read_days(reading, "repeat_contact_days", LW_CONSOLE_REPEAT_DAYS, LW_REPEAT_DAYS_MAX);
  read_days(reading, "learning_hours", LW_CONSOLE_LEARNING_HOURS, LW_GROWING_YEAR_HOURS_MAX);
  read_days(reading, "question_days", LW_CONSOLE_QUESTION_DAYS, LW_QUESTION_DAYS_TO_EXPLAIN_MAX);
}

static void read_body(struct reading *reading)
{
  static const char *const members[] = {"frame_ancestors",
                                        "duty",
                                        "undo_seconds",
                                        "language",
                                        "signin_help",
                                        "works_council",
                                        "rating_scale",
                                        "repeat_contact_days",
                                        "question_days",
                                        "learning_hours",
                                        NULL};
  const struct lw_value *body = reading->call->json;
  const struct lw_value *frames = lw_value_get(body, LW_STR("frame_ancestors"));
  const struct lw_value *duty = lw_value_get(body, LW_STR("duty"));
  const struct lw_value *undo = lw_value_get(body, LW_STR("undo_seconds"));
  lw_call_known(body, members, &reading->faults);
  if (frames != NULL) {
    read_frames(reading, frames);
  }
  if (duty != NULL) {
    read_duty(reading, duty);
  }
  if (undo != NULL) {
    read_undo(reading, undo);
  }
  if (lw_value_get(body, LW_STR("language")) != NULL) {
    read_language(reading);
  }
  read_measuring(reading);
  if (lw_value_get(body, LW_STR("signin_help")) != NULL) {
    read_line(reading, body, "signin_help", LW_CONSOLE_SIGNIN_HELP, HELP_BYTES_MAX);
  }
}

static void changed(struct lw_call *call)
{
  lw_consoles_expire(call->server->consoles);
  reply_settings(call);
}

void lw_api_change_settings(struct lw_call *call)
{
  struct lw_console_change *change = LW_API_NEW(call, struct lw_console_change);
  struct reading reading = {.call = call, .change = change, .faults = lw_call_new_faults(call)};
  if (change == NULL) {
    return;
  }
  read_body(&reading);
  if (reading.faults.count != 0) {
    lw_call_faults(call, &reading.faults);
    return;
  }
  call->then = changed;
  lw_call_submit(call, lw_console_change_apply, change);
}
