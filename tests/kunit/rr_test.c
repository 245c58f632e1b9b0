// SPDX-License-Identifier: GPL-2.0
#include <kunit/test.h>
#include <linux/gcd.h>

#include "kmod/rr.c"

#define MAX_BACKENDS 8

struct ring {
	u32 sums[MAX_BACKENDS];
	u32 nr;
	u32 total;
	u32 step;
};

static void ring_init(struct ring *ring, const u32 *weights, u32 nr)
{
	u32 i;

	ring->nr = nr;
	ring->total = 0;
	for (i = 0; i < nr; i++) {
		ring->total += weights[i];
		ring->sums[i] = ring->total;
	}
	ring->step = dsr_rr_step(ring->total);
}

static u32 pick(const struct ring *ring, u64 turn)
{
	return dsr_weight_find(ring->sums, ring->nr,
			       dsr_rr_turn(turn, ring->step, ring->total));
}

static void every_round_is_exact(struct kunit *test)
{
	static const u32 weights[][4] = {
		{ 1, 1, 1, 1 }, { 1, 2, 3, 4 }, { 7, 1, 1, 1 },
		{ 65535, 1, 2, 65535 }, { 100, 10, 1, 1000 },
	};
	u32 count[4], i, j;
	struct ring ring;
	u64 turn;

	for (i = 0; i < ARRAY_SIZE(weights); i++) {
		memset(count, 0, sizeof(count));
		ring_init(&ring, weights[i], 4);
		/* From anywhere: a whole round later all had their share. */
		for (turn = 12345; turn < 12345 + ring.total; turn++)
			count[pick(&ring, turn)]++;
		for (j = 0; j < 4; j++)
			KUNIT_EXPECT_EQ(test, count[j], weights[i][j]);
	}
}

/* Smooth: the turns of a backend lie apart, never more than two gaps long. */
static void turns_are_spread(struct kunit *test)
{
	static const u32 weights[] = { 1, 2, 5 };
	u32 longest = 0, run = 0;
	struct ring ring;
	u64 turn;

	ring_init(&ring, weights, ARRAY_SIZE(weights));
	for (turn = 0; turn < 80; turn++) {
		run = pick(&ring, turn) == 2 ? run + 1 : 0;
		longest = max(longest, run);
	}
	KUNIT_EXPECT_LE(test, longest, 2);
}

static void step_is_coprime(struct kunit *test)
{
	u32 total;

	for (total = 1; total < 5000; total++) {
		KUNIT_ASSERT_GT(test, dsr_rr_step(total), 0);
		KUNIT_ASSERT_EQ(test, gcd(dsr_rr_step(total), total), 1);
	}
}

/* The longest wait of a stretch of @weight points, in turns. */
static u32 longest_wait(u32 total, u32 weight)
{
	u32 step = dsr_rr_step(total), last = 0, longest = 0, turn;

	for (turn = 1; turn <= total; turn++) {
		if (dsr_rr_turn(turn, step, total) >= weight)
			continue;
		longest = max(longest, turn - last);
		last = turn;
	}
	return longest;
}

/* The golden section itself would give 1.9 times the mean, as the distances are
 * Fibonacci numbers then; a total such as 126 has no step that near to it.
 */
static void no_wait_is_longer_than_three_means(struct kunit *test)
{
	u32 total, weight, worst = 0, at = 0, wait;

	for (total = 1; total < 200; total++)
		for (weight = 1; weight <= total; weight++) {
			wait = longest_wait(total, weight) * weight * 100 /
			       total;
			if (wait > worst) {
				worst = wait;
				at = total;
			}
		}
	kunit_info(test, "longest wait: %u%% of the mean, of %u turns\n",
		   worst, at);
	KUNIT_EXPECT_LE(test, worst, 300);
}

/* Whatever the weights add up to: totals that have a bad neighbour of the
 * golden section.
 */
static void large_totals_have_good_steps(struct kunit *test)
{
	static const u32 totals[] = {
		255, 398, 5000, 16299135, 62347837, 226655547, 4096 * 65535,
	};
	u32 i, step, rest, total, largest;

	for (i = 0; i < ARRAY_SIZE(totals); i++) {
		total = totals[i];
		step = dsr_rr_step(total);
		for (largest = 0; step; step = rest) {
			largest = max(largest, total / step);
			rest = total % step;
			total = step;
		}
		KUNIT_EXPECT_EQ(test, total, 1);
		KUNIT_EXPECT_LE(test, largest, 10);
	}
}

static void largest_ring_does_not_overflow(struct kunit *test)
{
	u32 total = 4096 * 65535, step = dsr_rr_step(total);

	KUNIT_EXPECT_LT(test, dsr_rr_turn(U64_MAX, step, total), total);
	KUNIT_EXPECT_EQ(test, dsr_rr_turn(1, step, total), step % total);
}

static void point_finds_its_stretch(struct kunit *test)
{
	static const u32 sums[] = { 1, 3, 3, 10 };

	KUNIT_EXPECT_EQ(test, dsr_weight_find(sums, 4, 0), 0);
	KUNIT_EXPECT_EQ(test, dsr_weight_find(sums, 4, 1), 1);
	KUNIT_EXPECT_EQ(test, dsr_weight_find(sums, 4, 2), 1);
	KUNIT_EXPECT_EQ(test, dsr_weight_find(sums, 4, 3), 3);
	KUNIT_EXPECT_EQ(test, dsr_weight_find(sums, 4, 9), 3);
	KUNIT_EXPECT_EQ(test, dsr_weight_find(sums, 1, 0), 0);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(every_round_is_exact),
	KUNIT_CASE(turns_are_spread),
	KUNIT_CASE(step_is_coprime),
	KUNIT_CASE(no_wait_is_longer_than_three_means),
	KUNIT_CASE(large_totals_have_good_steps),
	KUNIT_CASE(largest_ring_does_not_overflow),
	KUNIT_CASE(point_finds_its_stretch),
	{}
};

static struct kunit_suite suite = {
	.name = "dsr_rr",
	.test_cases = cases,
};

kunit_test_suite(suite);
