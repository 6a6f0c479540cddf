/* Who works here: those whom the caller may see, narrowed by words and marks, in windows, by id or
 * by name. People are all in memory and walked in the order asked for, no further than the window
 * when nobody asks how many there are; what only the database knows (a password, when they were
 * last seen, open cases) is looked up for those who are shown. */
#include "base/bounds.h"
#include "data/member.h"
#include "desk/case.h"
#include "http/api.h"
#include "http/council.h"
#include "http/streams.h"
#include "people/order.h"
#include "people/person.h"
#include "people/signin.h"
#include "policy/who.h"

struct people_filter {
  lw_str words; /* folded */
  char *place;  /* for those of one person */
  lw_str team;
  lw_str tier;
  uint32_t role; /* 0: any */
  bool has_kind;
  enum lw_actor_kind kind;
  bool here; /* those who work here; those who left */
  bool left;
  bool by_name;
  lw_str after;
  const struct lw_person *after_person; /* by name; or NULL */
  uint64_t skip;
  bool count;
  uint32_t limit;
};

/* --- what is asked for --- */

static bool read_kind(struct lw_call *call, struct people_filter *filter)
{
  lw_str kind = lw_call_query(call, "kind");
  filter->has_kind = kind.ptr != NULL;
  if (filter->has_kind && !lw_person_kind_read(kind, &filter->kind)) {
    lw_api_refuse_parameter(call, "kind", "human, ai or service");
    return false;
  }
  return true;
}

static bool read_role(struct lw_call *call, struct people_filter *filter)
{
  lw_str role = lw_call_query(call, "role");
  filter->role = role.ptr != NULL ? lw_role_find(role) : 0;
  if (role.ptr != NULL && filter->role == 0) {
    lw_api_refuse_parameter(call, "role", "lead, policy, people, quality, auditor or admin");
    return false;
  }
  return true;
}

static bool read_active(struct lw_call *call, struct people_filter *filter)
{
  lw_str active = lw_call_query(call, "active");
  bool all = lw_str_equal(active, LW_STR("all"));
  filter->here = active.ptr == NULL || all || lw_str_equal(active, LW_STR("true"));
  filter->left = all || lw_str_equal(active, LW_STR("false"));
  if (!filter->here && !filter->left) {
    lw_api_refuse_parameter(call, "active", "true, false or all");
    return false;
  }
  return true;
}

static bool read_sort(struct lw_call *call, struct people_filter *filter)
{
  lw_str sort = lw_call_query(call, "sort");
  filter->by_name = lw_str_equal(sort, LW_STR("name"));
  if (sort.ptr != NULL && !filter->by_name && !lw_str_equal(sort, LW_STR("id"))) {
    lw_api_refuse_parameter(call, "sort", "id or name");
    return false;
  }
  if (filter->by_name && filter->after.len != 0) {
    filter->after_person = lw_staff_find(call->snapshot->staff, filter->after);
    if (filter->after_person == NULL) {
      lw_api_refuse_parameter(call, "after", "the next that the page before had");
      return false;
    }
  }
  return true;
}

static bool read_words(struct lw_call *call, struct people_filter *filter)
{
  lw_str words = lw_call_query(call, "q");
  char *folded = words.len != 0 ? lw_api_keep(call, words.len + LW_PERSON_WORDS_BYTES) : NULL;
  if (folded != NULL) {
    filter->words = lw_str_from(folded, lw_fold_write(words, folded));
    filter->place = folded + words.len;
  }
  return words.len == 0 || folded != NULL;
}

static bool read_filter(struct lw_call *call, struct people_filter *filter)
{
  struct lw_api_page page;
  *filter = (struct people_filter){.words = LW_STR("")};
  if (!lw_api_read_page(call, &page) || !read_active(call, filter) ||
      !lw_api_read_number(call, "skip", 0, LW_SKIP_MAX, 0, &filter->skip) ||
      !lw_api_read_flag(call, "count", &filter->count) || !read_kind(call, filter) ||
      !read_role(call, filter) || !read_words(call, filter)) {
    return false;
  }
  filter->team = lw_api_team_path(call, lw_call_query(call, "team"));
  filter->tier = lw_call_query(call, "tier");
  filter->after = page.after;
  filter->limit = page.limit;
  return read_sort(call, filter);
}

/* --- who fits --- */

