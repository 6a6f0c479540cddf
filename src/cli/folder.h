/* Folders of texts that live in git: courses, the pages of plans, reference pages. Read whole,
 * written whole, and what was found in their files. */
#ifndef LW_CLI_FOLDER_H
#define LW_CLI_FOLDER_H

#include "learn/course.h"

/* What a folder is. */
struct lw_folder_kind {
  const char *what; /* in messages: "course" */
  uint32_t files_max;
  size_t file_bytes_max;
  const char *beside; /* a file that may lie there and is not of it; or NULL */
};
extern const struct lw_folder_kind lw_folder_course;
extern const struct lw_folder_kind lw_folder_plan;

struct lw_folder_files {
  struct lw_course_file *files; /* in the order of their names */
  uint32_t count;
};

/* Into arena. Names that begin with a dot (.git) are not of the folder; folders inside are refused.
 * LW_IO, LW_INVALID, LW_LIMIT with the mend. */
LW_NODISCARD enum lw_code lw_folder_read(const char *path, const struct lw_folder_kind *kind,
                                         struct lw_arena *arena, struct lw_folder_files *ret_folder,
                                         struct lw_error *err);
/* Makes the folder, or takes one in which nothing else is (LW_CONFLICT), and writes the files. */
LW_NODISCARD enum lw_code lw_folder_write(const char *path, const struct lw_folder_kind *kind,
                                          struct lw_arena *arena,
                                          const struct lw_course_file *files, uint32_t count,
                                          struct lw_error *err);
/* A line each, or {"findings":[...]}. */
void lw_folder_findings(const struct lw_course_findings *findings, bool json, struct lw_buf *out);

#endif
