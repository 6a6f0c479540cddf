/* What was ticked and found in a case: a row for each word that was ever said of it, the last one
 * wins. A word is a step, "cause" or "need". */
#include "guide/plan_inside.h"

static const char list_sql[] = "SELECT word, value, at, who FROM plan_word WHERE case_id = $1";
static const char put_sql[] =
    "INSERT INTO plan_word (case_id, word, value, at, who) VALUES ($1, $2, $3, $4, $5) "
    "ON CONFLICT (case_id, word) DO UPDATE SET value = excluded.value, at = excluded.at, "
    "who = excluded.who";

/* The places of the two that are no steps. */
enum { CAUSE = LW_PLAN_STEPS, NEED, WORDS };

struct word {
  lw_str value; /* empty: it is not ticked, or not said */
  lw_usec at;
  lw_str who;
};

static lw_str word_name(int place)
{
  return place == CAUSE  ? LW_STR("cause")
         : place == NEED ? LW_STR("need")
                         : lw_plan_step_name((enum lw_plan_step)place);
}

static bool is_seen(const struct lw_plan_reader *reader, lw_str who)
{
  return !reader->only_seen || reader->caller == NULL ||
         lw_access_covers(reader->caller, LW_ACCESS_SEE_DECISIONS, reader->snapshot->staff, who);
}

static void take_row(const struct lw_plan_reader *reader, const struct lw_stmt *row,
                     struct word words[WORDS])
{
  lw_str name = lw_stmt_get_text(row, 0);
  for (int i = 0; i < WORDS; i++) {
    if (lw_str_equal(name, word_name(i)) && is_seen(reader, lw_stmt_get_text(row, 3))) {
      words[i].value = lw_stmt_copy_text(row, 1, reader->arena);
      words[i].at = lw_stmt_get_int(row, 2);
      words[i].who = lw_stmt_copy_text(row, 3, reader->arena);
    }
  }
}

static enum lw_code read_words(const struct lw_plan_reader *reader, lw_str case_id,
                               struct word words[WORDS], struct lw_error *err)
{
  struct lw_stmt *stmt = NULL;
  bool is_row = true;
  enum lw_code rc = lw_db_statement(reader->db, list_sql, &stmt, err);
  for (int i = 0; i < WORDS; i++) {
    words[i] = (struct word){.value = LW_STR("")};
  }
  if (rc != LW_OK) {
    return rc;
  }
  lw_stmt_text(stmt, 1, case_id);
  while ((rc = lw_stmt_step(stmt, &is_row, err)) == LW_OK && is_row) {
    take_row(reader, stmt, words);
  }
  lw_stmt_reset(stmt);
  return rc == LW_OK && reader->arena->failed
             ? lw_fail(err, LW_NO_MEMORY, "out of memory for a plan")
             : rc;
}

/* --- printing --- */

static void add_ticked(const struct lw_plan_reader *reader, const struct word words[WORDS],
                       struct lw_buf *out)
{
  uint32_t done = 0;
  for (int i = 0; i < LW_PLAN_STEPS; i++) {
    done += words[i].value.len != 0 ? 1 : 0;
  }
  lw_member_int(out, "done", done);
  lw_member_int(out, "of", LW_PLAN_STEPS);
  lw_member_key(out, "ticked");
  lw_buf_add_char(out, '[');
  done = 0;
  for (int i = 0; i < LW_PLAN_STEPS; i++) {
    if (words[i].value.len != 0) {
      lw_buf_add_c(out, done++ != 0 ? ",{" : "{");
      lw_member_text(out, "step", word_name(i));
      lw_plan_add_by(reader, words[i].who, words[i].at, out);
      lw_buf_add_char(out, '}');
    }
  }
  lw_buf_add_char(out, ']');
}

static void add_found(const struct lw_plan_reader *reader, const char *key, const struct word *word,
                      lw_str label, struct lw_buf *out)
{
  if (word->value.len != 0) {
    lw_member_key(out, key);
    lw_buf_add_char(out, '{');
    lw_member_text(out, "id", word->value);
    lw_member_text(out, "label", label.len != 0 ? label : word->value);
    lw_plan_add_by(reader, word->who, word->at, out);
    lw_buf_add_char(out, '}');
  }
}

