/* A grant without its budgets is a copy of it that draws on none: if that reaches, only budgets
 * stand in the way. Whose a budget is stands in the row's key, so that nothing here knows the
 * replay's numbers. */
#include "empty.h"

#include "base/table.h"
#include "policy/reach.h"

#include <stdio.h>
#include <stdlib.h>

enum { SHOWN = 10 };

struct met {
  uint64_t row;
  uint32_t budget;
  uint32_t sum;
};

struct sum {
  uint32_t budget;
  lw_str scope; /* as a row's key has it */
  uint64_t requests;
  int64_t minor;
  uint64_t first_row;
  uint64_t last_row;
  uint32_t windows;
  lw_usec newest;
};

struct empties {
  const struct lw_policy *policy;
  struct lw_arena keep;
  struct lw_table index;
  struct met *met;
  size_t n_met;
  struct sum *sums;
  uint32_t n_sums;
};

struct empties *empties_create(const struct lw_policy *policy)
{
  struct empties *empties = calloc(1, sizeof *empties);
  if (empties != NULL) {
    empties->policy = policy;
    lw_arena_init(&empties->keep, NULL, SIZE_MAX);
    lw_table_init(&empties->index, &empties->keep);
  }
  return empties;
}

void empties_destroy(struct empties *empties)
{
  if (empties != NULL) {
    free(empties->met);
    free(empties->sums);
    lw_arena_finish(&empties->keep);
    free(empties);
  }
}

uint64_t empties_count(const struct empties *empties)
{
  return empties->n_met;
}

/* --- noting --- */

/* Grows by doubling; counts are powers of two where it must. */
static void *grown(void *items, size_t count, size_t size)
{
  bool full = (count & (count - 1)) == 0;
  return full ? realloc(items, (count != 0 ? count * 2 : 1) * size) : items;
}

static struct sum *sum_of(struct empties *empties, const struct lw_standing *standing,
                          uint32_t budget)
{
  bool is_new = false;
  lw_str key = lw_str_format(&empties->keep, "%u:%.*s", budget, LW_FMT(standing->key.scope));
  uint32_t *place = key.ptr != NULL ? lw_table_add(&empties->index, key, &is_new) : NULL;
  if (place != NULL && is_new) {
    struct sum *sums = grown(empties->sums, empties->n_sums, sizeof *sums);
    if (sums == NULL) {
      return NULL;
    }
    empties->sums = sums;
    sums[empties->n_sums] =
        (struct sum){.budget = budget,
                     .scope = lw_str_from(strchr(key.ptr, ':') + 1, standing->key.scope.len),
                     .newest = INT64_MIN};
    *place = empties->n_sums++;
  }
  return place != NULL ? &empties->sums[*place] : NULL;
}

static bool add(struct empties *empties, const struct lw_standing *standing, uint32_t budget,
                const struct lw_request *request, uint64_t row)
{
  const struct lw_window *window = &empties->policy->budgets[budget].window;
  for (size_t i = empties->n_met; i > 0 && empties->met[i - 1].row == row; i--) {
    if (empties->met[i - 1].budget == budget) {
      return true;
    }
  }
  struct sum *sum = sum_of(empties, standing, budget);
  struct met *met = grown(empties->met, empties->n_met, sizeof *met);
  empties->met = met != NULL ? met : empties->met;
  if (sum == NULL || met == NULL) {
    return false;
  }
  met[empties->n_met++] = (struct met){row, budget, (uint32_t)(sum - empties->sums)};
  lw_usec start = window->kind == LW_WINDOW_ROLLING
                      ? INT64_MIN
                      : lw_draw_key(window, empties->policy->zone, request->at);
  sum->windows += sum->requests == 0 || start > sum->newest;
  sum->newest = start > sum->newest ? start : sum->newest;
  sum->first_row = sum->requests == 0 ? row : sum->first_row;
  sum->last_row = row;
  sum->requests++;
  sum->minor += request->has_amount ? request->amount_minor : 0;
  return true;
}

static bool is_short(const struct lw_standing *standing, const struct lw_request *request)
{
  const struct lw_left *left = &standing->left;
  return (left->has_times && left->times == 0) ||
         (left->has_amount && request->has_amount && request->amount_minor > left->amount_minor);
}

static bool covers_when_full(const struct lw_standing *standing, const struct lw_request *request)
{
  return standing->scoped && standing->limit_times != 0 &&
         (standing->limit_minor < 0 || !request->has_amount ||
          request->amount_minor <= standing->limit_minor);
}

/* Whether nothing but what was drawn from its budgets keeps the grant from covering. */
static bool covers_when_all_full(struct lw_party *party, const struct lw_grant *grant)
{
  const struct lw_request *request = party->request;
  struct lw_grant without = *grant;
  struct lw_reach reach;
  without.n_draws = 0;
  lw_reach_find(party, &without, request->action, &reach);
  bool covers = lw_reach_covers(&reach, request->has_amount, request->amount_minor) &&
                lw_needs_lacking(request, grant) == 0;
  for (uint32_t i = 0; covers && i < grant->n_draws; i++) {
    const struct lw_standing *standing = lw_standing_of(party, grant->draws[i]);
    covers = covers_when_full(standing, request) &&
             (request->has_amount || !reach.wants_amount || standing->limit_minor < 0);
  }
  return covers;
}

