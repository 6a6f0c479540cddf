/* Thanks of the demonstration: in its last two weeks somebody is thanked now and then for what they
 * gave, by a customer or by Lee, and is glad to see it on the wall. Nothing is drawn by chance, so
 * that what is decided stays what it is. */
#include "cli/demo.h"
#include "cli/store.h"
#include "desk/thanks.h"

static const struct {
  const char *words;
  bool customer;
} said[] = {
    {"You called back when you said you would. Nobody else did.", true},
    {"You saw that the discount had ended before anybody asked. The next bill is right.", false},
    {"Thank you for not making me explain it a third time.", true},
    {"A long call and a calm voice. I could hear that it helped.", false},
    {"It works again, and I knew all the time what was going on.", true},
    {"You said what we can do before saying what we can't.", false}};

static enum lw_code change(struct lw_engine *engine,
                           enum lw_code (*apply)(struct lw_batch *batch, struct lw_change *change,
                                                 struct lw_error *err),
                           void *user, lw_str actor, struct lw_buf *answer, struct lw_error *err)
{
  struct lw_store_change run = {.apply = apply, .user = user, .actor = actor, .answer = answer};
  return lw_store_run(engine, &run, err);
}

/* The id that an answer begins with: {"id":"...". */
static lw_str id_of(lw_str answer)
{
  static const lw_str before = LW_STR_INIT("{\"id\":\"");
  size_t end = lw_str_find(answer, LW_STR("\""), before.len);
  return lw_str_starts(answer, before) && end != SIZE_MAX
             ? lw_str_slice(answer, before.len, end - before.len)
             : LW_STR("");
}

enum lw_code lw_demo_thank(struct lw_engine *engine, lw_str agent, lw_str answer, uint32_t number,
                           struct lw_error *err)
{
  struct lw_buf out = {0};
  const struct lw_snapshot *snapshot = lw_engine_snapshot(engine);
  const struct lw_person *giver = lw_staff_find(snapshot->staff, LW_STR("lee"));
  const struct lw_person *to = lw_staff_find(snapshot->staff, agent);
  lw_str decision = id_of(answer);
  enum lw_code rc = LW_OK;
  if (giver != NULL && to != NULL && to->actor.kind == LW_ACTOR_HUMAN && decision.len != 0) {
    const struct lw_caller lee = {.person = giver, .actor = giver->actor.id};
    const struct lw_caller thanked = {.person = to, .actor = to->actor.id};
    uint32_t nth = number % (sizeof said / sizeof said[0]);
    struct lw_thanking thanking = {.caller = &lee,
                                   .to = agent,
                                   .words = lw_str_c(said[nth].words),
                                   .decision = decision,
                                   .customer = said[nth].customer,
                                   .wall = true};
    rc = change(engine, lw_thanks_give, &thanking, lee.actor, &out, err);
    struct lw_thanks_walling walling = {
        .caller = &thanked, .id = id_of(lw_buf_str(&out)), .on = true};
    rc = rc == LW_OK ? change(engine, lw_thanks_wall, &walling, thanked.actor, NULL, err) : rc;
  }
  lw_snapshot_unref(snapshot);
  lw_buf_finish(&out);
  return rc;
}
