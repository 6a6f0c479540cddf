/* Folders on disk. One that has something else in it is never written to: what somebody keeps there
 * would be lost among our files. */
#include "cli/folder.h"

#include "cli/cli.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

const struct lw_folder_kind lw_folder_course = {"course", LW_COURSE_FILES_MAX, LW_COURSE_BYTES_MAX,
                                                NULL};
const struct lw_folder_kind lw_folder_plan = {"plan", LW_COURSE_FILES_MAX, LW_COURSE_BYTES_MAX,
                                              NULL};

/* --- reading --- */

struct reading {
  const char *path;
  const struct lw_folder_kind *kind;
  struct lw_arena *arena;
  struct lw_folder_files *folder;
  size_t capacity;
};

static enum lw_code add_file(struct reading *reading, const char *name, struct lw_error *err)
{
  struct lw_arena *arena = reading->arena;
  struct lw_folder_files *folder = reading->folder;
  const struct lw_folder_kind *kind = reading->kind;
  struct stat status;
  lw_str whole = lw_str_format(arena, "%s/%s", reading->path, name);
  struct lw_course_file file = {lw_str_copy(arena, lw_str_c(name)), LW_STR("")};
  if (whole.ptr == NULL || file.name.ptr == NULL) {
    return lw_fail(err, LW_NO_MEMORY, "out of memory");
  }
  if (stat(whole.ptr, &status) != 0 || !S_ISREG(status.st_mode)) {
    (void)lw_fail(err, LW_INVALID, "%s is no file", whole.ptr);
    lw_error_hint(err, "a %s is one folder of files", kind->what);
    return LW_INVALID;
  }
  if (folder->count == kind->files_max) {
    return lw_fail(err, LW_LIMIT, "a %s has at most %u files", kind->what, kind->files_max);
  }
  folder->files = lw_arena_grow(arena, folder->files, folder->count, &reading->capacity,
                                folder->count + 1, sizeof file, _Alignof(struct lw_course_file));
  enum lw_code rc = folder->files == NULL
                        ? lw_fail(err, LW_NO_MEMORY, "out of memory")
                        : lw_read_file(arena, whole.ptr, kind->file_bytes_max, &file.text, err);
  if (rc == LW_OK) {
    folder->files[folder->count++] = file;
  }
  return rc;
}

static int by_name(const void *left, const void *right)
{
  const struct lw_course_file *a = left;
  const struct lw_course_file *b = right;
  return lw_str_compare(a->name, b->name);
}

enum lw_code lw_folder_read(const char *path, const struct lw_folder_kind *kind,
                            struct lw_arena *arena, struct lw_folder_files *ret_folder,
                            struct lw_error *err)
{
  struct reading reading = {.path = path, .kind = kind, .arena = arena, .folder = ret_folder};
  struct dirent *entry = NULL;
  enum lw_code rc = LW_OK;
  DIR *directory = opendir(path);
  if (directory == NULL) {
    return lw_fail(err, LW_IO, "%s can't be read as a folder: %s", path, strerror(errno));
  }
  *ret_folder = (struct lw_folder_files){.count = 0};
  while (rc == LW_OK && (entry = readdir(directory)) != NULL) {
    bool beside = kind->beside != NULL && strcmp(entry->d_name, kind->beside) == 0;
    if (entry->d_name[0] != '.' && !beside) {
      rc = add_file(&reading, entry->d_name, err);
    }
  }
  (void)closedir(directory);
  if (ret_folder->count > 1) {
    qsort(ret_folder->files, ret_folder->count, sizeof ret_folder->files[0], by_name);
  }
  return rc;
}

void lw_folder_findings(const struct lw_course_findings *findings, bool json, struct lw_buf *out)
{
  if (json) {
    LW_BUF_LIT(out, "{\"findings\":");
    lw_course_findings_print_json(findings, out);
    LW_BUF_LIT(out, "}\n");
  } else {
    lw_course_findings_print(findings, out);
  }
}

/* --- writing --- */

static bool is_of(const struct lw_course_file *files, uint32_t count, lw_str name)
{
  for (uint32_t i = 0; i < count; i++) {
    if (lw_str_equal(files[i].name, name)) {
      return true;
    }
  }
  return false;
}

/* Makes the folder, or sees that nothing else is in it. */
static enum lw_code prepare(const char *path, const struct lw_folder_kind *kind,
                            struct lw_arena *arena, const struct lw_course_file *files,
                            uint32_t count, struct lw_error *err)
{
  struct lw_folder_files there;
  if (mkdir(path, 0777) == 0) {
    return LW_OK;
  }
  if (errno != EEXIST) {
    return lw_fail(err, LW_IO, "%s can't be made: %s", path, strerror(errno));
  }
  enum lw_code rc = lw_folder_read(path, kind, arena, &there, err);
  for (uint32_t i = 0; rc == LW_OK && i < there.count; i++) {
    if (!is_of(files, count, there.files[i].name)) {
      rc = lw_fail(err, LW_CONFLICT, "%s has a file that the %s does not: %.*s", path, kind->what,
                   LW_FMT(there.files[i].name));
      lw_error_hint(err, "remove it, or export to another folder");
    }
  }
  return rc;
}

static enum lw_code write_file(const char *path, struct lw_arena *arena,
                               const struct lw_course_file *file, struct lw_error *err)
{
  lw_str whole = lw_str_format(arena, "%s/%.*s", path, LW_FMT(file->name));
  FILE *out = whole.ptr != NULL ? fopen(whole.ptr, "wb") : NULL;
  bool written = out != NULL && fwrite(file->text.ptr, 1, file->text.len, out) == file->text.len;
  if (out != NULL && fclose(out) != 0) {
    written = false;
  }
  return written ? LW_OK
                 : lw_fail(err, LW_IO, "%s/%.*s can't be written: %s", path, LW_FMT(file->name),
                           strerror(errno));
}

enum lw_code lw_folder_write(const char *path, const struct lw_folder_kind *kind,
                             struct lw_arena *arena, const struct lw_course_file *files,
                             uint32_t count, struct lw_error *err)
{
  enum lw_code rc = prepare(path, kind, arena, files, count, err);
  for (uint32_t i = 0; rc == LW_OK && i < count; i++) {
    rc = write_file(path, arena, &files[i], err);
  }
  return rc;
}
