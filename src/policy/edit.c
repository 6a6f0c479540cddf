/* The reader says where each scalar stands; only those bytes are exchanged. What comes out is read
 * again: a text that broke the document, or that YAML took for something else, is quoted and tried
 * once more. */
#include "policy/edit.h"

#include "data/yaml.h"

enum { NAMES_MAX = 256 };

/* --- finding --- */

static const struct lw_value *find_in_map(const struct lw_value *map, lw_str path, lw_str *ret_rest)
{
  for (uint32_t i = 0; i < map->count; i++) {
    lw_str key = map->entries[i].key;
    bool whole = path.len == key.len;
    if (lw_str_starts(path, key) && (whole || path.ptr[key.len] == '.')) {
      *ret_rest = whole ? LW_STR("") : lw_str_slice(path, key.len + 1, SIZE_MAX);
      return &map->items[i];
    }
  }
  return NULL;
}

static const struct lw_value *find_in_list(const struct lw_value *list, lw_str path,
                                           lw_str *ret_rest)
{
  char number[16];
  for (uint32_t i = 0; i < list->count; i++) {
    const struct lw_value *id = lw_value_get(&list->items[i], LW_STR("id"));
    struct lw_buf text = {.ptr = number, .capacity = sizeof number};
    lw_buf_add_uint(&text, i + 1);
    lw_str key = id != NULL ? id->text : lw_buf_str(&text);
    bool whole = path.len == key.len;
    if (lw_str_starts(path, key) && (whole || path.ptr[key.len] == '.')) {
      *ret_rest = whole ? LW_STR("") : lw_str_slice(path, key.len + 1, SIZE_MAX);
      return &list->items[i];
    }
  }
  return NULL;
}

/* As far as the path goes; *ret_rest is what could not be followed. */
static const struct lw_value *follow(const struct lw_value *value, lw_str path, lw_str *ret_rest)
{
  while (path.len != 0) {
    lw_str rest = LW_STR("");
    const struct lw_value *next = value->kind == LW_VALUE_MAP    ? find_in_map(value, path, &rest)
                                  : value->kind == LW_VALUE_LIST ? find_in_list(value, path, &rest)
                                                                 : NULL;
    if (next == NULL) {
      break;
    }
    value = next;
    path = rest;
  }
  *ret_rest = path;
  return value;
}

const struct lw_value *lw_policy_at(const struct lw_value *document, lw_str path)
{
  lw_str rest = LW_STR("");
  const struct lw_value *value = follow(document, path, &rest);
  return rest.len == 0 && path.len != 0 ? value : NULL;
}

static enum lw_code fail_at(const struct lw_value *document, lw_str path, struct lw_error *err)
{
  lw_str names[NAMES_MAX];
  size_t count = 0;
  lw_str rest = LW_STR("");
  const struct lw_value *at = follow(document, path, &rest);
  size_t dot = lw_str_find(rest, LW_STR("."), 0);
  lw_str missing = lw_str_slice(rest, 0, dot != SIZE_MAX ? dot : rest.len);
  for (uint32_t i = 0; i < at->count && count < NAMES_MAX; i++) {
    const struct lw_value *id =
        at->kind == LW_VALUE_LIST ? lw_value_get(&at->items[i], LW_STR("id")) : NULL;
    if (at->kind == LW_VALUE_MAP || id != NULL) {
      names[count++] = id != NULL ? id->text : at->entries[i].key;
    }
  }
  lw_str near = lw_str_nearest(missing, names, count);
  enum lw_code rc = lw_fail(err, LW_NOT_FOUND,
                            "there is no \"%.*s\" in this policy: nothing is called \"%.*s\" there",
                            LW_FMT(path), LW_FMT(missing));
  if (near.ptr != NULL) {
    lw_error_hint(err, "did you mean \"%.*s%.*s\"?", (int)(path.len - rest.len), path.ptr,
                  LW_FMT(near));
  } else if (count != 0 && count <= 12) {
    struct lw_buf list = {0};
    for (size_t i = 0; i < count; i++) {
      lw_buf_printf(&list, "%s%.*s", i != 0 ? ", " : "", LW_FMT(names[i]));
    }
    lw_error_hint(err, "there are: %.*s", LW_FMT(lw_buf_str(&list)));
    lw_buf_finish(&list);
  }
  return rc;
}

/* --- places --- */

/* The byte at which a column of a line begins; columns count characters. */
static size_t offset_of(lw_str source, uint32_t line, uint32_t column)
{
  lw_str text = lw_str_line(source, line);
  size_t at = text.ptr != NULL ? (size_t)(text.ptr - source.ptr) : source.len;
  for (uint32_t c = 1; c < column && at < source.len; c++) {
    at++;
    while (at < source.len && ((unsigned char)source.ptr[at] & 0xC0) == 0x80) {
      at++;
    }
  }
  return at;
}

/* Behind the bracket that closes the one at `at`; 0: not on this line. */
static size_t end_of_flow(lw_str source, size_t at)
{
  unsigned depth = 0;
  char quote = '\0';
  for (; at < source.len && source.ptr[at] != '\n'; at++) {
    char c = source.ptr[at];
    if (quote != '\0') {
      at += c == '\\' && quote == '"';
      quote = c == quote ? '\0' : quote;
    } else if (c == '"' || c == '\'') {
      quote = c;
    } else if (c == '[' || c == '{') {
      depth++;
    } else if ((c == ']' || c == '}') && --depth == 0) {
      return at + 1;
    }
  }
  return 0;
}

