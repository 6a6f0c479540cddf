/* Versions of the policy. A version is a row that never changes, and its source stands in its
 * journal entry too: what was live when can be told, and rebuilt, from the journal alone. Which one
 * is live is one row. Going back to an earlier version makes no new one.
 *
 * Reading and checking a policy takes milliseconds, seconds for a very large one: it is done before
 * the change is queued, on the caller's thread. The loaded policy goes along, and the engine takes
 * it when the batch is on disk. */
#include "engine/publish.h"

#include "base/check.h"
#include "data/member.h"
#include "engine/canary.h"
#include "engine/draft.h"
#include "engine/inside.h"
#include "engine/reads.h"
#include "engine/shadow.h"
#include "ledger/text.h"
#include "policy/finding.h"

const struct lw_migration lw_publish_migrations[] = {
    {"policies",
     "CREATE TABLE policy_version (number BIGINT PRIMARY KEY, source TEXT NOT NULL, sha256 TEXT "
     "NOT NULL, organization TEXT NOT NULL, note TEXT, who TEXT NOT NULL, at BIGINT NOT NULL, "
     "live_at BIGINT NOT NULL);"
     "CREATE TABLE policy_live (id BIGINT PRIMARY KEY, version BIGINT NOT NULL, before BIGINT);"
     "CREATE TABLE policy_draft (id BIGINT PRIMARY KEY, source TEXT NOT NULL, tag BIGINT NOT NULL, "
     "who TEXT NOT NULL, at BIGINT NOT NULL);"},
    {"drafts",
     "CREATE TABLE policy_drafts (id TEXT PRIMARY KEY, title TEXT NOT NULL, words TEXT NOT NULL, "
     "source TEXT NOT NULL, reason TEXT NOT NULL, base BIGINT NOT NULL, tag BIGINT NOT NULL, who "
     "TEXT NOT NULL, at BIGINT NOT NULL, variables BIGINT, errors BIGINT);"
     "CREATE TABLE policy_draft_tag (id BIGINT PRIMARY KEY, last BIGINT NOT NULL);"
     "CREATE TABLE policy_normal (id BIGINT PRIMARY KEY, version BIGINT NOT NULL);"
     "ALTER TABLE policy_version ADD COLUMN reason TEXT;"
     "INSERT INTO policy_draft_tag SELECT 1, coalesce(max(tag), 1) FROM policy_draft;"
     "INSERT INTO policy_drafts SELECT 'draft', '', '', source, '', coalesce((SELECT version FROM "
     "policy_live WHERE id = 1), 0), tag, who, at, NULL, NULL FROM policy_draft;"
     "DROP TABLE policy_draft;"},
    {"suggestions", "CREATE TABLE policy_dismissal (id TEXT PRIMARY KEY, reason TEXT NOT NULL, "
                    "asks BIGINT NOT NULL, who TEXT NOT NULL, at BIGINT NOT NULL);"},
    {"reads of changes",
     "CREATE TABLE policy_read (id TEXT NOT NULL PRIMARY KEY, grp TEXT NOT NULL, nth BIGINT NOT "
     "NULL, version BIGINT NOT NULL, before BIGINT NOT NULL, at BIGINT NOT NULL, action TEXT NOT "
     "NULL, label TEXT NOT NULL, old_sum TEXT NOT NULL, new_sum TEXT NOT NULL, words TEXT NOT "
     "NULL);"
     "CREATE INDEX policy_read_grp ON policy_read (grp);"
     "CREATE INDEX policy_read_version ON policy_read (version);"
     "CREATE TABLE policy_read_person (person TEXT NOT NULL, grp TEXT NOT NULL, PRIMARY KEY "
     "(person, grp));"
     "CREATE INDEX policy_read_member ON policy_read_person (grp);"
     "CREATE TABLE policy_read_ack (person TEXT NOT NULL, read TEXT NOT NULL, at BIGINT NOT NULL, "
     "PRIMARY KEY (person, read));"},
};
const size_t lw_publish_migrations_count =
    sizeof lw_publish_migrations / sizeof lw_publish_migrations[0];

#define VERSION_COLUMNS                                                                            \
  "v.number, v.at, v.who, v.note, v.organization, v.sha256, v.live_at, "                           \
  "coalesce(l.version = v.number, FALSE), coalesce(n.version = v.number, FALSE), v.reason "
#define VERSION_FROM                                                                               \
  "FROM policy_version v LEFT JOIN policy_live l ON l.id = 1 LEFT JOIN policy_normal n ON n.id = " \
  "1 "

