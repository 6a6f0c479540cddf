/* Members are looked up in the order in which this program writes them, each from where the last
 * one was found, so that one comparison mostly tells which it is. A value that nobody wants is
 * passed over by the 16 bytes: quotes tell what is inside of strings, brackets outside of them how
 * deep it is. Blocks with a backslash are gone through byte by byte. */
#include "tweak/entry_scan.h"

#include "base/attr.h"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

enum { BLOCK = 16, DEPTH_MAX = 16 };

/* Where it stands; nothing at or behind `end` is read. */
struct scan {
  const char *at;
  const char *end;
};

/* Which of 16 bytes are what, a bit each. */
struct looks {
  unsigned quotes, slashes, opens, closes, spaces;
};

#if defined(__SSE2__)
static struct looks look(const char *at)
{
  __m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)at);
  __m128i folded = _mm_or_si128(bytes, _mm_set1_epi8(0x20)); /* [ as {, ] as } */
  return (struct looks){
      (unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(bytes, _mm_set1_epi8('"'))),
      (unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(bytes, _mm_set1_epi8('\\'))),
      (unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(folded, _mm_set1_epi8('{'))),
      (unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(folded, _mm_set1_epi8('}'))),
      (unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(_mm_min_epu8(bytes, _mm_set1_epi8(' ')), bytes))};
}
#else
static struct looks look(const char *at)
{
  struct looks looks = {0, 0, 0, 0, 0};
  for (unsigned i = 0; i < BLOCK; i++) {
    unsigned char c = (unsigned char)at[i];
    looks.quotes |= (unsigned)(c == '"') << i;
    looks.slashes |= (unsigned)(c == '\\') << i;
    looks.opens |= (unsigned)((c | 0x20) == '{') << i;
    looks.closes |= (unsigned)((c | 0x20) == '}') << i;
    looks.spaces |= (unsigned)(c <= ' ') << i;
  }
  return looks;
}
#endif

/* --- strings and what is passed over --- */

/* The string at `at`; false when it has an escape or no end. */
static bool take_string(struct scan *scan, lw_str *ret_text)
{
  const char *from = scan->at + 1;
  const char *to = from;
  if (scan->end - scan->at < 2 || *scan->at != '"') {
    return false;
  }
  while (scan->end - to >= BLOCK) {
    struct looks looks = look(to);
    unsigned either = looks.quotes | looks.slashes;
    if (either != 0) {
      to += __builtin_ctz(either);
      break;
    }
    to += BLOCK;
  }
  while (to < scan->end && *to != '"' && *to != '\\') {
    to++;
  }
  if (to == scan->end || *to == '\\') {
    return false;
  }
  *ret_text = lw_str_from(from, (size_t)(to - from));
  scan->at = to + 1;
  return true;
}

/* A map or list being passed over. */
struct pass {
  unsigned depth;
  bool in_string;
  bool escaped;
  bool plain; /* no escape so far, no space outside of strings */
};

/* True when it ends with this byte. */
static bool pass_byte(struct pass *pass, char c)
{
  if (pass->in_string) {
    pass->plain = pass->plain && c != '\\';
    pass->in_string = pass->escaped || c != '"';
    pass->escaped = !pass->escaped && c == '\\';
    return false;
  }
  pass->in_string = c == '"';
  pass->plain = pass->plain && (unsigned char)c > ' ';
  pass->depth += c == '{' || c == '[';
  pass->depth -= c == '}' || c == ']';
  return pass->depth == 0;
}

/* Bits inside of strings, opening quotes included. */
static unsigned inside(unsigned quotes, bool in_string)
{
  unsigned bits = quotes;
  bits ^= bits << 1;
  bits ^= bits << 2;
  bits ^= bits << 4;
  bits ^= bits << 8;
  return (in_string ? ~bits : bits) & 0xffff;
}

static unsigned count_bits(unsigned bits)
{
  unsigned count = 0;
  for (; bits != 0; bits &= bits - 1) {
    count++;
  }
  return count;
}

