/* Grading, as Moodle grades the same questions: of numbers and words the first option that takes
 * the answer counts; credits of several choices add up, never below nothing; each pair that is
 * right is its part. Words are compared without regard to case and to runs of blanks. */
#include "learn/grade.h"

#include "base/num.h"
#include "base/utf8.h"
#include "data/json.h"
#include "data/member.h"
#include "learn/amounts.h"

/* --- reading an answer --- */

static const struct lw_value *member(const struct lw_value *value, const char *key,
                                     enum lw_value_kind kind)
{
  const struct lw_value *found = lw_value_get(value, lw_str_c(key));
  return found != NULL && found->kind == kind ? found : NULL;
}

static bool read_index(const struct lw_quiz *question, const struct lw_value *value,
                       uint32_t *ret_index)
{
  uint64_t number = 0;
  if (value == NULL || value->kind != LW_VALUE_NUMBER || !lw_uint_read(value->text, &number) ||
      number == 0 || number > question->n_options) {
    return false;
  }
  *ret_index = (uint32_t)number - 1;
  return true;
}

static const char *read_choices(const struct lw_quiz *question, const struct lw_value *value,
                                struct lw_arena *arena, struct lw_response *ret)
{
  const struct lw_value *list = member(value, "choices", LW_VALUE_LIST);
  if (list == NULL || list->count > question->n_options) {
    return "choices: a list of options, counted from 1";
  }
  uint32_t *chosen = LW_NEW_ARRAY(arena, uint32_t, list->count + 1U);
  for (uint32_t i = 0; chosen != NULL && i < list->count; i++) {
    if (!read_index(question, &list->items[i], &chosen[i])) {
      return "choices: a list of options, counted from 1";
    }
    for (uint32_t k = 0; k < i; k++) {
      if (chosen[k] == chosen[i]) {
        return "choices: each option once";
      }
    }
  }
  *ret = (struct lw_response){.chosen = chosen, .n_chosen = chosen != NULL ? list->count : 0};
  return NULL;
}

static const char *read_one(const struct lw_quiz *question, const struct lw_value *value,
                            struct lw_arena *arena, struct lw_response *ret)
{
  bool truth = question->kind == LW_QUIZ_TRUE_FALSE;
  const struct lw_value *said = truth ? member(value, "truth", LW_VALUE_BOOL) : NULL;
  uint32_t index = said != NULL && !said->boolean ? 1 : 0;
  if (truth ? said == NULL
            : !read_index(question, member(value, "choice", LW_VALUE_NUMBER), &index)) {
    return truth ? "truth: true or false" : "choice: an option, counted from 1";
  }
  uint32_t *chosen = LW_NEW(arena, uint32_t);
  if (chosen != NULL) {
    *chosen = index;
    *ret = (struct lw_response){.chosen = chosen, .n_chosen = 1};
  }
  return NULL;
}

static uint32_t count_asked(const struct lw_quiz *question)
{
  uint32_t asked = 0;
  for (uint32_t i = 0; i < question->n_options; i++) {
    asked += question->options[i].text.text.len != 0 ? 1 : 0;
  }
  return asked;
}

static const char *read_matches(const struct lw_quiz *question, const struct lw_value *value,
                                struct lw_arena *arena, struct lw_response *ret)
{
  const struct lw_value *list = member(value, "matches", LW_VALUE_LIST);
  if (list == NULL || list->count != count_asked(question)) {
    return "matches: a text for each that is asked, in their order";
  }
  lw_str *matches = LW_NEW_ARRAY(arena, lw_str, list->count + 1U);
  for (uint32_t i = 0; matches != NULL && i < list->count; i++) {
    if (list->items[i].kind != LW_VALUE_STRING) {
      return "matches: a text for each that is asked, in their order";
    }
    matches[i] = list->items[i].text;
  }
  *ret = (struct lw_response){.matches = matches, .n_matches = matches != NULL ? list->count : 0};
  return NULL;
}

static const char *read_number(const struct lw_value *value, struct lw_response *ret)
{
  const struct lw_value *said = member(value, "number", LW_VALUE_STRING);
  lw_number number = 0;
  if (said == NULL || !lw_number_read(said->text, true, &number)) {
    return "number: a number as text, such as \"3.5\"";
  }
  *ret = (struct lw_response){.text = said->text, .number = number};
  return NULL;
}

