/* Reading the lists of decisions. The most telling of the filters drives: its marks give numbers,
 * newest first, stretch by stretch; all other filters are held against the row. Without a driving
 * filter the rows themselves are walked. */
#include "base/check.h"
#include "data/member.h"
#include "engine/lists_inside.h"
#include "policy/answer.h"
#include "policy/who.h"

enum { LIMIT_USUAL = 50 };

#define COLUMNS                                                                                    \
  "d.seq, d.id, d.at, d.agent, d.team, d.tier, d.customer, d.case_id, d.action, d.reason, "        \
  "d.channel, d.verdict, d.state, d.amount, d.grant_id, d.route, d.rail, d.approver, "             \
  "d.hold_until, "                                                                                 \
  "d.given, d.asked, d.waited, d.ask_seq, d.came, d.own"

static const char sql_marks[] = "SELECT first, seqs FROM mark WHERE part = $1 AND hash = $2 AND "
                                "first < $3 ORDER BY first DESC";
static const char sql_row[] = "SELECT " COLUMNS " FROM decision d WHERE d.seq = $1";
static const char sql_by_seq[] = "SELECT " COLUMNS " FROM decision d WHERE d.seq < $1 AND d.seq >= "
                                 "$2 ORDER BY d.seq DESC";
/* What fits without looking: passed over and counted by the database. */
static const char sql_nth[] = "SELECT seq FROM decision WHERE seq < $1 AND seq >= $2 "
                              "ORDER BY seq DESC LIMIT 1 OFFSET $3";
static const char sql_count[] = "SELECT count(*) FROM (SELECT 1 FROM decision WHERE seq < $1 AND "
                                "seq >= $2 LIMIT $3)";
static const char sql_through[] = "SELECT through FROM meta WHERE id = 1";
static const char sql_since[] = "SELECT min(first) FROM hour WHERE hour >= $1";
/* The entry before which all are of an earlier hour; behind which all are of a later one. */
static const char sql_first_of[] = "SELECT min(first) FROM hour WHERE hour >= $1";
static const char sql_last_of[] = "SELECT max(last) FROM hour WHERE hour <= $1";
static const char sql_until[] = "SELECT max(last) FROM hour WHERE hour <= $1";
static const char sql_keys[] = "SELECT print, seq FROM key_seen WHERE part = $1 AND print >= $2 "
                               "ORDER BY print LIMIT $3";
static const char sql_key[] = "SELECT seq FROM key_seen WHERE part = $1 AND print = $2";

bool lw_lists_in_team(lw_str team, lw_str asked)
{
  return asked.len == 0 || lw_team_within(team, asked);
}

struct search {
  const struct lw_lists_filter *filter;
  struct lw_db *db;
  struct lw_arena *arena;
  struct lw_lists_page *page;
  uint32_t limit;
  uint64_t before; /* numbers under this one */
  uint64_t from;   /* and from this one on */
  struct lw_arena scratch;
  uint64_t *numbers; /* of one row of marks; in scratch */
  size_t capacity;
  /* What becomes of a row that fits. */
  uint32_t skip;  /* still to be passed over */
  bool counting;  /* only counted */
  uint64_t count; /* of those */
  uint64_t looked;
  bool (*visit)(void *user, const struct lw_listed *listed); /* or NULL */
  void *user;
  bool done;
};

/* --- one row --- */

static bool may_see(const struct lw_lists_view *view, lw_str agent, lw_str team)
{
  bool may = view->all;
  for (uint32_t i = 0; !may && i < view->n_agents; i++) {
    may = lw_str_equal(agent, view->agents[i]);
  }
  for (uint32_t i = 0; !may && i < view->n_teams; i++) {
    may = view->teams[i].len != 0 && lw_team_within(team, view->teams[i]);
  }
  return may;
}

/* What a yes gave belongs to its request, also by its time. */
static bool by_request(const struct lw_lists_filter *filter)
{
  return filter->what == LW_LISTS_REMEDIES || filter->what == LW_LISTS_ANSWERS;
}

