/* Lines are put in order (case, time, place) when they are read; then each case is one walk: what
 * its story has already is passed over, the rest becomes entries case.recorded and rows of the
 * story, and the case's row is brought to where the last of all its updates left it.
 *
 * Comparing is the same walk without writing, so that a report says what would be done; applying
 * compares first: nothing is written for a file with faults unless they are to be left out. */
#include "desk/case_import.h"

#include "base/num.h"
#include "desk/case_store.h"
#include "data/member.h"

#include <stdlib.h>

enum field {
  CASE,
  AT,
  PLACE,
  STATE,
  OWNER,
  DEPARTMENT,
  CUSTOMER,
  CHANNEL,
  SUBJECT,
  OPENED,
  PROMISE,
  ESCALATED,
  WAITING_FOR,
  BY,
  FIELDS
};

static const struct lw_intake_field fields[FIELDS] = {
    [CASE] = {LW_STR_INIT("case"), LW_STR_INIT("id"), true},
    [AT] = {LW_STR_INIT("at"), LW_STR_INIT("updated_at"), true},
    [PLACE] = {LW_STR_INIT("place"), LW_STR_INIT("mod"), false},
    [STATE] = {LW_STR_INIT("state"), LW_STR_INIT("status"), false},
    [OWNER] = {LW_STR_INIT("owner"), LW_STR_INIT("assigned_to"), false},
    [DEPARTMENT] = {LW_STR_INIT("department"), LW_STR_INIT("group"), false},
    [CUSTOMER] = {LW_STR_INIT("customer"), LW_STR_INIT(""), false},
    [CHANNEL] = {LW_STR_INIT("channel"), LW_STR_INIT(""), false},
    [SUBJECT] = {LW_STR_INIT("subject"), LW_STR_INIT(""), false},
    [OPENED] = {LW_STR_INIT("opened"), LW_STR_INIT("opened_at"), false},
    [PROMISE] = {LW_STR_INIT("promise"), LW_STR_INIT(""), false},
    [ESCALATED] = {LW_STR_INIT("escalated"), LW_STR_INIT(""), false},
    [WAITING_FOR] = {LW_STR_INIT("waiting_for"), LW_STR_INIT(""), false},
    [BY] = {LW_STR_INIT("by"), LW_STR_INIT("actor"), false},
};

struct lw_case_line {
  size_t row;
  lw_str id;
  lw_usec at;
  int64_t place;
  bool has_state;
  enum lw_case_state state;
  lw_str waiting_for;
  lw_str owner; /* as told by the people in hand */
  lw_str by;
  bool has_opened;
  lw_usec opened_at;
  bool has_promise;
  lw_usec promise_at;
  bool has_escalated;
  bool escalated;
  bool faulty; /* by itself: whoever is in hand */
};

/* --- reading a line --- */

enum { SMALL_BYTES = 64 };

/* In small letters, for comparing; empty when it is longer than any word that is known. */
static lw_str in_small(lw_str text, char *place)
{
  for (size_t i = 0; i < text.len && text.len < SMALL_BYTES; i++) {
    char c = text.ptr[i];
    place[i] = c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
  }
  return lw_str_from(place, text.len < SMALL_BYTES ? text.len : 0);
}

static const struct word {
  lw_str word;
  enum lw_case_state state;
} words[] = {
    {LW_STR_INIT("open"), LW_CASE_OPEN},        {LW_STR_INIT("new"), LW_CASE_OPEN},
    {LW_STR_INIT("active"), LW_CASE_OPEN},      {LW_STR_INIT("assigned"), LW_CASE_OPEN},
    {LW_STR_INIT("in progress"), LW_CASE_OPEN}, {LW_STR_INIT("reopened"), LW_CASE_OPEN},
    {LW_STR_INIT("waiting"), LW_CASE_WAITING},  {LW_STR_INIT("pending"), LW_CASE_WAITING},
    {LW_STR_INIT("on hold"), LW_CASE_WAITING},  {LW_STR_INIT("resolved"), LW_CASE_RESOLVED},
    {LW_STR_INIT("solved"), LW_CASE_RESOLVED},  {LW_STR_INIT("closed"), LW_CASE_CLOSED},
    {LW_STR_INIT("cancelled"), LW_CASE_CLOSED}, {LW_STR_INIT("canceled"), LW_CASE_CLOSED},
};

