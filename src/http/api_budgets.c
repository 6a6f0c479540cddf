/* GET /v1/budgets: what is left in each budget whose scope the question names. Without a filter the
 * caller's own: those per agent, per the agent's team, and the organization's.
 *
 * Rows are read from the database into rows of this call's own, as deciding reads them, so that
 * windows turn over here as they do there. */
#include "base/bounds.h"
#include "base/money.h"
#include "http/api.h"
#include "http/council.h"
#include "http/pages.h"
#include "policy/effect.h"
#include "policy/who.h"

/* Whose budgets are asked for. */
struct asked {
  const struct lw_person *person; /* whose limits hold; or NULL */
  lw_str of[5];                   /* by enum lw_scope; empty: not named */
};

struct standing {
  const struct lw_budget *budget;
  lw_str scope; /* the row's key */
  int64_t limit_minor;
  int64_t limit_times;
  bool own;
  struct lw_used used;
  lw_usec until; /* INT64_MAX: never, or not known */
};

static const char *const scope_names[5] = {"agent", "team", "customer", "case", "organization"};

static bool names_scope(const struct asked *asked, const struct lw_budget *budget)
{
  for (uint32_t i = 0; i < budget->n_per; i++) {
    if (budget->per[i] != LW_SCOPE_ORGANIZATION && asked->of[budget->per[i]].len == 0) {
      return false;
    }
  }
  return true;
}

/* The parts joined as policy/reach.c joins them; the organization's is a full stop. */
static bool make_key(struct lw_call *call, const struct asked *asked,
                     const struct lw_budget *budget, lw_str *ret_key)
{
  struct lw_buf key = {.ptr = NULL};
  const char *between = "";
  for (uint32_t i = 0; i < budget->n_per; i++) {
    bool whole = budget->per[i] == LW_SCOPE_ORGANIZATION;
    lw_buf_add_c(&key, between);
    lw_buf_add(&key, whole ? LW_STR(".") : asked->of[budget->per[i]]);
    between = "\x1f";
  }
  *ret_key = lw_str_copy(&call->arena, lw_buf_str(&key));
  bool made = !key.failed && ret_key->ptr != NULL;
  lw_buf_finish(&key);
  return made;
}

static void find_limits(const struct lw_policy *policy, const struct asked *asked,
                        struct standing *standing)
{
  const struct lw_budget *budget = standing->budget;
  uint32_t tier = UINT32_MAX;
  if (asked->person != NULL) {
    tier = lw_actor_tier(policy, &asked->person->actor);
  }
  uint32_t column = tier != UINT32_MAX ? tier : policy->n_tiers;
  standing->limit_minor = budget->has_amount ? budget->amounts[column] : -1;
  standing->limit_times = budget->has_times ? budget->times[column] : -1;
  uint32_t n = asked->person != NULL ? asked->person->actor.n_overrides : 0;
  for (uint32_t i = 0; i < n; i++) {
    const struct lw_override *own = &asked->person->actor.overrides[i];
    if (lw_str_equal(own->budget, budget->name)) {
      standing->own = true;
      standing->limit_minor = own->amount_minor >= 0 ? own->amount_minor : standing->limit_minor;
      standing->limit_times = own->times >= 0 ? own->times : standing->limit_times;
    }
  }
}

static void find_used(const struct lw_policy *policy, struct lw_rows *rows, lw_usec now,
                      struct standing *standing)
{
  const struct lw_budget *budget = standing->budget;
  struct lw_row_key key = {budget->number, standing->scope};
  lw_rows_used(rows, key, &budget->window, policy->zone, now, &standing->used);
  standing->until = lw_budget_turns_over(policy, budget, rows, key, &standing->used, now);
}

/* --- printing --- */

static void print_money(struct lw_buf *out, const char *name, int64_t minor, uint16_t currency)
{
  lw_buf_printf(out, ",\"%s\":\"", name);
  lw_money_print((lw_money){minor, currency}, out);
  LW_BUF_LIT(out, "\"");
}

static void print_scope(struct lw_buf *out, const struct asked *asked,
                        const struct lw_budget *budget)
{
  const char *between = "";
  LW_BUF_LIT(out, ",\"per\":[");
  for (uint32_t i = 0; i < budget->n_per; i++) {
    lw_buf_printf(out, "%s\"%s\"", i == 0 ? "" : ",", scope_names[budget->per[i]]);
  }
  LW_BUF_LIT(out, "],\"scope\":{");
  for (uint32_t i = 0; i < budget->n_per; i++) {
    if (budget->per[i] != LW_SCOPE_ORGANIZATION) {
      lw_buf_printf(out, "%s\"%s\":", between, scope_names[budget->per[i]]);
      lw_json_add_string(out, asked->of[budget->per[i]]);
      between = ",";
    }
  }
  LW_BUF_LIT(out, "}");
}

