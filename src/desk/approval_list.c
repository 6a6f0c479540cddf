/* Lists of approvals, newest first. What the database can tell by an index (mine, those that ask
 * me, a case's) it tells; rights and sub-teams are held against each row here. A page looks at no
 * more than a bounded number of rows: a caller who may see few of many gets short pages, and `next`
 * goes on. */
#include "base/bounds.h"
#include "desk/approval_entry.h"
#include "desk/member.h"
#include "policy/who.h"

enum { ROWS_LOOKED_AT_MAX = 2000, FILTERS_MAX = 16 };

bool lw_approval_view_read(lw_str name, enum lw_approval_view *ret_view)
{
  static const lw_str names[] = {LW_STR_INIT("any"), LW_STR_INIT("me"), LW_STR_INIT("mine"),
                                 LW_STR_INIT("team")};
  for (uint32_t i = 0; i < sizeof names / sizeof names[0]; i++) {
    if (lw_str_equal(name, names[i])) {
      *ret_view = (enum lw_approval_view)i;
      return true;
    }
  }
  return false;
}

/* A statement under construction: its text, and what its parameters are. */
struct filter {
  struct lw_buf sql;
  lw_str texts[FILTERS_MAX];
  int count;
};

static void add(struct filter *filter, const char *before, lw_str text, const char *after)
{
  if (filter->count < FILTERS_MAX) {
    filter->texts[filter->count++] = text;
    lw_buf_printf(&filter->sql, "%s$%d%s", before, filter->count, after);
  }
}

/* Asked, or standing in now for somebody who was. */
static void add_asked(const struct lw_desk_reader *reader, const struct lw_person *me,
                      struct filter *filter)
{
  const struct lw_staff *staff = reader->snapshot->staff;
  add(filter, "id IN (SELECT approval FROM asked WHERE person IN (", me->actor.id, "");
  for (uint32_t i = 0; i < staff->directory.count && filter->count < FILTERS_MAX - 6; i++) {
    if (lw_deputy_is(&staff->persons[i], me, reader->now)) {
      add(filter, ", ", staff->persons[i].actor.id, "");
    }
  }
  LW_BUF_LIT(&filter->sql, "))");
}

static const struct lw_person *reader_person(const struct lw_desk_reader *reader)
{
  return reader->caller != NULL && reader->caller->person != NULL
             ? lw_staff_find(reader->snapshot->staff, reader->caller->person->actor.id)
             : NULL;
}

/* False: nothing can be in that list. */
static bool add_view(const struct lw_desk_reader *reader, const struct lw_approval_query *query,
                     struct filter *filter)
{
  const struct lw_person *me = reader_person(reader);
  bool own = reader->caller != NULL &&
             lw_access_view(reader->caller, LW_ACCESS_SEE_DECISIONS) == LW_VIEW_OWN;
  if (query->view == LW_APPROVALS_ANY) {
    if (own && me != NULL) {
      add(filter, " AND (agent = ", me->actor.id, " OR ");
      add_asked(reader, me, filter);
      LW_BUF_LIT(&filter->sql, ")");
    }
    return true;
  }
  if (me == NULL) {
    return false;
  }
  if (query->view == LW_APPROVALS_MINE) {
    add(filter, " AND agent = ", me->actor.id, "");
  } else if (query->view == LW_APPROVALS_ME) {
    add(filter, " AND agent <> ", me->actor.id, " AND ");
    add_asked(reader, me, filter);
  }
  return true;
}

