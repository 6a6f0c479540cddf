/* Writing GIFT, so that reading it gives the same questions again: ends of lines are \n, every sign
 * that means something is escaped, and a weight or a format is written wherever the text alone
 * would be taken for one. */
#include "learn/gift.h"

#include <stdio.h>

static void add_text(struct lw_buf *out, lw_str text)
{
  for (size_t i = 0; i < text.len; i++) {
    char c = text.ptr[i];
    if (c == '\n') {
      LW_BUF_LIT(out, "\\n");
    } else if (c != '\r') {
      if (strchr("\\~=#{}:", c) != NULL) {
        lw_buf_add_char(out, '\\');
      }
      lw_buf_add_char(out, c);
    }
  }
}

/* Whether it would be read as beginning with a format. */
static bool looks_formatted(lw_str text)
{
  enum lw_rich_format format;
  size_t end = lw_str_starts(text, LW_STR("[")) ? lw_str_find(text, LW_STR("]"), 0) : SIZE_MAX;
  return end != SIZE_MAX && lw_rich_format_find(lw_str_slice(text, 1, end - 1), &format);
}

static void add_format(struct lw_buf *out, const struct lw_rich *rich,
                       enum lw_rich_format otherwise)
{
  if (rich->format != otherwise || looks_formatted(rich->text)) {
    lw_buf_printf(out, "[%.*s]", LW_FMT(lw_rich_format_name(rich->format)));
  }
}

static void add_rich(struct lw_buf *out, const struct lw_rich *rich, enum lw_rich_format otherwise)
{
  add_format(out, rich, otherwise);
  add_text(out, rich->text);
}

static void add_feedback(struct lw_buf *out, const struct lw_quiz_option *option,
                         enum lw_rich_format otherwise)
{
  if (option->feedback.text.len != 0) {
    lw_buf_add_char(out, '#');
    add_rich(out, &option->feedback, otherwise);
  }
}

/* "%50%", "%-33.33333%" */
static void add_weight(struct lw_buf *out, lw_credit credit)
{
  lw_credit size = credit < 0 ? -credit : credit;
  lw_buf_printf(out, "%%%s%d", credit < 0 ? "-" : "", size / LW_CREDIT_PERCENT);
  lw_credit rest = size % LW_CREDIT_PERCENT;
  if (rest != 0) {
    char digits[8];
    int len = snprintf(digits, sizeof digits, "%05d", rest);
    while (len > 0 && digits[len - 1] == '0') {
      len--;
    }
    lw_buf_add_char(out, '.');
    lw_buf_add(out, lw_str_from(digits, (size_t)len));
  }
  lw_buf_add_char(out, '%');
}

static bool starts_percent(const struct lw_quiz_option *option)
{
  return lw_str_starts(option->text.text, LW_STR("%"));
}

/* Whether no option is written with a tilde: the answers would be read as short ones, or as pairs.
 */
static bool has_no_tilde(const struct lw_quiz *question)
{
  bool all = question->kind == LW_QUIZ_CHOICE;
  for (uint32_t i = 0; i < question->n_options; i++) {
    all = all && question->options[i].credit == LW_CREDIT_FULL;
  }
  return all;
}

static void write_choices(struct lw_buf *out, const struct lw_quiz *question)
{
  bool single = question->kind == LW_QUIZ_CHOICE;
  bool bare = has_no_tilde(question);
  for (uint32_t i = 0; i < question->n_options; i++) {
    const struct lw_quiz_option *option = &question->options[i];
    bool right = single && option->credit == LW_CREDIT_FULL;
    lw_buf_add_c(out, !right ? "\n\t~" : bare && i == 0 ? "\n\t~=" : "\n\t=");
    if ((!right && option->credit != 0) || starts_percent(option)) {
      add_weight(out, option->credit);
    }
    add_rich(out, &option->text, question->text.format);
    add_feedback(out, option, question->text.format);
  }
  lw_buf_add_char(out, '\n');
}

static void write_truth(struct lw_buf *out, const struct lw_quiz *question)
{
  bool right = question->options[0].credit == LW_CREDIT_FULL;
  const struct lw_rich *is_right = &question->options[right ? 0 : 1].feedback;
  const struct lw_rich *is_wrong = &question->options[right ? 1 : 0].feedback;
  lw_buf_add_c(out, right ? "TRUE" : "FALSE");
  if (is_right->text.len != 0 || is_wrong->text.len != 0) {
    lw_buf_add_char(out, '#');
    add_rich(out, is_wrong, question->text.format);
  }
  if (is_right->text.len != 0) {
    lw_buf_add_char(out, '#');
    add_rich(out, is_right, question->text.format);
  }
}

