/* What a code means is asked of the very functions that read requests (policy/request.h), one
 * distinct text after the other. A column with a great many texts (times, ids) is not worked out
 * beforehand: most of its values are never looked at. */
#include "replay/bind.h"

#include "base/bounds.h"
#include "base/check.h"
#include "base/num.h"
#include "policy/convert.h"
#include "policy/who.h"
#include "replay/path.h"

#include <stdlib.h>

enum { NOT_YET = LW_V_ABSENT }; /* a zeroed value: absent, or not worked out */

static struct lw_val faulty_value(void)
{
  static const struct lw_cel_error error = {.fault = LW_FAULT_ARGUMENT,
                                            .text = LW_STR_INIT("does not fit")};
  return (struct lw_val){.kind = LW_V_ERROR, .as.error = &error};
}

uint32_t lw_bound_codes(const struct lw_bound *bound, uint32_t column)
{
  return lw_tape_texts(bound->tape, column) + 1;
}

/* The same cause again says nothing new. */
static void note_faults(struct lw_bound *bound, const struct lw_faults *faults)
{
  for (size_t i = 0; i < faults->count; i++) {
    bool known = false;
    for (size_t k = 0; k < bound->faults.count; k++) {
      known |= lw_str_equal(bound->faults.items[k].at, faults->items[i].at);
    }
    if (!known) {
      lw_faults_add(&bound->faults, lw_str_copy(&bound->keep, faults->items[i].at), "%.*s",
                    LW_FMT(faults->items[i].message));
    }
  }
}

/* Whole numbers, and texts that stand in their quotes as they are: what most facts are, of which
 * there are thousands, is not worth a reader of documents. False: it is something else. */
static bool read_plain(lw_str text, struct lw_value *ret_value)
{
  bool quoted = text.len >= 2 && text.ptr[0] == '"' && text.ptr[text.len - 1] == '"';
  lw_str inner = quoted ? lw_str_from(text.ptr + 1, text.len - 2) : text;
  bool plain = true;
  bool digits = inner.len != 0 && inner.len <= 18 && (inner.len == 1 || inner.ptr[0] != '0');
  for (size_t i = 0; i < inner.len; i++) {
    char c = inner.ptr[i];
    plain &= c >= ' ' && c <= '~' && c != '"' && c != '\\';
    digits &= c >= '0' && c <= '9';
  }
  *ret_value = (struct lw_value){.kind = quoted ? LW_VALUE_STRING : LW_VALUE_NUMBER, .text = inner};
  return quoted ? plain : digits;
}

/* A column's text as a document; NULL when memory is out. */
static const struct lw_value *json_of(struct lw_bound *bound, struct lw_arena *arena, lw_str text)
{
  const struct lw_value *value = NULL;
  struct lw_value plain;
  struct lw_error err;
  if (read_plain(text, &plain)) {
    struct lw_value *kept = LW_NEW(arena, struct lw_value);
    if (kept != NULL) {
      *kept = plain;
    }
    return kept;
  }
  return lw_json_read(bound->reader, arena, text, NULL, &value, &err) == LW_OK ? value : NULL;
}

/* --- facts --- */

/* A number, a time, an amount or a yes, of which the text alone tells that it fits, with its value.
 * False: it is something else. */
static bool read_short(const struct lw_policy *policy, const struct lw_fact *fact, lw_str text,
                       struct lw_val *ret_value)
{
  bool quoted = text.len >= 2 && text.ptr[0] == '"';
  lw_str inner = quoted ? lw_str_from(text.ptr + 1, text.len - 2) : text;
  enum lw_type_kind kind = fact->type->kind;
  struct lw_money money;
  int64_t number = 0;
  uint32_t nanos = 0;
  if (fact->n_one_of != 0) {
    return false;
  }
  if (kind == LW_T_TIMESTAMP && quoted && lw_rfc3339_read(inner, &number, &nanos)) {
    *ret_value = lw_val_timestamp(number, nanos);
    return true;
  }
  if (kind == LW_T_INT && lw_int_read(text, &number)) {
    *ret_value = lw_val_int(number);
    return true;
  }
  if (kind == LW_T_MONEY && quoted &&
      lw_money_read(inner, policy->currency, &money) == LW_MONEY_OK) {
    *ret_value = lw_val_money(money.minor, money.currency);
    return true;
  }
  bool yes = lw_str_equal(text, LW_STR("true"));
  *ret_value = lw_val_bool(yes);
  return kind == LW_T_BOOL && (yes || lw_str_equal(text, LW_STR("false")));
}