/* "awaiting user info" waits for the customer, "awaiting vendor" for the vendor. */
static lw_str waits_for(lw_str rest)
{
  if (lw_str_starts(rest, LW_STR("user")) || lw_str_starts(rest, LW_STR("customer"))) {
    return LW_STR("customer");
  }
  return rest;
}

static bool read_state(const struct lw_case_import *import, lw_str text, struct lw_case_line *line)
{
  static const lw_str awaiting = LW_STR_INIT("awaiting ");
  char place[SMALL_BYTES];
  lw_str said = lw_intake_said(import->intake.options.states, text);
  lw_str word = in_small(said.len != 0 ? said : text, place);
  line->has_state = true;
  if (lw_str_starts(word, awaiting)) {
    line->state = LW_CASE_WAITING;
    line->waiting_for =
        lw_str_copy(import->intake.keep, waits_for(lw_str_slice(word, awaiting.len, SIZE_MAX)));
    return true;
  }
  for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
    if (lw_str_equal(word, words[i].word)) {
      line->state = words[i].state;
      return true;
    }
  }
  return false;
}

/* A blank cell is no time; false: a fault. */
static bool read_time(struct lw_case_import *import, struct lw_case_line *line, enum field field,
                      bool *ret_has, lw_usec *ret_at)
{
  lw_str text = lw_intake_cell(&import->intake, line->row, field);
  *ret_has = text.len != 0;
  if (text.len != 0 && !lw_intake_read_time(&import->intake, text, ret_at)) {
    lw_intake_fault(&import->intake, line->row, NULL, "%.*s: \"%.*s\" is no time",
                    LW_FMT(fields[field].name), LW_FMT(text));
    return false;
  }
  return true;
}

static bool check_texts(struct lw_case_import *import, const struct lw_case_line *line)
{
  static const struct {
    enum field field;
    size_t most;
  } rows[] = {{CASE, 200},    {OWNER, 200},    {DEPARTMENT, 200},  {CUSTOMER, 200},
              {CHANNEL, 200}, {SUBJECT, 4000}, {WAITING_FOR, 200}, {BY, 200}};
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    lw_str text = lw_intake_cell(&import->intake, line->row, rows[i].field);
    bool plain = text.len <= rows[i].most;
    for (size_t at = 0; plain && at < text.len && rows[i].field != SUBJECT; at++) {
      plain = (unsigned char)text.ptr[at] >= 0x20 && text.ptr[at] != 0x7f;
    }
    if (!plain) {
      lw_intake_fault(&import->intake, line->row, NULL,
                      "%.*s is longer than %zu bytes, or has control characters",
                      LW_FMT(fields[rows[i].field].name), rows[i].most);
      return false;
    }
  }
  return true;
}

static bool read_words(struct lw_case_import *import, struct lw_case_line *line)
{
  struct lw_intake *intake = &import->intake;
  char place[SMALL_BYTES];
  lw_str state = lw_intake_cell(intake, line->row, STATE);
  lw_str escalated = in_small(lw_intake_cell(intake, line->row, ESCALATED), place);
  lw_str waiting = lw_intake_cell(intake, line->row, WAITING_FOR);
  if (state.len != 0 && !read_state(import, state, line)) {
    lw_intake_fault(intake, line->row, "say what it means: states word=open",
                    "state: \"%.*s\" is not known", LW_FMT(state));
    return false;
  }
  line->waiting_for = waiting.len != 0 ? waiting : line->waiting_for;
  line->has_escalated = escalated.len != 0;
  line->escalated = lw_str_equal(escalated, LW_STR("true")) || lw_str_equal(escalated, LW_STR("1"));
  if (line->has_escalated && !line->escalated && !lw_str_equal(escalated, LW_STR("false")) &&
      !lw_str_equal(escalated, LW_STR("0"))) {
    lw_intake_fault(intake, line->row, NULL, "escalated is true or false");
    return false;
  }
  return true;
}

