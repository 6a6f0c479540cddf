/* The demonstration's courses, those of examples/telco: published and taken by nobody yet, so that
 * whoever looks can take them. */
#include "cli/demo.h"
#include "cli/store.h"
#include "train/train.h"

#include <stdlib.h>

enum { FILES_MAX = 16 };

static enum lw_code publish_course(struct lw_engine *engine, struct lw_arena *arena,
                                   struct lw_course_publish *publish, struct lw_error *err)
{
  struct lw_course_findings findings;
  enum lw_code rc =
      lw_course_read(arena, publish->files, publish->n_files, &publish->course, &findings, err);
  if (rc == LW_OK && findings.errors != 0) {
    rc = lw_fail(err, LW_INTERNAL, "a course of the demonstration has a mistake");
  }
  struct lw_store_change change = {
      .apply = lw_course_publish, .user = publish, .actor = LW_STR("qua")};
  return rc == LW_OK ? lw_store_run(engine, &change, err) : rc;
}

static int by_name(const void *a, const void *b)
{
  return lw_str_compare(((const struct lw_course_file *)a)->name,
                        ((const struct lw_course_file *)b)->name);
}

/* The files of the folder that begins at `first`; gives where the next begins. */
static size_t take_folder(size_t first, struct lw_course_file files[FILES_MAX], uint32_t *ret_count)
{
  size_t next = first;
  *ret_count = 0;
  while (next < lw_demo_course_files_count && *ret_count < FILES_MAX &&
         lw_str_equal(lw_demo_course_files[next].folder, lw_demo_course_files[first].folder)) {
    files[(*ret_count)++] =
        (struct lw_course_file){lw_demo_course_files[next].name, lw_demo_course_files[next].text};
    next++;
  }
  qsort(files, *ret_count, sizeof *files, by_name);
  return next;
}

enum lw_code lw_demo_courses(struct lw_engine *engine, struct lw_error *err)
{
  struct lw_course_file files[FILES_MAX] = {{.name = LW_STR_INIT("")}};
  struct lw_course_publish course = {.files = files};
  struct lw_arena arena;
  enum lw_code rc = LW_OK;
  lw_arena_init(&arena, NULL, 0);
  for (size_t i = 0; rc == LW_OK && i < lw_demo_course_files_count;) {
    i = take_folder(i, files, &course.n_files);
    rc = publish_course(engine, &arena, &course, err);
  }
  lw_arena_finish(&arena);
  return rc;
}
