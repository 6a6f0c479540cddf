/* Cases, answers, ratings and outcomes come from the store, one query each over both periods;
 * causes, remedies and money from one pass over the tape's rows of that time. Sums are exact. */
#include "track/brought.h"

#include "base/table.h"
#include "policy/who.h"
#include "track/brought_rows.h"

#include <float.h>
#include <math.h>

enum { APPROVED = 1 /* as the table `approval` has it */ };

static const double chance = 0.05;

#define USEC_PER_DAY (LW_USEC_PER_SECOND * LW_SECONDS_PER_DAY)

const char *lw_brought_name(enum lw_brought_id id)
{
  static const char *const names[LW_BROUGHTS] = {
      "first_contact", "repeat_contact", "handovers",        "time_to_resolve", "time_to_authority",
      "rating",        "rating_remedy",  "rating_no_remedy", "customers_kept",  "cost_per_kept"};
  return names[id];
}

bool lw_brought_read(lw_str name, enum lw_brought_id *ret_id)
{
  for (int id = 0; id < LW_BROUGHTS; id++) {
    if (lw_str_equal(name, lw_str_c(lw_brought_name((enum lw_brought_id)id)))) {
      *ret_id = (enum lw_brought_id)id;
      return true;
    }
  }
  return false;
}

const char *lw_brought_kind(enum lw_brought_id id)
{
  switch (id) {
  case LW_BROUGHT_HANDOVERS: return "number";
  case LW_BROUGHT_RESOLVE:
  case LW_BROUGHT_AUTHORITY: return "seconds";
  case LW_BROUGHT_COST: return "money";
  case LW_BROUGHT_FIRST_CONTACT:
  case LW_BROUGHT_REPEAT:
  case LW_BROUGHT_RATING:
  case LW_BROUGHT_RATING_WITH:
  case LW_BROUGHT_RATING_NONE:
  case LW_BROUGHT_KEPT:
  case LW_BROUGHTS: break;
  }
  return "share";
}

struct sum {
  int64_t n;
  int64_t sum;
  lw_int128 squares;
};

/* A resolved case whose window is over. */
struct resolved {
  lw_str id;
  lw_usec at;
  enum lw_brought_period period;
  bool clean; /* never changed hands, never came back */
  bool again; /* the customer did */
};

/* A resolved case and another of the same customer soon after: whether it was about the same is
 * told by the tape. */
struct repeat {
  uint32_t place; /* among the resolved ones */
  uint32_t first; /* as lw_brought_rows_want has them */
  uint32_t next;
};

struct rating {
  enum lw_brought_period period;
  int64_t share;
  uint32_t of; /* likewise */
  lw_str case_id;
  lw_usec at;
};

struct work {
  const struct lw_brought_input *input;
  struct lw_brought_case *behind; /* as asked for */
  uint32_t n_behind;
  size_t behind_capacity;
  bool no_memory; /* for those */
  struct lw_arena *arena;
  struct lw_brought_rows *rows; /* of the tape */
  lw_usec from;                 /* where the period before begins */
  struct sum sums[LW_BROUGHT_PERIODS][LW_BROUGHTS];
  bool fits;
  struct resolved *cases;
  uint32_t n_cases;
  size_t capacity;
  struct lw_table index; /* of cases, by id */
  struct repeat *repeats;
  uint32_t n_repeats;
  size_t repeats_capacity;
  struct rating *ratings;
  uint32_t n_ratings;
  size_t ratings_capacity;
};

static void count(struct work *work, enum lw_brought_period period, enum lw_brought_id id,
                  int64_t value)
{
  struct sum *sum = &work->sums[period][id];
  work->fits = work->fits && value < (INT64_C(1) << 46) &&
               !__builtin_add_overflow(sum->sum, value, &sum->sum);
  sum->squares += (lw_int128)value * value;
  sum->n++;
}

static enum lw_brought_period period_of(const struct work *work, lw_usec at)
{
  return at < work->input->since ? LW_BROUGHT_BEFORE : LW_BROUGHT_NOW;
}

