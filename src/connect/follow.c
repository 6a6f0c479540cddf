/* From entries to deliveries. A round reads, on a connection of its own and in one snapshot, the
 * endpoints and the entries after the place; what is wanted is then written by a change, together
 * with the new place, so that neither can be without the other. An endpoint that was made in
 * between concerns only entries after the snapshot, which come in the next round.
 *
 * Under load most entries concern nobody: then the place moves in memory alone and is stored now
 * and then. After a crash those entries are looked at once more, and concern nobody again: an
 * endpoint that wants more since then has a newer `since`. */
#include "connect/alert.h"
#include "connect/endpoint.h"
#include "connect/inside.h"

enum {
  ENTRIES_MAX = 5000, /* of one round: others wait for its connection */
  WANTED_MAX = 2000,  /* rows of one change */
  PLACE_STORED_AFTER = 10000
};

/* An alert that nobody could send for so long is history. */
#define ALERT_USEC_MAX (3600 * LW_USEC_PER_SECOND)

#define NO_PLACE UINT64_MAX

struct wanted {
  uint32_t endpoint; /* index; UINT32_MAX: a mail */
  uint64_t seq;
  lw_str kind;
  lw_usec at;
  lw_str person;
  lw_str about;
};

struct follow {
  struct lw_connect *connect;
  const struct lw_endpoint_row *endpoints;
  uint32_t n_endpoints;
  lw_usec now;
  uint64_t through;
  uint64_t entries;
  struct wanted *wanted;
  size_t count;
  size_t capacity;
  bool failed; /* memory */
};

static void add_wanted(struct follow *follow, const struct wanted *wanted)
{
  struct lw_arena *arena = &follow->connect->scratch;
  struct wanted *all = lw_arena_grow(arena, follow->wanted, follow->count, &follow->capacity,
                                     follow->count + 1, sizeof(*all), _Alignof(struct wanted));
  if (all == NULL) {
    follow->failed = true;
    return;
  }
  follow->wanted = all;
  struct wanted *copy = &all[follow->count];
  *copy = *wanted;
  copy->kind = lw_str_copy(arena, wanted->kind);
  copy->person = lw_str_copy(arena, wanted->person);
  copy->about = lw_str_copy(arena, wanted->about);
  follow->failed = follow->failed || arena->failed;
  follow->count++;
}

static void want_mails(struct follow *follow, const struct lw_entry_view *entry)
{
  struct lw_arena arena;
  const struct lw_value *body = NULL;
  lw_str people[LW_ALERT_PEOPLE_MAX];
  lw_arena_init(&arena, NULL, 0);
  struct lw_error err;
  if (lw_json_read(follow->connect->reader, &arena, entry->body, NULL, &body, &err) == LW_OK) {
    lw_str about = lw_alert_approval(body);
    size_t count = about.len != 0 ? lw_alert_people(body, people, LW_ALERT_PEOPLE_MAX) : 0;
    for (size_t i = 0; i < count; i++) {
      struct wanted wanted = {UINT32_MAX, entry->seq, entry->kind, entry->at, people[i], about};
      add_wanted(follow, &wanted);
    }
  }
  lw_arena_finish(&arena);
}

/* What is for the people it names alone is no program's. */
static bool is_between_people(const struct lw_entry_view *entry)
{
  enum lw_event event;
  return lw_event_read(entry->kind, &event) && lw_event_told(event) == LW_TOLD_SELVES;
}

static bool on_entry(void *user, const struct lw_entry_view *entry)
{
  struct follow *follow = user;
  /* A past that was imported is no news. */
  bool news = !lw_str_equal(entry->kind, lw_event_name(LW_EVENT_CASE_RECORDED));
  for (uint32_t i = 0; news && i < follow->n_endpoints; i++) {
    const struct lw_endpoint_row *endpoint = &follow->endpoints[i];
    if (endpoint->active && entry->seq > endpoint->since &&
        lw_endpoint_wants(endpoint->kinds, entry->kind) && !is_between_people(entry)) {
      struct wanted wanted = {i, entry->seq, entry->kind, entry->at, {NULL, 0}, {NULL, 0}};
      add_wanted(follow, &wanted);
    }
  }
  bool fresh = entry->at > follow->now - ALERT_USEC_MAX;
  if (follow->connect->mail_from != NULL && fresh && lw_alert_asks(entry->kind)) {
    want_mails(follow, entry);
  }
  follow->through = entry->seq;
  follow->entries++;
  return !follow->failed && follow->count < WANTED_MAX && follow->entries < ENTRIES_MAX;
}

/* --- the change --- */

