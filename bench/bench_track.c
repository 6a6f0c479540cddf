/* bench_track TAPE_FILE [ROUNDS [DAYS...]]: what the Track page takes, from a database's tape's
 * file, which is only read
 *
 *   load    the file mapped and gone through
 *   first   the sums of a window made of the tape's rows: what who opens it for the first time
 *           waits for
 *   again   the page's text from those sums: what everybody after them waits for
 *
 * One JSON object a line: a line a round, side and window (that many days before the last row),
 * with the wall's seconds and the processor's. */
#include "bench.h"

#include "base/arena.h"
#include "base/clock.h"
#include "replay/tape_image.h"
#include "track/page.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define USEC_PER_DAY (LW_USEC_PER_SECOND * LW_SECONDS_PER_DAY)

struct span {
  lw_usec wall;
  lw_usec cpu;
};

static struct span now(void)
{
  struct timespec at = {0};
  (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &at);
  return (struct span){lw_clock_monotonic(),
                       (lw_usec)at.tv_sec * LW_USEC_PER_SECOND + at.tv_nsec / 1000};
}

static void tell(const char *side, uint32_t days, struct span begin, uint64_t cells)
{
  struct span end = now();
  printf("{\"side\":\"%s\",\"days\":%u,\"seconds\":%.3f,\"cpu_seconds\":%.3f,\"of\":%llu}\n", side,
         days, (double)(end.wall - begin.wall) / 1e6, (double)(end.cpu - begin.cpu) / 1e6,
         (unsigned long long)cells);
  (void)fflush(stdout);
}

static void need(enum lw_code rc, const struct lw_error *err)
{
  if (rc != LW_OK) {
    bench_fail("%s", err->text);
  }
}

static lw_str map_file(const char *name)
{
  struct stat status;
  int file = open(name, O_RDONLY | O_CLOEXEC);
  if (file < 0 || fstat(file, &status) != 0) {
    bench_fail("%s can't be read", name);
  }
  void *at = mmap(NULL, (size_t)status.st_size, PROT_READ, MAP_SHARED, file, 0);
  (void)close(file);
  if (at == MAP_FAILED) {
    bench_fail("%s can't be mapped", name);
  }
  return lw_str_from(at, (size_t)status.st_size);
}

static void ignore(void *user)
{
  (void)user;
}

static struct lw_tape *load(lw_str file)
{
  struct lw_tape_seal seal;
  struct lw_tape *tape = NULL;
  struct lw_error err;
  struct span begin = now();
  if (file.len < LW_TAPE_HEAD_BYTES ||
      !lw_tape_seal_read(lw_str_from(file.ptr, LW_TAPE_HEAD_BYTES), &seal)) {
    bench_fail("this is no tape's file");
  }
  need(
      lw_tape_image_read(lw_str_from(file.ptr, (size_t)seal.end), &seal, ignore, NULL, &tape, &err),
      &err);
  tell("load", 0, begin, lw_tape_rows(tape));
  return tape;
}

static void again(const struct lw_track_sums *sums, uint32_t days)
{
  static const struct lw_staff nobody = {.n_persons = 0};
  const struct lw_track_page page = {.sums = sums, .staff = &nobody, .individuals = true};
  struct lw_arena arena;
  struct lw_buf out = {0};
  struct lw_error err;
  struct span begin = now();
  lw_arena_init(&arena, NULL, SIZE_MAX);
  need(lw_track_page_print(&page, &arena, &out, &err), &err);
  tell("again", days, begin, lw_buf_str(&out).len);
  lw_arena_finish(&arena);
  lw_buf_finish(&out);
}

static void window(const struct lw_tape *tape, uint32_t days)
{
  struct lw_track_facts facts;
  struct lw_error err;
  lw_usec last = lw_tape_number(tape, LW_TAPE_AT, lw_tape_rows(tape) - 1);
  lw_usec since = (last / USEC_PER_DAY + 1 - days) * USEC_PER_DAY;
  struct span begin = now();
  lw_track_facts_find(tape, &facts);
  struct lw_track_sums *sums = lw_track_sums_create(tape, &facts, since, days);
  if (sums == NULL) {
    bench_fail("out of memory");
  }
  need(lw_track_sums_follow(sums, &err), &err);
  tell("first", days, begin, lw_track_sums_table(sums, LW_TRACK_BY_STRATUM)->count);
  again(sums, days);
  again(sums, days);
  lw_track_sums_destroy(sums);
}

int main(int argc, char **argv)
{
  if (argc < 2) {
    bench_fail("usage: bench_track TAPE_FILE [ROUNDS [DAYS...]]");
  }
  struct lw_tape *tape = load(map_file(argv[1]));
  long rounds = argc > 2 ? strtol(argv[2], NULL, 10) : 3;
  if (lw_tape_rows(tape) == 0) {
    bench_fail("the tape has no rows");
  }
  for (long i = 0; i < rounds; i++) {
    for (int k = 3; k < argc; k++) {
      window(tape, (uint32_t)strtoul(argv[k], NULL, 10));
    }
    if (argc <= 3) {
      window(tape, 90);
      window(tape, 700);
    }
  }
  lw_tape_destroy(tape);
  return 0;
}
