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
 * kind: opened, handed, changed, nudged, recorded; owner and department: as they became; before:
 * whose it was; note: a reference (ledger/text.h). */
static const char case_story[] =
    "CREATE TABLE case_story ("
    " case_id TEXT NOT NULL REFERENCES cases (id), seq BIGINT NOT NULL, at BIGINT NOT NULL,"
    " kind TEXT NOT NULL, actor TEXT NOT NULL, owner TEXT NOT NULL, before TEXT NOT NULL,"
    " department TEXT NOT NULL, note TEXT NOT NULL, PRIMARY KEY (case_id, seq));"
    "CREATE INDEX cases_open ON cases (changed_at) WHERE state = 0;";

/* How many open cases somebody has, however many they had. */
static const char open_cases[] = "CREATE INDEX cases_owner_open ON cases (owner) WHERE state = 0;";

/* Reviews (desk/review.h). minor null: without an amount. subject: a decision or a case, looked at
 * once. body: a reference, as notes are. */
static const char reviews[] =
    "CREATE TABLE review ("
    " id TEXT NOT NULL PRIMARY KEY, team TEXT NOT NULL, week BIGINT NOT NULL, place BIGINT NOT "
    "NULL,"
    " is_case BIGINT NOT NULL, subject TEXT NOT NULL, agent TEXT NOT NULL, customer TEXT NOT NULL,"
    " case_id TEXT NOT NULL, action TEXT NOT NULL, verdict TEXT NOT NULL, minor BIGINT,"
    " currency TEXT NOT NULL, happened_at BIGINT NOT NULL, why BIGINT NOT NULL, detail TEXT NOT "
    "NULL,"
    " second BIGINT NOT NULL, state BIGINT NOT NULL, closed_by TEXT NOT NULL, closed_at BIGINT NOT "
    "NULL,"
    " skip_reason TEXT NOT NULL, scenario BIGINT NOT NULL, scenario_by TEXT NOT NULL,"
    " reply TEXT NOT NULL, replied_at BIGINT NOT NULL, appeal BIGINT NOT NULL, appeal_text TEXT "
    "NOT NULL,"
    " appealed_at BIGINT NOT NULL, appeal_by TEXT NOT NULL, appeal_note TEXT NOT NULL,"
    " appeal_decided_at BIGINT NOT NULL, version BIGINT NOT NULL);"
    "CREATE UNIQUE INDEX review_subject ON review (subject);"
    "CREATE INDEX review_team ON review (team, week, place);"
    "CREATE INDEX review_agent ON review (agent, id);"
    "CREATE INDEX review_appealed ON review (id) WHERE appeal = 1;"
    "CREATE TABLE review_answer ("
    " review TEXT NOT NULL REFERENCES review (id), reviewer TEXT NOT NULL, at BIGINT NOT NULL,"
    " place BIGINT NOT NULL, amount TEXT NOT NULL, cause TEXT NOT NULL, kept TEXT NOT NULL,"
    " understood TEXT NOT NULL, note TEXT NOT NULL, PRIMARY KEY (review, reviewer));"
    "CREATE TABLE review_draft ("
    " review TEXT NOT NULL REFERENCES review (id), reviewer TEXT NOT NULL, at BIGINT NOT NULL,"
    " body TEXT NOT NULL, PRIMARY KEY (review, reviewer));"
    "CREATE TABLE review_draw ("
    " team TEXT NOT NULL, week BIGINT NOT NULL, at BIGINT NOT NULL, seed_seq BIGINT NOT NULL,"
    " seed TEXT NOT NULL, number BIGINT NOT NULL, random_percent BIGINT NOT NULL,"
    " pool BIGINT NOT NULL, PRIMARY KEY (team, week));"
    "CREATE TABLE review_share ("
    " team TEXT NOT NULL PRIMARY KEY, number BIGINT NOT NULL, random_percent BIGINT NOT NULL);"
    "CREATE INDEX cases_closed ON cases (closed_at);";

