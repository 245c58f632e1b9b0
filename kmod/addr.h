/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _DSR_ADDR_H
#define _DSR_ADDR_H

#include <linux/in6.h>
#include <linux/socket.h>
#include <linux/string.h>
#include <linux/types.h>
#include <net/ipv6.h>

/* One address of either family.  An IPv4 address leaves the other twelve bytes
 * zero, so that comparing and hashing need no look at the family.
 */
union dsr_ip {
	__be32 v4;
	struct in6_addr v6;
	u64 word[2];
};

/**
 * struct dsr_addr - an address that knows its family
 * @ip: the address
 * @family: AF_INET or AF_INET6
 */
struct dsr_addr {
	union dsr_ip ip;
	u16 family;
};

/* The first word of an IPv4 address; the second is zero.  By hand, as compilers
 * go through memory for the union.
 */
static inline u64 dsr_ip_word_v4(__be32 v4)
{
	u64 word = (__force u32)v4;

	return IS_ENABLED(CONFIG_CPU_BIG_ENDIAN) ? word << 32 : word;
}

static inline bool dsr_ip_equal(const union dsr_ip *a, const union dsr_ip *b)
{
	return a->word[0] == b->word[0] && a->word[1] == b->word[1];
}

static inline bool dsr_addr_equal(const struct dsr_addr *a,
				  const struct dsr_addr *b)
{
	return dsr_ip_equal(&a->ip, &b->ip) && a->family == b->family;
}

static inline int dsr_addr_compare(const struct dsr_addr *a,
				   const struct dsr_addr *b)
{
	if (a->family != b->family)
		return a->family < b->family ? -1 : 1;
	return memcmp(&a->ip, &b->ip, sizeof(a->ip));
}

/* All bits of an address of @family. */
static inline u8 dsr_addr_bits(u16 family)
{
	return family == AF_INET ? 32 : 128;
}

/* The address less the bits behind the first @prefixlen. */
static inline void dsr_addr_mask(struct dsr_addr *a, u8 prefixlen)
{
	struct in6_addr whole;

	if (a->family == AF_INET) {
		a->ip.v4 &= prefixlen ? htonl(~0U << (32 - prefixlen)) : 0;
	} else {
		whole = a->ip.v6;
		ipv6_addr_prefix(&a->ip.v6, &whole, prefixlen);
	}
}

/* How many bytes of @ip an address of @family fills. */
static inline unsigned int dsr_addr_len(u16 family)
{
	return family == AF_INET ? sizeof(__be32) : sizeof(struct in6_addr);
}

#endif /* _DSR_ADDR_H */
