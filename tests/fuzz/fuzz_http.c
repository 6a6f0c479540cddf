/* Bytes from outside, as the server takes them apart before it knows who sends them: paths and
 * queries, cookies, tokens, ids, signatures of webhooks, entries of the journal; and what it puts
 * somebody's text into: frames of event streams, headers of mails.
 *
 * - What is found lies within what was given, and is what a second writing makes of it again.
 * - A token with one bit turned is no token; a webhook with one byte more does not fit.
 * - No text begins a line of its own in a frame or a header. */
#include "fuzz.h"

#include "base/id.h"
#include "base/utf8.h"
#include "connect/webhook.h"
#include "http/exchange.h"
#include "http/query.h"
#include "http/router.h"
#include "http/streams.h"
#include "ledger/entry.h"
#include "net/mail.h"
#include "people/signin.h"
#include "people/token.h"

enum { NOW_SECONDS = 1767225600 };

/* Made once: it has no state between two hashes. */
static struct lw_hasher *the_hasher;

static bool lies_within(lw_str part, lw_str whole)
{
  return part.len == 0 || (part.ptr >= whole.ptr && part.ptr + part.len <= whole.ptr + whole.len);
}

/* --- paths and queries --- */

static void escape(lw_str text, struct lw_buf *out)
{
  for (size_t i = 0; i < text.len; i++) {
    lw_buf_printf(out, "%%%02X", (unsigned)(unsigned char)text.ptr[i]);
  }
}

static void try_unescape(struct lw_arena *arena, lw_str raw, bool plus)
{
  lw_str text = {NULL, 0};
  lw_str again = {NULL, 0};
  struct lw_buf escaped = {0};
  if (!lw_query_unescape(arena, raw, plus, &text)) {
    return;
  }
  FUZZ_CHECK(text.len <= raw.len && lw_utf8_check(text) == text.len, "%.*s", LW_FMT(raw));
  FUZZ_CHECK(text.len == 0 || memchr(text.ptr, '\0', text.len) == NULL, "a NUL came through");
  escape(text, &escaped);
  FUZZ_CHECK(lw_query_unescape(arena, lw_buf_str(&escaped), plus, &again) &&
                 lw_str_equal(again, text),
             "%.*s", LW_FMT(raw));
  lw_buf_finish(&escaped);
}

static void try_query(struct lw_arena *arena, lw_str query)
{
  lw_str rest = query;
  lw_str name;
  lw_str value;
  lw_str found;
  while (lw_query_next(&rest, &name, &value)) {
    FUZZ_CHECK(lies_within(name, query) && lies_within(value, query), "%.*s", LW_FMT(query));
    try_unescape(arena, name, true);
    try_unescape(arena, value, true);
  }
  (void)!lw_query_get(arena, query, LW_STR("after"), &found);
  (void)!lw_query_get(arena, query, LW_STR(""), &found);
}

static void try_path(struct lw_arena *arena, lw_str path)
{
  for (int method = 0; method < LW_METHODS; method++) {
    struct lw_route_match match;
    lw_route_find((enum lw_method)method, path, &match);
    FUZZ_CHECK(match.row == NULL || match.row->method == (enum lw_method)method, "another method");
    for (size_t i = 0; match.row != NULL && i < 2; i++) {
      FUZZ_CHECK(lies_within(match.params[i], path), "%.*s", LW_FMT(path));
      FUZZ_CHECK(match.params[i].len == 0 ||
                     memchr(match.params[i].ptr, '/', match.params[i].len) == NULL,
                 "a parameter with a slash: %.*s", LW_FMT(path));
      try_unescape(arena, match.params[i], false);
    }
  }
}

/* --- who calls --- */

struct given_bytes {
  lw_str bytes;
  size_t at;
};

static void fill_from(void *user, void *place, size_t size_bytes)
{
  struct given_bytes *given = user;
  for (size_t i = 0; i < size_bytes; i++) {
    bool some = given->bytes.len != 0;
    ((char *)place)[i] = some ? given->bytes.ptr[given->at++ % given->bytes.len] : 'x';
  }
}

