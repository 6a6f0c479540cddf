/* Courses, taking them, and the certificates that they give. A course is published in versions that
 * never change; an attempt is at one of them. Each answer is kept as it is given and what is right
 * is told at once, so a graded question is answered once in an attempt. What was answered is kept
 * while the attempt is open; afterwards only what it was worth.
 *
 * Functions with a batch are for lw_change.apply: rows and journal entries together. */
#ifndef LW_TRAIN_TRAIN_H
#define LW_TRAIN_TRAIN_H

#include "engine/engine.h"
#include "learn/course.h"
#include "train/scenario.h"

enum { LW_VOUCH_REASON_BYTES_MAX = 4096, LW_COURSES_MAX = 500, LW_ATTEMPTS_SHOWN_MAX = 200 };

/* A version as it is stored. */
struct lw_course_version {
  lw_str id;
  uint64_t version; /* counted from 1 */
  lw_str sha256;    /* of its files */
  lw_usec at;
  lw_str by; /* an actor */
  const struct lw_course_file *files;
  uint32_t n_files;
  struct lw_course course; /* read of the files */
};

/* {"course.yaml": "...", ...} as files in the order of their names, in `arena`; texts are borrowed.
 * NULL when it fits; else what is wrong, in words. */
const char *lw_course_files_read(const struct lw_value *value, struct lw_arena *arena,
                                 struct lw_course_file **ret_files, uint32_t *ret_count);

/* --- publishing --- */

struct lw_course_publish {
  const struct lw_course_file *files; /* in the order of their names */
  uint32_t n_files;
  struct lw_course course; /* read of them without an error */
};
/* user: struct lw_course_publish. 201 with {"course","version","sha256"}; 200 when the newest
 * version has the same files. */
enum lw_code lw_course_publish(struct lw_batch *batch, struct lw_change *change,
                               struct lw_error *err);

/* --- reading --- */

struct lw_train_reader {
  struct lw_db *db;
  const struct lw_snapshot *snapshot;
  const struct lw_caller *caller; /* NULL: the command line */
  struct lw_json_reader *json;
  struct lw_arena *arena;
  lw_usec now;
  const struct lw_preview_asking *asking; /* these two: what lw_rehearsal tells of; or NULL */
  struct lw_lists *lists;
  bool works_council; /* how somebody took a course is for them and whoever leads them */
};
/* version 0: the newest. LW_NOT_FOUND. Everything lives in the reader's arena. */
LW_NODISCARD enum lw_code lw_course_get(const struct lw_train_reader *reader, lw_str id,
                                        uint64_t version, struct lw_course_version *ret_version,
                                        struct lw_error *err);
/* {"items":[{"id","title","version","certificate","pass","valid_days","tries","questions","asked",
 * "opens":[{"grant","says","why"}],"mine":{"holds","until"}}]} of the newest versions, by id. */
LW_NODISCARD enum lw_code lw_course_list(const struct lw_train_reader *reader, struct lw_buf *out,
                                         struct lw_error *err);
/* The same of one, with "items": pages and questions, nothing of what is right. */
void lw_course_print(const struct lw_train_reader *reader, const struct lw_course_version *version,
                     bool items, struct lw_buf *out);
/* {"id","version","sha256","at","by","files":{...}} */
void lw_course_files_print(const struct lw_course_version *version, struct lw_buf *out);

/* {"items":[{"course","version","by","question","title","file","line","remedies":[{"option",
 * "action","amount","verdict","why"}]}],"policy":N}: scenarios of the newest version (course empty:
 * of all courses) that rest on what the live policy does not say. */
LW_NODISCARD enum lw_code lw_course_stale_print(const struct lw_train_reader *reader, lw_str course,
                                                struct lw_buf *out, struct lw_error *err);
/* Tells authors of them after each change of the policy: for lw_engine_add_due. */
extern const struct lw_due lw_courses_due;

/* --- taking --- */

