/* Lists of cases, newest opened first. A page goes on behind the case that the one before ended
 * with; rights are held against each row, of a bounded number. */
#include "base/bounds.h"
#include "desk/case_store.h"
#include "desk/member.h"

enum { ROWS_LOOKED_AT_MAX = 2000, FILTERS_MAX = 8 };

struct filter {
  struct lw_buf sql;
  lw_str texts[FILTERS_MAX];
  int count;
};

static void add(struct filter *filter, const char *before, lw_str text)
{
  if (text.len != 0 && filter->count < FILTERS_MAX) {
    filter->texts[filter->count++] = text;
    lw_buf_printf(&filter->sql, "%s$%d", before, filter->count);
  }
}

/* Cases of whoever is not among those who are here: nobody's, or of somebody who has left. */
#define LOOSE "owner NOT IN (SELECT id FROM person WHERE left_at IS NULL)"

/* An agent sees their own cases and, of their team's, those that are nobody's. */
static void add_view(const struct lw_desk_reader *reader, struct filter *filter)
{
  const struct lw_caller *caller = reader->caller;
  bool own = caller != NULL && caller->person != NULL && !caller->is_token &&
             lw_access_view(caller, LW_ACCESS_SEE_DECISIONS) == LW_VIEW_OWN &&
             lw_access_view(caller, LW_ACCESS_CHANGE_CASES) != LW_VIEW_ALL;
  if (own) {
    add(filter, " AND (owner = ", caller->person->actor.id);
    LW_BUF_LIT(&filter->sql, " OR " LOOSE ")");
  }
}

static void make_stale(const struct lw_desk_reader *reader, const struct lw_case_query *query,
                       struct filter *filter)
{
  lw_buf_printf(&filter->sql, "SELECT " LW_CASE_COLUMNS " FROM cases WHERE " LW_CASE_STALE,
                LW_CASE_STILL_USEC, (long long)reader->now);
  add(filter, " AND owner = ", query->owner);
  add(filter, " AND customer = ", query->customer);
  add(filter, " AND department = ", query->department);
  add_view(reader, filter);
  lw_buf_printf(&filter->sql,
                " ORDER BY escalated DESC, CASE WHEN " LOOSE " THEN 0 ELSE 1 END, "
                "coalesce(promise_at, " LW_CASE_MOVED " + %lld), id LIMIT %d",
                LW_CASE_STILL_USEC, ROWS_LOOKED_AT_MAX);
}

static void add_stale(const struct lw_desk_reader *reader, const struct lw_case *found,
                      struct lw_buf *out)
{
  const struct lw_person *owner = lw_staff_find(reader->snapshot->staff, found->owner);
  if (out->len != 0 && out->ptr[out->len - 1] == '}') {
    out->len--; /* into the case */
  }
  lw_member_int(out, "over_days",
                (reader->now - lw_case_over_since(found)) / (LW_CASE_STILL_USEC / 3));
  lw_member_time(out, "moved", lw_case_moved(found));
  lw_member_text(out, "owner_name", owner != NULL ? owner->actor.name : LW_STR(""));
  if (found->owner.len != 0 && lw_case_holder(reader->snapshot->staff, found) == NULL) {
    lw_member_bool(out, "owner_left", true);
  }
  lw_buf_add_char(out, '}');
}

static void add_states(uint32_t states, struct filter *filter)
{
  const char *between = " AND state IN (";
  for (int i = 0; i < LW_CASE_STATES; i++) {
    if ((states & (UINT32_C(1) << i)) != 0) {
      lw_buf_printf(&filter->sql, "%s%d", between, i);
      between = ", ";
    }
  }
  lw_buf_add_c(&filter->sql, states != 0 ? ")" : "");
}

static void make(const struct lw_desk_reader *reader, const struct lw_case_query *query,
                 const struct lw_case *after, struct filter *filter)
{
  LW_BUF_LIT(&filter->sql, "SELECT " LW_CASE_COLUMNS " FROM cases WHERE 1 = 1");
  add_states(query->states, filter);
  add(filter, " AND owner = ", query->owner);
  add(filter, " AND customer = ", query->customer);
  add(filter, " AND department = ", query->department);
  add_view(reader, filter);
  if (after != NULL) {
    lw_buf_printf(&filter->sql, " AND opened_at <= %lld AND (opened_at < %lld",
                  (long long)after->opened_at, (long long)after->opened_at);
    add(filter, " OR id < ", after->id);
    LW_BUF_LIT(&filter->sql, ")");
  }
  lw_buf_printf(&filter->sql, " ORDER BY opened_at DESC, id DESC LIMIT %d", ROWS_LOOKED_AT_MAX);
}

struct page {
  bool stale;
  uint32_t limit;
  uint32_t count;
  uint32_t looked_at;
  lw_str last;
  bool more;
};

static enum lw_code show(const struct lw_desk_reader *reader, struct lw_stmt *stmt,
                         struct page *page, struct lw_buf *out, struct lw_error *err)
{
  bool is_row = false;
  enum lw_code rc = LW_OK;
  while ((rc = lw_stmt_step(stmt, &is_row, err)) == LW_OK && is_row) {
    struct lw_case found = {0};
    lw_case_take(stmt, reader->arena, &found);
    if (reader->arena->failed) {
      return lw_fail(err, LW_NO_MEMORY, "out of memory for a list");
    }
    page->looked_at++;
    bool shown = lw_case_visible(reader, &found);
    if (shown && page->count == page->limit) {
      page->more = true;
      break;
    }
    page->last = found.id;
    if (shown) {
      lw_buf_add_c(out, page->count++ == 0 ? "" : ",");
      lw_case_print(reader, &found, out);
      if (page->stale) {
        add_stale(reader, &found, out);
      }
    }
  }
  page->more = page->more || page->looked_at >= ROWS_LOOKED_AT_MAX;
  return rc;
}

enum lw_code lw_case_list(const struct lw_desk_reader *reader, const struct lw_case_query *query,
                          struct lw_buf *out, struct lw_error *err)
{
  struct filter filter = {.count = 0};
  struct lw_case after = {0};
  struct lw_stmt *stmt = NULL;
  struct page page = {.stale = query->stale, .limit = query->limit != 0 ? query->limit : LW_PAGE};
  enum lw_code rc = LW_OK;
  page.limit = page.limit < LW_PAGE_MAX ? page.limit : LW_PAGE_MAX;
  if (query->after.len != 0) {
    rc = lw_case_get(reader->db, query->after, reader->arena, &after, err);
    rc = rc == LW_NOT_FOUND ? lw_fail(err, LW_INVALID, "after: no list ends there") : rc;
  }
  if (rc != LW_OK) {
    return rc;
  }
  if (query->stale) {
    make_stale(reader, query, &filter);
  } else {
    make(reader, query, query->after.len != 0 ? &after : NULL, &filter);
  }
  rc = filter.sql.failed ? lw_fail(err, LW_NO_MEMORY, "out of memory for a list")
                         : lw_db_prepare(reader->db, lw_buf_str(&filter.sql), &stmt, err);
  for (int i = 0; rc == LW_OK && i < filter.count; i++) {
    lw_stmt_text(stmt, i + 1, filter.texts[i]);
  }
  LW_BUF_LIT(out, "{\"items\":[");
  rc = rc == LW_OK ? show(reader, stmt, &page, out, err) : rc;
  lw_buf_add_char(out, ']');
  if (page.more && !query->stale) {
    lw_member_text(out, "next", page.last);
  }
  lw_buf_add_char(out, '}');
  lw_stmt_destroy(stmt);
  lw_buf_finish(&filter.sql);
  return rc;
}
