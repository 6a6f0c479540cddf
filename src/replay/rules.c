/* Conditions are taken apart at && (lets are entered), each part is compiled by itself, and a part
 * that one column or the person tells goes into that one's table of bits: the program is run once
 * for each distinct value. The bits of persons are filled when persons are added, for some are only
 * known of while rows are decided (assumed people on routes). */
#include "replay/rules.h"

#include "base/bounds.h"
#include "base/check.h"
#include "policy/condition.h"
#include "policy/who.h"

#include <stdlib.h>

enum {
  TABLE_CODES_MAX = 1 << 18, /* a column with more values is asked row by row */
  AMOUNT_BITS_MAX = 1 << 22, /* amounts times grants: more are compared row by row */
  TOLD_PARTS_MAX = 64,       /* of one condition; later ones are asked row by row */
  MEMO_PLACES_MAX = 1 << 16,
  ACTION_CODES_MAX = 1 << 12 /* of the tape: with more there are no tables side by side */
};

/* --- taking conditions apart --- */

struct parts {
  struct lw_arena *keep;
  const struct lw_node **nodes;
  size_t count;
  size_t capacity;
};

static bool add_node(struct parts *parts, const struct lw_node *node)
{
  const struct lw_node **nodes = (const struct lw_node **)lw_arena_grow(
      parts->keep, (void *)parts->nodes, parts->count, &parts->capacity, parts->count + 1,
      sizeof(const struct lw_node *), _Alignof(const struct lw_node *));
  if (nodes == NULL) {
    return false;
  }
  parts->nodes = nodes;
  nodes[parts->count++] = node;
  return true;
}

/* All the way down, as the decider's probe does: beside an unknown an error counts part by part
 * (lw_probe_fails). Memory is out: false. */
static bool take_apart(const struct lw_node *node, struct parts *parts, unsigned depth)
{
  bool deeper = depth < LW_CEL_DEPTH_MAX;
  if (deeper && node->kind == LW_N_CALL && node->as.call.n_args == 2 &&
      lw_str_equal(node->as.call.function, LW_STR("_&&_"))) {
    return take_apart(node->as.call.args[0], parts, depth + 1) &&
           take_apart(node->as.call.args[1], parts, depth + 1);
  }
  if (deeper && node->kind == LW_N_IDENT && node->as.ident.ref == LW_REF_LET) {
    return take_apart(node->as.ident.let->body, parts, depth + 1);
  }
  return add_node(parts, node);
}

static bool compile(struct lw_rules *rules, const struct lw_node *node, struct lw_gate *ret_gate)
{
  struct lw_error err;
  const struct lw_program *program = NULL;
  if (lw_cel_compile(&rules->keep, rules->policy->env, node, NULL, &program, &err) != LW_OK) {
    return false;
  }
  *ret_gate = (struct lw_gate){.program = program};
  ret_gate->slots = lw_program_slots(program, &ret_gate->n_slots);
  return true;
}

/* --- columns in use --- */

static uint32_t use_column(struct lw_rules *rules, uint32_t column)
{
  rules->reads_case |= column == LW_TAPE_CASE;
  if (rules->column_index[column] == UINT32_MAX) {
    rules->column_index[column] = rules->n_columns;
    rules->columns[rules->n_columns++] = column;
  }
  return rules->column_index[column];
}

/* used("x").last */
static bool is_last(const struct lw_rules *rules, uint32_t slot)
{
  bool is = false;
  for (uint32_t b = 0; b < rules->policy->n_budgets; b++) {
    uint32_t used = rules->policy->budgets[b].used_slot;
    is |= used != UINT32_MAX && slot == used + 2;
  }
  return is;
}

/* The budget whose draws are counted by this slot, used("x").times; UINT32_MAX: none. */
static uint32_t counted_by(const struct lw_rules *rules, uint32_t slot)
{
  for (uint32_t b = 0; b < rules->policy->n_budgets; b++) {
    uint32_t used = rules->policy->budgets[b].used_slot;
    if (used != UINT32_MAX && slot == used + 1) {
      return b;
    }
  }
  return UINT32_MAX;
}

/* False: the column can't be among those that the memo goes by. */
static bool memo_takes(const struct lw_rules *rules, struct lw_gate_memo *memo, uint32_t column,
                       uint32_t *places)
{
  uint32_t codes = lw_bound_codes(rules->bound, column);
  for (uint32_t i = 0; i < memo->n_columns; i++) {
    if (memo->columns[i] == rules->column_index[column]) {
      return true;
    }
  }
  if (memo->n_columns == LW_MEMO_COLUMNS_MAX || codes > MEMO_PLACES_MAX / *places) {
    return false;
  }
  memo->columns[memo->n_columns] = rules->column_index[column];
  memo->codes[memo->n_columns++] = codes;
  *places *= codes;
  return true;
}

