/* Reading questions and answers; the set that is built in. */
#include "listen/pulse_questions.h"

#include "base/num.h"

static const char builtin[] =
    "["
    "{\"id\":\"make-right\",\"text\":{"
    "\"en\":\"I can make things right for my customers without asking.\","
    "\"de\":\"Ich kann für meine Kunden etwas in Ordnung bringen, ohne zu fragen.\"},"
    "\"low\":{\"en\":\"hardly ever\",\"de\":\"kaum je\"},"
    "\"high\":{\"en\":\"nearly always\",\"de\":\"fast immer\"}},"
    "{\"id\":\"answer-in-time\",\"text\":{"
    "\"en\":\"When I ask, the answer comes while the customer is still there.\","
    "\"de\":\"Wenn ich frage, kommt die Antwort, solange der Kunde noch da ist.\"},"
    "\"low\":{\"en\":\"hardly ever\",\"de\":\"kaum je\"},"
    "\"high\":{\"en\":\"nearly always\",\"de\":\"fast immer\"}},"
    "{\"id\":\"heard\",\"text\":{"
    "\"en\":\"When a rule is in the way, somebody listens.\","
    "\"de\":\"Wenn eine Regel im Weg ist, hört jemand zu.\"},"
    "\"low\":{\"en\":\"not at all\",\"de\":\"gar nicht\"},"
    "\"high\":{\"en\":\"every time\",\"de\":\"jedes Mal\"}},"
    "{\"id\":\"plan\",\"text\":{"
    "\"en\":\"I know the plan: what we change next, and why.\","
    "\"de\":\"Ich kenne den Plan: was wir als Nächstes ändern, und warum.\"},"
    "\"low\":{\"en\":\"not at all\",\"de\":\"gar nicht\"},"
    "\"high\":{\"en\":\"very well\",\"de\":\"sehr gut\"}},"
    "{\"id\":\"again\",\"text\":{"
    "\"en\":\"I would tell a friend that this is a good place to work.\","
    "\"de\":\"Ich würde Freunden sagen, dass man hier gut arbeitet.\"},"
    "\"low\":{\"en\":\"no\",\"de\":\"nein\"},"
    "\"high\":{\"en\":\"at once\",\"de\":\"sofort\"}}"
    "]";

static const char builtin_words[] = "{\"en\":\"What should we change first?\","
                                    "\"de\":\"Was sollten wir zuerst ändern?\"}";

lw_str lw_pulse_builtin_questions(void)
{
  return lw_str_c(builtin);
}

lw_str lw_pulse_builtin_words(void)
{
  return lw_str_c(builtin_words);
}

static const char *say(struct lw_arena *arena, lw_str words)
{
  lw_str ended = lw_str_format(arena, "%.*s%c", LW_FMT(words), '\0');
  return ended.ptr != NULL ? ended.ptr : "it can't be read";
}

static bool is_text(const struct lw_value *value)
{
  return value != NULL && value->kind == LW_VALUE_STRING && lw_str_trim(value->text).len != 0 &&
         value->text.len <= LW_PULSE_TEXT_BYTES_MAX;
}

const char *lw_pulse_text_check(const struct lw_value *value, struct lw_arena *arena,
                                const char *what)
{
  bool is_map = value != NULL && value->kind == LW_VALUE_MAP && value->count != 0 &&
                value->count <= LW_PULSE_LANGUAGES_MAX;
  bool good = is_map || is_text(value);
  for (uint32_t i = 0; is_map && i < value->count; i++) {
    size_t name = value->entries[i].key.len;
    good = good && is_text(&value->items[i]) && name >= 2 && name <= 16;
  }
  return good
             ? NULL
             : say(arena, lw_str_format(arena,
                                        "%s is a text of 1 to %d bytes, or such texts by language: "
                                        "{en: ..., de: ...}",
                                        what, LW_PULSE_TEXT_BYTES_MAX));
}

