/* Texts and numbers are taken from the policy's source as they stand there, without understanding
 * it: whatever a condition compares with is among them. */
#include "ask.h"

#include "base/date.h"
#include "cel/type.h"
#include "data/json.h"
#include "replay/path.h"

#include <stdlib.h>

enum { AGENTS = 24, TEXTS_MAX = 512, NUMBERS_MAX = 512, DEPTH_MAX = 3 };

struct asker {
  const struct lw_policy *policy;
  const struct lw_directory *people;
  struct lw_rand_seeded random;
  struct lw_arena keep;
  lw_str texts[TEXTS_MAX]; /* quoted in the source */
  uint32_t n_texts;
  lw_str names[TEXTS_MAX]; /* what follows a dot: keys of maps */
  uint32_t n_names;
  int64_t numbers[NUMBERS_MAX]; /* in hundredths */
  uint32_t n_numbers;
  lw_str teams[TEXTS_MAX];
  uint32_t n_teams;
  lw_str holds[TEXTS_MAX];
  uint32_t n_holds;
  const struct lw_fact **facts; /* by name, so that groups stand together */
  struct lw_buf agents[AGENTS];
  struct lw_buf person;
  lw_usec now;
  bool disorder; /* times go back */
  bool fitting;  /* facts are of their types */
  uint32_t span; /* how far apart requests are */
};

void asker_fit(struct asker *asker)
{
  asker->fitting = true;
  asker->disorder = false;
}

uint64_t asker_below(struct asker *asker, uint64_t below)
{
  return lw_rand_seeded_below(&asker->random, below);
}

static bool chance(struct asker *asker, uint32_t of_100)
{
  return asker_below(asker, 100) < of_100;
}

/* --- what the source has --- */