static void print_window(struct lw_buf *out, const struct lw_budget *budget)
{
  LW_BUF_LIT(out, ",\"window\":");
  lw_json_add_string(out, lw_budget_window_name(budget));
  if (budget->window.kind == LW_WINDOW_ROLLING) {
    LW_BUF_LIT(out, ",\"over\":");
    lw_json_add_string(out, budget->window_text);
  }
}

/* Without its closing brace. */
static void print(struct lw_buf *out, const struct asked *asked, const struct standing *standing,
                  uint16_t currency)
{
  LW_BUF_LIT(out, "{\"budget\":");
  lw_json_add_string(out, standing->budget->name);
  lw_effect_add_label(standing->budget->label, standing->budget->name, out);
  print_scope(out, asked, standing->budget);
  print_window(out, standing->budget);
  print_money(out, "drawn", standing->used.amount_minor, currency);
  lw_buf_printf(out, ",\"times\":%lld", (long long)standing->used.times);
  if (standing->limit_minor >= 0) {
    print_money(out, "amount", standing->limit_minor, currency);
    print_money(out, "left", lw_left(standing->limit_minor, standing->used.amount_minor), currency);
  }
  if (standing->limit_times >= 0) {
    lw_buf_printf(out, ",\"times_limit\":%lld,\"times_left\":%lld",
                  (long long)standing->limit_times,
                  (long long)lw_left(standing->limit_times, standing->used.times));
  }
  if (standing->until != INT64_MAX) {
    LW_BUF_LIT(out, ",\"until\":\"");
    lw_rfc3339_print(standing->until / LW_USEC_PER_SECOND,
                     (uint32_t)(standing->until % LW_USEC_PER_SECOND) * 1000, out);
    LW_BUF_LIT(out, "\"");
  }
  if (standing->own) {
    LW_BUF_LIT(out, ",\"own\":true");
  }
}

/* --- the question --- */

/* A team's budgets are its members' and leaders' to see, and of whoever sees all. */
static bool may_see_team(struct lw_call *call, lw_str team)
{
  const struct lw_person *self = call->caller.person;
  enum lw_view view = lw_access_view(&call->caller, LW_ACCESS_SEE_BUDGETS);
  if (self != NULL && lw_str_equal(self->actor.team, team)) {
    return true; /* they draw on them */
  }
  if (view == LW_VIEW_ALL ||
      (self != NULL && view == LW_VIEW_TEAM && lw_team_within(team, self->actor.team))) {
    return lw_api_shows_picked(call, team, LW_STR(""));
  }
  lw_call_fail(call, LW_NOT_FOUND, "there is no team of this name whose budgets you may see");
  return false;
}

static bool read_asked(struct lw_call *call, struct asked *asked)
{
  const struct lw_staff *staff = call->snapshot->staff;
  lw_str agent = lw_call_query(call, "agent");
  lw_str team = lw_api_team_path(call, lw_call_query(call, "team"));
  asked->of[LW_SCOPE_CUSTOMER] = lw_call_query(call, "customer");
  asked->of[LW_SCOPE_CASE] = lw_call_query(call, "case");
  if (asked->of[LW_SCOPE_CUSTOMER].len > LW_NAME_BYTES_MAX ||
      asked->of[LW_SCOPE_CASE].len > LW_NAME_BYTES_MAX) {
    lw_call_fail(call, LW_USAGE, "a customer or case has a name of at most %d bytes",
                 LW_NAME_BYTES_MAX);
    return false;
  }
  if (agent.ptr == NULL && team.ptr == NULL && call->caller.person != NULL) {
    agent = call->caller.person->actor.id;
  }
  if (agent.ptr != NULL) {
    asked->person = lw_staff_find(staff, agent);
    if (!lw_call_may(call, LW_ACCESS_SEE_BUDGETS, agent) ||
        !lw_api_shows_picked(call, LW_STR(""), agent)) {
      return false;
    }
    asked->of[LW_SCOPE_AGENT] = agent;
    asked->of[LW_SCOPE_TEAM] =
        asked->person != NULL ? asked->person->actor.team : (lw_str){NULL, 0};
  }
  if (team.ptr != NULL) {
    asked->of[LW_SCOPE_TEAM] = team;
    return may_see_team(call, team);
  }
  return true;
}

/* The version that the person's team has, or the team: its limits may be on trial. */
static const struct lw_policy *policy_of(const struct lw_call *call, const struct asked *asked)
{
  lw_str team = asked->person != NULL ? asked->person->actor.team : asked->of[LW_SCOPE_TEAM];
  return lw_snapshot_for_team(call->snapshot, team, call->received)->policy;
}

