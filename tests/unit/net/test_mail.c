/* Messages: form, encodings, and that nobody's text becomes a header. */
#include "net/mail.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <cmocka.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

static struct lw_mail plain(void)
{
  return (struct lw_mail){.from = LW_STR("leeway@example.org"),
                          .from_name = LW_STR("Leeway"),
                          .to = LW_STR("tom@example.com"),
                          .to_name = LW_STR(""),
                          .subject = LW_STR("ana asks for credit"),
                          .text = LW_STR("Line one\nLine two"),
                          .id = LW_STR("dlv_1"),
                          .at = INT64_C(1772359200) * 1000000};
}

static void whole_message(void **state)
{
  (void)state;
  struct lw_mail mail = plain();
  struct lw_buf out = {0};
  struct lw_error err = {0};
  assert_int_equal(lw_mail_print(&mail, &out, &err), LW_OK);
  lw_buf_add_char(&out, '\0');
  assert_string_equal(out.ptr, "Date: Sun, 01 Mar 2026 10:00:00 +0000\r\n"
                               "From: \"Leeway\"\r\n <leeway@example.org>\r\n"
                               "To: tom@example.com\r\n"
                               "Message-ID: <dlv_1@example.org>\r\n"
                               "Subject: ana asks for credit\r\n"
                               "Auto-Submitted: auto-generated\r\n"
                               "MIME-Version: 1.0\r\n"
                               "Content-Type: text/plain; charset=utf-8\r\n"
                               "Content-Transfer-Encoding: quoted-printable\r\n"
                               "\r\n"
                               "Line one\r\nLine two\r\n");
  lw_buf_finish(&out);
}

static void both_parts(void **state)
{
  (void)state;
  struct lw_mail mail = plain();
  struct lw_buf out = {0};
  struct lw_error err = {0};
  mail.html = LW_STR("<p>--=_dlv_1--</p>");
  assert_int_equal(lw_mail_print(&mail, &out, &err), LW_OK);
  lw_buf_add_char(&out, '\0');
  assert_non_null(
      strstr(out.ptr, "boundary=\"=_dlv_1\"\r\n\r\n--=_dlv_1\r\nContent-Type: text/plain"));
  assert_non_null(strstr(out.ptr, "\r\n--=_dlv_1\r\nContent-Type: text/html"));
  assert_non_null(strstr(out.ptr, "<p>--=3D_dlv_1--</p>")); /* the text can't end the part */
  assert_non_null(strstr(out.ptr, "\r\n--=_dlv_1--\r\n"));
  lw_buf_finish(&out);
}

struct header_row {
  const char *subject;
  const char *line; /* what must stand in the message */
};

static const struct header_row header_rows[] = {
    {"Gr\xc3\xbc\xc3\x9f"
     "e",
     "Subject: =?UTF-8?B?R3LDvMOfZQ==?=\r\n"},
    {"a\r\nBcc: x@y.z", "Subject: =?UTF-8?B?YSAgQmNjOiB4QHkueg==?=\r\n"},
    {"=?UTF-8?B?eA==?=", "Subject: =?UTF-8?B?PT9VVEYtOD9CP2VBPT0/PQ==?=\r\n"},
    {"", "Subject: \r\n"},
};

static void subjects(void **state)
{
  (void)state;
  for (size_t i = 0; i < sizeof(header_rows) / sizeof(header_rows[0]); i++) {
    struct lw_mail mail = plain();
    struct lw_buf out = {0};
    struct lw_error err = {0};
    mail.subject = lw_str_c(header_rows[i].subject);
    assert_int_equal(lw_mail_print(&mail, &out, &err), LW_OK);
    lw_buf_add_char(&out, '\0');
    assert_null(strstr(out.ptr, "\nBcc"));
    if (strstr(out.ptr, header_rows[i].line) == NULL) {
      fail_msg("%s: %s", header_rows[i].subject, out.ptr);
    }
    lw_buf_finish(&out);
  }
}

