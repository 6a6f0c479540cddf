/* The shadow's life: begun, replaced, ended.
 *
 * One row while one runs, with the text; it goes when the shadow ends, and what there was stands in
 * the two entries. Its policy is a view in the snapshot (snapshot.c), so that whatever changes here
 * is a change of the policy for the engine: the next request is read against the new picture. That
 * it is over is told by `until` alone, whether or not the due time has run.
 *
 * It may have budgets that are not live, but none that both have and would count in different ways:
 * nothing was drawn in its way, so its answers would be wrong without showing it. The same is asked
 * again of every version that goes live beside it. */
#include "engine/shadow.h"

#include "base/check.h"
#include "base/log.h"
#include "base/num.h"
#include "data/member.h"
#include "engine/canary.h"
#include "engine/draft.h"
#include "engine/inside.h"
#include "engine/lists.h"
#include "ledger/text.h"

const struct lw_migration lw_shadow_migrations[] = {
    {"shadow",
     "CREATE TABLE policy_shadow (id BIGINT PRIMARY KEY, seq BIGINT NOT NULL, title TEXT NOT NULL, "
     "draft TEXT NOT NULL, draft_tag BIGINT NOT NULL, version BIGINT NOT NULL, tag TEXT NOT NULL, "
     "source TEXT NOT NULL, at BIGINT NOT NULL, until BIGINT NOT NULL, who TEXT NOT NULL, reason "
     "TEXT);"},
};
const size_t lw_shadow_migrations_count =
    sizeof lw_shadow_migrations / sizeof lw_shadow_migrations[0];

static const char sql_get[] = "SELECT seq, title, draft, draft_tag, version, tag, at, until, who, "
                              "reason FROM policy_shadow WHERE id = 1";
static const char sql_source[] = "SELECT source FROM policy_shadow WHERE id = 1";
static const char sql_add[] =
    "INSERT INTO policy_shadow (id, seq, title, draft, draft_tag, version, tag, source, at, until, "
    "who, reason) VALUES (1, $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";
static const char sql_delete[] = "DELETE FROM policy_shadow WHERE id = 1";

lw_str lw_shadow_end_name(enum lw_shadow_end end)
{
  static const lw_str names[] = {
      [LW_SHADOW_STOPPED] = LW_STR_INIT("stopped"),
      [LW_SHADOW_REPLACED] = LW_STR_INIT("replaced"),
      [LW_SHADOW_TIME] = LW_STR_INIT("time"),
      [LW_SHADOW_PUBLISHED] = LW_STR_INIT("published"),
      [LW_SHADOW_DELETED] = LW_STR_INIT("deleted"),
      [LW_SHADOW_UNFIT] = LW_STR_INIT("unfit"),
      [LW_SHADOW_UNREADABLE] = LW_STR_INIT("unreadable"),
  };
  return names[end];
}

/* --- reading --- */

/* *ret_reason: the reference of the kept text, or empty. */
static enum lw_code read_row(struct lw_db *db, struct lw_arena *arena, struct lw_shadow *ret_shadow,
                             bool *ret_found, lw_str *ret_reason, struct lw_error *err)
{
  struct lw_stmt *stmt = NULL;
  *ret_found = false;
  enum lw_code rc = lw_db_statement(db, sql_get, &stmt, err);
  if (rc != LW_OK) {
    return rc;
  }
  rc = lw_stmt_step(stmt, ret_found, err);
  if (rc == LW_OK && *ret_found) {
    *ret_shadow = (struct lw_shadow){.seq = (uint64_t)lw_stmt_get_int(stmt, 0),
                                     .title = lw_str_copy(arena, lw_stmt_get_text(stmt, 1)),
                                     .draft = lw_str_copy(arena, lw_stmt_get_text(stmt, 2)),
                                     .draft_tag = (uint64_t)lw_stmt_get_int(stmt, 3),
                                     .version = (uint64_t)lw_stmt_get_int(stmt, 4),
                                     .tag = lw_str_copy(arena, lw_stmt_get_text(stmt, 5)),
                                     .at = lw_stmt_get_int(stmt, 6),
                                     .until = lw_stmt_get_int(stmt, 7),
                                     .who = lw_str_copy(arena, lw_stmt_get_text(stmt, 8))};
    *ret_reason = lw_str_copy(arena, lw_stmt_get_text(stmt, 9));
    rc = arena->failed ? lw_fail(err, LW_NO_MEMORY, "out of memory") : LW_OK;
  }
  lw_stmt_reset(stmt);
  return rc;
}

