// SPDX-License-Identifier: GPL-2.0
#include <kunit/test.h>
#include <linux/siphash.h>

#include "kmod/flow.c"

#define FLOWS 1024U

static u64 hash_of(u32 n)
{
	static const siphash_key_t key = { { 3, 4 } };

	return siphash_1u32(n, &key);
}

/* The tests' entries: half-open ones give way, the older the sooner. */
static u32 rank_by_state(const void *context, u64 value)
{
	u32 now = *(const u32 *)context;

	switch (dsr_flow_state(value)) {
	case DSR_FLOW_HALF:
		return dsr_flow_age(value, now) + 1;
	case DSR_FLOW_CLOSED:
		return DSR_FLOW_DEAD;
	default:
		return 0;
	}
}

static struct dsr_flow_table *table_init(struct kunit *test, u32 flows)
{
	struct dsr_flow_table *table = dsr_flow_table_create(flows);

	KUNIT_ASSERT_NOT_NULL(test, table);
	return table;
}

static enum dsr_flow_insert_result
put(struct dsr_flow_table *table, u32 n, enum dsr_flow_state state, u32 tick)
{
	struct dsr_flow flow;

	return dsr_flow_insert(table, hash_of(n),
			       dsr_flow_value(n, state, tick), rank_by_state,
			       &tick, &flow);
}

static bool has(struct dsr_flow_table *table, u32 n)
{
	struct dsr_flow flow;

	return dsr_flow_find(table, hash_of(n), &flow) &&
	       dsr_flow_backend(flow.value) == n;
}

static void layout_is_a_line_a_set(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, sizeof(struct dsr_flow_slot), 16);
	KUNIT_EXPECT_EQ(test, sizeof(struct dsr_flow_set), 64);
}

static void value_keeps_its_parts(struct kunit *test)
{
	u64 value = dsr_flow_value(U32_MAX, DSR_FLOW_CLOSED, DSR_TICK_MASK);

	KUNIT_EXPECT_EQ(test, dsr_flow_backend(value), U32_MAX);
	KUNIT_EXPECT_EQ(test, dsr_flow_state(value), DSR_FLOW_CLOSED);
	KUNIT_EXPECT_EQ(test, dsr_flow_age(value, DSR_TICK_MASK), 0);
	/* Time goes round, and another CPU's may be a little ahead. */
	KUNIT_EXPECT_EQ(test, dsr_flow_age(value, 4), 5);
	KUNIT_EXPECT_EQ(test, dsr_flow_age(value, DSR_TICK_MASK - 1), 0);
}

static void seconds_become_ticks(struct kunit *test)
{
	u32 ticks = dsr_flow_ticks(900);

	KUNIT_EXPECT_GE(test, (u64)ticks << DSR_TICK_SHIFT, 900ULL * HZ);
	KUNIT_EXPECT_LT(test, (u64)(ticks - 1) << DSR_TICK_SHIFT, 900ULL * HZ);
	KUNIT_EXPECT_LT(test, ticks, DSR_TICK_MASK / 2);
}

static void size_is_kept_in_bounds(struct kunit *test)
{
	struct dsr_flow_table *table;

	table = table_init(test, 0);
	KUNIT_EXPECT_EQ(test, (table->mask + 1) * DSR_FLOW_WAYS,
			2 * DSR_FLOWS_MIN);
	dsr_flow_table_destroy(table);

	table = table_init(test, 5000);
	KUNIT_EXPECT_EQ(test, (table->mask + 1) * DSR_FLOW_WAYS, 16384);
	dsr_flow_table_destroy(table);
	dsr_flow_table_destroy(NULL);
}

static void inserted_flow_is_found(struct kunit *test)
{
	struct dsr_flow_table *table = table_init(test, FLOWS);
	struct dsr_flow flow;

	KUNIT_EXPECT_FALSE(test, has(table, 7));
	KUNIT_EXPECT_EQ(test, put(table, 7, DSR_FLOW_OPEN, 1),
			DSR_FLOW_INSERTED);
	KUNIT_EXPECT_TRUE(test, has(table, 7));
	KUNIT_EXPECT_FALSE(test, has(table, 8));

	/* The tag that means something else. */
	KUNIT_EXPECT_FALSE(test, dsr_flow_find(table, TAG_EMPTY, &flow));
	KUNIT_EXPECT_EQ(test, dsr_flow_insert(table, TAG_EMPTY, 5,
					      rank_by_state, &(u32){ 0 },
					      &flow), DSR_FLOW_INSERTED);
	KUNIT_EXPECT_TRUE(test, dsr_flow_find(table, TAG_EMPTY, &flow));
	KUNIT_EXPECT_EQ(test, flow.value, 5);
	dsr_flow_table_destroy(table);
}

static void second_insert_yields_to_the_first(struct kunit *test)
{
	struct dsr_flow_table *table = table_init(test, FLOWS);
	struct dsr_flow flow;
	u32 now = 0;

	put(table, 7, DSR_FLOW_OPEN, 1);
	KUNIT_EXPECT_EQ(test,
			dsr_flow_insert(table, hash_of(7), 99, rank_by_state,
					&now, &flow), DSR_FLOW_FOUND);
	KUNIT_EXPECT_EQ(test, dsr_flow_backend(flow.value), 7);
	dsr_flow_table_destroy(table);
}

