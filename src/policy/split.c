/* The two texts are compared line by line, and what differs is cut into pieces: a line for a line,
 * a rule that is new, a rule that is gone. Each piece is put into the first document alone and the
 * result read: whose value is another one then is whose piece it is. A variable's part is the first
 * document with its pieces. Where one line holds several variables, the values are exchanged one by
 * one (edit.h). Whatever comes out is loaded and compared: only what differs by just that one
 * change is given. */
#include "policy/split.h"

#include "data/yaml.h"
#include "policy/edit.h"
#include "policy/lines.h"

enum { PIECES_MAX = 400, NOTHING = -1 };

struct piece {
  struct lw_hunk lines;
  bool reads;    /* alone it leaves a document */
  bool means;    /* which says something else than before */
  uint32_t of;   /* the part that it belongs to; NOBODY, SEVERAL */
  bool *touches; /* each part */
};
#define NOBODY  UINT32_MAX
#define SEVERAL (UINT32_MAX - 1)

struct splitting {
  const struct lw_policy *a;
  const struct lw_policy *b;
  const struct lw_variables *variables;
  struct lw_arena *keep;
  struct lw_lines a_lines;
  struct lw_lines b_lines;
  struct piece *pieces;
  uint32_t n_pieces;
  uint32_t n_parts; /* variables, and then perhaps words */
};

static bool same_value(const struct lw_value *a, const struct lw_value *b)
{
  if (a == NULL || b == NULL) {
    return a == b;
  }
  bool nested = a->kind == LW_VALUE_LIST || a->kind == LW_VALUE_MAP;
  if (a->kind != b->kind || a->count != b->count || (!nested && !lw_str_equal(a->text, b->text))) {
    return false;
  }
  for (uint32_t i = 0; nested && i < a->count; i++) {
    if ((a->kind == LW_VALUE_MAP && !lw_str_equal(a->entries[i].key, b->entries[i].key)) ||
        !same_value(&a->items[i], &b->items[i])) {
      return false;
    }
  }
  return true;
}

static uint32_t part_of(const struct splitting *split, uint32_t change)
{
  uint32_t variable = split->variables->of[change];
  return variable != LW_NO_VARIABLE ? variable : split->variables->count;
}

/* --- pieces --- */

static uint32_t indent_of(lw_str line)
{
  uint32_t indent = 0;
  while (indent < line.len && line.ptr[indent] == ' ') {
    indent++;
  }
  return indent;
}

static bool is_blank(lw_str line)
{
  return lw_str_trim(line).len == 0;
}

static bool is_comment(lw_str line)
{
  lw_str text = lw_str_trim(line);
  return text.len == 0 || text.ptr[0] == '#';
}

/* The line that an entry of a map or an item of a list begins in; 0: unknown. */
static uint32_t first_line(const struct lw_policy *policy, lw_str path)
{
  const struct lw_value *value = lw_policy_at(policy->document, path);
  size_t dot = path.len;
  while (dot != 0 && path.ptr[dot - 1] != '.') {
    dot--;
  }
  lw_str key = lw_str_slice(path, dot, SIZE_MAX);
  const struct lw_value *outer =
      dot > 1 ? lw_policy_at(policy->document, lw_str_slice(path, 0, dot - 1)) : policy->document;
  for (uint32_t i = 0; outer != NULL && outer->kind == LW_VALUE_MAP && i < outer->count; i++) {
    if (lw_str_equal(outer->entries[i].key, key)) {
      return outer->entries[i].place.line;
    }
  }
  return value != NULL ? value->place.line : 0;
}

/* Marks the lines of an entry that one side alone has: its own, those further in, and the comments
 * right above it. */
static void mark(const struct lw_lines *lines, uint32_t first, int32_t change, int32_t *owners)
{
  if (first == 0 || first > lines->count) {
    return;
  }
  uint32_t indent = indent_of(lines->items[first - 1]);
  uint32_t end = first;
  while (end < lines->count &&
         (is_blank(lines->items[end]) || indent_of(lines->items[end]) > indent)) {
    end++;
  }
  while (end > first && is_blank(lines->items[end - 1])) {
    end--;
  }
  uint32_t from = first - 1;
  while (from > 0 && is_comment(lines->items[from - 1]) && !is_blank(lines->items[from - 1])) {
    from--;
  }
  for (uint32_t i = from; i < end; i++) {
    owners[i] = change;
  }
}

