/* What customers said, for measuring: when, of which team's work, how far along the scale. From the
 * store's table of ratings, or from entries of a journal one by one. */
#ifndef LW_TWEAK_RATINGS_H
#define LW_TWEAK_RATINGS_H

#include "base/arena.h"
#include "base/date.h"
#include "data/value.h"
#include "db/db.h"

struct lw_past_rating {
  lw_usec at;
  int64_t share_ppm; /* 0 to 1,000,000: of the way from the scale's least to its most */
  lw_str team;       /* path; of whoever it is about, when it was recorded; or empty */
  lw_str case_id;
};

/* Texts and items live in the arena. Begins as {0}. */
struct lw_past_ratings {
  struct lw_past_rating *items;
  size_t count;
  size_t capacity;
};

/* All since then. LW_INVALID, with the mend in the hint: the database is older than its table;
 * LW_NO_MEMORY, or the store's. */
LW_NODISCARD enum lw_code lw_past_ratings_read(struct lw_past_ratings *ratings, struct lw_db *db,
                                               lw_usec since, struct lw_arena *arena,
                                               struct lw_error *err);
/* One more, from the body of an entry rating.recorded (docs/formats/journal.md). LW_INVALID: it is
 * none; LW_NO_MEMORY. */
LW_NODISCARD enum lw_code lw_past_ratings_add(struct lw_past_ratings *ratings,
                                              const struct lw_value *body, struct lw_arena *arena,
                                              struct lw_error *err);

#endif
