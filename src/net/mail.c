/* Messages are text first, with an HTML twin when there is one (multipart/alternative), both
 * quoted- printable: readable in every log, and 7-bit all the way. The boundary begins with "=_",
 * which quoted-printable can't contain. Texts of headers that are not short and plain ASCII become
 * encoded words (RFC 2047, B), broken between code points, no line over 76 bytes. */
#include "net/mail.h"

#include "base/base64.h"
#include "base/crypto.h"
#include "base/utf8.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

enum {
  HEADER_LINE_BYTES = 76,
  WORD_BYTES = 39, /* 52 of base64 and 12 around: with the longest name of a header under 76 */
  QUOTED_LINE_BYTES = 75,
  ID_BYTES_MAX = 48, /* the boundary has at most 70 */
  LOGIN_FILE_BYTES = 1024
};

/* --- addresses --- */

static bool is_letter_or_digit(char c)
{
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

static bool is_atom(char c)
{
  return is_letter_or_digit(c) || (c != '\0' && strchr("!#$%&'*+-/=?^_`{|}~", c) != NULL);
}

/* Parts with a dot between, none empty, all of those characters. */
static bool is_dotted(lw_str text, bool (*fits)(char c))
{
  bool after_dot = true;
  for (size_t i = 0; i < text.len; i++) {
    if (text.ptr[i] == '.') {
      if (after_dot) {
        return false;
      }
      after_dot = true;
    } else if (!fits(text.ptr[i])) {
      return false;
    } else {
      after_dot = false;
    }
  }
  return !after_dot;
}

static bool is_host_character(char c)
{
  return is_letter_or_digit(c) || c == '-';
}

bool lw_mail_address_fits(lw_str address)
{
  size_t at = lw_str_find(address, LW_STR("@"), 0);
  if (address.len > LW_MAIL_ADDRESS_BYTES_MAX || at == SIZE_MAX || at == 0 || at > 64) {
    return false;
  }
  lw_str domain = lw_str_slice(address, at + 1, address.len);
  return is_dotted(lw_str_slice(address, 0, at), is_atom) && is_dotted(domain, is_host_character) &&
         domain.ptr[0] != '-' && domain.ptr[domain.len - 1] != '-';
}

static bool id_fits(lw_str id)
{
  for (size_t i = 0; i < id.len; i++) {
    char c = id.ptr[i];
    if (!is_letter_or_digit(c) && c != '_' && c != '-' && c != '.') {
      return false;
    }
  }
  return id.len != 0 && id.len <= ID_BYTES_MAX;
}

/* --- headers --- */

static bool is_plain(lw_str text)
{
  for (size_t i = 0; i < text.len; i++) {
    if (text.ptr[i] < ' ' || text.ptr[i] > '~') {
      return false;
    }
  }
  return lw_str_find(text, LW_STR("=?"), 0) == SIZE_MAX;
}

static void add_word(lw_str bytes, struct lw_buf *out)
{
  char encoded[(WORD_BYTES + 2) / 3 * 4];
  lw_base64_encode(bytes, encoded);
  LW_BUF_LIT(out, "=?UTF-8?B?");
  lw_buf_add(out, lw_str_from(encoded, lw_base64_size(bytes.len)));
  LW_BUF_LIT(out, "?=");
}

static void add_words(lw_str text, struct lw_buf *out)
{
  char word[WORD_BYTES];
  size_t filled = 0;
  bool first = true;
  for (size_t at = 0; at < text.len;) {
    size_t from = at;
    uint32_t code = lw_utf8_next(text, &at);
    if (filled + (at - from) > sizeof(word)) {
      lw_buf_add_c(out, first ? "" : "\r\n ");
      add_word(lw_str_from(word, filled), out);
      filled = 0;
      first = false;
    }
    if (code < ' ' || code == 0x7f) { /* a line end here would be a header of somebody's own */
      word[filled++] = ' ';
    } else {
      memcpy(word + filled, text.ptr + from, at - from);
      filled += at - from;
    }
  }
  lw_buf_add_c(out, first ? "" : "\r\n ");
  add_word(lw_str_from(word, filled), out);
}

static void add_quoted_name(lw_str name, struct lw_buf *out)
{
  lw_buf_add_char(out, '"');
  for (size_t i = 0; i < name.len; i++) {
    if (name.ptr[i] == '"' || name.ptr[i] == '\\') {
      lw_buf_add_char(out, '\\');
    }
    lw_buf_add_char(out, name.ptr[i]);
  }
  lw_buf_add_char(out, '"');
}

static void add_mailbox(const char *header, lw_str name, lw_str address, struct lw_buf *out)
{
  lw_buf_printf(out, "%s: ", header);
  if (name.len == 0) {
    lw_buf_add(out, address);
  } else {
    if (is_plain(name) && name.len <= WORD_BYTES) {
      add_quoted_name(name, out);
    } else {
      add_words(name, out);
    }
    LW_BUF_LIT(out, "\r\n <");
    lw_buf_add(out, address);
    LW_BUF_LIT(out, ">");
  }
  LW_BUF_LIT(out, "\r\n");
}

static void add_subject(lw_str subject, struct lw_buf *out)
{
  LW_BUF_LIT(out, "Subject: ");
  if (is_plain(subject) && subject.len <= HEADER_LINE_BYTES - 9) {
    lw_buf_add(out, subject);
  } else {
    add_words(subject, out);
  }
  LW_BUF_LIT(out, "\r\n");
}

static void add_date(lw_usec at, struct lw_buf *out)
{
  static const char days[][4] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  static const char months[][4] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                   "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  struct lw_civil civil;
  lw_civil_from_seconds(at / LW_USEC_PER_SECOND, &civil);
  lw_buf_printf(out, "Date: %s, %02d %s %04d %02d:%02d:%02d +0000\r\n", days[civil.weekday],
                (int)civil.day, months[civil.month - 1], (int)civil.year, (int)civil.hour,
                (int)civil.minute, (int)civil.second);
}

/* --- bodies --- */

static bool stands_for_itself(lw_str text, size_t i)
{
  unsigned char c = (unsigned char)text.ptr[i];
  if (c == ' ' || c == '\t') {
    bool at_end = i + 1 == text.len || text.ptr[i + 1] == '\n' || text.ptr[i + 1] == '\r';
    return !at_end;
  }
  return c > ' ' && c <= '~' && c != '=';
}

static void add_quoted_printable(lw_str text, struct lw_buf *out)
{
  size_t column = 0;
  for (size_t i = 0; i < text.len; i++) {
    char c = text.ptr[i];
    if (c == '\r' && i + 1 < text.len && text.ptr[i + 1] == '\n') {
      continue;
    }
    if (c == '\n') {
      LW_BUF_LIT(out, "\r\n");
      column = 0;
      continue;
    }
    bool itself = stands_for_itself(text, i);
    if (column + (itself ? 1 : 3) > QUOTED_LINE_BYTES) {
      LW_BUF_LIT(out, "=\r\n");
      column = 0;
    }
    if (itself) {
      lw_buf_add_char(out, c);
    } else {
      lw_buf_printf(out, "=%02X", (unsigned)(unsigned char)c);
    }
    column += itself ? 1 : 3;
  }
  LW_BUF_LIT(out, "\r\n");
}

static void add_part(const char *type, lw_str text, struct lw_buf *out)
{
  lw_buf_printf(out,
                "Content-Type: %s; charset=utf-8\r\n"
                "Content-Transfer-Encoding: quoted-printable\r\n\r\n",
                type);
  add_quoted_printable(text, out);
}

static void add_both(const struct lw_mail *mail, struct lw_buf *out)
{
  lw_buf_printf(out, "Content-Type: multipart/alternative;\r\n boundary=\"=_%.*s\"\r\n\r\n",
                LW_FMT(mail->id));
  lw_buf_printf(out, "--=_%.*s\r\n", LW_FMT(mail->id));
  add_part("text/plain", mail->text, out);
  lw_buf_printf(out, "--=_%.*s\r\n", LW_FMT(mail->id));
  add_part("text/html", mail->html, out);
  lw_buf_printf(out, "--=_%.*s--\r\n", LW_FMT(mail->id));
}

static bool texts_fit(const struct lw_mail *mail)
{
  const lw_str texts[] = {mail->from_name, mail->to_name, mail->subject, mail->text, mail->html};
  for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
    if (lw_utf8_check(texts[i]) != texts[i].len) {
      return false;
    }
  }
  return true;
}

