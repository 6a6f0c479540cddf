/* Closing a round: what may be shown is worked out once and goes into the journal; the answers go.
 * And the round that follows. */
#include "data/json.h"
#include "desk/entry.h"
#include "data/member.h"
#include "engine/council.h"
#include "listen/pulse_entry.h"
#include "listen/pulse_groups.h"
#include "listen/pulse_who.h"

/* A round's teams as a tree: place 0 is all whom it asks. */
struct tree {
  const struct lw_staff *staff;
  struct lw_arena *arena;
  struct lw_pulse_node *nodes;
  lw_str *teams;               /* a node's team; of place 0 the round's, or empty */
  struct lw_pulse_tally *sums; /* of each with those below */
  lw_str **texts;              /* those that are shown with it */
  uint32_t *n_texts;
  uint32_t count;
};

static enum lw_code out_of_memory(struct lw_error *err)
{
  return lw_fail(err, LW_NO_MEMORY, "out of memory for a pulse survey");
}

static uint32_t place_of(const struct tree *tree, lw_str team)
{
  for (uint32_t i = 1; team.len != 0 && i < tree->count; i++) {
    if (lw_str_equal(tree->teams[i], team)) {
      return i;
    }
  }
  return 0; /* also of a team that has gone or moved away since */
}

/* Teams below the round's, parents first, as the staff has them. */
static enum lw_code plant(struct tree *tree, lw_str team, struct lw_error *err)
{
  const struct lw_staff *staff = tree->staff;
  lw_str root = lw_pulse_path(staff, team);
  size_t most = (size_t)staff->n_teams + 1;
  tree->nodes = LW_NEW_ARRAY(tree->arena, struct lw_pulse_node, most);
  tree->teams = LW_NEW_ARRAY(tree->arena, lw_str, most);
  tree->sums = LW_NEW_ARRAY(tree->arena, struct lw_pulse_tally, most);
  tree->texts = LW_NEW_ARRAY(tree->arena, lw_str *, most);
  tree->n_texts = LW_NEW_ARRAY(tree->arena, uint32_t, most);
  if (tree->nodes == NULL || tree->teams == NULL || tree->sums == NULL || tree->texts == NULL ||
      tree->n_texts == NULL) {
    return out_of_memory(err);
  }
  tree->nodes[0].parent = LW_PULSE_NO_NODE;
  tree->teams[0] = team;
  tree->count = 1;
  for (uint32_t i = 0; i < staff->n_teams; i++) {
    const struct lw_team *one = &staff->teams[i];
    if (lw_pulse_within(one->path, root) && !lw_str_equal(one->id, team)) {
      tree->teams[tree->count] = one->id;
      tree->nodes[tree->count].parent = (int32_t)place_of(tree, one->parent);
      tree->count++;
    }
  }
  return LW_OK;
}

static void add_sums(struct lw_pulse_tally *to, const struct lw_pulse_tally *part)
{
  to->answers += part->answers;
  for (size_t i = 0; i < LW_PULSE_COUNTS; i++) {
    to->counts[i] += part->counts[i];
  }
}

static void fill(struct tree *tree, const struct lw_pulse_tally *tallies, uint32_t count)
{
  for (uint32_t i = 0; i < count; i++) {
    uint32_t place = place_of(tree, tallies[i].team);
    tree->nodes[place].own += tallies[i].answers;
    add_sums(&tree->sums[place], &tallies[i]);
  }
  for (uint32_t i = tree->count; i-- > 1;) {
    add_sums(&tree->sums[tree->nodes[i].parent], &tree->sums[i]);
  }
}

/* --- texts --- */

static enum lw_code keep_texts(struct lw_batch *batch, struct tree *tree,
                               const struct lw_pulse_tally *tally, struct lw_error *err)
{
  const struct lw_value *list = NULL;
  int32_t place = lw_pulse_shown_above(tree->nodes, (int32_t)place_of(tree, tally->team));
  if (tally->texts.len == 0 || place == LW_PULSE_NO_NODE) {
    return LW_OK;
  }
  enum lw_code rc = lw_json_read(batch->reader, tree->arena, tally->texts, NULL, &list, err);
  if (rc != LW_OK) {
    return rc;
  }
  uint32_t before = tree->n_texts[place];
  lw_str *texts = LW_NEW_ARRAY(tree->arena, lw_str, (size_t)before + list->count);
  if (texts == NULL) {
    return out_of_memory(err);
  }
  for (uint32_t i = 0; i < before; i++) {
    texts[i] = tree->texts[place][i];
  }
  for (uint32_t i = 0; i < list->count; i++) {
    texts[before + i] = list->items[i].text;
  }
  tree->texts[place] = texts;
  tree->n_texts[place] = before + list->count;
  return LW_OK;
}