static struct lw_val fact_value(struct lw_bound *bound, uint32_t fact, lw_str text)
{
  struct lw_val value = {0};
  struct lw_faults faults = {.arena = &bound->scratch};
  if (read_short(bound->policy, &bound->policy->facts[fact], text, &value)) {
    return value;
  }
  lw_arena_reset(&bound->scratch);
  const struct lw_value *document = json_of(bound, &bound->scratch, text);
  bool fits = document != NULL && lw_fact_read(bound->policy, &bound->policy->facts[fact], document,
                                               &bound->scratch, &value, &faults);
  note_faults(bound, &faults);
  return fits ? lw_val_copy(&bound->keep, value) : faulty_value();
}

static struct lw_val when_absent(const struct lw_bound *bound, uint32_t fact)
{
  const struct lw_fact *of = fact != UINT32_MAX ? &bound->policy->facts[fact] : NULL;
  return of != NULL && of->has_default ? of->default_value : (struct lw_val){0};
}

struct lw_val lw_bound_value(struct lw_bound *bound, uint32_t slot, uint32_t code)
{
  const struct lw_slot_source *source = &bound->sources[slot];
  if (source->origin == LW_ORIGIN_NOTHING || code == 0) {
    return when_absent(bound, source->fact);
  }
  if (slot == LW_SLOT_AMOUNT) {
    int64_t minor = bound->amounts[code];
    return minor == LW_BOUND_FAULTY ? faulty_value() : lw_val_money(minor, bound->policy->currency);
  }
  lw_str text = lw_tape_text(bound->tape, source->column, code);
  if (source->fact == UINT32_MAX) {
    return lw_val_string(text);
  }
  struct lw_val *kept = &source->values[code];
  if (kept->kind == NOT_YET) {
    *kept = fact_value(bound, source->fact, text);
    if (kept->kind == LW_V_ABSENT) { /* a null */
      *kept = when_absent(bound, source->fact);
    }
  }
  return *kept;
}

/* A map lies in the tape as its leaves ("totals.food", "totals.drink"): put together again. A key
 * with a point in it comes out as a map within the map. */
static void add_parts(const struct lw_bound *bound, const struct lw_slot_source *source,
                      const uint32_t *codes, struct lw_buf *out)
{
  size_t skip = bound->policy->facts[source->fact].name.len + 1;
  struct lw_path_writer writer = {.out = out};
  lw_path_begin(&writer);
  for (uint32_t i = source->has_own ? 1 : 0; i < source->n_parts; i++) {
    if (codes[i] != 0) {
      lw_str name = lw_tape_column_name(bound->tape, source->parts[i]);
      lw_path_add(&writer, lw_str_from(name.ptr + skip, name.len - skip),
                  lw_tape_text(bound->tape, source->parts[i], codes[i]));
    }
  }
  lw_path_end(&writer);
}

struct lw_val lw_bound_join(struct lw_bound *bound, uint32_t slot, const uint32_t *codes,
                            struct lw_arena *arena)
{
  const struct lw_slot_source *source = &bound->sources[slot];
  const struct lw_fact *fact = &bound->policy->facts[source->fact];
  struct lw_faults faults = {.arena = arena};
  struct lw_val value = {0};
  struct lw_buf text = {0};
  bool any = false;
  for (uint32_t i = 0; i < source->n_parts; i++) {
    any |= codes[i] != 0;
  }
  if (!any) {
    return when_absent(bound, source->fact);
  }
  if (source->has_own && codes[0] != 0) {
    return lw_bound_value(bound, slot, codes[0]);
  }
  add_parts(bound, source, codes, &text);
  lw_str kept = text.failed ? (lw_str){NULL, 0} : lw_str_copy(arena, lw_buf_str(&text));
  const struct lw_value *document = kept.ptr != NULL ? json_of(bound, arena, kept) : NULL;
  lw_buf_finish(&text);
  bool fits =
      document != NULL && lw_fact_read(bound->policy, fact, document, arena, &value, &faults);
  note_faults(bound, &faults);
  return fits ? value : faulty_value();
}

