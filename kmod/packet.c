// SPDX-License-Identifier: GPL-2.0
/* skb -> struct dsr_packet, for both families.  Every look at a header that
 * may not be there in full is in this file, and none of them moves the skb's
 * data, so that pointers into it stay good.
 */
#include <linux/icmp.h>
#include <linux/icmpv6.h>
#include <linux/tcp.h>
#include <linux/udp.h>
#include <net/ip.h>
#include <net/ipv6.h>

#include "packet.h"

/* Enough of a TCP header for its ports and flags. */
#define TCP_FLAGS_LEN	(offsetof(struct tcphdr, window))

/* What lies behind an IP header. */
struct payload {
	int offset;
	u8 protocol;
	bool fragment;		/* any fragment, the first one too */
};

static enum dsr_event tcp_event(const struct tcphdr *th)
{
	if (th->rst)
		return DSR_EVENT_RST;
	if (th->syn && !th->ack)
		return DSR_EVENT_SYN;
	return th->fin ? DSR_EVENT_FIN : DSR_EVENT_DATA;
}

static enum dsr_parse_result parse_ports(const struct sk_buff *skb,
					 const struct payload *payload,
					 struct dsr_packet *pkt)
{
	bool tcp = payload->protocol == IPPROTO_TCP;
	const struct tcphdr *th;
	struct tcphdr buffer;

	/* The ports are in the same place in TCP and in UDP. */
	th = skb_header_pointer(skb, payload->offset,
				tcp ? TCP_FLAGS_LEN : sizeof(struct udphdr),
				&buffer);
	if (!th)
		return DSR_PARSE_MALFORMED;

	pkt->tuple.protocol = payload->protocol;
	pkt->tuple.sport = th->source;
	pkt->tuple.dport = th->dest;
	pkt->event = tcp ? tcp_event(th) : DSR_EVENT_DATA;
	return DSR_PARSE_OK;
}

/* The header of the packet that an ICMP error quotes: what the backend sent. */
static bool quoted_payload_v4(const struct sk_buff *skb, int offset,
			      struct dsr_tuple *tuple, struct payload *payload)
{
	const struct iphdr *iph;
	struct iphdr buffer;

	iph = skb_header_pointer(skb, offset, sizeof(buffer), &buffer);
	if (!iph || iph->version != 4 || iph->ihl < 5)
		return false;

	payload->offset = offset + iph->ihl * 4;
	payload->protocol = iph->protocol;
	payload->fragment = iph->frag_off & htons(IP_OFFSET);
	tuple->saddr.v4 = iph->daddr;
	return iph->saddr == tuple->daddr.v4;
}

static bool quoted_payload_v6(const struct sk_buff *skb, int offset,
			      struct dsr_tuple *tuple, struct payload *payload)
{
	const struct ipv6hdr *ip6h;
	struct ipv6hdr buffer;
	__be16 frag_off;

	ip6h = skb_header_pointer(skb, offset, sizeof(buffer), &buffer);
	if (!ip6h || ip6h->version != 6)
		return false;

	payload->protocol = ip6h->nexthdr;
	payload->offset = ipv6_skip_exthdr(skb, offset + sizeof(buffer),
					   &payload->protocol, &frag_off);
	payload->fragment = frag_off & htons(IP6_OFFSET);
	tuple->saddr.v6 = ip6h->daddr;
	return payload->offset >= 0 &&
	       ipv6_addr_equal(&ip6h->saddr, &tuple->daddr.v6);
}

/* An error quotes at least eight bytes behind the IP header (RFC 792), which
 * hold the ports.  It quotes an answer, so source and destination change
 * places.  One that quotes too little is the stack's business.
 */
static enum dsr_parse_result parse_quoted(const struct sk_buff *skb, int offset,
					  struct dsr_packet *pkt)
{
	struct dsr_tuple *tuple = &pkt->tuple;
	struct payload payload;
	__be16 buffer[2];
	__be16 *ports;
	bool mine;

	mine = tuple->family == AF_INET ?
	       quoted_payload_v4(skb, offset, tuple, &payload) :
	       quoted_payload_v6(skb, offset, tuple, &payload);
	if (!mine || payload.fragment)
		return DSR_PARSE_OTHER;
	if (payload.protocol != IPPROTO_TCP && payload.protocol != IPPROTO_UDP)
		return DSR_PARSE_OTHER;

	ports = skb_header_pointer(skb, payload.offset, sizeof(buffer), buffer);
	if (!ports)
		return DSR_PARSE_OTHER;

	tuple->protocol = payload.protocol;
	tuple->sport = ports[1];
	tuple->dport = ports[0];
	pkt->event = DSR_EVENT_ERROR;
	return DSR_PARSE_OK;
}

static enum dsr_parse_result parse_icmp(const struct sk_buff *skb,
					const struct payload *payload,
					struct dsr_packet *pkt)
{
	const struct icmphdr *icmph;
	struct icmphdr buffer;

