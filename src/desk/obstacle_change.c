/* Questions about a change of the policy: asked of a read, answered as what is in the way is. */
#include "base/num.h"
#include "desk/entry.h"
#include "desk/obstacle_store.h"
#include "engine/publish.h"
#include "engine/reads.h"

/* "14.refund": the version and the action, which may have dots of its own. */
static struct lw_obstacle_rule rule_of(const struct lw_read *read, struct lw_arena *arena)
{
  lw_str name =
      lw_str_format(arena, "%llu.%.*s", (unsigned long long)read->version, LW_FMT(read->action));
  return (struct lw_obstacle_rule){LW_OBSTACLE_CHANGE, name};
}

static size_t dot_of(lw_str name)
{
  return lw_str_find(name, LW_STR("."), 0);
}

lw_str lw_obstacle_action(const struct lw_obstacle_rule *rule)
{
  if (rule->kind == LW_OBSTACLE_CHANGE) {
    return lw_str_slice(rule->name, dot_of(rule->name) + 1, SIZE_MAX);
  }
  return rule->kind == LW_OBSTACLE_GAP ? rule->name : LW_STR("");
}

enum lw_code lw_obstacle_owner_of(struct lw_db *db, const struct lw_obstacle_rule *rule,
                                  struct lw_arena *arena, lw_str *ret_owner, struct lw_error *err)
{
  struct lw_publish_version version = {.number = 0};
  int64_t number = 0;
  enum lw_code rc = lw_obstacle_owner_get(db, rule, arena, ret_owner, err);
  if (rc != LW_OK || ret_owner->len != 0 || rule->kind != LW_OBSTACLE_CHANGE ||
      !lw_int_read(lw_str_slice(rule->name, 0, dot_of(rule->name)), &number) || number <= 0) {
    return rc;
  }
  rc = lw_publish_get(db, (uint64_t)number, arena, &version, err);
  *ret_owner = rc == LW_OK ? version.who : LW_STR("");
  return rc == LW_NOT_FOUND ? LW_OK : rc;
}

/* Nothing of theirs about that change is still without an answer. */
static enum lw_code check_answered(struct lw_batch *batch, lw_str person,
                                   const struct lw_obstacle_rule *rule, struct lw_error *err)
{
  struct lw_voice *voices = NULL;
  struct lw_obstacle_reply *replies = NULL;
  uint32_t n_voices = 0;
  uint32_t n_replies = 0;
  enum lw_code rc =
      lw_voice_all(batch->db, rule, person, 0, batch->scratch, &voices, &n_voices, err);
  rc = rc == LW_OK ? lw_obstacle_replies(batch->db, batch->scratch, &replies, &n_replies, err) : rc;
  if (rc != LW_OK || n_voices == 0) {
    return rc;
  }
  const struct lw_obstacle_reply *last = lw_obstacle_last_reply(replies, n_replies, rule);
  if (last != NULL && last->at >= voices[0].at) {
    return LW_OK;
  }
  (void)lw_fail(err, LW_CONFLICT, "what you asked about this change has no answer yet");
  lw_error_hint(err, "it comes beside the read; then another question can be asked");
  return LW_CONFLICT;
}

static enum lw_code write_question(struct lw_batch *batch, struct lw_change *change, lw_str text,
                                   struct lw_voice *voice, struct lw_error *err)
{
  voice->at = batch->now;
  voice->id = lw_id_text(batch->scratch, LW_STR("obs"), lw_id_make(batch->rand, batch->now));
  enum lw_code rc =
      lw_desk_keep_text(batch, "obstacle", voice->agent, LW_STR(""), text, &voice->note, err);
  rc = rc == LW_OK ? lw_voice_insert(batch->db, voice, err) : rc;
  return rc == LW_OK ? lw_voice_append(batch, change, voice, err) : rc;
}

enum lw_code lw_obstacle_ask(struct lw_batch *batch, struct lw_change *change, struct lw_error *err)
{
  const struct lw_obstacle_asking *asking = change->user;
  const struct lw_actor *who = &asking->caller->person->actor;
  struct lw_desk_reader reader = lw_desk_reader_in(batch, asking->caller);
  struct lw_read read = {.version = 0};
  enum lw_code rc = lw_reads_get(batch->db, asking->read, who->id, batch->scratch, &read, err);
  if (rc != LW_OK) {
    return rc;
  }
  struct lw_voice voice = {.rule = rule_of(&read, batch->scratch),
                           .read = read.id,
                           .agent = who->id,
                           .team = who->team,
                           .action = read.action,
                           .policy = read.version};
  rc = check_answered(batch, who->id, &voice.rule, err);
  rc = rc == LW_OK ? write_question(batch, change, asking->text, &voice, err) : rc;
  if (rc == LW_OK) {
    lw_voice_print(&reader, &voice, true, &change->answer);
    lw_change_status(change, 201);
  }
  return rc;
}
