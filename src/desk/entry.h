/* Private to desk and listen: what each change of theirs does with its words and its entry, and how
 * words and names are shown again. */
#ifndef LW_DESK_ENTRY_H
#define LW_DESK_ENTRY_H

#include "desk/approval.h"

/* Keeps a text about `person` and/or `customer` outside the journal (ledger/text.h; kind as there).
 * *ret_reference: JSON, in the batch's scratch; of an empty text empty, and nothing is kept. */
LW_NODISCARD enum lw_code lw_desk_keep_text(struct lw_batch *batch, const char *kind, lw_str person,
                                            lw_str customer, lw_str text, lw_str *ret_reference,
                                            struct lw_error *err);

/* Ends the object that `body` holds with its brace, appends it as an entry, and finishes the buffer
 * either way. LW_NO_MEMORY where the buffer has failed. */
LW_NODISCARD enum lw_code lw_desk_append(struct lw_batch *batch, struct lw_change *change,
                                         enum lw_event event, struct lw_buf *body,
                                         struct lw_error *err);

/* Of somebody who is or was here; empty for anybody else. */
lw_str lw_desk_name(const struct lw_staff *staff, lw_str id);
/* Members of an object: somebody's id under `key` and their name under `name_key`; what is empty is
 * left out. */
void lw_desk_print_name(const struct lw_desk_reader *reader, const char *key, const char *name_key,
                        lw_str id, struct lw_buf *out);
/* The text that lw_desk_keep_text has kept, in the reader's arena; empty when the reference is, the
 * text was erased, or it can't be read, for what would be nothing without its words. */
lw_str lw_desk_text(const struct lw_desk_reader *reader, lw_str reference);
/* The member `key`: the text that lw_desk_keep_text has kept; nothing when the reference is empty
 * or the text was erased. */
LW_NODISCARD enum lw_code lw_desk_print_text(const struct lw_desk_reader *reader, const char *key,
                                             lw_str reference, struct lw_buf *out,
                                             struct lw_error *err);

#endif
