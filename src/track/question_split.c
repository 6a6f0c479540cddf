/* What one agent gives one customer for one action within a day, together past what the grant that
 * decided lets them give at once (of several grants: past what the widest of them does). Two such
 * pieces happen by chance where customers come twice; so three are asked about, and two only of an
 * agent to whom it happens more often than to the others. */
#include "measure/chance.h"
#include "measure/discover.h"
#include "track/question_rows.h"

#include <stdlib.h>

/* A set of decisions: rows first .. first + count - 1 of the order. */
struct set {
  size_t first;
  uint32_t count;
  uint32_t agent;
  int64_t minor, limit;
};

struct splits {
  struct question_field *field;
  struct question_row *order; /* at once, with a customer: by agent, customer, action, time */
  size_t n_order;
  struct set *sets;
  size_t n_sets, capacity;
};

static int by_customer(const void *a, const void *b)
{
  const struct question_row *left = a;
  const struct question_row *right = b;
  const uint32_t keys[3][2] = {{left->agent, right->agent},
                               {left->customer, right->customer},
                               {left->action, right->action}};
  for (int i = 0; i < 3; i++) {
    if (keys[i][0] != keys[i][1]) {
      return keys[i][0] < keys[i][1] ? -1 : 1;
    }
  }
  return (left->seq > right->seq) - (left->seq < right->seq);
}

static bool same(const struct question_row *a, const struct question_row *b)
{
  return a->agent == b->agent && a->customer == b->customer && a->action == b->action;
}

static bool put_in_order(struct splits *splits)
{
  const struct question_field *field = splits->field;
  splits->order = LW_NEW_ARRAY(&splits->field->scratch, struct question_row, field->n_rows + 1);
  for (size_t i = 0; splits->order != NULL && i < field->n_rows; i++) {
    if (field->rows[i].at_once && field->rows[i].minor > 0 && field->rows[i].customer != 0) {
      splits->order[splits->n_order++] = field->rows[i];
    }
  }
  if (splits->order != NULL && splits->n_order > 1) {
    qsort(splits->order, splits->n_order, sizeof *splits->order, by_customer);
  }
  return splits->order != NULL;
}

static int64_t limit_of(const struct question_field *field, const struct question_row *row)
{
  const struct lw_question_input *input = field->input;
  return input->limit == NULL ? -1
                              : input->limit(input->user, field->agents[row->agent],
                                             lw_tape_text(input->tape, LW_TAPE_ACTION, row->action),
                                             lw_tape_text(input->tape, LW_TAPE_GRANT, row->grant));
}

/* Of the grants that decided the pieces the widest; -1: of one no limit is known. */
static int64_t limit_of_set(const struct splits *splits, const struct set *set)
{
  const struct question_row *rows = &splits->order[set->first];
  int64_t limit = -1;
  uint32_t last = 0; /* pieces mostly come by one grant */
  for (uint32_t i = 0; i < set->count; i++) {
    int64_t own = i != 0 && rows[i].grant == last ? limit : limit_of(splits->field, &rows[i]);
    if (own < 0) {
      return -1;
    }
    limit = own > limit ? own : limit;
    last = rows[i].grant;
  }
  return limit;
}

/* The set that begins at `first`, as long as it stays within a day; its count. */
static uint32_t measure_set(const struct splits *splits, size_t first, struct set *set)
{
  const struct question_row *begin = &splits->order[first];
  *set = (struct set){.first = first, .agent = begin->agent, .limit = -1};
  int64_t most = 0;
  for (size_t i = first; i < splits->n_order && same(begin, &splits->order[i]) &&
                         splits->order[i].at - begin->at <= LW_QUESTION_SPLIT_USEC;
       i++) {
    set->count++;
    set->minor += splits->order[i].minor;
    most = splits->order[i].minor > most ? splits->order[i].minor : most;
  }
  if (set->count > 1) {
    int64_t limit = limit_of_set(splits, set);
    set->limit = most <= limit && set->minor > limit ? limit : -1;
  }
  return set->count;
}