enum lw_code lw_mail_print(const struct lw_mail *mail, struct lw_buf *out, struct lw_error *err)
{
  if (!lw_mail_address_fits(mail->from) || !lw_mail_address_fits(mail->to)) {
    (void)lw_fail(err, LW_INVALID, "the mail's address of %s is not a plain one",
                  lw_mail_address_fits(mail->from) ? "the receiver" : "the sender");
    lw_error_hint(err, "write it as name@example.org");
    return LW_INVALID;
  }
  if (!id_fits(mail->id) || !texts_fit(mail)) {
    return lw_fail(err, LW_INVALID, "the mail's %s is not plain text",
                   id_fits(mail->id) ? "text" : "id");
  }
  size_t at = lw_str_find(mail->from, LW_STR("@"), 0);
  add_date(mail->at, out);
  add_mailbox("From", mail->from_name, mail->from, out);
  add_mailbox("To", mail->to_name, mail->to, out);
  lw_buf_printf(out, "Message-ID: <%.*s%.*s>\r\n", LW_FMT(mail->id), (int)(mail->from.len - at),
                mail->from.ptr + at);
  add_subject(mail->subject, out);
  LW_BUF_LIT(out, "Auto-Submitted: auto-generated\r\nMIME-Version: 1.0\r\n");
  if (mail->html.len == 0) {
    add_part("text/plain", mail->text, out);
  } else {
    add_both(mail, out);
  }
  return out->failed ? lw_fail(err, LW_NO_MEMORY, "out of memory") : LW_OK;
}