enum lw_code lw_shadow_find(struct lw_db *db, struct lw_arena *arena, struct lw_shadow *ret_shadow,
                            bool *ret_found, struct lw_error *err)
{
  lw_str reason;
  return read_row(db, arena, ret_shadow, ret_found, &reason, err);
}

enum lw_code lw_shadow_source(struct lw_db *db, struct lw_arena *arena, lw_str *ret_source,
                              struct lw_error *err)
{
  struct lw_stmt *stmt = NULL;
  bool is_row = false;
  *ret_source = LW_STR("");
  enum lw_code rc = lw_db_statement(db, sql_source, &stmt, err);
  if (rc != LW_OK) {
    return rc;
  }
  rc = lw_stmt_step(stmt, &is_row, err);
  if (rc == LW_OK && is_row) {
    *ret_source = lw_str_copy(arena, lw_stmt_get_text(stmt, 0));
    rc = arena->failed ? lw_fail(err, LW_NO_MEMORY, "out of memory") : LW_OK;
  }
  lw_stmt_reset(stmt);
  return rc;
}

static enum lw_code refuse_none(struct lw_error *err)
{
  enum lw_code rc = lw_fail(err, LW_NOT_FOUND, "no policy runs in the shadow");
  lw_error_hint(err, "start one from a draft: leeway policy shadow start, or in the studio");
  return rc;
}

enum lw_code lw_shadow_get(struct lw_db *db, struct lw_arena *arena, struct lw_shadow *ret_shadow,
                           struct lw_error *err)
{
  bool found = false;
  lw_str reference = LW_STR("");
  enum lw_code rc = read_row(db, arena, ret_shadow, &found, &reference, err);
  if (rc == LW_OK && !found) {
    return refuse_none(err);
  }
  return rc == LW_OK ? lw_text_read(db, reference, arena, &ret_shadow->reason, err) : rc;
}

/* --- printing --- */

static lw_str title_of(const struct lw_shadow *shadow, char place[32])
{
  if (shadow->title.len != 0 || shadow->version == 0) {
    return shadow->title.len != 0 ? shadow->title : LW_STR("Draft");
  }
  struct lw_buf buf = {.ptr = place, .capacity = 32};
  LW_BUF_LIT(&buf, "Version ");
  lw_buf_add_uint(&buf, shadow->version);
  return lw_buf_str(&buf);
}

/* What says which text it is: of the API and of the entry alike. */
static void add_text_of(const struct lw_shadow *shadow, struct lw_buf *out)
{
  char place[32];
  LW_BUF_LIT(out, "{\"title\":");
  lw_json_add_string(out, title_of(shadow, place));
  lw_member_text(out, "draft", shadow->draft);
  if (shadow->draft_tag != 0) {
    lw_buf_printf(out, ",\"draft_tag\":\"%llu\"", (unsigned long long)shadow->draft_tag);
  }
  if (shadow->version != 0) {
    lw_buf_printf(out, ",\"version\":%llu", (unsigned long long)shadow->version);
  }
  lw_member_text(out, "tag", shadow->tag);
  if (shadow->until != 0) {
    LW_BUF_LIT(out, ",\"until\":");
    lw_decision_add_moment(out, shadow->until);
  }
}

