/* The part of reading people that does not depend on how they are written: cells become actors one
 * by one; what needs everybody (managers, teams' paths) is checked at the end. A mistake never
 * stops the reading: a file of a thousand people shows all of them in one run. */
#include "people/roster.h"

#include "base/bounds.h"
#include "base/check.h"
#include "people/roster_build.h"

#include <strings.h>

/* A file whose every manager is wrong would compare everybody with everybody: after this many
 * comparisons the findings go without suggestions. */
enum { GUESSES_MAX = 100 * 1000 };

const lw_str lw_roster_column_names[LW_ROSTER_COLUMNS + 1] = {
    [LW_ROSTER_ID] = LW_STR_INIT("id"),           [LW_ROSTER_NAME] = LW_STR_INIT("name"),
    [LW_ROSTER_EMAIL] = LW_STR_INIT("email"),     [LW_ROSTER_TEAM] = LW_STR_INIT("team"),
    [LW_ROSTER_TIER] = LW_STR_INIT("tier"),       [LW_ROSTER_KIND] = LW_STR_INIT("kind"),
    [LW_ROSTER_HOLDS] = LW_STR_INIT("holds"),     [LW_ROSTER_HIRED_AT] = LW_STR_INIT("hired_at"),
    [LW_ROSTER_MANAGER] = LW_STR_INIT("manager"), [LW_ROSTER_PHONE] = LW_STR_INIT("phone"),
    [LW_ROSTER_LEFT_AT] = LW_STR_INIT("left_at"), [LW_ROSTER_COLUMNS] = LW_STR_INIT("budgets"),
};

static const lw_str kind_names[] = {
    [LW_ACTOR_HUMAN] = LW_STR_INIT("human"),
    [LW_ACTOR_AI] = LW_STR_INIT("ai"),
    [LW_ACTOR_SERVICE] = LW_STR_INIT("service"),
};

enum { N_KINDS = sizeof kind_names / sizeof kind_names[0] };

static void add_finding(struct lw_roster *roster, enum lw_severity severity, const char *code,
                        struct lw_place place, lw_str message, lw_str near)
{
  struct lw_diag *diag =
      lw_diags_add(roster->diags, severity, code, place, "%.*s", LW_FMT(message));
  if (near.len != 0) {
    diag->hint = lw_str_format(roster->diags->arena, "did you mean \"%.*s\"?", LW_FMT(near));
  }
}

void lw_roster_fault(struct lw_roster *roster, const char *code, struct lw_place place,
                     lw_str message, lw_str near)
{
  add_finding(roster, LW_SEVERITY_ERROR, code, place, message, near);
  if (roster->open) {
    roster->origins[roster->count - 1].faulty = true;
  } else {
    roster->faults_outside++;
  }
}

void lw_roster_note_given(struct lw_roster *roster, enum lw_roster_column column)
{
  roster->origins[roster->count - 1].given |= UINT32_C(1) << column;
}

enum lw_roster_column lw_roster_column_find(lw_str name)
{
  for (int i = 0; i < LW_ROSTER_COLUMNS; i++) {
    if (lw_str_equal(name, lw_roster_column_names[i])) {
      return (enum lw_roster_column)i;
    }
  }
  return LW_ROSTER_NO_COLUMN;
}

/* ---- one person ---- */

struct lw_actor *lw_roster_begin(struct lw_roster *roster, struct lw_place place)
{
  struct lw_actor *actors =
      lw_arena_grow(roster->keep, roster->actors, roster->count, &roster->actors_capacity,
                    roster->count + 1, sizeof *actors, _Alignof(struct lw_actor));
  if (actors == NULL) {
    return NULL;
  }
  roster->actors = actors;
  struct lw_roster_origin *origins =
      lw_arena_grow(roster->keep, roster->origins, roster->count, &roster->origins_capacity,
                    roster->count + 1, sizeof *origins, _Alignof(struct lw_roster_origin));
  if (origins == NULL) {
    return NULL;
  }
  roster->origins = origins;
  origins[roster->count] = (struct lw_roster_origin){.person = place};
  actors[roster->count] = (struct lw_actor){.kind = LW_ACTOR_HUMAN};
  return &actors[roster->count++];
}