/* A request with a fact that doesn't fit is an error, whether or not a rule reads that fact: so all
 * values are looked at. Of most types a look at the text is enough. */
static bool surely_fits(const struct lw_policy *policy, const struct lw_fact *fact, lw_str text)
{
  bool quoted = text.len >= 2 && text.ptr[0] == '"';
  struct lw_val value;
  int64_t number = 0;
  int32_t nanos = 0;
  enum lw_type_kind kind = fact->type->kind;
  if (fact->n_one_of != 0 || kind == LW_T_STRING) {
    return quoted && fact->n_one_of == 0;
  }
  return read_short(policy, fact, text, &value) ||
         (kind == LW_T_DURATION && quoted &&
          lw_duration_read(lw_str_from(text.ptr + 1, text.len - 2), true, &number, &nanos));
}

static void look_for_misfits(struct lw_bound *bound, uint32_t slot)
{
  struct lw_slot_source *source = &bound->sources[slot];
  const struct lw_fact *fact = &bound->policy->facts[source->fact];
  uint32_t codes = lw_bound_codes(bound, source->column);
  for (uint32_t code = 1; code < codes; code++) {
    lw_str text = lw_tape_text(bound->tape, source->column, code);
    source->faulty |= !surely_fits(bound->policy, fact, text) &&
                      lw_bound_value(bound, slot, code).kind == LW_V_ERROR;
  }
  bound->faulty_facts |= source->faulty;
}

/* --- persons --- */

static uint32_t number_of(struct lw_bound *bound, struct lw_table *table, uint32_t *count,
                          lw_str name)
{
  bool is_new = false;
  if (name.len == 0) {
    return 0;
  }
  uint32_t *number = lw_table_add(table, name, &is_new);
  if (number == NULL) {
    bound->keep.failed = true;
    return 0;
  }
  if (is_new) {
    *number = (*count)++;
  }
  return *number;
}

uint32_t lw_bound_add_person(struct lw_bound *bound, const struct lw_actor *actor)
{
  if (bound->n_persons == bound->persons_capacity) {
    uint32_t capacity = bound->persons_capacity * 2 + 64;
    struct lw_bound_person *persons = realloc(bound->persons, capacity * sizeof *persons);
    if (persons == NULL) {
      return UINT32_MAX;
    }
    bound->persons = persons;
    bound->persons_capacity = capacity;
  }
  struct lw_bound_person *person = &bound->persons[bound->n_persons];
  *person = (struct lw_bound_person){.actor = *actor};
  person->tier = lw_actor_tier(bound->policy, actor);
  person->tiers = lw_actor_tiers(actor, person->tier);
  person->agent = number_of(bound, &bound->agents, &bound->n_agents, actor->id);
  person->team = number_of(bound, &bound->teams, &bound->n_teams, actor->team);
  for (uint32_t i = 0; i < actor->n_holds; i++) {
    person->timed |= actor->holds[i].until != INT64_MAX;
  }
  return bound->keep.failed ? UINT32_MAX : bound->n_persons++;
}

/* False: the people, if any are known, do not have them. */
static bool find_actor(const struct lw_bound *bound, lw_str id, struct lw_actor *ret_actor)
{
  uint32_t found = bound->people != NULL ? bound->people->find(bound->people, id) : UINT32_MAX;
  if (found == UINT32_MAX) {
    return false;
  }
  *ret_actor = bound->people->actors[found];
  return true;
}

