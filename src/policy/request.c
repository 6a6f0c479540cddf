/* Reading a request walks the members once; each has a row in `members`, so that unknown ones are
 * refused with a suggestion. Facts are looked up by their dotted name in one hash table, whichever
 * way they were nested. */
#include "policy/request.h"

#include "base/bounds.h"
#include "base/num.h"
#include "policy/convert.h"
#include "policy/who.h"

#include <stdarg.h>
#include <stdio.h>

enum { NAMES_LISTED = 8 }; /* when none of them is near */

struct reader {
  const struct lw_policy *policy;
  const struct lw_request_options *options;
  struct lw_arena *arena;
  struct lw_request *request;
  struct lw_faults *faults;
  const struct lw_value *agent;
  const struct lw_value *facts;
  const struct lw_value *case_value;
  bool stored;   /* what is being read comes from the records, not from the request */
  bool recorded; /* a person as a decision's entry has them: with own limits, which no request says
                  */
};

void lw_faults_add(struct lw_faults *faults, lw_str at, const char *format, ...)
{
  char text[768];
  va_list args;
  va_start(args, format);
  int len = vsnprintf(text, sizeof text, format, args);
  va_end(args);
  size_t kept = len < 0 ? 0 : (size_t)len < sizeof text ? (size_t)len : sizeof text - 1;
  if (len > 0 && kept != (size_t)len) { /* cut before a letter, not inside it */
    while (kept > 1 && ((unsigned char)text[kept - 1] & 0xC0) == 0x80) {
      kept--;
    }
    kept -= ((unsigned char)text[kept - 1] & 0x80) != 0;
  }
  if (faults->count >= LW_FAULTS_MAX) {
    return;
  }
  struct lw_fault *items =
      lw_arena_grow(faults->arena, faults->items, faults->count, &faults->capacity,
                    faults->count + 1, sizeof *items, _Alignof(struct lw_fault));
  if (items != NULL) {
    faults->items = items;
    items[faults->count++] =
        (struct lw_fault){at, lw_str_copy(faults->arena, lw_str_from(text, kept))};
  }
}

static void fault_unknown(struct reader *read, lw_str at, const char *what, lw_str name,
                          const lw_str *names, size_t count)
{
  lw_str near = lw_str_nearest(name, names, count);
  if (near.ptr != NULL) {
    lw_faults_add(read->faults, at, "there is no %s \"%.*s\"; did you mean \"%.*s\"?", what,
                  LW_FMT(name), LW_FMT(near));
    return;
  }
  struct lw_buf text = {0};
  lw_buf_printf(&text, "there is no %s \"%.*s\"", what, LW_FMT(name));
  for (size_t i = 0; i < count && count <= NAMES_LISTED; i++) {
    lw_buf_printf(&text, "%s\"%.*s\"",
                  i == 0           ? (count == 1 ? "; there is only " : "; there are ")
                  : i + 1 == count ? " and "
                                   : ", ",
                  LW_FMT(names[i]));
  }
  lw_faults_add(read->faults, at, "%.*s", LW_FMT(lw_buf_str(&text)));
  lw_buf_finish(&text);
}

/* Over HTTP what somebody says stays in the record for good: no more than a name. */
static bool fits_record(struct reader *read, lw_str at, lw_str text)
{
  if (!read->options->no_time || (text.len != 0 && text.len <= LW_NAME_BYTES_MAX)) {
    return true;
  }
  lw_faults_add(read->faults, at, text.len == 0 ? "must not be empty" : "is longer than %d bytes",
                LW_NAME_BYTES_MAX);
  return false;
}

static bool text_of(struct reader *read, lw_str at, const struct lw_value *value, lw_str *ret_text)
{
  if (value->kind == LW_VALUE_NULL) {
    return true;
  }
  if (value->kind == LW_VALUE_STRING ||
      (read->options->yaml && (value->kind == LW_VALUE_NUMBER || value->kind == LW_VALUE_BOOL))) {
    *ret_text = value->text;
    return true;
  }
  lw_faults_add(read->faults, at, "must be a text, not %s", lw_value_kind_name(value->kind));
  return false;
}

/* An id: control characters would make two scopes of a budget look like one (rows.h joins them by
 * one). */
static void id_of(struct reader *read, lw_str at, const struct lw_value *value, lw_str *ret_id)
{
  lw_str text = LW_STR("");
  if (!text_of(read, at, value, &text)) {
    return;
  }
  if (value->kind != LW_VALUE_NULL && !fits_record(read, at, text)) {
    return;
  }
  for (size_t i = 0; i < text.len; i++) {
    if ((unsigned char)text.ptr[i] < 0x20) {
      lw_faults_add(read->faults, at, "must not have control characters");
      return;
    }
  }
  *ret_id = text;
}

static bool time_of(struct reader *read, lw_str at, const struct lw_value *value, lw_usec *ret_at)
{
  int64_t seconds = 0;
  uint32_t nanos = 0;
  lw_str text = LW_STR("");
  if (!text_of(read, at, value, &text) || text.len == 0) {
    return false;
  }
  if (!lw_rfc3339_read(text, &seconds, &nanos)) {
    lw_faults_add(read->faults, at,
                  "must be a time by RFC 3339 (\"2026-03-01T10:00:00Z\"), not \"%.*s\"",
                  LW_FMT(text));
    return false;
  }
  *ret_at = seconds * LW_USEC_PER_SECOND + (lw_usec)(nanos / 1000);
  return true;
}

