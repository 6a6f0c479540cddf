/* Three kinds of past, told apart by how they begin: a database's first bytes; a line with a kind
 * and a body, which is an entry; any other line, which is a request. */
#include "tweak/past.h"

#include "base/bounds.h"
#include "base/num.h"
#include "data/json.h"
#include "engine/publish.h"
#include "replay/tape_request.h"
#include "tweak/tape_file.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

enum { PROGRESS_LINES = 4096 };

/* --- a database --- */

struct hearing {
  const struct lw_past_options *options;
  uint64_t last;
};

static bool hear(void *user, uint64_t seq)
{
  const struct hearing *hearing = user;
  if (hearing->options->progress != NULL) {
    hearing->options->progress(hearing->options->user, seq, hearing->last);
  }
  return true;
}

static enum lw_code read_live(struct lw_past *past, struct lw_db *db, struct lw_error *err)
{
  struct lw_publish_version version;
  enum lw_code rc = lw_publish_get(db, 0, &past->keep, &version, err);
  if (rc == LW_OK) {
    past->live = version.source;
    past->live_version = version.number;
  }
  return rc == LW_NOT_FOUND ? LW_OK : rc;
}

static enum lw_code read_people(struct lw_past *past, struct lw_db *db,
                                const struct lw_past_options *options, struct lw_error *err)
{
  const struct lw_staff *staff = NULL;
  if (options->people != NULL) {
    past->people = options->people;
    return LW_OK;
  }
  enum lw_code rc = lw_staff_load(db, &past->keep, &staff, err);
  if (rc == LW_OK && staff->directory.count != 0) {
    past->people = &staff->directory;
  }
  return rc;
}

/* The currency is that of the live policy: it does not change once something was decided. */
static lw_str currency_of(const struct lw_past *past, const struct lw_past_options *options)
{
  struct lw_arena arena;
  struct lw_diags diags;
  lw_str currency = options->currency;
  lw_arena_init(&arena, NULL, 0);
  lw_diags_init(&diags, &arena);
  struct lw_policy *policy =
      past->live.len != 0 ? lw_policy_load(past->live, NULL, NULL, &diags) : NULL;
  if (policy != NULL) {
    currency = lw_currency_code(policy->currency);
  }
  lw_policy_destroy(policy);
  lw_arena_finish(&arena);
  return currency;
}

static enum lw_code read_tape(struct lw_past *past, struct lw_db *db, const char *name,
                              const struct lw_past_options *options,
                              struct lw_journal_tape_options *follow, struct lw_error *err)
{
  uint64_t seq = 0;
  lw_str currency = currency_of(past, options);
  if (!options->no_file && options->ret_keeper == NULL) {
    return lw_tape_file_open(name, db, currency, follow, &past->tape, &seq, err);
  }
  past->tape = lw_tape_create(currency);
  enum lw_code rc =
      past->tape != NULL ? LW_OK : lw_fail(err, LW_NO_MEMORY, "out of memory for the tape");
  if (rc == LW_OK && options->ret_keeper != NULL && lw_tape_file_possible(name)) {
    rc = lw_tape_keeper_start(name, currency, options->ret_keeper, err);
    follow->keeper = *options->ret_keeper;
  }
  return rc == LW_OK ? lw_journal_tape_follow(db, past->tape, &seq, follow, err) : rc;
}

static enum lw_code read_database(struct lw_past *past, const char *name,
                                  const struct lw_past_options *options, struct lw_error *err)
{
  const struct lw_db_options db_options = {
      .url = name, .mode = LW_DB_READ, .cache_kbytes = LW_JOURNAL_RUN_CACHE_KBYTES, .mapped = true};
  struct hearing hearing = {.options = options};
  struct lw_journal_tape_options follow = {.progress = hear, .user = &hearing};
  struct lw_db *db = NULL;
  enum lw_code rc = lw_db_open(&db_options, &db, err);
  rc =
      rc == LW_OK ? lw_db_require(db, lw_publish_migrations, lw_publish_migrations_count, err) : rc;
  rc = rc == LW_OK ? lw_journal_last(db, &hearing.last, err) : rc;
  rc = rc == LW_OK ? read_live(past, db, err) : rc;
  rc = rc == LW_OK ? read_people(past, db, options, err) : rc;
  if (rc == LW_OK) {
    past->has_verdicts = true;
    rc = read_tape(past, db, name, options, &follow, err);
  }
  rc = rc == LW_OK && options->ratings
           ? lw_past_ratings_read(&past->ratings, db, INT64_MIN, &past->keep, err)
           : rc;
  lw_db_close(db);
  return rc;
}

/* --- lines --- */

struct lines {
  struct lw_past *past;
  const struct lw_past_options *options;
  struct lw_json_reader *json;
  struct lw_tape_reader requests;
  struct lw_journal_tape *entries;
  struct lw_arena scratch;
  uint64_t line;
};

static enum lw_code add_request(struct lines *lines, const struct lw_value *value,
                                struct lw_error *err)
{
  struct lw_tape_row row;
  enum lw_code rc =
      lw_tape_read_request(&lines->requests, value, lines->past->people, 0, &row, err);
  row.numbers[LW_TAPE_SEQ] = (int64_t)lines->line;
  return rc == LW_OK ? lw_tape_add(lines->past->tape, &row, err) : rc;
}

