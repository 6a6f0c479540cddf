/* The settings of the installation that its people set by themselves in the console: rows of the
 * table `setting` under names that begin with `console.`, one entry setting.changed for each that
 * changes. What is not set has its usual value. */
#ifndef LW_ENGINE_CONSOLE_H
#define LW_ENGINE_CONSOLE_H

#include "base/bounds.h"
#include "engine/engine.h"

/* What an agent has to take a decision back, when nothing is set. */
enum { LW_CONSOLE_UNDO_SECONDS = 8 };

enum lw_console_key {
  LW_CONSOLE_FRAMES, /* origins with a space between */
  LW_CONSOLE_DUTY_NAME,
  LW_CONSOLE_DUTY_PHONE,
  LW_CONSOLE_DUTY_TEXT,
  LW_CONSOLE_UNDO,     /* seconds */
  LW_CONSOLE_LANGUAGE, /* "en", "de" */
  LW_CONSOLE_SIGNIN_HELP,
  LW_CONSOLE_WORKS_COUNCIL,  /* "on": what concerns one person is for them and whoever leads them */
  LW_CONSOLE_RATING_SCALE,   /* "1..5": of ratings that come without one */
  LW_CONSOLE_REPEAT_DAYS,    /* for so long a customer's next case is the same matter again */
  LW_CONSOLE_QUESTION_DAYS,  /* to explain a question, before others see it */
  LW_CONSOLE_LEARNING_HOURS, /* that everybody may learn a year; train/growing.h */
  LW_CONSOLE_KEYS
};

struct lw_console {
  lw_str texts[LW_CONSOLE_KEYS];         /* as stored; empty: not set */
  lw_str frames[LW_FRAME_ANCESTORS_MAX]; /* where the panel may stand in a frame */
  uint32_t n_frames;
  uint32_t undo_seconds; /* 0: no undo */
  lw_str language;
};

/* As the store has them now; texts in arena. */
LW_NODISCARD enum lw_code lw_console_read(struct lw_db *db, struct lw_arena *arena,
                                          struct lw_console *ret_console, struct lw_error *err);

/* How many active people have a password. */
LW_NODISCARD enum lw_code lw_console_count_signins(struct lw_db *db, int64_t *ret_count,
                                                   struct lw_error *err);

struct lw_console_change {
  bool has[LW_CONSOLE_KEYS];
  lw_str texts[LW_CONSOLE_KEYS]; /* empty: takes it away. Checked by whoever submits. */
};
/* user: struct lw_console_change. 200 {}. What stays as it was leaves no entry. */
enum lw_code lw_console_change_apply(struct lw_batch *batch, struct lw_change *change,
                                     struct lw_error *err);

/* A copy in memory, for what is asked for with each page. Any thread. */
struct lw_consoles;
/* Borrows the engine. NULL when memory is out. */
struct lw_consoles *lw_consoles_create(struct lw_engine *engine);
void lw_consoles_destroy(struct lw_consoles *consoles); /* NULL is allowed */
/* At most a second behind other processes, and never behind lw_consoles_expire. When the store
 * can't be read it is what was read last, or all as usual. Texts in arena. */
void lw_consoles_get(struct lw_consoles *consoles, struct lw_arena *arena,
                     struct lw_console *ret_console);
/* The settings were changed here. */
void lw_consoles_expire(struct lw_consoles *consoles);

#endif
