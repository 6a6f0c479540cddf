/* What the shadow said, counted. Each decision's entry says it by itself (`shadow`), so counting
 * needs no state but which shadow it was: the last one that began before. A step of the lists adds
 * one row for all its decisions and one for each action of them; those that differ are rows of
 * their own, and the rest of them stands in table `decision`.
 *
 * The command line has no lists, and counts from the journal: the same sums, not written. */
#include "base/num.h"
#include "data/member.h"
#include "engine/lists_inside.h"
#include "engine/shadow.h"
#include "policy/answer.h"

#include <stdlib.h>

static const char sql_last[] = "SELECT max(started) FROM shadow";
static const char sql_start[] =
    "INSERT OR IGNORE INTO shadow (started, requests, same, more, less, errors, cost_more, "
    "cost_less) VALUES ($1, 0, 0, 0, 0, 0, 0, 0)";
static const char sql_add[] =
    "UPDATE shadow SET requests = requests + $2, same = same + $3, more = more + $4, less = less + "
    "$5, errors = errors + $6, cost_more = cost_more + $7, cost_less = cost_less + $8 WHERE "
    "started = $1";
static const char sql_add_action[] =
    "INSERT INTO shadow_action (started, name, requests, more, less, errors) VALUES ($1, $2, $3, "
    "$4, $5, $6) ON CONFLICT (started, name) DO UPDATE SET requests = requests + "
    "excluded.requests, more = more + excluded.more, less = less + excluded.less, errors = errors "
    "+ excluded.errors";
static const char sql_add_item[] =
    "INSERT OR REPLACE INTO shadow_item (seq, verdict, error, possible) VALUES ($1, $2, $3, $4)";
static const char sql_counts[] =
    "SELECT requests, same, more, less, errors, cost_more, cost_less FROM shadow WHERE started = "
    "$1";
static const char sql_actions[] = "SELECT name, requests, more, less, errors FROM shadow_action "
                                  "WHERE started = $1 ORDER BY name";
static const char sql_items[] =
    "SELECT s.seq, d.id, d.at, d.agent, d.case_id, d.action, d.verdict, d.given, s.verdict, "
    "s.error, s.possible FROM shadow_item s JOIN decision d ON d.seq = s.seq WHERE s.seq > $1 AND "
    "s.seq < $2 ORDER BY s.seq DESC LIMIT $3";

/* --- summing up --- */

enum lw_code lw_shadow_sums_begin(struct lw_shadow_sums *sums, struct lw_db *db,
                                  struct lw_arena *arena, struct lw_error *err)
{
  int64_t last = 0;
  enum lw_code rc = lw_db_get_int(db, sql_last, &last, err);
  *sums = (struct lw_shadow_sums){.arena = arena, .started = last > 0 ? (uint64_t)last : 0};
  return rc;
}

static struct lw_shadow_action *find_action(struct lw_shadow_sums *sums, lw_str name)
{
  struct lw_shadow_counts *counts = &sums->counts;
  for (uint32_t i = 0; i < counts->n_actions; i++) {
    if (lw_str_equal(counts->actions[i].name, name)) {
      return &counts->actions[i];
    }
  }
  struct lw_shadow_action *more =
      lw_arena_grow(sums->arena, counts->actions, counts->n_actions, &sums->actions_capacity,
                    (size_t)counts->n_actions + 1, sizeof *more, _Alignof(struct lw_shadow_action));
  lw_str kept = more != NULL ? lw_str_copy(sums->arena, name) : (lw_str){NULL, 0};
  if (more == NULL || sums->arena->failed) {
    return NULL;
  }
  counts->actions = more;
  more[counts->n_actions] = (struct lw_shadow_action){.name = kept};
  return &more[counts->n_actions++];
}

static void add_cost(int64_t *sum, const struct lw_shadow_item *item)
{
  int64_t minor = item->has_amount ? item->amount_minor : 0;
  if (__builtin_add_overflow(*sum, minor, sum)) {
    *sum = INT64_MAX; /* figures to look at, not money */
  }
}