/* The budget of that scope, printed as far as its closing brace. False: replied. */
static bool add_budget(struct lw_call *call, const struct asked *asked,
                       const struct lw_budget *budget, struct lw_rows *rows)
{
  const struct lw_policy *policy = policy_of(call, asked);
  struct standing standing = {.budget = budget};
  if (!make_key(call, asked, budget, &standing.scope)) {
    lw_call_fail(call, LW_NO_MEMORY, "out of memory; try again");
    return false;
  }
  find_limits(policy, asked, &standing);
  find_used(policy, rows, call->received, &standing);
  print(&call->out, asked, &standing, policy->currency);
  return true;
}

static void answer(struct lw_call *call, const struct asked *asked, struct lw_rows *rows)
{
  const struct lw_policy *policy = policy_of(call, asked);
  const char *between = "";
  LW_BUF_LIT(&call->out, "{\"items\":[");
  for (uint32_t i = 0; i < policy->n_budgets; i++) {
    if (!names_scope(asked, &policy->budgets[i])) {
      continue;
    }
    lw_buf_add_c(&call->out, between);
    if (!add_budget(call, asked, &policy->budgets[i], rows)) {
      return;
    }
    LW_BUF_LIT(&call->out, "}");
    between = ",";
  }
  LW_BUF_LIT(&call->out, "]}");
  lw_call_reply(call, 200);
}

/* --- of many --- */

/* Days from Monday to Friday since then, today included; past 99 nobody counts. */
static uint32_t count_days(const struct lw_policy *policy, lw_usec since, lw_usec now)
{
  const int64_t day = LW_SECONDS_PER_DAY;
  int64_t from = since / LW_USEC_PER_SECOND;
  int64_t to = now / LW_USEC_PER_SECOND;
  int64_t first = (from + lw_tz_offset(policy->zone, from)) / day;
  uint32_t count = 0;
  for (int64_t at = (to + lw_tz_offset(policy->zone, to)) / day; at >= first && count < 99; at--) {
    count += (at + 3) % 7 < 5; /* 1970-01-01 was a Thursday */
  }
  return count;
}

static bool is_own_alone(const struct lw_budget *budget)
{
  return budget->n_per == 1 && budget->per[0] == LW_SCOPE_AGENT;
}

/* began: of the record; before it nobody could give anything here. */
static bool add_member(struct lw_call *call, const struct lw_person *person, lw_usec began,
                       struct lw_rows *rows, const char **between)
{
  struct asked asked = {.person = person};
  const struct lw_policy *policy = policy_of(call, &asked);
  asked.of[LW_SCOPE_AGENT] = person->actor.id;
  for (uint32_t i = 0; i < policy->n_budgets; i++) {
    if (!is_own_alone(&policy->budgets[i])) {
      continue;
    }
    lw_buf_add_c(&call->out, *between);
    if (!add_budget(call, &asked, &policy->budgets[i], rows)) {
      return false;
    }
    if (person->actor.name.len != 0) {
      LW_BUF_LIT(&call->out, ",\"name\":");
      lw_json_add_string(&call->out, person->actor.name);
    }
    LW_BUF_LIT(&call->out, ",\"kind\":");
    lw_json_add_string(&call->out, lw_actor_kind_name(person->actor.kind));
    if (person->actor.has_hired_at) {
      lw_usec since = person->actor.hired_at > began ? person->actor.hired_at : began;
      lw_buf_printf(&call->out, ",\"active_days\":%u", count_days(policy, since, call->received));
    }
    LW_BUF_LIT(&call->out, "}");
    *between = ",";
  }
  return true;
}

enum { NAMED_MAX = 100 };

/* Whom a page of members begins with, and how many it has. */
struct members {
  lw_str team;   /* a path; or empty: all that one may see */
  lw_str ids;    /* these alone, with commas between; or {NULL, 0} */
  lw_usec began; /* of the record */
  struct lw_api_page page;
  struct lw_council council; /* whom one may be shown alone */
};

static bool is_member(struct lw_call *call, const struct members *members,
                      const struct lw_person *person)
{
  return person->active &&
         (members->team.len == 0 || lw_team_within(person->actor.team, members->team)) &&
         lw_access_covers(&call->caller, LW_ACCESS_SEE_BUDGETS, call->snapshot->staff,
                          person->actor.id) &&
         lw_council_shows_person(&members->council, person->actor.id);
}

