/* Entries into rows. One step is one transaction: rows are written as the entries are read; what
 * leads to them (marks) and what is only counted (totals, times to authority, hours) is summed up
 * in memory and written at the end, so that a thousand decisions of a team are one row.
 *
 * An entry that does not read is passed over: lists decide nothing, and `leeway verify` is there to
 * say what is wrong with the journal. */
#include "base/check.h"
#include "base/num.h"
#include "engine/lists_inside.h"
#include "policy/answer.h"

#include <stdlib.h>

const struct lw_migration lw_lists_migrations[] = {
    {"lists",
     "CREATE TABLE meta (id INTEGER PRIMARY KEY, version INTEGER NOT NULL, through INTEGER NOT "
     "NULL, hash BLOB NOT NULL, boot TEXT NOT NULL);"
     "CREATE TABLE decision (seq INTEGER PRIMARY KEY, id BLOB NOT NULL, at INTEGER NOT NULL, agent "
     "TEXT, team TEXT, tier TEXT, customer TEXT, case_id TEXT, action TEXT, reason TEXT, channel "
     "TEXT, verdict INTEGER NOT NULL, state INTEGER NOT NULL, amount INTEGER, grant_id TEXT, route "
     "TEXT, rail TEXT, approver TEXT, hold_until INTEGER, given INTEGER, asked INTEGER NOT NULL, "
     "waited INTEGER, ask_seq INTEGER, came INTEGER NOT NULL DEFAULT 0, own INTEGER NOT NULL);"
     "CREATE TABLE answered (seq INTEGER PRIMARY KEY, at INTEGER NOT NULL, team TEXT, waited "
     "INTEGER NOT NULL, lapsed INTEGER NOT NULL);"
     "CREATE TABLE mark (part INTEGER NOT NULL, hash INTEGER NOT NULL, first INTEGER NOT NULL, "
     "seqs "
     "BLOB NOT NULL, PRIMARY KEY (part, hash, first)) WITHOUT ROWID;"
     "CREATE TABLE key_seen (part INTEGER NOT NULL, print INTEGER NOT NULL, seq INTEGER NOT NULL, "
     "PRIMARY KEY (part, print)) WITHOUT ROWID;"
     "CREATE TABLE hour (hour INTEGER PRIMARY KEY, first INTEGER NOT NULL, last INTEGER NOT NULL);"
     "CREATE TABLE waited (day INTEGER NOT NULL, team TEXT NOT NULL, route TEXT NOT NULL, bucket "
     "INTEGER NOT NULL, count INTEGER NOT NULL, sum INTEGER NOT NULL, most INTEGER NOT NULL, "
     "PRIMARY KEY (day, team, route, bucket)) WITHOUT ROWID;"
     "CREATE TABLE total (day INTEGER NOT NULL, team TEXT NOT NULL, action TEXT NOT NULL, reason "
     "TEXT NOT NULL, agent TEXT NOT NULL, decisions INTEGER NOT NULL, granted INTEGER NOT NULL, "
     "asked INTEGER NOT NULL, refused INTEGER NOT NULL, approved INTEGER NOT NULL, reversed "
     "INTEGER NOT NULL, granted_minor INTEGER NOT NULL, returned_minor INTEGER NOT NULL, PRIMARY "
     "KEY (day, team, action, reason, agent)) WITHOUT ROWID;"
     "CREATE TABLE shadow (started INTEGER PRIMARY KEY, requests INTEGER NOT NULL, same INTEGER "
     "NOT "
     "NULL, more INTEGER NOT NULL, less INTEGER NOT NULL, errors INTEGER NOT NULL, cost_more "
     "INTEGER NOT NULL, cost_less INTEGER NOT NULL);"
     "CREATE TABLE shadow_action (started INTEGER NOT NULL, name TEXT NOT NULL, requests INTEGER "
     "NOT NULL, more INTEGER NOT NULL, less INTEGER NOT NULL, errors INTEGER NOT NULL, PRIMARY KEY "
     "(started, name)) WITHOUT ROWID;"
     "CREATE TABLE shadow_item (seq INTEGER PRIMARY KEY, verdict INTEGER, error TEXT, possible "
     "INTEGER);"},
};
const size_t lw_lists_migrations_count = sizeof lw_lists_migrations / sizeof lw_lists_migrations[0];

static const char sql_decision[] =
    "INSERT INTO decision (seq, id, at, agent, team, tier, customer, case_id, action, reason, "
    "channel, verdict, state, amount, grant_id, route, rail, approver, hold_until, given, asked, "
    "waited, ask_seq, own) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, "
    "$15, "
    "$16, $17, $18, $19, $14, $20, $21, $22, $23)";
static const char sql_answered[] =
    "INSERT INTO answered (seq, at, team, waited, lapsed) VALUES ($1, $2, $3, $4, $5)";
static const char sql_mark[] =
    "INSERT OR REPLACE INTO mark (part, hash, first, seqs) VALUES ($1, $2, $3, $4)";
