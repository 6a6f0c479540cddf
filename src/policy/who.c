/* Keys are ANDed, lists inside a key are ORed, `holds` asks for all. An assumed person (offline,
 * without people) is known only by a route's words: what those leave open (empty tier, team, id)
 * counts as fitting. */
#include "policy/who.h"

#include "base/check.h"

lw_str lw_actor_kind_name(enum lw_actor_kind kind)
{
  static const lw_str names[] = {LW_STR_INIT("human"), LW_STR_INIT("ai"), LW_STR_INIT("service"),
                                 LW_STR_INIT("unknown")};
  LW_ASSERT((size_t)kind < sizeof names / sizeof names[0]);
  return names[kind];
}

uint32_t lw_actor_tier(const struct lw_policy *policy, const struct lw_actor *actor)
{
  return actor->tier.len != 0 ? lw_policy_find_tier(policy, actor->tier) : UINT32_MAX;
}

bool lw_team_within(lw_str team, lw_str root)
{
  /* The cheap questions first: most teams asked about are others. */
  return team.len >= root.len && (team.len == root.len || team.ptr[root.len] == '/') &&
         lw_str_starts(team, root);
}

bool lw_actor_holds(const struct lw_actor *actor, lw_str certificate, lw_usec at)
{
  for (uint32_t i = 0; i < actor->n_holds; i++) {
    if (lw_str_equal(actor->holds[i].name, certificate) && at < actor->holds[i].until) {
      return true;
    }
  }
  return actor->assumed;
}

static bool is_open(const struct lw_actor *actor, lw_str known)
{
  return actor->assumed && known.len == 0;
}

static bool tier_fits(const struct lw_who *who, const struct lw_actor *actor, uint32_t tier)
{
  if (who->n_tiers == 0 || is_open(actor, actor->tier)) {
    return true;
  }
  for (uint32_t i = 0; i < who->n_tiers; i++) {
    if (tier != UINT32_MAX && tier >= who->tiers[i]) {
      return true;
    }
  }
  return false;
}

static bool only_tier_fits(const struct lw_who *who, const struct lw_actor *actor, uint32_t tier)
{
  if (who->n_only_tiers == 0 || is_open(actor, actor->tier)) {
    return true;
  }
  for (uint32_t i = 0; i < who->n_only_tiers; i++) {
    if (tier == who->only_tiers[i]) {
      return true;
    }
  }
  return false;
}

static uint32_t tier_bit(uint32_t tier)
{
  enum { NO_TIER = 31 };
  uint32_t last = NO_TIER - 1;
  return UINT32_C(1) << (tier == UINT32_MAX ? NO_TIER : tier < last ? tier : last);
}

uint32_t lw_who_tiers(const struct lw_policy *policy, const struct lw_who *who)
{
  static const struct lw_actor known = {.assumed = false};
  uint32_t bits = 0;
  for (uint32_t i = 0; i <= policy->n_tiers; i++) {
    uint32_t tier = i < policy->n_tiers ? i : UINT32_MAX;
    if (!who->present || (tier_fits(who, &known, tier) && only_tier_fits(who, &known, tier))) {
      bits |= tier_bit(tier);
    }
  }
  return bits;
}

uint32_t lw_actor_tiers(const struct lw_actor *actor, uint32_t tier)
{
  return is_open(actor, actor->tier) ? UINT32_MAX : tier_bit(tier);
}

static bool team_fits(const struct lw_who *who, const struct lw_actor *actor, lw_str own_team)
{
  if (is_open(actor, actor->team)) {
    return true;
  }
  if (who->same_team && actor->team.len != 0 && own_team.len != 0 &&
      lw_team_within(actor->team, own_team)) {
    return true;
  }
  for (uint32_t i = 0; i < who->n_teams; i++) {
    if (lw_team_within(actor->team, who->teams[i])) {
      return true;
    }
  }
  return who->n_teams == 0 && !who->same_team;
}

static bool person_fits(const struct lw_who *who, const struct lw_actor *actor)
{
  for (uint32_t i = 0; i < who->n_persons; i++) {
    if (lw_str_equal(who->persons[i], actor->id)) {
      return true;
    }
  }
  return who->n_persons == 0 || is_open(actor, actor->id);
}

static bool kind_fits(const struct lw_who *who, const struct lw_actor *actor)
{
  return who->kinds == 0 || (who->kinds & 1U << actor->kind) != 0;
}

static bool holds_fit(const struct lw_who *who, const struct lw_actor *actor, lw_usec at)
{
  for (uint32_t i = 0; i < who->n_holds; i++) {
    if (!lw_actor_holds(actor, who->holds[i], at)) {
      return false;
    }
  }
  return true;
}

bool lw_who_fits(const struct lw_who *who, const struct lw_actor *actor, uint32_t tier,
                 lw_str own_team, lw_usec at)
{
  return !who->present || (tier_fits(who, actor, tier) && only_tier_fits(who, actor, tier) &&
                           team_fits(who, actor, own_team) && person_fits(who, actor) &&
                           kind_fits(who, actor) && holds_fit(who, actor, at));
}

/* --- in words --- */

static void add_list(struct lw_buf *out, const lw_str *texts, uint32_t count, const char *last)
{
  for (uint32_t i = 0; i < count; i++) {
    lw_buf_add_c(out, i == 0 ? "" : i + 1 == count ? last : ", ");
    lw_buf_add(out, texts[i]);
  }
}

