/* Snapshots: policy and people as they are live, counted by whoever holds one.
 *
 * A snapshot is made by the writer and never changes. Requests read against the one of their
 * moment and give it back; the last one to do so frees it. Policies are counted apart, as people
 * change often and a large policy takes a while to load: snapshots of the same version share it.
 *
 * A trial's view is a snapshot that lies inside the one that it belongs to. Its teams are resolved
 * to their paths when the snapshot is made: a team that moves, or is new under one that has the
 * trial, makes a new snapshot, and so is taken in at once.
 *
 * The shadow's policy belongs to no version: it is known by the entry that began it, and is loaded
 * again when any policy beside it is another one, as its budgets are numbered by theirs: those that
 * none of them has get numbers that nothing was ever drawn under. One that does not load is no
 * shadow; nobody waits for it. */
#include "engine/canary.h"
#include "engine/inside.h"
#include "engine/shadow.h"

#include "base/check.h"
#include "base/log.h"

#include <stdlib.h>

static const char sql_live[] = "SELECT version FROM policy_live WHERE id = 1";
static const char sql_source[] = "SELECT source FROM policy_version WHERE number = $1";

static struct lw_snapshot_box *box_of(const struct lw_snapshot *snapshot)
{
  return (struct lw_snapshot_box *)(uintptr_t)
      snapshot->live; /* its first member; counting is no change */
}

const struct lw_snapshot *lw_snapshot_ref(const struct lw_snapshot *snapshot)
{
  if (snapshot != NULL) {
    atomic_fetch_add_explicit(&box_of(snapshot)->refs, 1, memory_order_relaxed);
  }
  return snapshot;
}

static void unref_policy(struct lw_snapshot_policy *shared)
{
  if (shared != NULL && atomic_fetch_sub_explicit(&shared->refs, 1, memory_order_acq_rel) == 1) {
    lw_policy_destroy(shared->policy);
    free(shared);
  }
}

void lw_snapshot_unref(const struct lw_snapshot *snapshot)
{
  if (snapshot == NULL) {
    return;
  }
  struct lw_snapshot_box *box = box_of(snapshot);
  unsigned before = atomic_fetch_sub_explicit(&box->refs, 1, memory_order_acq_rel);
  LW_ASSERT(before > 0);
  if (before == 1) {
    for (size_t i = 0; i < LW_VIEWS_MAX; i++) {
      unref_policy(box->shared[i]);
    }
    lw_arena_finish(&box->keep);
    free(box);
  }
}

/* Each budget under the number that its name has had since it was first published. */
static enum lw_code number_budgets(struct lw_db *db, struct lw_policy *policy, struct lw_error *err)
{
  for (uint32_t i = 0; i < policy->n_budgets; i++) {
    uint32_t number = 0;
    enum lw_code rc = lw_drawn_number(db, policy->budgets[i].name, &number, err);
    if (rc != LW_OK) {
      return rc;
    }
    lw_policy_number_budget(policy, i, number);
  }
  return LW_OK;
}

static enum lw_code load_source(struct lw_db *db, uint64_t version, struct lw_policy **ret_policy,
                                struct lw_error *err)
{
  struct lw_stmt *stmt = NULL;
  struct lw_arena arena;
  struct lw_diags diags;
  bool is_row = false;
  lw_arena_init(&arena, NULL, 0);
  lw_diags_init(&diags, &arena);
  enum lw_code rc = lw_db_statement(db, sql_source, &stmt, err);
  if (rc != LW_OK) {
    goto out;
  }
  lw_stmt_int(stmt, 1, (int64_t)version);
  rc = lw_stmt_step(stmt, &is_row, err);
  if (rc == LW_OK) {
    *ret_policy = is_row ? lw_policy_load(lw_stmt_get_text(stmt, 0), NULL, NULL, &diags) : NULL;
  }
  lw_stmt_reset(stmt);
  if (rc == LW_OK && *ret_policy == NULL) {
    lw_str why = diags.count != 0 ? diags.items[0].message : LW_STR("out of memory, or it is gone");
    rc = lw_fail(err, LW_INVALID, "version %llu of the policy does not load: %.*s",
                 (unsigned long long)version, LW_FMT(why));
  }
out:
  lw_arena_finish(&arena);
  return rc;
}

static struct lw_snapshot_policy *share(struct lw_policy *policy, uint64_t version)
{
  struct lw_snapshot_policy *shared = calloc(1, sizeof *shared);
  if (shared == NULL) {
    lw_policy_destroy(policy);
    return NULL;
  }
  shared->policy = policy;
  shared->version = version;
  atomic_init(&shared->refs, 1);
  return shared;
}

