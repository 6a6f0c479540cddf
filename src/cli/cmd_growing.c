/* leeway course growing: what people learn outside, as a table, CSV or JSON. What is printed is
 * what the API's list of a team says; titles and certificates are people's own words. */
#include "base/num.h"
#include "cli/cli.h"
#include "cli/replay_dry.h"
#include "cli/store.h"
#include "data/json.h"
#include "http/growing.h"

enum { MINUTES = 60 };

struct asked {
  const char *url;
  const char *team;
  const char *year;
  bool json;
  bool csv;
};

static void add_hours(const struct lw_value *person, struct lw_buf *out)
{
  int64_t minutes = 0;
  (void)!lw_int_read(lw_value_written(person, LW_STR("minutes")), &minutes);
  lw_buf_printf(out, "%lld:%02lld", (long long)(minutes / MINUTES), (long long)(minutes % MINUTES));
}

/* A line a course, or one for somebody with nothing but hours. */
static void add_line(const struct lw_value *person, const struct lw_value *course, bool csv,
                     struct lw_buf *out)
{
  const struct lw_value *certificate = lw_value_get(course, LW_STR("certificate"));
  const lw_str cells[] = {lw_value_written(person, LW_STR("person")),
                          lw_value_written(person, LW_STR("team")),
                          lw_value_written(course, LW_STR("title")),
                          lw_value_written(course, LW_STR("state")),
                          lw_value_written(course, LW_STR("price")),
                          lw_value_written(course, LW_STR("spent")),
                          lw_value_written(certificate, LW_STR("name")),
                          lw_value_written(certificate, LW_STR("holds"))};
  if (csv) {
    for (size_t i = 0; i < sizeof cells / sizeof cells[0]; i++) {
      lw_add_csv_field(out, cells[i], ",");
    }
    lw_buf_add(out, lw_value_written(person, LW_STR("minutes")));
    LW_BUF_LIT(out, "\r\n");
    return;
  }
  lw_buf_printf(out, "%-16.*s %-32.*s %-10.*s %10.*s  ", LW_FMT(cells[0]), LW_FMT(cells[2]),
                LW_FMT(cells[3]), LW_FMT(cells[5].len != 0 ? cells[5] : cells[4]));
  add_hours(person, out);
  lw_buf_printf(out, "%s%.*s\n", cells[7].len != 0 ? "  holds " : "", LW_FMT(cells[7]));
}

static void add_people(const struct lw_value *people, bool csv, struct lw_buf *out)
{
  lw_buf_add_c(out, csv ? "person,team,course,state,price,spent,certificate,holds,minutes\r\n"
                        : "person           course                           state           money "
                          " hours of the year\n");
  for (uint32_t i = 0; people != NULL && i < people->count; i++) {
    const struct lw_value *items = lw_value_get(&people->items[i], LW_STR("items"));
    for (uint32_t k = 0; items != NULL && k < items->count; k++) {
      add_line(&people->items[i], &items->items[k], csv, out);
    }
    if (items == NULL || items->count == 0) {
      add_line(&people->items[i], NULL, csv, out);
    }
  }
}

/* The year that is asked for, or the one that it is. */
static uint32_t year_of(const struct asked *asked, lw_usec now)
{
  struct lw_civil civil;
  int64_t year = 0;
  lw_civil_from_seconds(now / LW_USEC_PER_SECOND, &civil);
  bool said = asked->year != NULL && lw_int_read(lw_str_c(asked->year), &year);
  return said && year >= 2000 && year <= 9999 ? (uint32_t)year : (uint32_t)civil.year;
}

static enum lw_code collect(struct lw_desk *desk, const struct asked *asked, struct lw_db *db,
                            struct lw_json_reader *json, struct lw_error *err)
{
  struct lw_console console;
  struct lw_buf text = {0};
  const struct lw_value *value = NULL;
  const struct lw_snapshot *snapshot = lw_engine_snapshot(desk->engine);
  const struct lw_train_reader train = {
      .db = db, .snapshot = snapshot, .json = json, .arena = &desk->arena};
  enum lw_code rc = lw_console_read(db, &desk->arena, &console, err);
  const struct lw_growing_reader reader = {.train = &train,
                                           .asking = &lw_growing_desk,
                                           .year = year_of(asked, lw_engine_now(desk->engine)),
                                           .target_hours =
                                               rc == LW_OK ? lw_growing_target(&console) : 0};
  lw_str team = asked->team != NULL ? lw_str_c(asked->team) : LW_STR("");
  rc = rc == LW_OK ? lw_growing_print_team(&reader, team, &text, err) : rc;
  if (rc == LW_OK && asked->json) {
    lw_buf_add(&desk->out, lw_buf_str(&text));
    lw_buf_add_char(&desk->out, '\n');
  } else if (rc == LW_OK) {
    rc = lw_json_read(json, &desk->arena, lw_buf_str(&text), NULL, &value, err);
    if (rc == LW_OK) {
      add_people(lw_value_get(value, LW_STR("people")), asked->csv, &desk->out);
    }
  }
  lw_buf_finish(&text);
  lw_snapshot_unref(snapshot);
  return rc;
}

static int print(struct lw_desk *desk, const struct asked *asked)
{
  struct lw_error err = {0};
  struct lw_db *db = NULL;
  struct lw_json_reader *json = lw_json_reader_create(NULL);
  enum lw_code rc = json == NULL ? lw_fail(&err, LW_NO_MEMORY, "out of memory")
                                 : lw_engine_reader(desk->engine, &db, &err);
  if (rc == LW_OK) {
    rc = collect(desk, asked, db, json, &err);
    lw_engine_reader_done(desk->engine, db);
  }
  lw_json_reader_destroy(json);
  return rc == LW_OK ? LW_EXIT_DONE : lw_desk_fail(&err);
}

int lw_cmd_course_growing(int argc, char **argv)
{
  static const char name[] = "course growing";
  struct asked asked = {.url = LW_STORE_URL};
  const struct lw_option_spec specs[] = {{"db", &asked.url, NULL},
                                         {"team", &asked.team, NULL},
                                         {"year", &asked.year, NULL},
                                         {"json", NULL, &asked.json},
                                         {"csv", NULL, &asked.csv}};
  struct lw_desk desk;
  char **words = NULL;
  int count = 0;
  int status = lw_take_options(name, argc, argv, specs, 5, &words, &count);
  if (status != LW_EXIT_DONE) {
    return status;
  }
  if (count != 0 || (asked.json && asked.csv)) {
    return lw_usage_error(name, count != 0 ? "it takes no words but options"
                                           : "--json or --csv, not both");
  }
  status = lw_desk_open(&desk, asked.url, false) ? print(&desk, &asked) : LW_EXIT_FAILED;
  return lw_desk_close(&desk, status);
}
