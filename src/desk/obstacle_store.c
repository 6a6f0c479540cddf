/* Three tables: what was said (one row a decision), the answers (one row each; the last one
 * counts), and who sees to a rule. Names of kinds and outcomes stand in the rows, as the API has
 * them. */
#include "desk/obstacle_store.h"

#include "desk/case_store.h"
#include "desk/entry.h"
#include "data/member.h"

#include <stdio.h>

#define VOICE_COLUMNS                                                                              \
  "id, kind, rule, decision, agent, team, case_id, customer, verdict, action, minor, currency, "   \
  "policy, note, at, read_id"
#define REPLY_COLUMNS "id, kind, rule, who, at, outcome, policy, body"

static const char *const kinds[] = {"rule", "route", "gap", "change"};
static const char *const outcomes[] = {"changed", "looked_at", "stays", "explained"};

lw_str lw_obstacle_kind_name(enum lw_obstacle_kind kind)
{
  return lw_str_c(kinds[kind]);
}

lw_str lw_obstacle_outcome_name(enum lw_obstacle_outcome outcome)
{
  return lw_str_c(outcomes[outcome]);
}

static bool find_name(const char *const *names, int count, lw_str name, int *ret_at)
{
  for (int i = 0; i < count; i++) {
    if (lw_str_equal(name, lw_str_c(names[i]))) {
      *ret_at = i;
      return true;
    }
  }
  return false;
}

bool lw_obstacle_kind_read(lw_str name, enum lw_obstacle_kind *ret_kind)
{
  int at = 0;
  bool found = find_name(kinds, LW_OBSTACLE_KINDS, name, &at);
  *ret_kind = (enum lw_obstacle_kind)at;
  return found;
}

bool lw_obstacle_outcome_read(lw_str name, enum lw_obstacle_outcome *ret_outcome)
{
  int at = 0;
  bool found = find_name(outcomes, LW_OBSTACLE_OUTCOMES, name, &at);
  *ret_outcome = (enum lw_obstacle_outcome)at;
  return found;
}

bool lw_obstacle_rule_equal(const struct lw_obstacle_rule *a, const struct lw_obstacle_rule *b)
{
  return a->kind == b->kind && lw_str_equal(a->name, b->name);
}

static struct lw_obstacle_rule take_rule(const struct lw_stmt *row, int column,
                                         struct lw_arena *arena)
{
  struct lw_obstacle_rule rule = {.name = lw_stmt_copy_text(row, column + 1, arena)};
  if (!lw_obstacle_kind_read(lw_stmt_get_text(row, column), &rule.kind)) {
    rule.kind = LW_OBSTACLE_RULE; /* of a later release */
  }
  return rule;
}

static void bind_rule(struct lw_stmt *stmt, int first, const struct lw_obstacle_rule *rule)
{
  lw_stmt_text(stmt, first, lw_obstacle_kind_name(rule->kind));
  lw_stmt_text_or_empty(stmt, first + 1, rule->name);
}

static enum lw_code checked(const struct lw_arena *arena, enum lw_code rc, struct lw_error *err)
{
  return rc == LW_OK && arena->failed
             ? lw_fail(err, LW_NO_MEMORY, "out of memory while reading what is in the way")
             : rc;
}

/* --- what was said --- */

static struct lw_voice take_voice(const struct lw_stmt *row, struct lw_arena *arena)
{
  return (struct lw_voice){.id = lw_stmt_copy_text(row, 0, arena),
                           .rule = take_rule(row, 1, arena),
                           .decision = lw_stmt_copy_text(row, 3, arena),
                           .agent = lw_stmt_copy_text(row, 4, arena),
                           .team = lw_stmt_copy_text(row, 5, arena),
                           .case_id = lw_stmt_copy_text(row, 6, arena),
                           .customer = lw_stmt_copy_text(row, 7, arena),
                           .verdict = lw_stmt_copy_text(row, 8, arena),
                           .action = lw_stmt_copy_text(row, 9, arena),
                           .has_amount = !lw_stmt_is_null(row, 10),
                           .amount_minor = lw_stmt_get_int(row, 10),
                           .currency = lw_stmt_copy_text(row, 11, arena),
                           .policy = (uint64_t)lw_stmt_get_int(row, 12),
                           .note = lw_stmt_copy_text(row, 13, arena),
                           .at = lw_stmt_get_int(row, 14),
                           .read = lw_stmt_copy_text(row, 15, arena)};
}

enum lw_code lw_voice_of(struct lw_db *db, lw_str decision, struct lw_arena *arena, bool *ret_found,
                         struct lw_voice *ret_voice, struct lw_error *err)
{
  struct lw_stmt *row = NULL;
  enum lw_code rc = lw_db_find(db, "SELECT " VOICE_COLUMNS " FROM obstacle WHERE decision = $1",
                               decision, &row, err);
  *ret_found = rc == LW_OK;
  if (rc == LW_OK) {
    *ret_voice = take_voice(row, arena);
    lw_stmt_reset(row);
  }
  return checked(arena, rc == LW_NOT_FOUND ? LW_OK : rc, err);
}