/* --- members --- */

static void read_id(struct reader *read, const struct lw_value *value)
{
  id_of(read, LW_STR("id"), value, &read->request->id);
}

static void read_at(struct reader *read, const struct lw_value *value)
{
  if (read->options->no_time) {
    lw_faults_add(read->faults, LW_STR("at"),
                  "can't be said: the time is when the request arrives; leave it out");
    return;
  }
  (void)time_of(read, LW_STR("at"), value, &read->request->at);
}

static void read_agent(struct reader *read, const struct lw_value *value)
{
  read->agent = value;
}

static void read_action(struct reader *read, const struct lw_value *value)
{
  const struct lw_policy *policy = read->policy;
  lw_str name = LW_STR("");
  if (!text_of(read, LW_STR("action"), value, &name)) {
    return;
  }
  read->request->action = lw_policy_find_action(policy, name);
  if (read->request->action == UINT32_MAX) {
    lw_str *names = LW_NEW_ARRAY(read->arena, lw_str, policy->n_actions);
    for (uint32_t i = 0; names != NULL && i < policy->n_actions; i++) {
      names[i] = policy->actions[i].name;
    }
    fault_unknown(read, LW_STR("action"), "action", name, names,
                  names != NULL ? policy->n_actions : 0);
  }
}

static void read_amount(struct reader *read, const struct lw_value *value)
{
  struct lw_val amount = {0};
  struct lw_error
      err; /* written on failure: clearing its kilobyte costs more than reading a fact */
  if (value->kind == LW_VALUE_NULL) {
    return;
  }
  if (!lw_convert(read->arena, lw_type_basic(LW_T_MONEY), read->policy->currency,
                  read->options->yaml, value, &amount, NULL, &err)) {
    lw_faults_add(read->faults, LW_STR("amount"), "%s%s%s", err.text,
                  err.hint[0] != '\0' ? "; " : "", err.hint);
  } else if (amount.as.integer < 0) {
    lw_faults_add(read->faults, LW_STR("amount"), "must be 0 or more, not %.*s",
                  LW_FMT(value->text));
  } else {
    read->request->has_amount = true;
    read->request->amount_minor = amount.as.integer;
  }
}

static void read_case(struct reader *read, const struct lw_value *value)
{
  if (value->kind == LW_VALUE_MAP) {
    read->case_value = value;
  } else {
    id_of(read, LW_STR("case"), value, &read->request->case_id);
  }
}

static void read_customer(struct reader *read, const struct lw_value *value)
{
  id_of(read, LW_STR("customer"), value, &read->request->customer);
}

static void read_reason(struct reader *read, const struct lw_value *value)
{
  const struct lw_policy *policy = read->policy;
  lw_str *reason = &read->request->reason;
  if (!text_of(read, LW_STR("reason"), value, reason) || value->kind == LW_VALUE_NULL ||
      !fits_record(read, LW_STR("reason"), *reason) || reason->len == 0 || policy->n_reasons == 0) {
    return;
  }
  if (lw_policy_reason(policy, *reason) != NULL) {
    return;
  }
  lw_str *names = LW_NEW_ARRAY(read->arena, lw_str, policy->n_reasons);
  for (uint32_t i = 0; names != NULL && i < policy->n_reasons; i++) {
    names[i] = policy->reasons[i].name;
  }
  fault_unknown(read, LW_STR("reason"), "reason", *reason, names,
                names != NULL ? policy->n_reasons : 0);
}

static void read_channel(struct reader *read, const struct lw_value *value)
{
  const struct lw_policy *policy = read->policy;
  lw_str *channel = &read->request->channel;
  if (!text_of(read, LW_STR("channel"), value, channel) || value->kind == LW_VALUE_NULL ||
      !fits_record(read, LW_STR("channel"), *channel) || channel->len == 0) {
    return;
  }
  for (uint32_t i = 0; i < policy->n_channels; i++) {
    if (lw_str_equal(policy->channels[i], *channel)) {
      return;
    }
  }
  if (policy->n_channels != 0) {
    fault_unknown(read, LW_STR("channel"), "channel", *channel, policy->channels,
                  policy->n_channels);
  }
}

static void read_facts(struct reader *read, const struct lw_value *value)
{
  read->facts = value;
}

static void read_note(struct reader *read, const struct lw_value *value)
{
  lw_str note = LW_STR("");
  if (text_of(read, LW_STR("note"), value, &note)) {
    read->request->has_note = lw_str_trim(note).len != 0;
  }
}

/* A link, or a list of links. */
static void read_evidence(struct reader *read, const struct lw_value *value)
{
  lw_str link = LW_STR("");
  if (value->kind != LW_VALUE_LIST) {
    if (text_of(read, LW_STR("evidence"), value, &link)) {
      read->request->has_evidence = lw_str_trim(link).len != 0;
    }
    return;
  }
  for (uint32_t i = 0; i < value->count; i++) {
    if (text_of(read, LW_STR("evidence"), &value->items[i], &link)) {
      read->request->has_evidence |= lw_str_trim(link).len != 0;
    }
  }
}

