/* Folders on disk. One that has something else in it is never written to: what somebody keeps there
 * would be lost among our files. */
#include "cli/folder.h"

#include "cli/cli.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>

/* --- reading --- */

static enum lw_code add_file(struct lw_folder_files *folder, const char *what,
                             struct lw_arena *arena, const char *path, const char *name,
                             struct lw_error *err)
{
  struct stat status;
  lw_str whole = lw_str_format(arena, "%s/%s", path, name);
  struct lw_course_file file = {lw_str_copy(arena, lw_str_c(name)), LW_STR("")};
  if (whole.ptr == NULL || file.name.ptr == NULL) {
    return lw_fail(err, LW_NO_MEMORY, "out of memory");
  }
  if (stat(whole.ptr, &status) != 0 || !S_ISREG(status.st_mode)) {
    (void)lw_fail(err, LW_INVALID, "%s is no file", whole.ptr);
    lw_error_hint(err, "a %s is one folder of files", what);
    return LW_INVALID;
  }
  if (folder->count == LW_COURSE_FILES_MAX) {
    return lw_fail(err, LW_LIMIT, "a %s has at most %d files", what, LW_COURSE_FILES_MAX);
  }
  enum lw_code rc = lw_read_file(arena, whole.ptr, LW_COURSE_BYTES_MAX, &file.text, err);
  uint32_t at = folder->count;
  for (; rc == LW_OK && at > 0 && lw_str_compare(folder->files[at - 1].name, file.name) > 0; at--) {
    folder->files[at] = folder->files[at - 1];
  }
  if (rc == LW_OK) {
    folder->files[at] = file;
    folder->count++;
  }
  return rc;
}

enum lw_code lw_folder_read(const char *path, const char *what, struct lw_arena *arena,
                            struct lw_folder_files *ret_folder, struct lw_error *err)
{
  struct dirent *entry = NULL;
  enum lw_code rc = LW_OK;
  DIR *directory = opendir(path);
  if (directory == NULL) {
    return lw_fail(err, LW_IO, "%s can't be read as a folder: %s", path, strerror(errno));
  }
  ret_folder->count = 0;
  while (rc == LW_OK && (entry = readdir(directory)) != NULL) {
    if (entry->d_name[0] != '.') {
      rc = add_file(ret_folder, what, arena, path, entry->d_name, err);
    }
  }
  (void)closedir(directory);
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
static enum lw_code prepare(const char *path, const char *what, struct lw_arena *arena,
                            const struct lw_course_file *files, uint32_t count,
                            struct lw_error *err)
{
  struct lw_folder_files there;
  if (mkdir(path, 0777) == 0) {
    return LW_OK;
  }
  if (errno != EEXIST) {
    return lw_fail(err, LW_IO, "%s can't be made: %s", path, strerror(errno));
  }
  enum lw_code rc = lw_folder_read(path, what, arena, &there, err);
  for (uint32_t i = 0; rc == LW_OK && i < there.count; i++) {
    if (!is_of(files, count, there.files[i].name)) {
      rc = lw_fail(err, LW_CONFLICT, "%s has a file that the %s does not: %.*s", path, what,
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

enum lw_code lw_folder_write(const char *path, const char *what, struct lw_arena *arena,
                             const struct lw_course_file *files, uint32_t count,
                             struct lw_error *err)
{
  enum lw_code rc = prepare(path, what, arena, files, count, err);
  for (uint32_t i = 0; rc == LW_OK && i < count; i++) {
    rc = write_file(path, arena, &files[i], err);
  }
  return rc;
}
