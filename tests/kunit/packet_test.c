// SPDX-License-Identifier: GPL-2.0
/* The kinds of packets; packet_cut_test.c cuts each of them short. */
#include <kunit/test.h>

#include "kmod/packet.c"
#include "packet_build.h"

/* The start of a packet from the client to the VIP, of either family. */
static struct sk_buff *packet_to_vip(struct kunit *test, u16 family,
				     u8 protocol)
{
	struct sk_buff *skb = packet_new(test);

	if (family == AF_INET)
		put_ip(skb, CLIENT, VIP, protocol, 0);
	else
		put_ip6(skb, &client6, &vip6, protocol);
	return skb;
}

static const u16 families[] = { AF_INET, AF_INET6 };

static void udp_has_ports(struct kunit *test)
{
	struct dsr_packet pkt;
	struct sk_buff *skb;
	int i;

	for (i = 0; i < ARRAY_SIZE(families); i++) {
		skb = packet_to_vip(test, families[i], IPPROTO_UDP);
		put_udp(skb, 1234, 80);
		KUNIT_EXPECT_EQ(test, parse(skb, &pkt), DSR_PARSE_OK);
		expect_ports(test, &pkt, IPPROTO_UDP);
		KUNIT_EXPECT_EQ(test, pkt.event, DSR_EVENT_DATA);
		KUNIT_EXPECT_FALSE(test, pkt.fragment);
	}
}

static void options_are_skipped(struct kunit *test)
{
	struct dsr_packet pkt;
	struct sk_buff *skb;
	int options;

	for (options = 0; options <= 40; options += 4) {
		skb = packet_new(test);
		put_ip(skb, CLIENT, VIP, IPPROTO_UDP, options);
		put_udp(skb, 1234, 80);
		KUNIT_EXPECT_EQ(test, parse(skb, &pkt), DSR_PARSE_OK);
		expect_ports(test, &pkt, IPPROTO_UDP);
	}
}

static void tcp_flags_are_events(struct kunit *test)
{
	struct dsr_packet pkt;
	struct sk_buff *skb;
	struct tcphdr *th;
	int i;

	for (i = 0; i < ARRAY_SIZE(families); i++) {
		skb = packet_to_vip(test, families[i], IPPROTO_TCP);
		th = put_tcp(skb, 1234, 80);
		KUNIT_EXPECT_EQ(test, parse(skb, &pkt), DSR_PARSE_OK);
		expect_ports(test, &pkt, IPPROTO_TCP);
		KUNIT_EXPECT_EQ(test, pkt.event, DSR_EVENT_DATA);

		th->syn = 1;
		parse(skb, &pkt);
		KUNIT_EXPECT_EQ(test, pkt.event, DSR_EVENT_SYN);
		th->ack = 1;
		parse(skb, &pkt);
		KUNIT_EXPECT_EQ(test, pkt.event, DSR_EVENT_DATA);
		th->syn = 0;
		th->fin = 1;
		parse(skb, &pkt);
		KUNIT_EXPECT_EQ(test, pkt.event, DSR_EVENT_FIN);
		th->rst = 1;
		parse(skb, &pkt);
		KUNIT_EXPECT_EQ(test, pkt.event, DSR_EVENT_RST);
	}
}

static void sctp_chunks_are_events(struct kunit *test)
{
	static const struct {
		u8 chunk;
		enum dsr_event event;
	} chunks[] = {
		{ SCTP_CID_DATA, DSR_EVENT_DATA },
		{ SCTP_CID_INIT, DSR_EVENT_SYN },
		{ SCTP_CID_INIT_ACK, DSR_EVENT_DATA },
		{ SCTP_CID_COOKIE_ECHO, DSR_EVENT_DATA },
		{ SCTP_CID_HEARTBEAT, DSR_EVENT_DATA },
		{ SCTP_CID_ABORT, DSR_EVENT_RST },
		{ SCTP_CID_SHUTDOWN, DSR_EVENT_FIN },
		{ SCTP_CID_SHUTDOWN_ACK, DSR_EVENT_DATA },
		{ SCTP_CID_SHUTDOWN_COMPLETE, DSR_EVENT_FIN },
	};
	struct dsr_packet pkt;
	struct sk_buff *skb;
	int i, j;

	for (i = 0; i < ARRAY_SIZE(families); i++)
		for (j = 0; j < ARRAY_SIZE(chunks); j++) {
			skb = packet_to_vip(test, families[i], IPPROTO_SCTP);
			put_sctp(skb, 1234, 80, chunks[j].chunk);
			KUNIT_EXPECT_EQ(test, parse(skb, &pkt), DSR_PARSE_OK);
			expect_ports(test, &pkt, IPPROTO_SCTP);
			KUNIT_EXPECT_EQ(test, pkt.event, chunks[j].event);
		}
}