/* The gate's columns are in use. True where there is nothing to keep, too. */
static bool make_memo(struct lw_rules *rules, struct lw_gate *gate)
{
  struct lw_gate_memo memo = {.budget = UINT32_MAX};
  uint32_t places = LW_MEMO_TIMES;
  bool fits = true;
  for (uint32_t i = 0; fits && i < gate->n_slots; i++) {
    const struct lw_slot_source *source = &rules->bound->sources[gate->slots[i]];
    if (gate->slots[i] == LW_SLOT_ACTION || source->origin == LW_ORIGIN_NOTHING) {
      continue;
    }
    uint32_t counted =
        source->origin == LW_ORIGIN_USED ? counted_by(rules, gate->slots[i]) : UINT32_MAX;
    fits = counted != UINT32_MAX ? memo.budget == UINT32_MAX || memo.budget == counted
                                 : source->origin == LW_ORIGIN_CODES &&
                                       memo_takes(rules, &memo, source->column, &places);
    memo.budget = counted != UINT32_MAX ? counted : memo.budget;
  }
  if (!fits) {
    return true;
  }
  gate->memo = LW_NEW(&rules->keep, struct lw_gate_memo);
  memo.truths = LW_NEW_ARRAY(&rules->keep, uint8_t, places);
  if (gate->memo == NULL || memo.truths == NULL) {
    return false;
  }
  *gate->memo = memo;
  return true;
}

static void use_gate(struct lw_rules *rules, const struct lw_gate *gate)
{
  for (uint32_t i = 0; i < gate->n_slots; i++) {
    const struct lw_slot_source *source = &rules->bound->sources[gate->slots[i]];
    rules->reads_last |= source->origin == LW_ORIGIN_USED && is_last(rules, gate->slots[i]);
    if (source->origin == LW_ORIGIN_CODES) {
      (void)use_column(rules, source->column);
    }
  } /* those of parts are in use anyway */
}

/* --- what one column tells --- */

enum reach_of_part { OF_NOTHING, OF_PERSON, OF_COLUMN, OF_ROW };

/* The action is the same for all rows that the rule is about: it is put in beforehand. */
static enum reach_of_part reach_of(const struct lw_rules *rules, const struct lw_gate *gate,
                                   uint32_t *ret_column)
{
  enum reach_of_part reach = OF_NOTHING;
  for (uint32_t i = 0; i < gate->n_slots; i++) {
    const struct lw_slot_source *source = &rules->bound->sources[gate->slots[i]];
    if (gate->slots[i] == LW_SLOT_ACTION || source->origin == LW_ORIGIN_NOTHING) {
      continue;
    }
    bool is_person = source->origin == LW_ORIGIN_PERSON;
    bool is_column = source->origin == LW_ORIGIN_CODES &&
                     lw_bound_codes(rules->bound, source->column) <= TABLE_CODES_MAX;
    bool same = reach == OF_NOTHING || (reach == OF_PERSON && is_person) ||
                (reach == OF_COLUMN && is_column && *ret_column == source->column);
    if (!same || (!is_person && !is_column)) {
      return OF_ROW;
    }
    reach = is_person ? OF_PERSON : OF_COLUMN;
    *ret_column = is_column ? source->column : *ret_column;
  }
  return reach;
}

/* Sets the slots that one column (by its code) and the action give. */
static void set_slots(struct lw_rules *rules, const struct lw_gate *gate, uint32_t action,
                      uint32_t code)
{
  struct lw_bound *bound = rules->bound;
  for (uint32_t i = 0; i < gate->n_slots; i++) {
    uint32_t slot = gate->slots[i];
    rules->slots[slot] = slot == LW_SLOT_ACTION ? lw_val_string(rules->policy->actions[action].name)
                                                : lw_bound_value(bound, slot, code);
  }
}

static void set_person(struct lw_rules *rules, const struct lw_gate *gate, uint32_t action,
                       const struct lw_bound_person *person)
{
  struct lw_val own[LW_SLOT_FACTS];
  lw_slots_set_agent(rules->policy, &person->actor, 0, &rules->scratch, own);
  for (uint32_t i = 0; i < gate->n_slots; i++) {
    uint32_t slot = gate->slots[i];
    enum lw_slot_origin origin = rules->bound->sources[slot].origin;
    rules->slots[slot] = origin == LW_ORIGIN_PERSON    ? own[slot]
                         : origin == LW_ORIGIN_NOTHING ? lw_bound_value(rules->bound, slot, 0)
                                                       : (struct lw_val){0};
  }
  struct lw_gate rest = *gate;
  for (uint32_t i = 0; i < rest.n_slots; i++) {
    if (rest.slots[i] == LW_SLOT_ACTION) {
      rules->slots[LW_SLOT_ACTION] = lw_val_string(rules->policy->actions[action].name);
    }
  }
}

