/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _DSR_SERVICE_H
#define _DSR_SERVICE_H

#include <linux/in.h>
#include <linux/list.h>
#include <linux/rculist.h>
#include <linux/refcount.h>
#include <linux/siphash.h>
#include <uapi/dsr.h>

#include "addr.h"
#include "flow.h"
#include "net.h"
#include "pending.h"

struct device;
struct dsr_pool;
struct dsr_sched_ops;
struct dsr_traffic_block;
struct dsr_traffic_stats;
struct dsr_transaction;
struct dsr_vip;
struct netlink_ext_ack;

#define DSR_SERVICES_MAX	65536	/* of a namespace */

/* Idle seconds, of what can't be set; the rest is in uapi/dsr.h. */
#define DSR_TIMEOUT_RST		10
#define DSR_TIMEOUT_UDP_FIRST	60	/* or that of UDP, if it's less */

/**
 * struct dsr_service_key - what names a service
 * @addr: the VIP, or the family alone where there's a mark
 * @prefixlen: bits of it that count; 0 with a mark
 * @protocol: 0: any
 * @port: first port, host byte order; 0: any
 * @port_end: last port, the same as @port where it is one
 * @mark: 0: none
 */
struct dsr_service_key {
	struct dsr_addr addr;
	u8 prefixlen;
	u8 protocol;
	u16 port;
	u16 port_end;
	u32 mark;
};

/**
 * struct dsr_service_options - what can be set of a service
 * @sched: its scheduler
 * @hash: what of a packet the scheduler's hash is taken of
 * @affinity: seconds; 0: none
 * @affinity_prefixlen: bits of the client's address that count for it
 * @stateless: remembers no flows
 * @adopt: takes TCP flows that are first seen in their middle
 * @on_remove: what becomes of the flows of a removed backend
 * @no_backend: what becomes of packets that no backend takes
 * @timeout_syn: seconds, as are the others
 */
struct dsr_service_options {
	const struct dsr_sched_ops *sched;
	enum dsr_hash hash;
	u32 affinity;
	u8 affinity_prefixlen;
	bool stateless;
	bool adopt;
	enum dsr_on_remove on_remove;
	enum dsr_no_backend no_backend;
	u32 timeout_syn;
	u32 timeout_established;
	u32 timeout_fin;
	u32 timeout_udp;
};

/**
 * struct dsr_service - a VIP's port, or more or less than that, and the backends
 *			that serve it
 *
 * Published where its selector says (vip.c), at first with a mark in @pending
 * that hides it.  Writers hold dsr_net.config_lock.  Removed by a transaction:
 * hidden by its mark, then unpublished and freed after a grace period; its views
 * (sysfs) are gone before that.
 *
 * A packet of a known flow reads two cache lines of it: the first, and the one
 * of @refresh.
 */
struct dsr_service {
	/* What the packet path reads; changed only by configuration. */
	struct hlist_node node;		/* by VIP, protocol and port, or by mark */
	const struct dsr_vip *vip;	/* NULL: a mark's */
	u16 port;
	u16 port_end;
	u8 protocol;
	bool stateless;
	bool affinity;
	u32 pending;			/* mark, see pending.h */
	struct dsr_pool __rcu *pool;	/* under config_lock */
	siphash_key_t flow_key;		/* secret, makes its flows its own */

	/* Ticks after which a flow's entry is marked as seen again: an eighth of
	 * its timeout, or of the affinity's if that's shorter.
	 */
	u32 refresh[DSR_FLOW_STATES] ____cacheline_aligned;

	/* Written by each new flow under rr, so kept off the lines above. */
	atomic64_t turn ____cacheline_aligned_in_smp;

