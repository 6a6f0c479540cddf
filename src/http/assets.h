/* The files of the console, embedded at build time (tools/console_files.py out of web/dist), and
 * what each of its pages begins with. Inside http only. */
#ifndef LW_HTTP_ASSETS_H
#define LW_HTTP_ASSETS_H

#include "base/str.h"

struct lw_asset {
  lw_str path; /* "/assets/main-AB12CD34.js" */
  const char *type;
  const char *tag;      /* ETag of the plain form */
  const char *tag_gzip; /* of the compressed one */
  lw_str plain;
  lw_str gzip;    /* empty: it would not be smaller */
  bool immutable; /* its name changes with its content */
};
/* In the order of their paths. */
extern const struct lw_asset lw_assets[];
extern const size_t lw_assets_count; /* 0: built without the console */

/* What a page fetches early and looks by, by surface and language. Its styles stand within it: the
 * first look then waits for no second answer. */
struct lw_page_head {
  lw_str surface; /* "desk"; empty: none yet (signing in) */
  lw_str language;
  lw_str later;        /* fonts and scripts to fetch behind the first look, by spaces */
  lw_str script;       /* a path */
  lw_str style;        /* as it stands within a style element */
  lw_str style_from;   /* the paths of the files that it is made of, with spaces between */
  lw_str style_digest; /* SHA-256 in base64, for the policy of the page */
};
extern const struct lw_page_head lw_page_heads[];
extern const size_t lw_page_heads_count;

extern const lw_str lw_page_worker; /* the path of the script that holds the event stream */
extern const lw_str lw_page_styles; /* JSON: the styles of surfaces that come later */

/* What a page shows before its script has run, cut where something of the request comes in. */
enum lw_look_is {
  LW_LOOK_TEXT,
  LW_LOOK_NAME,     /* of whoever asks */
  LW_LOOK_INITIALS, /* of that name */
  LW_LOOK_PRESENCE, /* classes of their sign: " ai", " on" */
  LW_LOOK_UNDER,    /* tier and team */
  LW_LOOK_CASE,     /* its number, as the address has it */
  LW_LOOK_HELP,     /* what the settings say to who can't sign in; else the piece's text */
  LW_LOOK_SYSTEM,   /* " checked" at the theme that is on */
  LW_LOOK_LIGHT,
  LW_LOOK_DARK,
  LW_LOOK_IF_DESK, /* up to LW_LOOK_END only if; never one within another */
  LW_LOOK_IF_SETUP,
  LW_LOOK_IF_TRAIN,
  LW_LOOK_IF_UNDER,
  LW_LOOK_END
};
struct lw_look_piece {
  enum lw_look_is is;
  lw_str text; /* as HTML */
};
struct lw_look {
  lw_str name; /* "desk", "policy/edit", "panel/framed/none", "signin" */
  lw_str language;
  const struct lw_look_piece *pieces;
  size_t count;
};
extern const struct lw_look lw_looks[];
extern const size_t lw_looks_count;

/* NULL when there is none. */
const struct lw_asset *lw_asset_find(lw_str path);
/* The head of a surface, or else of no surface, in that language, or else in English. NULL: built
 * without the console. */
const struct lw_page_head *lw_page_head_find(lw_str surface, lw_str language);
/* NULL: a page that shows nothing before its script has run. */
const struct lw_look *lw_look_find(lw_str name, lw_str language);

#endif
