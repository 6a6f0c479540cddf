/* The file is YAML with JSON inside: facts are flow maps, so that nothing of what was recorded is
 * written anew by hand. The moment of the decision goes with it (`at`), for times among the facts
 * mean something only then. */
#include "train/draft.h"

#include "data/member.h"
#include "policy/effect.h"
#include "train/inside.h"
#include "train/mask.h"

enum { DEPTH_MAX = 32 };

struct draft {
  const struct lw_train_reader *reader;
  const struct lw_decision *decision;
  const struct lw_value *request;
  struct lw_mask mask;
  struct lw_buf yaml;
  bool has_text;
};

/* --- names --- */

static void know_person(struct draft *draft, lw_str id)
{
  const struct lw_person *person = lw_staff_find(draft->reader->snapshot->staff, id);
  if (id.len == 0) {
    return;
  }
  (void)lw_mask_know(&draft->mask, LW_MASK_PERSON, id);
  if (person != NULL && person->actor.name.len != 0) {
    size_t blank = lw_str_find(person->actor.name, LW_STR(" "), 0);
    (void)lw_mask_know(&draft->mask, LW_MASK_PERSON, person->actor.name);
    (void)lw_mask_know(&draft->mask, LW_MASK_PERSON, lw_str_slice(person->actor.name, 0, blank));
  }
}

/* Whose case it is: as the records say, or as the request did. */
static lw_str customer_of(const struct draft *draft)
{
  lw_str stored = lw_value_text(
      lw_value_get(lw_value_get(draft->decision->body, LW_STR("stored")), LW_STR("case")),
      LW_STR("customer"));
  return stored.len != 0 ? stored : lw_value_text(draft->request, LW_STR("customer"));
}

static void know_all(struct draft *draft)
{
  const struct lw_value *body = draft->decision->body;
  (void)lw_mask_know(&draft->mask, LW_MASK_CUSTOMER, customer_of(draft));
  (void)lw_mask_know(&draft->mask, LW_MASK_CASE, lw_value_text(draft->request, LW_STR("case")));
  know_person(draft, draft->decision->agent);
  know_person(draft, lw_value_text(body, LW_STR("approver")));
}

/* --- facts --- */

/* Recursion is as deep as a request may be. */
static void add_fact(struct draft *draft, const struct lw_value *value, unsigned depth)
{
  struct lw_buf *out = &draft->yaml;
  struct lw_buf text = {0};
  bool is_map = value->kind == LW_VALUE_MAP;
  if ((!is_map && value->kind != LW_VALUE_LIST && value->kind != LW_VALUE_STRING) ||
      depth == DEPTH_MAX) {
    lw_json_add_value(out, value);
    return;
  }
  if (value->kind == LW_VALUE_STRING) {
    lw_mask_add(&draft->mask, value->text, &text);
    lw_json_add_string(out, lw_buf_str(&text));
    out->failed |= text.failed;
    lw_buf_finish(&text);
    return;
  }
  lw_buf_add_c(out, is_map ? "{" : "[");
  for (uint32_t i = 0; i < value->count; i++) {
    lw_buf_add_c(out, i != 0 ? ", " : "");
    if (is_map) {
      lw_json_add_string(out, value->entries[i].key);
      LW_BUF_LIT(out, ": ");
    }
    add_fact(draft, &value->items[i], depth + 1);
  }
  lw_buf_add_c(out, is_map ? "}" : "]");
}

/* What the records said and what the request said, the records first: they win. */
static void add_facts(struct draft *draft)
{
  const struct lw_value *stored =
      lw_value_get(lw_value_get(draft->decision->body, LW_STR("stored")), LW_STR("facts"));
  const struct lw_value *said = lw_value_get(draft->request, LW_STR("facts"));
  const struct lw_value *const both[] = {stored, said};
  const char *between = "";
  LW_BUF_LIT(&draft->yaml, "    facts: {");
  for (int k = 0; k < 2; k++) {
    for (uint32_t i = 0; both[k] != NULL && i < both[k]->count; i++) {
      lw_str key = both[k]->entries[i].key;
      if (k == 1 && lw_value_get(stored, key) != NULL) {
        continue;
      }
      lw_buf_add_c(&draft->yaml, between);
      lw_json_add_string(&draft->yaml, key);
      LW_BUF_LIT(&draft->yaml, ": ");
      add_fact(draft, &both[k]->items[i], 0);
      between = ", ";
    }
  }
  LW_BUF_LIT(&draft->yaml, "}\n");
}