static bool is_what(enum lw_lists_what what, struct lw_stmt *row)
{
  if (what == LW_LISTS_ROWS) {
    return true;
  }
  if (lw_stmt_get_int(row, 24) != 0) { /* Track counts what customers were given */
    return false;
  }
  enum lw_verdict verdict = (enum lw_verdict)lw_stmt_get_int(row, 11);
  enum lw_decision_state state = (enum lw_decision_state)lw_stmt_get_int(row, 12);
  bool is_answer = verdict == LW_GRANTED && lw_stmt_get_int(row, 20) != 0;
  bool gave = verdict == LW_GRANTED && (state == LW_DECISION_FINAL || state == LW_DECISION_HELD);
  switch (what) {
  case LW_LISTS_REMEDIES: return gave;
  case LW_LISTS_ANSWERS: return is_answer;
  case LW_LISTS_WITHOUT: return !is_answer && !gave && lw_stmt_get_int(row, 23) == 0;
  case LW_LISTS_REQUESTS:
  case LW_LISTS_ROWS: break;
  }
  return !is_answer;
}

static bool is_in_time(const struct lw_lists_filter *filter, struct lw_stmt *row)
{
  lw_usec at = lw_stmt_get_int(row, 2);
  if (by_request(filter) && lw_stmt_get_int(row, 20) != 0 && !lw_stmt_is_null(row, 21)) {
    at -= lw_stmt_get_int(row, 21);
  }
  return (filter->since == 0 || at >= filter->since) && (filter->until == 0 || at < filter->until);
}

static bool fits(const struct lw_lists_filter *filter, struct lw_stmt *row)
{
  const struct {
    lw_str asked;
    int column;
  } texts[] = {{filter->agent, 3},
               {filter->customer, 6},
               {filter->case_id, 7},
               {filter->action, 8},
               {filter->reason, 9}};
  bool by_team = filter->team.len != 0 || !filter->view.all;
  lw_str team = by_team ? lw_stmt_get_text(row, 4) : LW_STR("");
  for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
    if (texts[i].asked.len != 0 &&
        !lw_str_equal(texts[i].asked, lw_stmt_get_text(row, texts[i].column))) {
      return false;
    }
  }
  return is_in_time(filter, row) && is_what(filter->what, row) &&
         (!filter->no_reason || lw_stmt_get_text(row, 9).len == 0) &&
         (!filter->has_verdict || lw_stmt_get_int(row, 11) == (int64_t)filter->verdict) &&
         (filter->how == LW_LISTS_ANYHOW ||
          (lw_stmt_get_int(row, 20) != 0) == (filter->how == LW_LISTS_BY_ASKING)) &&
         lw_lists_in_team(team, filter->team) &&
         (filter->takes_agent == NULL ||
          filter->takes_agent(filter->takes_user, lw_stmt_get_text(row, 3))) &&
         (filter->view.all || may_see(&filter->view, lw_stmt_get_text(row, 3), team));
}

/* Copied into the arena; NULL: borrowed, until the statement steps on. */
static lw_str text_at(struct lw_stmt *row, int column, struct lw_arena *arena)
{
  lw_str text = lw_stmt_get_text(row, column);
  return arena != NULL ? lw_str_copy(arena, text) : text;
}