/* Whom it is for: granted is more than asking, and that more than a no. */
static void add_difference(struct lw_shadow_counts *counts, struct lw_shadow_action *action,
                           const struct lw_shadow_item *item)
{
  if (item->error.len != 0) {
    counts->errors++;
    action->errors++;
  } else if (item->shadow < item->verdict) {
    counts->more++;
    action->more++;
    if (item->shadow == LW_GRANTED) {
      add_cost(&counts->cost_more_minor, item);
    }
  } else {
    counts->less++;
    action->less++;
    if (item->verdict == LW_GRANTED) {
      add_cost(&counts->cost_less_minor, item);
    }
  }
}

/* False: it says nothing that this program knows. */
static bool read_said(const struct lw_value *said, const struct lw_listed *row,
                      struct lw_shadow_item *ret_item)
{
  const struct lw_value *minor = lw_value_get(said, LW_STR("minor"));
  lw_str name = lw_value_text(said, LW_STR("verdict"));
  bool known = false;
  *ret_item = (struct lw_shadow_item){.id = row->id,
                                      .seq = row->seq,
                                      .at = row->at,
                                      .agent = row->agent,
                                      .case_id = row->case_id,
                                      .action = row->action,
                                      .verdict = row->verdict,
                                      .has_amount = row->has_amount,
                                      .amount_minor = row->amount_minor,
                                      .error = lw_value_text(said, LW_STR("error"))};
  for (enum lw_verdict verdict = LW_GRANTED; verdict <= LW_REFUSED; verdict++) {
    if (lw_str_equal(name, lw_verdict_name(verdict))) {
      ret_item->shadow = verdict;
      known = true;
    }
  }
  ret_item->has_possible = minor != NULL && minor->kind == LW_VALUE_NUMBER &&
                           lw_int_read(minor->text, &ret_item->possible_minor);
  return known || ret_item->error.len != 0;
}

bool lw_shadow_sums_add(struct lw_shadow_sums *sums, const struct lw_value *body,
                        const struct lw_listed *row, bool *ret_is_item,
                        struct lw_shadow_item *ret_item)
{
  const struct lw_value *said = lw_value_get(body, LW_STR("shadow"));
  *ret_is_item = false;
  if (said == NULL || sums->started == 0 || !read_said(said, row, ret_item)) {
    return true;
  }
  struct lw_shadow_action *action = find_action(sums, row->action);
  if (action == NULL) {
    return false;
  }
  sums->counts.requests++;
  action->requests++;
  *ret_is_item = ret_item->error.len != 0 || ret_item->shadow != ret_item->verdict;
  if (*ret_is_item) {
    add_difference(&sums->counts, action, ret_item);
  } else {
    sums->counts.same++;
  }
  return true;
}

/* --- into rows --- */

enum lw_code lw_shadow_item_write(struct lw_db *db, const struct lw_shadow_item *item,
                                  struct lw_error *err)
{
  struct lw_stmt *stmt = NULL;
  enum lw_code rc = lw_db_statement(db, sql_add_item, &stmt, err);
  if (rc != LW_OK) {
    return rc;
  }
  lw_stmt_int(stmt, 1, (int64_t)item->seq);
  if (item->error.len == 0) {
    lw_stmt_int(stmt, 2, item->shadow);
  }
  lw_stmt_text_or_null(stmt, 3, item->error);
  if (item->has_possible) {
    lw_stmt_int(stmt, 4, item->possible_minor);
  }
  return lw_stmt_run(stmt, err);
}

static enum lw_code write_actions(const struct lw_shadow_sums *sums, struct lw_db *db,
                                  struct lw_error *err)
{
  enum lw_code rc = LW_OK;
  for (uint32_t i = 0; rc == LW_OK && i < sums->counts.n_actions; i++) {
    const struct lw_shadow_action *action = &sums->counts.actions[i];
    struct lw_stmt *stmt = NULL;
    rc = lw_db_statement(db, sql_add_action, &stmt, err);
    if (rc == LW_OK) {
      lw_stmt_int(stmt, 1, (int64_t)sums->started);
      lw_stmt_text(stmt, 2, action->name);
      lw_stmt_int(stmt, 3, (int64_t)action->requests);
      lw_stmt_int(stmt, 4, (int64_t)action->more);
      lw_stmt_int(stmt, 5, (int64_t)action->less);
      lw_stmt_int(stmt, 6, (int64_t)action->errors);
      rc = lw_stmt_run(stmt, err);
    }
  }
  return rc;
}

