/* leeway track room: who has earned more room, on which record, and what it would have done. Looks
 * only: what was put aside in the console is left out here, too. */
#include "cli/cli.h"
#include "cli/read_past.h"
#include "http/room_list.h"
#include "track/sheets.h"
#include "tweak/past.h"

enum form { WORDS, CSV, JSON };

struct options {
  const char *url;
  const char *team;
  enum form form;
  bool quiet;
};

/* --- out --- */

static void add_words(const struct lw_value *item, struct lw_buf *out)
{
  lw_str budget = lw_value_written(item, LW_STR("budget"));
  lw_str before = lw_value_written(item, LW_STR("before"));
  lw_buf_printf(
      out, "%.*s  %.*s: %s%.*s%s%.*s -> %.*s\n", LW_FMT(lw_value_written(item, LW_STR("id"))),
      LW_FMT(lw_value_written(item, LW_STR("person"))), budget.len != 0 ? "own limit of " : "tier",
      LW_FMT(budget), " ", LW_FMT(before.len != 0 ? before : LW_STR("none")),
      LW_FMT(lw_value_written(item, LW_STR("after"))));
  lw_buf_printf(out, "   %.*s\n   %.*s\n", LW_FMT(lw_value_written(item, LW_STR("effect"))),
                LW_FMT(lw_value_written(item, LW_STR("words"))));
  const struct lw_value *forward = lw_value_get(item, LW_STR("forward"));
  if (forward != NULL) {
    lw_buf_printf(out, "   put forward by %.*s\n", LW_FMT(lw_value_written(forward, LW_STR("by"))));
  }
  lw_buf_add_char(out, '\n');
}

static void add_table(const struct lw_value *list, struct lw_buf *out)
{
  const struct lw_value *items = lw_value_get(list, LW_STR("items"));
  for (uint32_t i = 0; i < items->count; i++) {
    add_words(&items->items[i], out);
  }
  lw_buf_add_c(out, items->count != 0 ? "" : "Nobody's record bears out more room now.\n");
  lw_buf_add(out, lw_value_written(lw_value_get(list, LW_STR("rule")), LW_STR("words")));
  lw_buf_add_char(out, '\n');
}

static void print(const struct options *options, const struct lw_value *list, lw_str json,
                  struct lw_buf *out)
{
  switch (options->form) {
  case WORDS: add_table(list, out); break;
  case CSV: lw_sheet_print(&lw_room_sheet, list, out); break;
  case JSON:
    lw_buf_add(out, json);
    lw_buf_add_char(out, '\n');
    break;
  }
}

/* --- finding --- */

static enum lw_code find(const struct options *options, struct lw_desk *desk, struct lw_db *db,
                         const struct lw_snapshot *snapshot, const struct lw_tape *tape,
                         struct lw_error *err)
{
  const struct lw_team *team = lw_staff_find_team(snapshot->staff, lw_str_c(options->team));
  struct lw_room_listing listing = {.db = db,
                                    .snapshot = snapshot,
                                    .tape = tape,
                                    .tape_serial = 1,
                                    .now = lw_engine_now(desk->engine),
                                    .team = team != NULL ? team->path : lw_str_c(options->team)};
  struct lw_room_word *words = NULL;
  struct lw_json_reader *json = lw_json_reader_create(NULL);
  const struct lw_value *list = NULL;
  struct lw_buf text = {0};
  enum lw_code rc = json != NULL
                        ? lw_room_words_list(db, &desk->arena, &words, &listing.n_words, err)
                        : lw_fail(err, LW_NO_MEMORY, "out of memory");
  listing.words = words;
  rc = rc == LW_OK ? lw_room_list_print(&listing, &desk->arena, &text, err) : rc;
  lw_str copy = lw_str_copy(&desk->arena, lw_buf_str(&text));
  rc = rc == LW_OK ? lw_json_read(json, &desk->arena, copy, NULL, &list, err) : rc;
  if (rc == LW_OK) {
    print(options, list, copy, &desk->out);
  }
  lw_buf_finish(&text);
  lw_json_reader_destroy(json);
  return rc;
}

/* user: struct options. */
static enum lw_code look(void *user, struct lw_desk *desk, const struct lw_tape *tape,
                         struct lw_error *err)
{
  const struct options *options = user;
  struct lw_db *db = NULL;
  const struct lw_snapshot *snapshot = lw_engine_snapshot(desk->engine);
  enum lw_code rc = snapshot->policy != NULL
                        ? lw_engine_reader(desk->engine, &db, err)
                        : lw_fail(err, LW_NOT_FOUND, "no policy was published yet");
  if (rc == LW_OK) {
    rc = find(options, desk, db, snapshot, tape, err);
    lw_engine_reader_done(desk->engine, db);
  }
  lw_snapshot_unref(snapshot);
  return rc;
}

int lw_cmd_track_room(int argc, char **argv)
{
  static const char name[] = "track room";
  struct options options = {.url = LW_STORE_URL};
  bool csv = false;
  bool json = false;
  char **rest = NULL;
  int count = 0;
  const struct lw_option_spec specs[] = {{"db", &options.url, NULL},
                                         {"team", &options.team, NULL},
                                         {"csv", NULL, &csv},
                                         {"json", NULL, &json},
                                         {"quiet", NULL, &options.quiet}};
  int status =
      lw_take_options(name, argc, argv, specs, sizeof specs / sizeof specs[0], &rest, &count);
  if (status != LW_EXIT_DONE) {
    return status;
  }
  if (count != 0 || (csv && json)) {
    return lw_usage_error(name, count != 0 ? "it takes no words" : "--csv or --json, not both");
  }
  options.form = csv ? CSV : json ? JSON : WORDS;
  return lw_use_past(options.url, options.quiet, look, &options);
}