void lw_shadow_print(const struct lw_shadow *shadow, const struct lw_snapshot *snapshot, bool open,
                     struct lw_buf *out)
{
  const struct lw_snapshot_shadow *running = snapshot->live->shadow;
  bool runs = running != NULL && running->seq == shadow->seq;
  uint32_t n_undrawn = runs ? running->n_undrawn : shadow->n_undrawn;
  const struct lw_person *person = lw_staff_find(snapshot->staff, shadow->who);
  add_text_of(shadow, out);
  LW_BUF_LIT(out, ",\"since\":");
  lw_decision_add_moment(out, shadow->at);
  LW_BUF_LIT(out, ",\"who\":");
  lw_json_add_string(out, shadow->who);
  lw_member_text(out, "name", person != NULL ? person->actor.name : LW_STR(""));
  lw_member_text(out, "reason", shadow->reason);
  if (n_undrawn != 0) {
    LW_BUF_LIT(out, ",\"undrawn\":");
    lw_canary_add_list(runs ? running->undrawn : shadow->undrawn, n_undrawn, out);
  }
  lw_buf_add_c(out, open ? "" : "}");
}

/* --- ending --- */

static enum lw_code keep_reason(struct lw_batch *batch, const struct lw_change *change, lw_str text,
                                struct lw_buf *reference, struct lw_error *err)
{
  if (lw_str_trim(text).len == 0) {
    return LW_OK;
  }
  return lw_text_keep(&batch->texts, batch->now, "policy reason", change->actor, LW_STR(""), text,
                      reference, err);
}

static void add_reason(struct lw_buf *out, const struct lw_buf *reference)
{
  if (reference->len != 0) {
    LW_BUF_LIT(out, ",\"reason\":");
    lw_buf_add(out, lw_buf_str(reference));
  }
}

static enum lw_code run_sql(struct lw_db *db, const char *sql, struct lw_error *err)
{
  struct lw_stmt *stmt = NULL;
  enum lw_code rc = lw_db_statement(db, sql, &stmt, err);
  return rc == LW_OK ? lw_stmt_run(stmt, err) : rc;
}

static enum lw_code end(struct lw_batch *batch, struct lw_change *change,
                        const struct lw_shadow *shadow, enum lw_shadow_end how, lw_str why,
                        struct lw_error *err)
{
  struct lw_buf body = {0};
  struct lw_buf reference = {0};
  enum lw_code rc = keep_reason(batch, change, why, &reference, err);
  lw_buf_printf(&body, "{\"started\":%llu", (unsigned long long)shadow->seq);
  lw_member_text(&body, "tag", shadow->tag);
  lw_member_text(&body, "draft", shadow->draft);
  lw_member_text(&body, "how", lw_shadow_end_name(how));
  add_reason(&body, &reference);
  lw_buf_add_char(&body, '}');
  if (rc == LW_OK && (body.failed || reference.failed)) {
    rc = lw_fail(err, LW_NO_MEMORY, "out of memory");
  }
  if (rc == LW_OK) {
    rc = lw_batch_append(batch, change, LW_EVENT_POLICY_SHADOW_ENDED, lw_buf_str(&body), err);
  }
  if (rc == LW_OK) {
    rc = run_sql(batch->db, sql_delete, err);
  }
  batch->policy_changed |= rc == LW_OK;
  lw_buf_finish(&reference);
  lw_buf_finish(&body);
  return rc;
}

/* By itself: the entry's actor is the program, not whoever came by. */
static enum lw_code end_itself(struct lw_batch *batch, struct lw_change *change,
                               const struct lw_shadow *shadow, enum lw_shadow_end how,
                               struct lw_error *err)
{
  lw_str actor = change->actor;
  change->actor = LW_STR("leeway");
  enum lw_code rc = end(batch, change, shadow, how, LW_STR(""), err);
  change->actor = actor;
  return rc;
}

