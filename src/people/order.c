/* A hundred thousand people are all in memory, so looking for one is a walk over them; what costs
 * is the order of their names. It is made once a staff, by the first list that wants it, and not
 * when the staff is loaded: people change far more often than somebody looks at a list of them.
 * Whoever comes while another one is sorting sorts for themselves: nobody waits. */
#include "people/order.h"

#include "people/person.h"

#include <stdlib.h>

enum { ORDER_NONE, ORDER_BEING_MADE, ORDER_MADE };

struct lw_staff_order {
  _Atomic int state;
  uint32_t places[];
};

/* --- folding --- */

enum { FOLD_FIRST = 0xc0, FOLD_LAST = 0x17f };

/* Latin-1 and Latin Extended-A, both two bytes long; empty: no letter. */
static const char letters[FOLD_LAST - FOLD_FIRST + 1][3] = {
    "a", "a", "a",  "a",  "a", "a", "ae", "c",  "e",  "e", "e", "e", "i",  "i",  "i", "i", "d", "n",
    "o", "o", "o",  "o",  "o", "",  "o",  "u",  "u",  "u", "u", "y", "th", "ss", "a", "a", "a", "a",
    "a", "a", "ae", "c",  "e", "e", "e",  "e",  "i",  "i", "i", "i", "d",  "n",  "o", "o", "o", "o",
    "o", "",  "o",  "u",  "u", "u", "u",  "y",  "th", "y", "a", "a", "a",  "a",  "a", "a", "c", "c",
    "c", "c", "c",  "c",  "c", "c", "d",  "d",  "d",  "d", "e", "e", "e",  "e",  "e", "e", "e", "e",
    "e", "e", "g",  "g",  "g", "g", "g",  "g",  "g",  "g", "h", "h", "h",  "h",  "i", "i", "i", "i",
    "i", "i", "i",  "i",  "i", "i", "ij", "ij", "j",  "j", "k", "k", "k",  "l",  "l", "l", "l", "l",
    "l", "l", "l",  "l",  "l", "n", "n",  "n",  "n",  "n", "n", "n", "n",  "n",  "o", "o", "o", "o",
    "o", "o", "oe", "oe", "r", "r", "r",  "r",  "r",  "r", "s", "s", "s",  "s",  "s", "s", "s", "s",
    "t", "t", "t",  "t",  "t", "t", "u",  "u",  "u",  "u", "u", "u", "u",  "u",  "u", "u", "u", "u",
    "w", "w", "y",  "y",  "y", "z", "z",  "z",  "z",  "z", "z", "s",
};

/* The run of ASCII that text begins with, which is nearly always all of it. */
static size_t fold_ascii(lw_str text, char *place)
{
  size_t i = 0;
  for (; i < text.len && (unsigned char)text.ptr[i] < 0x80; i++) {
    unsigned char c = (unsigned char)text.ptr[i];
    place[i] = (char)(c + ((unsigned)(c - 'A') < 26U ? 32 : 0));
  }
  return i;
}

size_t lw_fold_write(lw_str text, char *place)
{
  size_t len = 0;
  size_t i = 0;
  while (i < text.len) {
    size_t run = fold_ascii(lw_str_slice(text, i, text.len - i), place + len);
    len += run;
    i += run;
    if (i == text.len) {
      break;
    }
    unsigned char c = (unsigned char)text.ptr[i];
    unsigned code = c >= 0xc3 && c <= 0xc5 && i + 1 < text.len
                        ? (c & 0x1fU) << 6 | ((unsigned char)text.ptr[i + 1] & 0x3fU)
                        : 0;
    const char *letter = code >= FOLD_FIRST && code <= FOLD_LAST ? letters[code - FOLD_FIRST] : "";
    for (const char *at = letter; *at != 0; at++) {
      place[len++] = *at;
    }
    if (*letter == 0) {
      place[len++] = (char)c;
    }
    i += *letter != 0 ? 2 : 1;
  }
  return len;
}

/* --- words --- */

/* With a line's end between, which no word has in it. */
static lw_str all_texts(const struct lw_actor *actor, char *place)
{
  const lw_str texts[] = {actor->name, actor->id, actor->email, actor->team};
  size_t len = 0;
  for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
    size_t room = LW_PERSON_WORDS_BYTES - len - 1;
    len += lw_fold_write(lw_str_slice(texts[i], 0, texts[i].len < room ? texts[i].len : room),
                         place + len);
    place[len++] = '\n';
    if (len == LW_PERSON_WORDS_BYTES) {
      break;
    }
  }
  return lw_str_from(place, len);
}

