// SPDX-License-Identifier: GPL-2.0
/* The fast path: the same pipeline at the ingress of a device, before the IP
 * layer has seen the packet.
 *
 * It takes what needs nothing but a look and a header: whole TCP, UDP and SCTP
 * packets without options for a service on the VIP's address, with a backend
 * that can be reached.  All else, and all that calls for an answer, goes on
 * untouched and is decided in PRE_ROUTING (hook.c); a flow that was made here is
 * known there.
 */
#include <linux/if_packet.h>
#include <linux/if_vlan.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <net/ip.h>

#include "backend.h"
#include "balance.h"
#include "forward.h"
#include "hook.h"
#include "ingress.h"
#include "packet.h"
#include "sched.h"
#include "stats.h"
#include "vip.h"

/* What the IP layer would check, and make right, before netfilter sees a packet:
 * ip_rcv_core() and ip6_rcv_core().  All of them return false for one that is
 * better left to those.
 */
static bool trim(struct sk_buff *skb, unsigned int len)
{
	if (likely(skb->len == len))
		return true;
	return skb->len > len && !pskb_trim_rcsum(skb, len);
}

/* Version 4, a header of five words. */
#define PLAIN_V4	0x45

static bool pull_v4(struct sk_buff *skb)
{
	return likely(pskb_may_pull(skb, sizeof(struct iphdr))) &&
	       *(const u8 *)ip_hdr(skb) == PLAIN_V4 &&
	       !ip_is_fragment(ip_hdr(skb));
}

static bool check_v4(struct sk_buff *skb)
{
	const struct iphdr *iph = ip_hdr(skb);

	if (unlikely(ip_fast_csum(iph, sizeof(*iph) / 4)) ||
	    unlikely(ntohs(iph->tot_len) < sizeof(*iph)))
		return false;
	skb_set_transport_header(skb, sizeof(*iph));
	return trim(skb, ntohs(iph->tot_len));
}

static bool pull_v6(struct sk_buff *skb)
{
	return likely(pskb_may_pull(skb, sizeof(struct ipv6hdr))) &&
	       ipv6_hdr(skb)->version == 6;
}

static bool check_v6(struct sk_buff *skb)
{
	const struct ipv6hdr *ip6h = ipv6_hdr(skb);

	if (ipv6_addr_is_multicast(&ip6h->saddr) ||
	    ipv6_addr_loopback(&ip6h->saddr))
		return false;
	skb_set_transport_header(skb, sizeof(*ip6h));
	return trim(skb, sizeof(*ip6h) + ntohs(ip6h->payload_len));
}

static bool is_plain(const struct sk_buff *skb, u8 family)
{
	u8 protocol = family == AF_INET ? ip_hdr(skb)->protocol :
					  ipv6_hdr(skb)->nexthdr;

	return dsr_flow_class_of(protocol) != DSR_FLOW_OTHER;
}

/* Whether it may be PRE_ROUTING that sends it on, for what is known before there
 * is a backend: there it would be looked up as the flow's second packet.
 */
static bool may_go_on(const struct sk_buff *skb, const struct dsr_service *svc,
		      u8 family)
{
	const struct dsr_pool *pool = dsr_service_pool(svc);
	u8 hops = family == AF_INET ? ip_hdr(skb)->ttl :
				      ipv6_hdr(skb)->hop_limit;

	return hops <= 1 || !pool || pool->local;
}

static unsigned int receive(struct sk_buff *skb, struct dsr_net *dn,
			    const struct dsr_vip *vip, u8 family)
{
	struct dsr_service *svc;
	struct dsr_backend *be;
	struct dsr_packet pkt;
	enum dsr_counter why;

	pkt.tuple.family = family;
	if (unlikely(dsr_packet_parse(skb, &pkt) != DSR_PARSE_OK))
		return NF_ACCEPT;
	svc = dsr_hook_service(dn, vip, NULL, &pkt.tuple);
	if (unlikely(!svc) || unlikely(may_go_on(skb, svc, family)))
		return NF_ACCEPT;
	be = dsr_balance(dn, svc, &pkt, &why);
	if (unlikely(!be))
		return NF_ACCEPT;
	return dsr_forward_plain(skb, dn, be);
}

static __always_inline unsigned int ingress(struct sk_buff *skb,
					    struct dsr_net *dn, u8 family)
{
	const struct dsr_service_table *table = dsr_service_table(dn);
	bool v4 = family == NFPROTO_IPV4;
	const struct dsr_vip *vip;

	/* Devices may be attached before there are services. */
	if (unlikely(!table) || !(v4 ? pull_v4(skb) : pull_v6(skb)))
		return NF_ACCEPT;
	vip = dsr_vip_of(dn, table, skb, family);
	if (likely(!vip) || skb->pkt_type != PACKET_HOST ||
	    unlikely(!is_plain(skb, family)))
		return NF_ACCEPT;
	if (unlikely(!(v4 ? check_v4(skb) : check_v6(skb))))
		return NF_ACCEPT;
	return receive(skb, dn, vip, family);
}

/**
 * dsr_ingress() - netfilter's hook at the ingress of a device
 * @priv: the namespace
 * @skb: the packet, its data at the network header, which nobody has checked
 * @state: not needed
 *
 * Context: softirq, under RCU.
 * Return: NF_STOLEN, or NF_ACCEPT: goes its usual way.
 */
unsigned int dsr_ingress(void *priv, struct sk_buff *skb,
			 const struct nf_hook_state *state)
{
	/* A tag that the device has taken off makes it another device's; a
	 * shared one isn't ours to write into.
	 */
	if (unlikely(skb_vlan_tag_present(skb)) || unlikely(skb->mark) ||
	    unlikely(skb_shared(skb)))
		return NF_ACCEPT;
	if (skb->protocol == htons(ETH_P_IP))
		return ingress(skb, priv, NFPROTO_IPV4);
	if (skb->protocol == htons(ETH_P_IPV6))
		return ingress(skb, priv, NFPROTO_IPV6);
	return NF_ACCEPT;
}