static void try_token(lw_str text)
{
  struct given_bytes given = {text, 0};
  const struct lw_rand rand = {.fill = fill_from, .user = &given};
  char token[LW_TOKEN_TEXT_BYTES];
  lw_hash digest;
  if (lw_token_digest(the_hasher, text, &digest)) {
    FUZZ_CHECK(text.len == LW_TOKEN_TEXT_BYTES && lw_str_starts(text, LW_STR("lw_")), "%.*s",
               LW_FMT(text));
  }
  lw_token_make(&rand, token);
  FUZZ_CHECK(lw_token_digest(the_hasher, lw_str_from(token, sizeof token), &digest), "%.*s",
             (int)sizeof token, token);
  size_t turned = text.len % sizeof token;
  token[turned] = (char)(token[turned] ^ (1 << (text.len % 7)));
  FUZZ_CHECK(!lw_token_digest(the_hasher, lw_str_from(token, sizeof token), &digest), "%.*s",
             (int)sizeof token, token);
}

static void try_session(lw_str text)
{
  char csrf[LW_SECRET_TEXT_BYTES];
  lw_str cookie = lw_header_cookie(text, LW_STR("leeway"));
  FUZZ_CHECK(lies_within(cookie, text), "%.*s", LW_FMT(text));
  FUZZ_CHECK(cookie.len == 0 || memchr(cookie.ptr, ';', cookie.len) == NULL, "%.*s",
             LW_FMT(cookie));
  lw_session_csrf(cookie, csrf);
  FUZZ_CHECK(cookie.len == 0 || lw_session_csrf_fits(cookie, lw_str_from(csrf, sizeof csrf)),
             "its own token does not fit");
  FUZZ_CHECK(!lw_session_csrf_fits(LW_STR(""), lw_str_from(csrf, sizeof csrf)), "without a cookie");
  bool same = lw_session_origin_fits(text, LW_STR(""), LW_STR("https://a"));
  FUZZ_CHECK(!same || text.len == 0 || lw_str_equal(text, LW_STR("same-origin")) ||
                 lw_str_equal(text, LW_STR("none")),
             "%.*s", LW_FMT(text));
}

static void try_id(lw_str text)
{
  lw_id id;
  char place[LW_ID_TEXT_BYTES_MAX];
  if (lw_id_read(LW_STR("dec"), text, &id)) {
    size_t len = lw_id_write(LW_STR("dec"), id, place);
    FUZZ_CHECK(lw_str_equal(lw_str_from(place, len), text), "%.*s", LW_FMT(text));
  }
}

/* --- entries of the journal --- */

static void try_entry(lw_str bytes)
{
  size_t offset = 0;
  struct lw_entry_view entry;
  for (size_t before = 0; lw_entry_read(bytes, &offset, &entry); before = offset) {
    FUZZ_CHECK(offset > before && offset <= bytes.len, "it does not go on");
    size_t size = lw_entry_size(entry.kind, entry.actor, entry.body);
    FUZZ_CHECK(size == offset - before, "%zu bytes, read as %zu", size, offset - before);
    char *again = malloc(size);
    FUZZ_CHECK(again != NULL, "no memory");
    lw_entry_write(&entry, size, again);
    FUZZ_CHECK(memcmp(again, bytes.ptr + before, size - LW_HASH_BYTES) == 0, "other bytes");
    free(again);
  }
}

/* --- webhooks --- */

/* Three lines as headers, the rest as body: what is not signed by us fits nothing. */
static void try_webhook(lw_str text)
{
  struct lw_webhook_key key;
  struct lw_webhook_key other = {.count = 0};
  struct given_bytes given = {text, 0};
  struct lw_buf signature = {0};
  struct lw_error err = {0};
  const struct lw_rand rand = {.fill = fill_from, .user = &given};
  lw_webhook_key_make(&rand, &key);
  (void)!lw_webhook_key_read(text, &other);
  struct lw_webhook_headers headers = {lw_str_line(text, 1), lw_str_line(text, 2),
                                       lw_str_line(text, 3)};
  (void)!lw_webhook_verify(&headers, text, &key, 1, NOW_SECONDS, &err);
  lw_webhook_sign(LW_STR("dlv_1"), NOW_SECONDS, text, &key, 1, &signature);
  headers =
      (struct lw_webhook_headers){LW_STR("dlv_1"), LW_STR("1767225600"), lw_buf_str(&signature)};
  FUZZ_CHECK(lw_webhook_verify(&headers, text, &key, 1, NOW_SECONDS, &err) == LW_OK, "%s",
             err.text);
  struct lw_buf longer = {0};
  lw_buf_add(&longer, text);
  lw_buf_add_char(&longer, ' ');
  FUZZ_CHECK(lw_webhook_verify(&headers, lw_buf_str(&longer), &key, 1, NOW_SECONDS, &err) != LW_OK,
             "another body fits");
  lw_buf_finish(&longer);
  lw_buf_finish(&signature);
}