static void add_line(struct draft *draft, const char *key, lw_str text)
{
  if (text.len != 0) {
    lw_buf_printf(&draft->yaml, "    %s: ", key);
    lw_json_add_string(&draft->yaml, text);
    lw_buf_add_char(&draft->yaml, '\n');
  }
}

/* Always another name, however short it was. */
static lw_str name_of(struct draft *draft, enum lw_mask_kind kind, lw_str text)
{
  lw_str to = lw_mask_know(&draft->mask, kind, text);
  lw_mask_count(&draft->mask, text);
  return lw_str_equal(to, text)
             ? lw_str_format(draft->reader->arena, "%.*s-1", LW_FMT(lw_mask_kind_name(kind)))
             : to;
}

static void add_named(struct draft *draft, const char *key, enum lw_mask_kind kind, lw_str text)
{
  add_line(draft, key, text.len != 0 ? name_of(draft, kind, text) : text);
}

/* The case as the records had it, under another id; what a request's case may have, no more. */
static void add_case(struct draft *draft)
{
  static const char *const keys[] = {"opened", "last_update", "reopened", "escalated"};
  const struct lw_value *stored =
      lw_value_get(lw_value_get(draft->decision->body, LW_STR("stored")), LW_STR("case"));
  lw_str id = lw_value_text(draft->request, LW_STR("case"));
  if (stored == NULL || stored->kind != LW_VALUE_MAP) {
    add_named(draft, "case", LW_MASK_CASE, id);
    return;
  }
  LW_BUF_LIT(&draft->yaml, "    case: {id: ");
  lw_json_add_string(&draft->yaml,
                     name_of(draft, LW_MASK_CASE, lw_value_text(stored, LW_STR("id"))));
  for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
    const struct lw_value *value = lw_value_get(stored, lw_str_c(keys[i]));
    if (value != NULL && value->kind != LW_VALUE_NULL) {
      lw_buf_printf(&draft->yaml, ", %s: ", keys[i]);
      add_fact(draft, value, 0);
    }
  }
  LW_BUF_LIT(&draft->yaml, "}\n");
}

static void add_request(struct draft *draft)
{
  LW_BUF_LIT(&draft->yaml, "  request:\n    at: ");
  lw_member_print_time(&draft->yaml, draft->decision->at);
  lw_buf_add_char(&draft->yaml, '\n');
  add_case(draft);
  add_named(draft, "customer", LW_MASK_CUSTOMER, customer_of(draft));
  add_line(draft, "reason", lw_value_text(draft->request, LW_STR("reason")));
  add_line(draft, "channel", lw_value_text(draft->request, LW_STR("channel")));
  add_facts(draft);
}

/* Tier, team and certificates, as they were; not who it was. */
static void add_as(struct draft *draft)
{
  static const char *const keys[] = {"tier", "team", "kind"};
  const struct lw_value *person = lw_value_get(draft->decision->body, LW_STR("person"));
  const struct lw_value *held = lw_value_get(person, LW_STR("holds"));
  const char *between = "";
  LW_BUF_LIT(&draft->yaml, "  as: {");
  for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
    lw_str text = lw_value_text(person, lw_str_c(keys[i]));
    if (text.len != 0) {
      lw_buf_printf(&draft->yaml, "%s%s: ", between, keys[i]);
      lw_json_add_string(&draft->yaml, text);
      between = ", ";
    }
  }
  for (uint32_t i = 0; held != NULL && i < held->count; i++) {
    lw_buf_printf(&draft->yaml, "%s",
                  i != 0               ? ", "
                  : between[0] != '\0' ? ", holds: ["
                                       : "holds: [");
    lw_json_add_string(&draft->yaml, lw_value_text(&held->items[i], LW_STR("name")));
  }
  lw_buf_add_c(&draft->yaml, held != NULL && held->count != 0 ? "]}\n" : "}\n");
}

/* --- words --- */

static lw_str action_label(const struct draft *draft, lw_str name)
{
  lw_str label = lw_policy_action_label(draft->reader->snapshot->policy, name);
  return label.len != 0 ? label : name;
}

static lw_str reason_label(const struct draft *draft)
{
  lw_str name = lw_value_text(draft->request, LW_STR("reason"));
  const struct lw_reason *reason = lw_policy_reason(draft->reader->snapshot->policy, name);
  if (reason != NULL && reason->label.len != 0) {
    return reason->label;
  }
  return name.len != 0 ? name : LW_STR("A case");
}

