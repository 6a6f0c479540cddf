/* The copy in memory is read anew under its mutex when a change was told of, or when the journal
 * has grown since (another process on the same store may have changed them), at most once a second:
 * one read of one row for each key. */
#include "engine/console.h"

#include "base/num.h"
#include "data/json.h"
#include "engine/staff_inside.h"
#include "people/person.h"

#include <pthread.h>
#include <stdlib.h>

enum { LOOK_AGAIN_USEC = 1000000 };

static const lw_str keys[LW_CONSOLE_KEYS] = {
    [LW_CONSOLE_FRAMES] = LW_STR_INIT("console.frame_ancestors"),
    [LW_CONSOLE_DUTY_NAME] = LW_STR_INIT("console.duty_name"),
    [LW_CONSOLE_DUTY_PHONE] = LW_STR_INIT("console.duty_phone"),
    [LW_CONSOLE_DUTY_TEXT] = LW_STR_INIT("console.duty_text"),
    [LW_CONSOLE_UNDO] = LW_STR_INIT("console.undo_seconds"),
    [LW_CONSOLE_LANGUAGE] = LW_STR_INIT("console.language"),
    [LW_CONSOLE_SIGNIN_HELP] = LW_STR_INIT("console.signin_help"),
    [LW_CONSOLE_WORKS_COUNCIL] = LW_STR_INIT("console.works_council"),
    [LW_CONSOLE_RATING_SCALE] = LW_STR_INIT("console.rating_scale"),
    [LW_CONSOLE_REPEAT_DAYS] = LW_STR_INIT("console.repeat_contact_days"),
    [LW_CONSOLE_LEARNING_HOURS] = LW_STR_INIT("console.learning_hours"),
    [LW_CONSOLE_QUESTION_DAYS] = LW_STR_INIT("console.question_days"),
};

struct lw_consoles {
  struct lw_engine *engine;
  pthread_mutex_t mutex; /* guards what follows */
  bool expired;
  uint64_t seq; /* of the journal when it was read */
  lw_usec read_at;
  struct lw_console console;
  struct lw_arena arena; /* of its texts */
};

/* What the stored texts mean. */
static void settle(struct lw_console *console)
{
  uint64_t seconds = 0;
  lw_str rest = console->texts[LW_CONSOLE_FRAMES];
  console->n_frames = 0;
  while (rest.len != 0 && console->n_frames < LW_FRAME_ANCESTORS_MAX) {
    size_t space = lw_str_find(rest, LW_STR(" "), 0);
    console->frames[console->n_frames++] = lw_str_slice(rest, 0, space);
    rest = space != SIZE_MAX ? lw_str_slice(rest, space + 1, SIZE_MAX) : LW_STR("");
  }
  bool said = lw_uint_read(console->texts[LW_CONSOLE_UNDO], &seconds) &&
              seconds <= LW_UNDO_USEC_MAX / LW_USEC_PER_SECOND;
  console->undo_seconds = said ? (uint32_t)seconds : LW_CONSOLE_UNDO_SECONDS;
  lw_str language = console->texts[LW_CONSOLE_LANGUAGE];
  console->language = language.len != 0 ? language : LW_STR("en");
}

enum lw_code lw_console_read(struct lw_db *db, struct lw_arena *arena,
                             struct lw_console *ret_console, struct lw_error *err)
{
  *ret_console = (struct lw_console){.n_frames = 0};
  for (size_t i = 0; i < LW_CONSOLE_KEYS; i++) {
    enum lw_code rc = lw_setting_get(db, keys[i], arena, &ret_console->texts[i], err);
    if (rc != LW_OK) {
      return rc;
    }
  }
  settle(ret_console);
  return LW_OK;
}

enum lw_code lw_console_count_signins(struct lw_db *db, int64_t *ret_count, struct lw_error *err)
{
  return lw_db_get_int(db,
                       "SELECT count(*) FROM credential JOIN person ON person.id = "
                       "credential.person WHERE person.left_at IS NULL",
                       ret_count, err);
}

