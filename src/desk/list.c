#include "desk/list.h"

#include "base/bounds.h"
#include "data/member.h"

void lw_desk_list_bind(struct lw_desk_list *list, const char *before, lw_str text,
                       const char *after)
{
  if (list->count < LW_DESK_LIST_TEXTS_MAX) {
    list->texts[list->count++] = text;
    lw_buf_printf(&list->sql, "%s$%d%s", before, list->count, after);
  }
}

void lw_desk_list_where(struct lw_desk_list *list, const char *before, lw_str text)
{
  if (text.len != 0) {
    lw_desk_list_bind(list, before, text, "");
  }
}

void lw_desk_list_order(struct lw_desk_list *list, const char *order)
{
  lw_buf_printf(&list->sql, " ORDER BY %s LIMIT %d", order, LW_DESK_LIST_LOOKS_MAX);
}

static enum lw_code ask(struct lw_db *db, const struct lw_desk_list *list,
                        struct lw_stmt **ret_stmt, struct lw_error *err)
{
  enum lw_code rc = list->sql.failed ? lw_fail(err, LW_NO_MEMORY, "out of memory for a list")
                                     : lw_db_prepare(db, lw_buf_str(&list->sql), ret_stmt, err);
  for (int i = 0; rc == LW_OK && i < list->count; i++) {
    lw_stmt_text(*ret_stmt, i + 1, list->texts[i]);
  }
  return rc;
}

/* *ret_last: the last row looked at that is on this page or hidden; empty where the list ends. */
static enum lw_code print_rows(struct lw_stmt *stmt, const struct lw_desk_rows *rows,
                               uint32_t limit, struct lw_buf *out, lw_str *ret_last,
                               struct lw_error *err)
{
  lw_str last = LW_STR("");
  uint32_t printed = 0;
  uint32_t looks = 0;
  bool more = false;
  bool is_row = false;
  enum lw_code rc = LW_OK;
  while (rc == LW_OK && !more && (rc = lw_stmt_step(stmt, &is_row, err)) == LW_OK && is_row) {
    lw_str id = LW_STR("");
    bool seen = false;
    rc = rows->take(rows->of, stmt, &id, &seen, err);
    bool full = seen && printed == limit;
    more = full || ++looks == LW_DESK_LIST_LOOKS_MAX;
    if (rc == LW_OK && seen && !full) {
      lw_buf_add_c(out, printed++ == 0 ? "" : ",");
      rc = rows->print(rows->of, out, err);
    }
    last = full ? last : id;
  }
  *ret_last = more ? last : LW_STR("");
  return rc;
}

enum lw_code lw_desk_list_print(const struct lw_desk_reader *reader, struct lw_desk_list *list,
                                const struct lw_desk_rows *rows, struct lw_buf *out,
                                struct lw_error *err)
{
  uint32_t limit = list->limit != 0 ? list->limit : LW_PAGE;
  struct lw_stmt *stmt = NULL;
  lw_str last = LW_STR("");
  enum lw_code rc = list->sql.len != 0 ? ask(reader->db, list, &stmt, err) : LW_OK;
  LW_BUF_LIT(out, "{\"items\":[");
  if (rc == LW_OK && stmt != NULL) {
    rc = print_rows(stmt, rows, limit < LW_PAGE_MAX ? limit : LW_PAGE_MAX, out, &last, err);
  }
  lw_buf_add_char(out, ']');
  lw_member_text(out, "next", list->whole ? LW_STR("") : last);
  lw_stmt_destroy(stmt);
  lw_buf_finish(&list->sql);
  return rc == LW_OK && (out->failed || reader->arena->failed)
             ? lw_fail(err, LW_NO_MEMORY, "out of memory for a list")
             : rc;
}