static const char sql_list[] =
    "SELECT " VERSION_COLUMNS VERSION_FROM "WHERE v.number < $1 ORDER BY v.number DESC LIMIT $2";
static const char sql_get[] =
    "SELECT " VERSION_COLUMNS ", v.source " VERSION_FROM "WHERE v.number = $1";
static const char sql_live[] = "SELECT version, before FROM policy_live WHERE id = 1";
static const char sql_last[] = "SELECT max(number) FROM policy_version";
static const char sql_add[] =
    "INSERT INTO policy_version (number, source, sha256, organization, note, who, at, live_at, "
    "reason) VALUES ($1, $2, $3, $4, $5, $6, $7, $7, $8)";
static const char sql_set_live[] =
    "INSERT INTO policy_live (id, version, before) VALUES (1, $1, NULL) ON CONFLICT (id) DO UPDATE "
    "SET before = policy_live.version, version = excluded.version";
static const char sql_live_at[] = "UPDATE policy_version SET live_at = $2 WHERE number = $1";
static const char sql_normal[] = "SELECT version FROM policy_normal WHERE id = 1";
static const char sql_set_normal[] =
    "INSERT INTO policy_normal (id, version) VALUES (1, $1) ON CONFLICT (id) DO UPDATE SET version "
    "= excluded.version";

/* --- checking --- */

void lw_publish_init(struct lw_publish *publish, lw_str source, struct lw_arena *arena)
{
  *publish = (struct lw_publish){.source = source, .arena = arena};
  lw_diags_init(&publish->diags, arena);
}

enum lw_code lw_publish_prepare(struct lw_publish *publish, const struct lw_staff *staff,
                                struct lw_error *err)
{
  struct lw_diags *diags = &publish->diags;
  if (publish->source.len > LW_POLICY_TEXT_BYTES_MAX) {
    return lw_fail(err, LW_LIMIT, "the policy is longer than %zu MiB",
                   LW_POLICY_TEXT_BYTES_MAX >> 20);
  }
  publish->policy = lw_policy_load(publish->source, NULL, NULL, diags);
  if (publish->policy == NULL) {
    lw_diags_sort(diags);
    if (diags->count == 0) {
      return lw_fail(err, LW_NO_MEMORY, "out of memory");
    }
    const struct lw_diag *first = &diags->items[0];
    enum lw_code rc =
        lw_fail(err, LW_INVALID, "the policy has %zu error%s; line %u: %.*s", diags->errors,
                diags->errors == 1 ? "" : "s", first->place.line, LW_FMT(first->message));
    err->line = first->place.line;
    err->column = first->place.column;
    lw_error_hint(err, "%.*s", LW_FMT(first->hint));
    return rc;
  }
  if (!publish->quiet) {
    const struct lw_directory *people =
        staff != NULL && staff->directory.count != 0 ? &staff->directory : NULL;
    lw_policy_lint(publish->policy, people, publish->arena, diags);
    lw_diags_sort(diags);
  }
  return LW_OK;
}

void lw_publish_finish(struct lw_publish *publish)
{
  lw_policy_destroy(publish->policy);
  publish->policy = NULL;
}

/* --- versions --- */

/* Note and reason are still references. */
static bool read_row(const struct lw_stmt *stmt, struct lw_arena *arena,
                     struct lw_publish_version *ret_version)
{
  *ret_version =
      (struct lw_publish_version){.number = (uint64_t)lw_stmt_get_int(stmt, 0),
                                  .at = lw_stmt_get_int(stmt, 1),
                                  .who = lw_str_copy(arena, lw_stmt_get_text(stmt, 2)),
                                  .note = lw_str_copy(arena, lw_stmt_get_text(stmt, 3)),
                                  .organization = lw_str_copy(arena, lw_stmt_get_text(stmt, 4)),
                                  .sha256 = lw_str_copy(arena, lw_stmt_get_text(stmt, 5)),
                                  .live_at = lw_stmt_get_int(stmt, 6),
                                  .live = lw_stmt_get_int(stmt, 7) != 0,
                                  .normal = lw_stmt_get_int(stmt, 8) != 0,
                                  .reason = lw_str_copy(arena, lw_stmt_get_text(stmt, 9))};
  return !arena->failed;
}

static enum lw_code read_notes(struct lw_db *db, struct lw_arena *arena,
                               struct lw_publish_version *versions, uint32_t count,
                               struct lw_error *err)
{
  enum lw_code rc = LW_OK;
  for (uint32_t i = 0; rc == LW_OK && i < count; i++) {
    rc = lw_text_read(db, versions[i].note, arena, &versions[i].note, err);
    if (rc == LW_OK) {
      rc = lw_text_read(db, versions[i].reason, arena, &versions[i].reason, err);
    }
  }
  return rc;
}

