/* Reading a page of a game plan: the head as YAML, the rest line by line. A line belongs to the
 * step whose heading stands before it; every line is looked at even when one before it has a
 * mistake, so that one run shows all. */
#include "learn/plan.h"

#include "base/utf8.h"
#include "data/yaml.h"

#include <stdarg.h>
#include <stdio.h>

static const lw_str step_names[LW_PLAN_STEPS] = {
    [LW_PLAN_LISTEN] = LW_STR_INIT("listen"),
    [LW_PLAN_SAY_BACK] = LW_STR_INIT("say_back"),
    [LW_PLAN_FIND_CAUSE] = LW_STR_INIT("find_cause"),
    [LW_PLAN_FIND_NEED] = LW_STR_INIT("find_need"),
    [LW_PLAN_CHOOSE] = LW_STR_INIT("choose"),
    [LW_PLAN_PREVENT] = LW_STR_INIT("prevent"),
};

static const char head_mend[] =
    "begin with ---, then cause: and a reason's name (or plan: general, "
    "plan: needs), then ---";
static const char step_mend[] =
    "the steps are ## listen, ## say_back, ## find_cause, ## find_need, ## choose, ## prevent";

struct reader {
  struct lw_arena *keep;
  struct lw_diags diags;
  struct lw_plan plan;
  lw_str text;
  size_t at;              /* of the line that comes next */
  uint32_t line;          /* the number of the one in hand */
  enum lw_plan_step step; /* LW_PLAN_STEPS: none yet, or one that is unknown */
  bool lost;              /* what stands before any step was told of */
  size_t starts;          /* where the step's text begins and ends, in bytes of the page */
  size_t ends;
  uint32_t heading; /* the line of its heading */
  lw_str *questions;
  uint32_t n_questions;
  struct lw_plan_need *list;
  lw_str *needs;
};

lw_str lw_plan_step_name(enum lw_plan_step step)
{
  return (unsigned)step < LW_PLAN_STEPS ? step_names[step] : LW_STR("");
}

bool lw_plan_step_read(lw_str name, enum lw_plan_step *ret_step)
{
  for (int i = 0; i < LW_PLAN_STEPS; i++) {
    if (lw_str_equal(name, step_names[i])) {
      *ret_step = (enum lw_plan_step)i;
      return true;
    }
  }
  return false;
}

LW_PRINTF(4, 5)
static void tell(struct reader *reader, const char *code, const char *mend, const char *format, ...)
{
  char text[256];
  struct lw_place place = {reader->line, 1, 0};
  va_list args;
  va_start(args, format);
  (void)vsnprintf(text, sizeof text, format, args);
  va_end(args);
  lw_diags_add(&reader->diags, LW_SEVERITY_ERROR, code, place, "%s", text)->hint = lw_str_c(mend);
}

/* --- lines --- */

/* The next line without its end (\n, \r\n or \r, as YAML counts them); false behind the last. */
static bool next_line(struct reader *reader, lw_str *ret_line)
{
  size_t end = reader->at;
  if (end >= reader->text.len) {
    return false;
  }
  while (end < reader->text.len && reader->text.ptr[end] != '\n' && reader->text.ptr[end] != '\r') {
    end++;
  }
  *ret_line = lw_str_slice(reader->text, reader->at, end - reader->at);
  bool two = end + 1 < reader->text.len && reader->text.ptr[end] == '\r' &&
             reader->text.ptr[end + 1] == '\n';
  reader->at = end + (two ? 2 : 1);
  reader->line++;
  return true;
}

/* The first byte that no text has: neither a blank nor a letter of any kind. */
static bool find_control(struct reader *reader)
{
  reader->line = 1;
  for (size_t i = 0; i < reader->text.len; i++) {
    unsigned char c = (unsigned char)reader->text.ptr[i];
    reader->line += c == '\n' ? 1 : 0;
    if ((c < 0x20 && c != '\n' && c != '\r' && c != '\t') || c == 0x7f) {
      return true;
    }
  }
  reader->line = 0;
  return false;
}

