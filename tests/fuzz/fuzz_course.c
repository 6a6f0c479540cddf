/* Any bytes as a course's file of amounts and scenarios: reading ends; what was read is shown as
 * JSON that can be read, and tells nothing of what is right; every remedy takes the answer that its
 * ruler allows, and a grade is a share of the whole. All memory comes back. */
#include "fuzz.h"

#include "data/json.h"
#include "learn/course.h"
#include "learn/grade.h"

struct world {
  struct fuzz_memory memory;
  struct lw_arena arena;
  struct lw_json_reader *json;
};

static const struct lw_value *read_json(struct world *world, const struct lw_buf *text)
{
  const struct lw_value *value = NULL;
  struct lw_error err;
  FUZZ_CHECK(!text->failed && lw_json_read(world->json, &world->arena, lw_buf_str(text), NULL,
                                           &value, &err) == LW_OK,
             "%.*s", LW_FMT(lw_buf_str(text)));
  return value;
}

static void answer(struct world *world, const struct lw_quiz *question, uint32_t remedy)
{
  struct lw_buf said = {.allocator = &world->memory.allocator};
  struct lw_buf out = {.allocator = &world->memory.allocator};
  struct lw_response response;
  const struct lw_remedy *chosen = &question->scenario->remedies[remedy];
  lw_buf_printf(&said, "{\"choice\":%u", remedy + 1);
  if (chosen->has_ruler) {
    LW_BUF_LIT(&said, ",\"amount\":\"");
    lw_money_print(chosen->ruler_from, &said);
    lw_buf_add_char(&said, '"');
  }
  lw_buf_add_char(&said, '}');
  const struct lw_value *value = read_json(world, &said);
  const char *fault = lw_response_read(question, value, &world->arena, &response);
  bool backwards = chosen->has_ruler && chosen->ruler_from.minor > chosen->ruler_to.minor;
  FUZZ_CHECK(backwards || fault == NULL, "%.*s: %s", LW_FMT(lw_buf_str(&said)), fault);
  if (fault == NULL) {
    struct lw_grade grade = lw_response_grade(question, &response);
    FUZZ_CHECK(grade.credit >= 0 && grade.credit <= LW_CREDIT_FULL, "%d", grade.credit);
    lw_grade_print(question, &response, &grade, &out);
    (void)read_json(world, &out);
  }
  lw_buf_finish(&said);
  lw_buf_finish(&out);
}

static void show(struct world *world, const struct lw_course_item *item)
{
  struct lw_buf out = {.allocator = &world->memory.allocator};
  lw_quiz_print(item->question, item->id, &out);
  const struct lw_value *shown = read_json(world, &out);
  FUZZ_CHECK(lw_value_get(shown, LW_STR("general")) == NULL, "%.*s", LW_FMT(lw_buf_str(&out)));
  lw_buf_finish(&out);
  for (uint32_t i = 0;
       item->question->kind == LW_QUIZ_SCENARIO && i < item->question->scenario->n_remedies; i++) {
    answer(world, item->question, i);
  }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  struct world world = {.json = NULL};
  const struct lw_course_file files[] = {
      {LW_STR("course.yaml"), LW_STR("course: a\ntitle: A\ncurrency: USD\norder: [q.yaml]\n")},
      {LW_STR("q.yaml"), lw_str_from((const char *)data, size)}};
  struct lw_course course;
  struct lw_course_findings findings;
  struct lw_error err;
  fuzz_memory_init(&world.memory);
  world.json = lw_json_reader_create(&world.memory.allocator);
  lw_arena_init(&world.arena, &world.memory.allocator, 0);
  enum lw_code rc = lw_course_read(&world.arena, files, 2, &course, &findings, &err);
  for (uint32_t i = 0; rc == LW_OK && i < course.n_items; i++) {
    show(&world, &course.items[i]);
  }
  lw_arena_finish(&world.arena);
  lw_json_reader_destroy(world.json);
  FUZZ_CHECK(world.memory.out == 0, "%zu blocks are not back", world.memory.out);
  return 0;
}
