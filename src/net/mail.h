/* Mail messages as RFC 5322 and MIME have them: built here, sent by net/outbound.h. No text of a
 * caller can become a header of its own: line ends and control characters in subjects and names
 * become spaces, and an address that is not plain is refused. Pure but for lw_mail_login_read. */
#ifndef LW_NET_MAIL_H
#define LW_NET_MAIL_H

#include "base/buf.h"
#include "base/date.h"
#include "base/result.h"

enum { LW_MAIL_ADDRESS_BYTES_MAX = 254 }; /* RFC 5321 */

/* All texts are UTF-8 and borrowed. */
struct lw_mail {
  lw_str from; /* an address */
  lw_str from_name;
  lw_str to;
  lw_str to_name; /* or empty */
  lw_str subject;
  lw_str text; /* lines end with \n */
  lw_str html; /* or empty: text only */
  lw_str id;   /* of letters, digits, '_', '-', '.': Message-ID is <id@domain of from> */
  lw_usec at;
};

/* "ana@example.org": ASCII, dot-atom before the @, a domain behind it. */
bool lw_mail_address_fits(lw_str address);
/* Appends the whole message, lines ending with CR LF. LW_INVALID: an address or the id is not
 * plain; out is as it was then. */
LW_NODISCARD enum lw_code lw_mail_print(const struct lw_mail *mail, struct lw_buf *out,
                                        struct lw_error *err);

/* User and password of the mail server, kept in memory only. Empty: none. */
struct lw_mail_login {
  char user[256];
  char password[256];
};
/* From a file (first line the user, second the password; refused when others may read it), or, with
 * path NULL, from the environment: LEEWAY_SMTP_USER and LEEWAY_SMTP_PASSWORD. LW_IO, LW_INVALID.
 * Wipe it with lw_mail_login_wipe. */
LW_NODISCARD enum lw_code lw_mail_login_read(const char *path, struct lw_mail_login *ret_login,
                                             struct lw_error *err);
void lw_mail_login_wipe(struct lw_mail_login *login);

#endif