/* In minor units; false: it has more decimals than the currency. */
static bool to_money(lw_number number, uint16_t currency, lw_money *ret)
{
  lw_number unit = lw_amounts_number((lw_money){1, currency});
  if (number % unit != 0 || number / unit > INT64_MAX || number < 0) {
    return false;
  }
  *ret = (lw_money){(int64_t)(number / unit), currency};
  return true;
}

static const char *read_remedy(const struct lw_quiz *question, const struct lw_value *value,
                               struct lw_arena *arena, struct lw_response *ret)
{
  const struct lw_scenario *scenario = question->scenario;
  const struct lw_value *choice = member(value, "choice", LW_VALUE_NUMBER);
  const struct lw_value *said = lw_value_get(value, LW_STR("amount"));
  uint64_t number = 0;
  if (choice == NULL || !lw_uint_read(choice->text, &number) || number == 0 ||
      number > scenario->n_remedies) {
    return "choice: a remedy, counted from 1; and amount where it has one";
  }
  const struct lw_remedy *remedy = &scenario->remedies[number - 1];
  struct lw_response response = {.amount = {0, LW_CURRENCY_NONE}};
  if (!remedy->has_ruler && said != NULL) {
    return "no amount: this remedy has none";
  }
  if (remedy->has_ruler &&
      (said == NULL || said->kind != LW_VALUE_STRING ||
       !lw_number_read(said->text, true, &response.number) ||
       !to_money(response.number, remedy->ruler_from.currency, &response.amount) ||
       response.amount.minor < remedy->ruler_from.minor ||
       response.amount.minor > remedy->ruler_to.minor)) {
    return "amount: one on the remedy's ruler, as text, such as \"20.00\"";
  }
  uint32_t *chosen = LW_NEW(arena, uint32_t);
  if (chosen != NULL) {
    *chosen = (uint32_t)number - 1;
    response.chosen = chosen;
    response.n_chosen = 1;
    *ret = response;
  }
  return NULL;
}

const char *lw_response_read(const struct lw_quiz *question, const struct lw_value *value,
                             struct lw_arena *arena, struct lw_response *ret_response)
{
  const struct lw_value *said = member(value, "text", LW_VALUE_STRING);
  switch (question->kind) {
  case LW_QUIZ_CHOICE:
  case LW_QUIZ_TRUE_FALSE: return read_one(question, value, arena, ret_response);
  case LW_QUIZ_CHOICES: return read_choices(question, value, arena, ret_response);
  case LW_QUIZ_MATCHING: return read_matches(question, value, arena, ret_response);
  case LW_QUIZ_NUMBER:
  case LW_QUIZ_AMOUNT: return read_number(value, ret_response);
  case LW_QUIZ_SHORT:
  case LW_QUIZ_ESSAY:
    if (said == NULL || said->text.len > LW_QUIZ_TEXT_BYTES_MAX) {
      return "text: words, at most 64 KB";
    }
    *ret_response = (struct lw_response){.text = said->text};
    return NULL;
  case LW_QUIZ_SCENARIO: return read_remedy(question, value, arena, ret_response);
  case LW_QUIZ_DESCRIPTION: break;
  }
  return "nothing is asked here";
}

/* --- words --- */

/* Latin, Greek and Cyrillic capitals as small letters. */
static uint32_t fold(uint32_t code)
{
  bool latin = (code >= 'A' && code <= 'Z') || (code >= 0xC0 && code <= 0xDE && code != 0xD7);
  bool greek = code >= 0x391 && code <= 0x3A9;
  bool cyrillic = code >= 0x410 && code <= 0x42F;
  if (code >= 0x100 && code <= 0x17F && code % 2 == 0 && code != 0x130 && code != 0x138) {
    return code + 1;
  }
  return latin || greek || cyrillic ? code + 32 : code;
}

