/* The feed: which journal entries a signed-in person is told over GET /v1/events, and in which
 * shape. An entry is read once (lw_feed_read) and then held against each listener
 * (lw_feed_visible), which touches no database.
 *
 * Who is told stands in ledger/event.def. PARTIES are the people that the entry names (its agent,
 * those asked, who answered, a case's owner) and whoever leads them; SEERS are the people that it
 * names and whoever may see one of them in lists. What is no matter of people (teams, tokens,
 * webhooks, settings) is told to whoever may read it. A token with READ that stands for nobody is
 * told all that names people, and of the rest what its scopes let it read; one that stands for a
 * person, what that person is named in. MEMBERS are those of the team that the entry names, and
 * whoever else reads what is told to it.
 */
#ifndef LW_DESK_FEED_H
#define LW_DESK_FEED_H

#include "desk/approval.h"

enum { LW_FEED_PARTIES_MAX = 256 };

struct lw_feed_event {
  const struct lw_entry_view *entry;
  enum lw_event event;
  const struct lw_value *body;
  const lw_str *parties; /* ids of people, each once */
  uint32_t n_parties;
};

/* False: nobody is ever told of this kind (or a later program's kind), or its body can't be read.
 * Lives in arena; strings may point into the entry. */
LW_NODISCARD bool lw_feed_read(const struct lw_entry_view *entry, struct lw_json_reader *reader,
                               struct lw_arena *arena, struct lw_feed_event *ret_event);
/* Whether a right of the caller's reaches a team (a path): ALL any; TEAM their own and those below
 * it, and, as OWN, those that they are in themselves. */
bool lw_feed_reaches_team(const struct lw_caller *caller, enum lw_access access, lw_str team);
bool lw_feed_visible(const struct lw_snapshot *snapshot, const struct lw_caller *caller,
                     const struct lw_feed_event *event);
/* Appends the data line, one JSON object without line breaks: the entry as export journal has it,
 * {"seq":7,"at":"...","kind":"approval.opened","actor":"ana","body":{...},"hash":"..."}, but in the
 * body references to texts are replaced by the texts for those who may see them (reader->db, which
 * may be NULL) and left out for others, and `"for_you":true` stands in it when this very entry asks
 * the listener. The event's name is entry->kind, its id entry->seq. */
LW_NODISCARD enum lw_code lw_feed_print(const struct lw_desk_reader *reader,
                                        const struct lw_feed_event *event, struct lw_buf *out,
                                        struct lw_error *err);

#endif
