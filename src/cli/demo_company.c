/* Names are put together from two lists, ids from names; tiers, teams and kinds in the proportions
 * of a care department: a lead for ten agents, a manager for five leads, one agent in twelve an AI.
 */
#include "cli/demo.h"

#include <string.h>

static const char *const first_names[] = {
    "Ana",   "Ben",   "Cho",   "Dana",  "Elif",  "Femi",   "Gita", "Hugo", "Ines",  "Jonas",
    "Kira",  "Leo",   "Maya",  "Nils",  "Oana",  "Pia",    "Quim", "Rosa", "Sami",  "Tess",
    "Uma",   "Vera",  "Wout",  "Xenia", "Yusuf", "Zoe",    "Aiko", "Bram", "Carla", "Dmitri",
    "Emeka", "Freya", "Goran", "Hana",  "Ivo",   "Jamila", "Kofi", "Lena", "Marek", "Noor",
};
static const char *const last_names[] = {
    "Abe",    "Berg",   "Castro", "Diaz",   "Engel",  "Farah",  "Grant",   "Haddad",
    "Ito",    "Jansen", "Kaya",   "Lindt",  "Moreau", "Nowak",  "Okoro",   "Petrov",
    "Quinn",  "Reyes",  "Silva",  "Tanaka", "Ueda",   "Varga",  "Weber",   "Xu",
    "Yilmaz", "Zeman",  "Adler",  "Bello",  "Conti",  "Duarte", "Eriksen", "Fischer",
    "Gomez",  "Horvat", "Ivanov", "Juarez", "Khan",   "Larsen", "Mensah",  "Novak",
};
enum {
  FIRSTS = sizeof first_names / sizeof first_names[0],
  LASTS = sizeof last_names / sizeof last_names[0]
};

static const char *const teams[] = {"care/care-north", "care/care-south", "care/care-digital",
                                    "billing/billing-desk"};
enum { TEAMS = sizeof teams / sizeof teams[0], AGENTS_A_LEAD = 10, AGENTS_AN_AI = 12 };

const struct lw_demo_role lw_demo_roles[] = {
    {"ana", "Ana Silva", "frontline", "care/care-north", "",
     "an agent: what can I do for this customer, now?"},
    {"sam", "Sam Okoro", "senior", "care/care-south", "", "a senior agent"},
    {"lee", "Lee Walker", "lead", "care/care-north", "lead",
     "a lead: alerted when an agent asks, answers with one touch"},
    {"mia", "Mia Novak", "manager", "care", "lead", "a manager"},
    {"pat", "Pat Conti", "manager", "care", "policy",
     "a policy owner: limits that can be read aloud, tried, taken back"},
    {"quinn", "Quinn Adler", "senior", "care", "quality",
     "quality: decisions to review, too little as visible as too much"},
    {"omar", "Omar Haddad", "senior", "care", "people", "keeps people and teams"},
    {"ira", "Ira Weber", "", "care", "auditor", "an auditor: reads everything, changes nothing"},
    {"ada", "Ada Lindt", "manager", "care", "admin", "the administrator"},
};
const size_t lw_demo_roles_count = sizeof lw_demo_roles / sizeof lw_demo_roles[0];

struct lw_demo_options lw_demo_usual(lw_usec now)
{
  return (struct lw_demo_options){
      .decisions = 6000, .agents = 90, .days = 90, .seed = 1, .until = now};
}

/* The day so many days before `until`, as the CSV has it. */
static void add_day(struct lw_buf *csv, lw_usec until, uint64_t days_before)
{
  struct lw_civil day;
  lw_civil_from_seconds(until / LW_USEC_PER_SECOND - (int64_t)days_before * LW_SECONDS_PER_DAY,
                        &day);
  lw_buf_printf(csv, "%04d-%02d-%02d", (int)day.year, (int)day.month, (int)day.day);
}

struct row {
  lw_str id;
  lw_str name;
  const char *team;
  const char *tier;
  const char *kind;
  const char *holds;
  lw_str manager;
  uint64_t days;
  uint64_t left; /* days before `until`; 0: still here */
};

static void add_row(struct lw_demo_company *company, const struct lw_demo_options *options,
                    const struct row *row)
{
  struct lw_buf *csv = &company->csv;
  lw_buf_printf(csv, "%.*s,%.*s,%.*s@aurora.example,%s,%s,%s,%s,", LW_FMT(row->id),
                LW_FMT(row->name), LW_FMT(row->id), row->team, row->tier, row->kind, row->holds);
  add_day(csv, options->until, row->days);
  lw_buf_add_char(csv, ',');
  if (row->left != 0) {
    add_day(csv, options->until, row->left);
  }
  lw_buf_printf(csv, ",%.*s\n", LW_FMT(row->manager));
}

