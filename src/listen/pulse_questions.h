/* The questions of a pulse survey: built in, or of whoever opens it. Pure.
 *
 * A question is {"id","text","low","high"}: what is asked, and the words at 1 and at 5. Each text
 * is a string, or a map of languages to strings ({"en": "...", "de": "..."}). */
#ifndef LW_LISTEN_PULSE_QUESTIONS_H
#define LW_LISTEN_PULSE_QUESTIONS_H

#include "base/buf.h"
#include "data/value.h"

enum {
  LW_PULSE_QUESTIONS_MIN = 2,
  LW_PULSE_QUESTIONS_MAX = 6,
  LW_PULSE_SCALE = 5,
  LW_PULSE_ID_BYTES_MAX = 40,
  LW_PULSE_TEXT_BYTES_MAX = 300,
  LW_PULSE_LANGUAGES_MAX = 8
};

struct lw_pulse_questions {
  lw_str ids[LW_PULSE_QUESTIONS_MAX];
  uint32_t count;
};

/* NULL when it is a list of such questions; else what is wrong, in words, in `arena`. ids are
 * borrowed from `value`. */
const char *lw_pulse_questions_read(const struct lw_value *value, struct lw_arena *arena,
                                    struct lw_pulse_questions *ret_questions);
/* NULL when it is a text as above; else what is wrong. */
const char *lw_pulse_text_check(const struct lw_value *value, struct lw_arena *arena,
                                const char *what);
/* Those that are built in, as JSON: a list; and what the free text asks. Static. */
lw_str lw_pulse_builtin_questions(void);
lw_str lw_pulse_builtin_words(void);

/* The answers to `questions` of a map {"id": 1 .. 5}, in their order. NULL, or what is wrong: it
 * names the question, never what was answered. */
const char *lw_pulse_answers_read(const struct lw_value *value,
                                  const struct lw_pulse_questions *questions,
                                  struct lw_arena *arena, int *ret_values);

/* The place of the question of that id, or `count`. */
uint32_t lw_pulse_questions_find(const struct lw_pulse_questions *questions, lw_str id);

#endif
