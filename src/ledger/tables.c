/* The ledger's tables. One text for every database: what they call a number, bytes, and a table
 * that is kept in the order of its key differs, and is filled in here. Numbers are 64 bits wide. */
#include "ledger/journal.h"

/* clang-format off */
#define TABLES(number, number_key, bytes, empty, in_key_order, strict)                             \
  "CREATE TABLE journal ("                                                                         \
  "  first " number_key " PRIMARY KEY,"                                                            \
  "  last " number " NOT NULL,"                                                                    \
  "  hash " bytes " NOT NULL,"                                                                     \
  "  entries " bytes " NOT NULL"                                                                   \
  ")" strict ";"                                                                                   \
  "CREATE TABLE budget ("                                                                          \
  "  number " number_key " PRIMARY KEY,"                                                           \
  "  name TEXT NOT NULL UNIQUE"                                                                    \
  ")" strict ";"                                                                                   \
  "CREATE TABLE drawn ("                                                                           \
  "  budget " number " NOT NULL,"                                                                  \
  "  kind " number " NOT NULL,"                                                                    \
  "  scope TEXT NOT NULL,"                                                                         \
  "  key " number " NOT NULL,"                                                                     \
  "  amount " number " NOT NULL,"                                                                  \
  "  times " number " NOT NULL,"                                                                   \
  "  last " number " NOT NULL,"                                                                    \
  "  PRIMARY KEY (budget, kind, scope, key)"                                                       \
  ")" in_key_order ";"                                                                             \
  "CREATE TABLE drawn_log ("                                                                       \
  "  seq " number_key " PRIMARY KEY,"                                                              \
  "  sums " bytes " NOT NULL"                                                                      \
  ")" strict ";"                                                                                   \
  "CREATE TABLE drawn_state ("                                                                     \
  "  id " number_key " PRIMARY KEY,"                                                               \
  "  fold " number " NOT NULL,"                                                                    \
  "  dead " number " NOT NULL,"                                                                    \
  "  upto " number " NOT NULL,"                                                                    \
  "  folded " bytes " NOT NULL"                                                                    \
  ")" strict ";"                                                                                   \
  "INSERT INTO drawn_state (id, fold, dead, upto, folded) VALUES (1, 0, 0, 0, " empty ");"                \
  "CREATE TABLE text ("                                                                            \
  "  id TEXT PRIMARY KEY,"                                                                         \
  "  kind TEXT NOT NULL,"                                                                          \
  "  at " number " NOT NULL,"                                                                      \
  "  person TEXT,"                                                                                 \
  "  customer TEXT,"                                                                               \
  "  salt " bytes ","                                                                              \
  "  body TEXT,"                                                                                   \
  "  erased " number " NOT NULL DEFAULT 0"                                                         \
  ")" strict ";"                                                                                   \
  "CREATE INDEX text_person ON text (person) WHERE person IS NOT NULL;"                            \
  "CREATE INDEX text_customer ON text (customer) WHERE customer IS NOT NULL;"                      \
  "CREATE TABLE checkpoint ("                                                                      \
  "  seq " number_key " PRIMARY KEY,"                                                              \
  "  at " number " NOT NULL,"                                                                      \
  "  hash " bytes " NOT NULL,"                                                                     \
  "  key " bytes " NOT NULL,"                                                                      \
  "  signature " bytes " NOT NULL"                                                                 \
  ")" strict ";"

const struct lw_migration lw_ledger_migrations[] = {
    {"ledger", TABLES("INTEGER", "INTEGER", "BLOB", "x''", " STRICT, WITHOUT ROWID", " STRICT"),
     TABLES("BIGINT", "BIGINT", "BYTEA", "''", "", "")},
    /* What other servers need of a batch (outline.h); of files none have it. */
    {"ledger 2: outlines of batches", "ALTER TABLE drawn_log ADD COLUMN outline BLOB;",
     "ALTER TABLE drawn_log ADD COLUMN outline BYTEA;"},
};
/* clang-format on */

const size_t lw_ledger_migrations_count =
    sizeof lw_ledger_migrations / sizeof lw_ledger_migrations[0];