static void read_meta(struct reader *read, const struct lw_value *value)
{
  if (value->kind != LW_VALUE_MAP && value->kind != LW_VALUE_NULL) {
    lw_faults_add(read->faults, LW_STR("meta"), "must be an object, not %s",
                  lw_value_kind_name(value->kind));
  }
  read->request->meta = value->raw;
}

static const struct member {
  lw_str name;
  void (*read)(struct reader *read, const struct lw_value *value);
} members[] = {
    {LW_STR_INIT("id"), read_id},
    {LW_STR_INIT("at"), read_at},
    {LW_STR_INIT("agent"), read_agent},
    {LW_STR_INIT("action"), read_action},
    {LW_STR_INIT("amount"), read_amount},
    {LW_STR_INIT("case"), read_case},
    {LW_STR_INIT("customer"), read_customer},
    {LW_STR_INIT("reason"), read_reason},
    {LW_STR_INIT("facts"), read_facts},
    {LW_STR_INIT("meta"), read_meta},
    {LW_STR_INIT("note"), read_note},
    {LW_STR_INIT("evidence"), read_evidence},
    {LW_STR_INIT("channel"), read_channel},
};

enum { MEMBERS = sizeof members / sizeof members[0] };

static void read_members(struct reader *read, const struct lw_value *value)
{
  for (uint32_t i = 0; i < value->count; i++) {
    size_t m = 0;
    while (m < MEMBERS && !lw_str_equal(members[m].name, value->entries[i].key)) {
      m++;
    }
    if (m < MEMBERS) {
      members[m].read(read, &value->items[i]);
      continue;
    }
    lw_str names[MEMBERS];
    for (size_t n = 0; n < MEMBERS; n++) {
      names[n] = members[n].name;
    }
    fault_unknown(read, value->entries[i].key, "field", value->entries[i].key, names, MEMBERS);
  }
}

/* --- the agent --- */

/* The date's first moment by the organization's clock, or that of the day after; false when the
 * text is no date. */
static bool date_of(struct reader *read, lw_str text, bool day_after, lw_usec *ret_moment)
{
  int64_t seconds = 0;
  uint32_t nanos = 0;
  lw_str full = lw_str_format(read->arena, "%.*sT00:00:00Z", LW_FMT(text));
  if (text.len != 10 || !lw_rfc3339_read(full, &seconds, &nanos)) {
    return false;
  }
  seconds += day_after ? LW_SECONDS_PER_DAY : 0;
  *ret_moment = lw_tz_local_to_utc(read->policy->zone, seconds) * LW_USEC_PER_SECOND;
  return true;
}

/* "refunds-2@2026-12-31", as people files have it: it holds through that day. */
static void certificate_date(struct reader *read, struct lw_certificate *certificate)
{
  size_t at = lw_str_find(certificate->name, LW_STR("@"), 0);
  if (at != SIZE_MAX &&
      date_of(read, lw_str_slice(certificate->name, at + 1, SIZE_MAX), true, &certificate->until)) {
    certificate->name = lw_str_slice(certificate->name, 0, at);
  }
}

static void agent_holds(struct reader *read, struct lw_actor *agent, const struct lw_value *value)
{
  if (value->kind != LW_VALUE_LIST) {
    lw_faults_add(read->faults, LW_STR("agent.holds"), "must be a list of certificates");
    return;
  }
  struct lw_certificate *holds = LW_NEW_ARRAY(read->arena, struct lw_certificate, value->count);
  for (uint32_t i = 0; holds != NULL && i < value->count; i++) {
    const struct lw_value *item = &value->items[i];
    holds[i].until = INT64_MAX;
    if (item->kind == LW_VALUE_MAP) { /* {name, until} */
      const struct lw_value *name = lw_value_get(item, LW_STR("name"));
      const struct lw_value *until = lw_value_get(item, LW_STR("until"));
      if (name == NULL || item->count > (until != NULL ? 2U : 1U)) {
        lw_faults_add(read->faults, LW_STR("agent.holds"),
                      "a certificate is a text, or has name and until");
        continue;
      }
      (void)text_of(read, LW_STR("agent.holds"), name, &holds[i].name);
      if (until != NULL) {
        bool is_date =
            until->kind == LW_VALUE_STRING && date_of(read, until->text, true, &holds[i].until);
        (void)(is_date || time_of(read, LW_STR("agent.holds"), until, &holds[i].until));
      }
    } else if (text_of(read, LW_STR("agent.holds"), item, &holds[i].name)) {
      certificate_date(read, &holds[i]);
    }
  }
  agent->holds = holds;
  agent->n_holds = holds != NULL ? value->count : 0;
}

static void agent_kind(struct reader *read, struct lw_actor *agent, const struct lw_value *value)
{
  lw_str text = LW_STR("");
  lw_str names[3];
  if (!text_of(read, LW_STR("agent.kind"), value, &text) || text.len == 0) {
    return;
  }
  for (uint32_t kind = LW_ACTOR_HUMAN; kind <= LW_ACTOR_SERVICE; kind++) {
    names[kind] = lw_actor_kind_name((enum lw_actor_kind)kind);
    if (lw_str_equal(text, names[kind])) {
      agent->kind = (enum lw_actor_kind)kind;
      return;
    }
  }
  fault_unknown(read, LW_STR("agent.kind"), "kind of person", text, names, 3);
}

