/* Words of a text as they are looked for: small letters without marks, so that "Rückgabe" and
 * "ruckgabe" are the same word, in the index as in what somebody types, and on either store. Pure;
 * texts are UTF-8.
 *
 * A word is a run of letters and digits. Characters of Chinese and Japanese are words of their own,
 * as these scripts put no blanks between words, and so is an emoji. Of what is longer than
 * LW_WORD_BYTES_MAX only its beginning counts. */
#ifndef LW_GUIDE_WORDS_H
#define LW_GUIDE_WORDS_H

#include "base/buf.h"

enum { LW_WORD_BYTES_MAX = 64 };

/* Walks over a text; text and at are the caller's, {text, 0} at first. */
struct lw_words {
  lw_str text;
  size_t at;
  char place[LW_WORD_BYTES_MAX];
  char other[LW_WORD_BYTES_MAX];
};
struct lw_word {
  lw_str text;  /* folded; until the next one is taken */
  lw_str spelt; /* an umlaut written as two letters ("rueckgabe"); empty: it has none */
  size_t from;  /* in the text, in bytes */
  size_t to;    /* one past its last */
  bool is_sign; /* a word of one character: nothing begins with it */
};
/* False: there are no more. */
bool lw_words_next(struct lw_words *words, struct lw_word *ret_word);
/* All of a text with blanks between them, as an index takes it. */
void lw_words_add(lw_str text, struct lw_buf *out);

#endif