static void read_row(struct lw_stmt *row, struct lw_arena *arena, struct lw_listed *ret_row)
{
  lw_str id = lw_stmt_get_blob(row, 1);
  *ret_row = (struct lw_listed){.seq = (uint64_t)lw_stmt_get_int(row, 0),
                                .at = lw_stmt_get_int(row, 2),
                                .agent = text_at(row, 3, arena),
                                .team = text_at(row, 4, arena),
                                .tier = text_at(row, 5, arena),
                                .customer = text_at(row, 6, arena),
                                .case_id = text_at(row, 7, arena),
                                .action = text_at(row, 8, arena),
                                .reason = text_at(row, 9, arena),
                                .channel = text_at(row, 10, arena),
                                .verdict = (enum lw_verdict)lw_stmt_get_int(row, 11),
                                .state = (enum lw_decision_state)lw_stmt_get_int(row, 12),
                                .has_amount = !lw_stmt_is_null(row, 13),
                                .amount_minor = lw_stmt_get_int(row, 13),
                                .grant = text_at(row, 14, arena),
                                .route = text_at(row, 15, arena),
                                .rail = text_at(row, 16, arena),
                                .approver = text_at(row, 17, arena),
                                .hold_until = lw_stmt_get_int(row, 18),
                                .given_minor = lw_stmt_get_int(row, 19),
                                .asked = lw_stmt_get_int(row, 20) != 0,
                                .waited = lw_stmt_is_null(row, 21) ? -1 : lw_stmt_get_int(row, 21),
                                .ask_seq = (uint64_t)lw_stmt_get_int(row, 22),
                                .came = lw_stmt_get_int(row, 23) != 0,
                                .own = lw_stmt_get_int(row, 24) != 0};
  if (id.len == sizeof ret_row->id.bytes) {
    memcpy(ret_row->id.bytes, id.ptr, id.len);
  }
}

/* Takes the row that the statement stands on, if it fits; the first one too many shows that there
 * are more. */
static void take_row(struct search *search, struct lw_stmt *stmt)
{
  struct lw_lists_page *page = search->page;
  struct lw_listed listed;
  search->looked++;
  if (search->counting && search->looked > LW_LISTS_LOOK_MAX) {
    search->done = true;
  } else if (!fits(search->filter, stmt)) {
    return;
  } else if (search->visit != NULL) {
    read_row(stmt, NULL, &listed);
    search->done = !search->visit(search->user, &listed);
  } else if (search->counting) {
    search->done = ++search->count >= LW_LISTS_COUNT_MAX;
  } else if (search->skip != 0) {
    search->skip--;
  } else if (page->count == search->limit) {
    search->done = page->more = true;
  } else {
    read_row(stmt, search->arena, &page->items[page->count++]);
  }
}

static enum lw_code take_rows(struct search *search, struct lw_stmt *stmt, struct lw_error *err)
{
  bool is_row = false;
  enum lw_code rc = LW_OK;
  while (!search->done && (rc = lw_stmt_step(stmt, &is_row, err)) == LW_OK && is_row) {
    take_row(search, stmt);
  }
  lw_stmt_reset(stmt);
  return rc;
}

static enum lw_code take_number(struct search *search, uint64_t seq, struct lw_error *err)
{
  struct lw_stmt *stmt = NULL;
  enum lw_code rc = lw_db_statement(search->db, sql_row, &stmt, err);
  if (rc == LW_OK) {
    lw_stmt_int(stmt, 1, (int64_t)seq);
    rc = take_rows(search, stmt, err);
  }
  return rc;
}

/* --- where to look --- */

/* The filter that says most; false: none of those that have marks. */
static bool find_driver(const struct lw_lists_filter *filter, enum lw_lists_field *ret_field,
                        lw_str *ret_text)
{
  const struct lw_lists_view *view = &filter->view;
  const struct {
    enum lw_lists_field field;
    lw_str text;
  } drivers[] = {{LW_LISTS_CASE, filter->case_id},
                 {LW_LISTS_CUSTOMER, filter->customer},
                 {LW_LISTS_AGENT, filter->agent},
                 {LW_LISTS_AGENT, !view->all && view->n_agents == 1 && view->n_teams == 0
                                      ? view->agents[0]
                                      : LW_STR("")},
                 {LW_LISTS_REASON, filter->reason},
                 {LW_LISTS_ACTION, filter->action}};
  for (size_t i = 0; i < sizeof drivers / sizeof drivers[0]; i++) {
    if (drivers[i].text.len != 0) {
      *ret_field = drivers[i].field;
      *ret_text = drivers[i].text;
      return true;
    }
  }
  return false;
}

