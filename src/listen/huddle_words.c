/* The page in words, for a chat, a mail or a terminal: Markdown of the plainest kind. What is left
 * out stays out, and who had a case that is talked about is never said, whoever's page it was made
 * of. */
#include "base/num.h"
#include "listen/huddle.h"

static bool is_set(const struct lw_value *map, const char *key)
{
  const struct lw_value *value = lw_value_get(map, lw_str_c(key));
  return value != NULL && value->kind == LW_VALUE_BOOL && value->boolean;
}

static uint32_t count_of(const struct lw_value *list)
{
  return list != NULL && list->kind == LW_VALUE_LIST ? list->count : 0;
}

static bool is_one(lw_str number)
{
  return lw_str_equal(number, LW_STR("1"));
}

/* "0.7120" as "71 %". */
static void add_percent(lw_str share, struct lw_buf *out)
{
  int64_t digits = 0;
  size_t point = lw_str_find(share, LW_STR("."), 0);
  if (point == 1 && share.len == 6 && lw_int_read(lw_str_slice(share, 2, 4), &digits)) {
    lw_buf_printf(out, "%lld %%",
                  (long long)((share.ptr[0] == '1' ? 10000 + digits : digits) + 50) / 100);
  }
}

/* Lines of what somebody wrote stay within the quote. */
static void add_quote(lw_str text, const char *lead, struct lw_buf *out)
{
  lw_buf_add_c(out, lead);
  for (size_t i = 0; i < text.len; i++) {
    lw_buf_add_char(out, text.ptr[i]);
    if (text.ptr[i] == '\n') {
      lw_buf_add_c(out, lead);
    }
  }
  lw_buf_add_char(out, '\n');
}

/* --- cases --- */

static void add_why(const struct lw_value *item, struct lw_buf *out)
{
  lw_str why = lw_value_written(item, LW_STR("why"));
  lw_str similar = lw_value_written(item, LW_STR("similar"));
  if (lw_str_equal(why, LW_STR("reviewed"))) {
    LW_BUF_LIT(out, " A review said so.");
  } else if (lw_str_equal(why, LW_STR("far"))) {
    lw_buf_printf(out,
                  " In %.*s cases of the same sort the middle was %.*s; nine in ten got at most "
                  "%.*s.",
                  LW_FMT(similar), LW_FMT(lw_value_written(item, LW_STR("median"))),
                  LW_FMT(lw_value_written(item, LW_STR("high"))));
  } else if (lw_str_equal(why, LW_STR("lost")) || lw_str_equal(why, LW_STR("rated_low"))) {
    bool lost = lw_str_equal(why, LW_STR("lost"));
    lw_buf_printf(out,
                  " The customer %s and had got nothing; of %.*s cases of the same sort %.*s got "
                  "something.",
                  lost ? "left" : "rated it low", LW_FMT(similar),
                  LW_FMT(lw_value_written(item, LW_STR("given"))));
  } else if (lw_str_equal(why, LW_STR("unchanged"))) {
    lw_buf_printf(out, " Asked for above, and approved as it was after %.*s s.",
                  LW_FMT(lw_value_written(item, LW_STR("waited_seconds"))));
  } else if (lw_str_equal(why, LW_STR("ended_well"))) {
    LW_BUF_LIT(out, " A hard case, rated high.");
  } else if (lw_str_equal(why, LW_STR("thanked"))) {
    lw_buf_add_c(out, is_set(item, "by_customer") ? " A customer said thanks for it."
                                                  : " Somebody said thanks for it.");
  }
}