static void agent_hired(struct reader *read, struct lw_actor *agent, const struct lw_value *value)
{
  lw_str text = value->text;
  if (value->kind == LW_VALUE_STRING && date_of(read, text, false, &agent->hired_at)) {
    agent->has_hired_at = true;
  } else if (value->kind != LW_VALUE_NULL) {
    agent->has_hired_at = time_of(read, LW_STR("agent.hired_at"), value, &agent->hired_at);
  }
}

static bool agent_text(struct reader *read, struct lw_actor *agent, lw_str key,
                       const struct lw_value *value)
{
  const struct {
    lw_str key;
    lw_str at;
    lw_str *place;
  } texts[] = {
      {LW_STR("id"), LW_STR("agent.id"), &agent->id},
      {LW_STR("name"), LW_STR("agent.name"), &agent->name},
      {LW_STR("email"), LW_STR("agent.email"), &agent->email},
      {LW_STR("team"), LW_STR("agent.team"), &agent->team},
      {LW_STR("tier"), LW_STR("agent.tier"), &agent->tier},
      {LW_STR("manager"), LW_STR("agent.manager"), &agent->manager},
  };
  for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
    if (lw_str_equal(key, texts[i].key)) {
      id_of(read, texts[i].at, value, texts[i].place);
      return true;
    }
  }
  return false;
}

static void agent_object(struct reader *read, const struct lw_value *value)
{
  static const lw_str names[] = {
      LW_STR_INIT("id"),   LW_STR_INIT("name"),  LW_STR_INIT("email"),
      LW_STR_INIT("team"), LW_STR_INIT("tier"),  LW_STR_INIT("manager"),
      LW_STR_INIT("kind"), LW_STR_INIT("holds"), LW_STR_INIT("hired_at")};
  struct lw_actor *agent = &read->request->agent;
  for (uint32_t i = 0; i < value->count; i++) {
    lw_str key = value->entries[i].key;
    const struct lw_value *item = &value->items[i];
    if (agent_text(read, agent, key, item)) {
      continue;
    }
    if (lw_str_equal(key, LW_STR("kind"))) {
      agent_kind(read, agent, item);
    } else if (lw_str_equal(key, LW_STR("holds"))) {
      agent_holds(read, agent, item);
    } else if (lw_str_equal(key, LW_STR("hired_at"))) {
      agent_hired(read, agent, item);
    } else if (!read->recorded || !lw_str_equal(key, LW_STR("budgets"))) {
      lw_str at = lw_str_format(read->arena, "agent.%.*s", LW_FMT(key));
      fault_unknown(read, at, "field", key, names, sizeof names / sizeof names[0]);
    }
  }
  if (agent->id.len == 0) {
    lw_faults_add(read->faults, LW_STR("agent.id"), "is missing");
  }
}

static void agent_by_id(struct reader *read, lw_str id)
{
  const struct lw_directory *people = read->options->people;
  read->request->agent.id = id;
  read->request->agent.kind = LW_ACTOR_UNKNOWN;
  if (people == NULL) {
    return;
  }
  uint32_t index = people->find(people, id);
  if (index != UINT32_MAX) {
    read->request->agent = people->actors[index];
  } else {
    lw_faults_add(read->faults, LW_STR("agent"), "there is no person \"%.*s\" among the people",
                  LW_FMT(id));
  }
}

/* A person's own limit for a budget that is not there would be no limit at all. */
static void check_overrides(struct reader *read, const struct lw_actor *agent)
{
  const struct lw_policy *policy = read->policy;
  lw_str *names = NULL;
  for (uint32_t i = 0; i < agent->n_overrides; i++) {
    uint32_t at = 0;
    while (at < policy->n_budgets &&
           !lw_str_equal(policy->budgets[at].name, agent->overrides[i].budget)) {
      at++;
    }
    if (at < policy->n_budgets) {
      continue;
    }
    names = names != NULL ? names : LW_NEW_ARRAY(read->arena, lw_str, policy->n_budgets);
    for (uint32_t b = 0; names != NULL && b < policy->n_budgets; b++) {
      names[b] = policy->budgets[b].name;
    }
    fault_unknown(read, LW_STR("agent.budgets"), "budget", agent->overrides[i].budget, names,
                  names != NULL ? policy->n_budgets : 0);
  }
}

/* The agent is known from who asks; the request may repeat the id, and say no more. */
static void agent_given(struct reader *read, const struct lw_value *value)
{
  const struct lw_actor *agent = read->options->agent;
  lw_str id = agent->id;
  read->request->agent = *agent;
  if (value != NULL && value->kind == LW_VALUE_MAP) {
    lw_faults_add(read->faults, LW_STR("agent"),
                  "can't be described here: the people of this server are known; give the id, or "
                  "leave it out");
  } else if (value != NULL && value->kind != LW_VALUE_NULL) {
    id_of(read, LW_STR("agent"), value, &id);
  }
  if (!lw_str_equal(id, agent->id)) {
    lw_faults_add(read->faults, LW_STR("agent"), "is \"%.*s\", but \"%.*s\" asks", LW_FMT(id),
                  LW_FMT(agent->id));
  }
}

