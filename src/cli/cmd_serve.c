/* leeway serve: wires the engine, what is due, the lists, deliveries and the HTTP server, and waits
 * for a signal.
 *
 * Order matters: whoever listens to the engine's commits is there before the first change; the
 * server answers (not ready) while the policy and the people of the command line are taken in. At
 * the end it goes backwards: no new requests, answers to those under way, deliveries put down,
 * the engine's queue written, and only then what its last commits may still tell is freed. */
#include "base/bounds.h"
#include "base/log.h"
#include "base/num.h"
#include "cli/cli.h"
#include "cli/demo.h"
#include "cli/store.h"
#include "connect/deliver.h"
#include "desk/approval.h"
#include "desk/coaching.h"
#include "engine/lowering.h"
#include "engine/lists.h"
#include "engine/publish.h"
#include "engine/staff_change.h"
#include "http/server.h"
#include "http/told.h"
#include "listen/pulse.h"
#include "train/train.h"

#include <malloc.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define STOP_USEC       (10 * LW_USEC_PER_SECOND)
#define ELSEWHERE_STATE "leeway"

enum { MAP_BYTES = 256 * 1024 }; /* from this size on memory is mapped by itself */

struct options {
  const char *db;
  const char *listen;
  const char *policy;
  const char *people;
  const char *state;
  const char *public_url;
  const char *smtp;
  const char *mail_from;
  const char *smtp_credentials;
  const char *log;
  const char *threads;
  bool smtp_plain;
  bool webhooks_inside;
  bool demo;
  bool routes;
};

struct service {
  struct lw_engine *engine;
  struct lw_lists *lists;
  struct lw_connect *connect;
  struct lw_server *server;
  bool demo_is_new;
};

/* --- changes of the command line --- */

/* *ret_status (may be NULL): of its answer. */
static enum lw_code run(struct lw_engine *engine,
                        enum lw_code (*apply)(struct lw_batch *, struct lw_change *,
                                              struct lw_error *),
                        void *user, int *ret_status, struct lw_error *err)
{
  struct lw_store_change change = {.apply = apply, .user = user, .actor = LW_STR("leeway")};
  enum lw_code rc = lw_store_run(engine, &change, err);
  if (ret_status != NULL) {
    *ret_status = change.status;
  }
  return rc;
}

static enum lw_code publish(struct lw_engine *engine, struct lw_arena *arena, const char *name,
                            struct lw_error *err)
{
  lw_str source;
  struct lw_publish publish;
  enum lw_code rc = lw_read_file(arena, name, LW_POLICY_TEXT_BYTES_MAX, &source, err);
  if (rc != LW_OK) {
    return rc;
  }
  const struct lw_snapshot *snapshot = lw_engine_snapshot(engine);
  lw_publish_init(&publish, source, arena);
  publish.quiet = true;       /* `policy check` says what may be better */
  publish.ends_trials = true; /* whoever says --policy says it for everybody */
  rc = lw_publish_prepare(&publish, snapshot->staff, err);
  lw_snapshot_unref(snapshot);
  if (rc == LW_OK) {
    int status = 0;
    rc = run(engine, lw_publish_apply, &publish, &status, err);
    if (rc == LW_OK && status == 201) {
      (void)printf("%s is the policy now, version %llu\n", name,
                   (unsigned long long)publish.number);
    }
  } else if (err->file[0] == '\0') {
    (void)snprintf(err->file, sizeof err->file, "%s", name);
  }
  lw_publish_finish(&publish);
  return rc;
}

static void print_faults(const struct lw_import *import, lw_str source, lw_str name)
{
  struct lw_buf out = {.ptr = NULL};
  for (size_t i = 0; i < import->diags->count; i++) {
    lw_diag_print(&import->diags->items[i], name, source, &out);
  }
  (void)fwrite(out.ptr, 1, out.len, stderr);
  lw_buf_finish(&out);
}

