/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The kernel's side of generic netlink, played by the process itself: answers that
 * a module once gave.  Linked in or preloaded, it takes the place of the C
 * library's calls for sockets of that family; all others are the real ones.
 */
#ifndef DSR_PEER_H
#define DSR_PEER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* One datagram; what answers a request is all those of its command. */
struct datagram {
	uint16_t family;
	uint8_t command;
	bool dump;
	size_t len;
	unsigned char *bytes;
};

struct peer {
	struct datagram *datagrams;
	size_t count;
};

extern struct peer peer;

/* Is given each request, where it is defined. */
struct nlmsghdr;
void peer_hears(const struct nlmsghdr *message, size_t len) __attribute__((weak));

/* Reads lines FAMILY COMMAND DUMP HEX; exits when that can't be. */
void peer_load(const char *path);

/* The exit status of a process that waits for what will never come. */
#define PEER_HANGS 98

#endif /* DSR_PEER_H */
