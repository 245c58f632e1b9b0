// SPDX-License-Identifier: GPL-2.0
#include <kunit/test.h>

#include "kmod/vip.c"
#include "fake_net.h"

#define TCP IPPROTO_TCP
#define UDP IPPROTO_UDP

static struct dsr_service_key key_of(u32 v4, u8 prefixlen, u8 protocol,
				     u16 port, u16 port_end)
{
	struct dsr_service_key key = {
		.prefixlen = prefixlen,
		.protocol = protocol,
		.port = port,
		.port_end = port_end,
	};

	fake_addr(&key.addr, v4);
	return key;
}

static struct dsr_service *add_key(struct dsr_net *dn,
				   const struct dsr_service_key *key)
{
	struct dsr_service_options options;
	struct dsr_service *svc;

	dsr_service_defaults(&options);
	mutex_lock(&dn->config_lock);
	svc = dsr_service_add(dn, key, &options);
	mutex_unlock(&dn->config_lock);
	return svc;
}

static struct dsr_service *add(struct kunit *test, struct dsr_net *dn, u32 v4,
			       u8 prefixlen, u8 protocol, u16 port,
			       u16 port_end)
{
	struct dsr_service_key key = key_of(v4, prefixlen, protocol, port,
					    port_end);
	struct dsr_service *svc = add_key(dn, &key);

	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, svc);
	return svc;
}

static void del(struct dsr_net *dn, struct dsr_service *svc)
{
	mutex_lock(&dn->config_lock);
	dsr_service_del(svc);
	mutex_unlock(&dn->config_lock);
}

/* As the hook does it: the address itself, else a prefix. */
static const struct dsr_vip *vip_find(const struct dsr_net *dn,
				      const struct dsr_addr *addr)
{
	const struct dsr_service_table *table = dsr_service_table(dn);
	u8 bits = dsr_addr_bits(addr->family);
	const struct dsr_vip *vip;

	vip = dsr_vip_at(dn, table, addr, bits);
	if (vip || !dsr_vip_has_prefixes(table, addr->family))
		return vip;
	return dsr_vip_wider(dn, addr, bits);
}

static struct dsr_service *find(struct dsr_net *dn, u32 v4, u8 protocol,
				u16 port)
{
	struct dsr_tuple tuple = {
		.family = AF_INET,
		.protocol = protocol,
		.dport = htons(port),
	};
	struct dsr_service *svc = NULL;
	const struct dsr_vip *vip;
	struct dsr_addr addr;

	fake_addr(&addr, v4);
	tuple.daddr = addr.ip;
	rcu_read_lock();
	vip = vip_find(dn, &addr);
	if (vip)
		svc = dsr_vip_service(dn, vip, &tuple);
	rcu_read_unlock();
	return svc;
}

/* Had there been a commit since the look for the exact port, there may be a
 * service for it now.
 */
static void commit_between_two_looks(struct kunit *test)
{
	struct dsr_net *dn = fake_net(test);
	struct dsr_service *exact, *wide;
	struct dsr_tuple tuple = {
		.family = AF_INET,
		.protocol = TCP,
		.dport = htons(80),
	};
	const struct dsr_vip *vip;
	struct dsr_addr addr;
	u32 now, before;

	wide = add(test, dn, 0x0a020001, 32, TCP, 0, 0);
	exact = add(test, dn, 0x0a020001, 32, TCP, 80, 80);
	fake_addr(&addr, 0x0a020001);
	tuple.daddr = addr.ip;
	rcu_read_lock();
	vip = vip_find(dn, &addr);
	now = dsr_commit_begin(dn);
	before = now - (DSR_CHANGE_MASK + 1);
	KUNIT_EXPECT_PTR_EQ(test, dsr_vip_service_wide(dn, vip, &tuple, now),
			    wide);
	KUNIT_EXPECT_PTR_EQ(test, dsr_vip_service_wide(dn, vip, &tuple, before),
			    exact);
	tuple.dport = htons(81);
	KUNIT_EXPECT_PTR_EQ(test, dsr_vip_service_wide(dn, vip, &tuple, before),
			    wide);
	rcu_read_unlock();
}