/* Somebody of whom a row has only the id is who the people say; or, where it is a bare text, nobody
 * but whom the people have. */
static bool person_of(struct lw_bound *bound, uint32_t code)
{
  struct lw_actor actor = {.kind = LW_ACTOR_UNKNOWN};
  struct lw_faults faults = {.arena = &bound->scratch};
  lw_arena_reset(&bound->scratch);
  const struct lw_value *value =
      json_of(bound, &bound->keep, lw_tape_text(bound->tape, LW_TAPE_PERSON, code));
  bool fits = value != NULL && value->kind == LW_VALUE_MAP &&
              lw_actor_read(bound->policy, value, &bound->keep, &actor, &faults);
  if (fits && value->count == 1) {
    (void)find_actor(bound, actor.id, &actor);
  } else if (value != NULL && value->kind == LW_VALUE_STRING) {
    fits = find_actor(bound, value->text, &actor);
  }
  note_faults(bound, &faults);
  uint32_t number = lw_bound_add_person(bound, &actor);
  if (number == UINT32_MAX) {
    return false;
  }
  bound->persons[number].faulty = !fits;
  return true;
}

static bool bind_persons(struct lw_bound *bound)
{
  static const struct lw_actor nobody = {.kind = LW_ACTOR_UNKNOWN};
  uint32_t codes = lw_bound_codes(bound, LW_TAPE_PERSON);
  bool bound_all = lw_bound_add_person(bound, &nobody) == 0; /* code 0 */
  for (uint32_t code = 1; bound_all && code < codes; code++) {
    bound_all = person_of(bound, code);
  }
  bound->first_of_people = codes;
  for (uint32_t i = 0; bound_all && bound->people != NULL && i < bound->people->count; i++) {
    bound_all = lw_bound_add_person(bound, &bound->people->actors[i]) != UINT32_MAX;
  }
  return bound_all;
}

/* --- the request's own members --- */

static void fault_name(struct lw_bound *bound, const char *at, const char *what, lw_str name)
{
  struct lw_faults faults = {.arena = &bound->scratch};
  lw_faults_add(&faults, lw_str_c(at), "there is no %s \"%.*s\" in this policy", what,
                LW_FMT(name));
  note_faults(bound, &faults);
}

static bool bind_actions(struct lw_bound *bound)
{
  uint32_t codes = lw_bound_codes(bound, LW_TAPE_ACTION);
  bound->actions = LW_NEW_ARRAY(&bound->keep, uint32_t, codes);
  for (uint32_t code = 0; bound->actions != NULL && code < codes; code++) {
    lw_str name = lw_tape_text(bound->tape, LW_TAPE_ACTION, code);
    bound->actions[code] = code != 0 ? lw_policy_find_action(bound->policy, name) : UINT32_MAX;
    if (code != 0 && bound->actions[code] == UINT32_MAX) {
      fault_name(bound, "action", "action", name);
    }
  }
  return bound->actions != NULL;
}

static bool bind_amounts(struct lw_bound *bound)
{
  uint32_t codes = lw_bound_codes(bound, LW_TAPE_AMOUNT);
  bound->amounts = LW_NEW_ARRAY(&bound->keep, int64_t, codes);
  for (uint32_t code = 0; bound->amounts != NULL && code < codes; code++) {
    struct lw_money money = {0};
    struct lw_faults faults = {.arena = &bound->scratch};
    lw_str text = lw_tape_text(bound->tape, LW_TAPE_AMOUNT, code);
    bool fits =
        lw_money_read(text, bound->policy->currency, &money) == LW_MONEY_OK && money.minor >= 0;
    bound->amounts[code] = code == 0 ? LW_TAPE_NONE : fits ? money.minor : LW_BOUND_FAULTY;
    if (code != 0 && !fits) {
      lw_faults_add(&faults, LW_STR("amount"), "\"%.*s\" is no amount in %.*s", LW_FMT(text),
                    LW_FMT(lw_currency_code(bound->policy->currency)));
      note_faults(bound, &faults);
    }
  }
  return bound->amounts != NULL;
}

