/* The tables of guide. Times are microseconds since 1970 UTC; a text that is not there is empty. */
#include "guide/plan.h"

/* name: "general", "needs", "cause:damage". text: empty when it was taken away; its row stays, so
 * that no version comes twice. */
static const char plans[] =
    "CREATE TABLE plan_page ("
    " name TEXT NOT NULL PRIMARY KEY, version BIGINT NOT NULL, text TEXT NOT NULL, at BIGINT NOT "
    "NULL, who TEXT NOT NULL);"
    /* word: a step, "cause" or "need"; value: "1" or "" of a step, else what was found. */
    "CREATE TABLE plan_word ("
    " case_id TEXT NOT NULL, word TEXT NOT NULL, value TEXT NOT NULL, at BIGINT NOT NULL, who TEXT "
    "NOT NULL, PRIMARY KEY (case_id, word));";

/* reasons, teams: names with a line end behind each; page_reason and page_team have the same for
 * those who ask by them. words: the reference of the text. n: by which the index knows the page. */
#define PAGES                                                                                      \
  "CREATE TABLE page ("                                                                            \
  " n BIGINT NOT NULL PRIMARY KEY, slug TEXT NOT NULL UNIQUE, title TEXT NOT NULL, language TEXT " \
  "NOT NULL, reasons TEXT NOT NULL, teams TEXT NOT NULL, words TEXT NOT NULL, version BIGINT NOT " \
  "NULL, at BIGINT NOT NULL, who TEXT NOT NULL);"                                                  \
  "CREATE INDEX page_newest ON page (at);"                                                         \
  "CREATE TABLE page_reason (page BIGINT NOT NULL, reason TEXT NOT NULL, PRIMARY KEY (reason, "    \
  "page));"                                                                                        \
  "CREATE TABLE page_team (page BIGINT NOT NULL, team TEXT NOT NULL, PRIMARY KEY (page, team));"

/* Words are folded before they come here (guide/words.h): the store only splits at blanks. */
static const char sqlite[] =
    PAGES "CREATE VIRTUAL TABLE page_words USING fts5(title, body, tokenize = 'ascii', prefix = "
          "'2 3 4');";
static const char postgres[] =
    PAGES "CREATE TABLE page_words (page BIGINT NOT NULL PRIMARY KEY, words TSVECTOR NOT NULL);"
          "CREATE INDEX page_words_gin ON page_words USING GIN (words);";

const struct lw_migration lw_guide_migrations[] = {
    {"guide: game plans", plans},
    {"guide: reference pages", sqlite, postgres},
};
const size_t lw_guide_migrations_count = sizeof lw_guide_migrations / sizeof lw_guide_migrations[0];