static int32_t *mark_all(struct splitting *split, bool after)
{
  const struct lw_lines *lines = after ? &split->b_lines : &split->a_lines;
  int32_t *owners = LW_NEW_ARRAY(split->keep, int32_t, (size_t)lines->count + 1);
  for (uint32_t i = 0; owners != NULL && i < lines->count; i++) {
    owners[i] = NOTHING;
  }
  for (uint32_t i = 0; owners != NULL && i < split->variables->changes.count; i++) {
    const struct lw_policy_change *change = &split->variables->changes.items[i];
    if ((after ? change->before : change->after).len == 0) {
      mark(lines, first_line(after ? split->b : split->a, change->path), (int32_t)i, owners);
    }
  }
  return owners;
}

static uint32_t run_of(const int32_t *owners, uint32_t from, uint32_t to)
{
  uint32_t at = from;
  while (at < to && owners[at] == owners[from]) {
    at++;
  }
  return at;
}

static bool add_piece(struct splitting *split, struct lw_hunk lines)
{
  if (split->n_pieces == PIECES_MAX) {
    return false;
  }
  struct piece *piece = &split->pieces[split->n_pieces++];
  *piece = (struct piece){.lines = lines, .of = NOBODY};
  piece->touches = LW_NEW_ARRAY(split->keep, bool, (size_t)split->n_parts + 1);
  return piece->touches != NULL;
}

/* Lines that both sides have: one for one when there are as many, else all at once. */
static bool add_pairs(struct splitting *split, struct lw_hunk run)
{
  if (run.a_to - run.a_from != run.b_to - run.b_from) {
    return add_piece(split, run);
  }
  bool added = true;
  for (uint32_t i = 0; added && i < run.a_to - run.a_from; i++) {
    added = add_piece(split, (struct lw_hunk){run.a_from + i, run.a_from + i + 1, run.b_from + i,
                                              run.b_from + i + 1});
  }
  return added;
}

static bool cut(struct splitting *split, const struct lw_hunk *hunk, const int32_t *gone,
                const int32_t *new_ones)
{
  uint32_t x = hunk->a_from;
  uint32_t y = hunk->b_from;
  bool added = true;
  while (added && (x < hunk->a_to || y < hunk->b_to)) {
    struct lw_hunk run = {x, x, y, y};
    if (y < hunk->b_to && new_ones[y] != NOTHING) {
      run.b_to = run_of(new_ones, y, hunk->b_to);
      added = add_piece(split, run);
    } else if (x < hunk->a_to && gone[x] != NOTHING) {
      run.a_to = run_of(gone, x, hunk->a_to);
      added = add_piece(split, run);
    } else {
      run.a_to = x < hunk->a_to ? run_of(gone, x, hunk->a_to) : x;
      run.b_to = y < hunk->b_to ? run_of(new_ones, y, hunk->b_to) : y;
      added = add_pairs(split, run);
    }
    x = run.a_to;
    y = run.b_to;
  }
  return added;
}

static enum lw_code find_pieces(struct splitting *split, struct lw_error *err)
{
  struct lw_hunk *hunks = NULL;
  uint32_t count = 0;
  int32_t *gone = mark_all(split, false);
  int32_t *new_ones = mark_all(split, true);
  split->pieces = LW_NEW_ARRAY(split->keep, struct piece, PIECES_MAX);
  if (gone == NULL || new_ones == NULL || split->pieces == NULL) {
    return lw_fail(err, LW_NO_MEMORY, "out of memory");
  }
  enum lw_code rc =
      lw_lines_compare(&split->a_lines, &split->b_lines, split->keep, &hunks, &count, err);
  for (uint32_t i = 0; rc == LW_OK && i < count; i++) {
    if (!cut(split, &hunks[i], gone, new_ones)) {
      rc = split->keep->failed
               ? lw_fail(err, LW_NO_MEMORY, "out of memory")
               : lw_fail(err, LW_LIMIT, "the draft differs in more than %d places", PIECES_MAX);
    }
  }
  return rc;
}

/* --- whose they are --- */

static void put_lines(const struct lw_lines *lines, uint32_t from, uint32_t to, struct lw_buf *out)
{
  for (uint32_t i = from; i < to; i++) {
    lw_buf_add(out, lines->items[i]);
    if (i + 1 == lines->count && !lw_str_ends(lines->items[i], LW_STR("\n"))) {
      lw_buf_add_char(out, '\n'); /* it may not be the last any more */
    }
  }
}

/* The first document with the pieces of a part, or with one piece. */
static void compose(const struct splitting *split, uint32_t part, const struct piece *only,
                    struct lw_buf *out)
{
  uint32_t at = 0;
  for (uint32_t i = 0; i < split->n_pieces; i++) {
    const struct piece *piece = &split->pieces[i];
    if (only != NULL ? piece == only : piece->of == part) {
      put_lines(&split->a_lines, at, piece->lines.a_from, out);
      put_lines(&split->b_lines, piece->lines.b_from, piece->lines.b_to, out);
      at = piece->lines.a_to;
    }
  }
  put_lines(&split->a_lines, at, split->a_lines.count, out);
}

