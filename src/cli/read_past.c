#include "cli/read_past.h"

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
