/* Decides requests twice, one by one as `leeway decide` does and by the replay's columns, and
 * compares verdicts and grants, row for row.
 *
 *   same POLICY REQUESTS.jsonl [PEOPLE.csv]      exit 1 when any differ */
#include "base/clock.h"
#include "data/json.h"
#include "policy/decide.h"
#include "replay/run.h"
#include "replay/tape_request.h"

#include <stdio.h>
#include <stdlib.h>

static char *read_file(const char *name, size_t *ret_len)
{
  FILE *file = fopen(name, "rb");
  char *bytes = NULL;
  if (file != NULL && fseek(file, 0, SEEK_END) == 0) {
    long len = ftell(file);
    rewind(file);
    bytes = malloc((size_t)len + 1);
    *ret_len = bytes != NULL ? fread(bytes, 1, (size_t)len, file) : 0;
    bytes[*ret_len] = '\0';
  }
  if (file != NULL) {
    (void)fclose(file);
  }
  return bytes;
}

struct expected {
  uint8_t verdict;
  uint32_t grant;
};

int main(int argc, char **argv)
{
  size_t len = 0;
  size_t policy_len = 0;
  struct lw_diags diags;
  struct lw_arena arena;
  struct lw_error err = {0};
  (void)argc;
  char *policy_text = read_file(argv[1], &policy_len);
  char *text = read_file(argv[2], &len);
  lw_arena_init(&arena, NULL, 0);
  lw_diags_init(&diags, &arena);
  struct lw_policy *policy =
      lw_policy_load(lw_str_from(policy_text, policy_len), NULL, NULL, &diags);
  if (policy == NULL) {
    fprintf(stderr, "policy does not load\n");
    return 3;
  }
  struct lw_json_reader *reader = lw_json_reader_create(NULL);
  struct lw_rows *rows = lw_rows_create(NULL);
  struct lw_decider *decider = lw_decider_create(policy, rows, NULL, NULL);
  struct lw_tape *tape = lw_tape_create(LW_STR(""));
  struct lw_tape_reader tape_reader;
  lw_tape_reader_init(&tape_reader);
  struct expected *expected = NULL;
  size_t count = 0;
  size_t capacity = 0;
  lw_usec one_by_one = 0;
  lw_usec building = 0;
  for (size_t at = 0; at < len;) {
    char *end = memchr(text + at, '\n', len - at);
    size_t line_len = end != NULL ? (size_t)(end - text) - at : len - at;
    const struct lw_value *value = NULL;
    lw_decider_reset(decider);
    struct lw_arena *scratch = lw_decider_arena(decider);
    lw_usec t0 = lw_clock_monotonic();
    static const struct lw_json_options options = {.raw_key = LW_STR_INIT("meta")};
    if (lw_json_read(reader, scratch, lw_str_from(text + at, line_len), &options, &value, &err) !=
        LW_OK) {
      fprintf(stderr, "%s\n", err.text);
      return 3;
    }
    at += line_len + 1;
    lw_usec t1 = lw_clock_monotonic();
    struct lw_tape_row row;
    if (lw_tape_read_request(&tape_reader, value, NULL, 0, &row, &err) != LW_OK ||
        lw_tape_add(tape, &row, &err) != LW_OK) {
      fprintf(stderr, "%s\n", err.text);
      return 3;
    }
    lw_usec t2 = lw_clock_monotonic();
    if (count == capacity) {
      capacity = capacity * 2 + 1024;
      expected = realloc(expected, capacity * sizeof *expected);
    }
    struct lw_request request;
    struct lw_outcome outcome = {.grant = UINT32_MAX};
    struct lw_faults faults = {.arena = scratch};
    struct lw_request_options request_options = {.now = 0};
    uint8_t verdict = LW_REPLAYED_FAULTY;
    if (lw_request_read(policy, value, &request_options, scratch, &request, &faults) &&
        lw_decide_way(decider, &request, &outcome, &err) == LW_OK) {
      verdict = outcome.verdict == LW_GRANTED   ? LW_REPLAYED_GRANTED
                : outcome.verdict == LW_ASK     ? LW_REPLAYED_ASK
                : outcome.verdict == LW_REFUSED ? LW_REPLAYED_REFUSED
                                                : LW_REPLAYED_FAULTY;
      if (outcome.verdict == LW_GRANTED && lw_rows_draw(rows, outcome.draws, outcome.n_draws,
                                                        policy->zone, request.at, &err) != LW_OK) {
        fprintf(stderr, "%s\n", err.text);
        return 3;
      }
    }
    expected[count].verdict = verdict;
    expected[count++].grant = verdict == LW_REPLAYED_GRANTED ? outcome.grant + 1 : 0;
    lw_usec t3 = lw_clock_monotonic();
    one_by_one += t1 - t0 + t3 - t2;
    building += t2 - t1;
  }
  struct lw_run run;
  lw_usec t0 = lw_clock_monotonic();
  if (lw_run_all(policy, tape, NULL, NULL, &run, &err) != LW_OK) {
    fprintf(stderr, "%s\n", err.text);
    return 3;
  }
  lw_usec took = lw_clock_monotonic() - t0;
  size_t differ = 0;
  size_t verdicts[4] = {0};
  for (size_t i = 0; i < count; i++) {
    verdicts[expected[i].verdict]++;
    if (expected[i].verdict != run.verdicts[i] || expected[i].grant != run.grants[i]) {
      if (differ++ < 10) {
        printf("row %zu: one by one %u grant %u, replay %u grant %u\n", i + 1, expected[i].verdict,
               expected[i].grant, run.verdicts[i], run.grants[i]);
      }
    }
  }
  printf("%zu rows (%zu granted, %zu ask, %zu refused, %zu faulty): %zu differ; one by one %.0f ns "
         "a row, tape %.0f, replay %.1f\n",
         count, verdicts[0], verdicts[1], verdicts[2], verdicts[3], differ,
         (double)one_by_one * 1e3 / (double)count, (double)building * 1e3 / (double)count,
         (double)took * 1e3 / (double)count);
  return differ != 0;
}
