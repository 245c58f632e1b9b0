/* SPDX-License-Identifier: GPL-2.0 */
/* As much of the kernel as kmod/packet.c and the kernel's walk along extension
 * headers (net/ipv6/exthdrs_core.c) need, in user space.  Structures of the wire
 * are those of the kernel's uapi headers; what is here is what those don't have.
 */
#ifndef _DSR_FUZZ_KERNEL_H
#define _DSR_FUZZ_KERNEL_H

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>

#include <asm/byteorder.h>
#include <linux/types.h>
#include <linux/in6.h>
#include <linux/ip.h>
#include <linux/ipv6.h>

typedef __u8 u8;
typedef __u16 u16;
typedef __u32 u32;
typedef __u64 u64;

#define __force
#define noinline		__attribute__((noinline))
#define likely(x)		__builtin_expect(!!(x), 1)
#define unlikely(x)		__builtin_expect(!!(x), 0)
#define offsetofend(type, field) \
	(offsetof(type, field) + sizeof(((type *)0)->field))
#define EXPORT_SYMBOL(symbol)
#define EXPORT_SYMBOL_GPL(symbol)
#define IS_ENABLED(option)	0
#define IS_ALIGNED(x, to)	(((x) & ((to) - 1)) == 0)
#define BITS_PER_LONG		__LONG_WIDTH__
#define htons(x)		__cpu_to_be16(x)
#define htonl(x)		__cpu_to_be32(x)
#define cpu_to_be16(x)		__cpu_to_be16(x)
#define ntohs(x)		__be16_to_cpu(x)
#define ntohl(x)		__be32_to_cpu(x)
#define le32_to_cpu(x)		__le32_to_cpu(x)
#define le32_to_cpup(x)		__le32_to_cpup(x)
#define le64_to_cpu(x)		__le64_to_cpu(x)

static inline u64 rol64(u64 word, unsigned int shift)
{
	return word << shift | word >> (64 - shift);
}

static inline u32 rol32(u32 word, unsigned int shift)
{
	return word << shift | word >> (32 - shift);
}

/* addr.h wants them, for tables that nobody fills here. */
#define GOLDEN_RATIO_64		1ULL

static inline u64 hash_64(u64 word, unsigned int bits)
{
	return word >> (64 - bits);
}

/* A packet in two pieces: the linear one is @data, and behind it @fragment,
 * where a pointer into the linear one doesn't lead.
 */
struct sk_buff {
	unsigned int len;	/* of both */
	unsigned int data_len;	/* of @fragment */
	unsigned char *data;
	unsigned char *fragment;
};

static inline unsigned int skb_headlen(const struct sk_buff *skb)
{
	return skb->len - skb->data_len;
}

void *skb_header_pointer(const struct sk_buff *skb, int offset, int len,
			 void *buffer);

/* The data begins at the network header, as it does in the hooks. */
static inline unsigned char *skb_network_header(const struct sk_buff *skb)
{
	return skb->data;
}

static inline int skb_network_offset(const struct sk_buff *skb)
{
	return 0;
}

/* What asks for these isn't called. */
static inline unsigned char *skb_tail_pointer(const struct sk_buff *skb)
{
	return skb->data + skb_headlen(skb);
}

static inline unsigned char *skb_transport_header(const struct sk_buff *skb)
{
	return NULL;
}

static inline struct iphdr *ip_hdr(const struct sk_buff *skb)
{
	return (struct iphdr *)skb->data;
}

static inline struct ipv6hdr *ipv6_hdr(const struct sk_buff *skb)
{
	return (struct ipv6hdr *)skb->data;
}

/* net/ip.h, net/ipv6.h, linux/icmpv6.h */
#define IP_MF		0x2000
#define IP_OFFSET	0x1fff
#define IP6_MF		0x0001
#define IP6_OFFSET	0xfff8
#define IP6_FH_F_FRAG	1
#define IP6_FH_F_AUTH	2
#define IP6_FH_F_SKIP_RH 4

enum {
	NEXTHDR_HOP = 0,
	NEXTHDR_ROUTING = 43,
	NEXTHDR_FRAGMENT = 44,
	NEXTHDR_AUTH = 51,
	NEXTHDR_NONE = 59,
	NEXTHDR_DEST = 60,
};

struct frag_hdr {
	__u8 nexthdr;
	__u8 reserved;
	__be16 frag_off;
	__be32 identification;
};

#define ipv6_optlen(header)	(((header)->hdrlen + 1) << 3)
#define ipv6_authlen(header)	(((header)->hdrlen + 2) << 2)

int ipv6_skip_exthdr(const struct sk_buff *skb, int start, u8 *nexthdrp,
		     __be16 *frag_offp);
int ipv6_find_hdr(const struct sk_buff *skb, unsigned int *offset, int target,
		  unsigned short *fragoff, int *flags);
void ipv6_addr_prefix(struct in6_addr *to, const struct in6_addr *from,
		      int bits);

static inline bool ip_is_fragment(const struct iphdr *iph)
{
	return iph->frag_off & htons(IP_MF | IP_OFFSET);
}

static inline bool ipv6_addr_equal(const struct in6_addr *a,
				   const struct in6_addr *b)
{
	return !memcmp(a, b, sizeof(*a));
}

static inline bool icmpv6_is_err(int type)
{
	return type >= 1 && type <= 4;
}

#endif /* _DSR_FUZZ_KERNEL_H */
