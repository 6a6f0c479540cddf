/* Members of JSON objects, one after the other. Each writes a comma when something
 * stands before it in its object; what is empty (or absent) is left out. */
#ifndef LW_DATA_MEMBER_H
#define LW_DATA_MEMBER_H

#include "base/date.h"
#include "base/money.h"
#include "data/json.h"

/* `"key":`, for a value that the caller writes. */
void lw_member_key(struct lw_buf *out, const char *key);
void lw_member_text(struct lw_buf *out, const char *key, lw_str text);
void lw_member_raw(struct lw_buf *out, const char *key, lw_str json);
void lw_member_time(struct lw_buf *out, const char *key, lw_usec at);
void lw_member_int(struct lw_buf *out, const char *key, int64_t number);
void lw_member_bool(struct lw_buf *out, const char *key, bool value);
void lw_member_money(struct lw_buf *out, const char *key, bool has, int64_t minor,
                     uint16_t currency);
/* "2026-03-02T10:00:00Z", quoted. */
void lw_member_print_time(struct lw_buf *out, lw_usec at);
/* An RFC 3339 time to microseconds; false when it is none. */
LW_NODISCARD bool lw_member_read_time(lw_str text, lw_usec *ret_at);

#endif
