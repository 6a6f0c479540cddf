/* The first time the tables are read by their indexes of time; from then on the journal's new
 * entries say which cases to look at again. What each case and rating counts for is kept by the
 * hash of its id (two of a million million cases share one), so that it can be taken back. What a
 * case was about stands in the tape: the first request of each is found in one pass, which is made
 * only where there is a case to be counted. */
#include "track/ends.h"

#include "base/table.h"
#include "data/json.h"
#include "ledger/journal.h"

#include <stdlib.h>
#include <string.h>

enum { RUN = 4096, SLOTS_FIRST = 1024, ENTRIES_MAX = 200000 };
#define NO_CELL UINT32_MAX

enum kind { RESOLVED, RATED };

struct slot {
  uint64_t key; /* 0: free */
  uint32_t cell;
  uint32_t value; /* seconds, or millionths of the scale */
};

struct lw_track_ends {
  struct lw_track_sums *sums;
  struct lw_json_reader *json;
  struct lw_arena scratch; /* of one entry */
  bool begun;
  uint64_t seq;    /* of the last entry that was looked at */
  bool wants_rows; /* `first` is needed */
  uint64_t rows;   /* of the tape that it knows */
  uint32_t *first; /* by a case's code: its first request in the window + 1; 0: none */
  uint32_t n_first;
  struct slot *slots;
  uint32_t n_slots; /* taken */
  uint32_t slots_capacity;
  const struct lw_track_store *store; /* of the call */
};

static enum lw_code no_memory(struct lw_error *err)
{
  return lw_fail(err, LW_NO_MEMORY, "out of memory");
}

/* --- what a case was about --- */

static bool room_for_cases(struct lw_track_ends *ends, const struct lw_tape *tape)
{
  uint32_t need = lw_tape_texts(tape, LW_TAPE_CASE) + 1;
  if (need <= ends->n_first) {
    return true;
  }
  uint32_t *first = realloc(ends->first, (size_t)need * sizeof *first);
  if (first == NULL) {
    return false;
  }
  memset(first + ends->n_first, 0, (size_t)(need - ends->n_first) * sizeof *first);
  ends->first = first;
  ends->n_first = need;
  return true;
}

struct run {
  int64_t kinds[RUN];
  int64_t ats[RUN];
  uint32_t cases[RUN];
};

static bool take_run(struct lw_track_ends *ends, struct run *run, uint64_t row, uint32_t count)
{
  const struct lw_tape *tape = lw_track_sums_tape(ends->sums);
  lw_usec since = lw_track_sums_since(ends->sums);
  lw_tape_read_numbers(tape, LW_TAPE_KIND, row, count, run->kinds);
  lw_tape_read_numbers(tape, LW_TAPE_AT, row, count, run->ats);
  lw_tape_read_codes(tape, LW_TAPE_CASE, row, count, run->cases);
  for (uint32_t i = 0; i < count; i++) {
    bool counts = run->kinds[i] == LW_TAPE_REQUEST && run->ats[i] >= since && run->cases[i] != 0;
    if (counts && ends->first[run->cases[i]] == 0) {
      ends->first[run->cases[i]] = (uint32_t)(row + i) + 1;
      if (!lw_track_sums_add_case(ends->sums, row + i)) {
        return false;
      }
    }
  }
  return true;
}

static enum lw_code read_rows(struct lw_track_ends *ends, struct lw_error *err)
{
  const struct lw_tape *tape = lw_track_sums_tape(ends->sums);
  uint64_t end = lw_track_sums_rows(ends->sums);
  uint64_t row = lw_track_sums_first_row(ends->sums);
  row = row > ends->rows ? row : ends->rows;
  if (row >= end) {
    return LW_OK;
  }
  struct run *run = malloc(sizeof *run);
  bool well = run != NULL && room_for_cases(ends, tape);
  while (well && row < end) {
    uint64_t upto = (row / RUN + 1) * RUN; /* runs lie within chunks */
    uint32_t count = (uint32_t)((upto < end ? upto : end) - row);
    well = take_run(ends, run, row, count);
    row += count;
  }
  ends->rows = end;
  free(run);
  return well ? LW_OK : no_memory(err);
}

/* The request that says what a case was about, with one added; 0: none did before `at`. */
static uint64_t request_of(const struct lw_track_ends *ends, lw_str case_id, lw_usec at)
{
  const struct lw_tape *tape = lw_track_sums_tape(ends->sums);
  uint32_t code = lw_tape_code(tape, LW_TAPE_CASE, case_id);
  uint64_t row = code != 0 && code < ends->n_first ? ends->first[code] : 0;
  return row != 0 && lw_tape_number(tape, LW_TAPE_AT, row - 1) <= at ? row : 0;
}

