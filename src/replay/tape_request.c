/* Facts become one column each, by dotted name: maps are walked into, everything else is a value.
 * Values are kept as JSON text, so that a column knows nothing of the types that policies declare:
 * what a value means is asked once for each distinct text of a column (bind.c). */
#include "replay/tape_request.h"

#include "base/bounds.h"
#include "data/json.h"
#include "policy/who.h"

#include <stdlib.h>

void lw_tape_reader_init(struct lw_tape_reader *reader)
{
  *reader = (struct lw_tape_reader){.facts = NULL};
  lw_arena_init(&reader->scratch, NULL, LW_REQUEST_BYTES_MAX);
}

void lw_tape_reader_finish(struct lw_tape_reader *reader)
{
  lw_arena_finish(&reader->scratch);
  free(reader->facts);
}

static lw_str json_of(struct lw_tape_reader *reader, const struct lw_value *value)
{
  struct lw_buf text = {0};
  lw_json_add_value(&text, value);
  lw_str kept = text.failed ? (lw_str){NULL, 0} : lw_str_copy(&reader->scratch, lw_buf_str(&text));
  lw_buf_finish(&text);
  return kept;
}

/* --- facts --- */

void lw_tape_reader_begin(struct lw_tape_reader *reader, struct lw_tape_row *row)
{
  lw_tape_row_init(row);
  lw_arena_reset(&reader->scratch);
  reader->n_facts = 0;
}

lw_str lw_tape_reader_name(struct lw_tape_reader *reader, lw_str prefix, lw_str key)
{
  if (prefix.len == 0) {
    return key;
  }
  char *place = lw_arena_alloc(&reader->scratch, prefix.len + 1 + key.len, 1);
  if (place == NULL) {
    return (lw_str){NULL, 0};
  }
  memcpy(place, prefix.ptr, prefix.len);
  place[prefix.len] = '.';
  if (key.len != 0) {
    memcpy(place + prefix.len + 1, key.ptr, key.len);
  }
  return (lw_str){place, prefix.len + 1 + key.len};
}

bool lw_tape_reader_fact(struct lw_tape_reader *reader, lw_str name, lw_str json)
{
  size_t at = 0;
  while (at < reader->n_facts && !lw_str_equal(reader->facts[at].name, name)) {
    at++;
  }
  if (at == reader->capacity) {
    size_t capacity = reader->capacity * 2 + 16;
    struct lw_tape_fact *facts = realloc(reader->facts, capacity * sizeof *facts);
    if (facts == NULL) {
      return false;
    }
    reader->facts = facts;
    reader->capacity = capacity;
  }
  reader->facts[at] = (struct lw_tape_fact){name, json};
  reader->n_facts += at == reader->n_facts;
  return json.ptr != NULL;
}

void lw_tape_reader_end(struct lw_tape_reader *reader, struct lw_tape_row *row)
{
  row->facts = reader->facts;
  row->n_facts = (uint32_t)reader->n_facts;
}

static bool walk_facts(struct lw_tape_reader *reader, lw_str prefix, const struct lw_value *map)
{
  bool kept = true;
  for (uint32_t i = 0; kept && i < map->count; i++) {
    const struct lw_value *value = &map->items[i];
    lw_str key = map->entries[i].key;
    lw_str name = lw_tape_reader_name(reader, prefix, key);
    if (value->kind == LW_VALUE_MAP && value->count != 0) { /* no deeper than JSON may be nested */
      kept = name.ptr != NULL && walk_facts(reader, name, value);
    } else if (value->kind != LW_VALUE_NULL) {
      kept = name.ptr != NULL && lw_tape_reader_fact(reader, name, json_of(reader, value));
    }
  }
  return kept;
}

bool lw_tape_read_facts(struct lw_tape_reader *reader, const struct lw_value *facts,
                        struct lw_tape_row *row)
{
  bool kept = facts == NULL || facts->kind != LW_VALUE_MAP || walk_facts(reader, LW_STR(""), facts);
  lw_tape_reader_end(reader, row);
  return kept;
}

/* --- the agent --- */

static void add_member(struct lw_buf *out, const char *key, lw_str text)
{
  if (text.len != 0) {
    lw_buf_add_c(out, key);
    lw_json_add_string(out, text);
  }
}

