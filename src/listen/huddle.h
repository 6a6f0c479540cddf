/* The huddle: a page a week for each team, made from the record and edited by the lead: three cases
 * worth talking about (too much, too little, brilliant), the week's causes, what changed in the
 * policy and why, thanks.
 *
 * A draft is not written by anybody: until it is published the page is made of the record each time
 * that it is looked at, so what comes late (a rating, a review) is in it, no team has rows that
 * nobody asked for, and nothing has to run on Mondays. Kept are the lead's own words and choices
 * (the edit); publishing freezes the figures and choices as a page, in an entry huddle.published.
 * It can be published again, corrected: another edition.
 *
 * Cases of "too much" and "too little" are talked about without the person: neither name nor the
 * case's number leaves the lead's own view. Customers are never named. Words stand outside the
 * chain: a case's about its agent and customer, the opening ones about whoever wrote them.
 *
 * Table huddle. Changes are `apply` functions for lw_change with their input in change->user
 * (borrowed until done); they check rights themselves. Reading takes any connection and thread. */
#ifndef LW_LISTEN_HUDDLE_H
#define LW_LISTEN_HUDDLE_H

#include "desk/approval.h"
#include "engine/council.h"
#include "listen/week.h"
#include "replay/tape.h"

enum {
  LW_HUDDLE_WORDS_BYTES_MAX = 4000, /* opening words */
  LW_HUDDLE_TEXT_BYTES_MAX = 600,   /* one sentence about a case */
  LW_HUDDLE_PROPOSALS = 5,          /* of each kind */
  LW_HUDDLE_CAUSES = 5,             /* shown */
  LW_HUDDLE_FEW = 5,                /* under so many cases a change says little */
  LW_HUDDLE_LEFT_OUT_MAX = 100,
  LW_HUDDLE_LIST_MAX = 60 /* weeks back that a list goes */
};
#define LW_HUDDLE_WEEK_USEC (INT64_C(7) * 86400 * 1000000)

/* --- what is on the page --- */

enum lw_huddle_kind {
  LW_HUDDLE_TOO_MUCH,
  LW_HUDDLE_TOO_LITTLE,
  LW_HUDDLE_BRILLIANT,
  LW_HUDDLE_KINDS
};
lw_str lw_huddle_kind_name(enum lw_huddle_kind kind); /* "too_much" "too_little" "brilliant" */
LW_NODISCARD bool lw_huddle_kind_read(lw_str name, enum lw_huddle_kind *ret_kind);

/* Why a case is proposed. */
enum lw_huddle_why {
  LW_HUDDLE_REVIEWED,   /* a review said so */
  LW_HUDDLE_FAR,        /* far more than cases of the same sort got */
  LW_HUDDLE_LOST,       /* the customer left, got nothing, and others of the sort did */
  LW_HUDDLE_RATED_LOW,  /* the same of one who rated it low */
  LW_HUDDLE_UNCHANGED,  /* asked for above, and approved as it was */
  LW_HUDDLE_ENDED_WELL, /* a hard case, rated high */
  LW_HUDDLE_THANKED,    /* somebody was thanked for it */
  LW_HUDDLE_CHOSEN,     /* the lead's own choice */
  LW_HUDDLE_WHYS
};
lw_str lw_huddle_why_name(enum lw_huddle_why why); /* "reviewed" "far" ... */

struct lw_huddle_case {
  enum lw_huddle_kind kind;
  enum lw_huddle_why why;
  lw_str of;       /* "dec_...", or a case's id */
  lw_str case_id;  /* or empty */
  lw_str customer; /* for erasing; never shown */
  lw_str agent;
  lw_str action; /* these four are empty, false or 0 where there is no decision */
  lw_str reason;
  bool has_amount;
  int64_t amount_minor; /* given in the end */
  int64_t similar;      /* FAR: given in so many alike; LOST, RATED_LOW: so many alike, */
  int64_t given;        /* of which so many got something */
  int64_t median_minor; /* FAR: their middle, */
  int64_t high_minor;   /* and what nine in ten got at most */
  int64_t waited_sec;   /* UNCHANGED */
  int64_t rating_ppm;   /* along the scale; -1: none */
  lw_str hard;          /* ENDED_WELL: JSON, ["escalated", ...] */
  bool customer_said;   /* THANKED: whose words they were */
  lw_str text;          /* the lead's sentence: a reference (ledger/text.h), JSON; or empty */
  uint64_t seq;         /* of its decision's entry; 0: not looked for, or none */
  int64_t score;        /* of proposals with the same why: the greatest comes first */
};

