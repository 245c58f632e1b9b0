// SPDX-License-Identifier: GPL-2.0
#include <kunit/test.h>

#include "kmod/nexthop.h"
#include "kmod/vip.h"

#define NR	4096	/* a quarter of the buckets */
#define CHAIN	8	/* of chance, the longest is 5 or 6 */

/* Addresses that differ in one of their 32-bit words, and there in its last bits
 * or its first ones.
 */
static struct dsr_addr nth(unsigned int word, unsigned int shift, u32 n)
{
	struct dsr_addr addr = { .family = word ? AF_INET6 : AF_INET };

	if (addr.family == AF_INET6)
		addr.ip.v6.s6_addr32[0] = htonl(0x20010db8);
	addr.ip.v6.s6_addr32[word] ^= htonl(n << shift);
	return addr;
}

static u32 longest(const u8 *chain, unsigned int buckets)
{
	u32 max = 0, i;

	for (i = 0; i < buckets; i++)
		max = max_t(u32, max, chain[i]);
	return max;
}

static void in_tables(struct kunit *test, unsigned int word, unsigned int shift)
{
	u8 *vip = kunit_kzalloc(test, DSR_SERVICE_BUCKETS, GFP_KERNEL);
	u8 *nexthop = kunit_kzalloc(test, NR, GFP_KERNEL);
	struct dsr_net *dn = kunit_kzalloc(test, sizeof(*dn), GFP_KERNEL);
	struct dsr_nexthop_key key = {};
	u32 n;

	KUNIT_ASSERT_NOT_NULL(test, dn);
	dn->table_key[0] = 0x243f6a8885a308d3;
	dn->table_key[1] = 0x13198a2e03707344;
	KUNIT_ASSERT_NOT_NULL(test, vip);
	KUNIT_ASSERT_NOT_NULL(test, nexthop);
	for (n = 0; n < NR; n++) {
		key.addr = nth(word, shift, n);
		vip[dsr_service_bucket(dn, key.addr.ip.word[0], key.addr.ip.word[1])]++;
		nexthop[dsr_nexthop_key_hash(&key, 4711) % NR]++;
	}
	KUNIT_EXPECT_LE_MSG(test, longest(vip, DSR_SERVICE_BUCKETS), CHAIN,
			    "VIPs, word %u, shift %u", word, shift);
	KUNIT_EXPECT_LE_MSG(test, longest(nexthop, NR), 2 * CHAIN,
			    "next hops, word %u, shift %u", word, shift);
}

static void addresses_in_a_row_share_no_bucket(struct kunit *test)
{
	unsigned int word, shift;

	for (word = 0; word < 4; word++)
		for (shift = 0; shift <= 20; shift += 4)
			in_tables(test, word, shift);
}

/* Each pins another MAC address, or device. */
static void pins_make_another_key(struct kunit *test)
{
	struct dsr_nexthop_key key = { .addr = nth(0, 0, 0x0a030001) };
	u8 *chain = kunit_kzalloc(test, NR, GFP_KERNEL);
	u32 n;

	KUNIT_ASSERT_NOT_NULL(test, chain);
	for (n = 0; n < NR; n++) {
		key.lladdr[4] = n;
		key.lladdr[5] = n >> 8;
		key.ifindex = n % 2;
		chain[dsr_nexthop_key_hash(&key, 4711) % NR]++;
	}
	KUNIT_EXPECT_LE(test, longest(chain, NR), 2 * CHAIN);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(addresses_in_a_row_share_no_bucket),
	KUNIT_CASE(pins_make_another_key),
	{}
};

static struct kunit_suite suite = {
	.name = "dsr_addr",
	.test_cases = cases,
};

kunit_test_suite(suite);
