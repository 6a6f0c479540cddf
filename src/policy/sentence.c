/* Whole sentences about rules.
 *
 * An action's label is a noun ("Account credit": somebody gives it) or a phrase with a verb
 * ("Cancel a card": somebody may do just that). Which of the two shows in the first word and what
 * follows it; a word that can be both counts as a verb only in front of something that it can act
 * on: "Refund" and "Credit to an account" are nouns, "Refund the insurance" is not. */
#include "policy/phrase.h"

enum { INLINE_BYTES_MAX = 200, INLINE_PARTS_MAX = 3 };

/* --- actions --- */

static lw_str first_word(lw_str text)
{
  size_t space = lw_str_find(text, LW_STR(" "), 0);
  return lw_str_slice(text, 0, space != SIZE_MAX ? space : text.len);
}

/* label begins with a small letter */
static bool has_verb(lw_str label)
{
  static const char *const verbs[] = {
      "add",   "apply", "approve", "book",   "cancel", "close",  "correct", "extend", "give",
      "grant", "keep",  "lift",    "lower",  "make",   "modify", "move",    "offer",  "open",
      "order", "pay",   "raise",   "remove", "resend", "reset",  "restore", "resume", "send",
      "take",  "undo",  "unlock",  "update", "waive",  "write",  NULL};
  static const char *const both[] = {"change",  "credit", "discount", "exchange", "refund",
                                     "release", "repair", "replace",  "return",   "reverse",
                                     "ship",    "stop",   "swap",     "switch",   "transfer",
                                     "upgrade", NULL};
  static const char *const links[] = {"of", "to", "for",  "on",   "in",  "with",
                                      "by", "at", "from", "note", "fee", NULL};
  lw_str first = first_word(label);
  lw_str rest = lw_str_trim(lw_str_slice(label, first.len, label.len));
  lw_str second = first_word(rest);
  if (second.len == 0) {
    return false;
  }
  return lw_str_is_one_of(first, verbs) ||
         (lw_str_is_one_of(first, both) && !lw_str_is_one_of(second, links));
}

static const char *article(lw_str noun)
{
  static const char *const plural_ends[] = {"ss", "us", "is", NULL};
  size_t of = lw_str_find(noun, LW_STR(" of "), 0);
  lw_str head = of != SIZE_MAX ? lw_str_slice(noun, 0, of) : noun;
  size_t to = lw_str_find(head, LW_STR(" to "), 0);
  head = to != SIZE_MAX ? lw_str_slice(head, 0, to) : head;
  size_t for_ = lw_str_find(head, LW_STR(" for "), 0);
  head = for_ != SIZE_MAX ? lw_str_slice(head, 0, for_) : head;
  bool plural = head.len > 2 && lw_str_ends(head, LW_STR("s"));
  for (size_t i = 0; plural && plural_ends[i] != NULL; i++) {
    plural = !lw_str_ends(head, lw_str_c(plural_ends[i]));
  }
  return plural ? "" : head.len != 0 && strchr("aeiouAEIO", head.ptr[0]) != NULL ? "an " : "a ";
}

/* The verb that goes with a noun. */
static lw_str verb_for(lw_str noun)
{
  static const char *const made[] = {"change", "correction", "exception", "adjustment",
                                     "swap",   "exchange",   "update",    NULL};
  return lw_str_is_one_of(first_word(noun), made) ? LW_STR("make ") : LW_STR("give ");
}

static void add_action(const struct lw_action *action, lw_str *verb, struct lw_buf *out)
{
  struct lw_buf label = {0};
  if (action->label.len != 0) {
    lw_word_add_small(action->label, &label);
  } else {
    lw_word_name(action->name, &label);
  }
  lw_str text = lw_buf_str(&label);
  if (has_verb(text)) {
    *verb = LW_STR("");
  } else {
    lw_str own = action->for_agent ? LW_STR("take ") : verb_for(text);
    lw_buf_add(out, lw_str_equal(own, *verb) ? LW_STR("") : own);
    lw_buf_add_c(out, article(text));
    *verb = own;
  }
  lw_buf_add(out, text);
  out->failed |= label.failed;
  lw_buf_finish(&label);
}

