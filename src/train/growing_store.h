/* Private to train: courses outside and hours as rows. Whoever writes is inside a transaction. */
#ifndef LW_TRAIN_GROWING_STORE_H
#define LW_TRAIN_GROWING_STORE_H

#include "train/growing.h"
#include "train/inside.h"

/* A course outside. Texts that are not there are empty. */
struct lw_growing_row {
  lw_str id; /* "grw_..." */
  lw_str person;
  lw_str words; /* reference, JSON; of {"title","provider",...} */
  bool shared;  /* the note among them is for whoever leads them, too */
  lw_str from;  /* days */
  lw_str to;
  bool has_price;
  int64_t minor;
  lw_str currency;
  int64_t planned; /* minutes */
  enum lw_growing_state state;
  lw_str decision; /* of the price: the last one that was made; or empty */
  lw_str issued;   /* these two: days, of the certificate that it brought; issued empty: none */
  lw_str expires;
  lw_str held; /* the certificate that a lead vouched for; or empty */
  lw_str vouched_by;
  lw_usec at;
  lw_usec changed_at;
};

struct lw_growing_log {
  lw_str id; /* "grh_..." */
  lw_str person;
  lw_str course; /* or empty */
  lw_str day;
  int64_t minutes;
  lw_str note; /* reference, JSON; or empty */
};

/* A row whose id is new. */
LW_NODISCARD enum lw_code lw_growing_insert(struct lw_db *db, const struct lw_growing_row *row,
                                            struct lw_error *err);
/* All but id, person and at. */
LW_NODISCARD enum lw_code lw_growing_update(struct lw_db *db, const struct lw_growing_row *row,
                                            struct lw_error *err);
/* LW_NOT_FOUND. */
LW_NODISCARD enum lw_code lw_growing_get(struct lw_db *db, lw_str id, struct lw_arena *arena,
                                         struct lw_growing_row *ret_row, struct lw_error *err);
/* Of one person, newest first. */
LW_NODISCARD enum lw_code lw_growing_list(struct lw_db *db, lw_str person, struct lw_arena *arena,
                                          struct lw_growing_row **ret_rows, uint32_t *ret_count,
                                          struct lw_error *err);

/* Hours of a day: written, or in the place of those of that id; remove of an id that is not there
 * does nothing. */
LW_NODISCARD enum lw_code lw_growing_log_put(struct lw_db *db, const struct lw_growing_log *log,
                                             struct lw_error *err);
LW_NODISCARD enum lw_code lw_growing_log_remove(struct lw_db *db, lw_str id, struct lw_error *err);
/* LW_NOT_FOUND. */
LW_NODISCARD enum lw_code lw_growing_log_get(struct lw_db *db, lw_str id, struct lw_arena *arena,
                                             struct lw_growing_log *ret_log, struct lw_error *err);
/* Of one person and year, newest day first; at most LW_GROWING_HOURS_SHOWN_MAX. */
LW_NODISCARD enum lw_code lw_growing_logs(struct lw_db *db, lw_str person, uint32_t year,
                                          struct lw_arena *arena, struct lw_growing_log **ret_logs,
                                          uint32_t *ret_count, struct lw_error *err);
/* Minutes of a person's year. */
LW_NODISCARD enum lw_code lw_growing_minutes(struct lw_db *db, lw_str person, uint32_t year,
                                             int64_t *ret_minutes, struct lw_error *err);

/* The words of a row; {NULL, 0} members where they are not there, or were erased. */
struct lw_growing_words {
  lw_str title;
  lw_str provider;
  lw_str link;
  lw_str note;
  lw_str certificate;
  lw_str issuer;
  lw_str evidence;
};
/* words: the reference of a row. In the reader's arena. */
LW_NODISCARD enum lw_code lw_growing_words_get(const struct lw_train_reader *reader, lw_str words,
                                               struct lw_growing_words *ret_words,
                                               struct lw_error *err);
/* Kept anew, as entries name what was there before. In the batch's scratch. */
LW_NODISCARD enum lw_code lw_growing_words_keep(struct lw_batch *batch, lw_str person,
                                                const struct lw_growing_words *words,
                                                lw_str *ret_reference, struct lw_error *err);

/* What became of the price. */
enum lw_growing_money {
  LW_GROWING_NONE,   /* not decided yet */
  LW_GROWING_ASKED,  /* somebody is being asked */
  LW_GROWING_AGREED, /* granted, and it stands */
  LW_GROWING_BEYOND, /* more than was granted at once: nobody is being asked, or they did not agree
                      */
  LW_GROWING_BACK    /* taken back */
};
struct lw_growing_price {
  enum lw_growing_money state;
  lw_str decision; /* that it rests on; or empty */
  int64_t minor;   /* AGREED: what stands */
  bool held;       /* AGREED: it can still be undone */
};
/* batch: NULL outside of one. */
LW_NODISCARD enum lw_code
lw_growing_price_get(const struct lw_train_reader *reader, struct lw_batch *batch,
                     const struct lw_growing_asking *asking, const struct lw_growing_row *row,
                     struct lw_growing_price *ret_price, struct lw_error *err);

/* Appends the course as the API shows it. */
LW_NODISCARD enum lw_code lw_growing_course_print(const struct lw_growing_reader *reader,
                                                  struct lw_batch *batch,
                                                  const struct lw_growing_row *row,
                                                  struct lw_buf *out, struct lw_error *err);
LW_NODISCARD enum lw_code lw_growing_log_print(const struct lw_train_reader *reader,
                                               const struct lw_growing_log *log, bool notes,
                                               struct lw_buf *out, struct lw_error *err);

#endif
