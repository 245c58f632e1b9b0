// SPDX-License-Identifier: GPL-2.0
/* Fragments: kmod/packet.c, which packet_test.c includes. */
#include <kunit/test.h>
#include <net/ip.h>

#include "packet_build.h"

static struct sk_buff *fragment_v4(struct kunit *test, u16 frag_off,
				   u8 protocol, int options)
{
	struct sk_buff *skb = packet_new(test);
	struct iphdr *iph = put_ip(skb, CLIENT, VIP, protocol, options);

	iph->frag_off = htons(frag_off);
	iph->id = htons(0xabcd);
	return skb;
}

/* Not of its parts: nothing there may be believed. */
static void put_junk(struct sk_buff *skb)
{
	memset(skb_put(skb, 64), 0xee, 64);
}

static void first_v4_has_ports(struct kunit *test)
{
	struct sk_buff *skb = fragment_v4(test, IP_MF, IPPROTO_UDP, 8);
	struct dsr_packet pkt;

	put_udp(skb, 1234, 80);
	KUNIT_EXPECT_EQ(test, parse(skb, &pkt), DSR_PARSE_OK);
	expect_ports(test, &pkt, IPPROTO_UDP);
	KUNIT_EXPECT_TRUE(test, pkt.fragment);
	KUNIT_EXPECT_EQ(test, pkt.fragment_id, 0xabcd);

	skb = fragment_v4(test, IP_MF, IPPROTO_TCP, 0);
	put_tcp(skb, 1234, 80)->syn = 1;
	KUNIT_EXPECT_EQ(test, parse(skb, &pkt), DSR_PARSE_OK);
	KUNIT_EXPECT_EQ(test, pkt.event, DSR_EVENT_SYN);
	KUNIT_EXPECT_TRUE(test, pkt.fragment);
}

static void later_v4_has_no_ports(struct kunit *test)
{
	static const u16 offsets[] = { 1, IP_MF | 185, 0x1fff };
	static const u8 protocols[] = {
		IPPROTO_UDP, IPPROTO_TCP, IPPROTO_ICMP, IPPROTO_ESP,
	};
	struct dsr_packet pkt;
	struct sk_buff *skb;
	int i, j;

	for (i = 0; i < ARRAY_SIZE(offsets); i++)
		for (j = 0; j < ARRAY_SIZE(protocols); j++) {
			skb = fragment_v4(test, offsets[i], protocols[j], 0);
			put_junk(skb);
			KUNIT_EXPECT_EQ(test, parse(skb, &pkt),
					DSR_PARSE_FRAGMENT);
			KUNIT_EXPECT_EQ(test, pkt.tuple.protocol, protocols[j]);
			KUNIT_EXPECT_EQ(test, pkt.tuple.saddr.v4, CLIENT);
			KUNIT_EXPECT_TRUE(test, pkt.fragment);
			KUNIT_EXPECT_EQ(test, pkt.fragment_id, 0xabcd);
		}
}

/* All fragments of one datagram meet in one hash, of another in another. */
static void hash_is_the_same_for_all(struct kunit *test)
{
	static const siphash_key_t key = { { 1, 2 } };
	struct dsr_packet first, later;
	struct sk_buff *skb;

	skb = fragment_v4(test, IP_MF, IPPROTO_UDP, 0);
	put_udp(skb, 1234, 80);
	parse(skb, &first);
	parse(fragment_v4(test, 185, IPPROTO_UDP, 0), &later);
	KUNIT_EXPECT_EQ(test, dsr_fragment_hash(&first, &key),
			dsr_fragment_hash(&later, &key));
	parse(fragment_v4(test, 185, IPPROTO_TCP, 0), &later);
	KUNIT_EXPECT_NE(test, dsr_fragment_hash(&first, &key),
			dsr_fragment_hash(&later, &key));

	skb = packet_new(test);
	put_ip6(skb, &client6, &vip6, IPPROTO_FRAGMENT);
	put_frag6(skb, IPPROTO_DSTOPTS, IP6_MF, 0x12345678);
	put_ext(skb, IPPROTO_UDP, 0);
	put_udp(skb, 1234, 80);
	parse(skb, &first);
	skb = packet_new(test);
	put_ip6(skb, &client6, &vip6, IPPROTO_FRAGMENT);
	put_frag6(skb, IPPROTO_DSTOPTS, 1480, 0x12345678);
	parse(skb, &later);
	KUNIT_EXPECT_EQ(test, dsr_fragment_hash(&first, &key),
			dsr_fragment_hash(&later, &key));
	later.fragment_id++;
	KUNIT_EXPECT_NE(test, dsr_fragment_hash(&first, &key),
			dsr_fragment_hash(&later, &key));
}

static void whole_v4_is_no_fragment(struct kunit *test)
{
	struct sk_buff *skb = fragment_v4(test, IP_DF, IPPROTO_UDP, 0);
	struct dsr_packet pkt;

	put_udp(skb, 1234, 80);
	KUNIT_EXPECT_EQ(test, parse(skb, &pkt), DSR_PARSE_OK);
	expect_ports(test, &pkt, IPPROTO_UDP);
	KUNIT_EXPECT_FALSE(test, pkt.fragment);
}

/* The start of an IPv6 packet with @headers in front of a fragment header. */
static struct sk_buff *fragment_v6(struct kunit *test, bool headers,
				   u8 protocol, u16 frag_off)
{
	struct sk_buff *skb = packet_new(test);

	if (headers) {
		put_ip6(skb, &client6, &vip6, IPPROTO_HOPOPTS);
		put_ext(skb, IPPROTO_ROUTING, 1);
		put_ext(skb, IPPROTO_FRAGMENT, 0);
	} else {
		put_ip6(skb, &client6, &vip6, IPPROTO_FRAGMENT);
	}
	put_frag6(skb, protocol, frag_off, 0x12345678);
	return skb;
}