static bool is_wanted(const struct lw_call *call, const struct people_filter *filter,
                      const struct lw_person *person)
{
  const struct lw_actor *actor = &person->actor;
  return (person->active ? filter->here : filter->left) &&
         (!filter->has_kind || actor->kind == filter->kind) &&
         (filter->role == 0 || (person->roles & filter->role) != 0) &&
         (filter->tier.ptr == NULL || lw_str_equal(actor->tier, filter->tier)) &&
         (filter->team.ptr == NULL || lw_team_within(actor->team, filter->team)) &&
         lw_access_covers(&call->caller, LW_ACCESS_SEE_PEOPLE, call->snapshot->staff, actor->id) &&
         lw_person_has_words(person, filter->words, filter->place);
}

/* Whoever fits, by place in the staff. Looked at in the order in which they lie in memory, which is
 * several times as fast as by name; so it is done first when all are to be looked at. NULL:
 * replied.
 */
static const bool *mark_all(struct lw_call *call, const struct people_filter *filter)
{
  const struct lw_staff *staff = call->snapshot->staff;
  bool *marks = lw_api_keep(call, staff->n_persons + 1U);
  for (uint32_t i = 0; marks != NULL && i < staff->n_persons; i++) {
    marks[i] = is_wanted(call, filter, &staff->persons[i]);
  }
  return marks;
}

/* Everybody, one after the other: by name, or by id. Those who are here and those who left stand
 * in the staff by id, one behind the other; the two are merged. */
struct walk {
  const struct lw_staff *staff;
  const uint32_t *by_name; /* or NULL */
  uint32_t at;             /* by name; or the next who is here */
  uint32_t left_at;        /* the next who left */
};

static const struct lw_person *next_by_id(struct walk *walk)
{
  const struct lw_person *here = &walk->staff->persons[walk->at];
  const struct lw_person *left = &walk->staff->persons[walk->left_at];
  bool is_here = walk->at < walk->staff->directory.count;
  bool is_left = walk->left_at < walk->staff->n_persons;
  if (is_here && (!is_left || lw_str_compare(here->actor.id, left->actor.id) < 0)) {
    walk->at++;
    return here;
  }
  walk->left_at++;
  return is_left ? left : NULL;
}

static const struct lw_person *next(struct walk *walk)
{
  if (walk->by_name == NULL) {
    return next_by_id(walk);
  }
  return walk->at < walk->staff->n_persons ? &walk->staff->persons[walk->by_name[walk->at++]]
                                           : NULL;
}

/* The window: those behind `after`, and `skip` more, who fit. */
struct window {
  const bool *marks; /* or NULL: looked at one by one */
  const struct lw_person **people;
  uint32_t count;
  uint64_t fit; /* of all, as far as it was looked */
  bool more;
};

static bool is_behind(const struct people_filter *filter, const struct lw_person *person)
{
  if (filter->after_person != NULL) {
    return lw_person_compare_names(person, filter->after_person) > 0;
  }
  return filter->after.len == 0 || lw_str_compare(person->actor.id, filter->after) > 0;
}

static void fill(const struct lw_call *call, const struct people_filter *filter, struct walk *walk,
                 struct window *window)
{
  uint64_t skip = filter->skip;
  for (const struct lw_person *person = next(walk); person != NULL; person = next(walk)) {
    if (window->marks != NULL ? !window->marks[person - walk->staff->persons]
                              : !is_wanted(call, filter, person)) {
      continue;
    }
    window->fit++;
    if (!is_behind(filter, person)) {
      continue;
    }
    if (skip != 0) {
      skip--;
    } else if (window->count < filter->limit) {
      window->people[window->count++] = person;
    } else {
      window->more = true;
      if (!filter->count) {
        return;
      }
    }
  }
}

/* --- printing --- */

/* When a session or a token of theirs was last used; 0: nobody knows. */
static enum lw_code find_seen(const struct lw_call *call, struct lw_db *db, lw_str person,
                              lw_usec *ret_at, struct lw_error *err)
{
  const struct lw_staff *staff = call->snapshot->staff;
  enum lw_code code = lw_session_last_seen(db, person, ret_at, err);
  for (uint32_t i = 0; code == LW_OK && i < staff->n_tokens; i++) {
    const struct lw_token *token = &staff->tokens[i];
    if (lw_str_equal(token->person, person)) {
      lw_usec used = token->use != NULL ? atomic_load(&token->use->asked_at) : token->last_used_at;
      *ret_at = used > *ret_at ? used : *ret_at;
    }
  }
  return code;
}

