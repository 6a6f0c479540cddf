#include "policy/finding.h"

#include "base/check.h"
#include "data/json.h"

#include <stdarg.h>
#include <stdio.h>

static const struct {
  const char *code;
  const char *meaning;
  enum lw_severity severity;
} rows[LW_FINDING_COUNT] = {
#define LW_FINDING(id, code, severity, meaning)                                                    \
  [LW_FINDING_##id] = {code, meaning, LW_SEVERITY_##severity},
#include "policy/finding.def"
#undef LW_FINDING
};

const char *lw_finding_code(enum lw_finding finding)
{
  LW_ASSERT(finding < LW_FINDING_COUNT);
  return rows[finding].code;
}

const char *lw_finding_meaning(enum lw_finding finding)
{
  LW_ASSERT(finding < LW_FINDING_COUNT);
  return rows[finding].meaning;
}

struct lw_diag *lw_finding_add(struct lw_diags *diags, enum lw_finding finding,
                               struct lw_place place, const char *format, ...)
{
  LW_ASSERT(finding < LW_FINDING_COUNT);
  char text[1024];
  va_list args;
  va_start(args, format);
  (void)vsnprintf(text, sizeof text, format, args);
  va_end(args);
  return lw_diags_add(diags, rows[finding].severity, rows[finding].code, place, "%s", text);
}

void lw_findings_print(const struct lw_diags *diags, struct lw_buf *out)
{
  lw_buf_add_char(out, '[');
  for (size_t i = 0; i < diags->count; i++) {
    const struct lw_diag *diag = &diags->items[i];
    lw_buf_printf(out, "%s{\"severity\":\"%s\",\"code\":\"%s\",\"line\":%u,\"column\":%u,\"rule\":",
                  i == 0 ? "" : ",", diag->severity == LW_SEVERITY_ERROR ? "error" : "warning",
                  diag->code, diag->place.line, diag->place.column);
    lw_json_add_string(out, diag->rule);
    LW_BUF_LIT(out, ",\"message\":");
    lw_json_add_string(out, diag->message);
    LW_BUF_LIT(out, ",\"hint\":");
    lw_json_add_string(out, diag->hint);
    lw_buf_add_char(out, '}');
  }
  lw_buf_add_char(out, ']');
}
