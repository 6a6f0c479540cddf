/* Earned room (tweak/room.h): found for the whole company by a replayer and kept for whoever asks
 * next; each is shown those that are theirs to see. What is done about one is of what the list
 * says, so it reads the list. */
#include "http/api_room.h"

#include "base/bounds.h"
#include "base/num.h"
#include "data/json.h"
#include "engine/council.h"
#include "engine/room.h"
#include "http/api_sheet.h"
#include "http/api_track.h"
#include "http/room_list.h"
#include "policy/who.h"
#include "track/sheets.h"

enum {
  SMALL_SEQ = 200000 /* a longer record is gone through for this once an hour */
};
#define HOUR_USEC (3600 * LW_USEC_PER_SECOND)

enum wish { WISH_LIST, WISH_FORWARD, WISH_LATER, WISH_ACCEPT };

struct rooming {
  enum wish wish;
  uint32_t blocks; /* since the last look */
  lw_str person;   /* one's own; empty: everybody's list */
  lw_str team;
  lw_str agent;
  bool works_council;
  struct lw_room_word *words;
  uint32_t n_words;
  struct lw_room_act act;
};

/* --- finding --- */

static bool goes_on(void *user, uint64_t done, uint64_t rows)
{
  struct lw_call *call = user;
  struct rooming *rooming = call->user;
  (void)done;
  (void)rows;
  return lw_api_goes_on(call, &rooming->blocks);
}

/* What the list depends on; of a long record a list may be an hour old. Reviews and lowerings are
 * entries, so the number of the last one stands for them. */
static lw_hash question_of(struct lw_call *call, const struct rooming *rooming)
{
  struct lw_hasher *hasher = lw_exchange_of(call)->work->hasher;
  uint64_t seq = lw_engine_seq(call->engine);
  const uint64_t numbers[] = {
      seq < SMALL_SEQ ? seq : (uint64_t)(lw_engine_now(call->engine) / HOUR_USEC) + SMALL_SEQ,
      call->snapshot->serial, call->snapshot->policy_version, rooming->n_words};
  lw_hasher_start(hasher);
  lw_hasher_add(hasher, LW_STR("room"));
  lw_hasher_add(hasher, lw_str_from((const char *)numbers, sizeof numbers));
  lw_hasher_add(hasher, rooming->person);
  for (uint32_t i = 0; i < rooming->n_words; i++) {
    const struct lw_room_word *word = &rooming->words[i];
    const lw_usec at[] = {word->forward_at, word->later_at};
    lw_hasher_add(hasher, word->id);
    lw_hasher_add(hasher, lw_str_from((const char *)at, sizeof at));
  }
  return lw_hasher_end(hasher);
}

/* Appends the list. The past is held. */
static enum lw_code make_list(struct lw_call *call, const struct rooming *rooming, struct lw_db *db,
                              const struct lw_live_past_view *past, struct lw_buf *out,
                              struct lw_error *err)
{
  const lw_hash question = question_of(call, rooming);
  if (lw_replay_cache_find(call->server->replays, &question, out)) {
    return LW_OK;
  }
  const struct lw_room_listing listing = {.db = db,
                                          .snapshot = call->snapshot->live,
                                          .tape = past->tape,
                                          .tape_serial = past->serial,
                                          .cache = call->server->replays,
                                          .now = lw_engine_now(call->engine),
                                          .person = rooming->person,
                                          .words = rooming->words,
                                          .n_words = rooming->n_words,
                                          .progress = rooming->person.len == 0 ? goes_on : NULL,
                                          .user = call};
  struct lw_arena arena;
  lw_arena_init(&arena, NULL, SIZE_MAX);
  enum lw_code rc = lw_room_list_print(&listing, &arena, out, err);
  lw_arena_finish(&arena);
  if (rc == LW_OK) {
    lw_replay_cache_keep(call->server->replays, &question, lw_buf_str(out));
  }
  return rc;
}

static enum lw_code hold_and_list(struct lw_call *call, struct lw_db *db, struct lw_buf *out,
                                  struct lw_error *err)
{
  struct lw_live_past_view past;
  enum lw_code rc = lw_live_past_hold(call->server->past, lw_engine_seq(call->engine),
                                      LW_API_PAST_WAIT_MSEC, &past, err);
  if (rc == LW_OK) {
    rc = make_list(call, call->user, db, &past, out, err);
    lw_live_past_release(call->server->past);
  }
  return rc;
}