	/* What new flows read, configuration, and views. */
	struct dsr_service_options options ____cacheline_aligned_in_smp;
	struct dsr_pool __rcu *staged_pool;	/* @pool after the commit */
	struct dsr_service *before;	/* has its place until the commit */
	u32 timeout[DSR_FLOW_STATES];	/* ticks */
	u32 mark;
	u16 family;
	u32 id;				/* never used twice in a namespace */
	struct dsr_traffic_stats __percpu *traffic;
	struct dsr_net *dn;

	/* Under config_lock. */
	struct list_head list;
	struct list_head backends;	/* struct dsr_backend, ascending seq */
	u32 backends_nr;
	u32 backends_going;		/* of them, with the commit */
	struct list_head changed;	/* dsr_transaction.services */
	struct dsr_service_options *staged;	/* NULL: stay as they are */
	bool rebuild;			/* needs another pool */
	bool built;			/* and has it, in @staged_pool */
	struct dsr_traffic_block *traffic_block;	/* of @traffic */
	struct device *device;		/* NULL: sysfs doesn't show it */
	struct rcu_head rcu;
};

/* Longest: "[v6 address/128]:65535-65535/sctp". */
#define DSR_SERVICE_NAME_LEN	80

/* Packet path. */
static inline bool dsr_service_visible(const struct dsr_net *dn,
				       const struct dsr_service *svc)
{
	u32 mark = READ_ONCE(svc->pending);

	return likely(!mark) || dsr_mark_visible(dn, mark);
}

/* What the service's backends are chosen from.  Context: under RCU. */
static inline struct dsr_pool *dsr_service_pool(const struct dsr_service *svc)
{
	u32 mark = READ_ONCE(svc->pending);
	struct dsr_pool *pool;

	if (unlikely(mark) && dsr_change_of(mark) != DSR_GOING &&
	    dsr_mark_done(svc->dn, mark)) {
		pool = rcu_dereference(svc->staged_pool);
		if (dsr_mark_stands(&svc->pending, mark))
			return pool;
	}
	return rcu_dereference(svc->pool);
}

struct dsr_service *dsr_service_by_mark(const struct dsr_net *dn, u8 family,
					u32 mark);

/* Configuration: config_lock held. */
static inline bool dsr_service_coming(const struct dsr_service *svc)
{
	return dsr_change_of(svc->pending) == DSR_COMING;
}

static inline bool dsr_service_going(const struct dsr_service *svc)
{
	return dsr_change_of(svc->pending) == DSR_GOING;
}

const struct dsr_service_options *
dsr_service_wanted(const struct dsr_service *svc);
struct dsr_service *dsr_service_lookup(struct dsr_net *dn,
				       const struct dsr_service_key *key);
void dsr_service_get_key(const struct dsr_service *svc,
			 struct dsr_service_key *key);
void dsr_service_defaults(struct dsr_service_options *options);
void dsr_service_name(const struct dsr_service *svc,
		      char name[DSR_SERVICE_NAME_LEN]);

/* What a transaction does to a service, in this order: config_lock held. */
struct dsr_service *
dsr_service_stage_add(struct dsr_transaction *txn,
		      const struct dsr_service_key *key,
		      const struct dsr_service_options *options,
		      struct netlink_ext_ack *extack);
int dsr_service_stage_set(struct dsr_transaction *txn, struct dsr_service *svc,
			  const struct dsr_service_options *options);
void dsr_service_stage_del(struct dsr_transaction *txn,
			   struct dsr_service *svc);
void dsr_service_touch(struct dsr_transaction *txn, struct dsr_service *svc);
int dsr_service_prepare(struct dsr_transaction *txn, struct dsr_service *svc,
			struct netlink_ext_ack *extack);
void dsr_service_settle_pool(struct dsr_service *svc);
void dsr_service_settle(const struct dsr_transaction *txn,
			struct dsr_service *svc);
void dsr_service_restore(struct dsr_service *svc);

void dsr_service_net_init(struct dsr_net *dn);
void dsr_service_net_exit(struct dsr_net *dn);

#endif /* _DSR_SERVICE_H */