static void add_moment(struct lw_buf *out, const char *key, lw_usec at)
{
  int64_t seconds = at / LW_USEC_PER_SECOND - (at % LW_USEC_PER_SECOND < 0);
  lw_buf_add_c(out, key);
  lw_buf_add_char(out, '"');
  lw_rfc3339_print(seconds, (uint32_t)(at - seconds * LW_USEC_PER_SECOND) * 1000, out);
  lw_buf_add_char(out, '"');
}

static void add_person(const struct lw_actor *actor, struct lw_buf *out)
{
  add_member(out, "{\"id\":", actor->id);
  add_member(out, ",\"team\":", actor->team);
  add_member(out, ",\"tier\":", actor->tier);
  if (actor->kind != LW_ACTOR_UNKNOWN) {
    add_member(out, ",\"kind\":", lw_actor_kind_name(actor->kind));
  }
  if (actor->has_hired_at) {
    add_moment(out, ",\"hired_at\":", actor->hired_at);
  }
  for (uint32_t i = 0; i < actor->n_holds; i++) {
    add_member(out, i == 0 ? ",\"holds\":[{\"name\":" : ",{\"name\":", actor->holds[i].name);
    if (actor->holds[i].until != INT64_MAX) {
      add_moment(out, ",\"until\":", actor->holds[i].until);
    }
    lw_buf_add_c(out, i + 1 == actor->n_holds ? "}]" : "}");
  }
  for (uint32_t i = 0; i < actor->n_overrides; i++) {
    add_member(out, i == 0 ? ",\"budgets\":{" : ",", actor->overrides[i].budget);
    lw_buf_printf(out, ":{\"minor\":%lld,\"times\":%lld}%s",
                  (long long)actor->overrides[i].amount_minor, (long long)actor->overrides[i].times,
                  i + 1 == actor->n_overrides ? "}" : "");
  }
  lw_buf_add_char(out, '}');
}

/* A person as decisions' entries have them. An object is taken as it is, but for its kind: people
 * are human unless it says so. An id that the people do not have stays a text: nobody can be asked
 * what it may do. */
static lw_str person_of(struct lw_tape_reader *reader, const struct lw_value *agent,
                        const struct lw_directory *people)
{
  struct lw_buf text = {0};
  uint32_t found = people != NULL && agent->kind == LW_VALUE_STRING
                       ? people->find(people, agent->text)
                       : UINT32_MAX;
  if (found != UINT32_MAX) {
    add_person(&people->actors[found], &text);
  } else if (agent->kind == LW_VALUE_STRING && people != NULL) {
    lw_json_add_string(&text, agent->text);
  } else if (agent->kind == LW_VALUE_STRING) {
    add_member(&text, "{\"id\":", agent->text);
    lw_buf_add_char(&text, '}');
  } else {
    lw_json_add_value(&text, agent);
    if (lw_value_get(agent, LW_STR("kind")) == NULL && text.len > 2) {
      text.len--;
      lw_buf_add_c(&text, ",\"kind\":\"human\"}");
    }
  }
  lw_str kept = text.failed ? (lw_str){NULL, 0} : lw_str_copy(&reader->scratch, lw_buf_str(&text));
  lw_buf_finish(&text);
  return kept;
}

/* --- the case --- */

static bool moment_of(const struct lw_value *value, int64_t *ret_at)
{
  int64_t seconds = 0;
  uint32_t nanos = 0;
  if (value == NULL || value->kind != LW_VALUE_STRING) {
    return value == NULL || value->kind == LW_VALUE_NULL;
  }
  if (!lw_rfc3339_read(value->text, &seconds, &nanos)) {
    return false;
  }
  *ret_at = seconds * LW_USEC_PER_SECOND + nanos / 1000;
  return true;
}

static void add_mark(struct lw_tape_row *row, const struct lw_value *flag, int64_t known,
                     int64_t holds)
{
  if (flag != NULL && flag->kind == LW_VALUE_BOOL) {
    row->numbers[LW_TAPE_MARKS] &= ~(known | holds);
    row->numbers[LW_TAPE_MARKS] |= known | (flag->boolean ? holds : 0);
  }
}