enum lw_code lw_publish_versions(struct lw_db *db, uint64_t after, uint32_t limit,
                                 struct lw_arena *arena, struct lw_publish_version **ret_versions,
                                 uint32_t *ret_count, struct lw_error *err)
{
  struct lw_stmt *stmt = NULL;
  bool is_row = false;
  uint32_t count = 0;
  struct lw_publish_version *versions = LW_NEW_ARRAY(arena, struct lw_publish_version, limit);
  if (versions == NULL) {
    return lw_fail(err, LW_NO_MEMORY, "out of memory");
  }
  enum lw_code rc = lw_db_statement(db, sql_list, &stmt, err);
  if (rc != LW_OK) {
    return rc;
  }
  lw_stmt_int(stmt, 1, after != 0 && after <= INT64_MAX ? (int64_t)after : INT64_MAX);
  lw_stmt_int(stmt, 2, limit);
  while (count < limit && (rc = lw_stmt_step(stmt, &is_row, err)) == LW_OK && is_row) {
    if (!read_row(stmt, arena, &versions[count++])) {
      rc = lw_fail(err, LW_NO_MEMORY, "out of memory");
      break;
    }
  }
  lw_stmt_reset(stmt);
  if (rc == LW_OK) {
    rc = read_notes(db, arena, versions, count, err);
  }
  *ret_versions = versions;
  *ret_count = count;
  return rc;
}

static enum lw_code find_live(struct lw_db *db, uint64_t *ret_live, uint64_t *ret_before,
                              struct lw_error *err)
{
  struct lw_stmt *stmt = NULL;
  bool is_row = false;
  enum lw_code rc = lw_db_statement(db, sql_live, &stmt, err);
  if (rc == LW_OK) {
    rc = lw_stmt_step(stmt, &is_row, err);
  }
  if (rc == LW_OK) {
    *ret_live = is_row ? (uint64_t)lw_stmt_get_int(stmt, 0) : 0;
    *ret_before = is_row ? (uint64_t)lw_stmt_get_int(stmt, 1) : 0;
    lw_stmt_reset(stmt);
  }
  return rc;
}

enum lw_code lw_publish_get(struct lw_db *db, uint64_t number, struct lw_arena *arena,
                            struct lw_publish_version *ret_version, struct lw_error *err)
{
  struct lw_stmt *stmt = NULL;
  uint64_t wanted = number;
  uint64_t before = 0;
  bool is_row = false;
  enum lw_code rc = number == 0 ? find_live(db, &wanted, &before, err) : LW_OK;
  if (rc == LW_OK) {
    rc = lw_db_statement(db, sql_get, &stmt, err);
  }
  if (rc != LW_OK) {
    return rc;
  }
  lw_stmt_int(stmt, 1, wanted <= INT64_MAX ? (int64_t)wanted : 0);
  rc = lw_stmt_step(stmt, &is_row, err);
  if (rc == LW_OK && is_row) {
    bool read = read_row(stmt, arena, ret_version);
    ret_version->source = lw_str_copy(arena, lw_stmt_get_text(stmt, 10));
    rc = read && ret_version->source.ptr != NULL ? LW_OK
                                                 : lw_fail(err, LW_NO_MEMORY, "out of memory");
  }
  lw_stmt_reset(stmt);
  if (rc == LW_OK && !is_row) {
    return wanted == 0 ? lw_fail(err, LW_NOT_FOUND, "no policy was published yet")
                       : lw_fail(err, LW_NOT_FOUND, "there is no version %llu of the policy",
                                 (unsigned long long)wanted);
  }
  return rc == LW_OK ? read_notes(db, arena, ret_version, 1, err) : rc;
}

void lw_publish_print_version(const struct lw_publish_version *version, struct lw_buf *out)
{
  LW_BUF_LIT(out, "{\"version\":");
  lw_buf_add_uint(out, version->number);
  lw_buf_add(out, version->live ? LW_STR(",\"live\":true") : LW_STR(",\"live\":false"));
  LW_BUF_LIT(out, ",\"live_at\":");
  lw_decision_add_moment(out, version->live_at);
  LW_BUF_LIT(out, ",\"at\":");
  lw_decision_add_moment(out, version->at);
  LW_BUF_LIT(out, ",\"who\":");
  lw_json_add_string(out, version->who);
  lw_member_text(out, "note", version->note);
  lw_member_text(out, "reason", version->reason);
  lw_buf_add(out, version->normal ? LW_STR(",\"normal\":true") : LW_STR(""));
  lw_member_text(out, "organization", version->organization);
  lw_member_text(out, "sha256", version->sha256);
  lw_member_text(out, "source", version->source);
  lw_buf_add_char(out, '}');
}

