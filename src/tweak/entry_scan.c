/* Members are looked up in the order in which this program writes them, each from where the last
 * one was found, so that one comparison mostly tells which it is. Each value that is taken or
 * passed over is noted in the record, from which forms are learnt (entry_shape.h). */
#include "tweak/entry_scan.h"

#include "tweak/entry_bytes.h"

enum { DEPTH_MAX = 16 };

/* --- members --- */

enum step { STEP_BROKEN, STEP_END, STEP_MEMBER };

/* From behind the bracket or a value to the next member's value. */
static enum step next_member(struct lw_scan *scan, bool first, lw_str *ret_key)
{
  if (scan->at == scan->end) {
    return STEP_BROKEN;
  }
  if (*scan->at == '}') {
    scan->at++;
    return STEP_END;
  }
  if (!first && *scan->at++ != ',') {
    return STEP_BROKEN;
  }
  if (scan->at == scan->end || !lw_scan_string(scan, ret_key) || scan->at == scan->end ||
      *scan->at != ':') {
    return STEP_BROKEN;
  }
  scan->at++;
  return scan->at < scan->end ? STEP_MEMBER : STEP_BROKEN;
}

static bool opens(struct lw_scan *scan)
{
  bool is_map = scan->at < scan->end && *scan->at == '{';
  scan->at += is_map;
  return is_map;
}

/* A text, or a number as it is written. */
static bool take_text(struct lw_scan *scan, lw_str *ret_text)
{
  bool plain = false;
  if (scan->at < scan->end && *scan->at == '"') {
    return lw_scan_string(scan, ret_text);
  }
  bool is_number =
      scan->at < scan->end && ((*scan->at >= '0' && *scan->at <= '9') || *scan->at == '-');
  return is_number && lw_scan_value(scan, ret_text, &plain) && plain;
}

/* What is done with a member: its text is kept, it is looked into, or only that it is there counts.
 */
enum kind { PASSED, TEXT, JSON, THERE, REQUEST, STORED, ANSWER, GRANTED };

struct member {
  lw_str key;
  enum kind kind;
  size_t text; /* in struct lw_entry_parts */
  size_t flag; /* likewise, or NO_FLAG */
};

#define NO_FLAG        SIZE_MAX
#define AT(name)       offsetof(struct lw_entry_parts, name)
#define KEY(name)      LW_STR_INIT(name)
#define COUNT_OF(list) (sizeof(list) / sizeof(list)[0])

static const struct member decision_members[] = {
    {KEY("id"), PASSED, 0, NO_FLAG},
    {KEY("key"), PASSED, 0, NO_FLAG},
    {KEY("digest"), PASSED, 0, NO_FLAG},
    {KEY("at"), TEXT, AT(at), NO_FLAG},
    {KEY("request"), REQUEST, 0, AT(has_request)},
    {KEY("stored"), STORED, 0, NO_FLAG},
    {KEY("claims"), PASSED, 0, NO_FLAG},
    {KEY("unread"), THERE, 0, AT(has_unread)},
    {KEY("for"), THERE, 0, AT(has_for)},
    {KEY("person"), JSON, AT(person), NO_FLAG},
    {KEY("policy"), TEXT, AT(policy), NO_FLAG},
    {KEY("currency"), TEXT, AT(currency), NO_FLAG},
    {KEY("granted"), GRANTED, 0, AT(has_granted)},
    {KEY("draws"), PASSED, 0, NO_FLAG},
    {KEY("answer"), ANSWER, 0, AT(has_answer)},
    {KEY("hold"), THERE, 0, AT(has_hold)},
    {KEY("shadow"), PASSED, 0, NO_FLAG},
    {KEY("approval"), PASSED, 0, NO_FLAG},
    {KEY("approver"), TEXT, AT(approver), NO_FLAG},
    {KEY("asked_at"), PASSED, 0, NO_FLAG},
    {KEY("waited_usec"), TEXT, AT(waited), NO_FLAG},
    {KEY("asked"), TEXT, AT(asked), AT(has_asked)},
    {KEY("note"), THERE, 0, AT(has_note)},
    {KEY("evidence"), THERE, 0, AT(has_evidence)},
    {KEY("meta"), PASSED, 0, NO_FLAG},
};

static const struct member answer_members[] = {
    {KEY("verdict"), TEXT, AT(verdict), NO_FLAG},
    {KEY("amount"), TEXT, AT(amount), NO_FLAG},
    {KEY("grant"), TEXT, AT(grant), NO_FLAG},
    {KEY("route"), TEXT, AT(route), NO_FLAG},
};

