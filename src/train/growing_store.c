/* Rows of growing and growing_hours, the words that belong to them, and what became of a price. */
#include "train/growing_store.h"

#include "data/member.h"
#include "ledger/text.h"

#define COLUMNS                                                                                    \
  "id, person, words, shared, day_from, day_to, has_price, minor, currency, planned, state, "      \
  "decision, issued, expires, held, vouched_by, at, changed_at"
#define LOG_COLUMNS "id, person, course, day, minutes, note"

/* --- courses --- */

static void bind(struct lw_stmt *stmt, const struct lw_growing_row *row)
{
  lw_stmt_text(stmt, 1, row->id);
  lw_stmt_text(stmt, 2, row->person);
  lw_stmt_text_or_empty(stmt, 3, row->words);
  lw_stmt_int(stmt, 4, row->shared);
  lw_stmt_text_or_empty(stmt, 5, row->from);
  lw_stmt_text_or_empty(stmt, 6, row->to);
  lw_stmt_int(stmt, 7, row->has_price);
  lw_stmt_int(stmt, 8, row->minor);
  lw_stmt_text_or_empty(stmt, 9, row->currency);
  lw_stmt_int(stmt, 10, row->planned);
  lw_stmt_int(stmt, 11, row->state);
  lw_stmt_text_or_empty(stmt, 12, row->decision);
  lw_stmt_text_or_empty(stmt, 13, row->issued);
  lw_stmt_text_or_empty(stmt, 14, row->expires);
  lw_stmt_text_or_empty(stmt, 15, row->held);
  lw_stmt_text_or_empty(stmt, 16, row->vouched_by);
  lw_stmt_int(stmt, 17, row->at);
  lw_stmt_int(stmt, 18, row->changed_at);
}

static enum lw_code put(struct lw_db *db, const char *sql, const struct lw_growing_row *row,
                        struct lw_error *err)
{
  struct lw_stmt *stmt = NULL;
  enum lw_code rc = lw_db_statement(db, sql, &stmt, err);
  if (rc != LW_OK) {
    return rc;
  }
  bind(stmt, row);
  return lw_stmt_run(stmt, err);
}

enum lw_code lw_growing_insert(struct lw_db *db, const struct lw_growing_row *row,
                               struct lw_error *err)
{
  return put(db,
             "INSERT INTO growing (" COLUMNS ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, "
             "$11, $12, $13, $14, $15, $16, $17, $18)",
             row, err);
}

enum lw_code lw_growing_update(struct lw_db *db, const struct lw_growing_row *row,
                               struct lw_error *err)
{
  return put(db,
             "UPDATE growing SET words = $3, shared = $4, day_from = $5, day_to = $6, has_price = "
             "$7, minor = $8, currency = $9, planned = $10, state = $11, decision = $12, issued = "
             "$13, expires = $14, held = $15, vouched_by = $16, changed_at = $18 WHERE id = $1 AND "
             "person = $2 AND at = $17",
             row, err);
}

static struct lw_growing_row take(const struct lw_stmt *row, struct lw_arena *arena)
{
  return (struct lw_growing_row){.id = lw_stmt_copy_text(row, 0, arena),
                                 .person = lw_stmt_copy_text(row, 1, arena),
                                 .words = lw_stmt_copy_text(row, 2, arena),
                                 .shared = lw_stmt_get_int(row, 3) != 0,
                                 .from = lw_stmt_copy_text(row, 4, arena),
                                 .to = lw_stmt_copy_text(row, 5, arena),
                                 .has_price = lw_stmt_get_int(row, 6) != 0,
                                 .minor = lw_stmt_get_int(row, 7),
                                 .currency = lw_stmt_copy_text(row, 8, arena),
                                 .planned = lw_stmt_get_int(row, 9),
                                 .state = (enum lw_growing_state)lw_stmt_get_int(row, 10),
                                 .decision = lw_stmt_copy_text(row, 11, arena),
                                 .issued = lw_stmt_copy_text(row, 12, arena),
                                 .expires = lw_stmt_copy_text(row, 13, arena),
                                 .held = lw_stmt_copy_text(row, 14, arena),
                                 .vouched_by = lw_stmt_copy_text(row, 15, arena),
                                 .at = lw_stmt_get_int(row, 16),
                                 .changed_at = lw_stmt_get_int(row, 17)};
}

