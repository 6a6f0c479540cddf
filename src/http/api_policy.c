/* The policy: the live one, its versions, checking, publishing, rolling back. Reading a
 * policy may take a second: it happens on the worker's thread. */
#include "engine/draft.h"
#include "http/api.h"
#include "policy/authority.h"
#include "policy/explain.h"
#include "policy/finding.h"
#include "policy/terms.h"

static void reply_version(struct lw_call *call, uint64_t number)
{
  struct lw_publish_version version;
  struct lw_error err;
  struct lw_db *db = lw_call_reader(call);
  if (db == NULL) {
    return;
  }
  enum lw_code code = lw_publish_get(db, number, &call->arena, &version, &err);
  if (lw_api_is_well(call, code, &err)) {
    lw_publish_print_version(&version, &call->out);
    lw_call_reply(call, 200);
  }
}

/* Beside the live one: which is normal. */
void lw_api_get_policy(struct lw_call *call)
{
  struct lw_publish_version version;
  struct lw_error err;
  uint64_t normal = 0;
  struct lw_db *db = lw_call_reader(call);
  if (db == NULL) {
    return;
  }
  enum lw_code code = lw_publish_get(db, 0, &call->arena, &version, &err);
  if (code == LW_OK) {
    code = lw_publish_normal(db, &normal, &err);
  }
  if (!lw_api_is_well(call, code, &err)) {
    return;
  }
  version.normal = false;
  lw_publish_print_version(&version, &call->out);
  if (normal != 0 && !call->out.failed) {
    call->out.len--; /* its brace */
    lw_buf_printf(&call->out, ",\"normal\":%llu}", (unsigned long long)normal);
  }
  lw_call_reply(call, 200);
}

uint64_t lw_api_number_in(lw_str text)
{
  uint64_t number = 0;
  for (size_t i = 0; i < text.len; i++) {
    if (text.ptr[i] < '0' || text.ptr[i] > '9' || i == 15) {
      return 0;
    }
    number = number * 10 + (uint64_t)(text.ptr[i] - '0');
  }
  return number;
}

uint64_t lw_api_number_of(const struct lw_value *value)
{
  return value != NULL && value->kind == LW_VALUE_NUMBER ? lw_api_number_in(value->text) : 0;
}

void lw_api_get_version(struct lw_call *call)
{
  uint64_t number = lw_api_number_in(call->params[0]);
  if (number == 0) {
    lw_call_fail(call, LW_NOT_FOUND, "there is no such version; versions count from 1");
  } else {
    reply_version(call, number);
  }
}

void lw_api_list_versions(struct lw_call *call)
{
  struct lw_api_page page;
  struct lw_publish_version *versions = NULL;
  uint32_t count = 0;
  uint64_t after = 0;
  struct lw_error err;
  struct lw_db *db = lw_call_reader(call);
  if (db == NULL || !lw_api_read_page(call, &page) ||
      !lw_api_read_number(call, "after", 1, INT64_MAX / 2, 0, &after)) {
    return;
  }
  enum lw_code code =
      lw_publish_versions(db, after, page.limit + 1, &call->arena, &versions, &count, &err);
  if (!lw_api_is_well(call, code, &err)) {
    return;
  }
  uint32_t shown = count < page.limit ? count : page.limit;
  LW_BUF_LIT(&call->out, "{\"items\":[");
  for (uint32_t i = 0; i < shown; i++) {
    lw_buf_add(&call->out, i == 0 ? LW_STR("") : LW_STR(","));
    lw_publish_print_version(&versions[i], &call->out);
  }
  LW_BUF_LIT(&call->out, "]");
  if (shown < count) {
    lw_buf_printf(&call->out, ",\"next\":\"%llu\"", (unsigned long long)versions[shown - 1].number);
  }
  LW_BUF_LIT(&call->out, "}");
  lw_call_reply(call, 200);
}

/* --- the live one in words --- */

/* What the caller's own team has: the live version, or one that it tries. */
static const struct lw_snapshot *own_view(const struct lw_call *call)
{
  const struct lw_person *me = call->caller.person;
  return me != NULL ? lw_snapshot_for_team(call->snapshot, me->actor.team, call->received)
                    : call->snapshot;
}

void lw_api_get_terms(struct lw_call *call)
{
  if (lw_api_has_policy(call)) {
    const struct lw_snapshot *own = own_view(call);
    lw_terms_json(own->policy, own->policy_version, &call->arena, &call->out);
    lw_api_add_tag(call, own->policy_version);
    lw_call_reply(call, 200);
  }
}

