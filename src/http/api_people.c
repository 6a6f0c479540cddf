/* People, teams, presence, invitations, erasure. */
#include "engine/lowers.h"
#include "engine/staff_change.h"
#include "http/api.h"
#include "ledger/text.h"
#include "listen/pulse.h"
#include "train/train.h"

/* --- people --- */

/* The person of the path, if the caller may see them. */
static const struct lw_person *find_person(struct lw_call *call)
{
  const struct lw_person *person = lw_staff_find(call->snapshot->staff, call->params[0]);
  if (person == NULL || !lw_access_covers(&call->caller, LW_ACCESS_SEE_PEOPLE,
                                          call->snapshot->staff, person->actor.id)) {
    lw_call_fail(call, LW_NOT_FOUND, "there is nobody of this id whom you may see");
    return NULL;
  }
  return person;
}

void lw_api_get_person(struct lw_call *call)
{
  const struct lw_person *person = find_person(call);
  struct lw_error err;
  struct lw_db *db = person != NULL ? lw_call_reader(call) : NULL;
  if (db != NULL) {
    enum lw_code code = lw_api_print_person(call, db, person, &err);
    if (code == LW_OK) {
      lw_api_add_tag(call, person->version);
    }
    lw_api_reply_read(call, code, &err);
  }
}

static void change_person(struct lw_call *call, bool create, lw_str id, uint64_t version)
{
  struct lw_faults faults = lw_call_new_faults(call);
  struct lw_person_change *change = LW_API_NEW(call, struct lw_person_change);
  if (change == NULL) {
    return;
  }
  if (!lw_person_change_read(call->snapshot, call->json, id, &call->arena, change, &faults)) {
    lw_call_faults(call, &faults);
    return;
  }
  change->caller = &call->caller;
  change->create = create;
  change->version = version;
  call->then = lw_api_tag_from_version;
  lw_call_submit(call, lw_person_change_apply, change);
}

void lw_api_add_person(struct lw_call *call)
{
  struct lw_faults faults = lw_call_new_faults(call);
  lw_str id = lw_call_text(call->json, "id", &faults);
  if (faults.count == 0 && id.len == 0) {
    lw_faults_add(&faults, LW_STR("id"), "must be there: what the person is called in the record");
  }
  if (lw_call_is_sound(call, &faults)) {
    change_person(call, true, id, 0);
  }
}

void lw_api_change_person(struct lw_call *call)
{
  bool has_tag = false;
  uint64_t version = 0;
  if (find_person(call) != NULL && lw_api_read_tag(call, &has_tag, &version)) {
    change_person(call, false, call->params[0], version);
  }
}

/* --- presence --- */

static void set_presence(struct lw_call *call, lw_str person)
{
  struct lw_faults faults = lw_call_new_faults(call);
  struct lw_presence_edit *edit = LW_API_NEW(call, struct lw_presence_edit);
  if (edit == NULL || !lw_call_may(call, LW_ACCESS_SET_PRESENCE, person)) {
    return;
  }
  if (!lw_presence_change_read(call->json, person, call->received, edit, &faults)) {
    lw_call_faults(call, &faults);
    return;
  }
  lw_call_submit(call, lw_presence_change_apply, edit);
}

void lw_api_set_presence(struct lw_call *call)
{
  if (find_person(call) != NULL) {
    set_presence(call, call->params[0]);
  }
}

void lw_api_set_my_presence(struct lw_call *call)
{
  if (call->caller.person == NULL) {
    lw_call_fail(call, LW_FORBIDDEN, "this token stands for nobody who could be here or away");
  } else {
    set_presence(call, call->caller.person->actor.id);
  }
}

/* --- teams --- */

lw_str lw_api_team_path(struct lw_call *call, lw_str team)
{
  const struct lw_team *found =
      team.ptr != NULL ? lw_staff_find_team(call->snapshot->staff, team) : NULL;
  return found != NULL ? found->path : team;
}

/* How many of whom the caller may see work in each team, by its place; its sub-teams have their
 * own. NULL: replied. */
static const uint32_t *count_members(struct lw_call *call)
{
  const struct lw_staff *staff = call->snapshot->staff;
  uint32_t *counts = lw_api_keep(call, (staff->n_teams + 1U) * sizeof *counts);
  if (counts == NULL) {
    return NULL;
  }
  memset(counts, 0, (staff->n_teams + 1U) * sizeof *counts);
  for (uint32_t i = 0; i < staff->directory.count; i++) {
    const struct lw_person *person = &staff->persons[i];
    const struct lw_team *team = lw_staff_find_team(staff, person->team);
    if (team != NULL &&
        lw_access_covers(&call->caller, LW_ACCESS_SEE_PEOPLE, staff, person->actor.id)) {
      counts[team - staff->teams]++;
    }
  }
  return counts;
}