enum lw_code lw_growing_get(struct lw_db *db, lw_str id, struct lw_arena *arena,
                            struct lw_growing_row *ret_row, struct lw_error *err)
{
  struct lw_stmt *row = NULL;
  enum lw_code rc = lw_db_find(db, "SELECT " COLUMNS " FROM growing WHERE id = $1", id, &row, err);
  if (rc == LW_OK) {
    *ret_row = take(row, arena);
    lw_stmt_reset(row);
  }
  return rc;
}

enum lw_code lw_growing_list(struct lw_db *db, lw_str person, struct lw_arena *arena,
                             struct lw_growing_row **ret_rows, uint32_t *ret_count,
                             struct lw_error *err)
{
  struct lw_growing_row *rows = NULL;
  struct lw_stmt *stmt = NULL;
  size_t capacity = 0;
  uint32_t count = 0;
  bool is_row = false;
  enum lw_code rc = lw_db_statement(
      db, "SELECT " COLUMNS " FROM growing WHERE person = $1 ORDER BY id DESC", &stmt, err);
  if (rc != LW_OK) {
    return rc;
  }
  lw_stmt_text(stmt, 1, person);
  while (count < LW_GROWING_COURSES_MAX && (rc = lw_stmt_step(stmt, &is_row, err)) == LW_OK &&
         is_row) {
    rows = lw_arena_grow(arena, rows, count, &capacity, count + 1, sizeof *rows,
                         _Alignof(struct lw_growing_row));
    if (rows == NULL) {
      break;
    }
    rows[count++] = take(stmt, arena);
  }
  lw_stmt_reset(stmt);
  *ret_rows = rows;
  *ret_count = count;
  return rc == LW_OK && arena->failed ? lw_fail(err, LW_NO_MEMORY, "out of memory for courses")
                                      : rc;
}

/* --- hours --- */

enum lw_code lw_growing_log_put(struct lw_db *db, const struct lw_growing_log *log,
                                struct lw_error *err)
{
  static const char sql[] =
      "INSERT INTO growing_hours (" LOG_COLUMNS ") VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT "
      "(id) DO UPDATE SET course = $3, day = $4, minutes = $5, note = $6";
  struct lw_stmt *stmt = NULL;
  enum lw_code rc = lw_db_statement(db, sql, &stmt, err);
  if (rc != LW_OK) {
    return rc;
  }
  lw_stmt_text(stmt, 1, log->id);
  lw_stmt_text(stmt, 2, log->person);
  lw_stmt_text_or_empty(stmt, 3, log->course);
  lw_stmt_text(stmt, 4, log->day);
  lw_stmt_int(stmt, 5, log->minutes);
  lw_stmt_text_or_empty(stmt, 6, log->note);
  return lw_stmt_run(stmt, err);
}

enum lw_code lw_growing_log_remove(struct lw_db *db, lw_str id, struct lw_error *err)
{
  return lw_db_run(db, "DELETE FROM growing_hours WHERE id = $1", &id, 1, err);
}

static struct lw_growing_log take_log(const struct lw_stmt *row, struct lw_arena *arena)
{
  return (struct lw_growing_log){.id = lw_stmt_copy_text(row, 0, arena),
                                 .person = lw_stmt_copy_text(row, 1, arena),
                                 .course = lw_stmt_copy_text(row, 2, arena),
                                 .day = lw_stmt_copy_text(row, 3, arena),
                                 .minutes = lw_stmt_get_int(row, 4),
                                 .note = lw_stmt_copy_text(row, 5, arena)};
}

enum lw_code lw_growing_log_get(struct lw_db *db, lw_str id, struct lw_arena *arena,
                                struct lw_growing_log *ret_log, struct lw_error *err)
{
  struct lw_stmt *row = NULL;
  enum lw_code rc =
      lw_db_find(db, "SELECT " LOG_COLUMNS " FROM growing_hours WHERE id = $1", id, &row, err);
  if (rc == LW_OK) {
    *ret_log = take_log(row, arena);
    lw_stmt_reset(row);
  }
  return rc;
}

