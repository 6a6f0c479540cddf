/* Two ways in. A token is looked up by its digest in the snapshot: no disk, no comparison of
 * secrets. A session is one row by the digest of the cookie's value.
 *
 * A browser sends cookies by itself, also with requests that another site made; so whatever changes
 * something by a cookie must show that it comes from our own page, twice: by what the browser says
 * (Sec-Fetch-Site, Origin) and by the token that only our page could read (X-CSRF-Token). Where the
 * browser says nothing, the token alone counts. */
#include "http/authn.h"

#include "engine/staff_change.h"
#include "http/host.h"

#include <stdlib.h>
#include <strings.h>

lw_str lw_authn_cookie_name(const struct lw_server *server)
{
  return server->secure_cookies ? LW_STR("__Host-leeway") : LW_STR("leeway");
}

/* Two cookies of one name can stand beside each other in a browser: one for the page by itself, and
 * one for the page in a frame of another site, which only there is sent (Partitioned). */
enum cookie_kind { ALONE, ALONE_SECURE, FRAMED };

static void add_cookie(struct lw_call *call, enum cookie_kind kind, lw_str value)
{
  static const char *const words[] = {[ALONE] = "SameSite=Lax",
                                      [ALONE_SECURE] = "Secure; SameSite=Lax",
                                      [FRAMED] = "Secure; SameSite=None; Partitioned"};
  lw_str name = lw_authn_cookie_name(call->server);
  lw_usec most = value.len != 0 ? LW_SESSION_MOST_USEC / LW_USEC_PER_SECOND : 0;
  lw_str text = lw_str_format(&call->arena, "%.*s=%.*s; Path=/; HttpOnly; %s; Max-Age=%lld",
                              LW_FMT(name), LW_FMT(value), words[kind], (long long)most);
  lw_call_add_header(call, "Set-Cookie", text);
}

void lw_authn_add_cookie(struct lw_call *call, lw_str value)
{
  struct lw_console console;
  if (!call->server->secure_cookies) {
    add_cookie(call, ALONE, value);
    return;
  }
  lw_consoles_get(call->server->consoles, &call->arena, &console);
  bool framed = console.n_frames != 0;
  /* First what may be left of before the setting changed goes: browsers that know no partitions
   * take the two for one, and the last word counts. */
  add_cookie(call, framed ? ALONE_SECURE : FRAMED, LW_STR(""));
  add_cookie(call, framed ? FRAMED : ALONE_SECURE, value);
}

bool lw_authn_same_site(struct lw_call *call)
{
  struct lw_exchange *exchange = lw_exchange_of(call);
  lw_str own = lw_str_c(call->server->public_url);
  size_t scheme = lw_str_find(own, LW_STR("://"), 0);
  size_t path = scheme != SIZE_MAX ? lw_str_find(own, LW_STR("/"), scheme + 3) : SIZE_MAX;
  own = path != SIZE_MAX ? lw_str_slice(own, 0, path) : own;
  return lw_session_origin_fits(exchange->headers[LW_HEADER_SEC_FETCH_SITE],
                                exchange->headers[LW_HEADER_ORIGIN], own);
}

static bool is_loopback(lw_str address)
{
  return lw_str_starts(address, LW_STR("127.")) || lw_str_equal(address, LW_STR("::1")) ||
         lw_str_starts(address, LW_STR("::ffff:127."));
}

static lw_str peer_of(struct lw_call *call)
{
  const struct lw_link *link = lw_exchange_of(call)->link;
  return lw_str_c(link != NULL ? link->peer : "");
}

lw_str lw_authn_source(struct lw_call *call)
{
  lw_str peer = peer_of(call);
  lw_str forwarded = lw_exchange_of(call)->headers[LW_HEADER_X_FORWARDED_FOR];
  lw_str last = forwarded;
  for (size_t at = 0; at < forwarded.len; at++) {
    last = forwarded.ptr[at] == ',' ? lw_str_slice(forwarded, at + 1, SIZE_MAX) : last;
  }
  last = lw_str_trim(last);
  return is_loopback(peer) && last.len != 0 ? last : peer;
}

bool lw_authn_is_local(struct lw_call *call)
{
  const struct lw_exchange *exchange = lw_exchange_of(call);
  return is_loopback(peer_of(call)) && !call->server->secure_cookies &&
         exchange->headers[LW_HEADER_X_FORWARDED_FOR].ptr == NULL &&
         exchange->headers[LW_HEADER_FORWARDED].ptr == NULL;
}

static void refuse(struct lw_call *call, const char *why)
{
  lw_call_add_header(call, "WWW-Authenticate", LW_STR("Bearer"));
  lw_call_fail(call, LW_UNKNOWN_CALLER, "%s", why);
}

/* The token that Authorization shows, or {NULL, 0}. */
static lw_str shown_token(const struct lw_exchange *exchange)
{
  lw_str shown = exchange->headers[LW_HEADER_AUTHORIZATION];
  lw_str scheme = LW_STR("bearer ");
  if (shown.len <= scheme.len || strncasecmp(shown.ptr, scheme.ptr, scheme.len) != 0) {
    return (lw_str){NULL, 0};
  }
  return lw_str_trim(lw_str_slice(shown, scheme.len, SIZE_MAX));
}

bool lw_authn_recall(struct lw_call *call)
{
  struct lw_exchange *exchange = lw_exchange_of(call);
  lw_str text = shown_token(exchange);
  exchange->recalled = text.ptr != NULL && lw_link_knows(exchange->link, text, &exchange->token);
  return exchange->recalled;
}

