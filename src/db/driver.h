/* What a database driver is: the operations of db.h that differ, as one struct of functions. db.c
 * finds the driver by the URL and passes on; a driver's own structs begin with struct lw_db and
 * struct lw_stmt. Inside this folder only. Codes, ownership and threads are as db.h says. */
#ifndef LW_DB_DRIVER_H
#define LW_DB_DRIVER_H

#include "db/db.h"

struct lw_db_copy {
  const char *path; /* of the new file */
  void (*progress)(void *user, uint64_t done, uint64_t total);
  void *user;
};

struct lw_db_driver {
  enum lw_db_kind kind;
  void (*close)(struct lw_db *db);
  enum lw_code (*changed)(struct lw_db *db, enum lw_db_news *ret_news, struct lw_error *err);
  enum lw_code (*begin)(struct lw_db *db, struct lw_error *err);
  /* NULL: begin, then ask. */
  enum lw_code (*begin_asking)(struct lw_db *db,
                               enum lw_code (*ask)(void *user, struct lw_error *err), void *user,
                               struct lw_error *err);
  enum lw_code (*commit)(struct lw_db *db, struct lw_error *err);
  void (*rollback)(struct lw_db *db);
  enum lw_code (*flush)(struct lw_db *db, struct lw_error *err);
  enum lw_code (*secure)(struct lw_db *db, bool *ret_there, struct lw_error *err);
  enum lw_code (*statement)(struct lw_db *db, const char *sql, struct lw_stmt **ret_stmt,
                            struct lw_error *err);
  enum lw_code (*prepare)(struct lw_db *db, lw_str sql, struct lw_stmt **ret_stmt,
                          struct lw_error *err);
  enum lw_code (*exec)(struct lw_db *db, const char *sql, struct lw_error *err);
  enum lw_code (*has_table)(struct lw_db *db, const char *name, bool *ret_has,
                            struct lw_error *err);
  enum lw_code (*backup)(struct lw_db *db, const struct lw_db_copy *copy, struct lw_error *err);
  enum lw_code (*lead)(struct lw_db *db, const char *matter, bool *ret_leads,
                       struct lw_error *err); /* NULL: nobody else is there; so the next two */
  enum lw_code (*tell)(struct lw_db *db, struct lw_error *err);
  enum lw_code (*hear)(struct lw_db *db, uint32_t msec, bool *ret_heard, struct lw_error *err);
  enum lw_code (*checkpoint)(struct lw_db *db, bool truncate, uint64_t *ret_log_pages,
                             struct lw_error *err);

  void (*stmt_destroy)(struct lw_stmt *stmt);
  void (*bind_int)(struct lw_stmt *stmt, int index, int64_t value);
  void (*bind_text)(struct lw_stmt *stmt, int index, lw_str value);
  void (*bind_blob)(struct lw_stmt *stmt, int index, lw_str bytes);
  void (*bind_null)(struct lw_stmt *stmt, int index);
  enum lw_code (*step)(struct lw_stmt *stmt, bool *ret_row, struct lw_error *err);
  enum lw_code (*send)(struct lw_stmt *stmt, struct lw_error *err); /* NULL: as run */
  enum lw_code (*ask)(struct lw_stmt *stmt, struct lw_error *err);  /* NULL: at the first step */
  void (*reset)(struct lw_stmt *stmt);
  int64_t (*changes)(const struct lw_stmt *stmt);
  int64_t (*get_int)(const struct lw_stmt *stmt, int column);
  lw_str (*get_text)(const struct lw_stmt *stmt, int column);
  lw_str (*get_blob)(const struct lw_stmt *stmt, int column);
  bool (*is_null)(const struct lw_stmt *stmt, int column);
};

struct lw_db {
  const struct lw_db_driver *driver;
  enum lw_db_mode mode;
};

struct lw_stmt {
  const struct lw_db_driver *driver;
};

enum lw_code lw_db_open_sqlite(const struct lw_db_options *options, struct lw_db **ret_db,
                               struct lw_error *err);

enum lw_code lw_db_open_postgres(const struct lw_db_options *options, struct lw_db **ret_db,
                                 struct lw_error *err);

#endif
