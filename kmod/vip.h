/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _DSR_VIP_H
#define _DSR_VIP_H

#include <linux/bitmap.h>
#include <linux/ip.h>
#include <linux/rculist.h>
#include <linux/unaligned.h>

#include "addr.h"
#include "flow.h"
#include "net.h"
#include "packet.h"
#include "service.h"

struct netlink_ext_ack;

/* The port ranges of a VIP's protocol, ascending, none overlapping but with one
 * whose service is gone (NULL).  Replaced as a whole by the next transaction that
 * adds one, freed after a grace period.
 */
struct dsr_ranges {
	struct rcu_head rcu;
	u32 nr;
	struct dsr_range {
		u16 first;
		u16 last;
		struct dsr_service __rcu *svc;
	} range[];
};

/**
 * struct dsr_vip - an address, or a prefix of them, that has services
 *
 * First stop of every packet, and the only one for a packet that is nobody's,
 * hence a table of its own.
 *
 * Published in dsr_service_table.vip; made with its first service and freed,
 * after a grace period, with its last.  Written under config_lock.
 */
struct dsr_vip {
	struct hlist_node node;
	struct dsr_addr addr;
	u8 prefixlen;
	/* How many services would take packets of a class: those of the class,
	 * and under DSR_FLOW_OTHER those of any protocol.
	 */
	u32 services[DSR_FLOW_CLASSES];
	/* Beside the exact ports, which have a table: by class, OTHER excepted.
	 * @staged are those after the commit of the transaction in @pending.
	 */
	struct dsr_ranges __rcu *ranges[DSR_FLOW_OTHER];
	struct dsr_ranges __rcu *staged[DSR_FLOW_OTHER];
	u32 pending;
	struct dsr_service __rcu *any_port[DSR_FLOW_OTHER];
	struct dsr_service __rcu *any_protocol;
	struct rcu_head rcu;
};

/* Which prefix lengths, shorter than the longest, the VIPs of a family have. */
struct dsr_prefixes {
	u32 nr;
	DECLARE_BITMAP(used, 128);
	u32 users[128];
};

/* Buckets of a fixed number, which four services each would fill to the limit:
 * a packet for nobody costs a multiplication and one load, mostly of NULL, and
 * as much again for each prefix length in use.
 * A table that grows would save a namespace with few services some memory, a
 * sixtieth of what its flow table takes, and cost each packet more.
 *
 * Written under config_lock.  Made with the namespace's first service, freed
 * with the namespace.
 */
#define DSR_SERVICE_BUCKETS	16384

struct dsr_service_table {
	struct hlist_head vip[DSR_SERVICE_BUCKETS];
	struct hlist_head service[DSR_SERVICE_BUCKETS];
	struct dsr_prefixes prefixes[2];	/* IPv4, IPv6 */
	u32 marks;				/* services of firewall marks */
};

/* The bucket of two words.  Whoever chooses the addresses, ports and marks, as the
 * root of any user namespace may, can't choose what is in a chain: two secrets are
 * in the product, both halves of which count (as in wyhash).
 */
static __always_inline u32 dsr_service_bucket(const struct dsr_net *dn,
					      u64 first, u64 second)
{
	unsigned __int128 product = first ^ dn->table_key[0];

	product *= second ^ dn->table_key[1];
	return ((u64)product ^ (u64)(product >> 64)) % DSR_SERVICE_BUCKETS;
}

/* Context: under RCU, or config_lock held. */
static inline struct dsr_service_table *
dsr_service_table(const struct dsr_net *dn)
{
	return rcu_dereference_check(dn->services,
				     lockdep_is_held(&dn->config_lock));
}

/* @first, @second: the words of the address. */
static __always_inline const struct dsr_vip *
dsr_vip_at_words(const struct dsr_net *dn,
		 const struct dsr_service_table *table, u64 first, u64 second,
		 u16 family, u8 prefixlen)
{
	u32 bucket = dsr_service_bucket(dn, first, second);
	const struct dsr_vip *vip;

	hlist_for_each_entry_rcu(vip, &table->vip[bucket], node,
				 lockdep_is_held(&dn->config_lock))
		if (vip->addr.ip.word[0] == first &&
		    vip->addr.ip.word[1] == second &&
		    vip->addr.family == family && vip->prefixlen == prefixlen)
			return vip;
	return NULL;
}