static void first_v6_has_ports(struct kunit *test)
{
	struct dsr_packet pkt;
	struct sk_buff *skb;
	int headers;

	for (headers = 0; headers < 2; headers++) {
		skb = fragment_v6(test, headers, IPPROTO_UDP, IP6_MF);
		put_udp(skb, 1234, 80);
		KUNIT_EXPECT_EQ(test, parse(skb, &pkt), DSR_PARSE_OK);
		expect_ports(test, &pkt, IPPROTO_UDP);
		KUNIT_EXPECT_TRUE(test, pkt.fragment);
		KUNIT_EXPECT_EQ(test, pkt.fragment_id, 0x12345678);

		skb = fragment_v6(test, headers, IPPROTO_DSTOPTS, IP6_MF);
		put_ext(skb, IPPROTO_TCP, 2);
		put_tcp(skb, 1234, 80)->fin = 1;
		KUNIT_EXPECT_EQ(test, parse(skb, &pkt), DSR_PARSE_OK);
		expect_ports(test, &pkt, IPPROTO_TCP);
		KUNIT_EXPECT_EQ(test, pkt.event, DSR_EVENT_FIN);
		KUNIT_EXPECT_TRUE(test, pkt.fragment);
		KUNIT_EXPECT_EQ(test, pkt.fragment_id, 0x12345678);
	}
}

static void later_v6_has_no_ports(struct kunit *test)
{
	static const u16 offsets[] = { 8, 1480 | IP6_MF, IP6_OFFSET };
	static const u8 protocols[] = {
		IPPROTO_UDP, IPPROTO_TCP, IPPROTO_ICMPV6, IPPROTO_DSTOPTS,
		IPPROTO_NONE,
	};
	struct dsr_packet pkt;
	struct sk_buff *skb;
	int i, j;

	for (i = 0; i < ARRAY_SIZE(offsets); i++)
		for (j = 0; j < 2 * ARRAY_SIZE(protocols); j++) {
			skb = fragment_v6(test, j & 1, protocols[j / 2],
					  offsets[i]);
			put_junk(skb);
			KUNIT_EXPECT_EQ(test, parse(skb, &pkt),
					DSR_PARSE_FRAGMENT);
			KUNIT_EXPECT_EQ(test, pkt.tuple.protocol,
					protocols[j / 2]);
			KUNIT_EXPECT_TRUE(test, pkt.fragment);
			KUNIT_EXPECT_EQ(test, pkt.fragment_id, 0x12345678);
			KUNIT_EXPECT_TRUE(test,
					  ipv6_addr_equal(&pkt.tuple.saddr.v6,
							  &client6));
		}
}

/* One that is the first and the last (RFC 6946). */
static void atomic_v6_is_whole(struct kunit *test)
{
	struct dsr_packet pkt;
	struct sk_buff *skb;
	int headers;

	for (headers = 0; headers < 2; headers++) {
		skb = fragment_v6(test, headers, IPPROTO_UDP, 0);
		put_udp(skb, 1234, 80);
		KUNIT_EXPECT_EQ(test, parse(skb, &pkt), DSR_PARSE_OK);
		expect_ports(test, &pkt, IPPROTO_UDP);
		KUNIT_EXPECT_FALSE(test, pkt.fragment);
	}
}

/* Echo requests are known by their first fragment like datagrams; an error
 * that came in pieces is for the stack.
 */
static void icmp_fragments(struct kunit *test)
{
	struct dsr_packet pkt;
	struct sk_buff *skb;

	skb = fragment_v4(test, IP_MF, IPPROTO_ICMP, 0);
	put_icmp(skb, ICMP_ECHO, 77);
	KUNIT_EXPECT_EQ(test, parse(skb, &pkt), DSR_PARSE_OK);
	expect_portless(test, &pkt, IPPROTO_ICMP, 77);
	KUNIT_EXPECT_TRUE(test, pkt.fragment);

	skb = fragment_v4(test, IP_MF, IPPROTO_ICMP, 0);
	put_icmp(skb, ICMP_DEST_UNREACH, 0);
	put_ip(skb, VIP, CLIENT, IPPROTO_UDP, 0);
	put_udp(skb, 80, 1234);
	KUNIT_EXPECT_EQ(test, parse(skb, &pkt), DSR_PARSE_OTHER);

	skb = fragment_v6(test, false, IPPROTO_ICMPV6, IP6_MF);
	put_icmp(skb, ICMPV6_ECHO_REQUEST, 77);
	KUNIT_EXPECT_EQ(test, parse(skb, &pkt), DSR_PARSE_OK);
	expect_portless(test, &pkt, IPPROTO_ICMPV6, 77);

	skb = fragment_v6(test, false, IPPROTO_ICMPV6, IP6_MF);
	put_icmp(skb, ICMPV6_PKT_TOOBIG, 0);
	put_ip6(skb, &vip6, &client6, IPPROTO_UDP);
	put_udp(skb, 80, 1234);
	KUNIT_EXPECT_EQ(test, parse(skb, &pkt), DSR_PARSE_OTHER);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(first_v4_has_ports),
	KUNIT_CASE(later_v4_has_no_ports),
	KUNIT_CASE(whole_v4_is_no_fragment),
	KUNIT_CASE(first_v6_has_ports),
	KUNIT_CASE(later_v6_has_no_ports),
	KUNIT_CASE(atomic_v6_is_whole),
	KUNIT_CASE(icmp_fragments),
	KUNIT_CASE(hash_is_the_same_for_all),
	{}
};

static struct kunit_suite suite = {
	.name = "dsr_packet_fragment",
	.test_cases = cases,
};

kunit_test_suite(suite);
