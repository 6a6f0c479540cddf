/* Private to track's questions: the requests of a window, flat, as all looks want them. */
#ifndef LW_TRACK_QUESTION_ROWS_H
#define LW_TRACK_QUESTION_ROWS_H

#include "track/question.h"

#include "base/table.h"

struct question_row {
  int64_t seq;
  lw_usec at;
  int64_t minor;                             /* given at once, and not taken back; else 0 */
  uint32_t agent;                            /* a number of question_field.agents */
  uint32_t team;                             /* of the teams; counted from 0 */
  uint32_t customer, case_id, action, grant; /* codes of the tape; 0: none */
  bool at_once;                              /* and it stands */
};

struct question_person {
  uint32_t agent, team; /* UINT32_MAX: nobody */
};

/* What one look at the record works on. */
struct question_field {
  const struct lw_question_input *input;
  struct lw_arena *arena; /* for what is found */
  struct lw_arena scratch;
  struct question_row *rows; /* in order of seq */
  size_t n_rows;
  struct question_person *persons; /* by code of the tape */
  uint32_t n_persons;
  struct lw_table agent_index, team_index;
  lw_str *agents;
  size_t n_agents, agents_capacity;
  uint32_t n_teams;
  struct lw_question_found *found; /* in arena */
  size_t n_found, found_capacity;
};

/* Room for one more, zeroed but for kind, expected and q; NULL when memory is out. */
struct lw_question_found *lw_question_add(struct question_field *field, enum lw_question_kind kind);
/* Notes a decision; what is past the most is left out. */
bool lw_question_note(struct question_field *field, struct lw_question_found *found, int64_t seq);
lw_str lw_question_customer(const struct question_field *field, uint32_t code);
/* "2026-03", of a moment, by the policy's clock. In arena. */
lw_str lw_question_month(struct question_field *field, lw_usec at);

LW_NODISCARD enum lw_code lw_question_look_split(struct question_field *field,
                                                 struct lw_error *err);
LW_NODISCARD enum lw_code lw_question_look_lapse(struct question_field *field,
                                                 struct lw_error *err);
/* Together and everywhere. */
LW_NODISCARD enum lw_code lw_question_look_customers(struct question_field *field,
                                                     struct lw_error *err);

#endif
