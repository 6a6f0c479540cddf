/* Money in expressions. All arithmetic is base/money's: int64 minor units, checked, no floating
 * point. What it returns as a code becomes an error value here; currencies never mix. */
#include "base/money.h"
#include "cel/fn.h"

static lw_money money_of(struct lw_val value)
{
  return (lw_money){.minor = value.as.integer, .currency = value.currency};
}

/* The answer of base/money as a value. */
static struct lw_val answer(struct lw_fn_ctx *ctx, enum lw_code code, lw_money result)
{
  switch ((int)code) { /* base/money says only these */
  case LW_OK: return lw_val_money(result.minor, result.currency);
  case LW_MISMATCH:
    return lw_val_error(ctx->scratch, LW_FAULT_CURRENCY, "amounts of two currencies do not mix");
  case LW_INVALID: return lw_val_error(ctx->scratch, LW_FAULT_DIVIDE_BY_ZERO, "divide by zero");
  default: break; /* LW_OVERFLOW */
  }
  return lw_val_error(ctx->scratch, LW_FAULT_OVERFLOW, "the amount is too large");
}

/* At most 40 bytes of what somebody wrote, cut between code points: messages stay readable. */
static lw_str brief(lw_str text)
{
  size_t len = text.len < 40 ? text.len : 40;
  while (len < text.len && len != 0 && ((unsigned char)text.ptr[len] & 0xC0) == 0x80) {
    len--;
  }
  return lw_str_slice(text, 0, len);
}

static struct lw_val bad_amount(struct lw_fn_ctx *ctx, lw_str text, enum lw_money_fault fault)
{
  lw_str shown = brief(text);
  lw_str code = lw_currency_code(ctx->currency);
  switch (fault) {
  case LW_MONEY_DIGITS:
    return lw_val_error(ctx->scratch, LW_FAULT_CONVERSION,
                        "\"%.*s\" has more decimals than %.*s, which has %u", LW_FMT(shown),
                        LW_FMT(code), lw_currency_digits(ctx->currency));
  case LW_MONEY_RANGE:
    return lw_val_error(ctx->scratch, LW_FAULT_CONVERSION, "\"%.*s\" is too large an amount",
                        LW_FMT(shown));
  case LW_MONEY_OK:
  case LW_MONEY_SYNTAX: break;
  }
  return lw_val_error(ctx->scratch, LW_FAULT_CONVERSION,
                      "\"%.*s\" is not an amount such as \"10.00\"", LW_FMT(shown));
}

static struct lw_val no_currency(struct lw_fn_ctx *ctx)
{
  return lw_val_error(ctx->scratch, LW_FAULT_CONVERSION,
                      "an amount needs a currency and none is set");
}

struct lw_val lw_fn_money_from_string(struct lw_fn_ctx *ctx, const struct lw_val *args,
                                      uint32_t n_args)
{
  (void)n_args;
  lw_str text = lw_val_str(args[0]);
  lw_money money = {0};
  if (ctx->currency == LW_CURRENCY_NONE) {
    return no_currency(ctx);
  }
  if (!lw_fn_spend(ctx, lw_fn_text_steps(text.len))) {
    return lw_fn_too_costly(ctx);
  }
  enum lw_money_fault fault = lw_money_read(text, ctx->currency, &money);
  if (fault != LW_MONEY_OK) {
    return bad_amount(ctx, text, fault);
  }
  return lw_val_money(money.minor, money.currency);
}

struct lw_val lw_fn_money_from_money(struct lw_fn_ctx *ctx, const struct lw_val *args,
                                     uint32_t n_args)
{
  (void)ctx, (void)n_args;
  return args[0];
}

struct lw_val lw_fn_money_to_string(struct lw_fn_ctx *ctx, const struct lw_val *args,
                                    uint32_t n_args)
{
  (void)n_args;
  char *place = lw_arena_alloc(ctx->scratch, 24, 1);
  if (place == NULL) {
    return lw_fn_no_memory(ctx);
  }
  return lw_val_string(lw_str_from(place, lw_money_write(money_of(args[0]), place)));
}

struct lw_val lw_fn_money_add(struct lw_fn_ctx *ctx, const struct lw_val *args, uint32_t n_args)
{
  (void)n_args;
  lw_money result = {0};
  enum lw_code code = lw_money_add(money_of(args[0]), money_of(args[1]), &result);
  return answer(ctx, code, result);
}