/* A case may wait, or be resolved before it is closed; its running figures stand with it (desk/
 * case_figures.h), times and durations in microseconds. Of the story: state after it (-1: as
 * before), place among what happened at the same moment. What is under way is asked for by one list
 * of states, for the index. */
static const char case_figures[] =
    "ALTER TABLE cases ADD COLUMN waiting_for TEXT NOT NULL DEFAULT '';"
    "ALTER TABLE cases ADD COLUMN updates BIGINT NOT NULL DEFAULT 0;"
    "ALTER TABLE cases ADD COLUMN owners BIGINT NOT NULL DEFAULT 0;"
    "ALTER TABLE cases ADD COLUMN owner_changes BIGINT NOT NULL DEFAULT 0;"
    "ALTER TABLE cases ADD COLUMN department_changes BIGINT NOT NULL DEFAULT 0;"
    "ALTER TABLE cases ADD COLUMN reopenings BIGINT NOT NULL DEFAULT 0;"
    "ALTER TABLE cases ADD COLUMN nudges_answered BIGINT NOT NULL DEFAULT 0;"
    "ALTER TABLE cases ADD COLUMN first_owner_at BIGINT;"
    "ALTER TABLE cases ADD COLUMN first_resolved_at BIGINT;"
    "ALTER TABLE cases ADD COLUMN unowned BIGINT NOT NULL DEFAULT 0;"
    "ALTER TABLE cases ADD COLUMN silence BIGINT NOT NULL DEFAULT 0;"
    "ALTER TABLE cases ADD COLUMN nudge_wait BIGINT NOT NULL DEFAULT 0;"
    "ALTER TABLE cases ADD COLUMN moved_at BIGINT NOT NULL DEFAULT 0;"
    "ALTER TABLE cases ADD COLUMN moved_place BIGINT NOT NULL DEFAULT 0;"
    "ALTER TABLE cases ADD COLUMN asked_at BIGINT;"
    "ALTER TABLE cases ADD COLUMN last_owner TEXT NOT NULL DEFAULT '';"
    "ALTER TABLE cases ADD COLUMN last_department TEXT NOT NULL DEFAULT '';"
    "ALTER TABLE case_story ADD COLUMN place BIGINT NOT NULL DEFAULT 0;"
    "ALTER TABLE case_story ADD COLUMN state BIGINT NOT NULL DEFAULT -1;"
    "DROP INDEX cases_open;"
    "DROP INDEX cases_owner_open;"
    "CREATE INDEX cases_open ON cases (changed_at) WHERE state IN (0, 2);"
    "CREATE INDEX cases_owner_open ON cases (owner) WHERE state IN (0, 2);";

/* What customers said of a case (desk/rating.h). value, least, most: in millionths; share: of the
 * way from least to most, in millionths. comment: a reference; or empty. */
static const char ratings[] =
    "CREATE TABLE rating ("
    " id TEXT NOT NULL PRIMARY KEY, case_id TEXT NOT NULL, customer TEXT NOT NULL, agent TEXT NOT "
    "NULL,"
    " team TEXT NOT NULL, at BIGINT NOT NULL, value BIGINT NOT NULL, least BIGINT NOT NULL,"
    " most BIGINT NOT NULL, share BIGINT NOT NULL, comment TEXT NOT NULL, source TEXT NOT NULL);"
    "CREATE UNIQUE INDEX rating_moment ON rating (case_id, at, source);"
    "CREATE INDEX rating_agent ON rating (agent, id);"
    "CREATE INDEX rating_customer ON rating (customer, id);";

/* What became of customers (desk/parting.h); ratings of a time. */
static const char outcomes[] = "CREATE TABLE outcome ("
                               " customer TEXT NOT NULL, at BIGINT NOT NULL, lost BIGINT NOT NULL,"
                               " PRIMARY KEY (customer, at));"
                               "CREATE INDEX outcome_at ON outcome (at);"
                               "CREATE INDEX rating_at ON rating (at);";

