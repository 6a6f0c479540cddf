/* Reads of changes. A version that touches thousands touches them in a handful of ways: what is
 * said is one row for each way and action (group, action), and who is concerned is put into the
 * group by one statement, so that a publish takes no longer for it than reading everybody's grants
 * once.
 *
 * Somebody who has missed several versions reads one change: the words that they knew against those
 * that hold now. Rows of an action that they have not acknowledged are a chain, oldest first; a
 * rule's old words are those of the first row that has it, its new words those of the last. A chain
 * that comes back to where it began says nothing. */
#include "engine/reads.h"

#include "data/json.h"
#include "data/member.h"
#include "engine/inside.h"
#include "people/person.h"
#include "policy/told.h"
#include "policy/who.h"

#include <stdlib.h>

static const char insert_sql[] =
    "INSERT INTO policy_read (id, grp, nth, version, before, at, action, label, old_sum, new_sum, "
    "words) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";
static const char people_sqlite[] = "INSERT INTO policy_read_person (person, grp) SELECT value, $1 "
                                    "FROM json_each($2)";
static const char people_postgres[] =
    "INSERT INTO policy_read_person (person, grp) SELECT value, CAST($1 AS TEXT) FROM "
    "json_array_elements_text(CAST($2 AS JSON)) AS value";
static const char of_sql[] =
    "SELECT r.id, r.grp, r.action, r.label, r.version, r.before, r.at, r.words, r.old_sum, "
    "r.new_sum, coalesce(a.at, 0) FROM policy_read_person p JOIN policy_read r ON r.grp = p.grp "
    "LEFT JOIN policy_read_ack a ON a.person = p.person AND a.read = r.id WHERE p.person = $1 "
    "ORDER BY r.at, r.grp, r.nth";
static const char ack_sql[] = "INSERT INTO policy_read_ack (person, read, at) VALUES ($1, $2, $3)";
static const char count_sql[] =
    "SELECT count(DISTINCT p.person), count(DISTINCT CASE WHEN a.at IS NULL THEN p.person END) "
    "FROM policy_read r JOIN policy_read_person p ON p.grp = r.grp LEFT JOIN policy_read_ack a ON "
    "a.person = p.person AND a.read = r.id WHERE r.version = $1";
static const char list_sql[] =
    "SELECT p.person, count(*), count(a.at), coalesce(max(a.at), 0) FROM policy_read r JOIN "
    "policy_read_person p ON p.grp = r.grp LEFT JOIN policy_read_ack a ON a.person = p.person AND "
    "a.read = r.id WHERE r.version = $1 GROUP BY p.person";

enum { READ_UP_MAX = 200000 }; /* whom the writer remembers to have nothing to read */

static const lw_str read_prefix = LW_STR_INIT("rea");
static const lw_str group_prefix = LW_STR_INIT("rgr");

/* --- making them --- */

/* People who come from one policy. */
struct crowd {
  const struct lw_snapshot *from;
  const struct lw_actor **actors;
  uint32_t count;
};

static bool is_meant(const struct lw_reads_turn *turn, lw_str team)
{
  for (uint32_t i = 0; i < turn->n_teams; i++) {
    if (lw_str_equal(team, turn->teams[i]) ||
        (turn->under && lw_team_within(team, turn->teams[i]))) {
      return true;
    }
  }
  return turn->n_teams == 0;
}

/* Those whom the view has decided for so far, and who get another version. A trial may be over
 * before that is recorded: whoever leaves it is in its teams, whoever decides for them meanwhile.
 */
static bool gather(const struct lw_batch *batch, const struct lw_reads_turn *turn,
                   struct crowd *crowd)
{
  const struct lw_snapshot *live = batch->snapshot->live;
  const struct lw_directory *people = &live->staff->directory;
  crowd->count = 0;
  crowd->actors = LW_NEW_ARRAY(batch->scratch, const struct lw_actor *, people->count + 1U);
  for (uint32_t i = 0; crowd->actors != NULL && i < people->count; i++) {
    const struct lw_actor *actor = &people->actors[i];
    if (actor->kind != LW_ACTOR_SERVICE && is_meant(turn, actor->team) &&
        (turn->leaving != 0 ||
         lw_snapshot_for_team(live, actor->team, batch->now) == crowd->from)) {
      crowd->actors[crowd->count++] = actor;
    }
  }
  return crowd->actors != NULL;
}

static enum lw_code write_read(struct lw_batch *batch, const struct lw_told_read *told,
                               const struct lw_read *read, uint32_t nth, struct lw_error *err)
{
  struct lw_stmt *stmt = NULL;
  enum lw_code rc = lw_db_statement(batch->db, insert_sql, &stmt, err);
  if (rc != LW_OK) {
    return rc;
  }
  lw_stmt_text(stmt, 1, read->id);
  lw_stmt_text(stmt, 2, read->group);
  lw_stmt_int(stmt, 3, nth);
  lw_stmt_int(stmt, 4, (int64_t)read->version);
  lw_stmt_int(stmt, 5, (int64_t)read->before);
  lw_stmt_int(stmt, 6, batch->now);
  lw_stmt_text(stmt, 7, told->action);
  lw_stmt_text(stmt, 8, told->label);
  lw_stmt_text(stmt, 9, lw_str_from(told->before, sizeof told->before));
  lw_stmt_text(stmt, 10, lw_str_from(told->after, sizeof told->after));
  lw_stmt_text(stmt, 11, told->words);
  return lw_stmt_run(stmt, err);
}

