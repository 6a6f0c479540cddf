/* Private to desk: lists of rows in pages. What the database can tell by an index it tells; rights
 * are held against each row, of a bounded number: a reader who may see few of many gets short
 * pages, and `next` goes on behind the last row that was looked at. */
#ifndef LW_DESK_LIST_H
#define LW_DESK_LIST_H

#include "desk/approval.h"

enum { LW_DESK_LIST_LOOKS_MAX = 2000, LW_DESK_LIST_TEXTS_MAX = 16 };

/* A question to the database under construction: its text, and what its parameters are. */
struct lw_desk_list {
  struct lw_buf sql;
  lw_str texts[LW_DESK_LIST_TEXTS_MAX]; /* $1 ... */
  int count;
  uint32_t limit; /* rows on a page; 0: LW_PAGE; never more than LW_PAGE_MAX */
  bool whole;     /* a list that has no further page: no `next` */
};

/* Adds `before`, a place for the text, and `after`. */
void lw_desk_list_bind(struct lw_desk_list *list, const char *before, lw_str text,
                       const char *after);
/* The same without `after`; of an empty text nothing. */
void lw_desk_list_where(struct lw_desk_list *list, const char *before, lw_str text);
/* Ends the question with this order and the bound on rows. */
void lw_desk_list_order(struct lw_desk_list *list, const char *order);

/* What a list does with its rows. */
struct lw_desk_rows {
  void *of;
  /* Reads a row: its id, copied into the arena, and whether the reader may see it. */
  enum lw_code (*take)(void *of, const struct lw_stmt *row, lw_str *ret_id, bool *ret_seen,
                       struct lw_error *err);
  /* Appends the row that was taken last. */
  enum lw_code (*print)(void *of, struct lw_buf *out, struct lw_error *err);
};

/* Appends `{"items":[...]` and, if the list goes on, `,"next":"..."`; the object is left open.
 * Frees the question either way. An empty question has no rows. LW_NO_MEMORY where an arena, the
 * question or `out` has failed. */
LW_NODISCARD enum lw_code lw_desk_list_print(const struct lw_desk_reader *reader,
                                             struct lw_desk_list *list,
                                             const struct lw_desk_rows *rows, struct lw_buf *out,
                                             struct lw_error *err);

#endif
