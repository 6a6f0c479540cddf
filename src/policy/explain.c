/* The document: the whole policy in sections of rules, each rule an id and one or more sentences.
 *
 * The words are those of sentence.c and phrase.c; here is only which rules there are and in which
 * order: what it is for, the terms, then the rules in the order of the file, since that decides.
 * Text and JSON are two faces of one walk, a struct page. */
#include "policy/explain.h"

#include "data/json.h"
#include "policy/phrase.h"

struct page {
  const struct lw_policy *policy;
  struct lw_buf *out;
  struct lw_buf text; /* of the rule at hand */
  const char *title;  /* of the section at hand */
  uint32_t line;      /* where the rule at hand stands in the document; 0: nowhere */
  bool json;
  bool section_open;
  bool any_section;
  bool any_rule;
};

/* A section shows when its first rule does. */
static void begin_section(struct page *page, const char *title)
{
  if (page->section_open && page->json) {
    LW_BUF_LIT(page->out, "]}");
  }
  page->title = title;
  page->section_open = false;
}

static void open_section(struct page *page)
{
  if (page->section_open) {
    return;
  }
  if (page->json) {
    lw_buf_add_c(page->out, page->any_section ? "," : "");
    LW_BUF_LIT(page->out, "{\"title\":");
    lw_json_add_string(page->out, lw_str_c(page->title));
    LW_BUF_LIT(page->out, ",\"rules\":[");
  } else {
    lw_buf_printf(page->out, "%s%s\n", page->any_section ? "\n" : "", page->title);
  }
  page->section_open = true;
  page->any_section = true;
  page->any_rule = false;
}

static void add_indented(struct lw_buf *out, lw_str text)
{
  for (size_t i = 0; i < text.len; i++) {
    lw_buf_add_char(out, text.ptr[i]);
    if (text.ptr[i] == '\n') {
      LW_BUF_LIT(out, "    ");
    }
  }
}

/* Writes the rule whose text was put together in page->text; id may be empty. */
static void end_rule(struct page *page, lw_str id)
{
  lw_str text = lw_buf_str(&page->text);
  page->out->failed |= page->text.failed;
  open_section(page);
  if (page->json) {
    lw_buf_add_c(page->out, page->any_rule ? "," : "");
    LW_BUF_LIT(page->out, "{\"id\":");
    lw_json_add_string(page->out, id);
    LW_BUF_LIT(page->out, ",\"text\":");
    lw_json_add_string(page->out, text);
    if (page->line != 0) {
      lw_buf_printf(page->out, ",\"line\":%u", page->line);
    }
    lw_buf_add_char(page->out, '}');
  } else {
    LW_BUF_LIT(page->out, "  - ");
    lw_buf_add(page->out, id);
    lw_buf_add_c(page->out, id.len == 0 ? "" : lw_str_starts(text, LW_STR("\n")) ? ":" : ": ");
    add_indented(page->out, text);
    lw_buf_add_char(page->out, '\n');
  }
  page->any_rule = true;
  page->line = 0;
  lw_buf_reset(&page->text);
}

/* One line of the owner's words, folded text included. */
static void add_line(struct lw_buf *out, lw_str text)
{
  text = lw_str_trim(text);
  for (size_t i = 0; i < text.len; i++) {
    lw_buf_add_char(out, text.ptr[i] == '\n' ? ' ' : text.ptr[i]);
  }
}

static void add_said(struct page *page, const char *what, lw_str text)
{
  if (text.len != 0) {
    lw_buf_printf(&page->text, "\n%s: ", what);
    add_line(&page->text, text);
  }
}

/* --- what it is for --- */

static void purpose(struct page *page)
{
  const struct lw_policy *policy = page->policy;
  begin_section(page, "What it is for");
  if (policy->why.len != 0) {
    add_line(&page->text, policy->why);
    end_rule(page, LW_STR(""));
  }
  if (policy->instead.len != 0) {
    LW_BUF_LIT(&page->text, "When no rule names a next step: ");
    add_line(&page->text, policy->instead);
    end_rule(page, LW_STR(""));
  }
}

static void add_names(struct lw_buf *out, const lw_str *names, uint32_t count)
{
  for (uint32_t i = 0; i < count; i++) {
    lw_buf_add_c(out, i != 0 ? ", " : "");
    lw_buf_add(out, names[i]);
  }
}

