/* Game plans: the pages that were written (learn/plan.h), which of them fits a case, and what was
 * ticked and found in it. A page holds its text whole, so that a folder comes out as it went in;
 * where nobody has written the general plan or the needs, the program's own stand in and say so.
 * What is kept of a case is the last word on each step, on its cause and on its need: who, and
 * when.
 *
 * Functions with a batch are for lw_change.apply: rows and journal entries together. Who may see a
 * case is for whoever calls: cases are not known here. */
#ifndef LW_GUIDE_PLAN_H
#define LW_GUIDE_PLAN_H

#include "engine/lists.h"
#include "learn/plan.h"

enum { LW_PLAN_PAGES_MAX = 1000, LW_PLAN_CASE_BYTES_MAX = 200 };

/* A page as it is kept, or as it stands in. */
struct lw_plan_page {
  lw_str name; /* as lw_plan_name has it */
  enum lw_plan_kind kind;
  lw_str cause;
  uint64_t version; /* counted from 1; 0: nobody has written it */
  lw_str text;      /* empty: a cause that nobody has written of */
  lw_usec at;
  lw_str by; /* an actor */
  bool built_in;
  struct lw_plan plan; /* read of the text */
};

/* --- writing --- */

struct lw_plan_draft {
  struct lw_plan plan; /* read of `text` without an error */
  lw_str text;
};
struct lw_plan_writing {
  const struct lw_plan_draft *drafts;
  uint32_t count;
  bool has_version; /* of one draft: the version that was read, 0: there was none */
  uint64_t version;
};
/* user: struct lw_plan_writing; all of them or none, the needs first. 201 when one is new, else
 * 200, with {"items":[{"plan","version","changed"}]}; the same text again is no new version.
 * LW_STALE: another version is there. LW_INVALID: a cause that the live policy does not have, or a
 * need that the page of needs does not. */
enum lw_code lw_plan_write(struct lw_batch *batch, struct lw_change *change, struct lw_error *err);

struct lw_plan_removal {
  lw_str name;
  bool has_version;
  uint64_t version;
};
/* user: struct lw_plan_removal. 200; what stood in before stands in again. LW_NOT_FOUND: nobody has
 * written it. LW_STALE as above. */
enum lw_code lw_plan_remove(struct lw_batch *batch, struct lw_change *change, struct lw_error *err);

/* --- reading --- */

struct lw_plan_reader {
  struct lw_db *db;
  const struct lw_snapshot *snapshot;
  const struct lw_caller *caller; /* NULL: the command line */
  struct lw_lists *lists;         /* or NULL: what was decided in a case is not looked at */
  struct lw_arena *arena;
  lw_str language; /* of what the program brings: "de"; anything else: English */
  bool only_seen;  /* words of a case only by people whose decisions the caller may see */
};

/* LW_NOT_FOUND when it can't be a page. Everything lives in the reader's arena. */
LW_NODISCARD enum lw_code lw_plan_page_get(const struct lw_plan_reader *reader, lw_str name,
                                           struct lw_plan_page *ret_page, struct lw_error *err);
/* All that were written, by name; in the reader's arena, *ret_pages with LW_PLAN_PAGES_MAX. */
LW_NODISCARD enum lw_code lw_plan_pages(const struct lw_plan_reader *reader,
                                        struct lw_plan_page **ret_pages, uint32_t *ret_count,
                                        struct lw_error *err);
/* {"general":{...},"needs":[{"id","label"}],"items":[{"plan","cause","label","version","at","by",
 * "name","steps","built_in","gone"}]}: the pages, one for each reason of the live policy, and
 * those of reasons that it does not have any more. */
LW_NODISCARD enum lw_code lw_plan_list_print(const struct lw_plan_reader *reader,
                                             struct lw_buf *out, struct lw_error *err);
/* A page with its text, and the plan that it makes with what stands behind it. */
LW_NODISCARD enum lw_code lw_plan_page_print(const struct lw_plan_reader *reader,
                                             const struct lw_plan_page *page, struct lw_buf *out,
                                             struct lw_error *err);
/* {"cause","label","needs":[{"id","label","usual"}],"steps":[{"step","text","questions","from"}]}:
 * a plan whole, what it leaves out from the general plan, and what that leaves out from
 * the program's. own may be NULL: the general plan; or a text for it that is not kept yet. */
LW_NODISCARD enum lw_code lw_plan_print_whole(const struct lw_plan_reader *reader,
                                              const struct lw_plan *own, struct lw_buf *out,
                                              struct lw_error *err);
/* The program's own general plan or needs, in that language. */
lw_str lw_plan_built_in(enum lw_plan_kind kind, lw_str language);

/* --- a case --- */

struct lw_plan_tick {
  const struct lw_caller *caller;
  lw_str case_id;
  bool has_step, has_cause, has_need; /* what is said; one of them at least */
  enum lw_plan_step step;
  bool done;
  lw_str cause; /* these two: empty takes it back */
  lw_str need;
  lw_str language; /* these two as of struct lw_plan_reader */
  bool only_seen;
};
/* user: struct lw_plan_tick. 200 with {"case","done","of","ticked":[{"step","by","name","at"}],
 * "found":{"cause":{"id","label","by","name","at"},"need":{...}}}. What is said already changes
 * nothing. LW_FORBIDDEN: a token that stands for nobody; LW_INVALID: a cause or need that is none.
 */
enum lw_code lw_plan_tick(struct lw_batch *batch, struct lw_change *change, struct lw_error *err);

/* The same with "plan" (lw_plan_print_whole) and "because": "found" (somebody said the cause),
 * "decision" (of the newest decision in the case), "asked" (`cause`, which may be empty), or
 * nothing: the general plan. A cause that the live policy does not have is left aside. */
LW_NODISCARD enum lw_code lw_plan_case_print(const struct lw_plan_reader *reader, lw_str case_id,
                                             lw_str cause, struct lw_buf *out,
                                             struct lw_error *err);

extern const struct lw_migration lw_guide_migrations[];
extern const size_t lw_guide_migrations_count;

#endif
