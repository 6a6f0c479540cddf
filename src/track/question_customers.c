/* Customers, a case counted once, for whoever first had it. With whom a customer's cases ended up
 * is chance where nobody chooses: each team's agents share its cases. How many claims customers
 * have is never the same for all: a few always come often. So the upper end of a company's own
 * customers is measured (the generalised Pareto distribution of what lies past a threshold, by
 * moments, Hosking and Wallis 1987), and many is what is many even there. */
#include "measure/chance.h"
#include "measure/discover.h"
#include "track/question_rows.h"

#include <math.h>
#include <stdlib.h>

enum {
  CASES_COMPARED = 3, /* of a customer in a team: with fewer nothing can be seen */
  CASES_TOGETHER = 4, /* fewer are not asked about */
  CLAIMS_MIN = 6,     /* of a customer who claims everywhere, */
  AGENTS_MIN = 4,     /* with so many agents */
  END_PART = 20,      /* the upper end: a twentieth of all customers */
  HELD = 3,           /* so many at the very top don't say what is usual */
  END_MIN = 20        /* customers who must lie in it */
};

struct claims {
  struct question_field *field;
  struct question_row *cases; /* by customer, team, time */
  size_t n;
  int64_t *of_agent; /* cases: team * agents + agent */
  int64_t *of_team;
  int64_t *team_agents; /* with a case */
};

static int by_case(const void *a, const void *b)
{
  const struct question_row *left = a;
  const struct question_row *right = b;
  const uint32_t keys[2][2] = {{left->customer, right->customer}, {left->case_id, right->case_id}};
  for (int i = 0; i < 2; i++) {
    if (keys[i][0] != keys[i][1]) {
      return keys[i][0] < keys[i][1] ? -1 : 1;
    }
  }
  return (left->seq > right->seq) - (left->seq < right->seq);
}

static int by_team(const void *a, const void *b)
{
  const struct question_row *left = a;
  const struct question_row *right = b;
  const uint32_t keys[3][2] = {
      {left->customer, right->customer}, {left->team, right->team}, {left->agent, right->agent}};
  for (int i = 0; i < 3; i++) {
    if (keys[i][0] != keys[i][1]) {
      return keys[i][0] < keys[i][1] ? -1 : 1;
    }
  }
  return (left->seq > right->seq) - (left->seq < right->seq);
}

static bool gather(struct claims *claims)
{
  struct question_field *field = claims->field;
  struct question_row *rows = LW_NEW_ARRAY(&field->scratch, struct question_row, field->n_rows + 1);
  size_t n = 0;
  for (size_t i = 0; rows != NULL && i < field->n_rows; i++) {
    if (field->rows[i].customer != 0) {
      rows[n++] = field->rows[i];
    }
  }
  if (rows == NULL) {
    return false;
  }
  qsort(rows, n, sizeof *rows, by_case);
  claims->cases = rows;
  for (size_t i = 0; i < n; i++) {
    if (i == 0 || rows[i].case_id == 0 || rows[i].customer != rows[i - 1].customer ||
        rows[i].case_id != rows[i - 1].case_id) {
      rows[claims->n++] = rows[i];
    }
  }
  qsort(rows, claims->n, sizeof *rows, by_team);
  return true;
}

static bool count_shares(struct claims *claims)
{
  struct question_field *field = claims->field;
  claims->of_agent =
      LW_NEW_ARRAY(&field->scratch, int64_t, (size_t)field->n_teams * field->n_agents + 1);
  claims->of_team = LW_NEW_ARRAY(&field->scratch, int64_t, (size_t)field->n_teams + 1);
  claims->team_agents = LW_NEW_ARRAY(&field->scratch, int64_t, (size_t)field->n_teams + 1);
  if (claims->of_agent == NULL || claims->of_team == NULL || claims->team_agents == NULL) {
    return false;
  }
  for (size_t i = 0; i < claims->n; i++) {
    const struct question_row *one = &claims->cases[i];
    int64_t *cases = &claims->of_agent[one->team * field->n_agents + one->agent];
    claims->team_agents[one->team] += *cases == 0;
    claims->of_team[one->team]++;
    ++*cases;
  }
  return true;
}

/* --- together --- */

/* A customer in a team, and the agent who is least likely by chance. */
struct pair {
  size_t first; /* of that agent's cases */
  int64_t count, of;
  double expected;
};

struct pairs {
  struct pair *items;
  double *q;
  size_t count;
};

