/* Huddles (listen/huddle.h): pages that were published are read from the store; drafts, and what is
 * to be published, are made of the record on the replays' threads. */
#include "desk/feed.h"
#include "http/api_track.h"
#include "http/council.h"
#include "listen/huddle.h"

struct asking {
  const struct lw_team *team;
  struct lw_week week;
  struct lw_huddle_row row;
  struct lw_huddle huddle;
  struct lw_huddle_publishing publishing;
  bool writer;
  bool withheld;
  bool publishes;
};

static const struct lw_tz *zone_of(const struct lw_call *call)
{
  return call->snapshot->policy != NULL ? call->snapshot->policy->zone : NULL;
}

/* Team and week of the path, and what is kept of them; NULL: replied. What one may not see is not
 * there. */
static struct asking *read_asking(struct lw_call *call, bool writes)
{
  struct asking *asking = LW_API_NEW(call, struct asking);
  struct lw_error err = {0};
  if (asking == NULL) {
    return NULL;
  }
  *asking = (struct asking){.team = lw_staff_find_team(call->snapshot->staff, call->params[0])};
  bool reads = asking->team != NULL && lw_huddle_may_read(&call->caller, asking->team->path);
  asking->writer = asking->team != NULL && lw_huddle_may_write(&call->caller, asking->team->path);
  if (!reads && !asking->writer) {
    lw_call_fail(call, LW_NOT_FOUND, "there is no team \"%.*s\" whose huddle you read",
                 LW_FMT(call->params[0]));
    return NULL;
  }
  if (writes && !asking->writer) {
    lw_call_forbidden(call, LW_ACCESS_HUDDLE);
    return NULL;
  }
  if (!lw_week_read(zone_of(call), call->params[1], &asking->week)) {
    lw_call_fail(call, LW_NOT_FOUND, "\"%.*s\" is no week, such as 2026-W47",
                 LW_FMT(call->params[1]));
    return NULL;
  }
  struct lw_db *db = lw_call_reader(call);
  enum lw_code rc = db != NULL ? lw_huddle_get(db, call->params[0], call->params[1],
                                               lw_call_json(call), &call->arena, &asking->row, &err)
                               : LW_OK;
  rc = db != NULL && rc == LW_OK ? lw_huddle_withheld(db, &call->caller, call->snapshot->staff,
                                                      asking->team->path, &asking->withheld, &err)
                                 : rc;
  return db != NULL && lw_api_is_well(call, rc, &err) ? asking : NULL;
}

static enum lw_code print(struct lw_call *call, const struct lw_desk_reader *reader,
                          struct lw_error *err)
{
  struct asking *asking = call->user;
  const struct lw_huddle_showing showing = {.reader = reader,
                                            .json = lw_call_json(call),
                                            .team = asking->team,
                                            .row = &asking->row,
                                            .writer = asking->writer,
                                            .withheld = asking->withheld};
  return lw_huddle_print(&showing, &asking->huddle, &call->out, err);
}

/* The page as the record has it now, while the past is held. */
static enum lw_code make(struct lw_call *call, const struct lw_desk_reader *reader,
                         struct lw_error *err)
{
  struct asking *asking = call->user;
  struct lw_live_past_view past;
  enum lw_code rc = lw_live_past_hold(call->server->past, lw_engine_seq(call->engine),
                                      LW_API_PAST_WAIT_MSEC, &past, err);
  if (rc == LW_OK) {
    const struct lw_huddle_making making = {.reader = reader,
                                            .json = lw_call_json(call),
                                            .tape = past.tape,
                                            .team = asking->team,
                                            .week = asking->week,
                                            .edit = &asking->row.edit};
    rc = lw_huddle_make(&making, &asking->huddle, err);
    lw_live_past_release(call->server->past);
  }
  return rc;
}

static void work(struct lw_call *call)
{
  struct asking *asking = call->user;
  struct lw_error err = {0};
  struct lw_db *db = lw_call_is_awaited(call) ? lw_call_reader(call) : NULL;
  if (db == NULL) {
    return;
  }
  struct lw_desk_reader reader = lw_api_desk(call, db);
  enum lw_code rc = make(call, &reader, &err);
  if (rc == LW_OK && asking->publishes) {
    asking->publishing = (struct lw_huddle_publishing){
        .caller = &call->caller, .huddle = &asking->huddle, .made_of = asking->row.version};
    call->then = lw_api_tag_from_version;
    lw_call_submit(call, lw_huddle_publish, &asking->publishing);
    return;
  }
  rc = rc == LW_OK ? print(call, &reader, &err) : rc;
  lw_api_add_tag(call, asking->row.version);
  lw_api_reply_read(call, rc, &err);
}