/* --- what is counted --- */

static struct slot *slot_of(const struct lw_track_ends *ends, uint64_t key)
{
  uint32_t mask = ends->slots_capacity - 1;
  uint32_t at = (uint32_t)(key >> 32) & mask;
  while (ends->slots[at].key != 0 && ends->slots[at].key != key) {
    at = (at + 1) & mask;
  }
  return &ends->slots[at];
}

static bool grow_slots(struct lw_track_ends *ends)
{
  uint32_t capacity = ends->slots_capacity != 0 ? ends->slots_capacity * 2 : SLOTS_FIRST;
  struct lw_track_ends grown = *ends;
  grown.slots = calloc(capacity, sizeof *grown.slots);
  grown.slots_capacity = capacity;
  if (grown.slots == NULL) {
    return false;
  }
  for (uint32_t i = 0; i < ends->slots_capacity; i++) {
    if (ends->slots[i].key != 0) {
      *slot_of(&grown, ends->slots[i].key) = ends->slots[i];
    }
  }
  free(ends->slots);
  ends->slots = grown.slots;
  ends->slots_capacity = capacity;
  return true;
}

static struct lw_mix_cell *cell_of(struct lw_track_ends *ends, enum kind kind, uint32_t cell)
{
  struct lw_track_end *end = lw_track_sums_end(ends->sums, cell);
  return end == NULL ? NULL : kind == RESOLVED ? &end->resolved : &end->rated;
}

static enum lw_code take_back(struct lw_track_ends *ends, enum kind kind, struct slot *slot,
                              struct lw_error *err)
{
  struct lw_mix_cell one = {.n = 0};
  struct lw_mix_cell *cell = slot->cell != NO_CELL ? cell_of(ends, kind, slot->cell) : NULL;
  if (cell != NULL && (!lw_mix_add(&one, slot->value) || !lw_mix_leave(cell, &one))) {
    return lw_fail(err, LW_OVERFLOW, "the sums are too large to be counted");
  }
  slot->cell = NO_CELL;
  return LW_OK;
}

/* One case or rating; whatever it counted for before no longer does. of NULL: it counts for
 * nothing. */
static enum lw_code count(struct lw_track_ends *ends, enum kind kind, lw_str id,
                          const struct lw_track_case *of, int64_t value, struct lw_error *err)
{
  uint64_t key = lw_str_hash(id, kind == RESOLVED ? 1 : 2);
  key += key == 0;
  if (ends->n_slots >= ends->slots_capacity / 2 && !grow_slots(ends)) {
    return no_memory(err);
  }
  struct slot *slot = slot_of(ends, key);
  bool is_new = slot->key == 0;
  if (is_new && of == NULL) {
    return LW_OK;
  }
  enum lw_code rc = is_new ? LW_OK : take_back(ends, kind, slot, err);
  ends->n_slots += is_new;
  *slot = (struct slot){key, NO_CELL, (uint32_t)(value < UINT32_MAX ? value : UINT32_MAX)};
  if (rc != LW_OK || of == NULL) {
    return rc;
  }
  slot->cell = lw_track_sums_case_cell(ends->sums, of);
  struct lw_mix_cell *cell = slot->cell != NO_CELL ? cell_of(ends, kind, slot->cell) : NULL;
  if (cell == NULL) {
    return no_memory(err);
  }
  return lw_mix_add(cell, slot->value)
             ? LW_OK
             : lw_fail(err, LW_OVERFLOW, "the sums are too large to be counted");
}

/* --- the store --- */

/* The tape is gone through once there is a case to be found in it. */
static enum lw_code want_rows(struct lw_track_ends *ends, struct lw_error *err)
{
  if (ends->wants_rows) {
    return LW_OK;
  }
  ends->wants_rows = true;
  return read_rows(ends, err);
}

#define CASE_COLUMNS "id, owner, last_owner, channel, opened_at, first_resolved_at"

