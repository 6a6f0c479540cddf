/* Folders of texts that live in git: courses, and the pages of plans. Read whole, written whole,
 * and what was found in their files. */
#ifndef LW_CLI_FOLDER_H
#define LW_CLI_FOLDER_H

#include "learn/course.h"

struct lw_folder_files {
  struct lw_course_file files[LW_COURSE_FILES_MAX]; /* in the order of their names */
  uint32_t count;
};

/* Into arena. `what` names in messages what the folder is: "course". Names that begin with a dot
 * (.git) are not of it; folders inside are refused. LW_IO, LW_INVALID, LW_LIMIT with the mend. */
LW_NODISCARD enum lw_code lw_folder_read(const char *path, const char *what, struct lw_arena *arena,
                                         struct lw_folder_files *ret_folder, struct lw_error *err);
/* Makes the folder, or takes one in which nothing else is (LW_CONFLICT), and writes the files. */
LW_NODISCARD enum lw_code lw_folder_write(const char *path, const char *what,
                                          struct lw_arena *arena,
                                          const struct lw_course_file *files, uint32_t count,
                                          struct lw_error *err);
/* A line each, or {"findings":[...]}. */
void lw_folder_findings(const struct lw_course_findings *findings, bool json, struct lw_buf *out);

#endif
