/* Drafts. How many variables a draft changes takes as long as reading two policies: it is found out
 * before the change is queued, on the caller's thread, and kept beside the text, so that a list is
 * one statement. Tags come from one counter, so that a tag of a draft that is gone fits no other.
 */
#include "engine/draft.h"

#include "base/bounds.h"
#include "engine/inside.h"
#include "engine/shadow.h"
#include "policy/split.h"

#define COLUMNS                                                                                    \
  "id, title, words, reason, base, tag, who, at, variables, errors, variables IS NOT NULL "

static const char sql_list[] =
    "SELECT " COLUMNS "FROM policy_drafts WHERE id <> 'draft' OR source <> coalesce((SELECT "
    "v.source FROM policy_version v JOIN policy_live l ON l.version = v.number WHERE l.id = 1), "
    "'') ORDER BY at DESC, id DESC";
static const char sql_get[] = "SELECT " COLUMNS ", source FROM policy_drafts WHERE id = $1";
static const char sql_put[] =
    "INSERT INTO policy_drafts (id, title, words, source, reason, base, tag, who, at, variables, "
    "errors) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) ON CONFLICT (id) DO UPDATE SET "
    "title = excluded.title, words = excluded.words, source = excluded.source, "
    "reason = excluded.reason, base = excluded.base, tag = excluded.tag, who = excluded.who, "
    "at = excluded.at, variables = excluded.variables, errors = excluded.errors";
static const char sql_delete[] = "DELETE FROM policy_drafts WHERE id = $1";
static const char sql_next_tag[] = "UPDATE policy_draft_tag SET last = last + 1 WHERE id = 1";
static const char sql_tag[] = "SELECT last FROM policy_draft_tag WHERE id = 1";
static const char sql_count[] = "SELECT count(*) FROM policy_drafts";

/* --- reading --- */

static void read_row(const struct lw_stmt *stmt, struct lw_arena *arena, struct lw_draft *ret_draft)
{
  *ret_draft = (struct lw_draft){.id = lw_str_copy(arena, lw_stmt_get_text(stmt, 0)),
                                 .title = lw_str_copy(arena, lw_stmt_get_text(stmt, 1)),
                                 .words = lw_str_copy(arena, lw_stmt_get_text(stmt, 2)),
                                 .reason = lw_str_copy(arena, lw_stmt_get_text(stmt, 3)),
                                 .from = (uint64_t)lw_stmt_get_int(stmt, 4),
                                 .tag = (uint64_t)lw_stmt_get_int(stmt, 5),
                                 .who = lw_str_copy(arena, lw_stmt_get_text(stmt, 6)),
                                 .at = lw_stmt_get_int(stmt, 7),
                                 .variables = (uint32_t)lw_stmt_get_int(stmt, 8),
                                 .errors = (uint32_t)lw_stmt_get_int(stmt, 9),
                                 .measured = lw_stmt_get_int(stmt, 10) != 0};
}

enum lw_code lw_draft_list(struct lw_db *db, struct lw_arena *arena, struct lw_draft **ret_drafts,
                           uint32_t *ret_count, struct lw_error *err)
{
  struct lw_stmt *stmt = NULL;
  bool is_row = false;
  uint32_t count = 0;
  struct lw_draft *drafts = LW_NEW_ARRAY(arena, struct lw_draft, LW_DRAFTS_MAX);
  if (drafts == NULL) {
    return lw_fail(err, LW_NO_MEMORY, "out of memory");
  }
  enum lw_code rc = lw_db_statement(db, sql_list, &stmt, err);
  if (rc != LW_OK) {
    return rc;
  }
  while (count < LW_DRAFTS_MAX && (rc = lw_stmt_step(stmt, &is_row, err)) == LW_OK && is_row) {
    read_row(stmt, arena, &drafts[count++]);
  }
  lw_stmt_reset(stmt);
  *ret_drafts = drafts;
  *ret_count = count;
  return rc == LW_OK && arena->failed ? lw_fail(err, LW_NO_MEMORY, "out of memory") : rc;
}

