// SPDX-License-Identifier: GPL-2.0
/* Packets cut short, and packets in pieces: kmod/packet.c, which packet_test.c
 * includes.
 *
 * What is cut off still stands behind the end of the data, so that a look there
 * would find all that is missing, and show.
 */
#include <kunit/test.h>
#include <net/ip.h>

#include "packet_build.h"

static void udp(struct sk_buff *skb)
{
	put_ip(skb, CLIENT, VIP, IPPROTO_UDP, 8);
	put_udp(skb, 1234, 80);
}

static void tcp(struct sk_buff *skb)
{
	put_ip(skb, CLIENT, VIP, IPPROTO_TCP, 40);
	put_tcp(skb, 1234, 80)->syn = 1;
}

static void sctp(struct sk_buff *skb)
{
	put_ip(skb, CLIENT, VIP, IPPROTO_SCTP, 0);
	put_sctp(skb, 1234, 80, SCTP_CID_DATA);
}

static void esp(struct sk_buff *skb)
{
	put_ip(skb, CLIENT, VIP, IPPROTO_ESP, 0);
	put_udp(skb, 1234, 80);
}

static void echo(struct sk_buff *skb)
{
	put_ip(skb, CLIENT, VIP, IPPROTO_ICMP, 0);
	put_icmp(skb, ICMP_ECHO, 7);
}

static void error(struct sk_buff *skb)
{
	put_ip(skb, ROUTER, VIP, IPPROTO_ICMP, 0);
	put_icmp(skb, ICMP_TIME_EXCEEDED, 0);
	put_ip(skb, VIP, CLIENT, IPPROTO_TCP, 0);
	put_udp(skb, 80, 1234);
}

static void error_options(struct sk_buff *skb)
{
	put_ip(skb, ROUTER, VIP, IPPROTO_ICMP, 4);
	put_icmp(skb, ICMP_DEST_UNREACH, 0);
	put_ip(skb, VIP, CLIENT, IPPROTO_UDP, 40);
	put_udp(skb, 80, 1234);
}

static void first(struct sk_buff *skb)
{
	put_ip(skb, CLIENT, VIP, IPPROTO_UDP, 0)->frag_off = htons(IP_MF);
	put_udp(skb, 1234, 80);
}

static void later(struct sk_buff *skb)
{
	put_ip(skb, CLIENT, VIP, IPPROTO_UDP, 0)->frag_off = htons(185);
	put_udp(skb, 1234, 80);
}

static void udp_v6(struct sk_buff *skb)
{
	put_ip6(skb, &client6, &vip6, IPPROTO_UDP);
	put_udp(skb, 1234, 80);
}

static void tcp_v6(struct sk_buff *skb)
{
	put_ip6(skb, &client6, &vip6, IPPROTO_TCP);
	put_tcp(skb, 1234, 80);
}

/* 40, 8, 16, 24 and 24 bytes, then TCP. */
static void chain(struct sk_buff *skb)
{
	put_ip6(skb, &client6, &vip6, IPPROTO_HOPOPTS);
	put_ext(skb, IPPROTO_DSTOPTS, 0);
	put_ext(skb, IPPROTO_ROUTING, 1);
	put_ext(skb, IPPROTO_AH, 2);
	put_ah(skb, IPPROTO_TCP, 4);
	put_tcp(skb, 1234, 80)->fin = 1;
}

static void nothing(struct sk_buff *skb)
{
	put_ip6(skb, &client6, &vip6, IPPROTO_DSTOPTS);
	put_ext(skb, IPPROTO_HOPOPTS, 1);
	put_ext(skb, IPPROTO_NONE, 0);
}

static void echo_v6(struct sk_buff *skb)
{
	put_ip6(skb, &client6, &vip6, IPPROTO_ICMPV6);
	put_icmp(skb, ICMPV6_ECHO_REQUEST, 7);
}

static void error_v6(struct sk_buff *skb)
{
	put_ip6(skb, &router6, &vip6, IPPROTO_ICMPV6);
	put_icmp(skb, ICMPV6_PKT_TOOBIG, 0);
	put_ip6(skb, &vip6, &client6, IPPROTO_UDP);
	put_udp(skb, 80, 1234);
}