static const struct member granted_members[] = {
    {KEY("action"), TEXT, AT(granted_action), NO_FLAG},
    {KEY("minor"), TEXT, AT(granted_minor), NO_FLAG},
};

static const struct member event_members[] = {
    {KEY("decision"), TEXT, AT(decision), NO_FLAG},
    {KEY("minor"), TEXT, AT(minor), NO_FLAG},
    {KEY("asked_at"), TEXT, AT(asked_at), NO_FLAG},
    {KEY("by"), TEXT, AT(approver), NO_FLAG},
};

/* From where the last one was found; `count` when it is none of them. */
static size_t find_member(const struct member *members, size_t count, size_t from, lw_str key)
{
  for (size_t i = 0; i < count; i++) {
    size_t at = from + i < count ? from + i : from + i - count;
    if (lw_str_equal_short(members[at].key, key)) {
      return at;
    }
  }
  return count;
}

struct reading {
  struct lw_scan scan;
  struct lw_tape_reader *reader;
  struct lw_tape_row *row;
  struct lw_entry_parts *parts;
  lw_str stored; /* looked into at last: it wins over the request */
  struct lw_shape_record *record;
};

/* --- the record --- */

static void note(struct reading *reading, enum lw_shape_kind kind, size_t place, lw_str text,
                 lw_str name)
{
  struct lw_shape_record *record = reading->record;
  if (record->count == LW_SHAPE_VALUES) {
    record->unfit = true;
    return;
  }
  record->values[record->count++] = (struct lw_shape_value){kind, (uint32_t)place, text, name};
}

/* What was stored is looked into at last, but stands where it stands: its values are moved there.
 * A request behind it would win in one reading and not in the other. */
static void order_record(struct reading *reading, uint32_t first_stored)
{
  struct lw_shape_record *record = reading->record;
  struct lw_shape_value *values = record->values;
  for (uint32_t i = first_stored; i < record->count && !record->unfit; i++) {
    struct lw_shape_value moved = values[i];
    uint32_t at = i;
    while (at != 0 && values[at - 1].text.ptr > moved.text.ptr) {
      values[at] = values[at - 1];
      at--;
    }
    values[at] = moved;
  }
}

/* A value that nobody wants. */
static bool pass_over(struct reading *reading)
{
  lw_str text;
  bool plain = false;
  bool passed = lw_scan_value(&reading->scan, &text, &plain);
  if (passed) {
    note(reading, LW_SHAPE_PASS, 0, text, LW_STR(""));
  }
  return passed;
}

static bool take_into_row(struct reading *reading, enum lw_tape_column column)
{
  lw_str *text = &reading->row->texts[column];
  bool taken = lw_scan_string(&reading->scan, text);
  if (taken) {
    note(reading, LW_SHAPE_TEXT, column, *text, LW_STR(""));
  }
  return taken;
}

/* Its value, as it is written; null is as if it were not there. */
static bool take_fact(struct reading *reading, lw_str name)
{
  struct lw_tape_reader *reader = reading->reader;
  lw_str json = {NULL, 0};
  bool plain = false;
  if (!lw_scan_value(&reading->scan, &json, &plain) || !plain) {
    return false;
  }
  if (lw_str_equal_short(json, LW_STR("null"))) {
    return true;
  }
  if (!lw_tape_reader_fact(reader, name, json)) {
    return false;
  }
  size_t at = 0;
  while (!lw_str_equal(reader->facts[at].name, name)) {
    at++;
  }
  if (*json.ptr == '"') {
    note(reading, LW_SHAPE_STRING, at, lw_str_slice(json, 1, json.len - 2), name);
  } else {
    note(reading, *json.ptr == '[' ? LW_SHAPE_LIST : LW_SHAPE_WORD, at, json, name);
    reading->record->unfit |= *json.ptr == '{'; /* facts of its own come in a map elsewhere */
  }
  return true;
}

/* --- a decision --- */

static bool read_members(struct reading *reading, const struct member *members, size_t count);

static bool read_facts(struct reading *reading, lw_str prefix, unsigned depth)
{
  struct lw_scan *scan = &reading->scan;
  lw_str key;
  bool first = true;
  enum step step = opens(scan) && depth < DEPTH_MAX ? STEP_MEMBER : STEP_BROKEN;
  while (step == STEP_MEMBER && (step = next_member(scan, first, &key)) == STEP_MEMBER) {
    lw_str name = lw_tape_reader_name(reading->reader, prefix, key);
    bool is_map = scan->end - scan->at >= 2 && scan->at[0] == '{' && scan->at[1] != '}';
    bool read = name.ptr != NULL &&
                (is_map ? read_facts(reading, name, depth + 1) : take_fact(reading, name));
    step = read ? STEP_MEMBER : STEP_BROKEN;
    first = false;
  }
  return step == STEP_END;
}

