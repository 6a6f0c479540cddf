/* The tape: past requests as columns, for deciding all of them again. One row a request, in the
 * order in which they were decided, and one for each thing that later happened to one (an answer, a
 * confirmation, a reversal). Texts are dictionary codes, numbers are int64.
 *
 * Rows come by lw_tape_add, one after the other; full chunks of rows are packed into the narrowest
 * width that holds them. One thread adds; when nobody adds, any number may read. */
#ifndef LW_REPLAY_TAPE_H
#define LW_REPLAY_TAPE_H

#include "base/date.h"
#include "base/result.h"
#include "base/str.h"

enum lw_tape_column {
#define LW_TAPE_COLUMN(id, name, kind) LW_TAPE_##id,
#include "replay/tape.def"
#undef LW_TAPE_COLUMN
  LW_TAPE_FACTS /* the first fact's column */
};

enum lw_tape_kind {
  LW_TAPE_REQUEST,   /* decided, with its verdict if that is known */
  LW_TAPE_ANSWERED,  /* of: an approver granted it; minor, person (the approver), action */
  LW_TAPE_CONFIRMED, /* of: a hold came to `minor` */
  LW_TAPE_UNDONE,    /* of: released, lapsed or reversed */
  LW_TAPE_CLOSED     /* of: an ask ended without a grant: withdrawn, lapsed, or declined, which has
                        a verdict (refused) and a person (who said no); waited */
};

enum lw_tape_mark {
  LW_TAPE_NOTE = 1,
  LW_TAPE_EVIDENCE = 2,
  LW_TAPE_REOPENED_KNOWN = 4,
  LW_TAPE_REOPENED = 8,
  LW_TAPE_ESCALATED_KNOWN = 16,
  LW_TAPE_ESCALATED = 32,
  LW_TAPE_HELD = 64,    /* set aside, not given yet */
  LW_TAPE_UNREAD = 128, /* the agent had not read what changed, and was to (`changes`) */
  LW_TAPE_OWN = 256     /* it is for the agent themselves (`for: agent`): no customer got it */
};

#define LW_TAPE_NONE INT64_MIN

static inline bool lw_tape_has(int64_t marks, enum lw_tape_mark mark)
{
  return marks != LW_TAPE_NONE && (marks & (int64_t)mark) != 0;
}

enum { LW_TAPE_CHUNK_ROWS = 1 << 16 };

/* One fact of a row: its dotted name and its value as JSON text, both borrowed. */
struct lw_tape_fact {
  lw_str name;
  lw_str json;
};

/* A row to be added. Texts with len 0 are absent. */
struct lw_tape_row {
  int64_t numbers[LW_TAPE_FACTS]; /* of columns of kind NUMBERS */
  lw_str texts[LW_TAPE_FACTS];    /* of columns of kind CODES; borrowed */
  const struct lw_tape_fact *facts;
  uint32_t n_facts;
};

struct lw_tape;

/* All numbers absent, all texts empty; kind LW_TAPE_REQUEST. */
void lw_tape_row_init(struct lw_tape_row *row);

/* NULL when memory is out. currency: the ISO code that amounts are in. */
struct lw_tape *lw_tape_create(lw_str currency);
void lw_tape_destroy(struct lw_tape *tape);
/* LW_NO_MEMORY; LW_LIMIT past 2^32 - 1 rows or distinct texts of a column. */
LW_NODISCARD enum lw_code lw_tape_add(struct lw_tape *tape, const struct lw_tape_row *row,
                                      struct lw_error *err);
/* Several, in order: some dozens at once are quicker than one by one. After a failure the first of
 * them may be there. */
LW_NODISCARD enum lw_code lw_tape_add_rows(struct lw_tape *tape, const struct lw_tape_row *rows,
                                           uint32_t count, struct lw_error *err);

lw_str lw_tape_currency(const struct lw_tape *tape);
uint64_t lw_tape_rows(const struct lw_tape *tape);
/* The farthest that `at` ever goes back behind the greatest before it, in microseconds. */
lw_usec lw_tape_backstep(const struct lw_tape *tape);
uint32_t lw_tape_columns(const struct lw_tape *tape);
lw_str lw_tape_column_name(const struct lw_tape *tape, uint32_t column);
/* UINT32_MAX when no row has that fact. */
uint32_t lw_tape_find_fact(const struct lw_tape *tape, lw_str name);

/* How many distinct texts a column of codes has; codes go from 1 to that. */
uint32_t lw_tape_texts(const struct lw_tape *tape, uint32_t column);
/* The text of a code, borrowed; empty for 0. */
lw_str lw_tape_text(const struct lw_tape *tape, uint32_t column, uint32_t code);
/* 0 when the column has no such text. */
uint32_t lw_tape_code(const struct lw_tape *tape, uint32_t column, lw_str text);

/* Rows first .. first + count - 1, which must lie in one chunk (first / LW_TAPE_CHUNK_ROWS). */
void lw_tape_read_codes(const struct lw_tape *tape, uint32_t column, uint64_t first, uint32_t count,
                        uint32_t *ret_codes);
void lw_tape_read_numbers(const struct lw_tape *tape, uint32_t column, uint64_t first,
                          uint32_t count, int64_t *ret_numbers);
int64_t lw_tape_number(const struct lw_tape *tape, uint32_t column, uint64_t row);
uint32_t lw_tape_code_at(const struct lw_tape *tape, uint32_t column, uint64_t row);
/* The row of that seq among those before `before`; rows are in order of seq. False: there is none
 * (never one for LW_TAPE_NONE). */
bool lw_tape_find_seq(const struct lw_tape *tape, uint64_t before, int64_t seq, uint64_t *ret_row);
/* The first row that may have been decided at `since` or later: times go back a little here and
 * there, so some before it may be older. As many as there are rows: none. */
uint64_t lw_tape_find_at(const struct lw_tape *tape, lw_usec since);
/* The request that a later row is about, an answer's own entry between them or not. False: it is
 * not on the tape. */
bool lw_tape_find_request(const struct lw_tape *tape, uint64_t row, uint64_t *ret_request);
/* The amount of a row, in minor units of the tape's currency; LW_TAPE_NONE: none that can be read.
 */
int64_t lw_tape_amount(const struct lw_tape *tape, uint64_t row);
/* Whether a request is for the agent themselves: what is given to customers does not count it. */
static inline bool lw_tape_is_own(const struct lw_tape *tape, uint64_t row)
{
  return lw_tape_has(lw_tape_number(tape, LW_TAPE_MARKS, row), LW_TAPE_OWN);
}
/* What the tape takes of memory, for reports. */
size_t lw_tape_bytes(const struct lw_tape *tape);

#endif