static enum lw_code import_people(struct lw_engine *engine, struct lw_arena *arena,
                                  const char *name, struct lw_error *err)
{
  lw_str source;
  struct lw_import import;
  struct lw_diags diags;
  enum lw_code rc = lw_read_file(arena, name, LW_POLICY_TEXT_BYTES_MAX, &source, err);
  if (rc != LW_OK) {
    return rc;
  }
  const struct lw_snapshot *snapshot = lw_engine_snapshot(engine);
  const struct lw_policy *policy = snapshot->policy;
  struct lw_import_options options = {.name = lw_str_c(name), .currency = LW_CURRENCY_NONE};
  if (policy != NULL) {
    options.currency = policy->currency;
    options.zone = policy->zone;
    options.tiers = policy->tiers;
    options.n_tiers = policy->n_tiers;
  }
  lw_diags_init(&diags, arena);
  bool read = lw_import_read(&import, arena, source, &options, &diags);
  rc = read ? run(engine, lw_people_import_apply, &import, NULL, err)
            : lw_fail(err, LW_INVALID, "%s can't be imported", name);
  if (rc == LW_INVALID) {
    import.diags = &diags;
    print_faults(&import, source, lw_str_c(name));
  } else if (rc == LW_OK &&
             import.counts[LW_IMPORT_ADDED] + import.counts[LW_IMPORT_CHANGED] != 0) {
    (void)printf("%s: %u people added, %u changed\n", name, import.counts[LW_IMPORT_ADDED],
                 import.counts[LW_IMPORT_CHANGED]);
  }
  lw_snapshot_unref(snapshot);
  return rc;
}

/* A link that makes whoever opens it the first administrator, when there is none. */
static enum lw_code invite_first(struct service *service, const char *url, struct lw_error *err)
{
  bool has = true;
  struct lw_db *db = NULL;
  enum lw_code rc = lw_engine_reader(service->engine, &db, err);
  if (rc != LW_OK) {
    return rc;
  }
  const struct lw_snapshot *snapshot = lw_engine_snapshot(service->engine);
  rc = lw_signin_has_administrator(db, snapshot->staff, &has, err);
  lw_snapshot_unref(snapshot);
  lw_engine_reader_done(service->engine, db);
  struct lw_hasher *hasher = lw_hasher_create();
  if (rc == LW_OK && !has && hasher != NULL) {
    struct lw_session_secret secret;
    struct lw_invite_change change = {.caller = NULL};
    const struct lw_rand *rand = lw_world_rand(lw_engine_world(service->engine));
    lw_invite_begin(rand, hasher, lw_str_from("", 0), lw_engine_now(service->engine), &secret,
                    &change.invite);
    rc = run(service->engine, lw_invite_apply, &change, NULL, err);
    if (rc == LW_OK) {
      (void)printf("Nobody can sign in as an administrator yet. Within an hour, open\n"
                   "  %s/invitation#%.*s\n"
                   "to become the first (or POST /v1/invitations/%.*s).\n",
                   url, LW_SECRET_TEXT_BYTES, secret.text, LW_SECRET_TEXT_BYTES, secret.text);
    }
    lw_secret_wipe(&secret, sizeof secret);
  }
  lw_hasher_destroy(hasher);
  return rc;
}

/* --- wiring --- */

static enum lw_code fill_demo(const struct options *options, struct service *service,
                              struct lw_error *err)
{
  if (!options->demo) {
    return LW_OK;
  }
  struct lw_demo_options usual = lw_demo_usual(lw_clock_now());
  usual.progress = isatty(STDERR_FILENO) != 0;
  enum lw_code rc = lw_demo_fill(options->db, &usual, err);
  service->demo_is_new = rc == LW_OK;
  return rc == LW_CONFLICT ? LW_OK : rc; /* filled by an earlier start */
}