void lw_sentence_actions(const struct lw_policy *policy, const uint32_t *actions, uint32_t count,
                         struct lw_buf *out)
{
  lw_str verb = LW_STR("");
  struct lw_pieces pieces = {0};
  for (uint32_t i = 0; i < count; i++) {
    add_action(&policy->actions[actions[i]], &verb, &pieces.text);
    lw_pieces_end(&pieces);
  }
  lw_pieces_join(&pieces, "or", out);
  lw_pieces_finish(&pieces);
}

/* --- who --- */

static void add_texts(const lw_str *texts, uint32_t count, const char *last, struct lw_buf *out)
{
  for (uint32_t i = 0; i < count; i++) {
    lw_buf_add_c(out, i == 0 ? "" : i + 1 == count ? last : ", ");
    lw_buf_add(out, texts[i]);
  }
}

/* Tiers; of several in `tier` the lowest includes the others. */
static void add_tiers(const struct lw_policy *policy, const struct lw_who *who, struct lw_buf *out)
{
  uint32_t least = UINT32_MAX;
  for (uint32_t i = 0; i < who->n_tiers; i++) {
    least = who->tiers[i] < least ? who->tiers[i] : least;
  }
  if (least != UINT32_MAX) {
    lw_buf_add(out, policy->tiers[least]);
    lw_buf_add_c(out, least + 1 == policy->n_tiers ? "" : " and above");
  }
  for (uint32_t i = 0; i < who->n_only_tiers; i++) {
    lw_buf_add_c(out, i != 0 ? " or " : who->n_tiers != 0 ? ", " : "");
    lw_buf_add(out, policy->tiers[who->only_tiers[i]]);
  }
  lw_buf_add_c(out, who->n_only_tiers != 0 ? " (no other tier)" : "");
}

static bool is_top_alone(const struct lw_policy *policy, const struct lw_who *who)
{
  bool top = who->n_tiers != 0 && who->n_only_tiers == 0;
  for (uint32_t i = 0; i < who->n_tiers; i++) {
    top &= who->tiers[i] + 1 == policy->n_tiers;
  }
  return top;
}

static void add_kinds(uint32_t kinds, struct lw_buf *out)
{
  static const char *const names[] = {"people", "AI agents", "services"};
  bool first = true;
  for (uint32_t kind = 0; kind < 3; kind++) {
    if ((kinds & 1U << kind) != 0) {
      lw_buf_add_c(out, first ? "" : " or ");
      lw_buf_add_c(out, names[kind]);
      first = false;
    }
  }
}

/* Whoever it begins with; true when a plural ("frontline and above hold"). */
static bool add_subject(const struct lw_policy *policy, const struct lw_who *who,
                        struct lw_buf *out)
{
  bool ranked = who->n_tiers != 0 || who->n_only_tiers != 0;
  bool top = is_top_alone(policy, who);
  if (who->n_persons != 0) {
    add_texts(who->persons, who->n_persons, " or ", out);
    lw_buf_add_c(out, ranked || who->kinds != 0 ? ", of " : "");
    add_kinds(who->kinds, out);
    lw_buf_add_c(out, ranked && who->kinds != 0 ? " of " : "");
    lw_buf_add_c(out, ranked ? "tier " : "");
    add_tiers(policy, who, out);
    return false;
  }
  if (who->kinds != 0) {
    add_kinds(who->kinds, out);
    lw_buf_add_c(out, ranked ? " of tier " : "");
    add_tiers(policy, who, out);
    return true;
  }
  lw_buf_add_c(out, !ranked ? "everybody" : top ? article(policy->tiers[policy->n_tiers - 1]) : "");
  add_tiers(policy, who, out);
  return ranked && !top;
}

/* By more than certificates. */
static bool is_narrowed(const struct lw_who *who)
{
  return who->n_tiers != 0 || who->n_only_tiers != 0 || who->n_persons != 0 || who->kinds != 0 ||
         who->n_teams != 0 || who->same_team;
}

/* True when something follows the subject, so that a comma belongs behind it. */
static bool add_who(const struct lw_policy *policy, const struct lw_who *who, struct lw_buf *out)
{
  size_t start = out->len;
  bool plural = add_subject(policy, who, out);
  if (who->same_team) {
    LW_BUF_LIT(out, " in the same team");
  } else if (who->n_teams != 0) {
    LW_BUF_LIT(out, ", in ");
    add_texts(who->teams, who->n_teams, " or ", out);
  }
  if (!is_narrowed(who) && who->n_holds != 0) {
    out->len = start;
    LW_BUF_LIT(out, "whoever holds ");
    add_texts(who->holds, who->n_holds, " and ", out);
    return false;
  }
  if (who->n_holds != 0) {
    lw_buf_add_c(out, plural ? ", who hold " : ", who holds ");
    add_texts(who->holds, who->n_holds, " and ", out);
  }
  return who->n_teams != 0 || who->n_holds != 0;
}

