/* The tables of guide. Times are microseconds since 1970 UTC; a text that is not there is empty. */
#include "guide/guide.h"

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

const struct lw_migration lw_guide_migrations[] = {
    {"guide: game plans", plans},
};
const size_t lw_guide_migrations_count = sizeof lw_guide_migrations / sizeof lw_guide_migrations[0];