/* --- publishing --- */

static bool stop_at_decision(void *user, const struct lw_entry_view *entry)
{
  bool *found = user;
  *found = lw_str_equal(entry->kind, LW_STR("decision"));
  return !*found;
}

/* Budgets are kept in the minor units of a currency: the next policy has that of the decisions so
 * far, those of this batch among them. */
static enum lw_code check_currency(struct lw_batch *batch, const struct lw_policy *next,
                                   struct lw_error *err)
{
  const struct lw_policy *live = batch->snapshot->policy;
  bool decided = batch->engine->tally.decisions != 0;
  if (live == NULL || live->currency == next->currency) {
    return LW_OK;
  }
  enum lw_code rc =
      decided ? LW_OK : lw_journal_walk(batch->db, 0, 0, stop_at_decision, &decided, err);
  if (rc != LW_OK || !decided) {
    return rc;
  }
  lw_str before =
      live->currency != LW_CURRENCY_NONE ? lw_currency_code(live->currency) : LW_STR("none");
  rc =
      lw_fail(err, LW_CONFLICT,
              "decisions were made in another currency (%.*s): amounts do not mix", LW_FMT(before));
  lw_error_hint(err, "begin a database of its own for another currency");
  return rc;
}

/* People know the policy by whose it is. */
enum lw_code lw_publish_check(struct lw_batch *batch, const struct lw_publish *publish,
                              struct lw_error *err)
{
  const struct lw_policy *live = batch->snapshot->policy;
  const struct lw_policy *next = publish->policy;
  enum lw_code rc = check_currency(batch, next, err);
  if (rc != LW_OK || live == NULL) {
    return rc;
  }
  if (!lw_str_equal(live->organization, next->organization) && !publish->renames) {
    rc = lw_fail(err, LW_CONFLICT, "the live policy is that of \"%.*s\", this one of \"%.*s\"",
                 LW_FMT(live->organization), LW_FMT(next->organization));
    lw_error_hint(err, "if the organization has another name now, say so");
    return rc;
  }
  return LW_OK;
}

static enum lw_code keep_note(struct lw_batch *batch, const struct lw_change *change,
                              const char *kind, lw_str note, struct lw_buf *reference,
                              struct lw_error *err)
{
  if (lw_str_trim(note).len == 0) {
    return LW_OK;
  }
  return lw_text_keep(&batch->texts, batch->now, kind, change->actor, LW_STR(""), note, reference,
                      err);
}

/* What a version is kept with; note and reason are references to texts, or empty. */
struct version_texts {
  lw_str sha256;
  struct lw_buf note;
  struct lw_buf reason;
};

static enum lw_code add_version(struct lw_batch *batch, const struct lw_change *change,
                                const struct lw_publish *publish, const struct version_texts *texts,
                                struct lw_error *err)
{
  struct lw_stmt *stmt = NULL;
  enum lw_code rc = lw_db_statement(batch->db, sql_add, &stmt, err);
  if (rc != LW_OK) {
    return rc;
  }
  lw_stmt_int(stmt, 1, (int64_t)publish->number);
  lw_stmt_text(stmt, 2, publish->source);
  lw_stmt_text(stmt, 3, texts->sha256);
  lw_stmt_text(stmt, 4,
               publish->policy->organization.ptr != NULL ? publish->policy->organization
                                                         : LW_STR(""));
  lw_stmt_text_or_null(stmt, 5, lw_buf_str(&texts->note));
  lw_stmt_text(stmt, 6, change->actor);
  lw_stmt_int(stmt, 7, batch->now);
  lw_stmt_text_or_null(stmt, 8, lw_buf_str(&texts->reason));
  return lw_stmt_run(stmt, err);
}

enum lw_code lw_publish_set_live(struct lw_batch *batch, uint64_t number, struct lw_error *err)
{
  struct lw_stmt *stmt = NULL;
  enum lw_code rc = lw_db_statement(batch->db, sql_set_live, &stmt, err);
  if (rc == LW_OK) {
    lw_stmt_int(stmt, 1, (int64_t)number);
    rc = lw_stmt_run(stmt, err);
  }
  if (rc == LW_OK) {
    rc = lw_db_statement(batch->db, sql_live_at, &stmt, err);
  }
  if (rc == LW_OK) {
    lw_stmt_int(stmt, 1, (int64_t)number);
    lw_stmt_int(stmt, 2, batch->now);
    rc = lw_stmt_run(stmt, err);
  }
  batch->policy_changed |= rc == LW_OK;
  return rc;
}