struct lw_huddle_figures {
  int64_t cases;
  int64_t given; /* remedies */
  int64_t minor; /* that they come to */
  int64_t rated;
  int64_t rating_sum_ppm;
};
struct lw_huddle_cause {
  lw_str name; /* the reason's; or empty: none was named */
  struct lw_huddle_figures now;
  struct lw_huddle_figures before;
};

/* A version that became live, or was put on trial, in the week. */
struct lw_huddle_version {
  uint64_t number;
  int64_t people; /* of the team, who have something to read about it, */
  int64_t unread; /* and those who have not */
};

enum lw_huddle_section {
  LW_HUDDLE_CASES,
  LW_HUDDLE_CAUSES_SECTION,
  LW_HUDDLE_CHANGES,
  LW_HUDDLE_THANKS,
  LW_HUDDLE_SECTIONS
};
lw_str lw_huddle_section_name(enum lw_huddle_section section); /* "cases" "causes" ... */
LW_NODISCARD bool lw_huddle_section_read(lw_str name, enum lw_huddle_section *ret_section);

/* What the lead says: of the store with references in place of texts. */
struct lw_huddle_pick {
  enum lw_huddle_kind kind;
  lw_str of;
  lw_str text;
};
struct lw_huddle_edit {
  lw_str words;
  bool has_cases; /* otherwise the first proposal of each kind */
  struct lw_huddle_pick cases[LW_HUDDLE_KINDS];
  uint32_t n_cases;
  enum lw_huddle_section sections[LW_HUDDLE_SECTIONS]; /* in this order; others stay away */
  uint32_t n_sections;
  const lw_str *left_out; /* "cause:late", "version:12", "thanks:thx_..." */
  uint32_t n_left_out;
};

/* As the store has it. */
struct lw_huddle_row {
  lw_str team; /* its own id */
  lw_str week;
  struct lw_huddle_edit edit;
  uint64_t version; /* of the edit; ETag; 1: nothing was said yet */
  lw_str page;      /* as published last: JSON; or empty */
  uint64_t edition; /* from 1; 0: not published */
  uint64_t published_version;
  lw_usec published_at;
  lw_str published_by;
  lw_usec changed_at;
  lw_str changed_by;
};

/* A page, made or read. */
struct lw_huddle {
  lw_str team; /* its own id */
  struct lw_week week;
  lw_str currency;
  struct lw_huddle_edit edit;
  struct lw_huddle_case cases[LW_HUDDLE_KINDS]; /* in their order on the page */
  uint32_t n_cases;
  struct lw_huddle_cause *causes; /* most money first */
  uint32_t n_causes;
  struct lw_huddle_version *versions; /* as they came */
  uint32_t n_versions;
  lw_str *thanks; /* ids, as they came */
  uint32_t n_thanks;
  struct lw_huddle_case *proposals[LW_HUDDLE_KINDS]; /* of a draft */
  uint32_t n_proposals[LW_HUDDLE_KINDS];
};

/* Left out of the page by the lead: "cause:late". */
bool lw_huddle_is_left_out(const struct lw_huddle_edit *edit, const char *what, lw_str id);
bool lw_huddle_has_section(const struct lw_huddle_edit *edit, enum lw_huddle_section section);
/* The whole page in its usual order, and nothing said. */
void lw_huddle_edit_init(struct lw_huddle_edit *ret_edit);

/* --- rights --- */

/* Reads published ones: whoever is of the team or below; leads above it; reach ALL. team: a path.
 */
bool lw_huddle_may_read(const struct lw_caller *caller, lw_str team);
/* Sees and edits drafts, publishes: whoever leads the team (not of a token). */
bool lw_huddle_may_write(const struct lw_caller *caller, lw_str team);

/* Whether figures of the team are for fewer people than the caller may be told of. A caller who is
 * nobody stands for everybody. */