/* A line of `leeway export journal`. */
static enum lw_code add_entry(struct lines *lines, const struct lw_value *value,
                              struct lw_error *err)
{
  const struct lw_value *kind = lw_value_get(value, LW_STR("kind"));
  const struct lw_value *at = lw_value_get(value, LW_STR("at"));
  const struct lw_value *seq = lw_value_get(value, LW_STR("seq"));
  struct lw_entry_view entry = {.kind = kind->text};
  int64_t seconds = 0;
  uint32_t nanos = 0;
  if (at == NULL || seq == NULL || !lw_rfc3339_read(at->text, &seconds, &nanos) ||
      !lw_uint_read(seq->text, &entry.seq)) {
    return lw_fail(err, LW_INVALID, "an entry has a seq and a time");
  }
  entry.at = seconds * LW_USEC_PER_SECOND + nanos / 1000;
  lines->past->has_verdicts = true;
  if (lines->options->ratings &&
      lw_str_equal(entry.kind, lw_event_name(LW_EVENT_RATING_RECORDED))) {
    return lw_past_ratings_add(&lines->past->ratings, lw_value_get(value, LW_STR("body")),
                               &lines->past->keep, err);
  }
  return lw_journal_tape_add(lines->entries, &entry, lw_value_get(value, LW_STR("body")), err);
}

static enum lw_code add_line(struct lines *lines, lw_str text, struct lw_error *err)
{
  const struct lw_value *value = NULL;
  struct lw_error inner;
  lines->line++;
  if (lw_str_trim(text).len == 0) {
    return LW_OK;
  }
  lw_arena_reset(&lines->scratch);
  enum lw_code rc = lw_json_read(lines->json, &lines->scratch, text, NULL, &value, &inner);
  if (rc == LW_OK) {
    bool is_entry =
        lw_value_get(value, LW_STR("body")) != NULL && lw_value_get(value, LW_STR("kind")) != NULL;
    rc = is_entry ? add_entry(lines, value, &inner) : add_request(lines, value, &inner);
  }
  if (lines->options->progress != NULL && lines->line % PROGRESS_LINES == 0) {
    lines->options->progress(lines->options->user, lines->line, 0);
  }
  return rc == LW_OK
             ? rc
             : lw_fail(err, rc, "line %llu: %s", (unsigned long long)lines->line, inner.text);
}

static enum lw_code read_lines(struct lines *lines, FILE *file, const char *name,
                               struct lw_error *err)
{
  char *text = NULL;
  size_t capacity = 0;
  enum lw_code rc = LW_OK;
  while (rc == LW_OK) {
    ssize_t len = getline(&text, &capacity, file);
    if (len < 0) {
      break;
    }
    rc = (size_t)len > LW_REQUEST_TEXT_BYTES_MAX
             ? lw_fail(err, LW_LIMIT, "line %llu is longer than a request may be",
                       (unsigned long long)lines->line + 1)
             : add_line(lines, lw_str_from(text, (size_t)len), err);
  }
  if (rc == LW_OK && ferror(file)) {
    rc = lw_fail(err, LW_IO, "%s can't be read: %s", name, strerror(errno));
  }
  free(text);
  return rc;
}

static enum lw_code read_file(struct lw_past *past, FILE *file, const char *name,
                              const struct lw_past_options *options, struct lw_error *err)
{
  struct lines lines = {.past = past, .options = options};
  past->people = options->people;
  past->tape = lw_tape_create(options->currency);
  lines.json = lw_json_reader_create(NULL);
  lines.entries = past->tape != NULL ? lw_journal_tape_create(past->tape, NULL) : NULL;
  lw_tape_reader_init(&lines.requests);
  lw_arena_init(&lines.scratch, NULL, 0);
  enum lw_code rc = lines.json != NULL && lines.entries != NULL
                        ? read_lines(&lines, file, name, err)
                        : lw_fail(err, LW_NO_MEMORY, "out of memory");
  lw_journal_tape_destroy(lines.entries);
  lw_json_reader_destroy(lines.json);
  lw_tape_reader_finish(&lines.requests);
  lw_arena_finish(&lines.scratch);
  return rc;
}

/* --- the whole --- */

enum lw_code lw_past_open(struct lw_past *past, const char *name,
                          const struct lw_past_options *options, struct lw_error *err)
{
  char head[16] = "";
  bool is_stdin = strcmp(name, "-") == 0;
  *past = (struct lw_past){.people = NULL};
  lw_arena_init(&past->keep, NULL, 0);
  if (lw_db_is_elsewhere(name)) {
    return read_database(past, name, options, err);
  }
  FILE *file = is_stdin ? stdin : fopen(name, "rbe");
  if (file == NULL) {
    return lw_fail(err, LW_IO, "%s can't be opened: %s", name, strerror(errno));
  }
  bool is_database = !is_stdin && fread(head, 1, sizeof head, file) == sizeof head &&
                     memcmp(head, "SQLite format 3", sizeof head) == 0;
  if (!is_stdin) {
    rewind(file);
  }
  enum lw_code rc = is_database ? read_database(past, name, options, err)
                                : read_file(past, file, name, options, err);
  if (!is_stdin) {
    (void)fclose(file);
  }
  return rc;
}

void lw_past_finish(struct lw_past *past)
{
  lw_tape_destroy(past->tape);
  lw_arena_finish(&past->keep);
  *past = (struct lw_past){.people = NULL};
}