static inline const struct dsr_vip *
dsr_vip_at(const struct dsr_net *dn, const struct dsr_service_table *table,
	   const struct dsr_addr *addr, u8 prefixlen)
{
	return dsr_vip_at_words(dn, table, addr->ip.word[0], addr->ip.word[1],
				addr->family, prefixlen);
}

/**
 * dsr_vip_of() - the VIP that is exactly a packet's destination
 * @dn: the namespace, which has or had services
 * @table: its table
 * @skb: the packet, its header checked and pulled by the IP layer
 * @family: its family
 *
 * Inline, as every packet of the host comes here; that needs no more of it than
 * this.
 *
 * Context: under RCU.
 * Return: the VIP, or NULL: not ours, but for prefixes and marks.
 */
static __always_inline const struct dsr_vip *
dsr_vip_of(const struct dsr_net *dn, const struct dsr_service_table *table,
	   const struct sk_buff *skb, u8 family)
{
	const union dsr_ip *daddr;

	if (family == NFPROTO_IPV4)
		return dsr_vip_at_words(dn, table,
					dsr_ip_word_v4(ip_hdr(skb)->daddr), 0,
					AF_INET, 32);
	daddr = (const union dsr_ip *)&ipv6_hdr(skb)->daddr;
	return dsr_vip_at_words(dn, table, get_unaligned(&daddr->word[0]),
				get_unaligned(&daddr->word[1]), AF_INET6, 128);
}

const struct dsr_vip *dsr_vip_wider(const struct dsr_net *dn,
				    const struct dsr_addr *addr, u8 prefixlen);

static inline bool dsr_vip_has_prefixes(const struct dsr_service_table *table,
					u16 family)
{
	return READ_ONCE(table->prefixes[family == AF_INET6].nr);
}

static inline u32 dsr_vip_bucket(const struct dsr_net *dn,
				 const struct dsr_vip *vip, u16 port,
				 u8 protocol)
{
	return dsr_service_bucket(dn, (unsigned long)vip,
				  (u64)port << 8 | protocol);
}

static inline struct dsr_service *dsr_vip_port(const struct dsr_net *dn,
					       const struct dsr_vip *vip,
					       u16 port, u8 protocol)
{
	const struct dsr_service_table *table = dsr_service_table(dn);
	u32 bucket = dsr_vip_bucket(dn, vip, port, protocol);
	struct dsr_service *svc;

	hlist_for_each_entry_rcu(svc, &table->service[bucket], node,
				 lockdep_is_held(&dn->config_lock))
		if (svc->vip == vip && svc->port == port &&
		    svc->protocol == protocol && dsr_service_visible(dn, svc))
			return svc;
	return NULL;
}

struct dsr_service *dsr_vip_service_wide(const struct dsr_net *dn,
					 const struct dsr_vip *vip,
					 const struct dsr_tuple *tuple,
					 u32 committed);

/**
 * dsr_vip_service() - the service that a packet is for
 * @dn: the namespace
 * @vip: the VIP of the longest prefix that has the packet's destination
 * @tuple: the packet's tuple
 *
 * Context: under RCU.
 * Return: the service or NULL.
 */
static inline struct dsr_service *
dsr_vip_service(const struct dsr_net *dn, const struct dsr_vip *vip,
		const struct dsr_tuple *tuple)
{
	u32 committed = dsr_commit_begin(dn);
	struct dsr_service *svc;

	svc = dsr_vip_port(dn, vip, ntohs(tuple->dport), tuple->protocol);
	return likely(svc) ? svc :
			     dsr_vip_service_wide(dn, vip, tuple, committed);
}

bool dsr_vip_serves(const struct dsr_net *dn, const struct dsr_vip *vip,
		    const struct dsr_tuple *tuple);

/* Configuration: config_lock held. */
struct dsr_service *dsr_vip_lookup(const struct dsr_net *dn,
				   const struct dsr_service_key *key);
struct dsr_vip *dsr_vip_get(struct dsr_net *dn,
			    const struct dsr_service_key *key,
			    struct netlink_ext_ack *extack);
void dsr_vip_put(struct dsr_net *dn, struct dsr_vip *vip, u8 protocol);
int dsr_vip_publish(struct dsr_service *svc);
void dsr_vip_settle(struct dsr_service *svc);
void dsr_vip_unpublish(struct dsr_service *svc);

#endif /* _DSR_VIP_H */
