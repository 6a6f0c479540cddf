/* A file system of SQLite's (VFS) that is the default one but for three functions of a database's
 * file: where SQLite asks for a page in memory (xFetch) it gets it from windows of the file, mapped
 * as they are wanted and given up in turn, so that a long file takes no more of the program's
 * memory than a short one. What is in the log SQLite looks for there before it asks here.
 *
 * Each window is mapped by a descriptor of our own, as SQLite does not tell its own. Such a
 * descriptor stays open until the program ends: closing it would drop the locks that SQLite holds
 * on the same file in this process. There are only few; whoever comes too late reads as without it.
 *
 * While windows are wanted in the order of the file the system is told of the next one, and brings
 * it in meanwhile. */
#include "db/sqlite_map.h"

#include <fcntl.h>
#include <pthread.h>
#include <sqlite3.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum { WINDOWS = 8, FILES = 16, NOTHING = -1 };

#define WINDOW_BYTES (INT64_C(64) << 20)

struct window {
  char *at; /* NULL: none */
  int64_t number;
  int64_t bytes;
  unsigned lent; /* pages that SQLite has */
  uint64_t used; /* when, as turns go */
};

/* Stands behind the struct of the default file system's file. */
struct map_file {
  sqlite3_io_methods methods; /* those below, with three of ours */
  const sqlite3_io_methods *under;
  int descriptor; /* NOTHING: its pages are read */
  uint64_t turn;
  int64_t newest; /* number of the window that was mapped last */
  struct window windows[WINDOWS];
};

static struct {
  pthread_once_t once;
  pthread_mutex_t lock; /* of the files */
  sqlite3_vfs vfs;
  sqlite3_vfs *under;
  size_t offset; /* of struct map_file in a file's memory */
  bool is_there;
  int count;
  struct {
    dev_t device;
    ino_t inode;
    int descriptor;
  } files[FILES];
} shared = {.once = PTHREAD_ONCE_INIT, .lock = PTHREAD_MUTEX_INITIALIZER};

static struct map_file *own(sqlite3_file *base)
{
  return (struct map_file *)(void *)((char *)base + shared.offset);
}

/* --- descriptors --- */

static int find_descriptor(const struct stat *status)
{
  for (int i = 0; i < shared.count; i++) {
    if (shared.files[i].device == status->st_dev && shared.files[i].inode == status->st_ino) {
      return shared.files[i].descriptor;
    }
  }
  return NOTHING;
}

/* A new file's, kept from now on. */
static int add_descriptor(const char *name)
{
  struct stat status;
  int descriptor = shared.count < FILES ? open(name, O_RDONLY | O_CLOEXEC) : NOTHING;
  if (descriptor == NOTHING || fstat(descriptor, &status) != 0) {
    return NOTHING;
  }
  shared.files[shared.count].device = status.st_dev;
  shared.files[shared.count].inode = status.st_ino;
  shared.files[shared.count].descriptor = descriptor;
  shared.count++;
  return descriptor;
}

static int descriptor_of(const char *name)
{
  struct stat status;
  if (name == NULL || stat(name, &status) != 0 || !S_ISREG(status.st_mode)) {
    return NOTHING;
  }
  (void)pthread_mutex_lock(&shared.lock);
  int descriptor = find_descriptor(&status);
  descriptor = descriptor != NOTHING ? descriptor : add_descriptor(name);
  (void)pthread_mutex_unlock(&shared.lock);
  return descriptor;
}

/* Whether the name is still that file's: nobody has put another there between two openings. */
static bool is_named(int descriptor, const char *name)
{
  struct stat ours;
  struct stat named;
  return fstat(descriptor, &ours) == 0 && stat(name, &named) == 0 && ours.st_dev == named.st_dev &&
         ours.st_ino == named.st_ino;
}

/* --- windows --- */

static void give_up(struct window *window)
{
  if (window->at != NULL) {
    (void)munmap(window->at, (size_t)window->bytes);
  }
  *window = (struct window){.at = NULL};
}

static struct window *find_window(struct map_file *file, int64_t number)
{
  for (int i = 0; i < WINDOWS; i++) {
    if (file->windows[i].at != NULL && file->windows[i].number == number) {
      return &file->windows[i];
    }
  }
  return NULL;
}

/* The one that nobody has wanted for longest; NULL: SQLite has pages of all. */
static struct window *oldest_window(struct map_file *file)
{
  struct window *oldest = NULL;
  for (int i = 0; i < WINDOWS; i++) {
    struct window *window = &file->windows[i];
    if (window->lent == 0 && (oldest == NULL || window->used < oldest->used)) {
      oldest = window;
    }
  }
  return oldest;
}

