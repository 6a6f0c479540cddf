/* Numbers from and to text, exactly and without locale; checked integer arithmetic is
 * __builtin_*_overflow's. */
#ifndef LW_BASE_NUM_H
#define LW_BASE_NUM_H

#include "base/buf.h"

/* The whole text must be the number. Optional minus (int), digits. False when not, or out of range.
 */
LW_NODISCARD bool lw_int_read(lw_str text, int64_t *ret_number);
LW_NODISCARD bool lw_uint_read(lw_str text, uint64_t *ret_number);
/* JSON's number grammar plus "NaN", "Infinity", "-Infinity" and a leading '+' or bare ".5" as CEL's
 * double() takes. Correctly rounded, whatever the process's locale. */
LW_NODISCARD bool lw_double_read(lw_str text, double *ret_number);
/* The number's digits so that they end before `end`; 20 bytes are enough. Returns the first. */
char *lw_digits_before(char *end, uint64_t number);
/* The shortest text that reads back as the same double: "1.5", "1e+100", "NaN", "Infinity", "-0.0";
 * always with point or exponent when `mark_double`, else as CEL's string() does ("1" for 1.0). 32
 * bytes are enough; returns the length. */
size_t lw_double_write(double number, bool mark_double, char *place);

/* The order of two int64_t, smallest first, for qsort. */
int lw_int_order(const void *a, const void *b);

#endif
