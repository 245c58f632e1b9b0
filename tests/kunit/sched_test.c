// SPDX-License-Identifier: GPL-2.0
#include <kunit/test.h>

#include "kmod/sched.c"
#include "kmod/sched_maglev.c"
#include "kmod/sched_scan.c"
#include "kmod/sched_weight.c"
#include "fake_net.h"

#define MANY	100U

static u64 hash_of(u32 n)
{
	static const siphash_key_t key = { { 5, 6 } };

	return siphash_1u32(n, &key);
}

/* Backends 1 to @nr of the weights given. */
static struct dsr_service *service_of(struct kunit *test,
				      const struct dsr_sched_ops *sched,
				      const u32 *weight, u32 nr)
{
	struct dsr_service *svc = fake_service(test, fake_net(test), 1, sched);
	u32 n;

	for (n = 1; n <= nr; n++)
		fake_backend(test, svc, n, weight ? weight[n - 1] : 1);
	return svc;
}

static struct dsr_backend *backend(struct dsr_service *svc, u32 n)
{
	struct dsr_backend *be;

	list_for_each_entry(be, &svc->backends, list)
		if (fake_number(be) == n)
			return be;
	return NULL;
}

static const struct dsr_pool *pool_of(struct dsr_service *svc)
{
	return rcu_dereference_protected(svc->pool, true);
}