static enum lw_code read_list(struct lw_call *call, lw_str text, const struct lw_value **ret_list,
                              struct lw_error *err)
{
  struct lw_json_reader *json = lw_json_reader_create(NULL);
  enum lw_code rc = json != NULL ? lw_json_read(json, &call->arena, text, NULL, ret_list, err)
                                 : lw_fail(err, LW_NO_MEMORY, "out of memory; try again");
  lw_json_reader_destroy(json);
  return rc;
}

/* --- who sees what --- */

/* Under a works council a person's record is for themselves and for whoever leads them; who keeps
 * people sees what a lead has put forward. */
static bool may_see(const struct lw_call *call, const struct lw_value *item)
{
  const struct rooming *rooming = call->user;
  const struct lw_staff *staff = call->snapshot->staff;
  const struct lw_person *self = call->caller.person;
  const struct lw_person *person = lw_staff_find(staff, lw_value_text(item, LW_STR("person")));
  if (self == NULL || person == NULL ||
      !lw_access_covers(&call->caller, LW_ACCESS_ROOM, staff, person->actor.id)) {
    return false;
  }
  return lw_individual_shown(&call->caller, staff, person->actor.id, rooming->works_council) ||
         lw_value_get(item, LW_STR("forward")) != NULL;
}

static bool is_wanted(const struct lw_call *call, const struct lw_value *item)
{
  const struct rooming *rooming = call->user;
  return (rooming->agent.len == 0 ||
          lw_str_equal(rooming->agent, lw_value_text(item, LW_STR("person")))) &&
         (rooming->team.len == 0 ||
          lw_team_within(lw_value_text(item, LW_STR("team")), rooming->team)) &&
         may_see(call, item);
}

static void add_item(const struct lw_call *call, const struct lw_value *item, struct lw_buf *out)
{
  lw_str person = lw_value_text(item, LW_STR("person"));
  bool own = lw_str_equal(call->caller.person->actor.id, person);
  bool gives = !own && lw_access_covers(&call->caller, LW_ACCESS_CHANGE_PEOPLE,
                                        call->snapshot->staff, person);
  lw_json_add_value(out, item);
  out->len -= !out->failed; /* its brace */
  lw_buf_printf(out, ",\"may\":[%s%s]}", own ? "" : "\"forward\",\"later\"",
                gives ? ",\"accept\"" : "");
}

/* The list with what the caller may see of it. */
static void print_list(struct lw_call *call, const struct lw_value *list)
{
  uint32_t printed = 0;
  LW_BUF_LIT(&call->out, "{\"items\":[");
  const struct lw_value *items = lw_value_get(list, LW_STR("items"));
  for (uint32_t i = 0; i < items->count; i++) {
    if (is_wanted(call, &items->items[i])) {
      lw_buf_add_c(&call->out, printed++ == 0 ? "" : ",");
      add_item(call, &items->items[i], &call->out);
    }
  }
  LW_BUF_LIT(&call->out, "]");
  for (uint32_t i = 0; i < list->count; i++) {
    lw_str key = list->entries[i].key;
    if (!lw_str_equal(key, LW_STR("items")) && !lw_str_equal(key, LW_STR("near"))) {
      lw_buf_add_char(&call->out, ',');
      lw_json_add_string(&call->out, key);
      lw_buf_add_char(&call->out, ':');
      lw_json_add_value(&call->out, &list->items[i]);
    }
  }
  lw_buf_add_char(&call->out, '}');
}

/* --- what is done about one --- */

/* Without what names people: the journal has none of that. */
static bool names_somebody(lw_str key)
{
  return lw_str_equal(key, LW_STR("name")) || lw_str_equal(key, LW_STR("team")) ||
         lw_str_equal(key, LW_STR("forward"));
}

static lw_str shown_of(struct lw_call *call, const struct lw_value *item)
{
  struct lw_buf text = {0};
  uint32_t count = 0;
  lw_buf_add_char(&text, '{');
  for (uint32_t i = 0; i < item->count; i++) {
    if (!names_somebody(item->entries[i].key)) {
      lw_buf_add_c(&text, count++ == 0 ? "" : ",");
      lw_json_add_string(&text, item->entries[i].key);
      lw_buf_add_char(&text, ':');
      lw_json_add_value(&text, &item->items[i]);
    }
  }
  lw_buf_add_char(&text, '}');
  lw_str shown = text.failed ? LW_STR("") : lw_str_copy(&call->arena, lw_buf_str(&text));
  call->arena.failed |= text.failed;
  lw_buf_finish(&text);
  return shown;
}