/* Of a chunk that isn't there in full nothing is believed. */
static void sctp_without_chunk_is_data(struct kunit *test)
{
	struct sk_buff *skb;
	struct dsr_packet pkt;
	unsigned int len;

	for (len = 0; len <= sizeof(struct sctp_chunkhdr); len++) {
		skb = packet_to_vip(test, AF_INET, IPPROTO_SCTP);
		put_sctp(skb, 1234, 80, SCTP_CID_ABORT);
		skb_trim(skb, 20 + sizeof(struct sctphdr) + len);
		KUNIT_EXPECT_EQ(test, parse(skb, &pkt), DSR_PARSE_OK);
		KUNIT_EXPECT_EQ(test, pkt.event,
				len < sizeof(struct sctp_chunkhdr) ?
				DSR_EVENT_DATA : DSR_EVENT_RST);
	}
}

static void other_protocols_have_no_ports(struct kunit *test)
{
	static const u8 protocols[] = {
		IPPROTO_ESP, IPPROTO_GRE, IPPROTO_IPIP, IPPROTO_UDPLITE,
		IPPROTO_PIM, 255,
	};
	struct dsr_packet pkt;
	struct sk_buff *skb;
	int i, j;

	for (i = 0; i < ARRAY_SIZE(families); i++)
		for (j = 0; j < ARRAY_SIZE(protocols); j++) {
			skb = packet_to_vip(test, families[i], protocols[j]);
			KUNIT_EXPECT_EQ(test, parse(skb, &pkt), DSR_PARSE_OK);
			expect_portless(test, &pkt, protocols[j], 0);
			/* Nothing of what lies behind is taken for ports. */
			put_udp(skb, 1234, 80);
			KUNIT_EXPECT_EQ(test, parse(skb, &pkt), DSR_PARSE_OK);
			expect_portless(test, &pkt, protocols[j], 0);
			KUNIT_EXPECT_EQ(test, pkt.event, DSR_EVENT_DATA);
		}
}

/* One family's ICMP in the other's packets, and what only IPv6 has. */
static void misplaced_protocols_are_not_ours(struct kunit *test)
{
	struct dsr_packet pkt;
	struct sk_buff *skb;

	skb = packet_to_vip(test, AF_INET, IPPROTO_ICMPV6);
	put_icmp(skb, ICMPV6_ECHO_REQUEST, 7);
	KUNIT_EXPECT_EQ(test, parse(skb, &pkt), DSR_PARSE_OTHER);
	skb = packet_to_vip(test, AF_INET6, IPPROTO_ICMP);
	put_icmp(skb, ICMP_ECHO, 7);
	KUNIT_EXPECT_EQ(test, parse(skb, &pkt), DSR_PARSE_OTHER);
	skb = packet_to_vip(test, AF_INET6, IPPROTO_NONE);
	KUNIT_EXPECT_EQ(test, parse(skb, &pkt), DSR_PARSE_OTHER);
	put_udp(skb, 1234, 80);
	KUNIT_EXPECT_EQ(test, parse(skb, &pkt), DSR_PARSE_OTHER);
}

