/* A tape's file made anew while the tape grows: full chunks are laid out by whoever fills them, and
 * written by a thread of the keeper's own, so that the disk has most of them by the time that the
 * last one is full. The file takes its place (tape_file.h) when it is finished, whole. */
#ifndef LW_TWEAK_TAPE_KEEPER_H
#define LW_TWEAK_TAPE_KEEPER_H

#include "db/db.h"
#include "replay/tape.h"

struct lw_tape_keeper;

/* A database that is a file of this machine (lw_tape_file_possible). Where somebody else is writing
 * it, the file is left to them, and the rest does nothing. LW_IO, LW_NO_MEMORY, LW_LIMIT: the
 * currency has no short name. */
LW_NODISCARD enum lw_code lw_tape_keeper_start(const char *db_name, lw_str currency,
                                               struct lw_tape_keeper **ret_keeper,
                                               struct lw_error *err);
/* The chunks that are full and were not when it was last called; always of the same tape, which is
 * not read any more when this returns. Waits while the disk is far behind. LW_IO, LW_LIMIT,
 * LW_NO_MEMORY; what failed before fails again. */
LW_NODISCARD enum lw_code lw_tape_keeper_add(struct lw_tape_keeper *keeper,
                                             const struct lw_tape *tape, struct lw_error *err);
/* On disk and in its place; without a full chunk there is no file. db: the tape's journal. */
LW_NODISCARD enum lw_code lw_tape_keeper_finish(struct lw_tape_keeper *keeper, struct lw_db *db,
                                                struct lw_error *err);
/* What was not finished is removed. NULL is allowed. */
void lw_tape_keeper_destroy(struct lw_tape_keeper *keeper);

#endif