static bool bind_reasons(struct lw_bound *bound)
{
  const struct lw_policy *policy = bound->policy;
  uint32_t codes = lw_bound_codes(bound, LW_TAPE_REASON);
  bound->reason_faulty = LW_NEW_ARRAY(&bound->keep, bool, codes);
  for (uint32_t code = 1; bound->reason_faulty != NULL && code < codes; code++) {
    lw_str name = lw_tape_text(bound->tape, LW_TAPE_REASON, code);
    bool known = policy->n_reasons == 0;
    for (uint32_t i = 0; !known && i < policy->n_reasons; i++) {
      known = lw_str_equal(policy->reasons[i].name, name);
    }
    bound->reason_faulty[code] = !known;
    if (!known) {
      fault_name(bound, "reason", "reason", name);
    }
  }
  return bound->reason_faulty != NULL;
}

static bool bind_channels(struct lw_bound *bound)
{
  const struct lw_policy *policy = bound->policy;
  uint32_t codes = lw_bound_codes(bound, LW_TAPE_CHANNEL);
  bound->channel_faulty = LW_NEW_ARRAY(&bound->keep, bool, codes);
  for (uint32_t code = 1; bound->channel_faulty != NULL && code < codes; code++) {
    lw_str name = lw_tape_text(bound->tape, LW_TAPE_CHANNEL, code);
    bool known = policy->n_channels == 0;
    for (uint32_t i = 0; !known && i < policy->n_channels; i++) {
      known = lw_str_equal(policy->channels[i], name);
    }
    bound->channel_faulty[code] = !known;
    if (!known) {
      fault_name(bound, "channel", "channel", name);
    }
  }
  return bound->channel_faulty != NULL;
}

/* --- slots --- */

static void built_in_sources(struct lw_slot_source *sources)
{
  static const struct {
    enum lw_builtin slot;
    enum lw_slot_origin origin;
    uint32_t column;
  } rows[] = {
      {LW_SLOT_AGENT_ID, LW_ORIGIN_PERSON, 0},
      {LW_SLOT_AGENT_TIER, LW_ORIGIN_PERSON, 0},
      {LW_SLOT_AGENT_TEAM, LW_ORIGIN_PERSON, 0},
      {LW_SLOT_AGENT_KIND, LW_ORIGIN_PERSON, 0},
      {LW_SLOT_AGENT_TENURE_DAYS, LW_ORIGIN_SERVICE, 0},
      {LW_SLOT_AGENT_HOLDS, LW_ORIGIN_SERVICE, 0},
      {LW_SLOT_CASE_ID, LW_ORIGIN_CODES, LW_TAPE_CASE},
      {LW_SLOT_CASE_AGE, LW_ORIGIN_MOMENT, 0},
      {LW_SLOT_CASE_IDLE, LW_ORIGIN_MOMENT, 0},
      {LW_SLOT_CASE_REOPENED, LW_ORIGIN_MOMENT, 0},
      {LW_SLOT_CASE_ESCALATED, LW_ORIGIN_MOMENT, 0},
      {LW_SLOT_CUSTOMER_ID, LW_ORIGIN_CODES, LW_TAPE_CUSTOMER},
      {LW_SLOT_ACTION, LW_ORIGIN_CODES, LW_TAPE_ACTION},
      {LW_SLOT_AMOUNT, LW_ORIGIN_CODES, LW_TAPE_AMOUNT},
      {LW_SLOT_REASON, LW_ORIGIN_CODES, LW_TAPE_REASON},
      {LW_SLOT_CHANNEL, LW_ORIGIN_CODES, LW_TAPE_CHANNEL},
      {LW_SLOT_NOW, LW_ORIGIN_MOMENT, 0},
  };
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    sources[rows[i].slot] = (struct lw_slot_source){
        .origin = rows[i].origin, .column = rows[i].column, .fact = UINT32_MAX};
  }
}

