/* What is in the way, gathered by rule: how many said so, how long they waited, what hung on it,
 * and the answer. */
#include "data/member.h"
#include "desk/obstacle_store.h"
#include "desk/review.h"
#include "engine/reads.h"

#include <stdlib.h>

/* One rule's. Voices stand together, newest first. */
struct pile {
  struct lw_obstacle_rule rule;
  struct lw_voice *voices;
  uint32_t count;
  uint32_t people;
  uint32_t asked;
  uint32_t unchanged;
  lw_usec waited;
  int64_t amount_minor;                  /* that was asked for */
  int64_t given_minor;                   /* that was given in the end */
  const struct lw_obstacle_reply *reply; /* the last; NULL: none */
  lw_str owner;
  lw_str change; /* of a change: its words, JSON; or empty */
};

static int compare_rules(const struct lw_obstacle_rule *a, const struct lw_obstacle_rule *b)
{
  return a->kind != b->kind ? (a->kind < b->kind ? -1 : 1) : lw_str_compare(a->name, b->name);
}

static int by_rule(const void *a, const void *b)
{
  const struct lw_voice *one = a;
  const struct lw_voice *other = b;
  int order = compare_rules(&one->rule, &other->rule);
  return order != 0 ? order : -lw_str_compare(one->id, other->id);
}

static bool is_open(const struct pile *pile)
{
  return pile->reply == NULL || pile->voices[0].at > pile->reply->at;
}

/* What waits for an answer first, then by how long people waited on account of it. */
static int by_waiting(const void *a, const void *b)
{
  const struct pile *one = a;
  const struct pile *other = b;
  if (is_open(one) != is_open(other)) {
    return is_open(one) ? -1 : 1;
  }
  if (one->waited != other->waited) {
    return one->waited > other->waited ? -1 : 1;
  }
  return one->count != other->count ? (one->count > other->count ? -1 : 1)
                                    : compare_rules(&one->rule, &other->rule);
}

/* --- gathering --- */

static uint32_t count_people(const struct pile *pile, struct lw_arena *arena)
{
  lw_str *agents = LW_NEW_ARRAY(arena, lw_str, pile->count);
  uint32_t people = 0;
  for (uint32_t i = 0; agents != NULL && i < pile->count; i++) {
    agents[i] = pile->voices[i].agent;
  }
  if (agents != NULL) {
    qsort(agents, pile->count, sizeof *agents, lw_str_order);
  }
  for (uint32_t i = 0; agents != NULL && i < pile->count; i++) {
    people += i == 0 || !lw_str_equal(agents[i], agents[i - 1]);
  }
  return people;
}

static enum lw_code add_up(const struct lw_desk_reader *reader, struct pile *pile,
                           struct lw_error *err)
{
  enum lw_code rc = LW_OK;
  for (uint32_t i = 0; rc == LW_OK && i < pile->count; i++) {
    struct lw_voice_ask ask;
    rc = lw_voice_asked(reader->db, &pile->voices[i], reader->now, &ask, err);
    pile->asked += ask.asked;
    pile->unchanged += ask.unchanged;
    pile->waited += ask.waited;
    pile->given_minor += ask.given_minor;
    pile->amount_minor += pile->voices[i].amount_minor;
  }
  pile->people = count_people(pile, reader->arena);
  return rc;
}

/* What changed, of those who asked last: it is said to all of them, if not always in the same
 * words. */
static enum lw_code add_change(const struct lw_desk_reader *reader, struct pile *pile,
                               struct lw_error *err)
{
  struct lw_read read = {.words = LW_STR("")};
  if (pile->rule.kind != LW_OBSTACLE_CHANGE || pile->count == 0) {
    return LW_OK;
  }
  enum lw_code rc =
      lw_reads_get(reader->db, pile->voices[0].read, LW_STR(""), reader->arena, &read, err);
  pile->change = read.words;
  return rc;
}

static bool owns(const struct lw_desk_reader *reader, lw_str owner)
{
  const struct lw_caller *caller = reader->caller;
  return caller != NULL && !caller->is_token && caller->person != NULL && owner.len != 0 &&
         lw_str_equal(owner, caller->person->actor.id);
}

static bool hears(const struct lw_desk_reader *reader, lw_str agent)
{
  return reader->caller == NULL ||
         lw_access_covers(reader->caller, LW_ACCESS_LISTEN, reader->snapshot->staff, agent);
}

/* Those of a pile whom the reader hears; all of what they own. */
static void keep_heard(const struct lw_desk_reader *reader, struct pile *pile)
{
  uint32_t kept = 0;
  for (uint32_t i = 0; i < pile->count; i++) {
    if (owns(reader, pile->owner) || hears(reader, pile->voices[i].agent)) {
      pile->voices[kept++] = pile->voices[i];
    }
  }
  pile->count = kept;
}

