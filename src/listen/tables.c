/* The tables of listen. Times are microseconds since 1970 UTC; a text that is not there is empty.
 */
#include "listen/pulse.h"

/* questions, words: JSON. closed_at 0: not closed; closed_seq: the entry that has the results.
 *
 * pulse_answered and pulse_tally have rows while a round runs, and none afterwards. Rows of
 * pulse_answered stand in the order of people's ids, not in that of their coming. A row of
 * pulse_tally is all of a team: counts are numbers parted by commas, five a question; texts a JSON
 * list in no order; both are written anew with every answer, whether it brings a text or not, so
 * that on PostgreSQL a row's transaction says no more than who came last. */
#define ROUNDS                                                                                     \
  "CREATE TABLE pulse_round ("                                                                     \
  " id TEXT NOT NULL PRIMARY KEY, series TEXT NOT NULL, number BIGINT NOT NULL,"                   \
  " team TEXT NOT NULL, title TEXT NOT NULL, questions TEXT NOT NULL, words TEXT NOT NULL,"        \
  " who TEXT NOT NULL, starts_at BIGINT NOT NULL, ends_at BIGINT NOT NULL,"                        \
  " repeats TEXT NOT NULL, closed_at BIGINT NOT NULL, closed_seq BIGINT NOT NULL);"                \
  "CREATE INDEX pulse_round_ends ON pulse_round (closed_at, ends_at);"                             \
  "CREATE UNIQUE INDEX pulse_round_series ON pulse_round (series, number);"
#define ANSWERS(end)                                                                               \
  "CREATE TABLE pulse_answered ("                                                                  \
  " round TEXT NOT NULL, person TEXT NOT NULL, PRIMARY KEY (round, person))" end ";"               \
  "CREATE TABLE pulse_later ("                                                                     \
  " round TEXT NOT NULL, person TEXT NOT NULL, until BIGINT NOT NULL,"                             \
  " PRIMARY KEY (round, person))" end ";"                                                          \
  "CREATE TABLE pulse_tally ("                                                                     \
  " round TEXT NOT NULL, team TEXT NOT NULL, answers BIGINT NOT NULL, counts TEXT NOT NULL,"       \
  " texts TEXT NOT NULL, PRIMARY KEY (round, team))" end ";"

static const char pulse[] = ROUNDS ANSWERS(" WITHOUT ROWID");
static const char pulse_postgres[] = ROUNDS ANSWERS("");

/* week: "2026-W47". edit, page: JSON with references in place of texts (listen/huddle_store.c); or
 * empty. */
static const char huddles[] =
    "CREATE TABLE huddle ("
    " team TEXT NOT NULL, week TEXT NOT NULL, edit TEXT NOT NULL, version BIGINT NOT NULL,"
    " changed_at BIGINT NOT NULL, changed_by TEXT NOT NULL, page TEXT NOT NULL,"
    " edition BIGINT NOT NULL, published_version BIGINT NOT NULL, published_at BIGINT NOT NULL,"
    " published_by TEXT NOT NULL, PRIMARY KEY (team, week));"
    "CREATE INDEX huddle_week ON huddle (week);";

const struct lw_migration lw_listen_migrations[] = {
    {"listen: pulse surveys", pulse, pulse_postgres},
    {"listen: huddles", huddles},
};
const size_t lw_listen_migrations_count =
    sizeof lw_listen_migrations / sizeof lw_listen_migrations[0];