static void print_team(struct lw_call *call, uint32_t at, const uint32_t *counts)
{
  struct lw_buf *out = &call->out;
  lw_team_print(&call->snapshot->staff->teams[at], out);
  if (!out->failed) {
    out->len--; /* its last brace */
    lw_buf_printf(out, ",\"people\":%u}", counts[at]);
  }
}

/* Whoever sees nobody but themselves sees the teams: they are in routes and lists. */
void lw_api_list_teams(struct lw_call *call)
{
  const struct lw_staff *staff = call->snapshot->staff;
  struct lw_api_page page;
  const uint32_t *counts = lw_api_read_page(call, &page) ? count_members(call) : NULL;
  if (counts == NULL) {
    return;
  }
  uint32_t at = 0;
  for (uint32_t i = 0; page.after.len != 0 && i < staff->n_teams; i++) {
    at = lw_str_equal(staff->teams[i].id, page.after) ? i + 1 : at;
  }
  uint32_t end = staff->n_teams - at > page.limit ? at + page.limit : staff->n_teams;
  LW_BUF_LIT(&call->out, "{\"items\":[");
  for (uint32_t i = at; i < end; i++) {
    lw_buf_add(&call->out, i == at ? LW_STR("") : LW_STR(","));
    print_team(call, i, counts);
  }
  LW_BUF_LIT(&call->out, "]");
  if (end < staff->n_teams) {
    LW_BUF_LIT(&call->out, ",\"next\":");
    lw_json_add_string(&call->out, staff->teams[end - 1].id);
  }
  LW_BUF_LIT(&call->out, "}");
  lw_call_reply(call, 200);
}

static void change_team(struct lw_call *call, lw_str id, bool create)
{
  struct lw_faults faults = lw_call_new_faults(call);
  struct lw_team_change *change = LW_API_NEW(call, struct lw_team_change);
  if (change == NULL) {
    return;
  }
  if (!lw_team_change_read(call->json, id, create, change, &faults)) {
    lw_call_faults(call, &faults);
    return;
  }
  change->create = create;
  lw_call_submit(call, lw_team_change_apply, change);
}

void lw_api_add_team(struct lw_call *call)
{
  change_team(call, lw_str_from("", 0), true);
}

void lw_api_change_team(struct lw_call *call)
{
  change_team(call, call->params[0], false);
}

void lw_api_remove_team(struct lw_call *call)
{
  struct lw_team_change *change = LW_API_NEW(call, struct lw_team_change);
  if (change != NULL) {
    change->remove = true;
    change->edit.id = call->params[0];
    call->then = lw_api_without_body;
    lw_call_submit(call, lw_team_change_apply, change);
  }
}

/* --- many, from a file --- */

struct importing {
  struct lw_import import;
  struct lw_diags diags;
  bool dry_run;
};

static void print_report(struct lw_call *call, bool applied)
{
  struct importing *importing = call->user;
  lw_buf_reset(&call->out);
  lw_import_print_json(&importing->import, applied, &call->out);
  lw_call_reply(call, 200);
}

static bool read_import(struct lw_call *call, struct importing *importing)
{
  const struct lw_policy *policy = call->snapshot->policy;
  lw_str type = lw_call_header(call, "content-type");
  bool yaml = lw_str_find(type, LW_STR("yaml"), 0) != SIZE_MAX;
  struct lw_import_options options = {.name = yaml ? LW_STR("people.yaml") : LW_STR("people.csv"),
                                      .currency = lw_api_currency(call)};
  if (policy != NULL) {
    options.zone = policy->zone;
    options.tiers = policy->tiers;
    options.n_tiers = policy->n_tiers;
  }
  if (!lw_api_read_flag(call, "dry_run", &importing->dry_run) ||
      !lw_api_read_flag(call, "skip_faulty", &options.skip_faulty)) {
    return false;
  }
  lw_diags_init(&importing->diags, &call->arena);
  bool read =
      lw_import_read(&importing->import, &call->arena, call->body, &options, &importing->diags);
  if (!read) {
    lw_api_refuse_file(call, &importing->diags);
  }
  return read;
}

