/* SPDX-License-Identifier: GPL-2.0 */
/* Where this machine would send a packet: its routes and its neighbours. */
#ifndef DSRCTL_WAY_H
#define DSRCTL_WAY_H

#include "address.h"
#include "dsrctl.h"

struct way {
	uint8_t type;			/* RTN_*; RTN_UNSPEC: there is none */
	bool gateway;			/* not on the link of its device */
	unsigned int ifindex;
};

enum status way_get(const struct address *to, struct way *way);

/* The state (NUD_*) of a neighbour, 0 if it isn't known. */
uint16_t neighbour_state(const struct address *address, unsigned int ifindex);

/* The devices of the default routes that have one next hop. */
struct defaults {
	unsigned int *ifindex;
	size_t count;
};

enum status defaults_get(int family, struct defaults *defaults);
void defaults_free(struct defaults *defaults);

/* The addresses that this machine answers for by "ip neighbour add proxy". */
struct proxies {
	struct address *address;
	size_t count;
};

enum status proxies_get(struct proxies *proxies);
void proxies_free(struct proxies *proxies);
bool proxies_have(const struct proxies *proxies, const struct address *address);

#endif /* DSRCTL_WAY_H */