static bool read_line(struct lw_case_import *import, struct lw_case_line *line)
{
  struct lw_intake *intake = &import->intake;
  bool has_at = false;
  lw_str place = lw_intake_cell(intake, line->row, PLACE);
  line->id = lw_intake_cell(intake, line->row, CASE);
  intake->lines[line->row].about = line->id;
  if (line->id.len == 0) {
    lw_intake_fault(intake, line->row, NULL, "case is empty");
    return false;
  }
  if (!check_texts(import, line) || !read_time(import, line, AT, &has_at, &line->at) ||
      !read_time(import, line, OPENED, &line->has_opened, &line->opened_at) ||
      !read_time(import, line, PROMISE, &line->has_promise, &line->promise_at)) {
    return false;
  }
  if (!has_at) {
    lw_intake_fault(intake, line->row, NULL, "at is empty");
    return false;
  }
  if (place.len != 0 && (!lw_int_read(place, &line->place) || line->place < 0)) {
    lw_intake_fault(intake, line->row, NULL, "place: \"%.*s\" is no number", LW_FMT(place));
    return false;
  }
  return read_words(import, line);
}

/* --- in order --- */

static int compare_numbers(int64_t a, int64_t b)
{
  return (a > b) - (a < b);
}

static int compare_lines(const void *a, const void *b)
{
  const struct lw_case_line *one = a;
  const struct lw_case_line *other = b;
  int order = lw_str_compare(one->id, other->id);
  order = order != 0 ? order : compare_numbers(one->at, other->at);
  order = order != 0 ? order : compare_numbers(one->place, other->place);
  return order != 0 ? order : compare_numbers((int64_t)one->row, (int64_t)other->row);
}

/* Without a column for it, the place is that among the file's lines of that case and moment. */
static void give_places(struct lw_case_import *import)
{
  struct lw_case_line *lines = import->lines;
  for (uint32_t i = 1; i < import->intake.n_records && !lw_intake_has(&import->intake, PLACE);
       i++) {
    bool same = lines[i].at == lines[i - 1].at && lw_str_equal(lines[i].id, lines[i - 1].id);
    lines[i].place = same ? lines[i - 1].place + 1 : 0;
  }
}

/* --- one case --- */

/* What is known of a case before its lines come. */
struct group {
  struct lw_case found;
  bool is_new;
  struct lw_case_link *known; /* what was recorded of it, in order */
  uint32_t n_known;
  uint32_t next; /* of known */
};

static enum lw_code read_known(struct lw_db *db, struct lw_arena *arena, struct group *group,
                               struct lw_error *err)
{
  static const char sql[] = "SELECT " LW_CASE_STORY_COLUMNS " FROM case_story WHERE case_id = $1 "
                            "AND kind = 'recorded' ORDER BY at, place, seq";
  struct lw_stmt *stmt = NULL;
  bool is_row = false;
  size_t capacity = 0;
  enum lw_code rc = lw_db_statement(db, sql, &stmt, err);
  if (rc != LW_OK) {
    return rc;
  }
  lw_stmt_text(stmt, 1, group->found.id);
  while ((rc = lw_stmt_step(stmt, &is_row, err)) == LW_OK && is_row) {
    struct lw_case_link *known =
        lw_arena_grow(arena, group->known, group->n_known, &capacity, (size_t)group->n_known + 1,
                      sizeof *known, _Alignof(struct lw_case_link));
    if (known == NULL) {
      rc = lw_fail(err, LW_NO_MEMORY, "out of memory while reading a case");
      break;
    }
    group->known = known;
    lw_case_take_link(stmt, arena, &known[group->n_known++]);
  }
  lw_stmt_reset(stmt);
  return rc;
}

static enum lw_code begin_group(struct lw_db *db, struct lw_arena *arena, lw_str id, lw_usec now,
                                struct group *group, struct lw_error *err)
{
  enum lw_code rc = lw_case_get(db, id, arena, &group->found, err);
  group->is_new = rc == LW_NOT_FOUND;
  if (group->is_new) {
    group->found =
        (struct lw_case){.id = id, .facts = LW_STR("{}"), .opened_at = now, .changed_at = 0};
    return LW_OK;
  }
  return rc == LW_OK ? read_known(db, arena, group, err) : rc;
}

static bool has_whole(const struct lw_case_import *import)
{
  return lw_intake_has(&import->intake, OWNER) || lw_intake_has(&import->intake, DEPARTMENT);
}