static void add_reference(struct lw_buf *out, lw_str key, const struct lw_buf *reference)
{
  if (reference->len != 0) {
    lw_buf_add(out, key);
    lw_buf_add(out, lw_buf_str(reference));
  }
}

static enum lw_code append_published(struct lw_batch *batch, struct lw_change *change,
                                     const struct lw_publish *publish,
                                     const struct version_texts *texts, struct lw_error *err)
{
  const struct lw_policy *policy = publish->policy;
  struct lw_buf body = {0};
  LW_BUF_LIT(&body, "{\"version\":");
  lw_buf_add_uint(&body, publish->number);
  lw_member_text(&body, "organization", policy->organization);
  if (policy->currency != LW_CURRENCY_NONE) {
    lw_member_text(&body, "currency", lw_currency_code(policy->currency));
  }
  lw_member_text(&body, "sha256", texts->sha256);
  lw_buf_printf(&body, ",\"variables\":%u", publish->variables);
  lw_member_text(&body, "draft", publish->draft);
  add_reference(&body, LW_STR(",\"note\":"), &texts->note);
  add_reference(&body, LW_STR(",\"reason\":"), &texts->reason);
  lw_buf_add(&body, publish->trial);
  lw_member_text(&body, "source", publish->source);
  lw_buf_add_char(&body, '}');
  enum lw_event event =
      publish->trial.len != 0 ? LW_EVENT_POLICY_TRIAL_STARTED : LW_EVENT_POLICY_PUBLISHED;
  return lw_batch_append_body(batch, change, event, &body, err);
}

/* Numbers are given while the transaction can still keep them. */
static enum lw_code number_budgets(struct lw_batch *batch, const struct lw_policy *policy,
                                   struct lw_error *err)
{
  enum lw_code rc = LW_OK;
  for (uint32_t i = 0; rc == LW_OK && i < policy->n_budgets; i++) {
    uint32_t number = 0;
    rc = lw_drawn_number(batch->db, policy->budgets[i].name, &number, err);
  }
  return rc;
}

static enum lw_code answer_version(struct lw_batch *batch, struct lw_change *change,
                                   uint64_t number, const struct lw_publish *publish,
                                   struct lw_error *err)
{
  struct lw_publish_version version;
  enum lw_code rc = lw_publish_get(batch->db, number, change->arena, &version, err);
  if (rc != LW_OK) {
    return rc;
  }
  version.source = LW_STR("");
  lw_buf_reset(&change->answer);
  lw_publish_print_version(&version, &change->answer);
  if (publish != NULL && !change->answer.failed) {
    change->answer.len--; /* its brace */
    lw_buf_printf(&change->answer, ",\"variables\":%u,\"findings\":", publish->variables);
    lw_findings_print(&publish->diags, &change->answer);
    lw_buf_add_char(&change->answer, '}');
  }
  return LW_OK;
}

static enum lw_code write_version(struct lw_batch *batch, struct lw_change *change,
                                  struct lw_publish *publish, struct version_texts *texts,
                                  struct lw_error *err)
{
  int64_t last = 0;
  enum lw_code rc = lw_db_get_int(batch->db, sql_last, &last, err);
  publish->number = (uint64_t)last + 1;
  if (rc == LW_OK) {
    rc = keep_note(batch, change, "policy note", publish->note, &texts->note, err);
  }
  if (rc == LW_OK) {
    rc = keep_note(batch, change, "policy reason", publish->reason, &texts->reason, err);
  }
  if (rc == LW_OK) {
    rc = add_version(batch, change, publish, texts, err);
  }
  if (rc == LW_OK) {
    rc = number_budgets(batch, publish->policy, err);
  }
  if (rc == LW_OK) {
    rc = append_published(batch, change, publish, texts, err);
  }
  return rc == LW_OK && publish->trial.len == 0 ? lw_publish_set_live(batch, publish->number, err)
                                                : rc;
}

enum lw_code lw_publish_write(struct lw_batch *batch, struct lw_change *change,
                              struct lw_publish *publish, struct lw_error *err)
{
  struct version_texts texts = {0};
  char hex[2 * LW_HASH_BYTES];
  lw_hash hash = lw_hash_of(batch->hasher, publish->source);
  lw_hex_write(hash.bytes, sizeof hash.bytes, hex);
  texts.sha256 = lw_str_from(hex, sizeof hex);
  enum lw_code rc = write_version(batch, change, publish, &texts, err);
  lw_buf_finish(&texts.note);
  lw_buf_finish(&texts.reason);
  return rc;
}