/* A number from a statement of one parameter; `otherwise` when it is null. */
static enum lw_code ask_number(struct lw_db *db, const char *sql, int64_t parameter,
                               uint64_t otherwise, uint64_t *ret_number, struct lw_error *err)
{
  struct lw_stmt *stmt = NULL;
  bool is_row = false;
  enum lw_code rc = lw_db_statement(db, sql, &stmt, err);
  if (rc != LW_OK) {
    return rc;
  }
  lw_stmt_int(stmt, 1, parameter);
  rc = lw_stmt_step(stmt, &is_row, err);
  if (rc == LW_OK) {
    bool known = is_row && !lw_stmt_is_null(stmt, 0);
    *ret_number = known ? (uint64_t)lw_stmt_get_int(stmt, 0) : otherwise;
  }
  lw_stmt_reset(stmt);
  return rc;
}

static int64_t hour_of(lw_usec at)
{
  const lw_usec length = (lw_usec)3600 * LW_USEC_PER_SECOND;
  return at / length - (at % length < 0);
}

/* Hours bound the numbers: far fewer rows are looked at. */
static enum lw_code find_bounds(struct search *search, struct lw_error *err)
{
  const struct lw_lists_filter *filter = search->filter;
  int64_t through = 0;
  uint64_t bound = 0;
  enum lw_code rc = lw_db_get_int(search->db, sql_through, &through, err);
  search->page->through = (uint64_t)through;
  search->before = (uint64_t)through + 1;
  if (filter->after != 0 && filter->after < search->before) {
    search->before = filter->after;
  }
  if (rc == LW_OK && filter->since != 0) {
    rc = ask_number(search->db, sql_since, hour_of(filter->since), search->before, &search->from,
                    err);
  }
  if (rc == LW_OK && filter->until != 0 && !by_request(filter)) { /* a yes may come late */
    rc = ask_number(search->db, sql_until, hour_of(filter->until), 0, &bound, err);
    search->before = rc == LW_OK && bound + 1 < search->before ? bound + 1 : search->before;
  }
  return rc;
}

/* The numbers of one row of marks (lists_take.c has their form), in rising order. */
static size_t read_numbers(struct search *search, uint64_t first, lw_str bytes)
{
  size_t count = 1;
  uint64_t *numbers = lw_arena_grow(&search->scratch, search->numbers, 0, &search->capacity,
                                    bytes.len + 1, sizeof *numbers, _Alignof(uint64_t));
  if (numbers == NULL) {
    return 0;
  }
  search->numbers = numbers;
  numbers[0] = first;
  for (size_t i = 0; i < bytes.len;) {
    uint64_t distance = 0;
    unsigned char byte = 128;
    for (unsigned shift = 0; i < bytes.len && byte >= 128 && shift < 63; shift += 7) {
      byte = (unsigned char)bytes.ptr[i++];
      distance |= (uint64_t)(byte & 127) << shift;
    }
    numbers[count] = numbers[count - 1] + distance;
    count++;
  }
  return count;
}

static enum lw_code take_marks(struct search *search, struct lw_stmt *marks, struct lw_error *err)
{
  bool is_row = false;
  enum lw_code rc = LW_OK;
  while (rc == LW_OK && !search->done && (rc = lw_stmt_step(marks, &is_row, err)) == LW_OK &&
         is_row) {
    size_t count =
        read_numbers(search, (uint64_t)lw_stmt_get_int(marks, 0), lw_stmt_get_blob(marks, 1));
    if (count == 0) {
      rc = lw_fail(err, LW_NO_MEMORY, "out of memory for the list");
    }
    while (rc == LW_OK && count-- > 0 && !search->done) {
      uint64_t seq = search->numbers[count];
      if (seq < search->before && seq >= search->from) {
        rc = take_number(search, seq, err);
      }
    }
  }
  lw_stmt_reset(marks);
  return rc;
}

