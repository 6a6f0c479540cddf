#include "base/arena.h"
#include "policy/edit.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static const char document[] =
    "leeway: 1\n"
    "organization: \"Ünïted\"   # its name\n"
    "tiers: [frontline, lead]\n"
    "facts:\n"
    "  customer.days: {type: int}\n"
    "tables:\n"
    "  price: {bag: 50.00, seat: {gold: 1, \"x.y\": 2}}\n"
    "budgets:\n"
    "  rep-month: {per: agent, every: month, amount: 200.00}  # a comment\n"
    "grants:\n"
    "  - id: goodwill\n"
    "    when: reason == \"outage\" && customer.days >= 30\n"
    "    up_to: 100.00   # cents count\n"
    "    may: [credit,\n"
    "          refund]\n"
    "  - id: lead.care\n"
    "    when: 'a'\n"
    "    up_to: 300.00\n"
    "routes:\n"
    "  - id: over\n"
    "    ask:\n"
    "      - {who: {tier: lead}, within: 60s}\n"
    "      - {who: {tier: manager}, within: 120s}\n";

struct edit {
  const char *path;
  const char *text;
  const char *before; /* what is in the document */
  const char *after;  /* what stands there afterwards; NULL: refused */
  const char *said;   /* in the error or its hint */
};

static const struct edit edits[] = {
    {"budgets.rep-month.amount", "250.00", "amount: 200.00}  # a", "amount: 250.00}  # a", NULL},
    {"grants.goodwill.up_to", "120.00", "up_to: 100.00   # c", "up_to: 120.00   # c", NULL},
    {"grants.lead.care.up_to", "310.00", "up_to: 300.00", "up_to: 310.00", NULL},
    {"grants.goodwill.when", "reason == \"x\"",
     "when: reason == \"outage\" && customer.days >= 30\n", "when: reason == \"x\"\n", NULL},
    {"grants.lead.care.when", "b", "when: 'a'", "when: 'b'", NULL},
    {"grants.lead.care.when", "it's", "when: 'a'", "when: 'it''s'", NULL},
    {"grants.goodwill.when", "a: b", "when: reason == \"outage\" && customer.days >= 30\n",
     "when: 'a: b'\n", NULL},
    {"routes.over.ask.2.within", "180s", "within: 120s", "within: 180s", NULL},
    {"tiers", "[frontline, senior, lead]", "tiers: [frontline, lead]",
     "tiers: [frontline, senior, lead]", NULL},
    {"tables.price.seat.x.y", "3", "\"x.y\": 2", "\"x.y\": 3", NULL},
    {"tables.price.bag", "65.00", "{bag: 50.00,", "{bag: 65.00,", NULL},
    {"organization", "Other", "\"Ünïted\"   # its name", "'Other'   # its name", NULL},
    {"grants.goodwil.up_to", "1.00", NULL, NULL, "grants.goodwill"},
    {"budgets.rep-month.amounts", "1.00", NULL, NULL, "budgets.rep-month.amount"},
    {"grants.goodwill.may", "[credit]", NULL, NULL, "several lines"},
    {"", "1", NULL, NULL, "there is no"},
    {"routes.over.ask.3.within", "1s", NULL, NULL, "there is no"},
    {"budgets.rep-month.amount", "1.00\nx: 2", NULL, NULL, "can't be written"},
};

static char *expected_of(const struct edit *edit)
{
  const char *at = strstr(document, edit->before);
  assert_non_null(at);
  struct lw_buf text = {0};
  lw_buf_add(&text, lw_str_from(document, (size_t)(at - document)));
  lw_buf_add_c(&text, edit->after);
  lw_buf_add_c(&text, at + strlen(edit->before));
  lw_buf_add_char(&text, '\0');
  return text.ptr;
}

static void one_value_changes_and_nothing_else(void **state)
{
  (void)state;
  for (size_t i = 0; i < sizeof edits / sizeof edits[0]; i++) {
    struct lw_buf out = {0};
    struct lw_error err = {0};
    enum lw_code rc = lw_policy_edit(lw_str_c(document), lw_str_c(edits[i].path),
                                     lw_str_c(edits[i].text), &out, &err);
    if (edits[i].after != NULL) {
      char *expected = expected_of(&edits[i]);
      lw_buf_add_char(&out, '\0');
      assert_string_equal(out.ptr, expected);
      assert_int_equal(rc, LW_OK);
      lw_buf_finish(&(struct lw_buf){.ptr = expected});
    } else {
      assert_int_not_equal(rc, LW_OK);
      assert_int_equal(out.len, 0);
      if (strstr(err.text, edits[i].said) == NULL && strstr(err.hint, edits[i].said) == NULL) {
        fail_msg("%s: %s; %s", edits[i].path, err.text, err.hint);
      }
    }
    lw_buf_finish(&out);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(one_value_changes_and_nothing_else),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
