/* Questions that no longer hold: scenarios of the newest versions whose author takes for granted
 * what the live policy does not say. Read anew whenever it is asked; after each change of the
 * policy a job looks through the courses, one at a time so that nobody waits for it, and tells
 * their authors by an entry for each course that has some. */
#include "base/num.h"
#include "policy/answer.h"
#include "train/inside.h"

/* "POLICY", or "POLICY:COURSE": which version of the policy was looked at, up to which course. */
static const lw_str key = LW_STR_INIT("train.looked_at");
static const char next_sql[] =
    "SELECT course FROM course_version WHERE course > $1 ORDER BY course "
    "LIMIT 1";

static struct lw_rehearsal rehearsal_of(const struct lw_train_reader *reader)
{
  return (struct lw_rehearsal){
      .snapshot = reader->snapshot, .arena = reader->arena, .now = reader->now};
}

/* --- reading --- */

static void add_stale(const struct lw_scenario *scenario, const struct lw_scenario_stale *stale,
                      struct lw_buf *out)
{
  lw_buf_printf(out, "{\"option\":%u", stale->remedy + 1);
  lw_train_add_text(out, "action", scenario->remedies[stale->remedy].action);
  if (stale->has_amount) {
    LW_BUF_LIT(out, ",\"amount\":\"");
    lw_money_print(stale->amount, out);
    lw_buf_add_char(out, '"');
  }
  if (stale->now.decided) {
    lw_train_add_text(out, "verdict", lw_verdict_name(stale->now.verdict));
  }
  lw_train_add_text(out, "why", stale->why);
  lw_buf_add_char(out, '}');
}

static void add_question(const struct lw_course_version *version, const struct lw_course_item *item,
                         const struct lw_scenario_stale *stale, uint32_t count, struct lw_buf *out)
{
  struct lw_buf object = {0}; /* members look at what stands before them */
  lw_buf_add_char(&object, '{');
  lw_train_add_text(&object, "course", version->id);
  lw_buf_printf(&object, ",\"version\":%llu", (unsigned long long)version->version);
  lw_train_add_text(&object, "by", version->by);
  lw_train_add_text(&object, "question", item->id);
  if (item->question->title.len != 0) {
    lw_train_add_text(&object, "title", item->question->title);
  }
  lw_train_add_text(&object, "file", item->file);
  lw_buf_printf(&object, ",\"line\":%u,\"remedies\":[", item->question->line);
  for (uint32_t i = 0; i < count; i++) {
    lw_buf_add_c(&object, i != 0 ? "," : "");
    add_stale(item->question->scenario, &stale[i], &object);
  }
  LW_BUF_LIT(&object, "]}");
  lw_buf_add(out, lw_buf_str(&object));
  out->failed |= object.failed;
  lw_buf_finish(&object);
}

/* Appends the course's; *count counts them. */
static enum lw_code add_course(const struct lw_train_reader *reader,
                               const struct lw_course_version *version, uint32_t *count,
                               struct lw_buf *out, struct lw_error *err)
{
  const struct lw_rehearsal rehearsal = rehearsal_of(reader);
  enum lw_code rc = LW_OK;
  for (uint32_t i = 0; rc == LW_OK && i < version->course.n_items; i++) {
    const struct lw_course_item *item = &version->course.items[i];
    struct lw_scenario_stale *stale = NULL;
    uint32_t n_stale = 0;
    if (item->question == NULL || item->question->kind != LW_QUIZ_SCENARIO) {
      continue;
    }
    rc = lw_scenario_check(&rehearsal, item->question, &stale, &n_stale, err);
    if (rc == LW_OK && n_stale != 0) {
      lw_buf_add_c(out, (*count)++ != 0 ? "," : "");
      add_question(version, item, stale, n_stale, out);
    }
  }
  return rc;
}

static enum lw_code next_course(struct lw_db *db, lw_str after, struct lw_arena *arena,
                                lw_str *ret_course, struct lw_error *err)
{
  struct lw_stmt *stmt = NULL;
  bool is_row = false;
  enum lw_code rc = lw_db_statement(db, next_sql, &stmt, err);
  if (rc != LW_OK) {
    return rc;
  }
  lw_stmt_text(stmt, 1, after);
  rc = lw_stmt_step(stmt, &is_row, err);
  *ret_course = rc == LW_OK && is_row ? lw_stmt_copy_text(stmt, 0, arena) : LW_STR("");
  lw_stmt_reset(stmt);
  return rc;
}

