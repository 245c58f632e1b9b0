// SPDX-License-Identifier: GPL-2.0
/* ICMP of both families: kmod/packet.c, which packet_test.c includes. */
#include <kunit/test.h>
#include <net/ip.h>

#include "packet_build.h"

static void echo_request_is_known_by_its_id(struct kunit *test)
{
	struct sk_buff *skb = packet_new(test);
	struct dsr_packet pkt;

	put_ip(skb, CLIENT, VIP, IPPROTO_ICMP, 12);
	put_icmp(skb, ICMP_ECHO, 0x1234);
	KUNIT_EXPECT_EQ(test, parse(skb, &pkt), DSR_PARSE_OK);
	expect_portless(test, &pkt, IPPROTO_ICMP, 0x1234);
	KUNIT_EXPECT_EQ(test, pkt.event, DSR_EVENT_DATA);

	skb = packet_new(test);
	put_ip6(skb, &client6, &vip6, IPPROTO_DSTOPTS);
	put_ext(skb, IPPROTO_ICMPV6, 0);
	put_icmp(skb, ICMPV6_ECHO_REQUEST, 0x1234);
	KUNIT_EXPECT_EQ(test, parse(skb, &pkt), DSR_PARSE_OK);
	expect_portless(test, &pkt, IPPROTO_ICMPV6, 0x1234);
	KUNIT_EXPECT_EQ(test, pkt.event, DSR_EVENT_DATA);
}

/* Every type but an echo request and the errors: neighbour discovery and
 * multicast listeners among them.  Errors here quote nothing.
 */
static void other_types_are_the_stacks(struct kunit *test)
{
	struct dsr_packet pkt;
	struct sk_buff *skb;
	unsigned int type;

	for (type = 0; type < 256; type++) {
		skb = packet_new(test);
		put_ip(skb, CLIENT, VIP, IPPROTO_ICMP, 0);
		put_icmp(skb, type, 7);
		KUNIT_EXPECT_EQ(test, parse(skb, &pkt),
				type == ICMP_ECHO ? DSR_PARSE_OK :
						    DSR_PARSE_OTHER);
		skb = packet_new(test);
		put_ip6(skb, &client6, &vip6, IPPROTO_ICMPV6);
		put_icmp(skb, type, 7);
		KUNIT_EXPECT_EQ(test, parse(skb, &pkt),
				type == ICMPV6_ECHO_REQUEST ?
				DSR_PARSE_OK : DSR_PARSE_OTHER);
	}
}

/* Only errors quote: what looks like a quotation elsewhere is data, and what a
 * redirect says is for the stack.
 */
static void only_errors_quote(struct kunit *test)
{
	static const u8 errors[] = {
		ICMP_DEST_UNREACH, ICMP_SOURCE_QUENCH,
		ICMP_TIME_EXCEEDED, ICMP_PARAMETERPROB,
	};
	struct dsr_packet pkt;
	struct sk_buff *skb;
	unsigned int type;
	bool error;

	for (type = 0; type < 256; type++) {
		if (type == ICMP_ECHO)
			continue;
		error = memchr(errors, type, sizeof(errors));
		skb = packet_new(test);
		put_ip(skb, ROUTER, VIP, IPPROTO_ICMP, 0);
		put_icmp(skb, type, 0);
		put_ip(skb, VIP, CLIENT, IPPROTO_UDP, 0);
		put_udp(skb, 80, 1234);
		KUNIT_EXPECT_EQ(test, parse(skb, &pkt),
				error ? DSR_PARSE_OK : DSR_PARSE_OTHER);
	}
}

static struct sk_buff *error_v4(struct kunit *test, __be32 quoted_source,
				u8 protocol, int options)
{
	struct sk_buff *skb = packet_new(test);

	put_ip(skb, ROUTER, VIP, IPPROTO_ICMP, 0);
	put_icmp(skb, ICMP_DEST_UNREACH, 0);
	put_ip(skb, quoted_source, CLIENT, protocol, options);
	put_udp(skb, 80, 1234);		/* eight bytes, as of any header */
	return skb;
}

static void error_belongs_to_the_quoted_flow(struct kunit *test)
{
	static const u8 protocols[] = {
		IPPROTO_TCP, IPPROTO_UDP, IPPROTO_SCTP,
	};
	struct dsr_packet pkt;
	int options, i;

	for (i = 0; i < ARRAY_SIZE(protocols); i++)
		for (options = 0; options <= 40; options += 4) {
			KUNIT_EXPECT_EQ(test,
					parse(error_v4(test, VIP, protocols[i],
						       options), &pkt),
					DSR_PARSE_OK);
			expect_ports(test, &pkt, protocols[i]);
			KUNIT_EXPECT_EQ(test, pkt.event, DSR_EVENT_ERROR);
		}
}

static struct iphdr *quoted(struct sk_buff *skb)
{
	return (struct iphdr *)(skb->data + 20 + sizeof(struct icmphdr));
}

