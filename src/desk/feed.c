/* The feed: the journal as a person is told of it. The journal itself is the queue: an event's id
 * is its entry's number, so a stream that breaks goes on behind the last number seen, without gap
 * or double, and nothing is kept twice. */
#include "desk/feed.h"

#include "data/member.h"
#include "policy/who.h"

/* --- whom it concerns --- */

struct parties {
  struct lw_arena *arena;
  lw_str *ids;
  uint32_t count;
};

static void add_party(struct parties *parties, const struct lw_value *value)
{
  if (value == NULL || value->kind != LW_VALUE_STRING || value->text.len == 0) {
    return;
  }
  for (uint32_t i = 0; i < parties->count; i++) {
    if (lw_str_equal(parties->ids[i], value->text)) {
      return;
    }
  }
  if (parties->count < LW_FEED_PARTIES_MAX) {
    parties->ids[parties->count++] = value->text;
  }
}

/* A list of ids, or of maps with one. */
static void add_list(struct parties *parties, const struct lw_value *list)
{
  for (uint32_t i = 0; list != NULL && list->kind == LW_VALUE_LIST && i < list->count; i++) {
    add_party(parties, &list->items[i]);
    add_party(parties, lw_value_get(&list->items[i], LW_STR("person")));
    add_party(parties, lw_value_get(&list->items[i], LW_STR("deputy_of")));
  }
}

/* A person whose texts were erased; a customer is nobody's to see in lists of people. */
static void add_erased(struct parties *parties, enum lw_event event, const struct lw_value *body)
{
  const struct lw_value *is_person = lw_value_get(body, LW_STR("person"));
  if (event == LW_EVENT_TEXT_ERASED && is_person != NULL && is_person->kind == LW_VALUE_BOOL &&
      is_person->boolean) {
    add_party(parties, lw_value_get(body, LW_STR("subject")));
  }
}

/* Agents come first: whether somebody reads notes is asked about the first party. */
static void find_parties(const struct lw_value *body, struct parties *parties)
{
  static const lw_str names[] = {LW_STR_INIT("agent"),  LW_STR_INIT("owner"),
                                 LW_STR_INIT("person"), LW_STR_INIT("by"),
                                 LW_STR_INIT("before"), LW_STR_INIT("approver"),
                                 LW_STR_INIT("deputy"), LW_STR_INIT("deputy_of")};
  const struct lw_value *agent =
      lw_value_get(lw_value_get(body, LW_STR("request")), LW_STR("agent"));
  add_party(parties, agent);
  add_party(parties, lw_value_get(agent, LW_STR("id")));
  for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
    add_party(parties, lw_value_get(body, names[i]));
  }
  add_list(parties, lw_value_get(body, LW_STR("asked")));
  add_list(parties, lw_value_get(body, LW_STR("to")));
}

bool lw_feed_read(const struct lw_entry_view *entry, struct lw_json_reader *reader,
                  struct lw_arena *arena, struct lw_feed_event *ret_event)
{
  struct lw_feed_event event = {.entry = entry};
  struct parties parties = {.arena = arena};
  struct lw_error err = {0};
  if (!lw_event_read(entry->kind, &event.event) || lw_event_told(event.event) == LW_TOLD_NOBODY ||
      lw_json_read(reader, arena, entry->body, NULL, &event.body, &err) != LW_OK) {
    return false;
  }
  parties.ids = LW_NEW_ARRAY(arena, lw_str, LW_FEED_PARTIES_MAX);
  if (parties.ids == NULL) {
    return false;
  }
  find_parties(event.body, &parties);
  add_erased(&parties, event.event, event.body);
  event.parties = parties.ids;
  event.n_parties = parties.count;
  *ret_event = event;
  return true;
}

static bool is_party(const struct lw_feed_event *event, lw_str person)
{
  for (uint32_t i = 0; i < event->n_parties; i++) {
    if (lw_str_equal(event->parties[i], person)) {
      return true;
    }
  }
  return false;
}

static bool leads_party(const struct lw_snapshot *snapshot, const struct lw_person *lead,
                        const struct lw_feed_event *event)
{
  for (uint32_t i = 0; i < event->n_parties; i++) {
    const struct lw_person *person = lw_staff_find(snapshot->staff, event->parties[i]);
    if (person != NULL && lw_staff_leads(snapshot->staff, lead, person)) {
      return true;
    }
  }
  return false;
}

/* Whether one of the people whom it names is theirs to see. */
static bool sees_party(const struct lw_snapshot *snapshot, const struct lw_caller *caller,
                       const struct lw_feed_event *event)
{
  for (uint32_t i = 0; i < event->n_parties; i++) {
    if (lw_staff_find(snapshot->staff, event->parties[i]) != NULL &&
        lw_access_covers(caller, LW_ACCESS_SEE_PEOPLE, snapshot->staff, event->parties[i])) {
      return true;
    }
  }
  return false;
}