static bool is_id(const struct lw_value *value)
{
  bool good = value != NULL && value->kind == LW_VALUE_STRING && value->text.len != 0 &&
              value->text.len <= LW_PULSE_ID_BYTES_MAX;
  for (size_t i = 0; good && i < value->text.len; i++) {
    char c = value->text.ptr[i];
    good = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
  }
  return good;
}

static bool is_known(lw_str key)
{
  return lw_str_equal(key, LW_STR("id")) || lw_str_equal(key, LW_STR("text")) ||
         lw_str_equal(key, LW_STR("low")) || lw_str_equal(key, LW_STR("high"));
}

static const char *check_question(const struct lw_value *question, uint32_t number,
                                  struct lw_arena *arena)
{
  static const char *const texts[] = {"text", "low", "high"};
  if (question->kind != LW_VALUE_MAP || !is_id(lw_value_get(question, LW_STR("id")))) {
    return say(arena, lw_str_format(arena, "question %u has no id of 1 to %d of a-z, 0-9 and -",
                                    number, LW_PULSE_ID_BYTES_MAX));
  }
  for (uint32_t i = 0; i < question->count; i++) {
    if (!is_known(question->entries[i].key)) {
      return say(arena, lw_str_format(arena, "\"%.*s\" is no key of a question",
                                      LW_FMT(question->entries[i].key)));
    }
  }
  const char *wrong = NULL;
  for (size_t i = 0; wrong == NULL && i < sizeof texts / sizeof texts[0]; i++) {
    wrong = lw_pulse_text_check(lw_value_get(question, lw_str_c(texts[i])), arena, texts[i]);
  }
  return wrong;
}

uint32_t lw_pulse_questions_find(const struct lw_pulse_questions *questions, lw_str id)
{
  uint32_t at = 0;
  while (at < questions->count && !lw_str_equal(questions->ids[at], id)) {
    at++;
  }
  return at;
}

const char *lw_pulse_questions_read(const struct lw_value *value, struct lw_arena *arena,
                                    struct lw_pulse_questions *ret_questions)
{
  struct lw_pulse_questions questions = {.count = 0};
  if (value == NULL || value->kind != LW_VALUE_LIST || value->count < LW_PULSE_QUESTIONS_MIN ||
      value->count > LW_PULSE_QUESTIONS_MAX) {
    return "a pulse asks a list of 2 to 6 questions";
  }
  for (uint32_t i = 0; i < value->count; i++) {
    const char *wrong = check_question(&value->items[i], i + 1, arena);
    if (wrong != NULL) {
      return wrong;
    }
    lw_str id = lw_value_get(&value->items[i], LW_STR("id"))->text;
    if (lw_pulse_questions_find(&questions, id) != questions.count) {
      return say(arena, lw_str_format(arena, "two questions have the id \"%.*s\"", LW_FMT(id)));
    }
    questions.ids[questions.count++] = id;
  }
  *ret_questions = questions;
  return NULL;
}

static bool read_value(const struct lw_value *value, int *ret_value)
{
  int64_t number = 0;
  bool good = value != NULL && value->kind == LW_VALUE_NUMBER && lw_int_read(value->text, &number);
  *ret_value = good && number >= 1 && number <= LW_PULSE_SCALE ? (int)number : 0;
  return *ret_value != 0;
}

const char *lw_pulse_answers_read(const struct lw_value *value,
                                  const struct lw_pulse_questions *questions,
                                  struct lw_arena *arena, int *ret_values)
{
  if (value == NULL || value->kind != LW_VALUE_MAP) {
    return "answers is a map of questions to numbers from 1 to 5";
  }
  for (uint32_t i = 0; i < value->count; i++) {
    if (lw_pulse_questions_find(questions, value->entries[i].key) == questions->count) {
      return "answers names a question that is not asked";
    }
  }
  for (uint32_t i = 0; i < questions->count; i++) {
    if (!read_value(lw_value_get(value, questions->ids[i]), &ret_values[i])) {
      return say(arena, lw_str_format(arena, "answers.%.*s is a number from 1 to %d",
                                      LW_FMT(questions->ids[i]), LW_PULSE_SCALE));
    }
  }
  return NULL;
}
