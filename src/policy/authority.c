/* Authority: for each action the most that any of one's grants gives, counting what is constant:
 * the grant's limit, the action's, the budgets' of one's tier (or one's own). Of two grants the one
 * that gives more counts; without any limit is most of all.
 *
 * What would open more are grants that fit but for a tier, a certificate or a team, and give more
 * than one has: those that lack least come first. */
#include "policy/authority.h"

#include "data/json.h"
#include "data/member.h"
#include "policy/phrase.h"
#include "policy/terms.h"
#include "policy/who.h"

/* The most that can be done of one action. */
struct cap {
  bool there;
  bool any; /* no limit, or no amount at all */
  bool has_amount;
  int64_t minor;
  const struct lw_node *words; /* a limit that depends on the case; or NULL */
  const struct lw_grant *grant;
};

static void narrow(struct cap *cap, int64_t minor)
{
  cap->minor = cap->has_amount && cap->minor < minor ? cap->minor : minor;
  cap->has_amount = true;
}

static void narrow_by(struct cap *cap, const struct lw_limit *limit)
{
  if (limit->present && limit->computed) {
    cap->words = cap->words != NULL ? cap->words : limit->expression.node;
  } else if (limit->present) {
    narrow(cap, limit->minor);
  }
}

/* A person's own limit, or their tier's; -1: none. */
static int64_t budget_minor(const struct lw_policy *policy, const struct lw_budget *budget,
                            const struct lw_actor *actor, uint32_t tier)
{
  for (uint32_t i = 0; i < actor->n_overrides; i++) {
    if (lw_str_equal(actor->overrides[i].budget, budget->name) &&
        actor->overrides[i].amount_minor >= 0) {
      return actor->overrides[i].amount_minor;
    }
  }
  return budget->has_amount ? budget->amounts[tier != UINT32_MAX ? tier : policy->n_tiers] : -1;
}

static struct cap cap_of(const struct lw_policy *policy, const struct lw_grant *grant,
                         const struct lw_action *action, const struct lw_actor *actor,
                         uint32_t tier)
{
  struct cap cap = {.there = true, .grant = grant};
  if (action->kind == LW_ACTION_CHANGE) {
    cap.any = true;
    return cap;
  }
  narrow_by(&cap, &grant->up_to);
  narrow_by(&cap, &action->at_most);
  for (uint32_t i = 0; i < grant->n_draws; i++) {
    int64_t minor = budget_minor(policy, &policy->budgets[grant->draws[i]], actor, tier);
    if (minor >= 0) {
      narrow(&cap, minor);
    }
  }
  cap.any = !cap.has_amount && cap.words == NULL;
  return cap;
}

static bool is_more(const struct cap *cap, const struct cap *than)
{
  if (!than->there || than->any) {
    return !than->there;
  }
  if (cap->any) {
    return true;
  }
  if (cap->has_amount && than->has_amount) {
    return cap->minor > than->minor;
  }
  return cap->words != NULL && than->words == NULL && !cap->has_amount;
}

/* --- somebody and their grants --- */

struct holder {
  const struct lw_policy *policy;
  const struct lw_actor *actor;
  uint32_t tier;
  lw_usec at;
  struct cap *caps; /* one an action */
  bool *fits;       /* one a grant */
};

static bool is_in_time(const struct lw_grant *grant, lw_usec at)
{
  return grant->from <= at && at < grant->until;
}

static bool open_holder(struct holder *holder, struct lw_arena *scratch)
{
  const struct lw_policy *policy = holder->policy;
  holder->tier = lw_actor_tier(policy, holder->actor);
  holder->caps = LW_NEW_ARRAY(scratch, struct cap, policy->n_actions + 1U);
  holder->fits = LW_NEW_ARRAY(scratch, bool, policy->n_grants + 1U);
  if (holder->caps == NULL || holder->fits == NULL) {
    return false;
  }
  for (uint32_t g = 0; g < policy->n_grants; g++) {
    const struct lw_grant *grant = &policy->grants[g];
    holder->fits[g] =
        is_in_time(grant, holder->at) &&
        lw_who_fits(&grant->who, holder->actor, holder->tier, holder->actor->team, holder->at);
    for (uint32_t i = 0; holder->fits[g] && i < grant->n_may; i++) {
      struct cap cap =
          cap_of(policy, grant, &policy->actions[grant->may[i]], holder->actor, holder->tier);
      struct cap *best = &holder->caps[grant->may[i]];
      *best = is_more(&cap, best) ? cap : *best;
    }
  }
  return true;
}

