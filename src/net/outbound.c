/* libcurl's multi interface on the caller's thread: any number of transfers under way, none waiting
 * for another. A transfer is an easy handle with what belongs to it, in a list of the client's.
 *
 * Turned down: the easy interface with a pool of threads (a few slow endpoints would hold all
 * threads for their 20 seconds); proxies of the environment (a proxy would do the connecting,
 * behind the check of the address). */
#include "net/outbound.h"

#include "base/clock.h"
#include "net/address.h"

#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>

struct transfer {
  struct lw_outbound_client *client;
  struct transfer *next;
  struct transfer *before;
  CURL *easy;
  struct curl_slist *list; /* headers, or who the mail is to */
  uint64_t tag;
  lw_usec began;
  bool is_mail;
  bool refused; /* an address inside one's own network */
  bool cut;     /* the reply was longer than anybody reads */
  size_t reply_bytes;
  char *message; /* mail: what is still to be sent, copied */
  size_t message_bytes;
  size_t message_sent;
  char error[CURL_ERROR_SIZE];
};

struct lw_outbound_client {
  struct lw_outbound face;
  CURLM *multi;
  struct transfer *transfers;
  bool allow_inside;
  lw_usec connect_usec;
  lw_usec whole_usec;
  bool smtp_plain;
  char *smtp_url;
  char *ca_file;
  struct lw_mail_login login;
};

/* --- transfers --- */

static void transfer_destroy(struct transfer *transfer)
{
  struct lw_outbound_client *client = transfer->client;
  if (transfer->before != NULL) {
    transfer->before->next = transfer->next;
  } else if (client->transfers == transfer) {
    client->transfers = transfer->next;
  }
  if (transfer->next != NULL) {
    transfer->next->before = transfer->before;
  }
  if (transfer->easy != NULL) {
    (void)curl_multi_remove_handle(client->multi, transfer->easy);
    curl_easy_cleanup(transfer->easy);
  }
  curl_slist_free_all(transfer->list);
  free(transfer->message);
  free(transfer);
}

static struct transfer *transfer_create(struct lw_outbound_client *client, uint64_t tag)
{
  struct transfer *transfer = calloc(1, sizeof(*transfer));
  if (transfer == NULL) {
    return NULL;
  }
  transfer->client = client;
  transfer->tag = tag;
  transfer->began = lw_clock_monotonic();
  transfer->next = client->transfers;
  if (transfer->next != NULL) {
    transfer->next->before = transfer;
  }
  client->transfers = transfer;
  transfer->easy = curl_easy_init();
  if (transfer->easy == NULL) {
    transfer_destroy(transfer);
    return NULL;
  }
  return transfer;
}

static bool add_to_list(struct transfer *transfer, lw_str name, const char *between, lw_str value)
{
  struct lw_buf line = {0};
  lw_buf_add(&line, name);
  lw_buf_add_c(&line, between);
  lw_buf_add(&line, value);
  lw_buf_add_char(&line, '\0');
  struct curl_slist *longer = line.failed ? NULL : curl_slist_append(transfer->list, line.ptr);
  lw_buf_finish(&line);
  if (longer == NULL) {
    return false;
  }
  transfer->list = longer;
  return true;
}

/* --- what libcurl calls --- */

