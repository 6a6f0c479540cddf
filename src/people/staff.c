/* Everybody, out of the tables into one picture that never changes.
 *
 * One statement a table, each read once from end to end: persons come active ones first, so that
 * the directory of the routes is the beginning of the same order; certificates and own limits come
 * ordered by person, so that each person's are one array. Whatever hangs together by ids (teams'
 * paths, managers) is worked out at the end. Nothing here trusts that the tables fit together: a
 * certificate of nobody is passed over, a team of a person that is not there is its own path, and
 * teams in a circle stand at the top. */
#include "people/staff.h"

#include "people/order.h"
#include "people/person.h"

struct loader {
  struct lw_db *db;
  struct lw_arena *keep;
  struct lw_staff *staff;
  struct lw_person *persons;
  size_t persons_capacity;
  uint32_t n_active;
  struct lw_team *teams; /* in the order of the table, until they are sorted */
  size_t teams_capacity;
  struct lw_table team_index;   /* into that order */
  struct lw_certificate *holds; /* of the person being read */
  struct lw_override *limits;   /* of the person being read */
  size_t items_capacity;        /* of either */
  struct lw_token *tokens;
  size_t tokens_capacity;
};

typedef bool (*take_row)(struct loader *loader, const struct lw_stmt *row);

static enum lw_code no_memory(struct lw_error *err)
{
  return lw_fail(err, LW_NO_MEMORY, "out of memory while reading the people");
}

/* false from take: memory is out. */
static enum lw_code each_row(struct loader *loader, const char *sql, take_row take,
                             struct lw_error *err)
{
  struct lw_stmt *stmt = NULL;
  enum lw_code rc = lw_db_statement(loader->db, sql, &stmt, err);
  bool row = true;
  while (rc == LW_OK) {
    rc = lw_stmt_step(stmt, &row, err);
    if (rc != LW_OK || !row) {
      return rc;
    }
    if (!take(loader, stmt) || loader->keep->failed) {
      lw_stmt_reset(stmt);
      return no_memory(err);
    }
  }
  return rc;
}

static lw_str copy(struct loader *loader, const struct lw_stmt *row, int column)
{
  lw_str text = lw_stmt_get_text(row, column);
  return text.len != 0 ? lw_str_copy(loader->keep, text) : LW_STR("");
}

static int64_t int_or(const struct lw_stmt *row, int column, int64_t otherwise)
{
  return lw_stmt_is_null(row, column) ? otherwise : lw_stmt_get_int(row, column);
}

/* Adds key -> index; false when memory is out. */
static bool add_index(struct lw_table *table, lw_str key, uint32_t index)
{
  uint32_t *value = lw_table_add(table, key, NULL);
  if (value != NULL) {
    *value = index;
  }
  return value != NULL;
}

/* ---- teams ---- */

static bool take_team(struct loader *loader, const struct lw_stmt *row)
{
  struct lw_staff *staff = loader->staff;
  struct lw_team *teams =
      lw_arena_grow(loader->keep, loader->teams, staff->n_teams, &loader->teams_capacity,
                    (size_t)staff->n_teams + 1, sizeof *teams, _Alignof(struct lw_team));
  if (teams == NULL) {
    return false;
  }
  loader->teams = teams;
  teams[staff->n_teams] = (struct lw_team){
      .id = copy(loader, row, 0), .name = copy(loader, row, 1), .parent = copy(loader, row, 2)};
  staff->n_teams++;
  return add_index(&loader->team_index, teams[staff->n_teams - 1].id, staff->n_teams - 1);
}

static struct lw_team *team_above(const struct loader *loader, const struct lw_team *team)
{
  const uint32_t *index =
      team->parent.len != 0 ? lw_table_find(&loader->team_index, team->parent) : NULL;
  return index != NULL ? &loader->teams[*index] : NULL;
}

/* How many teams stand above it; a circle, or more than could have been made, counts as none. */
static uint32_t depth_of(const struct loader *loader, const struct lw_team *team)
{
  uint32_t depth = 0;
  for (const struct lw_team *at = team_above(loader, team); at != NULL;
       at = team_above(loader, at)) {
    if (++depth > LW_TEAM_DEPTH_MAX) {
      return 0;
    }
  }
  return depth;
}

