/* What a page of the console shows before its script has run: drawn by the page's own components
 * when the console was built, completed here with what is known of whoever asks. Inside http only.
 */
#ifndef LW_HTTP_LOOKS_H
#define LW_HTTP_LOOKS_H

#include "http/assets.h"
#include "http/call.h"

/* Of one request. Texts are borrowed for the length of the call. */
struct lw_looker {
  lw_str name;
  lw_str tier;
  lw_str team;
  bool is_human;
  bool is_here;
  bool sees_desk;
  bool sees_setup;
  bool sees_train;
  lw_str theme; /* "light", "dark"; empty: what the system says */
  lw_str case_id;
  lw_str help; /* for who can't sign in; empty: the usual words */
};

/* Appends text so that it means itself in HTML, also within quotes. Pure. */
void lw_html_add(struct lw_buf *out, lw_str text);
/* The two letters that stand for somebody, as the console takes them from a name or an id; "?" when
 * it has none. Pure. */
void lw_initials_add(struct lw_buf *out, lw_str name);
/* Pure. */
void lw_look_add(struct lw_buf *out, const struct lw_look *look, const struct lw_looker *looker);

#endif
