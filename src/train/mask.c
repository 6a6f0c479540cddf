/* A word is looked at where it begins: first what is known, then its shape. Texts are short and
 * what is known is little, so each place is compared with all of it. */
#include "train/mask.h"

#include "base/date.h"

enum { KNOWN_BYTES_MIN = 3, PHONE_DIGITS_MIN = 7, NUMBER_DIGITS_MIN = 4 };

static const lw_str names[LW_MASK_KINDS] = {LW_STR_INIT("customer"), LW_STR_INIT("case"),
                                            LW_STR_INIT("person"),   LW_STR_INIT("mail"),
                                            LW_STR_INIT("phone"),    LW_STR_INIT("number")};

lw_str lw_mask_kind_name(enum lw_mask_kind kind)
{
  return names[kind];
}

void lw_mask_init(struct lw_mask *mask, struct lw_arena *arena)
{
  *mask = (struct lw_mask){.arena = arena};
}

/* --- names --- */

static struct lw_masked *find(struct lw_mask *mask, lw_str text)
{
  for (size_t i = 0; i < mask->count; i++) {
    if (lw_str_equal(mask->items[i].from, text)) {
      return &mask->items[i];
    }
  }
  return NULL;
}

static lw_str make_name(const struct lw_mask *mask, enum lw_mask_kind kind)
{
  unsigned number = 1;
  for (size_t i = 0; i < mask->count; i++) {
    number += mask->items[i].kind == kind ? 1 : 0;
  }
  switch (kind) {
  case LW_MASK_MAIL: return lw_str_format(mask->arena, "somebody-%u@example.com", number);
  case LW_MASK_PHONE: return lw_str_format(mask->arena, "555 01%02u", number % 100);
  case LW_MASK_NUMBER: return lw_str_format(mask->arena, "no-%u", number);
  case LW_MASK_CUSTOMER:
  case LW_MASK_CASE:
  case LW_MASK_PERSON:
  case LW_MASK_KINDS: break;
  }
  return lw_str_format(mask->arena, "%.*s-%u", LW_FMT(names[kind]), number);
}

/* NULL: there are too many, or memory is out. */
static struct lw_masked *know(struct lw_mask *mask, enum lw_mask_kind kind, lw_str text)
{
  struct lw_masked *found = find(mask, text);
  if (found != NULL || mask->count == LW_MASKED_MAX) {
    return found;
  }
  struct lw_masked *grown =
      lw_arena_grow(mask->arena, mask->items, mask->count, &mask->capacity, mask->count + 1,
                    sizeof *grown, _Alignof(struct lw_masked));
  if (grown == NULL) {
    return NULL;
  }
  mask->items = grown;
  grown[mask->count] = (struct lw_masked){
      .kind = kind, .from = lw_str_copy(mask->arena, text), .to = make_name(mask, kind)};
  return &grown[mask->count++];
}

lw_str lw_mask_know(struct lw_mask *mask, enum lw_mask_kind kind, lw_str text)
{
  struct lw_masked *known = text.len >= KNOWN_BYTES_MIN ? know(mask, kind, text) : NULL;
  return known != NULL ? known->to : text;
}

void lw_mask_count(struct lw_mask *mask, lw_str text)
{
  struct lw_masked *known = find(mask, text);
  if (known != NULL) {
    known->times++;
  }
}

/* --- texts --- */

static bool is_digit(char c)
{
  return c >= '0' && c <= '9';
}

/* Letters of any language count: bytes above ASCII. */
static bool is_word(char c)
{
  return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
         ((unsigned char)c & 0x80) != 0;
}

static bool is_mail(char c)
{
  return is_word(c) || (c != '\0' && strchr(".+-@", c) != NULL);
}

static size_t run_of(lw_str text, size_t at, bool (*takes)(char c))
{
  size_t end = at;
  while (end < text.len && takes(text.ptr[end])) {
    end++;
  }
  return end - at;
}

static unsigned digits_in(lw_str text)
{
  unsigned count = 0;
  for (size_t i = 0; i < text.len; i++) {
    count += is_digit(text.ptr[i]) ? 1 : 0;
  }
  return count;
}

/* A known text that stands here as words of its own: the longest. */
static struct lw_masked *known_at(struct lw_mask *mask, lw_str text, size_t at)
{
  struct lw_masked *best = NULL;
  for (size_t i = 0; i < mask->count; i++) {
    lw_str from = mask->items[i].from;
    size_t end = at + from.len;
    bool there = lw_str_starts(lw_str_slice(text, at, SIZE_MAX), from) &&
                 (end == text.len || !is_word(text.ptr[end]));
    if (there && (best == NULL || from.len > best->from.len)) {
      best = &mask->items[i];
    }
  }
  return best;
}

