/* Reading GIFT. The source is cut into blocks at empty lines; a block is a question, a category or
 * only comments. In a block every escaped character first becomes a mark of its own (a control
 * character, which no sound source has), so that afterwards a bare `~`, `=`, `#`, `{`, `}` or `:`
 * is always one that means something: the same way as Moodle reads it, whose order of guesses about
 * the type is kept too (number by `#`, choice by `~`, matching by `=` and `->`, true or false,
 * short answer). Where Moodle would pass over a mistake (a second answer part, a category without
 * an empty line behind it) we say so. */
#include "learn/gift.h"

#include "base/utf8.h"

/* The marks, in the order of what they stand for. */
static const char escapable[] = ":#={}~n";
static const char stands_for[] = ":#={}~\n";
enum { MARKS = sizeof escapable - 1, FIRST_MARK = 1 };

struct reader {
  struct lw_arena *keep;
  struct lw_diags *diags;
  lw_str category;
  struct lw_quiz *questions;
  size_t count;
  size_t capacity;
  struct lw_buf block; /* lines without blanks at their ends, escapes as marks */
  uint32_t first_line; /* of the block */
  uint32_t line;       /* in hand */
  lw_str id;
  lw_str tags[LW_QUIZ_TAGS_MAX];
  uint32_t n_tags;
  /* The question in hand. */
  struct lw_quiz question;
  struct lw_quiz_option *options;
  bool bad;
};

/* --- findings --- */

static uint32_t line_of(const struct reader *reader, const char *at)
{
  uint32_t line = reader->first_line;
  for (const char *p = reader->block.ptr; p != NULL && p < at; p++) {
    line += *p == '\n' ? 1 : 0;
  }
  return line;
}

static void fault(struct reader *reader, uint32_t line, const char *code, const char *text,
                  const char *hint)
{
  struct lw_place place = {.line = line, .column = 1};
  lw_diags_add(reader->diags, LW_SEVERITY_ERROR, code, place, "%s", text)->hint = lw_str_c(hint);
  reader->bad = true;
}

static void warn(struct reader *reader, uint32_t line, const char *code, const char *text,
                 const char *hint)
{
  struct lw_place place = {.line = line, .column = 1};
  lw_diags_add(reader->diags, LW_SEVERITY_WARNING, code, place, "%s", text)->hint = lw_str_c(hint);
}

/* --- texts --- */

/* A copy with the marks as what they stand for, without blanks at its ends. */
static lw_str plain(struct reader *reader, lw_str part)
{
  char *copy = LW_NEW_ARRAY(reader->keep, char, part.len + 1);
  if (copy == NULL) {
    return LW_STR("");
  }
  for (size_t i = 0; i < part.len; i++) {
    char c = part.ptr[i];
    bool mark = c >= FIRST_MARK && c < FIRST_MARK + MARKS;
    copy[i] = mark ? stands_for[c - FIRST_MARK] : c;
  }
  lw_str trimmed = lw_str_trim(lw_str_from(copy, part.len));
  return trimmed.len != 0 ? trimmed : LW_STR("");
}

/* "[html]text", or text in the format that goes for the whole question. */
static struct lw_rich rich(struct reader *reader, lw_str part, enum lw_rich_format otherwise)
{
  enum lw_rich_format format = otherwise;
  part = lw_str_trim(part);
  size_t end = lw_str_starts(part, LW_STR("[")) ? lw_str_find(part, LW_STR("]"), 0) : SIZE_MAX;
  if (end != SIZE_MAX && lw_rich_format_find(lw_str_slice(part, 1, end - 1), &format)) {
    part = lw_str_slice(part, end + 1, SIZE_MAX);
  }
  struct lw_rich text = {plain(reader, part), format};
  text.format = text.text.len != 0 ? format : otherwise;
  return text;
}

/* Cuts `*rest` at the first `mark`; what stood before it. Without one: all of it. */
static lw_str cut(lw_str *rest, char mark)
{
  lw_str whole = *rest;
  for (size_t i = 0; i < whole.len; i++) {
    if (whole.ptr[i] == mark) {
      *rest = lw_str_slice(whole, i + 1, SIZE_MAX);
      return lw_str_slice(whole, 0, i);
    }
  }
  *rest = lw_str_slice(whole, whole.len, 0);
  return whole;
}