/* --- reading --- */

void lw_api_list_huddles(struct lw_call *call)
{
  struct lw_error err = {0};
  struct lw_db *db = lw_call_reader(call);
  if (db != NULL) {
    struct lw_desk_reader reader = lw_api_desk(call, db);
    lw_str team = lw_api_team_path(call, lw_call_query(call, "team"));
    enum lw_code rc = lw_huddle_list(&reader, team, &call->out, &err);
    lw_api_reply_read(call, rc, &err);
  }
}

static void read_published(struct lw_call *call)
{
  struct asking *asking = call->user;
  struct lw_error err = {0};
  struct lw_db *db = lw_call_reader(call);
  if (db == NULL) {
    return;
  }
  struct lw_desk_reader reader = lw_api_desk(call, db);
  enum lw_code rc = lw_huddle_thaw(&asking->row, zone_of(call), lw_call_json(call), &call->arena,
                                   &asking->huddle, &err);
  rc = rc == LW_OK ? print(call, &reader, &err) : rc;
  lw_api_add_tag(call, asking->row.version);
  lw_api_reply_read(call, rc, &err);
}

void lw_api_get_huddle(struct lw_call *call)
{
  bool draft = false;
  struct asking *asking = lw_api_read_flag(call, "draft", &draft) ? read_asking(call, false) : NULL;
  call->user = asking;
  if (asking == NULL) {
    return;
  }
  if (asking->row.edition != 0 && !(draft && asking->writer)) {
    read_published(call);
  } else if (!asking->writer) {
    lw_call_fail(call, LW_NOT_FOUND, "the huddle of that week is not published");
  } else if (asking->week.start > call->received) {
    lw_call_fail(call, LW_NOT_FOUND, "that week has not begun yet");
  } else {
    lw_worker_run_on(call->server->replayer, call, work);
  }
}

/* --- saying --- */

static void read_pick(struct lw_call *call, const struct lw_value *value,
                      struct lw_huddle_edit *edit, struct lw_faults *faults)
{
  static const char *const members[] = {"kind", "of", "text", NULL};
  struct lw_huddle_pick pick = {.of = LW_STR("")};
  (void)call;
  if (value->kind != LW_VALUE_MAP) {
    lw_faults_add(faults, LW_STR("cases"), "is a list of {kind, of, text}");
    return;
  }
  lw_call_known(value, members, faults);
  pick.of = lw_str_trim(lw_call_text(value, "of", faults));
  pick.text = lw_str_trim(lw_call_text(value, "text", faults));
  if (!lw_huddle_kind_read(lw_call_text(value, "kind", faults), &pick.kind)) {
    lw_faults_add(faults, LW_STR("kind"), "is one of too_much, too_little, brilliant");
  } else if (pick.of.len == 0 || pick.of.len > LW_PERSON_ID_BYTES_MAX) {
    lw_faults_add(faults, LW_STR("of"), "is a decision or a case, by its id");
  } else if (pick.text.len > LW_HUDDLE_TEXT_BYTES_MAX) {
    lw_faults_add(faults, LW_STR("text"), "is longer than %d bytes", LW_HUDDLE_TEXT_BYTES_MAX);
  } else if (edit->n_cases == LW_HUDDLE_KINDS) {
    lw_faults_add(faults, LW_STR("cases"), "are at most %d", LW_HUDDLE_KINDS);
  } else {
    edit->cases[edit->n_cases++] = pick;
  }
}

static void read_cases(struct lw_call *call, struct lw_huddle_edit *edit, struct lw_faults *faults)
{
  const struct lw_value *cases = lw_value_get(call->json, LW_STR("cases"));
  if (cases == NULL || cases->kind == LW_VALUE_NULL) {
    return;
  }
  if (cases->kind != LW_VALUE_LIST) {
    lw_faults_add(faults, LW_STR("cases"), "is a list of {kind, of, text}");
    return;
  }
  edit->has_cases = true;
  for (uint32_t i = 0; i < cases->count; i++) {
    read_pick(call, &cases->items[i], edit, faults);
  }
}