static enum lw_code load_policy(struct lw_db *db, uint64_t version, struct lw_policy **offered,
                                uint64_t offered_version, struct lw_snapshot_policy **ret_shared,
                                struct lw_error *err)
{
  struct lw_policy *policy = NULL;
  enum lw_code rc = LW_OK;
  if (*offered != NULL && offered_version == version) {
    policy = *offered;
    *offered = NULL;
  } else {
    rc = load_source(db, version, &policy, err);
  }
  if (rc == LW_OK) {
    rc = number_budgets(db, policy, err);
  }
  if (rc != LW_OK) {
    lw_policy_destroy(policy);
    return rc;
  }
  *ret_shared = share(policy, version);
  return *ret_shared != NULL ? LW_OK : lw_fail(err, LW_NO_MEMORY, "out of memory");
}

static struct lw_snapshot_policy *find_shared(const struct lw_snapshot *before, uint64_t version)
{
  for (size_t i = 0; before != NULL && i < LW_VIEWS_MAX; i++) {
    struct lw_snapshot_policy *shared = box_of(before)->shared[i];
    if (shared != NULL && shared->version == version) {
      return shared;
    }
  }
  return NULL;
}

static enum lw_code share_policy(struct lw_db *db, const struct lw_snapshot *before,
                                 uint64_t version, struct lw_policy **offered,
                                 uint64_t offered_version, struct lw_snapshot_policy **ret_shared,
                                 struct lw_error *err)
{
  struct lw_snapshot_policy *shared = find_shared(before, version);
  if (shared != NULL) {
    atomic_fetch_add_explicit(&shared->refs, 1, memory_order_relaxed);
    *ret_shared = shared;
    return LW_OK;
  }
  return load_policy(db, version, offered, offered_version, ret_shared, err);
}

/* --- trials --- */

/* The paths of the teams that it names; those that are gone have nobody in them. */
static bool find_paths(const struct lw_canary *canary, const struct lw_staff *staff,
                       struct lw_arena *keep, struct lw_snapshot_trial *trial)
{
  lw_str *paths = LW_NEW_ARRAY(keep, lw_str, canary->n_teams + 1);
  for (uint32_t i = 0; paths != NULL && i < canary->n_teams; i++) {
    const struct lw_team *team = lw_staff_find_team(staff, canary->teams[i]);
    if (team != NULL) {
      paths[trial->n_teams++] = team->path;
    }
  }
  trial->teams = paths;
  return paths != NULL;
}

static bool fill_trial(const struct lw_snapshot_box *box, const struct lw_canary *canary,
                       struct lw_arena *keep, struct lw_snapshot_trial *trial)
{
  *trial = (struct lw_snapshot_trial){.view = box->snapshot,
                                      .id = canary->id,
                                      .under = canary->under,
                                      .until = canary->until,
                                      .has_stop = canary->has_stop,
                                      .stop_minor = canary->stop_minor};
  return find_paths(canary, box->snapshot.staff, keep, trial);
}

static enum lw_code load_trials(struct lw_db *db, const struct lw_snapshot *before,
                                struct lw_policy **offered, uint64_t offered_version,
                                struct lw_snapshot_box *box, struct lw_error *err)
{
  struct lw_canary *running = NULL;
  uint32_t count = 0;
  enum lw_code rc = lw_canary_running(db, &box->keep, &running, &count, err);
  struct lw_snapshot_trial *trials =
      rc == LW_OK ? LW_NEW_ARRAY(&box->keep, struct lw_snapshot_trial, count + 1) : NULL;
  if (rc == LW_OK && trials == NULL) {
    rc = lw_fail(err, LW_NO_MEMORY, "out of memory");
  }
  for (uint32_t i = 0; rc == LW_OK && i < count; i++) {
    struct lw_snapshot *view = &trials[i].view;
    if (!fill_trial(box, &running[i], &box->keep, &trials[i])) {
      return lw_fail(err, LW_NO_MEMORY, "out of memory");
    }
    rc = share_policy(db, before, running[i].version, offered, offered_version, &box->shared[i + 1],
                      err);
    if (rc == LW_OK) {
      view->policy = box->shared[i + 1]->policy;
      view->policy_version = running[i].version;
      view->trial = i + 1;
      view->live = &box->snapshot;
      box->snapshot.trials = trials;
      box->snapshot.n_trials = i + 1;
    }
  }
  return rc;
}