static bool is_below(lw_str name, lw_str group)
{
  return name.len > group.len && name.ptr[group.len] == '.' &&
         lw_str_equal(lw_str_from(name.ptr, group.len), group);
}

/* Columns below the fact's name: some row has a map there. False when memory is out. */
static bool find_parts(struct lw_bound *bound, uint32_t slot, uint32_t own)
{
  struct lw_slot_source *source = &bound->sources[slot];
  const struct lw_tape *tape = bound->tape;
  lw_str name = bound->policy->facts[source->fact].name;
  uint32_t count = 0;
  for (uint32_t c = LW_TAPE_FACTS; c < lw_tape_columns(tape); c++) {
    count += is_below(lw_tape_column_name(tape, c), name);
  }
  if (count == 0) {
    return true;
  }
  uint32_t *parts = LW_NEW_ARRAY(&bound->keep, uint32_t, count + 1U);
  source->origin = LW_ORIGIN_PARTS;
  source->has_own = own != UINT32_MAX;
  source->parts = parts;
  if (parts != NULL && source->has_own) {
    parts[source->n_parts++] = own;
  }
  uint32_t first = source->n_parts;
  for (uint32_t c = LW_TAPE_FACTS; parts != NULL && c < lw_tape_columns(tape); c++) {
    if (is_below(lw_tape_column_name(tape, c), name)) {
      uint32_t at = source->n_parts++;
      for (; at > first && lw_str_compare(lw_tape_column_name(tape, parts[at - 1]),
                                          lw_tape_column_name(tape, c)) > 0;
           at--) {
        parts[at] = parts[at - 1];
      }
      parts[at] = c;
    }
  }
  source->faulty = true;
  bound->faulty_facts = true;
  return parts != NULL;
}

static bool bind_slots(struct lw_bound *bound)
{
  const struct lw_policy *policy = bound->policy;
  bound->sources = LW_NEW_ARRAY(&bound->keep, struct lw_slot_source, policy->n_slots);
  if (bound->sources == NULL) {
    return false;
  }
  for (uint32_t slot = 0; slot < policy->n_slots; slot++) {
    bound->sources[slot] = (struct lw_slot_source){.origin = LW_ORIGIN_USED, .fact = UINT32_MAX};
  }
  built_in_sources(bound->sources);
  for (uint32_t i = 0; i < policy->n_facts; i++) {
    struct lw_slot_source *source = &bound->sources[policy->facts[i].slot];
    uint32_t column = lw_tape_find_fact(bound->tape, policy->facts[i].name);
    if (column == UINT32_MAX && policy->facts[i].slot < LW_SLOT_FACTS) {
      continue; /* a fact named like what every request has: that stands in for it */
    }
    *source = (struct lw_slot_source){.origin = column == UINT32_MAX ? LW_ORIGIN_NOTHING
                                                                     : LW_ORIGIN_CODES,
                                      .column = column,
                                      .fact = i};
    if (!find_parts(bound, policy->facts[i].slot, column)) {
      return false;
    }
    if (column != UINT32_MAX) {
      source->values = LW_NEW_ARRAY(&bound->keep, struct lw_val, lw_bound_codes(bound, column));
      if (source->values == NULL) {
        return false;
      }
      look_for_misfits(bound, policy->facts[i].slot);
    }
  }
  return true;
}

/* --- the whole --- */

enum lw_code lw_bound_init(struct lw_bound *bound, const struct lw_policy *policy,
                           const struct lw_tape *tape, const struct lw_directory *people,
                           struct lw_error *err)
{
  *bound = (struct lw_bound){.policy = policy, .tape = tape, .people = people};
  lw_arena_init(&bound->keep, NULL, SIZE_MAX);
  lw_arena_init(&bound->scratch, NULL, LW_REQUEST_BYTES_MAX);
  lw_table_init(&bound->agents, &bound->keep);
  lw_table_init(&bound->teams, &bound->keep);
  bound->n_agents = bound->n_teams = 1;
  bound->faults.arena = &bound->keep;
  bound->reader = lw_json_reader_create(NULL);
  lw_str currency = lw_currency_code(policy->currency);
  if (lw_tape_currency(tape).len != 0 && !lw_str_equal(lw_tape_currency(tape), currency)) {
    return lw_fail(err, LW_INVALID, "the past is in %.*s, this policy in %.*s",
                   LW_FMT(lw_tape_currency(tape)), LW_FMT(currency));
  }
  bool bound_all = bound->reader != NULL && bind_slots(bound) && bind_actions(bound) &&
                   bind_amounts(bound) && bind_reasons(bound) && bind_channels(bound) &&
                   bind_persons(bound);
  return bound_all && !bound->keep.failed
             ? LW_OK
             : lw_fail(err, LW_NO_MEMORY, "out of memory for replaying");
}