void lw_explain_who(const struct lw_policy *policy, const struct lw_who *who, struct lw_buf *out)
{
  (void)add_who(policy, who, out);
}

/* --- amounts --- */

void lw_explain_amount(const struct lw_policy *policy, int64_t minor, struct lw_buf *out)
{
  lw_money_print((lw_money){minor, policy->currency}, out);
  lw_buf_printf(out, " %.*s", LW_FMT(lw_currency_code(policy->currency)));
}

void lw_sentence_limit(const struct lw_policy *policy, const struct lw_limit *limit,
                       struct lw_buf *out)
{
  struct lw_phrase phrase = {policy, 0};
  if (!limit->computed) {
    lw_explain_amount(policy, limit->minor, out);
  } else if (limit->expression.node != NULL) {
    lw_phrase_value(&phrase, limit->expression.node, out);
  }
}

/* --- budgets --- */

static void add_number(const struct lw_policy *policy, bool money, int64_t limit, bool first,
                       struct lw_buf *out)
{
  if (limit < 0) {
    LW_BUF_LIT(out, "any number");
  } else if (money && first) {
    lw_explain_amount(policy, limit, out);
  } else if (money) {
    lw_money_print((lw_money){limit, policy->currency}, out);
  } else if (limit == 1) {
    LW_BUF_LIT(out, "once");
  } else {
    lw_buf_add_int(out, limit);
    LW_BUF_LIT(out, " times");
  }
}

/* "3000.00 USD for frontline, 5000.00 for senior and above" */
static void add_limits(const struct lw_policy *policy, const int64_t *limits, bool money,
                       struct lw_buf *out)
{
  uint32_t start = 0;
  for (uint32_t t = 1; t <= policy->n_tiers; t++) {
    bool last = t == policy->n_tiers;
    if (!last && limits[t] == limits[start]) {
      continue;
    }
    lw_buf_add_c(out, start != 0 ? ", " : "");
    add_number(policy, money, limits[start], start == 0, out);
    if (start == 0 && last) {
      return; /* the same for all */
    }
    lw_buf_printf(out, " for %.*s", LW_FMT(policy->tiers[start]));
    if (t - start > 1) {
      lw_buf_add_c(out, last ? " and above" : " to ");
      lw_buf_add(out, last ? LW_STR("") : policy->tiers[t - 1]);
    }
    start = t;
  }
}

static void add_window(const struct lw_budget *budget, struct lw_buf *out)
{
  const char *word = lw_window_word(budget->window.kind);
  if (budget->window.kind == LW_WINDOW_ROLLING) {
    LW_BUF_LIT(out, " in any ");
    lw_word_seconds(budget->window.over_usec / LW_USEC_PER_SECOND, out);
  } else if (word != NULL) {
    lw_buf_printf(out, " per calendar %s", word);
  } else {
    LW_BUF_LIT(out, " in all");
  }
}

static bool is_giver(enum lw_scope scope)
{
  return scope == LW_SCOPE_AGENT || scope == LW_SCOPE_TEAM || scope == LW_SCOPE_ORGANIZATION;
}

/* The scopes on one side; how many. */
static unsigned add_scopes(const struct lw_budget *budget, bool givers, struct lw_buf *out)
{
  static const char *const names[] = {"each agent", "each team", "each customer", "each case",
                                      "the organization"};
  unsigned count = 0;
  for (uint32_t i = 0; i < budget->n_per; i++) {
    if (is_giver(budget->per[i]) == givers) {
      lw_buf_add_c(out, count == 0 ? "" : givers ? " of " : " in ");
      lw_buf_add_c(out, names[budget->per[i]]);
      count++;
    }
  }
  return count;
}

