/* The tables of people. Times are microseconds since 1970 UTC, null where there is none; ids and
 * names are never null. Names and e-mail addresses stand here alone, outside the journal, so that
 * they can be erased. Secrets stand as digests. */
#include "people/staff.h"

static const char people[] = "CREATE TABLE team ("
                             " id TEXT NOT NULL PRIMARY KEY,"
                             " name TEXT NOT NULL,"
                             " parent TEXT NOT NULL);" /* a team's id, or empty: at the top */
                             "CREATE TABLE person ("
                             " id TEXT NOT NULL PRIMARY KEY,"
                             " name TEXT NOT NULL,"
                             " email TEXT NOT NULL,"
                             " team TEXT NOT NULL,"
                             " tier TEXT NOT NULL,"
                             " kind TEXT NOT NULL,"
                             " manager TEXT NOT NULL,"
                             " hired_at BIGINT,"
                             " left_at BIGINT,"
                             " roles BIGINT NOT NULL," /* bits of enum lw_role */
                             " version BIGINT NOT NULL);"
                             "CREATE TABLE certificate ("
                             " person TEXT NOT NULL REFERENCES person (id),"
                             " name TEXT NOT NULL,"
                             " until BIGINT," /* null: for good */
                             " PRIMARY KEY (person, name));"
                             "CREATE TABLE own_limit ("
                             " person TEXT NOT NULL REFERENCES person (id),"
                             " budget TEXT NOT NULL,"
                             " minor BIGINT,"
                             " times BIGINT,"
                             " PRIMARY KEY (person, budget));"
                             "CREATE TABLE presence ("
                             " person TEXT NOT NULL PRIMARY KEY REFERENCES person (id),"
                             " state TEXT NOT NULL,"
                             " until BIGINT,"
                             " deputy TEXT NOT NULL);";

static const char ways_in[] = "CREATE TABLE token ("
                              " id TEXT NOT NULL PRIMARY KEY,"
                              " digest BLOB NOT NULL UNIQUE,"
                              " name TEXT NOT NULL,"
                              " scopes BIGINT NOT NULL," /* bits of enum lw_token_scope */
                              " person TEXT NOT NULL,"   /* whom it stands for, or empty */
                              " made_at BIGINT NOT NULL,"
                              " made_by TEXT NOT NULL,"
                              " ends_at BIGINT NOT NULL,"
                              " last_used_at BIGINT,"
                              " revoked_at BIGINT);"
                              "CREATE TABLE credential ("
                              " person TEXT NOT NULL PRIMARY KEY REFERENCES person (id),"
                              " password TEXT NOT NULL," /* Argon2id with its parameters and salt */
                              " set_at BIGINT NOT NULL);"
                              "CREATE TABLE session ("
                              " digest BLOB NOT NULL PRIMARY KEY,"
                              " person TEXT NOT NULL,"
                              " made_at BIGINT NOT NULL,"
                              " seen_at BIGINT NOT NULL,"
                              " ends_at BIGINT NOT NULL,"
                              " agent TEXT NOT NULL);"
                              "CREATE INDEX session_person ON session (person);"
                              "CREATE TABLE invite ("
                              " digest BLOB NOT NULL PRIMARY KEY,"
                              " person TEXT NOT NULL," /* empty: the first administrator */
                              " made_at BIGINT NOT NULL,"
                              " ends_at BIGINT NOT NULL,"
                              " used_at BIGINT);"
                              "CREATE TABLE setting ("
                              " key TEXT NOT NULL PRIMARY KEY,"
                              " value TEXT NOT NULL);";

/* people/known.h */
static const char known[] = "CREATE TABLE authority_known ("
                            " person TEXT NOT NULL PRIMARY KEY REFERENCES person (id),"
                            " digest TEXT NOT NULL,"
                            " at BIGINT NOT NULL,"
                            " body TEXT NOT NULL);";

/* Digits and what stands between them; or empty. */
static const char phones[] = "ALTER TABLE person ADD COLUMN phone TEXT NOT NULL DEFAULT '';";

/* What somebody was before the last change of what they may do (engine/lowers.h). was: JSON. */
static const char slips[] = "CREATE TABLE person_slip ("
                            " person TEXT NOT NULL PRIMARY KEY REFERENCES person (id),"
                            " actor TEXT NOT NULL, at BIGINT NOT NULL, was TEXT NOT NULL);";

/* engine/lowering.h. asked, restore: JSON, as a person's change is read. reason: a reference. */
static const char lowerings[] =
    "CREATE TABLE lowering ("
    " id TEXT NOT NULL PRIMARY KEY, person TEXT NOT NULL REFERENCES person (id),"
    " state BIGINT NOT NULL, asked TEXT NOT NULL, words TEXT NOT NULL, reason TEXT NOT NULL,"
    " ends_at BIGINT NOT NULL, by_person TEXT NOT NULL, at BIGINT NOT NULL,"
    " confirmed_by TEXT NOT NULL, confirmed_at BIGINT NOT NULL, restore TEXT NOT NULL,"
    " ended_by TEXT NOT NULL, ended_at BIGINT NOT NULL, why TEXT NOT NULL);"
    "CREATE INDEX lowering_person ON lowering (person, id);"
    "CREATE INDEX lowering_due ON lowering (ends_at) WHERE state < 2;";

/* When somebody left, or will leave, as it was said: who may do what goes by left_at, which is when
 * they were made inactive. */
static const char leaving[] = "ALTER TABLE person ADD COLUMN leaves_at BIGINT;";

/* engine/room.h. forward_note, later_note: references; or empty. */
static const char room_words[] =
    "CREATE TABLE room_word ("
    " id TEXT NOT NULL PRIMARY KEY, person TEXT NOT NULL, forward_by TEXT NOT NULL,"
    " forward_at BIGINT NOT NULL, forward_note TEXT NOT NULL, later_by TEXT NOT NULL,"
    " later_at BIGINT NOT NULL, later_note TEXT NOT NULL, later_asks BIGINT NOT NULL);";

const struct lw_migration lw_people_migrations[] = {
    {"people 1: teams and persons", people},
    {"people 2: tokens, passwords, sessions, settings", ways_in},
    {"people 3: what is known of one's authority", known},
    {"people 4: telephones", phones},
    {"people 5: slips", slips},
    {"people 6: lowerings", lowerings},
    {"people 7: when they left", leaving},
    {"people 8: earned room", room_words},
};
const size_t lw_people_migrations_count =
    sizeof lw_people_migrations / sizeof lw_people_migrations[0];