static bool same_content(const struct lw_case_import *import, const struct lw_case_line *line,
                         const struct lw_case_link *known)
{
  lw_str department = lw_intake_cell(&import->intake, line->row, DEPARTMENT);
  return (!line->has_state || (known->has_state && known->state == line->state)) &&
         (!lw_intake_has(&import->intake, OWNER) || lw_str_equal(known->owner, line->owner)) &&
         (!lw_intake_has(&import->intake, DEPARTMENT) ||
          lw_str_equal(known->department, department));
}

/* What is recorded at the line's time and place; or NULL. Lines come in order. */
static const struct lw_case_link *find_known(struct group *group, const struct lw_case_line *line)
{
  for (; group->next < group->n_known; group->next++) {
    const struct lw_case_link *known = &group->known[group->next];
    if (known->at > line->at || (known->at == line->at && known->place > line->place)) {
      break;
    }
    if (known->at == line->at && known->place == line->place) {
      return known;
    }
  }
  return NULL;
}

static bool same_moment(const struct lw_case_line *a, const struct lw_case_line *b)
{
  return a->at == b->at && a->place == b->place && lw_str_equal(a->id, b->id);
}

/* What the line would do, into the report. */
static void judge(struct lw_case_import *import, struct group *group, struct lw_case_line *line,
                  const struct lw_case_line *before, bool *is_first)
{
  const struct lw_case_link *known = find_known(group, line);
  struct lw_intake_line *told = &import->intake.lines[line->row];
  if (line->faulty) {
    return;
  }
  if (before != NULL && same_moment(before, line)) {
    lw_intake_fault(&import->intake, line->row,
                    "say which comes first: a column `place`, a number that grows",
                    "another line has this case, time and place");
    line->faulty = true;
  } else if (known != NULL && !same_content(import, line, known)) {
    lw_intake_fault(&import->intake, line->row, NULL,
                    "something else is recorded of this case at this time and place");
    line->faulty = true;
  } else if (known != NULL) {
    told->outcome = LW_INTAKE_UNCHANGED;
  } else {
    told->outcome = *is_first ? LW_INTAKE_ADDED : LW_INTAKE_CHANGED;
    *is_first = false;
  }
}

/* --- writing --- */

static enum lw_code append(struct lw_batch *batch, struct lw_change *change,
                           struct lw_case_import *import, const struct lw_case_line *line,
                           const struct lw_case_link *link, lw_str subject, struct lw_error *err)
{
  const struct lw_intake *intake = &import->intake;
  struct lw_buf body = {0};
  lw_buf_add_char(&body, '{');
  lw_member_text(&body, "case", line->id);
  lw_member_time(&body, "at", line->at);
  lw_member_int(&body, "place", line->place);
  if (link->has_state) {
    lw_member_text(&body, "state", lw_case_state_name(link->state));
  }
  lw_member_text(&body, "waiting_for", line->waiting_for);
  if (has_whole(import)) { /* empty: nobody's */
    lw_member_key(&body, "owner");
    lw_json_add_string(&body, link->owner);
    lw_member_key(&body, "department");
    lw_json_add_string(&body, link->department);
  }
  lw_member_text(&body, "customer", lw_intake_cell(intake, line->row, CUSTOMER));
  lw_member_text(&body, "channel", lw_intake_cell(intake, line->row, CHANNEL));
  lw_member_raw(&body, "subject", subject);
  if (line->has_opened) {
    lw_member_time(&body, "opened", line->opened_at);
  }
  if (line->has_promise) {
    lw_member_time(&body, "promise", line->promise_at);
  }
  if (line->has_escalated) {
    lw_member_bool(&body, "escalated", line->escalated);
  }
  lw_member_text(&body, "by", line->by);
  lw_buf_add_char(&body, '}');
  return lw_batch_append_body(batch, change, LW_EVENT_CASE_RECORDED, &body, err);
}

/* What the line says of the case beside how it stood; the last that says it counts. */
static enum lw_code put_texts(struct lw_batch *batch, struct lw_case_import *import,
                              const struct lw_case_line *line, struct lw_case *found,
                              struct lw_error *err)
{
  const struct lw_intake *intake = &import->intake;
  lw_str customer = lw_intake_cell(intake, line->row, CUSTOMER);
  lw_str channel = lw_intake_cell(intake, line->row, CHANNEL);
  lw_str subject = lw_intake_cell(intake, line->row, SUBJECT);
  struct lw_buf reference = {0};
  enum lw_code rc = LW_OK;
  found->customer = customer.len != 0 ? customer : found->customer;
  found->channel = channel.len != 0 ? channel : found->channel;
  found->opened_at = line->has_opened ? line->opened_at : found->opened_at;
  if (subject.len != 0) {
    rc = lw_text_keep(&batch->texts, batch->now, "subject", LW_STR(""), found->customer, subject,
                      &reference, err);
    found->subject = lw_str_copy(batch->scratch, lw_buf_str(&reference));
    lw_buf_finish(&reference);
  }
  return rc;
}