/* Days are texts that sort as days do. */
static void bind_year(struct lw_stmt *stmt, lw_str person, uint32_t year, struct lw_arena *arena)
{
  lw_stmt_text(stmt, 1, person);
  lw_stmt_text(stmt, 2, lw_str_format(arena, "%04u-01-01", (unsigned)year));
  lw_stmt_text(stmt, 3, lw_str_format(arena, "%04u-12-31", (unsigned)year));
}

enum lw_code lw_growing_logs(struct lw_db *db, lw_str person, uint32_t year, struct lw_arena *arena,
                             struct lw_growing_log **ret_logs, uint32_t *ret_count,
                             struct lw_error *err)
{
  struct lw_growing_log *logs = NULL;
  struct lw_stmt *stmt = NULL;
  size_t capacity = 0;
  uint32_t count = 0;
  bool is_row = false;
  enum lw_code rc = lw_db_statement(db,
                                    "SELECT " LOG_COLUMNS " FROM growing_hours WHERE person = $1 "
                                    "AND day BETWEEN $2 AND $3 ORDER BY day DESC, id DESC",
                                    &stmt, err);
  if (rc != LW_OK) {
    return rc;
  }
  bind_year(stmt, person, year, arena);
  while (count < LW_GROWING_HOURS_SHOWN_MAX && (rc = lw_stmt_step(stmt, &is_row, err)) == LW_OK &&
         is_row) {
    logs = lw_arena_grow(arena, logs, count, &capacity, count + 1, sizeof *logs,
                         _Alignof(struct lw_growing_log));
    if (logs == NULL) {
      break;
    }
    logs[count++] = take_log(stmt, arena);
  }
  lw_stmt_reset(stmt);
  *ret_logs = logs;
  *ret_count = count;
  return rc == LW_OK && arena->failed ? lw_fail(err, LW_NO_MEMORY, "out of memory for hours") : rc;
}

enum lw_code lw_growing_minutes(struct lw_db *db, lw_str person, uint32_t year,
                                int64_t *ret_minutes, struct lw_error *err)
{
  struct lw_stmt *stmt = NULL;
  struct lw_arena arena;
  bool is_row = false;
  enum lw_code rc = lw_db_statement(db,
                                    "SELECT CAST(coalesce(sum(minutes), 0) AS BIGINT) FROM "
                                    "growing_hours WHERE person = $1 AND day BETWEEN $2 AND $3",
                                    &stmt, err);
  if (rc != LW_OK) {
    return rc;
  }
  lw_arena_init(&arena, NULL, 4096);
  bind_year(stmt, person, year, &arena);
  rc = lw_stmt_step(stmt, &is_row, err);
  *ret_minutes = rc == LW_OK && is_row ? lw_stmt_get_int(stmt, 0) : 0;
  lw_stmt_reset(stmt);
  lw_arena_finish(&arena);
  return rc;
}

/* --- words --- */

/* The text of a reference; empty when there is none, or it was erased. */
static enum lw_code text_of(const struct lw_train_reader *reader, lw_str reference, lw_str *ret,
                            struct lw_error *err)
{
  enum lw_code rc = lw_text_read(reader->db, reference, reader->arena, ret, err);
  return rc == LW_NOT_FOUND ? LW_OK : rc;
}

enum lw_code lw_growing_words_get(const struct lw_train_reader *reader, lw_str words,
                                  struct lw_growing_words *ret_words, struct lw_error *err)
{
  const struct lw_value *map = NULL;
  lw_str text;
  *ret_words = (struct lw_growing_words){.title = LW_STR("")};
  enum lw_code rc = text_of(reader, words, &text, err);
  if (rc == LW_OK && text.len != 0) {
    rc = lw_json_read(reader->json, reader->arena, text, NULL, &map, err);
  }
  if (rc == LW_OK && map != NULL) {
    *ret_words = (struct lw_growing_words){.title = lw_value_text(map, LW_STR("title")),
                                           .provider = lw_value_text(map, LW_STR("provider")),
                                           .link = lw_value_text(map, LW_STR("link")),
                                           .note = lw_value_text(map, LW_STR("note")),
                                           .certificate = lw_value_text(map, LW_STR("certificate")),
                                           .issuer = lw_value_text(map, LW_STR("issuer")),
                                           .evidence = lw_value_text(map, LW_STR("evidence"))};
  }
  return rc;
}

