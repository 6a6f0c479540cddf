/* Endpoints of webhooks: what an administrator sets. Each has an address, the kinds of entries that
 * it wants, and one secret (two for a day after a change of key). The secret is shown once, when it
 * is made, and never printed or logged afterwards.
 *
 * The functions named _apply are lw_change.apply, with a struct lw_endpoint_call as change->user:
 * rights (WEBHOOKS) were checked by the caller. Answers as JSON:
 *   {"id":"whk_...","url":"https://...","events":["approval.*"],"texts":false,"active":true,
 *    "made_at":"...","waiting":0,"disabled":{"at":"...","why":"..."}}   (disabled only when it is)
 * and, only where a secret was made, "secret":"whsec_...". */
#ifndef LW_CONNECT_ENDPOINT_H
#define LW_CONNECT_ENDPOINT_H

#include "engine/engine.h"

enum {
  LW_ENDPOINTS_MAX = 64,       /* each is asked about on every entry */
  LW_ENDPOINT_EVENTS_MAX = 32, /* patterns of one endpoint: there are some 30 kinds */
  LW_ENDPOINT_ID_BYTES = 32
};
/* For how long the old secret signs too, after a change of key. */
#define LW_ENDPOINT_OLD_SECRET_USEC (24 * 3600 * LW_USEC_PER_SECOND)

struct lw_endpoint_call {
  bool allow_inside;           /* of the settings: lw_connect_allows_inside */
  lw_str id;                   /* of patch, delete, rotate, test: "whk_..." */
  const struct lw_value *json; /* of create and patch */
};

/* {"url":"https://...","events":["decision","approval.*","*"],"texts":false}; 201, with the secret.
 * LW_INVALID names the member that does not fit, LW_LIMIT when there are LW_ENDPOINTS_MAX. */
enum lw_code lw_endpoint_create_apply(struct lw_batch *batch, struct lw_change *change,
                                      struct lw_error *err);
/* Any of url, events, texts, active. active true switches a disabled one on again: what waited goes
 * on. */
enum lw_code lw_endpoint_patch_apply(struct lw_batch *batch, struct lw_change *change,
                                     struct lw_error *err);
/* What waited is dropped. 200 with the endpoint as it was. */
enum lw_code lw_endpoint_delete_apply(struct lw_batch *batch, struct lw_change *change,
                                      struct lw_error *err);
/* A new secret; the old one signs too for LW_ENDPOINT_OLD_SECRET_USEC. With the secret. */
enum lw_code lw_endpoint_rotate_apply(struct lw_batch *batch, struct lw_change *change,
                                      struct lw_error *err);
/* The test button: one delivery of type webhook.test, tried once, at once; it disables nothing.
 * 202 {"delivery":"dlv_..."}. */
enum lw_code lw_endpoint_test_apply(struct lw_batch *batch, struct lw_change *change,
                                    struct lw_error *err);

/* {"items":[...]}, newest first. */
LW_NODISCARD enum lw_code lw_endpoints_print(struct lw_db *db, struct lw_buf *out,
                                             struct lw_error *err);
/* One; LW_NOT_FOUND. */
LW_NODISCARD enum lw_code lw_endpoint_print(struct lw_db *db, lw_str id, struct lw_buf *out,
                                            struct lw_error *err);

/* Whether one of the patterns (a kind, "prefix.*", "*") fits the kind. patterns: as stored, with a
 * space between. */
bool lw_endpoint_wants(lw_str patterns, lw_str kind);

#endif