/* --- login --- */

static bool copy_line(lw_str line, char *place, size_t size_bytes)
{
  if (line.len >= size_bytes) {
    return false;
  }
  if (line.len != 0) {
    memcpy(place, line.ptr, line.len);
  }
  place[line.len] = '\0';
  return true;
}

static enum lw_code set_login(lw_str user, lw_str password, struct lw_mail_login *ret_login,
                              struct lw_error *err)
{
  struct lw_mail_login login = {{0}, {0}};
  enum lw_code rc = LW_OK;
  if (!copy_line(user, login.user, sizeof(login.user)) ||
      !copy_line(password, login.password, sizeof(login.password))) {
    rc = lw_fail(err, LW_INVALID, "the mail server's user or password is too long");
  } else if ((user.len == 0) != (password.len == 0)) {
    rc = lw_fail(err, LW_INVALID, "the mail server's %s is missing",
                 user.len == 0 ? "user" : "password");
  } else {
    *ret_login = login;
  }
  lw_secret_wipe(&login, sizeof(login));
  return rc;
}

static enum lw_code read_login(FILE *file, const char *path, struct lw_mail_login *ret_login,
                               struct lw_error *err)
{
  struct stat about;
  if (fstat(fileno(file), &about) == 0 && (about.st_mode & 077) != 0) {
    (void)lw_fail(err, LW_INVALID, "%s can be read by others", path);
    lw_error_hint(err, "chmod 600 %s", path);
    return LW_INVALID;
  }
  char text[LOGIN_FILE_BYTES];
  size_t len = fread(text, 1, sizeof(text), file);
  enum lw_code rc;
  if (ferror(file) != 0) {
    rc = lw_fail(err, LW_IO, "%s can't be read", path);
  } else if (len == sizeof(text)) {
    rc = lw_fail(err, LW_INVALID, "%s is too long", path);
  } else {
    lw_str document = lw_str_from(text, len);
    rc = set_login(lw_str_line(document, 1), lw_str_line(document, 2), ret_login, err);
  }
  lw_secret_wipe(text, sizeof(text));
  return rc;
}

enum lw_code lw_mail_login_read(const char *path, struct lw_mail_login *ret_login,
                                struct lw_error *err)
{
  if (path == NULL) {
    return set_login(lw_str_c(getenv("LEEWAY_SMTP_USER")), lw_str_c(getenv("LEEWAY_SMTP_PASSWORD")),
                     ret_login, err);
  }
  FILE *file = fopen(path, "re");
  if (file == NULL) {
    return lw_fail(err, LW_IO, "%s: %s", path, strerror(errno));
  }
  (void)setvbuf(file, NULL, _IONBF, 0); /* no copy of the password in a buffer of the library's */
  enum lw_code rc = read_login(file, path, ret_login, err);
  (void)fclose(file);
  return rc;
}

void lw_mail_login_wipe(struct lw_mail_login *login)
{
  lw_secret_wipe(login, sizeof(*login));
}
