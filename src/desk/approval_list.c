/* Lists of approvals, newest first. What the database can tell by an index (mine, those that ask
 * me, a case's) it tells; rights and sub-teams are held against each row here. A page looks at no
 * more than a bounded number of rows: a caller who may see few of many gets short pages, and `next`
 * goes on. */
#include "desk/approval_entry.h"
#include "desk/list.h"
#include "data/member.h"
#include "policy/who.h"

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

/* Asked, or standing in now for somebody who was. */
static void add_asked(const struct lw_desk_reader *reader, const struct lw_person *me,
                      struct lw_desk_list *list)
{
  const struct lw_staff *staff = reader->snapshot->staff;
  lw_desk_list_bind(list, "id IN (SELECT approval FROM asked WHERE person IN (", me->actor.id, "");
  for (uint32_t i = 0; i < staff->directory.count && list->count < LW_DESK_LIST_TEXTS_MAX - 6;
       i++) {
    if (lw_deputy_is(&staff->persons[i], me, reader->now)) {
      lw_desk_list_bind(list, ", ", staff->persons[i].actor.id, "");
    }
  }
  LW_BUF_LIT(&list->sql, "))");
}

static const struct lw_person *reader_person(const struct lw_desk_reader *reader)
{
  return reader->caller != NULL && reader->caller->person != NULL
             ? lw_staff_find(reader->snapshot->staff, reader->caller->person->actor.id)
             : NULL;
}

/* False: nothing can be in that list. */
static bool add_view(const struct lw_desk_reader *reader, const struct lw_approval_query *query,
                     struct lw_desk_list *list)
{
  const struct lw_person *me = reader_person(reader);
  bool own = reader->caller != NULL &&
             lw_access_view(reader->caller, LW_ACCESS_SEE_DECISIONS) == LW_VIEW_OWN;
  if (query->view == LW_APPROVALS_ANY) {
    if (own && me != NULL) {
      lw_desk_list_bind(list, " AND (agent = ", me->actor.id, " OR ");
      add_asked(reader, me, list);
      LW_BUF_LIT(&list->sql, ")");
    }
    return true;
  }
  if (me == NULL) {
    return false;
  }
  if (query->view == LW_APPROVALS_MINE) {
    lw_desk_list_bind(list, " AND agent = ", me->actor.id, "");
  } else if (query->view == LW_APPROVALS_ME) {
    lw_desk_list_bind(list, " AND agent <> ", me->actor.id, " AND ");
    add_asked(reader, me, list);
  }
  return true;
}

static bool make(const struct lw_desk_reader *reader, const struct lw_approval_query *query,
                 struct lw_desk_list *list)
{
  LW_BUF_LIT(&list->sql, "SELECT " LW_APPROVAL_COLUMNS " FROM approval WHERE 1 = 1");
  if (query->has_state) {
    lw_buf_printf(&list->sql, " AND state = %d", (int)query->state);
  }
  lw_desk_list_where(list, " AND agent = ", query->agent);
  lw_desk_list_where(list, " AND case_id = ", query->case_id);
  lw_desk_list_where(list, " AND customer = ", query->customer);
  lw_desk_list_where(list, " AND id < ", query->after);
  bool any = add_view(reader, query, list);
  lw_desk_list_order(list, "id DESC");
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

struct listing {
  const struct lw_desk_reader *reader;
  const struct lw_approval_query *query;
  struct lw_approval approval; /* the row that was read last */
};

static enum lw_code take_row(void *of, const struct lw_stmt *row, lw_str *ret_id, bool *ret_seen,
                             struct lw_error *err)
{
  struct listing *listing = of;
  const struct lw_desk_reader *reader = listing->reader;
  listing->approval = (struct lw_approval){0};
  lw_approval_take(row, reader->arena, &listing->approval);
  enum lw_code rc = lw_approval_take_asked(reader->db, reader->arena, &listing->approval, err);
  *ret_id = listing->approval.id;
  *ret_seen = rc == LW_OK && belongs(reader, listing->query, &listing->approval);
  return rc;
}

static enum lw_code print_row(void *of, struct lw_buf *out, struct lw_error *err)
{
  const struct listing *listing = of;
  return lw_approval_print(listing->reader, &listing->approval, false, out, err);
}

enum lw_code lw_approval_list(const struct lw_desk_reader *reader,
                              const struct lw_approval_query *query, struct lw_buf *out,
                              struct lw_error *err)
{
  struct listing listing = {.reader = reader, .query = query};
  const struct lw_desk_rows rows = {&listing, take_row, print_row};
  struct lw_desk_list list = {.limit = query->limit};
  if (!make(reader, query, &list)) {
    lw_buf_finish(&list.sql); /* nothing is asked */
  }
  enum lw_code rc = lw_desk_list_print(reader, &list, &rows, out, err);
  lw_buf_add_char(out, '}');
  return rc;
}
