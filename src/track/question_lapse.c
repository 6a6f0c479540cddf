/* Remedies of the last tenth of a budget's period, agent by agent. How many are usual there is what
 * everybody else gave there, or the share of their own working days that lie in it, whichever is
 * more: whoever was on holiday before did not save up. */
#include "budget/window.h"
#include "measure/chance.h"
#include "measure/discover.h"
#include "track/question_rows.h"

enum { PERIODS_MAX = 64, TIMES_MIN = 5, PART = 10 };
#define DAY_USEC (INT64_C(24) * 3600 * 1000000)

/* An agent in a period. */
struct share {
  uint32_t agent;
  uint32_t period;
  int64_t given, late;
  int64_t minor;           /* of the late ones */
  int64_t days, late_days; /* on which they decided anything */
  lw_usec last_day;        /* the last counted */
  double expected;
};

struct periods {
  struct question_field *field;
  const struct lw_tz *zone;
  struct lw_window window;
  struct lw_period of[PERIODS_MAX];
  uint32_t count;
  int64_t given[PERIODS_MAX], late[PERIODS_MAX];
  struct share *shares; /* period * agents + agent */
  size_t n_shares;
};

static lw_usec late_from(const struct lw_period *period)
{
  lw_usec part = (period->end - period->start) / PART;
  return period->end - (part > DAY_USEC ? part : DAY_USEC);
}

/* Whole ones within the window. */
static void find_periods(struct periods *periods)
{
  const struct lw_question_input *input = periods->field->input;
  struct lw_period period;
  lw_usec at = input->since;
  periods->count = 0;
  while (periods->count < PERIODS_MAX && at < input->until) {
    lw_window_period(&periods->window, periods->zone, at, &period);
    if (period.start >= input->since && period.end <= input->until) {
      periods->of[periods->count++] = period;
    }
    at = period.end;
  }
}

static uint32_t period_of(const struct periods *periods, lw_usec at)
{
  for (uint32_t i = 0; i < periods->count; i++) {
    if (at >= periods->of[i].start && at < periods->of[i].end) {
      return i;
    }
  }
  return UINT32_MAX;
}

static void count_row(struct periods *periods, const struct question_row *row)
{
  uint32_t period = period_of(periods, row->at);
  if (period == UINT32_MAX) {
    return;
  }
  bool late = row->at >= late_from(&periods->of[period]);
  struct share *share = &periods->shares[period * periods->field->n_agents + row->agent];
  lw_usec day = row->at / DAY_USEC;
  share->agent = row->agent;
  share->period = period;
  if (day != share->last_day) {
    share->last_day = day;
    share->days++;
    share->late_days += late;
  }
  if (row->at_once) {
    share->given++;
    share->late += late;
    share->minor += late ? row->minor : 0;
    periods->given[period]++;
    periods->late[period] += late;
  }
}

static double usual_share(const struct periods *periods, const struct share *share)
{
  int64_t given = periods->given[share->period] - share->given;
  int64_t late = periods->late[share->period] - share->late;
  double others = ((double)late + 0.5) / ((double)given + 1.0);
  double days = share->days != 0 ? (double)share->late_days / (double)share->days : 1.0;
  return others > days ? others : days;
}

static bool add_question(struct periods *periods, const struct share *share, double q)
{
  struct question_field *field = periods->field;
  struct lw_question_found *found = lw_question_add(field, LW_QUESTION_LAPSE);
  if (found == NULL) {
    return false;
  }
  const struct lw_period *period = &periods->of[share->period];
  found->agent = field->agents[share->agent];
  found->window = lw_str_c(lw_window_word(periods->window.kind));
  found->from = late_from(period);
  found->until = period->end;
  found->count = share->late;
  found->of = share->given;
  found->amount_minor = share->minor;
  found->expected = share->expected;
  found->q = q;
  found->subject =
      lw_str_format(field->arena, "lapse|%.*s|%.*s|%lld", LW_FMT(found->agent),
                    LW_FMT(found->window), (long long)(period->start / LW_USEC_PER_SECOND));
  for (size_t i = 0; i < field->n_rows; i++) {
    const struct question_row *row = &field->rows[i];
    if (row->agent == share->agent && row->at_once && row->at >= found->from &&
        row->at < found->until) {
      (void)lw_question_note(field, found, row->seq);
    }
  }
  return true;
}

static enum lw_code judge(struct periods *periods, struct lw_error *err)
{
  double *q = LW_NEW_ARRAY(&periods->field->scratch, double, periods->n_shares + 1);
  if (q == NULL) {
    return lw_fail(err, LW_NO_MEMORY, "out of memory");
  }
  for (size_t i = 0; i < periods->n_shares; i++) {
    struct share *share = &periods->shares[i];
    double usual = usual_share(periods, share);
    share->expected = usual * (double)share->given;
    q[i] = share->given == 0 ? 2.0 : lw_chance_of_more(share->late, share->given, usual);
  }
  enum lw_code rc = lw_discover(q, periods->n_shares, q, err);
  for (size_t i = 0; rc == LW_OK && i < periods->n_shares; i++) {
    if (q[i] <= LW_DISCOVER_SHARE && periods->shares[i].late >= TIMES_MIN &&
        !add_question(periods, &periods->shares[i], q[i])) {
      rc = lw_fail(err, LW_NO_MEMORY, "out of memory");
    }
  }
  return rc;
}

static enum lw_code look(struct question_field *field, enum lw_window_kind kind,
                         struct lw_error *err)
{
  const struct lw_policy *policy = field->input->policy;
  struct periods *periods = LW_NEW(&field->scratch, struct periods);
  if (periods == NULL) {
    return lw_fail(err, LW_NO_MEMORY, "out of memory");
  }
  periods->field = field;
  periods->zone = policy != NULL ? policy->zone : NULL;
  periods->window.kind = kind;
  find_periods(periods);
  periods->n_shares = periods->count * field->n_agents;
  periods->shares = LW_NEW_ARRAY(&field->scratch, struct share, periods->n_shares + 1);
  if (periods->shares == NULL) {
    return lw_fail(err, LW_NO_MEMORY, "out of memory");
  }
  for (size_t i = 0; periods->count != 0 && i < field->n_rows; i++) {
    count_row(periods, &field->rows[i]);
  }
  return judge(periods, err);
}

/* Of every kind of window that a budget has: a day is too short to have an end. */
enum lw_code lw_question_look_lapse(struct question_field *field, struct lw_error *err)
{
  const struct lw_policy *policy = field->input->policy;
  enum lw_code rc = LW_OK;
  for (int kind = LW_WINDOW_WEEK; rc == LW_OK && kind <= LW_WINDOW_YEAR; kind++) {
    bool has = policy == NULL && kind == LW_WINDOW_MONTH;
    for (uint32_t i = 0; policy != NULL && i < policy->n_budgets; i++) {
      has = has || (int)policy->budgets[i].window.kind == kind;
    }
    rc = has ? look(field, (enum lw_window_kind)kind, err) : LW_OK;
  }
  return rc;
}