/* The team's path, once its parent's is known. */
static void set_path(const struct loader *loader, struct lw_team *team, uint32_t depth)
{
  const struct lw_team *above = depth != 0 ? team_above(loader, team) : NULL;
  team->path = above != NULL
                   ? lw_str_format(loader->keep, "%.*s/%.*s", LW_FMT(above->path), LW_FMT(team->id))
                   : team->id;
}

/* By depth, which puts parents before children; a pass a depth, of which there are few. */
static bool sort_teams(struct loader *loader)
{
  struct lw_staff *staff = loader->staff;
  uint32_t count = staff->n_teams;
  uint32_t *depths = LW_NEW_ARRAY(loader->keep, uint32_t, count);
  struct lw_team *sorted = LW_NEW_ARRAY(loader->keep, struct lw_team, count);
  if (depths == NULL || sorted == NULL) {
    return false;
  }
  for (uint32_t i = 0; i < count; i++) {
    depths[i] = depth_of(loader, &loader->teams[i]);
  }
  uint32_t done = 0;
  for (uint32_t depth = 0; done < count; depth++) {
    for (uint32_t i = 0; i < count; i++) {
      if (depths[i] == depth) {
        set_path(loader, &loader->teams[i], depth);
        sorted[done] = loader->teams[i];
        if (!add_index(&staff->team_index, sorted[done].id, done)) {
          return false;
        }
        done++;
      }
    }
  }
  staff->teams = sorted;
  return true;
}

/* ---- persons ---- */

static bool take_person(struct loader *loader, const struct lw_stmt *row)
{
  struct lw_staff *staff = loader->staff;
  struct lw_person *persons =
      lw_arena_grow(loader->keep, loader->persons, staff->n_persons, &loader->persons_capacity,
                    (size_t)staff->n_persons + 1, sizeof *persons, _Alignof(struct lw_person));
  if (persons == NULL) {
    return false;
  }
  loader->persons = persons;
  struct lw_person *person = &persons[staff->n_persons];
  *person = (struct lw_person){
      .actor = {.id = copy(loader, row, 0),
                .name = copy(loader, row, 1),
                .email = copy(loader, row, 2),
                .phone = copy(loader, row, 11),
                .tier = copy(loader, row, 4),
                .manager = copy(loader, row, 6),
                .has_hired_at = !lw_stmt_is_null(row, 7),
                .hired_at = lw_stmt_get_int(row, 7),
                .has_left_at = !lw_stmt_is_null(row, 12) || !lw_stmt_is_null(row, 8),
                .left_at = lw_stmt_get_int(row, lw_stmt_is_null(row, 12) ? 8 : 12)},
      .team = copy(loader, row, 3),
      .roles = (uint32_t)lw_stmt_get_int(row, 9),
      .roles_given = (uint32_t)lw_stmt_get_int(row, 9),
      .active = lw_stmt_is_null(row, 8),
      .version = (uint64_t)lw_stmt_get_int(row, 10),
      .deputy = LW_STR(""),
  };
  if (!lw_person_kind_read(lw_stmt_get_text(row, 5), &person->actor.kind)) {
    person->actor.kind = LW_ACTOR_UNKNOWN;
  }
  const struct lw_team *team = lw_staff_find_team(staff, person->team);
  person->actor.team = team != NULL ? team->path : person->team;
  loader->n_active += person->active ? 1 : 0;
  staff->n_persons++;
  return add_index(&staff->person_index, person->actor.id, staff->n_persons - 1);
}

static struct lw_person *person_of(struct loader *loader, const struct lw_stmt *row)
{
  const uint32_t *index = lw_table_find(&loader->staff->person_index, lw_stmt_get_text(row, 0));
  return index != NULL ? &loader->persons[*index] : NULL;
}

static bool take_certificate(struct loader *loader, const struct lw_stmt *row)
{
  struct lw_person *person = person_of(loader, row);
  if (person == NULL) {
    return true;
  }
  struct lw_actor *actor = &person->actor;
  if (actor->n_holds == 0) {
    loader->holds = NULL;
    loader->items_capacity = 0;
  }
  struct lw_certificate *holds =
      lw_arena_grow(loader->keep, loader->holds, actor->n_holds, &loader->items_capacity,
                    (size_t)actor->n_holds + 1, sizeof *holds, _Alignof(struct lw_certificate));
  if (holds == NULL) {
    return false;
  }
  loader->holds = holds;
  holds[actor->n_holds++] =
      (struct lw_certificate){copy(loader, row, 1), int_or(row, 2, INT64_MAX)};
  actor->holds = holds;
  return true;
}