static int64_t limit_of(const struct lw_policy *policy, const struct lw_actor *actor,
                        const struct lw_grant *grant, lw_str action)
{
  for (uint32_t i = 0; i < grant->n_may; i++) {
    const struct lw_action *one = &policy->actions[grant->may[i]];
    if (lw_str_equal(one->name, action)) {
      const struct cap cap = cap_of(policy, grant, one, actor, lw_actor_tier(policy, actor));
      return cap.has_amount ? cap.minor : -1;
    }
  }
  return -1;
}

int64_t lw_authority_limit(const struct lw_policy *policy, const struct lw_actor *actor,
                           lw_str grant, lw_str action)
{
  for (uint32_t g = 0; g < policy->n_grants; g++) {
    if (lw_str_equal(policy->grants[g].id, grant)) {
      return limit_of(policy, actor, &policy->grants[g], action);
    }
  }
  return -1;
}

/* --- printing --- */

static void add_comma(uint32_t *count, struct lw_buf *out)
{
  lw_buf_add_c(out, (*count)++ == 0 ? "" : ",");
}

static void add_amount(const struct lw_policy *policy, int64_t minor, struct lw_buf *out)
{
  lw_buf_add_char(out, '"');
  lw_money_print((struct lw_money){minor, policy->currency}, out);
  lw_buf_add_char(out, '"');
}

/* "amount" or "any", and in words what depends on the case. */
static void add_cap(const struct lw_policy *policy, const struct cap *cap, const char *amount,
                    bool words, struct lw_buf *out)
{
  if (cap->has_amount) {
    lw_buf_printf(out, ",\"%s\":", amount);
    add_amount(policy, cap->minor, out);
  }
  if (cap->any) {
    LW_BUF_LIT(out, ",\"any\":true");
  }
  if (cap->words != NULL && words) {
    struct lw_phrase phrase = {policy, 0};
    struct lw_buf text = {0};
    lw_phrase_value(&phrase, cap->words, &text);
    lw_member_text(out, "text", lw_buf_str(&text));
    out->failed |= text.failed;
    lw_buf_finish(&text);
  }
}

static void add_most(const struct holder *holder, bool whole, struct lw_buf *out)
{
  const struct lw_policy *policy = holder->policy;
  uint32_t count = 0;
  LW_BUF_LIT(out, "\"most\":[");
  for (uint32_t i = 0; i < policy->n_actions; i++) {
    const struct lw_action *action = &policy->actions[i];
    if (!holder->caps[i].there) {
      continue;
    }
    add_comma(&count, out);
    LW_BUF_LIT(out, "{\"action\":");
    lw_json_add_string(out, action->name);
    if (whole) {
      LW_BUF_LIT(out, ",\"label\":");
      lw_term_label(action->name, action->label, out);
      lw_member_text(out, "kind", lw_term_kind(action->kind));
      lw_member_text(out, "for", action->for_agent ? LW_STR("agent") : LW_STR(""));
    }
    add_cap(policy, &holder->caps[i], "amount", whole, out);
    lw_buf_add_char(out, '}');
  }
  lw_buf_add_char(out, ']');
}

static void add_names(const char *key, const lw_str *names, uint32_t count, struct lw_buf *out)
{
  lw_buf_printf(out, "\"%s\":[", key);
  for (uint32_t i = 0; i < count; i++) {
    lw_buf_add_c(out, i == 0 ? "" : ",");
    lw_json_add_string(out, names[i]);
  }
  lw_buf_add_char(out, ']');
}

