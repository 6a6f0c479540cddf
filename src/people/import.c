/* Importing people: the file's persons against those that there are.
 *
 * Reading (roster_csv.c, roster_yaml.c) and what can be told from the file alone come once; the
 * comparison may come again with newer people, so it begins from the findings of the file alone.
 * Its steps: each line by itself; managers, again and again until no line falls with the one that
 * it names; the teams that have to be made, parents first. Everything is found by hash: a line
 * costs some lookups. */
#include "people/import.h"

#include "base/money.h"
#include "data/json.h"
#include "people/roster_build.h"

enum { GUESSES_MAX = 100 * 1000, MANAGERS_MAX = 64 };

struct work {
  struct lw_import *import;
  struct lw_roster *roster;
  const struct lw_staff *staff;
  struct lw_table teams; /* id -> import->teams */
  size_t teams_capacity;
  size_t guesses_left;
};

/* ---- reading ---- */

/* From a column of the file to the field of a person. */
static uint32_t field_of(unsigned column)
{
  static const uint32_t fields[LW_ROSTER_COLUMNS + 1] = {
      [LW_ROSTER_NAME] = LW_PERSON_NAME,       [LW_ROSTER_EMAIL] = LW_PERSON_EMAIL,
      [LW_ROSTER_PHONE] = LW_PERSON_PHONE,     [LW_ROSTER_TEAM] = LW_PERSON_TEAM,
      [LW_ROSTER_TIER] = LW_PERSON_TIER,       [LW_ROSTER_KIND] = LW_PERSON_KIND,
      [LW_ROSTER_HOLDS] = LW_PERSON_HOLDS,     [LW_ROSTER_HIRED_AT] = LW_PERSON_HIRED_AT,
      [LW_ROSTER_LEFT_AT] = LW_PERSON_LEFT_AT, [LW_ROSTER_MANAGER] = LW_PERSON_MANAGER,
      [LW_ROSTER_COLUMNS] = LW_PERSON_LIMITS};
  return fields[column];
}

static uint32_t fields_of(uint32_t given)
{
  uint32_t fields = 0;
  for (unsigned column = 0; column <= LW_ROSTER_COLUMNS; column++) {
    fields |= (given & (UINT32_C(1) << column)) != 0 ? field_of(column) : 0;
  }
  return fields;
}

static void fault(struct lw_import *import, uint32_t index, struct lw_place place, lw_str near,
                  lw_str message)
{
  struct lw_diag *diag =
      lw_diags_add(import->diags, LW_SEVERITY_ERROR, "bad-value", place, "%.*s", LW_FMT(message));
  if (near.len != 0) {
    diag->hint = lw_str_format(import->diags->arena, "did you mean \"%.*s\"?", LW_FMT(near));
  }
  import->lines[index].outcome = LW_IMPORT_FAULTY;
}

/* The message made in the arena of the findings. */
#define FAULT(import, index, place, near, ...)                                                     \
  fault((import), (index), (place), (near), lw_str_format((import)->diags->arena, __VA_ARGS__))

static void check_length(struct lw_import *import, uint32_t index, const char *what, lw_str text)
{
  if (text.len > LW_PERSON_TEXT_BYTES_MAX) {
    FAULT(import, index, import->roster->origins[index].person, LW_STR(""),
          "%s has %zu bytes; at most %d", what, text.len, LW_PERSON_TEXT_BYTES_MAX);
  }
}

static void check_tier(struct lw_import *import, uint32_t index, lw_str tier)
{
  const struct lw_import_options *options = &import->options;
  bool known = tier.len == 0 || options->tiers == NULL;
  for (uint32_t i = 0; !known && i < options->n_tiers; i++) {
    known = lw_str_equal(tier, options->tiers[i]);
  }
  if (!known) {
    FAULT(import, index, import->roster->origins[index].person,
          lw_str_nearest(tier, options->tiers, options->n_tiers),
          "\"%.*s\" is no tier of the policy", LW_FMT(tier));
  }
}