static void add_people(const struct crowd *crowd, const struct lw_told_group *group,
                       struct lw_buf *out)
{
  lw_buf_add_char(out, '[');
  for (uint32_t i = 0; i < group->n_people; i++) {
    lw_buf_add_c(out, i == 0 ? "" : ",");
    lw_json_add_string(out, crowd->actors[group->people[i]]->id);
  }
  lw_buf_add_char(out, ']');
}

static enum lw_code write_people(struct lw_batch *batch, lw_str group, lw_str people,
                                 struct lw_error *err)
{
  bool elsewhere = lw_db_kind(batch->db) == LW_DB_POSTGRES;
  const lw_str texts[] = {group, people};
  return lw_db_run(batch->db, elsewhere ? people_postgres : people_sqlite, texts, 2, err);
}

/* One group, and its part of the entry's body. */
static enum lw_code write_group(struct lw_batch *batch, const struct crowd *crowd,
                                const struct lw_told_group *group, struct lw_read *read,
                                struct lw_buf *body, struct lw_error *err)
{
  enum lw_code rc = LW_OK;
  read->group = lw_id_text(batch->scratch, group_prefix, lw_id_make(batch->rand, batch->now));
  LW_BUF_LIT(body, "{\"reads\":[");
  for (uint32_t i = 0; rc == LW_OK && i < group->n_reads; i++) {
    read->id = lw_id_text(batch->scratch, read_prefix, lw_id_make(batch->rand, batch->now));
    rc = write_read(batch, &group->reads[i], read, i, err);
    lw_buf_add_c(body, i == 0 ? "{\"read\":" : ",{\"read\":");
    lw_json_add_string(body, read->id);
    LW_BUF_LIT(body, ",\"action\":");
    lw_json_add_string(body, group->reads[i].action);
    LW_BUF_LIT(body, ",\"words\":");
    lw_buf_add(body, group->reads[i].words);
    lw_buf_add_char(body, '}');
  }
  LW_BUF_LIT(body, "],\"people\":");
  size_t from = body->len;
  add_people(crowd, group, body);
  lw_str people = body->failed ? LW_STR("[]") : lw_str_slice(lw_buf_str(body), from, SIZE_MAX);
  rc = rc == LW_OK ? write_people(batch, read->group, people, err) : rc;
  lw_buf_add_char(body, '}');
  return rc;
}

static enum lw_code tell_crowd(struct lw_batch *batch, struct lw_change *change,
                               const struct lw_reads_turn *turn, const struct crowd *crowd,
                               struct lw_error *err)
{
  const struct lw_told_change told = {crowd->from->policy, turn->to, crowd->actors, crowd->count,
                                      batch->now};
  struct lw_read read = {.version = turn->version, .before = crowd->from->policy_version};
  struct lw_told_group *groups = NULL;
  struct lw_buf body = {0};
  uint32_t count = 0;
  if (!lw_told_find(&told, batch->scratch, &groups, &count)) {
    return lw_fail(err, LW_NO_MEMORY, "out of memory for what people are to read");
  }
  enum lw_code rc = LW_OK;
  lw_buf_printf(&body, "{\"version\":%llu,\"before\":%llu,\"groups\":[",
                (unsigned long long)read.version, (unsigned long long)read.before);
  for (uint32_t i = 0; rc == LW_OK && i < count; i++) {
    lw_buf_add_c(&body, i == 0 ? "" : ",");
    rc = write_group(batch, crowd, &groups[i], &read, &body, err);
  }
  LW_BUF_LIT(&body, "]}");
  if (rc == LW_OK && body.failed) {
    rc = lw_fail(err, LW_NO_MEMORY, "out of memory for what people are to read");
  }
  if (rc == LW_OK && count != 0) {
    rc = lw_batch_append(batch, change, LW_EVENT_READS_MADE, lw_buf_str(&body), err);
  }
  lw_buf_finish(&body);
  return rc;
}

enum lw_code lw_reads_leave(struct lw_batch *batch, struct lw_change *change, lw_str trial,
                            struct lw_error *err)
{
  const struct lw_snapshot *live = batch->snapshot->live;
  for (uint32_t i = 0; i < live->n_trials; i++) {
    const struct lw_snapshot_trial *left = &live->trials[i];
    if (lw_str_equal(left->id, trial) && left->n_teams != 0) {
      const struct lw_reads_turn turn = {live->policy, live->policy_version, i + 1,
                                         left->teams,  left->n_teams,        left->under};
      return lw_reads_make(batch, change, &turn, err);
    }
  }
  return LW_OK;
}

