/* Approvals teach: what of the policy could be wider, because people say yes to it all the same.
 *
 * The past is decided again under the live policy. Asks that it would still ask about, and that
 * somebody answered, are the evidence; it is grouped by the one value that would have let them be
 * granted at once, found by trying: the value is lifted, and the whole past decided once more.
 * Where the answers are steady (consent.h) a value is chosen that they bear out, written into the
 * policy's text, checked and replayed. */
#ifndef LW_TWEAK_SUGGEST_H
#define LW_TWEAK_SUGGEST_H

#include "replay/report.h"
#include "tweak/answered.h"
#include "tweak/replay_cache.h"

enum {
  LW_SUGGEST_DAYS = 90, /* how far back answers count, from the record's last entry */
  LW_SUGGEST_DAYS_MAX = 3650,
  LW_SUGGEST_TRIED_MAX = 64, /* values that are lifted, each a replay */
  LW_SUGGESTIONS_MAX = 32
};

enum lw_suggestion_kind {
  LW_SUGGEST_RAISE, /* a limit or a budget */
  LW_SUGGEST_OPEN,  /* a grant to the tier below */
  LW_SUGGEST_HINT   /* something to think about; there is no draft */
};

struct lw_suggestion {
  lw_str id; /* "sug_..." of what it is about: the same as long as that stands in the policy */
  enum lw_suggestion_kind kind;
  lw_str words;
  lw_str path;   /* of the value, or of the rule; empty: of a hint about an action */
  lw_str before; /* as the policy has it; these two empty: a hint */
  lw_str after;
  lw_str action; /* these two: of a hint about refusals */
  lw_str reason;
  struct lw_consent consent;
  const lw_usec *moments; /* consent.asks: when they asked */
  bool refused;           /* the steady answer is no */
  bool has_replay;
  struct lw_lifted replay;
};

struct lw_suggestions {
  struct lw_arena keep;
  struct lw_suggestion *items;
  uint32_t count;
  lw_usec since; /* the window; both 0: nothing is on record */
  lw_usec until;
  uint64_t asks; /* answered in it, and asked under the live policy still */
  uint16_t currency;
  bool tried_all; /* false: the policy has more values than LW_SUGGEST_TRIED_MAX */
};

/* Everything is borrowed. */
struct lw_suggest {
  const struct lw_tape *tape;
  const struct lw_policy *policy;     /* the live one */
  lw_str source;                      /* that it was read from */
  const struct lw_directory *people;  /* or NULL: routes count as staffed by whom they name */
  uint64_t people_serial;             /* this, tape_serial and snapshot: for the cache, */
  uint64_t tape_serial;               /* as in struct lw_replayed_as */
  const struct lw_snapshot *snapshot; /* that people are of; NULL: they outlive the cache */
  struct lw_replay_cache *cache;      /* may be NULL */
  unsigned days;                      /* 0: LW_SUGGEST_DAYS */
  bool (*progress)(void *user, uint64_t done, uint64_t rows); /* false stops; may be NULL */
  void *user;
};

/* LW_BUSY: stopped; LW_NO_MEMORY, LW_LIMIT, LW_INVALID (another currency). finish is safe after a
 * failure. */
LW_NODISCARD enum lw_code lw_suggest_find(const struct lw_suggest *suggest,
                                          struct lw_suggestions *ret_suggestions,
                                          struct lw_error *err);
void lw_suggestions_finish(struct lw_suggestions *suggestions);

/* How many of its asks came after that moment: one that was dismissed comes back when these are as
 * many as it then had. */
uint64_t lw_suggestion_since(const struct lw_suggestion *suggestion, lw_usec at);

/* suggest_print.c: one as JSON; and all that it takes, as JSON and in a sentence. */
void lw_suggestion_print(const struct lw_suggestion *suggestion, uint16_t currency,
                         struct lw_buf *out);
void lw_suggest_print_rule(unsigned days, struct lw_buf *out);
lw_str lw_suggestion_kind_name(enum lw_suggestion_kind kind);
/* Fills words from the rest. `what`: "the limit of the grant billing-error" and the like. */
LW_NODISCARD bool lw_suggestion_say(struct lw_suggestion *suggestion, lw_str what,
                                    struct lw_arena *keep);

#endif
