/* leeway erase: takes away what says who somebody is, and the texts about them; decisions stay,
 * under the id. A change like any other, in one transaction with its journal entry, so that it
 * works beside a running server. */
#include "cli/cli.h"
#include "cli/store.h"
#include "data/json.h"
#include "engine/staff_change.h"
#include "listen/pulse.h"
#include "people/person.h"
#include "train/train.h"
#include "tweak/tape_file.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

struct erasure {
  struct lw_change change;
  lw_str subject;
  int64_t texts;
  bool person;
};

static enum lw_code append_entry(struct lw_batch *batch, struct erasure *erasure,
                                 struct lw_error *err)
{
  struct lw_buf body = {0};
  LW_BUF_LIT(&body, "{\"subject\":");
  lw_json_add_string(&body, erasure->subject);
  LW_BUF_LIT(&body, ",\"texts\":");
  lw_buf_add_int(&body, erasure->texts);
  lw_buf_add(&body, erasure->person ? LW_STR(",\"person\":true}") : LW_STR(",\"person\":false}"));
  enum lw_code rc = body.failed ? lw_fail(err, LW_NO_MEMORY, "out of memory")
                                : lw_batch_append(batch, &erasure->change, LW_EVENT_TEXT_ERASED,
                                                  lw_buf_str(&body), err);
  lw_buf_finish(&body);
  return rc;
}

static enum lw_code apply(struct lw_batch *batch, struct lw_change *change, struct lw_error *err)
{
  struct erasure *erasure = change->user;
  enum lw_code rc = lw_text_erase(batch->db, erasure->subject, &erasure->texts, err);
  if (rc == LW_OK) {
    rc = lw_answers_erase(batch->db, erasure->subject, err);
  }
  if (rc == LW_OK) {
    rc = lw_attempts_erase(batch->db, erasure->subject, err);
  }
  if (rc == LW_OK) {
    rc = lw_pulse_erase(batch->db, erasure->subject, err);
  }
  if (rc == LW_OK) {
    rc = lw_person_erase(batch->db, erasure->subject, &erasure->person, err);
  }
  if (rc != LW_OK) {
    return rc;
  }
  if (erasure->texts == 0 && !erasure->person) {
    return lw_fail(err, LW_NOT_FOUND, "nothing is kept about \"%.*s\"", LW_FMT(erasure->subject));
  }
  batch->people_changed = batch->people_changed || erasure->person;
  lw_change_status(change, 200);
  return append_entry(batch, erasure, err);
}

/* What was overwritten still stands in the log until it is moved into the database. */
static void empty_log(const char *url)
{
  struct lw_db_options options = {.url = url, .mode = LW_DB_WRITE};
  struct lw_db *db = NULL;
  struct lw_error err = {0};
  uint64_t left = 0;
  enum lw_code rc = lw_db_open(&options, &db, &err);
  if (rc == LW_OK) {
    rc = lw_db_checkpoint(db, true, &left, &err);
  }
  lw_db_close(db);
  if (rc != LW_OK || left != 0) {
    lw_say_error("erased; the database's log still holds the texts until the server next moves it "
                 "into the database, which it does by itself");
  }
}

/* The tape's file has nothing but what entries have, which is nothing of what is erased; it goes
 * all the same, so that nobody need take that on trust. It is made again by whoever needs it. */
static void remove_tape(const char *url)
{
  struct lw_error err = {0};
  if (lw_tape_file_possible(url) && lw_tape_file_remove(url, &err) != LW_OK) {
    lw_say(&err);
  }
}

/* Asks on the terminal; --yes, or no. */
static bool is_meant(const char *subject)
{
  char line[16] = "";
  (void)fprintf(stderr, "Erase the names and texts of \"%s\" for good? [y/N] ", subject);
  (void)fflush(stderr);
  return fgets(line, sizeof line, stdin) != NULL && (line[0] == 'y' || line[0] == 'Y');
}

static int run(const char *url, const char *subject)
{
  struct lw_engine *engine = lw_store_need(url, false);
  if (engine == NULL) {
    return LW_EXIT_FAILED;
  }
  struct lw_arena arena;
  struct lw_error err = {0};
  lw_arena_init(&arena, NULL, 0);
  struct erasure erasure = {.subject = lw_str_c(subject)};
  erasure.change =
      (struct lw_change){.apply = apply, .user = &erasure, .arena = &arena, .actor = LW_STR("cli")};
  enum lw_code rc = lw_engine_run(engine, &erasure.change, &err);
  lw_buf_finish(&erasure.change.answer);
  lw_engine_close(engine);
  lw_arena_finish(&arena);
  if (rc != LW_OK) {
    lw_say(&err);
    return rc == LW_NOT_FOUND ? LW_EXIT_NO : LW_EXIT_FAILED;
  }
  empty_log(url);
  remove_tape(url);
  int written = printf("%s: %lld texts erased%s\n", subject, (long long)erasure.texts,
                       erasure.person ? ", and the person's name and e-mail address" : "");
  return written > 0 ? LW_EXIT_DONE : LW_EXIT_FAILED;
}

int lw_cmd_erase(int argc, char **argv)
{
  const char *url = LW_STORE_URL;
  bool yes = false;
  const struct lw_option_spec specs[] = {{"db", &url, NULL}, {"yes", NULL, &yes}};
  char **operands = NULL;
  int count = 0;
  int status = lw_take_options("erase", argc, argv, specs, 2, &operands, &count);
  if (status != LW_EXIT_DONE) {
    return status;
  }
  if (count != 1 || operands[0][0] == '\0') {
    return lw_usage_error("erase", "give the id of one person or customer");
  }
  if (!yes && isatty(STDIN_FILENO) == 0) {
    return lw_usage_error("erase", "nobody is there to be asked: give --yes if it is meant");
  }
  if (!yes && !is_meant(operands[0])) {
    lw_say_error("nothing was erased");
    return LW_EXIT_NO;
  }
  return run(url, operands[0]);
}