/* What was resolved, and answered, in a time. */
static const char times[] = "CREATE INDEX cases_resolved ON cases (first_resolved_at);"
                            "CREATE INDEX approval_closed ON approval (closed_at);";

/* Coaching (desk/coaching.h). note, step: references, as notes are; before: JSON, or empty. */
static const char coaching[] =
    "CREATE TABLE coaching ("
    " id TEXT NOT NULL PRIMARY KEY, person TEXT NOT NULL, lead TEXT NOT NULL, closed BIGINT NOT "
    "NULL,"
    " review TEXT NOT NULL, measure TEXT NOT NULL, opened_at BIGINT NOT NULL,"
    " follow_up_at BIGINT NOT NULL, told_at BIGINT NOT NULL, closed_at BIGINT NOT NULL,"
    " closed_by TEXT NOT NULL, before TEXT NOT NULL, version BIGINT NOT NULL);"
    "CREATE INDEX coaching_person ON coaching (person, id);"
    "CREATE INDEX coaching_due ON coaching (follow_up_at) WHERE closed = 0;"
    "CREATE TABLE coaching_note ("
    " coaching TEXT NOT NULL REFERENCES coaching (id), place BIGINT NOT NULL, at BIGINT NOT NULL,"
    " by_person TEXT NOT NULL, note TEXT NOT NULL, PRIMARY KEY (coaching, place));"
    "CREATE TABLE coaching_step ("
    " coaching TEXT NOT NULL REFERENCES coaching (id), place BIGINT NOT NULL, at BIGINT NOT NULL,"
    " by_person TEXT NOT NULL, step TEXT NOT NULL, due_at BIGINT NOT NULL, done_at BIGINT NOT "
    "NULL,"
    " done_by TEXT NOT NULL, PRIMARY KEY (coaching, place));";

/* Causes (desk/cause.h): of points of charts, as somebody typed them; and of what costs, with who
 * sees to each by what. body, fix: references; or empty. fix_at, fix_policy: 0 for none. */
static const char causes[] =
    "CREATE TABLE cause_note ("
    " of_figure TEXT NOT NULL, by_span TEXT NOT NULL, team TEXT NOT NULL, agent TEXT NOT NULL,"
    " cause TEXT NOT NULL, at BIGINT NOT NULL, body TEXT NOT NULL, who TEXT NOT NULL,"
    " noted_at BIGINT NOT NULL, PRIMARY KEY (of_figure, by_span, team, agent, cause, at));"
    "CREATE TABLE cause ("
    " name TEXT NOT NULL PRIMARY KEY, owner TEXT NOT NULL, fix TEXT NOT NULL,"
    " fix_at BIGINT NOT NULL, fix_policy BIGINT NOT NULL, who TEXT NOT NULL,"
    " changed_at BIGINT NOT NULL, version BIGINT NOT NULL);";

/* What somebody was asked about (desk/question.h). explanation, words: references; or empty. */
static const char questions[] =
    "CREATE TABLE question ("
    " id TEXT NOT NULL PRIMARY KEY, kind TEXT NOT NULL, agent TEXT NOT NULL, team TEXT NOT NULL,"
    " customer TEXT NOT NULL, subject TEXT NOT NULL, detail TEXT NOT NULL, asked_at BIGINT NOT "
    "NULL,"
    " explain_until BIGINT NOT NULL, explanation TEXT NOT NULL, explained_at BIGINT NOT NULL,"
    " closed_by TEXT NOT NULL, closed_at BIGINT NOT NULL, words TEXT NOT NULL, version BIGINT NOT "
    "NULL);"
    "CREATE UNIQUE INDEX question_subject ON question (subject);"
    "CREATE INDEX question_agent ON question (agent, closed_at);";