static enum lw_code keep(struct lw_batch *batch, const char *kind, lw_str person, lw_str text,
                         lw_str *ret_reference, struct lw_error *err)
{
  struct lw_buf reference = {0};
  enum lw_code rc =
      lw_text_keep(&batch->texts, batch->now, kind, person, LW_STR(""), text, &reference, err);
  *ret_reference = rc == LW_OK ? lw_str_copy(batch->scratch, lw_buf_str(&reference)) : LW_STR("");
  bool lacks = reference.failed || ret_reference->ptr == NULL;
  lw_buf_finish(&reference);
  return rc == LW_OK && lacks ? lw_fail(err, LW_NO_MEMORY, "out of memory for a text") : rc;
}

enum lw_code lw_growing_words_keep(struct lw_batch *batch, lw_str person,
                                   const struct lw_growing_words *words, lw_str *ret_reference,
                                   struct lw_error *err)
{
  struct lw_buf text = {0};
  lw_buf_add_char(&text, '{');
  lw_member_text(&text, "title", words->title);
  lw_member_text(&text, "provider", words->provider);
  lw_member_text(&text, "link", words->link);
  lw_member_text(&text, "note", words->note);
  lw_member_text(&text, "certificate", words->certificate);
  lw_member_text(&text, "issuer", words->issuer);
  lw_member_text(&text, "evidence", words->evidence);
  lw_buf_add_char(&text, '}');
  enum lw_code rc = text.failed
                        ? lw_fail(err, LW_NO_MEMORY, "out of memory for a text")
                        : keep(batch, "growing", person, lw_buf_str(&text), ret_reference, err);
  lw_buf_finish(&text);
  return rc;
}

/* --- the price --- */

/* Of a decision that granted something. */
static void read_granted(const struct lw_decision *decision, struct lw_growing_price *price)
{
  bool held = decision->state == LW_DECISION_HELD;
  bool stands = held || decision->state == LW_DECISION_FINAL;
  price->state = stands ? LW_GROWING_AGREED : LW_GROWING_BACK;
  price->minor = stands && decision->has_amount ? decision->amount_minor : 0;
  price->held = held;
}

enum lw_code lw_growing_price_get(const struct lw_train_reader *reader, struct lw_batch *batch,
                                  const struct lw_growing_asking *asking,
                                  const struct lw_growing_row *row,
                                  struct lw_growing_price *ret_price, struct lw_error *err)
{
  struct lw_growing_asked asked = {.open = false};
  struct lw_decision decision = {.seq = 0};
  lw_str name = row->decision;
  enum lw_code rc = LW_OK;
  lw_id id;
  *ret_price = (struct lw_growing_price){.decision = row->decision};
  if (name.len != 0 && asking != NULL) {
    rc = asking->find(reader->db, name, reader->arena, &asked, err);
    name = asked.granted.len != 0 ? asked.granted : name;
  }
  if (rc != LW_OK || !lw_id_read(LW_STR("dec"), name, &id)) {
    return rc;
  }
  rc = lw_decision_get(reader->db, batch, id, reader->arena, reader->json, &decision, err);
  if (rc != LW_OK) {
    return rc;
  }
  ret_price->decision = name;
  if (decision.verdict == LW_GRANTED) {
    read_granted(&decision, ret_price);
  } else {
    ret_price->state = asked.open ? LW_GROWING_ASKED : LW_GROWING_BEYOND;
  }
  return LW_OK;
}

/* --- printing --- */

static lw_str price_word(enum lw_growing_money state)
{
  static const lw_str words[] = {[LW_GROWING_NONE] = LW_STR_INIT("none"),
                                 [LW_GROWING_ASKED] = LW_STR_INIT("asked"),
                                 [LW_GROWING_AGREED] = LW_STR_INIT("agreed"),
                                 [LW_GROWING_BEYOND] = LW_STR_INIT("beyond"),
                                 [LW_GROWING_BACK] = LW_STR_INIT("back")};
  return words[state];
}