/* Looks at cases from .. to of one customer and team. */
static void look_at_team(const struct claims *claims, size_t from, size_t to, struct pairs *pairs)
{
  const struct question_row *cases = claims->cases;
  uint32_t team = cases[from].team;
  double least = 2.0;
  struct pair best = {.of = (int64_t)(to - from)};
  for (size_t i = from; i < to;) {
    size_t end = i;
    while (end < to && cases[end].agent == cases[i].agent) {
      end++;
    }
    double share = (double)claims->of_agent[team * claims->field->n_agents + cases[i].agent] /
                   (double)claims->of_team[team];
    double p = lw_chance_of_more((int64_t)(end - i), best.of, share);
    if (p < least) {
      least = p;
      best.first = i;
      best.count = (int64_t)(end - i);
      best.expected = share * (double)best.of;
    }
    i = end;
  }
  pairs->items[pairs->count] = best;
  pairs->q[pairs->count++] = fmin(1.0, least * (double)claims->team_agents[team]);
}

static bool ask_together(struct claims *claims, const struct pair *pair, double q)
{
  struct question_field *field = claims->field;
  const struct question_row *first = &claims->cases[pair->first];
  struct lw_question_found *found = lw_question_add(field, LW_QUESTION_TOGETHER);
  if (found == NULL) {
    return false;
  }
  found->agent = field->agents[first->agent];
  found->customer = lw_question_customer(field, first->customer);
  found->count = pair->count;
  found->of = pair->of;
  found->expected = pair->expected;
  found->q = q;
  found->from = first->at;
  for (int64_t i = 0; i < pair->count; i++) {
    (void)lw_question_note(field, found, first[i].seq);
    found->until = first[i].at;
  }
  for (size_t i = 0; i < field->n_rows; i++) {
    bool both = field->rows[i].agent == first->agent && field->rows[i].customer == first->customer;
    found->amount_minor += both ? field->rows[i].minor : 0;
  }
  found->subject =
      lw_str_format(field->arena, "together|%.*s|%.*s|%.*s", LW_FMT(found->agent),
                    LW_FMT(found->customer), LW_FMT(lw_question_month(field, found->until)));
  return true;
}

static enum lw_code look_together(struct claims *claims, struct lw_error *err)
{
  struct lw_arena *scratch = &claims->field->scratch;
  struct pairs pairs = {LW_NEW_ARRAY(scratch, struct pair, claims->n + 1),
                        LW_NEW_ARRAY(scratch, double, claims->n + 1), 0};
  if (pairs.items == NULL || pairs.q == NULL) {
    return lw_fail(err, LW_NO_MEMORY, "out of memory");
  }
  for (size_t i = 0; i < claims->n;) {
    size_t end = i;
    while (end < claims->n && claims->cases[end].customer == claims->cases[i].customer &&
           claims->cases[end].team == claims->cases[i].team) {
      end++;
    }
    if (end - i >= CASES_COMPARED && claims->team_agents[claims->cases[i].team] > 1) {
      look_at_team(claims, i, end, &pairs);
    }
    i = end;
  }
  enum lw_code rc = lw_discover(pairs.q, pairs.count, pairs.q, err);
  for (size_t i = 0; rc == LW_OK && i < pairs.count; i++) {
    if (pairs.q[i] <= LW_DISCOVER_SHARE && pairs.items[i].count >= CASES_TOGETHER &&
        !ask_together(claims, &pairs.items[i], pairs.q[i])) {
      rc = lw_fail(err, LW_NO_MEMORY, "out of memory");
    }
  }
  return rc;
}

/* --- everywhere --- */

struct customer {
  size_t first; /* of the cases */
  int64_t claims;
  uint32_t agents, teams;
  double expected;
};

struct customers {
  struct customer *items;
  size_t count;
  double usual;  /* the mean number of claims */
  double begins; /* the upper end */
  double share;  /* of the customers, who lie in it */
  double shape;  /* of it: 0 falls off as chance does, more is a longer tail */
  double scale;
  double *q;
};

static int by_number(const void *a, const void *b)
{
  const double *left = a;
  const double *right = b;
  return (*left > *right) - (*left < *right);
}

static void count_customers(const struct claims *claims, struct customers *customers)
{
  const struct question_row *cases = claims->cases;
  for (size_t i = 0; i < claims->n; i++) {
    bool is_new = i == 0 || cases[i].customer != cases[i - 1].customer;
    bool new_team = is_new || cases[i].team != cases[i - 1].team;
    if (is_new) {
      customers->items[customers->count++] = (struct customer){.first = i};
    }
    struct customer *customer = &customers->items[customers->count - 1];
    customer->claims++;
    customer->teams += new_team;
    customer->agents += new_team || cases[i].agent != cases[i - 1].agent;
  }
}

