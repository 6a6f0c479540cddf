/* leeway pulse | pulse show | open | close: pulse surveys from the command line. Whoever has the
 * database is shown every group that may be shown at all, and no other: what is not shown is not
 * kept. */
#include "base/num.h"
#include "cli/cli.h"
#include "cli/store.h"
#include "data/json.h"
#include "data/yaml.h"
#include "http/desk_sheets.h"
#include "listen/pulse.h"

enum { FILE_BYTES_MAX = 64 << 10 };

#define DAY_USEC (LW_SECONDS_PER_DAY * LW_USEC_PER_SECOND)

/* --- words --- */

/* In English, or in the language that comes first. */
static lw_str said(const struct lw_value *text)
{
  const struct lw_value *english = lw_value_get(text, LW_STR("en"));
  if (text == NULL || text->kind == LW_VALUE_STRING) {
    return text != NULL ? text->text : LW_STR("");
  }
  return english != NULL ? english->text : text->count != 0 ? text->items[0].text : LW_STR("");
}

static lw_str day_of(const struct lw_value *round, const char *name)
{
  return lw_str_slice(lw_value_written(round, lw_str_c(name)), 0, 10);
}

static void add_round(const struct lw_value *round, struct lw_buf *out)
{
  lw_str state = lw_value_written(round, LW_STR("state"));
  lw_str title = lw_value_written(round, LW_STR("title"));
  lw_str team = lw_value_written(round, LW_STR("team_name"));
  bool closed = lw_str_equal(state, LW_STR("closed"));
  lw_buf_printf(out, "%.*s  %-8.*s %.*s to %.*s  %.*s%s%.*s",
                LW_FMT(lw_value_written(round, LW_STR("id"))), LW_FMT(state),
                LW_FMT(day_of(round, "starts_at")),
                LW_FMT(day_of(round, closed && lw_value_written(round, LW_STR("closed_at")).len != 0
                                         ? "closed_at"
                                         : "ends_at")),
                LW_FMT(team.len != 0 ? team : LW_STR("everybody")), title.len != 0 ? ": " : "",
                LW_FMT(title));
  if (!closed) {
    lw_buf_printf(out, ", %.*s of %.*s have answered",
                  LW_FMT(lw_value_written(round, LW_STR("answered"))),
                  LW_FMT(lw_value_written(round, LW_STR("asked"))));
  }
  lw_buf_add_char(out, '\n');
}

static void add_rounds(const struct lw_value *list, struct lw_buf *out)
{
  const struct lw_value *items = lw_value_get(list, LW_STR("items"));
  for (uint32_t i = 0; i < items->count; i++) {
    add_round(&items->items[i], out);
  }
  lw_buf_add_c(out, items->count != 0 ? "" : "Nobody was asked yet.\n");
}

static void add_figure(struct lw_buf *out, const struct lw_value *figure)
{
  lw_buf_printf(out, "%.*s (%.*s to %.*s)", LW_FMT(lw_value_written(figure, LW_STR("value"))),
                LW_FMT(lw_value_written(figure, LW_STR("low"))),
                LW_FMT(lw_value_written(figure, LW_STR("high"))));
}

static void add_question(const struct lw_value *asked, const struct lw_value *found,
                         struct lw_buf *out)
{
  const struct lw_value *counts = lw_value_get(found, LW_STR("counts"));
  const struct lw_value *change = lw_value_get(found, LW_STR("change"));
  lw_buf_printf(out, "  %.*s\n    mean ", LW_FMT(said(lw_value_get(asked, LW_STR("text")))));
  add_figure(out, lw_value_get(found, LW_STR("mean")));
  LW_BUF_LIT(out, ", from 1 to 5:");
  for (uint32_t i = 0; i < counts->count; i++) {
    lw_buf_printf(out, " %.*s", LW_FMT(counts->items[i].text));
  }
  if (change != NULL) {
    LW_BUF_LIT(out, ", since the last round ");
    add_figure(out, change);
  }
  lw_buf_add_char(out, '\n');
}

static void add_group(const struct lw_value *round, const struct lw_value *group,
                      struct lw_buf *out)
{
  const struct lw_value *asked = lw_value_get(round, LW_STR("questions"));
  const struct lw_value *found = lw_value_get(group, LW_STR("questions"));
  const struct lw_value *words = lw_value_get(group, LW_STR("words"));
  bool whole = lw_value_get(group, LW_STR("whole"))->boolean;
  lw_buf_printf(
      out, "\n%.*s, %.*s answers\n",
      LW_FMT(whole ? LW_STR("All who were asked") : lw_value_written(group, LW_STR("name"))),
      LW_FMT(lw_value_written(group, LW_STR("answers"))));
  for (uint32_t i = 0; i < found->count && i < asked->count; i++) {
    add_question(&asked->items[i], &found->items[i], out);
  }
  for (uint32_t i = 0; words != NULL && i < words->count; i++) {
    lw_buf_printf(out, "  \"%.*s\"\n", LW_FMT(words->items[i].text));
  }
}

