/* Ratings: what customers said of how a case went, on whatever scale; kept as it was said, and
 * beside it as a share of the way from the scale's least to its most, so that scales can be held
 * against each other. Table `rating`, entries rating.recorded; comments are texts outside the
 * journal.
 *
 * A rating is about whoever had the case at that moment, unless the source says who. */
#ifndef LW_DESK_RATING_H
#define LW_DESK_RATING_H

#include "desk/approval.h"

struct lw_rating {
  lw_str id; /* "rat_..." */
  lw_str case_id;
  lw_str customer; /* these three: or empty */
  lw_str agent;
  lw_str team; /* the agent's path when it was recorded */
  lw_usec at;
  int64_t value; /* these three: in millionths */
  int64_t least;
  int64_t most;
  int64_t share_ppm; /* 0 to 1,000,000 */
  lw_str comment;    /* reference (ledger/text.h), JSON; or empty */
  lw_str source;     /* where it was asked for: "mail"; or empty */
};

/* What could be said: both in millionths; unknown: nothing says so. As text "1..5". */
struct lw_rating_scale {
  bool known;
  int64_t least;
  int64_t most;
};
LW_NODISCARD bool lw_rating_scale_read(lw_str text, struct lw_rating_scale *ret_scale);
/* {"min":1,"max":5} */
void lw_rating_scale_print(const struct lw_rating_scale *scale, struct lw_buf *out);
/* Of {"min","max"}; false: faults say why, at `at`. */
LW_NODISCARD bool lw_rating_scale_take(const struct lw_value *value, const char *at,
                                       struct lw_rating_scale *ret_scale, struct lw_faults *faults);
/* The one that is set (console.rating_scale), for ratings that come without; unknown: none is. */
LW_NODISCARD enum lw_code lw_rating_scale_set(struct lw_db *db, struct lw_rating_scale *ret_scale,
                                              struct lw_error *err);
/* "4", "-1", "3.75" in millionths: at most six places. */
LW_NODISCARD bool lw_rating_number_read(lw_str text, int64_t *ret_millionths);
/* How far along, in millionths; least < most. */
int64_t lw_rating_share(int64_t value, int64_t least, int64_t most);

/* POST /v1/ratings {"case","rating","scale":{"min","max"},"at","agent","customer","comment",
 * "source"}. */
struct lw_rating_new {
  struct lw_rating rating; /* id, team, share and comment are made */
  lw_str comment;          /* as text; or empty */
  bool has_at;
};
/* usual: the scale where none is said; NULL: it has to be. Texts live as long as the value. False:
 * faults say why. */
LW_NODISCARD bool lw_rating_read(const struct lw_value *value, const struct lw_rating_scale *usual,
                                 struct lw_rating_new *ret_rating, struct lw_faults *faults);
/* user: struct lw_rating_new. 201 with the rating. LW_CONFLICT: there is one of that case, time and
 * source. LW_INVALID: an agent who is nobody, a time ahead of now. */
enum lw_code lw_rating_record(struct lw_batch *batch, struct lw_change *change,
                              struct lw_error *err);

/* The one of that case, time and source, if there is: value and scale of it. */
LW_NODISCARD enum lw_code lw_rating_find(struct lw_db *db, const struct lw_rating *about,
                                         bool *ret_found, struct lw_rating *ret_rating,
                                         struct lw_error *err);
/* Row, entry and comment of one that was looked at; ret_rating gets id, agent, team, customer. It
 * may be the one in `ask`. */
LW_NODISCARD enum lw_code lw_rating_write(struct lw_batch *batch, struct lw_change *change,
                                          const struct lw_rating_new *ask,
                                          struct lw_rating *ret_rating, struct lw_error *err);

/* What customers said about one agent in a time: sums of shares of the way from the scale's least
 * to its most, in millionths, and the scale when all of them have the same. */
struct lw_rating_sums {
  int64_t n;
  int64_t sum;
  int64_t squares;
  struct lw_rating_scale scale;
};
/* since inclusive, until exclusive. */
LW_NODISCARD enum lw_code lw_rating_sum(struct lw_db *db, lw_str agent, lw_usec since,
                                        lw_usec until, struct lw_rating_sums *ret_sums,
                                        struct lw_error *err);

/* GET /v1/ratings. */
struct lw_rating_query {
  lw_str case_id; /* these three: empty for any */
  lw_str agent;
  lw_str customer;
  lw_str after;   /* `next` of the page before; empty: from the newest */
  uint32_t limit; /* 0: LW_PAGE; at most LW_PAGE_MAX */
};
/* {"items":[...],"next":"..."}, newest told first: those about agents of whom the caller sees
 * decisions; comments for whoever reads their notes. */
LW_NODISCARD enum lw_code lw_rating_list(const struct lw_desk_reader *reader,
                                         const struct lw_rating_query *query, struct lw_buf *out,
                                         struct lw_error *err);

#endif
