/* A page is put together for each request: what it shows before its script has run (looks.c), and
 * what that script needs first ("boot": who asks, settings, how far the set-up is). It is a block
 * of data, not a script: the policy of the page (CSP) lets nothing run but our own files. What it
 * tells is no older than `seq`: the stream of events goes on behind it, so that nothing is missed
 * in between. What is seen stands before what is read: nothing painted waits for the data.
 *
 * A page is there for everybody; signed out it says less, and its script shows the form. It never
 * sets a cookie. Only the panel may stand in a frame, of the origins in the settings. */
#include "http/pages.h"

#include "data/json.h"
#include "http/api.h"
#include "http/assets.h"
#include "http/looks.h"
#include "people/person.h"

/* --- pure --- */

void lw_page_add_json(struct lw_buf *out, lw_str json)
{
  size_t from = 0;
  for (size_t i = 0; i < json.len; i++) {
    unsigned char c = (unsigned char)json.ptr[i];
    bool ends_line = c == 0xE2 && i + 2 < json.len && (unsigned char)json.ptr[i + 1] == 0x80 &&
                     ((unsigned char)json.ptr[i + 2] & 0xFE) == 0xA8;
    if (c != '<' && c != '>' && c != '&' && !ends_line) {
      continue;
    }
    lw_buf_add(out, lw_str_slice(json, from, i - from));
    unsigned code = ends_line ? 0x2028U + ((unsigned char)json.ptr[i + 2] & 1U) : c;
    lw_buf_printf(out, "\\u%04x", code);
    i += ends_line ? 2 : 0;
    from = i + 1;
  }
  lw_buf_add(out, lw_str_slice(json, from, SIZE_MAX));
}

static bool is_language(lw_str word)
{
  return lw_str_equal(word, LW_STR("en")) || lw_str_equal(word, LW_STR("de"));
}

lw_str lw_page_language(lw_str asked, lw_str cookie, lw_str accept_language, lw_str usual)
{
  if (is_language(asked)) {
    return asked;
  }
  if (is_language(cookie)) {
    return cookie;
  }
  uint32_t en = lw_header_weight(accept_language, LW_STR("en"));
  uint32_t de = lw_header_weight(accept_language, LW_STR("de"));
  if (en != de) {
    return de > en ? LW_STR("de") : LW_STR("en");
  }
  return is_language(usual) ? usual : LW_STR("en");
}

static bool is_host(lw_str host)
{
  for (size_t i = 0; i < host.len; i++) {
    char c = host.ptr[i];
    bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    bool inside = i != 0 && i + 1 < host.len && (c == '-' || c == '.');
    if ((!letter && !inside) || (c == '.' && host.ptr[i - 1] == '.')) {
      return false;
    }
  }
  return host.len != 0;
}

static bool is_port(lw_str port)
{
  uint32_t number = 0;
  for (size_t i = 0; i < port.len; i++) {
    if (port.ptr[i] < '0' || port.ptr[i] > '9') {
      return false;
    }
    number = number * 10 + (uint32_t)(port.ptr[i] - '0');
  }
  return port.len != 0 && port.len <= 5 && number != 0 && number <= 65535;
}

bool lw_origin_fits(lw_str origin)
{
  bool secure = lw_str_starts(origin, LW_STR("https://"));
  if (origin.len > LW_ORIGIN_BYTES_MAX || (!secure && !lw_str_starts(origin, LW_STR("http://")))) {
    return false;
  }
  lw_str rest = lw_str_slice(origin, secure ? 8 : 7, SIZE_MAX);
  size_t colon = lw_str_find(rest, LW_STR(":"), 0);
  lw_str host = lw_str_slice(rest, 0, colon);
  bool local = lw_str_equal(host, LW_STR("localhost")) || lw_str_equal(host, LW_STR("127.0.0.1"));
  return is_host(host) && (secure || local) &&
         (colon == SIZE_MAX || is_port(lw_str_slice(rest, colon + 1, SIZE_MAX)));
}

/* --- what a page carries --- */

struct page {
  bool is_panel;
  lw_str surface; /* "desk"; empty: signing in */
  lw_str language;
  bool signed_in;
  uint64_t seq;
  struct lw_console console;
};

static void add_member(struct lw_buf *out, const char *name, lw_str text)
{
  lw_buf_printf(out, ",\"%s\":", name);
  lw_json_add_string(out, text);
}