static void terms(struct page *page)
{
  const struct lw_policy *policy = page->policy;
  begin_section(page, "Terms");
  LW_BUF_LIT(&page->text, "Tiers, lowest first: ");
  add_names(&page->text, policy->tiers, policy->n_tiers);
  lw_buf_add_c(&page->text,
               policy->n_tiers > 1 ? ". What is granted to a tier holds for those above it." : ".");
  end_rule(page, LW_STR(""));
  if (policy->currency != LW_CURRENCY_NONE) {
    lw_str code = lw_currency_code(policy->currency);
    lw_str name = lw_currency_name(policy->currency);
    lw_buf_printf(&page->text, "Amounts are in %.*s (%.*s).", LW_FMT(code), LW_FMT(name));
    end_rule(page, LW_STR(""));
  }
  lw_str zone = policy->zone != NULL ? lw_tz_name(policy->zone) : LW_STR("UTC");
  lw_buf_printf(&page->text, "Days, months and years turn over by the clock of %.*s.",
                LW_FMT(zone));
  end_rule(page, LW_STR(""));
  if (policy->n_channels != 0) {
    LW_BUF_LIT(&page->text, "Channels: ");
    add_names(&page->text, policy->channels, policy->n_channels);
    lw_buf_add_char(&page->text, '.');
    end_rule(page, LW_STR(""));
  }
}

static void reasons(struct page *page)
{
  begin_section(page, "Reasons");
  for (uint32_t i = 0; i < page->policy->n_reasons; i++) {
    const struct lw_reason *reason = &page->policy->reasons[i];
    if (reason->label.len != 0) {
      lw_buf_add(&page->text, reason->label);
    } else {
      lw_word_name(reason->name, &page->text);
      lw_word_capital(&page->text, 0);
    }
    if (reason->owner.len != 0) {
      lw_buf_printf(&page->text, "; it belongs to %.*s", LW_FMT(reason->owner));
    }
    lw_buf_add_char(&page->text, '.');
    end_rule(page, reason->name);
  }
}

/* --- facts --- */

static const char *type_words(const struct lw_type *type)
{
  switch (type->kind) {
  case LW_T_BOOL: return "yes or no";
  case LW_T_INT:
  case LW_T_UINT: return "a whole number";
  case LW_T_DOUBLE: return "a number";
  case LW_T_STRING: return "a text";
  case LW_T_MONEY: return "an amount";
  case LW_T_TIMESTAMP: return "a time";
  case LW_T_DURATION: return "a length of time";
  case LW_T_LIST: return "a list";
  case LW_T_MAP: return "values by name";
  case LW_T_DYN:
  case LW_T_NULL:
  case LW_T_BYTES:
  case LW_T_TYPE:
  case LW_T_OPTIONAL:
  case LW_T_PARAM:
  case LW_T_ABSTRACT: return "anything";
  }
  return "anything";
}

static void add_fact(struct page *page, const struct lw_fact *fact)
{
  if (fact->label.len != 0) {
    lw_buf_add(&page->text, fact->label);
  } else {
    lw_word_name(fact->name, &page->text);
  }
  lw_word_capital(&page->text, 0);
  LW_BUF_LIT(&page->text, ": ");
  if (fact->n_one_of == 0) {
    lw_buf_add_c(&page->text, type_words(fact->type));
  }
  for (uint32_t i = 0; i < fact->n_one_of; i++) {
    lw_buf_add_c(&page->text, i == 0 ? "" : i + 1 == fact->n_one_of ? " or " : ", ");
    lw_word_value(page->policy, fact->one_of[i], &page->text);
  }
  if (fact->has_default) {
    LW_BUF_LIT(&page->text, "; ");
    lw_word_value(page->policy, fact->default_value, &page->text);
    LW_BUF_LIT(&page->text, " unless stated");
  } else if (fact->optional) {
    LW_BUF_LIT(&page->text, "; may be left open");
  }
  lw_buf_add_char(&page->text, '.');
}

static void facts(struct page *page)
{
  uint32_t stated = 0;
  begin_section(page, "Facts that agents state themselves");
  for (uint32_t i = 0; i < page->policy->n_facts; i++) {
    const struct lw_fact *fact = &page->policy->facts[i];
    if (fact->from == LW_FROM_AGENT) {
      add_fact(page, fact);
      page->line = fact->place.line;
      end_rule(page, fact->name);
      stated++;
    }
  }
  if (page->policy->n_facts > stated) {
    lw_buf_add_c(&page->text, stated == 0 ? "None: every fact comes from the records."
                                          : "Every other fact comes from the records.");
    end_rule(page, LW_STR(""));
  }
}

/* --- lets and tables --- */