static bool make(const struct lw_desk_reader *reader, const struct lw_approval_query *query,
                 struct filter *filter)
{
  LW_BUF_LIT(&filter->sql, "SELECT " LW_APPROVAL_COLUMNS " FROM approval WHERE 1 = 1");
  if (query->has_state) {
    lw_buf_printf(&filter->sql, " AND state = %d", (int)query->state);
  }
  if (query->agent.len != 0) {
    add(filter, " AND agent = ", query->agent, "");
  }
  if (query->case_id.len != 0) {
    add(filter, " AND case_id = ", query->case_id, "");
  }
  if (query->customer.len != 0) {
    add(filter, " AND customer = ", query->customer, "");
  }
  if (query->after.len != 0) {
    add(filter, " AND id < ", query->after, "");
  }
  bool any = add_view(reader, query, filter);
  lw_buf_printf(&filter->sql, " ORDER BY id DESC LIMIT %d", ROWS_LOOKED_AT_MAX);
  return any;
}

static bool belongs(const struct lw_desk_reader *reader, const struct lw_approval_query *query,
                    const struct lw_approval *approval)
{
  const struct lw_staff *staff = reader->snapshot->staff;
  if (query->team.len != 0 && !lw_team_within(approval->team, query->team)) {
    return false;
  }
  if (query->view == LW_APPROVALS_TEAM) {
    const struct lw_person *me = reader_person(reader);
    const struct lw_person *agent = lw_staff_find(staff, approval->agent);
    return me != NULL && agent != NULL && lw_staff_leads(staff, me, agent) &&
           lw_approval_visible(reader, approval);
  }
  return lw_approval_visible(reader, approval);
}

struct page {
  struct lw_buf *out;
  uint32_t limit;
  uint32_t count;
  uint32_t looked_at;
  lw_str last; /* the last one shown, or looked at */
  bool more;
};

static enum lw_code show(const struct lw_desk_reader *reader, const struct lw_approval_query *query,
                         struct lw_stmt *stmt, struct page *page, struct lw_error *err)
{
  bool is_row = false;
  enum lw_code rc = LW_OK;
  while ((rc = lw_stmt_step(stmt, &is_row, err)) == LW_OK && is_row) {
    struct lw_approval approval = {0};
    lw_approval_take(stmt, reader->arena, &approval);
    rc = lw_approval_take_asked(reader->db, reader->arena, &approval, err);
    page->looked_at++;
    bool shown = rc == LW_OK && belongs(reader, query, &approval);
    if (shown && page->count == page->limit) {
      page->more = true;
      break;
    }
    page->last = approval.id;
    if (shown) {
      lw_buf_add_c(page->out, page->count++ == 0 ? "" : ",");
      rc = lw_approval_print(reader, &approval, false, page->out, err);
    }
    if (rc != LW_OK) {
      break;
    }
  }
  page->more = page->more || page->looked_at >= ROWS_LOOKED_AT_MAX;
  return rc;
}

enum lw_code lw_approval_list(const struct lw_desk_reader *reader,
                              const struct lw_approval_query *query, struct lw_buf *out,
                              struct lw_error *err)
{
  struct filter filter = {.count = 0};
  struct lw_stmt *stmt = NULL;
  struct page page = {.out = out, .limit = query->limit != 0 ? query->limit : LW_PAGE};
  enum lw_code rc = LW_OK;
  page.limit = page.limit < LW_PAGE_MAX ? page.limit : LW_PAGE_MAX;
  LW_BUF_LIT(out, "{\"items\":[");
  if (make(reader, query, &filter)) {
    rc = filter.sql.failed ? lw_fail(err, LW_NO_MEMORY, "out of memory for a list")
                           : lw_db_prepare(reader->db, lw_buf_str(&filter.sql), &stmt, err);
  }
  for (int i = 0; stmt != NULL && i < filter.count; i++) {
    lw_stmt_text(stmt, i + 1, filter.texts[i]);
  }
  if (rc == LW_OK && stmt != NULL) {
    rc = show(reader, query, stmt, &page, err);
  }
  lw_buf_add_char(out, ']');
  if (page.more) {
    lw_member_text(out, "next", page.last);
  }
  lw_buf_add_char(out, '}');
  lw_stmt_destroy(stmt);
  lw_buf_finish(&filter.sql);
  return rc;
}
