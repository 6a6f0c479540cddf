/* How far out something lies, as a normal z, and what lies so far out: of a count with a mean and a
 * variance, and of a sum with a skew. Pure; owns nothing; any thread. funnel.h builds on it.
 *
 * A z is what a standard normal value as far out would be: below 0 is less than the mean. It is
 * held within -+LW_TAIL_Z_MAX, and never NaN. */
#ifndef LW_MEASURE_TAIL_H
#define LW_MEASURE_TAIL_H

#define LW_TAIL_Z_MAX 37.0 /* beyond it a double has no chance left */

/* A whole number, 0 or more, of which mean and variance are known: binomial where it varies less
 * than its mean, Poisson where as much, negative binomial where more (the family of Panjer 1981).
 * With mean n p and variance n p (1 - p) it is the binomial itself. */
struct lw_tail_count {
  double mean;     /* > 0 */
  double variance; /* > 0 */
  double most;     /* it can not pass this; 0: no such end. A mean above half of it is counted from
                    * there, so that both ends are alike */
};

/* By the mid-P value: what is further out counts whole, what is just as far out half (Lancaster
 * 1961). Whole tails would call too few, as numbers are whole. count >= 0, whole. */
double lw_tail_count_z(const struct lw_tail_count *tail, double count);
/* The number at which that z is reached, straight lines drawn between whole numbers: just what is
 * beyond it has a larger z. Within 0 .. most. */
double lw_tail_count_at(const struct lw_tail_count *tail, double z);

/* A sum: normal where there is no skew, else a shifted lognormal with that mean, variance and skew
 * (Johnson 1949), below the mean with no more skew than one that ends at 0 has; if the variance is
 * itself an estimate, Student's with its degrees of freedom. */
struct lw_tail_sum {
  double mean;
  double variance; /* > 0 */
  double skew;
  double freedom; /* 0: the variance is known */
};
double lw_tail_sum_z(const struct lw_tail_sum *tail, double sum);
double lw_tail_sum_at(const struct lw_tail_sum *tail, double z);

#endif