enum lw_code lw_shadow_end_draft(struct lw_batch *batch, struct lw_change *change, lw_str draft,
                                 enum lw_shadow_end how, struct lw_error *err)
{
  struct lw_shadow shadow;
  bool found = false;
  enum lw_code rc = lw_shadow_find(batch->db, change->arena, &shadow, &found, err);
  if (rc == LW_OK && found && draft.len != 0 && lw_str_equal(shadow.draft, draft)) {
    rc = end_itself(batch, change, &shadow, how, err);
  }
  return rc;
}

enum lw_code lw_shadow_end_unfit(struct lw_batch *batch, struct lw_change *change,
                                 const struct lw_policy *next, struct lw_error *err)
{
  struct lw_shadow shadow;
  struct lw_error why;
  bool found = false;
  const struct lw_snapshot_shadow *running = batch->snapshot->live->shadow;
  if (running == NULL || lw_canary_check_rows(next, running->view.policy, &why) == LW_OK) {
    return LW_OK;
  }
  enum lw_code rc = lw_shadow_find(batch->db, change->arena, &shadow, &found, err);
  return rc == LW_OK && found ? end_itself(batch, change, &shadow, LW_SHADOW_UNFIT, err) : rc;
}

enum lw_code lw_shadow_stop_apply(struct lw_batch *batch, struct lw_change *change,
                                  struct lw_error *err)
{
  const lw_str *why = change->user;
  struct lw_shadow shadow;
  enum lw_code rc = lw_shadow_get(batch->db, change->arena, &shadow, err);
  if (rc == LW_OK) {
    lw_buf_reset(&change->answer);
    lw_shadow_print(&shadow, batch->snapshot, false, &change->answer);
    rc = end(batch, change, &shadow, LW_SHADOW_STOPPED, *why, err);
  }
  return rc;
}

/* --- starting --- */

void lw_shadow_start_init(struct lw_shadow_start *start, lw_str source, struct lw_arena *arena)
{
  *start = (struct lw_shadow_start){0};
  lw_publish_init(&start->publish, source, arena);
  start->publish.quiet = true;
}

void lw_shadow_start_finish(struct lw_shadow_start *start)
{
  lw_publish_finish(&start->publish);
}

static enum lw_code check_rows(const struct lw_snapshot *live, const struct lw_policy *policy,
                               struct lw_error *err)
{
  if (live->policy == NULL) {
    return lw_fail(err, LW_CONFLICT, "no policy is live yet: there is nothing to run beside");
  }
  enum lw_code rc = lw_canary_check_rows(live->policy, policy, err);
  if (rc != LW_OK) {
    lw_error_hint(err, "nothing was drawn in that way, so a shadow could not tell; replay it "
                       "instead, or give the budget another name");
  }
  return rc;
}

static enum lw_code find_undrawn(struct lw_shadow_start *start, const struct lw_snapshot *live,
                                 struct lw_error *err)
{
  const struct lw_policy *policy = start->publish.policy;
  start->undrawn = LW_NEW_ARRAY(start->publish.arena, lw_str, policy->n_budgets + 1);
  for (uint32_t i = 0; start->undrawn != NULL && i < policy->n_budgets; i++) {
    if (lw_canary_find_alike(live->policy, &policy->budgets[i]) == NULL) {
      start->undrawn[start->n_undrawn++] =
          lw_str_copy(start->publish.arena, policy->budgets[i].name);
    }
  }
  return !start->publish.arena->failed ? LW_OK : lw_fail(err, LW_NO_MEMORY, "out of memory");
}

enum lw_code lw_shadow_start_prepare(struct lw_shadow_start *start,
                                     const struct lw_snapshot *snapshot, struct lw_error *err)
{
  enum lw_code rc = lw_publish_prepare(&start->publish, snapshot->staff, err);
  if (rc == LW_OK) {
    rc = check_rows(snapshot->live, start->publish.policy, err);
  }
  return rc == LW_OK ? find_undrawn(start, snapshot->live, err) : rc;
}

