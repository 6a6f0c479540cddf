/* People from YAML: walks the tree and hands scalars on as cells, so that a text means the same
 * here as in CSV. Reads on after each mistake. Maps whose keys are fixed are tables of a name and
 * what it does. */
#include "base/num.h"
#include "data/yaml.h"
#include "people/roster_build.h"

static const lw_str none = {NULL, 0};

static bool is_scalar(const struct lw_value *value)
{
  return value->kind != LW_VALUE_LIST && value->kind != LW_VALUE_MAP;
}

static void fault_kind(struct lw_roster *roster, const struct lw_value *value, lw_str what,
                       const char *wanted)
{
  LW_ROSTER_FAULT(roster, "bad-value", value->place, none, "%.*s must be %s, not %s", LW_FMT(what),
                  wanted, lw_value_kind_name(value->kind));
}

/* A scalar as a cell; null is blank. False, with a finding, for a list or a map. */
static bool cell_of(struct lw_roster *roster, const struct lw_value *value, lw_str what,
                    struct lw_roster_cell *ret_cell)
{
  if (!is_scalar(value)) {
    fault_kind(roster, value, what, "a text");
    return false;
  }
  *ret_cell =
      (struct lw_roster_cell){value->kind == LW_VALUE_NULL ? none : value->text, value->place};
  return true;
}

static void fault_key(struct lw_roster *roster, const struct lw_entry *entry, const char *of_what,
                      const lw_str *known, size_t count)
{
  LW_ROSTER_FAULT(roster, "unknown-key", entry->place, lw_str_nearest(entry->key, known, count),
                  "\"%.*s\" is not a key of %s", LW_FMT(entry->key), of_what);
}

/* ---- certificates ---- */

static void read_hold_map(struct lw_roster *roster, const struct lw_value *map)
{
  static const lw_str keys[] = {LW_STR_INIT("name"), LW_STR_INIT("until")};
  struct lw_roster_cell cells[2] = {{none, map->place}, {none, map->place}};
  for (uint32_t i = 0; i < map->count; i++) {
    bool is_until = lw_str_equal(map->entries[i].key, keys[1]);
    if (!is_until && !lw_str_equal(map->entries[i].key, keys[0])) {
      fault_key(roster, &map->entries[i], "a certificate", keys, 2);
    } else if (!cell_of(roster, &map->items[i], keys[is_until], &cells[is_until])) {
      return;
    }
  }
  lw_roster_add_certificate(roster, &cells[0], &cells[1]);
}

static void read_holds(struct lw_roster *roster, const struct lw_value *value)
{
  struct lw_roster_cell cell;
  if (value->kind == LW_VALUE_MAP) {
    fault_kind(roster, value, LW_STR("holds"), "a list");
  } else if (value->kind != LW_VALUE_LIST) {
    if (cell_of(roster, value, LW_STR("holds"), &cell)) {
      lw_roster_set(roster, LW_ROSTER_HOLDS, &cell);
    }
    return;
  }
  for (uint32_t i = 0; value->kind == LW_VALUE_LIST && i < value->count; i++) {
    if (value->items[i].kind == LW_VALUE_MAP) {
      read_hold_map(roster, &value->items[i]);
    } else if (cell_of(roster, &value->items[i], LW_STR("a certificate"), &cell)) {
      lw_roster_add_hold(roster, &cell);
    }
  }
}

/* ---- a person's own limits ---- */

static void read_amount(struct lw_roster *roster, const struct lw_value *value, int64_t *ret_minor)
{
  struct lw_roster_cell cell;
  if (!cell_of(roster, value, LW_STR("an amount"), &cell)) {
    return;
  }
  if (roster->currency == LW_CURRENCY_NONE) {
    lw_roster_fault(roster, "bad-value", value->place,
                    LW_STR("an amount can only be read with a policy that has a currency"), none);
    return;
  }
  lw_money money = {0};
  lw_str code = lw_currency_code(roster->currency);
  switch (lw_money_read(cell.text, roster->currency, &money)) {
  case LW_MONEY_OK:
    if (money.minor >= 0) {
      *ret_minor = money.minor;
      return;
    }
    LW_ROSTER_FAULT(roster, "bad-value", value->place, none, "a limit cannot be below nothing");
    return;
  case LW_MONEY_DIGITS:
    LW_ROSTER_FAULT(roster, "bad-value", value->place, none,
                    "\"%.*s\" has more decimals than %.*s, which has %u", LW_FMT(cell.text),
                    LW_FMT(code), lw_currency_digits(roster->currency));
    return;
  case LW_MONEY_RANGE:
    LW_ROSTER_FAULT(roster, "bad-value", value->place, none, "\"%.*s\" is too large an amount",
                    LW_FMT(cell.text));
    return;
  case LW_MONEY_SYNTAX: break;
  }
  LW_ROSTER_FAULT(roster, "bad-value", value->place, none, "\"%.*s\" is no amount, such as 300.00",
                  LW_FMT(cell.text));
}

static void read_times(struct lw_roster *roster, const struct lw_value *value, int64_t *ret_times)
{
  struct lw_roster_cell cell;
  if (!cell_of(roster, value, LW_STR("times"), &cell)) {
    return;
  }
  int64_t times = 0;
  if (!lw_int_read(cell.text, &times) || times < 0) {
    LW_ROSTER_FAULT(roster, "bad-value", value->place, none,
                    "\"%.*s\" is not a number of times: 0 or more", LW_FMT(cell.text));
    return;
  }
  *ret_times = times;
}

