// SPDX-License-Identifier: GPL-2.0
/* The one place that changes packets and queues them: what ip_forward() and
 * ip6_forward() do to a packet, and the backend's MAC address in front of it.
 */
#include <linux/etherdevice.h>
#include <linux/if_vlan.h>
#include <net/ip.h>
#include <net/ipv6.h>

#include "backend.h"
#include "forward.h"
#include "nexthop.h"
#include "sched.h"
#include "service.h"
#include "split.h"
#include "stats.h"
#include "tell.h"

static unsigned int drop(struct sk_buff *skb, struct dsr_net *dn,
			 enum dsr_counter reason)
{
	dsr_count(dn, reason);
	kfree_skb(skb);
	return NF_STOLEN;
}

/* Whether it may go on: TTL and hop limit count routers, and we act as one. */
static bool hops_left(const struct sk_buff *skb)
{
	if (skb->protocol == htons(ETH_P_IP))
		return ip_hdr(skb)->ttl > 1;
	return ipv6_hdr(skb)->hop_limit > 1;
}

/* A driver's LRO, unlike GRO, forgets what it merged (skb_warn_if_lro()). */
static bool is_lro(const struct sk_buff *skb)
{
	return skb_is_gso(skb) && !skb_shinfo(skb)->gso_type;
}

static void decrease_hops(struct sk_buff *skb)
{
	if (skb->protocol == htons(ETH_P_IP))
		ip_decrease_ttl(ip_hdr(skb));
	else
		ipv6_hdr(skb)->hop_limit--;
}

/* What ip_forward() leaves of a packet: nothing that speaks of where it came
 * from, or that the way out would misread.
 */
static void forget_origin(struct sk_buff *skb)
{
	skb_forward_csum(skb);
	skb_clear_tstamp(skb);
	skb_dst_drop(skb);
	nf_reset_ct(skb);
	skb_ext_reset(skb);
	skb_orphan(skb);
	__vlan_hwaccel_clear_tag(skb);
}

/* Our own packet keeps its socket, which waits to hear that it has left. */
static void forget_route(struct sk_buff *skb)
{
	skb_dst_drop(skb);
	nf_reset_ct(skb);
}

/**
 * dsr_transmit() - put a header before a packet and queue it
 * @skb: the packet, its data at the IP header
 * @l2: the header and the device
 *
 * Consumes @skb whatever happens: after dev_queue_xmit() not even the error
 * path may touch it.
 *
 * Context: softirq or BH off, under RCU.
 */
void dsr_transmit(struct sk_buff *skb, const struct dsr_l2 *l2)
{
	struct ethhdr *eth;

	skb->dev = l2->dev;
	eth = skb_push(skb, sizeof(*eth));
	skb_reset_mac_header(skb);
	memcpy(eth, &l2->eth, offsetof(struct ethhdr, h_proto));
	eth->h_proto = skb->protocol;
	dev_queue_xmit(skb);
}

/* Whether it came from the very machine that it would be sent to: a director
 * that has us for a backend, as we have it.
 */
static bool is_loop(const struct sk_buff *skb, const struct dsr_l2 *l2)
{
	return skb_mac_header_was_set(skb) && skb->mac_len >= ETH_HLEN &&
	       ether_addr_equal(eth_hdr(skb)->h_source, l2->eth.h_dest);
}

static void count(struct dsr_net *dn, const struct dsr_backend *be,
		  const struct sk_buff *skb)
{
	dsr_count(dn, DSR_COUNTER_FORWARDED);
	dsr_count_packet(be->svc->traffic, skb->len);
	dsr_count_packet(be->traffic, skb->len);
}

/* The stack has it, as if we weren't there. */
static unsigned int deliver(struct sk_buff *skb, struct dsr_net *dn,
			    const struct dsr_backend *be)
{
	count(dn, be, skb);
	return NF_ACCEPT;
}

/* Two directors that are backends of each other end a loop by serving the packet
 * themselves, where they can.
 */
static unsigned int end_loop(struct sk_buff *skb, struct dsr_net *dn,
			     const struct dsr_backend *be)
{
	const struct dsr_pool *pool = rcu_dereference(be->svc->pool);

	if (pool && pool->local)
		return deliver(skb, dn, pool->local);
	return drop(skb, dn, DSR_COUNTER_DROP_LOOP);
}

/**
 * dsr_forward() - send a packet on to a backend
 * @skb: the packet, its data at the IP header
 * @dn: the namespace
 * @be: the backend
 * @local: sent by this host itself, so no router's hop is counted
 *
 * Consumes @skb unless it is the stack's, for a backend of mode local.
 *
 * Context: softirq or BH off, under RCU.
 * Return: NF_STOLEN or NF_ACCEPT.
 */
unsigned int dsr_forward(struct sk_buff *skb, struct dsr_net *dn,
			 const struct dsr_backend *be, bool local)
{
	const struct dsr_l2 *l2 = dsr_backend_l2(be);
	unsigned int mtu;
	bool oversized;

	if (unlikely(!l2)) {
		if (dsr_backend_is_local(be))
			return deliver(skb, dn, be);
		return drop(skb, dn, DSR_COUNTER_DROP_UNRESOLVED);
	}
	if (!local) {
		if (unlikely(is_loop(skb, l2)))
			return end_loop(skb, dn, be);
		if (unlikely(!hops_left(skb))) {
			dsr_tell_hops(skb);
			return drop(skb, dn, DSR_COUNTER_DROP_TTL);
		}
	}

	mtu = READ_ONCE(l2->dev->mtu);
	if (unlikely(skb->len > mtu && is_lro(skb)))
		return drop(skb, dn, DSR_COUNTER_DROP_LRO);
	oversized = unlikely(!dsr_split_fits(skb, mtu));
	if (oversized && !dsr_split_allowed(skb, mtu, local)) {
		dsr_tell_mtu(skb, mtu);
		return drop(skb, dn, DSR_COUNTER_DROP_MTU);
	}
	if (unlikely(skb_cow_head(skb, LL_RESERVED_SPACE(l2->dev))))
		return drop(skb, dn, DSR_COUNTER_DROP_NO_MEMORY);

	count(dn, be, skb);
	if (local) {
		forget_route(skb);
	} else {
		decrease_hops(skb);
		forget_origin(skb);
	}
	if (unlikely(oversized))
		dsr_split(skb, l2, mtu);
	else
		dsr_transmit(skb, l2);
	return NF_STOLEN;
}
