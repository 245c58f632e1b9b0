// SPDX-License-Identifier: GPL-2.0
#include <kunit/test.h>

#include "kmod/packet.c"

#define CLIENT	htonl(0xc0a80101)	/* 192.168.1.1 */
#define VIP	htonl(0x0a020001)	/* 10.2.0.1 */
#define ROUTER	htonl(0x0a090909)

static const struct in6_addr client6 = { .s6_addr = { 0xfd, 0, 0, 1 } };
static const struct in6_addr vip6 = { .s6_addr = { 0x20, 1, 0x0d, 0xb8 } };

static struct sk_buff *skb_new(struct kunit *test, u16 protocol)
{
	struct sk_buff *skb = alloc_skb(2048, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, skb);
	skb_reserve(skb, 64);
	skb_reset_network_header(skb);
	skb->protocol = htons(protocol);
	return skb;
}

static struct iphdr *put_ip(struct sk_buff *skb, __be32 saddr, __be32 daddr,
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

static struct ipv6hdr *put_ip6(struct sk_buff *skb, const struct in6_addr *from,
			       const struct in6_addr *to, u8 nexthdr)
{
	struct ipv6hdr *ip6h = skb_put_zero(skb, sizeof(*ip6h));

	ip6h->version = 6;
	ip6h->nexthdr = nexthdr;
	ip6h->saddr = *from;
	ip6h->daddr = *to;
	return ip6h;
}

static struct udphdr *put_udp(struct sk_buff *skb, u16 source, u16 dest)
{
	struct udphdr *uh = skb_put_zero(skb, sizeof(*uh));

	uh->source = htons(source);
	uh->dest = htons(dest);
	return uh;
}

static struct tcphdr *put_tcp(struct sk_buff *skb, u16 source, u16 dest)
{
	struct tcphdr *th = skb_put_zero(skb, sizeof(*th));

	th->source = htons(source);
	th->dest = htons(dest);
	return th;
}

static void put_icmp(struct sk_buff *skb, u8 type)
{
	struct icmphdr *icmph = skb_put_zero(skb, sizeof(*icmph));

	icmph->type = type;
}

static enum dsr_parse_result parse(const struct sk_buff *skb, u8 pf,
				   struct dsr_packet *pkt)
{
	struct dsr_addr daddr;

	memset(pkt, 0xa5, sizeof(*pkt));
	dsr_packet_daddr(skb, pf, &daddr);
	pkt->tuple.family = pf;
	pkt->tuple.daddr = daddr.ip;
	return dsr_packet_parse(skb, pkt);
}

static void expect_tuple_v4(struct kunit *test, const struct dsr_packet *pkt,
			    u8 protocol)
{
	union dsr_ip client = { .word = { 0, 0 } }, vip = { .word = { 0, 0 } };

	client.v4 = CLIENT;
	vip.v4 = VIP;
	KUNIT_EXPECT_TRUE(test, dsr_ip_equal(&pkt->tuple.saddr, &client));
	KUNIT_EXPECT_TRUE(test, dsr_ip_equal(&pkt->tuple.daddr, &vip));
	KUNIT_EXPECT_EQ(test, ntohs(pkt->tuple.sport), 1234);
	KUNIT_EXPECT_EQ(test, ntohs(pkt->tuple.dport), 80);
	KUNIT_EXPECT_EQ(test, pkt->tuple.protocol, protocol);
}

static void udp_v4(struct kunit *test)
{
	struct sk_buff *skb = skb_new(test, ETH_P_IP);
	struct dsr_packet pkt;

	put_ip(skb, CLIENT, VIP, IPPROTO_UDP, 8);
	put_udp(skb, 1234, 80);
	KUNIT_EXPECT_EQ(test, parse(skb, NFPROTO_IPV4, &pkt), DSR_PARSE_OK);
	expect_tuple_v4(test, &pkt, IPPROTO_UDP);
	KUNIT_EXPECT_EQ(test, pkt.event, DSR_EVENT_DATA);
	kfree_skb(skb);
}

static void tcp_flags_are_events(struct kunit *test)
{
	struct sk_buff *skb = skb_new(test, ETH_P_IP);
	struct dsr_packet pkt;
	struct tcphdr *th;

	put_ip(skb, CLIENT, VIP, IPPROTO_TCP, 0);
	th = put_tcp(skb, 1234, 80);
	KUNIT_EXPECT_EQ(test, parse(skb, NFPROTO_IPV4, &pkt), DSR_PARSE_OK);
	expect_tuple_v4(test, &pkt, IPPROTO_TCP);
	KUNIT_EXPECT_EQ(test, pkt.event, DSR_EVENT_DATA);

	th->syn = 1;
	parse(skb, NFPROTO_IPV4, &pkt);
	KUNIT_EXPECT_EQ(test, pkt.event, DSR_EVENT_SYN);
	th->ack = 1;
	parse(skb, NFPROTO_IPV4, &pkt);
	KUNIT_EXPECT_EQ(test, pkt.event, DSR_EVENT_DATA);
	th->syn = 0;
	th->fin = 1;
	parse(skb, NFPROTO_IPV4, &pkt);
	KUNIT_EXPECT_EQ(test, pkt.event, DSR_EVENT_FIN);
	th->rst = 1;
	parse(skb, NFPROTO_IPV4, &pkt);
	KUNIT_EXPECT_EQ(test, pkt.event, DSR_EVENT_RST);
	kfree_skb(skb);
}

/* Cut at every byte, the packet is malformed as long as its flow can't be told,
 * and nothing is read behind its end (KASAN watches).
 */
static void truncated_is_malformed(struct kunit *test)
{
	struct dsr_packet pkt;
	struct sk_buff *skb;
	unsigned int len;

	for (len = 0; len < TCP_FLAGS_LEN; len++) {
		skb = skb_new(test, ETH_P_IP);
		put_ip(skb, CLIENT, VIP, IPPROTO_TCP, 4);
		skb_put_zero(skb, len);
		KUNIT_EXPECT_EQ(test, parse(skb, NFPROTO_IPV4, &pkt),
				DSR_PARSE_MALFORMED);
		kfree_skb(skb);
	}
	for (len = 0; len < sizeof(struct udphdr); len++) {
		skb = skb_new(test, ETH_P_IPV6);
		put_ip6(skb, &client6, &vip6, IPPROTO_UDP);
		skb_put_zero(skb, len);
		KUNIT_EXPECT_EQ(test, parse(skb, NFPROTO_IPV6, &pkt),
				DSR_PARSE_MALFORMED);
		kfree_skb(skb);
	}
}

static void fragments_have_no_ports(struct kunit *test)
{
	static const u16 offsets[] = { IP_MF, 1, IP_MF | 185 };
	struct sk_buff *skb = skb_new(test, ETH_P_IP);
	struct dsr_packet pkt;
	struct iphdr *iph;
	int i;

	iph = put_ip(skb, CLIENT, VIP, IPPROTO_UDP, 0);
	put_udp(skb, 1234, 80);
	for (i = 0; i < ARRAY_SIZE(offsets); i++) {
		iph->frag_off = htons(offsets[i]);
		KUNIT_EXPECT_EQ(test, parse(skb, NFPROTO_IPV4, &pkt),
				DSR_PARSE_FRAGMENT);
		KUNIT_EXPECT_EQ(test, pkt.tuple.protocol, IPPROTO_UDP);
	}
	iph->frag_off = htons(IP_DF);
	KUNIT_EXPECT_EQ(test, parse(skb, NFPROTO_IPV4, &pkt), DSR_PARSE_OK);
	kfree_skb(skb);
}

static void put_frag6(struct sk_buff *skb, u16 frag_off)
{
	struct frag_hdr *fh = skb_put_zero(skb, sizeof(*fh));

	fh->nexthdr = IPPROTO_UDP;
	fh->frag_off = htons(frag_off);
}

static void fragments_v6(struct kunit *test)
{
	struct dsr_packet pkt;
	struct sk_buff *skb;

	skb = skb_new(test, ETH_P_IPV6);
	put_ip6(skb, &client6, &vip6, IPPROTO_FRAGMENT);
	put_frag6(skb, 1480);
	put_udp(skb, 1234, 80);
	KUNIT_EXPECT_EQ(test, parse(skb, NFPROTO_IPV6, &pkt),
			DSR_PARSE_FRAGMENT);
	KUNIT_EXPECT_EQ(test, pkt.tuple.protocol, IPPROTO_UDP);
	kfree_skb(skb);

	/* The first of several: its ports would lead it alone to a backend. */
	skb = skb_new(test, ETH_P_IPV6);
	put_ip6(skb, &client6, &vip6, IPPROTO_FRAGMENT);
	put_frag6(skb, IP6_MF);
	put_udp(skb, 1234, 80);
	KUNIT_EXPECT_EQ(test, parse(skb, NFPROTO_IPV6, &pkt),
			DSR_PARSE_FRAGMENT);
	kfree_skb(skb);

	/* An atomic one is a whole packet (RFC 6946). */
	skb = skb_new(test, ETH_P_IPV6);
	put_ip6(skb, &client6, &vip6, IPPROTO_FRAGMENT);
	put_frag6(skb, 0);
	put_udp(skb, 1234, 80);
	KUNIT_EXPECT_EQ(test, parse(skb, NFPROTO_IPV6, &pkt), DSR_PARSE_OK);
	KUNIT_EXPECT_EQ(test, ntohs(pkt.tuple.dport), 80);
	kfree_skb(skb);
}

static void extension_headers(struct kunit *test)
{
	struct sk_buff *skb = skb_new(test, ETH_P_IPV6);
	struct ipv6_opt_hdr *opt;
	struct dsr_packet pkt;

	put_ip6(skb, &client6, &vip6, IPPROTO_HOPOPTS);
	opt = skb_put_zero(skb, 8);
	opt->nexthdr = IPPROTO_DSTOPTS;
	opt = skb_put_zero(skb, 16);
	opt->nexthdr = IPPROTO_TCP;
	opt->hdrlen = 1;
	put_tcp(skb, 1234, 80)->syn = 1;

	KUNIT_EXPECT_EQ(test, parse(skb, NFPROTO_IPV6, &pkt), DSR_PARSE_OK);
	KUNIT_EXPECT_EQ(test, pkt.event, DSR_EVENT_SYN);
	KUNIT_EXPECT_EQ(test, ntohs(pkt.tuple.sport), 1234);
	KUNIT_EXPECT_TRUE(test, ipv6_addr_equal(&pkt.tuple.saddr.v6, &client6));

	/* A chain that leads behind the end. */
	opt->hdrlen = 255;
	KUNIT_EXPECT_EQ(test, parse(skb, NFPROTO_IPV6, &pkt),
			DSR_PARSE_MALFORMED);
	kfree_skb(skb);
}

static struct sk_buff *error_v4(struct kunit *test, __be32 quoted_source,
				int options)
{
	struct sk_buff *skb = skb_new(test, ETH_P_IP);

	put_ip(skb, ROUTER, VIP, IPPROTO_ICMP, 0);
	put_icmp(skb, ICMP_DEST_UNREACH);
	put_ip(skb, quoted_source, CLIENT, IPPROTO_TCP, options);
	put_udp(skb, 80, 1234);		/* eight bytes, as of any TCP header */
	return skb;
}

static void icmp_error_belongs_to_the_quoted_flow(struct kunit *test)
{
	struct dsr_packet pkt;
	struct sk_buff *skb;
	int options;

	for (options = 0; options <= 40; options += 20) {
		skb = error_v4(test, VIP, options);
		KUNIT_EXPECT_EQ(test, parse(skb, NFPROTO_IPV4, &pkt),
				DSR_PARSE_OK);
		expect_tuple_v4(test, &pkt, IPPROTO_TCP);
		KUNIT_EXPECT_EQ(test, pkt.event, DSR_EVENT_ERROR);
		kfree_skb(skb);
	}
}

static void icmp_error_about_others_is_not_ours(struct kunit *test)
{
	struct sk_buff *skb = error_v4(test, ROUTER, 0);
	struct dsr_packet pkt;

	KUNIT_EXPECT_EQ(test, parse(skb, NFPROTO_IPV4, &pkt), DSR_PARSE_OTHER);
	kfree_skb(skb);

	/* A fragment behind the first quotes no ports. */
	skb = error_v4(test, VIP, 0);
	((struct iphdr *)(skb->data + 28))->frag_off = htons(100);
	KUNIT_EXPECT_EQ(test, parse(skb, NFPROTO_IPV4, &pkt), DSR_PARSE_OTHER);
	kfree_skb(skb);
}

static void icmp_error_cut_short_is_not_ours(struct kunit *test)
{
	struct dsr_packet pkt;
	struct sk_buff *skb;
	unsigned int len;

	for (len = 20; len < 20 + 8 + 20 + 4; len++) {
		skb = error_v4(test, VIP, 0);
		skb_trim(skb, len);
		KUNIT_EXPECT_EQ(test, parse(skb, NFPROTO_IPV4, &pkt),
				DSR_PARSE_OTHER);
		kfree_skb(skb);
	}
}

static void icmpv6_error_belongs_to_the_quoted_flow(struct kunit *test)
{
	struct sk_buff *skb = skb_new(test, ETH_P_IPV6);
	struct in6_addr router = client6;
	struct dsr_packet pkt;

	router.s6_addr[15] = 9;
	put_ip6(skb, &router, &vip6, IPPROTO_ICMPV6);
	put_icmp(skb, ICMPV6_PKT_TOOBIG);
	put_ip6(skb, &vip6, &client6, IPPROTO_UDP);
	put_udp(skb, 80, 1234);
	KUNIT_EXPECT_EQ(test, parse(skb, NFPROTO_IPV6, &pkt), DSR_PARSE_OK);
	KUNIT_EXPECT_EQ(test, pkt.event, DSR_EVENT_ERROR);
	KUNIT_EXPECT_EQ(test, ntohs(pkt.tuple.sport), 1234);
	KUNIT_EXPECT_EQ(test, ntohs(pkt.tuple.dport), 80);
	KUNIT_EXPECT_TRUE(test, ipv6_addr_equal(&pkt.tuple.saddr.v6, &client6));
	kfree_skb(skb);
}

static void other_protocols_are_not_ours(struct kunit *test)
{
	static const u8 protocols[] = {
		IPPROTO_ICMPV6, IPPROTO_GRE, IPPROTO_ESP, IPPROTO_SCTP, 0, 255,
	};
	struct dsr_packet pkt;
	struct sk_buff *skb;
	int i;

	for (i = 0; i < ARRAY_SIZE(protocols); i++) {
		skb = skb_new(test, ETH_P_IP);
		put_ip(skb, CLIENT, VIP, protocols[i], 0);
		put_tcp(skb, 1234, 80);
		KUNIT_EXPECT_EQ(test, parse(skb, NFPROTO_IPV4, &pkt),
				DSR_PARSE_OTHER);
		kfree_skb(skb);
	}

	skb = skb_new(test, ETH_P_IP);
	put_ip(skb, CLIENT, VIP, IPPROTO_ICMP, 0);
	put_icmp(skb, ICMP_ECHO);
	KUNIT_EXPECT_EQ(test, parse(skb, NFPROTO_IPV4, &pkt), DSR_PARSE_OTHER);
	kfree_skb(skb);
}

static void hash_depends_on_every_part(struct kunit *test)
{
	static const siphash_key_t keys[] = { { { 1, 2 } }, { { 1, 3 } } };
	struct dsr_tuple tuple = { .family = AF_INET }, other;
	u64 hash;

	tuple.saddr.v4 = CLIENT;
	tuple.daddr.v4 = VIP;
	tuple.sport = htons(1);
	tuple.dport = htons(2);
	hash = dsr_tuple_hash(&tuple, &keys[0]);
	KUNIT_EXPECT_EQ(test, hash, dsr_tuple_hash(&tuple, &keys[0]));
	KUNIT_EXPECT_NE(test, hash, dsr_tuple_hash(&tuple, &keys[1]));

	other = tuple;
	other.sport = tuple.dport;
	other.dport = tuple.sport;
	KUNIT_EXPECT_NE(test, hash, dsr_tuple_hash(&other, &keys[0]));
	other = tuple;
	other.saddr.v4 = tuple.daddr.v4;
	other.daddr.v4 = tuple.saddr.v4;
	KUNIT_EXPECT_NE(test, hash, dsr_tuple_hash(&other, &keys[0]));

	tuple.family = AF_INET6;
	tuple.saddr.v6 = client6;
	tuple.daddr.v6 = vip6;
	hash = dsr_tuple_hash(&tuple, &keys[0]);
	other = tuple;
	other.saddr.v6.s6_addr[15] ^= 1;
	KUNIT_EXPECT_NE(test, hash, dsr_tuple_hash(&other, &keys[0]));
	other = tuple;
	other.dport = htons(3);
	KUNIT_EXPECT_NE(test, hash, dsr_tuple_hash(&other, &keys[0]));
}

static struct kunit_case cases[] = {
	KUNIT_CASE(udp_v4),
	KUNIT_CASE(tcp_flags_are_events),
	KUNIT_CASE(truncated_is_malformed),
	KUNIT_CASE(fragments_have_no_ports),
	KUNIT_CASE(fragments_v6),
	KUNIT_CASE(extension_headers),
	KUNIT_CASE(icmp_error_belongs_to_the_quoted_flow),
	KUNIT_CASE(icmp_error_about_others_is_not_ours),
	KUNIT_CASE(icmp_error_cut_short_is_not_ours),
	KUNIT_CASE(icmpv6_error_belongs_to_the_quoted_flow),
	KUNIT_CASE(other_protocols_are_not_ours),
	KUNIT_CASE(hash_depends_on_every_part),
	{}
};

static struct kunit_suite suite = {
	.name = "dsr_packet",
	.test_cases = cases,
};

kunit_test_suite(suite);
