/* A person's row and what belongs to it (team, certificates, own limits, presence), written and
 * printed. Here are the rows alone: whoever changes people does it in a batch by
 * engine/staff_change.h, which writes rows and journal entries together.
 *
 * Ids stand in the journal and can't be erased; names and e-mail addresses can. So an id should say
 * nothing of its person that they might want forgotten. */
#ifndef LW_PEOPLE_PERSON_H
#define LW_PEOPLE_PERSON_H

#include "base/tz.h"
#include "people/staff.h"

/* Limits of one person's row: a line of a list, and what an organization's other systems use. */
enum {
  LW_PERSON_ID_BYTES_MAX = 200,
  LW_PERSON_TEXT_BYTES_MAX = 256, /* name, e-mail, tier, certificate, budget */
  LW_PERSON_HOLDS_MAX = 200,
  LW_PERSON_LIMITS_MAX = 100,
  LW_TEAM_DEPTH_MAX = 32
};

/* Which fields of a person are to be set. Bits. */
enum lw_person_field {
  LW_PERSON_NAME = 1,
  LW_PERSON_EMAIL = 2,
  LW_PERSON_TEAM = 4,
  LW_PERSON_TIER = 8,
  LW_PERSON_KIND = 16,
  LW_PERSON_HOLDS = 32,
  LW_PERSON_HIRED_AT = 64,
  LW_PERSON_MANAGER = 128,
  LW_PERSON_LIMITS = 256, /* actor.overrides: all of them */
  LW_PERSON_ROLES = 512,
  LW_PERSON_ACTIVE = 1024,
  LW_PERSON_PHONE = 2048,
  LW_PERSON_LEFT_AT = 4096, /* a date alone: who may do what goes by `active` */
  LW_PERSON_FIELDS = 8191
};

/* What a person is to become: the fields named, of actor and the rest. Texts are borrowed. */
struct lw_person_edit {
  uint32_t fields;
  struct lw_actor actor; /* id always; team is the team's own id, not its path */
  uint32_t roles;
  bool active;
};

struct lw_team_edit {
  lw_str id;
  bool set_name;
  bool set_parent;
  lw_str name;
  lw_str parent; /* or empty: at the top */
};

struct lw_presence_edit {
  lw_str person;
  bool away;
  lw_usec until; /* INT64_MAX: until they say otherwise */
  lw_str deputy; /* or empty */
};

/* Here, or away until a moment that has come. The demand of routes: desk asks those who are here,
 * and deputies of those who are not. */
bool lw_person_is_here(const struct lw_person *person, lw_usec now);

/* Form alone: LW_INVALID when it is empty, too long, has control characters, or (a team's) "/". */
LW_NODISCARD enum lw_code lw_person_check_id(lw_str id, const char *what, bool is_team,
                                             struct lw_error *err);
/* Whether mail could go there, by its form: something on both sides of one "@", and no blanks. */
bool lw_person_is_email(lw_str email);
/* Whether it could be dialled: at least two digits, and beside them only blanks and + - . / ( ) # *
 * and an x before an extension; at most 40 bytes. */
bool lw_person_is_phone(lw_str phone);
/* Whether any field of the edit differs from the person; the fields that do (0: nothing to do). */
uint32_t lw_person_differs(const struct lw_person *person, const struct lw_person_edit *edit);

/* The person after the edit: *before (NULL: nobody) with the fields named, in the next version. */
struct lw_person lw_person_merged(const struct lw_staff *staff, const struct lw_person *before,
                                  const struct lw_person_edit *edit);
/* Writes the row; before NULL: a new one (fields not named are empty, kind human, active), else
 * *before gets the fields named and the next version. Nothing is checked against other rows here.
 */
LW_NODISCARD enum lw_code lw_person_write(struct lw_db *db, const struct lw_person *before,
                                          const struct lw_person_edit *edit, lw_usec now,
                                          struct lw_error *err);
/* Ends what lets somebody in: sessions, invitations, password and the tokens that stand for them.
 */
LW_NODISCARD enum lw_code lw_person_shut_out(struct lw_db *db, lw_str id, lw_usec now,
                                             struct lw_error *err);
/* Removes name, e-mail and telephone from the row (`leeway erase`; texts of the ledger are erased
 * there). False in *ret_found: there is no such person. The caller then sets batch->people_changed.
 */
LW_NODISCARD enum lw_code lw_person_erase(struct lw_db *db, lw_str id, bool *ret_found,
                                          struct lw_error *err);
LW_NODISCARD enum lw_code lw_team_write(struct lw_db *db, const struct lw_team *before,
                                        const struct lw_team_edit *edit, struct lw_error *err);
LW_NODISCARD enum lw_code lw_team_remove(struct lw_db *db, lw_str id, struct lw_error *err);
LW_NODISCARD enum lw_code lw_presence_write(struct lw_db *db, const struct lw_presence_edit *edit,
                                            struct lw_error *err);

/* --- as the API shows them --- */

/* {"id","name","email","phone","team","team_path","tier","kind","manager","hired_at","left_at",
 * "holds":[{"name","until"}],"budgets":{"rep-month":{"amount":"300.00","times":2}},"roles":[...],
 * "active","presence":{"state":"here"|"away","until","deputy"},"version"}; what is not there is
 * left out. currency: of own limits; LW_CURRENCY_NONE leaves amounts out. */
void lw_person_print(const struct lw_person *person, uint16_t currency, lw_usec now,
                     struct lw_buf *out);
/* {"id","name","parent","path"} */
void lw_team_print(const struct lw_team *team, struct lw_buf *out);

lw_str lw_role_name(enum lw_role role); /* "lead" "policy" "people" "quality" "auditor" "admin" */
/* LW_ROLE_... of a name, or 0. */
uint32_t lw_role_find(lw_str name);
extern const lw_str lw_role_names[6];
lw_str lw_person_kind_name(enum lw_actor_kind kind);
/* [{"name","until"}]: their certificates; without `until` where one does not end. */
void lw_person_print_holds(const struct lw_actor *actor, struct lw_buf *out);
/* A day (2026-12-31) or an RFC 3339 time. A day is its first moment by the zone's clock (NULL:
 * UTC), or with through_day the first of the next day. */
LW_NODISCARD bool lw_person_read_time(const struct lw_tz *zone, lw_str text, bool through_day,
                                      lw_usec *ret_time);
/* False when it is none of human, ai, service. */
LW_NODISCARD bool lw_person_kind_read(lw_str name, enum lw_actor_kind *ret_kind);

/* --- settings of the installation: a name and a text --- */

/* {NULL, 0} when it was never set. */
LW_NODISCARD enum lw_code lw_setting_get(struct lw_db *db, lw_str key, struct lw_arena *arena,
                                         lw_str *ret_value, struct lw_error *err);
LW_NODISCARD enum lw_code lw_setting_put(struct lw_db *db, lw_str key, lw_str value,
                                         struct lw_error *err);

/* The order of two pointers to persons, by name, then id, for qsort. */
int lw_person_order(const void *a, const void *b);
/* Somebody's own limit of that budget, the one that was given last; NULL: the budget's holds. */
const struct lw_override *lw_person_limit(const struct lw_actor *actor, lw_str budget);

#endif