static size_t end_of_last(const struct reader *reader)
{
  return reader->at < reader->text.len ? reader->at : reader->text.len;
}

/* --- the head --- */

/* The text between the two lines of ---, with as many lines before it as the file has. */
static bool find_head(struct reader *reader, lw_str *ret_head)
{
  lw_str line;
  if (!next_line(reader, &line) || !lw_str_equal(lw_str_trim(line), LW_STR("---"))) {
    reader->line = 1;
    tell(reader, "missing", head_mend, "the page has no head");
    return false;
  }
  size_t from = reader->at - 1; /* with the first line's end, so that lines count as in the file */
  size_t before = reader->at;
  while (next_line(reader, &line)) {
    if (lw_str_equal(lw_str_trim(line), LW_STR("---"))) {
      *ret_head = lw_str_slice(reader->text, from, before - from);
      return true;
    }
    before = reader->at;
  }
  reader->line = 1;
  tell(reader, "missing", "end the head with a line ---", "the head does not end");
  return false;
}

static void tell_at(struct reader *reader, const struct lw_value *value, const char *code,
                    const char *text, const char *mend)
{
  uint32_t line = reader->line;
  reader->line = value->place.line != 0 ? value->place.line : 1;
  tell(reader, code, mend, "%s", text);
  reader->line = line;
}

static void read_needs_of(struct reader *reader, const struct lw_value *value)
{
  struct lw_plan *plan = &reader->plan;
  bool fits = value->kind == LW_VALUE_LIST && value->count <= LW_PLAN_NEEDS_MAX;
  lw_str *needs = fits ? LW_NEW_ARRAY(reader->keep, lw_str, value->count + 1) : NULL;
  for (uint32_t i = 0; needs != NULL && i < value->count; i++) {
    const struct lw_value *item = &value->items[i];
    bool is_id = item->kind == LW_VALUE_STRING && lw_course_name_fits(item->text);
    bool twice = false;
    for (uint32_t k = 0; is_id && k < plan->n_needs; k++) {
      twice |= lw_str_equal(needs[k], item->text);
    }
    if (!is_id || twice) {
      tell_at(reader, item, "bad-value",
              twice ? "this need stands here twice" : "a need is called by its id",
              "write needs: [on-time], as the page of needs has them");
    } else {
      needs[plan->n_needs++] = item->text;
    }
  }
  plan->needs = needs;
  if (!fits) {
    tell_at(reader, value, "bad-value", "needs is a list of at most 60 ids",
            "write needs: [on-time]");
  }
}

/* "cause" and "plan" say which page it is; one of the two. */
static bool read_kind(struct reader *reader, const struct lw_value *head)
{
  const struct lw_value *cause = lw_value_get(head, LW_STR("cause"));
  const struct lw_value *plan = lw_value_get(head, LW_STR("plan"));
  const struct lw_value *value = cause != NULL ? cause : plan;
  if (value == NULL || (cause != NULL && plan != NULL)) {
    reader->line = 1;
    tell(reader, "missing", head_mend, "the head says neither cause nor plan, or both");
    return false;
  }
  bool is_text = value->kind == LW_VALUE_STRING;
  bool general = is_text && lw_str_equal(value->text, LW_STR("general"));
  bool needs = is_text && lw_str_equal(value->text, LW_STR("needs"));
  if (cause != NULL && is_text && lw_course_name_fits(value->text)) {
    reader->plan.kind = LW_PLAN_CAUSE;
    reader->plan.cause = value->text;
    return true;
  }
  if (cause == NULL && (general || needs)) {
    reader->plan.kind = needs ? LW_PLAN_NEEDS : LW_PLAN_GENERAL;
    return true;
  }
  tell_at(reader, value, "bad-value",
          cause != NULL ? "cause is the name of a reason" : "plan is general or needs", head_mend);
  return false;
}

