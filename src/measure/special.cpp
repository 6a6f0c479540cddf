/* Boost.Math behind a C face (docs/decisions/statistics-library.md says why this library).
 *
 * Headers only, and only those of the functions that are needed. The policy lets every error answer
 * a value (NaN, infinity) instead of throwing, so that the file is compiled without exceptions, and
 * works in double throughout: long double would cost twice the time for digits that nobody sees. */
#define BOOST_DISABLE_ASSERTS
#include "measure/special.h"

#include <boost/math/distributions/non_central_t.hpp>
#include <boost/math/special_functions/beta.hpp>
#include <boost/math/special_functions/erf.hpp>
#include <boost/math/special_functions/gamma.hpp>

#include <cmath>

namespace {

namespace bm = boost::math;
namespace bp = boost::math::policies;

using Policy =
    bp::policy<bp::domain_error<bp::ignore_error>, bp::pole_error<bp::ignore_error>,
               bp::overflow_error<bp::ignore_error>, bp::underflow_error<bp::ignore_error>,
               bp::denorm_error<bp::ignore_error>, bp::rounding_error<bp::ignore_error>,
               bp::evaluation_error<bp::ignore_error>,
               bp::indeterminate_result_error<bp::ignore_error>, bp::promote_float<false>,
               bp::promote_double<false>>;

constexpr double ROOT_OF_TWO = 1.41421356237309504880;

} // namespace

double lw_special_normal_below(double z)
{
  return 0.5 * std::erfc(-z / ROOT_OF_TWO);
}

double lw_special_normal_quantile(double share)
{
  return -ROOT_OF_TWO * bm::erfc_inv(2.0 * share, Policy());
}

/* Student's t by the beta function: freedom / (freedom + t^2) is beta distributed. */
double lw_special_t_below(double freedom, double t)
{
  double square = t * t;
  double beyond = square < freedom
                      ? bm::ibetac(0.5, freedom / 2, square / (freedom + square), Policy()) / 2
                      : bm::ibeta(freedom / 2, 0.5, freedom / (freedom + square), Policy()) / 2;
  return t < 0.0 ? beyond : 1.0 - beyond;
}

double lw_special_t_quantile(double freedom, double share)
{
  double rest = 0.0;
  double beyond = share < 0.5 ? share : 1.0 - share;
  double x = bm::ibeta_inv(freedom / 2, 0.5, 2.0 * beyond, &rest, Policy());
  double t = std::sqrt(freedom * rest / x);
  return share < 0.5 ? -t : t;
}

double lw_special_t_off_above(double freedom, double off, double t)
{
  return bm::cdf(bm::complement(bm::non_central_t_distribution<double, Policy>(freedom, off), t));
}

double lw_special_beta_below(double a, double b, double x)
{
  return bm::ibeta(a, b, x, Policy());
}

double lw_special_beta_above(double a, double b, double x)
{
  return bm::ibetac(a, b, x, Policy());
}

double lw_special_beta_quantile(double a, double b, double share)
{
  return bm::ibeta_inv(a, b, share, Policy());
}

double lw_special_gamma_below(double a, double x)
{
  return bm::gamma_p(a, x, Policy());
}

double lw_special_gamma_above(double a, double x)
{
  return bm::gamma_q(a, x, Policy());
}

double lw_special_gamma_quantile(double a, double share)
{
  return bm::gamma_p_inv(a, share, Policy());
}
