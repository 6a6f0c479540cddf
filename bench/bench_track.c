/* bench_track TAPE_FILE [ROUNDS [DAYS...]]: what the Track page takes, from a database's tape's
 * file, which is only read
 *
 *   load    the file mapped and gone through
 *   first   the sums of a window made of the tape's rows: what who opens it for the first time
 *           waits for
 *   again   the page's text from those sums: what everybody after them waits for
 *
 * With BENCH_SQL=FILE set, a peer by turns: the window's decisions lie in a table of that file, a
 * new SQLite database (agent, sort of case, verdict, amount as numbers, which costs nothing of what
 * is measured), and
 *
 *   sql     GROUP BY agent and sort of case: decisions, given at once, asked, money; as many groups
 *           and the same decisions as in the sums, or the program fails
 *
 * One JSON object a line: a line a round, side and window (that many days before the last row),
 * with the wall's seconds and the processor's. */
#include "bench.h"

#include "base/arena.h"
#include "base/clock.h"
#include "base/table.h"
#include "data/json.h"
#include "db/db.h"
#include "policy/decide.h"
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

/* --- the peer --- */

enum { RUN = 4096, NOBODY = 0 };

struct peer {
  const struct lw_tape *tape;
  struct lw_db *db;
  struct lw_stmt *insert;
  uint32_t *agents; /* by a person's code: a number of the agent, or NOBODY */
  struct lw_track_stratum strata[RUN];
};

static const char peer_table[] =
    "CREATE TABLE decision (agent INTEGER, reason INTEGER, action INTEGER, segment INTEGER, "
    "channel INTEGER, band INTEGER, verdict INTEGER, minor INTEGER)";
static const char peer_insert[] = "INSERT INTO decision VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
static const char peer_sums[] =
    "SELECT COUNT(*), SUM(n), SUM(given), SUM(asked), SUM(minor) FROM (SELECT COUNT(*) AS n, "
    "SUM(verdict = 0) AS given, SUM(verdict = 1) AS asked, SUM(CASE verdict WHEN 0 THEN minor ELSE "
    "0 END) AS minor FROM decision GROUP BY agent, reason, action, segment, channel, band)";
_Static_assert(LW_GRANTED == 0 && LW_ASK == 1, "as the texts above have them");

static void number_agents(struct peer *peer, struct lw_arena *arena)
{
  struct lw_table index;
  struct lw_json_reader *json = lw_json_reader_create(NULL);
  uint32_t count = lw_tape_texts(peer->tape, LW_TAPE_PERSON);
  uint32_t agents = NOBODY;
  lw_table_init(&index, arena);
  peer->agents = LW_NEW_ARRAY(arena, uint32_t, (size_t)count + 1);
  for (uint32_t code = 1; code <= count; code++) {
    const struct lw_value *person = NULL;
    struct lw_error err;
    bool is_new = false;
    need(lw_json_read(json, arena, lw_tape_text(peer->tape, LW_TAPE_PERSON, code), NULL, &person,
                      &err),
         &err);
    const struct lw_value *id = lw_value_get(person, LW_STR("id"));
    if (id != NULL && id->text.len != 0) {
      uint32_t *number = lw_table_add(&index, id->text, &is_new);
      *number = is_new ? ++agents : *number;
      peer->agents[code] = *number;
    }
  }
  lw_json_reader_destroy(json);
}

static void put_row(struct peer *peer, uint64_t row, const struct lw_track_stratum *stratum)
{
  const struct lw_tape *tape = peer->tape;
  struct lw_error err;
  uint32_t agent = peer->agents[lw_tape_code_at(tape, LW_TAPE_PERSON, row)];
  int64_t minor = lw_tape_number(tape, LW_TAPE_MINOR, row);
  const int64_t values[] = {agent,
                            stratum->reason,
                            stratum->action,
                            stratum->segment,
                            stratum->channel,
                            stratum->band,
                            lw_tape_number(tape, LW_TAPE_VERDICT, row),
                            minor > 0 ? minor : 0};
  if (agent == NOBODY) {
    return;
  }
  for (int i = 0; i < (int)(sizeof values / sizeof values[0]); i++) {
    lw_stmt_int(peer->insert, i + 1, values[i]);
  }
  need(lw_stmt_run(peer->insert, &err), &err);
}