static void add_case(const struct lw_value *item, struct lw_buf *out)
{
  lw_str kind = lw_value_written(item, LW_STR("kind"));
  bool brilliant = lw_str_equal(kind, LW_STR("brilliant"));
  lw_str action = lw_value_written(item, LW_STR("action_label"));
  lw_str cause = lw_value_written(item, LW_STR("cause_label"));
  lw_str amount = lw_value_written(item, LW_STR("amount"));
  lw_str agent = lw_value_written(item, LW_STR("agent_name"));
  lw_str text = lw_value_written(item, LW_STR("text"));
  action = action.len != 0 ? action : lw_value_written(item, LW_STR("action"));
  cause = cause.len != 0 ? cause : lw_value_written(item, LW_STR("cause"));
  lw_buf_printf(out, "- **%s**",
                brilliant                                ? "Brilliant"
                : lw_str_equal(kind, LW_STR("too_much")) ? "Too much?"
                                                         : "Too little?");
  if (brilliant && agent.len != 0) {
    lw_buf_printf(out, " %.*s", LW_FMT(agent));
  }
  if (action.len != 0) {
    lw_buf_printf(out, " %.*s%s%.*s", LW_FMT(action), cause.len != 0 ? ", for: " : "",
                  LW_FMT(cause));
  }
  if (amount.len != 0) {
    lw_buf_printf(out, ", %.*s", LW_FMT(amount));
  }
  LW_BUF_LIT(out, ".");
  add_why(item, out);
  LW_BUF_LIT(out, "\n");
  if (text.len != 0) {
    add_quote(text, "  > ", out);
  }
}

static void add_cases(const struct lw_value *page, struct lw_buf *out)
{
  const struct lw_value *cases = lw_value_get(page, LW_STR("cases"));
  if (count_of(cases) != 0) {
    LW_BUF_LIT(out, "\n## Cases to talk about\n\n");
  }
  for (uint32_t i = 0; i < count_of(cases); i++) {
    add_case(&cases->items[i], out);
  }
}

/* --- causes --- */

static void add_figures(const struct lw_value *figures, struct lw_buf *out)
{
  lw_str cases = lw_value_written(figures, LW_STR("cases"));
  lw_str ratings = lw_value_written(figures, LW_STR("ratings"));
  lw_buf_printf(out, "%.*s case%s, %.*s", LW_FMT(cases), is_one(cases) ? "" : "s",
                LW_FMT(lw_value_written(figures, LW_STR("amount"))));
  if (lw_value_written(figures, LW_STR("rating")).len != 0) {
    LW_BUF_LIT(out, ", rated ");
    add_percent(lw_value_written(figures, LW_STR("rating")), out);
    lw_buf_printf(out, " (%.*s)", LW_FMT(ratings));
  }
}

static void add_causes(const struct lw_value *page, struct lw_buf *out)
{
  const struct lw_value *causes = lw_value_get(page, LW_STR("causes"));
  bool few = false;
  if (count_of(causes) != 0) {
    LW_BUF_LIT(out, "\n## The week's causes\n\n");
  }
  for (uint32_t i = 0; i < count_of(causes); i++) {
    const struct lw_value *cause = &causes->items[i];
    lw_str label = lw_value_written(cause, LW_STR("cause_label"));
    label = label.len != 0 ? label : lw_value_written(cause, LW_STR("cause"));
    if (!is_set(cause, "left_out")) {
      lw_buf_printf(out, "- %.*s: ", LW_FMT(label.len != 0 ? label : LW_STR("No cause named")));
      add_figures(cause, out);
      LW_BUF_LIT(out, "; the week before: ");
      add_figures(lw_value_get(cause, LW_STR("before")), out);
      lw_buf_add_c(out, is_set(cause, "few") ? " *\n" : "\n");
      few = few || is_set(cause, "few");
    }
  }
  if (few) {
    lw_buf_printf(out, "\n\\* Fewer than %d cases in one of the weeks: a change may be chance.\n",
                  LW_HUDDLE_FEW);
  }
  if (is_set(page, "withheld")) {
    LW_BUF_LIT(out, "\n## The week's causes\n\nThe team is too small for figures to be shown.\n");
  }
}

/* --- what changed, and thanks --- */

static void add_words_of(const struct lw_value *change, struct lw_buf *out)
{
  const struct lw_value *words = lw_value_get(change, LW_STR("words"));
  for (uint32_t i = 0; i < count_of(words); i++) {
    lw_str before = lw_value_written(&words->items[i], LW_STR("before"));
    lw_str after = lw_value_written(&words->items[i], LW_STR("after"));
    if (before.len != 0) {
      lw_buf_printf(out, "  - before: %.*s\n", LW_FMT(before));
    }
    if (after.len != 0) {
      lw_buf_printf(out, "  - now: %.*s\n", LW_FMT(after));
    }
    if (after.len == 0) {
      LW_BUF_LIT(out, "  - now: this is gone\n");
    }
  }
}