static size_t find_last(lw_str text, lw_str part)
{
  size_t found = SIZE_MAX;
  for (size_t at = lw_str_find(text, part, 0); at != SIZE_MAX;
       at = lw_str_find(text, part, at + 1)) {
    found = at;
  }
  return found;
}

/* --- answers --- */

/* "%50%", "%-33.33333%" at the beginning: its worth, and *part without it. */
static bool take_weight(lw_str *part, lw_credit *ret_credit)
{
  lw_number number = 0;
  size_t end = lw_str_starts(*part, LW_STR("%")) ? lw_str_find(*part, LW_STR("%"), 1) : SIZE_MAX;
  const lw_number unit = (lw_number)10000000; /* 10^-12 in 10^-5 */
  if (end == SIZE_MAX || !lw_number_read(lw_str_slice(*part, 1, end - 1), false, &number) ||
      number > 100 * unit * LW_CREDIT_PERCENT || number < -100 * unit * LW_CREDIT_PERCENT) {
    return false;
  }
  lw_number half = number < 0 ? -unit / 2 : unit / 2;
  *ret_credit = (lw_credit)((number + half) / unit);
  *part = lw_str_slice(*part, end + 1, SIZE_MAX);
  return true;
}

static struct lw_quiz_option *add_option(struct reader *reader, const char *at)
{
  struct lw_quiz *question = &reader->question;
  if (question->n_options == LW_QUIZ_OPTIONS_MAX) {
    fault(reader, line_of(reader, at), "limit", "a question has at most 200 answers",
          "make it two questions");
    return NULL;
  }
  if (reader->options == NULL) {
    reader->options = LW_NEW_ARRAY(reader->keep, struct lw_quiz_option, LW_QUIZ_OPTIONS_MAX);
  }
  if (reader->options == NULL) {
    reader->bad = true;
    return NULL;
  }
  question->options = reader->options;
  struct lw_quiz_option *option = &reader->options[question->n_options++];
  option->line = line_of(reader, at);
  option->text.format = question->text.format;
  option->feedback.format = question->text.format;
  option->match = LW_STR("");
  option->first = LW_STR("");
  option->second = LW_STR("");
  return option;
}

/* "text#feedback" */
static void take_words(struct reader *reader, struct lw_quiz_option *option, lw_str part)
{
  enum lw_rich_format format = reader->question.text.format;
  lw_str words = cut(&part, '#');
  option->text = rich(reader, words, format);
  option->feedback = rich(reader, part, format);
  if (option->text.text.len == 0) {
    fault(reader, option->line, "empty-answer", "an answer has no text",
          "write it behind the sign, or remove the sign; a sign that is meant as text is escaped "
          "with a backslash");
  }
}

/* "=right ~wrong ~%50%half": parts begin with ~ or =; what stands before the first is one too. */
static void read_choices(struct reader *reader, lw_str answers)
{
  bool single = lw_str_find(answers, LW_STR("="), 0) != SIZE_MAX;
  reader->question.kind = single ? LW_QUIZ_CHOICE : LW_QUIZ_CHOICES;
  for (size_t at = 0; at < answers.len && !reader->bad;) {
    size_t end = at + 1;
    while (end < answers.len && answers.ptr[end] != '~' && answers.ptr[end] != '=') {
      end++;
    }
    lw_str part = lw_str_trim(lw_str_slice(answers, at, end - at));
    bool right = lw_str_starts(part, LW_STR("="));
    bool wrong = lw_str_starts(part, LW_STR("~"));
    /* "~=text": the tilde is before an equals sign that makes it right */
    if (wrong && part.len == 1 && end < answers.len && answers.ptr[end] == '=') {
      at = end;
      continue;
    }
    struct lw_quiz_option *option = add_option(reader, answers.ptr + at);
    if (option == NULL) {
      return;
    }
    part = lw_str_trim(lw_str_slice(part, right || wrong ? 1 : 0, SIZE_MAX));
    option->credit = right ? LW_CREDIT_FULL : 0;
    (void)take_weight(&part, &option->credit);
    take_words(reader, option, part);
    if (right && option->credit != LW_CREDIT_FULL && !reader->bad) {
      fault(reader, option->line, "bad-weight", "an answer behind = is worth the whole question",
            "write a part of it as ~%50%answer");
    }
    at = end;
  }
}

