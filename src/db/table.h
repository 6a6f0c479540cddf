/* Tables as a whole: which there are, and their rows, from one database into another, whichever
 * they are. For moving; nothing of it is fast enough for deciding. */
#ifndef LW_DB_TABLE_H
#define LW_DB_TABLE_H

#include "db/db.h"

enum lw_db_type { LW_DB_INT, LW_DB_TEXT, LW_DB_BLOB };
enum { LW_DB_COLUMNS_MAX = 40 };

struct lw_db_table {
  lw_str name;
  lw_str columns[LW_DB_COLUMNS_MAX];
  enum lw_db_type types[LW_DB_COLUMNS_MAX];
  int n_columns;
  const char *insert; /* static as long as the arena lives: close what ran it before */
};

/* All tables in the order in which they were made (so that whatever refers to another stands behind
 * it), but for those that say which migrations ran and whose turn it is to write, and for indexes
 * of words (FTS5; a table with a tsvector), which either store makes in its own way. In arena. */
LW_NODISCARD enum lw_code lw_db_tables(struct lw_db *db, struct lw_arena *arena,
                                       struct lw_db_table **ret_tables, size_t *ret_count,
                                       struct lw_error *err);

/* What a table holds, whatever the order of its rows. */
struct lw_db_sum {
  uint64_t rows;
  uint64_t digest; /* tells faults of copying; no proof against a forger */
};
LW_NODISCARD enum lw_code lw_db_table_rows(struct lw_db *db, const struct lw_db_table *table,
                                           int64_t *ret_rows, struct lw_error *err);
/* Reads all rows of `table` in `from`, which is within a transaction, and makes them those of the
 * same table of `to`, within one, too; `to` NULL: reads alone. `step` (may be NULL) is called for
 * each row. A fault names the table. */
LW_NODISCARD enum lw_code lw_db_table_copy(struct lw_db *from, struct lw_db *to,
                                           const struct lw_db_table *table,
                                           void (*step)(void *user), void *user,
                                           struct lw_db_sum *ret_sum, struct lw_error *err);

#endif
