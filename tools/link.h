/* SPDX-License-Identifier: GPL-2.0 */
/* The network devices of the namespace, through rtnetlink. */
#ifndef DSRCTL_LINK_H
#define DSRCTL_LINK_H

#include <net/if.h>
#include <netinet/ether.h>

#include "dsrctl.h"

struct link {
	unsigned int ifindex;
	unsigned int flags;		/* IFF_* */
	unsigned int mtu;
	unsigned short type;		/* ARPHRD_* */
	bool stacked;			/* on other devices: VLAN, bond, bridge */
	struct ether_addr lladdr;	/* of Ethernet devices */
	char name[IF_NAMESIZE];
};

struct links {
	struct link *link;
	size_t count;
};

enum status links_get(struct links *links);
void links_free(struct links *links);

/* NULL if there is none. */
const struct link *link_find(const struct links *links, unsigned int ifindex);
const struct link *link_named(const struct links *links, const char *name);

/* Whether one of them has this MAC address. */
bool links_have(const struct links *links, const struct ether_addr *lladdr);

/* Up, with Ethernet addresses, and answering for its own. */
bool link_is_ethernet(const struct link *link);

/* Whether the driver merges packets that can't be cut again. */
bool link_has_lro(const struct link *link);

#endif /* DSRCTL_LINK_H */
