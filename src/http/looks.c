/* A look is a list of pieces: most are HTML as it is, the others are put in here, escaped. The
 * script that comes later draws the same from the page's data, so each of them follows the
 * component that it stands for (web/src/shell/Rail.tsx, ui/Avatar.tsx). */
#include "http/looks.h"

void lw_html_add(struct lw_buf *out, lw_str text)
{
  size_t from = 0;
  for (size_t i = 0; i < text.len; i++) {
    const char *escaped = text.ptr[i] == '&'   ? "&amp;"
                          : text.ptr[i] == '<' ? "&lt;"
                          : text.ptr[i] == '>' ? "&gt;"
                          : text.ptr[i] == '"' ? "&quot;"
                                               : NULL;
    if (escaped != NULL) {
      lw_buf_add(out, lw_str_slice(text, from, i - from));
      lw_buf_add_c(out, escaped);
      from = i + 1;
    }
  }
  lw_buf_add(out, lw_str_slice(text, from, SIZE_MAX));
}

/* --- initials --- */

static bool is_letter(char c)
{
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         ((unsigned char)c & 0x80) != 0;
}

static bool divides(char c)
{
  return c == ' ' || c == '\t' || c == '.' || c == '_' || c == '-';
}

/* The next word from *at on that has a letter; empty at the end. */
static lw_str next_word(lw_str name, size_t *at)
{
  bool has_letter = false;
  size_t from = *at;
  while (*at < name.len) {
    char c = name.ptr[(*at)++];
    if (!divides(c)) {
      has_letter = has_letter || is_letter(c);
    } else if (has_letter) {
      return lw_str_slice(name, from, *at - 1 - from);
    } else {
      from = *at;
    }
  }
  return has_letter ? lw_str_slice(name, from, SIZE_MAX) : LW_STR("");
}

/* How many bytes the character at the beginning has. */
static size_t char_bytes(lw_str text)
{
  size_t bytes = text.len == 0 ? 0 : 1;
  while (bytes != 0 && bytes < text.len && ((unsigned char)text.ptr[bytes] & 0xC0) == 0x80) {
    bytes++;
  }
  return bytes;
}

static void add_capital(struct lw_buf *out, lw_str word)
{
  lw_str letter = lw_str_slice(word, 0, char_bytes(word));
  char c = letter.len == 1 ? letter.ptr[0] : '\0';
  char capital = (char)(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
  lw_html_add(out, c == '\0' ? letter : lw_str_from(&capital, 1));
}

void lw_initials_add(struct lw_buf *out, lw_str name)
{
  size_t at = 0;
  lw_str first = next_word(name, &at);
  lw_str last = LW_STR("");
  for (lw_str word = next_word(name, &at); word.len != 0; word = next_word(name, &at)) {
    last = word;
  }
  if (first.len == 0) {
    lw_buf_add_char(out, '?');
  } else if (last.len == 0) { /* one word: two letters of it, as they are */
    size_t one = char_bytes(first);
    lw_html_add(out, lw_str_slice(first, 0, one + char_bytes(lw_str_slice(first, one, SIZE_MAX))));
  } else {
    add_capital(out, first);
    add_capital(out, last);
  }
}

/* --- pieces --- */

static bool is_there(const struct lw_looker *looker, enum lw_look_is is)
{
  if (is == LW_LOOK_IF_DESK) {
    return looker->sees_desk;
  }
  if (is == LW_LOOK_IF_TRAIN) {
    return looker->sees_train;
  }
  return is == LW_LOOK_IF_SETUP ? looker->sees_setup : looker->tier.len + looker->team.len != 0;
}

static void add_under(struct lw_buf *out, const struct lw_looker *looker)
{
  lw_html_add(out, looker->tier);
  lw_buf_add(out, looker->tier.len != 0 && looker->team.len != 0 ? LW_STR(", ") : LW_STR(""));
  lw_html_add(out, looker->team);
}

static void add_theme(struct lw_buf *out, const struct lw_looker *looker, enum lw_look_is is)
{
  lw_str theme = is == LW_LOOK_LIGHT  ? LW_STR("light")
                 : is == LW_LOOK_DARK ? LW_STR("dark")
                                      : LW_STR("");
  lw_buf_add(out, lw_str_equal(looker->theme, theme) ? LW_STR(" checked") : LW_STR(""));
}

static void add_piece(struct lw_buf *out, const struct lw_look_piece *piece,
                      const struct lw_looker *looker)
{
  switch (piece->is) {
  case LW_LOOK_TEXT: lw_buf_add(out, piece->text); break;
  case LW_LOOK_NAME: lw_html_add(out, looker->name); break;
  case LW_LOOK_INITIALS: lw_initials_add(out, looker->name); break;
  case LW_LOOK_PRESENCE:
    lw_buf_add(out, looker->is_human ? LW_STR("") : LW_STR(" ai"));
    lw_buf_add(out, looker->is_here ? LW_STR(" on") : LW_STR(""));
    break;
  case LW_LOOK_UNDER: add_under(out, looker); break;
  case LW_LOOK_CASE: lw_html_add(out, looker->case_id); break;
  case LW_LOOK_HELP:
    if (looker->help.len != 0) {
      lw_html_add(out, looker->help);
    } else {
      lw_buf_add(out, piece->text);
    }
    break;
  case LW_LOOK_SYSTEM:
  case LW_LOOK_LIGHT:
  case LW_LOOK_DARK: add_theme(out, looker, piece->is); break;
  case LW_LOOK_IF_DESK:
  case LW_LOOK_IF_SETUP:
  case LW_LOOK_IF_TRAIN:
  case LW_LOOK_IF_UNDER:
  case LW_LOOK_END: break; /* the walk's */
  }
}

void lw_look_add(struct lw_buf *out, const struct lw_look *look, const struct lw_looker *looker)
{
  bool on = true;
  for (size_t i = 0; i < look->count; i++) {
    const struct lw_look_piece *piece = &look->pieces[i];
    if (piece->is >= LW_LOOK_IF_DESK) {
      on = piece->is == LW_LOOK_END || is_there(looker, piece->is);
    } else if (on) {
      add_piece(out, piece, looker);
    }
  }
}
