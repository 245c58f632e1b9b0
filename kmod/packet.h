/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _DSR_PACKET_H
#define _DSR_PACKET_H

#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/netfilter.h>
#include <linux/skbuff.h>

#include "addr.h"
#include "hash.h"

/* What a flow is known by: always as the client sends it, also when the packet
 * is an ICMP error that quotes the backend's answer.
 */
struct dsr_tuple {
	union dsr_ip saddr;
	union dsr_ip daddr;
	__be16 sport;	/* of an ICMP echo, its identifier */
	__be16 dport;	/* 0 where the protocol has no ports */
	u8 family;	/* AF_INET or AF_INET6, which NFPROTO_* equal */
	u8 protocol;	/* IPPROTO_* */
};

/* What a packet means to its flow. */
enum dsr_event {
	DSR_EVENT_DATA,
	DSR_EVENT_SYN,		/* TCP without ACK, SCTP INIT */
	DSR_EVENT_FIN,		/* SCTP SHUTDOWN */
	DSR_EVENT_RST,		/* SCTP ABORT */
	DSR_EVENT_ERROR,	/* an ICMP error about it */
};

struct dsr_packet {
	struct dsr_tuple tuple;
	enum dsr_event event;
	bool fragment;		/* any; the first one has ports all the same */
	u32 fragment_id;
};

enum dsr_parse_result {
	DSR_PARSE_OK,
	DSR_PARSE_OTHER,	/* nothing that a service can want */
	DSR_PARSE_FRAGMENT,	/* not the first of its datagram: no ports */
	DSR_PARSE_MALFORMED,
};

enum dsr_parse_result dsr_packet_parse(const struct sk_buff *skb,
				       struct dsr_packet *pkt);
u64 dsr_fragment_hash(const struct dsr_packet *pkt, const siphash_key_t *key);

/**
 * dsr_tuple_hash() - keyed hash of a tuple
 * @tuple: the tuple
 * @key: secret or shared key
 *
 * Whoever doesn't know the key can't aim at a value.
 *
 * Context: any.
 * Return: 64 bits.
 */
static __always_inline u64 dsr_tuple_hash(const struct dsr_tuple *tuple,
					  const siphash_key_t *key)
{
	u64 rest = (u64)(__force u16)tuple->sport << 16 |
		   (__force u16)tuple->dport | (u64)tuple->protocol << 32;
	struct dsr_hash_state s;

	if (tuple->family == AF_INET) {
		dsr_hash_begin(&s, key, DSR_HASH_TUPLE_V4);
		dsr_hash_add(&s, (u64)(__force u32)tuple->saddr.v4 << 32 |
				 (__force u32)tuple->daddr.v4);
	} else {
		dsr_hash_begin(&s, key, DSR_HASH_TUPLE_V6);
		dsr_hash_add(&s, tuple->saddr.word[0]);
		dsr_hash_add(&s, tuple->saddr.word[1]);
		dsr_hash_add(&s, tuple->daddr.word[0]);
		dsr_hash_add(&s, tuple->daddr.word[1]);
	}
	dsr_hash_add(&s, rest);
	return dsr_hash_end(&s);
}

/* The destination alone, all that a packet for somebody else is asked for.
 * The IP layer has checked and pulled the header before the hooks run.
 */
static inline void dsr_packet_daddr(const struct sk_buff *skb, u8 pf,
				    struct dsr_addr *addr)
{
	addr->family = pf;
	if (pf == NFPROTO_IPV4) {
		addr->ip.word[0] = 0;
		addr->ip.word[1] = 0;
		addr->ip.v4 = ip_hdr(skb)->daddr;
	} else {
		addr->ip.v6 = ipv6_hdr(skb)->daddr;
	}
}

#endif /* _DSR_PACKET_H */