static bool place_of(lw_str source, const struct lw_value *value, size_t *ret_from, size_t *ret_to)
{
  const struct lw_place *place = &value->place;
  *ret_from = place->line != 0 ? offset_of(source, place->line, place->column) : 0;
  *ret_to = 0;
  if (place->line == 0 || *ret_from >= source.len) {
    return false;
  }
  if (value->kind == LW_VALUE_LIST || value->kind == LW_VALUE_MAP) {
    char first = source.ptr[*ret_from];
    *ret_to = first == '[' || first == '{' ? end_of_flow(source, *ret_from) : 0;
  } else if (place->end_column != 0 && value->style != LW_STYLE_LITERAL &&
             value->style != LW_STYLE_FOLDED) {
    *ret_to = offset_of(source, place->line, place->end_column);
  }
  return *ret_to > *ret_from;
}

/* --- exchanging --- */

static void exchange(lw_str source, size_t from, size_t to, lw_str text, bool quoted,
                     struct lw_buf *out)
{
  lw_buf_add(out, lw_str_slice(source, 0, from));
  if (quoted) {
    lw_buf_add_char(out, '\'');
    for (size_t i = 0; i < text.len; i++) {
      lw_buf_add_c(out, text.ptr[i] == '\'' ? "'" : "");
      lw_buf_add_char(out, text.ptr[i]);
    }
    lw_buf_add_char(out, '\'');
  } else {
    lw_buf_add(out, text);
  }
  lw_buf_add(out, lw_str_slice(source, to, SIZE_MAX));
}

/* Whether the document reads again, has that text there, and is the same everywhere else: as long
 * as the one before and with as many things in it. */
static bool reads_as(lw_str source, lw_str path, lw_str text, uint32_t sections)
{
  struct lw_arena arena;
  struct lw_diags diags;
  lw_arena_init(&arena, NULL, 0);
  lw_diags_init(&diags, &arena);
  const struct lw_value *document = lw_yaml_read(&arena, source, &diags);
  const struct lw_value *value =
      document != NULL && diags.errors == 0 ? lw_policy_at(document, path) : NULL;
  bool is_flow = text.len != 0 && (text.ptr[0] == '[' || text.ptr[0] == '{');
  bool same =
      value != NULL && document->count == sections &&
      (value->kind == LW_VALUE_LIST || value->kind == LW_VALUE_MAP
           ? is_flow
           : lw_str_equal(value->text, text) || (value->style != LW_STYLE_PLAIN && text.len > 1));
  lw_arena_finish(&arena);
  return same;
}

static enum lw_code replace(lw_str source, const struct lw_value *document, lw_str path,
                            lw_str text, struct lw_buf *out, struct lw_error *err)
{
  size_t from = 0;
  size_t to = 0;
  const struct lw_value *value = lw_policy_at(document, path);
  if (value == NULL) {
    return fail_at(document, path, err);
  }
  if (!place_of(source, value, &from, &to)) {
    enum lw_code rc = lw_fail(err, LW_INVALID, "\"%.*s\" stands on several lines", LW_FMT(path));
    lw_error_hint(err, "write it on one line, or change it in the document");
    return rc;
  }
  size_t before = out->len;
  bool was_quoted =
      value->style == LW_STYLE_SINGLE_QUOTED || value->style == LW_STYLE_DOUBLE_QUOTED;
  bool is_quoted = text.len > 1 && (text.ptr[0] == '"' || text.ptr[0] == '\'') &&
                   text.ptr[text.len - 1] == text.ptr[0];
  for (int attempt = 0; attempt < 2; attempt++) {
    out->len = before;
    exchange(source, from, to, text, attempt != 0 || (was_quoted && !is_quoted), out);
    if (out->failed) {
      return lw_fail(err, LW_NO_MEMORY, "out of memory");
    }
    if (reads_as(lw_str_slice(lw_buf_str(out), before, SIZE_MAX), path, text, document->count)) {
      return LW_OK;
    }
  }
  out->len = before;
  return lw_fail(err, LW_INVALID, "\"%.*s\" can't be written as the value of %.*s", LW_FMT(text),
                 LW_FMT(path));
}

enum lw_code lw_policy_edit(lw_str source, lw_str path, lw_str text, struct lw_buf *out,
                            struct lw_error *err)
{
  struct lw_arena arena;
  struct lw_diags diags;
  lw_arena_init(&arena, NULL, 0);
  lw_diags_init(&diags, &arena);
  const struct lw_value *document = lw_yaml_read(&arena, source, &diags);
  enum lw_code rc = LW_OK;
  if (document == NULL || diags.errors != 0) {
    rc = lw_fail(err, LW_INVALID, "the policy can't be read: %.*s",
                 LW_FMT(diags.count != 0 ? diags.items[0].message : LW_STR("it is no document")));
  } else {
    rc = replace(source, document, path, text, out, err);
  }
  lw_arena_finish(&arena);
  return rc;
}
