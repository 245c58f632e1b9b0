// SPDX-License-Identifier: GPL-2.0
/* skb -> struct dsr_packet, for both families.  Every look at a header that
 * may not be there in full is in this file, and none of them moves the skb's
 * data, so that pointers into it stay good.
 */
#include <linux/icmp.h>
#include <linux/icmpv6.h>
#include <linux/sctp.h>
#include <linux/tcp.h>
#include <linux/udp.h>
#include <net/ip.h>
#include <net/ipv6.h>

#include "packet.h"

/* Enough of a TCP header for its ports and the word that the flags are in. */
#define TCP_FLAGS_LEN	(offsetofend(struct tcphdr, window))

/* What lies behind an IP header. */
struct payload {
	int offset;
	u8 protocol;
	bool fragment;		/* any fragment */
	bool later;		/* and not the first one */
	u32 fragment_id;
};

static enum dsr_event tcp_event(const struct tcphdr *th)
{
	__be32 flags = tcp_flag_word(th);

	if (likely(!(flags & (TCP_FLAG_RST | TCP_FLAG_SYN | TCP_FLAG_FIN))))
		return DSR_EVENT_DATA;
	if (flags & TCP_FLAG_RST)
		return DSR_EVENT_RST;
	if ((flags & (TCP_FLAG_SYN | TCP_FLAG_ACK)) == TCP_FLAG_SYN)
		return DSR_EVENT_SYN;
	return flags & TCP_FLAG_FIN ? DSR_EVENT_FIN : DSR_EVENT_DATA;
}

/* What the first chunk of an SCTP packet says; those that change a flow's
 * state travel first, or alone (RFC 9260, sections 3 and 6.10).
 */
static enum dsr_event sctp_event(const struct sk_buff *skb, int offset)
{
	const struct sctp_chunkhdr *chunk;
	struct sctp_chunkhdr buffer;

	chunk = skb_header_pointer(skb, offset + sizeof(struct sctphdr),
				   sizeof(buffer), &buffer);
	if (!chunk)
		return DSR_EVENT_DATA;
	switch (chunk->type) {
	case SCTP_CID_INIT:
		return DSR_EVENT_SYN;
	case SCTP_CID_SHUTDOWN:
	case SCTP_CID_SHUTDOWN_COMPLETE:
		return DSR_EVENT_FIN;
	case SCTP_CID_ABORT:
		return DSR_EVENT_RST;
	default:
		return DSR_EVENT_DATA;
	}
}

/* How much of a header has to be there. */
static unsigned int header_len(u8 protocol)
{
	switch (protocol) {
	case IPPROTO_TCP:
		return TCP_FLAGS_LEN;
	case IPPROTO_SCTP:
		return sizeof(struct sctphdr);
	default:
		return sizeof(struct udphdr);
	}
}

/* The ports are in the same place in all three. */
static void take_ports(const struct sk_buff *skb, const struct payload *payload,
		       const struct tcphdr *th, struct dsr_packet *pkt)
{
	pkt->tuple.protocol = payload->protocol;
	pkt->tuple.sport = th->source;
	pkt->tuple.dport = th->dest;
	pkt->event = DSR_EVENT_DATA;
	if (payload->protocol == IPPROTO_TCP)
		pkt->event = tcp_event(th);
	else if (unlikely(payload->protocol == IPPROTO_SCTP))
		pkt->event = sctp_event(skb, payload->offset);
}

/* A header that isn't in the linear part; apart, as the buffer has to be zeroed
 * wherever it is.
 */
static noinline enum dsr_parse_result
parse_ports_apart(const struct sk_buff *skb, const struct payload *payload,
		  struct dsr_packet *pkt)
{
	const struct tcphdr *th;
	struct tcphdr buffer;

	th = skb_header_pointer(skb, payload->offset,
				header_len(payload->protocol), &buffer);
	if (!th)
		return DSR_PARSE_MALFORMED;
	take_ports(skb, payload, th, pkt);
	return DSR_PARSE_OK;
}

static enum dsr_parse_result parse_ports(const struct sk_buff *skb,
					 const struct payload *payload,
					 struct dsr_packet *pkt)
{
	unsigned int end = payload->offset + header_len(payload->protocol);

	if (unlikely(end > skb_headlen(skb)))
		return parse_ports_apart(skb, payload, pkt);
	take_ports(skb, payload, (void *)(skb->data + payload->offset), pkt);
	return DSR_PARSE_OK;
}

/* A protocol without ports: its flow is known by the addresses alone. */
static enum dsr_parse_result parse_portless(const struct payload *payload,
					    __be16 id, struct dsr_packet *pkt)
{
	pkt->tuple.protocol = payload->protocol;
	pkt->tuple.sport = id;
	pkt->tuple.dport = 0;
	pkt->event = DSR_EVENT_DATA;
	return DSR_PARSE_OK;
}

static bool has_ports(u8 protocol)
{
	return protocol == IPPROTO_TCP || protocol == IPPROTO_UDP ||
	       protocol == IPPROTO_SCTP;
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
	payload->later = iph->frag_off & htons(IP_OFFSET);
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
	payload->later = frag_off & htons(IP6_OFFSET);
	tuple->saddr.v6 = ip6h->daddr;
	return payload->offset >= 0 &&
	       ipv6_addr_equal(&ip6h->saddr, &tuple->daddr.v6);
}