static struct lw_val run(struct lw_rules *rules, const struct lw_gate *gate)
{
  const struct lw_activation activation = {rules->slots, rules->policy->n_slots};
  lw_arena_reset(&rules->scratch);
  return lw_vm_run(rules->vm, gate->program, &activation, &rules->scratch);
}

static bool is_true(struct lw_val value)
{
  return value.kind == LW_V_BOOL && value.as.boolean;
}

static bool is_false(struct lw_val value)
{
  return value.kind == LW_V_BOOL && !value.as.boolean;
}

bool lw_truth_holds(const struct lw_bound_person *person, struct lw_val value)
{
  if (value.kind != LW_V_UNKNOWN || !person->actor.assumed) {
    return is_true(value);
  }
  for (uint32_t i = 0; i < value.as.unknown->count; i++) {
    if (value.as.unknown->slots[i] > LW_SLOT_AGENT_HOLDS) {
      return false;
    }
  }
  return true;
}

/* --- ages --- */

enum { NANOS_PER_SECOND = 1000000000 };

static bool is_call(const struct lw_node *node, lw_str function)
{
  return node->kind == LW_N_CALL && node->as.call.n_args == 2 && node->as.call.target == NULL &&
         lw_str_equal(node->as.call.function, function);
}

static bool is_variable(const struct lw_node *node)
{
  return node->kind == LW_N_IDENT && node->as.ident.ref == LW_REF_VARIABLE;
}

/* The slot of a time that one column tells, in `now - x`; UINT32_MAX: it is something else. */
static uint32_t slot_of_age(const struct lw_rules *rules, const struct lw_node *node)
{
  if (!is_call(node, LW_STR("_-_")) || !is_variable(node->as.call.args[0]) ||
      !is_variable(node->as.call.args[1]) || node->as.call.args[0]->as.ident.slot != LW_SLOT_NOW) {
    return UINT32_MAX;
  }
  uint32_t slot = node->as.call.args[1]->as.ident.slot;
  const struct lw_slot_source *source = &rules->bound->sources[slot];
  return source->origin == LW_ORIGIN_CODES && source->fact != UINT32_MAX ? slot : UINT32_MAX;
}

/* The gate's columns are in use. True where it is no age, too. */
static bool make_age(struct lw_rules *rules, const struct lw_node *node, struct lw_gate *gate)
{
  bool above = is_call(node, LW_STR("_>_")) || is_call(node, LW_STR("_>=_"));
  bool below = is_call(node, LW_STR("_<_")) || is_call(node, LW_STR("_<=_"));
  uint32_t slot = above || below ? slot_of_age(rules, node->as.call.args[0]) : UINT32_MAX;
  struct lw_gate limit;
  if (slot == UINT32_MAX) {
    return true;
  }
  if (!compile(rules, node->as.call.args[1], &limit)) {
    return false;
  }
  struct lw_val value = limit.n_slots == 0 ? run(rules, &limit) : (struct lw_val){0};
  struct lw_gate_age *age = LW_NEW(&rules->keep, struct lw_gate_age);
  if (age == NULL || value.kind != LW_V_DURATION) {
    return age != NULL;
  }
  int32_t nanos = (int32_t)value.aux;
  *age =
      (struct lw_gate_age){.slot = slot,
                           .column = rules->column_index[rules->bound->sources[slot].column],
                           .limit = value.as.integer - (nanos < 0),
                           .limit_nanos = nanos < 0 ? nanos + NANOS_PER_SECOND : nanos,
                           .above = above,
                           .equal = is_call(node, LW_STR("_>=_")) || is_call(node, LW_STR("_<=_"))};
  gate->age = age;
  return true;
}

bool lw_rules_tell_age(const struct lw_rules *rules, const struct lw_gate_age *age, uint32_t code,
                       lw_usec at, bool *ret_holds)
{
  const struct lw_val now = lw_val_moment(at);
  const struct lw_val from = lw_bound_value(rules->bound, age->slot, code);
  if (from.kind != LW_V_TIMESTAMP) {
    return false;
  }
  int64_t seconds = now.as.integer - from.as.integer;
  int32_t nanos = (int32_t)now.aux - (int32_t)from.aux;
  seconds -= nanos < 0;
  nanos += nanos < 0 ? NANOS_PER_SECOND : 0;
  bool same = seconds == age->limit && nanos == age->limit_nanos;
  bool more = seconds > age->limit || (seconds == age->limit && nanos > age->limit_nanos);
  *ret_holds = same ? age->equal : more == age->above;
  return true;
}