static void nothing_behind_headers_is_not_malformed(struct kunit *test)
{
	struct sk_buff *skb = packet_to_vip(test, AF_INET6, IPPROTO_HOPOPTS);
	struct dsr_packet pkt;

	put_ext(skb, IPPROTO_DSTOPTS, 0);
	put_ext(skb, IPPROTO_NONE, 1);
	KUNIT_EXPECT_EQ(test, parse(skb, &pkt), DSR_PARSE_OTHER);
}

static void extension_headers_are_skipped(struct kunit *test)
{
	struct sk_buff *skb = packet_to_vip(test, AF_INET6, IPPROTO_HOPOPTS);
	struct ipv6_opt_hdr *last;
	struct dsr_packet pkt;

	put_ext(skb, IPPROTO_ROUTING, 0);
	put_ext(skb, IPPROTO_AH, 2);
	put_ah(skb, IPPROTO_DSTOPTS, 4);
	last = put_ext(skb, IPPROTO_TCP, 1);
	put_tcp(skb, 1234, 80)->syn = 1;
	KUNIT_EXPECT_EQ(test, parse(skb, &pkt), DSR_PARSE_OK);
	expect_ports(test, &pkt, IPPROTO_TCP);
	KUNIT_EXPECT_EQ(test, pkt.event, DSR_EVENT_SYN);

	/* A chain that leads behind the end. */
	last->hdrlen = 255;
	KUNIT_EXPECT_EQ(test, parse(skb, &pkt), DSR_PARSE_MALFORMED);

	/* Each alone. */
	skb = packet_to_vip(test, AF_INET6, IPPROTO_DSTOPTS);
	put_ext(skb, IPPROTO_ESP, 3);
	KUNIT_EXPECT_EQ(test, parse(skb, &pkt), DSR_PARSE_OK);
	expect_portless(test, &pkt, IPPROTO_ESP, 0);
	skb = packet_to_vip(test, AF_INET6, IPPROTO_AH);
	put_ah(skb, IPPROTO_UDP, 4);
	put_udp(skb, 1234, 80);
	KUNIT_EXPECT_EQ(test, parse(skb, &pkt), DSR_PARSE_OK);
	expect_ports(test, &pkt, IPPROTO_UDP);
}

static void hash_depends_on_every_part(struct kunit *test)
{
	static const siphash_key_t keys[] = { { { 1, 2 } }, { { 1, 3 } } };
	struct dsr_tuple tuple = { .family = AF_INET }, other;
	u64 hash;
	int i;

	tuple.saddr.v4 = CLIENT;
	tuple.daddr.v4 = VIP;
	tuple.sport = htons(1);
	tuple.dport = htons(2);
	tuple.protocol = IPPROTO_TCP;
	for (i = 0; i < 2; i++) {
		hash = dsr_tuple_hash(&tuple, &keys[0]);
		KUNIT_EXPECT_EQ(test, hash, dsr_tuple_hash(&tuple, &keys[0]));
		KUNIT_EXPECT_NE(test, hash, dsr_tuple_hash(&tuple, &keys[1]));

		other = tuple;
		other.sport = tuple.dport;
		other.dport = tuple.sport;
		KUNIT_EXPECT_NE(test, hash, dsr_tuple_hash(&other, &keys[0]));
		other = tuple;
		other.saddr = tuple.daddr;
		other.daddr = tuple.saddr;
		KUNIT_EXPECT_NE(test, hash, dsr_tuple_hash(&other, &keys[0]));
		other = tuple;
		other.saddr.v6.s6_addr[3] ^= 1;
		KUNIT_EXPECT_NE(test, hash, dsr_tuple_hash(&other, &keys[0]));
		other = tuple;
		other.daddr.v6.s6_addr[3] ^= 1;
		KUNIT_EXPECT_NE(test, hash, dsr_tuple_hash(&other, &keys[0]));
		other = tuple;
		other.sport = htons(3);
		KUNIT_EXPECT_NE(test, hash, dsr_tuple_hash(&other, &keys[0]));
		other = tuple;
		other.dport = htons(3);
		KUNIT_EXPECT_NE(test, hash, dsr_tuple_hash(&other, &keys[0]));
		other = tuple;
		other.protocol = IPPROTO_UDP;
		KUNIT_EXPECT_NE(test, hash, dsr_tuple_hash(&other, &keys[0]));

		tuple.family = AF_INET6;
		tuple.saddr.v6 = client6;
		tuple.daddr.v6 = vip6;
	}
	other = tuple;
	other.saddr.v6.s6_addr[15] ^= 1;
	KUNIT_EXPECT_NE(test, hash, dsr_tuple_hash(&other, &keys[0]));
}

