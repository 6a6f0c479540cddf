/* A page made of the record: what is proposed, what of it was chosen, and the week around it. */
#include "desk/thanks.h"
#include "engine/publish.h"
#include "engine/reads.h"
#include "listen/huddle_propose.h"
#include "policy/who.h"

#include <stdlib.h>

/* --- cases --- */

static bool find_proposal(const struct lw_huddle *huddle, const struct lw_huddle_pick *pick,
                          struct lw_huddle_case *ret_case)
{
  for (uint32_t i = 0; i < huddle->n_proposals[pick->kind]; i++) {
    if (lw_str_equal(huddle->proposals[pick->kind][i].of, pick->of)) {
      *ret_case = huddle->proposals[pick->kind][i];
      return true;
    }
  }
  return false;
}

static enum lw_code take_picks(const struct lw_huddle_making *making,
                               const struct lw_huddle_past *past, struct lw_huddle *huddle,
                               struct lw_error *err)
{
  enum lw_code rc = LW_OK;
  for (uint32_t i = 0; rc == LW_OK && i < making->edit->n_cases; i++) {
    const struct lw_huddle_pick *pick = &making->edit->cases[i];
    struct lw_huddle_case item = {
        .kind = pick->kind, .why = LW_HUDDLE_CHOSEN, .of = pick->of, .rating_ppm = -1};
    if (!find_proposal(huddle, pick, &item)) {
      rc = lw_huddle_case_fill(making, past, &item, err);
    }
    item.text = pick->text;
    huddle->cases[huddle->n_cases++] = item;
  }
  return rc;
}

static bool is_on_page(const struct lw_huddle *huddle, const struct lw_huddle_case *item)
{
  bool found = false;
  for (uint32_t i = 0; i < huddle->n_cases && !found; i++) {
    found = lw_str_equal(huddle->cases[i].of, item->of) ||
            (item->case_id.len != 0 && lw_str_equal(huddle->cases[i].case_id, item->case_id));
  }
  return found;
}

/* The first proposal of each kind; a case stands on the page once. */
static void take_first(struct lw_huddle *huddle)
{
  for (int kind = 0; kind < LW_HUDDLE_KINDS; kind++) {
    for (uint32_t i = 0; i < huddle->n_proposals[kind]; i++) {
      if (!is_on_page(huddle, &huddle->proposals[kind][i])) {
        huddle->cases[huddle->n_cases++] = huddle->proposals[kind][i];
        break;
      }
    }
  }
}

/* --- causes --- */

static int by_money(const void *a, const void *b)
{
  const struct lw_huddle_figures *one = &((const struct lw_huddle_cause *)a)->now;
  const struct lw_huddle_figures *other = &((const struct lw_huddle_cause *)b)->now;
  int order = (one->minor < other->minor) - (one->minor > other->minor);
  order = order != 0 ? order : (one->cases < other->cases) - (one->cases > other->cases);
  return order != 0 ? order
                    : lw_str_compare(((const struct lw_huddle_cause *)a)->name,
                                     ((const struct lw_huddle_cause *)b)->name);
}

static const char rated_sql[] =
    "SELECT case_id, team, at, share FROM rating WHERE at >= $1 AND at < $2 ORDER BY at, id";

/* A rating counts for the cause of its case's last decision. */
static void count_rating(const struct lw_huddle_making *making, const struct lw_huddle_past *past,
                         const struct lw_stmt *row, struct lw_huddle *huddle)
{
  struct lw_huddle_matter matter;
  if (!lw_team_within(lw_stmt_get_text(row, 1), making->team->path) ||
      !lw_huddle_past_case(past, lw_stmt_get_text(row, 0), &matter)) {
    return;
  }
  lw_str reason =
      lw_tape_text(making->tape, LW_TAPE_REASON, lw_huddle_past_lot(past, matter.lot)->reason);
  for (uint32_t i = 0; i < huddle->n_causes; i++) {
    struct lw_huddle_cause *cause = &huddle->causes[i];
    if (lw_str_equal(cause->name, reason)) {
      struct lw_huddle_figures *to =
          lw_stmt_get_int(row, 2) >= making->week.start ? &cause->now : &cause->before;
      to->rated++;
      to->rating_sum_ppm += lw_stmt_get_int(row, 3);
    }
  }
}

static enum lw_code take_causes(const struct lw_huddle_making *making,
                                const struct lw_huddle_past *past, const struct lw_week *before,
                                struct lw_huddle *huddle, struct lw_error *err)
{
  struct lw_stmt *stmt = NULL;
  bool is_row = false;
  enum lw_code rc =
      lw_huddle_past_causes(past, making->reader->arena, &huddle->causes, &huddle->n_causes, err);
  rc = rc == LW_OK ? lw_db_statement(making->reader->db, rated_sql, &stmt, err) : rc;
  if (rc != LW_OK) {
    return rc;
  }
  lw_stmt_int(stmt, 1, before->start);
  lw_stmt_int(stmt, 2, making->week.end);
  while (huddle->n_causes != 0 && (rc = lw_stmt_step(stmt, &is_row, err)) == LW_OK && is_row) {
    count_rating(making, past, stmt, huddle);
  }
  lw_stmt_reset(stmt);
  if (huddle->n_causes != 0) {
    qsort(huddle->causes, huddle->n_causes, sizeof *huddle->causes, by_money);
  }
  uint32_t most = huddle->n_causes < LW_HUDDLE_CAUSES ? huddle->n_causes : LW_HUDDLE_CAUSES;
  huddle->n_causes = 0;
  while (huddle->n_causes < most && huddle->causes[huddle->n_causes].now.cases != 0) {
    huddle->n_causes++;
  }
  return rc;
}