/* A text as lines of a block, indented. */
static void add_block(struct draft *draft, lw_str text)
{
  LW_BUF_LIT(&draft->yaml, "    ");
  for (size_t i = 0; i < text.len; i++) {
    char c = text.ptr[i];
    lw_buf_add_char(&draft->yaml, (unsigned char)c < ' ' && c != '\n' ? ' ' : c);
    if (c == '\n') {
      LW_BUF_LIT(&draft->yaml, "    ");
    }
  }
  lw_buf_add_char(&draft->yaml, '\n');
}

/* What was written to it, if the caller may read it. */
static enum lw_code add_note(struct draft *draft, struct lw_error *err)
{
  const struct lw_value *reference = lw_value_get(draft->decision->body, LW_STR("note"));
  struct lw_buf masked = {0};
  lw_str note = {0};
  if (reference == NULL || reference->kind != LW_VALUE_MAP) {
    return LW_OK;
  }
  enum lw_code rc = lw_text_get(draft->reader->db, reference, draft->reader->arena, &note, err);
  note = lw_str_trim(note);
  if (rc == LW_OK && note.len != 0) {
    lw_mask_add(&draft->mask, note, &masked);
    LW_BUF_LIT(&draft->yaml, "\n");
    add_block(draft, lw_buf_str(&masked));
    draft->has_text = true;
    draft->yaml.failed |= masked.failed;
  }
  lw_buf_finish(&masked);
  return rc;
}

static void add_title(struct draft *draft, lw_str action)
{
  struct lw_buf title = {0};
  char id[64];
  size_t len = lw_id_write(LW_STR("dec"), draft->decision->id, id);
  lw_buf_printf(&draft->yaml, "- id: case-%.*s\n  title: ",
                LW_FMT(lw_str_slice(lw_str_from(id, len), len - 8, 8)));
  lw_buf_printf(&title, "%.*s: %.*s", LW_FMT(reason_label(draft)),
                LW_FMT(action_label(draft, action)));
  lw_json_add_string(&draft->yaml, lw_buf_str(&title));
  lw_buf_finish(&title);
  lw_buf_printf(&draft->yaml,
                "\n  situation: |\n    %.*s. Say here what the customer told, and what one sees.\n",
                LW_FMT(reason_label(draft)));
}

/* --- ways out --- */

static void add_money(struct draft *draft, const char *key, int64_t minor)
{
  uint16_t currency = lw_currency_find(lw_value_text(draft->decision->body, LW_STR("currency")));
  lw_buf_printf(&draft->yaml, "%s", key);
  lw_money_print((lw_money){minor, currency}, &draft->yaml);
}

/* What was done, with an accepted range of a fifth around it for the author to set. */
static void add_given(struct draft *draft, lw_str action)
{
  static const char *const ends[] = {[LW_GRANTED] = "It was given at once.",
                                     [LW_ASK] = "Somebody was asked.",
                                     [LW_REFUSED] = "It could not be done."};
  const struct lw_decision *decision = draft->decision;
  int64_t minor = decision->amount_minor;
  bool refused = decision->verdict == LW_REFUSED;
  LW_BUF_LIT(&draft->yaml, "    - action: ");
  lw_json_add_string(&draft->yaml, action);
  if (decision->has_amount && minor > 0 && minor < INT64_MAX / 4) {
    add_money(draft, "\n      ruler: {from: ", 0);
    add_money(draft, ", to: ", minor * 3);
    add_money(draft, "}\n      accept:\n        - {from: ", minor - minor / 5);
    add_money(draft, ", to: ", minor + minor / 5);
    lw_buf_add_c(&draft->yaml, refused ? ", credit: 0}" : "}");
  } else {
    lw_buf_printf(&draft->yaml, "\n      credit: %d", refused ? 0 : 100);
  }
  lw_buf_printf(&draft->yaml, "%s\n      ended: %s\n", refused ? "\n      possible: no" : "",
                decision->state == LW_DECISION_REVERSED ? "It was taken back later."
                                                        : ends[decision->verdict]);
}

/* The live policy's other actions of the same kind: what else there was to choose from. */
static void add_others(struct draft *draft, lw_str action)
{
  const struct lw_value *can =
      lw_value_get(lw_value_get(draft->decision->body, LW_STR("answer")), LW_STR("can"));
  bool refused = draft->decision->verdict == LW_REFUSED;
  lw_str last = action;
  for (uint32_t i = 0; can != NULL && i < can->count && i < 5; i++) {
    lw_str other = lw_value_text(&can->items[i], LW_STR("action"));
    if (!lw_str_equal(other, last) && !lw_str_equal(other, action)) {
      LW_BUF_LIT(&draft->yaml, "    - {action: ");
      lw_json_add_string(&draft->yaml, other);
      LW_BUF_LIT(&draft->yaml, ", credit: 0}\n");
    }
    last = other;
  }
  lw_buf_printf(&draft->yaml, "    - {say: Say what you can do and by when, credit: %d}\n",
                refused ? 100 : 0);
}