static enum lw_code check_start(struct lw_batch *batch, struct lw_change *change,
                                const struct lw_shadow_start *start, struct lw_error *err)
{
  const lw_usec most = (lw_usec)LW_SHADOW_DAYS_MAX * LW_SECONDS_PER_DAY * LW_USEC_PER_SECOND;
  struct lw_draft draft;
  bool found = false;
  if (start->until != 0 && (start->until <= batch->now || start->until - batch->now > most)) {
    return lw_fail(err, LW_INVALID, "until takes a time to come, at most %d days away",
                   LW_SHADOW_DAYS_MAX);
  }
  if (start->publish.draft.len != 0) {
    enum lw_code rc =
        lw_draft_find(batch->db, start->publish.draft, change->arena, &draft, &found, err);
    if (rc != LW_OK) {
      return rc;
    }
    if (!found || draft.tag != start->publish.draft_tag) {
      return lw_fail(err, LW_STALE, "the draft has changed meanwhile; read it again");
    }
  }
  return check_rows(batch->snapshot, start->publish.policy, err);
}

static enum lw_code insert(struct lw_batch *batch, const struct lw_shadow *shadow, lw_str source,
                           lw_str reference, struct lw_error *err)
{
  struct lw_stmt *stmt = NULL;
  enum lw_code rc = lw_db_statement(batch->db, sql_add, &stmt, err);
  if (rc != LW_OK) {
    return rc;
  }
  lw_stmt_int(stmt, 1, (int64_t)shadow->seq);
  lw_stmt_text(stmt, 2, shadow->title.len != 0 ? shadow->title : LW_STR(""));
  lw_stmt_text(stmt, 3, shadow->draft.len != 0 ? shadow->draft : LW_STR(""));
  lw_stmt_int(stmt, 4, (int64_t)shadow->draft_tag);
  lw_stmt_int(stmt, 5, (int64_t)shadow->version);
  lw_stmt_text(stmt, 6, shadow->tag);
  lw_stmt_text(stmt, 7, source);
  lw_stmt_int(stmt, 8, shadow->at);
  lw_stmt_int(stmt, 9, shadow->until);
  lw_stmt_text(stmt, 10, shadow->who);
  lw_stmt_text_or_null(stmt, 11, reference);
  return lw_stmt_run(stmt, err);
}

/* A version's text stands in its own entry; any other stands here. */
static enum lw_code append_start(struct lw_batch *batch, struct lw_change *change,
                                 const struct lw_shadow *shadow, lw_str source,
                                 const struct lw_buf *reference, struct lw_error *err)
{
  struct lw_buf body = {0};
  add_text_of(shadow, &body);
  add_reason(&body, reference);
  lw_member_text(&body, "source", shadow->version == 0 ? source : LW_STR(""));
  lw_buf_add_char(&body, '}');
  enum lw_code rc =
      body.failed || reference->failed
          ? lw_fail(err, LW_NO_MEMORY, "out of memory")
          : lw_batch_append(batch, change, LW_EVENT_POLICY_SHADOW_STARTED, lw_buf_str(&body), err);
  lw_buf_finish(&body);
  return rc;
}

static enum lw_code write_start(struct lw_batch *batch, struct lw_change *change,
                                const struct lw_shadow_start *start, struct lw_shadow *shadow,
                                struct lw_error *err)
{
  struct lw_buf reference = {0};
  lw_str source = start->publish.source;
  enum lw_code rc = keep_reason(batch, change, start->publish.note, &reference, err);
  if (rc == LW_OK) {
    rc = append_start(batch, change, shadow, source, &reference, err);
  }
  shadow->seq = change->seq;
  if (rc == LW_OK) {
    rc = insert(batch, shadow, source, lw_buf_str(&reference), err);
  }
  lw_buf_finish(&reference);
  return rc;
}

