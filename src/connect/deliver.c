/* Rounds. Each one follows the journal (follow.c), takes what is finished, writes it down
 * (record.c) and starts what is due (send.c); then the thread waits in outbound->take for whichever
 * comes first: a result, a commit of the engine, or the next due time. One thread is enough: what
 * takes long is on the network, where libcurl has many under way.
 *
 * A failure of the store ends the round; it comes again a second later. Results that could not be
 * written stay in their slots, so that they are not sent a second time. */
#include "connect/deliver.h"

#include "base/check.h"
#include "base/log.h"
#include "connect/inside.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

/* Another program may have written to the journal, which no listener hears of. */
#define LOOK_USEC LW_USEC_PER_SECOND
/* Commits come by the thousand: a round for each would take the processor from the writer. */
#define PAUSE_USEC (20 * INT64_C(1000))
#define PRUNE_USEC (60 * LW_USEC_PER_SECOND)

enum lw_code lw_connect_run(struct lw_connect *connect,
                            enum lw_code (*apply)(struct lw_batch *batch, struct lw_change *change,
                                                  struct lw_error *err),
                            void *user, struct lw_error *err)
{
  lw_arena_reset(&connect->change_arena);
  struct lw_change change = {
      .apply = apply, .user = user, .arena = &connect->change_arena, .actor = LW_STR("leeway")};
  enum lw_code rc = lw_engine_run(connect->engine, &change, err);
  lw_buf_finish(&change.answer);
  return rc;
}

/* --- rounds --- */

static enum lw_code apply_prune(struct lw_batch *batch, struct lw_change *change,
                                struct lw_error *err)
{
  int64_t *count = change->user;
  lw_change_status(change, 200);
  return lw_delivery_prune(batch->db, batch->now, count, err);
}

static enum lw_code prune(struct lw_connect *connect, struct lw_error *err)
{
  lw_usec now = lw_engine_now(connect->engine);
  int64_t count = 0;
  if (now - connect->pruned_at < PRUNE_USEC) {
    return LW_OK;
  }
  enum lw_code rc = lw_connect_run(connect, apply_prune, &count, err);
  if (rc == LW_OK && count == 0) { /* else some are left */
    connect->pruned_at = now;
  }
  return rc;
}

static void take_results(struct lw_connect *connect)
{
  struct lw_outbound_result result;
  while (connect->outbound->take(connect->outbound->user, 0, &result)) {
    lw_connect_finish_slot(connect, &result);
  }
}

static bool any_finished(const struct lw_connect *connect)
{
  for (size_t i = 0; i < LW_DELIVERIES_UNDER_WAY; i++) {
    if (connect->slots[i].state == LW_SLOT_FINISHED) {
      return true;
    }
  }
  return false;
}

/* On a read connection: what the engine has answered is seen. */
static enum lw_code follow_or_send(struct lw_connect *connect, bool send, bool *ret_more,
                                   lw_usec *ret_next, struct lw_error *err)
{
  struct lw_db *db = NULL;
  lw_arena_reset(&connect->scratch);
  enum lw_code rc = lw_engine_reader(connect->engine, &db, err);
  if (rc != LW_OK) {
    return rc;
  }
  rc = send ? lw_connect_send(connect, db, ret_next, err)
            : lw_connect_follow(connect, db, ret_more, err);
  lw_engine_reader_done(connect->engine, db);
  return rc;
}

/* Of several servers one delivers. Whoever begins to reads the place anew, as another may have
 * moved it; what is under way here still when another leads is finished and written down all the
 * same. */
static enum lw_code look_who_leads(struct lw_connect *connect, bool *ret_leads,
                                   struct lw_error *err)
{
  enum lw_code rc =
      lw_engine_lead(connect->engine, "deliveries", &connect->leading, ret_leads, err);
  if (rc != LW_OK || !*ret_leads) {
    connect->placed = false;
  }
  return rc;
}

static enum lw_code work(struct lw_connect *connect, lw_usec *ret_next, struct lw_error *err)
{
  bool more = false;
  bool leads = false;
  lw_usec next = INT64_MAX;
  enum lw_code rc = look_who_leads(connect, &leads, err);
  if (rc == LW_OK && leads) {
    rc = follow_or_send(connect, false, &more, &next, err);
  }
  if (rc == LW_OK) {
    take_results(connect);
    rc = lw_connect_record(connect, err);
  }
  if (rc == LW_OK && leads) {
    rc = prune(connect, err);
  }
  if (rc == LW_OK && leads) {
    rc = follow_or_send(connect, true, &more, &next, err);
  }
  if (rc == LW_OK) {
    *ret_next = more || any_finished(connect) ? 0 : next;
  }
  return rc;
}

