/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _DSR_BACKEND_H
#define _DSR_BACKEND_H

#include <linux/bits.h>
#include <linux/list.h>
#include <linux/rcupdate.h>
#include <uapi/dsr.h>

#include "addr.h"
#include "net.h"
#include "nexthop.h"

struct dsr_backend_dir;
struct dsr_service;
struct dsr_traffic_stats;
struct netlink_ext_ack;

#define DSR_BACKENDS_MAX	4096		/* of a service */
#define DSR_BACKENDS_NET_MAX	BIT(19)	/* of a namespace */

/**
 * struct dsr_backend - a real server of a service
 *
 * Published in its service's pool and, by id, in dsr_net.backends; flows hold
 * the id alone, so a backend can go whatever flows it has.  Writers hold
 * dsr_net.config_lock.  Unpublished by dsr_backend_del() and freed after a
 * grace period.
 */
struct dsr_backend {
	/* The packet path reads these. */
	const struct dsr_service *svc;
	struct dsr_nexthop *nexthop;	/* shared, its reference is ours */
	struct dsr_traffic_stats __percpu *traffic;
	u32 id;				/* slot, and generation above it */
	u32 weight;			/* 0: takes no new flows */

	/* Configuration and views, under config_lock. */
	struct list_head list;		/* in dsr_service.backends */
	struct dsr_addr addr;
	u32 seq;			/* ascending in the service's list */
	enum dsr_mode mode;
	struct dsr_backend_dir *dir;	/* in sysfs */
	struct rcu_head rcu;
};

/* Ids: the low bits are a slot of this table, the bits above it count how
 * often slots have been given out.  Slots are given out in turn, so that an id
 * comes back only after at least 2^32 / (a slot's share) others: a stale flow
 * never meets it.  Replaced by one of twice the size when it is half full.
 */
struct dsr_backend_table {
	struct rcu_head rcu;
	u32 mask;
	struct dsr_backend __rcu *slot[];	/* under config_lock */
};

struct dsr_backend_options {
	u32 weight;
	enum dsr_mode mode;
};

/**
 * dsr_backend_by_id() - the backend that a flow names
 * @dn: the namespace
 * @id: its id
 *
 * Context: under RCU.
 * Return: the backend, or NULL when it has been removed.
 */
static inline struct dsr_backend *dsr_backend_by_id(const struct dsr_net *dn,
						    u32 id)
{
	const struct dsr_backend_table *table;
	struct dsr_backend *be;

	table = rcu_dereference(dn->backends);
	be = rcu_dereference(table->slot[id & table->mask]);
	return be && be->id == id ? be : NULL;
}

/* Whether it takes new flows.  Context: under RCU. */
static inline bool dsr_backend_available(const struct dsr_backend *be)
{
	return READ_ONCE(be->weight) && dsr_nexthop_usable(be->nexthop);
}

/* Configuration: config_lock held. */
struct dsr_backend *dsr_backend_lookup(const struct dsr_service *svc,
				       const struct dsr_addr *addr);
struct dsr_backend *dsr_backend_add(struct dsr_service *svc,
				    const struct dsr_addr *addr,
				    const struct dsr_backend_options *options,
				    struct netlink_ext_ack *extack);
int dsr_backend_set(struct dsr_service *svc, struct dsr_backend *be,
		    const struct dsr_backend_options *options,
		    struct netlink_ext_ack *extack);
int dsr_backend_del(struct dsr_service *svc, struct dsr_backend *be,
		    struct netlink_ext_ack *extack);
void dsr_backend_flush(struct dsr_service *svc);
enum dsr_state dsr_backend_state(const struct dsr_backend *be);

int dsr_backend_net_init(struct dsr_net *dn);
void dsr_backend_net_exit(struct dsr_net *dn);

#endif /* _DSR_BACKEND_H */
