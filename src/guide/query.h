/* What somebody types into a search, as words, phrases in quotes and the beginning of a word; and
 * that as the query of either store. Nothing that is typed is ever an operator or a mistake: what
 * is no letter and no digit only separates. Pure. */
#ifndef LW_GUIDE_QUERY_H
#define LW_GUIDE_QUERY_H

#include "guide/words.h"

enum {
  LW_QUERY_BYTES_MAX = 400,
  LW_QUERY_TERMS_MAX = 16, /* what comes behind them is passed over */
  LW_QUERY_PHRASE_MAX = 32 /* words of a phrase */
};

/* Words that stand next to each other; one alone may be spelt in another way, too. */
struct lw_query_term {
  lw_str words[LW_QUERY_PHRASE_MAX];
  uint32_t n_words;
  lw_str spelt; /* of a single word; or empty */
  bool begins;  /* the last word may go on */
};
struct lw_query {
  struct lw_query_term terms[LW_QUERY_TERMS_MAX];
  uint32_t count; /* 0: nothing to look for */
};

/* Texts live in `arena`. `whole`: the last word is not somebody's still typing. False: memory ran
 * out. */
LW_NODISCARD bool lw_query_read(lw_str text, bool whole, struct lw_arena *arena,
                                struct lw_query *ret_query);
/* As FTS5 takes it behind MATCH; any: one of the terms is enough. */
void lw_query_print_fts(const struct lw_query *query, bool any, struct lw_buf *out);
/* As to_tsquery takes it. */
void lw_query_print_ts(const struct lw_query *query, bool any, struct lw_buf *out);
/* Whether a word of a text is one that was looked for. */
bool lw_query_has(const struct lw_query *query, lw_str word);

#endif
