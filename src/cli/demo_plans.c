/* Game plans of the demonstration: what its managers wrote for two causes, and what was ticked and
 * found in the newest cases. All of it is invented; the general plan and the needs are the
 * program's own, as a new company has them. */
#include "cli/demo.h"
#include "cli/store.h"
#include "guide/plan.h"

static const char *const pages[] = {
    "---\n"
    "cause: outage\n"
    "needs: [works-now, know-next]\n"
    "---\n\n"
    "## listen\n"
    "Let them say **what they could not do** while it was down: work from home, call a doctor, "
    "watch "
    "the match. That is what it cost them.\n\n"
    "> Since when is it down for you?\n"
    "> What did you miss meanwhile?\n\n"
    "## find_cause\n"
    "Look at the map of the network first, then at the line. One of three:\n\n"
    "- the whole street: it is known, and has a time\n"
    "- this line alone: a technician\n"
    "- the box at home: two minutes together\n\n"
    "> Do the neighbours have it, too?\n"
    "> Which lights are on?\n\n"
    "## choose\n"
    "The days without service come back as a credit, without being asked for. Say until when it "
    "works "
    "again, and what you do if it does not.\n\n"
    "## prevent\n"
    "Put them on the list that is told by message as long as it is down.\n",
    "---\n"
    "cause: billing-error\n"
    "needs: [not-our-cost, not-again]\n"
    "---\n\n"
    "## say_back\n"
    "Read the line of the bill aloud with them, and say what should stand there.\n\n"
    "> Is it this line, or is there another?\n\n"
    "## find_cause\n"
    "A change of plan in the middle of a month, a discount that ended, a line that was closed: "
    "these "
    "three are most of it.\n\n"
    "## choose\n"
    "Give back what was too much, on the first call. What was right explain, line by line.\n\n"
    "> Does the bill look right to you now?\n\n"
    "## prevent\n"
    "Look at the **next** bill before you close the case: the same line would come again.\n",
};
enum { PAGES = sizeof pages / sizeof pages[0] };

static enum lw_code write_pages(struct lw_engine *engine, struct lw_error *err)
{
  struct lw_plan_draft drafts[PAGES];
  struct lw_arena arena;
  enum lw_code rc = LW_OK;
  lw_arena_init(&arena, NULL, 0);
  for (size_t i = 0; rc == LW_OK && i < PAGES; i++) {
    struct lw_course_findings findings = {0};
    const struct lw_course_file file = {LW_STR("plan.md"), lw_str_c(pages[i])};
    drafts[i].text = file.text;
    rc = lw_plan_read(&arena, &file, &drafts[i].plan, &findings, err);
    rc = rc == LW_OK && findings.errors != 0
             ? lw_fail(err, LW_INTERNAL, "a made-up plan has a mistake: %.*s",
                       LW_FMT(findings.items[0].diag.message))
             : rc;
  }
  struct lw_plan_writing writing = {.drafts = drafts, .count = PAGES};
  struct lw_store_change change = {
      .apply = lw_plan_write, .user = &writing, .actor = LW_STR("qua")};
  rc = rc == LW_OK ? lw_store_run(engine, &change, err) : rc;
  lw_arena_finish(&arena);
  return rc;
}

static enum lw_code tick(struct lw_engine *engine, const struct lw_caller *caller,
                         struct lw_plan_tick words, lw_str case_id, struct lw_error *err)
{
  words.caller = caller;
  words.case_id = case_id;
  struct lw_store_change change = {.apply = lw_plan_tick, .user = &words, .actor = caller->actor};
  return lw_store_run(engine, &change, err);
}

enum lw_code lw_demo_tick(struct lw_engine *engine, const struct lw_demo_ticked *ticked,
                          struct lw_error *err)
{
  static const lw_str needs[] = {LW_STR_INIT("works-now"), LW_STR_INIT("not-our-cost"),
                                 LW_STR_INIT("know-next"), LW_STR_INIT("in-time")};
  const struct lw_snapshot *snapshot = lw_engine_snapshot(engine);
  const struct lw_caller caller = {.person = lw_staff_find(snapshot->staff, ticked->agent),
                                   .actor = ticked->agent};
  enum lw_code rc = LW_OK;
  for (uint32_t i = 0; rc == LW_OK && caller.person != NULL && i < ticked->steps; i++) {
    const struct lw_plan_tick words = {.has_step = true,
                                       .step = (enum lw_plan_step)i,
                                       .done = true,
                                       .has_cause = i == LW_PLAN_FIND_CAUSE,
                                       .cause = ticked->reason,
                                       .has_need = i == LW_PLAN_FIND_NEED,
                                       .need = needs[ticked->steps % 4]};
    rc = tick(engine, &caller, words, ticked->case_id, err);
  }
  lw_snapshot_unref(snapshot);
  return rc;
}

enum lw_code lw_demo_plans(struct lw_engine *engine, const struct lw_demo_ticked *ticked,
                           uint32_t count, struct lw_error *err)
{
  enum lw_code rc = write_pages(engine, err);
  for (uint32_t i = 0; rc == LW_OK && i < count; i++) {
    rc = lw_demo_tick(engine, &ticked[i], err);
  }
  return rc;
}