struct lw_attempt_act {
  const struct lw_caller *caller;
  lw_str course;                        /* to start */
  lw_str attempt;                       /* to answer, to finish */
  lw_str question;                      /* to answer */
  const struct lw_value *answer;        /* as lw_response_read takes it */
  const struct lw_rehearsed *rehearsed; /* of a scenario: lw_attempt_rehearse's; or NULL */
};
/* What the policy says to the remedies of that question, if it is a scenario and the answer can be
 * read: on the caller's thread, before the change. Else *ret_rehearsed is NULL, and the change says
 * what is wrong. */
LW_NODISCARD enum lw_code lw_attempt_rehearse(const struct lw_train_reader *reader,
                                              const struct lw_attempt_act *act,
                                              const struct lw_rehearsed **ret_rehearsed,
                                              struct lw_error *err);
/* user: struct lw_attempt_act. 201 with the attempt; 200 with the one that is open already.
 * LW_CONFLICT: no tries are left. LW_FORBIDDEN: a token that stands for nobody. */
enum lw_code lw_attempt_start(struct lw_batch *batch, struct lw_change *change,
                              struct lw_error *err);
/* 200 with {"question","response","grade":{...}}. The same answer again is the same; another to a
 * graded question is LW_CONFLICT, because what is right was told. */
enum lw_code lw_attempt_answer(struct lw_batch *batch, struct lw_change *change,
                               struct lw_error *err);
/* 200 with the attempt: passed or failed, and the certificate that it gave. LW_CONFLICT while a
 * lowering takes that person's certificates: the attempt stays open. */
enum lw_code lw_attempt_finish(struct lw_batch *batch, struct lw_change *change,
                               struct lw_error *err);
/* {"id","course","version","state","started_at","finished_at","percent","answers":[...]}.
 * LW_NOT_FOUND: none that the caller may see. */
LW_NODISCARD enum lw_code lw_attempt_print(const struct lw_train_reader *reader, lw_str id,
                                           struct lw_buf *out, struct lw_error *err);
/* Which attempts: of a person, or of everybody who is in the middle of one. */
struct lw_attempt_query {
  lw_str person;  /* empty: those that are open, of everybody whom the caller may see */
  lw_str course;  /* of a person; empty: of all courses */
  lw_str after;   /* `next` of the page before; empty: from the newest */
  uint32_t limit; /* 0: LW_ATTEMPTS_SHOWN_MAX */
};
/* {"items":[...],"next":"att_..."}, newest first, without answers. LW_FORBIDDEN: how that person's
 * courses went is not the caller's to see. */
LW_NODISCARD enum lw_code lw_attempt_list(const struct lw_train_reader *reader,
                                          const struct lw_attempt_query *query, struct lw_buf *out,
                                          struct lw_error *err);
/* Whether the reader may see how that person learns. */
bool lw_attempt_visible(const struct lw_train_reader *reader, lw_str person);
/* Forgets what somebody answered. */
LW_NODISCARD enum lw_code lw_attempts_erase(struct lw_db *db, lw_str person, struct lw_error *err);

/* --- by hand --- */

struct lw_vouch {
  const struct lw_caller *caller;
  lw_str person;
  lw_str certificate;
  lw_usec until; /* INT64_MAX: for good */
  lw_str reason;
};
/* user: struct lw_vouch. 201 with {"person","certificate","until"}. Nobody vouches for themselves:
 * LW_FORBIDDEN. */
enum lw_code lw_certificate_vouch(struct lw_batch *batch, struct lw_change *change,
                                  struct lw_error *err);

/* --- their end --- */

/* So long before a certificate ends its person and whoever leads them are told, once. */
#define LW_EXPIRY_TOLD_USEC ((lw_usec)30 * 86400 * LW_USEC_PER_SECOND)
/* certificate.expiring for those whose time has come: a row of lw_engine_add_due. */
extern const struct lw_due lw_expiries_due;

extern const struct lw_migration lw_train_migrations[];
extern const size_t lw_train_migrations_count;

#endif