static enum lw_code disable_full(struct lw_batch *batch, struct lw_change *change, lw_str endpoint,
                                 struct lw_error *err)
{
  struct lw_buf body = {0};
  lw_buf_printf(&body,
                "{\"webhook\":\"%.*s\",\"error\":\"more than %d deliveries wait\","
                "\"disabled\":true}",
                LW_FMT(endpoint), LW_DELIVERIES_WAITING_MAX);
  enum lw_code rc =
      lw_endpoint_switch_off(batch->db, endpoint, LW_STR("too many deliveries waited for it"), err);
  if (rc == LW_OK) {
    rc = body.failed
             ? lw_fail(err, LW_NO_MEMORY, "out of memory")
             : lw_batch_append(batch, change, LW_EVENT_DELIVERY_FAILED, lw_buf_str(&body), err);
  }
  lw_buf_finish(&body);
  return rc;
}

/* Counts what is to come for each endpoint; *ret_open[i]: it takes them. */
static enum lw_code admit(struct lw_batch *batch, struct lw_change *change,
                          const struct follow *follow, bool *ret_open, struct lw_error *err)
{
  enum lw_code rc = LW_OK;
  for (uint32_t i = 0; rc == LW_OK && i < follow->n_endpoints; i++) {
    const struct lw_endpoint_row *endpoint = &follow->endpoints[i];
    int64_t more = 0;
    ret_open[i] = false;
    for (size_t n = 0; n < follow->count; n++) {
      more += follow->wanted[n].endpoint == i;
    }
    if (more == 0) {
      continue;
    }
    if (endpoint->waiting + more > LW_DELIVERIES_WAITING_MAX) {
      rc = disable_full(batch, change, endpoint->id, err);
    } else {
      rc = lw_endpoint_count(batch->db, endpoint->id, more, &ret_open[i], err);
    }
  }
  return rc;
}

enum lw_code lw_connect_has_address(struct lw_db *db, lw_str person, bool *ret_has,
                                    struct lw_error *err)
{
  static const char sql[] = "SELECT email FROM person WHERE id = $1 AND left_at IS NULL";
  struct lw_stmt *row = NULL;
  enum lw_code rc = lw_db_find(db, sql, person, &row, err);
  *ret_has = rc == LW_OK && lw_mail_address_fits(lw_stmt_get_text(row, 0));
  if (rc == LW_OK) {
    lw_stmt_reset(row);
  }
  return rc == LW_NOT_FOUND ? LW_OK : rc;
}

static enum lw_code insert(struct lw_batch *batch, const struct follow *follow,
                           const struct wanted *wanted, struct lw_error *err)
{
  char id[LW_ID_TEXT_BYTES_MAX];
  size_t len = lw_id_write(LW_STR("dlv"), lw_id_make(batch->rand, batch->now), id);
  bool mail = wanted->endpoint == UINT32_MAX;
  lw_str endpoint = mail ? LW_LANE_MAIL : follow->endpoints[wanted->endpoint].id;
  bool wants = true;
  if (mail) {
    enum lw_code rc = lw_connect_has_address(batch->db, wanted->person, &wants, err);
    if (rc != LW_OK) {
      return rc;
    }
  }
  struct lw_delivery_row row = {.id = lw_str_from(id, len),
                                .lane = endpoint,
                                .endpoint = endpoint,
                                .person = wanted->person,
                                .about = wanted->about,
                                .seq = wanted->seq,
                                .kind = wanted->kind,
                                .at = wanted->at};
  return wants ? lw_delivery_insert(batch->db, &row, batch->now, err) : LW_OK;
}

static enum lw_code check_place(struct lw_batch *batch, const struct lw_connect *connect,
                                struct lw_error *err)
{
  bool found = false;
  uint64_t seq = 0;
  enum lw_code rc = lw_follower_get(batch->db, &found, &seq, err);
  if (rc == LW_OK && (found ? seq : NO_PLACE) != connect->stored_place) {
    rc = lw_fail(err, LW_STALE, "another program follows the journal of this database too");
  }
  return rc;
}

static enum lw_code apply(struct lw_batch *batch, struct lw_change *change, struct lw_error *err)
{
  const struct follow *follow = change->user;
  bool open[LW_ENDPOINTS_MAX] = {false};
  enum lw_code rc = check_place(batch, follow->connect, err);
  if (rc == LW_OK) {
    rc = admit(batch, change, follow, open, err);
  }
  for (size_t i = 0; rc == LW_OK && i < follow->count; i++) {
    const struct wanted *wanted = &follow->wanted[i];
    if (wanted->endpoint == UINT32_MAX || open[wanted->endpoint]) {
      rc = insert(batch, follow, wanted, err);
    }
  }
  if (rc == LW_OK) {
    rc = lw_follower_set(batch->db, follow->through, err);
  }
  if (rc == LW_OK) {
    lw_change_status(change, 200);
  }
  return rc;
}

