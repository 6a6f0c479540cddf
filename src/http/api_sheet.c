/* The sheet is made of the very JSON that would have been the answer: whoever may not see a figure
 * there does not see it here, and no figure is rounded twice. */
#include "http/api_sheet.h"

#include "http/exchange.h"

static const lw_str csv = LW_STR_INIT("csv");
static const lw_str json = LW_STR_INIT("json");

bool lw_api_read_format(struct lw_call *call)
{
  lw_str format = lw_call_query(call, "format");
  if (format.ptr == NULL || lw_str_equal(format, csv) || lw_str_equal(format, json)) {
    return true;
  }
  lw_api_refuse_parameter(call, "format", "csv or json");
  return false;
}

/* What the address says goes before the header: a link is opened by browsers, which ask for
 * anything. */
static bool wants_csv(struct lw_call *call)
{
  lw_str format = lw_call_query(call, "format");
  lw_str accept = lw_call_header(call, "accept");
  if (format.ptr != NULL) {
    return lw_str_equal(format, csv);
  }
  return lw_header_weight(accept, LW_STR("text/csv")) >
         lw_header_weight(accept, LW_STR("application/json"));
}

static enum lw_code make(struct lw_call *call, const struct lw_sheet *sheet, struct lw_error *err)
{
  const struct lw_value *value = NULL;
  struct lw_buf out = {0};
  enum lw_code rc =
      lw_json_read(lw_call_json(call), &call->arena, lw_buf_str(&call->out), NULL, &value, err);
  if (rc != LW_OK) {
    return rc == LW_NO_MEMORY ? rc : lw_fail(err, LW_INTERNAL, "the answer is no JSON");
  }
  lw_sheet_print(sheet, value, &out);
  lw_buf_reset(&call->out);
  lw_buf_add(&call->out, lw_buf_str(&out));
  call->out.failed = call->out.failed || out.failed;
  lw_buf_finish(&out);
  return call->out.failed ? lw_fail(err, LW_NO_MEMORY, "out of memory for an answer") : LW_OK;
}

static void add_name(struct lw_call *call, const char *name)
{
  struct lw_buf text = {0};
  lw_buf_printf(&text, "attachment; filename=\"leeway-%s.csv\"", name);
  if (!text.failed) {
    lw_call_add_header(call, "Content-Disposition", lw_buf_str(&text));
  }
  lw_buf_finish(&text);
}

void lw_api_reply_sheet(struct lw_call *call, enum lw_code code, const struct lw_error *err,
                        const struct lw_sheet *sheet, const char *name)
{
  struct lw_error fault = {0};
  lw_call_add_header(call, "Vary", LW_STR("Accept"));
  if (code != LW_OK || !wants_csv(call)) {
    lw_api_reply_read(call, code, err);
  } else if (call->out.failed) {
    lw_call_fail(call, LW_NO_MEMORY, "out of memory for an answer");
  } else if (lw_api_is_well(call, make(call, sheet, &fault), &fault)) {
    add_name(call, name);
    lw_call_reply_as(call, 200, "text/csv; charset=utf-8");
  }
}
