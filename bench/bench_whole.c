/* bench_whole DATABASE [ROUNDS]: the record of a database replayed whole under its live policy, as
 * the studio does it for a draft that differs by more than values. The tape's file beside the
 * database is used, and made where there is none; the rest is only read.
 *
 * One JSON object a line, one a round. `sum` is one of all verdicts and grants: programs that
 * decide alike have the same one. */
#include "bench.h"

#include "base/clock.h"
#include "replay/run.h"
#include "tweak/past.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static double cpu_seconds(void)
{
  struct timespec at = {0};
  (void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &at);
  return (double)at.tv_sec + (double)at.tv_nsec / 1e9;
}

static uint64_t sum_of(const struct lw_run *run)
{
  uint64_t sum = 0;
  for (uint64_t i = 0; i < run->n_rows; i++) {
    sum = (sum ^ run->verdicts[i] ^ (uint64_t)run->grants[i] << 8) * UINT64_C(0x100000001B3);
  }
  for (size_t i = 0; i < run->n_dry; i++) {
    const struct lw_run_dry *dry = &run->dry[i];
    sum = (sum ^ dry->row ^ (uint64_t)dry->budget << 40) * UINT64_C(0x100000001B3);
  }
  return sum;
}

static void one_round(const struct lw_policy *policy, const struct lw_past *past)
{
  struct lw_run run;
  struct lw_error err;
  lw_usec wall = lw_clock_monotonic();
  double cpu = cpu_seconds();
  if (lw_run_all(policy, past->tape, past->people, NULL, &run, &err) != LW_OK) {
    bench_fail("%s", err.text);
  }
  cpu = cpu_seconds() - cpu;
  wall = lw_clock_monotonic() - wall;
  printf("{\"rows\":%llu,\"long_way\":%llu,\"dry\":%zu,\"sum\":\"%016llx\",\"seconds\":%.3f,"
         "\"cpu_seconds\":%.3f,\"cpu_ns_a_row\":%.1f}\n",
         (unsigned long long)run.n_rows, (unsigned long long)run.slow_rows, run.n_dry,
         (unsigned long long)sum_of(&run), (double)wall / 1e6, cpu, cpu * 1e9 / (double)run.n_rows);
  (void)fflush(stdout);
  lw_run_finish(&run);
}

int main(int argc, char **argv)
{
  struct lw_past past;
  struct lw_error err;
  struct lw_arena arena;
  struct lw_diags diags;
  if (argc < 2) {
    bench_fail("usage: bench_whole DATABASE [ROUNDS]");
  }
  const struct lw_past_options options = {.currency = LW_STR("USD")};
  long rounds = argc > 2 ? strtol(argv[2], NULL, 10) : 5;
  if (lw_past_open(&past, argv[1], &options, &err) != LW_OK) {
    bench_fail("%s", err.text);
  }
  lw_arena_init(&arena, NULL, 0);
  lw_diags_init(&diags, &arena);
  struct lw_policy *policy = lw_policy_load(past.live, NULL, NULL, &diags);
  if (policy == NULL) {
    bench_fail("the live policy does not load");
  }
  for (long i = 0; i < rounds; i++) {
    one_round(policy, &past);
  }
  lw_policy_destroy(policy);
  lw_arena_finish(&arena);
  lw_past_finish(&past);
  return 0;
}
