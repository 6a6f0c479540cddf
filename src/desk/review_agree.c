/* Agreement of reviewers.
 *
 * Each review that two answered is one thing judged by both. Of all together, rows are what the
 * first said and columns what the second said; of two reviewers rows are the one whose id comes
 * first, whoever was first that day. An appeal's answer is no second look: whoever gave it knew the
 * first. */
#include "desk/review_agree.h"

#include "data/member.h"
#include "desk/entry.h"
#include "measure/agree.h"
#include "policy/who.h"

#include <stdlib.h>

enum { QUESTIONS = 4, ANSWERS_MAX = 3, ROWS_MAX = 20000 };
static const double one_in_twenty = 0.05;

/* The questions of a review; `ordered`: near answers agree in part. */
static const struct question {
  const char *key;
  uint32_t answers;
  bool ordered;
  lw_str words[ANSWERS_MAX];
} questions[QUESTIONS] = {
    {"amount", 3, true, {LW_STR_INIT("too_little"), LW_STR_INIT("right"), LW_STR_INIT("too_much")}},
    {"cause", 3, false, {LW_STR_INIT("right"), LW_STR_INIT("wrong"), LW_STR_INIT("unsure")}},
    {"kept", 3, false, {LW_STR_INIT("yes"), LW_STR_INIT("no"), LW_STR_INIT("unsure")}},
    {"understood", 2, false, {LW_STR_INIT("yes"), LW_STR_INIT("not_yet"), LW_STR_INIT("")}},
};

/* Things judged by two, answer by answer. */
struct tally {
  int64_t reviews;
  int64_t counts[QUESTIONS][ANSWERS_MAX * ANSWERS_MAX];
};

struct pair {
  lw_str one; /* one < other, by their bytes */
  lw_str other;
  struct tally tally;
};

struct gathering {
  const struct lw_desk_reader *reader;
  lw_str team;
  bool works_council;
  struct tally whole;
  struct pair *pairs; /* LW_AGREEMENT_PAIRS_MAX */
  uint32_t n_pairs;
  lw_str reviewers[LW_GROUP_MIN]; /* the first few that differ, to count them */
  uint32_t n_reviewers;
};

static const char both_sql[] =
    "SELECT r.agent, r.team, a.reviewer, b.reviewer, a.amount, a.cause, a.kept, a.understood, "
    "b.amount, b.cause, b.kept, b.understood FROM review_answer b JOIN review_answer a ON a.review "
    "= b.review AND a.place = 0 JOIN review r ON r.id = b.review WHERE b.place = 1 AND b.at >= $1 "
    "ORDER BY b.review DESC LIMIT $2";

/* --- gathering --- */

static int answer_of(const struct question *question, lw_str word)
{
  for (uint32_t i = 0; i < question->answers; i++) {
    if (lw_str_equal(question->words[i], word)) {
      return (int)i;
    }
  }
  return -1;
}

static void count(struct tally *tally, const struct lw_stmt *row, bool turned)
{
  tally->reviews++;
  for (int i = 0; i < QUESTIONS; i++) {
    const struct question *question = &questions[i];
    int first = answer_of(question, lw_stmt_get_text(row, (turned ? 8 : 4) + i));
    int second = answer_of(question, lw_stmt_get_text(row, (turned ? 4 : 8) + i));
    if (first >= 0 && second >= 0) {
      tally->counts[i][(uint32_t)first * question->answers + (uint32_t)second]++;
    }
  }
}

static void note_reviewer(struct gathering *gathering, lw_str reviewer)
{
  for (uint32_t i = 0; i < gathering->n_reviewers; i++) {
    if (lw_str_equal(gathering->reviewers[i], reviewer)) {
      return;
    }
  }
  if (gathering->n_reviewers < LW_GROUP_MIN) {
    gathering->reviewers[gathering->n_reviewers++] =
        lw_str_copy(gathering->reader->arena, reviewer);
  }
}

/* The two reviewers' own, made when they are new; NULL: there are too many. */
static struct pair *pair_of(struct gathering *gathering, lw_str one, lw_str other)
{
  struct lw_arena *arena = gathering->reader->arena;
  for (uint32_t i = 0; i < gathering->n_pairs; i++) {
    struct pair *pair = &gathering->pairs[i];
    if (lw_str_equal(pair->one, one) && lw_str_equal(pair->other, other)) {
      return pair;
    }
  }
  if (gathering->n_pairs == LW_AGREEMENT_PAIRS_MAX) {
    return NULL;
  }
  struct pair *pair = &gathering->pairs[gathering->n_pairs++];
  *pair = (struct pair){.one = lw_str_copy(arena, one), .other = lw_str_copy(arena, other)};
  return pair;
}