static void add_results(const struct lw_value *round, struct lw_buf *out)
{
  const struct lw_value *results = lw_value_get(round, LW_STR("results"));
  const struct lw_value *groups = lw_value_get(results, LW_STR("groups"));
  add_round(round, out);
  if (results == NULL) {
    LW_BUF_LIT(out, "Results are there when it is closed.\n");
    return;
  }
  lw_buf_printf(out, "%.*s of %.*s have answered.\n",
                LW_FMT(lw_value_written(results, LW_STR("answered"))),
                LW_FMT(lw_value_written(results, LW_STR("asked"))));
  if (groups->count == 0) {
    LW_BUF_LIT(out, "Fewer than five: nothing is shown, and what was said is gone.\n");
  }
  for (uint32_t i = 0; i < groups->count; i++) {
    add_group(round, &groups->items[i], out);
  }
  if (groups->count != 0 &&
      !lw_str_equal(lw_value_written(results, LW_STR("hidden")), LW_STR("0"))) {
    lw_buf_printf(out,
                  "\nTeams that are not shown: %.*s. Too few have answered, or a smaller group "
                  "could be worked out.\n",
                  LW_FMT(lw_value_written(results, LW_STR("hidden"))));
  }
}

/* --- looking --- */

struct looking {
  const char *url;
  const char *round; /* NULL: all of them */
  bool json;
  bool csv;
};

static void print(const struct looking *how, const struct lw_value *value, lw_str json,
                  struct lw_buf *out)
{
  if (how->json) {
    lw_buf_add(out, json);
    lw_buf_add_char(out, '\n');
  } else if (how->csv) {
    lw_sheet_print(&lw_pulse_sheet, value, out);
  } else if (how->round != NULL) {
    add_results(value, out);
  } else {
    add_rounds(value, out);
  }
}

static enum lw_code look_in(const struct looking *how, struct lw_desk *desk, struct lw_db *db,
                            struct lw_json_reader *json, struct lw_error *err)
{
  const struct lw_snapshot *snapshot = lw_engine_snapshot(desk->engine);
  const struct lw_pulse_reader reader = {.db = db,
                                         .snapshot = snapshot,
                                         .json = json,
                                         .arena = &desk->arena,
                                         .now = lw_engine_now(desk->engine)};
  const struct lw_value *value = NULL;
  struct lw_buf text = {0};
  enum lw_code rc = how->round != NULL ? lw_pulse_get(&reader, lw_str_c(how->round), &text, err)
                                       : lw_pulse_list(&reader, &text, err);
  lw_str copy = lw_str_copy(&desk->arena, lw_buf_str(&text));
  rc = rc == LW_OK ? lw_json_read(json, &desk->arena, copy, NULL, &value, err) : rc;
  if (rc == LW_OK) {
    print(how, value, copy, &desk->out);
  }
  lw_buf_finish(&text);
  lw_snapshot_unref(snapshot);
  return rc;
}

static int look(const struct looking *how)
{
  struct lw_desk desk;
  struct lw_error err;
  struct lw_db *db = NULL;
  if (!lw_desk_open(&desk, how->url, false)) {
    return lw_desk_close(&desk, LW_EXIT_FAILED);
  }
  struct lw_json_reader *json = lw_json_reader_create(NULL);
  enum lw_code rc = json != NULL ? lw_engine_reader(desk.engine, &db, &err)
                                 : lw_fail(&err, LW_NO_MEMORY, "out of memory");
  if (rc == LW_OK) {
    rc = look_in(how, &desk, db, json, &err);
    lw_engine_reader_done(desk.engine, db);
  }
  lw_json_reader_destroy(json);
  return lw_desk_close(&desk, rc == LW_OK ? LW_EXIT_DONE : lw_desk_fail(&err));
}

int lw_cmd_pulse(int argc, char **argv)
{
  struct looking how = {.url = LW_STORE_URL};
  const struct lw_option_spec specs[] = {{"db", &how.url, NULL}, {"json", NULL, &how.json}};
  char **words = NULL;
  int count = 0;
  int status = lw_take_options("pulse", argc, argv, specs, 2, &words, &count);
  if (status != LW_EXIT_DONE) {
    return status;
  }
  return count == 0 ? look(&how)
                    : lw_usage_error("pulse", "\"%s\" is none of show, open and close", words[0]);
}

int lw_cmd_pulse_show(int argc, char **argv)
{
  struct looking how = {.url = LW_STORE_URL};
  const struct lw_option_spec specs[] = {
      {"db", &how.url, NULL}, {"csv", NULL, &how.csv}, {"json", NULL, &how.json}};
  char **words = NULL;
  int count = 0;
  int status = lw_take_options("pulse show", argc, argv, specs, 3, &words, &count);
  if (status != LW_EXIT_DONE) {
    return status;
  }
  if (count != 1 || (how.csv && how.json)) {
    return lw_usage_error("pulse show", count != 1 ? "give the id of one round"
                                                   : "--csv and --json are two answers; give one");
  }
  how.round = words[0];
  return look(&how);
}

/* --- opening and closing --- */

struct opening {
  const char *url;
  const char *file; /* NULL: what is built in */
  const char *team;
  const char *title;
  const char *days;
  const char *repeat;
  bool json;
};