/* The next word, up to a space or any control byte; empty: there is no more. */
static lw_str next_word(lw_str *rest)
{
  size_t begin = 0;
  while (begin < rest->len && (unsigned char)rest->ptr[begin] <= ' ') {
    begin++;
  }
  size_t end = begin;
  while (end < rest->len && (unsigned char)rest->ptr[end] > ' ') {
    end++;
  }
  lw_str word = lw_str_slice(*rest, begin, end - begin);
  *rest = lw_str_slice(*rest, end, SIZE_MAX);
  return word;
}

bool lw_person_has_words(const struct lw_person *person, lw_str words, char *place)
{
  lw_str rest = words;
  lw_str word = next_word(&rest);
  lw_str all = word.len != 0 ? all_texts(&person->actor, place) : LW_STR("");
  for (; word.len != 0; word = next_word(&rest)) {
    if (lw_str_find(all, word, 0) == SIZE_MAX) {
      return false;
    }
  }
  return true;
}

/* --- order --- */

enum { NAME_BYTES_MAX = LW_PERSON_TEXT_BYTES_MAX + LW_PERSON_ID_BYTES_MAX };

static lw_str name_key(const struct lw_person *person, char place[NAME_BYTES_MAX])
{
  lw_str name = person->actor.name.len != 0 ? person->actor.name : person->actor.id;
  return lw_str_from(place, lw_fold_write(lw_str_slice(name, 0, NAME_BYTES_MAX), place));
}

int lw_person_compare_names(const struct lw_person *a, const struct lw_person *b)
{
  char a_place[NAME_BYTES_MAX];
  char b_place[NAME_BYTES_MAX];
  int order = lw_str_compare(name_key(a, a_place), name_key(b, b_place));
  return order != 0 ? order : lw_str_compare(a->actor.id, b->actor.id);
}

/* A name that was folded once. */
struct key {
  lw_str letters;
  const struct lw_person *person;
};

static int compare_keys(const void *a, const void *b)
{
  const struct key *left = a;
  const struct key *right = b;
  int order = lw_str_compare(left->letters, right->letters);
  return order != 0 ? order : lw_str_compare(left->person->actor.id, right->person->actor.id);
}

static bool sort_into(const struct lw_staff *staff, struct lw_arena *scratch, uint32_t *places)
{
  char place[NAME_BYTES_MAX];
  struct key *keys = LW_NEW_ARRAY(scratch, struct key, staff->n_persons);
  for (uint32_t i = 0; keys != NULL && i < staff->n_persons; i++) {
    const struct lw_person *person = &staff->persons[i];
    keys[i] = (struct key){lw_str_copy(scratch, name_key(person, place)), person};
  }
  if (keys == NULL || scratch->failed) {
    return false;
  }
  qsort(keys, staff->n_persons, sizeof *keys, compare_keys);
  for (uint32_t i = 0; i < staff->n_persons; i++) {
    places[i] = (uint32_t)(keys[i].person - staff->persons);
  }
  return true;
}

const uint32_t *lw_staff_by_name(const struct lw_staff *staff, struct lw_arena *scratch)
{
  struct lw_staff_order *order = staff->order;
  if (atomic_load(&order->state) == ORDER_MADE) {
    return order->places;
  }
  uint32_t *places = LW_NEW_ARRAY(scratch, uint32_t, staff->n_persons + 1U);
  if (places == NULL || !sort_into(staff, scratch, places)) {
    return NULL;
  }
  int expected = ORDER_NONE;
  if (atomic_compare_exchange_strong(&order->state, &expected, ORDER_BEING_MADE)) {
    memcpy(order->places, places, staff->n_persons * sizeof *places);
    atomic_store(&order->state, ORDER_MADE);
  }
  return places;
}

struct lw_staff_order *lw_staff_order_new(struct lw_arena *keep, uint32_t count)
{
  struct lw_staff_order *order =
      lw_arena_alloc(keep, sizeof *order + (size_t)count * sizeof order->places[0],
                     _Alignof(struct lw_staff_order));
  if (order != NULL) {
    atomic_init(&order->state, ORDER_NONE);
  }
  return order;
}
