/* Inside people: what the two readers of rosters (CSV, YAML) hand their cells to. */
#ifndef LW_PEOPLE_ROSTER_BUILD_H
#define LW_PEOPLE_ROSTER_BUILD_H

#include "base/money.h"
#include "base/table.h"
#include "people/roster.h"

enum lw_roster_column {
  LW_ROSTER_ID,
  LW_ROSTER_NAME,
  LW_ROSTER_EMAIL,
  LW_ROSTER_TEAM,
  LW_ROSTER_TIER,
  LW_ROSTER_KIND,
  LW_ROSTER_HOLDS,
  LW_ROSTER_HIRED_AT,
  LW_ROSTER_MANAGER,
  LW_ROSTER_PHONE,
  LW_ROSTER_LEFT_AT,
  LW_ROSTER_COLUMNS,
  LW_ROSTER_NO_COLUMN = LW_ROSTER_COLUMNS
};

/* The columns' names, and after them "budgets", which only YAML has. */
extern const lw_str lw_roster_column_names[LW_ROSTER_COLUMNS + 1];

struct lw_roster_cell {
  lw_str text;
  struct lw_place place;
};

/* Where a person's cells stand, until all are read and can be checked against one another. */
struct lw_roster_origin {
  struct lw_place person;
  struct lw_place team;
  struct lw_place manager;
  uint32_t given; /* bits of the columns that were there, blank or not */
  bool faulty;    /* a finding is about this person */
};

struct lw_roster_team {
  lw_str name;
  lw_str parent; /* or empty */
  lw_str path;   /* once it is known */
  struct lw_place place;
  struct lw_place parent_place;
};

struct lw_roster {
  struct lw_arena *keep;
  struct lw_diags *diags;
  uint16_t currency;
  const struct lw_tz *zone; /* NULL: UTC */
  struct lw_actor *actors;
  struct lw_roster_origin *origins; /* one an actor */
  size_t count;
  size_t actors_capacity;
  size_t origins_capacity;
  struct lw_certificate *holds; /* of the person who began last */
  size_t holds_capacity;
  struct lw_table ids; /* -> actor */
  struct lw_roster_team *teams;
  size_t n_teams;
  size_t teams_capacity;
  struct lw_table team_index; /* name -> team */
  size_t guesses_left;        /* comparisons that suggestions may still cost */
  bool open;                  /* between lw_roster_begin and lw_roster_end */
  size_t faults_outside;      /* errors that are not about one person: the header, teams */
};

/* Notes an error. The text lives in the arena of the findings. Sets "did you mean" when `near` is
 * not empty. */
void lw_roster_fault(struct lw_roster *roster, const char *code, struct lw_place place,
                     lw_str message, lw_str near);
/* The message made in keep. */
#define LW_ROSTER_FAULT(roster, code, place, near, ...)                                            \
  lw_roster_fault((roster), (code), (place), lw_str_format((roster)->keep, __VA_ARGS__), (near))

/* LW_ROSTER_NO_COLUMN: there is none of that name. */
enum lw_roster_column lw_roster_column_find(lw_str name);

/* Reads all persons and teams, without what needs everybody: paths of teams and managers stay as
 * they are written. keep, diags, currency and zone of *roster are set; source must live as long. */
void lw_roster_fill(struct lw_roster *roster, lw_str source, lw_str name);
/* Notes that the person who began last has this column (LW_ROSTER_COLUMNS: budgets). */
void lw_roster_note_given(struct lw_roster *roster, enum lw_roster_column column);

/* Begins a person; NULL when memory is out. What it returns moves when the next begins. */
LW_NODISCARD struct lw_actor *lw_roster_begin(struct lw_roster *roster, struct lw_place place);
/* Sets a cell of the person who began last. Blank is left out. */
void lw_roster_set(struct lw_roster *roster, enum lw_roster_column column,
                   const struct lw_roster_cell *cell);
/* One certificate, with or without its end, of the person who began last. */
void lw_roster_add_hold(struct lw_roster *roster, const struct lw_roster_cell *cell);
/* The same with name and end apart; the end may be blank. */
void lw_roster_add_certificate(struct lw_roster *roster, const struct lw_roster_cell *name,
                               const struct lw_roster_cell *until);
/* A date or a time; a date is its first moment, or with through_day the first of the next day. */
LW_NODISCARD bool lw_roster_read_time(const struct lw_roster *roster, lw_str text, bool through_day,
                                      lw_usec *ret_time);
/* A team and its parent (or blank). */
void lw_roster_add_team(struct lw_roster *roster, const struct lw_roster_cell *name,
                        const struct lw_roster_cell *parent);
/* Ends the person who began last: an id must be there, and only once. */
void lw_roster_end(struct lw_roster *roster);

/* What lw_roster_fill hands a file to; mistakes become faults of the roster. */
void lw_roster_read_csv(struct lw_roster *roster, lw_str source);
void lw_roster_read_yaml(struct lw_roster *roster, lw_str source);

#endif
