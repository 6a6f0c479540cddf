/* Special functions, from Boost.Math: the C face of special.cpp. Inside the measure folder, its
 * tests and its benches. Pure; any thread.
 *
 * Doubles in and out, no unit. What lies outside of a function's domain answers NaN: callers keep
 * to the domains that stand here. Nothing is thrown, nothing allocated. */
#ifndef LW_MEASURE_SPECIAL_H
#define LW_MEASURE_SPECIAL_H

#ifdef __cplusplus
extern "C" {
#endif

/* The standard normal's share below z, and the z below which a share lies; 0 < share < 1. */
double lw_special_normal_below(double z);
double lw_special_normal_quantile(double share);

/* Student's t, freedom > 0: the share below t, and the t below which a share lies. */
double lw_special_t_below(double freedom, double t);
double lw_special_t_quantile(double freedom, double share);
/* The share of the noncentral t above t, its noncentrality being `off`. */
double lw_special_t_off_above(double freedom, double off, double t);

/* The regularised incomplete beta function I_x(a, b) and 1 - I_x(a, b); a, b > 0; 0 <= x <= 1. */
double lw_special_beta_below(double a, double b, double x);
double lw_special_beta_above(double a, double b, double x);
/* The x of I_x(a, b) = share; 0 <= share <= 1. */
double lw_special_beta_quantile(double a, double b, double share);

/* The regularised incomplete gamma functions P(a, x) and Q(a, x) = 1 - P; a > 0; x >= 0. */
double lw_special_gamma_below(double a, double x);
double lw_special_gamma_above(double a, double x);
/* The x of P(a, x) = share; 0 <= share < 1. */
double lw_special_gamma_quantile(double a, double share);

#ifdef __cplusplus
}
#endif

#endif