bool empties_note(struct empties *empties, struct lw_decider *decider, struct lw_request *request,
                  const struct lw_actor *actor, uint64_t row)
{
  const struct lw_policy *policy = empties->policy;
  const struct lw_action *action = &policy->actions[request->action];
  struct lw_party party;
  bool noted = lw_party_init(&party, decider, request, actor);
  if (noted) {
    lw_party_ask(&party, request->action, request->has_amount ? request->amount_minor : -1);
  }
  for (uint32_t g = 0; noted && g < action->n_grants; g++) {
    const struct lw_grant *grant = &policy->grants[action->grants[g]];
    bool alone = covers_when_all_full(&party, grant);
    for (uint32_t i = 0; alone && noted && i < grant->n_draws; i++) {
      const struct lw_standing *standing = lw_standing_of(&party, grant->draws[i]);
      noted = !is_short(standing, request) || add(empties, standing, grant->draws[i], request, row);
    }
  }
  return noted && !decider->scratch.failed;
}

/* --- comparing --- */

static uint64_t compare_rows(const struct empties *empties, const struct lw_run *run)
{
  uint64_t differ = 0;
  size_t k = 0;
  for (size_t i = 0; i < empties->n_met || k < run->n_dry;) {
    uint64_t row = i < empties->n_met ? empties->met[i].row : UINT64_MAX;
    uint64_t other = k < run->n_dry ? run->dry[k].row : UINT64_MAX;
    uint64_t at = row < other ? row : other;
    uint64_t mine = 0; /* budgets of this row, as bits */
    uint64_t theirs = 0;
    for (; i < empties->n_met && empties->met[i].row == at; i++) {
      mine |= UINT64_C(1) << empties->met[i].budget % 64;
    }
    for (; k < run->n_dry && run->dry[k].row == at; k++) {
      theirs |= UINT64_C(1) << run->dry[k].budget % 64;
    }
    if (mine != theirs && differ++ < SHOWN) {
      printf("row %llu: empty budgets one by one %llx, replay %llx\n", (unsigned long long)at + 1,
             (unsigned long long)mine, (unsigned long long)theirs);
    }
  }
  return differ;
}

static bool is_whose(const struct lw_dry_item *item, lw_str scope)
{
  struct lw_buf text = {0};
  for (uint32_t i = 0; i < item->budget->n_per; i++) {
    lw_buf_add_c(&text, i != 0 ? "\x1f" : "");
    lw_buf_add(&text, item->budget->per[i] == LW_SCOPE_ORGANIZATION ? LW_STR(".") : item->of[i]);
  }
  bool is = lw_str_equal(lw_buf_str(&text), scope);
  lw_buf_finish(&text);
  return is;
}

static bool is_same(const struct lw_dry_sum *sum, const struct sum *mine)
{
  return sum->requests == mine->requests && sum->minor == mine->minor &&
         sum->first_row == mine->first_row && sum->last_row == mine->last_row &&
         sum->windows == mine->windows;
}

static const struct lw_dry_item *find_item(const struct lw_dry *dry, const struct lw_budget *budget,
                                           lw_str scope)
{
  for (size_t i = 0; i < dry->count; i++) {
    if (dry->items[i].budget == budget && is_whose(&dry->items[i], scope)) {
      return &dry->items[i];
    }
  }
  return NULL;
}

static uint64_t compare_sums(const struct empties *empties, const struct lw_dry *dry)
{
  uint64_t differ = dry->count != empties->n_sums;
  for (uint32_t i = 0; i < empties->n_sums; i++) {
    const struct sum *mine = &empties->sums[i];
    const struct lw_budget *budget = &empties->policy->budgets[mine->budget];
    const struct lw_dry_item *item = find_item(dry, budget, mine->scope);
    bool same = item != NULL && item->side == LW_DRY_BOTH && is_same(&item->after, mine) &&
                is_same(&item->before, mine);
    if (!same && differ++ < SHOWN) {
      printf("%.*s of %.*s: one by one %llu from row %llu in %u windows, replay %llu from row %llu "
             "in %u\n",
             LW_FMT(budget->name), LW_FMT(mine->scope), (unsigned long long)mine->requests,
             (unsigned long long)mine->first_row + 1, mine->windows,
             (unsigned long long)(item != NULL ? item->after.requests : 0),
             (unsigned long long)(item != NULL ? item->after.first_row + 1 : 0),
             item != NULL ? item->after.windows : 0);
    }
  }
  return differ;
}

uint64_t empties_compare(const struct empties *empties, const struct lw_tape *tape,
                         const struct lw_directory *people, const struct lw_run *run)
{
  const struct lw_dry_run side = {empties->policy, run};
  struct lw_error err;
  struct lw_dry dry;
  uint64_t differ = compare_rows(empties, run);
  if (lw_dry_find(&dry, tape, people, &side, &side, NULL, &err) != LW_OK) {
    printf("%s\n", err.text);
    differ++;
  }
  differ += compare_sums(empties, &dry);
  lw_dry_finish(&dry);
  return differ;
}