/* What can be told of a line by itself. */
static void check_line(struct lw_import *import, uint32_t index)
{
  const struct lw_actor *actor = &import->roster->actors[index];
  const struct lw_roster_origin *origin = &import->roster->origins[index];
  struct lw_error err;
  if (actor->id.len != 0 && lw_person_check_id(actor->id, "a person", false, &err) != LW_OK) {
    FAULT(import, index, origin->person, LW_STR(""), "%s", err.text);
  }
  check_length(import, index, "name", actor->name);
  check_length(import, index, "email", actor->email);
  if (actor->email.len != 0 && !lw_person_is_email(actor->email)) {
    FAULT(import, index, origin->person, LW_STR(""), "\"%.*s\" is no e-mail address",
          LW_FMT(actor->email));
  }
  if (actor->phone.len != 0 && !lw_person_is_phone(actor->phone)) {
    FAULT(import, index, origin->person, LW_STR(""), "\"%.*s\" is no telephone number",
          LW_FMT(actor->phone));
  }
  check_length(import, index, "tier", actor->tier);
  for (uint32_t i = 0; i < actor->n_holds; i++) {
    check_length(import, index, "a certificate", actor->holds[i].name);
  }
  for (uint32_t i = 0; i < actor->n_overrides; i++) {
    check_length(import, index, "a budget", actor->overrides[i].budget);
  }
  if (actor->n_holds > LW_PERSON_HOLDS_MAX || actor->n_overrides > LW_PERSON_LIMITS_MAX) {
    FAULT(import, index, origin->person, LW_STR(""),
          "%u certificates and %u own limits; at most %d and %d", actor->n_holds,
          actor->n_overrides, LW_PERSON_HOLDS_MAX, LW_PERSON_LIMITS_MAX);
  }
  check_tier(import, index, actor->tier);
}

static bool keep_findings(struct lw_import *import)
{
  struct lw_diags *diags = import->diags;
  import->file_diags = *diags;
  import->file_diags.items = LW_NEW_ARRAY(import->keep, struct lw_diag, diags->count);
  if (import->file_diags.items != NULL && diags->count != 0) {
    memcpy(import->file_diags.items, diags->items, diags->count * sizeof *diags->items);
  }
  return import->file_diags.items != NULL;
}

static void restore_findings(struct lw_import *import)
{
  const struct lw_diags *from = &import->file_diags;
  if (from->count != 0) {
    memcpy(import->diags->items, from->items, from->count * sizeof *from->items);
  }
  import->diags->count = from->count;
  import->diags->errors = from->errors;
  import->diags->dropped = from->dropped;
}

bool lw_import_read(struct lw_import *import, struct lw_arena *keep, lw_str source,
                    const struct lw_import_options *options, struct lw_diags *diags)
{
  struct lw_roster *roster = LW_NEW(keep, struct lw_roster);
  *import = (struct lw_import){
      .keep = keep, .diags = diags, .options = *options, .source = source, .roster = roster};
  if (roster == NULL) {
    return false;
  }
  *roster = (struct lw_roster){
      .keep = keep, .diags = diags, .currency = options->currency, .zone = options->zone};
  lw_roster_fill(roster, source, options->name);
  import->lines = LW_NEW_ARRAY(keep, struct lw_import_line, roster->count);
  if (import->lines == NULL) {
    return false;
  }
  import->n_lines = (uint32_t)roster->count;
  for (uint32_t i = 0; i < import->n_lines; i++) {
    import->lines[i] = (struct lw_import_line){.line = roster->origins[i].person.line};
    check_line(import, i);
    roster->origins[i].faulty |= import->lines[i].outcome == LW_IMPORT_FAULTY;
  }
  bool sound = keep_findings(import) && roster->faults_outside == 0 && !keep->failed;
  import->n_lines = sound ? import->n_lines : 0;
  lw_diags_sort(diags);
  return sound;
}

/* ---- managers ---- */

static lw_str id_of(const struct work *work, size_t index)
{
  return index < work->roster->count ? work->roster->actors[index].id
                                     : work->staff->persons[index - work->roster->count].actor.id;
}

