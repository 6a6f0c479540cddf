#include "http/exchange.h"

/* The kind in words: the same for all of a kind. Some statuses have no code of their own. */
static void add_kind(struct lw_buf *out, int status, enum lw_code code)
{
  const char *name = lw_code_name(code);
  const char *title = lw_code_text(code);
  if (status == 405) {
    name = "method";
    title = "the path does not have this method";
  } else if (status == 415) {
    name = "media-type";
    title = "the body is of another type than the route takes";
  }
  LW_BUF_LIT(out, "{\"type\":\"urn:leeway:problem:");
  for (; *name != '\0'; name++) { /* UNKNOWN_CALLER as unknown-caller */
    lw_buf_add_char(out, *name == '_' ? '-' : (char)(*name | 0x20));
  }
  lw_buf_printf(out, "\",\"title\":\"%s\",\"status\":%d", title, status);
}

/* What callers sent is quoted in messages: an answer stays short whatever it was. */
static void add_text(struct lw_buf *out, lw_str text)
{
  enum { TEXT_BYTES_MAX = 800 };
  size_t len = text.len;
  if (len > TEXT_BYTES_MAX) {
    len = TEXT_BYTES_MAX;
    while (((unsigned char)text.ptr[len] & 0xC0U) == 0x80) { /* not inside a character */
      len--;
    }
  }
  lw_json_add_string(out, lw_str_slice(text, 0, len));
  if (len != text.len && out->len != 0) {
    out->len--; /* the closing quote */
    LW_BUF_LIT(out, " ...\"");
  }
}

static void add_faults(struct lw_buf *out, const struct lw_faults *faults)
{
  LW_BUF_LIT(out, ",\"errors\":[");
  for (size_t i = 0; i < faults->count; i++) {
    lw_buf_add(out, i == 0 ? LW_STR("{\"at\":") : LW_STR(",{\"at\":"));
    add_text(out, faults->items[i].at);
    LW_BUF_LIT(out, ",\"message\":");
    add_text(out, faults->items[i].message);
    lw_buf_add_char(out, '}');
  }
  lw_buf_add_char(out, ']');
}

void lw_problem_add(struct lw_buf *out, int status, enum lw_code code, lw_str detail,
                    const struct lw_faults *faults, lw_str request_id)
{
  add_kind(out, status, code);
  LW_BUF_LIT(out, ",\"detail\":");
  add_text(out, detail);
  if (request_id.len != 0) {
    LW_BUF_LIT(out, ",\"instance\":");
    lw_json_add_string(out, request_id);
  }
  if (faults != NULL) {
    add_faults(out, faults);
  }
  lw_buf_add_char(out, '}');
}
