/* Any bytes as a page of a game plan: reading ends; every finding stands at a line of the page;
 * what is without errors keeps to the limits that its readers rely on, and its name leads back to
 * it. All memory comes back. */
#include "fuzz.h"

#include "base/utf8.h"
#include "learn/plan.h"

static uint32_t count_lines(lw_str text)
{
  uint32_t lines = 1;
  for (size_t i = 0; i < text.len; i++) {
    bool two = text.ptr[i] == '\r' && i + 1 < text.len && text.ptr[i + 1] == '\n';
    lines += text.ptr[i] == '\n' || (text.ptr[i] == '\r' && !two) ? 1 : 0;
  }
  return lines;
}

static void check_part(const struct lw_plan_part *part)
{
  FUZZ_CHECK(part->text.len <= LW_PLAN_STEP_BYTES_MAX, "%zu bytes", part->text.len);
  FUZZ_CHECK(lw_utf8_check(part->text) == part->text.len, "%.*s", LW_FMT(part->text));
  FUZZ_CHECK(!part->is_there || part->text.len != 0 || part->n_questions != 0, "it says nothing");
  FUZZ_CHECK(part->n_questions <= LW_PLAN_QUESTIONS_MAX, "%u", part->n_questions);
  for (uint32_t i = 0; i < part->n_questions; i++) {
    FUZZ_CHECK(part->questions[i].len != 0 && part->questions[i].len <= LW_PLAN_QUESTION_BYTES_MAX,
               "%.*s", LW_FMT(part->questions[i]));
  }
}

static void check_plan(const struct lw_plan *plan, struct lw_arena *arena)
{
  enum lw_plan_kind kind;
  lw_str cause;
  lw_str name = lw_plan_name(plan, arena);
  FUZZ_CHECK(lw_plan_name_read(name, &kind, &cause) && kind == plan->kind &&
                 lw_str_equal(cause, plan->cause),
             "%.*s", LW_FMT(name));
  FUZZ_CHECK((plan->kind == LW_PLAN_NEEDS) == (plan->n_list != 0), "%u needs", plan->n_list);
  for (int i = 0; i < LW_PLAN_STEPS; i++) {
    check_part(&plan->parts[i]);
  }
  for (uint32_t i = 0; i < plan->n_list; i++) {
    FUZZ_CHECK(lw_str_equal(lw_plan_need_label(plan, plan->list[i].id), plan->list[i].label),
               "%.*s", LW_FMT(plan->list[i].id));
  }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  struct fuzz_memory memory;
  struct lw_arena arena;
  struct lw_plan plan;
  struct lw_course_findings findings;
  struct lw_error err;
  const struct lw_course_file file = {LW_STR("page.md"), lw_str_from((const char *)data, size)};
  fuzz_memory_init(&memory);
  lw_arena_init(&arena, &memory.allocator, 0);
  if (lw_plan_read(&arena, &file, &plan, &findings, &err) == LW_OK) {
    for (uint32_t i = 0; i < findings.count; i++) {
      uint32_t line = findings.items[i].diag.place.line;
      FUZZ_CHECK(line != 0 && line <= count_lines(file.text), "line %u of %u", line,
                 count_lines(file.text));
    }
    if (findings.errors == 0) {
      check_plan(&plan, &arena);
    }
  }
  lw_arena_finish(&arena);
  FUZZ_CHECK(memory.out == 0, "%zu blocks are not back", memory.out);
  return 0;
}