static void check_choices(struct reader *reader)
{
  const struct lw_quiz *question = &reader->question;
  int64_t sum = 0;
  int64_t all = 0;
  lw_credit best = -LW_CREDIT_FULL;
  for (uint32_t i = 0; i < question->n_options; i++) {
    lw_credit credit = question->options[i].credit;
    best = credit > best ? credit : best;
    sum += credit > 0 ? credit : 0;
    all += credit;
  }
  bool several = question->kind == LW_QUIZ_CHOICES;
  if (question->n_options < 2) {
    fault(reader, question->line, "few-answers", "a choice needs two answers",
          "add wrong ones with ~; without any it is a short answer, which needs no ~");
  } else if ((several ? sum : best) < LW_CREDIT_FULL - LW_CREDIT_PERCENT) {
    warn(reader, question->line, "no-full-answer", "no answer is worth the whole question",
         several ? "weights of what is right add up to 100: ~%50%one ~%50%two"
                 : "mark what is right with =");
  } else if (several && all >= LW_CREDIT_FULL - LW_CREDIT_PERCENT) {
    warn(reader, question->line, "all-chosen", "choosing every answer is worth it all",
         "give wrong ones a weight below nothing: ~%-50%wrong");
  }
}

static void read_short(struct reader *reader, lw_str answers)
{
  reader->question.kind = LW_QUIZ_SHORT;
  bool first = true;
  while (answers.len != 0 && !reader->bad) {
    const char *at = answers.ptr;
    lw_str part = lw_str_trim(cut(&answers, '='));
    if (first && part.len == 0) {
      first = false;
      continue;
    }
    first = false;
    struct lw_quiz_option *option = add_option(reader, at);
    if (option != NULL) {
      option->credit = LW_CREDIT_FULL;
      (void)take_weight(&part, &option->credit);
      take_words(reader, option, part);
    }
  }
  if (reader->question.n_options == 0 && !reader->bad) {
    fault(reader, reader->question.line, "few-answers",
          "there is no answer behind the =", "write one, or leave the braces empty for an essay");
  }
}

static void take_pair(struct reader *reader, lw_str part)
{
  struct lw_quiz_option *option = add_option(reader, part.ptr);
  size_t arrow = lw_str_find(part, LW_STR("->"), 0);
  if (option == NULL) {
    return;
  }
  if (arrow == SIZE_MAX) {
    fault(reader, option->line, "no-arrow", "a pair has no ->", "write =this -> that");
    return;
  }
  option->text = rich(reader, lw_str_slice(part, 0, arrow), reader->question.text.format);
  option->match = plain(reader, lw_str_slice(part, arrow + 2, SIZE_MAX));
  if (option->match.len == 0) {
    fault(reader, option->line, "empty-answer", "nothing stands behind ->", "write =this -> that");
  }
}

static void read_pairs(struct reader *reader, lw_str answers)
{
  struct lw_quiz *question = &reader->question;
  uint32_t asked = 0;
  question->kind = LW_QUIZ_MATCHING;
  lw_str before = lw_str_trim(cut(&answers, '='));
  if (before.len != 0) {
    take_pair(reader, before);
  }
  while (answers.len != 0 && !reader->bad) {
    take_pair(reader, lw_str_trim(cut(&answers, '=')));
  }
  for (uint32_t i = 0; i < question->n_options; i++) {
    asked += question->options[i].text.text.len != 0 ? 1 : 0;
  }
  if (!reader->bad && (asked < 2 || question->n_options < 2)) {
    fault(reader, question->line, "few-answers", "matching needs two pairs",
          "write =this -> that for each");
  }
  for (uint32_t i = 0; i < question->n_options; i++) {
    reader->options[i].credit = asked != 0 && question->options[i].text.text.len != 0
                                    ? LW_CREDIT_FULL / (lw_credit)asked
                                    : 0;
  }
}

