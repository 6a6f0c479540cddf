/* A store of a test's own: the file that it names or, where LEEWAY_POSTGRES names a server (as
 * scripts/postgres does), a database of that server. So the same tests run on both. */
#ifndef LW_FAULT_STORE_H
#define LW_FAULT_STORE_H

#include "db/db.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

/* What only a file can be asked for: calls of its operating system that fail, a copy, one owner. */
#define ONLY_ON_FILES()                                                                            \
  do {                                                                                             \
    if (getenv("LEEWAY_POSTGRES") != NULL) {                                                       \
      skip();                                                                                      \
    }                                                                                              \
  } while (0)

/* The URL of a store that is empty, in place; returns place. On a server it is a schema, which is
 * left to it: scripts/postgres throws the whole server away. */
static inline char *lw_store_make(const char *file, char *place, size_t size)
{
  static unsigned made;
  const char *server = getenv("LEEWAY_POSTGRES");
  struct lw_db_options options = {.url = server, .mode = LW_DB_WRITE};
  struct lw_db *db = NULL;
  struct lw_error err;
  char sql[96];
  if (server == NULL) {
    (void)snprintf(place, size, "%s", file);
    return place;
  }
  (void)snprintf(sql, sizeof sql, "CREATE SCHEMA t%ld_%u", (long)getpid(), ++made);
  (void)snprintf(place, size, "%s?options=-csearch_path%%3Dt%ld_%u&application_name=t%ld", server,
                 (long)getpid(), made, (long)getpid());
  if (lw_db_open(&options, &db, &err) != LW_OK || lw_db_exec(db, sql, &err) != LW_OK) {
    fail_msg("%s", err.text);
  }
  lw_db_close(db);
  return place;
}

#endif
