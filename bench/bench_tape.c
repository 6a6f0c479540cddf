/* bench_tape DATABASE FILE [ROUNDS]: what making a tape of a database's journal takes, in turn
 *
 *   walk   the journal's entries read out of the database and looked at by nobody
 *   make   the tape made of them in memory (lw_journal_tape_follow)
 *   save   that tape written to FILE-tape (lw_tape_file_save), which is removed again
 *   load   the file mapped and gone through (lw_tape_file_load)
 *
 * One JSON object a line: a line a round and side, with the processor's seconds (of all threads,
 * and of the one that began it), and the wall's; and the greatest memory that the process has had
 * so far. The database is only read. FILE is any name, beside which there is room. */
#include "bench.h"

#include "base/clock.h"
#include "tweak/tape_file.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>

struct span {
  lw_usec wall;
  lw_usec cpu;
  lw_usec own; /* of that, this thread's */
};

static lw_usec usec_of(clockid_t clock)
{
  struct timespec at = {0};
  (void)clock_gettime(clock, &at);
  return (lw_usec)at.tv_sec * LW_USEC_PER_SECOND + at.tv_nsec / 1000;
}

static struct span span_begin(void)
{
  return (struct span){lw_clock_monotonic(), usec_of(CLOCK_PROCESS_CPUTIME_ID),
                       usec_of(CLOCK_THREAD_CPUTIME_ID)};
}

static void tell(const char *side, struct span begin, uint64_t rows)
{
  struct span end = span_begin();
  struct rusage usage = {0};
  (void)getrusage(RUSAGE_SELF, &usage);
  double wall = (double)(end.wall - begin.wall) / 1e6;
  double cpu = (double)(end.cpu - begin.cpu) / 1e6;
  double own = (double)(end.own - begin.own) / 1e6;
  printf("{\"side\":\"%s\",\"rows\":%llu,\"seconds\":%.3f,\"cpu_seconds\":%.3f,\"usec_a_row\":%.3f,"
         "\"cpu_usec_a_row\":%.3f,\"own_usec_a_row\":%.3f,\"most_mbytes\":%.0f}\n",
         side, (unsigned long long)rows, wall, cpu, wall * 1e6 / (double)rows,
         cpu * 1e6 / (double)rows, own * 1e6 / (double)rows, (double)usage.ru_maxrss / 1024.0);
  (void)fflush(stdout);
}

static void need(enum lw_code rc, const struct lw_error *err)
{
  if (rc != LW_OK) {
    bench_fail("%s", err->text);
  }
}

static bool count_entry(void *user, const struct lw_entry_view *entry)
{
  uint64_t *count = user;
  *count += entry->body.len != 0;
  return true;
}

static void one_round(struct lw_db *db, const char *file)
{
  struct lw_tape *tape = NULL;
  struct lw_error err;
  uint64_t entries = 0;
  uint64_t seq = 0;
  struct span begin = span_begin();
  need(lw_journal_walk(db, 0, 0, count_entry, &entries, &err), &err);
  tell("walk", begin, entries);
  begin = span_begin();
  tape = lw_tape_create(LW_STR("USD"));
  if (tape == NULL) {
    bench_fail("out of memory");
  }
  need(lw_journal_tape_follow(db, tape, &seq, NULL, &err), &err);
  uint64_t rows = lw_tape_rows(tape);
  tell("make", begin, rows);
  begin = span_begin();
  need(lw_tape_file_save(file, db, tape, &err), &err);
  tell("save", begin, rows);
  lw_tape_destroy(tape);
  begin = span_begin();
  need(lw_tape_file_load(file, db, LW_STR("USD"), &tape, &seq, &err), &err);
  tell("load", begin, lw_tape_rows(tape));
  lw_tape_destroy(tape);
  need(lw_tape_file_remove(file, &err), &err);
}

int main(int argc, char **argv)
{
  struct lw_db *db = NULL;
  struct lw_error err;
  if (argc < 3) {
    bench_fail("usage: bench_tape DATABASE FILE [ROUNDS]");
  }
  const struct lw_db_options options = {.url = argv[1],
                                        .mode = LW_DB_READ,
                                        .cache_kbytes = LW_JOURNAL_RUN_CACHE_KBYTES,
                                        .mapped = true};
  long rounds = argc > 3 ? strtol(argv[3], NULL, 10) : 3;
  need(lw_db_open(&options, &db, &err), &err);
  for (long i = 0; i < rounds; i++) {
    one_round(db, argv[2]);
  }
  lw_db_close(db);
  return 0;
}
