# Works out again in R what figures.c printed, and holds both together to six digits.
#   Rscript figures.R FILE
# R's own functions where base R has one (binom.test, poisson.test, t.test, pt, p.adjust ...), survival's survfit and
# survdiff where that package is, else the textbook's formula. The last line is `N passed, N failed`.

ORDER <- 1e-6

mid_z <- function(below, above) if (below < above) qnorm(below) else -qnorm(above)
# Where the mid-P distribution function, straight between whole numbers, reaches z's share.
at_z <- function(z, most, less, same) {
  k <- 0:most
  share <- pnorm(-abs(z))
  mid <- if (z < 0) less(k) + same(k) / 2 else 1 - less(k) - same(k) / 2
  high <- if (z < 0) which(mid >= share)[1] else which(mid <= share)[1]
  if (is.na(high)) return(most)
  if (high == 1) return(0)
  k[high - 1] + (share - mid[high - 1]) / (mid[high] - mid[high - 1])
}

straighten <- function(skew, y) {
  if (skew == 0) return(y)
  side <- sign(skew)
  k <- uniroot(function(k) k^3 + 3 * k - abs(skew), c(0, 10), tol = 1e-14)$root
  w <- sqrt(log(1 + k^2))
  side * (log(1 + k * side * y) / w + w / 2)
}

chart <- function(a) {
  x <- a[-(1:4)]
  center <- mean(x)
  sigma <- mean(abs(diff(x))) / (2 / sqrt(pi))
  at <- a[4]
  ewma <- Reduce(function(z, x) a[1] * x + (1 - a[1]) * z, x, center, accumulate = TRUE)[-1]
  reach <- a[2] * sigma * sqrt(a[1] / (2 - a[1]) * (1 - (1 - a[1])^(2 * at)))
  z <- (x - center) / sigma
  list(low = center - 3 * sigma, high = center + 3 * sigma,
       range = mean(abs(diff(x))) * (1 + 3 * sqrt(pi / 2 - 1)), ewma = ewma[at], ewma_low = center - reach,
       ewma_high = center + reach,
       up = Reduce(function(c, z) max(0, c + z - a[3]), z, 0, accumulate = TRUE)[-1][at],
       down = Reduce(function(c, z) max(0, c - z - a[3]), z, 0, accumulate = TRUE)[-1][at])
}

# Brook and Evans 1972, as many states as there.
side_run <- function(k, h, shift, states = 201) {
  w <- 2 * h / (2 * states - 1)
  from <- (0:(states - 1)) * w
  q <- outer(from, 0:(states - 1), function(f, j) pnorm((j + 0.5) * w - f + k - shift) -
               ifelse(j == 0, 0, pnorm((j - 0.5) * w - f + k - shift)))
  solve(diag(states) - q, rep(1, states), tol = 0)[1]
}
ewma_run <- function(lambda, edge, shift, states = 201) {
  limit <- edge * sqrt(lambda / (2 - lambda))
  w <- 2 * limit / states
  middle <- -limit + ((1:states) - 0.5) * w
  q <- outer(middle, middle, function(f, t) pnorm((t + w / 2 - (1 - lambda) * f) / lambda - shift) -
               pnorm((t - w / 2 - (1 - lambda) * f) / lambda - shift))
  solve(diag(states) - q, rep(1, states), tol = 0)[(states + 1) / 2]
}