/* Shape and scale of what the upper end's customers have past its beginning. */
static void fit_end(struct customers *customers, const double *sorted, size_t first)
{
  size_t n = customers->count;
  double count = (double)(n - first);
  double sum = 0.0;
  double squares = 0.0;
  for (size_t i = first; i < n; i++) {
    double past = fmin(sorted[i], sorted[n - 1 - HELD]) - customers->begins;
    sum += past;
    squares += past * past;
  }
  double mean = sum / count;
  double variance = (squares - sum * mean) / (count - 1.0);
  double ratio = variance > 0.0 ? mean * mean / variance : 1.0;
  customers->share = count / (double)n;
  customers->shape = fmax((1.0 - ratio) / 2, 0.0);
  customers->scale = fmax(mean * (1.0 - customers->shape), 0.5);
}

/* False: there are too few to tell. */
static bool find_usual(struct customers *customers)
{
  double *sorted = customers->q;
  size_t n = customers->count;
  double sum = 0.0;
  for (size_t i = 0; i < n; i++) {
    sorted[i] = (double)customers->items[i].claims;
    sum += sorted[i];
  }
  if (n / END_PART < END_MIN) {
    return false;
  }
  qsort(sorted, n, sizeof *sorted, by_number);
  size_t first = n - n / END_PART;
  while (first > 1 && sorted[first - 1] >= sorted[first]) {
    first--; /* all with as many are in it */
  }
  customers->usual = sum / (double)n;
  customers->begins = sorted[first] - 0.5;
  fit_end(customers, sorted, first);
  return true;
}

static double chance_of(const struct customers *customers, int64_t claims)
{
  double past = ((double)claims - 0.5 - customers->begins) / customers->scale;
  if (past <= 0.0) {
    return 1.0;
  }
  double beyond = customers->shape > 0.0
                      ? pow(1.0 + customers->shape * past, -1.0 / customers->shape)
                      : exp(-past);
  return customers->share * beyond;
}

static bool ask_everywhere(struct claims *claims, const struct customers *customers, size_t which)
{
  struct question_field *field = claims->field;
  const struct customer *customer = &customers->items[which];
  const struct question_row *cases = &claims->cases[customer->first];
  struct lw_question_found *found = lw_question_add(field, LW_QUESTION_EVERYWHERE);
  if (found == NULL) {
    return false;
  }
  found->customer = lw_question_customer(field, cases->customer);
  found->count = customer->claims;
  found->of = customer->claims;
  found->agents = customer->agents;
  found->teams = customer->teams;
  found->expected = customers->usual;
  found->q = customers->q[which];
  found->from = cases->at;
  for (int64_t i = 0; i < customer->claims; i++) {
    (void)lw_question_note(field, found, cases[i].seq);
    found->from = cases[i].at < found->from ? cases[i].at : found->from;
    if (cases[i].at >= found->until) {
      found->until = cases[i].at;
      found->agent = field->agents[cases[i].agent];
    }
  }
  for (size_t i = 0; i < field->n_rows; i++) {
    found->amount_minor += field->rows[i].customer == cases->customer ? field->rows[i].minor : 0;
  }
  found->subject = lw_str_format(field->arena, "everywhere|%.*s|%.*s", LW_FMT(found->customer),
                                 LW_FMT(lw_question_month(field, found->until)));
  return true;
}

static enum lw_code look_everywhere(struct claims *claims, struct lw_error *err)
{
  struct lw_arena *scratch = &claims->field->scratch;
  struct customers customers = {.items = LW_NEW_ARRAY(scratch, struct customer, claims->n + 1),
                                .q = LW_NEW_ARRAY(scratch, double, claims->n + 1)};
  if (customers.items == NULL || customers.q == NULL) {
    return lw_fail(err, LW_NO_MEMORY, "out of memory");
  }
  count_customers(claims, &customers);
  if (!find_usual(&customers)) {
    return LW_OK;
  }
  for (size_t i = 0; i < customers.count; i++) {
    customers.q[i] = chance_of(&customers, customers.items[i].claims);
  }
  enum lw_code rc = lw_discover(customers.q, customers.count, customers.q, err);
  for (size_t i = 0; rc == LW_OK && i < customers.count; i++) {
    const struct customer *one = &customers.items[i];
    if (customers.q[i] <= LW_DISCOVER_SHARE && one->claims >= CLAIMS_MIN &&
        one->agents >= AGENTS_MIN && !ask_everywhere(claims, &customers, i)) {
      rc = lw_fail(err, LW_NO_MEMORY, "out of memory");
    }
  }
  return rc;
}

enum lw_code lw_question_look_customers(struct question_field *field, struct lw_error *err)
{
  struct claims claims = {.field = field};
  if (!gather(&claims) || !count_shares(&claims)) {
    return lw_fail(err, LW_NO_MEMORY, "out of memory");
  }
  enum lw_code rc = look_together(&claims, err);
  return rc == LW_OK ? look_everywhere(&claims, err) : rc;
}
