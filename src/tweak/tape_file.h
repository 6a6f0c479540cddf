/* The tape of a database, kept beside it as `<database>-tape` (docs/formats/tape.md), so that a
 * past of millions of decisions need not be read from the journal each time.
 *
 * The file is a copy of what the journal says and can be removed at any time. It holds full chunks
 * only; what came after them is read from the journal. Whatever is in doubt (another version or
 * journal, a byte that does not fit) is thrown away and made anew. Several processes may use one
 * file: writers lock it, and readers see what is sealed. */
#ifndef LW_TWEAK_TAPE_FILE_H
#define LW_TWEAK_TAPE_FILE_H

#include "tweak/journal_tape.h"

/* False for databases that are no files. */
bool lw_tape_file_possible(const char *db_name);
/* Whether it has a file by now; memory out: no. */
bool lw_tape_file_is_there(const char *db_name);

/* The file's rows, mapped; *ret_seq: the entry of the last one, after which lw_journal_tape_follow
 * goes on. LW_NOT_FOUND: there is no file; LW_INVALID: it was in doubt and is removed; LW_IO,
 * LW_NO_MEMORY. */
LW_NODISCARD enum lw_code lw_tape_file_load(const char *db_name, struct lw_db *db, lw_str currency,
                                            struct lw_tape **ret_tape, uint64_t *ret_seq,
                                            struct lw_error *err);
/* Whether the file is whole: all that loading looks at, as far as its seal counts, without a tape
 * to come of it. *ret_rows: how many it has, *ret_seq: the entry of the last one. Codes as of
 * loading.
 */
LW_NODISCARD enum lw_code lw_tape_file_check(const char *db_name, struct lw_db *db, lw_str currency,
                                             uint64_t *ret_rows, uint64_t *ret_seq,
                                             struct lw_error *err);
/* Puts the tape's full chunks that the file does not have yet behind those that it has, or writes
 * it whole. Does nothing when there are none, or when somebody else is writing. The tape must be
 * that of the database's journal from its first entry on. LW_IO, LW_LIMIT, LW_NO_MEMORY: what was
 * in the file still is. */
LW_NODISCARD enum lw_code lw_tape_file_save(const char *db_name, struct lw_db *db,
                                            const struct lw_tape *tape, struct lw_error *err);
/* LW_OK when there is none any more. */
LW_NODISCARD enum lw_code lw_tape_file_remove(const char *db_name, struct lw_error *err);

/* All of it: the file's rows or none, then the journal to its end, then saved when chunks have
 * become full; that a file can't be kept is no failure. *ret_seq: the last entry that was read. */
LW_NODISCARD enum lw_code lw_tape_file_open(const char *db_name, struct lw_db *db, lw_str currency,
                                            const struct lw_journal_tape_options *options,
                                            struct lw_tape **ret_tape, uint64_t *ret_seq,
                                            struct lw_error *err);

#endif