static void read_head_keys(struct reader *reader, const struct lw_value *head)
{
  for (uint32_t i = 0; i < head->count; i++) {
    lw_str key = head->entries[i].key;
    if (lw_str_equal(key, LW_STR("needs")) && reader->plan.kind != LW_PLAN_NEEDS) {
      read_needs_of(reader, &head->items[i]);
    } else if (!lw_str_equal(key, LW_STR("cause")) && !lw_str_equal(key, LW_STR("plan"))) {
      tell_at(reader, &head->items[i], "unknown-key", "this is no key of a plan's head",
              "the head says cause (or plan) and needs");
    }
  }
}

/* False: there is nothing to go on with. */
static bool read_head(struct reader *reader)
{
  lw_str text;
  if (!find_head(reader, &text)) {
    return false;
  }
  uint32_t line = reader->line;
  const struct lw_value *head = lw_yaml_read(reader->keep, text, &reader->diags);
  bool is_map = head != NULL && head->kind == LW_VALUE_MAP;
  if (head != NULL && !is_map) {
    tell_at(reader, head, "bad-value", "the head is a map", head_mend);
  }
  bool read = is_map && read_kind(reader, head);
  if (read) {
    read_head_keys(reader, head);
  }
  reader->line = line;
  return read;
}

/* --- steps --- */

/* Ends the step in hand: its text is what stands between its heading and its last line of text. */
static void end_step(struct reader *reader)
{
  if (reader->step == LW_PLAN_STEPS) {
    return;
  }
  struct lw_plan_part *part = &reader->plan.parts[reader->step];
  uint32_t line = reader->line;
  reader->line = reader->heading;
  if (reader->ends > reader->starts) {
    part->text =
        lw_str_trim(lw_str_slice(reader->text, reader->starts, reader->ends - reader->starts));
  }
  part->questions = reader->questions;
  part->n_questions = reader->n_questions;
  if (part->text.len == 0 && part->n_questions == 0) {
    tell(reader, "empty", "say in a line or two what to do, or leave the step out",
         "the step says nothing");
  } else if (part->text.len > LW_PLAN_STEP_BYTES_MAX) {
    tell(reader, "too-long", "a step is read beside a case: keep to some lines",
         "the step is longer than %d bytes", LW_PLAN_STEP_BYTES_MAX);
  }
  reader->line = line;
}

static void begin_step(struct reader *reader, lw_str name)
{
  enum lw_plan_step step = LW_PLAN_STEPS;
  end_step(reader);
  reader->step = LW_PLAN_STEPS;
  reader->lost = true; /* what follows an unknown heading needs no second finding */
  if (!lw_plan_step_read(name, &step)) {
    lw_str near = lw_str_nearest(name, step_names, LW_PLAN_STEPS);
    tell(reader, "unknown-step",
         near.len != 0 ? lw_str_format(reader->keep, "did you mean ## %.*s?", LW_FMT(near)).ptr
                       : step_mend,
         "\"%.*s\" is no step", (int)(name.len < 60 ? name.len : 60), name.ptr);
    return;
  }
  if (reader->plan.parts[step].is_there) {
    tell(reader, "duplicate-name", "write each step once", "the step stands here twice");
    return;
  }
  reader->plan.parts[step].is_there = true;
  reader->plan.parts[step].text = LW_STR("");
  reader->step = step;
  reader->heading = reader->line;
  reader->starts = end_of_last(reader);
  reader->ends = reader->starts;
  reader->questions = LW_NEW_ARRAY(reader->keep, lw_str, LW_PLAN_QUESTIONS_MAX);
  reader->n_questions = 0;
}

static void add_question(struct reader *reader, lw_str text)
{
  if (text.len == 0) {
    return; /* a line between two that belong together */
  }
  if (text.len > LW_PLAN_QUESTION_BYTES_MAX) {
    tell(reader, "too-long", "ask one thing at a time", "the question is longer than %d bytes",
         LW_PLAN_QUESTION_BYTES_MAX);
  }
  if (reader->n_questions == LW_PLAN_QUESTIONS_MAX) {
    tell(reader, "too-many", "keep those that help most", "a step has at most %d questions",
         LW_PLAN_QUESTIONS_MAX);
  } else if (reader->questions != NULL) {
    reader->questions[reader->n_questions++] = text;
  }
}