static bool find_sets(struct splits *splits)
{
  for (size_t i = 0; i < splits->n_order;) {
    struct set set;
    uint32_t count = measure_set(splits, i, &set);
    if (set.limit < 0) {
      i++;
      continue;
    }
    void *grown =
        lw_arena_grow(&splits->field->scratch, splits->sets, splits->n_sets, &splits->capacity,
                      splits->n_sets + 1, sizeof *splits->sets, _Alignof(struct set));
    if (grown == NULL) {
      return false;
    }
    splits->sets = grown;
    splits->sets[splits->n_sets++] = set;
    i += count;
  }
  return true;
}

/* --- how often, beside the others --- */

struct often {
  int64_t *sets;
  int64_t *given;
  double *q;
};

static enum lw_code compare(const struct splits *splits, struct often *often, struct lw_error *err)
{
  struct question_field *field = splits->field;
  size_t n = field->n_agents;
  *often = (struct often){LW_NEW_ARRAY(&field->scratch, int64_t, n + 1),
                          LW_NEW_ARRAY(&field->scratch, int64_t, n + 1),
                          LW_NEW_ARRAY(&field->scratch, double, n + 1)};
  if (often->sets == NULL || often->given == NULL || often->q == NULL) {
    return lw_fail(err, LW_NO_MEMORY, "out of memory");
  }
  for (size_t i = 0; i < splits->n_order; i++) {
    often->given[splits->order[i].agent]++;
  }
  for (size_t i = 0; i < splits->n_sets; i++) {
    often->sets[splits->sets[i].agent]++;
  }
  int64_t all = (int64_t)splits->n_sets;
  int64_t whole = (int64_t)splits->n_order;
  for (size_t i = 0; i < n; i++) {
    double share = whole > often->given[i] ? ((double)(all - often->sets[i]) + 0.5) /
                                                 (double)(whole - often->given[i] + 1)
                                           : 1.0;
    often->q[i] =
        often->given[i] == 0 ? 2.0 : lw_chance_of_more(often->sets[i], often->given[i], share);
  }
  return lw_discover(often->q, n, often->q, err);
}

static void fill(const struct splits *splits, const struct set *set,
                 struct lw_question_found *found)
{
  const struct question_row *rows = &splits->order[set->first];
  for (uint32_t i = 0; i < set->count; i++) {
    (void)lw_question_note(splits->field, found, rows[i].seq);
  }
  found->from = found->from == 0 || rows[0].at < found->from ? rows[0].at : found->from;
  if (rows[set->count - 1].at >= found->until) {
    found->until = rows[set->count - 1].at;
    found->customer = lw_question_customer(splits->field, rows[0].customer);
    found->action = lw_tape_text(splits->field->input->tape, LW_TAPE_ACTION, rows[0].action);
    found->limit_minor = set->limit;
  }
  found->amount_minor += set->minor;
  found->count += set->count;
  found->of++;
}

/* One question an agent and month, with all that is to be asked about. */
enum lw_code lw_question_look_split(struct question_field *field, struct lw_error *err)
{
  struct splits splits = {.field = field};
  struct often often;
  if (!put_in_order(&splits) || !find_sets(&splits)) {
    return lw_fail(err, LW_NO_MEMORY, "out of memory");
  }
  enum lw_code rc = compare(&splits, &often, err);
  struct lw_question_found *found = NULL;
  uint32_t last = UINT32_MAX;
  for (size_t i = 0; rc == LW_OK && i < splits.n_sets; i++) {
    const struct set *set = &splits.sets[i];
    bool is_often = often.sets[set->agent] > 1 && often.q[set->agent] <= LW_DISCOVER_SHARE;
    if (set->count < LW_QUESTION_SPLIT_PIECES && !is_often) {
      continue;
    }
    if (set->agent != last) {
      found = lw_question_add(field, LW_QUESTION_SPLIT);
      last = set->agent;
    }
    if (found == NULL) {
      return lw_fail(err, LW_NO_MEMORY, "out of memory");
    }
    fill(&splits, set, found);
    found->agent = field->agents[set->agent];
    found->q = is_often ? often.q[set->agent] : 1.0;
    found->subject = lw_str_format(field->arena, "split|%.*s|%.*s", LW_FMT(found->agent),
                                   LW_FMT(lw_question_month(field, found->until)));
  }
  return rc;
}