/* With an arrow in it an answer behind = would be read as a pair: then it stands without. */
static bool has_arrow(const struct lw_quiz_option *option)
{
  return lw_str_find(option->text.text, LW_STR("->"), 0) != SIZE_MAX ||
         lw_str_find(option->feedback.text, LW_STR("->"), 0) != SIZE_MAX;
}

static void write_short(struct lw_buf *out, const struct lw_quiz *question)
{
  bool bare = question->n_options == 1 && has_arrow(&question->options[0]);
  for (uint32_t i = 0; i < question->n_options; i++) {
    const struct lw_quiz_option *option = &question->options[i];
    lw_buf_add_c(out, bare ? "" : "\n\t=");
    if (option->credit != LW_CREDIT_FULL || starts_percent(option)) {
      add_weight(out, option->credit);
    }
    add_rich(out, &option->text, question->text.format);
    add_feedback(out, option, question->text.format);
  }
  lw_buf_add_c(out, bare ? "" : "\n");
}

static void write_numbers(struct lw_buf *out, const struct lw_quiz *question)
{
  lw_buf_add_char(out, '#');
  for (uint32_t i = 0; i < question->n_options; i++) {
    const struct lw_quiz_option *option = &question->options[i];
    if (option->any && option->credit == 0 && i + 1 == question->n_options) {
      LW_BUF_LIT(out, "\n\t~");
    } else {
      LW_BUF_LIT(out, "\n\t=");
      if (option->credit != LW_CREDIT_FULL) {
        add_weight(out, option->credit);
      }
      add_text(out, option->first);
      if (option->is_range || option->second.len != 0) {
        lw_buf_add_c(out, option->is_range ? ".." : ":");
        add_text(out, option->second);
      }
    }
    add_feedback(out, option, question->text.format);
  }
  lw_buf_add_char(out, '\n');
}

static void write_pairs(struct lw_buf *out, const struct lw_quiz *question)
{
  for (uint32_t i = 0; i < question->n_options; i++) {
    const struct lw_quiz_option *option = &question->options[i];
    LW_BUF_LIT(out, "\n\t=");
    add_rich(out, &option->text, question->text.format);
    LW_BUF_LIT(out, " -> ");
    add_text(out, option->match);
  }
  lw_buf_add_char(out, '\n');
}

/* The answers in their braces. */
static void write_answers(struct lw_buf *out, const struct lw_quiz *question)
{
  lw_buf_add_char(out, '{');
  switch (question->kind) {
  case LW_QUIZ_CHOICE:
  case LW_QUIZ_CHOICES: write_choices(out, question); break;
  case LW_QUIZ_TRUE_FALSE: write_truth(out, question); break;
  case LW_QUIZ_NUMBER: write_numbers(out, question); break;
  case LW_QUIZ_MATCHING: write_pairs(out, question); break;
  case LW_QUIZ_SHORT: write_short(out, question); break;
  case LW_QUIZ_ESSAY:
  case LW_QUIZ_DESCRIPTION:
  case LW_QUIZ_AMOUNT:
  case LW_QUIZ_SCENARIO: break;
  }
  if (question->general.text.len != 0) {
    LW_BUF_LIT(out, "####");
    add_rich(out, &question->general, question->text.format);
  }
  lw_buf_add_char(out, '}');
}

/* Where a missing word stood: the one "_____" that something follows; else SIZE_MAX. */
static size_t find_blank(lw_str text)
{
  const lw_str blank = LW_STR("_____");
  size_t at = lw_str_find(text, blank, 0);
  bool again = at != SIZE_MAX && lw_str_find(text, blank, at + 1) != SIZE_MAX;
  return at != SIZE_MAX && !again && at + blank.len < text.len ? at : SIZE_MAX;
}

