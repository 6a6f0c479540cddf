/* leeway track cases: what became of each case, in figures, as the tracking pages have them. */
#include "cli/cli.h"
#include "cli/store.h"
#include "desk/case.h"

enum form { WORDS, CSV, JSON };

struct printing {
  enum form form;
  struct lw_buf *out;
  bool failed; /* the output could not be written */
};

enum { OUT_BYTES = 1 << 16 };

static const char csv_head[] =
    "case,state,updates,opened_at,first_owner_at,owners,owner_changes,department_changes,"
    "minutes_open_without_owner,longest_silence_minutes_while_open,first_resolved_at,reopenings,"
    "nudges,nudges_answered\n";

static void add_cell(struct lw_buf *out, lw_str text)
{
  bool quoted = false;
  for (size_t i = 0; i < text.len; i++) {
    char c = text.ptr[i];
    quoted = quoted || c == ',' || c == '"' || c == '\n' || c == '\r';
  }
  lw_buf_add_c(out, quoted ? "\"" : "");
  for (size_t i = 0; i < text.len; i++) {
    lw_buf_add_c(out, quoted && text.ptr[i] == '"' ? "\"" : "");
    lw_buf_add_char(out, text.ptr[i]);
  }
  lw_buf_add_c(out, quoted ? "\"" : "");
}

static void add_moment(struct lw_buf *out, bool has, lw_usec at)
{
  if (has) {
    lw_desk_add_moment(out, at);
  }
  lw_buf_add_char(out, ',');
}

static void add_csv(const struct lw_case *found, const struct lw_case_figures *figures,
                    struct lw_buf *out)
{
  const lw_usec minute = 60 * LW_USEC_PER_SECOND;
  add_cell(out, found->id);
  lw_buf_printf(out, ",%.*s,%u,", LW_FMT(lw_case_state_name(found->state)), figures->updates);
  add_moment(out, true, found->opened_at);
  add_moment(out, figures->has_first_owner, figures->first_owner_at);
  lw_buf_printf(out, "%u,%u,%u,%lld,%lld,", figures->owners, figures->owner_changes,
                figures->department_changes, (long long)(figures->unowned_usec / minute),
                (long long)(figures->silence_usec / minute));
  add_moment(out, figures->has_first_resolved, figures->first_resolved_at);
  lw_buf_printf(out, "%u,%u,%u\n", figures->reopenings, found->nudges, figures->nudges_answered);
}

static void add_words(const struct lw_case *found, const struct lw_case_figures *figures,
                      struct lw_buf *out)
{
  const lw_usec hour = 3600 * LW_USEC_PER_SECOND;
  lw_buf_printf(out,
                "%-16.*s %-8.*s %4u updates, %u owners, %u hand-overs, %u departments more, %lld h "
                "nobody's, silent for %lld h, came back %u times\n",
                LW_FMT(found->id), LW_FMT(lw_case_state_name(found->state)), figures->updates,
                figures->owners, figures->owner_changes, figures->department_changes,
                (long long)(figures->unowned_usec / hour),
                (long long)(figures->silence_usec / hour), figures->reopenings);
}

static bool print(void *user, const struct lw_case *found, lw_usec now)
{
  struct printing *printing = user;
  struct lw_case_figures figures = lw_case_figures_at(&found->figures, now);
  switch (printing->form) {
  case WORDS: add_words(found, &figures, printing->out); break;
  case CSV: add_csv(found, &figures, printing->out); break;
  case JSON:
    LW_BUF_LIT(printing->out, "{\"case\":");
    lw_json_add_string(printing->out, found->id);
    lw_buf_printf(printing->out, ",\"state\":\"%.*s\",\"opened\":\"",
                  LW_FMT(lw_case_state_name(found->state)));
    lw_desk_add_moment(printing->out, found->opened_at);
    LW_BUF_LIT(printing->out, "\",\"figures\":");
    lw_case_figures_print(&found->figures, now, NULL, printing->out);
    LW_BUF_LIT(printing->out, "}\n");
    break;
  }
  if (printing->out->len > OUT_BYTES) {
    printing->failed = !lw_write_out(printing->out);
    lw_buf_reset(printing->out);
  }
  return !printing->failed;
}

int lw_cmd_track_cases(int argc, char **argv)
{
  static const char name[] = "track cases";
  const char *url = LW_STORE_URL;
  bool csv = false;
  bool json = false;
  struct lw_error err = {0};
  struct lw_desk desk;
  struct lw_db *db = NULL;
  char **rest = NULL;
  int count = 0;
  const struct lw_option_spec specs[] = {
      {"db", &url, NULL}, {"csv", NULL, &csv}, {"json", NULL, &json}};
  int status = lw_take_options(name, argc, argv, specs, 3, &rest, &count);
  if (status != LW_EXIT_DONE) {
    return status;
  }
  if (count != 0 || (csv && json)) {
    return lw_usage_error(name, count != 0 ? "it takes no words" : "--csv or --json, not both");
  }
  struct printing printing = {.form = csv ? CSV : json ? JSON : WORDS, .out = &desk.out};
  if (!lw_desk_open(&desk, url, false)) {
    return lw_desk_close(&desk, LW_EXIT_FAILED);
  }
  lw_buf_add_c(&desk.out, csv ? csv_head : "");
  enum lw_code rc = lw_engine_reader(desk.engine, &db, &err);
  if (rc == LW_OK) {
    rc = lw_case_each(db, lw_engine_now(desk.engine), print, &printing, &err);
    lw_engine_reader_done(desk.engine, db);
  }
  status = rc != LW_OK ? lw_desk_fail(&err) : printing.failed ? LW_EXIT_FAILED : LW_EXIT_DONE;
  return lw_desk_close(&desk, status);
}
