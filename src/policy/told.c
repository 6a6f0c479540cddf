/* Two people are touched alike when the same grants hold for them before and after, and the same
 * budgets with the same limits. That is a key of bytes, one a person; what is said is worked out
 * once a key. A sentence is printed once a rule, whoever reads it.
 *
 * What changes an answer without changing a sentence (a cell of a table, say) is not seen here. */
#include "policy/told.h"

#include "data/json.h"
#include "data/member.h"
#include "policy/phrase.h"
#include "policy/who.h"

/* One policy, and its sentences by rule. */
struct side {
  const struct lw_policy *policy;
  lw_str *grants;
  lw_str *rails;
  lw_str *caps; /* what each action may come to for everybody; empty: nothing is said */
};

/* One person's, on one side. */
struct held {
  uint32_t tier;
  bool *grants;
};

struct work {
  const struct lw_told_change *change;
  struct lw_arena *arena;
  struct side sides[2];
  struct held held[2];
  struct lw_table groups; /* key -> index */
  struct lw_told_group *found;
  uint32_t n_found;
  size_t capacity;
  struct lw_buf text;
};

/* --- sentences --- */

static lw_str keep(struct work *work)
{
  lw_str text = work->text.failed ? (lw_str){NULL, 0}
                                  : lw_str_copy(work->arena, lw_str_trim(lw_buf_str(&work->text)));
  work->arena->failed |= text.ptr == NULL;
  lw_buf_reset(&work->text);
  return text;
}

static lw_str say_cap(struct work *work, const struct side *side, uint32_t action)
{
  const struct lw_limit *cap = &side->policy->actions[action].at_most;
  if (!cap->present) {
    return LW_STR("");
  }
  LW_BUF_LIT(&work->text, "Nobody gives more than ");
  lw_sentence_limit(side->policy, cap, &work->text);
  lw_buf_add_char(&work->text, '.');
  return keep(work);
}

static bool open_side(struct work *work, const struct lw_policy *policy, struct side *side)
{
  *side = (struct side){.policy = policy,
                        .grants = LW_NEW_ARRAY(work->arena, lw_str, policy->n_grants + 1U),
                        .rails = LW_NEW_ARRAY(work->arena, lw_str, policy->n_rails + 1U),
                        .caps = LW_NEW_ARRAY(work->arena, lw_str, policy->n_actions + 1U)};
  if (side->grants == NULL || side->rails == NULL || side->caps == NULL) {
    return false;
  }
  for (uint32_t i = 0; i < policy->n_grants; i++) {
    lw_sentence_grant(policy, &policy->grants[i], true, &work->text);
    side->grants[i] = keep(work);
  }
  for (uint32_t i = 0; i < policy->n_rails; i++) {
    lw_sentence_rail(policy, &policy->rails[i], true, &work->text);
    side->rails[i] = keep(work);
  }
  for (uint32_t i = 0; i < policy->n_actions; i++) {
    side->caps[i] = say_cap(work, side, i);
  }
  return !work->arena->failed;
}

/* What a budget gives to whoever is of that tier. */
static lw_str say_budget(struct work *work, const struct side *side, uint32_t index, uint32_t tier)
{
  const struct lw_policy *policy = side->policy;
  struct lw_budget own = policy->budgets[index];
  uint32_t at = tier != UINT32_MAX ? tier : policy->n_tiers;
  int64_t *amounts = LW_NEW_ARRAY(work->arena, int64_t, policy->n_tiers + 1U);
  int64_t *times = LW_NEW_ARRAY(work->arena, int64_t, policy->n_tiers + 1U);
  if (amounts == NULL || times == NULL) {
    return LW_STR("");
  }
  for (uint32_t t = 0; t <= policy->n_tiers; t++) {
    amounts[t] = own.has_amount ? own.amounts[at] : -1;
    times[t] = own.has_times ? own.times[at] : -1;
  }
  own.amounts = amounts;
  own.times = times;
  own.by_tier = false;
  lw_sentence_budget(policy, &own, &work->text);
  return keep(work);
}

/* --- who is touched alike --- */

static bool has_own_limit(const struct lw_actor *actor, lw_str budget)
{
  for (uint32_t i = 0; i < actor->n_overrides; i++) {
    if (lw_str_equal(actor->overrides[i].budget, budget)) {
      return true;
    }
  }
  return false;
}

/* Fills held, and appends what makes this person's side different from another's. */
static void add_key(struct work *work, const struct side *side, const struct lw_actor *actor,
                    struct held *held)
{
  const struct lw_policy *policy = side->policy;
  lw_usec at = work->change->at;
  held->tier = lw_actor_tier(policy, actor);
  lw_buf_printf(&work->text, "%u:", held->tier);
  for (uint32_t i = 0; i < policy->n_grants; i++) {
    const struct lw_grant *grant = &policy->grants[i];
    held->grants[i] =
        at < grant->until && lw_who_fits(&grant->who, actor, held->tier, actor->team, at);
    lw_buf_add_char(&work->text, held->grants[i] ? '1' : '0');
  }
  for (uint32_t i = 0; i < policy->n_budgets && actor->n_overrides != 0; i++) {
    lw_buf_add_char(&work->text, has_own_limit(actor, policy->budgets[i].name) ? 'o' : '-');
  }
  lw_buf_add_char(&work->text, ';');
}