static void lets(struct page *page)
{
  const struct lw_policy *policy = page->policy;
  struct lw_phrase phrase = {policy, 0};
  begin_section(page, "What the rules mean by");
  for (uint32_t i = 0; i < policy->n_lets; i++) {
    const struct lw_node *node = policy->lets[i].expression.node;
    if (node == NULL || lw_phrase_is_short(node)) {
      continue;
    }
    struct lw_buf name = {0};
    lw_word_name(policy->lets[i].name, &name);
    if (node->type != NULL && node->type->kind == LW_T_BOOL) {
      lw_phrase_condition(&phrase, node, false, &page->text);
    } else if (lw_phrase_is(node, "_?_:_")) {
      size_t start = page->text.len;
      struct lw_buf value = {0};
      lw_phrase_value(&phrase, node,
                      &value); /* a choice comes in parentheses, which a definition doesn't need */
      lw_buf_add(&page->text,
                 lw_str_slice(lw_buf_str(&value), 1, value.len > 2 ? value.len - 2 : 0));
      page->text.failed |= value.failed || page->text.len < start;
      lw_buf_finish(&value);
    } else {
      lw_phrase_value(&phrase, node, &page->text);
    }
    lw_buf_add_char(&page->text, '.');
    struct lw_buf quoted = {0};
    lw_buf_printf(&quoted, "\"%.*s\"", LW_FMT(lw_buf_str(&name)));
    end_rule(page, lw_buf_str(&quoted));
    page->out->failed |= name.failed || quoted.failed;
    lw_buf_finish(&quoted);
    lw_buf_finish(&name);
  }
}

/* "economy 1, business 2"; "Silver Card: mid; Gold Card: premium"; maps in maps in parentheses.
 * Depth is the document's. */
static void add_cells(const struct lw_policy *policy, const struct lw_val_map *map,
                      struct lw_buf *out)
{
  bool numbers = true;
  for (uint32_t i = 0; i < map->count; i++) {
    numbers &= map->values[i].kind == LW_V_MONEY || map->values[i].kind == LW_V_INT;
  }
  for (uint32_t i = 0; i < map->count; i++) {
    lw_buf_add_c(out, i == 0 ? "" : numbers ? ", " : "; ");
    lw_word_value(policy, map->keys[i], out);
    if (map->values[i].kind == LW_V_MAP) {
      LW_BUF_LIT(out, " (");
      add_cells(policy, map->values[i].as.map, out);
      lw_buf_add_char(out, ')');
    } else {
      lw_buf_add_c(out, numbers ? " " : ": ");
      lw_word_value(policy, map->values[i], out);
    }
  }
}

static void add_table(struct page *page, struct lw_val table)
{
  bool nested = false;
  for (uint32_t i = 0; table.kind == LW_V_MAP && i < table.as.map->count; i++) {
    nested |= table.as.map->values[i].kind == LW_V_MAP;
  }
  if (table.kind != LW_V_MAP) {
    lw_word_value(page->policy, table, &page->text);
  } else if (!nested) {
    add_cells(page->policy, table.as.map, &page->text);
  }
  for (uint32_t i = 0; nested && i < table.as.map->count; i++) {
    LW_BUF_LIT(&page->text, "\n  - ");
    lw_word_value(page->policy, table.as.map->keys[i], &page->text);
    LW_BUF_LIT(&page->text, ": ");
    struct lw_val row = table.as.map->values[i];
    if (row.kind == LW_V_MAP) {
      add_cells(page->policy, row.as.map, &page->text);
    } else {
      lw_word_value(page->policy, row, &page->text);
    }
  }
}

static void tables(struct page *page)
{
  const struct lw_policy *policy = page->policy;
  begin_section(page, "Tables");
  for (uint32_t i = 0; i < policy->n_tables; i++) {
    struct lw_buf name = {0};
    lw_word_name(policy->tables[i].name, &name);
    add_table(page, policy->tables[i].expression.node->as.constant);
    end_rule(page, lw_buf_str(&name));
    page->out->failed |= name.failed;
    lw_buf_finish(&name);
  }
}

/* --- limits and budgets --- */

/* What no customer gets, so that nobody reads it as a remedy. */
static void own(struct page *page)
{
  const struct lw_policy *policy = page->policy;
  begin_section(page, "For the people themselves");
  for (uint32_t i = 0; i < policy->n_actions; i++) {
    if (policy->actions[i].for_agent) {
      LW_BUF_LIT(&page->text, "To ");
      lw_sentence_actions(policy, &i, 1, &page->text);
      LW_BUF_LIT(&page->text, ": it goes to whoever asks, and needs no case and no customer.");
      page->line = policy->actions[i].place.line;
      end_rule(page, policy->actions[i].name);
    }
  }
}