static const char sql_key[] =
    "INSERT OR REPLACE INTO key_seen (part, print, seq) VALUES ($1, $2, $3)";
static const char sql_hour[] =
    "INSERT INTO hour (hour, first, last) VALUES ($1, $2, $3) ON CONFLICT (hour) DO UPDATE SET "
    "first = min(first, excluded.first), last = max(last, excluded.last)";
static const char sql_waited[] =
    "INSERT INTO waited (day, team, route, bucket, count, sum, most) VALUES ($1, $2, $3, $4, $5, "
    "$6, $7) ON CONFLICT (day, team, route, bucket) DO UPDATE SET count = count + excluded.count, "
    "sum = sum + excluded.sum, most = max(most, excluded.most)";
static const char sql_total[] =
    "INSERT INTO total (day, team, action, reason, agent, decisions, granted, asked, refused, "
    "approved, reversed, granted_minor, returned_minor) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, "
    "$9, $10, $11, $12, $13) ON CONFLICT (day, team, action, reason, agent) DO UPDATE SET "
    "decisions = decisions + excluded.decisions, granted = granted + excluded.granted, asked = "
    "asked + excluded.asked, refused = refused + excluded.refused, approved = approved + "
    "excluded.approved, reversed = reversed + excluded.reversed, granted_minor = granted_minor + "
    "excluded.granted_minor, returned_minor = returned_minor + excluded.returned_minor";
static const char sql_find[] = "SELECT at, team, action, reason, agent, amount, route, state, "
                               "ask_seq, own FROM decision WHERE seq "
                               "= $1";
static const char sql_state[] =
    "UPDATE decision SET state = $2, amount = $3, hold_until = NULL WHERE seq = $1";
static const char sql_came[] = "UPDATE decision SET came = $2 WHERE seq = $1";
static const char sql_meta[] = "UPDATE meta SET through = $1, hash = $2 WHERE id = 1";
static const char sql_forget_keys[] = "DELETE FROM key_seen WHERE part < $1";
static const char sql_first_since[] = "SELECT min(first) FROM hour WHERE hour >= $1";

enum { TOTALS = 8 };

/* The members of a row of `total`, in the order of the statement. */
enum total_member {
  TOTAL_DECISIONS,
  TOTAL_GRANTED,
  TOTAL_ASKED,
  TOTAL_REFUSED,
  TOTAL_APPROVED,
  TOTAL_REVERSED,
  TOTAL_GRANTED_MINOR,
  TOTAL_RETURNED_MINOR
};

struct total {
  lw_usec day;
  lw_str team, action, reason, agent;
  int64_t sums[TOTALS];
};

struct waited {
  lw_usec day;
  lw_str team, route;
  uint32_t bucket;
  int64_t count;
  lw_usec sum, most;
};

struct mark {
  int64_t part;
  int64_t hash;
  uint64_t seq;
};

struct hour {
  int64_t hour;
  uint64_t first, last;
};

struct lw_lists_take {
  struct lw_json_reader *reader;
  struct lw_arena entry; /* until the next entry */
  struct lw_arena step;  /* until the end of the step */
  struct lw_buf key;
  struct lw_db *db;
  enum lw_code rc; /* of the step, sticky */
  struct lw_error *err;
  uint64_t through;
  lw_hash hash;
  struct lw_table total_index;
  struct total *totals;
  size_t n_totals, totals_capacity;
  struct lw_table waited_index;
  struct waited *waits;
  size_t n_waits, waits_capacity;
  struct mark *marks;
  size_t n_marks, marks_capacity;
  struct hour hour; /* the one being counted; last 0: none */
  struct lw_shadow_sums shadow;
};

struct lw_lists_take *lw_lists_take_create(void)
{
  struct lw_lists_take *take = calloc(1, sizeof *take);
  if (take == NULL) {
    return NULL;
  }
  lw_arena_init(&take->entry, NULL, 0);
  lw_arena_init(&take->step, NULL, 0);
  take->reader = lw_json_reader_create(NULL);
  if (take->reader == NULL) {
    lw_lists_take_destroy(take);
    return NULL;
  }
  return take;
}

void lw_lists_take_destroy(struct lw_lists_take *take)
{
  if (take != NULL) {
    lw_json_reader_destroy(take->reader);
    lw_buf_finish(&take->key);
    lw_arena_finish(&take->step);
    lw_arena_finish(&take->entry);
    free(take);
  }
}

int64_t lw_lists_hash(lw_str text)
{
  uint64_t hash = lw_str_hash(text, 0);
  int64_t value;
  memcpy(&value, &hash, sizeof value);
  return value;
}

int64_t lw_lists_part(uint64_t seq, enum lw_lists_field field)
{
  return (int64_t)((seq >> LW_LISTS_MARK_SHIFT) * LW_LISTS_FIELDS) + (int64_t)field;
}

uint32_t lw_lists_bucket(lw_usec waited)
{
  uint64_t usec = waited > 0 ? (uint64_t)waited : 0;
  if (usec < 32) {
    return (uint32_t)usec;
  }
  unsigned exponent = 63U - (unsigned)__builtin_clzll(usec); /* 5 or more */
  return (exponent - 4) * 32 + (uint32_t)((usec >> (exponent - 5)) & 31);
}