/* The person's own limits, with this one of the budget. */
static bool set_limit(struct lw_call *call, const struct lw_person *person,
                      const struct lw_value *item, struct lw_person_edit *edit)
{
  const struct lw_actor *actor = &person->actor;
  lw_str budget = lw_value_text(item, LW_STR("budget"));
  bool is_times =
      lw_str_equal(lw_value_text(item, LW_STR("kind")), lw_room_kind_name(LW_ROOM_TIMES));
  struct lw_override *all =
      LW_NEW_ARRAY(&call->arena, struct lw_override, (size_t)actor->n_overrides + 1);
  struct lw_override own = {.budget = budget, .amount_minor = -1, .times = -1};
  uint32_t count = 0;
  struct lw_money money = {0};
  for (uint32_t i = 0; all != NULL && i < actor->n_overrides; i++) {
    if (lw_str_equal(actor->overrides[i].budget, budget)) {
      own = actor->overrides[i];
    } else {
      all[count++] = actor->overrides[i];
    }
  }
  bool read = is_times ? lw_int_read(lw_value_text(item, LW_STR("after")), &own.times)
                       : lw_money_read(lw_value_text(item, LW_STR("after")), lw_api_currency(call),
                                       &money) == LW_MONEY_OK;
  own.amount_minor = is_times ? own.amount_minor : money.minor;
  if (all != NULL) {
    all[count++] = own;
  }
  edit->fields = LW_PERSON_LIMITS;
  edit->actor.overrides = all;
  edit->actor.n_overrides = count;
  return all != NULL && read;
}

static bool set_change(struct lw_call *call, const struct lw_value *item)
{
  struct rooming *rooming = call->user;
  struct lw_person_change *change = &rooming->act.change;
  const struct lw_person *person = lw_staff_find(call->snapshot->staff, rooming->act.person);
  if (person == NULL) {
    return false;
  }
  *change = (struct lw_person_change){.version = person->version};
  change->edit.actor.id = rooming->act.person;
  if (!lw_str_equal(lw_value_text(item, LW_STR("kind")), lw_room_kind_name(LW_ROOM_TIER))) {
    return set_limit(call, person, item, &change->edit);
  }
  change->edit.fields = LW_PERSON_TIER;
  change->edit.actor.tier = lw_value_text(item, LW_STR("after"));
  return true;
}

static void act_on(struct lw_call *call, const struct lw_value *item)
{
  struct rooming *rooming = call->user;
  rooming->act.caller = &call->caller;
  rooming->act.id = call->params[0];
  rooming->act.person = lw_value_text(item, LW_STR("person"));
  rooming->act.asks = lw_api_number_of(lw_value_get(item, LW_STR("asks")));
  rooming->act.shown = shown_of(call, item);
  if (call->arena.failed) {
    lw_call_fail(call, LW_NO_MEMORY, "out of memory; try again");
  } else if (rooming->wish != WISH_ACCEPT) {
    call->then = lw_api_without_body;
    lw_call_submit(call,
                   rooming->wish == WISH_FORWARD ? lw_room_forward_apply : lw_room_later_apply,
                   &rooming->act);
  } else if (set_change(call, item)) {
    lw_call_submit(call, lw_room_accept_apply, &rooming->act);
  } else {
    lw_call_fail(call, LW_CONFLICT, "the person has changed; ask for the list again");
  }
}

static void work_one(struct lw_call *call, const struct lw_value *list)
{
  const struct lw_value *items = lw_value_get(list, LW_STR("items"));
  for (uint32_t i = 0; i < items->count; i++) {
    const struct lw_value *item = &items->items[i];
    if (lw_str_equal(lw_value_text(item, LW_STR("id")), call->params[0]) && may_see(call, item)) {
      act_on(call, item);
      return;
    }
  }
  lw_call_fail(call, LW_NOT_FOUND, "there is no such proposal now: ask for the list again");
}

/* --- the calls --- */

static void work(struct lw_call *call)
{
  struct rooming *rooming = call->user;
  const struct lw_value *list = NULL;
  struct lw_buf text = {0};
  struct lw_error err = {0};
  struct lw_db *db = lw_call_is_awaited(call) ? lw_call_reader(call) : NULL;
  if (db == NULL) {
    return;
  }
  enum lw_code rc = lw_works_council(db, &rooming->works_council, &err);
  rc = rc == LW_OK ? lw_room_words_list(db, &call->arena, &rooming->words, &rooming->n_words, &err)
                   : rc;
  rc = rc == LW_OK ? hold_and_list(call, db, &text, &err) : rc;
  lw_str copy = rc == LW_OK ? lw_str_copy(&call->arena, lw_buf_str(&text)) : LW_STR("");
  rc = rc == LW_OK ? read_list(call, copy, &list, &err) : rc;
  lw_buf_finish(&text);
  if (rc == LW_OK && rooming->wish == WISH_LIST) {
    print_list(call, list);
  }
  if (rooming->wish == WISH_LIST) {
    lw_api_reply_sheet(call, rc, &err, &lw_room_sheet, "room");
  } else if (lw_api_is_well(call, rc, &err)) {
    work_one(call, list);
  }
}