static struct pile *make_piles(struct lw_voice *voices, uint32_t count, struct lw_arena *arena,
                               uint32_t *ret_count)
{
  struct pile *piles = LW_NEW_ARRAY(arena, struct pile, count + 1);
  uint32_t n_piles = 0;
  qsort(voices, count, sizeof *voices, by_rule);
  for (uint32_t i = 0; piles != NULL && i < count; i++) {
    if (i == 0 || !lw_obstacle_rule_equal(&voices[i].rule, &voices[i - 1].rule)) {
      piles[n_piles++] = (struct pile){.rule = voices[i].rule, .voices = &voices[i]};
    }
    piles[n_piles - 1].count++;
  }
  *ret_count = n_piles;
  return piles;
}

/* --- printing --- */

/* The rule in the policy's own words: why it is there; of a gap and of a change, the action. */
static lw_str words_of(const struct lw_desk_reader *reader, const struct lw_obstacle_rule *rule)
{
  const struct lw_policy *policy = reader->snapshot->policy;
  for (uint32_t i = 0; policy != NULL && i < policy->n_grants; i++) {
    if (rule->kind == LW_OBSTACLE_RULE && lw_str_equal(policy->grants[i].id, rule->name)) {
      return policy->grants[i].why;
    }
  }
  for (uint32_t i = 0; policy != NULL && i < policy->n_rails; i++) {
    if (rule->kind == LW_OBSTACLE_RULE && lw_str_equal(policy->rails[i].id, rule->name)) {
      return policy->rails[i].why;
    }
  }
  return lw_policy_action_label(policy, lw_obstacle_action(rule));
}

static void add_said(const struct lw_desk_reader *reader, const struct pile *pile,
                     bool works_council, uint32_t most, struct lw_buf *out)
{
  lw_member_key(out, "said");
  lw_buf_add_char(out, '[');
  for (uint32_t i = 0; i < pile->count && i < most; i++) {
    bool who =
        reader->caller == NULL || lw_individual_shown(reader->caller, reader->snapshot->staff,
                                                      pile->voices[i].agent, works_council);
    lw_buf_add_c(out, i != 0 ? "," : "");
    lw_voice_print(reader, &pile->voices[i], who, out);
  }
  lw_buf_add_char(out, ']');
}

static void add_figures(const struct pile *pile, struct lw_buf *out)
{
  uint16_t currency = lw_currency_find(pile->voices[0].currency);
  lw_member_int(out, "voices", pile->count);
  lw_member_int(out, "people", pile->people);
  lw_member_int(out, "asked", pile->asked);
  lw_member_int(out, "unchanged", pile->unchanged);
  lw_member_int(out, "waited_seconds", pile->waited / LW_USEC_PER_SECOND);
  lw_member_money(out, "amount", currency != LW_CURRENCY_NONE, pile->amount_minor, currency);
  lw_member_money(out, "given", currency != LW_CURRENCY_NONE, pile->given_minor, currency);
  lw_member_time(out, "first_at", pile->voices[pile->count - 1].at);
  lw_member_time(out, "last_at", pile->voices[0].at);
}

static void print_pile(const struct lw_desk_reader *reader, const struct pile *pile,
                       bool works_council, uint32_t most, struct lw_buf *out)
{
  const struct lw_person *owner = lw_staff_find(reader->snapshot->staff, pile->owner);
  lw_buf_add_char(out, '{');
  lw_member_text(out, "kind", lw_obstacle_kind_name(pile->rule.kind));
  lw_member_text(out, "rule", pile->rule.name);
  lw_member_text(out, "words", lw_str_trim(words_of(reader, &pile->rule)));
  lw_member_text(out, "owner", pile->owner);
  lw_member_text(out, "owner_name", owner != NULL ? owner->actor.name : LW_STR(""));
  lw_member_raw(out, "change", pile->change);
  lw_member_bool(out, "open", is_open(pile));
  add_figures(pile, out);
  if (pile->reply != NULL) {
    lw_member_key(out, "answer");
    lw_obstacle_reply_print(reader, pile->reply, out);
  }
  add_said(reader, pile, works_council, most, out);
  lw_buf_add_char(out, '}');
}