static void agent_said(struct reader *read, const struct lw_value *value)
{
  lw_str id = LW_STR("");
  if (value == NULL || value->kind == LW_VALUE_NULL) {
    lw_faults_add(read->faults, LW_STR("agent"), "is missing: who asks?");
  } else if (value->kind == LW_VALUE_MAP) {
    agent_object(read, value);
  } else {
    id_of(read, LW_STR("agent"), value, &id);
    if (id.len != 0) {
      agent_by_id(read, id);
    } else if (value->kind == LW_VALUE_STRING) {
      lw_faults_add(read->faults, LW_STR("agent"), "is empty: who asks?");
    }
  }
}

static void finish_agent(struct reader *read)
{
  const struct lw_policy *policy = read->policy;
  if (read->options->agent != NULL) {
    agent_given(read, read->agent);
  } else {
    agent_said(read, read->agent);
  }
  const struct lw_actor *agent = &read->request->agent;
  if (agent->tier.len != 0 && lw_actor_tier(policy, agent) == UINT32_MAX) {
    fault_unknown(read, LW_STR("agent.tier"), "tier", agent->tier, policy->tiers, policy->n_tiers);
  }
  check_overrides(read, agent);
}

/* --- facts --- */

static void fault_fact(struct reader *read, lw_str path)
{
  const struct lw_policy *policy = read->policy;
  lw_str *names = LW_NEW_ARRAY(read->arena, lw_str, (size_t)policy->n_facts * 2);
  size_t count = 0;
  for (uint32_t i = 0; names != NULL && i < policy->n_facts; i++) {
    lw_str name = policy->facts[i].name;
    size_t dot = lw_str_find(name, LW_STR("."), 0);
    names[count++] = name;
    if (dot != SIZE_MAX) { /* "custmer" is near "customer", not near "customer.segment" */
      names[count++] = lw_str_slice(name, 0, dot);
    }
  }
  lw_str at = lw_str_format(read->arena, "facts.%.*s", LW_FMT(path));
  fault_unknown(read, at, "fact", path, names, count);
}

static bool is_one_of(const struct lw_fact *fact, struct lw_val value)
{
  for (uint32_t i = 0; i < fact->n_one_of; i++) {
    if (lw_val_equal(fact->one_of[i], value)) {
      return true;
    }
  }
  return fact->n_one_of == 0;
}

static void fault_one_of(struct reader *read, const struct lw_fact *fact, struct lw_val value)
{
  struct lw_buf text = {.allocator = read->arena->allocator};
  LW_BUF_LIT(&text, "must be one of ");
  for (uint32_t i = 0; i < fact->n_one_of && i < 20; i++) {
    lw_buf_add_c(&text, i == 0 ? "" : ", ");
    lw_val_print_plain(fact->one_of[i], &text);
  }
  LW_BUF_LIT(&text, ", not ");
  lw_val_print_plain(value, &text);
  lw_str at = lw_str_format(read->arena, "facts.%.*s", LW_FMT(fact->name));
  lw_faults_add(read->faults, at, "%.*s", LW_FMT(lw_buf_str(&text)));
  lw_buf_finish(&text);
}

static void fault_claim(struct reader *read, const struct lw_fact *fact)
{
  lw_str at = lw_str_format(read->arena, "facts.%.*s", LW_FMT(fact->name));
  lw_faults_add(read->faults, at,
                "is what the records say: it comes with the case, or from a system whose token has "
                "the scope `facts`; leave it out");
}

static void read_fact(struct reader *read, const struct lw_fact *fact, const struct lw_value *value)
{
  struct lw_val converted = {0};
  struct lw_error err; /* written on failure, as above */
  lw_str below = LW_STR("");
  if (!read->stored && read->options->no_system_facts && fact->from == LW_FROM_SYSTEM) {
    fault_claim(read, fact);
    return;
  }
  if (!lw_convert(read->arena, fact->type, read->policy->currency, read->options->yaml, value,
                  &converted, &below, &err)) {
    lw_str at = lw_str_format(read->arena, "facts.%.*s%.*s", LW_FMT(fact->name), LW_FMT(below));
    lw_faults_add(read->faults, at, "%s%s%s%s", read->stored ? "(of the record) " : "", err.text,
                  err.hint[0] != '\0' ? "; " : "", err.hint);
  } else if (converted.kind != LW_V_ABSENT) {
    if (read->request->slots[fact->slot].kind != LW_V_ABSENT &&
        !read->stored) { /* nested and dotted */
      lw_faults_add(read->faults, lw_str_format(read->arena, "facts.%.*s", LW_FMT(fact->name)),
                    "is given twice");
    }
    if (!is_one_of(fact, converted)) {
      fault_one_of(read, fact, converted);
    }
    read->request->slots[fact->slot] = converted;
  }
}

/* "customer" and "segment" make "customer.segment"; {NULL, 0} when memory is out. On the way of
 * every fact: no printf. */
