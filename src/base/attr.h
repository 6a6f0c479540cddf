/* Compiler attributes, by the names that this project uses for them.
 *
 * Not `nonnull`: gcc then removes the assertion on that very pointer. */
#ifndef LW_BASE_ATTR_H
#define LW_BASE_ATTR_H

#define LW_NODISCARD           __attribute__((warn_unused_result))
#define LW_PRINTF(text, first) __attribute__((format(printf, text, first)))
#define LW_NORETURN            __attribute__((noreturn))
#define LW_COLD                __attribute__((cold))
#define LW_INLINE              static inline __attribute__((always_inline))
#define LW_UNUSED              __attribute__((unused))
#define LW_LIKELY(condition)   __builtin_expect(!!(condition), 1)
#define LW_UNLIKELY(condition) __builtin_expect(!!(condition), 0)

__extension__ typedef __int128 lw_int128; /* products of two 64-bit numbers */
__extension__ typedef unsigned __int128 lw_uint128;

#endif