/* Of whoever has signed in. */
static void add_caller(struct lw_call *call, const struct page *page, struct lw_buf *out)
{
  char csrf[LW_SECRET_TEXT_BYTES];
  lw_session_csrf(lw_exchange_of(call)->cookie, csrf);
  add_member(out, "csrf", lw_str_from(csrf, sizeof csrf));
  lw_buf_printf(out, ",\"seq\":%llu,\"me\":", (unsigned long long)page->seq);
  lw_buf_reset(&call->out);
  lw_api_add_me(call);
  lw_buf_add(out, lw_buf_str(&call->out));
  lw_buf_reset(&call->out);
}

static void add_frames(const struct page *page, struct lw_buf *out)
{
  LW_BUF_LIT(out, ",\"framed_by\":[");
  for (uint32_t i = 0; page->is_panel && i < page->console.n_frames; i++) {
    lw_buf_add(out, i == 0 ? LW_STR("") : LW_STR(","));
    lw_json_add_string(out, page->console.frames[i]);
  }
  LW_BUF_LIT(out, "]");
}

static void add_setup(struct lw_call *call, struct lw_buf *out)
{
  struct lw_buf setup = {.ptr = NULL};
  if (lw_setup_may(call) && lw_setup_add(call, &setup, NULL) == LW_OK && !setup.failed) {
    LW_BUF_LIT(out, ",\"setup\":");
    lw_buf_add(out, lw_buf_str(&setup));
  }
  lw_buf_finish(&setup);
}

/* Whether nobody is an administrator: who signs in then is told of the printed link. */
static bool is_first(const struct lw_staff *staff)
{
  for (uint32_t i = 0; i < staff->directory.count; i++) {
    const struct lw_person *person = &staff->persons[i];
    if ((person->roles & LW_ROLE_ADMIN) != 0) { /* the directory is of those who are active */
      return false;
    }
  }
  return true;
}

static void add_boot(struct lw_call *call, const struct page *page, struct lw_buf *out)
{
  lw_buf_printf(out, "{\"page\":\"%s\",\"version\":\"%s\",\"now\":\"",
                page->is_panel ? "panel" : "app", LW_VERSION);
  lw_rfc3339_print(call->received / LW_USEC_PER_SECOND,
                   (uint32_t)(call->received % LW_USEC_PER_SECOND) * 1000U, out);
  lw_buf_add_char(out, '"');
  add_member(out, "lang", page->language);
  add_member(out, "worker", lw_page_worker);
  LW_BUF_LIT(out, ",\"assets\":");
  lw_buf_add(out, lw_page_styles);
  lw_buf_printf(out, ",\"signed_in\":%s", page->signed_in ? "true" : "false");
  if (page->signed_in) {
    add_caller(call, page, out);
  } else if (is_first(call->snapshot->staff)) {
    LW_BUF_LIT(out, ",\"first\":true");
  }
  if (out->len > LW_PAGE_BOOT_BYTES_MAX) { /* somebody with thousands of limits: enough to begin */
    LW_BUF_LIT(out, ",\"settings\":{},\"framed_by\":[]}");
    return;
  }
  LW_BUF_LIT(out, ",\"settings\":");
  lw_settings_add_public(call, &page->console, page->signed_in, out);
  if (page->signed_in) {
    add_setup(call, out);
  }
  add_frames(page, out);
  LW_BUF_LIT(out, "}");
}

/* --- the document --- */

/* The policy of the page. Only our own files are fetched and run, and of styles within the page
 * that one alone, by its digest; the script's one policy for trusted types is for the worker's
 * address. */
static lw_str content_policy(struct lw_call *call, const struct page *page,
                             const struct lw_page_head *head)
{
  lw_str frames = page->is_panel && page->console.n_frames != 0
                      ? page->console.texts[LW_CONSOLE_FRAMES]
                      : LW_STR("'none'");
  return lw_str_format(&call->arena,
                       "default-src 'none'; script-src 'self'; style-src 'self' "
                       "'sha256-%.*s'; font-src 'self'; "
                       "img-src 'self' data:; connect-src 'self'; worker-src 'self'; manifest-src "
                       "'self'; base-uri 'none'; form-action 'self'; frame-ancestors %.*s; "
                       "require-trusted-types-for 'script'; trusted-types leeway",
                       LW_FMT(head->style_digest), LW_FMT(frames));
}

/* Whether a page of somebody else may have led here, and would keep a hold on the window: anything
 * but an address typed or kept by a person, and our own pages. A browser that does not say counts
 * as led. Asked for always, the cut makes a browser begin a second process for the first page that
 * it opens, some 60 ms before anything is seen. */
static bool is_led_here(struct lw_call *call)
{
  lw_str site = lw_exchange_of(call)->headers[LW_HEADER_SEC_FETCH_SITE];
  return !lw_str_equal(site, LW_STR("none")) && !lw_str_equal(site, LW_STR("same-origin"));
}

