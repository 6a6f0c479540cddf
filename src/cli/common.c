/* What the commands share: messages, options, files. */
#include "base/bounds.h"
#include "cli/cli.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void lw_say_error(const char *format, ...)
{
  va_list args;
  va_start(args, format);
  (void)fflush(stdout);
  (void)fputs("leeway: ", stderr);
  (void)vfprintf(stderr, format, args);
  (void)fputc('\n', stderr);
  va_end(args);
}

void lw_say(const struct lw_error *err)
{
  lw_say_error("%s%s%s", err->text, err->hint[0] != '\0' ? "; " : "", err->hint);
}

int lw_usage_error(const char *command, const char *format, ...)
{
  char text[512];
  va_list args;
  va_start(args, format);
  (void)vsnprintf(text, sizeof text, format, args);
  va_end(args);
  lw_say_error("%s: %s; `leeway %s --help` shows how", command, text, command);
  return LW_EXIT_USAGE;
}

/* --- options --- */

static const struct lw_option_spec *find_option(const struct lw_option_spec *specs, size_t n_specs,
                                                const char *name, size_t len)
{
  for (size_t i = 0; i < n_specs; i++) {
    if (strlen(specs[i].name) == len && strncmp(specs[i].name, name, len) == 0) {
      return &specs[i];
    }
  }
  return NULL;
}

static int bad_option(const char *command, const struct lw_option_spec *specs, size_t n_specs,
                      const char *said)
{
  lw_str names[16];
  size_t count = 0;
  for (; count < n_specs && count < 16; count++) {
    names[count] = lw_str_c(specs[count].name);
  }
  lw_str word = lw_str_c(said);
  while (word.len != 0 && word.ptr[0] == '-') {
    word = lw_str_slice(word, 1, SIZE_MAX);
  }
  lw_str near = lw_str_nearest(word, names, count);
  if (near.ptr != NULL) {
    return lw_usage_error(command, "there is no option %s: did you mean --%.*s", said,
                          LW_FMT(near));
  }
  return lw_usage_error(command, "there is no option %s", said);
}

/* Sets the flag or the value; the value may be the next word, which *at then passes. */
static int take_value(const char *command, const struct lw_option_spec *spec, const char *equals,
                      int argc, char **argv, int *at)
{
  if (spec->flag != NULL) {
    if (equals != NULL) {
      return lw_usage_error(command, "--%s takes no value", spec->name);
    }
    *spec->flag = true;
  } else if (equals != NULL) {
    *spec->value = equals + 1;
  } else if (*at + 1 < argc) {
    *at += 1;
    *spec->value = argv[*at];
  } else {
    return lw_usage_error(command, "--%s needs a value", spec->name);
  }
  return LW_EXIT_DONE;
}

int lw_take_options(const char *command, int argc, char **argv, const struct lw_option_spec *specs,
                    size_t n_specs, char ***ret_operands, int *ret_count)
{
  int kept = 1;
  int status = LW_EXIT_DONE;
  bool options = true;
  for (int i = 1; i < argc; i++) {
    char *arg = argv[i];
    bool letter =
        arg[0] == '-' && ((arg[1] >= 'a' && arg[1] <= 'z') || (arg[1] >= 'A' && arg[1] <= 'Z'));
    if (!options || arg[0] != '-' ||
        (arg[1] != '-' && !letter)) { /* "-" is a file, "-1 + 2" an expression */
      argv[kept++] = arg;
      continue;
    }
    if (strcmp(arg, "--") == 0) {
      options = false;
      continue;
    }
    if (strcmp(arg, "--help") == 0 || strcmp(arg, "-h") == 0) {
      lw_print_help(command);
      return LW_EXIT_HELPED;
    }
    const char *equals = strchr(arg, '=');
    size_t len = equals != NULL ? (size_t)(equals - arg) : strlen(arg);
    const struct lw_option_spec *spec =
        len > 2 ? find_option(specs, n_specs, arg + 2, len - 2) : NULL;
    if (spec == NULL || strncmp(arg, "--", 2) != 0) {
      return bad_option(command, specs, n_specs, arg);
    }
    status = take_value(command, spec, equals, argc, argv, &i);
    if (status != LW_EXIT_DONE) {
      return status;
    }
  }
  *ret_operands = argv + 1;
  *ret_count = kept - 1;
  return LW_EXIT_DONE;
}

int lw_choose_act(const char *command, const char *question, const struct lw_act *acts,
                  size_t n_acts, int argc, char **argv)
{
  char **none = NULL;
  int count = 0;
  for (size_t i = 0; argc > 1 && i < n_acts; i++) {
    if (strcmp(argv[1], acts[i].name) == 0) {
      return acts[i].run(argc - 1, argv + 1);
    }
  }
  int status = lw_take_options(command, argc, argv, NULL, 0, &none, &count);
  if (status != LW_EXIT_DONE) {
    return status;
  }
  return lw_usage_error(command, "%s", question);
}

/* --- files --- */

