/* A ledger in memory, for tests. */
#ifndef LW_LEDGER_TEST_H
#define LW_LEDGER_TEST_H

#include "fault/store.h"
#include "ledger/drawn.h"
#include "ledger/entry.h"
#include "ledger/journal.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

static const lw_usec the_moment = INT64_C(1772359200) * LW_USEC_PER_SECOND; /* 2026-03-01T10:00Z */

static inline struct lw_db *open_file(const char *url)
{
  struct lw_db_options options = {.url = url, .mode = LW_DB_WRITE};
  struct lw_db *db = NULL;
  struct lw_error err = {0};
  if (lw_db_open(&options, &db, &err) != LW_OK ||
      lw_db_migrate(db, lw_ledger_migrations, lw_ledger_migrations_count, &err) != LW_OK) {
    fail_msg("%s", err.text);
  }
  return db;
}

static inline struct lw_db *open_memory(void)
{
  char url[256];
  return open_file(lw_store_make(":memory:", url, sizeof url));
}

static inline void must(enum lw_code rc, const struct lw_error *err)
{
  if (rc != LW_OK) {
    fail_msg("%s: %s", lw_code_name(rc), err->text);
  }
}

/* Writes what the journal holds, as a batch of its own. */
static inline void flush_batch(struct lw_db *db, struct lw_journal *journal)
{
  struct lw_error err = {0};
  must(lw_db_begin(db, &err), &err);
  must(lw_journal_flush(journal, &err), &err);
  must(lw_db_commit(db, &err), &err);
}

static inline void append(struct lw_journal *journal, enum lw_event event, const char *body)
{
  struct lw_error err = {0};
  must(lw_journal_append(journal, event, the_moment, LW_STR("ana"), lw_str_c(body), NULL, &err),
       &err);
}

static inline void exec_sql(struct lw_db *db, const char *sql)
{
  struct lw_error err = {0};
  must(lw_db_exec(db, sql, &err), &err);
}

static inline int64_t get_int(struct lw_db *db, const char *sql)
{
  struct lw_error err = {0};
  int64_t value = 0;
  must(lw_db_get_int(db, sql, &value, &err), &err);
  return value;
}

static inline lw_hash hash_of_hex(const char *hex)
{
  lw_hash hash = {{0}};
  assert_true(lw_hex_read(lw_str_c(hex), hash.bytes, LW_HASH_BYTES));
  return hash;
}

#endif
