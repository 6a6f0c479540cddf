/* Whom nobody has thanked for long, and hard cases that ended well: a lead's quiet reminder. */
#include "desk/case_store.h"
#include "data/member.h"
#include "desk/entry.h"
#include "desk/review.h"
#include "desk/thanks.h"
#include "people/person.h"
#include "policy/who.h"

#include <stdlib.h>

#define DAY_USEC (LW_SECONDS_PER_DAY * LW_USEC_PER_SECOND)

enum {
  ROWS_LOOKED_AT_MAX = 500,
  WELL_PPM = 800000, /* of the way from the scale's least to its most */
  HARD_OWNER_CHANGES = 2
};

/* --- whom nobody has thanked for long --- */

static enum lw_code last_thanked(struct lw_db *db, lw_str person, lw_usec *ret_at,
                                 struct lw_error *err)
{
  return lw_db_number(db, "SELECT at FROM thanks WHERE person = $1 ORDER BY id DESC LIMIT 1",
                      &person, 1, ret_at, err);
}

/* People (not AI agents) whom the caller leads in that team (empty: in any), by name. */
static const struct lw_person **led(const struct lw_desk_reader *reader, lw_str team,
                                    uint32_t *ret_count)
{
  const struct lw_staff *staff = reader->snapshot->staff;
  const struct lw_person **people =
      LW_NEW_ARRAY(reader->arena, const struct lw_person *, staff->n_persons + 1);
  uint32_t count = 0;
  for (uint32_t i = 0; people != NULL && i < staff->n_persons; i++) {
    const struct lw_person *person = &staff->persons[i];
    bool human = person->active && person->actor.kind == LW_ACTOR_HUMAN &&
                 (team.len == 0 || lw_team_within(person->actor.team, team));
    if (human && lw_staff_leads(staff, reader->caller->person, person)) {
      people[count++] = person;
    }
  }
  if (people != NULL) {
    qsort(people, count, sizeof *people, lw_person_order);
  }
  *ret_count = count;
  return people;
}

enum lw_code lw_thanks_add_quiet(const struct lw_desk_reader *reader, lw_str team,
                                 struct lw_buf *out, struct lw_error *err)
{
  uint32_t count = 0;
  const struct lw_person **people = led(reader, team, &count);
  lw_usec since = reader->now - LW_THANKS_QUIET_DAYS * DAY_USEC;
  enum lw_code rc = people != NULL ? LW_OK : lw_fail(err, LW_NO_MEMORY, "out of memory for a list");
  lw_buf_add_char(out, '[');
  for (uint32_t i = 0; rc == LW_OK && i < count; i++) {
    lw_usec last = 0;
    rc = last_thanked(reader->db, people[i]->actor.id, &last, err);
    if (rc == LW_OK && last < since) {
      lw_buf_add_c(out, out->ptr[out->len - 1] == '[' ? "{" : ",{");
      lw_member_text(out, "person", people[i]->actor.id);
      lw_member_text(out, "name", people[i]->actor.name);
      if (last != 0) {
        lw_member_time(out, "last_at", last);
      }
      lw_buf_add_char(out, '}');
    }
  }
  lw_buf_add_char(out, ']');
  return rc;
}

/* --- hard cases that ended well --- */

struct well {
  lw_str case_id;
  lw_str agent;
  lw_usec at; /* of the rating */
};

static enum lw_code read_well(const struct lw_desk_reader *reader, struct well **ret_items,
                              uint32_t *ret_count, struct lw_error *err)
{
  static const char sql[] =
      "SELECT r.case_id, r.agent, r.at FROM rating r WHERE r.at >= $1 AND r.share >= $2 AND "
      "r.agent "
      "<> '' AND NOT EXISTS (SELECT 1 FROM thanks t WHERE t.person = r.agent AND t.case_id = "
      "r.case_id) ORDER BY r.at DESC, r.id DESC LIMIT 500";
  struct well *items = LW_NEW_ARRAY(reader->arena, struct well, ROWS_LOOKED_AT_MAX);
  struct lw_stmt *stmt = NULL;
  uint32_t count = 0;
  bool is_row = false;
  enum lw_code rc = items != NULL ? lw_db_statement(reader->db, sql, &stmt, err)
                                  : lw_fail(err, LW_NO_MEMORY, "out of memory for a list");
  if (rc != LW_OK) {
    return rc;
  }
  lw_stmt_int(stmt, 1, reader->now - LW_THANKS_HARD_DAYS * DAY_USEC);
  lw_stmt_int(stmt, 2, WELL_PPM);
  while (count < ROWS_LOOKED_AT_MAX && (rc = lw_stmt_step(stmt, &is_row, err)) == LW_OK && is_row) {
    items[count++] = (struct well){.case_id = lw_stmt_copy_text(stmt, 0, reader->arena),
                                   .agent = lw_stmt_copy_text(stmt, 1, reader->arena),
                                   .at = lw_stmt_get_int(stmt, 2)};
  }
  lw_stmt_reset(stmt);
  *ret_items = items;
  *ret_count = count;
  return rc;
}