/* Fisher and Yates: which team below a text came from is not told by its place either. */
static void shuffle(const struct lw_rand *rand, lw_str *texts, uint32_t count)
{
  for (uint32_t i = count; i > 1; i--) {
    uint32_t other = lw_pulse_pick(rand, i);
    lw_str kept = texts[i - 1];
    texts[i - 1] = texts[other];
    texts[other] = kept;
  }
}

/* --- the entry --- */

static void add_counts(struct lw_buf *body, const struct lw_pulse_tally *sums, uint32_t questions)
{
  lw_member_key(body, "counts");
  lw_buf_add_char(body, '[');
  for (uint32_t i = 0; i < questions; i++) {
    lw_buf_add_c(body, i != 0 ? ",[" : "[");
    for (uint32_t v = 0; v < LW_PULSE_SCALE; v++) {
      lw_buf_add_c(body, v != 0 ? "," : "");
      lw_buf_add_int(body, sums->counts[i * LW_PULSE_SCALE + v]);
    }
    lw_buf_add_char(body, ']');
  }
  lw_buf_add_char(body, ']');
}

static enum lw_code add_texts(struct lw_batch *batch, const struct tree *tree, uint32_t place,
                              struct lw_buf *body, struct lw_error *err)
{
  enum lw_code rc = LW_OK;
  if (tree->n_texts[place] == 0) {
    return LW_OK;
  }
  shuffle(batch->rand, tree->texts[place], tree->n_texts[place]);
  lw_member_key(body, "words");
  lw_buf_add_char(body, '[');
  for (uint32_t i = 0; rc == LW_OK && i < tree->n_texts[place]; i++) {
    lw_buf_add_c(body, i != 0 ? "," : "");
    rc = lw_text_keep(&batch->texts, batch->now, "pulse", LW_STR(""), LW_STR(""),
                      tree->texts[place][i], body, err);
  }
  lw_buf_add_char(body, ']');
  return rc;
}

static enum lw_code add_groups(struct lw_batch *batch, const struct tree *tree, uint32_t questions,
                               struct lw_buf *body, struct lw_error *err)
{
  enum lw_code rc = LW_OK;
  int64_t hidden = 0;
  bool first = true;
  lw_member_key(body, "groups");
  lw_buf_add_char(body, '[');
  for (uint32_t i = 0; rc == LW_OK && i < tree->count; i++) {
    hidden += !tree->nodes[i].shown && tree->nodes[i].total != 0;
    if (!tree->nodes[i].shown) {
      continue;
    }
    lw_buf_add_c(body, first ? "{" : ",{");
    first = false;
    if (i != 0) {
      lw_member_text(body, "team", tree->teams[i]);
    }
    lw_member_int(body, "answers", tree->sums[i].answers);
    add_counts(body, &tree->sums[i], questions);
    rc = add_texts(batch, tree, i, body, err);
    lw_buf_add_char(body, '}');
  }
  lw_buf_add_char(body, ']');
  lw_member_int(body, "hidden", hidden);
  return rc;
}

static enum lw_code write_entry(struct lw_batch *batch, struct lw_change *change,
                                const struct tree *tree, const struct lw_pulse_round *round,
                                lw_str next, struct lw_error *err)
{
  const struct lw_value *list = NULL;
  struct lw_buf body = {0};
  enum lw_code rc = lw_json_read(batch->reader, tree->arena, round->questions, NULL, &list, err);
  if (rc != LW_OK) {
    return rc;
  }
  lw_buf_add_char(&body, '{');
  lw_member_text(&body, "round", round->id);
  lw_member_int(&body, "asked", lw_pulse_asked(tree->staff, round->team));
  lw_member_int(&body, "answered", tree->sums[0].answers);
  lw_member_text(&body, "next", next);
  rc = add_groups(batch, tree, list->count, &body, err);
  if (rc == LW_OK) {
    return lw_desk_append(batch, change, LW_EVENT_PULSE_CLOSED, &body, err);
  }
  lw_buf_finish(&body);
  return rc;
}

static enum lw_code gather(struct lw_batch *batch, struct tree *tree,
                           const struct lw_pulse_round *round, struct lw_error *err)
{
  struct lw_pulse_tally *tallies = NULL;
  uint32_t count = 0;
  enum lw_code rc = plant(tree, round->team, err);
  rc = rc == LW_OK
           ? lw_pulse_tallies(batch->db, round->id, NULL, tree->arena, &tallies, &count, err)
           : rc;
  if (rc == LW_OK) {
    fill(tree, tallies, count);
    lw_pulse_choose(tree->nodes, tree->count, LW_GROUP_MIN);
  }
  for (uint32_t i = 0; rc == LW_OK && i < count; i++) {
    rc = keep_texts(batch, tree, &tallies[i], err);
  }
  return rc;
}

/* --- the next one --- */