static struct lw_actor *newest(struct lw_roster *roster)
{
  LW_ASSERT(roster->count != 0);
  return &roster->actors[roster->count - 1];
}

/* 10 bytes of a date and a midnight make a time, so that one reader checks months and leap years.
 */
bool lw_roster_read_time(const struct lw_roster *roster, lw_str text, bool through_day,
                         lw_usec *ret_time)
{
  enum { DATE_BYTES = 10 };
  static const char midnight[] = "T00:00:00Z";
  char whole[DATE_BYTES + sizeof midnight];
  bool is_date = text.len == DATE_BYTES;
  if (is_date) {
    memcpy(whole, text.ptr, DATE_BYTES);
    memcpy(whole + DATE_BYTES, midnight, sizeof midnight);
    text = lw_str_from(whole, DATE_BYTES + sizeof midnight - 1);
  }
  int64_t seconds = 0;
  uint32_t nanos = 0;
  if (!lw_rfc3339_read(text, &seconds, &nanos)) {
    return false;
  }
  seconds += is_date && through_day ? LW_SECONDS_PER_DAY : 0;
  if (is_date && roster->zone != NULL) {
    seconds = lw_tz_local_to_utc(roster->zone, seconds);
  }
  *ret_time = seconds * LW_USEC_PER_SECOND + nanos / 1000;
  return true;
}

static void fault_time(struct lw_roster *roster, const struct lw_roster_cell *cell)
{
  LW_ROSTER_FAULT(roster, "bad-value", cell->place, LW_STR(""),
                  "\"%.*s\" is neither a date (2026-12-31) nor a time (2026-12-31T09:00:00Z)",
                  LW_FMT(cell->text));
}

void lw_roster_add_certificate(struct lw_roster *roster, const struct lw_roster_cell *name,
                               const struct lw_roster_cell *until)
{
  struct lw_certificate certificate = {lw_str_trim(name->text), INT64_MAX};
  lw_str end = lw_str_trim(until->text);
  if (certificate.name.len == 0) {
    LW_ROSTER_FAULT(roster, "bad-value", name->place, LW_STR(""), "a certificate has no name");
    return;
  }
  if (end.len != 0 && !lw_roster_read_time(roster, end, true, &certificate.until)) {
    fault_time(roster, &(struct lw_roster_cell){end, until->place});
    return;
  }
  struct lw_actor *actor = newest(roster);
  struct lw_certificate *holds =
      lw_arena_grow(roster->keep, roster->holds, actor->n_holds, &roster->holds_capacity,
                    (size_t)actor->n_holds + 1, sizeof *holds, _Alignof(struct lw_certificate));
  if (holds == NULL) {
    return;
  }
  roster->holds = holds;
  holds[actor->n_holds++] = certificate;
  actor->holds = holds;
}

void lw_roster_add_hold(struct lw_roster *roster, const struct lw_roster_cell *cell)
{
  static const lw_str word = LW_STR_INIT(" until ");
  lw_str text = lw_str_trim(cell->text);
  size_t end = lw_str_find(text, word, 0);
  if (end == SIZE_MAX && lw_str_ends(text, lw_str_slice(word, 0, word.len - 1))) {
    end = text.len - (word.len - 1);
  }
  size_t skip = word.len;
  if (end == SIZE_MAX) {
    end = lw_str_find(text, LW_STR("@"), 0);
    skip = 1;
  }
  if (end == SIZE_MAX) {
    lw_roster_add_certificate(roster, cell, &(struct lw_roster_cell){.place = cell->place});
    return;
  }
  struct lw_roster_cell name = {lw_str_slice(text, 0, end), cell->place};
  struct lw_roster_cell until = {lw_str_trim(lw_str_slice(text, end + skip, SIZE_MAX)),
                                 cell->place};
  if (until.text.len == 0) {
    LW_ROSTER_FAULT(roster, "bad-value", cell->place, LW_STR(""),
                    "\"%.*s\" does not say until when", LW_FMT(text));
    return;
  }
  lw_roster_add_certificate(roster, &name, &until);
}