/* What made it hard, as words of the API; nothing: it was not. */
void lw_thanks_add_hard(const struct lw_case *found, struct lw_buf *out)
{
  LW_BUF_LIT(out, "[");
  if (found->escalated) {
    LW_BUF_LIT(out, "\"escalated\"");
  }
  if (found->reopened || found->figures.reopenings != 0) {
    lw_buf_add_c(out, out->ptr[out->len - 1] == '[' ? "\"reopened\"" : ",\"reopened\"");
  }
  if (found->figures.owner_changes >= HARD_OWNER_CHANGES) {
    lw_buf_add_c(out, out->ptr[out->len - 1] == '[' ? "\"handed_on\"" : ",\"handed_on\"");
  }
  LW_BUF_LIT(out, "]");
}

bool lw_thanks_is_hard(const struct lw_case *found)
{
  return found->escalated || found->reopened || found->figures.reopenings != 0 ||
         found->figures.owner_changes >= HARD_OWNER_CHANGES;
}

static void add_case(const struct lw_desk_reader *reader, const struct well *well,
                     const struct lw_case *found, struct lw_buf *out)
{
  const struct lw_person *agent = lw_staff_find(reader->snapshot->staff, well->agent);
  lw_buf_add_c(out, out->ptr[out->len - 1] == '[' ? "{" : ",{");
  lw_member_text(out, "case", well->case_id);
  lw_member_text(out, "subject", lw_desk_text(reader, found->subject));
  lw_member_text(out, "agent", well->agent);
  lw_member_text(out, "agent_name", agent != NULL ? agent->actor.name : LW_STR(""));
  lw_member_time(out, "rated_at", well->at);
  lw_member_key(out, "why");
  lw_thanks_add_hard(found, out);
  lw_buf_add_char(out, '}');
}

static enum lw_code add_hard(const struct lw_desk_reader *reader, struct lw_buf *out,
                             struct lw_error *err)
{
  const struct lw_staff *staff = reader->snapshot->staff;
  struct well *items = NULL;
  uint32_t count = 0;
  uint32_t shown = 0;
  enum lw_code rc = read_well(reader, &items, &count, err);
  LW_BUF_LIT(out, ",\"hard\":[");
  for (uint32_t i = 0; rc == LW_OK && i < count && shown < LW_THANKS_HARD_MAX; i++) {
    const struct lw_person *agent = lw_staff_find(staff, items[i].agent);
    struct lw_case found;
    if (agent == NULL || !agent->active || !lw_staff_leads(staff, reader->caller->person, agent)) {
      continue;
    }
    rc = lw_case_get(reader->db, items[i].case_id, reader->arena, &found, err);
    if (rc == LW_OK && lw_thanks_is_hard(&found)) {
      add_case(reader, &items[i], &found, out);
      shown++;
    }
    rc = rc == LW_NOT_FOUND ? LW_OK : rc; /* of a case that is not kept here */
  }
  lw_buf_add_char(out, ']');
  return rc;
}

enum lw_code lw_thanks_due(const struct lw_desk_reader *reader, struct lw_buf *out,
                           struct lw_error *err)
{
  if (reader->caller == NULL || reader->caller->is_token || reader->caller->person == NULL) {
    return lw_fail(err, LW_FORBIDDEN, "this is for whoever leads people");
  }
  LW_BUF_LIT(out, "{\"quiet\":");
  enum lw_code rc = lw_thanks_add_quiet(reader, LW_STR(""), out, err);
  rc = rc == LW_OK ? add_hard(reader, out, err) : rc;
  lw_buf_printf(out, ",\"days\":%d}", LW_THANKS_QUIET_DAYS);
  return rc == LW_OK && (out->failed || reader->arena->failed)
             ? lw_fail(err, LW_NO_MEMORY, "out of memory for a list")
             : rc;
}
