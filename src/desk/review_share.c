/* How many a team reviews a week, and how many of them at random: what it has set, and what the
 * last half year proposes.
 *
 * The proposal follows what looking found. Where the chosen ones led to "too much" or "too little"
 * more often than those at random, choosing pays, and gets the larger part; where chance finds as
 * much, more is left to it. Where chance finds next to nothing, fewer reviews do; where it finds
 * much, more. A part stays at random always: it alone tells how things are. */
#include "desk/review_store.h"

#include "data/member.h"

enum {
  ENOUGH = 20, /* sent of each kind; under it nothing is proposed */
  QUIET_PERMILLE = 50,
  MUCH_PERMILLE = 200,
  CHOSEN_MAX = 80 /* percent */
};
#define HALF_YEAR_USEC (INT64_C(182) * 86400 * 1000000)

static const char found_sql[] =
    "SELECT CASE WHEN r.why = 0 THEN 0 ELSE 1 END, count(*), sum(CASE WHEN a.amount <> 'right' "
    "THEN 1 ELSE 0 END) FROM review r JOIN review_answer a ON a.review = r.id AND a.place = 0 "
    "WHERE r.team = $1 AND r.closed_at >= $2 AND r.why <> $3 GROUP BY CASE WHEN r.why = 0 THEN 0 "
    "ELSE 1 END";

struct found {
  int64_t sent;
  int64_t trouble; /* too much, or too little */
};

static enum lw_code read_found(struct lw_db *db, lw_str team, lw_usec since, struct found found[2],
                               struct lw_error *err)
{
  struct lw_stmt *stmt = NULL;
  bool is_row = false;
  enum lw_code rc = lw_db_statement(db, found_sql, &stmt, err);
  if (rc != LW_OK) {
    return rc;
  }
  lw_stmt_text(stmt, 1, team);
  lw_stmt_int(stmt, 2, since);
  lw_stmt_int(stmt, 3, LW_REVIEW_PICKED);
  while ((rc = lw_stmt_step(stmt, &is_row, err)) == LW_OK && is_row) {
    struct found *of = &found[lw_stmt_get_int(stmt, 0) != 0 ? 1 : 0];
    of->sent = lw_stmt_get_int(stmt, 1);
    of->trouble = lw_stmt_get_int(stmt, 2);
  }
  lw_stmt_reset(stmt);
  return rc;
}

/* In a thousand, with one of each added: none of three is not never. */
static int64_t permille(const struct found *found)
{
  return (found->trouble + 1) * 1000 / (found->sent + 2);
}

static void print_found(const char *key, const struct found *found, struct lw_buf *out)
{
  lw_member_key(out, key);
  lw_buf_printf(out, "{\"sent\":%lld,\"trouble\":%lld}", (long long)found->sent,
                (long long)found->trouble);
}

static uint32_t propose_number(uint32_t number, int64_t random)
{
  uint32_t proposed = random < QUIET_PERMILLE  ? number - number / 4
                      : random > MUCH_PERMILLE ? number + number / 2
                                               : number;
  proposed = proposed < 5 ? 5 : proposed;
  return proposed > LW_REVIEW_NUMBER_MAX ? LW_REVIEW_NUMBER_MAX : proposed;
}

static void print_words(int64_t random, int64_t chosen, struct lw_buf *out)
{
  lw_member_key(out, "words");
  const char *where = chosen > random   ? "Choosing finds more than chance: choose more."
                      : chosen < random ? "Chance finds more than choosing: leave more to it."
                                        : "Choosing and chance find the same: halve them.";
  const char *much = random < QUIET_PERMILLE
                         ? "Chance finds next to nothing: fewer reviews will do."
                     : random > MUCH_PERMILLE ? "Chance finds much: review more."
                                              : "The number is right.";
  lw_buf_printf(out, "[\"%s\",\"%s\"]", where, much);
}

static void print_proposal(const struct lw_review_share *share, const struct found found[2],
                           struct lw_buf *out)
{
  int64_t random = permille(&found[0]);
  int64_t chosen = permille(&found[1]);
  int64_t percent = 100 * random / (random + chosen);
  percent = percent < LW_REVIEW_RANDOM_MIN ? LW_REVIEW_RANDOM_MIN : percent;
  percent = percent > CHOSEN_MAX ? CHOSEN_MAX : percent;
  lw_member_key(out, "proposed");
  lw_buf_add_char(out, '{');
  if (found[0].sent >= ENOUGH && found[1].sent >= ENOUGH) {
    lw_member_int(out, "number", propose_number(share->number, random));
    lw_member_int(out, "random_percent", percent);
    print_words(random, chosen, out);
  } else {
    lw_member_key(out, "words");
    lw_buf_printf(out, "[\"Too few reviews to propose anything: %d of each kind are needed.\"]",
                  ENOUGH);
  }
  print_found("random", &found[0], out);
  print_found("chosen", &found[1], out);
  lw_buf_add_char(out, '}');
}

enum lw_code lw_review_share_print(struct lw_db *db, lw_str team, lw_usec now, struct lw_buf *out,
                                   struct lw_error *err)
{
  struct lw_review_share share;
  struct found found[2] = {{0, 0}, {0, 0}};
  enum lw_code rc = lw_review_share_get(db, team, &share, err);
  rc = rc == LW_OK ? read_found(db, team, now - HALF_YEAR_USEC, found, err) : rc;
  if (rc != LW_OK) {
    return rc;
  }
  lw_buf_add_char(out, '{');
  lw_member_text(out, "team", team);
  lw_member_int(out, "number", share.number);
  lw_member_int(out, "random_percent", share.random_percent);
  lw_member_bool(out, "set", share.set);
  print_proposal(&share, found, out);
  lw_buf_add_char(out, '}');
  return out->failed ? lw_fail(err, LW_NO_MEMORY, "out of memory for shares") : LW_OK;
}

enum lw_code lw_review_share_set(struct lw_batch *batch, struct lw_change *change,
                                 struct lw_error *err)
{
  const struct lw_review_sharing *sharing = change->user;
  const struct lw_review_share *share = &sharing->share;
  struct lw_buf body = {0};
  if (!lw_review_covers_team(sharing->caller, share->team)) {
    return lw_fail(err, LW_FORBIDDEN, "the reviews of that team are not yours to set up");
  }
  enum lw_code rc = lw_review_share_put(batch->db, share, err);
  lw_buf_add_char(&body, '{');
  lw_member_text(&body, "team", share->team);
  lw_member_int(&body, "number", share->number);
  lw_member_int(&body, "random_percent", share->random_percent);
  lw_buf_add_char(&body, '}');
  rc = rc == LW_OK && body.failed ? lw_fail(err, LW_NO_MEMORY, "out of memory") : rc;
  rc = rc == LW_OK ? lw_batch_append(batch, change, LW_EVENT_REVIEW_SHARES, lw_buf_str(&body), err)
                   : rc;
  lw_buf_finish(&body);
  lw_change_status(change, 200);
  return rc == LW_OK
             ? lw_review_share_print(batch->db, share->team, batch->now, &change->answer, err)
             : rc;
}