static void add_page_headers(struct lw_call *call, const struct page *page,
                             const struct lw_page_head *head)
{
  lw_call_add_header(call, "Content-Security-Policy", content_policy(call, page, head));
  lw_call_add_header(call, "Referrer-Policy", LW_STR("same-origin"));
  if (is_led_here(call)) {
    lw_call_add_header(call, "Cross-Origin-Opener-Policy", LW_STR("same-origin"));
  }
  lw_call_add_header(call, "Permissions-Policy",
                     LW_STR("camera=(), microphone=(), geolocation=()"));
}

/* Whether the first steps are still to be done, by whoever asks. */
static bool is_unset(struct lw_call *call)
{
  return lw_setup_may(call) && (call->snapshot->policy == NULL || !lw_setup_has_decided(call));
}

/* "light" or "dark", as the script has kept it or as the address of a panel says; else empty. So
 * the first paint is right. */
static lw_str theme_of(struct lw_call *call, const struct page *page)
{
  lw_str cookies = lw_exchange_of(call)->headers[LW_HEADER_COOKIE];
  lw_str kept[] = {page->is_panel ? lw_call_query(call, "theme") : LW_STR(""),
                   lw_header_cookie(cookies, LW_STR("lw_theme"))};
  for (size_t i = 0; i < sizeof kept / sizeof kept[0]; i++) {
    if (lw_str_equal(kept[i], LW_STR("dark")) || lw_str_equal(kept[i], LW_STR("light"))) {
      return kept[i];
    }
  }
  return LW_STR("");
}

enum { HINT_BYTES_MAX = 400 };

/* The case that the panel's address names, as its script takes it. */
static lw_str case_of(struct lw_call *call)
{
  lw_str found = lw_str_trim(lw_call_query(call, "case"));
  return found.len <= HINT_BYTES_MAX ? found : LW_STR("");
}

/* Whether the panel stands in a frame looks another way. A browser that does not say it leaves that
 * open, unless nobody may have it in one. */
static const struct lw_look *panel_look(struct lw_call *call, const struct page *page)
{
  lw_str dest = lw_exchange_of(call)->headers[LW_HEADER_SEC_FETCH_DEST];
  bool has_case = case_of(call).len != 0;
  if (dest.len == 0 && page->console.n_frames != 0) {
    return NULL;
  }
  if (lw_str_equal(dest, LW_STR("iframe")) || lw_str_equal(dest, LW_STR("frame"))) {
    return lw_look_find(has_case ? LW_STR("panel/framed") : LW_STR("panel/framed/none"),
                        page->language);
  }
  return lw_look_find(has_case ? LW_STR("panel") : LW_STR("panel/none"), page->language);
}

/* NULL where what is shown first depends on what only the script knows. */
static const struct lw_look *look_of(struct lw_call *call, const struct page *page)
{
  if (!page->signed_in) {
    bool invited = lw_str_equal(page->surface, LW_STR("invitation"));
    return invited ? NULL : lw_look_find(LW_STR("signin"), page->language);
  }
  if (page->is_panel) {
    return panel_look(call, page);
  }
  if (lw_str_equal(page->surface, LW_STR("signin"))) { /* of who is in: leads on */
    return NULL;
  }
  const struct lw_look *part = lw_look_find(lw_str_slice(call->path, 1, SIZE_MAX), page->language);
  return part != NULL ? part : lw_look_find(page->surface, page->language);
}

static void add_look(struct lw_call *call, const struct page *page, struct lw_buf *out)
{
  const struct lw_look *look = look_of(call, page);
  const struct lw_person *person = page->signed_in ? call->caller.person : NULL;
  enum lw_view stats =
      page->signed_in ? lw_access_view(&call->caller, LW_ACCESS_SEE_STATS) : LW_VIEW_NONE;
  struct lw_looker looker = {
      .name = call->caller.actor,
      .is_human = person == NULL || person->actor.kind == LW_ACTOR_HUMAN,
      .is_here = person == NULL || lw_person_is_here(person, call->received),
      .sees_desk = stats == LW_VIEW_TEAM || stats == LW_VIEW_ALL,
      .sees_setup = page->signed_in && is_unset(call),
      .sees_train =
          page->signed_in && lw_access_view(&call->caller, LW_ACCESS_LEARN) != LW_VIEW_NONE,
      .theme = theme_of(call, page),
      .case_id = case_of(call),
      .help = page->console.texts[LW_CONSOLE_SIGNIN_HELP],
  };
  if (person != NULL) {
    looker.name = person->actor.name.len != 0 ? person->actor.name : person->actor.id;
    looker.tier = person->actor.tier;
    looker.team = person->team;
  }
  if (look != NULL) {
    lw_look_add(out, look, &looker);
  }
}

