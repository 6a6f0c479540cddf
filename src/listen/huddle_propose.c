/* Each source of proposals is one pass: over the week's decisions on the tape, or over the rows of
 * one table that fall into the week. They are gathered, put in order, and only those that are shown
 * are looked up in the journal. */
#include "listen/huddle_propose.h"

#include "base/num.h"
#include "desk/case.h"
#include "desk/rating.h"
#include "desk/thanks.h"
#include "policy/who.h"

#include <stdlib.h>

enum {
  LOW_PPM = 250000, /* of the way from a scale's least to its most */
  HIGH_PPM = 800000,
  AT_FIRST = 2, /* proposals of one reason before those of others */
  FAR_TIMES = 2 /* as much as the middle */
};

struct gathering {
  const struct lw_huddle_making *making;
  const struct lw_huddle_past *past;
  struct lw_huddle_case *items[LW_HUDDLE_KINDS];
  uint32_t count[LW_HUDDLE_KINDS];
  size_t capacity[LW_HUDDLE_KINDS];
};

static struct lw_arena *arena_of(const struct gathering *gathering)
{
  return gathering->making->reader->arena;
}

static enum lw_code add(struct gathering *gathering, const struct lw_huddle_case *item,
                        struct lw_error *err)
{
  enum lw_huddle_kind kind = item->kind;
  struct lw_huddle_case *grown =
      lw_arena_grow(arena_of(gathering), gathering->items[kind], gathering->count[kind],
                    &gathering->capacity[kind], gathering->count[kind] + 1U, sizeof *item,
                    _Alignof(struct lw_huddle_case));
  if (grown == NULL) {
    return lw_fail(err, LW_NO_MEMORY, "out of memory for proposals");
  }
  gathering->items[kind] = grown;
  grown[gathering->count[kind]++] = *item;
  return LW_OK;
}

/* Of the team or below, here or not any more. */
static bool is_inside(const struct gathering *gathering, lw_str person)
{
  const struct lw_person *found = lw_staff_find(gathering->making->reader->snapshot->staff, person);
  return found != NULL && lw_team_within(found->actor.team, gathering->making->team->path);
}

/* --- the journal --- */

static enum lw_code read_entry(const struct lw_huddle_making *making, uint64_t seq,
                               const struct lw_value **ret_body, struct lw_error *err)
{
  struct lw_entry_view entry;
  *ret_body = NULL;
  enum lw_code rc = lw_journal_read(making->reader->db, seq, making->reader->arena, &entry, err);
  if (rc == LW_NOT_FOUND) {
    return LW_OK;
  }
  return rc == LW_OK
             ? lw_json_read(making->json, making->reader->arena, entry.body, NULL, ret_body, err)
             : rc;
}

/* As it was granted: what later became of it is on the tape. */
static void take_granted(const struct lw_value *body, struct lw_huddle_case *item)
{
  const struct lw_value *minor =
      lw_value_get(lw_value_get(body, LW_STR("granted")), LW_STR("minor"));
  item->has_amount = minor != NULL && minor->kind == LW_VALUE_NUMBER &&
                     lw_int_read(minor->text, &item->amount_minor);
}

static void take_body(const struct lw_value *body, struct lw_huddle_case *item)
{
  const struct lw_value *request = lw_value_get(body, LW_STR("request"));
  lw_str agent = lw_value_text(lw_value_get(body, LW_STR("person")), LW_STR("id"));
  item->agent = item->agent.len != 0 ? item->agent : agent;
  item->case_id = item->case_id.len != 0 ? item->case_id : lw_value_text(request, LW_STR("case"));
  item->customer =
      item->customer.len != 0 ? item->customer : lw_value_text(request, LW_STR("customer"));
  item->action = lw_value_text(request, LW_STR("action"));
  item->reason = lw_value_text(request, LW_STR("reason"));
}

/* The lot of an entry, if it is one of those that are looked at. */
static bool find_lot(const struct lw_huddle_past *past, uint64_t seq, uint32_t *ret_lot)
{
  uint32_t from = 0;
  uint32_t to = lw_huddle_past_count(past);
  while (from < to) {
    uint32_t middle = from + (to - from) / 2;
    if (lw_huddle_past_seq(past, middle) < seq) {
      from = middle + 1;
    } else {
      to = middle;
    }
  }
  *ret_lot = from;
  return from < lw_huddle_past_count(past) && lw_huddle_past_seq(past, from) == seq &&
         lw_huddle_past_lot(past, from)->request;
}

