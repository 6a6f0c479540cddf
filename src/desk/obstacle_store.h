/* Private to desk: what is in the way, as rows. Texts in the arena. */
#ifndef LW_DESK_OBSTACLE_STORE_H
#define LW_DESK_OBSTACLE_STORE_H

#include "desk/obstacle.h"

struct lw_voice {
  lw_str id; /* "obs_..." */
  struct lw_obstacle_rule rule;
  lw_str decision; /* "dec_..." */
  lw_str agent;
  lw_str team;
  lw_str case_id;
  lw_str customer;
  lw_str verdict; /* "ask" "refused" */
  lw_str action;
  bool has_amount;
  int64_t amount_minor;
  lw_str currency;
  uint64_t policy; /* the version that decided; of a change: that made it */
  lw_str note;     /* reference, JSON; or empty */
  lw_usec at;
  lw_str read; /* of a change: "rea_..." (decision is empty then); else empty */
};

struct lw_obstacle_reply {
  lw_str id; /* "oba_..." */
  struct lw_obstacle_rule rule;
  lw_str who;
  lw_usec at;
  enum lw_obstacle_outcome outcome;
  uint64_t policy;
  lw_str text; /* reference, JSON */
};

/* *ret_found: of that decision something was said. */
LW_NODISCARD enum lw_code lw_voice_of(struct lw_db *db, lw_str decision, struct lw_arena *arena,
                                      bool *ret_found, struct lw_voice *ret_voice,
                                      struct lw_error *err);
LW_NODISCARD enum lw_code lw_voice_insert(struct lw_db *db, const struct lw_voice *voice,
                                          struct lw_error *err);
/* What was written, later on. */
LW_NODISCARD enum lw_code lw_voice_note_put(struct lw_db *db, lw_str id, lw_str note,
                                            struct lw_error *err);
/* Newest first, at most LW_OBSTACLE_VOICES_MAX; *ret_rule may be NULL for any, agent empty. */
LW_NODISCARD enum lw_code lw_voice_all(struct lw_db *db, const struct lw_obstacle_rule *rule,
                                       lw_str agent, lw_usec since, struct lw_arena *arena,
                                       struct lw_voice **ret_voices, uint32_t *ret_count,
                                       struct lw_error *err);
/* Who spoke of the rule, each once. */
LW_NODISCARD enum lw_code lw_voice_people(struct lw_db *db, const struct lw_obstacle_rule *rule,
                                          struct lw_arena *arena, lw_str **ret_people,
                                          uint32_t *ret_count, struct lw_error *err);

LW_NODISCARD enum lw_code lw_obstacle_reply_insert(struct lw_db *db,
                                                   const struct lw_obstacle_reply *reply,
                                                   struct lw_error *err);
/* Oldest first. */
LW_NODISCARD enum lw_code lw_obstacle_replies(struct lw_db *db, struct lw_arena *arena,
                                              struct lw_obstacle_reply **ret_replies,
                                              uint32_t *ret_count, struct lw_error *err);
/* The last of those (oldest first) that answer the rule; NULL: none does. */
const struct lw_obstacle_reply *lw_obstacle_last_reply(const struct lw_obstacle_reply *replies,
                                                       uint32_t count,
                                                       const struct lw_obstacle_rule *rule);
/* Who was told to see to it. Empty: nobody. */
LW_NODISCARD enum lw_code lw_obstacle_owner_get(struct lw_db *db,
                                                const struct lw_obstacle_rule *rule,
                                                struct lw_arena *arena, lw_str *ret_owner,
                                                struct lw_error *err);
LW_NODISCARD enum lw_code lw_obstacle_owner_put(struct lw_db *db,
                                                const struct lw_obstacle_rule *rule, lw_str owner,
                                                struct lw_error *err);

/* Who sees to it: whoever was told to; else, of a change, whoever published it. Empty: nobody. */
LW_NODISCARD enum lw_code lw_obstacle_owner_of(struct lw_db *db,
                                               const struct lw_obstacle_rule *rule,
                                               struct lw_arena *arena, lw_str *ret_owner,
                                               struct lw_error *err);
/* The entry of what was said. */
LW_NODISCARD enum lw_code lw_voice_append(struct lw_batch *batch, struct lw_change *change,
                                          const struct lw_voice *voice, struct lw_error *err);

/* What came of the ask, if one was made: of approval rows of that decision. */
struct lw_voice_ask {
  bool asked;
  bool unchanged; /* approved as it was asked for */
  lw_usec waited; /* until the answer, or until now */
  int64_t given_minor;
};
LW_NODISCARD enum lw_code lw_voice_asked(struct lw_db *db, const struct lw_voice *voice,
                                         lw_usec now, struct lw_voice_ask *ret_ask,
                                         struct lw_error *err);

/* A voice as the API shows it; who: with the person's name and what they wrote. What was asked
 * about a change is shown in any case: whoever answers has to know it. */
void lw_voice_print(const struct lw_desk_reader *reader, const struct lw_voice *voice, bool who,
                    struct lw_buf *out);
void lw_obstacle_reply_print(const struct lw_desk_reader *reader,
                             const struct lw_obstacle_reply *reply, struct lw_buf *out);
/* Of a gap and of a change: which action; else empty. */
lw_str lw_obstacle_action(const struct lw_obstacle_rule *rule);
bool lw_obstacle_rule_equal(const struct lw_obstacle_rule *a, const struct lw_obstacle_rule *b);

#endif
