/* Personal free text (names, e-mail addresses, notes, evidence, meta) stays outside the journal, in
 * table `text`, each under a random id with a random salt; the journal has id and salted SHA-256.
 * Erasing removes text and salt: the digest then says nothing, and the chain still verifies. */
#ifndef LW_LEDGER_TEXT_H
#define LW_LEDGER_TEXT_H

#include "base/crypto.h"
#include "base/hash.h"
#include "base/id.h"
#include "db/db.h"

struct lw_text_keeper {
  struct lw_db *db;
  const struct lw_rand *rand;
  struct lw_hasher *hasher;
};

/* Keeps a text about `person` and/or `customer` (either may be empty) and appends its reference to
 * out, as JSON: {"text":"txt_...","sha256":"hex"}. kind: "note", "evidence", "name" ... */
LW_NODISCARD enum lw_code lw_text_keep(const struct lw_text_keeper *keeper, lw_usec now,
                                       const char *kind, lw_str person, lw_str customer,
                                       lw_str text, struct lw_buf *out, struct lw_error *err);
/* The text of a reference (the map above); {NULL, 0} when it was erased. */
struct lw_value;
LW_NODISCARD enum lw_code lw_text_get(struct lw_db *db, const struct lw_value *reference,
                                      struct lw_arena *arena, lw_str *ret_text,
                                      struct lw_error *err);
/* The same of a reference as rows keep it, in JSON; empty when there is no reference, {NULL, 0}
 * when the text was erased. */
LW_NODISCARD enum lw_code lw_text_read(struct lw_db *db, lw_str reference, struct lw_arena *arena,
                                       lw_str *ret_text, struct lw_error *err);
/* Takes one away, row and all, that no entry of the journal names (a draft): by its reference,
 * JSON.
 */
LW_NODISCARD enum lw_code lw_text_drop(struct lw_db *db, lw_str reference, struct lw_error *err);
/* Erases all texts of a person or customer; *ret_count of them. */
LW_NODISCARD enum lw_code lw_text_erase(struct lw_db *db, lw_str person_or_customer,
                                        int64_t *ret_count, struct lw_error *err);

#endif