enum lw_code lw_shadow_sums_write(struct lw_shadow_sums *sums, struct lw_db *db,
                                  struct lw_error *err)
{
  const struct lw_shadow_counts *counts = &sums->counts;
  struct lw_stmt *stmt = NULL;
  if (counts->requests == 0) {
    return LW_OK;
  }
  enum lw_code rc = lw_db_statement(db, sql_add, &stmt, err);
  if (rc == LW_OK) {
    const int64_t numbers[] = {(int64_t)sums->started,  (int64_t)counts->requests,
                               (int64_t)counts->same,   (int64_t)counts->more,
                               (int64_t)counts->less,   (int64_t)counts->errors,
                               counts->cost_more_minor, counts->cost_less_minor};
    for (int i = 0; i < 8; i++) {
      lw_stmt_int(stmt, i + 1, numbers[i]);
    }
    rc = lw_stmt_run(stmt, err);
  }
  if (rc == LW_OK) {
    rc = write_actions(sums, db, err);
  }
  *sums = (struct lw_shadow_sums){.arena = sums->arena, .started = sums->started};
  return rc;
}

enum lw_code lw_shadow_sums_start(struct lw_shadow_sums *sums, struct lw_db *db, uint64_t started,
                                  struct lw_error *err)
{
  struct lw_stmt *stmt = NULL;
  enum lw_code rc = lw_shadow_sums_write(sums, db, err);
  if (rc == LW_OK) {
    rc = lw_db_statement(db, sql_start, &stmt, err);
  }
  if (rc == LW_OK) {
    lw_stmt_int(stmt, 1, (int64_t)started);
    rc = lw_stmt_run(stmt, err);
  }
  sums->started = started;
  return rc;
}

/* --- reading the rows --- */

static enum lw_code read_counts(struct lw_db *db, uint64_t started, struct lw_shadow_counts *counts,
                                struct lw_error *err)
{
  struct lw_stmt *stmt = NULL;
  bool is_row = false;
  enum lw_code rc = lw_db_statement(db, sql_counts, &stmt, err);
  if (rc != LW_OK) {
    return rc;
  }
  lw_stmt_int(stmt, 1, (int64_t)started);
  rc = lw_stmt_step(stmt, &is_row, err);
  if (rc == LW_OK && is_row) {
    counts->requests = (uint64_t)lw_stmt_get_int(stmt, 0);
    counts->same = (uint64_t)lw_stmt_get_int(stmt, 1);
    counts->more = (uint64_t)lw_stmt_get_int(stmt, 2);
    counts->less = (uint64_t)lw_stmt_get_int(stmt, 3);
    counts->errors = (uint64_t)lw_stmt_get_int(stmt, 4);
    counts->cost_more_minor = lw_stmt_get_int(stmt, 5);
    counts->cost_less_minor = lw_stmt_get_int(stmt, 6);
  }
  lw_stmt_reset(stmt);
  return rc;
}

static enum lw_code read_actions(struct lw_db *db, uint64_t started, struct lw_arena *arena,
                                 struct lw_shadow_counts *counts, struct lw_error *err)
{
  struct lw_stmt *stmt = NULL;
  bool is_row = false;
  size_t capacity = 0;
  enum lw_code rc = lw_db_statement(db, sql_actions, &stmt, err);
  if (rc != LW_OK) {
    return rc;
  }
  lw_stmt_int(stmt, 1, (int64_t)started);
  while ((rc = lw_stmt_step(stmt, &is_row, err)) == LW_OK && is_row) {
    struct lw_shadow_action *more = lw_arena_grow(arena, counts->actions, counts->n_actions,
                                                  &capacity, (size_t)counts->n_actions + 1,
                                                  sizeof *more, _Alignof(struct lw_shadow_action));
    if (more == NULL) {
      rc = lw_fail(err, LW_NO_MEMORY, "out of memory");
      break;
    }
    counts->actions = more;
    more[counts->n_actions++] =
        (struct lw_shadow_action){.name = lw_str_copy(arena, lw_stmt_get_text(stmt, 0)),
                                  .requests = (uint64_t)lw_stmt_get_int(stmt, 1),
                                  .more = (uint64_t)lw_stmt_get_int(stmt, 2),
                                  .less = (uint64_t)lw_stmt_get_int(stmt, 3),
                                  .errors = (uint64_t)lw_stmt_get_int(stmt, 4)};
  }
  lw_stmt_reset(stmt);
  return rc;
}

