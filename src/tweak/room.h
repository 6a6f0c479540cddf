/* Earned room: for whom the record bears out more of it than they have, by a rule that is told, and
 * what that would have done.
 *
 * The past is decided again under the live policy; the asks that it would still ask about and that
 * somebody else answered are the evidence, and with them how many decisions there were, what
 * reviewers said, and how long the person has had their tier. Who meets the rule is replayed with
 * more: the next tier of the policy's order, or a larger limit of their own. What is proposed is
 * what the answered asks bear out that this very change grants at once, as for suggestions
 * (suggest.h).
 *
 * Nothing here takes anything from anybody, and nothing is ranked: a proposal is there or not. Pure
 * but for the replays: a tape and people in, proposals out. */
#ifndef LW_TWEAK_ROOM_H
#define LW_TWEAK_ROOM_H

#include "tweak/answered.h"
#include "tweak/replay_cache.h"

enum {
  LW_ROOM_DAYS = 90,          /* how far back the record is looked at, from its last entry */
  LW_ROOM_DECISIONS_MIN = 40, /* in that time */
  LW_ROOM_REVIEWS_MIN = 6,
  LW_ROOM_REVIEWS_SHARE = 60, /* of 100: not too much, even at the unlucky end */
  LW_ROOM_TIER_DAYS = 60,     /* since they have decided in their present tier */
  LW_ROOM_QUIET_DAYS = 90,    /* since a lowering ended */
  LW_ROOM_NEAR = 2,           /* so many tests at most are not met yet: near */
  LW_ROOM_TRIED_MAX = 64,     /* people for whom a change is replayed */
  LW_ROOM_CASES_MAX = 50,     /* decisions that a proposal names */
  LW_ROOM_DRY_MAX = 10,       /* budgets that it names */
  LW_ROOM_HOLDS_MAX = 16      /* certificates that it names */
};

/* What the rule asks, one after the other. */
enum lw_room_test {
  LW_ROOM_OF_DECISIONS,
  LW_ROOM_OF_ASKS,
  LW_ROOM_OF_REVIEWS,
  LW_ROOM_OF_TIME,
  LW_ROOM_OF_LOWERING,
  LW_ROOM_OF_HOLDS, /* of the next tier alone */
  LW_ROOM_TESTS
};
lw_str lw_room_test_name(enum lw_room_test test); /* "decisions" "asks" "reviews" ... */

/* Somebody's record of the window. */
struct lw_room_record {
  uint64_t decisions;
  struct lw_consent asks; /* all that somebody else answered */
  int64_t right, too_little, too_much;
  lw_usec in_tier;        /* since their first decision in the present tier, microseconds */
  bool lowered;           /* a lowering is asked for, or in force */
  lw_usec since_lowering; /* microseconds since the last one ended; -1: there was none */
  uint32_t lacking;       /* certificates that the next tier's grants want */
};
/* Whether the record meets one test; and, as bits by test, all that it does not meet. */
bool lw_room_meets(const struct lw_room_record *record, enum lw_room_test test);
uint32_t lw_room_missing(const struct lw_room_record *record);

/* Whom the record is looked at for, with what the tape does not have. */
struct lw_room_person {
  const struct lw_actor *actor; /* as they are now */
  int64_t right, too_little, too_much;
  bool lowered;
  lw_usec lowered_until; /* when the last lowering ended; 0: there was none */
};

enum lw_room_kind { LW_ROOM_TIER, LW_ROOM_AMOUNT, LW_ROOM_TIMES };
lw_str lw_room_kind_name(enum lw_room_kind kind); /* "tier" "amount" "times" */

struct lw_room_dry {
  lw_str budget;
  lw_str of; /* whose: an agent, a team ...; empty: the organization's */
  uint64_t requests;
};

struct lw_room_proposal {
  lw_str id; /* "rom_..." of person and change: the same as long as both stand */
  lw_str person;
  enum lw_room_kind kind;
  lw_str budget; /* of a limit */
  lw_str before; /* the tier, or the limit that holds for them; empty: none */
  lw_str after;
  struct lw_room_record record;
  uint32_t missing;          /* tests by bits; 0: a proposal, else somebody who is near */
  const lw_str *lacks;       /* certificates: min(record.lacking, LW_ROOM_HOLDS_MAX) */
  struct lw_consent consent; /* of the asks that the change grants at once */
  const lw_usec *moments;    /* consent.asks: when they asked */
  const int64_t *seqs;       /* entries of those decisions, the latest first */
  uint32_t n_seqs;
  struct lw_lifted replay;
  const struct lw_room_dry *dry; /* budgets that only then run dry */
  uint32_t n_dry;
  uint64_t n_dry_all;
  lw_str words;  /* the evidence, in a sentence */
  lw_str effect; /* the replay, in a sentence */
};

struct lw_room_list {
  struct lw_arena keep;
  struct lw_room_proposal *items; /* by person */
  uint32_t count;
  lw_usec since; /* the window; both 0: nothing is on record */
  lw_usec until;
  uint16_t currency;
  bool tried_all; /* false: more people meet the rule than LW_ROOM_TRIED_MAX */
};

/* Everything is borrowed. */
struct lw_room {
  const struct lw_tape *tape;
  struct lw_replayed_as live; /* policy, source, people, serials as for the cache; its tape is set
                                 here */
  struct lw_replay_cache *cache; /* may be NULL */
  const struct lw_room_person *persons;
  uint32_t n_persons;
  bool near;                                                  /* those who are near, too */
  bool (*progress)(void *user, uint64_t done, uint64_t rows); /* false stops; may be NULL */
  void *user;
};

/* LW_BUSY: stopped; LW_NO_MEMORY, LW_LIMIT, LW_INVALID (another currency). finish is safe after a
 * failure. */
LW_NODISCARD enum lw_code lw_room_find(const struct lw_room *room, struct lw_room_list *ret_list,
                                       struct lw_error *err);
void lw_room_list_finish(struct lw_room_list *list);
/* How many of its asks came after that moment: one that was put aside comes back when these are as
 * many as it then had. */
uint64_t lw_room_since(const struct lw_room_proposal *proposal, lw_usec at);

/* room_print.c: one as JSON, as api/openapi.yaml has a RoomProposal, open: without its end, for
 * what the caller adds. The rule as JSON. Fills words and effect from the rest; false: memory. */
void lw_room_print(const struct lw_room_proposal *proposal, uint16_t currency, struct lw_buf *out);
void lw_room_print_rule(struct lw_buf *out);
/* What is not met yet: [{"test","have","need","words"}], with "holds" for certificates. */
void lw_room_print_missing(const struct lw_room_proposal *proposal, struct lw_buf *out);
LW_NODISCARD bool lw_room_say(struct lw_room_proposal *proposal, uint16_t currency,
                              struct lw_arena *keep);

#endif