static bool is_any_of(char c, const char *set)
{
  return c != '\0' && strchr(set, c) != NULL;
}

/* The next part of *rest that is not blank, up to a byte of `separators`; empty at the end. */
static lw_str next_part(lw_str *rest, const char *separators)
{
  lw_str part = {NULL, 0};
  while (part.len == 0 && rest->len != 0) {
    size_t end = 0;
    while (end < rest->len && !is_any_of(rest->ptr[end], separators)) {
      end++;
    }
    part = lw_str_trim(lw_str_slice(*rest, 0, end));
    *rest = lw_str_slice(*rest, end < rest->len ? end + 1 : end, SIZE_MAX);
  }
  return part;
}

/* Between commas and spaces a certificate is one word, or three: "refunds-2 until 2026-12-31". */
static lw_str next_words(lw_str *rest)
{
  static const char separators[] = ", \t\r\n";
  lw_str name = next_part(rest, separators);
  lw_str ahead = *rest;
  if (name.len == 0 || !lw_str_equal(next_part(&ahead, separators), LW_STR("until"))) {
    return name;
  }
  lw_str date = next_part(&ahead, separators);
  *rest = ahead;
  const char *end = date.len != 0 ? date.ptr + date.len : ahead.ptr;
  return lw_str_from(name.ptr, (size_t)(end - name.ptr));
}

static void set_holds(struct lw_roster *roster, const struct lw_roster_cell *cell)
{
  lw_str rest = cell->text;
  bool by_semicolon = lw_str_find(rest, LW_STR(";"), 0) != SIZE_MAX;
  for (;;) {
    struct lw_roster_cell part = {by_semicolon ? next_part(&rest, ";") : next_words(&rest),
                                  cell->place};
    if (part.text.len == 0) {
      return;
    }
    lw_roster_add_hold(roster, &part);
  }
}

static void set_kind(struct lw_roster *roster, const struct lw_roster_cell *cell)
{
  for (int i = 0; i < N_KINDS; i++) {
    if (lw_str_equal(cell->text, kind_names[i])) {
      newest(roster)->kind = (enum lw_actor_kind)i;
      return;
    }
  }
  LW_ROSTER_FAULT(roster, "bad-value", cell->place, lw_str_nearest(cell->text, kind_names, N_KINDS),
                  "\"%.*s\" is no kind of person: human, ai or service", LW_FMT(cell->text));
}

static void set_hired_at(struct lw_roster *roster, const struct lw_roster_cell *cell)
{
  struct lw_actor *actor = newest(roster);
  actor->has_hired_at = lw_roster_read_time(roster, cell->text, false, &actor->hired_at);
  if (!actor->has_hired_at) {
    fault_time(roster, cell);
  }
}

static void set_left_at(struct lw_roster *roster, const struct lw_roster_cell *cell)
{
  struct lw_actor *actor = newest(roster);
  actor->has_left_at = lw_roster_read_time(roster, cell->text, false, &actor->left_at);
  if (!actor->has_left_at) {
    fault_time(roster, cell);
  }
}

/* Control characters have no place in these cells, and in ids they would let two persons' budgets
 * meet. */
static bool check_plain(struct lw_roster *roster, lw_str column, const struct lw_roster_cell *cell)
{
  if (!lw_str_is_plain(cell->text)) {
    LW_ROSTER_FAULT(roster, "bad-value", cell->place, LW_STR(""),
                    "%.*s contains a line break, a tab or another control character",
                    LW_FMT(column));
    return false;
  }
  return true;
}