lw_usec lw_lists_bucket_usec(uint32_t bucket)
{
  if (bucket < 32) {
    return bucket;
  }
  unsigned exponent = bucket / 32 + 4;
  uint64_t low = (uint64_t)(32 + bucket % 32) << (exponent - 5);
  uint64_t width = UINT64_C(1) << (exponent - 5);
  return (lw_usec)(low + width / 2);
}

/* --- helpers --- */

static bool int_of(const struct lw_value *map, lw_str key, int64_t *ret_number)
{
  const struct lw_value *value = lw_value_get(map, key);
  return value != NULL && value->kind == LW_VALUE_NUMBER && lw_int_read(value->text, ret_number);
}

static lw_usec day_of(lw_usec at)
{
  const lw_usec day = LW_SECONDS_PER_DAY * LW_USEC_PER_SECOND;
  return (at / day - (at % day < 0)) * day;
}

static void fail_memory(struct lw_lists_take *take)
{
  take->rc = lw_fail(take->err, LW_NO_MEMORY, "out of memory for the lists");
}

/* The statement, or NULL when the step has failed. */
static struct lw_stmt *statement(struct lw_lists_take *take, const char *sql)
{
  struct lw_stmt *stmt = NULL;
  if (take->rc == LW_OK) {
    take->rc = lw_db_statement(take->db, sql, &stmt, take->err);
  }
  return take->rc == LW_OK ? stmt : NULL;
}

static void run(struct lw_lists_take *take, struct lw_stmt *stmt)
{
  if (stmt != NULL) {
    take->rc = lw_stmt_run(stmt, take->err);
  }
}

/* --- sums --- */

/* Where the sum under this key stands: *ret_index, and whether it is new. */
static bool find_sum(struct lw_lists_take *take, struct lw_table *table, size_t count,
                     size_t *ret_index, bool *ret_is_new)
{
  lw_str key = lw_buf_str(&take->key);
  const uint32_t *found = lw_table_find(table, key);
  *ret_is_new = found == NULL;
  if (found != NULL) {
    *ret_index = *found;
    return true;
  }
  lw_str kept = lw_str_copy(&take->step, key);
  uint32_t *place = kept.ptr != NULL ? lw_table_add(table, kept, NULL) : NULL;
  if (place == NULL || take->key.failed) {
    fail_memory(take);
    return false;
  }
  *place = (uint32_t)count;
  *ret_index = count;
  return true;
}

static void add_key(struct lw_buf *key, lw_str part)
{
  lw_buf_add(key, part);
  lw_buf_add_char(key, '\x1f');
}

static struct total *find_total(struct lw_lists_take *take, const struct lw_listed *row)
{
  lw_usec day = day_of(row->at);
  size_t index = 0;
  bool is_new = false;
  lw_buf_reset(&take->key);
  lw_buf_add_int(&take->key, day);
  add_key(&take->key, LW_STR(""));
  add_key(&take->key, row->team);
  add_key(&take->key, row->action);
  add_key(&take->key, row->reason);
  add_key(&take->key, row->agent);
  if (!find_sum(take, &take->total_index, take->n_totals, &index, &is_new)) {
    return NULL;
  }
  if (is_new) {
    struct total *more =
        lw_arena_grow(&take->step, take->totals, take->n_totals, &take->totals_capacity,
                      take->n_totals + 1, sizeof *more, _Alignof(struct total));
    if (more == NULL) {
      fail_memory(take);
      return NULL;
    }
    take->totals = more;
    more[take->n_totals++] = (struct total){.day = day,
                                            .team = lw_str_copy(&take->step, row->team),
                                            .action = lw_str_copy(&take->step, row->action),
                                            .reason = lw_str_copy(&take->step, row->reason),
                                            .agent = lw_str_copy(&take->step, row->agent)};
  }
  return &take->totals[index];
}

static void add_total(struct lw_lists_take *take, const struct lw_listed *row,
                      enum total_member member, int64_t minor_member, int64_t minor)
{
  struct total *total = find_total(take, row);
  if (total != NULL) {
    total->sums[member]++;
    if (__builtin_add_overflow(total->sums[minor_member], minor, &total->sums[minor_member])) {
      total->sums[minor_member] = INT64_MAX; /* figures to look at, not money */
    }
  }
}

