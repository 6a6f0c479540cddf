/* Words: the smallest parts of an explanation.
 *
 * Labels are the policy owner's, so that little is known of their grammar. A label of something
 * that is so or not is taken for a sentence when a verb is found in it ("the order is the
 * customer's own"); it is then denied at the verb, or at its article ("no flight has been flown").
 * Any other is quoted and answered with yes or no, which is always right. */
#include "policy/phrase.h"

#include "base/check.h"

/* --- pieces --- */

void lw_pieces_end(struct lw_pieces *pieces)
{
  size_t before = pieces->count != 0
                      ? (size_t)(lw_pieces_at(pieces, pieces->count - 1).ptr - pieces->text.ptr) +
                            lw_pieces_at(pieces, pieces->count - 1).len
                      : 0;
  size_t end = pieces->text.len;
  if (end == before || pieces->text.failed) {
    return;
  }
  lw_buf_add(&pieces->ends, lw_str_from((const char *)&end, sizeof end));
  if (!pieces->ends.failed) {
    pieces->count++;
  }
}

lw_str lw_pieces_at(const struct lw_pieces *pieces, size_t i)
{
  size_t start = 0;
  size_t end = 0;
  LW_ASSERT(i < pieces->count);
  if (i != 0) {
    memcpy(&start, pieces->ends.ptr + (i - 1) * sizeof start, sizeof start);
  }
  memcpy(&end, pieces->ends.ptr + i * sizeof end, sizeof end);
  return lw_str_from(pieces->text.ptr + start, end - start);
}

void lw_pieces_join(const struct lw_pieces *pieces, const char *word, struct lw_buf *out)
{
  bool commas = false;
  bool words = false;
  for (size_t i = 0; i < pieces->count; i++) {
    lw_str piece = lw_pieces_at(pieces, i);
    commas |= lw_str_find(piece, LW_STR(", "), 0) != SIZE_MAX ||
              lw_str_find(piece, LW_STR("; "), 0) != SIZE_MAX;
    words |= lw_str_find(piece, LW_STR(" and "), 0) != SIZE_MAX ||
             lw_str_find(piece, LW_STR(" or "), 0) != SIZE_MAX;
  }
  const char *between = commas ? "; " : ", ";
  const char *last = commas ? "; " : words ? ", " : " ";
  for (size_t i = 0; i < pieces->count; i++) {
    bool is_last = i + 1 == pieces->count;
    if (i != 0) {
      lw_buf_add_c(out, is_last ? last : between);
    }
    if (i != 0 && is_last) {
      lw_buf_add_c(out, word);
      lw_buf_add_char(out, ' ');
    }
    lw_buf_add(out, lw_pieces_at(pieces, i));
  }
  out->failed |= pieces->text.failed || pieces->ends.failed;
}

void lw_pieces_finish(struct lw_pieces *pieces)
{
  lw_buf_finish(&pieces->text);
  lw_buf_finish(&pieces->ends);
  pieces->count = 0;
}

/* --- names and texts --- */

void lw_word_name(lw_str name, struct lw_buf *out)
{
  for (size_t i = 0; i < name.len; i++) {
    lw_buf_add_char(out, name.ptr[i] == '_' || name.ptr[i] == '.' ? ' ' : name.ptr[i]);
  }
}

lw_str lw_word_short(lw_str label)
{
  if (label.len == 0 || label.ptr[label.len - 1] != ')') {
    return label;
  }
  size_t open = lw_str_find(label, LW_STR(" ("), 0);
  return open != SIZE_MAX && open != 0 ? lw_str_slice(label, 0, open) : label;
}

