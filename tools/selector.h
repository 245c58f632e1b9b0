/* SPDX-License-Identifier: GPL-2.0 */
/* How services are written, and what they are chosen by. */
#ifndef DSRCTL_SELECTOR_H
#define DSRCTL_SELECTOR_H

#include "address.h"
#include "dsrctl.h"

/* Either @mark and @family, or an address and what may follow it.  Each service
 * has one form: @prefixlen is always there, @port_end only of a range.
 */
struct selector {
	struct address address;
	uint8_t prefixlen;
	uint8_t protocol;	/* IPPROTO_*, 0: any */
	uint16_t port;		/* host byte order, 0: any */
	uint16_t port_end;	/* the last one of a range, 0: it is none */
	uint32_t mark;		/* 0: chosen by its address */
	uint8_t family;
};

#define SELECTOR_LEN	(ADDRESS_LEN + sizeof("[]/128:65535-65535/proto-255"))
#define PROTOCOL_LEN	sizeof("proto-255")

/* Takes one word, or "mark" and what follows it, which has to be there. */
enum status selector_take(struct args *args, struct selector *selector);
const char *selector_format(const struct selector *selector, char *buf);
bool selector_equal(const struct selector *a, const struct selector *b);
size_t selector_hash(const struct selector *selector);

/* An order for people: by address, then port; below 0: @a comes first. */
int selector_compare(const struct selector *a, const struct selector *b);

int selector_family(const struct selector *selector);

/* A name, or a number above 0. */
bool protocol_find(const char *word, uint8_t *protocol);

/* @buf has room for PROTOCOL_LEN characters. */
const char *protocol_format(uint8_t number, char *buf);

/* How many bits an address of a family has. */
static inline unsigned int family_bits(int family)
{
	return family == AF_INET6 ? 128 : 32;
}

#endif /* DSRCTL_SELECTOR_H */
