#include "cli/read_past.h"

#include "cli/cli.h"
#include "cli/progress.h"

enum lw_code lw_read_past(struct lw_past *past, const char *against,
                          const struct lw_past_options *options, bool quiet, struct lw_error *err)
{
  struct lw_progress progress;
  struct lw_past_options shown = *options;
  shown.progress = lw_progress_show;
  shown.user = &progress;
  lw_progress_start(&progress, "reading the past", "entries", quiet);
  enum lw_code rc = lw_past_open(past, against, &shown, err);
  lw_progress_end(&progress);
  return rc;
}

int lw_use_past(const char *url, bool quiet,
                enum lw_code (*use)(void *user, struct lw_desk *desk, const struct lw_tape *tape,
                                    struct lw_error *err),
                void *user)
{
  struct lw_past past = {.tape = NULL};
  const struct lw_past_options options = {.currency = LW_STR("USD")};
  struct lw_desk desk;
  struct lw_error err = {0};
  int status = LW_EXIT_FAILED;
  if (lw_desk_open(&desk, url, false)) {
    enum lw_code rc = lw_read_past(&past, url, &options, quiet, &err);
    rc = rc == LW_OK ? use(user, &desk, past.tape, &err) : rc;
    lw_past_finish(&past);
    status = rc == LW_OK ? LW_EXIT_DONE : lw_desk_fail(&err);
  }
  return lw_desk_close(&desk, status);
}