static void error_about_others_is_the_stacks(struct kunit *test)
{
	struct dsr_packet pkt;
	struct sk_buff *skb;

	skb = error_v4(test, ROUTER, IPPROTO_TCP, 0);
	KUNIT_EXPECT_EQ(test, parse(skb, &pkt), DSR_PARSE_OTHER);
	skb = error_v4(test, VIP, IPPROTO_ESP, 0);
	KUNIT_EXPECT_EQ(test, parse(skb, &pkt), DSR_PARSE_OTHER);
	skb = error_v4(test, VIP, IPPROTO_ICMP, 0);
	KUNIT_EXPECT_EQ(test, parse(skb, &pkt), DSR_PARSE_OTHER);

	/* A fragment behind the first quotes no ports; the first does. */
	skb = error_v4(test, VIP, IPPROTO_UDP, 0);
	quoted(skb)->frag_off = htons(100);
	KUNIT_EXPECT_EQ(test, parse(skb, &pkt), DSR_PARSE_OTHER);
	quoted(skb)->frag_off = htons(IP_MF);
	KUNIT_EXPECT_EQ(test, parse(skb, &pkt), DSR_PARSE_OK);
	expect_ports(test, &pkt, IPPROTO_UDP);

	/* No IP header. */
	quoted(skb)->version = 6;
	KUNIT_EXPECT_EQ(test, parse(skb, &pkt), DSR_PARSE_OTHER);
	quoted(skb)->version = 4;
	quoted(skb)->ihl = 4;
	KUNIT_EXPECT_EQ(test, parse(skb, &pkt), DSR_PARSE_OTHER);
	/* Options that lead behind the end. */
	quoted(skb)->ihl = 15;
	KUNIT_EXPECT_EQ(test, parse(skb, &pkt), DSR_PARSE_OTHER);
}

static struct sk_buff *error_v6(struct kunit *test, u8 type,
				const struct in6_addr *quoted_source,
				u8 nexthdr)
{
	struct sk_buff *skb = packet_new(test);

	put_ip6(skb, &router6, &vip6, IPPROTO_ICMPV6);
	put_icmp(skb, type, 0);
	put_ip6(skb, quoted_source, &client6, nexthdr);
	return skb;
}

static void error_v6_belongs_to_the_quoted_flow(struct kunit *test)
{
	struct dsr_packet pkt;
	struct sk_buff *skb;
	unsigned int type;

	for (type = 0; type < 128; type++) {
		skb = error_v6(test, type, &vip6, IPPROTO_UDP);
		put_udp(skb, 80, 1234);
		if (!icmpv6_is_err(type)) {
			KUNIT_EXPECT_EQ(test, parse(skb, &pkt),
					DSR_PARSE_OTHER);
			continue;
		}
		KUNIT_EXPECT_EQ(test, parse(skb, &pkt), DSR_PARSE_OK);
		expect_ports(test, &pkt, IPPROTO_UDP);
		KUNIT_EXPECT_EQ(test, pkt.event, DSR_EVENT_ERROR);
	}
	KUNIT_EXPECT_TRUE(test, icmpv6_is_err(ICMPV6_PKT_TOOBIG));

	/* Extension headers in both. */
	skb = packet_new(test);
	put_ip6(skb, &router6, &vip6, IPPROTO_HOPOPTS);
	put_ext(skb, IPPROTO_ICMPV6, 0);
	put_icmp(skb, ICMPV6_PKT_TOOBIG, 0);
	put_ip6(skb, &vip6, &client6, IPPROTO_DSTOPTS);
	put_ext(skb, IPPROTO_AH, 2);
	put_ah(skb, IPPROTO_TCP, 4);
	put_udp(skb, 80, 1234);
	KUNIT_EXPECT_EQ(test, parse(skb, &pkt), DSR_PARSE_OK);
	expect_ports(test, &pkt, IPPROTO_TCP);
	KUNIT_EXPECT_EQ(test, pkt.event, DSR_EVENT_ERROR);
}

static void error_v6_about_others_is_the_stacks(struct kunit *test)
{
	static const u16 fragments[] = { 0, IP6_MF, 8, 1480 | IP6_MF };
	struct dsr_packet pkt;
	struct sk_buff *skb;
	int i;

	skb = error_v6(test, ICMPV6_DEST_UNREACH, &router6, IPPROTO_UDP);
	put_udp(skb, 80, 1234);
	KUNIT_EXPECT_EQ(test, parse(skb, &pkt), DSR_PARSE_OTHER);
	skb = error_v6(test, ICMPV6_DEST_UNREACH, &vip6, IPPROTO_ESP);
	put_udp(skb, 80, 1234);
	KUNIT_EXPECT_EQ(test, parse(skb, &pkt), DSR_PARSE_OTHER);
	skb = error_v6(test, ICMPV6_DEST_UNREACH, &vip6, IPPROTO_NONE);
	KUNIT_EXPECT_EQ(test, parse(skb, &pkt), DSR_PARSE_OTHER);

	/* Of a datagram in pieces only the first has ports. */
	for (i = 0; i < ARRAY_SIZE(fragments); i++) {
		skb = error_v6(test, ICMPV6_PKT_TOOBIG, &vip6,
			       IPPROTO_FRAGMENT);
		put_frag6(skb, IPPROTO_UDP, fragments[i], 7);
		put_udp(skb, 80, 1234);
		if (fragments[i] & IP6_OFFSET) {
			KUNIT_EXPECT_EQ(test, parse(skb, &pkt),
					DSR_PARSE_OTHER);
			continue;
		}
		KUNIT_EXPECT_EQ(test, parse(skb, &pkt), DSR_PARSE_OK);
		expect_ports(test, &pkt, IPPROTO_UDP);
	}
}

static struct kunit_case cases[] = {
	KUNIT_CASE(echo_request_is_known_by_its_id),
	KUNIT_CASE(other_types_are_the_stacks),
	KUNIT_CASE(only_errors_quote),
	KUNIT_CASE(error_belongs_to_the_quoted_flow),
	KUNIT_CASE(error_about_others_is_the_stacks),
	KUNIT_CASE(error_v6_belongs_to_the_quoted_flow),
	KUNIT_CASE(error_v6_about_others_is_the_stacks),
	{}
};

static struct kunit_suite suite = {
	.name = "dsr_packet_icmp",
	.test_cases = cases,
};

kunit_test_suite(suite);