/* --- tables --- */

static void clear_bit(uint64_t *words, uint32_t bit)
{
  words[bit / 64] &= ~(UINT64_C(1) << (bit % 64));
}

/* The action's words by code of a column; all bits set when it is new. */
static uint64_t *mask_of(struct lw_rules *rules, struct lw_action_rules *action, uint32_t column)
{
  uint32_t index = use_column(rules, column);
  for (uint32_t i = 0; i < action->n_masks; i++) {
    if (action->masks[i].column == index) {
      return (uint64_t *)(uintptr_t)action->masks[i].words; /* ours, until the end of init */
    }
  }
  size_t bytes = (size_t)lw_bound_codes(rules->bound, column) * action->n_words * sizeof(uint64_t);
  uint64_t *words = lw_arena_alloc(&rules->keep, bytes, 8);
  struct lw_mask *masks = LW_NEW_ARRAY(&rules->keep, struct lw_mask, action->n_masks + 1U);
  if (words == NULL || masks == NULL) {
    return NULL;
  }
  memset(words, 0xFF, bytes);
  if (action->n_masks != 0) {
    memcpy(masks, action->masks, action->n_masks * sizeof *masks);
  }
  masks[action->n_masks++] = (struct lw_mask){index, words};
  action->masks = masks;
  return words;
}

/* bit: cleared where the part is not true; not_false_bit: cleared where it is false. UINT32_MAX:
 * there is none. */
struct bits {
  uint32_t holds;
  uint32_t not_false;
};

static void tell(uint64_t *words, const struct bits *bits, struct lw_val value, bool holds)
{
  if (!holds) {
    clear_bit(words, bits->holds);
  }
  if (bits->not_false != UINT32_MAX && is_false(value)) {
    clear_bit(words, bits->not_false);
  }
}

static bool tell_column(struct lw_rules *rules, uint32_t action_index, const struct lw_gate *gate,
                        uint32_t column, const struct bits *bits)
{
  struct lw_action_rules *action = &rules->actions[action_index];
  uint64_t *words = mask_of(rules, action, column);
  uint32_t codes = lw_bound_codes(rules->bound, column);
  for (uint32_t code = 0; words != NULL && code < codes; code++) {
    set_slots(rules, gate, action_index, code);
    struct lw_val value = run(rules, gate);
    tell(words + (size_t)code * action->n_words, bits, value, is_true(value));
  }
  return words != NULL;
}

/* Parts about the person alone are told for each person when they are known: kept until then. */
struct lw_person_part {
  struct lw_gate gate;
  struct bits bits;
  uint32_t action;
  struct lw_person_part *next;
};

static bool keep_person_part(struct lw_rules *rules, uint32_t action, const struct lw_gate *gate,
                             const struct bits *bits);

/* A constant is told like a person: for everybody the same. told: by a table, where one tells it.
 */
static bool add_part(struct lw_rules *rules, uint32_t action, const struct lw_node *node, bool told,
                     const struct bits *bits, struct lw_gate *gates, uint32_t *n_gates)
{
  struct lw_gate gate;
  uint32_t column = UINT32_MAX;
  if (!compile(rules, node, &gate)) {
    return false;
  }
  switch (told ? reach_of(rules, &gate, &column) : OF_ROW) {
  case OF_COLUMN: return tell_column(rules, action, &gate, column, bits);
  case OF_NOTHING:
  case OF_PERSON: return keep_person_part(rules, action, &gate, bits);
  case OF_ROW: break;
  }
  use_gate(rules, &gate);
  bool made = make_memo(rules, &gate) && make_age(rules, node, &gate);
  gates[(*n_gates)++] = gate;
  return made;
}

static bool add_condition(struct lw_rules *rules, uint32_t action,
                          const struct lw_expression *condition, const struct bits *bits,
                          const struct lw_gate **ret_gates, uint32_t *ret_count)
{
  struct parts parts = {.keep = &rules->keep};
  if (condition->node == NULL) {
    return true;
  }
  bool taken = take_apart(condition->node, &parts, 0);
  struct lw_gate *gates = LW_NEW_ARRAY(&rules->keep, struct lw_gate, parts.count);
  bool added = taken && gates != NULL;
  for (size_t i = 0; added && i < parts.count; i++) {
    added = add_part(rules, action, parts.nodes[i], i < TOLD_PARTS_MAX, bits, gates, ret_count);
  }
  *ret_gates = gates;
  return added;
}

