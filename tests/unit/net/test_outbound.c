/* libcurl behind its interface, against servers of this test on loopback ports: a thread that
 * accepts connections and plays one of a few parts, and keeps what it was told. */
#include "base/clock.h"
#include "net/outbound.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <cmocka.h>
#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

struct peer {
  int listener;
  int port;
  bool smtp;
  pthread_t thread;
  atomic_int connections;
  char got[65536]; /* after lw_peer_stop */
  size_t len;
};

static void say(int fd, const char *text)
{
  size_t len = strlen(text);
  (void)!write(fd, text, len);
}

static ssize_t hear(struct peer *peer, int fd)
{
  ssize_t count = read(fd, peer->got + peer->len, sizeof(peer->got) - 1 - peer->len);
  if (count > 0) {
    peer->len += (size_t)count;
    peer->got[peer->len] = '\0';
  }
  return count;
}

static void say_much(int fd)
{
  char block[4096];
  memset(block, 'x', sizeof(block));
  say(fd, "HTTP/1.1 200 OK\r\nContent-Length: 10000000\r\n\r\n");
  for (int i = 0; i < 2500; i++) {
    if (send(fd, block, sizeof(block), MSG_NOSIGNAL) <= 0) {
      return;
    }
  }
}

static void play_http(struct peer *peer, int fd)
{
  size_t from = peer->len;
  while (strstr(peer->got + from, "\r\n\r\n{}") == NULL) {
    if (hear(peer, fd) <= 0) {
      return;
    }
  }
  const char *request = peer->got + from;
  if (strstr(request, "POST /ok ") != NULL) {
    say(fd, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok");
  } else if (strstr(request, "POST /redirect ") != NULL) {
    say(fd, "HTTP/1.1 307 Go\r\nLocation: /ok\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
  } else if (strstr(request, "POST /gone ") != NULL) {
    say(fd, "HTTP/1.1 410 Gone\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
  } else if (strstr(request, "POST /later ") != NULL) {
    say(fd, "HTTP/1.1 503 No\r\nRetry-After: 7\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
  } else if (strstr(request, "POST /much ") != NULL) {
    say_much(fd);
  } else { /* says nothing until the other side has had enough */
    (void)hear(peer, fd);
  }
}

static void play_smtp(struct peer *peer, int fd)
{
  size_t at = peer->len;
  bool data = false;
  say(fd, "220 test\r\n");
  while (hear(peer, fd) > 0) {
    char *end;
    while ((end = strstr(peer->got + at, "\r\n")) != NULL) {
      const char *line = peer->got + at;
      at = (size_t)(end - peer->got) + 2;
      if (data) {
        if (strncmp(line, ".\r\n", 3) == 0) {
          data = false;
          say(fd, "250 kept\r\n");
        }
      } else if (strncmp(line, "DATA", 4) == 0) {
        data = true;
        say(fd, "354 go on\r\n");
      } else if (strncmp(line, "QUIT", 4) == 0) {
        say(fd, "221 bye\r\n");
      } else if (strncmp(line, "RCPT TO:<nobody", 15) == 0) {
        say(fd, "550 no such person\r\n");
      } else {
        say(fd, "250 ok\r\n");
      }
    }
  }
}

static void *run_peer(void *user)
{
  struct peer *peer = user;
  int fd;
  while ((fd = accept(peer->listener, NULL, NULL)) >= 0) {
    (void)atomic_fetch_add(&peer->connections, 1);
    if (peer->smtp) {
      play_smtp(peer, fd);
    } else {
      play_http(peer, fd);
    }
    (void)close(fd);
  }
  return NULL;
}

static struct peer *peer_start(bool smtp)
{
  struct peer *peer = calloc(1, sizeof(*peer));
  assert_non_null(peer);
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
  socklen_t len = sizeof(address);
  peer->smtp = smtp;
  peer->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  assert_true(peer->listener >= 0);
  assert_int_equal(bind(peer->listener, (struct sockaddr *)&address, sizeof(address)), 0);
  assert_int_equal(listen(peer->listener, 16), 0);
  assert_int_equal(getsockname(peer->listener, (struct sockaddr *)&address, &len), 0);
  peer->port = ntohs(address.sin_port);
  assert_int_equal(pthread_create(&peer->thread, NULL, run_peer, peer), 0);
  return peer;
}

static void peer_stop(struct peer *peer)
{
  (void)shutdown(peer->listener, SHUT_RDWR);
  (void)close(peer->listener);
  assert_int_equal(pthread_join(peer->thread, NULL), 0);
}

static bool wait_for(const struct lw_outbound *outbound, struct lw_outbound_result *result)
{
  lw_usec until = lw_clock_monotonic() + 10 * LW_USEC_PER_SECOND;
  while (lw_clock_monotonic() < until) {
    if (outbound->take(outbound->user, LW_USEC_PER_SECOND, result)) {
      return true;
    }
  }
  return false;
}

static struct lw_outbound_result post_to(struct lw_outbound_client *client, const char *host,
                                         int port, const char *path)
{
  const struct lw_outbound *outbound = lw_outbound_of(client);
  struct lw_outbound_result result = {0};
  struct lw_error err = {0};
  char url[200];
  int len = snprintf(url, sizeof(url), "http://%s:%d%s", host, port, path);
  struct lw_outbound_post post = {.url = lw_str_from(url, (size_t)len),
                                  .headers = {{LW_STR("webhook-id"), LW_STR("dlv_7")}},
                                  .headers_count = 1,
                                  .body = LW_STR("{}")};
  assert_int_equal(outbound->post(outbound->user, 42, &post, &err), LW_OK);
  assert_true(wait_for(outbound, &result));
  assert_int_equal(result.tag, 42);
  return result;
}

static struct lw_outbound_client *client_create(const struct lw_outbound_options *options)
{
  struct lw_outbound_client *client = NULL;
  struct lw_error err = {0};
  assert_int_equal(lw_outbound_create(options, &client, &err), LW_OK);
  return client;
}

struct row {
  const char *path;
  bool sent;
  int status;
  lw_usec retry_after_usec;
  const char *error;
};

static const struct row rows[] = {
    {"/ok", true, 200, 0, ""},
    {"/redirect", false, 307, 0, "HTTP status 307 (redirects are not followed)"},
    {"/gone", false, 410, 0, "HTTP status 410"},
    {"/later", false, 503, 7 * LW_USEC_PER_SECOND, "HTTP status 503"},
    {"/much", true, 200, 0, ""}, /* nobody reads ten megabytes of thanks */
};

static void answers(void **state)
{
  (void)state;
  struct peer *peer = peer_start(false);
  struct lw_outbound_client *client =
      client_create(&(struct lw_outbound_options){.allow_inside = true});
  for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
    struct lw_outbound_result result = post_to(client, "127.0.0.1", peer->port, rows[i].path);
    assert_string_equal(result.error, rows[i].error);
    assert_int_equal(result.sent, rows[i].sent);
    assert_int_equal(result.status, rows[i].status);
    assert_int_equal(result.retry_after_usec, rows[i].retry_after_usec);
  }
  lw_outbound_destroy(client);
  peer_stop(peer);
  assert_int_equal(peer->connections, sizeof(rows) / sizeof(rows[0])); /* no redirect followed */
  assert_non_null(strstr(peer->got, "\r\nwebhook-id: dlv_7\r\n"));
  assert_non_null(strstr(peer->got, "\r\nContent-Type: application/json\r\n"));
  free(peer);
}

static void a_slow_one_ends_and_holds_up_nobody(void **state)
{
  (void)state;
  struct peer *slow = peer_start(false);
  struct peer *quick = peer_start(false);
  struct lw_outbound_client *client =
      client_create(&(struct lw_outbound_options){.allow_inside = true, .whole_usec = 300 * 1000});
  const struct lw_outbound *outbound = lw_outbound_of(client);
  struct lw_error err = {0};
  char url[100];
  int len = snprintf(url, sizeof(url), "http://127.0.0.1:%d/slow", slow->port);
  struct lw_outbound_post post = {.url = lw_str_from(url, (size_t)len), .body = LW_STR("{}")};
  assert_int_equal(outbound->post(outbound->user, 1, &post, &err), LW_OK);
  struct lw_outbound_result result = post_to(client, "127.0.0.1", quick->port, "/ok");
  assert_true(result.sent);
  assert_true(wait_for(outbound, &result));
  assert_int_equal(result.tag, 1);
  assert_false(result.sent);
  assert_int_equal(result.status, 0);
  assert_non_null(strstr(result.error, "timed out"));
  assert_true(result.took_usec >= 250 * 1000);
  lw_outbound_destroy(client);
  peer_stop(slow);
  peer_stop(quick);
  free(slow);
  free(quick);
}

static void inside_is_refused(void **state)
{
  (void)state;
  struct peer *peer = peer_start(false);
  struct lw_outbound_client *client = client_create(&(struct lw_outbound_options){0});
  static const char *const hosts[] = {"127.0.0.1", "localhost", "2130706433", "[::ffff:127.0.0.1]"};
  for (size_t i = 0; i < sizeof(hosts) / sizeof(hosts[0]); i++) {
    struct lw_outbound_result result = post_to(client, hosts[i], peer->port, "/ok");
    assert_false(result.sent);
    assert_string_equal(result.error, "the address lies inside this machine's own network");
  }
  lw_outbound_destroy(client);
  peer_stop(peer);
  assert_int_equal(peer->connections, 0);
  free(peer);
}

static void only_web_addresses(void **state)
{
  (void)state;
  struct lw_outbound_client *client =
      client_create(&(struct lw_outbound_options){.allow_inside = true});
  const struct lw_outbound *outbound = lw_outbound_of(client);
  struct lw_outbound_result result = {0};
  struct lw_error err = {0};
  struct lw_outbound_post post = {.url = LW_STR("file:///etc/hostname"), .body = LW_STR("{}")};
  assert_int_equal(outbound->post(outbound->user, 1, &post, &err), LW_OK);
  assert_true(wait_for(outbound, &result));
  assert_false(result.sent);
  post.url = LW_STR("http://127.0.0.1:1/");
  post.headers[0] = (struct lw_outbound_header){LW_STR("a"), LW_STR("b\r\nc: d")};
  post.headers_count = 1;
  assert_int_equal(outbound->post(outbound->user, 1, &post, &err), LW_INVALID);
  lw_outbound_destroy(client);
}

static struct lw_outbound_result mail_to(const struct peer *peer, bool plain, const char *to)
{
  char url[100];
  (void)snprintf(url, sizeof(url), "smtp://127.0.0.1:%d", peer->port);
  struct lw_outbound_client *client =
      client_create(&(struct lw_outbound_options){.smtp_url = url, .smtp_plain = plain});
  const struct lw_outbound *outbound = lw_outbound_of(client);
  struct lw_outbound_result result = {0};
  struct lw_error err = {0};
  struct lw_outbound_mail mail = {LW_STR("leeway@example.org"), lw_str_c(to),
                                  LW_STR("Subject: x\r\n\r\n.dot\r\nend\r\n")};
  assert_int_equal(outbound->mail(outbound->user, 5, &mail, &err), LW_OK);
  assert_true(wait_for(outbound, &result));
  assert_int_equal(result.tag, 5);
  lw_outbound_destroy(client);
  return result;
}

static void mails(void **state)
{
  (void)state;
  struct peer *peer = peer_start(true);
  struct lw_outbound_result result = mail_to(peer, true, "tom@example.com");
  assert_string_equal(result.error, "");
  assert_true(result.sent);
  peer_stop(peer);
  assert_non_null(strstr(peer->got, "MAIL FROM:<leeway@example.org>"));
  assert_non_null(strstr(peer->got, "RCPT TO:<tom@example.com>"));
  assert_non_null(strstr(peer->got, "DATA\r\nSubject: x\r\n\r\n..dot\r\nend\r\n.\r\n"));
  free(peer);
}

static void a_refused_receiver(void **state)
{
  (void)state;
  struct peer *peer = peer_start(true);
  struct lw_outbound_result result = mail_to(peer, true, "nobody@example.com");
  assert_false(result.sent);
  assert_int_equal(result.status, 550);
  peer_stop(peer);
  free(peer);
}

static void without_tls_nothing_is_said(void **state)
{
  (void)state;
  struct peer *peer = peer_start(true);
  struct lw_outbound_result result = mail_to(peer, false, "tom@example.com");
  assert_false(result.sent);
  peer_stop(peer);
  assert_null(strstr(peer->got, "MAIL FROM"));
  free(peer);
}

static void without_a_server_no_mail(void **state)
{
  (void)state;
  struct lw_outbound_client *client = client_create(&(struct lw_outbound_options){0});
  const struct lw_outbound *outbound = lw_outbound_of(client);
  struct lw_error err = {0};
  struct lw_outbound_mail mail = {LW_STR("a@b.c"), LW_STR("d@e.f"), LW_STR("x")};
  struct lw_outbound_result result;
  assert_int_equal(outbound->mail(outbound->user, 1, &mail, &err), LW_INVALID);
  assert_false(outbound->take(outbound->user, 0, &result));
  lw_outbound_destroy(client);
  lw_outbound_destroy(NULL);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(answers),
      cmocka_unit_test(a_slow_one_ends_and_holds_up_nobody),
      cmocka_unit_test(inside_is_refused),
      cmocka_unit_test(only_web_addresses),
      cmocka_unit_test(mails),
      cmocka_unit_test(a_refused_receiver),
      cmocka_unit_test(without_tls_nothing_is_said),
      cmocka_unit_test(without_a_server_no_mail),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