static void add_waited(struct lw_lists_take *take, const struct lw_listed *row, lw_str route,
                       lw_usec waited)
{
  lw_usec day = day_of(row->at);
  uint32_t bucket = lw_lists_bucket(waited);
  size_t index = 0;
  bool is_new = false;
  lw_buf_reset(&take->key);
  lw_buf_add_int(&take->key, day);
  add_key(&take->key, LW_STR(""));
  add_key(&take->key, row->team);
  add_key(&take->key, route);
  lw_buf_add_uint(&take->key, bucket);
  if (!find_sum(take, &take->waited_index, take->n_waits, &index, &is_new)) {
    return;
  }
  if (is_new) {
    struct waited *more =
        lw_arena_grow(&take->step, take->waits, take->n_waits, &take->waits_capacity,
                      take->n_waits + 1, sizeof *more, _Alignof(struct waited));
    if (more == NULL) {
      fail_memory(take);
      return;
    }
    take->waits = more;
    more[take->n_waits++] = (struct waited){.day = day,
                                            .team = lw_str_copy(&take->step, row->team),
                                            .route = lw_str_copy(&take->step, route),
                                            .bucket = bucket};
  }
  struct waited *sum = &take->waits[index];
  sum->count++;
  sum->sum += waited > 0 ? waited : 0;
  sum->most = waited > sum->most ? waited : sum->most;
}

static void flush_hour(struct lw_lists_take *take)
{
  if (take->hour.last == 0) {
    return;
  }
  struct lw_stmt *stmt = statement(take, sql_hour);
  if (stmt != NULL) {
    lw_stmt_int(stmt, 1, take->hour.hour);
    lw_stmt_int(stmt, 2, (int64_t)take->hour.first);
    lw_stmt_int(stmt, 3, (int64_t)take->hour.last);
    run(take, stmt);
  }
  take->hour = (struct hour){0};
}

static void add_hour(struct lw_lists_take *take, lw_usec at, uint64_t seq)
{
  const lw_usec length = (lw_usec)3600 * LW_USEC_PER_SECOND;
  int64_t hour = at / length - (at % length < 0);
  if (take->hour.last != 0 && take->hour.hour != hour) {
    flush_hour(take);
  }
  if (take->hour.last == 0) {
    take->hour = (struct hour){hour, seq, seq};
  }
  take->hour.last = seq;
}

static void flush_totals(struct lw_lists_take *take)
{
  for (size_t i = 0; i < take->n_totals; i++) {
    const struct total *total = &take->totals[i];
    struct lw_stmt *stmt = statement(take, sql_total);
    if (stmt == NULL) {
      return;
    }
    lw_stmt_int(stmt, 1, total->day);
    lw_stmt_text(stmt, 2, total->team);
    lw_stmt_text(stmt, 3, total->action);
    lw_stmt_text(stmt, 4, total->reason);
    lw_stmt_text(stmt, 5, total->agent);
    for (int s = 0; s < TOTALS; s++) {
      lw_stmt_int(stmt, 6 + s, total->sums[s]);
    }
    run(take, stmt);
  }
}

static void flush_waits(struct lw_lists_take *take)
{
  for (size_t i = 0; i < take->n_waits; i++) {
    const struct waited *sum = &take->waits[i];
    struct lw_stmt *stmt = statement(take, sql_waited);
    if (stmt == NULL) {
      return;
    }
    lw_stmt_int(stmt, 1, sum->day);
    lw_stmt_text(stmt, 2, sum->team);
    lw_stmt_text(stmt, 3, sum->route);
    lw_stmt_int(stmt, 4, sum->bucket);
    lw_stmt_int(stmt, 5, sum->count);
    lw_stmt_int(stmt, 6, sum->sum);
    lw_stmt_int(stmt, 7, sum->most);
    run(take, stmt);
  }
}

/* --- a decision --- */

static void add_row(struct lw_lists_take *take, const struct lw_listed *row)
{
  struct lw_stmt *stmt = statement(take, sql_decision);
  if (stmt == NULL) {
    return;
  }
  const lw_str texts[] = {row->agent,   row->team,   row->tier,   row->customer,
                          row->case_id, row->action, row->reason, row->channel};
  const lw_str ends[] = {row->grant, row->route, row->rail, row->approver};
  lw_stmt_int(stmt, 1, (int64_t)row->seq);
  lw_stmt_blob(stmt, 2, lw_str_from((const char *)row->id.bytes, sizeof row->id.bytes));
  lw_stmt_int(stmt, 3, row->at);
  for (int i = 0; i < 8; i++) {
    lw_stmt_text_or_null(stmt, 4 + i, texts[i]);
  }
  lw_stmt_int(stmt, 12, row->verdict);
  lw_stmt_int(stmt, 13, row->state);
  if (row->has_amount) {
    lw_stmt_int(stmt, 14, row->amount_minor);
  }
  for (int i = 0; i < 4; i++) {
    lw_stmt_text_or_null(stmt, 15 + i, ends[i]);
  }
  if (row->hold_until != 0) {
    lw_stmt_int(stmt, 19, row->hold_until);
  }
  lw_stmt_int(stmt, 20, row->asked);
  if (row->waited >= 0) {
    lw_stmt_int(stmt, 21, row->waited);
  }
  if (row->ask_seq != 0) {
    lw_stmt_int(stmt, 22, (int64_t)row->ask_seq);
  }
  lw_stmt_int(stmt, 23, row->own);
  run(take, stmt);
}

