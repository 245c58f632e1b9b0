// SPDX-License-Identifier: GPL-2.0
/* One packet, as a driver hands it up: linear, its head its own, not shared. */
#include <linux/etherdevice.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/tcp.h>
#include <linux/udp.h>
#include <net/checksum.h>
#include <net/ip.h>

#include "frame.h"

#define PAYLOAD		18	/* makes UDP over IPv4 the shortest frame */
#define HOPS		64

/* A flow's number says its client's address and port. */
#define CLIENT_V4	0x0a100000	/* 10.16.0.0, and upwards */
#define CLIENT_V6	0xfd000016	/* fd00:16:: */
#define PORTS_BITS	8
#define FIRST_PORT	1024

static unsigned int transport_len(const struct inject_plan *plan)
{
	return plan->protocol == IPPROTO_TCP ? sizeof(struct tcphdr) :
					       sizeof(struct udphdr);
}

static void put_v4(struct sk_buff *skb, const struct inject_plan *plan,
		   u32 flow)
{
	struct iphdr *iph = skb_put_zero(skb, sizeof(*iph));
	u32 daddr = ntohl(plan->daddr.v4) + flow % plan->services;

	iph->version = 4;
	iph->ihl = 5;
	iph->tot_len = htons(sizeof(*iph) + transport_len(plan) + PAYLOAD);
	iph->ttl = HOPS;
	iph->protocol = plan->protocol;
	iph->saddr = htonl(CLIENT_V4 + (flow >> PORTS_BITS));
	iph->daddr = htonl(daddr);
	ip_send_check(iph);
}

static void put_v6(struct sk_buff *skb, const struct inject_plan *plan,
		   u32 flow)
{
	struct ipv6hdr *ip6h = skb_put_zero(skb, sizeof(*ip6h));
	u32 low = ntohl(plan->daddr.v6.s6_addr32[3]) + flow % plan->services;

	ip6h->version = 6;
	ip6h->payload_len = htons(transport_len(plan) + PAYLOAD);
	ip6h->nexthdr = plan->protocol;
	ip6h->hop_limit = HOPS;
	ip6h->saddr.s6_addr32[0] = htonl(CLIENT_V6);
	ip6h->saddr.s6_addr32[3] = htonl(1 + (flow >> PORTS_BITS));
	ip6h->daddr = plan->daddr.v6;
	ip6h->daddr.s6_addr32[3] = htonl(low);
}

static void put_transport(struct sk_buff *skb, const struct inject_plan *plan,
			  u32 flow)
{
	__be16 sport = htons(FIRST_PORT + (flow & ((1 << PORTS_BITS) - 1)));
	struct tcphdr *th;
	struct udphdr *uh;

	if (plan->protocol == IPPROTO_UDP) {
		uh = skb_put_zero(skb, sizeof(*uh));
		uh->source = sport;
		uh->dest = htons(plan->port);
		uh->len = htons(sizeof(*uh) + PAYLOAD);
		return;
	}
	th = skb_put_zero(skb, sizeof(*th));
	th->source = sport;
	th->dest = htons(plan->port);
	th->seq = htonl(plan->syn ? 1 : 2);
	th->doff = sizeof(*th) / 4;
	th->syn = plan->syn;
	th->ack = !plan->syn;
	th->window = htons(1024);
}

/**
 * inject_frame() - make a packet
 * @dev: the device that it comes in by
 * @plan: what kind of packet
 * @flow: which flow's
 *
 * Its transport's checksum counts as checked, as hardware does it.
 *
 * Context: process.
 * Return: the packet, ready for netif_receive_skb(), or NULL.
 */
struct sk_buff *inject_frame(struct net_device *dev,
			     const struct inject_plan *plan, u32 flow)
{
	bool v4 = plan->family == AF_INET;
	unsigned int len = ETH_HLEN + transport_len(plan) + PAYLOAD +
			   (v4 ? sizeof(struct iphdr) : sizeof(struct ipv6hdr));
	struct sk_buff *skb = netdev_alloc_skb_ip_align(dev, len);
	struct ethhdr *eth;

	if (!skb)
		return NULL;

	eth = skb_put_zero(skb, sizeof(*eth));
	ether_addr_copy(eth->h_dest, dev->dev_addr);
	eth->h_source[0] = 2;
	eth->h_proto = htons(v4 ? ETH_P_IP : ETH_P_IPV6);
	if (v4)
		put_v4(skb, plan, flow);
	else
		put_v6(skb, plan, flow);
	put_transport(skb, plan, flow);
	skb_put_zero(skb, PAYLOAD);
	skb->protocol = eth_type_trans(skb, dev);
	skb->ip_summed = CHECKSUM_UNNECESSARY;
	return skb;
}
