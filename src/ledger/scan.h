/* Looking into JSON bodies without building a tree: verifying looks into millions of them. Bodies
 * are what Leeway wrote: compact JSON, keys without escapes. Whatever the bytes, nothing outside of
 * them is read. Inside the ledger folder only; pure. */
#ifndef LW_LEDGER_SCAN_H
#define LW_LEDGER_SCAN_H

#include "base/hash.h"

/* The exact text of the value under a key of the outermost map; {NULL, 0} when there is none. */
lw_str lw_scan_member(lw_str body, lw_str key);

/* A reference to a text outside the journal, {"text":"txt_...","sha256":"..."}, wherever it stands
 * but in what others said (request, stored, answer, facts). */
struct lw_text_reference {
  lw_str id;
  lw_hash digest;
};
/* The next one at or after *offset, which is moved behind it; false: there is no more. */
LW_NODISCARD bool lw_scan_text(lw_str body, size_t *offset,
                               struct lw_text_reference *ret_reference);

#endif