static bool is_in(const struct lw_snapshot_trial *trial, lw_str team)
{
  for (uint32_t i = 0; i < trial->n_teams; i++) {
    lw_str path = trial->teams[i];
    bool below = trial->under && team.len > path.len && team.ptr[path.len] == '/';
    if (lw_str_starts(team, path) && (team.len == path.len || below)) {
      return true;
    }
  }
  return false;
}

const struct lw_snapshot *lw_snapshot_for_team(const struct lw_snapshot *snapshot, lw_str team,
                                               lw_usec now)
{
  const struct lw_snapshot *live = snapshot->live;
  for (uint32_t i = 0; team.len != 0 && i < live->n_trials; i++) {
    if (now < live->trials[i].until && is_in(&live->trials[i], team)) {
      return &live->trials[i].view;
    }
  }
  return live;
}

const struct lw_snapshot *lw_snapshot_for(const struct lw_snapshot *snapshot, lw_str person,
                                          lw_usec now)
{
  const struct lw_person *found =
      snapshot->live->n_trials != 0 ? lw_staff_find(snapshot->staff, person) : NULL;
  return found != NULL ? lw_snapshot_for_team(snapshot, found->actor.team, now) : snapshot->live;
}

/* --- the shadow --- */

/* The budget of a policy beside it that it shares its rows with, or NULL. */
static const struct lw_budget *find_alike(const struct lw_snapshot *live,
                                          const struct lw_budget *budget)
{
  const struct lw_budget *found = lw_canary_find_alike(live->policy, budget);
  for (uint32_t i = 0; found == NULL && i < live->n_trials; i++) {
    found = lw_canary_find_alike(live->trials[i].view.policy, budget);
  }
  return found;
}

static bool number_shadow(const struct lw_snapshot *live, struct lw_policy *policy, bool is_new,
                          struct lw_arena *keep, struct lw_snapshot_shadow *shadow)
{
  lw_str *undrawn = LW_NEW_ARRAY(keep, lw_str, policy->n_budgets + 1);
  for (uint32_t i = 0; undrawn != NULL && i < policy->n_budgets; i++) {
    const struct lw_budget *alike = find_alike(live, &policy->budgets[i]);
    if (alike == NULL) {
      undrawn[shadow->n_undrawn++] = policy->budgets[i].name;
    }
    if (is_new) {
      lw_policy_number_budget(policy, i, alike != NULL ? alike->number : UINT32_MAX - 1 - i);
    }
  }
  shadow->undrawn = undrawn;
  return undrawn != NULL;
}

/* That of the snapshot before, if all the policies are the same ones. */
static struct lw_snapshot_policy *find_shadow(const struct lw_snapshot *before,
                                              const struct lw_snapshot_box *box, uint64_t seq)
{
  struct lw_snapshot_policy *shared =
      before != NULL ? box_of(before)->shared[LW_VIEW_SHADOW] : NULL;
  bool same = shared != NULL && shared->shadow == seq;
  for (size_t i = 0; same && i < LW_VIEW_SHADOW; i++) {
    same = box_of(before)->shared[i] == box->shared[i];
  }
  return same ? shared : NULL;
}

/* *ret_policy NULL and LW_OK: it does not load. */
static enum lw_code read_shadow(struct lw_db *db, struct lw_policy **offered,
                                uint64_t offered_version, struct lw_policy **ret_policy,
                                struct lw_error *err)
{
  struct lw_arena arena;
  struct lw_diags diags;
  lw_str source;
  *ret_policy = NULL;
  if (*offered != NULL && offered_version == LW_OFFERED_SHADOW) {
    *ret_policy = *offered;
    *offered = NULL;
    return LW_OK;
  }
  lw_arena_init(&arena, NULL, 0);
  lw_diags_init(&diags, &arena);
  enum lw_code rc = lw_shadow_source(db, &arena, &source, err);
  if (rc == LW_OK) {
    *ret_policy = lw_policy_load(source, NULL, NULL, &diags);
    if (*ret_policy == NULL) {
      lw_log(LW_LOG_WARNING, "engine", "the policy in the shadow does not load", NULL);
    }
  }
  lw_arena_finish(&arena);
  return rc;
}

