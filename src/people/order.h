/* People as somebody looks for them: by words, whatever their capitals and accents, and in the
 * order of their names. */
#ifndef LW_PEOPLE_ORDER_H
#define LW_PEOPLE_ORDER_H

#include "people/staff.h"

/* Appends text with small letters, and Latin letters without their accents ("Jörg Weiß" becomes
 * "jorg weiss"); other letters stay as they are. Never longer than the text, which is UTF-8; place
 * has room for it. Returns how many bytes. */
size_t lw_fold_write(lw_str text, char *place);

/* Whether each word stands in the id, the name, the address or the team's path, all of them folded.
 * words: what lw_fold_write made of what somebody typed. place: room for the texts of one person,
 * LW_PERSON_WORDS_BYTES; what is beyond it is not looked at. The caller's, as clearing it for each
 * of a hundred thousand people takes longer than looking. */
enum { LW_PERSON_WORDS_BYTES = 8192 };
LW_NODISCARD bool lw_person_has_words(const struct lw_person *person, lw_str words, char *place);

/* Names first by their folded letters, those without a name by their id; the same twice by id.
 * Negative, 0 or positive. */
int lw_person_compare_names(const struct lw_person *a, const struct lw_person *b);

/* Everybody in that order: places in staff->persons, n_persons of them. Sorted by whoever asks
 * first; for others it is there. They live in the staff or in scratch. NULL: memory is out. Any
 * thread. */
const uint32_t *lw_staff_by_name(const struct lw_staff *staff, struct lw_arena *scratch);

/* For lw_staff_load: room for the order, not yet sorted. NULL: memory is out. */
struct lw_staff_order *lw_staff_order_new(struct lw_arena *keep, uint32_t count);

#endif
