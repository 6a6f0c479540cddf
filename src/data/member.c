/* Members of JSON objects. */
#include "data/member.h"

void lw_member_key(struct lw_buf *out, const char *key)
{
  char last = out->len != 0 ? out->ptr[out->len - 1] : '{';
  if (last != '{' && last != '[') {
    lw_buf_add_char(out, ',');
  }
  lw_json_add_string(out, lw_str_c(key));
  lw_buf_add_char(out, ':');
}

void lw_member_text(struct lw_buf *out, const char *key, lw_str text)
{
  if (text.len != 0) {
    lw_member_key(out, key);
    lw_json_add_string(out, text);
  }
}

void lw_member_raw(struct lw_buf *out, const char *key, lw_str json)
{
  if (json.len != 0) {
    lw_member_key(out, key);
    lw_buf_add(out, json);
  }
}

void lw_member_print_time(struct lw_buf *out, lw_usec at)
{
  lw_buf_add_char(out, '"');
  lw_moment_print(at, out);
  lw_buf_add_char(out, '"');
}

void lw_member_time(struct lw_buf *out, const char *key, lw_usec at)
{
  lw_member_key(out, key);
  lw_member_print_time(out, at);
}

void lw_member_int(struct lw_buf *out, const char *key, int64_t number)
{
  lw_member_key(out, key);
  lw_buf_add_int(out, number);
}

void lw_member_bool(struct lw_buf *out, const char *key, bool value)
{
  lw_member_key(out, key);
  lw_buf_add_c(out, value ? "true" : "false");
}

void lw_member_money(struct lw_buf *out, const char *key, bool has, int64_t minor,
                     uint16_t currency)
{
  if (has && currency != LW_CURRENCY_NONE) {
    lw_member_key(out, key);
    lw_buf_add_char(out, '"');
    lw_money_print((struct lw_money){minor, currency}, out);
    lw_buf_add_char(out, '"');
  }
}

bool lw_member_read_time(lw_str text, lw_usec *ret_at)
{
  int64_t seconds = 0;
  uint32_t nanos = 0;
  if (!lw_rfc3339_read(text, &seconds, &nanos)) {
    return false;
  }
  *ret_at = seconds * LW_USEC_PER_SECOND + nanos / 1000;
  return true;
}