static bool is_digit(char c)
{
  return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static size_t take_text(struct asker *asker, lw_str source, size_t at)
{
  size_t end = at + 1;
  while (end < source.len && end < at + 48 && source.ptr[end] != source.ptr[at] &&
         source.ptr[end] != '\n') {
    end++;
  }
  bool whole = end < source.len && source.ptr[end] == source.ptr[at];
  if (whole && asker->n_texts < TEXTS_MAX) {
    asker->texts[asker->n_texts++] = lw_str_from(source.ptr + at + 1, end - at - 1);
  }
  return at; /* a quote may stand inside of other quotes */
}

static size_t take_number(struct asker *asker, lw_str source, size_t at)
{
  int64_t number = 0;
  size_t end = at;
  for (; end < source.len && end < at + 9 && is_digit(source.ptr[end]); end++) {
    number = number * 10 + (source.ptr[end] - '0');
  }
  number *= 100;
  if (end + 2 < source.len && source.ptr[end] == '.' && is_digit(source.ptr[end + 1]) &&
      is_digit(source.ptr[end + 2])) {
    number += (source.ptr[end + 1] - '0') * 10 + (source.ptr[end + 2] - '0');
    end += 3;
  }
  if (asker->n_numbers < NUMBERS_MAX) {
    asker->numbers[asker->n_numbers++] = number;
  }
  return end - 1;
}

static size_t take_name(struct asker *asker, lw_str source, size_t at)
{
  size_t end = at + 1;
  while (end < source.len && (is_letter(source.ptr[end]) || is_digit(source.ptr[end]))) {
    end++;
  }
  if (asker->n_names < TEXTS_MAX) {
    asker->names[asker->n_names++] = lw_str_from(source.ptr + at + 1, end - at - 1);
  }
  return end - 1;
}

static void read_source(struct asker *asker)
{
  lw_str source = asker->policy->source;
  for (size_t at = 0; at < source.len; at++) {
    char c = source.ptr[at];
    bool in_word = at > 0 && is_letter(source.ptr[at - 1]);
    if (c == '"' || c == '\'') {
      at = take_text(asker, source, at);
    } else if (is_digit(c) && !in_word) {
      at = take_number(asker, source, at);
    } else if (c == '.' && at + 1 < source.len && is_letter(source.ptr[at + 1])) {
      at = take_name(asker, source, at);
    }
  }
}

static void take_who(struct asker *asker, const struct lw_who *who)
{
  for (uint32_t i = 0; i < who->n_teams && asker->n_teams < TEXTS_MAX; i++) {
    asker->teams[asker->n_teams++] = who->teams[i];
  }
  for (uint32_t i = 0; i < who->n_holds && asker->n_holds < TEXTS_MAX; i++) {
    asker->holds[asker->n_holds++] = who->holds[i];
  }
}

static void read_people(struct asker *asker)
{
  const struct lw_policy *policy = asker->policy;
  asker->teams[asker->n_teams++] = LW_STR("elsewhere");
  asker->holds[asker->n_holds++] = LW_STR("swimming");
  for (uint32_t i = 0; i < policy->n_grants; i++) {
    take_who(asker, &policy->grants[i].who);
  }
  for (uint32_t r = 0; r < policy->n_routes; r++) {
    for (uint32_t l = 0; l < policy->routes[r].n_levels; l++) {
      take_who(asker, &policy->routes[r].levels[l].who);
    }
  }
}

static int by_name(const void *a, const void *b)
{
  lw_str one = (*(const struct lw_fact *const *)a)->name;
  lw_str two = (*(const struct lw_fact *const *)b)->name;
  int order = memcmp(one.ptr, two.ptr, one.len < two.len ? one.len : two.len);
  return order != 0 ? order : (one.len > two.len) - (one.len < two.len);
}

/* --- values --- */

/* A number of the source or beside it, in hundredths. */
static int64_t some_number(struct asker *asker)
{
  int64_t number = asker->n_numbers != 0 && chance(asker, 80)
                       ? asker->numbers[asker_below(asker, asker->n_numbers)]
                       : (int64_t)asker_below(asker, 400) * 100;
  return number;
}

static int64_t some_cents(struct asker *asker)
{
  int64_t cents = some_number(asker);
  cents += chance(asker, 40) ? (int64_t)asker_below(asker, 3) - 1 : 0;
  cents = chance(asker, 15) ? (int64_t)asker_below(asker, 100000) : cents;
  return cents < 0 ? 0 : cents;
}

static void add_moment(struct lw_buf *out, lw_usec at)
{
  int64_t seconds = at / LW_USEC_PER_SECOND - (at % LW_USEC_PER_SECOND < 0);
  lw_buf_add_char(out, '"');
  lw_rfc3339_print(seconds, (uint32_t)(at - seconds * LW_USEC_PER_SECOND) * 1000, out);
  lw_buf_add_char(out, '"');
}

/* So many of some unit before now, or a second beside it. */
static void add_earlier(struct asker *asker, struct lw_buf *out)
{
  static const int64_t units[] = {60, 3600, 86400, 86400 * 30};
  int64_t count = some_number(asker) / 100;
  int64_t seconds = (count < 1000 ? count : 30) * units[asker_below(asker, 4)];
  seconds += (int64_t)asker_below(asker, 3) - 1;
  add_moment(out, asker->now - seconds * LW_USEC_PER_SECOND);
}

static void add_money(struct lw_buf *out, int64_t cents)
{
  lw_buf_printf(out, "\"%lld.%02lld\"", (long long)(cents / 100), (long long)(cents % 100));
}

static void add_text(struct asker *asker, struct lw_buf *out)
{
  if (asker->n_texts != 0 && chance(asker, 80)) {
    lw_json_add_string(out, asker->texts[asker_below(asker, asker->n_texts)]);
  } else {
    lw_buf_printf(out, "\"x%u\"", (unsigned)asker_below(asker, 6));
  }
}

static void add_value(struct asker *asker, struct lw_buf *out, const struct lw_type *type,
                      unsigned depth);

static void add_list(struct asker *asker, struct lw_buf *out, const struct lw_type *element,
                     unsigned depth)
{
  uint64_t count = depth < DEPTH_MAX ? asker_below(asker, 4) : 0;
  lw_buf_add_char(out, '[');
  for (uint64_t i = 0; i < count; i++) {
    lw_buf_add_c(out, i != 0 ? "," : "");
    add_value(asker, out, element, depth + 1);
  }
  lw_buf_add_char(out, ']');
}

/* Three names of the source, from some place on; each once. */
static void add_map(struct asker *asker, struct lw_buf *out, const struct lw_type *value,
                    unsigned depth)
{
  uint64_t first = asker->n_names != 0 ? asker_below(asker, asker->n_names) : 0;
  lw_str taken[3];
  uint32_t count = 0;
  lw_buf_add_char(out, '{');
  for (uint64_t i = first; depth < DEPTH_MAX && i < asker->n_names && count < 3; i++) {
    bool again = false;
    for (uint32_t k = 0; k < count; k++) {
      again |= lw_str_equal(taken[k], asker->names[i]);
    }
    if (!again) {
      lw_buf_add_c(out, count != 0 ? "," : "");
      lw_json_add_string(out, asker->names[i]);
      lw_buf_add_char(out, ':');
      add_value(asker, out, value, depth + 1);
      taken[count++] = asker->names[i];
    }
  }
  lw_buf_add_char(out, '}');
}

static void add_any(struct asker *asker, struct lw_buf *out, unsigned depth)
{
  static const enum lw_type_kind kinds[] = {LW_T_STRING,    LW_T_INT,  LW_T_BOOL, LW_T_MONEY,
                                            LW_T_TIMESTAMP, LW_T_LIST, LW_T_MAP,  LW_T_DOUBLE};
  add_value(asker, out, lw_type_basic(kinds[asker_below(asker, sizeof kinds / sizeof kinds[0])]),
            depth + 1);
}

static void add_value(struct asker *asker, struct lw_buf *out, const struct lw_type *type,
                      unsigned depth)
{
  static const char *const doubles[] = {"0.5", "1.0", "2.25", "1e3", "-0.75"};
  const struct lw_type *dyn = lw_type_basic(LW_T_DYN);
  switch (type->kind) {
  case LW_T_BOOL: lw_buf_add_c(out, chance(asker, 50) ? "true" : "false"); break;
  case LW_T_INT:
  case LW_T_UINT:
    lw_buf_printf(out, "%lld",
                  (long long)(some_number(asker) / 100 + (int64_t)asker_below(asker, 3) - 1));
    break;
  case LW_T_DOUBLE: lw_buf_add_c(out, doubles[asker_below(asker, 5)]); break;
  case LW_T_STRING: add_text(asker, out); break;
  case LW_T_TIMESTAMP: add_earlier(asker, out); break;
  case LW_T_DURATION: lw_buf_printf(out, "\"%lldh\"", (long long)(some_number(asker) / 100)); break;
  case LW_T_MONEY: add_money(out, some_cents(asker)); break;
  case LW_T_LIST: add_list(asker, out, type->n_params != 0 ? type->params[0] : dyn, depth); break;
  case LW_T_MAP: add_map(asker, out, type->n_params > 1 ? type->params[1] : dyn, depth); break;
  case LW_T_DYN:
    if (depth < DEPTH_MAX) {
      add_any(asker, out, depth);
      break;
    }
    lw_buf_add_char(out, '1');
    break;
  case LW_T_NULL:
  case LW_T_BYTES:
  case LW_T_TYPE:
  case LW_T_OPTIONAL:
  case LW_T_PARAM:
  case LW_T_ABSTRACT: lw_buf_add_c(out, "null"); break;
  }
}

/* --- facts --- */

static void add_fact(struct asker *asker, struct lw_buf *out, const struct lw_fact *fact, bool odd)
{
  if (odd && chance(asker, 10)) {
    add_any(asker, out, 1);
  } else if (odd && chance(asker, 5)) {
    lw_buf_add_c(out, "null");
  } else if (fact->n_one_of != 0 && fact->type->kind == LW_T_STRING &&
             !(odd && chance(asker, 10))) {
    struct lw_val value = fact->one_of[asker_below(asker, fact->n_one_of)];
    lw_json_add_string(out, lw_str_from(value.as.text, value.aux));
  } else {
    add_value(asker, out, fact->type, 0);
  }
}

static void add_facts(struct asker *asker, struct lw_buf *out)
{
  uint32_t absent = chance(asker, 60) ? 0 : chance(asker, 70) ? 15 : 60;
  bool odd = chance(asker, 6) && !asker->fitting;
  struct lw_path_writer writer = {.out = out};
  struct lw_buf value = {0};
  LW_BUF_LIT(out, ",\"facts\":");
  lw_path_begin(&writer);
  for (uint32_t i = 0; i < asker->policy->n_facts; i++) {
    if (!chance(asker, absent)) {
      lw_buf_reset(&value);
      add_fact(asker, &value, asker->facts[i], odd);
      lw_path_add(&writer, asker->facts[i]->name, lw_buf_str(&value));
    }
  }
  lw_path_end(&writer);
  lw_buf_finish(&value);
}

/* --- persons --- */

static void add_holds(struct asker *asker, struct lw_buf *out)
{
  bool any = false;
  LW_BUF_LIT(out, ",\"holds\":[");
  for (uint32_t i = 0; i < asker->n_holds && i < 6; i++) {
    if (chance(asker, 40)) {
      continue;
    }
    lw_buf_add_c(out, any ? ",{\"name\":" : "{\"name\":");
    lw_json_add_string(out, asker->holds[i]);
    if (chance(asker, 30)) {
      LW_BUF_LIT(out, ",\"until\":");
      add_moment(out, asker->now + (int64_t)asker_below(asker, 86400 * 60) * LW_USEC_PER_SECOND);
    }
    lw_buf_add_char(out, '}');
    any = true;
  }
  lw_buf_add_char(out, ']');
}

static void make_agent(struct asker *asker, struct lw_buf *out)
{
  static const char *const kinds[] = {"human", "ai", "service"};
  const struct lw_policy *policy = asker->policy;
  lw_buf_reset(out);
  lw_buf_printf(out, "{\"id\":\"p%u\"", (unsigned)asker_below(asker, 9));
  if (policy->n_tiers != 0 && chance(asker, 92)) {
    LW_BUF_LIT(out, ",\"tier\":");
    lw_json_add_string(out, chance(asker, 98) ? policy->tiers[asker_below(asker, policy->n_tiers)]
                                              : LW_STR("nobody's"));
  }
  if (chance(asker, 90)) {
    LW_BUF_LIT(out, ",\"team\":");
    lw_json_add_string(out, asker->teams[asker_below(asker, asker->n_teams)]);
  }
  if (chance(asker, 60)) {
    lw_buf_printf(out, ",\"kind\":\"%s\"", kinds[asker_below(asker, 3)]);
  }
  if (chance(asker, 60)) {
    add_holds(asker, out);
  }
  if (chance(asker, 60)) {
    LW_BUF_LIT(out, ",\"hired_at\":");
    add_earlier(asker, out);
  }
  lw_buf_add_char(out, '}');
}

lw_str asker_person(struct asker *asker)
{
  uint64_t at = asker_below(asker, AGENTS);
  if (asker->people != NULL && chance(asker, 85)) {
    lw_buf_reset(&asker->person);
    LW_BUF_LIT(&asker->person, "{\"id\":");
    lw_json_add_string(&asker->person,
                       asker->people->actors[asker_below(asker, asker->people->count)].id);
    lw_buf_add_char(&asker->person, '}');
    return lw_buf_str(&asker->person);
  }
  if (chance(asker, 1) && chance(asker, 30)) {
    make_agent(asker, &asker->agents[at]);
  }
  return lw_buf_str(&asker->agents[at]);
}

static void add_agent(struct asker *asker, struct lw_buf *out)
{
  lw_str person = asker_person(asker);
  lw_str only_id = LW_STR("{\"id\":\"");
  bool by_id = lw_str_find(person, LW_STR(","), 0) == SIZE_MAX;
  LW_BUF_LIT(out, "{\"agent\":");
  lw_buf_add(out,
             by_id ? lw_str_from(person.ptr + only_id.len - 1, person.len - only_id.len) : person);
}

/* --- the rest --- */

static void add_case(struct asker *asker, struct lw_buf *out)
{
  unsigned number = (unsigned)asker_below(asker, 40);
  if (chance(asker, 10)) {
    return;
  }
  if (chance(asker, 60)) {
    lw_buf_printf(out, ",\"case\":\"c%u\"", number);
    return;
  }
  lw_buf_printf(out, ",\"case\":{\"id\":\"c%u\"", number);
  if (chance(asker, 70)) {
    LW_BUF_LIT(out, ",\"opened\":");
    add_earlier(asker, out);
  }
  if (chance(asker, 70)) {
    LW_BUF_LIT(out, ",\"last_update\":");
    add_earlier(asker, out);
  }
  if (chance(asker, 50)) {
    lw_buf_add_c(out, chance(asker, 50) ? ",\"reopened\":true" : ",\"reopened\":false");
  }
  if (chance(asker, 50)) {
    lw_buf_add_c(out, chance(asker, 50) ? ",\"escalated\":true" : ",\"escalated\":false");
  }
  lw_buf_add_char(out, '}');
}

static void add_amount(struct asker *asker, struct lw_buf *out, enum lw_action_kind kind)
{
  static const char *const odd[] = {"\"-5.00\"", "\"1.234\"", "\"much\"", "\"1e3\"", "\"007.5\""};
  if (chance(asker, kind == LW_ACTION_MONEY ? 2 : 50)) {
    return;
  }
  LW_BUF_LIT(out, ",\"amount\":");
  if (chance(asker, 1)) {
    lw_buf_add_c(out, odd[asker_below(asker, 5)]);
  } else {
    add_money(out, some_cents(asker));
  }
}

static void add_words(struct asker *asker, struct lw_buf *out)
{
  const struct lw_policy *policy = asker->policy;
  if (chance(asker, 90)) {
    lw_buf_printf(out, ",\"customer\":\"k%u\"", (unsigned)asker_below(asker, 12));
  }
  if (policy->n_reasons != 0 && chance(asker, 93)) {
    LW_BUF_LIT(out, ",\"reason\":");
    lw_json_add_string(out, chance(asker, 99)
                                ? policy->reasons[asker_below(asker, policy->n_reasons)].name
                                : LW_STR("whim"));
  } else if (policy->n_reasons == 0 && chance(asker, 50)) {
    LW_BUF_LIT(out, ",\"reason\":");
    add_text(asker, out);
  }
  if (policy->n_channels != 0 && chance(asker, 90)) {
    LW_BUF_LIT(out, ",\"channel\":");
    lw_json_add_string(out, chance(asker, 99)
                                ? policy->channels[asker_below(asker, policy->n_channels)]
                                : LW_STR("pigeon"));
  }
  lw_buf_add_c(out, chance(asker, 50) ? ",\"note\":\"so it was\"" : "");
  lw_buf_add_c(out, chance(asker, 50) ? ",\"evidence\":[\"https://example.org/1\"]" : "");
}

static lw_usec next_moment(struct asker *asker)
{
  static const int64_t spans[] = {60, 3600, 86400, 86400 * 9};
  int64_t step = (int64_t)asker_below(asker, (uint64_t)spans[asker->span]) * LW_USEC_PER_SECOND;
  asker->now += step / (1 + (int64_t)asker_below(asker, 20)) + (chance(asker, 20) ? 1 : 0);
  if (asker->disorder && chance(asker, 15)) {
    return asker->now - step * (int64_t)(1 + asker_below(asker, 40));
  }
  return asker->now;
}

void asker_ask(struct asker *asker, struct lw_buf *out, lw_usec *ret_at)
{
  const struct lw_action *action =
      &asker->policy->actions[asker_below(asker, asker->policy->n_actions)];
  *ret_at = next_moment(asker);
  add_agent(asker, out);
  LW_BUF_LIT(out, ",\"action\":");
  lw_json_add_string(out, chance(asker, 99) ? action->name : LW_STR("juggle"));
  add_amount(asker, out, action->kind);
  add_case(asker, out);
  add_words(asker, out);
  add_facts(asker, out);
}

void asker_end(struct lw_buf *out, lw_usec at)
{
  LW_BUF_LIT(out, ",\"at\":");
  add_moment(out, at);
  lw_buf_add_char(out, '}');
}

/* --- life --- */

struct asker *asker_create(const struct lw_policy *policy, const struct lw_directory *people,
                           uint64_t seed)
{
  const lw_usec year = INT64_C(365) * 86400 * LW_USEC_PER_SECOND;
  struct asker *asker = calloc(1, sizeof *asker);
  if (asker == NULL) {
    return NULL;
  }
  asker->policy = policy;
  asker->people = people;
  lw_arena_init(&asker->keep, NULL, SIZE_MAX);
  lw_rand_seeded_init(&asker->random, seed);
  asker->facts = calloc(policy->n_facts + 1, sizeof(const struct lw_fact *));
  if (asker->facts == NULL) {
    asker_destroy(asker);
    return NULL;
  }
  for (uint32_t i = 0; i < policy->n_facts; i++) {
    asker->facts[i] = &policy->facts[i];
  }
  qsort((void *)asker->facts, policy->n_facts, sizeof(const struct lw_fact *), by_name);
  read_source(asker);
  read_people(asker);
  asker->now = 55 * year + (lw_usec)asker_below(asker, 365) * 86400 * LW_USEC_PER_SECOND;
  asker->disorder = chance(asker, 30);
  asker->span = (uint32_t)asker_below(asker, 4);
  for (uint32_t i = 0; i < AGENTS; i++) {
    make_agent(asker, &asker->agents[i]);
  }
  return asker;
}

void asker_destroy(struct asker *asker)
{
  if (asker == NULL) {
    return;
  }
  for (uint32_t i = 0; i < AGENTS; i++) {
    lw_buf_finish(&asker->agents[i]);
  }
  lw_buf_finish(&asker->person);
  free((void *)asker->facts);
  lw_arena_finish(&asker->keep);
  free(asker);
}
