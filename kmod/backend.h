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
#include "pending.h"

struct dsr_backend_dir;
struct dsr_service;
struct dsr_traffic_block;
struct dsr_traffic_stats;
struct dsr_transaction;
struct netlink_ext_ack;

#define DSR_BACKENDS_MAX	4096		/* of a service */
#define DSR_BACKENDS_NET_MAX	BIT(19)	/* of a namespace */

/**
 * struct dsr_backend_options - what can be set of a backend
 * @weight: share of the new flows; 0: takes none
 * @mode: how packets travel to it
 * @state: DSR_STATE_UP, _DRAINING or _DOWN, as the operator has it
 * @drain_for: seconds until a drain ends in any case; 0: only without flows
 * @drain_anew: whether a drain begins now, also if it was draining before
 * @ifindex: pinned device, 0: none
 * @lladdr: pinned MAC address, zero: none
 * @max_flows: active flows with which it's full; 0: never
 * @min_flows: active flows with fewer of which it isn't full any more; 0: three
 *	       quarters of @max_flows
 * @slow_start: seconds until it has its whole share
 */
struct dsr_backend_options {
	u32 weight;
	enum dsr_mode mode;
	enum dsr_state state;
	u32 drain_for;
	bool drain_anew;
	int ifindex;
	u8 lladdr[ETH_ALEN];
	u32 max_flows;
	u32 min_flows;
	u32 slow_start;
};

/* Other options, which packets see after the commit of a transaction.  Freed
 * after a grace period.
 */
struct dsr_backend_staged {
	struct dsr_backend_options options;
	u32 number;			/* of the transaction */
	struct rcu_head rcu;
};

/* Value of dsr_backend.down, beside 0 and the marks DSR_GOING (it goes down) and
 * DSR_COMING (it comes up).
 */
#define DSR_DOWN	DSR_CHANGING

/**
 * struct dsr_backend - a real server of a service
 *
 * Published in its service's pool and, by id, in dsr_net.backends; flows hold
 * the id alone, so a backend can go whatever flows it has.  Writers hold
 * dsr_net.config_lock.  Removed by a transaction: @down hides it from its flows
 * and another pool from new ones, then it's unpublished and freed after a grace
 * period.
 *
 * A packet of a known flow reads the first cache line; new flows read the
 * options too and write the third.
 */
struct dsr_backend {
	/* The packet path reads these. */
	const struct dsr_service *svc;
	struct dsr_nexthop __rcu *nexthop;	/* shared, its reference is ours;
						 * NULL in mode local
						 */
	struct dsr_traffic_stats __percpu *traffic;
	u32 id;				/* slot, and generation above it */
	u32 down;			/* as options.state has it, or a mark */
	u32 rerouted;			/* mark: @staged_nexthop is next */
	unsigned long up_since;		/* jiffies, for the slow start */

	struct dsr_backend_options options ____cacheline_aligned_in_smp;
	struct dsr_backend_staged __rcu *staged; /* NULL: nothing */
	struct dsr_nexthop __rcu *staged_nexthop; /* @nexthop after the commit */

	/* Gauges of the flows in the table, written with each new one and each
	 * that ends, on any CPU: whoever changes a value there changes them.  A
	 * change may be seen before the one that it follows, hence signed.
	 */
	atomic_t active ____cacheline_aligned_in_smp;	/* half-open and open */
	atomic_t closing;
	bool full;			/* has been: see dsr_backend_filled() */

