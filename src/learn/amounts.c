/* Amounts are what the ruler can show, so every accepted range lies within its ends; money is read
 * as money (decimals of the currency), and compared as the exact numbers of questions are. */
#include "learn/amounts.h"

#include "base/num.h"
#include "data/yaml.h"

void lw_amounts_fault(struct lw_amounts_reader *reader, const struct lw_value *value,
                      const char *code, const char *text, const char *hint)
{
  lw_diags_add(reader->diags, LW_SEVERITY_ERROR, code, value->place, "%s", text)->hint =
      lw_str_c(hint);
  reader->bad = true;
}

void lw_amounts_check_keys(struct lw_amounts_reader *reader, const struct lw_value *map,
                           const char *const *keys)
{
  for (uint32_t i = 0; i < map->count; i++) {
    const char *const *key = keys;
    while (*key != NULL && !lw_str_equal(map->entries[i].key, lw_str_c(*key))) {
      key++;
    }
    if (*key == NULL) {
      lw_diags_add(reader->diags, LW_SEVERITY_ERROR, "unknown-key", map->entries[i].place,
                   "\"%.*s\" is not a key here", LW_FMT(map->entries[i].key));
      reader->bad = true;
    }
  }
}

struct lw_rich lw_amounts_text(struct lw_amounts_reader *reader, const struct lw_value *map,
                               const char *key, bool needed)
{
  const struct lw_value *value = lw_value_get(map, lw_str_c(key));
  struct lw_rich text = {LW_STR(""), LW_RICH_MARKDOWN};
  if (value != NULL && value->kind == LW_VALUE_STRING) {
    text.text = lw_str_trim(value->text);
  } else if (value != NULL || needed) {
    lw_diags_add(reader->diags, LW_SEVERITY_ERROR, value != NULL ? "bad-value" : "missing",
                 value != NULL ? value->place : map->place, "%s %s", key,
                 value != NULL ? "is a text" : "is missing");
    reader->bad = true;
  }
  return text;
}

static void money_of(struct lw_amounts_reader *reader, const struct lw_value *map, const char *key,
                     lw_money *ret)
{
  const struct lw_value *value = lw_value_get(map, lw_str_c(key));
  bool plain = value != NULL && (value->kind == LW_VALUE_NUMBER || value->kind == LW_VALUE_STRING);
  if (!plain || lw_money_read(value->text, reader->currency, ret) != LW_MONEY_OK) {
    lw_diags_add(reader->diags, LW_SEVERITY_ERROR, "bad-amount",
                 value != NULL ? value->place : map->place, "%s is an amount such as 20.00", key);
    reader->bad = true;
  }
}

lw_number lw_amounts_number(lw_money money)
{
  lw_number unit = (lw_number)1000000 * 1000000;
  for (unsigned i = lw_currency_digits(money.currency); i > 0; i--) {
    unit /= 10;
  }
  return money.minor * unit;
}

static lw_str print_money(struct lw_amounts_reader *reader, lw_money money)
{
  char place[32];
  return lw_str_copy(reader->keep, lw_str_from(place, lw_money_write(money, place)));
}

lw_credit lw_amounts_credit(struct lw_amounts_reader *reader, const struct lw_value *map,
                            uint32_t otherwise)
{
  const struct lw_value *credit = lw_value_get(map, LW_STR("credit"));
  uint64_t percent = otherwise;
  if (credit != NULL &&
      (credit->kind != LW_VALUE_NUMBER || !lw_uint_read(credit->text, &percent) || percent > 100)) {
    lw_amounts_fault(reader, credit, "bad-value", "credit is a whole number from 0 to 100",
                     "percent");
    percent = 0;
  }
  return (lw_credit)percent * LW_CREDIT_PERCENT;
}

void lw_amounts_ruler(struct lw_amounts_reader *reader, const struct lw_value *map,
                      lw_money *ret_from, lw_money *ret_to)
{
  static const char *const ends[] = {"from", "to", NULL};
  const struct lw_value *ruler = lw_value_get(map, LW_STR("ruler"));
  *ret_from = (lw_money){0, reader->currency};
  *ret_to = (lw_money){0, reader->currency};
  if (ruler == NULL || ruler->kind != LW_VALUE_MAP) {
    lw_amounts_fault(reader, ruler != NULL ? ruler : map, "missing", "ruler has from and to",
                     "write ruler: {from: 0.00, to: 60.00}");
    return;
  }
  lw_amounts_check_keys(reader, ruler, ends);
  money_of(reader, ruler, "from", ret_from);
  money_of(reader, ruler, "to", ret_to);
}

static void take_range(struct lw_amounts_reader *reader, lw_money least, lw_money most,
                       const struct lw_value *map, struct lw_quiz_option *option)
{
  static const char *const keys[] = {"from", "to", "credit", "feedback", NULL};
  lw_money from = {0, reader->currency};
  lw_money to = {0, reader->currency};
  if (map->kind != LW_VALUE_MAP) {
    lw_amounts_fault(reader, map, "bad-value", "a range has from and to",
                     "write {from: 10.00, to: 20.00}");
    return;
  }
  lw_amounts_check_keys(reader, map, keys);
  money_of(reader, map, "from", &from);
  money_of(reader, map, "to", &to);
  lw_credit credit = lw_amounts_credit(reader, map, 100);
  if (!reader->bad &&
      (from.minor > to.minor || from.minor < least.minor || to.minor > most.minor)) {
    lw_amounts_fault(reader, map, "bad-range", "the range is not one of the ruler's",
                     "write the lower amount first, both within the ruler");
  }
  *option = (struct lw_quiz_option){.line = map->place.line,
                                    .text = {LW_STR(""), LW_RICH_MARKDOWN},
                                    .match = LW_STR(""),
                                    .feedback = lw_amounts_text(reader, map, "feedback", false),
                                    .credit = credit,
                                    .is_range = true,
                                    .low = lw_amounts_number(from),
                                    .high = lw_amounts_number(to),
                                    .first = print_money(reader, from),
                                    .second = print_money(reader, to)};
}

