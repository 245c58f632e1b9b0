/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _DSR_NET_H
#define _DSR_NET_H

#include <linux/atomic.h>
#include <linux/mutex.h>
#include <linux/netfilter.h>
#include <linux/notifier.h>
#include <linux/ratelimit_types.h>
#include <linux/rhashtable.h>
#include <linux/siphash.h>
#include <linux/types.h>
#include <linux/workqueue.h>
#include <net/net_namespace.h>
#include <net/netns/generic.h>
#include <uapi/dsr.h>

#include "census.h"
#include "flow.h"

struct dsr_backend_table;
struct dsr_counters;
struct dsr_flow_table;
struct dsr_fragments;
struct dsr_pool;
struct dsr_service_table;
struct dsr_traffic_pool;
struct proc_dir_entry;

#define DSR_RECENT_POOLS	256
#define DSR_HOOKS	4	/* two families, PRE_ROUTING and LOCAL_OUT */

/**
 * struct dsr_net - all that dsr keeps of one network namespace
 *
 * Lives as long as the namespace or the module, whichever ends first.
 */
struct dsr_net {
	/* Read by the packet path.  Written under @config_lock, the tables'
	 * entries as their own structs say.
	 */
	struct dsr_service_table __rcu *services; /* set once, by the first */
	struct dsr_backend_table __rcu *backends;
	struct dsr_flow_table __rcu *flows;	/* made by the first service */
	struct dsr_counters __percpu *counters;
	u64 table_key[2];			/* secret, of @services; set once */
	u32 committed;				/* transaction, see pending.h */
	siphash_key_t hash_key;			/* same on every director */
	siphash_key_t fragment_key;		/* secret */
	struct dsr_flow_user flow_user;		/* set once */
	struct dsr_fragments *fragments;	/* its buckets have locks */
	struct ratelimit_state resets;		/* has a lock */

	/* Serialises all changes of configuration, and may be held for long: a
	 * large flow table, thousands of services.  So nobody waits for it who
	 * holds RTNL, for which the whole machine would wait with him: RTNL is
	 * taken inside it, where a device is attached or detached.
	 */
	struct mutex config_lock;

	/* Guards what the events of network devices change too: next hops, and
	 * the list of attached devices, for which RTNL is needed besides.  Taken
	 * inside @config_lock and inside RTNL, and held for a look at a next hop,
	 * by an event for one at all of their devices.
	 */
	struct mutex link_lock;
	struct list_head nexthop_list;	/* struct dsr_nexthop; changed under both */
	struct list_head devices;	/* struct dsr_device, ascending ifindex */
	u32 devices_lost;		/* attached ones that went; under RTNL */

	/* All below: under @config_lock. */
	struct net *net;
	struct dsr_traffic_pool *traffic;
	struct list_head service_list;	/* struct dsr_service, ascending ids */
	u32 services_nr;
	u32 backends_nr;
	u32 last_service_id;
	u32 last_backend_id;
	u32 last_backend_seq;
	siphash_key_t pool_key;		/* @hash_key after the commit */
	const struct dsr_pool **recent_pools;	/* while many are built, some
						 * of those that have been
						 */
	u32 generation;			/* see dsr_generation() */
	u32 digest_generation;		/* of which @digest is */
	u8 digest_len;			/* 0: there is none */
	u8 digest[DSR_DIGEST_LEN];
	u32 flows_wanted;		/* capacity of the flow table */
	u32 flows_generation;		/* changes with the table */
	struct list_head drains;	/* struct dsr_backend, by @drain */
	struct list_head limited;	/* struct dsr_backend, by @limit */
	struct list_head batches;	/* struct dsr_nl_batch */
	u32 batch_bytes;		/* in all of them */
	bool hooked;			/* the hooks are registered */
	struct nf_hook_ops hooks[DSR_HOOKS];
	struct proc_dir_entry *proc_dir;

	/* Next hops by address: inserted and removed under @config_lock,
	 * looked up by neighbour events under RCU.
	 */
	struct rhashtable nexthops;	/* struct dsr_nexthop */
	struct notifier_block netdev_notifier;
	struct delayed_work resolver;
	struct delayed_work sweeper;
	struct work_struct views;	/* sysfs catches up, */
	u32 views_cursor;		/* from this service's id on */
	u32 swept;			/* sets, by the sweeper alone */
	struct dsr_census census;	/* by the sweeper alone */
	unsigned long next_round;	/* by the resolver alone, in jiffies */
	bool woken;			/* by an event, any context */
	bool closing;			/* no worker may be queued again */
};

extern unsigned int dsr_net_id;

/* The module's own queue, so that unloading can wait for what is on it. */
extern struct workqueue_struct *dsr_wq;

static inline struct dsr_net *dsr_net(const struct net *net)
{
	return net_generic(net, dsr_net_id);
}

/* Changes with the configuration.  Context: config_lock held. */
static inline u32 dsr_generation(const struct dsr_net *dn)
{
	return dn->generation + READ_ONCE(dn->devices_lost);
}

#endif /* _DSR_NET_H */
