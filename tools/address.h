/* SPDX-License-Identifier: GPL-2.0 */
/* How addresses and services are written, and their bytes. */
#ifndef DSRCTL_ADDRESS_H
#define DSRCTL_ADDRESS_H

#include <stdbool.h>
#include <stdint.h>
#include <arpa/inet.h>

/* Whether "10.2.0.1", "2001:db8::1" or "[2001:db8::1]" was meant is in @len,
 * as in netlink: 4 bytes or 16.
 */
struct address {
	uint8_t len;
	uint8_t byte[16];	/* network byte order, 0 beyond @len */
};

/* What a service is chosen by.  A part that is 0 is not known. */
struct selector {
	struct address address;
	uint16_t port;		/* host byte order */
	uint8_t protocol;	/* IPPROTO_* */
};

#define ADDRESS_LEN	INET6_ADDRSTRLEN
#define SELECTOR_LEN	(ADDRESS_LEN + sizeof("[]:65535/proto-255"))

struct address address_from(const void *bytes, unsigned int len);
int address_family(const struct address *address);
bool address_equal(const struct address *a, const struct address *b);
bool address_parse(const char *word, struct address *address);
const char *address_format(const struct address *address, char *buf);

enum status selector_parse(const char *word, struct selector *selector);
const char *selector_format(const struct selector *selector, char *buf);
bool selector_equal(const struct selector *a, const struct selector *b);

#endif /* DSRCTL_ADDRESS_H */