static enum lw_verdict verdict_of(int64_t number)
{
  return number >= LW_GRANTED && number <= LW_REFUSED ? (enum lw_verdict)number : LW_REFUSED;
}

static void read_item(const struct lw_stmt *stmt, struct lw_arena *arena,
                      struct lw_shadow_item *ret_item)
{
  lw_str id = lw_stmt_get_blob(stmt, 1);
  *ret_item = (struct lw_shadow_item){.seq = (uint64_t)lw_stmt_get_int(stmt, 0),
                                      .at = lw_stmt_get_int(stmt, 2),
                                      .agent = lw_str_copy(arena, lw_stmt_get_text(stmt, 3)),
                                      .case_id = lw_str_copy(arena, lw_stmt_get_text(stmt, 4)),
                                      .action = lw_str_copy(arena, lw_stmt_get_text(stmt, 5)),
                                      .verdict = verdict_of(lw_stmt_get_int(stmt, 6)),
                                      .has_amount = !lw_stmt_is_null(stmt, 7),
                                      .amount_minor = lw_stmt_get_int(stmt, 7),
                                      .shadow = verdict_of(lw_stmt_get_int(stmt, 8)),
                                      .error = lw_str_copy(arena, lw_stmt_get_text(stmt, 9)),
                                      .has_possible = !lw_stmt_is_null(stmt, 10),
                                      .possible_minor = lw_stmt_get_int(stmt, 10)};
  if (id.len == sizeof ret_item->id.bytes) {
    memcpy(ret_item->id.bytes, id.ptr, id.len);
  }
}

static enum lw_code read_items(struct lw_db *db, uint64_t started, uint64_t after, uint32_t limit,
                               struct lw_arena *arena, struct lw_shadow_counts *counts,
                               struct lw_error *err)
{
  struct lw_stmt *stmt = NULL;
  bool is_row = false;
  counts->items = LW_NEW_ARRAY(arena, struct lw_shadow_item, (size_t)limit + 1);
  enum lw_code rc = counts->items != NULL ? lw_db_statement(db, sql_items, &stmt, err)
                                          : lw_fail(err, LW_NO_MEMORY, "out of memory");
  if (rc != LW_OK) {
    return rc;
  }
  lw_stmt_int(stmt, 1, (int64_t)started);
  lw_stmt_int(stmt, 2, after != 0 && after < INT64_MAX ? (int64_t)after : INT64_MAX);
  lw_stmt_int(stmt, 3, (int64_t)limit + 1);
  while (counts->n_items <= limit && (rc = lw_stmt_step(stmt, &is_row, err)) == LW_OK && is_row) {
    read_item(stmt, arena, &counts->items[counts->n_items++]);
  }
  lw_stmt_reset(stmt);
  if (counts->n_items > limit) {
    counts->n_items = limit;
    counts->next = limit != 0 ? counts->items[limit - 1].seq : 0;
  }
  return rc == LW_OK && arena->failed ? lw_fail(err, LW_NO_MEMORY, "out of memory") : rc;
}

enum lw_code lw_lists_shadow(struct lw_lists *lists, uint64_t started, uint64_t after,
                             uint32_t limit, struct lw_arena *arena,
                             struct lw_shadow_counts *ret_counts, struct lw_error *err)
{
  struct lw_db *db = NULL;
  *ret_counts = (struct lw_shadow_counts){0};
  enum lw_code rc = lw_lists_reader(lists, &db, err);
  if (rc != LW_OK) {
    return rc;
  }
  rc = lw_db_begin(db, err);
  if (rc == LW_OK) {
    rc = read_counts(db, started, ret_counts, err);
  }
  if (rc == LW_OK) {
    rc = read_actions(db, started, arena, ret_counts, err);
  }
  if (rc == LW_OK) {
    rc = read_items(db, started, after, limit, arena, ret_counts, err);
  }
  lw_lists_reader_done(lists, db);
  return rc;
}