static curl_socket_t on_open(void *user, curlsocktype purpose, struct curl_sockaddr *address)
{
  struct transfer *transfer = user;
  (void)purpose;
  if (!transfer->client->allow_inside && lw_address_is_inside(&address->addr)) {
    transfer->refused = true;
    return CURL_SOCKET_BAD;
  }
  return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

static size_t on_reply(char *bytes, size_t one, size_t count, void *user)
{
  struct transfer *transfer = user;
  (void)bytes;
  transfer->reply_bytes += one * count;
  if (transfer->reply_bytes > LW_OUTBOUND_REPLY_BYTES_MAX) {
    transfer->cut = true;
    return 0; /* ends the transfer */
  }
  return one * count;
}

static size_t on_message(char *place, size_t one, size_t count, void *user)
{
  struct transfer *transfer = user;
  size_t room = one * count;
  size_t left = transfer->message_bytes - transfer->message_sent;
  size_t now = left < room ? left : room;
  if (now != 0) {
    memcpy(place, transfer->message + transfer->message_sent, now);
  }
  transfer->message_sent += now;
  return now;
}

/* --- beginning --- */

static bool set_text(CURL *easy, CURLoption option, const char *text)
{
  return curl_easy_setopt(easy, option, text) == CURLE_OK;
}

static bool set_long(CURL *easy, CURLoption option, long value)
{
  return curl_easy_setopt(easy, option, value) == CURLE_OK;
}

static bool set_protocols(CURL *easy, bool is_mail)
{
#if LIBCURL_VERSION_NUM >= 0x075500
  return set_text(easy, CURLOPT_PROTOCOLS_STR, is_mail ? "smtp,smtps" : "http,https");
#else
  return set_long(easy, CURLOPT_PROTOCOLS,
                  is_mail ? CURLPROTO_SMTP | CURLPROTO_SMTPS : CURLPROTO_HTTP | CURLPROTO_HTTPS);
#endif
}

static bool set_common(struct transfer *transfer)
{
  const struct lw_outbound_client *client = transfer->client;
  CURL *easy = transfer->easy;
  return set_long(easy, CURLOPT_NOSIGNAL, 1) && set_text(easy, CURLOPT_PROXY, "") &&
         set_long(easy, CURLOPT_SSL_VERIFYPEER, 1) && set_long(easy, CURLOPT_SSL_VERIFYHOST, 2) &&
         set_long(easy, CURLOPT_CONNECTTIMEOUT_MS, (long)(client->connect_usec / 1000)) &&
         set_long(easy, CURLOPT_TIMEOUT_MS, (long)(client->whole_usec / 1000)) &&
         set_protocols(easy, transfer->is_mail) &&
         (client->ca_file == NULL || set_text(easy, CURLOPT_CAINFO, client->ca_file)) &&
         curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, transfer->error) == CURLE_OK &&
         curl_easy_setopt(easy, CURLOPT_PRIVATE, transfer) == CURLE_OK &&
         curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_reply) == CURLE_OK &&
         curl_easy_setopt(easy, CURLOPT_WRITEDATA, transfer) == CURLE_OK;
}

static bool set_post(struct transfer *transfer, const struct lw_outbound_post *post)
{
  CURL *easy = transfer->easy;
  bool done = add_to_list(transfer, LW_STR("Content-Type"), ": ", LW_STR("application/json")) &&
              add_to_list(transfer, LW_STR("Expect"), ":", LW_STR(""));
  for (size_t i = 0; done && i < post->headers_count; i++) {
    done = add_to_list(transfer, post->headers[i].name, ": ", post->headers[i].value);
  }
  return done && set_long(easy, CURLOPT_POST, 1) && set_long(easy, CURLOPT_FOLLOWLOCATION, 0) &&
         curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)post->body.len) ==
             CURLE_OK &&
         set_text(easy, CURLOPT_COPYPOSTFIELDS, post->body.len != 0 ? post->body.ptr : "") &&
         set_text(easy, CURLOPT_USERAGENT, "Leeway/" LW_VERSION) &&
         curl_easy_setopt(easy, CURLOPT_HTTPHEADER, transfer->list) == CURLE_OK &&
         curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, on_open) == CURLE_OK &&
         curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, transfer) == CURLE_OK;
}

static bool set_mail(struct transfer *transfer, const struct lw_outbound_mail *mail)
{
  const struct lw_outbound_client *client = transfer->client;
  CURL *easy = transfer->easy;
  transfer->message = malloc(mail->message.len + 1);
  if (transfer->message == NULL || !add_to_list(transfer, LW_STR("<"), "", mail->to)) {
    return false;
  }
  memcpy(transfer->message, mail->message.ptr, mail->message.len);
  transfer->message_bytes = mail->message.len;
  struct lw_buf from = {0};
  lw_buf_printf(&from, "<%.*s>", LW_FMT(mail->from));
  lw_buf_add_char(&from, '\0');
  bool done = !from.failed && set_text(easy, CURLOPT_MAIL_FROM, from.ptr);
  lw_buf_finish(&from);
  bool login = client->login.user[0] != '\0';
  return done && set_text(easy, CURLOPT_URL, client->smtp_url) &&
         set_long(easy, CURLOPT_USE_SSL, client->smtp_plain ? CURLUSESSL_TRY : CURLUSESSL_ALL) &&
         set_long(easy, CURLOPT_UPLOAD, 1) &&
         curl_easy_setopt(easy, CURLOPT_INFILESIZE_LARGE, (curl_off_t)mail->message.len) ==
             CURLE_OK &&
         curl_easy_setopt(easy, CURLOPT_READFUNCTION, on_message) == CURLE_OK &&
         curl_easy_setopt(easy, CURLOPT_READDATA, transfer) == CURLE_OK &&
         curl_easy_setopt(easy, CURLOPT_MAIL_RCPT, transfer->list) == CURLE_OK &&
         (!login || (set_text(easy, CURLOPT_USERNAME, client->login.user) &&
                     set_text(easy, CURLOPT_PASSWORD, client->login.password)));
}

