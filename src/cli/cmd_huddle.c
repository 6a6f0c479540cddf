/* leeway huddle: a team's page of a week as text, as it was published or, until then, as the record
 * has it now. Looks only. */
#include "cli/cli.h"
#include "cli/read_past.h"
#include "listen/huddle.h"

struct options {
  const char *url;
  const char *team;
  const char *week;
  bool draft;
  bool json;
  bool quiet;
};

/* The one that is named, by its id or path; without a name the only one there is. */
static enum lw_code find_team(const struct options *options, const struct lw_staff *staff,
                              const struct lw_team **ret_team, struct lw_error *err)
{
  lw_str name = lw_str_c(options->team);
  *ret_team = name.len == 0 && staff->n_teams == 1 ? &staff->teams[0] : NULL;
  for (uint32_t i = 0; i < staff->n_teams && name.len != 0; i++) {
    const struct lw_team *team = &staff->teams[i];
    if (lw_str_equal(team->id, name) || lw_str_equal(team->path, name)) {
      *ret_team = team;
    }
  }
  if (*ret_team != NULL) {
    return LW_OK;
  }
  (void)(name.len != 0
             ? lw_fail(err, LW_NOT_FOUND, "there is no team \"%.*s\"", LW_FMT(name))
             : lw_fail(err, LW_USAGE, "there are %u teams: --team says which", staff->n_teams));
  lw_error_hint(err, "its id, such as %.*s",
                LW_FMT(staff->n_teams != 0 ? staff->teams[0].id : LW_STR("care")));
  return name.len != 0 ? LW_NOT_FOUND : LW_USAGE;
}

/* The one that is named, or the last that is over. */
static enum lw_code find_week(const struct options *options, const struct lw_tz *zone, lw_usec now,
                              struct lw_week *ret_week, struct lw_error *err)
{
  struct lw_week today;
  lw_week_of(zone, now, &today);
  if (options->week == NULL) {
    lw_week_move(zone, &today, -1, ret_week);
    return LW_OK;
  }
  if (!lw_week_read(zone, lw_str_c(options->week), ret_week)) {
    return lw_fail(err, LW_USAGE, "--week is a week such as %.*s, not \"%s\"",
                   LW_FMT(lw_week_name(&today)), options->week);
  }
  return ret_week->start <= now
             ? LW_OK
             : lw_fail(err, LW_USAGE, "the week of %s has not begun yet", options->week);
}

static enum lw_code print(const struct options *options, const struct lw_huddle_showing *showing,
                          const struct lw_huddle *huddle, struct lw_buf *out, struct lw_error *err)
{
  struct lw_buf json = {0};
  const struct lw_value *page = NULL;
  enum lw_code rc = lw_huddle_print(showing, huddle, &json, err);
  if (rc == LW_OK && options->json) {
    lw_buf_add(out, lw_buf_str(&json));
    lw_buf_add_char(out, '\n');
  } else if (rc == LW_OK) {
    lw_str copy = lw_str_copy(showing->reader->arena, lw_buf_str(&json));
    rc = lw_json_read(showing->json, showing->reader->arena, copy, NULL, &page, err);
    if (rc == LW_OK) {
      lw_huddle_words(page, out);
    }
  }
  lw_buf_finish(&json);
  return rc;
}

static enum lw_code show(const struct options *options, const struct lw_desk_reader *reader,
                         struct lw_json_reader *json, const struct lw_tape *tape,
                         struct lw_buf *out, struct lw_error *err)
{
  const struct lw_policy *policy = reader->snapshot->policy;
  const struct lw_tz *zone = policy != NULL ? policy->zone : NULL;
  const struct lw_team *team = NULL;
  struct lw_huddle_row row;
  struct lw_huddle huddle;
  struct lw_week week;
  enum lw_code rc = find_team(options, reader->snapshot->staff, &team, err);
  rc = rc == LW_OK ? find_week(options, zone, reader->now, &week, err) : rc;
  rc = rc == LW_OK ? lw_huddle_get(reader->db, team->id, lw_week_name(&week), json, reader->arena,
                                   &row, err)
                   : rc;
  if (rc == LW_OK && row.edition != 0 && !options->draft) {
    rc = lw_huddle_thaw(&row, zone, json, reader->arena, &huddle, err);
  } else if (rc == LW_OK) {
    const struct lw_huddle_making making = {.reader = reader,
                                            .json = json,
                                            .tape = tape,
                                            .team = team,
                                            .week = week,
                                            .edit = &row.edit};
    rc = lw_huddle_make(&making, &huddle, err);
  }
  const struct lw_huddle_showing showing = {
      .reader = reader, .json = json, .team = team, .row = &row, .writer = true};
  return rc == LW_OK ? print(options, &showing, &huddle, out, err) : rc;
}

/* user: struct options. */
static enum lw_code look(void *user, struct lw_desk *desk, const struct lw_tape *tape,
                         struct lw_error *err)
{
  const struct options *options = user;
  struct lw_db *db = NULL;
  struct lw_json_reader *json = lw_json_reader_create(NULL);
  const struct lw_snapshot *snapshot = lw_engine_snapshot(desk->engine);
  enum lw_code rc = json != NULL ? lw_engine_reader(desk->engine, &db, err)
                                 : lw_fail(err, LW_NO_MEMORY, "out of memory");
  if (rc == LW_OK) {
    const struct lw_desk_reader reader = {
        .db = db, .snapshot = snapshot, .now = lw_engine_now(desk->engine), .arena = &desk->arena};
    rc = show(options, &reader, json, tape, &desk->out, err);
    lw_engine_reader_done(desk->engine, db);
  }
  lw_snapshot_unref(snapshot);
  lw_json_reader_destroy(json);
  return rc;
}

int lw_cmd_huddle(int argc, char **argv)
{
  static const char name[] = "huddle";
  struct options options = {.url = LW_STORE_URL};
  char **rest = NULL;
  int count = 0;
  const struct lw_option_spec specs[] = {
      {"db", &options.url, NULL},    {"team", &options.team, NULL},
      {"week", &options.week, NULL}, {"draft", NULL, &options.draft},
      {"json", NULL, &options.json}, {"quiet", NULL, &options.quiet}};
  int status =
      lw_take_options(name, argc, argv, specs, sizeof specs / sizeof specs[0], &rest, &count);
  if (status != LW_EXIT_DONE) {
    return status;
  }
  return count == 0 ? lw_use_past(options.url, options.quiet, look, &options)
                    : lw_usage_error(name, "it takes no words");
}
