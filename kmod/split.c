// SPDX-License-Identifier: GPL-2.0
/* Packets larger than the MTU towards a backend: whether they may be cut, and
 * the cutting, as ip_fragment() and ip6_fragment() have it.
 */
#include <linux/netdevice.h>
#include <net/gso.h>
#include <net/ip.h>
#include <net/ipv6.h>

#include "forward.h"
#include "nexthop.h"
#include "split.h"

/* What counts is the length of the segments that it will become. */
bool dsr_split_fits(const struct sk_buff *skb, unsigned int mtu)
{
	return skb->len <= mtu ||
	       (skb_is_gso(skb) && skb_gso_validate_network_len(skb, mtu));
}

/* What conntrack's defragmenter has put together came in pieces that must not be
 * larger than the MTU, else the sender has to hear of it (RFC 8201).
 */
static bool allowed_v6(const struct sk_buff *skb, unsigned int mtu, bool local)
{
	unsigned int largest = IP6CB(skb)->frag_max_size;

	if (local)
		return skb->ignore_df;
	return largest >= IPV6_MIN_MTU && largest <= mtu;
}

/**
 * dsr_split_allowed() - whether we, and not the sender, make a packet smaller
 * @skb: a packet that doesn't fit
 * @mtu: of the device towards the backend
 * @local: sent by this host itself
 *
 * Context: any.
 * Return: whether dsr_split() may be called.
 */
bool dsr_split_allowed(const struct sk_buff *skb, unsigned int mtu, bool local)
{
	if (skb->protocol == htons(ETH_P_IPV6))
		return !skb_is_gso(skb) && allowed_v6(skb, mtu, local);
	/* IPv4 asks for no less of a link (RFC 791): room for the longest header
	 * and eight bytes.
	 */
	if (mtu < IPV4_MIN_MTU)
		return false;
	return skb->ignore_df || !(ip_hdr(skb)->frag_off & htons(IP_DF));
}

/* Both consume @skb.  An error ends it early: the receiver misses a fragment, as
 * it may of any router.
 */
static void split_v4(struct sk_buff *skb, const struct dsr_l2 *l2,
		     unsigned int mtu)
{
	unsigned int hlen = ip_hdrlen(skb);
	struct ip_frag_state state;
	struct sk_buff *fragment;

	/* Room for data, that is; a device's MTU leaves some for any header. */
	ip_frag_init(skb, hlen, LL_RESERVED_SPACE(l2->dev), mtu - hlen, false,
		     &state);
	while (state.left > 0) {
		fragment = ip_frag_next(skb, &state);
		if (IS_ERR(fragment))
			break;
		dsr_transmit(fragment, l2);
	}
	consume_skb(skb);
}

static void split_v6(struct sk_buff *skb, const struct dsr_l2 *l2,
		     struct net *net, unsigned int mtu)
{
	unsigned int room, largest = IP6CB(skb)->frag_max_size;
	const struct ipv6hdr *ip6h = ipv6_hdr(skb);
	struct ip6_frag_state state;
	struct sk_buff *fragment;
	u8 *prevhdr;
	int hlen;

	if (largest >= IPV6_MIN_MTU)
		mtu = min(mtu, largest);
	hlen = ip6_find_1stfragopt(skb, &prevhdr);
	if (hlen < 0 || mtu < hlen + sizeof(struct frag_hdr) + 8)
		goto out;

	room = mtu - hlen - sizeof(struct frag_hdr);
	ip6_frag_init(skb, hlen, room, l2->dev->needed_tailroom,
		      LL_RESERVED_SPACE(l2->dev), prevhdr, *prevhdr,
		      ipv6_select_ident(net, &ip6h->daddr, &ip6h->saddr),
		      &state);
	while (state.left > 0) {
		fragment = ip6_frag_next(skb, &state);
		if (IS_ERR(fragment))
			break;
		dsr_transmit(fragment, l2);
	}
out:
	consume_skb(skb);
}

static void split_whole(struct sk_buff *skb, const struct dsr_l2 *l2,
			unsigned int mtu)
{
	if (skb->ip_summed == CHECKSUM_PARTIAL && skb_checksum_help(skb)) {
		kfree_skb(skb);
		return;
	}
	if (skb->protocol == htons(ETH_P_IPV6))
		split_v6(skb, l2, dev_net(l2->dev), mtu);
	else
		split_v4(skb, l2, mtu);
}

/**
 * dsr_split() - cut a packet and send the pieces
 * @skb: the packet, that dsr_split_allowed() allows
 * @l2: where to
 * @mtu: of that device
 *
 * Consumes @skb.  A super-packet is cut into the segments that it was made of
 * first.
 *
 * Context: softirq or BH off, under RCU.
 */
void dsr_split(struct sk_buff *skb, const struct dsr_l2 *l2, unsigned int mtu)
{
	struct sk_buff *segs, *seg, *next;

	if (!skb_is_gso(skb)) {
		split_whole(skb, l2, mtu);
		return;
	}

	segs = skb_gso_segment(skb, 0);
	if (IS_ERR_OR_NULL(segs)) {
		kfree_skb(skb);
		return;
	}
	consume_skb(skb);
	skb_list_walk_safe(segs, seg, next) {
		skb_mark_not_on_list(seg);
		split_whole(seg, l2, mtu);
	}
}