/* The next letter, a run of blanks as one; 0 at the end. */
static uint32_t next_letter(lw_str text, size_t *at)
{
  if (*at >= text.len) {
    return 0;
  }
  uint32_t code = lw_utf8_next(text, at);
  if (code != ' ' && code != '\t' && code != '\n') {
    return fold(code);
  }
  while (*at < text.len && strchr(" \t\n", text.ptr[*at]) != NULL && text.ptr[*at] != '\0') {
    (*at)++;
  }
  return ' ';
}

/* Whether words fit a pattern in which `*` is any words. Goes back to the last star alone, so the
 * time is at most the product of the lengths. */
static bool fits(lw_str pattern, lw_str words)
{
  size_t p = 0;
  size_t w = 0;
  size_t star = SIZE_MAX;
  size_t mark = 0;
  while (w < words.len) {
    size_t next_p = p;
    size_t next_w = w;
    bool is_star = p < pattern.len && pattern.ptr[p] == '*';
    if (is_star) {
      star = ++p;
      mark = w;
    } else if (next_letter(pattern, &next_p) == next_letter(words, &next_w)) {
      p = next_p;
      w = next_w;
    } else if (star != SIZE_MAX) {
      (void)lw_utf8_next(words, &mark);
      w = mark;
      p = star;
    } else {
      return false;
    }
  }
  while (p < pattern.len && pattern.ptr[p] == '*') {
    p++;
  }
  return p == pattern.len;
}

/* --- grading --- */

static lw_credit clamp(int64_t credit)
{
  return credit < 0 ? 0 : credit > LW_CREDIT_FULL ? LW_CREDIT_FULL : (lw_credit)credit;
}

static bool takes(const struct lw_quiz *question, const struct lw_quiz_option *option,
                  const struct lw_response *response)
{
  if (question->kind == LW_QUIZ_SHORT) {
    return fits(option->text.text, lw_str_trim(response->text));
  }
  return option->any || (response->number >= option->low && response->number <= option->high);
}

static struct lw_grade grade_taken(const struct lw_quiz *question,
                                   const struct lw_response *response)
{
  for (uint32_t i = 0; i < question->n_options; i++) {
    if (takes(question, &question->options[i], response)) {
      return (struct lw_grade){
          .graded = true, .credit = clamp(question->options[i].credit), .taken = i};
    }
  }
  return (struct lw_grade){.graded = true, .taken = UINT32_MAX};
}

/* All pairs right is the whole, whatever the parts were rounded to. */
static lw_credit grade_pairs(const struct lw_quiz *question, const struct lw_response *response)
{
  int64_t right = 0;
  uint32_t at = 0;
  for (uint32_t i = 0; i < question->n_options && at < response->n_matches; i++) {
    const struct lw_quiz_option *option = &question->options[i];
    if (option->text.text.len != 0) {
      right += lw_str_equal(option->match, lw_str_trim(response->matches[at++])) ? 1 : 0;
    }
  }
  return at != 0 ? (lw_credit)(right * LW_CREDIT_FULL / at) : 0;
}

static struct lw_grade grade_remedy(const struct lw_quiz *question,
                                    const struct lw_response *response)
{
  struct lw_grade grade = {.graded = true, .taken = UINT32_MAX};
  if (response->n_chosen == 0) {
    return grade;
  }
  const struct lw_remedy *remedy = &question->scenario->remedies[response->chosen[0]];
  grade.credit = remedy->has_ruler ? 0 : remedy->credit;
  for (uint32_t i = 0; remedy->has_ruler && i < remedy->n_ranges; i++) {
    if (takes(question, &remedy->ranges[i], response)) {
      grade.credit = remedy->ranges[i].credit;
      grade.taken = i;
      break;
    }
  }
  return grade;
}

struct lw_grade lw_response_grade(const struct lw_quiz *question,
                                  const struct lw_response *response)
{
  struct lw_grade grade = {.graded = lw_quiz_is_graded(question), .taken = UINT32_MAX};
  int64_t sum = 0;
  switch (question->kind) {
  case LW_QUIZ_CHOICE:
  case LW_QUIZ_CHOICES:
  case LW_QUIZ_TRUE_FALSE:
    for (uint32_t i = 0; i < response->n_chosen; i++) {
      sum += question->options[response->chosen[i]].credit;
    }
    /* weights such as three times 33.33333 are the whole */
    grade.credit = sum >= LW_CREDIT_FULL - LW_CREDIT_PERCENT / 100 ? LW_CREDIT_FULL : clamp(sum);
    break;
  case LW_QUIZ_MATCHING: grade.credit = grade_pairs(question, response); break;
  case LW_QUIZ_NUMBER:
  case LW_QUIZ_AMOUNT:
  case LW_QUIZ_SHORT: return grade_taken(question, response);
  case LW_QUIZ_SCENARIO: return grade_remedy(question, response);
  case LW_QUIZ_ESSAY:
  case LW_QUIZ_DESCRIPTION: break;
  }
  return grade;
}