/* The id that is meant, or empty; the search ends when suggestions have cost enough. */
static lw_str guess_id(struct work *work, lw_str text)
{
  lw_str found = {NULL, 0};
  unsigned best = (unsigned)(text.len / 3 != 0 ? text.len / 3 : 1);
  size_t count = work->roster->count + work->staff->directory.count;
  for (size_t i = 0; i < count && work->guesses_left != 0; i++, work->guesses_left--) {
    lw_str id = id_of(work, i);
    unsigned distance = lw_str_distance(text, id, best);
    if (distance <= best && id.len != 0) {
      found = id;
      if (distance == 0 || best == 0) {
        break;
      }
      best = distance - 1;
    }
  }
  return found;
}

/* The file's line of that person, or UINT32_MAX. */
static uint32_t line_of(const struct work *work, lw_str id)
{
  const uint32_t *index = lw_table_find(&work->roster->ids, id);
  return index != NULL ? *index : UINT32_MAX;
}

/* Whose manager is who, after the import. */
static lw_str manager_of(const struct work *work, lw_str id)
{
  uint32_t index = line_of(work, id);
  if (index != UINT32_MAX) {
    const struct lw_import_line *line = &work->import->lines[index];
    if (line->outcome != LW_IMPORT_FAULTY && (line->edit.fields & LW_PERSON_MANAGER) != 0) {
      return line->edit.actor.manager;
    }
  }
  const struct lw_person *person = lw_staff_find(work->staff, id);
  return person != NULL ? person->actor.manager : LW_STR("");
}

static bool is_circle(const struct work *work, lw_str id)
{
  lw_str at = manager_of(work, id);
  for (int i = 0; i < MANAGERS_MAX && at.len != 0; i++) {
    if (lw_str_equal(at, id)) {
      return true;
    }
    at = manager_of(work, at);
  }
  return at.len != 0;
}

/* Whether there will be such a person after the import. */
static bool will_be_there(const struct work *work, lw_str id, bool *ret_faulty)
{
  const struct lw_person *person = lw_staff_find(work->staff, id);
  uint32_t index = line_of(work, id);
  *ret_faulty = index != UINT32_MAX && work->import->lines[index].outcome == LW_IMPORT_FAULTY;
  return (person != NULL && person->active) || (index != UINT32_MAX && !*ret_faulty);
}

static bool check_manager(struct work *work, uint32_t index)
{
  const struct lw_import_line *line = &work->import->lines[index];
  lw_str manager = line->edit.actor.manager;
  struct lw_place place = work->roster->origins[index].manager;
  if ((line->edit.fields & LW_PERSON_MANAGER) == 0 || manager.len == 0) {
    return true;
  }
  bool faulty = false;
  if (!will_be_there(work, manager, &faulty)) {
    if (faulty) {
      FAULT(work->import, index, place, LW_STR(""), "manager \"%.*s\" stands on a line with errors",
            LW_FMT(manager));
    } else {
      FAULT(work->import, index, place, guess_id(work, manager),
            "manager \"%.*s\" is no person's id, here or in the file", LW_FMT(manager));
    }
    return false;
  }
  if (is_circle(work, line->edit.actor.id)) {
    FAULT(work->import, index, place, LW_STR(""),
          "\"%.*s\" would be their own manager, by way of \"%.*s\", or stand over %d levels deep",
          LW_FMT(line->edit.actor.id), LW_FMT(manager), MANAGERS_MAX);
    return false;
  }
  return true;
}

/* Until no line falls with the one that it names; as often as managers stand above one another. */
static void check_managers(struct work *work)
{
  for (bool again = true; again;) {
    again = false;
    for (uint32_t i = 0; i < work->import->n_lines; i++) {
      if (work->import->lines[i].outcome != LW_IMPORT_FAULTY) {
        again = !check_manager(work, i) || again;
      }
    }
  }
}

/* ---- teams ---- */