/* Each scheduler, for what all have to do. */
static void sched_desc(const struct dsr_sched_ops * const *sched, char *desc)
{
	strscpy(desc, (*sched)->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(schedulers, schedulers, sched_desc);

static const struct dsr_sched_ops *sched_param(struct kunit *test)
{
	return *(const struct dsr_sched_ops * const *)test->param_value;
}

/* How often each backend is chosen: @count by number, 0: none. */
static void draw(struct dsr_service *svc, bool by_hash, u32 times, u32 *count)
{
	u32 i;

	for (i = 0; i < times; i++)
		count[by_hash ? fake_by_hash(svc, hash_of(i)) :
				fake_next(svc, hash_of(i))]++;
}

static void pool_of_none_gives_none(struct kunit *test)
{
	struct dsr_service *svc = service_of(test, sched_param(test),
					     (u32[]) { 0, 0 }, 2);

	KUNIT_EXPECT_NULL(test, pool_of(svc));
	KUNIT_EXPECT_EQ(test, fake_next(svc, 1), 0);
	KUNIT_EXPECT_EQ(test, fake_by_hash(svc, 1), 0);
	fake_weight(test, svc, backend(svc, 2), 3);
	KUNIT_EXPECT_EQ(test, fake_next(svc, 1), 2);
	KUNIT_EXPECT_EQ(test, fake_by_hash(svc, 1), 2);
	fake_weight(test, svc, backend(svc, 2), 0);
	KUNIT_EXPECT_EQ(test, fake_next(svc, 1), 0);
}

/* Weight 0, down, draining, without a neighbour, full: also while the pool is
 * that of before.
 */
static void unavailable_is_never_chosen(struct kunit *test)
{
	struct dsr_service *svc = service_of(test, sched_param(test), NULL, 7);
	u32 count[8] = {};

	backend(svc, 1)->options.weight = 0;
	backend(svc, 2)->options.state = DSR_STATE_DOWN;
	backend(svc, 3)->options.state = DSR_STATE_DRAINING;
	fake_unreachable(backend(svc, 4), true);
	backend(svc, 5)->options.max_flows = 3;
	atomic_set(&backend(svc, 5)->active, 3);
	/* Overflow wants backends with room. */
	backend(svc, 6)->options.weight = 3;
	backend(svc, 7)->options.weight = 3;

	draw(svc, false, 1000, count);
	draw(svc, true, 1000, count);
	KUNIT_EXPECT_EQ(test, count[6] + count[7], 2000);

	backend(svc, 6)->options.state = DSR_STATE_DOWN;
	fake_unreachable(backend(svc, 7), true);
	KUNIT_EXPECT_EQ(test, fake_next(svc, 1), 0);
	KUNIT_EXPECT_EQ(test, fake_by_hash(svc, 1), 0);

	/* One of seven is found, however unlikely the scheduler hits it. */
	fake_unreachable(backend(svc, 4), false);
	memset(count, 0, sizeof(count));
	draw(svc, false, 200, count);
	draw(svc, true, 200, count);
	KUNIT_EXPECT_EQ(test, count[4], 400);
}

static void full_is_skipped_until_below_min(struct kunit *test)
{
	struct dsr_service *svc = service_of(test, sched_param(test),
					     (u32[]) { 1, 20 }, 2);
	struct dsr_backend *be = backend(svc, 2);
	static const struct {
		int active;
		bool full;
	} steps[] = { { 9, 0 }, { 10, 1 }, { 5, 1 }, { 4, 0 }, { 9, 0 } };
	u32 count[3], i;

	be->options.max_flows = 10;
	be->options.min_flows = 5;
	for (i = 0; i < ARRAY_SIZE(steps); i++) {
		memset(count, 0, sizeof(count));
		fake_active(be, steps[i].active);
		draw(svc, false, 300, count);
		KUNIT_EXPECT_EQ(test, count[0], 0);
		KUNIT_EXPECT_EQ(test, !count[2], steps[i].full);
	}
}

/* Whatever the order in which the backends were typed. */
static void hash_chooses_the_same_everywhere(struct kunit *test)
{
	struct dsr_net *dn = fake_net(test);
	struct dsr_service *one, *two;
	u32 n, differ = 0;

	one = fake_service(test, dn, 1, sched_param(test));
	two = fake_service(test, dn, 2, sched_param(test));
	for (n = 1; n <= 20; n++) {
		fake_backend(test, one, n, 1 + n % 3);
		fake_backend(test, two, 21 - n, 1 + (21 - n) % 3);
	}
	/* Added and gone again. */
	fake_backend_del(test, two, fake_backend(test, two, 50, 7));
	for (n = 0; n < 2000; n++)
		differ += fake_by_hash(one, hash_of(n)) !=
			  fake_by_hash(two, hash_of(n));
	KUNIT_EXPECT_EQ(test, differ, 0);
}

static void pool_is_sorted(struct kunit *test)
{
	struct dsr_service *svc = fake_service(test, fake_net(test), 1,
					       sched_param(test));
	const struct dsr_pool *pool;
	u32 n;

	/* 7 is coprime to 101: each number once, in another order. */
	for (n = 1; n <= MANY; n++)
		fake_backend(test, svc, n * 7 % 101, 1);
	pool = pool_of(svc);
	KUNIT_ASSERT_EQ(test, pool->nr, MANY);
	for (n = 0; n < MANY; n++)
		KUNIT_EXPECT_EQ(test, fake_number(pool->backend[n]), n + 1);
	KUNIT_EXPECT_PTR_EQ(test, pool->local, pool->backend[0]);
}

/* maglev */

static u32 *slots_by_backend(struct kunit *test, const struct dsr_pool *pool)
{
	u32 *count = kunit_kcalloc(test, pool->nr, sizeof(*count), GFP_KERNEL);
	u32 i;

	KUNIT_ASSERT_NOT_NULL(test, count);
	for (i = 0; i < pool->table_size; i++) {
		KUNIT_ASSERT_LT(test, pool->table[i], pool->nr);
		count[pool->table[i]]++;
	}
	return count;
}

static void maglev_is_fair_to_a_percent(struct kunit *test)
{
	struct dsr_service *svc = service_of(test, &dsr_sched_maglev, NULL,
					     MANY);
	const struct dsr_pool *pool = pool_of(svc);
	u32 *count = slots_by_backend(test, pool), i;

	for (i = 0; i < MANY; i++) {
		KUNIT_EXPECT_GE(test, count[i] * MANY * 100,
				pool->table_size * 99);
		KUNIT_EXPECT_LE(test, count[i] * MANY * 100,
				pool->table_size * 101);
	}
}

static void maglev_keeps_weights(struct kunit *test)
{
	u32 weight[MANY], total = 0, fair, i;
	const struct dsr_pool *pool;
	u32 *count;

	for (i = 0; i < MANY; i++) {
		weight[i] = 1 + i % 7 * 13;
		total += weight[i];
	}
	pool = pool_of(service_of(test, &dsr_sched_maglev, weight, MANY));
	count = slots_by_backend(test, pool);
	for (i = 0; i < MANY; i++) {
		fair = pool->table_size * weight[i] / total;
		KUNIT_EXPECT_GE(test, count[i] + 1, fair);
		KUNIT_EXPECT_LE(test, count[i], fair + 2);
	}
}

/* Whom each slot belongs to, by number. */
static u32 *owners(struct kunit *test, struct dsr_service *svc)
{
	const struct dsr_pool *pool = pool_of(svc);
	u32 *owner, i;

	owner = kunit_kcalloc(test, pool->table_size, sizeof(*owner),
			      GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, owner);
	for (i = 0; i < pool->table_size; i++)
		owner[i] = fake_number(pool->backend[pool->table[i]]);
	return owner;
}

/* How many keys went from one backend to another though they concern neither
 * of them, in thousandths of all but the one's.
 */
static u32 moved(const u32 *before, const u32 *after, u32 size, u32 concerned)
{
	u32 others = 0, moved = 0, i;

	for (i = 0; i < size; i++) {
		if (before[i] == concerned)
			continue;
		others++;
		moved += after[i] != before[i] && after[i] != concerned;
	}
	return moved * 1000 / others;
}

static void maglev_disturbs_few_others(struct kunit *test)
{
	struct dsr_service *svc = service_of(test, &dsr_sched_maglev, NULL,
					     MANY);
	u32 size = pool_of(svc)->table_size, n, worst[4] = {};
	u32 *all = owners(test, svc), *without, *half;

	for (n = 1; n <= MANY; n += 11) {
		fake_backend_del(test, svc, backend(svc, n));
		KUNIT_ASSERT_EQ(test, pool_of(svc)->table_size, size);
		without = owners(test, svc);
		worst[0] = max(worst[0], moved(all, without, size, n));

		fake_backend(test, svc, n, 1);
		worst[1] = max(worst[1],
			       moved(without, owners(test, svc), size, n));
		/* And all is as it was. */
		KUNIT_EXPECT_EQ(test, memcmp(owners(test, svc), all,
					     size * sizeof(*all)), 0);

		fake_weight(test, svc, backend(svc, n), 2);
		half = owners(test, svc);
		worst[2] = max(worst[2], moved(all, half, size, n));
		fake_weight(test, svc, backend(svc, n), 1);
		worst[3] = max(worst[3],
			       moved(half, owners(test, svc), size, n));
	}
	kunit_info(test, "of 1000 moved: %u removed, %u added, %u up, %u down\n",
		   worst[0], worst[1], worst[2], worst[3]);
	for (n = 0; n < ARRAY_SIZE(worst); n++)
		KUNIT_EXPECT_LE(test, worst[n], 20);
}

/* Those of an unavailable backend go to the others evenly, and nobody else's
 * move at all.
 */
static void maglev_spreads_what_one_leaves(struct kunit *test)
{
	struct dsr_service *svc = service_of(test, &dsr_sched_maglev, NULL, 10);
	u32 *before, count[11] = {}, n, now;

	before = kunit_kcalloc(test, 5000, sizeof(*before), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, before);
	for (n = 0; n < 5000; n++)
		before[n] = fake_by_hash(svc, hash_of(n));
	fake_unreachable(backend(svc, 4), true);
	for (n = 0; n < 5000; n++) {
		now = fake_by_hash(svc, hash_of(n));
		if (before[n] == 4)
			count[now]++;
		else
			KUNIT_EXPECT_EQ(test, now, before[n]);
	}
	/* About 500, to nine: 55 each; five deviations of 7 are 35. */
	KUNIT_EXPECT_EQ(test, count[4], 0);
	for (n = 1; n <= 10; n++)
		if (n != 4) {
			KUNIT_EXPECT_GT(test, count[n], 20);
			KUNIT_EXPECT_LT(test, count[n], 95);
		}
}

/* rr */

static void rr_is_exact_by_weight(struct kunit *test)
{
	static const u32 weight[] = { 5, 1, 0, 30, 7, 65535 };
	struct dsr_service *svc = service_of(test, &dsr_sched_rr, weight, 6);
	u32 total = 0, count[7] = {}, i;

	for (i = 0; i < 6; i++)
		total += weight[i];
	/* From anywhere in the round. */
	draw(svc, false, 1000, count);
	memset(count, 0, sizeof(count));
	draw(svc, false, total, count);
	for (i = 0; i < 6; i++)
		KUNIT_EXPECT_EQ(test, count[i + 1], weight[i]);
}

/* No backend waits longer than three times its mean. */
static void rr_is_smooth(struct kunit *test)
{
	static const u32 weight[] = { 1, 16, 3, 100, 78, 200 };
	struct dsr_service *svc = service_of(test, &dsr_sched_rr, weight, 6);
	u32 total = 398, last[7] = {}, longest[7] = {}, turn, n;

	for (turn = 1; turn <= 3 * total; turn++) {
		n = fake_next(svc, 1);
		if (last[n])
			longest[n] = max(longest[n], turn - last[n]);
		last[n] = turn;
	}
	for (n = 1; n <= 6; n++)
		KUNIT_EXPECT_LE(test, longest[n] * weight[n - 1], 3 * total);
}

/* random and by_hash */

/* Within six standard deviations of each share, as a binomial has them. */
static void expect_shares(struct kunit *test, const u32 *count,
			  const u32 *weight, u32 nr, u32 times)
{
	u32 total = 0, i, mean, deviation;

	for (i = 0; i < nr; i++)
		total += weight[i];
	for (i = 0; i < nr; i++) {
		mean = (u64)times * weight[i] / total;
		deviation = int_sqrt(mean - (u64)mean * weight[i] / total) + 1;
		KUNIT_EXPECT_GE(test, count[i + 1] + 6 * deviation, mean);
		KUNIT_EXPECT_LE(test, count[i + 1], mean + 6 * deviation);
	}
}

static void random_keeps_weights(struct kunit *test)
{
	static const u32 weight[] = { 10, 20, 30, 1, 39 };
	struct dsr_service *svc = service_of(test, &dsr_sched_random, weight,
					     5);
	u32 count[6] = {}, other[6] = {};

	draw(svc, false, 80000, count);
	expect_shares(test, count, weight, 5, 80000);
	draw(svc, false, 80000, other);
	KUNIT_EXPECT_NE(test, memcmp(count, other, sizeof(count)), 0);
}

static void hash_keeps_weights(struct kunit *test)
{
	static const u32 weight[] = { 10, 20, 30, 1, 39 };
	const struct dsr_sched_ops *sched = sched_param(test);
	struct dsr_service *svc = service_of(test, sched, weight, 5);
	u32 count[6] = {};

	if (sched->exhaustive) {
		draw(svc, true, 100, count);
		KUNIT_EXPECT_EQ(test, count[5], 100);
		return;
	}
	draw(svc, true, 80000, count);
	expect_shares(test, count, weight, 5, 80000);
}

/* p2c and lc: each choice is a flow that stays. */
static void fill_up(struct kunit *test, struct dsr_service *svc, u32 flows)
{
	struct dsr_backend *be;

	while (flows--) {
		be = backend(svc, fake_next(svc, hash_of(flows)));
		KUNIT_ASSERT_NOT_NULL(test, be);
		atomic_inc(&be->active);
	}
}

static void p2c_prefers_the_less_loaded(struct kunit *test)
{
	struct dsr_service *svc = service_of(test, &dsr_sched_p2c, NULL, 2);
	u32 count[3] = {};

	/* Only where both looks find the loaded one: a quarter. */
	atomic_set(&backend(svc, 1)->active, 100);
	draw(svc, false, 16000, count);
	expect_shares(test, count, (u32[]) { 1, 3 }, 2, 16000);
}

/* What is active goes by weight; what luck brings is evened out, unlike with
 * random, which would be off by 70 of 2500 here.
 */
static void p2c_fills_by_weight(struct kunit *test)
{
	static const u32 weight[] = { 1, 2, 3, 4 };
	struct dsr_service *svc = service_of(test, &dsr_sched_p2c, weight, 4);
	u32 n, active;

	fill_up(test, svc, 10000);
	for (n = 1; n <= 4; n++) {
		active = dsr_backend_active(backend(svc, n));
		KUNIT_EXPECT_GE(test, active, 1000 * n - 20);
		KUNIT_EXPECT_LE(test, active, 1000 * n + 20);
	}
}

static void lc_fills_by_weight(struct kunit *test)
{
	static const u32 weight[] = { 1, 2, 3, 4 };
	struct dsr_service *svc = service_of(test, &dsr_sched_lc, weight, 4);
	u32 n, active;

	fill_up(test, svc, 1000);
	for (n = 1; n <= 4; n++) {
		active = dsr_backend_active(backend(svc, n));
		KUNIT_EXPECT_GE(test, active, 100 * n - 2);
		KUNIT_EXPECT_LE(test, active, 100 * n + 2);
	}
}

static void lc_picks_the_least_loaded(struct kunit *test)
{
	struct dsr_service *svc = service_of(test, &dsr_sched_lc,
					     (u32[]) { 10, 1, 10 }, 3);
	u32 count[4] = {};

	/* The new flow counts: 51/10, 5/1, 50/10 - then 4/1. */
	atomic_set(&backend(svc, 1)->active, 50);
	atomic_set(&backend(svc, 2)->active, 5);
	atomic_set(&backend(svc, 3)->active, 49);
	draw(svc, false, 100, count);
	KUNIT_EXPECT_EQ(test, count[3], 100);
	atomic_set(&backend(svc, 2)->active, 3);
	memset(count, 0, sizeof(count));
	draw(svc, false, 100, count);
	KUNIT_EXPECT_EQ(test, count[2], 100);
	/* Closing flows are no load. */
	atomic_set(&backend(svc, 2)->closing, 1000);
	KUNIT_EXPECT_EQ(test, fake_next(svc, 1), 2);
}

static void lc_takes_turns_among_equals(struct kunit *test)
{
	struct dsr_service *svc = service_of(test, &dsr_sched_lc, NULL, 5);
	u32 count[6] = {}, n;

	draw(svc, false, 500, count);
	for (n = 1; n <= 5; n++)
		KUNIT_EXPECT_EQ(test, count[n], 100);
}

/* failover and overflow */

static void failover_takes_the_highest_weight(struct kunit *test)
{
	struct dsr_service *svc = service_of(test, &dsr_sched_failover,
					     (u32[]) { 5, 9, 9, 1 }, 4);

	atomic_set(&backend(svc, 2)->active, 1000);
	KUNIT_EXPECT_EQ(test, fake_next(svc, 1), 2);
	KUNIT_EXPECT_EQ(test, fake_by_hash(svc, 2), 2);
	fake_unreachable(backend(svc, 2), true);
	KUNIT_EXPECT_EQ(test, fake_next(svc, 1), 3);
	backend(svc, 3)->options.state = DSR_STATE_DOWN;
	KUNIT_EXPECT_EQ(test, fake_next(svc, 1), 1);
	backend(svc, 1)->options.max_flows = 1;
	atomic_set(&backend(svc, 1)->active, 1);
	KUNIT_EXPECT_EQ(test, fake_next(svc, 1), 4);
	KUNIT_EXPECT_EQ(test, fake_by_hash(svc, 2), 4);
	fake_unreachable(backend(svc, 2), false);
	KUNIT_EXPECT_EQ(test, fake_next(svc, 1), 2);
}

static void overflow_moves_on_when_full(struct kunit *test)
{
	struct dsr_service *svc = service_of(test, &dsr_sched_overflow,
					     (u32[]) { 5, 9, 2 }, 3);
	u32 count[4] = {}, i, n;

	for (i = 0; i < 16; i++) {
		n = fake_next(svc, hash_of(i));
		KUNIT_EXPECT_EQ(test, n, i < 9 ? 2 : i < 14 ? 1 : 3);
		atomic_inc(&backend(svc, n)->active);
		count[n]++;
	}
	KUNIT_EXPECT_EQ(test, fake_next(svc, 1), 0);
	/* In mid-flow it's where the flow most likely is. */
	KUNIT_EXPECT_EQ(test, fake_by_hash(svc, 1), 2);
	atomic_dec(&backend(svc, 1)->active);
	KUNIT_EXPECT_EQ(test, fake_next(svc, 1), 1);
}

/* Slow start */

/* Of two equals one is at @share 256ths: what it should get of the rest's. */
static void expect_slow(struct kunit *test, struct dsr_service *svc,
			bool by_hash, u32 share)
{
	u32 count[3] = {}, weight[2] = { share, 256 };

	draw(svc, by_hash, 32000, count);
	KUNIT_EXPECT_EQ(test, count[0], 0);
	/* Eight tries that all hit the slow one: a 256th. */
	count[1] -= min(count[1], 32000 / 256U / 2);
	expect_shares(test, count, weight, 2, 32000);
}

static void slow_start_takes_its_share(struct kunit *test)
{
	const struct dsr_sched_ops *sched = sched_param(test);
	struct dsr_service *svc = service_of(test, sched, NULL, 2);
	struct dsr_backend *slow = backend(svc, 1);
	u32 quarter;

	slow->options.slow_start = 3600;
	for (quarter = 1; quarter <= 4; quarter++) {
		slow->up_since = jiffies - 900UL * HZ * quarter;
		if (sched->exhaustive || sched->by_load)
			continue;
		expect_slow(test, svc, false, 64 * quarter);
		expect_slow(test, svc, true, 64 * quarter);
	}
	/* The others say by load or not at all how slow it starts. */
	if (sched->exhaustive)
		KUNIT_EXPECT_EQ(test, fake_next(svc, 1), 1);
}

static void slow_start_counts_as_less_weight(struct kunit *test)
{
	struct dsr_service *svc = service_of(test, &dsr_sched_lc, NULL, 2);

	backend(svc, 1)->options.slow_start = 3600;
	backend(svc, 1)->up_since = jiffies - 900UL * HZ;
	/* A quarter of the weight: one in five. */
	fill_up(test, svc, 1000);
	KUNIT_EXPECT_GE(test, dsr_backend_active(backend(svc, 1)), 198);
	KUNIT_EXPECT_LE(test, dsr_backend_active(backend(svc, 1)), 203);
}

/* A service that has just been made: all start slowly, and none is spared. */
static void slow_start_of_all_keeps_weights(struct kunit *test)
{
	const struct dsr_sched_ops *sched = sched_param(test);
	struct dsr_service *svc = service_of(test, sched, (u32[]) { 1, 9 }, 2);
	u32 count[3] = {}, n;

	for (n = 1; n <= 2; n++) {
		backend(svc, n)->options.slow_start = 3600;
		backend(svc, n)->up_since = jiffies;
	}
	if (sched->exhaustive || sched->by_load)
		return;
	draw(svc, false, 2000, count);
	KUNIT_EXPECT_GE(test, count[2], 1700);
	KUNIT_EXPECT_GE(test, count[1], 100);
	memset(count, 0, sizeof(count));
	draw(svc, true, 2000, count);
	KUNIT_EXPECT_GE(test, count[2], 1700);
	KUNIT_EXPECT_GE(test, count[1], 100);
}

/* Where flows went before the module was loaded anew, and whatever share the slow
 * one has come to.
 */
static void slow_start_moves_no_flow(struct kunit *test)
{
	struct dsr_service *svc = service_of(test, &dsr_sched_maglev, NULL, 3);
	u32 moved = 0, n;
	u8 before[500];

	for (n = 0; n < 500; n++)
		before[n] = fake_next(svc, hash_of(n));
	backend(svc, 1)->options.slow_start = 3600;
	backend(svc, 1)->up_since = jiffies;
	for (n = 0; n < 500; n++)
		moved += fake_adopt(svc, hash_of(n)) != before[n];
	KUNIT_EXPECT_EQ(test, moved, 0);
}

static void scheduler_has_a_name(struct kunit *test)
{
	const struct dsr_sched_ops *sched = sched_param(test);

	KUNIT_EXPECT_PTR_EQ(test, dsr_sched_find(sched->name), sched);
	KUNIT_EXPECT_NOT_NULL(test, strstr(dsr_sched_unknown, sched->name));
	KUNIT_EXPECT_LE(test, strlen(sched->name), DSR_SCHEDULER_LEN);
	KUNIT_EXPECT_NULL(test, dsr_sched_find("wlc"));
	KUNIT_EXPECT_NULL(test, dsr_sched_find(""));
}

static struct kunit_case cases[] = {
	KUNIT_CASE_PARAM(scheduler_has_a_name, schedulers_gen_params),
	KUNIT_CASE_PARAM(pool_is_sorted, schedulers_gen_params),
	KUNIT_CASE_PARAM(pool_of_none_gives_none, schedulers_gen_params),
	KUNIT_CASE_PARAM(unavailable_is_never_chosen, schedulers_gen_params),
	KUNIT_CASE_PARAM(full_is_skipped_until_below_min,
			 schedulers_gen_params),
	KUNIT_CASE_PARAM(hash_chooses_the_same_everywhere,
			 schedulers_gen_params),
	KUNIT_CASE_PARAM(hash_keeps_weights, schedulers_gen_params),
	KUNIT_CASE(maglev_is_fair_to_a_percent),
	KUNIT_CASE(maglev_keeps_weights),
	KUNIT_CASE(maglev_disturbs_few_others),
	KUNIT_CASE(maglev_spreads_what_one_leaves),
	KUNIT_CASE(rr_is_exact_by_weight),
	KUNIT_CASE(rr_is_smooth),
	KUNIT_CASE(random_keeps_weights),
	KUNIT_CASE(p2c_prefers_the_less_loaded),
	KUNIT_CASE(p2c_fills_by_weight),
	KUNIT_CASE(lc_fills_by_weight),
	KUNIT_CASE(lc_picks_the_least_loaded),
	KUNIT_CASE(lc_takes_turns_among_equals),
	KUNIT_CASE(failover_takes_the_highest_weight),
	KUNIT_CASE(overflow_moves_on_when_full),
	KUNIT_CASE_PARAM(slow_start_takes_its_share, schedulers_gen_params),
	KUNIT_CASE(slow_start_counts_as_less_weight),
	KUNIT_CASE(slow_start_moves_no_flow),
	KUNIT_CASE_PARAM(slow_start_of_all_keeps_weights,
			 schedulers_gen_params),
	{}
};

static struct kunit_suite suite = {
	.name = "dsr_sched",
	.test_cases = cases,
};

kunit_test_suite(suite);