static enum lw_code take_case(struct lw_track_ends *ends, const struct lw_stmt *row,
                              struct lw_error *err)
{
  lw_str owner = lw_stmt_get_text(row, 1);
  lw_usec opened = lw_stmt_get_int(row, 4);
  lw_usec resolved = lw_stmt_get_int(row, 5);
  lw_str id = lw_stmt_get_text(row, 0);
  owner = owner.len != 0 ? owner : lw_stmt_get_text(row, 2);
  const struct lw_person *person = lw_staff_find(ends->store->staff, owner);
  enum lw_code rc = want_rows(ends, err);
  const struct lw_track_case of = {
      .agent = owner,
      .team = person != NULL ? person->actor.team : LW_STR(""),
      .person = person,
      .request = rc == LW_OK ? request_of(ends, id, resolved) : 0,
      .channel = lw_stmt_get_text(row, 3),
  };
  bool counts =
      !lw_stmt_is_null(row, 5) && owner.len != 0 && resolved >= lw_track_sums_since(ends->sums);
  int64_t took = resolved > opened ? (resolved - opened) / LW_USEC_PER_SECOND : 0;
  return rc == LW_OK ? count(ends, RESOLVED, id, counts ? &of : NULL, took, err) : rc;
}

#define RATINGS                                                                                    \
  "SELECT r.id, r.case_id, r.agent, r.team, r.at, r.share, c.channel FROM rating r LEFT JOIN "     \
  "cases c ON c.id = r.case_id WHERE "

static enum lw_code take_rating(struct lw_track_ends *ends, const struct lw_stmt *row,
                                struct lw_error *err)
{
  lw_str agent = lw_stmt_get_text(row, 2);
  lw_usec at = lw_stmt_get_int(row, 4);
  enum lw_code rc = want_rows(ends, err);
  const struct lw_track_case of = {
      .agent = agent,
      .team = lw_stmt_get_text(row, 3),
      .person = lw_staff_find(ends->store->staff, agent),
      .request = rc == LW_OK ? request_of(ends, lw_stmt_get_text(row, 1), at) : 0,
      .channel = lw_stmt_is_null(row, 6) ? LW_STR("") : lw_stmt_get_text(row, 6),
  };
  bool counts = agent.len != 0 && at >= lw_track_sums_since(ends->sums);
  return rc == LW_OK ? count(ends, RATED, lw_stmt_get_text(row, 0), counts ? &of : NULL,
                             lw_stmt_get_int(row, 5), err)
                     : rc;
}

typedef enum lw_code (*take_fn)(struct lw_track_ends *ends, const struct lw_stmt *row,
                                struct lw_error *err);

/* $1: a case; or, where there is none, the window's first moment. */
static enum lw_code each_row(struct lw_track_ends *ends, const char *sql, lw_str case_id,
                             take_fn take, struct lw_error *err)
{
  struct lw_stmt *stmt = NULL;
  bool is_row = false;
  enum lw_code rc = lw_db_statement(ends->store->db, sql, &stmt, err);
  if (rc != LW_OK) {
    return rc;
  }
  if (case_id.len != 0) {
    lw_stmt_text(stmt, 1, case_id);
  } else {
    lw_stmt_int(stmt, 1, lw_track_sums_since(ends->sums));
  }
  while ((rc = lw_stmt_step(stmt, &is_row, err)) == LW_OK && is_row) {
    rc = take(ends, stmt, err);
    if (rc != LW_OK) {
      break;
    }
  }
  lw_stmt_reset(stmt);
  return rc;
}

static enum lw_code read_all(struct lw_track_ends *ends, struct lw_error *err)
{
  static const char cases_sql[] =
      "SELECT " CASE_COLUMNS " FROM cases WHERE first_resolved_at >= $1";
  static const char ratings_sql[] = RATINGS "r.at >= $1";
  const lw_str none = {NULL, 0};
  enum lw_code rc = each_row(ends, cases_sql, none, take_case, err);
  return rc == LW_OK ? each_row(ends, ratings_sql, none, take_rating, err) : rc;
}

static enum lw_code look_again(struct lw_track_ends *ends, lw_str case_id, struct lw_error *err)
{
  static const char case_sql[] = "SELECT " CASE_COLUMNS " FROM cases WHERE id = $1";
  static const char ratings_sql[] = RATINGS "r.case_id = $1";
  enum lw_code rc = each_row(ends, case_sql, case_id, take_case, err);
  return rc == LW_OK ? each_row(ends, ratings_sql, case_id, take_rating, err) : rc;
}

/* --- the journal --- */

struct named { /* cases that new entries name */
  struct lw_track_ends *ends;
  struct lw_arena arena;
  struct lw_table ids;
  uint64_t seq;
  enum lw_code rc;
};

