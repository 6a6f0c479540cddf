/* Drawing a team's week.
 *
 * Every decision of the week (and every case that was closed in it) has a rank: SHA-256 of the
 * journal's hash at the week's end and its id. The hash is of an entry that nobody can foresee, so
 * nobody can see to it that a decision is drawn or passed over; and whoever has the record can
 * compute it again. The part at random is the lowest ranks. The part that is chosen is looked for
 * among the next ones, in the same order, and takes the reasons in turn, so that one frequent
 * reason does not crowd out the others. What is then missing comes at random.
 *
 * A week may have more decisions than fit in memory: only the lowest KEPT ranks are kept. */
#include "desk/review_draw.h"

#include "budget/window.h"
#include "policy/answer.h"
#include "policy/who.h"

#include <stdlib.h>

enum {
  KEPT = 3000,       /* candidates by rank; what stands out is looked for among them */
  CHOSEN_FACTOR = 4, /* so many times the chosen part is found before looking ends */
  SECOND_ONE_IN = 8  /* of what is drawn is answered by two */
};

static const char cases_sql[] = "SELECT id, customer, owner, closed_at FROM cases WHERE closed_at "
                                ">= $1 AND closed_at < $2 AND owner <> ''";

void lw_review_set_week(const struct lw_tz *zone, lw_usec at, struct lw_review_drawing *drawing)
{
  const struct lw_window week = {.kind = LW_WINDOW_WEEK};
  struct lw_period period;
  lw_window_period(&week, zone, at, &period);
  drawing->week = period.start;
  drawing->until = period.end;
}

lw_hash lw_review_rank(struct lw_hasher *hasher, const lw_hash *seed, lw_str id)
{
  char hex[2 * LW_HASH_BYTES];
  lw_hex_write(seed->bytes, LW_HASH_BYTES, hex);
  lw_hasher_start(hasher);
  lw_hasher_add(hasher, lw_str_from(hex, sizeof hex));
  lw_hasher_add(hasher, LW_STR("\n"));
  lw_hasher_add(hasher, id);
  return lw_hasher_end(hasher);
}

/* --- the field --- */

struct gathering {
  struct lw_review_field *field;
  struct lw_review_drawing *drawing;
  struct lw_hasher *hasher;
  lw_str currency;
  lw_hash worst; /* what is above it falls out; once `full` */
  bool full;
};

static int by_rank(const void *a, const void *b)
{
  const struct lw_review_candidate *left = a;
  const struct lw_review_candidate *right = b;
  return memcmp(left->rank.bytes, right->rank.bytes, LW_HASH_BYTES);
}

static void sort(struct lw_review_field *field)
{
  if (field->count != 0) {
    qsort(field->items, field->count, sizeof field->items[0], by_rank);
  }
}

/* The candidate's place when its rank is low enough; else NULL. */
static struct lw_review_candidate *place_for(struct gathering *gathering, lw_str id)
{
  struct lw_review_field *field = gathering->field;
  lw_hash rank = lw_review_rank(gathering->hasher, &gathering->drawing->seed, id);
  gathering->drawing->pool++;
  if (gathering->full && memcmp(rank.bytes, gathering->worst.bytes, LW_HASH_BYTES) >= 0) {
    return NULL;
  }
  if (field->count == 2 * KEPT) {
    sort(field);
    field->count = KEPT;
    gathering->worst = field->items[KEPT - 1].rank;
    gathering->full = true;
  }
  struct lw_review_candidate *candidate = &field->items[field->count++];
  *candidate = (struct lw_review_candidate){.rank = rank};
  return candidate;
}

static bool gather_decision(void *user, const struct lw_listed *listed)
{
  struct gathering *gathering = user;
  struct lw_arena *arena = gathering->field->reader->arena;
  char place[LW_ID_TEXT_BYTES_MAX];
  lw_str id = {place, lw_id_write(LW_STR("dec"), listed->id, place)};
  bool stands = (listed->state == LW_DECISION_FINAL || listed->state == LW_DECISION_HELD) &&
                !listed->own; /* what somebody learns is not reviewed as a remedy */
  struct lw_review_candidate *candidate = stands ? place_for(gathering, id) : NULL;
  if (candidate == NULL) {
    return true;
  }
  candidate->asked = listed->asked;
  candidate->approver = lw_str_copy(arena, listed->approver);
  candidate->reason = lw_str_copy(arena, listed->reason);
  candidate->item = (struct lw_review){.subject = lw_str_copy(arena, id),
                                       .agent = lw_str_copy(arena, listed->agent),
                                       .customer = lw_str_copy(arena, listed->customer),
                                       .case_id = lw_str_copy(arena, listed->case_id),
                                       .action = lw_str_copy(arena, listed->action),
                                       .verdict = lw_verdict_name(listed->verdict),
                                       .has_amount = listed->has_amount,
                                       .amount_minor = listed->amount_minor,
                                       .currency = gathering->currency,
                                       .happened_at = listed->at,
                                       .detail = LW_STR("{}")};
  return !arena->failed;
}