/* The next part of a path, up to "/". */
static lw_str next_team(lw_str *path)
{
  size_t end = lw_str_find(*path, LW_STR("/"), 0);
  lw_str part = lw_str_trim(lw_str_slice(*path, 0, end));
  *path = end == SIZE_MAX ? LW_STR("") : lw_str_slice(*path, end + 1, SIZE_MAX);
  return part;
}

static lw_str last_team(lw_str path)
{
  lw_str last = LW_STR("");
  while (path.len != 0) {
    last = next_team(&path);
  }
  return last;
}

/* The parent after the import: as the import has it, else as it is. */
static lw_str parent_of(const struct work *work, lw_str id, bool *ret_there)
{
  const uint32_t *index = lw_table_find(&work->teams, id);
  const struct lw_team *team = lw_staff_find_team(work->staff, id);
  *ret_there = index != NULL || team != NULL;
  return index != NULL  ? work->import->teams[*index].parent
         : team != NULL ? team->parent
                        : LW_STR("");
}

static void add_team(struct work *work, lw_str id, lw_str parent, bool is_new)
{
  struct lw_import *import = work->import;
  struct lw_team_edit *teams =
      lw_arena_grow(import->keep, import->teams, import->n_teams, &work->teams_capacity,
                    (size_t)import->n_teams + 1, sizeof *teams, _Alignof(struct lw_team_edit));
  uint32_t *index = lw_table_add(&work->teams, id, NULL);
  if (teams == NULL || index == NULL) {
    return;
  }
  import->teams = teams;
  *index = import->n_teams;
  teams[import->n_teams++] = (struct lw_team_edit){
      .id = id, .set_name = is_new, .name = id, .set_parent = true, .parent = parent};
}

/* The teams of a path that are not there yet. A path that says another parent than the team has is
 * a fault: moving a team is said by hand, or by `teams`. */
static void make_path(struct work *work, uint32_t index, lw_str path)
{
  struct lw_place place = work->roster->origins[index].team;
  lw_str parent = LW_STR("");
  for (int depth = 0; path.len != 0; depth++) {
    lw_str id = next_team(&path);
    struct lw_error err;
    bool there = false;
    if (depth >= LW_TEAM_DEPTH_MAX || lw_person_check_id(id, "a team", true, &err) != LW_OK) {
      FAULT(work->import, index, place, LW_STR(""), "the team is %s",
            depth >= LW_TEAM_DEPTH_MAX ? "too many teams deep"
                                       : "no path of ids, such as care/billing");
      return;
    }
    lw_str now_under = parent_of(work, id, &there);
    if (!there) {
      add_team(work, id, parent, true);
    } else if (depth != 0 && !lw_str_equal(now_under, parent)) {
      FAULT(work->import, index, place, LW_STR(""),
            "team \"%.*s\" is not under \"%.*s\" but %s%.*s; move the team first, or write its "
            "name alone",
            LW_FMT(id), LW_FMT(parent), now_under.len != 0 ? "under " : "at the top",
            LW_FMT(now_under));
      return;
    }
    parent = id;
  }
}

/* `teams` of a YAML file, parents before children; false when one would stand under itself. */
static bool make_listed_team(struct work *work, const struct lw_roster_team *team)
{
  lw_str chain[LW_TEAM_DEPTH_MAX];
  lw_str parents[LW_TEAM_DEPTH_MAX];
  size_t count = 0;
  for (lw_str id = team->name; id.len != 0;) {
    const uint32_t *listed = lw_table_find(&work->roster->team_index, id);
    bool there = false;
    if (count == LW_TEAM_DEPTH_MAX) {
      return false;
    }
    chain[count] = id;
    parents[count] =
        listed != NULL ? work->roster->teams[*listed].parent : parent_of(work, id, &there);
    id = parents[count++];
  }
  while (count-- > 0) {
    bool there = false;
    lw_str now_under = parent_of(work, chain[count], &there);
    if (!there || !lw_str_equal(now_under, parents[count])) {
      add_team(work, chain[count], parents[count], !there);
    }
  }
  return true;
}

