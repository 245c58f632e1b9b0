/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _DSR_SERVICE_H
#define _DSR_SERVICE_H

#include <linux/in.h>
#include <linux/list.h>
#include <linux/rculist.h>
#include <linux/siphash.h>

#include "addr.h"
#include "flow.h"
#include "net.h"

struct device;
struct dsr_pool;
struct dsr_sched_ops;
struct dsr_traffic_stats;
struct dsr_tuple;
struct netlink_ext_ack;

#define DSR_SERVICES_MAX	65536	/* of a namespace */

/* What names a service. */
struct dsr_service_key {
	struct dsr_addr addr;
	__be16 port;
	u8 protocol;
};

/**
 * struct dsr_vip - an address that has services
 *
 * First stop of every packet, and the only one for a packet that is nobody's,
 * hence a table of its own.
 *
 * Published in dsr_service_table.vip; made with its first service and freed,
 * after a grace period, with its last.
 */
struct dsr_vip {
	struct hlist_node node;
	struct dsr_addr addr;
	u32 tcp_services;	/* how many; under config_lock, read by packets */
	u32 udp_services;
	struct rcu_head rcu;
};

/**
 * struct dsr_service - a port of a VIP and the backends that serve it
 *
 * Published in dsr_service_table.service, by VIP, protocol and port.
 * Writers hold dsr_net.config_lock.  Unpublished by dsr_service_del() and
 * freed after a grace period; its views (sysfs) are gone before that.
 */
struct dsr_service {
	/* The packet path reads these; changed only by configuration. */
	struct hlist_node node;
	const struct dsr_vip *vip;
	__be16 port;
	u8 protocol;
	u32 timeout[DSR_FLOW_STATES];	/* ticks */
	siphash_key_t flow_key;		/* secret, makes its flows its own */
	struct dsr_pool __rcu *pool;	/* under config_lock */
	struct dsr_traffic_stats __percpu *traffic;

	/* Written by each new flow under rr, so kept off the lines above. */
	atomic64_t turn ____cacheline_aligned_in_smp;

	/* Configuration and views, under config_lock. */
	struct list_head list ____cacheline_aligned_in_smp;
	struct list_head backends;	/* struct dsr_backend, ascending seq */
	u32 backends_nr;
	u32 id;				/* never used twice in a namespace */
	const struct dsr_sched_ops *sched;
	struct device *device;
	struct dsr_net *dn;
	struct rcu_head rcu;
};

/* Buckets of a fixed number, which four services each would fill to the limit:
 * a packet for nobody costs a multiplication and one load, mostly of NULL.
 * A table that grows would save a namespace with few services some memory, a
 * thirtieth of what its flow table takes, and cost each packet more.
 *
 * Written under config_lock.  Made with the namespace's first service, freed
 * with the namespace.
 */
#define DSR_SERVICE_BITS	14

struct dsr_service_table {
	struct hlist_head vip[1 << DSR_SERVICE_BITS];
	struct hlist_head service[1 << DSR_SERVICE_BITS];
};

/* Whether a service of the VIP has this protocol.  Context: under RCU. */
static inline bool dsr_vip_serves(const struct dsr_vip *vip, u8 protocol)
{
	return (protocol == IPPROTO_TCP && READ_ONCE(vip->tcp_services)) ||
	       (protocol == IPPROTO_UDP && READ_ONCE(vip->udp_services));
}

/**
 * dsr_vip_find() - the VIP of an address
 * @dn: the namespace, which has or had services
 * @addr: a packet's destination
 *
 * Inline, as every packet of the host comes here.
 *
 * Context: under RCU, or config_lock held.
 * Return: the VIP, or NULL: not ours.
 */
static inline const struct dsr_vip *dsr_vip_find(const struct dsr_net *dn,
						 const struct dsr_addr *addr)
{
	const struct dsr_service_table *table;
	const struct dsr_vip *vip;
	u32 bucket = dsr_addr_hash(addr, DSR_SERVICE_BITS);

	table = rcu_dereference_check(dn->services,
				      lockdep_is_held(&dn->config_lock));
	hlist_for_each_entry_rcu(vip, &table->vip[bucket], node,
				 lockdep_is_held(&dn->config_lock))
		if (dsr_addr_equal(&vip->addr, addr))
			return vip;
	return NULL;
}

/* Packet path. */
struct dsr_service *dsr_service_find(const struct dsr_net *dn,
				     const struct dsr_vip *vip,
				     const struct dsr_tuple *tuple);

/* Configuration: config_lock held. */
struct dsr_service *dsr_service_lookup(struct dsr_net *dn,
				       const struct dsr_service_key *key);
struct dsr_service *dsr_service_add(struct dsr_net *dn,
				    const struct dsr_service_key *key,
				    const struct dsr_sched_ops *sched,
				    struct netlink_ext_ack *extack);
int dsr_service_set(struct dsr_service *svc, const struct dsr_sched_ops *sched,
		    struct netlink_ext_ack *extack);
void dsr_service_del(struct dsr_service *svc);
void dsr_service_flush(struct dsr_net *dn);

/* Longest: "[v6 address]:65535/tcp". */
#define DSR_SERVICE_NAME_LEN	64
void dsr_service_name(const struct dsr_service *svc,
		      char name[DSR_SERVICE_NAME_LEN]);

void dsr_service_net_init(struct dsr_net *dn);
void dsr_service_net_exit(struct dsr_net *dn);

#endif /* _DSR_SERVICE_H */