enum lw_code lw_reads_enter(struct lw_batch *batch, struct lw_change *change,
                            const struct lw_reads_turn *turn, struct lw_error *err)
{
  struct lw_reads_turn of = *turn;
  lw_str *paths = LW_NEW_ARRAY(batch->scratch, lw_str, turn->n_teams + 1U);
  if (paths == NULL) {
    return lw_fail(err, LW_NO_MEMORY, "out of memory");
  }
  of.n_teams = 0;
  for (uint32_t i = 0; i < turn->n_teams; i++) {
    const struct lw_team *team = lw_staff_find_team(batch->snapshot->staff, turn->teams[i]);
    if (team != NULL) {
      paths[of.n_teams++] = team->path;
    }
  }
  of.teams = paths;
  return of.n_teams != 0 ? lw_reads_make(batch, change, &of, err) : LW_OK;
}

enum lw_code lw_reads_make(struct lw_batch *batch, struct lw_change *change,
                           const struct lw_reads_turn *turn, struct lw_error *err)
{
  const struct lw_snapshot *live = batch->snapshot->live;
  lw_reads_forget(batch->engine);
  batch->engine->reads_touched = true;
  enum lw_code rc = LW_OK;
  for (uint32_t view = 0; rc == LW_OK && view <= live->n_trials; view++) {
    struct crowd crowd = {.from = view == 0 ? live : &live->trials[view - 1].view};
    bool leaves = turn->leaving == 0 || turn->leaving == view;
    if (crowd.from->policy == NULL || !leaves || crowd.from->policy == turn->to ||
        crowd.from->policy_version == turn->version) {
      continue;
    }
    rc = gather(batch, turn, &crowd) ? LW_OK : lw_fail(err, LW_NO_MEMORY, "out of memory");
    if (rc == LW_OK && crowd.count != 0) {
      rc = tell_crowd(batch, change, turn, &crowd, err);
    }
  }
  return rc;
}

/* --- what somebody has to read --- */

struct row {
  struct lw_read read;
  lw_str old_sum;
  lw_str new_sum;
  lw_usec acked_at; /* 0: not yet */
};

struct rows {
  struct row *items;
  size_t count;
  size_t capacity;
};

static void take(const struct lw_stmt *stmt, struct lw_arena *arena, struct row *row)
{
  *row = (struct row){.read = {.id = lw_stmt_copy_text(stmt, 0, arena),
                               .group = lw_stmt_copy_text(stmt, 1, arena),
                               .action = lw_stmt_copy_text(stmt, 2, arena),
                               .label = lw_stmt_copy_text(stmt, 3, arena),
                               .version = (uint64_t)lw_stmt_get_int(stmt, 4),
                               .before = (uint64_t)lw_stmt_get_int(stmt, 5),
                               .at = lw_stmt_get_int(stmt, 6),
                               .words = lw_stmt_copy_text(stmt, 7, arena)},
                      .old_sum = lw_stmt_copy_text(stmt, 8, arena),
                      .new_sum = lw_stmt_copy_text(stmt, 9, arena),
                      .acked_at = lw_stmt_get_int(stmt, 10)};
}

static enum lw_code load(const struct lw_reads_reader *reader, lw_str person, struct rows *rows,
                         struct lw_error *err)
{
  struct lw_stmt *stmt = NULL;
  bool is_row = false;
  enum lw_code rc = lw_db_statement(reader->db, of_sql, &stmt, err);
  if (rc != LW_OK) {
    return rc;
  }
  lw_stmt_text(stmt, 1, person);
  while ((rc = lw_stmt_step(stmt, &is_row, err)) == LW_OK && is_row) {
    struct row *items = lw_arena_grow(reader->arena, rows->items, rows->count, &rows->capacity,
                                      rows->count + 1, sizeof *items, _Alignof(struct row));
    if (items == NULL) {
      break;
    }
    rows->items = items;
    take(stmt, reader->arena, &items[rows->count++]);
  }
  lw_stmt_reset(stmt);
  return rc == LW_OK && reader->arena->failed ? lw_fail(err, LW_NO_MEMORY, "out of memory") : rc;
}

static const struct lw_value *entry_of(const struct lw_value *words, lw_str rule)
{
  for (uint32_t i = 0; words != NULL && i < words->count; i++) {
    const struct lw_value *name = lw_value_get(&words->items[i], LW_STR("rule"));
    if (name != NULL && lw_str_equal(name->text, rule)) {
      return &words->items[i];
    }
  }
  return NULL;
}