static bool make_teams(struct work *work)
{
  bool good = true;
  for (size_t i = 0; i < work->roster->n_teams; i++) {
    const struct lw_roster_team *team = &work->roster->teams[i];
    if (!make_listed_team(work, team)) {
      (void)lw_diags_add(work->import->diags, LW_SEVERITY_ERROR, "bad-value", team->place,
                         "team \"%.*s\" is under itself, or more than %d teams deep",
                         LW_FMT(team->name), LW_TEAM_DEPTH_MAX);
      good = false;
    }
  }
  for (uint32_t i = 0; i < work->import->n_lines; i++) {
    const struct lw_import_line *line = &work->import->lines[i];
    if (line->outcome != LW_IMPORT_FAULTY && (line->edit.fields & LW_PERSON_TEAM) != 0) {
      make_path(work, i, work->roster->actors[i].team);
    }
  }
  return good;
}

/* ---- comparing ---- */

/* Who had left before the list was brought in is added as one who has: nothing is taken from
 * somebody who was nobody. Leaving is said by hand of whoever is here. */
static void add_left(const struct lw_import *import, struct lw_import_line *line)
{
  if (line->edit.actor.has_left_at && line->edit.actor.left_at <= import->now) {
    line->edit.fields |= LW_PERSON_ACTIVE;
    line->edit.active = false;
  }
}

static void compare_line(struct work *work, uint32_t index)
{
  struct lw_import_line *line = &work->import->lines[index];
  const struct lw_actor *actor = &work->roster->actors[index];
  const struct lw_roster_origin *origin = &work->roster->origins[index];
  *line = (struct lw_import_line){.line = origin->person.line, .outcome = LW_IMPORT_FAULTY};
  line->edit.actor = *actor;
  if (origin->faulty) {
    return;
  }
  line->edit.actor.team = last_team(actor->team);
  line->edit.fields = fields_of(origin->given);
  line->before = lw_staff_find(work->staff, actor->id);
  if (line->before == NULL) {
    line->outcome = LW_IMPORT_ADDED;
    add_left(work->import, line);
    return;
  }
  if (!line->before->active && (line->edit.fields & LW_PERSON_LEFT_AT) != 0 && actor->has_left_at) {
    line->edit.fields &= LW_PERSON_HIRED_AT | LW_PERSON_LEFT_AT; /* of who has left: when */
  } else if (!line->before->active) {
    FAULT(work->import, index, origin->person, LW_STR(""),
          "\"%.*s\" has left; make them active again by hand, or take the line out",
          LW_FMT(actor->id));
    return;
  }
  line->edit.fields = lw_person_differs(line->before, &line->edit);
  line->outcome = line->edit.fields != 0 ? LW_IMPORT_CHANGED : LW_IMPORT_UNCHANGED;
}

/* Also for people whose team does not differ: the path that is written must be the one that is. */
static void check_kept_teams(struct work *work)
{
  for (uint32_t i = 0; i < work->import->n_lines; i++) {
    const struct lw_import_line *line = &work->import->lines[i];
    bool is_path = lw_str_find(work->roster->actors[i].team, LW_STR("/"), 0) != SIZE_MAX;
    if (line->outcome != LW_IMPORT_FAULTY && (line->edit.fields & LW_PERSON_TEAM) == 0 && is_path) {
      make_path(work, i, work->roster->actors[i].team);
    }
  }
}

/* The path of a team that is there, or that the file makes. */
static lw_str path_of(const struct work *work, lw_str id, int depth)
{
  const struct lw_team *team = lw_staff_find_team(work->staff, id);
  if (team != NULL || depth == LW_TEAM_DEPTH_MAX) {
    return team != NULL ? team->path : id;
  }
  for (uint32_t i = 0; i < work->import->n_teams; i++) {
    const struct lw_team_edit *made = &work->import->teams[i];
    if (lw_str_equal(made->id, id) && made->parent.len != 0) {
      lw_str above = path_of(work, made->parent, depth + 1);
      return lw_str_format(work->import->keep, "%.*s/%.*s", LW_FMT(above), LW_FMT(id));
    }
  }
  return id;
}