/* What is told by a right of the listener's, whoever is named: what they may read, they hear of. */
static bool has_right(enum lw_told told, const struct lw_caller *caller)
{
  switch (told) {
  case LW_TOLD_TEAMS: return lw_access_view(caller, LW_ACCESS_SEE_PEOPLE) >= LW_VIEW_TEAM;
  case LW_TOLD_PLANNERS: return lw_access_view(caller, LW_ACCESS_CHANGE_POLICY) == LW_VIEW_ALL;
  case LW_TOLD_TOKENS: return lw_access_view(caller, LW_ACCESS_TOKENS) == LW_VIEW_ALL;
  case LW_TOLD_WEBHOOKS: return lw_access_view(caller, LW_ACCESS_WEBHOOKS) == LW_VIEW_ALL;
  case LW_TOLD_SETTINGS: return lw_access_view(caller, LW_ACCESS_SETTINGS) == LW_VIEW_ALL;
  case LW_TOLD_EVERYBODY: return true;
  case LW_TOLD_NOBODY:
  case LW_TOLD_PARTIES:
  case LW_TOLD_PERSON:
  case LW_TOLD_SELVES:
  case LW_TOLD_SEERS:
  case LW_TOLD_MEMBERS: break;
  }
  return false;
}

bool lw_feed_reaches_team(const struct lw_caller *caller, enum lw_access access, lw_str team)
{
  enum lw_view view = lw_access_view(caller, access);
  lw_str own = caller->person != NULL ? caller->person->actor.team : LW_STR("");
  return view == LW_VIEW_ALL ||
         (view != LW_VIEW_NONE && own.len != 0 && lw_team_within(own, team)) ||
         (view == LW_VIEW_TEAM && own.len != 0 && lw_team_within(team, own));
}

/* A huddle is told to its team, by the team's own id. */
static bool is_told_to_team(const struct lw_snapshot *snapshot, const struct lw_caller *caller,
                            const struct lw_feed_event *event)
{
  const struct lw_value *id = lw_value_get(event->body, LW_STR("team"));
  const struct lw_team *team = id != NULL && id->kind == LW_VALUE_STRING
                                   ? lw_staff_find_team(snapshot->staff, id->text)
                                   : NULL;
  return team != NULL && lw_feed_reaches_team(caller, LW_ACCESS_SEE_HUDDLES, team->path);
}

static bool concerns(const struct lw_snapshot *snapshot, enum lw_told told,
                     const struct lw_caller *caller, const struct lw_feed_event *event)
{
  return is_party(event, caller->person->actor.id) ||
         (told == LW_TOLD_PARTIES && !caller->is_token &&
          leads_party(snapshot, caller->person, event)) ||
         (told == LW_TOLD_SEERS && sees_party(snapshot, caller, event));
}

bool lw_feed_visible(const struct lw_snapshot *snapshot, const struct lw_caller *caller,
                     const struct lw_feed_event *event)
{
  enum lw_told told = lw_event_told(event->event);
  bool names_people = told == LW_TOLD_PARTIES || told == LW_TOLD_PERSON || told == LW_TOLD_SEERS ||
                      told == LW_TOLD_SELVES;
  struct lw_caller now = *caller;
  if (told == LW_TOLD_NOBODY || (told == LW_TOLD_SELVES && caller->is_token) ||
      (caller->is_token && (caller->scopes & (uint32_t)LW_TOKEN_READ) == 0)) {
    return false;
  }
  if (told == LW_TOLD_MEMBERS && caller->person == NULL) {
    return is_told_to_team(snapshot, caller, event);
  }
  if (told == LW_TOLD_EVERYBODY || caller->person == NULL) {
    return has_right(told, caller) || (caller->is_token && names_people);
  }
  now.person = lw_staff_find(snapshot->staff, caller->person->actor.id);
  if (now.person == NULL || !now.person->active) {
    return false;
  }
  if (told == LW_TOLD_MEMBERS) {
    return is_told_to_team(snapshot, &now, event);
  }
  return names_people ? concerns(snapshot, told, &now, event) : has_right(told, &now);
}

/* --- printing --- */

struct printer {
  const struct lw_desk_reader *reader;
  const struct lw_value *decision; /* the body of one: what the shadow said stays in the record */
  struct lw_buf *out;
  bool notes;
  enum lw_code code;
  struct lw_error *err;
};