enum lw_code lw_draft_find(struct lw_db *db, lw_str id, struct lw_arena *arena,
                           struct lw_draft *ret_draft, bool *ret_found, struct lw_error *err)
{
  struct lw_stmt *row = NULL;
  enum lw_code rc = lw_db_find(db, sql_get, id, &row, err);
  *ret_found = rc == LW_OK;
  if (rc != LW_OK) {
    return rc == LW_NOT_FOUND ? LW_OK : rc;
  }
  read_row(row, arena, ret_draft);
  ret_draft->source = lw_stmt_copy_text(row, 11, arena);
  lw_stmt_reset(row);
  return arena->failed ? lw_fail(err, LW_NO_MEMORY, "out of memory") : LW_OK;
}

static enum lw_code fail_missing(lw_str id, struct lw_error *err)
{
  return lw_fail(err, LW_NOT_FOUND, "there is no draft %.*s; it may have been published or deleted",
                 (int)(id.len < 40 ? id.len : 40), id.ptr);
}

enum lw_code lw_draft_get(struct lw_db *db, lw_str id, struct lw_arena *arena,
                          struct lw_draft *ret_draft, struct lw_error *err)
{
  bool found = false;
  enum lw_code rc = lw_draft_find(db, id, arena, ret_draft, &found, err);
  return rc == LW_OK && !found ? fail_missing(id, err) : rc;
}

/* --- printing --- */

static lw_str title_of(const struct lw_draft *draft)
{
  return draft->title.len != 0   ? draft->title
         : draft->words.len != 0 ? draft->words
                                 : LW_STR("Draft");
}

void lw_draft_print(const struct lw_draft *draft, const struct lw_staff *staff, bool open,
                    struct lw_buf *out)
{
  const struct lw_person *person = lw_staff_find(staff, draft->who);
  LW_BUF_LIT(out, "{\"id\":");
  lw_json_add_string(out, draft->id);
  LW_BUF_LIT(out, ",\"title\":");
  lw_json_add_string(out, title_of(draft));
  if (draft->from != 0) {
    LW_BUF_LIT(out, ",\"from\":");
    lw_buf_add_uint(out, draft->from);
  }
  LW_BUF_LIT(out, ",\"at\":");
  lw_decision_add_moment(out, draft->at);
  LW_BUF_LIT(out, ",\"who\":");
  lw_json_add_string(out, draft->who);
  if (person != NULL && person->actor.name.len != 0) {
    LW_BUF_LIT(out, ",\"name\":");
    lw_json_add_string(out, person->actor.name);
  }
  lw_buf_printf(out, ",\"tag\":\"%llu\",\"variables\":%u,\"errors\":%u%s",
                (unsigned long long)draft->tag, draft->variables, draft->errors, open ? "" : "}");
}

/* --- what it changes --- */

/* The version that it began with: the live one stands in memory. NULL and LW_OK: there is none, or
 * it does not load any more. */
static enum lw_code read_base(struct lw_draft_look *look, struct lw_db *db, uint64_t from,
                              struct lw_arena *arena, struct lw_error *err)
{
  struct lw_publish_version version;
  struct lw_diags diags;
  enum lw_code rc = lw_publish_get(db, from, arena, &version, err);
  if (rc == LW_OK) {
    lw_diags_init(&diags, arena);
    look->base = lw_policy_load(version.source, NULL, NULL, &diags);
  }
  return rc == LW_NOT_FOUND ? LW_OK : rc;
}

static bool say_first(struct lw_draft_look *look, struct lw_arena *arena)
{
  struct lw_buf words = {0};
  const struct lw_changes *changes = &look->variables.changes;
  size_t first = 0;
  while (first < changes->count && !changes->items[first].variable) {
    first++;
  }
  if (changes->count == 0) {
    return true;
  }
  lw_variable_say(&changes->items[first < changes->count ? first : 0], &words);
  size_t len = words.len < LW_DRAFT_TITLE_BYTES_MAX ? words.len : LW_DRAFT_TITLE_BYTES_MAX;
  while (len < words.len && len != 0 && ((unsigned char)words.ptr[len] & 0xC0) == 0x80) {
    len--; /* not within a character */
  }
  look->words = lw_str_copy(arena, lw_str_slice(lw_buf_str(&words), 0, len));
  bool said = !words.failed && !arena->failed;
  lw_buf_finish(&words);
  return said;
}