/* Taking authority away is no line of a list: it has a reason, an end and a second person. */
static void check_lowering(struct work *work)
{
  struct lw_import *import = work->import;
  for (uint32_t i = 0; import->lowers != NULL && i < import->n_lines; i++) {
    const struct lw_import_line *line = &import->lines[i];
    struct lw_buf words = {0};
    if (line->outcome != LW_IMPORT_CHANGED) {
      continue;
    }
    struct lw_person after = lw_person_merged(work->staff, line->before, &line->edit);
    after.actor.team = path_of(work, after.team, 0);
    if (import->lowers(import->lowers_user, line->before, &after, &words)) {
      FAULT(
          import, i, import->roster->origins[i].person, LW_STR(""),
          "this takes authority from \"%.*s\" (%.*s): start a lowering instead, with a reason, an "
          "end and a second person",
          LW_FMT(line->edit.actor.id), words.failed ? 0 : (int)words.len, words.ptr);
    }
    lw_buf_finish(&words);
  }
}

bool lw_import_compare(struct lw_import *import, const struct lw_staff *staff)
{
  struct work work = {
      .import = import, .roster = import->roster, .staff = staff, .guesses_left = GUESSES_MAX};
  lw_table_init(&work.teams, import->keep);
  restore_findings(import);
  import->teams = NULL;
  import->n_teams = 0;
  for (uint32_t i = 0; i < import->n_lines; i++) {
    compare_line(&work, i);
  }
  check_managers(&work);
  bool good = make_teams(&work);
  check_kept_teams(&work);
  check_lowering(&work);
  check_managers(&work); /* a line may have fallen by its team */
  memset(import->counts, 0, sizeof import->counts);
  for (uint32_t i = 0; i < import->n_lines; i++) {
    import->counts[import->lines[i].outcome]++;
  }
  lw_diags_sort(import->diags);
  good = good && !import->keep->failed && import->roster->faults_outside == 0;
  import->sound = good && (import->counts[LW_IMPORT_FAULTY] == 0 || import->options.skip_faulty);
  return import->sound;
}

/* ---- the report ---- */

static const struct {
  uint32_t field;
  const char *name;
} field_names[] = {{LW_PERSON_NAME, "name"},         {LW_PERSON_EMAIL, "email"},
                   {LW_PERSON_TEAM, "team"},         {LW_PERSON_TIER, "tier"},
                   {LW_PERSON_KIND, "kind"},         {LW_PERSON_HOLDS, "holds"},
                   {LW_PERSON_HIRED_AT, "hired_at"}, {LW_PERSON_LEFT_AT, "left_at"},
                   {LW_PERSON_MANAGER, "manager"},   {LW_PERSON_LIMITS, "budgets"},
                   {LW_PERSON_PHONE, "phone"}};
enum { FIELD_NAMES = sizeof field_names / sizeof field_names[0] };

static void add_holds(const struct lw_actor *actor, struct lw_buf *out)
{
  for (uint32_t i = 0; i < actor->n_holds; i++) {
    lw_buf_printf(out, "%s%.*s", i == 0 ? "" : "; ", LW_FMT(actor->holds[i].name));
    if (actor->holds[i].until != INT64_MAX) {
      lw_buf_add_char(out, '@');
      lw_moment_print(actor->holds[i].until, out);
    }
  }
}

static void add_limits(const struct lw_actor *actor, uint16_t currency, struct lw_buf *out)
{
  for (uint32_t i = 0; i < actor->n_overrides; i++) {
    const struct lw_override *limit = &actor->overrides[i];
    lw_buf_printf(out, "%s%.*s", i == 0 ? "" : "; ", LW_FMT(limit->budget));
    if (limit->amount_minor >= 0 && currency != LW_CURRENCY_NONE) {
      lw_buf_add_char(out, ' ');
      lw_money_print((lw_money){limit->amount_minor, currency}, out);
    }
    if (limit->times >= 0) {
      lw_buf_printf(out, " %lld times", (long long)limit->times);
    }
  }
}