static enum lw_code search_marks(struct search *search, enum lw_lists_field field, lw_str text,
                                 struct lw_error *err)
{
  enum lw_code rc = LW_OK;
  uint64_t part = (search->before >> LW_LISTS_MARK_SHIFT) + 1;
  lw_arena_init(&search->scratch, NULL, 0);
  search->numbers = NULL;
  search->capacity = 0;
  while (rc == LW_OK && !search->done && part-- > search->from >> LW_LISTS_MARK_SHIFT) {
    struct lw_stmt *stmt = NULL;
    rc = lw_db_statement(search->db, sql_marks, &stmt, err);
    if (rc == LW_OK) {
      lw_stmt_int(stmt, 1, lw_lists_part(part << LW_LISTS_MARK_SHIFT, field));
      lw_stmt_int(stmt, 2, lw_lists_hash(text));
      lw_stmt_int(stmt, 3, (int64_t)search->before);
      rc = take_marks(search, stmt, err);
    }
  }
  lw_arena_finish(&search->scratch);
  return rc;
}

static enum lw_code search_rows(struct search *search, struct lw_error *err)
{
  struct lw_stmt *stmt = NULL;
  enum lw_code rc = lw_db_statement(search->db, sql_by_seq, &stmt, err);
  if (rc == LW_OK) {
    lw_stmt_int(stmt, 1, (int64_t)search->before);
    lw_stmt_int(stmt, 2, (int64_t)search->from);
    rc = take_rows(search, stmt, err);
  }
  return rc;
}

/* Whether every row fits that was decided in time. */
static bool takes_all(const struct lw_lists_filter *filter)
{
  return filter->view.all && filter->agent.len == 0 && filter->team.len == 0 &&
         filter->customer.len == 0 && filter->case_id.len == 0 && filter->action.len == 0 &&
         filter->reason.len == 0 && !filter->has_verdict && filter->how == LW_LISTS_ANYHOW &&
         filter->what == LW_LISTS_ROWS && !filter->no_reason && filter->takes_agent == NULL;
}

/* The numbers of which all were decided in time, whatever the order within the hours of `since` and
 * `until`: these rows need no look. Empty: from is not less than before. */
struct sure {
  uint64_t from;
  uint64_t before;
};

static enum lw_code find_sure(struct search *search, struct sure *ret_sure, struct lw_error *err)
{
  const struct lw_lists_filter *filter = search->filter;
  uint64_t last = 0;
  enum lw_code rc = LW_OK;
  *ret_sure = (struct sure){search->from, search->before};
  if (filter->until != 0) {
    rc = ask_number(search->db, sql_first_of, hour_of(filter->until), search->before,
                    &ret_sure->before, err);
  }
  if (rc == LW_OK && filter->since != 0) {
    rc = ask_number(search->db, sql_last_of, hour_of(filter->since), 0, &last, err);
    ret_sure->from = last + 1 > search->from ? last + 1 : search->from;
  }
  if (ret_sure->before > search->before) {
    ret_sure->before = search->before;
  }
  if (ret_sure->from > ret_sure->before) {
    ret_sure->from = ret_sure->before;
  }
  return rc;
}

/* A number about the rows between two; $3: parameter. *ret_found false: there is no row. */
static enum lw_code ask_rows(struct search *search, const char *sql, const struct sure *between,
                             int64_t parameter, bool *ret_found, uint64_t *ret_number,
                             struct lw_error *err)
{
  struct lw_stmt *stmt = NULL;
  enum lw_code rc = lw_db_statement(search->db, sql, &stmt, err);
  if (rc != LW_OK) {
    return rc;
  }
  lw_stmt_int(stmt, 1, (int64_t)between->before);
  lw_stmt_int(stmt, 2, (int64_t)between->from);
  lw_stmt_int(stmt, 3, parameter);
  rc = lw_stmt_step(stmt, ret_found, err);
  if (rc == LW_OK && *ret_found) {
    *ret_number = (uint64_t)lw_stmt_get_int(stmt, 0);
  }
  lw_stmt_reset(stmt);
  return rc;
}