static bool read_mark(struct reading *reading, int64_t known, int64_t holds)
{
  struct lw_scan *scan = &reading->scan;
  int64_t *marks = &reading->row->numbers[LW_TAPE_MARKS];
  lw_str word;
  bool plain = false;
  if (!lw_scan_value(scan, &word, &plain)) {
    return false;
  }
  bool is_true = lw_str_equal_short(word, LW_STR("true"));
  *marks = (*marks & ~(known | holds)) | known | (is_true ? holds : 0);
  return is_true || lw_str_equal_short(word, LW_STR("false"));
}

static bool read_moment(struct reading *reading, enum lw_tape_column column)
{
  lw_str text;
  int64_t seconds = 0;
  uint32_t nanos = 0;
  if (!lw_scan_string(&reading->scan, &text) || !lw_rfc3339_read(text, &seconds, &nanos)) {
    return false;
  }
  reading->row->numbers[column] = seconds * LW_USEC_PER_SECOND + nanos / 1000;
  note(reading, LW_SHAPE_MOMENT, column, text, LW_STR(""));
  return true;
}

static bool read_case_member(struct reading *reading, lw_str key)
{
  if (lw_str_equal_short(key, LW_STR("id"))) {
    return take_into_row(reading, LW_TAPE_CASE);
  }
  if (lw_str_equal_short(key, LW_STR("opened"))) {
    return read_moment(reading, LW_TAPE_OPENED);
  }
  if (lw_str_equal_short(key, LW_STR("last_update"))) {
    return read_moment(reading, LW_TAPE_UPDATED);
  }
  if (lw_str_equal_short(key, LW_STR("reopened"))) {
    return read_mark(reading, LW_TAPE_REOPENED_KNOWN, LW_TAPE_REOPENED);
  }
  if (lw_str_equal_short(key, LW_STR("escalated"))) {
    return read_mark(reading, LW_TAPE_ESCALATED_KNOWN, LW_TAPE_ESCALATED);
  }
  return pass_over(reading);
}

static bool read_request_member(struct reading *reading, lw_str key);
static bool read_stored_member(struct reading *reading, lw_str key);

static bool read_map(struct reading *reading, bool (*member)(struct reading *reading, lw_str key))
{
  lw_str key;
  bool first = true;
  enum step step = opens(&reading->scan) ? STEP_MEMBER : STEP_BROKEN;
  while (step == STEP_MEMBER && (step = next_member(&reading->scan, first, &key)) == STEP_MEMBER) {
    step = member(reading, key) ? STEP_MEMBER : STEP_BROKEN;
    first = false;
  }
  return step == STEP_END;
}

static bool read_case(struct reading *reading)
{
  return *reading->scan.at == '{' ? read_map(reading, read_case_member)
                                  : take_into_row(reading, LW_TAPE_CASE);
}

static bool read_request_member(struct reading *reading, lw_str key)
{
  static const struct {
    lw_str key;
    enum lw_tape_column column;
  } texts[] = {{KEY("action"), LW_TAPE_ACTION},     {KEY("amount"), LW_TAPE_AMOUNT},
               {KEY("customer"), LW_TAPE_CUSTOMER}, {KEY("reason"), LW_TAPE_REASON},
               {KEY("channel"), LW_TAPE_CHANNEL},   {KEY("agent"), LW_TAPE_PERSON}};
  static const lw_str never[] = {KEY("at"), KEY("id"), KEY("note"), KEY("evidence")};
  for (size_t i = 0; i < COUNT_OF(texts); i++) {
    if (lw_str_equal_short(key, texts[i].key)) {
      return take_into_row(reading, texts[i].column);
    }
  }
  if (lw_str_equal_short(key, LW_STR("case"))) {
    return read_case(reading);
  }
  if (lw_str_equal_short(key, LW_STR("facts"))) {
    return read_facts(reading, LW_STR(""), 0);
  }
  for (size_t i = 0; i < COUNT_OF(never); i++) {
    if (lw_str_equal_short(key, never[i])) {
      return false;
    }
  }
  return pass_over(reading);
}

static bool read_stored_member(struct reading *reading, lw_str key)
{
  if (lw_str_equal_short(key, LW_STR("case"))) {
    return *reading->scan.at == '{' && read_map(reading, read_case_member);
  }
  if (lw_str_equal_short(key, LW_STR("facts"))) {
    return read_facts(reading, LW_STR(""), 0);
  }
  return pass_over(reading);
}

