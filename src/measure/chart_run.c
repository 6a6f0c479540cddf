/* A chart's memory (the average, or the sum) is cut into cells; from each it moves to each other
 * with a chance that the normal distribution gives, or leaves the chart. With Q the moves within,
 * the average runs from all cells solve (1 - Q) runs = 1. A CUSUM's two sides are taken one by one:
 * the inverse of its run is the sum of theirs (Kemp 1961), exact as long as one side is at 0
 * whenever the other one speaks. */
#include "measure/chart.h"

#include "measure/special.h"

#include <math.h>
#include <stdlib.h>

enum { CELLS = 201 };

static double at(const double *rows, int row, int column)
{
  return rows[row * (CELLS + 1) + column];
}

/* Gauss's elimination, by the largest of each column; the last column is the right side. False
 * where there is no answer. */
static bool solve(double *rows)
{
  enum { WIDTH = CELLS + 1 };
  for (int column = 0; column < CELLS; column++) {
    int best = column;
    for (int row = column + 1; row < CELLS; row++) {
      best = fabs(at(rows, row, column)) > fabs(at(rows, best, column)) ? row : best;
    }
    if (!(fabs(at(rows, best, column)) > 1e-300)) {
      return false;
    }
    for (int i = column; i < WIDTH && best != column; i++) {
      double kept = rows[column * WIDTH + i];
      rows[column * WIDTH + i] = rows[best * WIDTH + i];
      rows[best * WIDTH + i] = kept;
    }
    for (int row = column + 1; row < CELLS; row++) {
      double times = at(rows, row, column) / at(rows, column, column);
      for (int i = column; i < WIDTH && fabs(times) > 0.0; i++) {
        rows[row * WIDTH + i] -= times * rows[column * WIDTH + i];
      }
    }
  }
  for (int row = CELLS - 1; row >= 0; row--) {
    double sum = at(rows, row, CELLS);
    for (int i = row + 1; i < CELLS; i++) {
      sum -= at(rows, row, i) * at(rows, i, CELLS);
    }
    rows[row * WIDTH + CELLS] = sum / at(rows, row, row);
  }
  return true;
}

static double chance_of(double low, double high)
{
  return lw_special_normal_below(high) - lw_special_normal_below(low);
}

/* From the cell in the middle, by symmetry of both limits. */
static bool run_ewma(double *rows, double lambda, double edge, double shift, double *ret_run)
{
  double limit = edge * sqrt(lambda / (2.0 - lambda));
  double width = 2.0 * limit / CELLS;
  for (int row = 0; row < CELLS; row++) {
    double from = -limit + (row + 0.5) * width;
    for (int column = 0; column < CELLS; column++) {
      double low = -limit + column * width;
      double step = chance_of((low - (1.0 - lambda) * from) / lambda - shift,
                              (low + width - (1.0 - lambda) * from) / lambda - shift);
      rows[row * (CELLS + 1) + column] = (row == column ? 1.0 : 0.0) - step;
    }
    rows[row * (CELLS + 1) + CELLS] = 1.0;
  }
  bool solved = solve(rows);
  *ret_run = at(rows, CELLS / 2, CELLS);
  return solved;
}

/* One side, from 0. The first cell is 0 itself and half a width; the others lie around their
 * middle. */
static bool run_side(double *rows, double k, double h, double shift, double *ret_run)
{
  double width = 2.0 * h / (2 * CELLS - 1);
  for (int row = 0; row < CELLS; row++) {
    double from = row * width;
    for (int column = 0; column < CELLS; column++) {
      double high = (column + 0.5) * width - from + k - shift;
      double step = column == 0 ? lw_special_normal_below(high) : chance_of(high - width, high);
      rows[row * (CELLS + 1) + column] = (row == column ? 1.0 : 0.0) - step;
    }
    rows[row * (CELLS + 1) + CELLS] = 1.0;
  }
  bool solved = solve(rows);
  *ret_run = at(rows, 0, CELLS);
  return solved;
}

double lw_chart_single_run(double edge, double shift)
{
  double out = lw_special_normal_below(-edge - shift) + lw_special_normal_below(shift - edge);
  return out > 0.0 ? 1.0 / out : HUGE_VAL;
}

static enum lw_code answer(bool solved, double run, double *ret_run, struct lw_error *err)
{
  /* Beyond it 1 - Q is singular but for rounding. */
  static const double longest = 1e12;
  if (!solved || !(run >= 1.0 && run < longest)) {
    return lw_fail(err, LW_INVALID, "the run is too long to be worked out");
  }
  *ret_run = run;
  return LW_OK;
}

enum lw_code lw_chart_ewma_run(double lambda, double edge, double shift, double *ret_run,
                               struct lw_error *err)
{
  double run = 0.0;
  if (!(lambda > 0.0 && lambda <= 1.0 && edge > 0.0 && isfinite(edge) && isfinite(shift))) {
    return lw_fail(err, LW_INVALID, "no such chart: lambda %g, limits %g", lambda, edge);
  }
  double *rows = calloc((size_t)CELLS * (CELLS + 1), sizeof *rows);
  if (rows == NULL) {
    return lw_fail(err, LW_NO_MEMORY, "out of memory");
  }
  bool solved = run_ewma(rows, lambda, edge, shift, &run);
  free(rows);
  return answer(solved, run, ret_run, err);
}

enum lw_code lw_chart_cusum_run(double k, double h, double shift, double *ret_run,
                                struct lw_error *err)
{
  double up = 0.0;
  double down = 0.0;
  if (!(k >= 0.0 && h > 0.0 && isfinite(k) && isfinite(h) && isfinite(shift))) {
    return lw_fail(err, LW_INVALID, "no such chart: k %g, h %g", k, h);
  }
  double *rows = calloc((size_t)CELLS * (CELLS + 1), sizeof *rows);
  if (rows == NULL) {
    return lw_fail(err, LW_NO_MEMORY, "out of memory");
  }
  bool solved = run_side(rows, k, h, fabs(shift), &up);
  /* The side that the shift leads away from may never speak: that alone is no fault. */
  bool turned = run_side(rows, k, h, -fabs(shift), &down);
  free(rows);
  double run = turned && down >= 1.0 ? 1.0 / (1.0 / up + 1.0 / down) : up;
  return answer(solved, run, ret_run, err);
}