# Fleiss, Cohen and Everitt 1969, unweighted as Fleiss's book has it (18.13), weighted as its (18.19), (18.20).
kappa_of <- function(a) {
  k <- a[1]
  m <- matrix(a[-(1:3)], k, byrow = TRUE)
  n <- sum(m)
  p <- m / n
  r <- rowSums(p)
  c <- colSums(p)
  w <- if (a[2] == 0) diag(k) else 1 - abs(row(m) - col(m)) / (k - 1)
  po <- sum(w * p)
  pe <- sum(w * outer(r, c))
  kappa <- (po - pe) / (1 - pe)
  wi <- as.vector(w %*% c)
  wj <- as.vector(r %*% w)
  around <- outer(wi, wj, "+")
  if (a[2] == 0) {
    A <- sum(diag(p) * (1 - (r + c) * (1 - kappa))^2)
    off <- outer(c, r, "+")^2 * p # (p.i + pj.)^2 pij, i != j
    B <- (1 - kappa)^2 * (sum(off) - sum(diag(off)))
    C <- (kappa - pe * (1 - kappa))^2
    error <- sqrt(A + B - C) / ((1 - pe) * sqrt(n))
    null <- sqrt(pe + pe^2 - sum(r * c * (r + c))) / ((1 - pe) * sqrt(n))
  } else {
    error <- sqrt(sum(p * (w - around * (1 - kappa))^2) - (kappa - pe * (1 - kappa))^2) / ((1 - pe) * sqrt(n))
    null <- sqrt(sum(outer(r, c) * (w - around)^2) - pe^2) / ((1 - pe) * sqrt(n))
  }
  reach <- qnorm(1 - a[3] / 2) * error
  list(kappa = kappa, error = error, null = null, low = max(-1, kappa - reach), high = min(1, kappa + reach))
}

has_survival <- requireNamespace("survival", quietly = TRUE)
people <- function(a) as.data.frame(matrix(a, ncol = 3, byrow = TRUE, dimnames = list(NULL, c("days", "left", "group"))))
logrank <- function(a) {
  d <- people(a)
  if (has_survival) {
    found <- survival::survdiff(survival::Surv(days, left) ~ group, data = d)
    return(c(found$chisq, length(found$n) - 1))
  }
  groups <- sort(unique(d$group))
  off <- rep(0, length(groups))
  v <- matrix(0, length(groups), length(groups))
  for (t in unique(d$days[d$left == 1])) {
    there <- sapply(groups, function(g) sum(d$days >= t & d$group == g))
    left <- sapply(groups, function(g) sum(d$days == t & d$left == 1 & d$group == g))
    n <- sum(there)
    off <- off + left - sum(left) * there / n
    if (n > 1) v <- v + sum(left) * (n - sum(left)) / (n^2 * (n - 1)) * (diag(there) * n - outer(there, there))
  }
  some <- -length(groups)
  c(off[some] %*% solve(v[some, some], off[some]), length(groups) - 1)
}
staying <- function(a) {
  day <- a[length(a)]
  d <- people(a[-length(a)])
  if (has_survival) {
    fit <- summary(survival::survfit(survival::Surv(days, left) ~ 1, data = d, conf.type = "log-log"), times = day)
    return(c(fit$surv, fit$lower, fit$upper))
  }
  times <- sort(unique(d$days[d$left == 1 & d$days <= day]))
  there <- sapply(times, function(t) sum(d$days >= t))
  left <- sapply(times, function(t) sum(d$days == t & d$left == 1))
  s <- prod(1 - left / there)
  reach <- qnorm(0.975) * sqrt(sum(left / there / (there - left))) / abs(log(s))
  c(s, s^exp(reach), s^exp(-reach))
}

wilson <- function(a) {
  z <- qnorm(1 - a[3] / 2)
  p <- a[1] / a[2]
  (p + z^2 / (2 * a[2]) + c(-1, 1) * z * sqrt(p * (1 - p) / a[2] + z^2 / (4 * a[2]^2))) / (1 + z^2 / a[2])
}

# binom.test also sums a chance over all of n: of huge n its interval's own formula.
exact <- function(a) {
  if (a[2] <= 1e6) return(binom.test(a[1], a[2], conf.level = 1 - a[3])$conf.int)
  c(qbeta(a[3] / 2, a[1], a[2] - a[1] + 1), qbeta(1 - a[3] / 2, a[1] + 1, a[2] - a[1]))
}