enum lw_code lw_voice_insert(struct lw_db *db, const struct lw_voice *voice, struct lw_error *err)
{
  static const char sql[] = "INSERT INTO obstacle (" VOICE_COLUMNS ") VALUES ($1, $2, $3, $4, $5, "
                            "$6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)";
  struct lw_stmt *stmt = NULL;
  const lw_str texts[] = {voice->decision, voice->agent,   voice->team,  voice->case_id,
                          voice->customer, voice->verdict, voice->action};
  enum lw_code rc = lw_db_statement(db, sql, &stmt, err);
  if (rc != LW_OK) {
    return rc;
  }
  lw_stmt_text(stmt, 1, voice->id);
  bind_rule(stmt, 2, &voice->rule);
  for (int i = 0; i < (int)(sizeof texts / sizeof texts[0]); i++) {
    lw_stmt_text_or_empty(stmt, 4 + i, texts[i]);
  }
  lw_stmt_int_or_null(stmt, 11, voice->has_amount, voice->amount_minor);
  lw_stmt_text_or_empty(stmt, 12, voice->currency);
  lw_stmt_int(stmt, 13, (int64_t)voice->policy);
  lw_stmt_text_or_empty(stmt, 14, voice->note);
  lw_stmt_int(stmt, 15, voice->at);
  lw_stmt_text_or_empty(stmt, 16, voice->read);
  return lw_stmt_run(stmt, err);
}

enum lw_code lw_voice_note_put(struct lw_db *db, lw_str id, lw_str note, struct lw_error *err)
{
  const lw_str texts[] = {id, note};
  return lw_db_run(db, "UPDATE obstacle SET note = $2 WHERE id = $1", texts, 2, err);
}

static enum lw_code take_voices(struct lw_stmt *stmt, struct lw_arena *arena,
                                struct lw_voice **ret_voices, uint32_t *ret_count,
                                struct lw_error *err)
{
  struct lw_voice *voices = LW_NEW_ARRAY(arena, struct lw_voice, LW_OBSTACLE_VOICES_MAX);
  uint32_t count = 0;
  bool is_row = false;
  enum lw_code rc = voices != NULL ? lw_stmt_step(stmt, &is_row, err) : LW_OK;
  while (voices != NULL && rc == LW_OK && is_row && count < LW_OBSTACLE_VOICES_MAX) {
    voices[count++] = take_voice(stmt, arena);
    rc = lw_stmt_step(stmt, &is_row, err);
  }
  *ret_voices = voices;
  *ret_count = count;
  return checked(arena, rc, err);
}

enum lw_code lw_voice_all(struct lw_db *db, const struct lw_obstacle_rule *rule, lw_str agent,
                          lw_usec since, struct lw_arena *arena, struct lw_voice **ret_voices,
                          uint32_t *ret_count, struct lw_error *err)
{
  struct lw_stmt *stmt = NULL;
  struct lw_buf sql = {0};
  int place = 1;
  LW_BUF_LIT(&sql, "SELECT " VOICE_COLUMNS " FROM obstacle WHERE at >= $1");
  if (agent.len != 0) {
    lw_buf_printf(&sql, " AND agent = $%d", ++place);
  }
  if (rule != NULL) {
    lw_buf_printf(&sql, " AND kind = $%d AND rule = $%d", place + 1, place + 2);
  }
  lw_buf_printf(&sql, " ORDER BY id DESC LIMIT %d", LW_OBSTACLE_VOICES_MAX);
  enum lw_code rc = sql.failed ? lw_fail(err, LW_NO_MEMORY, "out of memory for a list")
                               : lw_db_prepare(db, lw_buf_str(&sql), &stmt, err);
  lw_buf_finish(&sql);
  if (rc != LW_OK) {
    return rc;
  }
  lw_stmt_int(stmt, 1, since);
  if (agent.len != 0) {
    lw_stmt_text(stmt, 2, agent);
  }
  if (rule != NULL) {
    bind_rule(stmt, place + 1, rule);
  }
  rc = take_voices(stmt, arena, ret_voices, ret_count, err);
  lw_stmt_destroy(stmt);
  return rc;
}

