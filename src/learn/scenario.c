/* A scenario: a case as an author tells it, and what they say of each way out. What the policy says
 * is not written here: whoever grades reads it from the policy that is live then, so the right
 * answers change with it. The facts stay a tree as they were written; only the policy knows what
 * they mean. */
#include "learn/amounts.h"

enum { REMEDIES_MAX = 20, REQUEST_DEPTH_MAX = 16 };

/* As JSON writes it: others (.5, 0x1f, .inf) would be another text over the API. */
static bool is_plain_number(lw_str text)
{
  size_t at = text.len != 0 && text.ptr[0] == '-' ? 1 : 0;
  size_t first = at;
  while (at < text.len && text.ptr[at] >= '0' && text.ptr[at] <= '9') {
    at++;
  }
  bool whole = at > first && (at == first + 1 || text.ptr[first] != '0');
  if (!whole || at == text.len) {
    return whole;
  }
  size_t point = at++;
  while (at < text.len && text.ptr[at] >= '0' && text.ptr[at] <= '9') {
    at++;
  }
  return text.ptr[point] == '.' && at == text.len && at > point + 1;
}

/* Depth is bounded: facts nest a few levels. */
static void check_numbers(struct lw_amounts_reader *reader, const struct lw_value *value,
                          uint32_t depth)
{
  bool many = value->kind == LW_VALUE_MAP || value->kind == LW_VALUE_LIST;
  if (value->kind == LW_VALUE_NUMBER && !is_plain_number(value->text)) {
    lw_amounts_fault(reader, value, "bad-value", "a number is written in digits and a point",
                     "put a text in quotes");
  }
  if (many && depth == REQUEST_DEPTH_MAX) {
    lw_amounts_fault(reader, value, "bad-value", "the facts nest too deeply", "at most 16 levels");
  }
  for (uint32_t i = 0; many && depth < REQUEST_DEPTH_MAX && i < value->count; i++) {
    check_numbers(reader, &value->items[i], depth + 1);
  }
}

static const struct lw_value *map_of(struct lw_amounts_reader *reader, const struct lw_value *map,
                                     const char *key, const char *mend)
{
  const struct lw_value *value = lw_value_get(map, lw_str_c(key));
  if (value == NULL) {
    return NULL;
  }
  if (value->kind != LW_VALUE_MAP) {
    lw_amounts_fault(reader, value, "bad-value", "this is a map", mend);
    return NULL;
  }
  check_numbers(reader, value, 0);
  return value;
}

static void read_possible(struct lw_amounts_reader *reader, const struct lw_value *map,
                          struct lw_remedy *remedy)
{
  const struct lw_value *value = lw_value_get(map, LW_STR("possible"));
  bool plain = value != NULL && (value->kind == LW_VALUE_STRING || value->kind == LW_VALUE_BOOL);
  if (value == NULL) {
    return;
  }
  if (!plain || !lw_possible_find(value->text, &remedy->possible)) {
    lw_amounts_fault(reader, value, "bad-value", "possible is yes, at-once, ask or no",
                     "leave it out for what is possible somehow");
  } else if (remedy->action.len == 0) {
    lw_amounts_fault(reader, value, "bad-value", "what gives nothing is always possible",
                     "leave possible out, or name an action");
  }
}

static void read_amounts(struct lw_amounts_reader *reader, const struct lw_value *map,
                         struct lw_remedy *remedy)
{
  remedy->has_ruler = lw_value_get(map, LW_STR("ruler")) != NULL;
  if (!remedy->has_ruler) {
    remedy->credit = lw_amounts_credit(reader, map, 0);
    if (lw_value_get(map, LW_STR("accept")) != NULL ||
        lw_value_get(map, LW_STR("otherwise")) != NULL) {
      lw_amounts_fault(reader, map, "missing", "amounts are accepted on a ruler",
                       "write ruler: {from: 0.00, to: 60.00}, or credit without accept");
    }
    return;
  }
  lw_amounts_ruler(reader, map, &remedy->ruler_from, &remedy->ruler_to);
  remedy->ranges = lw_amounts_ranges(reader, map, remedy->ruler_from, remedy->ruler_to,
                                     &remedy->n_ranges, &remedy->credit);
  if (lw_value_get(map, LW_STR("credit")) != NULL || remedy->action.len == 0 ||
      remedy->ruler_from.minor < 0) {
    lw_amounts_fault(reader, map, "bad-value",
                     "an amount is of an action, from 0 on, and its ranges say what it is worth",
                     "name the action; move credit into accept");
  }
}