/* Whether what a yes gave stands is said in the row of its request, too. */
static void note_came(struct lw_lists_take *take, uint64_t ask_seq, bool stands)
{
  struct lw_stmt *stmt = ask_seq != 0 ? statement(take, sql_came) : NULL;
  if (stmt != NULL) {
    lw_stmt_int(stmt, 1, (int64_t)ask_seq);
    lw_stmt_int(stmt, 2, stands);
    run(take, stmt);
  }
}

static void add_marks(struct lw_lists_take *take, const struct lw_listed *row)
{
  const struct {
    enum lw_lists_field field;
    lw_str text;
  } marks[] = {{LW_LISTS_AGENT, row->agent},
               {LW_LISTS_CUSTOMER, row->customer},
               {LW_LISTS_CASE, row->case_id},
               {LW_LISTS_ACTION, row->action},
               {LW_LISTS_REASON, row->reason}};
  for (size_t i = 0; i < sizeof marks / sizeof marks[0]; i++) {
    if (marks[i].text.len == 0) {
      continue;
    }
    struct mark *more =
        lw_arena_grow(&take->step, take->marks, take->n_marks, &take->marks_capacity,
                      take->n_marks + 1, sizeof *more, _Alignof(struct mark));
    if (more == NULL) {
      fail_memory(take);
      return;
    }
    take->marks = more;
    more[take->n_marks++] = (struct mark){lw_lists_part(row->seq, marks[i].field),
                                          lw_lists_hash(marks[i].text), row->seq};
  }
}

static int compare_marks(const void *a, const void *b)
{
  const struct mark *one = a;
  const struct mark *two = b;
  if (one->part != two->part) {
    return one->part < two->part ? -1 : 1;
  }
  if (one->hash != two->hash) {
    return one->hash < two->hash ? -1 : 1;
  }
  return (one->seq > two->seq) - (one->seq < two->seq);
}

/* One row for all of a step that have a value in common, with their numbers: the first one, and
 * then how far each lies behind the one before it, in 7 bits a byte, the last with its top bit
 * clear. */
static void flush_row(struct lw_lists_take *take, const struct mark *marks, size_t count)
{
  uint64_t before = marks[0].seq;
  lw_buf_reset(&take->key);
  for (size_t i = 1; i < count; i++) {
    uint64_t distance = marks[i].seq - before;
    for (; distance >= 128; distance >>= 7) {
      lw_buf_add_char(&take->key, (char)(unsigned char)(128 | (distance & 127)));
    }
    lw_buf_add_char(&take->key, (char)distance);
    before = marks[i].seq;
  }
  struct lw_stmt *stmt = statement(take, sql_mark);
  if (stmt == NULL || take->key.failed) {
    fail_memory(take);
    return;
  }
  lw_str bytes = count > 1 ? lw_buf_str(&take->key) : LW_STR("");
  lw_stmt_int(stmt, 1, marks[0].part);
  lw_stmt_int(stmt, 2, marks[0].hash);
  lw_stmt_int(stmt, 3, (int64_t)marks[0].seq);
  lw_stmt_blob(stmt, 4, bytes);
  run(take, stmt);
}

/* In the order of the table, so that it is written from one end to the other. */
static void flush_marks(struct lw_lists_take *take)
{
  size_t first = 0;
  if (take->n_marks != 0) {
    qsort(take->marks, take->n_marks, sizeof *take->marks, compare_marks);
  }
  for (size_t i = 1; i <= take->n_marks && take->rc == LW_OK; i++) {
    if (i == take->n_marks || take->marks[i].part != take->marks[first].part ||
        take->marks[i].hash != take->marks[first].hash) {
      flush_row(take, &take->marks[first], i - first);
      first = i;
    }
  }
}

static void add_seen_key(struct lw_lists_take *take, uint64_t seq, lw_str body)
{
  uint8_t digest[16];
  int64_t print = 0;
  if (!lw_idem_key_of(body, digest)) {
    return;
  }
  uint64_t bits = lw_idem_print(digest);
  memcpy(&print, &bits, sizeof print);
  struct lw_stmt *stmt = statement(take, sql_key);
  if (stmt != NULL) {
    lw_stmt_int(stmt, 1, (int64_t)(seq >> LW_LISTS_KEY_SHIFT));
    lw_stmt_int(stmt, 2, print);
    lw_stmt_int(stmt, 3, (int64_t)seq);
    run(take, stmt);
  }
}

static void read_amount(const struct lw_value *body, const struct lw_value *request,
                        struct lw_listed *row)
{
  const struct lw_value *granted = lw_value_get(body, LW_STR("granted"));
  uint16_t currency = lw_currency_find(lw_value_text(body, LW_STR("currency")));
  lw_money money = {0, currency};
  if (granted != NULL) {
    row->action = lw_value_text(granted, LW_STR("action"));
    row->has_amount = int_of(granted, LW_STR("minor"), &row->amount_minor);
  } else if (currency != LW_CURRENCY_NONE) {
    row->has_amount =
        lw_money_read(lw_value_text(request, LW_STR("amount")), currency, &money) == LW_MONEY_OK;
    row->amount_minor = money.minor;
  }
}

