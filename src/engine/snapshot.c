/* Snapshots: policy and people as they are live, counted by whoever holds one.
 *
 * A snapshot is made by the writer and never changes. Requests read against the one of their
 * moment and give it back; the last one to do so frees it. The policy is counted apart, as people
 * change often and a large policy takes a while to load: snapshots of the same version share it. */
#include "engine/inside.h"

#include "base/check.h"

#include <stdlib.h>

static const char sql_live[] = "SELECT version FROM policy_live WHERE id = 1";
static const char sql_source[] = "SELECT source FROM policy_version WHERE number = $1";

static struct lw_snapshot_box *box_of(const struct lw_snapshot *snapshot)
{
  return (
      struct lw_snapshot_box *)(uintptr_t)snapshot; /* its first member; counting is no change */
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
    unref_policy(box->shared);
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
  struct lw_snapshot_policy *shared = rc == LW_OK ? calloc(1, sizeof *shared) : NULL;
  if (shared == NULL) {
    lw_policy_destroy(policy);
    return rc != LW_OK ? rc : lw_fail(err, LW_NO_MEMORY, "out of memory");
  }
  shared->policy = policy;
  shared->version = version;
  atomic_init(&shared->refs, 1);
  *ret_shared = shared;
  return LW_OK;
}

static enum lw_code share_policy(struct lw_db *db, const struct lw_snapshot *before,
                                 struct lw_policy **offered, uint64_t offered_version,
                                 struct lw_snapshot_policy **ret_shared, struct lw_error *err)
{
  int64_t live = 0;
  enum lw_code rc = lw_db_get_int(db, sql_live, &live, err);
  if (rc != LW_OK || live <= 0) {
    *ret_shared = NULL;
    return rc;
  }
  struct lw_snapshot_policy *shared = before != NULL ? box_of(before)->shared : NULL;
  if (shared != NULL && shared->version == (uint64_t)live) {
    atomic_fetch_add_explicit(&shared->refs, 1, memory_order_relaxed);
    *ret_shared = shared;
    return LW_OK;
  }
  return load_policy(db, (uint64_t)live, offered, offered_version, ret_shared, err);
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
  enum lw_code rc = share_policy(db, before, offered, offered_version, &box->shared, err);
  if (rc == LW_OK) {
    rc = lw_staff_load(db, &box->keep, &box->snapshot.staff, err);
  }
  if (rc != LW_OK) {
    lw_snapshot_unref(&box->snapshot);
    return rc;
  }
  if (box->shared != NULL) {
    box->snapshot.policy = box->shared->policy;
    box->snapshot.policy_version = box->shared->version;
  }
  box->snapshot.serial = before != NULL ? before->serial + 1 : 1;
  *ret_snapshot = &box->snapshot;
  return LW_OK;
}