/* A person who signed in, and a policy. False: replied. */
static bool is_for(struct lw_call *call)
{
  if (call->caller.person == NULL || call->caller.is_token) {
    lw_call_fail(call, LW_FORBIDDEN, "room is between people: sign in");
    return false;
  }
  if (call->snapshot->policy == NULL) {
    lw_call_fail(call, LW_NOT_FOUND, "no policy was published yet");
    return false;
  }
  return true;
}

void lw_api_list_room(struct lw_call *call)
{
  struct rooming *rooming = is_for(call) ? LW_API_NEW(call, struct rooming) : NULL;
  if (rooming == NULL || !lw_api_read_format(call)) {
    return;
  }
  *rooming = (struct rooming){.team = lw_api_team_path(call, lw_call_query(call, "team")),
                              .agent = lw_call_query(call, "agent")};
  if (rooming->agent.len != 0 &&
      !lw_access_covers(&call->caller, LW_ACCESS_ROOM, call->snapshot->staff, rooming->agent)) {
    lw_call_forbidden(call, LW_ACCESS_ROOM);
    return;
  }
  call->user = rooming;
  lw_worker_run_on(call->server->replayer, call, work);
}

static void begin(struct lw_call *call, enum wish wish, const char *word)
{
  const char *const members[] = {word, NULL};
  struct lw_faults faults = lw_call_new_faults(call);
  struct rooming *rooming = is_for(call) ? LW_API_NEW(call, struct rooming) : NULL;
  if (rooming == NULL) {
    return;
  }
  *rooming = (struct rooming){.wish = wish};
  if (call->json != NULL) {
    lw_call_known(call->json, members, &faults);
  }
  if (call->json != NULL && word != NULL) {
    rooming->act.note = lw_str_trim(lw_call_text(call->json, word, &faults));
  }
  if (word != NULL && rooming->act.note.len > LW_ROOM_WORD_BYTES_MAX) {
    lw_faults_add(&faults, lw_str_c(word), "takes at most %d bytes", LW_ROOM_WORD_BYTES_MAX);
  }
  if (faults.count == 0 && wish == WISH_LATER && rooming->act.note.len == 0) {
    lw_faults_add(&faults, lw_str_c(word), "is missing: why not now?");
  }
  if (!lw_call_is_sound(call, &faults)) {
    return;
  }
  call->user = rooming;
  lw_worker_run_on(call->server->replayer, call, work);
}

void lw_api_forward_room(struct lw_call *call)
{
  begin(call, WISH_FORWARD, "note");
}

void lw_api_later_room(struct lw_call *call)
{
  begin(call, WISH_LATER, "reason");
}

void lw_api_accept_room(struct lw_call *call)
{
  begin(call, WISH_ACCEPT, NULL);
}

/* --- one's own --- */

static void add_own(struct lw_call *call, const struct lw_value *list)
{
  const struct lw_value *items = lw_value_get(list, LW_STR("items"));
  const struct lw_value *near = lw_value_get(list, LW_STR("near"));
  LW_BUF_LIT(&call->out, ",\"room\":{\"rule\":");
  lw_json_add_value(&call->out, lw_value_get(list, LW_STR("rule")));
  if (items->count != 0) {
    LW_BUF_LIT(&call->out, ",\"proposal\":");
    lw_json_add_value(&call->out, &items->items[0]);
  }
  if (near->count != 0) {
    LW_BUF_LIT(&call->out, ",\"near\":");
    lw_json_add_value(&call->out, &near->items[0]);
  }
  lw_buf_add_char(&call->out, '}');
}

enum lw_code lw_api_room_add_own(struct lw_call *call, struct lw_db *db,
                                 const struct lw_live_past_view *past, struct lw_error *err)
{
  struct rooming rooming = {.person = call->caller.person->actor.id};
  const struct lw_value *list = NULL;
  struct lw_buf text = {0};
  enum lw_code rc = lw_room_words_list(db, &call->arena, &rooming.words, &rooming.n_words, err);
  rc = rc == LW_OK ? make_list(call, &rooming, db, past, &text, err) : rc;
  lw_str copy = rc == LW_OK ? lw_str_copy(&call->arena, lw_buf_str(&text)) : LW_STR("");
  rc = rc == LW_OK ? read_list(call, copy, &list, err) : rc;
  lw_buf_finish(&text);
  if (rc == LW_OK) {
    add_own(call, list);
  }
  return rc;
}