/* Whether the caller reviews that agent; the works council has its say when it is printed. */
static bool belongs(const struct gathering *gathering, lw_str agent, lw_str team)
{
  const struct lw_desk_reader *reader = gathering->reader;
  return (gathering->team.len == 0 || lw_team_within(team, gathering->team)) &&
         lw_review_covers(reader->caller, LW_ACCESS_REVIEW, reader->snapshot->staff, agent, false);
}

static void take(struct gathering *gathering, const struct lw_stmt *row)
{
  lw_str first = lw_stmt_get_text(row, 2);
  lw_str second = lw_stmt_get_text(row, 3);
  bool turned = lw_str_compare(first, second) > 0;
  if (!belongs(gathering, lw_stmt_get_text(row, 0), lw_stmt_get_text(row, 1))) {
    return;
  }
  struct pair *pair = pair_of(gathering, turned ? second : first, turned ? first : second);
  note_reviewer(gathering, first);
  note_reviewer(gathering, second);
  count(&gathering->whole, row, false);
  if (pair != NULL) {
    count(&pair->tally, row, turned);
  }
}

static enum lw_code gather(struct gathering *gathering, lw_usec since, struct lw_error *err)
{
  struct lw_arena *arena = gathering->reader->arena;
  struct lw_stmt *stmt = NULL;
  bool is_row = false;
  gathering->pairs = LW_NEW_ARRAY(arena, struct pair, LW_AGREEMENT_PAIRS_MAX);
  if (gathering->pairs == NULL) {
    return lw_fail(err, LW_NO_MEMORY, "out of memory for the agreement of reviewers");
  }
  enum lw_code rc = lw_db_statement(gathering->reader->db, both_sql, &stmt, err);
  if (rc != LW_OK) {
    return rc;
  }
  lw_stmt_int(stmt, 1, since);
  lw_stmt_int(stmt, 2, ROWS_MAX);
  while ((rc = lw_stmt_step(stmt, &is_row, err)) == LW_OK && is_row) {
    take(gathering, stmt);
  }
  lw_stmt_reset(stmt);
  return rc == LW_OK && arena->failed ? lw_fail(err, LW_NO_MEMORY, "out of memory") : rc;
}

/* --- printing --- */

static void add_kappa(const char *key, const struct lw_agree *agree, struct lw_buf *out)
{
  if (agree->known) {
    lw_member_key(out, key);
    lw_buf_printf(out, "{\"kappa\":\"%.4f\",\"low\":\"%.4f\",\"high\":\"%.4f\"}", agree->kappa,
                  agree->low, agree->high);
  }
}

/* As many as make the interval more than a hint (measure/agree.h). */
static int64_t needed(const struct question *question)
{
  return 3 * (int64_t)question->answers * question->answers;
}

static void add_question(const struct question *question, const int64_t *counts, struct lw_buf *out)
{
  int64_t n = 0;
  int64_t same = 0;
  lw_member_key(out, question->key);
  LW_BUF_LIT(out, "{\"counts\":[");
  for (uint32_t i = 0; i < question->answers * question->answers; i++) {
    n += counts[i];
    same += i / question->answers == i % question->answers ? counts[i] : 0;
    lw_buf_printf(out, "%s%lld", i == 0 ? "" : ",", (long long)counts[i]);
  }
  lw_buf_add_char(out, ']');
  lw_member_int(out, "reviews", n);
  lw_member_int(out, "same", same);
  lw_member_bool(out, "enough", n >= needed(question));
  struct lw_agree plain = lw_agree_kappa(counts, question->answers, LW_AGREE_SAME, one_in_twenty);
  add_kappa("plain", &plain, out);
  if (question->ordered) {
    struct lw_agree linear =
        lw_agree_kappa(counts, question->answers, LW_AGREE_LINEAR, one_in_twenty);
    add_kappa("linear", &linear, out);
  }
  lw_buf_add_char(out, '}');
}