/* How many people of each tier there are, and of those how many are AI. */
static void add_tier(struct lw_call *call, uint32_t tier)
{
  const struct lw_staff *staff = call->snapshot->staff;
  const struct lw_policy *policy = call->snapshot->policy;
  uint32_t people = 0;
  uint32_t ai = 0;
  for (uint32_t i = 0; i < staff->directory.count; i++) {
    const struct lw_actor *actor = &staff->persons[i].actor;
    bool fits = lw_str_equal(actor->tier, policy->tiers[tier]);
    people += fits;
    ai += fits && actor->kind == LW_ACTOR_AI;
  }
  lw_buf_add_c(&call->out, tier == 0 ? "{\"name\":" : ",{\"name\":");
  lw_json_add_string(&call->out, policy->tiers[tier]);
  lw_buf_printf(&call->out, ",\"people\":%u,\"ai\":%u}", people, ai);
}

void lw_api_policy_tiers(struct lw_call *call)
{
  if (!lw_api_has_policy(call)) {
    return;
  }
  lw_buf_printf(&call->out, "{\"policy\":%llu,\"tiers\":[",
                (unsigned long long)call->snapshot->policy_version);
  for (uint32_t i = 0; i < call->snapshot->policy->n_tiers; i++) {
    add_tier(call, i);
  }
  LW_BUF_LIT(&call->out, "],");
  lw_authority_tiers_json(call->snapshot->policy, call->received, &call->arena, &call->out);
  lw_buf_add_char(&call->out, '}');
  lw_api_add_tag(call, call->snapshot->policy_version);
  lw_call_reply(call, 200);
}

/* --- checking and publishing --- */

bool lw_api_take_source(struct lw_call *call, lw_str *ret_source)
{
  static const char *const members[] = {"source", NULL};
  struct lw_faults faults = lw_call_new_faults(call);
  lw_call_known(call->json, members, &faults);
  *ret_source = lw_call_text(call->json, "source", &faults);
  if (faults.count == 0 && ret_source->ptr == NULL) {
    lw_faults_add(&faults, LW_STR("source"), "must be there: the policy's YAML");
  }
  return lw_call_is_sound(call, &faults);
}

static void work_check(struct lw_call *call)
{
  struct lw_publish publish;
  struct lw_error err;
  lw_publish_init(&publish, *(const lw_str *)call->user, &call->arena);
  enum lw_code code = lw_publish_prepare(&publish, call->snapshot->staff, &err);
  if (code == LW_OK || (code == LW_INVALID && publish.diags.count != 0)) {
    LW_BUF_LIT(&call->out, "{\"findings\":");
    lw_findings_print(&publish.diags, &call->out);
    LW_BUF_LIT(&call->out, "}");
    lw_call_reply(call, 200);
  } else {
    lw_call_problem(call, &err);
  }
  lw_publish_finish(&publish);
}

void lw_api_check_policy(struct lw_call *call)
{
  lw_str *source = LW_API_NEW(call, lw_str);
  if (source != NULL && lw_api_take_source(call, source)) {
    call->user = source;
    lw_worker_run(call, work_check);
  }
}

struct publishing {
  struct lw_publish publish;
  bool from_draft; /* the one of before */
  bool has_tag;
  uint64_t tag;
  lw_str draft; /* the id of another; or empty */
  lw_str source;
  lw_str note;
  lw_str reason;
  bool renames;
  bool ends_trials;
};

static void finish_publishing(struct lw_call *call)
{
  struct publishing *publishing = call->user;
  lw_publish_finish(&publishing->publish);
}

void lw_api_fail_findings(struct lw_call *call, const struct lw_publish *publish,
                          const struct lw_error *err)
{
  lw_call_problem(call, err);
  if (publish->diags.errors != 0 && call->out.len != 0) {
    call->out.len--;
    LW_BUF_LIT(&call->out, ",\"findings\":");
    lw_findings_print(&publish->diags, &call->out);
    LW_BUF_LIT(&call->out, "}");
  }
}

static bool check_tag(struct lw_call *call, const struct publishing *publishing, uint64_t tag)
{
  struct lw_error err;
  if (publishing->has_tag && publishing->tag != tag) {
    (void)lw_fail(&err, LW_STALE, "the draft has changed meanwhile; read it again");
    lw_call_problem(call, &err);
    return false;
  }
  return true;
}