/* --- amounts --- */

static bool cap_by_codes(struct lw_rules *rules, uint32_t action, const struct lw_gate *gate,
                         uint32_t column, struct lw_cap *cap)
{
  uint32_t codes = lw_bound_codes(rules->bound, column);
  int64_t *minors = LW_NEW_ARRAY(&rules->keep, int64_t, codes);
  for (uint32_t code = 0; minors != NULL && code < codes; code++) {
    set_slots(rules, gate, action, code);
    struct lw_val value = run(rules, gate);
    minors[code] = value.kind != LW_V_MONEY ? -1 : value.as.integer > 0 ? value.as.integer : 0;
  }
  *cap =
      (struct lw_cap){.kind = LW_CAP_CODES, .column = use_column(rules, column), .minors = minors};
  return minors != NULL;
}

static bool add_cap(struct lw_rules *rules, uint32_t action, const struct lw_limit *limit,
                    struct lw_cap *ret_cap)
{
  struct lw_gate gate;
  uint32_t column = UINT32_MAX;
  *ret_cap = (struct lw_cap){.kind = LW_CAP_NONE};
  if (!limit->present) {
    return true;
  }
  if (!limit->computed) {
    *ret_cap = (struct lw_cap){.kind = LW_CAP_FIXED, .minor = limit->minor};
    return true;
  }
  if (!compile(rules, limit->expression.node, &gate)) {
    return false;
  }
  if (reach_of(rules, &gate, &column) == OF_COLUMN) {
    return cap_by_codes(rules, action, &gate, column, ret_cap);
  }
  use_gate(rules, &gate);
  *ret_cap = (struct lw_cap){.kind = LW_CAP_PROGRAM, .gate = gate};
  return true;
}

/* --- facts that must be there --- */

static bool want_facts(struct lw_rules *rules, uint32_t index)
{
  const struct lw_policy *policy = rules->policy;
  const struct lw_action *action = &policy->actions[index];
  struct lw_action_rules *own = &rules->actions[index];
  for (uint32_t i = 0; i < action->n_wanted; i++) {
    const struct lw_fact *fact = &policy->facts[action->wanted[i]];
    const struct lw_slot_source *source = &rules->bound->sources[fact->slot];
    uint32_t column = source->origin == LW_ORIGIN_CODES ? source->column : LW_TAPE_ACTION;
    if (source->origin == LW_ORIGIN_PARTS) { /* a row has it if it has any part */
      own->wants_parts = true;
      continue;
    }
    uint64_t *words = mask_of(rules, own, column);
    if (words == NULL) {
      return false;
    }
    if (source->origin == LW_ORIGIN_NOTHING) { /* no row has it */
      for (uint32_t code = 0; code < lw_bound_codes(rules->bound, column); code++) {
        clear_bit(words + (size_t)code * own->n_words, 0);
      }
    } else {
      clear_bit(words, 0); /* code 0: absent */
    }
  }
  return true;
}

/* --- persons --- */

bool lw_rules_grant_is_timed(const struct lw_grant *grant)
{
  return grant->from != INT64_MIN || grant->until != INT64_MAX;
}

static bool keep_person_part(struct lw_rules *rules, uint32_t action, const struct lw_gate *gate,
                             const struct bits *bits)
{
  struct lw_person_part *part = LW_NEW(&rules->keep, struct lw_person_part);
  if (part == NULL) {
    return false;
  }
  *part = (struct lw_person_part){*gate, *bits, action, rules->person_parts};
  rules->person_parts = part;
  return true;
}

/* Whether the words of a grant fit, but for certificates that end: those are looked at row by row.
 */
static bool may_fit(const struct lw_grant *grant, const struct lw_bound_person *person)
{
  return lw_who_fits(&grant->who, &person->actor, person->tier, LW_STR(""), INT64_MIN);
}

static void tell_person(struct lw_rules *rules, uint32_t number)
{
  const struct lw_policy *policy = rules->policy;
  const struct lw_bound_person *person = &rules->bound->persons[number];
  for (uint32_t a = 0; a < policy->n_actions; a++) {
    struct lw_action_rules *action = &rules->actions[a];
    uint64_t *words = action->person_words + (size_t)number * action->n_words;
    memset(words, 0xFF, action->n_words * sizeof *words);
    if (rules->has_plain_bit && (person->faulty || person->timed)) {
      clear_bit(words, LW_RULES_PLAIN_BIT);
    }
    for (uint32_t i = 0; i < action->n_grants; i++) {
      if (!may_fit(&policy->grants[action->grants[i].grant], person)) {
        clear_bit(words, action->first_grant_bit + i);
      }
    }
  }
  for (struct lw_person_part *part = rules->person_parts; part != NULL; part = part->next) {
    struct lw_action_rules *action = &rules->actions[part->action];
    set_person(rules, &part->gate, part->action, person);
    struct lw_val value = run(rules, &part->gate);
    tell(action->person_words + (size_t)number * action->n_words, &part->bits, value,
         lw_truth_holds(person, value));
  }
}