rate <- function(a) {
  if (a[2] <= 1e6) return(poisson.test(a[1], a[2], conf.level = 1 - a[3])$conf.int)
  c(qgamma(a[3] / 2, a[1]), qgamma(1 - a[3] / 2, a[1] + 1)) / a[2]
}

# How far out x is in all of n parts of a whole: a sum by chance, units that differ on the scale of odds (half a whole more keeps
# the odds finite), and how well that difference is known. a: n, mean, variance and skew of one, freedom, tau, units.
part_z <- function(a, x) {
  whole <- 1e6
  e <- a[1] * a[2]
  v <- a[1] * a[3]
  most <- a[1] * whole
  skew <- a[4] / sqrt(a[1])
  if (skew < 0 && x > e) { # past the end of the bend
    k <- uniroot(function(k) k^3 + 3 * k + skew, c(0, 10), tol = 1e-14)$root
    if (k * (x - e) / sqrt(v) >= 1) return(Inf)
  }
  z <- again$sum_z(c(e, v, skew, a[5], x))
  odds <- function(x) qlogis((x + whole / 2) / (most + whole))
  step <- e * (1 - e / most)
  s <- (z^2 + 1) / ((odds(x) - odds(e))^2 + v / step^2)
  extra <- a[6]^2 * s
  z <- (z + a[6]^2 * (0.5 - e / most) * sqrt(s)) / sqrt(1 + extra)
  if (extra == 0 || a[7] < 2) return(z)
  sign(z) * -qnorm(pt(-abs(z), (a[7] - 1) * ((1 + extra) / extra)^2))
}
part_limit <- function(a, side) {
  end <- if (side < 0) 0 else a[1] * 1e6
  off <- function(x) side * part_z(a, x) + qnorm(a[8] / 2)
  if (off(end) <= 0) return(end / a[1])
  edge <- function(x) min(off(x), 100)
  uniroot(edge, sort(c(a[1] * a[2], end)), tol = 1e-7)$root / a[1]
}

