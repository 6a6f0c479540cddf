/* Endpoints of webhooks: what an administrator sets. Each has an address, the kinds of entries that
 * it wants, and one secret (two for a day after a change of key). The secret is shown once, when it
 * is made, and never printed or logged afterwards; no answer that is kept for a retry has it: the
 * caller makes it before (lw_endpoint_call_begin) and shows it after (lw_endpoint_answer_finish).
 *
 * The functions named _apply are lw_change.apply, with a struct lw_endpoint_call as change->user:
 * rights (WEBHOOKS) were checked by the caller. Answers as JSON:
 *   {"id":"whk_...","url":"https://...","name":"...","kinds":["approval.*"],"texts":false,
 *    "active":true,"made":"...","by":"ana","waiting":0,"failing_since":"...","why":"..."}
 * failing_since and why (it was switched off) only where there is something to say; kinds empty:
 * all. */
#ifndef LW_CONNECT_ENDPOINT_H
#define LW_CONNECT_ENDPOINT_H

#include "connect/webhook.h"
#include "data/value.h"
#include "engine/engine.h"

enum {
  LW_ENDPOINTS_MAX = 64,       /* each is asked about on every entry */
  LW_ENDPOINT_EVENTS_MAX = 32, /* patterns of one endpoint: there are some 30 kinds */
  LW_ENDPOINT_NAME_BYTES_MAX = 200
};
/* For how long the old secret signs too, after a change of key. */
#define LW_ENDPOINT_OLD_SECRET_USEC (24 * 3600 * LW_USEC_PER_SECOND)

struct lw_endpoint_call {
  bool allow_inside;           /* of the settings: lw_connect_allows_inside */
  lw_str id;                   /* of patch, delete, rotate, test: "whk_..." */
  const struct lw_value *json; /* of create and patch */
  struct lw_webhook_key key;   /* of create and rotate, by lw_endpoint_call_begin */
};

/* Makes the secret, before create and rotate are submitted. */
void lw_endpoint_call_begin(struct lw_endpoint_call *call, const struct lw_rand *rand);
/* After a good answer: adds "secret":"whsec_..." to it, or, when it is the first one's again,
 * "shown":true. Wipes the secret; call it after a bad answer too, with answer NULL. */
void lw_endpoint_answer_finish(struct lw_endpoint_call *call, const struct lw_change *change,
                               struct lw_buf *answer);

/* {"url":"https://...","name":"","kinds":["decision","approval.*"],"texts":false}; 201.
 * LW_INVALID names the member that does not fit, LW_LIMIT when there are LW_ENDPOINTS_MAX. */
enum lw_code lw_endpoint_create_apply(struct lw_batch *batch, struct lw_change *change,
                                      struct lw_error *err);
/* Any of url, name, kinds, texts, active. active true switches a disabled one on again: what waited
 * goes on. */
enum lw_code lw_endpoint_patch_apply(struct lw_batch *batch, struct lw_change *change,
                                     struct lw_error *err);
/* 204, without a body. What waited is dropped, and its log. */
enum lw_code lw_endpoint_delete_apply(struct lw_batch *batch, struct lw_change *change,
                                      struct lw_error *err);
/* A new secret; the old one signs too for LW_ENDPOINT_OLD_SECRET_USEC. */
enum lw_code lw_endpoint_rotate_apply(struct lw_batch *batch, struct lw_change *change,
                                      struct lw_error *err);
/* The test button: one delivery of type webhook.test, tried once, at once; it disables nothing, and
 * goes to an endpoint that is switched off too. 201 {"delivery":"dlv_..."}. */
enum lw_code lw_endpoint_test_apply(struct lw_batch *batch, struct lw_change *change,
                                    struct lw_error *err);

/* Appends {"items":[...]}, newest first; there are at most LW_ENDPOINTS_MAX. */
LW_NODISCARD enum lw_code lw_endpoints_print(struct lw_db *db, struct lw_buf *out,
                                             struct lw_error *err);
/* One; LW_NOT_FOUND. */
LW_NODISCARD enum lw_code lw_endpoint_print(struct lw_db *db, lw_str id, struct lw_buf *out,
                                            struct lw_error *err);

/* Whether one of the patterns (a kind, "prefix.*", "*") fits the kind. patterns: as stored, with a
 * space between. */
bool lw_endpoint_wants(lw_str patterns, lw_str kind);

#endif