/* "each agent may draw, for each customer, "; "each customer may get " */
static bool add_scope(const struct lw_budget *budget, const char *draw, const char *get,
                      struct lw_buf *out)
{
  struct lw_buf receivers = {0};
  unsigned n_receivers = add_scopes(budget, false, &receivers);
  bool gives = add_scopes(budget, true, out) != 0;
  if (!gives) {
    lw_buf_add(out, lw_buf_str(&receivers));
    lw_buf_add_c(out, get);
  } else {
    lw_buf_add_c(out, draw);
    if (n_receivers != 0) {
      lw_buf_printf(out, " for %.*s", LW_FMT(lw_buf_str(&receivers)));
    }
  }
  out->failed |= receivers.failed;
  lw_buf_finish(&receivers);
  return gives;
}

void lw_explain_budget(const struct lw_policy *policy, const struct lw_budget *budget,
                       struct lw_buf *out)
{
  if (!budget->has_amount && !budget->has_times) {
    LW_BUF_LIT(out, "counts what ");
    (void)add_scope(budget, " draws", " gets", out);
    add_window(budget, out);
    LW_BUF_LIT(out, "; no limit");
    return;
  }
  bool gives = add_scope(budget, " may draw", " may get", out);
  if (budget->has_amount) {
    LW_BUF_LIT(out, " at most ");
    add_limits(policy, budget->amounts, true, out);
  } else if (!gives) {
    LW_BUF_LIT(out, " something");
  }
  if (budget->has_times) {
    lw_buf_add_c(out, budget->has_amount ? ", and at most " : " at most ");
    add_limits(policy, budget->times, false, out);
  }
  lw_buf_add_c(out, budget->by_tier || (budget->has_amount && budget->has_times) ? "," : "");
  add_window(budget, out);
}

void lw_sentence_budget(const struct lw_policy *policy, const struct lw_budget *budget,
                        struct lw_buf *out)
{
  size_t start = out->len;
  lw_buf_add(out, budget->label);
  lw_buf_add_c(out, budget->label.len != 0 ? ": " : "");
  lw_explain_budget(policy, budget, out);
  lw_word_capital(out, start);
  lw_buf_add_char(out, '.');
}

/* --- conditions in a sentence --- */

/* Appends the condition as the end of a sentence, without its full stop; true when it became a list
 * of lines. `word`: "when", "unless". */
static bool add_condition(const struct lw_policy *policy, const struct lw_node *node,
                          const char *word, bool lists, struct lw_buf *out)
{
  struct lw_phrase phrase = {policy, 0};
  struct lw_pieces pieces = {0};
  enum lw_group group = lw_phrase_parts(&phrase, node, false, &pieces);
  bool many = pieces.count > INLINE_PARTS_MAX || pieces.text.len > INLINE_BYTES_MAX;
  bool list = lists && group != LW_GROUP_ONE && many;
  if (list) {
    lw_buf_printf(out, "%s %s:", word,
                  group == LW_GROUP_ALL ? "all of this holds" : "any of this holds");
    for (size_t i = 0; i < pieces.count; i++) {
      LW_BUF_LIT(out, "\n  - ");
      lw_buf_add(out, lw_pieces_at(&pieces, i));
    }
    out->failed |= pieces.text.failed || pieces.ends.failed;
  } else {
    lw_buf_printf(out, "%s ", word);
    if (group == LW_GROUP_ANY) { /* "unless a or b": without the "either" of an inner one */
      lw_pieces_join(&pieces, "or", out);
    } else {
      lw_phrase_condition(&phrase, node, false, out);
    }
  }
  lw_pieces_finish(&pieces);
  return list;
}

/* --- grants --- */

static void add_time(const struct lw_policy *policy, const struct lw_grant *grant,
                     struct lw_buf *out)
{
  if (grant->from != INT64_MIN) {
    LW_BUF_LIT(out, ", from ");
    lw_word_moment(policy, grant->from / LW_USEC_PER_SECOND, out);
  }
  if (grant->until != INT64_MAX) {
    lw_buf_add_c(out, grant->from != INT64_MIN ? " until " : ", until ");
    lw_word_moment(policy, grant->until / LW_USEC_PER_SECOND, out);
  }
}

static void add_terms(const struct lw_policy *policy, const struct lw_grant *grant,
                      bool on_new_line, struct lw_buf *out)
{
  const char *before = on_new_line ? "\n" : " ";
  if (grant->n_draws != 0) {
    lw_buf_printf(out, "%sIt draws on ", before);
    for (uint32_t i = 0; i < grant->n_draws; i++) {
      lw_buf_add_c(out, i == 0 ? "" : i + 1 == grant->n_draws ? " and " : ", ");
      lw_buf_add(out, policy->budgets[grant->draws[i]].name);
    }
    lw_buf_add_char(out, '.');
    before = " ";
  }
  if (grant->needs != 0) {
    const char *what = grant->needs == LW_NEED_NOTE       ? "a note"
                       : grant->needs == LW_NEED_EVIDENCE ? "evidence"
                                                          : "a note and evidence";
    lw_buf_printf(out, "%sIt needs %s first.", before, what);
  }
}

