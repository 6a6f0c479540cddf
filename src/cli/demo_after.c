/* What is said afterwards in the demonstration. In its last two weeks somebody is thanked now and
 * then for what they gave, by a customer or by Lee, and is glad to see it on the wall; in its last
 * four weeks Lee looks at what the own team decided, and writes to whoever did. Nothing is drawn by
 * chance, so that what is decided stays what it is. */
#include "cli/demo.h"
#include "desk/review.h"
#include "desk/thanks.h"

enum {
  THANKS_DAYS = 14, /* before the past ends, */
  REVIEWS_DAYS = 28
};

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

static enum lw_code thank(struct lw_engine *engine, lw_str agent, lw_str decision, uint32_t number,
                          struct lw_error *err)
{
  struct lw_buf out = {0};
  const struct lw_snapshot *snapshot = lw_engine_snapshot(engine);
  const struct lw_person *giver = lw_staff_find(snapshot->staff, LW_STR("lee"));
  const struct lw_person *to = lw_staff_find(snapshot->staff, agent);
  enum lw_code rc = LW_OK;
  if (giver != NULL && to != NULL && to->actor.kind == LW_ACTOR_HUMAN) {
    const struct lw_caller lee = {.person = giver, .actor = giver->actor.id};
    const struct lw_caller thanked = {.person = to, .actor = to->actor.id};
    uint32_t nth = number % (sizeof said / sizeof said[0]);
    struct lw_thanking thanking = {.caller = &lee,
                                   .to = agent,
                                   .words = lw_str_c(said[nth].words),
                                   .decision = decision,
                                   .customer = said[nth].customer,
                                   .wall = true};
    rc = lw_demo_run(engine, lw_thanks_give, &thanking, lee.actor, &out, err);
    struct lw_thanks_walling walling = {
        .caller = &thanked, .id = lw_demo_id(lw_buf_str(&out)), .on = true};
    rc = rc == LW_OK ? lw_demo_run(engine, lw_thanks_wall, &walling, thanked.actor, NULL, err) : rc;
  }
  lw_snapshot_unref(snapshot);
  lw_buf_finish(&out);
  return rc;
}

/* Most were right, and of the others more gave too little than too much. */
static const struct {
  const char *amount, *cause, *kept, *understood, *note;
  const char *reply; /* of the agent, or NULL */
} looked[] = {
    {"right", "right", "yes", "yes", "You asked what it was needed for before you named a sum.",
     NULL},
    {"right", "right", "yes", "yes", "Clear, and quick.", NULL},
    {"too_little", "right", "unsure", "not_yet",
     "You had room for twice that, and the month without service was ours.",
     "I did not know that the room was mine to use up. Next time I will."},
    {"right", "unsure", "yes", "yes", "The cause may lie in the billing run; I have asked them.",
     NULL},
    {"right", "right", "unsure", "yes", "It was right to call back before the next bill.", NULL},
    {"too_little", "wrong", "no", "yes",
     "The cause was the number that was moved, not the bill; a fee back would have been fair.",
     NULL},
    {"right", "right", "yes", "yes", "Well said: what we can do came first.", "Thank you."},
    {"too_much", "right", "yes", "yes",
     "Half of it would have done, and they said so. Ask what would help.",
     "They did, at the end. I will ask earlier."}};

/* Where it is a sum that somebody gave whom Lee leads. */
static enum lw_code review(struct lw_engine *engine, const struct lw_demo_given *given,
                           lw_str decision, struct lw_demo_said *said_before, struct lw_error *err)
{
  struct lw_buf out = {0};
  const struct lw_snapshot *snapshot = lw_engine_snapshot(engine);
  const struct lw_person *lead = lw_staff_find(snapshot->staff, LW_STR("lee"));
  const struct lw_person *by = lw_staff_find(snapshot->staff, given->agent);
  const struct lw_caller lee = {.person = lead, .actor = LW_STR("lee")};
  struct lw_review_pick pick = {.caller = &lee};
  enum lw_code rc = LW_OK;
  bool is_sum = lw_str_find(given->answer, LW_STR("\"amount\":"), 0) != SIZE_MAX;
  if (is_sum && lead != NULL && by != NULL && by->actor.kind == LW_ACTOR_HUMAN &&
      lw_review_covers(&lee, LW_ACCESS_REVIEW, snapshot->staff, given->agent, false) &&
      lw_id_read(LW_STR("dec"), decision, &pick.decision)) {
    uint32_t nth = said_before->reviews++ % (sizeof looked / sizeof looked[0]);
    const struct lw_caller reviewed = {.person = by, .actor = given->agent};
    said_before->reviewed_at = given->at;
    rc = lw_demo_run(engine, lw_review_pick, &pick, lee.actor, &out, err);
    lw_str id = lw_demo_id(lw_buf_str(&out));
    struct lw_review_act sent = {.caller = &lee,
                                 .review = id,
                                 .answer = {.amount = lw_str_c(looked[nth].amount),
                                            .cause = lw_str_c(looked[nth].cause),
                                            .kept = lw_str_c(looked[nth].kept),
                                            .understood = lw_str_c(looked[nth].understood),
                                            .note = lw_str_c(looked[nth].note)}};
    rc = rc == LW_OK ? lw_demo_run(engine, lw_review_send, &sent, lee.actor, NULL, err) : rc;
    if (rc == LW_OK && looked[nth].reply != NULL) {
      struct lw_review_act reply = {
          .caller = &reviewed, .review = id, .text = lw_str_c(looked[nth].reply)};
      rc = lw_demo_run(engine, lw_review_reply, &reply, given->agent, NULL, err);
    }
  }
  lw_snapshot_unref(snapshot);
  lw_buf_finish(&out);
  return rc;
}

enum lw_code lw_demo_say_after(struct lw_engine *engine, struct lw_demo_said *said_before,
                               const struct lw_demo_given *given, struct lw_error *err)
{
  const lw_usec day = (lw_usec)LW_SECONDS_PER_DAY * LW_USEC_PER_SECOND;
  lw_str decision = lw_demo_id(given->answer);
  enum lw_code rc = LW_OK;
  if (decision.len == 0) {
    return LW_OK;
  }
  if (given->before_end < THANKS_DAYS * day && given->at > said_before->thanked_at + day / 2) {
    said_before->thanked_at = given->at;
    rc = thank(engine, given->agent, decision, said_before->thanks++, err);
  }
  /* an hour later at the earliest, so that not the same is thanked for and looked at */
  if (rc == LW_OK && given->before_end < REVIEWS_DAYS * day &&
      given->at > said_before->thanked_at + day / 24 &&
      given->at > said_before->reviewed_at + day / 3) {
    rc = review(engine, given, decision, said_before, err);
  }
  return rc;
}
