// SPDX-License-Identifier: GPL-2.0
/* What is held of fragments, and for how long: kmod/fragment.c. */
#include <kunit/resource.h>
#include <kunit/test.h>

#include "fake_net.h"
#include "kmod/fragment.c"

/* Nothing is forwarded here. */

unsigned int dsr_forward(struct sk_buff *skb, struct dsr_net *dn,
			 const struct dsr_backend *be, bool local)
{
	return NF_DROP;
}

bool dsr_forward_is_local(const struct sk_buff *skb,
			  const struct dsr_backend *be)
{
	return false;
}

static void destroy(void *data)
{
	dsr_fragment_net_exit(data);
}

static struct dsr_net *holder(struct kunit *test)
{
	struct dsr_net *dn = kunit_kzalloc(test, sizeof(*dn), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, dn);
	fake_counters(test, dn);
	KUNIT_ASSERT_EQ(test, dsr_fragment_net_init(dn), 0);
	KUNIT_ASSERT_EQ(test, kunit_add_action_or_reset(test, destroy, dn), 0);
	return dn;
}

static u64 dropped(const struct dsr_net *dn)
{
	const struct dsr_counters *counters;
	u64 sum = 0;
	int cpu;

	for_each_possible_cpu(cpu) {
		counters = per_cpu_ptr(dn->counters, cpu);
		sum += u64_stats_read(&counters->value[DSR_COUNTER_DROP_FRAGMENT]);
	}
	return sum;
}

/* As hold() does it, of a fragment that takes so many bytes of memory and came so
 * long ago.
 */
static struct sk_buff *keep(struct kunit *test, struct dsr_net *dn, u64 hash,
			    u32 truesize, unsigned long age)
{
	struct dsr_fragment_bucket *bucket = bucket_of(dn, hash);
	struct sk_buff *skb = alloc_skb(64, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, skb);
	skb->truesize = truesize;
	held(skb)->hash = hash;
	held(skb)->since = jiffies - age;
	spin_lock_bh(&bucket->lock);
	bucket_add(dn, bucket, skb);
	spin_unlock_bh(&bucket->lock);
	return skb;
}

static void as_many_and_no_more(struct kunit *test)
{
	struct dsr_net *dn = holder(test);
	struct dsr_fragment_bucket *bucket = bucket_of(dn, 7);
	struct sk_buff *second;
	int i;

	KUNIT_EXPECT_EQ(test, DSR_FRAGMENT_BUCKETS * DSR_FRAGMENT_HELD, 1024);
	keep(test, dn, 7, 1000, 0);
	second = keep(test, dn, 7, 1000, 0);
	for (i = 2; i < DSR_FRAGMENT_HELD; i++)
		keep(test, dn, 7, 1000, 0);
	KUNIT_EXPECT_EQ(test, dropped(dn), 0);
	keep(test, dn, 7, 1000, 0);
	KUNIT_EXPECT_EQ(test, skb_queue_len(&bucket->queue), DSR_FRAGMENT_HELD);
	KUNIT_EXPECT_PTR_EQ(test, skb_peek(&bucket->queue), second);
	KUNIT_EXPECT_EQ(test, dropped(dn), 1);
	KUNIT_EXPECT_EQ(test, bucket->bytes, DSR_FRAGMENT_HELD * 1000);
}

static void as_many_bytes_and_no_more(struct kunit *test)
{
	struct dsr_net *dn = holder(test);
	struct dsr_fragment_bucket *bucket = bucket_of(dn, 7);

	KUNIT_EXPECT_EQ(test, DSR_FRAGMENT_BUCKETS * DSR_FRAGMENT_BYTES, 4 << 20);
	keep(test, dn, 7, DSR_FRAGMENT_BYTES / 2, 0);
	keep(test, dn, 7, DSR_FRAGMENT_BYTES / 2, 0);
	KUNIT_EXPECT_EQ(test, dropped(dn), 0);
	keep(test, dn, 7, 1, 0);
	KUNIT_EXPECT_EQ(test, skb_queue_len(&bucket->queue), 2);
	KUNIT_EXPECT_EQ(test, dropped(dn), 1);
	/* One that takes all of it has it alone. */
	keep(test, dn, 7, DSR_FRAGMENT_BYTES, 0);
	KUNIT_EXPECT_EQ(test, skb_queue_len(&bucket->queue), 1);
	KUNIT_EXPECT_EQ(test, bucket->bytes, DSR_FRAGMENT_BYTES);
	KUNIT_EXPECT_EQ(test, dropped(dn), 3);
}

static void not_for_longer(struct kunit *test)
{
	struct dsr_net *dn = holder(test);

	KUNIT_EXPECT_EQ(test, HOLD_TIME, HZ);
	keep(test, dn, 7, 1000, HOLD_TIME);
	keep(test, dn, 7, 1000, 0);
	keep(test, dn, 8, 1000, 2 * HOLD_TIME);
	KUNIT_EXPECT_TRUE(test, dsr_fragment_expire(dn));
	KUNIT_EXPECT_EQ(test, dropped(dn), 2);
	KUNIT_EXPECT_EQ(test, skb_queue_len(&bucket_of(dn, 7)->queue), 1);
	held(skb_peek(&bucket_of(dn, 7)->queue))->since -= HOLD_TIME;
	KUNIT_EXPECT_FALSE(test, dsr_fragment_expire(dn));
	KUNIT_EXPECT_EQ(test, dropped(dn), 3);
	KUNIT_EXPECT_EQ(test, bucket_of(dn, 7)->bytes, 0);
}

static void only_those_of_a_device_go_with_it(struct kunit *test)
{
	struct net_device *dev = kunit_kzalloc(test, 2 * sizeof(*dev), GFP_KERNEL);
	struct dsr_net *dn = holder(test);

	KUNIT_ASSERT_NOT_NULL(test, dev);
	keep(test, dn, 7, 1000, 0)->dev = &dev[0];
	keep(test, dn, 7, 1000, 0)->dev = &dev[1];
	keep(test, dn, 8, 1000, 0)->dev = &dev[0];
	dsr_fragment_purge(dn, &dev[0]);
	KUNIT_EXPECT_EQ(test, dropped(dn), 2);
	KUNIT_EXPECT_PTR_EQ(test, skb_peek(&bucket_of(dn, 7)->queue)->dev, &dev[1]);
	KUNIT_EXPECT_TRUE(test, skb_queue_empty(&bucket_of(dn, 8)->queue));
}

static struct kunit_case cases[] = {
	KUNIT_CASE(as_many_and_no_more),
	KUNIT_CASE(as_many_bytes_and_no_more),
	KUNIT_CASE(not_for_longer),
	KUNIT_CASE(only_those_of_a_device_go_with_it),
	{}
};

static struct kunit_suite suite = {
	.name = "dsr_fragment",
	.test_cases = cases,
};

kunit_test_suite(suite);