	icmph = skb_header_pointer(skb, payload->offset, sizeof(buffer),
				   &buffer);
	if (!icmph || !icmp_is_err(icmph->type))
		return DSR_PARSE_OTHER;
	return parse_quoted(skb, payload->offset + sizeof(*icmph), pkt);
}

static enum dsr_parse_result parse_icmpv6(const struct sk_buff *skb,
					  const struct payload *payload,
					  struct dsr_packet *pkt)
{
	const struct icmp6hdr *icmp6h;
	struct icmp6hdr buffer;

	icmp6h = skb_header_pointer(skb, payload->offset, sizeof(buffer),
				    &buffer);
	if (!icmp6h || !icmpv6_is_err(icmp6h->icmp6_type))
		return DSR_PARSE_OTHER;
	return parse_quoted(skb, payload->offset + sizeof(*icmp6h), pkt);
}

static void payload_v4(const struct sk_buff *skb, struct dsr_tuple *tuple,
		       struct payload *payload)
{
	const struct iphdr *iph = ip_hdr(skb);

	tuple->saddr.word[0] = 0;
	tuple->saddr.word[1] = 0;
	tuple->saddr.v4 = iph->saddr;
	payload->offset = skb_network_offset(skb) + iph->ihl * 4;
	payload->protocol = iph->protocol;
	payload->fragment = ip_is_fragment(iph);
}

/* ipv6_skip_exthdr() stops at the header of a fragment behind the first. */
static bool fragment_protocol(const struct sk_buff *skb,
			      struct payload *payload)
{
	const struct frag_hdr *fh;
	struct frag_hdr buffer;

	fh = skb_header_pointer(skb, payload->offset, sizeof(buffer), &buffer);
	if (!fh)
		return false;
	payload->protocol = fh->nexthdr;
	return true;
}

static bool payload_v6(const struct sk_buff *skb, struct dsr_tuple *tuple,
		       struct payload *payload)
{
	const struct ipv6hdr *ip6h = ipv6_hdr(skb);
	__be16 frag_off = 0;
	u8 nexthdr = ip6h->nexthdr;
	int offset;

	offset = skb_network_offset(skb) + sizeof(*ip6h);
	if (nexthdr != IPPROTO_TCP && nexthdr != IPPROTO_UDP)
		offset = ipv6_skip_exthdr(skb, offset, &nexthdr, &frag_off);

	tuple->saddr.v6 = ip6h->saddr;
	payload->offset = offset;
	payload->protocol = nexthdr;
	/* An atomic fragment (RFC 6946) is whole. */
	payload->fragment = frag_off & htons(IP6_OFFSET | IP6_MF);
	if (offset >= 0 && nexthdr == IPPROTO_FRAGMENT)
		return fragment_protocol(skb, payload);
	return offset >= 0 || nexthdr == IPPROTO_NONE;
}

/**
 * dsr_packet_parse() - read from a packet what its flow is
 * @skb: the packet, its IP header checked and pulled by the IP layer
 * @pkt: the result; tuple.family and tuple.daddr are set by the caller
 *
 * With DSR_PARSE_FRAGMENT only the protocol is known.
 *
 * Context: any, under RCU.
 * Return: what kind of packet it is.
 */
enum dsr_parse_result dsr_packet_parse(const struct sk_buff *skb,
				       struct dsr_packet *pkt)
{
	struct payload payload;

	if (pkt->tuple.family == AF_INET)
		payload_v4(skb, &pkt->tuple, &payload);
	else if (!payload_v6(skb, &pkt->tuple, &payload))
		return DSR_PARSE_MALFORMED;

	if (unlikely(payload.fragment)) {
		pkt->tuple.protocol = payload.protocol;
		return DSR_PARSE_FRAGMENT;
	}

	switch (payload.protocol) {
	case IPPROTO_TCP:
	case IPPROTO_UDP:
		return parse_ports(skb, &payload, pkt);
	case IPPROTO_ICMP:
		if (pkt->tuple.family == AF_INET)
			return parse_icmp(skb, &payload, pkt);
		return DSR_PARSE_OTHER;
	case IPPROTO_ICMPV6:
		if (pkt->tuple.family == AF_INET6)
			return parse_icmpv6(skb, &payload, pkt);
		return DSR_PARSE_OTHER;
	default:
		return DSR_PARSE_OTHER;
	}
}

/**
 * dsr_tuple_hash() - keyed hash of addresses and ports
 * @tuple: the tuple; its protocol does not count
 * @key: secret or shared key
 *
 * SipHash-2-4 (Aumasson and Bernstein, 2012): whoever doesn't know the key
 * can't aim at a value.
 *
 * Context: any.
 * Return: 64 bits.
 */
u64 dsr_tuple_hash(const struct dsr_tuple *tuple, const siphash_key_t *key)
{
	u32 ports = (__force u32)tuple->sport << 16 |
		    (__force u32)tuple->dport;

	if (tuple->family == AF_INET)
		return siphash_3u32((__force u32)tuple->saddr.v4,
				    (__force u32)tuple->daddr.v4, ports, key);

	return siphash(tuple, offsetofend(struct dsr_tuple, dport), key);
}
