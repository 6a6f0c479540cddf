/* Questions as one line of text each, for comparing what two readings gave. */
#ifndef LW_TEST_GIFT_DUMP_H
#define LW_TEST_GIFT_DUMP_H

#include "learn/gift.h"

static inline void dump_rich(struct lw_buf *out, const char *name, const struct lw_rich *rich,
                             enum lw_rich_format otherwise)
{
  if (rich->text.len == 0) {
    return;
  }
  lw_buf_add_c(out, name);
  if (rich->format != otherwise) {
    lw_buf_printf(out, "[%.*s]", LW_FMT(lw_rich_format_name(rich->format)));
  }
  lw_buf_add(out, rich->text);
}

static inline void dump_option(struct lw_buf *out, const struct lw_quiz *question,
                               const struct lw_quiz_option *option)
{
  enum lw_rich_format format = question->text.format;
  lw_buf_printf(out, " | %d", option->credit);
  dump_rich(out, " ", &option->text, format);
  if (option->match.len != 0) {
    lw_buf_printf(out, " -> %.*s", LW_FMT(option->match));
  }
  if (option->any) {
    lw_buf_add_c(out, " any");
  } else if (question->kind == LW_QUIZ_NUMBER) {
    lw_buf_printf(out, " %lld..%lld", (long long)(option->low / 1000000),
                  (long long)(option->high / 1000000));
  }
  dump_rich(out, " # ", &option->feedback, format);
}

static inline void dump_question(struct lw_buf *out, const struct lw_quiz *question)
{
  lw_buf_printf(out, "%.*s", LW_FMT(lw_quiz_kind_name(question->kind)));
  if (question->id.len != 0) {
    lw_buf_printf(out, " id=%.*s", LW_FMT(question->id));
  }
  for (uint32_t i = 0; i < question->n_tags; i++) {
    lw_buf_printf(out, " tag=%.*s", LW_FMT(question->tags[i]));
  }
  if (question->category.len != 0) {
    lw_buf_printf(out, " in=%.*s", LW_FMT(question->category));
  }
  if (question->title.len != 0) {
    lw_buf_printf(out, " ::%.*s::", LW_FMT(question->title));
  }
  dump_rich(out, " ", &question->text, LW_RICH_MOODLE);
  for (uint32_t i = 0; i < question->n_options; i++) {
    dump_option(out, question, &question->options[i]);
  }
  dump_rich(out, " #### ", &question->general, question->text.format);
  lw_buf_add_char(out, '\n');
}

static inline void dump_all(struct lw_buf *out, const struct lw_gift *gift)
{
  for (uint32_t i = 0; i < gift->count; i++) {
    dump_question(out, &gift->questions[i]);
  }
}

#endif