/* What two changes one after the other come to. */
static enum lw_code join(const struct lw_reads_reader *reader, lw_str first, lw_str second,
                         lw_str *ret_words, struct lw_error *err)
{
  const struct lw_value *one = NULL;
  const struct lw_value *two = NULL;
  struct lw_buf out = {0};
  enum lw_code rc = lw_json_read(reader->json, reader->arena, first, NULL, &one, err);
  rc = rc == LW_OK ? lw_json_read(reader->json, reader->arena, second, NULL, &two, err) : rc;
  lw_buf_add_char(&out, '[');
  for (uint32_t i = 0; rc == LW_OK && i < one->count; i++) {
    lw_str rule = lw_value_text(&one->items[i], LW_STR("rule"));
    const struct lw_value *later = entry_of(two, rule);
    lw_told_add(rule, lw_value_text(&one->items[i], LW_STR("before")),
                lw_value_text(later != NULL ? later : &one->items[i], LW_STR("after")), &out);
  }
  for (uint32_t i = 0; rc == LW_OK && i < two->count; i++) {
    lw_str rule = lw_value_text(&two->items[i], LW_STR("rule"));
    if (entry_of(one, rule) == NULL) {
      lw_told_add(rule, lw_value_text(&two->items[i], LW_STR("before")),
                  lw_value_text(&two->items[i], LW_STR("after")), &out);
    }
  }
  lw_buf_add_char(&out, ']');
  *ret_words = out.failed ? (lw_str){NULL, 0} : lw_str_copy(reader->arena, lw_buf_str(&out));
  lw_buf_finish(&out);
  return rc == LW_OK && ret_words->ptr == NULL ? lw_fail(err, LW_NO_MEMORY, "out of memory") : rc;
}

static bool is_open(const struct row *row)
{
  return row->acked_at == 0;
}

static bool is_first(const struct rows *rows, size_t at)
{
  for (size_t i = 0; i < at; i++) {
    if (is_open(&rows->items[i]) &&
        lw_str_equal(rows->items[i].read.action, rows->items[at].read.action)) {
      return false;
    }
  }
  return true;
}

/* The chain of one action, which begins at `from`. *ret_any false: it came back to where it began.
 */
static enum lw_code follow(const struct lw_reads_reader *reader, const struct rows *rows,
                           size_t from, struct lw_read *ret_read, bool *ret_any,
                           struct lw_error *err)
{
  const struct row *first = &rows->items[from];
  const struct row *last = first;
  lw_str words = first->read.words;
  enum lw_code rc = LW_OK;
  for (size_t i = from + 1; rc == LW_OK && i < rows->count; i++) {
    const struct row *row = &rows->items[i];
    if (is_open(row) && lw_str_equal(row->read.action, first->read.action)) {
      rc = join(reader, words, row->read.words, &words, err);
      last = row;
    }
  }
  *ret_read = last->read;
  ret_read->before = first->read.before;
  ret_read->words = words;
  *ret_any = !lw_str_equal(first->old_sum, last->new_sum);
  return rc;
}

static enum lw_code open_of(const struct lw_reads_reader *reader, const struct rows *rows,
                            struct lw_read **ret_reads, uint32_t *ret_count, struct lw_error *err)
{
  struct lw_read *reads = LW_NEW_ARRAY(reader->arena, struct lw_read, rows->count + 1);
  enum lw_code rc = reads != NULL ? LW_OK : lw_fail(err, LW_NO_MEMORY, "out of memory");
  uint32_t count = 0;
  for (size_t i = 0; rc == LW_OK && i < rows->count; i++) {
    bool any = false;
    if (is_open(&rows->items[i]) && is_first(rows, i)) {
      rc = follow(reader, rows, i, &reads[count], &any, err);
      count += any;
    }
  }
  *ret_reads = reads;
  *ret_count = count;
  return rc;
}

enum lw_code lw_reads_open(const struct lw_reads_reader *reader, lw_str person,
                           struct lw_read **ret_reads, uint32_t *ret_count, struct lw_error *err)
{
  struct rows rows = {0};
  enum lw_code rc = load(reader, person, &rows, err);
  return rc == LW_OK ? open_of(reader, &rows, ret_reads, ret_count, err) : rc;
}

static bool binds(const struct lw_policy *policy, const struct lw_read *read, lw_usec now)
{
  return policy->asks_unread && (now - read->at) / LW_USEC_PER_SECOND >= policy->after_seconds;
}

/* *ret_any: whether there is anything that they have not read, binding or not yet. */
static enum lw_code mark(const struct lw_reads_reader *reader, struct lw_order *order, lw_usec now,
                         bool *ret_any, struct lw_error *err)
{
  const struct lw_policy *policy = order->snapshot->policy;
  struct lw_read *reads = NULL;
  uint32_t count = 0;
  bool *unread = NULL;
  enum lw_code rc = lw_reads_open(reader, order->request.agent.id, &reads, &count, err);
  for (uint32_t i = 0; rc == LW_OK && i < count; i++) {
    uint32_t action = lw_policy_find_action(policy, reads[i].action);
    if (action == UINT32_MAX || !binds(policy, &reads[i], now)) {
      continue;
    }
    unread = unread != NULL ? unread : LW_NEW_ARRAY(reader->arena, bool, policy->n_actions);
    if (unread == NULL) {
      return lw_fail(err, LW_NO_MEMORY, "out of memory");
    }
    unread[action] = true;
  }
  order->request.unread = unread;
  *ret_any = count != 0;
  return rc;
}

enum lw_code lw_reads_mark(const struct lw_reads_reader *reader, struct lw_order *order,
                           lw_usec now, struct lw_error *err)
{
  bool any = false;
  order->request.unread = NULL;
  return order->snapshot->policy->asks_unread ? mark(reader, order, now, &any, err) : LW_OK;
}