/* Whoever sees their cases (under a works council: and leads them), and whoever must give them on
 * when they leave. */
static bool may_count_cases(const struct lw_call *call, const struct lw_council *council,
                            lw_str person)
{
  const struct lw_staff *staff = call->snapshot->staff;
  return (lw_access_covers(&call->caller, LW_ACCESS_SEE_DECISIONS, staff, person) &&
          lw_council_shows_person(council, person)) ||
         lw_access_view(&call->caller, LW_ACCESS_CHANGE_PEOPLE) == LW_VIEW_ALL;
}

static enum lw_code add_looked_up(struct lw_call *call, struct lw_db *db,
                                  const struct lw_person *person, struct lw_error *err)
{
  lw_str id = person->actor.id;
  lw_usec set_at = 0;
  lw_usec seen_at = 0;
  uint64_t cases = 0;
  struct lw_council council = {.caller = &call->caller, .staff = call->snapshot->staff};
  enum lw_code code = lw_works_council(db, &council.on, err);
  bool counts = may_count_cases(call, &council, id);
  code = code == LW_OK ? lw_credential_set_at(db, id, &set_at, err) : code;
  code = code == LW_OK ? find_seen(call, db, id, &seen_at, err) : code;
  code = code == LW_OK && counts ? lw_case_count_open(db, id, &cases, err) : code;
  if (code != LW_OK) {
    return code;
  }
  bool online = person->active && lw_streams_has(call->server->streams, id);
  lw_buf_printf(&call->out, ",\"can_sign_in\":%s,\"online\":%s",
                person->active && set_at != 0 ? "true" : "false", online ? "true" : "false");
  if (seen_at != 0) {
    LW_BUF_LIT(&call->out, ",\"seen\":");
    lw_member_print_time(&call->out, seen_at);
  }
  if (counts) {
    lw_buf_printf(&call->out, ",\"open_cases\":%llu", (unsigned long long)cases);
  }
  return LW_OK;
}

enum lw_code lw_api_print_person(struct lw_call *call, struct lw_db *db,
                                 const struct lw_person *person, struct lw_error *err)
{
  struct lw_buf *out = &call->out;
  lw_person_print(person, lw_api_currency(call), call->received, out);
  if (out->failed) {
    return LW_OK; /* whoever replies says so */
  }
  out->len--; /* its last brace */
  enum lw_code code = add_looked_up(call, db, person, err);
  lw_buf_add_char(out, '}');
  return code;
}

static void print_people(struct lw_call *call, struct lw_db *db, const struct people_filter *filter,
                         const struct window *window)
{
  struct lw_error err;
  struct lw_buf *out = &call->out;
  enum lw_code code = LW_OK;
  LW_BUF_LIT(out, "{\"items\":[");
  for (uint32_t i = 0; code == LW_OK && i < window->count; i++) {
    lw_buf_add_c(out, i == 0 ? "" : ",");
    code = lw_api_print_person(call, db, window->people[i], &err);
  }
  LW_BUF_LIT(out, "]");
  if (window->more && window->count != 0) {
    LW_BUF_LIT(out, ",\"next\":");
    lw_json_add_string(out, window->people[window->count - 1]->actor.id);
  }
  if (filter->count) {
    lw_buf_printf(out, ",\"count\":%llu", (unsigned long long)window->fit);
  }
  LW_BUF_LIT(out, "}");
  lw_api_reply_read(call, code, &err);
}

void lw_api_list_people(struct lw_call *call)
{
  const struct lw_staff *staff = call->snapshot->staff;
  struct people_filter filter;
  struct window window = {.count = 0};
  struct lw_db *db = read_filter(call, &filter) ? lw_call_reader(call) : NULL;
  if (db == NULL) {
    return;
  }
  struct walk walk = {.staff = staff, .left_at = staff->directory.count};
  walk.by_name = filter.by_name ? lw_staff_by_name(staff, &call->arena) : NULL;
  window.people = lw_api_keep(call, filter.limit * sizeof *window.people);
  if (window.people == NULL) {
    return;
  }
  if (filter.by_name && walk.by_name == NULL) {
    lw_call_fail(call, LW_NO_MEMORY, "out of memory; try again");
    return;
  }
  if (filter.count || filter.words.len != 0) {
    window.marks = mark_all(call, &filter);
    if (window.marks == NULL) {
      return;
    }
  }
  fill(call, &filter, &walk, &window);
  print_people(call, db, &filter, &window);
}