static bool served(struct dsr_net *dn, u32 v4, u8 protocol)
{
	struct dsr_tuple tuple = {
		.family = AF_INET,
		.protocol = protocol,
	};
	const struct dsr_vip *vip;
	struct dsr_addr addr;
	bool served;

	fake_addr(&addr, v4);
	tuple.daddr = addr.ip;
	rcu_read_lock();
	vip = vip_find(dn, &addr);
	served = vip && dsr_vip_serves(dn, vip, &tuple);
	rcu_read_unlock();
	return served;
}

/* 10.2.0.0 + n. */
#define NET	0x0a020000

static void range_has_its_ports(struct kunit *test)
{
	struct dsr_net *dn = fake_net(test);
	struct dsr_service *low, *high, *apart;

	/* Not in order, two side by side. */
	high = add(test, dn, NET + 1, 32, TCP, 201, 300);
	apart = add(test, dn, NET + 1, 32, TCP, 65000, 65535);
	low = add(test, dn, NET + 1, 32, TCP, 100, 200);

	KUNIT_EXPECT_NULL(test, find(dn, NET + 1, TCP, 0));
	KUNIT_EXPECT_NULL(test, find(dn, NET + 1, TCP, 99));
	KUNIT_EXPECT_PTR_EQ(test, find(dn, NET + 1, TCP, 100), low);
	KUNIT_EXPECT_PTR_EQ(test, find(dn, NET + 1, TCP, 150), low);
	KUNIT_EXPECT_PTR_EQ(test, find(dn, NET + 1, TCP, 200), low);
	KUNIT_EXPECT_PTR_EQ(test, find(dn, NET + 1, TCP, 201), high);
	KUNIT_EXPECT_PTR_EQ(test, find(dn, NET + 1, TCP, 300), high);
	KUNIT_EXPECT_NULL(test, find(dn, NET + 1, TCP, 301));
	KUNIT_EXPECT_NULL(test, find(dn, NET + 1, TCP, 64999));
	KUNIT_EXPECT_PTR_EQ(test, find(dn, NET + 1, TCP, 65000), apart);
	KUNIT_EXPECT_PTR_EQ(test, find(dn, NET + 1, TCP, 65535), apart);
	KUNIT_EXPECT_NULL(test, find(dn, NET + 1, UDP, 150));
	KUNIT_EXPECT_NULL(test, find(dn, NET + 2, TCP, 150));
}

static void removed_range_leaves_nothing(struct kunit *test)
{
	struct dsr_net *dn = fake_net(test);
	struct dsr_service *low, *middle, *high;
	struct dsr_service_key key;

	low = add(test, dn, NET + 1, 32, TCP, 100, 200);
	middle = add(test, dn, NET + 1, 32, TCP, 201, 300);
	high = add(test, dn, NET + 1, 32, TCP, 301, 400);
	del(dn, middle);
	KUNIT_EXPECT_PTR_EQ(test, find(dn, NET + 1, TCP, 200), low);
	KUNIT_EXPECT_NULL(test, find(dn, NET + 1, TCP, 201));
	KUNIT_EXPECT_NULL(test, find(dn, NET + 1, TCP, 300));
	KUNIT_EXPECT_PTR_EQ(test, find(dn, NET + 1, TCP, 301), high);

	/* Its ports are free, also for ranges that lie otherwise. */
	del(dn, low);
	middle = add(test, dn, NET + 1, 32, TCP, 150, 250);
	KUNIT_EXPECT_NULL(test, find(dn, NET + 1, TCP, 149));
	KUNIT_EXPECT_PTR_EQ(test, find(dn, NET + 1, TCP, 150), middle);
	KUNIT_EXPECT_PTR_EQ(test, find(dn, NET + 1, TCP, 250), middle);
	KUNIT_EXPECT_NULL(test, find(dn, NET + 1, TCP, 251));
	KUNIT_EXPECT_PTR_EQ(test, find(dn, NET + 1, TCP, 301), high);

	key = key_of(NET + 1, 32, TCP, 150, 250);
	mutex_lock(&dn->config_lock);
	KUNIT_EXPECT_PTR_EQ(test, dsr_vip_lookup(dn, &key), middle);
	key.port_end = 251;
	KUNIT_EXPECT_NULL(test, dsr_vip_lookup(dn, &key));
	mutex_unlock(&dn->config_lock);

	del(dn, middle);
	del(dn, high);
	KUNIT_EXPECT_FALSE(test, served(dn, NET + 1, TCP));
}