void lw_reads_forget(struct lw_engine *engine)
{
  lw_arena_reset(&engine->read_up_arena);
  lw_table_init(&engine->read_up, &engine->read_up_arena);
}

/* Without memory for it they are asked for again. */
static void remember_read_up(struct lw_engine *engine, lw_str person)
{
  if (engine->read_up.count >= READ_UP_MAX) {
    lw_reads_forget(engine);
  }
  lw_str key = lw_str_copy(&engine->read_up_arena, person);
  if (key.ptr != NULL && lw_table_add(&engine->read_up, key, NULL) == NULL) {
    lw_reads_forget(engine);
  }
}

enum lw_code lw_reads_mark_in(const struct lw_batch *batch, struct lw_order *order, lw_usec now,
                              struct lw_arena *arena, struct lw_error *err)
{
  const struct lw_reads_reader reader = {batch->db, batch->reader, arena};
  struct lw_engine *engine = batch->engine;
  lw_str person = order->request.agent.id;
  bool any = false;
  order->request.unread = NULL;
  if (!order->snapshot->policy->asks_unread || lw_table_find(&engine->read_up, person) != NULL) {
    return LW_OK;
  }
  enum lw_code rc = mark(&reader, order, now, &any, err);
  if (rc == LW_OK && !any && !engine->reads_touched) {
    remember_read_up(engine, person);
  }
  return rc;
}

/* --- printing --- */

/* The same words about another action are one thing to read. */
static bool is_same(const struct lw_read *one, const struct lw_read *other)
{
  return one->version == other->version && lw_str_equal(one->words, other->words);
}

static bool is_told(const struct lw_read *reads, uint32_t at)
{
  for (uint32_t i = 0; i < at; i++) {
    if (is_same(&reads[i], &reads[at])) {
      return true;
    }
  }
  return false;
}

static void add_actions(const struct lw_read *reads, uint32_t count, uint32_t from,
                        struct lw_buf *out)
{
  LW_BUF_LIT(out, ",\"actions\":[");
  for (uint32_t i = from; i < count; i++) {
    if (is_same(&reads[i], &reads[from])) {
      lw_buf_add_c(out, i == from ? "{\"action\":" : ",{\"action\":");
      lw_json_add_string(out, reads[i].action);
      LW_BUF_LIT(out, ",\"label\":");
      lw_json_add_string(out, reads[i].label);
      lw_buf_add_char(out, '}');
    }
  }
  lw_buf_add_char(out, ']');
}

/* From when on it is asked for; only where the policy does. */
static void add_from(const struct lw_policy *policy, const struct lw_read *read, struct lw_buf *out)
{
  if (policy != NULL && policy->asks_unread) {
    LW_BUF_LIT(out, ",\"asks_from\":");
    lw_member_print_time(out, read->at + policy->after_seconds * LW_USEC_PER_SECOND);
  }
}

static enum lw_code add_read(const struct lw_reads_reader *reader, const struct lw_policy *policy,
                             const struct lw_read *reads, uint32_t count, uint32_t from,
                             struct lw_buf *out, struct lw_error *err)
{
  const struct lw_read *read = &reads[from];
  struct lw_reads_count counts;
  enum lw_code rc = lw_reads_count(reader->db, read->version, &counts, err);
  LW_BUF_LIT(out, "{\"id\":");
  lw_json_add_string(out, read->id);
  lw_buf_printf(out, ",\"version\":%llu,\"before\":%llu,\"at\":", (unsigned long long)read->version,
                (unsigned long long)read->before);
  lw_member_print_time(out, read->at);
  add_from(policy, read, out);
  add_actions(reads, count, from, out);
  LW_BUF_LIT(out, ",\"words\":");
  lw_buf_add(out, read->words);
  if (rc == LW_OK) {
    lw_buf_printf(out, ",\"people\":%lld,\"read\":%lld", (long long)counts.people,
                  (long long)counts.read);
  }
  lw_buf_add_char(out, '}');
  return rc;
}

enum lw_code lw_reads_print(const struct lw_reads_reader *reader, lw_str person,
                            const struct lw_policy *policy, struct lw_buf *out,
                            struct lw_error *err)
{
  struct lw_read *reads = NULL;
  uint32_t count = 0;
  bool any = false;
  enum lw_code rc = lw_reads_open(reader, person, &reads, &count, err);
  LW_BUF_LIT(out, "{\"items\":[");
  for (uint32_t i = 0; rc == LW_OK && i < count; i++) {
    if (!is_told(reads, i)) {
      lw_buf_add_c(out, any ? "," : "");
      rc = add_read(reader, policy, reads, count, i, out, err);
      any = true;
    }
  }
  LW_BUF_LIT(out, "]}");
  return rc;
}

/* --- acknowledging --- */

static enum lw_code put_ack(struct lw_batch *batch, lw_str person, lw_str read,
                            struct lw_error *err)
{
  struct lw_stmt *stmt = NULL;
  enum lw_code rc = lw_db_statement(batch->db, ack_sql, &stmt, err);
  if (rc == LW_OK) {
    lw_stmt_text(stmt, 1, person);
    lw_stmt_text(stmt, 2, read);
    lw_stmt_int(stmt, 3, batch->now);
    rc = lw_stmt_run(stmt, err);
  }
  return rc;
}

