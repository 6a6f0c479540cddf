/* Cases that do not move, summed up by who has them: one walk over the stale ones, each held
 * against what the caller may see, into a group for each owner or department. */
#include "base/table.h"
#include "desk/case_store.h"
#include "data/member.h"
#include "desk/review.h"

#include <stdlib.h>

struct group {
  lw_str key; /* empty: nobody's, or of no department */
  uint32_t cases;
  uint32_t escalated;
  uint64_t nudges;
  uint64_t answered;
  lw_usec answer_usec; /* their sum */
  lw_usec over_usec;   /* the longest */
  lw_usec silence_usec;
};

struct summary {
  const struct lw_desk_reader *reader;
  bool by_department;
  bool works_council; /* single owners are for themselves and whoever leads them */
  struct lw_table index;
  struct group *groups;
  uint32_t count;
  size_t capacity;
  struct group total;
};

static struct group *find_group(struct summary *summary, lw_str key)
{
  struct lw_arena *arena = summary->reader->arena;
  bool is_new = false;
  /* A table knows no empty key. */
  lw_str named = lw_str_format(arena, "=%.*s", LW_FMT(key));
  uint32_t *place = named.ptr != NULL ? lw_table_add(&summary->index, named, &is_new) : NULL;
  if (place == NULL) {
    return NULL;
  }
  if (is_new) {
    struct group *groups =
        lw_arena_grow(arena, summary->groups, summary->count, &summary->capacity,
                      (size_t)summary->count + 1, sizeof *groups, _Alignof(struct group));
    if (groups == NULL) {
      return NULL;
    }
    summary->groups = groups;
    groups[summary->count] = (struct group){.key = lw_str_slice(named, 1, SIZE_MAX)};
    *place = summary->count++;
  }
  return &summary->groups[*place];
}

static void count(struct group *group, const struct lw_case *found, lw_usec now)
{
  struct lw_case_figures figures = lw_case_figures_at(&found->figures, now);
  lw_usec over = now - lw_case_over_since(found);
  group->cases++;
  group->escalated += found->escalated;
  group->nudges += found->nudges;
  group->answered += figures.nudges_answered;
  group->answer_usec += figures.nudge_wait_usec;
  group->over_usec = over > group->over_usec ? over : group->over_usec;
  group->silence_usec =
      figures.silence_usec > group->silence_usec ? figures.silence_usec : group->silence_usec;
}

static enum lw_code walk(struct summary *summary, struct lw_stmt *stmt, struct lw_error *err)
{
  const struct lw_desk_reader *reader = summary->reader;
  bool is_row = false;
  enum lw_code rc = LW_OK;
  while ((rc = lw_stmt_step(stmt, &is_row, err)) == LW_OK && is_row) {
    struct lw_case found = {0};
    lw_case_take(stmt, reader->arena, &found);
    if (!reader->arena->failed && !lw_case_visible(reader, &found)) {
      continue;
    }
    struct group *group =
        find_group(summary, summary->by_department ? found.department : found.owner);
    if (group == NULL || reader->arena->failed) {
      return lw_fail(err, LW_NO_MEMORY, "out of memory for a list");
    }
    count(group, &found, reader->now);
    count(&summary->total, &found, reader->now);
  }
  return rc;
}

static int compare_groups(const void *a, const void *b)
{
  const struct group *one = a;
  const struct group *other = b;
  int order = (one->over_usec < other->over_usec) - (one->over_usec > other->over_usec);
  return order != 0 ? order : lw_str_compare(one->key, other->key);
}

static void print_sums(const struct group *group, struct lw_buf *out)
{
  const lw_usec minute = 60 * LW_USEC_PER_SECOND;
  lw_member_int(out, "cases", group->cases);
  lw_member_int(out, "escalated", group->escalated);
  lw_member_int(out, "longest_over_minutes", group->over_usec / minute);
  lw_member_int(out, "longest_silence_minutes", group->silence_usec / minute);
  lw_member_int(out, "nudges", (int64_t)group->nudges);
  lw_member_int(out, "nudges_answered", (int64_t)group->answered);
  if (group->answered != 0) {
    lw_member_int(out, "nudge_answer_seconds",
                  group->answer_usec / (lw_usec)group->answered / LW_USEC_PER_SECOND);
  }
}