/* Text behind a question would be cut from what stands before it. */
static void add_text(struct reader *reader, size_t ends)
{
  if (reader->step == LW_PLAN_STEPS) {
    if (!reader->lost) {
      tell(reader, "no-step", step_mend, "this stands before the first step");
    }
    reader->lost = true;
  } else if (reader->n_questions != 0) {
    tell(reader, "order", "put the questions of a step behind its text",
         "text stands behind the questions");
  } else {
    reader->ends = ends;
  }
}

/* "## listen": the name; {NULL, 0} for any other line. */
static lw_str heading_of(lw_str line)
{
  size_t marks = 0;
  while (marks < line.len && line.ptr[marks] == '#') {
    marks++;
  }
  bool is_heading = marks != 0 && marks <= 3 && marks < line.len && line.ptr[marks] == ' ';
  return is_heading ? lw_str_trim(lw_str_slice(line, marks, line.len - marks)) : (lw_str){NULL, 0};
}

static void read_steps(struct reader *reader)
{
  lw_str line;
  uint32_t there = 0;
  while (next_line(reader, &line)) {
    lw_str heading = heading_of(line);
    lw_str trimmed = lw_str_trim(line);
    if (heading.ptr != NULL) {
      begin_step(reader, heading);
    } else if (trimmed.len != 0 && trimmed.ptr[0] == '>' && reader->step != LW_PLAN_STEPS) {
      add_question(reader, lw_str_trim(lw_str_slice(trimmed, 1, trimmed.len - 1)));
    } else if (trimmed.len != 0) {
      add_text(reader, end_of_last(reader));
    }
  }
  end_step(reader);
  for (int i = 0; i < LW_PLAN_STEPS; i++) {
    there += reader->plan.parts[i].is_there ? 1 : 0;
  }
  if (there == 0 && reader->diags.errors == 0) {
    tell(reader, "missing", step_mend, "the page has no step");
  }
}

/* --- the page of needs --- */

static void add_need(struct reader *reader, lw_str text)
{
  struct lw_plan *plan = &reader->plan;
  size_t colon = lw_str_find(text, LW_STR(":"), 0);
  colon = colon == SIZE_MAX ? text.len : colon;
  lw_str id = lw_str_trim(lw_str_slice(text, 0, colon));
  lw_str label = colon < text.len ? lw_str_trim(lw_str_slice(text, colon + 1, text.len - colon - 1))
                                  : LW_STR("");
  bool twice = lw_plan_need_label(plan, id).len != 0;
  if (!lw_course_name_fits(id) || label.len == 0 || label.len > LW_PLAN_LABEL_BYTES_MAX) {
    tell(reader, "bad-value", "write - on-time: To be there on time",
         "a need is an id, a colon and its words in at most %d bytes", LW_PLAN_LABEL_BYTES_MAX);
  } else if (twice) {
    tell(reader, "duplicate-name", "give each need its own id", "the need stands here twice");
  } else if (plan->n_list == LW_PLAN_NEEDS_MAX) {
    tell(reader, "too-many", "keep those that people choose from", "there are at most %d needs",
         LW_PLAN_NEEDS_MAX);
  } else {
    reader->list[plan->n_list++] = (struct lw_plan_need){id, label};
  }
}

static void read_list(struct reader *reader)
{
  lw_str line;
  reader->list = LW_NEW_ARRAY(reader->keep, struct lw_plan_need, LW_PLAN_NEEDS_MAX);
  reader->plan.list = reader->list;
  while (reader->list != NULL && next_line(reader, &line)) {
    lw_str text = lw_str_trim(line);
    if (text.len == 0 || heading_of(text).ptr != NULL) {
      continue; /* headings are for whoever reads the file */
    }
    if (lw_str_starts(text, LW_STR("- ")) || lw_str_starts(text, LW_STR("* "))) {
      add_need(reader, lw_str_slice(text, 2, text.len - 2));
    } else {
      tell(reader, "syntax", "write - on-time: To be there on time", "this line is no need");
    }
  }
  if (reader->plan.n_list == 0 && reader->diags.errors == 0) {
    tell(reader, "missing", "write - on-time: To be there on time", "the page has no need");
  }
}