static bool take_limit(struct loader *loader, const struct lw_stmt *row)
{
  struct lw_person *person = person_of(loader, row);
  if (person == NULL) {
    return true;
  }
  struct lw_actor *actor = &person->actor;
  if (actor->n_overrides == 0) {
    loader->limits = NULL;
    loader->items_capacity = 0;
  }
  struct lw_override *limits =
      lw_arena_grow(loader->keep, loader->limits, actor->n_overrides, &loader->items_capacity,
                    (size_t)actor->n_overrides + 1, sizeof *limits, _Alignof(struct lw_override));
  if (limits == NULL) {
    return false;
  }
  loader->limits = limits;
  limits[actor->n_overrides++] =
      (struct lw_override){copy(loader, row, 1), int_or(row, 2, -1), int_or(row, 3, -1)};
  actor->overrides = limits;
  return true;
}

static bool take_presence(struct loader *loader, const struct lw_stmt *row)
{
  struct lw_person *person = person_of(loader, row);
  if (person != NULL) {
    person->away = lw_str_equal(lw_stmt_get_text(row, 1), LW_STR("away"));
    person->away_until = int_or(row, 2, INT64_MAX);
    person->deputy = copy(loader, row, 3);
  }
  return true;
}

static uint32_t find_active(const struct lw_directory *directory, lw_str id)
{
  const struct lw_staff *staff = directory->user;
  const uint32_t *index = lw_table_find(&staff->person_index, id);
  return index != NULL && *index < directory->count ? *index : UINT32_MAX;
}

/* Managers are leads; then the directory, which is a copy of the actors of those who are active. */
static bool finish_persons(struct loader *loader)
{
  struct lw_staff *staff = loader->staff;
  for (uint32_t i = 0; i < loader->n_active; i++) {
    const uint32_t *manager = lw_table_find(&staff->person_index, loader->persons[i].actor.manager);
    if (manager != NULL) {
      loader->persons[*manager].roles |= LW_ROLE_LEAD;
    }
  }
  struct lw_actor *actors = LW_NEW_ARRAY(loader->keep, struct lw_actor, loader->n_active);
  if (actors == NULL) {
    return false;
  }
  for (uint32_t i = 0; i < loader->n_active; i++) {
    actors[i] = loader->persons[i].actor;
  }
  staff->order = lw_staff_order_new(loader->keep, staff->n_persons);
  if (staff->order == NULL) {
    return false;
  }
  staff->persons = loader->persons;
  staff->directory = (struct lw_directory){actors, loader->n_active, find_active, staff};
  return true;
}

/* ---- tokens ---- */

static bool take_token(struct loader *loader, const struct lw_stmt *row)
{
  struct lw_staff *staff = loader->staff;
  lw_str digest = lw_stmt_get_blob(row, 1);
  if (digest.len != LW_HASH_BYTES) {
    return true;
  }
  struct lw_token *tokens =
      lw_arena_grow(loader->keep, loader->tokens, staff->n_tokens, &loader->tokens_capacity,
                    (size_t)staff->n_tokens + 1, sizeof *tokens, _Alignof(struct lw_token));
  struct lw_token_use *use = LW_NEW(loader->keep, struct lw_token_use);
  if (tokens == NULL || use == NULL) {
    return false;
  }
  loader->tokens = tokens;
  struct lw_token *token = &tokens[staff->n_tokens++];
  *token = (struct lw_token){.id = copy(loader, row, 0),
                             .name = copy(loader, row, 2),
                             .scopes = (uint32_t)lw_stmt_get_int(row, 3),
                             .person = copy(loader, row, 4),
                             .made_at = lw_stmt_get_int(row, 5),
                             .made_by = copy(loader, row, 6),
                             .ends_at = lw_stmt_get_int(row, 7),
                             .last_used_at = lw_stmt_get_int(row, 8),
                             .use = use};
  atomic_init(&use->asked_at, token->last_used_at);
  atomic_init(&use->written_at, token->last_used_at);
  memcpy(token->digest.bytes, digest.ptr, LW_HASH_BYTES);
  token->actor = lw_str_format(loader->keep, "token:%.*s", LW_FMT(token->id));
  return true;
}

