/* A tree. A node has the bytes that stand before a value and what is done with the value; its
 * children are what may follow, one a list of siblings, tried in turn. As entries of one policy
 * have few forms, the first mostly fits. true, false and null of a case, and facts that are null,
 * belong to the bytes between: an entry that differs in them has another form.
 *
 * What the bytes between are decides what the value is for, wherever it came from; so two nodes
 * that could both go on differ in what the value looks like, and trying stops at the first that
 * fits.
 *
 * The tree is bounded: entries of ever new forms are read the other way. */
#include "tweak/entry_shape.h"

#include "base/arena.h"
#include "tweak/entry_bytes.h"
#include "tweak/entry_scan.h"

#include <stdlib.h>

enum { NODES = 4096, SIBLINGS = 24, LITERALS_BYTES = 1 << 20, NOTHING = 0 };

struct node {
  const char *literal;
  uint32_t len;
  enum lw_shape_kind kind;
  uint32_t place;
  uint32_t child;   /* the first; NOTHING: none */
  uint32_t sibling; /* the next */
  uint32_t end;     /* of LW_SHAPE_END: its number */
  lw_str name;
};

/* What is the same for all entries of a form. */
struct end {
  struct lw_entry_parts has; /* its marks only */
  int64_t marks;
  uint32_t n_facts;
};

struct lw_shapes {
  struct lw_arena arena;
  uint32_t n_nodes; /* node 0 is the root */
  uint32_t n_ends;
  struct node nodes[NODES];
  struct end ends[NODES];
};

struct lw_shapes *lw_shapes_create(void)
{
  struct lw_shapes *shapes = calloc(1, sizeof *shapes);
  if (shapes != NULL) {
    lw_arena_init(&shapes->arena, NULL, LITERALS_BYTES);
    shapes->n_nodes = 1;
  }
  return shapes;
}

void lw_shapes_destroy(struct lw_shapes *shapes)
{
  if (shapes != NULL) {
    lw_arena_finish(&shapes->arena);
    free(shapes);
  }
}

/* --- learning --- */

/* The child that has these bytes before a value of that kind, found or made; NOTHING: no room. */
static uint32_t child_of(struct lw_shapes *shapes, uint32_t parent, lw_str literal,
                         const struct lw_shape_value *value)
{
  uint32_t *place = &shapes->nodes[parent].child;
  uint32_t siblings = 0;
  for (; *place != NOTHING; siblings++, place = &shapes->nodes[*place].sibling) {
    const struct node *node = &shapes->nodes[*place];
    if (node->kind == value->kind && lw_str_equal(lw_str_from(node->literal, node->len), literal)) {
      return *place;
    }
  }
  if (siblings >= SIBLINGS || shapes->n_nodes == NODES) {
    return NOTHING;
  }
  lw_str kept = lw_str_copy(&shapes->arena, literal);
  lw_str name = lw_str_copy(&shapes->arena, value->name);
  if (kept.ptr == NULL || name.ptr == NULL) {
    return NOTHING;
  }
  *place = shapes->n_nodes++;
  shapes->nodes[*place] = (struct node){.literal = kept.ptr,
                                        .len = (uint32_t)kept.len,
                                        .kind = value->kind,
                                        .place = value->place,
                                        .name = name};
  return *place;
}

static lw_str between(const char *from, const char *to)
{
  return lw_str_from(from, (size_t)(to - from));
}

void lw_shapes_learn(struct lw_shapes *shapes, lw_str body, const struct lw_shape_record *record,
                     const struct lw_entry_parts *parts, const struct lw_tape_row *row)
{
  const struct lw_shape_value end = {.kind = LW_SHAPE_END, .name = LW_STR("")};
  const char *at = body.ptr;
  uint32_t node = 0;
  if (record->unfit || row->n_facts > LW_SHAPE_FACTS || body.len > UINT32_MAX) {
    return;
  }
  for (uint32_t i = 0; i < record->count; i++) {
    const struct lw_shape_value *value = &record->values[i];
    node = child_of(shapes, node, between(at, value->text.ptr), value);
    if (node == NOTHING) {
      return;
    }
    at = value->text.ptr + value->text.len;
  }
  node = child_of(shapes, node, between(at, body.ptr + body.len), &end);
  if (node != NOTHING && shapes->nodes[node].end == 0) {
    shapes->ends[shapes->n_ends] = (struct end){*parts, row->numbers[LW_TAPE_MARKS], row->n_facts};
    shapes->nodes[node].end = ++shapes->n_ends;
  }
}

/* --- reading --- */

struct filling {
  const char *end;
  struct lw_tape_fact *facts;
  struct lw_tape_row *row;
  struct lw_entry_parts *parts;
};

static uint64_t differ(const char *a, const char *b)
{
  uint64_t words[2];
  memcpy(&words[0], a, sizeof words[0]);
  memcpy(&words[1], b, sizeof words[1]);
  return words[0] ^ words[1];
}

/* Mostly 8 to 40 bytes: less than a call of memcmp costs. */
static inline bool same(const char *a, const char *b, uint32_t len)
{
  enum { WORD = sizeof(uint64_t) };
  uint32_t at = 0;
  if (LW_UNLIKELY(len < WORD)) {
    return memcmp(a, b, len) == 0;
  }
  if (differ(a, b) != 0) {
    return false;
  }
  for (at = WORD; at + 2 * WORD <= len; at += 2 * WORD) {
    if ((differ(a + at, b + at) | differ(a + at + WORD, b + at + WORD)) != 0) {
      return false;
    }
  }
  at = at + WORD <= len ? at : len - WORD;
  return (differ(a + at, b + at) | differ(a + len - WORD, b + len - WORD)) == 0;
}

