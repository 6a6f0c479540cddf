/* A gate's slots are filled from the row's codes, its moments and what budgets have drawn, and its
 * program runs. Most gates of real policies read a flag and how often something was used, so that
 * few rows differ for them: what the program came to is kept by what it read. */
#include "replay/gate.h"

#include "base/check.h"

static struct lw_val since(lw_usec from, lw_usec at)
{
  int64_t usec = at > from ? at - from : 0;
  return lw_val_duration(usec / LW_USEC_PER_SECOND, (int32_t)(usec % LW_USEC_PER_SECOND) * 1000);
}

static void read_moments(struct lw_pass *pass)
{
  if (!pass->moments_read) {
    uint64_t first = pass->run->n_rows; /* the block's first row */
    lw_tape_read_numbers(pass->tape, LW_TAPE_OPENED, first, pass->rows.count, pass->opened);
    lw_tape_read_numbers(pass->tape, LW_TAPE_UPDATED, first, pass->rows.count, pass->updated);
    pass->moments_read = true;
  }
}

static struct lw_val moment_value(struct lw_pass *pass, const struct lw_row *row, uint32_t slot)
{
  int64_t marks = pass->rows.marks[row->i] != LW_TAPE_NONE ? pass->rows.marks[row->i] : 0;
  struct lw_val absent = {0};
  read_moments(pass);
  switch (slot) {
  case LW_SLOT_NOW: return lw_val_moment(row->at);
  case LW_SLOT_CASE_AGE:
    return pass->opened[row->i] != LW_TAPE_NONE ? since(pass->opened[row->i], row->at) : absent;
  case LW_SLOT_CASE_IDLE:
    return pass->updated[row->i] != LW_TAPE_NONE ? since(pass->updated[row->i], row->at) : absent;
  case LW_SLOT_CASE_REOPENED:
    return (marks & LW_TAPE_REOPENED_KNOWN) != 0 ? lw_val_bool((marks & LW_TAPE_REOPENED) != 0)
                                                 : absent;
  case LW_SLOT_CASE_ESCALATED:
    return (marks & LW_TAPE_ESCALATED_KNOWN) != 0 ? lw_val_bool((marks & LW_TAPE_ESCALATED) != 0)
                                                  : absent;
  default: break;
  }
  return absent;
}

/* used("x").amount .times .last: three slots in a row. */
static struct lw_val used_value(struct lw_pass *pass, const struct lw_row *row, uint32_t person,
                                uint32_t slot)
{
  const struct lw_policy *policy = pass->policy;
  uint32_t budget = 0;
  while (budget < policy->n_budgets && (policy->budgets[budget].used_slot == UINT32_MAX ||
                                        slot < policy->budgets[budget].used_slot ||
                                        slot > policy->budgets[budget].used_slot + 2)) {
    budget++;
  }
  LW_ASSERT(budget < policy->n_budgets);
  struct lw_used used;
  const struct lw_party party = lw_pass_party_at(pass, person, row->i);
  uint32_t scope = lw_pass_place(pass, budget, &party);
  if (scope == LW_PASS_NO_SCOPE) {
    return (struct lw_val){0};
  }
  lw_pass_used(pass, budget, scope, row->at, &used);
  switch (slot - policy->budgets[budget].used_slot) {
  case 0: return lw_val_money(used.amount_minor, policy->currency);
  case 1: return lw_val_int(used.times);
  default: return used.ever ? lw_val_moment(used.last) : (struct lw_val){0};
  }
}

struct lw_val lw_gate_joined(struct lw_pass *pass, const struct lw_row *row, uint32_t slot)
{
  const struct lw_slot_source *source = &pass->bound->sources[slot];
  uint32_t *codes = LW_NEW_ARRAY(&pass->rules.scratch, uint32_t, source->n_parts);
  for (uint32_t i = 0; codes != NULL && i < source->n_parts; i++) {
    codes[i] = lw_pass_code(pass, pass->rules.column_index[source->parts[i]], row->i);
  }
  return codes != NULL ? lw_bound_join(pass->bound, slot, codes, &pass->rules.scratch)
                       : (struct lw_val){.kind = LW_V_ERROR};
}