static void work_import(struct lw_call *call)
{
  struct importing *importing = LW_API_NEW(call, struct importing);
  if (importing == NULL) {
    return;
  }
  call->user = importing;
  if (!read_import(call, importing)) {
    return;
  }
  if (importing->dry_run) {
    struct lw_lowers look = {.snapshot = call->snapshot,
                             .now = call->received,
                             .db = lw_call_reader(call),
                             .actor = call->caller.actor,
                             .scratch = &call->arena};
    if (look.db == NULL) {
      return;
    }
    lw_lowers_watch(&look, &importing->import);
    importing->import.now = call->received;
    if (!lw_import_compare(&importing->import, call->snapshot->staff) && call->arena.failed) {
      lw_call_fail(call, LW_NO_MEMORY, "out of memory; try again");
      return;
    }
    print_report(call, false); /* with its errors, if there are any */
    return;
  }
  importing->import.caller = &call->caller;
  lw_call_submit(call, lw_people_import_apply, &importing->import);
}

void lw_api_import_people(struct lw_call *call)
{
  lw_worker_run(call, work_import);
}

/* --- invitations --- */

struct inviting {
  struct lw_invite_change change;
  struct lw_session_secret secret;
};

/* Puts the link into the answer; a repeated one has none, for the link was shown. */
static void add_link(struct lw_call *call)
{
  struct inviting *inviting = call->user;
  if (!call->change.repeated && call->out.len != 0 && call->out.ptr[call->out.len - 1] == '}') {
    call->out.len--;
    lw_buf_printf(&call->out, ",\"link\":\"%s/invitation#%.*s\"}", call->server->public_url,
                  LW_SECRET_TEXT_BYTES, inviting->secret.text);
  }
  lw_secret_wipe(&inviting->secret, sizeof inviting->secret);
}

void lw_api_invite(struct lw_call *call)
{
  const struct lw_person *person = find_person(call);
  struct inviting *inviting = person != NULL ? LW_API_NEW(call, struct inviting) : NULL;
  if (inviting == NULL) {
    return;
  }
  const struct lw_rand *rand = lw_world_rand(lw_engine_world(call->engine));
  lw_invite_begin(rand, lw_exchange_of(call)->work->hasher, person->actor.id, call->received,
                  &inviting->secret, &inviting->change.invite);
  inviting->change.caller = &call->caller;
  call->user = inviting;
  call->then = add_link;
  lw_call_submit(call, lw_invite_apply, &inviting->change);
}

/* --- erasing --- */

struct erasing {
  lw_str id;
  bool is_person;
  lw_str reason;
};

/* Their texts, and the names in their row; the journal has ids and digests and still verifies. */
static enum lw_code apply_erase(struct lw_batch *batch, struct lw_change *change,
                                struct lw_error *err)
{
  const struct erasing *erasing = change->user;
  struct lw_buf body = {.ptr = NULL};
  int64_t count = 0;
  bool found = false;
  enum lw_code rc = lw_text_erase(batch->db, erasing->id, &count, err);
  rc = rc == LW_OK ? lw_answers_erase(batch->db, erasing->id, err) : rc;
  rc = rc == LW_OK ? lw_attempts_erase(batch->db, erasing->id, err) : rc;
  rc = rc == LW_OK ? lw_pulse_erase(batch->db, erasing->id, err) : rc;
  if (rc == LW_OK && erasing->is_person) {
    rc = lw_person_erase(batch->db, erasing->id, &found, err);
    batch->people_changed = batch->people_changed || found;
  }
  if (rc == LW_OK) {
    LW_BUF_LIT(&body, "{\"subject\":");
    lw_json_add_string(&body, erasing->id);
    lw_buf_printf(&body, ",\"texts\":%lld,\"person\":%s}", (long long)count,
                  erasing->is_person ? "true" : "false");
    rc = body.failed ? lw_fail(err, LW_NO_MEMORY, "out of memory")
                     : lw_batch_append(batch, change, LW_EVENT_TEXT_ERASED, lw_buf_str(&body), err);
  }
  if (rc == LW_OK) {
    lw_buf_printf(&change->answer, "{\"erased\":%lld}", (long long)count);
    lw_change_status(change, 200);
  }
  lw_buf_finish(&body);
  return rc;
}

void lw_api_erase(struct lw_call *call)
{
  static const char *const members[] = {"reason", NULL};
  struct lw_faults faults = lw_call_new_faults(call);
  struct erasing *erasing = LW_API_NEW(call, struct erasing);
  if (erasing == NULL) {
    return;
  }
  erasing->id = call->params[0];
  erasing->is_person = call->route->id == LW_ROUTE_ID_ERASE_PERSON;
  if (erasing->is_person && find_person(call) == NULL) {
    return;
  }
  lw_call_known(call->json, members, &faults);
  (void)lw_call_text(call->json, "reason", &faults);
  lw_call_submit_sound(call, &faults, apply_erase, erasing);
}