static enum lw_code write(struct draft *draft, bool with_texts, struct lw_error *err)
{
  const struct lw_value *granted = lw_value_get(draft->decision->body, LW_STR("granted"));
  lw_str action = lw_value_text(granted, LW_STR("action"));
  action = action.len != 0 ? action : lw_value_text(draft->request, LW_STR("action"));
  know_all(draft);
  add_title(draft, action);
  enum lw_code rc = with_texts ? add_note(draft, err) : LW_OK;
  LW_BUF_LIT(&draft->yaml, "  ask: What do you do first?\n");
  add_request(draft);
  add_as(draft);
  LW_BUF_LIT(&draft->yaml, "  remedies:\n");
  add_given(draft, action);
  add_others(draft, action);
  LW_BUF_LIT(&draft->yaml, "  general: Say here what made the difference.\n");
  return rc;
}

/* --- the answer --- */

static void add_changed(const struct lw_mask *mask, struct lw_buf *out)
{
  LW_BUF_LIT(out, ",\"changed\":[");
  bool first = true;
  for (size_t i = 0; i < mask->count; i++) {
    if (mask->items[i].times == 0) {
      continue;
    }
    lw_buf_add_c(out, first ? "{" : ",{");
    first = false;
    lw_train_add_text(out, "kind", lw_mask_kind_name(mask->items[i].kind));
    lw_train_add_text(out, "to", mask->items[i].to);
    lw_buf_printf(out, ",\"times\":%u}", mask->items[i].times);
  }
  lw_buf_add_char(out, ']');
}

static void add_look_over(const struct draft *draft, struct lw_buf *out)
{
  LW_BUF_LIT(out, ",\"look_over\":[\"situation\",\"remedies\",\"general\"");
  lw_buf_add_c(out, draft->has_text ? ",\"note\"]" : "]");
}

enum lw_code lw_scenario_draft(const struct lw_train_reader *reader,
                               const struct lw_decision *decision, bool with_texts,
                               struct lw_buf *out, struct lw_error *err)
{
  struct draft draft = {.reader = reader,
                        .decision = decision,
                        .request = lw_value_get(decision->body, LW_STR("request"))};
  char id[64];
  lw_str name = lw_str_from(id, lw_id_write(LW_STR("dec"), decision->id, id));
  lw_mask_init(&draft.mask, reader->arena);
  enum lw_code rc = write(&draft, with_texts, err);
  lw_buf_add_char(out, '{');
  lw_train_add_text(out, "decision", name);
  lw_train_add_text(out, "file", LW_STR("cases.yaml"));
  lw_train_add_text(out, "text", lw_buf_str(&draft.yaml));
  add_changed(&draft.mask, out);
  add_look_over(&draft, out);
  lw_buf_add_char(out, '}');
  if (rc == LW_OK && draft.yaml.failed) {
    rc = lw_fail(err, LW_NO_MEMORY, "out of memory for a scenario");
  }
  lw_buf_finish(&draft.yaml);
  return rc;
}

/* --- of a case --- */

struct newest {
  const struct lw_train_reader *reader;
  lw_id id;
  bool found;
};

static bool take(void *user, const struct lw_listed *listed)
{
  struct newest *newest = user;
  newest->found = lw_access_covers(newest->reader->caller, LW_ACCESS_SEE_DECISIONS,
                                   newest->reader->snapshot->staff, listed->agent);
  newest->id = listed->id;
  return !newest->found;
}

enum lw_code lw_scenario_case(const struct lw_train_reader *reader, lw_str case_id,
                              lw_id *ret_decision, struct lw_error *err)
{
  struct newest newest = {.reader = reader};
  const struct lw_lists_filter filter = {.view = {.all = true}, .case_id = case_id};
  uint64_t through = 0;
  enum lw_code rc = lw_lists_each(reader->lists, &filter, take, &newest, &through, err);
  *ret_decision = newest.id;
  return rc == LW_OK && !newest.found
             ? lw_fail(err, LW_NOT_FOUND, "there is no decision in this case that you may see")
             : rc;
}