/* --- how far off --- */

static lw_number distance(const struct lw_quiz_option *range, lw_number number)
{
  lw_number below = range->low - number;
  lw_number above = number - range->high;
  return below > 0 ? below : above > 0 ? above : 0;
}

/* The least to a range of full credit; negative: none has it. */
static lw_number nearest(const struct lw_quiz_option *ranges, uint32_t count, lw_number number)
{
  lw_number least = -1;
  for (uint32_t i = 0; i < count; i++) {
    if (!ranges[i].any && ranges[i].credit >= LW_CREDIT_FULL) {
      lw_number off = distance(&ranges[i], number);
      least = least < 0 || off < least ? off : least;
    }
  }
  return least;
}

bool lw_response_off(const struct lw_quiz *question, const struct lw_response *response,
                     int64_t *ret_minor)
{
  const struct lw_remedy *remedy = question->kind == LW_QUIZ_SCENARIO && response->n_chosen != 0
                                       ? &question->scenario->remedies[response->chosen[0]]
                                       : NULL;
  uint16_t currency = question->ruler_from.currency;
  lw_number off = -1;
  if (question->kind == LW_QUIZ_AMOUNT) {
    off = nearest(question->options, question->n_options, response->number);
  } else if (remedy != NULL && remedy->has_ruler) {
    currency = remedy->ruler_from.currency;
    off = nearest(remedy->ranges, remedy->n_ranges, response->number);
  }
  lw_number unit = lw_amounts_number((lw_money){1, currency});
  *ret_minor = off > 0 ? (int64_t)((off + unit / 2) / unit) : 0;
  return off >= 0;
}

/* --- printing --- */

void lw_credit_print(lw_credit credit, struct lw_buf *out)
{
  lw_credit size = credit < 0 ? -credit : credit;
  lw_credit rest = size % LW_CREDIT_PERCENT;
  lw_buf_printf(out, "%s%d", credit < 0 ? "-" : "", size / LW_CREDIT_PERCENT);
  if (rest != 0) {
    lw_buf_printf(out, ".%05d", rest);
    while (!out->failed && out->ptr[out->len - 1] == '0') {
      out->len--;
    }
  }
}

static void add_rich(struct lw_buf *out, const char *key, const struct lw_rich *rich)
{
  if (rich->text.len != 0) {
    lw_buf_printf(out, ",\"%s\":{\"format\":\"%.*s\",\"text\":", key,
                  LW_FMT(lw_rich_format_name(rich->format)));
    lw_json_add_string(out, rich->text);
    lw_buf_add_char(out, '}');
  }
}

static bool is_chosen(const struct lw_response *response, const struct lw_grade *grade,
                      uint32_t index)
{
  for (uint32_t i = 0; i < response->n_chosen; i++) {
    if (response->chosen[i] == index) {
      return true;
    }
  }
  return grade->taken == index;
}

static void add_range(struct lw_buf *out, const struct lw_quiz *question,
                      const struct lw_quiz_option *option)
{
  if (option->any) {
    LW_BUF_LIT(out, ",\"other\":true");
  } else if (option->is_range || question->kind == LW_QUIZ_AMOUNT) {
    lw_member_text(out, "from", option->first);
    lw_member_text(out, "to", option->second);
  } else {
    lw_member_text(out, "value", option->first);
    lw_member_text(out, "tolerance", option->second);
  }
}