bool lw_tape_read_case(const struct lw_value *known, struct lw_tape_row *row)
{
  const struct lw_value *id = lw_value_get(known, LW_STR("id"));
  if (id != NULL && id->kind == LW_VALUE_STRING) {
    row->texts[LW_TAPE_CASE] = id->text;
  }
  add_mark(row, lw_value_get(known, LW_STR("reopened")), LW_TAPE_REOPENED_KNOWN, LW_TAPE_REOPENED);
  add_mark(row, lw_value_get(known, LW_STR("escalated")), LW_TAPE_ESCALATED_KNOWN,
           LW_TAPE_ESCALATED);
  return moment_of(lw_value_get(known, LW_STR("opened")), &row->numbers[LW_TAPE_OPENED]) &&
         moment_of(lw_value_get(known, LW_STR("last_update")), &row->numbers[LW_TAPE_UPDATED]);
}

/* --- the whole --- */

static lw_str text_in(const struct lw_value *request, lw_str key)
{
  const struct lw_value *value = lw_value_get(request, key);
  return value != NULL && value->kind == LW_VALUE_STRING ? value->text : LW_STR("");
}

static bool brings(const struct lw_value *request, lw_str key)
{
  const struct lw_value *value = lw_value_get(request, key);
  if (value == NULL || value->kind == LW_VALUE_NULL) {
    return false;
  }
  if (value->kind != LW_VALUE_LIST) {
    return lw_str_trim(value->text).len != 0 || value->kind == LW_VALUE_MAP;
  }
  bool any = false;
  for (uint32_t i = 0; i < value->count; i++) {
    any |= lw_str_trim(value->items[i].text).len != 0;
  }
  return any;
}

static void read_texts(const struct lw_value *request, struct lw_tape_row *row)
{
  static const struct {
    enum lw_tape_column column;
    lw_str key;
  } texts[] = {
      {LW_TAPE_ID, LW_STR_INIT("id")},
      {LW_TAPE_ACTION, LW_STR_INIT("action")},
      {LW_TAPE_AMOUNT, LW_STR_INIT("amount")},
      {LW_TAPE_CASE, LW_STR_INIT("case")},
      {LW_TAPE_CUSTOMER, LW_STR_INIT("customer")},
      {LW_TAPE_REASON, LW_STR_INIT("reason")},
      {LW_TAPE_CHANNEL, LW_STR_INIT("channel")},
  };
  for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
    row->texts[texts[i].column] = text_in(request, texts[i].key);
  }
  row->numbers[LW_TAPE_MARKS] = (brings(request, LW_STR("note")) ? LW_TAPE_NOTE : 0) |
                                (brings(request, LW_STR("evidence")) ? LW_TAPE_EVIDENCE : 0);
}

enum lw_code lw_tape_read_request(struct lw_tape_reader *reader, const struct lw_value *request,
                                  const struct lw_directory *people, lw_usec now,
                                  struct lw_tape_row *row, struct lw_error *err)
{
  lw_tape_reader_begin(reader, row);
  const struct lw_value *agent = lw_value_get(request, LW_STR("agent"));
  const struct lw_value *known = lw_value_get(request, LW_STR("case"));
  if (request->kind != LW_VALUE_MAP || agent == NULL ||
      (agent->kind != LW_VALUE_STRING && agent->kind != LW_VALUE_MAP)) {
    return lw_fail(err, LW_INVALID, "it is no request: it has no agent");
  }
  read_texts(request, row);
  if (row->texts[LW_TAPE_ACTION].len == 0) {
    return lw_fail(err, LW_INVALID, "it is no request: it has no action");
  }
  row->numbers[LW_TAPE_AT] = now;
  if (!moment_of(lw_value_get(request, LW_STR("at")), &row->numbers[LW_TAPE_AT])) {
    return lw_fail(err, LW_INVALID, "at must be a time by RFC 3339 (\"2026-03-01T10:00:00Z\")");
  }
  if (known != NULL && known->kind == LW_VALUE_MAP && !lw_tape_read_case(known, row)) {
    return lw_fail(err, LW_INVALID, "case: a time can't be read");
  }
  row->texts[LW_TAPE_PERSON] = person_of(reader, agent, people);
  if (row->texts[LW_TAPE_PERSON].ptr == NULL ||
      !lw_tape_read_facts(reader, lw_value_get(request, LW_STR("facts")), row)) {
    return lw_fail(err, LW_NO_MEMORY, "out of memory");
  }
  return LW_OK;
}
