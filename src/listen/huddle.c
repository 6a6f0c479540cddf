/* Names, and who may what. */
#include "listen/huddle.h"

#include "desk/feed.h"
#include "policy/who.h"

static const lw_str kind_names[LW_HUDDLE_KINDS] = {
    LW_STR_INIT("too_much"), LW_STR_INIT("too_little"), LW_STR_INIT("brilliant")};
static const lw_str why_names[LW_HUDDLE_WHYS] = {
    LW_STR_INIT("reviewed"),  LW_STR_INIT("far"),       LW_STR_INIT("lost"),
    LW_STR_INIT("rated_low"), LW_STR_INIT("unchanged"), LW_STR_INIT("ended_well"),
    LW_STR_INIT("thanked"),   LW_STR_INIT("chosen")};
static const lw_str section_names[LW_HUDDLE_SECTIONS] = {
    LW_STR_INIT("cases"), LW_STR_INIT("causes"), LW_STR_INIT("changes"), LW_STR_INIT("thanks")};

/* The place of a name in a list; UINT32_MAX: it is none of them. */
static uint32_t place_of(lw_str name, const lw_str *names, uint32_t count)
{
  for (uint32_t i = 0; i < count; i++) {
    if (lw_str_equal(names[i], name)) {
      return i;
    }
  }
  return UINT32_MAX;
}

lw_str lw_huddle_kind_name(enum lw_huddle_kind kind)
{
  return kind_names[kind];
}

bool lw_huddle_kind_read(lw_str name, enum lw_huddle_kind *ret_kind)
{
  uint32_t place = place_of(name, kind_names, LW_HUDDLE_KINDS);
  *ret_kind = place < LW_HUDDLE_KINDS ? (enum lw_huddle_kind)place : LW_HUDDLE_TOO_MUCH;
  return place < LW_HUDDLE_KINDS;
}

lw_str lw_huddle_why_name(enum lw_huddle_why why)
{
  return why_names[why];
}

lw_str lw_huddle_section_name(enum lw_huddle_section section)
{
  return section_names[section];
}

bool lw_huddle_section_read(lw_str name, enum lw_huddle_section *ret_section)
{
  uint32_t place = place_of(name, section_names, LW_HUDDLE_SECTIONS);
  *ret_section = place < LW_HUDDLE_SECTIONS ? (enum lw_huddle_section)place : LW_HUDDLE_CASES;
  return place < LW_HUDDLE_SECTIONS;
}

bool lw_huddle_is_left_out(const struct lw_huddle_edit *edit, const char *what, lw_str id)
{
  size_t length = strlen(what);
  for (uint32_t i = 0; i < edit->n_left_out; i++) {
    lw_str out = edit->left_out[i];
    if (out.len == length + 1 + id.len && lw_str_starts(out, lw_str_c(what)) &&
        out.ptr[length] == ':' && lw_str_ends(out, id)) {
      return true;
    }
  }
  return false;
}

bool lw_huddle_has_section(const struct lw_huddle_edit *edit, enum lw_huddle_section section)
{
  bool found = false;
  for (uint32_t i = 0; i < edit->n_sections && !found; i++) {
    found = edit->sections[i] == section;
  }
  return found;
}

void lw_huddle_edit_init(struct lw_huddle_edit *ret_edit)
{
  *ret_edit = (struct lw_huddle_edit){.n_sections = LW_HUDDLE_SECTIONS};
  for (int i = 0; i < LW_HUDDLE_SECTIONS; i++) {
    ret_edit->sections[i] = (enum lw_huddle_section)i;
  }
}

bool lw_huddle_may_read(const struct lw_caller *caller, lw_str team)
{
  return caller == NULL || lw_feed_reaches_team(caller, LW_ACCESS_SEE_HUDDLES, team);
}

bool lw_huddle_may_write(const struct lw_caller *caller, lw_str team)
{
  return caller != NULL && !caller->is_token && caller->person != NULL &&
         lw_access_view(caller, LW_ACCESS_HUDDLE) == LW_VIEW_TEAM &&
         caller->person->actor.team.len != 0 && lw_team_within(team, caller->person->actor.team);
}
