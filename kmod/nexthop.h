/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _DSR_NEXTHOP_H
#define _DSR_NEXTHOP_H

#include <linux/if_ether.h>
#include <linux/jhash.h>
#include <linux/list.h>
#include <linux/netdevice.h>
#include <linux/rhashtable.h>
#include <uapi/dsr.h>

#include "addr.h"
#include "net.h"

/* Where a packet goes and what stands before its IP header.  Never changed
 * once published: a change is a new one, so that a packet gets the old MAC
 * address or the new one and nothing between.  Holds no reference to @dev:
 * NETDEV_DOWN and NETDEV_UNREGISTER unpublish it before the device goes.
 */
struct dsr_l2 {
	struct net_device *dev;
	struct ethhdr eth;	/* but for h_proto, which is the packet's */
	struct rcu_head rcu;
};

/**
 * struct dsr_nexthop_key - what names a next hop
 * @addr: the backend's address
 * @ifindex: the device that the operator has pinned, 0: the route's
 * @lladdr: the MAC address that the operator has pinned, zero: the neighbour's
 */
struct dsr_nexthop_key {
	struct dsr_addr addr;
	int ifindex;
	u8 lladdr[ETH_ALEN];
};

/* Seeded, as an rhashtable refuses what would make a chain too long. */
static inline u32 dsr_nexthop_key_hash(const struct dsr_nexthop_key *key,
				       u32 seed)
{
	u32 addr = jhash2((__force const u32 *)key->addr.ip.v6.s6_addr32, 4,
			  seed ^ key->addr.family);

	return jhash(key->lladdr, ETH_ALEN, addr ^ key->ifindex);
}

/**
 * struct dsr_nexthop - how an address on a link of the director is reached
 *
 * One for each key, however many backends have it.  Made and freed by get and put
 * under dsr_net.config_lock, the latter after a grace period; what changes
 * meanwhile does so under dsr_net.link_lock.
 */
struct dsr_nexthop {
	struct dsr_l2 __rcu *l2;	/* NULL: no usable neighbour */
	unsigned long since;		/* jiffies: when it became usable */
	enum dsr_why why;		/* DSR_WHY_NONE: @l2 is there */
	bool dirty;			/* set by events, without a lock */

	struct dsr_nexthop_key key;
	struct rhash_head node;		/* in dsr_net.nexthops */
	struct list_head list;		/* in dsr_net.nexthop_list */
	unsigned int users;		/* under config_lock */
	struct rcu_head rcu;
};

/* Configuration: config_lock held. */
struct dsr_nexthop *dsr_nexthop_get(struct dsr_net *dn,
				    const struct dsr_nexthop_key *key);
void dsr_nexthop_put(struct dsr_net *dn, struct dsr_nexthop *nexthop);

int dsr_nexthop_net_init(struct dsr_net *dn);
void dsr_nexthop_net_close(struct dsr_net *dn);
void dsr_nexthop_net_exit(struct dsr_net *dn);
int dsr_nexthop_init(void);
void dsr_nexthop_exit(void);

#endif /* _DSR_NEXTHOP_H */
