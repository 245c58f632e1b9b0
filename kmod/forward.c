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

/* A driver's LRO, unlike GRO, forgets what it merged (skb_warn_if_lro()). */
static bool is_lro(const struct sk_buff *skb)
{
	return skb_is_gso(skb) && !skb_shinfo(skb)->gso_type;
}

/* TTL and hop limit count routers, and we act as one. */
static bool hops_left(const struct sk_buff *skb, bool v4)
{
	return (v4 ? ip_hdr(skb)->ttl : ipv6_hdr(skb)->hop_limit) > 1;
}

static void decrease_hops(struct sk_buff *skb, bool v4)
{
	if (v4)
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

static __always_inline void transmit(struct sk_buff *skb,
				     const struct dsr_l2 *l2)
{
	struct ethhdr *eth;

	skb->dev = l2->dev;
	eth = __skb_push(skb, sizeof(*eth));
	skb_reset_mac_header(skb);
	memcpy(eth, &l2->eth, offsetof(struct ethhdr, h_proto));
	eth->h_proto = skb->protocol;
	dev_queue_xmit(skb);
}

/**
 * dsr_transmit() - put a header before a packet and queue it
 * @skb: the packet, its data at the IP header, with room for the header
 * @l2: the header and the device
 *
 * Consumes @skb whatever happens: after dev_queue_xmit() not even the error
 * path may touch it.
 *
 * Context: softirq or BH off, under RCU.
 */
void dsr_transmit(struct sk_buff *skb, const struct dsr_l2 *l2)
{
	transmit(skb, l2);
}

/* Whether it came from the very machine that it would be sent to: a director
 * that has us for a backend, as we have it.
 */
static bool is_loop(const struct sk_buff *skb, const struct dsr_l2 *l2)
{
	return skb->mac_len >= ETH_HLEN && skb_mac_header_was_set(skb) &&
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
static noinline unsigned int end_loop(struct sk_buff *skb, struct dsr_net *dn,
				      const struct dsr_backend *be)
{
	const struct dsr_pool *pool = dsr_service_pool(be->svc);

	if (pool && pool->local)
		return deliver(skb, dn, pool->local);
	return drop(skb, dn, DSR_COUNTER_DROP_LOOP);
}

/* Whether dsr_forward() would leave a device's packet to the stack.  Context:
 * under RCU.
 */
bool dsr_forward_is_local(const struct sk_buff *skb,
			  const struct dsr_backend *be)
{
	const struct dsr_pool *pool = dsr_service_pool(be->svc);
	const struct dsr_l2 *l2 = dsr_backend_l2(be);

	if (!l2)
		return dsr_backend_is_local(be);
	return is_loop(skb, l2) && pool && pool->local;
}

static noinline unsigned int end_hops(struct sk_buff *skb, struct dsr_net *dn)
{
	dsr_tell_hops(skb);
	return drop(skb, dn, DSR_COUNTER_DROP_TTL);
}

/* Writes into the packet's headers from here on, or not at all. */
static bool own(struct sk_buff *skb, struct dsr_net *dn,
		const struct dsr_backend *be, const struct dsr_l2 *l2)
{
	if (unlikely(skb_cow_head(skb, LL_RESERVED_SPACE(l2->dev))))
		return false;
	count(dn, be, skb);
	return true;
}

static void finish(struct sk_buff *skb, bool v4, bool local)
{
	if (local) {
		forget_route(skb);
	} else {
		decrease_hops(skb, v4);
		forget_origin(skb);
	}
}

/* Longer than the MTU: a super-packet whose segments fit goes whole, others are
 * cut or come back.
 */
static noinline unsigned int forward_long(struct sk_buff *skb,
					  struct dsr_net *dn,
					  const struct dsr_backend *be,
					  const struct dsr_l2 *l2,
					  unsigned int mtu, bool local)
{
	bool v4 = skb->protocol == htons(ETH_P_IP);
	bool fits = dsr_split_fits(skb, mtu);

	if (is_lro(skb))
		return drop(skb, dn, DSR_COUNTER_DROP_LRO);
	if (!fits && !dsr_split_allowed(skb, mtu, local)) {
		dsr_tell_mtu(skb, mtu);
		return drop(skb, dn, DSR_COUNTER_DROP_MTU);
	}
	if (!own(skb, dn, be, l2))
		return drop(skb, dn, DSR_COUNTER_DROP_NO_MEMORY);
	finish(skb, v4, local);
	if (fits)
		transmit(skb, l2);
	else
		dsr_split(skb, l2, mtu);
	return NF_STOLEN;
}

static noinline unsigned int no_way(struct sk_buff *skb, struct dsr_net *dn,
				    const struct dsr_backend *be)
{
	if (dsr_backend_is_local(be))
		return deliver(skb, dn, be);
	return drop(skb, dn, DSR_COUNTER_DROP_UNRESOLVED);
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
	bool v4 = skb->protocol == htons(ETH_P_IP);
	unsigned int mtu;

	if (unlikely(!l2))
		return no_way(skb, dn, be);
	if (!local && unlikely(is_loop(skb, l2)))
		return end_loop(skb, dn, be);
	if (!local && unlikely(!hops_left(skb, v4)))
		return end_hops(skb, dn);

	mtu = READ_ONCE(l2->dev->mtu);
	if (unlikely(skb->len > mtu))
		return forward_long(skb, dn, be, l2, mtu, local);
	if (unlikely(!own(skb, dn, be, l2)))
		return drop(skb, dn, DSR_COUNTER_DROP_NO_MEMORY);

	finish(skb, v4, local);
	transmit(skb, l2);
	return NF_STOLEN;
}

/**
 * dsr_forward_plain() - send a packet on, if nothing but that is needed
 * @skb: the packet, its data at the IP header, not yet counted as received
 * @dn: the namespace
 * @be: the backend
 *
 * What calls for more, or for an answer, is left as it was, for dsr_forward().
 *
 * Context: softirq, under RCU.
 * Return: NF_STOLEN, or NF_ACCEPT: still the caller's.
 */
unsigned int dsr_forward_plain(struct sk_buff *skb, struct dsr_net *dn,
			       const struct dsr_backend *be)
{
	const struct dsr_l2 *l2 = dsr_backend_l2(be);
	bool v4 = skb->protocol == htons(ETH_P_IP);
	unsigned int mtu;

	if (unlikely(!l2) || unlikely(is_loop(skb, l2)) ||
	    unlikely(!hops_left(skb, v4)))
		return NF_ACCEPT;
	mtu = READ_ONCE(l2->dev->mtu);
	if (unlikely(skb->len > mtu) &&
	    (is_lro(skb) || !dsr_split_fits(skb, mtu)))
		return NF_ACCEPT;

	dsr_count(dn, DSR_COUNTER_RECEIVED);
	if (unlikely(!own(skb, dn, be, l2)))
		return drop(skb, dn, DSR_COUNTER_DROP_NO_MEMORY);
	finish(skb, v4, false);
	transmit(skb, l2);
	return NF_STOLEN;
}