/* An error quotes at least eight bytes behind the IP header (RFC 792), which
 * hold the ports.  It quotes an answer, so source and destination change
 * places.  One that quotes too little, a fragment behind the first or nothing
 * of ours is the stack's business.
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
	if (!mine || payload.later || !has_ports(payload.protocol))
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
	if (!icmph)
		return DSR_PARSE_OTHER;
	if (icmph->type == ICMP_ECHO)
		return parse_portless(payload, icmph->un.echo.id, pkt);
	/* A redirect is for the host on the link that it came by. */
	if (payload->fragment || !icmp_is_err(icmph->type) ||
	    icmph->type == ICMP_REDIRECT)
		return DSR_PARSE_OTHER;
	return parse_quoted(skb, payload->offset + sizeof(*icmph), pkt);
}

/* Neighbour discovery above all has to reach the stack. */
static enum dsr_parse_result parse_icmpv6(const struct sk_buff *skb,
					  const struct payload *payload,
					  struct dsr_packet *pkt)
{
	const struct icmp6hdr *icmp6h;
	struct icmp6hdr buffer;

	icmp6h = skb_header_pointer(skb, payload->offset, sizeof(buffer),
				    &buffer);
	if (!icmp6h)
		return DSR_PARSE_OTHER;
	if (icmp6h->icmp6_type == ICMPV6_ECHO_REQUEST)
		return parse_portless(payload, icmp6h->icmp6_identifier, pkt);
	if (payload->fragment || !icmpv6_is_err(icmp6h->icmp6_type))
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
	tuple->daddr.word[0] = 0;
	tuple->daddr.word[1] = 0;
	tuple->daddr.v4 = iph->daddr;
	payload->offset = skb_network_offset(skb) + iph->ihl * 4;
	payload->protocol = iph->protocol;
	payload->fragment = ip_is_fragment(iph);
	if (unlikely(payload->fragment)) {
		payload->later = iph->frag_off & htons(IP_OFFSET);
		payload->fragment_id = ntohs(iph->id);
	}
}

/* ipv6_skip_exthdr() has passed the fragment header by, or stopped at it; there
 * may be but one.
 */
static bool fragment_v6(const struct sk_buff *skb, __be16 frag_off,
			struct payload *payload)
{
	const struct frag_hdr *fh;
	unsigned int offset = 0;
	struct frag_hdr buffer;

	if (ipv6_find_hdr(skb, &offset, NEXTHDR_FRAGMENT, NULL, NULL) < 0)
		return false;
	fh = skb_header_pointer(skb, offset, sizeof(buffer), &buffer);
	if (!fh || fh->frag_off != frag_off)
		return false;
	payload->later = fh->frag_off & htons(IP6_OFFSET);
	payload->fragment_id = ntohl(fh->identification);
	if (payload->later)
		payload->protocol = fh->nexthdr;
	return true;
}

/* Behind any extension headers there's nothing (RFC 8200, section 4.7): which
 * ipv6_skip_exthdr() doesn't tell from a chain that is cut off.
 */
static bool is_empty_v6(const struct sk_buff *skb)
{
	unsigned int offset = 0;

	return ipv6_find_hdr(skb, &offset, NEXTHDR_NONE, NULL, NULL) ==
	       NEXTHDR_NONE;
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
	tuple->daddr.v6 = ip6h->daddr;
	payload->offset = offset;
	payload->protocol = nexthdr;
	/* An atomic fragment (RFC 6946) is whole. */
	payload->fragment = frag_off & htons(IP6_OFFSET | IP6_MF);
	if (unlikely(payload->fragment && !fragment_v6(skb, frag_off, payload)))
		return false;
	if (unlikely(offset < 0) && is_empty_v6(skb)) {
		payload->protocol = IPPROTO_NONE;
		return true;
	}
	return offset >= 0;
}

/**
 * dsr_packet_parse() - read from a packet what its flow is
 * @skb: the packet, its IP header checked and pulled by the IP layer
 * @pkt: the result; tuple.family is set by the caller
 *
 * With DSR_PARSE_FRAGMENT only the addresses, the protocol and the fragment's
 * identification are known.
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

	pkt->fragment = payload.fragment;
	if (unlikely(payload.fragment)) {
		pkt->tuple.protocol = payload.protocol;
		pkt->fragment_id = payload.fragment_id;
		if (payload.later)
			return DSR_PARSE_FRAGMENT;
	}

	switch (payload.protocol) {
	case IPPROTO_TCP:
	case IPPROTO_UDP:
	case IPPROTO_SCTP:
		return parse_ports(skb, &payload, pkt);
	case IPPROTO_ICMP:
		if (pkt->tuple.family == AF_INET)
			return parse_icmp(skb, &payload, pkt);
		return DSR_PARSE_OTHER;
	case IPPROTO_ICMPV6:
		if (pkt->tuple.family == AF_INET6)
			return parse_icmpv6(skb, &payload, pkt);
		return DSR_PARSE_OTHER;
	case IPPROTO_NONE:
		return DSR_PARSE_OTHER;
	default:
		return parse_portless(&payload, 0, pkt);
	}
}

/**
 * dsr_fragment_hash() - keyed hash of what the fragments of a datagram share
 * @pkt: one of them
 * @key: secret key
 *
 * Addresses, identification and, as RFC 791 has it for IPv4, the protocol.
 *
 * Context: any.
 * Return: 64 bits.
 */
u64 dsr_fragment_hash(const struct dsr_packet *pkt, const siphash_key_t *key)
{
	struct dsr_tuple whose = pkt->tuple;

	if (whose.family != AF_INET)
		whose.protocol = 0;
	whose.sport = 0;
	whose.dport = 0;
	return dsr_hash_3(dsr_tuple_hash(&whose, key), pkt->fragment_id, 0,
			  key, DSR_HASH_DATAGRAM);
}
