/* Read page by page: answers are few among many rows. */
#include "tweak/answered.h"

#include <stdlib.h>

enum { PAGE = 2048 };

struct taking {
  const struct lw_tape *tape;
  const struct lw_run *live;
  lw_usec since;
  struct lw_answered *out;
};

static enum lw_consent_answer answer_of(const struct lw_tape *tape, uint64_t row, uint64_t asked,
                                        int64_t minor)
{
  int64_t given = lw_tape_number(tape, LW_TAPE_MINOR, row);
  bool same_action =
      lw_tape_code_at(tape, LW_TAPE_ACTION, row) == lw_tape_code_at(tape, LW_TAPE_ACTION, asked);
  if (lw_tape_number(tape, LW_TAPE_KIND, row) == LW_TAPE_CLOSED) {
    return LW_SAID_NO;
  }
  return same_action && (minor < 0 || given == minor) ? LW_SAID_YES : LW_SAID_YES_CHANGED;
}

static bool add(struct lw_answered *asked, struct lw_consent_ask ask)
{
  if (asked->count == asked->capacity) {
    size_t capacity = asked->capacity * 2 + 256;
    struct lw_consent_ask *asks = realloc(asked->asks, capacity * sizeof *asks);
    if (asks == NULL) {
      return false;
    }
    asked->asks = asks;
    asked->capacity = capacity;
  }
  asked->asks[asked->count++] = ask;
  return true;
}

static bool take_answer(struct taking *taking, uint64_t row)
{
  const struct lw_tape *tape = taking->tape;
  uint64_t asked = 0;
  uint32_t who = lw_tape_code_at(tape, LW_TAPE_PERSON, row);
  if (who == 0 || !lw_tape_find_seq(tape, row, lw_tape_number(tape, LW_TAPE_OF, row), &asked) ||
      who == lw_tape_code_at(tape, LW_TAPE_PERSON, asked) ||
      taking->live->verdicts[asked] != LW_REPLAYED_ASK ||
      lw_tape_number(tape, LW_TAPE_AT, asked) < taking->since) {
    return true;
  }
  int64_t amount = lw_tape_amount(tape, asked);
  int64_t minor = amount != LW_TAPE_NONE ? amount : -1;
  return add(taking->out,
             (struct lw_consent_ask){.row = asked,
                                     .minor = minor,
                                     .answer = answer_of(tape, row, asked, minor),
                                     .who = who,
                                     .at = lw_tape_number(tape, LW_TAPE_AT, asked),
                                     .waited = lw_tape_number(tape, LW_TAPE_WAITED, row)});
}

bool lw_answered_take(const struct lw_tape *tape, const struct lw_run *live, lw_usec since,
                      struct lw_answered *ret_answered)
{
  struct taking taking = {.tape = tape, .live = live, .since = since, .out = ret_answered};
  uint64_t rows = live->n_rows;
  int64_t kinds[PAGE];
  int64_t verdicts[PAGE];
  bool kept = true;
  *ret_answered = (struct lw_answered){.count = 0};
  for (uint64_t first = 0; kept && first < rows; first += PAGE) {
    uint32_t count = rows - first < PAGE ? (uint32_t)(rows - first) : PAGE;
    lw_tape_read_numbers(tape, LW_TAPE_KIND, first, count, kinds);
    lw_tape_read_numbers(tape, LW_TAPE_VERDICT, first, count, verdicts);
    for (uint32_t i = 0; kept && i < count; i++) {
      bool declined = kinds[i] == LW_TAPE_CLOSED && verdicts[i] != LW_TAPE_NONE;
      kept = !(kinds[i] == LW_TAPE_ANSWERED || declined) || take_answer(&taking, first + i);
    }
  }
  return kept;
}

void lw_answered_finish(struct lw_answered *asked)
{
  free(asked->asks);
  *asked = (struct lw_answered){.count = 0};
}

enum lw_code lw_lifted_tell(const struct lw_tape *tape, const struct lw_run *live,
                            const struct lw_run *after, const struct lw_report_options *window,
                            struct lw_lifted *ret_lifted, struct lw_error *err)
{
  struct lw_report report;
  enum lw_code rc = lw_report_make_part(&report, tape, live, after, window, err);
  if (rc == LW_OK) {
    *ret_lifted = (struct lw_lifted){.more = report.more,
                                     .less = report.less,
                                     .avoided = report.avoided,
                                     .avoided_waiting = report.avoided_waiting,
                                     .cost = report.after.cost + report.after.cost_answered -
                                             report.before.cost - report.before.cost_answered,
                                     .newly_asked = report.newly_asked,
                                     .newly_asked_cost = report.newly_asked_cost};
  }
  lw_report_finish(&report);
  return rc;
}