/* Also in the low bits, by which the schedulers choose. */
static void every_protocol_has_its_hash(struct kunit *test)
{
	static const siphash_key_t key = { { 1, 2 } };
	struct dsr_tuple tuple = { .family = AF_INET };
	u32 one, two, same = 0;
	static u32 hash[256];

	for (one = 0; one < 256; one++) {
		tuple.protocol = one;
		hash[one] = dsr_tuple_hash(&tuple, &key);
		for (two = 0; two < one; two++)
			same += hash[one] == hash[two];
	}
	KUNIT_EXPECT_EQ(test, same, 0);
}

static void fragment_hash_is_the_datagrams(struct kunit *test)
{
	static const siphash_key_t keys[] = { { { 1, 2 } }, { { 1, 3 } } };
	struct dsr_packet pkt = { .fragment_id = 7 }, other;
	u64 hash;
	int i;

	for (i = 0; i < ARRAY_SIZE(families); i++) {
		pkt.tuple.family = families[i];
		pkt.tuple.saddr.v6 = client6;
		pkt.tuple.daddr.v6 = vip6;
		pkt.tuple.protocol = IPPROTO_UDP;
		hash = dsr_fragment_hash(&pkt, &keys[0]);

		KUNIT_EXPECT_NE(test, hash, dsr_fragment_hash(&pkt, &keys[1]));
		/* Only the first has ports, and what it says. */
		other = pkt;
		other.tuple.sport = htons(1);
		other.tuple.dport = htons(2);
		other.event = DSR_EVENT_SYN;
		KUNIT_EXPECT_EQ(test, hash, dsr_fragment_hash(&other,
							      &keys[0]));
		other = pkt;
		other.fragment_id = 8;
		KUNIT_EXPECT_NE(test, hash, dsr_fragment_hash(&other,
							      &keys[0]));
		other = pkt;
		other.tuple.saddr.v6.s6_addr[0] ^= 1;
		KUNIT_EXPECT_NE(test, hash, dsr_fragment_hash(&other,
							      &keys[0]));
		other = pkt;
		other.tuple.daddr.v6.s6_addr[0] ^= 1;
		KUNIT_EXPECT_NE(test, hash, dsr_fragment_hash(&other,
							      &keys[0]));
		/* RFC 791 and RFC 8200, section 4.5: in IPv6 the first may show
		 * another protocol than those behind it.
		 */
		other = pkt;
		other.tuple.protocol = IPPROTO_TCP;
		KUNIT_EXPECT_EQ(test, families[i] == AF_INET6,
				hash == dsr_fragment_hash(&other, &keys[0]));
	}
}

static struct kunit_case cases[] = {
	KUNIT_CASE(udp_has_ports),
	KUNIT_CASE(options_are_skipped),
	KUNIT_CASE(tcp_flags_are_events),
	KUNIT_CASE(sctp_chunks_are_events),
	KUNIT_CASE(sctp_without_chunk_is_data),
	KUNIT_CASE(other_protocols_have_no_ports),
	KUNIT_CASE(misplaced_protocols_are_not_ours),
	KUNIT_CASE(nothing_behind_headers_is_not_malformed),
	KUNIT_CASE(extension_headers_are_skipped),
	KUNIT_CASE(hash_depends_on_every_part),
	KUNIT_CASE(every_protocol_has_its_hash),
	KUNIT_CASE(fragment_hash_is_the_datagrams),
	{}
};

static struct kunit_suite suite = {
	.name = "dsr_packet",
	.test_cases = cases,
};

kunit_test_suite(suite);