/* What the person's own limit of the budget is; NULL: the policy's holds for them. */
static const struct lw_override *own_limit(const struct lw_actor *actor, lw_str budget)
{
  const struct lw_override *own = NULL;
  for (uint32_t i = 0; i < actor->n_overrides; i++) {
    own = lw_str_equal(actor->overrides[i].budget, budget) ? &actor->overrides[i] : own;
  }
  return own;
}

/* The greater of what they had and what the lift gives; -1 when that is the policy's. */
static int64_t lifted_to(const int64_t *limits, uint32_t place, int64_t own, int64_t lift)
{
  int64_t had = own >= 0 || limits == NULL ? own : limits[place];
  bool endless = own < 0 && limits != NULL && had < 0;
  return lift < 0 || endless || had >= lift ? own : lift;
}

static bool lift_limit(struct lw_bound *bound, struct lw_bound_person *person,
                       const struct lw_override *limit)
{
  const struct lw_policy *policy = bound->policy;
  struct lw_actor *actor = &person->actor;
  const struct lw_override *own = own_limit(actor, limit->budget);
  uint32_t budget = lw_policy_find_budget(policy, limit->budget);
  uint32_t place = person->tier != UINT32_MAX ? person->tier : policy->n_tiers;
  struct lw_override *all = LW_NEW_ARRAY(&bound->keep, struct lw_override, actor->n_overrides + 1U);
  uint32_t count = 0;
  if (all == NULL || budget == UINT32_MAX) {
    return all != NULL;
  }
  const struct lw_budget *of = &policy->budgets[budget];
  for (uint32_t i = 0; i < actor->n_overrides; i++) {
    if (!lw_str_equal(actor->overrides[i].budget, limit->budget)) {
      all[count++] = actor->overrides[i];
    }
  }
  all[count++] = (struct lw_override){
      .budget = limit->budget,
      .amount_minor = lifted_to(of->has_amount ? of->amounts : NULL, place,
                                own != NULL ? own->amount_minor : -1, limit->amount_minor),
      .times = lifted_to(of->has_times ? of->times : NULL, place, own != NULL ? own->times : -1,
                         limit->times)};
  actor->overrides = all;
  actor->n_overrides = count;
  return true;
}

bool lw_bound_lift(struct lw_bound *bound, const struct lw_lift *lift)
{
  uint32_t tier = lw_policy_find_tier(bound->policy, lift->tier);
  for (uint32_t i = 0; i < bound->n_persons; i++) {
    struct lw_bound_person *person = &bound->persons[i];
    if (!lw_str_equal(person->actor.id, lift->person)) {
      continue;
    }
    if (tier != UINT32_MAX && (person->tier == UINT32_MAX || person->tier < tier)) {
      person->actor.tier = lift->tier;
      person->tier = tier;
      person->tiers = lw_actor_tiers(&person->actor, tier);
    }
    if (lift->limit.budget.len != 0 && !lift_limit(bound, person, &lift->limit)) {
      return false;
    }
  }
  return true;
}

void lw_bound_finish(struct lw_bound *bound)
{
  lw_json_reader_destroy(bound->reader);
  free(bound->persons);
  lw_arena_finish(&bound->scratch);
  lw_arena_finish(&bound->keep);
  *bound = (struct lw_bound){.policy = NULL};
}
