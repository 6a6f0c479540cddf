/* The demonstration's courses, those of examples/telco: published and taken by nobody yet, so that
 * whoever looks can take them. */
#include "cli/demo.h"
#include "cli/store.h"
#include "train/train.h"

#include <stdlib.h>

enum { FILES_MAX = 16 };

static enum lw_code publish(struct lw_engine *engine, struct lw_arena *arena,
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

enum lw_code lw_demo_courses(struct lw_engine *engine, struct lw_error *err)
{
  struct lw_course_file files[FILES_MAX];
  struct lw_arena arena;
  enum lw_code rc = LW_OK;
  lw_arena_init(&arena, NULL, 0);
  for (size_t i = 0, next = 0; rc == LW_OK && i < lw_demo_course_files_count; i = next) {
    lw_str folder = lw_demo_course_files[i].folder;
    struct lw_course_publish course = {.files = files};
    for (next = i; next < lw_demo_course_files_count && course.n_files < FILES_MAX &&
                   lw_str_equal(lw_demo_course_files[next].folder, folder);
         next++) {
      files[course.n_files++] =
          (struct lw_course_file){lw_demo_course_files[next].name, lw_demo_course_files[next].text};
    }
    qsort(files, course.n_files, sizeof *files, by_name);
    rc = publish(engine, &arena, &course, err);
  }
  lw_arena_finish(&arena);
  return rc;
}
