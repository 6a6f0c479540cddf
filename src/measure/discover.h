/* Many looks at many people: of those that stand out, how many would be false alarms. Benjamini
 * and Hochberg 1995. Pure; any thread.
 *
 * Among 500 people of whom nobody differs, one is expected outside of 1 in 500. A q says: if
 * everybody with a q as small were named, this share of the named would be expected to be false
 * alarms. It holds for chances that do not depend on each other, or only so that one being small
 * makes others small (Benjamini and Yekutieli 2001): agents of one company, each against the rest,
 * are nearly independent. */
#ifndef LW_MEASURE_DISCOVER_H
#define LW_MEASURE_DISCOVER_H

#include "base/attr.h"
#include "base/result.h"

#include <stddef.h>

#define LW_DISCOVER_SHARE 0.05 /* named are those with q <= this */

/* The q of each p, `count` of both, both the caller's; they may be one array. A p outside of 0 .. 1
 * (who could not be placed) counts as no look: its q is 1. LW_NO_MEMORY. */
LW_NODISCARD enum lw_code lw_discover(const double *p, size_t count, double *ret_q,
                                      struct lw_error *err);

#endif