static void add_needs(uint32_t needs, struct lw_buf *out)
{
  if (needs != 0) {
    lw_buf_printf(out, ",\"needs\":[%s%s%s]", (needs & LW_NEED_NOTE) != 0 ? "\"note\"" : "",
                  needs == (LW_NEED_NOTE | LW_NEED_EVIDENCE) ? "," : "",
                  (needs & LW_NEED_EVIDENCE) != 0 ? "\"evidence\"" : "");
  }
}

/* When it ends for this person: the grant's own end, or the first of the certificates that it asks
 * for. */
static lw_usec ends_at(const struct lw_grant *grant, const struct lw_actor *actor)
{
  lw_usec end = grant->until;
  for (uint32_t h = 0; h < grant->who.n_holds; h++) {
    for (uint32_t i = 0; i < actor->n_holds; i++) {
      bool same = lw_str_equal(actor->holds[i].name, grant->who.holds[h]);
      end = same && actor->holds[i].until < end ? actor->holds[i].until : end;
    }
  }
  return end;
}

static void add_sentence(const struct lw_policy *policy, const struct lw_grant *grant,
                         struct lw_buf *out)
{
  struct lw_buf text = {0};
  lw_sentence_grant(policy, grant, true, &text);
  LW_BUF_LIT(out, "\"text\":");
  lw_json_add_string(out, lw_buf_str(&text));
  out->failed |= text.failed;
  lw_buf_finish(&text);
}

static void add_grant(const struct holder *holder, const struct lw_grant *grant, struct lw_buf *out)
{
  const struct lw_policy *policy = holder->policy;
  lw_usec end = ends_at(grant, holder->actor);
  LW_BUF_LIT(out, "{\"id\":");
  lw_json_add_string(out, grant->id);
  lw_buf_add_char(out, ',');
  add_sentence(policy, grant, out);
  lw_member_text(out, "why", lw_str_trim(grant->why));
  LW_BUF_LIT(out, ",\"actions\":[");
  for (uint32_t i = 0; i < grant->n_may; i++) {
    lw_buf_add_c(out, i == 0 ? "" : ",");
    lw_json_add_string(out, policy->actions[grant->may[i]].name);
  }
  LW_BUF_LIT(out, "],\"budgets\":[");
  for (uint32_t i = 0; i < grant->n_draws; i++) {
    lw_buf_add_c(out, i == 0 ? "" : ",");
    lw_json_add_string(out, policy->budgets[grant->draws[i]].name);
  }
  lw_buf_add_char(out, ']');
  add_needs(grant->needs, out);
  if (end != INT64_MAX) {
    LW_BUF_LIT(out, ",\"until\":\"");
    lw_rfc3339_print(end / LW_USEC_PER_SECOND, (uint32_t)(end % LW_USEC_PER_SECOND) * 1000, out);
    lw_buf_add_char(out, '"');
  }
  lw_buf_add_char(out, '}');
}

static void add_grants(const struct holder *holder, struct lw_buf *out)
{
  uint32_t count = 0;
  LW_BUF_LIT(out, "\"grants\":[");
  for (uint32_t g = 0; g < holder->policy->n_grants; g++) {
    if (holder->fits[g]) {
      add_comma(&count, out);
      add_grant(holder, &holder->policy->grants[g], out);
    }
  }
  lw_buf_add_char(out, ']');
}

/* Those that stand in the way of something that one may. */
static void add_rails(const struct holder *holder, struct lw_buf *out)
{
  const struct lw_policy *policy = holder->policy;
  uint32_t count = 0;
  LW_BUF_LIT(out, ",\"rails\":[");
  for (uint32_t r = 0; r < policy->n_rails; r++) {
    const struct lw_rail *rail = &policy->rails[r];
    bool mine = false;
    for (uint32_t i = 0; i < rail->n_no; i++) {
      mine = mine || holder->caps[rail->no[i]].there;
    }
    if (!mine) {
      continue;
    }
    struct lw_buf text = {0};
    lw_sentence_rail(policy, rail, true, &text);
    add_comma(&count, out);
    LW_BUF_LIT(out, "{\"id\":");
    lw_json_add_string(out, rail->id);
    lw_member_text(out, "text", lw_buf_str(&text));
    lw_member_text(out, "why", lw_str_trim(rail->why));
    lw_member_text(out, "instead", lw_str_trim(rail->instead));
    lw_buf_add_char(out, '}');
    out->failed |= text.failed;
    lw_buf_finish(&text);
  }
  lw_buf_add_char(out, ']');
}

