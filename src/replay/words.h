/* Bit words for a block of rows at once: what the tables of rules.h say of each row, looked up in a
 * few tables over combinations of columns.
 *
 * Inside the replay folder only. One thread's. */
#ifndef LW_REPLAY_WORDS_H
#define LW_REPLAY_WORDS_H

#include "replay/rules.h"

enum {
  LW_BLOCK_ROWS = 512, /* divides LW_TAPE_CHUNK_ROWS; what is read of them fits a near cache */
  /* Cells of two columns: a cache line more than a power of two, or all columns of a row would
   * fall into the same few places of the cache. */
  LW_BLOCK_STRIDE = LW_BLOCK_ROWS + 16
};

/* Columns that every row is read from, in the order in which lw_rules_init takes them. */
enum lw_row_column {
  LW_ROW_PERSON,
  LW_ROW_ACTION,
  LW_ROW_AMOUNT,
  LW_ROW_CASE,
  LW_ROW_CUSTOMER,
  LW_ROW_REASON,
  LW_ROW_CHANNEL
};

/* A block, read: cells by column in use (of lw_rules.columns) * LW_BLOCK_STRIDE. */
struct lw_block {
  uint32_t count;
  uint32_t *cells;
  int64_t at[LW_BLOCK_STRIDE];
  int64_t kind[LW_BLOCK_STRIDE];
  int64_t marks[LW_BLOCK_STRIDE];
};

/* What is told of a block's rows. */
struct lw_told {
  uint64_t words[LW_BLOCK_STRIDE]; /* of the row's action, without anybody's own bits */
  uint64_t own[LW_BLOCK_STRIDE];   /* its person's */
  bool capped;                     /* caps are told */
  int64_t caps[LW_BLOCK_STRIDE]; /* at_most where a column tells it, which is in the words, too; -2:
                                  not told */
  int64_t minors[LW_BLOCK_STRIDE];   /* the amount; LW_TAPE_NONE, LW_BOUND_FAULTY */
  uint16_t actions[LW_BLOCK_STRIDE]; /* of the policy; 0 for unknown ones, too: their word is 0 */
};

struct lw_words;

/* rules->tables is not NULL; both are borrowed. NULL when memory is out. */
struct lw_words *lw_words_create(struct lw_bound *bound, struct lw_rules *rules);
void lw_words_destroy(struct lw_words *words); /* NULL is allowed */
/* Whether LW_RULES_PLAIN_BIT of a row's words says that all of it can be read. */
bool lw_words_say_plain(const struct lw_words *words);
/* Whether limits by this column's codes (LW_CAP_CODES; of lw_rules.columns) are in the words: the
 * bits of grants that are up to less are cleared. */
bool lw_words_tell_limits(const struct lw_words *words, uint32_t column);
void lw_words_tell(struct lw_words *words, const struct lw_block *block, struct lw_told *ret_told);

#endif