static enum lw_code print_piles(const struct lw_desk_reader *reader,
                                const struct lw_obstacle_query *query, const struct pile *piles,
                                uint32_t count, struct lw_buf *out, struct lw_error *err)
{
  enum { SAID_IN_A_LIST = 3 };
  bool works_council = false;
  bool first = true;
  enum lw_code rc = lw_works_council(reader->db, &works_council, err);
  LW_BUF_LIT(out, "{\"items\":[");
  for (uint32_t i = 0; rc == LW_OK && i < count; i++) {
    if (piles[i].count != 0 && (!query->has_state || query->open == is_open(&piles[i]))) {
      lw_buf_add_c(out, first ? "" : ",");
      first = false;
      print_pile(reader, &piles[i], works_council,
                 query->has_rule ? LW_OBSTACLE_SAID_MAX : SAID_IN_A_LIST, out);
    }
  }
  LW_BUF_LIT(out, "]}");
  return rc == LW_OK && out->failed ? lw_fail(err, LW_NO_MEMORY, "out of memory for a list") : rc;
}

enum lw_code lw_obstacle_list(const struct lw_desk_reader *reader,
                              const struct lw_obstacle_query *query, struct lw_buf *out,
                              struct lw_error *err)
{
  struct lw_voice *voices = NULL;
  struct lw_obstacle_reply *replies = NULL;
  uint32_t n_voices = 0;
  uint32_t n_replies = 0;
  uint32_t n_piles = 0;
  enum lw_code rc = lw_voice_all(reader->db, query->has_rule ? &query->rule : NULL, query->agent,
                                 query->since, reader->arena, &voices, &n_voices, err);
  rc = rc == LW_OK ? lw_obstacle_replies(reader->db, reader->arena, &replies, &n_replies, err) : rc;
  if (rc != LW_OK) {
    return rc;
  }
  struct pile *piles = make_piles(voices, n_voices, reader->arena, &n_piles);
  if (piles == NULL) {
    return lw_fail(err, LW_NO_MEMORY, "out of memory for a list");
  }
  for (uint32_t i = 0; rc == LW_OK && i < n_piles; i++) {
    rc = lw_obstacle_owner_of(reader->db, &piles[i].rule, reader->arena, &piles[i].owner, err);
    piles[i].reply = lw_obstacle_last_reply(replies, n_replies, &piles[i].rule);
    keep_heard(reader, &piles[i]);
    rc = rc == LW_OK ? add_up(reader, &piles[i], err) : rc;
    rc = rc == LW_OK ? add_change(reader, &piles[i], err) : rc;
  }
  if (rc != LW_OK) {
    return rc;
  }
  uint32_t heard = 0;
  for (uint32_t i = 0; i < n_piles; i++) {
    if (piles[i].count != 0) {
      piles[heard++] = piles[i];
    }
  }
  qsort(piles, heard, sizeof *piles, by_waiting);
  return print_piles(reader, query, piles, heard, out, err);
}

/* --- one's own --- */

/* The first answer that came after it was said, or a later one that tells what became of it. */
static const struct lw_obstacle_reply *reply_to(const struct lw_obstacle_reply *replies,
                                                uint32_t count, const struct lw_voice *voice)
{
  const struct lw_obstacle_reply *last = lw_obstacle_last_reply(replies, count, &voice->rule);
  return last != NULL && last->at >= voice->at ? last : NULL;
}

enum lw_code lw_obstacle_mine(const struct lw_desk_reader *reader, lw_str person,
                              struct lw_buf *out, struct lw_error *err)
{
  struct lw_voice *voices = NULL;
  struct lw_obstacle_reply *replies = NULL;
  uint32_t n_voices = 0;
  uint32_t n_replies = 0;
  enum lw_code rc =
      lw_voice_all(reader->db, NULL, person, 0, reader->arena, &voices, &n_voices, err);
  rc = rc == LW_OK ? lw_obstacle_replies(reader->db, reader->arena, &replies, &n_replies, err) : rc;
  LW_BUF_LIT(out, "{\"items\":[");
  for (uint32_t i = 0; rc == LW_OK && i < n_voices && i < LW_OBSTACLE_SAID_MAX; i++) {
    const struct lw_obstacle_reply *reply = reply_to(replies, n_replies, &voices[i]);
    lw_buf_add_c(out, i != 0 ? ",{" : "{");
    lw_member_key(out, "said");
    lw_voice_print(reader, &voices[i], true, out);
    lw_member_text(out, "words", lw_str_trim(words_of(reader, &voices[i].rule)));
    if (reply != NULL) {
      lw_member_key(out, "answer");
      lw_obstacle_reply_print(reader, reply, out);
    }
    lw_buf_add_char(out, '}');
  }
  LW_BUF_LIT(out, "]}");
  return rc == LW_OK && out->failed ? lw_fail(err, LW_NO_MEMORY, "out of memory for a list") : rc;
}
