/* Money: int64 minor units with a currency. Arithmetic is checked, currencies do not mix, shares
 * are integer ratios with the rounding named. No floating point. Pure.
 *
 * Currencies are rows of base/currency.def (ISO 4217; historic codes stay readable); an index into
 * that table is a currency's short name in memory, never on disk. */
#ifndef LW_BASE_MONEY_H
#define LW_BASE_MONEY_H

#include "base/buf.h"
#include "base/result.h"

#define LW_CURRENCY_NONE ((uint16_t)0xFFFF)

typedef struct lw_money {
  int64_t minor;     /* cents for USD, yen for JPY */
  uint16_t currency; /* index into the table */
} lw_money;

enum lw_rounding {
  LW_ROUND_DOWN /* towards zero */,
  LW_ROUND_UP /* away from zero */,
  LW_ROUND_HALF_UP /* away from zero */,
  LW_ROUND_HALF_EVEN
};

/* The index of "USD", or LW_CURRENCY_NONE (also for codes without money in them: XAU, XTS ...). */
uint16_t lw_currency_find(lw_str code);
lw_str lw_currency_code(uint16_t currency);
lw_str lw_currency_name(uint16_t currency);     /* "US Dollar" */
unsigned lw_currency_digits(uint16_t currency); /* 0..4 */
size_t lw_currency_count(void);

enum lw_money_fault {
  LW_MONEY_OK,
  LW_MONEY_SYNTAX,
  LW_MONEY_DIGITS /* more decimals than the currency has */,
  LW_MONEY_RANGE
};

/* Reads "80", "80.00", "-3.5": optional minus, digits, optional point with 1..digits decimals;
 * nothing else (no exponent, sign +, spaces or separators; no leading zero before other digits). */
LW_NODISCARD enum lw_money_fault lw_money_read(lw_str text, uint16_t currency, lw_money *ret_money);
/* Always with all decimals: "80.00", "-0.50"; nothing of no currency (LW_CURRENCY_NONE) is "0", any
 * other amount of it a programming fault. 24 bytes are enough. Returns the length. */
size_t lw_money_write(lw_money money, char *place);
void lw_money_print(lw_money money, struct lw_buf *out);

/* LW_OVERFLOW or LW_MISMATCH instead of a wrong result; *ret untouched then. */
LW_NODISCARD enum lw_code lw_money_add(lw_money a, lw_money b, lw_money *ret);
LW_NODISCARD enum lw_code lw_money_subtract(lw_money a, lw_money b, lw_money *ret);
LW_NODISCARD enum lw_code lw_money_multiply(lw_money a, int64_t times, lw_money *ret);
/* a * numerator / denominator, rounded as named; the product is taken in 128 bits. denominator 0:
 * LW_INVALID. */
LW_NODISCARD enum lw_code lw_money_share(lw_money a, int64_t numerator, int64_t denominator,
                                         enum lw_rounding rounding, lw_money *ret);

#endif