/* --- what is said of one action --- */

struct sentence {
  lw_str rule;
  lw_str text;
};

struct said {
  struct sentence *items;
  size_t count;
  size_t capacity;
};

static void add_said(struct work *work, struct said *said, lw_str rule, lw_str text)
{
  bool is_there = text.len == 0;
  for (size_t i = 0; i < said->count; i++) { /* a budget of two grants */
    is_there |= lw_str_equal(said->items[i].rule, rule) && lw_str_equal(said->items[i].text, text);
  }
  if (is_there) {
    return;
  }
  struct sentence *items = lw_arena_grow(work->arena, said->items, said->count, &said->capacity,
                                         said->count + 1, sizeof *items, _Alignof(struct sentence));
  if (items != NULL) {
    said->items = items;
    items[said->count++] = (struct sentence){rule, text};
  }
}

static void say_grants(struct work *work, const struct side *side, const struct held *held,
                       const struct lw_actor *actor, const struct lw_action *action,
                       struct said *said)
{
  const struct lw_policy *policy = side->policy;
  for (uint32_t i = 0; i < action->n_grants; i++) {
    const struct lw_grant *grant = &policy->grants[action->grants[i]];
    if (!held->grants[action->grants[i]]) {
      continue;
    }
    add_said(work, said, grant->id, side->grants[action->grants[i]]);
    for (uint32_t d = 0; d < grant->n_draws; d++) {
      lw_str name = policy->budgets[grant->draws[d]].name;
      if (!has_own_limit(actor, name)) {
        add_said(work, said, name, say_budget(work, side, grant->draws[d], held->tier));
      }
    }
  }
}

/* Everything about an action that holds for this person; nothing when they may not do it at all. */
static struct said say(struct work *work, int which, const struct lw_actor *actor, lw_str action)
{
  const struct side *side = &work->sides[which];
  const struct lw_policy *policy = side->policy;
  uint32_t index = lw_policy_find_action(policy, action);
  struct said said = {0};
  if (index == UINT32_MAX) {
    return said;
  }
  const struct lw_action *of = &policy->actions[index];
  say_grants(work, side, &work->held[which], actor, of, &said);
  if (said.count == 0) {
    return said;
  }
  add_said(work, &said, LW_STR("at_most"), side->caps[index]);
  for (uint32_t i = 0; i < of->n_rails; i++) {
    add_said(work, &said, policy->rails[of->rails[i]].id, side->rails[of->rails[i]]);
  }
  return said;
}

static lw_str find(const struct said *said, lw_str rule)
{
  for (size_t i = 0; i < said->count; i++) {
    if (lw_str_equal(said->items[i].rule, rule)) {
      return said->items[i].text;
    }
  }
  return LW_STR("");
}

void lw_told_add(lw_str rule, lw_str before, lw_str after, struct lw_buf *out)
{
  if (lw_str_equal(before, after)) {
    return;
  }
  lw_buf_add_c(out, out->len == 1 ? "{\"rule\":" : ",{\"rule\":");
  lw_json_add_string(out, rule);
  lw_member_text(out, "before", before);
  lw_member_text(out, "after", after);
  lw_buf_add_char(out, '}');
}

/* FNV-1a: tells alike from different, and guards nothing. */
static void sum(const struct said *said, char place[LW_TOLD_SUM_BYTES])
{
  uint64_t hash = UINT64_C(0xcbf29ce484222325);
  for (size_t i = 0; i < said->count; i++) {
    const lw_str parts[] = {said->items[i].rule, said->items[i].text, LW_STR("\n")};
    for (size_t p = 0; p < 3; p++) {
      for (size_t c = 0; c < parts[p].len; c++) {
        hash = (hash ^ (uint8_t)parts[p].ptr[c]) * UINT64_C(0x100000001b3);
      }
    }
  }
  for (int i = 0; i < LW_TOLD_SUM_BYTES; i++) {
    place[i] = "0123456789abcdef"[hash >> (60 - 4 * i) & 15];
  }
}

static lw_str label_of(struct work *work, const struct lw_action *action)
{
  if (action->label.len != 0) {
    return action->label;
  }
  lw_word_name(action->name, &work->text);
  lw_word_capital(&work->text, 0);
  return keep(work);
}