/* The index borrows the digests from the array, so it is made when that moves no more. */
static bool finish_tokens(struct loader *loader)
{
  struct lw_staff *staff = loader->staff;
  staff->tokens = loader->tokens;
  for (uint32_t i = 0; i < staff->n_tokens; i++) {
    lw_str digest = lw_str_from((const char *)loader->tokens[i].digest.bytes, LW_HASH_BYTES);
    if (!add_index(&staff->token_index, digest, i)) {
      return false;
    }
  }
  return true;
}

/* ---- all ---- */

static enum lw_code load_people(struct loader *loader, struct lw_error *err)
{
  enum lw_code rc =
      each_row(loader, "SELECT id, name, parent FROM team ORDER BY id", take_team, err);
  if (rc == LW_OK && !sort_teams(loader)) {
    rc = no_memory(err);
  }
  if (rc == LW_OK) {
    rc = each_row(loader,
                  "SELECT id, name, email, team, tier, kind, manager, hired_at, left_at, roles,"
                  " version, phone, leaves_at FROM person ORDER BY left_at IS NOT NULL, id",
                  take_person, err);
  }
  if (rc == LW_OK) {
    rc = each_row(loader, "SELECT person, name, until FROM certificate ORDER BY person, name",
                  take_certificate, err);
  }
  if (rc == LW_OK) {
    rc = each_row(loader,
                  "SELECT person, budget, minor, times FROM own_limit ORDER BY person, budget",
                  take_limit, err);
  }
  if (rc == LW_OK) {
    rc = each_row(loader, "SELECT person, state, until, deputy FROM presence", take_presence, err);
  }
  return rc == LW_OK && !finish_persons(loader) ? no_memory(err) : rc;
}

enum lw_code lw_staff_load(struct lw_db *db, struct lw_arena *keep,
                           const struct lw_staff **ret_staff, struct lw_error *err)
{
  struct lw_staff *staff = LW_NEW(keep, struct lw_staff);
  if (staff == NULL) {
    return no_memory(err);
  }
  struct loader loader = {.db = db, .keep = keep, .staff = staff};
  lw_table_init(&staff->person_index, keep);
  lw_table_init(&staff->team_index, keep);
  lw_table_init(&staff->token_index, keep);
  lw_table_init(&loader.team_index, keep);
  enum lw_code rc = load_people(&loader, err);
  if (rc == LW_OK) {
    rc = each_row(&loader,
                  "SELECT id, digest, name, scopes, person, made_at, made_by, ends_at,"
                  " last_used_at FROM token WHERE revoked_at IS NULL ORDER BY id",
                  take_token, err);
  }
  if (rc == LW_OK && (!finish_tokens(&loader) || keep->failed)) {
    rc = no_memory(err);
  }
  if (rc == LW_OK) {
    *ret_staff = staff;
  }
  return rc;
}

/* ---- asking ---- */

const struct lw_person *lw_staff_find(const struct lw_staff *staff, lw_str id)
{
  const uint32_t *index = lw_table_find(&staff->person_index, id);
  return index != NULL ? &staff->persons[*index] : NULL;
}

const struct lw_team *lw_staff_find_team(const struct lw_staff *staff, lw_str id)
{
  const uint32_t *index = lw_table_find(&staff->team_index, id);
  return index != NULL ? &staff->teams[*index] : NULL;
}

/* "care" holds "care" and "care/billing", not "careful". */
static bool path_holds(lw_str path, lw_str within)
{
  return path.len != 0 && lw_str_starts(within, path) &&
         (within.len == path.len || within.ptr[path.len] == '/');
}

bool lw_staff_leads(const struct lw_staff *staff, const struct lw_person *lead,
                    const struct lw_person *person)
{
  enum { MANAGERS_MAX = 64 }; /* a circle of managers must not hang */
  if (lead == person || !lead->active) {
    return false;
  }
  if ((lead->roles & LW_ROLE_LEAD) != 0 && path_holds(lead->actor.team, person->actor.team)) {
    return true;
  }
  const struct lw_person *at = person;
  for (int i = 0; i < MANAGERS_MAX && at != NULL && at->actor.manager.len != 0; i++) {
    if (lw_str_equal(at->actor.manager, lead->actor.id)) {
      return true;
    }
    at = lw_staff_find(staff, at->actor.manager);
  }
  return false;
}
