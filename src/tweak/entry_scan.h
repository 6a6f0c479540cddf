/* A decision's entry, and what became of one, read without building a tree: in the form in which
 * this program writes them (compact JSON). Whatever has another form (an escape where a text is
 * wanted, a space between, a value of another kind) is not read at all: the general reader has it
 * then. What is passed over is not checked; entries are hashed and were checked when they came.
 *
 * Inside the tweak folder only; pure. Nothing outside of the body is read, whatever it holds. */
#ifndef LW_TWEAK_ENTRY_SCAN_H
#define LW_TWEAK_ENTRY_SCAN_H

#include "replay/tape_request.h"
#include "tweak/entry_shape.h"

/* What an entry says of a decision beside its request; a ptr that is NULL: nothing. Borrowed from
 * the body. Numbers as they are written. */
struct lw_entry_parts {
  lw_str at, policy, currency;
  lw_str person; /* JSON */
  lw_str verdict, amount, grant, route;
  lw_str granted_minor, granted_action;
  lw_str approver, asked, waited;
  lw_str decision, minor, asked_at; /* of what became of one */
  bool has_request, has_answer, has_granted, has_asked, has_hold, has_note, has_evidence,
      has_unread, has_for;
};

/* Fills *row from the request and what the records said, and *ret_parts from the rest. *ret_record:
 * where each value was. False: it has another form, and *row is of no use. */
LW_NODISCARD bool lw_entry_scan_decision(lw_str body, lw_usec now, struct lw_tape_reader *reader,
                                         struct lw_tape_row *row, struct lw_entry_parts *ret_parts,
                                         struct lw_shape_record *ret_record);
/* What became of a decision: decision, minor, asked_at, and in `approver` who did it. */
LW_NODISCARD bool lw_entry_scan_event(lw_str body, struct lw_entry_parts *ret_parts);

#endif