static void read_sections(struct lw_call *call, struct lw_huddle_edit *edit,
                          struct lw_faults *faults)
{
  const struct lw_value *sections = lw_value_get(call->json, LW_STR("sections"));
  if (sections == NULL) {
    return;
  }
  edit->n_sections = 0;
  for (uint32_t i = 0; sections->kind == LW_VALUE_LIST && i < sections->count; i++) {
    enum lw_huddle_section section = LW_HUDDLE_CASES;
    bool known = sections->items[i].kind == LW_VALUE_STRING &&
                 lw_huddle_section_read(sections->items[i].text, &section);
    if (!known || lw_huddle_has_section(edit, section)) {
      lw_faults_add(faults, LW_STR("sections"), "are cases, causes, changes, thanks, each once");
      return;
    }
    edit->sections[edit->n_sections++] = section;
  }
  if (sections->kind != LW_VALUE_LIST) {
    lw_faults_add(faults, LW_STR("sections"), "are cases, causes, changes, thanks, each once");
  }
}

static void read_left_out(struct lw_call *call, struct lw_huddle_edit *edit,
                          struct lw_faults *faults)
{
  const struct lw_value *list = lw_value_get(call->json, LW_STR("left_out"));
  if (list == NULL) {
    return;
  }
  bool fits = list->kind == LW_VALUE_LIST && list->count <= LW_HUDDLE_LEFT_OUT_MAX;
  lw_str *texts = LW_NEW_ARRAY(&call->arena, lw_str, fits ? list->count + 1U : 1U);
  for (uint32_t i = 0; fits && texts != NULL && i < list->count; i++) {
    fits =
        list->items[i].kind == LW_VALUE_STRING && list->items[i].text.len <= LW_PERSON_ID_BYTES_MAX;
    texts[edit->n_left_out++] = list->items[i].text;
  }
  edit->left_out = texts;
  if (!fits || texts == NULL) {
    lw_faults_add(faults, LW_STR("left_out"), "is a list of at most %d texts such as cause:late",
                  LW_HUDDLE_LEFT_OUT_MAX);
  }
}

void lw_api_put_huddle(struct lw_call *call)
{
  static const char *const members[] = {"words", "cases", "sections", "left_out", NULL};
  struct lw_faults faults = lw_call_new_faults(call);
  struct lw_huddle_saving *saving = LW_API_NEW(call, struct lw_huddle_saving);
  if (saving == NULL || !lw_api_read_tag(call, &saving->has_tag, &saving->tag) ||
      read_asking(call, true) == NULL) {
    return;
  }
  lw_call_known(call->json, members, &faults);
  saving->caller = &call->caller;
  saving->team = call->params[0];
  saving->week = call->params[1];
  lw_huddle_edit_init(&saving->edit);
  saving->edit.words = lw_str_trim(lw_call_text(call->json, "words", &faults));
  read_cases(call, &saving->edit, &faults);
  read_sections(call, &saving->edit, &faults);
  read_left_out(call, &saving->edit, &faults);
  if (saving->edit.words.len > LW_HUDDLE_WORDS_BYTES_MAX) {
    lw_faults_add(&faults, LW_STR("words"), "is longer than %d bytes", LW_HUDDLE_WORDS_BYTES_MAX);
  }
  if (lw_call_is_sound(call, &faults)) {
    call->then = lw_api_tag_from_version;
    lw_call_submit(call, lw_huddle_save, saving);
  }
}

void lw_api_publish_huddle(struct lw_call *call)
{
  static const char *const members[] = {NULL};
  struct lw_faults faults = lw_call_new_faults(call);
  bool has_tag = false;
  uint64_t tag = 0;
  struct asking *asking = lw_api_read_tag(call, &has_tag, &tag) ? read_asking(call, true) : NULL;
  if (asking == NULL) {
    return;
  }
  lw_call_known(call->json, members, &faults);
  if (faults.count != 0) {
    lw_call_faults(call, &faults);
  } else if (has_tag && tag != asking->row.version) {
    lw_call_fail(call, LW_STALE, "somebody else has changed this huddle meanwhile");
  } else if (asking->week.start > call->received) {
    lw_call_fail(call, LW_INVALID, "that week has not begun yet");
  } else {
    asking->publishes = true;
    call->user = asking;
    lw_worker_run_on(call->server->replayer, call, work);
  }
}