/* Long words of every width: no line over 76 bytes in headers and bodies, no code point cut. */
static void lines_stay_short(void **state)
{
  static const char *const letters[] = {"x", "\xc3\xbc", "\xe6\x9d\xb1", "\xf0\x9d\x84\x9e",
                                        "=", " "};
  (void)state;
  for (size_t i = 0; i < sizeof(letters) / sizeof(letters[0]); i++) {
    struct lw_buf text = {0};
    struct lw_buf out = {0};
    struct lw_error err = {0};
    for (int n = 0; n < 300; n++) {
      lw_buf_add_c(&text, letters[i]);
    }
    struct lw_mail mail = plain();
    mail.subject = lw_buf_str(&text);
    mail.to_name = lw_buf_str(&text);
    mail.text = lw_buf_str(&text);
    mail.html = lw_buf_str(&text);
    assert_int_equal(lw_mail_print(&mail, &out, &err), LW_OK);
    size_t column = 0;
    for (size_t at = 0; at < out.len; at++) {
      assert_true((unsigned char)out.ptr[at] < 0x80);
      assert_false(out.ptr[at] == '\n' && (at == 0 || out.ptr[at - 1] != '\r'));
      column = out.ptr[at] == '\n' ? 0 : column + 1;
      assert_true(column <= 77); /* 76 and its CR */
      assert_false(column == 1 && out.ptr[at] == ' ' && at + 1 < out.len &&
                   out.ptr[at + 1] == '\r');
    }
    lw_buf_finish(&text);
    lw_buf_finish(&out);
  }
}

struct address_row {
  const char *address;
  bool fits;
};

static const struct address_row address_rows[] = {
    {"a@b", true},
    {"ana.maria+x@mail.example.org", true},
    {"o'hara@example.org", true},
    {"", false},
    {"ana", false},
    {"@example.org", false},
    {"ana@", false},
    {"ana@@example.org", false},
    {"ana@exa mple.org", false},
    {"ana@example..org", false},
    {".ana@example.org", false},
    {"ana.@example.org", false},
    {"ana@-example.org", false},
    {"ana@example.org.", false},
    {"ana@example.org\r\nRCPT TO:<x@y>", false},
    {"ana@example.org>", false},
    {"<ana@example.org>", false},
    {"\"ana\"@example.org", false},
    {"ana@[127.0.0.1]", false},
    {"an\xc3\xa4@example.org", false},
    {"a@b,c@d", false},
};

static void addresses(void **state)
{
  (void)state;
  for (size_t i = 0; i < sizeof(address_rows) / sizeof(address_rows[0]); i++) {
    lw_str address = lw_str_c(address_rows[i].address);
    if (lw_mail_address_fits(address) != address_rows[i].fits) {
      fail_msg("%s", address_rows[i].address);
    }
    struct lw_mail mail = plain();
    struct lw_buf out = {0};
    struct lw_error err = {0};
    mail.to = address;
    assert_int_equal(lw_mail_print(&mail, &out, &err), address_rows[i].fits ? LW_OK : LW_INVALID);
    assert_true(address_rows[i].fits || out.len == 0);
    lw_buf_finish(&out);
  }
}

static void what_is_refused(void **state)
{
  (void)state;
  struct lw_buf out = {0};
  struct lw_error err = {0};
  struct lw_mail mail = plain();
  mail.id = LW_STR("a\r\nb");
  assert_int_equal(lw_mail_print(&mail, &out, &err), LW_INVALID);
  mail = plain();
  mail.subject = LW_STR("\xff");
  assert_int_equal(lw_mail_print(&mail, &out, &err), LW_INVALID);
  assert_int_equal(out.len, 0);
  lw_buf_finish(&out);
}

static void write_file(const char *path, const char *text, mode_t mode)
{
  int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode);
  assert_true(fd >= 0);
  assert_int_equal(fchmod(fd, mode), 0);
  assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
  assert_int_equal(close(fd), 0);
}

static void logins(void **state)
{
  (void)state;
  char path[] = "/tmp/lw_test_mail_XXXXXX";
  int fd = mkstemp(path);
  assert_true(fd >= 0);
  assert_int_equal(close(fd), 0);
  struct lw_mail_login login = {{0}, {0}};
  struct lw_error err = {0};
  write_file(path, "leeway\ns3cret word\n", 0600);
  assert_int_equal(lw_mail_login_read(path, &login, &err), LW_OK);
  assert_string_equal(login.user, "leeway");
  assert_string_equal(login.password, "s3cret word");
  lw_mail_login_wipe(&login);
  assert_int_equal(login.password[0], '\0');
  write_file(path, "leeway\ns3cret word\n", 0640);
  assert_int_equal(lw_mail_login_read(path, &login, &err), LW_INVALID);
  assert_null(strstr(err.text, "s3cret"));
  write_file(path, "leeway\n", 0600);
  assert_int_equal(lw_mail_login_read(path, &login, &err), LW_INVALID);
  assert_int_equal(unlink(path), 0);
  assert_int_equal(lw_mail_login_read(path, &login, &err), LW_IO);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(whole_message), cmocka_unit_test(both_parts),
      cmocka_unit_test(subjects),      cmocka_unit_test(lines_stay_short),
      cmocka_unit_test(addresses),     cmocka_unit_test(what_is_refused),
      cmocka_unit_test(logins),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