/* --- from the journal --- */

struct counting {
  struct lw_shadow_sums sums;
  struct lw_json_reader *reader;
  struct lw_arena entry;
  struct lw_arena *arena;
  struct lw_shadow_item *last; /* the latest of them, in a ring of `limit` */
  uint32_t limit;
  uint64_t n_items;
  enum lw_code rc;
  struct lw_error *err;
};

static void keep_item(struct counting *counting, const struct lw_shadow_item *item)
{
  if (counting->limit == 0) {
    return;
  }
  struct lw_shadow_item *kept = &counting->last[counting->n_items++ % counting->limit];
  *kept = *item;
  kept->agent = lw_str_copy(counting->arena, item->agent);
  kept->case_id = lw_str_copy(counting->arena, item->case_id);
  kept->action = lw_str_copy(counting->arena, item->action);
  kept->error = lw_str_copy(counting->arena, item->error);
}

static bool count_entry(void *user, const struct lw_entry_view *entry)
{
  struct counting *counting = user;
  struct lw_listed row;
  struct lw_shadow_item item;
  const struct lw_value *body = NULL;
  bool is_item = false;
  if (!lw_str_equal(entry->kind, lw_event_name(LW_EVENT_DECISION))) {
    return true;
  }
  lw_arena_reset(&counting->entry);
  if (lw_json_read(counting->reader, &counting->entry, entry->body, NULL, &body, counting->err) !=
          LW_OK ||
      !lw_lists_read_row(body, entry->seq, &row)) {
    return true; /* `leeway verify` says what is wrong with it */
  }
  if (!lw_shadow_sums_add(&counting->sums, body, &row, &is_item, &item)) {
    counting->rc = lw_fail(counting->err, LW_NO_MEMORY, "out of memory");
    return false;
  }
  if (is_item) {
    keep_item(counting, &item);
  }
  return true;
}

static int compare_actions(const void *a, const void *b)
{
  return lw_str_compare(((const struct lw_shadow_action *)a)->name,
                        ((const struct lw_shadow_action *)b)->name);
}

/* Newest first. */
static enum lw_code take_items(struct counting *counting, struct lw_shadow_counts *counts,
                               struct lw_error *err)
{
  uint64_t count = counting->n_items < counting->limit ? counting->n_items : counting->limit;
  counts->items = LW_NEW_ARRAY(counting->arena, struct lw_shadow_item, count + 1);
  if (counts->items == NULL || counting->arena->failed) {
    return lw_fail(err, LW_NO_MEMORY, "out of memory");
  }
  for (uint64_t i = 0; i < count; i++) {
    counts->items[i] = counting->last[(counting->n_items - 1 - i) % counting->limit];
  }
  counts->n_items = (uint32_t)count;
  counts->next = count != 0 && counting->n_items > count ? counts->items[count - 1].seq : 0;
  return LW_OK;
}

enum lw_code lw_shadow_count(struct lw_db *db, uint64_t started, uint32_t limit,
                             struct lw_arena *arena, struct lw_shadow_counts *ret_counts,
                             struct lw_error *err)
{
  struct counting counting = {.sums = {.arena = arena, .started = started},
                              .reader = lw_json_reader_create(NULL),
                              .arena = arena,
                              .last = LW_NEW_ARRAY(arena, struct lw_shadow_item, (size_t)limit + 1),
                              .limit = limit,
                              .rc = LW_OK,
                              .err = err};
  lw_arena_init(&counting.entry, NULL, 0);
  enum lw_code rc = counting.reader != NULL && counting.last != NULL
                        ? lw_journal_walk(db, started, 0, count_entry, &counting, err)
                        : lw_fail(err, LW_NO_MEMORY, "out of memory");
  rc = rc == LW_OK ? counting.rc : rc;
  *ret_counts = counting.sums.counts;
  if (rc == LW_OK && ret_counts->n_actions != 0) {
    qsort(ret_counts->actions, ret_counts->n_actions, sizeof *ret_counts->actions, compare_actions);
  }
  if (rc == LW_OK) {
    rc = take_items(&counting, ret_counts, err);
  }
  lw_arena_finish(&counting.entry);
  lw_json_reader_destroy(counting.reader);
  return rc;
}