/* The entry of its decision; of a case that names none, of its last. */
static void find_seq(const struct lw_huddle_past *past, struct lw_huddle_case *item)
{
  struct lw_huddle_matter matter;
  lw_id id;
  if (item->seq == 0 && lw_id_read(LW_STR("dec"), item->of, &id)) {
    item->seq = lw_id_seq(id);
  } else if (item->seq == 0) {
    item->case_id = item->of;
    item->seq =
        lw_huddle_past_case(past, item->of, &matter) ? lw_huddle_past_seq(past, matter.lot) : 0;
  }
}

enum lw_code lw_huddle_case_fill(const struct lw_huddle_making *making,
                                 const struct lw_huddle_past *past, struct lw_huddle_case *item,
                                 struct lw_error *err)
{
  const struct lw_value *body = NULL;
  uint32_t lot = 0;
  find_seq(past, item);
  enum lw_code rc = item->seq != 0 ? read_entry(making, item->seq, &body, err) : LW_OK;
  lw_str id = lw_value_text(body, LW_STR("id"));
  bool other = lw_str_starts(item->of, LW_STR("dec_")) && !lw_str_equal(id, item->of);
  if (rc != LW_OK || body == NULL || other) {
    return rc;
  }
  item->of = item->of.len != 0 ? item->of : id;
  take_body(body, item);
  take_granted(body, item);
  if (find_lot(past, item->seq, &lot)) {
    const struct lw_huddle_lot *became = lw_huddle_past_lot(past, lot);
    /* a change has no sum, and what was taken back whole none any more */
    item->has_amount = became->given && became->minor != 0;
    item->amount_minor = became->minor;
  }
  return LW_OK;
}

/* --- the tape --- */

/* Far more than cases of the same sort got: above nine in ten of them, and twice their middle. */
static enum lw_code gather_far(struct gathering *gathering, struct lw_error *err)
{
  const struct lw_huddle_past *past = gathering->past;
  enum lw_code rc = LW_OK;
  for (uint32_t i = 0; rc == LW_OK && i < lw_huddle_past_count(past); i++) {
    const struct lw_huddle_lot *lot = lw_huddle_past_lot(past, i);
    struct lw_huddle_alike alike;
    if (!lw_huddle_past_is_of_week(past, i) || lot->minor == 0) {
      continue;
    }
    lw_huddle_past_alike(past, i, &alike);
    if (alike.given < LW_HUDDLE_ALIKE_MIN || alike.median_minor <= 0 ||
        lot->minor <= alike.high_minor || lot->minor / FAR_TIMES < alike.median_minor) {
      continue;
    }
    rc = add(gathering,
             &(struct lw_huddle_case){.kind = LW_HUDDLE_TOO_MUCH,
                                      .why = LW_HUDDLE_FAR,
                                      .seq = lw_huddle_past_seq(past, i),
                                      .similar = alike.given,
                                      .median_minor = alike.median_minor,
                                      .high_minor = alike.high_minor,
                                      .rating_ppm = -1,
                                      .score = lot->minor - alike.median_minor},
             err);
  }
  return rc;
}

/* Whether others got something where this one got nothing: in half of the cases alike. */
static bool others_got(const struct gathering *gathering, const struct lw_huddle_matter *matter,
                       struct lw_huddle_case *item)
{
  struct lw_huddle_alike alike;
  if (matter->given || !matter->inside) {
    return false;
  }
  lw_huddle_past_alike(gathering->past, matter->lot, &alike);
  item->similar = alike.count;
  item->given = alike.given;
  item->score = alike.given * 1000 / (alike.count > 0 ? alike.count : 1);
  return alike.count >= LW_HUDDLE_ALIKE_MIN && alike.given * 2 >= alike.count;
}

/* --- tables --- */

typedef enum lw_code (*take_fn)(struct gathering *gathering, const struct lw_stmt *row,
                                struct lw_error *err);

/* $1, $2: the week's first moment, and its end. What a row gives is copied before it is looked at
 * further: a connection has one statement under way. */