static enum lw_code open_engine(const struct options *options, struct service *service,
                                struct lw_error *err)
{
  struct lw_engine_options with = {
      .url = options->db, .state = options->state, .threaded = true, .exclusive = true};
  if (with.state == NULL && lw_db_is_elsewhere(options->db)) {
    with.state = ELSEWHERE_STATE;
  }
  enum lw_code rc = lw_store_open(&with, &service->engine, err);
  if (rc != LW_OK) {
    return rc;
  }
  static const struct lw_due *const dues[] = {
      &lw_approvals_due, &lw_coachings_due,  &lw_lowerings_due, &lw_expiries_due,
      &lw_sessions_due,  &lw_token_uses_due, &lw_courses_due,   &lw_pulses_due};
  for (size_t i = 0; i < sizeof dues / sizeof dues[0]; i++) {
    lw_engine_add_due(service->engine, dues[i]);
  }
  return lw_lists_open(service->engine, &service->lists, err);
}

static enum lw_code open_connect(const struct options *options, struct service *service,
                                 struct lw_error *err)
{
  struct lw_connect_options with = {.engine = service->engine,
                                    .public_url = options->public_url,
                                    .allow_private_addresses = options->webhooks_inside,
                                    .words = lw_told_words(service->engine),
                                    .smtp_url = options->smtp,
                                    .mail_from = options->mail_from,
                                    .credentials_file = options->smtp_credentials,
                                    .smtp_plain = options->smtp_plain};
  return lw_connect_open(&with, &service->connect, err);
}

static enum lw_code start_server(const struct options *options, struct service *service,
                                 struct lw_error *err)
{
  uint64_t threads = 0;
  if (options->threads != NULL &&
      (!lw_uint_read(lw_str_c(options->threads), &threads) || threads == 0 || threads > 64)) {
    return lw_fail(err, LW_USAGE, "--threads is a number from 1 to 64");
  }
  bool is_https = options->public_url != NULL && strncmp(options->public_url, "https://", 8) == 0;
  struct lw_server_options with = {.listen = options->listen,
                                   .threads = (uint32_t)threads,
                                   .public_url = options->public_url,
                                   .secure_cookies = is_https,
                                   .connect = service->connect,
                                   .mail_server = options->smtp,
                                   .mail_from = options->mail_from,
                                   .lists = service->lists};
  return lw_server_start(&with, service->engine, &service->server, err);
}

static enum lw_code start(const struct options *options, struct service *service,
                          struct lw_error *err)
{
  struct lw_arena arena;
  lw_arena_init(&arena, NULL, 0);
  enum lw_code rc = fill_demo(options, service, err);
  rc = rc == LW_OK ? open_engine(options, service, err) : rc;
  rc = rc == LW_OK ? open_connect(options, service, err) : rc;
  rc = rc == LW_OK ? start_server(options, service, err) : rc;
  rc = rc == LW_OK ? lw_connect_start(service->connect, err) : rc;
  if (rc == LW_OK && options->policy != NULL) {
    rc = publish(service->engine, &arena, options->policy, err);
  }
  if (rc == LW_OK && options->people != NULL) {
    rc = import_people(service->engine, &arena, options->people, err);
  }
  if (rc == LW_OK && service->demo_is_new) {
    rc = lw_demo_let_in(service->engine, err);
    rc = rc == LW_OK ? lw_demo_open_cases(service->engine, err) : rc;
  }
  if (rc == LW_OK && !options->demo) {
    const char *url =
        options->public_url != NULL ? options->public_url : lw_server_address(service->server);
    rc = invite_first(service, url, err);
  }
  lw_arena_finish(&arena);
  return rc;
}

static void stop(struct service *service)
{
  lw_server_stop(service->server, STOP_USEC);
  lw_connect_stop(service->connect);
  lw_lists_close(service->lists);
  lw_engine_close(service->engine);
  lw_connect_close(service->connect);
  lw_server_destroy(service->server);
}