struct lw_val lw_fn_money_subtract(struct lw_fn_ctx *ctx, const struct lw_val *args,
                                   uint32_t n_args)
{
  (void)n_args;
  lw_money result = {0};
  enum lw_code code = lw_money_subtract(money_of(args[0]), money_of(args[1]), &result);
  return answer(ctx, code, result);
}

struct lw_val lw_fn_money_negate(struct lw_fn_ctx *ctx, const struct lw_val *args, uint32_t n_args)
{
  (void)n_args;
  lw_money result = {0};
  enum lw_code code = lw_money_multiply(money_of(args[0]), -1, &result);
  return answer(ctx, code, result);
}

/* Either order. */
struct lw_val lw_fn_money_times(struct lw_fn_ctx *ctx, const struct lw_val *args, uint32_t n_args)
{
  (void)n_args;
  bool first = args[0].kind == LW_V_MONEY;
  lw_money result = {0};
  enum lw_code code =
      lw_money_multiply(money_of(args[first ? 0 : 1]), args[first ? 1 : 0].as.integer, &result);
  return answer(ctx, code, result);
}

/* False with *ret_failure when the currencies differ. */
static bool compare(struct lw_fn_ctx *ctx, const struct lw_val *args, int *ret_order,
                    struct lw_val *ret_failure)
{
  if (args[0].currency != args[1].currency) {
    *ret_failure = answer(ctx, LW_MISMATCH, (lw_money){0});
    return false;
  }
  int64_t a = args[0].as.integer;
  int64_t b = args[1].as.integer;
  *ret_order = (a > b) - (a < b);
  return true;
}

struct lw_val lw_fn_money_less(struct lw_fn_ctx *ctx, const struct lw_val *args, uint32_t n_args)
{
  (void)n_args;
  int order = 0;
  struct lw_val failure;
  return compare(ctx, args, &order, &failure) ? lw_val_bool(order < 0) : failure;
}

struct lw_val lw_fn_money_less_equal(struct lw_fn_ctx *ctx, const struct lw_val *args,
                                     uint32_t n_args)
{
  (void)n_args;
  int order = 0;
  struct lw_val failure;
  return compare(ctx, args, &order, &failure) ? lw_val_bool(order <= 0) : failure;
}

struct lw_val lw_fn_money_greater(struct lw_fn_ctx *ctx, const struct lw_val *args, uint32_t n_args)
{
  (void)n_args;
  int order = 0;
  struct lw_val failure;
  return compare(ctx, args, &order, &failure) ? lw_val_bool(order > 0) : failure;
}

struct lw_val lw_fn_money_greater_equal(struct lw_fn_ctx *ctx, const struct lw_val *args,
                                        uint32_t n_args)
{
  (void)n_args;
  int order = 0;
  struct lw_val failure;
  return compare(ctx, args, &order, &failure) ? lw_val_bool(order >= 0) : failure;
}

static bool read_rounding(lw_str name, enum lw_rounding *ret_rounding)
{
  static const struct {
    lw_str name;
    enum lw_rounding rounding;
  } names[] = {
      {LW_STR_INIT("down"), LW_ROUND_DOWN},
      {LW_STR_INIT("up"), LW_ROUND_UP},
      {LW_STR_INIT("half_up"), LW_ROUND_HALF_UP},
      {LW_STR_INIT("half_even"), LW_ROUND_HALF_EVEN},
  };
  for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
    if (lw_str_equal(name, names[i].name)) {
      *ret_rounding = names[i].rounding;
      return true;
    }
  }
  return false;
}

/* m.share(numerator, denominator) towards zero, or with a rounding by name. */
struct lw_val lw_fn_money_share(struct lw_fn_ctx *ctx, const struct lw_val *args, uint32_t n_args)
{
  enum lw_rounding rounding = LW_ROUND_DOWN;
  lw_money result = {0};
  if (n_args == 4 && !read_rounding(lw_val_str(args[3]), &rounding)) {
    lw_str shown = brief(lw_val_str(args[3]));
    return lw_val_error(ctx->scratch, LW_FAULT_ARGUMENT,
                        "share: \"%.*s\" is none of down, up, half_up, half_even", LW_FMT(shown));
  }
  enum lw_code code =
      lw_money_share(money_of(args[0]), args[1].as.integer, args[2].as.integer, rounding, &result);
  return answer(ctx, code, result);
}

struct lw_val lw_fn_money_percent(struct lw_fn_ctx *ctx, const struct lw_val *args, uint32_t n_args)
{
  (void)n_args;
  lw_money result = {0};
  enum lw_code code =
      lw_money_share(money_of(args[0]), args[1].as.integer, 100, LW_ROUND_DOWN, &result);
  return answer(ctx, code, result);
}