	/* Configuration and views, under config_lock. */
	struct list_head list ____cacheline_aligned_in_smp; /* of the service */
	struct list_head drain;		/* in dsr_net.drains, while it drains */
	struct list_head limit;		/* in dsr_net.limited, with max_flows */
	bool told_full;			/* as the last event has it */
	unsigned long drain_end;	/* jiffies, with options.drain_for */
	struct list_head changed;	/* dsr_transaction.backends */
	bool coming;
	bool going;
	struct dsr_addr addr;
	struct dsr_traffic_block *traffic_block;	/* of @traffic */
	u32 seq;			/* ascending in the service's list */
	struct dsr_backend_dir *dir;	/* NULL: sysfs doesn't show it */
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

bool dsr_backend_staged_seen(const struct dsr_backend *be, u32 mark);

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

/* The next hop that packets see, NULL in mode local.  Context: under RCU. */
static inline const struct dsr_nexthop *
dsr_backend_nexthop(const struct dsr_backend *be)
{
	u32 mark = READ_ONCE(be->rerouted);
	const struct dsr_nexthop *nexthop;

	if (unlikely(mark) && dsr_backend_staged_seen(be, mark)) {
		nexthop = rcu_dereference(be->staged_nexthop);
		if (dsr_mark_stands(&be->rerouted, mark))
			return nexthop;
	}
	return rcu_dereference(be->nexthop);
}

/* What stands before a packet to it, NULL in mode local or while it can't be
 * reached.  Context: under RCU.
 */
static inline const struct dsr_l2 *dsr_backend_l2(const struct dsr_backend *be)
{
	const struct dsr_nexthop *nexthop = dsr_backend_nexthop(be);

	return nexthop ? rcu_dereference(nexthop->l2) : NULL;
}

/* Context: under RCU. */
static inline bool dsr_backend_is_local(const struct dsr_backend *be)
{
	return !dsr_backend_nexthop(be);
}

/* Context: under RCU. */
static inline bool dsr_backend_reachable(const struct dsr_backend *be)
{
	const struct dsr_nexthop *nexthop = dsr_backend_nexthop(be);

	return !nexthop || rcu_access_pointer(nexthop->l2);
}

static inline u32 dsr_backend_active(const struct dsr_backend *be)
{
	return max(atomic_read(&be->active), 0);
}

static inline u32 dsr_backend_closing(const struct dsr_backend *be)
{
	return max(atomic_read(&be->closing), 0);
}

bool dsr_backend_full(const struct dsr_backend *be);

/* It has been given a new flow, hence wasn't full; now it may be, until @active
 * falls below min_flows.
 */
static inline void dsr_backend_filled(struct dsr_backend *be)
{
	u32 max = READ_ONCE(be->options.max_flows);
	bool full;

	if (likely(!max))
		return;
	full = dsr_backend_active(be) >= max;
	if (full != READ_ONCE(be->full))
		WRITE_ONCE(be->full, full);
}

bool dsr_backend_down_now(const struct dsr_backend *be, u32 down);

/* The options that packets see.  Context: under RCU. */
static inline const struct dsr_backend_options *
dsr_backend_options(const struct dsr_backend *be)
{
	const struct dsr_backend_staged *staged = rcu_dereference(be->staged);

	if (unlikely(staged) && dsr_backend_staged_seen(be, staged->number))
		return &staged->options;
	return &be->options;
}

/* Whether it would take new flows if it weren't full.  Context: under RCU. */
static inline bool dsr_backend_willing(const struct dsr_backend *be)
{
	const struct dsr_backend_options *options = dsr_backend_options(be);

	return READ_ONCE(options->weight) &&
	       READ_ONCE(options->state) == DSR_STATE_UP &&
	       dsr_backend_reachable(be);
}

/* Whether it takes new flows.  Context: under RCU. */
static inline bool dsr_backend_available(const struct dsr_backend *be)
{
	return dsr_backend_willing(be) &&
	       (likely(!READ_ONCE(be->options.max_flows)) ||
		!dsr_backend_full(be));
}

/* Whether its flows have to go elsewhere, as if it had been removed. */
static inline bool dsr_backend_down(const struct dsr_backend *be)
{
	u32 down = READ_ONCE(be->down);

	return unlikely(down) && dsr_backend_down_now(be, down);
}

#define DSR_SHARE_WHOLE	256
u32 dsr_backend_share_now(const struct dsr_backend *be);

/**
 * dsr_backend_share() - how much of its weight a backend is to get
 * @be: the backend
 *
 * Context: under RCU.
 * Return: 1 to 256, in 256ths.
 */
static inline u32 dsr_backend_share(const struct dsr_backend *be)
{
	return likely(!READ_ONCE(be->options.slow_start)) ?
	       DSR_SHARE_WHOLE : dsr_backend_share_now(be);
}

/* Configuration: config_lock held. */
static inline bool dsr_backend_going(const struct dsr_backend *be)
{
	return be->going;
}

const struct dsr_backend_options *
dsr_backend_wanted(const struct dsr_backend *be);
struct dsr_backend *dsr_backend_lookup(const struct dsr_service *svc,
				       const struct dsr_addr *addr);
enum dsr_state dsr_backend_state(const struct dsr_backend *be);
void dsr_backend_drains_check(struct dsr_net *dn);
void dsr_backend_limits_check(struct dsr_net *dn);

/* What a transaction does to a backend, in this order. */
struct dsr_backend *
dsr_backend_stage_add(struct dsr_transaction *txn, struct dsr_service *svc,
		      const struct dsr_addr *addr,
		      const struct dsr_backend_options *options,
		      struct netlink_ext_ack *extack);
int dsr_backend_stage_set(struct dsr_transaction *txn, struct dsr_backend *be,
			  const struct dsr_backend_options *options);
void dsr_backend_stage_del(struct dsr_transaction *txn, struct dsr_backend *be);
void dsr_backend_settle(struct dsr_backend *be);
void dsr_backend_show(const struct dsr_transaction *txn,
		      struct dsr_backend *be);
void dsr_backend_restore(struct dsr_backend *be);
void dsr_backend_remove_all(struct dsr_service *svc);

int dsr_backend_net_init(struct dsr_net *dn);
void dsr_backend_net_exit(struct dsr_net *dn);

#endif /* _DSR_BACKEND_H */