/* Behind the figure that is asked for stands this, too. */
static void note(struct work *work, enum lw_brought_period period, enum lw_brought_id id,
                 const struct lw_brought_case *found)
{
  const struct lw_brought_input *input = work->input;
  if (!input->has_cases || input->cases_of != id || period != LW_BROUGHT_NOW ||
      work->n_behind == LW_BROUGHT_CASES_MAX) {
    return;
  }
  struct lw_brought_case *behind =
      lw_arena_grow(work->arena, work->behind, work->n_behind, &work->behind_capacity,
                    (size_t)work->n_behind + 1, sizeof *behind, _Alignof(struct lw_brought_case));
  lw_str of = lw_str_copy(work->arena, found->of);
  if (behind == NULL || of.ptr == NULL) {
    work->no_memory = true;
    return;
  }
  work->behind = behind;
  behind[work->n_behind++] = (struct lw_brought_case){of, found->at, found->value};
}

/* Counted, and noted. */
static void count_in(struct work *work, enum lw_brought_period period, enum lw_brought_id id,
                     const struct lw_brought_case *found)
{
  count(work, period, id, found->value);
  note(work, period, id, found);
}

static bool is_all(const struct lw_track_scope *scope)
{
  return scope->team.len == 0 && scope->within.len == 0;
}

static bool in_scope(const struct lw_track_scope *scope, lw_str team)
{
  return is_all(scope) ||
         (team.len != 0 && (scope->team.len == 0 || lw_team_within(team, scope->team)) &&
          (scope->within.len == 0 || lw_team_within(team, scope->within)));
}

static lw_str team_of(const struct work *work, lw_str person)
{
  const struct lw_person *found = lw_staff_find(work->input->staff, person);
  return found != NULL ? found->actor.team : LW_STR("");
}

/* --- the store --- */

typedef enum lw_code (*take_fn)(struct work *work, const struct lw_stmt *row, struct lw_error *err);

/* $1, $2: both periods' first and last moment; $3, where the query has it, is a number. */
static enum lw_code each_row(struct work *work, const char *sql, int64_t third, take_fn take,
                             struct lw_error *err)
{
  struct lw_stmt *stmt = NULL;
  bool is_row = false;
  enum lw_code rc = lw_db_statement(work->input->db, sql, &stmt, err);
  if (rc != LW_OK) {
    return rc;
  }
  lw_stmt_int(stmt, 1, work->from);
  lw_stmt_int(stmt, 2, work->input->until);
  if (third >= 0) {
    lw_stmt_int(stmt, 3, third);
  }
  while ((rc = lw_stmt_step(stmt, &is_row, err)) == LW_OK && is_row) {
    rc = take(work, stmt, err);
    if (rc != LW_OK) {
      break;
    }
  }
  lw_stmt_reset(stmt);
  return rc;
}

static enum lw_code keep_case(struct work *work, lw_str id, lw_usec at, bool clean,
                              struct lw_error *err)
{
  enum lw_brought_period period = period_of(work, at);
  struct resolved *cases =
      lw_arena_grow(work->arena, work->cases, work->n_cases, &work->capacity,
                    (size_t)work->n_cases + 1, sizeof *cases, _Alignof(struct resolved));
  lw_str copy = lw_str_copy(work->arena, id);
  uint32_t *place = cases != NULL ? lw_table_add(&work->index, copy, NULL) : NULL;
  work->cases = cases != NULL ? cases : work->cases;
  if (place == NULL || copy.ptr == NULL) {
    return lw_fail(err, LW_NO_MEMORY, "out of memory");
  }
  *place = work->n_cases;
  cases[work->n_cases++] =
      (struct resolved){.id = copy, .at = at, .period = period, .clean = clean};
  return LW_OK;
}

static const char cases_sql[] =
    "SELECT id, owner, last_owner, opened_at, first_resolved_at, owner_changes, "
    "department_changes, reopenings FROM cases WHERE first_resolved_at >= $1 AND "
    "first_resolved_at < $2";