/* {"case", what was ticked, what was found; without its brace. */
static enum lw_code add_words(const struct lw_plan_reader *reader, lw_str case_id,
                              const struct word words[WORDS], struct lw_buf *out,
                              struct lw_error *err)
{
  struct lw_plan_page needs;
  enum lw_code rc = lw_plan_page_get(reader, LW_STR("needs"), &needs, err);
  if (rc != LW_OK) {
    return rc;
  }
  lw_buf_add_char(out, '{');
  lw_member_text(out, "case", case_id);
  add_ticked(reader, words, out);
  lw_member_key(out, "found");
  lw_buf_add_char(out, '{');
  add_found(reader, "cause", &words[CAUSE],
            lw_plan_cause_label(reader->snapshot, words[CAUSE].value), out);
  add_found(reader, "need", &words[NEED], lw_plan_need_label(&needs.plan, words[NEED].value), out);
  lw_buf_add_char(out, '}');
  return LW_OK;
}

/* --- which plan fits --- */

struct newest {
  const struct lw_plan_reader *reader;
  lw_str reason;
};

/* Of the newest decision in the case that names a cause and that the caller may see. */
static bool take_reason(void *user, const struct lw_listed *listed)
{
  struct newest *newest = user;
  const struct lw_plan_reader *reader = newest->reader;
  if (listed->reason.len != 0 &&
      (reader->caller == NULL || lw_access_covers(reader->caller, LW_ACCESS_SEE_DECISIONS,
                                                  reader->snapshot->staff, listed->agent))) {
    newest->reason = lw_str_copy(reader->arena, listed->reason);
  }
  return newest->reason.len == 0;
}

static enum lw_code find_cause(const struct lw_plan_reader *reader, lw_str case_id, lw_str found,
                               lw_str asked, lw_str *ret_cause, const char **ret_because,
                               struct lw_error *err)
{
  struct newest newest = {.reader = reader, .reason = LW_STR("")};
  const struct lw_lists_filter filter = {.view = {.all = true}, .case_id = case_id};
  uint64_t through = 0;
  enum lw_code rc = found.len == 0 && asked.len == 0 && reader->lists != NULL
                        ? lw_lists_each(reader->lists, &filter, take_reason, &newest, &through, err)
                        : LW_OK;
  const lw_str causes[] = {found, asked, newest.reason};
  static const char *const because[] = {"found", "asked", "decision"};
  *ret_cause = LW_STR("");
  *ret_because = NULL;
  for (size_t i = 0; i < sizeof causes / sizeof causes[0] && ret_cause->len == 0; i++) {
    if (lw_policy_reason(reader->snapshot->policy, causes[i]) != NULL) {
      *ret_cause = causes[i];
      *ret_because = because[i];
    }
  }
  return rc;
}

static enum lw_code add_plan(const struct lw_plan_reader *reader, lw_str cause, struct lw_buf *out,
                             struct lw_error *err)
{
  struct lw_plan_page page;
  lw_member_key(out, "plan");
  lw_str name = lw_plan_cause_page(reader->arena, cause);
  if (name.len == 0) {
    return lw_plan_print_whole(reader, NULL, out, err);
  }
  enum lw_code rc = lw_plan_page_get(reader, name, &page, err);
  return rc == LW_OK ? lw_plan_print_whole(reader, &page.plan, out, err) : rc;
}

enum lw_code lw_plan_case_print(const struct lw_plan_reader *reader, lw_str case_id, lw_str cause,
                                struct lw_buf *out, struct lw_error *err)
{
  struct word words[WORDS];
  lw_str fits = LW_STR("");
  const char *because = NULL;
  enum lw_code rc = read_words(reader, case_id, words, err);
  rc = rc == LW_OK ? find_cause(reader, case_id, words[CAUSE].value, cause, &fits, &because, err)
                   : rc;
  rc = rc == LW_OK ? add_words(reader, case_id, words, out, err) : rc;
  if (rc == LW_OK) {
    lw_member_text(out, "because", lw_str_c(because));
    rc = add_plan(reader, fits, out, err);
    lw_buf_add_char(out, '}');
  }
  return rc == LW_OK && out->failed ? lw_fail(err, LW_NO_MEMORY, "out of memory for a plan") : rc;
}

/* --- saying --- */

