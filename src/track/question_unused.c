/* One agent's room that was left alone: read off the tape by their own rows, and kept nowhere. */
#include "data/json.h"
#include "policy/decide.h"
#include "track/question.h"

#include <stdlib.h>

/* Which codes of the tape's people are this agent. In arena; NULL when memory is out or one can't
 * be read. */
static enum lw_code find_codes(const struct lw_tape *tape, lw_str agent, struct lw_arena *arena,
                               bool **ret_is, struct lw_error *err)
{
  struct lw_json_reader *json = lw_json_reader_create(NULL);
  uint32_t count = lw_tape_texts(tape, LW_TAPE_PERSON) + 1;
  *ret_is = LW_NEW_ARRAY(arena, bool, count);
  enum lw_code rc =
      json != NULL && *ret_is != NULL ? LW_OK : lw_fail(err, LW_NO_MEMORY, "out of memory");
  struct lw_arena room;
  lw_arena_init(&room, NULL, 0);
  for (uint32_t i = 1; rc == LW_OK && i < count; i++) {
    const struct lw_value *person = NULL;
    lw_arena_reset(&room);
    rc = lw_json_read(json, &room, lw_tape_text(tape, LW_TAPE_PERSON, i), NULL, &person, err);
    const struct lw_value *id = rc == LW_OK ? lw_value_get(person, LW_STR("id")) : NULL;
    (*ret_is)[i] = id != NULL && id->kind == LW_VALUE_STRING && lw_str_equal(id->text, agent);
  }
  lw_arena_finish(&room);
  lw_json_reader_destroy(json);
  return rc;
}

/* An ask of theirs that somebody said yes to. */
static void take_answer(const struct lw_question_input *input, const bool *is, uint64_t row,
                        struct lw_question_unused *unused)
{
  const struct lw_tape *tape = input->tape;
  uint64_t asked = 0;
  if (!lw_tape_find_seq(tape, row, lw_tape_number(tape, LW_TAPE_OF, row), &asked) ||
      !is[lw_tape_code_at(tape, LW_TAPE_PERSON, asked)] ||
      lw_tape_number(tape, LW_TAPE_AT, asked) < input->since || lw_tape_is_own(tape, asked)) {
    return;
  }
  int64_t wanted = lw_tape_amount(tape, asked);
  int64_t given = lw_tape_number(tape, LW_TAPE_MINOR, row);
  uint32_t action = lw_tape_code_at(tape, LW_TAPE_ACTION, row);
  unused->asked++;
  if (wanted != LW_TAPE_NONE && given == wanted &&
      (action == 0 || action == lw_tape_code_at(tape, LW_TAPE_ACTION, asked))) {
    unused->unchanged++;
    unused->unchanged_minor += given;
    if (unused->n_seqs < LW_QUESTION_DECISIONS_MAX) {
      unused->seqs[unused->n_seqs++] = lw_tape_number(tape, LW_TAPE_SEQ, asked);
    }
  }
}

enum lw_code lw_question_unused_find(const struct lw_question_input *input, lw_str agent,
                                     struct lw_question_unused *ret_unused, struct lw_error *err)
{
  const struct lw_tape *tape = input->tape;
  struct lw_arena arena;
  bool *is = NULL;
  *ret_unused = (struct lw_question_unused){.asked = 0};
  lw_arena_init(&arena, NULL, 0);
  enum lw_code rc = find_codes(tape, agent, &arena, &is, err);
  for (uint64_t row = lw_tape_rows(tape); rc == LW_OK && row-- > 0;) {
    lw_usec at = lw_tape_number(tape, LW_TAPE_AT, row);
    int64_t kind = lw_tape_number(tape, LW_TAPE_KIND, row);
    if (at + lw_tape_backstep(tape) < input->since) {
      break;
    }
    if (kind == LW_TAPE_ANSWERED) {
      take_answer(input, is, row, ret_unused);
    } else if (kind == LW_TAPE_REQUEST && at >= input->since &&
               is[lw_tape_code_at(tape, LW_TAPE_PERSON, row)] &&
               lw_tape_number(tape, LW_TAPE_VERDICT, row) == LW_GRANTED &&
               !lw_tape_is_own(tape, row)) {
      ret_unused->at_once++;
    }
  }
  lw_arena_finish(&arena);
  return rc;
}
