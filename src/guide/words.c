/* Folding by a table made of Unicode's data (fold.def), so that no locale, no ICU and no store has
 * a say in what is found. Which characters are letters is told the other way round: beyond ASCII,
 * whatever is no sign by the few ranges below is one. A script's rare signs may so stick to a word;
 * that loses a match at its end and never breaks a query. */
#include "guide/words.h"

#include "base/utf8.h"

struct fold {
  uint32_t code;
  char to[9];
};
static const struct fold folds[] = {
#define LW_FOLD(code, to) {code, to},
#include "guide/fold.def"
#undef LW_FOLD
};
enum { FOLDS = sizeof folds / sizeof folds[0] };

struct range {
  uint32_t first;
  uint32_t last;
};
/* Blanks, punctuation, signs. */
static const struct range signs[] = {
    {0x0080, 0x00a9}, {0x00ab, 0x00b1}, {0x00b4, 0x00b4}, {0x00b6, 0x00b8}, {0x00bb, 0x00bb},
    {0x00bf, 0x00bf}, {0x00d7, 0x00d7}, {0x00f7, 0x00f7}, {0x02c2, 0x02c5}, {0x02d2, 0x02df},
    {0x037e, 0x037e}, {0x0387, 0x0387}, {0x055a, 0x055f}, {0x0589, 0x058a}, {0x05be, 0x05be},
    {0x05c0, 0x05c0}, {0x05c3, 0x05c3}, {0x05f3, 0x05f4}, {0x0600, 0x060f}, {0x061b, 0x061f},
    {0x066a, 0x066d}, {0x06d4, 0x06d4}, {0x0964, 0x0965}, {0x0e3f, 0x0e3f}, {0x0e4f, 0x0e4f},
    {0x1360, 0x1368}, {0x1680, 0x1680}, {0x17d4, 0x17d6}, {0x2000, 0x206f}, {0x207a, 0x207e},
    {0x208a, 0x208e}, {0x20a0, 0x20cf}, {0x2100, 0x2bff}, {0x2e00, 0x2e7f}, {0x3000, 0x3004},
    {0x3008, 0x3020}, {0x3030, 0x303f}, {0x30fb, 0x30fb}, {0xd800, 0xf8ff}, {0xfe10, 0xfe6f},
    {0xfeff, 0xfeff}, {0xff00, 0xff0f}, {0xff1a, 0xff20}, {0xff3b, 0xff40}, {0xff5b, 0xff65},
    {0xffe0, 0xffff}};
/* A word each. */
static const struct range alone[] = {
    {0x2600, 0x27bf}, {0x3005, 0x3007}, {0x3040, 0x30fa},   {0x30fc, 0x30ff},   {0x3400, 0x4dbf},
    {0x4e00, 0x9fff}, {0xf900, 0xfaff}, {0x1f000, 0x1f3fa}, {0x1f400, 0x1faff}, {0x20000, 0x323af}};
/* Marks on a letter, and what only changes how a character is drawn: passed over. */
static const struct range marks[] = {{0x00ad, 0x00ad},  {0x0300, 0x036f}, {0x200b, 0x200d},
                                     {0x2060, 0x2060},  {0xfe00, 0xfe0f}, {0x1f3fb, 0x1f3ff},
                                     {0xe0000, 0xe0fff}};

static bool is_in(const struct range *ranges, size_t count, uint32_t code)
{
  for (size_t i = 0; i < count && ranges[i].first <= code; i++) {
    if (code <= ranges[i].last) {
      return true;
    }
  }
  return false;
}
#define IS_IN(ranges, code) is_in(ranges, sizeof(ranges) / sizeof(ranges)[0], code)

enum kind { SIGN, LETTER, ALONE, MARK };

static enum kind kind_of(uint32_t code)
{
  if (code < 0x80) {
    bool letter = (code >= 'a' && code <= 'z') || (code >= 'A' && code <= 'Z');
    return letter || (code >= '0' && code <= '9') ? LETTER : SIGN;
  }
  if (IS_IN(marks, code)) {
    return MARK;
  }
  if (IS_IN(alone, code)) {
    return ALONE;
  }
  return IS_IN(signs, code) ? SIGN : LETTER;
}