/* --- the whole --- */

static enum lw_code take_findings(struct reader *reader, lw_str file,
                                  struct lw_course_findings *ret_findings, struct lw_error *err)
{
  size_t count = reader->diags.count;
  struct lw_course_finding *items = LW_NEW_ARRAY(reader->keep, struct lw_course_finding, count + 1);
  if (items == NULL || reader->keep->failed) {
    return lw_fail(err, LW_NO_MEMORY, "out of memory while reading a plan");
  }
  lw_diags_sort(&reader->diags);
  for (size_t i = 0; i < count; i++) {
    items[i] = (struct lw_course_finding){file, reader->diags.items[i]};
  }
  *ret_findings =
      (struct lw_course_findings){items, (uint32_t)count, (uint32_t)reader->diags.errors};
  return LW_OK;
}

enum lw_code lw_plan_read(struct lw_arena *keep, const struct lw_course_file *file,
                          struct lw_plan *ret_plan, struct lw_course_findings *ret_findings,
                          struct lw_error *err)
{
  struct reader reader = {.keep = keep, .text = file->text, .step = LW_PLAN_STEPS};
  lw_diags_init(&reader.diags, keep);
  reader.plan.cause = LW_STR("");
  if (file->text.len > LW_PLAN_BYTES_MAX) {
    reader.line = 1;
    tell(&reader, "too-long", "a plan is a short guide", "the page is longer than %d bytes",
         LW_PLAN_BYTES_MAX);
  } else if (lw_utf8_check(file->text) != file->text.len) {
    reader.line = 1;
    tell(&reader, "not-utf8", "save it as UTF-8", "the page is not UTF-8");
  } else if (find_control(&reader)) {
    tell(&reader, "bad-value", "take it out", "the line has a control character");
  } else if (read_head(&reader) && reader.plan.kind == LW_PLAN_NEEDS) {
    read_list(&reader);
  } else if (reader.diags.errors == 0) {
    read_steps(&reader);
  }
  enum lw_code rc = take_findings(&reader, file->name, ret_findings, err);
  if (rc == LW_OK) {
    *ret_plan = reader.plan;
  }
  return rc;
}

lw_str lw_plan_name(const struct lw_plan *plan, struct lw_arena *arena)
{
  switch (plan->kind) {
  case LW_PLAN_GENERAL: return LW_STR("general");
  case LW_PLAN_NEEDS: return LW_STR("needs");
  case LW_PLAN_CAUSE: break;
  }
  return lw_str_format(arena, "cause:%.*s", LW_FMT(plan->cause));
}

bool lw_plan_name_read(lw_str name, enum lw_plan_kind *ret_kind, lw_str *ret_cause)
{
  static const lw_str prefix = LW_STR_INIT("cause:");
  *ret_cause = LW_STR("");
  if (lw_str_equal(name, LW_STR("general")) || lw_str_equal(name, LW_STR("needs"))) {
    *ret_kind = name.ptr[0] == 'n' ? LW_PLAN_NEEDS : LW_PLAN_GENERAL;
    return true;
  }
  *ret_kind = LW_PLAN_CAUSE;
  if (lw_str_starts(name, prefix)) {
    *ret_cause = lw_str_slice(name, prefix.len, name.len - prefix.len);
  }
  return lw_course_name_fits(*ret_cause);
}

lw_str lw_plan_need_label(const struct lw_plan *needs, lw_str id)
{
  for (uint32_t i = 0; i < needs->n_list; i++) {
    if (lw_str_equal(needs->list[i].id, id)) {
      return needs->list[i].label;
    }
  }
  return LW_STR("");
}