static void limits(struct page *page)
{
  const struct lw_policy *policy = page->policy;
  struct lw_phrase phrase = {policy, 0};
  begin_section(page, "Limits for everybody");
  for (uint32_t i = 0; i < policy->n_actions; i++) {
    const struct lw_action *action = &policy->actions[i];
    if (!action->at_most.present) {
      continue;
    }
    LW_BUF_LIT(&page->text, "To ");
    lw_sentence_actions(policy, &i, 1, &page->text);
    LW_BUF_LIT(&page->text, ": at most ");
    if (!action->at_most.computed) {
      lw_explain_amount(policy, action->at_most.minor, &page->text);
    } else if (action->at_most.expression.node != NULL) {
      lw_phrase_value(&phrase, action->at_most.expression.node, &page->text);
    }
    lw_buf_add_char(&page->text, '.');
    page->line = action->place.line;
    end_rule(page, action->name);
  }
}

static void budgets(struct page *page)
{
  begin_section(page, "Budgets");
  for (uint32_t i = 0; i < page->policy->n_budgets; i++) {
    lw_sentence_budget(page->policy, &page->policy->budgets[i], &page->text);
    page->line = page->policy->budgets[i].place.line;
    end_rule(page, page->policy->budgets[i].name);
  }
}

/* --- rules --- */

static void grants(struct page *page)
{
  begin_section(page, "What people may do (the first that fits counts)");
  for (uint32_t i = 0; i < page->policy->n_grants; i++) {
    const struct lw_grant *grant = &page->policy->grants[i];
    lw_sentence_grant(page->policy, grant, true, &page->text);
    add_said(page, "Why", grant->why);
    for (uint32_t t = 0; t < grant->n_then; t++) {
      add_said(page, "Then", grant->then[t]);
    }
    page->line = grant->place.line;
    end_rule(page, grant->id);
  }
}

static void rails(struct page *page)
{
  begin_section(page, "What nobody does (before anything is granted)");
  for (uint32_t i = 0; i < page->policy->n_rails; i++) {
    const struct lw_rail *rail = &page->policy->rails[i];
    lw_sentence_rail(page->policy, rail, true, &page->text);
    add_said(page, "Why", rail->why);
    add_said(page, "Instead", rail->instead);
    page->line = rail->place.line;
    end_rule(page, rail->id);
  }
}

static void routes(struct page *page)
{
  begin_section(page, "Who is asked");
  for (uint32_t i = 0; i < page->policy->n_routes; i++) {
    lw_sentence_route(page->policy, &page->policy->routes[i], &page->text);
    page->line = page->policy->routes[i].place.line;
    end_rule(page, page->policy->routes[i].id);
  }
  if (page->policy->asks_unread) {
    page->line = page->policy->changes_place.line;
    LW_BUF_LIT(&page->text, "Whoever has not read what a change of this policy means for them asks "
                            "before they do just that");
    if (page->policy->after_seconds != 0) {
      LW_BUF_LIT(&page->text, ", from ");
      lw_word_seconds(page->policy->after_seconds, &page->text);
      LW_BUF_LIT(&page->text, " after the change on");
    }
    LW_BUF_LIT(&page->text, ", until they have read it.");
    end_rule(page, LW_STR(""));
  }
}

static void all_sections(struct page *page)
{
  purpose(page);
  terms(page);
  reasons(page);
  facts(page);
  budgets(page);
  own(page);
  limits(page);
  grants(page);
  rails(page);
  routes(page);
  lets(page);
  tables(page);
  begin_section(page, ""); /* ends the last one */
  page->out->failed |= page->text.failed;
  lw_buf_finish(&page->text);
}

void lw_explain_grant(const struct lw_policy *policy, const struct lw_grant *grant,
                      struct lw_buf *out)
{
  lw_sentence_grant(policy, grant, false, out);
}

void lw_policy_explain(const struct lw_policy *policy, struct lw_buf *out)
{
  struct page page = {.policy = policy, .out = out};
  lw_str name = policy->organization.len != 0 ? policy->organization : LW_STR("The policy");
  add_line(out, name);
  LW_BUF_LIT(out, ": what people may do for customers, and within which limits\n\n");
  all_sections(&page);
}

void lw_policy_explain_json(const struct lw_policy *policy, struct lw_buf *out)
{
  LW_BUF_LIT(out, "{\"organization\":");
  lw_json_add_string(out, policy->organization);
  LW_BUF_LIT(out, ",\"sections\":");
  lw_policy_explain_sections(policy, out);
  LW_BUF_LIT(out, "}");
}

void lw_policy_explain_sections(const struct lw_policy *policy, struct lw_buf *out)
{
  struct page page = {.policy = policy, .out = out, .json = true};
  LW_BUF_LIT(out, "[");
  all_sections(&page);
  LW_BUF_LIT(out, "]");
}