static bool reads_like_a_word(lw_str text)
{
  for (size_t i = 0; i < text.len; i++) {
    unsigned char c = (unsigned char)text.ptr[i];
    bool letter =
        (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c >= 0x80;
    if (!letter && strchr("_- ()/'", c) == NULL) {
      return false;
    }
  }
  return text.len != 0 && text.ptr[0] != ' ' && text.ptr[text.len - 1] != ' ';
}

void lw_word_text(lw_str text, struct lw_buf *out)
{
  if (text.len == 0) {
    LW_BUF_LIT(out, "empty");
  } else if (reads_like_a_word(text)) {
    for (size_t i = 0; i < text.len; i++) {
      lw_buf_add_char(out, text.ptr[i] == '_' ? ' ' : text.ptr[i]);
    }
  } else {
    lw_val_print_plain(lw_val_string(text), out);
  }
}

static bool is_small(char c)
{
  return c >= 'a' && c <= 'z';
}

static bool is_capital(char c)
{
  return c >= 'A' && c <= 'Z';
}

void lw_word_capital(struct lw_buf *out, size_t start)
{
  if (start < out->len && is_small(out->ptr[start])) {
    out->ptr[start] = (char)(out->ptr[start] - 'a' + 'A');
  }
}

void lw_word_add_small(lw_str text, struct lw_buf *out)
{
  bool word =
      text.len > 1 && is_capital(text.ptr[0]) && (is_small(text.ptr[1]) || text.ptr[1] == ' ');
  if (word) {
    lw_buf_add_char(out, (char)(text.ptr[0] - 'A' + 'a'));
    text = lw_str_slice(text, 1, text.len);
  }
  lw_buf_add(out, text);
}

/* --- quantities --- */

void lw_word_seconds(int64_t seconds, struct lw_buf *out)
{
  static const struct {
    int64_t seconds;
    int64_t least; /* below it the next smaller unit reads better: 24 hours, 90 seconds */
    const char *name;
  } units[] = {{86400, 172800, "day"}, {3600, 3600, "hour"}, {60, 180, "minute"}, {1, 0, "second"}};
  int64_t length = seconds == INT64_MIN ? INT64_MAX : seconds < 0 ? -seconds : seconds;
  for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
    if (length % units[i].seconds == 0 && length >= units[i].least) {
      lw_buf_add_c(out, seconds < 0 ? "minus " : "");
      lw_buf_add_int(out, length / units[i].seconds);
      lw_buf_printf(out, " %s%s", units[i].name, length == units[i].seconds ? "" : "s");
      return;
    }
  }
}

void lw_word_moment(const struct lw_policy *policy, int64_t seconds, struct lw_buf *out)
{
  static const char *const months[] = {"January",   "February", "March",    "April",
                                       "May",       "June",     "July",     "August",
                                       "September", "October",  "November", "December"};
  struct lw_civil local;
  int32_t offset = policy->zone != NULL ? lw_tz_offset(policy->zone, seconds) : 0;
  lw_civil_from_seconds(seconds + offset, &local);
  lw_buf_printf(out, "%d %s %d", local.day, months[local.month - 1], local.year);
  if (local.second != 0) {
    lw_buf_printf(out, ", %02d:%02d:%02d", local.hour, local.minute, local.second);
  } else if (local.hour != 0 || local.minute != 0) {
    lw_buf_printf(out, ", %02d:%02d", local.hour, local.minute);
  }
}

static void add_items(const struct lw_policy *policy, const struct lw_val_list *list,
                      struct lw_buf *out)
{
  lw_buf_add_c(out, list->count == 0 ? "nothing" : "");
  for (uint32_t i = 0; i < list->count; i++) {
    lw_buf_add_c(out, i == 0 ? "" : i + 1 == list->count ? " and " : ", ");
    lw_word_value(policy, list->items[i], out);
  }
}

void lw_word_value(const struct lw_policy *policy, struct lw_val value, struct lw_buf *out)
{
  if (value.kind == LW_V_BOOL) {
    lw_buf_add_c(out, value.as.boolean ? "yes" : "no");
  } else if (value.kind == LW_V_STRING) {
    lw_word_text(lw_val_str(value), out);
  } else if (value.kind == LW_V_MONEY) {
    lw_money_print((lw_money){value.as.integer, value.currency}, out);
    lw_buf_printf(out, " %.*s", LW_FMT(lw_currency_code(value.currency)));
  } else if (value.kind == LW_V_TIMESTAMP && value.aux == 0) {
    lw_word_moment(policy, value.as.integer, out);
  } else if (value.kind == LW_V_DURATION && value.aux == 0) {
    lw_word_seconds(value.as.integer, out);
  } else if (value.kind == LW_V_LIST) {
    add_items(policy, value.as.list, out); /* depth is that of a document or an expression */
  } else if (value.kind == LW_V_NULL) {
    LW_BUF_LIT(out, "nothing");
  } else {
    lw_val_print_plain(value, out);
  }
}

const struct lw_fact *lw_word_fact(const struct lw_policy *policy, uint32_t slot)
{
  for (uint32_t i = 0; i < policy->n_facts; i++) {
    if (policy->facts[i].slot == slot) {
      return &policy->facts[i];
    }
  }
  return NULL;
}

/* --- statements --- */

/* The word that begins at `from` (spaces before it skipped); empty at the end. */
static lw_str next_word(lw_str text, size_t from)
{
  while (from < text.len && text.ptr[from] == ' ') {
    from++;
  }
  size_t end = from;
  while (end < text.len && text.ptr[end] != ' ') {
    end++;
  }
  return lw_str_from(text.ptr + from, end - from);
}

static size_t end_of(lw_str text, lw_str word)
{
  return (size_t)(word.ptr - text.ptr) + word.len;
}