static void print_group(const struct summary *summary, const struct group *group,
                        struct lw_buf *out)
{
  const struct lw_staff *staff = summary->reader->snapshot->staff;
  lw_buf_add_char(out, '{');
  if (summary->by_department) {
    const struct lw_team *team = lw_case_team(staff, group->key);
    lw_member_text(out, "department", group->key);
    lw_member_text(out, "department_name", team != NULL ? team->name : LW_STR(""));
  } else {
    const struct lw_person *owner = lw_staff_find(staff, group->key);
    lw_member_text(out, "owner", group->key);
    lw_member_text(out, "owner_name", owner != NULL ? owner->actor.name : LW_STR(""));
    if (owner != NULL && !owner->active) {
      lw_member_bool(out, "owner_left", true);
    }
  }
  print_sums(group, out);
  lw_buf_add_char(out, '}');
}

/* A department is a team, or one that the people do not have: then nobody knows how many it is. */
static bool is_shown(const struct summary *summary, lw_str key)
{
  const struct lw_council council = {summary->works_council, summary->reader->caller,
                                     summary->reader->snapshot->staff};
  const struct lw_team *team = summary->by_department ? lw_case_team(council.staff, key) : NULL;
  if (!summary->by_department || key.len == 0 || !council.on) {
    return lw_council_shows_person(&council, summary->by_department ? LW_STR("") : key);
  }
  return council.caller == NULL || (team != NULL && lw_council_shows_within(&council, team->path));
}

static void print(struct summary *summary, struct lw_buf *out)
{
  if (summary->count > 1) {
    qsort(summary->groups, summary->count, sizeof *summary->groups, compare_groups);
  }
  lw_buf_add_char(out, '{');
  lw_member_text(out, "by", summary->by_department ? LW_STR("department") : LW_STR("owner"));
  lw_member_key(out, "groups");
  lw_buf_add_char(out, '[');
  const char *between = "";
  for (uint32_t i = 0; i < summary->count; i++) {
    if (is_shown(summary, summary->groups[i].key)) {
      lw_buf_add_c(out, between);
      between = ",";
      print_group(summary, &summary->groups[i], out);
    }
  }
  lw_buf_add_char(out, ']');
  lw_member_key(out, "total");
  lw_buf_add_char(out, '{');
  print_sums(&summary->total, out);
  LW_BUF_LIT(out, "}}");
}

enum lw_code lw_case_print_stale(const struct lw_desk_reader *reader, bool by_department,
                                 struct lw_buf *out, struct lw_error *err)
{
  struct summary summary = {.reader = reader, .by_department = by_department};
  struct lw_buf sql = {0};
  struct lw_stmt *stmt = NULL;
  lw_table_init(&summary.index, reader->arena);
  lw_buf_printf(&sql, "SELECT " LW_CASE_COLUMNS " FROM cases WHERE " LW_CASE_STALE,
                LW_CASE_STILL_USEC, (long long)reader->now);
  enum lw_code rc = sql.failed ? lw_fail(err, LW_NO_MEMORY, "out of memory for a list")
                               : lw_db_prepare(reader->db, lw_buf_str(&sql), &stmt, err);
  rc = rc == LW_OK ? lw_works_council(reader->db, &summary.works_council, err) : rc;
  rc = rc == LW_OK ? walk(&summary, stmt, err) : rc;
  if (rc == LW_OK) {
    print(&summary, out);
    rc = out->failed ? lw_fail(err, LW_NO_MEMORY, "out of memory for a list") : LW_OK;
  }
  lw_stmt_destroy(stmt);
  lw_buf_finish(&sql);
  return rc;
}
