/* A request as JSON (a line for `leeway decide`, or the `request` of a decision's entry) as a row
 * of a tape. */
#ifndef LW_REPLAY_TAPE_REQUEST_H
#define LW_REPLAY_TAPE_REQUEST_H

#include "data/value.h"
#include "policy/actor.h"
#include "replay/tape.h"

/* What a row is read with; keeps its memory from one row to the next. */
struct lw_tape_reader {
  struct lw_arena scratch;
  struct lw_tape_fact *facts;
  size_t n_facts;
  size_t capacity;
};

void lw_tape_reader_init(struct lw_tape_reader *reader);
void lw_tape_reader_finish(struct lw_tape_reader *reader);

/* By hand, for whoever has a request in another form: begin, facts by their dotted names, end. */
void lw_tape_reader_begin(struct lw_tape_reader *reader, struct lw_tape_row *row);
/* prefix.key, or key; {NULL, 0} when memory is out. Borrowed until the next begin. */
lw_str lw_tape_reader_name(struct lw_tape_reader *reader, lw_str prefix, lw_str key);
/* A name that is there already gets the new value. Both are borrowed. False when memory is out, or
 * json.ptr is NULL. */
LW_NODISCARD bool lw_tape_reader_fact(struct lw_tape_reader *reader, lw_str name, lw_str json);
void lw_tape_reader_end(struct lw_tape_reader *reader, struct lw_tape_row *row);

/* Fills *row from a request; its texts are borrowed from the value and the reader, until the next
 * row. An agent who is only an id is looked up among people (may be NULL). now: for requests
 * without `at`. Looks only at form: what a policy makes of it shows in the replay. LW_INVALID when
 * it is no request at all (no object, no agent or action, a time that can't be read). */
LW_NODISCARD enum lw_code lw_tape_read_request(struct lw_tape_reader *reader,
                                               const struct lw_value *request,
                                               const struct lw_directory *people, lw_usec now,
                                               struct lw_tape_row *row, struct lw_error *err);
/* Facts beside those of the request, which they win over; before the row is added. */
LW_NODISCARD bool lw_tape_read_facts(struct lw_tape_reader *reader, const struct lw_value *facts,
                                     struct lw_tape_row *row);
/* What is known of the case: a map like a request's `case` object. */
LW_NODISCARD bool lw_tape_read_case(const struct lw_value *known, struct lw_tape_row *row);

#endif
