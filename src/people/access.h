/* Who may do what in Leeway itself: one table (access.def), read here and by the documents and
 * tests. */
#ifndef LW_PEOPLE_ACCESS_H
#define LW_PEOPLE_ACCESS_H

#include "people/staff.h"

/* Token scopes; a token may have several. */
enum lw_token_scope {
  LW_TOKEN_NO_SCOPE = 0,
  LW_TOKEN_DECIDE = 1,
  LW_TOKEN_FACTS = 2,
  LW_TOKEN_READ = 4,
  LW_TOKEN_POLICY = 8,
  LW_TOKEN_PEOPLE = 16,
  LW_TOKEN_ADMIN = 32
};

enum lw_access {
#define LW_ACCESS(id, words, agent, lead, policy, people, quality, auditor, admin, scope)          \
  LW_ACCESS_##id,
#include "people/access.def"
#undef LW_ACCESS
  LW_ACCESSES
};

enum lw_view { LW_VIEW_NONE, LW_VIEW_OWN, LW_VIEW_TEAM, LW_VIEW_ALL };

/* Whoever calls: a person who signed in, or a token, which may stand for one person (an AI agent's
 * own token) or for none. Texts are borrowed for the length of the call. */
struct lw_caller {
  const struct lw_person
      *person; /* of the snapshot in hand; NULL: a token that stands for nobody */
  bool is_token;
  uint32_t scopes; /* of the token: bits of enum lw_token_scope */
  lw_str actor;    /* as the journal names it: "ana", "token:tok_..." */
};

/* How far the caller reaches. A token has what its scopes give (ALL; or, when it stands for a
 * person, OWN), and nothing of the person's roles. */
enum lw_view lw_access_view(const struct lw_caller *caller, enum lw_access access);
/* Whether the caller may do that about this person (an id; empty: about nobody in particular, which
 * only reach ALL covers). */
bool lw_access_covers(const struct lw_caller *caller, enum lw_access access,
                      const struct lw_staff *staff, lw_str person);
/* "ask for a decision, see options" */
lw_str lw_access_words(enum lw_access access);

lw_str lw_token_scope_name(enum lw_token_scope scope);
/* "decide,facts" to bits; LW_INVALID names the one that is none. */
LW_NODISCARD enum lw_code lw_token_scopes_read(lw_str text, uint32_t *ret_scopes,
                                               struct lw_error *err);
void lw_token_scopes_print(uint32_t scopes, struct lw_buf *out);

#endif