static void add_roles(struct lw_demo_company *company, const struct lw_demo_options *options)
{
  for (size_t i = 0; i < lw_demo_roles_count; i++) {
    const struct lw_demo_role *role = &lw_demo_roles[i];
    bool asks = strcmp(role->id, "ana") == 0 || strcmp(role->id, "sam") == 0;
    struct row row = {lw_str_c(role->id),
                      lw_str_c(role->name),
                      role->team,
                      role->tier,
                      "human",
                      role->tier[0] != '\0' ? "billing-101" : "",
                      LW_STR(""),
                      900 + 37 * i,
                      0};
    row.manager = asks ? LW_STR("lee") : strcmp(role->id, "lee") == 0 ? LW_STR("mia") : LW_STR("");
    add_row(company, options, &row);
    if (asks) {
      company->agents[company->n_agents++] =
          (struct lw_demo_agent){.id = row.id, .is_senior = role->tier[0] == 's'};
    }
  }
}

/* "Ana Silva" once, then "Ana Silva 2": 1,600 names, then numbers. */
static lw_str name_of(struct lw_arena *arena, uint32_t number)
{
  uint32_t serial = number / (FIRSTS * LASTS);
  uint32_t within = number % (FIRSTS * LASTS);
  const char *first = first_names[within % FIRSTS];
  const char *last = last_names[(within / FIRSTS + within * 7) % LASTS];
  return serial == 0 ? lw_str_format(arena, "%s %s", first, last)
                     : lw_str_format(arena, "%s %s %u", first, last, serial + 1);
}

static void add_lead(struct lw_demo_company *company, const struct lw_demo_options *options,
                     uint32_t number)
{
  lw_str id = lw_str_format(company->arena, "lead%u", number + 1);
  struct row row = {id,
                    name_of(company->arena, options->agents + number),
                    teams[number % TEAMS],
                    "lead",
                    "human",
                    "billing-101",
                    LW_STR("mia"),
                    700 + 13 * (uint64_t)number,
                    0};
  add_row(company, options, &row);
}

static void add_agent(struct lw_demo_company *company, struct lw_rand_seeded *rand,
                      const struct lw_demo_options *options, uint32_t number)
{
  bool is_ai = number % AGENTS_AN_AI == AGENTS_AN_AI - 1;
  bool is_senior = !is_ai && number % 6 == 5;
  bool certified = is_ai || is_senior || lw_rand_seeded_below(rand, 4) != 0;
  uint32_t n_leads = options->agents / AGENTS_A_LEAD + 1;
  uint32_t lead = number % n_leads;
  lw_str id = lw_str_format(company->arena, is_ai ? "desk-ai-%u" : "agent%u", number + 1);
  struct row row = {id,
                    is_ai ? lw_str_format(company->arena, "Desk assistant %u", number + 1)
                          : name_of(company->arena, number),
                    teams[lead % TEAMS],
                    is_senior ? "senior" : "frontline",
                    is_ai ? "ai" : "human",
                    certified ? "billing-101" : "",
                    lw_str_format(company->arena, "lead%u", lead + 1),
                    options->days + lw_rand_seeded_below(rand, 1500),
                    0};
  add_row(company, options, &row);
  company->agents[company->n_agents++] =
      (struct lw_demo_agent){.id = id, .shift = is_ai ? 2 : number % 2, .is_senior = is_senior};
}

/* People who had left before the past begins, from a stream of their own: one for three agents; who
 * was senior stayed longer. */
static void add_former(struct lw_demo_company *company, const struct lw_demo_options *options)
{
  struct lw_rand_seeded rand;
  lw_rand_seeded_init(&rand, options->seed ^ UINT64_C(0x1eaf));
  for (uint32_t i = 0; i < options->agents / 3; i++) {
    bool is_senior = i % 7 == 6;
    uint64_t left = options->days + 2 + lw_rand_seeded_below(&rand, 900);
    uint64_t stayed = lw_rand_seeded_below(&rand, is_senior ? 1600 : 700) + 30;
    struct row row = {lw_str_format(company->arena, "former%u", i + 1),
                      name_of(company->arena, 3 * options->agents + i),
                      teams[i % TEAMS],
                      is_senior ? "senior" : "frontline",
                      "human",
                      "",
                      LW_STR(""),
                      left + stayed,
                      left};
    add_row(company, options, &row);
  }
}

bool lw_demo_company_make(struct lw_arena *arena, struct lw_rand_seeded *rand,
                          const struct lw_demo_options *options,
                          struct lw_demo_company *ret_company)
{
  struct lw_demo_company company = {.arena = arena};
  company.agents = LW_NEW_ARRAY(arena, struct lw_demo_agent, options->agents + lw_demo_roles_count);
  if (company.agents == NULL) {
    return false;
  }
  LW_BUF_LIT(&company.csv, "id,name,email,team,tier,kind,holds,hired_at,left_at,manager\n");
  add_roles(&company, options);
  for (uint32_t i = 0; i < options->agents / AGENTS_A_LEAD + 1; i++) {
    add_lead(&company, options, i);
  }
  for (uint32_t i = 0; i < options->agents; i++) {
    add_agent(&company, rand, options, i);
  }
  add_former(&company, options);
  *ret_company = company;
  return !company.csv.failed && !arena->failed;
}

void lw_demo_company_finish(struct lw_demo_company *company)
{
  lw_buf_finish(&company->csv);
}