void lw_roster_set(struct lw_roster *roster, enum lw_roster_column column,
                   const struct lw_roster_cell *cell)
{
  struct lw_roster_cell trimmed = {lw_str_trim(cell->text), cell->place};
  if (trimmed.text.len == 0) {
    return;
  }
  bool is_list = column == LW_ROSTER_HOLDS; /* may be written on several lines */
  if (!is_list && !check_plain(roster, lw_roster_column_names[column], &trimmed)) {
    return;
  }
  struct lw_actor *actor = newest(roster);
  struct lw_roster_origin *origin = &roster->origins[roster->count - 1];
  switch (column) {
  case LW_ROSTER_ID:
    actor->id = trimmed.text;
    origin->person = cell->place;
    break;
  case LW_ROSTER_NAME: actor->name = trimmed.text; break;
  case LW_ROSTER_EMAIL: actor->email = trimmed.text; break;
  case LW_ROSTER_PHONE: actor->phone = trimmed.text; break;
  case LW_ROSTER_TEAM:
    actor->team = trimmed.text;
    origin->team = cell->place;
    break;
  case LW_ROSTER_TIER: actor->tier = trimmed.text; break;
  case LW_ROSTER_KIND: set_kind(roster, &trimmed); break;
  case LW_ROSTER_HOLDS: set_holds(roster, &trimmed); break;
  case LW_ROSTER_HIRED_AT: set_hired_at(roster, &trimmed); break;
  case LW_ROSTER_LEFT_AT: set_left_at(roster, &trimmed); break;
  case LW_ROSTER_MANAGER:
    actor->manager = trimmed.text;
    origin->manager = cell->place;
    break;
  case LW_ROSTER_COLUMNS: break;
  }
}

static void end_person(struct lw_roster *roster)
{
  struct lw_actor *actor = newest(roster);
  const struct lw_roster_origin *origin = &roster->origins[roster->count - 1];
  roster->holds = NULL;
  roster->holds_capacity = 0;
  if (actor->id.len == 0) {
    lw_roster_fault(roster, "missing-key", origin->person, LW_STR("a person without an id"),
                    LW_STR(""));
    return;
  }
  bool is_new = false;
  uint32_t *index = lw_table_add(&roster->ids, actor->id, &is_new);
  if (index == NULL) {
    return;
  }
  if (!is_new) {
    LW_ROSTER_FAULT(roster, "duplicate-name", origin->person, LW_STR(""),
                    "\"%.*s\" is already the id of a person, on line %u", LW_FMT(actor->id),
                    roster->origins[*index].person.line);
    return;
  }
  *index = (uint32_t)(roster->count - 1);
}

void lw_roster_end(struct lw_roster *roster)
{
  end_person(roster);
  roster->open = false;
}

/* ---- teams ---- */

void lw_roster_add_team(struct lw_roster *roster, const struct lw_roster_cell *name,
                        const struct lw_roster_cell *parent)
{
  struct lw_roster_cell trimmed = {lw_str_trim(name->text), name->place};
  if (!check_plain(roster, LW_STR("a team's name"), &trimmed)) {
    return;
  }
  if (trimmed.text.len == 0 || memchr(trimmed.text.ptr, '/', trimmed.text.len) != NULL) {
    LW_ROSTER_FAULT(
        roster, "bad-value", name->place, LW_STR(""),
        "\"%.*s\" cannot be a team's name: it is empty or has a \"/\", which parts a path",
        LW_FMT(trimmed.text));
    return;
  }
  struct lw_roster_team *teams =
      lw_arena_grow(roster->keep, roster->teams, roster->n_teams, &roster->teams_capacity,
                    roster->n_teams + 1, sizeof *teams, _Alignof(struct lw_roster_team));
  if (teams == NULL) {
    return;
  }
  roster->teams = teams;
  bool is_new = false;
  uint32_t *index = lw_table_add(&roster->team_index, trimmed.text, &is_new);
  if (index == NULL || !is_new) {
    return; /* a repeated key is the YAML reader's finding */
  }
  *index = (uint32_t)roster->n_teams;
  teams[roster->n_teams++] = (struct lw_roster_team){.name = trimmed.text,
                                                     .parent = lw_str_trim(parent->text),
                                                     .place = name->place,
                                                     .parent_place = parent->place};
}