enum lw_code lw_draft_look(struct lw_draft_look *look, struct lw_db *db,
                           const struct lw_snapshot *snapshot, lw_str source, uint64_t from,
                           struct lw_arena *arena, struct lw_error *err)
{
  *look = (struct lw_draft_look){.compared = false};
  lw_publish_init(&look->checked, source, arena);
  enum lw_code rc = lw_publish_prepare(&look->checked, snapshot->staff, err);
  if (rc != LW_OK) {
    return rc == LW_INVALID ? LW_OK : rc;
  }
  bool is_live = snapshot->policy != NULL && from == snapshot->policy_version;
  rc = from != 0 && !is_live ? read_base(look, db, from, arena, err) : LW_OK;
  const struct lw_policy *base = is_live ? snapshot->policy : look->base;
  if (rc != LW_OK || base == NULL) {
    return rc;
  }
  look->compared = true;
  return lw_variables_find(base, look->checked.policy, arena, &look->variables) &&
                 say_first(look, arena)
             ? LW_OK
             : lw_fail(err, LW_NO_MEMORY, "out of memory");
}

void lw_draft_look_finish(struct lw_draft_look *look)
{
  lw_publish_finish(&look->checked);
  lw_policy_destroy(look->base);
  look->base = NULL;
}

void lw_draft_measure(struct lw_draft *draft, const struct lw_draft_look *look)
{
  draft->measured = true;
  draft->errors = (uint32_t)look->checked.diags.errors;
  if (look->compared) {
    draft->variables = look->variables.count;
    draft->words = look->words;
  }
}

/* --- writing --- */

enum lw_code lw_draft_write(struct lw_batch *batch, const struct lw_change *change,
                            struct lw_draft *draft, struct lw_error *err)
{
  struct lw_stmt *stmt = NULL;
  int64_t tag = 0;
  enum lw_code rc = lw_db_exec(batch->db, sql_next_tag, err);
  if (rc == LW_OK) {
    rc = lw_db_get_int(batch->db, sql_tag, &tag, err);
  }
  if (rc == LW_OK) {
    rc = lw_db_statement(batch->db, sql_put, &stmt, err);
  }
  if (rc != LW_OK) {
    return rc;
  }
  draft->tag = (uint64_t)tag;
  draft->who = change->actor;
  draft->at = batch->now;
  lw_str texts[] = {draft->id, draft->title, draft->words, draft->source, draft->reason};
  for (int i = 0; i < 5; i++) {
    lw_stmt_text(stmt, i + 1, texts[i].ptr != NULL ? texts[i] : LW_STR(""));
  }
  lw_stmt_int(stmt, 6, (int64_t)draft->from);
  lw_stmt_int(stmt, 7, tag);
  lw_stmt_text(stmt, 8, draft->who);
  lw_stmt_int(stmt, 9, draft->at);
  if (draft->measured) {
    lw_stmt_int(stmt, 10, draft->variables);
    lw_stmt_int(stmt, 11, draft->errors);
  }
  return lw_stmt_run(stmt, err);
}

enum lw_code lw_draft_delete(struct lw_db *db, lw_str id, struct lw_error *err)
{
  return lw_db_run(db, sql_delete, &id, 1, err);
}

