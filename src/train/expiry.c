/* Certificates whose end is near: told once for each person, certificate and end, to the person and
 * to whoever leads them. What a person holds stands in their row, so there is no time to ask the
 * database for: the people of the snapshot are gone over, and what was told already is read as a
 * whole once somebody's end is near. That is done when somebody was changed, when the next time has
 * come, and every hour; not for holds and asks, which have times of their own by the second. Rows
 * of ends that are over go; a certificate that was given for longer has another end, and is told of
 * again then. Several servers share the rows, and each change is in turn: once stays once. */
#include "base/bounds.h"
#include "base/table.h"
#include "train/inside.h"

enum { TOLD_MAX = 20 };
/* Who comes back, or has another lead, wakes nobody. */
#define LOOK_USEC ((lw_usec)3600 * LW_USEC_PER_SECOND)

static const char forget_sql[] = "DELETE FROM certificate_told WHERE until <= $1";
static const char told_sql[] = "SELECT person, certificate, until FROM certificate_told";
static const char tell_sql[] =
    "INSERT INTO certificate_told (person, certificate, until, at) VALUES ($1, $2, $3, $4)";
static const lw_str prefix = LW_STR_INIT("exp");

struct round {
  struct lw_batch *batch;
  struct lw_change *change;
  struct lw_table told; /* key_of; once is_read */
  bool is_read;
  uint32_t count; /* told in this round */
  lw_usec next;
};

/* Ids and names have no line ends. */
static lw_str key_of(struct lw_arena *arena, lw_str person, lw_str certificate, lw_usec until)
{
  return lw_str_format(arena, "%.*s\n%.*s\n%lld", LW_FMT(person), LW_FMT(certificate),
                       (long long)until);
}

static enum lw_code forget(struct lw_batch *batch, struct lw_error *err)
{
  struct lw_stmt *stmt = NULL;
  enum lw_code rc = lw_db_statement(batch->db, forget_sql, &stmt, err);
  if (rc == LW_OK) {
    lw_stmt_int(stmt, 1, batch->now);
    rc = lw_stmt_run(stmt, err);
  }
  return rc;
}

static enum lw_code read_told(struct round *round, struct lw_error *err)
{
  struct lw_arena *arena = round->batch->scratch;
  struct lw_stmt *stmt = NULL;
  bool is_row = false;
  lw_table_init(&round->told, arena);
  round->is_read = true;
  enum lw_code rc = lw_db_statement(round->batch->db, told_sql, &stmt, err);
  if (rc != LW_OK) {
    return rc;
  }
  while (rc == LW_OK && (rc = lw_stmt_step(stmt, &is_row, err)) == LW_OK && is_row) {
    lw_str key = key_of(arena, lw_stmt_get_text(stmt, 0), lw_stmt_get_text(stmt, 1),
                        lw_stmt_get_int(stmt, 2));
    if (key.ptr == NULL || lw_table_add(&round->told, key, NULL) == NULL) {
      rc = lw_fail(err, LW_NO_MEMORY, "out of memory for certificates that end");
    }
  }
  lw_stmt_reset(stmt);
  return rc;
}

static enum lw_code note(struct lw_batch *batch, lw_str person, const struct lw_certificate *held,
                         struct lw_error *err)
{
  struct lw_stmt *stmt = NULL;
  enum lw_code rc = lw_db_statement(batch->db, tell_sql, &stmt, err);
  if (rc == LW_OK) {
    lw_stmt_text(stmt, 1, person);
    lw_stmt_text(stmt, 2, held->name);
    lw_stmt_int(stmt, 3, held->until);
    lw_stmt_int(stmt, 4, batch->now);
    rc = lw_stmt_run(stmt, err);
  }
  return rc;
}

/* Their manager; where none is named, whoever leads them. */
static void add_leads(const struct lw_staff *staff, const struct lw_person *person,
                      struct lw_buf *body)
{
  const struct lw_person *manager = lw_staff_find(staff, person->actor.manager);
  if (manager != NULL && manager->active && manager != person) {
    lw_buf_add_char(body, ',');
    lw_json_add_string(body, manager->actor.id);
    return;
  }
  for (uint32_t i = 0, told = 0; i < staff->directory.count && told < TOLD_MAX; i++) {
    if (lw_staff_leads(staff, &staff->persons[i], person)) {
      lw_buf_add_char(body, ',');
      lw_json_add_string(body, staff->persons[i].actor.id);
      told++;
    }
  }
}

static enum lw_code tell(struct round *round, const struct lw_person *person,
                         const struct lw_certificate *held, struct lw_error *err)
{
  struct lw_batch *batch = round->batch;
  struct lw_buf body = {0};
  enum lw_code rc = note(batch, person->actor.id, held, err);
  if (rc != LW_OK) {
    return rc;
  }
  lw_buf_add_char(&body, '{');
  lw_train_add_text(&body, "expiry",
                    lw_id_text(batch->scratch, prefix, lw_id_make(batch->rand, batch->now)));
  lw_train_add_text(&body, "person", person->actor.id);
  lw_train_add_text(&body, "certificate", held->name);
  lw_member_time(&body, "until", held->until);
  LW_BUF_LIT(&body, ",\"to\":[");
  lw_json_add_string(&body, person->actor.id);
  add_leads(batch->snapshot->staff, person, &body);
  LW_BUF_LIT(&body, "]}");
  round->count++;
  return lw_batch_append_body(batch, round->change, LW_EVENT_CERTIFICATE_EXPIRING, &body, err);
}

/* Tells of it, notes when its time comes, or does nothing: it is over, for good, or was told. */
static enum lw_code look(struct round *round, const struct lw_person *person,
                         const struct lw_certificate *held, struct lw_error *err)
{
  lw_usec now = round->batch->now;
  if (held->until == INT64_MAX || held->until <= now) {
    return LW_OK;
  }
  if (held->until - LW_EXPIRY_TOLD_USEC > now) {
    lw_usec due = held->until - LW_EXPIRY_TOLD_USEC;
    round->next = due < round->next ? due : round->next;
    return LW_OK;
  }
  enum lw_code rc = round->is_read ? LW_OK : read_told(round, err);
  lw_str key = key_of(round->batch->scratch, person->actor.id, held->name, held->until);
  if (rc == LW_OK && key.ptr == NULL) {
    rc = lw_fail(err, LW_NO_MEMORY, "out of memory for certificates that end");
  }
  return rc == LW_OK && lw_table_find(&round->told, key) == NULL ? tell(round, person, held, err)
                                                                 : rc;
}

static enum lw_code apply_due(struct lw_batch *batch, struct lw_change *change, lw_usec *ret_next,
                              struct lw_error *err)
{
  const struct lw_staff *staff = batch->snapshot->staff;
  struct round round = {.batch = batch, .change = change, .next = batch->now + LOOK_USEC};
  enum lw_code rc = forget(batch, err);
  for (uint32_t i = 0; rc == LW_OK && i < staff->n_persons && round.count < LW_DUE_MAX; i++) {
    const struct lw_person *person = &staff->persons[i];
    for (uint32_t k = 0; rc == LW_OK && person->active && k < person->actor.n_holds; k++) {
      rc = look(&round, person, &person->actor.holds[k], err);
    }
  }
  *ret_next = round.count < LW_DUE_MAX ? round.next : batch->now; /* the rest, in the next one */
  return rc;
}

const struct lw_due lw_expiries_due = {
    .name = "certificates", .apply = apply_due, .of_people = true};
