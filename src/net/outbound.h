/* What goes out: HTTP posts and mails, as an interface, so that tests and simulations hold the
 * other side in hand. Many may be under way at once; whoever started them takes the results one by
 * one, on the same thread. libcurl stands behind lw_outbound_create.
 *
 * A post follows no redirect, verifies TLS, speaks http and https only, uses no proxy of the
 * environment, and reads at most LW_OUTBOUND_REPLY_BYTES_MAX of the reply, which nobody looks at.
 * Each address is checked when it is about to be connected to: what a name stands for is known no
 * earlier. */
#ifndef LW_NET_OUTBOUND_H
#define LW_NET_OUTBOUND_H

#include "base/date.h"
#include "base/result.h"
#include "base/str.h"
#include "net/mail.h"

enum {
  LW_OUTBOUND_REPLY_BYTES_MAX = 16 * 1024, /* an acknowledgement; more is somebody's mistake */
  LW_OUTBOUND_HEADERS_MAX = 8,
  LW_OUTBOUND_ERROR_BYTES = 200
};
#define LW_OUTBOUND_CONNECT_USEC (5 * LW_USEC_PER_SECOND)
#define LW_OUTBOUND_WHOLE_USEC   (20 * LW_USEC_PER_SECOND)

struct lw_outbound_header {
  lw_str name;
  lw_str value; /* without line ends */
};

struct lw_outbound_post {
  lw_str url;
  struct lw_outbound_header headers[LW_OUTBOUND_HEADERS_MAX];
  size_t headers_count;
  lw_str body; /* application/json */
};

struct lw_outbound_mail {
  lw_str from; /* addresses of the envelope */
  lw_str to;
  lw_str message; /* whole, by lw_mail_print */
};

struct lw_outbound_result {
  uint64_t tag;
  int status;                          /* HTTP's, or SMTP's last; 0: no answer came */
  bool sent;                           /* mail: taken over; post: 200 to 299 */
  lw_usec retry_after_usec;            /* what the other side asked for; 0: nothing */
  lw_usec took_usec;                   /* how long it took, by the monotonic clock */
  char error[LW_OUTBOUND_ERROR_BYTES]; /* why not, in words; empty when sent. No secrets. */
};

/* An own implementation fills in these; user is handed to each. */
struct lw_outbound {
  /* Begins; copies all it needs. LW_NO_MEMORY, LW_INVALID (nothing began, no result comes). */
  enum lw_code (*post)(void *user, uint64_t tag, const struct lw_outbound_post *post,
                       struct lw_error *err);
  enum lw_code (*mail)(void *user, uint64_t tag, const struct lw_outbound_mail *mail,
                       struct lw_error *err);
  /* Works on what is under way, and waits at most wait_usec (0: not at all) until one is finished
   * or wake is called. False: none is finished. */
  bool (*take)(void *user, lw_usec wait_usec, struct lw_outbound_result *ret_result);
  void (*wake)(void *user); /* any thread */
  void *user;
};

struct lw_outbound_options {
  bool allow_inside;    /* posts may go to addresses inside one's own network */
  lw_usec connect_usec; /* 0: LW_OUTBOUND_CONNECT_USEC */
  lw_usec whole_usec;   /* 0: LW_OUTBOUND_WHOLE_USEC */
  const char *smtp_url; /* "smtp://mail.example:587", "smtps://mail.example"; NULL: no mail */
  bool smtp_plain;      /* STARTTLS is not required (a mail server on the same machine) */
  const struct lw_mail_login *smtp_login; /* copied; NULL: none */
  const char *ca_file;                    /* own authorities (PEM); NULL: the system's */
};

/* With libcurl. Use and destroy it on one thread at a time. *ret_outbound is borrowed from it. */
struct lw_outbound_client;
LW_NODISCARD enum lw_code lw_outbound_create(const struct lw_outbound_options *options,
                                             struct lw_outbound_client **ret_client,
                                             struct lw_error *err);
const struct lw_outbound *lw_outbound_of(struct lw_outbound_client *client);
/* Ends what is under way. NULL is allowed. */
void lw_outbound_destroy(struct lw_outbound_client *client);

#endif
