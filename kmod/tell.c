// SPDX-License-Identifier: GPL-2.0
/* What a sender is told of a packet that ends here: ICMP errors, whose rate the
 * kernel limits.
 *
 * Context of all: softirq or BH off, under RCU.
 */
#include <linux/icmp.h>
#include <linux/icmpv6.h>
#include <net/dst_metadata.h>
#include <net/icmp.h>
#include <net/route.h>

#include "tell.h"

/* icmp_send() wants a route and at PRE_ROUTING there is none yet.  One back to
 * the sender will do, as netfilter's REJECT has it; the error's source is then
 * the director's address on that way, as a router's is.
 */
static void send_v4(struct sk_buff *skb, int type, int code, u32 info)
{
	struct flowi4 fl4 = { .daddr = ip_hdr(skb)->saddr };
	struct rtable *rt;

	if (!skb_valid_dst(skb)) {
		rt = ip_route_output_key(dev_net(skb->dev), &fl4);
		if (IS_ERR(rt))
			return;
		skb_dst_drop(skb);
		skb_dst_set(skb, &rt->dst);
	}
	icmp_send(skb, type, code, htonl(info));
}

/* A packet of our own that is on its way out may have no device yet, and
 * icmpv6_send() looks at it.
 */
static void send_v6(struct sk_buff *skb, u8 type, u8 code, u32 info)
{
	if (!skb->dev)
		skb->dev = skb_dst(skb)->dev;
	icmpv6_send(skb, type, code, info);
}

/* The TTL or hop limit has run out. */
void dsr_tell_hops(struct sk_buff *skb)
{
	if (skb->protocol == htons(ETH_P_IP))
		send_v4(skb, ICMP_TIME_EXCEEDED, ICMP_EXC_TTL, 0);
	else
		send_v6(skb, ICMPV6_TIME_EXCEED, ICMPV6_EXC_HOPLIMIT, 0);
}

/* It is larger than @mtu and may not be cut. */
void dsr_tell_mtu(struct sk_buff *skb, unsigned int mtu)
{
	if (skb->protocol == htons(ETH_P_IP))
		send_v4(skb, ICMP_DEST_UNREACH, ICMP_FRAG_NEEDED, mtu);
	else
		send_v6(skb, ICMPV6_PKT_TOOBIG, 0, mtu);
}

/* Nobody serves its port. */
void dsr_tell_unreachable(struct sk_buff *skb)
{
	if (skb->protocol == htons(ETH_P_IP))
		send_v4(skb, ICMP_DEST_UNREACH, ICMP_PORT_UNREACH, 0);
	else
		send_v6(skb, ICMPV6_DEST_UNREACH, ICMPV6_PORT_UNREACH, 0);
}