/* T, F, TRUE, FALSE, then "#said when wrong#said when right". */
static bool read_truth(struct reader *reader, lw_str answers)
{
  lw_str word = lw_str_trim(cut(&answers, '#'));
  bool right = lw_str_equal(word, LW_STR("T")) || lw_str_equal(word, LW_STR("TRUE"));
  if (!right && !lw_str_equal(word, LW_STR("F")) && !lw_str_equal(word, LW_STR("FALSE"))) {
    return false;
  }
  enum lw_rich_format format = reader->question.text.format;
  lw_str wrong_words = cut(&answers, '#');
  reader->question.kind = LW_QUIZ_TRUE_FALSE;
  for (int i = 0; i < 2; i++) {
    struct lw_quiz_option *option = add_option(reader, word.ptr);
    if (option != NULL) {
      bool is_right = (i == 0) == right;
      option->credit = is_right ? LW_CREDIT_FULL : 0;
      option->feedback = rich(reader, is_right ? answers : wrong_words, format);
    }
  }
  return true;
}

/* --- numbers --- */

static void take_range(struct reader *reader, struct lw_quiz_option *option, size_t dots)
{
  lw_str text = option->first;
  option->is_range = true;
  option->first = lw_str_trim(lw_str_slice(text, 0, dots));
  option->second = lw_str_trim(lw_str_slice(text, dots + 2, SIZE_MAX));
  if (!lw_number_read(option->first, false, &option->low) ||
      !lw_number_read(option->second, false, &option->high)) {
    fault(reader, option->line, "bad-number", "a range is two numbers",
          "write 1..5; decimals have a point, at most 12 of them");
  } else if (option->low > option->high) {
    fault(reader, option->line, "bad-range", "the range ends before it begins",
          "write the lower number first");
  }
}

static void take_tolerance(struct reader *reader, struct lw_quiz_option *option)
{
  lw_str text = option->first;
  size_t colon = lw_str_find(text, LW_STR(":"), 0);
  lw_number value = 0;
  lw_number tolerance = 0;
  option->first = lw_str_trim(lw_str_slice(text, 0, colon));
  option->second =
      colon != SIZE_MAX ? lw_str_trim(lw_str_slice(text, colon + 1, SIZE_MAX)) : LW_STR("");
  if (!lw_number_read(option->first, false, &value) ||
      (colon != SIZE_MAX && !lw_number_read(option->second, false, &tolerance)) || tolerance < 0) {
    fault(reader, option->line, "bad-number", "the answer is no number with a tolerance",
          "write 3, 3:2 or 1..5; decimals have a point, at most 12 of them");
    return;
  }
  option->low = value - tolerance;
  option->high = value + tolerance;
}

static void take_number(struct reader *reader, lw_str part)
{
  struct lw_quiz_option *option = add_option(reader, part.ptr);
  if (option == NULL) {
    return;
  }
  option->credit = LW_CREDIT_FULL;
  (void)take_weight(&part, &option->credit);
  option->first = plain(reader, cut(&part, '#'));
  option->feedback = rich(reader, part, reader->question.text.format);
  size_t dots = lw_str_find(option->first, LW_STR(".."), 0);
  if (lw_str_equal(option->first, LW_STR("*"))) {
    option->any = true;
  } else if (dots != SIZE_MAX) {
    take_range(reader, option, dots);
  } else {
    take_tolerance(reader, option);
  }
}

/* Behind `~`: what is said to any other number. */
static void take_other(struct reader *reader, lw_str wrong)
{
  struct lw_quiz_option *option = add_option(reader, wrong.ptr);
  if (option != NULL) {
    (void)cut(&wrong, '#');
    option->any = true;
    option->first = LW_STR("*");
    option->feedback = rich(reader, wrong, reader->question.text.format);
  }
}