static enum lw_code put(struct lw_batch *batch, struct lw_change *change, lw_str key, lw_str value,
                        struct lw_error *err)
{
  struct lw_buf body = {0};
  enum lw_code rc = lw_setting_put(batch->db, key, value, err);
  if (rc != LW_OK) {
    return rc;
  }
  LW_BUF_LIT(&body, "{\"key\":");
  lw_json_add_string(&body, key);
  lw_buf_add_char(&body, '}');
  return lw_batch_append_body(batch, change, LW_EVENT_SETTING_CHANGED, &body, err);
}

enum lw_code lw_console_change_apply(struct lw_batch *batch, struct lw_change *change,
                                     struct lw_error *err)
{
  const struct lw_console_change *words = change->user;
  struct lw_console before;
  enum lw_code rc = lw_console_read(batch->db, batch->scratch, &before, err);
  for (size_t i = 0; rc == LW_OK && i < LW_CONSOLE_KEYS; i++) {
    if (words->has[i] && !lw_str_equal(words->texts[i], before.texts[i])) {
      rc = put(batch, change, keys[i], words->texts[i], err);
    }
  }
  LW_BUF_LIT(&change->answer, "{}");
  lw_change_status(change, 200);
  return rc;
}

/* --- the copy --- */

struct lw_consoles *lw_consoles_create(struct lw_engine *engine)
{
  struct lw_consoles *consoles = calloc(1, sizeof *consoles);
  if (consoles == NULL || pthread_mutex_init(&consoles->mutex, NULL) != 0) {
    free(consoles);
    return NULL;
  }
  consoles->engine = engine;
  consoles->expired = true;
  lw_arena_init(&consoles->arena, NULL, 0);
  settle(&consoles->console);
  return consoles;
}

void lw_consoles_destroy(struct lw_consoles *consoles)
{
  if (consoles != NULL) {
    lw_arena_finish(&consoles->arena);
    (void)pthread_mutex_destroy(&consoles->mutex);
    free(consoles);
  }
}

void lw_consoles_expire(struct lw_consoles *consoles)
{
  (void)pthread_mutex_lock(&consoles->mutex);
  consoles->expired = true;
  (void)pthread_mutex_unlock(&consoles->mutex);
}

static void read_anew(struct lw_consoles *consoles, uint64_t seq)
{
  struct lw_db *db = NULL;
  struct lw_console console;
  struct lw_arena arena;
  if (lw_engine_reader(consoles->engine, &db, NULL) != LW_OK) {
    return;
  }
  lw_arena_init(&arena, NULL, 0);
  if (lw_console_read(db, &arena, &console, NULL) == LW_OK) {
    lw_arena_finish(&consoles->arena);
    consoles->arena = arena;
    consoles->console = console;
    consoles->seq = seq;
    consoles->expired = false;
  } else {
    lw_arena_finish(&arena);
  }
  lw_engine_reader_done(consoles->engine, db);
}

void lw_consoles_get(struct lw_consoles *consoles, struct lw_arena *arena,
                     struct lw_console *ret_console)
{
  (void)pthread_mutex_lock(&consoles->mutex);
  uint64_t seq = lw_engine_seq(consoles->engine);
  lw_usec now = lw_clock_monotonic();
  bool grown = seq != consoles->seq && now - consoles->read_at >= LOOK_AGAIN_USEC;
  if (consoles->expired || grown) {
    consoles->read_at = now;
    read_anew(consoles, seq);
  }
  *ret_console = (struct lw_console){.n_frames = 0};
  for (size_t i = 0; i < LW_CONSOLE_KEYS; i++) {
    lw_str text = consoles->console.texts[i];
    ret_console->texts[i] = text.len != 0 ? lw_str_copy(arena, text) : LW_STR("");
  }
  (void)pthread_mutex_unlock(&consoles->mutex);
  settle(ret_console);
}
