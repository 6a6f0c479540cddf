/* Who works here: those whom the caller may see, narrowed by words and marks, in windows. People
 * are all in memory; whether somebody has a password is looked up for those who are shown. */
#include "base/bounds.h"
#include "http/api.h"
#include "people/person.h"
#include "people/signin.h"
#include "policy/who.h"

#include <stdlib.h>

struct people_filter {
  lw_str words;
  lw_str team;
  lw_str tier;
  uint32_t role; /* 0: any */
  bool has_kind;
  enum lw_actor_kind kind;
  bool active;
  lw_str after;
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

static bool read_filter(struct lw_call *call, struct people_filter *filter)
{
  struct lw_api_page page;
  *filter = (struct people_filter){.active = true};
  bool has_active = lw_call_query(call, "active").ptr != NULL;
  if (!lw_api_read_page(call, &page) ||
      (has_active && !lw_api_read_flag(call, "active", &filter->active)) ||
      !lw_api_read_number(call, "skip", 0, LW_SKIP_MAX, 0, &filter->skip) ||
      !lw_api_read_flag(call, "count", &filter->count) || !read_kind(call, filter) ||
      !read_role(call, filter)) {
    return false;
  }
  filter->words = lw_str_trim(lw_call_query(call, "q"));
  filter->team = lw_api_team_path(call, lw_call_query(call, "team"));
  filter->tier = lw_call_query(call, "tier");
  filter->after = page.after;
  filter->limit = page.limit;
  return true;
}

/* --- who fits --- */

static char small(char c)
{
  return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

/* Without regard to capitals of ASCII. */
static bool has_word(lw_str text, lw_str word)
{
  for (size_t at = 0; text.len >= word.len && at <= text.len - word.len; at++) {
    size_t i = 0;
    while (i < word.len && small(text.ptr[at + i]) == small(word.ptr[i])) {
      i++;
    }
    if (i == word.len) {
      return true;
    }
  }
  return false;
}

/* Each word stands in the id, the name, the address or the team. */
static bool has_words(const struct lw_actor *actor, lw_str words)
{
  while (words.len != 0) {
    size_t space = lw_str_find(words, LW_STR(" "), 0);
    lw_str word = lw_str_slice(words, 0, space != SIZE_MAX ? space : words.len);
    words = lw_str_trim(lw_str_slice(words, word.len, SIZE_MAX));
    if (!has_word(actor->id, word) && !has_word(actor->name, word) &&
        !has_word(actor->email, word) && !has_word(actor->team, word)) {
      return false;
    }
  }
  return true;
}

static bool is_wanted(const struct lw_call *call, const struct people_filter *filter,
                      const struct lw_person *person)
{
  const struct lw_actor *actor = &person->actor;
  return person->active == filter->active && (!filter->has_kind || actor->kind == filter->kind) &&
         (filter->role == 0 || (person->roles & filter->role) != 0) &&
         (filter->tier.ptr == NULL || lw_str_equal(actor->tier, filter->tier)) &&
         (filter->team.ptr == NULL || lw_team_within(actor->team, filter->team)) &&
         has_words(actor, filter->words) &&
         lw_access_covers(&call->caller, LW_ACCESS_SEE_PEOPLE, call->snapshot->staff, actor->id);
}

static int by_id(const void *a, const void *b)
{
  const struct lw_person *const *left = a;
  const struct lw_person *const *right = b;
  return lw_str_compare((*left)->actor.id, (*right)->actor.id);
}

/* --- printing --- */

enum lw_code lw_api_print_person(struct lw_call *call, struct lw_db *db,
                                 const struct lw_person *person, struct lw_error *err)
{
  lw_usec set_at = 0;
  struct lw_buf *out = &call->out;
  enum lw_code code = lw_credential_set_at(db, person->actor.id, &set_at, err);
  if (code == LW_OK) {
    lw_person_print(person, lw_api_currency(call), call->received, out);
    if (!out->failed) {
      out->len--; /* its last brace */
      bool can = person->active && set_at != 0;
      lw_buf_add_c(out, can ? ",\"can_sign_in\":true}" : ",\"can_sign_in\":false}");
    }
  }
  return code;
}

/* Of the window: behind `after`, then `skip` more. */
static size_t first_of(const struct people_filter *filter, const struct lw_person **people,
                       size_t count)
{
  size_t first = 0;
  while (first < count && lw_str_compare(people[first]->actor.id, filter->after) <= 0) {
    first++;
  }
  return count - first > filter->skip ? first + (size_t)filter->skip : count;
}

static void print_people(struct lw_call *call, struct lw_db *db, const struct people_filter *filter,
                         const struct lw_person **people, size_t count)
{
  struct lw_error err;
  struct lw_buf *out = &call->out;
  enum lw_code code = LW_OK;
  size_t first = first_of(filter, people, count);
  size_t end = count - first > filter->limit ? first + filter->limit : count;
  LW_BUF_LIT(out, "{\"items\":[");
  for (size_t i = first; code == LW_OK && i < end; i++) {
    lw_buf_add_c(out, i == first ? "" : ",");
    code = lw_api_print_person(call, db, people[i], &err);
  }
  LW_BUF_LIT(out, "]");
  if (end < count && end > first) {
    LW_BUF_LIT(out, ",\"next\":");
    lw_json_add_string(out, people[end - 1]->actor.id);
  }
  if (filter->count) {
    lw_buf_printf(out, ",\"count\":%zu", count);
  }
  LW_BUF_LIT(out, "}");
  lw_api_reply_read(call, code, &err);
}

void lw_api_list_people(struct lw_call *call)
{
  const struct lw_staff *staff = call->snapshot->staff;
  struct people_filter filter;
  struct lw_db *db = read_filter(call, &filter) ? lw_call_reader(call) : NULL;
  const struct lw_person **people =
      db != NULL ? lw_api_keep(call, (staff->n_persons + 1U) * sizeof *people) : NULL;
  if (people == NULL) {
    return;
  }
  size_t count = 0;
  for (uint32_t i = 0; i < staff->n_persons; i++) {
    if (is_wanted(call, &filter, &staff->persons[i])) {
      people[count++] = &staff->persons[i];
    }
  }
  qsort(people, count, sizeof *people, by_id);
  print_people(call, db, &filter, people, count);
}