static void read_override(struct lw_roster *roster, const struct lw_value *value,
                          struct lw_override *override)
{
  static const lw_str keys[] = {LW_STR_INIT("amount"), LW_STR_INIT("times")};
  if (value->kind != LW_VALUE_MAP) {
    read_amount(roster, value, &override->amount_minor);
    return;
  }
  for (uint32_t i = 0; i < value->count; i++) {
    if (lw_str_equal(value->entries[i].key, keys[0])) {
      read_amount(roster, &value->items[i], &override->amount_minor);
    } else if (lw_str_equal(value->entries[i].key, keys[1])) {
      read_times(roster, &value->items[i], &override->times);
    } else {
      fault_key(roster, &value->entries[i], "a person's own limit", keys, 2);
    }
  }
}

static void read_budgets(struct lw_roster *roster, struct lw_actor *actor,
                         const struct lw_value *value)
{
  if (value->kind == LW_VALUE_NULL) {
    return;
  }
  if (value->kind != LW_VALUE_MAP) {
    fault_kind(roster, value, LW_STR("budgets"), "a map");
    return;
  }
  struct lw_override *overrides = LW_NEW_ARRAY(roster->keep, struct lw_override, value->count);
  if (overrides == NULL) {
    return;
  }
  for (uint32_t i = 0; i < value->count; i++) {
    overrides[i] = (struct lw_override){value->entries[i].key, -1, -1};
    read_override(roster, &value->items[i], &overrides[i]);
  }
  actor->overrides = overrides;
  actor->n_overrides = value->count;
}

/* ---- people and teams ---- */

static void read_person(struct lw_roster *roster, const struct lw_value *map)
{
  if (map->kind != LW_VALUE_MAP) {
    fault_kind(roster, map, LW_STR("a person"), "a map");
    return;
  }
  struct lw_actor *actor = lw_roster_begin(roster, map->place);
  if (actor == NULL) {
    return;
  }
  for (uint32_t i = 0; i < map->count; i++) {
    lw_str key = map->entries[i].key;
    enum lw_roster_column column = lw_roster_column_find(key);
    struct lw_roster_cell cell;
    bool is_budgets = lw_str_equal(key, lw_roster_column_names[LW_ROSTER_COLUMNS]);
    if (column != LW_ROSTER_NO_COLUMN || is_budgets) {
      lw_roster_note_given(roster, column); /* no column: budgets */
    }
    if (column == LW_ROSTER_HOLDS) {
      read_holds(roster, &map->items[i]);
    } else if (column != LW_ROSTER_NO_COLUMN) {
      if (cell_of(roster, &map->items[i], key, &cell)) {
        lw_roster_set(roster, column, &cell);
      }
    } else if (is_budgets) {
      read_budgets(roster, actor, &map->items[i]);
    } else {
      fault_key(roster, &map->entries[i], "a person", lw_roster_column_names,
                LW_ROSTER_COLUMNS + 1);
    }
  }
  lw_roster_end(roster);
}

static void read_people(struct lw_roster *roster, const struct lw_value *value)
{
  if (value->kind != LW_VALUE_LIST && value->kind != LW_VALUE_NULL) {
    fault_kind(roster, value, LW_STR("people"), "a list");
    return;
  }
  for (uint32_t i = 0; i < value->count; i++) {
    read_person(roster, &value->items[i]);
  }
}

static void read_team(struct lw_roster *roster, const struct lw_entry *entry,
                      const struct lw_value *value)
{
  static const lw_str keys[] = {LW_STR_INIT("parent")};
  struct lw_roster_cell name = {entry->key, entry->place};
  struct lw_roster_cell parent = {none, entry->place};
  if (value->kind != LW_VALUE_MAP && value->kind != LW_VALUE_NULL) {
    fault_kind(roster, value, LW_STR("a team"), "a map, {} or {parent: another}");
    return;
  }
  for (uint32_t i = 0; i < value->count; i++) {
    if (!lw_str_equal(value->entries[i].key, keys[0])) {
      fault_key(roster, &value->entries[i], "a team", keys, 1);
    } else if (!cell_of(roster, &value->items[i], keys[0], &parent)) {
      return;
    }
  }
  lw_roster_add_team(roster, &name, &parent);
}

static void read_teams(struct lw_roster *roster, const struct lw_value *value)
{
  if (value->kind != LW_VALUE_MAP && value->kind != LW_VALUE_NULL) {
    fault_kind(roster, value, LW_STR("teams"), "a map");
    return;
  }
  for (uint32_t i = 0; i < value->count; i++) {
    read_team(roster, &value->entries[i], &value->items[i]);
  }
}

void lw_roster_read_yaml(struct lw_roster *roster, lw_str source)
{
  static const lw_str keys[] = {LW_STR_INIT("people"), LW_STR_INIT("teams")};
  const struct lw_value *root = lw_yaml_read(roster->keep, source, roster->diags);
  if (root == NULL) {
    return;
  }
  if (root->kind != LW_VALUE_MAP) {
    read_people(roster, root);
    return;
  }
  bool has_people = false;
  for (uint32_t i = 0; i < root->count; i++) {
    if (lw_str_equal(root->entries[i].key, keys[0])) {
      has_people = true;
      read_people(roster, &root->items[i]);
    } else if (lw_str_equal(root->entries[i].key, keys[1])) {
      read_teams(roster, &root->items[i]);
    } else {
      fault_key(roster, &root->entries[i], "a people file", keys, 2);
    }
  }
  if (!has_people) {
    lw_roster_fault(roster, "missing-key", root->place, LW_STR("the file has no \"people\""), none);
  }
}