static enum lw_code store(struct lw_connect *connect, struct follow *follow, struct lw_error *err)
{
  enum lw_code rc = lw_connect_run(connect, apply, follow, err);
  if (rc == LW_OK) {
    connect->stored_place = follow->through;
  } else {
    connect->placed = rc != LW_STALE; /* read again where it is */
  }
  return rc;
}

/* --- the round --- */

/* Nobody has followed yet: what was before the first endpoint is nobody's news. */
static enum lw_code first_place(struct lw_connect *connect, struct lw_db *db, struct lw_error *err)
{
  const struct lw_endpoint_row *rows = NULL;
  uint32_t count = 0;
  enum lw_code rc = lw_journal_last(db, &connect->place, err);
  if (rc == LW_OK) {
    rc = lw_endpoint_rows(db, &connect->scratch, &rows, &count, err);
  }
  for (uint32_t i = 0; rc == LW_OK && i < count; i++) {
    connect->place = rows[i].since < connect->place ? rows[i].since : connect->place;
  }
  connect->stored_place = NO_PLACE;
  return rc;
}

static enum lw_code read_place(struct lw_connect *connect, struct lw_db *db, struct lw_error *err)
{
  bool found = false;
  uint64_t seq = 0;
  enum lw_code rc = lw_follower_get(db, &found, &seq, err);
  if (rc == LW_OK && !found) {
    rc = first_place(connect, db, err);
  } else if (rc == LW_OK) {
    connect->stored_place = seq;
    connect->place = seq;
  }
  connect->placed = rc == LW_OK;
  return rc;
}

static enum lw_code walk(struct lw_connect *connect, struct lw_db *db, struct follow *follow,
                         uint64_t last, struct lw_error *err)
{
  bool anybody = connect->mail_from != NULL;
  enum lw_code rc =
      lw_endpoint_rows(db, &connect->scratch, &follow->endpoints, &follow->n_endpoints, err);
  follow->n_endpoints =
      follow->n_endpoints < LW_ENDPOINTS_MAX ? follow->n_endpoints : LW_ENDPOINTS_MAX;
  for (uint32_t i = 0; i < follow->n_endpoints; i++) {
    anybody = anybody || follow->endpoints[i].active;
  }
  if (rc == LW_OK && anybody) {
    rc = lw_journal_walk(db, connect->place, ENTRIES_MAX, on_entry, follow, err);
  } else if (rc == LW_OK) {
    follow->through = last;
  }
  return rc == LW_OK && follow->failed ? lw_fail(err, LW_NO_MEMORY, "out of memory") : rc;
}

/* In one snapshot. */
static enum lw_code read_wanted(struct lw_connect *connect, struct lw_db *db, struct follow *follow,
                                uint64_t *ret_last, struct lw_error *err)
{
  enum lw_code rc = lw_db_begin(db, err);
  if (rc == LW_OK && !connect->placed) {
    rc = read_place(connect, db, err);
  }
  follow->through = connect->place;
  if (rc == LW_OK) {
    rc = lw_journal_last(db, ret_last, err);
  }
  if (rc == LW_OK && *ret_last > connect->place) {
    rc = walk(connect, db, follow, *ret_last, err);
  }
  lw_db_rollback(db);
  return rc;
}

enum lw_code lw_connect_follow(struct lw_connect *connect, struct lw_db *db, bool *ret_more,
                               struct lw_error *err)
{
  struct follow follow = {.connect = connect, .now = lw_engine_now(connect->engine)};
  uint64_t last = 0;
  enum lw_code rc = read_wanted(connect, db, &follow, &last, err);
  if (rc != LW_OK) {
    return rc;
  }
  bool far = connect->stored_place == NO_PLACE ||
             follow.through - connect->stored_place >= PLACE_STORED_AFTER;
  if (follow.count != 0 || far) {
    rc = store(connect, &follow, err);
  }
  if (rc == LW_OK) {
    connect->place = follow.through;
    atomic_store(&connect->place_seen, follow.through);
    *ret_more = follow.through < last;
  }
  return rc;
}

enum lw_code lw_connect_keep_place(struct lw_connect *connect, struct lw_error *err)
{
  struct follow follow = {.connect = connect, .through = connect->place};
  bool ahead = connect->placed && connect->stored_place != connect->place;
  return ahead ? store(connect, &follow, err) : LW_OK;
}
