/* Cells found by a few numbers: what the sums are kept in. Grows as needed; cells keep their order
 * and number, not their place. One thread. */
#ifndef LW_TRACK_TABLE_H
#define LW_TRACK_TABLE_H

#include "base/attr.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What a cell sums up. */
struct lw_track_cell {
  int64_t decisions;
  int64_t given; /* of them: a remedy came of it, at once or by an answer */
  int64_t at_once;
  int64_t asked;           /* upwards */
  int64_t answered;        /* of those asked: somebody said yes */
  int64_t minor;           /* what stands: given, less what was taken back */
  lw_int128 minor_squares; /* the sum of its squares, decision by decision, */
  lw_int128 minor_cubes;   /* and of its cubes */
  int64_t waited_usec;     /* for those answers, together */
};
/* to += from; false past int64. */
LW_NODISCARD bool lw_track_cell_add(struct lw_track_cell *to, const struct lw_track_cell *from);

struct lw_track_table {
  uint32_t words; /* of a key */
  uint32_t count;
  uint32_t capacity;
  uint32_t n_slots; /* a power of two, or 0 */
  uint32_t *slots;  /* number + 1 of a cell; 0: free */
  uint32_t *keys;   /* count * words */
  struct lw_track_cell *cells;
};

void lw_track_table_init(struct lw_track_table *table, uint32_t words);
void lw_track_table_finish(struct lw_track_table *table);
/* The cell of a key of `words` numbers, made when it is not there; NULL when memory is out. Its
 * place may move at the next add. */
LW_NODISCARD struct lw_track_cell *lw_track_table_add(struct lw_track_table *table,
                                                      const uint32_t *key);
static inline const uint32_t *lw_track_table_key(const struct lw_track_table *table, uint32_t cell)
{
  return table->keys + (size_t)cell * table->words;
}
size_t lw_track_table_bytes(const struct lw_track_table *table);

#endif