static lw_str joined_path(struct reader *read, lw_str prefix, lw_str key)
{
  if (prefix.len == 0) {
    return key;
  }
  char *place = lw_arena_alloc(read->arena, prefix.len + 1 + key.len, 1);
  if (place == NULL) {
    return LW_STR("");
  }
  memcpy(place, prefix.ptr, prefix.len);
  place[prefix.len] = '.';
  memcpy(place + prefix.len + 1, key.ptr, key.len);
  return lw_str_from(place, prefix.len + 1 + key.len);
}

/* Recursion follows nested groups of declared names: a.b.c has as many levels as it has points. */
static void read_fact_map(struct reader *read, lw_str prefix, const struct lw_value *map)
{
  const struct lw_policy *policy = read->policy;
  for (uint32_t i = 0; i < map->count; i++) {
    lw_str key = map->entries[i].key;
    lw_str path = joined_path(read, prefix, key);
    const struct lw_value *value = &map->items[i];
    const uint32_t *fact = lw_table_find(&policy->fact_index, path);
    if (fact != NULL) {
      read_fact(read, &policy->facts[*fact], value);
    } else if ((value->kind == LW_VALUE_MAP || value->kind == LW_VALUE_NULL) &&
               lw_table_find(&policy->fact_groups, path) != NULL) {
      read_fact_map(read, path, value);                         /* null: none of the group */
    } else if (!policy->other_facts_ignored && !read->stored) { /* records know more than rules */
      fault_fact(read, path);
    }
  }
}

/* --- the case --- */

static struct lw_val since(lw_usec from, lw_usec at)
{
  int64_t usec = at > from ? at - from : 0; /* a clock that is behind makes no negative age */
  return lw_val_duration(usec / LW_USEC_PER_SECOND, (int32_t)(usec % LW_USEC_PER_SECOND) * 1000);
}

static void case_flag(struct reader *read, lw_str at, const struct lw_value *value,
                      enum lw_builtin slot)
{
  if (value->kind == LW_VALUE_BOOL) {
    read->request->slots[slot] = lw_val_bool(value->boolean);
  } else if (value->kind != LW_VALUE_NULL) {
    lw_faults_add(read->faults, at, "must be true or false, not %s",
                  lw_value_kind_name(value->kind));
  }
}

static void case_time(struct reader *read, lw_str at, const struct lw_value *item,
                      enum lw_builtin slot)
{
  lw_usec moment = 0;
  if (time_of(read, at, item, &moment)) {
    read->request->slots[slot] = since(moment, read->request->at);
  }
}

/* A member of the case other than its id; false when there is none of that name. */
static bool case_member(struct reader *read, lw_str key, const struct lw_value *item)
{
  static const struct {
    lw_str name;
    lw_str at;
    void (*read)(struct reader *read, lw_str at, const struct lw_value *item, enum lw_builtin slot);
    enum lw_builtin slot;
  } rows[] = {
      {LW_STR_INIT("opened"), LW_STR_INIT("case.opened"), case_time, LW_SLOT_CASE_AGE},
      {LW_STR_INIT("last_update"), LW_STR_INIT("case.last_update"), case_time, LW_SLOT_CASE_IDLE},
      {LW_STR_INIT("reopened"), LW_STR_INIT("case.reopened"), case_flag, LW_SLOT_CASE_REOPENED},
      {LW_STR_INIT("escalated"), LW_STR_INIT("case.escalated"), case_flag, LW_SLOT_CASE_ESCALATED},
  };
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    if (!lw_str_equal(key, rows[i].name)) {
      continue;
    }
    if (!read->stored && read->options->no_case_claims) {
      lw_faults_add(read->faults, rows[i].at,
                    "is what the records say; give the case's id, and no more");
    } else {
      rows[i].read(read, rows[i].at, item, rows[i].slot);
    }
    return true;
  }
  return false;
}

static void finish_case(struct reader *read)
{
  static const lw_str names[] = {LW_STR_INIT("id"), LW_STR_INIT("opened"),
                                 LW_STR_INIT("last_update"), LW_STR_INIT("reopened"),
                                 LW_STR_INIT("escalated")};
  const struct lw_value *value = read->case_value;
  for (uint32_t i = 0; value != NULL && i < value->count; i++) {
    lw_str key = value->entries[i].key;
    const struct lw_value *item = &value->items[i];
    if (lw_str_equal(key, names[0])) {
      id_of(read, LW_STR("case.id"), item, &read->request->case_id);
    } else if (!case_member(read, key, item)) {
      lw_str at = lw_str_format(read->arena, "case.%.*s", LW_FMT(key));
      fault_unknown(read, at, "field", key, names, sizeof names / sizeof names[0]);
    }
  }
}

/* --- what the records say --- */

/* The customer of a known case is whose it is: budgets per customer must not be drawn in somebody
 * else's name. */
static void stored_customer(struct reader *read, const struct lw_value *value)
{
  lw_str customer = LW_STR("");
  id_of(read, LW_STR("customer"), value, &customer);
  lw_str said = read->request->customer;
  if (customer.len != 0 && said.len != 0 && !lw_str_equal(said, customer)) {
    lw_faults_add(read->faults, LW_STR("customer"), "is \"%.*s\", but the case is one of \"%.*s\"",
                  LW_FMT(said), LW_FMT(customer));
  } else if (customer.len != 0) {
    read->request->customer = customer;
  }
}