/* The verb at which the statement can be denied: "is" in "the order is theirs", not in "the cabin
 * that is wanted". */
static lw_str find_verb(lw_str text)
{
  static const char *const verbs[] = {"is",   "are",   "was",    "were", "has",
                                      "have", "had",   "can",    "may",  "must",
                                      "will", "would", "should", "does", NULL};
  static const char *const relatives[] = {"that",  "which", "who",  "what", "how",
                                          "where", "why",   "when", NULL};
  lw_str before = next_word(text, 0);
  for (;;) {
    lw_str word = next_word(text, end_of(text, before));
    if (word.len == 0) {
      return word;
    }
    if (lw_str_is_one_of(word, verbs) && !lw_str_is_one_of(before, relatives)) {
      return word;
    }
    before = word;
  }
}

static unsigned count_words(lw_str text)
{
  unsigned count = 0;
  for (lw_str word = next_word(text, 0); word.len != 0;
       word = next_word(text, end_of(text, word))) {
    count++;
  }
  return count;
}

/* "the bank made an error": no verb that we know, yet a sentence. */
static bool seems_a_sentence(lw_str text)
{
  static const char *const first[] = {"the", "that", "this", "every", "all", "a", "an", NULL};
  return lw_str_is_one_of(next_word(text, 0), first) &&
         (count_words(text) >= 4 || text.ptr[text.len - 1] == 's');
}

static void deny_having(lw_str text, lw_str verb, struct lw_buf *out)
{
  lw_str next = next_word(text, end_of(text, verb));
  bool auxiliary =
      lw_str_equal(next, LW_STR("been")) || lw_str_ends(next, LW_STR("ed")) || next.len == 0;
  bool article = lw_str_equal(next, LW_STR("a")) || lw_str_equal(next, LW_STR("an"));
  lw_buf_add_c(out, auxiliary ? " not" : " no");
  lw_buf_add(out, lw_str_slice(text, article ? end_of(text, next) : end_of(text, verb), text.len));
}

/* "there are signs of fraud": "there are no signs of fraud" */
static void deny_being(lw_str text, lw_str verb, struct lw_buf *out)
{
  lw_str next = next_word(text, end_of(text, verb));
  bool article = lw_str_equal(next, LW_STR("a")) || lw_str_equal(next, LW_STR("an"));
  lw_buf_add(out, lw_str_slice(text, 0, end_of(text, verb)));
  LW_BUF_LIT(out, " no");
  lw_buf_add(out, lw_str_slice(text, article ? end_of(text, next) : end_of(text, verb), text.len));
}

static void deny_at(lw_str text, lw_str verb, struct lw_buf *out)
{
  static const char *const haves[] = {"has", "have", "had", NULL};
  static const char *const wholes[] = {"every", "all", "each", NULL};
  lw_str first = next_word(text, 0);
  if (lw_str_equal(first, LW_STR("a")) || lw_str_equal(first, LW_STR("an"))) {
    LW_BUF_LIT(out, "no");
    lw_buf_add(out, lw_str_slice(text, first.len, text.len));
  } else if (lw_str_equal(first, LW_STR("there"))) {
    deny_being(text, verb, out);
  } else if (lw_str_is_one_of(first, wholes)) {
    LW_BUF_LIT(out, "not ");
    lw_buf_add(out, text);
  } else {
    lw_buf_add(out, lw_str_slice(text, 0, end_of(text, verb)));
    if (lw_str_is_one_of(verb, haves)) {
      deny_having(text, verb, out);
    } else {
      lw_buf_add_c(out, lw_str_equal(verb, LW_STR("can")) ? "not" : " not");
      lw_buf_add(out, lw_str_slice(text, end_of(text, verb), text.len));
    }
  }
}

void lw_word_statement(lw_str text, bool negated, bool defined, struct lw_buf *out)
{
  text = lw_word_short(text);
  lw_str verb = find_verb(text);
  if (lw_str_starts(text, LW_STR("has ")) && !defined) {
    lw_buf_add_c(out, negated ? "there is no " : "there is ");
    lw_buf_add(out, lw_str_slice(text, 4, text.len));
  } else if (verb.len != 0 && !negated) {
    lw_buf_add(out, text);
  } else if (verb.len != 0) {
    deny_at(text, verb, out);
  } else if (text.len != 0 && !defined && seems_a_sentence(text)) {
    lw_buf_add_c(out, negated ? "it is not so that " : "");
    lw_buf_add(out, text);
  } else {
    const char *answer =
        defined ? (negated ? "does not hold" : "holds") : (negated ? "is no" : "is yes");
    lw_buf_printf(out, "\"%.*s\" %s", LW_FMT(text), answer);
  }
}