static void add_option(struct lw_buf *out, const struct lw_quiz *question, uint32_t index,
                       bool chosen)
{
  const struct lw_quiz_option *option = &question->options[index];
  lw_buf_printf(out, "%s{\"option\":%u,\"credit\":\"", index != 0 ? "," : "", index + 1);
  lw_credit_print(option->credit, out);
  lw_buf_printf(out, "\",\"chosen\":%s", chosen ? "true" : "false");
  if (question->kind == LW_QUIZ_TRUE_FALSE) {
    lw_buf_add_c(out, index == 0 ? ",\"truth\":true" : ",\"truth\":false");
  } else if (question->kind == LW_QUIZ_NUMBER || question->kind == LW_QUIZ_AMOUNT) {
    add_range(out, question, option);
  }
  add_rich(out, "text", &option->text);
  lw_member_text(out, "match", option->match);
  add_rich(out, "feedback", &option->feedback);
  lw_buf_add_char(out, '}');
}

static void add_ranges(struct lw_buf *out, const struct lw_remedy *remedy, uint32_t taken)
{
  LW_BUF_LIT(out, ",\"ranges\":[");
  for (uint32_t i = 0; i < remedy->n_ranges; i++) {
    const struct lw_quiz_option *range = &remedy->ranges[i];
    lw_buf_add_c(out, i != 0 ? ",{\"credit\":\"" : "{\"credit\":\"");
    lw_credit_print(range->credit, out);
    lw_buf_printf(out, "\",\"chosen\":%s", i == taken ? "true" : "false");
    if (range->any) {
      LW_BUF_LIT(out, ",\"other\":true");
    } else {
      lw_member_text(out, "from", range->first);
      lw_member_text(out, "to", range->second);
    }
    add_rich(out, "feedback", &range->feedback);
    lw_buf_add_char(out, '}');
  }
  lw_buf_add_char(out, ']');
}

static void add_remedy(struct lw_buf *out, const struct lw_quiz *question, uint32_t index,
                       const struct lw_grade *grade, bool chosen)
{
  const struct lw_remedy *remedy = &question->scenario->remedies[index];
  lw_buf_printf(out, "%s{\"option\":%u,\"credit\":\"", index != 0 ? "," : "", index + 1);
  lw_credit_print(remedy->credit, out);
  lw_buf_printf(out, "\",\"chosen\":%s", chosen ? "true" : "false");
  lw_member_text(out, "action", remedy->action);
  if (remedy->action.len != 0) {
    lw_member_text(out, "possible", lw_possible_name(remedy->possible));
  }
  add_rich(out, "text", &remedy->say);
  if (remedy->has_ruler) {
    add_ranges(out, remedy, chosen ? grade->taken : UINT32_MAX);
  }
  add_rich(out, "feedback", &remedy->feedback);
  add_rich(out, "peers", &remedy->peers);
  add_rich(out, "ended", &remedy->ended);
  if (grade->said != NULL && grade->said[index].len != 0) {
    LW_BUF_LIT(out, ",\"policy\":");
    lw_buf_add(out, grade->said[index]);
  }
  lw_buf_add_char(out, '}');
}

static void add_remedies(struct lw_buf *out, const struct lw_quiz *question,
                         const struct lw_response *response, const struct lw_grade *grade)
{
  const struct lw_scenario *scenario = question->scenario;
  for (uint32_t i = 0; i < scenario->n_remedies; i++) {
    bool chosen = response->n_chosen != 0 && response->chosen[0] == i;
    add_remedy(out, question, i, grade, chosen);
  }
  LW_BUF_LIT(out, "]");
  add_rich(out, "peers", &scenario->peers);
  add_rich(out, "ended", &scenario->ended);
}

void lw_grade_print(const struct lw_quiz *question, const struct lw_response *response,
                    const struct lw_grade *grade, struct lw_buf *out)
{
  LW_BUF_LIT(out, "{\"credit\":\"");
  lw_credit_print(grade->credit, out);
  lw_buf_printf(out, "\",\"graded\":%s,\"options\":[", grade->graded ? "true" : "false");
  for (uint32_t i = 0; i < question->n_options; i++) {
    add_option(out, question, i, is_chosen(response, grade, i));
  }
  if (question->kind == LW_QUIZ_SCENARIO) {
    add_remedies(out, question, response, grade);
  } else {
    lw_buf_add_char(out, ']');
  }
  add_rich(out, "general", &question->general);
  lw_buf_add_char(out, '}');
}

