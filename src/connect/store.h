/* Rows of deliveries and endpoints, and the place up to which the journal was followed. Inside
 * connect only. Functions that write are called within a batch's transaction. */
#ifndef LW_CONNECT_STORE_H
#define LW_CONNECT_STORE_H

#include "connect/deliver.h"
#include "connect/webhook.h"

/* How long finished deliveries can be looked up. */
#define LW_DELIVERED_KEPT_USEC (3 * 86400 * LW_USEC_PER_SECOND)
#define LW_FAILED_KEPT_USEC    (30 * 86400 * LW_USEC_PER_SECOND)

/* Deliveries wait in lanes: an endpoint's own (its id), mails, tests. */
#define LW_LANE_MAIL LW_STR("mail")
#define LW_LANE_TEST LW_STR("test")

/* A mail of somebody's own test. */
#define LW_KIND_ALERT_TEST LW_STR("alert.test")

struct lw_endpoint_row {
  lw_str id;
  lw_str url;
  lw_str name;
  lw_str kinds; /* patterns with a space between; empty: all */
  bool texts;
  bool active;
  lw_str secret;
  lw_str old_secret;
  lw_usec old_until;
  uint64_t since; /* entries after it are for this endpoint */
  lw_usec made_at;
  lw_str made_by;
  lw_usec failing_since; /* 0: it is not */
  lw_str why;            /* it was switched off; or empty */
  int64_t waiting;
};

struct lw_delivery_row {
  lw_str id;
  lw_str lane;
  lw_str endpoint; /* "whk_..." or "mail" */
  lw_str person;   /* mail */
  lw_str about;    /* mail: the approval; of a test: its own id */
  uint64_t seq;    /* 0: a test */
  lw_str kind;
  lw_usec at; /* of the entry */
  lw_usec due_at;
};

struct lw_delivery_end {
  enum lw_delivery_state state; /* WAITING: again at due_at */
  lw_usec due_at;
  int status;
  const char *error;
};

/* Endpoints that are there, newest first, into arena. */
LW_NODISCARD enum lw_code lw_endpoint_rows(struct lw_db *db, struct lw_arena *arena,
                                           const struct lw_endpoint_row **ret_rows,
                                           uint32_t *ret_count, struct lw_error *err);
/* LW_NOT_FOUND. */
LW_NODISCARD enum lw_code lw_endpoint_get(struct lw_db *db, lw_str id, struct lw_arena *arena,
                                          struct lw_endpoint_row *ret_row, struct lw_error *err);
/* The new row with everything in it, or the old one as it is now. */
LW_NODISCARD enum lw_code lw_endpoint_write(struct lw_db *db, const struct lw_endpoint_row *row,
                                            struct lw_error *err);
/* Out of sight at once; its rows go bit by bit (lw_delivery_prune). */
LW_NODISCARD enum lw_code lw_endpoint_remove(struct lw_db *db, lw_str id, struct lw_error *err);
LW_NODISCARD enum lw_code lw_endpoint_switch_off(struct lw_db *db, lw_str id, lw_str why,
                                                 struct lw_error *err);
/* More (or fewer) wait. *ret_there false: it is not there or switched off, nothing was counted. */
LW_NODISCARD enum lw_code lw_endpoint_count(struct lw_db *db, lw_str id, int64_t more,
                                            bool *ret_there, struct lw_error *err);
LW_NODISCARD enum lw_code lw_endpoint_note(struct lw_db *db, lw_str id, bool arrived, lw_usec now,
                                           struct lw_error *err);

/* row->id is made; a mail about the same thing to the same person stands already: nothing happens.
 */
LW_NODISCARD enum lw_code lw_delivery_insert(struct lw_db *db, const struct lw_delivery_row *row,
                                             lw_usec now, struct lw_error *err);
/* The first of a lane, by the time they are due, into arena. */
LW_NODISCARD enum lw_code lw_delivery_due(struct lw_db *db, lw_str lane, uint32_t most,
                                          struct lw_arena *arena, struct lw_delivery_row *place,
                                          uint32_t *ret_count, struct lw_error *err);
/* LW_NOT_FOUND. */
LW_NODISCARD enum lw_code lw_delivery_get(struct lw_db *db, lw_str id, struct lw_arena *arena,
                                          struct lw_delivery_row *ret_row,
                                          enum lw_delivery_state *ret_state, int *ret_attempts,
                                          struct lw_error *err);
/* As lw_deliveries_print prints it; nothing when it is not there. */
LW_NODISCARD enum lw_code lw_delivery_print(struct lw_db *db, lw_str id, struct lw_buf *out,
                                            struct lw_error *err);
/* One attempt more, and what came of it. */
LW_NODISCARD enum lw_code lw_delivery_record(struct lw_db *db, lw_str id,
                                             const struct lw_delivery_end *end, lw_usec now,
                                             struct lw_error *err);
/* Forgets what was kept long enough; *ret_count: how many rows, some hundreds at most. */
LW_NODISCARD enum lw_code lw_delivery_prune(struct lw_db *db, lw_usec now, int64_t *ret_count,
                                            struct lw_error *err);

LW_NODISCARD enum lw_code lw_follower_get(struct lw_db *db, bool *ret_found, uint64_t *ret_seq,
                                          struct lw_error *err);
LW_NODISCARD enum lw_code lw_follower_set(struct lw_db *db, uint64_t seq, struct lw_error *err);

#endif
