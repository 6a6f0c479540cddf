/* Exact decimal numbers of questions: what an author writes ("3.1415", "-2", "6.02e3") and what
 * somebody answers, compared without binary floating point. Pure. */
#ifndef LW_LEARN_NUMBER_H
#define LW_LEARN_NUMBER_H

#include "base/str.h"

/* In units of 10^-12; below 10^18. */
__extension__ typedef __int128 lw_number;

/* The whole text must be the number: sign, digits, a point with decimals, an exponent; at most 12
 * decimals and 18 digits before the point are left after the exponent was applied. With `comma` a
 * decimal comma is read as a point. False when it is none or doesn't fit. */
LW_NODISCARD bool lw_number_read(lw_str text, bool comma, lw_number *ret_number);

#endif