static enum lw_code read_built_in(struct lw_desk *desk, struct lw_pulse_opening *opening,
                                  struct lw_error *err)
{
  struct lw_json_reader *json = lw_json_reader_create(NULL);
  enum lw_code rc = json != NULL ? lw_json_read(json, &desk->arena, lw_pulse_builtin_words(), NULL,
                                                &opening->words, err)
                                 : lw_fail(err, LW_NO_MEMORY, "out of memory");
  lw_json_reader_destroy(json);
  return rc;
}

static enum lw_code read_questions(struct lw_desk *desk, const char *file,
                                   struct lw_pulse_opening *opening, struct lw_error *err)
{
  struct lw_diags diags;
  lw_str text = {NULL, 0};
  enum lw_code rc = lw_read_file(&desk->arena, file, FILE_BYTES_MAX, &text, err);
  if (rc != LW_OK) {
    return rc;
  }
  lw_diags_init(&diags, &desk->arena);
  const struct lw_value *value = lw_yaml_read(&desk->arena, text, &diags);
  if (value == NULL || diags.errors != 0) {
    return lw_fail(err, LW_INVALID, "%s: %.*s", file,
                   LW_FMT(diags.count != 0 ? diags.items[0].message : LW_STR("it can't be read")));
  }
  opening->questions = lw_value_get(value, LW_STR("questions"));
  opening->words = lw_value_get(value, LW_STR("words"));
  return opening->questions != NULL ? LW_OK
                                    : lw_fail(err, LW_INVALID, "%s has no list of questions", file);
}

static int open_in(const struct opening *how, struct lw_desk *desk, uint64_t days,
                   enum lw_pulse_repeat repeat)
{
  struct lw_error err;
  lw_usec now = lw_engine_now(desk->engine);
  struct lw_pulse_opening opening = {.title = lw_str_c(how->title),
                                     .team = lw_str_c(how->team),
                                     .ends_at = now + (lw_usec)days * DAY_USEC,
                                     .repeat = repeat};
  enum lw_code rc = how->file != NULL ? read_questions(desk, how->file, &opening, &err)
                                      : read_built_in(desk, &opening, &err);
  struct lw_change change = {.apply = lw_pulse_open, .user = &opening};
  return rc == LW_OK ? lw_desk_run(desk, &change, how->json,
                                   "Opened: people find a card in Train and in the panel.\n")
                     : lw_desk_fail(&err);
}

static int open_round(const struct opening *how)
{
  struct lw_desk desk;
  uint64_t days = LW_PULSE_DAYS;
  enum lw_pulse_repeat repeat = LW_PULSE_ONCE;
  if (how->days != NULL &&
      (!lw_uint_read(lw_str_c(how->days), &days) || days < 1 || days > LW_PULSE_DAYS_MAX)) {
    return lw_usage_error("pulse open", "--days is a number from 1 to %d, not %s",
                          LW_PULSE_DAYS_MAX, how->days);
  }
  if (!lw_pulse_repeat_read(lw_str_c(how->repeat), &repeat)) {
    return lw_usage_error("pulse open", "--repeat is month or quarter, not %s", how->repeat);
  }
  int status =
      lw_desk_open(&desk, how->url, false) ? open_in(how, &desk, days, repeat) : LW_EXIT_FAILED;
  return lw_desk_close(&desk, status);
}

int lw_cmd_pulse_open(int argc, char **argv)
{
  struct opening how = {.url = LW_STORE_URL};
  const struct lw_option_spec specs[] = {{"team", &how.team, NULL}, {"title", &how.title, NULL},
                                         {"days", &how.days, NULL}, {"repeat", &how.repeat, NULL},
                                         {"db", &how.url, NULL},    {"json", NULL, &how.json}};
  char **words = NULL;
  int count = 0;
  int status = lw_take_options("pulse open", argc, argv, specs, 6, &words, &count);
  if (status != LW_EXIT_DONE) {
    return status;
  }
  if (count > 1) {
    return lw_usage_error("pulse open", "give one file of questions, or none");
  }
  how.file = count == 1 ? words[0] : NULL;
  return open_round(&how);
}

int lw_cmd_pulse_close(int argc, char **argv)
{
  const char *url = LW_STORE_URL;
  bool json = false;
  struct lw_pulse_closing closing = {.last = false};
  const struct lw_option_spec specs[] = {
      {"last", NULL, &closing.last}, {"db", &url, NULL}, {"json", NULL, &json}};
  struct lw_desk desk;
  char **words = NULL;
  int count = 0;
  int status = lw_take_options("pulse close", argc, argv, specs, 3, &words, &count);
  if (status != LW_EXIT_DONE) {
    return status;
  }
  if (count != 1) {
    return lw_usage_error("pulse close", "give the id of one round");
  }
  closing.round = lw_str_c(words[0]);
  struct lw_change change = {.apply = lw_pulse_close, .user = &closing};
  status =
      lw_desk_open(&desk, url, false)
          ? lw_desk_run(&desk, &change, json, "Closed: `leeway pulse show` has what came of it.\n")
          : LW_EXIT_FAILED;
  return lw_desk_close(&desk, status);
}
