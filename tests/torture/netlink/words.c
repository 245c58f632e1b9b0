// SPDX-License-Identifier: GPL-2.0
/* Values at random are hardly ever a service that there could be.  What is not
 * here is taken from the policy alone: a new attribute needs no line.
 */
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

#include "words.h"

static const struct words words[] = {
	{ SET_MAIN, DSR_A_SERVICE, 90 },
	{ SET_MAIN, DSR_A_BACKEND, 90 },
	{ SET_MAIN, DSR_A_SETTINGS, 95 },
	{ SET_MAIN, DSR_A_DEVICE, 95 },
	{ SET_MAIN, DSR_A_FLOW, 95 },
	{ SET_MAIN, DSR_A_CHANGES, 95 },
	{ SET_MAIN, DSR_A_GENERATION, 8 },
	{ SET_MAIN, DSR_A_MORE, 20 },
	/* Rarely: these take long. */
	{ DSR_A_SETTINGS, DSR_A_SETTINGS_FLOWS, 15, 4, { 1024, 1025, 2048, 5000 } },
	{ DSR_A_SETTINGS, DSR_A_SETTINGS_HASH_SEED, 15, 4, { 0, 1, 7, ~0ULL } },
	{ DSR_A_DEVICE, DSR_A_DEVICE_IFINDEX, 97, 4, { 1, 2, 3, 9 } },
	{ DSR_A_BACKEND, DSR_A_BACKEND_STATE, 30, 4, { DSR_STATE_UP, DSR_STATE_UP, DSR_STATE_DOWN,
						       DSR_STATE_DRAINING } },
	{ DSR_A_BACKEND, DSR_A_BACKEND_DRAIN_FOR, 4 },
	{ DSR_A_BACKEND, DSR_A_BACKEND_DEV, 20, 4, { 0, 1, 2, 3 } },
	{ DSR_A_BACKEND, DSR_A_BACKEND_PINNED_LLADDR, 6, 3, { 0, 0x0100000002, 0x0200000002 } },
	{ DSR_A_BACKEND, DSR_A_BACKEND_MIN_FLOWS, 5, 4, { 0, 1, 2, 1000 } },
	{ DSR_A_SERVICE, DSR_A_SERVICE_AFFINITY_PREFIXLEN, 15, 4, { 1, 8, 32, 128 } },
	{ DSR_A_FLOW, DSR_A_FLOW_CLIENT, 97 },
	{ DSR_A_FLOW, DSR_A_FLOW_CLIENT_PORT, 80 },
	{ DSR_A_FLOW, DSR_A_FLOW_ADDRESS, 97 },
	{ DSR_A_FLOW, DSR_A_FLOW_PORT, 80, 4, { 0x5000, 0x5100, 0x901f, 0xffff } },
	{ DSR_A_FLOW, DSR_A_FLOW_PROTOCOL, 97, 6, { IPPROTO_TCP, IPPROTO_UDP, IPPROTO_SCTP,
						    IPPROTO_ICMP, IPPROTO_ICMPV6, IPPROTO_GRE } },
};

/* NULL: nothing is known of it. */
const struct words *words_of(unsigned int set, unsigned int type)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(words); i++)
		if (words[i].set == set && words[i].type == type)
			return &words[i];
	return NULL;
}

/* How often it's sent, beside others: what changes nothing is cheap, and a service's
 * directory in sysfs dear.  Of what will mostly be refused the changes have most to
 * them.
 */
unsigned int words_command_weight(unsigned int command, bool spoilt)
{
	switch (command) {
	case DSR_CMD_SERVICE_FLUSH:
		return 1;
	case DSR_CMD_BACKEND_FLUSH:
	case DSR_CMD_SETTINGS_SET:
	case DSR_CMD_SERVICE_DEL:
		return spoilt ? 10 : 4;
	case DSR_CMD_SERVICE_ADD:
	case DSR_CMD_BACKEND_DEL:
	case DSR_CMD_DEVICE_ATTACH:
	case DSR_CMD_DEVICE_DETACH:
		return spoilt ? 20 : 8;
	case DSR_CMD_CONFIG_GET:
	case DSR_CMD_DEVICE_GET:
	case DSR_CMD_FLOW_GET:
		return 10;
	case DSR_CMD_BACKEND_ADD:
	case DSR_CMD_CONFIG_CHANGE:
		return spoilt ? 60 : 12;
	}
	return 20;
}

const char *words_scheduler(struct dice *dice)
{
	static const char * const names[] = {
		"maglev", "rr", "lc", "random", "p2c", "failover", "overflow", "nonesuch",
	};

	return names[dice_below(dice, ARRAY_SIZE(names))];
}

/* Of a few that there are, so that the same one is met with again. */
void words_address(struct dice *dice, struct address *address)
{
	static const __u8 v4[] = { 10, 2, 0, 0 }, v6[] = { 0x20, 1, 0xd, 0xb8 };
	unsigned int which = dice_below(dice, 48);

	memset(address, 0, sizeof(*address));
	address->len = dice_percent(dice, 60) ? 4 : 16;
	memcpy(address->bytes, address->len == 4 ? v4 : v6, 4);
	address->bytes[address->len - 2] = which / 16;
	address->bytes[address->len - 1] = which % 16 + 1;
}

static void mask(struct address *address, unsigned int bits)
{
	unsigned int i;

	for (i = bits; i < address->len * 8U; i++)
		address->bytes[i / 8] &= ~(0x80 >> i % 8);
}

static void words_ports(struct dice *dice, struct key *key)
{
	static const __u8 protocols[] = { IPPROTO_TCP, IPPROTO_UDP, IPPROTO_SCTP, 0 };
	static const __u16 ports[] = { 0, 1, 80, 81, 8080, 65535 };

	key->protocol = protocols[dice_below(dice, sizeof(protocols))];
	if (!key->protocol)
		return;
	key->port = ports[dice_below(dice, ARRAY_SIZE(ports))];
	key->port_end = key->port;
	if (key->port && key->port < 65535 && dice_percent(dice, 30))
		key->port_end = dice_between(dice, key->port + 1, 65535);
}

/* What may name a service. */
void words_key(struct dice *dice, struct key *key)
{
	unsigned int bits;

	memset(key, 0, sizeof(*key));
	if (dice_percent(dice, 10)) {
		key->mark = dice_between(dice, 1, 8);
		key->family = dice_percent(dice, 50) ? AF_INET : AF_INET6;
		return;
	}
	words_address(dice, &key->address);
	bits = key->address.len * 8;
	key->family = bits == 32 ? AF_INET : AF_INET6;
	key->prefixlen = dice_percent(dice, 70) ? bits : dice_between(dice, 4, bits);
	mask(&key->address, key->prefixlen);
	words_ports(dice, key);
}