/* False: nothing about this action is another for them. */
static bool compare(struct work *work, const struct lw_actor *actor, const struct lw_action *action,
                    struct lw_told_read *read)
{
  const struct said before = say(work, 0, actor, action->name);
  const struct said after = say(work, 1, actor, action->name);
  lw_buf_reset(&work->text);
  lw_buf_add_char(&work->text, '[');
  for (size_t i = 0; i < after.count; i++) {
    lw_str rule = after.items[i].rule;
    lw_told_add(rule, find(&before, rule), after.items[i].text, &work->text);
  }
  for (size_t i = 0; i < before.count; i++) {
    lw_str rule = before.items[i].rule;
    if (find(&after, rule).len == 0) {
      lw_told_add(rule, before.items[i].text, LW_STR(""), &work->text);
    }
  }
  bool changed = work->text.len > 1;
  lw_buf_add_char(&work->text, ']');
  read->words = keep(work);
  if (changed) {
    sum(&before, read->before);
    sum(&after, read->after);
    read->action = action->name;
    read->label = label_of(work, action);
  }
  return changed;
}

/* What that person is told: the new policy's actions, then those that are gone. */
static void tell(struct work *work, const struct lw_actor *actor, struct lw_told_group *group)
{
  const struct lw_policy *before = work->change->before;
  const struct lw_policy *after = work->change->after;
  struct lw_told_read *reads =
      LW_NEW_ARRAY(work->arena, struct lw_told_read, before->n_actions + after->n_actions + 1U);
  for (uint32_t i = 0; reads != NULL && i < after->n_actions; i++) {
    group->n_reads += compare(work, actor, &after->actions[i], &reads[group->n_reads]);
  }
  for (uint32_t i = 0; reads != NULL && i < before->n_actions; i++) {
    if (lw_policy_find_action(after, before->actions[i].name) == UINT32_MAX) {
      group->n_reads += compare(work, actor, &before->actions[i], &reads[group->n_reads]);
    }
  }
  group->reads = reads;
}

/* --- groups --- */

/* The number of this person's group; makes it when they are the first. UINT32_MAX: memory is out.
 */
static uint32_t group_of(struct work *work, const struct lw_actor *actor)
{
  lw_buf_reset(&work->text);
  add_key(work, &work->sides[0], actor, &work->held[0]);
  add_key(work, &work->sides[1], actor, &work->held[1]);
  lw_str key = lw_buf_str(&work->text);
  const uint32_t *known = work->text.failed ? NULL : lw_table_find(&work->groups, key);
  if (known != NULL) {
    return *known;
  }
  key = keep(work);
  uint32_t *place = key.ptr != NULL ? lw_table_add(&work->groups, key, NULL) : NULL;
  struct lw_told_group *found =
      lw_arena_grow(work->arena, work->found, work->n_found, &work->capacity, work->n_found + 1U,
                    sizeof *found, _Alignof(struct lw_told_group));
  if (found == NULL || place == NULL) {
    work->arena->failed = true;
    return UINT32_MAX;
  }
  *place = work->n_found;
  work->found = found;
  found[work->n_found] = (struct lw_told_group){0};
  tell(work, actor, &found[work->n_found]);
  return work->n_found++;
}

/* Everybody into their group; those who are not touched into none. */
static bool gather(struct work *work)
{
  const struct lw_told_change *change = work->change;
  uint32_t *numbers = LW_NEW_ARRAY(work->arena, uint32_t, change->n_actors + 1U);
  for (uint32_t i = 0; numbers != NULL && i < change->n_actors; i++) {
    numbers[i] = group_of(work, change->actors[i]);
    if (numbers[i] == UINT32_MAX) {
      return false;
    }
    work->found[numbers[i]].n_people++;
  }
  uint32_t *people = LW_NEW_ARRAY(work->arena, uint32_t, change->n_actors + 1U);
  uint32_t **next = LW_NEW_ARRAY(work->arena, uint32_t *, work->n_found + 1U);
  if (numbers == NULL || people == NULL || next == NULL) {
    return false;
  }
  for (uint32_t g = 0; g < work->n_found; g++) {
    work->found[g].people = next[g] = people;
    people += work->found[g].n_people;
  }
  for (uint32_t i = 0; i < change->n_actors; i++) {
    *next[numbers[i]]++ = i;
  }
  return true;
}

static uint32_t drop_untouched(struct lw_told_group *groups, uint32_t count)
{
  uint32_t kept = 0;
  for (uint32_t g = 0; g < count; g++) {
    if (groups[g].n_reads != 0) {
      groups[kept++] = groups[g];
    }
  }
  return kept;
}

bool lw_told_find(const struct lw_told_change *change, struct lw_arena *arena,
                  struct lw_told_group **ret_groups, uint32_t *ret_count)
{
  struct work work = {.change = change, .arena = arena};
  work.held[0].grants = LW_NEW_ARRAY(arena, bool, change->before->n_grants + 1U);
  work.held[1].grants = LW_NEW_ARRAY(arena, bool, change->after->n_grants + 1U);
  lw_table_init(&work.groups, arena);
  bool well = work.held[0].grants != NULL && work.held[1].grants != NULL &&
              open_side(&work, change->before, &work.sides[0]) &&
              open_side(&work, change->after, &work.sides[1]) && gather(&work) && !arena->failed;
  if (well) {
    *ret_groups = work.found;
    *ret_count = drop_untouched(work.found, work.n_found);
  }
  lw_buf_finish(&work.text);
  return well;
}