static const struct row *find_row(const struct rows *rows, lw_str id)
{
  for (size_t i = 0; i < rows->count; i++) {
    if (lw_str_equal(rows->items[i].read.id, id)) {
      return &rows->items[i];
    }
  }
  return NULL;
}

/* Whether this action is told in the same words as the one that is read. */
static bool goes_along(const struct lw_read *reads, uint32_t count, const struct row *read,
                       lw_str action)
{
  const struct lw_read *named = NULL;
  const struct lw_read *own = NULL;
  for (uint32_t i = 0; i < count; i++) {
    named = lw_str_equal(reads[i].action, read->read.action) ? &reads[i] : named;
    own = lw_str_equal(reads[i].action, action) ? &reads[i] : own;
  }
  return lw_str_equal(action, read->read.action) ||
         (named != NULL && own != NULL && is_same(named, own));
}

static enum lw_code append_ack(struct lw_batch *batch, struct lw_change *change, lw_str person,
                               const struct lw_read *read, const struct lw_buf *reads,
                               struct lw_error *err)
{
  struct lw_buf body = {0};
  LW_BUF_LIT(&body, "{\"person\":");
  lw_json_add_string(&body, person);
  lw_buf_printf(&body, ",\"version\":%llu,\"reads\":[%.*s]}", (unsigned long long)read->version,
                LW_FMT(lw_buf_str(reads)));
  enum lw_code rc =
      body.failed || reads->failed
          ? lw_fail(err, LW_NO_MEMORY, "out of memory")
          : lw_batch_append(batch, change, LW_EVENT_READ_ACKNOWLEDGED, lw_buf_str(&body), err);
  lw_buf_finish(&body);
  return rc;
}

/* Everything up to that change about its actions. */
static enum lw_code acknowledge(struct lw_batch *batch, struct lw_change *change,
                                const struct rows *rows, const struct row *read,
                                const struct lw_reads_reader *reader, struct lw_error *err)
{
  const struct lw_reads_ack *ack = change->user;
  struct lw_read *open = NULL;
  struct lw_buf reads = {0};
  uint32_t count = 0;
  enum lw_code rc = open_of(reader, rows, &open, &count, err);
  for (size_t i = 0; rc == LW_OK && i < rows->count; i++) {
    const struct row *row = &rows->items[i];
    if (is_open(row) && row->read.at <= read->read.at &&
        goes_along(open, count, read, row->read.action)) {
      rc = put_ack(batch, ack->person, row->read.id, err);
      lw_buf_add_c(&reads, reads.len == 0 ? "" : ",");
      lw_json_add_string(&reads, row->read.id);
    }
  }
  rc = rc == LW_OK ? append_ack(batch, change, ack->person, &read->read, &reads, err) : rc;
  lw_buf_finish(&reads);
  return rc;
}

enum lw_code lw_reads_acknowledge(struct lw_batch *batch, struct lw_change *change,
                                  struct lw_error *err)
{
  const struct lw_reads_ack *ack = change->user;
  const struct lw_reads_reader reader = {batch->db, batch->reader, batch->scratch};
  struct rows rows = {0};
  enum lw_code rc = load(&reader, ack->person, &rows, err);
  const struct row *read = rc == LW_OK ? find_row(&rows, ack->read) : NULL;
  if (rc == LW_OK && read == NULL) {
    return lw_fail(err, LW_NOT_FOUND, "there is no read of this id that is yours");
  }
  bool open = rc == LW_OK && is_open(read);
  batch->engine->reads_touched = true;
  rc = open ? acknowledge(batch, change, &rows, read, &reader, err) : rc;
  if (rc == LW_OK) {
    LW_BUF_LIT(&change->answer, "{\"id\":");
    lw_json_add_string(&change->answer, read->read.id);
    lw_buf_printf(&change->answer,
                  ",\"version\":%llu,\"at\":", (unsigned long long)read->read.version);
    lw_member_print_time(&change->answer, open ? batch->now : read->acked_at);
    lw_buf_add_char(&change->answer, '}');
    lw_change_status(change, 200);
  }
  return rc;
}

/* --- who has read it --- */

enum lw_code lw_reads_count(struct lw_db *db, uint64_t version, struct lw_reads_count *ret_count,
                            struct lw_error *err)
{
  struct lw_stmt *stmt = NULL;
  bool is_row = false;
  enum lw_code rc = lw_db_statement(db, count_sql, &stmt, err);
  if (rc != LW_OK) {
    return rc;
  }
  lw_stmt_int(stmt, 1, (int64_t)version);
  rc = lw_stmt_step(stmt, &is_row, err);
  if (rc == LW_OK && is_row) {
    ret_count->people = lw_stmt_get_int(stmt, 0);
    ret_count->read = ret_count->people - lw_stmt_get_int(stmt, 1);
  }
  lw_stmt_reset(stmt);
  return rc;
}