static enum lw_code read_all(int fd, const char *name, size_t limit_bytes, struct lw_buf *text,
                             struct lw_error *err)
{
  for (;;) {
    char *place = lw_buf_reserve(text, 65536);
    if (place == NULL) {
      return lw_fail(err, LW_NO_MEMORY, "%s: out of memory", name);
    }
    ssize_t got = read(fd, place, 65536);
    if (got < 0 && errno == EINTR) {
      continue;
    }
    if (got < 0) {
      return lw_fail(err, LW_IO, "%s can't be read: %s", name, strerror(errno));
    }
    if (got == 0) {
      return LW_OK;
    }
    text->len += (size_t)got;
    if (text->len > limit_bytes) {
      bool large = limit_bytes >> 20 != 0;
      return lw_fail(err, LW_LIMIT, "%s has more than the %zu %s that can be read", name,
                     limit_bytes >> (large ? 20 : 10), large ? "MiB" : "KiB");
    }
  }
}

enum lw_code lw_read_file(struct lw_arena *keep, const char *name, size_t limit_bytes,
                          lw_str *ret_text, struct lw_error *err)
{
  bool is_stdin = strcmp(name, "-") == 0;
  int fd = is_stdin ? STDIN_FILENO : open(name, O_RDONLY | O_CLOEXEC);
  if (fd < 0) {
    return lw_fail(err, LW_IO, "%s can't be opened: %s", name, strerror(errno));
  }
  struct lw_buf text = {0};
  enum lw_code rc = read_all(fd, is_stdin ? "standard input" : name, limit_bytes, &text, err);
  if (rc == LW_OK) {
    *ret_text = lw_str_copy(keep, lw_buf_str(&text));
    rc = ret_text->ptr != NULL ? LW_OK : lw_fail(err, LW_NO_MEMORY, "%s: out of memory", name);
  }
  lw_buf_finish(&text);
  if (!is_stdin) {
    (void)close(fd);
  }
  return rc;
}

bool lw_say_unwritten(int error)
{
  if (error != EPIPE) { /* a reader that has seen enough is no fault */
    lw_say_error("the output can't be written: %s", strerror(error));
  }
  return false;
}

bool lw_write_out(const struct lw_buf *out)
{
  if (out->failed) {
    lw_say_error("out of memory");
    return false;
  }
  if (fflush(stdout) != 0) {
    return lw_say_unwritten(errno);
  }
  for (size_t at = 0; at < out->len;) {
    ssize_t put = write(STDOUT_FILENO, out->ptr + at, out->len - at);
    if (put < 0 && errno != EINTR) {
      return lw_say_unwritten(errno);
    }
    at += put > 0 ? (size_t)put : 0;
  }
  return true;
}

/* --- policies and people --- */

bool lw_policy_file_read(struct lw_policy_file *file, const char *name)
{
  struct lw_error err = {0};
  *file = (struct lw_policy_file){.name = name};
  lw_arena_init(&file->arena, NULL, 0);
  lw_diags_init(&file->diags, &file->arena);
  if (lw_read_file(&file->arena, name, LW_POLICY_TEXT_BYTES_MAX, &file->source, &err) != LW_OK) {
    lw_say(&err);
    return false;
  }
  file->policy = lw_policy_load(file->source, NULL, NULL, &file->diags);
  if (file->policy == NULL && file->diags.errors == 0) {
    lw_say_error("%s: out of memory", name);
    return false;
  }
  return true;
}

void lw_policy_file_finish(struct lw_policy_file *file)
{
  lw_policy_destroy(file->policy);
  lw_arena_finish(&file->arena);
}

bool lw_policy_file_need(struct lw_policy_file *file, const char *name)
{
  if (!lw_policy_file_read(file, name)) {
    return false;
  }
  for (size_t i = 0; file->policy == NULL && i < file->diags.count; i++) {
    const struct lw_diag *diag = &file->diags.items[i];
    if (diag->severity == LW_SEVERITY_ERROR) {
      lw_say_error("%s:%u:%u: %s: %.*s%s%.*s; `leeway policy check %s` shows %s", name,
                   diag->place.line, diag->place.column, diag->code, LW_FMT(diag->message),
                   diag->hint.len != 0 ? "; " : "", LW_FMT(diag->hint), name,
                   file->diags.errors == 1 ? "the place" : "all errors");
      return false;
    }
  }
  return file->policy != NULL;
}

const struct lw_directory *lw_people_need(struct lw_arena *arena, const char *name,
                                          const struct lw_policy *policy)
{
  struct lw_error err = {0};
  lw_str text = {0};
  struct lw_diags diags;
  lw_diags_init(&diags, arena);
  if (lw_read_file(arena, name, LW_POLICY_TEXT_BYTES_MAX, &text, &err) != LW_OK) {
    lw_say(&err);
    return NULL;
  }
  struct lw_roster_options options = {
      .name = lw_str_c(name), .currency = policy->currency, .zone = policy->zone};
  const struct lw_directory *people = lw_roster_read(arena, text, &options, &diags);
  if (people == NULL) {
    struct lw_buf out = {0};
    for (size_t i = 0; i < diags.count; i++) {
      lw_diag_print(&diags.items[i], lw_str_c(name), text, &out);
    }
    (void)fflush(stdout);
    (void)fwrite(out.ptr, 1, out.len, stderr);
    lw_say_error("%s can't be used as people", name);
    lw_buf_finish(&out);
  }
  return people;
}

bool lw_policy_and_people_need(struct lw_policy_file *file, const char *policy_name,
                               const char *people_name, const struct lw_directory **ret_people)
{
  *ret_people = NULL;
  if (!lw_policy_file_need(file, policy_name)) {
    return false;
  }
  if (people_name != NULL) {
    *ret_people = lw_people_need(&file->arena, people_name, file->policy);
  }
  return people_name == NULL || *ret_people != NULL;
}