static bool owner_within(const struct lw_staff *staff, lw_str owner, lw_str team)
{
  const struct lw_person *person = lw_staff_find(staff, owner);
  return person != NULL && lw_team_within(person->actor.team, team);
}

static void gather_case(struct gathering *gathering, const struct lw_stmt *row)
{
  const struct lw_desk_reader *reader = gathering->field->reader;
  lw_str id = lw_stmt_get_text(row, 0);
  lw_str owner = lw_stmt_get_text(row, 2);
  if (!owner_within(reader->snapshot->staff, owner, gathering->drawing->team)) {
    return;
  }
  struct lw_review_candidate *candidate = place_for(gathering, id);
  if (candidate != NULL) {
    lw_str copy = lw_str_copy(reader->arena, id);
    candidate->item = (struct lw_review){
        .is_case = true,
        .subject = copy,
        .case_id = copy,
        .agent = lw_str_copy(reader->arena, owner),
        .customer = lw_str_copy(reader->arena, lw_stmt_get_text(row, 1)),
        .verdict = LW_STR("none"),
        .happened_at = lw_stmt_get_int(row, 3),
        .detail = LW_STR("{}"),
    };
  }
}

static enum lw_code gather_cases(struct gathering *gathering, struct lw_error *err)
{
  const struct lw_desk_reader *reader = gathering->field->reader;
  struct lw_stmt *stmt = NULL;
  bool is_row = false;
  enum lw_code rc = lw_db_statement(reader->db, cases_sql, &stmt, err);
  if (rc != LW_OK) {
    return rc;
  }
  lw_stmt_int(stmt, 1, gathering->drawing->week);
  lw_stmt_int(stmt, 2, gathering->drawing->until);
  while ((rc = lw_stmt_step(stmt, &is_row, err)) == LW_OK && is_row) {
    gather_case(gathering, stmt);
  }
  lw_stmt_reset(stmt);
  return rc;
}

static enum lw_code gather(struct gathering *gathering, struct lw_error *err)
{
  struct lw_review_field *field = gathering->field;
  struct lw_arena *arena = field->reader->arena;
  const struct lw_lists_filter filter = {.view = {.all = true},
                                         .team = gathering->drawing->team,
                                         .since = gathering->drawing->week,
                                         .until = gathering->drawing->until};
  uint64_t through = 0;
  field->items = LW_NEW_ARRAY(arena, struct lw_review_candidate, 2 * KEPT);
  field->amounts = LW_NEW_ARRAY(arena, int64_t, 2 * KEPT);
  if (field->items == NULL || field->amounts == NULL) {
    return lw_fail(err, LW_NO_MEMORY, "out of memory for a draw");
  }
  enum lw_code rc = lw_lists_each(field->lists, &filter, gather_decision, gathering, &through, err);
  rc = rc == LW_OK ? gather_cases(gathering, err) : rc;
  sort(field);
  return rc == LW_OK && arena->failed ? lw_fail(err, LW_NO_MEMORY, "out of memory for a draw") : rc;
}

/* The hash at the end of the week: of the last decision that anybody made in it. */
static enum lw_code find_seed(const struct lw_desk_reader *reader, struct lw_lists *lists,
                              struct lw_review_drawing *drawing, struct lw_error *err)
{
  const struct lw_lists_filter filter = {
      .view = {.all = true}, .until = drawing->until, .limit = 1};
  struct lw_lists_page page;
  struct lw_entry_view entry;
  drawing->seed = (lw_hash){{0}};
  drawing->seed_seq = 0;
  enum lw_code rc = lw_lists_decisions(lists, &filter, reader->arena, &page, err);
  if (rc == LW_OK && page.count != 0) {
    drawing->seed_seq = page.items[0].seq;
    rc = lw_journal_read(reader->db, drawing->seed_seq, reader->arena, &entry, err);
    drawing->seed = rc == LW_OK ? entry.hash : drawing->seed;
  }
  return rc;
}

/* --- picking --- */

struct picking {
  struct lw_review_field *field;
  struct lw_review_drawing *drawing;
  uint32_t wanted; /* by now */
};

static void pick(struct picking *picking, struct lw_review_candidate *candidate)
{
  candidate->taken = true;
  candidate->item.second = candidate->rank.bytes[LW_HASH_BYTES - 1] % SECOND_ONE_IN == 0;
  picking->drawing->count++;
}