static bool fill_moment(const struct filling *filling, const struct node *node, lw_str text)
{
  int64_t seconds = 0;
  uint32_t nanos = 0;
  bool read = lw_rfc3339_read(text, &seconds, &nanos);
  filling->row->numbers[node->place] = seconds * LW_USEC_PER_SECOND + nanos / 1000;
  return read;
}

static lw_str *part_of(const struct filling *filling, const struct node *node)
{
  return (lw_str *)(void *)((char *)filling->parts + node->place);
}

/* Where the string ends whose text begins at `at`; NULL when it does not fit. */
static const char *take_string(const struct filling *filling, const struct node *node,
                               const char *at)
{
  const char *to = lw_scan_quote(at, filling->end);
  if (to == NULL) {
    return NULL;
  }
  lw_str text = between(at, to);
  if (node->kind == LW_SHAPE_TEXT) {
    filling->row->texts[node->place] = text;
  } else if (node->kind == LW_SHAPE_PART) {
    *part_of(filling, node) = text;
  } else if (node->kind == LW_SHAPE_STRING) { /* with its quotes: the first is of the literal */
    filling->facts[node->place] = (struct lw_tape_fact){node->name, {at - 1, text.len + 2}};
  } else if (!fill_moment(filling, node, text)) {
    return NULL;
  }
  return to;
}

/* What a value begins with keeps apart what the same bytes may stand before. */
static bool may_begin(enum lw_shape_kind kind, char c)
{
  bool is_number = (c >= '0' && c <= '9') || c == '-';
  return kind == LW_SHAPE_PASS ||
         (is_number && (kind == LW_SHAPE_NUMBER || kind == LW_SHAPE_WORD)) ||
         (kind == LW_SHAPE_WORD && (c == 't' || c == 'f')) || (kind == LW_SHAPE_LIST && c == '[') ||
         (kind == LW_SHAPE_MAP && c == '{');
}

/* The same of a value that is no string. */
static const char *take_other(const struct filling *filling, const struct node *node,
                              const char *at)
{
  struct lw_scan scan = {at, filling->end};
  lw_str text = {NULL, 0};
  bool plain = false;
  if (at != filling->end && *at == '"' && node->kind == LW_SHAPE_PASS) {
    const char *to = lw_scan_quote(at + 1, filling->end);
    if (to != NULL) {
      return to + 1;
    }
  }
  if (at == filling->end || !may_begin(node->kind, *at) || !lw_scan_value(&scan, &text, &plain)) {
    return NULL;
  }
  if (node->kind == LW_SHAPE_PASS) {
    return scan.at;
  }
  if (node->kind == LW_SHAPE_NUMBER || node->kind == LW_SHAPE_MAP) {
    *part_of(filling, node) = text;
  } else {
    filling->facts[node->place] = (struct lw_tape_fact){node->name, text};
  }
  return plain ? scan.at : NULL;
}

static const char *take(const struct filling *filling, const struct node *node, const char *at)
{
  switch (node->kind) {
  case LW_SHAPE_TEXT:
  case LW_SHAPE_MOMENT:
  case LW_SHAPE_PART:
  case LW_SHAPE_STRING: return take_string(filling, node, at);
  case LW_SHAPE_END: return at == filling->end ? at : NULL;
  case LW_SHAPE_PASS:
  case LW_SHAPE_NUMBER:
  case LW_SHAPE_MAP:
  case LW_SHAPE_WORD:
  case LW_SHAPE_LIST: break;
  }
  return take_other(filling, node, at);
}

static bool fill_end(const struct filling *filling, const struct end *end)
{
  struct lw_entry_parts *parts = filling->parts;
  parts->has_request = end->has.has_request;
  parts->has_answer = end->has.has_answer;
  parts->has_granted = end->has.has_granted;
  parts->has_asked = end->has.has_asked;
  parts->has_hold = end->has.has_hold;
  parts->has_note = end->has.has_note;
  parts->has_evidence = end->has.has_evidence;
  parts->has_unread = end->has.has_unread;
  parts->has_for = end->has.has_for;
  filling->row->numbers[LW_TAPE_MARKS] = end->marks;
  filling->row->facts = filling->facts;
  filling->row->n_facts = end->n_facts;
  return filling->row->texts[LW_TAPE_ACTION].len != 0;
}

bool lw_shapes_read(const struct lw_shapes *shapes, lw_str body, lw_usec now,
                    struct lw_tape_fact *facts, struct lw_tape_row *row,
                    struct lw_entry_parts *ret_parts)
{
  const struct filling filling = {body.ptr + body.len, facts, row, ret_parts};
  const char *at = body.ptr;
  uint32_t index = shapes->nodes[0].child;
  lw_tape_row_init(row);
  *ret_parts = (struct lw_entry_parts){.has_request = false};
  row->numbers[LW_TAPE_AT] = now;
  while (index != NOTHING) {
    const struct node *node = &shapes->nodes[index];
    const char *next = NULL;
    if ((size_t)(filling.end - at) >= node->len && same(at, node->literal, node->len)) {
      next = take(&filling, node, at + node->len);
    }
    if (next != NULL && node->kind == LW_SHAPE_END) {
      return node->end != 0 && fill_end(&filling, &shapes->ends[node->end - 1]);
    }
    index = next != NULL ? node->child : node->sibling;
    at = next != NULL ? next : at;
  }
  return false;
}
