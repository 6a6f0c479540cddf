/* A course: a folder of text files that can live in git. `course.yaml` says what it is called,
 * which certificate it gives and in which order its files come; `*.md` are pages, `*.gift` are
 * questions in Moodle's format, other `*.yaml` are questions with amounts of money and
 * scenarios. Pure: files are texts in memory. What is read lives in the caller's arena and borrows
 * the files' texts. */
#ifndef LW_LEARN_COURSE_H
#define LW_LEARN_COURSE_H

#include "learn/gift.h"

enum {
  LW_COURSE_FILES_MAX = 200,
  LW_COURSE_BYTES_MAX = 2 * 1024 * 1024, /* of all its files: an entry of the journal has them */
  LW_COURSE_NAME_BYTES_MAX = 100,
  LW_COURSE_QUESTIONS_MAX = 500,
  LW_COURSE_VALID_DAYS_MAX = 3660
};

struct lw_course_file {
  lw_str name; /* "refunds.gift": letters, digits, ".", "-", "_"; no folder */
  lw_str text;
};

/* A page, or a question. */
struct lw_course_item {
  lw_str file;
  lw_str page;                    /* its Markdown; empty: a question */
  lw_str id;                      /* of a question: the author's, or its number: "7" */
  const struct lw_quiz *question; /* or NULL */
};

struct lw_course {
  lw_str id;
  lw_str title;
  lw_str certificate; /* or empty: it gives none */
  uint32_t pass_percent;
  uint32_t valid_days; /* 0: for good */
  uint32_t tries;      /* 0: as often as somebody likes */
  bool per_version;    /* of an AI agent: the certificate counts for the version that earned it */
  uint16_t currency;   /* of amounts; LW_CURRENCY_NONE: not said */
  const struct lw_course_item *items;
  uint32_t n_items;
  uint32_t n_questions; /* that are graded */
};

/* What is to be mended, in which file. */
struct lw_course_finding {
  lw_str file;
  struct lw_diag diag;
};
struct lw_course_findings {
  const struct lw_course_finding *items;
  uint32_t count;
  uint32_t errors;
};

/* Reads the folder's files, all mistakes at once. *ret_course counts when there are no errors.
 * LW_NO_MEMORY, LW_LIMIT (with *err) when it could not be read at all. */
LW_NODISCARD enum lw_code lw_course_read(struct lw_arena *keep, const struct lw_course_file *files,
                                         uint32_t count, struct lw_course *ret_course,
                                         struct lw_course_findings *ret_findings,
                                         struct lw_error *err);
/* The question of that id, or NULL. */
const struct lw_quiz *lw_course_find(const struct lw_course *course, lw_str id);
/* "refunds.gift:12: error brace: ...; the mend", a line each. */
void lw_course_findings_print(const struct lw_course_findings *findings, struct lw_buf *out);
/* [{"file","line","severity","code","message","hint"}] */
void lw_course_findings_print_json(const struct lw_course_findings *findings, struct lw_buf *out);
/* Whether a file may be called so. */
bool lw_course_name_fits(lw_str name);

#endif
