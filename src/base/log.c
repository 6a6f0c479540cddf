/* Logging: see log.h. A line is made on the stack and written by one write(2), so that lines of
 * several threads and processes never mix: a pipe takes up to 4,096 bytes whole (PIPE_BUF). What
 * does not fit is cut at a character, and the line stays well-formed. Nothing is allocated: when
 * memory is out, that can still be said. */
#include "base/log.h"

#include "base/clock.h"
#include "base/utf8.h"

#include <errno.h>
#include <stdarg.h>
#include <unistd.h>

enum {
  LINE_BYTES_MAX = 4096,
  TAIL_BYTES = 16,  /* kept free: a closing quote, a brace, the end of the line */
  ESCAPED_BYTES = 6 /* the longest form of one character: backslash, u, 4 digits */
};

struct line {
  char text[LINE_BYTES_MAX];
  size_t len;
};

/* The one process-wide setting of this folder: a line may be due anywhere above layer 3, and
 * handing a logger to each function would cost more than it says. Written once by main, before
 * threads. */
static struct {
  enum lw_log_level least;
  bool json;
} settings = {.least = LW_LOG_INFO};

void lw_log_setup(enum lw_log_level least, bool json)
{
  settings.least = least;
  settings.json = json;
}

static bool has_room(const struct line *line, size_t bytes)
{
  return line->len + bytes <= sizeof line->text - TAIL_BYTES;
}

/* For what is short and ours: cut only if the tail were used up too. */
static void put(struct line *line, lw_str text)
{
  if (line->len + text.len <= sizeof line->text) {
    memcpy(line->text + line->len, text.ptr, text.len);
    line->len += text.len;
  }
}

static void put_control(struct line *line, unsigned char c)
{
  static const char digits[] = "0123456789abcdef";
  const char text[ESCAPED_BYTES] = {'\\', 'u', '0', '0', digits[c >> 4], digits[c & 15]};
  put(line, lw_str_from(text, sizeof text));
}

/* Bytes of the character that begins there, or 0 when it is no UTF-8. The terminator ends the
 * count, so that nothing behind it is read. */
static size_t character_bytes(const char *text)
{
  unsigned char first = (unsigned char)text[0];
  size_t wanted = first < 0xc0 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
  size_t count = strnlen(text, wanted);
  return lw_utf8_check(lw_str_from(text, count)) == wanted ? wanted : 0;
}

static void put_escaped(struct line *line, const char *text)
{
  while (*text != '\0' && has_room(line, ESCAPED_BYTES)) {
    size_t count = character_bytes(text);
    if (count == 0) {
      put(line, LW_STR("?"));
      count = 1;
    } else if (*text == '\n') {
      put(line, LW_STR("\\n"));
    } else if (*text == '"' || *text == '\\') {
      put(line, LW_STR("\\"));
      put(line, lw_str_from(text, 1));
    } else if ((unsigned char)*text < 0x20 || *text == 0x7f) {
      put_control(line, (unsigned char)*text);
    } else {
      put(line, lw_str_from(text, count));
    }
    text += count;
  }
}

static void put_quoted(struct line *line, const char *text)
{
  put(line, LW_STR("\""));
  put_escaped(line, text);
  put(line, LW_STR("\""));
}

/* A word stands as it is; whatever else is quoted, so that a line can be taken apart again. */
static bool is_word(const char *text)
{
  if (*text == '\0') {
    return false;
  }
  for (; *text != '\0'; text++) {
    if ((unsigned char)*text <= ' ' || *text == '"' || *text == '=' || *text == '\\' ||
        (unsigned char)*text >= 0x7f) {
      return false;
    }
  }
  return true;
}

static void put_pair(struct line *line, const char *name, const char *value)
{
  /* A pair that does not fit with at least some of its value is left out. */
  if (!has_room(line, strlen(name) + 8 + ESCAPED_BYTES)) {
    return;
  }
  if (settings.json) {
    put(line, LW_STR(","));
    put_quoted(line, name);
    put(line, LW_STR(":"));
    put_quoted(line, value);
    return;
  }
  put(line, LW_STR(" "));
  put_escaped(line, name);
  put(line, LW_STR("="));
  if (is_word(value)) {
    put_escaped(line, value);
  } else {
    put_quoted(line, value);
  }
}

static void put_head(struct line *line, enum lw_log_level level, const char *where,
                     const char *message)
{
  static const char *const names[] = {"debug", "info", "warning", "error"};
  char time[40];
  lw_usec now = lw_clock_now();
  size_t length =
      lw_rfc3339_write(now / LW_USEC_PER_SECOND, (uint32_t)(now % LW_USEC_PER_SECOND) * 1000, time);
  if (!settings.json) {
    put(line, lw_str_from(time, length));
    put(line, LW_STR(" "));
    put(line, lw_str_c(names[level]));
    put(line, LW_STR(" "));
    put_escaped(line, where);
    put(line, LW_STR(": "));
    put_escaped(line, message);
    return;
  }
  put(line, LW_STR("{\"time\":\""));
  put(line, lw_str_from(time, length));
  put(line, LW_STR("\",\"level\":"));
  put_quoted(line, names[level]);
  put(line, LW_STR(",\"module\":"));
  put_quoted(line, where);
  put(line, LW_STR(",\"message\":"));
  put_quoted(line, message);
}

/* A log that can't be written is nobody's to hear of. */
static void write_line(const struct line *line)
{
  size_t done = 0;
  while (done < line->len) {
    ssize_t wrote = write(STDERR_FILENO, line->text + done, line->len - done);
    if (wrote < 0 && errno != EINTR) {
      return;
    }
    done += wrote > 0 ? (size_t)wrote : 0;
  }
}

void lw_log(enum lw_log_level level, const char *where, const char *message, ...)
{
  if (level < settings.least) {
    return;
  }
  struct line line;
  line.len = 0;
  put_head(&line, level, where, message);
  va_list pairs;
  va_start(pairs, message);
  for (const char *name = va_arg(pairs, const char *); name != NULL;
       name = va_arg(pairs, const char *)) {
    const char *value = va_arg(pairs, const char *);
    put_pair(&line, name, value != NULL ? value : "");
    if (value == NULL) { /* it may be the end of the list: nothing behind it is looked at */
      break;
    }
  }
  va_end(pairs);
  put(&line, settings.json ? LW_STR("}\n") : LW_STR("\n"));
  write_line(&line);
}
