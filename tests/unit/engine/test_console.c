/* Settings that people make in the console: usual values, what a change leaves, and the copy that
 * pages read. */
#include "base/crypto.h"
#include "engine/console.h"
#include "engine/staff_change.h"
#include "fault/folder.h"
#include "fault/store.h"
#include "people/person.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

struct house {
  struct lw_folder folder;
  char path[256];
  struct lw_engine *engine;
  struct lw_arena arena;
  struct lw_error err;
};

static int setup(void **state)
{
  struct house *house = calloc(1, sizeof *house);
  assert_non_null(house);
  assert_true(lw_crypto_start());
  lw_folder_make(&house->folder);
  char file[256];
  (void)lw_store_make(lw_folder_file(&house->folder, "house.db", file), house->path,
                      sizeof house->path);
  lw_arena_init(&house->arena, NULL, 0);
  struct lw_engine_options options = {.url = house->path};
  assert_int_equal(lw_engine_open(&options, &house->engine, &house->err), LW_OK);
  *state = house;
  return 0;
}

static int teardown(void **state)
{
  struct house *house = *state;
  lw_engine_close(house->engine);
  lw_arena_finish(&house->arena);
  lw_folder_remove(&house->folder);
  free(house);
  return 0;
}

static void change(struct house *house, const struct lw_console_change *words)
{
  struct lw_console_change copy = *words;
  struct lw_change change = {.apply = lw_console_change_apply,
                             .user = &copy,
                             .arena = &house->arena,
                             .actor = LW_STR("root")};
  if (lw_engine_run(house->engine, &change, &house->err) != LW_OK) {
    fail_msg("%s", house->err.text);
  }
  lw_buf_finish(&change.answer);
}

static void set(struct house *house, enum lw_console_key key, const char *text)
{
  struct lw_console_change words = {.has = {false}};
  words.has[key] = true;
  words.texts[key] = lw_str_c(text);
  change(house, &words);
}

static struct lw_console now(struct house *house)
{
  struct lw_console console;
  struct lw_db *db = NULL;
  assert_int_equal(lw_engine_reader(house->engine, &db, &house->err), LW_OK);
  assert_int_equal(lw_console_read(db, &house->arena, &console, &house->err), LW_OK);
  lw_engine_reader_done(house->engine, db);
  return console;
}

static void nothing_set_is_all_as_usual(void **state)
{
  struct lw_console console = now(*state);
  assert_int_equal(console.n_frames, 0);
  assert_int_equal(console.undo_seconds, LW_CONSOLE_UNDO_SECONDS);
  assert_true(lw_str_equal(console.language, LW_STR("en")));
}

static void settings_are_read_as_they_were_set(void **state)
{
  struct house *house = *state;
  set(house, LW_CONSOLE_FRAMES, "https://a.example http://localhost:3000");
  set(house, LW_CONSOLE_UNDO, "0");
  set(house, LW_CONSOLE_LANGUAGE, "de");
  set(house, LW_CONSOLE_DUTY_PHONE, "112");
  struct lw_console console = now(house);
  assert_int_equal(console.n_frames, 2);
  assert_true(lw_str_equal(console.frames[0], LW_STR("https://a.example")));
  assert_true(lw_str_equal(console.frames[1], LW_STR("http://localhost:3000")));
  assert_int_equal(console.undo_seconds, 0);
  assert_true(lw_str_equal(console.language, LW_STR("de")));
  assert_true(lw_str_equal(console.texts[LW_CONSOLE_DUTY_PHONE], LW_STR("112")));
  set(house, LW_CONSOLE_FRAMES, "");
  set(house, LW_CONSOLE_UNDO, "");
  assert_int_equal(now(house).n_frames, 0);
  assert_int_equal(now(house).undo_seconds, LW_CONSOLE_UNDO_SECONDS);
}

/* A row that no request could have written does no harm. */
static void what_does_not_fit_is_as_usual(void **state)
{
  struct house *house = *state;
  static const char *const undos[] = {"61", "-1", "x", "99999999999999999999"};
  for (size_t i = 0; i < sizeof undos / sizeof undos[0]; i++) {
    set(house, LW_CONSOLE_UNDO, undos[i]);
    assert_int_equal(now(house).undo_seconds, LW_CONSOLE_UNDO_SECONDS);
  }
  struct lw_buf many = {.ptr = NULL};
  for (int i = 0; i < 40; i++) {
    lw_buf_printf(&many, "%shttps://a%d", i == 0 ? "" : " ", i);
  }
  lw_buf_add_char(&many, '\0');
  set(house, LW_CONSOLE_FRAMES, many.ptr);
  lw_buf_finish(&many);
  assert_int_equal(now(house).n_frames, LW_FRAME_ANCESTORS_MAX);
}

static void what_stays_leaves_no_entry(void **state)
{
  struct house *house = *state;
  struct lw_console_change words = {.has = {false}};
  words.has[LW_CONSOLE_DUTY_NAME] = words.has[LW_CONSOLE_UNDO] = true;
  words.texts[LW_CONSOLE_DUTY_NAME] = LW_STR("Nia");
  words.texts[LW_CONSOLE_UNDO] = LW_STR("9");
  uint64_t before = lw_engine_seq(house->engine);
  change(house, &words);
  assert_int_equal(lw_engine_seq(house->engine), before + 2);
  change(house, &words);
  assert_int_equal(lw_engine_seq(house->engine), before + 2);
  words.texts[LW_CONSOLE_UNDO] = LW_STR("");
  change(house, &words);
  assert_int_equal(lw_engine_seq(house->engine), before + 3);
}

static void the_copy_follows(void **state)
{
  struct house *house = *state;
  struct lw_console console;
  struct lw_consoles *consoles = lw_consoles_create(house->engine);
  assert_non_null(consoles);
  lw_consoles_get(consoles, &house->arena, &console);
  assert_int_equal(console.n_frames, 0);
  set(house, LW_CONSOLE_FRAMES, "https://a.example");
  lw_consoles_expire(consoles);
  lw_consoles_get(consoles, &house->arena, &console);
  assert_int_equal(console.n_frames, 1);
  assert_true(lw_str_equal(console.frames[0], LW_STR("https://a.example")));
  lw_consoles_destroy(consoles);
  lw_consoles_destroy(NULL);
}

static void who_can_sign_in_is_counted(void **state)
{
  struct house *house = *state;
  struct lw_db *db = NULL;
  int64_t count = -1;
  assert_int_equal(lw_engine_reader(house->engine, &db, &house->err), LW_OK);
  assert_int_equal(lw_console_count_signins(db, &count, &house->err), LW_OK);
  assert_int_equal(count, 0);
  lw_engine_reader_done(house->engine, db);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(nothing_set_is_all_as_usual, setup, teardown),
      cmocka_unit_test_setup_teardown(settings_are_read_as_they_were_set, setup, teardown),
      cmocka_unit_test_setup_teardown(what_does_not_fit_is_as_usual, setup, teardown),
      cmocka_unit_test_setup_teardown(what_stays_leaves_no_entry, setup, teardown),
      cmocka_unit_test_setup_teardown(the_copy_follows, setup, teardown),
      cmocka_unit_test_setup_teardown(who_can_sign_in_is_counted, setup, teardown),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