enum lw_code lw_voice_people(struct lw_db *db, const struct lw_obstacle_rule *rule,
                             struct lw_arena *arena, lw_str **ret_people, uint32_t *ret_count,
                             struct lw_error *err)
{
  struct lw_stmt *stmt = NULL;
  bool is_row = false;
  lw_str *people = LW_NEW_ARRAY(arena, lw_str, LW_OBSTACLE_VOICES_MAX);
  uint32_t count = 0;
  enum lw_code rc = lw_db_statement(
      db, "SELECT DISTINCT agent FROM obstacle WHERE kind = $1 AND rule = $2 ORDER BY agent", &stmt,
      err);
  if (rc != LW_OK) {
    return rc;
  }
  bind_rule(stmt, 1, rule);
  while (people != NULL && count < LW_OBSTACLE_VOICES_MAX &&
         (rc = lw_stmt_step(stmt, &is_row, err)) == LW_OK && is_row) {
    people[count++] = lw_stmt_copy_text(stmt, 0, arena);
  }
  lw_stmt_reset(stmt);
  *ret_people = people;
  *ret_count = count;
  return checked(arena, rc, err);
}

/* --- answers --- */

enum lw_code lw_obstacle_reply_insert(struct lw_db *db, const struct lw_obstacle_reply *reply,
                                      struct lw_error *err)
{
  static const char sql[] =
      "INSERT INTO obstacle_answer (" REPLY_COLUMNS ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
  struct lw_stmt *stmt = NULL;
  enum lw_code rc = lw_db_statement(db, sql, &stmt, err);
  if (rc != LW_OK) {
    return rc;
  }
  lw_stmt_text(stmt, 1, reply->id);
  bind_rule(stmt, 2, &reply->rule);
  lw_stmt_text_or_empty(stmt, 4, reply->who);
  lw_stmt_int(stmt, 5, reply->at);
  lw_stmt_text(stmt, 6, lw_obstacle_outcome_name(reply->outcome));
  lw_stmt_int(stmt, 7, (int64_t)reply->policy);
  lw_stmt_text_or_empty(stmt, 8, reply->text);
  return lw_stmt_run(stmt, err);
}

static struct lw_obstacle_reply take_reply(const struct lw_stmt *row, struct lw_arena *arena)
{
  struct lw_obstacle_reply reply = {.id = lw_stmt_copy_text(row, 0, arena),
                                    .rule = take_rule(row, 1, arena),
                                    .who = lw_stmt_copy_text(row, 3, arena),
                                    .at = lw_stmt_get_int(row, 4),
                                    .policy = (uint64_t)lw_stmt_get_int(row, 6),
                                    .text = lw_stmt_copy_text(row, 7, arena)};
  if (!lw_obstacle_outcome_read(lw_stmt_get_text(row, 5), &reply.outcome)) {
    reply.outcome = LW_OBSTACLE_LOOKED_AT; /* of a later release */
  }
  return reply;
}

enum lw_code lw_obstacle_replies(struct lw_db *db, struct lw_arena *arena,
                                 struct lw_obstacle_reply **ret_replies, uint32_t *ret_count,
                                 struct lw_error *err)
{
  struct lw_stmt *stmt = NULL;
  bool is_row = false;
  uint32_t count = 0;
  struct lw_obstacle_reply *replies =
      LW_NEW_ARRAY(arena, struct lw_obstacle_reply, LW_OBSTACLE_VOICES_MAX);
  enum lw_code rc =
      lw_db_statement(db, "SELECT " REPLY_COLUMNS " FROM obstacle_answer ORDER BY id", &stmt, err);
  if (rc != LW_OK) {
    return rc;
  }
  while (replies != NULL && count < LW_OBSTACLE_VOICES_MAX &&
         (rc = lw_stmt_step(stmt, &is_row, err)) == LW_OK && is_row) {
    replies[count++] = take_reply(stmt, arena);
  }
  lw_stmt_reset(stmt);
  *ret_replies = replies;
  *ret_count = count;
  return checked(arena, rc, err);
}

const struct lw_obstacle_reply *lw_obstacle_last_reply(const struct lw_obstacle_reply *replies,
                                                       uint32_t count,
                                                       const struct lw_obstacle_rule *rule)
{
  const struct lw_obstacle_reply *last = NULL;
  for (uint32_t i = 0; i < count; i++) {
    last = lw_obstacle_rule_equal(&replies[i].rule, rule) ? &replies[i] : last;
  }
  return last;
}

/* --- who sees to it --- */

enum lw_code lw_obstacle_owner_get(struct lw_db *db, const struct lw_obstacle_rule *rule,
                                   struct lw_arena *arena, lw_str *ret_owner, struct lw_error *err)
{
  struct lw_stmt *stmt = NULL;
  bool is_row = false;
  enum lw_code rc = lw_db_statement(
      db, "SELECT owner FROM obstacle_owner WHERE kind = $1 AND rule = $2", &stmt, err);
  *ret_owner = LW_STR("");
  if (rc != LW_OK) {
    return rc;
  }
  bind_rule(stmt, 1, rule);
  rc = lw_stmt_step(stmt, &is_row, err);
  if (rc == LW_OK && is_row) {
    *ret_owner = lw_stmt_copy_text(stmt, 0, arena);
  }
  lw_stmt_reset(stmt);
  return checked(arena, rc, err);
}