/* After the request's own members: the record wins. It may know more than a policy reads. */
static void finish_stored(struct reader *read)
{
  const struct lw_value *known = read->options->stored_case;
  const struct lw_value *facts = read->options->stored_facts;
  read->stored = true;
  for (uint32_t i = 0; known != NULL && known->kind == LW_VALUE_MAP && i < known->count; i++) {
    lw_str key = known->entries[i].key;
    const struct lw_value *item = &known->items[i];
    if (lw_str_equal(key, LW_STR("id"))) {
      id_of(read, LW_STR("case.id"), item, &read->request->case_id);
    } else if (lw_str_equal(key, LW_STR("customer"))) {
      stored_customer(read, item);
    } else if (item->kind != LW_VALUE_NULL) {
      (void)case_member(read, key, item);
    }
  }
  if (facts != NULL && facts->kind == LW_VALUE_MAP) {
    read_fact_map(read, LW_STR(""), facts);
  }
  read->stored = false;
}

/* --- slots --- */

static struct lw_val text_slot(lw_str text)
{
  return text.len != 0 ? lw_val_string(text) : (struct lw_val){0};
}

static struct lw_val holds_slot(const struct lw_actor *actor, lw_usec at, struct lw_arena *arena)
{
  struct lw_val_list *list = LW_NEW(arena, struct lw_val_list);
  struct lw_val *items = LW_NEW_ARRAY(arena, struct lw_val, actor->n_holds);
  if (list == NULL || items == NULL) {
    return (struct lw_val){0};
  }
  for (uint32_t i = 0; i < actor->n_holds; i++) {
    if (at < actor->holds[i].until) {
      items[list->count++] = lw_val_string(actor->holds[i].name);
    }
  }
  list->items = items;
  return lw_val_list_of(list);
}

/* What the organization's clock shows then, as if it were UTC: days between two such times turn
 * over at local midnight whatever daylight saving does. */
static lw_usec local_time(const struct lw_tz *zone, lw_usec at)
{
  int64_t seconds = at / LW_USEC_PER_SECOND - (at % LW_USEC_PER_SECOND < 0);
  return at + lw_tz_offset(zone, seconds) * LW_USEC_PER_SECOND;
}

void lw_slots_set_agent(const struct lw_policy *policy, const struct lw_actor *actor, lw_usec at,
                        struct lw_arena *arena, struct lw_val *slots)
{
  slots[LW_SLOT_AGENT_ID] = text_slot(actor->id);
  slots[LW_SLOT_AGENT_TIER] = text_slot(actor->tier);
  slots[LW_SLOT_AGENT_TEAM] = text_slot(actor->team);
  bool kind_known = actor->kind != LW_ACTOR_UNKNOWN;
  slots[LW_SLOT_AGENT_KIND] = text_slot(kind_known ? lw_actor_kind_name(actor->kind) : LW_STR(""));
  slots[LW_SLOT_AGENT_TENURE_DAYS] = (struct lw_val){0};
  if (actor->has_hired_at) {
    lw_usec served = local_time(policy->zone, at) - local_time(policy->zone, actor->hired_at);
    int64_t days = served / (LW_SECONDS_PER_DAY * LW_USEC_PER_SECOND);
    slots[LW_SLOT_AGENT_TENURE_DAYS] = lw_val_int(days > 0 ? days : 0);
  }
  slots[LW_SLOT_AGENT_HOLDS] = actor->assumed ? (struct lw_val){0} : holds_slot(actor, at, arena);
}

struct lw_val lw_val_moment(lw_usec at)
{
  int64_t seconds = at / LW_USEC_PER_SECOND - (at % LW_USEC_PER_SECOND < 0);
  return lw_val_timestamp(seconds, (uint32_t)(at - seconds * LW_USEC_PER_SECOND) * 1000);
}

static void fill_slots(struct reader *read)
{
  const struct lw_policy *policy = read->policy;
  struct lw_request *request = read->request;
  struct lw_val *slots = request->slots;
  lw_slots_set_agent(policy, &request->agent, request->at, read->arena, slots);
  slots[LW_SLOT_CASE_ID] = text_slot(request->case_id);
  slots[LW_SLOT_CUSTOMER_ID] = text_slot(request->customer);
  if (slots[LW_SLOT_REASON].kind == LW_V_ABSENT) { /* else a fact of that name stands there */
    slots[LW_SLOT_REASON] = text_slot(request->reason);
  }
  if (slots[LW_SLOT_CHANNEL].kind == LW_V_ABSENT) {
    slots[LW_SLOT_CHANNEL] = text_slot(request->channel);
  }
  if (request->action != UINT32_MAX) {
    slots[LW_SLOT_ACTION] = lw_val_string(policy->actions[request->action].name);
  }
  if (request->has_amount) {
    slots[LW_SLOT_AMOUNT] = lw_val_money(request->amount_minor, policy->currency);
  }
  slots[LW_SLOT_NOW] = lw_val_moment(request->at);
  for (uint32_t i = 0; i < policy->n_facts; i++) {
    const struct lw_fact *fact = &policy->facts[i];
    if (fact->has_default && slots[fact->slot].kind == LW_V_ABSENT) {
      slots[fact->slot] = fact->default_value;
    }
  }
}

