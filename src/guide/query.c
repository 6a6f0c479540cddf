/* Terms first, then a store's own writing. Words are letters and digits by then (guide/words.h), so
 * that quoting them is enough in both: no sign of a query's own language can be among them. */
#include "guide/query.h"

enum { SPELT_BYTES_MIN = 5, BEGINS_BYTES_MIN = 2 };

/* "rueckgabe" as one who writes umlauts would look for it: "ruckgabe". Short words stay, as "blue"
 * is no "blü". */
static lw_str without_e(lw_str word, struct lw_arena *arena)
{
  char place[LW_WORD_BYTES_MAX];
  size_t len = 0;
  for (size_t i = 0; i < word.len && len < sizeof place; i++) {
    char before = i != 0 ? word.ptr[i - 1] : ' ';
    bool mute = word.ptr[i] == 'e' && (before == 'a' || before == 'o' || before == 'u') &&
                (i < 2 || word.ptr[i - 2] != 'q');
    if (!mute) {
      place[len++] = word.ptr[i];
    }
  }
  return len != word.len && len >= SPELT_BYTES_MIN ? lw_str_copy(arena, lw_str_from(place, len))
                                                   : LW_STR("");
}

static struct lw_query_term *new_term(struct lw_query *query)
{
  if (query->count == LW_QUERY_TERMS_MAX) {
    return NULL;
  }
  query->terms[query->count] = (struct lw_query_term){.begins = false};
  return &query->terms[query->count];
}

/* All words of one piece: of "e-mail" two that stand together. */
static bool add_piece(struct lw_query *query, lw_str piece, bool begins, struct lw_arena *arena)
{
  struct lw_words words = {.text = piece};
  struct lw_word word;
  bool is_sign = false;
  struct lw_query_term *term = new_term(query);
  while (term != NULL && term->n_words < LW_QUERY_PHRASE_MAX && lw_words_next(&words, &word)) {
    is_sign = word.is_sign;
    term->spelt = word.spelt.len != 0 ? lw_str_copy(arena, word.spelt) : LW_STR("");
    term->words[term->n_words++] = lw_str_copy(arena, word.text);
  }
  if (term == NULL || term->n_words == 0) {
    return !arena->failed;
  }
  lw_str last = term->words[term->n_words - 1];
  if (term->n_words != 1) {
    term->spelt = LW_STR("");
  } else if (term->spelt.len == 0 && !is_sign) {
    term->spelt = without_e(last, arena);
  }
  term->begins = begins && !is_sign && last.len >= BEGINS_BYTES_MIN;
  query->count++;
  return !arena->failed;
}

static bool is_blank(char c)
{
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* From a quote to the next one, or to the end. */
static size_t end_of_phrase(lw_str text, size_t at)
{
  size_t end = lw_str_find(text, LW_STR("\""), at);
  return end != SIZE_MAX ? end : text.len;
}

static size_t end_of_word(lw_str text, size_t at)
{
  while (at < text.len && !is_blank(text.ptr[at]) && text.ptr[at] != '"') {
    at++;
  }
  return at;
}

bool lw_query_read(lw_str text, bool whole, struct lw_arena *arena, struct lw_query *ret_query)
{
  bool well = true;
  ret_query->count = 0;
  for (size_t at = 0; well && at < text.len;) {
    bool quoted = text.ptr[at] == '"';
    size_t from = at + (quoted ? 1 : 0);
    size_t end = quoted ? end_of_phrase(text, from) : end_of_word(text, from);
    bool begins = !quoted && !whole && end == text.len;
    well = add_piece(ret_query, lw_str_slice(text, from, end - from), begins, arena);
    at = end + ((quoted && end < text.len) || end == at ? 1 : 0);
  }
  return well;
}

/* --- a store's own writing --- */

struct signs {
  const char *quote;
  const char *next;   /* between words of a phrase */
  const char *begins; /* behind a word that may go on */
  const char *either;
  const char *both;
};

static void add_words(const struct signs *signs, const lw_str *words, uint32_t count, bool begins,
                      struct lw_buf *out)
{
  for (uint32_t i = 0; i < count; i++) {
    lw_buf_add_c(out, i != 0 ? signs->next : "");
    lw_buf_printf(out, "%s%.*s%s", signs->quote, LW_FMT(words[i]), signs->quote);
  }
  lw_buf_add_c(out, begins ? signs->begins : "");
}

static void print(const struct lw_query *query, const struct signs *signs, bool any,
                  struct lw_buf *out)
{
  for (uint32_t i = 0; i < query->count; i++) {
    const struct lw_query_term *term = &query->terms[i];
    lw_buf_add_c(out, i == 0 ? "" : any ? signs->either : signs->both);
    lw_buf_add_char(out, '(');
    add_words(signs, term->words, term->n_words, term->begins, out);
    if (term->spelt.len != 0) {
      lw_buf_add_c(out, signs->either);
      add_words(signs, &term->spelt, 1, term->begins, out);
    }
    lw_buf_add_char(out, ')');
  }
}

void lw_query_print_fts(const struct lw_query *query, bool any, struct lw_buf *out)
{
  static const struct signs fts = {"\"", " + ", " *", " OR ", " AND "};
  print(query, &fts, any, out);
}

void lw_query_print_ts(const struct lw_query *query, bool any, struct lw_buf *out)
{
  static const struct signs ts = {"'", " <-> ", ":*", " | ", " & "};
  print(query, &ts, any, out);
}

static bool fits(lw_str word, lw_str sought, bool begins)
{
  return begins ? lw_str_starts(word, sought) : lw_str_equal(word, sought);
}

bool lw_query_has(const struct lw_query *query, lw_str word)
{
  for (uint32_t i = 0; i < query->count; i++) {
    const struct lw_query_term *term = &query->terms[i];
    for (uint32_t k = 0; k < term->n_words; k++) {
      if (fits(word, term->words[k], term->begins && k + 1 == term->n_words)) {
        return true;
      }
    }
    if (term->spelt.len != 0 && fits(word, term->spelt, term->begins)) {
      return true;
    }
  }
  return false;
}
