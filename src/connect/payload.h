/* Bodies of webhooks, made from journal entries: {"type":"approval.opened","timestamp":"...",
 * "data":{"seq":7,"actor":"ana", ... the entry's members}}, and for some "text", which a chat can
 * show as it is. docs/formats/webhooks.md. */
#ifndef LW_CONNECT_PAYLOAD_H
#define LW_CONNECT_PAYLOAD_H

#include "data/json.h"
#include "ledger/journal.h"

struct lw_payload_options;
/* Says an entry in words that can be posted as they are, where there are any: appends members to
 * the body, `"text":"..."`, or nothing. */
struct lw_payload_words {
  enum lw_code (*say)(void *user, const struct lw_payload_options *options,
                      const struct lw_entry_view *entry, const struct lw_value *body,
                      struct lw_buf *out, struct lw_error *err);
  void *user;
};

struct lw_payload_options {
  struct lw_db *db; /* where texts are looked up */
  struct lw_json_reader *reader;
  struct lw_arena *arena;
  bool texts; /* notes, evidence, facts and meta too: as they stand now, erased ones null */
  struct lw_payload_words words; /* say NULL: none */
};

/* Appends the body, at most LW_WEBHOOK_BODY_BYTES_MAX: of what is longer the largest members stay
 * away and are named under "left_out". */
LW_NODISCARD enum lw_code lw_payload_write(const struct lw_payload_options *options,
                                           const struct lw_entry_view *entry, struct lw_buf *out,
                                           struct lw_error *err);
/* The body of the test button. */
void lw_payload_write_test(lw_str endpoint, lw_usec now, struct lw_buf *out);

#endif