static void overlapping_ranges_are_refused(struct kunit *test)
{
	static const u16 ranges[][2] = {
		{ 100, 200 }, { 50, 100 }, { 200, 201 }, { 120, 130 },
		{ 1, 65535 },
	};
	struct dsr_net *dn = fake_net(test);
	struct dsr_service_key key;
	int i;

	add(test, dn, NET + 1, 32, TCP, 100, 200);
	for (i = 0; i < ARRAY_SIZE(ranges); i++) {
		key = key_of(NET + 1, 32, TCP, ranges[i][0], ranges[i][1]);
		KUNIT_EXPECT_EQ(test, PTR_ERR_OR_ZERO(add_key(dn, &key)),
				-EEXIST);
		key.protocol = UDP;
		if (!i)
			KUNIT_EXPECT_FALSE(test, IS_ERR(add_key(dn, &key)));
	}
	add(test, dn, NET + 1, 32, TCP, 50, 99);
	add(test, dn, NET + 1, 32, TCP, 201, 300);
}

/* Exact port, range, any port, any protocol: each is what is left when those
 * before it are gone.
 */
static void narrower_selectors_come_first(struct kunit *test)
{
	struct dsr_net *dn = fake_net(test);
	struct dsr_service *exact, *range, *port, *protocol;

	protocol = add(test, dn, NET + 1, 32, 0, 0, 0);
	port = add(test, dn, NET + 1, 32, TCP, 0, 0);
	range = add(test, dn, NET + 1, 32, TCP, 50, 100);
	exact = add(test, dn, NET + 1, 32, TCP, 80, 80);

	KUNIT_EXPECT_PTR_EQ(test, find(dn, NET + 1, TCP, 80), exact);
	KUNIT_EXPECT_PTR_EQ(test, find(dn, NET + 1, TCP, 81), range);
	KUNIT_EXPECT_PTR_EQ(test, find(dn, NET + 1, TCP, 101), port);
	KUNIT_EXPECT_PTR_EQ(test, find(dn, NET + 1, UDP, 80), protocol);
	KUNIT_EXPECT_PTR_EQ(test, find(dn, NET + 1, IPPROTO_SCTP, 80),
			    protocol);
	KUNIT_EXPECT_PTR_EQ(test, find(dn, NET + 1, IPPROTO_GRE, 0), protocol);

	del(dn, exact);
	KUNIT_EXPECT_PTR_EQ(test, find(dn, NET + 1, TCP, 80), range);
	del(dn, range);
	KUNIT_EXPECT_PTR_EQ(test, find(dn, NET + 1, TCP, 80), port);
	del(dn, port);
	KUNIT_EXPECT_PTR_EQ(test, find(dn, NET + 1, TCP, 80), protocol);
	del(dn, protocol);
	KUNIT_EXPECT_NULL(test, find(dn, NET + 1, TCP, 80));
}