enum lw_code lw_publish_compare(struct lw_publish *publish, const struct lw_snapshot *snapshot,
                                lw_str *ret_paths, struct lw_error *err)
{
  struct lw_variables variables = {0};
  *ret_paths = LW_STR("");
  publish->against = snapshot->policy_version;
  if (snapshot->policy == NULL) {
    return LW_OK;
  }
  if (!lw_variables_find(snapshot->policy, publish->policy, publish->arena, &variables)) {
    return lw_fail(err, LW_NO_MEMORY, "out of memory");
  }
  publish->variables = variables.count;
  for (uint32_t i = 0; i < variables.count; i++) {
    *ret_paths = lw_str_format(publish->arena, "%.*s%s%.*s", LW_FMT(*ret_paths), i != 0 ? ", " : "",
                               LW_FMT(variables.names[i]));
  }
  return publish->arena->failed ? lw_fail(err, LW_NO_MEMORY, "out of memory") : LW_OK;
}

/* What was counted still holds: the draft is the one that was read, and so is what is live. */
static enum lw_code check_draft(struct lw_batch *batch, const struct lw_publish *publish,
                                struct lw_change *change, struct lw_error *err)
{
  struct lw_draft draft;
  bool found = false;
  if (publish->draft.len == 0) {
    return LW_OK;
  }
  enum lw_code rc = lw_draft_find(batch->db, publish->draft, change->arena, &draft, &found, err);
  if (rc == LW_OK && (!found || draft.tag != publish->draft_tag)) {
    return lw_fail(err, LW_STALE, "the draft has changed meanwhile; read it again");
  }
  if (rc == LW_OK && publish->against != batch->snapshot->policy_version) {
    rc = lw_fail(err, LW_CONFLICT, "version %llu became live meanwhile",
                 (unsigned long long)batch->snapshot->policy_version);
    lw_error_hint(err, "look at what the draft changes now, then publish it");
  }
  return rc;
}

/* It is loaded already: the next snapshot takes it. */
static void offer(struct lw_engine *engine, struct lw_publish *publish)
{
  LW_ASSERT(engine->offered == NULL); /* a batch ends with such a change */
  engine->offered = publish->policy;
  engine->offered_version = publish->number;
  publish->policy = NULL;
}

enum lw_code lw_publish_apply(struct lw_batch *batch, struct lw_change *change,
                              struct lw_error *err)
{
  struct lw_publish *publish = change->user;
  const struct lw_snapshot *snapshot = batch->snapshot;
  LW_ASSERT(publish->policy != NULL);
  enum lw_code rc = check_draft(batch, publish, change, err);
  if (rc == LW_OK && publish->draft.len != 0) {
    rc = lw_draft_delete(batch->db, publish->draft, err);
  }
  if (rc == LW_OK) {
    rc = lw_shadow_end_draft(batch, change, publish->draft, LW_SHADOW_PUBLISHED, err);
  }
  if (rc != LW_OK) {
    return rc;
  }
  if (snapshot->policy != NULL && lw_str_equal(snapshot->policy->source, publish->source)) {
    publish->number = snapshot->policy_version;
    return answer_version(batch, change, publish->number, publish, err);
  }
  rc = lw_publish_check(batch, publish, err);
  if (rc == LW_OK) {
    rc = publish->ends_trials ? lw_canary_end_all(batch, change, LW_CANARY_PUBLISHED, err)
                              : lw_canary_check_none(batch, err);
  }
  if (rc == LW_OK) {
    rc = lw_shadow_end_unfit(batch, change, publish->policy, err);
  }
  if (rc == LW_OK) {
    rc = lw_publish_write(batch, change, publish, err);
  }
  rc = rc == LW_OK ? lw_publish_tell(batch, change, publish->policy, publish->number, err) : rc;
  if (rc == LW_OK) {
    rc = answer_version(batch, change, publish->number, publish, err);
  }
  if (rc == LW_OK) {
    offer(batch->engine, publish);
    lw_change_status(change, 201);
  }
  return rc;
}

/* --- going back --- */

