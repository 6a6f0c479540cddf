/* What both ways of writing a tape's file take: all at once or behind what it has (tape_file.c),
 * and while the tape grows (tape_keeper.c).
 *
 * Inside the tweak folder only. */
#ifndef LW_TWEAK_TAPE_WRITE_H
#define LW_TWEAK_TAPE_WRITE_H

#include "db/db.h"
#include "replay/tape_image.h"

/* The database's name with an ending; owned, NULL when memory is out. */
char *lw_tape_write_name(const char *db_name, const char *ending);
/* "the tape's file can't be `what`", and why by errno. */
enum lw_code lw_tape_write_failed(const char *what, struct lw_error *err);
/* False: errno says why not. */
LW_NODISCARD bool lw_tape_write_at(int file, lw_str bytes, uint64_t offset);
/* The lock on a file of that name; false: somebody else has it. */
LW_NODISCARD bool lw_tape_write_lock(int file, const char *name);
/* What was written is put on disk, then the next seal, with the journal's hash at its row. */
LW_NODISCARD enum lw_code lw_tape_write_seal(int file, struct lw_db *db, struct lw_tape_seal *seal,
                                             struct lw_error *err);

#endif
