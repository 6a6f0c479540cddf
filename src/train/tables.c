/* The tables of train. Times are microseconds since 1970 UTC; a text that is not there is empty. */
#include "train/train.h"

/* files: JSON, an object of names and texts. */
static const char courses[] =
    "CREATE TABLE course_version ("
    " course TEXT NOT NULL, version BIGINT NOT NULL, title TEXT NOT NULL, certificate TEXT NOT "
    "NULL, sha256 TEXT NOT NULL, files TEXT NOT NULL, at BIGINT NOT NULL, who TEXT NOT NULL,"
    " PRIMARY KEY (course, version));";

/* state: 0 open, 1 passed, 2 failed, 3 ended: another version of an AI agent. credit:
 * hundred-thousandths of a percent. response: JSON, while the attempt is open. */
static const char attempts[] =
    "CREATE TABLE attempt ("
    " id TEXT NOT NULL PRIMARY KEY, person TEXT NOT NULL REFERENCES person (id), course TEXT NOT "
    "NULL, version BIGINT NOT NULL, state BIGINT NOT NULL, started_at BIGINT NOT NULL, finished_at "
    "BIGINT NOT NULL, percent BIGINT NOT NULL);"
    "CREATE INDEX attempt_person ON attempt (person, course, id);"
    "CREATE UNIQUE INDEX attempt_open ON attempt (person, course) WHERE state = 0;"
    "CREATE TABLE attempt_answer ("
    " attempt TEXT NOT NULL REFERENCES attempt (id), question TEXT NOT NULL, response TEXT NOT "
    "NULL, credit BIGINT NOT NULL, at BIGINT NOT NULL, PRIMARY KEY (attempt, question));";

/* What an AI agent is, and certificates that count for that alone. */
static const char versions[] =
    "CREATE TABLE ai_version ("
    " person TEXT NOT NULL PRIMARY KEY REFERENCES person (id), version TEXT NOT NULL, at BIGINT "
    "NOT "
    "NULL);"
    "CREATE TABLE ai_earned ("
    " person TEXT NOT NULL REFERENCES person (id), certificate TEXT NOT NULL, course TEXT NOT "
    "NULL, "
    "version TEXT NOT NULL, at BIGINT NOT NULL, PRIMARY KEY (person, certificate));";

/* Ends that were announced, until they are over. */
static const char told[] =
    "CREATE TABLE certificate_told ("
    " person TEXT NOT NULL, certificate TEXT NOT NULL, until BIGINT NOT NULL, at BIGINT NOT NULL,"
    " PRIMARY KEY (person, certificate, until));";

/* Of a finished attempt: how many amounts were given where one is right, and how far the middle one
 * of them was from it, in minor units of the course's currency. */
static const char amounts[] = "ALTER TABLE attempt ADD COLUMN amounts BIGINT NOT NULL DEFAULT 0;"
                              "ALTER TABLE attempt ADD COLUMN amount_off BIGINT NOT NULL DEFAULT "
                              "0;";

/* Courses outside and hours. Days are texts ("2026-03-09"), which sort as days do; words and notes:
 * references. state: enum lw_growing_state. */
static const char growing[] =
    "CREATE TABLE growing ("
    " id TEXT NOT NULL PRIMARY KEY, person TEXT NOT NULL REFERENCES person (id), words TEXT NOT "
    "NULL, shared BIGINT NOT NULL, day_from TEXT NOT NULL, day_to TEXT NOT NULL, has_price BIGINT "
    "NOT NULL, minor BIGINT NOT NULL, currency TEXT NOT NULL, planned BIGINT NOT NULL, state "
    "BIGINT NOT NULL, decision TEXT NOT NULL, issued TEXT NOT NULL, expires TEXT NOT NULL, held "
    "TEXT NOT NULL, vouched_by TEXT NOT NULL, at BIGINT NOT NULL, changed_at BIGINT NOT NULL);"
    "CREATE INDEX growing_person ON growing (person, id);"
    "CREATE TABLE growing_hours ("
    " id TEXT NOT NULL PRIMARY KEY, person TEXT NOT NULL REFERENCES person (id), course TEXT NOT "
    "NULL, day TEXT NOT NULL, minutes BIGINT NOT NULL, note TEXT NOT NULL);"
    "CREATE INDEX growing_hours_person ON growing_hours (person, day);";

/* closed_at: when another version closed it, which has to pass again; 0: it counts. */
static const char closed[] =
    "ALTER TABLE ai_earned ADD COLUMN closed_at BIGINT NOT NULL DEFAULT 0;";

const struct lw_migration lw_train_migrations[] = {
    {"train: courses", courses},
    {"train: attempts", attempts},
    {"train: versions of AI agents", versions},
    {"train: certificates that end", told},
    {"train: amounts of attempts", amounts},
    {"train: courses outside", growing},
    {"train: what another version closed", closed},
};
const size_t lw_train_migrations_count = sizeof lw_train_migrations / sizeof lw_train_migrations[0];
