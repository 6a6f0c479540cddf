/* Kappa = (observed - expected) / (1 - expected), errors as Fleiss, Cohen and Everitt 1969
 * (Psychological Bulletin 72, 323-327) give them: for the interval formula (13), for a test of no
 * agreement formula (14), both for any weights. */
#include "measure/agree.h"

#include "base/check.h"
#include "measure/special.h"

#include <math.h>

struct table {
  const int64_t *counts;
  uint32_t answers;
  enum lw_agree_weight weight;
  double n;
  double rows[LW_AGREE_ANSWERS_MAX];    /* shares */
  double columns[LW_AGREE_ANSWERS_MAX]; /* shares */
};

static double share_at(const struct table *table, uint32_t row, uint32_t column)
{
  return (double)table->counts[row * table->answers + column] / table->n;
}

static double weight_of(const struct table *table, uint32_t row, uint32_t column)
{
  uint32_t apart = row > column ? row - column : column - row;
  if (table->weight == LW_AGREE_SAME) {
    return apart == 0 ? 1.0 : 0.0;
  }
  return 1.0 - (double)apart / (double)(table->answers - 1);
}

static void read_margins(struct table *table)
{
  for (uint32_t row = 0; row < table->answers; row++) {
    for (uint32_t column = 0; column < table->answers; column++) {
      table->n += (double)table->counts[row * table->answers + column];
    }
  }
  for (uint32_t row = 0; table->n > 0.0 && row < table->answers; row++) {
    for (uint32_t column = 0; column < table->answers; column++) {
      table->rows[row] += share_at(table, row, column);
      table->columns[column] += share_at(table, row, column);
    }
  }
}

/* What a row's and a column's answers weigh on average, together. */
static double weight_around(const struct table *table, uint32_t row, uint32_t column)
{
  double sum = 0.0;
  for (uint32_t i = 0; i < table->answers; i++) {
    sum += table->columns[i] * weight_of(table, row, i);
    sum += table->rows[i] * weight_of(table, i, column);
  }
  return sum;
}

static void agree(const struct table *table, struct lw_agree *agree)
{
  for (uint32_t row = 0; row < table->answers; row++) {
    for (uint32_t column = 0; column < table->answers; column++) {
      double weight = weight_of(table, row, column);
      agree->observed += weight * share_at(table, row, column);
      agree->expected += weight * table->rows[row] * table->columns[column];
    }
  }
}

static void find_errors(const struct table *table, struct lw_agree *agree)
{
  double observed = agree->observed;
  double expected = agree->expected;
  double left = 1.0 - expected;
  double sum = 0.0;
  double sum_null = 0.0;
  for (uint32_t row = 0; row < table->answers; row++) {
    for (uint32_t column = 0; column < table->answers; column++) {
      double weight = weight_of(table, row, column);
      double around = weight_around(table, row, column);
      double off = weight * left - around * (1.0 - observed);
      double off_null = weight - around;
      sum += share_at(table, row, column) * off * off;
      sum_null += table->rows[row] * table->columns[column] * off_null * off_null;
    }
  }
  double middle = observed * expected - 2.0 * expected + observed;
  double variance = (sum - middle * middle) / (left * left * left * left) / table->n;
  double variance_null = (sum_null - expected * expected) / (left * left) / table->n;
  agree->error = variance > 0.0 ? sqrt(variance) : 0.0;
  agree->error_null = variance_null > 0.0 ? sqrt(variance_null) : 0.0;
}

struct lw_agree lw_agree_kappa(const int64_t *counts, uint32_t answers, enum lw_agree_weight weight,
                               double chance)
{
  static const double as_one = 1e-12; /* what rounding leaves of 1 - 1 */
  struct table table = {.counts = counts, .answers = answers, .weight = weight};
  struct lw_agree found = {.low = -1.0, .high = 1.0};
  LW_ASSERT(answers >= 2 && answers <= LW_AGREE_ANSWERS_MAX);
  LW_ASSERT(chance > 0.0 && chance < 1.0);
  for (uint32_t i = 0; i < answers * answers; i++) {
    LW_ASSERT(counts[i] >= 0);
    found.n += counts[i];
  }
  read_margins(&table);
  if (found.n == 0) {
    return found;
  }
  agree(&table, &found);
  if (1.0 - found.expected < as_one) {
    return found;
  }
  found.known = true;
  found.kappa = (found.observed - found.expected) / (1.0 - found.expected);
  find_errors(&table, &found);
  double reach = -lw_special_normal_quantile(chance / 2) * found.error;
  found.low = fmax(found.kappa - reach, -1.0);
  found.high = fmin(found.kappa + reach, 1.0);
  return found;
}