static void error_chain(struct sk_buff *skb)
{
	put_ip6(skb, &router6, &vip6, IPPROTO_ICMPV6);
	put_icmp(skb, ICMPV6_PKT_TOOBIG, 0);
	put_ip6(skb, &vip6, &client6, IPPROTO_DSTOPTS);
	put_ext(skb, IPPROTO_FRAGMENT, 1);
	put_frag6(skb, IPPROTO_SCTP, IP6_MF, 9);
	put_udp(skb, 80, 1234);
}

static void first_v6(struct sk_buff *skb)
{
	put_ip6(skb, &client6, &vip6, IPPROTO_HOPOPTS);
	put_ext(skb, IPPROTO_FRAGMENT, 0);
	put_frag6(skb, IPPROTO_DSTOPTS, IP6_MF, 9);
	put_ext(skb, IPPROTO_UDP, 0);
	put_udp(skb, 1234, 80);
}

static void later_v6(struct sk_buff *skb)
{
	put_ip6(skb, &client6, &vip6, IPPROTO_HOPOPTS);
	put_ext(skb, IPPROTO_FRAGMENT, 0);
	put_frag6(skb, IPPROTO_UDP, 1480, 9);
	put_udp(skb, 1234, 80);
}

static void atomic(struct sk_buff *skb)
{
	put_ip6(skb, &client6, &vip6, IPPROTO_FRAGMENT);
	put_frag6(skb, IPPROTO_TCP, 0, 9);
	put_tcp(skb, 1234, 80)->rst = 1;
}

/* Up to the word with the flags. */
#define TCP_NEEDED 16

static const struct kind {
	const char *name;
	void (*put)(struct sk_buff *skb);
	enum dsr_parse_result whole;
	enum dsr_parse_result cut;
	unsigned int needed;	/* bytes from the IP header on */
} kinds[] = {
	{ "udp", udp, DSR_PARSE_OK, DSR_PARSE_MALFORMED, 28 + 8 },
	{ "tcp", tcp, DSR_PARSE_OK, DSR_PARSE_MALFORMED, 60 + TCP_NEEDED },
	{ "sctp", sctp, DSR_PARSE_OK, DSR_PARSE_MALFORMED, 20 + 12 },
	{ "esp", esp, DSR_PARSE_OK, DSR_PARSE_MALFORMED, 20 },
	{ "echo", echo, DSR_PARSE_OK, DSR_PARSE_OTHER, 20 + 8 },
	{ "error", error, DSR_PARSE_OK, DSR_PARSE_OTHER, 20 + 8 + 20 + 4 },
	{ "error, options", error_options, DSR_PARSE_OK, DSR_PARSE_OTHER,
	  24 + 8 + 60 + 4 },
	{ "first", first, DSR_PARSE_OK, DSR_PARSE_MALFORMED, 20 + 8 },
	{ "later", later, DSR_PARSE_FRAGMENT, DSR_PARSE_MALFORMED, 20 },
	{ "udp, v6", udp_v6, DSR_PARSE_OK, DSR_PARSE_MALFORMED, 40 + 8 },
	{ "tcp, v6", tcp_v6, DSR_PARSE_OK, DSR_PARSE_MALFORMED,
	  40 + TCP_NEEDED },
	{ "chain", chain, DSR_PARSE_OK, DSR_PARSE_MALFORMED,
	  40 + 8 + 16 + 24 + 24 + TCP_NEEDED },
	{ "nothing", nothing, DSR_PARSE_OTHER, DSR_PARSE_MALFORMED,
	  40 + 16 + 8 },
	{ "echo, v6", echo_v6, DSR_PARSE_OK, DSR_PARSE_OTHER, 40 + 8 },
	{ "error, v6", error_v6, DSR_PARSE_OK, DSR_PARSE_OTHER,
	  40 + 8 + 40 + 4 },
	{ "error, chain", error_chain, DSR_PARSE_OK, DSR_PARSE_OTHER,
	  40 + 8 + 40 + 16 + 8 + 4 },
	{ "first, v6", first_v6, DSR_PARSE_OK, DSR_PARSE_MALFORMED,
	  40 + 8 + 8 + 8 + 8 },
	{ "later, v6", later_v6, DSR_PARSE_FRAGMENT, DSR_PARSE_MALFORMED,
	  40 + 8 + 8 },
	{ "atomic", atomic, DSR_PARSE_OK, DSR_PARSE_MALFORMED,
	  40 + 8 + TCP_NEEDED },
};