/* The case as the line left it: the line is the latest thing that is known. */
static void put_standing(const struct lw_case_import *import, const struct lw_case_line *line,
                         struct lw_case *found)
{
  const struct lw_intake *intake = &import->intake;
  bool whole = has_whole(import);
  found->state = line->has_state ? line->state : found->state;
  found->closed_at = found->state == LW_CASE_CLOSED ? line->at : 0;
  found->waiting_for = found->state == LW_CASE_WAITING ? line->waiting_for : LW_STR("");
  found->owner = whole ? line->owner : found->owner;
  found->department = whole ? lw_intake_cell(intake, line->row, DEPARTMENT) : found->department;
  found->changed_at = line->at;
  found->escalated = line->has_escalated ? line->escalated : found->escalated;
  if (line->has_promise) {
    found->has_promise = true;
    found->promise_at = line->promise_at;
  }
}

static enum lw_code write_line(struct lw_batch *batch, struct lw_change *change,
                               struct lw_case_import *import, const struct lw_case_line *line,
                               struct lw_case *found, struct lw_error *err)
{
  bool whole = has_whole(import);
  lw_str before = found->subject;
  struct lw_case_link link = {
      .at = line->at,
      .kind = whole ? LW_STR("recorded") : LW_STR("changed"),
      .by = line->by.len != 0 ? line->by : change->actor,
      .owner = whole ? line->owner : LW_STR(""),
      .department = whole ? lw_intake_cell(&import->intake, line->row, DEPARTMENT) : LW_STR(""),
      .place = line->place,
      .has_state = line->has_state,
      .state = line->state};
  bool follows =
      found->figures.updates == 0 || lw_case_figures_follow(&found->figures, line->at, line->place);
  enum lw_code rc = put_texts(batch, import, line, found, err);
  if (rc == LW_OK && follows) {
    put_standing(import, line, found);
    found->figures.updates = 1; /* counted from the story behind the last line */
    found->figures.moved_at = line->at;
    found->figures.moved_place = line->place;
  }
  lw_str subject = lw_str_equal(before, found->subject) ? LW_STR("") : found->subject;
  rc = rc == LW_OK ? append(batch, change, import, line, &link, subject, err) : rc;
  return rc == LW_OK ? lw_case_add_story(batch->db, change->seq, found->id, &link, err) : rc;
}

static bool is_new_line(const struct lw_case_import *import, uint32_t i)
{
  enum lw_intake_outcome outcome = import->intake.lines[import->lines[i].row].outcome;
  return !import->lines[i].faulty && (outcome == LW_INTAKE_ADDED || outcome == LW_INTAKE_CHANGED);
}

/* The lines from first up to end, of one case. */
static enum lw_code write_group(struct lw_batch *batch, struct lw_change *change,
                                struct lw_case_import *import, struct group *group, uint32_t first,
                                uint32_t end, struct lw_error *err)
{
  struct lw_case *found = &group->found;
  enum lw_code rc = LW_OK;
  uint32_t at = first;
  while (at < end && !is_new_line(import, at)) {
    at++;
  }
  if (at == end) {
    return LW_OK;
  }
  if (group->is_new) {
    found->opened_at = import->lines[at].at;
    rc = lw_case_insert(batch->db, found, err); /* the story's rows point at it */
  }
  for (; rc == LW_OK && at < end; at++) {
    if (is_new_line(import, at)) {
      rc = write_line(batch, change, import, &import->lines[at], found, err);
    }
  }
  if (rc == LW_OK) {
    rc = lw_case_figures_anew(batch->db, found->id, batch->scratch, &found->figures, err);
  }
  found->reopened = found->reopened || found->figures.reopenings != 0;
  found->version++;
  return rc == LW_OK ? lw_case_update(batch->db, found, err) : rc;
}

/* --- the walk --- */