/* `into`: the drafts that it became; count 0: none. */
static enum lw_code append(struct lw_batch *batch, struct lw_change *change,
                           const struct lw_draft *draft, const char *what,
                           const struct lw_draft *into, uint32_t count, struct lw_error *err)
{
  struct lw_buf body = {0};
  LW_BUF_LIT(&body, "{\"draft\":");
  lw_json_add_string(&body, draft->id);
  lw_buf_printf(&body, ",\"change\":\"%s\"", what);
  if (draft->from != 0) {
    LW_BUF_LIT(&body, ",\"from\":");
    lw_buf_add_uint(&body, draft->from);
  }
  for (uint32_t i = 0; i < count; i++) {
    lw_buf_add_c(&body, i == 0 ? ",\"into\":[" : ",");
    lw_json_add_string(&body, into[i].id);
  }
  lw_buf_add_c(&body, count != 0 ? "]}" : "}");
  return lw_batch_append_body(batch, change, LW_EVENT_POLICY_DRAFT, &body, err);
}

static enum lw_code check_room(struct lw_batch *batch, uint32_t more, struct lw_error *err)
{
  int64_t count = 0;
  enum lw_code rc = lw_db_get_int(batch->db, sql_count, &count, err);
  if (rc == LW_OK && count + more > LW_DRAFTS_MAX) {
    rc = lw_fail(err, LW_CONFLICT, "there may be %d drafts at a time", LW_DRAFTS_MAX);
    lw_error_hint(err, "delete some that nobody needs any more");
  }
  return rc;
}

static enum lw_code make(struct lw_batch *batch, struct lw_change *change, struct lw_draft *draft,
                         struct lw_error *err)
{
  draft->id = lw_id_text(change->arena, LW_STR("drf"), lw_id_make(batch->rand, batch->now));
  return draft->id.ptr != NULL ? lw_draft_write(batch, change, draft, err)
                               : lw_fail(err, LW_NO_MEMORY, "out of memory");
}

static enum lw_code begin(struct lw_batch *batch, struct lw_change *change, struct lw_draft *draft,
                          struct lw_error *err)
{
  enum lw_code rc = check_room(batch, 1, err);
  if (rc == LW_OK) {
    rc = make(batch, change, draft, err);
  }
  return rc == LW_OK ? append(batch, change, draft, "made", NULL, 0, err) : rc;
}

/* The row that a tag was given for. */
static enum lw_code get_tagged(struct lw_batch *batch, struct lw_change *change, lw_str id,
                               bool has_tag, uint64_t tag, struct lw_draft *ret_draft,
                               struct lw_error *err)
{
  enum lw_code rc = lw_draft_get(batch->db, id, change->arena, ret_draft, err);
  if (rc == LW_OK && (!has_tag || tag != ret_draft->tag)) {
    rc = lw_fail(err, LW_STALE, "the draft has changed meanwhile");
    lw_error_hint(err, "get it again, and send its ETag as If-Match");
  }
  return rc;
}

enum lw_code lw_draft_apply(struct lw_batch *batch, struct lw_change *change, struct lw_error *err)
{
  struct lw_draft_put *put = change->user;
  struct lw_draft *draft = &put->ret_draft;
  bool is_new = put->id.len == 0;
  *draft = (struct lw_draft){.from = put->from};
  enum lw_code rc =
      is_new ? LW_OK : get_tagged(batch, change, put->id, put->has_tag, put->tag, draft, err);
  if (rc != LW_OK) {
    return rc;
  }
  draft->title = put->title.ptr != NULL ? put->title : draft->title;
  draft->reason = put->reason.ptr != NULL ? put->reason : draft->reason;
  draft->source = put->source.ptr != NULL ? put->source : draft->source;
  if (put->look != NULL) {
    lw_draft_measure(draft, put->look);
  }
  rc = is_new ? begin(batch, change, draft, err) : lw_draft_write(batch, change, draft, err);
  lw_buf_reset(&change->answer);
  if (rc == LW_OK && is_new) {
    lw_draft_print(draft, batch->snapshot->staff, false, &change->answer);
    lw_change_status(change, 201);
  } else if (rc == LW_OK) {
    lw_buf_printf(&change->answer, "{\"tag\":\"%llu\"}", (unsigned long long)draft->tag);
  }
  return rc;
}

