/* Answers that may be had as CSV. Inside http only. */
#ifndef LW_HTTP_API_SHEET_H
#define LW_HTTP_API_SHEET_H

#include "data/sheet.h"
#include "http/api.h"

/* Whether the parameter `format` is one that there is: csv or json. False: replied with 400. */
LW_NODISCARD bool lw_api_read_format(struct lw_call *call);
/* As lw_api_reply_read; the JSON of call->out becomes the sheet when the call asked for CSV, by
 * `format` or else by Accept. name (static): of the file that a browser saves. */
void lw_api_reply_sheet(struct lw_call *call, enum lw_code code, const struct lw_error *err,
                        const struct lw_sheet *sheet, const char *name);

#endif