/* People stand in the order of their ids: the page behind `after` is found again whoever joins. */
static void answer_members(struct lw_call *call, const struct members *members,
                           struct lw_rows *rows)
{
  const struct lw_staff *staff = call->snapshot->staff;
  const char *between = "";
  lw_str last = {NULL, 0};
  uint32_t count = 0;
  bool more = false;
  LW_BUF_LIT(&call->out, "{\"items\":[");
  for (uint32_t i = 0; i < staff->directory.count && !more; i++) {
    const struct lw_person *person = &staff->persons[i];
    if (lw_str_compare(person->actor.id, members->page.after) <= 0 ||
        !is_member(call, members, person)) {
      continue;
    }
    more = count++ == members->page.limit;
    if (!more && !add_member(call, person, members->began, rows, &between)) {
      return;
    }
    last = more ? last : person->actor.id;
  }
  LW_BUF_LIT(&call->out, "]");
  if (more) {
    LW_BUF_LIT(&call->out, ",\"next\":");
    lw_json_add_string(&call->out, last);
  }
  LW_BUF_LIT(&call->out, "}");
  lw_call_reply(call, 200);
}

/* Those who are named, as they are named; whom the caller may not see is passed over. */
static void answer_named(struct lw_call *call, const struct members *members, struct lw_rows *rows)
{
  lw_str rest = members->ids;
  const char *between = "";
  LW_BUF_LIT(&call->out, "{\"items\":[");
  for (uint32_t i = 0; rest.len != 0; i++) {
    size_t comma = lw_str_find(rest, LW_STR(","), 0);
    size_t end = comma != SIZE_MAX ? comma : rest.len;
    const struct lw_person *person =
        lw_staff_find(call->snapshot->staff, lw_str_trim(lw_str_slice(rest, 0, end)));
    rest = comma != SIZE_MAX ? lw_str_slice(rest, comma + 1, SIZE_MAX) : LW_STR("");
    if (i == NAMED_MAX) {
      lw_api_refuse_parameter(call, "ids", "100 ids at most");
      return;
    }
    if (person != NULL && is_member(call, members, person) &&
        !add_member(call, person, members->began, rows, &between)) {
      return;
    }
  }
  LW_BUF_LIT(&call->out, "]}");
  lw_call_reply(call, 200);
}

static bool read_members(struct lw_call *call, struct members *members)
{
  static const char *const others[] = {"agent", "customer", "case"};
  enum lw_view view = lw_access_view(&call->caller, LW_ACCESS_SEE_BUDGETS);
  if (!lw_str_equal(lw_call_query(call, "of"), LW_STR("members"))) {
    lw_api_refuse_parameter(call, "of", "members, or is left out");
    return false;
  }
  for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
    if (lw_call_query(call, others[i]).ptr != NULL) {
      lw_call_fail(call, LW_USAGE, "of=members goes with team alone, not with %s", others[i]);
      return false;
    }
  }
  if (view != LW_VIEW_TEAM && view != LW_VIEW_ALL) {
    lw_call_forbidden(call, LW_ACCESS_SEE_BUDGETS);
    return false;
  }
  members->team = lw_api_team_path(call, lw_call_query(call, "team"));
  members->ids = lw_call_query(call, "ids");
  return lw_api_council(call, &members->council) && lw_api_read_page(call, &members->page);
}

/* members NULL: one scope's. */
static void answer_from_rows(struct lw_call *call, const struct asked *asked,
                             struct members *members)
{
  struct lw_drawn_source source;
  struct lw_error err;
  struct lw_db *db = lw_call_reader(call);
  struct lw_rows *rows = db != NULL ? lw_rows_create(NULL) : NULL;
  if (rows == NULL) {
    lw_call_fail(call, LW_NO_MEMORY, "out of memory; try again");
    return;
  }
  if ((members != NULL && lw_settings_began(db, &members->began, &err) != LW_OK) ||
      lw_drawn_source_init(&source, db, lw_engine_drawn(call->engine), true, &err) != LW_OK) {
    lw_call_problem(call, &err);
  } else {
    lw_rows_set_source(rows, &source.source);
    if (members != NULL && members->ids.ptr != NULL) {
      answer_named(call, members, rows);
    } else if (members != NULL) {
      answer_members(call, members, rows);
    } else {
      answer(call, asked, rows);
    }
    if (lw_rows_failed(rows)) {
      lw_call_problem(call, &source.error);
    }
    lw_drawn_source_finish(&source);
  }
  lw_rows_destroy(rows);
}

void lw_api_budgets(struct lw_call *call)
{
  struct asked asked = {.person = NULL};
  struct members members = {.team = LW_STR("")};
  bool of_many = lw_call_query(call, "of").ptr != NULL;
  if (of_many ? !read_members(call, &members) : !read_asked(call, &asked)) {
    return;
  }
  if (call->snapshot->policy == NULL) {
    LW_BUF_LIT(&call->out, "{\"items\":[]}");
    lw_call_reply(call, 200);
    return;
  }
  answer_from_rows(call, &asked, of_many ? &members : NULL);
}