static bool is_phone(char c)
{
  return is_digit(c) || (c != '\0' && strchr("+- ()/", c) != NULL);
}

/* How many bytes a telephone number takes here; 0: it is none. */
static size_t phone_at(lw_str text, size_t at)
{
  size_t len = run_of(text, at, is_phone);
  while (len != 0 && !is_digit(text.ptr[at + len - 1])) {
    len--;
  }
  bool begins = len != 0 && (text.ptr[at] == '+' || text.ptr[at] == '0' || text.ptr[at] == '(');
  lw_str rest = lw_str_slice(text, at + len, SIZE_MAX);
  bool goes_on =
      rest.len > 1 && (rest.ptr[0] == '.' || rest.ptr[0] == ':') && is_digit(rest.ptr[1]);
  bool ends = rest.len == 0 || (!is_word(rest.ptr[0]) && !goes_on);
  return begins && ends && digits_in(lw_str_slice(text, at, len)) >= PHONE_DIGITS_MIN ? len : 0;
}

static bool is_token(char c)
{
  return is_word(c) || (c != '\0' && strchr("-.,:#/", c) != NULL);
}

/* Amounts, times and years are facts: "120.00", "1,200.50", "2026-03-01", "14:30", "2019". */
static bool is_fact(lw_str token)
{
  int64_t seconds = 0;
  uint32_t nanos = 0;
  bool plain = true;
  bool marked = false;
  for (size_t i = 0; i < token.len; i++) {
    plain &= is_digit(token.ptr[i]) || strchr(".,:-", token.ptr[i]) != NULL;
    marked |= token.ptr[i] == '.' || token.ptr[i] == ',' || token.ptr[i] == ':';
  }
  bool year = token.len == 4 && plain && !marked &&
              (lw_str_starts(token, LW_STR("19")) || lw_str_starts(token, LW_STR("20")));
  bool day = token.len == 10 && plain && token.ptr[4] == '-' && token.ptr[7] == '-';
  return (plain && marked) || year || day || lw_rfc3339_read(token, &seconds, &nanos);
}

/* The whole word with its digits, without the point that ends a sentence. */
static lw_str token_at(lw_str text, size_t at)
{
  size_t len = is_word(text.ptr[at]) ? run_of(text, at, is_token) : 0;
  while (len != 0 && !is_word(text.ptr[at + len - 1])) {
    len--;
  }
  return lw_str_slice(text, at, len);
}

static size_t number_at(lw_str text, size_t at)
{
  lw_str token = token_at(text, at);
  return digits_in(token) >= NUMBER_DIGITS_MIN ? token.len : 0;
}

static size_t mail_at(lw_str text, size_t at)
{
  size_t len = run_of(text, at, is_mail);
  while (len != 0 && !is_word(text.ptr[at + len - 1])) {
    len--;
  }
  lw_str token = lw_str_slice(text, at, len);
  size_t sign = lw_str_find(token, LW_STR("@"), 0);
  return sign != SIZE_MAX && sign != 0 && sign + 1 < token.len ? len : 0;
}

/* How many bytes here have a name; *ret_known has it. */
static size_t masked_at(struct lw_mask *mask, lw_str text, size_t at, struct lw_masked **ret_known)
{
  static const struct {
    size_t (*find)(lw_str text, size_t at);
    enum lw_mask_kind kind;
  } shapes[] = {{mail_at, LW_MASK_MAIL}, {phone_at, LW_MASK_PHONE}, {number_at, LW_MASK_NUMBER}};
  *ret_known = known_at(mask, text, at);
  for (size_t i = 0; *ret_known == NULL && i < sizeof shapes / sizeof shapes[0]; i++) {
    size_t len = shapes[i].find(text, at);
    if (len != 0) {
      *ret_known = know(mask, shapes[i].kind, lw_str_slice(text, at, len));
      return *ret_known != NULL ? len : 0;
    }
  }
  return *ret_known != NULL ? (*ret_known)->from.len : 0;
}

void lw_mask_add(struct lw_mask *mask, lw_str text, struct lw_buf *out)
{
  for (size_t at = 0; at < text.len;) {
    struct lw_masked *known = NULL;
    bool begins = at == 0 || !is_word(text.ptr[at - 1]);
    lw_str token = begins ? token_at(text, at) : LW_STR("");
    bool fact = digits_in(token) != 0 && is_fact(token) && known_at(mask, text, at) == NULL;
    size_t len = begins && !fact ? masked_at(mask, text, at, &known) : 0;
    if (fact) {
      lw_buf_add(out, token);
      at += token.len;
    } else if (len != 0) {
      known->times++;
      lw_buf_add(out, known->to);
      at += len;
    } else {
      lw_buf_add_char(out, text.ptr[at++]);
    }
  }
}