/* As much of it as the file has by now. */
static void map_window(struct map_file *file, struct window *window, int64_t number)
{
  struct stat status;
  off_t from = (off_t)(number * WINDOW_BYTES);
  give_up(window);
  if (fstat(file->descriptor, &status) != 0 || status.st_size <= from) {
    return;
  }
  int64_t left = (int64_t)(status.st_size - from);
  int64_t bytes = left < WINDOW_BYTES ? left : WINDOW_BYTES;
  void *at = mmap(NULL, (size_t)bytes, PROT_READ, MAP_SHARED, file->descriptor, from);
  if (at == MAP_FAILED) {
    return;
  }
  *window = (struct window){.at = at, .number = number, .bytes = bytes};
  if (number == file->newest + 1) {
    (void)posix_fadvise(file->descriptor, from + WINDOW_BYTES, WINDOW_BYTES, POSIX_FADV_WILLNEED);
  }
  file->newest = number;
}

/* --- what SQLite asks for --- */

/* *ret_page NULL: it reads the page. */
static int fetch(sqlite3_file *base, sqlite3_int64 at, int size, void **ret_page)
{
  struct map_file *file = own(base);
  int64_t number = at / WINDOW_BYTES;
  int64_t offset = at % WINDOW_BYTES;
  *ret_page = NULL;
  if (file->descriptor == NOTHING) {
    return SQLITE_OK;
  }
  struct window *window = find_window(file, number);
  if (window == NULL || (window->lent == 0 && offset + size > window->bytes)) {
    window = window != NULL ? window : oldest_window(file);
    if (window != NULL) {
      map_window(file, window, number);
    }
  }
  if (window != NULL && window->at != NULL && offset + size <= window->bytes) {
    window->used = ++file->turn;
    window->lent++;
    *ret_page = window->at + offset;
  }
  return SQLITE_OK;
}

/* page NULL: somebody has written the file, and SQLite has given back all pages. */
static int unfetch(sqlite3_file *base, sqlite3_int64 at, void *page)
{
  struct map_file *file = own(base);
  if (page != NULL) {
    find_window(file, at / WINDOW_BYTES)->lent--;
    return SQLITE_OK;
  }
  for (int i = 0; i < WINDOWS; i++) {
    give_up(&file->windows[i]);
  }
  return SQLITE_OK;
}

static int close_file(sqlite3_file *base)
{
  struct map_file *file = own(base);
  const sqlite3_io_methods *under = file->under;
  (void)unfetch(base, 0, NULL);
  base->pMethods = under;
  return under->xClose(base);
}

static int open_file(sqlite3_vfs *vfs, const char *name, sqlite3_file *base, int flags,
                     int *ret_flags)
{
  (void)vfs;
  bool is_database = (flags & SQLITE_OPEN_MAIN_DB) != 0;
  int descriptor = is_database ? descriptor_of(name) : NOTHING;
  int rc = shared.under->xOpen(shared.under, name, base, flags, ret_flags);
  if (rc != SQLITE_OK || !is_database || base->pMethods->iVersion < 3) {
    return rc;
  }
  struct map_file *file = own(base);
  *file = (struct map_file){.methods = *base->pMethods, .under = base->pMethods};
  file->descriptor = descriptor != NOTHING && is_named(descriptor, name) ? descriptor : NOTHING;
  file->methods.xClose = close_file;
  file->methods.xFetch = fetch;
  file->methods.xUnfetch = unfetch;
  base->pMethods = &file->methods;
  return SQLITE_OK;
}

/* All else is done by the default's functions, which take any struct that has the default's
 * fields. */
static void set_up(void)
{
  sqlite3_vfs *under = sqlite3_vfs_find(NULL);
  if (under == NULL) {
    return;
  }
  shared.under = under;
  shared.offset = ((size_t)under->szOsFile + 15) & ~(size_t)15;
  shared.vfs = *under;
  shared.vfs.pNext = NULL;
  shared.vfs.zName = "leeway-mapped";
  shared.vfs.szOsFile = (int)(shared.offset + sizeof(struct map_file));
  shared.vfs.xOpen = open_file;
  shared.is_there = sqlite3_vfs_register(&shared.vfs, 0) == SQLITE_OK;
}

const char *lw_sqlite_map_name(void)
{
  (void)pthread_once(&shared.once, set_up);
  return shared.is_there ? shared.vfs.zName : NULL;
}
