// SPDX-License-Identifier: GPL-2.0
#include <kunit/test.h>
#include <linux/bottom_half.h>

#include "kmod/traffic.c"

#define NR (3 * BLOCK)

struct counters {
	struct dsr_traffic_block *block;
	struct dsr_traffic_stats __percpu *traffic;
};

static void get(struct kunit *test, struct dsr_traffic_pool *pool,
		struct counters *c)
{
	c->traffic = dsr_traffic_get(pool, &c->block);
	KUNIT_ASSERT_NOT_NULL(test, (void __force *)c->traffic);
}

static void get_all(struct kunit *test, struct dsr_traffic_pool *pool,
		    struct counters *all)
{
	int i;

	for (i = 0; i < NR; i++)
		get(test, pool, &all[i]);
}

static void put(const struct counters *c)
{
	dsr_traffic_put(c->block, c->traffic);
}

static void count(const struct counters *c)
{
	local_bh_disable();
	dsr_count_packet(c->traffic, 100);
	local_bh_enable();
}

static u64 packets(const struct counters *c)
{
	return u64_stats_read(&raw_cpu_ptr(c->traffic)->value[DSR_TRAFFIC_PACKETS]);
}

static struct counters *alloc_all(struct kunit *test)
{
	return kunit_kcalloc(test, NR, sizeof(struct counters), GFP_KERNEL);
}

static void each_has_its_own(struct kunit *test)
{
	struct dsr_traffic_pool *pool = dsr_traffic_pool_create();
	struct counters *all = alloc_all(test);
	int i;

	get_all(test, pool, all);
	for (i = 0; i < NR; i++) {
		KUNIT_EXPECT_EQ(test, packets(&all[i]), 0);
		count(&all[i]);
	}
	for (i = 0; i < NR; i++) {
		KUNIT_EXPECT_EQ(test, packets(&all[i]), 1);
		put(&all[i]);
	}
	dsr_traffic_pool_put(pool);
}

static void one_that_was_another_s_begins_at_zero(struct kunit *test)
{
	struct dsr_traffic_pool *pool = dsr_traffic_pool_create();
	struct counters kept, c;

	get(test, pool, &kept);
	get(test, pool, &c);
	count(&c);
	put(&c);
	get(test, pool, &c);
	KUNIT_EXPECT_EQ(test, packets(&c), 0);
	put(&c);
	put(&kept);
	dsr_traffic_pool_put(pool);
}

/* Whatever is given back is used before more is asked for. */
static void what_is_free_is_used(struct kunit *test)
{
	struct dsr_traffic_pool *pool = dsr_traffic_pool_create();
	struct counters *all = alloc_all(test);
	struct dsr_traffic_block *block;
	int i;

	get_all(test, pool, all);
	KUNIT_EXPECT_TRUE(test, list_empty(&pool->room));
	block = all[BLOCK].block;
	put(&all[BLOCK]);
	put(&all[BLOCK + 7]);
	get(test, pool, &all[BLOCK]);
	KUNIT_EXPECT_PTR_EQ(test, all[BLOCK].block, block);
	get(test, pool, &all[BLOCK + 7]);
	KUNIT_EXPECT_PTR_EQ(test, all[BLOCK + 7].block, block);
	KUNIT_EXPECT_TRUE(test, list_empty(&pool->room));
	for (i = 0; i < NR; i++)
		put(&all[i]);
	dsr_traffic_pool_put(pool);
}

static void a_block_goes_with_its_last(struct kunit *test)
{
	struct dsr_traffic_pool *pool = dsr_traffic_pool_create();
	struct counters *all = alloc_all(test);
	int i;

	get_all(test, pool, all);
	KUNIT_EXPECT_EQ(test, refcount_read(&pool->users), 1 + NR / BLOCK);
	for (i = 0; i < NR; i++)
		put(&all[i]);
	KUNIT_EXPECT_EQ(test, refcount_read(&pool->users), 1);
	KUNIT_EXPECT_TRUE(test, list_empty(&pool->room));
	dsr_traffic_pool_put(pool);
}

/* As what is freed after a grace period outlives the namespace. */
static void counters_outlive_the_namespace(struct kunit *test)
{
	struct dsr_traffic_pool *pool = dsr_traffic_pool_create();
	struct counters c;

	get(test, pool, &c);
	dsr_traffic_pool_put(pool);
	count(&c);
	KUNIT_EXPECT_EQ(test, packets(&c), 1);
	put(&c);
}

static struct kunit_case traffic_cases[] = {
	KUNIT_CASE(each_has_its_own),
	KUNIT_CASE(one_that_was_another_s_begins_at_zero),
	KUNIT_CASE(what_is_free_is_used),
	KUNIT_CASE(a_block_goes_with_its_last),
	KUNIT_CASE(counters_outlive_the_namespace),
	{}
};

static struct kunit_suite traffic_suite = {
	.name = "dsr_traffic",
	.test_cases = traffic_cases,
};

kunit_test_suite(traffic_suite);
