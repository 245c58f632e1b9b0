// SPDX-License-Identifier: GPL-2.0
/* Packets, header by header: for the tests of the parser. */
#include <kunit/resource.h>
#include <kunit/test.h>

#include "packet_build.h"

const struct in6_addr client6 = { .s6_addr = { 0xfd, 0, 0, 1 } };
const struct in6_addr vip6 = { .s6_addr = { 0x20, 1, 0x0d, 0xb8 } };
const struct in6_addr router6 = { .s6_addr = { 0xfd, 0, 0, 9 } };

static void free_skb(void *skb)
{
	kfree_skb(skb);
}

struct sk_buff *packet_new(struct kunit *test)
{
	struct sk_buff *skb = alloc_skb(2048, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, skb);
	KUNIT_ASSERT_EQ(test, kunit_add_action_or_reset(test, free_skb, skb),
			0);
	skb_reserve(skb, 64);
	skb_reset_network_header(skb);
	return skb;
}

struct iphdr *put_ip(struct sk_buff *skb, __be32 saddr, __be32 daddr,
		     u8 protocol, int options)
{
	struct iphdr *iph = skb_put_zero(skb, sizeof(*iph) + options);

	iph->version = 4;
	iph->ihl = 5 + options / 4;
	iph->ttl = 64;
	iph->protocol = protocol;
	iph->saddr = saddr;
	iph->daddr = daddr;
	return iph;
}

struct ipv6hdr *put_ip6(struct sk_buff *skb, const struct in6_addr *from,
			const struct in6_addr *to, u8 nexthdr)
{
	struct ipv6hdr *ip6h = skb_put_zero(skb, sizeof(*ip6h));

	ip6h->version = 6;
	ip6h->nexthdr = nexthdr;
	ip6h->saddr = *from;
	ip6h->daddr = *to;
	return ip6h;
}

struct udphdr *put_udp(struct sk_buff *skb, u16 source, u16 dest)
{
	struct udphdr *uh = skb_put_zero(skb, sizeof(*uh));

	uh->source = htons(source);
	uh->dest = htons(dest);
	return uh;
}

struct tcphdr *put_tcp(struct sk_buff *skb, u16 source, u16 dest)
{
	struct tcphdr *th = skb_put_zero(skb, sizeof(*th));

	th->source = htons(source);
	th->dest = htons(dest);
	return th;
}

void put_sctp(struct sk_buff *skb, u16 source, u16 dest, u8 chunk)
{
	struct sctphdr *sh = skb_put_zero(skb, sizeof(*sh));
	struct sctp_chunkhdr *ch = skb_put_zero(skb, sizeof(*ch));

	sh->source = htons(source);
	sh->dest = htons(dest);
	ch->type = chunk;
}

struct icmphdr *put_icmp(struct sk_buff *skb, u8 type, u16 id)
{
	struct icmphdr *icmph = skb_put_zero(skb, sizeof(*icmph));

	icmph->type = type;
	icmph->un.echo.id = htons(id);
	return icmph;
}

void put_frag6(struct sk_buff *skb, u8 nexthdr, u16 frag_off, u32 id)
{
	struct frag_hdr *fh = skb_put_zero(skb, sizeof(*fh));

	fh->nexthdr = nexthdr;
	fh->frag_off = htons(frag_off);
	fh->identification = htonl(id);
}

struct ipv6_opt_hdr *put_ext(struct sk_buff *skb, u8 nexthdr, u8 len)
{
	struct ipv6_opt_hdr *opt = skb_put_zero(skb, (len + 1) * 8);

	opt->nexthdr = nexthdr;
	opt->hdrlen = len;
	return opt;
}

struct ipv6_opt_hdr *put_ah(struct sk_buff *skb, u8 nexthdr, u8 len)
{
	struct ipv6_opt_hdr *ah = skb_put_zero(skb, (len + 2) * 4);

	ah->nexthdr = nexthdr;
	ah->hdrlen = len;
	return ah;
}

enum dsr_parse_result parse(const struct sk_buff *skb, struct dsr_packet *pkt)
{
	u8 pf = ip_hdr(skb)->version == 4 ? NFPROTO_IPV4 : NFPROTO_IPV6;

	memset(pkt, 0xa5, sizeof(*pkt));
	pkt->tuple.family = pf;
	return dsr_packet_parse(skb, pkt);
}

static void expect_tuple(struct kunit *test, const struct dsr_tuple *tuple,
			 u8 protocol, u16 sport, u16 dport)
{
	union dsr_ip client = { .word = { 0, 0 } }, vip = { .word = { 0, 0 } };

	if (tuple->family == AF_INET) {
		client.v4 = CLIENT;
		vip.v4 = VIP;
	} else {
		client.v6 = client6;
		vip.v6 = vip6;
	}
	KUNIT_EXPECT_TRUE(test, dsr_ip_equal(&tuple->saddr, &client));
	KUNIT_EXPECT_TRUE(test, dsr_ip_equal(&tuple->daddr, &vip));
	KUNIT_EXPECT_EQ(test, ntohs(tuple->sport), sport);
	KUNIT_EXPECT_EQ(test, ntohs(tuple->dport), dport);
	KUNIT_EXPECT_EQ(test, tuple->protocol, protocol);
}

void expect_ports(struct kunit *test, const struct dsr_packet *pkt,
		  u8 protocol)
{
	expect_tuple(test, &pkt->tuple, protocol, 1234, 80);
}

void expect_portless(struct kunit *test, const struct dsr_packet *pkt,
		     u8 protocol, u16 id)
{
	expect_tuple(test, &pkt->tuple, protocol, id, 0);
}