static bool is_reference(const struct lw_value *value)
{
  const struct lw_value *text = lw_value_get(value, LW_STR("text"));
  const struct lw_value *hash = lw_value_get(value, LW_STR("sha256"));
  return value->kind == LW_VALUE_MAP && text != NULL && text->kind == LW_VALUE_STRING &&
         lw_str_starts(text->text, LW_STR("txt_")) && hash != NULL;
}

/* {NULL, 0}: not for this reader, erased, or it can't be told. */
static lw_str look_up(struct printer *printer, const struct lw_value *reference)
{
  lw_str text = {0};
  if (printer->notes && printer->reader->db != NULL && printer->code == LW_OK) {
    printer->code =
        lw_text_get(printer->reader->db, reference, printer->reader->arena, &text, printer->err);
  }
  return text;
}

/* Members of a map, with texts in place of references. Recursion is as deep as the body: at most
 * LW_VALUE_DEPTH_MAX. */
static void print_members(struct printer *printer, const struct lw_value *map)
{
  struct lw_buf *out = printer->out;
  for (uint32_t i = 0; i < map->count; i++) {
    const struct lw_value *item = &map->items[i];
    lw_str key = map->entries[i].key;
    bool reference = is_reference(item);
    lw_str text = reference ? look_up(printer, item) : LW_STR("");
    bool hidden = map == printer->decision && lw_str_equal(key, LW_STR("shadow"));
    if (hidden || (reference && text.len == 0)) {
      continue;
    }
    char last = out->len != 0 ? out->ptr[out->len - 1] : '{';
    lw_buf_add_c(out, last == '{' ? "" : ",");
    lw_json_add_string(out, key);
    lw_buf_add_char(out, ':');
    if (reference && lw_str_equal(key, LW_STR("evidence"))) {
      lw_buf_add(out, text); /* JSON already */
    } else if (reference) {
      lw_json_add_string(out, text);
    } else if (item->kind == LW_VALUE_MAP) {
      lw_buf_add_char(out, '{');
      print_members(printer, item);
      lw_buf_add_char(out, '}');
    } else {
      lw_json_add_value(out, item);
    }
  }
}

/* Whether this very entry asks the listener to do something. */
static bool is_for(const struct lw_feed_event *event, lw_str person)
{
  const struct lw_value *to = lw_value_get(event->body, LW_STR("to"));
  const struct lw_value *owner = lw_value_get(event->body, LW_STR("owner"));
  for (uint32_t i = 0; to != NULL && to->kind == LW_VALUE_LIST && i < to->count; i++) {
    if (lw_str_equal(to->items[i].text, person)) {
      return true;
    }
  }
  return event->event == LW_EVENT_CASE_NUDGED && owner != NULL && lw_str_equal(owner->text, person);
}

static bool sees_notes(const struct lw_desk_reader *reader, const struct lw_feed_event *event)
{
  const struct lw_caller *caller = reader->caller;
  if (caller == NULL || (caller->person != NULL && is_party(event, caller->person->actor.id))) {
    return true;
  }
  return lw_access_covers(caller, LW_ACCESS_SEE_NOTES, reader->snapshot->staff,
                          event->n_parties != 0 ? event->parties[0] : LW_STR(""));
}

enum lw_code lw_feed_print(const struct lw_desk_reader *reader, const struct lw_feed_event *event,
                           struct lw_buf *out, struct lw_error *err)
{
  const struct lw_entry_view *entry = event->entry;
  const struct lw_caller *caller = reader->caller;
  struct printer printer = {.reader = reader,
                            .decision = event->event == LW_EVENT_DECISION ? event->body : NULL,
                            .out = out,
                            .notes = sees_notes(reader, event),
                            .err = err};
  char hex[LW_HASH_BYTES * 2];
  lw_hex_write(entry->hash.bytes, LW_HASH_BYTES, hex);
  lw_buf_add_char(out, '{');
  lw_member_int(out, "seq", (int64_t)entry->seq);
  lw_member_time(out, "at", entry->at);
  lw_member_text(out, "kind", entry->kind);
  lw_member_text(out, "actor", entry->actor);
  lw_member_key(out, "body");
  lw_buf_add_char(out, '{');
  print_members(&printer, event->body);
  if (caller != NULL && caller->person != NULL && is_for(event, caller->person->actor.id)) {
    lw_member_bool(out, "for_you", true);
  }
  lw_buf_add_char(out, '}');
  lw_member_text(out, "hash", lw_str_from(hex, sizeof hex));
  lw_buf_add_char(out, '}');
  return printer.code == LW_OK && out->failed
             ? lw_fail(err, LW_NO_MEMORY, "out of memory for an event")
             : printer.code;
}
