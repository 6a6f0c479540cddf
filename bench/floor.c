/* The floor of bench/serve: the HTTP library alone, with the server's flags, answering every
 * request 200 and {}. What Leeway costs on top is the rest. */
#include <microhttpd.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

static enum MHD_Result answer(void *user, struct MHD_Connection *connection, const char *url,
                              const char *method, const char *version, const char *bytes,
                              size_t *count, void **context)
{
  static int seen;
  static char body[] = "{}";
  (void)user;
  (void)url;
  (void)method;
  (void)version;
  (void)bytes;
  if (*context == NULL) { /* the headers have come */
    *context = &seen;
    return MHD_YES;
  }
  if (*count != 0) { /* the body is read and forgotten */
    *count = 0;
    return MHD_YES;
  }
  struct MHD_Response *response = MHD_create_response_from_buffer(2, body, MHD_RESPMEM_PERSISTENT);
  (void)MHD_add_response_header(response, "Content-Type", "application/json");
  enum MHD_Result queued = MHD_queue_response(connection, MHD_HTTP_OK, response);
  MHD_destroy_response(response);
  return queued;
}

int main(void)
{
  struct sockaddr_in here = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
  unsigned flags = MHD_USE_POLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME;
  sigset_t signals;
  int got = 0;
  (void)sigemptyset(&signals);
  (void)sigaddset(&signals, SIGTERM);
  (void)sigaddset(&signals, SIGINT);
  (void)pthread_sigmask(SIG_BLOCK, &signals, NULL);
  struct MHD_Daemon *daemon = MHD_start_daemon(
      flags, 0, NULL, NULL, answer, NULL, MHD_OPTION_SOCK_ADDR, (struct sockaddr *)&here,
      MHD_OPTION_THREAD_POOL_SIZE, 2U, MHD_OPTION_CONNECTION_LIMIT, 4096U,
      MHD_OPTION_CONNECTION_TIMEOUT, 60U, MHD_OPTION_END);
  if (daemon == NULL) {
    (void)fputs("floor: can't start\n", stderr);
    return 3;
  }
  const union MHD_DaemonInfo *info = MHD_get_daemon_info(daemon, MHD_DAEMON_INFO_BIND_PORT);
  (void)printf("http://127.0.0.1:%u\n", (unsigned)info->port);
  (void)fflush(stdout);
  (void)sigwait(&signals, &got);
  MHD_stop_daemon(daemon);
  return 0;
}