static void update_changes_only_what_it_read(struct kunit *test)
{
	struct dsr_flow_table *table = table_init(test, FLOWS);
	struct dsr_flow flow, stale;

	put(table, 7, DSR_FLOW_HALF, 1);
	KUNIT_ASSERT_TRUE(test, dsr_flow_find(table, hash_of(7), &flow));
	stale = flow;
	KUNIT_EXPECT_TRUE(test, dsr_flow_update(&flow, 42));
	KUNIT_EXPECT_FALSE(test, dsr_flow_update(&stale, 43));
	KUNIT_ASSERT_TRUE(test, dsr_flow_find(table, hash_of(7), &flow));
	KUNIT_EXPECT_EQ(test, flow.value, 42);
	dsr_flow_table_destroy(table);
}

/* Four choices of four, two slots a flow: what the table is to hold, it holds. */
static void holds_what_it_is_made_for(struct kunit *test)
{
	struct dsr_flow_table *table = table_init(test, FLOWS * 64);
	u32 n, refused = 0, lost = 0;

	for (n = 0; n < FLOWS * 64; n++)
		refused += put(table, n, DSR_FLOW_OPEN, 1) != DSR_FLOW_INSERTED;
	for (n = 0; n < FLOWS * 64; n++)
		lost += !has(table, n);
	kunit_info(test, "%u of %u flows refused\n", refused, FLOWS * 64);
	KUNIT_EXPECT_LE(test, refused, FLOWS * 64 / 5000);
	KUNIT_EXPECT_EQ(test, lost, refused);
	dsr_flow_table_destroy(table);
}

/* A flood of half-open flows, twenty times what there is room for. */
static void flood_leaves_open_flows_alone(struct kunit *test)
{
	struct dsr_flow_table *table = table_init(test, FLOWS);
	u32 n, replaced = 0;

	for (n = 0; n < FLOWS / 2; n++)
		KUNIT_ASSERT_EQ(test, put(table, n, DSR_FLOW_OPEN, 1),
				DSR_FLOW_INSERTED);
	for (n = FLOWS; n < FLOWS * 21; n++)
		replaced += put(table, n, DSR_FLOW_HALF, 2 + n) ==
			    DSR_FLOW_REPLACED;
	KUNIT_EXPECT_GT(test, replaced, FLOWS * 15);
	for (n = 0; n < FLOWS / 2; n++)
		KUNIT_ASSERT_TRUE(test, has(table, n));
	dsr_flow_table_destroy(table);
}

/* Between the look at an entry and the claim on it, its client goes on. */
static u32 rank_and_wake(const void *context, u64 value)
{
	struct dsr_flow_table *table = (struct dsr_flow_table *)context;
	struct dsr_flow flow;

	if (dsr_flow_state(value) != DSR_FLOW_HALF)
		return 0;
	if (dsr_flow_find(table, hash_of(dsr_flow_backend(value)), &flow))
		dsr_flow_update(&flow, dsr_flow_value(dsr_flow_backend(value),
						      DSR_FLOW_OPEN, 1));
	return 1;
}

static void flow_that_wakes_is_not_taken(struct kunit *test)
{
	struct dsr_flow_table *table = table_init(test, FLOWS);
	u32 n, there = 0, left = 0;
	struct dsr_flow flow;

	for (n = 1; n < FLOWS * 4; n++)
		put(table, n, DSR_FLOW_HALF, 1);
	for (n = 1; n < FLOWS * 4; n++)
		there += has(table, n);
	for (n = FLOWS * 8; n < FLOWS * 12; n++)
		dsr_flow_insert(table, hash_of(n),
				dsr_flow_value(n, DSR_FLOW_OPEN, 1),
				rank_and_wake, table, &flow);
	for (n = 1; n < FLOWS * 4; n++)
		left += has(table, n);
	KUNIT_EXPECT_EQ(test, left, there);
	dsr_flow_table_destroy(table);
}

static void full_of_open_flows_has_no_room(struct kunit *test)
{
	struct dsr_flow_table *table = table_init(test, FLOWS);
	u32 n, refused = 0;

	for (n = 0; n < FLOWS * 4; n++)
		refused += put(table, n, DSR_FLOW_OPEN, 1) == DSR_FLOW_NO_ROOM;
	KUNIT_EXPECT_GE(test, refused, FLOWS * 2);
	dsr_flow_table_destroy(table);
}

static void dead_entry_is_taken_first(struct kunit *test)
{
	struct dsr_flow_table *table = table_init(test, FLOWS);
	u32 n;

	/* All full; then every flow is reset: the next round all fits again. */
	for (n = 0; n < FLOWS * 4; n++)
		put(table, n, DSR_FLOW_CLOSED, 1);
	for (n = FLOWS * 4; n < FLOWS * 4 + FLOWS / 2; n++)
		KUNIT_ASSERT_EQ(test, put(table, n, DSR_FLOW_OPEN, 1),
				DSR_FLOW_INSERTED);
	dsr_flow_table_destroy(table);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(layout_is_a_line_a_set),
	KUNIT_CASE(value_keeps_its_parts),
	KUNIT_CASE(seconds_become_ticks),
	KUNIT_CASE(size_is_kept_in_bounds),
	KUNIT_CASE(inserted_flow_is_found),
	KUNIT_CASE(second_insert_yields_to_the_first),
	KUNIT_CASE(update_changes_only_what_it_read),
	KUNIT_CASE(holds_what_it_is_made_for),
	KUNIT_CASE(flood_leaves_open_flows_alone),
	KUNIT_CASE(flow_that_wakes_is_not_taken),
	KUNIT_CASE(full_of_open_flows_has_no_room),
	KUNIT_CASE(dead_entry_is_taken_first),
	{}
};

static struct kunit_suite suite = {
	.name = "dsr_flow",
	.test_cases = cases,
};

kunit_test_suite(suite);