static void longest_prefix_comes_first(struct kunit *test)
{
	struct dsr_net *dn = fake_net(test);
	struct dsr_service *host, *half, *net, *all;

	all = add(test, dn, 0x0a000000, 8, TCP, 80, 80);
	net = add(test, dn, NET, 24, TCP, 80, 80);
	half = add(test, dn, NET + 128, 25, TCP, 80, 80);
	host = add(test, dn, NET + 200, 32, TCP, 80, 80);

	KUNIT_EXPECT_PTR_EQ(test, find(dn, NET + 200, TCP, 80), host);
	KUNIT_EXPECT_PTR_EQ(test, find(dn, NET + 201, TCP, 80), half);
	KUNIT_EXPECT_PTR_EQ(test, find(dn, NET + 127, TCP, 80), net);
	KUNIT_EXPECT_PTR_EQ(test, find(dn, NET + 256, TCP, 80), all);
	KUNIT_EXPECT_PTR_EQ(test, find(dn, 0x0affffff, TCP, 80), all);
	KUNIT_EXPECT_NULL(test, find(dn, 0x0b000000, TCP, 80));
	KUNIT_EXPECT_NULL(test, find(dn, NET + 200, TCP, 81));

	del(dn, half);
	KUNIT_EXPECT_PTR_EQ(test, find(dn, NET + 201, TCP, 80), net);
	del(dn, host);
	KUNIT_EXPECT_PTR_EQ(test, find(dn, NET + 200, TCP, 80), net);
	del(dn, net);
	KUNIT_EXPECT_PTR_EQ(test, find(dn, NET + 200, TCP, 80), all);
	del(dn, all);
	KUNIT_EXPECT_NULL(test, find(dn, NET + 200, TCP, 80));
}

/* An address that has services, but not this one, leaves it to a wider prefix,
 * whatever kind of selector that has.
 */
static void falls_through_to_wider_prefixes(struct kunit *test)
{
	struct dsr_net *dn = fake_net(test);
	struct dsr_service *host, *range, *any;

	host = add(test, dn, NET + 1, 32, TCP, 80, 80);
	add(test, dn, NET, 30, UDP, 53, 53);
	range = add(test, dn, NET, 24, TCP, 100, 200);
	any = add(test, dn, NET, 16, 0, 0, 0);

	KUNIT_EXPECT_PTR_EQ(test, find(dn, NET + 1, TCP, 80), host);
	KUNIT_EXPECT_PTR_EQ(test, find(dn, NET + 1, TCP, 150), range);
	KUNIT_EXPECT_PTR_EQ(test, find(dn, NET + 1, TCP, 443), any);
	KUNIT_EXPECT_PTR_EQ(test, find(dn, NET + 2, TCP, 80), any);
	KUNIT_EXPECT_PTR_EQ(test, find(dn, NET + 1, IPPROTO_ESP, 0), any);

	/* A longer prefix's range comes before a shorter one's exact port. */
	add(test, dn, NET, 20, TCP, 150, 150);
	KUNIT_EXPECT_PTR_EQ(test, find(dn, NET + 1, TCP, 150), range);
}

static void serves_says_who_might_want_it(struct kunit *test)
{
	struct dsr_net *dn = fake_net(test);
	struct dsr_service *any;

	add(test, dn, NET + 1, 32, TCP, 80, 80);
	add(test, dn, NET, 24, UDP, 0, 0);
	KUNIT_EXPECT_TRUE(test, served(dn, NET + 1, TCP));
	KUNIT_EXPECT_TRUE(test, served(dn, NET + 1, UDP));
	KUNIT_EXPECT_FALSE(test, served(dn, NET + 1, IPPROTO_GRE));
	KUNIT_EXPECT_FALSE(test, served(dn, NET + 2, TCP));
	any = add(test, dn, NET, 16, 0, 0, 0);
	KUNIT_EXPECT_TRUE(test, served(dn, NET + 1, IPPROTO_GRE));
	KUNIT_EXPECT_TRUE(test, served(dn, NET + 2, TCP));
	del(dn, any);
	KUNIT_EXPECT_FALSE(test, served(dn, NET + 2, TCP));
}