/* As reach.c finds them: by tier, then what is the person's own. */
static void find_limits(struct lw_rules *rules, uint32_t number)
{
  const struct lw_policy *policy = rules->policy;
  const struct lw_bound_person *person = &rules->bound->persons[number];
  uint32_t tier = person->tier != UINT32_MAX ? person->tier : policy->n_tiers;
  for (uint32_t b = 0; b < policy->n_budgets; b++) {
    const struct lw_budget *budget = &policy->budgets[b];
    int64_t *minor = &rules->limits[(size_t)number * policy->n_budgets + b];
    int64_t *times = &rules->limit_times[(size_t)number * policy->n_budgets + b];
    *minor = budget->has_amount ? budget->amounts[tier] : -1;
    *times = budget->has_times ? budget->times[tier] : -1;
    for (uint32_t i = 0; i < person->actor.n_overrides; i++) {
      const struct lw_override *own = &person->actor.overrides[i];
      if (lw_str_equal(own->budget, budget->name)) {
        *minor = own->amount_minor >= 0 ? own->amount_minor : *minor;
        *times = own->times >= 0 ? own->times : *times;
      }
    }
  }
}

static bool make_room(struct lw_rules *rules)
{
  const struct lw_policy *policy = rules->policy;
  uint32_t need = rules->bound->n_persons;
  if (need <= rules->persons_capacity) {
    return true;
  }
  uint32_t capacity = need + need / 2;
  size_t cells = (size_t)capacity * (policy->n_budgets + 1);
  int64_t *limits = realloc(rules->limits, cells * sizeof *limits);
  rules->limits = limits != NULL ? limits : rules->limits;
  int64_t *times = realloc(rules->limit_times, cells * sizeof *times);
  rules->limit_times = times != NULL ? times : rules->limit_times;
  struct lw_person_brief *briefs = realloc(rules->briefs, (size_t)capacity * sizeof *briefs);
  rules->briefs = briefs != NULL ? briefs : rules->briefs;
  bool made = limits != NULL && times != NULL && briefs != NULL;
  for (uint32_t a = 0; made && a < policy->n_actions; a++) {
    struct lw_action_rules *action = &rules->actions[a];
    uint64_t *words =
        realloc(action->person_words, (size_t)capacity * action->n_words * sizeof *words);
    action->person_words = words != NULL ? words : action->person_words;
    made = words != NULL;
  }
  rules->persons_capacity = made ? capacity : rules->persons_capacity;
  return made;
}

static void make_brief(struct lw_rules *rules, uint32_t number)
{
  const struct lw_bound_person *person = &rules->bound->persons[number];
  rules->briefs[number] = (struct lw_person_brief){.agent = person->agent,
                                                   .team = person->team,
                                                   .assumed = person->actor.assumed,
                                                   .timed = person->timed,
                                                   .faulty = person->faulty};
}

bool lw_rules_know_persons(struct lw_rules *rules)
{
  if (!make_room(rules)) {
    return false;
  }
  while (rules->n_persons < rules->bound->n_persons) {
    tell_person(rules, rules->n_persons);
    find_limits(rules, rules->n_persons);
    make_brief(rules, rules->n_persons);
    rules->n_persons++;
  }
  return true;
}

/* --- the whole --- */

static bool add_grants(struct lw_rules *rules, uint32_t index)
{
  const struct lw_policy *policy = rules->policy;
  struct lw_action_rules *own = &rules->actions[index];
  bool added = true;
  for (uint32_t i = 0; added && i < own->n_grants; i++) {
    const struct lw_grant *grant = &policy->grants[policy->actions[index].grants[i]];
    struct lw_grant_rule *rule = &own->grants[i];
    const struct bits bits = {own->first_grant_bit + i, UINT32_MAX};
    rule->grant = policy->actions[index].grants[i];
    rule->timed = lw_rules_grant_is_timed(grant) || grant->who.n_holds != 0;
    added = add_condition(rules, index, &grant->when, &bits, &rule->gates, &rule->n_gates) &&
            add_cap(rules, index, &grant->up_to, &rule->up_to);
  }
  return added;
}