static enum lw_code share_shadow(struct lw_db *db, const struct lw_snapshot *before,
                                 struct lw_policy **offered, uint64_t offered_version, uint64_t seq,
                                 struct lw_snapshot_box *box, bool *ret_is_new,
                                 struct lw_error *err)
{
  struct lw_policy *policy = NULL;
  struct lw_snapshot_policy *shared = find_shadow(before, box, seq);
  *ret_is_new = shared == NULL;
  if (shared != NULL) {
    atomic_fetch_add_explicit(&shared->refs, 1, memory_order_relaxed);
    box->shared[LW_VIEW_SHADOW] = shared;
    return LW_OK;
  }
  enum lw_code rc = read_shadow(db, offered, offered_version, &policy, err);
  if (rc == LW_OK && policy != NULL) {
    shared = share(policy, LW_OFFERED_SHADOW);
    rc = shared != NULL ? LW_OK : lw_fail(err, LW_NO_MEMORY, "out of memory");
  }
  if (shared != NULL) {
    shared->shadow = seq;
    box->shared[LW_VIEW_SHADOW] = shared;
  }
  return rc;
}

static enum lw_code load_shadow(struct lw_db *db, const struct lw_snapshot *before,
                                struct lw_policy **offered, uint64_t offered_version,
                                struct lw_snapshot_box *box, struct lw_error *err)
{
  struct lw_shadow row;
  bool found = false;
  bool is_new = false;
  enum lw_code rc = lw_shadow_find(db, &box->keep, &row, &found, err);
  if (rc == LW_OK && found) {
    rc = share_shadow(db, before, offered, offered_version, row.seq, box, &is_new, err);
  }
  struct lw_snapshot_policy *shared = box->shared[LW_VIEW_SHADOW];
  if (rc != LW_OK || shared == NULL) {
    return rc;
  }
  struct lw_snapshot_shadow *shadow = LW_NEW(&box->keep, struct lw_snapshot_shadow);
  if (shadow == NULL) {
    return lw_fail(err, LW_NO_MEMORY, "out of memory");
  }
  *shadow = (struct lw_snapshot_shadow){
      .view = box->snapshot, .seq = row.seq, .tag = row.tag, .until = row.until};
  shadow->view.policy = shared->policy;
  shadow->view.policy_version = 0;
  shadow->view.trial = LW_VIEW_SHADOW;
  if (!number_shadow(&box->snapshot, shared->policy, is_new, &box->keep, shadow)) {
    return lw_fail(err, LW_NO_MEMORY, "out of memory");
  }
  box->snapshot.shadow = shadow;
  return LW_OK;
}

/* --- all of it --- */

static enum lw_code load_live(struct lw_db *db, const struct lw_snapshot *before,
                              struct lw_policy **offered, uint64_t offered_version,
                              struct lw_snapshot_box *box, struct lw_error *err)
{
  int64_t live = 0;
  enum lw_code rc = lw_db_get_int(db, sql_live, &live, err);
  if (rc != LW_OK || live <= 0) {
    return rc;
  }
  rc = share_policy(db, before, (uint64_t)live, offered, offered_version, &box->shared[0], err);
  if (rc == LW_OK) {
    box->snapshot.policy = box->shared[0]->policy;
    box->snapshot.policy_version = box->shared[0]->version;
  }
  return rc;
}

enum lw_code lw_snapshot_load(struct lw_db *db, const struct lw_snapshot *before,
                              struct lw_policy **offered, uint64_t offered_version,
                              const struct lw_snapshot **ret_snapshot, struct lw_error *err)
{
  struct lw_snapshot_box *box = calloc(1, sizeof *box);
  if (box == NULL) {
    return lw_fail(err, LW_NO_MEMORY, "out of memory");
  }
  atomic_init(&box->refs, 1);
  lw_arena_init(&box->keep, NULL, 0);
  box->snapshot.live = &box->snapshot;
  box->snapshot.serial = before != NULL ? before->serial + 1 : 1;
  enum lw_code rc = load_live(db, before, offered, offered_version, box, err);
  if (rc == LW_OK) {
    rc = lw_staff_load(db, &box->keep, &box->snapshot.staff, err);
  }
  if (rc == LW_OK && box->snapshot.policy != NULL) {
    rc = load_trials(db, before, offered, offered_version, box, err);
  }
  if (rc == LW_OK && box->snapshot.policy != NULL) {
    rc = load_shadow(db, before, offered, offered_version, box, err);
  }
  if (rc != LW_OK) {
    lw_snapshot_unref(&box->snapshot);
    return rc;
  }
  *ret_snapshot = &box->snapshot;
  return LW_OK;
}