static enum lw_code check(const struct lw_plan_reader *reader, const struct lw_plan_tick *tick,
                          struct lw_error *err)
{
  struct lw_plan_page needs;
  if (tick->caller->person == NULL) {
    (void)lw_fail(err, LW_FORBIDDEN, "this token stands for nobody: who ticks is kept");
    lw_error_hint(err, "use a token of a person's own, or sign in");
    return LW_FORBIDDEN;
  }
  if (tick->cause.len != 0 && lw_policy_reason(reader->snapshot->policy, tick->cause) == NULL) {
    return lw_fail(err, LW_INVALID, "cause: \"%.*s\" is no reason of the live policy",
                   LW_FMT(tick->cause));
  }
  enum lw_code rc = lw_plan_page_get(reader, LW_STR("needs"), &needs, err);
  return rc == LW_OK && tick->need.len != 0 && lw_plan_need_label(&needs.plan, tick->need).len == 0
             ? lw_fail(err, LW_INVALID, "need: \"%.*s\" is none of the shared needs",
                       LW_FMT(tick->need))
             : rc;
}

/* Writes the word where it says something new. */
static enum lw_code say(struct lw_batch *batch, const struct lw_plan_tick *tick, int place,
                        lw_str value, struct word words[WORDS], bool *ret_said,
                        struct lw_error *err)
{
  struct lw_stmt *stmt = NULL;
  if (lw_str_equal(words[place].value, value)) {
    return LW_OK;
  }
  words[place] = (struct word){value, batch->now, tick->caller->person->actor.id};
  *ret_said = true;
  enum lw_code rc = lw_db_statement(batch->db, put_sql, &stmt, err);
  if (rc == LW_OK) {
    lw_stmt_text(stmt, 1, tick->case_id);
    lw_stmt_text(stmt, 2, word_name(place));
    lw_stmt_text_or_empty(stmt, 3, value);
    lw_stmt_int(stmt, 4, batch->now);
    lw_stmt_text(stmt, 5, words[place].who);
    rc = lw_stmt_run(stmt, err);
  }
  return rc;
}

static enum lw_code append(struct lw_batch *batch, struct lw_change *change,
                           const struct lw_plan_tick *tick, struct lw_error *err)
{
  struct lw_buf body = {0};
  lw_buf_add_char(&body, '{');
  lw_member_text(&body, "case", tick->case_id);
  if (tick->has_step) {
    lw_member_text(&body, "step", lw_plan_step_name(tick->step));
    lw_member_bool(&body, "done", tick->done);
  }
  if (tick->has_cause) {
    lw_member_key(&body, "cause");
    lw_json_add_string(&body, tick->cause);
  }
  if (tick->has_need) {
    lw_member_key(&body, "need");
    lw_json_add_string(&body, tick->need);
  }
  lw_member_text(&body, "by", tick->caller->person->actor.id);
  lw_buf_add_char(&body, '}');
  return lw_batch_append_body(batch, change, LW_EVENT_PLAN_TICKED, &body, err);
}

enum lw_code lw_plan_tick(struct lw_batch *batch, struct lw_change *change, struct lw_error *err)
{
  const struct lw_plan_tick *tick = change->user;
  struct lw_plan_reader reader = lw_plan_reader_in(batch, tick->caller);
  reader.language = tick->language;
  reader.only_seen = tick->only_seen;
  struct word words[WORDS];
  bool said = false;
  enum lw_code rc = check(&reader, tick, err);
  rc = rc == LW_OK ? read_words(&reader, tick->case_id, words, err) : rc;
  if (rc == LW_OK && tick->has_step) {
    rc =
        say(batch, tick, (int)tick->step, tick->done ? LW_STR("1") : LW_STR(""), words, &said, err);
  }
  if (rc == LW_OK && tick->has_cause) {
    rc = say(batch, tick, CAUSE, tick->cause, words, &said, err);
  }
  if (rc == LW_OK && tick->has_need) {
    rc = say(batch, tick, NEED, tick->need, words, &said, err);
  }
  rc = rc == LW_OK && said ? append(batch, change, tick, err) : rc;
  rc = rc == LW_OK ? add_words(&reader, tick->case_id, words, &change->answer, err) : rc;
  lw_buf_add_char(&change->answer, '}');
  lw_change_status(change, 200);
  return rc;
}