/* The case may be an object with its id, and its customer may be what the record knows. */
static void read_case(const struct lw_value *body, const struct lw_value *request,
                      struct lw_listed *row)
{
  const struct lw_value *stored =
      lw_value_get(lw_value_get(body, LW_STR("stored")), LW_STR("case"));
  const struct lw_value *value = lw_value_get(request, LW_STR("case"));
  row->case_id = lw_value_text(request, LW_STR("case"));
  if (value != NULL && value->kind == LW_VALUE_MAP) {
    row->case_id = lw_value_text(value, LW_STR("id"));
  }
  row->customer = lw_value_text(request, LW_STR("customer"));
  if (row->customer.len == 0) {
    row->customer = lw_value_text(stored, LW_STR("customer"));
  }
}

bool lw_lists_read_row(const struct lw_value *body, uint64_t seq, struct lw_listed *ret_row)
{
  const struct lw_value *request = lw_value_get(body, LW_STR("request"));
  const struct lw_value *person = lw_value_get(body, LW_STR("person"));
  const struct lw_value *answer = lw_value_get(body, LW_STR("answer"));
  const struct lw_value *until = lw_value_get(lw_value_get(body, LW_STR("hold")), LW_STR("until"));
  struct lw_listed row = {.seq = seq,
                          .agent = lw_value_text(request, LW_STR("agent")),
                          .team = lw_value_text(person, LW_STR("team")),
                          .tier = lw_value_text(person, LW_STR("tier")),
                          .action = lw_value_text(request, LW_STR("action")),
                          .reason = lw_value_text(request, LW_STR("reason")),
                          .channel = lw_value_text(request, LW_STR("channel")),
                          .grant = lw_value_text(answer, LW_STR("grant")),
                          .route = lw_value_text(answer, LW_STR("route")),
                          .rail = lw_value_text(answer, LW_STR("rail")),
                          .approver = lw_value_text(body, LW_STR("approver")),
                          .own = lw_value_get(body, LW_STR("for")) != NULL};
  if (!lw_id_read(LW_STR("dec"), lw_value_text(body, LW_STR("id")), &row.id) ||
      !lw_decision_read_moment(lw_value_get(body, LW_STR("at")), &row.at) ||
      !lw_verdict_read(lw_value_text(answer, LW_STR("verdict")), &row.verdict)) {
    return false;
  }
  read_amount(body, request, &row);
  read_case(body, request, &row);
  if (lw_decision_read_moment(until, &row.hold_until)) {
    row.state = LW_DECISION_HELD;
  }
  *ret_row = row;
  return true;
}

/* The row of a decision that was taken in earlier; its texts live until the next entry. */
static bool find_row(struct lw_lists_take *take, lw_str id, struct lw_listed *ret_row)
{
  struct lw_listed row = {0};
  bool is_row = false;
  if (!lw_id_read(LW_STR("dec"), id, &row.id)) {
    return false;
  }
  row.seq = lw_id_seq(row.id);
  struct lw_stmt *stmt = statement(take, sql_find);
  if (stmt == NULL) {
    return false;
  }
  lw_stmt_int(stmt, 1, (int64_t)row.seq);
  take->rc = lw_stmt_step(stmt, &is_row, take->err);
  if (take->rc == LW_OK && is_row) {
    row.at = lw_stmt_get_int(stmt, 0);
    row.team = lw_str_copy(&take->entry, lw_stmt_get_text(stmt, 1));
    row.action = lw_str_copy(&take->entry, lw_stmt_get_text(stmt, 2));
    row.reason = lw_str_copy(&take->entry, lw_stmt_get_text(stmt, 3));
    row.agent = lw_str_copy(&take->entry, lw_stmt_get_text(stmt, 4));
    row.has_amount = !lw_stmt_is_null(stmt, 5);
    row.amount_minor = lw_stmt_get_int(stmt, 5);
    row.route = lw_str_copy(&take->entry, lw_stmt_get_text(stmt, 6));
    row.state = (enum lw_decision_state)lw_stmt_get_int(stmt, 7);
    row.ask_seq = (uint64_t)lw_stmt_get_int(stmt, 8);
    row.own = lw_stmt_get_int(stmt, 9) != 0;
  }
  lw_stmt_reset(stmt);
  *ret_row = row;
  return take->rc == LW_OK && is_row;
}

/* How it came about, and how long the agent waited until they could act. */
static void read_wait(const struct lw_value *body, lw_usec recorded_at, struct lw_listed *row)
{
  lw_str ask = lw_value_text(body, LW_STR("asked"));
  bool by_approval = ask.len != 0;
  int64_t waited = 0;
  lw_id id;
  row->asked = by_approval || row->verdict == LW_ASK;
  row->waited = row->verdict == LW_GRANTED ? recorded_at - row->at : -1;
  if (by_approval) {
    row->waited = int_of(body, LW_STR("waited_usec"), &waited) ? waited : 0;
    row->ask_seq = lw_id_read(LW_STR("dec"), ask, &id) ? lw_id_seq(id) : 0;
  }
}

