/* What a trial would show, from the past alone. The past is cut into blocks of whole weeks. What is
 * left of a team's figure in a block after the team's own mean and the block's mean over teams are
 * taken off (an analysis of variance in two ways: Snedecor and Cochran, Statistical Methods) is how
 * far a team's figure wanders by itself in that time, with whatever hangs together within a block.
 * The smallest difference that shows in four of five runs is then so many standard errors as the
 * noncentral t says (student.h). */
#include "measure/measure.h"
#include "measure/student.h"

#include <math.h>
#include <stdlib.h>

enum { DAYS_A_WEEK = 7, TEAMS_MIN = 4, TEAMS_ALONE_MIN = 3, BLOCKS_MIN = 2, WEEKS_MIN = 3 };

static const double four_in_five = 0.8;

struct plan {
  const struct lw_measure_input *input;
  const struct lw_measure_trial *trial;
  uint32_t block_days;
  uint32_t blocks;
  uint32_t first_day;
  uint32_t before_days;
  uint32_t after_days;
  double chance;
  double *figures; /* team * blocks + block */
  bool *kept;      /* teams with enough in every block */
  double *inverses;
};

/* Fills the figures; how many teams have them. False past int64. */
static bool read_blocks(struct plan *plan, enum lw_measure_id id, uint32_t *ret_teams)
{
  bool summed = true;
  *ret_teams = 0;
  for (uint32_t t = 0; summed && t < plan->input->n_teams; t++) {
    bool enough = true;
    plan->inverses[t] = 0.0;
    for (uint32_t b = 0; summed && b < plan->blocks; b++) {
      struct lw_measure_cell cell = {0};
      summed = lw_measure_sum(plan->input, t, plan->first_day + b * plan->block_days,
                              plan->block_days, &cell);
      int64_t units = lw_measure_units(id, &cell);
      enough = enough && units >= LW_MEASURE_UNITS_MIN;
      plan->figures[(size_t)t * plan->blocks + b] = enough ? lw_measure_ratio(id, &cell) : 0.0;
      plan->inverses[t] += enough ? 1.0 / (double)units : 0.0;
    }
    plan->kept[t] = enough;
    *ret_teams += enough;
  }
  return summed;
}

static double team_mean(const struct plan *plan, uint32_t team)
{
  double sum = 0.0;
  for (uint32_t b = 0; b < plan->blocks; b++) {
    sum += plan->figures[(size_t)team * plan->blocks + b];
  }
  return sum / plan->blocks;
}

/* How far a team's figure of a block wanders by itself; and how far the blocks' means over teams do
 * together. */
static void wandering(const struct plan *plan, uint32_t teams, double *ret_alone,
                      double *ret_together)
{
  double whole = 0.0;
  double squares = 0.0;
  double together = 0.0;
  for (uint32_t t = 0; t < plan->input->n_teams; t++) {
    whole += plan->kept[t] ? team_mean(plan, t) / teams : 0.0;
  }
  for (uint32_t b = 0; b < plan->blocks; b++) {
    double block = 0.0;
    for (uint32_t t = 0; t < plan->input->n_teams; t++) {
      block += plan->kept[t] ? plan->figures[(size_t)t * plan->blocks + b] / teams : 0.0;
    }
    for (uint32_t t = 0; t < plan->input->n_teams; t++) {
      double off = plan->figures[(size_t)t * plan->blocks + b] - team_mean(plan, t) - block + whole;
      squares += plan->kept[t] ? off * off : 0.0;
    }
    together += (block - whole) * (block - whole);
  }
  *ret_alone = squares / ((teams - 1) * (plan->blocks - 1));
  *ret_together = together / (plan->blocks - 1);
}

/* Of a figure over the days after less one over the days before, when a block's has this one.
 * Longer spans than a block are taken as several blocks that know nothing of each other. */
static double of_difference(const struct plan *plan, double of_block)
{
  return of_block * plan->block_days * (1.0 / plan->after_days + 1.0 / plan->before_days);
}

/* How many standard errors an effect must have. */
static double errors_to_show(const struct plan *plan, uint32_t freedom)
{
  return lw_student_reach(freedom, lw_student_quantile(freedom, plan->chance), four_in_five);
}

static double least_of(const struct plan *plan, uint32_t teams)
{
  uint32_t n_new = 0;
  double inverse_new = 0.0;
  double inverse_all = 0.0;
  double alone = 0.0;
  double together = 0.0;
  for (uint32_t t = 0; t < plan->input->n_teams; t++) {
    bool is_new = plan->kept[t] && plan->trial->gets[t];
    n_new += is_new;
    inverse_new += is_new ? plan->inverses[t] : 0.0;
    inverse_all += plan->kept[t] ? plan->inverses[t] : 0.0;
  }
  uint32_t n_kept = teams - n_new;
  if (n_new == 0 || teams < (n_kept == 0 ? TEAMS_ALONE_MIN : TEAMS_MIN)) {
    return -1.0;
  }
  wandering(plan, teams, &alone, &together);
  alone = of_difference(plan, alone);
  together = of_difference(plan, together);
  if (n_kept == 0) {
    uint32_t weeks = (plan->before_days + plan->after_days) / DAYS_A_WEEK - 2;
    double by_teams = errors_to_show(plan, teams - 1) * sqrt(alone / teams);
    double by_weeks = errors_to_show(plan, weeks) * sqrt(together);
    return by_teams > by_weeks ? by_teams : by_weeks;
  }
  double spread =
      lw_measure_size_factor(inverse_new, n_new, inverse_all, teams) / n_new +
      lw_measure_size_factor(inverse_all - inverse_new, n_kept, inverse_all, teams) / n_kept;
  return errors_to_show(plan, teams - 2) * sqrt(alone * spread);
}