static void add_tiers(const struct lw_policy *policy, struct lw_buf *out, const uint32_t *tiers,
                      uint32_t count)
{
  for (uint32_t i = 0; i < count; i++) {
    lw_buf_add_c(out, i == 0 ? "" : i + 1 == count ? " or " : ", ");
    lw_buf_add(out, policy->tiers[tiers[i]]);
  }
}

static void add_kinds(struct lw_buf *out, uint32_t kinds)
{
  bool first = true;
  for (uint32_t kind = LW_ACTOR_HUMAN; kind <= LW_ACTOR_SERVICE; kind++) {
    if ((kinds & 1U << kind) != 0) {
      lw_buf_add_c(out, first ? "" : " or ");
      lw_buf_add(out, lw_actor_kind_name((enum lw_actor_kind)kind));
      first = false;
    }
  }
}

static void add_teams(const struct lw_who *who, lw_str own_team, struct lw_buf *out)
{
  if (who->same_team) {
    lw_buf_add(out, own_team);
    lw_buf_add_c(out, who->n_teams != 0 ? " or " : "");
  }
  add_list(out, who->teams, who->n_teams, " or ");
}

static void begin_part(struct lw_buf *out, size_t before)
{
  if (out->len != before) {
    LW_BUF_LIT(out, "; ");
  }
}

static void add_is(struct lw_buf *out, const struct lw_actor *actor, const char *what, lw_str value)
{
  lw_str id = actor->id.len != 0 ? actor->id : LW_STR("the agent");
  if (value.len != 0) {
    LW_BUF_LIT(out, "; ");
    lw_buf_add(out, id);
    LW_BUF_LIT(out, " is ");
    lw_buf_add(out, value);
  } else {
    lw_buf_printf(out, "; %.*s has no %s that is known here", LW_FMT(id), what);
  }
}

static void explain_rank(const struct lw_policy *policy, const struct lw_who *who,
                         const struct lw_actor *actor, struct lw_buf *out, size_t before)
{
  uint32_t tier = lw_actor_tier(policy, actor);
  if (!tier_fits(who, actor, tier)) {
    add_tiers(policy, out, who->tiers, who->n_tiers);
    LW_BUF_LIT(out, " or above is needed");
    add_is(out, actor, "tier", actor->tier);
  }
  if (!only_tier_fits(who, actor, tier)) {
    begin_part(out, before);
    LW_BUF_LIT(out, "only for ");
    add_tiers(policy, out, who->only_tiers, who->n_only_tiers);
    add_is(out, actor, "tier", actor->tier);
  }
}

void lw_who_explain(const struct lw_policy *policy, const struct lw_who *who,
                    const struct lw_actor *actor, lw_str own_team, lw_usec at, struct lw_buf *out)
{
  size_t before = out->len;
  if (!who->present) {
    return;
  }
  explain_rank(policy, who, actor, out, before);
  if (!team_fits(who, actor, own_team)) {
    begin_part(out, before);
    LW_BUF_LIT(out, "for team ");
    add_teams(who, own_team, out);
    add_is(out, actor, "team", actor->team);
  }
  if (!person_fits(who, actor)) {
    begin_part(out, before);
    LW_BUF_LIT(out, "for ");
    add_list(out, who->persons, who->n_persons, " or ");
    LW_BUF_LIT(out, " alone");
  }
  if (!kind_fits(who, actor)) {
    begin_part(out, before);
    LW_BUF_LIT(out, "for kind ");
    add_kinds(out, who->kinds);
    add_is(out, actor, "kind", lw_actor_kind_name(actor->kind));
  }
  for (uint32_t i = 0; i < who->n_holds; i++) {
    if (!lw_actor_holds(actor, who->holds[i], at)) {
      begin_part(out, before);
      lw_buf_printf(out, "the certificate %.*s is needed", LW_FMT(who->holds[i]));
    }
  }
}

void lw_who_print(const struct lw_policy *policy, const struct lw_who *who, lw_str own_team,
                  struct lw_buf *out)
{
  size_t before = out->len;
  if (who->n_persons != 0) {
    add_list(out, who->persons, who->n_persons, " or ");
  }
  if (who->n_tiers != 0) {
    lw_buf_add_c(out, out->len != before ? ", " : "");
    add_tiers(policy, out, who->tiers, who->n_tiers);
    if (who->tiers[0] + 1 < policy->n_tiers) {
      LW_BUF_LIT(out, " or above");
    }
  }
  if (who->n_only_tiers != 0) {
    lw_buf_add_c(out, out->len != before ? ", only " : "");
    add_tiers(policy, out, who->only_tiers, who->n_only_tiers);
  }
  if (who->kinds != 0) {
    lw_buf_add_c(out, out->len != before ? ", kind " : "anybody of kind ");
    add_kinds(out, who->kinds);
  }
  if (out->len == before) {
    LW_BUF_LIT(out, "anybody");
  }
  if (who->n_teams != 0 || who->same_team) {
    LW_BUF_LIT(out, " in team ");
    add_teams(who, own_team.len != 0 ? own_team : LW_STR("of the agent"), out);
  }
  if (who->n_holds != 0) {
    LW_BUF_LIT(out, ", holding ");
    add_list(out, who->holds, who->n_holds, " and ");
  }
}
