/* Policies that an organization may begin with, embedded at build time (tools/console_files.py out
 * of examples). Inside http only. */
#ifndef LW_HTTP_STARTERS_H
#define LW_HTTP_STARTERS_H

#include "base/str.h"

struct lw_starter {
  lw_str id;           /* "telco" */
  lw_str said;         /* JSON: what the list tells of it */
  lw_str more;         /* JSON: all of it */
  lw_str case_json;    /* an invented case for a first decision: a body of POST /v1/cases */
  lw_str request_json; /* and what to ask for */
};
extern const struct lw_starter lw_starters[];
extern const size_t lw_starters_count;

#endif
