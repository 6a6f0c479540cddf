/* Words outside the chain, and the entry that refers to them. */
#include "desk/entry.h"

#include "data/member.h"
#include "ledger/text.h"

enum lw_code lw_desk_keep_text(struct lw_batch *batch, const char *kind, lw_str person,
                               lw_str customer, lw_str text, lw_str *ret_reference,
                               struct lw_error *err)
{
  struct lw_buf reference = {0};
  *ret_reference = LW_STR("");
  if (text.len == 0) {
    return LW_OK;
  }
  enum lw_code rc =
      lw_text_keep(&batch->texts, batch->now, kind, person, customer, text, &reference, err);
  if (rc == LW_OK) {
    *ret_reference = lw_str_copy(batch->scratch, lw_buf_str(&reference));
    rc = reference.failed || ret_reference->ptr == NULL
             ? lw_fail(err, LW_NO_MEMORY, "out of memory for a text")
             : LW_OK;
  }
  lw_buf_finish(&reference);
  return rc;
}

enum lw_code lw_desk_append(struct lw_batch *batch, struct lw_change *change, enum lw_event event,
                            struct lw_buf *body, struct lw_error *err)
{
  lw_buf_add_char(body, '}');
  return lw_batch_append_body(batch, change, event, body, err);
}

lw_str lw_desk_name(const struct lw_staff *staff, lw_str id)
{
  const struct lw_person *person = id.len != 0 ? lw_staff_find(staff, id) : NULL;
  return person != NULL ? person->actor.name : LW_STR("");
}

void lw_desk_print_name(const struct lw_desk_reader *reader, const char *key, const char *name_key,
                        lw_str id, struct lw_buf *out)
{
  lw_member_text(out, key, id);
  lw_member_text(out, name_key, lw_desk_name(reader->snapshot->staff, id));
}

lw_str lw_desk_text(const struct lw_desk_reader *reader, lw_str reference)
{
  struct lw_error err = {0};
  lw_str text = LW_STR("");
  return lw_text_read(reader->db, reference, reader->arena, &text, &err) == LW_OK ? text
                                                                                  : LW_STR("");
}

enum lw_code lw_desk_print_text(const struct lw_desk_reader *reader, const char *key,
                                lw_str reference, struct lw_buf *out, struct lw_error *err)
{
  lw_str text = LW_STR("");
  enum lw_code rc = lw_text_read(reader->db, reference, reader->arena, &text, err);
  if (rc == LW_OK) {
    lw_member_text(out, key, text);
  }
  return rc;
}