static enum lw_code take_case(struct work *work, const struct lw_stmt *row, struct lw_error *err)
{
  lw_str owner = lw_stmt_get_text(row, 1);
  lw_usec opened = lw_stmt_get_int(row, 3);
  lw_usec resolved = lw_stmt_get_int(row, 4);
  int64_t changes = lw_stmt_get_int(row, 5);
  enum lw_brought_period period = period_of(work, resolved);
  owner = owner.len != 0 ? owner : lw_stmt_get_text(row, 2);
  if (!in_scope(&work->input->scope, team_of(work, owner))) {
    return LW_OK;
  }
  lw_usec took = resolved > opened ? (resolved - opened) / LW_USEC_PER_SECOND : 0;
  lw_str id = lw_stmt_get_text(row, 0);
  count_in(work, period, LW_BROUGHT_HANDOVERS, &(struct lw_brought_case){id, resolved, changes});
  count_in(work, period, LW_BROUGHT_RESOLVE, &(struct lw_brought_case){id, resolved, took});
  bool clean = changes == 0 && lw_stmt_get_int(row, 6) == 0 && lw_stmt_get_int(row, 7) == 0;
  bool over = resolved + work->input->repeat_days * USEC_PER_DAY <= work->input->until;
  return over ? keep_case(work, id, resolved, clean, err) : LW_OK;
}

static const char repeats_sql[] =
    "SELECT a.id, b.id FROM cases a JOIN cases b ON b.customer = a.customer AND b.opened_at > "
    "a.first_resolved_at AND b.opened_at <= a.first_resolved_at + $3 AND b.id <> a.id WHERE "
    "a.first_resolved_at >= $1 AND a.first_resolved_at < $2 AND a.customer <> ''";

static enum lw_code take_repeat(struct work *work, const struct lw_stmt *row, struct lw_error *err)
{
  const uint32_t *place = lw_table_find(&work->index, lw_stmt_get_text(row, 0));
  if (place == NULL) {
    return LW_OK;
  }
  struct repeat *repeats =
      lw_arena_grow(work->arena, work->repeats, work->n_repeats, &work->repeats_capacity,
                    (size_t)work->n_repeats + 1, sizeof *repeats, _Alignof(struct repeat));
  if (repeats == NULL) {
    return lw_fail(err, LW_NO_MEMORY, "out of memory");
  }
  work->repeats = repeats;
  repeats[work->n_repeats++] =
      (struct repeat){*place, lw_brought_rows_want(work->rows, lw_stmt_get_text(row, 0)),
                      lw_brought_rows_want(work->rows, lw_stmt_get_text(row, 1))};
  return LW_OK;
}

static const char answers_sql[] =
    "SELECT team, closed_at, requested_at, decision FROM approval WHERE "
    "closed_at >= $1 AND closed_at < $2 AND state = $3";

static enum lw_code take_answer(struct work *work, const struct lw_stmt *row, struct lw_error *err)
{
  (void)err;
  if (in_scope(&work->input->scope, lw_stmt_get_text(row, 0))) {
    lw_usec at = lw_stmt_get_int(row, 1);
    lw_usec waited = at - lw_stmt_get_int(row, 2);
    count_in(
        work, period_of(work, at), LW_BROUGHT_AUTHORITY,
        &(struct lw_brought_case){lw_stmt_get_text(row, 3), at, waited > 0 ? waited / 1000 : 0});
  }
  return LW_OK;
}

static const char ratings_sql[] =
    "SELECT team, at, share, case_id FROM rating WHERE at >= $1 AND at < $2";

static enum lw_code take_rating(struct work *work, const struct lw_stmt *row, struct lw_error *err)
{
  if (!in_scope(&work->input->scope, lw_stmt_get_text(row, 0))) {
    return LW_OK;
  }
  struct rating *ratings =
      lw_arena_grow(work->arena, work->ratings, work->n_ratings, &work->ratings_capacity,
                    (size_t)work->n_ratings + 1, sizeof *ratings, _Alignof(struct rating));
  if (ratings == NULL) {
    return lw_fail(err, LW_NO_MEMORY, "out of memory");
  }
  lw_usec at = lw_stmt_get_int(row, 1);
  lw_str case_id = lw_stmt_get_text(row, 3);
  work->ratings = ratings;
  ratings[work->n_ratings++] = (struct rating){
      period_of(work, at), lw_stmt_get_int(row, 2), lw_brought_rows_want(work->rows, case_id),
      work->input->has_cases ? lw_str_copy(work->arena, case_id) : LW_STR(""), at};
  return LW_OK;
}