static void add_version(const struct lw_value *version, struct lw_buf *out)
{
  const struct lw_value *changes = lw_value_get(version, LW_STR("changes"));
  lw_str note = lw_value_written(version, LW_STR("note"));
  lw_str reason = lw_value_written(version, LW_STR("reason"));
  lw_buf_printf(out, "- Version %.*s%s%.*s%s%.*s\n",
                LW_FMT(lw_value_written(version, LW_STR("version"))), note.len != 0 ? ": " : "",
                LW_FMT(note), reason.len != 0 ? ". Why: " : "", LW_FMT(reason));
  for (uint32_t i = 0; i < count_of(changes); i++) {
    add_words_of(&changes->items[i], out);
  }
  if (!lw_str_equal(lw_value_written(version, LW_STR("unread")), LW_STR("0"))) {
    lw_buf_printf(out, "  - not read yet by %.*s of %.*s\n",
                  LW_FMT(lw_value_written(version, LW_STR("unread"))),
                  LW_FMT(lw_value_written(version, LW_STR("people"))));
  }
}

static void add_versions(const struct lw_value *page, struct lw_buf *out)
{
  const struct lw_value *versions = lw_value_get(page, LW_STR("versions"));
  if (count_of(versions) != 0) {
    LW_BUF_LIT(out, "\n## What changed in the policy, and why\n\n");
  }
  for (uint32_t i = 0; i < count_of(versions); i++) {
    if (!is_set(&versions->items[i], "left_out")) {
      add_version(&versions->items[i], out);
    }
  }
}

static void add_thanks(const struct lw_value *page, struct lw_buf *out)
{
  const struct lw_value *thanks = lw_value_get(page, LW_STR("thanks"));
  if (count_of(thanks) != 0) {
    LW_BUF_LIT(out, "\n## Thanks\n\n");
  }
  for (uint32_t i = 0; i < count_of(thanks); i++) {
    const struct lw_value *item = &thanks->items[i];
    lw_str by = lw_value_written(item, LW_STR("by_name"));
    lw_str to = lw_value_written(item, LW_STR("to_name"));
    if (is_set(item, "left_out")) {
      continue;
    }
    lw_buf_printf(out, "- To %.*s", LW_FMT(to.len != 0 ? to : LW_STR("one of the team")));
    if (is_set(item, "customer")) {
      LW_BUF_LIT(out, ", from a customer");
    } else if (by.len != 0) {
      lw_buf_printf(out, ", from %.*s", LW_FMT(by));
    }
    LW_BUF_LIT(out, "\n");
    if (lw_value_written(item, LW_STR("words")).len != 0) {
      add_quote(lw_value_written(item, LW_STR("words")), "  > ", out);
    }
  }
}

void lw_huddle_words(const struct lw_value *page, struct lw_buf *out)
{
  static void (*const parts[LW_HUDDLE_SECTIONS])(const struct lw_value *page,
                                                 struct lw_buf *out) = {add_cases, add_causes,
                                                                        add_versions, add_thanks};
  const struct lw_value *sections = lw_value_get(page, LW_STR("sections"));
  lw_str words = lw_value_written(page, LW_STR("words"));
  lw_buf_printf(out, "# Huddle: %.*s, %.*s\n\n%.*s to %.*s\n",
                LW_FMT(lw_value_written(page, LW_STR("team_name"))),
                LW_FMT(lw_value_written(page, LW_STR("week"))),
                LW_FMT(lw_value_written(page, LW_STR("first_day"))),
                LW_FMT(lw_value_written(page, LW_STR("last_day"))));
  if (words.len != 0) {
    lw_buf_printf(out, "\n%.*s\n", LW_FMT(words));
  }
  for (uint32_t i = 0; i < count_of(sections); i++) {
    enum lw_huddle_section section;
    if (lw_huddle_section_read(sections->items[i].text, &section)) {
      parts[section](page, out);
    }
  }
}
