/* Private to guide: a reference page as rows. */
#ifndef LW_GUIDE_PAGE_INSIDE_H
#define LW_GUIDE_PAGE_INSIDE_H

#include "guide/page.h"

/* The row of a page: what is asked for without reading what it says. */
struct lw_page_row {
  int64_t n;           /* by which the index of words knows it */
  lw_str words;        /* the reference of its text, JSON */
  struct lw_page page; /* without body */
};
/* n 0: there is none. Lists of names are read too. */
LW_NODISCARD enum lw_code lw_page_row_get(struct lw_db *db, lw_str slug, struct lw_arena *arena,
                                          struct lw_page_row *ret_row, struct lw_error *err);
/* Columns as LW_PAGE_COLUMNS has them. */
#define LW_PAGE_COLUMNS                                                                            \
  "p.n, p.slug, p.title, p.language, p.reasons, p.teams, p.words, p.version, p.at, p.who"
enum { LW_PAGE_COLUMNS_COUNT = 10 };
void lw_page_row_take(const struct lw_stmt *stmt, struct lw_arena *arena,
                      struct lw_page_row *ret_row);
/* The file that it was saved as; empty when it was erased. */
LW_NODISCARD enum lw_code lw_page_row_file(struct lw_db *db, const struct lw_page_row *row,
                                           struct lw_arena *arena, lw_str *ret_file,
                                           struct lw_error *err);
/* Writes row and names; n 0: a new one, which gets a number. */
LW_NODISCARD enum lw_code lw_page_row_put(struct lw_db *db, struct lw_page_row *row,
                                          struct lw_error *err);
LW_NODISCARD enum lw_code lw_page_row_remove(struct lw_db *db, int64_t n, struct lw_error *err);
/* The index of words: replaces what it has of that page. */
LW_NODISCARD enum lw_code lw_page_words_put(struct lw_db *db, int64_t n, lw_str title, lw_str body,
                                            struct lw_error *err);
LW_NODISCARD enum lw_code lw_page_words_remove(struct lw_db *db, int64_t n, struct lw_error *err);

/* Where a body leads: each link to another page, in order. */
struct lw_page_link {
  lw_str to; /* a slug, as it is written; may be none that a page could have */
  uint32_t line;
};
struct lw_page_links {
  lw_str body;
  size_t at;
  uint32_t line;
  bool fenced;
};
/* links: {body, 0, 1}. False: there are no more. */
bool lw_page_links_next(struct lw_page_links *links, struct lw_page_link *ret_link);

/* "[{"text":...},{"text":...,"marked":true}]" of the part of a plain text that has most of what was
 * looked for; of its beginning when it has nothing of it. */
void lw_page_snippet(const struct lw_query *query, lw_str plain, struct lw_buf *out);
/* "*" when the caller sees the pages of all teams, else the ids of those whose pages they see:
 * "/a/b/".
 */
void lw_page_seen_teams(const struct lw_page_reader *reader, struct lw_buf *out);
/* Members of a page without its body, behind "{". */
void lw_page_print_head(const struct lw_page *page, struct lw_buf *out);

#endif