/* Why somebody wants a decision or a case looked at: a reference; or empty. */
static const char picked[] = "ALTER TABLE review ADD COLUMN pick_reason TEXT NOT NULL DEFAULT '';";

/* What is in the way (desk/obstacle.h): what was said, a row a decision; answers; who sees to a
 * rule. note, body: references; or empty. */
static const char obstacles[] =
    "CREATE TABLE obstacle ("
    " id TEXT NOT NULL PRIMARY KEY, kind TEXT NOT NULL, rule TEXT NOT NULL, decision TEXT NOT NULL,"
    " agent TEXT NOT NULL, team TEXT NOT NULL, case_id TEXT NOT NULL, customer TEXT NOT NULL,"
    " verdict TEXT NOT NULL, action TEXT NOT NULL, minor BIGINT, currency TEXT NOT NULL,"
    " policy BIGINT NOT NULL, note TEXT NOT NULL, at BIGINT NOT NULL);"
    "CREATE UNIQUE INDEX obstacle_decision ON obstacle (decision);"
    "CREATE INDEX obstacle_rule ON obstacle (kind, rule, id);"
    "CREATE INDEX obstacle_agent ON obstacle (agent, id);"
    "CREATE TABLE obstacle_answer ("
    " id TEXT NOT NULL PRIMARY KEY, kind TEXT NOT NULL, rule TEXT NOT NULL, who TEXT NOT NULL,"
    " at BIGINT NOT NULL, outcome TEXT NOT NULL, policy BIGINT NOT NULL, body TEXT NOT NULL);"
    "CREATE TABLE obstacle_owner ("
    " kind TEXT NOT NULL, rule TEXT NOT NULL, owner TEXT NOT NULL, PRIMARY KEY (kind, rule));";

/* Thanks (desk/thanks.h). giver: empty for what a machine passed on. words: a reference. offered,
 * on_wall: 0 or 1. */
static const char thanks[] =
    "CREATE TABLE thanks ("
    " id TEXT NOT NULL PRIMARY KEY, person TEXT NOT NULL, giver TEXT NOT NULL,"
    " customer_said BIGINT NOT NULL, case_id TEXT NOT NULL, decision TEXT NOT NULL,"
    " words TEXT NOT NULL, at BIGINT NOT NULL, offered BIGINT NOT NULL, on_wall BIGINT NOT NULL);"
    "CREATE INDEX thanks_person ON thanks (person, id);"
    "CREATE INDEX thanks_case ON thanks (case_id, person);";

/* What was said about somebody in a time. */
static const char ratings_of[] = "CREATE INDEX rating_agent_at ON rating (agent, at);";

/* Questions about a change of the policy stand among them: of a read, and of no decision. */
static const char change_questions[] =
    "ALTER TABLE obstacle ADD COLUMN read_id TEXT NOT NULL DEFAULT '';"
    "DROP INDEX obstacle_decision;"
    "CREATE UNIQUE INDEX obstacle_decision ON obstacle (decision) WHERE decision <> '';";

const struct lw_migration lw_desk_migrations[] = {
    {"desk: approvals", approvals},
    {"desk: cases", cases},
    {"desk: holds and who has seen", seen},
    {"desk: who had a case", case_story},
    {"desk: open cases by owner", open_cases},
    {"desk: reviews", reviews},
    {"desk: what becomes of a case", case_figures},
    {"desk: ratings", ratings},
    {"desk: what becomes of customers", outcomes},
    {"desk: coaching", coaching},
    {"desk: causes", causes},
    {"desk: questions", questions},
    {"desk: by when they ended", times},
    {"desk: why a review was picked", picked},
    {"desk: what is in the way", obstacles},
    {"desk: thanks", thanks},
    {"desk: ratings of somebody in a time", ratings_of},
    {"desk: questions about a change", change_questions},
};
const size_t lw_desk_migrations_count = sizeof lw_desk_migrations / sizeof lw_desk_migrations[0];