static void read_numbers(struct reader *reader, lw_str answers)
{
  reader->question.kind = LW_QUIZ_NUMBER;
  size_t tilde = lw_str_find(answers, LW_STR("~"), 0);
  lw_str wrong = tilde != SIZE_MAX ? lw_str_slice(answers, tilde + 1, SIZE_MAX) : LW_STR("");
  answers = lw_str_trim(lw_str_slice(answers, 0, tilde));
  lw_str first = lw_str_trim(cut(&answers, '='));
  if (first.len != 0) {
    take_number(reader, first);
  }
  while (answers.len != 0 && !reader->bad) {
    take_number(reader, lw_str_trim(cut(&answers, '=')));
  }
  if (reader->question.n_options == 0 && !reader->bad) {
    fault(reader, reader->question.line, "few-answers", "there is no number behind the #",
          "write {#3}, {#3:2} or {#1..5}");
  }
  if (tilde != SIZE_MAX && !reader->bad) {
    take_other(reader, wrong);
  }
}

/* --- a question --- */

static void read_answers(struct reader *reader, lw_str answers)
{
  bool equals = lw_str_find(answers, LW_STR("="), 0) != SIZE_MAX;
  if (answers.len == 0) {
    reader->question.kind = LW_QUIZ_ESSAY;
  } else if (answers.ptr[0] == '#') {
    read_numbers(reader, lw_str_slice(answers, 1, SIZE_MAX));
  } else if (lw_str_find(answers, LW_STR("~"), 0) != SIZE_MAX) {
    read_choices(reader, answers);
    if (!reader->bad) {
      check_choices(reader);
    }
  } else if (equals && lw_str_find(answers, LW_STR("->"), 0) != SIZE_MAX) {
    read_pairs(reader, answers);
  } else if (!read_truth(reader, answers)) {
    read_short(reader, answers);
  }
}

/* "::title::" at the beginning of *text. */
static void take_title(struct reader *reader, lw_str *text)
{
  reader->question.title = LW_STR("");
  if (!lw_str_starts(*text, LW_STR("::"))) {
    return;
  }
  size_t end = lw_str_find(*text, LW_STR("::"), 2);
  if (end == SIZE_MAX) {
    fault(reader, reader->question.line, "open-title", "the title has no end",
          "close it: ::title::");
    return;
  }
  reader->question.title = plain(reader, lw_str_slice(*text, 2, end - 2));
  *text = lw_str_trim(lw_str_slice(*text, end + 2, SIZE_MAX));
}

/* Where the answers stand in text: what is before, in and behind the braces. */
struct parts {
  lw_str before;
  lw_str answers;
  lw_str behind;
  bool has_answers;
};

static bool take_parts(struct reader *reader, lw_str text, struct parts *ret)
{
  size_t open = lw_str_find(text, LW_STR("{"), 0);
  size_t close = lw_str_find(text, LW_STR("}"), 0);
  *ret = (struct parts){.before = text, .has_answers = open != SIZE_MAX};
  if (open == SIZE_MAX && close == SIZE_MAX) {
    return true;
  }
  if (open == SIZE_MAX || close == SIZE_MAX || close < open) {
    fault(reader, line_of(reader, text.ptr + (open != SIZE_MAX ? open : close)), "brace",
          "a brace stands alone",
          "close the answers with }; a brace in a text is written \\{ or \\}");
    return false;
  }
  ret->before = lw_str_slice(text, 0, open);
  ret->answers = lw_str_slice(text, open + 1, close - open - 1);
  ret->behind = lw_str_slice(text, close + 1, SIZE_MAX);
  size_t again = lw_str_find(ret->behind, LW_STR("{"), 0);
  size_t more = lw_str_find(ret->behind, LW_STR("}"), 0);
  again = again < more ? again : more;
  if (again != SIZE_MAX || lw_str_find(ret->answers, LW_STR("{"), 0) != SIZE_MAX) {
    fault(reader, line_of(reader, again != SIZE_MAX ? ret->behind.ptr + again : ret->answers.ptr),
          "brace", "a question has one part with answers",
          "part questions with an empty line; a brace in a text is written \\{ or \\}");
    return false;
  }
  return true;
}