/* Sums are of what customers were given, and of how long they waited for it. */
static void count_decision(struct lw_lists_take *take, const struct lw_value *body,
                           const struct lw_listed *row)
{
  lw_str asked = lw_value_text(body, LW_STR("asked"));
  int64_t minor = row->verdict == LW_GRANTED && row->has_amount ? row->amount_minor : 0;
  struct lw_listed origin = {0};
  if (row->own) {
    return;
  }
  if (asked.len != 0) { /* an approval's */
    add_total(take, row, TOTAL_APPROVED, TOTAL_GRANTED_MINOR, minor);
    lw_str route = find_row(take, asked, &origin) ? origin.route : LW_STR("");
    add_waited(take, row, route.len != 0 ? route : LW_STR("-"), row->waited);
    return;
  }
  add_total(take, row, TOTAL_DECISIONS, TOTAL_GRANTED_MINOR, 0);
  if (row->verdict == LW_GRANTED) {
    add_total(take, row, TOTAL_GRANTED, TOTAL_GRANTED_MINOR, minor);
    add_waited(take, row, LW_STR("-"), row->waited);
  } else {
    add_total(take, row, row->verdict == LW_ASK ? TOTAL_ASKED : TOTAL_REFUSED, TOTAL_GRANTED_MINOR,
              0);
  }
}

static const struct lw_value *read_json(struct lw_lists_take *take, lw_str body)
{
  const struct lw_value *value = NULL;
  struct lw_error err;
  enum lw_code rc = lw_json_read(take->reader, &take->entry, body, NULL, &value, &err);
  if (rc == LW_NO_MEMORY) {
    fail_memory(take);
  }
  return rc == LW_OK ? value : NULL;
}

/* What the policy in the shadow said to it. */
static void take_shadow(struct lw_lists_take *take, const struct lw_value *body,
                        const struct lw_listed *row)
{
  struct lw_shadow_item item;
  bool is_item = false;
  if (take->rc == LW_OK && !lw_shadow_sums_add(&take->shadow, body, row, &is_item, &item)) {
    fail_memory(take);
  } else if (take->rc == LW_OK && is_item) {
    take->rc = lw_shadow_item_write(take->db, &item, take->err);
  }
}

static void take_shadow_start(struct lw_lists_take *take, uint64_t seq)
{
  if (take->rc == LW_OK) {
    take->rc = lw_shadow_sums_start(&take->shadow, take->db, seq, take->err);
  }
}

static void take_decision(struct lw_lists_take *take, const struct lw_entry_view *entry)
{
  struct lw_listed row;
  const struct lw_value *body = read_json(take, entry->body);
  if (body == NULL || !lw_lists_read_row(body, entry->seq, &row)) {
    return;
  }
  read_wait(body, entry->at, &row);
  add_row(take, &row);
  note_came(take, row.ask_seq, true);
  add_marks(take, &row);
  add_seen_key(take, entry->seq, entry->body);
  add_hour(take, row.at, entry->seq);
  count_decision(take, body, &row);
  take_shadow(take, body, &row);
}

/* --- what became of one --- */

static void take_change(struct lw_lists_take *take, const struct lw_entry_view *entry,
                        enum lw_decision_state state)
{
  struct lw_listed row;
  int64_t stands = 0;
  const struct lw_value *body = read_json(take, entry->body);
  if (body == NULL || !find_row(take, lw_value_text(body, LW_STR("decision")), &row)) {
    return;
  }
  bool kept = state == LW_DECISION_FINAL && int_of(body, LW_STR("minor"), &stands);
  int64_t returned = row.amount_minor - (kept ? stands : 0);
  struct lw_stmt *stmt = statement(take, sql_state);
  if (stmt == NULL) {
    return;
  }
  lw_stmt_int(stmt, 1, (int64_t)row.seq);
  lw_stmt_int(stmt, 2, state);
  if (row.has_amount) {
    lw_stmt_int(stmt, 3, kept ? stands : row.amount_minor);
  }
  run(take, stmt);
  if (state != LW_DECISION_FINAL) {
    note_came(take, row.ask_seq, false);
  }
  bool counts = !row.own && (row.has_amount || state == LW_DECISION_REVERSED);
  struct total *total = counts ? find_total(take, &row) : NULL;
  if (total != NULL) {
    total->sums[TOTAL_REVERSED] += state == LW_DECISION_REVERSED;
    total->sums[TOTAL_RETURNED_MINOR] += returned;
  }
}

/* An approval that was answered, or that nobody answered. */
static void take_answer(struct lw_lists_take *take, const struct lw_entry_view *entry, bool lapsed)
{
  const struct lw_value *body = read_json(take, entry->body);
  int64_t waited = 0;
  struct lw_stmt *stmt = body != NULL ? statement(take, sql_answered) : NULL;
  if (stmt == NULL) {
    return;
  }
  lw_stmt_int(stmt, 1, (int64_t)entry->seq);
  lw_stmt_int(stmt, 2, entry->at);
  lw_stmt_text_or_null(stmt, 3, lw_value_text(body, LW_STR("team")));
  lw_stmt_int(stmt, 4, int_of(body, LW_STR("waited_usec"), &waited) ? waited : 0);
  lw_stmt_int(stmt, 5, lapsed);
  run(take, stmt);
}