static void add_questions(const struct tally *tally, struct lw_buf *out)
{
  lw_member_key(out, "questions");
  lw_buf_add_char(out, '{');
  for (int i = 0; i < QUESTIONS; i++) {
    add_question(&questions[i], tally->counts[i], out);
  }
  lw_buf_add_char(out, '}');
}

static int by_reviews(const void *a, const void *b)
{
  const struct pair *left = a;
  const struct pair *right = b;
  int64_t more = right->tally.reviews - left->tally.reviews;
  return more != 0 ? (more > 0) - (more < 0) : lw_str_compare(left->one, right->one);
}

/* Under a works council two reviewers' figures are for the two. */
static bool shown(const struct gathering *gathering, const struct pair *pair)
{
  const struct lw_caller *caller = gathering->reader->caller;
  if (!gathering->works_council || caller == NULL) {
    return true;
  }
  lw_str me = caller->person->actor.id;
  return lw_str_equal(me, pair->one) || lw_str_equal(me, pair->other);
}

static void add_pairs(const struct gathering *gathering, struct lw_buf *out)
{
  const char *between = "{";
  lw_member_key(out, "pairs");
  lw_buf_add_char(out, '[');
  if (gathering->n_pairs != 0) {
    qsort(gathering->pairs, gathering->n_pairs, sizeof gathering->pairs[0], by_reviews);
  }
  for (uint32_t i = 0; i < gathering->n_pairs; i++) {
    const struct pair *pair = &gathering->pairs[i];
    if (shown(gathering, pair)) {
      lw_buf_add_c(out, between);
      between = ",{";
      lw_desk_print_name(gathering->reader, "one", "one_name", pair->one, out);
      lw_desk_print_name(gathering->reader, "other", "other_name", pair->other, out);
      lw_member_int(out, "reviews", pair->tally.reviews);
      add_questions(&pair->tally, out);
      lw_buf_add_char(out, '}');
    }
  }
  lw_buf_add_char(out, ']');
}

static void add_words(const struct gathering *gathering, bool hidden, struct lw_buf *out)
{
  const int64_t *counts = gathering->whole.counts[0];
  int64_t least = needed(&questions[0]);
  lw_member_key(out, "words");
  lw_buf_add_char(out, '[');
  if (gathering->whole.reviews == 0) {
    LW_BUF_LIT(out, "\"No review was answered by two yet.\"");
  } else if (hidden) {
    lw_buf_printf(out, "\"Fewer than %d reviewers took part: their figures are theirs.\"",
                  LW_GROUP_MIN);
  } else {
    struct lw_agree agree = lw_agree_kappa(counts, 3, LW_AGREE_LINEAR, one_in_twenty);
    const char *says = agree.known && gathering->whole.reviews < least && !(agree.error > 0)
                           ? "Too few reviews to say whether they agree more often than by chance."
                       : !agree.known
                           ? "Both gave one answer always: nothing can be said of chance."
                       : agree.low > 0 ? "They agree more often than chance would have it."
                                       : "That they agree more often than by chance is not shown.";
    lw_buf_printf(out, "\"%s\"", says);
    if (gathering->whole.reviews < least) {
      lw_buf_printf(out, ",\"Fewer than %lld reviews: take the interval for a hint.\"",
                    (long long)least);
    }
  }
  lw_buf_add_char(out, ']');
}

enum lw_code lw_review_agreement(const struct lw_desk_reader *reader,
                                 const struct lw_agreement_query *query, struct lw_buf *out,
                                 struct lw_error *err)
{
  struct gathering gathering = {.reader = reader, .team = query->team};
  enum lw_code rc = lw_works_council(reader->db, &gathering.works_council, err);
  rc = rc == LW_OK ? gather(&gathering, query->since, err) : rc;
  if (rc != LW_OK) {
    return rc;
  }
  bool hidden = gathering.works_council && reader->caller != NULL &&
                gathering.n_reviewers < LW_GROUP_MIN && gathering.n_reviewers != 0;
  lw_buf_add_char(out, '{');
  lw_member_time(out, "since", query->since);
  lw_member_int(out, "needed", needed(&questions[0]));
  if (!hidden) {
    lw_member_int(out, "reviews", gathering.whole.reviews);
    add_questions(&gathering.whole, out);
  }
  add_pairs(&gathering, out);
  add_words(&gathering, hidden, out);
  lw_buf_add_char(out, '}');
  return out->failed ? lw_fail(err, LW_NO_MEMORY, "out of memory for an answer") : LW_OK;
}