/* The text, with "_____" where answers stood amid it. */
static void take_text(struct reader *reader, const struct parts *parts)
{
  lw_str whole = parts->before;
  if (parts->has_answers && parts->behind.len != 0) {
    whole =
        lw_str_format(reader->keep, "%.*s_____%.*s", LW_FMT(parts->before), LW_FMT(parts->behind));
  }
  reader->question.text = rich(reader, whole, LW_RICH_MOODLE);
  if (reader->question.text.text.len == 0) {
    fault(reader, reader->question.line, "no-text", "there is no question",
          "write it before the braces");
  } else if (reader->question.text.text.len > LW_QUIZ_TEXT_BYTES_MAX) {
    fault(reader, reader->question.line, "limit", "the text is longer than 64 KB",
          "make it a page of the course");
  }
}

static void keep_question(struct reader *reader)
{
  if (reader->count == LW_GIFT_QUESTIONS_MAX) {
    fault(reader, reader->question.line, "limit", "a file has at most 5000 questions",
          "make it several files");
    return;
  }
  struct lw_quiz *grown =
      lw_arena_grow(reader->keep, reader->questions, reader->count, &reader->capacity,
                    reader->count + 1, sizeof *grown, _Alignof(struct lw_quiz));
  if (grown != NULL) {
    reader->questions = grown;
    grown[reader->count++] = reader->question;
  }
}

static void read_question(struct reader *reader, lw_str text)
{
  struct parts parts;
  struct lw_quiz *question = &reader->question;
  take_title(reader, &text);
  if (reader->bad || !take_parts(reader, text, &parts)) {
    return;
  }
  take_text(reader, &parts);
  lw_str answers = lw_str_trim(parts.answers);
  size_t general = find_last(answers, LW_STR("####"));
  question->general = (struct lw_rich){LW_STR(""), question->text.format};
  if (general != SIZE_MAX) {
    question->general =
        rich(reader, lw_str_slice(answers, general + 4, SIZE_MAX), question->text.format);
    answers = lw_str_trim(lw_str_slice(answers, 0, general));
  }
  if (!parts.has_answers) {
    question->kind = LW_QUIZ_DESCRIPTION;
  } else if (!reader->bad) {
    read_answers(reader, answers);
  }
  if (!reader->bad) {
    keep_question(reader);
  }
}

/* --- blocks --- */

static bool take_tags(struct reader *reader, struct lw_quiz *question)
{
  lw_str *tags = LW_NEW_ARRAY(reader->keep, lw_str, reader->n_tags + 1U);
  if (tags != NULL && reader->n_tags != 0) {
    memcpy(tags, reader->tags, reader->n_tags * sizeof *tags);
  }
  question->tags = tags;
  question->n_tags = reader->n_tags;
  return tags != NULL;
}

/* "$CATEGORY: name" alone in its block; what follows without an empty line is read all the same. */
static lw_str take_category(struct reader *reader, lw_str text)
{
  lw_str rest = text;
  lw_str line = cut(&rest, '\n');
  reader->category = plain(reader, lw_str_slice(line, 10, SIZE_MAX));
  rest = lw_str_trim(rest);
  if (rest.len != 0) {
    warn(reader, line_of(reader, rest.ptr), "category", "a category needs an empty line behind it",
         "Moodle would take what follows for its name");
  }
  return rest;
}

static void end_block(struct reader *reader)
{
  lw_str text = lw_str_trim(lw_buf_str(&reader->block));
  reader->options = NULL;
  if (lw_str_starts(text, LW_STR("$CATEGORY:"))) {
    text = take_category(reader, text);
  }
  if (text.len != 0) {
    reader->question = (struct lw_quiz){
        .line = line_of(reader, text.ptr), .id = reader->id, .category = reader->category};
    if (take_tags(reader, &reader->question) && !reader->bad) {
      read_question(reader, text);
    }
  }
  lw_buf_reset(&reader->block);
  reader->bad = false;
  reader->id = LW_STR("");
  reader->n_tags = 0;
}

/* The inside of "[id:...]" or "[tag:...]" from `at` on, in which "\]" stands for "]"; *at behind
 * it. False when there is none. */
