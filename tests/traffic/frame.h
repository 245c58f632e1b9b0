/* SPDX-License-Identifier: GPL-2.0 */
/* What those who send frames have in common. */
#ifndef FRAME_H
#define FRAME_H

#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <linux/types.h>
#include <stdio.h>
#include <stdlib.h>

static inline void die(const char *what, const char *which)
{
	fprintf(stderr, "%s: %s: %s\n", program_invocation_short_name, what,
		which);
	exit(2);
}

/* To whom the frames of a packet socket go. */
static inline void parse_mac(const char *text, struct sockaddr_ll *link)
{
	unsigned char *mac = link->sll_addr;

	if (sscanf(text, "%hhx:%hhx:%hhx:%hhx:%hhx:%hhx", mac, mac + 1, mac + 2,
		   mac + 3, mac + 4, mac + 5) != 6)
		die("not a MAC address", text);
	link->sll_halen = ETH_ALEN;
}

/* The Internet checksum (RFC 1071): sum() of what it is over, then fold(). */

static inline __u32 sum(__u32 start, const void *data, size_t len)
{
	const unsigned char *byte = data;
	size_t i;

	for (i = 0; i + 1 < len; i += 2)
		start += byte[i] << 8 | byte[i + 1];
	return i < len ? start + (byte[i] << 8) : start;
}

static inline __u16 fold(__u32 sum)
{
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return htons(~sum);
}

#endif /* FRAME_H */