/* Under a works council what one person has read is for them and whoever leads them. */
static bool may_see(const struct lw_reads_list *list, const struct lw_person *person)
{
  const struct lw_person *self = list->caller->person;
  bool own = self != NULL && !list->caller->is_token &&
             (self == person || lw_staff_leads(list->snapshot->staff, self, person));
  return own || (!list->works_council && lw_access_covers(list->caller, LW_ACCESS_LEARN,
                                                          list->snapshot->staff, person->actor.id));
}

/* One of them, as far as they have read. */
struct reader_row {
  const struct lw_person *person;
  int64_t reads;
  int64_t read;
  lw_usec at; /* 0: nothing yet */
};

static int by_id(const void *one, const void *other)
{
  const struct reader_row *a = one;
  const struct reader_row *b = other;
  return lw_str_compare(a->person->actor.id, b->person->actor.id);
}

/* All whom the caller may see, by id: databases differ in how they put texts in order. */
static enum lw_code read_rows(const struct lw_reads_list *list, uint64_t version, int64_t people,
                              struct reader_row **ret_rows, uint32_t *ret_count,
                              struct lw_error *err)
{
  struct lw_stmt *stmt = NULL;
  bool is_row = false;
  uint32_t count = 0;
  struct reader_row *rows = LW_NEW_ARRAY(list->arena, struct reader_row, (size_t)people + 1);
  enum lw_code rc = rows == NULL ? lw_fail(err, LW_NO_MEMORY, "out of memory for reads")
                                 : lw_db_statement(list->db, list_sql, &stmt, err);
  if (rc != LW_OK) {
    return rc;
  }
  lw_stmt_int(stmt, 1, (int64_t)version);
  while (count < people && (rc = lw_stmt_step(stmt, &is_row, err)) == LW_OK && is_row) {
    const struct lw_person *person =
        lw_staff_find(list->snapshot->staff, lw_stmt_get_text(stmt, 0));
    if (person != NULL && person->active && may_see(list, person)) {
      rows[count++] = (struct reader_row){person, lw_stmt_get_int(stmt, 1),
                                          lw_stmt_get_int(stmt, 2), lw_stmt_get_int(stmt, 3)};
    }
  }
  lw_stmt_reset(stmt);
  qsort(rows, count, sizeof *rows, by_id);
  *ret_rows = rows;
  *ret_count = count;
  return rc;
}

static void add_person(const struct lw_reads_list *list, const struct reader_row *row,
                       struct lw_buf *out)
{
  const struct lw_person *person = row->person;
  const struct lw_team *team = lw_staff_find_team(list->snapshot->staff, person->team);
  LW_BUF_LIT(out, "{\"person\":");
  lw_json_add_string(out, person->actor.id);
  if (person->actor.name.len != 0) {
    LW_BUF_LIT(out, ",\"name\":");
    lw_json_add_string(out, person->actor.name);
  }
  if (team != NULL) {
    LW_BUF_LIT(out, ",\"team_name\":");
    lw_json_add_string(out, team->name.len != 0 ? team->name : team->id);
  }
  lw_buf_printf(out, ",\"reads\":%lld,\"read\":%lld", (long long)row->reads, (long long)row->read);
  if (row->at != 0) {
    LW_BUF_LIT(out, ",\"at\":");
    lw_member_print_time(out, row->at);
  }
  lw_buf_add_char(out, '}');
}

static bool is_listed(const struct lw_reads_list *list, const struct reader_row *row)
{
  bool open = row->read != row->reads;
  return (list->state == LW_READS_ALL || (list->state == LW_READS_OPEN) == open) &&
         (list->after.len == 0 || lw_str_compare(row->person->actor.id, list->after) > 0);
}

static void print_page(const struct lw_reads_list *list, const struct reader_row *rows,
                       uint32_t count, struct lw_buf *out)
{
  uint32_t shown = 0;
  const struct lw_person *last = NULL;
  bool more = false;
  LW_BUF_LIT(out, ",\"items\":[");
  for (uint32_t i = 0; i < count && !more; i++) {
    if (is_listed(list, &rows[i])) {
      more = shown == list->limit;
    }
    if (is_listed(list, &rows[i]) && !more) {
      lw_buf_add_c(out, shown++ != 0 ? "," : "");
      add_person(list, &rows[i], out);
      last = rows[i].person;
    }
  }
  lw_buf_add_char(out, ']');
  if (more) {
    LW_BUF_LIT(out, ",\"next\":");
    lw_json_add_string(out, last->actor.id);
  }
}

enum lw_code lw_reads_list(const struct lw_reads_list *list, uint64_t version, struct lw_buf *out,
                           struct lw_error *err)
{
  struct lw_reads_count counts = {0};
  struct reader_row *rows = NULL;
  uint32_t count = 0;
  int64_t open = 0;
  int64_t read = 0;
  enum lw_code rc = lw_reads_count(list->db, version, &counts, err);
  rc = rc == LW_OK ? read_rows(list, version, counts.people, &rows, &count, err) : rc;
  if (rc != LW_OK) {
    return rc;
  }
  for (uint32_t i = 0; i < count; i++) {
    if (rows[i].person != list->caller->person) {
      open += rows[i].read != rows[i].reads ? 1 : 0;
      read += rows[i].read == rows[i].reads ? 1 : 0;
    }
  }
  lw_buf_printf(out,
                "{\"version\":%llu,\"people\":%lld,\"read\":%lld,\"yours\":{\"open\":%lld,"
                "\"read\":%lld}",
                (unsigned long long)version, (long long)counts.people, (long long)counts.read,
                (long long)open, (long long)read);
  print_page(list, rows, count, out);
  lw_buf_add_char(out, '}');
  return rc;
}