/* The one of `count` names that is meant, or empty; `name_at` gives them one by one. */
static lw_str guess(struct lw_roster *roster, lw_str text, size_t count,
                    lw_str (*name_at)(const struct lw_roster *roster, size_t index))
{
  lw_str best = {NULL, 0};
  if (count > roster->guesses_left || roster->diags->count >= LW_DIAGS_MAX) {
    return best;
  }
  roster->guesses_left -= count;
  unsigned most = text.len / 3 > 1 ? (unsigned)(text.len / 3) : 1;
  for (size_t i = 0; i < count; i++) {
    lw_str name = name_at(roster, i);
    size_t apart = name.len > text.len ? name.len - text.len : text.len - name.len;
    unsigned distance = apart > most ? most + 1 : lw_str_distance(text, name, most);
    if (distance <= most && name.len != 0) {
      best = name;
      if (distance == 0) {
        break;
      }
      most = distance - 1; /* only a nearer one takes its place */
    }
  }
  return best;
}

static lw_str team_at(const struct lw_roster *roster, size_t index)
{
  return roster->teams[index].name;
}

static lw_str id_at(const struct lw_roster *roster, size_t index)
{
  return roster->actors[index].id;
}

/* A team that `teams` does not name stands at the top; where it nearly names it, a slip is likely.
 */
static void warn_of_unknown_team(struct lw_roster *roster, lw_str name, struct lw_place place)
{
  lw_str near = guess(roster, name, roster->n_teams, team_at);
  if (near.len != 0) {
    add_finding(roster, LW_SEVERITY_WARNING, "bad-value", place,
                lw_str_format(roster->keep, "\"%.*s\" is not among the teams", LW_FMT(name)), near);
  }
}

static struct lw_roster_team *find_team(const struct lw_roster *roster, lw_str name)
{
  const uint32_t *index = lw_table_find(&roster->team_index, name);
  return index != NULL ? &roster->teams[*index] : NULL;
}

/* Names from the team up to the top, the team's own first. 0 when they go round in a circle or are
 * too many. */
static size_t climb(const struct lw_roster *roster, const struct lw_roster_team *team,
                    lw_str names[LW_VALUE_DEPTH_MAX])
{
  size_t count = 0;
  const struct lw_roster_team *at = team;
  while (at != NULL) {
    if (count >= LW_VALUE_DEPTH_MAX - 1) {
      return 0;
    }
    names[count++] = at->name;
    const struct lw_roster_team *above = at->parent.len != 0 ? find_team(roster, at->parent) : NULL;
    if (above == NULL && at->parent.len != 0) {
      names[count++] = at->parent;
    }
    at = above;
  }
  return count;
}

static void set_path(struct lw_roster *roster, struct lw_roster_team *team)
{
  lw_str names[LW_VALUE_DEPTH_MAX];
  size_t count = climb(roster, team, names);
  if (count == 0) {
    LW_ROSTER_FAULT(roster, "bad-value", team->parent_place, LW_STR(""),
                    "team \"%.*s\" is under itself, or more than %d teams deep", LW_FMT(team->name),
                    LW_VALUE_DEPTH_MAX - 1);
    return;
  }
  size_t len = count - 1;
  for (size_t i = 0; i < count; i++) {
    len += names[i].len;
  }
  char *path = lw_arena_alloc(roster->keep, len, 1);
  if (path == NULL) {
    return;
  }
  char *at = path;
  for (size_t i = count; i > 0; i--) {
    memcpy(at, names[i - 1].ptr, names[i - 1].len);
    at += names[i - 1].len;
    if (i > 1) {
      *at++ = '/';
    }
  }
  team->path = lw_str_from(path, len);
}

static void resolve_teams(struct lw_roster *roster)
{
  for (size_t i = 0; i < roster->n_teams; i++) {
    struct lw_roster_team *team = &roster->teams[i];
    if (team->parent.len != 0 && find_team(roster, team->parent) == NULL) {
      warn_of_unknown_team(roster, team->parent, team->parent_place);
    }
    set_path(roster, team);
  }
  for (size_t i = 0; i < roster->count && roster->n_teams != 0; i++) {
    struct lw_actor *actor = &roster->actors[i];
    const struct lw_roster_team *team = find_team(roster, actor->team);
    if (team != NULL) {
      actor->team = team->path;
    } else if (actor->team.len != 0) {
      warn_of_unknown_team(roster, actor->team, roster->origins[i].team);
    }
  }
}