/* "order of grants": what stands under `grants` is another list than before. */
static bool change_differs(const struct splitting *split, const struct lw_value *document,
                           const struct lw_policy_change *change)
{
  lw_str order = LW_STR("order of ");
  if (lw_str_starts(change->path, order)) {
    return false;
  }
  return !same_value(lw_policy_at(split->a->document, change->path),
                     lw_policy_at(document, change->path));
}

static void find_touched(struct splitting *split, struct piece *piece,
                         const struct lw_value *document)
{
  const struct lw_changes *changes = &split->variables->changes;
  lw_str order = LW_STR("order of ");
  bool any = false;
  for (uint32_t i = 0; i < changes->count; i++) {
    if (change_differs(split, document, &changes->items[i])) {
      piece->touches[part_of(split, i)] = true;
      any = true;
    }
  }
  for (uint32_t i = 0; !any && i < changes->count; i++) { /* what else differs is the order */
    lw_str section = lw_str_slice(changes->items[i].path, order.len, SIZE_MAX);
    if (lw_str_starts(changes->items[i].path, order) &&
        !same_value(lw_value_get(split->a->document, section), lw_value_get(document, section))) {
      piece->touches[part_of(split, i)] = true;
    }
  }
}

static bool try_piece(struct splitting *split, struct piece *piece)
{
  struct lw_arena arena;
  struct lw_diags diags;
  struct lw_buf text = {0};
  lw_arena_init(&arena, NULL, 0);
  lw_diags_init(&diags, &arena);
  compose(split, 0, piece, &text);
  const struct lw_value *document = lw_yaml_read(&arena, lw_buf_str(&text), &diags);
  piece->reads = document != NULL && diags.errors == 0;
  piece->means = piece->reads && !same_value(split->a->document, document);
  if (piece->means) {
    find_touched(split, piece, document);
  }
  bool well = !text.failed && !arena.failed;
  lw_arena_finish(&arena);
  lw_buf_finish(&text);
  return well;
}

static uint32_t owner_of(const struct splitting *split, const struct piece *piece)
{
  uint32_t owner = NOBODY;
  for (uint32_t i = 0; i < split->n_parts; i++) {
    if (piece->touches[i]) {
      owner = owner == NOBODY ? i : SEVERAL;
    }
  }
  return owner;
}

/* Comments and spaces go with the piece right after them, or else before them. */
static void give_comments(struct splitting *split)
{
  for (uint32_t i = split->n_pieces; i-- > 0;) {
    struct piece *piece = &split->pieces[i];
    if (piece->reads && !piece->means && piece->of == NOBODY && i + 1 < split->n_pieces) {
      piece->of = split->pieces[i + 1].of;
    }
  }
  for (uint32_t i = 1; i < split->n_pieces; i++) {
    struct piece *piece = &split->pieces[i];
    if (piece->reads && !piece->means && piece->of == NOBODY) {
      piece->of = split->pieces[i - 1].of;
    }
  }
}

static bool give_pieces(struct splitting *split)
{
  for (uint32_t i = 0; i < split->n_pieces; i++) {
    if (!try_piece(split, &split->pieces[i])) {
      return false;
    }
    split->pieces[i].of = owner_of(split, &split->pieces[i]);
  }
  give_comments(split);
  return true;
}

/* --- parts --- */

/* A piece of it holds something else, too. */
static bool is_mixed(const struct splitting *split, uint32_t part)
{
  for (uint32_t i = 0; i < split->n_pieces; i++) {
    if (split->pieces[i].of == SEVERAL && split->pieces[i].touches[part]) {
      return true;
    }
  }
  return false;
}

/* The first document with the values of this part, exchanged one by one. */
static enum lw_code exchange(const struct splitting *split, uint32_t part, struct lw_buf *out,
                             struct lw_error *err)
{
  const struct lw_changes *changes = &split->variables->changes;
  lw_buf_add(out, split->a->source);
  enum lw_code rc = LW_OK;
  for (uint32_t i = 0; rc == LW_OK && i < changes->count; i++) {
    if (part_of(split, i) == part) {
      struct lw_buf next = {0};
      rc = lw_policy_edit(lw_buf_str(out), changes->items[i].path, changes->items[i].after, &next,
                          err);
      lw_buf_reset(out);
      lw_buf_add(out, lw_buf_str(&next));
      lw_buf_finish(&next);
    }
  }
  return rc;
}