/* --- what a version says to a team --- */

static const char in_groups_sql[] =
    "SELECT p.person, p.grp, count(*), count(a.at) FROM policy_read r JOIN policy_read_person p ON "
    "p.grp = r.grp LEFT JOIN policy_read_ack a ON a.person = p.person AND a.read = r.id WHERE "
    "r.version = $1 GROUP BY p.person, p.grp";
static const char said_sql[] = "SELECT grp, action, label, words FROM policy_read WHERE version = "
                               "$1 ORDER BY grp, nth";

static enum lw_code each_of_version(struct lw_db *db, const char *sql, uint64_t version,
                                    struct lw_stmt **ret_stmt, struct lw_error *err)
{
  enum lw_code rc = lw_db_statement(db, sql, ret_stmt, err);
  if (rc == LW_OK) {
    lw_stmt_int(*ret_stmt, 1, (int64_t)version);
  }
  return rc;
}

/* The team's people, counted, and the groups that they are in. */
static enum lw_code gather_groups(struct lw_db *db, const struct lw_staff *staff, uint64_t version,
                                  lw_str team, struct lw_table *groups,
                                  struct lw_reads_count *count, struct lw_error *err)
{
  struct lw_stmt *stmt = NULL;
  bool is_row = false;
  enum lw_code rc = each_of_version(db, in_groups_sql, version, &stmt, err);
  if (rc != LW_OK) {
    return rc;
  }
  while ((rc = lw_stmt_step(stmt, &is_row, err)) == LW_OK && is_row) {
    const struct lw_person *person = lw_staff_find(staff, lw_stmt_get_text(stmt, 0));
    if (person == NULL || !person->active || !lw_team_within(person->actor.team, team)) {
      continue;
    }
    count->people++;
    count->read += lw_stmt_get_int(stmt, 2) == lw_stmt_get_int(stmt, 3);
    if (lw_table_find(groups, lw_stmt_get_text(stmt, 1)) == NULL &&
        lw_table_add(groups, lw_stmt_copy_text(stmt, 1, groups->arena), NULL) == NULL) {
      rc = lw_fail(err, LW_NO_MEMORY, "out of memory");
      break;
    }
  }
  lw_stmt_reset(stmt);
  return rc;
}

static bool is_said(const struct lw_reads_team *team, const struct lw_reads_said *said)
{
  bool found = false;
  for (uint32_t i = 0; i < team->n_said && !found; i++) {
    found = lw_str_equal(team->said[i].action, said->action) &&
            lw_str_equal(team->said[i].words, said->words);
  }
  return found;
}

static enum lw_code gather_said(struct lw_db *db, uint64_t version, const struct lw_table *groups,
                                struct lw_reads_team *team, struct lw_error *err)
{
  struct lw_stmt *stmt = NULL;
  size_t capacity = 0;
  bool is_row = false;
  enum lw_code rc = each_of_version(db, said_sql, version, &stmt, err);
  if (rc != LW_OK) {
    return rc;
  }
  while ((rc = lw_stmt_step(stmt, &is_row, err)) == LW_OK && is_row) {
    const struct lw_reads_said said = {lw_stmt_copy_text(stmt, 1, groups->arena),
                                       lw_stmt_copy_text(stmt, 2, groups->arena),
                                       lw_stmt_copy_text(stmt, 3, groups->arena)};
    if (lw_table_find(groups, lw_stmt_get_text(stmt, 0)) == NULL || is_said(team, &said)) {
      continue;
    }
    struct lw_reads_said *grown =
        lw_arena_grow(groups->arena, team->said, team->n_said, &capacity, team->n_said + 1U,
                      sizeof said, _Alignof(struct lw_reads_said));
    if (grown == NULL) {
      rc = lw_fail(err, LW_NO_MEMORY, "out of memory");
      break;
    }
    team->said = grown;
    grown[team->n_said++] = said;
  }
  lw_stmt_reset(stmt);
  return rc;
}

enum lw_code lw_reads_of_team(struct lw_db *db, const struct lw_staff *staff, uint64_t version,
                              lw_str team, struct lw_arena *arena, struct lw_reads_team *ret_team,
                              struct lw_error *err)
{
  struct lw_table groups;
  *ret_team = (struct lw_reads_team){.n_said = 0};
  lw_table_init(&groups, arena);
  enum lw_code rc = gather_groups(db, staff, version, team, &groups, &ret_team->count, err);
  return rc == LW_OK && groups.count != 0 ? gather_said(db, version, &groups, ret_team, err) : rc;
}