/* The text, when none came: the draft's; its tag must be the one that was read. False: replied. */
static bool take_draft(struct lw_call *call, struct publishing *publishing)
{
  struct lw_publish_draft old;
  struct lw_draft draft;
  struct lw_error err;
  struct lw_db *db = lw_call_reader(call);
  if (db == NULL) {
    return false;
  }
  if (publishing->from_draft) {
    if (!lw_api_is_well(call, lw_publish_draft_get(db, &call->arena, &old, &err), &err)) {
      return false;
    }
    publishing->source = old.source;
    return check_tag(call, publishing, old.tag);
  }
  if (!lw_api_is_well(call, lw_draft_get(db, publishing->draft, &call->arena, &draft, &err),
                      &err)) {
    return false;
  }
  publishing->source = draft.source;
  publishing->publish.draft_tag = draft.tag;
  if (lw_str_trim(publishing->reason).len == 0) {
    publishing->reason = draft.reason;
  }
  return check_tag(call, publishing, draft.tag);
}

bool lw_api_has_reason(struct lw_call *call, const struct lw_publish *publish, bool is_draft,
                       lw_str reason, lw_str paths)
{
  struct lw_faults faults = lw_call_new_faults(call);
  if (!is_draft || publish->variables <= 1 || lw_str_trim(reason).len != 0) {
    return true;
  }
  lw_faults_add(&faults, LW_STR("reason"),
                "must be there: %u variables change at once (%.*s); say why they belong together, "
                "or split the draft",
                publish->variables, LW_FMT(paths));
  lw_call_faults(call, &faults);
  return false;
}

static void work_publish(struct lw_call *call)
{
  struct publishing *publishing = call->user;
  struct lw_publish *publish = &publishing->publish;
  struct lw_error err;
  lw_str paths = LW_STR("");
  lw_publish_init(publish, LW_STR(""), &call->arena);
  if ((publishing->from_draft || publishing->draft.len != 0) && !take_draft(call, publishing)) {
    return;
  }
  publish->source = publishing->source;
  publish->note = publishing->note;
  publish->reason = publishing->reason;
  publish->draft = publishing->draft;
  publish->renames = publishing->renames;
  publish->ends_trials = publishing->ends_trials;
  lw_exchange_of(call)->cleanup = finish_publishing;
  if (lw_publish_prepare(publish, call->snapshot->staff, &err) != LW_OK) {
    lw_api_fail_findings(call, publish, &err);
    return;
  }
  if (lw_api_is_well(call, lw_publish_compare(publish, call->snapshot, &paths, &err), &err) &&
      lw_api_has_reason(call, publish, publishing->draft.len != 0, publishing->reason, paths)) {
    lw_call_submit(call, lw_publish_apply, publish);
  }
}

static bool take_flag(struct lw_call *call, const char *name, struct lw_faults *faults)
{
  const struct lw_value *flag = lw_value_get(call->json, lw_str_c(name));
  if (flag != NULL && flag->kind != LW_VALUE_BOOL) {
    lw_faults_add(faults, lw_str_c(name), "takes true or false");
  }
  return flag != NULL && flag->kind == LW_VALUE_BOOL && flag->boolean;
}

void lw_api_publish(struct lw_call *call)
{
  static const char *const members[] = {"source",  "draft",       "note", "reason",
                                        "renames", "ends_trials", NULL};
  struct lw_faults faults = lw_call_new_faults(call);
  struct publishing *publishing = LW_API_NEW(call, struct publishing);
  if (publishing == NULL || !lw_api_read_tag(call, &publishing->has_tag, &publishing->tag)) {
    return;
  }
  lw_call_known(call->json, members, &faults);
  publishing->source = lw_call_text(call->json, "source", &faults);
  publishing->draft = lw_call_text(call->json, "draft", &faults);
  publishing->note = lw_call_text(call->json, "note", &faults);
  publishing->reason = lw_call_text(call->json, "reason", &faults);
  publishing->renames = take_flag(call, "renames", &faults);
  publishing->ends_trials = take_flag(call, "ends_trials", &faults);
  publishing->from_draft = publishing->source.ptr == NULL && publishing->draft.len == 0;
  if (publishing->source.ptr != NULL && publishing->draft.len != 0) {
    lw_faults_add(&faults, LW_STR("source"), "stands in place of a draft, not beside it");
  }
  if (!lw_call_is_sound(call, &faults)) {
    return;
  }
  call->user = publishing;
  lw_worker_run(call, work_publish);
}

