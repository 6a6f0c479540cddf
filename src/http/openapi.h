/* The HTTP contract, api/openapi.yaml as JSON, made at build time (tools/openapi_json.py). Inside
 * http only. */
#ifndef LW_HTTP_OPENAPI_H
#define LW_HTTP_OPENAPI_H

#include "base/str.h"

lw_str lw_openapi_text(void);

#endif