static bool is_about_a_case(lw_str kind)
{
  static const enum lw_event events[] = {LW_EVENT_CASE_OPENED, LW_EVENT_CASE_CHANGED,
                                         LW_EVENT_CASE_RECORDED, LW_EVENT_RATING_RECORDED};
  bool is = false;
  for (size_t i = 0; i < sizeof events / sizeof events[0]; i++) {
    is = is || lw_str_equal(kind, lw_event_name(events[i]));
  }
  return is;
}

static bool note_entry(void *user, const struct lw_entry_view *entry)
{
  struct named *named = user;
  struct lw_track_ends *ends = named->ends;
  const struct lw_value *body = NULL;
  struct lw_error ignored;
  named->seq = entry->seq;
  if (!is_about_a_case(entry->kind)) {
    return true;
  }
  lw_arena_reset(&ends->scratch);
  bool read = lw_json_read(ends->json, &ends->scratch, entry->body, NULL, &body, &ignored) == LW_OK;
  const struct lw_value *id = read ? lw_value_get(body, LW_STR("case")) : NULL;
  if (id != NULL && id->kind == LW_VALUE_STRING) { /* anything else was not written here */
    lw_str copy = lw_table_find(&named->ids, id->text) == NULL
                      ? lw_str_copy(&named->arena, id->text)
                      : LW_STR("");
    bool kept = copy.len == 0 || lw_table_add(&named->ids, copy, NULL) != NULL;
    named->rc = kept && copy.ptr != NULL ? LW_OK : LW_NO_MEMORY;
  }
  return named->rc == LW_OK;
}

static enum lw_code read_new(struct lw_track_ends *ends, struct lw_error *err)
{
  struct named named = {.ends = ends, .seq = ends->seq, .rc = LW_OK};
  lw_arena_init(&named.arena, NULL, 0);
  lw_table_init(&named.ids, &named.arena);
  enum lw_code rc = lw_journal_walk(ends->store->db, ends->seq, 0, note_entry, &named, err);
  rc = rc == LW_OK && named.rc != LW_OK ? no_memory(err) : rc;
  for (size_t i = 0; rc == LW_OK && named.ids.count != 0 && i <= named.ids.mask; i++) {
    lw_str id = named.ids.slots[i].key;
    rc = id.ptr != NULL ? look_again(ends, id, err) : LW_OK;
  }
  ends->seq = named.seq;
  lw_arena_finish(&named.arena);
  return rc;
}

/* As if nothing had been counted. */
static void forget(struct lw_track_ends *ends)
{
  lw_track_sums_no_ends(ends->sums);
  if (ends->slots != NULL) {
    memset(ends->slots, 0, ends->slots_capacity * sizeof *ends->slots);
  }
  ends->n_slots = 0;
}

enum lw_code lw_track_ends_follow(struct lw_track_ends *ends, const struct lw_track_store *store,
                                  struct lw_error *err)
{
  uint64_t last = 0;
  ends->store = store;
  ends->wants_rows = ends->wants_rows || store->cases;
  enum lw_code rc = lw_journal_last(store->db, &last, err);
  rc = rc == LW_OK && ends->wants_rows ? read_rows(ends, err) : rc;
  if (rc != LW_OK || (ends->begun && last == ends->seq)) {
    return rc;
  }
  /* Many entries are read slower than the tables. */
  if (!ends->begun || last < ends->seq || last - ends->seq > ENTRIES_MAX) {
    forget(ends);
    ends->begun = true;
    ends->seq = last; /* what is written meanwhile is looked at again */
    return read_all(ends, err);
  }
  return read_new(ends, err);
}

/* --- from without --- */

struct lw_track_ends *lw_track_ends_create(struct lw_track_sums *sums)
{
  struct lw_track_ends *ends = calloc(1, sizeof *ends);
  if (ends == NULL) {
    return NULL;
  }
  lw_arena_init(&ends->scratch, NULL, 0);
  ends->sums = sums;
  ends->json = lw_json_reader_create(NULL);
  if (ends->json == NULL) {
    lw_track_ends_destroy(ends);
    return NULL;
  }
  return ends;
}

void lw_track_ends_destroy(struct lw_track_ends *ends)
{
  if (ends != NULL) {
    lw_json_reader_destroy(ends->json);
    lw_arena_finish(&ends->scratch);
    free(ends->first);
    free(ends->slots);
    free(ends);
  }
}

size_t lw_track_ends_bytes(const struct lw_track_ends *ends)
{
  return sizeof *ends + ends->n_first * sizeof *ends->first +
         ends->slots_capacity * sizeof *ends->slots;
}