/* Whole weeks at the end of the past, and blocks as long as the trial where two fit. */
static bool cut(struct plan *plan)
{
  uint32_t weeks = plan->input->n_days / DAYS_A_WEEK;
  uint32_t most = weeks / BLOCKS_MIN * DAYS_A_WEEK;
  plan->block_days = plan->after_days < most ? plan->after_days : most;
  if (weeks < WEEKS_MIN) {
    return false;
  }
  plan->blocks = plan->input->n_days / plan->block_days;
  plan->first_day = plan->input->n_days - plan->blocks * plan->block_days;
  plan->before_days = weeks * DAYS_A_WEEK < LW_MEASURE_BEFORE_DAYS_MAX
                          ? weeks * DAYS_A_WEEK
                          : (uint32_t)LW_MEASURE_BEFORE_DAYS_MAX;
  return true;
}

static bool measure_all(struct plan *plan, uint32_t look, struct lw_measure_power *power)
{
  uint32_t measures = 0;
  bool summed = true;
  uint32_t teams[LW_MEASURES] = {0};
  for (int id = 0; summed && id < LW_MEASURES; id++) {
    summed = read_blocks(plan, (enum lw_measure_id)id, &teams[id]);
    measures += teams[id] != 0;
  }
  plan->chance = lw_measure_look_chance(look, measures);
  for (int id = 0; summed && id < LW_MEASURES; id++) {
    summed = read_blocks(plan, (enum lw_measure_id)id, &teams[id]);
    power->least[id] = least_of(plan, teams[id]);
    for (uint32_t t = 0; id == LW_MEASURE_SHARE && t < plan->input->n_teams; t++) {
      power->teams_new += plan->kept[t] && plan->trial->gets[t];
      power->teams_kept += plan->kept[t] && !plan->trial->gets[t];
    }
  }
  return summed;
}

/* What the figures are, over all teams and days. */
static bool read_now(const struct lw_measure_input *input, struct lw_measure_power *power)
{
  struct lw_measure_cell all = {0};
  bool summed = true;
  for (uint32_t t = 0; summed && t < input->n_teams; t++) {
    summed = lw_measure_sum(input, t, 0, input->n_days, &all);
  }
  for (int id = 0; summed && id < LW_MEASURES; id++) {
    bool known = lw_measure_units((enum lw_measure_id)id, &all) > 0;
    power->now[id] = known ? lw_measure_ratio((enum lw_measure_id)id, &all) : -1.0;
  }
  return summed;
}

enum lw_code lw_measure_power(const struct lw_measure_input *input,
                              const struct lw_measure_trial *trial,
                              struct lw_measure_power *ret_power, struct lw_error *err)
{
  struct lw_measure_power power = {.least = {-1.0, -1.0, -1.0, -1.0},
                                   .now = {-1.0, -1.0, -1.0, -1.0}};
  struct plan plan = {.input = input, .trial = trial};
  uint32_t look = 0;
  uint32_t gets = 0;
  for (uint32_t t = 0; t < input->n_teams; t++) {
    gets += trial->gets[t];
  }
  if (gets == 0) {
    return lw_fail(err, LW_INVALID, "no team would get the new version");
  }
  plan.after_days = lw_measure_look(trial->days, &look);
  power.days_used = plan.after_days;
  if (plan.after_days == 0 || !cut(&plan)) {
    *ret_power = power;
    return LW_OK;
  }
  plan.figures = calloc((size_t)input->n_teams * plan.blocks, sizeof *plan.figures);
  plan.kept = calloc(input->n_teams, sizeof *plan.kept);
  plan.inverses = calloc(input->n_teams, sizeof *plan.inverses);
  enum lw_code rc = plan.figures != NULL && plan.kept != NULL && plan.inverses != NULL
                        ? LW_OK
                        : lw_fail(err, LW_NO_MEMORY, "out of memory");
  if (rc == LW_OK && (!measure_all(&plan, look, &power) || !read_now(input, &power))) {
    rc = lw_fail(err, LW_OVERFLOW, "the sums are too large to be counted");
  }
  free(plan.figures);
  free(plan.kept);
  free(plan.inverses);
  if (rc == LW_OK) {
    *ret_power = power;
  }
  return rc;
}