/* --- what opens more --- */

struct lack {
  uint32_t tier; /* that is needed, or UINT32_MAX */
  bool team;
  uint32_t holds; /* how many certificates */
  uint32_t size;  /* 0: nothing, or something that can't be got */
};

static uint32_t lowest(const uint32_t *tiers, uint32_t count)
{
  uint32_t least = UINT32_MAX;
  for (uint32_t i = 0; i < count; i++) {
    least = tiers[i] < least ? tiers[i] : least;
  }
  return least;
}

static struct lack lack_of(const struct holder *holder, const struct lw_who *who)
{
  const struct lw_actor *actor = holder->actor;
  struct lack lack = {.tier = UINT32_MAX};
  struct lw_who fixed = {
      .present = true, .persons = who->persons, .n_persons = who->n_persons, .kinds = who->kinds};
  struct lw_who ranks = {.present = true,
                         .tiers = who->tiers,
                         .n_tiers = who->n_tiers,
                         .only_tiers = who->only_tiers,
                         .n_only_tiers = who->n_only_tiers};
  struct lw_who teams = {
      .present = true, .teams = who->teams, .n_teams = who->n_teams, .same_team = who->same_team};
  if (!lw_who_fits(&fixed, actor, holder->tier, actor->team, holder->at)) {
    return lack;
  }
  if (!lw_who_fits(&ranks, actor, holder->tier, actor->team, holder->at)) {
    lack.tier = who->n_tiers != 0 ? lowest(who->tiers, who->n_tiers)
                                  : lowest(who->only_tiers, who->n_only_tiers);
    if (holder->tier != UINT32_MAX && lack.tier <= holder->tier) {
      return lack; /* of a tier that one has left behind */
    }
  }
  lack.team = !lw_who_fits(&teams, actor, holder->tier, actor->team, holder->at);
  for (uint32_t i = 0; i < who->n_holds; i++) {
    lack.holds += !lw_actor_holds(actor, who->holds[i], holder->at);
  }
  lack.size = (lack.tier != UINT32_MAX ? 2U : 0U) + (lack.team ? 3U : 0U) + lack.holds;
  return lack;
}

/* Whether it gives more of anything than one has. */
static bool gives_more(const struct holder *holder, const struct lw_grant *grant, uint32_t tier)
{
  const struct lw_policy *policy = holder->policy;
  bool more = false;
  for (uint32_t i = 0; i < grant->n_may; i++) {
    struct cap cap = cap_of(policy, grant, &policy->actions[grant->may[i]], holder->actor, tier);
    more = more || is_more(&cap, &holder->caps[grant->may[i]]);
  }
  return more;
}

static void add_next_one(const struct holder *holder, const struct lw_grant *grant,
                         const struct lack *lack, struct lw_buf *out)
{
  const struct lw_who *who = &grant->who;
  const char *before = "";
  LW_BUF_LIT(out, "{\"grant\":");
  lw_json_add_string(out, grant->id);
  lw_buf_add_char(out, ',');
  add_sentence(holder->policy, grant, out);
  LW_BUF_LIT(out, ",\"needs\":{");
  if (lack->tier != UINT32_MAX) {
    LW_BUF_LIT(out, "\"tier\":");
    lw_json_add_string(out, holder->policy->tiers[lack->tier]);
    before = ",";
  }
  if (lack->holds != 0) {
    uint32_t count = 0;
    lw_buf_printf(out, "%s\"holds\":[", before);
    for (uint32_t i = 0; i < who->n_holds; i++) {
      if (!lw_actor_holds(holder->actor, who->holds[i], holder->at)) {
        add_comma(&count, out);
        lw_json_add_string(out, who->holds[i]);
      }
    }
    lw_buf_add_char(out, ']');
    before = ",";
  }
  if (lack->team) {
    lw_buf_add_c(out, before);
    add_names("team", who->teams, who->n_teams, out);
  }
  LW_BUF_LIT(out, "}}");
}