static lw_usec months_later(const struct lw_tz *zone, lw_usec at, int months)
{
  int64_t seconds = at / LW_USEC_PER_SECOND;
  struct lw_civil civil;
  lw_civil_from_seconds(seconds + (zone != NULL ? lw_tz_offset(zone, seconds) : 0), &civil);
  int month = civil.month - 1 + months;
  civil.year += month / 12;
  civil.month = month % 12 + 1;
  int last = lw_days_in_month(civil.year, civil.month);
  civil.day = civil.day < last ? civil.day : last;
  int64_t local = lw_seconds_from_civil(&civil);
  return (zone != NULL ? lw_tz_local_to_utc(zone, local) : local) * LW_USEC_PER_SECOND;
}

/* The same again, a month or a quarter later by the policy's calendar: the first that is still to
 * come and in which no other round asks some of these people, as one that somebody has planned. */
static enum lw_code find_next(struct lw_batch *batch, const struct lw_pulse_round *round,
                              struct lw_pulse_round *ret_next, struct lw_error *err)
{
  const struct lw_policy *policy = batch->snapshot->policy;
  int step = round->repeat == LW_PULSE_MONTHLY ? 1 : 3;
  struct lw_pulse_round next = *round;
  next.id = lw_id_text(batch->scratch, LW_STR("pls"), lw_id_make(batch->rand, batch->now));
  next.number++;
  next.closed_at = 0;
  next.closed_seq = 0;
  int months = 0;
  lw_str other = LW_STR("");
  enum lw_code rc = LW_OK;
  do {
    months += step;
    next.starts_at = months_later(policy != NULL ? policy->zone : NULL, round->starts_at, months);
    next.ends_at = next.starts_at + (round->ends_at - round->starts_at);
    if (next.starts_at > batch->now) {
      rc = lw_pulse_meets(batch, &next, round->id, &other, err);
    }
  } while (rc == LW_OK && (next.starts_at <= batch->now || other.len != 0));
  *ret_next = next;
  return rc;
}

enum lw_code lw_pulse_finish(struct lw_batch *batch, struct lw_change *change,
                             struct lw_pulse_round *round, bool last, struct lw_error *err)
{
  struct tree tree = {.staff = batch->snapshot->staff, .arena = batch->scratch};
  struct lw_pulse_round next = {.id = LW_STR("")};
  enum lw_code rc = LW_OK;
  if (round->repeat != LW_PULSE_ONCE && !last) {
    rc = find_next(batch, round, &next, err);
  }
  rc = rc == LW_OK ? gather(batch, &tree, round, err) : rc;
  rc = rc == LW_OK ? write_entry(batch, change, &tree, round, next.id, err) : rc;
  round->closed_at = batch->now;
  round->closed_seq = change->seq;
  rc = rc == LW_OK ? lw_db_overwrite(batch->db, err) : rc;
  rc = rc == LW_OK
           ? lw_pulse_round_end(batch->db, round->id, round->closed_at, round->closed_seq, err)
           : rc;
  return rc == LW_OK && next.id.len != 0 ? lw_pulse_begin(batch, change, &next, err) : rc;
}

enum lw_code lw_pulse_close(struct lw_batch *batch, struct lw_change *change, struct lw_error *err)
{
  const struct lw_pulse_closing *closing = change->user;
  const struct lw_staff *staff = batch->snapshot->staff;
  struct lw_pulse_round round;
  enum lw_code rc = lw_pulse_round_get(batch->db, closing->round, batch->scratch, &round, err);
  if (rc == LW_OK && closing->caller != NULL &&
      !lw_pulse_sees_round(staff, closing->caller, &round)) {
    return lw_fail(err, LW_NOT_FOUND, "there is no pulse survey of this id");
  }
  if (rc == LW_OK && !lw_pulse_may_open(staff, closing->caller, round.team)) {
    (void)lw_fail(err, LW_FORBIDDEN, "this pulse survey is not yours to close");
    lw_error_hint(err, "a lead closes their own team's; quality and policy owners close all");
    return LW_FORBIDDEN;
  }
  if (rc == LW_OK && round.closed_at != 0) {
    return lw_fail(err, LW_CONFLICT, "this pulse survey is closed");
  }
  rc = rc == LW_OK ? lw_pulse_finish(batch, change, &round, closing->last, err) : rc;
  return rc == LW_OK ? lw_pulse_answer_round(batch, change, closing->caller, &round, 200, err) : rc;
}

/* One a turn: each may be long. */
static enum lw_code close_due(struct lw_batch *batch, struct lw_change *change, lw_usec *ret_next,
                              struct lw_error *err)
{
  struct lw_pulse_round *rounds = NULL;
  uint32_t count = 0;
  enum lw_code rc = lw_pulse_rounds(batch->db, true, batch->scratch, &rounds, &count, err);
  *ret_next = INT64_MAX;
  if (rc != LW_OK || count == 0) {
    return rc;
  }
  if (rounds[0].ends_at > batch->now) {
    *ret_next = rounds[0].ends_at;
    return LW_OK;
  }
  *ret_next = batch->now;
  return lw_pulse_finish(batch, change, &rounds[0], false, err);
}

const struct lw_due lw_pulses_due = {.name = "pulse surveys", .apply = close_due};