/* True when the whole block was passed; false: byte by byte, as it may end in there. */
static bool pass_block(struct pass *pass, const char *at)
{
  struct looks looks = look(at);
  unsigned strings = inside(looks.quotes, pass->in_string);
  unsigned closes = looks.closes & ~strings;
  unsigned opens = looks.opens & ~strings;
  if (looks.slashes != 0 || pass->escaped) {
    return false;
  }
  if ((closes | opens) != 0) {
    unsigned n_closes = count_bits(closes);
    if (n_closes >= pass->depth) {
      return false;
    }
    pass->depth += count_bits(opens) - n_closes;
  }
  pass->in_string = (strings >> (BLOCK - 1)) != 0;
  pass->plain = pass->plain && (looks.spaces & ~strings) == 0;
  return true;
}

static bool pass_nested(struct scan *scan, bool *ret_plain)
{
  struct pass pass = {.depth = 0, .plain = true};
  const char *at = scan->at;
  bool ended = pass_byte(&pass, *at++); /* the bracket */
  while (!ended && at < scan->end) {
    if (scan->end - at >= BLOCK && pass_block(&pass, at)) {
      at += BLOCK;
      continue;
    }
    const char *stop = scan->end - at >= BLOCK ? at + BLOCK : scan->end;
    while (!ended && at < stop) {
      ended = pass_byte(&pass, *at++);
    }
  }
  scan->at = at;
  *ret_plain = pass.plain;
  return ended;
}

/* A number, true, false or null: to the next comma or bracket. */
static bool pass_word(struct scan *scan, bool *ret_plain)
{
  const char *from = scan->at;
  while (scan->at < scan->end && *scan->at != ',' && *scan->at != '}' && *scan->at != ']') {
    *ret_plain = *ret_plain && (unsigned char)*scan->at > ' ';
    scan->at++;
  }
  return scan->at != from && scan->at < scan->end;
}

static bool pass_string(struct scan *scan, bool *ret_plain)
{
  bool escaped = false;
  const char *at = scan->at + 1;
  while (at < scan->end && (*at != '"' || escaped)) {
    escaped = !escaped && *at == '\\';
    *ret_plain = *ret_plain && *at != '\\';
    at++;
  }
  scan->at = at + 1;
  return at < scan->end;
}

/* Any value. *ret_text (may be NULL): its bytes, of which *ret_plain says that writing the value
 * anew would give the same. */
static bool pass_value(struct scan *scan, lw_str *ret_text, bool *ret_plain)
{
  const char *from = scan->at;
  bool plain = true;
  lw_str text;
  bool passed = false;
  if (from == scan->end) {
    return false;
  }
  if (*from == '{' || *from == '[') {
    passed = pass_nested(scan, &plain);
  } else if (*from == '"') {
    passed = take_string(scan, &text) || pass_string(scan, &plain);
  } else {
    passed = pass_word(scan, &plain);
  }
  if (passed && ret_text != NULL) {
    *ret_text = lw_str_from(from, (size_t)(scan->at - from));
    *ret_plain = plain;
  }
  return passed;
}

/* --- members --- */

enum step { STEP_BROKEN, STEP_END, STEP_MEMBER };

/* From behind the bracket or a value to the next member's value. */
static enum step next_member(struct scan *scan, bool first, lw_str *ret_key)
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
  if (scan->at == scan->end || !take_string(scan, ret_key) || scan->at == scan->end ||
      *scan->at != ':') {
    return STEP_BROKEN;
  }
  scan->at++;
  return scan->at < scan->end ? STEP_MEMBER : STEP_BROKEN;
}

static bool opens(struct scan *scan)
{
  bool is_map = scan->at < scan->end && *scan->at == '{';
  scan->at += is_map;
  return is_map;
}