static void set_slot(struct lw_pass *pass, const struct lw_row *row, uint32_t person, uint32_t slot,
                     const struct lw_val *own)
{
  const struct lw_slot_source *source = &pass->bound->sources[slot];
  struct lw_val *place = &pass->rules.slots[slot];
  if (slot == LW_SLOT_ACTION) {
    *place = lw_val_string(pass->policy->actions[row->action].name);
    return;
  }
  switch (source->origin) {
  case LW_ORIGIN_PERSON:
  case LW_ORIGIN_SERVICE: *place = own[slot]; break;
  case LW_ORIGIN_CODES:
    *place = lw_bound_value(pass->bound, slot,
                            lw_pass_code(pass, pass->rules.column_index[source->column], row->i));
    break;
  case LW_ORIGIN_PARTS: *place = lw_gate_joined(pass, row, slot); break;
  case LW_ORIGIN_NOTHING: *place = lw_bound_value(pass->bound, slot, 0); break;
  case LW_ORIGIN_MOMENT: *place = moment_value(pass, row, slot); break;
  case LW_ORIGIN_USED: *place = used_value(pass, row, person, slot); break;
  }
}

struct lw_val lw_gate_run(struct lw_pass *pass, const struct lw_row *row, uint32_t person,
                          const struct lw_gate *gate)
{
  struct lw_val own[LW_SLOT_FACTS];
  bool persons = false;
  lw_arena_reset(&pass->rules.scratch);
  for (uint32_t i = 0; i < gate->n_slots; i++) {
    enum lw_slot_origin origin = pass->bound->sources[gate->slots[i]].origin;
    persons |= origin == LW_ORIGIN_PERSON || origin == LW_ORIGIN_SERVICE;
  }
  if (persons) {
    lw_slots_set_agent(pass->policy, &pass->bound->persons[person].actor, row->at,
                       &pass->rules.scratch, own);
  }
  for (uint32_t i = 0; i < gate->n_slots; i++) {
    set_slot(pass, row, person, gate->slots[i], own);
  }
  const struct lw_activation activation = {pass->rules.slots, pass->policy->n_slots};
  return lw_vm_run(pass->rules.vm, gate->program, &activation, &pass->rules.scratch);
}

static uint32_t cell(const struct lw_block *block, uint32_t column, uint32_t i)
{
  return block->cells[(size_t)column * LW_BLOCK_STRIDE + i];
}

/* NULL: so many times are not kept. */
static uint8_t *place_of(const struct lw_gate_memo *memo, const struct lw_block *block, uint32_t i,
                         int64_t times)
{
  size_t place = 0;
  for (uint32_t c = 0; c < memo->n_columns; c++) {
    place = place * memo->codes[c] + cell(block, memo->columns[c], i);
  }
  bool kept = times >= 0 && times < LW_MEMO_TIMES;
  return kept ? &memo->truths[place * LW_MEMO_TIMES + (size_t)times] : NULL;
}

/* Where a gate's memo has what it comes to for the row; NULL: it has no place for it. */
static uint8_t *memo_place(struct lw_pass *pass, const struct lw_row *row, uint32_t person,
                           const struct lw_gate_memo *memo)
{
  struct lw_used used = {.amount_minor = 0};
  if (memo->budget != UINT32_MAX) {
    const struct lw_party party = lw_pass_party_at(pass, person, row->i);
    uint32_t scope = lw_pass_place(pass, memo->budget, &party);
    if (scope == LW_PASS_NO_SCOPE) {
      return NULL;
    }
    lw_pass_used(pass, memo->budget, scope, row->at, &used);
  }
  return place_of(memo, &pass->rows, row->i, used.times);
}

struct lw_val lw_gate_value(struct lw_pass *pass, const struct lw_row *row, uint32_t person,
                            const struct lw_gate *gate)
{
  bool holds = false;
  if (gate->age != NULL &&
      lw_rules_tell_age(&pass->rules, gate->age, lw_pass_code(pass, gate->age->column, row->i),
                        row->at, &holds)) {
    return lw_val_bool(holds);
  }
  uint8_t *place = gate->memo != NULL ? memo_place(pass, row, person, gate->memo) : NULL;
  if (place != NULL && *place != LW_MEMO_UNKNOWN) {
    return lw_val_bool(*place == LW_MEMO_TRUE);
  }
  struct lw_val value = lw_gate_run(pass, row, person, gate);
  if (place != NULL && value.kind == LW_V_BOOL) {
    *place = value.as.boolean ? LW_MEMO_TRUE : LW_MEMO_FALSE;
  }
  return value;
}

bool lw_gate_is_false(const struct lw_rules *rules, const struct lw_gate *gate,
                      const struct lw_block *block, uint32_t i, int64_t times)
{
  const struct lw_gate_memo *memo = gate->memo;
  const struct lw_gate_age *age = gate->age;
  if (memo == NULL) {
    bool holds = true;
    return age != NULL &&
           lw_rules_tell_age(rules, age, cell(block, age->column, i), block->at[i], &holds) &&
           !holds;
  }
  const uint8_t *place = place_of(memo, block, i, times);
  return place != NULL && *place == LW_MEMO_FALSE;
}