void lw_sentence_grant(const struct lw_policy *policy, const struct lw_grant *grant, bool lists,
                       struct lw_buf *out)
{
  size_t start = out->len;
  bool comma = add_who(policy, &grant->who, out);
  lw_word_capital(out, start);
  lw_buf_add_c(out, comma ? ", may " : " may ");
  lw_sentence_actions(policy, grant->may, grant->n_may, out);
  if (grant->up_to.present) {
    LW_BUF_LIT(out, ", up to ");
    lw_sentence_limit(policy, &grant->up_to, out);
    lw_buf_add_c(out, grant->up_to.computed ? "" : " each time");
  }
  add_time(policy, grant, out);
  bool list = false;
  if (grant->when.node != NULL) {
    LW_BUF_LIT(out, ", ");
    list = add_condition(policy, grant->when.node, "when", lists, out);
  }
  lw_buf_add_c(out, list ? "" : ".");
  add_terms(policy, grant, list, out);
}

/* --- rails --- */

/* "unless" reads better than a condition that begins with "not". */
static const struct lw_node *denied(const struct lw_node *node)
{
  return lw_phrase_is(node, "!_") ? node->as.call.args[0] : NULL;
}

void lw_sentence_rail(const struct lw_policy *policy, const struct lw_rail *rail, bool lists,
                      struct lw_buf *out)
{
  bool soft = rail->route != UINT32_MAX;
  bool list = false;
  LW_BUF_LIT(out, "Nobody may ");
  if (rail->n_no == policy->n_actions && rail->n_no > 1) {
    LW_BUF_LIT(out, "do anything");
  } else {
    lw_sentence_actions(policy, rail->no, rail->n_no, out);
  }
  lw_buf_add_c(out, soft ? " alone" : "");
  if (rail->when.node != NULL) {
    const struct lw_node *inner = denied(rail->when.node);
    LW_BUF_LIT(out, " ");
    list = add_condition(policy, inner != NULL ? inner : rail->when.node,
                         inner != NULL ? "unless" : "when", lists, out);
  }
  lw_buf_add_c(out, list ? "" : ".");
  if (soft) {
    lw_buf_printf(out, "%sIt goes to a person first (%.*s).", list ? "\n" : " ",
                  LW_FMT(policy->routes[rail->route].id));
  }
}

/* --- routes --- */

static void add_level(const struct lw_policy *policy, const struct lw_level *level,
                      struct lw_buf *out)
{
  lw_explain_who(policy, &level->who, out);
  if (level->within_seconds > 0) {
    LW_BUF_LIT(out, ", for ");
    lw_word_seconds(level->within_seconds, out);
  }
}

static void add_route_actions(const struct lw_policy *policy, const struct lw_route *route,
                              struct lw_buf *out)
{
  if (route->n_actions == 0 || (route->n_actions == policy->n_actions && route->n_actions > 1)) {
    LW_BUF_LIT(out, "For everything");
    return;
  }
  LW_BUF_LIT(out, "To ");
  lw_sentence_actions(policy, route->actions, route->n_actions, out);
}

void lw_sentence_route(const struct lw_policy *policy, const struct lw_route *route,
                       struct lw_buf *out)
{
  add_route_actions(policy, route, out);
  LW_BUF_LIT(out, " beyond one's own grants, ask ");
  for (uint32_t i = 0; i < route->n_levels; i++) {
    lw_buf_add_c(out, i == 0 ? (route->n_levels > 1 ? "first " : "") : "; then ");
    add_level(policy, &route->levels[i], out);
  }
  if (route->grants_fallback) {
    LW_BUF_LIT(out, "; if nobody answers, the agent may give up to ");
    lw_explain_amount(policy, route->fallback_minor, out);
    LW_BUF_LIT(out, ", and it is looked at afterwards.");
  } else {
    LW_BUF_LIT(out, "; if nobody answers, it is refused.");
  }
}