enum lw_code lw_course_stale_print(const struct lw_train_reader *reader, lw_str course,
                                   struct lw_buf *out, struct lw_error *err)
{
  struct lw_course_version version;
  uint32_t count = 0;
  lw_str id = course;
  bool decides = reader->snapshot->live->policy != NULL;
  enum lw_code rc =
      course.len != 0 ? LW_OK : next_course(reader->db, LW_STR(""), reader->arena, &id, err);
  LW_BUF_LIT(out, "{\"items\":[");
  while (rc == LW_OK && id.len != 0) {
    rc = lw_course_get(reader, id, 0, &version, err);
    rc = rc == LW_OK && decides ? add_course(reader, &version, &count, out, err) : rc;
    if (course.len != 0) {
      break;
    }
    rc = rc == LW_OK ? next_course(reader->db, id, reader->arena, &id, err) : rc;
  }
  lw_buf_printf(out, "],\"policy\":%llu}", (unsigned long long)reader->snapshot->policy_version);
  return rc;
}

/* --- telling --- */

static enum lw_code append(struct lw_batch *batch, struct lw_change *change,
                           const struct lw_course_version *version, uint32_t count,
                           struct lw_error *err)
{
  struct lw_buf body = {0};
  lw_buf_add_char(&body, '{');
  lw_train_add_text(&body, "course", version->id);
  lw_buf_printf(&body, ",\"version\":%llu,\"policy\":%llu,\"questions\":%u",
                (unsigned long long)version->version,
                (unsigned long long)batch->snapshot->policy_version, count);
  lw_train_add_text(&body, "title", version->course.title);
  lw_train_add_text(&body, "by", version->by);
  lw_buf_add_char(&body, '}');
  return lw_batch_append_body(batch, change, LW_EVENT_COURSE_STALE, &body, err);
}

static enum lw_code tell(struct lw_batch *batch, struct lw_change *change, lw_str course,
                         struct lw_error *err)
{
  const struct lw_train_reader reader = lw_train_reader_in(batch, NULL);
  struct lw_course_version version;
  struct lw_buf found = {0};
  uint32_t count = 0;
  enum lw_code rc = lw_course_get(&reader, course, 0, &version, err);
  rc = rc == LW_OK ? add_course(&reader, &version, &count, &found, err) : rc;
  lw_buf_finish(&found);
  return rc == LW_OK && count != 0 ? append(batch, change, &version, count, err) : rc;
}

/* Where the job is: the course looked at last, empty at the beginning; *ret_done: it has seen all.
 */
static void read_place(lw_str kept, uint64_t policy, lw_str *ret_course, bool *ret_done)
{
  size_t colon = kept.ptr != NULL ? lw_str_find(kept, LW_STR(":"), 0) : SIZE_MAX;
  uint64_t looked = 0;
  bool read = kept.ptr != NULL && lw_uint_read(lw_str_slice(kept, 0, colon), &looked);
  *ret_course = LW_STR("");
  *ret_done = read && looked == policy && colon == SIZE_MAX;
  if (read && looked == policy && colon != SIZE_MAX) {
    *ret_course = lw_str_slice(kept, colon + 1, SIZE_MAX);
  }
}

static enum lw_code look(struct lw_batch *batch, struct lw_change *change, lw_usec *ret_next,
                         struct lw_error *err)
{
  uint64_t policy = batch->snapshot->policy_version;
  lw_str kept = {0};
  lw_str before;
  lw_str course = LW_STR("");
  bool done = false;
  *ret_next = INT64_MAX; /* the engine wakes it when another policy is live */
  enum lw_code rc = lw_setting_get(batch->db, key, batch->scratch, &kept, err);
  if (rc != LW_OK || batch->snapshot->policy == NULL) {
    return rc;
  }
  read_place(kept, policy, &before, &done);
  if (done) {
    return LW_OK;
  }
  rc = next_course(batch->db, before, batch->scratch, &course, err);
  if (rc == LW_OK && course.len != 0) {
    rc = tell(batch, change, course, err);
    *ret_next = batch->now;
  }
  lw_str place = lw_str_format(batch->scratch, "%llu%s%.*s", (unsigned long long)policy,
                               course.len != 0 ? ":" : "", LW_FMT(course));
  return rc == LW_OK ? lw_setting_put(batch->db, key, place, err) : rc;
}

const struct lw_due lw_courses_due = {"courses", look};