static bool add_rails(struct lw_rules *rules, uint32_t index)
{
  const struct lw_policy *policy = rules->policy;
  struct lw_action_rules *own = &rules->actions[index];
  bool added = true;
  for (uint32_t i = 0; added && i < own->n_rails; i++) {
    struct lw_rail_rule *rule = &own->rails[i];
    const struct bits bits = {1 + own->n_rails + i, 1 + i};
    rule->rail = policy->actions[index].rails[i];
    added = add_condition(rules, index, &policy->rails[rule->rail].when, &bits, &rule->gates,
                          &rule->n_gates);
  }
  return added;
}

/* The fixed limits of the grants, told for each amount. */
static bool tell_amounts(struct lw_rules *rules, uint32_t index)
{
  struct lw_action_rules *own = &rules->actions[index];
  uint32_t codes = lw_bound_codes(rules->bound, LW_TAPE_AMOUNT);
  if ((uint64_t)codes * own->n_grants > AMOUNT_BITS_MAX) {
    return true;
  }
  size_t bytes = (size_t)codes * own->n_words * sizeof(uint64_t);
  uint64_t *words = lw_arena_alloc(&rules->keep, bytes, 8);
  if (words == NULL) {
    return false;
  }
  memset(words, 0xFF, bytes);
  for (uint32_t i = 0; i < own->n_grants; i++) {
    const struct lw_cap *up_to = &own->grants[i].up_to;
    int64_t most = up_to->kind == LW_CAP_FIXED ? up_to->minor : INT64_MAX;
    most =
        own->at_most.kind == LW_CAP_FIXED && own->at_most.minor < most ? own->at_most.minor : most;
    for (uint32_t code = 1; most != INT64_MAX && code < codes; code++) {
      if (rules->bound->amounts[code] > most) {
        clear_bit(words + (size_t)code * own->n_words, own->first_grant_bit + i);
      }
    }
  }
  own->amount_words = words;
  return true;
}

static enum lw_code add_action(struct lw_rules *rules, uint32_t index, struct lw_error *err)
{
  const struct lw_action *action = &rules->policy->actions[index];
  struct lw_action_rules *own = &rules->actions[index];
  own->n_grants = action->n_grants;
  own->n_rails = action->n_rails;
  own->first_grant_bit = 1 + 2 * action->n_rails;
  own->n_words = (own->first_grant_bit + action->n_grants + 63) / 64;
  if (own->n_words > LW_RULES_WORDS_MAX) {
    return lw_fail(err, LW_LIMIT, "\"%.*s\" has too many rules to be replayed: at most %d",
                   LW_FMT(action->name), LW_RULES_WORDS_MAX * 64);
  }
  own->grants = LW_NEW_ARRAY(&rules->keep, struct lw_grant_rule, own->n_grants);
  own->rails = LW_NEW_ARRAY(&rules->keep, struct lw_rail_rule, own->n_rails);
  bool added = own->grants != NULL && own->rails != NULL && want_facts(rules, index) &&
               add_rails(rules, index) && add_grants(rules, index) &&
               add_cap(rules, index, &action->at_most, &own->at_most) && tell_amounts(rules, index);
  return added ? LW_OK : lw_fail(err, LW_NO_MEMORY, "out of memory for replaying");
}

static bool fill_tables(struct lw_rules *rules, uint32_t action)
{
  static const uint64_t all_set = ~UINT64_C(0);
  const struct lw_action_rules *own = &rules->actions[action];
  struct lw_word_table *tables = rules->tables + (size_t)action * rules->n_table_columns;
  uint32_t amount = rules->column_index[LW_TAPE_AMOUNT];
  for (uint32_t t = 0; t < rules->n_table_columns; t++) {
    tables[t] = (struct lw_word_table){.words = &all_set};
    for (uint32_t m = 0; m < own->n_masks; m++) {
      if (own->masks[m].column == rules->table_columns[t]) {
        tables[t] = (struct lw_word_table){own->masks[m].words, UINT32_MAX};
      }
    }
    if (rules->table_columns[t] != amount || own->amount_words == NULL) {
      continue;
    }
    uint32_t codes = lw_bound_codes(rules->bound, LW_TAPE_AMOUNT);
    uint64_t *both = LW_NEW_ARRAY(&rules->keep, uint64_t, codes);
    for (uint32_t code = 0; both != NULL && code < codes; code++) {
      both[code] = own->amount_words[code] & tables[t].words[code & tables[t].codes_mask];
    }
    tables[t] = (struct lw_word_table){both, UINT32_MAX};
    if (both == NULL) {
      return false;
    }
  }
  return true;
}