const struct lw_quiz_option *lw_amounts_ranges(struct lw_amounts_reader *reader,
                                               const struct lw_value *map, lw_money from,
                                               lw_money to, uint32_t *ret_count,
                                               lw_credit *ret_best)
{
  const struct lw_value *accept = lw_value_get(map, LW_STR("accept"));
  struct lw_rich otherwise = lw_amounts_text(reader, map, "otherwise", false);
  *ret_best = 0;
  *ret_count = 0;
  if (accept == NULL || accept->kind != LW_VALUE_LIST || accept->count == 0 ||
      accept->count >= LW_QUIZ_OPTIONS_MAX) {
    lw_amounts_fault(reader, accept != NULL ? accept : map, "missing", "accept is a list of ranges",
                     "write accept: [{from: 10.00, to: 20.00}]");
    return NULL;
  }
  struct lw_quiz_option *options =
      LW_NEW_ARRAY(reader->keep, struct lw_quiz_option, accept->count + 1U);
  for (uint32_t i = 0; options != NULL && i < accept->count; i++) {
    take_range(reader, from, to, &accept->items[i], &options[i]);
    *ret_best = options[i].credit > *ret_best ? options[i].credit : *ret_best;
  }
  *ret_count = options != NULL ? accept->count : 0;
  if (options != NULL && otherwise.text.len != 0) {
    options[(*ret_count)++] = (struct lw_quiz_option){.line = map->place.line,
                                                      .text = {LW_STR(""), LW_RICH_MARKDOWN},
                                                      .match = LW_STR(""),
                                                      .feedback = otherwise,
                                                      .any = true,
                                                      .first = LW_STR("*"),
                                                      .second = LW_STR("")};
  }
  return options;
}

static bool take_amount(struct lw_amounts_reader *reader, const struct lw_value *map,
                        struct lw_quiz *question)
{
  static const char *const keys[] = {"id",     "title",     "text",    "ruler",
                                     "accept", "otherwise", "general", NULL};
  lw_credit best = 0;
  lw_amounts_check_keys(reader, map, keys);
  *question = (struct lw_quiz){.kind = LW_QUIZ_AMOUNT,
                               .line = map->place.line,
                               .id = lw_amounts_text(reader, map, "id", false).text,
                               .title = lw_amounts_text(reader, map, "title", false).text,
                               .category = LW_STR(""),
                               .text = lw_amounts_text(reader, map, "text", true),
                               .general = lw_amounts_text(reader, map, "general", false)};
  lw_amounts_ruler(reader, map, &question->ruler_from, &question->ruler_to);
  question->options = lw_amounts_ranges(reader, map, question->ruler_from, question->ruler_to,
                                        &question->n_options, &best);
  if (!reader->bad && best < LW_CREDIT_FULL) {
    lw_amounts_fault(reader, lw_value_get(map, LW_STR("accept")), "no-full-answer",
                     "no range is worth the whole question",
                     "leave credit out where the amount is right");
  }
  return !reader->bad;
}

static bool take_question(struct lw_amounts_reader *reader, const struct lw_value *map,
                          struct lw_quiz *question)
{
  reader->bad = false;
  if (map->kind != LW_VALUE_MAP) {
    lw_amounts_fault(reader, map, "bad-value", "a question is a map",
                     "write text, ruler and accept; or situation, request and remedies");
    return false;
  }
  return lw_value_get(map, LW_STR("situation")) != NULL ? lw_scenario_read(reader, map, question)
                                                        : take_amount(reader, map, question);
}

uint32_t lw_amounts_read(struct lw_arena *keep, lw_str source, uint16_t currency,
                         struct lw_diags *diags, const struct lw_quiz **ret_questions)
{
  struct lw_amounts_reader reader = {keep, diags, currency, false};
  uint32_t count = 0;
  const struct lw_value *list = lw_yaml_read(keep, source, diags);
  if (list == NULL) {
    return 0;
  }
  if (list->kind != LW_VALUE_LIST || currency == LW_CURRENCY_NONE) {
    lw_amounts_fault(&reader, list, "bad-value",
                     list->kind != LW_VALUE_LIST ? "a file of questions is a list"
                                                 : "amounts need the course's currency",
                     list->kind != LW_VALUE_LIST ? "begin each question with \"- \""
                                                 : "write currency: USD in course.yaml");
    return 0;
  }
  struct lw_quiz *questions = LW_NEW_ARRAY(keep, struct lw_quiz, list->count + 1U);
  for (uint32_t i = 0; questions != NULL && i < list->count; i++) {
    count += take_question(&reader, &list->items[i], &questions[count]) ? 1 : 0;
  }
  *ret_questions = questions;
  return count;
}