static enum lw_code each_row(struct gathering *gathering, const char *sql, take_fn take,
                             struct lw_error *err)
{
  struct lw_stmt *stmt = NULL;
  bool is_row = false;
  enum lw_code rc = lw_db_statement(gathering->making->reader->db, sql, &stmt, err);
  if (rc != LW_OK) {
    return rc;
  }
  lw_stmt_int(stmt, 1, gathering->making->week.start);
  lw_stmt_int(stmt, 2, gathering->making->week.end);
  while ((rc = lw_stmt_step(stmt, &is_row, err)) == LW_OK && is_row) {
    rc = take(gathering, stmt, err);
    if (rc != LW_OK) {
      break;
    }
  }
  lw_stmt_reset(stmt);
  return rc;
}

/* The last word of each review: an appeal's, else the first reviewer's. */
static const char reviews_sql[] =
    "SELECT r.subject, r.agent, r.case_id, a.amount, a.at FROM review r JOIN review_answer a ON "
    "a.review = r.id WHERE a.at >= $1 AND a.at < $2 AND a.amount <> 'right' AND a.place = (SELECT "
    "MAX(b.place) FROM review_answer b WHERE b.review = r.id AND b.place <> 1) ORDER BY r.id";

static enum lw_code take_review(struct gathering *gathering, const struct lw_stmt *row,
                                struct lw_error *err)
{
  struct lw_arena *arena = arena_of(gathering);
  lw_str said = lw_stmt_get_text(row, 3);
  bool much = lw_str_equal(said, LW_STR("too_much"));
  if (!is_inside(gathering, lw_stmt_get_text(row, 1)) ||
      (!much && !lw_str_equal(said, LW_STR("too_little")))) {
    return LW_OK;
  }
  return add(gathering,
             &(struct lw_huddle_case){.kind = much ? LW_HUDDLE_TOO_MUCH : LW_HUDDLE_TOO_LITTLE,
                                      .why = LW_HUDDLE_REVIEWED,
                                      .of = lw_stmt_copy_text(row, 0, arena),
                                      .case_id = lw_stmt_copy_text(row, 2, arena),
                                      .agent = lw_stmt_copy_text(row, 1, arena),
                                      .rating_ppm = -1,
                                      .score = lw_stmt_get_int(row, 4)},
             err);
}

/* Approved as it was asked for: whoever asked could have given it. */
static const char unchanged_sql[] =
    "SELECT decision, agent, team, case_id, closed_at - requested_at FROM approval WHERE "
    "closed_at >= $1 AND closed_at < $2 AND state = 1 AND minor IS NOT NULL AND answer_minor = "
    "minor AND (answer_action = '' OR answer_action = action) ORDER BY id";

static enum lw_code take_unchanged(struct gathering *gathering, const struct lw_stmt *row,
                                   struct lw_error *err)
{
  struct lw_arena *arena = arena_of(gathering);
  lw_usec waited = lw_stmt_get_int(row, 4);
  if (!lw_team_within(lw_stmt_get_text(row, 2), gathering->making->team->path)) {
    return LW_OK;
  }
  return add(gathering,
             &(struct lw_huddle_case){.kind = LW_HUDDLE_TOO_LITTLE,
                                      .why = LW_HUDDLE_UNCHANGED,
                                      .of = lw_stmt_copy_text(row, 0, arena),
                                      .case_id = lw_stmt_copy_text(row, 3, arena),
                                      .agent = lw_stmt_copy_text(row, 1, arena),
                                      .waited_sec = waited > 0 ? waited / LW_USEC_PER_SECOND : 0,
                                      .rating_ppm = -1,
                                      .score = waited},
             err);
}

static const char ratings_sql[] = "SELECT case_id, agent, team, share FROM rating WHERE at >= $1 "
                                  "AND at < $2 ORDER BY at, id";

/* Low: whether others got something in such a case. High: whether it was a hard one is looked up
 * when all rows are read. */