static enum lw_code pick_random(struct picking *picking, struct lw_error *err)
{
  struct lw_review_field *field = picking->field;
  enum lw_code rc = LW_OK;
  for (uint32_t i = 0; rc == LW_OK && i < field->count; i++) {
    struct lw_review_candidate *candidate = &field->items[i];
    bool usable = false;
    if (picking->drawing->count >= picking->wanted) {
      break;
    }
    rc = candidate->taken ? LW_OK : lw_review_usable(field, candidate, &usable, err);
    if (rc == LW_OK && usable) {
      candidate->item.why = LW_REVIEW_RANDOM;
      candidate->item.detail = LW_STR("{}");
      pick(picking, candidate);
    }
  }
  return rc;
}

/* Looks at candidates, in order of their ranks, until enough stand out to choose among. */
static enum lw_code look(struct picking *picking, uint32_t chosen, struct lw_error *err)
{
  struct lw_review_field *field = picking->field;
  uint32_t found = 0;
  enum lw_code rc = LW_OK;
  for (uint32_t i = 0; rc == LW_OK && i < field->count && found < chosen * CHOSEN_FACTOR; i++) {
    struct lw_review_candidate *candidate = &field->items[i];
    bool usable = false;
    rc = candidate->taken ? LW_OK : lw_review_usable(field, candidate, &usable, err);
    rc = rc == LW_OK && usable ? lw_review_find_why(field, candidate, err) : rc;
    found += rc == LW_OK && usable && candidate->item.why != LW_REVIEW_RANDOM ? 1 : 0;
  }
  return rc;
}

/* The next one with that reason, or NULL. */
static struct lw_review_candidate *next_with(struct lw_review_field *field, enum lw_review_why why)
{
  for (uint32_t i = 0; i < field->count; i++) {
    if (!field->items[i].taken && field->items[i].item.why == why) {
      return &field->items[i];
    }
  }
  return NULL;
}

static void pick_chosen(struct picking *picking)
{
  for (bool any = true; any && picking->drawing->count < picking->wanted;) {
    any = false;
    for (int why = LW_REVIEW_FALLBACK; why < LW_REVIEW_WHYS; why++) {
      struct lw_review_candidate *candidate =
          picking->drawing->count < picking->wanted && why != LW_REVIEW_PICKED
              ? next_with(picking->field, (enum lw_review_why)why)
              : NULL;
      if (candidate != NULL) {
        pick(picking, candidate);
        any = true;
      }
    }
  }
}

static enum lw_code keep(struct picking *picking, struct lw_error *err)
{
  struct lw_review_drawing *drawing = picking->drawing;
  struct lw_arena *arena = picking->field->reader->arena;
  uint32_t place = 0;
  drawing->items = LW_NEW_ARRAY(arena, struct lw_review, drawing->count + 1U);
  if (drawing->items == NULL) {
    return lw_fail(err, LW_NO_MEMORY, "out of memory for a draw");
  }
  for (uint32_t i = 0; i < picking->field->count; i++) {
    if (picking->field->items[i].taken) {
      struct lw_review *item = &drawing->items[place];
      *item = picking->field->items[i].item;
      item->team = drawing->team;
      item->week = drawing->week;
      item->place = place++;
      item->version = 1;
    }
  }
  return LW_OK;
}

static enum lw_code pick_all(struct picking *picking, struct lw_error *err)
{
  struct lw_review_drawing *drawing = picking->drawing;
  uint32_t random = (drawing->number * drawing->random_percent + 50) / 100;
  picking->wanted = random;
  enum lw_code rc = pick_random(picking, err);
  picking->wanted = drawing->number;
  rc = rc == LW_OK ? look(picking, drawing->number - random, err) : rc;
  if (rc == LW_OK) {
    pick_chosen(picking);
    rc = pick_random(picking, err);
  }
  return rc == LW_OK ? keep(picking, err) : rc;
}

enum lw_code lw_review_choose(const struct lw_desk_reader *reader, struct lw_lists *lists,
                              struct lw_review_drawing *drawing, struct lw_error *err)
{
  const struct lw_policy *policy = reader->snapshot->policy;
  struct lw_review_field field = {.reader = reader, .lists = lists};
  struct gathering gathering = {.field = &field,
                                .drawing = drawing,
                                .hasher = lw_hasher_create(),
                                .currency = policy != NULL ? lw_currency_code(policy->currency)
                                                           : LW_STR("")};
  struct picking picking = {.field = &field, .drawing = drawing};
  drawing->count = 0;
  drawing->pool = 0;
  field.json = lw_json_reader_create(NULL);
  enum lw_code rc = gathering.hasher == NULL || field.json == NULL
                        ? lw_fail(err, LW_NO_MEMORY, "out of memory for a draw")
                        : find_seed(reader, lists, drawing, err);
  rc = rc == LW_OK ? gather(&gathering, err) : rc;
  rc = rc == LW_OK ? pick_all(&picking, err) : rc;
  lw_hasher_destroy(gathering.hasher);
  lw_json_reader_destroy(field.json);
  return rc;
}
