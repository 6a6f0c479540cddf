/* The command line: one table of commands (command.def), one file a command, and what they share.
 */
#ifndef LW_CLI_CLI_H
#define LW_CLI_CLI_H

#include "people/roster.h"
#include "policy/finding.h"
#include "policy/model.h"

/* Exit statuses, SPEC section 4. HELPED: the help was asked for and is printed, so that there is
 * nothing more to do; a command returns it as it is, and the program ends as DONE. */
enum {
  LW_EXIT_HELPED = -1,
  LW_EXIT_DONE = 0,
  LW_EXIT_NO = 1,
  LW_EXIT_USAGE = 2,
  LW_EXIT_FAILED = 3
};

struct lw_command {
  const char *name;     /* "policy check" */
  const char *synopsis; /* "FILE [--people FILE] [--json]" */
  const char *summary;
  const char *help;                  /* paragraphs */
  int (*run)(int argc, char **argv); /* argv[0] is the last word of the name */
};

#define LW_COMMAND(name, synopsis, summary, function, help) int function(int argc, char **argv);
#include "cli/command.def"
#undef LW_COMMAND

/* One line on stderr: "leeway: text", and "; hint". */
LW_PRINTF(1, 2) void lw_say_error(const char *format, ...);
void lw_say(const struct lw_error *err);
/* Says what is wrong with the words and how to get help; returns LW_EXIT_USAGE. */
LW_PRINTF(2, 3) int lw_usage_error(const char *command, const char *format, ...);
/* Prints the help of a command to stdout. */
void lw_print_help(const char *command);

/* The whole of a file, "-" for standard input, into keep. LW_IO, LW_LIMIT with the name and the
 * mend. */
LW_NODISCARD enum lw_code lw_read_file(struct lw_arena *keep, const char *name, size_t limit_bytes,
                                       lw_str *ret_text, struct lw_error *err);
/* Says that the output could not be written, unless the reader is gone; always false. */
bool lw_say_unwritten(int error);
/* Writes all of it to stdout (after what stdio holds). False when that failed, which it says. */
LW_NODISCARD bool lw_write_out(const struct lw_buf *out);

/* A policy file in memory, or why not. */
struct lw_policy_file {
  struct lw_arena arena; /* texts and findings */
  struct lw_diags diags;
  const char *name;
  lw_str source;
  struct lw_policy *policy; /* NULL when there are errors */
};

/* Reads and loads. False when the file could not be read (said on stderr). Errors of the policy are
 * in diags. */
LW_NODISCARD bool lw_policy_file_read(struct lw_policy_file *file, const char *name);
void lw_policy_file_finish(struct lw_policy_file *file);
/* For commands that need a sound policy: reads, and says the first error in one line. */
LW_NODISCARD bool lw_policy_file_need(struct lw_policy_file *file, const char *name);

/* Reads a people file into arena; NULL (said on stderr) when it is none. */
const struct lw_directory *lw_people_need(struct lw_arena *arena, const char *name,
                                          const struct lw_policy *policy);

/* Both of them: the policy, and people when people_name is not NULL (else *ret_people is NULL). */
LW_NODISCARD bool lw_policy_and_people_need(struct lw_policy_file *file, const char *policy_name,
                                            const char *people_name,
                                            const struct lw_directory **ret_people);

/* Options: long ones only, "--name VALUE" or "--name=VALUE" or a flag; "--" ends them. */
struct lw_option_spec {
  const char *name;   /* "people" */
  const char **value; /* where a value goes, or NULL for a flag */
  bool *flag;
};

/* Takes options out of argv; what is left (from argv[1] on) are the operands: *ret_operands points
 * into argv. Returns LW_EXIT_DONE, or what the command is to return at once: LW_EXIT_USAGE after
 * saying what is wrong, LW_EXIT_HELPED after printing help. */
int lw_take_options(const char *command, int argc, char **argv, const struct lw_option_spec *specs,
                    size_t n_specs, char ***ret_operands, int *ret_count);

/* A word behind a command's name that says what to do. */
struct lw_act {
  const char *name;
  int (*run)(int argc, char **argv); /* argv[0] is that word */
};
/* Runs the one that argv[1] names; without one: help, or `question` and LW_EXIT_USAGE. */
int lw_choose_act(const char *command, const char *question, const struct lw_act *acts,
                  size_t n_acts, int argc, char **argv);

#endif