/* --- what changed, and thanks --- */

enum { VERSIONS_LOOKED_AT_MAX = 200 };

static bool is_in(const struct lw_week *week, lw_usec at)
{
  return at >= week->start && at < week->end;
}

/* Published in the week, or live again since then. On trial it is told where it changes something
 * for the team. */
static enum lw_code take_versions(const struct lw_huddle_making *making, struct lw_huddle *huddle,
                                  struct lw_error *err)
{
  const struct lw_desk_reader *reader = making->reader;
  struct lw_publish_version *versions = NULL;
  uint32_t count = 0;
  enum lw_code rc = lw_publish_versions(reader->db, 0, VERSIONS_LOOKED_AT_MAX, reader->arena,
                                        &versions, &count, err);
  huddle->versions = LW_NEW_ARRAY(reader->arena, struct lw_huddle_version, count + 1U);
  if (rc == LW_OK && huddle->versions == NULL) {
    return lw_fail(err, LW_NO_MEMORY, "out of memory for versions");
  }
  for (uint32_t i = count; rc == LW_OK && i-- > 0;) { /* the oldest first */
    struct lw_reads_team told;
    bool went_live = is_in(&making->week, versions[i].live_at);
    if (!went_live && !is_in(&making->week, versions[i].at)) {
      continue;
    }
    rc = lw_reads_of_team(reader->db, reader->snapshot->staff, versions[i].number,
                          making->team->path, reader->arena, &told, err);
    if (rc == LW_OK && (went_live || told.n_said != 0)) {
      huddle->versions[huddle->n_versions++] = (struct lw_huddle_version){
          versions[i].number, told.count.people, told.count.people - told.count.read};
    }
  }
  return rc;
}

/* As the wall shows them: both are glad to see them there. */
static enum lw_code take_thanks(const struct lw_huddle_making *making, struct lw_huddle *huddle,
                                struct lw_error *err)
{
  const struct lw_desk_reader *reader = making->reader;
  struct lw_thanks *thanks = NULL;
  uint32_t count = 0;
  enum lw_code rc = lw_thanks_between(reader->db, making->week.start, making->week.end,
                                      reader->arena, &thanks, &count, err);
  huddle->thanks = LW_NEW_ARRAY(reader->arena, lw_str, count + 1U);
  if (rc == LW_OK && huddle->thanks == NULL) {
    return lw_fail(err, LW_NO_MEMORY, "out of memory for thanks");
  }
  for (uint32_t i = 0; rc == LW_OK && i < count; i++) {
    const struct lw_person *to = lw_staff_find(reader->snapshot->staff, thanks[i].person);
    if (thanks[i].offered && thanks[i].on_wall && to != NULL &&
        lw_team_within(to->actor.team, making->team->path)) {
      huddle->thanks[huddle->n_thanks++] = thanks[i].id;
    }
  }
  return rc;
}

/* --- the whole --- */

enum lw_code lw_huddle_make(const struct lw_huddle_making *making, struct lw_huddle *ret_huddle,
                            struct lw_error *err)
{
  const struct lw_policy *policy = making->reader->snapshot->policy;
  struct lw_huddle_past_of of = {
      .tape = making->tape, .team = making->team->path, .week = making->week};
  struct lw_huddle_past *past = NULL;
  *ret_huddle = (struct lw_huddle){.team = making->team->id,
                                   .week = making->week,
                                   .currency = policy != NULL ? lw_currency_code(policy->currency)
                                                              : LW_STR(""),
                                   .edit = *making->edit};
  lw_week_move(policy != NULL ? policy->zone : NULL, &making->week, -1, &of.before);
  enum lw_code rc = lw_huddle_past_create(&of, &past, err);
  rc = rc == LW_OK ? lw_huddle_propose(making, past, ret_huddle, err) : rc;
  if (rc == LW_OK && making->edit->has_cases) {
    rc = take_picks(making, past, ret_huddle, err);
  } else if (rc == LW_OK) {
    take_first(ret_huddle);
  }
  rc = rc == LW_OK ? take_causes(making, past, &of.before, ret_huddle, err) : rc;
  rc = rc == LW_OK ? take_versions(making, ret_huddle, err) : rc;
  rc = rc == LW_OK ? take_thanks(making, ret_huddle, err) : rc;
  lw_huddle_past_destroy(past);
  return rc == LW_OK && making->reader->arena->failed
             ? lw_fail(err, LW_NO_MEMORY, "out of memory for a huddle")
             : rc;
}