/* Rows from `from` on, one by one; those behind come next. */
static enum lw_code look_down_to(struct search *search, uint64_t from, struct lw_error *err)
{
  uint64_t own = search->from;
  enum lw_code rc = LW_OK;
  search->from = from;
  if (search->before > from) {
    rc = search_rows(search, err);
    search->before = from;
  }
  search->from = own;
  return rc;
}

/* Passes over rows that are sure to fit without a look at them; counting, over all of them. */
static enum lw_code pass_sure(struct search *search, const struct sure *sure, struct lw_error *err)
{
  const struct sure rest = {sure->from, search->before};
  uint64_t number = 0;
  bool found = false;
  enum lw_code rc = LW_OK;
  if (rest.before <= rest.from) {
    return LW_OK;
  }
  if (!search->counting) {
    rc = ask_rows(search, sql_nth, &rest, search->skip, &found, &number, err);
    if (rc != LW_OK || found) {
      search->skip = 0;
      search->before = found ? number + 1 : search->before;
      return rc;
    }
  }
  rc = ask_rows(search, sql_count, &rest, LW_LISTS_COUNT_MAX, &found, &number, err);
  search->count += search->counting ? number : 0;
  search->done = search->counting && search->count >= LW_LISTS_COUNT_MAX;
  search->skip -= search->counting ? 0 : (uint32_t)number;
  search->before = sure->from;
  return rc;
}

/* Where only the time is asked for: the hours at both ends are looked at, what lies between is
 * passed over as far as it is to be. */
static enum lw_code pass_over(struct search *search, struct lw_error *err)
{
  struct sure sure;
  enum lw_code rc = find_sure(search, &sure, err);
  if (rc == LW_OK) {
    rc = look_down_to(search, sure.before, err);
  }
  if (rc == LW_OK && !search->done && (search->counting || search->skip != 0)) {
    rc = pass_sure(search, &sure, err);
  }
  return rc;
}

static enum lw_code search_all(struct search *search, struct lw_error *err)
{
  enum lw_lists_field field = LW_LISTS_AGENT;
  lw_str text = LW_STR("");
  enum lw_code rc = LW_OK;
  if (search->before <= search->from) {
    return LW_OK;
  }
  if (find_driver(search->filter, &field, &text)) {
    return search_marks(search, field, text, err);
  }
  if ((search->counting || search->skip != 0) && takes_all(search->filter)) {
    rc = pass_over(search, err);
  }
  return rc == LW_OK && !search->done ? search_rows(search, err) : rc;
}

/* How many fit, from the newest one on. */
static enum lw_code count_all(struct search *search, struct lw_error *err)
{
  struct lw_lists_filter whole = *search->filter;
  struct search own = *search;
  whole.after = 0;
  own.filter = &whole;
  own.counting = true;
  own.done = false;
  own.looked = 0;
  own.skip = 0;
  own.from = 0;
  enum lw_code rc = find_bounds(&own, err);
  if (rc == LW_OK) {
    rc = search_all(&own, err);
  }
  search->page->fitting = own.count < LW_LISTS_COUNT_MAX ? own.count : LW_LISTS_COUNT_MAX;
  search->page->fitting_all = !own.done;
  return rc;
}

static enum lw_code find_page(struct search *search, struct lw_error *err)
{
  enum lw_code rc = lw_db_begin(search->db, err);
  if (rc == LW_OK) {
    rc = find_bounds(search, err);
  }
  if (rc == LW_OK) {
    rc = search_all(search, err);
  }
  if (rc == LW_OK && search->filter->count && search->visit == NULL) {
    rc = count_all(search, err);
  }
  if (rc == LW_OK && search->arena != NULL && search->arena->failed) {
    rc = lw_fail(err, LW_NO_MEMORY, "out of memory for the list");
  }
  return rc;
}