LW_NODISCARD enum lw_code lw_huddle_withheld(struct lw_db *db, const struct lw_caller *caller,
                                             const struct lw_staff *staff, lw_str team,
                                             bool *ret_withheld, struct lw_error *err);

/* --- the store --- */

/* version 1 and edition 0 where nothing is kept. Lives in arena. */
LW_NODISCARD enum lw_code lw_huddle_get(struct lw_db *db, lw_str team, lw_str week,
                                        struct lw_json_reader *json, struct lw_arena *arena,
                                        struct lw_huddle_row *ret_row, struct lw_error *err);
/* {"items":[...],"this_week","last_week"}: those that the caller sees, newest week first; team: a
 * path, only those of it and its sub-teams; or empty. */
LW_NODISCARD enum lw_code lw_huddle_list(const struct lw_desk_reader *reader, lw_str team,
                                         struct lw_buf *out, struct lw_error *err);

/* --- making --- */

struct lw_huddle_making {
  const struct lw_desk_reader *reader;
  struct lw_json_reader *json;
  const struct lw_tape *tape; /* NULL: nothing is known of decisions */
  const struct lw_team *team;
  struct lw_week week;
  const struct lw_huddle_edit *edit; /* with references */
};
/* The page as the record has it now: the same record gives the same page. In the reader's arena. */
LW_NODISCARD enum lw_code lw_huddle_make(const struct lw_huddle_making *making,
                                         struct lw_huddle *ret_huddle, struct lw_error *err);
/* The page as it was published last (row->edition is not 0). */
LW_NODISCARD enum lw_code lw_huddle_thaw(const struct lw_huddle_row *row, const struct lw_tz *zone,
                                         struct lw_json_reader *json, struct lw_arena *arena,
                                         struct lw_huddle *ret_huddle, struct lw_error *err);

/* --- changes --- */

/* PUT /v1/huddles/{team}/{week}: the whole of the edit, as texts. */
struct lw_huddle_saving {
  const struct lw_caller *caller;
  lw_str team;
  lw_str week;
  struct lw_huddle_edit edit;
  bool has_tag;
  uint64_t tag;
};
/* 200 with {"team","week","state","version"}; nothing is recorded of a draft. LW_NOT_FOUND: no such
 * team; LW_FORBIDDEN; LW_STALE; LW_INVALID: a decision or a case that is not the team's. */
enum lw_code lw_huddle_save(struct lw_batch *batch, struct lw_change *change, struct lw_error *err);

/* POST /v1/huddles/{team}/{week}/publish, of a page made with the edit of version `made_of`. */
struct lw_huddle_publishing {
  const struct lw_caller *caller;
  const struct lw_huddle *huddle;
  uint64_t made_of;
};
/* 201 with {"team","week","state","version","edition"}; members of the team are told. LW_STALE:
 * edited meanwhile. */
enum lw_code lw_huddle_publish(struct lw_batch *batch, struct lw_change *change,
                               struct lw_error *err);

/* --- showing --- */

struct lw_huddle_showing {
  const struct lw_desk_reader *reader;
  struct lw_json_reader *json;
  const struct lw_team *team;
  const struct lw_huddle_row *row;
  bool writer;   /* with what only the lead sees: numbers, proposals, whom nobody has thanked */
  bool withheld; /* no figures: the works council, and too few people */
  bool bare;     /* without what people wrote and their names */
};
/* As api/openapi.yaml has a Huddle. */
LW_NODISCARD enum lw_code lw_huddle_print(const struct lw_huddle_showing *showing,
                                          const struct lw_huddle *huddle, struct lw_buf *out,
                                          struct lw_error *err);
/* A page that was printed (read again as a value), as Markdown that can be read as plain text. */
void lw_huddle_words(const struct lw_value *page, struct lw_buf *out);
/* The published page that an entry huddle.published tells of, for webhooks: appends `"text":"..."`,
 * its words, to what stands before in an object. texts: with what people wrote, and their names.
 * Nothing is appended when the page is not there any more, or another edition took its place. */
LW_NODISCARD enum lw_code lw_huddle_tell(const struct lw_desk_reader *reader,
                                         struct lw_json_reader *json, const struct lw_value *body,
                                         bool texts, struct lw_buf *out, struct lw_error *err);

#endif