static const struct dsr_vip *find_v6(struct dsr_net *dn,
				     const struct dsr_addr *addr)
{
	const struct dsr_vip *vip;

	rcu_read_lock();
	vip = vip_find(dn, addr);
	rcu_read_unlock();
	return vip;
}

/* Every length from 1 to 128, of IPv6, and what differs in one bit. */
static void every_length_of_v6_is_found(struct kunit *test)
{
	struct dsr_service_key key = { .protocol = TCP, .port = 80,
				       .port_end = 80 };
	struct dsr_net *dn = fake_net(test);
	struct dsr_addr all_ones = { .family = AF_INET6 }, addr;
	struct dsr_service *svc;
	unsigned int len;

	memset(&all_ones.ip, 0xff, sizeof(all_ones.ip));
	for (len = 1; len <= 128; len++) {
		key.addr = all_ones;
		dsr_addr_mask(&key.addr, len);
		key.prefixlen = len;
		svc = add_key(dn, &key);
		KUNIT_ASSERT_NOT_ERR_OR_NULL(test, svc);
	}
	for (len = 1; len <= 128; len++) {
		/* Equal in @len bits and no more. */
		addr = all_ones;
		if (len < 128)
			addr.ip.v6.s6_addr[len / 8] ^= 0x80 >> len % 8;
		KUNIT_ASSERT_NOT_NULL(test, find_v6(dn, &addr));
		KUNIT_EXPECT_EQ(test, find_v6(dn, &addr)->prefixlen, len);
	}
	addr.ip.v6.s6_addr[0] ^= 0x80;
	KUNIT_EXPECT_NULL(test, find_v6(dn, &addr));
	fake_addr(&addr, U32_MAX);
	KUNIT_EXPECT_NULL(test, find_v6(dn, &addr));
}

static void mask_keeps_the_first_bits(struct kunit *test)
{
	unsigned int len, bit, kept;
	struct dsr_addr addr;

	for (len = 0; len <= 32; len++) {
		fake_addr(&addr, U32_MAX);
		dsr_addr_mask(&addr, len);
		KUNIT_EXPECT_EQ(test, (u64)ntohl(addr.ip.v4),
				(0xffffffffULL << (32 - len)) & U32_MAX);
		KUNIT_EXPECT_EQ(test, addr.ip.word[1], 0);
	}
	for (len = 0; len <= 128; len++) {
		addr.family = AF_INET6;
		memset(&addr.ip, 0xff, sizeof(addr.ip));
		dsr_addr_mask(&addr, len);
		for (bit = 0; bit < 128; bit++) {
			kept = addr.ip.v6.s6_addr[bit / 8] >> (7 - bit % 8) & 1;
			KUNIT_ASSERT_EQ(test, kept, bit < len);
		}
	}
}

/* Bits that are 0 stay 0. */
static void mask_sets_nothing(struct kunit *test)
{
	struct dsr_addr addr;

	fake_addr(&addr, 0x0a0203ff);
	dsr_addr_mask(&addr, 25);
	KUNIT_EXPECT_EQ(test, ntohl(addr.ip.v4), 0x0a020380);
	dsr_addr_mask(&addr, 32);
	KUNIT_EXPECT_EQ(test, ntohl(addr.ip.v4), 0x0a020380);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(range_has_its_ports),
	KUNIT_CASE(removed_range_leaves_nothing),
	KUNIT_CASE(overlapping_ranges_are_refused),
	KUNIT_CASE(narrower_selectors_come_first),
	KUNIT_CASE(longest_prefix_comes_first),
	KUNIT_CASE(commit_between_two_looks),
	KUNIT_CASE(falls_through_to_wider_prefixes),
	KUNIT_CASE(serves_says_who_might_want_it),
	KUNIT_CASE(every_length_of_v6_is_found),
	KUNIT_CASE(mask_keeps_the_first_bits),
	KUNIT_CASE(mask_sets_nothing),
	{}
};

static struct kunit_suite suite = {
	.name = "dsr_vip",
	.test_cases = cases,
};

kunit_test_suite(suite);