enum lw_code lw_connect_step(struct lw_connect *connect, lw_usec *ret_next, struct lw_error *err)
{
  return work(connect, ret_next, err);
}

/* --- the thread --- */

static void pause_usec(lw_usec usec)
{
  struct timespec wait = {usec / LW_USEC_PER_SECOND, (long)(usec % LW_USEC_PER_SECOND) * 1000};
  (void)nanosleep(&wait, NULL);
}

/* Says it once when it begins and once when it is over. */
static void tell_trouble(bool *trouble, enum lw_code rc, const struct lw_error *err)
{
  if (rc != LW_OK && !*trouble) {
    lw_log(LW_LOG_WARNING, "connect", "deliveries wait", "code", lw_code_name(rc), "why", err->text,
           NULL);
  } else if (rc == LW_OK && *trouble) {
    lw_log(LW_LOG_INFO, "connect", "deliveries go on", NULL);
  }
  *trouble = rc != LW_OK;
}

static lw_usec wait_until(struct lw_connect *connect, lw_usec next)
{
  lw_usec now = lw_engine_now(connect->engine);
  if (next <= now) {
    return 0;
  }
  return next - now < LOOK_USEC ? next - now : LOOK_USEC;
}

static void *run_thread(void *user)
{
  struct lw_connect *connect = user;
  bool trouble = false;
  while (!atomic_load(&connect->stopping)) {
    struct lw_error err = {0};
    struct lw_outbound_result result;
    lw_usec next = 0;
    atomic_store(&connect->woken, false);
    enum lw_code rc = work(connect, &next, &err);
    tell_trouble(&trouble, rc, &err);
    lw_usec wait = rc == LW_OK ? wait_until(connect, next) : LOOK_USEC;
    if (rc != LW_OK && rc != LW_STALE) {
      pause_usec(PAUSE_USEC); /* commits of others wake us: not a round for each */
    }
    if (connect->outbound->take(connect->outbound->user, wait, &result)) {
      lw_connect_finish_slot(connect, &result);
    } else if (wait > 0 && !atomic_load(&connect->stopping)) {
      pause_usec(PAUSE_USEC);
    }
  }
  return NULL;
}

static void on_commit(void *user, uint64_t seq)
{
  struct lw_connect *connect = user;
  (void)seq;
  if (!atomic_exchange(&connect->woken, true)) {
    connect->outbound->wake(connect->outbound->user);
  }
}

/* --- life cycle --- */

static enum lw_code check_options(const struct lw_connect_options *options, struct lw_error *err)
{
  if (options->smtp_url == NULL) {
    return LW_OK;
  }
  lw_str url = lw_str_c(options->smtp_url);
  if (!lw_str_starts(url, LW_STR("smtp://")) && !lw_str_starts(url, LW_STR("smtps://"))) {
    (void)lw_fail(err, LW_INVALID, "the mail server's address is no smtp:// or smtps:// address");
    lw_error_hint(err, "write it as smtp://mail.example.org:587");
    return LW_INVALID;
  }
  if (lw_str_find(url, LW_STR("@"), 0) != SIZE_MAX) {
    (void)lw_fail(err, LW_INVALID, "the mail server's address has a user in it");
    lw_error_hint(err, "put user and password into the credentials file, or the environment");
    return LW_INVALID;
  }
  if (options->mail_from == NULL || !lw_mail_address_fits(lw_str_c(options->mail_from))) {
    (void)lw_fail(err, LW_INVALID, "mails need a sender's address");
    lw_error_hint(err, "such as leeway@example.org");
    return LW_INVALID;
  }
  if (options->public_url == NULL || options->public_url[0] == '\0') {
    return lw_fail(err, LW_INVALID, "mails need the public URL: their links lead there");
  }
  return LW_OK;
}

static enum lw_code make_client(const struct lw_connect_options *options,
                                struct lw_connect *connect, struct lw_error *err)
{
  if (options->outbound != NULL) {
    connect->outbound = options->outbound;
    return LW_OK;
  }
  struct lw_mail_login login = {{0}, {0}};
  struct lw_outbound_options settings = {.allow_inside = options->allow_private_addresses,
                                         .smtp_url = options->smtp_url,
                                         .smtp_plain = options->smtp_plain,
                                         .smtp_login = &login,
                                         .ca_file = options->ca_file};
  enum lw_code rc = LW_OK;
  if (options->smtp_url != NULL) {
    rc = lw_mail_login_read(options->credentials_file, &login, err);
  }
  if (rc == LW_OK) {
    rc = lw_outbound_create(&settings, &connect->client, err);
  }
  if (rc == LW_OK) {
    connect->outbound = lw_outbound_of(connect->client);
  }
  lw_mail_login_wipe(&login);
  return rc;
}