/* --- parts alone --- */

bool lw_fact_read(const struct lw_policy *policy, const struct lw_fact *fact,
                  const struct lw_value *value, struct lw_arena *arena, struct lw_val *ret_val,
                  struct lw_faults *faults)
{
  static const struct lw_request_options options = {.people = NULL};
  struct lw_request request = {.action = UINT32_MAX};
  struct reader read = {
      .policy = policy, .options = &options, .arena = arena, .request = &request, .faults = faults};
  size_t before = faults->count;
  request.slots = LW_NEW_ARRAY(arena, struct lw_val, policy->n_slots);
  if (request.slots == NULL) {
    return false;
  }
  read_fact(&read, fact, value);
  *ret_val = request.slots[fact->slot];
  return faults->count == before && !arena->failed;
}

/* {"rep-month":{"minor":5000,"times":-1}}, as a decision's entry has it. */
static void read_overrides(const struct lw_policy *policy, const struct lw_value *budgets,
                           struct lw_arena *arena, struct lw_actor *agent)
{
  uint32_t count = budgets != NULL && budgets->kind == LW_VALUE_MAP ? budgets->count : 0;
  struct lw_override *own = LW_NEW_ARRAY(arena, struct lw_override, count);
  agent->overrides = own;
  for (uint32_t i = 0; own != NULL && i < count; i++) {
    const struct lw_value *minor = lw_value_get(&budgets->items[i], LW_STR("minor"));
    const struct lw_value *times = lw_value_get(&budgets->items[i], LW_STR("times"));
    struct lw_override *next = &own[agent->n_overrides];
    *next = (struct lw_override){budgets->entries[i].key, -1, -1};
    if (minor != NULL && times != NULL && lw_int_read(minor->text, &next->amount_minor) &&
        lw_int_read(times->text, &next->times) &&
        lw_policy_find_budget(policy, next->budget) != UINT32_MAX) {
      agent->n_overrides++;
    }
  }
}

bool lw_actor_read(const struct lw_policy *policy, const struct lw_value *value,
                   struct lw_arena *arena, struct lw_actor *ret_actor, struct lw_faults *faults)
{
  static const struct lw_request_options options = {.people = NULL};
  struct lw_request request = {.action = UINT32_MAX};
  struct reader read = {.policy = policy,
                        .options = &options,
                        .arena = arena,
                        .request = &request,
                        .faults = faults,
                        .recorded = true};
  size_t before = faults->count;
  agent_object(&read, value);
  read.request->agent.kind =
      lw_value_get(value, LW_STR("kind")) != NULL ? read.request->agent.kind : LW_ACTOR_UNKNOWN;
  read_overrides(policy, lw_value_get(value, LW_STR("budgets")), arena, &request.agent);
  if (request.agent.tier.len != 0 && lw_actor_tier(policy, &request.agent) == UINT32_MAX) {
    fault_unknown(&read, LW_STR("agent.tier"), "tier", request.agent.tier, policy->tiers,
                  policy->n_tiers);
  }
  *ret_actor = request.agent;
  return faults->count == before && !arena->failed;
}

/* --- the whole --- */

bool lw_request_read(const struct lw_policy *policy, const struct lw_value *value,
                     const struct lw_request_options *options, struct lw_arena *arena,
                     struct lw_request *ret_request, struct lw_faults *faults)
{
  struct reader read = {.policy = policy,
                        .options = options,
                        .arena = arena,
                        .request = ret_request,
                        .faults = faults};
  size_t before = faults->count;
  *ret_request = (struct lw_request){.action = UINT32_MAX, .at = options->now};
  if (value->kind != LW_VALUE_MAP) {
    lw_faults_add(faults, LW_STR(""), "a request is an object, not %s",
                  lw_value_kind_name(value->kind));
    return false;
  }
  ret_request->slots = LW_NEW_ARRAY(arena, struct lw_val, policy->n_slots);
  if (ret_request->slots == NULL) {
    lw_faults_add(faults, LW_STR(""), "out of memory");
    return false;
  }
  read_members(&read, value);
  finish_agent(&read);
  finish_case(&read);
  if (read.facts != NULL && read.facts->kind == LW_VALUE_MAP) {
    read_fact_map(&read, LW_STR(""), read.facts);
  } else if (read.facts != NULL && read.facts->kind != LW_VALUE_NULL) {
    lw_faults_add(faults, LW_STR("facts"), "must be an object, not %s",
                  lw_value_kind_name(read.facts->kind));
  }
  finish_stored(&read);
  if (!options->no_action && lw_value_get(value, LW_STR("action")) == NULL) {
    lw_faults_add(faults, LW_STR("action"), "is missing: what is asked for?");
  }
  if (!options->no_action && ret_request->action != UINT32_MAX && !ret_request->has_amount &&
      faults->count == before && policy->actions[ret_request->action].kind == LW_ACTION_MONEY) {
    lw_faults_add(faults, LW_STR("amount"), "is missing: \"%.*s\" is about money",
                  LW_FMT(policy->actions[ret_request->action].name));
  }
  fill_slots(&read);
  return faults->count == before && !arena->failed;
}