static void add_next(const struct holder *holder, struct lw_buf *out)
{
  enum { SIZE_MAX_SHOWN = 6 };
  const struct lw_policy *policy = holder->policy;
  uint32_t count = 0;
  LW_BUF_LIT(out, ",\"next\":[");
  for (uint32_t size = 1; size <= SIZE_MAX_SHOWN; size++) {
    for (uint32_t g = 0; g < policy->n_grants && count < LW_AUTHORITY_NEXT_MAX; g++) {
      const struct lw_grant *grant = &policy->grants[g];
      if (holder->fits[g] || !is_in_time(grant, holder->at)) {
        continue;
      }
      struct lack lack = lack_of(holder, &grant->who);
      uint32_t tier = lack.tier != UINT32_MAX ? lack.tier : holder->tier;
      if (lack.size == size && gives_more(holder, grant, tier)) {
        add_comma(&count, out);
        add_next_one(holder, grant, &lack, out);
      }
    }
  }
  lw_buf_add_char(out, ']');
}

/* --- the whole --- */

static void print_digest(const struct holder *holder, char digest[LW_AUTHORITY_DIGEST_BYTES],
                         struct lw_buf *out)
{
  static const char hex[] = "0123456789abcdef";
  struct lw_buf text = {0};
  add_grants(holder, &text);
  add_most(holder, true, &text);
  uint64_t halves[2] = {lw_str_hash(lw_buf_str(&text), 1), lw_str_hash(lw_buf_str(&text), 2)};
  out->failed |= text.failed;
  lw_buf_finish(&text);
  for (size_t i = 0; i < LW_AUTHORITY_DIGEST_BYTES; i++) {
    digest[i] = hex[halves[i / 16] >> (4 * (i % 16)) & 15];
  }
}

void lw_authority_digest(const struct lw_policy *policy, const struct lw_actor *actor, lw_usec at,
                         struct lw_arena *scratch, char digest[LW_AUTHORITY_DIGEST_BYTES])
{
  struct holder holder = {.policy = policy, .actor = actor, .at = at};
  struct lw_buf unused = {0};
  memset(digest, '0', LW_AUTHORITY_DIGEST_BYTES);
  if (open_holder(&holder, scratch)) {
    print_digest(&holder, digest, &unused);
  }
}

void lw_authority_json(const struct lw_policy *policy, uint64_t version,
                       const struct lw_actor *actor, lw_usec at, struct lw_arena *scratch,
                       struct lw_buf *out)
{
  struct holder holder = {.policy = policy, .actor = actor, .at = at};
  char digest[LW_AUTHORITY_DIGEST_BYTES];
  if (!open_holder(&holder, scratch)) {
    out->failed = true;
    return;
  }
  print_digest(&holder, digest, out);
  lw_buf_printf(out, "\"policy\":%llu,\"person\":", (unsigned long long)version);
  lw_json_add_string(out, actor->id);
  lw_member_text(out, "tier", actor->tier);
  lw_member_text(out, "digest", lw_str_from(digest, sizeof digest));
  lw_buf_add_char(out, ',');
  add_grants(&holder, out);
  add_rails(&holder, out);
  lw_buf_add_char(out, ',');
  add_most(&holder, true, out);
  add_next(&holder, out);
}

void lw_authority_kept_json(const struct lw_policy *policy, const struct lw_actor *actor,
                            lw_usec at, struct lw_arena *scratch, struct lw_buf *out)
{
  struct holder holder = {.policy = policy, .actor = actor, .at = at};
  uint32_t count = 0;
  if (!open_holder(&holder, scratch)) {
    out->failed = true;
    return;
  }
  lw_buf_add_char(out, '{');
  add_most(&holder, false, out);
  LW_BUF_LIT(out, ",\"grants\":[");
  for (uint32_t g = 0; g < policy->n_grants; g++) {
    if (holder.fits[g]) {
      add_comma(&count, out);
      lw_json_add_string(out, policy->grants[g].id);
    }
  }
  LW_BUF_LIT(out, "]}");
}