static enum lw_code set_up(const struct lw_connect_options *options, struct lw_connect *connect,
                           struct lw_error *err)
{
  connect->engine = options->engine;
  connect->allow_inside = options->allow_private_addresses;
  connect->words = options->words;
  lw_arena_init(&connect->scratch, NULL, 0);
  lw_arena_init(&connect->change_arena, NULL, 0);
  connect->reader = lw_json_reader_create(NULL);
  connect->public_url = strdup(options->public_url != NULL ? options->public_url : "");
  bool mails = options->smtp_url != NULL;
  connect->mail_from = mails ? strdup(options->mail_from) : NULL;
  if (connect->reader == NULL || connect->public_url == NULL ||
      (mails && connect->mail_from == NULL)) {
    return lw_fail(err, LW_NO_MEMORY, "out of memory");
  }
  return make_client(options, connect, err);
}

static void destroy(struct lw_connect *connect)
{
  lw_outbound_destroy(connect->client);
  lw_json_reader_destroy(connect->reader);
  lw_arena_finish(&connect->scratch);
  lw_arena_finish(&connect->change_arena);
  free(connect->public_url);
  free(connect->mail_from);
  free(connect);
}

enum lw_code lw_connect_open(const struct lw_connect_options *options,
                             struct lw_connect **ret_connect, struct lw_error *err)
{
  enum lw_code rc = check_options(options, err);
  if (rc != LW_OK) {
    return rc;
  }
  struct lw_connect *connect = calloc(1, sizeof(*connect));
  if (connect == NULL) {
    return lw_fail(err, LW_NO_MEMORY, "out of memory");
  }
  rc = set_up(options, connect, err);
  if (rc != LW_OK) {
    destroy(connect);
    return rc;
  }
  lw_engine_add_listener(connect->engine, on_commit, connect);
  *ret_connect = connect;
  return LW_OK;
}

enum lw_code lw_connect_start(struct lw_connect *connect, struct lw_error *err)
{
  connect->threaded = pthread_create(&connect->thread, NULL, run_thread, connect) == 0;
  return connect->threaded ? LW_OK : lw_fail(err, LW_BUSY, "no thread for deliveries");
}

void lw_connect_stop(struct lw_connect *connect)
{
  if (connect == NULL || atomic_exchange(&connect->stopping, true)) {
    return;
  }
  if (connect->threaded) {
    connect->outbound->wake(connect->outbound->user);
    (void)pthread_join(connect->thread, NULL);
  }
  struct lw_error err = {0};
  enum lw_code rc = lw_connect_record(connect, &err);
  if (rc == LW_OK && connect->placed) {
    rc = lw_connect_keep_place(connect, &err);
  }
  if (rc != LW_OK && rc != LW_STALE) { /* nothing is lost: it is done again */
    lw_log(LW_LOG_WARNING, "connect", "the last results could not be kept", "why", err.text, NULL);
  }
  lw_db_close(connect->leading); /* another may deliver from here on */
  connect->leading = NULL;
}

void lw_connect_close(struct lw_connect *connect)
{
  if (connect != NULL) {
    LW_ASSERT(atomic_load(&connect->stopping));
    destroy(connect);
  }
}

bool lw_connect_allows_inside(const struct lw_connect *connect)
{
  return connect->allow_inside;
}

bool lw_connect_mails(const struct lw_connect *connect)
{
  return connect->mail_from != NULL;
}

bool lw_connect_mail_fits(lw_str address)
{
  return lw_mail_address_fits(address);
}

void lw_connect_wake(struct lw_connect *connect)
{
  on_commit(connect, 0);
}

uint64_t lw_connect_seq(struct lw_connect *connect)
{
  return atomic_load(&connect->place_seen);
}

void lw_connect_get_figures(struct lw_connect *connect, struct lw_connect_figures *ret_figures)
{
  *ret_figures = (struct lw_connect_figures){.delivered = atomic_load(&connect->delivered),
                                             .failed = atomic_load(&connect->failed),
                                             .retried = atomic_load(&connect->retried),
                                             .under_way = atomic_load(&connect->under_way)};
}