KUNIT_ARRAY_PARAM_DESC(kinds, kinds, name);

/* The IP header, which the IP layer has pulled and checked. */
static unsigned int header(const struct sk_buff *skb)
{
	return ip_hdr(skb)->version == 4 ? ip_hdrlen(skb) :
					   sizeof(struct ipv6hdr);
}

/* The same flow, the same datagram, the same event. */
static bool same(enum dsr_parse_result result, const struct dsr_packet *a,
		 const struct dsr_packet *b)
{
	if (result == DSR_PARSE_OTHER)
		return true;
	if (!dsr_ip_equal(&a->tuple.saddr, &b->tuple.saddr) ||
	    a->tuple.protocol != b->tuple.protocol ||
	    a->fragment != b->fragment ||
	    (a->fragment && a->fragment_id != b->fragment_id))
		return false;
	return result == DSR_PARSE_FRAGMENT ||
	       (a->tuple.sport == b->tuple.sport &&
		a->tuple.dport == b->tuple.dport && a->event == b->event);
}

static void cut_at_every_byte(struct kunit *test)
{
	const struct kind *kind = test->param_value;
	struct sk_buff *skb = packet_new(test);
	struct dsr_packet whole, pkt;
	enum dsr_parse_result result;
	unsigned int len;

	kind->put(skb);
	KUNIT_EXPECT_EQ(test, parse(skb, &whole), kind->whole);
	KUNIT_EXPECT_GE(test, skb->len, kind->needed);
	for (len = skb->len; len >= header(skb); len--) {
		skb_trim(skb, len);
		result = parse(skb, &pkt);
		if (len < kind->needed) {
			KUNIT_EXPECT_EQ_MSG(test, result, kind->cut,
					    "cut to %u bytes", len);
			continue;
		}
		KUNIT_ASSERT_EQ_MSG(test, result, kind->whole,
				    "cut to %u bytes", len);
		KUNIT_EXPECT_TRUE(test, same(result, &whole, &pkt));
	}
}

/* Adds @len bytes at @data as a page of their own. */
static void add_page(struct kunit *test, struct sk_buff *skb, const void *data,
		     unsigned int len)
{
	struct page *page = alloc_page(GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, page);
	memcpy(page_address(page), data, len);
	skb_add_rx_frag(skb, skb_shinfo(skb)->nr_frags, page, 0, len,
			PAGE_SIZE);
}

/* As a driver may deliver it: @linear bytes of it where the headers are looked
 * for, the rest in two pages that are cut at @split.
 */
static struct sk_buff *in_pages(struct kunit *test, const struct sk_buff *whole,
				unsigned int linear, unsigned int split)
{
	struct sk_buff *skb = packet_new(test);

	skb_put_data(skb, whole->data, linear);
	add_page(test, skb, whole->data + linear, split - linear);
	if (split < whole->len)
		add_page(test, skb, whole->data + split, whole->len - split);
	return skb;
}

static void in_pages_cut_at_every_byte(struct kunit *test)
{
	const struct kind *kind = test->param_value;
	struct sk_buff *whole = packet_new(test), *skb;
	struct dsr_packet pkt, expected;
	enum dsr_parse_result result;
	unsigned int split;

	kind->put(whole);
	parse(whole, &expected);
	for (split = header(whole) + 1; split <= whole->len; split++) {
		skb = in_pages(test, whole, header(whole), split);
		KUNIT_ASSERT_TRUE(test, skb_is_nonlinear(skb));
		KUNIT_ASSERT_EQ(test, skb->len, whole->len);
		result = parse(skb, &pkt);
		KUNIT_ASSERT_EQ_MSG(test, result, kind->whole, "split at %u",
				    split);
		KUNIT_EXPECT_TRUE(test, same(result, &expected, &pkt));
		/* Nothing has been pulled: pointers into it stay good. */
		KUNIT_EXPECT_EQ(test, skb_headlen(skb), header(whole));
	}
}

static struct kunit_case cases[] = {
	KUNIT_CASE_PARAM(cut_at_every_byte, kinds_gen_params),
	KUNIT_CASE_PARAM(in_pages_cut_at_every_byte, kinds_gen_params),
	{}
};

static struct kunit_suite suite = {
	.name = "dsr_packet_cut",
	.test_cases = cases,
};

kunit_test_suite(suite);
