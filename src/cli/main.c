/* leeway VERB: finds the command in the table by its one to three words and runs it. */
#include "cli/cli.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

static const struct lw_command commands[] = {
#define LW_COMMAND(name, synopsis, summary, function, help)                                        \
  {name, synopsis, summary, help, function},
#include "cli/command.def"
#undef LW_COMMAND
};

enum { COMMANDS = sizeof commands / sizeof commands[0] };

static void print_overview(FILE *to)
{
  (void)fputs(
      "Leeway: the authority to make things right on the spot, inside limits that managers set.\n\n"
      "usage: leeway VERB [ARGUMENTS]\n\n",
      to);
  for (size_t i = 0; i < COMMANDS; i++) {
    (void)fprintf(to, "  %-18s %s\n", commands[i].name, commands[i].summary);
  }
  (void)fputs("\n`leeway VERB --help` says more. Exit status: 0 done, 1 the answer is no or "
              "something was found,\n"
              "2 wrong usage, 3 it failed.\n",
              to);
}

void lw_print_help(const char *command)
{
  for (size_t i = 0; i < COMMANDS; i++) {
    if (strcmp(commands[i].name, command) == 0) {
      (void)printf("usage: leeway %s %s\n\n%s%s", commands[i].name, commands[i].synopsis,
                   commands[i].help[0] != '\0' ? commands[i].help : commands[i].summary,
                   commands[i].help[0] != '\0' ? "" : "\n");
    }
  }
}

int lw_cmd_version(int argc, char **argv)
{
  (void)argc;
  (void)argv;
  (void)printf("leeway %s\n", LW_VERSION);
  return LW_EXIT_DONE;
}

/* How many of the words are the first words of a name, and of how many words the name is. */
static int words_alike(const char *name, int n_words, char **words, int *ret_of)
{
  int alike = 0;
  *ret_of = 0;
  while (*name != '\0') {
    size_t len = strcspn(name, " ");
    bool same = alike == *ret_of && alike < n_words && strlen(words[alike]) == len &&
                strncmp(words[alike], name, len) == 0;
    alike += same;
    (*ret_of)++;
    name += len + (name[len] == ' ');
  }
  return alike;
}

/* `leeway help policy diff`, `leeway help policy`, `leeway policy --help`: the help of every
 * command whose name begins with these words; false when there is none. */
static bool print_help_of(int n_words, char **words)
{
  bool found = false;
  for (size_t i = 0; i < COMMANDS; i++) {
    int of = 0;
    int alike = words_alike(commands[i].name, n_words, words, &of);
    bool fits = alike != 0 && (alike == of || alike == n_words);
    if (fits) {
      (void)fputs(found ? "\n" : "", stdout);
      lw_print_help(commands[i].name);
    }
    found = found || fits;
  }
  return found;
}

static bool is_help(const char *word)
{
  return strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0;
}

/* The status of a command whose output may still be on its way to a full disk. */
static int finish_output(int status)
{
  if (fflush(stdout) == 0) {
    return status == LW_EXIT_HELPED ? LW_EXIT_DONE : status;
  }
  (void)lw_say_unwritten(errno);
  return LW_EXIT_FAILED;
}

/* How many words of argv the command's name takes: 0 when it is another. */
static int words_matched(const char *name, int argc, char **argv)
{
  int of = 0;
  int alike = words_alike(name, argc - 1, argv + 1, &of);
  return alike == of ? of : 0;
}

static int unknown_verb(int argc, char **argv)
{
  lw_str names[COMMANDS];
  char said[256];
  bool two = argc > 2 && argv[2][0] != '-'; /* options are no verb */
  bool draft = two && argc > 3 && strcmp(argv[1], "policy") == 0 && strcmp(argv[2], "draft") == 0;
  (void)snprintf(said, sizeof said, "%s%s%s%s%s", argv[1], two ? " " : "", two ? argv[2] : "",
                 draft ? " " : "", draft ? argv[3] : "");
  for (size_t i = 0; i < COMMANDS; i++) {
    names[i] = lw_str_c(commands[i].name);
  }
  lw_str near = {NULL, 0};
  for (size_t i = 0; i < COMMANDS; i++) { /* `leeway policy draft`: a verb is missing */
    bool begins = lw_str_starts(names[i], lw_str_c(said)) && names[i].ptr[strlen(said)] == ' ';
    near = begins && near.ptr == NULL ? names[i] : near;
  }
  near = near.ptr != NULL ? near : lw_str_nearest(lw_str_c(said), names, COMMANDS);
  near = near.ptr != NULL ? near : lw_str_nearest(lw_str_c(argv[1]), names, COMMANDS);
  for (size_t i = 0; near.ptr == NULL && i < COMMANDS; i++) { /* `leeway policy`, `leeway check` */
    bool part = lw_str_find(names[i], lw_str_c(argv[1]), 0) != SIZE_MAX;
    near = part ? names[i] : near;
  }
  if (near.ptr != NULL) {
    lw_say_error("there is no verb \"%s\"; did you mean \"leeway %.*s\"?", said, LW_FMT(near));
  } else {
    lw_say_error("there is no verb \"%s\"; `leeway help` lists them", said);
  }
  return LW_EXIT_USAGE;
}

int main(int argc, char **argv)
{
  (void)signal(SIGPIPE, SIG_IGN); /* a reader that goes away is an error of write() */
  if (argc < 2) {
    print_overview(stderr);
    return LW_EXIT_USAGE;
  }
  bool asks = strcmp(argv[1], "help") == 0 || is_help(argv[1]);
  if (asks && (argc == 2 || is_help(argv[2]))) {
    print_overview(stdout);
    return finish_output(LW_EXIT_DONE);
  }
  if (asks && print_help_of(argc - 2, argv + 2)) {
    return finish_output(LW_EXIT_DONE);
  }
  if (asks) {
    return unknown_verb(argc - 1, argv + 1);
  }
  if ((argc == 3 || argc == 4) && is_help(argv[argc - 1]) && print_help_of(argc - 2, argv + 1)) {
    return finish_output(LW_EXIT_DONE);
  }
  if (strcmp(argv[1], "--version") == 0) {
    return finish_output(lw_cmd_version(argc, argv));
  }
  for (size_t i = 0; i < COMMANDS; i++) {
    int words = words_matched(commands[i].name, argc, argv);
    if (words != 0) {
      return finish_output(commands[i].run(argc - words, argv + words));
    }
  }
  return unknown_verb(argc, argv);
}