static bool take_part(struct reading *reading, const struct member *member)
{
  lw_str *text = (lw_str *)(void *)((char *)reading->parts + member->text);
  const char *from = reading->scan.at;
  bool taken = take_text(&reading->scan, text);
  if (taken) {
    note(reading, *from == '"' ? LW_SHAPE_PART : LW_SHAPE_NUMBER, member->text, *text, LW_STR(""));
  }
  return taken;
}

static bool take_map(struct reading *reading, const struct member *member)
{
  lw_str *text = (lw_str *)(void *)((char *)reading->parts + member->text);
  bool plain = false;
  bool taken = *reading->scan.at == '{' && lw_scan_value(&reading->scan, text, &plain) && plain;
  if (taken) {
    note(reading, LW_SHAPE_MAP, member->text, *text, LW_STR(""));
  }
  return taken;
}

static bool read_member(struct reading *reading, const struct member *member)
{
  struct lw_scan *scan = &reading->scan;
  bool plain = false;
  switch (member->kind) {
  case TEXT: return take_part(reading, member);
  case JSON: return take_map(reading, member);
  case REQUEST:
    reading->record->unfit |= reading->stored.ptr != NULL;
    return read_map(reading, read_request_member);
  case STORED: return *scan->at == '{' && lw_scan_value(scan, &reading->stored, &plain);
  case ANSWER:
    return opens(scan) && read_members(reading, answer_members, COUNT_OF(answer_members));
  case GRANTED:
    return opens(scan) && read_members(reading, granted_members, COUNT_OF(granted_members));
  case PASSED:
  case THERE: break;
  }
  return pass_over(reading);
}

/* Recursion: a decision's members, then an answer's or what was granted; never deeper. */
static bool read_members(struct reading *reading, const struct member *members, size_t count)
{
  uint32_t seen = 0;
  size_t from = 0;
  lw_str key;
  enum step step = next_member(&reading->scan, true, &key);
  while (step == STEP_MEMBER) {
    size_t at = find_member(members, count, from, key);
    bool known = at < count;
    if (known && (seen >> at & 1) != 0) {
      return false; /* twice: the general reader says so */
    }
    if (known && members[at].flag != NO_FLAG) {
      *((bool *)(void *)((char *)reading->parts + members[at].flag)) = true;
    }
    if (!(known ? read_member(reading, &members[at]) : pass_over(reading))) {
      return false;
    }
    seen |= known ? UINT32_C(1) << at : 0;
    from = known ? (at + 1) % count : from;
    step = next_member(&reading->scan, false, &key);
  }
  return step == STEP_END;
}

static bool read_stored(struct reading *reading)
{
  const struct lw_scan rest = reading->scan;
  if (reading->stored.ptr == NULL) {
    return true;
  }
  uint32_t first = reading->record->count;
  reading->scan = (struct lw_scan){reading->stored.ptr, reading->stored.ptr + reading->stored.len};
  bool read = read_map(reading, read_stored_member);
  reading->scan = rest;
  order_record(reading, first);
  return read;
}

bool lw_entry_scan_decision(lw_str body, lw_usec now, struct lw_tape_reader *reader,
                            struct lw_tape_row *row, struct lw_entry_parts *ret_parts,
                            struct lw_shape_record *ret_record)
{
  struct reading reading = {.scan = {body.ptr, body.ptr + body.len},
                            .reader = reader,
                            .row = row,
                            .parts = ret_parts,
                            .record = ret_record};
  ret_record->count = 0;
  ret_record->unfit = false;
  *ret_parts = (struct lw_entry_parts){.has_request = false};
  lw_tape_reader_begin(reader, row);
  row->numbers[LW_TAPE_AT] = now;
  row->numbers[LW_TAPE_MARKS] = 0;
  if (!opens(&reading.scan) ||
      !read_members(&reading, decision_members, COUNT_OF(decision_members)) ||
      reading.scan.at != reading.scan.end || !read_stored(&reading)) {
    return false;
  }
  lw_tape_reader_end(reader, row);
  return ret_parts->has_request && ret_parts->has_answer && ret_parts->person.ptr != NULL &&
         row->texts[LW_TAPE_PERSON].ptr != NULL && row->texts[LW_TAPE_ACTION].len != 0;
}

bool lw_entry_scan_event(lw_str body, struct lw_entry_parts *ret_parts)
{
  struct lw_shape_record record;
  struct reading reading = {
      .scan = {body.ptr, body.ptr + body.len}, .parts = ret_parts, .record = &record};
  record.count = 0;
  *ret_parts = (struct lw_entry_parts){.has_request = false};
  return opens(&reading.scan) && read_members(&reading, event_members, COUNT_OF(event_members)) &&
         reading.scan.at == reading.scan.end;
}