static enum lw_code begin(struct transfer *transfer, bool is_set, struct lw_error *err)
{
  if (!is_set || curl_multi_add_handle(transfer->client->multi, transfer->easy) != CURLM_OK) {
    transfer_destroy(transfer);
    return lw_fail(err, LW_NO_MEMORY, "out of memory");
  }
  return LW_OK;
}

static bool is_one_line(lw_str text)
{
  for (size_t i = 0; i < text.len; i++) {
    unsigned char c = (unsigned char)text.ptr[i];
    if (c < ' ' || c == 0x7f) {
      return false;
    }
  }
  return true;
}

static bool post_fits(const struct lw_outbound_post *post)
{
  bool fits = post->headers_count <= LW_OUTBOUND_HEADERS_MAX && is_one_line(post->url);
  for (size_t i = 0; fits && i < post->headers_count; i++) {
    fits = is_one_line(post->headers[i].name) && is_one_line(post->headers[i].value);
  }
  return fits;
}

static enum lw_code client_post(void *user, uint64_t tag, const struct lw_outbound_post *post,
                                struct lw_error *err)
{
  struct lw_outbound_client *client = user;
  if (!post_fits(post)) {
    return lw_fail(err, LW_INVALID, "a line end in an address or header");
  }
  struct transfer *transfer = transfer_create(client, tag);
  if (transfer == NULL) {
    return lw_fail(err, LW_NO_MEMORY, "out of memory");
  }
  struct lw_buf url = {0};
  lw_buf_add(&url, post->url);
  lw_buf_add_char(&url, '\0');
  bool is_set = !url.failed && set_common(transfer) &&
                set_text(transfer->easy, CURLOPT_URL, url.ptr) && set_post(transfer, post);
  lw_buf_finish(&url);
  return begin(transfer, is_set, err);
}

static enum lw_code client_mail(void *user, uint64_t tag, const struct lw_outbound_mail *mail,
                                struct lw_error *err)
{
  struct lw_outbound_client *client = user;
  if (client->smtp_url == NULL) {
    return lw_fail(err, LW_INVALID, "no mail server is set");
  }
  if (!lw_mail_address_fits(mail->from) || !lw_mail_address_fits(mail->to)) {
    return lw_fail(err, LW_INVALID, "a mail address is not a plain one");
  }
  struct transfer *transfer = transfer_create(client, tag);
  if (transfer == NULL) {
    return lw_fail(err, LW_NO_MEMORY, "out of memory");
  }
  transfer->is_mail = true;
  return begin(transfer, set_common(transfer) && set_mail(transfer, mail), err);
}

/* --- results --- */

/* Words of libcurl or of the other side: printable ASCII, cut to fit. */
static void copy_words(const char *words, char place[LW_OUTBOUND_ERROR_BYTES])
{
  size_t i = 0;
  for (; words[i] != '\0' && i + 1 < LW_OUTBOUND_ERROR_BYTES; i++) {
    place[i] = words[i] >= ' ' && words[i] <= '~' ? words[i] : ' ';
  }
  place[i] = '\0';
}

static void explain(const struct transfer *transfer, CURLcode code,
                    struct lw_outbound_result *result)
{
  if (transfer->refused) {
    copy_words("the address lies inside this machine's own network", result->error);
  } else if (code == CURLE_OK || transfer->cut) {
    bool redirect = result->status >= 300 && result->status < 400;
    (void)snprintf(result->error, sizeof(result->error), "HTTP status %d%s", result->status,
                   redirect ? " (redirects are not followed)" : "");
  } else {
    copy_words(transfer->error[0] != '\0' ? transfer->error : curl_easy_strerror(code),
               result->error);
  }
}

