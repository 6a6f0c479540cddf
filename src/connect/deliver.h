/* Deliveries: webhooks and mail alerts, kept in the store and sent until they arrive or their
 * schedule ends.
 *
 * A struct lw_connect follows the journal from the place that it keeps in the store: for each entry
 * that an endpoint wants or that asks people, it makes deliveries, in the same transaction as its
 * new place. Then it sends what is due and records what came of it. A crash at any instant repeats
 * at most what was not yet recorded, under the same delivery id.
 *
 * After lw_connect_start all of it happens on a thread of its own, which the engine's commits wake;
 * without, lw_connect_step does one round on the caller's thread (tests, simulation). The functions
 * that print and apply are anybody's.
 *
 * In order: lw_connect_open, lw_connect_start, ..., lw_connect_stop, lw_engine_close,
 * lw_connect_close. */
#ifndef LW_CONNECT_DELIVER_H
#define LW_CONNECT_DELIVER_H

#include "connect/payload.h"
#include "engine/engine.h"
#include "net/outbound.h"

struct lw_connect;

struct lw_connect_options {
  struct lw_engine *engine;
  const char *public_url;             /* "https://leeway.example.org": of links in mails */
  bool allow_private_addresses;       /* webhooks may go to addresses inside one's own network */
  const char *smtp_url;               /* "smtp://mail.example.org:587"; NULL: no mail is sent */
  const char *mail_from;              /* "leeway@example.org"; needed with smtp_url */
  const char *credentials_file;       /* of the mail server; NULL: from the environment, or none */
  bool smtp_plain;                    /* STARTTLS is not required */
  const char *ca_file;                /* own authorities; NULL: the system's */
  struct lw_payload_words words;      /* of what has some; its user outlives the connect */
  const struct lw_outbound *outbound; /* tests; NULL: libcurl. Borrowed. */
};

enum {
  LW_DELIVERIES_AT_ONCE = 4,         /* to one endpoint, and of mails */
  LW_DELIVERIES_UNDER_WAY = 64,      /* in all: one slow endpoint holds up no other */
  LW_DELIVERIES_WAITING_MAX = 250000 /* of one endpoint: it is disabled then. 40 MB of the store. */
};

/* Tables: for lw_engine_options.migrations. */
extern const struct lw_migration lw_connect_migrations[];
extern const size_t lw_connect_migrations_count;

/* Registers with the engine (before its first submit). LW_INVALID: a setting does not fit. */
LW_NODISCARD enum lw_code lw_connect_open(const struct lw_connect_options *options,
                                          struct lw_connect **ret_connect, struct lw_error *err);
LW_NODISCARD enum lw_code lw_connect_start(struct lw_connect *connect, struct lw_error *err);
/* Ends the thread and keeps what is known; what is under way is given up and repeated after the
 * next start. While the engine is open. NULL is allowed. */
void lw_connect_stop(struct lw_connect *connect);
/* After lw_engine_close, whose last commits still tell it something. NULL is allowed. */
void lw_connect_close(struct lw_connect *connect);
bool lw_connect_allows_inside(const struct lw_connect *connect);
/* Whether a mail server is set. */
bool lw_connect_mails(const struct lw_connect *connect);
/* Whether a mail can go to that address. */
bool lw_connect_mail_fits(lw_str address);
/* One round: follow, take results, start what is due. *ret_next: when to call again at the latest,
 * by the engine's clock. Only without a thread. */
LW_NODISCARD enum lw_code lw_connect_step(struct lw_connect *connect, lw_usec *ret_next,
                                          struct lw_error *err);
/* There may be something to do that no journal entry tells of (a test, a delivery once more). Any
 * thread. */
void lw_connect_wake(struct lw_connect *connect);
/* How far it has followed (lists, metrics). Any thread. */
uint64_t lw_connect_seq(struct lw_connect *connect);

struct lw_connect_figures {
  uint64_t delivered, failed,
      retried; /* since the start: arrived, given up, attempts that failed */
  uint64_t under_way;
};
void lw_connect_get_figures(struct lw_connect *connect, struct lw_connect_figures *ret_figures);

/* --- the log of deliveries --- */

enum lw_delivery_state {
  LW_DELIVERY_WAITING,
  LW_DELIVERY_DELIVERED,
  LW_DELIVERY_FAILED /* for good */
};
lw_str lw_delivery_state_name(enum lw_delivery_state state);

struct lw_delivery_filter {
  lw_str endpoint; /* "whk_...", "mail", or empty: all */
  lw_str state;    /* a name, or empty */
  lw_str after;    /* the id that the page before ended with, or empty */
  uint32_t limit;  /* 0: 50; at most 500 */
};
/* Appends {"items":[{"id":"dlv_...","kind":"approval.opened","seq":7,"at":"...","state":"waiting",
 * "attempts":2,"next":"...","status":503,"error":"..."}],"next":"dlv_..."}, newest first. Mails
 * have "person" too; a test has no seq; the page's next only when there is more. LW_NOT_FOUND: no
 * such endpoint. LW_INVALID: no such state. */
LW_NODISCARD enum lw_code lw_deliveries_print(struct lw_db *db,
                                              const struct lw_delivery_filter *filter,
                                              struct lw_buf *out, struct lw_error *err);
/* change->user: the id (const lw_str *). A delivery that failed is tried again from the beginning
 * of its schedule, under its old id. LW_CONFLICT when it is not failed. 200 with the delivery. */
enum lw_code lw_delivery_resend_apply(struct lw_batch *batch, struct lw_change *change,
                                      struct lw_error *err);
enum { LW_RESENT_AT_ONCE_MAX = 10000 }; /* the writer does nothing else meanwhile */
/* change->user: an endpoint's id (const lw_str *). All that failed is tried again as above, and
 * what waits for its next attempt is tried now; tests are not. LW_CONFLICT: it is switched off. 200
 * with
 * {"again": how many}. */
enum lw_code lw_deliveries_resend_apply(struct lw_batch *batch, struct lw_change *change,
                                        struct lw_error *err);

struct lw_delivery_look {
  lw_str endpoint;
  lw_str id;
  struct lw_json_reader *reader;
  struct lw_arena *arena;
  struct lw_payload_words words; /* as the sender has them */
};
/* Appends one delivery of an endpoint as the log has it, with "payload": its body, as a text, as it
 * would be sent now. LW_NOT_FOUND: it has none of that id. */
LW_NODISCARD enum lw_code lw_delivery_look(struct lw_db *db, const struct lw_delivery_look *look,
                                           struct lw_buf *out, struct lw_error *err);

/* --- a test of one's own alerts --- */

struct lw_alert_test {
  lw_str person;
  bool mail; /* a mail too, if they have an address */
};
/* change->user: a struct lw_alert_test. Appends alert.test; 201 with {"seq","mail":"dlv_..."}. The
 * mail is tried once: who waits for it sees why it did not arrive. */
enum lw_code lw_alert_test_apply(struct lw_batch *batch, struct lw_change *change,
                                 struct lw_error *err);
/* The delivery of a test of theirs. LW_NOT_FOUND: it is none. */
LW_NODISCARD enum lw_code lw_alert_test_print(struct lw_db *db, lw_str person, lw_str delivery,
                                              struct lw_arena *arena, struct lw_buf *out,
                                              struct lw_error *err);

#endif