static const char outcomes_sql[] =
    "SELECT customer, at, lost FROM outcome WHERE at >= $1 AND at < $2 ORDER BY at";

static enum lw_code take_outcome(struct work *work, const struct lw_stmt *row, struct lw_error *err)
{
  bool kept = lw_brought_rows_outcome(work->rows, lw_stmt_get_text(row, 0),
                                      period_of(work, lw_stmt_get_int(row, 1)),
                                      lw_stmt_get_int(row, 2) != 0);
  return kept ? LW_OK : lw_fail(err, LW_NO_MEMORY, "out of memory");
}

static enum lw_code read_store(struct work *work, struct lw_error *err)
{
  int64_t window = work->input->repeat_days * USEC_PER_DAY;
  enum lw_code rc = each_row(work, outcomes_sql, -1, take_outcome, err);
  rc = rc == LW_OK ? each_row(work, cases_sql, -1, take_case, err) : rc;
  rc = rc == LW_OK ? each_row(work, repeats_sql, window, take_repeat, err) : rc;
  rc = rc == LW_OK ? each_row(work, answers_sql, APPROVED, take_answer, err) : rc;
  return rc == LW_OK ? each_row(work, ratings_sql, -1, take_rating, err) : rc;
}

/* What had to wait for the tape. */
static enum lw_code settle(struct work *work, struct lw_error *err)
{
  for (uint32_t i = 0; i < work->n_repeats; i++) {
    const struct repeat *repeat = &work->repeats[i];
    uint32_t cause = lw_brought_rows_cause(work->rows, repeat->first);
    uint32_t next = lw_brought_rows_cause(work->rows, repeat->next);
    work->cases[repeat->place].again |= cause == 0 || next == 0 || cause == next;
  }
  for (uint32_t i = 0; i < work->n_ratings; i++) {
    const struct rating *rating = &work->ratings[i];
    bool given = lw_brought_rows_given(work->rows, rating->of);
    const struct lw_brought_case said = {rating->case_id, rating->at, rating->share};
    count_in(work, rating->period, LW_BROUGHT_RATING, &said);
    count_in(work, rating->period, given ? LW_BROUGHT_RATING_WITH : LW_BROUGHT_RATING_NONE, &said);
  }
  for (uint32_t i = 0; i < work->n_cases; i++) {
    const struct resolved *found = &work->cases[i];
    bool first = found->clean && !found->again;
    count_in(work, found->period, LW_BROUGHT_REPEAT,
             &(struct lw_brought_case){found->id, found->at, found->again});
    count_in(work, found->period, LW_BROUGHT_FIRST_CONTACT,
             &(struct lw_brought_case){found->id, found->at, first});
  }
  return work->fits ? LW_OK : lw_fail(err, LW_OVERFLOW, "the sums are too large to be counted");
}

/* --- figures --- */

static double scale_of(enum lw_brought_id id)
{
  bool rating =
      id == LW_BROUGHT_RATING || id == LW_BROUGHT_RATING_WITH || id == LW_BROUGHT_RATING_NONE;
  return rating ? 1e6 : id == LW_BROUGHT_AUTHORITY ? 1e3 : 1.0;
}

double lw_brought_scaled(enum lw_brought_id id, int64_t value)
{
  return (double)value / scale_of(id);
}

static bool is_yes_or_no(enum lw_brought_id id)
{
  return id == LW_BROUGHT_FIRST_CONTACT || id == LW_BROUGHT_REPEAT || id == LW_BROUGHT_KEPT;
}

static struct lw_brought_figure figure_of(enum lw_brought_id id, const struct sum *sum)
{
  struct lw_brought_figure figure = {.n = sum->n};
  if (id == LW_BROUGHT_COST) { /* a ratio: no interval is known of it */
    figure.value.known = sum->n != 0;
    figure.value.value = sum->n != 0 ? (double)sum->sum / (double)sum->n : 0;
    return figure;
  }
  figure.value = is_yes_or_no(id) ? lw_interval_wilson(sum->sum, sum->n, chance)
                                  : lw_interval_mean(sum->n, sum->sum, sum->squares, chance);
  figure.sure = figure.value.known && figure.value.high < DBL_MAX;
  figure.value.value /= scale_of(id);
  figure.value.low /= scale_of(id);
  figure.value.high /= scale_of(id);
  return figure;
}