static int serve(const struct options *options)
{
  struct service service = {.engine = NULL};
  struct lw_error err = {0};
  char shown[LW_DB_SHOWN_BYTES];
  sigset_t signals;
  int got = 0;
  (void)sigemptyset(&signals); /* blocked before the first thread, so that all have it so */
  (void)sigaddset(&signals, SIGTERM);
  (void)sigaddset(&signals, SIGINT);
  (void)pthread_sigmask(SIG_BLOCK, &signals, NULL);
  enum lw_code rc = start(options, &service, &err);
  if (rc != LW_OK) {
    lw_say(&err);
    stop(&service);
    return lw_code_exit_status(rc);
  }
  (void)printf("Leeway listens on %s\n", lw_server_address(service.server));
  if (options->demo) {
    lw_demo_print_people();
  }
  (void)fflush(stdout);
  lw_db_show_url(options->db, shown, sizeof shown);
  lw_log(LW_LOG_INFO, "serve", "listening", "address", lw_server_address(service.server), "db",
         shown, NULL);
  (void)sigwait(&signals, &got);
  lw_log(LW_LOG_INFO, "serve", "stopping", "signal", got == SIGINT ? "SIGINT" : "SIGTERM", NULL);
  (void)pthread_sigmask(SIG_UNBLOCK, &signals, NULL); /* a second one ends it at once */
  stop(&service);
  return LW_EXIT_DONE;
}

/* A process that runs for months: tables that grow leave no holes behind, as each is a mapping that
 * goes back to the system (left alone, glibc raises that size to 32 MiB by and by), and threads
 * share a few heaps. */
static void settle_memory(void)
{
  (void)mallopt(M_MMAP_THRESHOLD, MAP_BYTES);
  (void)mallopt(M_ARENA_MAX, 4);
}

static int print_routes(void)
{
  struct lw_buf out = {.ptr = NULL};
  lw_server_print_routes(&out);
  bool written = lw_write_out(&out);
  lw_buf_finish(&out);
  return written ? LW_EXIT_DONE : LW_EXIT_FAILED;
}

int lw_cmd_serve(int argc, char **argv)
{
  struct options options = {.db = LW_STORE_URL, .listen = "127.0.0.1:8080", .log = "text"};
  const struct lw_option_spec specs[] = {{"db", &options.db, NULL},
                                         {"state", &options.state, NULL},
                                         {"listen", &options.listen, NULL},
                                         {"policy", &options.policy, NULL},
                                         {"people", &options.people, NULL},
                                         {"public-url", &options.public_url, NULL},
                                         {"smtp", &options.smtp, NULL},
                                         {"mail-from", &options.mail_from, NULL},
                                         {"smtp-credentials", &options.smtp_credentials, NULL},
                                         {"smtp-plain", NULL, &options.smtp_plain},
                                         {"webhooks-inside", NULL, &options.webhooks_inside},
                                         {"log", &options.log, NULL},
                                         {"threads", &options.threads, NULL},
                                         {"demo", NULL, &options.demo},
                                         {"routes", NULL, &options.routes}};
  char **operands = NULL;
  int count = 0;
  int status = lw_take_options("serve", argc, argv, specs, sizeof specs / sizeof specs[0],
                               &operands, &count);
  if (status != LW_EXIT_DONE) {
    return status;
  }
  if (count != 0) {
    return lw_usage_error("serve", "there is nothing to be said but options; what is \"%s\"?",
                          operands[0]);
  }
  bool json = strcmp(options.log, "json") == 0;
  if (!json && strcmp(options.log, "text") != 0) {
    return lw_usage_error("serve", "--log takes json or text, not \"%s\"", options.log);
  }
  if (options.routes) {
    return print_routes();
  }
  if (!lw_crypto_start()) {
    lw_say_error("the cryptographic library can't start");
    return LW_EXIT_FAILED;
  }
  lw_log_setup(LW_LOG_INFO, json);
  settle_memory();
  return serve(&options);
}