/* "// [id:...] [tag:...]" */
static void write_marks(struct lw_buf *out, const struct lw_quiz *question)
{
  if (question->id.len == 0 && question->n_tags == 0) {
    return;
  }
  LW_BUF_LIT(out, "//");
  for (uint32_t i = 0; i <= question->n_tags; i++) {
    lw_str text = i == 0 ? question->id : question->tags[i - 1];
    if (text.len == 0) {
      continue;
    }
    lw_buf_add_c(out, i == 0 ? " [id:" : " [tag:");
    for (size_t k = 0; k < text.len; k++) {
      lw_buf_add_c(out, text.ptr[k] == ']' ? "\\" : "");
      lw_buf_add_char(out, text.ptr[k]);
    }
    lw_buf_add_char(out, ']');
  }
  lw_buf_add_char(out, '\n');
}

static void write_question(struct lw_buf *out, const struct lw_quiz *question)
{
  lw_str text = question->text.text;
  size_t blank = find_blank(text);
  bool described = question->kind == LW_QUIZ_DESCRIPTION;
  write_marks(out, question);
  if (question->title.len != 0 || lw_str_starts(text, LW_STR("//")) ||
      lw_str_starts(text, LW_STR("\xEF\xBB\xBF"))) {
    LW_BUF_LIT(out, "::"); /* a comment, and the mark at a file's beginning, would be passed over */
    add_text(out, question->title);
    LW_BUF_LIT(out, "::");
  }
  add_format(out, &question->text, LW_RICH_MOODLE);
  if (described || blank == SIZE_MAX) {
    add_text(out, text);
    if (!described) {
      lw_buf_add_char(out, ' ');
      write_answers(out, question);
    }
  } else {
    add_text(out, lw_str_slice(text, 0, blank));
    write_answers(out, question);
    add_text(out, lw_str_slice(text, blank + 5, SIZE_MAX));
  }
  LW_BUF_LIT(out, "\n");
}

enum lw_code lw_gift_write(const struct lw_quiz *questions, uint32_t count, struct lw_buf *out,
                           struct lw_error *err)
{
  lw_str category = LW_STR("");
  for (uint32_t i = 0; i < count; i++) {
    const struct lw_quiz *question = &questions[i];
    if (question->kind == LW_QUIZ_AMOUNT || question->kind == LW_QUIZ_SCENARIO) {
      return lw_fail(err, LW_MISMATCH, "GIFT has no questions of the kind %.*s",
                     LW_FMT(lw_quiz_kind_name(question->kind)));
    }
    lw_buf_add_c(out, i != 0 ? "\n" : "");
    if (!lw_str_equal(category, question->category)) {
      LW_BUF_LIT(out, "$CATEGORY: ");
      add_text(out, question->category);
      LW_BUF_LIT(out, "\n\n");
      category = question->category;
    }
    write_question(out, question);
  }
  return LW_OK;
}

/* --- the report --- */

static void report_question(const struct lw_quiz *question, struct lw_buf *out)
{
  lw_str name = question->title.len != 0 ? question->title : question->text.text;
  size_t end = lw_str_find(name, LW_STR("\n"), 0);
  name = lw_str_slice(name, 0, end);
  lw_buf_printf(out, "%u: %.*s", question->line, LW_FMT(lw_quiz_kind_name(question->kind)));
  if (question->n_options != 0) {
    lw_buf_printf(out, ", %u %s", question->n_options,
                  question->kind == LW_QUIZ_MATCHING ? "pairs"
                  : question->n_options == 1         ? "answer"
                                                     : "answers");
  }
  lw_buf_printf(out, ": %.*s\n", LW_FMT(name));
}

static void report_finding(const struct lw_diag *diag, struct lw_buf *out)
{
  lw_buf_printf(out, "%u: %s %s: %.*s", diag->place.line,
                diag->severity == LW_SEVERITY_ERROR ? "error" : "warning", diag->code,
                LW_FMT(diag->message));
  if (diag->hint.len != 0) {
    lw_buf_printf(out, "; %.*s", LW_FMT(diag->hint));
  }
  lw_buf_add_char(out, '\n');
}

void lw_gift_report(const struct lw_gift *gift, const struct lw_diags *diags, struct lw_buf *out)
{
  uint32_t at = 0;
  for (size_t i = 0; i <= diags->count; i++) {
    uint32_t until = i < diags->count ? diags->items[i].place.line : UINT32_MAX;
    while (at < gift->count && gift->questions[at].line <= until) {
      report_question(&gift->questions[at++], out);
    }
    if (i < diags->count) {
      report_finding(&diags->items[i], out);
    }
  }
}