/* A text, or a number as it is written. */
static bool take_text(struct scan *scan, lw_str *ret_text)
{
  bool plain = false;
  if (scan->at < scan->end && *scan->at == '"') {
    return take_string(scan, ret_text);
  }
  bool is_number =
      scan->at < scan->end && ((*scan->at >= '0' && *scan->at <= '9') || *scan->at == '-');
  return is_number && pass_value(scan, ret_text, &plain) && plain;
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

/* --- a decision --- */

struct reading {
  struct scan scan;
  struct lw_tape_reader *reader;
  struct lw_tape_row *row;
  struct lw_entry_parts *parts;
  lw_str stored; /* looked into at last: it wins over the request */
};

static bool read_members(struct reading *reading, const struct member *members, size_t count);

static bool read_facts(struct reading *reading, lw_str prefix, unsigned depth)
{
  struct scan *scan = &reading->scan;
  struct lw_tape_reader *reader = reading->reader;
  lw_str key;
  bool first = true;
  enum step step = opens(scan) && depth < DEPTH_MAX ? STEP_MEMBER : STEP_BROKEN;
  while (step == STEP_MEMBER && (step = next_member(scan, first, &key)) == STEP_MEMBER) {
    lw_str json = {NULL, 0};
    bool plain = false;
    lw_str name = lw_tape_reader_name(reader, prefix, key);
    bool read = name.ptr != NULL;
    bool is_map = scan->end - scan->at >= 2 && scan->at[0] == '{' && scan->at[1] != '}';
    if (read && is_map) {
      read = read_facts(reading, name, depth + 1);
    } else if (read) {
      read = pass_value(scan, &json, &plain) && plain &&
             (lw_str_equal_short(json, LW_STR("null")) || lw_tape_reader_fact(reader, name, json));
    }
    step = read ? STEP_MEMBER : STEP_BROKEN;
    first = false;
  }
  return step == STEP_END;
}

static bool read_mark(struct reading *reading, int64_t known, int64_t holds)
{
  struct scan *scan = &reading->scan;
  int64_t *marks = &reading->row->numbers[LW_TAPE_MARKS];
  lw_str word;
  bool plain = false;
  if (!pass_value(scan, &word, &plain)) {
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
  if (!take_string(&reading->scan, &text) || !lw_rfc3339_read(text, &seconds, &nanos)) {
    return false;
  }
  reading->row->numbers[column] = seconds * LW_USEC_PER_SECOND + nanos / 1000;
  return true;
}

static bool read_case_member(struct reading *reading, lw_str key)
{
  if (lw_str_equal_short(key, LW_STR("id"))) {
    return take_string(&reading->scan, &reading->row->texts[LW_TAPE_CASE]);
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
  return pass_value(&reading->scan, NULL, NULL);
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
                                  : take_string(&reading->scan, &reading->row->texts[LW_TAPE_CASE]);
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
      return take_string(&reading->scan, &reading->row->texts[texts[i].column]);
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
  return pass_value(&reading->scan, NULL, NULL);
}

static bool read_stored_member(struct reading *reading, lw_str key)
{
  if (lw_str_equal_short(key, LW_STR("case"))) {
    return *reading->scan.at == '{' && read_map(reading, read_case_member);
  }
  if (lw_str_equal_short(key, LW_STR("facts"))) {
    return read_facts(reading, LW_STR(""), 0);
  }
  return pass_value(&reading->scan, NULL, NULL);
}

static bool read_member(struct reading *reading, const struct member *member)
{
  lw_str *text = (lw_str *)(void *)((char *)reading->parts + member->text);
  struct scan *scan = &reading->scan;
  bool plain = false;
  switch (member->kind) {
  case TEXT: return take_text(scan, text);
  case JSON: return *scan->at == '{' && pass_value(scan, text, &plain) && plain;
  case REQUEST: return read_map(reading, read_request_member);
  case STORED: return *scan->at == '{' && pass_value(scan, &reading->stored, &plain);
  case ANSWER:
    return opens(scan) && read_members(reading, answer_members, COUNT_OF(answer_members));
  case GRANTED:
    return opens(scan) && read_members(reading, granted_members, COUNT_OF(granted_members));
  case PASSED:
  case THERE: break;
  }
  return pass_value(scan, NULL, NULL);
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
    if (!(known ? read_member(reading, &members[at]) : pass_value(&reading->scan, NULL, NULL))) {
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
  const struct scan rest = reading->scan;
  if (reading->stored.ptr == NULL) {
    return true;
  }
  reading->scan = (struct scan){reading->stored.ptr, reading->stored.ptr + reading->stored.len};
  bool read = read_map(reading, read_stored_member);
  reading->scan = rest;
  return read;
}

bool lw_entry_scan_decision(lw_str body, lw_usec now, struct lw_tape_reader *reader,
                            struct lw_tape_row *row, struct lw_entry_parts *ret_parts)
{
  struct reading reading = {
      .scan = {body.ptr, body.ptr + body.len}, .reader = reader, .row = row, .parts = ret_parts};
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
  struct reading reading = {.scan = {body.ptr, body.ptr + body.len}, .parts = ret_parts};
  *ret_parts = (struct lw_entry_parts){.has_request = false};
  return opens(&reading.scan) && read_members(&reading, event_members, COUNT_OF(event_members)) &&
         reading.scan.at == reading.scan.end;
}