static enum lw_code take_rating(struct gathering *gathering, const struct lw_stmt *row,
                                struct lw_error *err)
{
  struct lw_arena *arena = arena_of(gathering);
  int64_t share = lw_stmt_get_int(row, 3);
  struct lw_huddle_matter matter;
  struct lw_huddle_case item = {.why = LW_HUDDLE_RATED_LOW,
                                .kind = LW_HUDDLE_TOO_LITTLE,
                                .of = lw_stmt_copy_text(row, 0, arena),
                                .rating_ppm = share,
                                .score = share};
  if (!lw_team_within(lw_stmt_get_text(row, 2), gathering->making->team->path)) {
    return LW_OK;
  }
  if (share >= HIGH_PPM) {
    item.agent = lw_stmt_copy_text(row, 1, arena);
    item.kind = LW_HUDDLE_BRILLIANT;
    item.why = LW_HUDDLE_ENDED_WELL;
    return item.agent.len != 0 ? add(gathering, &item, err) : LW_OK;
  }
  bool fits = share <= LOW_PPM && lw_huddle_past_case(gathering->past, item.of, &matter) &&
              others_got(gathering, &matter, &item);
  return fits ? add(gathering, &item, err) : LW_OK;
}

static const char lost_sql[] =
    "SELECT customer FROM outcome WHERE at >= $1 AND at < $2 AND lost = 1 ORDER BY at, customer";

static enum lw_code take_lost(struct gathering *gathering, const struct lw_stmt *row,
                              struct lw_error *err)
{
  struct lw_huddle_matter matter;
  struct lw_huddle_case item = {.kind = LW_HUDDLE_TOO_LITTLE,
                                .why = LW_HUDDLE_LOST,
                                .customer = lw_stmt_copy_text(row, 0, arena_of(gathering)),
                                .rating_ppm = -1};
  if (!lw_huddle_past_customer(gathering->past, item.customer, &matter) ||
      !others_got(gathering, &matter, &item)) {
    return LW_OK;
  }
  item.seq = lw_huddle_past_seq(gathering->past, matter.lot);
  return add(gathering, &item, err);
}

static enum lw_code gather_thanks(struct gathering *gathering, struct lw_error *err)
{
  const struct lw_huddle_making *making = gathering->making;
  struct lw_thanks *thanks = NULL;
  uint32_t count = 0;
  enum lw_code rc = lw_thanks_between(making->reader->db, making->week.start, making->week.end,
                                      making->reader->arena, &thanks, &count, err);
  for (uint32_t i = 0; rc == LW_OK && i < count; i++) {
    lw_str of = thanks[i].decision.len != 0 ? thanks[i].decision : thanks[i].case_id;
    if (of.len != 0 && is_inside(gathering, thanks[i].person)) {
      rc = add(gathering,
               &(struct lw_huddle_case){.kind = LW_HUDDLE_BRILLIANT,
                                        .why = LW_HUDDLE_THANKED,
                                        .of = of,
                                        .case_id = thanks[i].case_id,
                                        .agent = thanks[i].person,
                                        .customer_said = thanks[i].customer,
                                        .rating_ppm = -1,
                                        .score = thanks[i].customer},
               err);
    }
  }
  return rc;
}

/* Of those rated high, those that were hard. */
static enum lw_code keep_hard(struct gathering *gathering, struct lw_error *err)
{
  const struct lw_desk_reader *reader = gathering->making->reader;
  struct lw_huddle_case *items = gathering->items[LW_HUDDLE_BRILLIANT];
  uint32_t kept = 0;
  enum lw_code rc = LW_OK;
  for (uint32_t i = 0; rc == LW_OK && i < gathering->count[LW_HUDDLE_BRILLIANT]; i++) {
    struct lw_case found;
    bool hard = items[i].why != LW_HUDDLE_ENDED_WELL;
    if (!hard) {
      rc = lw_case_get(reader->db, items[i].of, reader->arena, &found, err);
      hard = rc == LW_OK && lw_thanks_is_hard(&found);
      rc = rc == LW_NOT_FOUND ? LW_OK : rc; /* of a case that is not kept here */
    }
    if (hard && items[i].why == LW_HUDDLE_ENDED_WELL) {
      struct lw_buf words = {0};
      lw_thanks_add_hard(&found, &words);
      items[i].hard = words.failed ? LW_STR("[]") : lw_str_copy(reader->arena, lw_buf_str(&words));
      items[i].customer = found.customer;
      lw_buf_finish(&words);
    }
    if (hard) {
      items[kept++] = items[i];
    }
  }
  gathering->count[LW_HUDDLE_BRILLIANT] = kept;
  return rc;
}

