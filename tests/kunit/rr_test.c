// SPDX-License-Identifier: GPL-2.0
#include <kunit/test.h>

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
	KUNIT_CASE(largest_ring_does_not_overflow),
	KUNIT_CASE(point_finds_its_stretch),
	{}
};

static struct kunit_suite suite = {
	.name = "dsr_rr",
	.test_cases = cases,
};

kunit_test_suite(suite);