/* The decisions since then; what later became of them is left out on both sides. */
static void fill(struct peer *peer, const struct lw_track_facts *facts, lw_usec since)
{
  const struct lw_tape *tape = peer->tape;
  struct lw_track_strata *strata = lw_track_strata_create(tape, facts);
  uint64_t rows = lw_tape_rows(tape);
  for (uint64_t first = 0; first < rows; first += RUN) {
    uint32_t count = rows - first < RUN ? (uint32_t)(rows - first) : RUN;
    if (!lw_track_strata_read(strata, first, count, peer->strata)) {
      bench_fail("out of memory");
    }
    for (uint32_t i = 0; i < count; i++) {
      if (lw_tape_number(tape, LW_TAPE_KIND, first + i) == LW_TAPE_REQUEST &&
          lw_tape_number(tape, LW_TAPE_AT, first + i) >= since) {
        put_row(peer, first + i, &peer->strata[i]);
      }
    }
  }
  lw_track_strata_destroy(strata);
}

static void sum_by_sql(struct peer *peer, uint32_t days, const struct lw_track_sums *sums)
{
  const struct lw_track_table *cells = lw_track_sums_table(sums, LW_TRACK_BY_STRATUM);
  struct lw_track_cell whole = {.decisions = 0};
  struct lw_stmt *stmt = NULL;
  struct lw_error err;
  bool row = false;
  struct span begin = now();
  need(lw_db_statement(peer->db, peer_sums, &stmt, &err), &err);
  need(lw_stmt_step(stmt, &row, &err), &err);
  tell("sql", days, begin, (uint64_t)lw_stmt_get_int(stmt, 0));
  for (uint32_t i = 0; i < cells->count; i++) {
    if (!lw_track_cell_add(&whole, &cells->cells[i])) {
      bench_fail("the sums are too large");
    }
  }
  if (!row || lw_stmt_get_int(stmt, 1) != whole.decisions ||
      lw_stmt_get_int(stmt, 2) != whole.at_once || lw_stmt_get_int(stmt, 3) != whole.asked) {
    bench_fail("SQLite has %lld decisions, the sums %lld", (long long)lw_stmt_get_int(stmt, 1),
               (long long)whole.decisions);
  }
  lw_stmt_reset(stmt);
}

static void compare(const struct lw_tape *tape, const struct lw_track_facts *facts, uint32_t days,
                    const struct lw_track_sums *sums)
{
  const char *name = getenv("BENCH_SQL");
  static struct peer peer;
  struct lw_arena arena;
  struct lw_error err;
  if (name == NULL) {
    return;
  }
  peer = (struct peer){.tape = tape};
  lw_arena_init(&arena, NULL, SIZE_MAX);
  (void)remove(name);
  const struct lw_db_options options = {.url = name, .mode = LW_DB_DERIVED};
  need(lw_db_open(&options, &peer.db, &err), &err);
  need(lw_db_exec(peer.db, peer_table, &err), &err);
  need(lw_db_begin(peer.db, &err), &err);
  need(lw_db_statement(peer.db, peer_insert, &peer.insert, &err), &err);
  number_agents(&peer, &arena);
  fill(&peer, facts, lw_track_sums_since(sums));
  need(lw_db_commit(peer.db, &err), &err);
  sum_by_sql(&peer, days, sums);
  lw_db_close(peer.db);
  (void)remove(name);
  lw_arena_finish(&arena);
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
  compare(tape, &facts, days, sums);
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