/* --- what is written --- */

static void try_frame(lw_str data)
{
  struct lw_buf frame = {0};
  lw_stream_frame(&frame, 7, LW_STR("decision"), data);
  lw_str text = lw_buf_str(&frame);
  FUZZ_CHECK(lw_str_starts(text, LW_STR("id: 7\nevent: decision\ndata: ")), "%.*s", LW_FMT(text));
  FUZZ_CHECK(lw_str_ends(text, LW_STR("\n\n")), "no end");
  for (size_t at = 0; at + 2 < text.len; at++) {
    FUZZ_CHECK(text.ptr[at] != '\n' ||
                   lw_str_starts(lw_str_slice(text, at + 1, SIZE_MAX), LW_STR("data: ")) ||
                   lw_str_starts(lw_str_slice(text, at + 1, SIZE_MAX), LW_STR("event: ")),
               "a line of its own: %.*s", LW_FMT(text));
  }
  lw_buf_finish(&frame);
}

/* Every line of the header begins as we write it, or goes on the one before. */
static void check_header(lw_str message)
{
  static const char *const begins[] = {"Date: ",
                                       "From: ",
                                       "To: ",
                                       "Message-ID: ",
                                       "Subject: ",
                                       "Auto-Submitted: ",
                                       "MIME-Version",
                                       "Content-Type: ",
                                       "Content-Transfer-Encoding: ",
                                       " ",
                                       "=?UTF-8?B?"};
  size_t end = lw_str_find(message, LW_STR("\r\n\r\n"), 0);
  FUZZ_CHECK(end != SIZE_MAX, "a mail without an end of its header");
  for (size_t at = 0; at < end;) {
    size_t next = lw_str_find(message, LW_STR("\r\n"), at);
    lw_str line = lw_str_slice(message, at, next - at);
    bool known = false;
    for (size_t i = 0; i < sizeof begins / sizeof begins[0]; i++) {
      known = known || lw_str_starts(line, lw_str_c(begins[i]));
    }
    FUZZ_CHECK(known, "a header of its own: %.*s", LW_FMT(line));
    FUZZ_CHECK(line.len == 0 || (memchr(line.ptr, '\n', line.len) == NULL &&
                                 memchr(line.ptr, '\r', line.len) == NULL),
               "a bare line end");
    at = next + 2;
  }
}

static void try_mail(lw_str text)
{
  const struct lw_mail mail = {.from = LW_STR("leeway@example.org"),
                               .from_name = text,
                               .to = LW_STR("ana@example.org"),
                               .to_name = text,
                               .subject = text,
                               .text = text,
                               .id = LW_STR("dlv_1"),
                               .at = (lw_usec)NOW_SECONDS * LW_USEC_PER_SECOND};
  struct lw_buf out = {0};
  struct lw_error err = {0};
  if (lw_mail_address_fits(text)) {
    for (size_t i = 0; i < text.len; i++) {
      FUZZ_CHECK(text.ptr[i] > ' ' && text.ptr[i] <= '~' && strchr("<>,;:\"", text.ptr[i]) == NULL,
                 "an address: %.*s", LW_FMT(text));
    }
  }
  if (lw_mail_print(&mail, &out, &err) == LW_OK) {
    check_header(lw_buf_str(&out));
  }
  lw_buf_finish(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  struct fuzz_memory memory;
  struct lw_arena arena;
  lw_str text = {(const char *)data, size};
  if (the_hasher == NULL) {
    the_hasher = lw_hasher_create();
    FUZZ_CHECK(the_hasher != NULL && lw_crypto_start(), "no cryptography");
  }
  fuzz_memory_init(&memory);
  lw_arena_init(&arena, &memory.allocator, 0);
  try_query(&arena, text);
  try_path(&arena, text);
  try_token(text);
  try_session(text);
  try_id(text);
  try_entry(text);
  try_webhook(text);
  try_frame(text);
  try_mail(text);
  lw_arena_finish(&arena);
  FUZZ_CHECK(memory.out == 0, "%zu pieces of memory are still out", memory.out);
  return 0;
}