/* --- choosing --- */

static int by_weight(const void *a, const void *b)
{
  const struct lw_huddle_case *one = a;
  const struct lw_huddle_case *other = b;
  int order = (one->why > other->why) - (one->why < other->why);
  order = order != 0 ? order : (one->score < other->score) - (one->score > other->score);
  order = order != 0 ? order : lw_str_compare(one->of, other->of);
  return order != 0 ? order : (one->seq > other->seq) - (one->seq < other->seq);
}

static bool is_same_case(const struct lw_huddle_case *one, const struct lw_huddle_case *other)
{
  return (one->of.len != 0 && lw_str_equal(one->of, other->of)) ||
         (one->case_id.len != 0 && lw_str_equal(one->case_id, other->case_id));
}

static bool is_among(const struct lw_huddle_case *item, const struct lw_huddle_case *items,
                     uint32_t count)
{
  bool found = false;
  for (uint32_t i = 0; i < count && !found; i++) {
    found = is_same_case(item, &items[i]);
  }
  return found;
}

static uint32_t count_why(const struct lw_huddle_case *items, uint32_t count,
                          enum lw_huddle_why why)
{
  uint32_t found = 0;
  for (uint32_t i = 0; i < count; i++) {
    found += items[i].why == why;
  }
  return found;
}

/* Twice over the sorted ones: at first at most AT_FIRST of a reason, then whatever is left. */
static enum lw_code choose(const struct gathering *gathering, enum lw_huddle_kind kind,
                           struct lw_huddle *huddle, struct lw_error *err)
{
  const struct lw_huddle_case *items = gathering->items[kind];
  uint32_t chosen = 0;
  struct lw_huddle_case *out =
      LW_NEW_ARRAY(arena_of(gathering), struct lw_huddle_case, LW_HUDDLE_PROPOSALS);
  enum lw_code rc = out != NULL ? LW_OK : lw_fail(err, LW_NO_MEMORY, "out of memory for proposals");
  for (int turn = 0; rc == LW_OK && turn < 2; turn++) {
    for (uint32_t i = 0; rc == LW_OK && i < gathering->count[kind] && chosen < LW_HUDDLE_PROPOSALS;
         i++) {
      struct lw_huddle_case item = items[i];
      if (is_among(&item, out, chosen) ||
          (turn == 0 && count_why(out, chosen, item.why) >= AT_FIRST)) {
        continue;
      }
      rc = lw_huddle_case_fill(gathering->making, gathering->past, &item, err);
      if (rc == LW_OK && item.of.len != 0 && !is_among(&item, out, chosen)) {
        out[chosen++] = item;
      }
    }
  }
  huddle->proposals[kind] = out;
  huddle->n_proposals[kind] = chosen;
  return rc;
}

enum lw_code lw_huddle_propose(const struct lw_huddle_making *making,
                               const struct lw_huddle_past *past, struct lw_huddle *huddle,
                               struct lw_error *err)
{
  struct gathering gathering = {.making = making, .past = past};
  enum lw_code rc = gather_far(&gathering, err);
  rc = rc == LW_OK ? each_row(&gathering, reviews_sql, take_review, err) : rc;
  rc = rc == LW_OK ? each_row(&gathering, unchanged_sql, take_unchanged, err) : rc;
  rc = rc == LW_OK ? each_row(&gathering, ratings_sql, take_rating, err) : rc;
  rc = rc == LW_OK ? each_row(&gathering, lost_sql, take_lost, err) : rc;
  rc = rc == LW_OK ? gather_thanks(&gathering, err) : rc;
  rc = rc == LW_OK ? keep_hard(&gathering, err) : rc;
  for (int kind = 0; rc == LW_OK && kind < LW_HUDDLE_KINDS; kind++) {
    if (gathering.count[kind] != 0) {
      qsort(gathering.items[kind], gathering.count[kind], sizeof *gathering.items[kind], by_weight);
    }
    rc = choose(&gathering, (enum lw_huddle_kind)kind, huddle, err);
  }
  return rc;
}