enum lw_code lw_draft_remove_apply(struct lw_batch *batch, struct lw_change *change,
                                   struct lw_error *err)
{
  const struct lw_draft_removal *removal = change->user;
  struct lw_draft draft;
  enum lw_code rc =
      get_tagged(batch, change, removal->id, removal->has_tag, removal->tag, &draft, err);
  if (rc == LW_OK) {
    rc = lw_draft_delete(batch->db, draft.id, err);
  }
  if (rc == LW_OK) {
    rc = lw_shadow_end_draft(batch, change, draft.id, LW_SHADOW_DELETED, err);
  }
  return rc == LW_OK ? append(batch, change, &draft, "deleted", NULL, 0, err) : rc;
}

/* --- taking apart --- */

static enum lw_code look_at_parts(struct lw_draft_split *split, struct lw_db *db,
                                  const struct lw_snapshot *snapshot,
                                  const struct lw_split_part *parts, uint64_t from,
                                  struct lw_arena *arena, struct lw_error *err)
{
  enum lw_code rc = LW_OK;
  for (uint32_t i = 0; rc == LW_OK && i < split->count; i++) {
    struct lw_draft_look look;
    struct lw_draft *part = &split->parts[i];
    *part = (struct lw_draft){.source = parts[i].source, .from = from};
    rc = lw_draft_look(&look, db, snapshot, part->source, from, arena, err);
    lw_draft_measure(part, &look);
    lw_draft_look_finish(&look);
  }
  return rc;
}

enum lw_code lw_draft_split_prepare(struct lw_draft_split *split, struct lw_db *db,
                                    const struct lw_snapshot *snapshot,
                                    const struct lw_draft *draft, struct lw_arena *arena,
                                    struct lw_error *err)
{
  struct lw_draft_look look;
  struct lw_split_part *parts = NULL;
  enum lw_code rc = lw_draft_look(&look, db, snapshot, draft->source, draft->from, arena, err);
  if (rc == LW_OK && look.checked.policy == NULL) {
    rc = lw_fail(err, LW_INVALID, "the draft has errors: what it changes can't be told");
  } else if (rc == LW_OK && !look.compared) {
    rc = lw_fail(err, LW_CONFLICT, "there is no version that it began with to split it from");
  }
  const struct lw_policy *base = look.base != NULL ? look.base : snapshot->policy;
  if (rc == LW_OK) {
    rc = lw_policy_split(base, look.checked.policy, &look.variables, arena, &parts, &split->count,
                         err);
  }
  if (rc == LW_OK) {
    split->parts = LW_NEW_ARRAY(arena, struct lw_draft, split->count);
    rc = split->parts != NULL ? look_at_parts(split, db, snapshot, parts, draft->from, arena, err)
                              : lw_fail(err, LW_NO_MEMORY, "out of memory");
  }
  lw_draft_look_finish(&look);
  return rc;
}

enum lw_code lw_draft_split_apply(struct lw_batch *batch, struct lw_change *change,
                                  struct lw_error *err)
{
  struct lw_draft_split *split = change->user;
  struct lw_draft whole;
  enum lw_code rc = get_tagged(batch, change, split->id, split->has_tag, split->tag, &whole, err);
  if (rc == LW_OK) {
    rc = check_room(batch, split->count - 1, err);
  }
  if (rc == LW_OK) {
    rc = lw_draft_delete(batch->db, whole.id, err);
  }
  if (rc == LW_OK) {
    rc = lw_shadow_end_draft(batch, change, whole.id, LW_SHADOW_DELETED, err);
  }
  lw_buf_reset(&change->answer);
  LW_BUF_LIT(&change->answer, "{\"items\":[");
  for (uint32_t i = 0; rc == LW_OK && i < split->count; i++) {
    rc = make(batch, change, &split->parts[i], err);
    if (rc == LW_OK) {
      lw_buf_add_c(&change->answer, i == 0 ? "" : ",");
      lw_draft_print(&split->parts[i], batch->snapshot->staff, false, &change->answer);
    }
  }
  LW_BUF_LIT(&change->answer, "]}");
  return rc == LW_OK ? append(batch, change, &whole, "split", split->parts, split->count, err) : rc;
}