/* On a reader of its own, for the time of the search. */
static enum lw_code search_lists(struct lw_lists *lists, struct search *search,
                                 struct lw_error *err)
{
  enum lw_code rc = lw_lists_reader(lists, &search->db, err);
  if (rc == LW_OK) {
    rc = find_page(search, err);
    lw_lists_reader_done(lists, search->db);
  }
  return rc;
}

enum lw_code lw_lists_decisions(struct lw_lists *lists, const struct lw_lists_filter *filter,
                                struct lw_arena *arena, struct lw_lists_page *ret_page,
                                struct lw_error *err)
{
  struct lw_lists_page page = {0};
  struct search search = {.filter = filter, .arena = arena, .page = &page, .skip = filter->skip};
  search.limit = filter->limit == 0                   ? LIMIT_USUAL
                 : filter->limit < LW_LISTS_LIMIT_MAX ? filter->limit
                                                      : LW_LISTS_LIMIT_MAX;
  page.items = LW_NEW_ARRAY(arena, struct lw_listed, search.limit);
  if (page.items == NULL) {
    return lw_fail(err, LW_NO_MEMORY, "out of memory for the list");
  }
  enum lw_code rc = search_lists(lists, &search, err);
  if (rc == LW_OK) {
    page.next = page.more ? page.items[page.count - 1].seq : 0;
    *ret_page = page;
  }
  return rc;
}

enum lw_code lw_lists_each(struct lw_lists *lists, const struct lw_lists_filter *filter,
                           bool (*visit)(void *user, const struct lw_listed *listed), void *user,
                           uint64_t *ret_through, struct lw_error *err)
{
  struct lw_lists_page page = {0};
  struct search search = {.filter = filter, .page = &page, .visit = visit, .user = user};
  enum lw_code rc = search_lists(lists, &search, err);
  if (rc == LW_OK) {
    *ret_through = page.through;
  }
  return rc;
}

/* --- keys --- */

enum lw_code lw_lists_key(struct lw_lists *lists, const uint8_t digest[16], lw_usec since,
                          uint64_t *ret_seq, struct lw_error *err)
{
  struct lw_db *db = NULL;
  uint64_t first = 0;
  int64_t print = 0;
  uint64_t bits = lw_idem_print(digest);
  memcpy(&print, &bits, sizeof print);
  uint64_t through = lw_lists_through(lists);
  enum lw_code rc = lw_lists_reader(lists, &db, err);
  if (rc != LW_OK) {
    return rc;
  }
  *ret_seq = 0;
  rc = ask_number(db, sql_since, hour_of(since), through, &first, err);
  uint64_t part = (through >> LW_LISTS_KEY_SHIFT) + 1;
  while (rc == LW_OK && *ret_seq == 0 && part-- > first >> LW_LISTS_KEY_SHIFT) {
    struct lw_stmt *stmt = NULL;
    bool is_row = false;
    rc = lw_db_statement(db, sql_key, &stmt, err);
    if (rc == LW_OK) {
      lw_stmt_int(stmt, 1, (int64_t)part);
      lw_stmt_int(stmt, 2, print);
      rc = lw_stmt_step(stmt, &is_row, err);
      *ret_seq = rc == LW_OK && is_row ? (uint64_t)lw_stmt_get_int(stmt, 0) : 0;
      lw_stmt_reset(stmt);
    }
  }
  lw_lists_reader_done(lists, db);
  return rc;
}

/* Some keys of a stretch from *print on, which is then the next one. *ret_more false: that was the
 * end of it. */