/* ---- everybody ---- */

static void check_managers(struct lw_roster *roster)
{
  for (size_t i = 0; i < roster->count; i++) {
    lw_str manager = roster->actors[i].manager;
    if (manager.len != 0 && lw_table_find(&roster->ids, manager) == NULL) {
      LW_ROSTER_FAULT(roster, "bad-value", roster->origins[i].manager,
                      guess(roster, manager, roster->count, id_at),
                      "manager \"%.*s\" is no person's id", LW_FMT(manager));
    }
  }
}

static uint32_t find_person(const struct lw_directory *directory, lw_str id)
{
  const uint32_t *index = lw_table_find(directory->user, id);
  return index != NULL ? *index : UINT32_MAX;
}

static const struct lw_directory *make_directory(struct lw_roster *roster)
{
  struct lw_directory *directory = LW_NEW(roster->keep, struct lw_directory);
  struct lw_table *ids = LW_NEW(roster->keep, struct lw_table);
  if (directory == NULL || ids == NULL) {
    return NULL;
  }
  *ids = roster->ids;
  *directory = (struct lw_directory){roster->actors, (uint32_t)roster->count, find_person, ids};
  return directory;
}

static bool looks_like_yaml(lw_str source)
{
  source = lw_str_trim(source);
  lw_str line = lw_str_slice(source, 0, lw_str_find(source, LW_STR("\n"), 0));
  line = lw_str_trim(line);
  if (line.len == 0 || is_any_of(line.ptr[0], "-{[#%")) {
    return true; /* also a file of nothing: YAML then says what is missing */
  }
  return line.ptr[line.len - 1] == ':' || lw_str_find(line, LW_STR(": "), 0) != SIZE_MAX;
}

enum lw_roster_format lw_roster_format_of(lw_str source, lw_str name)
{
  static const struct {
    lw_str ending;
    enum lw_roster_format format;
  } endings[] = {
      {LW_STR_INIT(".csv"), LW_ROSTER_CSV},
      {LW_STR_INIT(".yaml"), LW_ROSTER_YAML},
      {LW_STR_INIT(".yml"), LW_ROSTER_YAML},
      {LW_STR_INIT(".json"), LW_ROSTER_YAML},
  };
  for (size_t i = 0; i < sizeof endings / sizeof endings[0]; i++) {
    size_t len = endings[i].ending.len;
    if (name.len >= len &&
        strncasecmp(name.ptr + name.len - len, endings[i].ending.ptr, len) == 0) {
      return endings[i].format;
    }
  }
  return looks_like_yaml(source) ? LW_ROSTER_YAML : LW_ROSTER_CSV;
}

void lw_roster_fill(struct lw_roster *roster, lw_str source, lw_str name)
{
  roster->guesses_left = GUESSES_MAX;
  lw_table_init(&roster->ids, roster->keep);
  lw_table_init(&roster->team_index, roster->keep);
  if (lw_roster_format_of(source, name) == LW_ROSTER_CSV) {
    lw_roster_read_csv(roster, source);
  } else {
    lw_roster_read_yaml(roster, source);
  }
}

const struct lw_directory *lw_roster_read(struct lw_arena *keep, lw_str source,
                                          const struct lw_roster_options *options,
                                          struct lw_diags *diags)
{
  size_t errors_before = diags->errors;
  lw_str copy = lw_str_copy(keep, source);
  if (copy.ptr == NULL) {
    return NULL;
  }
  struct lw_roster roster = {
      .keep = keep, .diags = diags, .currency = options->currency, .zone = options->zone};
  lw_roster_fill(&roster, copy, options->name);
  resolve_teams(&roster);
  check_managers(&roster);
  lw_diags_sort(diags);
  bool good = diags->errors == errors_before && !keep->failed;
  return good ? make_directory(&roster) : NULL;
}
