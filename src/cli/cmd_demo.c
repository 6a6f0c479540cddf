/* leeway demo generate: an invented company and its past in a new database. serve --demo does the
 * same with the usual options, and lets one person of each kind sign in. */
#include "base/bounds.h"
#include "base/num.h"
#include "cli/cli.h"
#include "cli/demo.h"
#include "cli/store.h"
#include "engine/staff_change.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

extern const char lw_demo_policy_text[];
extern const unsigned long lw_demo_policy_text_size;

enum { DECISIONS_MAX = 100000000, AGENTS_MAX = 100000, DAYS_MAX = 3650 };

lw_str lw_demo_policy(void)
{
  return lw_str_from(lw_demo_policy_text, lw_demo_policy_text_size);
}

/* --- signing in --- */

static enum lw_code run(struct lw_engine *engine,
                        enum lw_code (*apply)(struct lw_batch *, struct lw_change *,
                                              struct lw_error *),
                        void *user, struct lw_error *err)
{
  struct lw_store_change change = {.apply = apply, .user = user, .actor = LW_STR("cli")};
  return lw_store_run(engine, &change, err);
}

/* An invitation, and its acceptance with the password whose hash it is: what a person does by hand.
 */
static enum lw_code let_in(struct lw_engine *engine, struct lw_hasher *hasher,
                           const struct lw_demo_role *role, lw_str hash, struct lw_error *err)
{
  const struct lw_rand *rand = lw_rand_system();
  lw_usec now = lw_engine_now(engine);
  struct lw_session_secret secret;
  struct lw_invite_change invite = {.caller = NULL};
  struct lw_password_change password = {
      .by_invite = true, .person = lw_str_c(role->id), .hash = hash};
  lw_invite_begin(rand, hasher, lw_str_c(role->id), now, &secret, &invite.invite);
  password.invite = invite.invite.digest;
  enum lw_code rc = run(engine, lw_invite_apply, &invite, err);
  if (rc == LW_OK) {
    lw_session_begin(rand, hasher, lw_str_c(role->id), LW_STR("demo"), now, &secret,
                     &password.session);
    rc = run(engine, lw_password_change_apply, &password, err);
    lw_hash opened = password.session.digest;
    rc = rc == LW_OK ? run(engine, lw_session_close_apply, &opened, err) : rc;
  }
  lw_secret_wipe(&secret, sizeof secret);
  return rc;
}

enum lw_code lw_demo_let_in(struct lw_engine *engine, struct lw_error *err)
{
  char hash[LW_PASSWORD_TEXT_BYTES];
  struct lw_hasher *hasher = lw_hasher_create();
  enum lw_code rc = hasher != NULL ? lw_password_hash(LW_STR(LW_DEMO_PASSWORD), hash, err)
                                   : lw_fail(err, LW_NO_MEMORY, "out of memory");
  for (size_t i = 0; rc == LW_OK && i < lw_demo_roles_count; i++) {
    rc = let_in(engine, hasher, &lw_demo_roles[i], lw_str_c(hash), err);
  }
  lw_hasher_destroy(hasher);
  return rc;
}

void lw_demo_print_people(void)
{
  (void)printf("Who can sign in (everybody in here is invented; password: %s):\n",
               LW_DEMO_PASSWORD);
  for (size_t i = 0; i < lw_demo_roles_count; i++) {
    (void)printf("  %-6s %s\n", lw_demo_roles[i].id, lw_demo_roles[i].comes_for);
  }
}

/* --- the verb --- */

static bool read_count(const char *option, const char *text, uint64_t least, uint64_t most,
                       uint64_t *ret_count)
{
  if (text == NULL) {
    return true;
  }
  if (lw_uint_read(lw_str_c(text), ret_count) && *ret_count >= least && *ret_count <= most) {
    return true;
  }
  (void)lw_usage_error("demo generate", "--%s is a number from %llu to %llu, not \"%s\"", option,
                       (unsigned long long)least, (unsigned long long)most, text);
  return false;
}

static bool read_until(const char *text, lw_usec *ret_until)
{
  int64_t seconds = 0;
  uint32_t nanos = 0;
  char full[64];
  if (text == NULL) {
    return true;
  }
  int len = snprintf(full, sizeof full, "%sT00:00:00Z", text);
  if (strlen(text) == 10 && lw_rfc3339_read(lw_str_from(full, (size_t)len), &seconds, &nanos)) {
    *ret_until = seconds * LW_USEC_PER_SECOND;
    return true;
  }
  (void)lw_usage_error("demo generate", "--until is a day such as 2026-03-01, not \"%s\"", text);
  return false;
}

struct words {
  const char *decisions;
  const char *agents;
  const char *days;
  const char *seed;
  const char *until;
  const char *trial;
};

static bool read_words(const struct words *words, struct lw_demo_options *options)
{
  uint64_t agents = options->agents;
  uint64_t days = options->days;
  if (!read_count("decisions", words->decisions, 1, DECISIONS_MAX, &options->decisions) ||
      !read_count("agents", words->agents, 1, AGENTS_MAX, &agents) ||
      !read_count("days", words->days, 1, DAYS_MAX, &days) ||
      !read_count("seed", words->seed, 0, UINT64_MAX, &options->seed) ||
      !read_until(words->until, &options->until)) {
    return false;
  }
  options->agents = (uint32_t)agents;
  options->days = (uint32_t)days;
  return true;
}

static bool fill(const char *db, const char *trial, struct lw_demo_options *options,
                 struct lw_error *err)
{
  struct lw_arena arena;
  lw_arena_init(&arena, NULL, 0);
  bool made = trial == NULL ||
              lw_read_file(&arena, trial, LW_POLICY_TEXT_BYTES_MAX, &options->trial, err) == LW_OK;
  made = made && lw_crypto_start() && lw_demo_fill(db, options, err) == LW_OK;
  lw_arena_finish(&arena);
  return made;
}

int lw_cmd_demo_generate(int argc, char **argv)
{
  struct words words = {0};
  const char *db = LW_STORE_URL;
  bool quiet = false;
  const struct lw_option_spec specs[] = {{"decisions", &words.decisions, NULL},
                                         {"agents", &words.agents, NULL},
                                         {"days", &words.days, NULL},
                                         {"seed", &words.seed, NULL},
                                         {"until", &words.until, NULL},
                                         {"trial", &words.trial, NULL},
                                         {"db", &db, NULL},
                                         {"quiet", NULL, &quiet}};
  char **operands = NULL;
  int count = 0;
  int status = lw_take_options("demo generate", argc, argv, specs, sizeof specs / sizeof specs[0],
                               &operands, &count);
  if (status != LW_EXIT_DONE) {
    return status;
  }
  if (count != 0) {
    return lw_usage_error("demo generate",
                          "there is nothing to be said but options; what is \"%s\"?", operands[0]);
  }
  struct lw_error err = {0};
  char shown[LW_DB_SHOWN_BYTES];
  struct lw_demo_options options = lw_demo_usual(lw_clock_now());
  if (!read_words(&words, &options)) {
    return LW_EXIT_USAGE;
  }
  options.progress = !quiet && isatty(STDERR_FILENO);
  if (!fill(db, words.trial, &options, &err)) {
    lw_say(&err);
    return LW_EXIT_FAILED;
  }
  lw_db_show_url(db, shown, sizeof shown);
  (void)printf("%s: %llu invented decisions of %u invented agents over %u days (seed %llu)\n",
               shown, (unsigned long long)options.decisions, options.agents, options.days,
               (unsigned long long)options.seed);
  return LW_EXIT_DONE;
}