static enum lw_code check_fits(struct lw_batch *batch, const struct lw_publish_version *version,
                               struct lw_change *change, struct lw_error *err)
{
  struct lw_engine *engine = batch->engine;
  struct lw_diags diags;
  lw_diags_init(&diags, change->arena);
  struct lw_policy *policy = lw_policy_load(version->source, NULL, NULL, &diags);
  if (policy == NULL) {
    return lw_fail(err, LW_CONFLICT, "version %llu does not load any more: %.*s",
                   (unsigned long long)version->number,
                   LW_FMT(diags.count != 0 ? diags.items[0].message : LW_STR("out of memory")));
  }
  LW_ASSERT(engine->offered == NULL);
  engine->offered = policy; /* if it is refused from here on, the engine lets it go */
  engine->offered_version = version->number;
  return check_currency(batch, policy, err);
}

static enum lw_code append_rolled_back(struct lw_batch *batch, struct lw_change *change,
                                       uint64_t number, uint64_t from, lw_str note,
                                       struct lw_error *err)
{
  struct lw_buf body = {0};
  struct lw_buf reference = {0};
  enum lw_code rc = keep_note(batch, change, "policy note", note, &reference, err);
  LW_BUF_LIT(&body, "{\"version\":");
  lw_buf_add_uint(&body, number);
  LW_BUF_LIT(&body, ",\"from\":");
  lw_buf_add_uint(&body, from);
  if (reference.len != 0) {
    LW_BUF_LIT(&body, ",\"note\":");
    lw_buf_add(&body, lw_buf_str(&reference));
  }
  lw_buf_add_char(&body, '}');
  if (rc == LW_OK) {
    rc = body.failed
             ? lw_fail(err, LW_NO_MEMORY, "out of memory")
             : lw_batch_append(batch, change, LW_EVENT_POLICY_ROLLED_BACK, lw_buf_str(&body), err);
  }
  lw_buf_finish(&reference);
  lw_buf_finish(&body);
  return rc;
}

/* Everybody has that version from here on. */
enum lw_code lw_publish_tell(struct lw_batch *batch, struct lw_change *change,
                             const struct lw_policy *policy, uint64_t number, struct lw_error *err)
{
  const struct lw_reads_turn turn = {.to = policy, .version = number};
  return lw_reads_make(batch, change, &turn, err);
}

/* Back to what is live already: for the teams that try another version it is a way back. */
static enum lw_code stay(struct lw_batch *batch, struct lw_change *change, uint64_t live,
                         struct lw_error *err)
{
  if (batch->snapshot->n_trials == 0) {
    return lw_fail(err, LW_CONFLICT, "version %llu is live already", (unsigned long long)live);
  }
  const struct lw_snapshot *snapshot = batch->snapshot->live;
  enum lw_code rc = lw_canary_end_all(batch, change, LW_CANARY_ROLLED_BACK, err);
  rc = rc == LW_OK ? lw_publish_tell(batch, change, snapshot->policy, live, err) : rc;
  return rc == LW_OK ? answer_version(batch, change, live, NULL, err) : rc;
}

enum lw_code lw_publish_rollback_apply(struct lw_batch *batch, struct lw_change *change,
                                       struct lw_error *err)
{
  const struct lw_publish_rollback *rollback = change->user;
  struct lw_publish_version version;
  uint64_t live = 0;
  uint64_t before = 0;
  uint64_t normal = 0;
  enum lw_code rc = find_live(batch->db, &live, &before, err);
  if (rc == LW_OK) {
    rc = lw_publish_normal(batch->db, &normal, err);
  }
  if (rc != LW_OK) {
    return rc;
  }
  uint64_t number = rollback->normal ? normal : rollback->number != 0 ? rollback->number : before;
  if (number == 0) {
    return rollback->normal
               ? lw_fail(err, LW_CONFLICT, "no version is marked as the normal one")
               : lw_fail(err, LW_CONFLICT, "there is no earlier version to go back to");
  }
  if (number == live) {
    return stay(batch, change, live, err);
  }
  rc = lw_publish_get(batch->db, number, change->arena, &version, err);
  if (rc == LW_OK) {
    rc = check_fits(batch, &version, change, err);
  }
  if (rc == LW_OK) {
    rc = lw_canary_end_all(batch, change, LW_CANARY_ROLLED_BACK, err);
  }
  if (rc == LW_OK) {
    rc = lw_shadow_end_unfit(batch, change, batch->engine->offered, err);
  }
  if (rc == LW_OK) {
    rc = append_rolled_back(batch, change, number, live, rollback->note, err);
  }
  if (rc == LW_OK) {
    rc = lw_publish_set_live(batch, number, err);
  }
  rc = rc == LW_OK ? lw_publish_tell(batch, change, batch->engine->offered, number, err) : rc;
  return rc == LW_OK ? answer_version(batch, change, number, NULL, err) : rc;
}

/* --- the normal one --- */

