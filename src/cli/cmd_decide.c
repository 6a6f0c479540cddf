/* leeway decide: a stream of requests in, a stream of answers out.
 *
 * Input is read in large pieces into one buffer and decided where it lies; a line that is not
 * complete moves to the front before the next read, so that memory stays constant whatever the
 * stream's length. Answers are gathered and written before every read: a program that sends one
 * request and waits gets its answer. */
#include "base/bounds.h"
#include "base/check.h"
#include "base/clock.h"
#include "cli/cli.h"
#include "policy/session.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { READ_BYTES = 1 << 18, WRITE_BYTES = 1 << 16, PROGRESS_LINES = 4096 };

struct stream {
  struct lw_session *session;
  int fd;
  const char *name;
  struct lw_buf in;
  struct lw_buf out;
  bool skipping; /* inside a line that is too long: up to its end */
  bool progress;
  uint64_t line;
  uint64_t bytes;
  uint64_t settled[4]; /* by enum lw_settled */
  lw_usec started;
  lw_usec shown;
};

static bool flush(struct stream *stream)
{
  bool written = lw_write_out(&stream->out);
  lw_buf_reset(&stream->out);
  if (!written) {
    lw_say_error("the answers can't be written: %s", strerror(errno));
  }
  return written;
}

static void show_progress(struct stream *stream, bool last)
{
  lw_usec now = lw_clock_monotonic();
  if (!stream->progress || (!last && now - stream->shown < 200000)) {
    return;
  }
  stream->shown = now;
  double seconds = (double)(now - stream->started) / 1e6;
  (void)fprintf(
      stderr,
      "\r%llu requests: %llu granted, %llu ask, %llu refused, %llu errors (%.0f a second)%s",
      (unsigned long long)(stream->settled[0] + stream->settled[1] + stream->settled[2] +
                           stream->settled[3]),
      (unsigned long long)stream->settled[LW_SETTLED_GRANTED],
      (unsigned long long)stream->settled[LW_SETTLED_ASK],
      (unsigned long long)stream->settled[LW_SETTLED_REFUSED],
      (unsigned long long)stream->settled[LW_SETTLED_ERROR],
      seconds > 0 ? (double)stream->line / seconds : 0.0, last ? "\n" : "");
}

static void answer_too_long(struct stream *stream)
{
  struct lw_fault fault = {LW_STR(""), LW_STR("the line is longer than a request may be (8 MiB)")};
  lw_answer_add_faults(LW_STR(""), stream->line, &fault, 1, LW_STR(""), &stream->out);
  lw_buf_add_char(&stream->out, '\n');
  stream->settled[LW_SETTLED_ERROR]++;
}

static bool decide_line(struct stream *stream, lw_str text)
{
  stream->line++;
  if (stream->skipping) { /* the end of a line that was answered when it grew too long */
    stream->skipping = false;
    stream->line--;
    return true;
  }
  if (lw_str_trim(text).len == 0) {
    return true;
  }
  if (text.len > LW_REQUEST_TEXT_BYTES_MAX) {
    answer_too_long(stream);
    return true;
  }
  enum lw_settled settled =
      lw_session_decide(stream->session, text, lw_clock_now(), stream->line, &stream->out);
  stream->settled[settled]++;
  lw_buf_add_char(&stream->out, '\n');
  if (stream->line % PROGRESS_LINES == 0) {
    show_progress(stream, false);
  }
  return stream->out.len < WRITE_BYTES || flush(stream);
}

/* Decides all complete lines and moves the rest to the front. */
static bool decide_lines(struct stream *stream)
{
  size_t at = 0;
  const char *end = NULL;
  while ((end = memchr(stream->in.ptr + at, '\n', stream->in.len - at)) != NULL) {
    size_t len = (size_t)(end - (stream->in.ptr + at));
    if (!decide_line(stream, lw_str_from(stream->in.ptr + at, len))) {
      return false;
    }
    at += len + 1;
  }
  memmove(stream->in.ptr, stream->in.ptr + at, stream->in.len - at);
  stream->in.len -= at;
  if (stream->in.len > LW_REQUEST_TEXT_BYTES_MAX) {
    if (!stream->skipping) {
      stream->line++;
      answer_too_long(stream);
    }
    stream->skipping = true;
    stream->in.len = 0;
  }
  return true;
}

static int decide_stream(struct stream *stream)
{
  for (;;) {
    char *place = lw_buf_reserve(&stream->in, READ_BYTES);
    if (place == NULL) {
      lw_say_error("out of memory");
      return LW_EXIT_FAILED;
    }
    ssize_t got = read(stream->fd, place, READ_BYTES);
    if (got < 0 && errno == EINTR) {
      continue;
    }
    if (got < 0) {
      lw_say_error("%s can't be read: %s", stream->name, strerror(errno));
      return LW_EXIT_FAILED;
    }
    if (got == 0) {
      break;
    }
    stream->in.len += (size_t)got;
    stream->bytes += (uint64_t)got;
    if (!decide_lines(stream) || !flush(stream)) {
      return LW_EXIT_FAILED;
    }
  }
  bool decided =
      (stream->in.len == 0 && !stream->skipping) || decide_line(stream, lw_buf_str(&stream->in));
  return decided && flush(stream) ? LW_EXIT_DONE : LW_EXIT_FAILED;
}

static int run_decide(const char *policy_name, const char *people_name, const char *name,
                      bool quiet)
{
  struct lw_policy_file file;
  struct stream stream = {.name = name, .fd = -1};
  const struct lw_directory *people = NULL;
  int status = LW_EXIT_FAILED;
  if (!lw_policy_and_people_need(&file, policy_name, people_name, &people)) {
    goto done;
  }
  bool is_stdin = strcmp(name, "-") == 0;
  stream.fd = is_stdin ? STDIN_FILENO : open(name, O_RDONLY | O_CLOEXEC);
  if (stream.fd < 0) {
    lw_say_error("%s can't be opened: %s", name, strerror(errno));
    goto done;
  }
  stream.session = lw_session_create(file.policy, people, NULL);
  if (stream.session == NULL) {
    lw_say_error("out of memory");
    goto done;
  }
  stream.progress = !quiet && isatty(STDERR_FILENO) && !isatty(STDOUT_FILENO);
  stream.started = stream.shown = lw_clock_monotonic();
  status = decide_stream(&stream);
  show_progress(&stream, true);
  if (status == LW_EXIT_DONE && stream.settled[LW_SETTLED_ERROR] != 0) {
    status = LW_EXIT_NO;
  }
done:
  lw_session_destroy(stream.session);
  lw_buf_finish(&stream.in);
  lw_buf_finish(&stream.out);
  if (stream.fd > STDIN_FILENO) {
    (void)close(stream.fd);
  }
  lw_policy_file_finish(&file);
  return status;
}

int lw_cmd_decide(int argc, char **argv)
{
  const char *policy = NULL;
  const char *people = NULL;
  bool quiet = false;
  const struct lw_option_spec specs[] = {
      {"policy", &policy, NULL}, {"people", &people, NULL}, {"quiet", NULL, &quiet}};
  char **files = NULL;
  int count = 0;
  int status = lw_take_options("decide", argc, argv, specs, 3, &files, &count);
  if (status != LW_EXIT_DONE) {
    return status;
  }
  if (policy == NULL) {
    return lw_usage_error("decide", "by which policy? give --policy FILE");
  }
  if (count > 1) {
    return lw_usage_error("decide", "one file of requests at a time");
  }
  return run_decide(policy, people, count == 1 ? files[0] : "-", quiet);
}