static bool has_change(const struct splitting *split, uint32_t part,
                       const struct lw_policy_change *found)
{
  const struct lw_changes *changes = &split->variables->changes;
  for (uint32_t i = 0; i < changes->count; i++) {
    if (part_of(split, i) == part && lw_str_equal(changes->items[i].path, found->path) &&
        lw_str_equal(changes->items[i].after, found->after)) {
      return true;
    }
  }
  return false;
}

static uint32_t count_changes(const struct splitting *split, uint32_t part)
{
  uint32_t count = 0;
  for (uint32_t i = 0; i < split->variables->changes.count; i++) {
    count += part_of(split, i) == part;
  }
  return count;
}

/* Whether it loads and differs by just the changes of the part; *ret_why is what it says when it
 * does not load. */
static bool is_just(struct splitting *split, uint32_t part, lw_str source, lw_str *ret_why)
{
  struct lw_diags diags;
  struct lw_changes found = {0};
  lw_diags_init(&diags, split->keep);
  struct lw_policy *policy = lw_policy_load(source, NULL, NULL, &diags);
  if (policy == NULL) {
    *ret_why = diags.count != 0 ? diags.items[0].message : LW_STR("out of memory");
    return false;
  }
  bool just = lw_policy_diff(split->a, policy, split->keep, &found) &&
              found.count == count_changes(split, part);
  for (size_t i = 0; just && i < found.count; i++) {
    just = has_change(split, part, &found.items[i]);
  }
  lw_policy_destroy(policy);
  return just;
}

static lw_str name_of(const struct splitting *split, uint32_t part)
{
  return part < split->variables->count ? split->variables->names[part] : LW_STR("the words");
}

static enum lw_code make_part(struct splitting *split, uint32_t part, lw_str *ret_source,
                              struct lw_error *err)
{
  struct lw_buf text = {0};
  struct lw_error unread;
  lw_str why = LW_STR("");
  bool just = false;
  if (!is_mixed(split, part)) {
    compose(split, part, NULL, &text);
    just = is_just(split, part, lw_buf_str(&text), &why);
  }
  if (!just) {
    lw_buf_reset(&text);
    just = exchange(split, part, &text, &unread) == LW_OK &&
           is_just(split, part, lw_buf_str(&text), &why);
  }
  *ret_source = lw_str_copy(split->keep, lw_buf_str(&text));
  bool failed = text.failed || split->keep->failed;
  lw_buf_finish(&text);
  if (failed) {
    return lw_fail(err, LW_NO_MEMORY, "out of memory");
  }
  if (just) {
    return LW_OK;
  }
  enum lw_code rc = lw_fail(err, LW_CONFLICT, "%.*s does not stand alone%s%.*s",
                            LW_FMT(name_of(split, part)), why.len != 0 ? ": " : "", LW_FMT(why));
  lw_error_hint(err, "keep them together and say why, or take one of them out by hand");
  return rc;
}

static bool has_loose_words(const struct lw_variables *variables)
{
  for (size_t i = 0; i < variables->changes.count; i++) {
    if (variables->of[i] == LW_NO_VARIABLE) {
      return true;
    }
  }
  return false;
}

enum lw_code lw_policy_split(const struct lw_policy *a, const struct lw_policy *b,
                             const struct lw_variables *variables, struct lw_arena *keep,
                             struct lw_split_part **ret_parts, uint32_t *ret_count,
                             struct lw_error *err)
{
  struct splitting split = {.a = a, .b = b, .variables = variables, .keep = keep};
  if (variables->count < 2) {
    return lw_fail(err, LW_CONFLICT, "it changes %s: there is nothing to split",
                   variables->count == 0 ? "no variable" : "one variable alone");
  }
  split.n_parts = variables->count + has_loose_words(variables);
  *ret_parts = LW_NEW_ARRAY(keep, struct lw_split_part, split.n_parts);
  *ret_count = 0;
  if (*ret_parts == NULL || !lw_lines_read(a->source, keep, &split.a_lines) ||
      !lw_lines_read(b->source, keep, &split.b_lines)) {
    return lw_fail(err, LW_NO_MEMORY, "out of memory");
  }
  enum lw_code rc = find_pieces(&split, err);
  if (rc == LW_OK && !give_pieces(&split)) {
    rc = lw_fail(err, LW_NO_MEMORY, "out of memory");
  }
  for (uint32_t i = 0; rc == LW_OK && i < split.n_parts; i++) {
    struct lw_split_part *part = &(*ret_parts)[(*ret_count)++];
    part->variable = i < variables->count ? i : LW_NO_VARIABLE;
    rc = make_part(&split, i, &part->source, err);
  }
  return rc;
}
