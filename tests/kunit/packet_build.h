/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _DSR_TEST_PACKET_BUILD_H
#define _DSR_TEST_PACKET_BUILD_H

#include <linux/icmp.h>
#include <linux/sctp.h>
#include <linux/tcp.h>
#include <linux/udp.h>
#include <net/ipv6.h>

#include "kmod/packet.h"

struct kunit;

#define CLIENT	htonl(0xc0a80101)	/* 192.168.1.1 */
#define VIP	htonl(0x0a020001)	/* 10.2.0.1 */
#define ROUTER	htonl(0x0a090909)

extern const struct in6_addr client6, vip6, router6;

/* Empty, with room.  Freed with the test. */
struct sk_buff *packet_new(struct kunit *test);

/* Each header behind what is there, zero but for its arguments. */
struct iphdr *put_ip(struct sk_buff *skb, __be32 saddr, __be32 daddr,
		     u8 protocol, int options);
struct ipv6hdr *put_ip6(struct sk_buff *skb, const struct in6_addr *from,
			const struct in6_addr *to, u8 nexthdr);
struct udphdr *put_udp(struct sk_buff *skb, u16 source, u16 dest);
struct tcphdr *put_tcp(struct sk_buff *skb, u16 source, u16 dest);
void put_sctp(struct sk_buff *skb, u16 source, u16 dest, u8 chunk);
struct icmphdr *put_icmp(struct sk_buff *skb, u8 type, u16 id);
void put_frag6(struct sk_buff *skb, u8 nexthdr, u16 frag_off, u32 id);

/* Hop-by-hop, routing, destination options: (len + 1) * 8 bytes; an
 * authentication header: (len + 2) * 4.
 */
struct ipv6_opt_hdr *put_ext(struct sk_buff *skb, u8 nexthdr, u8 len);
struct ipv6_opt_hdr *put_ah(struct sk_buff *skb, u8 nexthdr, u8 len);

/* As the hooks ask for it; the family is the IP header's. */
enum dsr_parse_result parse(const struct sk_buff *skb, struct dsr_packet *pkt);

/* From the client to the VIP, ports 1234 and 80. */
void expect_ports(struct kunit *test, const struct dsr_packet *pkt,
		  u8 protocol);
/* The same, but no ports: @id and 0. */
void expect_portless(struct kunit *test, const struct dsr_packet *pkt,
		     u8 protocol, u16 id);

#endif /* _DSR_TEST_PACKET_BUILD_H */
