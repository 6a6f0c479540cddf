#include "cli/progress.h"

#include <stdio.h>
#include <unistd.h>

enum { BAR_CELLS = 30, SHOW_USEC = 200 * 1000 };

void lw_progress_start(struct lw_progress *progress, const char *doing, const char *unit,
                       bool quiet)
{
  *progress = (struct lw_progress){
      .doing = doing, .unit = unit, .is_off = quiet || isatty(STDERR_FILENO) == 0};
}

void lw_progress_show(void *user, uint64_t done, uint64_t total)
{
  struct lw_progress *progress = user;
  lw_usec now = progress->is_off ? 0 : lw_clock_now();
  if (progress->is_off || (progress->is_shown && now - progress->shown < SHOW_USEC)) {
    return;
  }
  char bar[BAR_CELLS + 1];
  uint64_t percent =
      total != 0 && done <= total ? (uint64_t)((__uint128_t)done * 100 / total) : 100;
  for (uint64_t i = 0; i < BAR_CELLS; i++) {
    bar[i] = i * 100 < percent * BAR_CELLS ? '#' : '.';
  }
  bar[BAR_CELLS] = '\0';
  (void)fprintf(stderr, "\r%s [%s] %3llu %% of %llu %s", progress->doing, bar,
                (unsigned long long)percent, (unsigned long long)total, progress->unit);
  (void)fflush(stderr);
  progress->is_shown = true;
  progress->shown = now;
}

void lw_progress_end(struct lw_progress *progress)
{
  if (progress->is_shown) {
    (void)fputs("\r\033[K", stderr);
    (void)fflush(stderr);
  }
}