/* What people call where it stands. */
static lw_str state_word(const struct lw_growing_row *row, const struct lw_growing_price *price)
{
  switch (row->state) {
  case LW_GROWING_UNDER_WAY: return LW_STR("under_way");
  case LW_GROWING_FINISHED: return LW_STR("finished");
  case LW_GROWING_GIVEN_UP: return LW_STR("given_up");
  case LW_GROWING_OPEN:
  case LW_GROWING_STATES: break;
  }
  return price->state == LW_GROWING_AGREED  ? LW_STR("agreed")
         : price->state == LW_GROWING_ASKED ? LW_STR("asked")
                                            : LW_STR("wished");
}

static void add_price(const struct lw_growing_row *row, const struct lw_growing_price *price,
                      struct lw_buf *out)
{
  uint16_t currency = lw_currency_find(row->currency);
  bool known = currency != LW_CURRENCY_NONE;
  lw_member_money(out, "price", row->has_price && known, row->minor, currency);
  lw_member_text(out, "money", price_word(price->state));
  lw_member_text(out, "decision", price->decision);
  lw_member_money(out, "spent", price->state == LW_GROWING_AGREED && known, price->minor, currency);
  if (price->held) {
    lw_member_bool(out, "held", true);
  }
}

static void add_certificate(const struct lw_growing_row *row, const struct lw_growing_words *words,
                            struct lw_buf *out)
{
  if (row->issued.len == 0) {
    return;
  }
  lw_member_key(out, "certificate");
  lw_buf_add_char(out, '{');
  lw_member_text(out, "name", words->certificate);
  lw_member_text(out, "issuer", words->issuer);
  lw_member_text(out, "issued", row->issued);
  lw_member_text(out, "expires", row->expires);
  lw_member_text(out, "evidence", words->evidence);
  lw_member_text(out, "holds", row->held);
  lw_member_text(out, "vouched_by", row->vouched_by);
  lw_buf_add_char(out, '}');
}

/* Notes are for whoever wrote them; the command line is nobody. */
static bool is_self(const struct lw_train_reader *reader, lw_str person)
{
  return reader->caller != NULL && reader->caller->person != NULL &&
         lw_str_equal(reader->caller->person->actor.id, person);
}

enum lw_code lw_growing_course_print(const struct lw_growing_reader *reader, struct lw_batch *batch,
                                     const struct lw_growing_row *row, struct lw_buf *out,
                                     struct lw_error *err)
{
  struct lw_growing_words words;
  struct lw_growing_price price;
  enum lw_code rc = lw_growing_words_get(reader->train, row->words, &words, err);
  rc = rc == LW_OK ? lw_growing_price_get(reader->train, batch, reader->asking, row, &price, err)
                   : rc;
  if (rc != LW_OK) {
    return rc;
  }
  lw_buf_add_char(out, '{');
  lw_member_text(out, "id", row->id);
  lw_member_text(out, "person", row->person);
  lw_member_text(out, "title", words.title);
  lw_member_text(out, "provider", words.provider);
  lw_member_text(out, "link", words.link);
  lw_member_text(out, "note",
                 row->shared || is_self(reader->train, row->person) ? words.note : LW_STR(""));
  lw_member_bool(out, "shared", row->shared);
  lw_member_text(out, "from", row->from);
  lw_member_text(out, "to", row->to);
  lw_member_int(out, "planned_minutes", row->planned);
  lw_member_text(out, "state", state_word(row, &price));
  add_price(row, &price, out);
  add_certificate(row, &words, out);
  lw_member_time(out, "at", row->at);
  lw_member_time(out, "changed_at", row->changed_at);
  lw_buf_add_char(out, '}');
  return LW_OK;
}

enum lw_code lw_growing_log_print(const struct lw_train_reader *reader,
                                  const struct lw_growing_log *log, bool notes, struct lw_buf *out,
                                  struct lw_error *err)
{
  lw_str note = LW_STR("");
  enum lw_code rc =
      notes && is_self(reader, log->person) ? text_of(reader, log->note, &note, err) : LW_OK;
  lw_buf_add_char(out, '{');
  lw_member_text(out, "id", log->id);
  lw_member_text(out, "course", log->course);
  lw_member_text(out, "day", log->day);
  lw_member_int(out, "minutes", log->minutes);
  lw_member_text(out, "note", note);
  lw_buf_add_char(out, '}');
  return rc;
}