static bool digest_token(struct lw_exchange *exchange, lw_str text)
{
  if (exchange->recalled) {
    return true;
  }
  if (!lw_token_digest(exchange->work->hasher, text, &exchange->token)) {
    return false;
  }
  lw_link_remember(exchange->link, text, &exchange->token);
  return true;
}

static bool find_token(struct lw_call *call, lw_str text)
{
  struct lw_exchange *exchange = lw_exchange_of(call);
  const struct lw_token *token = NULL;
  if (digest_token(exchange, text)) {
    token = lw_token_find(call->snapshot->staff, &exchange->token, call->received);
    if (token == NULL && lw_engine_refresh(call->engine, &call->snapshot)) { /* made just now */
      token = lw_token_find(call->snapshot->staff, &exchange->token, call->received);
    }
  }
  if (token == NULL) {
    refuse(call, "this token is not known, or its time is over; an administrator makes another");
    return false;
  }
  call->caller = lw_token_caller(call->snapshot->staff, token);
  if (lw_token_note_use(token, call->received)) {
    lw_engine_wake(call->engine, call->received);
  }
  return true;
}

static bool is_forged(struct lw_call *call)
{
  struct lw_exchange *exchange = lw_exchange_of(call);
  if (call->method == LW_GET) {
    return false;
  }
  lw_str shown = exchange->headers[LW_HEADER_CSRF];
  if (!lw_authn_same_site(call)) {
    lw_call_fail(call, LW_FORBIDDEN, "this request was made by another site than Leeway's own");
    return true;
  }
  if (shown.len == 0 || !lw_session_csrf_fits(exchange->cookie, shown)) {
    lw_call_fail(call, LW_FORBIDDEN,
                 "the header X-CSRF-Token is missing or an old one; GET /v1/me gives it");
    return true;
  }
  return false;
}

/* A session's use, written beside the request that used it. Nobody waits for it. */
struct touch {
  struct lw_change change;
  struct lw_arena arena;
  lw_hash digest;
};

static void touched(struct lw_change *change)
{
  struct touch *touch = (struct touch *)change;
  lw_buf_finish(&touch->change.answer);
  lw_arena_finish(&touch->arena);
  free(touch);
}

static void note_session(struct lw_call *call, const struct lw_session *session)
{
  struct touch *touch = calloc(1, sizeof *touch);
  if (touch == NULL) {
    return;
  }
  lw_arena_init(&touch->arena, NULL, 0);
  touch->digest = session->digest;
  touch->change = (struct lw_change){.apply = lw_session_touch_apply,
                                     .done = touched,
                                     .user = &touch->digest,
                                     .arena = &touch->arena,
                                     .actor = LW_STR("leeway")};
  if (lw_engine_submit(call->engine, &touch->change, NULL) != LW_OK) {
    touched(&touch->change);
  }
}

bool lw_authn_peek(struct lw_call *call)
{
  struct lw_exchange *exchange = lw_exchange_of(call);
  struct lw_session session;
  struct lw_db *db = NULL;
  exchange->cookie =
      lw_header_cookie(exchange->headers[LW_HEADER_COOKIE], lw_authn_cookie_name(call->server));
  if (exchange->cookie.len == 0 || lw_engine_reader(call->engine, &db, NULL) != LW_OK) {
    return false;
  }
  enum lw_code code = lw_session_find(db, exchange->work->hasher, exchange->cookie, call->received,
                                      &call->arena, &session, NULL);
  lw_engine_reader_done(call->engine, db);
  if (code != LW_OK) {
    return false;
  }
  call->caller = lw_session_caller(call->snapshot->staff, &session);
  exchange->by_cookie = call->caller.person != NULL;
  if (exchange->by_cookie && lw_session_is_due(&session, call->received)) {
    note_session(call, &session);
  }
  return exchange->by_cookie;
}

static bool find_session(struct lw_call *call)
{
  struct lw_exchange *exchange = lw_exchange_of(call);
  struct lw_db *db = lw_call_reader(call);
  if (db == NULL) {
    return false;
  }
  struct lw_session session;
  struct lw_error err;
  enum lw_code code = lw_session_find(db, exchange->work->hasher, exchange->cookie, call->received,
                                      &call->arena, &session, &err);
  if (code == LW_UNKNOWN_CALLER || code == LW_EXPIRED) {
    refuse(call, "the session is over; sign in again");
    return false;
  }
  if (code != LW_OK) {
    lw_call_problem(call, &err);
    return false;
  }
  call->caller = lw_session_caller(call->snapshot->staff, &session);
  exchange->by_cookie = true;
  if (call->caller.person == NULL) {
    refuse(call, "the session is over; sign in again");
    return false;
  }
  if (lw_session_is_due(&session, call->received)) {
    note_session(call, &session);
  }
  return !is_forged(call);
}

bool lw_authn_find(struct lw_call *call)
{
  struct lw_exchange *exchange = lw_exchange_of(call);
  lw_str token = shown_token(exchange);
  exchange->cookie =
      lw_header_cookie(exchange->headers[LW_HEADER_COOKIE], lw_authn_cookie_name(call->server));
  if (token.ptr != NULL) {
    return find_token(call, token);
  }
  if (exchange->headers[LW_HEADER_AUTHORIZATION].len != 0) {
    refuse(call, "Authorization takes `Bearer` and a token");
    return false;
  }
  if (exchange->cookie.len != 0) {
    return find_session(call);
  }
  refuse(call, "sign in (POST /v1/signin), or send a token (Authorization: Bearer)");
  return false;
}
