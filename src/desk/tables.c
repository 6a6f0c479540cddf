/* The tables of desk, in words that every database understands. Times are microseconds since 1970
 * UTC; ids are texts ordered by time; a text that is not there is empty, a number null. All of it
 * can be made again from the journal (docs/formats/approvals.md). */
#include "desk/case.h"

/* state: enum lw_approval_state. minor null: asked without an amount. otherwise_minor null: refuse.
 * Partial indexes hold only what is open: some dozens, however long the past is. */
static const char approvals[] =
    "CREATE TABLE approval ("
    " id TEXT NOT NULL PRIMARY KEY, decision TEXT NOT NULL, agent TEXT NOT NULL, team TEXT NOT "
    "NULL,"
    " case_id TEXT NOT NULL, customer TEXT NOT NULL, action TEXT NOT NULL, reason TEXT NOT NULL,"
    " minor BIGINT, currency TEXT NOT NULL, route TEXT NOT NULL, binding TEXT NOT NULL,"
    " otherwise_minor BIGINT, levels BIGINT NOT NULL, requested_at BIGINT NOT NULL,"
    " opened_at BIGINT NOT NULL, note TEXT NOT NULL, evidence TEXT NOT NULL,"
    " state BIGINT NOT NULL, level BIGINT NOT NULL, due_at BIGINT NOT NULL, ends_at BIGINT NOT "
    "NULL,"
    " nudges BIGINT NOT NULL, nudged_at BIGINT NOT NULL, closed_at BIGINT NOT NULL,"
    " answered_by TEXT NOT NULL, answered_for TEXT NOT NULL, answer_action TEXT NOT NULL,"
    " answer_minor BIGINT, answer_note TEXT NOT NULL, granted TEXT NOT NULL, flagged BIGINT NOT "
    "NULL,"
    " why TEXT NOT NULL);"
    "CREATE UNIQUE INDEX approval_open ON approval (decision) WHERE state = 0;"
    "CREATE INDEX approval_decision ON approval (decision, id);"
    "CREATE INDEX approval_due ON approval (due_at) WHERE state = 0;"
    "CREATE INDEX approval_agent ON approval (agent, id);"
    "CREATE INDEX approval_case ON approval (case_id, id);"
    "CREATE TABLE asked ("
    " approval TEXT NOT NULL REFERENCES approval (id), place BIGINT NOT NULL, person TEXT NOT NULL,"
    " deputy_of TEXT NOT NULL, level BIGINT NOT NULL, at BIGINT NOT NULL,"
    " PRIMARY KEY (approval, person));"
    "CREATE INDEX asked_person ON asked (person, approval);"
    "CREATE TABLE approval_story ("
    " approval TEXT NOT NULL REFERENCES approval (id), seq BIGINT NOT NULL,"
    " PRIMARY KEY (approval, seq));";

/* Null times: never. */
static const char cases[] =
    "CREATE TABLE cases ("
    " id TEXT NOT NULL PRIMARY KEY, customer TEXT NOT NULL, owner TEXT NOT NULL,"
    " department TEXT NOT NULL, channel TEXT NOT NULL, subject TEXT NOT NULL, state BIGINT NOT "
    "NULL,"
    " opened_at BIGINT NOT NULL, closed_at BIGINT, last_update_at BIGINT, promise_at BIGINT,"
    " reopened BIGINT NOT NULL, escalated BIGINT NOT NULL, facts TEXT NOT NULL,"
    " nudges BIGINT NOT NULL, nudged_at BIGINT, changed_at BIGINT NOT NULL, version BIGINT NOT "
    "NULL);"
    "CREATE INDEX cases_opened ON cases (opened_at, id);"
    "CREATE INDEX cases_owner ON cases (owner, opened_at);"
    "CREATE INDEX cases_customer ON cases (customer, opened_at);";

/* More time and how a yes is given; who has opened an approval; each person's last answers, for how
 * long they usually take. */
static const char seen[] =
    "ALTER TABLE approval ADD COLUMN holds BIGINT NOT NULL DEFAULT 0;"
    "ALTER TABLE approval ADD COLUMN hold_usec BIGINT NOT NULL DEFAULT 0;"
    "CREATE INDEX approval_answered ON approval (answered_by, closed_at);"
    "CREATE TABLE approval_seen ("
    " approval TEXT NOT NULL REFERENCES approval (id), person TEXT NOT NULL, at BIGINT NOT NULL,"
    " PRIMARY KEY (approval, person));";

/* What happened to a case, a row an entry of the journal; and what of the open ones does not move.
 * kind: opened, handed, changed, nudged; owner and department: as they became; before: whose it
 * was; note: a reference (ledger/text.h). */
static const char case_story[] =
    "CREATE TABLE case_story ("
    " case_id TEXT NOT NULL REFERENCES cases (id), seq BIGINT NOT NULL, at BIGINT NOT NULL,"
    " kind TEXT NOT NULL, actor TEXT NOT NULL, owner TEXT NOT NULL, before TEXT NOT NULL,"
    " department TEXT NOT NULL, note TEXT NOT NULL, PRIMARY KEY (case_id, seq));"
    "CREATE INDEX cases_open ON cases (changed_at) WHERE state = 0;";

/* How many open cases somebody has, however many they had. */
static const char open_cases[] = "CREATE INDEX cases_owner_open ON cases (owner) WHERE state = 0;";

const struct lw_migration lw_desk_migrations[] = {
    {"desk: approvals", approvals},
    {"desk: cases", cases},
    {"desk: holds and who has seen", seen},
    {"desk: who had a case", case_story},
    {"desk: open cases by owner", open_cases},
};
const size_t lw_desk_migrations_count = sizeof lw_desk_migrations / sizeof lw_desk_migrations[0];
