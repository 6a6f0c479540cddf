/* Names of the kinds of questions, of the formats of their texts, and of what is possible. */
#include "learn/quiz.h"

static const lw_str kinds[LW_QUIZ_KINDS] = {
    LW_STR_INIT("choice"),   LW_STR_INIT("choices"),     LW_STR_INIT("true-false"),
    LW_STR_INIT("number"),   LW_STR_INIT("matching"),    LW_STR_INIT("short"),
    LW_STR_INIT("essay"),    LW_STR_INIT("description"), LW_STR_INIT("amount"),
    LW_STR_INIT("scenario"),
};

static const lw_str formats[LW_RICH_FORMATS] = {LW_STR_INIT("moodle"), LW_STR_INIT("html"),
                                                LW_STR_INIT("plain"), LW_STR_INIT("markdown")};

static const lw_str possibles[LW_POSSIBLES] = {LW_STR_INIT("yes"), LW_STR_INIT("at-once"),
                                               LW_STR_INIT("ask"), LW_STR_INIT("no")};

lw_str lw_possible_name(enum lw_possible possible)
{
  return possibles[possible];
}

bool lw_possible_find(lw_str name, enum lw_possible *ret_possible)
{
  for (unsigned i = 0; i < LW_POSSIBLES; i++) {
    if (lw_str_equal(name, possibles[i])) {
      *ret_possible = (enum lw_possible)i;
      return true;
    }
  }
  return false;
}

lw_str lw_quiz_kind_name(enum lw_quiz_kind kind)
{
  return kinds[kind];
}

lw_str lw_rich_format_name(enum lw_rich_format format)
{
  return formats[format];
}

bool lw_rich_format_find(lw_str name, enum lw_rich_format *ret_format)
{
  for (unsigned i = 0; i < LW_RICH_FORMATS; i++) {
    if (lw_str_equal(name, formats[i])) {
      *ret_format = (enum lw_rich_format)i;
      return true;
    }
  }
  return false;
}

bool lw_quiz_is_graded(const struct lw_quiz *question)
{
  return question->kind != LW_QUIZ_ESSAY && question->kind != LW_QUIZ_DESCRIPTION;
}