static void fill_result(struct transfer *transfer, CURLcode code, struct lw_outbound_result *result)
{
  long status = 0;
  curl_off_t retry_after = 0;
  (void)curl_easy_getinfo(transfer->easy, CURLINFO_RESPONSE_CODE, &status);
  (void)curl_easy_getinfo(transfer->easy, CURLINFO_RETRY_AFTER, &retry_after);
  *result = (struct lw_outbound_result){.tag = transfer->tag};
  result->status = (int)status;
  result->took_usec = lw_clock_monotonic() - transfer->began;
  if (retry_after > 0 && retry_after < INT64_C(1) << 32) {
    result->retry_after_usec = retry_after * LW_USEC_PER_SECOND;
  }
  bool answered = code == CURLE_OK || transfer->cut;
  result->sent = transfer->is_mail ? code == CURLE_OK : answered && status >= 200 && status < 300;
  if (!result->sent) {
    explain(transfer, code, result);
  }
}

static bool take_finished(struct lw_outbound_client *client, struct lw_outbound_result *ret_result)
{
  int running = 0;
  int left = 0;
  (void)curl_multi_perform(client->multi, &running);
  CURLMsg *message;
  while ((message = curl_multi_info_read(client->multi, &left)) != NULL) {
    if (message->msg != CURLMSG_DONE) {
      continue;
    }
    char *private = NULL;
    (void)curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &private);
    struct transfer *transfer = (struct transfer *)(void *)private;
    fill_result(transfer, message->data.result, ret_result);
    transfer_destroy(transfer);
    return true;
  }
  return false;
}

static bool client_take(void *user, lw_usec wait_usec, struct lw_outbound_result *ret_result)
{
  struct lw_outbound_client *client = user;
  if (take_finished(client, ret_result)) {
    return true;
  }
  if (wait_usec <= 0) {
    return false;
  }
  lw_usec most = 60 * LW_USEC_PER_SECOND;
  lw_usec wait = wait_usec < most ? wait_usec : most;
  (void)curl_multi_poll(client->multi, NULL, 0, (int)((wait + 999) / 1000), NULL);
  return take_finished(client, ret_result);
}

static void client_wake(void *user)
{
  struct lw_outbound_client *client = user;
  (void)curl_multi_wakeup(client->multi);
}

/* --- life cycle --- */

static bool copy_text(const char *text, char **ret_copy)
{
  if (text == NULL) {
    return true;
  }
  *ret_copy = strdup(text);
  return *ret_copy != NULL;
}

enum lw_code lw_outbound_create(const struct lw_outbound_options *options,
                                struct lw_outbound_client **ret_client, struct lw_error *err)
{
  if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
    return lw_fail(err, LW_INTERNAL, "libcurl can't start");
  }
  struct lw_outbound_client *client = calloc(1, sizeof(*client));
  if (client == NULL) {
    curl_global_cleanup();
    return lw_fail(err, LW_NO_MEMORY, "out of memory");
  }
  client->multi = curl_multi_init();
  if (client->multi == NULL || !copy_text(options->smtp_url, &client->smtp_url) ||
      !copy_text(options->ca_file, &client->ca_file)) {
    lw_outbound_destroy(client);
    return lw_fail(err, LW_NO_MEMORY, "out of memory");
  }
  (void)curl_multi_setopt(client->multi, CURLMOPT_MAXCONNECTS, 16L);
  client->allow_inside = options->allow_inside;
  client->smtp_plain = options->smtp_plain;
  client->connect_usec =
      options->connect_usec != 0 ? options->connect_usec : LW_OUTBOUND_CONNECT_USEC;
  client->whole_usec = options->whole_usec != 0 ? options->whole_usec : LW_OUTBOUND_WHOLE_USEC;
  if (options->smtp_login != NULL) {
    client->login = *options->smtp_login;
  }
  client->face = (struct lw_outbound){client_post, client_mail, client_take, client_wake, client};
  *ret_client = client;
  return LW_OK;
}

const struct lw_outbound *lw_outbound_of(struct lw_outbound_client *client)
{
  return &client->face;
}

void lw_outbound_destroy(struct lw_outbound_client *client)
{
  if (client == NULL) {
    return;
  }
  while (client->transfers != NULL) {
    transfer_destroy(client->transfers);
  }
  if (client->multi != NULL) {
    (void)curl_multi_cleanup(client->multi);
  }
  free(client->smtp_url);
  free(client->ca_file);
  lw_mail_login_wipe(&client->login);
  free(client);
  curl_global_cleanup();
}