/* The least match after *last in order of bytes; false: there is none. */
static bool next_match(const struct lw_quiz *question, lw_str *last)
{
  const struct lw_quiz_option *found = NULL;
  for (uint32_t i = 0; i < question->n_options; i++) {
    const struct lw_quiz_option *option = &question->options[i];
    if (lw_str_compare(option->match, *last) > 0 &&
        (found == NULL || lw_str_compare(option->match, found->match) < 0)) {
      found = option;
    }
  }
  *last = found != NULL ? found->match : *last;
  return found != NULL;
}

static void add_pairs(struct lw_buf *out, const struct lw_quiz *question)
{
  lw_str last = LW_STR("");
  bool first = true;
  LW_BUF_LIT(out, ",\"asked\":[");
  for (uint32_t i = 0; i < question->n_options; i++) {
    if (question->options[i].text.text.len != 0) {
      lw_buf_add_c(out, first ? "" : ",");
      lw_json_add_string(out, question->options[i].text.text);
      first = false;
    }
  }
  LW_BUF_LIT(out, "],\"matches\":[");
  for (first = true; next_match(question, &last); first = false) {
    lw_buf_add_c(out, first ? "" : ",");
    lw_json_add_string(out, last);
  }
  lw_buf_add_char(out, ']');
}

static void add_ruler(struct lw_buf *out, lw_money from, lw_money to)
{
  LW_BUF_LIT(out, ",\"ruler\":{\"from\":\"");
  lw_money_print(from, out);
  LW_BUF_LIT(out, "\",\"to\":\"");
  lw_money_print(to, out);
  LW_BUF_LIT(out, "\"}");
}

static void add_map(struct lw_buf *out, const char *key, const struct lw_value *map)
{
  if (map != NULL) {
    lw_buf_printf(out, ",\"%s\":", key);
    lw_json_add_value(out, map);
  }
}

/* What there is to choose from; ranges and credits are told with the grade. */
static void add_scenario(struct lw_buf *out, const struct lw_scenario *scenario)
{
  lw_member_text(out, "ask", scenario->ask);
  add_map(out, "request", scenario->request);
  add_map(out, "as", scenario->as);
  add_map(out, "drawn", scenario->drawn);
  LW_BUF_LIT(out, ",\"options\":[");
  for (uint32_t i = 0; i < scenario->n_remedies; i++) {
    const struct lw_remedy *remedy = &scenario->remedies[i];
    lw_buf_printf(out, "%s{\"option\":%u", i != 0 ? "," : "", i + 1);
    lw_member_text(out, "action", remedy->action);
    add_rich(out, "text", &remedy->say);
    if (remedy->has_ruler) {
      add_ruler(out, remedy->ruler_from, remedy->ruler_to);
    }
    lw_buf_add_char(out, '}');
  }
  lw_buf_add_char(out, ']');
}

void lw_quiz_print(const struct lw_quiz *question, lw_str id, struct lw_buf *out)
{
  bool shows = question->kind == LW_QUIZ_CHOICE || question->kind == LW_QUIZ_CHOICES;
  lw_buf_printf(out, "{\"kind\":\"%.*s\"", LW_FMT(lw_quiz_kind_name(question->kind)));
  lw_member_text(out, "id", id);
  lw_member_text(out, "title", question->title);
  add_rich(out, "text", &question->text);
  if (shows) {
    LW_BUF_LIT(out, ",\"options\":[");
    for (uint32_t i = 0; i < question->n_options; i++) {
      lw_buf_printf(out, "%s{\"option\":%u", i != 0 ? "," : "", i + 1);
      add_rich(out, "text", &question->options[i].text);
      lw_buf_add_char(out, '}');
    }
    lw_buf_add_char(out, ']');
  } else if (question->kind == LW_QUIZ_MATCHING) {
    add_pairs(out, question);
  } else if (question->kind == LW_QUIZ_AMOUNT) {
    add_ruler(out, question->ruler_from, question->ruler_to);
  } else if (question->kind == LW_QUIZ_SCENARIO) {
    add_scenario(out, question->scenario);
  }
  lw_buf_add_char(out, '}');
}