/* One that runs makes room. */
static enum lw_code end_before(struct lw_batch *batch, struct lw_change *change,
                               struct lw_error *err)
{
  struct lw_shadow before;
  bool found = false;
  enum lw_code rc = lw_shadow_find(batch->db, change->arena, &before, &found, err);
  return rc == LW_OK && found ? end(batch, change, &before, LW_SHADOW_REPLACED, LW_STR(""), err)
                              : rc;
}

/* The loaded policy goes along: the engine takes it when the batch is on disk. */
static void offer(struct lw_batch *batch, struct lw_shadow_start *start)
{
  struct lw_engine *engine = batch->engine;
  LW_ASSERT(engine->offered == NULL); /* a batch ends with such a change */
  engine->offered = start->publish.policy;
  engine->offered_version = LW_OFFERED_SHADOW;
  start->publish.policy = NULL;
}

/* As it stands before the first request. */
static void print_new(const struct lw_shadow *shadow, const struct lw_snapshot *snapshot,
                      struct lw_buf *out)
{
  const struct lw_shadow_counts none = {0};
  lw_shadow_print(shadow, snapshot, true, out);
  const struct lw_council everybody = {.staff = snapshot->staff};
  lw_shadow_counts_print(&none, snapshot->policy->currency, &everybody, out);
  lw_buf_add_char(out, '}');
}

enum lw_code lw_shadow_start_apply(struct lw_batch *batch, struct lw_change *change,
                                   struct lw_error *err)
{
  struct lw_shadow_start *start = change->user;
  char tag[LW_SHADOW_TAG_BYTES];
  lw_hash hash = lw_hash_of(batch->hasher, start->publish.source);
  lw_hex_write(hash.bytes, LW_SHADOW_TAG_BYTES / 2, tag);
  struct lw_shadow shadow = {.title = start->title,
                             .draft = start->publish.draft,
                             .draft_tag =
                                 start->publish.draft.len != 0 ? start->publish.draft_tag : 0,
                             .version = start->version,
                             .tag = lw_str_from(tag, sizeof tag),
                             .at = batch->now,
                             .until = start->until,
                             .who = change->actor,
                             .reason = lw_str_trim(start->publish.note),
                             .undrawn = start->undrawn,
                             .n_undrawn = start->n_undrawn};
  enum lw_code rc = check_start(batch, change, start, err);
  if (rc == LW_OK) {
    rc = end_before(batch, change, err);
  }
  if (rc == LW_OK) {
    rc = write_start(batch, change, start, &shadow, err);
  }
  if (rc == LW_OK) {
    offer(batch, start);
    batch->policy_changed = true;
    lw_engine_wake(batch->engine, shadow.until != 0 ? shadow.until : INT64_MAX);
    lw_buf_reset(&change->answer);
    print_new(&shadow, batch->snapshot, &change->answer);
    lw_change_status(change, 200);
  }
  return rc;
}

/* --- when it is over --- */

static enum lw_code end_due(struct lw_batch *batch, struct lw_change *change, lw_usec *ret_next,
                            struct lw_error *err)
{
  struct lw_shadow shadow;
  bool found = false;
  enum lw_code rc = lw_shadow_find(batch->db, change->arena, &shadow, &found, err);
  *ret_next = INT64_MAX;
  if (rc != LW_OK || !found) {
    return rc;
  }
  bool over = shadow.until != 0 && shadow.until <= batch->now;
  bool gone = batch->snapshot->live->shadow == NULL;
  if (over || gone) {
    rc = end_itself(batch, change, &shadow, over ? LW_SHADOW_TIME : LW_SHADOW_UNREADABLE, err);
    lw_log(LW_LOG_INFO, "engine", "the shadow is over", "how",
           over ? "its time" : "it does not load any more", NULL);
  } else if (shadow.until != 0) {
    *ret_next = shadow.until;
  }
  return rc;
}

const struct lw_due lw_shadow_due = {"shadow", end_due};
