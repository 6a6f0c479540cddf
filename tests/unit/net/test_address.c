/* Which addresses count as inside one's own network: each range from its first to its last address,
 * and its neighbours outside. */
#include "net/address.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>
#include <sys/socket.h>

struct row {
  const char *text;
  bool inside;
};

static const struct row rows[] = {
    {"0.0.0.0", true},
    {"0.255.255.255", true},
    {"1.0.0.0", false},
    {"9.255.255.255", false},
    {"10.0.0.0", true},
    {"10.255.255.255", true},
    {"11.0.0.0", false},
    {"100.63.255.255", false},
    {"100.64.0.0", true},
    {"100.100.100.200", true},
    {"100.127.255.255", true},
    {"100.128.0.0", false},
    {"126.255.255.255", false},
    {"127.0.0.1", true},
    {"127.255.255.255", true},
    {"128.0.0.0", false},
    {"168.63.129.15", false},
    {"168.63.129.16", true},
    {"168.63.129.17", false},
    {"169.253.255.255", false},
    {"169.254.169.254", true},
    {"169.255.0.0", false},
    {"172.15.255.255", false},
    {"172.16.0.0", true},
    {"172.31.255.255", true},
    {"172.32.0.0", false},
    {"192.0.0.8", true},
    {"192.0.1.0", false},
    {"192.0.2.1", true},
    {"192.167.255.255", false},
    {"192.168.0.1", true},
    {"192.169.0.0", false},
    {"198.17.255.255", false},
    {"198.18.0.0", true},
    {"198.19.255.255", true},
    {"198.20.0.0", false},
    {"203.0.113.9", true},
    {"223.255.255.255", false},
    {"224.0.0.1", true},
    {"255.255.255.255", true},
    {"8.8.8.8", false},
    {"::", true},
    {"::1", true},
    {"[::1]", true},
    {"::7f00:1", true},
    {"::ffff:127.0.0.1", true},
    {"::ffff:8.8.8.8", false},
    {"::ffff:0:10.0.0.1", true},
    {"64:ff9b::a00:1", true},
    {"64:ff9b::808:808", false},
    {"64:ff9b:1::1", true},
    {"100::1", true},
    {"2001::1", true},
    {"2001:200::1", false},
    {"2001:db8::1", true},
    {"2002:a00:1::1", true},
    {"2002:808:808::1", false},
    {"2606:4700:4700::1111", false},
    {"fbff::1", false},
    {"fc00::1", true},
    {"fd12:3456::1", true},
    {"fdff:ffff::1", true},
    {"fe80::1", true},
    {"fe80::1%eth0", true},
    {"fec0::1", true},
    {"ff02::1", true},
};

static void ranges(void **state)
{
  (void)state;
  for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
    bool inside = !rows[i].inside;
    if (!lw_address_read(lw_str_c(rows[i].text), &inside) || inside != rows[i].inside) {
      fail_msg("%s", rows[i].text);
    }
  }
}

static void names_are_no_addresses(void **state)
{
  static const char *const names[] = {
      "",          "localhost", "example.org", "1.2.3",
      "1.2.3.4.5", "12345",     "::g",         "[]",
      "%eth0",     "256.0.0.1", "0x7f.0.0.1",  "1111:2222:3333:4444:5555:6666:7777:8888:9999"};
  (void)state;
  for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
    bool inside = false;
    if (lw_address_read(lw_str_c(names[i]), &inside)) {
      fail_msg("%s", names[i]);
    }
  }
}

static void unknown_families_are_inside(void **state)
{
  (void)state;
  struct sockaddr address = {.sa_family = AF_UNIX};
  assert_true(lw_address_is_inside(&address));
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(ranges),
      cmocka_unit_test(names_are_no_addresses),
      cmocka_unit_test(unknown_families_are_inside),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