static enum lw_code some_keys(struct lw_db *db, uint64_t part, const struct lw_key_visit *visit,
                              int64_t *print, bool *ret_more, struct lw_error *err)
{
  enum { AT_ONCE = 16384 };
  struct lw_stmt *stmt = NULL;
  bool is_row = true;
  int64_t count = 0;
  enum lw_code rc = lw_db_statement(db, sql_keys, &stmt, err);
  if (rc != LW_OK) {
    return rc;
  }
  lw_stmt_int(stmt, 1, (int64_t)part);
  lw_stmt_int(stmt, 2, *print);
  lw_stmt_int(stmt, 3, AT_ONCE);
  while (rc == LW_OK && is_row) {
    rc = lw_stmt_step(stmt, &is_row, err);
    if (rc == LW_OK && is_row) {
      int64_t found = lw_stmt_get_int(stmt, 0);
      uint64_t bits = 0;
      memcpy(&bits, &found, sizeof bits);
      is_row = visit->key(visit->user, bits, (uint64_t)lw_stmt_get_int(stmt, 1));
      *print = found != INT64_MAX ? found + 1 : found;
      count++;
    }
  }
  lw_stmt_reset(stmt);
  *ret_more = count == AT_ONCE;
  return rc;
}

enum lw_code lw_lists_keys(struct lw_lists *lists, uint64_t first, uint64_t last,
                           const struct lw_key_visit *visit, struct lw_error *err)
{
  struct lw_db *db = NULL;
  enum lw_code rc = lw_lists_reader(lists, &db, err);
  if (rc != LW_OK) {
    return rc;
  }
  for (uint64_t part = first >> LW_LISTS_KEY_SHIFT;
       rc == LW_OK && part <= last >> LW_LISTS_KEY_SHIFT; part++) {
    int64_t print = INT64_MIN;
    bool more = true;
    while (rc == LW_OK && more) {
      rc = lw_lists_through(lists) >= last ? some_keys(db, part, visit, &print, &more, err)
                                           : lw_fail(err, LW_BUSY, "the lists are made anew");
    }
  }
  if (rc == LW_OK && lw_lists_through(lists) < last) {
    rc = lw_fail(err, LW_BUSY, "the lists are made anew");
  }
  lw_lists_reader_done(lists, db);
  return rc;
}

/* --- as the API shows it --- */

void lw_lists_print(const struct lw_listed *listed, uint16_t currency, struct lw_buf *out)
{
  char id[LW_DECISION_ID_BYTES];
  (void)lw_id_write(LW_STR("dec"), listed->id, id);
  LW_BUF_LIT(out, "{\"id\":\"");
  lw_buf_add(out, lw_str_from(id, sizeof id));
  LW_BUF_LIT(out, "\",\"seq\":");
  lw_buf_add_uint(out, listed->seq);
  LW_BUF_LIT(out, ",\"at\":");
  lw_decision_add_moment(out, listed->at);
  lw_member_text(out, "agent", listed->agent);
  lw_member_text(out, "team", listed->team);
  lw_member_text(out, "tier", listed->tier);
  lw_member_text(out, "customer", listed->customer);
  lw_member_text(out, "case", listed->case_id);
  lw_member_text(out, "action", listed->action);
  lw_member_text(out, "reason", listed->reason);
  lw_member_text(out, "channel", listed->channel);
  lw_member_text(out, "for", listed->own ? LW_STR("agent") : LW_STR(""));
  lw_member_text(out, "verdict", lw_verdict_name(listed->verdict));
  lw_member_text(out, "state", lw_decision_state_name(listed->state));
  if (listed->has_amount && currency != LW_CURRENCY_NONE) {
    LW_BUF_LIT(out, ",\"amount\":\"");
    lw_money_print((lw_money){listed->amount_minor, currency}, out);
    lw_buf_add_char(out, '"');
  }
  lw_member_text(out, "grant", listed->grant);
  lw_member_text(out, "route", listed->route);
  lw_member_text(out, "rail", listed->rail);
  lw_member_text(out, "approver", listed->approver);
  if (listed->waited >= 0) {
    lw_buf_printf(out, ",\"waited_ms\":%lld", (long long)(listed->waited / 1000));
  }
  if (listed->state == LW_DECISION_HELD) {
    LW_BUF_LIT(out, ",\"hold\":{\"until\":");
    lw_decision_add_moment(out, listed->hold_until);
    lw_buf_add_char(out, '}');
  }
  lw_buf_add_char(out, '}');
}