static bool take_marked(struct reader *reader, lw_str line, lw_str mark, size_t *at, lw_str *ret)
{
  size_t begin = lw_str_find(line, mark, *at);
  char *copy = begin != SIZE_MAX ? LW_NEW_ARRAY(reader->keep, char, line.len) : NULL;
  size_t len = 0;
  if (copy == NULL) {
    return false;
  }
  for (size_t i = begin + mark.len; i < line.len; i++) {
    if (line.ptr[i] == ']') {
      *ret = lw_str_trim(lw_str_from(copy, len));
      *at = i + 1;
      return true;
    }
    bool escaped = line.ptr[i] == '\\' && i + 1 < line.len && line.ptr[i + 1] == ']';
    if (line.ptr[i] == '[' || (line.ptr[i] == '\\' && !escaped)) {
      return false; /* what it would stand for could not be written again */
    }
    i += escaped ? 1 : 0;
    copy[len++] = line.ptr[i];
  }
  return false;
}

static void take_comment(struct reader *reader, lw_str line)
{
  lw_str found;
  size_t at = 0;
  if (reader->id.len == 0 && take_marked(reader, line, LW_STR("[id:"), &at, &found)) {
    reader->id = found;
  }
  at = 0;
  while (reader->n_tags < LW_QUIZ_TAGS_MAX &&
         take_marked(reader, line, LW_STR("[tag:"), &at, &found)) {
    if (found.len != 0) {
      reader->tags[reader->n_tags++] = found;
    }
  }
}

static void add_escaped(struct reader *reader, lw_str line)
{
  for (size_t i = 0; i < line.len; i++) {
    char c = line.ptr[i];
    const char *mark = NULL;
    if (c == '\\' && i + 1 < line.len && line.ptr[i + 1] == '\\') {
      i++;
    } else if (c == '\\' && i + 1 < line.len && line.ptr[i + 1] != '\0') {
      mark = strchr(escapable, line.ptr[i + 1]);
    } else if ((unsigned char)c < 0x20 && c != '\t') {
      fault(reader, reader->line, "control-character", "a control character stands here",
            "remove it: texts are plain UTF-8");
      c = ' ';
    }
    lw_buf_add_char(&reader->block, mark != NULL ? (char)(FIRST_MARK + (mark - escapable)) : c);
    i += mark != NULL ? 1 : 0;
  }
}

static void take_line(struct reader *reader, lw_str line)
{
  line = lw_str_trim(line);
  if (line.len == 0) {
    end_block(reader);
    return;
  }
  if (reader->block.len == 0) {
    reader->first_line = reader->line;
  } else {
    lw_buf_add_char(&reader->block, '\n');
  }
  if (lw_str_starts(line, LW_STR("//"))) {
    take_comment(reader, line);
    lw_buf_add_char(&reader->block, ' ');
  } else {
    add_escaped(reader, line);
  }
}

static enum lw_code check_source(lw_str source, struct lw_error *err)
{
  size_t bad = lw_utf8_check(source);
  if (source.len > LW_GIFT_BYTES_MAX) {
    return lw_fail(err, LW_LIMIT, "a file of questions has at most %d MB",
                   LW_GIFT_BYTES_MAX / (1024 * 1024));
  }
  if (bad != source.len) {
    (void)lw_fail(err, LW_INVALID, "the file is not UTF-8 (byte %zu)", bad);
    lw_error_hint(err, "save it as UTF-8");
    return LW_INVALID;
  }
  return LW_OK;
}

enum lw_code lw_gift_read(struct lw_arena *keep, lw_str source, struct lw_diags *diags,
                          struct lw_gift *ret_gift, struct lw_error *err)
{
  struct reader reader = {.keep = keep, .diags = diags, .category = LW_STR(""), .id = LW_STR("")};
  enum lw_code rc = check_source(source, err);
  if (rc != LW_OK) {
    return rc;
  }
  if (lw_str_starts(source, LW_STR("\xEF\xBB\xBF"))) {
    source = lw_str_slice(source, 3, SIZE_MAX);
  }
  while (source.len != 0) {
    reader.line++;
    take_line(&reader, cut(&source, '\n'));
  }
  end_block(&reader);
  bool failed = reader.block.failed || keep->failed;
  lw_buf_finish(&reader.block);
  if (failed) {
    return lw_fail(err, LW_NO_MEMORY, "out of memory while reading questions");
  }
  *ret_gift = (struct lw_gift){reader.questions, (uint32_t)reader.count};
  return LW_OK;
}