static uint32_t end_of_case(const struct lw_case_import *import, uint32_t first)
{
  uint32_t end = first + 1;
  while (end < import->intake.n_records &&
         lw_str_equal(import->lines[end].id, import->lines[first].id)) {
    end++;
  }
  return end;
}

static void judge_people(struct lw_case_import *import, const struct lw_staff *staff,
                         struct lw_case_line *line, lw_usec now)
{
  enum { AHEAD_SECONDS = 300 };
  struct lw_intake *intake = &import->intake;
  lw_str by = lw_intake_cell(intake, line->row, BY);
  const struct lw_person *who = by.len != 0 ? lw_staff_find(staff, by) : NULL;
  line->by = who != NULL || intake->options.keep_owners ? by : LW_STR("");
  line->faulty = !lw_intake_person(intake, staff, line->row,
                                   lw_intake_cell(intake, line->row, OWNER), &line->owner);
  if (!line->faulty && line->at > now + AHEAD_SECONDS * LW_USEC_PER_SECOND) {
    lw_intake_fault(intake, line->row, "times without a zone are in that of the policy",
                    "at lies ahead of now");
    line->faulty = true;
  }
}

/* Judges the lines of a case; group is then ready to be written. */
static enum lw_code judge_group(struct lw_case_import *import, struct lw_db *db,
                                struct lw_arena *arena, const struct lw_staff *staff, lw_usec now,
                                struct group *group, uint32_t first, uint32_t end,
                                struct lw_error *err)
{
  enum lw_code rc = begin_group(db, arena, import->lines[first].id, now, group, err);
  bool is_first = group->is_new;
  for (uint32_t i = first; rc == LW_OK && i < end; i++) {
    if (!import->lines[i].faulty) {
      judge_people(import, staff, &import->lines[i], now);
    }
    judge(import, group, &import->lines[i], i > first ? &import->lines[i - 1] : NULL, &is_first);
  }
  return rc;
}

static enum lw_code compare(struct lw_intake *intake, struct lw_db *db,
                            const struct lw_staff *staff, lw_usec now, struct lw_error *err)
{
  struct lw_case_import *import = (struct lw_case_import *)intake;
  struct lw_arena arena;
  enum lw_code rc = LW_OK;
  lw_arena_init(&arena, NULL, 0);
  for (uint32_t first = 0, end = 0; rc == LW_OK && first < intake->n_records; first = end) {
    struct group group = {.n_known = 0};
    end = end_of_case(import, first);
    rc = judge_group(import, db, &arena, staff, now, &group, first, end, err);
    lw_arena_reset(&arena);
  }
  lw_arena_finish(&arena);
  return rc;
}

/* A whole case, judged anew: steps are transactions of their own, and somebody may have written in
 * between. */
static enum lw_code write_next(struct lw_batch *batch, struct lw_change *change,
                               struct lw_intake *intake, struct lw_error *err)
{
  struct lw_case_import *import = (struct lw_case_import *)intake;
  struct group group = {.n_known = 0};
  uint32_t first = intake->done;
  uint32_t end = end_of_case(import, first);
  enum lw_code rc = judge_group(import, batch->db, batch->scratch, batch->snapshot->staff,
                                batch->now, &group, first, end, err);
  rc = rc == LW_OK ? write_group(batch, change, import, &group, first, end, err) : rc;
  intake->done = end;
  return rc;
}

bool lw_case_import_read(struct lw_case_import *import, struct lw_arena *keep, lw_str source,
                         const struct lw_intake_options *options)
{
  static const struct lw_intake_kind kind = {compare, write_next};
  struct lw_intake *intake = &import->intake;
  import->lines = NULL;
  if (!lw_intake_read(intake, keep, source, fields, FIELDS, options)) {
    return false;
  }
  intake->kind = &kind;
  size_t rows = intake->csv.row_count;
  import->lines = LW_NEW_ARRAY(keep, struct lw_case_line, rows + 1);
  for (size_t row = 0; import->lines != NULL && row < rows; row++) {
    struct lw_case_line line = {.row = row};
    if (read_line(import, &line)) {
      import->lines[intake->n_records++] = line;
    }
  }
  if (import->lines == NULL || keep->failed) {
    return false;
  }
  qsort(import->lines, intake->n_records, sizeof *import->lines, compare_lines);
  give_places(import);
  return true;
}