/* Lays the tables of all actions side by side, if every action has one word. */
static bool make_tables(struct lw_rules *rules)
{
  uint32_t n_actions = rules->policy->n_actions;
  rules->table_columns = LW_NEW_ARRAY(&rules->keep, uint32_t, rules->n_columns);
  if (rules->table_columns == NULL) {
    return false;
  }
  for (uint32_t column = 0; column < rules->n_columns; column++) {
    bool read = rules->columns[column] == LW_TAPE_AMOUNT;
    for (uint32_t a = 0; a < n_actions; a++) {
      for (uint32_t m = 0; m < rules->actions[a].n_masks; m++) {
        read |= rules->actions[a].masks[m].column == column;
      }
    }
    if (read) {
      rules->table_columns[rules->n_table_columns++] = column;
    }
  }
  bool fits = lw_bound_codes(rules->bound, LW_TAPE_ACTION) <= ACTION_CODES_MAX;
  rules->has_plain_bit = fits;
  for (uint32_t a = 0; a < n_actions; a++) {
    const struct lw_action_rules *own = &rules->actions[a];
    fits = fits && own->n_words == 1;
    rules->has_plain_bit =
        rules->has_plain_bit && own->first_grant_bit + own->n_grants <= LW_RULES_PLAIN_BIT;
  }
  if (!fits) {
    rules->has_plain_bit = false;
    return true;
  }
  rules->tables =
      LW_NEW_ARRAY(&rules->keep, struct lw_word_table, (size_t)n_actions * rules->n_table_columns);
  bool made = rules->tables != NULL;
  for (uint32_t a = 0; made && a < n_actions; a++) {
    made = fill_tables(rules, a);
  }
  return made;
}

enum lw_code lw_rules_init(struct lw_rules *rules, struct lw_bound *bound,
                           const struct lw_policy *policy, struct lw_error *err)
{
  uint32_t n_columns = lw_tape_columns(bound->tape);
  *rules = (struct lw_rules){.bound = bound, .policy = policy};
  lw_arena_init(&rules->keep, NULL, SIZE_MAX);
  lw_arena_init(&rules->scratch, NULL, LW_REQUEST_BYTES_MAX);
  rules->vm = lw_vm_create(NULL, policy->zones, policy->currency);
  rules->actions = LW_NEW_ARRAY(&rules->keep, struct lw_action_rules, policy->n_actions);
  rules->columns = LW_NEW_ARRAY(&rules->keep, uint32_t, n_columns);
  rules->column_index = LW_NEW_ARRAY(&rules->keep, uint32_t, n_columns);
  rules->slots = LW_NEW_ARRAY(&rules->keep, struct lw_val, policy->n_slots);
  if (rules->vm == NULL || rules->actions == NULL || rules->columns == NULL ||
      rules->column_index == NULL || rules->slots == NULL) {
    return lw_fail(err, LW_NO_MEMORY, "out of memory for replaying");
  }
  for (uint32_t i = 0; i < n_columns; i++) {
    rules->column_index[i] = UINT32_MAX;
  }
  static const uint32_t always[] = {LW_TAPE_PERSON,   LW_TAPE_ACTION, LW_TAPE_AMOUNT, LW_TAPE_CASE,
                                    LW_TAPE_CUSTOMER, LW_TAPE_REASON, LW_TAPE_CHANNEL};
  for (size_t i = 0; i < sizeof always / sizeof always[0]; i++) {
    (void)use_column(rules, always[i]); /* their places: AT_... of run.c */
  }
  rules->reads_case = false;
  for (uint32_t i = 0; i < policy->n_facts; i++) {
    const struct lw_slot_source *source = &bound->sources[policy->facts[i].slot];
    if (source->faulty && source->n_parts == 0) { /* each row is asked */
      (void)use_column(rules, source->column);
    }
    for (uint32_t part = 0; part < source->n_parts; part++) {
      (void)use_column(rules, source->parts[part]);
    }
  }
  enum lw_code rc = LW_OK;
  for (uint32_t i = 0; rc == LW_OK && i < policy->n_actions; i++) {
    rc = add_action(rules, i, err);
  }
  if (rc == LW_OK && (!make_tables(rules) || !lw_rules_know_persons(rules))) {
    rc = lw_fail(err, LW_NO_MEMORY, "out of memory for replaying");
  }
  return rc;
}

void lw_rules_finish(struct lw_rules *rules)
{
  for (uint32_t i = 0; rules->actions != NULL && i < rules->policy->n_actions; i++) {
    free(rules->actions[i].person_words);
  }
  free(rules->briefs);
  free(rules->limits);
  free(rules->limit_times);
  lw_vm_destroy(rules->vm);
  lw_arena_finish(&rules->scratch);
  lw_arena_finish(&rules->keep);
  *rules = (struct lw_rules){.bound = NULL};
}