void lw_api_rollback(struct lw_call *call)
{
  static const char *const members[] = {"version", "normal", "note", NULL};
  struct lw_faults faults = lw_call_new_faults(call);
  struct lw_publish_rollback *rollback = LW_API_NEW(call, struct lw_publish_rollback);
  if (rollback == NULL) {
    return;
  }
  lw_call_known(call->json, members, &faults);
  rollback->note = lw_call_text(call->json, "note", &faults);
  const struct lw_value *version = lw_value_get(call->json, LW_STR("version"));
  if (version != NULL && version->kind != LW_VALUE_NULL) {
    rollback->number = lw_api_number_of(version);
    if (rollback->number == 0) {
      lw_faults_add(&faults, LW_STR("version"), "takes a version's number, from 1");
    }
  }
  rollback->normal = take_flag(call, "normal", &faults);
  if (rollback->normal && rollback->number != 0) {
    lw_faults_add(&faults, LW_STR("version"), "stands in place of the normal one, not beside it");
  }
  lw_call_submit_sound(call, &faults, lw_publish_rollback_apply, rollback);
}

void lw_api_set_normal(struct lw_call *call)
{
  static const char *const members[] = {"version", NULL};
  struct lw_faults faults = lw_call_new_faults(call);
  uint64_t *number = LW_API_NEW(call, uint64_t);
  if (number == NULL) {
    return;
  }
  lw_call_known(call->json, members, &faults);
  const struct lw_value *version = lw_value_get(call->json, LW_STR("version"));
  *number = version != NULL ? lw_api_number_of(version) : 0;
  if (*number == 0) {
    lw_faults_add(&faults, LW_STR("version"), "takes a version's number, from 1");
  }
  lw_call_submit_sound(call, &faults, lw_publish_normal_apply, number);
}

/* --- in sentences --- */

struct explaining {
  uint64_t version; /* 0: none; a text that came along */
  lw_str source;
};

static void add_explained(struct lw_call *call, uint64_t version, const struct lw_policy *policy,
                          const struct lw_publish *publish)
{
  struct lw_buf *out = &call->out;
  lw_buf_add_char(out, '{');
  if (version != 0) {
    lw_buf_printf(out, "\"version\":%llu,", (unsigned long long)version);
  }
  if (policy != NULL && policy->organization.len != 0) {
    LW_BUF_LIT(out, "\"organization\":");
    lw_json_add_string(out, policy->organization);
    lw_buf_add_char(out, ',');
  }
  LW_BUF_LIT(out, "\"sections\":");
  if (policy != NULL) {
    lw_policy_explain_sections(policy, out);
  } else {
    LW_BUF_LIT(out, "[]");
  }
  LW_BUF_LIT(out, ",\"findings\":");
  if (publish != NULL) {
    lw_findings_print(&publish->diags, out);
  } else {
    LW_BUF_LIT(out, "[]");
  }
  lw_buf_add_char(out, '}');
  lw_call_reply(call, 200);
}

/* A text that does not load has findings and no sections. */
static void work_explain(struct lw_call *call)
{
  const struct explaining *explaining = call->user;
  struct lw_publish publish;
  struct lw_error err;
  lw_publish_init(&publish, explaining->source, &call->arena);
  enum lw_code code = lw_publish_prepare(&publish, call->snapshot->staff, &err);
  if (code == LW_OK || (code == LW_INVALID && publish.diags.count != 0)) {
    add_explained(call, explaining->version, publish.policy, &publish);
  } else {
    lw_call_problem(call, &err);
  }
  lw_publish_finish(&publish);
}

void lw_api_explain_source(struct lw_call *call)
{
  struct explaining *explaining = LW_API_NEW(call, struct explaining);
  if (explaining != NULL && lw_api_take_source(call, &explaining->source)) {
    call->user = explaining;
    lw_worker_run(call, work_explain);
  }
}