/* --- a step --- */

static bool take_entry(void *user, const struct lw_entry_view *entry)
{
  struct lw_lists_take *take = user;
  enum lw_event event = LW_EVENTS;
  lw_arena_reset(&take->entry);
  if (lw_event_read(entry->kind, &event)) {
    switch ((int)event) {
    case LW_EVENT_DECISION: take_decision(take, entry); break;
    case LW_EVENT_HOLD_CONFIRMED: take_change(take, entry, LW_DECISION_FINAL); break;
    case LW_EVENT_HOLD_RELEASED: take_change(take, entry, LW_DECISION_RELEASED); break;
    case LW_EVENT_HOLD_LAPSED: take_change(take, entry, LW_DECISION_LAPSED); break;
    case LW_EVENT_DECISION_REVERSED: take_change(take, entry, LW_DECISION_REVERSED); break;
    case LW_EVENT_APPROVAL_APPROVED:
    case LW_EVENT_APPROVAL_DECLINED: take_answer(take, entry, false); break;
    case LW_EVENT_APPROVAL_LAPSED: take_answer(take, entry, true); break;
    case LW_EVENT_POLICY_SHADOW_STARTED: take_shadow_start(take, entry->seq); break;
    default: break;
    }
  }
  if (take->rc != LW_OK) {
    return false;
  }
  take->through = entry->seq;
  take->hash = entry->hash;
  return true;
}

static void begin(struct lw_lists_take *take, struct lw_db *db, uint64_t after,
                  struct lw_error *err)
{
  lw_arena_reset(&take->step);
  take->db = db;
  take->err = err;
  take->rc = LW_OK;
  take->through = after;
  take->totals = NULL;
  take->n_totals = take->totals_capacity = 0;
  take->waits = NULL;
  take->n_waits = take->waits_capacity = 0;
  take->marks = NULL;
  take->n_marks = take->marks_capacity = 0;
  take->hour = (struct hour){0};
  lw_table_init(&take->total_index, &take->step);
  lw_table_init(&take->waited_index, &take->step);
}

/* Keys older than a day answer nothing any more: whole stretches of them go. */
static void forget_keys(struct lw_lists_take *take, uint64_t after)
{
  const lw_usec length = (lw_usec)3600 * LW_USEC_PER_SECOND;
  bool is_row = false;
  if (after >> LW_LISTS_KEY_SHIFT == take->through >> LW_LISTS_KEY_SHIFT) {
    return;
  }
  struct lw_stmt *stmt = statement(take, sql_first_since);
  if (stmt == NULL) {
    return;
  }
  lw_stmt_int(stmt, 1, (lw_clock_now() - LW_KEY_USEC) / length - 1);
  take->rc = lw_stmt_step(stmt, &is_row, take->err);
  bool none = take->rc != LW_OK || !is_row || lw_stmt_is_null(stmt, 0);
  uint64_t first = none ? take->through : (uint64_t)lw_stmt_get_int(stmt, 0);
  lw_stmt_reset(stmt);
  stmt = statement(take, sql_forget_keys);
  if (stmt != NULL) {
    lw_stmt_int(stmt, 1, (int64_t)(first >> LW_LISTS_KEY_SHIFT));
    run(take, stmt);
  }
}

static void finish(struct lw_lists_take *take)
{
  flush_marks(take);
  flush_hour(take);
  flush_totals(take);
  flush_waits(take);
  if (take->rc == LW_OK) {
    take->rc = lw_shadow_sums_write(&take->shadow, take->db, take->err);
  }
  struct lw_stmt *stmt = statement(take, sql_meta);
  if (stmt != NULL) {
    lw_stmt_int(stmt, 1, (int64_t)take->through);
    lw_stmt_blob(stmt, 2, lw_str_from((const char *)take->hash.bytes, LW_HASH_BYTES));
    run(take, stmt);
  }
}

enum lw_code lw_lists_take_step(struct lw_lists_take *take, struct lw_db *db, struct lw_db *journal,
                                uint64_t after, uint64_t most, uint64_t *ret_through,
                                struct lw_error *err)
{
  begin(take, db, after, err);
  enum lw_code rc = lw_db_begin(db, err);
  if (rc != LW_OK) {
    return rc;
  }
  rc = lw_shadow_sums_begin(&take->shadow, db, &take->step, err);
  if (rc == LW_OK) {
    rc = lw_journal_walk(journal, after, most, take_entry, take, err);
  }
  if (rc == LW_OK && take->through > after) {
    finish(take);
    forget_keys(take, after);
  }
  rc = rc == LW_OK ? take->rc : rc;
  if (rc == LW_OK) {
    rc = lw_db_commit(db, err);
  }
  if (rc != LW_OK) {
    lw_db_rollback(db);
    return rc;
  }
  *ret_through = take->through;
  return LW_OK;
}