enum lw_code lw_obstacle_owner_put(struct lw_db *db, const struct lw_obstacle_rule *rule,
                                   lw_str owner, struct lw_error *err)
{
  static const char sql[] = "INSERT INTO obstacle_owner (kind, rule, owner) VALUES ($1, $2, $3) "
                            "ON CONFLICT (kind, rule) DO UPDATE SET owner = $3";
  struct lw_stmt *stmt = NULL;
  enum lw_code rc = lw_db_statement(db, sql, &stmt, err);
  if (rc != LW_OK) {
    return rc;
  }
  bind_rule(stmt, 1, rule);
  lw_stmt_text_or_empty(stmt, 3, owner);
  return lw_stmt_run(stmt, err);
}

/* --- what it took --- */

enum lw_code lw_voice_asked(struct lw_db *db, const struct lw_voice *voice, lw_usec now,
                            struct lw_voice_ask *ret_ask, struct lw_error *err)
{
  static const char sql[] = "SELECT state, requested_at, closed_at, minor, answer_minor, action, "
                            "answer_action FROM approval WHERE decision = $1 ORDER BY id DESC "
                            "LIMIT 1";
  struct lw_stmt *row = NULL;
  enum lw_code rc = lw_db_find(db, sql, voice->decision, &row, err);
  *ret_ask = (struct lw_voice_ask){.asked = rc == LW_OK};
  if (rc != LW_OK) {
    return rc == LW_NOT_FOUND ? LW_OK : rc;
  }
  lw_usec closed = lw_stmt_get_int(row, 2);
  bool yes = lw_stmt_get_int(row, 0) == LW_APPROVAL_APPROVED;
  bool other = lw_stmt_get_text(row, 6).len != 0 &&
               !lw_str_equal(lw_stmt_get_text(row, 5), lw_stmt_get_text(row, 6));
  bool said = !lw_stmt_is_null(row, 4);
  int64_t given = said ? lw_stmt_get_int(row, 4) : lw_stmt_get_int(row, 3);
  ret_ask->waited = (closed != 0 ? closed : now) - lw_stmt_get_int(row, 1);
  ret_ask->unchanged = yes && !other && given == lw_stmt_get_int(row, 3);
  ret_ask->given_minor = yes && !other ? given : 0;
  lw_stmt_reset(row);
  return LW_OK;
}

/* --- printing --- */

void lw_voice_print(const struct lw_desk_reader *reader, const struct lw_voice *voice, bool who,
                    struct lw_buf *out)
{
  uint16_t currency = lw_currency_find(voice->currency);
  lw_buf_add_char(out, '{');
  lw_member_text(out, "id", voice->id);
  lw_member_text(out, "kind", lw_obstacle_kind_name(voice->rule.kind));
  lw_member_text(out, "rule", voice->rule.name);
  lw_member_text(out, "verdict", voice->verdict);
  lw_member_text(out, "action", voice->action);
  lw_member_money(out, "amount", voice->has_amount && currency != LW_CURRENCY_NONE,
                  voice->amount_minor, currency);
  lw_member_int(out, "policy", (int64_t)voice->policy);
  lw_member_time(out, "at", voice->at);
  if (who) {
    lw_member_text(out, "decision", voice->decision);
    lw_member_text(out, "case", voice->case_id);
    lw_member_text(out, "agent", voice->agent);
    lw_member_text(out, "read", voice->read);
    lw_member_text(out, "agent_name", lw_desk_name(reader->snapshot->staff, voice->agent));
  }
  if (who || voice->rule.kind == LW_OBSTACLE_CHANGE) {
    lw_member_text(out, "note", lw_desk_text(reader, voice->note));
  }
  lw_buf_add_char(out, '}');
}

void lw_obstacle_reply_print(const struct lw_desk_reader *reader,
                             const struct lw_obstacle_reply *reply, struct lw_buf *out)
{
  lw_buf_add_char(out, '{');
  lw_member_text(out, "id", reply->id);
  lw_member_text(out, "outcome", lw_obstacle_outcome_name(reply->outcome));
  lw_member_text(out, "text", lw_desk_text(reader, reply->text));
  lw_member_text(out, "by", reply->who);
  lw_member_text(out, "by_name", lw_desk_name(reader->snapshot->staff, reply->who));
  lw_member_time(out, "at", reply->at);
  if (reply->policy != 0) {
    lw_member_int(out, "policy_version", (int64_t)reply->policy);
  }
  lw_buf_add_char(out, '}');
}