/* --- printing --- */

static void add_money(struct lw_buf *out, lw_str key, int64_t minor, uint16_t currency)
{
  if (currency != LW_CURRENCY_NONE) {
    lw_buf_add(out, key);
    lw_buf_add_char(out, '"');
    lw_money_print((lw_money){minor, currency}, out);
    lw_buf_add_char(out, '"');
  }
}

static void add_item(const struct lw_shadow_item *item, uint16_t currency,
                     const struct lw_council *council, struct lw_buf *out)
{
  char id[LW_DECISION_ID_BYTES];
  const struct lw_person *person = lw_staff_find(council->staff, item->agent);
  (void)lw_id_write(LW_STR("dec"), item->id, id);
  LW_BUF_LIT(out, "{\"decision\":");
  lw_json_add_string(out, lw_str_from(id, sizeof id));
  LW_BUF_LIT(out, ",\"at\":");
  lw_decision_add_moment(out, item->at);
  if (lw_council_shows_person(council, item->agent)) {
    lw_member_text(out, "agent", item->agent);
    lw_member_text(out, "name", person != NULL ? person->actor.name : LW_STR(""));
  }
  lw_member_text(out, "case", item->case_id);
  lw_member_text(out, "action", item->action);
  if (item->has_amount) {
    add_money(out, LW_STR(",\"amount\":"), item->amount_minor, currency);
  }
  lw_member_text(out, "before", lw_verdict_name(item->verdict));
  lw_member_text(out, "shadow",
                 item->error.len != 0 ? LW_STR("error") : lw_verdict_name(item->shadow));
  if (item->has_possible) {
    add_money(out, LW_STR(",\"possible\":"), item->possible_minor, currency);
  }
  lw_member_text(out, "error", item->error);
  lw_buf_add_char(out, '}');
}

void lw_shadow_counts_print(const struct lw_shadow_counts *counts, uint16_t currency,
                            const struct lw_council *council, struct lw_buf *out)
{
  lw_buf_printf(out, ",\"requests\":%llu,\"same\":%llu,\"more\":%llu,\"less\":%llu,\"errors\":%llu",
                (unsigned long long)counts->requests, (unsigned long long)counts->same,
                (unsigned long long)counts->more, (unsigned long long)counts->less,
                (unsigned long long)counts->errors);
  add_money(out, LW_STR(",\"cost_more\":"), counts->cost_more_minor, currency);
  add_money(out, LW_STR(",\"cost_less\":"), counts->cost_less_minor, currency);
  LW_BUF_LIT(out, ",\"by_action\":[");
  for (uint32_t i = 0; i < counts->n_actions; i++) {
    const struct lw_shadow_action *action = &counts->actions[i];
    lw_buf_add_c(out, i == 0 ? "{\"name\":" : ",{\"name\":");
    lw_json_add_string(out, action->name);
    lw_buf_printf(out, ",\"requests\":%llu,\"more\":%llu,\"less\":%llu,\"errors\":%llu}",
                  (unsigned long long)action->requests, (unsigned long long)action->more,
                  (unsigned long long)action->less, (unsigned long long)action->errors);
  }
  LW_BUF_LIT(out, "],\"items\":[");
  for (uint32_t i = 0; i < counts->n_items; i++) {
    lw_buf_add_c(out, i == 0 ? "" : ",");
    add_item(&counts->items[i], currency, council, out);
  }
  LW_BUF_LIT(out, "]");
  if (counts->next != 0) {
    lw_buf_printf(out, ",\"next\":\"%llu\"", (unsigned long long)counts->next);
  }
}
