/* Open cases of the demonstration: whoever signs in finds something to do. All of it is invented,
 * and told in days before and after now. */
#include "base/date.h"
#include "cli/demo.h"
#include "cli/store.h"
#include "data/json.h"
#include "desk/case.h"
#include "learn/plan.h"

#include <stdio.h>

struct demo_case {
  const char *id, *owner, *department, *customer, *channel, *subject;
  const char *facts; /* JSON members; %s is a bill of last week */
  int opened, told;  /* days ago: opened, and the customer last heard of it */
  int promised;      /* days from now until the customer hears of it; NO_PROMISE */
  bool escalated;
};

enum { NO_PROMISE = 9999, FACTS_BYTES = 512 };

static const struct demo_case cases[] = {
    {"C-2001", "ana", "care", "k-2001", "chat", "No service for two days",
     "\"customer\":{\"segment\":\"gold\",\"tenure_days\":900},\"lines\":3", 1, 0, 1, false},
    {"C-2002", "ana", "care", "k-2002", "phone", "Billed twice for the same month",
     "\"customer\":{\"tenure_days\":420},\"invoice\":{\"total\":\"186.40\",\"issued_at\":\"%s\"}",
     2, 1, 2, false},
    {"C-2003", "ana", "care", "k-2003", "chat", "Was promised ten a month by the shop",
     "\"customer\":{\"segment\":\"silver\",\"tenure_days\":1400},\"promise\":{\"amount\":\"10.00\","
     "\"months_left\":4}",
     0, 0, NO_PROMISE, false},
    {"C-2004", "ana", "care", "k-2004", "mail", "New number, and a fee for it",
     "\"customer\":{\"tenure_days\":60},\"lines\":1", 3, 2, 1, false},
    {"C-2005", "sam", "care", "k-2005", "phone", "About to leave after a week without a network",
     "\"customer\":{\"segment\":\"gold\",\"tenure_days\":2900},\"lines\":2", 7, 1, 1, false},
    {"C-2006", "lee", "care", "k-2006", "phone", "A bill of 480 that nobody can explain",
     "\"customer\":{\"tenure_days\":700},\"invoice\":{\"total\":\"480.00\",\"issued_at\":\"%s\"}",
     4, 1, 1, false},
    {"C-2007", "", "care/care-north", "k-2007", "mail", "Roaming charges on a blocked line",
     "\"customer\":{\"tenure_days\":300},\"invoice\":{\"total\":\"92.10\",\"issued_at\":\"%s\"}",
     12, 11, -9, true},
    {"C-2008", "ana", "care/care-north", "k-2008", "phone", "Moved house, still no line",
     "\"customer\":{\"segment\":\"silver\",\"tenure_days\":510},\"lines\":1", 9, 7, -4, true},
};

static void add_moment(struct lw_buf *out, const char *member, lw_usec at)
{
  lw_buf_printf(out, ",\"%s\":\"", member);
  lw_rfc3339_print(at / LW_USEC_PER_SECOND, 0, out);
  lw_buf_add_char(out, '"');
}

static void add_case(struct lw_buf *out, const struct demo_case *found, lw_usec now)
{
  const lw_usec day = (lw_usec)24 * 3600 * LW_USEC_PER_SECOND;
  char bill[64];
  char facts[FACTS_BYTES];
  size_t length = lw_rfc3339_write((now - 7 * day) / LW_USEC_PER_SECOND, 0, bill);
  bill[length] = '\0';
  lw_str parts = lw_str_c(found->facts);
  size_t place = lw_str_find(parts, LW_STR("%s"), 0);
  if (place == SIZE_MAX) {
    (void)snprintf(facts, sizeof facts, "%s", found->facts);
  } else {
    (void)snprintf(facts, sizeof facts, "%.*s%s%s", (int)place, found->facts, bill,
                   found->facts + place + 2);
  }
  lw_buf_printf(out,
                "{\"id\":\"%s\",\"department\":\"%s\",\"customer\":\"%s\",\"channel\":\"%s\","
                "\"subject\":\"%s\",\"escalated\":%s,\"facts\":{%s}",
                found->id, found->department, found->customer, found->channel, found->subject,
                found->escalated ? "true" : "false", facts);
  if (found->owner[0] != '\0') {
    lw_buf_printf(out, ",\"owner\":\"%s\"", found->owner);
  }
  add_moment(out, "opened", now - found->opened * day - day / 24);
  add_moment(out, "last_update", now - found->told * day - day / 48);
  if (found->promised != NO_PROMISE) {
    add_moment(out, "promise", now + found->promised * day);
  }
  lw_buf_add_char(out, '}');
}

static enum lw_code open_case(struct lw_engine *engine, struct lw_json_reader *reader,
                              struct lw_arena *arena, const struct demo_case *found,
                              struct lw_error *err)
{
  const struct lw_value *value = NULL;
  struct lw_buf text = {.ptr = NULL};
  add_case(&text, found, lw_engine_now(engine));
  enum lw_code rc = text.failed ? lw_fail(err, LW_NO_MEMORY, "out of memory")
                                : lw_json_read(reader, arena, lw_buf_str(&text), NULL, &value, err);
  /* As a helpdesk's connector would: it knows what the records say. */
  struct lw_caller caller = {
      .is_token = true, .scopes = LW_TOKEN_FACTS, .actor = LW_STR("token:helpdesk")};
  if (rc == LW_OK) {
    struct lw_case_change opening = {.caller = &caller, .value = value};
    struct lw_store_change change = {
        .apply = lw_case_open, .user = &opening, .actor = caller.actor};
    rc = lw_store_run(engine, &change, err);
  }
  lw_buf_finish(&text);
  return rc;
}

enum lw_code lw_demo_open_cases(struct lw_engine *engine, struct lw_error *err)
{
  struct lw_arena arena;
  lw_arena_init(&arena, NULL, 0);
  struct lw_json_reader *reader = lw_json_reader_create(NULL);
  enum lw_code rc = reader != NULL ? LW_OK : lw_fail(err, LW_NO_MEMORY, "out of memory");
  for (size_t i = 0; rc == LW_OK && i < sizeof cases / sizeof cases[0]; i++) {
    rc = open_case(engine, reader, &arena, &cases[i], err);
    lw_arena_reset(&arena);
  }
  const struct lw_demo_ticked begun = {LW_STR("C-2001"), LW_STR("ana"), LW_STR("outage"),
                                       LW_PLAN_FIND_CAUSE};
  rc = rc == LW_OK ? lw_demo_tick(engine, &begun, err) : rc;
  lw_json_reader_destroy(reader);
  lw_arena_finish(&arena);
  return rc;
}
