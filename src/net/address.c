/* Ranges after the IANA special-purpose registries (RFC 6890 and what came since). Everything there
 * counts as inside, also what no network routes: nobody runs a webhook on it. IPv6 ranges that
 * carry an IPv4 address (mapped, compatible, NAT64, 6to4) are looked at by that address. */
#include "net/address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

struct range4 {
  uint32_t first;
  uint32_t bits;
};

static const struct range4 inside4[] = {
    {0x00000000, 8},  /* this network */
    {0x0a000000, 8},  /* private */
    {0x64400000, 10}, /* shared: CGNAT; one cloud's metadata */
    {0x7f000000, 8},  /* loopback */
    {0xa83f8110, 32}, /* 168.63.129.16: another cloud's own services */
    {0xa9fe0000, 16}, /* link-local: metadata services */
    {0xac100000, 12}, /* private */
    {0xc0000000, 24}, /* protocol assignments */
    {0xc0000200, 24}, /* documentation */
    {0xc0586300, 24}, /* 6to4 relays of old */
    {0xc0a80000, 16}, /* private */
    {0xc6120000, 15}, /* benchmarks */
    {0xc6336400, 24}, /* documentation */
    {0xcb007100, 24}, /* documentation */
    {0xe0000000, 4},  /* multicast */
    {0xf0000000, 4},  /* reserved, broadcast */
};

struct range6 {
  uint8_t first[16];
  uint32_t bits;
  int embedded; /* where an IPv4 address stands in it that decides; -1: inside */
};

static const struct range6 special6[] = {
    {{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}, 127, -1}, /* unspecified, loopback */
    {{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff}, 96, 12},        /* mapped */
    {{0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0, 0}, 96, 12},        /* translated */
    {{0}, 96, 12},                                               /* compatible */
    {{0x00, 0x64, 0xff, 0x9b, 0, 0, 0, 0, 0, 0, 0, 0}, 96, 12},  /* NAT64 */
    {{0x00, 0x64, 0xff, 0x9b, 0x00, 0x01}, 48, -1},              /* NAT64, local */
    {{0x01, 0x00}, 64, -1},                                      /* discarded */
    {{0x20, 0x01, 0x00, 0x00}, 23, -1},                          /* protocols, Teredo */
    {{0x20, 0x01, 0x0d, 0xb8}, 32, -1},                          /* documentation */
    {{0x20, 0x02}, 16, 2},                                       /* 6to4 */
    {{0x3f, 0xff, 0x00}, 20, -1},                                /* documentation */
    {{0x5f, 0x00}, 16, -1},                                      /* segment routing */
    {{0xfc, 0x00}, 7, -1},                                       /* unique local */
    {{0xfe, 0x80}, 9, -1},                                       /* link-local, site-local */
    {{0xff, 0x00}, 8, -1},                                       /* multicast */
};

static bool is_inside4(uint32_t address)
{
  for (size_t i = 0; i < sizeof(inside4) / sizeof(inside4[0]); i++) {
    uint32_t mask = (uint32_t)(UINT32_MAX << (32 - inside4[i].bits));
    if ((address & mask) == inside4[i].first) {
      return true;
    }
  }
  return false;
}

static bool within6(const uint8_t address[16], const struct range6 *range)
{
  uint32_t whole = range->bits / 8;
  uint32_t rest = range->bits % 8;
  if (memcmp(address, range->first, whole) != 0) {
    return false;
  }
  unsigned mask = (0xff00u >> rest) & 0xffu;
  return rest == 0 || (address[whole] & mask) == range->first[whole];
}

static uint32_t address4_at(const uint8_t *bytes)
{
  return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

static bool is_inside6(const uint8_t address[16])
{
  for (size_t i = 0; i < sizeof(special6) / sizeof(special6[0]); i++) {
    const struct range6 *range = &special6[i];
    if (within6(address, range)) {
      return range->embedded < 0 || is_inside4(address4_at(address + range->embedded));
    }
  }
  return false;
}

bool lw_address_is_inside(const struct sockaddr *address)
{
  if (address->sa_family == AF_INET) {
    struct sockaddr_in in4;
    memcpy(&in4, address, sizeof(in4));
    return is_inside4(ntohl(in4.sin_addr.s_addr));
  }
  if (address->sa_family == AF_INET6) {
    struct sockaddr_in6 in6;
    memcpy(&in6, address, sizeof(in6));
    return is_inside6(in6.sin6_addr.s6_addr);
  }
  return true;
}

bool lw_address_read(lw_str text, bool *ret_inside)
{
  char copy[INET6_ADDRSTRLEN + 1];
  if (text.len >= 2 && text.ptr[0] == '[' && text.ptr[text.len - 1] == ']') {
    text = lw_str_slice(text, 1, text.len - 2);
  }
  size_t zone = lw_str_find(text, LW_STR("%"), 0);
  if (zone != SIZE_MAX) {
    text = lw_str_slice(text, 0, zone);
  }
  if (text.len == 0 || text.len >= sizeof(copy) || memchr(text.ptr, '\0', text.len) != NULL) {
    return false;
  }
  memcpy(copy, text.ptr, text.len);
  copy[text.len] = '\0';
  struct in_addr in4;
  struct in6_addr in6;
  if (inet_pton(AF_INET, copy, &in4) == 1) {
    *ret_inside = is_inside4(ntohl(in4.s_addr));
    return true;
  }
  if (inet_pton(AF_INET6, copy, &in6) == 1) {
    *ret_inside = is_inside6(in6.s6_addr);
    return true;
  }
  return false;
}
