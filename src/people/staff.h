/* The people of a server, loaded from the database into one immutable picture that requests, routes
 * and rights read. Any number of threads. */
#ifndef LW_PEOPLE_STAFF_H
#define LW_PEOPLE_STAFF_H

#include "base/hash.h"
#include "base/table.h"
#include "db/db.h"
#include "policy/actor.h"

#include <stdatomic.h>

/* Roles in Leeway itself; everybody is an agent. Bits. */
enum lw_role {
  LW_ROLE_LEAD = 1,    /* of their team and its sub-teams, and of whoever names them as manager */
  LW_ROLE_POLICY = 2,  /* policy owner */
  LW_ROLE_PEOPLE = 4,  /* keeps people and teams */
  LW_ROLE_QUALITY = 8, /* reviews, trains */
  LW_ROLE_AUDITOR = 16,
  LW_ROLE_ADMIN = 32
};

struct lw_person {
  struct lw_actor actor; /* as the policy sees them; team is the path, parents first */
  lw_str team;           /* the team's own id */
  uint32_t roles;        /* bits of enum lw_role; somebody's manager is a lead, said or not */
  uint32_t roles_given;  /* those that were said */
  bool active;           /* false: left; decides and answers nothing, stays in the record */
  uint64_t version;      /* for ETag */
  /* Presence: away until a moment (INT64_MAX: until they say otherwise); who stands in, or empty.
   * Ask lw_person_is_here (person.h). */
  bool away;
  lw_usec away_until;
  lw_str deputy;
};

/* When a token's use was last asked to be written, and last written: by whichever thread. */
struct lw_token_use {
  _Atomic lw_usec asked_at;
  _Atomic lw_usec written_at;
};

/* A token as it is stored: never the token itself. */
struct lw_token {
  lw_str id; /* "tok_..." */
  lw_hash digest;
  lw_str name; /* what it is for, in words */
  uint32_t scopes;
  lw_str person; /* whom it stands for, or empty */
  lw_usec made_at;
  lw_str made_by; /* an actor */
  lw_usec ends_at;
  lw_usec last_used_at;     /* as it was when loaded; 0: never */
  lw_usec revoked_at;       /* 0: not */
  lw_str actor;             /* "token:tok_...", as the journal names it */
  struct lw_token_use *use; /* shared by all who hold the staff; NULL: not of a staff */
};

struct lw_team {
  lw_str id;
  lw_str name;
  lw_str parent; /* or empty */
  lw_str path;
};

struct lw_staff_order;

struct lw_staff {
  struct lw_directory directory;   /* active people only: what routes can reach */
  const struct lw_person *persons; /* all; the first directory.count stand as directory.actors do */
  uint32_t n_persons;
  const struct lw_team *teams; /* parents before children */
  uint32_t n_teams;
  struct lw_table person_index; /* id -> persons */
  struct lw_table team_index;
  const struct lw_token *tokens; /* not revoked; some may have ended (token.h: lw_token_find) */
  uint32_t n_tokens;
  struct lw_table token_index;  /* the digest's 32 bytes -> tokens */
  struct lw_staff_order *order; /* people/order.h */
};

/* Reads everybody into keep. The staff lives there. Several statements: one consistent picture only
 * inside a transaction. Teams in a circle (which no change here makes) stand at the top. */
LW_NODISCARD enum lw_code lw_staff_load(struct lw_db *db, struct lw_arena *keep,
                                        const struct lw_staff **ret_staff, struct lw_error *err);
/* NULL when there is none. */
const struct lw_person *lw_staff_find(const struct lw_staff *staff, lw_str id);
const struct lw_team *lw_staff_find_team(const struct lw_staff *staff, lw_str id);
/* Whether `lead` leads `person`: role LEAD over the team's path, or manager, directly or above. */
bool lw_staff_leads(const struct lw_staff *staff, const struct lw_person *lead,
                    const struct lw_person *person);

/* Tables of people: person, team, certificate, presence, token, session, credential ... */
extern const struct lw_migration lw_people_migrations[];
extern const size_t lw_people_migrations_count;

#endif
