/* Lists of cases, newest opened first. A page goes on behind the case that the one before ended
 * with; rights are held against each row, of a bounded number. */
#include "desk/case_store.h"
#include "desk/list.h"
#include "data/member.h"

#include <stdio.h>

/* Cases of whoever is not among those who are here: nobody's, or of somebody who has left. */
#define LOOSE "owner NOT IN (SELECT id FROM person WHERE left_at IS NULL)"

/* An agent sees their own cases and, of their team's, those that are nobody's. */
static void add_view(const struct lw_desk_reader *reader, struct lw_desk_list *list)
{
  const struct lw_caller *caller = reader->caller;
  bool own = caller != NULL && caller->person != NULL && !caller->is_token &&
             lw_access_view(caller, LW_ACCESS_SEE_DECISIONS) == LW_VIEW_OWN &&
             lw_access_view(caller, LW_ACCESS_CHANGE_CASES) != LW_VIEW_ALL;
  if (own) {
    lw_desk_list_where(list, " AND (owner = ", caller->person->actor.id);
    LW_BUF_LIT(&list->sql, " OR " LOOSE ")");
  }
}

static void make_stale(const struct lw_desk_reader *reader, const struct lw_case_query *query,
                       struct lw_desk_list *list)
{
  char order[512];
  (void)snprintf(order, sizeof order,
                 "escalated DESC, CASE WHEN " LOOSE " THEN 0 ELSE 1 END, "
                 "coalesce(promise_at, " LW_CASE_MOVED " + %lld), id",
                 LW_CASE_STILL_USEC);
  lw_buf_printf(&list->sql, "SELECT " LW_CASE_COLUMNS " FROM cases WHERE " LW_CASE_STALE,
                LW_CASE_STILL_USEC, (long long)reader->now);
  lw_desk_list_where(list, " AND owner = ", query->owner);
  lw_desk_list_where(list, " AND customer = ", query->customer);
  lw_desk_list_where(list, " AND department = ", query->department);
  add_view(reader, list);
  lw_desk_list_order(list, order);
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

static void add_states(uint32_t states, struct lw_desk_list *list)
{
  const char *between = " AND state IN (";
  for (int i = 0; i < LW_CASE_STATES; i++) {
    if ((states & (UINT32_C(1) << i)) != 0) {
      lw_buf_printf(&list->sql, "%s%d", between, i);
      between = ", ";
    }
  }
  lw_buf_add_c(&list->sql, states != 0 ? ")" : "");
}

static void make(const struct lw_desk_reader *reader, const struct lw_case_query *query,
                 const struct lw_case *after, struct lw_desk_list *list)
{
  LW_BUF_LIT(&list->sql, "SELECT " LW_CASE_COLUMNS " FROM cases WHERE 1 = 1");
  add_states(query->states, list);
  lw_desk_list_where(list, " AND owner = ", query->owner);
  lw_desk_list_where(list, " AND customer = ", query->customer);
  lw_desk_list_where(list, " AND department = ", query->department);
  add_view(reader, list);
  if (after != NULL) {
    lw_buf_printf(&list->sql, " AND opened_at <= %lld AND (opened_at < %lld",
                  (long long)after->opened_at, (long long)after->opened_at);
    lw_desk_list_where(list, " OR id < ", after->id);
    LW_BUF_LIT(&list->sql, ")");
  }
  lw_desk_list_order(list, "opened_at DESC, id DESC");
}

struct listing {
  const struct lw_desk_reader *reader;
  bool stale;
  struct lw_case found; /* the row that was read last */
};

static enum lw_code take_row(void *of, const struct lw_stmt *row, lw_str *ret_id, bool *ret_seen,
                             struct lw_error *err)
{
  struct listing *listing = of;
  (void)err;
  listing->found = (struct lw_case){0};
  lw_case_take(row, listing->reader->arena, &listing->found);
  *ret_id = listing->found.id;
  *ret_seen = lw_case_visible(listing->reader, &listing->found);
  return LW_OK;
}

static enum lw_code print_row(void *of, struct lw_buf *out, struct lw_error *err)
{
  const struct listing *listing = of;
  (void)err;
  lw_case_print(listing->reader, &listing->found, out);
  if (listing->stale) {
    add_stale(listing->reader, &listing->found, out);
  }
  return LW_OK;
}

enum lw_code lw_case_list(const struct lw_desk_reader *reader, const struct lw_case_query *query,
                          struct lw_buf *out, struct lw_error *err)
{
  struct lw_case after = {0};
  struct listing listing = {.reader = reader, .stale = query->stale};
  const struct lw_desk_rows rows = {&listing, take_row, print_row};
  struct lw_desk_list list = {.limit = query->limit, .whole = query->stale};
  enum lw_code rc = LW_OK;
  if (query->after.len != 0) {
    rc = lw_case_get(reader->db, query->after, reader->arena, &after, err);
    rc = rc == LW_NOT_FOUND ? lw_fail(err, LW_INVALID, "after: no list ends there") : rc;
  }
  if (rc != LW_OK) {
    return rc;
  }
  if (query->stale) {
    make_stale(reader, query, &list);
  } else {
    make(reader, query, query->after.len != 0 ? &after : NULL, &list);
  }
  rc = lw_desk_list_print(reader, &list, &rows, out, err);
  lw_buf_add_char(out, '}');
  return rc;
}