/* A field in words; empty when it is. */
static void add_field(const struct lw_import *import, uint32_t field, const struct lw_actor *actor,
                      lw_str team, struct lw_buf *out)
{
  switch (field) {
  case LW_PERSON_NAME: lw_buf_add(out, actor->name); break;
  case LW_PERSON_EMAIL: lw_buf_add(out, actor->email); break;
  case LW_PERSON_PHONE: lw_buf_add(out, actor->phone); break;
  case LW_PERSON_TEAM: lw_buf_add(out, team); break;
  case LW_PERSON_TIER: lw_buf_add(out, actor->tier); break;
  case LW_PERSON_KIND: lw_buf_add(out, lw_person_kind_name(actor->kind)); break;
  case LW_PERSON_HOLDS: add_holds(actor, out); break;
  case LW_PERSON_HIRED_AT:
    if (actor->has_hired_at) {
      lw_moment_print(actor->hired_at, out);
    }
    break;
  case LW_PERSON_LEFT_AT:
    if (actor->has_left_at) {
      lw_moment_print(actor->left_at, out);
    }
    break;
  case LW_PERSON_MANAGER: lw_buf_add(out, actor->manager); break;
  case LW_PERSON_LIMITS: add_limits(actor, import->options.currency, out); break;
  default: break;
  }
}

static void add_or_nothing(const struct lw_import *import, uint32_t field,
                           const struct lw_actor *actor, lw_str team, struct lw_buf *out)
{
  size_t begin = out->len;
  add_field(import, field, actor, team, out);
  if (out->len == begin) {
    LW_BUF_LIT(out, "(nothing)");
  }
}

static const char *outcome_name(enum lw_import_outcome outcome)
{
  static const char *const names[] = {"added", "changed", "unchanged", "faulty"};
  return names[outcome];
}

static void print_line(const struct lw_import *import, const struct lw_import_line *line,
                       struct lw_buf *out)
{
  lw_buf_printf(out, "%.*s:%u: %.*s: %s", LW_FMT(import->options.name), line->line,
                LW_FMT(line->edit.actor.id), outcome_name(line->outcome));
  const char *between = ": ";
  for (int i = 0; line->outcome == LW_IMPORT_CHANGED && i < FIELD_NAMES; i++) {
    if ((line->edit.fields & field_names[i].field) != 0) {
      lw_buf_printf(out, "%s%s ", between, field_names[i].name);
      add_or_nothing(import, field_names[i].field, &line->before->actor, line->before->team, out);
      LW_BUF_LIT(out, " -> ");
      add_or_nothing(import, field_names[i].field, &line->edit.actor, line->edit.actor.team, out);
      between = ", ";
    }
  }
  lw_buf_add_char(out, '\n');
}

void lw_import_print(const struct lw_import *import, bool dry_run, struct lw_buf *out)
{
  for (size_t i = 0; i < import->diags->count; i++) {
    lw_diag_print(&import->diags->items[i], import->options.name, import->source, out);
  }
  if (import->diags->dropped != 0) {
    lw_buf_printf(out, "%.*s: and %zu more\n", LW_FMT(import->options.name),
                  import->diags->dropped);
  }
  for (uint32_t i = 0; i < import->n_teams; i++) {
    const struct lw_team_edit *team = &import->teams[i];
    lw_buf_printf(out, "%.*s: team %.*s %s", LW_FMT(import->options.name), LW_FMT(team->id),
                  team->set_name ? "made" : "moved");
    if (team->parent.len != 0) {
      lw_buf_printf(out, " under %.*s", LW_FMT(team->parent));
    }
    lw_buf_add_char(out, '\n');
  }
  for (uint32_t i = 0; i < import->n_lines; i++) {
    if (import->lines[i].outcome != LW_IMPORT_FAULTY) {
      print_line(import, &import->lines[i], out);
    }
  }
  lw_buf_printf(out, "%u added, %u changed, %u unchanged, %u with errors%s\n",
                import->counts[LW_IMPORT_ADDED], import->counts[LW_IMPORT_CHANGED],
                import->counts[LW_IMPORT_UNCHANGED], import->counts[LW_IMPORT_FAULTY],
                dry_run          ? "; nothing was written (dry run)"
                : !import->sound ? "; nothing was written"
                                 : "");
}