/* --- tiers --- */

static void add_cell(const struct lw_policy *policy, const struct cap *cap, bool routed,
                     struct lw_buf *out)
{
  struct lw_buf members = {0};
  if (cap->there) {
    add_cap(policy, cap, "most", true, &members);
    if (cap->grant->who.n_holds != 0) {
      lw_buf_add_char(&members, ',');
      add_names("needs", cap->grant->who.holds, cap->grant->who.n_holds, &members);
    }
  } else if (routed) {
    LW_BUF_LIT(&members, ",\"ask\":true");
  }
  lw_buf_add_char(out, '{');
  lw_buf_add(out, lw_str_slice(lw_buf_str(&members), 1, SIZE_MAX));
  lw_buf_add_char(out, '}');
  out->failed |= members.failed;
  lw_buf_finish(&members);
}

static void begin_row(uint32_t i, const char *key, lw_str name, lw_str label, struct lw_buf *out)
{
  lw_buf_printf(out, "%s{\"%s\":", i == 0 ? "" : ",", key);
  lw_json_add_string(out, name);
  LW_BUF_LIT(out, ",\"label\":");
  lw_term_label(name, label, out);
  LW_BUF_LIT(out, ",\"cells\":[");
}

/* Somebody of that tier of whom nothing else is known: teams and certificates fit. A grant that
 * asks for certificates counts only where none without gives as much. */
static bool open_tier(const struct lw_policy *policy, uint32_t tier, lw_usec at,
                      struct lw_actor *actor, struct lw_arena *scratch, struct holder *holder)
{
  *actor = (struct lw_actor){.tier = policy->tiers[tier], .assumed = true};
  *holder = (struct holder){.policy = policy, .actor = actor, .at = at};
  return open_holder(holder, scratch);
}

static void add_budgets(const struct lw_policy *policy, struct lw_buf *out)
{
  LW_BUF_LIT(out, ",\"budgets\":[");
  for (uint32_t b = 0; b < policy->n_budgets; b++) {
    const struct lw_budget *budget = &policy->budgets[b];
    begin_row(b, "name", budget->name, budget->label, out);
    for (uint32_t t = 0; t < policy->n_tiers; t++) {
      lw_buf_add_c(out, t == 0 ? "" : ",");
      if (budget->has_amount && budget->amounts[t] >= 0) {
        add_amount(policy, budget->amounts[t], out);
      } else {
        LW_BUF_LIT(out, "null");
      }
    }
    LW_BUF_LIT(out, "]}");
  }
  lw_buf_add_char(out, ']');
}

void lw_authority_tiers_json(const struct lw_policy *policy, lw_usec at, struct lw_arena *scratch,
                             struct lw_buf *out)
{
  struct holder *holders = LW_NEW_ARRAY(scratch, struct holder, policy->n_tiers + 1U);
  struct lw_actor *actors = LW_NEW_ARRAY(scratch, struct lw_actor, policy->n_tiers + 1U);
  bool well = holders != NULL && actors != NULL;
  for (uint32_t t = 0; well && t < policy->n_tiers; t++) {
    well = open_tier(policy, t, at, &actors[t], scratch, &holders[t]);
  }
  out->failed |= !well;
  LW_BUF_LIT(out, "\"rows\":[");
  for (uint32_t a = 0; well && a < policy->n_actions; a++) {
    bool routed = lw_policy_is_routed(policy, a);
    begin_row(a, "action", policy->actions[a].name, policy->actions[a].label, out);
    for (uint32_t t = 0; t < policy->n_tiers; t++) {
      lw_buf_add_c(out, t == 0 ? "" : ",");
      add_cell(policy, &holders[t].caps[a], routed, out);
    }
    LW_BUF_LIT(out, "]}");
  }
  lw_buf_add_char(out, ']');
  add_budgets(policy, out);
}