enum lw_code lw_publish_normal(struct lw_db *db, uint64_t *ret_number, struct lw_error *err)
{
  int64_t number = 0;
  enum lw_code rc = lw_db_get_int(db, sql_normal, &number, err);
  *ret_number = (uint64_t)number;
  return rc;
}

static enum lw_code set_normal(struct lw_batch *batch, struct lw_change *change, uint64_t number,
                               uint64_t before, struct lw_error *err)
{
  struct lw_stmt *stmt = NULL;
  struct lw_buf body = {0};
  enum lw_code rc = lw_db_statement(batch->db, sql_set_normal, &stmt, err);
  if (rc != LW_OK) {
    return rc;
  }
  lw_stmt_int(stmt, 1, (int64_t)number);
  rc = lw_stmt_run(stmt, err);
  LW_BUF_LIT(&body, "{\"version\":");
  lw_buf_add_uint(&body, number);
  if (before != 0) {
    LW_BUF_LIT(&body, ",\"before\":");
    lw_buf_add_uint(&body, before);
  }
  lw_buf_add_char(&body, '}');
  if (rc == LW_OK) {
    rc = body.failed
             ? lw_fail(err, LW_NO_MEMORY, "out of memory")
             : lw_batch_append(batch, change, LW_EVENT_POLICY_NORMAL, lw_buf_str(&body), err);
  }
  lw_buf_finish(&body);
  return rc;
}

enum lw_code lw_publish_normal_apply(struct lw_batch *batch, struct lw_change *change,
                                     struct lw_error *err)
{
  uint64_t number = *(const uint64_t *)change->user;
  struct lw_publish_version version;
  uint64_t before = 0;
  enum lw_code rc = lw_publish_get(batch->db, number, change->arena, &version, err);
  if (rc == LW_OK) {
    rc = lw_publish_normal(batch->db, &before, err);
  }
  if (rc == LW_OK && number != before) {
    rc = set_normal(batch, change, number, before, err);
  }
  return rc == LW_OK ? answer_version(batch, change, number, NULL, err) : rc;
}

/* --- the draft --- */

enum lw_code lw_publish_draft_get(struct lw_db *db, struct lw_arena *arena,
                                  struct lw_publish_draft *ret_draft, struct lw_error *err)
{
  struct lw_publish_version live;
  struct lw_draft kept;
  bool found = false;
  enum lw_code rc = lw_draft_find(db, LW_STR(LW_DRAFT_OLD), arena, &kept, &found, err);
  if (rc == LW_OK && found) {
    *ret_draft = (struct lw_publish_draft){
        .source = kept.source, .tag = kept.tag, .who = kept.who, .at = kept.at, .from = kept.from};
    return LW_OK;
  }
  if (rc == LW_OK) {
    rc = lw_publish_get(db, 0, arena, &live, err);
  }
  if (rc == LW_OK) {
    *ret_draft = (struct lw_publish_draft){
        .source = live.source, .tag = 1, .who = live.who, .at = live.at, .from = live.number};
  }
  return rc;
}

enum lw_code lw_publish_draft_apply(struct lw_batch *batch, struct lw_change *change,
                                    struct lw_error *err)
{
  struct lw_publish_draft_put *put = change->user;
  struct lw_draft draft = {0};
  bool found = false;
  if (put->source.len > LW_POLICY_TEXT_BYTES_MAX) {
    return lw_fail(err, LW_LIMIT, "the draft is longer than %zu MiB",
                   LW_POLICY_TEXT_BYTES_MAX >> 20);
  }
  enum lw_code rc =
      lw_draft_find(batch->db, LW_STR(LW_DRAFT_OLD), change->arena, &draft, &found, err);
  if (rc != LW_OK) {
    return rc;
  }
  if (put->has_tag ? put->tag != (found ? draft.tag : 1) : found) {
    rc = lw_fail(err, LW_STALE, "the draft has changed meanwhile");
    lw_error_hint(err, "get it again, and send its ETag as If-Match");
    return rc;
  }
  draft.id = LW_STR(LW_DRAFT_OLD);
  draft.source = put->source;
  draft.from = put->from;
  draft.measured = false;
  if (put->look != NULL) {
    lw_draft_measure(&draft, put->look);
  }
  rc = lw_draft_write(batch, change, &draft, err);
  put->ret_tag = draft.tag;
  if (rc == LW_OK) {
    lw_buf_reset(&change->answer);
    lw_buf_printf(&change->answer, "{\"tag\":\"%llu\"}", (unsigned long long)put->ret_tag);
  }
  return rc;
}