static void json_text(struct lw_buf *out, const char *before, lw_str text)
{
  lw_buf_add_c(out, before);
  lw_json_add_string(out, text);
}

/* One value of a change as a JSON text, by way of scratch. */
static void json_field(const struct lw_import *import, uint32_t field, const struct lw_actor *actor,
                       lw_str team, struct lw_buf *scratch, struct lw_buf *out)
{
  lw_buf_reset(scratch);
  add_field(import, field, actor, team, scratch);
  lw_json_add_string(out, lw_buf_str(scratch));
}

static void json_line(const struct lw_import *import, const struct lw_import_line *line,
                      struct lw_buf *scratch, struct lw_buf *out)
{
  lw_buf_printf(out, "{\"line\":%u,\"outcome\":\"%s\"", line->line, outcome_name(line->outcome));
  json_text(out, ",\"person\":", line->edit.actor.id);
  const char *before = ",\"changes\":[";
  for (int i = 0; line->outcome == LW_IMPORT_CHANGED && i < FIELD_NAMES; i++) {
    uint32_t field = field_names[i].field;
    if ((line->edit.fields & field) != 0) {
      lw_buf_printf(out, "%s{\"field\":\"%s\",\"from\":", before, field_names[i].name);
      json_field(import, field, &line->before->actor, line->before->team, scratch, out);
      LW_BUF_LIT(out, ",\"to\":");
      json_field(import, field, &line->edit.actor, line->edit.actor.team, scratch, out);
      lw_buf_add_char(out, '}');
      before = ",";
    }
  }
  lw_buf_add_c(out, line->outcome == LW_IMPORT_CHANGED ? "]}" : "}");
}

static void json_errors(const struct lw_diags *diags, struct lw_buf *out)
{
  LW_BUF_LIT(out, "],\"errors\":[");
  for (size_t i = 0; i < diags->count; i++) {
    const struct lw_diag *diag = &diags->items[i];
    lw_buf_printf(out, "%s{\"line\":%u,\"column\":%u,\"code\":\"%s\"", i == 0 ? "" : ",",
                  diag->place.line, diag->place.column, diag->code);
    json_text(out, ",\"message\":", diag->message);
    json_text(out, ",\"hint\":", diag->hint);
    lw_buf_add_char(out, '}');
  }
  LW_BUF_LIT(out, "]}");
}

void lw_import_print_json(const struct lw_import *import, bool applied, struct lw_buf *out)
{
  struct lw_buf scratch = {0};
  json_text(out, "{\"file\":", import->options.name);
  lw_buf_printf(out,
                ",\"applied\":%s,\"added\":%u,\"changed\":%u,\"unchanged\":%u,\"faulty\":%u,"
                "\"teams\":[",
                applied ? "true" : "false", import->counts[LW_IMPORT_ADDED],
                import->counts[LW_IMPORT_CHANGED], import->counts[LW_IMPORT_UNCHANGED],
                import->counts[LW_IMPORT_FAULTY]);
  for (uint32_t i = 0; i < import->n_teams; i++) {
    json_text(out, i == 0 ? "" : ",", import->teams[i].id);
  }
  LW_BUF_LIT(out, "],\"lines\":[");
  for (uint32_t i = 0; i < import->n_lines; i++) {
    lw_buf_add_c(out, i == 0 ? "" : ",");
    json_line(import, &import->lines[i], &scratch, out);
  }
  json_errors(import->diags, out);
  out->failed = out->failed || scratch.failed;
  lw_buf_finish(&scratch);
}