/* The live one stands in memory; another is read anew. */
void lw_api_explain_version(struct lw_call *call)
{
  struct lw_publish_version version;
  struct lw_error err;
  struct explaining *explaining = LW_API_NEW(call, struct explaining);
  if (explaining == NULL ||
      !lw_api_read_number(call, "version", 1, INT64_MAX / 2, 0, &explaining->version)) {
    return;
  }
  if (explaining->version == 0 || explaining->version == call->snapshot->policy_version) {
    if (lw_api_has_policy(call)) {
      add_explained(call, call->snapshot->policy_version, call->snapshot->policy, NULL);
    }
    return;
  }
  struct lw_db *db = lw_call_reader(call);
  enum lw_code code =
      db != NULL ? lw_publish_get(db, explaining->version, &call->arena, &version, &err) : LW_IO;
  if (db != NULL && lw_api_is_well(call, code, &err)) {
    explaining->source = version.source;
    call->user = explaining;
    lw_worker_run(call, work_explain);
  }
}

/* --- what changed --- */

struct side {
  lw_str source;   /* {NULL, 0}: by its number */
  uint64_t number; /* 0: the default */
};

struct diffing {
  struct side sides[2];
};

/* The source of a side: as it came, of that version, or what stands for it: the live one, and the
 * draft. False: replied. */
static bool find_source(struct lw_call *call, struct side *side, bool draft)
{
  struct lw_publish_version version = {0};
  struct lw_publish_draft kept = {0};
  struct lw_error err;
  if (side->source.ptr != NULL) {
    return true;
  }
  struct lw_db *db = lw_call_reader(call);
  if (db == NULL) {
    return false;
  }
  enum lw_code code = LW_OK;
  if (draft && side->number == 0) {
    code = lw_publish_draft_get(db, &call->arena, &kept, &err);
    side->source = kept.source;
  } else {
    code = lw_publish_get(db, side->number, &call->arena, &version, &err);
    side->source = version.source;
  }
  return lw_api_is_well(call, code, &err);
}

/* Loads it, without looking for what can't be meant. False: replied, with its findings. */
static bool load_side(struct lw_call *call, struct side *side, struct lw_publish *publish)
{
  struct lw_error err;
  lw_publish_init(publish, side->source, &call->arena);
  publish->quiet = true;
  if (lw_publish_prepare(publish, NULL, &err) == LW_OK) {
    return true;
  }
  lw_api_fail_findings(call, publish, &err);
  return false;
}

static void work_diff(struct lw_call *call)
{
  struct diffing *diffing = call->user;
  struct lw_publish sides[2] = {{.policy = NULL}, {.policy = NULL}};
  struct lw_changes changes = {0};
  bool well = find_source(call, &diffing->sides[0], false) &&
              find_source(call, &diffing->sides[1], true) &&
              load_side(call, &diffing->sides[0], &sides[0]) &&
              load_side(call, &diffing->sides[1], &sides[1]);
  if (well && lw_policy_diff(sides[0].policy, sides[1].policy, &call->arena, &changes)) {
    lw_changes_json(&changes, &call->out);
    lw_call_reply(call, 200);
  } else if (well) {
    lw_call_fail(call, LW_NO_MEMORY, "out of memory; try again");
  }
  lw_publish_finish(&sides[0]);
  lw_publish_finish(&sides[1]);
}

static void read_side(struct lw_call *call, const char *by_number, const char *by_source,
                      struct side *side, struct lw_faults *faults)
{
  const struct lw_value *number = lw_value_get(call->json, lw_str_c(by_number));
  side->source = lw_call_text(call->json, by_source, faults);
  if (number != NULL && number->kind != LW_VALUE_NULL) {
    side->number = lw_api_number_of(number);
    if (side->number == 0) {
      lw_faults_add(faults, lw_str_c(by_number), "takes a version's number, from 1");
    } else if (side->source.ptr != NULL) {
      lw_faults_add(faults, lw_str_c(by_source), "stands in place of a version, not beside it");
    }
  }
}

void lw_api_diff_policy(struct lw_call *call)
{
  static const char *const members[] = {"a", "b", "a_source", "b_source", NULL};
  struct lw_faults faults = lw_call_new_faults(call);
  struct diffing *diffing = LW_API_NEW(call, struct diffing);
  if (diffing == NULL) {
    return;
  }
  lw_call_known(call->json, members, &faults);
  read_side(call, "a", "a_source", &diffing->sides[0], &faults);
  read_side(call, "b", "b_source", &diffing->sides[1], &faults);
  if (!lw_call_is_sound(call, &faults)) {
    return;
  }
  call->user = diffing;
  lw_worker_run(call, work_diff);
}