static const struct fold *find_fold(uint32_t code)
{
  size_t low = 0;
  size_t high = FOLDS;
  while (low < high) {
    size_t middle = low + (high - low) / 2;
    if (folds[middle].code < code) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low < FOLDS && folds[low].code == code ? &folds[low] : NULL;
}

/* A code point folded; bytes into place[9]. */
static size_t fold_code(uint32_t code, char place[9])
{
  const struct fold *fold = NULL;
  if (code < 0x80) {
    place[0] = (char)(code >= 'A' && code <= 'Z' ? code - 'A' + 'a' : code);
    return 1;
  }
  fold = find_fold(code);
  if (fold == NULL) {
    return lw_utf8_write(code, place);
  }
  size_t len = strlen(fold->to);
  memcpy(place, fold->to, len);
  return len;
}

static bool is_umlaut(uint32_t code)
{
  return code == 0xe4 || code == 0xf6 || code == 0xfc || code == 0xc4 || code == 0xd6 ||
         code == 0xdc;
}

/* Both ways of writing it so far; full: what comes then is left out. */
struct spelling {
  char *place;
  size_t len;
};

static void add_bytes(struct spelling *spelling, const char *bytes, size_t len)
{
  if (spelling->len + len <= LW_WORD_BYTES_MAX) {
    memcpy(spelling->place + spelling->len, bytes, len);
    spelling->len += len;
  }
}

/* Appends one character to both, and its "e" to the other; whether it has one. A letter followed by
 * the mark of an umlaut is one, too. */
static bool add_code(uint32_t code, uint32_t behind, struct spelling *plain, struct spelling *other)
{
  char bytes[9];
  size_t len = fold_code(code, bytes);
  bool umlaut = is_umlaut(code) ||
                (behind == 0x308 && (bytes[0] == 'a' || bytes[0] == 'o' || bytes[0] == 'u'));
  add_bytes(plain, bytes, len);
  add_bytes(other, bytes, len);
  if (umlaut) {
    add_bytes(other, "e", 1);
  }
  return umlaut;
}

static uint32_t peek(lw_str text, size_t at)
{
  return at < text.len ? lw_utf8_next(text, &at) : 0;
}

/* The rest of a run of letters, from its first. */
static void take_run(struct lw_words *words, uint32_t first, struct lw_word *word)
{
  struct spelling plain = {words->place, 0};
  struct spelling other = {words->other, 0};
  uint32_t code = first;
  bool umlaut = add_code(code, peek(words->text, words->at), &plain, &other);
  word->to = words->at;
  while (words->at < words->text.len) {
    size_t next = words->at;
    code = lw_utf8_next(words->text, &next);
    enum kind kind = kind_of(code);
    if (kind != LETTER && kind != MARK) {
      break;
    }
    umlaut |= kind == LETTER && add_code(code, peek(words->text, next), &plain, &other);
    words->at = next;
    word->to = next;
  }
  word->text = lw_str_from(words->place, plain.len);
  word->spelt = umlaut ? lw_str_from(words->other, other.len) : LW_STR("");
}

/* An index splits at what is no letter to it: so a sign becomes letters, its number. */
static void take_sign(struct lw_words *words, uint32_t code, struct lw_word *word)
{
  static const char digits[] = "0123456789abcdef";
  size_t len = 0;
  word->to = words->at;
  word->spelt = LW_STR("");
  word->is_sign = true;
  if ((code >= 0x3000 && code < 0x10000) || code >= 0x20000) {
    len = lw_utf8_write(code, words->place);
  } else {
    words->place[len++] = 'u';
    for (int shift = 16; shift >= 0; shift -= 4) {
      words->place[len++] = digits[(code >> shift) & 0xf];
    }
  }
  word->text = lw_str_from(words->place, len);
}

bool lw_words_next(struct lw_words *words, struct lw_word *ret_word)
{
  while (words->at < words->text.len) {
    size_t from = words->at;
    uint32_t code = lw_utf8_next(words->text, &words->at);
    enum kind kind = kind_of(code);
    *ret_word = (struct lw_word){.from = from};
    if (kind == LETTER) {
      take_run(words, code, ret_word);
      return true;
    }
    if (kind == ALONE) {
      take_sign(words, code, ret_word);
      return true;
    }
  }
  return false;
}

void lw_words_add(lw_str text, struct lw_buf *out)
{
  struct lw_words words = {.text = text};
  struct lw_word word;
  while (lw_words_next(&words, &word)) {
    lw_buf_add_c(out, out->len != 0 ? " " : "");
    lw_buf_add(out, word.text);
  }
}
