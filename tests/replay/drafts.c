/* A draft is run both ways; verdicts, grants and empty budgets are held against each other. Scopes
 * of several things are numbered by each run for itself: of those only the budget is compared. */
#include "drafts.h"

#include "base/clock.h"

#include <stdio.h>

enum { SHOWN = 3 };

static uint64_t compare_rows(const struct lw_run *a, const struct lw_run *b)
{
  uint64_t differ = a->n_rows != b->n_rows;
  for (uint64_t i = 0; i < a->n_rows && i < b->n_rows; i++) {
    if (a->verdicts[i] == b->verdicts[i] && a->grants[i] == b->grants[i]) {
      continue;
    }
    if (differ++ < SHOWN) {
      printf("row %llu: whole %u by grant %u, by difference %u by grant %u\n",
             (unsigned long long)i + 1, a->verdicts[i], a->grants[i], b->verdicts[i], b->grants[i]);
    }
  }
  return differ;
}

static uint64_t compare_dry(const struct lw_policy *policy, const struct lw_run *a,
                            const struct lw_run *b)
{
  uint64_t differ = a->n_dry != b->n_dry || a->dry_beyond != b->dry_beyond;
  for (size_t i = 0; i < a->n_dry && i < b->n_dry; i++) {
    const struct lw_run_dry *one = &a->dry[i];
    const struct lw_run_dry *two = &b->dry[i];
    bool same = one->row == two->row && one->budget == two->budget &&
                (policy->budgets[one->budget].n_per > 1 || one->scope == two->scope);
    if (!same && differ++ < SHOWN) {
      printf("empty %zu: whole row %llu budget %u, by difference row %llu budget %u\n", i,
             (unsigned long long)one->row, one->budget, (unsigned long long)two->row, two->budget);
    }
  }
  if (differ != 0 && a->n_dry != b->n_dry) {
    printf("empty: whole %zu, by difference %zu\n", a->n_dry, b->n_dry);
  }
  return differ;
}

static void compare(const struct lw_policy *policy, const struct lw_run *base,
                    const struct lw_run *whole, const struct lw_run *run,
                    struct drafts_count *count)
{
  count->made++;
  count->again += run->slow_rows;
  count->differ += compare_rows(whole, run) + compare_dry(policy, whole, run);
  for (uint64_t i = 0; i < run->n_rows; i++) {
    count->flips += run->verdicts[i] != base->verdicts[i];
  }
}

bool drafts_try(struct lw_delta *delta, const struct lw_run *base, lw_str source,
                const struct lw_tape *tape, const struct lw_directory *people,
                struct drafts_count *count)
{
  struct lw_arena keep;
  struct lw_diags diags;
  struct lw_error err = {0};
  struct lw_run whole = {0};
  struct lw_run run = {0};
  bool made = false;
  lw_arena_init(&keep, NULL, SIZE_MAX);
  lw_diags_init(&diags, &keep);
  struct lw_policy *policy = lw_policy_load(source, NULL, NULL, &diags);
  if (policy != NULL) {
    count->tried++;
    lw_usec start = lw_clock_monotonic();
    if (lw_delta_run(delta, policy, NULL, &run, &made, &err) != LW_OK) {
      printf("by difference: %s\n", err.text);
      count->differ++;
    }
    lw_usec middle = lw_clock_monotonic();
    if (made && lw_run_all(policy, tape, people, NULL, &whole, &err) == LW_OK) {
      count->by_difference += middle - start;
      count->whole += lw_clock_monotonic() - middle;
      compare(policy, base, &whole, &run, count);
    } else if (made) {
      printf("as a whole: %s\n", err.text);
      count->differ++;
    }
  }
  lw_run_finish(&run);
  lw_run_finish(&whole);
  bool loaded = policy != NULL;
  lw_policy_destroy(policy);
  lw_arena_finish(&keep);
  return loaded;
}
