/* A reader's database as the system has it in memory, however large it is: SQLite's own mapping
 * ends where it was built to end, mostly at 2 GiB. Inside db only. */
#ifndef LW_DB_SQLITE_MAP_H
#define LW_DB_SQLITE_MAP_H

/* The name of a file system (VFS) under which a database's pages are used where they lie, as far as
 * `PRAGMA mmap_size` allows it at all; otherwise it is the default one. NULL: there is none. */
const char *lw_sqlite_map_name(void);

#endif
