/* Which addresses are outside: a program that posts to addresses that others choose must not be
 * made to call its own network (server-side request forgery). Pure; any thread. */
#ifndef LW_NET_ADDRESS_H
#define LW_NET_ADDRESS_H

#include "base/str.h"

struct sockaddr;

/* True for what may not be called unless it is allowed: loopback, private (RFC 1918, ULA),
 * link-local (with the clouds' metadata services), shared (CGNAT), multicast, reserved and test
 * ranges, an IPv4 address of those within an IPv6 one, and whatever is neither IPv4 nor IPv6. */
bool lw_address_is_inside(const struct sockaddr *address);
/* The same for an address in text, with or without brackets. *ret_inside is only written when text
 * is an address; a host name is none (false). */
LW_NODISCARD bool lw_address_read(lw_str text, bool *ret_inside);

#endif
