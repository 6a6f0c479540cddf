#include "base/clock.h"
#include "base/num.h"
#include "replay/run.h"
#include "tweak/journal_tape.h"
#include <stdio.h>
#include <stdlib.h>
static char *read_file(const char *name, size_t *ret_len)
{
  FILE *file = fopen(name, "rb");
  if (file == NULL) {
    return NULL;
  }
  char *bytes = malloc(1 << 24);
  *ret_len = fread(bytes, 1, 1 << 24, file);
  fclose(file);
  return bytes;
}
int main(int argc, char **argv)
{
  struct lw_error err = {0};
  struct lw_db *db = NULL;
  const struct lw_db_options options = {.url = argv[1], .mode = LW_DB_READ};
  if (lw_db_open(&options, &db, &err) != LW_OK) {
    fprintf(stderr, "%s\n", err.text);
    return 3;
  }
  struct lw_tape *tape = lw_tape_create(LW_STR("USD"));
  uint64_t seq = 0;
  uint64_t most = 0;
  if (argc > 3 && !lw_uint_read(lw_str_c(argv[3]), &most)) {
    return 2;
  }
  struct lw_journal_tape_options o = {.most = most};
  lw_usec t0 = lw_clock_monotonic();
  if (lw_journal_tape_follow(db, tape, &seq, &o, &err) != LW_OK) {
    fprintf(stderr, "%s\n", err.text);
    return 3;
  }
  lw_usec t1 = lw_clock_monotonic();
  uint64_t rows = lw_tape_rows(tape);
  printf("tape: %llu rows, %.0f ns a row, %.1f bytes a row\n", (unsigned long long)rows,
         (double)(t1 - t0) * 1e3 / (double)rows, (double)lw_tape_bytes(tape) / (double)rows);
  for (uint32_t c = 0; c < lw_tape_columns(tape); c++) {
    printf("%.*s:%u ", LW_FMT(lw_tape_column_name(tape, c)), lw_tape_texts(tape, c));
  }
  printf("\n");
  size_t len = 0;
  char *text = read_file(argv[2], &len);
  struct lw_diags diags;
  struct lw_arena arena;
  lw_arena_init(&arena, NULL, 0);
  lw_diags_init(&diags, &arena);
  struct lw_policy *policy = lw_policy_load(lw_str_from(text, len), NULL, NULL, &diags);
  if (policy == NULL) {
    fprintf(stderr, "no policy\n");
    return 3;
  }
  for (int round = 0; round < 3; round++) {
    struct lw_run run;
    t0 = lw_clock_monotonic();
    if (lw_run_all(policy, tape, NULL, NULL, &run, &err) != LW_OK) {
      fprintf(stderr, "%s\n", err.text);
      return 3;
    }
    t1 = lw_clock_monotonic();
    size_t n[8] = {0}, same = 0, asked = 0;
    for (uint64_t i = 0; i < rows; i++) {
      n[run.verdicts[i]]++;
      if (run.verdicts[i] < 3) {
        asked++;
        same += run.verdicts[i] == lw_tape_number(tape, LW_TAPE_VERDICT, i);
      }
    }
    printf(
        "replay: %.1f ns a row; granted %zu ask %zu refused %zu faulty %zu; as it was %zu of %zu\n",
        (double)(t1 - t0) * 1e3 / (double)rows, n[0], n[1], n[2], n[3], same, asked);
    lw_run_finish(&run);
  }
  return 0;
}