static void take_remedy(struct lw_amounts_reader *reader, const struct lw_value *map,
                        struct lw_remedy *remedy)
{
  static const char *const keys[] = {"say",       "action", "ruler",    "accept",
                                     "otherwise", "credit", "possible", "feedback",
                                     "peers",     "ended",  NULL};
  if (map->kind != LW_VALUE_MAP) {
    lw_amounts_fault(reader, map, "bad-value", "a remedy is a map",
                     "write {action: refund, ruler: ..., accept: ...} or {say: ..., credit: 0}");
    return;
  }
  lw_amounts_check_keys(reader, map, keys);
  *remedy = (struct lw_remedy){.line = map->place.line,
                               .say = lw_amounts_text(reader, map, "say", false),
                               .action = lw_amounts_text(reader, map, "action", false).text,
                               .feedback = lw_amounts_text(reader, map, "feedback", false),
                               .peers = lw_amounts_text(reader, map, "peers", false),
                               .ended = lw_amounts_text(reader, map, "ended", false)};
  if (remedy->say.text.len == 0 && remedy->action.len == 0) {
    lw_amounts_fault(reader, map, "missing", "a remedy has an action, or says what one does",
                     "write action: or say:");
  }
  read_possible(reader, map, remedy);
  read_amounts(reader, map, remedy);
}

static void take_remedies(struct lw_amounts_reader *reader, const struct lw_value *map,
                          struct lw_scenario *scenario)
{
  const struct lw_value *list = lw_value_get(map, LW_STR("remedies"));
  lw_credit best = 0;
  if (list == NULL || list->kind != LW_VALUE_LIST || list->count < 2 ||
      list->count > REMEDIES_MAX) {
    lw_amounts_fault(reader, list != NULL ? list : map, "missing",
                     "remedies is a list of 2 to 20 ways out", "write at least two");
    return;
  }
  struct lw_remedy *remedies = LW_NEW_ARRAY(reader->keep, struct lw_remedy, list->count);
  for (uint32_t i = 0; remedies != NULL && i < list->count; i++) {
    take_remedy(reader, &list->items[i], &remedies[i]);
    best = remedies[i].possible != LW_POSSIBLE_NO && remedies[i].credit > best ? remedies[i].credit
                                                                               : best;
  }
  scenario->remedies = remedies;
  scenario->n_remedies = remedies != NULL ? list->count : 0;
  if (!reader->bad && best < LW_CREDIT_FULL) {
    lw_amounts_fault(reader, list, "no-full-answer", "no remedy is worth the whole question",
                     "write credit: 100, or an accepted range without credit");
  }
}

static const struct lw_value *read_request(struct lw_amounts_reader *reader,
                                           const struct lw_value *map)
{
  static const char *const keys[] = {"at",    "case", "customer", "reason", "channel",
                                     "facts", "note", "evidence", NULL};
  const struct lw_value *request =
      map_of(reader, map, "request", "write request: {reason: outage, facts: {...}}");
  if (request == NULL) {
    if (!reader->bad) {
      lw_amounts_fault(reader, map, "missing", "request has what the policy reads of the case",
                       "write request: {reason: outage, facts: {...}}");
    }
    return NULL;
  }
  lw_amounts_check_keys(reader, request, keys);
  return request;
}

bool lw_scenario_read(struct lw_amounts_reader *reader, const struct lw_value *map,
                      struct lw_quiz *question)
{
  static const char *const keys[] = {"id",    "title",    "situation", "ask",   "request", "as",
                                     "drawn", "remedies", "peers",     "ended", "general", NULL};
  struct lw_scenario *scenario = LW_NEW(reader->keep, struct lw_scenario);
  if (scenario == NULL) {
    return false;
  }
  lw_amounts_check_keys(reader, map, keys);
  *scenario = (struct lw_scenario){
      .ask = lw_amounts_text(reader, map, "ask", false).text,
      .request = read_request(reader, map),
      .as = map_of(reader, map, "as", "write as: {tier: senior}"),
      .drawn = map_of(reader, map, "drawn", "write drawn: {rep-month: 110.00}"),
      .peers = lw_amounts_text(reader, map, "peers", false),
      .ended = lw_amounts_text(reader, map, "ended", false)};
  take_remedies(reader, map, scenario);
  *question = (struct lw_quiz){.kind = LW_QUIZ_SCENARIO,
                               .line = map->place.line,
                               .id = lw_amounts_text(reader, map, "id", false).text,
                               .title = lw_amounts_text(reader, map, "title", false).text,
                               .category = LW_STR(""),
                               .text = lw_amounts_text(reader, map, "situation", true),
                               .general = lw_amounts_text(reader, map, "general", false),
                               .scenario = scenario};
  return !reader->bad;
}