again <- list(
  part_low = function(a) part_limit(a, -1), part_high = function(a) part_limit(a, 1),
  part_z = function(a) part_z(a, a[8]),
  wilson_low = function(a) if (a[1] == 0) 0 else wilson(a)[1],
  wilson_high = function(a) if (a[1] == a[2]) 1 else wilson(a)[2],
  exact_low = function(a) exact(a)[1],
  exact_high = function(a) exact(a)[2],
  rate_low = function(a) rate(a)[1],
  rate_high = function(a) rate(a)[2],
  mean_low = function(a) t.test(a[-1], conf.level = 1 - a[1])$conf.int[1],
  mean_high = function(a) t.test(a[-1], conf.level = 1 - a[1])$conf.int[2],
  t_tail = function(a) 2 * pt(-a[2], a[1]),
  t_quantile = function(a) -qt(a[2] / 2, a[1]),
  t_reach = function(a) uniroot(function(off) pt(a[2], a[1], ncp = off, lower.tail = FALSE) - a[3], c(0, 20), tol = 1e-12)$root,
  binomial_z = function(a) mid_z(pbinom(a[3] - 1, a[1], a[2]) + dbinom(a[3], a[1], a[2]) / 2,
                                 pbinom(a[3], a[1], a[2], lower.tail = FALSE) + dbinom(a[3], a[1], a[2]) / 2),
  binomial_at = function(a) {
    # Shares above a half are counted from the other end, where the tail has its digits.
    if (a[2] > 0.5) a[1] - at_z(-a[3], min(a[1], 5000), function(k) pbinom(k - 1, a[1], 1 - a[2]), function(k) dbinom(k, a[1], 1 - a[2]))
    else at_z(a[3], min(a[1], 5000), function(k) pbinom(k - 1, a[1], a[2]), function(k) dbinom(k, a[1], a[2]))
  },
  poisson_at = function(a) at_z(a[2], 1000, function(k) ppois(k - 1, a[1]), function(k) dpois(k, a[1])),
  count_z = function(a) {
    if (a[1] == a[2]) {
      p <- function(k, lower) ppois(k, a[1], lower.tail = lower)
    } else if (a[2] > a[1]) {
      p <- function(k, lower) pnbinom(k, size = a[1]^2 / (a[2] - a[1]), mu = a[1], lower.tail = lower)
    } else {
      size <- a[1]^2 / (a[1] - a[2]) # a binomial's, not whole: its beta function
      p <- function(k, lower) pbeta(1 - a[2] / a[1], k + 1, size - k, lower.tail = !lower)
    }
    mid_z((p(a[3] - 1, TRUE) + p(a[3], TRUE)) / 2, (p(a[3] - 1, FALSE) + p(a[3], FALSE)) / 2)
  },
  sum_z = function(a) {
    k <- sqrt(a[2]) / a[1]
    skew <- if (a[5] < a[1] && a[1] > 0) min(a[3], k^3 + 3 * k) else a[3]
    z <- straighten(skew, (a[5] - a[1]) / sqrt(a[2]))
    if (a[4] > 0) sign(z) * -qnorm(pt(-abs(z), a[4])) else z
  },
  single_low = function(a) chart(a)$low, single_high = function(a) chart(a)$high, range_high = function(a) chart(a)$range,
  ewma = function(a) chart(a)$ewma, ewma_low = function(a) chart(a)$ewma_low, ewma_high = function(a) chart(a)$ewma_high,
  cusum_up = function(a) chart(a)$up, cusum_down = function(a) chart(a)$down,
  cusum_run = function(a) 1 / (1 / side_run(a[1], a[2], a[3]) + 1 / side_run(a[1], a[2], -a[3])),
  ewma_run = function(a) ewma_run(a[1], a[2], a[3]),
  kappa = function(a) kappa_of(a)$kappa, kappa_error = function(a) kappa_of(a)$error,
  kappa_error_null = function(a) kappa_of(a)$null, kappa_low = function(a) kappa_of(a)$low, kappa_high = function(a) kappa_of(a)$high,
  logrank = function(a) logrank(a)[1],
  logrank_p = function(a) { x <- logrank(a); pchisq(x[1], x[2], lower.tail = FALSE) },
  staying = function(a) staying(a)[1], staying_low = function(a) staying(a)[2], staying_high = function(a) staying(a)[3],
  phi = function(z) {
    cut <- length(z) %/% 10
    edges <- sort(z)[c(cut + 1, length(z) - cut)]
    edge <- -qnorm(cut / length(z))
    kept <- integrate(function(x) pmin(pmax(x, -edge), edge)^2 * dnorm(x), -Inf, Inf, rel.tol = 1e-12, subdivisions = 1000)$value
    mean(pmin(pmax(z, edges[1]), edges[2])^2) / kept
  },
  q = function(a) p.adjust(a[-length(a)], "BH")[a[length(a)]]
)

lines <- strsplit(readLines(commandArgs(trailingOnly = TRUE)[1]), "\t", fixed = TRUE)
passed <- 0
failed <- 0
for (line in lines) {
  wanted <- again[[line[1]]](as.numeric(strsplit(line[2], ",", fixed = TRUE)[[1]]))
  got <- as.numeric(line[3])
  if (length(wanted) == 1 && is.finite(wanted) && is.finite(got) && abs(got - wanted) <= ORDER * max(abs(wanted), 1e-12)) {
    passed <- passed + 1
  } else {
    failed <- failed + 1
    cat(sprintf("FAIL %s(%s): %.12g, in R %.12g\n", line[1], substr(line[2], 1, 60), got, wanted))
  }
}
if (!has_survival) cat("without the package survival: the curve of staying and log-rank by formula\n")
cat(sprintf("%d passed, %d failed\n", passed, failed))
quit(status = if (failed == 0 && passed > 0) 0 else 1)