static void print_page(struct lw_call *call, const struct page *page,
                       const struct lw_page_head *head)
{
  struct lw_buf boot = {.ptr = NULL};
  struct lw_buf *out = &call->out;
  add_boot(call, page, &boot); /* uses the reply's buffer for a part */
  lw_str theme = theme_of(call, page);
  lw_buf_reset(out);
  lw_buf_printf(out, "<!doctype html><html lang=\"%.*s\"", LW_FMT(page->language));
  if (theme.len != 0) {
    lw_buf_printf(out, " data-theme=\"%.*s\"", LW_FMT(theme));
  }
  LW_BUF_LIT(out, "><head><meta charset=\"utf-8\">"
                  "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">"
                  "<title>Leeway</title><link rel=\"icon\" href=\"/favicon.svg\">"
                  "<link rel=\"manifest\" href=\"/manifest.webmanifest\">");
  lw_buf_printf(out, "<style data-from=\"%.*s\">", LW_FMT(head->style_from));
  lw_buf_add(out, head->style);
  LW_BUF_LIT(out, "</style>");
  lw_buf_printf(out,
                "<script type=\"module\" src=\"%.*s\" data-later=\"%.*s\"></script></head><body>"
                "<div id=\"app\">",
                LW_FMT(head->script), LW_FMT(head->later));
  add_look(call, page, out);
  LW_BUF_LIT(out, "</div><script type=\"application/json\" id=\"boot\">");
  lw_page_add_json(out, lw_buf_str(&boot));
  LW_BUF_LIT(out, "</script></body></html>\n");
  out->failed = out->failed || boot.failed;
  lw_buf_finish(&boot);
}

/* Who asks, as things stand now: the picture of people and policy is no older than seq. */
static void look(struct lw_call *call, struct page *page)
{
  page->seq = lw_engine_seq(call->engine);
  lw_snapshot_unref(call->snapshot);
  call->snapshot = lw_engine_snapshot(call->engine);
  page->signed_in = lw_authn_peek(call);
  lw_consoles_get(call->server->consoles, &call->arena, &page->console);
}

static void show(struct lw_call *call, struct page *page)
{
  struct lw_exchange *exchange = lw_exchange_of(call);
  lw_str cookie = lw_header_cookie(exchange->headers[LW_HEADER_COOKIE], LW_STR("lw_lang"));
  page->language =
      lw_page_language(lw_call_query(call, "lang"), cookie,
                       exchange->headers[LW_HEADER_ACCEPT_LANGUAGE], page->console.language);
  bool names_surface = page->signed_in || page->is_panel;
  const struct lw_page_head *head =
      lw_page_head_find(names_surface ? page->surface : LW_STR(""), page->language);
  if (head == NULL) {
    lw_call_fail(call, LW_NOT_FOUND, "this program was built without its console");
    return;
  }
  print_page(call, page, head);
  add_page_headers(call, page, head);
  lw_call_reply_as(call, 200, "text/html; charset=utf-8");
}

void lw_page_panel(struct lw_call *call)
{
  struct page page = {.is_panel = true, .surface = LW_STR("panel")};
  look(call, &page);
  show(call, &page);
}

/* The surface is the first part of the path. */
void lw_page_app(struct lw_call *call)
{
  lw_str rest = lw_str_slice(call->path, 1, SIZE_MAX);
  struct page page = {.surface = lw_str_slice(rest, 0, lw_str_find(rest, LW_STR("/"), 0))};
  look(call, &page);
  show(call, &page);
}

static lw_str home_of(struct lw_call *call)
{
  enum lw_view view = lw_access_view(&call->caller, LW_ACCESS_SEE_STATS);
  if (is_unset(call)) {
    return LW_STR("/setup");
  }
  return view == LW_VIEW_TEAM || view == LW_VIEW_ALL ? LW_STR("/desk") : LW_STR("/panel");
}

/* Where whoever has signed in works; else signing in. */
void lw_page_home(struct lw_call *call)
{
  struct page page = {.surface = LW_STR("")};
  look(call, &page);
  if (!page.signed_in || lw_page_heads_count == 0) {
    show(call, &page);
    return;
  }
  lw_call_add_header(call, "Location", home_of(call));
  lw_call_reply_as(call, 302, "text/html; charset=utf-8");
}
