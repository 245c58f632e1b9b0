/* SPDX-License-Identifier: GPL-2.0 */
/* How addresses are written, and their bytes. */
#ifndef DSRCTL_ADDRESS_H
#define DSRCTL_ADDRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <arpa/inet.h>

/* Whether "10.2.0.1", "2001:db8::1" or "[2001:db8::1]" was meant is in @len,
 * as in netlink: 4 bytes or 16.
 */
struct address {
	uint8_t len;
	uint8_t byte[16];	/* network byte order, 0 beyond @len */
};

#define ADDRESS_LEN	INET6_ADDRSTRLEN

struct address address_from(const void *bytes, unsigned int len);
int address_family(const struct address *address);
bool address_equal(const struct address *a, const struct address *b);

/* Below 0: @a comes first; no address comes before IPv4, that before IPv6. */
int address_compare(const struct address *a, const struct address *b);
bool address_parse(const char *word, struct address *address);
const char *address_format(const struct address *address, char *buf);

/* Addresses of a link layer, of @len bytes; those beyond LLADDR_MAX are left out.
 * @buf has LLADDR_LEN characters.
 */
#define LLADDR_MAX	15
#define LLADDR_LEN	(3 * LLADDR_MAX)

const char *lladdr_format(const uint8_t *byte, size_t len, char *buf);

#endif /* DSRCTL_ADDRESS_H */
