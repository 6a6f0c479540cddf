/* Verifying: walks the chain, checks each entry's hash, each text's digest and each checkpoint's
 * signature, rebuilds every budget from the entries' draws and compares with table `drawn`. Reads
 * only; memory stays bounded by the number of budget rows. Also: checkpoints themselves. */
#ifndef LW_LEDGER_VERIFY_H
#define LW_LEDGER_VERIFY_H

#include "base/crypto.h"
#include "ledger/journal.h"

struct lw_verify_report {
  uint64_t entries;
  uint64_t checkpoints;
  uint64_t budget_rows;
  uint64_t texts;
  uint64_t texts_erased;
  uint64_t bad_seq; /* the first bad entry; 0: none */
  size_t bad_byte;  /* where in its segment, when that can be told */
  lw_hash head;     /* hash of the last entry */
  char fault[512];  /* what is wrong first, in words; empty: all is well */
};

struct lw_verify_options {
  void (*progress)(void *user, uint64_t done, uint64_t total); /* or NULL */
  void *user;
  /* A checkpoint kept elsewhere (lines of `export checkpoints`), which the chain must still
   * contain: finds a cut tail and a chain that was made anew. {NULL, 0}: only the database's own.
   */
  lw_str kept_checkpoints;
};

/* LW_OK: it was looked at; whether all is well stands in the report. */
LW_NODISCARD enum lw_code lw_verify(struct lw_db *db, const struct lw_verify_options *options,
                                    struct lw_verify_report *ret_report, struct lw_error *err);

/* A checkpoint: {"seq":N,"hash":"hex","at":"...","key":"hex of the public key","signature":"hex"}
 * over the bytes "leeway checkpoint 1\n<seq>\n<hash hex>\n<at>\n". It is itself an entry (kind
 * checkpoint) and a row of table `checkpoint`. The secret key is a file beside the database
 * (<db>.key, mode 0600, made at first use), never in it. */
struct lw_checkpoint_key {
  uint8_t secret[LW_SIGN_SECRET_BYTES];
  uint8_t public_key[LW_SIGN_PUBLIC_BYTES];
};
LW_NODISCARD enum lw_code lw_checkpoint_key_open(const char *path, bool make,
                                                 struct lw_checkpoint_key *ret_key,
                                                 struct lw_error *err);
/* Appends a checkpoint over everything before it to the batch; writes its row. */
LW_NODISCARD enum lw_code lw_checkpoint_append(struct lw_journal *journal, struct lw_db *db,
                                               const struct lw_checkpoint_key *key, lw_usec now,
                                               struct lw_error *err);
/* All of them as JSON lines. */
LW_NODISCARD enum lw_code lw_checkpoint_export(struct lw_db *db, struct lw_buf *out,
                                               struct lw_error *err);

#endif