/* From both intervals: each side has its own width. */
static struct lw_brought_figure change_of(const struct lw_brought_figure *now,
                                          const struct lw_brought_figure *before)
{
  const struct lw_interval *a = &now->value;
  const struct lw_interval *b = &before->value;
  struct lw_brought_figure change = {.n = now->n};
  change.value.known = a->known && b->known;
  change.value.value = change.value.known ? a->value - b->value : 0;
  change.sure = now->sure && before->sure;
  if (change.sure) {
    change.value.low = change.value.value - hypot(a->value - a->low, b->high - b->value);
    change.value.high = change.value.value + hypot(a->high - a->value, b->value - b->low);
  }
  return change;
}

static void note_customers(struct work *work)
{
  struct lw_brought_customer customer;
  for (uint32_t at = 0; lw_brought_rows_customer(work->rows, LW_BROUGHT_NOW, &at, &customer);) {
    note(work, LW_BROUGHT_NOW, LW_BROUGHT_KEPT,
         &(struct lw_brought_case){customer.id, 0, !customer.lost});
    note(work, LW_BROUGHT_NOW, LW_BROUGHT_COST,
         &(struct lw_brought_case){customer.id, 0, customer.minor});
  }
}

static void count_kept(struct work *work)
{
  for (int p = 0; p < LW_BROUGHT_PERIODS; p++) {
    struct lw_brought_kept kept;
    lw_brought_rows_kept(work->rows, (enum lw_brought_period)p, &kept);
    work->sums[p][LW_BROUGHT_KEPT] = (struct sum){kept.customers, kept.kept, 0};
    if (work->input->tape != NULL) {
      work->sums[p][LW_BROUGHT_COST] = (struct sum){kept.kept, kept.minor, 0};
    }
  }
}

enum lw_code lw_brought_make(const struct lw_brought_input *input, struct lw_arena *arena,
                             struct lw_brought *ret_brought, struct lw_error *err)
{
  struct work work = {.input = input,
                      .arena = arena,
                      .from = input->since - (input->until - input->since),
                      .fits = true};
  *ret_brought = (struct lw_brought){
      .since = input->since, .until = input->until, .repeat_days = input->repeat_days};
  lw_table_init(&work.index, arena);
  enum lw_code rc = lw_brought_rows_create(input, work.from, arena, &work.rows, err);
  rc = rc == LW_OK ? read_store(&work, err) : rc;
  rc = rc == LW_OK ? lw_brought_rows_read(work.rows, err) : rc;
  rc = rc == LW_OK ? settle(&work, err) : rc;
  rc = rc == LW_OK ? lw_remain_make(input->staff, input->policy, &input->scope, input->until,
                                    input->individuals, arena, &ret_brought->remain, err)
                   : rc;
  if (rc == LW_OK) {
    count_kept(&work);
    note_customers(&work);
    ret_brought->has_cases = input->has_cases;
    ret_brought->cases_of = input->cases_of;
    ret_brought->cases = work.behind;
    ret_brought->n_cases = work.n_behind;
    rc = work.no_memory ? lw_fail(err, LW_NO_MEMORY, "out of memory") : LW_OK;
  }
  for (int id = 0; rc == LW_OK && id < LW_BROUGHTS; id++) {
    struct lw_brought_figure *now = &ret_brought->figures[LW_BROUGHT_NOW][id];
    struct lw_brought_figure *before = &ret_brought->figures[LW_BROUGHT_BEFORE][id];
    *now = figure_of((enum lw_brought_id)id, &work.sums[LW_BROUGHT_NOW][id]);
    *before = figure_of((enum lw_brought_id)id, &work.sums[LW_BROUGHT_BEFORE][id]);
    ret_brought->changes[id] = change_of(now, before);
  }
  ret_brought->currency = input->tape != NULL ? lw_tape_currency(input->tape) : LW_STR("");
  lw_brought_rows_destroy(work.rows);
  return rc;
}
